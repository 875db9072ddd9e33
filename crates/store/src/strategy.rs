//! Strategies as text with their versions, and for whom they are.

use crate::error::StoreError;
use crate::row::Row;
use crate::{Scope, Tx, params};
use puntual_core::id::{AssignmentId, CustomerId};

/// A version of a strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Code of the strategy.
    pub code: String,
    /// Number of the version, from 1.
    pub version: i64,
    /// Name people know it by.
    pub name: String,
    /// `draft`, `published`, `retired`.
    pub state: String,
    /// What it says.
    pub text: String,
    /// Who wrote it last.
    pub actor: String,
    /// When, in milliseconds.
    pub recorded_at: i64,
    /// Who published it.
    pub published_by: Option<String>,
    /// When, in milliseconds.
    pub published_at: Option<i64>,
    /// When its running cases were handed to the published version, in milliseconds.
    pub migrated_at: Option<i64>,
}

/// A strategy given to a customer, or to all whom criteria hold for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// Code of the strategy.
    pub code: String,
    /// The customer, when it is for one.
    pub customer: Option<CustomerId>,
    /// Conditions as text; empty for everybody.
    pub criteria: String,
    /// The lowest number comes first.
    pub priority: i64,
    /// Why, in the words of whoever assigned it.
    pub why: String,
    /// Who assigned it.
    pub actor: String,
    /// When, in milliseconds.
    pub recorded_at: i64,
}

const VERSION: &str = "code, version, name, state, text, actor, recorded_at, published_by, \
     published_at, migrated_at";
const ASSIGNMENT: &str =
    "assignment_id, code, customer_id, criteria, priority, why, actor, recorded_at";

fn read_version(row: &Row<'_>) -> Result<Version, StoreError> {
    Ok(Version {
        code: row.text(0)?,
        version: row.int(1)?,
        name: row.text(2)?,
        state: row.text(3)?,
        text: row.text(4)?,
        actor: row.text(5)?,
        recorded_at: row.int(6)?,
        published_by: row.opt_text(7)?,
        published_at: row.opt_int(8)?,
        migrated_at: row.opt_int(9)?,
    })
}

fn read_assignment(row: &Row<'_>) -> Result<Assignment, StoreError> {
    Ok(Assignment {
        id: AssignmentId(row.int(0)?),
        code: row.text(1)?,
        customer: row.opt_int(2)?.map(CustomerId),
        criteria: row.text(3)?,
        priority: row.int(4)?,
        why: row.text(5)?,
        actor: row.text(6)?,
        recorded_at: row.int(7)?,
    })
}

/// Every version of every strategy, by code and version.
pub fn versions(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Version>, StoreError> {
    let sql = format!(
        "SELECT {VERSION} FROM strategy_version WHERE workspace_id = $1 AND creditor_id = $2 \
         ORDER BY code, version"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor], read_version)
}

/// One version.
pub fn version(
    tx: &mut Tx<'_>,
    scope: Scope,
    code: &str,
    version: i64,
) -> Result<Option<Version>, StoreError> {
    let sql = format!(
        "SELECT {VERSION} FROM strategy_version WHERE workspace_id = $1 AND creditor_id = $2 \
         AND code = $3 AND version = $4"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, code, version], read_version)
}

/// Adds a version.
pub fn insert_version(tx: &mut Tx<'_>, scope: Scope, v: &Version) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO strategy_version (workspace_id, creditor_id, {VERSION}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    );
    tx.execute(
        &sql,
        &params![
            scope.workspace,
            scope.creditor,
            &v.code,
            v.version,
            &v.name,
            &v.state,
            &v.text,
            &v.actor,
            v.recorded_at,
            v.published_by.as_deref(),
            v.published_at,
            v.migrated_at,
        ],
    )?;
    Ok(())
}

/// Writes a draft anew. Returns whether it was one still: a published text never changes.
pub fn rewrite_draft(tx: &mut Tx<'_>, scope: Scope, v: &Version) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE strategy_version SET name = $5, text = $6, actor = $7, recorded_at = $8 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND code = $3 AND version = $4 \
         AND state = 'draft'",
        &params![
            scope.workspace,
            scope.creditor,
            &v.code,
            v.version,
            &v.name,
            &v.text,
            &v.actor,
            v.recorded_at,
        ],
    )?;
    Ok(changed == 1)
}

/// Publishes a draft and retires what was published of that code. Returns whether it was a draft.
pub fn publish(
    tx: &mut Tx<'_>,
    scope: Scope,
    code: &str,
    version: i64,
    actor: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let key = params![scope.workspace, scope.creditor, code, version];
    let changed = tx.execute(
        "UPDATE strategy_version SET state = 'published', published_by = $5, published_at = $6 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND code = $3 AND version = $4 \
         AND state = 'draft'",
        &[&key[..], &params![actor, now_ms]].concat(),
    )?;
    if changed == 1 {
        tx.execute(
            "UPDATE strategy_version SET state = 'retired' \
             WHERE workspace_id = $1 AND creditor_id = $2 AND code = $3 AND version <> $4 \
             AND state = 'published'",
            &key,
        )?;
    }
    Ok(changed == 1)
}

/// Hands the running cases of a version to the published one. Returns whether they were still its.
pub fn migrate(
    tx: &mut Tx<'_>,
    scope: Scope,
    code: &str,
    version: i64,
    actor: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE strategy_version SET migrated_by = $5, migrated_at = $6 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND code = $3 AND version = $4 \
         AND migrated_at IS NULL",
        &params![scope.workspace, scope.creditor, code, version, actor, now_ms],
    )?;
    Ok(changed == 1)
}

/// Assignments in force: those of one customer first, then by priority, the older first.
pub fn assignments(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Assignment>, StoreError> {
    let sql = format!(
        "SELECT {ASSIGNMENT} FROM strategy_assignment \
         WHERE workspace_id = $1 AND creditor_id = $2 AND ended_at IS NULL \
         ORDER BY CASE WHEN customer_id IS NULL THEN 1 ELSE 0 END, priority, assignment_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor], read_assignment)
}

/// One assignment, ended or not, and when it ended.
pub fn assignment(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: AssignmentId,
) -> Result<Option<(Assignment, Option<i64>)>, StoreError> {
    let sql = format!(
        "SELECT {ASSIGNMENT}, ended_at FROM strategy_assignment \
         WHERE workspace_id = $1 AND creditor_id = $2 AND assignment_id = $3"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, id], |row| {
        Ok((read_assignment(row)?, row.opt_int(8)?))
    })
}

/// Adds an assignment.
pub fn assign(tx: &mut Tx<'_>, scope: Scope, a: &Assignment) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO strategy_assignment (workspace_id, creditor_id, {ASSIGNMENT}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    );
    tx.execute(
        &sql,
        &params![
            scope.workspace,
            scope.creditor,
            a.id,
            &a.code,
            a.customer,
            &a.criteria,
            a.priority,
            &a.why,
            &a.actor,
            a.recorded_at,
        ],
    )?;
    Ok(())
}

/// Ends an assignment. Returns whether it was in force.
pub fn end_assignment(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: AssignmentId,
    actor: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE strategy_assignment SET ended_by = $4, ended_at = $5 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND assignment_id = $3 \
         AND ended_at IS NULL",
        &params![scope.workspace, scope.creditor, id, actor, now_ms],
    )?;
    Ok(changed == 1)
}

/// The step a receivable that is still open reached last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachedStep {
    /// Whose it is.
    pub customer: CustomerId,
    /// Strategy and version: `S2.1`.
    pub strategy: String,
    /// Key of the step.
    pub step: String,
    /// The number it is recorded under.
    pub step_index: i64,
}

/// The steps recorded on receivables that are still open, in the order they were done.
pub fn reached_steps(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<ReachedStep>, StoreError> {
    tx.query(
        "SELECT o.customer_id, r.strategy, r.step, r.step_index FROM receivable o \
         JOIN action_receivable r ON r.workspace_id = o.workspace_id \
         AND r.creditor_id = o.creditor_id AND r.receivable_id = o.receivable_id \
         JOIN action a ON a.workspace_id = r.workspace_id AND a.creditor_id = r.creditor_id \
         AND a.action_id = r.action_id \
         WHERE o.workspace_id = $1 AND o.creditor_id = $2 AND o.open_minor <> 0 \
         ORDER BY a.planned_on, r.offset_days, r.action_id",
        &params![scope.workspace, scope.creditor],
        |row| {
            Ok(ReachedStep {
                customer: CustomerId(row.int(0)?),
                strategy: row.text(1)?,
                step: row.text(2)?,
                step_index: row.int(3)?,
            })
        },
    )
}
