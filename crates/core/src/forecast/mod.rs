//! When what is owed will be paid, and how much cash that makes by week and month.
//!
//! A discrete hazard of days late per customer, shrunk to everybody's, times factors of the calendar
//! (domain reference B3); cash as an expectation with the spread of a simulation (B4). Decides dates,
//! chances and amounts from a portfolio and a question; knows no pages and no baselines (those are
//! `backtest`'s). Whole numbers throughout, so that the same inputs and seed give the same bytes on
//! every machine, and nothing that took effect or was learnt after the question's days is looked at.

mod cash;
pub(crate) mod curve;
mod draw;
pub(crate) mod experience;
mod overlay;
mod rhythm;
pub(crate) mod walk;

pub(crate) use cash::rounded;
pub use cash::{Cash, PeriodCash, ROUNDS, periods};
pub use overlay::{Kept, OpenDispute, Overlays, Pledge};
pub use walk::HORIZON_DAYS;

use crate::calendar::Calendar;
use crate::currency::Currency;
use crate::date::Day;
use crate::id::{CustomerId, DocumentId, ReceivableId};
use crate::portfolio::{AsOf, Portfolio, Window};
use crate::ratio::Ratio;
use cash::CashTally;
use curve::ONE;
use experience::{Owed, Payer};
use overlay::Said;
use walk::{Distribution, Learnt};

/// What a forecast is asked.
pub struct ForecastQuestion<'a> {
    /// The day it stands on, and with whose knowledge.
    pub at: AsOf,
    /// The periods cash is expected in; see [`periods`].
    pub periods: &'a [Window],
    /// Days off, which are measured before they are believed.
    pub calendar: &'a Calendar,
    /// Promises and disputes.
    pub overlays: &'a Overlays,
    /// Seed of the simulation.
    pub seed: u64,
    /// A number for each customer that is the same in every storage, by which its draws are its own.
    pub stream: &'a dyn Fn(CustomerId) -> u64,
    /// A hardship supposed.
    pub stress: Stress,
}

/// A hardship supposed: what if.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stress {
    /// Everybody pays so many days later.
    pub later_days: u16,
    /// These customers pay nothing.
    pub without: Vec<CustomerId>,
}

/// When one receivable will be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineForecast {
    /// Which.
    pub receivable: ReceivableId,
    /// Its document.
    pub document: DocumentId,
    /// Who owes it.
    pub customer: CustomerId,
    /// Currency of the amount.
    pub currency: Currency,
    /// Due date.
    pub due: Day,
    /// Open, smallest units.
    pub open_minor: i64,
    /// One time in ten it is paid by this day; `None` for all three when that is beyond the horizon.
    pub p10: Option<Day>,
    /// As likely before (or on) this day as after it.
    pub p50: Option<Day>,
    /// Nine times in ten it is paid by this day.
    pub p90: Option<Day>,
    /// Chance of being paid after the due date; certain for what is overdue.
    pub late: Ratio,
}

/// A forecast of a portfolio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The periods of the cash, as asked for.
    pub periods: Vec<Window>,
    /// Every open receivable.
    pub lines: Vec<LineForecast>,
    /// Cash by currency, in code order.
    pub cash: Vec<Cash>,
    /// Chance of each line in each period, parts of 2³¹, line after line.
    chances: Vec<u32>,
}

impl Forecast {
    /// What is expected of the line at a place in a period, smallest units.
    pub fn expected_minor(&self, line: usize, period: usize) -> i64 {
        let chance = self.chances.get(line * self.periods.len() + period).copied().unwrap_or(0);
        let open = self.lines.get(line).map_or(0, |line| line.open_minor);
        rounded(i128::from(open) * i128::from(chance))
    }
}

impl Forecast {
    /// Puts certain days in place of the chances of the lines of a currency: the whole of each line
    /// comes on its day. The spread of a period stays as wide as it was, around its new mean.
    pub(crate) fn pay_on(&mut self, currency: Currency, days: &[Option<Day>]) {
        let width = self.periods.len();
        let mut means = vec![0_i64; width];
        let of_line = self.lines.iter().zip(days).zip(self.chances.chunks_mut(width.max(1)));
        for ((line, day), chances) in of_line.filter(|((line, _), _)| line.currency == currency) {
            for ((chance, period), mean) in chances.iter_mut().zip(&self.periods).zip(&mut means) {
                let comes = day.is_some_and(|day| period.contains(day));
                *chance = if comes { ONE as u32 } else { 0 };
                *mean += if comes { line.open_minor } else { 0 };
            }
        }
        let cash = self.cash.iter_mut().filter(|cash| cash.currency == currency);
        for (period, mean) in cash.flat_map(|cash| &mut cash.periods).zip(means) {
            let moved = mean - period.mean_minor;
            period.mean_minor = mean;
            period.p10_minor = (period.p10_minor + moved).max(0).min(mean);
            period.p50_minor = mean;
            period.p90_minor = (period.p90_minor + moved).max(mean);
        }
    }
}

/// Forecasts every open receivable, and the cash they make.
pub fn forecast(portfolio: &Portfolio, question: &ForecastQuestion<'_>) -> Forecast {
    let learnt = Learnt::of(portfolio, question.at, question.calendar, 0);
    let said = Said::new(question.overlays, question.at.as_of, question.calendar);
    let mut found = Forecast {
        periods: question.periods.to_vec(),
        lines: Vec::new(),
        cash: Vec::new(),
        chances: Vec::new(),
    };
    let mut tallies: Vec<CashTally<'_>> = Vec::new();
    for (at, payer) in learnt.experience.payers().iter().enumerate() {
        let owed = learnt.experience.open(payer);
        if owed.is_empty() || question.stress.without.contains(&payer.id) {
            continue;
        }
        let mut forecaster =
            Forecaster { learnt: &learnt, said: &said, question, paid: Distribution::default() };
        forecaster.customer(at, payer, owed, &mut found, &mut tallies);
        let stream = (question.stream)(payer.id);
        tallies.iter_mut().for_each(|tally| tally.close_customer(question.seed, stream));
    }
    found.cash = tallies.into_iter().map(CashTally::finish).collect();
    found.cash.sort_by_key(|cash| cash.currency);
    found
}

struct Forecaster<'a> {
    learnt: &'a Learnt,
    said: &'a Said,
    question: &'a ForecastQuestion<'a>,
    paid: Distribution,
}

impl<'a> Forecaster<'a> {
    fn customer(
        &mut self,
        at: usize,
        payer: &Payer,
        owed: &[Owed],
        found: &mut Forecast,
        tallies: &mut Vec<CashTally<'a>>,
    ) {
        let habits = self.learnt.payer(at, payer);
        let pledged = self.said.pledged(payer.id, owed);
        let tomorrow = self.question.at.as_of + 1;
        for (one, pledge) in owed.iter().zip(pledged) {
            self.paid.walk(&habits, one.due, tomorrow, self.said.frozen_days(one));
            if let Some((day, chance)) = pledge {
                self.paid.pledge(day, chance);
            }
            self.paid.delay(self.question.stress.later_days);
            found.lines.push(line(payer.id, one, &self.paid, tomorrow));
            let known = tallies.iter().position(|tally| tally.currency() == one.currency);
            let slot = known.unwrap_or_else(|| {
                tallies.push(CashTally::new(one.currency, self.question.periods));
                tallies.len() - 1
            });
            tallies[slot].add(one.open_minor, &self.paid, &mut found.chances);
        }
    }
}

fn line(customer: CustomerId, owed: &Owed, paid: &Distribution, tomorrow: Day) -> LineForecast {
    let in_time = if owed.due < tomorrow { 0 } else { paid.by(owed.due) };
    LineForecast {
        receivable: owed.receivable,
        document: owed.document,
        customer,
        currency: owed.currency,
        due: owed.due,
        open_minor: owed.open_minor,
        p10: paid.day_of(10),
        p50: paid.day_of(50),
        p90: paid.day_of(90),
        late: Ratio { num: i128::from(ONE - in_time), den: i128::from(ONE) },
    }
}
