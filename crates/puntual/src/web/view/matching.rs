//! Conciliación: bank lines nothing else tells of, what each may pay and why; and the page of one
//! line, worked wholly with the keyboard.

use super::{CustomerRef, customer_link};
use crate::web::format::{self, Amount};
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{Kind, Typed, area, csrf, field, hidden, search_field};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, empty, fact, facts, remark};
use crate::web::part::table::{Column, Paging, head, label, pager};
use crate::web::url::PAGE;
use maud::{Markup, html};
use puntual_core::currency::Currency;
use puntual_core::date::Day;

/// How a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// A rule allows it.
    Certain,
    /// One likely way.
    Proposed,
    /// Several ways.
    Ambiguous,
    /// Nothing was found.
    Unknown,
}

impl Stand {
    /// Every way, the surest first.
    pub const ALL: [Stand; 4] = [Stand::Certain, Stand::Proposed, Stand::Ambiguous, Stand::Unknown];

    /// Its word in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Stand::Certain => "seguras",
            Stand::Proposed => "propuestas",
            Stand::Ambiguous => "ambiguas",
            Stand::Unknown => "sin-propuesta",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Stand::Certain => "matching.certain",
            Stand::Proposed => "matching.proposed",
            Stand::Ambiguous => "matching.ambiguous",
            Stand::Unknown => "matching.unknown",
        }
    }

    fn badge(self, f: &Frame) -> Markup {
        let (hue, name) = match self {
            Stand::Certain => ("h-paid", "check"),
            Stand::Proposed => ("h-promised", "help"),
            Stand::Ambiguous => ("h-d1", "alert"),
            Stand::Unknown => ("h-legal", "help"),
        };
        html! {
            span class={ "badge " (hue) } { (icon(name)) (f.t(self.key())) }
        }
    }
}

/// A document with what it would receive.
#[derive(Clone, Debug)]
pub struct AppliedRow {
    /// Its page.
    pub address: String,
    /// Its number.
    pub number: String,
    /// Day it is due.
    pub due: Day,
    /// What it would receive.
    pub amount: Amount,
}

/// A way to apply a line.
#[derive(Clone, Debug)]
pub struct ProposalRow {
    /// Who would be credited.
    pub customer: CustomerRef,
    /// The documents.
    pub lines: Vec<AppliedRow>,
    /// What settles the rest of documents, in words.
    pub adjustments: Vec<String>,
    /// What stays on account.
    pub on_account: Option<Amount>,
    /// What speaks for it, in words.
    pub evidence: Vec<String>,
    /// The lines as the form sends them back.
    pub lines_field: String,
    /// The adjustments as the form sends them back.
    pub adjustments_field: String,
}

/// A line of the bank.
#[derive(Clone, Debug)]
pub struct LineRow {
    /// Its id as addresses write it.
    pub id: String,
    /// The day its money counts.
    pub on: Day,
    /// Its text.
    pub text: String,
    /// Who paid, as the bank says it.
    pub party: String,
    /// How much.
    pub amount: Amount,
    /// How it stands.
    pub stand: Stand,
    /// The ways to apply it, the likeliest first.
    pub proposals: Vec<ProposalRow>,
    /// Why a person is asked, in words.
    pub doubts: Vec<String>,
}

/// A line set aside.
#[derive(Clone, Debug)]
pub struct IgnoredRow {
    /// Its id.
    pub id: String,
    /// Its day.
    pub on: Day,
    /// Its text.
    pub text: String,
    /// How much.
    pub amount: Amount,
    /// Why, and who said so.
    pub why: String,
}

/// What Conciliación shows.
#[derive(Clone, Debug)]
pub struct MatchingView {
    /// How many lines stand how.
    pub counts: Vec<(Stand, i64)>,
    /// The lines of this page.
    pub rows: Vec<LineRow>,
    /// Lines set aside.
    pub ignored: Vec<IgnoredRow>,
    /// Which part of the list this is.
    pub paging: Paging,
    /// Whether the reader may apply lines.
    pub may_apply: bool,
}

/// Conciliación.
pub fn matching(f: &Frame, view: &MatchingView) -> Markup {
    let certain = view.counts.iter().find(|(stand, _)| *stand == Stand::Certain);
    let certain = certain.map_or(0, |(_, count)| *count);
    let shows_certain = f.url.param("estado") == Some(Stand::Certain.code());
    let actions = html! {
        @if certain > 0 && view.may_apply && !shows_certain {
            a.button.primary href=(f.url.without(PAGE).with("estado", Stand::Certain.code()))
                data-key="p" {
                (icon("check")) (f.count("matching.preview", certain)) " " kbd { "p" }
            }
        }
        a.button href=(f.to("/banco")) { (icon("coin")) (f.t("nav.bank")) }
    };
    let heading = Heading::plain(f.t("matching.title")).with_actions(actions);
    let counts: Vec<Markup> = view
        .counts
        .iter()
        .map(|(stand, n)| {
            let url = f.url.without(PAGE).with("estado", stand.code());
            fact(f.t(stand.key()), figure::behind(figure::integer(f, *n), *n == 0, &url))
        })
        .collect();
    let body = html! {
        p.lede { (f.t("matching.lede")) }
        (facts(&counts))
        @if f.url.param("estado").is_some() {
            p { a href=(f.to("/cobros")) { (f.t("list.clear")) } }
        }
        @if shows_certain && certain > 0 && view.may_apply {
            form.inline method="post" action="/cobros/aplicar" {
                (csrf(f))
                button.button.primary type="submit" data-key="A" {
                    (icon("check")) (f.count("matching.apply_all", certain)) " " kbd { "A" }
                }
            }
        }
        @if view.rows.is_empty() {
            ({
                let next = f.to("/importar");
                empty(
                    f.t("matching.empty"),
                    f.t("matching.empty_advice"),
                    Some((&next, f.t("bank.import"))),
                )
            })
        } @else { (lines(f, &view.rows)) (pager(f, view.paging)) }
        @if !view.ignored.is_empty() { (ignored(f, view)) }
    };
    page(f, heading, body)
}

fn lines(f: &Frame, rows: &[LineRow]) -> Markup {
    let currency = figure::shared_currency(rows.iter().map(|row| row.amount));
    let columns = [
        Column::plain(f.t("matching.line")),
        Column::plain(f.t("bank.booked")),
        Column { currency, ..Column::plain_number(f.t("col.amount")) },
        Column::plain(f.t("matching.pays")),
        Column::plain(f.t("matching.why")),
    ];
    html! {
        div.table-scroll {
            table.rows.stacks.two-line data-rows {
                caption.hidden { (f.t("matching.title")) }
                (head(f, &columns))
                tbody {
                    @for row in rows { (line_row(f, row, currency)) }
                }
            }
        }
    }
}

fn line_row(f: &Frame, row: &LineRow, currency: Option<Currency>) -> Markup {
    let url = f.to(&format!("/cobros/{}", row.id));
    html! {
        tr data-href=(url) {
            th.lead scope="row" {
                a.row-link href=(url) {
                    (if row.text.is_empty() { f.t("bank.entry") } else { &row.text })
                }
                small { (row.party) }
            }
            td.nowrap data-label=(f.t("bank.booked")) { (figure::date(f, row.on)) }
            td.num data-label=(label(f.t("col.amount"), currency)) {
                strong { (figure::in_column(f, row.amount, currency)) }
            }
            td.wrap data-label=(f.t("matching.pays")) {
                @match row.proposals.first() {
                    Some(first) => {
                        (first.customer.name)
                        small {
                            ({
                                let numbers = first.lines.iter().map(|line| line.number.as_str());
                                let numbers: Vec<&str> = numbers.take(4).collect();
                                numbers.join(", ")
                            })
                            @if first.lines.len() > 4 { "…" }
                            @if first.on_account.is_some() { " " (f.t("matching.on_account")) }
                        }
                    }
                    None => span.nil { "–" },
                }
            }
            td.why data-label=(f.t("matching.why")) {
                (row.stand.badge(f))
                small {
                    @match row.stand {
                        Stand::Certain => (first_words(row)),
                        _ => (row.doubts.join(", ")),
                    }
                }
            }
        }
    }
}

fn first_words(row: &LineRow) -> String {
    row.proposals.first().map(|first| first.evidence.join(", ")).unwrap_or_default()
}

fn ignored(f: &Frame, view: &MatchingView) -> Markup {
    html! {
        section {
            h2 { (f.t("matching.ignored")) }
            ul.facts-list {
                @for row in &view.ignored {
                    li {
                        (figure::date(f, row.on))
                        " · "
                        (figure::amount(f, row.amount))
                        " · "
                        (row.text)
                        " — "
                        (row.why)
                        @if view.may_apply {
                            " "
                            form.inline method="post" action={ "/cobros/" (row.id) "/reponer" } {
                                (csrf(f))
                                button.button.quiet type="submit" { (f.t("matching.look_again")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the page of one line shows.
#[derive(Clone, Debug)]
pub struct LineView {
    /// The line.
    pub row: LineRow,
    /// References the bank or the payer gave.
    pub references: String,
    /// Account of the payer.
    pub payer_account: String,
    /// The next line that waits.
    pub next: Option<String>,
    /// How many wait behind it.
    pub waiting: i64,
    /// What a search found: documents to apply the line to.
    pub found: Vec<ProposalRow>,
    /// What was typed to divide it, to be typed on.
    pub divided: Typed,
    /// Id of the command that sets it aside.
    pub ignore_id: String,
    /// Whether the reader may apply lines.
    pub may_apply: bool,
}

/// One line: accept with Enter, choose with a digit, search with `m`, divide with `s`, set aside
/// with `i`, go on with `.`.
pub fn line(f: &Frame, view: &LineView) -> Markup {
    let row = &view.row;
    let next = view.next.as_deref().map(|id| f.to(&format!("/cobros/{id}")));
    let actions = html! {
        @if let Some(next) = &next {
            a.button.quiet href=(next) data-key="." { (f.t("matching.next")) " " kbd { "." } }
        }
        a.button.quiet href=(f.to("/cobros")) { (f.count("matching.waiting", view.waiting)) }
    };
    let title = if row.text.is_empty() { f.t("bank.entry") } else { &row.text };
    let heading = Heading::plain(title).with_actions(actions);
    let known = [
        (f.t("bank.booked"), figure::date(f, row.on)),
        (f.t("col.amount"), figure::amount(f, row.amount)),
        (f.t("bank.party"), html! { (or_dash(&row.party)) }),
        (f.t("matching.payer_account"), html! { (or_dash(&view.payer_account)) }),
        (f.t("matching.references"), html! { (or_dash(&view.references)) }),
        (f.t("col.state"), row.stand.badge(f)),
    ];
    let known: Vec<Markup> = known.into_iter().map(|(name, value)| fact(name, value)).collect();
    let body = html! {
        (facts(&known))
        @if !row.doubts.is_empty() {
            (remark(Tone::Warning, html! { (row.doubts.join(" · ")) }))
        }
        @for (at, proposal) in row.proposals.iter().enumerate() {
            (offer(f, view, proposal, at + 1))
        }
        @if row.proposals.is_empty() { p.muted { (f.t("matching.no_proposal")) } }
        @if view.may_apply { (by_hand(f, view)) }
    };
    page(f, heading, body)
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

/// A way to apply the line, with the key that takes it.
fn offer(f: &Frame, view: &LineView, proposal: &ProposalRow, number: usize) -> Markup {
    let is_first = number == 1;
    html! {
        section.case {
            h2 {
                (f.fill("matching.way", &[("n", &number.to_string())]))
                " "
                (customer_link(f, &proposal.customer))
            }
            (receives(f, proposal))
            p.why { (proposal.evidence.join(" · ")) }
            @if view.may_apply {
                form method="post" action={ "/cobros/" (view.row.id) "/aplicar" } {
                    (csrf(f))
                    (sent(view, proposal))
                    @if !view.row.party.is_empty() || !view.payer_account.is_empty() {
                        label.check {
                            input type="checkbox" name="recordar" value="1";
                            " "
                            (f.fill("matching.remember", &[("name", &proposal.customer.name)]))
                        }
                    }
                    button.button.primary[is_first] type="submit" autofocus[is_first]
                        data-key=(number.to_string()) {
                        (icon("check")) (f.t("matching.accept")) " " kbd { (number) }
                    }
                }
            }
        }
    }
}

fn sent(view: &LineView, proposal: &ProposalRow) -> Markup {
    html! {
        (hidden("customer", proposal.customer.id))
        (hidden("lines", &proposal.lines_field))
        (hidden("adjustments", &proposal.adjustments_field))
        @if let Some(next) = &view.next { (hidden("siguiente", next)) }
    }
}

fn receives(f: &Frame, proposal: &ProposalRow) -> Markup {
    html! {
        ul.facts-list {
            @for line in &proposal.lines {
                li {
                    a href=(f.to(&line.address)) { (line.number) }
                    " · "
                    (f.fill("matching.due", &[("on", &format::date(line.due, f.locale))]))
                    " · "
                    strong { (figure::amount(f, line.amount)) }
                }
            }
            @for adjustment in &proposal.adjustments { li { (adjustment) } }
            @if let Some(left) = proposal.on_account {
                li { (f.t("matching.stays_on_account")) " · " strong { (figure::amount(f, left)) } }
            }
        }
    }
}

/// What a person does where no proposal fits: search, divide, set aside.
fn by_hand(f: &Frame, view: &LineView) -> Markup {
    let searched = f.url.param(crate::web::url::SEARCH).is_some();
    let address = format!("/cobros/{}", view.row.id);
    html! {
        details.panel name="panel" data-key="m" open[searched] {
            summary { (f.t("matching.by_hand")) " " kbd { "m" } }
            form.filters method="get" action=(address) {
                (search_field(f, "matching.search"))
                button.button type="submit" { (icon("search")) (f.t("matching.look")) }
            }
            @for proposal in &view.found {
                form.inline method="post" action={ (address) "/aplicar" } {
                    (csrf(f))
                    (sent(view, proposal))
                    (receives(f, proposal))
                    (proposal.customer.name)
                    " "
                    button.button type="submit" { (f.t("matching.accept")) }
                }
            }
            @if searched && view.found.is_empty() { p.muted { (f.t("list.empty")) } }
        }
        details.panel name="panel" data-key="s" open[view.divided.error.is_some()] {
            summary { (f.t("matching.divide")) " " kbd { "s" } }
            form method="post" action={ (address) "/dividir" } {
                (csrf(f))
                @if let Some(next) = &view.next { (hidden("siguiente", next)) }
                (area("divide", "lines", f.t("matching.divide_hint"), &view.divided))
                button.button type="submit" { (f.t("matching.accept")) }
            }
        }
        details.panel name="panel" data-key="i" {
            summary { (f.t("matching.ignore")) " " kbd { "i" } }
            form method="post" action={ (address) "/apartar" } {
                (csrf(f))
                (hidden("id", &view.ignore_id))
                @if let Some(next) = &view.next { (hidden("siguiente", next)) }
                (field("ignore", "why", f.t("matching.ignore_why"), Kind::Text, &Typed::default()))
                button.button type="submit" { (f.t("matching.ignore")) }
            }
        }
    }
}
