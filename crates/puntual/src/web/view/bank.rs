//! Banco: accounts and how far their statements reach, what came back, and every entry with what is
//! known of its money.

use super::CustomerRef;
use crate::web::format::{self, Amount};
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::badge::{self, State};
use crate::web::part::figure;
use crate::web::part::form::{Choice, keep, search_field, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{empty, fact, facts};
use crate::web::part::table::{Column, Paging, head, label, pager};
use crate::web::url::{PAGE, SEARCH};
use maud::{Markup, html};
use puntual_core::currency::Currency;
use puntual_core::date::Day;

/// What Banco shows.
#[derive(Clone, Debug)]
pub struct BankView {
    /// The accounts.
    pub accounts: Vec<AccountRow>,
    /// How many entries stand how: state, its code in addresses, number.
    pub counts: Vec<(State, &'static str, i64)>,
    /// Debits that did not end well, newest first.
    pub returned: Vec<ReturnedRow>,
    /// The entries of this page.
    pub rows: Vec<EntryRow>,
    /// Which part of the list this is.
    pub paging: Paging,
}

/// An account.
#[derive(Clone, Debug)]
pub struct AccountRow {
    /// Its id as addresses write it.
    pub id: String,
    /// Its number; empty where files name none.
    pub number: String,
    /// Whose it is, or what it is called.
    pub name: Option<String>,
    /// Its currency.
    pub currency: Currency,
    /// How many statements there are.
    pub statements: i64,
    /// Last day of the last one.
    pub last_on: Option<Day>,
    /// Balance after it.
    pub closing: Option<Amount>,
    /// Whether its statements follow one another.
    pub chain: Chain,
}

/// Whether statements follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// No balances are stated.
    Unstated,
    /// Complete.
    Closed,
    /// Something is missing between two days.
    Gap(Option<Day>, Option<Day>),
    /// The statement up to this day does not close.
    Broken(Option<Day>),
}

/// A debit that did not end well.
#[derive(Clone, Debug)]
pub struct ReturnedRow {
    /// When.
    pub on: Day,
    /// The instruction's end-to-end id, or its batch.
    pub instruction: String,
    /// Its mandate.
    pub mandate: Option<String>,
    /// How much.
    pub amount: Option<Amount>,
    /// Code and words of why.
    pub reason: String,
    /// Who had paid, where a payment of that name is recorded.
    pub customer: Option<CustomerRef>,
}

/// Something that speaks for two records being of the same money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A reference both carry.
    Reference(String),
    /// Days between them.
    DaysApart(i64),
    /// The key of its words.
    Said(&'static str),
}

/// What is known of an entry's money.
#[derive(Clone, Debug)]
pub enum Known {
    /// Nothing.
    Nothing,
    /// Another entry tells of it: the key of the words, and its day.
    Entry(&'static str, Day, Vec<Why>),
    /// It is a recorded payment of this customer.
    Payment(CustomerRef, Vec<Why>),
}

/// An entry.
#[derive(Clone, Debug)]
pub struct EntryRow {
    /// Day it was booked.
    pub booked_on: Day,
    /// Value date, where it is another.
    pub value_on: Option<Day>,
    /// Number of its account.
    pub account: String,
    /// Its text.
    pub text: String,
    /// Its references, in one line.
    pub references: String,
    /// Name and tax id of the other side.
    pub party: String,
    /// How much.
    pub amount: Amount,
    /// How it stands.
    pub state: State,
    /// What is known of its money.
    pub known: Known,
    /// How many single transactions are inside it.
    pub inside: i64,
}

/// Banco.
pub fn bank(f: &Frame, view: &BankView) -> Markup {
    let import = html! {
        a.button.primary href=(f.to("/cobros")) data-key="c" {
            (icon("check")) (f.t("matching.title")) " " kbd { "c" }
        }
        a.button href="/importar" { (icon("upload")) (f.t("bank.import")) }
    };
    let heading = Heading::plain(f.t("nav.bank")).with_actions(import);
    if view.accounts.is_empty() && view.returned.is_empty() {
        let next = f.to("/importar");
        let body =
            empty(f.t("bank.empty"), f.t("bank.empty_advice"), Some((&next, f.t("bank.import"))));
        return page(f, heading, body);
    }
    let counts: Vec<Markup> = view
        .counts
        .iter()
        .map(|(state, code, n)| {
            let url = f.url.without(PAGE).with("estado", code);
            fact(state.word(f), figure::behind(figure::integer(f, *n), *n == 0, &url))
        })
        .collect();
    let body = html! {
        (super::remittances::bank_tabs(f, "/banco"))
        (facts(&counts))
        (accounts(f, &view.accounts))
        @if !view.returned.is_empty() { (returned(f, &view.returned)) }
        section {
            h2 { (f.t("bank.entries")) }
            (filters(f, view))
            @if view.rows.is_empty() {
                ({
                    empty(
                        f.t("list.empty"),
                        f.t("list.empty_advice"),
                        Some((&f.to("/banco"), f.t("list.clear"))),
                    )
                })
            } @else { (entries(f, &view.rows)) (pager(f, view.paging)) }
        }
    };
    page(f, heading, body)
}

fn accounts(f: &Frame, rows: &[AccountRow]) -> Markup {
    let columns = [
        Column::plain(f.t("bank.account")),
        Column::plain_number(f.t("bank.statements")),
        Column::plain(f.t("bank.last")),
        Column::plain_number(f.t("bank.closing")),
        Column::plain(f.t("bank.chain")),
    ];
    html! {
        section {
            h2 { (f.t("bank.accounts")) }
            div.table-scroll {
                table.rows.stacks data-rows {
                    caption.hidden { (f.t("bank.accounts")) }
                    (head(f, &columns))
                    tbody {
                        @for row in rows {
                            @let url = f.url.without(PAGE).with("cuenta", &row.id);
                            tr data-href=(url) {
                                th.lead scope="row" {
                                    a.row-link.mono href=(url) { (named(f, &row.number)) }
                                    " "
                                    small { (row.currency.code()) }
                                    @if let Some(name) = &row.name {
                                        " "
                                        small { (name) }
                                    }
                                }
                                td.num data-label=(f.t("bank.statements")) {
                                    (figure::integer(f, row.statements))
                                }
                                td.nowrap data-label=(f.t("bank.last")) {
                                    @match row.last_on {
                                        Some(day) => (figure::date(f, day)),
                                        None => span.nil { "–" },
                                    }
                                }
                                td.num data-label=(f.t("bank.closing")) {
                                    @match row.closing {
                                        Some(closing) => (figure::amount(f, closing)),
                                        None => span.nil { "–" },
                                    }
                                }
                                td.wrap data-label=(f.t("bank.chain")) { (chain(f, row.chain)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn named<'a>(f: &Frame, number: &'a str) -> &'a str {
    if number.is_empty() { f.t("bank.nameless") } else { number }
}

fn chain(f: &Frame, chain: Chain) -> Markup {
    let day = |day: Option<Day>| day.map_or_else(|| "?".to_owned(), |d| format::date(d, f.locale));
    let (hue, name, words) = match chain {
        Chain::Unstated => ("h-legal", "help", f.t("bank.chain_unstated").to_owned()),
        Chain::Closed => ("h-paid", "check", f.t("bank.chain_closed").to_owned()),
        Chain::Gap(after, before) => {
            let days = [("after", &*day(after)), ("before", &*day(before))];
            ("h-d2", "alert", f.fill("bank.chain_gap", &days))
        }
        Chain::Broken(on) => ("h-d3", "broken", f.fill("bank.chain_broken", &[("on", &day(on))])),
    };
    html! {
        span class={ "badge " (hue) } { (icon(name)) (words) }
    }
}

fn returned(f: &Frame, rows: &[ReturnedRow]) -> Markup {
    let currency = figure::shared_currency(rows.iter().filter_map(|row| row.amount));
    let columns = [
        Column::plain(f.t("bank.instruction")),
        Column::plain(f.t("bank.returned_on")),
        Column::plain(f.t("col.customer")),
        Column { currency, ..Column::plain_number(f.t("col.amount")) },
        Column::plain(f.t("bank.reason")),
    ];
    html! {
        section {
            h2 { (f.t("bank.returns")) }
            div.table-scroll {
                table.rows.stacks data-rows {
                    caption.hidden { (f.t("bank.returns")) }
                    (head(f, &columns))
                    tbody {
                        @for row in rows { (returned_row(f, row, currency)) }
                    }
                }
            }
        }
    }
}

fn returned_row(f: &Frame, row: &ReturnedRow, currency: Option<Currency>) -> Markup {
    html! {
        tr {
            th.lead scope="row" {
                span.mono { (row.instruction) }
                " "
                small {
                    @match &row.mandate {
                        Some(mandate) => (mandate),
                        None => (f.t("bank.no_mandate")),
                    }
                }
            }
            td.nowrap data-label=(f.t("bank.returned_on")) { (figure::date(f, row.on)) }
            td data-label=(f.t("col.customer")) {
                @match &row.customer {
                    Some(customer) => (super::customer_link(f, customer)),
                    None => span.muted { (f.t("bank.no_payment")) },
                }
            }
            td.num data-label=(label(f.t("col.amount"), currency)) {
                @match row.amount {
                    Some(amount) => (figure::in_column(f, amount, currency)),
                    None => span.nil { "–" },
                }
            }
            td.why data-label=(f.t("bank.reason")) {
                (badge::state(f, State::Returned))
                " "
                (row.reason)
            }
        }
    }
}

/// The parameters this form sets itself.
const FILTERS: [&str; 4] = [SEARCH, "cuenta", "estado", PAGE];

fn filters(f: &Frame, view: &BankView) -> Markup {
    let chosen = |name: &str| f.url.param(name).unwrap_or_default();
    let all = Some(f.t("filter.all"));
    let accounts: Vec<Choice> = view
        .accounts
        .iter()
        .map(|row| Choice::new(&row.id, format!("{} {}", named(f, &row.number), row.currency)))
        .collect();
    let states: Vec<Choice> =
        view.counts.iter().map(|(state, code, _)| Choice::new(*code, state.word(f))).collect();
    let is_filtered = FILTERS.iter().any(|name| *name != PAGE && f.url.param(name).is_some());
    html! {
        form.filters method="get" action="/banco" data-autosubmit {
            (keep(&f.url, &FILTERS))
            (search_field(f, "filter.search_bank"))
            @if accounts.len() > 1 {
                (select("f", "cuenta", f.t("filter.account"), all, &accounts, chosen("cuenta")))
            }
            (select("f", "estado", f.t("filter.state"), all, &states, chosen("estado")))
            button.button type="submit" { (icon("filter")) (f.t("filter.apply")) }
            @if is_filtered {
                a.button.quiet href=(f.to("/banco")) { (f.t("list.clear")) }
            }
        }
    }
}

fn entries(f: &Frame, rows: &[EntryRow]) -> Markup {
    let currency = figure::shared_currency(rows.iter().map(|row| row.amount));
    let columns = [
        Column::plain(f.t("bank.entry")),
        Column::plain(f.t("bank.booked")),
        Column::plain(f.t("bank.party")),
        Column { currency, ..Column::plain_number(f.t("col.amount")) },
        Column::plain(f.t("col.state")),
        Column::plain(f.t("bank.linked")),
    ];
    html! {
        div.table-scroll {
            table.rows.stacks.two-line data-rows {
                caption.hidden { (f.t("bank.entries")) }
                (head(f, &columns))
                tbody {
                    @for row in rows { (entry_row(f, row, currency)) }
                }
            }
        }
    }
}

fn entry_row(f: &Frame, row: &EntryRow, currency: Option<Currency>) -> Markup {
    html! {
        tr {
            th.lead scope="row" {
                (if row.text.is_empty() { f.t("bank.entry") } else { &row.text })
                small {
                    span.mono { (named(f, &row.account)) }
                    @if !row.references.is_empty() { " · " (row.references) }
                    @if row.inside > 0 { " · " (f.count("bank.inside", row.inside)) }
                }
            }
            td.nowrap data-label=(f.t("bank.booked")) {
                (figure::date(f, row.booked_on))
                @if let Some(day) = row.value_on {
                    small {
                        (f.fill("bank.value_on", &[("on", &format::date(day, f.locale))]))
                    }
                }
            }
            td data-label=(f.t("bank.party")) {
                @if row.party.is_empty() {
                    span.nil { "–" }
                } @else { (row.party) }
            }
            td.num data-label=(label(f.t("col.amount"), currency)) {
                strong { (figure::in_column(f, row.amount, currency)) }
            }
            td data-label=(f.t("col.state")) { (badge::state(f, row.state)) }
            td.why data-label=(f.t("bank.linked")) { (known(f, &row.known)) }
        }
    }
}

fn known(f: &Frame, known: &Known) -> Markup {
    html! {
        @match known {
            Known::Nothing => span.nil { "–" },
            Known::Entry(key, on, why) => {
                (f.fill(key, &[("on", &format::date(*on, f.locale))]))
                small { (reasons(f, why)) }
            }
            Known::Payment(customer, why) => {
                (f.t("bank.is_payment"))
                " "
                (super::customer_link(f, customer))
                small { (reasons(f, why)) }
            }
        }
    }
}

fn reasons(f: &Frame, why: &[Why]) -> String {
    let words = why.iter().map(|why| match why {
        Why::Reference(reference) => f.fill("bank.why.reference", &[("reference", reference)]),
        Why::DaysApart(0) => f.t("bank.why.same_day").to_owned(),
        Why::DaysApart(days) => f.count("bank.why.days", *days),
        Why::Said(key) => f.t(key).to_owned(),
    });
    words.collect::<Vec<_>>().join(", ")
}
