//! Undoing a batch: everything it added is taken back by reversals, while nothing that came later
//! depends on it.

use super::chunk::LOOKUP;
use crate::App;
use crate::bank_links;
use crate::book::Book;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::Deed;
use puntual_core::id::{ImportId, ReceivableId, TxId};
use puntual_store::document::Document;
use puntual_store::ledger::{self, Recording, StoredEntry};
use puntual_store::{Tx, bank, document, import, payment, pending, standing, succession};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Takes a batch back. Refused, with what depends on it, when later facts touch its documents or
/// payments. Undoing twice changes nothing.
pub fn undo(app: &App, ctx: &Ctx, import: ImportId) -> Result<import::Batch, ServiceError> {
    ctx.require(Deed::UndoImport)?;
    let scope = ctx.scope();
    app.store.write(|tx| {
        let mut batch = import::batch(tx, scope, import)?
            .ok_or_else(|| ServiceError::NotFound(format!("import {import}")))?;
        if batch.undone_at.is_some() {
            return Ok(batch);
        }
        let entries = ledger::of_import(tx, scope, import)?;
        let documents = document::of_import(tx, scope, import)?;
        let touching = touching(tx, ctx, &entries, &documents)?;
        let reversed: HashSet<i64> = touching.iter().filter_map(|e| e.entry.reverses).collect();
        let stands = |e: &StoredEntry| e.entry.reverses.is_none() && !reversed.contains(&e.seq);
        let standing_entries: Vec<&StoredEntry> = entries.iter().filter(|e| stands(e)).collect();
        let standing_now = touching.iter().filter(|e| stands(e));
        refuse_if_needed(import, &entries, &documents, standing_now)?;
        refuse_if_served(tx, ctx, &batch)?;
        refuse_if_told_elsewhere(tx, ctx, import)?;
        refuse_if_applied(tx, ctx, import)?;
        let mut book = Book::default();
        let reversal = TxId(app.next_id());
        for stored in standing_entries.iter().rev() {
            let entry = &stored.entry;
            // It never should have been: the reversal takes effect on the day of the original.
            book.post(entry.reversal(
                stored.seq,
                reversal,
                entry.kind,
                entry.effective_on,
                ctx.today,
            ));
        }
        let recording =
            Recording { recorded_at: ctx.now_ms, import: Some(import), actor: &ctx.actor };
        book.write(tx, scope, recording)?;
        // The batch's own first: what is left under its keys is what others wait with.
        pending::drop_of_import(tx, scope, import)?;
        let mut keys = Vec::new();
        for d in documents {
            document::set_undone(tx, scope, &d, ctx.now_ms)?;
            succession::forget_heir(tx, scope, &d.doc_key)?;
            keys.extend([format!("number:{}", d.number), format!("note:{}", d.number), d.doc_key]);
        }
        for p in payment::of_import(tx, scope, import)? {
            payment::set_reversed(tx, scope, &p, ctx.now_ms)?;
            keys.push(format!("pay:{}", p.pay_key));
        }
        for part in keys.chunks(LOOKUP) {
            pending::reopen(tx, scope, part.iter().map(String::as_str))?;
        }
        standing::drop_of_import(tx, scope, import, ctx.today, ctx.now_ms)?;
        bank::drop_of_import(tx, scope, import)?;
        bank_links::settle(tx, ctx)?;
        batch.undone_at = Some(ctx.now_ms);
        batch.state = "undone".to_owned();
        import::update_batch(tx, scope, &batch)?;
        Ok(batch)
    })
}

/// Payments were made of lines it brought: without them nobody could say what money those are.
fn refuse_if_applied(tx: &mut Tx<'_>, ctx: &Ctx, import: ImportId) -> Result<(), ServiceError> {
    match bank::count_applied(tx, ctx.scope(), import)? {
        0 => Ok(()),
        applied => Err(ServiceError::Conflict(format!(
            "{applied} bank lines of import {import} were applied: undo those payments first"
        ))),
    }
}

/// Every entry on the receivables, payments and notes that these entries move, or that ended because
/// of these documents.
fn touching(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    entries: &[StoredEntry],
    documents: &[Document],
) -> Result<Vec<StoredEntry>, ServiceError> {
    let receivables: BTreeSet<ReceivableId> =
        entries.iter().filter_map(|e| e.entry.receivable).collect();
    let mut sources: BTreeSet<i64> = entries.iter().filter_map(|e| e.entry.source).collect();
    sources.extend(documents.iter().map(|d| d.id.0));
    let receivables: Vec<ReceivableId> = receivables.into_iter().collect();
    let sources: Vec<i64> = sources.into_iter().collect();
    let mut found: BTreeMap<i64, StoredEntry> = BTreeMap::new();
    for part in receivables.chunks(LOOKUP) {
        let entries = ledger::of_receivables(tx, ctx.scope(), part)?;
        found.extend(entries.into_iter().map(|e| (e.seq, e)));
    }
    for part in sources.chunks(LOOKUP) {
        let entries = ledger::of_sources(tx, ctx.scope(), part)?;
        found.extend(entries.into_iter().map(|e| (e.seq, e)));
    }
    Ok(found.into_values().collect())
}

/// Something that came otherwise stands on what the batch brought: the batch cannot be taken back
/// alone.
fn refuse_if_needed<'e>(
    import: ImportId,
    entries: &[StoredEntry],
    documents: &[Document],
    standing: impl Iterator<Item = &'e StoredEntry>,
) -> Result<(), ServiceError> {
    let receivables: HashSet<ReceivableId> =
        entries.iter().filter(|e| is_issue(e)).filter_map(|e| e.entry.receivable).collect();
    let origins = entries.iter().filter(|e| is_origin(e)).filter_map(|e| e.entry.source);
    let sources: HashSet<i64> = origins.chain(documents.iter().map(|d| d.id.0)).collect();
    let brought = |e: &&StoredEntry| {
        e.entry.receivable.is_some_and(|r| receivables.contains(&r))
            || e.entry.source.is_some_and(|s| sources.contains(&s))
    };
    let depends: Vec<i64> =
        standing.filter(|e| e.import != Some(import)).filter(brought).map(|e| e.seq).collect();
    if depends.is_empty() {
        return Ok(());
    }
    let first = &depends[..depends.len().min(5)];
    Err(ServiceError::Conflict(format!(
        "{} later ledger entries touch what this import brought (the first: {first:?}); \
         undo those first",
        depends.len()
    )))
}

/// What the batch left waiting was applied when something later came: taking the batch back would
/// leave the application without its reason.
fn refuse_if_served(tx: &mut Tx<'_>, ctx: &Ctx, batch: &import::Batch) -> Result<(), ServiceError> {
    match pending::count_settled_later(tx, ctx.scope(), batch.id, batch.started_at)? {
        0 => Ok(()),
        count => Err(ServiceError::Conflict(format!(
            "{count} applications of this import were carried out when later imports brought \
             their documents; undo those first"
        ))),
    }
}

/// A later statement tells of the same entries and brought only the others: without these, its
/// balances would no longer be reached.
fn refuse_if_told_elsewhere(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    import: ImportId,
) -> Result<(), ServiceError> {
    match bank::count_told_elsewhere(tx, ctx.scope(), import)? {
        0 => Ok(()),
        count => Err(ServiceError::Conflict(format!(
            "{count} bank entries of this import are told by statements of other imports too; \
             undo those first"
        ))),
    }
}

fn is_issue(stored: &StoredEntry) -> bool {
    stored.entry.kind == puntual_core::ledger::EntryKind::Issue
}

fn is_origin(stored: &StoredEntry) -> bool {
    use puntual_core::ledger::EntryKind::{CreditNote, Payment};
    matches!(stored.entry.kind, Payment | CreditNote)
}
