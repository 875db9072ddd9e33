//! Messages on their way to people. A message is claimed by a guarded update that repeats its
//! condition, so that two workers never hold the same one, and its result is recorded once.

use crate::customer::OF_ONE;
use crate::error::StoreError;
use crate::row::Row;
use crate::{Scope, Tx, params};
use puntual_core::currency::Currency;
use puntual_core::id::{ActionId, CustomerId, MessageId};

/// A message to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id; the Message-ID header is made of it.
    pub id: MessageId,
    /// The action it carries out; none for messages a person wrote.
    pub action: Option<ActionId>,
    /// To whom.
    pub customer: CustomerId,
    /// `email`.
    pub channel: String,
    /// Address it goes to.
    pub recipient: String,
    /// Key of the template.
    pub template: String,
    /// Language it is rendered in.
    pub locale: String,
    /// `queued`, `sending`, `sent`, `failed`, `unknown`, `dropped`, `cancelled`.
    pub state: String,
    /// Why it was dropped or failed.
    pub why: Option<String>,
    /// Subject as sent.
    pub subject: Option<String>,
    /// Text as sent.
    pub body_text: Option<String>,
    /// HTML as sent.
    pub body_html: Option<String>,
    /// What it claims, in smallest units, as sent.
    pub claimed_minor: Option<i64>,
    /// Currency of the claim.
    pub currency: Currency,
    /// Attempts to send so far.
    pub attempts: i64,
    /// Not before this instant, in milliseconds.
    pub not_before_at: i64,
    /// Until when a worker holds it.
    pub lease_until_at: Option<i64>,
    /// What the server answered.
    pub reply: Option<String>,
    /// When it was queued, or put back in the queue by a person.
    pub queued_at: i64,
    /// When it was first released to be sent: the date it bears on every attempt.
    pub released_at: Option<i64>,
    /// When the server took it.
    pub sent_at: Option<i64>,
}

/// What a message says, written when it is released.
#[derive(Clone, Debug)]
pub struct Rendered<'a> {
    /// Address it goes to.
    pub recipient: &'a str,
    /// Subject.
    pub subject: &'a str,
    /// Plain text.
    pub text: &'a str,
    /// HTML.
    pub html: &'a str,
    /// What it claims, in smallest units.
    pub claimed_minor: i64,
    /// Currency of the claim.
    pub currency: Currency,
    /// When it is released, in milliseconds; kept from the first release.
    pub released_at: i64,
}

const COLUMNS: &str = "message_id, action_id, customer_id, channel, recipient, template, locale, \
     state, why, subject, body_text, body_html, claimed_minor, currency, attempts, not_before_at, \
     lease_until_at, reply, queued_at, released_at, sent_at";

fn read(row: &Row<'_>) -> Result<Message, StoreError> {
    Ok(Message {
        id: MessageId(row.int(0)?),
        action: row.opt_int(1)?.map(ActionId),
        customer: CustomerId(row.int(2)?),
        channel: row.text(3)?,
        recipient: row.text(4)?,
        template: row.text(5)?,
        locale: row.text(6)?,
        state: row.text(7)?,
        why: row.opt_text(8)?,
        subject: row.opt_text(9)?,
        body_text: row.opt_text(10)?,
        body_html: row.opt_text(11)?,
        claimed_minor: row.opt_int(12)?,
        currency: row.currency(13)?,
        attempts: row.int(14)?,
        not_before_at: row.int(15)?,
        lease_until_at: row.opt_int(16)?,
        reply: row.opt_text(17)?,
        queued_at: row.int(18)?,
        released_at: row.opt_int(19)?,
        sent_at: row.opt_int(20)?,
    })
}

/// Queues a message.
pub fn queue(tx: &mut Tx<'_>, scope: Scope, message: &Message) -> Result<(), StoreError> {
    let m = message;
    tx.execute(
        "INSERT INTO outbox (workspace_id, creditor_id, message_id, action_id, customer_id, channel, \
         recipient, template, locale, state, currency, attempts, not_before_at, queued_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10, 0, $11, $12)",
        &params![
            scope.workspace,
            scope.creditor,
            m.id,
            m.action,
            m.customer,
            &m.channel,
            &m.recipient,
            &m.template,
            &m.locale,
            &m.currency,
            m.not_before_at,
            m.queued_at,
        ],
    )?;
    Ok(())
}

/// Messages that may be released now, the longest waiting first.
pub fn due(
    tx: &mut Tx<'_>,
    scope: Scope,
    now_ms: i64,
    limit: i64,
) -> Result<Vec<MessageId>, StoreError> {
    tx.query(
        "SELECT message_id FROM outbox WHERE workspace_id = $1 AND creditor_id = $2 \
         AND state = 'queued' AND not_before_at <= $3 ORDER BY not_before_at, message_id LIMIT $4",
        &params![scope.workspace, scope.creditor, now_ms, limit],
        |row| Ok(MessageId(row.int(0)?)),
    )
}

/// How many messages may be released now.
pub fn count_due(tx: &mut Tx<'_>, scope: Scope, now_ms: i64) -> Result<i64, StoreError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM outbox WHERE workspace_id = $1 AND creditor_id = $2 \
         AND state = 'queued' AND not_before_at <= $3",
        &params![scope.workspace, scope.creditor, now_ms],
        |row| row.int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Puts a claimed message back without counting an attempt: its moment has not come.
pub fn postpone(
    tx: &mut Tx<'_>,
    scope: Scope,
    message: MessageId,
    owner: &str,
    not_before_at: i64,
    why: &str,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE outbox SET state = 'queued', attempts = attempts - 1, not_before_at = $5, \
         why = $6, lease_until_at = NULL WHERE workspace_id = $1 AND creditor_id = $2 \
         AND message_id = $3 AND state = 'sending' AND lease_owner = $4",
        &params![scope.workspace, scope.creditor, message, owner, not_before_at, why],
    )?;
    Ok(changed == 1)
}

/// Takes a queued message out of the queue for good, before anybody has claimed it.
pub fn cancel(
    tx: &mut Tx<'_>,
    scope: Scope,
    message: MessageId,
    why: &str,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE outbox SET state = 'cancelled', why = $4 WHERE workspace_id = $1 \
         AND creditor_id = $2 AND message_id = $3 AND state = 'queued'",
        &params![scope.workspace, scope.creditor, message, why],
    )?;
    Ok(changed == 1)
}

/// Takes a queued message for sending until `lease_until_at`. False when somebody else has it.
pub fn claim(
    tx: &mut Tx<'_>,
    scope: Scope,
    message: MessageId,
    owner: &str,
    now_ms: i64,
    lease_until_at: i64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1, lease_owner = $4, \
         lease_until_at = $6 WHERE workspace_id = $1 AND creditor_id = $2 AND message_id = $3 \
         AND state = 'queued' AND not_before_at <= $5",
        &params![scope.workspace, scope.creditor, message, owner, now_ms, lease_until_at],
    )?;
    Ok(changed == 1)
}

/// Writes what a claimed message says, before it leaves.
pub fn set_rendered(
    tx: &mut Tx<'_>,
    scope: Scope,
    message: MessageId,
    rendered: &Rendered<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE outbox SET subject = $4, body_text = $5, body_html = $6, claimed_minor = $7, \
         recipient = $8, currency = $9, released_at = COALESCE(released_at, $10) \
         WHERE workspace_id = $1 AND creditor_id = $2 AND message_id = $3",
        &params![
            scope.workspace,
            scope.creditor,
            message,
            rendered.subject,
            rendered.text,
            rendered.html,
            rendered.claimed_minor,
            rendered.recipient,
            &rendered.currency,
            rendered.released_at,
        ],
    )?;
    Ok(())
}

/// Records how an attempt ended, if this owner is still the last who claimed the message: its lease
/// may have run out meanwhile, and then what it knows is better than `unknown`. `state` is `sent`,
/// `failed`, `unknown`, `dropped`, or `queued` to try again at `not_before_at`.
#[allow(
    clippy::too_many_arguments,
    reason = "one update writes one outcome; each part is a column"
)]
pub fn record(
    tx: &mut Tx<'_>,
    scope: Scope,
    message: MessageId,
    owner: &str,
    state: &str,
    why: Option<&str>,
    reply: Option<&str>,
    not_before_at: i64,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let sent_at = (state == "sent").then_some(now_ms);
    let changed = tx.execute(
        "UPDATE outbox SET state = $5, why = $6, reply = $7, not_before_at = $8, sent_at = $9, \
         lease_until_at = NULL WHERE workspace_id = $1 AND creditor_id = $2 AND message_id = $3 \
         AND state IN ('sending', 'unknown') AND lease_owner = $4",
        &params![
            scope.workspace,
            scope.creditor,
            message,
            owner,
            state,
            why,
            reply,
            not_before_at,
            sent_at
        ],
    )?;
    Ok(changed == 1)
}

/// Messages whose worker vanished while sending: they may have left, so they become `unknown`.
/// Returns them.
pub fn expire_leases(
    tx: &mut Tx<'_>,
    scope: Scope,
    now_ms: i64,
) -> Result<Vec<MessageId>, StoreError> {
    tx.query(
        "UPDATE outbox SET state = 'unknown', why = 'worker_vanished', lease_until_at = NULL \
         WHERE workspace_id = $1 AND creditor_id = $2 AND state = 'sending' \
         AND lease_until_at < $3 RETURNING message_id",
        &params![scope.workspace, scope.creditor, now_ms],
        |row| Ok(MessageId(row.int(0)?)),
    )
}

/// Puts a message a person has looked at back in the queue (`queued`, with its attempts counted
/// anew and its last owner forgotten), or settles it as `sent` or `dropped`.
pub fn resolve_unknown(
    tx: &mut Tx<'_>,
    scope: Scope,
    message: MessageId,
    state: &str,
    why: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE outbox SET state = $4, why = $5, not_before_at = $6, attempts = 0, \
         queued_at = CASE WHEN $4 = 'queued' THEN $6 ELSE queued_at END, lease_owner = NULL \
         WHERE workspace_id = $1 AND creditor_id = $2 AND message_id = $3 \
         AND state IN ('unknown', 'failed')",
        &params![scope.workspace, scope.creditor, message, state, why, now_ms],
    )?;
    Ok(changed == 1)
}

/// One message.
pub fn get(
    tx: &mut Tx<'_>,
    scope: Scope,
    message: MessageId,
) -> Result<Option<Message>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE workspace_id = $1 AND creditor_id = $2 AND message_id = $3"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, message], read)
}

/// The last messages, of one state or all, newest first.
pub fn list(
    tx: &mut Tx<'_>,
    scope: Scope,
    state: Option<&str>,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE workspace_id = $1 AND creditor_id = $2 \
         AND (CAST($3 AS TEXT) IS NULL OR state = $3) ORDER BY message_id DESC LIMIT $4"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, state, limit], read)
}

/// A page of the messages of one state or all, newest first.
pub fn page(
    tx: &mut Tx<'_>,
    scope: Scope,
    state: Option<&str>,
    offset: i64,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE workspace_id = $1 AND creditor_id = $2 \
         AND (CAST($3 AS TEXT) IS NULL OR state = $3) ORDER BY message_id DESC LIMIT $5 OFFSET $4"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, state, offset, limit], read)
}

/// Messages to a customer, newest first.
pub fn of_customer(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE workspace_id = $1 AND creditor_id = $2 \
         AND {OF_ONE} ORDER BY message_id DESC LIMIT $4"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer, limit], read)
}

/// How many messages are in each state.
pub fn count_by_state(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<(String, i64)>, StoreError> {
    tx.query(
        "SELECT state, COUNT(*) FROM outbox WHERE workspace_id = $1 AND creditor_id = $2 \
         GROUP BY state ORDER BY state",
        &params![scope.workspace, scope.creditor],
        |row| Ok((row.text(0)?, row.int(1)?)),
    )
}
