//! Which movements are told by several messages: an advice and its statement, or one statement in
//! two formats. Pairs entries; whether two are the same the core decides.

use super::bank_draft::{self, Draft};
use puntual_core::date::Day;
use puntual_core::id::BankEntryId;
use puntual_core::same_money::{self, Evidence, Messages, Telling};
use puntual_store::bank_entry::BankEntry;
use std::collections::{BTreeMap, HashMap, HashSet};

/// An entry that tells with less authority of the money another tells of, and why it is believed.
pub type Link = (BankEntryId, BankEntryId, String);

/// Amount, day and rank: where an entry may be the only one.
type Spot = (i64, Day, u8);

/// A stored entry that new ones may be the same as.
struct Candidate<'e> {
    entry: &'e BankEntry,
    rank: u8,
    telling: Telling,
}

/// Stored entries by what they can be found with.
struct Candidates<'e> {
    all: Vec<Candidate<'e>>,
    by_reference: HashMap<(i64, String), Vec<usize>>,
    by_spot: HashMap<Spot, Vec<usize>>,
    /// How many there are at a spot, stored and new.
    count: HashMap<Spot, usize>,
    /// Which entry is spoken for already by a message of which rank.
    taken: HashSet<(BankEntryId, u8)>,
}

fn spot(entry: &BankEntry) -> Spot {
    (entry.amount_minor, entry.booked_on, bank_draft::rank(entry))
}

impl<'e> Candidates<'e> {
    fn of(leaf_begins: BankEntryId, stored: &'e [BankEntry], new: &[Draft]) -> Candidates<'e> {
        let mut found = Candidates {
            all: Vec::new(),
            by_reference: HashMap::new(),
            by_spot: HashMap::new(),
            count: HashMap::new(),
            taken: HashSet::new(),
        };
        let ranks: HashMap<BankEntryId, u8> =
            stored.iter().map(|entry| (entry.id, bank_draft::rank(entry))).collect();
        for entry in stored {
            if let Some(other) = entry.linked_to {
                found.taken.insert((other, bank_draft::rank(entry)));
                found.taken.extend(ranks.get(&other).map(|rank| (entry.id, *rank)));
            }
        }
        for entry in stored.iter().chain(new.iter().map(|draft| &draft.entry)) {
            *found.count.entry(spot(entry)).or_default() += 1;
        }
        // Entries of one file are never the same as one another.
        let before = |entry: &&BankEntry| entry.id < leaf_begins && entry.linked_to.is_none();
        for (position, entry) in stored.iter().filter(before).enumerate() {
            let telling = bank_draft::telling(entry);
            for reference in &telling.references {
                let key = (entry.amount_minor, reference.clone());
                found.by_reference.entry(key).or_default().push(position);
            }
            found.by_spot.entry(spot(entry)).or_default().push(position);
            found.all.push(Candidate { entry, rank: bank_draft::rank(entry), telling });
        }
        found
    }

    /// The best candidate of each rank for a new entry, by rank.
    fn best(&self, draft: &Draft) -> BTreeMap<u8, (&Candidate<'e>, Vec<Evidence>)> {
        let (amount_minor, on, own) = spot(&draft.entry);
        let by_reference = draft
            .telling
            .references
            .iter()
            .filter_map(|reference| self.by_reference.get(&(amount_minor, reference.clone())));
        let by_spot = (0..=2).filter_map(|rank| self.by_spot.get(&(amount_minor, on, rank)));
        let alone_at = |rank: u8| self.count.get(&(amount_minor, on, rank)) == Some(&1);
        let by_spot = by_spot.filter(|there| there.len() == 1);
        let mut best: BTreeMap<u8, (&Candidate<'e>, Vec<Evidence>)> = BTreeMap::new();
        for position in by_reference.chain(by_spot).flatten() {
            let there = &self.all[*position];
            let is_taken = self.taken.contains(&(there.entry.id, own))
                || self.taken.contains(&(draft.entry.id, there.rank));
            if is_taken {
                continue;
            }
            let messages = match there.rank == own {
                true => Messages::BothFinal,
                false if alone_at(own) && alone_at(there.rank) => Messages::OneRepeatsAlone,
                false => Messages::OneRepeats,
            };
            let same = same_money::same_movement(&draft.telling, &there.telling, messages);
            let Some(evidence) = same else { continue };
            let is_stronger = best.get(&there.rank).is_none_or(|(_, before)| {
                same_money::strength(&evidence) > same_money::strength(before)
            });
            if is_stronger {
                best.insert(there.rank, (there, evidence));
            }
        }
        best
    }
}

/// Which entries tell of the same money. A new entry is the same as at most one stored entry of
/// each rank, and the other way round; it yields to the one with most authority, or has those with
/// less yield to itself. `leaf_begins` is the first id of the file the new ones come from.
pub fn links(leaf_begins: BankEntryId, stored: &[BankEntry], new: &[Draft]) -> Vec<Link> {
    let mut candidates = Candidates::of(leaf_begins, stored, new);
    let mut links = Vec::new();
    for draft in new {
        let own = bank_draft::rank(&draft.entry);
        let best = candidates.best(draft);
        let above = best.range(own..).next_back().map(|(rank, _)| *rank);
        let mut taken = Vec::new();
        for (rank, (there, evidence)) in best {
            let (one, other) = match above {
                Some(highest) if highest == rank => (draft.entry.id, there.entry.id),
                None => (there.entry.id, draft.entry.id),
                Some(_) => continue,
            };
            taken.extend([(there.entry.id, own), (draft.entry.id, rank)]);
            links.push((one, other, same_money::words(&evidence)));
        }
        candidates.taken.extend(taken);
    }
    links
}
