//! Proposals that two customers are one, turned down by a person: who, when, why, and taken back.

use crate::error::StoreError;
use crate::{Scope, Tx, params};
use puntual_core::id::{CustomerId, EventId};

/// A proposal turned down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dismissal {
    /// Its id.
    pub id: EventId,
    /// The customer with the smaller id.
    pub one: CustomerId,
    /// The other.
    pub other: CustomerId,
    /// Why, if somebody said.
    pub why: Option<String>,
    /// Who looked.
    pub actor: String,
    /// When, in milliseconds.
    pub recorded_at: i64,
}

/// Adds a dismissal.
pub fn insert(tx: &mut Tx<'_>, scope: Scope, d: &Dismissal) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO likeness_dismissal (workspace_id, creditor_id, one_id, other_id, \
         dismissal_id, why, actor, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            scope.workspace,
            scope.creditor,
            d.one,
            d.other,
            d.id,
            d.why.as_deref(),
            &d.actor,
            d.recorded_at,
        ],
    )?;
    Ok(())
}

/// The dismissals that stand, newest first.
pub fn standing(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Dismissal>, StoreError> {
    tx.query(
        "SELECT dismissal_id, one_id, other_id, why, actor, recorded_at FROM likeness_dismissal \
         WHERE workspace_id = $1 AND creditor_id = $2 AND lifted_at IS NULL \
         ORDER BY dismissal_id DESC",
        &params![scope.workspace, scope.creditor],
        |row| {
            Ok(Dismissal {
                id: EventId(row.int(0)?),
                one: CustomerId(row.int(1)?),
                other: CustomerId(row.int(2)?),
                why: row.opt_text(3)?,
                actor: row.text(4)?,
                recorded_at: row.int(5)?,
            })
        },
    )
}

/// Takes back what was said of two customers; false when nothing stands.
pub fn lift(
    tx: &mut Tx<'_>,
    scope: Scope,
    (one, other): (CustomerId, CustomerId),
    actor: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE likeness_dismissal SET lifted_by = $5, lifted_at = $6 WHERE workspace_id = $1 \
         AND creditor_id = $2 AND one_id = $3 AND other_id = $4 AND lifted_at IS NULL",
        &params![scope.workspace, scope.creditor, one, other, actor, now_ms],
    )?;
    Ok(changed > 0)
}
