//! What became of direct debits and transfers: answers of the bank (pain.002) and what came back on
//! the account (camt). One instruction comes to one end, whoever tells of it and in which order.

use super::bank_draft::Draft;
use super::chunk::{Chunk, LOOKUP};
use super::verdict::{self, Verdict};
use super::{amount, keys};
use crate::error::ServiceError;
use crate::remittance_results;
use puntual_core::currency::Currency;
use puntual_core::id::{BankEntryId, DebitResultId};
use puntual_core::same_money;
use puntual_formats::record::DebitResultRecord;
use puntual_store::debit_result::{self, DebitResult};
use std::collections::{BTreeMap, HashMap};

/// What came back on the account: not a status of ISO 20022, which ends before settlement.
const RETURNED: &str = "RTRN";
/// Outcomes after which the money did not stay (ISO 20022, external payment status).
pub const FAILED: [&str; 3] = [RETURNED, "RJCT", "CANC"];
/// Days within which two failures of one instruction are one: the return of a SEPA direct debit
/// reaches the account at most five bank days after the answer. Later, it was collected again.
const SAME_FAILURE_DAYS: i32 = 15;

/// Takes in answers of the bank; one verdict for each, in order.
pub fn take(
    chunk: &mut Chunk<'_, '_>,
    records: &[(usize, &DebitResultRecord)],
) -> Result<Vec<Verdict>, ServiceError> {
    let drafts: Vec<Result<DebitResult, Verdict>> =
        records.iter().map(|(file, record)| prepare(chunk, *file, record)).collect();
    let mut found = store(chunk, drafts.iter().flatten().cloned().collect())?.into_iter();
    let verdict = |draft: Result<DebitResult, Verdict>| match draft {
        Err(refused) => refused,
        Ok(_) if found.next() == Some(true) => Verdict::accepted(),
        Ok(_) => Verdict::Duplicate,
    };
    Ok(drafts.into_iter().map(verdict).collect())
}

/// Notes what came back among new entries of an account.
pub fn take_returns(chunk: &mut Chunk<'_, '_>, drafts: &[Draft]) -> Result<(), ServiceError> {
    let returns = drafts.iter().filter(|d| d.entry.state == "returned");
    let returns: Vec<DebitResult> = returns.flat_map(|draft| returns_of(chunk, draft)).collect();
    store(chunk, returns)?;
    Ok(())
}

/// The instructions an entry takes back: those inside it, or itself.
fn returns_of(chunk: &Chunk<'_, '_>, draft: &Draft) -> Vec<DebitResult> {
    let entry = &draft.entry;
    let one = |end_to_end: &Option<String>| -> Option<DebitResult> {
        Some(DebitResult {
            id: DebitResultId(chunk.app.next_id()),
            instruction_key: same_money::reference_key(end_to_end.as_deref()?)?,
            original_message: None,
            original_batch: entry.batch.clone(),
            end_to_end: end_to_end.clone(),
            mandate: entry.mandate.clone(),
            amount_minor: Some(entry.amount_minor.abs()),
            currency: entry.currency,
            outcome: RETURNED.to_owned(),
            reason: entry.return_reason.clone(),
            reason_text: None,
            resulted_on: entry.booked_on,
            entry: Some(entry.id),
            payment: None,
            place: entry.place.clone(),
            import: chunk.import,
            recorded_at: chunk.ctx.now_ms,
        })
    };
    if draft.details.is_empty() {
        return one(&entry.reference).into_iter().collect();
    }
    let inside = draft.details.iter().filter_map(|detail| {
        Some(DebitResult {
            mandate: detail.mandate.clone().or_else(|| entry.mandate.clone()),
            amount_minor: detail.amount_minor.map(i64::abs),
            currency: detail.currency,
            reason: detail.return_reason.clone().or_else(|| entry.return_reason.clone()),
            reason_text: detail.return_text.clone(),
            ..one(&detail.end_to_end)?
        })
    });
    inside.collect()
}

fn prepare(
    chunk: &Chunk<'_, '_>,
    file: usize,
    record: &DebitResultRecord,
) -> Result<DebitResult, Verdict> {
    let place = &record.place;
    let currency: Currency = match record.currency.as_deref() {
        None => chunk.ctx.creditor.currency,
        Some(code) => code.parse().map_err(|_| verdict::unknown_currency(place, code))?,
    };
    let whole = [&record.original_message, &record.original_batch].map(|id| id.as_deref());
    let key = match record.end_to_end.as_deref().and_then(same_money::reference_key) {
        Some(key) => key,
        None if whole.iter().all(Option::is_none) => return Err(nameless(place)),
        None => {
            let named =
                [whole[0], whole[1], record.end_to_end.as_deref(), record.mandate.as_deref()];
            format!("*{}", named.map(Option::unwrap_or_default).join("/"))
        }
    };
    if keys::is_too_long(&key) {
        return Err(verdict::too_long(place));
    }
    Ok(DebitResult {
        id: DebitResultId(chunk.app.next_id()),
        instruction_key: key,
        original_message: record.original_message.clone(),
        original_batch: record.original_batch.clone(),
        end_to_end: record.end_to_end.clone(),
        mandate: record.mandate.clone(),
        amount_minor: record
            .amount
            .and_then(|written| amount::minor_rounded(written.abs(), currency).ok()),
        currency,
        outcome: record.outcome.clone().unwrap_or_else(|| "?".to_owned()),
        reason: record.reason.clone(),
        reason_text: record.reason_text.clone(),
        resulted_on: record.on.unwrap_or(chunk.ctx.today),
        entry: None,
        payment: None,
        place: chunk.sources[file].place(place),
        import: chunk.import,
        recorded_at: chunk.ctx.now_ms,
    })
}

fn nameless(place: &str) -> Verdict {
    verdict::quarantine(
        place,
        "missing_field",
        "La respuesta no dice a qué orden se refiere: faltan su identificador y el del lote."
            .to_owned(),
        "The answer does not say which order it is about: its id and that of the batch are missing."
            .to_owned(),
    )
}

/// Stores what is new; answers for each whether it was.
fn store(chunk: &mut Chunk<'_, '_>, drafts: Vec<DebitResult>) -> Result<Vec<bool>, ServiceError> {
    let scope = chunk.scope();
    let wanted: Vec<String> = drafts.iter().map(|draft| draft.instruction_key.clone()).collect();
    let mut known: HashMap<String, Vec<DebitResult>> = HashMap::new();
    for part in wanted.chunks(LOOKUP) {
        let found = debit_result::by_keys(chunk.tx, scope, part.iter().map(String::as_str))?;
        for there in found {
            known.entry(there.instruction_key.clone()).or_default().push(there);
        }
    }
    let mut added: BTreeMap<DebitResultId, DebitResult> = BTreeMap::new();
    let mut told_by: Vec<(DebitResultId, BankEntryId)> = Vec::new();
    let mut are_new = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let there = known.entry(draft.instruction_key.clone()).or_default();
        let same = there.iter().find(|there| is_same(there, &draft));
        are_new.push(same.is_none());
        match (same, draft.entry) {
            (None, _) => {
                there.push(draft.clone());
                added.insert(draft.id, draft);
            }
            (Some(same), Some(entry)) if same.entry.is_none() => told_by.push((same.id, entry)),
            (Some(_), _) => {}
        }
    }
    let added: Vec<DebitResult> = added.into_values().collect();
    debit_result::insert_many(chunk.tx, scope, &added)?;
    remittance_results::returned(chunk.app, chunk.ctx, chunk.tx, &added)?;
    for (result, entry) in told_by {
        debit_result::set_known(chunk.tx, scope, result, Some(entry), None)?;
    }
    Ok(are_new)
}

/// Whether two tell of the same end of one instruction. Reasons may differ: the answer and the
/// entry of the account often have their own.
fn is_same(there: &DebitResult, draft: &DebitResult) -> bool {
    let failed = |result: &DebitResult| FAILED.contains(&result.outcome.as_str());
    let same_end = match (failed(there), failed(draft)) {
        (true, true) => (there.resulted_on - draft.resulted_on).abs() <= SAME_FAILURE_DAYS,
        (false, false) => there.outcome == draft.outcome,
        _ => false,
    };
    let amounts = (there.amount_minor, draft.amount_minor);
    let same_amount = matches!(amounts, (None, _) | (_, None)) || amounts.0 == amounts.1;
    same_end && same_amount && there.currency == draft.currency
}
