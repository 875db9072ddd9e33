//! The indicators of collection, by the ids of the domain reference (A2, A3, A4).
//!
//! Decides what each formula counts and over what; every one is an exact ratio with its sums and
//! how many cases stand behind it, so that a figure can be explained and small samples shown as
//! such. It refuses to divide by zero (the value is then missing), to add currencies, and to look
//! at anything recorded after what is asked.
//!
//! Rules that hold for all: open amounts are gross of unapplied credit; movements count by
//! effective day; collection times count cash only, a bounced payment taking back what it brought;
//! sales are receivables of kind sale by day of issue, tax included, less what was cancelled.

mod collection;
mod concentration;
mod dispute;
mod migration;
mod sales;
mod tally;

pub use collection::{Collected, collection};
pub use concentration::concentration;
pub use dispute::{CreditUse, DisputeFact, credit_use, disputes};
pub use migration::{MigrationMatrix, State, migration, roll_rates};
pub use sales::countback;
pub(crate) use sales::from_value;
pub(crate) use tally::amount_days;

use crate::currency::Currency;
use crate::portfolio::{AsOf, By, Key, Portfolio, Scope, Window};
use crate::ratio::Ratio;
use tally::Tally;

/// One figure with what it was made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Indicator {
    /// Its id in the domain reference, as `ppc_weighted`.
    pub id: &'static str,
    /// The value in the unit of the indicator (days; per cent; times a year's part), or `None`
    /// where it is undefined.
    pub value: Option<Ratio>,
    /// How many cases (allocations, invoices, lines, customers) stand behind it.
    pub n: u64,
    /// The sum above the line, before any factor of 100.
    pub num: i128,
    /// The sum below the line.
    pub den: i128,
}

impl Indicator {
    /// A plain ratio, as days or times.
    pub fn ratio(id: &'static str, n: u64, num: i128, den: i128) -> Indicator {
        Indicator { id, value: Ratio::new(num, den), n, num, den }
    }

    /// A ratio shown in per cent.
    pub fn percent(id: &'static str, n: u64, num: i128, den: i128) -> Indicator {
        Indicator { id, value: Ratio::new(num * 100, den), n, num, den }
    }
}

/// The indicators of one group in one currency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IndicatorRow {
    /// Whose they are.
    pub key: Key,
    /// The currency they are over.
    pub currency: Currency,
    /// In the order of the domain reference.
    pub indicators: Vec<Indicator>,
}

impl IndicatorRow {
    /// The indicator with this id.
    pub fn get(&self, id: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.id == id)
    }
}

/// All indicators that follow from money facts alone: stocks as of the day, flows over the window
/// (up to the day), by group and currency.
///
/// A2: `ppc_weighted ppc_simple ppc_settled_weighted pmc_rd635 avg_debt_age avg_debt_age_simple
/// avg_days_past_due dbt_paid dbt_paid_floored dbt_total`. A3: `dso_period dso_countback dso_true
/// dso_cohort bpdso add cei ar_turnover pct_current`. A4: `past_due_pct cure_rate recovery_rate
/// bad_debt_ratio` and, unless grouped by customer, `top10_share hhi`.
pub fn indicators(
    portfolio: &Portfolio,
    at: AsOf,
    window: Window,
    by: By,
    scope: Scope,
) -> Vec<IndicatorRow> {
    let question = tally::Question::new(portfolio, at, window);
    let rows = portfolio.grouped(by, scope, |chunk, account| question.tally(chunk, account));
    rows.into_iter()
        .map(|(key, currency, tally)| {
            let mut indicators = all(&tally, &question);
            if by != By::Customer {
                indicators.extend(concentration::shares(tally.customer_open));
            }
            IndicatorRow { key, currency, indicators }
        })
        .collect()
}

fn all(tally: &Tally, question: &tally::Question) -> Vec<Indicator> {
    let mut indicators = collection::of_collection(tally).to_vec();
    indicators.extend(sales::of_sales(tally, question));
    indicators.extend(of_quality(tally));
    indicators
}

/// Domain reference A4, what a tally holds of it.
fn of_quality(tally: &Tally) -> [Indicator; 4] {
    let Tally { open, overdue, sales, written_off, .. } = *tally;
    [
        Indicator::percent("past_due_pct", tally.overdue_count, overdue.into(), open.into()),
        Indicator::percent(
            "cure_rate",
            tally.overdue_before_count,
            tally.cured.into(),
            tally.overdue_before.into(),
        ),
        Indicator::percent(
            "recovery_rate",
            tally.open_before_count,
            tally.recovered.into(),
            tally.open_before.into(),
        ),
        Indicator::percent(
            "bad_debt_ratio",
            tally.written_off_count,
            written_off.into(),
            sales.into(),
        ),
    ]
}
