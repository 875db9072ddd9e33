//! The parts of single lines of MT940 and MT942: the entry line `:61:`, balances, sums, dates.
//! Decides what each character is, as SWIFT and the habits of banks have it; refuses to know what
//! the parts mean for a statement.

use super::amounts;
use crate::record::BalanceRecord;
use puntual_core::date::Day;
use rust_decimal::Decimal;

/// Two digits from this on are years of the last century: no statement is older than the format.
const FIRST_YEAR: i32 = 80;

/// The first line of `:61:`, cut into its parts: `6!n[4!n]2a[1!a]15d1!a3!c16x[//16x]`.
#[derive(Debug, PartialEq, Eq)]
pub struct EntryLine<'a> {
    /// Value date, `YYMMDD`.
    pub value: &'a str,
    /// Entry date, `MMDD`; empty when not given.
    pub entry: &'a str,
    /// What the mark says.
    pub mark: Mark,
    /// The amount as written.
    pub amount: &'a str,
    /// The transaction type (`NTRF`); empty when the line ends before it.
    pub kind: &'a str,
    /// The account owner's reference, `NONREF` included.
    pub reference: &'a str,
    /// The bank's reference, after `//`.
    pub bank_reference: &'a str,
}

/// The mark of debit or credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Whether money came in. The reversal of a credit takes it out again.
    pub is_credit: bool,
    /// Whether an earlier entry is taken back.
    pub is_reversal: bool,
    /// Whether it is only expected (`EC`, `ED` of MT942).
    pub is_expected: bool,
}

/// Cuts an entry line; `None` when its beginning is not one. An amount that is none is left for
/// the caller to say so: everything up to the transaction type.
pub fn entry_line(text: &str) -> Option<EntryLine<'_>> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (dates, rest) = text.split_at(digits);
    let (value, entry) = match digits {
        6 | 10 => dates.split_at(6),
        // Some banks write the century.
        8 | 12 => dates[2..].split_at(6),
        _ => return None,
    };
    let (mark, rest) = mark(rest.trim_start())?;
    let rest = rest.trim_start();
    // The funds code is the third letter of the currency; no amount begins with a letter.
    let rest = rest.strip_prefix(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest).trim_start();
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.')));
    let (amount, after) = rest.split_at(end.unwrap_or(rest.len()));
    let after = after.trim_start();
    let Some((kind, references)) = kind(amount, after) else {
        // Not a transaction type: the amount is longer than its digits, and no amount.
        return Some(EntryLine {
            value,
            entry,
            mark,
            amount: rest,
            kind: "",
            reference: "",
            bank_reference: "",
        });
    };
    let (reference, bank_reference) = references.split_once("//").unwrap_or((references, ""));
    let (reference, bank_reference) = (reference.trim(), bank_reference.trim());
    Some(EntryLine { value, entry, mark, amount, kind, reference, bank_reference })
}

fn mark(text: &str) -> Option<(Mark, &str)> {
    let (letter, rest) = match text.strip_prefix(['R', 'r', 'E', 'e']) {
        Some(rest) => (text.as_bytes()[0].to_ascii_uppercase(), rest),
        None => (0, text),
    };
    let is_credit = match rest.bytes().next()? {
        b'C' | b'c' => true,
        b'D' | b'd' => false,
        _ => return None,
    };
    let mark = Mark {
        is_credit: is_credit != (letter == b'R'),
        is_reversal: letter == b'R',
        is_expected: letter == b'E',
    };
    Some((mark, &rest[1..]))
}

/// The transaction type and what follows it. Nothing at all is an empty type. SWIFT has three first
/// letters; banks use others too, which are believed after an amount that is surely whole.
fn kind<'a>(amount: &str, text: &'a str) -> Option<(&'a str, &'a str)> {
    if text.is_empty() || text.starts_with("NONREF") {
        return Some(("", text));
    }
    let decimals = amount.split_once([',', '.']).map(|(_, decimals)| decimals.len());
    let is_whole = decimals.is_some_and(|decimals| decimals != 1);
    let fits = |kind: &str| {
        (kind.starts_with(['N', 'S', 'F'])
            || is_whole && kind.starts_with(|c: char| c.is_ascii_uppercase()))
            && kind[1..].bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ')
    };
    // A line may end inside a type filled with blanks.
    let end = text.len().min(4);
    let kind = text.get(..end).filter(|kind| fits(kind))?;
    Some((kind.trim_end(), &text[end..]))
}

/// A value date, and whether the calendar had to be helped: interest is reckoned with months of
/// thirty days, and 30 February becomes the last of the month.
pub fn value_day(text: &str) -> Option<(Day, bool)> {
    let (year, month, day) = six(text)?;
    if let Some(exact) = Day::new(year, month, day) {
        return Some((exact, false));
    }
    let last = Day::new(year, month, 1)?.month_end();
    (day > 28 && day <= 31).then_some((last, true))
}

/// The entry date, in the year that brings it nearest to the value date: an entry of 2 January
/// may have the value of 31 December, and the other way round.
pub fn entry_day(text: &str, value: &str) -> Option<Day> {
    let (year, value_month, value_day) = six(value)?;
    let (month, day) = (number(text.get(..2)?)?, number(text.get(2..)?)?);
    // Days of a year on the scale of thirty to a month: enough to compare, and sound for any value.
    let place = |month: u32, day: u32| i64::from(month) * 30 + i64::from(day);
    let apart = place(month, day) - place(value_month, value_day);
    let year = match apart {
        180.. => year - 1,
        ..=-180 => year + 1,
        _ => year,
    };
    Day::new(year, month, day)
}

/// A date `YYMMDD`.
pub fn day(text: &str) -> Option<Day> {
    let (year, month, day) = six(text)?;
    Day::new(year, month, day)
}

fn six(text: &str) -> Option<(i32, u32, u32)> {
    if text.len() != 6 || !text.is_ascii() {
        return None;
    }
    let year = number(&text[..2])? as i32;
    let year = if year < FIRST_YEAR { 2000 + year } else { 1900 + year };
    Some((year, number(&text[2..4])?, number(&text[4..])?))
}

fn number(text: &str) -> Option<u32> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// A balance: `1!a6!n3!a15d`. Parts that cannot be read are `None`; some banks leave the currency
/// out.
pub fn balance(code: &str, text: &str) -> BalanceRecord {
    let text = text.trim();
    let (sign, rest) = match text.as_bytes().first() {
        Some(b'C' | b'c') => (Some(true), &text[1..]),
        Some(b'D' | b'd') => (Some(false), &text[1..]),
        _ => (None, text),
    };
    let rest = rest.strip_prefix(['R', 'B']).unwrap_or(rest).trim_start();
    let (date, rest) = match rest.get(..6).filter(|date| date.bytes().all(|b| b.is_ascii_digit())) {
        Some(date) => (Some(date), &rest[6..]),
        None => (None, rest),
    };
    let (currency, amount) = currency_and_amount(rest);
    let amount = amount.filter(|_| date.is_some());
    let amount =
        sign.zip(amount).map(|(is_credit, amount)| if is_credit { amount } else { -amount });
    BalanceRecord { code: code.to_owned(), amount, currency, on: date.and_then(day) }
}

/// `EUR1000,00`; the currency may be absent.
pub fn currency_and_amount(text: &str) -> (Option<String>, Option<Decimal>) {
    let text = text.trim();
    let currency = text.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_uppercase()));
    let rest = currency.map_or(text, |_| text[3..].trim_start());
    (currency.map(str::to_owned), amounts::with_comma(rest))
}

/// The sum of debits or credits of MT942: `5n3!a15d`.
pub fn sum(text: &str) -> Option<(usize, Decimal)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    Some((text[..end].parse().ok()?, currency_and_amount(&text[end..]).1?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> [&str; 6] {
        let line = entry_line(text).unwrap();
        [line.value, line.entry, line.amount, line.kind, line.reference, line.bank_reference]
    }

    #[test]
    fn an_entry_line_is_cut_as_swift_says() {
        for (text, expected) in [
            (
                "0709040904CR300,NTRFTFNr 40005 MSGID//0724710345313905",
                ["070904", "0904", "300,", "NTRF", "TFNr 40005 MSGID", "0724710345313905"],
            ),
            ("2006080608D12,35 NRTIKREF+//20", ["200608", "0608", "12,35", "NRTI", "KREF+", "20"]),
            ("1710111011DF2402,00S   X", ["171011", "1011", "2402,00", "S", "X", ""]),
            ("110701CN50,00NZ10NONREF", ["110701", "", "50,00", "NZ10", "NONREF", ""]),
            ("260101C5,00NONREF", ["260101", "", "5,00", "", "NONREF", ""]),
            ("20260101 C 5,00 NMSC", ["260101", "", "5,00", "NMSC", "", ""]),
            ("260101C12..34NTRFX", ["260101", "", "12..34", "NTRF", "X", ""]),
            ("1610301031D0,42MCI0NONREF", ["161030", "1031", "0,42", "MCI0", "NONREF", ""]),
            ("260101C12,3X4NTRF", ["260101", "", "12,3X4NTRF", "", "", ""]),
            ("260101C12O,00NTRFX", ["260101", "", "12O,00NTRFX", "", "", ""]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
        for text in ["", "26010", "260101", "260101X5,00NTRF", "260101R5,00NTRF", "26ñ"] {
            assert_eq!(entry_line(text), None, "{text}");
        }
    }

    #[test]
    fn the_reversal_of_a_credit_is_a_debit() {
        for (mark, is_credit, is_reversal, is_expected) in [
            ("C", true, false, false),
            ("D", false, false, false),
            ("RC", false, true, false),
            ("RD", true, true, false),
            ("EC", true, false, true),
            ("ED", false, false, true),
            ("RCR", false, true, false),
            ("rc", false, true, false),
        ] {
            let text = format!("260101{mark}5,00NTRF");
            let found = entry_line(&text).unwrap().mark;
            assert_eq!(found, Mark { is_credit, is_reversal, is_expected }, "{mark}");
        }
    }

    #[test]
    fn entry_dates_are_near_their_value_dates() {
        let day = |text: &str| Day::parse_iso(text.as_bytes());
        assert_eq!(entry_day("0102", "251231"), day("2026-01-02"));
        assert_eq!(entry_day("1230", "260103"), day("2025-12-30"));
        assert_eq!(entry_day("0301", "160230"), day("2016-03-01"));
        assert_eq!(entry_day("0229", "250228"), None);
        assert_eq!(entry_day("0101", "991231"), day("2000-01-01"));
        assert_eq!(value_day("160230"), Some((day("2016-02-29").unwrap(), true)));
        assert_eq!(value_day("161345"), None);
        assert_eq!(value_day("990101"), Some((day("1999-01-01").unwrap(), false)));
    }

    #[test]
    fn balances_are_read_as_far_as_they_go() {
        let whole = balance("60F", "D070903EUR1234718,36");
        assert_eq!(whole.amount.unwrap().to_string(), "-1234718.36");
        assert_eq!(whole.currency.as_deref(), Some("EUR"));
        let bare = balance("62M", "C020315105000,00");
        assert_eq!((bare.amount.unwrap().to_string(), bare.currency), ("105000".to_owned(), None));
        assert_eq!(balance("62F", "C0203").amount, None);
        assert_eq!(sum("3PLN0,03").unwrap().0, 3);
        assert_eq!(sum("3"), None);
    }
}
