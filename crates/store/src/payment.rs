//! Payments received.

use crate::customer::OF_ONE;
use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{CustomerRange, Scope, Tx, params, placeholders};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, ImportId, PaymentId};

/// Money received from a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// Who paid.
    pub customer: CustomerId,
    /// Business key: unique per creditor.
    pub pay_key: String,
    /// Hash of what matters in its content.
    pub content_hash: i64,
    /// The source's own number.
    pub number: Option<String>,
    /// When the money was received.
    pub received_on: Day,
    /// Its currency.
    pub currency: Currency,
    /// How much.
    pub amount_minor: i64,
    /// What is not applied to any receivable (cached).
    pub unapplied_minor: i64,
    /// Means of payment.
    pub method: Option<String>,
    /// Text that came with it.
    pub reference: Option<String>,
    /// The batch it came with.
    pub import: Option<ImportId>,
    /// When it was reversed, in milliseconds.
    pub reversed_at: Option<i64>,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

/// What the key of a payment that was undone begins with: the key itself is free again.
const UNDONE: &str = "undone:";

impl Payment {
    /// Whether it was undone: it never should have been, where a bounced one did come and went back.
    pub fn is_undone(&self) -> bool {
        self.pay_key.starts_with(UNDONE)
    }
}

const COLUMNS: [&str; 16] = [
    "workspace_id",
    "creditor_id",
    "payment_id",
    "customer_id",
    "pay_key",
    "content_hash",
    "number",
    "received_on",
    "currency",
    "amount_minor",
    "unapplied_minor",
    "method",
    "reference",
    "import_id",
    "reversed_at",
    "recorded_at",
];

fn select(condition: &str) -> String {
    format!(
        "SELECT {} FROM payment WHERE workspace_id = $1 AND creditor_id = $2 AND {condition}",
        COLUMNS[2..].join(", ")
    )
}

fn read(row: &Row<'_>) -> Result<Payment, StoreError> {
    Ok(Payment {
        id: PaymentId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        pay_key: row.text(2)?,
        content_hash: row.int(3)?,
        number: row.opt_text(4)?,
        received_on: row.day(5)?,
        currency: row.currency(6)?,
        amount_minor: row.int(7)?,
        unapplied_minor: row.int(8)?,
        method: row.opt_text(9)?,
        reference: row.opt_text(10)?,
        import: row.opt_int(11)?.map(ImportId),
        reversed_at: row.opt_int(12)?,
        recorded_at: row.int(13)?,
    })
}

/// Inserts payments.
pub fn insert_many(tx: &mut Tx<'_>, scope: Scope, payments: &[Payment]) -> Result<(), StoreError> {
    let rows = payments.iter().map(|p| {
        params![
            scope.workspace,
            scope.creditor,
            p.id,
            p.customer,
            &p.pay_key,
            p.content_hash,
            p.number.as_deref(),
            p.received_on,
            &p.currency,
            p.amount_minor,
            p.unapplied_minor,
            p.method.as_deref(),
            p.reference.as_deref(),
            p.import,
            p.reversed_at,
            p.recorded_at,
        ]
        .to_vec()
    });
    tx.insert_many("payment", &COLUMNS, rows)?;
    Ok(())
}

/// One payment.
pub fn get(
    tx: &mut Tx<'_>,
    scope: Scope,
    payment: PaymentId,
) -> Result<Option<Payment>, StoreError> {
    let sql = select("payment_id = $3");
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, payment], read)
}

/// The payments stored under these keys.
pub fn by_keys<'k>(
    tx: &mut Tx<'_>,
    scope: Scope,
    keys: impl ExactSizeIterator<Item = &'k str>,
) -> Result<Vec<Payment>, StoreError> {
    if keys.len() == 0 {
        return Ok(Vec::new());
    }
    let sql = select(&format!("pay_key IN ({})", placeholders(3, keys.len())));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(keys.map(Param::from));
    tx.query(&sql, &values, read)
}

/// The payments with these ids, in no particular order.
pub fn by_ids(
    tx: &mut Tx<'_>,
    scope: Scope,
    ids: &[PaymentId],
) -> Result<Vec<Payment>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select(&format!("payment_id IN ({})", placeholders(3, ids.len())));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(ids.iter().map(|id| Param::from(*id)));
    tx.query(&sql, &values, read)
}

/// The last payments of a customer, newest first.
pub fn of_customer(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<Payment>, StoreError> {
    let sql = select(&format!("{OF_ONE} ORDER BY received_on DESC, payment_id DESC LIMIT $4"));
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer, limit], read)
}

/// Imported payments of a customer before a point of its timeline (day, then id), newest first.
pub fn imported_before(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    (day, id): (Day, i64),
    limit: i64,
) -> Result<Vec<Payment>, StoreError> {
    let sql = select(&format!(
        "{OF_ONE} AND (received_on < $4 OR (received_on = $4 AND payment_id < $5)) \
         AND import_id IS NOT NULL ORDER BY received_on DESC, payment_id DESC LIMIT $6"
    ));
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer, day, id, limit], read)
}

/// How many payments have money not applied yet.
pub fn count_open(tx: &mut Tx<'_>, scope: Scope) -> Result<i64, StoreError> {
    let count = tx.query_one(
        // A range of customers, so that the index is taken before there are statistics too.
        "SELECT COUNT(*) FROM payment WHERE workspace_id = $1 AND creditor_id = $2 \
         AND customer_id > 0 AND unapplied_minor <> 0 AND unapplied_minor > 0",
        &params![scope.workspace, scope.creditor],
        |row| row.int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Customers with a payment of a day that has money not applied yet.
pub fn customers_on_account(
    tx: &mut Tx<'_>,
    scope: Scope,
    day: Day,
) -> Result<Vec<CustomerId>, StoreError> {
    tx.query(
        "SELECT DISTINCT customer_id FROM payment WHERE workspace_id = $1 AND creditor_id = $2 \
         AND customer_id > 0 AND unapplied_minor <> 0 AND received_on = $3",
        &params![scope.workspace, scope.creditor, day],
        |row| Ok(CustomerId(row.int(0)?)),
    )
}

/// What a customer paid on a day, by currency; payments taken back left out.
pub fn received_on(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    day: Day,
) -> Result<Vec<(Currency, i64)>, StoreError> {
    tx.query(
        // A range of one day: SQLite without statistics takes the index of customers for it.
        &format!(
            "SELECT currency, CAST(SUM(amount_minor) AS BIGINT) FROM payment \
             WHERE workspace_id = $1 AND creditor_id = $2 AND {OF_ONE} \
             AND received_on BETWEEN $4 AND $4 AND reversed_at IS NULL \
             GROUP BY currency ORDER BY currency"
        ),
        &params![scope.workspace, scope.creditor, customer, day],
        |row| Ok((row.currency(0)?, row.int(1)?)),
    )
}

/// Payments of a customer with money not applied yet, oldest first.
pub fn open_of(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
) -> Result<Vec<Payment>, StoreError> {
    let sql = select(&format!(
        "{OF_ONE} AND unapplied_minor <> 0 AND unapplied_minor > 0 \
         ORDER BY received_on, payment_id"
    ));
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer], read)
}

/// Payments of a batch.
pub fn of_import(
    tx: &mut Tx<'_>,
    scope: Scope,
    import: ImportId,
) -> Result<Vec<Payment>, StoreError> {
    let sql = select("import_id = $3 ORDER BY payment_id");
    tx.query(&sql, &params![scope.workspace, scope.creditor, import], read)
}

/// Hands every payment to `each`, oldest first.
pub fn for_each<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: Scope,
    mut each: impl FnMut(Payment) -> Result<(), E>,
) -> Result<(), E> {
    let sql = select("payment_id > 0 ORDER BY payment_id");
    tx.for_each(&sql, &params![scope.workspace, scope.creditor], |row| each(read(row)?))
}

/// Hands every payment received between two days, both included, to `each`; those taken back are
/// left out.
pub fn for_each_received<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: Scope,
    (from, to): (Day, Day),
    mut each: impl FnMut(Payment) -> Result<(), E>,
) -> Result<(), E> {
    let sql = select(
        "payment_id > 0 AND received_on >= $3 AND received_on <= $4 AND reversed_at IS NULL \
         ORDER BY payment_id",
    );
    tx.for_each(&sql, &params![scope.workspace, scope.creditor, from, to], |row| each(read(row)?))
}

/// Adds to the cached unapplied amounts: pairs of payment and change in smallest units.
pub fn add_unapplied(
    tx: &mut Tx<'_>,
    scope: Scope,
    changes: &[(PaymentId, i64)],
) -> Result<(), StoreError> {
    tx.add_to(scope, ("payment", "payment_id", "unapplied_minor"), changes)
}

/// Marks a payment as returned. It keeps its key: the same file again brings it no second time.
pub fn set_bounced(
    tx: &mut Tx<'_>,
    scope: Scope,
    payment: PaymentId,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE payment SET reversed_at = $4 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND payment_id = $3",
        &params![scope.workspace, scope.creditor, payment, now_ms],
    )?;
    Ok(())
}

/// Lets a payment that was marked as returned stand again.
pub fn set_standing(tx: &mut Tx<'_>, scope: Scope, payment: PaymentId) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE payment SET reversed_at = NULL \
         WHERE workspace_id = $1 AND creditor_id = $2 AND payment_id = $3",
        &params![scope.workspace, scope.creditor, payment],
    )?;
    Ok(())
}

/// Marks a payment as reversed and frees its key.
pub fn set_reversed(
    tx: &mut Tx<'_>,
    scope: Scope,
    payment: &Payment,
    now_ms: i64,
) -> Result<(), StoreError> {
    let freed = format!("{UNDONE}{}:{}", payment.id, payment.pay_key);
    tx.execute(
        "UPDATE payment SET reversed_at = $4, pay_key = $5 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND payment_id = $3",
        &params![scope.workspace, scope.creditor, payment.id, now_ms, freed],
    )?;
    Ok(())
}

/// Money of a range of customers not applied yet: customer, currency and
/// smallest units.
pub fn unapplied_of_customers(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
) -> Result<Vec<(CustomerId, Currency, i64)>, StoreError> {
    tx.query(
        "SELECT customer_id, currency, CAST(SUM(unapplied_minor) AS BIGINT) FROM payment \
         WHERE workspace_id = $1 AND creditor_id = $2 AND customer_id > $3 AND customer_id <= $4 \
         AND unapplied_minor <> 0 GROUP BY customer_id, currency ORDER BY customer_id, currency",
        &params![scope.workspace, scope.creditor, range.after, range.through],
        |row| Ok((CustomerId(row.int(0)?), row.currency(1)?, row.int(2)?)),
    )
}

/// Payments of a customer received between two days, both included, oldest first; reversed ones
/// are left out.
pub fn received_between(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    from: Day,
    to: Day,
) -> Result<Vec<Payment>, StoreError> {
    let sql = select(&format!(
        "{OF_ONE} AND received_on >= $4 AND received_on <= $5 AND reversed_at IS NULL \
         ORDER BY received_on, payment_id"
    ));
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer, from, to], read)
}

/// When the newest payment was recorded, in milliseconds.
pub fn last_recorded_at(tx: &mut Tx<'_>, scope: Scope) -> Result<Option<i64>, StoreError> {
    tx.query_one(
        "SELECT recorded_at FROM payment WHERE workspace_id = $1 AND creditor_id = $2 \
         ORDER BY payment_id DESC LIMIT 1",
        &params![scope.workspace, scope.creditor],
        |row| row.int(0),
    )
}
