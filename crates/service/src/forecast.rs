//! The forecast of a creditor: what the store knows of promises and disputes on the day asked about,
//! the forecast of the core, and which method the months before say deserves to be shown.
//!
//! Everything is read as of the day and never later. Draws are keyed by the customer's code, so that
//! the same books imported elsewhere give the same bytes.

use crate::App;
use crate::clock::day_in_zone;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::portfolios::View;
use puntual_core::access::Deed;
use puntual_core::backtest::{Backtest, BacktestQuestion, Method, Shown, backtest, show};
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::forecast::{
    Forecast, ForecastQuestion, Kept, OpenDispute, Overlays, Pledge, Stress, forecast, periods,
};
use puntual_core::id::{CustomerId, DocumentId};
use puntual_core::money::plain;
use puntual_core::portfolio::AsOf;
use puntual_store::standing::{self, Dispute, Promise};
use puntual_store::{Scope, Tx, document};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Of which day, and with whose knowledge.
    pub at: AsOf,
    /// Weeks of seven days from the day after.
    pub weeks: u16,
    /// Months: the rest of the first one and those after it.
    pub months: u16,
    /// Seed of the simulation.
    pub seed: u64,
    /// A hardship supposed.
    pub stress: Stress,
}

impl Question {
    /// The usual: 13 weeks and 12 months.
    pub fn new(at: AsOf) -> Question {
        Question { at, weeks: 13, months: 12, seed: 1, stress: Stress::default() }
    }
}

/// A forecast with what it rests on.
#[derive(Clone, Debug)]
pub struct Made {
    /// Who is who.
    pub view: View,
    /// The dates and the cash, by the methods shown.
    pub forecast: Forecast,
    /// Which methods those are.
    pub shown: Shown,
    /// How wrong every method was in the months before.
    pub tested: Arc<Backtest>,
}

/// Weeks of cash by which methods are compared before one is shown.
pub const COMPARED_WEEKS: u16 = 4;
/// Month ends before the day of the forecast on which methods are compared.
const COMPARED_CUTS: i32 = 3;
/// Days after a cut in which new receivables are judged when methods are compared.
const COMPARED_NEW_DAYS: u16 = 28;

/// Forecasts the creditor's portfolio.
pub fn make(app: &App, ctx: &Ctx, question: &Question) -> Result<Made, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let at = question.at;
    let view = app.portfolio(ctx)?.known(at.known_at);
    let overlays = app.store.read(|tx| overlays(tx, ctx, &view, at))?;
    let calendar = Calendar::of_country(&ctx.creditor.country);
    let tested = app.tested.of(ctx.scope(), &view, at, &calendar);
    let shown = tested.shown(COMPARED_WEEKS);
    let stream =
        |customer| view.names.get(customer).map_or(0, |customer| stream_of(&customer.code));
    let periods = periods(at.as_of, question.weeks.into(), question.months.into());
    let asked = ForecastQuestion {
        at,
        periods: &periods,
        calendar: &calendar,
        overlays: &overlays,
        seed: question.seed,
        stream: &stream,
        stress: question.stress.clone(),
    };
    let made = forecast(&view.portfolio, &asked);
    let later = question.stress.later_days;
    let forecast = show(made, &view.portfolio, at, later, (&tested, &shown));
    Ok(Made { view, forecast, shown, tested })
}

/// A number of a customer's code that is the same everywhere: FNV-1a of its bytes.
fn stream_of(code: &str) -> u64 {
    code.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A backtest with what it was made of: the day, and the last entry of the ledger.
#[derive(Clone, Debug)]
struct KeptTest {
    at: AsOf,
    ledger_seq: i64,
    tested: Arc<Backtest>,
}

/// Backtests of the months before, the last one of each creditor.
#[derive(Debug, Default)]
pub struct Tested {
    kept: Mutex<HashMap<Scope, KeptTest>>,
}

impl Tested {
    fn of(&self, scope: Scope, view: &View, at: AsOf, calendar: &Calendar) -> Arc<Backtest> {
        let known = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let same = |kept: &&KeptTest| (kept.at, kept.ledger_seq) == (at, view.ledger_seq);
            kept.get(&scope).filter(same).map(|kept| Arc::clone(&kept.tested))
        };
        if let Some(tested) = known {
            return tested;
        }
        let tested = Arc::new(months_before(view, at, calendar));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let ledger_seq = view.ledger_seq;
        kept.insert(scope, KeptTest { at, ledger_seq, tested: Arc::clone(&tested) });
        tested
    }
}

/// The backtest over the last month ends that were four weeks past on the day: what deserves to be
/// shown is decided with what was known then.
fn months_before(view: &View, at: AsOf, calendar: &Calendar) -> Backtest {
    let last = (at.as_of - 7 * i32::from(COMPARED_WEEKS) + 1).month_start() - 1;
    let cuts: Vec<Day> = (1 - COMPARED_CUTS..=0)
        .map(|months| last.month_start().add_months(months).month_end())
        .collect();
    backtest(
        &view.portfolio,
        &BacktestQuestion {
            cuts: &cuts,
            observed: at,
            as_known_then: false,
            new_days: COMPARED_NEW_DAYS,
            weeks: COMPARED_WEEKS,
            calendar,
        },
    )
}

/// Promises and disputes as they stood on a day.
fn overlays(tx: &mut Tx<'_>, ctx: &Ctx, view: &View, at: AsOf) -> Result<Overlays, ServiceError> {
    let known = |recorded_at| {
        at.known_at.is_none_or(|known| day_in_zone(recorded_at, &ctx.creditor.time_zone) <= known)
    };
    let mut found = Overlays::default();
    for mut promise in standing::all_promises(tx, ctx.scope())? {
        promise.customer = view.names.survivor(promise.customer);
        if promise.made_on <= at.as_of && known(promise.recorded_at) {
            take_promise(&mut found, &promise, at.as_of);
        }
    }
    for dispute in standing::disputes(tx, ctx.scope(), None, false)? {
        if dispute.opened_on <= at.as_of && known(dispute.recorded_at) {
            take_dispute(&mut found, &dispute, at.as_of);
        }
    }
    Ok(found)
}

fn take_promise(found: &mut Overlays, promise: &Promise, as_of: Day) {
    let judged = promise.judged_on.is_some_and(|judged| judged <= as_of);
    let stands = promise.state == "open" || (promise.judged_on.is_some() && !judged);
    if stands {
        found.pledges.push(Pledge {
            customer: promise.customer,
            document: promise.document,
            currency: promise.currency,
            amount_minor: promise.amount_minor,
            promised_on: promise.promised_on,
        });
    } else if judged && promise.state != "cancelled" {
        let kept: &mut Kept = found.kept.entry(promise.customer).or_default();
        kept.judged += 1;
        kept.kept += u32::from(promise.state == "kept");
    }
}

/// The reason of a dispute that a table marks on a document without saying since when: what is not
/// dated cannot be told of a past day, so the forecast does not count it.
const UNDATED: &str = "import";

fn take_dispute(found: &mut Overlays, dispute: &Dispute, as_of: Day) {
    let closed_on = dispute.closed_on.filter(|closed| *closed <= as_of);
    match closed_on {
        _ if dispute.reason == UNDATED => {}
        Some(closed) => found.dispute_lengths.push(closed - dispute.opened_on),
        None => found.disputes.push(OpenDispute {
            document: dispute.document,
            amount_minor: dispute.amount_minor,
            opened_on: dispute.opened_on,
        }),
    }
}

/// Documents asked for at once.
const PART: usize = 4_000;

/// What people call a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentName {
    /// `invoice`, `receipt`…
    pub kind: String,
    /// Its number, with its series if it has one.
    pub number: String,
}

/// What people call the documents of a forecast.
pub fn names(
    app: &App,
    ctx: &Ctx,
    documents: impl Iterator<Item = DocumentId>,
) -> Result<HashMap<DocumentId, DocumentName>, ServiceError> {
    let mut ids: Vec<DocumentId> = documents.collect();
    ids.sort_unstable();
    ids.dedup();
    app.store.read(|tx| {
        let mut names = HashMap::with_capacity(ids.len());
        for part in ids.chunks(PART) {
            let documents = document::by_ids(tx, ctx.scope(), part)?;
            names.extend(
                documents
                    .into_iter()
                    .map(|d| (d.id, DocumentName { kind: d.kind, number: d.number })),
            );
        }
        Ok(names)
    })
}

impl Made {
    /// Currencies with open receivables: the creditor's own first, then by code.
    pub fn currencies(&self, own: Currency) -> Vec<Currency> {
        let mut all: Vec<Currency> = self.forecast.cash.iter().map(|cash| cash.currency).collect();
        all.sort_by_key(|currency| (*currency != own, *currency));
        all
    }
}

/// The forecast as the command-line contract has it. `weeks` are of the creditor's currency, or of
/// the currency most receivables are in when it has none of its own; `currencies` has them all.
pub fn json(app: &App, ctx: &Ctx, question: &Question) -> Result<Value, ServiceError> {
    let made = make(app, ctx, question)?;
    let names = names(app, ctx, made.forecast.lines.iter().map(|line| line.document))?;
    let currency = main_currency(ctx, &made.forecast);
    let weeks = usize::from(question.weeks);
    let of = |currency: Currency| made.forecast.cash.iter().find(|cash| cash.currency == currency);
    let periods = |currency: Currency, from: usize, to: usize| -> Vec<Value> {
        let all = of(currency).map(|cash| cash.periods.as_slice()).unwrap_or_default();
        let some = all.get(from..to.min(all.len())).unwrap_or_default();
        some.iter()
            .map(|period| {
                let money = |minor: i64| plain(minor.into(), currency);
                json!({
                    "from": period.window.from.to_string(),
                    "to": period.window.to.to_string(),
                    "p10": money(period.p10_minor),
                    "p50": money(period.p50_minor),
                    "p90": money(period.p90_minor),
                    "mean": money(period.mean_minor),
                })
            })
            .collect()
    };
    let currencies: Vec<Value> = (made.currencies(ctx.creditor.currency).into_iter())
        .map(|currency| {
            json!({
                "currency": currency.code(),
                "open": of(currency).map(|cash| plain(cash.open_minor.into(), currency)),
                "method": made.shown.cash.get(&currency).unwrap_or(&Method::Model).as_str(),
                "weeks": periods(currency, 0, weeks),
                "months": periods(currency, weeks, usize::MAX),
            })
        })
        .collect();
    Ok(json!({
        "as_of": question.at.as_of.to_string(),
        "known_at": question.at.known_at.map(|day| day.to_string()),
        "currency": currency.code(),
        "weeks": periods(currency, 0, weeks),
        "months": periods(currency, weeks, usize::MAX),
        "currencies": currencies,
        "method": made.shown.dates.as_str(),
        "lines": lines(&made, &names),
        "seed": question.seed,
    }))
}

fn lines(made: &Made, names: &HashMap<DocumentId, DocumentName>) -> Vec<Value> {
    let code = |id: CustomerId| made.view.names.get(id).map_or("", |name| name.code.as_str());
    let number = |id: &DocumentId| names.get(id).map_or("", |name| name.number.as_str());
    let mut ordered: Vec<_> = made.forecast.lines.iter().collect();
    ordered.sort_by_key(|line| {
        (code(line.customer), line.due, number(&line.document), line.open_minor)
    });
    let day = |day: Option<Day>| day.map(|day| day.to_string());
    let line = |line: &puntual_core::forecast::LineForecast| {
        let late = line.late.to_decimal(4).parse::<serde_json::Number>().ok();
        json!({
            "document": number(&line.document),
            "customer": code(line.customer),
            "due": line.due.to_string(),
            "open": plain(line.open_minor.into(), line.currency),
            "currency": line.currency.code(),
            "p50_date": day(line.p50),
            "p10_date": day(line.p10),
            "p90_date": day(line.p90),
            "late_probability": late,
        })
    };
    ordered.into_iter().map(line).collect()
}

/// The creditor's currency if anything is owed in it, else the one most receivables are in.
fn main_currency(ctx: &Ctx, forecast: &Forecast) -> Currency {
    let mut counts: BTreeMap<Currency, usize> = BTreeMap::new();
    forecast.lines.iter().for_each(|line| *counts.entry(line.currency).or_default() += 1);
    let own = ctx.creditor.currency;
    if counts.contains_key(&own) {
        return own;
    }
    let most =
        counts.iter().max_by_key(|(currency, count)| (**count, std::cmp::Reverse(**currency)));
    most.map_or(own, |(currency, _)| *currency)
}
