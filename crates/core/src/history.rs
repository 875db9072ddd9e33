//! Series: ageing and indicators at the end of every day, week or month of a span.
//!
//! Decides how a series is computed in one pass over the receivables: a balance is constant
//! between movements, so each stretch of it is added where it starts and taken off where it ends
//! (difference arrays), and flows are added by day. The figures equal those of
//! [`aging`](crate::aging::aging) and [`indicators`](crate::indicators::indicators) asked day by
//! day; a test holds it to that.

mod pass;
mod span;

pub use span::{BadSpan, Span, Step};

use crate::aging::BucketSet;
use crate::currency::Currency;
use crate::date::Day;
use crate::indicators::{Indicator, countback, from_value};
use crate::portfolio::{Portfolio, Scope, Window};
use pass::{Pass, Plan, Stocks, Totals};
use std::collections::BTreeMap;

/// The days over which a point's cash is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Flows {
    /// Those of the point's own period: since the point before.
    #[default]
    Period,
    /// A number of days ending on the point.
    Trailing(i32),
}

/// What a series is asked to show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HistoryQuestion {
    /// The points.
    pub span: Span,
    /// Buckets of the ageing at each point.
    pub buckets: BucketSet,
    /// Days the cash indicators are over.
    pub flows: Flows,
    /// Days of sales that `dso_period`, `bpdso` and `add` are over.
    pub sales_days: i32,
    /// Only what was recorded up to this day counts; `None` is everything.
    pub known_at: Option<Day>,
    /// Whose receivables.
    pub scope: Scope,
}

impl HistoryQuestion {
    /// A span with the usual settings: default buckets, cash by period, 90 days of sales.
    pub fn new(span: Span, scope: Scope) -> HistoryQuestion {
        HistoryQuestion {
            span,
            buckets: BucketSet::default(),
            flows: Flows::Period,
            sales_days: 90,
            known_at: None,
            scope,
        }
    }
}

/// The end of one period in one currency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Point {
    /// The day the stocks are of, the last of the period.
    pub as_of: Day,
    /// The days since the point before; CEI and `sales_minor` are over these.
    pub period: Window,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Open amount per bucket, before unapplied credit.
    pub amounts: Vec<i64>,
    /// Unapplied credit, as a positive amount.
    pub unapplied_minor: i64,
    /// Receivables open.
    pub open_count: u64,
    /// Credit sales of the period.
    pub sales_minor: i64,
    /// Cash allocated in the days of the flows, less what bounced.
    pub collected_minor: i64,
    /// `ppc_weighted dbt_paid avg_debt_age avg_debt_age_simple pct_current past_due_pct dso_period
    /// dso_countback bpdso add cei`.
    pub indicators: Vec<Indicator>,
}

impl Point {
    /// What is open in all buckets.
    pub fn open_minor(&self) -> i64 {
        self.amounts.iter().sum()
    }

    /// The indicator with this id.
    pub fn get(&self, id: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.id == id)
    }
}

/// The series of a scope, by currency and then by day. A currency has its points whenever it has
/// an account in the scope.
pub fn history(portfolio: &Portfolio, question: &HistoryQuestion) -> Vec<Point> {
    let plan = Plan::new(portfolio, question);
    let mut passes: BTreeMap<Currency, Pass> = BTreeMap::new();
    for (chunk, account) in portfolio.accounts(question.scope) {
        let pass = passes.entry(account.currency).or_insert_with(|| Pass::new(&plan));
        pass.add_account(&plan, chunk, account);
    }
    passes
        .into_iter()
        .flat_map(|(currency, pass)| points(portfolio, question, &plan, currency, pass))
        .collect()
}

/// Adds a pass up into points.
fn points(
    portfolio: &Portfolio,
    question: &HistoryQuestion,
    plan: &Plan,
    currency: Currency,
    pass: Pass,
) -> Vec<Point> {
    let totals = pass.totals(plan);
    let first_month = portfolio.first_sale().map(Day::month_start);
    let periods = question.span.periods();
    let stocks = totals.stocks.windows(2);
    let with_period = stocks.zip(periods).enumerate().map(|(at, (pair, period))| {
        let (before, stocks) = (&pair[0], &pair[1]);
        let flows = match question.flows {
            Flows::Period => period,
            Flows::Trailing(days) => Window::trailing(period.to, days),
        };
        let cash = totals.cash(plan, at, flows);
        let sales = totals.sales(plan, period, period.to);
        let mut indicators = vec![cash.ppc_weighted(), cash.dbt_paid()];
        indicators.extend(of_stocks(stocks));
        indicators.extend(of_sales(question, plan, &totals, stocks, period.to, first_month));
        indicators.push(cei(before, stocks, sales));
        Point {
            as_of: period.to,
            period,
            currency,
            amounts: stocks.amounts.clone(),
            unapplied_minor: stocks.unapplied,
            open_count: stocks.open_count,
            sales_minor: sales,
            collected_minor: cash.amount_minor,
            indicators,
        }
    });
    with_period.collect()
}

fn of_stocks(stocks: &Stocks) -> [Indicator; 4] {
    let (open, current) = (i128::from(stocks.open), i128::from(stocks.current));
    let n = stocks.open_count;
    let overdue = stocks.overdue_count;
    [
        Indicator::ratio("avg_debt_age", n, stocks.open_age_amount_days, open),
        Indicator::ratio("avg_debt_age_simple", n, stocks.open_days.into(), n.into()),
        Indicator::percent("pct_current", n - overdue, current, open),
        Indicator::percent("past_due_pct", overdue, open - current, open),
    ]
}

fn of_sales(
    question: &HistoryQuestion,
    plan: &Plan,
    totals: &Totals,
    stocks: &Stocks,
    as_of: Day,
    first_month: Option<Day>,
) -> [Indicator; 4] {
    let days = i128::from(question.sales_days);
    let recent = Window::trailing(as_of, question.sales_days);
    let sales = i128::from(totals.sales(plan, recent, as_of));
    let (open, current) = (i128::from(stocks.open), i128::from(stocks.current));
    let back = first_month.and_then(|first| {
        countback(stocks.open, as_of, first, |from, to| {
            totals.sales(plan, Window { from, to }, as_of)
        })
    });
    let (n, overdue) = (stocks.open_count, stocks.overdue_count);
    [
        Indicator::ratio("dso_period", n, open * days, sales),
        from_value("dso_countback", n, back),
        Indicator::ratio("bpdso", n - overdue, current * days, sales),
        Indicator::ratio("add", overdue, (open - current) * days, sales),
    ]
}

fn cei(before: &Stocks, now: &Stocks, sales: i64) -> Indicator {
    let brought = i128::from(before.open) + i128::from(sales);
    let (open, current) = (i128::from(now.open), i128::from(now.current));
    Indicator::percent("cei", now.open_count, brought - open, brought - current)
}
