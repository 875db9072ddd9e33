//! Applications, disputes, promises and events that wait for a document not seen yet.

use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{Scope, Tx, params, placeholders};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::ImportId;

/// A payment, credit note or write-off, or something told, that names a document not stored yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// Its id.
    pub id: i64,
    /// Key of the document or payment it waits for.
    pub target_key: String,
    /// Key of the other side, when that has no id yet either.
    pub other_key: Option<String>,
    /// What it does to the document when it comes: the import's word.
    pub kind: String,
    /// The payment or credit note the value comes from.
    pub source: Option<i64>,
    /// How much; all that is left of the source when absent.
    pub amount_minor: Option<i64>,
    /// How much, as written, where the currency is not known yet.
    pub amount_text: Option<String>,
    /// Why, as told.
    pub note: Option<String>,
    /// Who holds the claim once it takes effect.
    pub holder: Option<String>,
    /// Order among the assignments of one claim.
    pub sequence: Option<i64>,
    /// Currency of `amount_minor`.
    pub currency: Option<Currency>,
    /// When it took effect.
    pub effective_on: Day,
    /// When it became known.
    pub recorded_on: Day,
    /// File and place it was read from.
    pub place: String,
    /// The batch it came with.
    pub import: Option<ImportId>,
}

const SELECT: &str = "SELECT pending_id, target_key, kind, source_id, amount_minor, currency, \
     effective_on, recorded_on, place, import_id, other_key, amount_text, note, holder, sequence \
     FROM pending_application \
     WHERE workspace_id = $1 AND creditor_id = $2 AND settled_at IS NULL";

fn read(row: &Row<'_>) -> Result<Pending, StoreError> {
    Ok(Pending {
        id: row.int(0)?,
        target_key: row.text(1)?,
        kind: row.text(2)?,
        source: row.opt_int(3)?,
        amount_minor: row.opt_int(4)?,
        currency: row.opt_text(5)?.and_then(|code| code.parse().ok()),
        effective_on: row.day(6)?,
        recorded_on: row.day(7)?,
        place: row.text(8)?,
        import: row.opt_int(9)?.map(ImportId),
        other_key: row.opt_text(10)?,
        amount_text: row.opt_text(11)?,
        note: row.opt_text(12)?,
        holder: row.opt_text(13)?,
        sequence: row.opt_int(14)?,
    })
}

/// Adds pending applications.
pub fn insert_many(tx: &mut Tx<'_>, scope: Scope, pending: &[Pending]) -> Result<(), StoreError> {
    let columns = [
        "workspace_id",
        "creditor_id",
        "target_key",
        "pending_id",
        "other_key",
        "kind",
        "source_id",
        "amount_minor",
        "amount_text",
        "currency",
        "effective_on",
        "recorded_on",
        "place",
        "import_id",
        "note",
        "holder",
        "sequence",
    ];
    let rows = pending.iter().map(|p| {
        params![
            scope.workspace,
            scope.creditor,
            &p.target_key,
            p.id,
            p.other_key.as_deref(),
            &p.kind,
            p.source,
            p.amount_minor,
            p.amount_text.as_deref(),
            p.currency.as_ref(),
            p.effective_on,
            p.recorded_on,
            &p.place,
            p.import,
            p.note.as_deref(),
            p.holder.as_deref(),
            p.sequence,
        ]
        .to_vec()
    });
    tx.insert_many("pending_application", &columns, rows)?;
    Ok(())
}

/// What waits for any of these documents, oldest first.
pub fn waiting_for<'k>(
    tx: &mut Tx<'_>,
    scope: Scope,
    keys: impl ExactSizeIterator<Item = &'k str>,
) -> Result<Vec<Pending>, StoreError> {
    if keys.len() == 0 {
        return Ok(Vec::new());
    }
    let sql =
        format!("{SELECT} AND target_key IN ({}) ORDER BY pending_id", placeholders(3, keys.len()));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(keys.map(Param::from));
    tx.query(&sql, &values, read)
}

/// Whether anything waits at all: most portfolios have nothing pending, and imports ask often.
pub fn any(tx: &mut Tx<'_>, scope: Scope) -> Result<bool, StoreError> {
    let sql = format!("{SELECT} LIMIT 1");
    Ok(tx.query_one(&sql, &params![scope.workspace, scope.creditor], |_| Ok(()))?.is_some())
}

/// Everything that waits, oldest first.
pub fn list(tx: &mut Tx<'_>, scope: Scope, limit: i64) -> Result<Vec<Pending>, StoreError> {
    // What waits under a number besides its uid is one thing that waits.
    let sql = format!(
        "{SELECT} AND NOT (target_key LIKE 'number:%' AND COALESCE(other_key, '') LIKE 'uuid:%') \
         ORDER BY pending_id LIMIT $3"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, limit], read)
}

/// Marks one as settled, under every key it waits for.
pub fn settle(
    tx: &mut Tx<'_>,
    scope: Scope,
    pending: &Pending,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE pending_application SET settled_at = $4 WHERE workspace_id = $1 \
         AND creditor_id = $2 AND pending_id = $3 AND settled_at IS NULL",
        &params![scope.workspace, scope.creditor, pending.id, now_ms],
    )?;
    Ok(())
}

/// Lets a waiting application wait for something else instead.
pub fn retarget(
    tx: &mut Tx<'_>,
    scope: Scope,
    pending: &Pending,
    target_key: &str,
    other_key: Option<&str>,
) -> Result<(), StoreError> {
    let (workspace, creditor, id) = (scope.workspace, scope.creditor, pending.id);
    tx.execute(
        "UPDATE pending_application SET target_key = $5, other_key = $6 WHERE workspace_id = $1 \
         AND creditor_id = $2 AND target_key = $3 AND pending_id = $4",
        &params![workspace, creditor, &pending.target_key, id, target_key, other_key],
    )?;
    Ok(())
}

/// Lets what was settled by these documents and payments wait for them again, when they are taken
/// back.
pub fn reopen<'k>(
    tx: &mut Tx<'_>,
    scope: Scope,
    keys: impl ExactSizeIterator<Item = &'k str>,
) -> Result<u64, StoreError> {
    if keys.len() == 0 {
        return Ok(0);
    }
    let sql = format!(
        "UPDATE pending_application SET settled_at = NULL WHERE workspace_id = $1 \
         AND creditor_id = $2 AND settled_at IS NOT NULL AND target_key IN ({})",
        placeholders(3, keys.len())
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(keys.map(Param::from));
    tx.execute(&sql, &values)
}

/// How many applications a batch left waiting were settled at another instant than `own_ms`: by
/// what came later, and not by the batch itself.
pub fn count_settled_later(
    tx: &mut Tx<'_>,
    scope: Scope,
    import: ImportId,
    own_ms: i64,
) -> Result<i64, StoreError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM pending_application WHERE workspace_id = $1 AND creditor_id = $2 \
         AND import_id = $3 AND settled_at <> $4",
        &params![scope.workspace, scope.creditor, import, own_ms],
        |row| row.int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Forgets what a batch left waiting, when the batch is undone.
pub fn drop_of_import(tx: &mut Tx<'_>, scope: Scope, import: ImportId) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM pending_application WHERE workspace_id = $1 AND creditor_id = $2 \
         AND import_id = $3",
        &params![scope.workspace, scope.creditor, import],
    )
}
