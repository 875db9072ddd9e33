//! Events on documents issued before: acceptance, claims, goods receipts, assignments.

use super::chunk::Chunk;
use super::verdict::{self, Verdict};
use super::{keys, settle};
use crate::error::ServiceError;
use puntual_core::id::EventId;
use puntual_formats::record::{EventKind, EventRecord};
use puntual_store::document;
use puntual_store::timeline::{self, Event};
use std::collections::HashSet;

/// Takes in events; answers one verdict for each, in order.
pub fn take(
    chunk: &mut Chunk<'_, '_>,
    records: &[&EventRecord],
) -> Result<Vec<Verdict>, ServiceError> {
    let country = chunk.ctx.creditor.country.clone();
    let key_of = |record: &EventRecord| keys::event_key(record, &country);
    let wanted: HashSet<String> = records.iter().filter_map(|r| key_of(r)).collect();
    let debts = settle::find_debts(chunk, &wanted)?;
    let mut verdicts = Vec::with_capacity(records.len());
    for record in records {
        let found = key_of(record).and_then(|key| debts.get(&key).cloned());
        let Some(settle::Found::Debt(debt)) = found else {
            verdicts.push(unknown(record));
            continue;
        };
        let happened_on = record.on.unwrap_or(chunk.ctx.today);
        // The id follows from the content, so that the same file twice is the same event.
        let text = format!("{:?}|{:?}|{happened_on}", record.kind, debt.document);
        let id = EventId(keys::hash64(&[&text]) & i64::MAX);
        if timeline::exists(chunk.tx, chunk.scope(), debt.customer, id)? {
            verdicts.push(Verdict::Duplicate);
            continue;
        }
        if record.kind == EventKind::Assigned {
            let holder = record.assignment.clone().unwrap_or_default().holder();
            let scope = chunk.scope();
            document::set_marks(chunk.tx, scope, debt.document, Some(&holder), None)?;
        }
        let event = Event {
            id,
            customer: debt.customer,
            happened_on,
            kind: format!("document_{}", record.kind.as_str()),
            channel: None,
            outcome: None,
            body: record.reason.clone().or_else(|| record.number.clone()),
            subject: Some(debt.document.0),
            balance_minor: None,
            currency: None,
            actor: chunk.ctx.actor.clone(),
            recorded_at: chunk.ctx.now_ms,
        };
        let scope = chunk.scope();
        timeline::append(chunk.tx, scope, &[event])?;
        verdicts.push(Verdict::accepted());
    }
    Ok(verdicts)
}

fn unknown(record: &EventRecord) -> Verdict {
    let number = record.number.as_deref().or(record.uuid.as_deref()).unwrap_or("?");
    verdict::quarantine(
        &record.place,
        "unknown_document",
        format!("El documento {number} no está registrado; impórtelo y repita este archivo."),
        format!("Document {number} is not recorded; import it and repeat this file."),
    )
}
