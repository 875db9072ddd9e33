//! What happened with a customer, merged from where it is kept: events, documents issued, payments,
//! promises and disputes that files brought.
//!
//! Decides the order (newest first; of one day the last recorded first) and what is one event: a
//! payment, promise or dispute a person recorded is its event; one a file brought is its row. A
//! page reads no more rows of each source than it shows.

use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::portfolios::View;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, MessageId};
use puntual_core::money::Money;
use puntual_core::portfolio::{AsOf, MovementKind, Scope as Whose};
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, document, outbox, payment, standing};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

/// Families of events, which a timeline is filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A call, visit or reply.
    Contact,
    /// A message sent, failed or held back.
    Message,
    /// Money received, applied or taken back.
    Payment,
    /// A promise made, kept or broken.
    Promise,
    /// A dispute opened or closed.
    Dispute,
    /// A note.
    Note,
    /// A document issued, or something the authority said of it.
    Document,
    /// Anything else the program noted.
    System,
}

impl Kind {
    /// Every family, in the order of the filter.
    pub const ALL: [Kind; 8] = [
        Kind::Contact,
        Kind::Message,
        Kind::Payment,
        Kind::Promise,
        Kind::Dispute,
        Kind::Note,
        Kind::Document,
        Kind::System,
    ];

    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Contact => "contact",
            Kind::Message => "message",
            Kind::Payment => "payment",
            Kind::Promise => "promise",
            Kind::Dispute => "dispute",
            Kind::Note => "note",
            Kind::Document => "document",
            Kind::System => "system",
        }
    }

    /// The family of a code.
    pub fn parse(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == code)
    }

    /// The family of a stored event's kind, which begins with the family's code.
    fn of(stored: &str) -> Kind {
        let named = Kind::ALL.into_iter().filter(|kind| *kind != Kind::System);
        let mut named = named.filter(|kind| stored.starts_with(kind.as_str()));
        named.next().unwrap_or(Kind::System)
    }
}

/// A point of a timeline: what stands before it is older. Written `2026-11-21.123`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    day: Day,
    id: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.day, self.id)
    }
}

impl FromStr for Cursor {
    type Err = ServiceError;
    fn from_str(text: &str) -> Result<Cursor, ServiceError> {
        let bad = || ServiceError::invalid("before", "not a point of a timeline");
        let (day, id) = text.split_once('.').ok_or_else(bad)?;
        let day = day.parse().map_err(|_| bad())?;
        Ok(Cursor { day, id: id.parse().map_err(|_| bad())? })
    }
}

/// Which part of a timeline is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Only this family.
    pub kind: Option<Kind>,
    /// Only what is older than this point; from the newest on when absent.
    pub before: Option<Cursor>,
    /// How many items.
    pub limit: usize,
}

impl Default for Question {
    fn default() -> Question {
        Question { kind: None, before: None, limit: 30 }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The civil day it happened on.
    pub on: Day,
    /// When it was recorded, in milliseconds; absent for what a file brought.
    pub at_ms: Option<i64>,
    /// Its place among those of its day.
    pub id: i64,
    /// Its family.
    pub kind: Kind,
    /// What exactly: the stored kind (`contact`, `message_sent`, `payment_undone`…), or
    /// `document_issued`, `payment_received`, `promise_made`, `dispute_opened` for what a file
    /// brought.
    pub code: String,
    /// Channel of a contact or message.
    pub channel: Option<String>,
    /// Outcome code of a contact.
    pub outcome: Option<String>,
    /// Text: a note, a message's subject, a reason.
    pub body: Option<String>,
    /// Id of the document, payment, promise, dispute or message it is about.
    pub subject: Option<i64>,
    /// Kind of the document (`invoice`…) when it is about one.
    pub document_kind: Option<String>,
    /// Number of the document or payment.
    pub number: Option<String>,
    /// The amount it is about.
    pub amount: Option<Money>,
    /// What the customer owed in that currency at that moment.
    pub balance: Option<Money>,
    /// Who did it; empty for what a file brought.
    pub actor: String,
}

/// A page of a timeline, newest first.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// What happened.
    pub items: Vec<Item>,
    /// Where the next page begins, when there is more.
    pub next: Option<Cursor>,
}

/// A page of a customer's timeline up to a day.
pub fn page(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    view: &View,
    customer: CustomerId,
    at: AsOf,
    question: &Question,
) -> Result<Timeline, ServiceError> {
    let newest = Cursor { day: at.as_of + 1, id: i64::MIN };
    let before = question.before.map_or(newest, |before| before.min(newest));
    let source = Source { ctx, view, customer, at, before, most: question.limit + 1 };
    let wants = |kind| question.kind.is_none_or(|wanted| wanted == kind);
    let mut items = source.events(tx, question.kind)?;
    if wants(Kind::Payment) {
        items.extend(source.payments(tx)?);
    }
    if wants(Kind::Promise) {
        items.extend(source.promises(tx)?);
    }
    if wants(Kind::Dispute) {
        items.extend(source.disputes(tx)?);
    }
    if wants(Kind::Document) {
        items.extend(source.documents(tx)?);
    }
    items.sort_by_key(|item| std::cmp::Reverse((item.on, item.id)));
    let is_more = items.len() > question.limit;
    items.truncate(question.limit);
    let last = items.last().filter(|_| is_more);
    let next = last.map(|last| Cursor { day: last.on, id: last.id });
    source.describe(tx, &mut items)?;
    Ok(Timeline { items, next })
}

/// Where items come from.
struct Source<'a> {
    ctx: &'a Ctx,
    view: &'a View,
    customer: CustomerId,
    at: AsOf,
    before: Cursor,
    most: usize,
}

impl Source<'_> {
    fn is_before(&self, day: Day, id: i64) -> bool {
        Cursor { day, id } < self.before
    }

    fn events(&self, tx: &mut Tx<'_>, kind: Option<Kind>) -> Result<Vec<Item>, ServiceError> {
        let before = (self.before.day, self.before.id);
        let named: Vec<&str> = match kind {
            None => Vec::new(),
            Some(Kind::System) => {
                let named = Kind::ALL.into_iter().filter(|kind| *kind != Kind::System);
                named.map(Kind::as_str).collect()
            }
            Some(kind) => vec![kind.as_str()],
        };
        let wanted = (named.as_slice(), kind == Some(Kind::System));
        let scope = self.ctx.scope();
        let most = self.most as i64;
        let events = timeline::page_of(tx, scope, self.customer, before, wanted, most)?;
        Ok(events.into_iter().map(item_of_event).collect())
    }

    fn payments(&self, tx: &mut Tx<'_>) -> Result<Vec<Item>, ServiceError> {
        let before = (self.before.day, self.before.id);
        let (scope, most) = (self.ctx.scope(), self.most as i64);
        let payments = payment::imported_before(tx, scope, self.customer, before, most)?;
        let item = |payment: payment::Payment| Item {
            code: match payment.reversed_at {
                Some(_) => "payment_reversed".to_owned(),
                None => "payment_received".to_owned(),
            },
            channel: payment.method,
            body: payment.reference,
            number: payment.number,
            amount: Some(Money::new(payment.amount_minor, payment.currency)),
            ..bare(payment.received_on, payment.id.0, Kind::Payment)
        };
        Ok(payments.into_iter().map(item).collect())
    }

    fn promises(&self, tx: &mut Tx<'_>) -> Result<Vec<Item>, ServiceError> {
        let promises = standing::promises_of(tx, self.ctx.scope(), self.customer)?;
        let imported = promises.into_iter().filter(|promise| promise.import.is_some());
        let shown = imported.filter(|promise| self.is_before(promise.made_on, promise.id.0));
        let item = |promise: standing::Promise| Item {
            code: "promise_made".to_owned(),
            body: promise.note,
            amount: Some(Money::new(promise.amount_minor, promise.currency)),
            ..bare(promise.made_on, promise.id.0, Kind::Promise)
        };
        Ok(shown.map(item).collect())
    }

    fn disputes(&self, tx: &mut Tx<'_>) -> Result<Vec<Item>, ServiceError> {
        let disputes = standing::disputes(tx, self.ctx.scope(), Some(self.customer), false)?;
        let imported = disputes.into_iter().filter(|dispute| dispute.import.is_some());
        let shown = imported.filter(|dispute| self.is_before(dispute.opened_on, dispute.id.0));
        let item = |dispute: standing::Dispute| Item {
            code: "dispute_opened".to_owned(),
            body: Some(dispute.reason),
            ..bare(dispute.opened_on, dispute.id.0, Kind::Dispute)
        };
        Ok(shown.map(item).collect())
    }

    /// Documents issued, from the portfolio, and credit notes, which it does not hold.
    fn documents(&self, tx: &mut Tx<'_>) -> Result<Vec<Item>, ServiceError> {
        let portfolio = &self.view.portfolio;
        let lines = portfolio.lines(Whose::customer(self.customer));
        let counted = lines.filter(|line| {
            self.is_before(line.issued(), line.document().0)
                && line.counts(self.at)
                // Undone, so never issued. What is open was not undone.
                && (line.open_minor(self.at) > 0
                    || !line.movements().any(|m| m.kind == MovementKind::Cancellation))
        });
        let mut issued: Newest = Newest::of(self.most);
        for line in counted {
            issued.offer((line.issued(), line.document()));
        }
        let notes =
            document::credit_notes(tx, self.ctx.scope(), Some(self.customer), self.at.as_of)?;
        let notes = notes.into_iter().filter(|note| self.is_before(note.issue_date, note.id.0));
        for note in notes {
            issued.offer((note.issue_date, note.id));
        }
        let item = |(day, id): (Day, DocumentId)| Item {
            code: "document_issued".to_owned(),
            ..bare(day, id.0, Kind::Document)
        };
        Ok(issued.kept.into_iter().map(item).collect())
    }

    /// Adds what only the items shown need: documents' numbers, messages' subjects.
    fn describe(&self, tx: &mut Tx<'_>, items: &mut [Item]) -> Result<(), ServiceError> {
        let scope = self.ctx.scope();
        let about = |item: &Item| match item.kind {
            Kind::Document => item.subject.map(DocumentId),
            _ => None,
        };
        let ids: Vec<DocumentId> = items.iter().filter_map(about).collect();
        let documents: HashMap<DocumentId, document::Document> =
            document::by_ids(tx, scope, &ids)?.into_iter().map(|one| (one.id, one)).collect();
        for item in items {
            if let Some(found) = about(item).and_then(|id| documents.get(&id)) {
                item.number = Some(found.number.clone());
                item.document_kind = Some(found.kind.clone());
                let total = Money::new(found.total_minor, found.currency);
                item.amount = item.amount.or(Some(total));
            }
            if let (Kind::Message, Some(id)) = (item.kind, item.subject) {
                let message = outbox::get(tx, scope, MessageId(id))?;
                item.body = message.and_then(|message| message.subject).or(item.body.take());
            }
        }
        Ok(())
    }
}

/// The newest documents of many, each once: a customer may have tens of thousands.
struct Newest {
    most: usize,
    kept: BTreeSet<(Day, DocumentId)>,
}

impl Newest {
    fn of(most: usize) -> Newest {
        Newest { most, kept: BTreeSet::new() }
    }

    fn offer(&mut self, one: (Day, DocumentId)) {
        let is_full = self.kept.len() >= self.most;
        if is_full && self.kept.first().is_some_and(|oldest| one < *oldest) {
            return;
        }
        self.kept.insert(one);
        if self.kept.len() > self.most {
            self.kept.pop_first();
        }
    }
}

fn bare(on: Day, id: i64, kind: Kind) -> Item {
    Item {
        on,
        at_ms: None,
        id,
        kind,
        code: String::new(),
        channel: None,
        outcome: None,
        body: None,
        subject: Some(id),
        document_kind: None,
        number: None,
        amount: None,
        balance: None,
        actor: String::new(),
    }
}

fn item_of_event(event: Event) -> Item {
    let kind = Kind::of(&event.kind);
    let money = event.balance_minor.zip(event.currency);
    let money = money.map(|(minor, currency)| Money::new(minor, currency));
    // What is about an amount carries it there, not the customer's balance.
    let (amount, balance) = match kind {
        Kind::Promise | Kind::Payment | Kind::Dispute | Kind::Document => (money, None),
        _ => (None, money),
    };
    Item {
        at_ms: Some(event.recorded_at),
        code: event.kind,
        channel: event.channel,
        // A payment's event keeps its receipt there.
        outcome: event.outcome.filter(|_| kind != Kind::Payment),
        body: event.body,
        subject: event.subject,
        amount,
        balance,
        actor: event.actor,
        ..bare(event.happened_on, event.id.0, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_of_a_timeline_is_written_and_read() {
        let cursor = Cursor { day: "2026-11-21".parse().unwrap(), id: -7 };
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        assert!("2026-11-21".parse::<Cursor>().is_err());
    }

    #[test]
    fn stored_kinds_belong_to_families() {
        assert_eq!(Kind::of("message_sent"), Kind::Message);
        assert_eq!(Kind::of("promise_partly_kept"), Kind::Promise);
        assert_eq!(Kind::of("hold_put"), Kind::System);
    }
}
