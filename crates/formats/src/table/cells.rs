//! Access to the cells of one row by field, with everything odd about a value noted as a problem
//! of the row. Knows nothing of records.

use super::civil;
use super::headers;
use super::mapping::{Field, SignRule};
use super::number;
use super::plan::{self, Plan};
use super::problems::{self, BadValue};
use super::repair;
use super::rows::{Row, Value};
use crate::record::{Problem, Status};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::tax_id::{self, TaxIdCheck, TaxIdKind};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// What is remembered from row to row so that repeated values are not examined again.
#[derive(Default)]
pub struct Memory {
    /// Currencies as written, with their code. A handful: searched in order.
    currencies: Vec<(String, Option<String>)>,
    /// Decimals of each currency code seen.
    decimals: Vec<(String, Option<u32>)>,
    tax_ids: HashMap<String, IdVerdict>,
}

/// A thousand million millions: no amount is larger, so sums of amounts cannot overflow.
const MOST_BELIEVED: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);

/// 1 January 1950 and 31 December 2100: no receivable is older, and none falls due later.
const EARLIEST: Day = Day(-7_305);
const LATEST: Day = Day(47_846);

/// Days that programs write for "no date": 0001-01-01, 1753-01-01, 1899-12-30, 1899-12-31,
/// 1900-01-01 and 9999-12-31.
const STAND_INS: [i32; 6] = [-719_162, -79_257, -25_569, -25_568, -25_567, 2_932_896];

/// Most distinct currencies remembered.
const MAX_CURRENCIES: usize = 40;

/// Most distinct values remembered.
const MAX_REMEMBERED: usize = 50_000;

impl Memory {
    /// Decimals of a currency code; `None` when it is not known.
    fn decimals_of(&mut self, code: &str) -> Option<u32> {
        if let Some((_, decimals)) = self.decimals.iter().find(|(known, _)| known == code) {
            return *decimals;
        }
        let decimals = code.parse::<Currency>().ok().map(Currency::decimals);
        if self.decimals.len() < MAX_CURRENCIES {
            self.decimals.push((code.to_owned(), decimals));
        }
        decimals
    }
}

#[derive(Clone)]
struct IdVerdict {
    status: Status,
    kind: &'static str,
    country: Option<String>,
}

/// One row being read.
pub struct Cells<'r> {
    /// How the table is read.
    pub plan: &'r Plan,
    /// The row.
    pub row: Row<'r>,
    /// Where it stands.
    pub place: String,
    /// What was odd so far.
    pub problems: Vec<Problem>,
}

impl<'r> Cells<'r> {
    /// The row numbered `number`.
    pub fn new(plan: &'r Plan, row: Row<'r>, number: usize) -> Cells<'r> {
        let mut place = String::with_capacity(12);
        place.push_str("fila ");
        push_number(&mut place, number);
        Cells { plan, row, place, problems: Vec::new() }
    }

    fn value(&self, field: Field) -> Value<'r> {
        match self.plan.column(field) {
            Some(column) => self.row.value(column),
            None => match &self.plan.constants[field as usize] {
                Some(text) => Value::Text(text),
                None => Value::Empty,
            },
        }
    }

    /// The value as text, `None` when blank or a word for "nothing".
    pub fn text(&self, field: Field) -> Option<String> {
        let text = match self.value(field) {
            Value::Empty => return None,
            Value::Text(text) => as_before_export(text).to_owned(),
            Value::Number(number) => number.normalize().to_string(),
            Value::Day(day) => day.to_string(),
            Value::Flag(flag) => flag.to_string(),
        };
        (!is_nothing(&text)).then_some(text)
    }

    /// Text for people: garbled accents are repaired, formulas and lost characters are noted.
    pub fn words(&mut self, field: Field) -> Option<String> {
        let text = self.text(field)?;
        let raw = self.plan.column(field).and_then(|column| self.row.raw(column)).unwrap_or(&text);
        let phone = field == Field::Phone;
        if repair::is_formula(raw) && !phone && text != "-" {
            self.problems.push(problems::formula_text(&self.place, &text));
        }
        Some(self.mended(text))
    }

    /// The same for one of several columns of a field.
    pub fn words_at(&mut self, column: usize) -> Option<String> {
        let text = self.row.text(column);
        if is_nothing(&text) {
            return None;
        }
        if repair::is_formula(self.row.raw(column).unwrap_or(&text)) {
            self.problems.push(problems::formula_text(&self.place, &text));
        }
        let text = as_before_export(&text).to_owned();
        Some(self.mended(text))
    }

    /// Text with garbled accents repaired.
    fn mended(&mut self, text: String) -> String {
        let text = match text.strip_prefix('"') {
            // A quote that nothing closes is dirt.
            Some(rest) if !rest.contains('"') => rest.to_owned(),
            _ => text,
        };
        if text.is_ascii() {
            return text;
        }
        if repair::has_lost_characters(&text) {
            self.problems.push(problems::lost_characters(&self.place, &text));
        }
        match repair::mojibake(&text) {
            Some(repaired) => {
                self.problems.push(problems::mojibake(&self.place, &text, &repaired));
                repaired
            }
            None => text,
        }
    }

    /// A document or customer number: leading zeros kept, `.0` and the apostrophe of spreadsheets
    /// taken off, shortened numbers noted.
    pub fn number(&mut self, field: Field) -> Option<String> {
        let mut text = match self.value(field) {
            Value::Text(text) if !is_nothing(text) => text.to_owned(),
            Value::Text(_) => return None,
            _ => self.text(field)?,
        };
        if let Some(whole) = text.strip_suffix(".0")
            && !whole.is_empty()
            && whole.bytes().all(|b| b.is_ascii_digit())
        {
            text.truncate(text.len() - 2);
        }
        if text.starts_with('\'') {
            text.remove(0);
        }
        if number::is_scientific(&text) {
            self.problems.push(problems::shortened_number(&self.place, &text));
        } else if repair::is_formula(&text) && text.len() > 1 {
            self.problems.push(problems::formula_text(&self.place, &text));
        }
        Some(text)
    }

    /// An amount with the sign rule applied; what is no amount is noted.
    pub fn amount(&mut self, field: Field) -> Option<Decimal> {
        let amount = match self.value(field) {
            Value::Number(number) => number,
            Value::Text(text) if is_nothing(text) => return None,
            Value::Text(text) => {
                let reading = self.plan.column(field).map(|c| self.plan.numbers[c]);
                match reading.unwrap_or_default().parse(text) {
                    Some(amount) => amount,
                    None => {
                        self.note_bad(field, text, BadValue::Amount);
                        return None;
                    }
                }
            }
            _ => return None,
        };
        if amount.abs() >= MOST_BELIEVED {
            self.note_bad(field, &amount.to_string(), BadValue::Amount);
            return None;
        }
        // The signs of a bank statement are turned once for the entry, and never its balance.
        let turned =
            self.plan.sign == SignRule::Inverted && field.is_money() && self.plan.bank.is_none();
        Some(if turned { -amount } else { amount })
    }

    /// A date; what is no date is noted.
    pub fn day(&mut self, field: Field) -> Option<Day> {
        let day = self.any_day(field)?;
        match day {
            day if (EARLIEST..=LATEST).contains(&day) => Some(day),
            day if STAND_INS.contains(&day.0) => None,
            day => {
                self.note_bad(field, &day.to_string(), BadValue::Year);
                None
            }
        }
    }

    fn any_day(&mut self, field: Field) -> Option<Day> {
        let column = self.plan.column(field)?;
        match self.row.value(column) {
            Value::Day(day) => Some(day),
            Value::Number(number) if number.is_zero() => None,
            Value::Number(number) => {
                let text = number.normalize().to_string();
                self.written_day(field, column, &text)
            }
            Value::Text(text) if civil::is_no_date(text) => None,
            Value::Text(text) => self.written_day(field, column, text),
            _ => None,
        }
    }

    fn written_day(&mut self, field: Field, column: usize, text: &str) -> Option<Day> {
        let order = self.plan.orders[column];
        let day = civil::read(text).and_then(|written| civil::resolve(written, order));
        if day.is_none() {
            self.note_bad(field, text, BadValue::Date);
        }
        day
    }

    /// Yes or no.
    pub fn flag(&self, field: Field) -> Option<bool> {
        match self.value(field) {
            Value::Flag(flag) => Some(flag),
            Value::Number(number) => Some(!number.is_zero()),
            Value::Text(text) => headers::yes_or_no(text),
            _ => None,
        }
    }

    /// The currency of the row as an ISO code; everyday words are understood.
    pub fn currency(&mut self, memory: &mut Memory) -> Option<String> {
        let text = match self.value(Field::Currency) {
            Value::Text(text) if !is_nothing(text) => text,
            Value::Number(number) => return self.currency_numbered(number),
            _ => return self.plan.currency.clone(),
        };
        let known = match memory.currencies.iter().find(|(written, _)| written == text) {
            Some((_, known)) => known.clone(),
            None => {
                let known = iso_currency(text, self.plan.country.as_deref());
                if memory.currencies.len() < MAX_CURRENCIES {
                    memory.currencies.push((text.to_owned(), known.clone()));
                }
                known
            }
        };
        if known.is_none() {
            self.note_bad(Field::Currency, text, BadValue::Currency);
        }
        known
    }

    fn currency_numbered(&mut self, number: Decimal) -> Option<String> {
        let text = number.normalize().to_string();
        let known = iso_currency(&text, self.plan.country.as_deref());
        if known.is_none() {
            self.note_bad(Field::Currency, &text, BadValue::Currency);
        }
        known
    }

    /// The tax id, checked by the rules of its country. Returns it with the country that its
    /// rules or the row name, and whether it passed.
    pub fn tax_id(&mut self, memory: &mut Memory) -> Option<(String, Option<String>, bool)> {
        let text = self.text(Field::TaxId)?.to_uppercase();
        let row_country = self.text(Field::Country).and_then(|text| country_code(&text));
        let key = match &row_country {
            Some(country) => format!("{country}:{text}"),
            None => text.clone(),
        };
        let verdict = match memory.tax_ids.get(&key) {
            Some(verdict) => verdict.clone(),
            None => {
                let verdict = judge_tax_id(&text, row_country.as_deref(), self.plan);
                if memory.tax_ids.len() < MAX_REMEMBERED {
                    memory.tax_ids.insert(key, verdict.clone());
                }
                verdict
            }
        };
        if verdict.status > Status::Ok {
            let problem = problems::bad_tax_id(&self.place, verdict.status, &text, verdict.kind);
            self.problems.push(problem);
        }
        Some((text, verdict.country.or(row_country), verdict.status == Status::Ok))
    }

    /// Notes an amount with more decimals than its currency has; tiny binary noise is rounded off.
    pub fn in_currency(
        &mut self,
        amount: Decimal,
        currency: Option<&str>,
        memory: &mut Memory,
    ) -> Decimal {
        let Some(code) = currency.filter(|_| amount.scale() > 0) else { return amount };
        let Some(decimals) = memory.decimals_of(code) else { return amount };
        if amount.scale() <= decimals {
            return amount;
        }
        let rounded = amount.round_dp(decimals);
        let noise = Decimal::new(1, 6);
        if rounded == amount || (rounded - amount).abs() < noise {
            return rounded;
        }
        let text = amount.to_string();
        self.problems.push(problems::too_many_decimals(&self.place, &text, code));
        amount
    }

    fn note_bad(&mut self, field: Field, text: &str, what: BadValue) {
        let header = self.plan.header_of(field);
        self.problems.push(problems::bad_value(&self.place, header, text, what));
    }
}

fn push_number(out: &mut String, number: usize) {
    let mut digits = [0_u8; 20];
    let (mut at, mut rest) = (digits.len(), number);
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

/// Takes off the apostrophe that exports put before text that would run as a formula.
fn as_before_export(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if repair::is_formula(rest) => rest,
        _ => text,
    }
}

/// Words that programs write for "nothing".
fn is_nothing(text: &str) -> bool {
    match text.len() {
        0 => true,
        1 => text == "-",
        2..=4 => {
            ["null", "none", "nan", "n/a", "#n/a"].iter().any(|w| text.eq_ignore_ascii_case(w))
        }
        _ => false,
    }
}

/// The ISO code behind a code, a symbol or a word.
fn iso_currency(text: &str, country: Option<&str>) -> Option<String> {
    let normal = headers::normal(text);
    if let Some(code) = plan::currency_word(&normal, country) {
        return Some(code.to_owned());
    }
    match text.trim() {
        "$" => return country.and_then(plan::currency_of).map(str::to_owned),
        "€" => return Some("EUR".to_owned()),
        "US$" | "U$S" | "USD$" => return Some("USD".to_owned()),
        "S/" | "S/." => return Some("PEN".to_owned()),
        _ => {}
    }
    let parsed: Currency = text.parse().ok()?;
    Some(parsed.code().to_owned())
}

/// The ISO code of a country written as a code or by its name.
fn country_code(text: &str) -> Option<String> {
    let normal = headers::normal(text);
    let code = match normal.as_str() {
        "chile" => "CL",
        "mexico" => "MX",
        "espana" | "spain" => "ES",
        "colombia" => "CO",
        "peru" => "PE",
        "argentina" => "AR",
        "uruguay" => "UY",
        "portugal" => "PT",
        "francia" | "france" => "FR",
        "estados unidos" | "united states" | "eeuu" | "usa" => "US",
        two if two.len() == 2 && two.bytes().all(|b| b.is_ascii_alphabetic()) => {
            return Some(two.to_uppercase());
        }
        _ => return None,
    };
    Some(code.to_owned())
}

/// Formats reference §10: a RUT, NIT or RUC that fails waits before a customer is made of it; the
/// check digit of RFC and NIF only warns, because real ones fail. A column that does not say of
/// which country its ids are only warns.
fn judge_tax_id(text: &str, row_country: Option<&str>, plan: &Plan) -> IdVerdict {
    let stated = row_country.or(plan.id_country).or(plan.layout.and_then(|layout| layout.country));
    let country = stated.or(plan.country.as_deref());
    let good = |country: Option<&str>| IdVerdict {
        status: Status::Ok,
        kind: "",
        country: country.map(str::to_owned),
    };
    let Some(country) = country else { return good(tax_id::guess_country(text)) };
    let check = tax_id::check(country, text);
    let status = match check {
        TaxIdCheck::Valid(_) | TaxIdCheck::Generic(_) | TaxIdCheck::Unchecked(_) => {
            return good(Some(country));
        }
        // The id of a foreign customer, valid where it comes from.
        _ if stated.is_none() && tax_id::guess_country(text).is_some() => {
            return good(tax_id::guess_country(text));
        }
        _ if stated.is_none() => Status::Warn,
        TaxIdCheck::BadCheckDigit(_) if matches!(country, "MX" | "ES") => Status::Warn,
        _ => Status::Quarantine,
    };
    let kind = TaxIdKind::of_country(country).map_or("tax id", TaxIdKind::name);
    IdVerdict { status, kind, country: Some(country.to_owned()) }
}
