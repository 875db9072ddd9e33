//! Releases one message: in a single transaction it is claimed, the customer's facts are read
//! again, the core looks at what was planned once more, and what it says now is written down. It
//! can only hold back or narrow what was planned.

use crate::App;
use crate::beyond::Beyond;
use crate::channels::{Attachment, Envelope};
use crate::contact_time;
use crate::ctx::Ctx;
use crate::day::in_line;
use crate::error::ServiceError;
use crate::facts::{self, Basis, Case, Outlook};
use crate::guard_blocks::{Attempt, Blocked, Stage};
use crate::probe::Point;
use crate::render::{
    self, Language, MessageFields, RenderedEmail, Statement, TemplateError, render_email,
    standard_template,
};
use crate::statement_pdf;
use crate::statements::{self, Drafter};
use crate::strategies::force;
use puntual_core::calendar::Calendar;
use puntual_core::hours::{Channel, Moment};
use puntual_core::id::{MessageId, ReceivableId};
use puntual_core::money::Money;
use puntual_core::strategy::explain::Reason;
use puntual_core::strategy::guard::Purpose;
use puntual_core::strategy::recheck::{self, Pending};
use puntual_core::strategy::{Anchor, Strategy};
use puntual_store::action::{self, Action};
use puntual_store::customer::{self, ContactPoint};
use puntual_store::outbox::{self, Message, Rendered};
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, setting};

/// Name of the setting with the creditor's notice on late interest, as agreed with its customers.
pub const INTEREST_NOTE: &str = "interest_note";

/// A message that would have to wait longer than this, or has waited longer than
/// [`STALE_AFTER_MS`], is dropped instead: the plan of that day finds the step of that day.
const LONGEST_WAIT_MS: i64 = 24 * 3_600_000;

/// So long after it was queued a message no longer says what its day meant to say.
const STALE_AFTER_MS: i64 = 48 * 3_600_000;

/// What became of a message that was due.
pub(super) enum Release {
    /// Somebody else has it.
    Taken,
    /// It must not go any more.
    Dropped,
    /// It may go later.
    Postponed,
    /// It cannot be written.
    Failed,
    /// It is claimed and written down, to be sent at once.
    Ready(Box<Released>),
}

/// A message about to be sent.
pub(super) struct Released {
    /// Its row, as claimed.
    pub message: Message,
    /// What is handed to the channel.
    pub envelope: Envelope,
    /// What the customer owes in the message's currency, for the timeline.
    pub balance_minor: i64,
    /// Receivables it was planned for and does not ask for.
    pub left_out: Vec<ReceivableId>,
    /// The address's row, to be marked when the server refuses it.
    pub point: ContactPoint,
}

/// Claims a message and decides on it with fresh facts.
pub(super) fn release(
    app: &App,
    ctx: &Ctx,
    owner: &str,
    id: MessageId,
) -> Result<Release, ServiceError> {
    let scope = ctx.scope();
    app.store.write(|tx| {
        let until = ctx.now_ms + super::LEASE_MS;
        if !outbox::claim(tx, scope, id, owner, ctx.now_ms, until)? {
            return Ok(Release::Taken);
        }
        let message = outbox::get(tx, scope, id)?;
        let message = message.ok_or_else(|| ServiceError::NotFound(id.to_string()))?;
        // Whoever records a payment takes the same turn: it is either seen here or comes after.
        customer::touch(tx, scope, message.customer)?;
        let actions = action::of_message(tx, scope, id)?;
        let claimed = Claimed { app, ctx, owner, message, actions };
        let release = claimed.decide(tx)?;
        app.pass(Point::ReleaseWritten(id));
        Ok(release)
    })
}

/// A message claimed by this round, inside the transaction that releases it.
struct Claimed<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    owner: &'a str,
    message: Message,
    /// The actions it carries out, the most severe first.
    actions: Vec<Action>,
}

impl Claimed<'_> {
    fn decide(self, tx: &mut Tx<'_>) -> Result<Release, ServiceError> {
        let Some(strategy) = self.strategy(tx)? else {
            return self.drop_it(tx, "step_unknown");
        };
        let Some(purpose) = self.purpose(&strategy) else {
            return self.drop_it(tx, "step_unknown");
        };
        if self.is_stale(purpose) {
            return self.drop_it(tx, "stale");
        }
        let (ctx, customer) = (self.ctx, self.message.customer);
        let beyond = Beyond::load(self.app, tx, ctx, strategy.needs(), ctx.today)?;
        let outlook = Outlook::new(ctx.today, Basis::Now, &beyond);
        let case = facts::one(tx, ctx, outlook, customer, Some(self.message.id))?;
        let planned = self.planned(tx)?;
        let point = address(&case, &self.message.recipient).cloned();
        let look = Look {
            case: &case,
            strategy: &strategy,
            calendar: &Calendar::of_place(&case.facts.country, case.facts.law.region.as_deref()),
            moments: self.moments(&case),
            pending: Pending {
                receivables: &planned,
                channel: Channel::Email,
                contact_point: point.as_ref().map(|point| point.id),
                purpose,
                branch_step: self.branch_step(&strategy),
            },
        };
        match look.verdict() {
            recheck::Release::Drop { reasons } => {
                self.note_block(tx, &look, &reasons)?;
                self.drop_it(tx, &in_line(&reasons))
            }
            recheck::Release::Wait { not_before, reasons } => {
                self.note_block(tx, &look, &reasons)?;
                self.wait(tx, &case, not_before, &reasons)
            }
            recheck::Release::Send { claims, left_out } => {
                let point = point.ok_or_else(|| {
                    ServiceError::Bug("a message released without an address".to_owned())
                })?;
                let asked = look.with_overdue(claims);
                let left_out = left_out.into_iter().map(|(receivable, _)| receivable).collect();
                self.write(tx, &case, &asked, left_out, point)
            }
        }
    }

    /// Whether its day has passed. A collection message says what is overdue whenever it leaves;
    /// one that speaks of today or of days to come is only true on the day it was planned for.
    fn is_stale(&self, purpose: Purpose) -> bool {
        let of_its_day = purpose == Purpose::Preventive;
        let planned_for = self.actions.iter().map(|action| action.planned_on).max();
        (of_its_day && planned_for.is_some_and(|day| day < self.ctx.today))
            || self.ctx.now_ms - self.message.queued_at > STALE_AFTER_MS
    }

    /// The version of the strategy that planned it.
    fn strategy(&self, tx: &mut Tx<'_>) -> Result<Option<Strategy>, ServiceError> {
        let Some(action) = self.actions.first() else { return Ok(None) };
        force::of_version(tx, self.ctx, &action.strategy)
    }

    /// What the most severe step of the message is for.
    fn purpose(&self, strategy: &Strategy) -> Option<Purpose> {
        let action = self.actions.first()?;
        strategy.step(&action.step).map(|step| step.purpose)
    }

    /// The key of its step, when it answers an event.
    fn branch_step(&self, strategy: &Strategy) -> Option<&str> {
        let step = strategy.step(&self.actions.first()?.step)?;
        matches!(step.anchor, Anchor::Promise | Anchor::Event).then_some(&self.actions[0].step)
    }

    /// The receivables it was planned for.
    fn planned(&self, tx: &mut Tx<'_>) -> Result<Vec<ReceivableId>, ServiceError> {
        let mut planned = Vec::new();
        for action in &self.actions {
            let rows = action::receivables_of(tx, self.ctx.scope(), action.id)?;
            planned.extend(rows.into_iter().map(|row| row.receivable));
        }
        Ok(planned)
    }

    /// What the debtor's clock may show now.
    fn moments(&self, case: &Case) -> Vec<Moment> {
        let zones = contact_time::zones(self.ctx, &case.facts.country, case.place);
        contact_time::local_moments(self.ctx.now_ms, &zones)
    }

    /// Writes down what a rule of contact forbade, when it was one.
    fn note_block(
        &self,
        tx: &mut Tx<'_>,
        look: &Look<'_>,
        reasons: &[Reason],
    ) -> Result<(), ServiceError> {
        let (keep_policies, step) = (look.strategy.keep_policies, self.actions.first());
        let mut blocked = Blocked::new(self.app, self.ctx, self.ctx.today, keep_policies);
        let attempt = Attempt {
            case: look.case,
            stage: Stage::Dispatch,
            channel: look.pending.channel,
            step: step.map_or("", |action| &action.step),
            purpose: look.pending.purpose,
            reasons,
            message: Some(self.message.id),
        };
        blocked.extend([attempt], look.calendar);
        blocked.write(tx)
    }

    /// The facts forbid it: its steps are taken back, so that what is still owed is planned anew
    /// when nothing stands in the way any more.
    fn drop_it(&self, tx: &mut Tx<'_>, why: &str) -> Result<Release, ServiceError> {
        let (scope, now_ms, id) = (self.ctx.scope(), self.ctx.now_ms, self.message.id);
        outbox::record(tx, scope, id, self.owner, "dropped", Some(why), None, now_ms, now_ms)?;
        for action in &self.actions {
            action::set_state(tx, scope, action.id, "dropped", now_ms)?;
            action::unmark(tx, scope, action.id, None)?;
        }
        self.tell(tx, "message_dropped", "dropped", why)?;
        Ok(Release::Dropped)
    }

    fn wait(
        &self,
        tx: &mut Tx<'_>,
        case: &Case,
        not_before: Moment,
        reasons: &[Reason],
    ) -> Result<Release, ServiceError> {
        let zones = contact_time::zones(self.ctx, &case.facts.country, case.place);
        let instant = contact_time::instant_everywhere(not_before, &zones);
        let why = in_line(reasons);
        if instant - self.ctx.now_ms > LONGEST_WAIT_MS {
            return self.drop_it(tx, &why);
        }
        // At least a minute from now: a clock that disagrees must not make it spin.
        let instant = instant.max(self.ctx.now_ms + 60_000);
        outbox::postpone(tx, self.ctx.scope(), self.message.id, self.owner, instant, &why)?;
        Ok(Release::Postponed)
    }

    /// Writes what the message says now; the transaction's commit releases it.
    fn write(
        &self,
        tx: &mut Tx<'_>,
        case: &Case,
        claims: &[(ReceivableId, Money)],
        left_out: Vec<ReceivableId>,
        point: ContactPoint,
    ) -> Result<Release, ServiceError> {
        let letter = match self.letter(tx, case, claims, &point) {
            Ok(letter) => letter,
            Err(LetterError::Service(error)) => return Err(error),
            Err(LetterError::Unwritable(why)) => return self.fail(tx, &why),
        };
        let Some(section) = letter.asked.sections.first() else {
            return self.drop_it(tx, Reason::Settled.code());
        };
        let own = letter.asked.sections.iter().find(|s| s.currency == self.message.currency);
        let section = own.unwrap_or(section);
        let claimed_minor = i64::try_from(section.balance_minor())
            .map_err(|_| ServiceError::Bug("a claim beyond 64 bits".to_owned()))?;
        let rendered = Rendered {
            recipient: &point.value,
            subject: &letter.email.subject,
            text: &letter.email.text,
            html: &letter.email.html,
            claimed_minor,
            currency: section.currency,
            released_at: self.ctx.now_ms,
        };
        outbox::set_rendered(tx, self.ctx.scope(), self.message.id, &rendered)?;
        let released_at = self.message.released_at.unwrap_or(self.ctx.now_ms);
        let message = Message {
            currency: section.currency,
            subject: Some(letter.email.subject.clone()),
            claimed_minor: Some(claimed_minor),
            ..self.message.clone()
        };
        let balance_minor = owed_minor(case, section.currency);
        let envelope = letter.into_envelope(&message, &point, released_at);
        let released = Released { message, envelope, balance_minor, left_out, point };
        Ok(Release::Ready(Box::new(released)))
    }

    fn letter(
        &self,
        tx: &mut Tx<'_>,
        case: &Case,
        claims: &[(ReceivableId, Money)],
        point: &ContactPoint,
    ) -> Result<Letter, LetterError> {
        let language = statements::language(&self.message.locale);
        Letter::write(tx, self.ctx, case, claims, &self.message.template, language, point)
    }

    /// It cannot be written: a person has to look at it.
    fn fail(&self, tx: &mut Tx<'_>, why: &str) -> Result<Release, ServiceError> {
        let (scope, now_ms, id) = (self.ctx.scope(), self.ctx.now_ms, self.message.id);
        outbox::record(tx, scope, id, self.owner, "failed", Some(why), None, now_ms, now_ms)?;
        super::end_actions(tx, self.ctx, id, "failed")?;
        self.tell(tx, "message_failed", "failed", why)?;
        Ok(Release::Failed)
    }

    fn tell(
        &self,
        tx: &mut Tx<'_>,
        kind: &str,
        outcome: &str,
        why: &str,
    ) -> Result<(), ServiceError> {
        let event = super::outcome::event(self.app, self.ctx, &self.message, kind, outcome);
        let event = Event { body: Some(why.to_owned()), ..event };
        Ok(timeline::append(tx, self.ctx.scope(), &[event])?)
    }
}

/// The last look, by whatever the debtor's clock may show.
struct Look<'a> {
    case: &'a Case,
    strategy: &'a Strategy,
    calendar: &'a Calendar,
    moments: Vec<Moment>,
    pending: Pending<'a>,
}

impl Look<'_> {
    /// The strictest answer of all clocks: refusal over delay, the longest delay over leave.
    fn verdict(&self) -> recheck::Release {
        let severity = |release: &recheck::Release| match release {
            recheck::Release::Send { .. } => (0, None),
            recheck::Release::Wait { not_before, .. } => (1, Some(*not_before)),
            recheck::Release::Drop { .. } => (2, None),
        };
        let verdicts = self.moments.iter().map(|moment| self.at(&self.pending, *moment));
        let strictest = verdicts.max_by_key(severity);
        strictest.unwrap_or(recheck::Release::Drop { reasons: Vec::new() })
    }

    fn at(&self, pending: &Pending<'_>, moment: Moment) -> recheck::Release {
        recheck::recheck(pending, &self.case.facts, self.strategy, self.calendar, moment)
    }

    /// The claims, and in a collection message also what else is overdue and may be asked for: one
    /// message says everything.
    fn with_overdue(&self, claims: Vec<(ReceivableId, Money)>) -> Vec<(ReceivableId, Money)> {
        let Some(moment) = self.moments.first() else { return claims };
        if self.pending.purpose != Purpose::Collection {
            return claims;
        }
        let overdue = self.case.facts.receivables.iter().filter(|r| r.due < moment.day);
        let mut receivables = self.pending.receivables.to_vec();
        receivables.extend(overdue.map(|r| r.id));
        let wider = Pending { receivables: &receivables, ..self.pending };
        match self.at(&wider, *moment) {
            recheck::Release::Send { claims, .. } => claims,
            _ => claims,
        }
    }
}

/// A message written out.
pub(crate) struct Letter {
    /// What it asks for.
    pub asked: Statement,
    /// Subject, text and HTML.
    pub email: RenderedEmail,
    /// The whole statement of account, as a PDF file with its name.
    pub attachment: Attachment,
}

/// Why a letter could not be written.
pub(crate) enum LetterError {
    /// The storage failed.
    Service(ServiceError),
    /// The template or the PDF does not allow it; in words.
    Unwritable(String),
}

impl<E: Into<ServiceError>> From<E> for LetterError {
    fn from(error: E) -> LetterError {
        LetterError::Service(error.into())
    }
}

impl Letter {
    /// Writes a message asking for the claims, with the whole statement attached.
    pub(crate) fn write(
        tx: &mut Tx<'_>,
        ctx: &Ctx,
        case: &Case,
        claims: &[(ReceivableId, Money)],
        template: &str,
        language: Language,
        point: &ContactPoint,
    ) -> Result<Letter, LetterError> {
        let drafter = Drafter::new(tx, ctx, case, ctx.today)?;
        let (asked, whole) = (drafter.claimed(claims), drafter.whole());
        let template = standard_template(template_key(template), language).ok_or_else(|| {
            LetterError::Unwritable(format!("no template {template:?} in {language}"))
        })?;
        let fields = MessageFields {
            contact_name: point.person.clone(),
            pay_link: None,
            interest_note: setting::get(tx, ctx.scope(), INTEREST_NOTE)?,
        };
        let email = render_email(&template, &asked, &fields)
            .map_err(|error: TemplateError| LetterError::Unwritable(error.to_string()))?;
        let pdf = statement_pdf::statement_pdf(&whole)
            .map_err(|error| LetterError::Unwritable(error.to_string()))?;
        let attachment = Attachment {
            name: statement_pdf::file_name(&whole),
            media_type: "application/pdf".to_owned(),
            content: pdf,
        };
        Ok(Letter { asked, email, attachment })
    }

    fn into_envelope(self, message: &Message, point: &ContactPoint, released_at: i64) -> Envelope {
        Envelope {
            message_id: message.id,
            // Instants of messages are after 1970.
            released_at_seconds: (released_at / 1_000).unsigned_abs(),
            to: point.value.trim().to_owned(),
            subject: self.email.subject,
            text: self.email.text,
            html: self.email.html,
            attachments: vec![self.attachment],
            headers: vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())],
        }
    }
}

/// The address planned for, or when it is gone the oldest that works.
fn address<'c>(case: &'c Case, planned: &str) -> Option<&'c ContactPoint> {
    let same = |point: &&ContactPoint| point.kind == "email" && point.value == planned;
    let works = |point: &&ContactPoint| {
        point.kind == "email" && matches!(point.state.as_str(), "ok" | "authorised")
    };
    let same = case.points.iter().find(same);
    same.filter(|point| point.state != "bounced").or_else(|| case.points.iter().find(works))
}

/// The built-in template of a key the standard strategy uses.
fn template_key(key: &str) -> &str {
    match key {
        "statement_interest" => render::STANDARD_KEYS[3],
        other => other,
    }
}

/// What is open and collectable in a currency, smallest units.
fn owed_minor(case: &Case, currency: puntual_core::currency::Currency) -> i64 {
    let open = case.open.iter().filter(|claim| claim.receivable.currency == currency);
    open.map(|claim| claim.receivable.open_minor).fold(0, i64::saturating_add)
}
