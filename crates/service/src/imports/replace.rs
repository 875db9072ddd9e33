//! A stored document taken back because another takes its place: reversals, never an edit. Refused
//! while anything else stands on it, and what that is, is said.

use crate::App;
use crate::book::Book;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use puntual_core::date::Day;
use puntual_core::id::{DocumentId, PaymentId, TxId};
use puntual_core::ledger::EntryKind;
use puntual_core::money::Money;
use puntual_store::ledger::{self, Recording, StoredEntry};
use puntual_store::{Tx, document, payment, receivable, standing, succession};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Something that stands on a document and has to be undone before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dependent {
    /// A payment applied to it: its number or reference, when it was received, how much of it.
    Payment(String, Day, Money),
    /// A credit note applied to it, or its own credit applied to another document: its number.
    CreditNote(String, Money),
    /// An amount written off, withheld or discounted.
    Adjustment(Day, Money),
    /// An open dispute, since when.
    Dispute(Day),
    /// An open promise, for when.
    Promise(Day),
}

/// Entries that came with the document itself and go with it.
fn is_own(entry: &StoredEntry, document: DocumentId) -> bool {
    use EntryKind::{Annul, CreditNote, ExternalSettlement, Issue, Withhold};
    match entry.entry.kind {
        Issue | CreditNote | ExternalSettlement | Withhold => true,
        // What the document itself took the place of stands again when it goes.
        Annul => entry.entry.source == Some(document.0),
        _ => false,
    }
}

/// The document's entries that have not been reversed, in sequence.
fn standing_entries(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    document: DocumentId,
) -> Result<Vec<StoredEntry>, ServiceError> {
    let receivables = receivable::of_documents(tx, ctx.scope(), &[document])?;
    let ids: Vec<_> = receivables.iter().map(|receivable| receivable.id).collect();
    let mut entries: BTreeMap<i64, StoredEntry> = BTreeMap::new();
    let of_receivables = ledger::of_receivables(tx, ctx.scope(), &ids)?;
    let of_note = ledger::of_source(tx, ctx.scope(), document.0)?;
    entries.extend(of_receivables.into_iter().chain(of_note).map(|entry| (entry.seq, entry)));
    let reversed: HashSet<i64> = entries.values().filter_map(|e| e.entry.reverses).collect();
    let stands = |e: &StoredEntry| e.entry.reverses.is_none() && !reversed.contains(&e.seq);
    Ok(entries.into_values().filter(stands).collect())
}

/// What stands on a document.
pub(super) fn dependents(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    document: DocumentId,
) -> Result<Vec<Dependent>, ServiceError> {
    let scope = ctx.scope();
    let mut found = Vec::new();
    let entries = standing_entries(tx, ctx, document)?;
    let moved: Vec<&StoredEntry> =
        entries.iter().filter(|entry| !is_own(entry, document)).collect();
    let sources: BTreeSet<Option<i64>> = moved.iter().map(|entry| entry.entry.source).collect();
    for source in sources {
        let of_source = moved.iter().filter(|entry| entry.entry.source == source);
        let Some(first) = of_source.clone().next() else { continue };
        let minor = of_source.map(|entry| entry.entry.amount_minor).sum();
        let amount = Money::new(minor, first.entry.currency);
        let on = first.entry.effective_on;
        let paid = match source {
            Some(id) => payment::get(tx, scope, PaymentId(id))?,
            None => None,
        };
        let is_annulled = first.entry.kind == EntryKind::Annul;
        let note = match source {
            Some(id) if paid.is_none() && !is_annulled => document::get(tx, scope, DocumentId(id))?,
            _ => None,
        };
        found.push(match (paid, note) {
            (Some(paid), _) => {
                let name = paid.number.or(paid.reference).unwrap_or_default();
                Dependent::Payment(name, paid.received_on, amount)
            }
            (_, Some(note)) => Dependent::CreditNote(note.number, amount),
            _ => Dependent::Adjustment(on, amount),
        });
    }
    let Some(stored) = document::get(tx, scope, document)? else { return Ok(found) };
    let disputes = standing::disputes(tx, scope, Some(stored.customer), true)?;
    let own = disputes.iter().filter(|dispute| dispute.document == document);
    found.extend(own.map(|dispute| Dependent::Dispute(dispute.opened_on)));
    let promises = standing::promises_of(tx, scope, stored.customer)?;
    let own = promises.iter().filter(|p| p.state == "open" && p.document == Some(document));
    found.extend(own.map(|promise| Dependent::Promise(promise.promised_on)));
    Ok(found)
}

/// Takes a document back: its entries are reversed as of their own days, and it gives its key back.
pub(super) fn take_back(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    document: DocumentId,
) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    let stored = document::get(tx, scope, document)?
        .ok_or_else(|| ServiceError::NotFound(document.to_string()))?;
    moments::take_turn(tx, ctx, stored.customer)?;
    if !dependents(tx, ctx, document)?.is_empty() {
        return Err(ServiceError::Conflict(format!("something stands on {document}")));
    }
    let mut book = Book::default();
    let reversal = TxId(app.next_id());
    for stored in standing_entries(tx, ctx, document)?.iter().rev() {
        let entry = &stored.entry;
        // It never should have been: the reversal takes effect on the day of the original.
        book.post(entry.reversal(stored.seq, reversal, entry.kind, entry.effective_on, ctx.today));
    }
    let recording = Recording { recorded_at: ctx.now_ms, import: None, actor: &ctx.actor };
    book.write(tx, scope, recording)?;
    succession::forget_heir(tx, scope, &stored.doc_key)?;
    Ok(document::set_undone(tx, scope, &stored, ctx.now_ms)?)
}
