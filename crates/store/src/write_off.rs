//! Requests to give debts up that wait for another person.

use crate::error::StoreError;
use crate::row::Row;
use crate::{Scope, Tx, params};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, EventId};

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its id: that of the event that asked.
    pub id: EventId,
    /// Who owes.
    pub customer: CustomerId,
    /// The document.
    pub document: DocumentId,
    /// How much.
    pub amount_minor: i64,
    /// Its currency.
    pub currency: Currency,
    /// Why.
    pub why: String,
    /// `waiting`, `approved`, `refused`.
    pub state: String,
    /// When it was asked.
    pub asked_on: Day,
    /// By whom.
    pub asked_by: String,
    /// When it was decided.
    pub decided_on: Option<Day>,
    /// By whom.
    pub decided_by: Option<String>,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

const COLUMNS: &str = "request_id, customer_id, document_id, amount_minor, currency, why, state, \
     asked_on, asked_by, decided_on, decided_by, recorded_at";

fn read(row: &Row<'_>) -> Result<Request, StoreError> {
    Ok(Request {
        id: EventId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        document: DocumentId(row.int(2)?),
        amount_minor: row.int(3)?,
        currency: row.currency(4)?,
        why: row.text(5)?,
        state: row.text(6)?,
        asked_on: row.day(7)?,
        asked_by: row.text(8)?,
        decided_on: row.opt_day(9)?,
        decided_by: row.opt_text(10)?,
        recorded_at: row.int(11)?,
    })
}

/// Adds a request.
pub fn insert(tx: &mut Tx<'_>, scope: Scope, r: &Request) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO write_off_request (workspace_id, creditor_id, {COLUMNS}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    );
    tx.execute(
        &sql,
        &params![
            scope.workspace,
            scope.creditor,
            r.id,
            r.customer,
            r.document,
            r.amount_minor,
            &r.currency,
            &r.why,
            &r.state,
            r.asked_on,
            &r.asked_by,
            r.decided_on,
            r.decided_by.as_deref(),
            r.recorded_at,
        ],
    )?;
    Ok(())
}

/// One request.
pub fn get(tx: &mut Tx<'_>, scope: Scope, id: EventId) -> Result<Option<Request>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM write_off_request WHERE workspace_id = $1 AND creditor_id = $2 \
         AND request_id = $3"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, id], read)
}

/// The requests that wait, of a document or of all, the oldest first.
pub fn waiting(
    tx: &mut Tx<'_>,
    scope: Scope,
    document: Option<DocumentId>,
) -> Result<Vec<Request>, StoreError> {
    // What is not asked for compares with itself, so that both engines see one text.
    let sql = format!(
        "SELECT {COLUMNS} FROM write_off_request WHERE workspace_id = $1 AND creditor_id = $2 \
         AND state = 'waiting' AND document_id = COALESCE($3, document_id) \
         ORDER BY request_id LIMIT 2000"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, document], read)
}

/// Decides a request that waits; false when it does not any more.
pub fn decide(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: EventId,
    state: &str,
    (on, by): (Day, &str),
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE write_off_request SET state = $4, decided_on = $5, decided_by = $6 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND request_id = $3 AND state = 'waiting'",
        &params![scope.workspace, scope.creditor, id, state, on, by],
    )?;
    Ok(changed == 1)
}
