//! The ledger's rows: appended, read, never changed.

use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{Scope, Tx, creditor, params, placeholders};
use puntual_core::id::{CustomerId, ImportId, ReceivableId, TxId};
use puntual_core::ledger::{Account, Entry, EntryKind};

/// An entry as stored: the entry itself, its place in the sequence and who recorded it when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// Place in the creditor's ledger, from 1.
    pub seq: i64,
    /// The transfer.
    pub entry: Entry,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
    /// The batch it came with.
    pub import: Option<ImportId>,
    /// Who recorded it.
    pub actor: String,
}

/// Who records entries, when, and in which batch.
#[derive(Clone, Copy, Debug)]
pub struct Recording<'a> {
    /// When, in milliseconds.
    pub recorded_at: i64,
    /// The batch, for imports.
    pub import: Option<ImportId>,
    /// A user's e-mail, or the name of the part of the program.
    pub actor: &'a str,
}

const COLUMNS: [&str; 18] = [
    "workspace_id",
    "creditor_id",
    "seq",
    "tx_id",
    "kind",
    "debit",
    "credit",
    "customer_id",
    "receivable_id",
    "source_id",
    "currency",
    "amount_minor",
    "effective_on",
    "recorded_on",
    "recorded_at",
    "reverses_seq",
    "import_id",
    "actor",
];

fn select(condition: &str) -> String {
    format!(
        "SELECT {} FROM ledger_entry WHERE workspace_id = $1 AND creditor_id = $2 AND {condition}",
        COLUMNS[2..].join(", ")
    )
}

fn read(row: &Row<'_>) -> Result<StoredEntry, StoreError> {
    Ok(StoredEntry {
        seq: row.int(0)?,
        entry: Entry {
            tx: TxId(row.int(1)?),
            kind: row.word(2, EntryKind::from_word)?,
            debit: row.word(3, Account::from_word)?,
            credit: row.word(4, Account::from_word)?,
            customer: CustomerId(row.int(5)?),
            receivable: row.opt_int(6)?.map(ReceivableId),
            source: row.opt_int(7)?,
            currency: row.currency(8)?,
            amount_minor: row.int(9)?,
            effective_on: row.day(10)?,
            recorded_on: row.day(11)?,
            reverses: row.opt_int(13)?,
        },
        recorded_at: row.int(12)?,
        import: row.opt_int(14)?.map(ImportId),
        actor: row.text(15)?,
    })
}

/// Appends entries in the order given and returns the sequence number of the first.
pub fn append(
    tx: &mut Tx<'_>,
    scope: Scope,
    entries: &[Entry],
    recording: Recording<'_>,
) -> Result<i64, StoreError> {
    if entries.is_empty() {
        return creditor::ledger_seq(tx, scope);
    }
    let first = creditor::take_ledger_seq(tx, scope, entries.len() as i64)?;
    let rows = entries.iter().zip(first..).map(|(e, seq)| {
        params![
            scope.workspace,
            scope.creditor,
            seq,
            e.tx,
            e.kind.as_str(),
            e.debit.as_str(),
            e.credit.as_str(),
            e.customer,
            e.receivable,
            e.source,
            &e.currency,
            e.amount_minor,
            e.effective_on,
            e.recorded_on,
            recording.recorded_at,
            e.reverses,
            recording.import,
            recording.actor,
        ]
        .to_vec()
    });
    tx.insert_many("ledger_entry", &COLUMNS, rows)?;
    Ok(first)
}

/// Hands every entry after `after_seq` to `each`, in sequence.
pub fn for_each_after<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: Scope,
    after_seq: i64,
    mut each: impl FnMut(StoredEntry) -> Result<(), E>,
) -> Result<(), E> {
    let sql = select("seq > $3 ORDER BY seq");
    tx.for_each(&sql, &params![scope.workspace, scope.creditor, after_seq], |row| each(read(row)?))
}

/// What the portfolio needs of the entries after `after_seq`, and nothing more: a million of them
/// are read at every start.
pub fn for_each_movement<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: Scope,
    after_seq: i64,
    mut each: impl FnMut(i64, Entry) -> Result<(), E>,
) -> Result<(), E> {
    let sql = "SELECT seq, kind, debit, credit, customer_id, receivable_id, source_id, currency, \
         amount_minor, effective_on, recorded_on FROM ledger_entry \
         WHERE workspace_id = $1 AND creditor_id = $2 AND seq > $3 \
         AND (kind <> 'issue' OR reverses_seq IS NOT NULL) ORDER BY seq";
    tx.for_each(sql, &params![scope.workspace, scope.creditor, after_seq], |row| {
        let entry = Entry {
            tx: TxId(0),
            kind: row.word(1, EntryKind::from_word)?,
            debit: row.word(2, Account::from_word)?,
            credit: row.word(3, Account::from_word)?,
            customer: CustomerId(row.int(4)?),
            receivable: row.opt_int(5)?.map(ReceivableId),
            source: row.opt_int(6)?,
            currency: row.currency(7)?,
            amount_minor: row.int(8)?,
            effective_on: row.day(9)?,
            recorded_on: row.day(10)?,
            reverses: None,
        };
        each(row.int(0)?, entry)
    })
}

/// The receivables issued by entries after `after_seq`.
pub fn issued_after(
    tx: &mut Tx<'_>,
    scope: Scope,
    after_seq: i64,
) -> Result<Vec<ReceivableId>, StoreError> {
    tx.query(
        "SELECT receivable_id FROM ledger_entry WHERE workspace_id = $1 AND creditor_id = $2 \
         AND seq > $3 AND kind = 'issue' AND reverses_seq IS NULL ORDER BY seq",
        &params![scope.workspace, scope.creditor, after_seq],
        |row| Ok(ReceivableId(row.int(0)?)),
    )
}

/// The customers entries after `after_seq` are about.
pub fn customers_after(
    tx: &mut Tx<'_>,
    scope: Scope,
    after_seq: i64,
) -> Result<Vec<CustomerId>, StoreError> {
    tx.query(
        "SELECT DISTINCT customer_id FROM ledger_entry WHERE workspace_id = $1 \
         AND creditor_id = $2 AND seq > $3 ORDER BY customer_id",
        &params![scope.workspace, scope.creditor, after_seq],
        |row| Ok(CustomerId(row.int(0)?)),
    )
}

/// Entries of these receivables, in sequence.
pub fn of_receivables(
    tx: &mut Tx<'_>,
    scope: Scope,
    ids: &[ReceivableId],
) -> Result<Vec<StoredEntry>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select(&format!("receivable_id IN ({}) ORDER BY seq", placeholders(3, ids.len())));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(ids.iter().map(|id| Param::from(*id)));
    tx.query(&sql, &values, read)
}

/// Entries of a transaction, in sequence. It was written at once, so they stand together: `near` is
/// the place of any of them.
pub fn of_tx(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: TxId,
    near: i64,
) -> Result<Vec<StoredEntry>, StoreError> {
    let sql = select("tx_id = $3 AND seq >= $4 AND seq <= $5 ORDER BY seq");
    let (from, to) = (near - MOST_OF_TX, near + MOST_OF_TX);
    tx.query(&sql, &params![scope.workspace, scope.creditor, id, from, to], read)
}

/// More entries than any transaction of a person's command has.
const MOST_OF_TX: i64 = 20_000;

/// Entries whose value comes from this payment or credit note, in sequence.
pub fn of_source(
    tx: &mut Tx<'_>,
    scope: Scope,
    source: i64,
) -> Result<Vec<StoredEntry>, StoreError> {
    let sql = select("source_id = $3 ORDER BY seq");
    tx.query(&sql, &params![scope.workspace, scope.creditor, source], read)
}

/// Hands every entry of a batch to `each`, in sequence.
pub fn of_import(
    tx: &mut Tx<'_>,
    scope: Scope,
    import: ImportId,
) -> Result<Vec<StoredEntry>, StoreError> {
    let sql = select("import_id = $3 ORDER BY seq");
    tx.query(&sql, &params![scope.workspace, scope.creditor, import], read)
}

/// Entries whose value comes from any of these payments or credit notes, in sequence.
pub fn of_sources(
    tx: &mut Tx<'_>,
    scope: Scope,
    sources: &[i64],
) -> Result<Vec<StoredEntry>, StoreError> {
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select(&format!("source_id IN ({}) ORDER BY seq", placeholders(3, sources.len())));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(sources.iter().map(|source| Param::from(*source)));
    tx.query(&sql, &values, read)
}
