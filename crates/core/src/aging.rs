//! Aging: what is open as of a day, by how late it is (domain reference A1).
//!
//! Decides the boundaries (due today is not overdue), what becomes of credit that is not applied,
//! and that the parts always add up: the buckets less unapplied credit are the balance. It refuses
//! to add up currencies, and to show a negative bucket unless the policy asks for credits on their
//! own date.

mod bucket;
mod document;

pub use bucket::{BadBuckets, Basis, BucketSet, MAX_BUCKETS};
pub use document::{OpenDocument, Position};

use crate::currency::Currency;
use crate::date::Day;
use crate::portfolio::chunk::{Account, Chunk, RowFacts};
use crate::portfolio::{AsOf, By, Key, Portfolio, Scope};
use std::collections::BTreeMap;

/// What becomes of unapplied credit: payments on account, unapplied credit notes, and what was
/// allocated beyond a receivable's amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CreditPolicy {
    /// Its own column; no bucket is touched.
    #[default]
    Separate,
    /// Used up against the customer's oldest open amounts of the same currency, for the report
    /// only; what is left stays in its column.
    NetOldestFirst,
    /// A negative amount in the bucket of the credit's own date, as some ERPs show it. It hides
    /// overdue debt. What is left of credits is taken to be the newest of them; an excess over a
    /// receivable's amount stands in that receivable's bucket.
    OwnDate,
}

/// An ageing report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aging {
    /// The day and knowledge it is of.
    pub at: AsOf,
    /// The buckets its amounts are in.
    pub buckets: BucketSet,
    keys: Vec<(Key, Currency)>,
    amounts: Vec<i64>,
    counts: Vec<u32>,
    unapplied: Vec<i64>,
}

/// One row of an ageing report: a group and a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgingRow<'a> {
    /// Whose it is.
    pub key: Key,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Open amount per bucket in smallest units.
    pub amounts: &'a [i64],
    /// Open receivables per bucket.
    pub counts: &'a [u32],
    /// Unapplied credit in smallest units, as a positive amount.
    pub unapplied: i64,
}

impl AgingRow<'_> {
    /// What is open, before unapplied credit.
    pub fn open(&self) -> i64 {
        self.amounts.iter().sum()
    }

    /// What the control account shows: open less unapplied credit.
    pub fn balance(&self) -> i64 {
        self.open() - self.unapplied
    }

    /// How many receivables are open.
    pub fn open_count(&self) -> u64 {
        self.counts.iter().map(|count| u64::from(*count)).sum()
    }
}

impl Aging {
    /// Rows by key and currency; groups with neither open amounts nor credit are left out.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = AgingRow<'_>> {
        (0..self.keys.len()).map(|at| self.row(at))
    }

    /// The sums per currency.
    pub fn totals(&self) -> Aging {
        let mut sums = Sums::new(self.buckets.len());
        for row in self.rows() {
            let at = sums.slot((Key::Total, row.currency));
            sums.add(at, row.amounts, row.counts, row.unapplied);
        }
        sums.into_aging(self.at, &self.buckets)
    }

    fn row(&self, at: usize) -> AgingRow<'_> {
        let width = self.buckets.len();
        let (key, currency) = self.keys[at];
        AgingRow {
            key,
            currency,
            amounts: &self.amounts[at * width..(at + 1) * width],
            counts: &self.counts[at * width..(at + 1) * width],
            unapplied: self.unapplied[at],
        }
    }
}

/// Ages a scope as of a day, grouped and by currency.
pub fn aging(
    portfolio: &Portfolio,
    at: AsOf,
    buckets: &BucketSet,
    credits: CreditPolicy,
    by: By,
    scope: Scope,
) -> Aging {
    let mut sums = Sums::new(buckets.len());
    portfolio.each_account(scope, at, |chunk, account, rows| {
        if rows.is_empty() && account.credits().is_empty() {
            return;
        }
        let mut aged = AgedAccount::of(chunk, account, rows, at, buckets);
        aged.apply(credits, chunk, account, at, buckets);
        if aged.is_nothing(buckets.len()) {
            return;
        }
        let key = (portfolio.key(by, account.customer), account.currency);
        let slot = if by == By::Customer { sums.push(key) } else { sums.slot(key) };
        let width = buckets.len();
        sums.add(slot, &aged.amounts[..width], &aged.counts[..width], aged.unapplied);
    });
    sums.into_aging(at, buckets)
}

/// One account aged.
struct AgedAccount {
    amounts: [i64; MAX_BUCKETS],
    counts: [u32; MAX_BUCKETS],
    /// Credit as a positive amount, excess allocations included.
    unapplied: i64,
    /// Excess allocations by the bucket of their receivable, as positive amounts.
    excess: Vec<(usize, i64)>,
}

impl AgedAccount {
    fn of(
        chunk: &Chunk,
        account: &Account,
        rows: &[RowFacts],
        at: AsOf,
        buckets: &BucketSet,
    ) -> AgedAccount {
        let mut aged = AgedAccount {
            amounts: [0; MAX_BUCKETS],
            counts: [0; MAX_BUCKETS],
            unapplied: chunk.unapplied(account, at),
            excess: Vec::new(),
        };
        let known = at.known_day();
        for facts in rows {
            let open = chunk.balance(facts, at.as_of, known);
            let days = at.as_of - buckets.counted_from(facts.issued, facts.due);
            let bucket = buckets.bucket_of(days);
            // What was recorded late may turn out to be nothing.
            aged.amounts[bucket] += open.max(0);
            aged.counts[bucket] += u32::from(open > 0);
            if open < 0 {
                aged.excess.push((bucket, -open));
                aged.unapplied -= open;
            }
        }
        aged
    }

    fn is_nothing(&self, width: usize) -> bool {
        self.unapplied == 0 && self.amounts[..width].iter().all(|amount| *amount == 0)
    }

    fn apply(
        &mut self,
        policy: CreditPolicy,
        chunk: &Chunk,
        account: &Account,
        at: AsOf,
        buckets: &BucketSet,
    ) {
        match policy {
            CreditPolicy::Separate => {}
            CreditPolicy::NetOldestFirst => self.net_oldest_first(),
            CreditPolicy::OwnDate => self.age_credits(chunk, account, at, buckets),
        }
    }

    /// Buckets are in order of age, so using credit up receivable by receivable, oldest first,
    /// leaves in each bucket what using it up bucket by bucket does.
    fn net_oldest_first(&mut self) {
        for amount in self.amounts.iter_mut().rev() {
            let used = self.unapplied.clamp(0, *amount);
            *amount -= used;
            self.unapplied -= used;
        }
    }

    fn age_credits(&mut self, chunk: &Chunk, account: &Account, at: AsOf, buckets: &BucketSet) {
        for (bucket, excess) in self.excess.drain(..) {
            self.amounts[bucket] -= excess;
            self.unapplied -= excess;
        }
        for (day, amount) in remaining_credits(chunk, account, at) {
            self.amounts[buckets.bucket_of(at.as_of - day)] -= amount;
            self.unapplied -= amount;
        }
    }
}

/// What is left of an account's credits, newest last, when uses take the oldest credit first. A
/// use beyond all credit (facts out of order) is left as a negative amount on its own day.
fn remaining_credits(chunk: &Chunk, account: &Account, at: AsOf) -> Vec<(Day, i64)> {
    let known = at.known_day();
    let counted = || {
        (account.credits())
            .map(|at_| {
                (
                    chunk.credits.effective[at_],
                    chunk.credits.recorded[at_],
                    chunk.credits.amount[at_],
                )
            })
            .filter(|(effective, recorded, _)| *effective <= at.as_of && *recorded <= known)
            .map(|(effective, _, amount)| (effective, amount))
    };
    let mut used: i64 = counted().map(|(_, amount)| amount.min(0).abs()).sum();
    let mut left = Vec::new();
    for (day, amount) in counted().filter(|(_, amount)| *amount > 0) {
        let taken = used.min(amount);
        used -= taken;
        if amount > taken {
            left.push((day, amount - taken));
        }
    }
    if used > 0 {
        let last_use = counted().filter(|(_, amount)| *amount < 0).map(|(day, _)| day).next_back();
        left.push((last_use.unwrap_or(at.as_of), -used));
    }
    left
}

/// Rows being added up.
struct Sums {
    width: usize,
    slots: BTreeMap<(Key, Currency), usize>,
    keys: Vec<(Key, Currency)>,
    amounts: Vec<i64>,
    counts: Vec<u32>,
    unapplied: Vec<i64>,
}

impl Sums {
    fn new(width: usize) -> Sums {
        Sums {
            width,
            slots: BTreeMap::new(),
            keys: Vec::new(),
            amounts: Vec::new(),
            counts: Vec::new(),
            unapplied: Vec::new(),
        }
    }

    /// A row of its own, for keys that come once.
    fn push(&mut self, key: (Key, Currency)) -> usize {
        self.keys.push(key);
        self.amounts.resize(self.amounts.len() + self.width, 0);
        self.counts.resize(self.counts.len() + self.width, 0);
        self.unapplied.push(0);
        self.keys.len() - 1
    }

    /// The row of a key.
    fn slot(&mut self, key: (Key, Currency)) -> usize {
        if let Some(slot) = self.slots.get(&key) {
            return *slot;
        }
        let slot = self.push(key);
        self.slots.insert(key, slot);
        slot
    }

    fn add(&mut self, slot: usize, amounts: &[i64], counts: &[u32], unapplied: i64) {
        let from = slot * self.width;
        for (sum, amount) in self.amounts[from..from + self.width].iter_mut().zip(amounts) {
            *sum += amount;
        }
        for (sum, count) in self.counts[from..from + self.width].iter_mut().zip(counts) {
            *sum += count;
        }
        self.unapplied[slot] += unapplied;
    }

    fn into_aging(self, at: AsOf, buckets: &BucketSet) -> Aging {
        let Sums { keys, amounts, counts, unapplied, .. } = self;
        let aging = Aging { at, buckets: buckets.clone(), keys, amounts, counts, unapplied };
        if aging.keys.is_sorted() { aging } else { aging.sorted() }
    }
}

impl Aging {
    fn sorted(self) -> Aging {
        let mut order: Vec<usize> = (0..self.keys.len()).collect();
        order.sort_unstable_by_key(|at| self.keys[*at]);
        let rows = || order.iter().map(|at| self.row(*at));
        Aging {
            keys: rows().map(|row| (row.key, row.currency)).collect(),
            amounts: rows().flat_map(|row| row.amounts.iter().copied()).collect(),
            counts: rows().flat_map(|row| row.counts.iter().copied()).collect(),
            unapplied: rows().map(|row| row.unapplied).collect(),
            at: self.at,
            buckets: self.buckets.clone(),
        }
    }
}
