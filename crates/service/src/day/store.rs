//! Writes a page of planned actions: the action, the steps its receivables have reached, and one
//! message for everything a customer is written at once, whatever its currencies.

use super::why::Why;
use crate::App;
use crate::clock;
use crate::contact_time;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::facts::{self, Case};
use crate::statements;
use crate::strategies::approvals::Waits;
use crate::strategies::force::version_of;
use puntual_core::date::Day;
use puntual_core::hours::{Channel, Moment};
use puntual_core::id::{ActionId, EventId, MessageId, ReceivableId};
use puntual_core::strategy::plan::{Planned, Verdict};
use puntual_core::strategy::{Strategy, Track};
use puntual_store::Tx;
use puntual_store::action::{self, Action, ActionReceivable, DayCounts};
use puntual_store::outbox::{self, Message};
use puntual_store::timeline::{self, Event};
use sha2::{Digest, Sha256};

/// What a planned message becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A row of the outbox.
    Send,
    /// History: sent on that day.
    History,
}

/// Tasks of a history no older than this many days are still to be done.
const OPEN_TASK_DAYS: i32 = 7;

/// Writes one page.
pub(super) struct Writer<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    day: Day,
    mode: Mode,
    waits: Waits,
    marks: Vec<ActionReceivable>,
    events: Vec<Event>,
    pub(super) counts: DayCounts,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        app: &'a App,
        ctx: &'a Ctx,
        day: Day,
        mode: Mode,
        waits: Waits,
    ) -> Writer<'a> {
        let (marks, events, counts) = (Vec::new(), Vec::new(), DayCounts::default());
        Writer { app, ctx, day, mode, waits, marks, events, counts }
    }

    /// Stores what is to be done about one customer, the most severe first.
    pub(super) fn write_case(
        &mut self,
        tx: &mut Tx<'_>,
        case: &Case,
        strategy: &Strategy,
        acts: &[&Planned],
    ) -> Result<(), ServiceError> {
        let mut letter: Option<Letter<'_>> = None;
        for planned in acts {
            let Verdict::Act { not_before } = planned.verdict else { continue };
            let instant = self.instant(case, not_before);
            let waits = self.mode == Mode::Send && self.waits.hold(planned);
            let written = is_written(planned) && !waits;
            let message = match (&letter, written) {
                (_, false) => None,
                (Some(letter), true) => Some(letter.message),
                (None, true) => Some(MessageId(self.app.next_id())),
            };
            let action = self.action(strategy, planned, message, instant)?;
            let action = match waits {
                true => Action { state: "proposed".to_owned(), ..action },
                false => action,
            };
            if !action::propose(tx, self.ctx.scope(), &action)? {
                continue;
            }
            self.counts.planned += 1;
            self.counts.tasks += i64::from(!written);
            self.mark(case, strategy, planned, action.id);
            if let Some(message) = message {
                let first = Letter { message, action: action.id, planned, instant };
                let letter = letter.get_or_insert(first);
                letter.instant = letter.instant.max(instant);
            }
        }
        match (letter, self.mode) {
            (None, _) => Ok(()),
            (Some(letter), Mode::Send) => self.queue(tx, case, &letter),
            (Some(letter), Mode::History) => {
                self.events.push(self.sent_event(case, &letter, acts));
                Ok(())
            }
        }
    }

    /// Writes what was collected for the whole page.
    pub(super) fn finish(self, tx: &mut Tx<'_>) -> Result<DayCounts, ServiceError> {
        action::insert_receivables(tx, self.ctx.scope(), &self.marks)?;
        timeline::append(tx, self.ctx.scope(), &self.events)?;
        Ok(self.counts)
    }

    /// When the moment has come for the debtor; for history in the creditor's day.
    fn instant(&self, case: &Case, moment: Moment) -> i64 {
        let zones = contact_time::zones(self.ctx, &case.facts.country, case.place);
        contact_time::instant_everywhere(moment, &zones)
    }

    fn action(
        &self,
        strategy: &Strategy,
        planned: &Planned,
        message: Option<MessageId>,
        instant: i64,
    ) -> Result<Action, ServiceError> {
        let step = planned.step.as_ref();
        let step = step.ok_or_else(|| ServiceError::Bug("an action without a step".to_owned()))?;
        let channel = planned.channel.map_or("task", Channel::as_str);
        let amount_minor = i64::try_from(planned.amount_minor)
            .map_err(|_| ServiceError::Bug("a claim beyond 64 bits".to_owned()))?;
        let done = self.mode == Mode::History
            && (message.is_some() || self.ctx.today - self.day > OPEN_TASK_DAYS);
        let state = match (done, message) {
            (true, _) => "done",
            (false, Some(_)) => "queued",
            (false, None) => "task",
        };
        Ok(Action {
            id: ActionId(self.app.next_id()),
            customer: planned.customer,
            plan_key: self.plan_key(&version_of(strategy), planned, &step.key, channel),
            strategy: version_of(strategy),
            step: step.key.clone(),
            step_index: step.position as i64,
            channel: channel.to_owned(),
            planned_on: self.day,
            currency: planned.currency,
            amount_minor,
            state: state.to_owned(),
            reasons: Why::of(planned).to_json(),
            message: message.filter(|_| self.mode == Mode::Send),
            not_before_at: Some(instant),
            done_at: done.then_some(instant),
            recorded_at: self.ctx.now_ms,
            responsible: responsible(strategy, &step.key),
            note: None,
            decided_by: None,
            decided_at: None,
        })
    }

    /// Strategy and version, step, customer, currency, channel, day, and the cycle: which
    /// receivables. A new invoice is a new cycle; the day lets what was dropped unsent be planned
    /// again on another.
    fn plan_key(&self, version: &str, planned: &Planned, step: &str, channel: &str) -> String {
        let mut ids: Vec<ReceivableId> = planned.lines.iter().map(|line| line.receivable).collect();
        ids.sort_unstable();
        let mut hash = Sha256::new();
        ids.iter().for_each(|id| hash.update(id.0.to_be_bytes()));
        let cycle: String =
            hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!(
            "{version}/{step}/{}/{}/{channel}/{}/{cycle}",
            planned.customer, planned.currency, self.day
        )
    }

    /// Notes on each receivable the step it has reached itself.
    fn mark(&mut self, case: &Case, strategy: &Strategy, planned: &Planned, action: ActionId) {
        let track = strategy.track(case.facts.segment.as_deref());
        let version = version_of(strategy);
        for line in &planned.lines {
            let Some(step) = &line.step else { continue };
            let position = |track: &Track| track.all_steps().position(|s| s.key == step.key);
            let place = track.and_then(position).unwrap_or_default();
            self.marks.push(ActionReceivable {
                receivable: line.receivable,
                strategy: version.clone(),
                step_index: facts::step_index(place, step.event_on),
                step: step.key.clone(),
                offset_days: step.offset_days.into(),
                action,
                claimed_minor: line.claim.minor,
            });
        }
    }

    fn queue(
        &mut self,
        tx: &mut Tx<'_>,
        case: &Case,
        letter: &Letter<'_>,
    ) -> Result<(), ServiceError> {
        let planned = letter.planned;
        let point = planned.contact_point;
        let address = case.points.iter().find(|p| Some(p.id) == point);
        let address =
            address.ok_or_else(|| ServiceError::Bug("a message without an address".to_owned()))?;
        let template = planned.step.as_ref().and_then(|step| step.template.clone());
        let message = Message {
            id: letter.message,
            action: Some(letter.action),
            customer: planned.customer,
            channel: Channel::Email.as_str().to_owned(),
            recipient: address.value.clone(),
            template: template.unwrap_or_default(),
            locale: statements::language(&case.facts.language).tag().to_owned(),
            state: "queued".to_owned(),
            why: None,
            subject: None,
            body_text: None,
            body_html: None,
            claimed_minor: None,
            currency: planned.currency,
            attempts: 0,
            not_before_at: letter.instant.max(self.ctx.now_ms),
            lease_until_at: None,
            reply: None,
            queued_at: self.ctx.now_ms,
            released_at: None,
            sent_at: None,
        };
        outbox::queue(tx, self.ctx.scope(), &message)?;
        self.counts.queued += 1;
        Ok(())
    }

    fn sent_event(&self, case: &Case, letter: &Letter<'_>, acts: &[&Planned]) -> Event {
        let written = acts.iter().filter(|planned| is_written(planned));
        let numbers: Vec<&str> = written
            .flat_map(|planned| planned.lines.iter().map(|line| line.document_number.as_str()))
            .collect();
        let currency = letter.planned.currency;
        let owed: i64 = case
            .open
            .iter()
            .filter(|claim| claim.receivable.currency == currency)
            .map(|claim| claim.receivable.open_minor)
            .fold(0, i64::saturating_add);
        Event {
            id: EventId(self.app.next_id()),
            customer: case.customer.id,
            happened_on: clock::day_in_zone(letter.instant, &self.ctx.creditor.time_zone),
            kind: "message_sent".to_owned(),
            channel: Some(Channel::Email.as_str().to_owned()),
            outcome: Some("sent".to_owned()),
            body: Some(numbers.join(", ")),
            subject: None,
            balance_minor: Some(owed),
            currency: Some(currency),
            actor: self.ctx.actor.clone(),
            recorded_at: letter.instant,
        }
    }
}

/// The one message a customer gets in a run.
struct Letter<'p> {
    message: MessageId,
    /// The most severe of the actions it carries out.
    action: ActionId,
    planned: &'p Planned,
    /// When every action it carries out is allowed.
    instant: i64,
}

/// Who is to do a step, in the strategy's words.
fn responsible(strategy: &Strategy, step: &str) -> Option<String> {
    let own = strategy.step(step).and_then(|step| step.responsible.clone());
    own.or_else(|| strategy.responsible.clone())
}

/// Whether the program writes it by itself.
fn is_written(planned: &Planned) -> bool {
    let approved = planned.step.as_ref().is_none_or(|step| !step.needs_approval);
    planned.channel == Some(Channel::Email) && approved
}
