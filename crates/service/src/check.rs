//! Self-audit: proves from the stored rows that the books are right. Each check is computed by a
//! way of its own, never by the code it checks.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::portfolios::Portfolios;
use puntual_core::aging::{self, BucketSet, CreditPolicy};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::CustomerId;
use puntual_core::ledger::Account;
use puntual_core::portfolio::{AsOf, By, Scope};
use puntual_store::{Tx, audit, bank, creditor, ledger, merge, outbox};
use std::collections::{BTreeMap, HashMap};

/// One check and how it went.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// What was checked.
    pub name: String,
    /// Whether it held.
    pub ok: bool,
    /// What was looked at, or what is wrong.
    pub detail: String,
}

/// How many days the control totals are compared on.
const DAYS_COMPARED: i32 = 24;

/// Runs every check on one creditor's books.
pub fn run(app: &App, ctx: &Ctx) -> Result<Vec<Check>, ServiceError> {
    app.store.read(|tx| {
        Ok(vec![
            found("ledger_balanced", entries(tx, ctx))?,
            found("cached_balances", caches(tx, ctx))?,
            found("recorded_amounts", amounts(tx, ctx))?,
            found("limits", limits(tx, ctx))?,
            found("currencies", currencies(tx, ctx))?,
            found("control_totals", control_totals(tx, ctx))?,
            found("no_orphans", orphans(tx, ctx))?,
            found("merged_customers", merges(tx, ctx))?,
            found("bank_statements", bank_statements(tx, ctx))?,
            found("outbox", messages(tx, ctx))?,
        ])
    })
}

/// Rows that cannot be understood at all are a finding, not a reason to stop looking.
fn found(name: &str, outcome: Result<Check, ServiceError>) -> Result<Check, ServiceError> {
    match outcome {
        Err(ServiceError::Bug(what)) => Ok(check(name, vec![what], String::new())),
        other => other,
    }
}

fn check(name: &str, wrong: Vec<String>, fine: String) -> Check {
    let ok = wrong.is_empty();
    let detail = if ok { fine } else { wrong.join("; ") };
    Check { name: name.to_owned(), ok, detail }
}

/// Replays every entry: each is one the ledger may hold, every transaction's accounts add up to
/// zero per currency, sequence numbers have no gap, and reversals take back what they name.
fn entries(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Check, ServiceError> {
    let mut wrong = Vec::new();
    let mut expected_seq = 1;
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    let mut count = 0_u64;
    ledger::for_each_after::<ServiceError>(tx, ctx.scope(), 0, |stored| {
        count += 1;
        if wrong.len() < 20 && stored.seq != expected_seq {
            wrong.push(format!("entry {expected_seq} is missing"));
        }
        expected_seq = stored.seq + 1;
        let effects = Account::ALL.map(|account| i128::from(stored.entry.effect_on(account)));
        *sums.entry(stored.entry.currency).or_default() += effects.iter().sum::<i128>();
        if let Err(error) = stored.entry.checked() {
            wrong.push(format!("entry {}: {error}", stored.seq));
        }
        Ok(())
    })?;
    let last = creditor::ledger_seq(tx, ctx.scope())?;
    if expected_seq <= last {
        wrong.push(format!("entries {expected_seq} to {last} are missing"));
    }
    wrong.extend(
        sums.iter()
            .filter(|(_, sum)| **sum != 0)
            .map(|(currency, sum)| format!("accounts in {currency} add up to {sum} instead of 0")),
    );
    Ok(check("ledger_balanced", wrong, format!("{count} entries replayed, every one balanced")))
}

fn caches(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Check, ServiceError> {
    let stale = audit::stale_caches(tx, ctx.scope(), 20)?;
    let wrong =
        stale.iter().map(|(kind, id)| format!("{kind} {id} differs from the ledger")).collect();
    Ok(check("cached_balances", wrong, "cached balances equal the ledger".to_owned()))
}

/// Documents, receivables and payments still say the amounts the ledger recorded when they came.
fn amounts(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Check, ServiceError> {
    let found = audit::wrong_amounts(tx, ctx.scope(), 20)?;
    let wrong = found
        .iter()
        .map(|(kind, id)| format!("{kind} {id} has another amount than was recorded"))
        .collect();
    Ok(check("recorded_amounts", wrong, "amounts equal what was recorded".to_owned()))
}

/// Nothing gives more than it has: no payment or credit note is applied for more than it is, and of
/// no receivable is more open than was due. Files that state applications row by row may add up to
/// that, each row being right by itself. A payment taken back is gone altogether.
fn limits(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Check, ServiceError> {
    let found = audit::overdrawn(tx, ctx.scope(), 20)?;
    let mut wrong: Vec<String> = found
        .iter()
        .map(|(kind, id)| match kind.as_str() {
            "receivable" => format!("receivable {id} has more open than was due"),
            _ => format!("{kind} {id} is applied for more than it is"),
        })
        .collect();
    let held = audit::taken_back_in_part(tx, ctx.scope(), 20)?;
    wrong.extend(held.iter().map(|id| format!("payment {id} was taken back and still pays")));
    Ok(check("limits", wrong, "nothing is applied for more than it is".to_owned()))
}

/// What moves money and what it moves are in one currency: payment or credit note, entry,
/// receivable and document.
fn currencies(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Check, ServiceError> {
    let found = audit::mixed_currencies(tx, ctx.scope(), 20)?;
    let wrong = found
        .iter()
        .map(|(kind, id)| format!("{kind} {id} is moved in a currency that is not its own"))
        .collect();
    Ok(check("currencies", wrong, "sources and receivables agree in currency".to_owned()))
}

/// On days spread over the whole ledger: ageing buckets less unapplied credit, from the portfolio,
/// equal the receivable account less the unapplied account, from SQL.
fn control_totals(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Check, ServiceError> {
    let Some((first, last)) = audit::ledger_span(tx, ctx.scope())? else {
        return Ok(check("control_totals", Vec::new(), "the ledger is empty".to_owned()));
    };
    // A portfolio of its own, folded anew: the one in memory is part of what is checked.
    let view = Portfolios::default().view_in(tx, ctx.scope())?;
    let mut wrong = Vec::new();
    let days = spread(first, last);
    let changes = audit::daily_changes(tx, ctx.scope())?;
    for day in &days {
        let by_ledger = control(&changes, *day);
        let buckets = BucketSet::default();
        let at = AsOf::day(*day);
        let aged = aging::aging(
            &view.portfolio,
            at,
            &buckets,
            CreditPolicy::Separate,
            By::Total,
            Scope::ALL,
        );
        let by_buckets: BTreeMap<Currency, i64> = aged
            .rows()
            .map(|row| (row.currency, row.balance()))
            .filter(|(_, balance)| *balance != 0)
            .collect();
        if by_ledger != by_buckets {
            wrong.push(format!("{day}: buckets {by_buckets:?}, ledger {by_ledger:?}"));
        }
    }
    let fine = format!(
        "buckets less unapplied equal the ledger on {} days, {first} to {last}",
        days.len()
    );
    Ok(check("control_totals", wrong, fine))
}

fn spread(first: Day, last: Day) -> Vec<Day> {
    let length = last - first;
    let mut days: Vec<Day> = (0..=DAYS_COMPARED)
        .map(|n| first + (i64::from(length) * i64::from(n) / i64::from(DAYS_COMPARED)) as i32)
        .collect();
    days.dedup();
    days
}

/// What the ledger says was owed at the end of a day, by currency.
fn control(changes: &[(Currency, Day, i64)], day: Day) -> BTreeMap<Currency, i64> {
    let mut balances: BTreeMap<Currency, i64> = BTreeMap::new();
    for (currency, _, change) in changes.iter().filter(|(_, on, _)| *on <= day) {
        *balances.entry(*currency).or_default() += change;
    }
    balances.retain(|_, balance| *balance != 0);
    balances
}

fn orphans(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Check, ServiceError> {
    let relations = audit::orphans(tx, ctx.scope())?;
    let wrong = relations
        .iter()
        .filter(|orphans| orphans.count > 0)
        .map(|orphans| format!("{}: {} missing", orphans.relation, orphans.count))
        .collect();
    Ok(check("no_orphans", wrong, format!("{} relations hold", relations.len())))
}

/// Who stands for whom beside the customers follows from the merges that stand, and from no others.
fn merges(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Check, ServiceError> {
    let rows = merge::all(tx, ctx.scope())?;
    let next: HashMap<CustomerId, CustomerId> = (rows.iter())
        .filter(|row| row.taken_back.is_none())
        .map(|row| (row.merge.customer, row.merge.into))
        .collect();
    let kept: HashMap<CustomerId, CustomerId> = merge::merged(tx, ctx.scope())?.pairs().collect();
    let mut wrong: Vec<String> = kept
        .keys()
        .filter(|customer| !next.contains_key(customer))
        .map(|customer| format!("{customer} counts as another one without a merge"))
        .collect();
    for (customer, into) in &next {
        // Link by link: who a customer is merged into counts as the same one as the customer.
        let survivor = kept.get(into).unwrap_or(into);
        if kept.get(customer) != Some(survivor) {
            wrong.push(format!("{customer} does not count as {into}, into which it is merged"));
        }
    }
    wrong.sort_unstable();
    let fine = format!("{} merges stand of {}", next.len(), rows.len());
    Ok(check("merged_customers", wrong, fine))
}

/// Where a statement's own balances and sums close and none of its entries waits, the entries stored
/// lead from its opening to its closing balance.
fn bank_statements(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Check, ServiceError> {
    let told = bank::told(tx, ctx.scope())?;
    let (mut wrong, mut proven) = (Vec::new(), 0);
    let statements = bank::statements(tx, ctx.scope())?;
    for s in &statements {
        let (Some(opening), Some(closing)) = (s.opening_minor, s.closing_minor) else { continue };
        let (count, sum_minor) = told.get(&s.id).copied().unwrap_or_default();
        let closes = opening + s.credit_minor - s.debit_minor == closing;
        if !closes || count != s.entry_count {
            continue;
        }
        proven += 1;
        if opening + sum_minor != closing {
            wrong.push(format!(
                "{}: its entries lead from {opening} to {}, not to {closing}",
                s.id,
                opening + sum_minor
            ));
        }
    }
    let fine = format!("{proven} of {} statements closed by their entries", statements.len());
    Ok(check("bank_statements", wrong, fine))
}

/// No message is held by a worker that is gone.
fn messages(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Check, ServiceError> {
    let sending = outbox::list(tx, ctx.scope(), Some("sending"), 10_000)?;
    let stuck: Vec<String> = sending
        .iter()
        .filter(|m| m.lease_until_at.is_none_or(|until| until < ctx.now_ms))
        .map(|m| format!("message {} is stuck in sending", m.id))
        .collect();
    let states = outbox::count_by_state(tx, ctx.scope())?;
    let list: Vec<String> = states.iter().map(|(state, n)| format!("{n} {state}")).collect();
    Ok(check(
        "outbox",
        stuck,
        if list.is_empty() { "no messages".to_owned() } else { list.join(", ") },
    ))
}
