//! Bank statements as tables: whether a table is one, and how it is to be read. The columns are
//! told by their headers (`headers`), what stands above them by its labels (`preamble`); signs, the
//! order of rows and missing rows are proved by the chain of balances (`chain`), never guessed
//! where there is one. Refuses to know what an entry pays.

pub mod amounts;
mod chain;
pub(super) mod dates;
pub mod entries;
pub mod headers;
pub(crate) mod payer;
mod preamble;
mod problems;
mod proof;
mod rows;

pub use proof::prove;

use super::civil;
use super::headers::Header;
use super::mapping::{Field, Mapping, RowKind, SignRule};
use super::plan::{self, Plan, TopRow};
use crate::read::ReadOptions;
use amounts::{Basis, Family};
use chain::Order;
use dates::Years;
use preamble::Preamble;
use puntual_core::date::Day;
use rust_decimal::Decimal;

/// How the rows of a statement are read, beside what every plan says.
#[derive(Clone, Debug)]
pub struct BankPlan {
    /// What stands above the header.
    preamble: Preamble,
    /// Columns whose texts say what the entry is.
    texts: Vec<usize>,
    /// How the columns say amounts.
    family: Family,
    /// Whether a side written `C` is a charge.
    c_is_charge: bool,
    /// Which reading of the family.
    basis: Basis,
    /// Whether money that came in is written negative.
    is_turned: bool,
    /// The order of the rows, once balances or dates prove it.
    order: Option<Order>,
    /// Whether amounts have no sign and balances give it.
    is_unsigned: bool,
    /// Whether balances are followed from row to row.
    is_followed: bool,
    /// How dates without a year get theirs.
    years: Option<Years>,
    /// Whether an entry may get more text, or its sign, from the row below.
    waits_for_next: bool,
    /// Start and end of the period stated.
    period: (Option<Day>, Option<Day>),
    /// Balances stated above the rows.
    opening: Option<Decimal>,
    /// Balance stated above the rows as the last.
    closing: Option<Decimal>,
    /// Tax ids of the creditor, which are never the other side.
    own_ids: Vec<String>,
}

/// The plan of a table that is a statement: a mapping says so, or its header and nothing speaks
/// against it. `general` is what the table would be otherwise, `before` the rows of earlier sheets.
pub fn plan(
    before: Vec<TopRow>,
    top: &[TopRow],
    general: Option<&Plan>,
    options: &ReadOptions,
) -> Option<Plan> {
    let mapping = options.mapping.as_ref();
    let asked = mapping.and_then(|mapping| mapping.rows);
    if asked.is_some_and(|rows| rows != RowKind::BankEntries) {
        return None;
    }
    let at_general = general.and_then(|g| top.iter().position(|row| row.number == g.header_row));
    let index = match asked {
        Some(_) => asked_header(top, mapping, at_general)?,
        None => recognised_header(top, general, at_general)?,
    };
    let header_cells: Vec<Header> = top[index].cells.iter().map(|cell| Header::new(cell)).collect();
    let below = &top[index + 1..];
    let assigned = headers::assign(&header_cells, below);
    let mut plan = plan::of_statement(top, index, options, assigned);
    let mut above = before;
    above.extend_from_slice(&top[..index]);
    plan.bank = Some(Box::new(about(&plan, &above, options)));
    settle_country_and_currency(&mut plan, options);
    Some(plan)
}

/// The header a person chose, else the one recognised, else the one with the mapping's names.
fn asked_header(
    top: &[TopRow],
    mapping: Option<&Mapping>,
    at_general: Option<usize>,
) -> Option<usize> {
    if let Some(wanted) = mapping.and_then(|mapping| mapping.header_row) {
        return top.iter().position(|row| row.number == wanted);
    }
    headers::find(top, top.len()).map(|(index, _)| index).or(at_general)
}

/// The header of a statement, unless the table is a list of another kind.
fn recognised_header(
    top: &[TopRow],
    general: Option<&Plan>,
    at_general: Option<usize>,
) -> Option<usize> {
    let kind = general.and_then(|general| general.rows);
    let is_other = matches!(
        kind,
        Some(
            RowKind::Rates
                | RowKind::Promises
                | RowKind::Disputes
                | RowKind::DocumentLines
                | RowKind::Instalments
                | RowKind::Purchases
                | RowKind::Customers
        )
    );
    if is_other || general.is_some_and(|general| general.layout.is_some()) {
        return None;
    }
    // A list of documents has its header above its rows: nothing below it is looked at.
    let last = at_general.filter(|_| kind.is_some()).unwrap_or(top.len());
    let (index, found) = headers::find(top, last)?;
    (kind.is_none() || !found.names_a_party).then_some(index)
}

fn about(plan: &Plan, above: &[TopRow], options: &ReadOptions) -> BankPlan {
    let texts = |field: Field| {
        plan.fields.iter().enumerate().filter(move |(_, f)| **f == field).map(|(column, _)| column)
    };
    BankPlan {
        preamble: preamble::read(above, options.country.as_deref()),
        texts: texts(Field::Description).collect(),
        family: amounts::family_of(plan),
        c_is_charge: false,
        basis: Basis::Plain,
        is_turned: plan.sign == SignRule::Inverted,
        order: None,
        is_unsigned: false,
        is_followed: false,
        years: None,
        waits_for_next: false,
        period: (None, None),
        opening: None,
        closing: None,
        own_ids: options.creditor_tax_ids.clone(),
    }
}

/// Country and currency as account and holder show them; what the caller knows comes last.
fn settle_country_and_currency(plan: &mut Plan, options: &ReadOptions) {
    let Some(bank) = &plan.bank else { return };
    let stated = plan.constants[Field::Country as usize].clone();
    let found = bank.preamble.country.map(str::to_owned);
    plan.country = stated.or(found).or(plan.country.take());
    let country = plan.country.as_deref();
    let in_header = [Field::Balance, Field::Amount, Field::Credit, Field::Debit]
        .iter()
        .filter_map(|field| plan.column(*field))
        .find_map(|column| plan.headers[column].currency.clone());
    let above = bank.preamble.currency.as_deref();
    plan.currency = plan.constants[Field::Currency as usize]
        .clone()
        .or(in_header)
        .or_else(|| above.and_then(|text| preamble::currency_code(text, country)))
        .or_else(|| options.currency.clone())
        .map(|currency| currency.trim().to_uppercase());
    if plan.country.is_none() {
        plan.country = plan.currency.as_deref().and_then(country_of).map(str::to_owned);
    }
}

/// The country whose everyday money a currency is, when it is one country's alone.
fn country_of(currency: &str) -> Option<&'static str> {
    Some(match currency {
        "CLP" | "CLF" => "CL",
        "MXN" => "MX",
        "COP" => "CO",
        "PEN" => "PE",
        "ARS" => "AR",
        "UYU" => "UY",
        "DOP" => "DO",
        _ => return None,
    })
}

impl BankPlan {
    /// The dates above the header, which prove the order of those below.
    pub fn dates_above(&self) -> civil::Votes {
        let mut votes = civil::Votes::default();
        self.preamble.dates.iter().for_each(|written| votes.add_read(*written));
        votes
    }
}
