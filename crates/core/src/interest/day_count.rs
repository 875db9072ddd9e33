//! How days are counted and how many make a year.

use crate::date::Day;

/// A convention of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum DayCount {
    /// Calendar days over 365, leap years too.
    #[default]
    Actual365,
    /// Calendar days over 360.
    Actual360,
    /// Calendar days over the days of their own year.
    ActualActual,
    /// Months of 30 days, years of 360.
    Thirty360,
}

impl DayCount {
    /// Every convention.
    pub const ALL: [DayCount; 4] =
        [DayCount::Actual365, DayCount::Actual360, DayCount::ActualActual, DayCount::Thirty360];

    /// The word used in JSON, on the command line and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            DayCount::Actual365 => "actual/365",
            DayCount::Actual360 => "actual/360",
            DayCount::ActualActual => "actual/actual",
            DayCount::Thirty360 => "30/360",
        }
    }

    /// The convention of that word; `365` and `360` alone mean calendar days.
    pub fn parse(text: &str) -> Option<DayCount> {
        match text.trim() {
            "365" => Some(DayCount::Actual365),
            "360" => Some(DayCount::Actual360),
            word => DayCount::ALL.into_iter().find(|count| count.as_str() == word),
        }
    }

    /// Days from the end of `before` to the end of `to`: parts of a time add up to the whole.
    pub fn days(self, before: Day, to: Day) -> i32 {
        match self {
            DayCount::Actual365 | DayCount::Actual360 | DayCount::ActualActual => to - before,
            DayCount::Thirty360 => thirty(to) - thirty(before),
        }
    }

    /// Days of the year a day belongs to.
    pub fn basis_days(self, day: Day) -> i32 {
        match self {
            DayCount::Actual365 => 365,
            DayCount::Actual360 | DayCount::Thirty360 => 360,
            DayCount::ActualActual => {
                let end = last_of_year(day);
                end - end.add_months(-12)
            }
        }
    }

    /// The last day up to which the basis of a day holds.
    pub(super) fn year_end(self, day: Day) -> Day {
        match self {
            DayCount::ActualActual => last_of_year(day),
            DayCount::Actual365 | DayCount::Actual360 | DayCount::Thirty360 => Day(i32::MAX),
        }
    }
}

/// Days since the year 0 when every month has thirty.
fn thirty(day: Day) -> i32 {
    let (year, month, of_month) = day.ymd();
    360 * year + 30 * month as i32 + of_month.min(30) as i32
}

fn last_of_year(day: Day) -> Day {
    let (_, month, _) = day.ymd();
    day.month_start().add_months(12 - month as i32).month_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn each_convention_has_its_days_and_year() {
        let (from, to) = (day("2024-01-31"), day("2024-03-31"));
        assert_eq!(DayCount::Actual365.days(from, to), 60);
        assert_eq!(DayCount::Thirty360.days(from, to), 60);
        assert_eq!(DayCount::Thirty360.days(day("2026-04-01"), day("2026-05-16")), 45);
        assert_eq!(DayCount::ActualActual.basis_days(from), 366);
        assert_eq!(DayCount::ActualActual.basis_days(day("2025-12-31")), 365);
        assert_eq!(DayCount::ActualActual.year_end(from), day("2024-12-31"));
        for count in DayCount::ALL {
            assert_eq!(DayCount::parse(count.as_str()), Some(count));
        }
        assert_eq!(DayCount::parse("360"), Some(DayCount::Actual360));
        assert_eq!(DayCount::parse("252"), None);
    }
}
