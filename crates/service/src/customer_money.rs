//! What a customer paid and was credited, where each amount went, and what is left to apply.
//!
//! Today's books, for whoever works with them: figures of other days are elsewhere.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::portfolios::CustomerName;
use puntual_core::access::Deed;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, ReceivableId};
use puntual_core::ledger::Account;
use puntual_core::posting::Source;
use puntual_store::document::{self, Document};
use puntual_store::ledger;
use puntual_store::payment::{self, Payment};
use puntual_store::{Tx, receivable};
use std::collections::{BTreeMap, HashMap};

/// Most payments shown: the older ones are in the customer's history and in exports.
pub const MOST_PAYMENTS: i64 = 100;

/// How a payment or credit note stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Counts,
    /// It came back.
    Bounced,
    /// It was undone: it never should have been recorded.
    Undone,
}

/// A payment or a credit note, with where it went. Amounts in smallest units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyLine {
    /// Which.
    pub source: Source,
    /// When it was received or issued.
    pub on: Day,
    /// Its own number.
    pub number: Option<String>,
    /// Means of payment.
    pub method: Option<String>,
    /// Text that came with it.
    pub reference: Option<String>,
    /// Currency of the amounts.
    pub currency: Currency,
    /// The whole of it.
    pub amount_minor: i64,
    /// Of it, not applied.
    pub left_minor: i64,
    /// How it stands.
    pub standing: Standing,
    /// The documents it settles, each with how much.
    pub applied: Vec<(DocumentId, String, i64)>,
}

/// A document with something open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDebt {
    /// Which.
    pub document: DocumentId,
    /// Its number.
    pub number: String,
    /// Currency of the amount.
    pub currency: Currency,
    /// What is open, smallest units.
    pub open_minor: i64,
    /// When its first open instalment is due.
    pub due_on: Day,
}

/// A customer's money.
#[derive(Clone, Debug)]
pub struct CustomerMoney {
    /// Who.
    pub customer: CustomerName,
    /// Its last payments and the credit notes with something left, newest first.
    pub lines: Vec<MoneyLine>,
    /// What it owes, the first due first.
    pub open: Vec<OpenDebt>,
}

/// What a customer paid, was credited and owes now.
pub fn of_customer(app: &App, ctx: &Ctx, id: CustomerId) -> Result<CustomerMoney, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    let scope = ctx.scope();
    app.store.read(|tx| {
        let view = app.portfolios.view_in(tx, scope)?;
        let missing = || ServiceError::NotFound(format!("customer {id}"));
        let customer = view.names.get(id).cloned().ok_or_else(missing)?;
        let payments = payment::of_customer(tx, scope, id, MOST_PAYMENTS)?;
        let notes = document::open_credits(tx, scope, id)?;
        let mut sources: Vec<i64> = payments.iter().map(|payment| payment.id.0).collect();
        sources.extend(notes.iter().map(|note| note.id.0));
        let went = went(tx, ctx, &sources)?;
        let mut lines: Vec<MoneyLine> =
            payments.into_iter().map(|payment| of_payment(payment, &went)).collect();
        lines.extend(notes.into_iter().map(|note| of_note(note, &went)));
        lines.sort_by_key(|line| std::cmp::Reverse((line.on, line.source.number())));
        Ok(CustomerMoney { customer, lines, open: open(tx, ctx, id)? })
    })
}

/// Where each source went.
#[derive(Default)]
struct Went {
    applied: BTreeMap<(i64, DocumentId), i64>,
    numbers: HashMap<DocumentId, String>,
}

impl Went {
    fn of(&self, source: i64) -> Vec<(DocumentId, String, i64)> {
        let first = (source, DocumentId(i64::MIN));
        let own = self.applied.range(first..=(source, DocumentId(i64::MAX)));
        let own = own.filter(|(_, minor)| **minor != 0);
        let number = |id: &DocumentId| self.numbers.get(id).cloned().unwrap_or_default();
        own.map(|((_, document), minor)| (*document, number(document), *minor)).collect()
    }
}

fn went(tx: &mut Tx<'_>, ctx: &Ctx, sources: &[i64]) -> Result<Went, ServiceError> {
    let scope = ctx.scope();
    let entries = ledger::of_sources(tx, scope, sources)?;
    let ids: Vec<ReceivableId> = entries.iter().filter_map(|one| one.entry.receivable).collect();
    let owner: HashMap<ReceivableId, DocumentId> = receivable::by_ids(tx, scope, &ids)?
        .into_iter()
        .map(|receivable| (receivable.id, receivable.document))
        .collect();
    let mut went = Went::default();
    for stored in &entries {
        let Some(source) = stored.entry.source else { continue };
        let document = stored.entry.receivable.and_then(|id| owner.get(&id));
        let Some(document) = document else { continue };
        let settled = -stored.entry.effect_on(Account::Receivable);
        *went.applied.entry((source, *document)).or_default() += settled;
    }
    let mut documents: Vec<DocumentId> = owner.into_values().collect();
    documents.sort_unstable();
    documents.dedup();
    let named = document::by_ids(tx, scope, &documents)?;
    went.numbers = named.into_iter().map(|document| (document.id, document.number)).collect();
    Ok(went)
}

fn of_payment(payment: Payment, went: &Went) -> MoneyLine {
    let standing = match payment.reversed_at {
        None => Standing::Counts,
        Some(_) if payment.is_undone() => Standing::Undone,
        Some(_) => Standing::Bounced,
    };
    MoneyLine {
        source: Source::Payment(payment.id),
        on: payment.received_on,
        number: payment.number,
        method: payment.method,
        reference: payment.reference,
        currency: payment.currency,
        amount_minor: payment.amount_minor,
        left_minor: payment.unapplied_minor,
        standing,
        applied: went.of(payment.id.0),
    }
}

fn of_note(note: Document, went: &Went) -> MoneyLine {
    MoneyLine {
        source: Source::CreditNote(note.id),
        on: note.issue_date,
        number: Some(note.number),
        method: None,
        reference: None,
        currency: note.currency,
        amount_minor: note.total_minor,
        left_minor: note.unapplied_minor,
        standing: Standing::Counts,
        applied: went.of(note.id.0),
    }
}

fn open(tx: &mut Tx<'_>, ctx: &Ctx, id: CustomerId) -> Result<Vec<OpenDebt>, ServiceError> {
    let mut open = receivable::open_of(tx, ctx.scope(), id)?;
    open.retain(|one| one.open_minor > 0);
    open.sort_by_key(|one| (one.due_date, one.id));
    let mut debts: Vec<OpenDebt> = Vec::new();
    let mut place: HashMap<DocumentId, usize> = HashMap::new();
    for one in open {
        let at = *place.entry(one.document).or_insert(debts.len());
        match debts.get_mut(at) {
            Some(debt) => debt.open_minor += one.open_minor,
            None => debts.push(OpenDebt {
                document: one.document,
                number: String::new(),
                currency: one.currency,
                open_minor: one.open_minor,
                due_on: one.due_date,
            }),
        }
    }
    let ids: Vec<DocumentId> = debts.iter().map(|debt| debt.document).collect();
    for part in ids.chunks(2_000) {
        for document in document::by_ids(tx, ctx.scope(), part)? {
            debts[place[&document.id]].number = document.number;
        }
    }
    Ok(debts)
}
