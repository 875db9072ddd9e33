//! Cuarentena: documents that were readable and must not reach the ledger before a person says so.

use super::imports::import_tabs;
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{csrf, hidden};
use crate::web::part::icon::icon;
use crate::web::part::notice::empty;
use crate::web::part::table::{Paging, pager};
use maud::{Markup, html};
use puntual_core::date::Day;

/// What Cuarentena shows.
#[derive(Clone, Debug)]
pub struct QuarantineView {
    /// The documents of this page, oldest first.
    pub rows: Vec<QuarantineRow>,
    /// Which part of the list this is.
    pub paging: Paging,
}

/// A document waiting for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineRow {
    /// What its decision posts to: `/importar/cuarentena/{id}`.
    pub id: String,
    /// What it is, in the reader's language.
    pub document: String,
    /// Whose it seems to be.
    pub customer: String,
    /// Its total, when it has one.
    pub total: Option<Amount>,
    /// Why it waits, in the reader's language.
    pub why: String,
    /// What differs from what is already here: field, ours, theirs.
    pub differences: Vec<(String, String, String)>,
    /// The file and the place it is in.
    pub source: String,
    /// When it came.
    pub on: Day,
    /// What can be decided.
    pub decisions: Vec<Decision>,
}

/// What can be decided about a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Take it in as it is.
    Accept,
    /// Leave it out.
    Discard,
}

impl Decision {
    /// How the form writes it.
    pub fn code(self) -> &'static str {
        match self {
            Decision::Accept => "accept",
            Decision::Discard => "discard",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Decision::Accept => "quarantine.accept",
            Decision::Discard => "quarantine.discard",
        }
    }
}

/// Cuarentena.
pub fn quarantine(f: &Frame, view: &QuarantineView) -> Markup {
    let waiting = i64::try_from(view.paging.total).unwrap_or(i64::MAX);
    let body = html! {
        (import_tabs(f, "quarantine", waiting))
        p.lede { (f.t("quarantine.lede")) }
        @if view.rows.is_empty() {
            (empty(f.t("quarantine.empty"), f.t("quarantine.empty_advice"), None))
        } @else { (table(f, view)) (pager(f, view.paging)) }
    };
    page(f, Heading::plain(f.t("quarantine.title")), body)
}

fn table(f: &Frame, view: &QuarantineView) -> Markup {
    html! {
        div.table-scroll {
            table.rows.stacks.two-line data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("col.document")) }
                        th.num scope="col" { (f.t("col.total")) }
                        th scope="col" { (f.t("quarantine.why")) }
                        th scope="col" { (f.t("imports.file")) }
                        th.num scope="col" { (f.t("quarantine.decision")) }
                    }
                }
                tbody {
                    @for row in &view.rows {
                        tr tabindex="-1" {
                            th.lead scope="row" {
                                (row.document)
                                small { (row.customer) }
                            }
                            td.num data-label=(f.t("col.total")) {
                                @if let Some(total) = row.total { (figure::amount(f, total)) }
                            }
                            td.why data-label=(f.t("quarantine.why")) {
                                span { (row.why) }
                                (differences(f, row))
                            }
                            td.wrap data-label=(f.t("imports.file")) {
                                (row.source)
                                small { (figure::near(f, row.on)) }
                            }
                            td.row-actions {
                                @if f.may_write() { (decide(f, row)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn differences(f: &Frame, row: &QuarantineRow) -> Markup {
    html! {
        @if !row.differences.is_empty() {
            details.behind-chart {
                summary { (f.count("quarantine.differences", row.differences.len() as i64)) }
                table.compact {
                    thead {
                        tr {
                            th scope="col" {
                                span.hidden { (f.t("imports.field_name")) }
                            }
                            th scope="col" { (f.t("quarantine.ours")) }
                            th scope="col" { (f.t("quarantine.theirs")) }
                        }
                    }
                    tbody {
                        @for (field, ours, theirs) in &row.differences {
                            tr {
                                th scope="row" { (field) }
                                td { (ours) }
                                td {
                                    strong { (theirs) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn decide(f: &Frame, row: &QuarantineRow) -> Markup {
    html! {
        form.inline method="post" action={ "/importar/cuarentena/" (row.id) } {
            (csrf(f))
            (hidden("volver", &f.url))
            @for decision in &row.decisions {
                button
                    .button
                    .quiet[*decision == Decision::Discard]
                    type="submit"
                    name="decision"
                    value=(decision.code())
                {
                    @if *decision == Decision::Discard { (icon("close")) } @else { (icon("check")) }
                    (f.t(decision.key()))
                }
            }
        }
    }
}
