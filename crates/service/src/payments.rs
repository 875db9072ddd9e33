//! Payments: received, applied, and taken back.
//!
//! Decides nothing of where money goes — that is the core's, with its reasons — and nothing is
//! edited: a payment recorded by mistake is undone by entries that take effect on the original
//! days; what came back is in [`crate::bounces`]. Every command carries its id; repeating it changes
//! nothing.

use crate::App;
use crate::bank_links;
use crate::book::Book;
use crate::ctx::Ctx;
use crate::day::judge;
use crate::error::ServiceError;
use crate::{matching, moments};
use puntual_core::access::Deed;
use puntual_core::allocation::{
    self, Allocation, AllocationReason, DEFAULT_ORDER, OpenReceivable, Received,
};
use puntual_core::calendar::Calendar;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, EventId, PaymentId, PromiseId, ReceivableId, TxId};
use puntual_core::ledger::EntryKind;
use puntual_core::money::Money;
use puntual_core::posting::{Posting, Source};
use puntual_core::promise::{self, DEFAULT_GRACE_DAYS};
use puntual_store::ledger::{self, Recording, StoredEntry};
use puntual_store::payment;
pub use puntual_store::payment::Payment;
use puntual_store::receivable::{self, Receivable};
use puntual_store::standing::{self, Promise};
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, document, merge};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Money somebody received.
#[derive(Clone, Debug)]
pub struct RecordPayment {
    /// The id the payment will have.
    pub id: PaymentId,
    /// Who paid.
    pub customer: CustomerId,
    /// How much; positive.
    pub amount: Money,
    /// The day the money was received; not in the future.
    pub received_on: Day,
    /// Means of payment.
    pub method: Option<String>,
    /// Text that came with it.
    pub reference: Option<String>,
    /// Documents the payer named, each with the amount if he said one.
    pub indicated: Vec<(DocumentId, Option<i64>)>,
}

/// Where a payment went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The payment.
    pub payment: Payment,
    /// What it settles.
    pub lines: Vec<ReceiptLine>,
    /// What found no debt and stays on account, smallest units.
    pub remainder_minor: i64,
    /// Why, in the order decided.
    pub reasons: Vec<Reason>,
    /// Promises it fulfilled.
    pub promises_kept: Vec<PromiseId>,
}

/// Money tied to one receivable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptLine {
    /// The receivable, as a number.
    pub receivable: i64,
    /// Its document, as a number.
    pub document: i64,
    /// Number of the document.
    pub number: String,
    /// How much, smallest units.
    pub amount_minor: i64,
    /// What was left open, smallest units.
    pub left_minor: i64,
    /// The rule that put it there (`remittance`, `exact_match`…).
    pub policy: String,
}

/// Why money went where it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable code of the core's reason.
    pub code: String,
    /// The amount it is about, smallest units.
    pub amount_minor: Option<i64>,
    /// The receivable it is about, as a number.
    pub receivable: Option<i64>,
}

/// What is kept of a receipt beside the ledger, so that a repeat is answered the same.
#[derive(Serialize, Deserialize)]
struct Kept {
    lines: Vec<ReceiptLine>,
    remainder_minor: i64,
    reasons: Vec<Reason>,
    promises_kept: Vec<i64>,
}

/// Records a payment and applies it. The same id with the same content answers the same receipt.
pub fn record(app: &App, ctx: &Ctx, command: &RecordPayment) -> Result<Receipt, ServiceError> {
    ctx.require(Deed::RecordPayment)?;
    if command.amount.minor <= 0 {
        return Err(ServiceError::invalid("amount", "not_positive"));
    }
    if command.received_on > ctx.today {
        return Err(ServiceError::invalid("received_on", "in_the_future"));
    }
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, command.customer)?;
        let payment = payment_of(ctx, command);
        if let Some(there) = payment::get(tx, ctx.scope(), command.id)? {
            return match there.content_hash == payment.content_hash {
                true => kept_receipt(tx, ctx, there),
                false => Err(ServiceError::Conflict(format!("{} is another payment", there.id))),
            };
        }
        let case = Case::load(tx, ctx, command)?;
        let allocation = case.allocate(ctx, command);
        let mut book = Book::default();
        let posting = Posting {
            tx: TxId(app.next_id()),
            customer: command.customer,
            currency: command.amount.currency,
            effective_on: command.received_on,
            recorded_on: ctx.today,
        };
        book.add_payment(payment.clone());
        book.post(posting.payment(command.id, command.amount.minor)?);
        let source = Source::Payment(command.id);
        for line in &allocation.lines {
            // Money cannot pay what was not yet owed: it waits on account until then.
            let issued =
                case.receivable(line.receivable).map_or(posting.effective_on, |r| r.issue_date);
            let effective_on = posting.effective_on.max(issued);
            let posting = Posting { effective_on, ..posting };
            book.post(posting.allocate(source, line.receivable, line.amount.minor)?);
        }
        book.write(tx, ctx.scope(), recording(ctx))?;
        let kept = judge_promises(app, ctx, tx, command.customer)?;
        let receipt = case.receipt(payment, &allocation, kept);
        let event = payment_event(ctx, &receipt)?;
        timeline::append(tx, ctx.scope(), &[event])?;
        bank_links::settle_one(tx, ctx, &receipt.payment)?;
        payment::get(tx, ctx.scope(), command.id)?
            .map(|payment| Receipt { payment, ..receipt })
            .ok_or_else(|| ServiceError::Bug(format!("payment {} is gone", command.id)))
    })
}

/// What every entry of a command carries.
pub(crate) fn recording(ctx: &Ctx) -> Recording<'_> {
    Recording { recorded_at: ctx.now_ms, import: None, actor: &ctx.actor }
}

fn payment_of(ctx: &Ctx, command: &RecordPayment) -> Payment {
    let method = moments::said(command.method.as_deref());
    let reference = moments::said(command.reference.as_deref());
    let mut parts = vec![
        command.customer.0.to_string(),
        command.amount.currency.code().to_owned(),
        command.amount.minor.to_string(),
        command.received_on.to_string(),
        method.clone().unwrap_or_default(),
        reference.clone().unwrap_or_default(),
    ];
    let indicated = command.indicated.iter();
    parts.extend(indicated.map(|(document, minor)| format!("{}:{minor:?}", document.0)));
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Payment {
        id: command.id,
        customer: command.customer,
        pay_key: format!("hand:{}", command.id),
        content_hash: moments::content_hash(&parts),
        number: None,
        received_on: command.received_on,
        currency: command.amount.currency,
        amount_minor: command.amount.minor,
        unapplied_minor: 0,
        method,
        reference,
        import: None,
        reversed_at: None,
        recorded_at: ctx.now_ms,
    }
}

/// What the payer owes, and what was said of it.
struct Case {
    open: Vec<Receivable>,
    numbers: HashMap<DocumentId, String>,
    remittance: Vec<(ReceivableId, Option<i64>)>,
    promised: Vec<(ReceivableId, Option<i64>)>,
    /// Receivables of documents assigned to somebody else: only a payer who names them pays them.
    assigned: HashSet<ReceivableId>,
}

impl Case {
    fn load(tx: &mut Tx<'_>, ctx: &Ctx, command: &RecordPayment) -> Result<Case, ServiceError> {
        let (scope, currency) = (ctx.scope(), command.amount.currency);
        let mut open = receivable::open_of(tx, scope, command.customer)?;
        open.retain(|receivable| receivable.currency == currency && receivable.open_minor > 0);
        let mut documents: Vec<DocumentId> = open.iter().map(|r| r.document).collect();
        documents.extend(command.indicated.iter().map(|(document, _)| *document));
        documents.sort_unstable();
        documents.dedup();
        let (mut numbers, mut assigned) = (HashMap::new(), HashSet::new());
        let merged = merge::merged(tx, scope)?;
        let payer = merged.survivor(command.customer);
        for part in documents.chunks(2_000) {
            for document in document::by_ids(tx, scope, part)? {
                if merged.survivor(document.customer) != payer {
                    return Err(ServiceError::invalid("indicated", "of_another_customer"));
                }
                if document.assigned_to.is_some() {
                    let own = open.iter().filter(|r| r.document == document.id);
                    assigned.extend(own.map(|r| r.id));
                }
                numbers.insert(document.id, document.number);
            }
        }
        let unknown = |(document, _): &&(DocumentId, _)| !numbers.contains_key(document);
        if let Some((document, _)) = command.indicated.iter().find(unknown) {
            return Err(ServiceError::invalid("indicated", format!("{document} not found")));
        }
        let mut remittance = Vec::new();
        for (document, minor) in &command.indicated {
            remittance.extend(spread(&open, *document, *minor));
        }
        assigned.retain(|id| !remittance.iter().any(|(named, _)| named == id));
        let promises = standing::promises_of(tx, scope, command.customer)?;
        let matured = |promise: &&Promise| {
            let (made, due) = (promise.made_on, promise.promised_on);
            let is_ripe = made <= command.received_on && due <= command.received_on;
            promise.state == "open" && promise.currency == currency && is_ripe
        };
        let mut promised = Vec::new();
        for promise in promises.iter().filter(matured) {
            if let Some(document) = promise.document {
                promised.extend(spread(&open, document, Some(promise.amount_minor)));
            }
        }
        Ok(Case { open, numbers, remittance, promised, assigned })
    }

    fn allocate(&self, ctx: &Ctx, command: &RecordPayment) -> Allocation {
        let own = self.open.iter().filter(|r| !self.assigned.contains(&r.id));
        let open: Vec<OpenReceivable> = own
            .map(|r| OpenReceivable {
                id: r.id,
                number: self.numbers.get(&r.document).cloned().unwrap_or_default(),
                issued: r.issue_date,
                due: r.due_date,
                open: Money::new(r.open_minor, r.currency),
                secured: false,
                rate_bps: 0,
                deduction_minor: 0,
            })
            .collect();
        let received = Received {
            amount: command.amount,
            effective: command.received_on,
            remittance: &self.remittance,
            promised: &self.promised,
            country: &ctx.creditor.country,
        };
        allocation::allocate(&received, &open, &DEFAULT_ORDER)
    }

    fn receivable(&self, id: ReceivableId) -> Option<&Receivable> {
        self.open.iter().find(|receivable| receivable.id == id)
    }

    fn receipt(
        &self,
        payment: Payment,
        allocation: &Allocation,
        promises_kept: Vec<PromiseId>,
    ) -> Receipt {
        let mut taken: HashMap<ReceivableId, i64> = HashMap::new();
        let line = |line: &allocation::AllocationLine| {
            let receivable = self.receivable(line.receivable)?;
            let before = taken.entry(receivable.id).or_insert(receivable.open_minor);
            *before -= line.amount.minor;
            Some(ReceiptLine {
                receivable: receivable.id.0,
                document: receivable.document.0,
                number: self.numbers.get(&receivable.document).cloned().unwrap_or_default(),
                amount_minor: line.amount.minor,
                left_minor: *before,
                policy: line.policy.as_str().to_owned(),
            })
        };
        Receipt {
            lines: allocation.lines.iter().filter_map(line).collect(),
            remainder_minor: allocation.remainder.minor,
            reasons: allocation.reasons.iter().map(reason).collect(),
            promises_kept,
            payment,
        }
    }
}

/// An amount over the open instalments of a document, the first due first; all of each when no
/// amount was said. What exceeds the document is declared on its last instalment, so that it is
/// not lost without a word.
fn spread(
    open: &[Receivable],
    document: DocumentId,
    minor: Option<i64>,
) -> Vec<(ReceivableId, Option<i64>)> {
    let own: Vec<&Receivable> = open.iter().filter(|r| r.document == document).collect();
    let Some(mut left) = minor else { return own.iter().map(|r| (r.id, None)).collect() };
    let mut parts = Vec::new();
    for (at, receivable) in own.iter().enumerate() {
        let is_last = at + 1 == own.len();
        let part = if is_last { left } else { left.min(receivable.open_minor) };
        if part > 0 {
            parts.push((receivable.id, Some(part)));
        }
        left -= part;
    }
    parts
}

fn reason(reason: &AllocationReason) -> Reason {
    let (amount_minor, receivable) = match reason {
        AllocationReason::Placed { minor, .. } => (Some(*minor), None),
        AllocationReason::NamedNotOpen(id) => (None, Some(id.0)),
        AllocationReason::DeclaredMoreThanOpen { receivable, declared_minor, .. } => {
            (Some(*declared_minor), Some(receivable.0))
        }
        AllocationReason::NetOfDeduction { receivable, minor } => {
            (Some(*minor), Some(receivable.0))
        }
        AllocationReason::LeftOnAccount(minor) => (Some(*minor), None),
        AllocationReason::Ambiguous
        | AllocationReason::TooManyToMatch(_)
        | AllocationReason::NotPositive => (None, None),
    };
    Reason { code: reason.code().to_owned(), amount_minor, receivable }
}

pub(crate) fn payment_event(ctx: &Ctx, receipt: &Receipt) -> Result<Event, ServiceError> {
    let payment = &receipt.payment;
    let kept = Kept {
        lines: receipt.lines.clone(),
        remainder_minor: receipt.remainder_minor,
        reasons: receipt.reasons.clone(),
        promises_kept: receipt.promises_kept.iter().map(|promise| promise.0).collect(),
    };
    let kept = serde_json::to_string(&kept).map_err(|e| ServiceError::Bug(e.to_string()))?;
    let on = payment.received_on;
    Ok(Event {
        channel: payment.method.clone(),
        outcome: Some(kept),
        body: payment.reference.clone(),
        subject: Some(payment.id.0),
        balance_minor: Some(payment.amount_minor),
        currency: Some(payment.currency),
        ..moments::event(ctx, payment.id.0, payment.customer, on, "payment_recorded")
    })
}

fn kept_receipt(tx: &mut Tx<'_>, ctx: &Ctx, payment: Payment) -> Result<Receipt, ServiceError> {
    let event = timeline::get(tx, ctx.scope(), payment.customer, EventId(payment.id.0))?;
    let kept: Kept = event
        .and_then(|event| event.outcome)
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| ServiceError::Bug(format!("payment {} has no receipt", payment.id)))?;
    Ok(Receipt {
        payment,
        lines: kept.lines,
        remainder_minor: kept.remainder_minor,
        reasons: kept.reasons,
        promises_kept: kept.promises_kept.into_iter().map(PromiseId).collect(),
    })
}

/// The receipt of a payment a person recorded.
pub fn receipt(app: &App, ctx: &Ctx, id: PaymentId) -> Result<Receipt, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let payment = payment::get(tx, ctx.scope(), id)?;
        let payment = payment.ok_or_else(|| ServiceError::NotFound(format!("payment {id}")))?;
        kept_receipt(tx, ctx, payment)
    })
}

/// Judges the customer's open promises; answers those that are kept now.
pub(crate) fn judge_promises(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    customer: CustomerId,
) -> Result<Vec<PromiseId>, ServiceError> {
    let open = standing::promises_of(tx, ctx.scope(), customer)?;
    let open: Vec<PromiseId> =
        open.into_iter().filter(|promise| promise.state == "open").map(|p| p.id).collect();
    if open.is_empty() {
        return Ok(open);
    }
    let calendar = Calendar::of_country(&ctx.creditor.country);
    judge::judge_part(app, ctx, tx, ctx.today, &calendar, &open)?;
    let after = standing::promises_of(tx, ctx.scope(), customer)?;
    let kept = |promise: &&Promise| promise.state == "kept" && open.contains(&promise.id);
    Ok(after.iter().filter(kept).map(|promise| promise.id).collect())
}

/// Promises whose verdict may have rested on a payment are judged anew without it: made before it
/// came, and not over yet when it did.
pub(crate) fn judge_again(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    payment: &Payment,
) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    let calendar = Calendar::of_country(&ctx.creditor.country);
    for promise in standing::promises_of(tx, scope, payment.customer)? {
        let last = promise::deadline(promise.promised_on, DEFAULT_GRACE_DAYS, &calendar);
        let rested = matches!(promise.state.as_str(), "kept" | "partly_kept")
            && promise.currency == payment.currency
            && (promise.made_on..=last).contains(&payment.received_on)
            && promise.judged_on.is_none_or(|judged| judged >= payment.received_on);
        if rested {
            standing::reopen_promise(tx, scope, promise.id)?;
        }
    }
    judge_promises(app, ctx, tx, payment.customer)?;
    Ok(())
}

/// Takes back a payment that never should have been recorded: everything it did is reversed as of
/// its original days. Undoing twice changes nothing.
pub fn undo(app: &App, ctx: &Ctx, id: PaymentId, why: &str) -> Result<Payment, ServiceError> {
    ctx.require(Deed::ReversePayment)?;
    app.store.write(|tx| {
        let payment = turn_of(tx, ctx, id)?;
        if payment.reversed_at.is_some() {
            return Ok(payment);
        }
        let mut book = Book::default();
        let tx_id = TxId(app.next_id());
        for stored in standing_entries(posted_with(tx, ctx, &payment)?).iter().rev() {
            let (entry, seq) = (&stored.entry, stored.seq);
            let (kind, on) = (entry.kind, entry.effective_on);
            book.post(entry.reversal(seq, tx_id, kind, on, ctx.today));
        }
        book.write(tx, ctx.scope(), recording(ctx))?;
        payment::set_reversed(tx, ctx.scope(), &payment, ctx.now_ms)?;
        matching::let_go(app, ctx, tx, &payment, why)?;
        judge_again(app, ctx, tx, &payment)?;
        taken_back(app, ctx, tx, &payment, ctx.today, "payment_undone", why)?;
        turn_of(tx, ctx, id)
    })
}

/// Everything that moves a payment's money, and what was settled beside it in the transaction that
/// recorded it, as the money of a bank line: discounts, small differences, credit notes.
pub(crate) fn posted_with(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    payment: &Payment,
) -> Result<Vec<StoredEntry>, ServiceError> {
    let mut entries = ledger::of_source(tx, ctx.scope(), payment.id.0)?;
    let is_bank = payment.pay_key.starts_with(matching::KEY);
    let recorded = entries.iter().find(|stored| is_bank && stored.entry.kind == EntryKind::Payment);
    let Some((seq, of)) = recorded.map(|stored| (stored.seq, stored.entry.tx)) else {
        return Ok(entries);
    };
    let beside = |stored: &StoredEntry| {
        use EntryKind::{AllocateCredit, Discount, WriteOff};
        matches!(stored.entry.kind, AllocateCredit | Discount | WriteOff)
    };
    let mut found = ledger::of_tx(tx, ctx.scope(), of, seq)?;
    found.retain(beside);
    let ids: Vec<ReceivableId> = found.iter().filter_map(|one| one.entry.receivable).collect();
    // Where somebody has taken one of them back already, its reversal is read too.
    let reversals = ledger::of_receivables(tx, ctx.scope(), &ids)?;
    let seqs: HashSet<i64> = found.iter().map(|stored| stored.seq).collect();
    let reversals = reversals
        .into_iter()
        .filter(|stored| stored.entry.reverses.is_some_and(|seq| seqs.contains(&seq)));
    found.extend(reversals);
    let known: HashSet<i64> = entries.iter().map(|stored| stored.seq).collect();
    entries.extend(found.into_iter().filter(|stored| !known.contains(&stored.seq)));
    entries.sort_by_key(|stored| stored.seq);
    Ok(entries)
}

/// Those entries that no other takes back, and that take none back themselves.
pub(crate) fn standing_entries(entries: Vec<StoredEntry>) -> Vec<StoredEntry> {
    let reversed: HashSet<i64> = entries.iter().filter_map(|one| one.entry.reverses).collect();
    let stands = |one: &StoredEntry| one.entry.reverses.is_none() && !reversed.contains(&one.seq);
    entries.into_iter().filter(stands).collect()
}

/// A payment with its customer's turn taken.
pub(crate) fn turn_of(tx: &mut Tx<'_>, ctx: &Ctx, id: PaymentId) -> Result<Payment, ServiceError> {
    let missing = || ServiceError::NotFound(format!("payment {id}"));
    let payment = payment::get(tx, ctx.scope(), id)?.ok_or_else(missing)?;
    moments::take_turn(tx, ctx, payment.customer)?;
    // Read again: somebody may have been first while we waited for the turn.
    payment::get(tx, ctx.scope(), id)?.ok_or_else(missing)
}

/// The line a payment taken back leaves on the timeline.
pub(crate) fn taken_back(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    payment: &Payment,
    on: Day,
    kind: &str,
    why: &str,
) -> Result<(), ServiceError> {
    let event = Event {
        body: moments::said(Some(why)),
        subject: Some(payment.id.0),
        balance_minor: Some(payment.amount_minor),
        currency: Some(payment.currency),
        ..moments::event(ctx, app.next_id(), payment.customer, on, kind)
    };
    Ok(timeline::append(tx, ctx.scope(), &[event])?)
}
