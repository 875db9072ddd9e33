//! How wrong forecasts would have been: made again at past days with what was known then, and held
//! against what happened, beside the simple methods a model must beat (domain reference B5).
//!
//! Decides which receivables are judged, on which days, and which method deserves to be shown. It
//! learns nothing from what came after a cut and fits nothing to it. New receivables are those issued
//! in the days after a cut; open ones are those open on it, which are told no day up to the cut; cash
//! is what the open ones bring by week.

mod baseline;
mod errors;
mod shown;

pub use baseline::Method;
use baseline::{Baseline, book_mean};
pub use errors::{CashErrors, LineErrors, Week};
pub use shown::{Shown, show};

use crate::calendar::Calendar;
use crate::currency::Currency;
use crate::date::Day;
use crate::forecast::HORIZON_DAYS;
use crate::forecast::curve::ONE;
use crate::forecast::walk::{Distribution, Learnt, LearntPayer};
use crate::portfolio::{AsOf, Line, Portfolio, ReceivableKind, Scope};
use std::collections::BTreeMap;

/// What a backtest is asked.
#[derive(Clone, Debug)]
pub struct BacktestQuestion<'a> {
    /// The days forecasts are made again, in order.
    pub cuts: &'a [Day],
    /// Up to this day, and with this knowledge, it is seen what happened: later weeks are not judged.
    pub observed: AsOf,
    /// Limit each cut to what had been recorded by then. A history loaded in one go had not.
    pub as_known_then: bool,
    /// Days after a cut in which new receivables are judged.
    pub new_days: u16,
    /// Weeks of cash judged after each cut.
    pub weeks: u16,
    /// Days off, as the forecast takes them.
    pub calendar: &'a Calendar,
}

/// Errors of one method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Which.
    pub method: Method,
    /// Receivables that were open at a cut.
    pub open: LineErrors,
    /// Receivables issued after a cut.
    pub new: LineErrors,
    /// Weekly cash by currency, in code order.
    pub cash: Vec<CashErrors>,
}

impl Measured {
    /// The errors of every receivable.
    pub fn lines(&self) -> LineErrors {
        self.open.and(&self.new)
    }

    /// The cash of a currency.
    pub fn cash_in(&self, currency: Currency) -> Option<&CashErrors> {
        self.cash.iter().find(|cash| cash.currency == currency)
    }
}

/// Errors of every method, in the order of [`Method::ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backtest {
    /// The model first.
    pub methods: Vec<Measured>,
}

impl Backtest {
    /// The errors of a method.
    pub fn of(&self, method: Method) -> Option<&Measured> {
        self.methods.iter().find(|measured| measured.method == method)
    }

    /// Which method's dates were nearest: the model unless a simple one was nearer.
    pub fn nearest_dates(&self) -> Method {
        best(&self.methods, |measured| measured.lines().mae())
    }

    /// Which method's weekly cash was nearest in a currency, over the first so many weeks.
    pub fn nearest_cash(&self, currency: Currency, weeks: u16) -> Method {
        best(&self.methods, |measured| measured.cash_in(currency)?.wape(weeks))
    }
}

/// The method with the least error; the first of equals, and the model where nothing was judged.
fn best(methods: &[Measured], error: impl Fn(&Measured) -> Option<crate::ratio::Ratio>) -> Method {
    let errors = methods.iter().filter_map(|one| Some((one.method, error(one)?.rounded(6))));
    errors.min_by_key(|(_, error)| *error).map_or(Method::Model, |(method, _)| method)
}

/// Makes forecasts again at every cut and measures them.
pub fn backtest(portfolio: &Portfolio, question: &BacktestQuestion<'_>) -> Backtest {
    let mut run = Run {
        portfolio,
        question,
        lines: vec![Default::default(); Method::ALL.len()],
        weeks: BTreeMap::new(),
    };
    question.cuts.iter().for_each(|cut| run.cut(*cut));
    run.finish()
}

struct Run<'a> {
    portfolio: &'a Portfolio,
    question: &'a BacktestQuestion<'a>,
    /// Open and new, by method.
    lines: Vec<(LineErrors, LineErrors)>,
    weeks: BTreeMap<Currency, Vec<Vec<Week>>>,
}

/// Cash of one currency after one cut, by week: what came in, and times [`ONE`] what each method
/// expected.
struct CutCash {
    actual: Vec<i64>,
    expected: Vec<Vec<i128>>,
}

/// One receivable to be judged.
struct Judged<'a> {
    line: &'a Line<'a>,
    /// Open at the cut, smallest units; `None` for a new one.
    open_minor: Option<i64>,
    /// The first day it can be paid on.
    earliest: Day,
    /// When it was paid, if that is known by now.
    paid_on: Option<Day>,
}

impl Run<'_> {
    fn cut(&mut self, cut: Day) {
        let known_at = match self.question.as_known_then {
            true => Some(cut),
            false => self.question.observed.known_at,
        };
        let at = AsOf { as_of: cut, known_at };
        let ahead = usize::from(self.question.new_days);
        let learnt = Learnt::of(self.portfolio, at, self.question.calendar, ahead);
        let book_mean = book_mean(&learnt.experience);
        let mut cash: BTreeMap<Currency, CutCash> = BTreeMap::new();
        let mut paid = Distribution::default();
        let (mut place, mut last) = (0, None);
        let mut known: Option<(LearntPayer<'_>, Baseline)> = None;
        for (chunk, account) in self.portfolio.accounts(Scope::ALL) {
            // Payers come in the order of the accounts, one for all currencies of a customer.
            if last != Some(account.customer) {
                place += usize::from(last.is_some());
                (last, known) = (Some(account.customer), None);
            }
            let payer = &learnt.experience.payers()[place];
            for row in chunk.rows_until(account, cut + i32::from(self.question.new_days)) {
                let line = Line::new(self.portfolio, chunk, account, row);
                let Some(judged) = self.judged(&line, at) else { continue };
                let (habits, baseline) = known.get_or_insert_with(|| {
                    let baseline = Baseline::of(&learnt.experience, payer, book_mean);
                    (learnt.payer(place, payer), baseline)
                });
                paid.walk(habits, line.due(), judged.earliest, 0);
                self.judge_dates(&judged, &paid, baseline);
                if judged.open_minor.is_some() {
                    let cash = cash.entry(line.currency()).or_insert_with(|| self.no_cash());
                    self.judge_cash(&judged, cut, &paid, baseline, cash);
                }
            }
        }
        cash.into_iter().for_each(|(currency, cash)| self.keep_weeks(cut, currency, cash));
    }

    fn judged<'a>(&self, line: &'a Line<'a>, at: AsOf) -> Option<Judged<'a>> {
        let teaches = matches!(line.kind(), ReceivableKind::Sale | ReceivableKind::Replacement);
        let open_minor = line.counts(at).then(|| line.open_minor(at)).filter(|open| *open > 0);
        let is_new = line.issued() > at.as_of && line.amount_minor() > 0;
        if !teaches || (open_minor.is_none() && !is_new) {
            return None;
        }
        let observed = self.question.observed;
        let by_cash = line.movements_until(observed).any(|movement| movement.kind.is_cash());
        let paid_on = line.settled_on(observed).filter(|_| by_cash);
        let earliest = if is_new { line.issued() } else { at.as_of + 1 };
        // Settled without the payment having been known of: nothing was left to be told.
        let paid_on = paid_on.filter(|day| is_new || *day > at.as_of);
        Some(Judged { line, open_minor, earliest, paid_on })
    }

    fn judge_dates(&mut self, judged: &Judged<'_>, paid: &Distribution, baseline: &Baseline) {
        let Some(paid_on) = judged.paid_on else { return };
        let end = judged.earliest + HORIZON_DAYS as i32;
        let told = |per_cent| paid.day_of(per_cent).unwrap_or(end);
        for (method, (open, new)) in Method::ALL.into_iter().zip(&mut self.lines) {
            let errors = if judged.open_minor.is_some() { open } else { new };
            if method == Method::Model {
                errors.add(told(50), Some((told(10), told(90))), paid_on);
            } else {
                errors.add(baseline.day(method, judged.line.due(), judged.earliest), None, paid_on);
            }
        }
    }

    fn no_cash(&self) -> CutCash {
        let weeks = usize::from(self.question.weeks);
        CutCash { actual: vec![0; weeks], expected: vec![vec![0; weeks]; Method::ALL.len()] }
    }

    fn judge_cash(
        &self,
        judged: &Judged<'_>,
        cut: Day,
        paid: &Distribution,
        baseline: &Baseline,
        cash: &mut CutCash,
    ) {
        let weeks = usize::from(self.question.weeks);
        let open = i128::from(judged.open_minor.unwrap_or(0));
        let moved = judged.line.movements_until(self.question.observed);
        for movement in moved.filter(|movement| movement.kind.is_cash()) {
            if let Some(week) = week_of(movement.effective, cut).filter(|week| *week < weeks) {
                cash.actual[week] += movement.amount_minor;
            }
        }
        for (method, expected) in Method::ALL.into_iter().zip(&mut cash.expected) {
            if method == Method::Model {
                let mut before = 0;
                for (number, week) in (1..).zip(expected.iter_mut()) {
                    let after = paid.by(cut + 7 * number);
                    *week += open * i128::from(after - before);
                    before = after;
                }
            } else {
                let day = baseline.day(method, judged.line.due(), judged.earliest);
                let week = week_of(day, cut).and_then(|week| expected.get_mut(week));
                week.into_iter().for_each(|week| *week += open * i128::from(ONE));
            }
        }
    }

    fn keep_weeks(&mut self, cut: Day, currency: Currency, cash: CutCash) {
        let kept =
            self.weeks.entry(currency).or_insert_with(|| vec![Vec::new(); Method::ALL.len()]);
        for (weeks, expected) in kept.iter_mut().zip(&cash.expected) {
            let over = (1..).zip(cash.actual.iter().zip(expected));
            for (number, (actual, expected)) in over {
                if cut + 7 * i32::from(number) <= self.question.observed.as_of {
                    let expected_minor = crate::forecast::rounded(*expected);
                    weeks.push(Week { cut, number, actual_minor: *actual, expected_minor });
                }
            }
        }
    }

    fn finish(self) -> Backtest {
        let cash = |at: usize| {
            let of = self.weeks.iter();
            of.map(|(currency, weeks)| CashErrors { currency: *currency, weeks: weeks[at].clone() })
                .collect()
        };
        let methods = Method::ALL.into_iter().zip(&self.lines).enumerate();
        let methods = methods
            .map(|(at, (method, (open, new)))| Measured {
                method,
                open: open.clone(),
                new: new.clone(),
                cash: cash(at),
            })
            .collect();
        Backtest { methods }
    }
}

/// The number of the week after the cut a day is in, 0 the first.
fn week_of(day: Day, cut: Day) -> Option<usize> {
    usize::try_from(day - cut - 1).ok().map(|days| days / 7)
}
