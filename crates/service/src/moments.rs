//! What every command on a customer does alike: take the customer's turn, know what it owes at that
//! moment, and leave an event on its timeline under the id the caller made.

use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::imports::keys;
use crate::portfolios::CustomerNames;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, EventId};
use puntual_core::money::Money;
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, customer, document, payment, receivable};
use std::collections::HashMap;

/// Takes the customer's turn: whoever changes what it owes waits until this transaction ends.
pub(crate) fn take_turn(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    customer: CustomerId,
) -> Result<(), ServiceError> {
    match customer::touch(tx, ctx.scope(), customer)? {
        true => Ok(()),
        false => Err(ServiceError::NotFound(format!("customer {customer}"))),
    }
}

/// What a customer owes in a currency at this moment of the transaction: open less what is not
/// applied.
pub(crate) fn balance(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    customer: CustomerId,
    currency: Currency,
) -> Result<Money, ServiceError> {
    let scope = ctx.scope();
    let of_currency = |other: Currency| other == currency;
    let open = receivable::open_of(tx, scope, customer)?;
    let cash = payment::open_of(tx, scope, customer)?;
    let credit = document::open_credits(tx, scope, customer)?;
    let open: i64 = open.iter().filter(|r| of_currency(r.currency)).map(|r| r.open_minor).sum();
    let cash: i64 =
        cash.iter().filter(|p| of_currency(p.currency)).map(|p| p.unapplied_minor).sum();
    let credit: i64 =
        credit.iter().filter(|d| of_currency(d.currency)).map(|d| d.unapplied_minor).sum();
    Ok(Money::new(open - cash - credit, currency))
}

/// The currency a customer's balance is told in: its usual one, else the creditor's.
pub(crate) fn currency_of(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    customer: CustomerId,
) -> Result<Currency, ServiceError> {
    let found = customer::get(tx, ctx.scope(), customer)?;
    Ok(found.and_then(|customer| customer.currency).unwrap_or(ctx.creditor.currency))
}

/// The last contact of each of these customers, whichever of those merged into it was spoken to.
pub(crate) fn last_contacts(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    names: &CustomerNames,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Event>, ServiceError> {
    let mut ids = customers.to_vec();
    ids.extend(customers.iter().flat_map(|customer| names.merged().members(*customer)));
    let mut last: HashMap<CustomerId, Event> = HashMap::new();
    for part in ids.chunks(1_000) {
        for event in timeline::last_contacts_of(tx, ctx.scope(), part)? {
            let kept = last.entry(names.survivor(event.customer)).or_insert_with(|| event.clone());
            if kept.id < event.id {
                *kept = event;
            }
        }
    }
    Ok(last)
}

/// An event of this moment, to be completed by the command.
pub(crate) fn event(ctx: &Ctx, id: i64, customer: CustomerId, on: Day, kind: &str) -> Event {
    Event {
        id: EventId(id),
        customer,
        happened_on: on,
        kind: kind.to_owned(),
        channel: None,
        outcome: None,
        body: None,
        subject: None,
        balance_minor: None,
        currency: None,
        actor: ctx.actor.clone(),
        recorded_at: ctx.now_ms,
    }
}

/// Writes a command's event. Answers whether it was there already with the same content; with
/// another content the id belongs to another command.
pub(crate) fn record_once(tx: &mut Tx<'_>, ctx: &Ctx, event: &Event) -> Result<bool, ServiceError> {
    let Some(there) = timeline::get(tx, ctx.scope(), event.customer, event.id)? else {
        timeline::append(tx, ctx.scope(), std::slice::from_ref(event))?;
        return Ok(false);
    };
    if is_repeat(&there, event) { Ok(true) } else { Err(another(event.id)) }
}

/// Whether a command's event is there already.
pub(crate) fn is_recorded(tx: &mut Tx<'_>, ctx: &Ctx, event: &Event) -> Result<bool, ServiceError> {
    match timeline::get(tx, ctx.scope(), event.customer, event.id)? {
        None => Ok(false),
        Some(there) if is_repeat(&there, event) => Ok(true),
        Some(_) => Err(another(event.id)),
    }
}

fn another(id: EventId) -> ServiceError {
    ServiceError::Conflict(format!("{id} was used for something else"))
}

/// The same command has the same content whenever and by whomever it is repeated; the balance of
/// the moment is no part of it.
fn is_repeat(there: &Event, again: &Event) -> bool {
    let content = |event: &Event| {
        let (kind, channel) = (event.kind.clone(), event.channel.clone());
        (kind, channel, event.outcome.clone(), event.body.clone(), event.subject)
    };
    content(there) == content(again)
}

/// The hash of a command's content.
pub(crate) fn content_hash(parts: &[&str]) -> i64 {
    keys::hash64(parts)
}

/// Text that says something, trimmed.
pub(crate) fn said(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Text that has to say something.
pub(crate) fn required(field: &str, text: &str) -> Result<String, ServiceError> {
    said(Some(text)).ok_or_else(|| ServiceError::invalid(field, "missing"))
}
