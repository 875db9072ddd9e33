//! Working days: which days of a country count, and how to step over the others.
//!
//! A working day is Monday to Friday and no holiday. Knows no hours and no time zones.

use crate::date::{Day, Weekday};
use crate::holidays;

/// Years for which a calendar knows its holidays; beyond them only weekends are free.
pub const YEARS: std::ops::RangeInclusive<i32> = 2015..=2040;

/// The working days of one country, with whatever days off a creditor adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Sorted, without repetition.
    holidays: Vec<Day>,
}

impl Calendar {
    /// Only weekends are free.
    pub fn weekends_only() -> Calendar {
        Calendar::default()
    }

    /// The calendar of a country (ISO 3166 alpha-2). A country whose holidays are not known has
    /// weekends only; see [`holidays::covers`].
    pub fn of_country(country: &str) -> Calendar {
        let days = YEARS.flat_map(|year| holidays::of_year(country, year));
        Calendar { holidays: days.map(|(day, _)| day).collect() }
    }

    /// The calendar of a country and, where it is known, of the region in it (ISO 3166-2).
    pub fn of_place(country: &str, region: Option<&str>) -> Calendar {
        let own = |region: &str| -> Vec<Day> {
            let days = YEARS.flat_map(|year| holidays::regional::of_region(region, year));
            days.map(|(day, _)| day).collect()
        };
        Calendar::of_country(country).with_days_off(&region.map_or_else(Vec::new, own))
    }

    /// The same calendar with more days off: regional and local holidays, a company's own.
    pub fn with_days_off(mut self, days: &[Day]) -> Calendar {
        self.holidays.extend_from_slice(days);
        self.holidays.sort_unstable();
        self.holidays.dedup();
        self
    }

    /// Whether the day is a holiday, on whatever weekday.
    pub fn is_holiday(&self, day: Day) -> bool {
        self.holidays.binary_search(&day).is_ok()
    }

    /// Whether the day is Monday to Friday and no holiday.
    pub fn is_working_day(&self, day: Day) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.is_holiday(day)
    }

    /// The day itself when it is a working day, else the next one.
    pub fn working_day_on_or_after(&self, day: Day) -> Day {
        self.seek(day, 1)
    }

    /// The day itself when it is a working day, else the one before.
    pub fn working_day_on_or_before(&self, day: Day) -> Day {
        self.seek(day, -1)
    }

    /// The first working day after the day.
    pub fn next_working_day(&self, day: Day) -> Day {
        self.seek(day + 1, 1)
    }

    /// The last working day before the day.
    pub fn previous_working_day(&self, day: Day) -> Day {
        self.seek(day - 1, -1)
    }

    /// The day `count` working days later (earlier when negative). Zero gives the day itself,
    /// working day or not.
    pub fn add_working_days(&self, day: Day, count: i32) -> Day {
        let step = |day| match count.signum() {
            -1 => self.previous_working_day(day),
            _ => self.next_working_day(day),
        };
        (0..count.abs()).fold(day, |day, _| step(day))
    }

    /// Working days after `from` up to and including `to`; negative when `to` is earlier.
    pub fn working_days_between(&self, from: Day, to: Day) -> i32 {
        let (first, last, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let days = (first.0 + 1..=last.0).filter(|day| self.is_working_day(Day(*day)));
        sign * days.count() as i32
    }

    /// A year without a single working day does not exist in any law; the bound only keeps a
    /// calendar full of added days from being walked for ever.
    fn seek(&self, day: Day, step: i32) -> Day {
        let days = (0..366).map(|steps| day + steps * step);
        days.into_iter().find(|candidate| self.is_working_day(*candidate)).unwrap_or(day)
    }
}
