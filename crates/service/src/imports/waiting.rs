//! Letting records wait for what they name and is not there yet. What is done when it comes is the
//! business of whoever let them wait.

use super::chunk::{Chunk, LOOKUP};
use super::settle::{self, Found};
use super::verdict::{self, Verdict};
use super::{events, standing};
use crate::error::ServiceError;
use puntual_core::date::Day;
use puntual_store::pending::{self, Pending};
use std::collections::HashSet;

/// What is said of records that wait for a document alone, in Spanish and English.
pub const UNTIL_DOCUMENT: [&str; 2] = [
    "El documento todavía no está registrado; queda en espera hasta que llegue.",
    "The document is not recorded yet; this waits until it arrives.",
];

/// The same of what names its document by the uid its tax office gave it.
const UNTIL_UID: [&str; 2] = [
    "El documento todavía no está registrado con ese identificador fiscal (UUID, CUFE); queda en \
     espera hasta que llegue. Si entró por una tabla sin él, importe el XML del documento.",
    "The document is not recorded yet under that fiscal id (UUID, CUFE); this waits until it \
     arrives. If it came from a table without it, import the XML of the document.",
];

/// What is said of what waits for a document, named by uid or otherwise.
pub fn until_document(by_uid: bool) -> [&'static str; 2] {
    if by_uid { UNTIL_UID } else { UNTIL_DOCUMENT }
}

/// A record judged, or let wait.
pub enum Outcome {
    /// Its verdict.
    Judged(Verdict),
    /// What waits of it.
    Waits(Box<Pending>),
    /// What waits of it under a uid, and under the number of a document that came without it.
    WaitsForUid(Box<Pending>, String),
}

/// Queues the records that wait, unless they wait already, and says so in the words of `until`,
/// Spanish and English. Answers one verdict for each, in order.
pub fn queue(
    chunk: &mut Chunk<'_, '_>,
    outcomes: Vec<Outcome>,
    until: [&str; 2],
) -> Result<Vec<Verdict>, ServiceError> {
    let keys: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Judged(_) => None,
            Outcome::Waits(row) | Outcome::WaitsForUid(row, _) => Some(row.target_key.clone()),
        })
        .collect();
    let mut already = HashSet::new();
    for part in keys.chunks(LOOKUP) {
        let part = part.iter().map(String::as_str);
        let waiting = pending::waiting_for(chunk.tx, chunk.scope(), part)?;
        already.extend(waiting.into_iter().map(|p| p.id));
    }
    let mut verdicts = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        verdicts.push(match outcome {
            Outcome::Judged(verdict) => verdict,
            Outcome::Waits(row) => let_wait(chunk, &mut already, (*row, None), until),
            Outcome::WaitsForUid(row, number_key) => {
                let_wait(chunk, &mut already, (*row, Some(number_key)), UNTIL_UID)
            }
        });
    }
    Ok(verdicts)
}

fn let_wait(
    chunk: &mut Chunk<'_, '_>,
    already: &mut HashSet<i64>,
    (row, number_key): (Pending, Option<String>),
    until: [&str; 2],
) -> Verdict {
    if !already.insert(row.id) {
        return Verdict::Duplicate;
    }
    let [es, en] = until.map(str::to_owned);
    let remark = verdict::remark(&row.place, "waiting", es, en);
    push(chunk, row, number_key);
    Verdict::Accepted(vec![remark])
}

/// Lets a row wait; where it names its document by uid and number, under both, once.
pub fn push(chunk: &mut Chunk<'_, '_>, row: Pending, number_key: Option<String>) {
    if let Some(target_key) = number_key {
        let other_key = Some(row.target_key.clone());
        chunk.waiting.push(Pending { target_key, other_key, ..row.clone() });
    }
    chunk.waiting.push(row);
}

/// Something told of a document, as it waits for it: `kind` is the teller's word.
pub fn told(
    chunk: &Chunk<'_, '_>,
    id: i64,
    target_key: String,
    kind: &str,
    effective_on: Day,
) -> Pending {
    Pending {
        id,
        target_key,
        kind: kind.to_owned(),
        effective_on,
        recorded_on: chunk.recorded_on(effective_on),
        import: Some(chunk.import),
        ..Pending::default()
    }
}

/// Takes in what was told of documents that have come, in the order in which it happened.
pub fn serve(chunk: &mut Chunk<'_, '_>, mut told: Vec<Pending>) -> Result<(), ServiceError> {
    told.sort_by_key(|row| (row.effective_on, row.sequence, row.id));
    let wanted = told.iter().map(|row| row.target_key.clone()).collect();
    let debts = settle::find_debts(chunk, &wanted)?;
    for row in told {
        let Some(found) = debts.get(&row.target_key) else { continue };
        if let Found::Debt(debt) = found {
            match row.kind.as_str() {
                standing::DISPUTE => standing::serve_dispute(chunk, debt, &row),
                standing::PROMISE => standing::serve_promise(chunk, debt, &row),
                _ if row.other_key.is_some() && !events::fits(chunk, debt, &row)? => continue,
                _ => events::serve(chunk, debt, &row)?,
            }
        }
        pending::settle(chunk.tx, chunk.ctx.scope(), &row, chunk.ctx.now_ms)?;
    }
    Ok(())
}
