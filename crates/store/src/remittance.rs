//! Direct debits: mandates customers signed, and batches sent to the bank with their lines.

use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{Scope, Tx, params, placeholders};
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, MandateId, PaymentId, ReceivableId, RemittanceId};

/// What a customer signed so that its account may be debited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// Its id.
    pub id: MandateId,
    /// Who signed.
    pub customer: CustomerId,
    /// Its unique reference.
    pub reference: String,
    /// `core` or `b2b`.
    pub scheme: String,
    /// Whether it may be used more than once.
    pub is_recurrent: bool,
    /// When it was signed.
    pub signed_on: Day,
    /// Name of the holder of the account.
    pub holder: String,
    /// The account, an IBAN without blanks.
    pub iban: String,
    /// Since when it may not be used.
    pub revoked_on: Option<Day>,
    /// Why.
    pub revoked_why: Option<String>,
    /// Who noted it.
    pub actor: String,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

/// A batch of direct debits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remittance {
    /// Its id.
    pub id: RemittanceId,
    /// The id of the message sent to the bank.
    pub message: String,
    /// The day the accounts are to be debited.
    pub collect_on: Day,
    /// The day the debtors are told.
    pub notify_on: Day,
    /// Sum of its lines, cents.
    pub total_minor: i64,
    /// How many lines it has.
    pub lines: i64,
    /// When the bank credited it, in milliseconds.
    pub credited_at: Option<i64>,
    /// When it was given up before it was sent, in milliseconds.
    pub cancelled_at: Option<i64>,
    /// Who made it.
    pub actor: String,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

/// One debit of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The batch.
    pub remittance: RemittanceId,
    /// Its place.
    pub line: i64,
    /// Our id of it, which comes back with a return.
    pub end_to_end: String,
    /// Who is debited.
    pub customer: CustomerId,
    /// What is collected.
    pub receivable: ReceivableId,
    /// By which mandate.
    pub mandate: MandateId,
    /// `FRST`, `RCUR`, `OOFF`, `FNAL`.
    pub sequence: String,
    /// Cents.
    pub amount_minor: i64,
    /// What the debtor reads.
    pub text: String,
    /// The payment it became.
    pub payment: Option<PaymentId>,
}

const MANDATE: [&str; 14] = [
    "workspace_id",
    "creditor_id",
    "mandate_id",
    "customer_id",
    "reference",
    "scheme",
    "is_recurrent",
    "signed_on",
    "holder",
    "iban",
    "revoked_on",
    "revoked_why",
    "actor",
    "recorded_at",
];
const REMITTANCE: [&str; 12] = [
    "workspace_id",
    "creditor_id",
    "remittance_id",
    "message",
    "collect_on",
    "notify_on",
    "total_minor",
    "line_count",
    "credited_at",
    "cancelled_at",
    "actor",
    "recorded_at",
];
const LINE: [&str; 12] = [
    "workspace_id",
    "creditor_id",
    "remittance_id",
    "line",
    "end_to_end",
    "customer_id",
    "receivable_id",
    "mandate_id",
    "sequence",
    "amount_minor",
    "text",
    "payment_id",
];

fn select(columns: &[&str], table: &str, condition: &str) -> String {
    let columns = columns[2..].join(", ");
    format!(
        "SELECT {columns} FROM {table} WHERE workspace_id = $1 AND creditor_id = $2 AND {condition}"
    )
}

fn read_mandate(row: &Row<'_>) -> Result<Mandate, StoreError> {
    Ok(Mandate {
        id: MandateId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        reference: row.text(2)?,
        scheme: row.text(3)?,
        is_recurrent: row.bool(4)?,
        signed_on: row.day(5)?,
        holder: row.text(6)?,
        iban: row.text(7)?,
        revoked_on: row.opt_day(8)?,
        revoked_why: row.opt_text(9)?,
        actor: row.text(10)?,
        recorded_at: row.int(11)?,
    })
}

fn read_remittance(row: &Row<'_>) -> Result<Remittance, StoreError> {
    Ok(Remittance {
        id: RemittanceId(row.int(0)?),
        message: row.text(1)?,
        collect_on: row.day(2)?,
        notify_on: row.day(3)?,
        total_minor: row.int(4)?,
        lines: row.int(5)?,
        credited_at: row.opt_int(6)?,
        cancelled_at: row.opt_int(7)?,
        actor: row.text(8)?,
        recorded_at: row.int(9)?,
    })
}

fn read_line(row: &Row<'_>) -> Result<Line, StoreError> {
    Ok(Line {
        remittance: RemittanceId(row.int(0)?),
        line: row.int(1)?,
        end_to_end: row.text(2)?,
        customer: CustomerId(row.int(3)?),
        receivable: ReceivableId(row.int(4)?),
        mandate: MandateId(row.int(5)?),
        sequence: row.text(6)?,
        amount_minor: row.int(7)?,
        text: row.text(8)?,
        payment: row.opt_int(9)?.map(PaymentId),
    })
}

/// Adds a mandate.
pub fn insert_mandate(tx: &mut Tx<'_>, scope: Scope, m: &Mandate) -> Result<(), StoreError> {
    let row = params![
        scope.workspace,
        scope.creditor,
        m.id,
        m.customer,
        &m.reference,
        &m.scheme,
        m.is_recurrent,
        m.signed_on,
        &m.holder,
        &m.iban,
        m.revoked_on,
        m.revoked_why.as_deref(),
        &m.actor,
        m.recorded_at,
    ];
    tx.insert_many("mandate", &MANDATE, std::iter::once(row.to_vec()))?;
    Ok(())
}

/// One mandate.
pub fn mandate(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: MandateId,
) -> Result<Option<Mandate>, StoreError> {
    let sql = select(&MANDATE, "mandate", "mandate_id = $3");
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, id], read_mandate)
}

/// The mandate with this reference.
pub fn mandate_of_reference(
    tx: &mut Tx<'_>,
    scope: Scope,
    reference: &str,
) -> Result<Option<Mandate>, StoreError> {
    let sql = select(&MANDATE, "mandate", "reference = $3");
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, reference], read_mandate)
}

/// Every mandate, the revoked ones too, newest first.
pub fn mandates(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Mandate>, StoreError> {
    let sql = select(&MANDATE, "mandate", "mandate_id > 0 ORDER BY mandate_id DESC");
    tx.query(&sql, &params![scope.workspace, scope.creditor], read_mandate)
}

/// Notes that a mandate may not be used any more; answers whether it could be until now.
pub fn revoke(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: MandateId,
    on: Day,
    why: &str,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE mandate SET revoked_on = $4, revoked_why = $5 WHERE workspace_id = $1 \
         AND creditor_id = $2 AND mandate_id = $3 AND revoked_on IS NULL",
        &params![scope.workspace, scope.creditor, id, on, why],
    )?;
    Ok(changed == 1)
}

/// Adds a batch with its lines.
pub fn insert(
    tx: &mut Tx<'_>,
    scope: Scope,
    r: &Remittance,
    lines: &[Line],
) -> Result<(), StoreError> {
    let row = params![
        scope.workspace,
        scope.creditor,
        r.id,
        &r.message,
        r.collect_on,
        r.notify_on,
        r.total_minor,
        r.lines,
        r.credited_at,
        r.cancelled_at,
        &r.actor,
        r.recorded_at,
    ];
    tx.insert_many("remittance", &REMITTANCE, std::iter::once(row.to_vec()))?;
    let rows = lines.iter().map(|l| {
        params![
            scope.workspace,
            scope.creditor,
            l.remittance,
            l.line,
            &l.end_to_end,
            l.customer,
            l.receivable,
            l.mandate,
            &l.sequence,
            l.amount_minor,
            &l.text,
            l.payment,
        ]
        .to_vec()
    });
    tx.insert_many("remittance_line", &LINE, rows)?;
    Ok(())
}

/// One batch.
pub fn get(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: RemittanceId,
) -> Result<Option<Remittance>, StoreError> {
    let sql = select(&REMITTANCE, "remittance", "remittance_id = $3");
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, id], read_remittance)
}

/// The last batches, newest first.
pub fn list(tx: &mut Tx<'_>, scope: Scope, limit: i64) -> Result<Vec<Remittance>, StoreError> {
    let sql = select(&REMITTANCE, "remittance", "remittance_id > 0");
    let sql = format!("{sql} ORDER BY remittance_id DESC LIMIT $3");
    tx.query(&sql, &params![scope.workspace, scope.creditor, limit], read_remittance)
}

/// The lines of a batch, in order.
pub fn lines(tx: &mut Tx<'_>, scope: Scope, id: RemittanceId) -> Result<Vec<Line>, StoreError> {
    let sql = select(&LINE, "remittance_line", "remittance_id = $3 ORDER BY line");
    tx.query(&sql, &params![scope.workspace, scope.creditor, id], read_line)
}

/// The lines with these ids of ours.
pub fn lines_named<'k>(
    tx: &mut Tx<'_>,
    scope: Scope,
    names: impl ExactSizeIterator<Item = &'k str>,
) -> Result<Vec<Line>, StoreError> {
    if names.len() == 0 {
        return Ok(Vec::new());
    }
    let wanted = format!("end_to_end IN ({})", placeholders(3, names.len()));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(names.map(Param::from));
    tx.query(&select(&LINE, "remittance_line", &wanted), &values, read_line)
}

/// The lines of batches that were not given up, of every receivable that is open still.
pub fn lines_of_open(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Line>, StoreError> {
    let columns: Vec<String> = LINE[2..].iter().map(|column| format!("l.{column}")).collect();
    let sql = format!(
        "SELECT {} FROM remittance_line l \
         JOIN remittance b ON b.workspace_id = l.workspace_id AND b.creditor_id = l.creditor_id \
         AND b.remittance_id = l.remittance_id \
         JOIN receivable r ON r.workspace_id = l.workspace_id AND r.creditor_id = l.creditor_id \
         AND r.receivable_id = l.receivable_id \
         WHERE l.workspace_id = $1 AND l.creditor_id = $2 AND b.cancelled_at IS NULL \
         AND r.open_minor <> 0 ORDER BY l.remittance_id, l.line",
        columns.join(", ")
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor], read_line)
}

/// The mandates used before, each with the last day it was used for.
pub fn mandates_used(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<(MandateId, Day)>, StoreError> {
    tx.query(
        "SELECT l.mandate_id, MAX(b.collect_on) FROM remittance_line l \
         JOIN remittance b ON b.workspace_id = l.workspace_id AND b.creditor_id = l.creditor_id \
         AND b.remittance_id = l.remittance_id WHERE l.workspace_id = $1 AND l.creditor_id = $2 \
         AND b.cancelled_at IS NULL GROUP BY l.mandate_id",
        &params![scope.workspace, scope.creditor],
        |row| Ok((MandateId(row.int(0)?), row.day(1)?)),
    )
}

/// Notes the payment a line became.
pub fn set_payment(
    tx: &mut Tx<'_>,
    scope: Scope,
    line: &Line,
    payment: PaymentId,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE remittance_line SET payment_id = $5 WHERE workspace_id = $1 AND creditor_id = $2 \
         AND remittance_id = $3 AND line = $4",
        &params![scope.workspace, scope.creditor, line.remittance, line.line, payment],
    )?;
    Ok(())
}

/// Notes that the bank credited a batch; answers whether it had not before.
pub fn set_credited(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: RemittanceId,
    now_ms: i64,
) -> Result<bool, StoreError> {
    end(tx, scope, id, "credited_at", now_ms)
}

/// Gives a batch up; answers whether it stood until now.
pub fn set_cancelled(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: RemittanceId,
    now_ms: i64,
) -> Result<bool, StoreError> {
    end(tx, scope, id, "cancelled_at", now_ms)
}

fn end(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: RemittanceId,
    column: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let sql = format!(
        "UPDATE remittance SET {column} = $4 WHERE workspace_id = $1 AND creditor_id = $2 \
         AND remittance_id = $3 AND credited_at IS NULL AND cancelled_at IS NULL"
    );
    let changed = tx.execute(&sql, &params![scope.workspace, scope.creditor, id, now_ms])?;
    Ok(changed == 1)
}
