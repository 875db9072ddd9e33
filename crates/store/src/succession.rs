//! What becomes of documents after they were issued: who holds the claim, which document takes the
//! place of which, and what was taken back.

use crate::error::StoreError;
use crate::value::Param;
use crate::{Scope, Tx, params, placeholders};
use puntual_core::id::DocumentId;

/// Notes who holds the claim of a document: somebody it was assigned to, or the creditor again.
pub fn set_holder(
    tx: &mut Tx<'_>,
    scope: Scope,
    document: DocumentId,
    holder: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE document SET assigned_to = $4 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND document_id = $3",
        &params![scope.workspace, scope.creditor, document, holder],
    )?;
    Ok(())
}

/// Notes the key of the document that takes the place of this one.
pub fn set_heir(
    tx: &mut Tx<'_>,
    scope: Scope,
    document: DocumentId,
    heir_key: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE document SET replaced_by = $4 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND document_id = $3",
        &params![scope.workspace, scope.creditor, document, heir_key],
    )?;
    Ok(())
}

/// Lets what the document of this key replaced stand for itself again.
pub fn forget_heir(tx: &mut Tx<'_>, scope: Scope, heir_key: &str) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE document SET replaced_by = NULL WHERE workspace_id = $1 AND creditor_id = $2 \
         AND replaced_by = $3",
        &params![scope.workspace, scope.creditor, heir_key],
    )?;
    Ok(())
}

/// Whether any document says that it replaces another.
pub fn any_replaces(tx: &mut Tx<'_>, scope: Scope) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM document_reference \
         WHERE workspace_id = $1 AND creditor_id = $2 AND effect = 'replaces' LIMIT 1";
    Ok(tx.query_one(sql, &params![scope.workspace, scope.creditor], |_| Ok(()))?.is_some())
}

/// Which documents replace those of these keys: pairs of the key replaced and the newer
/// document's own.
pub fn replacing<'k>(
    tx: &mut Tx<'_>,
    scope: Scope,
    keys: impl ExactSizeIterator<Item = &'k str>,
) -> Result<Vec<(String, String)>, StoreError> {
    if keys.len() == 0 {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT r.target_key, d.doc_key FROM document_reference r JOIN document d \
         ON d.workspace_id = r.workspace_id AND d.creditor_id = r.creditor_id \
         AND d.document_id = r.document_id WHERE r.workspace_id = $1 AND r.creditor_id = $2 \
         AND r.effect = 'replaces' AND r.target_key IN ({})",
        placeholders(3, keys.len())
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(keys.map(Param::from));
    tx.query(&sql, &values, |row| Ok((row.text(0)?, row.text(1)?)))
}

/// Whether any receivable ended because its document was cancelled or replaced.
pub fn any_ended(tx: &mut Tx<'_>, scope: Scope) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM ledger_entry WHERE workspace_id = $1 AND creditor_id = $2 \
         AND kind = 'annul' LIMIT 1";
    Ok(tx.query_one(sql, &params![scope.workspace, scope.creditor], |_| Ok(()))?.is_some())
}

/// Which of these documents were taken back with their import.
pub fn undone_among(
    tx: &mut Tx<'_>,
    scope: Scope,
    documents: &[DocumentId],
) -> Result<Vec<DocumentId>, StoreError> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT document_id FROM document WHERE workspace_id = $1 AND creditor_id = $2 \
         AND undone_at IS NOT NULL AND document_id IN ({})",
        placeholders(3, documents.len())
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(documents.iter().map(|id| Param::from(*id)));
    tx.query(&sql, &values, |row| Ok(DocumentId(row.int(0)?)))
}
