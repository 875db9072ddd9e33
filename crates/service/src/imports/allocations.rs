//! Applications into the books: rows that say which payment or note settled which document, which
//! payment bounced, and what was written off.
//!
//! A row has no number of its own. The n-th equal row of a file is a repeat when the ledger already
//! held n equal applications before this import.

use super::chunk::{Chunk, LOOKUP};
use super::settle::{self, Debt, Found};
use super::verdict::{self, Verdict};
use super::waiting::{self, Outcome};
use super::{amount, keys};
use crate::error::ServiceError;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{DocumentId, PaymentId, ReceivableId, TxId};
use puntual_core::ledger::{Account, Entry, EntryKind};
use puntual_core::posting::{Posting, Source};
use puntual_formats::record::{AllocationKind, AllocationRecord};
use puntual_store::document;
use puntual_store::ledger;
use puntual_store::payment;
use puntual_store::pending::{self, Pending};
use std::collections::{HashMap, HashSet};

/// What is said of rows that wait, in Spanish and English.
const UNTIL_SIDES: [&str; 2] = [
    "Queda en espera hasta que lleguen su documento y su pago o nota.",
    "Waits until its document and its payment or note arrive.",
];

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

/// What a chunk of rows refers to: payments by key and notes by number, with what is stored as
/// unapplied of them.
#[derive(Default)]
struct Sources {
    payments: HashMap<String, (PaymentId, i64)>,
    /// Amount and currency of the payments stored.
    amounts: HashMap<PaymentId, (i64, Currency)>,
    notes: HashMap<String, (DocumentId, i64)>,
}

/// Takes in allocation rows; answers one verdict for each, in order.
pub fn take(
    chunk: &mut Chunk<'_, '_>,
    records: &[&AllocationRecord],
) -> Result<Vec<Verdict>, ServiceError> {
    let known = Known::of(chunk, records)?;
    let mut before = applied_before(chunk, &known.debts)?;
    let mut outcomes = Vec::with_capacity(records.len());
    for record in records {
        if [Some(&record.document), record.source.as_ref()]
            .into_iter()
            .flatten()
            .any(|n| keys::is_too_long(n))
        {
            outcomes.push(Outcome::Judged(verdict::too_long(&record.place)));
            continue;
        }
        outcomes.push(match known.lookup(record) {
            Lookup::Ambiguous => {
                Outcome::Judged(verdict::ambiguous_document(&record.place, &record.document))
            }
            Lookup::Ready(debt, source) => {
                Outcome::Judged(match known.impossible(record, debt, source) {
                    Some(refused) => refused,
                    None => take_one(chunk, debt, source, &mut before, record)?,
                })
            }
            Lookup::Waits { target_key, other_key } => {
                let likeness = keys::hash64(&[&format!("{record:?}")]);
                let nth = chunk.repeats(likeness);
                let id = keys::hash64(&[&likeness.to_string(), &nth.to_string()]);
                Outcome::Waits(Box::new(pending_row(chunk, record, id, target_key, other_key)))
            }
        });
    }
    waiting::queue(chunk, outcomes, UNTIL_SIDES)
}

/// Applies waiting rows whose other side has come; those that still lack something wait for that.
pub fn serve(chunk: &mut Chunk<'_, '_>, rows: Vec<Pending>) -> Result<(), ServiceError> {
    let records: Vec<Option<AllocationRecord>> = rows.iter().map(record_of).collect();
    let wanted: Vec<&AllocationRecord> = records.iter().flatten().collect();
    let known = Known::of(chunk, &wanted)?;
    for (row, record) in rows.into_iter().zip(&records) {
        let Some(record) = record else { continue };
        match known.lookup(record) {
            Lookup::Ready(debt, source) => {
                if known.impossible(record, debt, source).is_none() {
                    post(chunk, debt, record, source)?;
                }
                pending::settle(chunk.tx, chunk.ctx.scope(), &row, chunk.ctx.now_ms)?;
            }
            Lookup::Waits { target_key, other_key } if target_key != row.target_key => {
                let (scope, other) = (chunk.scope(), other_key.as_deref());
                pending::retarget(chunk.tx, scope, &row, &target_key, other)?;
            }
            Lookup::Waits { .. } => {}
            Lookup::Ambiguous => {
                pending::settle(chunk.tx, chunk.ctx.scope(), &row, chunk.ctx.now_ms)?;
            }
        }
    }
    Ok(())
}

/// The debts and sources that rows name, as far as they are there.
struct Known {
    debts: HashMap<String, Found>,
    sources: Sources,
}

/// Whether a row can be applied.
enum Lookup<'k> {
    Ready(&'k Debt, Option<(Source, i64)>),
    Waits { target_key: String, other_key: Option<String> },
    Ambiguous,
}

impl Known {
    fn of(chunk: &mut Chunk<'_, '_>, records: &[&AllocationRecord]) -> Result<Known, ServiceError> {
        let wanted: HashSet<String> = records.iter().map(|r| document_key(r)).collect();
        let debts = settle::find_debts(chunk, &wanted)?;
        Ok(Known { debts, sources: sources(chunk, records)? })
    }

    /// What no order of files could make right: a row beyond the whole of its document or of its
    /// payment, or between two currencies.
    fn impossible(
        &self,
        record: &AllocationRecord,
        debt: &Debt,
        source: Option<(Source, i64)>,
    ) -> Option<Verdict> {
        let stated_minor = amount::minor(record.amount, debt.currency).ok()?.abs();
        let whole_minor: i64 = debt.receivables.iter().map(|r| r.amount_minor).sum();
        if stated_minor > whole_minor {
            return Some(more_than_document(record));
        }
        let Some((Source::Payment(payment), _)) = source else { return None };
        let (paid_minor, currency) = self.sources.amounts.get(&payment)?;
        if *currency != debt.currency {
            return Some(other_currency(record, *currency, debt.currency));
        }
        (stated_minor > *paid_minor).then(|| more_than_payment(record))
    }

    fn lookup(&self, record: &AllocationRecord) -> Lookup<'_> {
        let (document_key, source_key) = (document_key(record), source_key(record));
        match (self.debts.get(&document_key), self.source_of(record)) {
            (Some(Found::Ambiguous), _) => Lookup::Ambiguous,
            (Some(Found::Debt(debt)), Ok(source)) => Lookup::Ready(debt, source),
            (Some(Found::Debt(_)), Err(())) => {
                let target_key = source_key.unwrap_or_default();
                Lookup::Waits { target_key, other_key: Some(document_key) }
            }
            (None, _) => Lookup::Waits { target_key: document_key, other_key: source_key },
        }
    }

    /// The payment or note a row draws on, with what is stored of it; `Err` when it names one that
    /// is not there yet.
    fn source_of(&self, record: &AllocationRecord) -> Result<Option<(Source, i64)>, ()> {
        let Some(number) = record.source.as_deref() else { return Ok(None) };
        match record.kind {
            AllocationKind::WriteOff => Ok(None),
            AllocationKind::CreditNote => {
                let (id, left) = self.sources.notes.get(&keys::normal_number(number)).ok_or(())?;
                Ok(Some((Source::CreditNote(*id), *left)))
            }
            AllocationKind::Payment | AllocationKind::Reversal => {
                let (id, left) = self.sources.payments.get(&payment_key(number)).ok_or(())?;
                Ok(Some((Source::Payment(*id), *left)))
            }
        }
    }
}

fn document_key(record: &AllocationRecord) -> String {
    format!("number:{}", keys::normal_number(&record.document))
}

fn payment_key(number: &str) -> String {
    format!("n:{}", keys::normal_number(number))
}

/// What a row waits for under when its payment or note is not there.
fn source_key(record: &AllocationRecord) -> Option<String> {
    let number = record.source.as_deref()?;
    match record.kind {
        AllocationKind::WriteOff => None,
        AllocationKind::CreditNote => Some(format!("note:{}", keys::normal_number(number))),
        _ => Some(format!("pay:{}", payment_key(number))),
    }
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
    let mut sources = Sources::default();
    let pay_keys: Vec<String> = pay_keys.into_iter().collect();
    for part in pay_keys.chunks(LOOKUP) {
        for p in payment::by_keys(chunk.tx, chunk.scope(), part.iter().map(String::as_str))? {
            sources.amounts.insert(p.id, (p.amount_minor, p.currency));
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
    for number in numbers {
        if let Some(id) = chunk.notes.get(&number) {
            sources.notes.entry(number).or_insert((*id, 0));
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
        let entries = ledger::of_receivables(chunk.tx, chunk.scope(), part)?;
        // What was taken back is not held any more, nor is its taking back an application.
        let reversed: HashSet<i64> = entries.iter().filter_map(|e| e.entry.reverses).collect();
        let stands =
            |e: &ledger::StoredEntry| e.entry.reverses.is_none() && !reversed.contains(&e.seq);
        for stored in entries.into_iter().filter(stands) {
            let Some(kind) = row_kind(&stored.entry) else { continue };
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

/// What a row would have to say to be this entry. What an annulled document gave back is no row.
fn row_kind(entry: &Entry) -> Option<AllocationKind> {
    let gives_back = entry.debit == Account::Receivable;
    match entry.kind {
        EntryKind::AllocateCash | EntryKind::AllocateCredit if gives_back => None,
        EntryKind::AllocateCash => Some(AllocationKind::Payment),
        EntryKind::AllocateCredit => Some(AllocationKind::CreditNote),
        EntryKind::Bounce => Some(AllocationKind::Reversal),
        EntryKind::WriteOff => Some(AllocationKind::WriteOff),
        _ => None,
    }
}

fn take_one(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    source: Option<(Source, i64)>,
    before: &mut HashMap<Likeness, i64>,
    record: &AllocationRecord,
) -> Result<Verdict, ServiceError> {
    let Ok(amount_minor) = amount::minor(record.amount, debt.currency) else {
        return Ok(bad_amount(record, debt));
    };
    if source.is_none() && record.kind != AllocationKind::WriteOff {
        return Ok(no_source(record));
    }
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
    post(chunk, debt, record, source)?;
    Ok(Verdict::accepted())
}

/// Posts what a row states. Amounts of payments, bounces and write-offs simply add up, so that the
/// order in which rows come does not matter; a credit note gives no more than it has.
fn post(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    record: &AllocationRecord,
    source: Option<(Source, i64)>,
) -> Result<(), ServiceError> {
    let posting = settle::of_debt(chunk, debt, record.date);
    let Ok(amount_minor) = amount::minor_rounded(record.amount, debt.currency) else {
        return Ok(());
    };
    match (record.kind, source) {
        (AllocationKind::WriteOff, _) => write_off(chunk, debt, posting, amount_minor),
        (AllocationKind::Reversal, Some((Source::Payment(payment), _))) => {
            bounce(chunk, debt, posting, payment, -amount_minor)
        }
        (AllocationKind::CreditNote, Some((Source::CreditNote(note), stored_left))) => {
            let left = stored_left + chunk.book.unapplied_credit_change(note);
            let part = amount_minor.min(left);
            settle::apply_stated(chunk, Source::CreditNote(note), debt, part, posting)
        }
        (AllocationKind::Payment, Some((source, _))) => {
            settle::apply_stated(chunk, source, debt, amount_minor, posting)
        }
        _ => Ok(()),
    }
}

fn write_off(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    posting: Posting,
    amount_minor: i64,
) -> Result<(), ServiceError> {
    let mut left = amount_minor;
    for (position, receivable) in debt.receivables.iter().enumerate() {
        let is_last = position + 1 == debt.receivables.len();
        let open = settle::open_now(chunk, receivable).max(0);
        let part = if is_last { left } else { left.min(open) };
        if part > 0 {
            chunk.book.post(posting.write_off(receivable.id, part)?);
            left -= part;
        }
    }
    Ok(())
}

/// A bounced payment opens what it had paid, last instalment first; what is left over belongs to
/// the first, for the row may come before the payment it takes back.
fn bounce(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    posting: Posting,
    payment: PaymentId,
    amount_minor: i64,
) -> Result<(), ServiceError> {
    let mut left = amount_minor;
    for (position, receivable) in debt.receivables.iter().enumerate().rev() {
        let paid = receivable.amount_minor - settle::open_now(chunk, receivable);
        let part = if position == 0 { left } else { left.min(paid.max(0)) };
        if part > 0 {
            for entry in posting.bounce(payment, receivable.id, part)? {
                chunk.book.post(entry);
            }
            left -= part;
        }
    }
    Ok(())
}

fn more_than_document(record: &AllocationRecord) -> Verdict {
    verdict::quarantine(
        &record.place,
        "more_than_document",
        format!("{} es más que el total del documento {}.", record.amount, record.document),
        format!("{} is more than the whole of document {}.", record.amount, record.document),
    )
}

fn more_than_payment(record: &AllocationRecord) -> Verdict {
    let source = record.source.as_deref().unwrap_or_default();
    verdict::quarantine(
        &record.place,
        "more_than_payment",
        format!("{} es más que el pago {source} del que viene.", record.amount),
        format!("{} is more than payment {source} it comes from.", record.amount),
    )
}

fn other_currency(record: &AllocationRecord, paid: Currency, owed: Currency) -> Verdict {
    let document = &record.document;
    verdict::quarantine(
        &record.place,
        "currency_differs",
        format!("El pago es en {paid} y el documento {document} en {owed}."),
        format!("The payment is in {paid} and document {document} in {owed}."),
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

fn pending_row(
    chunk: &Chunk<'_, '_>,
    record: &AllocationRecord,
    id: i64,
    target_key: String,
    other_key: Option<String>,
) -> Pending {
    Pending {
        id,
        target_key,
        other_key,
        kind: kind_word(record.kind).to_owned(),
        amount_text: Some(record.amount.to_string()),
        effective_on: record.date,
        recorded_on: chunk.recorded_on(record.date),
        place: record.place.clone(),
        import: Some(chunk.import),
        ..Pending::default()
    }
}

/// The row a waiting application was made of.
fn record_of(row: &Pending) -> Option<AllocationRecord> {
    let kind = [
        AllocationKind::Payment,
        AllocationKind::CreditNote,
        AllocationKind::Reversal,
        AllocationKind::WriteOff,
    ]
    .into_iter()
    .find(|kind| kind_word(*kind) == row.kind)?;
    let keys = [Some(row.target_key.as_str()), row.other_key.as_deref()];
    let after = |prefix: &str| {
        keys.iter().flatten().find_map(|key| key.strip_prefix(prefix)).map(str::to_owned)
    };
    Some(AllocationRecord {
        place: row.place.clone(),
        date: row.effective_on,
        document: after("number:")?,
        amount: row.amount_text.as_deref()?.parse().ok()?,
        kind,
        source: after("pay:n:").or_else(|| after("note:")),
    })
}

/// Words in the order in which rows of one day are applied.
fn kind_word(kind: AllocationKind) -> &'static str {
    match kind {
        AllocationKind::CreditNote => "row-1-credit-note",
        AllocationKind::Payment => "row-2-payment",
        AllocationKind::Reversal => "row-3-bounce",
        AllocationKind::WriteOff => "row-4-write-off",
    }
}
