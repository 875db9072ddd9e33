//! Bank lines people said are no payments of customers.

use crate::error::StoreError;
use crate::row::Row;
use crate::{Scope, Tx, params};
use puntual_core::id::{BankEntryId, EventId};

/// What a person said of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankDecision {
    /// Its id.
    pub id: EventId,
    /// The line.
    pub entry: BankEntryId,
    /// `ignored`: no payment of a customer.
    pub decision: String,
    /// Why.
    pub why: String,
    /// Who said so.
    pub actor: String,
    /// When, in milliseconds.
    pub decided_at: i64,
}

fn read(row: &Row<'_>) -> Result<BankDecision, StoreError> {
    Ok(BankDecision {
        id: EventId(row.int(0)?),
        entry: BankEntryId(row.int(1)?),
        decision: row.text(2)?,
        why: row.text(3)?,
        actor: row.text(4)?,
        decided_at: row.int(5)?,
    })
}

const SELECT: &str = "SELECT bank_decision_id, bank_entry_id, decision, why, actor, decided_at \
     FROM bank_decision WHERE workspace_id = $1 AND creditor_id = $2 AND undone_at IS NULL";

/// Writes a decision.
pub fn insert(tx: &mut Tx<'_>, scope: Scope, decision: &BankDecision) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO bank_decision (workspace_id, creditor_id, bank_decision_id, bank_entry_id, \
         decision, why, actor, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            scope.workspace,
            scope.creditor,
            decision.id,
            decision.entry,
            &decision.decision,
            &decision.why,
            &decision.actor,
            decision.decided_at,
        ],
    )?;
    Ok(())
}

/// Takes back what was said of a line. Answers whether there was anything.
pub fn undo(
    tx: &mut Tx<'_>,
    scope: Scope,
    entry: BankEntryId,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE bank_decision SET undone_at = $4 WHERE workspace_id = $1 AND creditor_id = $2 \
         AND bank_entry_id = $3 AND undone_at IS NULL",
        &params![scope.workspace, scope.creditor, entry, now_ms],
    )?;
    Ok(changed > 0)
}

/// What stands, newest first.
pub fn list(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<BankDecision>, StoreError> {
    let sql = format!("{SELECT} ORDER BY bank_decision_id DESC");
    tx.query(&sql, &params![scope.workspace, scope.creditor], read)
}

/// What stands of one line.
pub fn of_entry(
    tx: &mut Tx<'_>,
    scope: Scope,
    entry: BankEntryId,
) -> Result<Option<BankDecision>, StoreError> {
    let sql = format!("{SELECT} AND bank_entry_id = $3");
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, entry], read)
}
