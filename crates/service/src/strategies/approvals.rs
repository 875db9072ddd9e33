//! Approving what the plan proposes: in bulk or one by one, edited or dropped with a reason.
//!
//! Decides which actions wait (those of steps that ask for it; every contact where the creditor has
//! said so) and what approving one sets in motion: a message in the queue, or a task. What was
//! dropped counts as done, so that it is not proposed again tomorrow. Nothing approved leaves
//! unseen: the facts are looked at again before a message goes.

use super::force;
use crate::App;
use crate::beyond::Beyond;
use crate::contact_time;
use crate::ctx::Ctx;
use crate::day::{ReasonText, Why};
use crate::dispatch::{Letter, LetterError};
use crate::error::ServiceError;
use crate::facts::{self, Basis, Case, Outlook};
use crate::messages::Preview;
use crate::moments;
use crate::portfolios::CustomerName;
use crate::statements;
use puntual_core::access::Deed;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::hours::{Channel, Moment};
use puntual_core::id::{ActionId, CustomerId, MessageId, ReceivableId};
use puntual_core::money::Money;
use puntual_core::strategy::facts::ContactPointFacts;
use puntual_core::strategy::plan::Planned;
use puntual_store::action::{self, Action};
use puntual_store::customer::ContactPoint;
use puntual_store::outbox::{self, Message};
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, setting};
use std::collections::HashMap;

/// Name of the setting that says what waits: `marked` steps only, or all `contacts`.
const APPROVAL: &str = "plan_approval";

/// Which planned actions wait for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waits {
    all_contacts: bool,
}

impl Waits {
    /// Whether this one does.
    pub(crate) fn hold(self, planned: &Planned) -> bool {
        let marked = planned.step.as_ref().is_some_and(|step| step.needs_approval);
        marked || (self.all_contacts && planned.channel.is_some_and(Channel::is_contact))
    }
}

pub(crate) fn waits(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Waits, ServiceError> {
    let stored = setting::get(tx, ctx.scope(), APPROVAL)?;
    Ok(Waits { all_contacts: stored.as_deref() == Some("contacts") })
}

/// Whether every contact waits for approval, and not only those of steps that ask for it.
pub fn all_contacts_wait(app: &App, ctx: &Ctx) -> Result<bool, ServiceError> {
    Ok(app.store.read(|tx| waits(tx, ctx))?.all_contacts)
}

/// Sets whether every contact waits for approval.
pub fn set_all_contacts_wait(app: &App, ctx: &Ctx, all: bool) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    let word = if all { "contacts" } else { "marked" };
    app.store.write(|tx| Ok(setting::set(tx, ctx.scope(), APPROVAL, word)?))
}

/// An action that waits for approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: ActionId,
    /// On whom.
    pub customer: CustomerName,
    /// Strategy and version.
    pub strategy: String,
    /// Key of the step.
    pub step: String,
    /// `email`, `letter`, `escalate`…
    pub channel: String,
    /// For which day.
    pub on: Day,
    /// Numbers of the documents.
    pub documents: Vec<String>,
    /// What it claims, smallest units.
    pub amount_minor: i64,
    /// Currency of the claim.
    pub currency: Currency,
    /// Who is to do it, in the strategy's words.
    pub responsible: Option<String>,
    /// Why.
    pub reasons: Vec<ReasonText>,
}

/// Everything that waits, by day, the most severe first.
pub fn list(app: &App, ctx: &Ctx) -> Result<Vec<Waiting>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let view = app.portfolios.view_in(tx, ctx.scope())?;
        let waiting = |action: Action| {
            let why = Why::read(&action.reasons);
            Some(Waiting {
                id: action.id,
                customer: view.names.get(action.customer)?.clone(),
                strategy: action.strategy,
                step: action.step,
                channel: action.channel,
                on: action.planned_on,
                documents: why.lines.into_iter().map(|line| line.document).collect(),
                amount_minor: action.amount_minor,
                currency: action.currency,
                responsible: action.responsible,
                reasons: why.reasons,
            })
        };
        Ok(action::proposed(tx, ctx.scope())?.into_iter().filter_map(waiting).collect())
    })
}

/// How many wait.
pub fn count(app: &App, ctx: &Ctx) -> Result<usize, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| Ok(action::proposed(tx, ctx.scope())?.len()))
}

/// What is decided of an action that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is done, with these changes.
    Approve(Edit),
    /// It is not done, for this reason.
    Drop(String),
}

/// What whoever approves changes; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// By another channel.
    pub channel: Option<Channel>,
    /// On another day, today or later.
    pub on: Option<Day>,
    /// What to mind when doing it.
    pub note: Option<String>,
}

/// What became of a decision on several actions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// Messages queued.
    pub messages: usize,
    /// Tasks made.
    pub tasks: usize,
    /// Dropped.
    pub dropped: usize,
    /// Not waiting any more: somebody else was first.
    pub gone: usize,
    /// Left waiting: there is no address to write to.
    pub unreachable: usize,
}

/// Decides on actions that wait, all in one. Deciding again finds them gone and changes nothing.
pub fn decide(
    app: &App,
    ctx: &Ctx,
    ids: &[ActionId],
    decision: &Decision,
) -> Result<Decided, ServiceError> {
    ctx.require(Deed::ApprovePlan)?;
    if let Decision::Drop(why) = decision {
        moments::required("why", why)?;
    }
    if let Decision::Approve(Edit { on: Some(on), .. }) = decision
        && *on < ctx.today
    {
        return Err(ServiceError::invalid("on", "in_the_past"));
    }
    app.store.write(|tx| {
        let mut round = Round { app, ctx, messages: HashMap::new(), decided: Decided::default() };
        let mut actions = Vec::with_capacity(ids.len());
        for id in ids {
            let action = action::get(tx, ctx.scope(), *id)?;
            let action = action.ok_or_else(|| ServiceError::NotFound(id.to_string()))?;
            match action.state == "proposed" {
                true => actions.push(action),
                false => round.decided.gone += 1,
            }
        }
        // Turns are taken in one order, so that two who decide at once do not wait for each other.
        actions.sort_by_key(|action| (action.customer, -action.step_index, action.id));
        for action in &actions {
            moments::take_turn(tx, ctx, action.customer)?;
            match decision {
                Decision::Approve(edit) => round.approve(tx, action, edit)?,
                Decision::Drop(why) => round.drop(tx, action, why)?,
            }
        }
        Ok(round.decided)
    })
}

/// One decision on several actions.
struct Round<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    /// The one message each customer gets for a day.
    messages: HashMap<(CustomerId, Day), MessageId>,
    decided: Decided,
}

impl Round<'_> {
    fn approve(
        &mut self,
        tx: &mut Tx<'_>,
        action: &Action,
        edit: &Edit,
    ) -> Result<(), ServiceError> {
        let channel = edit.channel.map_or(action.channel.as_str(), |other| other.as_str());
        let on = edit.on.unwrap_or(action.planned_on);
        let case = self.case(tx, action.customer)?;
        let moved = edit.on.is_some().then(|| {
            let zones = contact_time::zones(self.ctx, &case.facts.country, case.place);
            contact_time::instant_everywhere(Moment::start_of(on), &zones)
        });
        let not_before_at = moved.or(action.not_before_at);
        let mut approved = Action {
            channel: channel.to_owned(),
            planned_on: on,
            not_before_at,
            note: edit.note.clone().filter(|note| !note.trim().is_empty()),
            decided_by: Some(self.ctx.actor.clone()),
            decided_at: Some(self.ctx.now_ms),
            state: "task".to_owned(),
            ..action.clone()
        };
        if channel == Channel::Email.as_str() {
            let Some(message) = self.message(tx, &approved, &case)? else {
                self.decided.unreachable += 1;
                return Ok(());
            };
            (approved.message, approved.state) = (Some(message), "queued".to_owned());
        }
        match action::decide(tx, self.ctx.scope(), &approved)? {
            false => self.decided.gone += 1,
            true if approved.message.is_some() => self.decided.messages += 1,
            true => self.decided.tasks += 1,
        }
        self.tell(tx, &approved, "plan_approved", approved.note.as_deref())
    }

    fn drop(&mut self, tx: &mut Tx<'_>, action: &Action, why: &str) -> Result<(), ServiceError> {
        let dropped = Action {
            state: "dropped".to_owned(),
            note: Some(why.trim().to_owned()),
            done_at: Some(self.ctx.now_ms),
            decided_by: Some(self.ctx.actor.clone()),
            decided_at: Some(self.ctx.now_ms),
            ..action.clone()
        };
        match action::decide(tx, self.ctx.scope(), &dropped)? {
            true => self.decided.dropped += 1,
            false => self.decided.gone += 1,
        }
        self.tell(tx, &dropped, "plan_dropped", dropped.note.as_deref())
    }

    fn case(&self, tx: &mut Tx<'_>, customer: CustomerId) -> Result<Case, ServiceError> {
        let beyond = Beyond::default();
        let outlook = Outlook::new(self.ctx.today, Basis::Now, &beyond);
        facts::one(tx, self.ctx, outlook, customer, None)
    }

    /// The message an e-mail joins or makes; `None` when there is no address to write to.
    fn message(
        &mut self,
        tx: &mut Tx<'_>,
        action: &Action,
        case: &Case,
    ) -> Result<Option<MessageId>, ServiceError> {
        let key = (action.customer, action.planned_on);
        if let Some(there) = self.messages.get(&key) {
            return Ok(Some(*there));
        }
        let Some(address) = address(case) else { return Ok(None) };
        let id = MessageId(self.app.next_id());
        let message = Message {
            id,
            action: Some(action.id),
            customer: action.customer,
            channel: Channel::Email.as_str().to_owned(),
            recipient: address.value.clone(),
            template: self.template(tx, action)?,
            locale: statements::language(&case.facts.language).tag().to_owned(),
            state: "queued".to_owned(),
            why: None,
            subject: None,
            body_text: None,
            body_html: None,
            claimed_minor: None,
            currency: action.currency,
            attempts: 0,
            not_before_at: action.not_before_at.unwrap_or(0).max(self.ctx.now_ms),
            lease_until_at: None,
            reply: None,
            queued_at: self.ctx.now_ms,
            released_at: None,
            sent_at: None,
        };
        outbox::queue(tx, self.ctx.scope(), &message)?;
        self.messages.insert(key, id);
        Ok(Some(id))
    }

    /// The template of the action's step; a step that had none is told by a reminder.
    fn template(&self, tx: &mut Tx<'_>, action: &Action) -> Result<String, ServiceError> {
        let strategy = force::of_version(tx, self.ctx, &action.strategy)?;
        let step = strategy.as_ref().and_then(|strategy| strategy.step(&action.step));
        let template = step.and_then(|step| step.template.clone());
        Ok(template.unwrap_or_else(|| "reminder".to_owned()))
    }

    fn tell(
        &self,
        tx: &mut Tx<'_>,
        action: &Action,
        kind: &str,
        body: Option<&str>,
    ) -> Result<(), ServiceError> {
        let (ctx, id) = (self.ctx, self.app.next_id());
        let event = Event {
            channel: Some(action.channel.clone()),
            outcome: Some(action.step.clone()),
            body: body.map(str::to_owned),
            subject: Some(action.id.0),
            ..moments::event(ctx, id, action.customer, ctx.today, kind)
        };
        Ok(timeline::append(tx, ctx.scope(), &[event])?)
    }
}

/// What an action that waits would send, as it would be written now. `None` when it is no message
/// or cannot be written.
pub fn preview(app: &App, ctx: &Ctx, id: ActionId) -> Result<Option<Preview>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let action = action::get(tx, ctx.scope(), id)?;
        let action = action.ok_or_else(|| ServiceError::NotFound(id.to_string()))?;
        if action.channel != Channel::Email.as_str() {
            return Ok(None);
        }
        let round = Round { app, ctx, messages: HashMap::new(), decided: Decided::default() };
        let case = round.case(tx, action.customer)?;
        let Some(point) = address(&case) else { return Ok(None) };
        let claim = |minor| Money::new(minor, action.currency);
        let rows = action::receivables_of(tx, ctx.scope(), action.id)?;
        let claims: Vec<(ReceivableId, Money)> =
            rows.iter().map(|row| (row.receivable, claim(row.claimed_minor))).collect();
        let template = round.template(tx, &action)?;
        let locale = statements::language(&case.facts.language);
        match Letter::write(tx, ctx, &case, &claims, &template, locale, point) {
            Ok(letter) => Ok(Some(Preview {
                recipient: point.value.clone(),
                template,
                subject: letter.email.subject,
                text: letter.email.text,
                html: letter.email.html,
                attachment_name: letter.attachment.name,
                attachment: letter.attachment.content,
            })),
            Err(LetterError::Service(error)) => Err(error),
            Err(LetterError::Unwritable(_)) => Ok(None),
        }
    })
}

/// The address e-mails to a customer go to.
fn address(case: &Case) -> Option<&ContactPoint> {
    let usable = |point: &&ContactPointFacts| {
        let open = point.usable && !point.opted_out && !point.third_party;
        point.channel == Channel::Email && open
    };
    let point = case.facts.contact_points.iter().find(usable)?;
    case.points.iter().find(|one| one.id == point.id)
}
