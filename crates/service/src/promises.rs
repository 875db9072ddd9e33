//! Promises to pay: made, judged, called off.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use crate::payments;
use puntual_core::access::Deed;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, PromiseId};
use puntual_core::money::Money;
use puntual_store::standing;
pub use puntual_store::standing::Promise;
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, receivable};

/// Furthest day a promise may name: what lies beyond is an agreement, not a promise.
pub const MOST_DAYS: i32 = 180;

/// A promise somebody made.
#[derive(Clone, Debug)]
pub struct MakePromise {
    /// The id the promise will have.
    pub id: PromiseId,
    /// Who promised.
    pub customer: CustomerId,
    /// The document promised; all of the customer's debt when absent.
    pub document: Option<DocumentId>,
    /// How much; not more than is open.
    pub amount: Money,
    /// By when: today or later, within [`MOST_DAYS`].
    pub promised_on: Day,
    /// What was said, and by whom.
    pub note: Option<String>,
}

/// Records a promise. The same id with the same content answers the same promise.
pub fn make(app: &App, ctx: &Ctx, command: &MakePromise) -> Result<Promise, ServiceError> {
    ctx.require(Deed::RecordPromise)?;
    app.store.write(|tx| make_in(tx, ctx, command))
}

/// The same inside a transaction that is open already.
pub(crate) fn make_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    command: &MakePromise,
) -> Result<Promise, ServiceError> {
    moments::take_turn(tx, ctx, command.customer)?;
    let scope = ctx.scope();
    let wanted = Promise {
        id: command.id,
        customer: command.customer,
        document: command.document,
        currency: command.amount.currency,
        amount_minor: command.amount.minor,
        promised_on: command.promised_on,
        made_on: ctx.today,
        state: "open".to_owned(),
        judged_on: None,
        note: moments::said(command.note.as_deref()),
        actor: ctx.actor.clone(),
        import: None,
        recorded_at: ctx.now_ms,
    };
    if let Some(there) = standing::promise(tx, scope, command.id)? {
        return match is_same(&there, &wanted) {
            true => Ok(there),
            false => Err(ServiceError::Conflict(format!("{} is another promise", there.id))),
        };
    }
    check(tx, ctx, command)?;
    standing::insert_promises(tx, scope, std::slice::from_ref(&wanted))?;
    timeline::append(tx, scope, &[event(ctx, command.id.0, &wanted, "promise_made")])?;
    Ok(wanted)
}

fn is_same(one: &Promise, other: &Promise) -> bool {
    let money = |p: &Promise| (p.currency, p.amount_minor, p.promised_on);
    let about = |p: &Promise| (p.customer, p.document);
    money(one) == money(other) && about(one) == about(other) && one.note == other.note
}

fn check(tx: &mut Tx<'_>, ctx: &Ctx, command: &MakePromise) -> Result<(), ServiceError> {
    if command.amount.minor <= 0 {
        return Err(ServiceError::invalid("amount", "not_positive"));
    }
    if command.promised_on < ctx.today {
        return Err(ServiceError::invalid("on", "in_the_past"));
    }
    if command.promised_on - ctx.today > MOST_DAYS {
        return Err(ServiceError::invalid("on", "too_far"));
    }
    let mut open = receivable::open_of(tx, ctx.scope(), command.customer)?;
    open.retain(|one| {
        let of_document = command.document.is_none_or(|document| document == one.document);
        of_document && one.currency == command.amount.currency && one.open_minor > 0
    });
    let open_minor: i64 = open.iter().map(|one| one.open_minor).sum();
    match command.amount.minor > open_minor {
        true => Err(ServiceError::invalid("amount", "more_than_open")),
        false => Ok(()),
    }
}

fn event(ctx: &Ctx, id: i64, promise: &Promise, kind: &str) -> Event {
    Event {
        outcome: Some(promise.promised_on.to_string()),
        body: promise.note.clone(),
        subject: Some(promise.id.0),
        balance_minor: Some(promise.amount_minor),
        currency: Some(promise.currency),
        ..moments::event(ctx, id, promise.customer, ctx.today, kind)
    }
}

/// Calls a promise off: it was noted by mistake, or its object is gone. It counts in no rate.
/// Twice changes nothing; a promise already judged is not called off.
pub fn cancel(app: &App, ctx: &Ctx, id: PromiseId, why: &str) -> Result<Promise, ServiceError> {
    ctx.require(Deed::RecordPromise)?;
    let scope = ctx.scope();
    app.store.write(|tx| {
        let missing = || ServiceError::NotFound(format!("promise {id}"));
        let promise = standing::promise(tx, scope, id)?.ok_or_else(missing)?;
        moments::take_turn(tx, ctx, promise.customer)?;
        if !standing::judge_open_promise(tx, scope, id, "cancelled", ctx.today)? {
            let now = standing::promise(tx, scope, id)?.ok_or_else(missing)?;
            return match now.state == "cancelled" {
                true => Ok(now),
                false => Err(ServiceError::Conflict(format!("the promise is {}", now.state))),
            };
        }
        let event = Event {
            body: moments::said(Some(why)),
            ..event(ctx, app.next_id(), &promise, "promise_cancelled")
        };
        timeline::append(tx, scope, &[event])?;
        standing::promise(tx, scope, id)?.ok_or_else(missing)
    })
}

/// The promises in force with the names of who made them, the earliest day first.
pub fn open(app: &App, ctx: &Ctx) -> Result<Vec<(Promise, String)>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let view = app.portfolios.view_in(tx, ctx.scope())?;
        let mut open = standing::open_promises(tx, ctx.scope())?;
        open.sort_by_key(|promise| (promise.promised_on, promise.id));
        let named = open.into_iter().map(|promise| {
            let name = view.names.get(promise.customer).map(|customer| customer.name.clone());
            (promise, name.unwrap_or_default())
        });
        Ok(named.collect())
    })
}

/// Judges a customer's open promises as of today; answers all its promises, newest first.
pub fn judge(app: &App, ctx: &Ctx, customer: CustomerId) -> Result<Vec<Promise>, ServiceError> {
    ctx.require(Deed::RecordPromise)?;
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, customer)?;
        payments::judge_promises(app, ctx, tx, customer)?;
        Ok(standing::promises_of(tx, ctx.scope(), customer)?)
    })
}
