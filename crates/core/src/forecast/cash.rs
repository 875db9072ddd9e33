//! Expected cash by period: the mean over the distributions, and the spread of the sum.
//!
//! The mean is exact (an expectation, never the amounts on the likeliest days: domain reference B4).
//! For the spread a customer's receivables move together: one draw per customer and round says
//! whether it pays early or late, for a customer in trouble is late with everything.

use super::curve::ONE;
use super::draw::draw;
use super::walk::Distribution;
use crate::currency::Currency;
use crate::date::Day;
use crate::portfolio::Window;

/// Rounds of the simulation.
pub const ROUNDS: usize = 2_000;

/// Steps from early to late that are told apart in a customer's draw.
const LEVELS: usize = 128;

/// Cash expected in one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodCash {
    /// The days it is over.
    pub window: Window,
    /// Expectation, smallest units.
    pub mean_minor: i64,
    /// One time in ten it is no more than this.
    pub p10_minor: i64,
    /// Half of the time it is no more than this.
    pub p50_minor: i64,
    /// Nine times in ten it is no more than this.
    pub p90_minor: i64,
}

/// What is expected in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cash {
    /// The currency of every amount.
    pub currency: Currency,
    /// What is open, smallest units.
    pub open_minor: i64,
    /// In the order of the periods asked for.
    pub periods: Vec<PeriodCash>,
}

/// Adds up the receivables of one currency, customer by customer.
pub(crate) struct CashTally<'a> {
    currency: Currency,
    periods: &'a [Window],
    open_minor: i64,
    /// Expectations times [`ONE`], by period.
    means: Vec<i128>,
    /// By round, then by period.
    sums: Vec<i64>,
    /// What the customer in hand pays, by level, then by period.
    levels: Vec<i64>,
    in_hand: bool,
}

impl<'a> CashTally<'a> {
    pub fn new(currency: Currency, periods: &'a [Window]) -> CashTally<'a> {
        CashTally {
            currency,
            periods,
            open_minor: 0,
            means: vec![0; periods.len()],
            sums: vec![0; periods.len() * ROUNDS],
            levels: vec![0; periods.len() * LEVELS],
            in_hand: false,
        }
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Adds a receivable of the customer in hand; appends its chance in each period to `chances`.
    pub fn add(&mut self, open_minor: i64, paid: &Distribution, chances: &mut Vec<u32>) {
        self.open_minor += open_minor;
        for (at, period) in self.periods.iter().enumerate() {
            let (before, after) = (paid.by(period.from - 1), paid.by(period.to));
            chances.push((after - before) as u32);
            self.means[at] += i128::from(open_minor) * i128::from(after - before);
            for level in level(before)..level(after) {
                self.levels[level * self.periods.len() + at] += open_minor;
                self.in_hand = true;
            }
        }
    }

    /// Draws the customer in hand once per round, and lets it go.
    pub fn close_customer(&mut self, seed: u64, stream: u64) {
        if !self.in_hand {
            return;
        }
        let width = self.periods.len();
        for (round, sums) in (0..).zip(self.sums.chunks_exact_mut(width)) {
            let level = (draw(seed, stream, round) >> (64 - LEVELS.ilog2())) as usize;
            let paid = &self.levels[level * width..(level + 1) * width];
            sums.iter_mut().zip(paid).for_each(|(sum, paid)| *sum += paid);
        }
        self.levels.fill(0);
        self.in_hand = false;
    }

    pub fn finish(self) -> Cash {
        let width = self.periods.len();
        let period = |(at, window): (usize, &Window)| {
            let mut rounds: Vec<i64> = self.sums.iter().skip(at).step_by(width).copied().collect();
            rounds.sort_unstable();
            let quantile = |per_cent: usize| rounds[(ROUNDS * per_cent).div_ceil(100) - 1];
            PeriodCash {
                window: *window,
                mean_minor: rounded(self.means[at]),
                p10_minor: quantile(10),
                p50_minor: quantile(50),
                p90_minor: quantile(90),
            }
        };
        Cash {
            currency: self.currency,
            open_minor: self.open_minor,
            periods: self.periods.iter().enumerate().map(period).collect(),
        }
    }
}

/// How many levels have paid when the chance of having paid is this: the level's middle decides.
fn level(paid: u64) -> usize {
    ((paid * LEVELS as u64 + ONE / 2) / ONE) as usize
}

/// An expectation in smallest units, rounded half up once.
pub(crate) fn rounded(expectation: i128) -> i64 {
    let one = i128::from(ONE);
    i64::try_from((expectation + one / 2).div_euclid(one)).unwrap_or(i64::MAX)
}

/// So many weeks of seven days from the day after `as_of`, then the rest of the month and the months
/// after it, `months` in all.
pub fn periods(as_of: Day, weeks: usize, months: usize) -> Vec<Window> {
    let week = |number: i32| Window { from: as_of + 7 * number + 1, to: as_of + 7 * number + 7 };
    let first = as_of + 1;
    let month = |number: i32| {
        let from = first.month_start().add_months(number).max(first);
        Window { from, to: from.month_end() }
    };
    (0..weeks as i32).map(week).chain((0..months as i32).map(month)).collect()
}
