//! Settings of a creditor by name, as text.

use crate::error::StoreError;
use crate::{Scope, Tx, params};

/// The value of a setting.
pub fn get(tx: &mut Tx<'_>, scope: Scope, name: &str) -> Result<Option<String>, StoreError> {
    tx.query_one(
        "SELECT value FROM setting WHERE workspace_id = $1 AND creditor_id = $2 AND name = $3",
        &params![scope.workspace, scope.creditor, name],
        |row| row.text(0),
    )
}

/// Writes a setting.
pub fn set(tx: &mut Tx<'_>, scope: Scope, name: &str, value: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO setting (workspace_id, creditor_id, name, value) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (workspace_id, creditor_id, name) DO UPDATE SET value = excluded.value",
        &params![scope.workspace, scope.creditor, name, value],
    )?;
    Ok(())
}
