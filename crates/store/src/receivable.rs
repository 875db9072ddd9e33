//! Receivables: one amount due on one date.

use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{Scope, Tx, params, placeholders};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, ReceivableId};

/// One amount due on one date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receivable {
    /// Its id.
    pub id: ReceivableId,
    /// Who owes it.
    pub customer: CustomerId,
    /// The document that created it.
    pub document: DocumentId,
    /// 1 for the first due date of the document.
    pub instalment: i64,
    /// When the document was issued.
    pub issue_date: Day,
    /// When it is due.
    pub due_date: Day,
    /// Where the due date comes from.
    pub due_source: String,
    /// Its currency.
    pub currency: Currency,
    /// The amount due then.
    pub amount_minor: i64,
    /// What is still open (cached).
    pub open_minor: i64,
    /// Whether it counts as a sale.
    pub is_sale: bool,
    /// When it became known.
    pub recorded_on: Day,
}

const COLUMNS: [&str; 14] = [
    "workspace_id",
    "creditor_id",
    "receivable_id",
    "customer_id",
    "document_id",
    "instalment",
    "issue_date",
    "due_date",
    "due_source",
    "currency",
    "amount_minor",
    "open_minor",
    "is_sale",
    "recorded_on",
];

fn select(condition: &str) -> String {
    format!(
        "SELECT {} FROM receivable WHERE workspace_id = $1 AND creditor_id = $2 AND {condition}",
        COLUMNS[2..].join(", ")
    )
}

fn read(row: &Row<'_>) -> Result<Receivable, StoreError> {
    Ok(Receivable {
        id: ReceivableId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        document: DocumentId(row.int(2)?),
        instalment: row.int(3)?,
        issue_date: row.day(4)?,
        due_date: row.day(5)?,
        due_source: row.text(6)?,
        currency: row.currency(7)?,
        amount_minor: row.int(8)?,
        open_minor: row.int(9)?,
        is_sale: row.bool(10)?,
        recorded_on: row.day(11)?,
    })
}

/// Inserts receivables.
pub fn insert_many(
    tx: &mut Tx<'_>,
    scope: Scope,
    receivables: &[Receivable],
) -> Result<(), StoreError> {
    let rows = receivables.iter().map(|r| {
        params![
            scope.workspace,
            scope.creditor,
            r.id,
            r.customer,
            r.document,
            r.instalment,
            r.issue_date,
            r.due_date,
            &r.due_source,
            &r.currency,
            r.amount_minor,
            r.open_minor,
            r.is_sale,
            r.recorded_on,
        ]
        .to_vec()
    });
    tx.insert_many("receivable", &COLUMNS, rows)?;
    Ok(())
}

/// Receivables of these documents, by document and instalment.
pub fn of_documents(
    tx: &mut Tx<'_>,
    scope: Scope,
    documents: &[DocumentId],
) -> Result<Vec<Receivable>, StoreError> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select(&format!(
        "document_id IN ({}) ORDER BY document_id, instalment",
        placeholders(3, documents.len())
    ));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(documents.iter().map(|id| Param::from(*id)));
    tx.query(&sql, &values, read)
}

/// The receivables with these ids, in no particular order.
pub fn by_ids(
    tx: &mut Tx<'_>,
    scope: Scope,
    ids: &[ReceivableId],
) -> Result<Vec<Receivable>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select(&format!("receivable_id IN ({})", placeholders(3, ids.len())));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(ids.iter().map(|id| Param::from(*id)));
    tx.query(&sql, &values, read)
}

/// What a customer still owes, oldest due first.
pub fn open_of(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
) -> Result<Vec<Receivable>, StoreError> {
    let sql =
        select("customer_id = $3 AND open_minor <> 0 ORDER BY due_date, issue_date, receivable_id");
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer], read)
}

/// Hands every open receivable to `each`, by customer, oldest due first.
pub fn for_each_open<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: Scope,
    mut each: impl FnMut(Receivable) -> Result<(), E>,
) -> Result<(), E> {
    let sql = select("open_minor <> 0 ORDER BY customer_id, due_date, issue_date, receivable_id");
    tx.for_each(&sql, &params![scope.workspace, scope.creditor], |row| each(read(row)?))
}

/// Hands every receivable with an id above `after` to `each`, in the order they were made.
pub fn for_each_after<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: Scope,
    after: ReceivableId,
    mut each: impl FnMut(Receivable) -> Result<(), E>,
) -> Result<(), E> {
    let sql = select("receivable_id > $3 ORDER BY receivable_id");
    tx.for_each(&sql, &params![scope.workspace, scope.creditor, after], |row| each(read(row)?))
}

/// Adds to the cached open amounts: pairs of receivable and change in smallest units.
pub fn add_open(
    tx: &mut Tx<'_>,
    scope: Scope,
    changes: &[(ReceivableId, i64)],
) -> Result<(), StoreError> {
    for part in changes.chunks(500) {
        let rows: Vec<String> = (0..part.len())
            .map(|n| format!("(CAST(${} AS BIGINT), CAST(${} AS BIGINT))", 3 + 2 * n, 4 + 2 * n))
            .collect();
        let sql = format!(
            "WITH change (receivable_id, delta_minor) AS (VALUES {}) \
             UPDATE receivable SET open_minor = open_minor + change.delta_minor FROM change \
             WHERE receivable.workspace_id = $1 AND receivable.creditor_id = $2 \
             AND receivable.receivable_id = change.receivable_id",
            rows.join(", ")
        );
        let mut values = params![scope.workspace, scope.creditor].to_vec();
        for (id, delta_minor) in part {
            values.extend(params![*id, *delta_minor]);
        }
        tx.execute(&sql, &values)?;
    }
    Ok(())
}
