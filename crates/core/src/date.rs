//! Civil dates. A [`Day`] is a day of the proleptic Gregorian calendar without time or zone; it is
//! what every due date, effective date and as-of date is. Arithmetic is on whole days, so
//! `b - a` is the number of days from `a` to `b` (domain reference §0).

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

/// A civil date, kept as the number of days since 1970-01-01 (negative before).
///
/// Four bytes, totally ordered, and cheap enough for columns of millions of rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

/// The text given is not a calendar date written `YYYY-MM-DD`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date written YYYY-MM-DD: {0:?}")]
pub struct BadDate(pub String);

/// Day of the week, Monday first (ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    /// The date of a year, month (1–12) and day of month, or `None` when there is no such date.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Day> {
        let valid = (1..=12).contains(&month)
            && (1..=9999).contains(&year)
            && day >= 1
            && day <= days_in_month(year, month);
        valid.then(|| Day(days_from_civil(year, month, day)))
    }

    /// Year, month (1–12) and day of month.
    pub fn ymd(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    /// Reads exactly `YYYY-MM-DD`. Built for speed: this is how dates come out of the store.
    pub fn parse_iso(text: &[u8]) -> Option<Day> {
        let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text else { return None };
        let digit = |b: u8| b.is_ascii_digit().then(|| u32::from(b - b'0'));
        let year = digit(y0)? * 1000 + digit(y1)? * 100 + digit(y2)? * 10 + digit(y3)?;
        Day::new(
            i32::try_from(year).ok()?,
            digit(m0)? * 10 + digit(m1)?,
            digit(d0)? * 10 + digit(d1)?,
        )
    }

    /// Writes exactly `YYYY-MM-DD`. Built for speed: this is how dates go into the store.
    pub fn to_iso(self) -> IsoDate {
        let (year, month, day) = self.ymd();
        let digit = |number: u32| b'0' + (number % 10) as u8;
        let year = year.unsigned_abs();
        IsoDate([
            digit(year / 1000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ])
    }

    /// The weekday of this date.
    pub fn weekday(self) -> Weekday {
        use Weekday::*;
        // 1970-01-01 was a Thursday.
        [Thursday, Friday, Saturday, Sunday, Monday, Tuesday, Wednesday]
            [self.0.rem_euclid(7) as usize]
    }

    /// First day of this date's month.
    pub fn month_start(self) -> Day {
        let (_, _, day) = self.ymd();
        Day(self.0 - day as i32 + 1)
    }

    /// Last day of this date's month.
    pub fn month_end(self) -> Day {
        let (year, month, _) = self.ymd();
        let start = self.month_start();
        Day(start.0 + days_in_month(year, month) as i32 - 1)
    }

    /// The same day of month `months` later (earlier when negative); the last day of that month
    /// when it has no such day, as 31 January plus one month.
    pub fn add_months(self, months: i32) -> Day {
        let (year, month, day) = self.ymd();
        let index = year * 12 + month as i32 - 1 + months;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) as u32 + 1);
        Day(days_from_civil(year, month, day.min(days_in_month(year, month))))
    }
}

fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month as i32 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Howard Hinnant, same source, `civil_from_days`.
fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, month as u32, day)
}

impl Add<i32> for Day {
    type Output = Day;
    fn add(self, days: i32) -> Day {
        Day(self.0 + days)
    }
}

impl Sub<i32> for Day {
    type Output = Day;
    fn sub(self, days: i32) -> Day {
        Day(self.0 - days)
    }
}

/// Days from `other` to `self`.
impl Sub<Day> for Day {
    type Output = i32;
    fn sub(self, other: Day) -> i32 {
        self.0 - other.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_iso().as_str())
    }
}

/// A date as `YYYY-MM-DD`, without the detour of a heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IsoDate([u8; 10]);

impl IsoDate {
    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = BadDate;
    fn from_str(text: &str) -> Result<Day, BadDate> {
        Day::parse_iso(text.as_bytes()).ok_or_else(|| BadDate(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn known_days() {
        assert_eq!(day("1970-01-01"), Day(0));
        assert_eq!(day("2000-02-29") - day("2000-02-28"), 1);
        assert_eq!(day("2026-11-21").weekday(), Weekday::Saturday);
        assert_eq!(day("2024-01-31").add_months(1), day("2024-02-29"));
        assert_eq!(day("2024-03-31").add_months(-13), day("2023-02-28"));
        assert_eq!(day("2026-12-05").month_end(), day("2026-12-31"));
    }

    #[test]
    fn every_day_of_four_centuries_round_trips() {
        for number in day("1800-01-01").0..day("2200-01-01").0 {
            let text = Day(number).to_string();
            assert_eq!(day(&text), Day(number));
        }
    }

    #[test]
    fn impossible_dates_are_refused() {
        for text in
            ["2026-02-30", "2025-02-29", "2026-13-01", "2026-1-01", "", "0000-01-01", "20260101"]
        {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
