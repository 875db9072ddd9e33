//! Events on documents issued before: acceptance, claims, goods receipts, assignments, cancellation.
//!
//! Decides what an event does besides standing in the history: a claim of the buyer opens a dispute
//! of the whole document, and a later acceptance withdraws it; an assignment stops collection until
//! it is taken back; a cancellation by the tax office ends the document. Of two events on one day an
//! end goes after a beginning. Terms to claim are core's (`acceptance`).

use super::chunk::Chunk;
use super::keys;
use super::settle::{self, Debt, Found};
use super::verdict::{self, Verdict};
use super::waiting::{self, Outcome};
use super::{amount, annulment};
use crate::error::ServiceError;
use puntual_core::date::Day;
use puntual_core::id::{DisputeId, EventId};
use puntual_formats::record::{AssignmentRecord, EventKind, EventRecord};
use puntual_store::pending::Pending;
use puntual_store::standing;
use puntual_store::standing::Dispute;
use puntual_store::timeline::{self, Event};
use std::collections::HashSet;

/// How a dispute ends that the buyer's acceptance takes back.
const WITHDRAWN: &str = "withdrawn";

/// Every kind an event that waits can be of.
const KINDS: [EventKind; 13] = [
    EventKind::Accepted,
    EventKind::Delivered,
    EventKind::AcceptedWithRemarks,
    EventKind::Claimed,
    EventKind::Rejected,
    EventKind::GoodsReceived,
    EventKind::Assigned,
    EventKind::AssignmentCancelled,
    EventKind::AssignmentNotified,
    EventKind::CancellationRequested,
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
    let keys_of = |record: &EventRecord| {
        let reference = keys::event_reference(record);
        let number_key = keys::reference_key_without_uid(&reference);
        keys::reference_key(&reference, &country).map(|key| (key, number_key))
    };
    let named: Vec<Option<(String, Option<String>)>> = records.iter().map(|r| keys_of(r)).collect();
    let all = named.iter().flatten();
    let wanted: HashSet<String> = all
        .flat_map(|(key, number_key)| [Some(key), number_key.as_ref()])
        .flatten()
        .cloned()
        .collect();
    let debts = settle::find_debts(chunk, &wanted)?;
    let mut outcomes = Vec::with_capacity(records.len());
    for (record, keys) in records.iter().zip(named) {
        let Some((key, number_key)) = keys else {
            outcomes.push(Outcome::Judged(unknown(record)));
            continue;
        };
        outcomes.push(
            match (debts.get(&key), number_key.as_ref().and_then(|key| debts.get(key))) {
                (Some(Found::Debt(debt)), _) => Outcome::Judged(tell(chunk, debt, record)?),
                (Some(Found::Ambiguous), _) => {
                    Outcome::Judged(verdict::ambiguous_document(&record.place, name(record)))
                }
                (None, Some(Found::Debt(debt)))
                    if says(debt, record) && settle::may_bear(chunk, debt, &key)? =>
                {
                    Outcome::Judged(tell(chunk, debt, record)?)
                }
                (None, _) => {
                    let row = Box::new(pending_row(chunk, key, record));
                    match number_key {
                        Some(number_key) => Outcome::WaitsForUid(row, number_key),
                        None => Outcome::Waits(row),
                    }
                }
            },
        );
    }
    waiting::queue(chunk, outcomes, waiting::UNTIL_DOCUMENT)
}

/// Whether a debt is the one an event describes, as far as the event says its day and total.
fn says(debt: &Debt, record: &EventRecord) -> bool {
    let issued = debt.receivables.iter().map(|receivable| receivable.issue_date).min();
    let total = record.total.and_then(|total| amount::minor_rounded(total, debt.currency).ok());
    record.issue_date.is_none_or(|day| issued == Some(day))
        && total.is_none_or(|minor| settle::whole_minor(debt) == minor)
}

/// Whether an event that waits for a uid may be told of a debt that has come by its number.
pub fn fits(chunk: &mut Chunk<'_, '_>, debt: &Debt, row: &Pending) -> Result<bool, ServiceError> {
    match &row.other_key {
        Some(uid_key) => settle::may_bear(chunk, debt, uid_key),
        None => Ok(true),
    }
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
    let kind = event_word(record.kind);
    act(chunk, debt, record, (id, happened_on))?;
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

fn event_word(kind: EventKind) -> String {
    format!("document_{}", kind.as_str())
}

/// Whether an event of a kind is told of a debt for a day after this one.
fn told_after(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    kind: EventKind,
    day: Day,
) -> Result<bool, ServiceError> {
    let (scope, word) = (chunk.scope(), event_word(kind));
    let about = (word.as_str(), debt.document.0);
    Ok(timeline::told_later(chunk.tx, scope, debt.customer, about, day)?)
}

/// Does what an event means for its document, whichever of several is read first.
fn act(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    record: &EventRecord,
    (id, on): (EventId, Day),
) -> Result<(), ServiceError> {
    use EventKind::{Accepted, AcceptedWithRemarks, Assigned, AssignmentCancelled, Claimed};
    match record.kind {
        Assigned => {
            let later = told_after(chunk, debt, Assigned, on)?
                || told_after(chunk, debt, AssignmentCancelled, on - 1)?;
            if !later {
                chunk.assigned.push((debt.document, Some(holder(record))));
            }
        }
        AssignmentCancelled if !told_after(chunk, debt, Assigned, on)? => {
            chunk.assigned.push((debt.document, None));
        }
        Claimed => {
            let withdrawn = told_after(chunk, debt, Accepted, on - 1)?
                || told_after(chunk, debt, AcceptedWithRemarks, on - 1)?;
            claim(chunk, debt, record, (id, on), withdrawn);
        }
        Accepted | AcceptedWithRemarks => withdraw_claims(chunk, debt, on)?,
        EventKind::Cancelled => annulment::cancel(chunk, debt, on)?,
        _ => {}
    }
    Ok(())
}

/// Opens a dispute of the whole document for the reasons told. It bears the number of the event it
/// comes from, so that one leads to the other and the same claim twice is one dispute.
fn claim(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    record: &EventRecord,
    (id, on): (EventId, Day),
    is_withdrawn: bool,
) {
    let reason = record.reason.clone().or_else(|| record.code.clone());
    chunk.disputes.push(Dispute {
        id: DisputeId(id.0),
        customer: debt.customer,
        document: debt.document,
        amount_minor: None,
        reason: reason.unwrap_or_else(|| "other".to_owned()),
        opened_on: on,
        closed_on: is_withdrawn.then_some(on),
        resolution: is_withdrawn.then(|| WITHDRAWN.to_owned()),
        actor: chunk.ctx.actor.clone(),
        import: Some(chunk.import),
        recorded_at: chunk.recorded_at(on),
    });
}

/// An acceptance takes back the claims before it.
fn withdraw_claims(chunk: &mut Chunk<'_, '_>, debt: &Debt, on: Day) -> Result<(), ServiceError> {
    let (scope, word) = (chunk.scope(), event_word(EventKind::Claimed));
    let about = (word.as_str(), debt.document.0);
    for claim in timeline::told_until(chunk.tx, scope, debt.customer, about, on)? {
        let id = DisputeId(claim.id.0);
        standing::close_dispute(chunk.tx, scope, id, on, WITHDRAWN)?;
        for dispute in chunk.disputes.iter_mut().filter(|told_now| told_now.id == id) {
            dispute.closed_on = dispute.closed_on.or(Some(on));
            dispute.resolution.get_or_insert_with(|| WITHDRAWN.to_owned());
        }
    }
    Ok(())
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
