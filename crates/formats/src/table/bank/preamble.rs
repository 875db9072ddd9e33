//! What stands above the header of a statement: the account and its holder, the currency, the
//! period, the balances at both ends. Labels and values are looked for side by side, one above the
//! other, and in one cell. Decides nothing about the rows below.

use super::dates;
use crate::table::civil::Written;
use crate::table::headers;
use crate::table::plan::{self, TopRow};
use puntual_core::bank_id;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::tax_id;

/// What the rows above the header say. Dates and amounts are as written: how they are read is
/// proved over the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preamble {
    /// IBAN, CLABE or account number, without blanks.
    pub account: Option<String>,
    /// Whose account it is.
    pub holder: Option<String>,
    /// The holder's tax id, in its normal form where its check agrees.
    pub holder_id: Option<String>,
    /// Country of account or holder.
    pub country: Option<&'static str>,
    /// Currency, ISO 4217, or the word for it.
    pub currency: Option<String>,
    /// Start of the period.
    pub from: Option<Written>,
    /// End of the period.
    pub to: Option<Written>,
    /// Every date found.
    pub dates: Vec<Written>,
    /// End of the latest month or year named.
    pub last_named: Option<Day>,
    /// Opening balance as written.
    pub opening: Option<String>,
    /// Closing balance as written.
    pub closing: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Account,
    Holder,
    HolderId,
    Currency,
    Opening,
    Closing,
    From,
    To,
    Period,
}

/// Most rows above the header that are read.
const ROWS_READ: usize = 80;

/// Reads the rows above the header. `creditor` is the country of who asks, for ids whose name
/// more than one country uses.
pub fn read(rows: &[TopRow], creditor: Option<&str>) -> Preamble {
    let mut found = Preamble::default();
    let rows = &rows[rows.len().saturating_sub(ROWS_READ)..];
    for (index, row) in rows.iter().enumerate() {
        for (column, cell) in row.cells.iter().enumerate() {
            let cell = cell.trim();
            if cell.is_empty() || cell.len() > 400 {
                continue;
            }
            found.note_text(cell);
            let (label, inside) = match cell.split_once(':') {
                Some((label, inside)) => (label, inside.trim()),
                None => (cell, ""),
            };
            let Some(label) = label_of(label) else { continue };
            let value = match inside {
                "" => beside_or_below(rows, index, column, label, cell.ends_with(':')),
                inside => Some(inside),
            };
            // `Cuenta Corriente 0012345678`
            let within = (label == Label::Account && account_in(cell).is_some()).then_some(cell);
            if let Some(value) = within.or(value) {
                found.take(label, value, creditor);
            }
        }
    }
    found
}

/// The value of a label: the next cell, unless that is a label too; else the cell below.
fn beside_or_below(
    rows: &[TopRow],
    index: usize,
    column: usize,
    label: Label,
    has_colon: bool,
) -> Option<&str> {
    let filled = |cell: &&String| !cell.trim().is_empty();
    let next = rows[index].cells.iter().skip(column + 1).find(filled).map(|cell| cell.trim());
    // A name may begin with the word for a name: `Titular | Empresa SL`.
    let is_value = |cell: &&str| {
        has_colon || label_of(cell.trim_end_matches(':')).is_none_or(|next| next == label)
    };
    next.filter(is_value).or_else(|| {
        let below = rows.get(index + 1).filter(|row| row.number <= rows[index].number + 1)?;
        below.cells.get(column).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    })
}

fn label_of(text: &str) -> Option<Label> {
    let normal = headers::normal(text);
    let words: Vec<&str> = normal.split(' ').collect();
    if normal.is_empty() || words.len() > 9 {
        return None;
    }
    let has = |list: &str| list.split('|').any(|word| words.contains(&word));
    let is_balance = has("saldo|balance|solde|kontostand");
    Some(match () {
        () if is_balance
            && has("inicial|anterior|apertura|opening|previous|initial|inicio|previo") =>
        {
            Label::Opening
        }
        () if is_balance && has("final|cierre|closing|ending|fin") => Label::Closing,
        () if has("anfangssaldo") => Label::Opening,
        () if has("endsaldo|schlusssaldo") => Label::Closing,
        () if is_balance => return None,
        () if has("moneda|divisa|currency|wahrung|waehrung|moeda|devise|valuta") => Label::Currency,
        () if has("cuenta|cta|iban|clabe|account|konto|kontonummer|conta|compte|conto|ccc") => {
            Label::Account
        }
        () if has("rut|rfc|nif|cif|ruc|cuit|nit|dni") => Label::HolderId,
        () if has(
            "titular|titulares|sr|senor|senores|nombre|holder|empresa|cliente|kontoinhaber|owner|razon",
        ) =>
        {
            Label::Holder
        }
        () if has("periodo|period|rango|zeitraum|movimientos|periode") => Label::Period,
        () if has("desde|from|von") => Label::From,
        () if has("hasta|to|bis") => Label::To,
        () if has("fecha|date") && has("inicial|inicio|start") => Label::From,
        () if has("fecha|date") && has("final|fin|termino|end") => Label::To,
        () => return None,
    })
}

impl Preamble {
    /// What any text may say, whatever its label.
    fn note_text(&mut self, text: &str) {
        let dates = dates::in_text(text);
        if let ([from, to], None, None) = (dates.as_slice(), self.from, self.to) {
            (self.from, self.to) = (Some(*from), Some(*to));
        }
        self.dates.extend(dates);
        self.last_named = self.last_named.max(dates::last_day_named(text));
        if self.account.as_deref().and_then(bank_id::iban).is_none()
            && let Some(account) = checked_account(text)
        {
            self.country = self.country.or(country_of_account(&account));
            self.account = Some(account);
        }
    }

    fn take(&mut self, label: Label, value: &str, creditor: Option<&str>) {
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let date = || dates::in_text(value).first().copied();
        match label {
            Label::Account if self.account.is_none() => self.account = account_in(value),
            Label::Holder if self.holder.is_none() && digits < 4 && value.len() > 2 => {
                self.holder = Some(value.to_owned());
            }
            Label::HolderId if self.holder_id.is_none() && digits >= 6 => {
                self.take_holder_id(value, creditor);
            }
            Label::Currency if self.currency.is_none() => {
                self.currency = currency_in(value);
            }
            Label::Opening if self.opening.is_none() && digits > 0 => {
                self.opening = Some(value.to_owned());
            }
            Label::Closing if self.closing.is_none() && digits > 0 => {
                self.closing = Some(value.to_owned());
            }
            Label::From => self.from = self.from.or_else(date),
            Label::To => self.to = self.to.or_else(date),
            _ => {}
        }
    }

    fn take_holder_id(&mut self, value: &str, creditor: Option<&str>) {
        let of = |country: &'static str| match tax_id::check(country, value) {
            tax_id::TaxIdCheck::Malformed | tax_id::TaxIdCheck::Unchecked(_) => None,
            check => check.id().map(|id| (id.key().to_owned(), country)),
        };
        let hyphenated = value.trim().rfind('-').is_some_and(|at| at + 2 == value.trim().len());
        let country = match tax_id::guess_country(value) {
            Some(country) => Some(country),
            // Masked or invented ids still have the shape of their country.
            None if hyphenated && creditor.is_none_or(|c| c.eq_ignore_ascii_case("CL")) => {
                Some("CL")
            }
            None => None,
        };
        if let Some((id, country)) = country.and_then(of) {
            self.holder_id = Some(id);
            self.country = self.country.or(Some(country));
        }
    }
}

/// An IBAN or CLABE anywhere in a text, its check digits agreeing.
fn checked_account(text: &str) -> Option<String> {
    if text.bytes().filter(u8::is_ascii_digit).count() < 12 {
        return None;
    }
    let whole: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let after_colon = whole.rsplit(':').next().unwrap_or("");
    bank_id::iban(after_colon).or_else(|| bank_id::clabe(after_colon)).or_else(|| {
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words.find_map(|word| bank_id::iban(word).or_else(|| bank_id::clabe(word)))
    })
}

/// Country of an IBAN, or Mexico for a CLABE.
fn country_of_account(account: &str) -> Option<&'static str> {
    const COUNTRIES: [&str; 6] = ["ES", "PT", "FR", "DE", "IT", "DO"];
    match bank_id::clabe(account) {
        Some(_) => Some("MX"),
        None => COUNTRIES.into_iter().find(|country| account.starts_with(country)),
    }
}

/// The account number in a value: the word with most digits, or all of them when they are groups.
pub fn account_in(value: &str) -> Option<String> {
    let value = value.trim().trim_start_matches('\'');
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let is_account = |text: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '*' | '.' | '/'))
            && digits(text) >= 4
            && dates::in_text(text).is_empty()
    };
    let whole: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    let letters = whole.chars().filter(|c| c.is_ascii_alphabetic() && *c != 'X').count();
    if letters <= 4 && is_account(&whole) && whole.len() <= 34 {
        return Some(whole);
    }
    let longest = value.split_whitespace().max_by_key(|word| digits(word))?;
    let longest = longest.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '*');
    (is_account(longest) && digits(longest) >= 6).then(|| longest.to_owned())
}

/// The currency a text names: a code inside it, or the text itself to be understood later.
pub fn currency_in(text: &str) -> Option<String> {
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
    let code = words.find_map(|word| {
        let is_code = word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase());
        is_code.then(|| word.parse::<Currency>().ok()).flatten()
    });
    match code {
        Some(currency) => Some(currency.code().to_owned()),
        None => (text.len() <= 30 && !text.is_empty()).then(|| text.to_owned()),
    }
}

/// The ISO code of what [`currency_in`] found.
pub fn currency_code(text: &str, country: Option<&str>) -> Option<String> {
    if let Ok(currency) = text.parse::<Currency>() {
        return Some(currency.code().to_owned());
    }
    match text.trim() {
        "€" => Some("EUR".to_owned()),
        "US$" | "U$S" => Some("USD".to_owned()),
        "S/" | "S/." => Some("PEN".to_owned()),
        "$" => country.and_then(plan::currency_of).map(str::to_owned),
        other => plan::currency_word(&headers::normal(other), country).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preamble(lines: &[&str]) -> Preamble {
        let rows: Vec<TopRow> = lines
            .iter()
            .enumerate()
            .map(|(index, line)| TopRow {
                number: index + 1,
                cells: line.split(';').map(str::to_owned).collect(),
            })
            .collect();
        read(&rows, None)
    }

    #[test]
    fn labels_stand_beside_above_and_before_their_values() {
        let found = preamble(&[
            ";Sr(a):;Juan Pérez González",
            ";Rut:;12.345.678-5",
            ";Cuenta:;00-123-45678-90",
            ";Moneda:;Pesos Chilenos (CLP)",
            ";Saldo Inicial;Saldo Final",
            ";1.302.300;521.174",
            ";Movimientos al 16/01/2026",
        ]);
        assert_eq!(found.holder.as_deref(), Some("Juan Pérez González"));
        assert_eq!(found.account.as_deref(), Some("00-123-45678-90"));
        assert_eq!(found.currency.as_deref(), Some("CLP"));
        assert_eq!(found.country, Some("CL"));
        assert_eq!(found.holder_id.as_deref(), Some("12345678-5"));
        assert_eq!(found.opening.as_deref(), Some("1.302.300"));
        assert_eq!(found.closing.as_deref(), Some("521.174"));
        assert_eq!(found.dates.len(), 1);
    }

    #[test]
    fn one_cell_may_hold_label_and_value() {
        let found = preamble(&[
            "Cuenta: ES91 2100 0418 4502 0005 1332;Titular: Maderas del Sur SL",
            "Periodo: 01/03/2026 - 31/03/2026",
        ]);
        assert_eq!(found.account.as_deref(), Some("ES9121000418450200051332"));
        assert_eq!(
            (found.country, found.holder.as_deref()),
            (Some("ES"), Some("Maderas del Sur SL"))
        );
        assert!(found.from.is_some() && found.to.is_some());
        let found = preamble(&["Cuenta Corriente N° 0012345678 en CLP"]);
        assert_eq!(found.account.as_deref(), Some("0012345678"));
        assert_eq!(preamble(&["Número de cuenta:;XXXX XXXX XXXX"]).account, None);
        let found = preamble(&["Cartola cuenta corriente 0-000-123456-7", "Al 31/03/2026"]);
        assert_eq!(found.account.as_deref(), Some("0-000-123456-7"));
        assert_eq!(preamble(&["Cuenta", "31/03/2026"]).account, None);
    }
}
