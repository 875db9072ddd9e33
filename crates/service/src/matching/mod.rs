//! Cash application: what the open lines of the bank may pay, and the applying of it.
//!
//! What a line may pay is the core's to say and is worked out anew whenever it is asked: new
//! documents and new lines change it by themselves. Kept is only what people decide: a line that is
//! no payment of a customer, a line only a person may apply, and what payers are called.

mod book;
mod decide;
mod post;

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::words::{plain, query};
use book::Book;
pub(crate) use decide::let_go;
pub use decide::{Accept, accept, ignore, learnt, undo, unignore};
pub(crate) use post::KEY;
use puntual_core::access::Deed;
use puntual_core::currency::Currency;
use puntual_core::id::{BankEntryId, BankStatementId, CustomerId, DocumentId};
use puntual_core::matching::{Debt, Doubt, Evidence, Index, Match, Payer, Proposal, Status};
use puntual_store::bank_decision::BankDecision;
use puntual_store::bank_entry::BankEntry;
use puntual_store::{Tx, bank, matching as rows};
use std::collections::HashSet;

/// Most documents a search shows.
const MOST_FOUND: usize = 20;
/// Most customers it shows.
const FEW_FOUND: usize = 5;
/// Lines applied in one transaction.
const PART: usize = 200;

/// An open line of the bank with what it came to.
#[derive(Clone, Debug)]
pub struct MatchedLine {
    /// The line.
    pub entry: BankEntry,
    /// What it may pay.
    pub found: Match,
}

/// The open lines of the bank and what they may pay.
#[derive(Debug)]
pub struct Queue {
    /// The lines, in the order the money came.
    pub lines: Vec<MatchedLine>,
    /// Lines people said are no payments of customers, newest first.
    pub ignored: Vec<(BankEntry, BankDecision)>,
    index: Index,
}

impl Queue {
    /// What is known of a document a proposal names.
    pub fn debt(&self, document: DocumentId) -> Option<&Debt> {
        self.index.debt(document)
    }

    /// The name of a customer a proposal names.
    pub fn customer_name(&self, customer: CustomerId) -> &str {
        self.index.payer(customer).map(|payer| payer.name.as_str()).unwrap_or_default()
    }

    /// The line of an id, and the one after it that waits; the first again after the last.
    pub fn line(&self, id: BankEntryId) -> Option<(&MatchedLine, Option<&MatchedLine>)> {
        let at = self.lines.iter().position(|line| line.entry.id == id)?;
        let next = self.lines.get(at + 1).or_else(|| self.lines.first());
        Some((&self.lines[at], next.filter(|next| next.entry.id != id)))
    }

    /// Open documents in a currency whose number, or whose customer's name, has every word of a
    /// text, the first due first.
    pub fn find_debts(&self, text: &str, currency: Currency) -> Vec<&Debt> {
        let wanted = query(text);
        let has = |debt: &&Debt| {
            let name = self.customer_name(debt.customer);
            let own = format!("{} {}", plain(&debt.number).replace(' ', ""), plain(name));
            let is_open = !debt.instalments.is_empty() && debt.currency == currency;
            is_open && wanted.iter().all(|word| own.contains(word.as_str()))
        };
        match wanted.is_empty() {
            true => Vec::new(),
            false => self.index.debts().iter().filter(has).take(MOST_FOUND).collect(),
        }
    }

    /// Customers whose name has every word of a text.
    pub fn find_customers(&self, text: &str) -> Vec<CustomerId> {
        let wanted = query(text);
        let has = |payer: &&Payer| {
            let name = plain(&payer.name);
            wanted.iter().all(|word| name.contains(word.as_str()))
        };
        let found = self.index.payers().iter().filter(has).filter(|_| !wanted.is_empty());
        found.take(FEW_FOUND).map(|payer| payer.customer).collect()
    }

    /// The open document of this number in a currency; `None` where there is none, or several.
    pub fn numbered(&self, number: &str, currency: Currency) -> Option<&Debt> {
        let is_it = |debt: &&Debt| {
            debt.number.eq_ignore_ascii_case(number.trim())
                && debt.currency == currency
                && !debt.instalments.is_empty()
        };
        let mut found = self.index.debts().iter().filter(is_it);
        found.next().filter(|_| found.next().is_none())
    }

    /// How many lines stand so.
    pub fn count(&self, status: Status) -> usize {
        self.lines.iter().filter(|line| line.found.status == status).count()
    }
}

/// What the open lines may pay; only those of one statement where it is given. Stores nothing.
pub fn queue(
    app: &App,
    ctx: &Ctx,
    statement: Option<BankStatementId>,
) -> Result<Queue, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| {
        let book = Book::load(tx, ctx)?;
        let ignored = book.ignored.clone();
        let wanted = match statement {
            None => None,
            Some(id) => Some(rows::entries_of_statement(tx, ctx.scope(), id)?),
        };
        let wanted: Option<HashSet<BankEntryId>> = wanted.map(|ids| ids.into_iter().collect());
        let (index, mut lines) = book.matched(ctx);
        if let Some(wanted) = wanted {
            lines.retain(|line| wanted.contains(&line.entry.id));
        }
        Ok(Queue { lines, ignored, index })
    })
}

/// The statement of an id, or of the number its bank gave it.
pub fn statement(app: &App, ctx: &Ctx, text: &str) -> Result<BankStatementId, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let found = app.store.read(|tx| bank::statements(tx, ctx.scope()))?;
    let own: Vec<_> = found.iter().filter(|s| s.source_id.as_deref() == Some(text)).collect();
    match own.as_slice() {
        [only] => Ok(only.id),
        [] => Err(ServiceError::NotFound(format!("statement {text}"))),
        several => {
            let ids: Vec<String> = several.iter().map(|s| s.id.to_string()).collect();
            let which = ids.join(", ");
            Err(ServiceError::invalid("statement", format!("{text} is one of {which}")))
        }
    }
}

/// Applies every line a rule allows, of a queue just read. Answers which of its lines were applied:
/// the others have changed meanwhile and wait for the next time. Running it again applies nothing
/// twice.
pub fn apply_allowed(
    app: &App,
    ctx: &Ctx,
    queue: &Queue,
) -> Result<HashSet<BankEntryId>, ServiceError> {
    ctx.require(Deed::RecordPayment)?;
    let allowed: Vec<(&BankEntry, &Proposal)> = queue
        .lines
        .iter()
        .filter(|line| line.found.status == Status::Applied)
        .filter_map(|line| Some((&line.entry, line.found.proposals.first()?)))
        .collect();
    let mut applied = HashSet::new();
    for part in allowed.chunks(PART) {
        let done = app.store.write(|tx| apply_part(app, ctx, tx, part))?;
        applied.extend(done);
    }
    Ok(applied)
}

fn apply_part(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    part: &[(&BankEntry, &Proposal)],
) -> Result<Vec<BankEntryId>, ServiceError> {
    // In the order of their ids, so that two who apply at once wait and never block each other.
    let mut customers: Vec<CustomerId> = part.iter().map(|(_, p)| p.customer).collect();
    customers.sort_unstable();
    customers.dedup();
    for customer in customers {
        crate::moments::take_turn(tx, ctx, customer)?;
    }
    let mut applied = Vec::new();
    for (entry, proposal) in part {
        if post::post(app, ctx, tx, entry, proposal)?.is_some() {
            applied.push(entry.id);
        }
    }
    Ok(applied)
}

/// Evidence in the words kept beside a line, parted by blanks.
fn link_words(proposal: &Proposal) -> String {
    let rule = proposal.rule.map(|rule| format!("rule:{}", rule.as_str()));
    let told = proposal.evidence.iter().map(|evidence| match detail(evidence) {
        Some(detail) => format!("{}:{}", evidence.code(), detail.replace(' ', "_")),
        None => evidence.code().to_owned(),
    });
    rule.into_iter().chain(told).collect::<Vec<_>>().join(" ")
}

/// What an evidence says beside its code, as text a program can read.
pub fn detail(evidence: &Evidence) -> Option<String> {
    Some(match evidence {
        Evidence::Reference(_, written)
        | Evidence::Order(_, written)
        | Evidence::Number(_, written) => written.clone(),
        Evidence::SaidMore(count) | Evidence::SumExact(count) | Evidence::AmountAlone(count) => {
            count.to_string()
        }
        Evidence::OnlySet(documents, sets) => format!("{documents}/{sets}"),
        Evidence::Instalments(paid, of) => format!("{paid}/{of}"),
        Evidence::EqualPart(parts) => parts.to_string(),
        Evidence::NameLike(percent) => percent.to_string(),
        Evidence::Partial(minor) | Evidence::Tolerance(minor) | Evidence::Overpaid(minor) => {
            minor.to_string()
        }
        Evidence::Discount(minor, day) | Evidence::DiscountLapsed(minor, day) => {
            format!("{minor}/{day}")
        }
        Evidence::CreditNotes(count, minor) => format!("{count}/{minor}"),
        Evidence::DaysFromDue(days) => days.to_string(),
        Evidence::AmountExact
        | Evidence::TaxId
        | Evidence::Account
        | Evidence::Alias
        | Evidence::Name
        | Evidence::OtherPayer
        | Evidence::OnlyDebt
        | Evidence::LegalOrder => return None,
    })
}

/// The document or customer a doubt is about.
pub fn subject(doubt: &Doubt) -> (Option<DocumentId>, Option<CustomerId>) {
    match doubt {
        Doubt::Disputed(document)
        | Doubt::AlreadyPaid(document)
        | Doubt::OtherCurrency(document)
        | Doubt::IssuedLater(document) => (Some(*document), None),
        Doubt::Held(customer) | Doubt::NothingOwed(customer) => (None, Some(*customer)),
        Doubt::NotCredit
        | Doubt::ComesBack
        | Doubt::NothingKnown
        | Doubt::SeveralCustomers
        | Doubt::SeveralPayers
        | Doubt::SeveralSets(_)
        | Doubt::MayBeChance
        | Doubt::OtherCompany(_)
        | Doubt::NoRule => (None, None),
    }
}
