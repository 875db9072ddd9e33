//! What makes two records the same: business keys and content hashes. Pure.

use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_formats::record::{DocumentKind, DocumentRecord, EventRecord, ReferenceRecord};
use sha2::{Digest, Sha256};

/// SII type codes: the same folio of another type is another document.
const DTE_TYPES: [&str; 14] =
    ["33", "34", "39", "41", "43", "46", "52", "56", "61", "110", "111", "112", "30", "60"];

/// Longest number, code or tax id that is believed: keys are indexed, and what is longer is not a
/// number but a column that was taken for another.
const LONGEST_BYTES: usize = 200;

/// Whether a text is too long to be a number, code or tax id.
pub fn is_too_long(text: &str) -> bool {
    text.len() > LONGEST_BYTES
}

/// 64 bits of SHA-256 over parts; parts cannot run into each other.
pub fn hash64(parts: &[&str]) -> i64 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    let digest = hasher.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}

/// SHA-256 of a file's bytes in hexadecimal.
pub fn file_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A number as it is compared: upper case, without blanks.
pub fn normal_number(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// Series and number as people say them.
pub fn full_number(series: Option<&str>, number: Option<&str>) -> String {
    match (series.map(normal_number), number.map(normal_number)) {
        (Some(series), Some(number)) if !series.is_empty() => format!("{series}-{number}"),
        (_, Some(number)) => number,
        (Some(series), None) => series,
        (None, None) => String::new(),
    }
}

fn dte_key(type_code: Option<&str>, number: Option<&str>) -> Option<String> {
    let type_code = type_code.filter(|code| DTE_TYPES.contains(code))?;
    let folio = number?.trim().trim_start_matches('0');
    Some(format!("dte:{type_code}:{folio}"))
}

/// The business key of a document of a creditor of `country`. `None` when the document says too
/// little to be told apart from another.
pub fn document_key(d: &DocumentRecord, country: &str, total: &str) -> Option<String> {
    if let Some(uuid) = &d.uuid {
        return Some(format!("uuid:{uuid}"));
    }
    if country == "CL"
        && let Some(key) = dte_key(d.type_code.as_deref(), d.number.as_deref())
    {
        return Some(key);
    }
    let number = full_number(d.series.as_deref(), d.number.as_deref());
    let issued = d.issue_date.map(|day| day.to_string()).unwrap_or_default();
    let unstamped = country == "MX" && d.version.is_some();
    if unstamped {
        return Some(format!("cfdi:{number}|{issued}|{total}"));
    }
    if !number.is_empty() {
        return Some(format!("n:{}:{number}", d.kind.as_str()));
    }
    let who = d.buyer.code.as_deref().or(d.buyer.tax_id.as_deref())?;
    let due = d.dues.first().and_then(|due| due.date).map(|day| day.to_string());
    Some(format!("x:{who}|{issued}|{}|{total}", due.unwrap_or_default()))
}

/// Keys under which the document a reference names may be stored, most exact first. The last
/// resort is `number:N`, which means the debt document of that number.
pub fn reference_key(r: &ReferenceRecord, country: &str) -> Option<String> {
    any_reference_key(r, country).filter(|key| !is_too_long(key))
}

fn any_reference_key(r: &ReferenceRecord, country: &str) -> Option<String> {
    if let Some(uuid) = &r.uuid {
        return Some(format!("uuid:{uuid}"));
    }
    if country == "CL"
        && let Some(key) = dte_key(r.type_code.as_deref(), r.number.as_deref())
    {
        return Some(key);
    }
    r.number.as_deref().map(|number| format!("number:{}", normal_number(number)))
}

/// Key of the document an event is about.
pub fn event_key(e: &EventRecord, country: &str) -> Option<String> {
    let reference = ReferenceRecord {
        uuid: e.uuid.clone(),
        type_code: e.type_code.clone(),
        number: e.number.clone(),
        ..ReferenceRecord::default()
    };
    reference_key(&reference, country)
}

/// Content of a document in 64 bits: the upper half is kind, currency, total and issue date; the
/// lower half the due dates the source states, 0 when it states none.
pub fn content_hash(
    kind: DocumentKind,
    currency: Currency,
    total_minor: i64,
    issued: Day,
    stated_dues: &[(Option<Day>, Option<i64>)],
) -> i64 {
    let (total, day) = (total_minor.to_string(), issued.to_string());
    let core = hash64(&[kind.as_str(), currency.code(), &total, &day]);
    let dated: Vec<String> = stated_dues
        .iter()
        .filter_map(|(day, amount)| day.map(|day| format!("{day}|{amount:?}")))
        .collect();
    let dues = match dated.is_empty() {
        true => 0,
        false => (hash64(&dated.iter().map(String::as_str).collect::<Vec<_>>()) as u32).max(1),
    };
    (core & !0xffff_ffff) | i64::from(dues)
}

/// Whether two content hashes say the same: equal in what both state.
pub fn same_content(one: i64, other: i64) -> bool {
    let dues = |hash: i64| hash as u32;
    let core = |hash: i64| hash >> 32;
    core(one) == core(other) && (dues(one) == dues(other) || dues(one) == 0 || dues(other) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_that_says_less_is_still_the_same() {
        let day = "2026-03-01".parse().unwrap();
        let due = |text: &str| vec![(Some(text.parse().unwrap()), None)];
        let hash = |total, dues: &[_]| {
            content_hash(DocumentKind::Invoice, Currency::CLP, total, day, dues)
        };
        assert!(same_content(hash(100, &[]), hash(100, &due("2026-04-01"))));
        assert!(same_content(hash(100, &due("2026-04-01")), hash(100, &due("2026-04-01"))));
        assert!(!same_content(hash(100, &due("2026-04-02")), hash(100, &due("2026-04-01"))));
        assert!(!same_content(hash(101, &[]), hash(100, &[])));
    }

    #[test]
    fn a_chilean_folio_is_the_same_in_every_writing() {
        let mut document = DocumentRecord { type_code: Some("33".into()), ..Default::default() };
        document.number = Some("0001234".into());
        assert_eq!(document_key(&document, "CL", "1").unwrap(), "dte:33:1234");
        let reference = ReferenceRecord {
            type_code: Some("33".into()),
            number: Some("1234".into()),
            ..Default::default()
        };
        assert_eq!(reference_key(&reference, "CL").unwrap(), "dte:33:1234");
    }
}
