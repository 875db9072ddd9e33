//! Interest of a document: what it has come to on a day, line by line, and charging it.

use super::{CustomerRef, DocumentRef};
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{Kind, Typed, csrf, field, hidden};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, fact, facts, remark};
use crate::web::part::table::{Column, head, label};
use maud::{Markup, html};
use puntual_core::date::Day;
use puntual_core::id::DocumentId;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct InterestView {
    /// The document.
    pub document: DocumentRef,
    /// Who owes it.
    pub customer: CustomerRef,
    /// The last day that counts.
    pub until: Typed,
    /// What was found.
    pub found: Found,
    /// Notes that charge it, the oldest first.
    pub notes: Vec<NoteRow>,
}

/// What was found.
#[derive(Clone, Debug)]
pub enum Found {
    /// Why it cannot be said, and what to do.
    Refused(String),
    /// What it has come to.
    Claim(Box<ClaimView>),
}

/// A claim.
#[derive(Clone, Debug)]
pub struct ClaimView {
    /// What is open.
    pub principal: Amount,
    /// Interest.
    pub interest: Amount,
    /// The law's compensation.
    pub compensation: Amount,
    /// What settles it.
    pub total: Amount,
    /// Days of the same balance and rate.
    pub segments: Vec<SegmentRow>,
    /// The law.
    pub law: String,
    /// How sure the rule is.
    pub confidence: &'static str,
    /// What is written beside a receipt.
    pub reservation: &'static str,
    /// How value added tax treats it.
    pub vat: &'static str,
    /// What else should be known, in the reader's language.
    pub remarks: Vec<String>,
    /// Where it can be charged: the id of the command.
    pub charge: Option<String>,
}

/// Days of the same balance and rate.
#[derive(Clone, Debug)]
pub struct SegmentRow {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// How many by the day count.
    pub days: i64,
    /// What was open.
    pub principal: Amount,
    /// Rate a year in per cent.
    pub rate: String,
    /// Days of the year.
    pub basis_days: i64,
    /// Interest of those days.
    pub amount: Amount,
}

/// A note that charges it.
#[derive(Clone, Debug)]
pub struct NoteRow {
    /// The note.
    pub document: DocumentId,
    /// The last day charged.
    pub through: Day,
    /// How much.
    pub amount: Amount,
    /// The id of the command that takes it back.
    pub take_back: String,
}

/// The page.
pub fn interest(f: &Frame, view: &InterestView) -> Markup {
    let title = f.fill("interest.title", &[("number", &view.document.number)]);
    let beside = html! {
        (super::document_link(f, &view.document))
        " "
        (super::customer_link(f, &view.customer))
    };
    let body = html! {
        form.filters method="get" action=(f.url.path()) data-autosubmit {
            (field("interest", "hasta", f.t("interest.until"), Kind::Date, &view.until))
            button.button type="submit" { (icon("calendar")) (f.t("interest.show")) }
        }
        @match &view.found {
            Found::Refused(why) => ({
                remark(
                    Tone::Warning,
                    html! {
                        p { (why) }
                    },
                )
            }),
            Found::Claim(claim) => (claimed(f, view, claim)),
        }
        @if !view.notes.is_empty() { (notes(f, view)) }
    };
    page(f, Heading::plain(&title).with_beside(beside), body)
}

fn claimed(f: &Frame, view: &InterestView, claim: &ClaimView) -> Markup {
    let sums = [
        ("interest.principal", claim.principal),
        ("interest.interest", claim.interest),
        ("interest.compensation", claim.compensation),
        ("interest.total", claim.total),
    ];
    let sums = sums.map(|(key, amount)| fact(f.t(key), figure::amount(f, amount)));
    html! {
        (facts(&sums))
        (segments(f, &claim.segments))
        p { (claim.law) " · " (f.fill("interest.sure", &[("letter", claim.confidence)])) }
        p.muted { (claim.reservation) }
        p.muted { (f.t(vat_key(claim.vat))) }
        @for text in &claim.remarks {
            ({
                remark(
                    Tone::Warning,
                    html! {
                        (text)
                    },
                )
            })
        }
        @if let Some(id) = claim.charge.as_ref().filter(|_| f.may_decide()) {
            form method="post" action=(format!("/documentos/{}/cobrar-intereses", view.document.id)) {
                (csrf(f))
                (hidden("id", id))
                (hidden("hasta", &view.until.value))
                button.button.main type="submit" { (icon("coin")) (f.t("interest.charge")) }
                p.hint { (f.t("interest.charge_hint")) }
            }
        }
    }
}

fn vat_key(code: &str) -> &'static str {
    match code {
        "outside" => "interest.vat_outside",
        "part_of_price" => "interest.vat_part",
        _ => "interest.vat_ask",
    }
}

fn segments(f: &Frame, rows: &[SegmentRow]) -> Markup {
    let currency = figure::shared_currency(rows.iter().map(|row| row.amount));
    let principal = f.t("interest.principal_then");
    let columns = [
        Column::plain(f.t("interest.from")),
        Column::plain(f.t("interest.to")),
        Column::plain_number(f.t("interest.days")),
        Column { currency, ..Column::plain_number(principal) },
        Column::plain_number(f.t("interest.rate")),
        Column { currency, ..Column::plain_number(f.t("interest.interest")) },
    ];
    html! {
        @if !rows.is_empty() {
            div.table-scroll {
                table.rows.stacks {
                    caption.hidden { (f.t("interest.explained")) }
                    (head(f, &columns))
                    tbody {
                        @for row in rows {
                            tr {
                                th.lead scope="row" { (figure::date(f, row.from)) }
                                td data-label=(f.t("interest.to")) { (figure::date(f, row.to)) }
                                td.num data-label=(f.t("interest.days")) {
                                    (figure::integer(f, row.days))
                                }
                                td.num data-label=(label(principal, currency)) {
                                    (figure::in_column(f, row.principal, currency))
                                }
                                td.num data-label=(f.t("interest.rate")) {
                                    (row.rate) " % "
                                    small { "/ " (row.basis_days) }
                                }
                                td.num data-label=(label(f.t("interest.interest"), currency)) {
                                    (figure::in_column(f, row.amount, currency))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn notes(f: &Frame, view: &InterestView) -> Markup {
    html! {
        section {
            h2 { (f.t("interest.charged")) }
            @for note in &view.notes {
                div.group {
                    a href=(super::document_url(f, note.document)) {
                        (f.t("interest.through"))
                        " "
                        (figure::date(f, note.through))
                    }
                    " "
                    (figure::amount(f, note.amount))
                    @if f.may_decide() {
                        form.inline
                            method="post"
                            action=(format!("/documentos/{}/anular-intereses", note.document))
                        {
                            (csrf(f))
                            (hidden("id", &note.take_back))
                            (hidden("volver", &f.url))
                            button.button.quiet type="submit" {
                                (icon("undo"))
                                (f.t("interest.take_back"))
                            }
                        }
                    }
                }
            }
        }
    }
}
