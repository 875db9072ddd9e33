//! Promesas y convenios: what was promised, what was agreed, and how it is going.

use super::CustomerRef;
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{Choice, Kind, Typed, csrf, field, hidden, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, empty, fact, facts, remark};
use crate::web::part::table::{Column, head, label};
use maud::{Markup, html};
use puntual_core::date::Day;
use puntual_core::id::{AgreementId, DocumentId};

/// What the list shows.
#[derive(Clone, Debug, Default)]
pub struct AgreementsView {
    /// Agreements, newest first.
    pub rows: Vec<AgreementRow>,
    /// Promises in force, by day.
    pub promises: Vec<PromiseRow>,
}

/// An agreement of the list.
#[derive(Clone, Debug)]
pub struct AgreementRow {
    /// Its id.
    pub id: AgreementId,
    /// Its number.
    pub number: String,
    /// With whom.
    pub customer: CustomerRef,
    /// `proposed`, `accepted`, `completed`, `broken`, `withdrawn`.
    pub state: String,
    /// What will have been paid.
    pub total: Amount,
    /// What was paid.
    pub paid: Amount,
    /// The next instalment: its day and what is left of it.
    pub next: Option<(Day, Amount)>,
    /// Days it is late; zero or less when it is not.
    pub overdue_days: i64,
}

/// A promise in force.
#[derive(Clone, Debug)]
pub struct PromiseRow {
    /// Who promised.
    pub customer: CustomerRef,
    /// How much.
    pub amount: Amount,
    /// By when.
    pub on: Day,
}

/// The key of a state's word.
fn state_key(state: &str) -> &'static str {
    match state {
        "proposed" => "agreement.state.proposed",
        "accepted" => "agreement.state.accepted",
        "completed" => "agreement.state.completed",
        "broken" => "agreement.state.broken",
        _ => "agreement.state.withdrawn",
    }
}

fn state(f: &Frame, state: &str) -> Markup {
    let (hue, name) = match state {
        "proposed" => ("h-promised", "note"),
        "accepted" => ("h-promised", "promise"),
        "completed" => ("h-paid", "check"),
        "broken" => ("h-d3", "broken"),
        _ => ("h-legal", "close"),
    };
    html! {
        span class={ "badge " (hue) } { (icon(name)) (f.t(state_key(state))) }
    }
}

/// The states a list is filtered by, as addresses write them.
const STATES: [&str; 5] = ["proposed", "accepted", "broken", "completed", "withdrawn"];

/// The list.
pub fn agreements(f: &Frame, view: &AgreementsView) -> Markup {
    let heading = Heading::plain(f.t("nav.agreements"));
    let states: Vec<Choice> =
        STATES.iter().map(|code| Choice::new(*code, f.t(state_key(code)))).collect();
    let chosen = f.url.param("estado").unwrap_or_default();
    let body = html! {
        form.filters method="get" action="/convenios" data-autosubmit {
            (select("f", "estado", f.t("filter.state"), Some(f.t("filter.all")), &states, chosen))
            button.button type="submit" { (icon("filter")) (f.t("filter.apply")) }
        }
        @if view.rows.is_empty() {
            ({
                empty(
                    f.t("agreement.empty"),
                    f.t("agreement.empty_advice"),
                    Some((&f.to("/clientes"), f.t("nav.customers"))),
                )
            })
        } @else { (table(f, &view.rows)) }
        @if !view.promises.is_empty() { (promises(f, &view.promises)) }
    };
    page(f, heading, body)
}

fn table(f: &Frame, rows: &[AgreementRow]) -> Markup {
    let currency = figure::shared_currency(rows.iter().map(|row| row.total));
    let columns = [
        Column::plain(f.t("agreement.number")),
        Column::plain(f.t("col.customer")),
        Column::plain(f.t("col.state")),
        Column { currency, ..Column::plain_number(f.t("agreement.total")) },
        Column { currency, ..Column::plain_number(f.t("agreement.paid")) },
        Column::plain(f.t("agreement.next")),
    ];
    html! {
        div.table-scroll {
            table.rows.stacks data-rows {
                caption.hidden { (f.t("nav.agreements")) }
                (head(f, &columns))
                tbody {
                    @for row in rows {
                        @let url = f.to(&format!("/convenios/{}", row.id));
                        tr data-href=(url) {
                            th.lead scope="row" { a.row-link.mono href=(url) { (row.number) } }
                            td data-label=(f.t("col.customer")) {
                                (super::customer_link(f, &row.customer))
                            }
                            td data-label=(f.t("col.state")) { (state(f, &row.state)) }
                            td.num data-label=(label(f.t("agreement.total"), currency)) {
                                (figure::in_column(f, row.total, currency))
                            }
                            td.num data-label=(label(f.t("agreement.paid"), currency)) {
                                (figure::in_column(f, row.paid, currency))
                            }
                            td.nowrap data-label=(f.t("agreement.next")) {
                                @match row.next {
                                    Some((on, left)) => {
                                        (figure::date(f, on))
                                        " "
                                        (figure::amount(f, left))
                                        @if row.overdue_days > 0 {
                                            " "
                                            span.days {
                                                (f.count("agreement.late", row.overdue_days))
                                            }
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

fn promises(f: &Frame, rows: &[PromiseRow]) -> Markup {
    let currency = figure::shared_currency(rows.iter().map(|row| row.amount));
    let columns = [
        Column::plain(f.t("agreement.promised_on")),
        Column::plain(f.t("col.customer")),
        Column { currency, ..Column::plain_number(f.t("col.amount")) },
    ];
    html! {
        section {
            h2 { (f.t("agreement.promises")) }
            div.table-scroll {
                table.rows.stacks data-rows {
                    caption.hidden { (f.t("agreement.promises")) }
                    (head(f, &columns))
                    tbody {
                        @for row in rows {
                            tr data-href=(super::customer_url(f, row.customer.id)) {
                                th.lead scope="row" { (figure::date(f, row.on)) }
                                td data-label=(f.t("col.customer")) {
                                    (super::customer_link(f, &row.customer))
                                }
                                td.num data-label=(label(f.t("col.amount"), currency)) {
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

/// A form to agree, with what it comes to.
#[derive(Clone, Debug)]
pub struct ProposalView {
    /// With whom.
    pub customer: CustomerRef,
    /// What was typed, by field.
    pub typed: Proposed,
    /// What it comes to, when it makes a schedule.
    pub preview: Option<PreviewView>,
    /// The id the agreement will have.
    pub command_id: String,
}

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct Proposed {
    /// Currency, where more than one is owed.
    pub currency: String,
    /// The documents, by their ids; all when empty.
    pub documents: Vec<DocumentId>,
    /// Down payment.
    pub down: Typed,
    /// Of the debt, forgiven.
    pub discount: Typed,
    /// How many instalments.
    pub count: Typed,
    /// When the first is due.
    pub first: Typed,
    /// How far apart.
    pub every: String,
    /// Equal parts or equal amounts.
    pub spread: String,
    /// Interest in per cent a year.
    pub rate: Typed,
    /// Replaces the debts, or waits for them.
    pub nature: String,
    /// What is wrong with the whole.
    pub error: Option<String>,
}

/// What a proposal comes to.
#[derive(Clone, Debug)]
pub struct PreviewView {
    /// What is covered.
    pub debt: Amount,
    /// Interest agreed.
    pub interest: Amount,
    /// What will have been paid.
    pub total: Amount,
    /// Number and open amount of each debt.
    pub debts: Vec<(String, Amount)>,
    /// The instalments.
    pub instalments: Vec<InstalmentRow>,
    /// The key of the word of who may approve it; `None` when nobody may.
    pub approver: Option<&'static str>,
    /// What exceeds lesser limits, in the reader's language.
    pub excess: Vec<String>,
}

/// An instalment.
#[derive(Clone, Debug)]
pub struct InstalmentRow {
    /// The last day to pay it in time.
    pub due: Day,
    /// Of the debt.
    pub principal: Amount,
    /// Interest.
    pub interest: Amount,
    /// What is to be paid.
    pub amount: Amount,
    /// What is left of it, once it is in force.
    pub left: Option<Amount>,
}

/// The form.
pub fn proposal(f: &Frame, view: &ProposalView) -> Markup {
    let beside = super::customer_link(f, &view.customer);
    let body = html! {
        div.columns {
            div { (terms(f, view)) }
            aside.side {
                @if let Some(error) = &view.typed.error {
                    ({
                        remark(
                            Tone::Problem,
                            html! {
                                (error)
                            },
                        )
                    })
                }
                @if let Some(preview) = &view.preview { (previewed(f, view, preview)) }
            }
        }
    };
    page(f, Heading::plain(f.t("agreement.new")).with_beside(beside), body)
}

fn terms(f: &Frame, view: &ProposalView) -> Markup {
    let typed = &view.typed;
    let choice = |code: &'static str, key: &'static str| Choice::new(code, f.t(key));
    let every = [
        choice("month", "agreement.month"),
        choice("fortnight", "agreement.fortnight"),
        choice("week", "agreement.week"),
    ];
    let spreads = [choice("equal", "agreement.equal"), choice("level", "agreement.level")];
    let natures =
        [choice("novation", "agreement.novation"), choice("forbearance", "agreement.forbearance")];
    html! {
        form method="get" action="/convenios/nuevo" data-autosubmit {
            (hidden("cliente", view.customer.id))
            @if !typed.currency.is_empty() { (hidden("moneda", &typed.currency)) }
            @for document in &typed.documents { (hidden("documento", document)) }
            div.pair {
                (field("a", "pie", f.t("agreement.down"), Kind::Amount, &typed.down))
                (field("a", "quita", f.t("agreement.discount"), Kind::Amount, &typed.discount))
            }
            div.pair {
                (field("a", "cuotas", f.t("agreement.count"), Kind::Integer, &typed.count))
                (field("a", "primera", f.t("agreement.first"), Kind::Date, &typed.first))
            }
            div.pair {
                (select("a", "cada", f.t("agreement.every"), None, &every, &typed.every))
                (select("a", "forma", f.t("agreement.spread"), None, &spreads, &typed.spread))
            }
            div.pair {
                (field("a", "tasa", f.t("agreement.rate"), Kind::Amount, &typed.rate))
                (select("a", "efecto", f.t("agreement.nature"), None, &natures, &typed.nature))
            }
            button.button type="submit" { (icon("fresh")) (f.t("agreement.preview")) }
        }
    }
}

fn previewed(f: &Frame, view: &ProposalView, preview: &PreviewView) -> Markup {
    let typed = &view.typed;
    html! {
        (facts(&[
            fact(f.t("agreement.debt"), figure::amount(f, preview.debt)),
            fact(f.t("agreement.interest"), figure::amount(f, preview.interest)),
            fact(f.t("agreement.total"), figure::amount(f, preview.total)),
        ]))
        (instalments(f, &preview.instalments))
        (debts(f, &preview.debts))
        @for text in &preview.excess { p.hint { (text) } }
        @match preview.approver {
            None => ({
                remark(
                    Tone::Problem,
                    html! {
                        (f.t("agreement.nobody"))
                    },
                )
            }),
            Some(role) => {
                p { (f.fill("agreement.approver", &[("role", f.t(role))])) }
                @if f.may_write() {
                    form method="post" action="/convenios/proponer" {
                        (csrf(f))
                        (hidden("id", &view.command_id))
                        (hidden("cliente", view.customer.id))
                        (hidden("moneda", &typed.currency))
                        @for document in &typed.documents { (hidden("documento", document)) }
                        (hidden("pie", &typed.down.value))
                        (hidden("quita", &typed.discount.value))
                        (hidden("cuotas", &typed.count.value))
                        (hidden("primera", &typed.first.value))
                        (hidden("cada", &typed.every))
                        (hidden("forma", &typed.spread))
                        (hidden("tasa", &typed.rate.value))
                        (hidden("efecto", &typed.nature))
                        button.button.main type="submit" {
                            (icon("promise"))
                            (f.t("agreement.propose"))
                        }
                    }
                }
            }
        }
    }
}

fn debts(f: &Frame, debts: &[(String, Amount)]) -> Markup {
    html! {
        h2 { (f.t("agreement.covered")) }
        dl.facts {
            @for (number, amount) in debts { (fact(number, figure::amount(f, *amount))) }
        }
    }
}

fn instalments(f: &Frame, rows: &[InstalmentRow]) -> Markup {
    let currency = figure::shared_currency(rows.iter().map(|row| row.amount));
    let has_left = rows.iter().any(|row| row.left.is_some());
    let mut columns = vec![
        Column::plain(f.t("agreement.due")),
        Column { currency, ..Column::plain_number(f.t("agreement.principal")) },
        Column { currency, ..Column::plain_number(f.t("agreement.interest")) },
        Column { currency, ..Column::plain_number(f.t("agreement.amount")) },
    ];
    if has_left {
        columns.push(Column { currency, ..Column::plain_number(f.t("agreement.left")) });
    }
    html! {
        div.table-scroll {
            table.rows.stacks {
                caption.hidden { (f.t("agreement.instalments")) }
                (head(f, &columns))
                tbody {
                    @for row in rows {
                        tr {
                            th.lead scope="row" { (figure::date(f, row.due)) }
                            td.num data-label=(f.t("agreement.principal")) {
                                (figure::in_column(f, row.principal, currency))
                            }
                            td.num data-label=(f.t("agreement.interest")) {
                                (figure::in_column(f, row.interest, currency))
                            }
                            td.num data-label=(f.t("agreement.amount")) {
                                (figure::in_column(f, row.amount, currency))
                            }
                            @if has_left {
                                td.num data-label=(f.t("agreement.left")) {
                                    @if let Some(left) = row.left {
                                        (figure::in_column(f, left, currency))
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

/// One agreement.
#[derive(Clone, Debug)]
pub struct AgreementView {
    /// Its line of the list.
    pub row: AgreementRow,
    /// What is covered: document, number, amount.
    pub debts: Vec<(DocumentId, String, Amount)>,
    /// The instalments.
    pub instalments: Vec<InstalmentRow>,
    /// Who proposed, approved and accepted it, in the reader's language.
    pub story: Vec<String>,
    /// What can be done with it.
    pub deeds: Deeds,
}

/// The ids of the commands that can be given.
#[derive(Clone, Debug, Default)]
pub struct Deeds {
    /// Approve it.
    pub approve: Option<String>,
    /// Record that the customer accepted.
    pub accept: Option<String>,
    /// Withdraw it.
    pub withdraw: Option<String>,
}

/// The page of an agreement.
pub fn agreement(f: &Frame, view: &AgreementView) -> Markup {
    let row = &view.row;
    let beside = html! {
        (state(f, &row.state))
        " "
        (super::customer_link(f, &row.customer))
    };
    let actions = html! {
        a.button.quiet href=(format!("/convenios/{}/convenio.pdf", row.id)) {
            (icon("download"))
            (f.t("agreement.pdf"))
        }
    };
    let debts = view.debts.iter().map(|(_, number, amount)| (number.clone(), *amount));
    let body = html! {
        (facts(&[
            fact(f.t("agreement.total"), figure::amount(f, row.total)),
            fact(f.t("agreement.paid"), figure::amount(f, row.paid)),
        ]))
        div.columns {
            div {
                (instalments(f, &view.instalments))
                ({
                    self::debts(f, &debts.collect::<Vec<_>>())
                })
            }
            aside.side {
                @for line in &view.story { p { (line) } }
                @if f.may_write() { (deeds(f, view)) }
            }
        }
    };
    page(f, Heading::plain(&row.number).with_beside(beside).with_actions(actions), body)
}

fn deeds(f: &Frame, view: &AgreementView) -> Markup {
    let action = |deed: &str| format!("/convenios/{}/{deed}", view.row.id);
    html! {
        @if let Some(id) = &view.deeds.approve {
            form method="post" action=(action("aprobar")) {
                (csrf(f))
                (hidden("id", id))
                button.button.main type="submit" { (icon("check")) (f.t("agreement.approve")) }
            }
        }
        @if let Some(id) = &view.deeds.accept {
            form method="post" action=(action("aceptar")) {
                (csrf(f))
                (hidden("id", id))
                (field("accept", "by", f.t("agreement.by"), Kind::Text, &Typed::default()))
                ({
                    field(
                        "accept",
                        "evidence",
                        f.t("agreement.evidence"),
                        Kind::Text,
                        &Typed::default(),
                    )
                })
                button.button.main type="submit" { (icon("promise")) (f.t("agreement.accept")) }
            }
        }
        @if let Some(id) = &view.deeds.withdraw {
            form method="post" action=(action("retirar")) {
                (csrf(f))
                (hidden("id", id))
                (field("withdraw", "why", f.t("agreement.why"), Kind::Text, &Typed::default()))
                button.button type="submit" { (icon("undo")) (f.t("agreement.withdraw")) }
            }
        }
    }
}
