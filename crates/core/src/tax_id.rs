//! Tax ids of six countries: what their text must look like, whether the check digit agrees, and
//! the one form under which two writings of the same id are equal.
//!
//! Knows nothing of who holds an id or whether the tax office has ever issued it. What to do with
//! a wrong check digit is the caller's decision: for RUT, NIT, RUC and CUIT it is a mistake, for
//! RFC and NIF taken from a stamped document it is only a warning, because such ids exist
//! (formats reference §10).

use std::fmt;

/// The kind of tax id, one per country covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaxIdKind {
    /// Chile: rol único tributario.
    Rut,
    /// Mexico: registro federal de contribuyentes.
    Rfc,
    /// Spain: NIF, which is also the DNI, NIE and the former CIF.
    Nif,
    /// Colombia: número de identificación tributaria.
    Nit,
    /// Peru: registro único de contribuyentes.
    RucPe,
    /// Argentina: clave única de identificación tributaria.
    Cuit,
}

impl TaxIdKind {
    /// The kind used in a country (ISO 3166 alpha-2, any case), or `None` where none is covered.
    pub fn of_country(country: &str) -> Option<TaxIdKind> {
        match country.to_ascii_uppercase().as_str() {
            "CL" => Some(TaxIdKind::Rut),
            "MX" => Some(TaxIdKind::Rfc),
            "ES" => Some(TaxIdKind::Nif),
            "CO" => Some(TaxIdKind::Nit),
            "PE" => Some(TaxIdKind::RucPe),
            "AR" => Some(TaxIdKind::Cuit),
            _ => None,
        }
    }

    /// The country that issues ids of this kind, ISO 3166 alpha-2.
    pub fn country(self) -> &'static str {
        match self {
            TaxIdKind::Rut => "CL",
            TaxIdKind::Rfc => "MX",
            TaxIdKind::Nif => "ES",
            TaxIdKind::Nit => "CO",
            TaxIdKind::RucPe => "PE",
            TaxIdKind::Cuit => "AR",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            TaxIdKind::Rut => "RUT",
            TaxIdKind::Rfc => "RFC",
            TaxIdKind::Nif => "NIF",
            TaxIdKind::Nit => "NIT",
            TaxIdKind::RucPe => "RUC",
            TaxIdKind::Cuit => "CUIT",
        }
    }
}

/// A tax id in its one normal form: upper case, no separators but the hyphen before the check
/// digit of RUT and NIT. Shown (`Display`) with the punctuation its country writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TaxId {
    kind: TaxIdKind,
    key: String,
}

/// What an id's own letters and digits say about its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderHint {
    /// A natural person.
    Natural,
    /// A company, institution or other legal person.
    Legal,
    /// The id does not say.
    Unknown,
}

/// The verdict on a text offered as a tax id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaxIdCheck {
    /// Well formed and the check digit agrees.
    Valid(TaxId),
    /// Well formed, but the check digit does not agree.
    BadCheckDigit(TaxId),
    /// Not the shape of an id of that country.
    Malformed,
    /// A stand-in everybody may use (RFC "público en general", RUT for receipts): never the key
    /// of a customer.
    Generic(TaxId),
    /// No rules are known for that country; the text, upper case and without spaces.
    Unchecked(String),
}

impl TaxIdCheck {
    /// The id read, whatever is said of it, where there is one.
    pub fn id(&self) -> Option<&TaxId> {
        match self {
            TaxIdCheck::Valid(id) | TaxIdCheck::BadCheckDigit(id) | TaxIdCheck::Generic(id) => {
                Some(id)
            }
            TaxIdCheck::Malformed | TaxIdCheck::Unchecked(_) => None,
        }
    }

    /// Whether the id may be kept as the key of a customer without anybody's confirmation.
    pub fn is_valid(&self) -> bool {
        matches!(self, TaxIdCheck::Valid(_))
    }
}

/// Reads `text` as a tax id of `country` (ISO 3166 alpha-2, any case). Dots, spaces, hyphens,
/// lower case, leading zeros and the country's VAT prefix are accepted.
pub fn check(country: &str, text: &str) -> TaxIdCheck {
    let Some(kind) = TaxIdKind::of_country(country) else {
        return TaxIdCheck::Unchecked(text.split_whitespace().collect::<String>().to_uppercase());
    };
    let bare = bare(text);
    let read = match kind {
        TaxIdKind::Rut => rut(&bare),
        TaxIdKind::Rfc => rfc(&bare),
        TaxIdKind::Nif => nif(&bare),
        TaxIdKind::Nit => nit(&bare, text),
        TaxIdKind::RucPe => ruc(&bare),
        TaxIdKind::Cuit => cuit(&bare),
    };
    match read {
        None => TaxIdCheck::Malformed,
        Some((key, agrees)) => {
            let generic = GENERIC.contains(&key.as_str());
            let id = TaxId { kind, key };
            match (generic, agrees) {
                (true, _) => TaxIdCheck::Generic(id),
                (false, true) => TaxIdCheck::Valid(id),
                (false, false) => TaxIdCheck::BadCheckDigit(id),
            }
        }
    }
}

/// The id of the same number whose check digit agrees, to propose instead of one whose digit does
/// not; `None` where no digit would, or the text is no id of the country at all.
pub fn with_right_digit(country: &str, text: &str) -> Option<TaxId> {
    let given = check(country, text).id()?.key.clone();
    let (body, _) = split_last(&given)?;
    let valid = |digit: char| match check(country, &format!("{body}{digit}")) {
        TaxIdCheck::Valid(id) => Some(id),
        _ => None,
    };
    ('0'..='9').chain('A'..='Z').find_map(valid)
}

/// Whether the text is an id that many unrelated holders share.
pub fn is_generic(country: &str, text: &str) -> bool {
    matches!(check(country, text), TaxIdCheck::Generic(_))
}

/// A tax id as people of the country write it (`76.192.083-9`); as it is when it is none of theirs.
pub fn printed(country: &str, text: &str) -> String {
    check(country, text).id().map_or_else(|| text.to_owned(), ToString::to_string)
}

/// The country whose rules the text obeys, check digit included, when that is clear; `None` when
/// no country's or more than one's. A Peruvian RUC and an Argentine CUIT may share digits; the
/// hyphens of `20-12345678-9` tell them apart.
pub fn guess_country(text: &str) -> Option<&'static str> {
    let obeys = |country: &str| {
        matches!(check(country, text), TaxIdCheck::Valid(_) | TaxIdCheck::Generic(_))
    };
    let trimmed = text.trim();
    let hyphens = trimmed.matches('-').count();
    if obeys("MX") {
        return Some("MX");
    }
    // A RUT is written with one hyphen, a CUIT with two; both beat other readings of the digits.
    if hyphens == 1 && obeys("CL") {
        return Some("CL");
    }
    if hyphens == 2 && obeys("AR") {
        return Some("AR");
    }
    let mut found = ["ES", "CL", "CO", "PE", "AR"].into_iter().filter(|country| obeys(country));
    match (found.next(), found.next()) {
        (Some(country), None) => Some(country),
        _ => None,
    }
}

/// Ids many unrelated customers share. MX: Resolución Miscelánea Fiscal 2.7.1.23 (public in
/// general, foreigners). CL: SII, receipts without buyer and foreign buyers. CO: DIAN, Anexo
/// Técnico, final consumer.
const GENERIC: [&str; 5] =
    ["XAXX010101000", "XEXX010101000", "66666666-6", "55555555-5", FINAL_CONSUMER_CO];

/// The final consumer of Colombia: twelve twos; programs also write ten.
const FINAL_CONSUMER_CO: &str = "222222222222";

impl TaxId {
    /// The kind of id.
    pub fn kind(&self) -> TaxIdKind {
        self.kind
    }

    /// The normal form to compare and store: `19034063-5`, `EKU9003173C9`, `B12345674`,
    /// `855858725-6`, `20407174322`, `30746860346`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The country that issued it, ISO 3166 alpha-2.
    pub fn country(&self) -> &'static str {
        self.kind.country()
    }

    /// What the id says of its holder. RUT and NIT only by the ranges customarily assigned.
    pub fn holder(&self) -> HolderHint {
        let first = self.key.chars().next().unwrap_or(' ');
        let legal = match self.kind {
            TaxIdKind::Rut => {
                let number = self.key.split('-').next().and_then(|n| n.parse::<u32>().ok());
                number.is_some_and(|n| n >= 50_000_000)
            }
            TaxIdKind::Rfc => self.key.chars().count() == 12,
            TaxIdKind::Nif => !first.is_ascii_digit() && !"XYZKLM".contains(first),
            TaxIdKind::Nit if self.key.len() == 11 && (first == '8' || first == '9') => true,
            TaxIdKind::Nit => return HolderHint::Unknown,
            TaxIdKind::RucPe => self.key.starts_with("20"),
            TaxIdKind::Cuit => first == '3' || first == '5',
        };
        if legal { HolderHint::Legal } else { HolderHint::Natural }
    }
}

impl fmt::Display for TaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.key.split_once('-')) {
            (TaxIdKind::Rut | TaxIdKind::Nit, Some((number, digit))) => {
                write!(f, "{}-{digit}", dotted(number))
            }
            (TaxIdKind::Cuit, _) if self.key.len() == 11 => {
                write!(f, "{}-{}-{}", &self.key[..2], &self.key[2..10], &self.key[10..])
            }
            _ => f.write_str(&self.key),
        }
    }
}

/// Groups of three digits from the right, with dots.
fn dotted(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// Upper case, without what people put between the parts of an id.
fn bare(text: &str) -> String {
    let is_separator = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '.' | '-' | ',' | '/' | '_' | '\'' | '\u{2010}'
                    ..='\u{2015}' | '\u{2212}' | '\u{feff}'
            )
    };
    text.chars().filter(|c| !is_separator(*c)).flat_map(char::to_uppercase).collect()
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Σ digit × weight, the weights given from the rightmost digit and repeating.
fn weighted_from_right(digits: &str, weights: &[u32]) -> u32 {
    let values = digits.bytes().rev().map(|b| u32::from(b - b'0'));
    values.zip(weights.iter().cycle()).map(|(digit, weight)| digit * weight).sum()
}

fn without_leading_zeros(digits: &str) -> &str {
    digits.trim_start_matches('0')
}

/// Chile: number and check character, modulo 11 with weights 2–7.
fn rut(bare: &str) -> Option<(String, bool)> {
    let bare = bare.strip_prefix("CL").unwrap_or(bare);
    let (body, given) = split_last(bare)?;
    if !all_digits(body) || !(given.is_ascii_digit() || given == 'K') {
        return None;
    }
    let body = without_leading_zeros(body);
    if body.is_empty() || body.len() > 8 {
        return None;
    }
    let expected = match 11 - weighted_from_right(body, &[2, 3, 4, 5, 6, 7]) % 11 {
        11 => '0',
        10 => 'K',
        digit => char::from_digit(digit, 10)?,
    };
    Some((format!("{body}-{given}"), given == expected))
}

fn split_last(text: &str) -> Option<(&str, char)> {
    let last = text.chars().next_back()?;
    Some((&text[..text.len() - last.len_utf8()], last))
}

/// Mexico: three letters (legal) or four (natural person), date of birth or constitution,
/// homoclave with its check character (SAT, pattern `t_RFC` of catCFDI; check digit by modulo 11
/// over the 39-character dictionary).
fn rfc(bare: &str) -> Option<(String, bool)> {
    const DICTIONARY: &str = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ";
    let chars: Vec<char> = bare.chars().collect();
    let letters = match chars.len() {
        12 => 3,
        13 => 4,
        _ => return None,
    };
    let is_letter = |c: &char| c.is_ascii_uppercase() || matches!(c, '&' | 'Ñ');
    if !chars[..letters].iter().all(is_letter) {
        return None;
    }
    let date = &chars[letters..letters + 6];
    let number = |at: usize| Some(date[at].to_digit(10)? * 10 + date[at + 1].to_digit(10)?);
    number(0)?;
    if !(1..=12).contains(&number(2)?) || !(1..=31).contains(&number(4)?) {
        return None;
    }
    let homoclave = &chars[letters + 6..];
    let alphanumeric = |c: &char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let given = homoclave[2];
    if !homoclave[..2].iter().all(alphanumeric) || !(given.is_ascii_digit() || given == 'A') {
        return None;
    }
    // A company's id is one character shorter and is read as if a space stood before it.
    let padded = (chars.len() == 12).then_some(' ').into_iter().chain(chars.iter().copied());
    let mut sum = 0;
    for (index, c) in padded.take(12).enumerate() {
        let value = DICTIONARY.chars().position(|known| known == c)?;
        sum += value * (13 - index);
    }
    let expected = match sum % 11 {
        0 => '0',
        1 => 'A',
        rest => char::from_digit(11 - rest as u32, 10)?,
    };
    Some((bare.to_owned(), given == expected))
}

/// Spain: DNI, NIE, the special K/L/M, and the ids of legal persons (RD 1065/2007 arts. 18–28;
/// Orden EHA/451/2008), with or without the VAT prefix ES.
fn nif(bare: &str) -> Option<(String, bool)> {
    let bare = match bare.strip_prefix("ES") {
        Some(rest) if rest.len() >= 8 => rest,
        _ => bare,
    };
    if !bare.is_ascii() || bare.len() > 9 || bare.len() < 6 {
        return None;
    }
    let (body, given) = split_last(bare)?;
    if all_digits(body) {
        let key = format!("{body:0>8}{given}");
        return given.is_ascii_uppercase().then(|| (key, given == dni_letter(body)));
    }
    let (first, digits) = (body.chars().next()?, &body[1..]);
    if digits.len() != 7 || !all_digits(digits) {
        return None;
    }
    let agrees = match first {
        'X' | 'Y' | 'Z' => {
            let prefix = match first {
                'X' => '0',
                'Y' => '1',
                _ => '2',
            };
            given == dni_letter(&format!("{prefix}{digits}"))
        }
        'K' | 'L' | 'M' => given == dni_letter(digits),
        'A'..='H' | 'J' | 'N' | 'P'..='S' | 'U'..='W' => legal_nif_agrees(first, digits, given),
        _ => return None,
    };
    let natural = "XYZKLM".contains(first);
    let shape = given.is_ascii_uppercase() || (!natural && given.is_ascii_digit());
    shape.then(|| (bare.to_owned(), agrees))
}

fn dni_letter(digits: &str) -> char {
    let rest = digits.bytes().fold(0, |rest, b| (rest * 10 + u32::from(b - b'0')) % 23);
    char::from(b"TRWAGMYFPDXBNJZSQVHLCKE"[rest as usize])
}

/// The control of a legal person's NIF: a digit for companies (A, B, E, H), a letter for public
/// bodies, congregations and foreign entities (N, P, Q, R, S, W), either for the rest.
fn legal_nif_agrees(first: char, digits: &str, given: char) -> bool {
    let sum: u32 = digits
        .bytes()
        .enumerate()
        .map(|(index, b)| match (index % 2, u32::from(b - b'0')) {
            (1, digit) => digit,
            (_, digit) => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    let control = (10 - sum % 10) % 10;
    let letter = char::from(b"JABCDEFGHI"[control as usize]);
    let digit = char::from(b'0' + control as u8);
    match first {
        'A' | 'B' | 'E' | 'H' => given == digit,
        'N' | 'P' | 'Q' | 'R' | 'S' | 'W' => given == letter,
        _ => given == digit || given == letter,
    }
}

/// Colombia: number and verification digit (DIAN, Orden Administrativa 4 de 1989). A company's
/// nine digits (8… or 9…) written without it are completed.
fn nit(bare: &str, text: &str) -> Option<(String, bool)> {
    let bare = bare.strip_prefix("CO").unwrap_or(bare);
    if !all_digits(bare) {
        return None;
    }
    if bare.len() >= 10 && bare.bytes().all(|b| b == b'2') {
        return Some((FINAL_CONSUMER_CO.to_owned(), true));
    }
    let tail = text.trim().rsplit_once('-');
    let has_verification_digit = tail.is_some_and(|(_, digit)| digit.trim().len() == 1);
    let company_without_digit =
        !has_verification_digit && bare.len() == 9 && (bare.starts_with(['8', '9']));
    let (body, given) = if company_without_digit {
        (bare, None)
    } else {
        split_last(bare).map(|(b, d)| (b, Some(d)))?
    };
    let body = without_leading_zeros(body);
    let expected = nit_check_digit(body)?;
    let given = given.unwrap_or(expected);
    Some((format!("{body}-{given}"), given == expected))
}

/// The check digit of a NIT written without it; `None` when the text is no number of 5 to 10
/// digits.
pub fn nit_check_digit(number: &str) -> Option<char> {
    let number = without_leading_zeros(number);
    if !all_digits(number) || !(5..=10).contains(&number.len()) {
        return None;
    }
    let weights = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43];
    match weighted_from_right(number, &weights) % 11 {
        rest @ 0..=1 => char::from_digit(rest, 10),
        rest => char::from_digit(11 - rest, 10),
    }
}

/// Peru: eleven digits, beginning with the class of taxpayer (SUNAT).
fn ruc(bare: &str) -> Option<(String, bool)> {
    let bare = bare.strip_prefix("PE").unwrap_or(bare);
    if !all_digits(bare)
        || bare.len() != 11
        || !matches!(&bare[..2], "10" | "15" | "16" | "17" | "20")
    {
        return None;
    }
    let expected = (11 - weighted_from_right(&bare[..10], &[2, 3, 4, 5, 6, 7]) % 11) % 10;
    Some((bare.to_owned(), bare.ends_with(char::from_digit(expected, 10)?)))
}

/// Argentina: eleven digits, beginning with the class of holder (ARCA, RG 10/1997).
fn cuit(bare: &str) -> Option<(String, bool)> {
    let bare = bare.strip_prefix("AR").unwrap_or(bare);
    let class = bare.get(..2)?;
    let known = matches!(
        class,
        "20" | "23" | "24" | "25" | "26" | "27" | "30" | "33" | "34" | "50" | "51" | "55"
    );
    if !all_digits(bare) || bare.len() != 11 || !known {
        return None;
    }
    let expected = match 11 - weighted_from_right(&bare[..10], &[2, 3, 4, 5, 6, 7]) % 11 {
        11 => '0',
        // Ten is avoided by changing the class to 23, 24 or 33 when an id is issued.
        10 => return Some((bare.to_owned(), false)),
        digit => char::from_digit(digit, 10)?,
    };
    Some((bare.to_owned(), bare.ends_with(expected)))
}
