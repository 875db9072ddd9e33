//! The outbox for people: what is queued, sent, dropped and why; what a customer would receive
//! now; and the decisions only a person may take, about messages nobody knows whether they left.

use crate::App;
use crate::beyond::Beyond;
use crate::ctx::Ctx;
use crate::day::Why;
use crate::dispatch::{Letter, LetterError};
use crate::error::ServiceError;
use crate::facts::{self, Basis, Case, Outlook};
use crate::statements;
use crate::strategies;
use puntual_core::access::Deed;
use puntual_core::calendar::Calendar;
use puntual_core::date::Day;
use puntual_core::hours::Channel;
use puntual_core::id::{CustomerId, EventId, MessageId, ReceivableId};
use puntual_core::money::Money;
use puntual_core::strategy::plan::{self, Planned};
use puntual_store::Tx;
use puntual_store::action::{self, Action};
use puntual_store::customer::{self, Customer};
use puntual_store::outbox::{self, Message};
use puntual_store::timeline::{self, Event};

/// A message with whom it is to.
#[derive(Clone, Debug)]
pub struct ListedMessage {
    /// The message; its bodies are for [`detail`].
    pub message: Message,
    /// The creditor's code for the customer.
    pub customer_code: String,
    /// The customer's name.
    pub customer_name: String,
}

/// A page of the outbox.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    /// Messages, newest first.
    pub messages: Vec<ListedMessage>,
    /// How many messages are in each state.
    pub counts: Vec<(String, i64)>,
}

/// Messages of one state or all, newest first, from the `offset`-th on; with how many there are of
/// each state.
pub fn list(
    app: &App,
    ctx: &Ctx,
    state: Option<&str>,
    offset: i64,
    limit: i64,
) -> Result<Outbox, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let messages = outbox::page(tx, ctx.scope(), state, offset.max(0), limit.clamp(1, 1_000))?;
        let mut ids: Vec<CustomerId> = messages.iter().map(|m| m.customer).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut customers = customer::by_ids(tx, ctx.scope(), &ids)?;
        customers.sort_by_key(|c| c.id);
        let listed = messages.into_iter().map(|message| {
            let at = customers.binary_search_by_key(&message.customer, |c| c.id).ok();
            let found = at.and_then(|at| customers.get(at));
            ListedMessage {
                customer_code: found.map(|c| c.code.clone()).unwrap_or_default(),
                customer_name: found.map(|c| c.name.clone()).unwrap_or_default(),
                message,
            }
        });
        let counts = outbox::count_by_state(tx, ctx.scope())?;
        Ok(Outbox { messages: listed.collect(), counts })
    })
}

/// A message with everything about it.
#[derive(Clone, Debug)]
pub struct MessageDetail {
    /// The message, with its bodies as sent.
    pub message: Message,
    /// To whom.
    pub customer: Customer,
    /// The actions it carries out, with why they were planned.
    pub actions: Vec<(Action, Why)>,
    /// What became of it, newest first.
    pub events: Vec<Event>,
}

/// Events of the customer among which those of the message are looked for.
const EVENTS_LOOKED_AT: i64 = 2_000;

/// One message.
pub fn detail(app: &App, ctx: &Ctx, id: MessageId) -> Result<MessageDetail, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let message = find(tx, ctx, id)?;
        let customer = customer::get(tx, ctx.scope(), message.customer)?;
        let customer =
            customer.ok_or_else(|| ServiceError::NotFound(message.customer.to_string()))?;
        let actions = action::of_message(tx, ctx.scope(), id)?.into_iter();
        let actions = actions.map(|action| {
            let why = Why::read(&action.reasons);
            (action, why)
        });
        let mut events = timeline::of_customer(tx, ctx.scope(), customer.id, EVENTS_LOOKED_AT)?;
        events.retain(|event| event.subject == Some(id.0) && event.kind.starts_with("message_"));
        Ok(MessageDetail { message, customer, actions: actions.collect(), events })
    })
}

fn find(tx: &mut Tx<'_>, ctx: &Ctx, id: MessageId) -> Result<Message, ServiceError> {
    let found = outbox::get(tx, ctx.scope(), id)?;
    found.ok_or_else(|| ServiceError::NotFound(id.to_string()))
}

/// What a person decides about a message that failed, or of which nobody knows whether it left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Send it, once more: the facts are looked at again before it leaves.
    Resend,
    /// Do not send it; the step counts as done.
    Drop,
}

/// Carries out a person's decision. Deciding the same again changes nothing.
///
/// # Errors
/// `Conflict` when the message is neither unknown nor failed, as when somebody else was first.
pub fn resolve_unknown(
    app: &App,
    ctx: &Ctx,
    id: MessageId,
    resolution: Resolution,
) -> Result<(), ServiceError> {
    ctx.require(Deed::ApprovePlan)?;
    let (state, of_actions, kind) = match resolution {
        Resolution::Resend => ("queued", "queued", "message_resent"),
        Resolution::Drop => ("dropped", "dropped", "message_dropped"),
    };
    app.store.write(|tx| {
        let message = find(tx, ctx, id)?;
        if message.state == state {
            return Ok(());
        }
        let why = format!("{} ({})", ctx.actor, message.state);
        if !outbox::resolve_unknown(tx, ctx.scope(), id, state, &why, ctx.now_ms)? {
            return Err(ServiceError::Conflict(format!("message {id} is {}", message.state)));
        }
        end(app, ctx, tx, &message, of_actions, kind, &why)
    })
}

/// Takes a message out of the queue before it leaves; its step counts as done. Cancelling again
/// changes nothing.
///
/// # Errors
/// `Conflict` when it is not queued any more.
pub fn cancel(app: &App, ctx: &Ctx, id: MessageId) -> Result<(), ServiceError> {
    ctx.require(Deed::ApprovePlan)?;
    app.store.write(|tx| {
        let message = find(tx, ctx, id)?;
        if message.state == "cancelled" {
            return Ok(());
        }
        if !outbox::cancel(tx, ctx.scope(), id, &ctx.actor)? {
            return Err(ServiceError::Conflict(format!("message {id} is {}", message.state)));
        }
        end(app, ctx, tx, &message, "cancelled", "message_cancelled", &ctx.actor)
    })
}

/// Writes what a person decided on the actions and on the timeline.
fn end(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    message: &Message,
    state: &str,
    kind: &str,
    why: &str,
) -> Result<(), ServiceError> {
    for action in action::of_message(tx, ctx.scope(), message.id)? {
        action::set_state(tx, ctx.scope(), action.id, state, ctx.now_ms)?;
    }
    let event = Event {
        id: EventId(app.next_id()),
        customer: message.customer,
        happened_on: ctx.today,
        kind: kind.to_owned(),
        channel: Some(message.channel.clone()),
        outcome: None,
        body: Some(why.to_owned()),
        subject: Some(message.id.0),
        balance_minor: None,
        currency: Some(message.currency),
        actor: ctx.actor.clone(),
        recorded_at: ctx.now_ms,
    };
    Ok(timeline::append(tx, ctx.scope(), &[event])?)
}

/// What a customer would receive now.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The address.
    pub recipient: String,
    /// Key of the template.
    pub template: String,
    /// Subject.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
    /// Name of the file attached.
    pub attachment_name: String,
    /// The statement attached, a PDF.
    pub attachment: Vec<u8>,
}

/// Renders what the strategy would write the customer now, without planning or sending anything.
/// `None` when it would write nothing.
pub fn preview(
    app: &App,
    ctx: &Ctx,
    customer: CustomerId,
) -> Result<Option<Preview>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let (case, strategy) = strategies::case_of(app, tx, ctx, customer)?;
        let region = case.facts.law.region.as_deref();
        let calendar = Calendar::of_place(&case.facts.country, region);
        let planned = plan::plan(&case.facts, &strategy, &calendar, ctx.today);
        let written: Vec<Planned> = planned
            .into_iter()
            .filter(|one| one.is_act() && one.channel == Some(Channel::Email))
            .collect();
        let Some(first) = written.first() else { return Ok(None) };
        let claims: Vec<(ReceivableId, Money)> = written
            .iter()
            .flat_map(|one| one.lines.iter().chain(&one.context))
            .map(|line| (line.receivable, line.claim))
            .collect();
        write_preview(tx, ctx, &case, first, &claims)
    })
}

/// What a message still in the queue would say if it left now, with what was claimed when it was
/// planned. `None` for a message that is not queued any more.
pub fn draft(app: &App, ctx: &Ctx, id: MessageId) -> Result<Option<Preview>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let message = find(tx, ctx, id)?;
        if message.state != "queued" {
            return Ok(None);
        }
        let beyond = Beyond::default();
        let outlook = Outlook::new(ctx.today, Basis::Now, &beyond);
        let case = facts::one(tx, ctx, outlook, message.customer, Some(id))?;
        let mut claims = Vec::new();
        for action in action::of_message(tx, ctx.scope(), id)? {
            let rows = action::receivables_of(tx, ctx.scope(), action.id)?;
            let claim = |minor| Money::new(minor, message.currency);
            claims.extend(rows.iter().map(|row| (row.receivable, claim(row.claimed_minor))));
        }
        let locale = statements::language(&case.facts.language);
        let point = case.points.iter().find(|point| point.value == message.recipient);
        let Some(point) = point else { return Ok(None) };
        match Letter::write(tx, ctx, &case, &claims, &message.template, locale, point) {
            Ok(letter) => Ok(Some(Preview {
                recipient: point.value.clone(),
                template: message.template,
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

fn write_preview(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    case: &Case,
    planned: &Planned,
    claims: &[(ReceivableId, Money)],
) -> Result<Option<Preview>, ServiceError> {
    let point = case.points.iter().find(|point| Some(point.id) == planned.contact_point);
    let template = planned.step.as_ref().and_then(|step| step.template.clone());
    let (Some(point), Some(template)) = (point, template) else { return Ok(None) };
    let locale = statements::language(&case.facts.language);
    let letter = match Letter::write(tx, ctx, case, claims, &template, locale, point) {
        Ok(letter) => letter,
        Err(LetterError::Service(error)) => return Err(error),
        Err(LetterError::Unwritable(why)) => return Err(ServiceError::invalid("template", why)),
    };
    Ok(Some(Preview {
        recipient: point.value.clone(),
        template,
        subject: letter.email.subject,
        text: letter.email.text,
        html: letter.email.html,
        attachment_name: letter.attachment.name,
        attachment: letter.attachment.content,
    }))
}

/// The statement of account of a customer, named by its code or its id, at the end of a day: a PDF.
pub fn statement(
    app: &App,
    ctx: &Ctx,
    customer: &str,
    as_of: Day,
) -> Result<Vec<u8>, ServiceError> {
    statements::statement(app, ctx, find_customer(app, ctx, customer)?, as_of)
}

/// A customer by its code or its id.
pub fn find_customer(app: &App, ctx: &Ctx, text: &str) -> Result<CustomerId, ServiceError> {
    let found = app.store.read(|tx| match customer::by_code(tx, ctx.scope(), text)? {
        Some(found) => Ok::<_, ServiceError>(Some(found)),
        None => match text.parse() {
            Ok(id) => Ok(customer::get(tx, ctx.scope(), id)?),
            Err(_) => Ok(None),
        },
    })?;
    let missing = || ServiceError::NotFound(format!("customer {text:?}"));
    found.map(|customer| customer.id).ok_or_else(missing)
}
