//! Ficha 360, what the customer paid and was credited: where it went, what is left to apply, and
//! what takes it back.

use super::{CustomerRef, customer_link};
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{Choice, Kind, Typed, csrf, field, hidden, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{empty, fact, facts};
use maud::{Markup, html};
use puntual_core::date::Day;
use puntual_core::id::DocumentId;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct CustomerMoneyView {
    /// Who.
    pub customer: CustomerRef,
    /// Payments and credit notes, newest first.
    pub lines: Vec<MoneyLine>,
}

/// A payment or credit note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyLine {
    /// Its id as forms send it: `pay_…`, `doc_…`.
    pub source: String,
    /// When it was received or issued.
    pub on: Day,
    /// What it is, in the reader's language, with its number and reference.
    pub what: String,
    /// The whole of it.
    pub amount: Amount,
    /// Of it, not applied.
    pub left: Amount,
    /// That it came back or was undone, in the reader's language.
    pub gone: Option<String>,
    /// The documents it settles, each with how much.
    pub applied: Vec<Applied>,
    /// What can be done with it.
    pub deeds: Deeds,
}

/// What a source settles of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The document.
    pub document: DocumentId,
    /// Its number.
    pub number: String,
    /// How much.
    pub amount: Amount,
    /// The id a command that takes it back will have.
    pub command_id: String,
}

/// What can be done with a payment or credit note, each with what its form needs.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Deeds {
    /// Apply: the command's id and the open documents of its currency.
    pub apply: Option<(String, Vec<Choice>)>,
    /// Bounce: the address it posts to.
    pub bounce: Option<String>,
    /// Undo: the address it posts to.
    pub undo: Option<String>,
    /// Take the bounce back: the address it posts to.
    pub unbounce: Option<String>,
}

/// What a customer paid and was credited.
pub fn customer_money(f: &Frame, view: &CustomerMoneyView) -> Markup {
    let body = html! {
        (facts(&[fact(f.t("col.customer"), customer_link(f, &view.customer))]))
        @if view.lines.is_empty() {
            (empty(f.t("money.empty"), f.t("money.empty_advice"), None))
        } @else {
            div.table-scroll {
                table.stacks {
                    thead {
                        tr {
                            th scope="col" { (f.t("money.what")) }
                            th.num scope="col" { (f.t("col.amount")) }
                            th.num scope="col" { (f.t("col.unapplied")) }
                            th scope="col" { (f.t("money.went")) }
                            th scope="col" { (f.t("col.actions")) }
                        }
                    }
                    tbody {
                        @for (index, line) in view.lines.iter().enumerate() {
                            (row(f, view, index, line))
                        }
                    }
                }
            }
        }
    };
    page(f, Heading::plain(f.t("money.title")), body)
}

fn row(f: &Frame, view: &CustomerMoneyView, index: usize, line: &MoneyLine) -> Markup {
    html! {
        tr.reversed[line.gone.is_some()] {
            th.lead scope="row" {
                (figure::date(f, line.on))
                " "
                (line.what)
                @if let Some(gone) = &line.gone {
                    " "
                    span.badge.h-legal { (icon("undo")) (gone) }
                }
            }
            td.num data-label=(f.t("col.amount")) { (figure::amount(f, line.amount)) }
            td.num data-label=(f.t("col.unapplied")) { (figure::amount(f, line.left)) }
            td data-label=(f.t("money.went")) {
                @for applied in &line.applied { (went(f, view, line, applied)) }
            }
            td { (deeds(f, view, index, line)) }
        }
    }
}

fn went(f: &Frame, view: &CustomerMoneyView, line: &MoneyLine, applied: &Applied) -> Markup {
    html! {
        div {
            a href=(super::document_url(f, applied.document)) { span.mono { (applied.number) } }
            " "
            (figure::amount(f, applied.amount))
            @if f.may_decide() {
                " "
                form
                    .inline
                    method="post"
                    action={ "/documentos/" (applied.document) "/desaplicar" }
                {
                    (csrf(f))
                    (hidden("id", &applied.command_id))
                    (hidden("source", &line.source))
                    (hidden("volver", format!("/clientes/{}/pagos", view.customer.id)))
                    button.button.quiet type="submit" { (icon("undo")) (f.t("money.unapply")) }
                }
            }
        }
    }
}

fn deeds(f: &Frame, view: &CustomerMoneyView, index: usize, line: &MoneyLine) -> Markup {
    let deeds = &line.deeds;
    let form = |name: &str| format!("{name}{index}");
    html! {
        @if let Some((id, documents)) = deeds.apply.as_ref().filter(|_| f.may_write()) {
            details.panel {
                summary { (icon("check")) span.grow { (f.t("money.apply")) } }
                form method="post" action={ "/clientes/" (view.customer.id) "/aplicar" } {
                    (csrf(f))
                    (hidden("id", id))
                    (hidden("source", &line.source))
                    (hidden("currency", line.left.currency.code()))
                    (select(
                        &form("apply"),
                        "document",
                        f.t("col.document"),
                        None,
                        documents,
                        "",
                    ))
                    (field(
                        &form("apply"),
                        "amount",
                        f.t("money.how_much"),
                        Kind::Amount,
                        &Typed::default(),
                    ))
                    button.button type="submit" { (f.t("money.apply")) }
                }
            }
        }
        @if f.may_decide() {
            @if let Some(action) = &deeds.bounce {
                (with_reason(f, &form("bounce"), action, "money.bounce", Some(f.today)))
            }
            @if let Some(action) = &deeds.unbounce {
                (with_reason(f, &form("unbounce"), action, "money.unbounce", None))
            }
            @if let Some(action) = &deeds.undo {
                (with_reason(f, &form("undo"), action, "money.undo", None))
            }
        }
    }
}

/// A deed that wants a reason, and a day when it happened on one.
pub(super) fn with_reason(
    f: &Frame,
    form: &str,
    action: &str,
    key: &'static str,
    on: Option<Day>,
) -> Markup {
    html! {
        details.panel {
            summary { (icon("undo")) span.grow { (f.t(key)) } }
            form method="post" action=(action) {
                (csrf(f))
                @if let Some(on) = on {
                    (field(form, "on", f.t("money.on"), Kind::Date, &Typed::of(on.to_string())))
                }
                (field(form, "why", f.t("money.why"), Kind::Text, &Typed::default()))
                button.button type="submit" { (f.t(key)) }
            }
        }
    }
}
