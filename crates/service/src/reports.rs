//! Reports in the words of the command-line contract: ageing, indicators, history. The web reads
//! the same figures; nothing is computed twice.

use crate::App;
use crate::buckets;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::portfolios::View;
use puntual_core::access::Deed;
use puntual_core::aging::{self, Aging, Basis, BucketSet, CreditPolicy};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::history::{self, HistoryQuestion, Span, Step};
use puntual_core::indicators::{self, Indicator};
use puntual_core::money::plain;
use puntual_core::portfolio::{AsOf, By, Key, Scope, Window};
use serde_json::{Map, Value, json};

/// How rows are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// One row per customer and currency.
    Customer,
    /// One row per segment and currency.
    Segment,
    /// One row per collector and currency.
    Agent,
    /// One row per currency.
    Currency,
    /// One row per creditor and currency.
    Creditor,
}

impl Grouping {
    /// As the core groups: by currency and by creditor are both the whole of one portfolio.
    pub fn by(self) -> By {
        match self {
            Grouping::Customer => By::Customer,
            Grouping::Segment => By::Segment,
            Grouping::Agent => By::Collector,
            Grouping::Currency | Grouping::Creditor => By::Total,
        }
    }
}

/// What an ageing report is asked for.
#[derive(Clone, Debug)]
pub struct AgingQuestion {
    /// Of which day, and with whose knowledge.
    pub at: AsOf,
    /// Grouped how.
    pub grouping: Grouping,
    /// Age from the due date or from the issue date.
    pub basis: Basis,
    /// Upper bounds of the buckets in days, the last one open.
    pub bounds: Vec<i32>,
    /// What becomes of unapplied credit.
    pub credits: CreditPolicy,
    /// Whose.
    pub scope: Scope,
}

impl AgingQuestion {
    /// The usual question about a day: by customer, by due date, 30/60/90/120, credit apart.
    pub fn new(at: AsOf) -> AgingQuestion {
        AgingQuestion {
            at,
            grouping: Grouping::Customer,
            basis: Basis::Due,
            bounds: vec![30, 60, 90, 120],
            credits: CreditPolicy::Separate,
            scope: Scope::ALL,
        }
    }

    /// The bucket set asked for.
    pub fn buckets(&self) -> Result<BucketSet, ServiceError> {
        let made = match self.basis {
            Basis::Due => BucketSet::by_due(&self.bounds),
            Basis::Issue => BucketSet::by_issue(&self.bounds),
        };
        made.map_err(|_| {
            let text = "bucket bounds must be positive days in growing order, as 30,60,90,120";
            ServiceError::invalid("buckets", text)
        })
    }
}

/// Ages the creditor's portfolio.
pub fn aging(app: &App, ctx: &Ctx, question: &AgingQuestion) -> Result<Aging, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let view = app.portfolio(ctx)?.known(question.at.known_at);
    age(&view, question)
}

/// Ages a portfolio at hand.
pub fn age(view: &View, q: &AgingQuestion) -> Result<Aging, ServiceError> {
    let by = q.grouping.by();
    Ok(aging::aging(&view.portfolio, q.at, &q.buckets()?, q.credits, by, q.scope))
}

/// Code and name of a group.
pub fn group_name(
    ctx: &Ctx,
    view: &View,
    grouping: Grouping,
    key: Key,
    currency: Currency,
) -> (String, String) {
    match (key, grouping) {
        (Key::Customer(id), _) => match view.names.get(id) {
            Some(customer) => (customer.code.clone(), customer.name.clone()),
            None => (id.to_string(), String::new()),
        },
        (Key::Segment(number), _) => {
            let name = view.names.segment_name(number).to_owned();
            (name.clone(), name)
        }
        (Key::Collector(number), _) => {
            let name = view.names.collector_name(number).to_owned();
            (name.clone(), name)
        }
        (Key::Total, Grouping::Creditor) => (ctx.creditor.code.clone(), ctx.creditor.name.clone()),
        (Key::Total, _) => (currency.to_string(), currency.to_string()),
    }
}

fn money_list(amounts: &[i64], currency: Currency) -> Vec<String> {
    amounts.iter().map(|minor| plain((*minor).into(), currency)).collect()
}

/// The ageing report as JSON.
pub fn aging_json(app: &App, ctx: &Ctx, question: &AgingQuestion) -> Result<Value, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let view = app.portfolio(ctx)?.known(question.at.known_at);
    let aged = age(&view, question)?;
    let mut rows: Vec<Value> = aged
        .rows()
        .map(|row| {
            let (key, name) = group_name(ctx, &view, question.grouping, row.key, row.currency);
            json!({
                "key": key,
                "name": name,
                "currency": row.currency.code(),
                "amounts": money_list(row.amounts, row.currency),
                "unapplied": plain(row.unapplied.into(), row.currency),
                "balance": plain(row.balance().into(), row.currency),
            })
        })
        .collect();
    rows.sort_by(|a, b| {
        (a["key"].as_str(), a["currency"].as_str())
            .cmp(&(b["key"].as_str(), b["currency"].as_str()))
    });
    let totals: Vec<Value> = aged
        .totals()
        .rows()
        .map(|row| {
            json!({
                "currency": row.currency.code(),
                "amounts": money_list(row.amounts, row.currency),
                "unapplied": plain(row.unapplied.into(), row.currency),
                "balance": plain(row.balance().into(), row.currency),
            })
        })
        .collect();
    Ok(json!({
        "as_of": question.at.as_of.to_string(),
        "known_at": question.at.known_at.map(|day| day.to_string()),
        "basis": match question.basis { Basis::Due => "due", Basis::Issue => "issue" },
        "buckets": aged.buckets.labels(),
        "rows": rows,
        "totals": totals,
    }))
}

/// The value of an indicator as a JSON number with six decimals; null where it is undefined.
pub fn number(indicator: &Indicator) -> Value {
    let rounded = indicator.value.and_then(|ratio| {
        let text = ratio.to_decimal(6);
        serde_json::from_str::<serde_json::Number>(&text).ok()
    });
    rounded.map_or(Value::Null, Value::Number)
}

fn values(list: &[Indicator]) -> (Map<String, Value>, Map<String, Value>) {
    let values = list.iter().map(|i| (i.id.to_owned(), number(i))).collect();
    let counts = list.iter().map(|i| (i.id.to_owned(), json!(i.n))).collect();
    (values, counts)
}

/// Every indicator as JSON.
pub fn indicators_json(
    app: &App,
    ctx: &Ctx,
    at: AsOf,
    window: Window,
    grouping: Grouping,
) -> Result<Value, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let view = app.portfolio(ctx)?.known(at.known_at);
    let rows = indicators::indicators(&view.portfolio, at, window, grouping.by(), Scope::ALL);
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            let (key, name) = group_name(ctx, &view, grouping, row.key, row.currency);
            let (values, counts) = values(&row.indicators);
            json!({
                "key": key,
                "name": name,
                "currency": row.currency.code(),
                "values": values,
                "n": counts,
            })
        })
        .collect();
    Ok(json!({
        "as_of": at.as_of.to_string(),
        "known_at": at.known_at.map(|day| day.to_string()),
        "from": window.from.to_string(),
        "to": window.to.to_string(),
        "rows": rows,
    }))
}

/// The series as JSON.
pub fn history_json(
    app: &App,
    ctx: &Ctx,
    (from, to, step): (Day, Day, Step),
    known_at: Option<Day>,
) -> Result<Value, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let span = Span::new(from, to, step)
        .map_err(|error| ServiceError::invalid("from", error.to_string()))?;
    let view = app.portfolio(ctx)?.known(known_at);
    let buckets = buckets::of(app, ctx)?;
    let question = HistoryQuestion { known_at, buckets, ..HistoryQuestion::new(span, Scope::ALL) };
    let points: Vec<Value> = history::history(&view.portfolio, &question)
        .iter()
        .map(|point| {
            let (values, counts) = values(&point.indicators);
            json!({
                "as_of": point.as_of.to_string(),
                "currency": point.currency.code(),
                "values": values,
                "n": counts,
                "aging": money_list(&point.amounts, point.currency),
                "unapplied": plain(point.unapplied_minor.into(), point.currency),
                "sales": plain(point.sales_minor.into(), point.currency),
                "collected": plain(point.collected_minor.into(), point.currency),
            })
        })
        .collect();
    Ok(json!({
        "buckets": question.buckets.labels(),
        "points": points,
    }))
}
