//! What each customer owes in each currency as of a day, taken from the portfolio in memory in one
//! pass: the rows that Clientes, Mi día and searches are made of.

use crate::portfolios::View;
use crate::standings::Standings;
use puntual_core::aging::{self, BucketSet, CreditPolicy, OpenDocument};
use puntual_core::currency::Currency;
use puntual_core::id::CustomerId;
use puntual_core::portfolio::{AsOf, By, Key, Scope};

/// Where a customer stands in one currency. Amounts in smallest units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Who.
    pub customer: CustomerId,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Open, before credit not applied.
    pub open_minor: i64,
    /// Of it, past due.
    pub overdue_minor: i64,
    /// Open amount per bucket.
    pub buckets: Vec<i64>,
    /// Credit and payments not applied, as a positive amount.
    pub unapplied_minor: i64,
    /// Of what is open, disputed.
    pub disputed_minor: i64,
    /// Of what is past due, disputed.
    pub disputed_overdue_minor: i64,
    /// Days past due of the oldest open receivable; 0 when none is past due.
    pub oldest_overdue_days: i32,
    /// How many receivables are open.
    pub open_count: u32,
}

impl Balance {
    /// Nothing owed in a currency.
    pub fn nothing(customer: CustomerId, currency: Currency, buckets: &BucketSet) -> Balance {
        Balance {
            customer,
            currency,
            open_minor: 0,
            overdue_minor: 0,
            buckets: vec![0; buckets.len()],
            unapplied_minor: 0,
            disputed_minor: 0,
            disputed_overdue_minor: 0,
            oldest_overdue_days: 0,
            open_count: 0,
        }
    }

    /// Of what is open, not due yet.
    pub fn not_due_minor(&self) -> i64 {
        self.open_minor - self.overdue_minor
    }

    /// Past due, not disputed, and not covered by money on account: what may be asked for now.
    pub fn collectable_minor(&self) -> i64 {
        (self.overdue_minor - self.disputed_overdue_minor - self.unapplied_minor).max(0)
    }
}

/// The balances of a scope by customer and currency; whoever owes nothing and has no credit is
/// absent.
pub fn balances(
    view: &View,
    at: AsOf,
    buckets: &BucketSet,
    standings: &Standings,
    scope: Scope,
) -> Vec<Balance> {
    let portfolio = &view.portfolio;
    let aged = aging::aging(portfolio, at, buckets, CreditPolicy::Separate, By::Customer, scope);
    let mut found: Vec<Balance> = Vec::with_capacity(aged.rows().len());
    for row in aged.rows() {
        let Key::Customer(customer) = row.key else { continue };
        found.push(Balance {
            open_minor: row.open(),
            buckets: row.amounts.to_vec(),
            unapplied_minor: row.unapplied,
            open_count: row.counts.iter().sum(),
            ..Balance::nothing(customer, row.currency, buckets)
        });
    }
    let mut last = 0;
    for open in portfolio.open_documents(at, scope, buckets, None) {
        // Receivables of an account come together: most times the row is the one before.
        let wanted = (open.customer, open.currency);
        let is_last = |b: &Balance| (b.customer, b.currency) == wanted;
        if !found.get(last).is_some_and(is_last) {
            let place = found.binary_search_by_key(&wanted, |b| (b.customer, b.currency));
            let Ok(place) = place else { continue };
            last = place;
        }
        add(&mut found[last], &open, standings);
    }
    found
}

fn add(balance: &mut Balance, open: &OpenDocument, standings: &Standings) {
    let disputed_minor = standings.disputed_minor(open.document, open.open_minor);
    balance.disputed_minor += disputed_minor;
    if open.overdue_days > 0 {
        balance.overdue_minor += open.open_minor;
        balance.disputed_overdue_minor += disputed_minor;
        balance.oldest_overdue_days = balance.oldest_overdue_days.max(open.overdue_days);
    }
}
