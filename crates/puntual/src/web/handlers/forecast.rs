//! Proyección: expected cash by week, who pays it, what if, and how wrong it would have been.

use super::day::currency_choices;
use super::sheet::{Cell, Sheet};
use super::words;
use crate::web::chart::{Line, Lines, Unit};
use crate::web::part::form::Choice;
use crate::web::view::DocumentRef;
use crate::web::view::forecast::{
    CURRENCY, ForecastView, LATER, MethodRow, PayerRow, Payers, Period, WEEK, WITHOUT, forecast,
};
use crate::web::visit::{Answer, Visit};
use puntual_core::backtest::Method;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::forecast::{Cash, Forecast, PeriodCash, Stress};
use puntual_core::id::CustomerId;
use puntual_core::ratio::Ratio;
use puntual_service::error::ServiceError;
use puntual_service::forecast::{self as forecasts, COMPARED_WEEKS, Made, Question};
use std::collections::HashMap;

/// Documents shown of those who pay in a week.
const MOST_PAYERS: usize = 40;

/// Days of delay one may suppose.
const DELAYS: [u16; 4] = [7, 15, 30, 60];
/// Numbers of largest customers one may suppose not to pay.
const DEFAULTS: [usize; 3] = [1, 3, 5];

/// The forecast asked for, and the usual one when a hardship is supposed.
struct Asked {
    made: Made,
    usual: Option<Made>,
    currency: Currency,
}

impl Asked {
    fn of(visit: &Visit) -> Result<Asked, ServiceError> {
        let question = Question::new(visit.at());
        let usual = forecasts::make(visit.app(), &visit.ctx, &question)?;
        let currencies = usual.currencies(visit.ctx.creditor.currency);
        let asked = visit.param(CURRENCY).and_then(|code| code.parse().ok());
        let known = asked.filter(|currency| currencies.contains(currency));
        let own = visit.ctx.creditor.currency;
        let currency = known.or(currencies.first().copied()).unwrap_or(own);
        let number = |name| visit.param(name).and_then(|text| text.parse::<u16>().ok());
        let largest = usize::from(number(WITHOUT).unwrap_or(0)).min(100);
        let later_days = number(LATER).unwrap_or(0).min(365);
        let stress = Stress { later_days, without: largest_of(&usual, currency, largest) };
        if stress == Stress::default() {
            return Ok(Asked { made: usual, usual: None, currency });
        }
        let made = forecasts::make(visit.app(), &visit.ctx, &Question { stress, ..question })?;
        Ok(Asked { made, usual: Some(usual), currency })
    }

    fn periods(&self, made: &Made) -> Vec<PeriodCash> {
        let of = |cash: &&Cash| cash.currency == self.currency;
        let found = made.forecast.cash.iter().find(of);
        found.map(|cash| cash.periods.clone()).unwrap_or_default()
    }

    /// The weeks and the months with the usual expectation beside a supposed one.
    fn shown(&self) -> (Vec<Period>, Vec<Period>) {
        let usual = self.usual.as_ref().map(|usual| self.periods(usual)).unwrap_or_default();
        let mut weeks: Vec<Period> = (self.periods(&self.made).iter().enumerate())
            .map(|(at, period)| Period {
                days: (period.window.from, period.window.to),
                mean_minor: period.mean_minor.into(),
                p10_minor: period.p10_minor.into(),
                p90_minor: period.p90_minor.into(),
                usual_minor: usual.get(at).map(|usual| usual.mean_minor.into()),
            })
            .collect();
        let months = weeks.split_off(weeks.len().min(usize::from(WEEKS)));
        (weeks, months)
    }
}

/// Weeks of the page.
const WEEKS: u16 = 13;

/// The customers who owe most in a currency.
fn largest_of(made: &Made, currency: Currency, count: usize) -> Vec<CustomerId> {
    let mut owed: HashMap<CustomerId, i64> = HashMap::new();
    for line in made.forecast.lines.iter().filter(|line| line.currency == currency) {
        *owed.entry(line.customer).or_default() += line.open_minor;
    }
    let mut largest: Vec<(CustomerId, i64)> = owed.into_iter().collect();
    largest.sort_by_key(|(customer, minor)| (std::cmp::Reverse(*minor), *customer));
    largest.into_iter().take(count).map(|(customer, _)| customer).collect()
}

/// `GET /proyeccion`.
pub fn show(visit: &Visit) -> Answer {
    let asked = Asked::of(visit)?;
    let (weeks, months) = asked.shown();
    let locale = visit.locale();
    let days = |days: &u16| {
        let shown = days.to_string();
        Choice::new(&shown, locale.count("forecast.days_later", i64::from(*days), &shown))
    };
    let largest = |count: &usize| {
        let shown = count.to_string();
        Choice::new(&shown, locale.count("forecast.largest", *count as i64, &shown))
    };
    let open = asked.made.forecast.cash.iter().find(|cash| cash.currency == asked.currency);
    let shown_cash = shown_cash(&asked.made, asked.currency);
    let view = ForecastView {
        currency: asked.currency,
        currencies: currency_choices(&asked.made.currencies(visit.ctx.creditor.currency)),
        delays: DELAYS.iter().map(days).collect(),
        defaults: DEFAULTS.iter().map(largest).collect(),
        open_minor: open.map_or(0, |cash| cash.open_minor.into()),
        chart: chart(visit, &asked, &weeks),
        payers: payers(visit, &asked, weeks.len())?,
        weeks,
        months,
        methods: methods(&asked),
        replaced: (asked.made.shown.dates != Method::Model, shown_cash != Method::Model),
    };
    visit.html(forecast(&visit.frame(), &view))
}

fn shown_cash(made: &Made, currency: Currency) -> Method {
    made.shown.cash.get(&currency).copied().unwrap_or(Method::Model)
}

fn chart(visit: &Visit, asked: &Asked, weeks: &[Period]) -> Lines {
    let whole = |minor: i128| Ratio::new(minor, 1);
    let line = |key, hue, values: Vec<Option<Ratio>>| Line {
        label: visit.locale().t(key).to_owned(),
        hue,
        values,
    };
    let mean = weeks.iter().map(|week| whole(week.mean_minor)).collect();
    let mut lines = vec![line("forecast.expected", "l-1", mean)];
    if asked.usual.is_some() {
        let usual = weeks.iter().map(|week| week.usual_minor.and_then(whole)).collect();
        lines.push(line("forecast.usual", "l-ref", usual));
    }
    let band = |week: &Period| Some((whole(week.p10_minor)?, whole(week.p90_minor)?));
    Lines {
        unit: Unit::Money(asked.currency),
        days: weeks.iter().map(|week| week.days.1).collect(),
        lines,
        band: weeks.iter().map(band).collect(),
    }
}

/// What lines bring in a week, the most first.
fn bringing(forecast: &Forecast, currency: Currency, week: usize) -> Vec<(usize, i64)> {
    let lines = forecast.lines.iter().enumerate();
    let mut found: Vec<(usize, i64)> = lines
        .filter(|(_, line)| line.currency == currency)
        .map(|(at, _)| (at, forecast.expected_minor(at, week)))
        .filter(|(_, minor)| *minor > 0)
        .collect();
    found.sort_by_key(|(at, minor)| (std::cmp::Reverse(*minor), *at));
    found
}

fn payers(visit: &Visit, asked: &Asked, weeks: usize) -> Result<Option<Payers>, ServiceError> {
    let number = visit.param(WEEK).and_then(|text| text.parse::<usize>().ok()).unwrap_or(1);
    if number == 0 || number > weeks {
        return Ok(None);
    }
    let forecast = &asked.made.forecast;
    let found = bringing(forecast, asked.currency, number - 1);
    let left_out = found.len().saturating_sub(MOST_PAYERS);
    let shown: Vec<_> =
        found.iter().take(MOST_PAYERS).map(|(at, minor)| (&forecast.lines[*at], *minor)).collect();
    let documents = shown.iter().map(|(line, _)| line.document);
    let names = forecasts::names(visit.app(), &visit.ctx, documents)?;
    let rows = shown.iter().filter_map(|(line, expected)| {
        let customer = asked.made.view.names.get(line.customer).map(super::customer_ref)?;
        let name = names.get(&line.document)?;
        let kind = words::document_kind(&name.kind);
        Some(PayerRow {
            customer,
            document: DocumentRef { id: line.document, kind, number: name.number.clone() },
            due: line.due,
            told: (line.p10, line.p50, line.p90),
            open_minor: line.open_minor.into(),
            expected_minor: (*expected).into(),
        })
    });
    let left_out = i64::try_from(left_out).unwrap_or(i64::MAX);
    Ok(Some(Payers { week: number, rows: rows.collect(), left_out }))
}

fn methods(asked: &Asked) -> Vec<MethodRow> {
    let cash = shown_cash(&asked.made, asked.currency);
    let row = |measured: &puntual_core::backtest::Measured| {
        let lines = measured.lines();
        MethodRow {
            key: method_key(measured.method),
            count: i64::try_from(lines.count()).unwrap_or(i64::MAX),
            error_days: lines.mae(),
            cash_error: measured.cash_in(asked.currency).and_then(|c| c.wape(COMPARED_WEEKS)),
            shown: (measured.method == asked.made.shown.dates, measured.method == cash),
        }
    };
    asked.made.tested.methods.iter().map(row).collect()
}

fn method_key(method: Method) -> &'static str {
    match method {
        Method::Model => "forecast.model",
        Method::DueDate => "forecast.due_date",
        Method::BookMean => "forecast.book_mean",
        Method::CustomerMean => "forecast.customer_mean",
        Method::CustomerMedian => "forecast.customer_median",
        Method::LastFiveMean => "forecast.last_five",
        Method::LastTenMedian => "forecast.last_ten",
    }
}

/// `GET /proyeccion/exportar`: every open document with its dates, all currencies.
pub fn export(visit: &Visit) -> Answer {
    let asked = Asked::of(visit)?;
    let locale = visit.locale();
    let titles = [
        "col.customer",
        "forecast.document",
        "filter.currency",
        "forecast.due",
        "forecast.open",
        "forecast.p10_day",
        "forecast.likely_day",
        "forecast.p90_day",
        "forecast.late",
        "forecast.four_weeks",
    ];
    let titles: Vec<String> = titles.iter().map(|key| locale.t(key).to_owned()).collect();
    let mut sheet = Sheet::new(visit, &titles)?;
    let forecast = &asked.made.forecast;
    let documents = forecast.lines.iter().map(|line| line.document);
    let names = forecasts::names(visit.app(), &visit.ctx, documents)?;
    let day = |day: Option<Day>| day.map_or(Cell::Empty, Cell::Day);
    for (at, line) in forecast.lines.iter().enumerate() {
        let customer = asked.made.view.names.get(line.customer).map(|name| name.name.clone());
        let number = names.get(&line.document).map(|name| name.number.clone());
        let four: i64 = (0..4).map(|week| forecast.expected_minor(at, week)).sum();
        sheet.row(&[
            Cell::Text(customer.unwrap_or_default()),
            Cell::Text(number.unwrap_or_default()),
            Cell::Text(line.currency.code().to_owned()),
            Cell::Day(line.due),
            Cell::Money(line.open_minor, line.currency),
            day(line.p10),
            day(line.p50),
            day(line.p90),
            Cell::Ratio(Some(line.late)),
            Cell::Money(four, line.currency),
        ])?;
    }
    sheet.send(visit, "proyeccion")
}
