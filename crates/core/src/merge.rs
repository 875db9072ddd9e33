//! Which customers count as one: merges that a person decided, and who stands for whom.
//!
//! A merge is a relation and changes no fact: documents, payments and entries keep the customer they
//! were recorded for, and whoever reads them asks here who that is. Taking a merge back therefore
//! puts back exactly what was there. It refuses merges that would leave anybody standing for
//! somebody who stands for nobody; it knows nothing of names, rows or reasons.
//!
//! That two customers are one was always so and is learnt on a day: it holds for figures of any day,
//! unless they are limited to what was known before.

use crate::date::Day;
use crate::id::CustomerId;
use std::collections::BTreeMap;

/// One customer merged into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The one that is not counted by itself any more.
    pub customer: CustomerId,
    /// The one it is.
    pub into: CustomerId,
    /// The day it was learnt.
    pub since: Day,
    /// The day it was learnt to be wrong; `None` while it stands.
    pub until: Option<Day>,
}

/// Who stands for whom: every merged customer with the one that is left of it. An empty one says that
/// everybody stands for himself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    survivors: BTreeMap<CustomerId, CustomerId>,
}

/// Why two customers cannot be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeRefusal {
    /// A customer is itself already.
    Itself,
    /// The customer is merged into this one: that merge has to be taken back first.
    AlreadyMerged(CustomerId),
    /// The one it should be merged into is itself merged into this one, which is the one to choose.
    IntoMerged(CustomerId),
}

impl MergeRefusal {
    /// The stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            MergeRefusal::Itself => "itself",
            MergeRefusal::AlreadyMerged(_) => "already_merged",
            MergeRefusal::IntoMerged(_) => "into_merged",
        }
    }
}

impl Merged {
    /// Who stood for whom as known at the end of a day; as known now when `None`. Who was merged into
    /// a customer that was merged later stands with it for the last of them.
    pub fn known(merges: &[Merge], known_at: Option<Day>) -> Merged {
        let counts = |merge: &&Merge| match known_at {
            None => merge.until.is_none(),
            Some(day) => merge.since <= day && merge.until.is_none_or(|until| until > day),
        };
        let next: BTreeMap<CustomerId, CustomerId> =
            merges.iter().filter(counts).map(|merge| (merge.customer, merge.into)).collect();
        let last = |customer: CustomerId| {
            // No chain is longer than the list, whatever the list says.
            let mut steps = 0..next.len();
            let mut last = customer;
            while let Some(into) = next.get(&last).filter(|_| steps.next().is_some()) {
                last = *into;
            }
            last
        };
        Merged { survivors: next.keys().map(|customer| (*customer, last(*customer))).collect() }
    }

    /// Pairs of a merged customer and who stands for it.
    pub fn of_pairs(pairs: impl IntoIterator<Item = (CustomerId, CustomerId)>) -> Merged {
        Merged { survivors: pairs.into_iter().collect() }
    }

    /// Who stands for a customer: itself unless it is merged.
    pub fn survivor(&self, customer: CustomerId) -> CustomerId {
        self.survivors.get(&customer).copied().unwrap_or(customer)
    }

    /// Whether the customer is merged into another.
    pub fn is_merged(&self, customer: CustomerId) -> bool {
        self.survivors.contains_key(&customer)
    }

    /// The customers this one stands for beside itself, by id.
    pub fn members(&self, survivor: CustomerId) -> impl Iterator<Item = CustomerId> {
        self.pairs().filter(move |(_, stands)| *stands == survivor).map(|(customer, _)| customer)
    }

    /// Every merged customer with who stands for it, by id.
    pub fn pairs(&self) -> impl Iterator<Item = (CustomerId, CustomerId)> {
        self.survivors.iter().map(|(customer, survivor)| (*customer, *survivor))
    }

    /// Whether a customer may be merged into another now. Both have to stand for themselves, so that
    /// no chain of merges can come round to where it began.
    ///
    /// # Errors
    /// When it is the same customer, or one of them is merged already.
    pub fn may_merge(&self, customer: CustomerId, into: CustomerId) -> Result<(), MergeRefusal> {
        if customer == into {
            return Err(MergeRefusal::Itself);
        }
        if let Some(survivor) = self.survivors.get(&customer) {
            return Err(MergeRefusal::AlreadyMerged(*survivor));
        }
        match self.survivors.get(&into) {
            Some(survivor) => Err(MergeRefusal::IntoMerged(*survivor)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: CustomerId = CustomerId(1);
    const TWO: CustomerId = CustomerId(2);
    const THREE: CustomerId = CustomerId(3);

    fn merge(customer: CustomerId, into: CustomerId, since: i32, until: Option<i32>) -> Merge {
        Merge { customer, into, since: Day(since), until: until.map(Day) }
    }

    #[test]
    fn a_merge_counts_from_the_day_it_is_known_until_it_is_taken_back() {
        let merges = [merge(ONE, TWO, 10, Some(20))];
        let survivor = |known_at| Merged::known(&merges, known_at).survivor(ONE);
        assert_eq!(survivor(Some(Day(9))), ONE);
        assert_eq!(survivor(Some(Day(10))), TWO);
        assert_eq!(survivor(Some(Day(19))), TWO);
        assert_eq!(survivor(Some(Day(20))), ONE);
        assert_eq!(survivor(None), ONE);
    }

    #[test]
    fn the_last_of_a_chain_stands_for_all_and_any_link_may_be_taken_back() {
        let mut merges = [merge(ONE, TWO, 10, None), merge(TWO, THREE, 11, None)];
        let merged = Merged::known(&merges, None);
        assert_eq!((merged.survivor(ONE), merged.survivor(TWO)), (THREE, THREE));
        assert_eq!(merged.members(THREE).collect::<Vec<_>>(), [ONE, TWO]);
        merges[0].until = Some(Day(12));
        let merged = Merged::known(&merges, None);
        assert_eq!((merged.survivor(ONE), merged.survivor(TWO)), (ONE, THREE));
        assert!(!merged.is_merged(ONE) && merged.is_merged(TWO));
    }

    #[test]
    fn nobody_is_merged_into_himself_twice_or_into_somebody_merged() {
        let merged = Merged::known(&[merge(ONE, TWO, 10, None)], None);
        assert_eq!(merged.may_merge(THREE, THREE), Err(MergeRefusal::Itself));
        assert_eq!(merged.may_merge(ONE, THREE), Err(MergeRefusal::AlreadyMerged(TWO)));
        assert_eq!(merged.may_merge(TWO, ONE), Err(MergeRefusal::IntoMerged(TWO)));
        assert_eq!(merged.may_merge(TWO, THREE), Ok(()));
    }

    #[test]
    fn rows_that_come_round_end_somewhere() {
        let merged = Merged::known(&[merge(ONE, TWO, 1, None), merge(TWO, ONE, 1, None)], None);
        assert_eq!(merged.pairs().count(), 2);
    }
}
