//! What a row below the header of a statement is: an entry, a balance, more text of the entry
//! above, a total, a note. Decides by which columns are filled, not by what their figures are.

use super::dates;
use crate::table::civil;
use crate::table::headers;
use crate::table::mapping::Field;
use crate::table::plan::Plan;
use crate::table::rows::{self, Row, Value};

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A movement of the account.
    Entry,
    /// The balance before the first entry.
    Opening,
    /// The balance after the last entry.
    Closing,
    /// More text of the entry above.
    Continuation,
    /// A total, or a balance of another kind.
    Total,
    /// Text that belongs to the page.
    Note,
    /// The header again.
    Header,
}

const OPENING: [&str; 10] = [
    "saldo anterior",
    "saldo inicial",
    "saldo previo",
    "saldo de apertura",
    "saldo al inicio",
    "balance anterior",
    "opening balance",
    "previous balance",
    "balance brought forward",
    "anfangssaldo",
];

const CLOSING: [&str; 7] = [
    "saldo final",
    "saldo al cierre",
    "saldo de cierre",
    "closing balance",
    "ending balance",
    "balance carried forward",
    "endsaldo",
];

const OTHER_BALANCES: [&str; 6] = [
    "saldo disponible",
    "saldo contable",
    "saldo total",
    "saldo actual",
    "saldo al ",
    "saldo promedio",
];

/// Says what a row is.
pub fn sort(plan: &Plan, row: Row<'_>) -> Sort {
    if is_header(plan, row) {
        return Sort::Header;
    }
    let has_figure = |field: Field| plan.column(field).is_some_and(|c| is_figure(row.value(c)));
    let has_amount =
        has_figure(Field::Amount) || has_figure(Field::Debit) || has_figure(Field::Credit);
    let is_dated = [Field::Date, Field::ValueDate]
        .into_iter()
        .filter_map(|field| plan.column(field))
        .any(|column| is_date(row.value(column)));
    let said = said_of_balances(row);
    match said {
        Some(Sort::Total) if is_dated && has_amount => return Sort::Entry,
        Some(Sort::Total) => return Sort::Total,
        Some(balance) if !has_amount || !has_figure(Field::Balance) => return balance,
        _ => {}
    }
    let texts = || plan.fields.iter().zip(0..).filter(|(field, _)| **field == Field::Description);
    let is_told = texts().any(|(_, column)| row.value(column) != Value::Empty);
    match (is_dated, has_amount) {
        (true, true) => Sort::Entry,
        (true, false) if is_told || has_amount_text(plan, row) => Sort::Entry,
        (true, false) => Sort::Note,
        (false, true) if is_told || has_date_text(plan, row) => Sort::Entry,
        (false, true) => Sort::Total,
        (false, false) if is_told && only_texts(plan, row) => Sort::Continuation,
        (false, false) => Sort::Note,
    }
}

/// Whether a cell holds a figure, readable or not.
fn is_figure(value: Value<'_>) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Text(text) => text.bytes().any(|b| b.is_ascii_digit()),
        _ => false,
    }
}

fn is_date(value: Value<'_>) -> bool {
    match value {
        Value::Day(_) => true,
        Value::Number(number) => civil::read(&number.normalize().to_string()).is_some(),
        Value::Text(text) => civil::read(text).is_some() || dates::short(text).is_some(),
        _ => false,
    }
}

/// A date that cannot be read is the date of an entry all the same.
fn has_date_text(plan: &Plan, row: Row<'_>) -> bool {
    plan.column(Field::Date).is_some_and(|column| match row.value(column) {
        Value::Text(text) => {
            text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(['/', '-', '.'])
        }
        _ => false,
    })
}

fn has_amount_text(plan: &Plan, row: Row<'_>) -> bool {
    [Field::Amount, Field::Debit, Field::Credit]
        .into_iter()
        .filter_map(|field| plan.column(field))
        .any(|column| row.value(column) != Value::Empty)
}

/// Whether nothing but texts of the entry is filled.
fn only_texts(plan: &Plan, row: Row<'_>) -> bool {
    (0..row.width()).all(|column| {
        row.value(column) == Value::Empty || plan.fields.get(column) == Some(&Field::Description)
    })
}

/// The balance or total a text of the row names.
fn said_of_balances(row: Row<'_>) -> Option<Sort> {
    for column in 0..row.width() {
        let Value::Text(text) = row.value(column) else { continue };
        // All of these words begin with one of these letters.
        if !text.starts_with([
            's', 'S', 'b', 'B', 'o', 'O', 'p', 'P', 'c', 'C', 'e', 'E', 'a', 'A', 't', 'T', 'g',
            'G', '*',
        ]) {
            continue;
        }
        let normal = headers::normal(text);
        let begins = |words: &[&str]| words.iter().any(|word| normal.starts_with(word));
        match () {
            () if begins(&OPENING) => return Some(Sort::Opening),
            () if begins(&CLOSING) => return Some(Sort::Closing),
            () if begins(&OTHER_BALANCES) || rows::names_a_total(text) => return Some(Sort::Total),
            () => {}
        }
    }
    None
}

fn is_header(plan: &Plan, row: Row<'_>) -> bool {
    let same = |(column, header): (usize, &headers::Header)| match row.value(column) {
        Value::Text(text) => !header.written.is_empty() && text == header.written,
        _ => false,
    };
    plan.headers.iter().enumerate().filter(|found| same(*found)).count() >= 3
}
