//! Which customers are probably the same one written twice: points for each thing they share, with
//! the reasons. Proposes and never joins: two with different ids are not one because their names
//! are alike, and a person decides.
//!
//! The weights are our starting values, not measured ones.

use crate::id::CustomerId;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a customer for telling whether it is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Who.
    pub customer: CustomerId,
    /// Legal name.
    pub name: String,
    /// Tax id in its comparable form.
    pub tax_id: Option<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Telephones, as written.
    pub phones: Vec<String>,
}

/// Something two customers share, or that speaks against their being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LikenessReason {
    /// The names are the same words, whatever their order, accents and company form: 60 points.
    SameName,
    /// The names differ by little, a share of 0–100 of their letter pairs is common: 45 points.
    SimilarName(u8),
    /// They share an e-mail address: 35 points.
    SameEmail,
    /// They write from the same domain, which is not everybody's: 20 points.
    SameDomain,
    /// They share a telephone, told by its last eight digits: 30 points.
    SamePhone,
    /// Both have a tax id and they differ: 30 points less. Two companies of a group do.
    OtherTaxId,
}

impl LikenessReason {
    /// What it adds or takes away.
    pub fn points(self) -> i32 {
        match self {
            LikenessReason::SameName => 60,
            LikenessReason::SimilarName(_) => 45,
            LikenessReason::SameEmail => 35,
            LikenessReason::SameDomain => 20,
            LikenessReason::SamePhone => 30,
            LikenessReason::OtherTaxId => -30,
        }
    }

    /// The stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            LikenessReason::SameName => "same_name",
            LikenessReason::SimilarName(_) => "similar_name",
            LikenessReason::SameEmail => "same_email",
            LikenessReason::SameDomain => "same_domain",
            LikenessReason::SamePhone => "same_phone",
            LikenessReason::OtherTaxId => "other_tax_id",
        }
    }
}

/// Two customers that are probably one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// The one made first.
    pub one: CustomerId,
    /// The other.
    pub other: CustomerId,
    /// The sum of the points.
    pub points: i32,
    /// Why, in the order of [`LikenessReason`].
    pub reasons: Vec<LikenessReason>,
}

/// From so many points on, a pair is proposed.
pub const PROPOSED_POINTS: i32 = 50;

/// Names share so much of their letter pairs to be similar, 0–100.
const SIMILAR_PERCENT: u8 = 82;

/// What more customers than this share tells nothing about any two of them.
const LARGEST_BLOCK: usize = 40;

/// Digits of a telephone that are compared: without country and area codes.
const PHONE_DIGITS: usize = 8;

/// Company forms of the Spanish-speaking world, left out of names. Written apart (`S. A.`) they are
/// single letters, which are left out too.
const COMPANY_FORMS: [&str; 26] = [
    "sa", "spa", "ltda", "limitada", "eirl", "sac", "saa", "srl", "sl", "slu", "sau", "sas",
    "sapi", "sc", "cv", "rl", "cia", "compania", "sociedad", "anonima", "coop", "sofom", "inc",
    "llc", "ltd", "sci",
];

/// Words between the others.
const LINKING: [&str; 8] = ["de", "del", "la", "el", "los", "las", "y", "e"];

/// Providers everybody has an address at.
const PUBLIC_DOMAINS: [&str; 14] = [
    "gmail.com",
    "hotmail.com",
    "outlook.com",
    "yahoo.com",
    "live.com",
    "icloud.com",
    "hotmail.es",
    "yahoo.es",
    "outlook.es",
    "yahoo.com.mx",
    "live.com.mx",
    "hotmail.cl",
    "proton.me",
    "aol.com",
];

/// The words by which a name is compared, in alphabetical order: lower case, without accents,
/// company form and linking words. A name of nothing else keeps its words.
pub fn name_words(name: &str) -> Vec<String> {
    let plain: String = name.chars().map(plain_letter).collect();
    let every: Vec<&str> = plain.split_whitespace().collect();
    let tells = |word: &&str| {
        word.chars().count() > 1 && !COMPANY_FORMS.contains(word) && !LINKING.contains(word)
    };
    let mut words: Vec<&str> = every.iter().copied().filter(tells).collect();
    if words.is_empty() {
        words = every;
    }
    words.sort_unstable();
    words.into_iter().map(str::to_owned).collect()
}

/// A letter as words are compared by it: lower case, without accents; punctuation becomes a blank.
pub fn plain_letter(letter: char) -> char {
    match letter.to_lowercase().next().unwrap_or(letter) {
        'á' | 'à' | 'ä' | 'â' | 'ã' => 'a',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'í' | 'ì' | 'ï' | 'î' => 'i',
        'ó' | 'ò' | 'ö' | 'ô' | 'õ' => 'o',
        'ú' | 'ù' | 'ü' | 'û' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        lower if lower.is_alphanumeric() => lower,
        _ => ' ',
    }
}

/// A profile made comparable.
struct Comparable<'p> {
    profile: &'p Profile,
    words: Vec<String>,
    name: String,
    emails: BTreeSet<String>,
    domains: BTreeSet<String>,
    phones: BTreeSet<String>,
}

impl Comparable<'_> {
    fn of(profile: &Profile) -> Comparable<'_> {
        let words = name_words(&profile.name);
        let emails: BTreeSet<String> =
            profile.emails.iter().map(|email| email.trim().to_lowercase()).collect();
        let domain = |email: &String| {
            let (_, domain) = email.rsplit_once('@')?;
            (!PUBLIC_DOMAINS.contains(&domain)).then(|| domain.to_owned())
        };
        let phone = |phone: &String| {
            let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
            let from = digits.len().checked_sub(PHONE_DIGITS)?;
            Some(digits[from..].iter().collect::<String>())
        };
        Comparable {
            name: words.join(" "),
            domains: emails.iter().filter_map(domain).collect(),
            phones: profile.phones.iter().filter_map(phone).collect(),
            profile,
            words,
            emails,
        }
    }

    /// What two must share one of to be compared at all.
    fn blocks(&self) -> Vec<String> {
        let words = self.words.iter().map(|word| format!("w:{}", first_letters(word)));
        let domains = self.domains.iter().map(|domain| format!("d:{domain}"));
        let emails = self.emails.iter().map(|email| format!("e:{email}"));
        let phones = self.phones.iter().map(|phone| format!("p:{phone}"));
        let name = std::iter::once(format!("n:{}", self.name));
        words.chain(domains).chain(emails).chain(phones).chain(name).collect()
    }
}

/// The first letters of a word: a slip further on leaves it in the same block.
fn first_letters(word: &str) -> String {
    word.chars().take(5).collect()
}

/// Pairs that are probably one customer, the likeliest first.
pub fn likely_same(profiles: &[Profile]) -> Vec<Likeness> {
    let known: Vec<Comparable<'_>> = profiles.iter().map(Comparable::of).collect();
    let mut blocks: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, one) in known.iter().enumerate() {
        for block in one.blocks() {
            blocks.entry(block).or_default().push(at);
        }
    }
    let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
    for members in blocks.into_values().filter(|members| members.len() <= LARGEST_BLOCK) {
        for (at, one) in members.iter().enumerate() {
            pairs
                .extend(members[at + 1..].iter().filter(|other| *other != one).map(|o| (*one, *o)));
        }
    }
    let compared = pairs.into_iter().map(|(one, other)| likeness(&known[one], &known[other]));
    let mut likely: Vec<Likeness> = compared.filter(|l| l.points >= PROPOSED_POINTS).collect();
    likely.sort_by_key(|l| (std::cmp::Reverse(l.points), l.one, l.other));
    likely
}

fn likeness(one: &Comparable<'_>, other: &Comparable<'_>) -> Likeness {
    let mut reasons = Vec::new();
    if one.words == other.words && !one.name.is_empty() {
        reasons.push(LikenessReason::SameName);
    } else {
        let percent = common_pairs(&one.name, &other.name);
        if percent >= SIMILAR_PERCENT {
            reasons.push(LikenessReason::SimilarName(percent));
        }
    }
    if !one.emails.is_disjoint(&other.emails) {
        reasons.push(LikenessReason::SameEmail);
    } else if !one.domains.is_disjoint(&other.domains) {
        reasons.push(LikenessReason::SameDomain);
    }
    if !one.phones.is_disjoint(&other.phones) {
        reasons.push(LikenessReason::SamePhone);
    }
    if let (Some(own), Some(its)) = (&one.profile.tax_id, &other.profile.tax_id)
        && own != its
    {
        reasons.push(LikenessReason::OtherTaxId);
    }
    let (first, second) = (one.profile.customer, other.profile.customer);
    Likeness {
        one: first.min(second),
        other: first.max(second),
        points: reasons.iter().map(|reason| reason.points()).sum(),
        reasons,
    }
}

/// How much of the letter pairs of two texts is common, 0–100 (Dice's coefficient).
pub fn common_pairs(one: &str, other: &str) -> u8 {
    let pairs = |text: &str| -> BTreeMap<(char, char), usize> {
        let mut counted = BTreeMap::new();
        for pair in text.chars().zip(text.chars().skip(1)) {
            *counted.entry(pair).or_default() += 1;
        }
        counted
    };
    let (own, its) = (pairs(one), pairs(other));
    let all: usize = own.values().chain(its.values()).sum();
    if all == 0 {
        return 0;
    }
    let shared: usize =
        own.iter().map(|(pair, count)| (*count).min(its.get(pair).copied().unwrap_or(0))).sum();
    u8::try_from(200 * shared / all).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn profile(id: i64, name: &str) -> Profile {
        Profile {
            customer: CustomerId(id),
            name: name.to_owned(),
            tax_id: None,
            emails: Vec::new(),
            phones: Vec::new(),
        }
    }

    #[test]
    fn company_forms_accents_and_order_do_not_make_another_company() {
        let same = [
            "Construcciones Peñalolén S.A.",
            "CONSTRUCCIONES PENALOLEN SPA",
            "Peñalolén, Construcciones S. de R.L. de C.V.",
            "Sociedad de Construcciones Peñalolén Limitada",
        ];
        for name in same {
            assert_eq!(name_words(name), ["construcciones", "penalolen"], "{name}");
        }
        assert_eq!(name_words("S.A."), ["a", "s"]);
    }

    #[test]
    fn the_reasons_are_said_and_add_up() {
        let one = Profile {
            emails: vec!["pagos@molino.example".to_owned()],
            phones: vec!["+56 2 2345 6789".to_owned()],
            tax_id: Some("761920839".to_owned()),
            ..profile(1, "Molino Sur Ltda.")
        };
        let other = Profile {
            emails: vec!["Ana@molino.example".to_owned()],
            phones: vec!["(2) 2345-6789".to_owned()],
            tax_id: Some("967902403".to_owned()),
            ..profile(2, "Molinos Sur SpA")
        };
        let found = likely_same(&[one, other]);
        assert_eq!(found.len(), 1);
        let similar = found[0].reasons[0];
        assert!(matches!(similar, LikenessReason::SimilarName(82..=99)), "{similar:?}");
        use LikenessReason::{OtherTaxId, SameDomain, SamePhone};
        assert_eq!(found[0].reasons[1..], [SameDomain, SamePhone, OtherTaxId]);
        assert_eq!(found[0].points, 45 + 20 + 30 - 30);
    }

    #[test]
    fn likeness_of_names_alone_does_not_outweigh_other_tax_ids() {
        let named = |id, tax_id: &str| Profile {
            tax_id: Some(tax_id.to_owned()),
            ..profile(id, "Comercial Andina SA")
        };
        assert!(likely_same(&[named(1, "1"), named(2, "2")]).is_empty());
        assert_eq!(likely_same(&[named(1, "1"), named(2, "1")])[0].points, 60);
    }

    #[test]
    fn an_address_at_a_public_provider_tells_nothing() {
        let at = |id, name: &str, email: &str| Profile {
            emails: vec![email.to_owned()],
            ..profile(id, name)
        };
        let strangers = [at(1, "Ana Soto", "ana@gmail.com"), at(2, "Luis Paz", "luis@gmail.com")];
        assert!(likely_same(&strangers).is_empty());
    }

    proptest! {
        #[test]
        fn any_names_are_compared_alike_both_ways(a in ".{0,40}", b in ".{0,40}") {
            let there = likely_same(&[profile(1, &a), profile(2, &b)]);
            let back = likely_same(&[profile(2, &b), profile(1, &a)]);
            prop_assert_eq!(there, back);
        }
    }
}
