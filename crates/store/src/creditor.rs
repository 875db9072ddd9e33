//! Workspaces and creditors.

use crate::error::StoreError;
use crate::row::Row;
use crate::{Scope, Tx, params};
use puntual_core::currency::Currency;
use puntual_core::id::{CreditorId, WorkspaceId};

/// A creditor: on whose behalf money is collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creditor {
    /// Where it lives.
    pub scope: Scope,
    /// Short code people type.
    pub code: String,
    /// Legal name.
    pub name: String,
    /// Tax id as printed.
    pub tax_id: String,
    /// ISO 3166 alpha-2.
    pub country: String,
    /// Own currency.
    pub currency: Currency,
    /// IANA zone in which its days begin and end.
    pub time_zone: String,
    /// Language of its letters and screens, `es-CL`.
    pub locale: String,
    /// Address that letters answer to.
    pub email: Option<String>,
    /// Telephone printed on letters.
    pub phone: Option<String>,
    /// Postal address printed on letters.
    pub address: Option<String>,
    /// How customers pay, in words.
    pub how_to_pay: Option<String>,
    /// Days of credit when nothing else is known.
    pub default_terms_days: i64,
    /// Whether commands that name no creditor mean this one.
    pub is_default: bool,
}

const COLUMNS: &str = "workspace_id, creditor_id, code, name, tax_id, country, currency, time_zone, \
     locale, email, phone, address, how_to_pay, default_terms_days, is_default";

fn read(row: &Row<'_>) -> Result<Creditor, StoreError> {
    Ok(Creditor {
        scope: Scope { workspace: WorkspaceId(row.int(0)?), creditor: CreditorId(row.int(1)?) },
        code: row.text(2)?,
        name: row.text(3)?,
        tax_id: row.text(4)?,
        country: row.text(5)?,
        currency: row.currency(6)?,
        time_zone: row.text(7)?,
        locale: row.text(8)?,
        email: row.opt_text(9)?,
        phone: row.opt_text(10)?,
        address: row.opt_text(11)?,
        how_to_pay: row.opt_text(12)?,
        default_terms_days: row.int(13)?,
        is_default: row.bool(14)?,
    })
}

/// Makes a workspace.
pub fn insert_workspace(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    name: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO workspace (workspace_id, name, created_at) VALUES ($1, $2, $3)",
        &params![workspace, name, now_ms],
    )?;
    Ok(())
}

/// Every workspace, oldest first.
pub fn workspaces(tx: &mut Tx<'_>) -> Result<Vec<(WorkspaceId, String)>, StoreError> {
    tx.query("SELECT workspace_id, name FROM workspace ORDER BY workspace_id", &[], |row| {
        Ok((WorkspaceId(row.int(0)?), row.text(1)?))
    })
}

/// Makes a creditor.
pub fn insert(tx: &mut Tx<'_>, creditor: &Creditor, now_ms: i64) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO creditor ({COLUMNS}, ledger_seq, customer_seq, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, 0, $16)"
    );
    let c = creditor;
    tx.execute(
        &sql,
        &params![
            c.scope.workspace,
            c.scope.creditor,
            &c.code,
            &c.name,
            &c.tax_id,
            &c.country,
            &c.currency,
            &c.time_zone,
            &c.locale,
            c.email.as_deref(),
            c.phone.as_deref(),
            c.address.as_deref(),
            c.how_to_pay.as_deref(),
            c.default_terms_days,
            c.is_default,
            now_ms,
        ],
    )?;
    Ok(())
}

/// Changes what may change: everything but the scope, the currency and the default mark.
pub fn update(tx: &mut Tx<'_>, creditor: &Creditor) -> Result<(), StoreError> {
    let c = creditor;
    tx.execute(
        "UPDATE creditor SET code = $3, name = $4, tax_id = $5, country = $6, time_zone = $7, \
         locale = $8, email = $9, phone = $10, address = $11, how_to_pay = $12, \
         default_terms_days = $13 WHERE workspace_id = $1 AND creditor_id = $2",
        &params![
            c.scope.workspace,
            c.scope.creditor,
            &c.code,
            &c.name,
            &c.tax_id,
            &c.country,
            &c.time_zone,
            &c.locale,
            c.email.as_deref(),
            c.phone.as_deref(),
            c.address.as_deref(),
            c.how_to_pay.as_deref(),
            c.default_terms_days,
        ],
    )?;
    Ok(())
}

/// Every creditor of a workspace, the default first, then by code.
pub fn list(tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<Vec<Creditor>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM creditor WHERE workspace_id = $1 ORDER BY is_default DESC, code"
    );
    tx.query(&sql, &params![workspace], read)
}

/// One creditor.
pub fn get(tx: &mut Tx<'_>, scope: Scope) -> Result<Option<Creditor>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM creditor WHERE workspace_id = $1 AND creditor_id = $2");
    tx.query_one(&sql, &params![scope.workspace, scope.creditor], read)
}

/// Takes `count` sequence numbers for ledger entries and returns the first. Holds the creditor's
/// row until commit, which is what makes entries visible in order.
pub fn take_ledger_seq(tx: &mut Tx<'_>, scope: Scope, count: i64) -> Result<i64, StoreError> {
    let last = tx.query_one(
        "UPDATE creditor SET ledger_seq = ledger_seq + $3 \
         WHERE workspace_id = $1 AND creditor_id = $2 RETURNING ledger_seq",
        &params![scope.workspace, scope.creditor, count],
        |row| row.int(0),
    )?;
    let last = last.ok_or_else(|| StoreError::Corrupt("the creditor is gone".to_owned()))?;
    Ok(last - count + 1)
}

/// The last sequence number given out.
pub fn ledger_seq(tx: &mut Tx<'_>, scope: Scope) -> Result<i64, StoreError> {
    let last = tx.query_one(
        "SELECT ledger_seq FROM creditor WHERE workspace_id = $1 AND creditor_id = $2",
        &params![scope.workspace, scope.creditor],
        |row| row.int(0),
    )?;
    Ok(last.unwrap_or(0))
}

/// How far the creditor's ledger and customers have come: two numbers that grow with each change.
pub fn versions(tx: &mut Tx<'_>, scope: Scope) -> Result<(i64, i64), StoreError> {
    let found = tx.query_one(
        "SELECT ledger_seq, customer_seq FROM creditor WHERE workspace_id = $1 AND creditor_id = $2",
        &params![scope.workspace, scope.creditor],
        |row| Ok((row.int(0)?, row.int(1)?)),
    )?;
    Ok(found.unwrap_or_default())
}

/// Notes that customers changed.
pub(crate) fn note_customers_changed(tx: &mut Tx<'_>, scope: Scope) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE creditor SET customer_seq = customer_seq + 1 \
         WHERE workspace_id = $1 AND creditor_id = $2",
        &params![scope.workspace, scope.creditor],
    )?;
    Ok(())
}
