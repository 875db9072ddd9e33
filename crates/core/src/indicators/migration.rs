//! How amounts move between buckets (domain reference A4): the migration matrix of the same lines
//! on two days, the cure rate that follows from it, and roll rates of stocks.

use super::Indicator;
use super::tally::counted;
use crate::aging::{AgingRow, BucketSet};
use crate::currency::Currency;
use crate::date::Day;
use crate::portfolio::chunk::Chunk;
use crate::portfolio::group::Merge;
use crate::portfolio::{AsOf, By, Key, MovementKind, Portfolio, Scope};
use crate::ratio::Ratio;

/// What became of an amount that was open on the earlier day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Collected.
    Paid,
    /// Discounted, netted, cancelled or moved to an agreement.
    Other,
    /// Reduced by a credit note.
    CreditNoted,
    /// Written off.
    WrittenOff,
    /// Open in this bucket.
    Bucket(usize),
}

/// Exits in the order of [`State`]; [`exit_of`] says which a movement takes.
const EXITS: usize = 4;
pub(super) const PAID: usize = 0;

pub(super) fn exit_of(kind: MovementKind) -> usize {
    match kind {
        MovementKind::Cash | MovementKind::CashReversal => PAID,
        MovementKind::CreditNote => 2,
        MovementKind::WriteOff => 3,
        MovementKind::Discount
        | MovementKind::Netting
        | MovementKind::Cancellation
        | MovementKind::Replacement
        | MovementKind::Other => 1,
    }
}

/// Where the amount of one line went.
pub(super) struct Flow {
    pub exits: [i64; EXITS],
    pub stays: i64,
}

/// Splits what was open before into what stays and where the rest went, given what is open now and
/// the net movements by exit. The parts are never negative and add up to `before`: what a bounce
/// brought back, and what was paid beyond the amount, is taken off the exits in their order.
pub(super) fn flow(before: i64, now: i64, nets: [i64; EXITS]) -> Flow {
    let stays = now.clamp(0, before);
    let mut exits = nets.map(|net| net.max(0));
    let mut surplus = exits.iter().sum::<i64>() - (before - stays);
    for exit in &mut exits {
        let taken = surplus.min(*exit);
        *exit -= taken;
        surplus -= taken;
    }
    Flow { exits, stays }
}

/// Amounts by bucket on the earlier day and state on the later. Only lines open on the earlier day
/// are in it, so new invoices never are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MigrationMatrix {
    buckets: BucketSet,
    /// By earlier bucket, then exits, then later buckets.
    cells: Vec<i64>,
    counts: Vec<u64>,
}

impl MigrationMatrix {
    /// A matrix without amounts.
    pub fn new(buckets: BucketSet) -> MigrationMatrix {
        let size = buckets.len();
        MigrationMatrix { cells: vec![0; size * (EXITS + size)], counts: vec![0; size], buckets }
    }

    /// Adds the amount of one line.
    pub fn add(&mut self, from: usize, to: State, amount_minor: i64) {
        let at = self.at(from, to);
        self.cells[at] += amount_minor;
    }

    fn at(&self, from: usize, to: State) -> usize {
        let column = match to {
            State::Paid => PAID,
            State::Other => 1,
            State::CreditNoted => 2,
            State::WrittenOff => 3,
            State::Bucket(bucket) => EXITS + bucket,
        };
        from * (EXITS + self.buckets.len()) + column
    }

    /// The buckets of its rows.
    pub fn buckets(&self) -> &BucketSet {
        &self.buckets
    }

    /// The amount that went from a bucket to a state.
    pub fn amount(&self, from: usize, to: State) -> i64 {
        self.cells[self.at(from, to)]
    }

    /// The amount a bucket held on the earlier day.
    pub fn total(&self, from: usize) -> i64 {
        let width = EXITS + self.buckets.len();
        self.cells[from * width..(from + 1) * width].iter().sum()
    }

    /// The share of a bucket that went to a state, in per cent.
    pub fn share(&self, from: usize, to: State) -> Option<Ratio> {
        Ratio::new(i128::from(self.amount(from, to)) * 100, self.total(from).into())
    }

    /// `cure_rate`: of what was past due, the part that is paid or not due any more.
    pub fn cure_rate(&self) -> Indicator {
        let size = self.buckets.len();
        let overdue = || (0..size).filter(|bucket| self.buckets.is_overdue(*bucket));
        let not_due = || (0..size).filter(|bucket| !self.buckets.is_overdue(*bucket));
        let cured = overdue().flat_map(|from| {
            let states = not_due().map(State::Bucket).chain([State::Paid]);
            states.map(move |to| i128::from(self.amount(from, to)))
        });
        let total = overdue().map(|from| i128::from(self.total(from)));
        let n = overdue().map(|from| self.counts[from]).sum();
        Indicator::percent("cure_rate", n, cured.sum(), total.sum())
    }
}

impl Merge for MigrationMatrix {
    fn merge(&mut self, other: MigrationMatrix) {
        self.cells.iter_mut().zip(other.cells).for_each(|(sum, more)| *sum += more);
        self.counts.iter_mut().zip(other.counts).for_each(|(sum, more)| *sum += more);
    }
}

/// The migration matrix of a scope from the day `before` to the day of `at`, by group and
/// currency, both as known at the same time.
pub fn migration(
    portfolio: &Portfolio,
    before: Day,
    at: AsOf,
    buckets: &BucketSet,
    by: By,
    scope: Scope,
) -> Vec<(Key, Currency, MigrationMatrix)> {
    portfolio.grouped(by, scope, |chunk, account| {
        let mut matrix = None;
        chunk.each_open(account, at.on(before), |row, open_before| {
            if open_before > 0 {
                let matrix = matrix.get_or_insert_with(|| MigrationMatrix::new(buckets.clone()));
                add_line(matrix, chunk, row, open_before, at.on(before), at);
            }
        });
        matrix
    })
}

fn add_line(
    matrix: &mut MigrationMatrix,
    chunk: &Chunk,
    row: usize,
    open_before: i64,
    before: AsOf,
    at: AsOf,
) {
    let facts = &chunk.rows.facts[row];
    let counted_from = matrix.buckets.counted_from(facts.issued, facts.due);
    let from = matrix.buckets.bucket_of(before.as_of - counted_from);
    let to = matrix.buckets.bucket_of(at.as_of - counted_from);
    let (mut open, mut nets) = (open_before, [0; EXITS]);
    for movement in counted(chunk, row, at).filter(|m| m.effective > before.as_of) {
        open -= movement.amount_minor;
        nets[exit_of(movement.kind)] += movement.amount_minor;
    }
    let Flow { exits, stays } = flow(open_before, open, nets);
    let states = [State::Paid, State::Other, State::CreditNoted, State::WrittenOff];
    states.into_iter().zip(exits).for_each(|(state, amount)| matrix.add(from, state, amount));
    matrix.add(from, State::Bucket(to), stays);
    matrix.counts[from] += 1;
}

/// `roll_rate_balance` of each bucket into the next, from the ageing of two month-ends: what the
/// next bucket holds now over what the bucket held before. The last bucket is a stock that keeps
/// growing, so no rate into it is computed.
pub fn roll_rates(before: AgingRow<'_>, now: AgingRow<'_>) -> Vec<Indicator> {
    let next = now.amounts.iter().zip(now.counts).skip(1);
    let pairs = before.amounts.iter().zip(next);
    pairs
        .take(before.amounts.len().saturating_sub(2))
        .map(|(held, (holds, count))| {
            let (num, den) = (i128::from(*holds), i128::from(*held));
            Indicator::percent("roll_rate_balance", u64::from(*count), num, den)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_worked_row_and_cure_rate() {
        use State::{Bucket, Paid};
        let mut matrix = MigrationMatrix::new(BucketSet::default());
        let thousand = |k: i64| k * 1000;
        for (from, to, amount) in [
            (0, Paid, 310),
            (0, Bucket(0), 80),
            (0, Bucket(1), 110),
            (1, Paid, 58),
            (1, Bucket(0), 4),
            (1, Bucket(1), 6),
            (1, Bucket(2), 52),
            (2, Paid, 22),
            (2, Bucket(1), 3),
            (2, Bucket(2), 2),
            (2, Bucket(3), 33),
            (3, Paid, 10),
            (3, Bucket(2), 2),
            (3, Bucket(4), 18),
        ] {
            matrix.add(from, to, thousand(amount));
        }
        let share = |to| matrix.share(1, to).unwrap().to_decimal(2);
        assert_eq!(matrix.total(1), 120_000);
        assert_eq!(
            [share(Paid), share(Bucket(0)), share(Bucket(1)), share(Bucket(2))],
            ["48.33", "3.33", "5.00", "43.33"]
        );
        assert_eq!(matrix.cure_rate().value.unwrap().to_decimal(2), "44.76");
        assert_eq!(matrix.share(4, Paid), None);
    }

    proptest! {
        #[test]
        fn a_flow_adds_up_and_is_never_negative(
            before in 1i64..1000,
            nets in prop::array::uniform4(-500i64..1000),
        ) {
            let now = before - nets.iter().sum::<i64>();
            let Flow { exits, stays } = flow(before, now, nets);
            prop_assert!(stays >= 0 && exits.iter().all(|exit| *exit >= 0));
            prop_assert_eq!(stays + exits.iter().sum::<i64>(), before);
        }
    }
}
