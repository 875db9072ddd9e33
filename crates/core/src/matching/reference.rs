//! What a payer wrote that may name a document: numbers with and without series and zeros, lists,
//! and how many more he said there were. Says how sure each spelling is; knows no documents.

use crate::likeness::plain_letter;

/// Words after which even a short number is a document's.
const LABELS: [&str; 29] = [
    "fact",
    "factura",
    "facturas",
    "fac",
    "fra",
    "fras",
    "fv",
    "fc",
    "ft",
    "inv",
    "invoice",
    "invoices",
    "bill",
    "bol",
    "boleta",
    "doc",
    "docs",
    "documento",
    "documentos",
    "folio",
    "folios",
    "nro",
    "num",
    "numero",
    "no",
    "n",
    "cfdi",
    "dte",
    "recibo",
];
/// Words that join the members of a list.
const JOINING: [&str; 6] = ["y", "e", "and", "a", "al", "con"];
/// Words that say that what was named is not all: `y 3 más`.
const MORE: [&str; 8] = ["mas", "more", "otra", "otro", "otras", "otros", "other", "others"];
/// Shortest number that may be a document's where nothing says so.
const SHORTEST_UNSAID: usize = 4;
/// Most numbers and words of one line that are looked at: no statement has more.
const MOST_WORDS: usize = 400;

/// A number a payer wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// As written.
    pub text: String,
    /// Its digits as a number, leading zeros left out.
    pub value: u64,
    /// How many digits were written.
    pub digits: usize,
    /// Whether a word before it, or the list it stands in, calls it a document.
    pub is_labelled: bool,
}

/// What a text may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Spellings with a series or groups, as written, each with its keys ([`keys`]).
    pub spellings: Vec<(String, Vec<u64>)>,
    /// Numbers.
    pub numbers: Vec<Number>,
    /// How many documents more there are than those named, where it says so.
    pub more: Option<usize>,
}

/// The keys under which a document's number is found, whatever is written between its parts:
/// letters and digits run together as they are, and group by group without leading zeros. Nothing
/// for what is too short to name anything.
pub fn keys(number: &str) -> Vec<u64> {
    let squeezed: String = upper(number).filter(char::is_ascii_alphanumeric).collect();
    let groups = groups(number);
    let has_letter = squeezed.bytes().any(|b| b.is_ascii_alphabetic());
    let has_digit = squeezed.bytes().any(|b| b.is_ascii_digit());
    let says = has_digit && (has_letter && squeezed.len() >= 2 || squeezed.len() >= 5);
    if !says {
        return Vec::new();
    }
    let mut keys = vec![key(&squeezed)];
    if groups.len() > 1 {
        keys.push(key(&groups.join("|")));
    }
    keys.dedup();
    keys
}

/// The running number of a document: its last group of digits, without zeros before it, and how
/// many digits that group has. `None` where it has no digits, or more than a number holds.
pub fn running_number(number: &str) -> Option<(u64, usize)> {
    let digits: String = number
        .trim_end_matches(|c: char| !c.is_ascii_digit())
        .chars()
        .rev()
        .take_while(char::is_ascii_digit)
        .collect();
    let digits: String = digits.chars().rev().collect();
    let value: u64 = digits.parse().ok()?;
    (value > 0 && digits.len() <= 18).then_some((value, digits.len()))
}

/// Letters in upper case without accents, everything else as it is.
fn upper(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|c| match plain_letter(c) {
        ' ' => c,
        plain => plain.to_ascii_uppercase(),
    })
}

/// Runs of letters and runs of digits, the digits without leading zeros.
fn groups(text: &str) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    let mut last = ' ';
    for letter in upper(text) {
        let kind = match letter {
            _ if letter.is_ascii_digit() => '0',
            _ if letter.is_ascii_alphabetic() => 'A',
            _ => ' ',
        };
        if kind != ' ' {
            match groups.last_mut() {
                Some(group) if kind == last => group.push(letter),
                _ => groups.push(letter.to_string()),
            }
        }
        last = kind;
    }
    let bare = |group: String| match group.trim_start_matches('0') {
        "" if group.starts_with('0') => "0".to_owned(),
        rest => rest.to_owned(),
    };
    groups.into_iter().map(bare).collect()
}

/// The same number for the same text on every machine (FNV-1a, 64 bits).
pub(super) fn key(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A word of the text without the punctuation around it.
struct Word<'t> {
    text: &'t str,
    plain: String,
    digits: usize,
    letters: usize,
}

impl Word<'_> {
    fn is_number(&self) -> bool {
        self.digits > 0 && self.letters == 0
    }
}

fn split(text: &str) -> Vec<Word<'_>> {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '/' | '.' | '_');
    text.split(|c: char| !inside(c))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS)
        .map(|word| Word {
            text: word,
            plain: word.chars().map(plain_letter).filter(|c| *c != ' ').collect(),
            digits: word.chars().filter(char::is_ascii_digit).count(),
            letters: word.chars().filter(|c| c.is_alphabetic()).count(),
        })
        .collect()
}

/// What a text may name, in the order it stands there.
pub fn named(text: &str) -> Named {
    let words = split(text);
    let mut named = Named::default();
    let mut is_listed = false;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let next = words.get(at + 1);
        if let (true, Some(after)) = (word.is_number() && word.digits <= 2, next)
            && MORE.contains(&after.plain.as_str())
        {
            named.more = word.text.parse().ok();
            (is_listed, at) = (false, at + 2);
            continue;
        }
        if word.digits == 0 {
            is_listed = LABELS.contains(&word.plain.as_str())
                || (is_listed && JOINING.contains(&word.plain.as_str()));
            if let Some(after) = next.filter(|after| word.letters <= 6 && after.digits > 0) {
                spell(&mut named, &format!("{} {}", word.text, after.text));
            }
        } else {
            let is_labelled = is_listed || starts_with_label(word);
            spell(&mut named, word.text);
            if word.text.contains(['-', '/', '.', '_']) {
                word.text.split(['-', '/', '.', '_']).for_each(|part| spell(&mut named, part));
            }
            count(&mut named, word.text, is_labelled);
            // `F-1042, 1043 y 1044`: what follows a document in a list is one too.
            is_listed = is_labelled || word.letters > 0;
        }
        at += 1;
    }
    named
}

fn starts_with_label(word: &Word<'_>) -> bool {
    let letters: String = word.plain.chars().take_while(|c| c.is_alphabetic()).collect();
    LABELS.contains(&letters.as_str())
}

fn spell(named: &mut Named, text: &str) {
    let keys = keys(text);
    if !keys.is_empty() && !named.spellings.iter().any(|(there, _)| there == text) {
        named.spellings.push((text.to_owned(), keys));
    }
}

fn count(named: &mut Named, text: &str, is_labelled: bool) {
    for run in text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()) {
        let Ok(value) = run.parse::<u64>() else { continue };
        let is_long = run.len() >= SHORTEST_UNSAID && run.len() <= 18;
        let says = value > 0 && run.len() <= 18 && (is_labelled || is_long && !is_date(run));
        if says && !named.numbers.iter().any(|there| there.value == value) {
            let number = Number { text: run.to_owned(), value, digits: run.len(), is_labelled };
            named.numbers.push(number);
        }
    }
}

/// A year, or a day written without separators.
fn is_date(run: &str) -> bool {
    let year = |text: &str| text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    year(run) || run.len() == 8 && (year(&run[..4]) || year(&run[4..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(number: &str, written: &str) -> bool {
        let named = named(written);
        let own = keys(number);
        named.spellings.iter().any(|(_, keys)| keys.iter().any(|key| own.contains(key)))
    }

    #[test]
    fn a_number_is_found_however_its_series_and_zeros_are_written() {
        for written in ["F00008118", "f-8118", "PAGO F 8118.", "(F/0008118)", "REF:F-00008118 OK"] {
            assert!(meets("F00008118", written), "{written}");
        }
        assert!(meets("INV-01-001", "INV 01-001 2% early pay"));
        assert!(!meets("INV-01-001", "INV-01-011"));
        assert!(!meets("F00008118", "PAGO F00081180"));
    }

    #[test]
    fn a_bare_number_names_a_document_only_where_it_is_long_or_called_one() {
        let values = |text| named(text).numbers.iter().map(|n| n.value).collect::<Vec<_>>();
        assert_eq!(values("FACT 21"), [21]);
        assert_eq!(values("PAGO 21"), Vec::<u64>::new());
        assert_eq!(values("FACTURAS 101, 102 Y 103"), [101, 102, 103]);
        assert_eq!(values("TRANSF 20260410 2026"), Vec::<u64>::new());
        assert_eq!(values("OP 778899"), [778_899]);
    }

    #[test]
    fn how_many_more_there_are_is_no_document() {
        let said = named("PAGO F00001042 Y 3 MAS");
        assert_eq!(said.more, Some(3));
        assert_eq!(said.numbers.iter().map(|n| n.value).collect::<Vec<_>>(), [1042]);
        assert_eq!(named("F-1042 and 2 more").more, Some(2));
        assert_eq!(named("F-1042 y 2").more, None);
    }

    #[test]
    fn the_running_number_is_the_last_group_of_digits() {
        assert_eq!(running_number("F00008118"), Some((8118, 8)));
        assert_eq!(running_number("FV-2024/0456"), Some((456, 4)));
        assert_eq!(running_number("SIN"), None);
        assert_eq!(running_number("A-0"), None);
    }
}
