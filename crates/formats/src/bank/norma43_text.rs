//! What the complementary records (23) of Norma 43 say of an entry: two free texts each, or the
//! layouts of SEPA debits and transfers (Cuaderno 43, June 2012, appendix 4). Decides which of
//! them it is, and only with proof; everything else is text for people.

use super::codes;
use crate::xml::squeezed;
use puntual_core::bank_id;

/// Longest text of a record: one that is full goes on in the next.
const FULL_TEXT_CHARS: usize = 38;

/// Purposes of ISO 20022 that stand in the SEPA layout.
const PURPOSES: [&str; 14] = [
    "BONU", "CASH", "GDDS", "INTC", "LOAN", "OTHR", "PENS", "SALA", "SCVE", "SUPP", "TAXS", "TRAD",
    "TREA", "VATX",
];

/// What was told of an entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Name of the other side.
    pub name: Option<String>,
    /// End-to-end reference.
    pub reference: Option<String>,
    /// Mandate of a direct debit.
    pub mandate: Option<String>,
    /// Structured creditor reference.
    pub creditor_reference: Option<String>,
    /// Everything for people.
    pub text: Option<String>,
}

/// Reads the complementary records of an entry, each from its third position on.
pub fn read(records: &[Vec<char>]) -> Told {
    let mut told = sepa_debit(records)
        .or_else(|| sepa_transfer(records))
        .unwrap_or_else(|| Told { text: free_text(records), ..Told::default() });
    let text = told.text.as_deref().unwrap_or_default();
    told.creditor_reference = codes::creditor_reference(text);
    told
}

/// Positions `from` to `to` of a record, from 1 as the standard counts them, trimmed.
pub fn slice(record: &[char], from: usize, to: usize) -> String {
    let end = to.min(record.len());
    let part: String = record.get(from - 1..end).unwrap_or_default().iter().collect();
    part.trim().to_owned()
}

/// The complementary record of that number. Records are kept from position 3.
fn numbered<'a>(records: &'a [Vec<char>], number: &str) -> Option<&'a [char]> {
    records.iter().find(|record| slice(record, 1, 2) == number).map(Vec::as_slice)
}

/// A part of a complementary record, by its positions in the whole record.
fn part(record: Option<&[char]>, from: usize, to: usize) -> Option<String> {
    squeezed(&slice(record?, from - 2, to - 2))
}

/// Scheme, creditor, its id, mandate, concept, reference and debtor, in five records. The check
/// digits of the creditor's id prove the layout.
fn sepa_debit(records: &[Vec<char>]) -> Option<Told> {
    let first = numbered(records, "01")?;
    if !matches!(slice(first, 3, 6).as_str(), "CORE" | "COR1" | "B2B") {
        return None;
    }
    let second = numbered(records, "02");
    bank_id::sepa_creditor(&part(second, 5, 39)?)?;
    let last = numbered(records, "05");
    Some(Told {
        name: part(last, 40, 80),
        reference: part(last, 5, 39),
        mandate: part(second, 40, 74),
        creditor_reference: None,
        text: concept(records).or_else(|| part(Some(first), 9, 78)),
    })
}

/// Originator, its reference and the concept. Purpose codes prove the layout, or their eight
/// blanks before a concept.
fn sepa_transfer(records: &[Vec<char>]) -> Option<Told> {
    let first = numbered(records, "01")?;
    let second = numbered(records, "02");
    let third = numbered(records, "03")?;
    let purposes = [part(Some(third), 5, 8), part(Some(third), 9, 12)];
    let known = |purpose: &String| PURPOSES.contains(&purpose.as_str());
    let fits = purposes.iter().flatten().all(known) && part(Some(third), 13, 80).is_some();
    fits.then(|| Told {
        name: part(Some(first), 5, 70),
        reference: part(second, 5, 39).filter(|reference| reference != "NOTPROVIDED"),
        text: squeezed(
            &[concept(records), part(numbered(records, "05"), 5, 80)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" "),
        ),
        ..Told::default()
    })
}

/// The concept of both SEPA layouts, which goes on from the third record to the fourth.
fn concept(records: &[Vec<char>]) -> Option<String> {
    let third: String = numbered(records, "03")?.iter().skip(10).take(68).collect();
    let fourth: String = numbered(records, "04")
        .map(|fourth| fourth.iter().skip(2).take(72).collect())
        .unwrap_or_default();
    squeezed(&format!("{third:<68}{fourth}"))
}

/// All texts in order. One that fills its place is broken within a word.
fn free_text(records: &[Vec<char>]) -> Option<String> {
    let mut out = String::new();
    for record in records {
        let texts = record.get(2..).unwrap_or_default();
        // What a program wrote beyond the width of the record belongs to its last text.
        let (first, second) = texts.split_at(texts.len().min(FULL_TEXT_CHARS));
        for text in [first, second] {
            out.extend(text.iter());
            if text.len() < FULL_TEXT_CHARS || text.last() == Some(&' ') {
                out.push(' ');
            }
        }
    }
    squeezed(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(texts: &[&str]) -> Vec<Vec<char>> {
        texts.iter().map(|text| text.chars().collect()).collect()
    }

    #[test]
    fn full_texts_go_on_and_short_ones_end() {
        let told = read(&records(&[
            &format!("01{:<38}{}", "TRANSF DE CLIENTE UNO SL", "FRA F2026-0110"),
            &format!("02{}CTURA", "X".repeat(35) + "FRA"),
        ]));
        let expected =
            format!("TRANSF DE CLIENTE UNO SL FRA F2026-0110 {}FRACTURA", "X".repeat(35));
        assert_eq!(told.text, Some(expected));
        assert_eq!(read(&records(&["01", "02 "])), Told::default());
    }

    #[test]
    fn a_sepa_debit_is_proved_by_the_creditor_id() {
        let told = read(&records(&[
            "01CORE ACREEDOR EJEMPLO SL",
            &format!("02{:<35}{:<35}", "ES11001B12345674", "MND-0001"),
            "03        RECIBO MARZO",
            "04",
            &format!("05{:<35}{}", "F2026-0101", "NÚÑEZ Y PEÑA CB"),
        ]));
        assert_eq!(told.mandate.as_deref(), Some("MND-0001"));
        assert_eq!(told.name.as_deref(), Some("NÚÑEZ Y PEÑA CB"));
        assert_eq!(told.reference.as_deref(), Some("F2026-0101"));
        assert_eq!(told.text.as_deref(), Some("RECIBO MARZO"));
        let words = read(&records(&["01CORE BUSINESS SA", "02PAGO FACTURAS"]));
        assert_eq!(words.text.as_deref(), Some("CORE BUSINESS SA PAGO FACTURAS"));
    }

    #[test]
    fn a_sepa_transfer_is_proved_by_its_purposes() {
        let told = read(&records(&[
            "01CLIENTE UNO SL",
            "02E2E-77",
            &format!("03{:<8}{}", "OTHR", "PAGO F2026-0110 RF18539007547034"),
        ]));
        assert_eq!(told.name.as_deref(), Some("CLIENTE UNO SL"));
        assert_eq!(told.reference.as_deref(), Some("E2E-77"));
        assert_eq!(told.creditor_reference.as_deref(), Some("RF18539007547034"));
        let words = read(&records(&["01PAGO", "02DE", "03FACTURAS VARIAS"]));
        assert_eq!((words.name, words.text.as_deref()), (None, Some("PAGO DE FACTURAS VARIAS")));
    }
}
