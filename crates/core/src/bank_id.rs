//! Account numbers and payment references that carry their own check digits: IBAN, Spain's CCC,
//! Mexico's CLABE, the SEPA creditor identifier and the ISO 11649 creditor reference.
//!
//! Decides whether the text can be right, and which writings name one account. Knows no bank.

/// The IBAN without spaces, upper case, or `None` when its length is not its country's or the
/// modulo-97 check fails (ISO 13616-1).
pub fn iban(text: &str) -> Option<String> {
    let bare = bare(text)?;
    let country = bare.get(..2)?;
    let length = IBAN_LENGTHS.iter().find(|(code, _)| *code == country).map(|(_, length)| *length);
    let fits = match length {
        Some(length) => bare.len() == length,
        None => country.bytes().all(|b| b.is_ascii_uppercase()) && (15..=34).contains(&bare.len()),
    };
    (fits && all_digits(&bare[2..4]) && mod_97(&rotated(&bare)) == 1).then_some(bare)
}

/// The eighteen digits of a CLABE, or `None` when the modulo-10 check with weights 3, 7, 1 fails
/// (Asociación de Bancos de México).
pub fn clabe(text: &str) -> Option<String> {
    let bare = bare(text)?;
    if bare.len() != 18 || !all_digits(&bare) {
        return None;
    }
    let sum: u32 = bare
        .bytes()
        .take(17)
        .zip([3, 7, 1].into_iter().cycle())
        .map(|(b, weight)| u32::from(b - b'0') * weight % 10)
        .sum();
    let expected = (10 - sum % 10) % 10;
    (u32::from(bare.as_bytes()[17] - b'0') == expected).then_some(bare)
}

/// One account in one writing, however a file names it: the IBAN where the number is one, carries
/// one, or is a Spanish CCC, whole or in parts as Norma 43 has it; else the CLABE; else the number
/// as it stands, upper case and without punctuation, after the bank's code if that is known. Empty
/// when the file names no account.
pub fn account(number: &str, bank: Option<&str>, office: Option<&str>) -> String {
    let plain = |text: &str| -> String {
        let kept = text.chars().filter(|c| c.is_alphanumeric());
        kept.flat_map(char::to_uppercase).collect()
    };
    let bare = plain(number);
    let (bank, office) = (plain(bank.unwrap_or_default()), plain(office.unwrap_or_default()));
    let parts = number.split(['/', ':']).map(plain);
    // SWIFT's field 25 may put the bank before the account and the currency after it.
    let without_currency = |text: &str| {
        let (front, currency) = text.split_at_checked(text.len().checked_sub(3)?)?;
        currency.bytes().all(|b| b.is_ascii_alphabetic()).then(|| front.to_owned())
    };
    let mut writings: Vec<String> = std::iter::once(bare.clone()).chain(parts).collect();
    writings.extend(writings.clone().iter().filter_map(|text| without_currency(text)));
    let in_parts = (bank.len(), office.len(), bare.len()) == (4, 4, 10);
    let known = writings.iter().find_map(|text| iban(text).or_else(|| ccc(text)));
    known
        .or_else(|| spanish(&format!("{bank}{office}"), &bare).filter(|_| in_parts))
        .or_else(|| writings.iter().find_map(|text| clabe(text)))
        .unwrap_or_else(|| {
            let parts = [bank, office, bare];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
        })
}

/// The IBAN of a Spanish CCC: bank 4, office 4, check digits 2, account 10.
fn ccc(text: &str) -> Option<String> {
    if text.len() != 20 || !all_digits(text) {
        return None;
    }
    let known = spanish(&text[..8], &text[10..])?;
    (known[12..14] == text[8..10]).then_some(known)
}

/// The IBAN of a Spanish account in parts without check digits, as Norma 43 writes it (AEB,
/// cuaderno 43): eight digits of bank and office, ten of the account.
fn spanish(bank_office: &str, account: &str) -> Option<String> {
    if !all_digits(bank_office) || !all_digits(account) {
        return None;
    }
    let digits = format!("{}{}", ccc_digit(&format!("00{bank_office}")), ccc_digit(account));
    let bban = format!("{bank_office}{digits}{account}");
    let check = 98 - mod_97(&format!("{bban}ES00"));
    Some(format!("ES{check:02}{bban}"))
}

/// The control digit of ten digits: weights are the powers of two modulo 11.
fn ccc_digit(ten: &str) -> u32 {
    let weights = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let sum: u32 = ten.bytes().zip(weights).map(|(b, weight)| u32::from(b - b'0') * weight).sum();
    match 11 - sum % 11 {
        11 => 0,
        10 => 1,
        digit => digit,
    }
}

/// The SEPA creditor identifier, upper case, or `None` when its modulo-97 check fails. The three
/// characters of the creditor's business code take no part in it (EPC262-08).
pub fn sepa_creditor(text: &str) -> Option<String> {
    let bare = bare(text)?;
    if !(8..=35).contains(&bare.len()) || !all_digits(&bare[2..4]) {
        return None;
    }
    let country = &bare[..2];
    let checked = format!("{}{country}{}", &bare[7..], &bare[2..4]);
    (country.bytes().all(|b| b.is_ascii_uppercase()) && mod_97(&checked) == 1).then_some(bare)
}

/// The structured creditor reference `RF…`, upper case, or `None` when its modulo-97 check fails
/// (ISO 11649).
pub fn creditor_reference(text: &str) -> Option<String> {
    let bare = bare(text)?;
    let fits = bare.starts_with("RF") && (5..=25).contains(&bare.len()) && all_digits(&bare[2..4]);
    (fits && mod_97(&rotated(&bare)) == 1).then_some(bare)
}

/// Upper case without spaces, when nothing but ASCII letters and digits remains.
fn bare(text: &str) -> Option<String> {
    let bare: String = text.split_whitespace().collect::<String>().to_ascii_uppercase();
    (bare.len() >= 5 && bare.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(bare)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Country and check digits moved to the end, as the modulo-97 check reads them.
fn rotated(bare: &str) -> String {
    format!("{}{}", &bare[4..], &bare[..4])
}

/// The remainder by 97 of the text with A = 10 … Z = 35 (ISO 7064, MOD 97-10).
fn mod_97(text: &str) -> u32 {
    text.bytes().fold(0, |rest, b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        _ => (rest * 100 + u32::from(b - b'A') + 10) % 97,
    })
}

/// Lengths of the IBAN registry (SWIFT, release 99); a country that is not in it is only held to
/// the standard's 15–34.
const IBAN_LENGTHS: [(&str, usize); 89] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_account_has_one_writing() {
        let known = "ES9121000418450200051332";
        let parts = account("0200051332", Some("2100"), Some("0418"));
        assert_eq!(parts, known);
        for written in
            ["ES91 2100 0418 4502 0005 1332", "21000418450200051332", "ES9121000418450200051332EUR"]
        {
            assert_eq!(account(written, None, None), known, "{written}");
        }
        assert_eq!(account("CAIXESBB/ES9121000418450200051332", None, None), known);
        assert_eq!(account("032180000118359719", None, None), "032180000118359719");
        assert_eq!(account("00-123-45678", Some("012"), None), "012-0012345678");
        assert_eq!(account("21000418460200051332", None, None), "21000418460200051332");
        assert_eq!(account("", None, None), "");
    }
}
