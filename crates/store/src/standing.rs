//! States someone put on a customer or document: promises, disputes, holds. Each is a row with
//! who, when, why and until.

use crate::customer::OF_ONE;
use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{CustomerRange, Scope, Tx, params};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DisputeId, DocumentId, HoldId, ImportId, PromiseId};

/// A promise to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Its id.
    pub id: PromiseId,
    /// Who promised.
    pub customer: CustomerId,
    /// The document promised, or all of the customer's debt.
    pub document: Option<DocumentId>,
    /// Currency of the amount.
    pub currency: Currency,
    /// How much.
    pub amount_minor: i64,
    /// By when.
    pub promised_on: Day,
    /// When it was made.
    pub made_on: Day,
    /// `open`, `kept`, `partly_kept`, `broken`, `cancelled`.
    pub state: String,
    /// When it was judged.
    pub judged_on: Option<Day>,
    /// What was said.
    pub note: Option<String>,
    /// Who noted it.
    pub actor: String,
    /// The batch it came with.
    pub import: Option<ImportId>,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

/// A dispute of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// Who disputes.
    pub customer: CustomerId,
    /// The document disputed.
    pub document: DocumentId,
    /// How much of it; all when absent.
    pub amount_minor: Option<i64>,
    /// Why.
    pub reason: String,
    /// When it was opened.
    pub opened_on: Day,
    /// When it was closed.
    pub closed_on: Option<Day>,
    /// How it ended.
    pub resolution: Option<String>,
    /// Who noted it.
    pub actor: String,
    /// The batch it came with.
    pub import: Option<ImportId>,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

/// A reason not to act on a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Whom it protects.
    pub customer: CustomerId,
    /// `hold`, `do_not_contact`, `legal`.
    pub kind: String,
    /// First day.
    pub since: Day,
    /// Last day; open-ended when absent.
    pub until: Option<Day>,
    /// Why.
    pub why: String,
    /// Who put it.
    pub actor: String,
    /// The batch it came with.
    pub import: Option<ImportId>,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

const PROMISE: &str = "promise_id, customer_id, document_id, currency, amount_minor, promised_on, \
     made_on, state, judged_on, note, actor, import_id, recorded_at";
const DISPUTE: &str = "dispute_id, customer_id, document_id, amount_minor, reason, opened_on, \
     closed_on, resolution, actor, import_id, recorded_at";
const HOLD: &str = "hold_id, customer_id, kind, since, until, why, actor, import_id, recorded_at";

fn read_promise(row: &Row<'_>) -> Result<Promise, StoreError> {
    Ok(Promise {
        id: PromiseId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        document: row.opt_int(2)?.map(DocumentId),
        currency: row.currency(3)?,
        amount_minor: row.int(4)?,
        promised_on: row.day(5)?,
        made_on: row.day(6)?,
        state: row.text(7)?,
        judged_on: row.opt_day(8)?,
        note: row.opt_text(9)?,
        actor: row.text(10)?,
        import: row.opt_int(11)?.map(ImportId),
        recorded_at: row.int(12)?,
    })
}

fn read_dispute(row: &Row<'_>) -> Result<Dispute, StoreError> {
    Ok(Dispute {
        id: DisputeId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        document: DocumentId(row.int(2)?),
        amount_minor: row.opt_int(3)?,
        reason: row.text(4)?,
        opened_on: row.day(5)?,
        closed_on: row.opt_day(6)?,
        resolution: row.opt_text(7)?,
        actor: row.text(8)?,
        import: row.opt_int(9)?.map(ImportId),
        recorded_at: row.int(10)?,
    })
}

fn read_hold(row: &Row<'_>) -> Result<Hold, StoreError> {
    Ok(Hold {
        id: HoldId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        kind: row.text(2)?,
        since: row.day(3)?,
        until: row.opt_day(4)?,
        why: row.text(5)?,
        actor: row.text(6)?,
        import: row.opt_int(7)?.map(ImportId),
        recorded_at: row.int(8)?,
    })
}

/// Adds promises.
pub fn insert_promises(
    tx: &mut Tx<'_>,
    scope: Scope,
    promises: &[Promise],
) -> Result<(), StoreError> {
    let columns: Vec<&str> = ["workspace_id", "creditor_id"]
        .into_iter()
        .chain(PROMISE.split(", ").map(str::trim))
        .collect();
    let rows = promises.iter().map(|p| {
        params![
            scope.workspace,
            scope.creditor,
            p.id,
            p.customer,
            p.document,
            &p.currency,
            p.amount_minor,
            p.promised_on,
            p.made_on,
            &p.state,
            p.judged_on,
            p.note.as_deref(),
            &p.actor,
            p.import,
            p.recorded_at,
        ]
        .to_vec()
    });
    tx.insert_many("promise", &columns, rows)?;
    Ok(())
}

/// Promises of a customer, newest first.
pub fn promises_of(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
) -> Result<Vec<Promise>, StoreError> {
    let sql = format!(
        "SELECT {PROMISE} FROM promise WHERE workspace_id = $1 AND creditor_id = $2 \
         AND {OF_ONE} ORDER BY promise_id DESC"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer], read_promise)
}

/// One promise.
pub fn promise(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: PromiseId,
) -> Result<Option<Promise>, StoreError> {
    let sql = format!(
        "SELECT {PROMISE} FROM promise WHERE workspace_id = $1 AND creditor_id = $2 \
         AND promise_id = $3"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, id], read_promise)
}

/// Promises not judged yet, of everyone, by date promised.
pub fn open_promises(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Promise>, StoreError> {
    let sql = format!(
        "SELECT {PROMISE} FROM promise WHERE workspace_id = $1 AND creditor_id = $2 \
         AND state = 'open' ORDER BY promised_on, promise_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor], read_promise)
}

/// Promises of everyone for a day or later, whatever became of them, by date promised.
pub fn promises_since(tx: &mut Tx<'_>, scope: Scope, day: Day) -> Result<Vec<Promise>, StoreError> {
    let sql = format!(
        "SELECT {PROMISE} FROM promise WHERE workspace_id = $1 AND creditor_id = $2 \
         AND promised_on >= $3 ORDER BY promised_on, promise_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, day], read_promise)
}

/// One dispute.
pub fn dispute(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: DisputeId,
) -> Result<Option<Dispute>, StoreError> {
    let sql = format!(
        "SELECT {DISPUTE} FROM dispute WHERE workspace_id = $1 AND creditor_id = $2 \
         AND dispute_id = $3"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, id], read_dispute)
}

/// One hold, lifted or not.
pub fn hold(tx: &mut Tx<'_>, scope: Scope, id: HoldId) -> Result<Option<Hold>, StoreError> {
    let sql = format!(
        "SELECT {HOLD} FROM hold WHERE workspace_id = $1 AND creditor_id = $2 AND hold_id = $3"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, id], read_hold)
}

/// Adds disputes.
pub fn insert_disputes(
    tx: &mut Tx<'_>,
    scope: Scope,
    disputes: &[Dispute],
) -> Result<(), StoreError> {
    let columns: Vec<&str> = ["workspace_id", "creditor_id"]
        .into_iter()
        .chain(DISPUTE.split(", ").map(str::trim))
        .collect();
    let rows = disputes.iter().map(|d| {
        params![
            scope.workspace,
            scope.creditor,
            d.id,
            d.customer,
            d.document,
            d.amount_minor,
            &d.reason,
            d.opened_on,
            d.closed_on,
            d.resolution.as_deref(),
            &d.actor,
            d.import,
            d.recorded_at,
        ]
        .to_vec()
    });
    tx.insert_many("dispute", &columns, rows)?;
    Ok(())
}

/// Disputes: of one customer, or of all; open ones only when asked; newest first.
pub fn disputes(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: Option<CustomerId>,
    only_open: bool,
) -> Result<Vec<Dispute>, StoreError> {
    let whose = if customer.is_some() { OF_ONE } else { "1 = 1" };
    let state = if only_open { "closed_on IS NULL" } else { "1 = 1" };
    let sql = format!(
        "SELECT {DISPUTE} FROM dispute WHERE workspace_id = $1 AND creditor_id = $2 \
         AND {whose} AND {state} ORDER BY dispute_id DESC"
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(customer.map(Param::from));
    tx.query(&sql, &values, read_dispute)
}

/// Closes a dispute.
pub fn close_dispute(
    tx: &mut Tx<'_>,
    scope: Scope,
    dispute: DisputeId,
    closed_on: Day,
    resolution: &str,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE dispute SET closed_on = $4, resolution = $5 WHERE workspace_id = $1 \
         AND creditor_id = $2 AND dispute_id = $3 AND closed_on IS NULL",
        &params![scope.workspace, scope.creditor, dispute, closed_on, resolution],
    )?;
    Ok(changed == 1)
}

/// Adds holds.
pub fn insert_holds(tx: &mut Tx<'_>, scope: Scope, holds: &[Hold]) -> Result<(), StoreError> {
    let columns: Vec<&str> = ["workspace_id", "creditor_id"]
        .into_iter()
        .chain(HOLD.split(", ").map(str::trim))
        .collect();
    let rows = holds.iter().map(|h| {
        params![
            scope.workspace,
            scope.creditor,
            h.id,
            h.customer,
            &h.kind,
            h.since,
            h.until,
            &h.why,
            &h.actor,
            h.import,
            h.recorded_at,
        ]
        .to_vec()
    });
    tx.insert_many("hold", &columns, rows)?;
    Ok(())
}

/// Holds not lifted: of one customer, or of all.
pub fn holds(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: Option<CustomerId>,
) -> Result<Vec<Hold>, StoreError> {
    let whose = if customer.is_some() { OF_ONE } else { "1 = 1" };
    let sql = format!(
        "SELECT {HOLD} FROM hold WHERE workspace_id = $1 AND creditor_id = $2 AND {whose} \
         AND lifted_at IS NULL ORDER BY hold_id"
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(customer.map(Param::from));
    tx.query(&sql, &values, read_hold)
}

/// Lifts a hold.
pub fn lift_hold(
    tx: &mut Tx<'_>,
    scope: Scope,
    hold: HoldId,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE hold SET lifted_at = $4 WHERE workspace_id = $1 AND creditor_id = $2 \
         AND hold_id = $3 AND lifted_at IS NULL",
        &params![scope.workspace, scope.creditor, hold, now_ms],
    )?;
    Ok(changed == 1)
}

/// Takes back what a batch put: promises, disputes and holds it brought.
pub fn drop_of_import(
    tx: &mut Tx<'_>,
    scope: Scope,
    import: ImportId,
    day: Day,
    now_ms: i64,
) -> Result<(), StoreError> {
    let key = params![scope.workspace, scope.creditor, import].to_vec();
    let with = |value: Param<'static>| [key.clone(), vec![value]].concat();
    let scoped = "WHERE workspace_id = $1 AND creditor_id = $2 AND import_id = $3";
    tx.execute(
        &format!("UPDATE promise SET state = 'cancelled', judged_on = $4 {scoped}"),
        &with(day.into()),
    )?;
    tx.execute(
        &format!("UPDATE dispute SET closed_on = $4, resolution = 'import_undone' {scoped} AND closed_on IS NULL"),
        &with(day.into()),
    )?;
    tx.execute(
        &format!("UPDATE hold SET lifted_at = $4 {scoped} AND lifted_at IS NULL"),
        &with(now_ms.into()),
    )?;
    Ok(())
}

/// Every promise, oldest first.
pub fn all_promises(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Promise>, StoreError> {
    let sql = format!(
        "SELECT {PROMISE} FROM promise WHERE workspace_id = $1 AND creditor_id = $2 \
         ORDER BY promise_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor], read_promise)
}

/// Promises of a range of customers, by id.
pub fn promises_of_range(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
) -> Result<Vec<Promise>, StoreError> {
    let sql = format!("SELECT {PROMISE} FROM promise WHERE {IN_RANGE} ORDER BY promise_id");
    tx.query(&sql, &within(scope, range), read_promise)
}

/// Disputes of a range of customers, closed ones too, by id.
pub fn disputes_of_range(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
) -> Result<Vec<Dispute>, StoreError> {
    let sql = format!("SELECT {DISPUTE} FROM dispute WHERE {IN_RANGE} ORDER BY dispute_id");
    tx.query(&sql, &within(scope, range), read_dispute)
}

/// Holds of a range of customers not lifted, by id.
pub fn holds_of_range(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
) -> Result<Vec<Hold>, StoreError> {
    let sql =
        format!("SELECT {HOLD} FROM hold WHERE {IN_RANGE} AND lifted_at IS NULL ORDER BY hold_id");
    tx.query(&sql, &within(scope, range), read_hold)
}

const IN_RANGE: &str =
    "workspace_id = $1 AND creditor_id = $2 AND customer_id > $3 AND customer_id <= $4";

fn within(scope: Scope, range: CustomerRange) -> [Param<'static>; 4] {
    params![scope.workspace, scope.creditor, range.after, range.through]
}

/// Opens a promise again whose verdict rested on money that was taken back.
pub fn reopen_promise(tx: &mut Tx<'_>, scope: Scope, promise: PromiseId) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE promise SET state = 'open', judged_on = NULL \
         WHERE workspace_id = $1 AND creditor_id = $2 AND promise_id = $3",
        &params![scope.workspace, scope.creditor, promise],
    )?;
    Ok(())
}

/// Records the verdict on a promise that is still open; false when it has one already.
pub fn judge_open_promise(
    tx: &mut Tx<'_>,
    scope: Scope,
    promise: PromiseId,
    state: &str,
    judged_on: Day,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE promise SET state = $4, judged_on = $5 WHERE workspace_id = $1 \
         AND creditor_id = $2 AND promise_id = $3 AND state = 'open'",
        &params![scope.workspace, scope.creditor, promise, state, judged_on],
    )?;
    Ok(changed == 1)
}
