//! Which set of amounts adds up to a sum, and whether that can be chance.
//!
//! Looks at the smallest sets first, counts how many sets come near the sum without meeting it, and
//! from that tells how many would meet it by mere chance: of a hundred invoices some three add up
//! to nearly anything. A set found is believed only where chance is next to nothing. Knows nothing
//! of documents or customers; the work is bounded whatever it is given.

/// Most amounts all of whose sets are looked at: two halves of 2^12 sets each.
const ALL_SETS: usize = 24;
/// Most amounts among which sets of three are looked for.
const TRIPLES: usize = 400;
/// Most amounts among which sets of four are looked for.
const QUADRUPLES: usize = 90;
/// Most amounts among which pairs are looked for.
const PAIRS: usize = 20_000;
/// Sets found beyond the first that are worth showing to a person.
const EXAMPLES: usize = 4;
/// Near is within this part of the sum, on either side.
const NEAR_PART: i64 = 2;
/// The most sets expected to meet the sum by chance, in millionths, for a set to be believed.
pub const MOST_CHANCE_PPM: u64 = 1_000;

/// A set found, as positions in the amounts given, ascending.
pub type Set = Vec<usize>;

/// What the search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No set looked at adds up; everything was looked at when `is_complete`.
    Nothing {
        /// Whether sets of every size were looked at.
        is_complete: bool,
    },
    /// One only, and chance is ruled out: by the numbers, or because it is one debt, or all of
    /// them, and nothing else adds up.
    One {
        /// The set.
        set: Set,
        /// How many sets were looked at.
        looked_at: u64,
    },
    /// One only of its size, among so many others that it may be chance.
    Doubtful {
        /// The set.
        set: Set,
        /// How many sets were looked at.
        looked_at: u64,
    },
    /// More than one of the same size: the first few.
    Several(Vec<Set>),
}

/// What sets of one size came to.
#[derive(Default)]
struct Tier {
    hits: Vec<Set>,
    looked_at: u64,
    near: u64,
}

impl Tier {
    fn take(&mut self, mut set: Set) {
        if self.hits.len() < EXAMPLES {
            set.sort_unstable();
            self.hits.push(set);
        }
    }
}

/// The amounts in ascending order with where each stood, and the sum wanted.
struct Search {
    values: Vec<i64>,
    places: Vec<usize>,
    target: i64,
    window: i64,
    grid: i64,
}

/// Looks for sets of `amounts` (positive) that add up to `target`, those of `size` members only
/// where it is given. The answer does not depend on anything but the amounts and their order.
pub fn find(amounts: &[i64], target: i64, size: Option<usize>) -> Outcome {
    let search = Search::new(amounts, target);
    let (mut looked_at, mut near) = (0_u64, 0_u64);
    let sizes = search.sizes(size);
    for (at, tier_size) in sizes.iter().enumerate() {
        // Among many, what may be chance already only becomes more so.
        if search.values.len() > ALL_SETS && near > 0 && search.chance_ppm(near) > MOST_CHANCE_PPM {
            return Outcome::Nothing { is_complete: false };
        }
        let tier = search.tier(*tier_size, size);
        looked_at = looked_at.saturating_add(tier.looked_at);
        near = near.saturating_add(tier.near.saturating_sub(tier.hits.len() as u64));
        let Some((set, others)) = tier.hits.split_first() else { continue };
        if !others.is_empty() {
            return Outcome::Several(tier.hits);
        }
        let set = set.clone();
        if search.chance_ppm(near) <= MOST_CHANCE_PPM {
            return Outcome::One { set, looked_at };
        }
        // One debt, or all of them: chance is no objection as long as nothing else adds up.
        if set.len() > 1 && set.len() < amounts.len() {
            return Outcome::Doubtful { set, looked_at };
        }
        let rest = sizes[at + 1..].iter().flat_map(|other| search.tier(*other, size).hits);
        let rivals: Vec<Set> = rest.filter(|other| *other != set).take(EXAMPLES).collect();
        return match rivals.is_empty() {
            true => Outcome::One { set, looked_at },
            false => Outcome::Several(std::iter::once(set).chain(rivals).collect()),
        };
    }
    Outcome::Nothing { is_complete: search.values.len() <= ALL_SETS }
}

/// Which sets are looked at together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    /// So many members.
    Of(usize),
    /// All but so many.
    AllBut(usize),
    /// Any number, or the number asked for.
    Any,
}

impl Search {
    fn new(amounts: &[i64], target: i64) -> Search {
        let mut order: Vec<usize> =
            (0..amounts.len()).filter(|at| (1..=target).contains(&amounts[*at])).collect();
        order.sort_by_key(|at| (amounts[*at], *at));
        let values: Vec<i64> = order.iter().map(|at| amounts[*at]).collect();
        let common = values.iter().fold(0, |common, value| greatest_common(common, *value));
        let mut round = 1;
        while target > 0 && target % (round * 10) == 0 {
            round *= 10;
        }
        let grid = common.max(round).max(1);
        let window = (target / NEAR_PART).max(grid);
        Search { values, places: order, target, window, grid }
    }

    /// The order in which sizes are looked at: what is likelier first.
    fn sizes(&self, asked: Option<usize>) -> Vec<Size> {
        let count = self.values.len();
        let reach = |size: usize| match size {
            1 => true,
            2 => count <= PAIRS,
            3 => count <= TRIPLES,
            4 => count <= QUADRUPLES,
            _ => false,
        };
        if let Some(size) = asked {
            return match size {
                _ if size == 0 || size > count => Vec::new(),
                _ if reach(size) => vec![Size::Of(size)],
                _ if count - size <= 2 => vec![Size::AllBut(count - size)],
                _ if count <= ALL_SETS => vec![Size::Any],
                _ => Vec::new(),
            };
        }
        let all_but = |but: usize| (count > 4 + but && count <= TRIPLES).then_some(but);
        let mut sizes = Vec::new();
        for size in (1..=4).filter(|size| *size <= count) {
            sizes.extend(reach(size).then_some(Size::Of(size)));
            let but = match size {
                1 => [all_but(0), all_but(1)],
                2 => [all_but(2), None],
                _ => [None, None],
            };
            // Where every set is looked at, these are among them.
            let but = but.into_iter().flatten().filter(|but| *but == 0 || count > ALL_SETS);
            sizes.extend(but.map(Size::AllBut));
        }
        sizes.extend((count > 4 && count <= ALL_SETS).then_some(Size::Any));
        sizes
    }

    fn tier(&self, size: Size, asked: Option<usize>) -> Tier {
        match size {
            Size::Of(size) => self.of_size(size, self.target),
            Size::AllBut(but) => self.all_but(but),
            Size::Any => self.any(asked),
        }
    }

    /// How many sets are expected to meet the sum by chance, in millionths: as many as come near
    /// it, and one more for prudence, spread evenly over the amounts there can be.
    fn chance_ppm(&self, near: u64) -> u64 {
        let spots = (2 * i128::from(self.window) / i128::from(self.grid)).max(1);
        u64::try_from((i128::from(near) + 1) * 1_000_000 / spots).unwrap_or(u64::MAX)
    }

    /// Positions of the values between two bounds, both included, from `from` on.
    fn between(&self, from: usize, low: i64, high: i64) -> (usize, usize) {
        let part = &self.values[from.min(self.values.len())..];
        let begin = part.partition_point(|value| *value < low);
        let end = part.partition_point(|value| *value <= high);
        (from + begin, from + end.max(begin))
    }

    /// Sets of up to four members: all but the last are chosen, the last is looked up.
    fn of_size(&self, size: usize, target: i64) -> Tier {
        let mut tier = Tier::default();
        let mut chosen = Vec::with_capacity(size);
        self.choose(&mut tier, &mut chosen, size, 0, target);
        tier
    }

    fn choose(&self, tier: &mut Tier, chosen: &mut Set, more: usize, from: usize, left: i64) {
        if more == 1 {
            let count = self.values.len().saturating_sub(from) as u64;
            tier.looked_at = tier.looked_at.saturating_add(count);
            let (begin, end) = self.between(from, left - self.window, left + self.window);
            tier.near = tier.near.saturating_add((end - begin) as u64);
            let (begin, end) = self.between(from, left, left);
            for at in (begin..end).take(EXAMPLES) {
                let members = chosen.iter().copied().chain([at]);
                tier.take(members.map(|at| self.places[at]).collect());
            }
            return;
        }
        for at in from..self.values.len() {
            // Ascending, so that what is still to come is at least as large.
            let least = i128::from(self.values[at]) * more as i128;
            if least > i128::from(left) + i128::from(self.window) {
                break;
            }
            chosen.push(at);
            self.choose(tier, chosen, more - 1, at + 1, left - self.values[at]);
            chosen.pop();
        }
    }

    /// Everything, or everything but one or two: what is left out is what is looked for.
    fn all_but(&self, but: usize) -> Tier {
        let total: i128 = self.values.iter().map(|value| i128::from(*value)).sum();
        let Ok(left_out) = i64::try_from(total - i128::from(self.target)) else {
            return Tier { looked_at: 1, ..Tier::default() };
        };
        if but == 0 {
            let mut tier = Tier { looked_at: 1, ..Tier::default() };
            if left_out == 0 {
                tier.near = 1;
                tier.take(self.places.clone());
            }
            return tier;
        }
        let mut tier = self.of_size(but, left_out);
        for hit in &mut tier.hits {
            let rest = self.places.iter().copied().filter(|at| !hit.contains(at));
            let mut rest: Set = rest.collect();
            rest.sort_unstable();
            *hit = rest;
        }
        tier
    }

    /// Every set of five members and more, or of the size asked for: the sets of one half against
    /// those of the other.
    fn any(&self, asked: Option<usize>) -> Tier {
        let middle = self.values.len() / 2;
        let (low, high) = (sums(&self.values[..middle]), sums(&self.values[middle..]));
        let fits = |members: u32| match asked {
            Some(size) => members as usize == size,
            None => members > 4,
        };
        let mut tier = Tier {
            looked_at: (low.len() as u64).saturating_mul(high.len() as u64),
            ..Tier::default()
        };
        let (target, window) = (i128::from(self.target), i128::from(self.window));
        let (mut begin, mut end) = (high.len(), high.len());
        for (sum, set) in &low {
            while begin > 0 && high[begin - 1].0 + sum >= target - window {
                begin -= 1;
            }
            while end > 0 && high[end - 1].0 + sum > target + window {
                end -= 1;
            }
            tier.near = tier.near.saturating_add(end.saturating_sub(begin) as u64);
            let from = high.partition_point(|(other, _)| other + sum < target);
            for (_, other) in high[from..].iter().take_while(|(other, _)| other + sum == target) {
                if fits(set.count_ones() + other.count_ones()) {
                    tier.take(self.members(*set, *other, middle));
                }
            }
        }
        tier
    }

    fn members(&self, low: u32, high: u32, middle: usize) -> Set {
        let is_in = |at: usize| match at < middle {
            true => low >> at & 1 == 1,
            false => high >> (at - middle) & 1 == 1,
        };
        (0..self.values.len()).filter(|at| is_in(*at)).map(|at| self.places[at]).collect()
    }
}

/// The sums of every set of a few values, ascending, each with its set as bits.
fn sums(values: &[i64]) -> Vec<(i128, u32)> {
    let mut sums: Vec<(i128, u32)> = vec![(0, 0)];
    for (bit, value) in values.iter().enumerate() {
        let with = sums.iter().map(|(sum, set)| (sum + i128::from(*value), set | 1 << bit));
        let with: Vec<(i128, u32)> = with.collect();
        sums.extend(with);
    }
    sums.sort_unstable();
    sums
}

fn greatest_common(one: i64, other: i64) -> i64 {
    let (mut one, mut other) = (one, other);
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_set_among_few_uneven_amounts_is_believed() {
        let amounts = [474_561, 67_810, 1_203_477, 355_019, 90_023];
        let found = find(&amounts, 474_561 + 355_019 + 90_023, None);
        assert!(matches!(found, Outcome::One { set, .. } if set == [0, 3, 4]));
        assert_eq!(find(&amounts, 474_562, None), Outcome::Nothing { is_complete: true });
    }

    #[test]
    fn round_amounts_meet_by_chance_and_are_not_believed() {
        // Thousands that are multiples of a hundred: a set of three meets many sums.
        let amounts: Vec<i64> = (1..=20).map(|n| n * 100_000 + 200_000).collect();
        assert!(!matches!(find(&amounts, 1_900_000, None), Outcome::One { .. }));
    }

    #[test]
    fn two_equal_amounts_are_two_sets() {
        let found = find(&[500, 700, 500], 500, None);
        assert_eq!(found, Outcome::Several(vec![vec![0], vec![2]]));
    }

    #[test]
    fn a_size_that_was_said_is_the_only_one_looked_at() {
        let amounts = [10_007, 20_011, 30_018, 40_031];
        let pair = find(&amounts, 30_018, Some(2));
        assert!(matches!(pair, Outcome::One { set, .. } if set == [0, 1]), "not the single one");
        assert_eq!(find(&amounts, 30_018, Some(4)), Outcome::Nothing { is_complete: true });
    }

    #[test]
    fn everything_but_a_few_is_found_among_many() {
        let amounts: Vec<i64> = (0..60).map(|n| 100_003 + n * n * 977 + n * 31).collect();
        let total: i64 = amounts.iter().sum();
        let all = find(&amounts, total, None);
        assert!(matches!(all, Outcome::One { set, .. } if set.len() == 60));
        let but_one = find(&amounts, total - amounts[7], Some(59));
        assert!(matches!(but_one, Outcome::One { set, .. } if !set.contains(&7)));
    }

    #[test]
    fn thousands_of_amounts_are_answered_at_once() {
        let amounts: Vec<i64> = (1..=5_000).map(|n| n * 7_919 % 1_000_003 + 1).collect();
        let found = find(&amounts, 2_000_000_001, None);
        assert_eq!(found, Outcome::Nothing { is_complete: false });
    }

    proptest! {
        /// Whatever is found adds up, holds no amount twice, and a planted set is never missed
        /// while everything can be looked at.
        #[test]
        fn what_is_found_adds_up(
            amounts in prop::collection::vec(1i64..5_000_000, 1..20),
            picks in prop::collection::vec(any::<bool>(), 20),
        ) {
            let planted: Vec<usize> = (0..amounts.len()).filter(|at| picks[*at]).collect();
            let target: i64 = planted.iter().map(|at| amounts[*at]).sum();
            let sets = match find(&amounts, target, None) {
                Outcome::One { set, .. } | Outcome::Doubtful { set, .. } => vec![set],
                Outcome::Several(sets) => sets,
                Outcome::Nothing { is_complete } => {
                    prop_assert!(!is_complete || planted.is_empty());
                    Vec::new()
                }
            };
            for set in sets {
                prop_assert_eq!(set.iter().map(|at| amounts[*at]).sum::<i64>(), target);
                prop_assert!(set.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }
}
