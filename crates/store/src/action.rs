//! The plan of a day: runs, actions, and which receivables each action is about.

use crate::customer::OF_ONE;
use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{CustomerRange, Scope, Tx, params};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{ActionId, CustomerId, MessageId, ReceivableId};

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
    /// `proposed` while a person must approve it, `queued`, `task`, `done`, `dropped`, `failed`,
    /// `unknown`, `cancelled`.
    pub state: String,
    /// Why, as JSON.
    pub reasons: String,
    /// The message that carries it out; actions of several currencies may share one.
    pub message: Option<MessageId>,
    /// Not before this instant, in milliseconds.
    pub not_before_at: Option<i64>,
    /// When it was done or dropped.
    pub done_at: Option<i64>,
    /// When it was planned, in milliseconds.
    pub recorded_at: i64,
    /// Who is to do it when it is a task, in the strategy's words.
    pub responsible: Option<String>,
    /// What whoever approved or dropped it said.
    pub note: Option<String>,
    /// Who approved or dropped it.
    pub decided_by: Option<String>,
    /// When, in milliseconds.
    pub decided_at: Option<i64>,
}

/// A receivable an action is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionReceivable {
    /// The receivable.
    pub receivable: ReceivableId,
    /// Strategy and version.
    pub strategy: String,
    /// Position of the step the receivable has reached with it.
    pub step_index: i64,
    /// Key of that step.
    pub step: String,
    /// Days of that step from its anchor, for when strategies change.
    pub offset_days: i64,
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
     planned_on, currency, amount_minor, state, reasons, message_id, not_before_at, done_at, \
     recorded_at, responsible, note, decided_by, decided_at";

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
        message: row.opt_int(12)?.map(MessageId),
        not_before_at: row.opt_int(13)?,
        done_at: row.opt_int(14)?,
        recorded_at: row.int(15)?,
        responsible: row.opt_text(16)?,
        note: row.opt_text(17)?,
        decided_by: row.opt_text(18)?,
        decided_at: row.opt_int(19)?,
    })
}

/// Adds an action unless its plan key is taken. Returns whether it was added.
pub fn propose(tx: &mut Tx<'_>, scope: Scope, action: &Action) -> Result<bool, StoreError> {
    let sql = format!(
        "INSERT INTO action (workspace_id, creditor_id, {ACTION}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
         $19, $20, $21, $22) \
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
            a.message,
            a.not_before_at,
            a.done_at,
            a.recorded_at,
            a.responsible.as_deref(),
            a.note.as_deref(),
            a.decided_by.as_deref(),
            a.decided_at,
        ],
    )?;
    Ok(changed == 1)
}

/// Actions that wait for approval, by day, the most severe first.
pub fn proposed(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Action>, StoreError> {
    let sql = format!(
        "SELECT {ACTION} FROM action WHERE workspace_id = $1 AND creditor_id = $2 \
         AND state = 'proposed' ORDER BY planned_on, step_index DESC, action_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor], read)
}

/// Writes what a person decided of an action that waits for approval: its state, channel, day,
/// message, first moment, note, and when it ended. Returns whether it still waited.
pub fn decide(tx: &mut Tx<'_>, scope: Scope, a: &Action) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE action SET state = $4, channel = $5, planned_on = $6, message_id = $7, \
         not_before_at = $8, done_at = $9, note = $10, decided_by = $11, decided_at = $12 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND action_id = $3 AND state = 'proposed'",
        &params![
            scope.workspace,
            scope.creditor,
            a.id,
            &a.state,
            &a.channel,
            a.planned_on,
            a.message,
            a.not_before_at,
            a.done_at,
            a.note.as_deref(),
            a.decided_by.as_deref(),
            a.decided_at,
        ],
    )?;
    Ok(changed == 1)
}

/// Actions planned between two days, both included, by day.
pub fn between(
    tx: &mut Tx<'_>,
    scope: Scope,
    from: Day,
    to: Day,
) -> Result<Vec<Action>, StoreError> {
    let sql = format!(
        "SELECT {ACTION} FROM action WHERE workspace_id = $1 AND creditor_id = $2 \
         AND planned_on >= $3 AND planned_on <= $4 ORDER BY planned_on, action_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, from, to], read)
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
        "step",
        "offset_days",
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
            &r.step,
            r.offset_days,
            r.action,
            r.claimed_minor,
        ]
        .to_vec()
    });
    tx.insert_many("action_receivable", &columns, values)?;
    Ok(())
}

/// The steps recorded on the receivables of a range of customers up to a day, in the order they
/// were done: the last one of each receivable is the one it has reached.
pub fn steps_of_customers(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
    until: Day,
) -> Result<Vec<ActionReceivable>, StoreError> {
    tx.query(
        "SELECT r.receivable_id, r.strategy, r.step_index, r.step, r.offset_days, r.action_id, \
         r.claimed_minor FROM action a JOIN action_receivable r ON r.workspace_id = a.workspace_id \
         AND r.creditor_id = a.creditor_id AND r.action_id = a.action_id \
         WHERE a.workspace_id = $1 AND a.creditor_id = $2 AND a.customer_id > $3 \
         AND a.customer_id <= $4 AND a.planned_on <= $5 \
         ORDER BY a.planned_on, r.offset_days, r.action_id",
        &params![scope.workspace, scope.creditor, range.after, range.through, until],
        read_receivable,
    )
}

/// A contact that is planned or may have been made, and not on the timeline yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingContact {
    /// With whom.
    pub customer: CustomerId,
    /// `email`…
    pub channel: String,
    /// For which day.
    pub planned_on: Day,
    /// The message that will make it.
    pub message: Option<MessageId>,
}

/// Actions of a range of customers planned from a day on whose message is queued, or of which
/// nobody knows whether it left; and the tasks of today, which will be contacts when they are done.
pub fn pending_contacts(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
    (since, today): (Day, Day),
) -> Result<Vec<PendingContact>, StoreError> {
    tx.query(
        "SELECT customer_id, channel, planned_on, message_id FROM action \
         WHERE workspace_id = $1 AND creditor_id = $2 AND customer_id > $3 AND customer_id <= $4 \
         AND planned_on >= $5 AND (state IN ('queued', 'unknown') \
         OR (state = 'task' AND planned_on = $6)) ORDER BY action_id",
        &params![scope.workspace, scope.creditor, range.after, range.through, since, today],
        |row| {
            Ok(PendingContact {
                customer: CustomerId(row.int(0)?),
                channel: row.text(1)?,
                planned_on: row.day(2)?,
                message: row.opt_int(3)?.map(MessageId),
            })
        },
    )
}

/// The actions a message carries out, the most severe first.
pub fn of_message(
    tx: &mut Tx<'_>,
    scope: Scope,
    message: MessageId,
) -> Result<Vec<Action>, StoreError> {
    let sql = format!(
        "SELECT {ACTION} FROM action WHERE workspace_id = $1 AND creditor_id = $2 \
         AND message_id = $3 ORDER BY step_index DESC, action_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, message], read)
}

/// Takes the steps of an action back from its receivables, or only from one: they are planned
/// afresh when nothing stands in the way any more.
pub fn unmark(
    tx: &mut Tx<'_>,
    scope: Scope,
    action: ActionId,
    only: Option<ReceivableId>,
) -> Result<(), StoreError> {
    let which = if only.is_some() { "AND receivable_id = $4" } else { "" };
    let sql = format!(
        "DELETE FROM action_receivable \
         WHERE workspace_id = $1 AND creditor_id = $2 AND action_id = $3 {which}"
    );
    let mut values = params![scope.workspace, scope.creditor, action].to_vec();
    values.extend(only.map(Param::from));
    tx.execute(&sql, &values)?;
    Ok(())
}

/// The receivables of an action.
pub fn receivables_of(
    tx: &mut Tx<'_>,
    scope: Scope,
    action: ActionId,
) -> Result<Vec<ActionReceivable>, StoreError> {
    tx.query(
        "SELECT receivable_id, strategy, step_index, step, offset_days, action_id, claimed_minor \
         FROM action_receivable WHERE workspace_id = $1 AND creditor_id = $2 AND action_id = $3 \
         ORDER BY receivable_id",
        &params![scope.workspace, scope.creditor, action],
        read_receivable,
    )
}

fn read_receivable(row: &Row<'_>) -> Result<ActionReceivable, StoreError> {
    Ok(ActionReceivable {
        receivable: ReceivableId(row.int(0)?),
        strategy: row.text(1)?,
        step_index: row.int(2)?,
        step: row.text(3)?,
        offset_days: row.int(4)?,
        action: ActionId(row.int(5)?),
        claimed_minor: row.int(6)?,
    })
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

/// Actions neither done nor dropped, by day.
pub fn open(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Action>, StoreError> {
    let sql = format!(
        "SELECT {ACTION} FROM action WHERE workspace_id = $1 AND creditor_id = $2 \
         AND done_at IS NULL ORDER BY planned_on, action_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor], read)
}

/// Actions on one customer neither done nor dropped, by day.
pub fn open_of(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
) -> Result<Vec<Action>, StoreError> {
    let sql = format!(
        "SELECT {ACTION} FROM action WHERE workspace_id = $1 AND creditor_id = $2 \
         AND {OF_ONE} AND done_at IS NULL ORDER BY planned_on, action_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer], read)
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
         AND {OF_ONE} ORDER BY action_id DESC LIMIT $4"
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

/// How far the run of a day has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayRun {
    /// Customers up to this one are planned.
    pub through: CustomerId,
    /// When every customer was planned, in milliseconds.
    pub finished_at: Option<i64>,
    /// What it came to so far.
    pub counts: DayCounts,
}

/// Opens the run of a day, or finds it, and holds it until commit: the pages of a day are planned
/// one after the other, whoever plans them.
pub fn hold_day(
    tx: &mut Tx<'_>,
    scope: Scope,
    day: Day,
    now_ms: i64,
) -> Result<DayRun, StoreError> {
    let key = params![scope.workspace, scope.creditor, day];
    tx.execute(
        "INSERT INTO day_run (workspace_id, creditor_id, run_on, started_at, through_customer_id, \
         planned, queued, tasks, deferred, skipped) VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0, 0) \
         ON CONFLICT (workspace_id, creditor_id, run_on) DO NOTHING",
        &[&key[..], &params![now_ms]].concat(),
    )?;
    tx.execute(
        "UPDATE day_run SET started_at = started_at \
         WHERE workspace_id = $1 AND creditor_id = $2 AND run_on = $3",
        &key,
    )?;
    let run = day_run(tx, scope, day)?;
    run.ok_or_else(|| StoreError::Corrupt("the run of the day is gone".to_owned()))
}

/// The run of a day, when there is one.
pub fn day_run(tx: &mut Tx<'_>, scope: Scope, day: Day) -> Result<Option<DayRun>, StoreError> {
    tx.query_one(
        "SELECT planned, queued, tasks, deferred, skipped, through_customer_id, finished_at \
         FROM day_run WHERE workspace_id = $1 AND creditor_id = $2 AND run_on = $3",
        &params![scope.workspace, scope.creditor, day],
        |row| {
            Ok(DayRun {
                counts: DayCounts {
                    planned: row.int(0)?,
                    queued: row.int(1)?,
                    tasks: row.int(2)?,
                    deferred: row.int(3)?,
                    skipped: row.int(4)?,
                },
                through: CustomerId(row.int(5)?),
                finished_at: row.opt_int(6)?,
            })
        },
    )
}

/// Adds what a page of customers came to, and notes how far the run has come.
pub fn advance_day(
    tx: &mut Tx<'_>,
    scope: Scope,
    day: Day,
    through: CustomerId,
    added: DayCounts,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE day_run SET through_customer_id = $4, planned = planned + $5, \
         queued = queued + $6, tasks = tasks + $7, deferred = deferred + $8, \
         skipped = skipped + $9 WHERE workspace_id = $1 AND creditor_id = $2 AND run_on = $3",
        &params![
            scope.workspace,
            scope.creditor,
            day,
            through,
            added.planned,
            added.queued,
            added.tasks,
            added.deferred,
            added.skipped,
        ],
    )?;
    Ok(())
}

/// Notes that every customer of the day is planned. A day that is run again is finished again.
pub fn finish_day(tx: &mut Tx<'_>, scope: Scope, day: Day, now_ms: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE day_run SET finished_at = $4 WHERE workspace_id = $1 AND creditor_id = $2 \
         AND run_on = $3",
        &params![scope.workspace, scope.creditor, day, now_ms],
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
