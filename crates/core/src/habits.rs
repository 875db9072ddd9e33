//! On which days a customer usually pays, in words with their evidence: a weekday, a few days of the
//! month, many documents at once.
//!
//! A habit is said only where most payment days show it, each day counted once however many documents
//! it paid; the forecast uses its own finer measure of the same. Knows nothing of lateness.

use crate::date::{Day, Weekday};
use crate::portfolio::{AsOf, Line};
use std::collections::BTreeMap;

/// Days of payment below which nothing is said.
const LEAST_DAYS: usize = 6;
/// Share of the days of payment that makes a habit, per cent (domain reference B3).
const HABIT_PER_CENT: usize = 60;
/// Most days of the month that are still a habit.
const MOST_MONTH_DAYS: usize = 3;
/// Months looked back.
const MONTHS: i32 = 12;

/// What is usual, of how many days of payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// Days on which something was paid in twelve months.
    pub days: usize,
    /// The weekday most payments fall on, and how many days of payment did.
    pub weekday: Option<(Weekday, usize)>,
    /// The days of the month they fall on, in order, and how many days of payment did. The last
    /// seven days of any month are counted from its end: 31 is the last day, 30 the one before.
    pub month_days: Option<(Vec<u32>, usize)>,
    /// Days on which two documents or more were paid together, where that is usual.
    pub together: Option<usize>,
}

/// The habits that a customer's payments show.
pub fn habits<'a>(lines: impl Iterator<Item = Line<'a>>, at: AsOf) -> Habits {
    let since = at.as_of.add_months(-MONTHS);
    let mut documents: BTreeMap<Day, usize> = BTreeMap::new();
    for line in lines {
        let paid = line.movements_until(at).filter(|m| m.kind.is_cash() && m.amount_minor > 0);
        let mut days: Vec<Day> = paid.map(|m| m.effective).filter(|day| *day > since).collect();
        days.dedup();
        days.into_iter().for_each(|day| *documents.entry(day).or_default() += 1);
    }
    let days = documents.len();
    if days < LEAST_DAYS {
        return Habits { days, ..Habits::default() };
    }
    let usual = |count: usize| count * 100 >= days * HABIT_PER_CENT;
    let together = documents.values().filter(|count| **count > 1).count();
    Habits {
        days,
        weekday: most_frequent_weekday(documents.keys().copied()).filter(|(_, n)| usual(*n)),
        month_days: frequent_month_days(documents.keys().copied()).filter(|(_, n)| usual(*n)),
        together: usual(together).then_some(together),
    }
}

fn most_frequent_weekday(days: impl Iterator<Item = Day>) -> Option<(Weekday, usize)> {
    let mut counts: [(Option<Weekday>, usize); 7] = [(None, 0); 7];
    for day in days {
        let place = day.0.rem_euclid(7) as usize;
        counts[place] = (Some(day.weekday()), counts[place].1 + 1);
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| *count)?;
    Some((most.0?, most.1))
}

/// The day of the month, the last seven counted from the end.
fn month_day(day: Day) -> u32 {
    let left = (day.month_end() - day).unsigned_abs();
    if left < 7 { 31 - left } else { day.ymd().2 }
}

fn frequent_month_days(days: impl Iterator<Item = Day>) -> Option<(Vec<u32>, usize)> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    days.for_each(|day| *counts.entry(month_day(day)).or_default() += 1);
    let mut frequent: Vec<(u32, usize)> = counts.into_iter().collect();
    frequent.sort_by_key(|(day, count)| (std::cmp::Reverse(*count), *day));
    frequent.truncate(MOST_MONTH_DAYS);
    // A day that came once is chance.
    frequent.retain(|(_, count)| *count > 1);
    let count = frequent.iter().map(|(_, count)| count).sum();
    let mut named: Vec<u32> = frequent.into_iter().map(|(day, _)| day).collect();
    named.sort_unstable();
    (!named.is_empty()).then_some((named, count))
}
