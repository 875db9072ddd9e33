//! What became of direct debits and transfers.

use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{Scope, Tx, params, placeholders};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{BankEntryId, DebitResultId, ImportId, PaymentId};

/// What became of one instruction, or of a whole batch of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebitResult {
    /// Its id.
    pub id: DebitResultId,
    /// What names the instruction, whoever tells of it.
    pub instruction_key: String,
    /// Id of the message the instruction was sent in.
    pub original_message: Option<String>,
    /// Id of its batch.
    pub original_batch: Option<String>,
    /// Its end-to-end id; absent when the whole message or batch is meant.
    pub end_to_end: Option<String>,
    /// Mandate.
    pub mandate: Option<String>,
    /// Smallest units, positive; absent where the source states none.
    pub amount_minor: Option<i64>,
    /// Its currency.
    pub currency: Currency,
    /// `RJCT`, `ACSC`, `PDNG`…, and `RTRN` for what came back on the account.
    pub outcome: String,
    /// Reason code (`AM04`).
    pub reason: Option<String>,
    /// The same in words.
    pub reason_text: Option<String>,
    /// Day of the answer or of the entry.
    pub resulted_on: Day,
    /// The entry of the account that tells of it.
    pub entry: Option<BankEntryId>,
    /// The recorded payment it is about.
    pub payment: Option<PaymentId>,
    /// File and place it was read from.
    pub place: String,
    /// The batch it came with.
    pub import: ImportId,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

const COLUMNS: [&str; 19] = [
    "workspace_id",
    "creditor_id",
    "debit_result_id",
    "instruction_key",
    "original_message",
    "original_batch",
    "end_to_end",
    "mandate",
    "amount_minor",
    "currency",
    "outcome",
    "reason",
    "reason_text",
    "resulted_on",
    "bank_entry_id",
    "payment_id",
    "place",
    "import_id",
    "recorded_at",
];

fn select(condition: &str) -> String {
    format!(
        "SELECT {} FROM debit_result WHERE workspace_id = $1 AND creditor_id = $2 AND {condition}",
        COLUMNS[2..].join(", ")
    )
}

fn read(row: &Row<'_>) -> Result<DebitResult, StoreError> {
    Ok(DebitResult {
        id: DebitResultId(row.int(0)?),
        instruction_key: row.text(1)?,
        original_message: row.opt_text(2)?,
        original_batch: row.opt_text(3)?,
        end_to_end: row.opt_text(4)?,
        mandate: row.opt_text(5)?,
        amount_minor: row.opt_int(6)?,
        currency: row.currency(7)?,
        outcome: row.text(8)?,
        reason: row.opt_text(9)?,
        reason_text: row.opt_text(10)?,
        resulted_on: row.day(11)?,
        entry: row.opt_int(12)?.map(BankEntryId),
        payment: row.opt_int(13)?.map(PaymentId),
        place: row.text(14)?,
        import: ImportId(row.int(15)?),
        recorded_at: row.int(16)?,
    })
}

/// Inserts results.
pub fn insert_many(
    tx: &mut Tx<'_>,
    scope: Scope,
    results: &[DebitResult],
) -> Result<(), StoreError> {
    let rows = results.iter().map(|r| {
        params![
            scope.workspace,
            scope.creditor,
            r.id,
            &r.instruction_key,
            r.original_message.as_deref(),
            r.original_batch.as_deref(),
            r.end_to_end.as_deref(),
            r.mandate.as_deref(),
            r.amount_minor,
            &r.currency,
            &r.outcome,
            r.reason.as_deref(),
            r.reason_text.as_deref(),
            r.resulted_on,
            r.entry,
            r.payment,
            &r.place,
            r.import,
            r.recorded_at,
        ]
        .to_vec()
    });
    tx.insert_many("debit_result", &COLUMNS, rows)?;
    Ok(())
}

/// What is known of these instructions, in the order it came.
pub fn by_keys<'k>(
    tx: &mut Tx<'_>,
    scope: Scope,
    keys: impl ExactSizeIterator<Item = &'k str>,
) -> Result<Vec<DebitResult>, StoreError> {
    if keys.len() == 0 {
        return Ok(Vec::new());
    }
    let sql = select(&format!(
        "instruction_key IN ({}) ORDER BY debit_result_id",
        placeholders(3, keys.len())
    ));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(keys.map(Param::from));
    tx.query(&sql, &values, read)
}

/// The last results in these outcomes, newest first.
pub fn list_in(
    tx: &mut Tx<'_>,
    scope: Scope,
    outcomes: &[&str],
    limit: i64,
) -> Result<Vec<DebitResult>, StoreError> {
    if outcomes.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select(&format!(
        "outcome IN ({}) ORDER BY resulted_on DESC, debit_result_id DESC LIMIT $3",
        placeholders(4, outcomes.len())
    ));
    let mut values = params![scope.workspace, scope.creditor, limit].to_vec();
    values.extend(outcomes.iter().map(|outcome| Param::from(*outcome)));
    tx.query(&sql, &values, read)
}

/// Results that name an instruction no recorded payment is known of, in the order they came.
pub fn without_payment(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<DebitResult>, StoreError> {
    let sql = select("payment_id IS NULL AND end_to_end IS NOT NULL ORDER BY debit_result_id");
    tx.query(&sql, &params![scope.workspace, scope.creditor], read)
}

/// Notes the entry that tells of a result, and the payment it is about; what is absent stays.
pub fn set_known(
    tx: &mut Tx<'_>,
    scope: Scope,
    result: DebitResultId,
    entry: Option<BankEntryId>,
    payment: Option<PaymentId>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE debit_result SET bank_entry_id = COALESCE($4, bank_entry_id), \
         payment_id = COALESCE($5, payment_id) \
         WHERE workspace_id = $1 AND creditor_id = $2 AND debit_result_id = $3",
        &params![scope.workspace, scope.creditor, result, entry, payment],
    )?;
    Ok(())
}
