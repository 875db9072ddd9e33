//! What people said or dispute, and what it does to a forecast: promises and disputes.
//!
//! A promise is believed as far as this customer's promises were kept (domain reference B3); the rest
//! follows the curve. A dispute keeps its document from moving for as long as disputes have lasted.
//! An agreement needs nothing here: its instalments are receivables with due dates of their own.

use super::curve::ONE;
use super::experience::Owed;
use crate::calendar::Calendar;
use crate::currency::Currency;
use crate::date::Day;
use crate::id::{CustomerId, DocumentId};
use std::collections::BTreeMap;

/// A promise that stands on the day of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// Who promised.
    pub customer: CustomerId,
    /// The document promised; `None` is whatever is oldest.
    pub document: Option<DocumentId>,
    /// Currency of the amount.
    pub currency: Currency,
    /// How much, smallest units.
    pub amount_minor: i64,
    /// By when.
    pub promised_on: Day,
}

/// What became of a customer's promises by the day of the question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Kept.
    pub kept: u32,
    /// Judged, kept or not.
    pub judged: u32,
}

/// A dispute that is open on the day of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDispute {
    /// The document disputed.
    pub document: DocumentId,
    /// How much of it; all when absent.
    pub amount_minor: Option<i64>,
    /// Since when.
    pub opened_on: Day,
}

/// Everything said and disputed, as of the day of the question.
#[derive(Clone, Debug, Default)]
pub struct Overlays {
    /// Promises that stand, in any order.
    pub pledges: Vec<Pledge>,
    /// How each customer kept its promises.
    pub kept: BTreeMap<CustomerId, Kept>,
    /// Open disputes.
    pub disputes: Vec<OpenDispute>,
    /// Days each closed dispute lasted.
    pub dispute_lengths: Vec<i32>,
}

/// Days a dispute lasts where none has ended yet. A starting value of ours.
const USUAL_DISPUTE_DAYS: i32 = 30;
/// Least days a dispute is thought to last on, however old it is.
const LEAST_DISPUTE_DAYS: i32 = 7;
/// Judged promises the book's own share of kept ones counts for in a customer's.
const KEPT_STRENGTH: u64 = 4;
/// Share of promises kept where none was judged, per cent. A starting value of ours.
const START_KEPT_PER_CENT: u64 = 60;

/// The overlays of a book, ready to be asked document by document.
pub(crate) struct Said {
    by_customer: BTreeMap<CustomerId, Vec<Pledge>>,
    kept: BTreeMap<CustomerId, Kept>,
    book: Kept,
    frozen: BTreeMap<DocumentId, (i32, Option<i64>)>,
}

impl Said {
    pub fn new(overlays: &Overlays, as_of: Day, calendar: &Calendar) -> Said {
        let mut by_customer: BTreeMap<CustomerId, Vec<Pledge>> = BTreeMap::new();
        for pledge in overlays.pledges.iter().filter(|pledge| pledge.promised_on > as_of) {
            let promised_on = calendar.working_day_on_or_after(pledge.promised_on);
            by_customer.entry(pledge.customer).or_default().push(Pledge { promised_on, ..*pledge });
        }
        for pledges in by_customer.values_mut() {
            pledges.sort_unstable_by_key(|p| (p.promised_on, p.document, p.amount_minor));
        }
        let book = overlays.kept.values().fold(Kept::default(), |sum, one| Kept {
            kept: sum.kept + one.kept,
            judged: sum.judged + one.judged,
        });
        let mut lengths = overlays.dispute_lengths.clone();
        lengths.sort_unstable();
        let usual = lengths.get(lengths.len() / 2).copied().unwrap_or(USUAL_DISPUTE_DAYS);
        let frozen = |dispute: &OpenDispute| {
            let lasts = (usual - (as_of - dispute.opened_on)).max(LEAST_DISPUTE_DAYS);
            (dispute.document, (lasts, dispute.amount_minor))
        };
        let frozen = overlays.disputes.iter().map(frozen).collect();
        Said { by_customer, kept: overlays.kept.clone(), book, frozen }
    }

    /// Days a receivable is kept from moving: when at least half of what is open is disputed.
    pub fn frozen_days(&self, owed: &Owed) -> i32 {
        match self.frozen.get(&owed.document) {
            Some((days, None)) => *days,
            Some((days, Some(amount))) if amount.saturating_mul(2) >= owed.open_minor => *days,
            _ => 0,
        }
    }

    /// What a customer promised of each of its receivables, in their order: a day and the chance,
    /// in parts of [`ONE`], that it is paid that day because of the promise.
    pub fn pledged(&self, customer: CustomerId, owed: &[Owed]) -> Vec<Option<(Day, u64)>> {
        let mut found = vec![None; owed.len()];
        let Some(pledges) = self.by_customer.get(&customer) else { return found };
        let chance = self.kept_chance(customer);
        let mut oldest: Vec<usize> = (0..owed.len()).collect();
        oldest.sort_by_key(|at| (owed[*at].due, owed[*at].issued, owed[*at].open_minor));
        for pledge in pledges {
            let mut left = pledge.amount_minor;
            for at in &oldest {
                let one = &owed[*at];
                let meant = pledge.document.is_none_or(|document| document == one.document)
                    && pledge.currency == one.currency
                    && found[*at].is_none();
                if meant && left > 0 {
                    let covered = left.min(one.open_minor);
                    left -= covered;
                    let share = u128::from(chance) * covered.unsigned_abs() as u128
                        / one.open_minor.unsigned_abs().max(1) as u128;
                    found[*at] = Some((pledge.promised_on, share as u64));
                }
            }
        }
        found
    }

    /// The share of its promises a customer keeps, shrunk to the book's, that to a starting value.
    fn kept_chance(&self, customer: CustomerId) -> u64 {
        let shrink = |kept: Kept, prior: u64| {
            (u64::from(kept.kept) * ONE + KEPT_STRENGTH * prior)
                / (u64::from(kept.judged) + KEPT_STRENGTH)
        };
        let book = shrink(self.book, ONE / 100 * START_KEPT_PER_CENT);
        shrink(self.kept.get(&customer).copied().unwrap_or_default(), book)
    }
}
