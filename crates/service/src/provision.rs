//! What is expected not to be collected, as of any day: exposure by age, loss rates from how earlier
//! sales were paid, and how amounts moved between ages.
//!
//! Decides the exposure (disputed amounts stand apart: they are dilution and not credit risk), the
//! cohort that is followed, and what each standard makes of them. It refuses to guess a
//! forward-looking factor. Everything a figure rests on is in the answer, so that it can be
//! reckoned again: matrix, cohort, day, and what was known.

use crate::App;
use crate::buckets;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::standings::Standings;
use puntual_core::access::Deed;
use puntual_core::aging::BucketSet;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::indicators::{MigrationMatrix, State, migration};
use puntual_core::loss::{self, Cohort, Provision};
use puntual_core::money::plain;
use puntual_core::portfolio::{AsOf, By, Scope, Window};
use puntual_core::ratio::Ratio;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The version of the method: it changes when the same inputs would give other figures.
pub const MATRIX: &str = "flow-1";

/// What a standard makes of exposure and rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// IFRS 9, simplified: losses over the whole life, from the first day (B5.5.15, B5.5.35).
    Ifrs9,
    /// NIF C-16 (Mexico), accounts receivable: the same, from expected loss.
    NifC16,
    /// PGC (Spain), incurred loss: only where there is evidence, taken as 90 days overdue.
    Pgc,
}

impl View {
    /// Every view.
    pub const ALL: [View; 3] = [View::Ifrs9, View::NifC16, View::Pgc];

    /// The word used in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            View::Ifrs9 => "ifrs9",
            View::NifC16 => "nif-c16",
            View::Pgc => "pgc",
        }
    }

    /// The view of that word.
    pub fn parse(text: &str) -> Option<View> {
        View::ALL.into_iter().find(|view| view.as_str() == text.trim())
    }

    /// Whether a debt so many days overdue is provided for.
    fn provides(self, overdue_days: i32) -> bool {
        match self {
            View::Ifrs9 | View::NifC16 => true,
            View::Pgc => overdue_days > EVIDENCE_DAYS,
        }
    }
}

/// Days overdue taken as evidence of default, rebuttable (IFRS 9 B5.5.37).
const EVIDENCE_DAYS: i32 = 90;

/// Months of sales followed unless the question says otherwise.
const COHORT_MONTHS: i32 = 24;

/// Months after the due date from which Spanish corporate tax lets a loss be deducted (LIS 13.1).
const DEDUCTIBLE_MONTHS: i32 = 6;

/// The question.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The day, and what was known.
    pub at: AsOf,
    /// Sales whose payment gives the rates; the two years up to the day when absent.
    pub cohort: Option<Window>,
    /// Forward-looking factor over the rates: 1 when nothing is expected to change.
    pub forward: Ratio,
    /// The standard.
    pub view: View,
}

/// The answer for one currency.
#[derive(Clone, Debug)]
pub struct Provisioned {
    /// Currency of the amounts.
    pub currency: Currency,
    /// What is open and not disputed, by bucket, smallest units.
    pub exposed: Vec<i64>,
    /// Of it, what the standard provides for.
    pub provided: Vec<i64>,
    /// What is disputed, smallest units.
    pub disputed_minor: i64,
    /// What has been overdue for more than six months, smallest units.
    pub over_six_months_minor: i64,
    /// The sales followed.
    pub cohort: Option<Cohort>,
    /// Rates and losses by bucket; `None` where the cohort gives no rate for what is exposed.
    pub provision: Option<Provision>,
    /// How amounts moved since a month before.
    pub migration: Option<MigrationMatrix>,
}

/// Everything a provision rests on.
#[derive(Clone, Debug)]
pub struct Report {
    /// The question, with the cohort that was followed.
    pub question: Question,
    /// Sales followed.
    pub cohort: Window,
    /// The day amounts moved from.
    pub moved_from: Day,
    /// The buckets.
    pub buckets: BucketSet,
    /// By currency.
    pub rows: Vec<Provisioned>,
}

/// The provision as of a day.
pub fn report(app: &App, ctx: &Ctx, question: &Question) -> Result<Report, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let at = question.at;
    let cohort = question
        .cohort
        .unwrap_or(Window { from: at.as_of.add_months(-COHORT_MONTHS) + 1, to: at.as_of });
    if cohort.from > cohort.to {
        return Err(ServiceError::invalid("from", "after_to"));
    }
    app.store.read(|tx| {
        let buckets = buckets::in_force(tx, ctx)?;
        let view = app.portfolios.view_in(tx, ctx.scope())?.known(at.known_at);
        let standings = Standings::load(tx, ctx.scope(), view.names.merged(), at.as_of, ctx.today)?;
        let portfolio = &view.portfolio;
        let mut rows: BTreeMap<Currency, Provisioned> = BTreeMap::new();
        let deductible = at.as_of.add_months(-DEDUCTIBLE_MONTHS);
        for open in portfolio.open_documents(at, Scope::ALL, &buckets, None) {
            let row = rows
                .entry(open.currency)
                .or_insert_with(|| Provisioned::nothing(open.currency, buckets.len()));
            let disputed = standings.disputed_minor(open.document, open.open_minor);
            let exposed = open.open_minor - disputed;
            row.disputed_minor += disputed;
            row.exposed[open.bucket] += exposed;
            if question.view.provides(open.overdue_days) {
                row.provided[open.bucket] += exposed;
            }
            if open.due < deductible {
                row.over_six_months_minor += exposed;
            }
        }
        let followed = loss::cohort(portfolio, cohort, at, &buckets, By::Total, Scope::ALL);
        for (_, currency, cohort) in followed {
            let row = rows
                .entry(currency)
                .or_insert_with(|| Provisioned::nothing(currency, buckets.len()));
            row.cohort = Some(cohort);
        }
        let moved_from = at.as_of.add_months(-1);
        let moved = migration(portfolio, moved_from, at, &buckets, By::Total, Scope::ALL);
        for (_, currency, matrix) in moved {
            if let Some(row) = rows.get_mut(&currency) {
                row.migration = Some(matrix);
            }
        }
        let mut rows: Vec<Provisioned> = rows.into_values().collect();
        for row in &mut rows {
            row.reckon(question.forward)?;
        }
        Ok(Report { question: *question, cohort, moved_from, buckets, rows })
    })
}

impl Provisioned {
    fn nothing(currency: Currency, buckets: usize) -> Provisioned {
        Provisioned {
            currency,
            exposed: vec![0; buckets],
            provided: vec![0; buckets],
            disputed_minor: 0,
            over_six_months_minor: 0,
            cohort: None,
            provision: None,
            migration: None,
        }
    }

    /// Rates of the cohort on what is provided for. A bucket without exposure needs no rate.
    fn reckon(&mut self, forward: Ratio) -> Result<(), ServiceError> {
        let Some(cohort) = &self.cohort else { return Ok(()) };
        let rates = cohort.loss_rates();
        let nothing = Ratio { num: 0, den: 1 };
        let rates: Option<Vec<Ratio>> = rates
            .into_iter()
            .zip(&self.provided)
            .map(|(rate, minor)| rate.or((*minor == 0).then_some(nothing)))
            .collect();
        let Some(rates) = rates else { return Ok(()) };
        let provision = loss::provision(&self.provided, &rates, forward)
            .map_err(|error| ServiceError::invalid("forward", error.to_string()))?;
        self.provision = Some(provision);
        Ok(())
    }
}

/// A provision as JSON.
pub fn report_json(report: &Report) -> Value {
    let (question, buckets) = (&report.question, &report.buckets);
    let rows: Vec<Value> = report.rows.iter().map(|row| row_json(row, buckets)).collect();
    json!({
        "matrix": MATRIX,
        "view": question.view.as_str(),
        "as_of": question.at.as_of.to_string(),
        "known_at": question.at.known_at.map(|day| day.to_string()),
        "cohort_from": report.cohort.from.to_string(),
        "cohort_to": report.cohort.to.to_string(),
        "forward": number(Some(question.forward)),
        "moved_from": report.moved_from.to_string(),
        "buckets": buckets.labels(),
        "rows": rows,
    })
}

fn row_json(row: &Provisioned, buckets: &BucketSet) -> Value {
    let money = |minor: i64| plain(minor.into(), row.currency);
    let lines: Vec<Value> = (0..buckets.len())
        .map(|at| {
            let line = row.provision.as_ref().and_then(|provision| provision.lines.get(at));
            json!({
                "bucket": buckets.labels()[at],
                "exposure": money(row.exposed[at]),
                "provided": money(row.provided[at]),
                "rate": number(line.map(|line| line.rate)),
                "loss": line.map(|line| money(line.loss_minor)),
            })
        })
        .collect();
    json!({
        "currency": row.currency.code(),
        "lines": lines,
        "exposure": money(row.exposed.iter().sum()),
        "disputed": money(row.disputed_minor),
        "over_six_months": money(row.over_six_months_minor),
        "loss": row.provision.as_ref().map(|provision| money(provision.loss_minor)),
        "cohort": row.cohort.as_ref().map(|cohort| json!({
            "receivables": cohort.count,
            "unpaid": cohort.unpaid.iter().map(|minor| money(*minor)).collect::<Vec<_>>(),
        })),
        "migration": row.migration.as_ref().map(|matrix| migration_json(matrix, row.currency)),
    })
}

fn migration_json(matrix: &MigrationMatrix, currency: Currency) -> Value {
    let buckets = matrix.buckets();
    let money = |minor: i64| plain(minor.into(), currency);
    let rows: Vec<Value> = (0..buckets.len())
        .map(|from| {
            let to = (0..buckets.len()).map(|to| money(matrix.amount(from, State::Bucket(to))));
            json!({
                "from": buckets.labels()[from],
                "total": money(matrix.total(from)),
                "paid": money(matrix.amount(from, State::Paid)),
                "credit_noted": money(matrix.amount(from, State::CreditNoted)),
                "written_off": money(matrix.amount(from, State::WrittenOff)),
                "other": money(matrix.amount(from, State::Other)),
                "to": to.collect::<Vec<_>>(),
            })
        })
        .collect();
    Value::Array(rows)
}

/// A ratio as a JSON number with six decimals.
fn number(ratio: Option<Ratio>) -> Value {
    let text = ratio.map(|ratio| ratio.to_decimal(6));
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null)
}
