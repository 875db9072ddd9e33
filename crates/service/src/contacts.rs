//! Contacts with customers: what was tried, what came of it, what comes next; and the ways to reach
//! them.
//!
//! Decides the catalogue of outcomes and what an outcome brings with it: tasks that were due are
//! done, a callback becomes a task of its day, a promise is recorded with the contact in one
//! transaction. Words for the codes are the screens'.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use crate::promises::{self, MakePromise};
use puntual_core::access::Deed;
use puntual_core::date::Day;
use puntual_core::hours::Channel;
use puntual_core::id::{ActionId, ContactPointId, CustomerId, EventId};
use puntual_store::Tx;
use puntual_store::action::{self, Action};
use puntual_store::customer;
pub use puntual_store::customer::ContactPoint;
use puntual_store::timeline;
pub use puntual_store::timeline::Event;

/// What may come of a contact, the commonest first: the screens give the first nine a key.
pub const OUTCOMES: [&str; 12] = [
    "promised",
    "no_answer",
    "will_check",
    "says_paid",
    "callback",
    "third_party",
    "disputed",
    "refused",
    "wrong_number",
    "asks_documents",
    "sent",
    "no_funds",
];

/// Why customers do not pay, as far as they say.
pub const CAUSES: [&str; 8] = [
    "forgot",
    "not_received",
    "approval_pending",
    "no_liquidity",
    "dispute",
    "internal_process",
    "insolvency",
    "other",
];

/// Kinds of contact points and the states they may be in.
const POINT_KINDS: [&str; 4] = ["email", "phone", "whatsapp", "address"];
const POINT_STATES: [&str; 4] = ["ok", "bounced", "opted_out", "authorised"];

/// What comes after a contact.
#[derive(Clone, Debug)]
pub enum Next {
    /// Nothing beyond what the strategy plans.
    Nothing,
    /// Contact again on a day.
    Callback(Day),
    /// A promise was made.
    Promise(MakePromise),
}

/// A contact and its outcome.
#[derive(Clone, Debug)]
pub struct RecordContact {
    /// The id of its event.
    pub id: EventId,
    /// With whom.
    pub customer: CustomerId,
    /// How: `call`, `email`, `whatsapp`, `sms`, `letter`, `visit`.
    pub channel: String,
    /// What came of it: one of [`OUTCOMES`].
    pub outcome: String,
    /// Why it was not paid: one of [`CAUSES`].
    pub cause: Option<String>,
    /// What was said.
    pub note: Option<String>,
    /// What comes next.
    pub next: Next,
}

/// Records a contact. The same id with the same content changes nothing. Answers the event.
pub fn record(app: &App, ctx: &Ctx, command: &RecordContact) -> Result<Event, ServiceError> {
    ctx.require(Deed::RecordContact)?;
    check(ctx, command)?;
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, command.customer)?;
        let event = contact_event(ctx, command);
        if moments::is_recorded(tx, ctx, &event)? {
            return there(tx, ctx, &event);
        }
        let currency = moments::currency_of(tx, ctx, command.customer)?;
        let balance = moments::balance(tx, ctx, command.customer, currency)?;
        let event = Event { balance_minor: Some(balance.minor), currency: Some(currency), ..event };
        timeline::append(tx, ctx.scope(), std::slice::from_ref(&event))?;
        for task in action::open_of(tx, ctx.scope(), command.customer)? {
            if task.state == "task" && task.planned_on <= ctx.today {
                action::set_state(tx, ctx.scope(), task.id, "done", ctx.now_ms)?;
            }
        }
        match &command.next {
            Next::Nothing => {}
            Next::Callback(day) => {
                action::propose(tx, ctx.scope(), &callback(app, command, *day, balance, ctx))?;
            }
            Next::Promise(promise) => {
                ctx.require(Deed::RecordPromise)?;
                promises::make_in(tx, ctx, promise)?;
            }
        }
        Ok(event)
    })
}

fn check(ctx: &Ctx, command: &RecordContact) -> Result<(), ServiceError> {
    let is_contact = Channel::parse(&command.channel).is_some_and(Channel::is_contact);
    if !is_contact {
        return Err(ServiceError::invalid("channel", "unknown_channel"));
    }
    if !OUTCOMES.contains(&command.outcome.as_str()) {
        return Err(ServiceError::invalid("outcome", "unknown_outcome"));
    }
    if command.cause.as_deref().is_some_and(|cause| !CAUSES.contains(&cause)) {
        return Err(ServiceError::invalid("cause", "unknown_cause"));
    }
    match &command.next {
        Next::Callback(day) if *day < ctx.today => {
            Err(ServiceError::invalid("next_on", "in_the_past"))
        }
        Next::Promise(promise) if promise.customer != command.customer => {
            Err(ServiceError::invalid("promise", "of_another_customer"))
        }
        _ => Ok(()),
    }
}

fn contact_event(ctx: &Ctx, command: &RecordContact) -> Event {
    let note = moments::said(command.note.as_deref());
    // The cause has no column of its own: it stands before the note as a tag.
    let body = match (&command.cause, note) {
        (None, note) => note,
        (Some(cause), None) => Some(format!("#{cause}")),
        (Some(cause), Some(note)) => Some(format!("#{cause} {note}")),
    };
    Event {
        channel: Some(command.channel.clone()),
        outcome: Some(command.outcome.clone()),
        body,
        subject: match &command.next {
            Next::Promise(promise) => Some(promise.id.0),
            Next::Callback(day) => Some(i64::from(day.0)),
            Next::Nothing => None,
        },
        ..moments::event(ctx, command.id.0, command.customer, ctx.today, "contact")
    }
}

/// The cause a contact's text begins with, and the rest of the text.
pub fn cause_and_note(body: &str) -> (Option<&str>, &str) {
    let Some(tagged) = body.strip_prefix('#') else { return (None, body) };
    let (tag, rest) = tagged.split_once(' ').unwrap_or((tagged, ""));
    match CAUSES.contains(&tag) {
        true => (Some(tag), rest),
        false => (None, body),
    }
}

fn there(tx: &mut Tx<'_>, ctx: &Ctx, event: &Event) -> Result<Event, ServiceError> {
    timeline::get(tx, ctx.scope(), event.customer, event.id)?
        .ok_or_else(|| ServiceError::Bug(format!("{} is gone", event.id)))
}

fn callback(
    app: &App,
    command: &RecordContact,
    day: Day,
    balance: puntual_core::money::Money,
    ctx: &Ctx,
) -> Action {
    Action {
        id: ActionId(app.next_id()),
        customer: command.customer,
        plan_key: format!("callback:{}", command.id),
        strategy: "manual".to_owned(),
        step: "callback".to_owned(),
        step_index: 0,
        channel: command.channel.clone(),
        planned_on: day,
        currency: balance.currency,
        amount_minor: balance.minor,
        state: "task".to_owned(),
        reasons: "[]".to_owned(),
        not_before_at: None,
        done_at: None,
        message: None,
        recorded_at: ctx.now_ms,
        responsible: None,
        note: None,
        decided_by: None,
        decided_at: None,
    }
}

/// Writes a note on a customer's timeline.
pub fn note(
    app: &App,
    ctx: &Ctx,
    id: EventId,
    customer: CustomerId,
    text: &str,
) -> Result<Event, ServiceError> {
    ctx.require(Deed::RecordContact)?;
    let text = moments::required("text", text)?;
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, customer)?;
        let event = Event {
            body: Some(text.clone()),
            ..moments::event(ctx, id.0, customer, ctx.today, "note")
        };
        if moments::is_recorded(tx, ctx, &event)? {
            return there(tx, ctx, &event);
        }
        let currency = moments::currency_of(tx, ctx, customer)?;
        let balance = moments::balance(tx, ctx, customer, currency)?;
        let event = Event { balance_minor: Some(balance.minor), currency: Some(currency), ..event };
        timeline::append(tx, ctx.scope(), std::slice::from_ref(&event))?;
        Ok(event)
    })
}

/// Whether a text is shaped like an e-mail address.
pub(crate) fn is_email(text: &str) -> bool {
    let shaped = |(local, domain): (&str, &str)| !local.is_empty() && domain.contains('.');
    text.split_once('@').is_some_and(shaped) && !text.contains(char::is_whitespace)
}

/// Adds a way to reach a customer. The same id with the same content changes nothing.
pub fn add_point(app: &App, ctx: &Ctx, point: &ContactPoint) -> Result<(), ServiceError> {
    ctx.require(Deed::EditCustomer)?;
    if !POINT_KINDS.contains(&point.kind.as_str()) {
        return Err(ServiceError::invalid("kind", "unknown_kind"));
    }
    let value = moments::required("value", &point.value)?;
    if point.kind == "email" && !is_email(&value) {
        return Err(ServiceError::invalid("value", "bad_email"));
    }
    let person = moments::said(point.person.as_deref());
    let wanted = ContactPoint { value, person, state: "ok".to_owned(), ..point.clone() };
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, wanted.customer)?;
        if let Some(there) = customer::contact_point(tx, ctx.scope(), wanted.customer, wanted.id)? {
            let content = |p: &ContactPoint| (p.kind.clone(), p.value.clone(), p.person.clone());
            return match content(&there) == content(&wanted) {
                true => Ok(()),
                false => Err(ServiceError::Conflict(format!("{} is another", wanted.id))),
            };
        }
        let points = std::slice::from_ref(&wanted);
        customer::insert_contact_points(tx, ctx.scope(), points, ctx.now_ms)?;
        let event = Event {
            body: Some(wanted.value.clone()),
            subject: Some(wanted.id.0),
            channel: Some(wanted.kind.clone()),
            ..moments::event(ctx, wanted.id.0, wanted.customer, ctx.today, "point_added")
        };
        Ok(timeline::append(tx, ctx.scope(), &[event])?)
    })
}

/// Marks a way to reach a customer: `ok`, `bounced`, `opted_out`, `authorised`.
pub fn mark_point(
    app: &App,
    ctx: &Ctx,
    customer: CustomerId,
    point: ContactPointId,
    state: &str,
) -> Result<(), ServiceError> {
    ctx.require(Deed::EditCustomer)?;
    if !POINT_STATES.contains(&state) {
        return Err(ServiceError::invalid("state", "unknown_state"));
    }
    let scope = ctx.scope();
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, customer)?;
        let missing = || ServiceError::NotFound(format!("contact point {point}"));
        let there = customer::contact_point(tx, scope, customer, point)?.ok_or_else(missing)?;
        if there.state == state {
            return Ok(());
        }
        customer::set_contact_point_state(tx, scope, customer, point, state)?;
        let event = Event {
            outcome: Some(state.to_owned()),
            body: Some(there.value),
            subject: Some(point.0),
            channel: Some(there.kind),
            ..moments::event(ctx, app.next_id(), customer, ctx.today, "point_marked")
        };
        Ok(timeline::append(tx, scope, &[event])?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_read_back_and_a_hash_in_a_note_is_not_one() {
        assert_eq!(cause_and_note("#forgot llama el lunes"), (Some("forgot"), "llama el lunes"));
        assert_eq!(cause_and_note("#forgot"), (Some("forgot"), ""));
        assert_eq!(cause_and_note("#12 va en el correo"), (None, "#12 va en el correo"));
    }
}
