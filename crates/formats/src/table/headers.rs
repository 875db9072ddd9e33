//! Column headers to fields: normal form of a header, the guess with its confidence, and which row
//! of the top of a table is its header. Decides by the headers, helped by what the first values
//! look like. Knows nothing of number styles or records.

use super::mapping::{DateOrder, Field};
use super::synonyms::SYNONYMS;
use super::{civil, number, repair};
use std::collections::HashMap;
use std::sync::LazyLock;

/// A header in the form it is compared in, and what its punctuation said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// As written, trimmed.
    pub written: String,
    /// Lower case words without accents or punctuation.
    pub normal: String,
    /// Order stated in the header itself: `Fecha dd/mm/yyyy`.
    pub date_order: Option<DateOrder>,
    /// Currency stated in the header itself: `Saldo (USD)`.
    pub currency: Option<String>,
}

/// The letters of a text without accents, case and punctuation, words separated by one blank.
/// A character lost in some earlier conversion (U+FFFD) becomes `?`, which matches any letter.
pub fn normal(text: &str) -> String {
    let repaired = repair::mojibake(text);
    let text = repaired.as_deref().unwrap_or(text);
    let mut out = String::with_capacity(text.len());
    let mut previous_lower = false;
    for c in text.chars() {
        // customerName and CustomerName are two words; RUT and IDs are one.
        if c.is_uppercase() && previous_lower {
            out.push(' ');
        }
        previous_lower = c.is_lowercase();
        match c {
            '\u{fffd}' => out.push('?'),
            '#' => out.push_str(" n "),
            'º' | '°' | 'ª' | '\u{300}'..='\u{36f}' => {}
            c if c.is_alphanumeric() => {
                for lower in c.to_lowercase() {
                    out.push(unaccented(lower));
                }
            }
            // Letters with dots between them are one abbreviation: R.U.T., but `F. Vto.` is two.
            '.' | '\'' => out.push(' '),
            _ => out.push(' '),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unaccented(c: char) -> char {
    match c {
        'á' | 'à' | 'ä' | 'â' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'í' | 'ì' | 'ï' | 'î' => 'i',
        'ó' | 'ò' | 'ö' | 'ô' | 'õ' => 'o',
        'ú' | 'ù' | 'ü' | 'û' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    }
}

impl Header {
    /// Reads a header cell.
    pub fn new(written: &str) -> Header {
        let full = normal(written);
        let mut words: Vec<&str> = full.split(' ').collect();
        let date_order = take_date_order(&mut words);
        let currency = take_currency(&mut words).or_else(|| currency_symbol(written));
        // `document_create_date.1`: pandas numbers repeated headers.
        Header { written: written.trim().to_owned(), normal: words.join(" "), date_order, currency }
    }
}

/// Removes `dd mm yyyy` and the like.
fn take_date_order(words: &mut Vec<&str>) -> Option<DateOrder> {
    for at in 0..words.len().saturating_sub(2) {
        let letters: Vec<char> =
            words[at..at + 3].iter().filter_map(|w| w.chars().next()).collect();
        let pure = words[at..at + 3].iter().all(|w| (1..=4).contains(&w.len()) && is_one_letter(w));
        let order = match letters.as_slice() {
            ['d', 'm', 'y' | 'a'] => Some(DateOrder::Dmy),
            ['m', 'd', 'y' | 'a'] => Some(DateOrder::Mdy),
            ['y' | 'a', 'm', 'd'] => Some(DateOrder::Ymd),
            _ => None,
        };
        if let (true, Some(order)) = (pure, order) {
            words.drain(at..at + 3);
            return Some(order);
        }
    }
    None
}

/// `dd`, `mm`, `aaaa`.
fn is_one_letter(word: &str) -> bool {
    let first = word.chars().next();
    word.chars().all(|c| Some(c) == first)
}

/// Removes a trailing currency code, unless it is all there is.
fn take_currency(words: &mut Vec<&str>) -> Option<String> {
    const CODES: [&str; 13] =
        ["clp", "mxn", "eur", "usd", "cop", "pen", "ars", "clf", "cad", "gbp", "brl", "uyu", "crc"];
    let last = *words.last()?;
    if words.len() < 2 || !CODES.contains(&last) {
        return None;
    }
    words.pop();
    Some(last.to_uppercase())
}

/// The currency of a symbol that only one currency has: `Importe (€)`.
fn currency_symbol(written: &str) -> Option<String> {
    let code = match () {
        () if written.contains('€') => "EUR",
        () if written.contains("US$") || written.contains("U$S") => "USD",
        () if written.contains('£') => "GBP",
        () if written.contains("S/") && written.contains('(') => "PEN",
        () => return None,
    };
    Some(code.to_owned())
}

type Candidates = HashMap<&'static str, Vec<(Field, u8)>>;

/// The words of a name, and the fields it may stand for.
type NameWords = (Vec<&'static str>, &'static [(Field, u8)]);

/// The words of each name that carry meaning, for the loose comparison.
static WORDS: LazyLock<Vec<NameWords>> = LazyLock::new(|| {
    EXACT
        .iter()
        .map(|(name, fields)| {
            (name.split(' ').filter(|w| !is_stop_word(w)).collect(), fields.as_slice())
        })
        .collect()
});

static EXACT: LazyLock<Candidates> = LazyLock::new(|| {
    let mut exact: Candidates = HashMap::new();
    for (field, weight, names) in SYNONYMS {
        for name in names.split('|') {
            exact.entry(name).or_default().push((*field, *weight));
        }
    }
    exact
});

/// Every reading of a header with its weight, best first.
pub fn candidates(header: &Header) -> Vec<(Field, u8)> {
    let text = header.normal.as_str();
    let mut found: Vec<(Field, u8)> = match EXACT.get(text) {
        Some(exact) => exact.clone(),
        None if text.contains('?') => with_lost_letters(text),
        None => loose(text),
    };
    found.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    found
}

/// Names that agree wherever a letter was not lost.
fn with_lost_letters(text: &str) -> Vec<(Field, u8)> {
    let agrees = |name: &str| {
        name.chars().count() == text.chars().count()
            && name.chars().zip(text.chars()).all(|(a, b)| a == b || b == '?')
    };
    EXACT
        .iter()
        .filter(|(name, _)| agrees(name))
        .flat_map(|(_, fields)| fields.iter().copied())
        .collect()
}

/// Names all of whose words stand in the header: `importe total de la factura` has `importe
/// total`. Longer names win; one-word names only at the start, which is where Spanish puts the
/// noun, or at the end, where English does.
fn loose(text: &str) -> Vec<(Field, u8)> {
    const LEFTOVER: u8 = 9;
    let words: Vec<&str> = text.split(' ').filter(|w| !is_stop_word(w)).collect();
    let mut best: HashMap<Field, u8> = HashMap::new();
    for (parts, fields) in WORDS.iter() {
        let inside = match parts.as_slice() {
            [] => false,
            [one] => one.len() >= 4 && (words.first() == Some(one) || words.last() == Some(one)),
            many => many.iter().all(|part| words.contains(part)),
        };
        if !inside {
            continue;
        }
        let left = (words.len() - parts.len().min(words.len())) as u8;
        for (field, weight) in *fields {
            let weight = weight.saturating_sub(20).saturating_sub(left.saturating_mul(LEFTOVER));
            let entry = best.entry(*field).or_default();
            *entry = (*entry).max(weight);
        }
    }
    best.into_iter().filter(|(_, weight)| *weight >= 40).collect()
}

fn is_stop_word(word: &&str) -> bool {
    matches!(*word, "de" | "del" | "la" | "el" | "los" | "las" | "en" | "y" | "of" | "the" | "a")
}

/// What the first values of a column look like; used to choose between readings of its header.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looks {
    values: u32,
    dates: u32,
    numbers: u32,
    yes_or_no: u32,
    /// Several words, no digit.
    names: u32,
    /// Several words.
    spaced: u32,
    /// Has a digit.
    with_digit: u32,
    letters: u32,
}

impl Looks {
    /// Looks at one value.
    pub fn add(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.values += 1;
        let digit = text.bytes().any(|b| b.is_ascii_digit());
        self.with_digit += u32::from(digit);
        self.letters += u32::from(text.chars().any(char::is_alphabetic));
        self.numbers += u32::from(!matches!(number::evidence(text), number::Evidence::NotANumber));
        self.dates += u32::from(civil::read(text).is_some());
        let spaced = text.contains(' ');
        self.spaced += u32::from(spaced);
        self.names += u32::from(!digit && spaced);
        self.yes_or_no += u32::from(yes_or_no(text).is_some());
    }

    /// What the looks add to or take from a reading, in points of weight.
    fn bonus(&self, field: Field) -> i32 {
        if self.values == 0 {
            return 0;
        }
        let most = |count: u32| count * 10 >= self.values * 7;
        let some = |count: u32| count * 3 >= self.values;
        match field {
            field if field.is_date() && most(self.dates) => 8,
            // Total rows hold words where dates stand.
            field if field.is_date() && some(self.dates) => 0,
            field if field.is_date() => -60,
            field if field.is_amount() && most(self.numbers) => 4,
            field if field.is_amount() && !some(self.numbers) => -60,
            Field::Collected | Field::Disputed | Field::OnHold if most(self.yes_or_no) => 20,
            Field::Collected => -60,
            Field::CustomerName if most(self.names) => 8,
            Field::CustomerName if most(self.with_digit) && !most(self.spaced) => -12,
            Field::CustomerName if !most(self.letters) => -20,
            Field::CustomerCode if most(self.spaced) => -20,
            Field::DocumentNumber | Field::TaxId if !most(self.with_digit) => -25,
            Field::DocumentType if most(self.with_digit) && most(self.letters) => -10,
            Field::TermsDays if !most(self.numbers) => -60,
            _ => 0,
        }
    }
}

/// Yes and no as columns write them.
pub fn yes_or_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "s" | "si" | "sí" | "y" | "yes" | "true" | "verdadero" | "1" | "x" => Some(true),
        "n" | "no" | "false" | "falso" | "0" => Some(false),
        _ => None,
    }
}

/// The field of each column and how sure it is (0–100), by header and first values.
pub fn assign(headers: &[Header], looks: &[Looks]) -> Vec<(Field, u8)> {
    let mut pairs: Vec<(i32, usize, Field)> = Vec::new();
    let mut options: Vec<Vec<(Field, u8)>> = Vec::with_capacity(headers.len());
    for (column, header) in headers.iter().enumerate() {
        let found = candidates(header);
        for (field, weight) in &found {
            let bonus = looks.get(column).map_or(0, |looks| looks.bonus(*field));
            pairs.push((i32::from(*weight) + bonus, column, *field));
        }
        options.push(found);
    }
    // Best first; between equals the first column, so that repeated headers keep the first.
    pairs.sort_by_key(|(weight, column, _)| (std::cmp::Reverse(*weight), *column));
    let mut chosen = vec![(Field::Ignore, 0_u8); headers.len()];
    let mut decided = vec![false; headers.len()];
    let mut taken: Vec<Field> = Vec::new();
    for (weight, column, field) in pairs {
        if decided[column] || weight < 35 || (taken.contains(&field) && field != Field::Ignore) {
            continue;
        }
        decided[column] = true;
        chosen[column] = (field, weight.clamp(0, 100) as u8);
        taken.push(field);
    }
    prefer_name_to_contact(&mut chosen, &options);
    chosen
}

/// Where no column is the customer's name and the contact's could be, it is (Holded calls the
/// customer "contacto").
fn prefer_name_to_contact(chosen: &mut [(Field, u8)], options: &[Vec<(Field, u8)>]) {
    if chosen.iter().any(|(field, _)| *field == Field::CustomerName) {
        return;
    }
    let contact = chosen.iter().position(|(field, _)| *field == Field::Contact);
    if let Some(column) = contact
        && let Some(name) = options[column].iter().find(|(field, _)| *field == Field::CustomerName)
    {
        chosen[column] = *name;
    }
}

/// How much a row looks like a header: the sum of the best weights of distinct fields, and their
/// number. Rows with numbers or dates are no headers.
pub fn header_score(cells: &[&str]) -> (u32, u32) {
    let mut fields: Vec<Field> = Vec::new();
    let (mut score, mut texts, mut others) = (0, 0, 0);
    for cell in cells {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        if cell.chars().count() > 60 || !cell.chars().any(char::is_alphabetic) {
            others += 1;
            continue;
        }
        texts += 1;
        let best = candidates(&Header::new(cell))
            .into_iter()
            .find(|(field, _)| *field == Field::Ignore || !fields.contains(field));
        if let Some((field, weight)) = best {
            score += u32::from(weight);
            fields.push(field);
        }
    }
    let useful = fields.iter().filter(|field| **field != Field::Ignore).count() as u32;
    if others > texts / 2 { (0, 0) } else { (score, useful) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_compared_without_dress() {
        for (written, expected) in [
            ("Número", "numero"),
            ("Nº documento", "n documento"),
            ("N° Doc.", "n doc"),
            ("# documento", "n documento"),
            ("CustomerName", "customer name"),
            ("customerID", "customer id"),
            ("base_minor_x1e4_per_unit", "base minor x1e4 per unit"),
            ("FECHA  DE\nEMISIÓN", "fecha de emision"),
            ("NÃºmero", "numero"),
            ("N\u{fffd}mero", "n?mero"),
        ] {
            assert_eq!(normal(written), expected);
        }
        let header = Header::new("Fecha de vencimiento dd/mm/yyyy");
        assert_eq!(header.normal, "fecha de vencimiento");
        assert_eq!(header.date_order, Some(DateOrder::Dmy));
        assert_eq!(Header::new("Saldo (USD)").currency.as_deref(), Some("USD"));
    }

    fn fields(headers: &[&str]) -> Vec<Field> {
        let headers: Vec<Header> = headers.iter().map(|h| Header::new(h)).collect();
        assign(&headers, &[]).into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn common_headers_find_their_field() {
        use Field::*;
        assert_eq!(
            fields(&[
                "Cliente",
                "Nombre",
                "CIF",
                "Serie",
                "Factura",
                "Fecha factura",
                "Vencimiento",
                "N vto",
                "Importe vto"
            ]),
            [
                CustomerCode,
                CustomerName,
                TaxId,
                Series,
                DocumentNumber,
                IssueDate,
                DueDate,
                Instalment,
                Total
            ]
        );
        assert_eq!(
            fields(&[
                "Cliente",
                "Código Legal",
                "Documento",
                "Número",
                "Fecha",
                "Vencimiento",
                "Moneda",
                "Total",
                "Saldo",
                "Días Vencido"
            ]),
            [
                CustomerName,
                TaxId,
                DocumentType,
                DocumentNumber,
                IssueDate,
                DueDate,
                Currency,
                Total,
                Open,
                Ignore
            ]
        );
    }

    #[test]
    fn english_headers_find_their_field() {
        use Field::*;
        assert_eq!(
            fields(&[
                "CustomerName",
                "InvoiceNumber",
                "InvoiceDate",
                "BillTotal",
                "Applied",
                "ContactName",
                "ContactEmail",
                "DueDate"
            ]),
            [CustomerName, DocumentNumber, IssueDate, Total, Paid, Contact, Email, DueDate]
        );
        assert_eq!(
            fields(&["pais", "id", "documento", "vencimiento", "monto"]),
            [Country, TaxId, DocumentNumber, DueDate, Total]
        );
        assert_eq!(
            fields(&["N\u{fffd}mero", "Raz\u{fffd}n social"]),
            [DocumentNumber, CustomerName]
        );
    }

    #[test]
    fn the_header_row_is_the_one_with_known_words() {
        assert!(header_score(&["EMPRESA DE PRUEBA LTDA."]).1 < 2);
        assert!(header_score(&["Cliente", "Folio", "Total"]).1 >= 3);
        assert_eq!(header_score(&["CLIENTE UNO SL", "1001", "833.000", "15/01/2026"]).1, 0);
    }

    #[test]
    fn every_synonym_is_in_normal_form() {
        for (_, _, names) in SYNONYMS {
            for name in names.split('|') {
                assert_eq!(normal(name), name);
            }
        }
    }
}
