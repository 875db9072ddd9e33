//! Tax ids with a right check digit, in ranges no tax office has handed out: RUT of companies from
//! 54 million and of persons from 38 million, NIF of the province 00, DNI from 99 million. An RFC
//! has no unused range; its letters come from a made-up name.

use super::Country;
use super::random::Draw;

/// Who the tax id is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taxpayer {
    /// A company.
    Company,
    /// A natural person.
    Person,
    /// A town hall, hospital or ministry.
    PublicBody,
}

/// The `ordinal`-th tax id of the country (under 90 000), different for each ordinal.
pub(super) fn tax_id(
    country: Country,
    who: Taxpayer,
    ordinal: u32,
    name: &str,
    draw: &mut Draw,
) -> String {
    match country {
        Country::Chile => {
            let base = if who == Taxpayer::Person { 38_000_000 } else { 54_000_000 };
            rut(base + ordinal * 37)
        }
        Country::Mexico => rfc(name, who, ordinal, draw),
        Country::Spain => match who {
            Taxpayer::Company => cif('B', ordinal * 7 + 11),
            Taxpayer::PublicBody => cif('P', ordinal * 7 + 11),
            Taxpayer::Person => dni(99_000_000 + ordinal * 7 + 3),
        },
    }
}

/// RUT with its digit: modulo 11, weights 2 to 7 from the right.
fn rut(number: u32) -> String {
    let (mut rest, mut weight, mut sum) = (number, 2, 0);
    while rest > 0 {
        sum += rest % 10 * weight;
        rest /= 10;
        weight = if weight == 7 { 2 } else { weight + 1 };
    }
    match 11 - sum % 11 {
        11 => format!("{number}-0"),
        10 => format!("{number}-K"),
        digit => format!("{number}-{digit}"),
    }
}

/// RFC: letters of the name, a date, a two-character homoclave and a check digit (SAT, annex of
/// the RFC rules: modulo 11 over twelve characters, weights 13 to 2).
fn rfc(name: &str, who: Taxpayer, ordinal: u32, draw: &mut Draw) -> String {
    let wanted = if who == Taxpayer::Person { 4 } else { 3 };
    let mut letters: String = name.chars().filter_map(plain_letter).take(wanted).collect();
    while letters.len() < wanted {
        letters.push('X');
    }
    let (year, month, day) = (draw.below(24), 1 + draw.below(12), 1 + draw.below(28));
    let year = if who == Taxpayer::Person { 60 + year } else { year };
    const HOMOCLAVE: &[u8] = b"123456789ABCDEFGHIJKLMNPQRSTUVWXYZ";
    let sign = |index: u32| char::from(HOMOCLAVE[index as usize % HOMOCLAVE.len()]);
    let (first, second) = (sign(ordinal / 34), sign(ordinal));
    let body = format!("{letters}{year:02}{month:02}{day:02}{first}{second}");
    let sum: u32 = format!("{body:>12}")
        .chars()
        .zip((2..=13).rev())
        .map(|(character, weight)| rfc_value(character) * weight)
        .sum();
    match 11 - sum % 11 {
        11 => format!("{body}0"),
        10 => format!("{body}A"),
        digit => format!("{body}{digit}"),
    }
}

/// The SAT's value of a character: 0–9, A–N, &, O–Z, blank.
fn rfc_value(character: char) -> u32 {
    match character {
        '0'..='9' => character as u32 - '0' as u32,
        'A'..='N' => character as u32 - 'A' as u32 + 10,
        '&' => 24,
        'O'..='Z' => character as u32 - 'O' as u32 + 25,
        _ => 37,
    }
}

/// NIF of a legal entity: seven digits, odd places doubled, and a letter instead of the digit for
/// public bodies.
fn cif(kind: char, number: u32) -> String {
    let digits = format!("{number:07}");
    let mut sum = 0;
    for (index, byte) in digits.bytes().enumerate() {
        let digit = u32::from(byte - b'0');
        let doubled = digit * 2;
        sum += if index % 2 == 0 { doubled / 10 + doubled % 10 } else { digit };
    }
    let control = (10 - sum % 10) % 10;
    if kind == 'P' {
        let letter = char::from(b"JABCDEFGHI"[control as usize]);
        format!("{kind}{digits}{letter}")
    } else {
        format!("{kind}{digits}{control}")
    }
}

/// NIF of a person: the number modulo 23 chooses the letter.
fn dni(number: u32) -> String {
    let letter = char::from(b"TRWAGMYFPDXBNJZSQVHLCKE"[number as usize % 23]);
    format!("{number:08}{letter}")
}

/// The character as an unaccented capital letter, when it is a letter at all.
fn plain_letter(character: char) -> Option<char> {
    let plain = match character.to_lowercase().next()? {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        other => other,
    };
    plain.is_ascii_alphabetic().then(|| plain.to_ascii_uppercase())
}

/// The name as a domain label: plain lower-case letters, words joined by hyphens.
pub(super) fn slug(name: &str) -> String {
    let mut label = String::new();
    for character in name.chars() {
        match plain_letter(character) {
            Some(letter) => label.push(letter.to_ascii_lowercase()),
            None if character == ' ' && !label.ends_with('-') => label.push('-'),
            None => {}
        }
    }
    label.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_agree_with_published_ids() {
        assert_eq!(rut(19_034_063), "19034063-5");
        assert_eq!(rut(9_470_054), "9470054-K");
        assert_eq!(rut(16_826_780), "16826780-0");
        // The worked examples usually given for the Spanish algorithms.
        assert_eq!(cif('A', 5_881_850), "A58818501");
        assert_eq!(dni(12_345_678), "12345678Z");
        // Test RFC of the SAT: EKU9003173C9.
        let sum: u32 = " EKU9003173C"
            .chars()
            .zip((2..=13).rev())
            .map(|(character, weight)| rfc_value(character) * weight)
            .sum();
        assert_eq!(11 - sum % 11, 9);
    }

    #[test]
    fn slugs_are_domain_labels() {
        assert_eq!(slug("Ñandú & Cía. Ltda."), "nandu-cia-ltda");
    }
}
