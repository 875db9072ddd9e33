//! Judges open promises at the beginning of a day: kept, partly kept, broken, or void because a
//! dispute or a credit note took their object away (domain reference A5). Each verdict is written
//! once, with an event on the customer's timeline.
//!
//! Money that counts for a promise on a document is what was allocated to it and what came in
//! meanwhile and is not applied yet: a transfer nobody has matched still keeps its promise. For a
//! promise on the whole debt every payment counts.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::calendar::Calendar;
use puntual_core::date::Day;
use puntual_core::id::{DocumentId, EventId, PromiseId, ReceivableId};
use puntual_core::ledger::{Account, EntryKind};
use puntual_core::money::Money;
use puntual_core::promise::{self, DEFAULT_GRACE_DAYS, Outcome, PromisePayment};
use puntual_store::receivable::{self, Receivable};
use puntual_store::standing::{self, Dispute, Promise};
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, ledger, payment};
use std::collections::HashMap;

/// Promises per transaction.
const CHUNK: usize = 500;

/// Judges every open promise as of `day`. Judging again finds nothing new.
pub(super) fn judge_promises(
    app: &App,
    ctx: &Ctx,
    day: Day,
    calendar: &Calendar,
) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    let open: Vec<PromiseId> = app.store.read(|tx| {
        let open = standing::open_promises(tx, scope)?.into_iter();
        Ok::<_, ServiceError>(open.filter(|p| p.made_on <= day).map(|p| p.id).collect())
    })?;
    for part in open.chunks(CHUNK) {
        app.store.write(|tx| judge_part(app, ctx, tx, day, calendar, part))?;
    }
    Ok(())
}

/// Judges these promises, those of them that are open, inside a transaction that is open already.
pub(crate) fn judge_part(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    day: Day,
    calendar: &Calendar,
    part: &[PromiseId],
) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    let mut promises = Vec::with_capacity(part.len());
    for id in part {
        promises.extend(standing::promise(tx, scope, *id)?.filter(|p| p.state == "open"));
    }
    let money = Allocated::load(tx, ctx, &promises)?;
    let mut events = Vec::new();
    for promise in &promises {
        let verdict = verdict(tx, ctx, promise, &money, day, calendar)?;
        let Some(state) = state_word(verdict.outcome) else { continue };
        // Written by its state, so that a verdict reached meanwhile by somebody else stands.
        if standing::judge_open_promise(tx, scope, promise.id, state, day)? {
            events.push(event(app, ctx, promise, state, verdict.kept_on.unwrap_or(day)));
        }
    }
    Ok(timeline::append(tx, scope, &events)?)
}

/// Money first: a promise that was kept stays kept whatever became of the document.
fn verdict(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    promise: &Promise,
    money: &Allocated,
    day: Day,
    calendar: &Calendar,
) -> Result<promise::Judgement, ServiceError> {
    let judge = |cancelled: bool, payments: &[PromisePayment]| {
        let given = promise::Promise {
            made_on: promise.made_on,
            promised_on: promise.promised_on,
            amount: Money::new(promise.amount_minor, promise.currency),
            cancelled,
        };
        promise::judge(&given, payments, day, DEFAULT_GRACE_DAYS, calendar)
    };
    let mut payments = money.of(promise);
    let mut verdict = judge(false, &payments);
    if verdict.outcome != Outcome::Kept {
        payments.extend(received(tx, ctx, promise, verdict.deadline.min(day))?);
        verdict = judge(false, &payments);
    }
    let is_void = promise.document.is_some_and(|document| money.is_void(document, day));
    Ok(if verdict.outcome != Outcome::Kept && is_void { judge(true, &payments) } else { verdict })
}

fn state_word(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Open => None,
        Outcome::Kept => Some("kept"),
        Outcome::Partly => Some("partly_kept"),
        Outcome::Broken => Some("broken"),
        Outcome::Cancelled => Some("cancelled"),
    }
}

fn event(app: &App, ctx: &Ctx, promise: &Promise, state: &str, on: Day) -> Event {
    Event {
        id: EventId(app.next_id()),
        customer: promise.customer,
        happened_on: on,
        kind: format!("promise_{state}"),
        channel: None,
        outcome: Some(state.to_owned()),
        body: None,
        subject: Some(promise.id.0),
        balance_minor: Some(promise.amount_minor),
        currency: Some(promise.currency),
        actor: ctx.actor.clone(),
        recorded_at: ctx.now_ms,
    }
}

/// What happened to the documents that were promised.
struct Allocated {
    receivables: HashMap<DocumentId, Vec<Receivable>>,
    cash: HashMap<ReceivableId, Vec<PromisePayment>>,
    disputes: Vec<Dispute>,
}

impl Allocated {
    fn load(tx: &mut Tx<'_>, ctx: &Ctx, promises: &[Promise]) -> Result<Allocated, ServiceError> {
        let mut documents: Vec<DocumentId> = promises.iter().filter_map(|p| p.document).collect();
        documents.sort_unstable();
        documents.dedup();
        let rows = receivable::of_documents(tx, ctx.scope(), &documents)?;
        let ids: Vec<ReceivableId> = rows.iter().map(|r| r.id).collect();
        let mut cash: HashMap<ReceivableId, Vec<PromisePayment>> = HashMap::new();
        for part in ids.chunks(4_000) {
            for stored in ledger::of_receivables(tx, ctx.scope(), part)? {
                let entry = stored.entry;
                let is_cash = matches!(entry.kind, EntryKind::AllocateCash | EntryKind::Bounce);
                let Some(receivable) = entry.receivable.filter(|_| is_cash) else { continue };
                let minor = -entry.effect_on(Account::Receivable);
                let amount = Money::new(minor, entry.currency);
                let paid = PromisePayment { effective: entry.effective_on, amount };
                cash.entry(receivable).or_default().push(paid);
            }
        }
        let mut receivables: HashMap<DocumentId, Vec<Receivable>> = HashMap::new();
        for row in rows {
            receivables.entry(row.document).or_default().push(row);
        }
        let disputes = standing::disputes(tx, ctx.scope(), None, true)?;
        Ok(Allocated { receivables, cash, disputes })
    }

    /// Cash allocated to the document promised.
    fn of(&self, promise: &Promise) -> Vec<PromisePayment> {
        let rows = promise.document.and_then(|document| self.receivables.get(&document));
        let ids = rows.into_iter().flatten().map(|r| r.id);
        ids.filter_map(|id| self.cash.get(&id)).flatten().copied().collect()
    }

    /// Whether the promise has lost its object: the document is disputed, or nothing of it is open
    /// although it was not paid in cash, as after a credit note.
    fn is_void(&self, document: DocumentId, day: Day) -> bool {
        let disputed = self.disputes.iter().any(|d| d.document == document && d.opened_on <= day);
        let rows = self.receivables.get(&document).map(Vec::as_slice).unwrap_or_default();
        let settled = rows.iter().all(|r| r.open_minor <= 0);
        let cash: i64 = rows
            .iter()
            .filter_map(|r| self.cash.get(&r.id))
            .flatten()
            .map(|paid| paid.amount.minor)
            .fold(0, i64::saturating_add);
        let total: i64 = rows.iter().map(|r| r.amount_minor).fold(0, i64::saturating_add);
        disputed || (settled && cash < total)
    }
}

/// Money received for the promise until a day: for a promise on a document only what is not
/// applied yet, because the rest was allocated to it or to something else.
fn received(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    promise: &Promise,
    until: Day,
) -> Result<Vec<PromisePayment>, ServiceError> {
    let (scope, customer) = (ctx.scope(), promise.customer);
    let payments = payment::received_between(tx, scope, customer, promise.made_on, until)?;
    let counted = payments.into_iter().map(|p| {
        let minor = if promise.document.is_some() { p.unapplied_minor } else { p.amount_minor };
        PromisePayment { effective: p.received_on, amount: Money::new(minor, p.currency) }
    });
    Ok(counted.filter(|paid| paid.amount.minor > 0).collect())
}
