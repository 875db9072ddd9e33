//! The points of a series: the last day of each day, week or month of a span.

use crate::date::{Day, Weekday};
use crate::portfolio::Window;

/// How far apart points are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Every day.
    Day,
    /// Every Sunday (ISO weeks).
    Week,
    /// Every last day of a month.
    Month,
}

/// The span asks for no point, or for more than anyone reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a series needs from 1 to {MAX_POINTS} points, and its first day not after its last")]
pub struct BadSpan;

/// Most points of a series: ten years of days.
const MAX_POINTS: usize = 3660;

/// Consecutive periods, each with its point on the last day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// Day before the first period, and then the last day of each.
    ends: Vec<Day>,
}

impl Span {
    /// The periods whose last days lie in `from..=to`, the first one whole; if `to` is not the last
    /// day of one, the last point is `to` and its period is what there is of it.
    ///
    /// # Errors
    /// When `from` is after `to` or there would be too many points.
    pub fn new(from: Day, to: Day, step: Step) -> Result<Span, BadSpan> {
        if from > to || (to - from) as usize >= MAX_POINTS * 31 {
            return Err(BadSpan);
        }
        let mut ends = vec![start(from, step) - 1];
        let mut end = last_day(from, step);
        while end < to {
            ends.push(end);
            end = last_day(end + 1, step);
        }
        ends.push(to);
        if ends.len() - 1 > MAX_POINTS { Err(BadSpan) } else { Ok(Span { ends }) }
    }

    /// The last days of the periods.
    pub fn days(&self) -> &[Day] {
        &self.ends[1..]
    }

    /// The day before the first period.
    pub(super) fn before(&self) -> Day {
        self.ends[0]
    }

    /// The periods in order.
    pub fn periods(&self) -> Vec<Window> {
        self.ends.windows(2).map(|pair| Window { from: pair[0] + 1, to: pair[1] }).collect()
    }
}

fn start(day: Day, step: Step) -> Day {
    match step {
        Step::Day => day,
        Step::Week => day - weekday_number(day),
        Step::Month => day.month_start(),
    }
}

fn last_day(day: Day, step: Step) -> Day {
    match step {
        Step::Day => day,
        Step::Week => day + (6 - weekday_number(day)),
        Step::Month => day.month_end(),
    }
}

/// Days since Monday.
fn weekday_number(day: Day) -> i32 {
    match day.weekday() {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => 4,
        Weekday::Saturday => 5,
        Weekday::Sunday => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, to: &str, step: Step) -> Vec<String> {
        let span = Span::new(from.parse().unwrap(), to.parse().unwrap(), step).unwrap();
        span.days().iter().map(Day::to_string).collect()
    }

    #[test]
    fn points_end_their_periods() {
        assert_eq!(
            days("2026-01-15", "2026-03-31", Step::Month),
            ["2026-01-31", "2026-02-28", "2026-03-31"]
        );
        assert_eq!(days("2026-02-01", "2026-03-10", Step::Month), ["2026-02-28", "2026-03-10"]);
        // 2026-11-22 is a Sunday.
        assert_eq!(days("2026-11-18", "2026-11-29", Step::Week), ["2026-11-22", "2026-11-29"]);
        assert_eq!(days("2026-11-20", "2026-11-21", Step::Day), ["2026-11-20", "2026-11-21"]);
    }

    #[test]
    fn periods_touch() {
        let span =
            Span::new("2026-01-15".parse().unwrap(), "2026-02-10".parse().unwrap(), Step::Month)
                .unwrap();
        let periods: Vec<_> =
            span.periods().iter().map(|p| format!("{}..{}", p.from, p.to)).collect();
        assert_eq!(periods, ["2026-01-01..2026-01-31", "2026-02-01..2026-02-10"]);
    }

    #[test]
    fn spans_without_sense_are_refused() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert!(Span::new(day("2026-02-01"), day("2026-01-31"), Step::Day).is_err());
        assert!(Span::new(day("2000-01-01"), day("2026-01-31"), Step::Day).is_err());
        assert!(Span::new(day("2000-01-01"), day("2026-01-31"), Step::Month).is_ok());
    }
}
