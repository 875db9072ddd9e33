//! What waits for a person's decision among the records of imports, and the decisions made.

use crate::error::StoreError;
use crate::import::{ISSUE, Issue, read_issue};
use crate::row::Row;
use crate::{Scope, Tx, params};
use puntual_core::id::ImportId;

/// A record a person had to decide about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What was wrong, where, and what was decided.
    pub issue: Issue,
    /// When the record came, in milliseconds.
    pub came_at: i64,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When, in milliseconds.
    pub decided_at: Option<i64>,
}

fn select(condition: &str) -> String {
    let columns: Vec<String> = ISSUE.split(", ").map(|column| format!("i.{column}")).collect();
    format!(
        "SELECT {}, b.started_at, i.decided_by, i.decided_at FROM import_issue i \
         JOIN import_batch b ON b.workspace_id = i.workspace_id \
         AND b.creditor_id = i.creditor_id AND b.import_id = i.import_id \
         WHERE i.workspace_id = $1 AND i.creditor_id = $2 AND i.status = 'quarantine' \
         AND {condition}",
        columns.join(", ")
    )
}

fn read(row: &Row<'_>) -> Result<Case, StoreError> {
    Ok(Case {
        issue: read_issue(row)?,
        came_at: row.int(11)?,
        decided_by: row.opt_text(12)?,
        decided_at: row.opt_int(13)?,
    })
}

/// What waits for a decision, newest batch first.
pub fn waiting(
    tx: &mut Tx<'_>,
    scope: Scope,
    limit: i64,
    skip: i64,
) -> Result<Vec<Case>, StoreError> {
    let sql = select("i.decision IS NULL ORDER BY i.import_id DESC, i.issue_id LIMIT $3 OFFSET $4");
    tx.query(&sql, &params![scope.workspace, scope.creditor, limit, skip], read)
}

/// How many wait for a decision.
pub fn count_waiting(tx: &mut Tx<'_>, scope: Scope) -> Result<i64, StoreError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM import_issue WHERE workspace_id = $1 AND creditor_id = $2 \
         AND status = 'quarantine' AND decision IS NULL",
        &params![scope.workspace, scope.creditor],
        |row| row.int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// The last decisions, newest first.
pub fn decided(
    tx: &mut Tx<'_>,
    scope: Scope,
    limit: i64,
    skip: i64,
) -> Result<Vec<Case>, StoreError> {
    let sql =
        select("i.decision IS NOT NULL ORDER BY i.decided_at DESC, i.issue_id LIMIT $3 OFFSET $4");
    tx.query(&sql, &params![scope.workspace, scope.creditor, limit, skip], read)
}

/// How many decisions there are.
pub fn count_decided(tx: &mut Tx<'_>, scope: Scope) -> Result<i64, StoreError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM import_issue WHERE workspace_id = $1 AND creditor_id = $2 \
         AND status = 'quarantine' AND decision IS NOT NULL",
        &params![scope.workspace, scope.creditor],
        |row| row.int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// One record, decided or not.
pub fn get(
    tx: &mut Tx<'_>,
    scope: Scope,
    (import, issue): (ImportId, i64),
) -> Result<Option<Case>, StoreError> {
    let sql = select("i.import_id = $3 AND i.issue_id = $4");
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, import, issue], read)
}

/// Records what a person decided; `false` when somebody had decided before.
pub fn decide(
    tx: &mut Tx<'_>,
    scope: Scope,
    (import, issue): (ImportId, i64),
    decision: &str,
    actor: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE import_issue SET decision = $5, decided_by = $6, decided_at = $7 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND import_id = $3 AND issue_id = $4 \
         AND decision IS NULL",
        &params![scope.workspace, scope.creditor, import, issue, decision, actor, now_ms],
    )?;
    Ok(changed == 1)
}
