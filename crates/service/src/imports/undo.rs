//! Undoing a batch: everything it added is taken back by reversals, while nothing that came later
//! depends on it.

use crate::App;
use crate::book::Book;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::Deed;
use puntual_core::id::{ImportId, ReceivableId, TxId};
use puntual_store::ledger::{self, Recording, StoredEntry};
use puntual_store::{document, import, payment, pending, standing};
use std::collections::HashSet;

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
        let reversed: HashSet<i64> = entries.iter().filter_map(|e| e.entry.reverses).collect();
        let standing_entries: Vec<&StoredEntry> =
            entries.iter().filter(|e| !reversed.contains(&e.seq)).collect();
        refuse_if_needed(tx, ctx, import, &standing_entries)?;
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
        for d in document::of_import(tx, scope, import)? {
            document::set_undone(tx, scope, &d, ctx.now_ms)?;
        }
        for p in payment::of_import(tx, scope, import)? {
            payment::set_reversed(tx, scope, &p, ctx.now_ms)?;
        }
        standing::drop_of_import(tx, scope, import, ctx.today, ctx.now_ms)?;
        pending::drop_of_import(tx, scope, import, ctx.now_ms)?;
        batch.undone_at = Some(ctx.now_ms);
        batch.state = "undone".to_owned();
        import::update_batch(tx, scope, &batch)?;
        Ok(batch)
    })
}

/// Something later touches what the batch brought: the batch cannot be taken back alone.
fn refuse_if_needed(
    tx: &mut puntual_store::Tx<'_>,
    ctx: &Ctx,
    import: ImportId,
    entries: &[&StoredEntry],
) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    let receivables: HashSet<ReceivableId> =
        entries.iter().filter(|e| is_issue(e)).filter_map(|e| e.entry.receivable).collect();
    let receivables: Vec<ReceivableId> = receivables.into_iter().collect();
    let sources: HashSet<i64> =
        entries.iter().filter(|e| is_origin(e)).filter_map(|e| e.entry.source).collect();
    let mut later: Vec<StoredEntry> = Vec::new();
    for part in receivables.chunks(4_000) {
        later.extend(ledger::of_receivables(tx, scope, part)?);
    }
    let sources: Vec<i64> = sources.into_iter().collect();
    for part in sources.chunks(4_000) {
        later.extend(ledger::of_sources(tx, scope, part)?);
    }
    let depends: Vec<i64> =
        later.iter().filter(|e| e.import != Some(import)).map(|e| e.seq).take(5).collect();
    if depends.is_empty() {
        return Ok(());
    }
    Err(ServiceError::Conflict(format!(
        "{} later ledger entries touch what this import brought (the first: {depends:?}); \
         undo those first",
        later.iter().filter(|e| e.import != Some(import)).count()
    )))
}

fn is_issue(stored: &StoredEntry) -> bool {
    stored.entry.kind == puntual_core::ledger::EntryKind::Issue
}

fn is_origin(stored: &StoredEntry) -> bool {
    use puntual_core::ledger::EntryKind::{CreditNote, Payment};
    matches!(stored.entry.kind, Payment | CreditNote)
}
