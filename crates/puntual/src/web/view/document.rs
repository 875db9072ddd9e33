//! A document: its amounts, its instalments, every movement with both its dates, its references
//! and the file it came from.

use super::{CustomerRef, DocumentKind, DocumentRef, acceptance, customer_link, document_link};
use crate::web::format::{self, Amount};
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::badge::{self, State};
use crate::web::part::figure;
use crate::web::part::form::{Choice, Kind, Typed, csrf, field, hidden, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{empty, fact, facts};
use maud::{Markup, html};
use puntual_core::acceptance::Acceptance;
use puntual_core::date::Day;
use puntual_core::id::DocumentId;

/// What a document's page shows.
#[derive(Clone, Debug)]
pub struct DocumentView {
    /// Which document.
    pub document: DocumentRef,
    /// Who owes it.
    pub customer: CustomerRef,
    /// Its state.
    pub state: State,
    /// The fiscal authority's id of it (UUID of a CFDI, TED of a DTE), when it has one.
    pub fiscal_id: Option<String>,
    /// When it was issued.
    pub issued_on: Day,
    /// Payment terms as agreed or as worked out, in words.
    pub terms: String,
    /// Net, taxes, withheld, total; those that are known.
    pub amounts: Amounts,
    /// Who holds the claim since it was assigned.
    pub holder: Option<String>,
    /// Where its acceptance stands, where there is one.
    pub acceptance: Option<Acceptance>,
    /// What is open of it.
    pub open: Amount,
    /// Its instalments; at least one.
    pub instalments: Vec<Instalment>,
    /// What happened to it, oldest first.
    pub movements: Vec<Movement>,
    /// Disputes of it, the open one first.
    pub disputes: Vec<DisputeLine>,
    /// The id a new dispute will have, and what it may be about.
    pub new_dispute: (String, Vec<Choice>),
    /// Giving it up, and taking that back.
    pub write_offs: WriteOffs,
    /// Documents it refers to and those that refer to it.
    pub references: Vec<Reference>,
    /// Where it came from.
    pub source: Source,
}

/// The amounts of a document as issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// Before tax.
    pub net: Option<Amount>,
    /// Taxes added.
    pub tax: Option<Amount>,
    /// Taxes withheld.
    pub withheld: Option<Amount>,
    /// What is to be paid.
    pub total: Amount,
}

/// A dispute of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeLine {
    /// When, why and how it ended, in the reader's language.
    pub text: String,
    /// Where a post closes it, while it is open.
    pub close: Option<String>,
}

/// One amount due on one date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instalment {
    /// Its place, from 1.
    pub number: u32,
    /// When it is due.
    pub due_on: Day,
    /// How much is due.
    pub amount: Amount,
    /// What is open of it.
    pub open: Amount,
    /// Its state.
    pub state: State,
}

/// A change of what is open, with the day it took effect and the day it became known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// When it took effect.
    pub effective_on: Day,
    /// When it became known here.
    pub recorded_on: Day,
    /// What it was, in the reader's language: issue, payment, credit note, reversal…
    pub what: String,
    /// What brought it: a payment's reference, a note's number, who.
    pub detail: String,
    /// The change: positive raises what is open.
    pub change: Amount,
    /// What is open after it.
    pub open_after: Amount,
    /// Whether a later movement took it back.
    pub is_reversed: bool,
    /// What takes it back, when it is an application that stands.
    pub unapply: Option<Unapply>,
}

/// What takes an application back. Posts to `/documentos/{document}/desaplicar`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unapply {
    /// The id the command will have.
    pub command_id: String,
    /// The debt.
    pub document: DocumentId,
    /// The payment or credit note: `pay_…`, `doc_…`.
    pub source: String,
}

/// Giving a debt up, and taking that back. Each is there when it can be done.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct WriteOffs {
    /// The id a write-off will have.
    pub write_off: Option<String>,
    /// The id that taking all of them back will have.
    pub reinstate: Option<String>,
    /// Requests that wait for another person.
    pub waiting: Vec<WaitingWriteOff>,
}

/// A request to give a debt up that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingWriteOff {
    /// The request.
    pub request: String,
    /// How much.
    pub amount: Amount,
    /// Why.
    pub why: String,
    /// Who asked.
    pub by: String,
    /// The id of the command that decides it; `None` for whoever asked.
    pub command_id: Option<String>,
}

/// Another document this one is tied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// How, in the reader's language: cancels, corrects, order number…
    pub relation: String,
    /// The document, when we have it.
    pub document: Option<DocumentRef>,
    /// What the file says when we do not have it.
    pub text: String,
}

/// Where a document came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's name.
    pub file: String,
    /// The place within the file.
    pub place: String,
    /// The format it was read as.
    pub format: String,
    /// When it was imported.
    pub imported_on: Day,
    /// The page of the import, and of the file itself when it is kept.
    pub import_url: Option<String>,
    /// Where the original can be downloaded.
    pub original_url: Option<String>,
}

/// A document's page.
pub fn document(f: &Frame, view: &DocumentView) -> Markup {
    let title = format!("{} {}", f.t(view.document.kind.key()), view.document.number);
    let interest = html! {
        a.button.quiet href=(format!("/documentos/{}/intereses", view.document.id)) {
            (icon("coin"))
            (f.t("interest.link"))
        }
    };
    let heading = Heading { beside: Some(badge::state(f, view.state)), ..Heading::dated(&title) };
    let heading = match view.document.kind {
        DocumentKind::CreditNote | DocumentKind::ChargeNote => heading,
        _ => heading.with_actions(interest),
    };
    let body = html! {
        (summary(f, view))
        div.columns {
            div { (instalments(f, view)) (movements(f, view)) }
            aside.side {
                (amounts(f, view))
                (disputes(f, view))
                @if f.may_decide() { (write_offs(f, view)) }
                (references(f, view))
                (source(f, view))
            }
        }
    };
    page(f, heading, body)
}

fn summary(f: &Frame, view: &DocumentView) -> Markup {
    let mut line = vec![
        fact(f.t("col.customer"), customer_link(f, &view.customer)),
        fact(f.t("col.open"), html! { strong { (figure::amount(f, view.open)) } }),
        fact(f.t("col.issued"), figure::date(f, view.issued_on)),
        fact(f.t("document.terms"), html! { (view.terms) }),
    ];
    if let Some(first) = view.instalments.iter().find(|i| i.open.minor != 0) {
        let day = html! {
            (figure::date(f, first.due_on))
            " "
            span.muted { (format::due(first.due_on, f.as_of, f.locale)) }
        };
        line.insert(2, fact(f.t("col.due"), day));
    }
    if let Some(found) = &view.acceptance {
        line.push(fact(f.t("acceptance.term"), acceptance::explained(f, found)));
    }
    if let Some(holder) = &view.holder {
        line.push(fact(f.t("document.holder"), html! { (holder) }));
    }
    if let Some(id) = &view.fiscal_id {
        line.push(fact(f.t("document.fiscal_id"), figure::copyable(f, id)));
    }
    facts(&line)
}

/// How a dispute may end, and the keys of the words.
const ENDINGS: [(&str, &str); 4] = [
    ("accepted", "resolution.accepted"),
    ("partly_accepted", "resolution.partly_accepted"),
    ("rejected", "resolution.rejected"),
    ("withdrawn", "resolution.withdrawn"),
];

fn disputes(f: &Frame, view: &DocumentView) -> Markup {
    let (id, reasons) = &view.new_dispute;
    let is_open = view.disputes.iter().any(|dispute| dispute.close.is_some());
    let may_open = f.may_write() && !is_open && view.open.minor > 0;
    html! {
        @if !view.disputes.is_empty() || may_open {
            section {
                h2 { (f.t("event.dispute")) }
                @for dispute in &view.disputes {
                    p { (icon("flag")) " " (dispute.text) }
                    @if let Some(close) = dispute.close.as_ref().filter(|_| f.may_decide()) {
                        (close_form(f, close))
                    }
                }
                @if may_open {
                    details.panel {
                        summary {
                            (icon("flag"))
                            span.grow { (f.t("document.dispute")) }
                        }
                        form method="post" action={ "/documentos/" (view.document.id) "/disputa" } {
                            (csrf(f))
                            (hidden("id", id))
                            (select("dispute", "reason", f.t("document.reason"), None, reasons, ""))
                            button.button type="submit" { (f.t("document.dispute")) }
                        }
                    }
                }
            }
        }
    }
}

fn close_form(f: &Frame, action: &str) -> Markup {
    let endings = ENDINGS.map(|(code, key)| Choice::new(code, f.t(key)));
    html! {
        form.inline method="post" action=(action) {
            (csrf(f))
            (select("close", "resolution", f.t("document.resolution"), None, &endings, "accepted"))
            button.button type="submit" { (f.t("document.close_dispute")) }
        }
    }
}

fn instalments(f: &Frame, view: &DocumentView) -> Markup {
    html! {
        section {
            h2 { (f.t("document.instalments")) }
            div.table-scroll {
                table.compact {
                    thead {
                        tr {
                            th scope="col" { (f.t("document.instalment")) }
                            th scope="col" { (f.t("col.due")) }
                            th.num scope="col" { (f.t("col.total")) }
                            th.num scope="col" { (f.t("col.open")) }
                            th scope="col" { (f.t("col.state")) }
                        }
                    }
                    tbody {
                        @for part in &view.instalments {
                            tr {
                                td { (part.number) "/" (view.instalments.len()) }
                                td {
                                    (figure::date(f, part.due_on))
                                    @if part.open.minor != 0 {
                                        " "
                                        span.muted { (format::due(part.due_on, f.as_of, f.locale)) }
                                    }
                                }
                                td.num { (figure::amount(f, part.amount)) }
                                td.num {
                                    @if part.open.minor == 0 { (figure::bare(f, part.open)) } @else {
                                        strong { (figure::amount(f, part.open)) }
                                    }
                                }
                                td { (badge::state(f, part.state)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn movements(f: &Frame, view: &DocumentView) -> Markup {
    html! {
        section {
            h2 { (f.t("document.movements")) }
            @if view.movements.is_empty() {
                (empty(f.t("document.no_movements"), f.t("document.no_movements_advice"), None))
            } @else {
                div.table-scroll {
                    table.compact {
                        thead {
                            tr {
                                th scope="col" {
                                    abbr title=(f.t("document.effective_hint")) {
                                        (f.t("document.effective"))
                                    }
                                }
                                th scope="col" {
                                    abbr title=(f.t("document.recorded_hint")) {
                                        (f.t("document.recorded"))
                                    }
                                }
                                th scope="col" { (f.t("document.movement")) }
                                th.num scope="col" { (f.t("document.change")) }
                                th.num scope="col" { (f.t("col.open")) }
                            }
                        }
                        tbody {
                            @for movement in &view.movements {
                                tr.reversed[movement.is_reversed] {
                                    td.nowrap { (figure::date(f, movement.effective_on)) }
                                    td.nowrap.muted { (figure::date(f, movement.recorded_on)) }
                                    td {
                                        (movement.what)
                                        " "
                                        span.muted { (movement.detail) }
                                        @if movement.is_reversed {
                                            " "
                                            span.badge.h-legal {
                                                (icon("undo"))
                                                (f.t("document.reversed"))
                                            }
                                        }
                                        @if let Some(unapply) = &movement.unapply {
                                            (unapply_form(f, view, unapply))
                                        }
                                    }
                                    td.num { (figure::amount(f, movement.change)) }
                                    td.num { (figure::amount(f, movement.open_after)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn unapply_form(f: &Frame, view: &DocumentView, unapply: &Unapply) -> Markup {
    html! {
        @if f.may_decide() {
            " "
            form.inline method="post" action={ "/documentos/" (unapply.document) "/desaplicar" } {
                (csrf(f))
                (hidden("id", &unapply.command_id))
                (hidden("source", &unapply.source))
                (hidden("volver", format!("/documentos/{}", view.document.id)))
                button.button.quiet type="submit" { (icon("undo")) (f.t("money.unapply")) }
            }
        }
    }
}

fn write_offs(f: &Frame, view: &DocumentView) -> Markup {
    let none = Typed::default();
    html! {
        @if let Some(id) = &view.write_offs.write_off {
            details.panel {
                summary { (icon("broken")) span.grow { (f.t("money.write_off")) } }
                form method="post" action={ "/documentos/" (view.document.id) "/castigar" } {
                    (csrf(f))
                    (hidden("id", id))
                    (hidden("currency", view.open.currency.code()))
                    (field("off", "amount", f.t("money.how_much"), Kind::Amount, &none))
                    (field("off", "why", f.t("money.why"), Kind::Text, &none))
                    button.button type="submit" { (f.t("money.write_off")) }
                }
            }
        }
        @for waiting in &view.write_offs.waiting { (waiting_write_off(f, view, waiting)) }
        @if let Some(id) = &view.write_offs.reinstate {
            form method="post" action={ "/documentos/" (view.document.id) "/reponer" } {
                (csrf(f))
                (hidden("id", id))
                button.button.quiet type="submit" { (icon("undo")) (f.t("money.reinstate")) }
            }
        }
    }
}

fn waiting_write_off(f: &Frame, view: &DocumentView, waiting: &WaitingWriteOff) -> Markup {
    html! {
        div.panel {
            p {
                (f.fill("money.write_off_waits", &[("by", &waiting.by), ("why", &waiting.why)]))
                " "
                (figure::amount(f, waiting.amount))
            }
            @if let Some(id) = &waiting.command_id {
                form method="post"
                    action={ "/documentos/" (view.document.id) "/decidir-castigo" }
                {
                    (csrf(f))
                    (hidden("id", id))
                    (hidden("request", &waiting.request))
                    button.button.main type="submit" name="decision" value="approve" {
                        (icon("check"))
                        (f.t("money.approve"))
                    }
                    button.button.quiet type="submit" name="decision" value="refuse" {
                        (icon("close"))
                        (f.t("money.refuse"))
                    }
                }
            }
        }
    }
}

fn amounts(f: &Frame, view: &DocumentView) -> Markup {
    let lines = [
        (f.t("document.net"), view.amounts.net),
        (f.t("document.tax"), view.amounts.tax),
        (f.t("document.withheld"), view.amounts.withheld),
        (f.t("col.total"), Some(view.amounts.total)),
    ];
    html! {
        section {
            h2 { (f.t("document.amounts")) }
            dl.pairs {
                @for (label, amount) in lines {
                    @if let Some(amount) = amount {
                        dt { (label) }
                        dd.num { (figure::amount(f, amount)) }
                    }
                }
            }
        }
    }
}

fn references(f: &Frame, view: &DocumentView) -> Markup {
    html! {
        @if !view.references.is_empty() {
            section {
                h2 { (f.t("document.references")) }
                ul.plain {
                    @for reference in &view.references {
                        li {
                            span.muted { (reference.relation) }
                            " "
                            @match &reference.document {
                                Some(document) => (document_link(f, document)),
                                None => span.mono { (reference.text) },
                            }
                        }
                    }
                }
            }
        }
    }
}

fn source(f: &Frame, view: &DocumentView) -> Markup {
    let source = &view.source;
    html! {
        section {
            h2 { (f.t("document.source")) }
            p.wrap {
                @match &source.import_url {
                    Some(url) => a href=(url) { (source.file) },
                    None => (source.file),
                }
            }
            p.muted {
                (source.format)
                @if !source.place.is_empty() { " · " (source.place) }
                " · "
                (figure::date(f, source.imported_on))
            }
            @if let Some(url) = &source.original_url {
                p {
                    a.button.quiet href=(url) download { (icon("download")) (f.t("document.original")) }
                }
            }
        }
    }
}
