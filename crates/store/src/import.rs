//! Imports: batches, what was not simply accepted, the files themselves, saved mappings.

use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{Scope, Tx, params, placeholders};
use puntual_core::id::{ImportId, WorkspaceId};

/// Counts of what became of what was read. `read` is the sum of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Counts {
    /// Records read.
    pub read: i64,
    /// Records that entered the books.
    pub accepted: i64,
    /// Records already there.
    pub duplicates: i64,
    /// Records waiting for a person.
    pub quarantined: i64,
    /// Records refused.
    pub rejected: i64,
    /// Records that are no business of this portfolio.
    pub ignored: i64,
}

/// A batch of imported files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: ImportId,
    /// When it began, in milliseconds.
    pub started_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// When it was undone.
    pub undone_at: Option<i64>,
    /// Who imported.
    pub actor: String,
    /// Names of the files, shortened.
    pub title: String,
    /// `running`, `done`, `undone`, `interrupted`.
    pub state: String,
    /// Number of files.
    pub files: i64,
    /// What became of the records.
    pub counts: Counts,
}

/// A problem, or a document waiting for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The batch.
    pub import: ImportId,
    /// Its id.
    pub id: i64,
    /// The file.
    pub file: String,
    /// Where in the file.
    pub place: String,
    /// `warn`, `quarantine`, `reject`.
    pub status: String,
    /// Stable code of the problem.
    pub code: String,
    /// In Spanish.
    pub message_es: String,
    /// In English.
    pub message_en: String,
    /// The document it is about.
    pub doc_key: Option<String>,
    /// The file's hash: its bytes are kept while a decision is open.
    pub source_hash: Option<String>,
    /// `accepted` or `dismissed`.
    pub decision: Option<String>,
}

const BATCH: &str = "import_id, started_at, finished_at, undone_at, actor, title, state, files, \
     read_count, accepted_count, duplicate_count, quarantined_count, rejected_count, ignored_count";

fn read_batch(row: &Row<'_>) -> Result<Batch, StoreError> {
    Ok(Batch {
        id: ImportId(row.int(0)?),
        started_at: row.int(1)?,
        finished_at: row.opt_int(2)?,
        undone_at: row.opt_int(3)?,
        actor: row.text(4)?,
        title: row.text(5)?,
        state: row.text(6)?,
        files: row.int(7)?,
        counts: Counts {
            read: row.int(8)?,
            accepted: row.int(9)?,
            duplicates: row.int(10)?,
            quarantined: row.int(11)?,
            rejected: row.int(12)?,
            ignored: row.int(13)?,
        },
    })
}

/// Opens a batch.
pub fn insert_batch(tx: &mut Tx<'_>, scope: Scope, batch: &Batch) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO import_batch (workspace_id, creditor_id, {BATCH}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
    );
    let (b, n) = (batch, batch.counts);
    tx.execute(
        &sql,
        &params![
            scope.workspace,
            scope.creditor,
            b.id,
            b.started_at,
            b.finished_at,
            b.undone_at,
            &b.actor,
            &b.title,
            &b.state,
            b.files,
            n.read,
            n.accepted,
            n.duplicates,
            n.quarantined,
            n.rejected,
            n.ignored,
        ],
    )?;
    Ok(())
}

/// Writes how far a batch has come, or how it ended.
pub fn update_batch(tx: &mut Tx<'_>, scope: Scope, batch: &Batch) -> Result<(), StoreError> {
    let (b, n) = (batch, batch.counts);
    tx.execute(
        "UPDATE import_batch SET finished_at = $4, undone_at = $5, state = $6, read_count = $7, \
         accepted_count = $8, duplicate_count = $9, quarantined_count = $10, rejected_count = $11, \
         ignored_count = $12, files = $13 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND import_id = $3",
        &params![
            scope.workspace,
            scope.creditor,
            b.id,
            b.finished_at,
            b.undone_at,
            &b.state,
            n.read,
            n.accepted,
            n.duplicates,
            n.quarantined,
            n.rejected,
            n.ignored,
            b.files,
        ],
    )?;
    Ok(())
}

/// What became of one file of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFile {
    /// Its name, shortened.
    pub name: String,
    /// The format it was read as.
    pub format: String,
    /// `ok`, `warn`, `ignore`, `quarantine`, `reject`.
    pub status: String,
    /// What became of its records.
    pub counts: Counts,
}

const FILE: &str = "name, format, status, read_count, accepted_count, duplicate_count, \
     quarantined_count, rejected_count, ignored_count";

/// Writes what became of a batch's files, in the order they were read.
pub fn insert_files(
    tx: &mut Tx<'_>,
    scope: Scope,
    import: ImportId,
    files: &[ImportFile],
) -> Result<(), StoreError> {
    let columns: Vec<&str> = ["workspace_id", "creditor_id", "import_id", "line"]
        .into_iter()
        .chain(FILE.split(", ").map(str::trim))
        .collect();
    let rows = (1_i64..).zip(files).map(|(line, file)| {
        let n = file.counts;
        params![
            scope.workspace,
            scope.creditor,
            import,
            line,
            &file.name,
            &file.format,
            &file.status,
            n.read,
            n.accepted,
            n.duplicates,
            n.quarantined,
            n.rejected,
            n.ignored,
        ]
        .to_vec()
    });
    tx.insert_many("import_file", &columns, rows)?;
    Ok(())
}

/// Files of a batch, those with something refused or waiting first, then as they were read.
pub fn files(
    tx: &mut Tx<'_>,
    scope: Scope,
    import: ImportId,
    limit: i64,
) -> Result<Vec<ImportFile>, StoreError> {
    let sql = format!(
        "SELECT {FILE} FROM import_file WHERE workspace_id = $1 AND creditor_id = $2 \
         AND import_id = $3 ORDER BY CASE WHEN quarantined_count + rejected_count > 0 \
         THEN 0 ELSE 1 END, line LIMIT $4"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, import, limit], |row| {
        Ok(ImportFile {
            name: row.text(0)?,
            format: row.text(1)?,
            status: row.text(2)?,
            counts: Counts {
                read: row.int(3)?,
                accepted: row.int(4)?,
                duplicates: row.int(5)?,
                quarantined: row.int(6)?,
                rejected: row.int(7)?,
                ignored: row.int(8)?,
            },
        })
    })
}

/// Marks the batches of a workspace that say they are running as interrupted. One that is running
/// after all says so again with its next part.
pub fn interrupt(tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE import_batch SET state = 'interrupted' \
         WHERE workspace_id = $1 AND state = 'running'",
        &params![workspace],
    )
}

/// One batch.
pub fn batch(tx: &mut Tx<'_>, scope: Scope, import: ImportId) -> Result<Option<Batch>, StoreError> {
    let sql = format!(
        "SELECT {BATCH} FROM import_batch \
         WHERE workspace_id = $1 AND creditor_id = $2 AND import_id = $3"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, import], read_batch)
}

/// The last batches, newest first.
pub fn batches(tx: &mut Tx<'_>, scope: Scope, limit: i64) -> Result<Vec<Batch>, StoreError> {
    let sql = format!(
        "SELECT {BATCH} FROM import_batch WHERE workspace_id = $1 AND creditor_id = $2 \
         ORDER BY import_id DESC LIMIT $3"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, limit], read_batch)
}

pub(crate) const ISSUE: &str = "import_id, issue_id, file, place, status, code, message_es, message_en, \
     doc_key, source_hash, decision";

pub(crate) fn read_issue(row: &Row<'_>) -> Result<Issue, StoreError> {
    Ok(Issue {
        import: ImportId(row.int(0)?),
        id: row.int(1)?,
        file: row.text(2)?,
        place: row.text(3)?,
        status: row.text(4)?,
        code: row.text(5)?,
        message_es: row.text(6)?,
        message_en: row.text(7)?,
        doc_key: row.opt_text(8)?,
        source_hash: row.opt_text(9)?,
        decision: row.opt_text(10)?,
    })
}

/// Adds problems.
pub fn insert_issues(tx: &mut Tx<'_>, scope: Scope, issues: &[Issue]) -> Result<(), StoreError> {
    let columns = [
        "workspace_id",
        "creditor_id",
        "import_id",
        "issue_id",
        "file",
        "place",
        "status",
        "code",
        "message_es",
        "message_en",
        "doc_key",
        "source_hash",
        "decision",
    ];
    let rows = issues.iter().map(|i| {
        params![
            scope.workspace,
            scope.creditor,
            i.import,
            i.id,
            &i.file,
            &i.place,
            &i.status,
            &i.code,
            &i.message_es,
            &i.message_en,
            i.doc_key.as_deref(),
            i.source_hash.as_deref(),
            i.decision.as_deref(),
        ]
        .to_vec()
    });
    tx.insert_many("import_issue", &columns, rows)?;
    Ok(())
}

/// Problems of a batch, in order.
pub fn issues(
    tx: &mut Tx<'_>,
    scope: Scope,
    import: ImportId,
    limit: i64,
) -> Result<Vec<Issue>, StoreError> {
    let sql = format!(
        "SELECT {ISSUE} FROM import_issue WHERE workspace_id = $1 AND creditor_id = $2 \
         AND import_id = $3 ORDER BY issue_id LIMIT $4"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, import, limit], read_issue)
}

/// What was refused in these batches and why, in order.
pub fn refusals(
    tx: &mut Tx<'_>,
    scope: Scope,
    imports: &[ImportId],
    limit: i64,
) -> Result<Vec<Issue>, StoreError> {
    if imports.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {ISSUE} FROM import_issue WHERE workspace_id = $1 AND creditor_id = $2 \
         AND status = 'reject' AND import_id IN ({}) ORDER BY import_id DESC, issue_id LIMIT $3",
        placeholders(4, imports.len())
    );
    let mut values = params![scope.workspace, scope.creditor, limit].to_vec();
    values.extend(imports.iter().map(|import| Param::from(*import)));
    tx.query(&sql, &values, read_issue)
}

/// Keeps the bytes of a file, once per content. Returns whether they were new.
pub fn keep_file(
    tx: &mut Tx<'_>,
    scope: Scope,
    (hash, name, size): (&str, &str, i64),
    content: Option<&[u8]>,
    import: ImportId,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "INSERT INTO source_file (workspace_id, creditor_id, source_hash, name, size, content, \
         first_import_id, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (workspace_id, creditor_id, source_hash) DO NOTHING",
        &params![scope.workspace, scope.creditor, hash, name, size, content, import, now_ms],
    )?;
    Ok(changed == 1)
}

/// The name of a kept file.
pub fn file_name(tx: &mut Tx<'_>, scope: Scope, hash: &str) -> Result<Option<String>, StoreError> {
    tx.query_one(
        "SELECT name FROM source_file \
         WHERE workspace_id = $1 AND creditor_id = $2 AND source_hash = $3",
        &params![scope.workspace, scope.creditor, hash],
        |row| row.text(0),
    )
}

/// Name of a kept file, and its bytes unless it was too large to keep them.
pub type KeptFile = (String, Option<Vec<u8>>);

/// Name and bytes of a kept file.
pub fn file(tx: &mut Tx<'_>, scope: Scope, hash: &str) -> Result<Option<KeptFile>, StoreError> {
    tx.query_one(
        "SELECT name, content FROM source_file \
         WHERE workspace_id = $1 AND creditor_id = $2 AND source_hash = $3",
        &params![scope.workspace, scope.creditor, hash],
        |row| Ok((row.text(0)?, row.opt_bytes(1)?)),
    )
}

/// Saves a mapping under a name, for files with these headers.
pub fn save_mapping(
    tx: &mut Tx<'_>,
    scope: Scope,
    name: &str,
    header_key: &str,
    mapping: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO saved_mapping (workspace_id, creditor_id, name, header_key, mapping, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, creditor_id, name) \
         DO UPDATE SET header_key = excluded.header_key, mapping = excluded.mapping, \
         updated_at = excluded.updated_at",
        &params![scope.workspace, scope.creditor, name, header_key, mapping, now_ms],
    )?;
    Ok(())
}

/// Notes how the files of a batch were read.
pub fn note_reading(
    tx: &mut Tx<'_>,
    scope: Scope,
    import: ImportId,
    mapping: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO import_reading (workspace_id, creditor_id, import_id, mapping) \
         VALUES ($1, $2, $3, $4)",
        &params![scope.workspace, scope.creditor, import, mapping],
    )?;
    Ok(())
}

/// How the files of a batch were read, where that was not left to the program.
pub fn reading(
    tx: &mut Tx<'_>,
    scope: Scope,
    import: ImportId,
) -> Result<Option<String>, StoreError> {
    tx.query_one(
        "SELECT mapping FROM import_reading \
         WHERE workspace_id = $1 AND creditor_id = $2 AND import_id = $3",
        &params![scope.workspace, scope.creditor, import],
        |row| row.text(0),
    )
}

/// The mapping saved for files with these headers, newest first.
pub fn mapping_for(
    tx: &mut Tx<'_>,
    scope: Scope,
    header_key: &str,
) -> Result<Option<String>, StoreError> {
    tx.query_one(
        "SELECT mapping FROM saved_mapping WHERE workspace_id = $1 AND creditor_id = $2 \
         AND header_key = $3 ORDER BY updated_at DESC LIMIT 1",
        &params![scope.workspace, scope.creditor, header_key],
        |row| row.text(0),
    )
}

impl Counts {
    /// Adds the counts of a part.
    pub fn add(&mut self, part: &Counts) {
        self.read += part.read;
        self.accepted += part.accepted;
        self.duplicates += part.duplicates;
        self.quarantined += part.quarantined;
        self.rejected += part.rejected;
        self.ignored += part.ignored;
    }
}
