//! When a document of an import is due and in which parts, and the part of it nobody is asked for.
//! The document's own dates go first, then its terms, then the customer's or the creditor's usual
//! ones.

use super::amount;
use super::chunk::Chunk;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::money::Money;
use puntual_formats::record::{DocumentRecord, DueSource};

/// The part of a document nobody is asked for (a detracción): it stands on a receivable of its own,
/// the last, settled as withheld on the day of issue.
pub fn deducted_minor(record: &DocumentRecord, currency: Currency, total_minor: i64) -> i64 {
    let deducted = record.deducted.and_then(|part| amount::minor_rounded(part, currency).ok());
    deducted.filter(|part| (1..total_minor).contains(part)).unwrap_or(0)
}

/// Due dates with their amounts, adding up to the total, and where they come from.
pub fn dues(
    chunk: &Chunk<'_, '_>,
    record: &DocumentRecord,
    issued: Day,
    total_minor: i64,
    currency: Currency,
    customer_terms_days: Option<i64>,
) -> (Vec<(Day, i64)>, DueSource) {
    let deducted_minor = deducted_minor(record, currency, total_minor);
    let asked_minor = total_minor - deducted_minor;
    let (mut dues, source) =
        asked_dues(chunk, record, issued, asked_minor, currency, customer_terms_days);
    if deducted_minor > 0 {
        dues.push((issued, deducted_minor));
    }
    (dues, source)
}

/// The due dates of what is asked for.
fn asked_dues(
    chunk: &Chunk<'_, '_>,
    record: &DocumentRecord,
    issued: Day,
    total_minor: i64,
    currency: Currency,
    customer_terms_days: Option<i64>,
) -> (Vec<(Day, i64)>, DueSource) {
    let dated: Vec<(Day, Option<i64>)> = record
        .dues
        .iter()
        .filter_map(|due| {
            let minor = due.amount.and_then(|a| amount::minor_rounded(a, currency).ok());
            due.date.map(|day| (day, minor))
        })
        .collect();
    let source = match record.due_source {
        DueSource::IssueDate => DueSource::Document,
        stated => stated,
    };
    match dated.as_slice() {
        [] => {}
        [(day, _)] => return (vec![(*day, total_minor)], source),
        many => {
            // Instalments may differ from the total by rounding, or by what was paid before: their
            // proportions are kept and the total is what is owed.
            let weights: Vec<u64> =
                many.iter().map(|(_, minor)| minor.unwrap_or(0).max(0) as u64).collect();
            let parts = Money::new(total_minor, currency).split(&weights);
            let dues = many.iter().zip(parts).map(|((day, _), part)| (*day, part.minor)).collect();
            return (dues, source);
        }
    }
    let after = |days: i64| vec![(issued + days as i32, total_minor)];
    if let Some(days) = record.terms_days {
        return (after(days.into()), DueSource::Terms);
    }
    let days = customer_terms_days.unwrap_or(chunk.ctx.creditor.default_terms_days);
    (after(days), DueSource::CustomerPolicy)
}
