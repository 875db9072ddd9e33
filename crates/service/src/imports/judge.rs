//! The order in which a chunk's records are judged.

use super::chunk::Chunk;
use super::verdict::Verdict;
use super::{Options, allocations, bank, debits, documents, events, payments, standing};
use crate::error::ServiceError;
use puntual_formats::record::{DocumentKind, Record};

/// One verdict per record, in order. Records of a kind are judged together, in the order in which
/// they need each other.
pub(super) fn judge(
    chunk: &mut Chunk<'_, '_>,
    items: &[(usize, Record)],
    options: &Options,
) -> Result<Vec<Verdict>, ServiceError> {
    let mut verdicts: Vec<Option<Verdict>> =
        items.iter().map(|(_, record)| standing::foregone(record, options)).collect();
    let open: Vec<usize> = (0..items.len()).filter(|at| verdicts[*at].is_none()).collect();
    macro_rules! each {
        ($pattern:pat $(if $guard:expr)? => $value:expr) => {
            open.iter()
                .filter_map(|at| match &items[*at] {
                    $pattern $(if $guard)? => Some((*at, $value)),
                    _ => None,
                })
                .unzip::<usize, _, Vec<usize>, Vec<_>>()
        };
    }
    let mut settle = |at: Vec<usize>, judged: Vec<Verdict>| {
        for (at, verdict) in at.into_iter().zip(judged) {
            verdicts[at] = Some(verdict);
        }
    };
    let (at, records) = each!((_, Record::Customer(customer)) => &**customer);
    settle(at, standing::take_customers(chunk, &records)?);
    let is_receipt = |kind| kind == DocumentKind::PaymentReceipt;
    let (at, records) = each!((file, Record::Document(d)) if !is_receipt(d.kind) => (*file, &**d));
    settle(at, documents::take(chunk, &records)?);
    let (at, records) = each!((_, Record::Document(d)) if is_receipt(d.kind) => &**d);
    settle(at, payments::take_complements(chunk, &records)?);
    let (at, records) = each!((_, Record::Payment(payment)) => &**payment);
    settle(at, payments::take(chunk, &records)?);
    let (at, records) = each!((_, Record::Allocation(allocation)) => allocation);
    settle(at, allocations::take(chunk, &records)?);
    let (at, records) = each!((_, Record::Rate(rate)) => rate);
    settle(at, standing::take_rates(chunk, &records)?);
    let (at, records) = each!((_, Record::Dispute(dispute)) => dispute);
    settle(at, standing::take_disputes(chunk, &records)?);
    let (at, records) = each!((_, Record::Promise(promise)) => promise);
    settle(at, standing::take_promises(chunk, &records)?);
    let (at, records) = each!((_, Record::Event(event)) => &**event);
    settle(at, events::take(chunk, &records)?);
    let told = |record: &Record| matches!(record, Record::BankEntry(_) | Record::Statement(_));
    let (at, records) = each!((file, record) if told(record) => (*file, record));
    settle(at, bank::take(chunk, &records)?);
    let (at, records) = each!((file, Record::DebitResult(result)) => (*file, &**result));
    settle(at, debits::take(chunk, &records)?);
    let missing = || ServiceError::Bug("a record was left without a verdict".to_owned());
    let with_remarks = |(verdict, (_, record)): (Option<Verdict>, &(usize, Record))| {
        let mut verdict = verdict.ok_or_else(missing)?;
        if let Verdict::Accepted(remarks) = &mut verdict {
            remarks.extend_from_slice(record.problems());
        }
        Ok(verdict)
    };
    verdicts.into_iter().zip(items).map(with_remarks).collect()
}
