//! How far off dates and sums were: the measures of domain reference B5, as exact ratios.

use crate::currency::Currency;
use crate::date::Day;
use crate::ratio::Ratio;
use std::collections::BTreeMap;

/// Errors of the dates of receivables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineErrors {
    /// How many were so many days too late (too early when negative).
    by_days: BTreeMap<i32, u64>,
    /// Tenths of a day of pinball loss over the three quantiles.
    pinball_tenths: i64,
    covered: u64,
    with_band: u64,
}

impl LineErrors {
    /// Adds a date told, with the band from the one-in-ten day to the nine-in-ten day if there was one.
    pub(crate) fn add(&mut self, told: Day, band: Option<(Day, Day)>, paid_on: Day) {
        *self.by_days.entry(told - paid_on).or_default() += 1;
        if let Some((low, high)) = band {
            let loss = |quantile: Day, tenths: i64| {
                let off = i64::from(paid_on - quantile);
                (tenths * off).max((tenths - 10) * off)
            };
            self.pinball_tenths += loss(low, 1) + loss(told, 5) + loss(high, 9);
            self.covered += u64::from(low <= paid_on && paid_on <= high);
            self.with_band += 1;
        }
    }

    /// The errors of both.
    pub fn and(&self, other: &LineErrors) -> LineErrors {
        let mut both = self.clone();
        for (days, count) in &other.by_days {
            *both.by_days.entry(*days).or_default() += count;
        }
        both.pinball_tenths += other.pinball_tenths;
        both.covered += other.covered;
        both.with_band += other.with_band;
        both
    }

    /// Receivables judged.
    pub fn count(&self) -> u64 {
        self.by_days.values().sum()
    }

    fn mean(&self, of: impl Fn(i32) -> i32) -> Option<Ratio> {
        let days = self.by_days.iter();
        let sum = days.map(|(days, count)| i128::from(of(*days)) * i128::from(*count)).sum();
        Ratio::new(sum, self.count().into())
    }

    /// Mean absolute error, days.
    pub fn mae(&self) -> Option<Ratio> {
        self.mean(i32::abs)
    }

    /// Mean error, days; positive when dates were told too late.
    pub fn bias(&self) -> Option<Ratio> {
        self.mean(|days| days)
    }

    /// Median absolute error, days; the upper one of two middles.
    pub fn median_ae(&self) -> Option<Ratio> {
        let mut by_size: BTreeMap<u32, u64> = BTreeMap::new();
        for (days, count) in &self.by_days {
            *by_size.entry(days.unsigned_abs()).or_default() += count;
        }
        quantile(by_size.iter(), self.count(), 50).map(|days| Ratio { num: (*days).into(), den: 1 })
    }

    /// Mean pinball loss over the quantiles 0.1, 0.5 and 0.9, days.
    pub fn pinball(&self) -> Option<Ratio> {
        Ratio::new(self.pinball_tenths.into(), 30 * i128::from(self.with_band))
    }

    /// Share of payments that fell into the band.
    pub fn coverage(&self) -> Option<Ratio> {
        Ratio::new(self.covered.into(), self.with_band.into())
    }

    /// The error that is not exceeded `per_cent` times in a hundred, days.
    pub fn quantile(&self, per_cent: u64) -> Option<i32> {
        quantile(self.by_days.iter(), self.count(), per_cent).copied()
    }
}

fn quantile<'a, K>(
    counts: impl Iterator<Item = (&'a K, &'a u64)>,
    all: u64,
    per_cent: u64,
) -> Option<&'a K> {
    let wanted = (all * per_cent).div_ceil(100).max(1);
    let mut seen = 0;
    counts.into_iter().find_map(|(key, count)| {
        seen += count;
        (seen >= wanted).then_some(key)
    })
}

/// One week after one cut: what came in and what was expected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// The day of the forecast.
    pub cut: Day,
    /// Its number after the cut, 1 the first.
    pub number: u16,
    /// What came in, smallest units.
    pub actual_minor: i64,
    /// What was expected, smallest units.
    pub expected_minor: i64,
}

/// Weeks of one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CashErrors {
    /// Currency of every amount.
    pub currency: Currency,
    /// Every week that is over, cut by cut.
    pub weeks: Vec<Week>,
}

impl CashErrors {
    fn over(&self, weeks: u16, of: impl Fn(&Week) -> i64) -> Option<Ratio> {
        let upto = || self.weeks.iter().filter(|week| week.number <= weeks);
        let actual: i128 = upto().map(|week| i128::from(week.actual_minor)).sum();
        Ratio::new(upto().map(|week| i128::from(of(week))).sum(), actual)
    }

    /// Sum of absolute errors over sum of what came in (WAPE), over the first so many weeks of each cut.
    pub fn wape(&self, weeks: u16) -> Option<Ratio> {
        self.over(weeks, |week| (week.actual_minor - week.expected_minor).abs())
    }

    /// What was expected too much, as a share of what came in; negative when too little.
    pub fn bias(&self, weeks: u16) -> Option<Ratio> {
        self.over(weeks, |week| week.expected_minor - week.actual_minor)
    }
}
