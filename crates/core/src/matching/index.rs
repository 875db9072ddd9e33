//! Everything open, arranged so that a bank line finds what it may be about without looking at the
//! rest: by number, order, amount and customer. Built once for many lines.

use super::payer::Payers;
use super::reference::{self, Named};
use super::{Alias, Credit, Debt, Payer};
use crate::currency::Currency;
use crate::id::{CustomerId, DocumentId};
use std::collections::{BTreeMap, HashMap};

/// Digits of a number's end under which it is found when a bank cut off its beginning.
const TAILS: [usize; 3] = [6, 5, 4];
/// Debts of one number that are looked at: more say nothing.
const MOST_OF_ONE_NUMBER: usize = 50;

/// Positions under keys, in ascending order of both.
#[derive(Clone, Debug, Default)]
pub(super) struct Postings {
    pairs: Vec<(u64, u32)>,
}

impl Postings {
    pub(super) fn of(mut pairs: Vec<(u64, u32)>) -> Postings {
        pairs.sort_unstable();
        pairs.dedup();
        Postings { pairs }
    }

    pub(super) fn at(&self, key: u64) -> impl Iterator<Item = u32> + '_ {
        let begin = self.pairs.partition_point(|(there, _)| *there < key);
        self.pairs[begin..].iter().take_while(move |(there, _)| *there == key).map(|(_, at)| *at)
    }

    pub(super) fn count(&self, key: u64) -> usize {
        let begin = self.pairs.partition_point(|(there, _)| *there < key);
        self.pairs[begin..].partition_point(|(there, _)| *there == key)
    }
}

/// How a debt is named, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// By series and number, or its official id.
    Full,
    /// By an order it mentions.
    Order,
    /// By its number alone, called a document.
    Number,
    /// By the end of its number, called a document.
    Tail,
    /// By a number nothing calls a document.
    Bare,
}

/// A debt a line names.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) debt: usize,
    pub(super) how: How,
    pub(super) written: String,
}

/// What lines are matched against.
#[derive(Clone, Debug)]
pub struct Index {
    pub(super) debts: Vec<Debt>,
    pub(super) credits: Vec<Credit>,
    pub(super) payers: Payers,
    spelled: Postings,
    ordered: Postings,
    numbers: Postings,
    tails: Vec<Postings>,
    amounts: Postings,
    of_group: HashMap<CustomerId, Vec<u32>>,
    places: HashMap<DocumentId, u32>,
}

impl Index {
    /// Arranges debts, customers, confirmed aliases and credit. The answer to a line does not
    /// depend on the order of any of them.
    pub fn new(
        mut debts: Vec<Debt>,
        payers: Vec<Payer>,
        aliases: &[Alias],
        mut credits: Vec<Credit>,
    ) -> Index {
        debts.sort_by_key(|debt| (debt.due, debt.issued, debt.document));
        credits.sort_by_key(|credit| credit.document);
        let payers = Payers::new(payers, aliases);
        let (mut spelled, mut ordered, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        let mut tails: Vec<Vec<(u64, u32)>> = vec![Vec::new(); TAILS.len()];
        let mut amounts = Vec::new();
        let mut of_group: HashMap<CustomerId, Vec<u32>> = HashMap::new();
        let mut places = HashMap::with_capacity(debts.len());
        for (at, debt) in (0_u32..).zip(&debts) {
            places.insert(debt.document, at);
            of_group.entry(payers.group_of(debt.customer)).or_default().push(at);
            let own = debt.uid.iter().filter(|uid| uid.len() >= 8);
            let has_parts = debt.number.contains(|c: char| !c.is_ascii_digit());
            let own = own.chain(Some(&debt.number).filter(|_| has_parts));
            spelled.extend(own.flat_map(|text| reference::keys(text)).map(|key| (key, at)));
            let orders = debt.orders.iter().flat_map(|order| reference::keys(order));
            ordered.extend(orders.map(|key| (key, at)));
            if let Some((value, digits)) = reference::running_number(&debt.number) {
                numbers.push((value, at));
                for (tail, length) in tails.iter_mut().zip(TAILS).filter(|(_, l)| *l < digits) {
                    let end = value % 10_u64.pow(length as u32);
                    if end != value && end > 0 {
                        tail.push((end, at));
                    }
                }
            }
            for minor in sums_owed(&debt.instalments) {
                amounts.push((amount_key(debt.currency, minor), at));
            }
        }
        Index {
            spelled: Postings::of(spelled),
            ordered: Postings::of(ordered),
            numbers: Postings::of(numbers),
            tails: tails.into_iter().map(Postings::of).collect(),
            amounts: Postings::of(amounts),
            debts,
            credits,
            payers,
            of_group,
            places,
        }
    }

    /// What is known of a document.
    pub fn debt(&self, document: DocumentId) -> Option<&Debt> {
        self.place(document).map(|at| &self.debts[at])
    }

    /// Every document, the first due first.
    pub fn debts(&self) -> &[Debt] {
        &self.debts
    }

    /// Every customer, by id.
    pub fn payers(&self) -> &[Payer] {
        self.payers.all()
    }

    /// What is known of a customer.
    pub fn payer(&self, customer: CustomerId) -> Option<&Payer> {
        self.payers.get(customer)
    }

    pub(super) fn place(&self, document: DocumentId) -> Option<usize> {
        self.places.get(&document).map(|at| *at as usize)
    }

    /// The debts of a customer's group, the first due first.
    pub(super) fn of_group(&self, group: CustomerId) -> impl Iterator<Item = usize> + '_ {
        self.of_group.get(&group).into_iter().flatten().map(|at| *at as usize)
    }

    /// The debts that owed this amount, in whole or as the next instalments.
    pub(super) fn owing(&self, currency: Currency, minor: i64) -> Vec<usize> {
        self.amounts.at(amount_key(currency, minor)).map(|at| at as usize).collect()
    }

    /// The debts a text names, each by the surest way, in the order of the debts.
    pub(super) fn hits(&self, named: &Named) -> Vec<Hit> {
        let mut best: BTreeMap<u32, (How, &str)> = BTreeMap::new();
        let mut note = |at: u32, how: How, written| {
            let there = best.entry(at).or_insert((how, written));
            if how < there.0 {
                *there = (how, written);
            }
        };
        for (written, keys) in &named.spellings {
            for key in keys {
                self.spelled.at(*key).for_each(|at| note(at, How::Full, written.as_str()));
                self.ordered.at(*key).for_each(|at| note(at, How::Order, written.as_str()));
            }
        }
        for number in &named.numbers {
            let how = if number.is_labelled { How::Number } else { How::Bare };
            if self.numbers.count(number.value) <= MOST_OF_ONE_NUMBER {
                self.numbers.at(number.value).for_each(|at| note(at, how, &number.text));
            }
            for (tail, length) in self.tails.iter().zip(TAILS) {
                let is_short = number.digits <= length && number.is_labelled;
                if is_short && tail.count(number.value) <= MOST_OF_ONE_NUMBER {
                    tail.at(number.value).for_each(|at| note(at, How::Tail, &number.text));
                }
            }
        }
        let hit = |(at, (how, written)): (u32, (How, &str))| Hit {
            debt: at as usize,
            how,
            written: written.to_owned(),
        };
        best.into_iter().map(hit).collect()
    }
}

/// What a payer may owe at once of a document: the next instalments, one by one to the last.
fn sums_owed(instalments: &[i64]) -> impl Iterator<Item = i64> + '_ {
    let mut sum = 0_i64;
    instalments.iter().map(move |minor| {
        sum = sum.saturating_add(*minor);
        sum
    })
}

fn amount_key(currency: Currency, minor: i64) -> u64 {
    reference::key(&format!("{}{minor}", currency.code()))
}
