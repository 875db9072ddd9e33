//! Rates that laws refer to, as a table by series and day.
//!
//! Decides which row is in force on a day: of several that cover it, the one put last, so that
//! what a creditor loads corrects what the program brings. Knows nothing of which law uses them.

use super::rate_file::{RateFile, RateFileError};
use crate::date::Day;
use crate::ratio::Ratio;
use std::fmt;

/// A rate a year in parts per million: 10.15 % is 101 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct AnnualRate {
    /// Parts per million.
    pub ppm: u32,
}

/// The text is not a rate in per cent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a rate in per cent, of at most 1000 and four decimals: {0:?}")]
pub struct BadRate(pub String);

/// Rates above are typing errors.
const MOST_PERCENT: u64 = 1_000;

impl AnnualRate {
    /// Reads per cent as a plain decimal: `10.15`, of at most four decimals.
    pub fn parse(percent: &str) -> Result<AnnualRate, BadRate> {
        let bad = || BadRate(percent.to_owned());
        let text = percent.trim();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 4 {
            return Err(bad());
        }
        let whole: u64 = whole.parse().map_err(|_| bad())?;
        let fraction: u64 = format!("{fraction:0<4}").parse().map_err(|_| bad())?;
        let ppm = whole.checked_mul(10_000).and_then(|ppm| ppm.checked_add(fraction));
        let ppm = ppm.filter(|ppm| *ppm <= MOST_PERCENT * 10_000).ok_or_else(bad)?;
        u32::try_from(ppm).map(|ppm| AnnualRate { ppm }).map_err(|_| bad())
    }

    /// The rate times `num` over `den`, rounded half up to the millionth.
    pub(super) fn times(self, num: u32, den: u32) -> u64 {
        let (num, den) = (u64::from(num), u64::from(den.max(1)));
        (2 * u64::from(self.ppm) * num + den) / (2 * den)
    }
}

impl fmt::Display for AnnualRate {
    /// Per cent with two decimals, or as many as it has.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = Ratio { num: self.ppm.into(), den: 10_000 };
        f.write_str(&percent.to_decimal(if self.ppm.is_multiple_of(100) { 2 } else { 4 }))
    }
}

/// How sure a rule or a rate is (domain reference): read in the source, read in a summary, or told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The source itself was read.
    High,
    /// An official or lawyer's summary was read.
    Medium,
    /// Press or memory: to be verified before anybody relies on it.
    Low,
}

impl Confidence {
    /// The letter used in files, in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::High => "H",
            Confidence::Medium => "M",
            Confidence::Low => "L",
        }
    }

    /// The confidence of that letter.
    pub fn parse(text: &str) -> Option<Confidence> {
        [Confidence::High, Confidence::Medium, Confidence::Low]
            .into_iter()
            .find(|confidence| confidence.as_str() == text)
    }
}

/// A series of rates: what it is and where it is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Its name: `es-demora`.
    pub id: String,
    /// The rule that refers to it.
    pub law: String,
    /// Who publishes it and how often, in Spanish.
    pub publisher: String,
}

/// A rate in force for some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedRate {
    /// Its series.
    pub series: String,
    /// First day.
    pub from: Day,
    /// Last day; until further notice when absent.
    pub to: Option<Day>,
    /// The rate.
    pub rate: AnnualRate,
    /// Where it was published.
    pub source: String,
    /// When somebody last compared it with its source.
    pub verified_on: Day,
    /// How sure it is.
    pub confidence: Confidence,
}

impl PublishedRate {
    fn covers(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// Everything known of rates.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RateTable {
    series: Vec<Series>,
    rows: Vec<PublishedRate>,
}

/// The files the program brings.
const FILES: [&str; 9] = [
    include_str!("../../rates/es-demora.toml"),
    include_str!("../../rates/es-interes-legal.toml"),
    include_str!("../../rates/cl-corriente.toml"),
    include_str!("../../rates/cl-maximo-convencional.toml"),
    include_str!("../../rates/mx-mercantil.toml"),
    include_str!("../../rates/mx-civil.toml"),
    include_str!("../../rates/co-bancario-corriente.toml"),
    include_str!("../../rates/pe-bcrp-maximo.toml"),
    include_str!("../../rates/ar-bcra.toml"),
];

impl RateTable {
    /// The rates the program brings.
    ///
    /// # Errors
    /// When one of its files is not well made, which its tests would have said.
    pub fn built_in() -> Result<RateTable, RateFileError> {
        let mut table = RateTable::default();
        for text in FILES {
            let file = RateFile::parse(text)?;
            table.series.push(file.series);
            file.rates.into_iter().for_each(|row| table.put(row));
        }
        Ok(table)
    }

    /// Puts a row above all that are there.
    pub fn put(&mut self, row: PublishedRate) {
        self.rows.push(row);
    }

    /// The series known, in the order of their files.
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// The rows of a series, in the order they were put.
    pub fn rows<'a>(&'a self, series: &'a str) -> impl Iterator<Item = &'a PublishedRate> {
        self.rows.iter().filter(move |row| row.series == series)
    }

    /// The row in force on a day and the last day it is; `None` when there is none.
    pub fn on(&self, series: &str, day: Day) -> Option<(&PublishedRate, Day)> {
        let last = self.rows.iter().rposition(|row| row.series == series && row.covers(day))?;
        let row = &self.rows[last];
        let later = self.rows[last + 1..].iter().filter(|row| row.series == series);
        let replaced = later.map(|row| row.from).filter(|from| *from > day).min();
        let end = row.to.unwrap_or(Day(i32::MAX));
        Some((row, replaced.map_or(end, |from| end.min(from - 1))))
    }

    /// The first day from `day` on for which a series has a row.
    pub(super) fn next_known(&self, series: &str, day: Day) -> Option<Day> {
        self.rows(series).map(|row| row.from).filter(|from| *from > day).min()
    }

    /// Who publishes a series.
    pub(super) fn publisher(&self, series: &str) -> String {
        let found = self.series.iter().find(|known| known.id == series);
        found.map_or_else(String::new, |known| known.publisher.clone())
    }
}
