//! Events on documents issued before: acceptance, claims, goods receipts, assignments.

use super::chunk::Chunk;
use super::keys;
use super::settle::{self, Debt, Found};
use super::verdict::{self, Verdict};
use super::waiting::{self, Outcome};
use crate::error::ServiceError;
use puntual_core::id::EventId;
use puntual_formats::record::{AssignmentRecord, EventKind, EventRecord};
use puntual_store::pending::Pending;
use puntual_store::timeline::{self, Event};
use std::collections::HashSet;

/// Every kind an event that waits can be of.
const KINDS: [EventKind; 9] = [
    EventKind::Accepted,
    EventKind::Delivered,
    EventKind::AcceptedWithRemarks,
    EventKind::Rejected,
    EventKind::GoodsReceived,
    EventKind::Assigned,
    EventKind::Cancelled,
    EventKind::Confirmed,
    EventKind::Noted,
];

/// Takes in events; answers one verdict for each, in order. Those of documents not seen yet wait for
/// them.
pub fn take(
    chunk: &mut Chunk<'_, '_>,
    records: &[&EventRecord],
) -> Result<Vec<Verdict>, ServiceError> {
    let country = chunk.ctx.creditor.country.clone();
    let key_of = |record: &EventRecord| keys::event_key(record, &country);
    let wanted: HashSet<String> = records.iter().filter_map(|r| key_of(r)).collect();
    let debts = settle::find_debts(chunk, &wanted)?;
    let mut outcomes = Vec::with_capacity(records.len());
    for record in records {
        let Some(key) = key_of(record) else {
            outcomes.push(Outcome::Judged(unknown(record)));
            continue;
        };
        outcomes.push(match debts.get(&key) {
            Some(Found::Debt(debt)) => Outcome::Judged(tell(chunk, debt, record)?),
            Some(Found::Ambiguous) => {
                Outcome::Judged(verdict::ambiguous_document(&record.place, name(record)))
            }
            None => Outcome::Waits(Box::new(pending_row(chunk, key, record))),
        });
    }
    waiting::queue(chunk, outcomes, waiting::UNTIL_DOCUMENT)
}

/// Tells an event that waited for its document.
pub fn serve(chunk: &mut Chunk<'_, '_>, debt: &Debt, row: &Pending) -> Result<(), ServiceError> {
    if let Some(record) = record_of(row) {
        tell(chunk, debt, &record)?;
    }
    Ok(())
}

/// Adds an event to the history of a debt, unless it is there, and does what it means.
fn tell(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    record: &EventRecord,
) -> Result<Verdict, ServiceError> {
    let scope = chunk.scope();
    let happened_on = record.on.unwrap_or(chunk.ctx.today);
    // The id follows from the content, so that the same file twice is the same event.
    let again = sequence(record).filter(|sequence| *sequence > 1);
    let nth = again.map(|sequence| format!("|{sequence}")).unwrap_or_default();
    let text = format!("{:?}|{:?}|{happened_on}{nth}", record.kind, debt.document);
    let id = EventId(keys::hash64(&[&text]) & i64::MAX);
    if timeline::exists(chunk.tx, scope, debt.customer, id)? {
        return Ok(Verdict::Duplicate);
    }
    let kind = format!("document_{}", record.kind.as_str());
    if record.kind == EventKind::Assigned {
        // Whoever was given the claim last holds it, whichever assignment is read first.
        let about = (kind.as_str(), debt.document.0);
        if !timeline::told_later(chunk.tx, scope, debt.customer, about, happened_on)? {
            chunk.assigned.push((debt.document, holder(record)));
        }
    }
    let event = Event {
        id,
        customer: debt.customer,
        happened_on,
        kind,
        channel: None,
        outcome: None,
        body: body(record),
        subject: Some(debt.document.0),
        balance_minor: None,
        currency: None,
        actor: chunk.ctx.actor.clone(),
        recorded_at: chunk.ctx.now_ms,
    };
    timeline::append(chunk.tx, scope, &[event])?;
    Ok(Verdict::accepted())
}

fn body(record: &EventRecord) -> Option<String> {
    record.reason.clone().or_else(|| record.number.clone())
}

fn holder(record: &EventRecord) -> String {
    record.assignment.clone().unwrap_or_default().holder()
}

fn sequence(record: &EventRecord) -> Option<u32> {
    record.assignment.as_ref().and_then(|assignment| assignment.sequence)
}

/// What people call the document an event is about.
fn name(record: &EventRecord) -> &str {
    record.number.as_deref().or(record.uuid.as_deref()).unwrap_or("?")
}

fn kind_word(kind: EventKind) -> String {
    format!("event-{}", kind.as_str())
}

fn pending_row(chunk: &Chunk<'_, '_>, key: String, record: &EventRecord) -> Pending {
    let happened_on = record.on.unwrap_or(chunk.ctx.today);
    let sequence = sequence(record);
    let nth = sequence.unwrap_or(1).to_string();
    let kind = kind_word(record.kind);
    let id = keys::hash64(&[&kind, &key, &happened_on.to_string(), &nth]);
    Pending {
        place: record.place.clone(),
        note: body(record),
        holder: (record.kind == EventKind::Assigned).then(|| holder(record)),
        sequence: sequence.map(i64::from),
        ..waiting::told(chunk, id, key, &kind, happened_on)
    }
}

/// The event a waiting row was made of, as far as it has an effect.
fn record_of(row: &Pending) -> Option<EventRecord> {
    let kind = KINDS.into_iter().find(|kind| kind_word(*kind) == row.kind)?;
    let assignment = row.holder.as_ref().map(|holder| AssignmentRecord {
        sequence: row.sequence.and_then(|sequence| sequence.try_into().ok()),
        assignee_name: Some(holder.clone()),
        ..AssignmentRecord::default()
    });
    Some(EventRecord {
        place: row.place.clone(),
        kind,
        on: Some(row.effective_on),
        reason: row.note.clone(),
        assignment,
        ..EventRecord::default()
    })
}

/// An event that names no document.
fn unknown(record: &EventRecord) -> Verdict {
    verdict::quarantine(
        &record.place,
        "unknown_document",
        format!("No se sabe de qué documento habla ({}); revise el archivo.", name(record)),
        format!("It does not say which document it is about ({}); check the file.", name(record)),
    )
}
