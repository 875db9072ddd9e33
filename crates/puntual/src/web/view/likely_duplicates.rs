//! Clientes parecidos: pairs that are probably one customer written twice, with the reasons; each is
//! compared and merged, or turned down.

use super::{CustomerRef, customer_link, customer_url};
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{csrf, hidden};
use crate::web::part::icon::icon;
use crate::web::part::notice::empty;
use crate::web::part::table::{Paging, pager};
use maud::{Markup, html};
use puntual_core::date::Day;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct LikelyView {
    /// The pairs, the likeliest first.
    pub rows: Vec<LikelyRow>,
    /// The last proposals turned down.
    pub turned_down: Vec<TurnedDownRow>,
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
    /// The id the command that turns it down will have.
    pub command_id: String,
}

/// Two customers somebody said are not one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedDownRow {
    /// The one made first.
    pub one: CustomerRef,
    /// The other.
    pub other: CustomerRef,
    /// When it was said.
    pub on: Day,
    /// Who said so.
    pub who: String,
    /// Why, if somebody said.
    pub why: String,
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
                            th scope="col" {
                                span.hidden { (f.t("likely.decide")) }
                            }
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
                                td.row-actions { (decide(f, row)) }
                            }
                        }
                    }
                }
            }
            (pager(f, view.paging))
        }
        @if !view.turned_down.is_empty() { (turned_down(f, view)) }
    };
    page(f, Heading::plain(f.t("likely.title")), body)
}

/// Compare them, or say that they are two.
fn decide(f: &Frame, row: &LikelyRow) -> Markup {
    let compare = f.to(&format!("/clientes/{}/unir", row.other.0.id)).with("con", row.one.0.id);
    html! {
        @if f.may_decide() {
            a.button href=(compare) { (f.t("merge.compare")) }
        }
        @if f.may_write() {
            form.inline method="post" action="/clientes/parecidos/descartar" {
                (csrf(f))
                (hidden("id", &row.command_id))
                (hidden("one", row.one.0.id))
                (hidden("other", row.other.0.id))
                (hidden("volver", &f.url))
                button.button.quiet type="submit" { (f.t("likely.dismiss")) }
            }
        }
    }
}

/// What was turned down, each with its way back.
fn turned_down(f: &Frame, view: &LikelyView) -> Markup {
    html! {
        section {
            h2 { (f.t("likely.turned_down")) }
            table.rows.stacks.two-line {
                tbody {
                    @for row in &view.turned_down {
                        tr {
                            th.lead scope="row" {
                                (customer_link(f, &row.one))
                                " · "
                                a href=(customer_url(f, row.other.id)) { (row.other.name) }
                            }
                            td.wrap {
                                (row.why)
                                small { (figure::date(f, row.on)) " · " (row.who) }
                            }
                            td.row-actions {
                                @if f.may_write() {
                                    form.inline method="post" action="/clientes/parecidos/proponer" {
                                        (csrf(f))
                                        (hidden("one", row.one.id))
                                        (hidden("other", row.other.id))
                                        button.button.quiet type="submit" {
                                            (icon("undo"))
                                            (f.t("likely.again"))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
