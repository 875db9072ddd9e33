//! Whether two records tell of the same money: a movement of a bank account told by two messages,
//! or a movement and a payment recorded from elsewhere.
//!
//! Decides from amount, days, references and payer, and says what it decided by. Refuses to guess:
//! equal amounts alone are two facts. Knows nothing of which records there are.

use crate::date::Day;
use crate::money::Money;
use std::collections::BTreeSet;
use std::fmt;

/// Days by which one message may date a movement otherwise than another.
pub const MOVEMENT_DAYS: i32 = 3;
/// Days by which the day a payment was written down for may differ from the bank's.
pub const PAYMENT_DAYS: i32 = 5;
/// Shortest reference that says anything.
const SHORTEST_REFERENCE: usize = 4;
/// Shortest number believed to be a reference where it stands in free text.
const SHORTEST_NUMBER: usize = 6;
/// Shortest tax id of any country.
const SHORTEST_ID: usize = 8;
/// What formats write where there is no reference, as [`reference_key`] would have it.
const NO_REFERENCE: [&str; 4] = ["NONREF", "NOREF", "NOTPROVIDED", "NOPROPORCIONADO"];

/// What one record says of the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// How much; negative when it left the account.
    pub amount: Money,
    /// The day the record gives it.
    pub on: Day,
    /// The bank's own reference of the movement, by [`reference_key`].
    pub own_reference: Option<String>,
    /// Every reference, the bank's own among them, by [`reference_key`].
    pub references: Vec<String>,
    /// Free text.
    pub text: String,
    /// Tax id of who paid, in its normal form, letters and digits only.
    pub payer_tax_id: Option<String>,
    /// Name of who paid, in comparable words.
    pub payer_name: Option<String>,
}

/// What speaks for two records being of the same money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Both carry this reference.
    Reference(String),
    /// Both name the payer by tax id.
    TaxId,
    /// Both name the payer alike.
    PayerName,
    /// Neither record could be of any other.
    OnlyOne,
    /// How many days lie between them.
    DaysApart(i32),
}

impl fmt::Display for Evidence {
    /// The words kept in the store.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::Reference(reference) => write!(f, "reference:{reference}"),
            Evidence::TaxId => f.write_str("tax_id"),
            Evidence::PayerName => f.write_str("payer_name"),
            Evidence::OnlyOne => f.write_str("only_one"),
            Evidence::DaysApart(days) => write!(f, "days_apart:{days}"),
        }
    }
}

/// How two messages that tell of movements relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    /// Both are final: one statement in two formats. Two movements are easily alike, so the day
    /// must agree and the bank's own references must not differ.
    BothFinal,
    /// One is told again by the other, as an advice is by the statement.
    OneRepeats,
    /// The same, and there is only one movement of that amount and day on either side.
    OneRepeatsAlone,
}

/// A reference as it is compared: letters and digits, upper case, without leading zeros. `None`
/// when it is too short, has no digit, or is what formats write for «none».
pub fn reference_key(text: &str) -> Option<String> {
    let kept = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase);
    let key: String = kept.skip_while(|c| *c == '0').collect();
    let says = key.len() >= SHORTEST_REFERENCE && key.contains(|c: char| c.is_ascii_digit());
    (says && !NO_REFERENCE.contains(&key.as_str())).then_some(key)
}

/// Whether two messages tell of one movement of an account; `None` when they do not, or when
/// nothing but the amount speaks for it.
pub fn same_movement(one: &Telling, other: &Telling, messages: Messages) -> Option<Vec<Evidence>> {
    let apart = (one.on - other.on).abs();
    if one.amount != other.amount || apart > MOVEMENT_DAYS {
        return None;
    }
    let differ = matches!((&one.own_reference, &other.own_reference), (Some(a), Some(b)) if a != b);
    if messages == Messages::BothFinal && (apart != 0 || differ) {
        return None;
    }
    let days = Evidence::DaysApart(apart);
    if let Some(shared) = one.references.iter().find(|r| other.references.contains(r)) {
        return Some(vec![Evidence::Reference(shared.clone()), days]);
    }
    let one_is_silent = one.references.is_empty() || other.references.is_empty();
    let is_alone = messages == Messages::OneRepeatsAlone && apart == 0;
    (is_alone && one_is_silent).then(|| vec![Evidence::OnlyOne, days])
}

/// Whether a credit on the account is the money of a recorded payment; `None` when it is not, or
/// when neither a reference nor the payer speaks for it.
pub fn same_payment(entry: &Telling, payment: &Telling) -> Option<Vec<Evidence>> {
    let apart = (entry.on - payment.on).abs();
    if entry.amount != payment.amount || entry.amount.minor <= 0 || apart > PAYMENT_DAYS {
        return None;
    }
    let (said, noted) = (entry.said(), payment.said());
    let shared = said.intersection(&noted).max_by_key(|reference| reference.len());
    let mut evidence: Vec<Evidence> =
        shared.cloned().map(Evidence::Reference).into_iter().collect();
    match &payment.payer_tax_id {
        Some(tax_id) if entry.clues().contains(tax_id) => evidence.push(Evidence::TaxId),
        // Another payer by number: only a reference makes it the same money.
        Some(_) if entry.payer_tax_id.is_some() && evidence.is_empty() => return None,
        _ => {}
    }
    if entry.payer_name.is_some() && entry.payer_name == payment.payer_name {
        evidence.push(Evidence::PayerName);
    }
    (!evidence.is_empty()).then(|| {
        evidence.push(Evidence::DaysApart(apart));
        evidence
    })
}

impl Telling {
    /// Every reference it carries, those among the words of its text included, and the numbers
    /// inside them: `OP-778899` is also told as `778899`.
    pub fn said(&self) -> BTreeSet<String> {
        let blank = |c: char| c.is_whitespace();
        let stop = |c: char| !c.is_alphanumeric();
        // `76.192.083-9/FACT-1042`: numbers are written with dots and hyphens, and run together.
        let most = |c: char| !(c.is_alphanumeric() || c == '.' || c == '-');
        let words =
            self.text.split(blank).chain(self.text.split(stop)).chain(self.text.split(most));
        let found = words.filter_map(reference_key).filter(|word| says_enough(word));
        let mut said: BTreeSet<String> = self.references.iter().cloned().chain(found).collect();
        let digits = |word: &String| {
            let runs = word.split(|c: char| !c.is_ascii_digit()).filter_map(reference_key);
            runs.filter(|number| says_enough(number)).collect::<Vec<_>>()
        };
        let numbers: Vec<String> = said.iter().flat_map(digits).collect();
        said.extend(numbers);
        said
    }

    /// What it says, and who paid by tax id; with and without a country before the number, as in
    /// `ESB12345674`.
    pub fn clues(&self) -> BTreeSet<String> {
        let mut clues = self.said();
        clues.extend(self.payer_tax_id.clone());
        let without_country = |clue: &String| {
            let (country, rest) = clue.split_at_checked(2)?;
            let has_country = country.bytes().all(|b| b.is_ascii_alphabetic());
            (has_country && rest.len() >= SHORTEST_ID).then(|| rest.to_owned())
        };
        let more: Vec<String> = clues.iter().filter_map(without_country).collect();
        clues.extend(more);
        clues
    }
}

/// Whether a word of free text can be a reference: a short number may be a year, a day or a sum.
fn says_enough(word: &str) -> bool {
    let is_number = word.bytes().all(|b| b.is_ascii_digit());
    let years = ["19", "20"];
    let is_date = word.len() == 8
        && (years.iter().any(|y| word.starts_with(y))
            || years.iter().any(|y| word[4..].starts_with(y)));
    !is_number || (word.len() >= SHORTEST_NUMBER && !is_date)
}

/// How strong evidence is: more kinds first, then fewer days apart.
pub fn strength(evidence: &[Evidence]) -> (usize, i32) {
    let apart = evidence.iter().find_map(|e| match e {
        Evidence::DaysApart(days) => Some(*days),
        _ => None,
    });
    (evidence.len(), -apart.unwrap_or(PAYMENT_DAYS))
}

/// The evidence in the words kept in the store, parted by blanks.
pub fn words(evidence: &[Evidence]) -> String {
    evidence.iter().map(Evidence::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::currency::Currency;

    fn telling(minor: i64, on: &str, references: &[&str]) -> Telling {
        Telling {
            amount: Money::new(minor, Currency::EUR),
            on: on.parse().unwrap(),
            own_reference: None,
            references: references.iter().filter_map(|text| reference_key(text)).collect(),
            text: String::new(),
            payer_tax_id: None,
            payer_name: None,
        }
    }

    #[test]
    fn an_advice_and_its_statement_are_one_movement_by_their_reference() {
        let advice = telling(10_000, "2026-04-09", &["F-2026/0101"]);
        let booked = telling(10_000, "2026-04-10", &["f2026 0101", "X9876"]);
        let found = same_movement(&advice, &booked, Messages::OneRepeats);
        let expected = vec![Evidence::Reference("F20260101".into()), Evidence::DaysApart(1)];
        assert_eq!(found, Some(expected));
        let late = telling(10_000, "2026-04-13", &["F20260101"]);
        assert_eq!(same_movement(&advice, &late, Messages::OneRepeats), None);
        let other = telling(10_001, "2026-04-10", &["F20260101"]);
        assert_eq!(same_movement(&advice, &other, Messages::OneRepeats), None);
    }

    #[test]
    fn an_amount_alone_is_only_believed_where_nothing_else_can_be_meant() {
        let advice = telling(10_000, "2026-04-10", &[]);
        let booked = telling(10_000, "2026-04-10", &["X9876"]);
        assert_eq!(same_movement(&advice, &booked, Messages::OneRepeats), None);
        assert!(same_movement(&advice, &booked, Messages::OneRepeatsAlone).is_some());
        let contrary = telling(10_000, "2026-04-10", &["Y1234"]);
        assert_eq!(same_movement(&contrary, &booked, Messages::OneRepeatsAlone), None);
    }

    #[test]
    fn two_statements_tell_one_movement_only_on_one_day_and_under_one_bank_reference() {
        let with = |on, own: &str| Telling {
            own_reference: reference_key(own),
            ..telling(10_000, on, &["F20260101", own])
        };
        let (one, same) = (with("2026-04-10", "A0001"), with("2026-04-10", "A0001"));
        assert!(same_movement(&one, &same, Messages::BothFinal).is_some());
        let paid_again = with("2026-04-10", "A0002");
        assert_eq!(same_movement(&one, &paid_again, Messages::BothFinal), None);
        let next_day = telling(10_000, "2026-04-11", &["F20260101"]);
        assert_eq!(same_movement(&one, &next_day, Messages::BothFinal), None);
    }

    #[test]
    fn a_credit_is_a_recorded_payment_by_reference_or_payer_and_not_by_amount() {
        let credit = Telling {
            text: "PAGO RECIBIDO 076192083-9 FACT 1042".to_owned(),
            ..telling(119_000, "2026-04-10", &["OP-778899"])
        };
        let payment = telling(119_000, "2026-04-12", &[]);
        assert_eq!(same_payment(&credit, &payment), None);
        let by_number = telling(119_000, "2026-04-12", &["778899"]);
        let found = same_payment(&credit, &by_number).unwrap();
        assert_eq!(words(&found), "reference:778899 days_apart:2");
        let by_payer = Telling { payer_tax_id: Some("761920839".into()), ..payment.clone() };
        assert_eq!(words(&same_payment(&credit, &by_payer).unwrap()), "tax_id days_apart:2");
        let of_another = Telling { payer_tax_id: Some("888888888".into()), ..payment };
        assert_eq!(same_payment(&credit, &of_another), None);
    }

    #[test]
    fn another_payer_pays_for_a_customer_only_when_the_reference_says_so() {
        let credit = Telling {
            payer_tax_id: Some("888888888".into()),
            ..telling(500, "2026-04-10", &["F1042"])
        };
        let payment = Telling {
            payer_tax_id: Some("761920839".into()),
            payer_name: Some("casa".into()),
            ..telling(500, "2026-04-10", &[])
        };
        assert_eq!(same_payment(&credit, &payment), None);
        let named = Telling { references: vec!["F1042".into()], ..payment };
        assert!(same_payment(&credit, &named).is_some());
    }

    #[test]
    fn a_year_or_a_day_in_a_text_is_no_reference() {
        let text = "PAGO 2026 DEL 20260410 Y 10042026 FACT-1042 76.192.083-9/778899";
        let said = Telling { text: text.to_owned(), ..telling(1, "2026-04-10", &[]) }.said();
        let expected = ["761920839", "761920839778899", "778899", "FACT1042"];
        let words: Vec<&str> = said.iter().map(String::as_str).collect();
        assert!(expected.iter().all(|word| words.contains(word)), "{words:?}");
        assert!(!words.iter().any(|word| word.starts_with("20") || word.ends_with("2026")));
    }

    #[test]
    fn what_formats_write_for_none_is_no_reference() {
        for nothing in ["NONREF", "NOTPROVIDED", "0000000000", "12", "TRANSFERENCIA", ""] {
            assert_eq!(reference_key(nothing), None, "{nothing:?}");
        }
        assert_eq!(reference_key("0000012345").as_deref(), Some("12345"));
    }
}
