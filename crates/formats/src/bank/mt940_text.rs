//! What the information to the account owner (`:86:`) says, in the four ways banks write it:
//! German subfields (`?20…?33`), words between slashes (`/EREF/…/REMI/…`), the numbered lines of
//! `:NS:`, and free text. Decides which it is; refuses to know what the entry pays.

use super::codes;
use crate::xml::squeezed;

/// What was told of an entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The bank's transaction code in the text (Geschäftsvorfallcode, `/TRTP/`, `/TRCD/`).
    pub code: Option<String>,
    /// Name of the other side.
    pub name: Option<String>,
    /// Account of the other side.
    pub account: Option<String>,
    /// End-to-end reference.
    pub end_to_end: Option<String>,
    /// The customer's own reference, to which `:61:` may point by `KREF+`.
    pub customer_reference: Option<String>,
    /// Mandate of a direct debit.
    pub mandate: Option<String>,
    /// Id of the batch or payment information.
    pub batch: Option<String>,
    /// Structured creditor reference.
    pub creditor_reference: Option<String>,
    /// Why it came back.
    pub return_reason: Option<String>,
    /// Everything for people.
    pub text: Option<String>,
}

/// Lines of this length were broken by their width, in the middle of words; shorter ones where
/// the bank wanted.
const FULL_LINE_CHARS: usize = 65;
/// The same of a German subfield.
const FULL_SUBFIELD_CHARS: usize = 27;

/// Reads the lines of `:86:`.
pub fn information(lines: &[&str]) -> Told {
    let raw: String = lines.concat();
    let mut told = match subfields(&raw) {
        Some((code, fields)) => german(code, &fields),
        None => {
            let joined = joined(lines);
            match slashed(&joined) {
                Some(fields) => by_word(&fields),
                None => Told { text: squeezed(&joined), ..Told::default() },
            }
        }
    };
    let text = told.text.as_deref().unwrap_or_default();
    told.creditor_reference = told.creditor_reference.or_else(|| codes::creditor_reference(text));
    told
}

/// Lines of free or slashed text made one. A line that is full goes on in the next one.
fn joined(lines: &[&str]) -> String {
    let mut out = String::new();
    let mut previous_chars = 0;
    for line in lines {
        let goes_on = previous_chars >= FULL_LINE_CHARS || line.starts_with('/');
        if !out.is_empty() && !goes_on {
            out.push(' ');
        }
        out.push_str(line);
        previous_chars = line.chars().count();
    }
    out
}

// ---- Subfields: ?00 ?10 ?20–?29 ?30–?33 ?60–?63 ----

/// The code before the first subfield, and the subfields in order.
type Subfields<'a> = (&'a str, Vec<(u8, &'a str)>);

/// Cuts text into German subfields; `None` when it is not so written. The mark is any of those
/// that banks from Lisbon to Warsaw put in the place of the question mark.
fn subfields(raw: &str) -> Option<Subfields<'_>> {
    let raw = raw.trim_start();
    let digits = raw.bytes().take(3).take_while(u8::is_ascii_digit).count();
    if digits != 0 && digits != 3 {
        return None;
    }
    let (code, rest) = raw.split_at(digits);
    let mark = rest.chars().next().filter(|mark| "?<~^>@|#".contains(*mark))?;
    subfield_code(&rest[1..])?;
    let mut fields = Vec::new();
    // Pieces that begin with no code belong to the field before them, mark included.
    let mut open: Option<(u8, usize)> = None;
    for (at, _) in rest.match_indices(mark) {
        let Some(found) = subfield_code(&rest[at + 1..]) else { continue };
        if let Some((code, start)) = open {
            fields.push((code, &rest[start..at]));
        }
        open = Some((found, at + 3));
    }
    if let Some((code, start)) = open {
        fields.push((code, &rest[start..]));
    }
    Some((code, fields))
}

fn subfield_code(text: &str) -> Option<u8> {
    let code = text.get(..2).filter(|code| code.bytes().all(|b| b.is_ascii_digit()))?;
    code.parse().ok().filter(|code| matches!(code, 0 | 10 | 20..=39 | 60..=69))
}

/// Words that begin a part of the remittance text (Deutsche Kreditwirtschaft, DFÜ-Abkommen).
const SEPA_WORDS: [&str; 19] = [
    "EREF", "KREF", "MREF", "BREF", "RREF", "CRED", "DEBT", "COAM", "OAMT", "SVWZ", "ABWA", "ABWE",
    "IBAN", "PURP", "MDAT", "DDAT", "SQTP", "ORCR", "ORMR",
];

/// A part of remittance text: where it begins, its word and its value.
type Part<'a> = (usize, &'a str, &'a str);

fn german(code: &str, fields: &[(u8, &str)]) -> Told {
    let of = |wanted: &[u8]| -> Option<String> {
        let pieces = fields.iter().filter(|(code, _)| wanted.contains(code));
        squeezed(&pieces.map(|(_, text)| *text).collect::<String>())
    };
    let remittance: Vec<&str> = fields
        .iter()
        .filter(|(code, _)| matches!(code, 20..=29 | 60..=69))
        .map(|(_, text)| *text)
        .collect();
    let concatenated = remittance.concat();
    let parts = sepa_parts(&concatenated, '+');
    let parts = if parts.is_empty() { sepa_parts(&concatenated, ':') } else { parts };
    let part = |wanted: &str| {
        let found = parts.iter().find(|(_, word, _)| *word == wanted)?;
        squeezed(found.2).filter(|value| is_reference(value))
    };
    let name: Vec<&str> =
        fields.iter().filter(|(code, _)| matches!(code, 32 | 33)).map(|(_, text)| *text).collect();
    let purpose = match parts.is_empty() {
        true => squeezed(&unbroken(&remittance)),
        false => remittance_text(&concatenated, &parts),
    };
    Told {
        code: (!code.is_empty()).then(|| code.to_owned()),
        name: squeezed(&unbroken(&name)).or_else(|| part("ABWA")),
        account: of(&[38]).or_else(|| of(&[31])),
        end_to_end: part("EREF"),
        customer_reference: part("KREF"),
        mandate: part("MREF"),
        batch: part("BREF"),
        creditor_reference: None,
        return_reason: is_return(code).then(|| german_reason(&concatenated, of(&[34]))).flatten(),
        text: purpose.or_else(|| of(&[0])),
    }
}

/// Subfields of names and old remittance text made one: a full one goes on in the next.
fn unbroken(pieces: &[&str]) -> String {
    let mut out = String::new();
    for piece in pieces {
        out.push_str(piece);
        if piece.chars().count() < FULL_SUBFIELD_CHARS {
            out.push(' ');
        }
    }
    out
}

/// The parts of remittance text that begin with a known word and that sign, in order.
fn sepa_parts(text: &str, sign: char) -> Vec<Part<'_>> {
    let mut starts: Vec<(usize, &str)> = Vec::new();
    for (at, _) in text.match_indices(sign) {
        let Some(word) = at.checked_sub(4).and_then(|from| text.get(from..at)) else { continue };
        // A colon is common in words of people, and only counts where the word begins.
        let begins = sign == '+' || at == 4 || text[..at - 4].ends_with(' ');
        if begins && SEPA_WORDS.contains(&word) {
            starts.push((at - 4, word));
        }
    }
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    starts.iter().zip(ends).map(|((at, word), end)| (*at, *word, &text[at + 5..end])).collect()
}

/// What people wrote: the purpose, what stood before any word, and who it was for or from.
fn remittance_text(text: &str, parts: &[Part<'_>]) -> Option<String> {
    let mut out = text[..parts.first().map_or(0, |(at, _, _)| *at)].to_owned();
    for (_, word, value) in parts {
        match *word {
            "SVWZ" => out.push_str(value),
            "ABWA" | "ABWE" => {
                out.push_str(&format!(" {word}+{}", value.trim()));
            }
            _ => {}
        }
    }
    squeezed(&out)
}

/// Business transaction codes of returned debits and transfers.
fn is_return(code: &str) -> bool {
    matches!(code, "108" | "109" | "159" | "181" | "182" | "183" | "184")
}

/// The reason as a code of ISO 20022 in the text, else the bank's own number in `?34`.
fn german_reason(text: &str, own: Option<String>) -> Option<String> {
    codes::return_reason(text).or_else(|| own.filter(|number| number.starts_with('9')))
}

/// Whether a value is a reference and not the word for none.
fn is_reference(value: &str) -> bool {
    !matches!(value, "NOTPROVIDED" | "NONREF" | "NOT PROVIDED")
}

// ---- Words between slashes ----

/// Words that begin a part (SWIFT codes of field 86, Dutch and Belgian banks).
const SLASH_WORDS: [&str; 36] = [
    "TRTP", "TRCD", "IBAN", "BIC", "NAME", "REMI", "EREF", "KREF", "MREF", "MARF", "CSID", "CRED",
    "ISDT", "BENM", "ORDP", "ORDR", "ADDR", "RTRN", "PREF", "IREF", "PURP", "ULTD", "ULTB", "CNTP",
    "SVWZ", "CHGS", "OCMT", "OAMT", "EXCH", "ACCW", "IBK", "ROC", "RFB", "ID", "INIT", "SVCL",
];

/// Cuts slashed text into words and values; `None` when it does not begin with a known word.
fn slashed(text: &str) -> Option<Vec<(&str, &str)>> {
    let text = text.trim();
    let first = text.strip_prefix('/')?.split('/').next()?;
    if !SLASH_WORDS.contains(&first) {
        return None;
    }
    let mut fields = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    for piece in text.split('/') {
        if SLASH_WORDS.contains(&piece) {
            if let Some((word, start)) = open {
                fields.push((word, text[start..at].trim_matches('/')));
            }
            open = Some((piece, at + piece.len()));
        }
        at += piece.len() + 1;
    }
    if let Some((word, start)) = open {
        fields.push((word, text[start..].trim_matches('/')));
    }
    Some(fields)
}

fn by_word(fields: &[(&str, &str)]) -> Told {
    let value = |wanted: &[&str]| {
        let found = fields.iter().find(|(word, text)| wanted.contains(word) && !text.is_empty());
        squeezed(found?.1).filter(|value| is_reference(value))
    };
    // ING: account, BIC, name and town of the counterparty, by their place.
    let party: Vec<String> = value(&["CNTP"])
        .map(|text| text.split('/').map(|part| part.trim().to_owned()).collect())
        .unwrap_or_default();
    let placed = |place: usize| party.get(place).filter(|part| !part.is_empty()).cloned();
    let remittance = value(&["REMI", "SVWZ"]);
    let structured = remittance.as_deref().and_then(|text| text.strip_prefix("STRD/"));
    let structured = structured.and_then(|text| text.rsplit('/').next()).map(str::to_owned);
    let text = remittance.as_deref().map(|text| text.strip_prefix("USTD").unwrap_or(text));
    let text = text.and_then(|text| squeezed(text.trim_start_matches('/')));
    Told {
        code: value(&["TRTP", "TRCD"]),
        name: value(&["NAME"]).or_else(|| placed(2)).or_else(|| value(&["BENM", "ORDP"])),
        account: value(&["IBAN"]).or_else(|| placed(0)).or_else(|| value(&["ACCW"])),
        end_to_end: value(&["EREF", "ROC", "RFB"]),
        customer_reference: value(&["KREF"]),
        mandate: value(&["MARF", "MREF"]),
        batch: value(&["PREF"]),
        creditor_reference: structured,
        return_reason: value(&["RTRN"]),
        text: text.or_else(|| value(&["TRTP", "PURP"])),
    }
}

// ---- Numbered lines of :NS: ----

/// Reads the lines of `:NS:` after an entry: two digits and a value each.
pub fn numbered(lines: &[&str]) -> Told {
    let of = |from: u8, to: u8| -> Option<String> {
        let values = lines.iter().filter_map(|line| {
            let code: u8 = line.get(..2)?.parse().ok()?;
            (from..=to).contains(&code).then(|| &line[2..])
        });
        squeezed(&values.collect::<Vec<_>>().join(" "))
    };
    Told {
        name: of(15, 16),
        account: of(34, 34),
        text: of(1, 14).or_else(|| of(17, 17)),
        ..Told::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn german_subfields_go_on_across_lines_and_fields() {
        let told = information(&[
            "109?00SEPA-LASTSCHR. RETOURE CORE?109075/629?20EREF+A1.200080779.",
            "400143254?21.4961336 KREF+SEPA-DA202006?2201221740-34972000-P1 MR",
            "EF+2?230852HW2723821 CRED+DE41EON0?240000129793 OAMT+11,85 SVWZ+?",
            "25SONSTIGE GRUENDE ENDABRECHN?26UNG NR. 500106875?30CSDBDE71XXX?3",
            "1DE50712345600200691329?32TESTER?33EL?34914",
        ]);
        assert_eq!(told.code, some("109"));
        assert_eq!(told.end_to_end, some("A1.200080779.400143254.4961336"));
        assert_eq!(told.customer_reference, some("SEPA-DA20200601221740-34972000-P1"));
        assert_eq!(told.mandate, some("20852HW2723821"));
        assert_eq!(told.text, some("SONSTIGE GRUENDE ENDABRECHNUNG NR. 500106875"));
        assert_eq!(told.account, some("DE50712345600200691329"));
        assert_eq!(told.name, some("TESTER EL"));
        assert_eq!(told.return_reason, some("914"));
    }

    #[test]
    fn short_subfields_of_old_text_are_words_of_their_own() {
        let told = information(&[
            "051?00Credit?20QQW53T2245ZGY46J ABBUCHUNG?21VOM PAYPAL-KONTO?22X?",
            "30?31310175526300?32PAYPAL",
        ]);
        assert_eq!(told.text, some("QQW53T2245ZGY46J ABBUCHUNG VOM PAYPAL-KONTO X"));
        assert_eq!((told.name, told.account), (some("PAYPAL"), some("310175526300")));
        // A mark in the words of people begins nothing.
        let asked = information(&["166?20Was ist das?77 Euro?32A"]);
        assert_eq!(asked.text, some("Was ist das?77 Euro"));
        assert_eq!(information(&["020~00X~20FV 12~32JAN"]).text, some("FV 12"));
        let colons = information(&["166?20EREF: F-1 SVWZ: Rechnung: 7"]);
        assert_eq!((colons.end_to_end, colons.text), (some("F-1"), some("Rechnung: 7")));
    }

    #[test]
    fn words_between_slashes_name_their_values() {
        let told = information(&[
            "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J",
            "ANSEN BV/REMI/Factuur 12/34 RF18539007547034/EREF/NOTPROVIDED",
        ]);
        assert_eq!(told.name, some("JANSEN BV"));
        assert_eq!(told.text, some("Factuur 12/34 RF18539007547034"));
        assert_eq!(told.creditor_reference, some("RF18539007547034"));
        assert_eq!((told.end_to_end, told.account), (None, some("NL91ABNA0417164300")));
        let ing = information(&[
            "/EREF/E-1//CNTP/NL32INGB0000012345/INGBNL2A/ING BANK NV/AMSTERDAM//",
            "/REMI/USTD//Rechnung 5/",
        ]);
        assert_eq!((ing.name, ing.text), (some("ING BANK NV"), some("Rechnung 5")));
        assert_eq!(ing.end_to_end, some("E-1"));
        let rabo = information(&["/MARF/M-9/EREF/E/RTRN/AM04/BENM//NAME/X/REMI/STRD/CUR/99"]);
        assert_eq!((rabo.return_reason, rabo.mandate), (some("AM04"), some("M-9")));
        assert_eq!((rabo.creditor_reference, rabo.name), (some("99"), some("X")));
    }

    #[test]
    fn free_text_stays_free() {
        let told = information(&["SPEI RECIBIDO 0121 FACT A-100", "segunda linea", ""]);
        assert_eq!(told.text, some("SPEI RECIBIDO 0121 FACT A-100 segunda linea"));
        assert_eq!(information(&["100,20 EUR"]).text, some("100,20 EUR"));
        assert_eq!(information(&["/a/b"]).text, some("/a/b"));
        assert_eq!(information(&[]), Told::default());
        let lines = ["01Verwendungszweck 1", "02zwei", "15Empfänger", "17Buchung", "3412"];
        let old = numbered(&lines);
        assert_eq!(old.text, some("Verwendungszweck 1 zwei"));
        assert_eq!((old.name, old.account), (some("Empfänger"), some("12")));
    }
}
