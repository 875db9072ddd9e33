//! What the customers who pay late have in common, by segment, collector, terms, age, size and currency.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::portfolios::{CustomerName, View};
use puntual_core::access::Deed;
use puntual_core::behaviour::Verdict;
use puntual_core::currency::Currency;
use puntual_core::portfolio::{AsOf, Line, Scope as Whose};
use puntual_core::ratio::Ratio;
use puntual_core::scorecard::{self, Record};
use puntual_core::traits::{Attribute, Share, Subject, Trait, common};
use serde_json::{Value, json};

/// A rule in names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Each attribute with its value: a name, a currency, or the band `15`, `30`, `60`, `more` of days,
    /// `6`, `12`, `36`, `more` of months, `5`, `20`, `more` of documents.
    pub traits: Vec<(Attribute, String)>,
    /// Those who have them.
    pub share: Share,
    /// How many times the rate of all theirs is.
    pub lift: Ratio,
}

/// The rules with everybody they were found among.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Customers with payments in twelve months.
    pub all: Share,
    /// The rules, the most telling first.
    pub rules: Vec<Rule>,
}

/// Upper bounds of the bands; what is beyond the last is `more`.
const TERMS: [i64; 3] = [15, 30, 60];
const MONTHS: [i64; 3] = [6, 12, 36];
const DOCUMENTS: [i64; 2] = [5, 20];

/// Finds what the late customers have in common, as of a day. Late is who paid more than half of its
/// amounts of twelve months after they were due, or has more than half of what it owes overdue.
pub fn find(app: &App, ctx: &Ctx, at: AsOf) -> Result<Found, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let view = app.portfolio(ctx)?;
    let currencies = view.portfolio.currencies();
    let subjects: Vec<Subject> = view
        .names
        .iter()
        .filter_map(|customer| subject(&view, customer, &currencies, at))
        .collect();
    let found = common(&subjects);
    let rule = |rule: puntual_core::traits::Rule| Rule {
        traits: rule.traits.iter().map(|one| (one.0, value(&view, &currencies, *one))).collect(),
        share: rule.share,
        lift: rule.lift,
    };
    Ok(Found { all: found.all, rules: found.rules.into_iter().map(rule).collect() })
}

/// A customer with its traits; `None` for one without a payment in twelve months.
fn subject(
    view: &View,
    customer: &CustomerName,
    currencies: &[Currency],
    at: AsOf,
) -> Option<Subject> {
    let lines: Vec<Line<'_>> = view.portfolio.lines(Whose::customer(customer.id)).collect();
    let record = scorecard::of_lines(lines.iter().copied(), at, Verdict::InsufficientHistory);
    let is_late =
        more_than_half(record.late_share?) || record.past_due_share.is_some_and(more_than_half);
    let year = at.as_of.add_months(-12);
    let recent = lines.iter().filter(|line| line.counts(at) && line.issued() > year);
    let documents = recent.clone().count() as i64;
    let most = currencies.iter().enumerate().max_by_key(|(place, currency)| {
        let of = recent.clone().filter(|line| line.currency() == **currency).count();
        (of, std::cmp::Reverse(*place))
    });
    let traits = [
        (customer.segment > 0).then(|| (Attribute::Segment, u32::from(customer.segment))),
        customer.collector.map(|c| (Attribute::Collector, u32::try_from(c.0).unwrap_or(u32::MAX))),
        customer.terms_days.map(|days| (Attribute::Terms, band(&TERMS, days))),
        months(&record).map(|months| (Attribute::MonthsKnown, band(&MONTHS, months))),
        Some((Attribute::Documents, band(&DOCUMENTS, documents))),
        most.filter(|_| currencies.len() > 1).map(|(place, _)| (Attribute::Currency, place as u32)),
    ];
    Some(Subject { traits: traits.into_iter().flatten().collect(), is_late })
}

fn more_than_half(share: Ratio) -> bool {
    share.num * 2 > share.den
}

fn months(record: &Record) -> Option<i64> {
    record.months_known.map(i64::from)
}

fn band(bounds: &[i64], value: i64) -> u32 {
    bounds.iter().take_while(|bound| value > **bound).count() as u32
}

fn value(view: &View, currencies: &[Currency], (attribute, number): Trait) -> String {
    let bound = |bounds: &[i64]| {
        let known = usize::try_from(number).ok().and_then(|at| bounds.get(at));
        known.map_or("more".to_owned(), i64::to_string)
    };
    match attribute {
        Attribute::Segment => {
            view.names.segment_name(u16::try_from(number).unwrap_or(0)).to_owned()
        }
        Attribute::Collector => {
            let collector = puntual_core::id::UserId(i64::from(number));
            view.names.collector_name(Some(collector)).to_owned()
        }
        Attribute::Terms => bound(&TERMS),
        Attribute::MonthsKnown => bound(&MONTHS),
        Attribute::Documents => bound(&DOCUMENTS),
        Attribute::Currency => {
            let known = currencies.get(number as usize);
            known.map_or(String::new(), |currency| currency.code().to_owned())
        }
    }
}

/// The rules as JSON.
pub fn json(app: &App, ctx: &Ctx, at: AsOf) -> Result<Value, ServiceError> {
    let found = find(app, ctx, at)?;
    let number = |ratio: Option<Ratio>| {
        ratio.and_then(|ratio| ratio.to_decimal(4).parse::<serde_json::Number>().ok())
    };
    let rule = |rule: &Rule| {
        let traits = rule
            .traits
            .iter()
            .map(|(attribute, value)| json!({ "attribute": attribute.as_str(), "value": value }));
        json!({
            "traits": traits.collect::<Vec<Value>>(),
            "n": rule.share.count,
            "late": rule.share.late,
            "rate": number(rule.share.rate()),
            "lift": number(Some(rule.lift)),
        })
    };
    Ok(json!({
        "as_of": at.as_of.to_string(),
        "all": { "n": found.all.count, "late": found.all.late, "rate": number(found.all.rate()) },
        "rules": found.rules.iter().map(rule).collect::<Vec<Value>>(),
    }))
}
