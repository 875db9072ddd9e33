//! Applying by hand: money on account and credit notes to documents, and what is given up.
//!
//! Decides the limits (never more than the source has or the document owes); a mistake is taken
//! back as of its original days. Every command carries the id of its event; repeating it changes
//! nothing.

use crate::App;
use crate::book::Book;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use crate::payments::{judge_promises, standing_entries};
use puntual_core::access::Deed;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, EventId, ReceivableId, TxId};
use puntual_core::ledger::{Account, EntryKind};
use puntual_core::money::Money;
use puntual_core::posting::{Posting, Source};
use puntual_store::document::{self, Document};
use puntual_store::ledger::{self, Recording};
use puntual_store::receivable::{self, Receivable};
use puntual_store::timeline::Event;
use puntual_store::{Tx, merge, payment};

/// Credit to apply to a document.
#[derive(Clone, Debug)]
pub struct ApplyCredit {
    /// The id of the command's event.
    pub id: EventId,
    /// The payment or credit note.
    pub source: Source,
    /// The document.
    pub document: DocumentId,
    /// How much, smallest units; as much as there is and is owed when absent.
    pub amount_minor: Option<i64>,
    /// From which day on; today when absent. Not before the credit or the debt was there.
    pub effective_on: Option<Day>,
}

/// A debt to give up as uncollectible.
#[derive(Clone, Debug)]
pub struct WriteOff {
    /// The id of the command's event.
    pub id: EventId,
    /// The document.
    pub document: DocumentId,
    /// How much, smallest units; all that is open when absent.
    pub amount_minor: Option<i64>,
    /// Why.
    pub why: String,
}

/// Applies credit by hand. Answers how much was applied.
pub fn apply_credit(app: &App, ctx: &Ctx, command: &ApplyCredit) -> Result<Money, ServiceError> {
    ctx.require(Deed::RecordPayment)?;
    app.store.write(|tx| {
        let debt = Debt::turn(tx, ctx, command.document)?;
        let credit = Credit::load(tx, ctx, command.source)?;
        let merged = merge::merged(tx, ctx.scope())?;
        if merged.survivor(credit.customer) != merged.survivor(debt.document.customer) {
            return Err(ServiceError::invalid("document", "of_another_customer"));
        }
        if credit.currency != debt.document.currency {
            return Err(ServiceError::invalid("document", "of_another_currency"));
        }
        let asked = asked_text(command);
        let event = debt.event(ctx, command.id, "payment_applied", Some(asked));
        if moments::is_recorded(tx, ctx, &event)? {
            return kept_amount(tx, ctx, &event);
        }
        let most = credit.left_minor.min(debt.open_minor());
        let minor = within(command.amount_minor, most)?;
        let earliest = credit.since.max(debt.document.issue_date);
        let effective_on = command.effective_on.unwrap_or(ctx.today);
        if effective_on < earliest || effective_on > ctx.today {
            return Err(ServiceError::invalid("effective_on", "between_credit_and_today"));
        }
        // What is used up is the credit of the one it was recorded for.
        let posting = Posting { customer: credit.customer, ..debt.posting(app, ctx, effective_on) };
        let mut book = Book::default();
        for (receivable, part) in debt.parts(minor) {
            book.post(posting.allocate(command.source, receivable, part)?);
        }
        book.write(tx, ctx.scope(), recording(ctx))?;
        judge_promises(app, ctx, tx, credit.customer)?;
        moments::record_once(tx, ctx, &Event { balance_minor: Some(minor), ..event })?;
        Ok(Money::new(minor, credit.currency))
    })
}

/// Takes back every application of a payment or credit note to a document, as of its original
/// days: the credit is on account again. Answers how much was taken back; repeating it takes
/// nothing.
pub fn unapply(
    app: &App,
    ctx: &Ctx,
    id: EventId,
    source: Source,
    document: DocumentId,
) -> Result<Money, ServiceError> {
    ctx.require(Deed::ReversePayment)?;
    let kinds = [EntryKind::AllocateCash, EntryKind::AllocateCredit];
    take_back(app, ctx, id, document, "payment_unapplied", &kinds, Some(source))
}

/// Gives up what is open of a document, or part of it. Answers how much.
pub fn write_off(app: &App, ctx: &Ctx, command: &WriteOff) -> Result<Money, ServiceError> {
    ctx.require(Deed::EscalateBeyond)?;
    app.store.write(|tx| write_off_in(app, ctx, tx, command))
}

/// The same inside a transaction that is open already.
pub(crate) fn write_off_in(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    command: &WriteOff,
) -> Result<Money, ServiceError> {
    let why = moments::required("why", &command.why)?;
    let debt = Debt::turn(tx, ctx, command.document)?;
    let asked = command.amount_minor.map(|minor| minor.to_string());
    let event =
        Event { body: Some(why), ..debt.event(ctx, command.id, "document_written_off", asked) };
    if moments::is_recorded(tx, ctx, &event)? {
        return kept_amount(tx, ctx, &event);
    }
    let minor = within(command.amount_minor, debt.open_minor())?;
    let posting = debt.posting(app, ctx, ctx.today);
    let mut book = Book::default();
    for (receivable, part) in debt.parts(minor) {
        book.post(posting.write_off(receivable, part)?);
    }
    book.write(tx, ctx.scope(), recording(ctx))?;
    moments::record_once(tx, ctx, &Event { balance_minor: Some(minor), ..event })?;
    Ok(Money::new(minor, debt.document.currency))
}

/// Applies money to what was given up: a recovery. That much is owed again and paid at once, so
/// the rest stays given up. Answers how much.
pub fn recover(app: &App, ctx: &Ctx, command: &ApplyCredit) -> Result<Money, ServiceError> {
    ctx.require(Deed::RecordPayment)?;
    app.store.write(|tx| {
        let debt = Debt::turn(tx, ctx, command.document)?;
        let credit = Credit::load(tx, ctx, command.source)?;
        if credit.customer != debt.document.customer {
            return Err(ServiceError::invalid("document", "of_another_customer"));
        }
        if credit.currency != debt.document.currency {
            return Err(ServiceError::invalid("document", "of_another_currency"));
        }
        let asked = asked_text(command);
        let event = debt.event(ctx, command.id, "document_recovered", Some(asked));
        if moments::is_recorded(tx, ctx, &event)? {
            return kept_amount(tx, ctx, &event);
        }
        let given_up = given_up(tx, ctx, &debt)?;
        let total: i64 = given_up.iter().map(|(_, minor)| minor).sum();
        let mut left = within(command.amount_minor, credit.left_minor.min(total))?;
        let minor = left;
        let posting = debt.posting(app, ctx, ctx.today);
        let mut book = Book::default();
        for (receivable, most) in given_up {
            let part = left.min(most);
            if part > 0 {
                book.post(posting.recover(receivable, part)?);
                book.post(posting.allocate(command.source, receivable, part)?);
                left -= part;
            }
        }
        book.write(tx, ctx.scope(), recording(ctx))?;
        moments::record_once(tx, ctx, &Event { balance_minor: Some(minor), ..event })?;
        Ok(Money::new(minor, credit.currency))
    })
}

/// What is given up of each receivable of a document, recoveries taken off, the first due first.
fn given_up(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    debt: &Debt,
) -> Result<Vec<(ReceivableId, i64)>, ServiceError> {
    let ids: Vec<ReceivableId> = debt.receivables.iter().map(|one| one.id).collect();
    let entries = ledger::of_receivables(tx, ctx.scope(), &ids)?;
    let of = |id: ReceivableId| -> i64 {
        let own = entries.iter().filter(|stored| stored.entry.receivable == Some(id));
        own.map(|stored| stored.entry.effect_on(Account::WriteOff)).sum()
    };
    Ok(ids.into_iter().map(|id| (id, of(id))).filter(|(_, minor)| *minor > 0).collect())
}

/// Takes back every write-off of a document: it never should have been given up.
pub fn reinstate(
    app: &App,
    ctx: &Ctx,
    id: EventId,
    document: DocumentId,
) -> Result<Money, ServiceError> {
    ctx.require(Deed::EscalateBeyond)?;
    take_back(app, ctx, id, document, "document_reinstated", &[EntryKind::WriteOff], None)
}

fn take_back(
    app: &App,
    ctx: &Ctx,
    id: EventId,
    document: DocumentId,
    word: &str,
    kinds: &[EntryKind],
    source: Option<Source>,
) -> Result<Money, ServiceError> {
    app.store.write(|tx| {
        let debt = Debt::turn(tx, ctx, document)?;
        let event = debt.event(ctx, id, word, source.map(|source| source.number().to_string()));
        if moments::is_recorded(tx, ctx, &event)? {
            return kept_amount(tx, ctx, &event);
        }
        let ids: Vec<ReceivableId> = debt.receivables.iter().map(|one| one.id).collect();
        let mut entries = standing_entries(ledger::of_receivables(tx, ctx.scope(), &ids)?);
        entries.retain(|stored| {
            let of_source = source.is_none_or(|s| stored.entry.source == Some(s.number()));
            kinds.contains(&stored.entry.kind) && of_source
        });
        if let Some(payment) = source.and_then(payment_id) {
            let returned = payment::get(tx, ctx.scope(), payment)?;
            if returned.is_some_and(|payment| payment.reversed_at.is_some()) {
                return Err(ServiceError::Conflict("the payment was taken back".to_owned()));
            }
        }
        let (mut book, mut minor) = (Book::default(), 0);
        let tx_id = TxId(app.next_id());
        for stored in entries.iter().rev() {
            let (entry, seq) = (&stored.entry, stored.seq);
            let (kind, on) = (entry.kind, entry.effective_on);
            minor += entry.amount_minor;
            book.post(entry.reversal(seq, tx_id, kind, on, ctx.today));
        }
        book.write(tx, ctx.scope(), recording(ctx))?;
        moments::record_once(tx, ctx, &Event { balance_minor: Some(minor), ..event })?;
        Ok(Money::new(minor, debt.document.currency))
    })
}

fn payment_id(source: Source) -> Option<puntual_core::id::PaymentId> {
    match source {
        Source::Payment(id) => Some(id),
        Source::CreditNote(_) => None,
    }
}

fn recording(ctx: &Ctx) -> Recording<'_> {
    Recording { recorded_at: ctx.now_ms, import: None, actor: &ctx.actor }
}

fn asked_text(command: &ApplyCredit) -> String {
    let minor = command.amount_minor.map(|minor| minor.to_string()).unwrap_or_default();
    let on = command.effective_on.map(|on| on.to_string()).unwrap_or_default();
    format!("{} {minor} {on}", command.source.number())
}

/// What a repeated command came to the first time.
fn kept_amount(tx: &mut Tx<'_>, ctx: &Ctx, event: &Event) -> Result<Money, ServiceError> {
    let there = puntual_store::timeline::get(tx, ctx.scope(), event.customer, event.id)?;
    let kept = there.and_then(|there| there.balance_minor.zip(there.currency));
    kept.map(|(minor, currency)| Money::new(minor, currency))
        .ok_or_else(|| ServiceError::Bug(format!("{} has no amount", event.id)))
}

/// The amount asked for, if there is so much.
fn within(asked: Option<i64>, most: i64) -> Result<i64, ServiceError> {
    match asked.unwrap_or(most) {
        minor if minor <= 0 => Err(ServiceError::invalid("amount", "nothing_to_apply")),
        minor if minor > most => Err(ServiceError::invalid("amount", "more_than_open")),
        minor => Ok(minor),
    }
}

/// Where credit comes from.
struct Credit {
    customer: CustomerId,
    currency: Currency,
    left_minor: i64,
    since: Day,
}

impl Credit {
    fn load(tx: &mut Tx<'_>, ctx: &Ctx, source: Source) -> Result<Credit, ServiceError> {
        let scope = ctx.scope();
        let found = match source {
            Source::Payment(id) => payment::get(tx, scope, id)?.map(|payment| Credit {
                customer: payment.customer,
                currency: payment.currency,
                left_minor: payment.unapplied_minor,
                since: payment.received_on,
            }),
            Source::CreditNote(id) => document::get(tx, scope, id)?.map(|note| Credit {
                customer: note.customer,
                currency: note.currency,
                left_minor: note.unapplied_minor,
                since: note.issue_date,
            }),
        };
        found.ok_or_else(|| ServiceError::NotFound("the payment or credit note".to_owned()))
    }
}

/// A document with its receivables, its customer's turn taken.
struct Debt {
    document: Document,
    receivables: Vec<Receivable>,
}

impl Debt {
    fn turn(tx: &mut Tx<'_>, ctx: &Ctx, id: DocumentId) -> Result<Debt, ServiceError> {
        let missing = || ServiceError::NotFound(format!("document {id}"));
        let document = document::get(tx, ctx.scope(), id)?.ok_or_else(missing)?;
        moments::take_turn(tx, ctx, document.customer)?;
        let mut receivables = receivable::of_documents(tx, ctx.scope(), &[id])?;
        receivables.sort_by_key(|one| (one.due_date, one.instalment));
        Ok(Debt { document, receivables })
    }

    fn open_minor(&self) -> i64 {
        self.receivables.iter().map(|one| one.open_minor.max(0)).sum()
    }

    /// An amount over the open instalments, the first due first.
    fn parts(&self, minor: i64) -> Vec<(ReceivableId, i64)> {
        let mut left = minor;
        let mut parts = Vec::new();
        for one in &self.receivables {
            let part = left.min(one.open_minor);
            if part > 0 {
                parts.push((one.id, part));
                left -= part;
            }
        }
        parts
    }

    fn posting(&self, app: &App, ctx: &Ctx, effective_on: Day) -> Posting {
        Posting {
            tx: TxId(app.next_id()),
            customer: self.document.customer,
            currency: self.document.currency,
            effective_on,
            recorded_on: ctx.today,
        }
    }

    fn event(&self, ctx: &Ctx, id: EventId, kind: &str, asked: Option<String>) -> Event {
        Event {
            outcome: asked,
            subject: Some(self.document.id.0),
            currency: Some(self.document.currency),
            ..moments::event(ctx, id.0, self.document.customer, ctx.today, kind)
        }
    }
}
