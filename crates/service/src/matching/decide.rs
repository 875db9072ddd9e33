//! What people decide of bank lines: how one is applied, that one is no payment of a customer, and
//! what payers are called.

use super::book::{BY_HAND, IGNORED};
use super::post::{self, KEY};
use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use crate::payments::{self, Payment, Receipt};
use crate::words;
use puntual_core::access::Deed;
use puntual_core::id::{BankEntryId, CustomerId, DocumentId, EventId, PaymentId};
use puntual_core::matching::{Adjustment, Proposal};
use puntual_store::bank_decision::{self, BankDecision};
use puntual_store::bank_entry::{self, BankEntry};
use puntual_store::payer_alias::{self, PayerAlias};
use puntual_store::{Tx, document};

/// A line to apply as a person says.
#[derive(Clone, Debug)]
pub struct Accept {
    /// The line.
    pub entry: BankEntryId,
    /// Who paid; that of the first document when absent.
    pub customer: Option<CustomerId>,
    /// Documents with what each receives, smallest units; the rest stays on account.
    pub lines: Vec<(DocumentId, i64)>,
    /// What settles the rest of documents: document, how, smallest units.
    pub adjustments: Vec<(DocumentId, Adjustment, i64)>,
    /// Whether the payer's account and name are remembered as the customer's.
    pub remembers_payer: bool,
}

/// Applies a line as a person says. The same line twice is applied once: the second time answers
/// what was applied, or a conflict when it was applied otherwise.
pub fn accept(app: &App, ctx: &Ctx, command: &Accept) -> Result<Receipt, ServiceError> {
    ctx.require(Deed::RecordPayment)?;
    let gives_up = |(_, how, _): &(_, Adjustment, _)| !matches!(how, Adjustment::CreditNote(_));
    if command.adjustments.iter().any(gives_up) {
        // What is given up beside the money is not for everybody to give.
        ctx.require(Deed::EscalateBeyond)?;
    }
    let done = app.store.write(|tx| {
        let entry = entry_of(tx, ctx, command.entry)?;
        if let Some(id) = entry.payment {
            return Ok(Err(id));
        }
        let proposal = proposal(tx, ctx, &entry, command)?;
        moments::take_turn(tx, ctx, proposal.customer)?;
        let receipt = post::post(app, ctx, tx, &entry, &proposal)?.ok_or_else(|| {
            ServiceError::Conflict("the line or what it would pay has changed".to_owned())
        })?;
        if command.remembers_payer {
            remember(tx, ctx, &entry, proposal.customer)?;
        }
        Ok::<_, ServiceError>(Ok(receipt))
    })?;
    match done {
        Ok(receipt) => Ok(receipt),
        Err(id) => repeated(app, ctx, id, command),
    }
}

/// The receipt of a line applied before, if it was applied so.
fn repeated(
    app: &App,
    ctx: &Ctx,
    id: PaymentId,
    command: &Accept,
) -> Result<Receipt, ServiceError> {
    let conflict = || ServiceError::Conflict(format!("the line is the money of payment {id}"));
    let receipt = payments::receipt(app, ctx, id).map_err(|_| conflict())?;
    let paid = |document: DocumentId| -> i64 {
        let own = receipt.lines.iter().filter(|line| line.document == document.0);
        own.map(|line| line.amount_minor).sum()
    };
    let same = command.lines.iter().all(|(document, minor)| paid(*document) == *minor);
    if same { Ok(receipt) } else { Err(conflict()) }
}

fn entry_of(tx: &mut Tx<'_>, ctx: &Ctx, id: BankEntryId) -> Result<BankEntry, ServiceError> {
    let found = bank_entry::by_ids(tx, ctx.scope(), &[id])?;
    found.into_iter().next().ok_or_else(|| ServiceError::NotFound(format!("bank line {id}")))
}

/// What a person said as the core would propose it.
fn proposal(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    entry: &BankEntry,
    command: &Accept,
) -> Result<Proposal, ServiceError> {
    let placed: i64 = command.lines.iter().map(|(_, minor)| minor).sum();
    if command.lines.iter().any(|(_, minor)| *minor <= 0) || placed > entry.amount_minor {
        return Err(ServiceError::invalid("amount", "more_than_open"));
    }
    let owner = match command.lines.first() {
        Some((document, _)) => {
            let found = document::get(tx, ctx.scope(), *document)?;
            let missing = || ServiceError::NotFound(format!("document {document}"));
            Some(found.ok_or_else(missing)?.customer)
        }
        None => None,
    };
    if let (Some(owner), Some(said)) = (owner, command.customer)
        && owner != said
    {
        return Err(ServiceError::invalid("document", "of_another_customer"));
    }
    let customer = owner.or(command.customer);
    let customer = customer.ok_or_else(|| ServiceError::invalid("customer", "missing"))?;
    Ok(Proposal {
        customer,
        lines: command.lines.clone(),
        adjustments: command.adjustments.clone(),
        on_account_minor: entry.amount_minor - placed,
        evidence: Vec::new(),
        rule: None,
    })
}

/// Confirms that the account and name of a line are a customer's.
fn remember(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    entry: &BankEntry,
    customer: CustomerId,
) -> Result<(), ServiceError> {
    let account = entry.counterparty_account.as_deref().and_then(words::bare_id);
    let name = entry.counterparty_name.as_deref().and_then(words::comparable);
    let found = [("account", account), ("name", name)];
    for (kind, key) in found.into_iter().filter_map(|(kind, key)| Some((kind, key?))) {
        let alias = PayerAlias {
            kind: kind.to_owned(),
            key,
            customer,
            entry: entry.id,
            confirmed_by: ctx.actor.clone(),
            confirmed_at: ctx.now_ms,
        };
        payer_alias::confirm(tx, ctx.scope(), &alias)?;
    }
    Ok(())
}

/// What payers are called, as people confirmed it.
pub fn learnt(app: &App, ctx: &Ctx) -> Result<Vec<PayerAlias>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    Ok(app.store.read(|tx| payer_alias::list(tx, ctx.scope()))?)
}

/// A line is no payment of a customer. Saying it again changes nothing.
pub fn ignore(
    app: &App,
    ctx: &Ctx,
    id: EventId,
    entry: BankEntryId,
    why: &str,
) -> Result<(), ServiceError> {
    ctx.require(Deed::RecordPayment)?;
    let why = moments::required("why", why)?;
    app.store.write(|tx| {
        let line = entry_of(tx, ctx, entry)?;
        if line.payment.is_some() {
            return Err(ServiceError::Conflict("the line is the money of a payment".to_owned()));
        }
        let there = bank_decision::of_entry(tx, ctx.scope(), entry)?;
        if there.as_ref().is_some_and(|there| there.decision == IGNORED) {
            return Ok(());
        }
        bank_decision::undo(tx, ctx.scope(), entry, ctx.now_ms)?;
        bank_decision::insert(tx, ctx.scope(), &decision(ctx, id, entry, IGNORED, why))?;
        Ok(())
    })
}

/// A line set aside is looked at again.
pub fn unignore(app: &App, ctx: &Ctx, entry: BankEntryId) -> Result<(), ServiceError> {
    ctx.require(Deed::RecordPayment)?;
    app.store.write(|tx| {
        bank_decision::undo(tx, ctx.scope(), entry, ctx.now_ms)?;
        Ok(())
    })
}

fn decision(ctx: &Ctx, id: EventId, entry: BankEntryId, word: &str, why: String) -> BankDecision {
    BankDecision {
        id,
        entry,
        decision: word.to_owned(),
        why,
        actor: ctx.actor.clone(),
        decided_at: ctx.now_ms,
    }
}

/// Takes back the applying of a line: everything is as it was before, and the line waits for a
/// person. What was confirmed of its payer with it is taken back too.
pub fn undo(app: &App, ctx: &Ctx, entry: BankEntryId, why: &str) -> Result<Payment, ServiceError> {
    ctx.require(Deed::ReversePayment)?;
    let line = app.store.read(|tx| entry_of(tx, ctx, entry))?;
    let id = line.payment.ok_or_else(|| ServiceError::NotFound(format!("payment of {entry}")))?;
    payments::undo(app, ctx, id, why)
}

/// The line of a payment just undone waits for a person: whoever took it back does not want it
/// applied again by itself.
pub(crate) fn let_go(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    payment: &Payment,
    why: &str,
) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    bank_entry::forget_undone_payments(tx, scope)?;
    let Some(entry) = payment.pay_key.strip_prefix(KEY).and_then(|id| id.parse().ok()) else {
        return Ok(());
    };
    payer_alias::remove_of_entry(tx, scope, entry, ctx.now_ms)?;
    bank_decision::undo(tx, scope, entry, ctx.now_ms)?;
    let id = EventId(app.next_id());
    bank_decision::insert(tx, scope, &decision(ctx, id, entry, BY_HAND, why.to_owned()))?;
    Ok(())
}
