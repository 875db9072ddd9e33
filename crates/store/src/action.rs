//! The plan of a day: runs, actions, and which receivables each action is about.

use crate::error::StoreError;
use crate::row::Row;
use crate::{Scope, Tx, params};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{ActionId, CustomerId, ReceivableId};

/// A planned action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its id.
    pub id: ActionId,
    /// On whom.
    pub customer: CustomerId,
    /// What makes it unique: planning twice meets the same key.
    pub plan_key: String,
    /// Strategy and version.
    pub strategy: String,
    /// Key of the step.
    pub step: String,
    /// Position of the step in the strategy.
    pub step_index: i64,
    /// `email`, `call`, `letter`…
    pub channel: String,
    /// For which day.
    pub planned_on: Day,
    /// Currency of the amount.
    pub currency: Currency,
    /// What is claimed.
    pub amount_minor: i64,
    /// `queued`, `task`, `done`, `dropped`.
    pub state: String,
    /// Why, as JSON.
    pub reasons: String,
    /// Not before this instant, in milliseconds.
    pub not_before_at: Option<i64>,
    /// When it was done or dropped.
    pub done_at: Option<i64>,
    /// When it was planned, in milliseconds.
    pub recorded_at: i64,
}

/// A receivable an action is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionReceivable {
    /// The receivable.
    pub receivable: ReceivableId,
    /// Strategy and version.
    pub strategy: String,
    /// The step the receivable has reached with it.
    pub step_index: i64,
    /// The action.
    pub action: ActionId,
    /// What was open when it was planned.
    pub claimed_minor: i64,
}

/// What a day's run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct DayCounts {
    /// Actions planned.
    pub planned: i64,
    /// Messages queued.
    pub queued: i64,
    /// Tasks for people.
    pub tasks: i64,
    /// Put off to a moment the law or the calendar allows.
    pub deferred: i64,
    /// Not done, with the reason.
    pub skipped: i64,
}

const ACTION: &str = "action_id, customer_id, plan_key, strategy, step, step_index, channel, \
     planned_on, currency, amount_minor, state, reasons, not_before_at, done_at, recorded_at";

fn read(row: &Row<'_>) -> Result<Action, StoreError> {
    Ok(Action {
        id: ActionId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        plan_key: row.text(2)?,
        strategy: row.text(3)?,
        step: row.text(4)?,
        step_index: row.int(5)?,
        channel: row.text(6)?,
        planned_on: row.day(7)?,
        currency: row.currency(8)?,
        amount_minor: row.int(9)?,
        state: row.text(10)?,
        reasons: row.text(11)?,
        not_before_at: row.opt_int(12)?,
        done_at: row.opt_int(13)?,
        recorded_at: row.int(14)?,
    })
}

/// Adds an action unless its plan key is taken. Returns whether it was added.
pub fn propose(tx: &mut Tx<'_>, scope: Scope, action: &Action) -> Result<bool, StoreError> {
    let sql = format!(
        "INSERT INTO action (workspace_id, creditor_id, {ACTION}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
         ON CONFLICT (workspace_id, creditor_id, plan_key) DO NOTHING"
    );
    let a = action;
    let changed = tx.execute(
        &sql,
        &params![
            scope.workspace,
            scope.creditor,
            a.id,
            a.customer,
            &a.plan_key,
            &a.strategy,
            &a.step,
            a.step_index,
            &a.channel,
            a.planned_on,
            &a.currency,
            a.amount_minor,
            &a.state,
            &a.reasons,
            a.not_before_at,
            a.done_at,
            a.recorded_at,
        ],
    )?;
    Ok(changed == 1)
}

/// Notes which receivables an action is about. A receivable reaches a step of a strategy once.
pub fn insert_receivables(
    tx: &mut Tx<'_>,
    scope: Scope,
    rows: &[ActionReceivable],
) -> Result<(), StoreError> {
    let columns = [
        "workspace_id",
        "creditor_id",
        "receivable_id",
        "strategy",
        "step_index",
        "action_id",
        "claimed_minor",
    ];
    let values = rows.iter().map(|r| {
        params![
            scope.workspace,
            scope.creditor,
            r.receivable,
            &r.strategy,
            r.step_index,
            r.action,
            r.claimed_minor,
        ]
        .to_vec()
    });
    tx.insert_many("action_receivable", &columns, values)?;
    Ok(())
}

/// The last step each receivable has reached in a strategy.
pub fn last_steps(
    tx: &mut Tx<'_>,
    scope: Scope,
    strategy: &str,
) -> Result<Vec<(ReceivableId, i64)>, StoreError> {
    tx.query(
        "SELECT receivable_id, MAX(step_index) FROM action_receivable \
         WHERE workspace_id = $1 AND creditor_id = $2 AND strategy = $3 GROUP BY receivable_id",
        &params![scope.workspace, scope.creditor, strategy],
        |row| Ok((ReceivableId(row.int(0)?), row.int(1)?)),
    )
}

/// The receivables of an action.
pub fn receivables_of(
    tx: &mut Tx<'_>,
    scope: Scope,
    action: ActionId,
) -> Result<Vec<ActionReceivable>, StoreError> {
    tx.query(
        "SELECT receivable_id, strategy, step_index, action_id, claimed_minor \
         FROM action_receivable WHERE workspace_id = $1 AND creditor_id = $2 AND action_id = $3 \
         ORDER BY receivable_id",
        &params![scope.workspace, scope.creditor, action],
        |row| {
            Ok(ActionReceivable {
                receivable: ReceivableId(row.int(0)?),
                strategy: row.text(1)?,
                step_index: row.int(2)?,
                action: ActionId(row.int(3)?),
                claimed_minor: row.int(4)?,
            })
        },
    )
}

/// One action.
pub fn get(tx: &mut Tx<'_>, scope: Scope, action: ActionId) -> Result<Option<Action>, StoreError> {
    let sql = format!(
        "SELECT {ACTION} FROM action WHERE workspace_id = $1 AND creditor_id = $2 AND action_id = $3"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, action], read)
}

/// Actions planned for a day.
pub fn of_day(tx: &mut Tx<'_>, scope: Scope, day: Day) -> Result<Vec<Action>, StoreError> {
    let sql = format!(
        "SELECT {ACTION} FROM action WHERE workspace_id = $1 AND creditor_id = $2 \
         AND planned_on = $3 ORDER BY action_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, day], read)
}

/// Tasks that wait for a person, oldest first.
pub fn open_tasks(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Action>, StoreError> {
    let sql = format!(
        "SELECT {ACTION} FROM action WHERE workspace_id = $1 AND creditor_id = $2 \
         AND state = 'task' ORDER BY planned_on, action_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor], read)
}

/// Actions on one customer, newest first.
pub fn of_customer(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<Action>, StoreError> {
    let sql = format!(
        "SELECT {ACTION} FROM action WHERE workspace_id = $1 AND creditor_id = $2 \
         AND customer_id = $3 ORDER BY action_id DESC LIMIT $4"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer, limit], read)
}

/// Writes how an action ended.
pub fn set_state(
    tx: &mut Tx<'_>,
    scope: Scope,
    action: ActionId,
    state: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE action SET state = $4, done_at = $5 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND action_id = $3",
        &params![scope.workspace, scope.creditor, action, state, now_ms],
    )?;
    Ok(())
}

/// Opens the run of a day, or finds it: whether it was opened now, and what it came to so far.
pub fn open_day(
    tx: &mut Tx<'_>,
    scope: Scope,
    day: Day,
    now_ms: i64,
) -> Result<(bool, DayCounts), StoreError> {
    let opened = tx.execute(
        "INSERT INTO day_run (workspace_id, creditor_id, run_on, started_at, planned, queued, \
         tasks, deferred, skipped) VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0) \
         ON CONFLICT (workspace_id, creditor_id, run_on) DO NOTHING",
        &params![scope.workspace, scope.creditor, day, now_ms],
    )?;
    let counts = tx.query_one(
        "SELECT planned, queued, tasks, deferred, skipped FROM day_run \
         WHERE workspace_id = $1 AND creditor_id = $2 AND run_on = $3",
        &params![scope.workspace, scope.creditor, day],
        |row| {
            Ok(DayCounts {
                planned: row.int(0)?,
                queued: row.int(1)?,
                tasks: row.int(2)?,
                deferred: row.int(3)?,
                skipped: row.int(4)?,
            })
        },
    )?;
    Ok((opened == 1, counts.unwrap_or_default()))
}

/// Writes what the run of a day came to.
pub fn close_day(
    tx: &mut Tx<'_>,
    scope: Scope,
    day: Day,
    counts: DayCounts,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE day_run SET finished_at = $4, planned = $5, queued = $6, tasks = $7, \
         deferred = $8, skipped = $9 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND run_on = $3",
        &params![
            scope.workspace,
            scope.creditor,
            day,
            now_ms,
            counts.planned,
            counts.queued,
            counts.tasks,
            counts.deferred,
            counts.skipped,
        ],
    )?;
    Ok(())
}

/// The last day that was run to its end.
pub fn last_day(tx: &mut Tx<'_>, scope: Scope) -> Result<Option<Day>, StoreError> {
    let day = tx.query_one(
        "SELECT MAX(run_on) FROM day_run \
         WHERE workspace_id = $1 AND creditor_id = $2 AND finished_at IS NOT NULL",
        &params![scope.workspace, scope.creditor],
        |row| row.opt_day(0),
    )?;
    Ok(day.flatten())
}
