//! Applying credit and cash to documents, now or when they arrive: whatever the order in which
//! documents, notes, payments and applications come, the books end the same.

use super::chunk::{Chunk, LOOKUP};
use super::{allocations, waiting};
use crate::error::ServiceError;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, PaymentId, TxId};
use puntual_core::posting::{Posting, Source};
use puntual_store::document::{self, KnownDocument};
use puntual_store::payment;
use puntual_store::pending::{self, Pending};
use puntual_store::receivable::{self, Receivable};
use std::collections::{HashMap, HashSet};

/// A debt document and its receivables as stored; what the chunk changes is added on top.
#[derive(Clone, Debug)]
pub struct Debt {
    /// The document.
    pub document: DocumentId,
    /// Who owes it.
    pub customer: CustomerId,
    /// Its currency.
    pub currency: Currency,
    /// Its receivables, in order of instalment.
    pub receivables: Vec<Receivable>,
}

/// What a key names.
#[derive(Clone, Debug)]
pub enum Found {
    /// One debt.
    Debt(Debt),
    /// Several debts bear this number.
    Ambiguous,
}

/// A credit note that says what it is to be applied to.
pub struct CreditToApply {
    /// The note.
    pub note: DocumentId,
    /// Key of the document.
    pub target_key: String,
    /// How much at most.
    pub amount_minor: i64,
    /// Customer, currency and dates of the note.
    pub posting: Posting,
    /// Where it was read.
    pub place: String,
}

/// The debts these keys name, new in this chunk or stored. Keys that name nothing are absent.
pub fn find_debts(
    chunk: &mut Chunk<'_, '_>,
    wanted: &HashSet<String>,
) -> Result<HashMap<String, Found>, ServiceError> {
    let mut found: HashMap<String, Found> = HashMap::new();
    let mut stored: Vec<(String, KnownDocument)> = Vec::new();
    let elsewhere: Vec<&str> = wanted
        .iter()
        .map(String::as_str)
        .filter(|key| match chunk.debts.get(*key) {
            Some(document) => {
                found.extend(
                    new_debt(chunk, *document).map(|d| ((*key).to_owned(), Found::Debt(d))),
                );
                false
            }
            None => true,
        })
        .collect();
    let (numbers, keys): (Vec<&str>, Vec<&str>) =
        elsewhere.into_iter().partition(|key| key.starts_with("number:"));
    for part in keys.chunks(LOOKUP) {
        let known = document::known(chunk.tx, chunk.scope(), part.iter().copied())?;
        stored.extend(known.into_iter().map(|k| (k.doc_key.clone(), k)));
    }
    for part in numbers.chunks(LOOKUP) {
        let plain = part.iter().map(|key| key.strip_prefix("number:").unwrap_or(key));
        let known = document::known_by_numbers(chunk.tx, chunk.scope(), plain, false)?;
        stored.extend(known.into_iter().map(|(number, k)| (format!("number:{number}"), k)));
    }
    let ids: Vec<DocumentId> = stored.iter().map(|(_, k)| k.id).collect();
    let mut receivables: HashMap<DocumentId, Vec<Receivable>> = HashMap::new();
    for part in ids.chunks(LOOKUP) {
        for r in receivable::of_documents(chunk.tx, chunk.scope(), part)? {
            receivables.entry(r.document).or_default().push(r);
        }
    }
    for (key, known) in stored.into_iter().filter(|(_, k)| k.kind != "credit_note") {
        let debt = Debt {
            document: known.id,
            customer: known.customer,
            currency: known.currency,
            receivables: receivables.remove(&known.id).unwrap_or_default(),
        };
        found.entry(key).and_modify(|found| *found = Found::Ambiguous).or_insert(Found::Debt(debt));
    }
    Ok(found)
}

fn new_debt(chunk: &Chunk<'_, '_>, document: DocumentId) -> Option<Debt> {
    let receivables = chunk.book.new_receivables_of(document);
    let first = receivables.first()?;
    let (customer, currency) = (first.customer, first.currency);
    Some(Debt { document, customer, currency, receivables })
}

/// What is open of a receivable, counting what this chunk posts.
pub fn open_now(chunk: &Chunk<'_, '_>, receivable: &Receivable) -> i64 {
    receivable.open_minor + chunk.book.open_change(receivable.id)
}

/// Applies up to `amount_minor` of a source to a debt, oldest due date first. Returns how much was
/// applied.
pub fn apply(
    chunk: &mut Chunk<'_, '_>,
    source: Source,
    debt: &Debt,
    amount_minor: i64,
    posting: Posting,
) -> Result<i64, ServiceError> {
    let mut order: Vec<&Receivable> = debt.receivables.iter().collect();
    order.sort_by_key(|r| (r.due_date, r.instalment));
    let mut left = amount_minor;
    for receivable in order {
        let part = left.min(open_now(chunk, receivable));
        if part > 0 {
            chunk.book.post(posting.allocate(source, receivable.id, part)?);
            left -= part;
        }
    }
    Ok(amount_minor - left)
}

/// Applies what a row states, whatever is open at the moment: rows may come in any order, and the
/// last of them leaves what the books say. What exceeds the debt stands on its last instalment and
/// counts as unapplied credit.
pub fn apply_stated(
    chunk: &mut Chunk<'_, '_>,
    source: Source,
    debt: &Debt,
    amount_minor: i64,
    posting: Posting,
) -> Result<(), ServiceError> {
    let rest = amount_minor - apply(chunk, source, debt, amount_minor, posting)?;
    let last = debt.receivables.iter().max_by_key(|r| (r.due_date, r.instalment));
    if let Some(last) = last.filter(|_| rest > 0) {
        chunk.book.post(posting.allocate(source, last.id, rest)?);
    }
    Ok(())
}

/// Applies new credit notes to what they name; those that name something unknown wait for it.
pub fn apply_credits(
    chunk: &mut Chunk<'_, '_>,
    credits: Vec<CreditToApply>,
) -> Result<(), ServiceError> {
    let wanted: HashSet<String> = credits.iter().map(|c| c.target_key.clone()).collect();
    let debts = find_debts(chunk, &wanted)?;
    for credit in credits {
        match debts.get(&credit.target_key) {
            Some(Found::Debt(debt)) if debt.currency == credit.posting.currency => {
                let posting = of_debt(chunk, debt, credit.posting.effective_on);
                apply(chunk, Source::CreditNote(credit.note), debt, credit.amount_minor, posting)?;
            }
            // Another currency, or several of that number: the credit stays unapplied.
            Some(_) => {}
            None => {
                let waiting = Pending {
                    id: chunk.app.next_id(),
                    target_key: credit.target_key,
                    kind: "credit".to_owned(),
                    source: Some(credit.note.0),
                    amount_minor: Some(credit.amount_minor),
                    currency: Some(credit.posting.currency),
                    effective_on: credit.posting.effective_on,
                    recorded_on: credit.posting.recorded_on,
                    place: credit.place,
                    import: Some(chunk.import),
                    ..Pending::default()
                };
                chunk.waiting.push(waiting);
            }
        }
    }
    Ok(())
}

/// A posting on a debt's account. Nothing is applied before the debt exists.
pub fn of_debt(chunk: &Chunk<'_, '_>, debt: &Debt, effective_on: Day) -> Posting {
    let issued = debt.receivables.iter().map(|r| r.issue_date).min().unwrap_or(effective_on);
    let effective_on = effective_on.max(issued);
    Posting {
        tx: TxId(chunk.app.next_id()),
        customer: debt.customer,
        currency: debt.currency,
        effective_on,
        recorded_on: chunk.recorded_on(effective_on),
    }
}

/// Serves what waited for the documents this chunk adds.
pub fn serve_documents(chunk: &mut Chunk<'_, '_>) -> Result<(), ServiceError> {
    let debts = chunk.debts.keys().cloned();
    let notes = chunk.notes.keys().map(|number| format!("note:{number}"));
    let keys: Vec<String> = debts.chain(notes).collect();
    serve(chunk, &keys)
}

/// Serves what waited for the payments of these keys.
pub fn serve_payments(chunk: &mut Chunk<'_, '_>, pay_keys: &[String]) -> Result<(), ServiceError> {
    let keys: Vec<String> = pay_keys.iter().map(|key| format!("pay:{key}")).collect();
    serve(chunk, &keys)
}

fn serve(chunk: &mut Chunk<'_, '_>, keys: &[String]) -> Result<(), ServiceError> {
    if !chunk.something_waits {
        return Ok(());
    }
    let mut found = Vec::new();
    for part in keys.chunks(LOOKUP) {
        let part = part.iter().map(String::as_str);
        found.extend(pending::waiting_for(chunk.tx, chunk.scope(), part)?);
    }
    // The same application may wait under the key and under the number: once is enough.
    found.sort_by(|a, b| (a.effective_on, &a.kind, a.id).cmp(&(b.effective_on, &b.kind, b.id)));
    found.dedup_by_key(|p| p.id);
    let (rows, found): (Vec<Pending>, Vec<Pending>) =
        found.into_iter().partition(|p| p.kind.starts_with("row-"));
    let (named, told): (Vec<Pending>, Vec<Pending>) =
        found.into_iter().partition(|p| p.source.is_some());
    let wanted: HashSet<String> = named.iter().map(|p| p.target_key.clone()).collect();
    let debts = find_debts(chunk, &wanted)?;
    for waiting in named {
        serve_one(chunk, &debts, waiting)?;
    }
    allocations::serve(chunk, rows)?;
    waiting::serve(chunk, told)
}

/// Applies a waiting credit note or payment, whose id is known, to the debt that came.
fn serve_one(
    chunk: &mut Chunk<'_, '_>,
    debts: &HashMap<String, Found>,
    waiting: Pending,
) -> Result<(), ServiceError> {
    let Some(found) = debts.get(&waiting.target_key) else { return Ok(()) };
    let (source, left_minor) = source_of(chunk, &waiting)?;
    if let Found::Debt(debt) = found {
        let amount_minor = waiting.amount_minor.unwrap_or(left_minor).min(left_minor);
        if Some(debt.currency) == waiting.currency && amount_minor > 0 {
            let posting = of_debt(chunk, debt, waiting.effective_on);
            apply(chunk, source, debt, amount_minor, posting)?;
        }
    }
    pending::settle(chunk.tx, chunk.ctx.scope(), &waiting, chunk.ctx.now_ms)?;
    Ok(())
}

/// The payment or credit note a waiting application draws on, and what is left of it.
fn source_of(chunk: &mut Chunk<'_, '_>, waiting: &Pending) -> Result<(Source, i64), ServiceError> {
    let scope = chunk.scope();
    let id = waiting.source.unwrap_or_default();
    if waiting.kind == "credit" {
        let note = DocumentId(id);
        let stored = document::get(chunk.tx, scope, note)?.map_or(0, |d| d.unapplied_minor);
        return Ok((Source::CreditNote(note), stored + chunk.book.unapplied_credit_change(note)));
    }
    let id = PaymentId(id);
    let stored = payment::get(chunk.tx, scope, id)?.map_or(0, |p| p.unapplied_minor);
    Ok((Source::Payment(id), stored + chunk.book.unapplied_cash_change(id)))
}
