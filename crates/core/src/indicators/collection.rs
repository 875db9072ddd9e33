//! Collection time and lateness (domain reference A2).

use super::Indicator;
use super::tally::{Tally, amount_days};
use crate::currency::Currency;
use crate::date::Day;
use crate::portfolio::chunk::{Account, Chunk};
use crate::portfolio::group::Merge;
use crate::portfolio::{AsOf, By, Key, MovementKind, Portfolio, Scope, Window};

/// The ten indicators of A2.
pub(super) fn of_collection(tally: &Tally) -> [Indicator; 10] {
    let ratio = Indicator::ratio;
    let t = tally;
    let (paid, open, overdue) = (i128::from(t.paid), i128::from(t.open), i128::from(t.overdue));
    [
        ratio("ppc_weighted", t.paid_count, t.paid_age_amount_days, paid),
        ratio("ppc_simple", t.settled_count, t.settled_days.into(), t.settled_count.into()),
        ratio("ppc_settled_weighted", t.settled_count, t.settled_amount_days, t.settled.into()),
        ratio(
            "pmc_rd635",
            t.paid_count + t.open_count,
            t.paid_age_amount_days + t.open_age_amount_days,
            paid + open,
        ),
        ratio("avg_debt_age", t.open_count, t.open_age_amount_days, open),
        ratio("avg_debt_age_simple", t.open_count, t.open_days.into(), t.open_count.into()),
        ratio("avg_days_past_due", t.overdue_count, t.overdue_amount_days, overdue),
        ratio("dbt_paid", t.paid_count, t.paid_late_amount_days, paid),
        ratio("dbt_paid_floored", t.paid_count, t.paid_late_floored_amount_days, paid),
        ratio(
            "dbt_total",
            t.paid_count + t.overdue_count,
            t.paid_late_floored_amount_days + t.overdue_amount_days,
            paid + overdue,
        ),
    ]
}

/// Cash allocated in a window and how long it took.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Collected {
    /// Allocations of payments; bounced ones are not taken off the count.
    pub count: u64,
    /// Allocated less bounced, in smallest units.
    pub amount_minor: i64,
    /// Amounts times days from issue to payment.
    pub age_amount_days: i128,
    /// Amounts times days from due date to payment; early ones count negative.
    pub late_amount_days: i128,
}

impl Collected {
    /// Average collection period: days from issue to payment, weighted by amount.
    pub fn ppc_weighted(&self) -> Indicator {
        let amount = i128::from(self.amount_minor);
        Indicator::ratio("ppc_weighted", self.count, self.age_amount_days, amount)
    }

    /// Days beyond terms of what was paid, weighted by amount.
    pub fn dbt_paid(&self) -> Indicator {
        let amount = i128::from(self.amount_minor);
        Indicator::ratio("dbt_paid", self.count, self.late_amount_days, amount)
    }
}

impl Merge for Collected {
    fn merge(&mut self, other: Collected) {
        self.count += other.count;
        self.amount_minor += other.amount_minor;
        self.age_amount_days += other.age_amount_days;
        self.late_amount_days += other.late_amount_days;
    }
}

/// Collection times alone, faster than all indicators: cash of the window (up to the day) by group
/// and currency. Groups without any leave no row.
pub fn collection(
    portfolio: &Portfolio,
    at: AsOf,
    window: Window,
    by: By,
    scope: Scope,
) -> Vec<(Key, Currency, Collected)> {
    let window = Window { to: window.to.min(at.as_of), ..window };
    portfolio.grouped(by, scope, |chunk, account| {
        let collected = collected(chunk, account, window, at.known_day());
        (collected != Collected::default()).then_some(collected)
    })
}

fn collected(chunk: &Chunk, account: &Account, window: Window, known: Day) -> Collected {
    let mut sums = Collected::default();
    let rows = chunk.rows_until(account, window.to);
    let settled = &chunk.rows.settled[rows.clone()];
    for (row, settled) in rows.zip(settled) {
        // Settled for good before the window: nothing moves after.
        if *settled < window.from {
            continue;
        }
        for at in chunk.moves_of(row) {
            let on = chunk.moves.facts[at].effective;
            if on > window.to {
                break;
            }
            let kind = chunk.moves.kind[at];
            if on >= window.from && kind.is_cash() && chunk.moves.facts[at].recorded <= known {
                let amount = chunk.moves.facts[at].amount;
                sums.count += u64::from(kind == MovementKind::Cash);
                sums.amount_minor += amount;
                sums.age_amount_days += amount_days(amount, on - chunk.rows.facts[row].issued);
                sums.late_amount_days += amount_days(amount, on - chunk.rows.facts[row].due);
            }
        }
    }
    sums
}
