//! What becomes of the debits of a batch: the bank credits it, and some come back.
//!
//! Decides nothing about money that the bank has not said. A debit that comes back opens its debt from
//! the day of the bank on; its reason says whether the mandate may be used again and whether the debtor
//! objects (`debit_return`).

use crate::App;
use crate::book::Book;
use crate::bounces;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::payments::{judge_promises, recording};
use crate::remittances::{Line, Remittance, get, is_failed};
use crate::{mandates, moments};
use puntual_core::access::Deed;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::debit_return::Remedy;
use puntual_core::id::{DisputeId, PaymentId, RemittanceId, TxId};
use puntual_core::posting::{Posting, Source};
use puntual_store::debit_result::{self, DebitResult};
use puntual_store::payment::Payment;
use puntual_store::standing::Dispute;
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, receivable, remittance, standing};
use std::collections::HashSet;

/// The bank credited a batch: every line that has not come back is paid on the day of collection.
/// Twice changes nothing.
pub fn credited(app: &App, ctx: &Ctx, id: RemittanceId) -> Result<Remittance, ServiceError> {
    ctx.require(Deed::CollectByDebit)?;
    let scope = ctx.scope();
    app.store.write(|tx| {
        let batch = get(tx, ctx, id)?;
        if batch.credited_at.is_some() {
            return Ok(batch);
        }
        if batch.cancelled_at.is_some() {
            return Err(ServiceError::Conflict("the batch was given up".to_owned()));
        }
        if batch.collect_on > ctx.today {
            return Err(ServiceError::invalid("collect_on", "in_the_future"));
        }
        let lines = remittance::lines(tx, scope, id)?;
        let keys = lines.iter().map(|line| line.end_to_end.as_str());
        let results = debit_result::by_keys(tx, scope, keys)?;
        let failed: HashSet<String> = results
            .into_iter()
            .filter(|result| is_failed(&result.outcome))
            .map(|result| result.instruction_key)
            .collect();
        for line in lines.iter().filter(|line| !failed.contains(&line.end_to_end)) {
            pay(app, ctx, tx, line, batch.collect_on)?;
        }
        remittance::set_credited(tx, scope, id, ctx.now_ms)?;
        get(tx, ctx, id)
    })
}

/// A line that was collected: a payment of its receivable. What was paid meanwhile otherwise stays on
/// account.
fn pay(app: &App, ctx: &Ctx, tx: &mut Tx<'_>, line: &Line, on: Day) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    moments::take_turn(tx, ctx, line.customer)?;
    let id = PaymentId(app.next_id());
    let open = receivable::by_ids(tx, scope, &[line.receivable])?;
    let open_minor = open.first().map_or(0, |one| one.open_minor.max(0));
    let posting = Posting {
        tx: TxId(app.next_id()),
        customer: line.customer,
        currency: Currency::EUR,
        effective_on: on,
        recorded_on: ctx.today,
    };
    let mut book = Book::default();
    book.add_payment(Payment {
        id,
        customer: line.customer,
        pay_key: format!("debit:{}", line.end_to_end),
        content_hash: moments::content_hash(&[&line.end_to_end, &line.amount_minor.to_string()]),
        number: None,
        received_on: on,
        currency: Currency::EUR,
        amount_minor: line.amount_minor,
        unapplied_minor: 0,
        method: Some("direct_debit".to_owned()),
        reference: Some(line.end_to_end.clone()),
        import: None,
        reversed_at: None,
        recorded_at: ctx.now_ms,
    });
    book.post(posting.payment(id, line.amount_minor)?);
    let part = open_minor.min(line.amount_minor);
    if part > 0 {
        book.post(posting.allocate(Source::Payment(id), line.receivable, part)?);
    }
    book.write(tx, scope, recording(ctx))?;
    remittance::set_payment(tx, scope, line, id)?;
    judge_promises(app, ctx, tx, line.customer)?;
    Ok(())
}

/// Ties new answers of the bank to the lines they name: what failed is owed again, with the reason in
/// the history.
pub(crate) fn returned(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    results: &[DebitResult],
) -> Result<(), ServiceError> {
    let failed: Vec<&DebitResult> =
        results.iter().filter(|result| is_failed(&result.outcome)).collect();
    let keys = failed.iter().map(|result| result.instruction_key.as_str());
    for line in remittance::lines_named(tx, ctx.scope(), keys)? {
        let named = failed.iter().find(|result| result.instruction_key == line.end_to_end);
        if let Some(result) = named {
            return_one(app, ctx, tx, &line, result)?;
        }
    }
    Ok(())
}

fn return_one(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    line: &Line,
    result: &DebitResult,
) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    let reason = result.reason.clone().unwrap_or_else(|| result.outcome.clone());
    let mut on = result.resulted_on.min(ctx.today);
    match line.payment {
        Some(payment) => {
            // A bank may date its answer before it collected.
            let paid = puntual_store::payment::get(tx, scope, payment)?;
            on = paid.map_or(on, |paid| on.max(paid.received_on));
            bounces::bounce_in(app, ctx, tx, payment, on, &reason)?;
            debit_result::set_known(tx, scope, result.id, None, Some(payment))?;
        }
        None => {
            moments::take_turn(tx, ctx, line.customer)?;
            let event = Event {
                outcome: Some(reason.clone()),
                body: Some(format!("{} · {reason}", line.text)),
                subject: Some(line.remittance.0),
                balance_minor: Some(line.amount_minor),
                currency: Some(Currency::EUR),
                ..moments::event(ctx, app.next_id(), line.customer, on, "payment_debit_failed")
            };
            timeline::append(tx, scope, &[event])?;
        }
    }
    match Remedy::of(result.reason.as_deref()) {
        Remedy::StopMandate => mandates::revoke_in(app, ctx, tx, line.mandate, &reason),
        Remedy::AskDebtor => dispute(app, ctx, tx, line, result, &reason),
        Remedy::Retry | Remedy::MendOrder | Remedy::Look => Ok(()),
    }
}

/// The debtor took the debit back or refused it: what it was for is disputed until somebody asks.
fn dispute(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    line: &Line,
    result: &DebitResult,
    reason: &str,
) -> Result<(), ServiceError> {
    let found = receivable::by_ids(tx, ctx.scope(), &[line.receivable])?;
    let Some(one) = found.first() else { return Ok(()) };
    let raised = Dispute {
        id: DisputeId(app.next_id()),
        customer: line.customer,
        document: one.document,
        amount_minor: Some(line.amount_minor),
        reason: reason.to_owned(),
        opened_on: result.resulted_on.min(ctx.today),
        closed_on: None,
        resolution: None,
        actor: ctx.actor.clone(),
        import: Some(result.import),
        recorded_at: ctx.now_ms,
    };
    Ok(standing::insert_disputes(tx, ctx.scope(), &[raised])?)
}
