//! Clientes parecidos: pairs that are probably one customer written twice, with the reasons.

use super::{CustomerRef, customer_link, customer_url};
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::notice::empty;
use crate::web::part::table::{Paging, pager};
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct LikelyView {
    /// The pairs, the likeliest first.
    pub rows: Vec<LikelyRow>,
    /// Which part of the list this is.
    pub paging: Paging,
}

/// Two customers that are probably one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LikelyRow {
    /// The one made first, and what tells it apart: code, tax id.
    pub one: (CustomerRef, String),
    /// The other.
    pub other: (CustomerRef, String),
    /// How likely, in points.
    pub points: i32,
    /// Why, in the reader's language.
    pub reasons: Vec<String>,
}

/// Clientes parecidos.
pub fn likely_duplicates(f: &Frame, view: &LikelyView) -> Markup {
    let body = html! {
        p.lede { (f.t("likely.lede")) }
        @if view.rows.is_empty() {
            (empty(f.t("likely.empty"), f.t("likely.empty_advice"), None))
        } @else {
            div.table-scroll {
                table.rows.stacks.two-line data-rows {
                    thead {
                        tr {
                            th scope="col" { (f.t("col.customer")) }
                            th scope="col" { (f.t("likely.other")) }
                            th.num scope="col" { (f.t("likely.points")) }
                            th scope="col" { (f.t("likely.reasons")) }
                        }
                    }
                    tbody {
                        @for row in &view.rows {
                            tr {
                                th.lead scope="row" {
                                    (customer_link(f, &row.one.0))
                                    small { (row.one.1) }
                                }
                                td.wrap data-label=(f.t("likely.other")) {
                                    a href=(customer_url(f, row.other.0.id)) { (row.other.0.name) }
                                    small { (row.other.1) }
                                }
                                td.num data-label=(f.t("likely.points")) {
                                    (figure::integer(f, i64::from(row.points)))
                                }
                                td.why data-label=(f.t("likely.reasons")) {
                                    span { (row.reasons.join(" · ")) }
                                }
                            }
                        }
                    }
                }
            }
            (pager(f, view.paging))
        }
    };
    page(f, Heading::plain(f.t("likely.title")), body)
}
