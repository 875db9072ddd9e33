//! The instalments of an agreement.
//!
//! Decides dates and amounts to the smallest unit, the last instalment taking what rounding left.

use super::Instalment;
use crate::date::Day;
use crate::interest::{AnnualRate, DayCount};

/// How far apart instalments are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Every {
    /// Seven days.
    Week,
    /// Fourteen days.
    Fortnight,
    /// The same day of each month, or its last.
    Month,
}

impl Every {
    /// Every distance.
    pub const ALL: [Every; 3] = [Every::Week, Every::Fortnight, Every::Month];

    /// The word used in JSON, on the command line and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Every::Week => "week",
            Every::Fortnight => "fortnight",
            Every::Month => "month",
        }
    }

    /// The distance of that word.
    pub fn parse(text: &str) -> Option<Every> {
        Every::ALL.into_iter().find(|every| every.as_str() == text.trim())
    }

    fn after(self, first: Day, times: i32) -> Day {
        match self {
            Every::Week => first + 7 * times,
            Every::Fortnight => first + 14 * times,
            Every::Month => first.add_months(times),
        }
    }
}

/// How the debt is spread over its instalments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Equal parts of the debt, each with the interest of its time.
    Equal {
        /// How many.
        count: u32,
        /// When the first is due.
        first: Day,
        /// How far apart.
        every: Every,
    },
    /// Equal amounts, interest included; the last takes the rest.
    Level {
        /// How many.
        count: u32,
        /// When the first is due.
        first: Day,
        /// How far apart.
        every: Every,
    },
    /// Dates and parts of the debt as given, which add up to it.
    Given(Vec<(Day, i64)>),
}

/// What is agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What is owed and covered, smallest units.
    pub debt_minor: i64,
    /// Of it, forgiven, smallest units.
    pub discount_minor: i64,
    /// Paid on the day it begins, smallest units.
    pub down_minor: i64,
    /// The day it begins: interest counts from the day after.
    pub begins: Day,
    /// How the rest is spread.
    pub spread: Spread,
    /// Interest a year on what is not paid yet.
    pub rate: AnnualRate,
    /// How its days are counted.
    pub day_count: DayCount,
}

/// Instalments in order of their dates, the down payment first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The instalments.
    pub instalments: Vec<Instalment>,
    /// Whether the first of them is the down payment.
    pub has_down_payment: bool,
}

impl Schedule {
    /// Of the debt, smallest units.
    pub fn principal_minor(&self) -> i64 {
        self.instalments.iter().map(|one| one.principal_minor).sum()
    }

    /// Interest agreed, smallest units.
    pub fn interest_minor(&self) -> i64 {
        self.instalments.iter().map(|one| one.interest_minor).sum()
    }

    /// What will have been paid, smallest units.
    pub fn total_minor(&self) -> i64 {
        self.instalments.iter().map(|one| one.amount_minor()).sum()
    }

    /// The instalments after the down payment.
    pub fn after_down(&self) -> &[Instalment] {
        self.instalments.get(usize::from(self.has_down_payment)..).unwrap_or_default()
    }
}

/// Why there is no schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Nothing is owed.
    #[error("nothing is owed")]
    NothingOwed,
    /// Discount or down payment is negative or leaves nothing to agree on.
    #[error("discount and down payment leave nothing to pay later")]
    NothingLeft,
    /// No instalments, or more than [`MOST_INSTALMENTS`].
    #[error("from 1 to {MOST_INSTALMENTS} instalments are expected")]
    BadCount,
    /// An instalment falls before the agreement begins, or not after the one before it.
    #[error("instalments are due one after the other, after the agreement begins")]
    BadDates,
    /// An instalment would be nothing, or the given parts do not add up.
    #[error("the instalments do not add up to what is owed")]
    BadParts,
    /// The amounts do not fit.
    #[error("amounts out of range")]
    OutOfRange,
}

/// Most instalments of an agreement: ten years of months.
pub const MOST_INSTALMENTS: u32 = 120;

/// The schedule of what is agreed.
///
/// # Errors
/// When the terms make no schedule.
pub fn schedule(terms: &Terms) -> Result<Schedule, ScheduleError> {
    if terms.debt_minor <= 0 {
        return Err(ScheduleError::NothingOwed);
    }
    if terms.discount_minor < 0 || terms.down_minor < 0 {
        return Err(ScheduleError::NothingLeft);
    }
    let rest = terms
        .debt_minor
        .checked_sub(terms.discount_minor)
        .and_then(|rest| rest.checked_sub(terms.down_minor))
        .filter(|rest| *rest > 0)
        .ok_or(ScheduleError::NothingLeft)?;
    let days = days(terms)?;
    let later = match &terms.spread {
        Spread::Equal { .. } => equal(terms, rest, &days)?,
        Spread::Level { .. } => level(terms, rest, &days)?,
        Spread::Given(parts) => {
            let parts: Vec<i64> = parts.iter().map(|(_, minor)| *minor).collect();
            with_interest(terms, rest, &days, &parts)?
        }
    };
    let down =
        Instalment { due: terms.begins, principal_minor: terms.down_minor, interest_minor: 0 };
    let has_down_payment = terms.down_minor > 0;
    let instalments: Vec<Instalment> =
        has_down_payment.then_some(down).into_iter().chain(later).collect();
    let total = instalments.iter().try_fold(0_i64, |sum, one| {
        sum.checked_add(one.principal_minor)?.checked_add(one.interest_minor)
    });
    total.map(|_| Schedule { instalments, has_down_payment }).ok_or(ScheduleError::OutOfRange)
}

/// The due days: after the beginning, one after the other.
fn days(terms: &Terms) -> Result<Vec<Day>, ScheduleError> {
    let days: Vec<Day> = match &terms.spread {
        Spread::Equal { count, first, every } | Spread::Level { count, first, every } => (0
            ..*count.min(&(MOST_INSTALMENTS + 1)))
            .map(|times| every.after(*first, times as i32))
            .collect(),
        Spread::Given(parts) => parts.iter().map(|(due, _)| *due).collect(),
    };
    if days.is_empty() || days.len() > MOST_INSTALMENTS as usize {
        return Err(ScheduleError::BadCount);
    }
    let in_order = days.windows(2).all(|pair| pair[0] < pair[1]) && days[0] >= terms.begins;
    if in_order { Ok(days) } else { Err(ScheduleError::BadDates) }
}

/// Equal parts of the debt; the last takes what division left.
fn equal(terms: &Terms, rest: i64, days: &[Day]) -> Result<Vec<Instalment>, ScheduleError> {
    let count = days.len() as i64;
    let mut parts = vec![rest / count; days.len()];
    if let Some(last) = parts.last_mut() {
        *last += rest % count;
    }
    with_interest(terms, rest, days, &parts)
}

/// Parts of the debt with the interest of the time since the date before.
fn with_interest(
    terms: &Terms,
    rest: i64,
    days: &[Day],
    parts: &[i64],
) -> Result<Vec<Instalment>, ScheduleError> {
    let sum = parts.iter().try_fold(0_i64, |sum, part| sum.checked_add(*part));
    if sum != Some(rest) || parts.iter().any(|part| *part <= 0) {
        return Err(ScheduleError::BadParts);
    }
    let (mut open, mut before) = (rest, terms.begins);
    let mut instalments = Vec::with_capacity(parts.len());
    for (due, part) in days.iter().zip(parts) {
        let interest_minor = interest(terms, open, before, *due)?;
        instalments.push(Instalment { due: *due, principal_minor: *part, interest_minor });
        (open, before) = (open - part, *due);
    }
    Ok(instalments)
}

/// Interest of a time, rounded half up.
fn interest(terms: &Terms, open: i64, before: Day, due: Day) -> Result<i64, ScheduleError> {
    let days = i128::from(terms.day_count.days(before, due).max(0));
    let per_year = 1_000_000 * i128::from(terms.day_count.basis_days(due));
    let exact = i128::from(open)
        .checked_mul(terms.rate.ppm.into())
        .and_then(|sum| sum.checked_mul(days))
        .and_then(|sum| sum.checked_mul(2))
        .and_then(|sum| sum.checked_add(per_year))
        .ok_or(ScheduleError::OutOfRange)?;
    i64::try_from(exact / (2 * per_year)).map_err(|_| ScheduleError::OutOfRange)
}

/// Equal amounts: the least whole one that pays everything by the last date, found by halving; the
/// last instalment takes what is left of it.
fn level(terms: &Terms, rest: i64, days: &[Day]) -> Result<Vec<Instalment>, ScheduleError> {
    let first_interest = interest(terms, rest, terms.begins, days[days.len() - 1])?;
    let (mut low, mut high) =
        (0, rest.checked_add(first_interest).ok_or(ScheduleError::OutOfRange)?);
    while low < high {
        let middle = low + (high - low) / 2;
        if left_after(terms, rest, days, middle)? <= 0 {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let (mut open, mut before) = (rest, terms.begins);
    let mut instalments = Vec::with_capacity(days.len());
    for (at, due) in days.iter().enumerate() {
        let interest_minor = interest(terms, open, before, *due)?;
        let principal = if at + 1 == days.len() { open } else { (low - interest_minor).min(open) };
        if principal <= 0 {
            return Err(ScheduleError::BadParts);
        }
        instalments.push(Instalment { due: *due, principal_minor: principal, interest_minor });
        (open, before) = (open - principal, *due);
    }
    Ok(instalments)
}

/// What is open after paying the same amount on every day; negative when it is more than enough.
fn left_after(terms: &Terms, rest: i64, days: &[Day], amount: i64) -> Result<i64, ScheduleError> {
    let (mut open, mut before) = (rest, terms.begins);
    for due in days {
        let owed = open.checked_add(interest(terms, open.max(0), before, *due)?);
        open = owed.ok_or(ScheduleError::OutOfRange)? - amount;
        before = *due;
    }
    Ok(open)
}
