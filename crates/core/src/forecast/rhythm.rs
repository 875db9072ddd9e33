//! On which days of the calendar money comes: weekdays, holidays, days of the month.
//!
//! A factor per class of day: how many payments fell there, over how many the curve alone would
//! have expected there. One of the whole book, a small one per customer shrunk to it, so that the
//! customer who pays on Fridays, or on the 5th and the 20th, is forecast on those days. Domain
//! reference B3, calendar. Whether holidays matter is measured too and not assumed: a foreign
//! customer does not keep them.

use super::curve::{EARLIEST, Hazard, ONE, place};
use super::experience::{Dates, Experience, MONTH_DAYS, Spell, WHOLE, weekday_number};
use crate::date::Day;

/// Expected payments the book's weekday factor starts with as one.
const BOOK_STRENGTH: u64 = 2 * WHOLE;
/// Expected payments per weekday for which the book's factor counts in a customer's.
const WEEKDAY_STRENGTH: u64 = 4 * WHOLE;
/// Expected payments per day of the month for which "no habit" counts.
const MONTH_DAY_STRENGTH: u64 = 3 * WHOLE;
/// Days of payment below which a customer has no habit of days of the month.
const LEAST_PAYMENT_DAYS: usize = 8;
/// A habit: that so many days of the month hold at least this share of the days of payment.
const HABIT_MONTH_DAYS: usize = 4;
const HABIT_PER_CENT: usize = 60;
/// Most spells of a customer looked at for days of the month, the latest ones.
const MOST_SPELLS: usize = 60;
/// Days before a spell's end looked at for days of the month.
const LOOK_BACK_DAYS: i32 = 60;

/// One, in sixteenth powers of two: factors are multiples of this.
pub(crate) const EVEN: u64 = WHOLE;

/// Factors of the whole book.
#[derive(Clone, Debug)]
pub(crate) struct Rhythm {
    weekdays: [u64; 7],
    holiday: u64,
    dates: Dates,
}

/// Factors of one customer.
#[derive(Clone, Debug)]
pub(crate) struct Habit {
    weekdays: [u64; 7],
    month_days: [u64; MONTH_DAYS],
}

impl Rhythm {
    /// Measures the book against the curve of everybody.
    pub fn of(experience: &Experience, all: &Hazard, dates: Dates) -> Rhythm {
        let mut expected = [0; 7];
        let mut paid = [0; 7];
        let weekly = Weekly::of(all);
        for spell in experience.all_spells() {
            weekly.expect(spell, &mut expected);
            if spell.paid {
                paid[weekday_number(spell.end())] += u64::from(spell.weight);
            }
        }
        let factor = |at: usize| ratio(paid[at], expected[at], EVEN, BOOK_STRENGTH);
        let weekdays = std::array::from_fn(factor);
        let mut rhythm = Rhythm { weekdays, holiday: weekdays[6], dates };
        rhythm.holiday = rhythm.measure_holidays(experience, all);
        rhythm
    }

    /// What a holiday does to the weekday it falls on. As a Sunday does, until there is evidence.
    fn measure_holidays(&self, experience: &Experience, all: &Hazard) -> u64 {
        let holidays = self.dates.holidays();
        let (mut paid, mut expected) = (0, 0);
        for spell in experience.all_spells() {
            let (issued, end) = (spell.due + spell.from, spell.end());
            let first = holidays.partition_point(|day| *day < issued);
            for day in holidays[first..].iter().take_while(|day| **day <= end) {
                let chance = u64::from(all[place(*day - spell.due)]);
                let usual = chance * self.weekdays[weekday_number(*day)] / EVEN;
                expected += u64::from(spell.weight) * usual / ONE;
                paid += if spell.paid && *day == end { u64::from(spell.weight) } else { 0 };
            }
        }
        ratio(paid, expected, self.weekdays[6].min(EVEN), WEEKDAY_STRENGTH)
    }

    /// Measures a customer against its own curve.
    pub fn habit(&self, spells: &[Spell], hazard: &Hazard) -> Habit {
        let (mut paid, mut expected) = ([0; 7], [0; 7]);
        let weekly = Weekly::of(hazard);
        for spell in spells {
            weekly.expect(spell, &mut expected);
            if spell.paid {
                paid[weekday_number(spell.end())] += u64::from(spell.weight);
            }
        }
        let weekday =
            |at: usize| ratio(paid[at], expected[at], self.weekdays[at], WEEKDAY_STRENGTH);
        let mut habit =
            Habit { weekdays: std::array::from_fn(weekday), month_days: [EVEN; MONTH_DAYS] };
        habit.month_days = self.month_days(spells, hazard, &habit);
        habit
    }

    fn month_days(&self, spells: &[Spell], hazard: &Hazard, habit: &Habit) -> [u64; MONTH_DAYS] {
        let mut latest: Vec<&Spell> =
            spells.iter().filter(|spell| spell.end() >= self.dates.base()).collect();
        if !self.keeps_month_days(&latest) {
            return [EVEN; MONTH_DAYS];
        }
        latest.sort_unstable_by_key(|spell| (-spell.end().0, spell.due, spell.from, spell.paid));
        let (mut paid, mut expected) = ([0; MONTH_DAYS], [0; MONTH_DAYS]);
        for spell in latest.into_iter().take(MOST_SPELLS) {
            let end = spell.end();
            let from = (spell.due + spell.from).max(end - LOOK_BACK_DAYS).max(self.dates.base());
            for day in (from.0..=end.0).map(Day) {
                let chance = u64::from(hazard[place(day - spell.due)]);
                let usual = chance * habit.weekdays[weekday_number(day)] / EVEN;
                expected[self.dates.bin(day)] += u64::from(spell.weight) * usual / ONE;
            }
            paid[self.dates.bin(end)] += if spell.paid { u64::from(spell.weight) } else { 0 };
        }
        std::array::from_fn(|at| ratio(paid[at], expected[at], EVEN, MONTH_DAY_STRENGTH))
    }

    /// Whether the days of payment (each counted once, however many receivables it paid) fall on a
    /// few days of the month.
    fn keeps_month_days(&self, spells: &[&Spell]) -> bool {
        let mut days: Vec<Day> =
            spells.iter().filter(|spell| spell.paid).map(|spell| spell.end()).collect();
        days.sort_unstable();
        days.dedup();
        let mut by_class = [0_usize; MONTH_DAYS];
        days.iter().for_each(|day| by_class[self.dates.bin(*day)] += 1);
        by_class.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
        let on_habit: usize = by_class[..HABIT_MONTH_DAYS].iter().sum();
        days.len() >= LEAST_PAYMENT_DAYS && on_habit * 100 >= days.len() * HABIT_PER_CENT
    }

    /// The classes of some days, shared by all customers: which weekday, which day of the month, and
    /// whether a holiday.
    pub fn classes(&self, from: Day, days: usize) -> Vec<u16> {
        let holidays = self.dates.holidays();
        let class = |day: Day| {
            let holiday = usize::from(holidays.binary_search(&day).is_ok());
            (holiday * 7 + weekday_number(day)) * MONTH_DAYS + self.dates.bin(day)
        };
        (0..days as i32).map(|ahead| class(from + ahead) as u16).collect()
    }

    /// A customer's factor for each class of day, in sixteenth powers of two.
    pub fn factors(&self, habit: &Habit) -> Vec<u32> {
        let mut factors = Vec::with_capacity(2 * 7 * MONTH_DAYS);
        for holiday in [EVEN, self.holiday] {
            for weekday in habit.weekdays {
                factors.extend(habit.month_days.iter().map(|month_day| {
                    let factor = weekday * month_day / EVEN * holiday / EVEN;
                    u32::try_from(factor).unwrap_or(u32::MAX)
                }));
            }
        }
        factors
    }
}

/// `(paid + strength·prior) / (expected + strength)` as a factor.
fn ratio(paid: u64, expected: u64, prior: u64, strength: u64) -> u64 {
    let shares = u128::from(paid) * u128::from(EVEN) + u128::from(strength) * u128::from(prior);
    u64::try_from(shares / u128::from(expected + strength)).unwrap_or(EVEN)
}

/// A hazard summed in steps of seven days, so that the payments expected on each weekday of a long
/// wait are seven subtractions.
struct Weekly {
    sums: Vec<u64>,
}

impl Weekly {
    fn of(hazard: &Hazard) -> Weekly {
        let mut sums = vec![0; hazard.len() + 7];
        for (at, chance) in hazard.iter().enumerate() {
            sums[at + 7] = sums[at] + u64::from(*chance);
        }
        Weekly { sums }
    }

    /// Adds the payments expected of a spell on each weekday.
    fn expect(&self, spell: &Spell, expected: &mut [u64; 7]) {
        let (from, to) = (place(spell.from.min(spell.to)), place(spell.to));
        // The weekday of the first place, were the curve laid out by calendar days.
        let last_day = spell.due + (EARLIEST + to as i32);
        let first = weekday_number(last_day) + 7 - (to - from) % 7;
        for offset in 0..7.min(to - from + 1) {
            let last = from + offset + (to - from - offset) / 7 * 7;
            let chances = self.sums[last + 7] - self.sums[from + offset];
            let weight = u64::from(spell.weight);
            expected[(first + offset) % 7] +=
                (u128::from(chances) * u128::from(weight) / u128::from(ONE)) as u64;
        }
    }
}
