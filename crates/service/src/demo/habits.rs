//! How a customer pays: how late it usually is, how regular, and on which days its payment run
//! falls. Draws behaviour; knows nothing of documents.

use super::Country;
use super::random::Draw;
use puntual_core::calendar::Calendar;
use puntual_core::date::{Day, Weekday};

/// When a customer lets payments out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PayRun {
    /// Any working day.
    AnyDay,
    /// Fridays.
    Fridays,
    /// The 15th and the last day of the month.
    TwiceAMonth,
}

/// The habit of one customer.
#[derive(Clone, Debug)]
pub(super) struct Habit {
    /// Usual days after the due date; negative when early.
    pub(super) late_days: i32,
    /// How far single payments scatter around it, in days.
    pub(super) spread_days: i32,
    /// How many invoices in a thousand are never paid.
    pub(super) never_per_mille: u64,
    /// When payments leave.
    pub(super) run: PayRun,
    /// Pays with cheques, some of which bounce.
    pub(super) by_cheque: bool,
    /// Days it has grown later in the last quarter.
    pub(super) drift_days: i32,
}

/// The last quarter, in which the Chilean portfolio gets slower.
const LAST_QUARTER_DAYS: i32 = 105;

/// Quantiles of the scatter of single payments, in tenths of the customer's spread: a middle that
/// is narrow, a right tail that is long.
const SCATTER: &[i64] = &[-18, -10, -7, -4, -3, -2, -1, 0, 0, 0, 1, 1, 2, 4, 6, 9, 18];

impl Habit {
    /// A habit as common in the portfolio, `shift_days` later for the trade.
    pub(super) fn draw(country: Country, shift_days: i64, draw: &mut Draw) -> Habit {
        let (low, high, spread_days, never_per_mille) = match draw.weighted(&[42, 43, 12, 3]) {
            0 => (-8, -2, 2, 0),
            1 => (-1, 6, 4, 2),
            2 => (8, 19, 7, 9),
            _ => (28, 52, 14, 60),
        };
        let run = match draw.weighted(&[52, 34, 14]) {
            0 => PayRun::AnyDay,
            1 => PayRun::Fridays,
            _ => PayRun::TwiceAMonth,
        };
        let slower = country == Country::Chile && high > 0 && draw.chance(850);
        Habit {
            late_days: (draw.between(low, high) + shift_days) as i32,
            spread_days,
            never_per_mille,
            run,
            by_cheque: run == PayRun::AnyDay && country != Country::Mexico && draw.chance(200),
            drift_days: if slower { draw.days(5, 12) } else { 0 },
        }
    }

    /// How many days late a line due on `due` is paid.
    pub(super) fn lateness_days(&self, due: Day, today: Day, draw: &mut Draw) -> i32 {
        let scatter = draw.quantile(SCATTER) as i32 * self.spread_days / 10;
        let lapse = if draw.chance(9) { draw.days(12, 40) } else { 0 };
        let drift = if due > today - LAST_QUARTER_DAYS { self.drift_days } else { 0 };
        self.late_days + scatter + lapse + drift
    }

    /// The first day of the payment run, working and on or after `day`.
    pub(super) fn run_day(&self, calendar: &Calendar, day: Day) -> Day {
        let wanted = match self.run {
            PayRun::AnyDay => day,
            PayRun::Fridays => {
                let mut friday = day;
                while friday.weekday() != Weekday::Friday {
                    friday = friday + 1;
                }
                friday
            }
            PayRun::TwiceAMonth => {
                let (_, _, of_month) = day.ymd();
                if of_month <= 15 { day.month_start() + 14 } else { day.month_end() }
            }
        };
        // The bank day before, unless that is earlier than the money was meant to leave.
        let before = calendar.working_day_on_or_before(wanted);
        if before >= day { before } else { calendar.working_day_on_or_after(wanted) }
    }
}
