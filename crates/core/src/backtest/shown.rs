//! Which forecast deserves to be shown: the model's, unless a simple method would have been nearer in
//! the months before, and then that method's, said by name.
//!
//! Dates and cash are judged apart, cash by currency. Where too little has happened to judge, the
//! model stands. Decides nothing about how errors are measured.

use super::{Backtest, Baseline, Method, book_mean};
use crate::currency::Currency;
use crate::date::Day;
use crate::forecast::Forecast;
use crate::forecast::experience::Experience;
use crate::id::CustomerId;
use crate::portfolio::{AsOf, Portfolio};
use std::collections::BTreeMap;

/// Receivables that must have been judged before dates of the model give way.
const LEAST_LINES: u64 = 30;
/// Weeks that must have been judged before cash of the model gives way.
const LEAST_WEEKS: usize = 8;

/// Which method is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// For the dates of receivables.
    pub dates: Method,
    /// For the cash of each currency.
    pub cash: BTreeMap<Currency, Method>,
}

impl Backtest {
    /// The methods that deserve to be shown, cash being judged over the first so many weeks.
    pub fn shown(&self, weeks: u16) -> Shown {
        let judged = self.of(Method::Model);
        let enough = judged.is_some_and(|model| model.lines().count() >= LEAST_LINES);
        let dates = if enough { self.nearest_dates() } else { Method::Model };
        let currencies = judged.into_iter().flat_map(|model| &model.cash);
        let cash = currencies
            .filter(|cash| cash.weeks.len() >= LEAST_WEEKS)
            .map(|cash| (cash.currency, self.nearest_cash(cash.currency, weeks)));
        Shown { dates, cash: cash.collect() }
    }
}

/// Puts the dates and the cash of the methods shown in place of the model's. A simple method's band is
/// the spread of its own errors in the backtest; the spread of its cash is the model's around its mean.
pub fn show(
    mut forecast: Forecast,
    portfolio: &Portfolio,
    at: AsOf,
    later_days: u16,
    (tested, shown): (&Backtest, &Shown),
) -> Forecast {
    let simple = |method: &Method| *method != Method::Model;
    if !simple(&shown.dates) && !shown.cash.values().any(simple) {
        return forecast;
    }
    let experience = Experience::of(portfolio, at);
    let book_mean = book_mean(&experience);
    let payers = experience.payers().iter();
    let baselines: BTreeMap<CustomerId, Baseline> =
        payers.map(|payer| (payer.id, Baseline::of(&experience, payer, book_mean))).collect();
    let tomorrow = at.as_of + 1;
    let later = i32::from(later_days);
    let day = |method: Method, customer: CustomerId, due: Day| {
        baselines.get(&customer).map(|known| known.day(method, due, tomorrow) + later)
    };
    if simple(&shown.dates) {
        let errors = tested.of(shown.dates).map(super::Measured::lines).unwrap_or_default();
        let (early, late) = (errors.quantile(10).unwrap_or(0), errors.quantile(90).unwrap_or(0));
        for line in &mut forecast.lines {
            let Some(told) = day(shown.dates, line.customer, line.due) else { continue };
            line.p50 = Some(told);
            line.p10 = Some((told - late).max(tomorrow).min(told));
            line.p90 = Some((told - early).max(told));
        }
    }
    for (currency, method) in shown.cash.iter().filter(|(_, method)| simple(method)) {
        let days: Vec<Option<Day>> = (forecast.lines.iter())
            .map(|line| {
                day(*method, line.customer, line.due).filter(|_| line.currency == *currency)
            })
            .collect();
        forecast.pay_on(*currency, &days);
    }
    forecast
}
