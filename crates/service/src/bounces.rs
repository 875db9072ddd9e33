//! Payments that came back: a returned cheque, a bounced debit; and the bank's word that one did
//! not.
//!
//! Decides what a bounce opens again, from the day it happened; the history before stays as it was.
//! Nothing is edited: a bounce is entries of its own, and taking it back reverses them.

use crate::App;
use crate::book::Book;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::payments::{
    Payment, judge_again, judge_promises, posted_with, recording, standing_entries, taken_back,
    turn_of,
};
use puntual_core::access::Deed;
use puntual_core::date::Day;
use puntual_core::id::{PaymentId, ReceivableId, TxId};
use puntual_core::ledger::{Account, Entry, EntryKind};
use puntual_core::posting::Posting;
use puntual_store::ledger::{self, StoredEntry};
use puntual_store::{Tx, payment, receivable};
use std::collections::BTreeMap;

/// A payment came back on a day (a returned cheque, a bounced debit): what it had paid is open
/// again from that day on, and the history before it stays as it was. Twice changes nothing.
pub fn bounce(
    app: &App,
    ctx: &Ctx,
    id: PaymentId,
    on: Day,
    why: &str,
) -> Result<Payment, ServiceError> {
    ctx.require(Deed::ReversePayment)?;
    app.store.write(|tx| bounce_in(app, ctx, tx, id, on, why))
}

/// The same inside a transaction that is open already.
pub(crate) fn bounce_in(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    id: PaymentId,
    on: Day,
    why: &str,
) -> Result<Payment, ServiceError> {
    let payment = turn_of(tx, ctx, id)?;
    if payment.reversed_at.is_some() {
        return Ok(payment);
    }
    if on < payment.received_on || on > ctx.today {
        return Err(ServiceError::invalid("on", "between_receipt_and_today"));
    }
    let entries = ledger::of_source(tx, ctx.scope(), id.0)?;
    let mut book = Book::default();
    let beside = standing_entries(posted_with(tx, ctx, &payment)?);
    for entry in bounced(app, ctx, &payment, on, &entries)? {
        book.post(entry);
    }
    for entry in given_with(&payment, on, ctx.today, TxId(app.next_id()), beside)? {
        book.post(entry);
    }
    book.write(tx, ctx.scope(), recording(ctx))?;
    payment::set_bounced(tx, ctx.scope(), id, ctx.now_ms)?;
    judge_again(app, ctx, tx, &payment)?;
    taken_back(app, ctx, tx, &payment, on, "payment_bounced", why)?;
    turn_of(tx, ctx, id)
}

/// The entries of a bounce: what each receivable was paid, and what was on account.
fn bounced(
    app: &App,
    ctx: &Ctx,
    payment: &Payment,
    on: Day,
    entries: &[StoredEntry],
) -> Result<Vec<Entry>, ServiceError> {
    let mut paid: BTreeMap<ReceivableId, (i64, Day)> = BTreeMap::new();
    for stored in entries {
        if let Some(receivable) = stored.entry.receivable {
            let sums = paid.entry(receivable).or_insert((0, on));
            sums.0 -= stored.entry.effect_on(Account::Receivable);
            // Applied later than the money came back: it counts as open from that day.
            sums.1 = sums.1.max(stored.entry.effective_on);
        }
    }
    let posting = Posting {
        tx: TxId(app.next_id()),
        customer: payment.customer,
        currency: payment.currency,
        effective_on: on,
        recorded_on: ctx.today,
    };
    let mut bounced = Vec::new();
    for (receivable, (minor, effective_on)) in paid.into_iter().filter(|(_, sums)| sums.0 > 0) {
        let posting = Posting { effective_on, ..posting };
        bounced.extend(posting.bounce(payment.id, receivable, minor)?);
    }
    if payment.unapplied_minor > 0 {
        let came = posting.payment(payment.id, payment.unapplied_minor)?;
        let gone =
            Entry { kind: EntryKind::Bounce, debit: came.credit, credit: came.debit, ..came };
        bounced.push(gone.checked()?);
    }
    Ok(bounced)
}

/// What was given up only because the money came (an early-payment discount, a small difference) is
/// owed again with it.
fn given_with(
    payment: &Payment,
    on: Day,
    today: Day,
    tx: TxId,
    beside: Vec<StoredEntry>,
) -> Result<Vec<Entry>, ServiceError> {
    let given = |kind| matches!(kind, EntryKind::Discount | EntryKind::WriteOff);
    let entries = beside.into_iter().map(|stored| stored.entry);
    let owed_again = entries.filter(|entry| given(entry.kind)).map(|entry| {
        let again = Entry {
            tx,
            kind: EntryKind::Bounce,
            debit: entry.credit,
            credit: entry.debit,
            source: Some(payment.id.0),
            effective_on: on.max(entry.effective_on),
            recorded_on: today,
            ..entry
        };
        again.checked()
    });
    Ok(owed_again.collect::<Result<_, _>>()?)
}

/// Takes a bounce back: the money did come. What the payment had paid is paid again from the days of
/// the bounce on. Refused while something else has paid it since. Twice changes nothing.
pub fn take_back(app: &App, ctx: &Ctx, id: PaymentId, why: &str) -> Result<Payment, ServiceError> {
    ctx.require(Deed::ReversePayment)?;
    app.store.write(|tx| {
        let payment = turn_of(tx, ctx, id)?;
        let mut entries = standing_entries(ledger::of_source(tx, ctx.scope(), id.0)?);
        entries.retain(|stored| stored.entry.kind == EntryKind::Bounce);
        if payment.is_undone() {
            return Err(ServiceError::Conflict("the payment was undone".to_owned()));
        }
        if payment.reversed_at.is_none() {
            return Ok(payment);
        }
        refuse_if_paid_since(tx, ctx, &entries)?;
        let mut book = Book::default();
        let tx_id = TxId(app.next_id());
        for stored in entries.iter().rev() {
            let (entry, seq) = (&stored.entry, stored.seq);
            book.post(entry.reversal(seq, tx_id, entry.kind, entry.effective_on, ctx.today));
        }
        book.write(tx, ctx.scope(), recording(ctx))?;
        payment::set_standing(tx, ctx.scope(), id)?;
        judge_promises(app, ctx, tx, payment.customer)?;
        taken_back(app, ctx, tx, &payment, ctx.today, "payment_unbounced", why)?;
        turn_of(tx, ctx, id)
    })
}

/// What the bounce opened has to be open still: it cannot be paid twice.
fn refuse_if_paid_since(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    entries: &[StoredEntry],
) -> Result<(), ServiceError> {
    let mut opened: BTreeMap<ReceivableId, i64> = BTreeMap::new();
    for stored in entries {
        if let Some(receivable) = stored.entry.receivable {
            let minor = stored.entry.effect_on(Account::Receivable);
            *opened.entry(receivable).or_default() += minor;
        }
    }
    let ids: Vec<ReceivableId> = opened.keys().copied().collect();
    let now = receivable::by_ids(tx, ctx.scope(), &ids)?;
    match now.iter().any(|one| one.open_minor < opened[&one.id]) {
        false => Ok(()),
        true => Err(ServiceError::Conflict(
            "something else has paid what this payment had paid: take that back first".to_owned(),
        )),
    }
}
