//! Applications into the books: rows that say which payment or note settled which document, which
//! payment bounced, and what was written off.
//!
//! A row has no number of its own. The n-th equal row of a file is a repeat when the ledger already
//! held n equal applications before this import.

use super::chunk::{Chunk, LOOKUP};
use super::settle::{self, Debt, Found};
use super::verdict::{self, Verdict};
use super::{amount, keys};
use crate::error::ServiceError;
use puntual_core::date::Day;
use puntual_core::id::{DocumentId, PaymentId, ReceivableId, TxId};
use puntual_core::ledger::EntryKind;
use puntual_core::posting::Source;
use puntual_formats::record::{AllocationKind, AllocationRecord};
use puntual_store::document;
use puntual_store::ledger;
use puntual_store::payment;
use puntual_store::pending::Pending;
use std::collections::{HashMap, HashSet};

/// What makes two applications equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Likeness {
    document: DocumentId,
    on: Day,
    kind: AllocationKind,
    source: Option<i64>,
    amount_minor: i64,
}

impl Likeness {
    fn hash(&self) -> i64 {
        keys::hash64(&[&format!("{self:?}")])
    }
}

/// What a chunk of rows refers to.
struct Sources {
    payments: HashMap<String, (PaymentId, i64)>,
    notes: HashMap<String, (DocumentId, i64)>,
}

/// Takes in allocation rows; answers one verdict for each, in order.
pub fn take(
    chunk: &mut Chunk<'_, '_>,
    records: &[&AllocationRecord],
) -> Result<Vec<Verdict>, ServiceError> {
    let wanted: HashSet<String> = records.iter().map(|r| document_key(r)).collect();
    let debts = settle::find_debts(chunk, &wanted)?;
    let sources = sources(chunk, records)?;
    let mut before = applied_before(chunk, &debts)?;
    let mut verdicts = Vec::with_capacity(records.len());
    for record in records {
        verdicts.push(take_one(chunk, &debts, &sources, &mut before, record)?);
    }
    Ok(verdicts)
}

fn document_key(record: &AllocationRecord) -> String {
    format!("number:{}", keys::normal_number(&record.document))
}

fn payment_key(number: &str) -> String {
    format!("n:{}", keys::normal_number(number))
}

fn sources(
    chunk: &mut Chunk<'_, '_>,
    records: &[&AllocationRecord],
) -> Result<Sources, ServiceError> {
    let (mut pay_keys, mut numbers) = (HashSet::new(), HashSet::new());
    for record in records {
        let Some(source) = record.source.as_deref() else { continue };
        match record.kind {
            AllocationKind::CreditNote => numbers.insert(keys::normal_number(source)),
            _ => pay_keys.insert(payment_key(source)),
        };
    }
    let mut sources = Sources { payments: HashMap::new(), notes: HashMap::new() };
    let pay_keys: Vec<String> = pay_keys.into_iter().collect();
    for part in pay_keys.chunks(LOOKUP) {
        for p in payment::by_keys(chunk.tx, chunk.scope(), part.iter().map(String::as_str))? {
            sources.payments.insert(p.pay_key, (p.id, p.unapplied_minor));
        }
    }
    for key in pay_keys {
        if let Some(id) = chunk.payments.get(&key) {
            sources.payments.entry(key).or_insert((*id, 0));
        }
    }
    let numbers: Vec<String> = numbers.into_iter().collect();
    for part in numbers.chunks(LOOKUP) {
        let part = part.iter().map(String::as_str);
        for (number, note) in document::known_by_numbers(chunk.tx, chunk.scope(), part, true)? {
            sources.notes.insert(number, (note.id, note.unapplied_minor));
        }
    }
    Ok(sources)
}

/// How many equal applications the ledger held before this import, by likeness. Credit notes are
/// applied by what they refer to as well, so for them this import's own count too.
fn applied_before(
    chunk: &mut Chunk<'_, '_>,
    debts: &HashMap<String, Found>,
) -> Result<HashMap<Likeness, i64>, ServiceError> {
    let mut owner: HashMap<ReceivableId, DocumentId> = HashMap::new();
    for found in debts.values() {
        if let Found::Debt(debt) = found {
            owner.extend(debt.receivables.iter().map(|r| (r.id, debt.document)));
        }
    }
    let ids: Vec<ReceivableId> = owner.keys().copied().collect();
    let mut by_tx: HashMap<(TxId, DocumentId, Option<i64>), Likeness> = HashMap::new();
    for part in ids.chunks(LOOKUP) {
        for stored in ledger::of_receivables(chunk.tx, chunk.scope(), part)? {
            let Some(kind) = row_kind(stored.entry.kind) else { continue };
            if stored.import == Some(chunk.import) && kind != AllocationKind::CreditNote {
                continue;
            }
            let Some(receivable) = stored.entry.receivable else { continue };
            let document = owner[&receivable];
            let sign = if kind == AllocationKind::Reversal { -1 } else { 1 };
            by_tx
                .entry((stored.entry.tx, document, stored.entry.source))
                .and_modify(|l| l.amount_minor += sign * stored.entry.amount_minor)
                .or_insert(Likeness {
                    document,
                    on: stored.entry.effective_on,
                    kind,
                    source: stored.entry.source,
                    amount_minor: sign * stored.entry.amount_minor,
                });
        }
    }
    let mut counts = HashMap::new();
    for likeness in by_tx.into_values() {
        *counts.entry(likeness).or_insert(0) += 1;
    }
    Ok(counts)
}

fn row_kind(kind: EntryKind) -> Option<AllocationKind> {
    match kind {
        EntryKind::AllocateCash => Some(AllocationKind::Payment),
        EntryKind::AllocateCredit => Some(AllocationKind::CreditNote),
        EntryKind::Bounce => Some(AllocationKind::Reversal),
        EntryKind::WriteOff => Some(AllocationKind::WriteOff),
        _ => None,
    }
}

fn take_one(
    chunk: &mut Chunk<'_, '_>,
    debts: &HashMap<String, Found>,
    sources: &Sources,
    before: &mut HashMap<Likeness, i64>,
    record: &AllocationRecord,
) -> Result<Verdict, ServiceError> {
    let debt = match debts.get(&document_key(record)) {
        Some(Found::Debt(debt)) => debt,
        Some(Found::Ambiguous) => return Ok(ambiguous(record)),
        None => return wait_for_document(chunk, record),
    };
    let Ok(amount_minor) = amount::minor(record.amount, debt.currency) else {
        return Ok(bad_amount(record, debt));
    };
    let source = match source_of(sources, record) {
        Ok(source) => source,
        Err(()) => return wait_for_source(chunk, debt, record, amount_minor),
    };
    let likeness = Likeness {
        document: debt.document,
        on: record.date,
        kind: record.kind,
        source: source.map(|(source, _)| source.number()),
        amount_minor,
    };
    let held = before.get(&likeness).copied().unwrap_or(0);
    if held > 0 && chunk.repeats(likeness.hash()) <= held {
        return Ok(Verdict::Duplicate);
    }
    post(chunk, debt, record, source, amount_minor)
}

/// The payment or note a row draws on; `Err` when it names one that is not there yet.
fn source_of(sources: &Sources, record: &AllocationRecord) -> Result<Option<(Source, i64)>, ()> {
    let Some(number) = record.source.as_deref() else { return Ok(None) };
    match record.kind {
        AllocationKind::WriteOff => Ok(None),
        AllocationKind::CreditNote => {
            let (id, left) = sources.notes.get(&keys::normal_number(number)).ok_or(())?;
            Ok(Some((Source::CreditNote(*id), *left)))
        }
        AllocationKind::Payment | AllocationKind::Reversal => {
            let (id, left) = sources.payments.get(&payment_key(number)).ok_or(())?;
            Ok(Some((Source::Payment(*id), *left)))
        }
    }
}

fn post(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    record: &AllocationRecord,
    source: Option<(Source, i64)>,
    amount_minor: i64,
) -> Result<Verdict, ServiceError> {
    let posting = settle::of_debt(chunk, debt, record.date);
    let applied = match (record.kind, source) {
        (AllocationKind::WriteOff, _) => write_off(chunk, debt, posting, amount_minor)?,
        (AllocationKind::Reversal, Some((Source::Payment(payment), _))) => {
            return bounce(chunk, debt, posting, payment, -amount_minor);
        }
        (_, Some((source, stored_left))) => {
            let change = match source {
                Source::Payment(id) => chunk.book.unapplied_cash_change(id),
                Source::CreditNote(id) => chunk.book.unapplied_credit_change(id),
            };
            let part = amount_minor.min(stored_left + change);
            settle::apply(chunk, source, debt, part.max(0), posting)?
        }
        (_, None) => return Ok(no_source(record)),
    };
    if applied == amount_minor {
        return Ok(Verdict::accepted());
    }
    let remark = verdict::remark(
        &record.place,
        "applied_in_part",
        format!(
            "Sólo se aplicó una parte: el documento {} o su pago no alcanzan.",
            record.document
        ),
        format!(
            "Only a part was applied: document {} or its payment falls short.",
            record.document
        ),
    );
    Ok(Verdict::Accepted(vec![remark]))
}

fn write_off(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    posting: puntual_core::posting::Posting,
    amount_minor: i64,
) -> Result<i64, ServiceError> {
    let mut left = amount_minor;
    for receivable in &debt.receivables {
        let part = left.min(settle::open_now(chunk, receivable));
        if part > 0 {
            chunk.book.post(posting.write_off(receivable.id, part)?);
            left -= part;
        }
    }
    Ok(amount_minor - left)
}

/// A bounced payment opens what it had paid, last instalment first.
fn bounce(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    posting: puntual_core::posting::Posting,
    payment: PaymentId,
    amount_minor: i64,
) -> Result<Verdict, ServiceError> {
    let mut left = amount_minor;
    for (position, receivable) in debt.receivables.iter().enumerate().rev() {
        let paid = receivable.amount_minor - settle::open_now(chunk, receivable);
        // What is left over after every instalment belongs to the first: the row may come before
        // the payment it takes back.
        let part = if position == 0 { left } else { left.min(paid.max(0)) };
        if part > 0 {
            for entry in posting.bounce(payment, receivable.id, part)? {
                chunk.book.post(entry);
            }
            left -= part;
        }
    }
    Ok(Verdict::accepted())
}

fn ambiguous(record: &AllocationRecord) -> Verdict {
    verdict::quarantine(
        &record.place,
        "ambiguous_document",
        format!("Hay varios documentos con el número {}; indique cuál.", record.document),
        format!("Several documents bear the number {}; say which one.", record.document),
    )
}

fn bad_amount(record: &AllocationRecord, debt: &Debt) -> Verdict {
    verdict::quarantine(
        &record.place,
        "too_many_decimals",
        format!("El monto {} no es exacto en {}.", record.amount, debt.currency),
        format!("The amount {} is not exact in {}.", record.amount, debt.currency),
    )
}

fn no_source(record: &AllocationRecord) -> Verdict {
    verdict::quarantine(
        &record.place,
        "missing_source",
        "La aplicación no dice de qué pago o nota de crédito viene.".to_owned(),
        "The application does not say which payment or credit note it comes from.".to_owned(),
    )
}

fn wait_for_document(
    chunk: &mut Chunk<'_, '_>,
    record: &AllocationRecord,
) -> Result<Verdict, ServiceError> {
    let waits = matches!(record.kind, AllocationKind::Payment) && record.source.is_some();
    let Ok(amount_minor) = amount::minor_rounded(record.amount, chunk.ctx.creditor.currency) else {
        return Ok(unknown_document(record));
    };
    if !waits {
        return Ok(unknown_document(record));
    }
    let other = record.source.as_deref().map(|source| format!("pay:{}", payment_key(source)));
    queue(chunk, record, document_key(record), other, amount_minor, chunk.ctx.creditor.currency);
    Ok(Verdict::Accepted(vec![waiting(record)]))
}

fn wait_for_source(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    record: &AllocationRecord,
    amount_minor: i64,
) -> Result<Verdict, ServiceError> {
    let source = record.source.as_deref().unwrap_or_default();
    if record.kind != AllocationKind::Payment {
        return Ok(verdict::quarantine(
            &record.place,
            "unknown_source",
            format!("No se conoce {source}; importe primero ese pago o esa nota."),
            format!("{source} is not known; import that payment or note first."),
        ));
    }
    let target = format!("pay:{}", payment_key(source));
    queue(chunk, record, target, Some(document_key(record)), amount_minor, debt.currency);
    Ok(Verdict::Accepted(vec![waiting(record)]))
}

fn queue(
    chunk: &mut Chunk<'_, '_>,
    record: &AllocationRecord,
    target_key: String,
    other_key: Option<String>,
    amount_minor: i64,
    currency: puntual_core::currency::Currency,
) {
    chunk.waiting.push(Pending {
        id: chunk.app.next_id(),
        target_key,
        other_key,
        kind: "cash".to_owned(),
        source: None,
        amount_minor: Some(amount_minor),
        currency,
        effective_on: record.date,
        recorded_on: chunk.recorded_on(record.date),
        place: record.place.clone(),
        import: Some(chunk.import),
    });
}

fn waiting(record: &AllocationRecord) -> puntual_formats::record::Problem {
    verdict::remark(
        &record.place,
        "waiting",
        format!("Queda en espera hasta que lleguen el documento {} y su pago.", record.document),
        format!("Waits until document {} and its payment arrive.", record.document),
    )
}

fn unknown_document(record: &AllocationRecord) -> Verdict {
    verdict::quarantine(
        &record.place,
        "unknown_document",
        format!(
            "El documento {} no está registrado; impórtelo y repita este archivo.",
            record.document
        ),
        format!("Document {} is not recorded; import it and repeat this file.", record.document),
    )
}
