//! Who paid: by tax id, by an account or name a person confirmed, by the customer's own name in
//! what was written, and, as a mere hint, by a name that is alike.

use super::index::Postings;
use super::reference::key;
use super::{Alias, Line, Payer};
use crate::id::CustomerId;
use crate::likeness::{common_pairs, name_words, plain_letter};
use std::collections::{BTreeMap, HashMap};

/// Shortest tax id of any country.
const SHORTEST_ID: usize = 8;
/// Letters a name has to have to be a name in free text.
const SHORTEST_NAME: usize = 6;
/// Names share so much of their letter pairs to be alike, 0–100.
const ALIKE_PERCENT: u8 = 80;
/// Customers that share a word before the word says nothing.
const MOST_OF_ONE_WORD: usize = 60;

/// How a payer is known, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KnownBy {
    /// Its tax id.
    TaxId,
    /// An account a person confirmed.
    Account,
    /// A name a person confirmed.
    Alias,
    /// Its own name.
    Name,
    /// A name that is alike: share of letter pairs.
    NameLike(u8),
}

impl KnownBy {
    /// Whether it says for certain who paid.
    pub(super) fn is_certain(self) -> bool {
        !matches!(self, KnownBy::NameLike(_))
    }
}

/// The customers, arranged to be found.
#[derive(Clone, Debug)]
pub(super) struct Payers {
    payers: Vec<Payer>,
    words: Vec<Vec<String>>,
    places: HashMap<CustomerId, u32>,
    tax_ids: Postings,
    /// Customers under the rarest word of their names.
    rarest: Postings,
    /// Customers under every word of their names.
    every: Postings,
    accounts: HashMap<String, CustomerId>,
    names: HashMap<String, CustomerId>,
}

impl Payers {
    pub(super) fn new(mut payers: Vec<Payer>, aliases: &[Alias]) -> Payers {
        payers.sort_by_key(|payer| payer.customer);
        let words: Vec<Vec<String>> = payers.iter().map(|payer| unique(&payer.name)).collect();
        let mut frequency: HashMap<&str, usize> = HashMap::new();
        for word in words.iter().flatten() {
            *frequency.entry(word).or_default() += 1;
        }
        let (mut rarest, mut every, mut tax_ids) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (payer, words)) in (0_u32..).zip(payers.iter().zip(&words)) {
            every.extend(words.iter().map(|word| (key(word), at)));
            let rare = words.iter().min_by_key(|word| (frequency[word.as_str()], word.as_str()));
            rarest.extend(rare.map(|word| (key(word), at)));
            tax_ids.extend(payer.tax_id.iter().flat_map(|id| spellings(id)).map(|k| (k, at)));
        }
        let (mut accounts, mut names) = (HashMap::new(), HashMap::new());
        for alias in aliases {
            match alias {
                Alias::Account(account, customer) => accounts.insert(account.clone(), *customer),
                Alias::Name(name, customer) => names.insert(name.clone(), *customer),
            };
        }
        Payers {
            places: (0_u32..).zip(&payers).map(|(at, payer)| (payer.customer, at)).collect(),
            tax_ids: Postings::of(tax_ids),
            rarest: Postings::of(rarest),
            every: Postings::of(every),
            payers,
            words,
            accounts,
            names,
        }
    }

    pub(super) fn all(&self) -> &[Payer] {
        &self.payers
    }

    pub(super) fn get(&self, customer: CustomerId) -> Option<&Payer> {
        self.places.get(&customer).map(|at| &self.payers[*at as usize])
    }

    /// Whose debts a customer may pay.
    pub(super) fn group_of(&self, customer: CustomerId) -> CustomerId {
        self.get(customer).map_or(customer, |payer| payer.group)
    }

    /// The customers a line may come from, each by the surest way, the surest first. Hints are
    /// looked for only where nothing is certain.
    pub(super) fn of_line(&self, line: &Line) -> Vec<(CustomerId, KnownBy)> {
        let mut found: BTreeMap<CustomerId, KnownBy> = BTreeMap::new();
        let mut note = |customer, how: KnownBy| {
            let there = found.entry(customer).or_insert(how);
            *there = how.min(*there);
        };
        for at in self.by_tax_id(line) {
            note(self.payers[at as usize].customer, KnownBy::TaxId);
        }
        let account = line.payer_account.as_ref().and_then(|account| self.accounts.get(account));
        account.into_iter().for_each(|customer| note(*customer, KnownBy::Account));
        let spoken = line.payer_name.as_deref().unwrap_or(&line.text);
        let alias = self.names.get(&comparable(spoken));
        alias.into_iter().for_each(|customer| note(*customer, KnownBy::Alias));
        for at in self.by_name(spoken) {
            note(self.payers[at as usize].customer, KnownBy::Name);
        }
        if found.is_empty() {
            for (at, percent) in self.alike(spoken) {
                found.insert(self.payers[at as usize].customer, KnownBy::NameLike(percent));
            }
        }
        let mut list: Vec<(CustomerId, KnownBy)> = found.into_iter().collect();
        list.sort_by_key(|(customer, how)| (*how, *customer));
        list
    }

    fn by_tax_id(&self, line: &Line) -> Vec<u32> {
        if let Some(id) = &line.payer_tax_id {
            let known: Vec<u32> = spellings(id).flat_map(|k| self.tax_ids.at(k)).collect();
            if !known.is_empty() {
                return known;
            }
        }
        // `RUT 76.192.083-9`, `76192083-9`: dots and hyphens belong to the number.
        let inside = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
        let words = line.text.split(|c: char| !inside(c)).map(bare);
        let ids = words.filter(|word| word.len() >= SHORTEST_ID);
        ids.flat_map(|id| spellings(&id).collect::<Vec<_>>())
            .flat_map(|k| self.tax_ids.at(k).collect::<Vec<_>>())
            .collect()
    }

    /// Customers all the words of whose names are in a text; of two such names only the longer.
    fn by_name(&self, text: &str) -> Vec<u32> {
        let spoken = unique(text);
        let is_said = |word: &String| spoken.binary_search(word).is_ok();
        let contained = |at: &u32| {
            let words = &self.words[*at as usize];
            let letters: usize = words.iter().map(|word| word.chars().count()).sum();
            letters >= SHORTEST_NAME && words.iter().all(is_said)
        };
        let rare = spoken.iter().flat_map(|word| self.rarest.at(key(word)));
        let mut found: Vec<u32> = rare.filter(contained).collect();
        found.sort_unstable();
        found.dedup();
        let within = |one: &u32, other: &u32| {
            let (one, other) = (&self.words[*one as usize], &self.words[*other as usize]);
            one.len() < other.len() && one.iter().all(|word| other.binary_search(word).is_ok())
        };
        let whole = found.iter().filter(|at| !found.iter().any(|other| within(at, other)));
        whole.copied().collect()
    }

    /// Customers whose names are alike, with how much.
    fn alike(&self, text: &str) -> Vec<(u32, u8)> {
        let spoken = unique(text);
        let joined = spoken.join(" ");
        let known = |word: &&String| self.every.count(key(word)) <= MOST_OF_ONE_WORD;
        let sharing = spoken.iter().filter(known).flat_map(|word| self.every.at(key(word)));
        let mut sharing: Vec<u32> = sharing.collect();
        sharing.sort_unstable();
        sharing.dedup();
        let scored = sharing.into_iter().map(|at| {
            let name = self.words[at as usize].join(" ");
            (at, common_pairs(&joined, &name))
        });
        scored.filter(|(_, percent)| *percent >= ALIKE_PERCENT).collect()
    }
}

/// The words of a name, each once, in order.
fn unique(name: &str) -> Vec<String> {
    let mut words = name_words(name);
    words.dedup();
    words
}

/// A name in comparable words: what an alias is kept under.
pub(super) fn comparable(name: &str) -> String {
    let plain: String = name.chars().map(plain_letter).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn bare(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase);
    kept.skip_while(|c| *c == '0').collect()
}

/// The keys of a tax id: as it is, and without a country before it, as in `ESB12345674`.
fn spellings(id: &str) -> impl Iterator<Item = u64> {
    let bare_id = bare(id);
    let rest = bare_id.split_at_checked(2).and_then(|(country, rest)| {
        let has_country = country.bytes().all(|b| b.is_ascii_alphabetic());
        (has_country && rest.len() >= SHORTEST_ID).then(|| key(rest))
    });
    [Some(key(&bare_id)), rest].into_iter().flatten()
}
