//! Days sales outstanding and its kin (domain reference A3).

use super::Indicator;
use super::tally::{Question, Tally};
use crate::date::Day;
use crate::ratio::Ratio;

/// Months a count-back goes back at most.
const COUNTBACK_MONTHS: usize = 24;

/// `dso_true` adds ratios of many denominators; each month's is rounded to this part of a day.
const DAY_PARTS: i128 = 1_000_000_000;

/// The nine indicators of A3.
pub(super) fn of_sales(tally: &Tally, question: &Question) -> [Indicator; 9] {
    let t = tally;
    let days = i128::from(question.window.days());
    let (open, sales, before) =
        (i128::from(t.open), i128::from(t.sales), i128::from(t.open_before));
    let current = open - i128::from(t.overdue);
    let ratio = Indicator::ratio;
    let current_count = t.open_count - t.overdue_count;
    [
        ratio("dso_period", t.open_count, open * days, sales),
        dso_countback(tally, question),
        dso_true(tally),
        ratio("dso_cohort", t.sales_count, t.cohort_amount_days, sales),
        ratio("bpdso", current_count, current * days, sales),
        ratio("add", t.overdue_count, i128::from(t.overdue) * days, sales),
        Indicator::percent("cei", t.open_count, before + sales - open, before + sales - current),
        ratio("ar_turnover", t.sales_count, 2 * sales, before + open),
        Indicator::percent("pct_current", current_count, current, open),
    ]
}

fn dso_countback(tally: &Tally, question: &Question) -> Indicator {
    let of_month = |month: Day, _: Day| {
        let sums = question.month_of(month).and_then(|month| tally.months.get(month));
        sums.map_or(0, |sums| sums.sales)
    };
    let value = question
        .first_month
        .and_then(|first| countback(tally.open, question.at.as_of, first, of_month));
    from_value("dso_countback", tally.open_count, value)
}

/// An indicator whose value did not come from two sums.
pub(crate) fn from_value(id: &'static str, n: u64, value: Option<Ratio>) -> Indicator {
    let (num, den) = value.map_or((0, 0), |value| (value.num, value.den));
    Indicator { id, value, n, num, den }
}

/// DSO by exhaustion: whole months' sales are taken off what is open, newest month first, each
/// giving its days; the month that is not used up gives its part. The month of `as_of` counts up
/// to that day. Months without sales give their days. What is left in the portfolio's first month
/// with sales is counted at that month's rate, and nothing beyond 24 months.
///
/// `sales(from, to)` gives the sales of those days of one month. `None` when no sales were found.
pub fn countback(
    open_minor: i64,
    as_of: Day,
    first_month: Day,
    sales: impl Fn(Day, Day) -> i64,
) -> Option<Ratio> {
    let (mut rest, mut days, mut found) = (i128::from(open_minor), 0_i128, false);
    let mut to = as_of;
    for _ in 0..COUNTBACK_MONTHS {
        let from = to.month_start();
        let (sold, length) = (i128::from(sales(from, to)), i128::from(to - from + 1));
        found |= sold > 0;
        if rest <= 0 {
            break;
        }
        if sold >= rest || from <= first_month {
            let part = if sold > 0 { Ratio::new(days * sold + rest * length, sold) } else { None };
            return part.or(if found { Ratio::new(days, 1) } else { None });
        }
        rest -= sold;
        days += length;
        to = from - 1;
    }
    if found || open_minor <= 0 { Ratio::new(days, 1) } else { None }
}

/// Open amounts times their age over the sales of their month of issue, month by month.
fn dso_true(tally: &Tally) -> Indicator {
    let parts = tally.months.iter().filter(|month| month.sales > 0).map(|month| {
        Ratio { num: month.open_amount_days * DAY_PARTS, den: month.sales.into() }.rounded(0)
    });
    let (num, sold) = parts.fold((0, false), |(sum, _), part| (sum + part, true));
    let value = if sold { Ratio::new(num, DAY_PARTS) } else { None };
    from_value("dso_true", tally.open_count, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// Months of 31, 28 and 31 days with these sales, January first.
    fn counted(open: i64, as_of: &str, sales: [i64; 3]) -> Option<String> {
        let of_month = |from: Day, _| sales.get(from.ymd().1 as usize - 1).copied().unwrap_or(0);
        let value = countback(open, day(as_of), day("2025-01-01"), of_month);
        value.map(|ratio| ratio.to_decimal(2))
    }

    #[test]
    fn countback_takes_newest_months_first() {
        let m1 = [100_000, 120_000, 90_000];
        assert_eq!(counted(150_000, "2025-03-31", m1).as_deref(), Some("45.00"));
        assert_eq!(counted(0, "2025-03-31", m1).as_deref(), Some("0.00"));
        assert_eq!(counted(90_000, "2025-03-31", m1).as_deref(), Some("31.00"));
        // The first month's rate goes on: 31 + 28 + 31 * 200/100.
        assert_eq!(counted(410_000, "2025-03-31", m1).as_deref(), Some("121.00"));
        // A month without sales gives its days.
        assert_eq!(counted(140_000, "2025-03-31", [100_000, 0, 90_000]).as_deref(), Some("74.50"));
        // Only the days of the month so far.
        assert_eq!(counted(45_000, "2025-03-10", m1).as_deref(), Some("5.00"));
        assert_eq!(counted(45_000, "2025-03-10", [0, 0, 0]), None);
    }

    #[test]
    fn countback_stops_after_two_years() {
        let value = countback(100, day("2026-12-31"), day("2020-01-01"), |from, _| {
            i64::from(from == day("2026-12-01"))
        });
        assert_eq!(value, Ratio::new(730, 1));
    }
}
