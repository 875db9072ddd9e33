//! What makes two records the same: business keys and content hashes. Pure.

use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_formats::record::{DocumentKind, DocumentRecord, EventRecord, ReferenceRecord};
use sha2::{Digest, Sha256};

/// SII type codes: the same folio of another type is another document.
const DTE_TYPES: [&str; 14] =
    ["33", "34", "39", "41", "43", "46", "52", "56", "61", "110", "111", "112", "30", "60"];

/// Comprobantes of Peru that may be named by another (SUNAT, catalogue 01).
const CPE_TYPES: [&str; 4] = ["01", "03", "07", "08"];

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

/// The key of a comprobante of Peru, whose number is unique within its type: series of four and
/// correlative, which programs write with and without leading zeros. `None` for any other number.
fn cpe_key(type_code: &str, number: &str) -> Option<String> {
    let number = normal_number(number);
    let (series, correlative) = number.split_once('-')?;
    let is_series = series.len() == 4 && series.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_correlative = !correlative.is_empty() && correlative.bytes().all(|b| b.is_ascii_digit());
    let correlative = correlative.trim_start_matches('0');
    (is_series && is_correlative).then(|| format!("cpe:{type_code}:{series}-{correlative}"))
}

/// The type of a comprobante of Peru (catalogue 01). Tables seldom say it, so the series tells a
/// boleta (B…, EB…) from an invoice whoever wrote the document.
fn cpe_type(d: &DocumentRecord, number: &str) -> Option<&'static str> {
    let series = number.to_uppercase();
    match d.kind {
        DocumentKind::CreditNote => Some("07"),
        DocumentKind::DebitNote => Some("08"),
        DocumentKind::Invoice | DocumentKind::Receipt => {
            let is_numeric = series.starts_with(|c: char| c.is_ascii_digit());
            let says_boleta =
                d.kind == DocumentKind::Receipt || d.type_code.as_deref() == Some("03");
            let boleta = series.starts_with('B') || series.starts_with("EB");
            Some(if boleta || (is_numeric && says_boleta) { "03" } else { "01" })
        }
        _ => None,
    }
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
    if country == "PE"
        && let Some(key) = cpe_type(d, &number).and_then(|code| cpe_key(code, &number))
    {
        return Some(key);
    }
    let unstamped = country == "MX" && d.version.is_some();
    if unstamped {
        return Some(format!("cfdi:{number}|{issued}|{total}"));
    }
    let buyer = d.buyer.tax_id.as_deref().filter(|_| d.is_self_billed());
    match (number.is_empty(), buyer) {
        (false, None) => return Some(format!("n:{}:{number}", d.kind.as_str())),
        (false, Some(buyer)) => {
            let buyer = normal_number(buyer);
            return Some(format!("self:{buyer}:{}:{number}", d.kind.as_str()));
        }
        (true, _) => {}
    }
    let who = d.buyer.code.as_deref().or(d.buyer.tax_id.as_deref())?;
    let due = d.dues.first().and_then(|due| due.date).map(|day| day.to_string());
    Some(format!("x:{who}|{issued}|{}|{total}", due.unwrap_or_default()))
}

/// The key of an e-invoice known by its number alone (Facturae, CII, UBL), with the year of issue;
/// `None` for a document whose key says more, and for the row of a table, whose date may be that of
/// another event.
pub fn key_of_year(d: &DocumentRecord, key: &str, year: i32) -> Option<String> {
    let by_number = key.starts_with("n:") || key.starts_with("self:");
    (d.version.is_some() && by_number).then(|| format!("{key}:{year}"))
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
    if country == "PE"
        && let Some(code) = r.type_code.as_deref().filter(|code| CPE_TYPES.contains(code))
        && let Some(key) = r.number.as_deref().and_then(|number| cpe_key(code, number))
    {
        return Some(key);
    }
    r.number.as_deref().map(|number| format!("number:{}", normal_number(number)))
}

/// The key a document named by uid and number has when it came from a table without its uid.
pub fn reference_key_without_uid(r: &ReferenceRecord) -> Option<String> {
    let number = r.number.as_deref().filter(|_| r.uuid.is_some())?;
    Some(format!("number:{}", normal_number(number))).filter(|key| !is_too_long(key))
}

/// The document an event is about, as a reference names it.
pub fn event_reference(e: &EventRecord) -> ReferenceRecord {
    ReferenceRecord {
        uuid: e.uuid.clone(),
        type_code: e.type_code.clone(),
        number: e.number.clone(),
        ..ReferenceRecord::default()
    }
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
    fn a_peruvian_number_is_the_same_in_every_writing_and_unique_within_its_type() {
        let key = |kind, number: &str| {
            let number = Some(number.to_owned());
            document_key(&DocumentRecord { kind, number, ..Default::default() }, "PE", "1").unwrap()
        };
        assert_eq!(key(DocumentKind::Invoice, "F001-00000123"), "cpe:01:F001-123");
        assert_eq!(key(DocumentKind::Receipt, "b001-7"), key(DocumentKind::Invoice, "B001-07"));
        assert_eq!(key(DocumentKind::CreditNote, "F001-123"), "cpe:07:F001-123");
        assert_eq!(key(DocumentKind::Invoice, "2026/15"), "n:invoice:2026/15");
        let reference = ReferenceRecord {
            type_code: Some("01".into()),
            number: Some("F001-123".into()),
            ..Default::default()
        };
        assert_eq!(reference_key(&reference, "PE").unwrap(), "cpe:01:F001-123");
    }

    #[test]
    fn the_number_of_a_self_billed_invoice_is_its_buyers() {
        let key = |type_code: &str, buyer: &str| {
            let mut document =
                DocumentRecord { type_code: Some(type_code.into()), ..Default::default() };
            document.number = Some("2026-1".into());
            document.buyer.tax_id = Some(buyer.into());
            document_key(&document, "ES", "1").unwrap()
        };
        assert_ne!(key("389", "ESA58818501"), key("389", "ESB12345674"));
        assert_eq!(key("380", "ESA58818501"), key("380", "ESB12345674"));
        assert_ne!(key("AF/OO", "A58818501"), key("AF/OO", "B12345674"));
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
