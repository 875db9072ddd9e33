//! What on the bank account is the money of a payment recorded from elsewhere: a payment complement,
//! a receipt someone typed in, a file of payments. And which recorded payment came back.
//!
//! Pairs credits and payments; whether two are the same the core decides, and why is kept. Posts
//! nothing. Running it again changes nothing, and any order of files ends the same.

use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::imports::bank_telling;
use crate::words;
use puntual_core::currency::Currency;
use puntual_core::id::{BankEntryId, CustomerId, PaymentId};
use puntual_core::money::Money;
use puntual_core::same_money::{self, Evidence, PAYMENT_DAYS, Telling};
use puntual_store::Tx;
use puntual_store::bank_entry::{self, BankEntry};
use puntual_store::customer::{self, Customer};
use puntual_store::debit_result::{self, DebitResult};
use puntual_store::payment::{self, Payment};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

/// How many customers are looked up at once.
const LOOKUP: usize = 4_000;
/// How long before its return a direct debit may have been recorded: thirteen months, within which
/// an unauthorised one may be claimed back (SEPA Core rulebook).
const CLAIM_DAYS: i32 = 400;

/// Pairs what is open, and lets go of payments that were undone.
pub fn settle(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    bank_entry::forget_undone_payments(tx, scope)?;
    let credits = bank_entry::open_credits(tx, scope, None)?;
    let returns = debit_result::without_payment(tx, scope)?;
    let days = credits
        .iter()
        .flat_map(|entry| [entry.booked_on - PAYMENT_DAYS, entry.booked_on + PAYMENT_DAYS])
        .chain(returns.iter().flat_map(|r| [r.resulted_on - CLAIM_DAYS, r.resulted_on]));
    let days: BTreeSet<_> = days.collect();
    let (Some(from), Some(to)) = (days.first(), days.last()) else { return Ok(()) };
    let sums: HashSet<(Currency, i64)> =
        credits.iter().map(|entry| (entry.currency, entry.amount_minor)).collect();
    let named: HashSet<&str> = returns.iter().map(|r| r.instruction_key.as_str()).collect();
    let linked: HashSet<PaymentId> = bank_entry::payments_linked(tx, scope)?.into_iter().collect();
    let (mut received, mut returned) = (Vec::new(), Vec::new());
    payment::for_each_received::<ServiceError>(tx, scope, (*from, *to), |payment| {
        if !named.is_empty() && names(&payment).any(|name| named.contains(name.as_str())) {
            returned.push(payment.clone());
        }
        if sums.contains(&(payment.currency, payment.amount_minor)) && !linked.contains(&payment.id)
        {
            received.push(payment);
        }
        Ok(())
    })?;
    note_returned(tx, ctx, &returns, &returned)?;
    pair(tx, ctx, &credits, &received)
}

/// The same for one payment just recorded.
pub fn settle_one(tx: &mut Tx<'_>, ctx: &Ctx, payment: &Payment) -> Result<(), ServiceError> {
    let credits = bank_entry::open_credits(tx, ctx.scope(), Some(payment.amount_minor))?;
    pair(tx, ctx, &credits, std::slice::from_ref(payment))
}

/// What an instruction may be called in a recorded payment.
fn names(payment: &Payment) -> impl Iterator<Item = String> {
    [&payment.number, &payment.reference]
        .into_iter()
        .flatten()
        .filter_map(|text| same_money::reference_key(text))
}

/// Notes which recorded payment each returned instruction names.
fn note_returned(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    returns: &[DebitResult],
    payments: &[Payment],
) -> Result<(), ServiceError> {
    let by_name: HashMap<String, &Payment> =
        payments.iter().flat_map(|p| names(p).map(move |name| (name, p))).collect();
    for result in returns {
        let Some(payment) = by_name.get(&result.instruction_key) else { continue };
        let same_amount = result.amount_minor.is_none_or(|minor| minor == payment.amount_minor);
        if same_amount && result.currency == payment.currency {
            debit_result::set_known(tx, ctx.scope(), result.id, None, Some(payment.id))?;
        }
    }
    Ok(())
}

/// What a payment is looked up by beside its sum: a reference it carries, or who paid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Clue {
    Said(String),
    Payer(String),
}

fn clues(telling: &Telling) -> HashSet<Clue> {
    let said = telling.clues().into_iter().map(Clue::Said);
    said.chain(telling.payer_name.clone().map(Clue::Payer)).collect()
}

/// A pair that may be: how little speaks for it, the two, and what does.
type Found = (Reverse<(usize, i32)>, BankEntryId, PaymentId, Vec<Evidence>);

/// Pairs credits with payments, the strongest evidence first; each is paired once.
fn pair(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    credits: &[BankEntry],
    payments: &[Payment],
) -> Result<(), ServiceError> {
    if credits.is_empty() || payments.is_empty() {
        return Ok(());
    }
    let customers = customers_of(tx, ctx, payments)?;
    let mut by_clue: HashMap<(Money, Clue), Vec<(PaymentId, usize)>> = HashMap::new();
    let mut tellings = Vec::with_capacity(payments.len());
    for (position, payment) in payments.iter().enumerate() {
        let telling = telling_of(payment, customers.get(&payment.customer));
        for clue in clues(&telling) {
            by_clue.entry((telling.amount, clue)).or_default().push((payment.id, position));
        }
        tellings.push(telling);
    }
    let mut found: Vec<Found> = Vec::new();
    for entry in credits {
        let telling = bank_telling(entry);
        let clues = clues(&telling).into_iter();
        let candidates: BTreeSet<(PaymentId, usize)> = clues
            .filter_map(|clue| by_clue.get(&(telling.amount, clue)))
            .flatten()
            .copied()
            .collect();
        for (payment, position) in candidates {
            if let Some(evidence) = same_money::same_payment(&telling, &tellings[position]) {
                let strength = Reverse(same_money::strength(&evidence));
                found.push((strength, entry.id, payment, evidence));
            }
        }
    }
    found.sort_by_key(|(strength, entry, payment, _)| (*strength, *entry, *payment));
    let (mut entries_taken, mut payments_taken) = (HashSet::new(), HashSet::new());
    for (_, entry, payment, evidence) in found {
        if entries_taken.contains(&entry) || payments_taken.contains(&payment) {
            continue;
        }
        let why = same_money::words(&evidence);
        bank_entry::link_payment(tx, ctx.scope(), entry, payment, &why)?;
        entries_taken.insert(entry);
        payments_taken.insert(payment);
    }
    Ok(())
}

fn customers_of(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    payments: &[Payment],
) -> Result<HashMap<CustomerId, Customer>, ServiceError> {
    let ids: BTreeSet<CustomerId> = payments.iter().map(|payment| payment.customer).collect();
    let ids: Vec<CustomerId> = ids.into_iter().collect();
    let mut customers = HashMap::new();
    for part in ids.chunks(LOOKUP) {
        let found = customer::by_ids(tx, ctx.scope(), part)?;
        customers.extend(found.into_iter().map(|customer| (customer.id, customer)));
    }
    Ok(customers)
}

fn telling_of(payment: &Payment, customer: Option<&Customer>) -> Telling {
    Telling {
        amount: Money::new(payment.amount_minor, payment.currency),
        on: payment.received_on,
        own_reference: None,
        references: names(payment).collect(),
        text: payment.reference.clone().unwrap_or_default(),
        payer_tax_id: customer.and_then(|c| words::bare_id(c.tax_id.as_deref()?)),
        payer_name: customer.and_then(|c| words::comparable(&c.name)),
    }
}
