//! What the rules of contact blocked, the policies set aside, and a workspace's own rules.
//! Append-only: rows are the evidence in a complaint.

use crate::customer::OF_ONE;
use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{CustomerRange, Scope, Tx, params};
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, EventId, MessageId, WorkspaceId};

/// A contact the rules forbade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardBlock {
    /// With whom.
    pub customer: CustomerId,
    /// Stage, step, channel, rule and the moment it was put off to.
    pub key: String,
    /// The event that tells it on the timeline.
    pub event: EventId,
    /// The debtor's civil day of the attempt.
    pub blocked_on: Day,
    /// `plan` or `dispatch`.
    pub stage: String,
    /// How it was to be made.
    pub channel: String,
    /// Key of the strategy's step.
    pub step: String,
    /// The rule that forbade it.
    pub rule: String,
    /// From which moment of the debtor it is allowed, `2026-11-23T08:00`; `None` never.
    pub not_before: Option<String>,
    /// The counters used, as JSON.
    pub counters: String,
    /// The message that was to leave.
    pub message: Option<MessageId>,
    /// Who tried.
    pub actor: String,
    /// When, in milliseconds.
    pub recorded_at: i64,
}

/// A policy of ours set aside for a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardWaiver {
    /// The event that tells it on the timeline.
    pub event: EventId,
    /// For whom.
    pub customer: CustomerId,
    /// The rule set aside.
    pub rule: String,
    /// Last day.
    pub until: Day,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// When, in milliseconds.
    pub recorded_at: i64,
}

/// A version of a workspace's own rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardFile {
    /// Its number; the highest counts.
    pub id: i64,
    /// Its text.
    pub rules: String,
    /// Who loaded it.
    pub actor: String,
    /// When, in milliseconds.
    pub recorded_at: i64,
}

const BLOCK: [&str; 15] = [
    "workspace_id",
    "creditor_id",
    "customer_id",
    "block_key",
    "event_id",
    "blocked_on",
    "stage",
    "channel",
    "step",
    "rule_id",
    "not_before",
    "counters",
    "message_id",
    "actor",
    "recorded_at",
];

fn read_block(row: &Row<'_>) -> Result<GuardBlock, StoreError> {
    Ok(GuardBlock {
        customer: CustomerId(row.int(0)?),
        key: row.text(1)?,
        event: EventId(row.int(2)?),
        blocked_on: row.day(3)?,
        stage: row.text(4)?,
        channel: row.text(5)?,
        step: row.text(6)?,
        rule: row.text(7)?,
        not_before: row.opt_text(8)?,
        counters: row.text(9)?,
        message: row.opt_int(10)?.map(MessageId),
        actor: row.text(11)?,
        recorded_at: row.int(12)?,
    })
}

fn select_blocks(condition: &str) -> String {
    format!(
        "SELECT {} FROM guard_block WHERE workspace_id = $1 AND creditor_id = $2 AND {condition}",
        BLOCK[2..].join(", ")
    )
}

/// Appends blocks. None may be there already; see [`keys_of_range`].
pub fn append_blocks(
    tx: &mut Tx<'_>,
    scope: Scope,
    blocks: &[GuardBlock],
) -> Result<(), StoreError> {
    let rows = blocks.iter().map(|b| {
        params![
            scope.workspace,
            scope.creditor,
            b.customer,
            &b.key,
            b.event,
            b.blocked_on,
            &b.stage,
            &b.channel,
            &b.step,
            &b.rule,
            b.not_before.as_deref(),
            &b.counters,
            b.message,
            &b.actor,
            b.recorded_at,
        ]
        .to_vec()
    });
    tx.insert_many("guard_block", &BLOCK, rows)?;
    Ok(())
}

/// The blocks of a range of customers that still hold on a day, by customer and key.
pub fn keys_of_range(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
    day: Day,
) -> Result<Vec<(CustomerId, String)>, StoreError> {
    tx.query(
        "SELECT customer_id, block_key FROM guard_block WHERE workspace_id = $1 \
         AND creditor_id = $2 AND customer_id > $3 AND customer_id <= $4 \
         AND (not_before IS NULL OR not_before >= $5)",
        &params![scope.workspace, scope.creditor, range.after, range.through, day],
        |row| Ok((CustomerId(row.int(0)?), row.text(1)?)),
    )
}

/// The last blocks of a customer, newest first.
pub fn blocks_of(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<GuardBlock>, StoreError> {
    let sql = select_blocks(&format!("{OF_ONE} ORDER BY event_id DESC LIMIT $4"));
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer, limit], read_block)
}

/// Blocks between two days, both included, newest first, of one rule or of all, after leaving out
/// the first `skip`.
pub fn blocks_between(
    tx: &mut Tx<'_>,
    scope: Scope,
    (from, to): (Day, Day),
    rule: Option<&str>,
    (skip, limit): (i64, i64),
) -> Result<Vec<GuardBlock>, StoreError> {
    let of_rule = if rule.is_some() { "AND rule_id = $7 " } else { "" };
    let sql = select_blocks(&format!(
        "blocked_on >= $3 AND blocked_on <= $4 {of_rule}\
         ORDER BY event_id DESC LIMIT $5 OFFSET $6"
    ));
    let mut values = params![scope.workspace, scope.creditor, from, to, limit, skip].to_vec();
    values.extend(rule.map(|rule| Param::Owned(rule.to_owned())));
    tx.query(&sql, &values, read_block)
}

/// How many blocks there are between two days, by rule, stage and channel.
pub fn count_blocks(
    tx: &mut Tx<'_>,
    scope: Scope,
    from: Day,
    to: Day,
) -> Result<Vec<(String, String, String, i64)>, StoreError> {
    tx.query(
        "SELECT rule_id, stage, channel, COUNT(*) FROM guard_block WHERE workspace_id = $1 \
         AND creditor_id = $2 AND blocked_on >= $3 AND blocked_on <= $4 \
         GROUP BY rule_id, stage, channel ORDER BY rule_id, stage, channel",
        &params![scope.workspace, scope.creditor, from, to],
        |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?, row.int(3)?)),
    )
}

const WAIVER: &str = "event_id, customer_id, rule_id, until, reason, actor, recorded_at";

fn read_waiver(row: &Row<'_>) -> Result<GuardWaiver, StoreError> {
    Ok(GuardWaiver {
        event: EventId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        rule: row.text(2)?,
        until: row.day(3)?,
        reason: row.text(4)?,
        actor: row.text(5)?,
        recorded_at: row.int(6)?,
    })
}

/// Appends a waiver.
pub fn append_waiver(
    tx: &mut Tx<'_>,
    scope: Scope,
    waiver: &GuardWaiver,
) -> Result<(), StoreError> {
    tx.execute(
        &format!(
            "INSERT INTO guard_waiver (workspace_id, creditor_id, {WAIVER}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        ),
        &params![
            scope.workspace,
            scope.creditor,
            waiver.event,
            waiver.customer,
            &waiver.rule,
            waiver.until,
            &waiver.reason,
            &waiver.actor,
            waiver.recorded_at,
        ],
    )?;
    Ok(())
}

/// Waivers of a range of customers that hold on a day, oldest first.
pub fn waivers_of_range(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
    day: Day,
) -> Result<Vec<GuardWaiver>, StoreError> {
    let sql = format!(
        "SELECT {WAIVER} FROM guard_waiver WHERE workspace_id = $1 AND creditor_id = $2 \
         AND customer_id > $3 AND customer_id <= $4 AND until >= $5 ORDER BY event_id"
    );
    let values = params![scope.workspace, scope.creditor, range.after, range.through, day];
    tx.query(&sql, &values, read_waiver)
}

/// Appends a version of the workspace's own rules.
pub fn append_file(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    file: &GuardFile,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO guard_file (workspace_id, file_id, rules, actor, recorded_at) \
         VALUES ($1, $2, $3, $4, $5)",
        &params![workspace, file.id, &file.rules, &file.actor, file.recorded_at],
    )?;
    Ok(())
}

/// The workspace's own rules, when there are any.
pub fn newest_file(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
) -> Result<Option<GuardFile>, StoreError> {
    tx.query_one(
        "SELECT file_id, rules, actor, recorded_at FROM guard_file WHERE workspace_id = $1 \
         ORDER BY file_id DESC LIMIT 1",
        &params![workspace],
        |row| {
            Ok(GuardFile {
                id: row.int(0)?,
                rules: row.text(1)?,
                actor: row.text(2)?,
                recorded_at: row.int(3)?,
            })
        },
    )
}

/// A contact with the same person for another creditor of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactElsewhere {
    /// This creditor's customer with the same tax id.
    pub customer: CustomerId,
    /// The day of it.
    pub happened_on: Day,
    /// How.
    pub channel: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
}

/// Contacts between two days that other creditors of the workspace had with the persons of a range
/// of customers, made or queued: what an agency counts together.
pub fn contacts_elsewhere(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
    from: Day,
    to: Day,
) -> Result<Vec<ContactElsewhere>, StoreError> {
    let same_person = "FROM customer own JOIN customer other \
         ON other.workspace_id = own.workspace_id AND other.tax_id = own.tax_id \
         AND other.creditor_id <> own.creditor_id JOIN";
    let of_range = "WHERE own.workspace_id = $1 AND own.creditor_id = $2 \
         AND own.customer_id > $3 AND own.customer_id <= $4 AND own.tax_id IS NOT NULL";
    let sql = format!(
        "SELECT own.customer_id, t.happened_on, t.channel, t.outcome {same_person} timeline t \
         ON t.workspace_id = other.workspace_id AND t.creditor_id = other.creditor_id \
         AND t.customer_id = other.customer_id {of_range} AND t.happened_on >= $5 \
         AND t.happened_on <= $6 AND t.kind IN ('contact', 'message_sent') \
         UNION ALL \
         SELECT own.customer_id, a.planned_on, a.channel, NULL {same_person} action a \
         ON a.workspace_id = other.workspace_id AND a.creditor_id = other.creditor_id \
         AND a.customer_id = other.customer_id {of_range} AND a.planned_on >= $5 \
         AND a.state IN ('queued', 'unknown')"
    );
    let values = params![scope.workspace, scope.creditor, range.after, range.through, from, to];
    tx.query(&sql, &values, |row| {
        Ok(ContactElsewhere {
            customer: CustomerId(row.int(0)?),
            happened_on: row.day(1)?,
            channel: row.opt_text(2)?,
            outcome: row.opt_text(3)?,
        })
    })
}
