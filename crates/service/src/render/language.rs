//! Decides how words, dates and amounts are written in each language of messages and statements.
//!
//! Words are files under `templates/words`, compiled in: `es` and `en` are complete, the countries'
//! files hold only what differs from `es`. This module knows nothing of what the words are for.

use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::money::plain;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

/// The language, and where it matters the country, a message or a statement is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Neutral Spanish.
    Es,
    /// Spanish of Chile.
    EsCl,
    /// Spanish of Mexico.
    EsMx,
    /// Spanish of Spain.
    EsEs,
    /// English.
    En,
}

/// The text is not the tag of a language that messages can be written in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown language {0:?}: es, es-CL, es-MX, es-ES or en is expected")]
pub struct UnknownLanguage(pub String);

impl Language {
    /// Every language, in the order a choice is offered.
    pub const ALL: [Language; 5] =
        [Language::Es, Language::EsCl, Language::EsMx, Language::EsEs, Language::En];

    /// The BCP 47 tag: `es`, `es-CL`, `es-MX`, `es-ES`, `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Es => "es",
            Language::EsCl => "es-CL",
            Language::EsMx => "es-MX",
            Language::EsEs => "es-ES",
            Language::En => "en",
        }
    }

    /// The word or phrase of a key, or the key itself when the word files lack it (a test proves
    /// that they lack none that is used).
    pub fn word(self, key: &'static str) -> &'static str {
        static WORDS: OnceLock<BTreeMap<Language, BTreeMap<&'static str, &'static str>>> =
            OnceLock::new();
        let words = WORDS.get_or_init(|| {
            Language::ALL.into_iter().map(|language| (language, words_of(language))).collect()
        });
        words.get(&self).and_then(|words| words.get(key)).copied().unwrap_or(key)
    }

    /// The phrase of a key with its `{name}` places filled in one pass, so that a value that
    /// happens to contain braces stays as it is.
    pub fn phrase(self, key: &'static str, values: &[(&str, &str)]) -> String {
        let mut rest = self.word(key);
        let mut text = String::with_capacity(rest.len() + 32);
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                rest = after;
                break;
            };
            let value = values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            text.push_str(value.unwrap_or_default());
            rest = tail;
        }
        text.push_str(rest);
        text
    }

    /// A date as people of the place write it: `21-11-2026` (neutral and Chile), `21/11/2026`
    /// (Mexico and Spain), `21 Nov 2026` (English, which has two orders of day and month).
    pub fn date(self, day: Day) -> String {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (year, month, day) = day.ymd();
        match self {
            Language::Es | Language::EsCl => format!("{day:02}-{month:02}-{year:04}"),
            Language::EsMx | Language::EsEs => format!("{day:02}/{month:02}/{year:04}"),
            Language::En => format!("{day} {} {year}", MONTHS[month as usize - 1]),
        }
    }

    /// The number of an amount without its currency, grouped by thousands, for columns whose
    /// heading names the currency: `1.190.000`, `12,500.00`.
    pub fn number(self, minor: i128, currency: Currency) -> String {
        let (group, decimal) = match self {
            Language::EsMx | Language::En => (',', '.'),
            Language::Es | Language::EsCl | Language::EsEs => ('.', ','),
        };
        let text = plain(minor, currency);
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut number = String::with_capacity(text.len() + text.len() / 3);
        number.push_str(sign);
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                number.push(group);
            }
            number.push(digit);
        }
        if !fraction.is_empty() {
            number.push(decimal);
            number.push_str(fraction);
        }
        number
    }

    /// An amount with its currency: `$ 1.190.000`, `$ 12,500.00`, `12.500,00 €`, `US$ 40,00`,
    /// `UF 38,1234`. A bare `$` is only used for the reader's own peso; any other peso shows its
    /// code, so that two kinds of peso on one page cannot be taken for each other.
    pub fn amount(self, minor: i128, currency: Currency) -> String {
        let (sign, magnitude) = if minor < 0 { ("-", -minor) } else { ("", minor) };
        let number = self.number(magnitude, currency);
        let own_peso = matches!(
            (self, currency),
            (Language::EsCl, Currency::CLP) | (Language::EsMx, Currency::MXN)
        );
        match currency {
            _ if own_peso => format!("{sign}$ {number}"),
            Currency::EUR if self == Language::En => format!("{sign}€{number}"),
            Currency::EUR => format!("{sign}{number} €"),
            Currency::USD => format!("{sign}US$ {number}"),
            Currency::CLF => format!("{sign}UF {number}"),
            Currency::MXV => format!("{sign}UDI {number}"),
            other => format!("{sign}{other} {number}"),
        }
    }

    /// Several things in one sentence: `a`, `a y b`, `a, b y c`.
    pub fn list(self, parts: &[String]) -> String {
        match parts {
            [] => String::new(),
            [only] => only.clone(),
            [first @ .., last] => {
                self.phrase("list.and", &[("first", &first.join(", ")), ("last", last)])
            }
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;
    fn from_str(text: &str) -> Result<Language, UnknownLanguage> {
        Language::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownLanguage(text.to_owned()))
    }
}

const ES: &str = include_str!("../../templates/words/es.txt");

fn words_of(language: Language) -> BTreeMap<&'static str, &'static str> {
    let files: &[&'static str] = match language {
        Language::Es => &[ES],
        Language::EsCl => &[ES, include_str!("../../templates/words/es-CL.txt")],
        Language::EsMx => &[ES, include_str!("../../templates/words/es-MX.txt")],
        Language::EsEs => &[ES, include_str!("../../templates/words/es-ES.txt")],
        Language::En => &[include_str!("../../templates/words/en.txt")],
    };
    files.iter().flat_map(|file| entries(file)).collect()
}

/// The `key = text` lines of a word file; `#` starts a comment line.
fn entries(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, text)| (key.trim(), text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_the_reader_writes_them() {
        let cop: Currency = "COP".parse().unwrap();
        for (language, minor, currency, written) in [
            (Language::EsCl, 1_190_000, Currency::CLP, "$ 1.190.000"),
            (Language::EsMx, 1_250_000, Currency::MXN, "$ 12,500.00"),
            (Language::EsEs, 1_250_000, Currency::EUR, "12.500,00 €"),
            (Language::En, -1_250_000, Currency::EUR, "-€12,500.00"),
            (Language::EsCl, -990, Currency::CLP, "-$ 990"),
            (Language::EsCl, 1_250_000, Currency::MXN, "MXN 12.500,00"),
            (Language::EsMx, 100_000, Currency::CLP, "CLP 100,000"),
            (Language::EsCl, 381_234, Currency::CLF, "UF 38,1234"),
            (Language::EsMx, 5, Currency::USD, "US$ 0.05"),
            (Language::Es, 123_456_789, cop, "COP 1.234.567,89"),
            (Language::EsEs, 100, Currency::EUR, "1,00 €"),
        ] {
            assert_eq!(language.amount(minor, currency), written);
        }
    }

    #[test]
    fn dates_are_written_as_the_reader_writes_them() {
        let day = "2026-03-05".parse().unwrap();
        assert_eq!(Language::EsCl.date(day), "05-03-2026");
        assert_eq!(Language::EsMx.date(day), "05/03/2026");
        assert_eq!(Language::En.date(day), "5 Mar 2026");
    }

    #[test]
    fn both_complete_languages_have_the_same_keys_and_the_countries_no_others() {
        let spanish = words_of(Language::Es);
        let english = words_of(Language::En);
        assert_eq!(spanish.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>());
        for language in Language::ALL {
            assert_eq!(words_of(language).len(), spanish.len(), "{language} has a key es lacks");
        }
    }

    #[test]
    fn every_place_to_fill_is_the_same_in_both_languages() {
        let places = |text: &str| -> std::collections::BTreeSet<String> {
            text.split('{').skip(1).filter_map(|t| t.split_once('}')).map(|t| t.0.into()).collect()
        };
        for (key, spanish) in words_of(Language::Es) {
            for language in Language::ALL {
                let other = language.word(key);
                assert_eq!(places(spanish), places(other), "{key} in {language}");
            }
        }
    }

    #[test]
    fn a_value_with_braces_is_not_filled_again() {
        let text = Language::Es.phrase("greeting.named", &[("name", "{name} & co")]);
        assert_eq!(text, "Hola, {name} & co:");
    }

    #[test]
    fn lists_read_as_sentences() {
        let parts =
            |n: usize| ["a", "b", "c"][..n].iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        assert_eq!(Language::Es.list(&parts(1)), "a");
        assert_eq!(Language::Es.list(&parts(3)), "a, b y c");
        assert_eq!(Language::En.list(&parts(2)), "a and b");
    }
}
