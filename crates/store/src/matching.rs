//! Everything open, as cash application asks for it: a few large reads instead of many small ones.

use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{Scope, Tx, params, placeholders};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{BankEntryId, BankStatementId, CustomerId, DocumentId};

/// An open instalment with what its document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenInstalment {
    /// The document.
    pub document: DocumentId,
    /// Who owes it.
    pub customer: CustomerId,
    /// Number of the document.
    pub number: String,
    /// Its official id.
    pub uid: Option<String>,
    /// Its terms as written.
    pub payment_terms: Option<String>,
    /// Day of issue.
    pub issued: Day,
    /// Day it is due.
    pub due: Day,
    /// Its currency.
    pub currency: Currency,
    /// Total of the document.
    pub total_minor: i64,
    /// What is open.
    pub open_minor: i64,
}

/// A document whose claim is the creditor's to collect.
const COLLECTABLE: &str = "d.undone_at IS NULL AND d.assigned_to IS NULL AND d.replaced_by IS NULL";

const COLUMNS: &str = "d.document_id, d.customer_id, d.number, d.uid, d.payment_terms, \
     d.issue_date, d.currency, d.total_minor";

/// Hands every open instalment to `each`, by customer, then in the order they are due.
pub fn for_each_open<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: Scope,
    mut each: impl FnMut(OpenInstalment) -> Result<(), E>,
) -> Result<(), E> {
    let sql = format!(
        "SELECT {COLUMNS}, r.due_date, r.open_minor FROM receivable r JOIN document d \
         ON d.workspace_id = r.workspace_id AND d.creditor_id = r.creditor_id \
         AND d.document_id = r.document_id \
         WHERE r.workspace_id = $1 AND r.creditor_id = $2 AND r.open_minor <> 0 \
         AND r.open_minor > 0 AND {COLLECTABLE} \
         ORDER BY r.customer_id, r.due_date, r.receivable_id"
    );
    tx.for_each(&sql, &params![scope.workspace, scope.creditor], |row| each(read(row)?))
}

fn read(row: &Row<'_>) -> Result<OpenInstalment, StoreError> {
    Ok(OpenInstalment {
        document: DocumentId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        number: row.text(2)?,
        uid: row.opt_text(3)?,
        payment_terms: row.opt_text(4)?,
        issued: row.day(5)?,
        currency: row.currency(6)?,
        total_minor: row.int(7)?,
        due: row.day(8)?,
        open_minor: row.int(9)?,
    })
}

/// Documents with one of these numbers, whatever is open of them; those that were undone are left
/// out. What is open is told as nothing: ask [`for_each_open`].
pub fn by_numbers<'k>(
    tx: &mut Tx<'_>,
    scope: Scope,
    numbers: impl ExactSizeIterator<Item = &'k str>,
) -> Result<Vec<OpenInstalment>, StoreError> {
    if numbers.len() == 0 {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {COLUMNS}, d.issue_date, CAST(0 AS BIGINT) FROM document d \
         WHERE d.workspace_id = $1 AND d.creditor_id = $2 AND d.number IN ({}) AND {COLLECTABLE} \
         AND d.kind <> 'credit_note' ORDER BY d.document_id",
        placeholders(3, numbers.len())
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(numbers.map(Param::from));
    tx.query(&sql, &values, read)
}

/// Orders and other papers that documents mention: pairs of document and what is mentioned.
pub fn mentions(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<(DocumentId, String)>, StoreError> {
    tx.query(
        "SELECT document_id, label FROM document_reference WHERE workspace_id = $1 \
         AND creditor_id = $2 AND effect = 'mentions' ORDER BY document_id, line",
        &params![scope.workspace, scope.creditor],
        |row| Ok((DocumentId(row.int(0)?), row.text(1)?)),
    )
}

/// Credit not applied yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCredit {
    /// The credit note.
    pub document: DocumentId,
    /// Whose it is.
    pub customer: CustomerId,
    /// Its number.
    pub number: String,
    /// Its currency.
    pub currency: Currency,
    /// What is not applied, smallest units.
    pub left_minor: i64,
}

/// Credit notes with credit not applied yet, by id.
pub fn open_credits(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<OpenCredit>, StoreError> {
    tx.query(
        "SELECT document_id, customer_id, number, currency, unapplied_minor FROM document \
         WHERE workspace_id = $1 AND creditor_id = $2 AND unapplied_minor <> 0 \
         AND unapplied_minor > 0 AND undone_at IS NULL ORDER BY document_id",
        &params![scope.workspace, scope.creditor],
        |row| {
            Ok(OpenCredit {
                document: DocumentId(row.int(0)?),
                customer: CustomerId(row.int(1)?),
                number: row.text(2)?,
                currency: row.currency(3)?,
                left_minor: row.int(4)?,
            })
        },
    )
}

/// The entries a statement tells.
pub fn entries_of_statement(
    tx: &mut Tx<'_>,
    scope: Scope,
    statement: BankStatementId,
) -> Result<Vec<BankEntryId>, StoreError> {
    tx.query(
        "SELECT bank_entry_id FROM bank_statement_entry WHERE workspace_id = $1 \
         AND creditor_id = $2 AND bank_statement_id = $3 ORDER BY ordinal",
        &params![scope.workspace, scope.creditor, statement],
        |row| Ok(BankEntryId(row.int(0)?)),
    )
}
