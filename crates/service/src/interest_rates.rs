//! Rates of late interest: those the program brings, those people load, and what is agreed with
//! customers as a rule.
//!
//! Decides what may be loaded. Which row holds on a day is the core's.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use puntual_core::access::Deed;
use puntual_core::date::Day;
use puntual_core::id::InterestRateId;
use puntual_core::interest::{
    Agreed, AnnualRate, Confidence, DayCount, PublishedRate, RateFile, RateTable, Series,
};
use puntual_store::interest::{self, InterestRate};
use puntual_store::{Tx, setting};

/// Name of the setting with the agreed rate in per cent; absent or blank when the law's holds.
const PERCENT: &str = "interest.percent";
/// Name of the setting with the day count agreed.
const DAY_COUNT: &str = "interest.day_count";

/// A rate to load.
#[derive(Clone, Debug)]
pub struct LoadRate {
    /// The id the rate will have.
    pub id: InterestRateId,
    /// Its series.
    pub series: String,
    /// First day.
    pub from: Day,
    /// Last day; until further notice when absent.
    pub to: Option<Day>,
    /// Per cent a year, as `10.15`.
    pub percent: String,
    /// Where it was published, as `BOE-A-2025-27201`.
    pub source: String,
}

/// A rate with the words of its series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownRate {
    /// The series.
    pub series: Series,
    /// Its rows, the newest first; those people loaded before those the program brings.
    pub rates: Vec<PublishedRate>,
}

/// Every series with its rates.
pub fn list(app: &App, ctx: &Ctx) -> Result<Vec<ShownRate>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let table = app.store.read(|tx| table_in(tx, ctx))?;
    let shown = table.series().iter().map(|series| {
        let mut rates: Vec<PublishedRate> = table.rows(&series.id).cloned().collect();
        rates.reverse();
        rates.sort_by_key(|rate| std::cmp::Reverse(rate.from));
        ShownRate { series: series.clone(), rates }
    });
    Ok(shown.collect())
}

/// Loads a rate. The same id with the same content changes nothing; neither does a rate that holds
/// already. Answers whether it was new.
pub fn load(app: &App, ctx: &Ctx, command: &LoadRate) -> Result<bool, ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    let rate = AnnualRate::parse(&command.percent)
        .map_err(|error| ServiceError::invalid("percent", error.to_string()))?;
    let source = moments::required("source", &command.source)?;
    if command.to.is_some_and(|to| to < command.from) {
        return Err(ServiceError::invalid("to", "before_from"));
    }
    let wanted = InterestRate {
        id: command.id,
        series: command.series.clone(),
        valid_from: command.from,
        valid_to: command.to,
        rate_ppm: rate.ppm.into(),
        source,
        verified_on: ctx.today,
        // Whoever loads it has the publication at hand.
        confidence: Confidence::High.as_str().to_owned(),
        actor: ctx.actor.clone(),
        recorded_at: ctx.now_ms,
    };
    app.store.write(|tx| {
        let table = table_in(tx, ctx)?;
        if !table.series().iter().any(|series| series.id == wanted.series) {
            let known: Vec<&str> = table.series().iter().map(|series| series.id.as_str()).collect();
            let what = format!("{:?} is none of {}", wanted.series, known.join(", "));
            return Err(ServiceError::invalid("series", what));
        }
        let content = |r: &InterestRate| (r.series.clone(), r.valid_from, r.valid_to, r.rate_ppm);
        let there = interest::rates(tx, ctx.scope())?;
        if let Some(same) = there.iter().find(|rate| rate.id == wanted.id) {
            return match content(same) == content(&wanted) {
                true => Ok(false),
                false => Err(ServiceError::Conflict(format!("{} is another rate", same.id))),
            };
        }
        let holds = table.on(&wanted.series, wanted.valid_from).is_some_and(|(row, _)| {
            (row.from, row.to, row.rate) == (wanted.valid_from, wanted.valid_to, rate)
        });
        if !holds {
            interest::insert_rate(tx, ctx.scope(), &wanted)?;
        }
        Ok(!holds)
    })
}

/// Loads every rate of a file like those of the program. Answers how many were new.
pub fn load_file(app: &App, ctx: &Ctx, text: &str) -> Result<usize, ServiceError> {
    let file =
        RateFile::parse(text).map_err(|error| ServiceError::invalid("file", error.to_string()))?;
    let mut new = 0;
    for rate in file.rates {
        let command = LoadRate {
            id: InterestRateId(app.next_id()),
            series: rate.series,
            from: rate.from,
            to: rate.to,
            percent: rate.rate.to_string(),
            source: rate.source,
        };
        new += usize::from(load(app, ctx, &command)?);
    }
    Ok(new)
}

/// Everything known of rates: what the program brings, and above it what was loaded.
pub(crate) fn table_in(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<RateTable, ServiceError> {
    let mut table =
        RateTable::built_in().map_err(|error| ServiceError::Bug(format!("rates: {error}")))?;
    for row in interest::rates(tx, ctx.scope())? {
        let ppm = u32::try_from(row.rate_ppm);
        let unknown = || ServiceError::Bug(format!("rate {} is none", row.id));
        table.put(PublishedRate {
            rate: AnnualRate { ppm: ppm.map_err(|_| unknown())? },
            confidence: Confidence::parse(&row.confidence).ok_or_else(unknown)?,
            series: row.series,
            from: row.valid_from,
            to: row.valid_to,
            source: row.source,
            verified_on: row.verified_on,
        });
    }
    Ok(table)
}

/// What is agreed with customers as a rule; `None` where the law's rate holds.
pub fn agreed(app: &App, ctx: &Ctx) -> Result<Option<Agreed>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| agreed_in(tx, ctx))
}

pub(crate) fn agreed_in(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Option<Agreed>, ServiceError> {
    let percent = setting::get(tx, ctx.scope(), PERCENT)?.unwrap_or_default();
    let count = setting::get(tx, ctx.scope(), DAY_COUNT)?.unwrap_or_default();
    terms(&percent, &count)
}

/// Writes what is agreed with customers as a rule; a blank rate brings the law's back.
pub fn save_agreed(
    app: &App,
    ctx: &Ctx,
    percent: &str,
    day_count: &str,
) -> Result<Option<Agreed>, ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    let agreed = terms(percent, day_count)?;
    app.store.write(|tx| {
        setting::set(tx, ctx.scope(), PERCENT, percent.trim())?;
        setting::set(tx, ctx.scope(), DAY_COUNT, day_count.trim())?;
        Ok(agreed)
    })
}

/// The terms written as text; none for a blank rate.
pub fn terms(percent: &str, day_count: &str) -> Result<Option<Agreed>, ServiceError> {
    let (percent, word) = (percent.trim(), day_count.trim());
    let day_count = match word {
        "" => None,
        word => Some(
            DayCount::parse(word)
                .ok_or_else(|| ServiceError::invalid("day_count", "unknown_day_count"))?,
        ),
    };
    if percent.is_empty() {
        return Ok(None);
    }
    let rate = AnnualRate::parse(&percent.replace(',', "."))
        .map_err(|error| ServiceError::invalid("percent", error.to_string()))?;
    Ok(Some(Agreed { rate, day_count }))
}
