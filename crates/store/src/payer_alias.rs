//! What payers are called on bank lines, confirmed by people.

use crate::error::StoreError;
use crate::{Scope, Tx, params};
use puntual_core::id::{BankEntryId, CustomerId};

/// A name or account a person confirmed to be a customer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayerAlias {
    /// `account` or `name`.
    pub kind: String,
    /// The account or name as it is compared.
    pub key: String,
    /// Whose it is.
    pub customer: CustomerId,
    /// The line on which it was confirmed.
    pub entry: BankEntryId,
    /// Who confirmed it.
    pub confirmed_by: String,
    /// When, in milliseconds.
    pub confirmed_at: i64,
}

/// Confirms an alias, again if it had been taken back.
pub fn confirm(tx: &mut Tx<'_>, scope: Scope, alias: &PayerAlias) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO payer_alias (workspace_id, creditor_id, alias_kind, alias_key, customer_id, \
         bank_entry_id, confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (workspace_id, creditor_id, alias_kind, alias_key, customer_id) \
         DO UPDATE SET removed_at = NULL, bank_entry_id = excluded.bank_entry_id, \
         confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at",
        &params![
            scope.workspace,
            scope.creditor,
            &alias.kind,
            &alias.key,
            alias.customer,
            alias.entry,
            &alias.confirmed_by,
            alias.confirmed_at,
        ],
    )?;
    Ok(())
}

/// Takes back what was confirmed on a line.
pub fn remove_of_entry(
    tx: &mut Tx<'_>,
    scope: Scope,
    entry: BankEntryId,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE payer_alias SET removed_at = $4 WHERE workspace_id = $1 AND creditor_id = $2 \
         AND bank_entry_id = $3 AND removed_at IS NULL",
        &params![scope.workspace, scope.creditor, entry, now_ms],
    )?;
    Ok(())
}

/// Every alias in force.
pub fn list(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<PayerAlias>, StoreError> {
    tx.query(
        "SELECT alias_kind, alias_key, customer_id, bank_entry_id, confirmed_by, confirmed_at \
         FROM payer_alias WHERE workspace_id = $1 AND creditor_id = $2 AND removed_at IS NULL \
         ORDER BY alias_kind, alias_key, customer_id",
        &params![scope.workspace, scope.creditor],
        |row| {
            Ok(PayerAlias {
                kind: row.text(0)?,
                key: row.text(1)?,
                customer: CustomerId(row.int(2)?),
                entry: BankEntryId(row.int(3)?),
                confirmed_by: row.text(4)?,
                confirmed_at: row.int(5)?,
            })
        },
    )
}
