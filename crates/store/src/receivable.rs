//! Receivables: one amount due on one date.

use crate::customer::OF_ONE;
use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{CustomerRange, Scope, Tx, params, placeholders};
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
    let sql = select(&format!(
        "{OF_ONE} AND open_minor <> 0 ORDER BY due_date, issue_date, receivable_id"
    ));
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer], read)
}

/// A receivable the creditor may ask to be paid, with what its document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collectable {
    /// The receivable.
    pub receivable: Receivable,
    /// Number of its document.
    pub number: String,
    /// `invoice`, `debit_note`…
    pub kind: String,
}

/// A document whose claim is the creditor's to collect: not undone, not assigned to someone else,
/// not replaced by another document.
const COLLECTABLE: &str = "d.undone_at IS NULL AND d.assigned_to IS NULL AND d.replaced_by IS NULL";

fn select_collectable(condition: &str) -> String {
    let columns: Vec<String> = COLUMNS[2..].iter().map(|column| format!("r.{column}")).collect();
    format!(
        "SELECT {}, d.number, d.kind FROM receivable r JOIN document d \
         ON d.workspace_id = r.workspace_id AND d.creditor_id = r.creditor_id \
         AND d.document_id = r.document_id \
         WHERE r.workspace_id = $1 AND r.creditor_id = $2 AND {COLLECTABLE} AND {condition}",
        columns.join(", ")
    )
}

fn read_collectable(row: &Row<'_>) -> Result<Collectable, StoreError> {
    Ok(Collectable { receivable: read(row)?, number: row.text(12)?, kind: row.text(13)? })
}

/// The next customers above `after` that have anything open, or into which one that has is merged,
/// by id.
pub fn customers_with_open(
    tx: &mut Tx<'_>,
    scope: Scope,
    after: CustomerId,
    limit: i64,
) -> Result<Vec<CustomerId>, StoreError> {
    tx.query(
        "SELECT customer_id FROM (SELECT DISTINCT customer_id FROM receivable \
         WHERE workspace_id = $1 AND creditor_id = $2 AND customer_id > $3 AND open_minor <> 0 \
         ORDER BY customer_id LIMIT $4) own UNION SELECT survivor_id FROM customer m \
         WHERE workspace_id = $1 AND creditor_id = $2 AND survivor_id > $3 \
         AND survivor_id <> customer_id AND EXISTS (SELECT 1 FROM receivable r \
         WHERE r.workspace_id = $1 AND r.creditor_id = $2 AND r.customer_id = m.customer_id \
         AND r.open_minor <> 0) ORDER BY 1 LIMIT $4",
        &params![scope.workspace, scope.creditor, after, limit],
        |row| Ok(CustomerId(row.int(0)?)),
    )
}

/// What is open and collectable of a range of customers, by customer, oldest due first.
pub fn collectable_of_customers(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
) -> Result<Vec<Collectable>, StoreError> {
    let sql = select_collectable(
        "r.customer_id > $3 AND r.customer_id <= $4 AND r.open_minor <> 0 \
         ORDER BY r.customer_id, r.due_date, r.issue_date, r.receivable_id",
    );
    let values = params![scope.workspace, scope.creditor, range.after, range.through];
    tx.query(&sql, &values, read_collectable)
}

/// The collectable among these receivables, paid ones too, by customer, oldest due first.
pub fn collectable_by_ids(
    tx: &mut Tx<'_>,
    scope: Scope,
    ids: &[ReceivableId],
) -> Result<Vec<Collectable>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(4_000) {
        let sql = select_collectable(&format!(
            "r.receivable_id IN ({}) \
             ORDER BY r.customer_id, r.due_date, r.issue_date, r.receivable_id",
            placeholders(3, part.len())
        ));
        let mut values = params![scope.workspace, scope.creditor].to_vec();
        values.extend(part.iter().map(|id| Param::from(*id)));
        found.extend(tx.query(&sql, &values, read_collectable)?);
    }
    Ok(found)
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
    tx.add_to(scope, ("receivable", "receivable_id", "open_minor"), changes)
}
