//! Values of elements and attributes: plain decimals, civil dates, ids, currencies. What is
//! written and cannot be read becomes a problem that names the field; what is absent is `None`.

use crate::problem;
use crate::record::{DocumentRecord, PartyRecord, Problem, Status};
use crate::table::repair::mojibake;
use puntual_core::date::Day;
use rust_decimal::Decimal;
use std::str::FromStr;

/// Years between which a document date is believed.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// A plain decimal as XML writes it: sign, digits, one point. No thousands marks, no exponent.
pub fn decimal(text: &str) -> Option<Decimal> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = unsigned.bytes().filter(u8::is_ascii_digit).count();
    let points = unsigned.bytes().filter(|b| *b == b'.').count();
    if digits == 0 || points > 1 || digits + points != unsigned.len() {
        return None;
    }
    Decimal::from_str(text.strip_prefix('+').unwrap_or(text)).ok()
}

/// The civil date of `YYYY-MM-DD`, alone or followed by a time, of a believable year.
pub fn day(text: &str) -> Option<Day> {
    let date = text.get(..10)?;
    let rest = &text[10..];
    if !(rest.is_empty() || rest.starts_with(['T', ' ', 'Z', '+', '-'])) {
        return None;
    }
    Day::parse_iso(date.as_bytes()).filter(|day| YEARS.contains(&day.ymd().0))
}

/// Collects problems while the fields of one document are read.
#[derive(Debug, Default)]
pub struct Fields {
    /// What was found wrong.
    pub problems: Vec<Problem>,
}

impl Fields {
    /// An amount; unreadable text quarantines the document.
    pub fn amount(&mut self, field: &str, text: Option<String>) -> Option<Decimal> {
        let text = text?;
        let value = decimal(&text);
        if value.is_none() {
            self.problems.push(problem::bad_amount(field, &text));
        }
        value
    }

    /// A date on which the document's meaning depends; an impossible one quarantines it.
    pub fn day(&mut self, field: &str, text: Option<&str>) -> Option<Day> {
        let text = text?;
        let value = day(text);
        if value.is_none() {
            self.problems.push(problem::bad_date(field, text));
        }
        value
    }

    /// Undoes what a program did that took UTF-8 for windows-1252 ("NÃºÃ±ez") before the issuer
    /// encoded the text again.
    pub fn mend_names(&mut self, party: &mut PartyRecord) {
        let mut mended = false;
        for text in [&mut party.name, &mut party.address, &mut party.contact] {
            if let Some(repaired) = text.as_deref().and_then(mojibake) {
                *text = Some(repaired);
                mended = true;
            }
        }
        if mended {
            let name = party.name.as_deref().unwrap_or_default();
            self.problems.push(problem::names_repaired(name));
        }
    }

    /// Notes that a field the document cannot do without is absent.
    pub fn require<T>(&mut self, field: &str, value: Option<&T>) {
        if value.is_none() {
            self.problems.push(problem::missing_field(field));
        }
    }

    /// The currency of a document that says it in a code; where it names none, that written beside
    /// its amounts.
    pub fn currency(
        &mut self,
        document: &mut DocumentRecord,
        written: Option<String>,
        beside: Option<&str>,
    ) {
        let beside = beside.and_then(currency_code);
        document.currency = written.as_deref().and_then(currency_code);
        match (&written, &document.currency, &beside) {
            (Some(written), None, _) => self.note(problem::unknown_currency(written)),
            (Some(_), Some(code), Some(beside)) if code != beside => {
                self.note(problem::currency_conflict(code, beside));
            }
            (Some(_), ..) => {}
            (None, _, Some(code)) => self.note(problem::currency_from_amounts(code)),
            (None, _, None) => self.note(problem::currency_missing()),
        }
        if written.is_none() {
            document.amounts_currency = beside;
        }
        document.currency_written = written;
    }

    /// Adds a problem.
    pub fn note(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Whether anything found so far keeps the document from the ledger.
    pub fn blocked(&self) -> bool {
        self.problems.iter().any(|problem| problem.status >= Status::Quarantine)
    }
}

/// A tax id as people mean it: upper case, no blanks, entities written twice undone.
pub fn tax_id(text: Option<String>) -> Option<String> {
    let joined: String = text?.split_whitespace().collect();
    let upper = joined.to_uppercase().replace("&AMP;", "&");
    (!upper.is_empty()).then_some(upper)
}

/// A UUID, trimmed and in upper case; braces of other programs removed.
pub fn uuid(text: Option<String>) -> Option<String> {
    let text = text?;
    let bare = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '}'));
    (!bare.is_empty()).then(|| bare.to_uppercase())
}

/// Whether the text has the shape of a UUID (8-4-4-4-12 hexadecimal digits).
pub fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// The ISO 4217 code of a currency as CFDI 3.2 and the customs table of the SII write it; `None`
/// when the words are not known.
pub fn currency_code(text: &str) -> Option<String> {
    let upper = text.trim().trim_end_matches('.').to_uppercase();
    if upper.len() == 3 && upper.bytes().all(|b| b.is_ascii_alphabetic()) {
        // MXP ended in 1993; programs of that age still write it for today's peso.
        return Some(if upper == "MXP" { "MXN".to_owned() } else { upper });
    }
    const WORDS: [(&str, &str); 37] = [
        ("PESOS", "MXN"),
        ("PESO", "MXN"),
        ("M.N", "MXN"),
        ("MN", "MXN"),
        ("MONEDA NACIONAL", "MXN"),
        ("NACIONAL", "MXN"),
        ("PESO MEXICANO", "MXN"),
        ("PESOS MEXICANOS", "MXN"),
        ("PESO MEX", "MXN"),
        ("DOLAR", "USD"),
        ("DÓLAR", "USD"),
        ("DOLARES", "USD"),
        ("DÓLARES", "USD"),
        ("DLLS", "USD"),
        ("DLS", "USD"),
        ("DOLAR AMERICANO", "USD"),
        ("DOLARES AMERICANOS", "USD"),
        ("DOLAR USA", "USD"),
        ("EURO", "EUR"),
        ("EUROS", "EUR"),
        ("PESO CL", "CLP"),
        ("PESO CHILENO", "CLP"),
        ("PESO COL", "COP"),
        ("PESO URUG", "UYU"),
        ("NUEVO SOL", "PEN"),
        ("GUARANI", "PYG"),
        ("CRUZEIRO REAL", "BRL"),
        ("REAL", "BRL"),
        ("BOLIVIANO", "BOB"),
        ("DOLAR CAN", "CAD"),
        ("DOLAR AUST", "AUD"),
        ("DOLAR HK", "HKD"),
        ("LIBRA EST", "GBP"),
        ("FRANCO SZ", "CHF"),
        ("YEN", "JPY"),
        ("RENMINBI", "CNY"),
        ("CORONA SC", "SEK"),
    ];
    WORDS.iter().find(|(word, _)| *word == upper).map(|(_, code)| (*code).to_owned())
}

/// The ISO 3166 alpha-2 code of a country written in two letters, or in three as in Facturae;
/// `None` for codes of three letters that are not of the countries one trades with most.
pub fn country_code(text: &str) -> Option<&str> {
    const CODES: [(&str, &str); 64] = [
        ("AND", "AD"),
        ("ARE", "AE"),
        ("ARG", "AR"),
        ("AUS", "AU"),
        ("AUT", "AT"),
        ("BEL", "BE"),
        ("BGR", "BG"),
        ("BOL", "BO"),
        ("BRA", "BR"),
        ("CAN", "CA"),
        ("CHE", "CH"),
        ("CHL", "CL"),
        ("CHN", "CN"),
        ("COL", "CO"),
        ("CRI", "CR"),
        ("CUB", "CU"),
        ("CYP", "CY"),
        ("CZE", "CZ"),
        ("DEU", "DE"),
        ("DNK", "DK"),
        ("DOM", "DO"),
        ("DZA", "DZ"),
        ("ECU", "EC"),
        ("ESP", "ES"),
        ("EST", "EE"),
        ("FIN", "FI"),
        ("FRA", "FR"),
        ("GBR", "GB"),
        ("GIB", "GI"),
        ("GRC", "GR"),
        ("GTM", "GT"),
        ("HND", "HN"),
        ("HRV", "HR"),
        ("HUN", "HU"),
        ("IND", "IN"),
        ("IRL", "IE"),
        ("ISL", "IS"),
        ("ISR", "IL"),
        ("ITA", "IT"),
        ("JPN", "JP"),
        ("KOR", "KR"),
        ("LTU", "LT"),
        ("LUX", "LU"),
        ("LVA", "LV"),
        ("MAR", "MA"),
        ("MEX", "MX"),
        ("MLT", "MT"),
        ("NIC", "NI"),
        ("NLD", "NL"),
        ("NOR", "NO"),
        ("PAN", "PA"),
        ("PER", "PE"),
        ("POL", "PL"),
        ("PRT", "PT"),
        ("PRY", "PY"),
        ("ROU", "RO"),
        ("SLV", "SV"),
        ("SVK", "SK"),
        ("SVN", "SI"),
        ("SWE", "SE"),
        ("TUR", "TR"),
        ("URY", "UY"),
        ("USA", "US"),
        ("VEN", "VE"),
    ];
    match text.len() {
        2 => Some(text),
        _ => CODES.iter().find(|(long, _)| *long == text).map(|(_, short)| *short),
    }
}

/// How far two amounts are apart; the largest amount there is when that cannot be said.
pub fn apart(one: Decimal, other: Decimal) -> Decimal {
    one.checked_sub(other).map_or(Decimal::MAX, |difference| difference.abs())
}

/// Two writings of one tax id are equal in this form.
pub fn comparable(id: &str) -> String {
    let bare: String = id
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '&')
        .flat_map(char::to_uppercase)
        .collect();
    bare.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_decimals_only() {
        for good in ["0", "1.50", "-3", "+3", ".5", "5.", "119000.5"] {
            assert!(decimal(good).is_some(), "{good}");
        }
        for bad in ["", ".", "1,000.00", "12..34", "1e5", "$5", "5-", "1 000", "--1"] {
            assert!(decimal(bad).is_none(), "{bad}");
        }
        assert!(decimal(&"9".repeat(60)).is_none());
    }

    #[test]
    fn dates_that_exist() {
        assert!(day("2026-03-01").is_some());
        assert!(day("2026-03-01T10:00:00").is_some());
        for bad in
            ["2026-02-30", "2026-13-01", "0001-01-01", "01-03-2026", "2026-03-011", "2026", "ñññññ"]
        {
            assert!(day(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn ids_in_one_form() {
        assert_eq!(comparable("088.888.888-k"), "88888888K");
        assert_eq!(tax_id(Some(" h&amp;e951128 469 ".into())).as_deref(), Some("H&E951128469"));
        assert_eq!(uuid(Some("{ab-c}".into())).as_deref(), Some("AB-C"));
        assert!(is_uuid("00000064-1111-4222-8333-0123456789AB"));
        assert!(!is_uuid("00000064-1111-4222-8333"));
    }
}
