//! When one receivable will be paid: the distribution over the days to come, given that it has not
//! been paid so far.
//!
//! A walk over the days ahead: of what still waits, each day takes the curve's chance times the
//! day's factor. It begins after the day of the question, so no date in the past is ever forecast.
//! What was promised or is disputed changes the walk here and nowhere else.

use super::curve::Curves;
use super::curve::{Hazard, ONE, place};
use super::experience::{Dates, Experience, Payer};
use super::rhythm::{EVEN, Rhythm};
use crate::calendar::Calendar;
use crate::date::Day;
use crate::portfolio::{AsOf, Portfolio};

/// Days a walk goes ahead: two years. Who has not paid by then is shown as "later".
pub const HORIZON_DAYS: usize = 730;

/// Chance of a single day that is never exceeded: nobody pays for certain.
const MOST: u64 = ONE / 100 * 97;

/// What still waits when a walk may stop.
const LITTLE: u64 = ONE / 200;

/// Days before the day of the question whose days of the month are looked at.
const DATES_BACK: i32 = 730;

/// A book learnt: curves and rhythm, ready to walk.
#[derive(Clone, Debug)]
pub(crate) struct Learnt {
    pub experience: Experience,
    curves: Curves,
    rhythm: Rhythm,
    /// The class of each day from the day after the day of the question on.
    classes: Vec<u16>,
}

/// A customer learnt.
#[derive(Clone, Debug)]
pub(crate) struct LearntPayer<'a> {
    hazard: Hazard,
    /// By class of day.
    factors: Vec<u32>,
    classes: &'a [u16],
    first: Day,
}

impl Learnt {
    /// Learns a portfolio as of a day. Walks may begin up to `ahead` days after it.
    pub fn of(portfolio: &Portfolio, at: AsOf, calendar: &Calendar, ahead: usize) -> Learnt {
        let experience = Experience::of(portfolio, at);
        let curves = Curves::of(&experience);
        let last = at.as_of + (HORIZON_DAYS + ahead) as i32;
        let dates = Dates::new(at.as_of - DATES_BACK, last, calendar);
        let rhythm = Rhythm::of(&experience, curves.all(), dates);
        let classes = rhythm.classes(at.as_of + 1, HORIZON_DAYS + ahead);
        Learnt { experience, curves, rhythm, classes }
    }

    /// A customer, by its place among the payers.
    pub fn payer(&self, at: usize, payer: &Payer) -> LearntPayer<'_> {
        let hazard = self.curves.of_payer(&self.experience, at, payer);
        let habit = self.rhythm.habit(self.experience.spells(payer), &hazard);
        let factors = self.rhythm.factors(&habit);
        let first = self.experience.as_of + 1;
        LearntPayer { hazard, factors, classes: &self.classes, first }
    }
}

/// The chance of having been paid by each day from a first one on. Grows; the last value holds on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Distribution {
    first: Day,
    by_day: Vec<u32>,
}

impl Distribution {
    /// Walks a receivable of a customer from `start` on, which is not before the customer's first
    /// day. `frozen_days` are days in which nothing moves and that do not count as waiting.
    pub fn walk(&mut self, payer: &LearntPayer<'_>, due: Day, start: Day, frozen_days: i32) {
        self.first = start;
        self.by_day.clear();
        let frozen = frozen_days.clamp(0, HORIZON_DAYS as i32) as usize;
        self.by_day.resize(frozen, 0);
        let skipped = usize::try_from(start - payer.first).unwrap_or(0) + frozen;
        let mut waiting = ONE;
        let classes = payer.classes.iter().skip(skipped).take(HORIZON_DAYS - frozen);
        for (late, class) in (start - due..).zip(classes) {
            let factor = u64::from(payer.factors[usize::from(*class)]);
            let chance = u64::from(payer.hazard[place(late)]) * factor / EVEN;
            waiting -= waiting * chance.min(MOST) / ONE;
            self.by_day.push((ONE - waiting) as u32);
            if waiting < LITTLE {
                break;
            }
        }
    }

    /// Pays on `day` with a chance (parts of [`ONE`]) instead of when it would: a promise.
    pub fn pledge(&mut self, day: Day, chance: u64) {
        let at = usize::try_from((day - self.first).max(0)).unwrap_or(0);
        let last = self.by_day.last().copied().unwrap_or(0);
        let length = self.by_day.len().max(at + 1).min(HORIZON_DAYS);
        self.by_day.resize(length, last);
        for (ahead, paid) in self.by_day.iter_mut().enumerate() {
            let promised = if ahead >= at { chance } else { 0 };
            *paid = (promised + ((ONE - chance) * u64::from(*paid) / ONE)) as u32;
        }
    }

    /// Everything so many days later.
    pub fn delay(&mut self, days: u16) {
        self.first = self.first + i32::from(days);
    }

    /// The chance of having been paid by the end of a day.
    pub fn by(&self, day: Day) -> u64 {
        let ahead = day - self.first;
        match usize::try_from(ahead) {
            Ok(ahead) => {
                let known = self.by_day.get(ahead).or(self.by_day.last());
                known.map_or(0, |paid| u64::from(*paid))
            }
            Err(_) => 0,
        }
    }

    /// The first day by which the chance of having been paid is at least `per_cent`; `None` when
    /// that is beyond the horizon.
    pub fn day_of(&self, per_cent: u64) -> Option<Day> {
        let wanted = (ONE * per_cent).div_ceil(100) as u32;
        let ahead = self.by_day.partition_point(|paid| *paid < wanted);
        (ahead < self.by_day.len()).then(|| self.first + ahead as i32)
    }
}
