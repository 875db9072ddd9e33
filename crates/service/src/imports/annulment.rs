//! Documents that end: one another document takes the place of, and one that was cancelled with the
//! tax office. Nothing is edited: what had paid them is given back, what is open ends by a posting,
//! both from the day it happened on, and the money goes to what takes their place.
//!
//! Decides what ends and when; what a person has to decide (notes on the old document, money of
//! another customer) stays unapplied, and the history says why. In Mexico a replaced CFDI is alive
//! until the SAT cancels it (Anexo 20, relation 04): until then it is only not collected.

use super::chunk::{Chunk, LOOKUP};
use super::settle::{self, Debt, Found};
use crate::error::ServiceError;
use puntual_core::date::Day;
use puntual_core::id::{DocumentId, EventId, PaymentId, ReceivableId, TxId};
use puntual_core::ledger::{Account, Entry, EntryKind};
use puntual_core::posting::{Posting, Source};
use puntual_store::timeline::Event;
use puntual_store::{document, ledger, payment, succession};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Where replaced invoices end only when their tax office cancels them.
const ALIVE_UNTIL_CANCELLED: &str = "MX";

/// A document that says it takes the place of another.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// Key of the old one.
    pub old_key: String,
    /// When that was issued, if it is said.
    pub old_issued: Option<Day>,
    /// The new one.
    pub new: DocumentId,
    /// Its key.
    pub new_key: String,
    /// When it was issued.
    pub on: Day,
}

/// Ends what documents of this chunk replace, and those of this chunk that are replaced already.
pub fn replace(chunk: &mut Chunk<'_, '_>) -> Result<(), ServiceError> {
    for replacement in known_replacements(chunk)? {
        let Some(old) = replaced(chunk, &replacement)? else { continue };
        if chunk.replaced.contains_key(&old.document) {
            continue;
        }
        let wanted = HashSet::from([replacement.new_key.clone()]);
        let new = settle::find_debts(chunk, &wanted)?.remove(&replacement.new_key);
        let Some(Found::Debt(new)) = new else { continue };
        chunk.replaced.insert(old.document, replacement.new_key.clone());
        let debt = Debt { heir: Some(Box::new(new)), ..old };
        let since = debt.receivables.iter().map(|r| r.issue_date).max();
        let on = since.unwrap_or(replacement.on).max(replacement.on);
        if chunk.ctx.creditor.country != ALIVE_UNTIL_CANCELLED {
            end(chunk, &debt, on)?;
        }
        hand_over(chunk, &debt, on)?;
    }
    Ok(())
}

/// Ends a document its tax office cancelled on a day.
pub fn cancel(chunk: &mut Chunk<'_, '_>, debt: &Debt, on: Day) -> Result<(), ServiceError> {
    end(chunk, debt, on)?;
    hand_over(chunk, debt, on)
}

/// What new documents of the chunk replace, and what stored ones replace of the new.
fn known_replacements(chunk: &mut Chunk<'_, '_>) -> Result<Vec<Replacement>, ServiceError> {
    let scope = chunk.scope();
    let mut all = std::mem::take(&mut chunk.replacements);
    if chunk.debts.is_empty() || !succession::any_replaces(chunk.tx, scope)? {
        return Ok(all);
    }
    let keys: Vec<String> = chunk.debts.keys().cloned().collect();
    let mut pairs = Vec::new();
    for part in keys.chunks(LOOKUP) {
        pairs.extend(succession::replacing(chunk.tx, scope, part.iter().map(String::as_str))?);
    }
    let heirs: HashSet<String> = pairs.iter().map(|(_, new_key)| new_key.clone()).collect();
    let heirs: Vec<String> = heirs.into_iter().collect();
    let mut known = HashMap::new();
    for part in heirs.chunks(LOOKUP) {
        for found in document::known(chunk.tx, scope, part.iter().map(String::as_str))? {
            known.insert(found.doc_key.clone(), found);
        }
    }
    pairs.sort();
    all.extend(pairs.into_iter().filter_map(|(old_key, new_key)| {
        let new = known.get(&new_key)?;
        let (new, on) = (new.id, new.issue_date);
        Some(Replacement { old_key, old_issued: None, new, new_key, on })
    }));
    Ok(all)
}

/// The debt a replacement means. Of several that bear the number a person must say which.
fn replaced(
    chunk: &mut Chunk<'_, '_>,
    replacement: &Replacement,
) -> Result<Option<Debt>, ServiceError> {
    let scope = chunk.scope();
    let (key, own) = (replacement.old_key.as_str(), replacement.new);
    let mut ids: Vec<(DocumentId, Day)> = Vec::new();
    if let Some(id) = chunk.debts.get(key).copied() {
        ids.extend(chunk.book.new_document(id).map(|document| (id, document.issue_date)));
    }
    let keys = std::iter::once(key.strip_prefix("number:").unwrap_or(key));
    let stored = match key.starts_with("number:") {
        false => document::known(chunk.tx, scope, keys)?,
        true => {
            let known = document::known_by_numbers(chunk.tx, scope, keys, false)?;
            known.into_iter().map(|(_, known)| known).collect()
        }
    };
    ids.extend(stored.iter().map(|known| (known.id, known.issue_date)));
    ids.retain(|(id, _)| *id != own);
    if ids.len() > 1 {
        ids.retain(|(_, issued)| replacement.old_issued.is_none_or(|day| day == *issued));
    }
    let [(id, _)] = ids.as_slice() else { return Ok(None) };
    if let Some(debt) = settle::new_debt(chunk, *id) {
        return Ok(Some(debt));
    }
    let Some(known) = stored.into_iter().find(|known| known.id == *id) else { return Ok(None) };
    let wanted = HashSet::from([known.doc_key.clone()]);
    match settle::find_debts(chunk, &wanted)?.remove(&known.doc_key) {
        Some(Found::Debt(debt)) => Ok(Some(debt)),
        _ => Ok(None),
    }
}

/// Everything posted on a debt, stored and of this chunk.
fn entries_of(chunk: &mut Chunk<'_, '_>, debt: &Debt) -> Result<Vec<Entry>, ServiceError> {
    let ids: Vec<ReceivableId> = debt.receivables.iter().map(|r| r.id).collect();
    let stored = ledger::of_receivables(chunk.tx, chunk.scope(), &ids)?;
    let stored = stored.into_iter().map(|stored| stored.entry);
    Ok(stored.chain(chunk.book.entries_of(&ids).cloned()).collect())
}

/// The payment or note an application draws on.
fn source_of(entry: &Entry) -> Option<Source> {
    let source = entry.source?;
    match entry.kind {
        EntryKind::AllocateCash | EntryKind::Bounce => Some(Source::Payment(PaymentId(source))),
        EntryKind::AllocateCredit => Some(Source::CreditNote(DocumentId(source))),
        _ => None,
    }
}

/// What stands on a receivable and is given back when it ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Given {
    /// A payment.
    Cash(PaymentId),
    /// A credit note.
    Credit(DocumentId),
    /// What counts as withheld by the buyer.
    Withheld,
}

/// Gives back what stands on a debt and annuls the rest, from a day on. A debt that has ended
/// already stays as it is.
fn end(chunk: &mut Chunk<'_, '_>, debt: &Debt, on: Day) -> Result<(), ServiceError> {
    let mut standing: BTreeMap<(ReceivableId, Given), (i64, Day)> = BTreeMap::new();
    for entry in entries_of(chunk, debt)? {
        let given = match source_of(&entry) {
            Some(Source::Payment(id)) => Given::Cash(id),
            Some(Source::CreditNote(id)) => Given::Credit(id),
            None if entry.kind == EntryKind::Withhold => Given::Withheld,
            None => continue,
        };
        let Some(receivable) = entry.receivable else { continue };
        let sums = standing.entry((receivable, given)).or_insert((0, on));
        sums.0 -= entry.effect_on(Account::Receivable);
        // Applied later than the document ended: it counts until that day.
        sums.1 = sums.1.max(entry.effective_on);
    }
    for ((receivable, given), (minor, day)) in standing.into_iter().filter(|(_, sums)| sums.0 > 0) {
        let posting = posting(chunk, debt, day);
        chunk.book.post(match given {
            Given::Cash(id) => posting.release(Source::Payment(id), receivable, minor)?,
            Given::Credit(id) => posting.release(Source::CreditNote(id), receivable, minor)?,
            Given::Withheld => posting.give_back_withheld(receivable, minor)?,
        });
    }
    let heir = debt.heir.as_ref().map(|heir| heir.document);
    let posting = posting(chunk, debt, on);
    for receivable in &debt.receivables {
        let open_minor = settle::open_now(chunk, receivable);
        if open_minor > 0 {
            chunk.book.post(posting.annul(receivable.id, heir, open_minor)?);
            chunk.something_ended = true;
        }
    }
    Ok(())
}

/// The day a debt ended, if it has.
pub fn ended_on(chunk: &mut Chunk<'_, '_>, debt: &Debt) -> Result<Option<Day>, ServiceError> {
    if !chunk.something_ended {
        return Ok(None);
    }
    let entries = entries_of(chunk, debt)?;
    let annulled = entries.iter().filter(|entry| entry.kind == EntryKind::Annul);
    let (minor, day) = annulled.fold((0, None), |(minor, day), entry| {
        (minor - entry.effect_on(Account::Receivable), day.max(Some(entry.effective_on)))
    });
    Ok(day.filter(|_| minor > 0))
}

/// Money told of after the document ended that it was meant for: it paid that from its own day on,
/// is given back on the day of the end, and goes to what takes its place, as if it had been told of
/// before. Answers how much of it was applied there; `None` while the debt has not ended.
pub fn pass_on(
    chunk: &mut Chunk<'_, '_>,
    source: Source,
    debt: &Debt,
    amount_minor: i64,
    posting: Posting,
) -> Result<Option<i64>, ServiceError> {
    let Some(ended) = ended_on(chunk, debt)? else { return Ok(None) };
    let last = debt.receivables.iter().max_by_key(|r| (r.due_date, r.instalment));
    let Some(last) = last.map(|receivable| receivable.id) else { return Ok(None) };
    let on = posting.effective_on.max(ended);
    let back = Posting { effective_on: on, recorded_on: chunk.recorded_on(on), ..posting };
    chunk.book.post(posting.allocate(source, last, amount_minor)?);
    chunk.book.post(back.release(source, last, amount_minor)?);
    let Some(heir) = settle::takes_money_of(debt) else { return Ok(Some(0)) };
    let posting = settle::of_debt(chunk, heir, on);
    Ok(Some(settle::apply(chunk, source, heir, amount_minor, posting)?))
}

/// Opens again up to `most_minor` of what counts as withheld of a debt.
pub fn give_back_withheld(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    most_minor: i64,
    posting: Posting,
) -> Result<(), ServiceError> {
    let mut left = most_minor;
    if left <= 0 {
        return Ok(());
    }
    let entries = entries_of(chunk, debt)?;
    for receivable in &debt.receivables {
        let withheld = entries.iter().filter(|entry| {
            entry.kind == EntryKind::Withhold && entry.receivable == Some(receivable.id)
        });
        let withheld_minor: i64 = withheld.map(|entry| -entry.effect_on(Account::Receivable)).sum();
        let part = left.min(withheld_minor);
        if part > 0 {
            chunk.book.post(posting.give_back_withheld(receivable.id, part)?);
            left -= part;
        }
    }
    Ok(())
}

/// Applies to what takes its place the money that an ended debt gave back, as far as it is still on
/// account; says in the history what stays there.
fn hand_over(chunk: &mut Chunk<'_, '_>, debt: &Debt, on: Day) -> Result<(), ServiceError> {
    let mut given_back: BTreeMap<i64, (Source, i64, Day)> = BTreeMap::new();
    for entry in entries_of(chunk, debt)? {
        let released = entry.effect_on(Account::Receivable);
        // What a person took back or a bank returned was not given back by the end.
        let is_release =
            released > 0 && entry.kind != EntryKind::Bounce && entry.reverses.is_none();
        let Some(source) = source_of(&entry).filter(|_| is_release) else { continue };
        let sums = given_back.entry(source.number()).or_insert((source, 0, on));
        sums.1 += released;
        sums.2 = sums.2.max(entry.effective_on);
    }
    let mut left_minor = 0;
    for (source, released_minor, day) in given_back.into_values() {
        let minor = released_minor.min(left_of(chunk, source)?);
        let mut applied_minor = 0;
        if let (Source::Payment(_), Some(heir)) = (source, settle::takes_money_of(debt)) {
            let posting = settle::of_debt(chunk, heir, day);
            applied_minor = settle::apply(chunk, source, heir, minor, posting)?;
        }
        left_minor += minor - applied_minor;
    }
    if let Some(heir) = &debt.heir {
        tell(chunk, debt, heir.document, left_minor, on);
    }
    Ok(())
}

/// What is not applied of a payment or note, counting what this chunk posts.
fn left_of(chunk: &mut Chunk<'_, '_>, source: Source) -> Result<i64, ServiceError> {
    let scope = chunk.scope();
    let left = match source {
        Source::Payment(id) => {
            let stored = payment::get(chunk.tx, scope, id)?.map_or(0, |paid| paid.unapplied_minor);
            stored + chunk.book.unapplied_cash_change(id)
        }
        Source::CreditNote(id) => {
            let stored = document::get(chunk.tx, scope, id)?.map_or(0, |note| note.unapplied_minor);
            stored + chunk.book.unapplied_credit_change(id)
        }
    };
    Ok(left.max(0))
}

fn posting(chunk: &Chunk<'_, '_>, debt: &Debt, on: Day) -> Posting {
    Posting {
        tx: TxId(chunk.app.next_id()),
        customer: debt.customer,
        currency: debt.currency,
        effective_on: on,
        recorded_on: chunk.recorded_on(on),
    }
}

/// A line in the history: the document was replaced, and how much of what had paid it is on account
/// now and waits for a person.
fn tell(chunk: &mut Chunk<'_, '_>, debt: &Debt, heir: DocumentId, left_minor: i64, on: Day) {
    chunk.events.push(Event {
        id: EventId(chunk.app.next_id()),
        customer: debt.customer,
        happened_on: on,
        kind: "document_replaced".to_owned(),
        channel: None,
        outcome: Some(heir.to_string()),
        body: None,
        subject: Some(debt.document.0),
        balance_minor: Some(left_minor),
        currency: Some(debt.currency),
        actor: chunk.ctx.actor.clone(),
        recorded_at: chunk.ctx.now_ms,
    });
}
