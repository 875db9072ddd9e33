//! Disputes of documents: opened, and closed with how they ended.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use puntual_core::access::Deed;
use puntual_core::id::{DisputeId, DocumentId};
use puntual_store::standing;
pub use puntual_store::standing::Dispute;
use puntual_store::timeline::{self, Event};
use puntual_store::{document, receivable};

/// Why documents are disputed. A reason outside the list is kept as it is said.
pub const REASONS: [&str; 8] = [
    "price",
    "quantity",
    "quality",
    "not_received",
    "already_paid",
    "duplicate",
    "wrong_data",
    "other",
];

/// How disputes end.
pub const RESOLUTIONS: [&str; 4] = ["accepted", "partly_accepted", "rejected", "withdrawn"];

/// A dispute somebody raises.
#[derive(Clone, Debug)]
pub struct OpenDispute {
    /// The id the dispute will have.
    pub id: DisputeId,
    /// The document disputed.
    pub document: DocumentId,
    /// How much of it, smallest units; all of it when absent.
    pub amount_minor: Option<i64>,
    /// Why: one of [`REASONS`], or other words.
    pub reason: String,
}

/// Opens a dispute. The same id with the same content answers the same dispute.
pub fn open(app: &App, ctx: &Ctx, command: &OpenDispute) -> Result<Dispute, ServiceError> {
    ctx.require(Deed::OpenDispute)?;
    let reason = moments::required("reason", &command.reason)?;
    let scope = ctx.scope();
    app.store.write(|tx| {
        let missing = || ServiceError::NotFound(format!("document {}", command.document));
        let document = document::get(tx, scope, command.document)?.ok_or_else(missing)?;
        moments::take_turn(tx, ctx, document.customer)?;
        let wanted = Dispute {
            id: command.id,
            customer: document.customer,
            document: document.id,
            amount_minor: command.amount_minor,
            reason: reason.clone(),
            opened_on: ctx.today,
            closed_on: None,
            resolution: None,
            actor: ctx.actor.clone(),
            import: None,
            recorded_at: ctx.now_ms,
        };
        if let Some(there) = standing::dispute(tx, scope, command.id)? {
            let content = |d: &Dispute| (d.document, d.amount_minor, d.reason.clone());
            return match content(&there) == content(&wanted) {
                true => Ok(there),
                false => Err(ServiceError::Conflict(format!("{} is another dispute", there.id))),
            };
        }
        let open = receivable::of_documents(tx, scope, &[document.id])?;
        let open_minor: i64 = open.iter().map(|one| one.open_minor.max(0)).sum();
        if open_minor == 0 {
            return Err(ServiceError::invalid("document", "nothing_open"));
        }
        if command.amount_minor.is_some_and(|minor| minor <= 0 || minor > open_minor) {
            return Err(ServiceError::invalid("amount", "more_than_open"));
        }
        standing::insert_disputes(tx, scope, std::slice::from_ref(&wanted))?;
        let event = Event {
            outcome: Some(reason.clone()),
            body: Some(document.number),
            subject: Some(wanted.id.0),
            balance_minor: Some(command.amount_minor.unwrap_or(open_minor)),
            currency: Some(document.currency),
            ..moments::event(ctx, wanted.id.0, wanted.customer, ctx.today, "dispute_opened")
        };
        timeline::append(tx, scope, &[event])?;
        Ok(wanted)
    })
}

/// Closes a dispute. The same resolution again changes nothing; another one is a conflict.
pub fn close(
    app: &App,
    ctx: &Ctx,
    id: DisputeId,
    resolution: &str,
) -> Result<Dispute, ServiceError> {
    ctx.require(Deed::ResolveDispute)?;
    if !RESOLUTIONS.contains(&resolution) {
        return Err(ServiceError::invalid("resolution", "unknown_resolution"));
    }
    let scope = ctx.scope();
    app.store.write(|tx| {
        let missing = || ServiceError::NotFound(format!("dispute {id}"));
        let dispute = standing::dispute(tx, scope, id)?.ok_or_else(missing)?;
        moments::take_turn(tx, ctx, dispute.customer)?;
        if standing::close_dispute(tx, scope, id, ctx.today, resolution)? {
            let number = document::get(tx, scope, dispute.document)?.map(|found| found.number);
            let event = Event {
                outcome: Some(resolution.to_owned()),
                body: number,
                subject: Some(id.0),
                ..moments::event(ctx, app.next_id(), dispute.customer, ctx.today, "dispute_closed")
            };
            timeline::append(tx, scope, &[event])?;
        }
        let now = standing::dispute(tx, scope, id)?.ok_or_else(missing)?;
        match now.resolution.as_deref() == Some(resolution) {
            true => Ok(now),
            false => Err(ServiceError::Conflict("the dispute was closed otherwise".to_owned())),
        }
    })
}
