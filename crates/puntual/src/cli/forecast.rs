//! `puntual forecast` and `puntual backtest`: expected cash, and how wrong it would have been.

use super::output::{columns, json_line, line};
use super::{Common, Failure, Outcome, day};
use clap::{Args, ValueEnum};
use puntual_core::date::Day;
use puntual_core::forecast::Stress;
use puntual_core::history::Step;
use puntual_core::portfolio::AsOf;
use puntual_service::error::ServiceError;
use puntual_service::{backtest, forecast};
use serde_json::Value;

/// When what is owed will be paid, and the cash that makes.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual forecast --as-of 2026-06-30 --weeks 13 --json")]
pub struct Forecast {
    /// The day it stands on; what came later is not looked at. Today when absent.
    #[arg(long, value_parser = day)]
    as_of: Option<Day>,
    /// Only what was known on this day.
    #[arg(long, value_parser = day)]
    known_at: Option<Day>,
    /// Weeks of seven days, from the day after.
    #[arg(long, default_value_t = 13, value_parser = clap::value_parser!(u16).range(1..=104))]
    weeks: u16,
    /// Months, the rest of the first one included.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(0..=24))]
    months: u16,
    /// Seed of the simulation: the same seed and books give the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What if everybody paid so many days later.
    #[arg(long, default_value_t = 0)]
    later_days: u16,
    /// What if this customer, by its code, paid nothing; may be repeated.
    #[arg(long)]
    without: Vec<String>,
}

/// How wrong the forecast and simpler methods would have been.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual backtest --from 2025-12-31 --to 2026-05-31 --json")]
pub struct Backtest {
    /// First day a forecast may be made again on.
    #[arg(long, value_parser = day)]
    from: Day,
    /// Last day.
    #[arg(long, value_parser = day)]
    to: Day,
    /// One forecast at the end of every month, every week, or every day.
    #[arg(long, value_enum, default_value_t = Every::Month)]
    every: Every,
    /// Days after each forecast in which new documents are judged.
    #[arg(long, default_value_t = 45, value_parser = clap::value_parser!(u16).range(0..=365))]
    new_days: u16,
    /// Weeks of cash judged after each forecast.
    #[arg(long, default_value_t = 13, value_parser = clap::value_parser!(u16).range(1..=104))]
    weeks: u16,
    /// Limit each forecast to what had been recorded by its day.
    #[arg(long)]
    as_known_then: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Every {
    /// Month ends.
    Month,
    /// Sundays.
    Week,
    /// Every day.
    Day,
}

/// Runs `puntual forecast`.
pub fn forecast(common: &Common, command: &Forecast) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let view = app.portfolio(&ctx)?;
    let mut without = Vec::new();
    for code in &command.without {
        let found = view.names.iter().find(|name| name.code == *code);
        let unknown = || ServiceError::NotFound(format!("customer {code}"));
        without.push(found.ok_or_else(unknown)?.id);
    }
    let at = AsOf { as_of: command.as_of.unwrap_or(ctx.today), known_at: command.known_at };
    let question = forecast::Question {
        at,
        weeks: command.weeks,
        months: command.months,
        seed: command.seed,
        stress: Stress { later_days: command.later_days, without },
    };
    let value = forecast::json(&app, &ctx, &question)?;
    match common.json {
        true => json_line(&value),
        false => print_weeks(&value),
    }
    Ok(Outcome::Done)
}

/// The weeks of every currency as a table for people.
fn print_weeks(value: &Value) {
    let head =
        ["moneda", "desde", "hasta", "mínimo (P10)", "mitad (P50)", "máximo (P90)", "esperado"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for cash in list(&value["currencies"]) {
        for week in list(&cash["weeks"]) {
            let figures = ["from", "to", "p10", "p50", "p90", "mean"].map(|key| text(&week[key]));
            rows.push([vec![text(&cash["currency"])], figures.to_vec()].concat());
        }
    }
    for row in columns(&rows, &[false, false, false, true, true, true, true]) {
        line(&row);
    }
}

/// Runs `puntual backtest`.
pub fn backtest(common: &Common, command: &Backtest) -> Result<Outcome, Failure> {
    if command.from > command.to {
        return Err(Failure::Usage("--from is after --to".to_owned()));
    }
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let question = backtest::Question {
        step: match command.every {
            Every::Month => Step::Month,
            Every::Week => Step::Week,
            Every::Day => Step::Day,
        },
        new_days: command.new_days,
        weeks: command.weeks,
        as_known_then: command.as_known_then,
        ..backtest::Question::new(command.from, command.to)
    };
    let value = backtest::json(&app, &ctx, &question)?;
    match common.json {
        true => json_line(&value),
        false => print_errors(&value),
    }
    Ok(Outcome::Done)
}

/// One row per method, as a table for people.
fn print_errors(value: &Value) {
    let head =
        ["método", "n", "error medio (días)", "mediano", "sesgo", "en la banda", "error de caja"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let row = |name: &str, errors: &Value| {
        let lines = ["n", "mae", "median_ae", "bias", "coverage"].map(|k| text(&errors["line"][k]));
        [vec![name.to_owned()], lines.to_vec(), vec![text(&errors["weekly"]["wape"])]].concat()
    };
    rows.push(row("puntual", value));
    for (name, errors) in value["baselines"].as_object().into_iter().flatten() {
        rows.push(row(name, errors));
    }
    for row in columns(&rows, &[false, true, true, true, true, true, true]) {
        line(&row);
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "—".to_owned(),
        other => other.to_string(),
    }
}
