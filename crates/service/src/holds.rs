//! Holds: reasons not to act on a customer, put and lifted.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use puntual_core::access::Deed;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, HoldId};
use puntual_store::standing;
pub use puntual_store::standing::Hold;
use puntual_store::timeline::{self, Event};

/// What holds are for; what each suspends is the planner's.
pub const KINDS: [&str; 9] = [
    "hold",
    "do_not_contact",
    "legal_stop",
    "deceased",
    "fraud",
    "in_plan",
    "instrument_pending",
    "payment_in_transit",
    "with_agency",
];

/// A hold somebody puts.
#[derive(Clone, Debug)]
pub struct PutHold {
    /// The id the hold will have.
    pub id: HoldId,
    /// Whom it protects.
    pub customer: CustomerId,
    /// One of [`KINDS`].
    pub kind: String,
    /// Last day; until lifted when absent.
    pub until: Option<Day>,
    /// Why.
    pub why: String,
}

/// Puts a hold from today on. The same id with the same content answers the same hold.
pub fn put(app: &App, ctx: &Ctx, command: &PutHold) -> Result<Hold, ServiceError> {
    ctx.require(Deed::PlaceHold)?;
    let why = moments::required("why", &command.why)?;
    if !KINDS.contains(&command.kind.as_str()) {
        return Err(ServiceError::invalid("kind", "unknown_kind"));
    }
    if command.until.is_some_and(|until| until < ctx.today) {
        return Err(ServiceError::invalid("until", "in_the_past"));
    }
    let scope = ctx.scope();
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, command.customer)?;
        let wanted = Hold {
            id: command.id,
            customer: command.customer,
            kind: command.kind.clone(),
            since: ctx.today,
            until: command.until,
            why: why.clone(),
            actor: ctx.actor.clone(),
            import: None,
            recorded_at: ctx.now_ms,
        };
        if let Some(there) = standing::hold(tx, scope, command.id)? {
            let content = |h: &Hold| (h.customer, h.kind.clone(), h.until, h.why.clone());
            return match content(&there) == content(&wanted) {
                true => Ok(there),
                false => Err(ServiceError::Conflict(format!("{} is another hold", there.id))),
            };
        }
        standing::insert_holds(tx, scope, std::slice::from_ref(&wanted))?;
        let event = Event {
            outcome: Some(wanted.kind.clone()),
            body: Some(why.clone()),
            subject: Some(wanted.id.0),
            ..moments::event(ctx, wanted.id.0, wanted.customer, ctx.today, "hold_put")
        };
        timeline::append(tx, scope, &[event])?;
        Ok(wanted)
    })
}

/// Lifts a hold. Twice changes nothing.
pub fn lift(app: &App, ctx: &Ctx, id: HoldId) -> Result<(), ServiceError> {
    ctx.require(Deed::PlaceHold)?;
    let scope = ctx.scope();
    app.store.write(|tx| {
        let missing = || ServiceError::NotFound(format!("hold {id}"));
        let hold = standing::hold(tx, scope, id)?.ok_or_else(missing)?;
        moments::take_turn(tx, ctx, hold.customer)?;
        if standing::lift_hold(tx, scope, id, ctx.now_ms)? {
            let event = Event {
                outcome: Some(hold.kind),
                subject: Some(id.0),
                ..moments::event(ctx, app.next_id(), hold.customer, ctx.today, "hold_lifted")
            };
            timeline::append(tx, scope, &[event])?;
        }
        Ok(())
    })
}
