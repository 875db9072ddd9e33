//! The chance of being paid on each day late, by counting: how many were paid on that day of how
//! many still waited (a discrete hazard), shrunk from the few a customer has to the many there are.
//!
//! Domain reference B3: `h(t) = (paid(t) + k·prior(t)) / (waiting(t) + k)`. What is still open counts
//! among those waiting and a receivable waits only from its issue on (left truncation). Whole
//! numbers throughout: chances have 31 binary digits, counts 16. Knows no calendar: weekdays and
//! days of the month are the matter of `rhythm`.

use super::experience::{Experience, Payer, Spell, WHOLE};
use std::collections::BTreeMap;

/// Certainty: chances are parts of this.
pub(crate) const ONE: u64 = 1 << 31;

/// The first day late that is told apart; the chance before is what it is there.
pub(crate) const EARLIEST: i32 = -200;
/// The last day late that is told apart; later the chance stays what it is there.
const LATEST: i32 = 400;
pub(crate) const DAYS: usize = (LATEST - EARLIEST + 1) as usize;

/// Pseudo-receivables a customer's prior counts for (B3: m = 4).
const CUSTOMER_STRENGTH: u64 = 4 * WHOLE;
/// Pseudo-receivables the whole book counts for in a segment.
const SEGMENT_STRENGTH: u64 = 50 * WHOLE;
/// Pseudo-receivables the neighbouring days count for in a day of the whole book.
const NEIGHBOUR_STRENGTH: u64 = 5 * WHOLE;
/// Days of waiting the starting curve counts for: the first few payments outweigh it.
const START_STRENGTH: u64 = 100 * WHOLE;

/// Where a curve starts before anything is known, in hundred-thousandths per day: the chance up to
/// and including each day late. Our own starting values, without a source; they matter in a new book only.
const START: [(i32, u64); 9] = [
    (-61, 20),
    (-31, 100),
    (-8, 400),
    (-1, 2_000),
    (3, 10_000),
    (15, 7_000),
    (30, 5_000),
    (120, 2_000),
    (i32::MAX, 700),
];

/// A hazard by day late, from [`EARLIEST`] on.
pub(crate) type Hazard = Vec<u32>;

/// Place of a day late in a curve.
pub(crate) fn place(late: i32) -> usize {
    (late.clamp(EARLIEST, LATEST) - EARLIEST) as usize
}

/// How many were paid on each day late, and how many waited.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    paid: Vec<u64>,
    /// Differences: who begins to wait less who no longer does.
    steps: Vec<i64>,
}

impl Counts {
    pub fn new() -> Counts {
        Counts { paid: vec![0; DAYS], steps: vec![0; DAYS + 1] }
    }

    fn clear(&mut self) {
        self.paid.fill(0);
        self.steps.fill(0);
    }

    /// Counts a spell moved by `shift` days; paid days are told apart exactly.
    fn add(&mut self, spell: &Spell, shift: i32) {
        let to = self.wait(spell, shift);
        self.paid[to] += if spell.paid { u64::from(spell.weight) } else { 0 };
    }

    /// As [`Counts::add`], but a payment counts a quarter on either neighbouring day: a few
    /// payments do not tell apart the 4th day from the 5th.
    fn add_smoothed(&mut self, spell: &Spell) {
        let to = self.wait(spell, 0);
        if spell.paid {
            let (whole, quarter) = (u64::from(spell.weight), u64::from(spell.weight) / 4);
            self.paid[to] += whole - 2 * quarter;
            self.paid[to.saturating_sub(1)] += quarter;
            self.paid[(to + 1).min(DAYS - 1)] += quarter;
        }
    }

    /// Counts the waiting; gives the place of the last day waited.
    fn wait(&mut self, spell: &Spell, shift: i32) -> usize {
        let (from, to) = (place(spell.from - shift), place(spell.to - shift));
        let weight = i64::from(spell.weight);
        self.steps[from.min(to)] += weight;
        self.steps[to + 1] -= weight;
        to
    }

    /// Those waiting on each day late.
    fn waiting(&self) -> impl Iterator<Item = u64> {
        self.steps[..DAYS].iter().scan(0_i64, |waiting, step| {
            *waiting += step;
            Some(u64::try_from(*waiting).unwrap_or(0))
        })
    }

    /// The hazard of these counts, each day shrunk to the days around it and those to the start.
    fn hazard(&self) -> Hazard {
        let waiting: Vec<u64> = self.waiting().collect();
        let (paid_sums, waiting_sums) = (sums(&self.paid), sums(&waiting));
        let day = |at: usize| {
            let late = EARLIEST + at as i32;
            // The further out, the fewer there are and the wider one must look.
            let width = (late.unsigned_abs() as usize / 2).max(15);
            let (from, to) = (at.saturating_sub(width), (at + width + 1).min(DAYS));
            let around = chance(
                paid_sums[to] - paid_sums[from],
                waiting_sums[to] - waiting_sums[from],
                start(late),
                START_STRENGTH,
            );
            chance(self.paid[at], waiting[at], around, NEIGHBOUR_STRENGTH)
        };
        (0..DAYS).map(day).collect()
    }

    /// The hazard of these counts shrunk to a prior.
    fn shrunk(&self, prior: impl Fn(usize) -> u32, strength: u64) -> Hazard {
        let days = self.paid.iter().zip(self.waiting()).enumerate();
        days.map(|(at, (paid, waiting))| match (paid, waiting) {
            (0, 0) => prior(at),
            _ => chance(*paid, waiting, prior(at), strength),
        })
        .collect()
    }
}

fn sums(values: &[u64]) -> Vec<u64> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    let mut sum = 0;
    sums.push(0);
    for value in values {
        sum += value;
        sums.push(sum);
    }
    sums
}

/// `(paid + strength·prior) / (waiting + strength)`, at most certainty.
fn chance(paid: u64, waiting: u64, prior: u32, strength: u64) -> u32 {
    let shares = u128::from(paid) * u128::from(ONE) + u128::from(strength) * u128::from(prior);
    (shares / u128::from(waiting + strength)).min(u128::from(ONE)) as u32
}

/// The starting chance on a day late.
fn start(late: i32) -> u32 {
    let step = START.iter().find(|(to, _)| late <= *to);
    (step.map_or(0, |(_, chance)| chance * ONE / 100_000)) as u32
}

/// The curves of a book.
#[derive(Clone, Debug)]
pub(crate) struct Curves {
    all: Hazard,
    segments: BTreeMap<u16, Hazard>,
    /// Around each customer's own middle: how far payments stray from what is usual for their payer.
    around_middle: Hazard,
    /// Each customer's middle day late; `None` without a payment.
    middles: Vec<Option<i32>>,
}

impl Curves {
    /// Counts everybody.
    pub fn of(experience: &Experience) -> Curves {
        let mut counts = Counts::new();
        for spell in experience.all_spells() {
            counts.add(spell, 0);
        }
        let all = counts.hazard();
        let mut by_segment: BTreeMap<u16, Counts> = BTreeMap::new();
        for payer in experience.payers().iter().filter(|payer| payer.segment != 0) {
            let counts = by_segment.entry(payer.segment).or_insert_with(Counts::new);
            experience.spells(payer).iter().for_each(|spell| counts.add(spell, 0));
        }
        let segments = by_segment
            .into_iter()
            .map(|(segment, counts)| (segment, counts.shrunk(|at| all[at], SEGMENT_STRENGTH)))
            .collect();
        let mut curves = Curves { all, segments, around_middle: Vec::new(), middles: Vec::new() };
        curves.centre(experience);
        curves
    }

    /// Finds each customer's middle, then counts everybody around their own.
    fn centre(&mut self, experience: &Experience) {
        let (mut own, mut around) = (Counts::new(), Counts::new());
        for payer in experience.payers() {
            let spells = experience.spells(payer);
            own.clear();
            spells.iter().for_each(|spell| own.add_smoothed(spell));
            let has_paid = spells.iter().any(|spell| spell.paid);
            let prior = self.of_segment(payer.segment);
            let middle = has_paid.then(|| middle(&own.shrunk(|at| prior[at], CUSTOMER_STRENGTH)));
            if let Some(middle) = middle {
                spells.iter().for_each(|spell| around.add(spell, middle));
            }
            self.middles.push(middle);
        }
        self.around_middle = around.hazard();
    }

    /// The curve of everybody, the hazard weekdays are measured against.
    pub fn all(&self) -> &Hazard {
        &self.all
    }

    fn of_segment(&self, segment: u16) -> &Hazard {
        self.segments.get(&segment).unwrap_or(&self.all)
    }

    /// The curve of a customer, by its place among the payers: its own counts, shrunk to how payments
    /// stray around its middle (two thirds) and to its segment (one third).
    pub fn of_payer(&self, experience: &Experience, at: usize, payer: &Payer) -> Hazard {
        let segment = self.of_segment(payer.segment);
        let mut own = Counts::new();
        experience.spells(payer).iter().for_each(|spell| own.add_smoothed(spell));
        let middle = self.middles.get(at).copied().flatten();
        let prior = |at: usize| match middle {
            Some(middle) => {
                let stray = u64::from(self.around_middle[place(EARLIEST + at as i32 - middle)]);
                ((2 * stray + u64::from(segment[at])) / 3) as u32
            }
            None => segment[at],
        };
        own.shrunk(prior, CUSTOMER_STRENGTH)
    }
}

/// The day late by which half would be paid.
fn middle(hazard: &Hazard) -> i32 {
    let mut waiting = ONE;
    for (late, chance) in (EARLIEST..).zip(hazard) {
        waiting -= waiting * u64::from(*chance) / ONE;
        if waiting <= ONE / 2 {
            return late;
        }
    }
    LATEST
}
