//! Remesas: batches of direct debits, what one would hold before it is made, what became of each
//! debit, and the mandates they are made by.

use super::{CustomerRef, customer_link};
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{Choice, Kind, Typed, csrf, field, hidden, post_button, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, empty, fact, facts, remark, tabs};
use maud::{Markup, html};
use puntual_core::date::Day;

/// How a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// Made; the bank has not credited it.
    Made,
    /// The bank credited it.
    Credited,
    /// Given up.
    Cancelled,
}

/// A batch.
#[derive(Clone, Debug)]
pub struct BatchRow {
    /// Its id as addresses write it.
    pub id: String,
    /// The id of its message.
    pub message: String,
    /// When it was made.
    pub made_on: Day,
    /// When the accounts are debited.
    pub collect_on: Day,
    /// By when the debtors are told.
    pub notify_on: Day,
    /// Its lines.
    pub lines: i64,
    /// Their sum.
    pub total: Amount,
    /// How it stands.
    pub state: BatchState,
}

/// What Remesas shows.
#[derive(Clone, Debug)]
pub struct RemittancesView {
    /// The batches, newest first.
    pub rows: Vec<BatchRow>,
    /// Creditor identifier, account, code of its bank.
    pub collector: [Typed; 3],
    /// Whether they were set.
    pub is_set: bool,
    /// The days a new batch starts from: due until, collected on.
    pub days: [Typed; 2],
}

/// A receivable that may be collected.
#[derive(Clone, Debug)]
pub struct ProposedRow {
    /// Its id as forms write it.
    pub id: String,
    /// Who owes it.
    pub customer: CustomerRef,
    /// Number of its document.
    pub number: String,
    /// When it is due.
    pub due_on: Day,
    /// How much.
    pub amount: Amount,
    /// By which mandate.
    pub mandate: String,
}

/// What a batch would hold.
#[derive(Clone, Debug)]
pub struct BatchProposalView {
    /// The id the batch will have.
    pub id: String,
    /// What is due by then.
    pub due_until: Day,
    /// When it is collected.
    pub collect_on: Day,
    /// By when the debtors are told.
    pub notify_on: Day,
    /// Whether that day has passed.
    pub is_notice_late: bool,
    /// What it would hold.
    pub rows: Vec<ProposedRow>,
    /// The sum.
    pub total: Amount,
    /// What is left out, in words with number and amount.
    pub left_out: Vec<String>,
}

/// A debit of a batch.
#[derive(Clone, Debug)]
pub struct LineRow {
    /// Who is debited.
    pub customer: CustomerRef,
    /// Number of the document.
    pub number: String,
    /// Our id of it.
    pub end_to_end: String,
    /// How much.
    pub amount: Amount,
    /// What the bank said, with the day.
    pub result: Option<(String, Day)>,
    /// What that calls for, in words.
    pub remedy: Option<String>,
}

/// A batch with its lines.
#[derive(Clone, Debug)]
pub struct BatchView {
    /// The batch.
    pub batch: BatchRow,
    /// Its lines.
    pub rows: Vec<LineRow>,
    /// Whether the day of collection has come.
    pub is_due: bool,
}

/// A mandate.
#[derive(Clone, Debug)]
pub struct MandateRow {
    /// Its id as addresses write it.
    pub id: String,
    /// Who signed.
    pub customer: CustomerRef,
    /// Its reference.
    pub reference: String,
    /// Scheme and use, in words.
    pub kind: String,
    /// When it was signed.
    pub signed_on: Day,
    /// The account, all but its ends hidden.
    pub account: String,
    /// Since when it may not be used, and why.
    pub revoked: Option<(Day, String)>,
}

/// The mandates, and the form for a new one.
#[derive(Clone, Debug)]
pub struct MandatesView {
    /// The mandates, newest first.
    pub rows: Vec<MandateRow>,
    /// The id a new one will have.
    pub new_id: String,
    /// Customer code, reference, signed on, holder, account.
    pub form: [Typed; 5],
}

/// The parts of Banco.
pub fn bank_tabs(f: &Frame, current: &str) -> Markup {
    let choices = [
        ("/banco", "remit.movements"),
        ("/remesas", "remit.title"),
        ("/remesas/mandatos", "remit.mandates"),
    ]
    .map(|(path, key)| (path.to_owned(), f.t(key), path == current));
    tabs(f.t("nav.bank"), &choices)
}

fn state(f: &Frame, state: BatchState) -> Markup {
    let (hue, name, key) = match state {
        BatchState::Made => ("h-promised", "clock", "remit.made"),
        BatchState::Credited => ("h-paid", "check", "remit.credited"),
        BatchState::Cancelled => ("h-legal", "close", "remit.cancelled"),
    };
    html! {
        span class={ "badge " (hue) } { (icon(name)) (f.t(key)) }
    }
}

/// Remesas.
pub fn remittances(f: &Frame, view: &RemittancesView) -> Markup {
    let body = html! {
        (bank_tabs(f, "/remesas"))
        div.columns {
            div {
                @if view.rows.is_empty() {
                    (empty(f.t("remit.none"), f.t("remit.none_advice"), None))
                } @else { (batches(f, &view.rows)) }
            }
            aside.side {
                @if f.may_decide() {
                    @if view.is_set { (new_batch(f, &view.days)) } @else {
                        (remark(Tone::Warning, html! { (f.t("remit.set_first")) }))
                    }
                }
                (collector(f, view))
            }
        }
    };
    page(f, Heading::plain(f.t("remit.title")), body)
}

fn new_batch(f: &Frame, [due, collect]: &[Typed; 2]) -> Markup {
    html! {
        section {
            h2 { (f.t("remit.new")) }
            form.stack method="get" action="/remesas/nueva" {
                (field("new", "vence-hasta", f.t("remit.due_until"), Kind::Date, due))
                (field("new", "cobro", f.t("remit.collect_on"), Kind::Date, collect))
                button.button.main type="submit" { (f.t("remit.preview")) }
            }
        }
    }
}

fn collector(f: &Frame, view: &RemittancesView) -> Markup {
    let [scheme_id, iban, bic] = &view.collector;
    html! {
        details.panel open[!view.is_set] {
            summary { (icon("gear")) span.grow { (f.t("remit.own")) } }
            form.stack method="post" action="/remesas/cuenta" {
                (csrf(f))
                (field("own", "scheme_id", f.t("remit.scheme_id"), Kind::Text, scheme_id))
                (field("own", "iban", f.t("remit.iban"), Kind::Text, iban))
                (field("own", "bic", f.t("remit.bic"), Kind::Text, bic))
                button.button type="submit" { (f.t("save")) }
            }
        }
    }
}

fn batches(f: &Frame, rows: &[BatchRow]) -> Markup {
    html! {
        div.table-scroll {
            table.rows.stacks data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("remit.batch")) }
                        th scope="col" { (f.t("remit.collect_on")) }
                        th.num scope="col" { (f.t("remit.lines")) }
                        th.num scope="col" { (f.t("col.total")) }
                        th scope="col" { (f.t("col.state")) }
                    }
                }
                tbody {
                    @for row in rows {
                        tr data-href={ "/remesas/" (row.id) } {
                            th.lead scope="row" {
                                a href={ "/remesas/" (row.id) } { (row.message) }
                                " "
                                small { (figure::date(f, row.made_on)) }
                            }
                            td data-label=(f.t("remit.collect_on")) { (figure::date(f, row.collect_on)) }
                            td.num data-label=(f.t("remit.lines")) { (figure::integer(f, row.lines)) }
                            td.num data-label=(f.t("col.total")) { (figure::amount(f, row.total)) }
                            td data-label=(f.t("col.state")) { (state(f, row.state)) }
                        }
                    }
                }
            }
        }
    }
}

/// What a batch would hold, to be chosen from.
pub fn batch_proposal(f: &Frame, view: &BatchProposalView) -> Markup {
    let notice = html! {
        (figure::date(f, view.notify_on))
        @if view.is_notice_late {
            " "
            span.muted { (f.t("remit.notice_late")) }
        }
    };
    let body = html! {
        (facts(&[
            fact(f.t("remit.due_until"), figure::date(f, view.due_until)),
            fact(f.t("remit.collect_on"), figure::date(f, view.collect_on)),
            fact(f.t("remit.notify_on"), notice),
            fact(f.t("col.total"), html! { strong { (figure::amount(f, view.total)) } }),
        ]))
        @for left in &view.left_out { p.muted { (icon("pause")) " " (left) } }
        @if view.rows.is_empty() {
            (empty(f.t("remit.nothing"), f.t("remit.nothing_advice"), None))
        } @else {
            form method="post" action="/remesas" {
                (csrf(f))
                (hidden("id", &view.id))
                (hidden("due_until", view.due_until))
                (hidden("collect_on", view.collect_on))
                (proposed(f, &view.rows))
                button.button.main type="submit" { (f.t("remit.make")) }
            }
        }
    };
    page(f, Heading::plain(f.t("remit.new")), body)
}

fn proposed(f: &Frame, rows: &[ProposedRow]) -> Markup {
    html! {
        div.table-scroll {
            table.stacks {
                thead {
                    tr {
                        th scope="col" { (f.t("col.document")) }
                        th scope="col" { (f.t("col.customer")) }
                        th scope="col" { (f.t("col.due")) }
                        th.num scope="col" { (f.t("col.open")) }
                        th scope="col" { (f.t("remit.mandate")) }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th.lead scope="row" {
                                label {
                                    input type="checkbox" name="chosen" value=(row.id) checked;
                                    " " (row.number)
                                }
                            }
                            td data-label=(f.t("col.customer")) { (customer_link(f, &row.customer)) }
                            td data-label=(f.t("col.due")) { (figure::date(f, row.due_on)) }
                            td.num data-label=(f.t("col.open")) { (figure::amount(f, row.amount)) }
                            td.mono data-label=(f.t("remit.mandate")) { (row.mandate) }
                        }
                    }
                }
            }
        }
    }
}

/// A batch.
pub fn batch(f: &Frame, view: &BatchView) -> Markup {
    let row = &view.batch;
    let at = |deed: &str| format!("/remesas/{}/{deed}", row.id);
    let is_made = row.state == BatchState::Made;
    let body = html! {
        (facts(&[
            fact(f.t("remit.collect_on"), figure::date(f, row.collect_on)),
            fact(f.t("remit.notify_on"), figure::date(f, row.notify_on)),
            fact(f.t("remit.lines"), figure::integer(f, row.lines)),
            fact(f.t("col.total"), html! { strong { (figure::amount(f, row.total)) } }),
        ]))
        @if f.may_decide() {
            div.group {
                @if row.state != BatchState::Cancelled {
                    a.button.main href=(at("pain008.xml")) download {
                        (icon("download")) (f.t("remit.file"))
                    }
                }
                @if is_made && view.is_due {
                    (post_button(f, &at("abonada"), "", html! { (icon("check")) (f.t("remit.mark_credited")) }))
                }
                @if is_made {
                    (post_button(f, &at("anular"), "quiet", html! { (icon("close")) (f.t("remit.give_up")) }))
                }
            }
        }
        (lines(f, &view.rows))
    };
    let title = format!("{} {}", f.t("remit.batch"), row.message);
    page(f, Heading::plain(&title).with_beside(state(f, row.state)), body)
}

fn lines(f: &Frame, rows: &[LineRow]) -> Markup {
    html! {
        div.table-scroll {
            table.stacks {
                thead {
                    tr {
                        th scope="col" { (f.t("col.document")) }
                        th scope="col" { (f.t("col.customer")) }
                        th scope="col" { (f.t("remit.debit")) }
                        th.num scope="col" { (f.t("col.amount")) }
                        th scope="col" { (f.t("remit.result")) }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th.lead scope="row" { (row.number) }
                            td data-label=(f.t("col.customer")) { (customer_link(f, &row.customer)) }
                            td.mono data-label=(f.t("remit.debit")) { (row.end_to_end) }
                            td.num data-label=(f.t("col.amount")) { (figure::amount(f, row.amount)) }
                            td data-label=(f.t("remit.result")) {
                                @match &row.result {
                                    Some((said, on)) => {
                                        (said) " · " (figure::date(f, *on))
                                        @if let Some(remedy) = &row.remedy {
                                            " "
                                            span.muted { (remedy) }
                                        }
                                    }
                                    None => span.nil { "–" },
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The mandates.
pub fn mandates(f: &Frame, view: &MandatesView) -> Markup {
    let body = html! {
        (bank_tabs(f, "/remesas/mandatos"))
        div.columns {
            div {
                @if view.rows.is_empty() {
                    (empty(f.t("remit.no_mandates"), f.t("remit.no_mandates_advice"), None))
                } @else { (mandate_table(f, &view.rows)) }
            }
            aside.side { @if f.may_decide() { (mandate_form(f, view)) } }
        }
    };
    page(f, Heading::plain(f.t("remit.mandates")), body)
}

fn mandate_table(f: &Frame, rows: &[MandateRow]) -> Markup {
    html! {
        div.table-scroll {
            table.stacks {
                thead {
                    tr {
                        th scope="col" { (f.t("remit.mandate")) }
                        th scope="col" { (f.t("col.customer")) }
                        th scope="col" { (f.t("remit.kind")) }
                        th scope="col" { (f.t("remit.signed_on")) }
                        th scope="col" { (f.t("remit.iban")) }
                        th scope="col" {
                            span.hidden { (f.t("col.actions")) }
                        }
                    }
                }
                tbody {
                    @for row in rows {
                        tr.off[row.revoked.is_some()] {
                            th.lead.mono scope="row" { (row.reference) }
                            td data-label=(f.t("col.customer")) { (customer_link(f, &row.customer)) }
                            td data-label=(f.t("remit.kind")) { (row.kind) }
                            td data-label=(f.t("remit.signed_on")) { (figure::date(f, row.signed_on)) }
                            td.mono data-label=(f.t("remit.iban")) { (row.account) }
                            td.row-actions {
                                @match &row.revoked {
                                    Some((on, why)) => {
                                        span.badge.h-legal { (icon("close")) (f.t("remit.revoked")) }
                                        " "
                                        span.muted { (figure::date(f, *on)) " " (why) }
                                    }
                                    None if f.may_decide() => {
                                        (post_button(
                                            f,
                                            &format!("/remesas/mandatos/{}/revocar", row.id),
                                            "quiet",
                                            html! { (f.t("remit.revoke")) },
                                        ))
                                    }
                                    None => {}
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn mandate_form(f: &Frame, view: &MandatesView) -> Markup {
    let [code, reference, signed_on, holder, iban] = &view.form;
    let schemes = [Choice::new("core", f.t("remit.core")), Choice::new("b2b", f.t("remit.b2b"))];
    let uses =
        [Choice::new("recurrent", f.t("remit.recurrent")), Choice::new("once", f.t("remit.once"))];
    html! {
        section {
            h2 { (f.t("remit.new_mandate")) }
            form.stack method="post" action="/remesas/mandatos" {
                (csrf(f))
                (hidden("id", &view.new_id))
                (field("mandate", "customer", f.t("customer.code"), Kind::Text, code))
                (field("mandate", "reference", f.t("remit.reference"), Kind::Text, reference))
                (field("mandate", "signed_on", f.t("remit.signed_on"), Kind::Date, signed_on))
                (field("mandate", "holder", f.t("remit.holder"), Kind::Text, holder))
                (field("mandate", "iban", f.t("remit.iban"), Kind::Text, iban))
                (select("mandate", "scheme", f.t("remit.scheme"), None, &schemes, "core"))
                (select("mandate", "use", f.t("remit.use"), None, &uses, "recurrent"))
                button.button.main type="submit" { (f.t("remit.add_mandate")) }
            }
        }
    }
}
