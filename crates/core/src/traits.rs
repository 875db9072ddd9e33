//! What the customers who pay late have in common: traits, alone or two together, among which the late
//! ones are clearly more than among all.
//!
//! Each rule comes with its counts, so that a person can see how much it rests on. A rule is told
//! only if it holds for enough customers, is clearly above the rate it is compared with, and would
//! hardly come about by chance (three standard errors). Two traits together are told only when they
//! say more than either alone. Finds what goes together, not what causes it.

use crate::ratio::Ratio;
use std::collections::BTreeMap;

/// Something by which customers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// The creditor's segment.
    Segment,
    /// Who collects.
    Collector,
    /// Days of credit: 0 up to 15, 1 up to 30, 2 up to 60, 3 more.
    Terms,
    /// Months as a customer: 0 under 6, 1 under 12, 2 under 36, 3 more.
    MonthsKnown,
    /// Documents in twelve months: 0 up to 5, 1 up to 20, 2 more.
    Documents,
    /// Currency most traded in.
    Currency,
}

impl Attribute {
    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Attribute::Segment => "segment",
            Attribute::Collector => "collector",
            Attribute::Terms => "terms",
            Attribute::MonthsKnown => "months_known",
            Attribute::Documents => "documents",
            Attribute::Currency => "currency",
        }
    }
}

/// An attribute with one of its values, numbered by the caller.
pub type Trait = (Attribute, u32);

/// A customer with its traits, at most one of each attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The traits known.
    pub traits: Vec<Trait>,
    /// Whether it pays late.
    pub is_late: bool,
}

/// Customers and how many of them pay late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Customers.
    pub count: u64,
    /// Of them late.
    pub late: u64,
}

impl Share {
    fn add(&mut self, is_late: bool) {
        self.count += 1;
        self.late += u64::from(is_late);
    }

    /// The late ones among them.
    pub fn rate(&self) -> Option<Ratio> {
        Ratio::new(self.late.into(), self.count.into())
    }

    /// How many times the rate of `base` this one's is.
    pub fn lift(&self, base: &Share) -> Option<Ratio> {
        let late = i128::from(self.late) * i128::from(base.count);
        Ratio::new(late, i128::from(self.count) * i128::from(base.late))
    }

    /// Whether these customers are late clearly more than those of `base`, whom they are among.
    fn stands_out(&self, base: &Share) -> bool {
        let (count, late) = (i128::from(self.count), i128::from(self.late));
        let (all, all_late) = (i128::from(base.count), i128::from(base.late));
        let more = late * all - count * all_late;
        let variance = count * all_late * (all - all_late);
        let clearly = late * all * 100 >= count * all_late * LEAST_LIFT_PER_CENT;
        self.count >= LEAST_COUNT
            && clearly
            && more > 0
            && more * more >= ERRORS * ERRORS * variance
    }
}

/// Customers a rule must hold for.
const LEAST_COUNT: u64 = 20;
/// How much the rate must be above the one it is compared with, per cent of it.
const LEAST_LIFT_PER_CENT: i128 = 130;
/// Standard errors above it.
const ERRORS: i128 = 3;
/// Most rules told.
const MOST_RULES: usize = 8;

/// What the late ones have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// One trait, or two together.
    pub traits: Vec<Trait>,
    /// Those who have them.
    pub share: Share,
    /// How many times the rate of all theirs is.
    pub lift: Ratio,
}

/// The rules with everybody they were found among.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Everybody.
    pub all: Share,
    /// The rules, the one that explains most late customers above the usual first.
    pub rules: Vec<Rule>,
}

/// Finds what the late ones have in common.
pub fn common(subjects: &[Subject]) -> Found {
    let mut all = Share::default();
    let mut single: BTreeMap<Trait, Share> = BTreeMap::new();
    let mut pairs: BTreeMap<(Trait, Trait), Share> = BTreeMap::new();
    for subject in subjects {
        all.add(subject.is_late);
        let mut traits = subject.traits.clone();
        traits.sort_unstable();
        for (at, one) in traits.iter().enumerate() {
            single.entry(*one).or_default().add(subject.is_late);
            for other in &traits[at + 1..] {
                pairs.entry((*one, *other)).or_default().add(subject.is_late);
            }
        }
    }
    let alone = single.iter().filter(|(_, share)| share.stands_out(&all));
    let mut found: Vec<(Vec<Trait>, Share)> =
        alone.map(|(one, share)| (vec![*one], *share)).collect();
    found.extend(pairs.iter().filter_map(|((one, other), share)| {
        let above_each = share.stands_out(single.get(one)?) && share.stands_out(single.get(other)?);
        (above_each && share.stands_out(&all)).then(|| (vec![*one, *other], *share))
    }));
    // Late customers beyond what the usual rate would give.
    let beyond = |share: &Share| {
        i128::from(share.late) * i128::from(all.count)
            - i128::from(share.count) * i128::from(all.late)
    };
    found.sort_by_key(|(traits, share)| (std::cmp::Reverse(beyond(share)), traits.clone()));
    found.truncate(MOST_RULES);
    let rule = |(traits, share): (Vec<Trait>, Share)| {
        Some(Rule { traits, share, lift: share.lift(&all)? })
    };
    Found { all, rules: found.into_iter().filter_map(rule).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many customers with these traits, of whom so many are late.
    fn some(count: u64, late: u64, traits: &[Trait]) -> Vec<Subject> {
        let subject = |at| Subject { traits: traits.to_vec(), is_late: at < late };
        (0..count).map(subject).collect()
    }

    const A: Trait = (Attribute::Segment, 1);
    const B: Trait = (Attribute::Segment, 2);
    const SHORT: Trait = (Attribute::Terms, 0);
    const LONG: Trait = (Attribute::Terms, 3);

    #[test]
    fn a_trait_of_the_late_ones_is_found_with_its_counts() {
        let found = common(&[some(100, 10, &[A]), some(100, 50, &[B])].concat());
        assert_eq!(found.all, Share { count: 200, late: 60 });
        let rule = &found.rules[0];
        assert_eq!((&rule.traits[..], rule.share), (&[B][..], Share { count: 100, late: 50 }));
        assert_eq!(rule.lift.to_decimal(3), "1.667");
        assert_eq!(found.rules.len(), 1);
    }

    #[test]
    fn two_traits_are_told_together_only_when_they_say_more() {
        let more = common(
            &[
                some(200, 20, &[A, SHORT]),
                some(200, 20, &[A, LONG]),
                some(200, 20, &[B, SHORT]),
                some(200, 160, &[B, LONG]),
            ]
            .concat(),
        );
        assert!(more.rules.iter().any(|rule| rule.traits == [B, LONG]), "{more:?}");
        let no_more = common(
            &[
                some(200, 20, &[A, SHORT]),
                some(200, 20, &[A, LONG]),
                some(200, 120, &[B, SHORT]),
                some(200, 120, &[B, LONG]),
            ]
            .concat(),
        );
        let told: Vec<&[Trait]> = no_more.rules.iter().map(|rule| &rule.traits[..]).collect();
        assert_eq!(told, [&[B][..]]);
    }

    #[test]
    fn few_customers_and_chance_say_nothing() {
        assert_eq!(common(&[]).rules, []);
        assert_eq!(common(&[some(19, 19, &[A]), some(200, 20, &[B])].concat()).rules, []);
        assert_eq!(common(&[some(100, 26, &[A]), some(100, 20, &[B])].concat()).rules, []);
    }
}
