//! Amounts as the text formats of banks write them. Decides what is an amount and what is only
//! like one; never guesses.

use rust_decimal::Decimal;
use std::str::FromStr;

/// Most digits before and after the decimal sign. More is no amount of money, and sums of more
/// would leave the range of a decimal.
const MAX_WHOLE_DIGITS: usize = 18;
const MAX_DECIMALS: usize = 6;

/// What became of the text of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// It is that.
    Read(Decimal),
    /// It could be two amounts a thousand times apart (`1,234`).
    Ambiguous,
    /// It is none.
    Garbled,
}

/// Digits with at most one decimal sign, a comma as SWIFT demands or the point some banks write.
pub fn with_comma(text: &str) -> Option<Decimal> {
    let (whole, decimals) = text.split_once([',', '.']).unwrap_or((text, ""));
    plain(whole, decimals)
}

/// Whole hundredths, filled with zeros on the left (Norma 43); blanks there are zeros too.
pub fn hundredths(text: &str) -> Option<Decimal> {
    let digits = text.trim_start();
    let split = digits.len().checked_sub(2)?;
    if !digits.is_ascii() {
        return None;
    }
    plain(&format!("0{}", &digits[..split]), &digits[split..])
}

/// A signed amount in the style of OFX: point or comma, and marks of thousands where they cannot
/// be anything else.
pub fn either(text: &str) -> Amount {
    let text = text.trim();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let read = |whole: &str, decimals: &str| match plain(whole, decimals) {
        Some(amount) if text.starts_with('-') => Amount::Read(-amount),
        Some(amount) => Amount::Read(amount),
        None => Amount::Garbled,
    };
    let commas = unsigned.matches(',').count();
    let points = unsigned.matches('.').count();
    match (commas, points) {
        (0, 0) => read(unsigned, ""),
        (1, 0) | (0, 1) => {
            let (whole, decimals) = unsigned.split_once([',', '.']).unwrap_or((unsigned, ""));
            let like_thousands = decimals.len() == 3 && (1..=3).contains(&whole.len());
            match commas == 1 && like_thousands && !whole.starts_with('0') {
                true => Amount::Ambiguous,
                false => read(whole, decimals),
            }
        }
        (_, 0) => grouped(unsigned, ',').map_or(Amount::Garbled, |whole| read(&whole, "")),
        (0, _) => grouped(unsigned, '.').map_or(Amount::Garbled, |whole| read(&whole, "")),
        _ => {
            let (whole, decimals) = unsigned.rsplit_once([',', '.']).unwrap_or((unsigned, ""));
            let mark = if whole.contains('.') { '.' } else { ',' };
            grouped(whole, mark).map_or(Amount::Garbled, |whole| read(&whole, decimals))
        }
    }
}

/// The digits of groups of three, or `None` when the groups are not.
fn grouped(text: &str, mark: char) -> Option<String> {
    let mut groups = text.split(mark);
    let first = groups.next()?;
    let fits = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    fits.then(|| text.replace(mark, ""))
}

fn plain(whole: &str, decimals: &str) -> Option<Decimal> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let significant = whole.trim_start_matches('0');
    let fits = significant.len() <= MAX_WHOLE_DIGITS && decimals.len() <= MAX_DECIMALS;
    let some = !whole.is_empty() || !decimals.is_empty();
    if !(fits && some && digits(whole) && digits(decimals)) {
        return None;
    }
    Decimal::from_str(&format!("0{significant}.{decimals}0")).ok().map(|amount| amount.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Decimal {
        Decimal::from_str(text).unwrap()
    }

    #[test]
    fn swift_amounts_have_one_comma() {
        for (text, expected) in [("300,", "300"), ("0,4", "0.4"), ("12.35", "12.35"), ("7", "7")] {
            assert_eq!(with_comma(text), Some(amount(expected)), "{text}");
        }
        for text in ["", ",", "12..34", "1.234,56", "-5,00", "12O,00", "9999999999999999999,0"] {
            assert_eq!(with_comma(text), None, "{text}");
        }
    }

    #[test]
    fn hundredths_are_filled_with_zeros() {
        assert_eq!(hundredths("00000000001234"), Some(amount("12.34")));
        assert_eq!(hundredths("          1234"), Some(amount("12.34")));
        for text in ["", "1", "0000000000 234", "0000000000123x", "-1234", "ñ34"] {
            assert_eq!(hundredths(text), None, "{text}");
        }
    }

    #[test]
    fn marks_of_thousands_are_read_where_they_are_nothing_else() {
        for (text, expected) in [
            ("-15.00", "-15"),
            ("+1250,50", "1250.5"),
            ("-1,234,567", "-1234567"),
            ("1,234.56", "1234.56"),
            ("-1.234,56", "-1234.56"),
            ("0,123", "0.123"),
            ("00000000002571.4500", "2571.45"),
            (".5", "0.5"),
        ] {
            assert_eq!(either(text), Amount::Read(amount(expected)), "{text}");
        }
        assert_eq!(either("1,234"), Amount::Ambiguous);
        for text in ["", "$120", "1,23,456.0", "1e5", "--5", "12 000", "5-"] {
            assert_eq!(either(text), Amount::Garbled, "{text}");
        }
    }
}
