//! Tables: a head whose titles sort, a pager, and the words when there are no rows.

use super::icon::icon;
use crate::web::layout::Frame;
use crate::web::url::{PAGE, SORT};
use maud::{Markup, html};
use puntual_core::currency::Currency;

/// A column of a table.
#[derive(Clone, Copy)]
pub struct Column {
    /// What the address calls it when it can be sorted by.
    pub sort: Option<&'static str>,
    /// Its title, already in the reader's language.
    pub title: &'static str,
    /// Whether it holds numbers (aligned to the right).
    pub numeric: bool,
    /// The currency of its amounts, when it is one: said once here instead of in every row.
    pub currency: Option<Currency>,
}

impl Column {
    /// A column of words that sorts.
    pub fn text(sort: &'static str, title: &'static str) -> Column {
        Column { sort: Some(sort), title, numeric: false, currency: None }
    }

    /// A column of numbers that sorts.
    pub fn number(sort: &'static str, title: &'static str) -> Column {
        Column { sort: Some(sort), title, numeric: true, currency: None }
    }

    /// A column that does not sort.
    pub fn plain(title: &'static str) -> Column {
        Column { sort: None, title, numeric: false, currency: None }
    }

    /// A column of numbers that does not sort.
    pub fn plain_number(title: &'static str) -> Column {
        Column { sort: None, title, numeric: true, currency: None }
    }

    /// A column of amounts that sorts, in one currency or in several.
    pub fn amounts(sort: &'static str, title: &'static str, currency: Option<Currency>) -> Column {
        Column { currency, ..Column::number(sort, title) }
    }
}

/// The head of a table; sortable titles are links that keep every filter. Choosing a second
/// column keeps the first as the tie-break.
pub fn head(f: &Frame, columns: &[Column]) -> Markup {
    let current = f.url.param(SORT).unwrap_or_default();
    html! {
        thead {
            tr {
                @for column in columns {
                    @match column.sort {
                        None => th.num[column.numeric] scope="col" { (title(column)) },
                        Some(key) => (sortable(f, column, key, current)),
                    }
                }
            }
        }
    }
}

fn title(column: &Column) -> Markup {
    html! {
        (column.title)
        @if let Some(currency) = column.currency {
            span.unit { " " (currency.code()) }
        }
    }
}

fn sortable(f: &Frame, column: &Column, key: &str, current: &str) -> Markup {
    let first = current.split(',').next().unwrap_or_default();
    let direction = match first.strip_prefix('-') {
        Some(name) if name == key => Some("descending"),
        None if first == key => Some("ascending"),
        _ => None,
    };
    let url = f.url.without(PAGE).with(SORT, next_sort(key, column.numeric, current));
    html! {
        th.num[column.numeric] scope="col" aria-sort=[direction] {
            a.sort href=(url) {
                (title(column))
                @match direction {
                    Some("descending") => (icon("desc")),
                    Some(_) => (icon("asc")),
                    None => {}
                }
            }
        }
    }
}

/// The order after choosing `key`: numbers start with the largest, words with A; choosing the
/// same column again turns it round; the column before stays as the second criterion.
fn next_sort(key: &str, numeric: bool, current: &str) -> String {
    let first = current.split(',').next().unwrap_or_default();
    let turned = match first.strip_prefix('-') {
        Some(name) if name == key => key.to_owned(),
        None if first == key => format!("-{key}"),
        _ if numeric => format!("-{key}"),
        _ => key.to_owned(),
    };
    let second = current.split(',').find(|part| {
        let name = part.strip_prefix('-').unwrap_or(part);
        !name.is_empty() && name != key
    });
    match second {
        Some(second) => format!("{turned},{second}"),
        None => turned,
    }
}

/// The label of a cell where a narrow screen hides the head: the title and its currency.
pub fn label(title: &str, currency: Option<Currency>) -> String {
    match currency {
        Some(currency) => format!("{title} {currency}"),
        None => title.to_owned(),
    }
}

/// Which part of a list a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// The page, from 1.
    pub page: u64,
    /// Rows on a full page.
    pub per_page: u64,
    /// Rows in the whole list.
    pub total: u64,
}

/// The pager: which rows these are, and links to the others.
pub fn pager(f: &Frame, paging: Paging) -> Markup {
    let pages = paging.total.div_ceil(paging.per_page.max(1)).max(1);
    let from = ((paging.page.max(1) - 1) * paging.per_page + 1).min(paging.total);
    let to = (paging.page.max(1) * paging.per_page).min(paging.total);
    let shown = |number: u64| f.numbers.integer(number.into());
    let range = f.fill(
        "pager.range",
        &[("from", &shown(from)), ("to", &shown(to)), ("total", &shown(paging.total))],
    );
    let link = |to: Option<u64>, rel: &'static str, word: &'static str, name: &'static str| {
        html! {
            @match to {
                Some(page) => a.button.quiet rel=(rel) href=(f.url.with(PAGE, page)) {
                    (icon(name))
                    (word)
                },
                None => span.button.quiet.off aria-disabled="true" { (icon(name)) (word) },
            }
        }
    };
    let before = (paging.page > 1).then(|| paging.page - 1);
    let after = (paging.page < pages).then(|| paging.page + 1);
    html! {
        nav.pager aria-label=(f.t("pager.name")) {
            span.muted { (range) }
            @if pages > 1 {
                span.group {
                    (link(before, "prev", f.t("pager.prev"), "left"))
                    (link(after, "next", f.t("pager.next"), "right"))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::next_sort;

    #[test]
    fn a_second_column_keeps_the_first_as_tie_break() {
        assert_eq!(next_sort("vencido", true, ""), "-vencido");
        assert_eq!(next_sort("vencido", true, "-vencido"), "vencido");
        assert_eq!(next_sort("cliente", false, "-vencido"), "cliente,-vencido");
        assert_eq!(next_sort("cliente", false, "cliente,-vencido"), "-cliente,-vencido");
        assert_eq!(next_sort("saldo", true, "cliente,-vencido"), "-saldo,cliente");
    }
}
