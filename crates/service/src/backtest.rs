//! The backtest of a creditor's forecast, in the words of the command-line contract.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::Deed;
use puntual_core::backtest::{
    Backtest, BacktestQuestion, CashErrors, LineErrors, Measured, Method, backtest,
};
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::history::{Span, Step};
use puntual_core::portfolio::AsOf;
use puntual_core::ratio::Ratio;
use serde_json::{Map, Value, json};

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// First day a forecast may be made again on.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// One forecast at the end of each: a month, a week or a day.
    pub step: Step,
    /// Days after each forecast in which new receivables are judged.
    pub new_days: u16,
    /// Weeks of cash judged after each.
    pub weeks: u16,
    /// Limit each forecast to what had been recorded by its day.
    pub as_known_then: bool,
}

impl Question {
    /// Month ends of a span; receivables of the next 45 days, cash of 13 weeks.
    pub fn new(from: Day, to: Day) -> Question {
        let step = Step::Month;
        Question { from, to, step, new_days: 45, weeks: 13, as_known_then: false }
    }

    /// The days forecasts are made again on: the last days of periods that lie whole up to `to`.
    fn cuts(&self) -> Result<Vec<Day>, ServiceError> {
        let refused = |error: puntual_core::history::BadSpan| {
            ServiceError::invalid("from", error.to_string())
        };
        let span = Span::new(self.from, self.to, self.step).map_err(refused)?;
        let whole = |day: &Day| match self.step {
            Step::Month => day.month_end() == *day,
            Step::Week => day.weekday() == puntual_core::date::Weekday::Sunday,
            Step::Day => true,
        };
        Ok(span.days().iter().copied().filter(whole).collect())
    }
}

/// Errors with the cuts they are over.
#[derive(Clone, Debug)]
pub struct Found {
    /// The days forecasts were made again on.
    pub cuts: Vec<Day>,
    /// Up to here it is known what happened.
    pub observed_to: Day,
    /// The errors.
    pub errors: Backtest,
    /// The currency of the weekly figures: the creditor's, or the one with most weeks.
    pub currency: Currency,
}

/// Makes forecasts again and measures them.
pub fn run(app: &App, ctx: &Ctx, question: &Question) -> Result<Found, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let cuts = question.cuts()?;
    if cuts.is_empty() {
        let text = "no period ends between the two days: ask for a whole month, or --every week";
        return Err(ServiceError::invalid("from", text));
    }
    let view = app.portfolio(ctx)?;
    let observed_to = view.portfolio.last_day(ctx.today).unwrap_or(question.to);
    let calendar = Calendar::of_country(&ctx.creditor.country);
    let errors = backtest(
        &view.portfolio,
        &BacktestQuestion {
            cuts: &cuts,
            observed: AsOf::day(observed_to),
            as_known_then: question.as_known_then,
            new_days: question.new_days,
            weeks: question.weeks,
            calendar: &calendar,
        },
    );
    let currency = main_currency(ctx, &errors);
    Ok(Found { cuts, observed_to, errors, currency })
}

fn main_currency(ctx: &Ctx, errors: &Backtest) -> Currency {
    let own = ctx.creditor.currency;
    let cash = errors.of(Method::Model).map(|model| model.cash.as_slice()).unwrap_or_default();
    if cash.iter().any(|cash| cash.currency == own) {
        return own;
    }
    let lines = |cash: &&CashErrors| cash.weeks.iter().filter(|w| w.actual_minor != 0).count();
    cash.iter().rev().max_by_key(lines).map_or(own, |cash| cash.currency)
}

/// A ratio as a JSON number with four decimals; null where it is undefined.
fn number(ratio: Option<Ratio>) -> Value {
    let text = ratio.map(|ratio| ratio.to_decimal(4));
    let number = text.and_then(|text| text.parse::<serde_json::Number>().ok());
    number.map_or(Value::Null, Value::Number)
}

fn lines(errors: &LineErrors) -> Map<String, Value> {
    let mut values = Map::new();
    values.insert("n".to_owned(), json!(errors.count()));
    let figures = [
        ("mae", errors.mae()),
        ("median_ae", errors.median_ae()),
        ("bias", errors.bias()),
        ("pinball", errors.pinball()),
        ("coverage", errors.coverage()),
    ];
    values.extend(figures.map(|(name, value)| (name.to_owned(), number(value))));
    values
}

fn line(measured: &Measured) -> Value {
    let mut all = lines(&measured.lines());
    all.insert("open".to_owned(), Value::Object(lines(&measured.open)));
    all.insert("new".to_owned(), Value::Object(lines(&measured.new)));
    Value::Object(all)
}

fn weekly(measured: &Measured, currency: Currency, weeks: u16) -> Value {
    let of = |cash: Option<&CashErrors>, weeks: u16| {
        let wape = number(cash.and_then(|cash| cash.wape(weeks)));
        let bias = number(cash.and_then(|cash| cash.bias(weeks)));
        (wape, bias)
    };
    let horizons = |cash: Option<&CashErrors>| -> Map<String, Value> {
        let upto = [1, 4, 8, 13].into_iter().filter(|horizon| *horizon <= weeks);
        upto.map(|horizon| {
            let (wape, bias) = of(cash, horizon);
            (horizon.to_string(), json!({ "wape": wape, "bias": bias }))
        })
        .collect()
    };
    let main = measured.cash_in(currency);
    let (wape, bias) = of(main, weeks);
    let others: Map<String, Value> = (measured.cash.iter())
        .map(|cash| (cash.currency.code().to_owned(), Value::Object(horizons(Some(cash)))))
        .collect();
    json!({
        "wape": wape,
        "bias": bias,
        "currency": currency.code(),
        "by_weeks": horizons(main),
        "by_currency": others,
    })
}

/// The backtest as the command-line contract has it, with open and new receivables apart.
pub fn json(app: &App, ctx: &Ctx, question: &Question) -> Result<Value, ServiceError> {
    let found = run(app, ctx, question)?;
    let methods = &found.errors.methods;
    let of = |measured: &Measured| {
        let weekly = weekly(measured, found.currency, question.weeks);
        json!({ "line": line(measured), "weekly": weekly })
    };
    let baselines: Map<String, Value> = (methods.iter())
        .filter(|measured| measured.method != Method::Model)
        .map(|measured| (measured.method.as_str().to_owned(), of(measured)))
        .collect();
    let model = found.errors.of(Method::Model).map_or(Value::Null, of);
    let shown = found.errors.shown(question.weeks);
    let shown_cash = shown.cash.get(&found.currency).copied().unwrap_or(Method::Model);
    Ok(json!({
        "cuts": found.cuts.iter().map(Day::to_string).collect::<Vec<String>>(),
        "observed_to": found.observed_to.to_string(),
        "new_days": question.new_days,
        "line": model["line"],
        "weekly": model["weekly"],
        "baselines": baselines,
        "shown": { "dates": shown.dates.as_str(), "cash": shown_cash.as_str() },
    }))
}
