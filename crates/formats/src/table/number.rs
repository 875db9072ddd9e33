//! Numbers as people and programs write them in columns, and the proof of which sign separates
//! decimals. The style is a property of the whole column: one value such as `1.234` proves
//! nothing, `1.234,56` anywhere in the file does. Knows nothing of what the number means.

use super::mapping::DecimalStyle;
use rust_decimal::Decimal;

/// What one written number says about the decimal sign of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Not a number at all.
    NotANumber,
    /// No separator, or one that reads the same either way.
    Neutral,
    /// Must have a decimal dot.
    Dot,
    /// Must have a decimal comma.
    Comma,
    /// A single separator before three digits: `833.000`. Reads as thousands when the comma is
    /// the decimal sign.
    ThreeAfterDot,
    /// `833,000`: thousands when the dot is the decimal sign.
    ThreeAfterComma,
}

/// A number stripped of everything but digits and separators.
struct Bare<'t> {
    negative: bool,
    digits: &'t str,
}

/// Takes off signs, parentheses, currency words and symbols around the digits.
fn bare(text: &str) -> Option<Bare<'_>> {
    let mut rest = text.trim_matches(is_blank);
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
        (negative, rest) = (true, inner.trim_matches(is_blank));
    }
    let start = rest.find(|c: char| c.is_ascii_digit())?;
    let end = rest.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (mut before, after) = (&rest[..start], &rest[end..]);
    let mut digits = &rest[start..end];
    // `.50` has its decimal sign before the first digit.
    if before.ends_with(['.', ',']) && !is_currency_dot(before) {
        digits = &rest[start - 1..end];
        before = &before[..before.len() - 1];
    }
    for side in [before, after] {
        match side_sign(side)? {
            true if negative => return None,
            true => negative = true,
            false => {}
        }
    }
    Some(Bare { negative, digits })
}

/// `Rs.` and `S/.` end with a dot that belongs to the symbol.
fn is_currency_dot(before: &str) -> bool {
    before.trim_end_matches('.').chars().next_back().is_some_and(|c| c.is_alphabetic() || c == '/')
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{feff}')
}

/// Whether the text beside the digits holds a minus; `None` when it is not a sign or a currency.
fn side_sign(side: &str) -> Option<bool> {
    let side = side.trim_matches(is_blank);
    if side.is_empty() {
        return Some(false);
    }
    let mut minus = false;
    let mut letters = 0;
    for c in side.chars() {
        match c {
            '-' | '\u{2212}' | '\u{2013}' if !minus => minus = true,
            '+' | '$' | '€' | '£' | '/' | '.' | '\'' | '%' => {}
            c if is_blank(c) => {}
            c if c.is_ascii_alphabetic() && letters < 4 => letters += 1,
            _ => return None,
        }
    }
    Some(minus)
}

/// Whether the text is a number that a spreadsheet shortened, such as `1.23457E+11`: its last
/// digits are lost.
pub fn is_scientific(text: &str) -> bool {
    let text = text.trim();
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    (1..=3).contains(&exponent.len())
        && exponent.bytes().all(|b| b.is_ascii_digit())
        && mantissa.len() >= 3
        && mantissa.contains(['.', ','])
        && mantissa.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-'))
}

/// What this text says about the decimal sign.
pub fn evidence(text: &str) -> Evidence {
    let bytes = text.as_bytes();
    if !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit) {
        return Evidence::Neutral;
    }
    let Some(bare) = bare(text) else { return Evidence::NotANumber };
    let (mut dots, mut commas, mut last) = (0, 0, None);
    for (at, b) in bare.digits.bytes().enumerate() {
        match b {
            b'.' => (dots, last) = (dots + 1, Some((b, at))),
            b',' => (commas, last) = (commas + 1, Some((b, at))),
            b'0'..=b'9' => {}
            _ if is_grouping(bare.digits, at) => {}
            _ => return Evidence::NotANumber,
        }
    }
    let Some((separator, at)) = last else { return Evidence::Neutral };
    let is_dot = separator == b'.';
    let style = |dot: bool| if dot { Evidence::Dot } else { Evidence::Comma };
    let (same, other) = if is_dot { (dots, commas) } else { (commas, dots) };
    match (same, other) {
        (1, 0) => single(&bare.digits[..at], &bare.digits[at + 1..], is_dot),
        (1, _) if in_threes(&bare.digits[..at], !is_dot) => style(is_dot),
        // Repeated: it groups thousands, so the other sign separates decimals.
        (_, 0) if in_threes(bare.digits, is_dot) => style(!is_dot),
        _ => Evidence::NotANumber,
    }
}

/// Whether the separators stand before groups of three digits.
fn in_threes(digits: &str, by_dot: bool) -> bool {
    let mut groups = digits.split(if by_dot { '.' } else { ',' });
    groups.next().is_some_and(|first| (1..=3).contains(&first.len()))
        && groups.all(|group| group.len() == 3)
}

/// Evidence of a number with exactly one separator.
fn single(whole: &str, fraction: &str, is_dot: bool) -> Evidence {
    let could_group = fraction.len() == 3
        && (1..=3).contains(&whole.len())
        && !whole.starts_with('0')
        && whole.bytes().all(|b| b.is_ascii_digit());
    match (could_group, is_dot) {
        (true, true) => Evidence::ThreeAfterDot,
        (true, false) => Evidence::ThreeAfterComma,
        (false, true) => Evidence::Dot,
        (false, false) => Evidence::Comma,
    }
}

/// Blanks and apostrophes between digits group thousands in any style.
fn is_grouping(digits: &str, at: usize) -> bool {
    match digits.as_bytes()[at] {
        b' ' | b'\'' => true,
        // The bytes of U+00A0, U+202F, U+2007 and U+2019.
        first @ (0xc2 | 0xe2) => digits
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .is_some_and(|c| first >= 0xc2 && (is_blank(c) || c == '\u{2019}')),
        0x80..=0xbf => true,
        _ => false,
    }
}

/// Reads a number in the given style; `None` when it is not one, or contradicts the style.
pub fn parse(text: &str, style: DecimalStyle) -> Option<Decimal> {
    if let Some(plain) = parse_plain(text.as_bytes(), style) {
        return Some(plain);
    }
    if is_scientific(text) {
        let dotted = text.trim().replace(',', ".");
        return Decimal::from_scientific(&dotted).ok();
    }
    let bare = bare(text)?;
    let (decimal, grouping) = match style {
        DecimalStyle::Dot => (b'.', b','),
        DecimalStyle::Comma => (b',', b'.'),
    };
    let (mut mantissa, mut scale, mut fraction) = (0_i128, 0_u32, false);
    let (mut group, mut grouped) = (0_u32, false);
    for (at, b) in bare.digits.bytes().enumerate() {
        match b {
            b'0'..=b'9' => {
                mantissa = mantissa.checked_mul(10)?.checked_add(i128::from(b - b'0'))?;
                scale += u32::from(fraction);
                group += 1;
            }
            b if b == decimal && !fraction => {
                if grouped && group != 3 {
                    return None;
                }
                fraction = true;
            }
            b if b == grouping && !fraction => {
                if (grouped && group != 3) || group == 0 || group > 3 {
                    return None;
                }
                (grouped, group) = (true, 0);
            }
            _ if is_grouping(bare.digits, at) && !fraction => {}
            _ => return None,
        }
    }
    if grouped && !fraction && group != 3 {
        return None;
    }
    let value = Decimal::try_from_i128_with_scale(mantissa, scale).ok()?;
    Some(if bare.negative { -value } else { value })
}

/// The common case without allocation: digits, at most one decimal sign, an optional minus.
fn parse_plain(bytes: &[u8], style: DecimalStyle) -> Option<Decimal> {
    let (negative, digits) = match bytes.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let sign = if style == DecimalStyle::Dot { b'.' } else { b',' };
    let (mut mantissa, mut scale, mut fraction) = (0_i64, 0, false);
    for b in digits {
        match b {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + i64::from(b - b'0');
                scale += u32::from(fraction);
            }
            b if *b == sign && !fraction && digits.len() > 1 => fraction = true,
            _ => return None,
        }
    }
    Some(Decimal::new(if negative { -mantissa } else { mantissa }, scale))
}

/// A binary floating number of a spreadsheet as the decimal people saw: 15 significant digits,
/// which is what spreadsheets keep (IEEE 754 double).
pub fn from_float(value: f64) -> Option<Decimal> {
    if !value.is_finite() {
        return None;
    }
    let text = format!("{value:.14e}");
    Decimal::from_scientific(&text).ok().map(|d| d.normalize())
}

/// Counts of evidence over a column or a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    /// Values that must have a decimal dot.
    pub dot: u64,
    /// Values that must have a decimal comma.
    pub comma: u64,
    /// Values such as `833.000`.
    pub three_after_dot: u64,
    /// Values such as `833,000`.
    pub three_after_comma: u64,
    /// Values that are not numbers.
    pub not_numbers: u64,
    /// All values that are not blank.
    pub values: u64,
}

impl Votes {
    /// Counts one written value.
    pub fn add(&mut self, text: &str) {
        self.values += 1;
        match evidence(text) {
            Evidence::NotANumber if is_scientific(text) => {}
            Evidence::NotANumber => self.not_numbers += 1,
            Evidence::Neutral => {}
            Evidence::Dot => self.dot += 1,
            Evidence::Comma => self.comma += 1,
            Evidence::ThreeAfterDot => self.three_after_dot += 1,
            Evidence::ThreeAfterComma => self.three_after_comma += 1,
        }
    }

    /// Adds the counts of another column of the same file.
    pub fn merge(&mut self, other: &Votes) {
        self.dot += other.dot;
        self.comma += other.comma;
        self.three_after_dot += other.three_after_dot;
        self.three_after_comma += other.three_after_comma;
        self.not_numbers += other.not_numbers;
        self.values += other.values;
    }

    /// What the values prove.
    pub fn verdict(&self) -> Verdict {
        match (self.dot > 0, self.comma > 0) {
            (true, true) => Verdict::Contradictory,
            (true, false) => Verdict::Proved(DecimalStyle::Dot),
            (false, true) => Verdict::Proved(DecimalStyle::Comma),
            (false, false) => match (self.three_after_dot > 0, self.three_after_comma > 0) {
                (false, false) => Verdict::AnyStyle,
                // Both as thousands would need both signs to group: no program writes that.
                (true, true) => Verdict::Contradictory,
                (true, false) => Verdict::Ambiguous { grouping: DecimalStyle::Comma },
                (false, true) => Verdict::Ambiguous { grouping: DecimalStyle::Dot },
            },
        }
    }
}

/// What a column proves about its decimal sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No value has a separator: every style reads the same.
    AnyStyle,
    /// Only this style fits.
    Proved(DecimalStyle),
    /// Both fit and give different numbers; `grouping` is the style in which the separator
    /// groups thousands.
    Ambiguous {
        /// The style under which the separator seen groups thousands.
        grouping: DecimalStyle,
    },
    /// Values of both styles in one column.
    Contradictory,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn reads_what_the_world_writes() {
        use DecimalStyle::{Comma, Dot};
        for (text, style, value) in [
            ("1.234,56", Comma, "1234.56"),
            ("1,234.56", Dot, "1234.56"),
            ("1 234,56", Comma, "1234.56"),
            ("1\u{a0}234,56", Comma, "1234.56"),
            ("1\u{202f}234,56", Comma, "1234.56"),
            ("1'234.56", Dot, "1234.56"),
            ("833.000", Comma, "833000"),
            ("(232.00)", Dot, "-232.00"),
            ("(232)", Comma, "-232"),
            ("1.190,00-", Comma, "-1190.00"),
            ("$3,000,000", Dot, "3000000"),
            ("$ -3.000", Comma, "-3000"),
            ("-50,00EUR", Comma, "-50.00"),
            ("USD 579,68", Comma, "579.68"),
            ("S/. 12.50", Dot, "12.50"),
            ("€ 1.000", Comma, "1000"),
            ("\u{2212}5", Dot, "-5"),
            (".5", Dot, "0.5"),
            ("1.23457E+11", Dot, "123457000000"),
            ("12,000,000.5", Dot, "12000000.5"),
            ("+7", Dot, "7"),
        ] {
            assert_eq!(parse(text, style), Some(dec(value)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        use DecimalStyle::{Comma, Dot};
        for (text, style) in [
            ("", Dot),
            ("-", Dot),
            ("abc", Dot),
            ("12..34", Dot),
            ("1,23,456", Dot),
            ("12.34.56", Comma),
            ("1.234,56", Dot),
            ("2026-01-15", Dot),
            ("1,2,3", Comma),
            ("--5", Dot),
            ("(-5)", Dot),
            ("1234.56", Comma),
            ("TOTAL", Dot),
        ] {
            assert_eq!(parse(text, style), None, "{text}");
        }
    }

    #[test]
    fn each_value_is_evidence() {
        for (text, expected) in [
            ("1.234,56", Evidence::Comma),
            ("1,234.56", Evidence::Dot),
            ("1234", Evidence::Neutral),
            ("833.000", Evidence::ThreeAfterDot),
            ("833,000", Evidence::ThreeAfterComma),
            ("0.125", Evidence::Dot),
            ("1234.567", Evidence::Dot),
            ("1.234.567", Evidence::Comma),
            ("12,5", Evidence::Comma),
            ("$3,000,000", Evidence::Dot),
            ("hola", Evidence::NotANumber),
            ("1 234,5", Evidence::Comma),
            ("12..34", Evidence::NotANumber),
            ("1,2,3", Evidence::NotANumber),
        ] {
            assert_eq!(evidence(text), expected, "{text}");
        }
    }

    #[test]
    fn floats_of_spreadsheets_lose_their_noise() {
        assert_eq!(from_float(79_656.6 + 1e-11), Some(dec("79656.6")));
        assert_eq!(from_float(0.1 + 0.2), Some(dec("0.3")));
        assert_eq!(from_float(-121.0), Some(dec("-121")));
        assert_eq!(from_float(f64::NAN), None);
    }

    /// Writes `minor` hundredths with grouping in a style.
    fn written(minor: i64, style: DecimalStyle) -> String {
        let (point, group) = if style == DecimalStyle::Dot { ('.', ',') } else { (',', '.') };
        let whole = (minor.unsigned_abs() / 100).to_string();
        let mut text = String::new();
        for (index, c) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                text.push(group);
            }
            text.push(c);
        }
        let sign = if minor < 0 { "-" } else { "" };
        format!("{sign}{text}{point}{:02}", minor.unsigned_abs() % 100)
    }

    proptest! {
        #[test]
        fn every_number_round_trips_in_both_styles(minor in -1_000_000_000_000i64..1_000_000_000_000) {
            for style in [DecimalStyle::Dot, DecimalStyle::Comma] {
                let text = written(minor, style);
                prop_assert_eq!(parse(&text, style), Some(Decimal::new(minor, 2)));
                let expected = if style == DecimalStyle::Dot { Evidence::Dot } else { Evidence::Comma };
                prop_assert_eq!(evidence(&text), expected);
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            let _ = evidence(&text);
            let _ = parse(&text, DecimalStyle::Dot);
            let _ = parse(&text, DecimalStyle::Comma);
        }
    }
}
