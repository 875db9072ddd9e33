//! What happened with customers that no other table says. Append-only.

use crate::customer::{OF_ONE, like};
use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{CustomerRange, Scope, Tx, params, placeholders};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, EventId};

/// An event on a customer's timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Whose timeline.
    pub customer: CustomerId,
    /// The civil day it happened on.
    pub happened_on: Day,
    /// What it is: `contact`, `note`, `promise_made`, `message_sent`…
    pub kind: String,
    /// Channel of a contact or message.
    pub channel: Option<String>,
    /// Outcome code of a contact.
    pub outcome: Option<String>,
    /// Text.
    pub body: Option<String>,
    /// Id of the promise, payment, message… it is about.
    pub subject: Option<i64>,
    /// What the customer owed at that moment, in smallest units.
    pub balance_minor: Option<i64>,
    /// Currency of the balance.
    pub currency: Option<Currency>,
    /// Who did it.
    pub actor: String,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

const COLUMNS: [&str; 14] = [
    "workspace_id",
    "creditor_id",
    "customer_id",
    "event_id",
    "happened_on",
    "kind",
    "channel",
    "outcome",
    "body",
    "subject_id",
    "balance_minor",
    "currency",
    "actor",
    "recorded_at",
];

fn select(condition: &str) -> String {
    format!(
        "SELECT {} FROM timeline WHERE workspace_id = $1 AND creditor_id = $2 AND {condition}",
        COLUMNS[2..].join(", ")
    )
}

fn read(row: &Row<'_>) -> Result<Event, StoreError> {
    Ok(Event {
        customer: CustomerId(row.int(0)?),
        id: EventId(row.int(1)?),
        happened_on: row.day(2)?,
        kind: row.text(3)?,
        channel: row.opt_text(4)?,
        outcome: row.opt_text(5)?,
        body: row.opt_text(6)?,
        subject: row.opt_int(7)?,
        balance_minor: row.opt_int(8)?,
        currency: row.opt_text(9)?.and_then(|code| code.parse().ok()),
        actor: row.text(10)?,
        recorded_at: row.int(11)?,
    })
}

/// Appends events.
pub fn append(tx: &mut Tx<'_>, scope: Scope, events: &[Event]) -> Result<(), StoreError> {
    let rows = events.iter().map(|e| {
        params![
            scope.workspace,
            scope.creditor,
            e.customer,
            e.id,
            e.happened_on,
            &e.kind,
            e.channel.as_deref(),
            e.outcome.as_deref(),
            e.body.as_deref(),
            e.subject,
            e.balance_minor,
            e.currency.as_ref(),
            &e.actor,
            e.recorded_at,
        ]
        .to_vec()
    });
    tx.insert_many("timeline", &COLUMNS, rows)?;
    Ok(())
}

/// Whether an event is already there: commands carry their event's id.
pub fn exists(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    event: EventId,
) -> Result<bool, StoreError> {
    let sql = select("customer_id = $3 AND event_id = $4");
    let found =
        tx.query_one(&sql, &params![scope.workspace, scope.creditor, customer, event], read)?;
    Ok(found.is_some())
}

/// Whether something of this kind is told of a subject for a later day.
pub fn told_later(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    (kind, subject): (&str, i64),
    day: Day,
) -> Result<bool, StoreError> {
    let sql = select("customer_id = $3 AND kind = $4 AND subject_id = $5 AND happened_on > $6");
    let values = params![scope.workspace, scope.creditor, customer, kind, subject, day];
    Ok(tx.query_one(&format!("{sql} LIMIT 1"), &values, |_| Ok(()))?.is_some())
}

/// What is told of a subject up to a day, of one kind, oldest first.
pub fn told_until(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    (kind, subject): (&str, i64),
    day: Day,
) -> Result<Vec<Event>, StoreError> {
    let sql = select(
        "customer_id = $3 AND kind = $4 AND subject_id = $5 AND happened_on <= $6 \
         ORDER BY happened_on, event_id",
    );
    let values = params![scope.workspace, scope.creditor, customer, kind, subject, day];
    tx.query(&sql, &values, read)
}

/// What buyers and tax offices answer to documents: the condition of the index, word by word.
const ANSWERS: &str = "kind IN ('document_delivered', 'document_goods_received', \
     'document_accepted', 'document_accepted_with_remarks', 'document_claimed', \
     'document_cancellation_requested', 'document_cancelled')";

/// An answer to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The document.
    pub document: DocumentId,
    /// The kind of the event (`document_claimed`).
    pub kind: String,
    /// When.
    pub on: Day,
}

/// What was answered up to a day to these documents, of the customers named; to every document when
/// none is named.
pub fn answers(
    tx: &mut Tx<'_>,
    scope: Scope,
    until: Day,
    documents: &[(CustomerId, DocumentId)],
) -> Result<Vec<Answered>, StoreError> {
    let (mut which, mut values) =
        ("1 = 1".to_owned(), params![scope.workspace, scope.creditor, until].to_vec());
    if !documents.is_empty() {
        which = format!(
            "customer_id IN ({}) AND subject_id IN ({})",
            placeholders(4, documents.len()),
            placeholders(4 + documents.len(), documents.len()),
        );
        values.extend(documents.iter().map(|(customer, _)| Param::from(*customer)));
        values.extend(documents.iter().map(|(_, document)| Param::from(*document)));
    }
    let sql = format!(
        "SELECT subject_id, kind, happened_on FROM timeline WHERE workspace_id = $1 \
         AND creditor_id = $2 AND happened_on <= $3 AND {ANSWERS} AND {which} \
         AND subject_id IS NOT NULL ORDER BY happened_on, event_id"
    );
    tx.query(&sql, &values, |row| {
        Ok(Answered { document: DocumentId(row.int(0)?), kind: row.text(1)?, on: row.day(2)? })
    })
}

/// The last events of a customer, newest first.
pub fn of_customer(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let sql = select(&format!("{OF_ONE} ORDER BY happened_on DESC, event_id DESC LIMIT $4"));
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer, limit], read)
}

/// Events of a customer before a point of its timeline (day, then id), newest first. `kinds` are
/// the beginnings of the kinds wanted; with `others` those that begin with none of them.
pub fn page_of(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    (day, id): (Day, i64),
    (kinds, others): (&[&str], bool),
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let likes: Vec<String> =
        (0..kinds.len()).map(|n| format!("kind LIKE ${} ESCAPE '!'", n + 7)).collect();
    let any = if likes.is_empty() { "1 = 1".to_owned() } else { likes.join(" OR ") };
    let wanted = if others { format!("NOT ({any})") } else { format!("({any})") };
    let sql = select(&format!(
        "{OF_ONE} AND (happened_on < $4 OR (happened_on = $4 AND event_id < $5)) \
         AND {wanted} ORDER BY happened_on DESC, event_id DESC LIMIT $6"
    ));
    let mut values = params![scope.workspace, scope.creditor, customer, day, id, limit].to_vec();
    values.extend(kinds.iter().map(|kind| Param::Owned(format!("{}%", like(kind)))));
    tx.query(&sql, &values, read)
}

/// The last contact of each of these customers.
pub fn last_contacts_of(
    tx: &mut Tx<'_>,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<Vec<Event>, StoreError> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let ids = placeholders(3, customers.len());
    let sql = select(&format!(
        "customer_id IN ({ids}) AND event_id IN (SELECT MAX(event_id) FROM timeline \
         WHERE workspace_id = $1 AND creditor_id = $2 AND customer_id IN ({ids}) \
         AND kind IN ('contact', 'message_sent') GROUP BY customer_id)"
    ));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(customers.iter().map(|id| Param::from(*id)));
    tx.query(&sql, &values, read)
}

/// One event.
pub fn get(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    event: EventId,
) -> Result<Option<Event>, StoreError> {
    let sql = select("customer_id = $3 AND event_id = $4");
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, customer, event], read)
}

/// Events of everyone from a day on, of the kinds that count as contacts.
pub fn contacts_since(tx: &mut Tx<'_>, scope: Scope, day: Day) -> Result<Vec<Event>, StoreError> {
    let sql = select(
        "happened_on >= $3 AND kind IN ('contact', 'message_sent') ORDER BY customer_id, event_id",
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, day], read)
}

/// Hands every event to `each`.
pub fn for_each<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: Scope,
    mut each: impl FnMut(Event) -> Result<(), E>,
) -> Result<(), E> {
    let sql = select("event_id > 0 ORDER BY customer_id, event_id");
    tx.for_each(&sql, &params![scope.workspace, scope.creditor], |row| each(read(row)?))
}

/// Contacts the customers of a range began themselves, from a day on.
pub fn received_of_range(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
    from: Day,
) -> Result<Vec<Event>, StoreError> {
    let sql = select(
        "customer_id > $3 AND customer_id <= $4 AND happened_on >= $5 \
         AND kind = 'contact_received' ORDER BY customer_id, event_id",
    );
    let values = params![scope.workspace, scope.creditor, range.after, range.through, from];
    tx.query(&sql, &values, read)
}

/// Contacts with a range of customers between two days, both included, by customer.
pub fn contacts_of_range(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
    from: Day,
    to: Day,
) -> Result<Vec<Event>, StoreError> {
    let sql = select(
        "customer_id > $3 AND customer_id <= $4 AND happened_on >= $5 AND happened_on <= $6 \
         AND kind IN ('contact', 'message_sent') ORDER BY customer_id, event_id",
    );
    let (after, through) = (range.after, range.through);
    tx.query(&sql, &params![scope.workspace, scope.creditor, after, through, from, to], read)
}

/// Events of these kinds with a range of customers up to a day, in the order they happened.
pub fn events_of_range(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
    kinds: &[&str],
    until: Day,
) -> Result<Vec<Event>, StoreError> {
    let sql = select(&format!(
        "customer_id > $3 AND customer_id <= $4 AND happened_on <= $5 AND kind IN ({}) \
         ORDER BY happened_on, event_id",
        placeholders(6, kinds.len())
    ));
    let mut values =
        params![scope.workspace, scope.creditor, range.after, range.through, until].to_vec();
    values.extend(kinds.iter().map(|kind| Param::from(*kind)));
    tx.query(&sql, &values, read)
}
