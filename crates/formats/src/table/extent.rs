//! What a list of documents says of those it does not name: a list of open items is a picture of a
//! day, from which what was settled is absent; any other list only adds. Told, never acted upon:
//! whether something absent is closed is for a person to confirm (formats reference §8).

use super::bank::dates;
use super::civil;
use super::headers;
use super::mapping::{DateOrder, Field, RowKind};
use super::plan::{Plan, TopRow};
use super::summary::TableSummary;
use puntual_core::date::Day;

/// Words above a header that name a list of open items.
const TITLES: [&str; 14] = [
    "partidas abiertas",
    "partidas individuales abiertas",
    "documentos pendientes",
    "facturas pendientes",
    "documentos por cobrar",
    "cuentas por cobrar",
    "saldos pendientes",
    "antiguedad de saldos",
    "cartera de clientes",
    "cartera vencida",
    "cartera al",
    "open items",
    "outstanding invoices",
    "aged receivables",
];

/// The day that a title names as that of the list, the last of those above the header.
pub fn day_of_titles(plan: &Plan, top: &[TopRow]) -> Option<Day> {
    let order = plan.column(Field::IssueDate).or_else(|| plan.column(Field::DueDate));
    let order = order.map_or(DateOrder::Dmy, |column| plan.orders[column]);
    let written = titles(plan, top).flat_map(dates::in_text);
    written.filter_map(|written| civil::resolve(written, order)).max()
}

/// Whether a title says so.
pub fn is_titled_open(plan: &Plan, top: &[TopRow]) -> bool {
    titles(plan, top).any(|title| {
        let title = format!("{} ", headers::normal(title));
        TITLES.iter().any(|words| title.contains(&format!("{words} ")))
    })
}

fn titles<'t>(plan: &Plan, top: &'t [TopRow]) -> impl Iterator<Item = &'t str> {
    let header = plan.header_row;
    let above = top.iter().take_while(move |row| row.number < header);
    above.flat_map(|row| row.cells.iter()).map(String::as_str)
}

/// Settles, after the last row, whether the list is one of open items: a title says so, or every
/// document has an amount open and no column tells of settled ones.
pub fn settle(plan: &Plan, summary: &mut TableSummary) {
    let of_documents = matches!(plan.rows, Some(RowKind::Documents | RowKind::Instalments));
    let by_columns = plan.has(Field::Open) && !plan.has(Field::ClearedDate);
    let all_open = summary.rows > 0 && summary.settled_rows == 0;
    summary.lists_open_items = of_documents && all_open && (summary.lists_open_items || by_columns);
}
