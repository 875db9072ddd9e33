//! Measuring this program on a folder of generated files with expected results. A figure that is
//! not exactly the expected one gets no time.

use crate::App;
use crate::clock::Clock;
use crate::creditors::{self, NewCreditor};
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::imports::{self, FileReport, Input, Listener, Options, Progress, Recorded};
use crate::reports::{self, AgingQuestion};
use puntual_core::access::Role;
use puntual_core::aging::Aging;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::history::{self, HistoryQuestion, Span, Step};
use puntual_core::portfolio::{AsOf, Key, Scope};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// One operation measured.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Measure {
    /// What was done.
    pub operation: String,
    /// Median time in milliseconds; absent when the answer was wrong.
    pub median_ms: Option<u64>,
    /// The same in microseconds, for short operations.
    pub median_us: Option<u64>,
    /// Things done per second, where that says more.
    pub per_second: Option<u64>,
    /// Whether the answer was the expected one.
    pub correct: bool,
    /// Remarks: counts, memory.
    pub detail: String,
}

impl Measure {
    fn new(operation: &str, time: Duration, correct: bool, detail: String) -> Measure {
        let kept = |value: u128| correct.then_some(value as u64);
        Measure {
            operation: operation.to_owned(),
            median_ms: kept(time.as_millis()),
            median_us: kept(time.as_micros()),
            per_second: None,
            correct,
            detail,
        }
    }

    /// One line for people.
    pub fn summary(&self) -> String {
        let time = match self.median_us {
            Some(us) if us < 100_000 => format!("{}.{:02} ms", us / 1000, us % 1000 / 10),
            Some(us) => format!("{}.{:02} s", us / 1_000_000, us % 1_000_000 / 10_000),
            None => "WRONG ANSWER".to_owned(),
        };
        let rate = self.per_second.map(|n| format!("  {n}/s")).unwrap_or_default();
        format!("{:44} {time:>12}{rate}  {}", self.operation, self.detail)
    }
}

/// Where measures are told.
pub type Tell<'t> = dyn FnMut(&Measure) + 't;

#[allow(clippy::disallowed_methods, reason = "measuring time is what this module is for")]
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

/// The files, in the order in which they are imported.
const FILES: [&str; 7] = [
    "customers.csv",
    "fx.csv",
    "invoices.csv",
    "payments.csv",
    "allocations.csv",
    "disputes.csv",
    "promises.csv",
];

#[derive(Default)]
struct Totals {
    reports: Vec<FileReport>,
}

impl Listener for Totals {
    fn file(&mut self, report: FileReport) {
        self.reports.push(report);
    }

    fn progress(&mut self, _progress: &Progress) {}
}

fn context(app: &App) -> Result<Ctx, ServiceError> {
    let creditor = creditors::create(
        app,
        NewCreditor {
            code: Some("BENCH".to_owned()),
            name: "Acreedora de prueba".to_owned(),
            tax_id: "76192083-9".to_owned(),
            country: "CL".to_owned(),
            currency: Currency::CLP,
            time_zone: None,
        },
    )?;
    Ok(Ctx::new(app, creditor, "bench", Role::Admin))
}

/// Imports each file and tells how fast; then imports the invoices again, which must add nothing.
pub fn import(app: &App, folder: &Path, tell: &mut Tell<'_>) -> Result<(), ServiceError> {
    let ctx = context(app)?;
    for file in FILES {
        let path = folder.join(file);
        let (time, totals) = timed(|| one_file(app, &ctx, &path));
        let counts = totals?;
        let all_in = counts.rejected + counts.quarantined == 0;
        let mut measure = Measure::new(
            &format!("import {file}"),
            time,
            all_in,
            format!("{} read, {} accepted, peak {} MB", counts.read, counts.accepted, peak_mb()),
        );
        measure.per_second =
            all_in.then(|| (counts.read as u128 * 1000 / time.as_millis().max(1)) as u64);
        tell(&measure);
    }
    let (time, totals) = timed(|| one_file(app, &ctx, &folder.join("invoices.csv")));
    let counts = totals?;
    let detail = format!("{} accepted, {} repeated", counts.accepted, counts.duplicates);
    tell(&Measure::new("import invoices.csv again", time, counts.accepted == 0, detail));
    Ok(())
}

fn one_file(
    app: &App,
    ctx: &Ctx,
    path: &Path,
) -> Result<puntual_store::import::Counts, ServiceError> {
    let options = Options { recorded: Recorded::Effective, ..Options::default() };
    let inputs = vec![Input::Path(path.to_owned())];
    let mut totals = Totals::default();
    Ok(imports::import(app, ctx, inputs, &options, &mut totals)?.counts)
}

/// The most memory this process has held, in megabytes; 0 where the system does not tell.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    let kilobytes: u64 =
        line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
    kilobytes / 1024
}

/// Opens the storage as at process start and takes the first figure.
pub fn start(url: &str, folder: &Path, tell: &mut Tell<'_>) -> Result<(), ServiceError> {
    let expected = Expected::read(folder)?;
    let (time, answer) = timed(|| {
        let app = App::open(url, Clock::System, 1)?;
        let ctx = context(&app)?;
        let aged = reports::aging(&app, &ctx, &question(expected.as_of))?;
        let view = app.portfolio(&ctx)?;
        let bytes = view.portfolio.memory_bytes() / view.portfolio.len().max(1);
        Ok::<_, ServiceError>((expected.matches(&view, &aged), bytes, view.portfolio.len()))
    });
    let (correct, bytes, count) = answer?;
    let detail = format!("{count} receivables, {bytes} bytes each with their movements");
    tell(&Measure::new("process start to first figure", time, correct, detail));
    Ok(())
}

/// Ageing today and on past days, with and without `known_at`, and 24 month-ends: median of
/// `runs` after a warm-up, each answer checked.
pub fn figures(
    app: &App,
    folder: &Path,
    runs: usize,
    tell: &mut Tell<'_>,
) -> Result<(), ServiceError> {
    let expected = Expected::read(folder)?;
    let ctx = context(app)?;
    let view = app.portfolio(&ctx)?;
    let mut age = |name: &str, at: AsOf, check: bool| -> Result<(), ServiceError> {
        let aged = reports::age(&view, &question_at(at))?;
        let correct = !check || expected.matches(&view, &aged);
        let time = median(runs, || reports::age(&view, &question_at(at)));
        tell(&Measure::new(name, time, correct, format!("{} rows", aged.rows().len())));
        Ok(())
    };
    age("ageing by customer today", AsOf::day(expected.as_of), true)?;
    let past = expected.as_of - 400;
    age("ageing by customer, a past day", AsOf::day(past), false)?;
    age("ageing by customer, past day, known_at", AsOf::known(past, past), false)?;
    let span = Span::new(expected.as_of.add_months(-23), expected.as_of, Step::Month)
        .map_err(|error| ServiceError::Bug(error.to_string()))?;
    let question = HistoryQuestion::new(span, Scope::ALL);
    let points = history::history(&view.portfolio, &question);
    let time = median(runs, || history::history(&view.portfolio, &question));
    let last_of = |currency| points.iter().rfind(|p| p.currency == currency);
    let correct = expected.totals.iter().all(|(currency, totals)| {
        last_of(*currency).is_some_and(|point| point.amounts == totals.0)
    });
    let detail = format!("{} points of ageing, PPC, DSO, CEI and more", points.len());
    tell(&Measure::new("24 month-ends", time, correct, detail));
    Ok(())
}

fn median<T>(runs: usize, mut work: impl FnMut() -> T) -> Duration {
    let _warm_up = work();
    let mut times: Vec<Duration> = (0..runs).map(|_| timed(&mut work).0).collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn question(as_of: Day) -> AgingQuestion {
    question_at(AsOf::day(as_of))
}

fn question_at(at: AsOf) -> AgingQuestion {
    AgingQuestion::new(at)
}

/// Buckets and unapplied credit.
type Amounts = (Vec<i64>, i64);

/// What the generator says the answers are.
struct Expected {
    as_of: Day,
    rows: BTreeMap<(String, Currency), Amounts>,
    totals: BTreeMap<Currency, Amounts>,
}

impl Expected {
    fn read(folder: &Path) -> Result<Expected, ServiceError> {
        let text = |name: &str| {
            std::fs::read_to_string(folder.join(name)).map_err(|error| {
                ServiceError::invalid("data", format!("{}: {error}", folder.join(name).display()))
            })
        };
        let wrong = |name: &str| ServiceError::invalid("data", format!("{name} is not understood"));
        let json: serde_json::Value =
            serde_json::from_str(&text("expected.json")?).map_err(|_| wrong("expected.json"))?;
        let date = json["aging_as_of"]["date"].as_str().unwrap_or_default();
        let as_of = date.parse().map_err(|_| wrong("expected.json"))?;
        let mut expected = Expected { as_of, rows: BTreeMap::new(), totals: BTreeMap::new() };
        for line in text("expected_aging.csv")?.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let numbers: Vec<i64> = cells.iter().skip(2).filter_map(|c| c.parse().ok()).collect();
            let (Some(code), Some(currency), 8) =
                (cells.first(), cells.get(1).and_then(|c| c.parse().ok()), numbers.len())
            else {
                return Err(wrong("expected_aging.csv"));
            };
            let amounts = (numbers[..6].to_vec(), numbers[7]);
            let total = expected.totals.entry(currency).or_insert_with(|| (vec![0; 6], 0));
            for (sum, amount) in total.0.iter_mut().zip(&amounts.0) {
                *sum += amount;
            }
            total.1 += amounts.1;
            expected.rows.insert(((*code).to_owned(), currency), amounts);
        }
        Ok(expected)
    }

    /// Whether an ageing by customer is exactly the expected one.
    fn matches(&self, view: &crate::portfolios::View, aged: &Aging) -> bool {
        let found: BTreeMap<(String, Currency), Amounts> = aged
            .rows()
            .filter_map(|row| {
                let Key::Customer(id) = row.key else { return None };
                let code = view.names.get(id)?.code.clone();
                Some(((code, row.currency), (row.amounts.to_vec(), row.unapplied)))
            })
            .collect();
        found == self.rows
    }
}
