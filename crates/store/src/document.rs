//! Documents as issued, and what they refer to.

use crate::customer::OF_ONE;
use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{CustomerRange, Scope, Tx, params, placeholders};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, ImportId};

/// A document: an immutable copy of what was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Who owes it.
    pub customer: CustomerId,
    /// `invoice`, `credit_note`, `debit_note`, `receipt`, `instrument`.
    pub kind: String,
    /// Official type code.
    pub type_code: Option<String>,
    /// Series and number as people say it.
    pub number: String,
    /// Official unique id.
    pub uid: Option<String>,
    /// Business key: unique per creditor.
    pub doc_key: String,
    /// Hash of what matters in its content: tells a repeat from a conflict.
    pub content_hash: i64,
    /// Civil date of issue.
    pub issue_date: Day,
    /// Its currency.
    pub currency: Currency,
    /// Net of taxes.
    pub net_minor: Option<i64>,
    /// Taxes charged.
    pub tax_minor: Option<i64>,
    /// Taxes withheld.
    pub withheld_minor: Option<i64>,
    /// Its total; negative never: the kind says which way it counts.
    pub total_minor: i64,
    /// For credit notes: credit not applied yet (cached).
    pub unapplied_minor: i64,
    /// Terms as written.
    pub payment_terms: Option<String>,
    /// Method as written (PUE, PPD, contado…).
    pub payment_method: Option<String>,
    /// Who holds the claim after an assignment.
    pub assigned_to: Option<String>,
    /// The business key of the document that takes the place of this one.
    pub replaced_by: Option<String>,
    /// The batch it came with.
    pub import: Option<ImportId>,
    /// File and place inside it.
    pub source_place: Option<String>,
    /// Hash of the file it came in.
    pub source_hash: Option<String>,
    /// When its import was undone, in milliseconds.
    pub undone_at: Option<i64>,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

/// What is known of a document already stored under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDocument {
    /// The key asked for.
    pub doc_key: String,
    /// The document.
    pub id: DocumentId,
    /// Who owes it.
    pub customer: CustomerId,
    /// Its class.
    pub kind: String,
    /// Hash of its content.
    pub content_hash: i64,
    /// Its currency.
    pub currency: Currency,
    /// Credit not applied yet, for credit notes.
    pub unapplied_minor: i64,
    /// Civil date of issue.
    pub issue_date: Day,
    /// The key of the document that takes its place.
    pub replaced_by: Option<String>,
}

/// The columns of a known document, in order.
const KNOWN: &str = "doc_key, document_id, customer_id, kind, content_hash, currency, \
     unapplied_minor, issue_date, replaced_by";

/// A credit note as lists need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditNote {
    /// Its id.
    pub id: DocumentId,
    /// Whose credit it is.
    pub customer: CustomerId,
    /// Civil date of issue.
    pub issue_date: Day,
    /// Its currency.
    pub currency: Currency,
    /// Its total.
    pub total_minor: i64,
    /// Credit not applied yet (cached, as of now).
    pub unapplied_minor: i64,
}

/// A reference of one document to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The document that refers.
    pub document: DocumentId,
    /// Position among its references.
    pub line: i64,
    /// `cancels`, `adjusts`, `corrects_text`, `replaces`, `applies_advance`, `mentions`.
    pub effect: String,
    /// Business key of the document referred to.
    pub target_key: String,
    /// The reference as people read it.
    pub label: String,
    /// Why, in words.
    pub reason: Option<String>,
}

const COLUMNS: [&str; 26] = [
    "workspace_id",
    "creditor_id",
    "document_id",
    "customer_id",
    "kind",
    "type_code",
    "number",
    "uid",
    "doc_key",
    "content_hash",
    "issue_date",
    "currency",
    "net_minor",
    "tax_minor",
    "withheld_minor",
    "total_minor",
    "unapplied_minor",
    "payment_terms",
    "payment_method",
    "assigned_to",
    "replaced_by",
    "import_id",
    "source_place",
    "source_hash",
    "undone_at",
    "recorded_at",
];

fn select(condition: &str) -> String {
    format!(
        "SELECT {} FROM document WHERE workspace_id = $1 AND creditor_id = $2 AND {condition}",
        COLUMNS[2..].join(", ")
    )
}

fn read(row: &Row<'_>) -> Result<Document, StoreError> {
    Ok(Document {
        id: DocumentId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        kind: row.text(2)?,
        type_code: row.opt_text(3)?,
        number: row.text(4)?,
        uid: row.opt_text(5)?,
        doc_key: row.text(6)?,
        content_hash: row.int(7)?,
        issue_date: row.day(8)?,
        currency: row.currency(9)?,
        net_minor: row.opt_int(10)?,
        tax_minor: row.opt_int(11)?,
        withheld_minor: row.opt_int(12)?,
        total_minor: row.int(13)?,
        unapplied_minor: row.int(14)?,
        payment_terms: row.opt_text(15)?,
        payment_method: row.opt_text(16)?,
        assigned_to: row.opt_text(17)?,
        replaced_by: row.opt_text(18)?,
        import: row.opt_int(19)?.map(ImportId),
        source_place: row.opt_text(20)?,
        source_hash: row.opt_text(21)?,
        undone_at: row.opt_int(22)?,
        recorded_at: row.int(23)?,
    })
}

/// Inserts documents.
pub fn insert_many(
    tx: &mut Tx<'_>,
    scope: Scope,
    documents: &[Document],
) -> Result<(), StoreError> {
    let rows = documents.iter().map(|d| {
        params![
            scope.workspace,
            scope.creditor,
            d.id,
            d.customer,
            &d.kind,
            d.type_code.as_deref(),
            &d.number,
            d.uid.as_deref(),
            &d.doc_key,
            d.content_hash,
            d.issue_date,
            &d.currency,
            d.net_minor,
            d.tax_minor,
            d.withheld_minor,
            d.total_minor,
            d.unapplied_minor,
            d.payment_terms.as_deref(),
            d.payment_method.as_deref(),
            d.assigned_to.as_deref(),
            d.replaced_by.as_deref(),
            d.import,
            d.source_place.as_deref(),
            d.source_hash.as_deref(),
            d.undone_at,
            d.recorded_at,
        ]
        .to_vec()
    });
    tx.insert_many("document", &COLUMNS, rows)?;
    Ok(())
}

/// What is stored under these keys; keys that are free are absent from the answer.
pub fn known<'k>(
    tx: &mut Tx<'_>,
    scope: Scope,
    keys: impl ExactSizeIterator<Item = &'k str>,
) -> Result<Vec<KnownDocument>, StoreError> {
    if keys.len() == 0 {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {KNOWN} FROM document WHERE workspace_id = $1 AND creditor_id = $2 AND doc_key IN ({})",
        placeholders(3, keys.len())
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(keys.map(Param::from));
    tx.query(&sql, &values, read_known)
}

/// One document.
pub fn get(
    tx: &mut Tx<'_>,
    scope: Scope,
    document: DocumentId,
) -> Result<Option<Document>, StoreError> {
    let sql = select("document_id = $3");
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, document], read)
}

/// The documents with these ids, in no particular order.
pub fn by_ids(
    tx: &mut Tx<'_>,
    scope: Scope,
    ids: &[DocumentId],
) -> Result<Vec<Document>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select(&format!("document_id IN ({})", placeholders(3, ids.len())));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(ids.iter().map(|id| Param::from(*id)));
    tx.query(&sql, &values, read)
}

/// Documents whose number begins with `prefix`, newest first.
pub fn by_number_prefix(
    tx: &mut Tx<'_>,
    scope: Scope,
    prefix: &str,
    limit: i64,
) -> Result<Vec<Document>, StoreError> {
    // A range and not LIKE: both engines use the index for it whatever their collation settings.
    let sql = select(
        "number >= $3 AND number < $4 AND undone_at IS NULL ORDER BY number, document_id DESC LIMIT $5",
    );
    let end = format!("{prefix}\u{10FFFF}");
    tx.query(&sql, &params![scope.workspace, scope.creditor, prefix, end, limit], read)
}

/// Credit notes of a customer that still have credit to apply, oldest first.
pub fn open_credits(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
) -> Result<Vec<Document>, StoreError> {
    let sql = select(&format!(
        "{OF_ONE} AND unapplied_minor <> 0 AND unapplied_minor > 0 \
         ORDER BY issue_date, document_id"
    ));
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer], read)
}

/// The ids of documents of a kind that is not `invoice`, with their customers.
pub fn ids_of_kind(
    tx: &mut Tx<'_>,
    scope: Scope,
    kind: &str,
) -> Result<Vec<DocumentId>, StoreError> {
    // The literal condition is the one of the index.
    tx.query(
        "SELECT document_id FROM document WHERE workspace_id = $1 AND creditor_id = $2 \
         AND kind <> 'invoice' AND kind = $3 AND customer_id > 0 AND undone_at IS NULL",
        &params![scope.workspace, scope.creditor, kind],
        |row| Ok(DocumentId(row.int(0)?)),
    )
}

/// The ids of all documents that are not invoices.
pub fn ids_not_invoices(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<DocumentId>, StoreError> {
    tx.query(
        "SELECT document_id FROM document WHERE workspace_id = $1 AND creditor_id = $2 \
         AND kind <> 'invoice'",
        &params![scope.workspace, scope.creditor],
        |row| Ok(DocumentId(row.int(0)?)),
    )
}

/// Which documents hold credit: of one customer or of all, issued up to a day.
pub fn credit_notes(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: Option<CustomerId>,
    until: Day,
) -> Result<Vec<CreditNote>, StoreError> {
    let (whose, last) = if customer.is_some() { (OF_ONE, "$4") } else { ("1 = 1", "$3") };
    let sql = format!(
        "SELECT document_id, customer_id, issue_date, currency, total_minor, unapplied_minor \
         FROM document WHERE workspace_id = $1 AND creditor_id = $2 AND kind <> 'invoice' \
         AND kind = 'credit_note' AND customer_id > 0 AND undone_at IS NULL \
         AND issue_date <= {last} AND {whose}"
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(customer.map(Param::from));
    values.push(until.into());
    tx.query(&sql, &values, |row| {
        Ok(CreditNote {
            id: DocumentId(row.int(0)?),
            customer: CustomerId(row.int(1)?),
            issue_date: row.day(2)?,
            currency: row.currency(3)?,
            total_minor: row.int(4)?,
            unapplied_minor: row.int(5)?,
        })
    })
}

/// Documents of a batch, in the order they came.
pub fn of_import(
    tx: &mut Tx<'_>,
    scope: Scope,
    import: ImportId,
) -> Result<Vec<Document>, StoreError> {
    let sql = select("import_id = $3 ORDER BY document_id");
    tx.query(&sql, &params![scope.workspace, scope.creditor, import], read)
}

/// Hands every document to `each`, oldest first.
pub fn for_each<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: Scope,
    mut each: impl FnMut(Document) -> Result<(), E>,
) -> Result<(), E> {
    let sql = select("document_id > 0 ORDER BY document_id");
    tx.for_each(&sql, &params![scope.workspace, scope.creditor], |row| each(read(row)?))
}

/// Adds to the cached unapplied credit of credit notes: pairs of note and change in smallest units.
pub fn add_unapplied(
    tx: &mut Tx<'_>,
    scope: Scope,
    changes: &[(DocumentId, i64)],
) -> Result<(), StoreError> {
    tx.add_to(scope, ("document", "document_id", "unapplied_minor"), changes)
}

/// Marks a document as undone and frees its key for a later import.
pub fn set_undone(
    tx: &mut Tx<'_>,
    scope: Scope,
    document: &Document,
    now_ms: i64,
) -> Result<(), StoreError> {
    let freed = format!("undone:{}:{}", document.id, document.doc_key);
    tx.execute(
        "UPDATE document SET undone_at = $4, doc_key = $5 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND document_id = $3",
        &params![scope.workspace, scope.creditor, document.id, now_ms, freed],
    )?;
    Ok(())
}

/// Inserts references.
pub fn insert_references(
    tx: &mut Tx<'_>,
    scope: Scope,
    references: &[Reference],
) -> Result<(), StoreError> {
    let columns = [
        "workspace_id",
        "creditor_id",
        "document_id",
        "line",
        "effect",
        "target_key",
        "label",
        "reason",
    ];
    let rows = references.iter().map(|r| {
        params![
            scope.workspace,
            scope.creditor,
            r.document,
            r.line,
            &r.effect,
            &r.target_key,
            &r.label,
            r.reason.as_deref(),
        ]
        .to_vec()
    });
    tx.insert_many("document_reference", &columns, rows)?;
    Ok(())
}

/// What a document refers to.
pub fn references(
    tx: &mut Tx<'_>,
    scope: Scope,
    document: DocumentId,
) -> Result<Vec<Reference>, StoreError> {
    references_where(tx, scope, "document_id = $3", Param::from(document))
}

/// What refers to the document with this key and means something for it.
pub fn referring_to(
    tx: &mut Tx<'_>,
    scope: Scope,
    doc_key: &str,
) -> Result<Vec<Reference>, StoreError> {
    references_where(tx, scope, "target_key = $3 AND effect <> 'mentions'", Param::from(doc_key))
}

fn references_where(
    tx: &mut Tx<'_>,
    scope: Scope,
    condition: &str,
    value: Param<'_>,
) -> Result<Vec<Reference>, StoreError> {
    let sql = format!(
        "SELECT document_id, line, effect, target_key, label, reason FROM document_reference \
         WHERE workspace_id = $1 AND creditor_id = $2 AND {condition} ORDER BY document_id, line"
    );
    tx.query(&sql, &[scope.workspace.into(), scope.creditor.into(), value], |row| {
        Ok(Reference {
            document: DocumentId(row.int(0)?),
            line: row.int(1)?,
            effect: row.text(2)?,
            target_key: row.text(3)?,
            label: row.text(4)?,
            reason: row.opt_text(5)?,
        })
    })
}

/// Documents that bear one of these numbers and create debt (credit notes excluded when
/// `credits` is false, or only credit notes when it is true).
pub fn known_by_numbers<'k>(
    tx: &mut Tx<'_>,
    scope: Scope,
    numbers: impl ExactSizeIterator<Item = &'k str>,
    credits: bool,
) -> Result<Vec<(String, KnownDocument)>, StoreError> {
    if numbers.len() == 0 {
        return Ok(Vec::new());
    }
    let kind = if credits { "kind = 'credit_note'" } else { "kind <> 'credit_note'" };
    let sql = format!(
        "SELECT {KNOWN}, number FROM document WHERE workspace_id = $1 AND creditor_id = $2 AND {kind} \
         AND undone_at IS NULL AND number IN ({})",
        placeholders(3, numbers.len())
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(numbers.map(Param::from));
    tx.query(&sql, &values, |row| Ok((row.text(9)?, read_known(row)?)))
}

fn read_known(row: &Row<'_>) -> Result<KnownDocument, StoreError> {
    Ok(KnownDocument {
        doc_key: row.text(0)?,
        id: DocumentId(row.int(1)?),
        customer: CustomerId(row.int(2)?),
        kind: row.text(3)?,
        content_hash: row.int(4)?,
        currency: row.currency(5)?,
        unapplied_minor: row.int(6)?,
        issue_date: row.day(7)?,
        replaced_by: row.opt_text(8)?,
    })
}

/// Credit of credit notes of a range of customers not applied yet: customer, currency and
/// smallest units.
pub fn unapplied_of_customers(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
) -> Result<Vec<(CustomerId, Currency, i64)>, StoreError> {
    tx.query(
        "SELECT customer_id, currency, CAST(SUM(unapplied_minor) AS BIGINT) FROM document \
         WHERE workspace_id = $1 AND creditor_id = $2 AND customer_id > $3 AND customer_id <= $4 \
         AND unapplied_minor <> 0 GROUP BY customer_id, currency ORDER BY customer_id, currency",
        &params![scope.workspace, scope.creditor, range.after, range.through],
        |row| Ok((CustomerId(row.int(0)?), row.currency(1)?, row.int(2)?)),
    )
}

/// When the newest document was recorded, in milliseconds.
pub fn last_recorded_at(tx: &mut Tx<'_>, scope: Scope) -> Result<Option<i64>, StoreError> {
    tx.query_one(
        "SELECT recorded_at FROM document WHERE workspace_id = $1 AND creditor_id = $2 \
         ORDER BY document_id DESC LIMIT 1",
        &params![scope.workspace, scope.creditor],
        |row| row.int(0),
    )
}
