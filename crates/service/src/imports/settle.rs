//! Applying credit and cash to documents, now or when they arrive: whatever the order in which
//! documents, notes, payments and applications come, the books end the same.

use super::chunk::{Chunk, LOOKUP};
use super::{allocations, annulment, waiting};
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
    /// The debt that takes its place, when another document does.
    pub heir: Option<Box<Debt>>,
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
    /// Key the document has when it came without its uid.
    pub other_key: Option<String>,
    /// How much at most.
    pub amount_minor: i64,
    /// Whether the note annuls the whole document.
    pub annuls: bool,
    /// Customer, currency and dates of the note.
    pub posting: Posting,
    /// Where it was read.
    pub place: String,
}

/// How many documents may take each other's place one after the other; more is a circle.
const MOST_HEIRS: usize = 16;

/// The debts these keys name, new in this chunk or stored, each with what takes its place. Keys that
/// name nothing are absent.
pub fn find_debts(
    chunk: &mut Chunk<'_, '_>,
    wanted: &HashSet<String>,
) -> Result<HashMap<String, Found>, ServiceError> {
    find_with_heirs(chunk, wanted, MOST_HEIRS)
}

fn find_with_heirs(
    chunk: &mut Chunk<'_, '_>,
    wanted: &HashSet<String>,
    most_heirs: usize,
) -> Result<HashMap<String, Found>, ServiceError> {
    let (mut found, heirs) = find(chunk, wanted)?;
    if heirs.is_empty() || most_heirs == 0 {
        return Ok(found);
    }
    let keys = heirs.values().cloned().collect();
    let by_key = find_with_heirs(chunk, &keys, most_heirs - 1)?;
    for debt in found.values_mut() {
        let Found::Debt(debt) = debt else { continue };
        let heir = heirs.get(&debt.document).and_then(|key| by_key.get(key));
        if let Some(Found::Debt(heir)) = heir {
            debt.heir = Some(Box::new(heir.clone()));
        }
    }
    Ok(found)
}

/// Debts by key, and the keys of what takes the place of some of them.
type DebtsAndHeirs = (HashMap<String, Found>, HashMap<DocumentId, String>);

fn find(
    chunk: &mut Chunk<'_, '_>,
    wanted: &HashSet<String>,
) -> Result<DebtsAndHeirs, ServiceError> {
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
    let mut heirs = chunk.replaced.clone();
    for (key, known) in stored.into_iter().filter(|(_, k)| k.kind != "credit_note") {
        let debt = Debt {
            document: known.id,
            customer: known.customer,
            currency: known.currency,
            receivables: receivables.get(&known.id).cloned().unwrap_or_default(),
            heir: None,
        };
        heirs.extend(known.replaced_by.map(|heir| (known.id, heir)));
        found.entry(key).and_modify(|found| *found = Found::Ambiguous).or_insert(Found::Debt(debt));
    }
    let named = |found: &Found| match found {
        Found::Debt(debt) => Some(debt.document),
        Found::Ambiguous => None,
    };
    let here: HashSet<DocumentId> = found.values().filter_map(named).collect();
    heirs.retain(|document, _| here.contains(document));
    Ok((found, heirs))
}

/// A debt this chunk adds.
pub fn new_debt(chunk: &Chunk<'_, '_>, document: DocumentId) -> Option<Debt> {
    let receivables = chunk.book.new_receivables_of(document);
    let first = receivables.first()?;
    let (customer, currency) = (first.customer, first.currency);
    Some(Debt { document, customer, currency, receivables, heir: None })
}

/// What is open of a receivable, counting what this chunk posts.
pub fn open_now(chunk: &Chunk<'_, '_>, receivable: &Receivable) -> i64 {
    receivable.open_minor + chunk.book.open_change(receivable.id)
}

/// Applies up to `amount_minor` of a source to a debt, oldest due date first. Money meant for a
/// document that another replaces goes to that one; a credit note does not, for the new document
/// may state what the note corrected. Returns how much was applied.
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
    if left > 0 && matches!(source, Source::Payment(_)) {
        left -= annulment::pass_on(chunk, source, debt, left, posting)?.unwrap_or(0);
    }
    Ok(amount_minor - left)
}

/// What takes the place of a debt and owes to the same account: another customer's money is not
/// moved without being asked.
pub fn takes_money_of(debt: &Debt) -> Option<&Debt> {
    let heir = debt.heir.as_deref()?;
    (heir.customer == debt.customer && heir.currency == debt.currency).then_some(heir)
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
    // What has ended owes nothing, whoever states that it was paid.
    if rest > 0 && annulment::ended_on(chunk, debt)?.is_some() {
        return Ok(());
    }
    let last = debt.receivables.iter().max_by_key(|r| (r.due_date, r.instalment));
    if let Some(last) = last.filter(|_| rest > 0) {
        chunk.book.post(posting.allocate(source, last.id, rest)?);
    }
    Ok(())
}

/// A credit note that waits for its document; one that annuls it whole.
const CREDIT: &str = "credit";
const ANNULLING_CREDIT: &str = "credit-annuls";

/// Applies new credit notes to what they name; those that name something unknown wait for it.
/// Answers which of them wait, by position.
pub fn apply_credits(
    chunk: &mut Chunk<'_, '_>,
    credits: Vec<CreditToApply>,
) -> Result<Vec<usize>, ServiceError> {
    let keys = credits.iter().flat_map(|c| [Some(&c.target_key), c.other_key.as_ref()]);
    let wanted: HashSet<String> = keys.flatten().cloned().collect();
    let debts = find_debts(chunk, &wanted)?;
    let mut waiting = Vec::new();
    for (position, credit) in credits.into_iter().enumerate() {
        let named = match debts.get(&credit.target_key) {
            None => by_number(chunk, &debts, &credit)?,
            named => named,
        };
        match named {
            Some(Found::Debt(debt)) if debt.currency == credit.posting.currency => {
                let on = credit.posting.effective_on;
                apply_credit(chunk, credit.note, debt, (credit.amount_minor, credit.annuls), on)?;
            }
            // Another currency, or several of that number: the credit stays unapplied.
            Some(_) => {}
            None => {
                let kind = if credit.annuls { ANNULLING_CREDIT } else { CREDIT };
                let row = Pending {
                    id: chunk.app.next_id(),
                    target_key: credit.target_key,
                    kind: kind.to_owned(),
                    source: Some(credit.note.0),
                    amount_minor: Some(credit.amount_minor),
                    currency: Some(credit.posting.currency),
                    effective_on: credit.posting.effective_on,
                    recorded_on: credit.posting.recorded_on,
                    place: credit.place,
                    import: Some(chunk.import),
                    ..Pending::default()
                };
                waiting::push(chunk, row, credit.other_key);
                waiting.push(position);
            }
        }
    }
    Ok(waiting)
}

/// The debt a note means by number, where it came without the uid the note names it by: the same
/// customer's, large enough, the only one of that number.
fn by_number<'d>(
    chunk: &mut Chunk<'_, '_>,
    debts: &'d HashMap<String, Found>,
    credit: &CreditToApply,
) -> Result<Option<&'d Found>, ServiceError> {
    let Some(found) = credit.other_key.as_ref().and_then(|key| debts.get(key)) else {
        return Ok(None);
    };
    let Found::Debt(debt) = found else { return Ok(None) };
    let fits = debt.customer == credit.posting.customer && whole_minor(debt) >= credit.amount_minor;
    Ok((fits && may_bear(chunk, debt, &credit.target_key)?).then_some(found))
}

/// The whole of a debt as issued.
pub fn whole_minor(debt: &Debt) -> i64 {
    debt.receivables.iter().map(|receivable| receivable.amount_minor).sum()
}

/// Whether a debt may be the one of this key: it has it, or came without a uid of its own.
pub fn may_bear(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    uid_key: &str,
) -> Result<bool, ServiceError> {
    let may = |uid: Option<&str>| uid.is_none_or(|uid| uid_key == format!("uuid:{uid}"));
    if let Some(document) = chunk.book.new_document(debt.document) {
        return Ok(may(document.uid.as_deref()));
    }
    let stored = document::get(chunk.tx, chunk.scope(), debt.document)?;
    Ok(stored.is_some_and(|document| may(document.uid.as_deref())))
}

/// Applies a note to a debt. One that annuls the debt also takes back what counted as withheld of
/// it (a detracción), for nothing is owed of which it could be withheld.
fn apply_credit(
    chunk: &mut Chunk<'_, '_>,
    note: DocumentId,
    debt: &Debt,
    (amount_minor, annuls): (i64, bool),
    on: Day,
) -> Result<i64, ServiceError> {
    let posting = of_debt(chunk, debt, on);
    if annuls {
        let open: i64 = debt.receivables.iter().map(|one| open_now(chunk, one).max(0)).sum();
        annulment::give_back_withheld(chunk, debt, amount_minor - open, posting)?;
    }
    apply(chunk, Source::CreditNote(note), debt, amount_minor, posting)
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
    let order = |p: &Pending| (p.effective_on, p.kind.clone(), p.id);
    found.sort_by(|a, b| order(a).cmp(&order(b)).then(b.target_key.cmp(&a.target_key)));
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
        if let (Source::CreditNote(note), Some(uid_key)) = (source, &waiting.other_key) {
            let fits = customer_of(chunk, note)? == Some(debt.customer)
                && whole_minor(debt) >= amount_minor;
            if !fits || !may_bear(chunk, debt, uid_key)? {
                return Ok(());
            }
        }
        let on = waiting.effective_on;
        match source {
            _ if Some(debt.currency) != waiting.currency || amount_minor <= 0 => {}
            Source::CreditNote(note) => {
                let annuls = waiting.kind == ANNULLING_CREDIT;
                apply_credit(chunk, note, debt, (amount_minor, annuls), on)?;
            }
            Source::Payment(_) => {
                let posting = of_debt(chunk, debt, on);
                apply(chunk, source, debt, amount_minor, posting)?;
            }
        }
    }
    pending::settle(chunk.tx, chunk.ctx.scope(), &waiting, chunk.ctx.now_ms)?;
    Ok(())
}

/// The payment or credit note a waiting application draws on, and what is left of it.
fn source_of(chunk: &mut Chunk<'_, '_>, waiting: &Pending) -> Result<(Source, i64), ServiceError> {
    let scope = chunk.scope();
    let id = waiting.source.unwrap_or_default();
    if [CREDIT, ANNULLING_CREDIT].contains(&waiting.kind.as_str()) {
        let note = DocumentId(id);
        let stored = document::get(chunk.tx, scope, note)?.map_or(0, |d| d.unapplied_minor);
        return Ok((Source::CreditNote(note), stored + chunk.book.unapplied_credit_change(note)));
    }
    let id = PaymentId(id);
    let stored = payment::get(chunk.tx, scope, id)?.map_or(0, |p| p.unapplied_minor);
    Ok((Source::Payment(id), stored + chunk.book.unapplied_cash_change(id)))
}

fn customer_of(
    chunk: &mut Chunk<'_, '_>,
    note: DocumentId,
) -> Result<Option<CustomerId>, ServiceError> {
    if let Some(document) = chunk.book.new_document(note) {
        return Ok(Some(document.customer));
    }
    Ok(document::get(chunk.tx, chunk.scope(), note)?.map(|document| document.customer))
}
