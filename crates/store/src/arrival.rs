//! What came in by itself or was handed over: by which door, when, and which batch it became.

use crate::error::StoreError;
use crate::import::Counts;
use crate::row::Row;
use crate::{Scope, Tx, params};
use puntual_core::id::ImportId;

/// Something that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its id.
    pub id: i64,
    /// What makes it the same thing when it comes again.
    pub key: String,
    /// By which door: `upload`, `folder`, `mail`, `api`, `decision`.
    pub source: String,
    /// The file's name, or what a message was about.
    pub name: String,
    /// Where it came from: a sender, a folder; empty when the door says it all.
    pub origin: String,
    /// Bytes.
    pub size: i64,
    /// Hash of its content.
    pub content_hash: String,
    /// `taken`, `done`, `failed`.
    pub state: String,
    /// The batch it became.
    pub import: Option<ImportId>,
    /// Why nothing could be read, in Spanish.
    pub why_es: Option<String>,
    /// The same in English.
    pub why_en: Option<String>,
    /// What its sender was told.
    pub answer: Option<String>,
    /// Who brought it.
    pub actor: String,
    /// When it came, in milliseconds.
    pub received_at: i64,
    /// When it was dealt with, in milliseconds.
    pub finished_at: Option<i64>,
}

const ARRIVAL: &str = "arrival_id, arrival_key, source, name, origin, size, content_hash, state, \
     import_id, why_es, why_en, answer, actor, received_at, finished_at";

fn read(row: &Row<'_>) -> Result<Arrival, StoreError> {
    Ok(Arrival {
        id: row.int(0)?,
        key: row.text(1)?,
        source: row.text(2)?,
        name: row.text(3)?,
        origin: row.text(4)?,
        size: row.int(5)?,
        content_hash: row.text(6)?,
        state: row.text(7)?,
        import: row.opt_int(8)?.map(ImportId),
        why_es: row.opt_text(9)?,
        why_en: row.opt_text(10)?,
        answer: row.opt_text(11)?,
        actor: row.text(12)?,
        received_at: row.int(13)?,
        finished_at: row.opt_int(14)?,
    })
}

/// Notes something that came; `false` when its key is known already.
pub fn insert(tx: &mut Tx<'_>, scope: Scope, a: &Arrival) -> Result<bool, StoreError> {
    let sql = format!(
        "INSERT INTO arrival (workspace_id, creditor_id, {ARRIVAL}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
         ON CONFLICT (workspace_id, creditor_id, arrival_key) DO NOTHING"
    );
    let changed = tx.execute(
        &sql,
        &params![
            scope.workspace,
            scope.creditor,
            a.id,
            &a.key,
            &a.source,
            &a.name,
            &a.origin,
            a.size,
            &a.content_hash,
            &a.state,
            a.import,
            a.why_es.as_deref(),
            a.why_en.as_deref(),
            a.answer.as_deref(),
            &a.actor,
            a.received_at,
            a.finished_at,
        ],
    )?;
    Ok(changed == 1)
}

/// What came under a key.
pub fn by_key(tx: &mut Tx<'_>, scope: Scope, key: &str) -> Result<Option<Arrival>, StoreError> {
    let sql = format!(
        "SELECT {ARRIVAL} FROM arrival \
         WHERE workspace_id = $1 AND creditor_id = $2 AND arrival_key = $3"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, key], read)
}

/// Takes up again what whoever had it left behind, under another batch; `false` when it has been
/// dealt with meanwhile or somebody else was faster.
pub fn take_over(
    tx: &mut Tx<'_>,
    scope: Scope,
    before: &Arrival,
    import: ImportId,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE arrival SET import_id = $5, received_at = $6 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND arrival_id = $3 AND state = 'taken' \
         AND received_at = $4",
        &params![scope.workspace, scope.creditor, before.id, before.received_at, import, now_ms],
    )?;
    Ok(changed == 1)
}

/// Writes what became of something that came.
pub fn finish(tx: &mut Tx<'_>, scope: Scope, a: &Arrival) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE arrival SET state = $4, import_id = $5, why_es = $6, why_en = $7, answer = $8, \
         finished_at = $9 WHERE workspace_id = $1 AND creditor_id = $2 AND arrival_id = $3",
        &params![
            scope.workspace,
            scope.creditor,
            a.id,
            &a.state,
            a.import,
            a.why_es.as_deref(),
            a.why_en.as_deref(),
            a.answer.as_deref(),
            a.finished_at,
        ],
    )?;
    Ok(())
}

/// A line of what came, with what it became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// By which door; empty for batches that came by none.
    pub source: String,
    /// The file's name.
    pub name: String,
    /// Where it came from.
    pub origin: String,
    /// `taken`, `done`, `failed`; of the batch where there is no more.
    pub state: String,
    /// The batch.
    pub import: Option<ImportId>,
    /// Why nothing could be read, in Spanish.
    pub why_es: Option<String>,
    /// The same in English.
    pub why_en: Option<String>,
    /// Who brought it.
    pub actor: String,
    /// When it came, in milliseconds.
    pub received_at: i64,
    /// How many files it held.
    pub files: i64,
    /// What became of its records.
    pub counts: Counts,
    /// Records of it that still wait for a decision.
    pub waiting: i64,
}

const EVERYTHING: &str = "FROM ( \
     SELECT a.source, a.name, a.origin, \
     CASE WHEN b.state = 'undone' THEN b.state ELSE a.state END AS state, a.import_id, a.why_es, \
     a.why_en, a.actor, a.received_at, COALESCE(b.files, 0) AS files, \
     COALESCE(b.read_count, 0) AS read_count, COALESCE(b.accepted_count, 0) AS accepted_count, \
     COALESCE(b.duplicate_count, 0) AS duplicate_count, \
     COALESCE(b.quarantined_count, 0) AS quarantined_count, \
     COALESCE(b.rejected_count, 0) AS rejected_count, \
     COALESCE(b.ignored_count, 0) AS ignored_count, a.arrival_id AS line_id \
     FROM arrival a LEFT JOIN import_batch b ON b.workspace_id = a.workspace_id \
     AND b.creditor_id = a.creditor_id AND b.import_id = a.import_id \
     WHERE a.workspace_id = $1 AND a.creditor_id = $2 \
     UNION ALL \
     SELECT '', b.title, '', b.state, b.import_id, NULL, NULL, b.actor, b.started_at, b.files, \
     b.read_count, b.accepted_count, b.duplicate_count, b.quarantined_count, b.rejected_count, \
     b.ignored_count, b.import_id FROM import_batch b \
     WHERE b.workspace_id = $1 AND b.creditor_id = $2 AND NOT EXISTS (SELECT 1 FROM arrival a \
     WHERE a.workspace_id = $1 AND a.creditor_id = $2 AND a.import_id = b.import_id)) came";

/// Everything that came, by whatever door, newest first; of one door when it is named.
pub fn came(
    tx: &mut Tx<'_>,
    scope: Scope,
    source: Option<&str>,
    limit: i64,
    skip: i64,
) -> Result<Vec<Came>, StoreError> {
    let sql = format!(
        "SELECT source, name, origin, state, import_id, why_es, why_en, actor, received_at, files, \
         read_count, accepted_count, duplicate_count, quarantined_count, rejected_count, \
         ignored_count, (SELECT COUNT(*) FROM import_issue i WHERE i.workspace_id = $1 \
         AND i.creditor_id = $2 AND i.import_id = came.import_id AND i.status = 'quarantine' \
         AND i.decision IS NULL) {EVERYTHING} {} ORDER BY received_at DESC, line_id DESC \
         LIMIT $3 OFFSET $4",
        if source.is_some() { "WHERE source = $5" } else { "" }
    );
    let mut values = params![scope.workspace, scope.creditor, limit, skip].to_vec();
    values.extend(source.map(Into::into));
    tx.query(&sql, &values, |row| {
        Ok(Came {
            source: row.text(0)?,
            name: row.text(1)?,
            origin: row.text(2)?,
            state: row.text(3)?,
            import: row.opt_int(4)?.map(ImportId),
            why_es: row.opt_text(5)?,
            why_en: row.opt_text(6)?,
            actor: row.text(7)?,
            received_at: row.int(8)?,
            files: row.int(9)?,
            counts: Counts {
                read: row.int(10)?,
                accepted: row.int(11)?,
                duplicates: row.int(12)?,
                quarantined: row.int(13)?,
                rejected: row.int(14)?,
                ignored: row.int(15)?,
            },
            waiting: row.int(16)?,
        })
    })
}

/// How many things came.
pub fn count_came(tx: &mut Tx<'_>, scope: Scope, source: Option<&str>) -> Result<i64, StoreError> {
    let sql = format!(
        "SELECT COUNT(*) {EVERYTHING} {}",
        if source.is_some() { "WHERE source = $3" } else { "" }
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(source.map(Into::into));
    Ok(tx.query_one(&sql, &values, |row| row.int(0))?.unwrap_or(0))
}
