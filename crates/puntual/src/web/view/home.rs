//! Mi día: whom to contact today, in which order, and why.

use super::{CustomerRef, PromiseLine, customer_link, customer_url};
use crate::web::format::{self, Amount};
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::badge::{self, Bucket, Channel};
use crate::web::part::figure;
use crate::web::part::icon::icon;
use crate::web::part::notice::{empty, fact, facts};
use crate::web::part::table::{Column, Paging, head, label, pager};
use crate::web::url::Url;
use maud::{Markup, html};
use puntual_core::date::Day;

/// What Mi día shows.
#[derive(Clone, Debug)]
pub struct HomeView {
    /// What stands at the top.
    pub counters: Counters,
    /// The currency the amount columns are in, when it is one.
    pub currency: Option<puntual_core::currency::Currency>,
    /// The cases of this page, the most urgent first.
    pub cases: Vec<Case>,
    /// Which part of the list this is.
    pub paging: Paging,
}

/// The day's counters; each leads to its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Customers to contact today.
    pub to_contact: i64,
    /// Of them, already contacted.
    pub contacted: i64,
    /// Promises due today.
    pub promises_today: i64,
    /// Promises broken and not yet spoken about.
    pub promises_broken: i64,
    /// Open disputes.
    pub disputes: i64,
    /// Payments not applied to any document.
    pub unapplied_payments: i64,
    /// Customers with overdue debt and no next action; should be none.
    pub without_next_action: i64,
    /// Received today, in the creditor's currency.
    pub received_today: Amount,
}

/// The last contact and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastContact {
    /// When.
    pub on: Day,
    /// How.
    pub channel: Channel,
    /// What came of it, in the reader's language.
    pub outcome: String,
}

/// What to do next with a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextAction {
    /// How.
    pub channel: Channel,
    /// When.
    pub on: Day,
    /// What, in the reader's language: the strategy's step.
    pub what: String,
    /// Until when today the law allows it, `20:00`; `None` where it sets no limit.
    pub allowed_until: Option<String>,
    /// From when the law allows it, and the rule with its law, where it does not now.
    pub waits: Option<(String, String)>,
}

/// A customer to contact today.
#[derive(Clone, Debug)]
pub struct Case {
    /// Place in the order, from 1.
    pub rank: u64,
    /// Who.
    pub customer: CustomerRef,
    /// Tax id as printed.
    pub tax_id: String,
    /// Segment.
    pub segment: String,
    /// Why this customer and why now, the strongest reason first, in the reader's language.
    pub why: Vec<String>,
    /// Past due.
    pub overdue: Amount,
    /// Not due yet.
    pub not_due: Amount,
    /// In dispute.
    pub disputed: Amount,
    /// Days past due of the oldest open document.
    pub oldest_days: i32,
    /// The bucket those days fall in.
    pub bucket: Bucket,
    /// The last contact.
    pub last: Option<LastContact>,
    /// The promise in force.
    pub promise: Option<PromiseLine>,
    /// The next action.
    pub next: Option<NextAction>,
    /// Whether it was already worked on today.
    pub is_done: bool,
}

/// Mi día.
pub fn home(f: &Frame, view: &HomeView) -> Markup {
    let title = f.t("home.title");
    let beside = html! {
        span.muted { (format::weekday_date(f.today, f.locale)) }
    };
    let heading = Heading::plain(title).with_beside(beside);
    let body = html! {
        (counters(f, &view.counters))
        @if view.cases.is_empty() {
            ({
                empty(
                    f.t("home.empty"),
                    f.t("home.empty_advice"),
                    Some((&f.to("/clientes"), f.t("home.see_customers"))),
                )
            })
        } @else {
            div.table-scroll {
                table.rows.two-line.stacks data-rows {
                    caption.hidden { (title) }
                    (head(f, &columns(f, view)))
                    tbody {
                        @for case in &view.cases { (row(f, view, case)) }
                    }
                }
            }
            (pager(f, view.paging))
        }
    };
    page(f, heading, body)
}

fn counters(f: &Frame, c: &Counters) -> Markup {
    let counter = |label: &str, n: i64, url: Url, alarming: bool| {
        let shown = figure::integer(f, n);
        fact(
            label,
            html! {
                a.behind.alarm[alarming && n > 0] href=(url) {
                    (shown)
                    @if alarming && n > 0 { (icon("alert")) }
                }
            },
        )
    };
    let progress = f.fill(
        "home.progress",
        &[("done", &c.contacted.to_string()), ("all", &c.to_contact.to_string())],
    );
    facts(&[
        fact(
            f.t("home.today"),
            html! {
                strong { (progress) }
                progress max=(c.to_contact.max(1)) value=(c.contacted) aria-label=(progress) {}
            },
        ),
        counter(
            f.t("home.promises_today"),
            c.promises_today,
            f.url.with("ver", "promesas-hoy"),
            false,
        ),
        counter(
            f.t("home.promises_broken"),
            c.promises_broken,
            f.url.with("ver", "promesas-rotas"),
            true,
        ),
        counter(
            f.t("home.disputes"),
            c.disputes,
            f.to("/documentos").with("estado", "disputed"),
            false,
        ),
        counter(
            f.t("home.unapplied"),
            c.unapplied_payments,
            f.to("/clientes").with("estado", "unapplied"),
            false,
        ),
        counter(
            f.t("home.no_next"),
            c.without_next_action,
            f.to("/clientes").with("estado", "no_next_action"),
            true,
        ),
        fact(f.t("home.received_today"), figure::amount(f, c.received_today)),
    ])
}

fn columns(f: &Frame, view: &HomeView) -> [Column; 8] {
    let currency = view.currency;
    [
        Column::plain_number("#"),
        Column::text("cliente", f.t("col.customer")),
        Column::plain(f.t("home.why")),
        Column::amounts("vencido", f.t("col.overdue"), currency),
        Column::amounts("por-vencer", f.t("col.not_due"), currency),
        Column::number("dias", f.t("col.oldest")),
        Column::plain(f.t("col.last_contact")),
        Column::plain(f.t("col.next_action")),
    ]
}

fn row(f: &Frame, view: &HomeView, case: &Case) -> Markup {
    let documents = f.to("/documentos").with("cliente", case.customer.id);
    let behind = |amount: Amount, state: &str| {
        figure::behind(
            figure::in_column(f, amount, view.currency),
            amount.minor == 0,
            &documents.with("estado", state),
        )
    };
    html! {
        tr.done[case.is_done] data-href=(customer_url(f, case.customer.id)) {
            td.num.rank {
                @if case.is_done {
                    span title=(f.t("home.done")) { (icon("check")) }
                } @else { (case.rank) }
            }
            th.lead scope="row" {
                (customer_link(f, &case.customer))
                small {
                    span.mono { (case.tax_id) }
                    " · "
                    (case.segment)
                }
            }
            td.why data-label=(f.t("home.why")) {
                @for (index, reason) in case.why.iter().take(2).enumerate() {
                    @if index == 0 {
                        span { (reason) }
                    } @else {
                        small { (reason) }
                    }
                }
            }
            td.num data-label=(label(f.t("col.overdue"), Some(case.overdue.currency))) {
                strong { (behind(case.overdue, "overdue")) }
                @if case.disputed.minor != 0 {
                    small.h-disputed.hued {
                        (f.t("state.disputed"))
                        " "
                        (behind(case.disputed, "disputed"))
                    }
                }
            }
            td.num data-label=(label(f.t("col.not_due"), Some(case.overdue.currency))) {
                (behind(case.not_due, "not_due"))
            }
            td.num data-label=(f.t("col.oldest")) {
                (badge::bucket(f, case.bucket))
                small { (f.count("days", case.oldest_days.into())) }
            }
            td data-label=(f.t("col.last_contact")) { (last_contact(f, case)) }
            td.next data-label=(f.t("col.next_action")) { (next_action(f, case)) }
        }
    }
}

fn last_contact(f: &Frame, case: &Case) -> Markup {
    html! {
        @match (&case.promise, &case.last) {
            (Some(promise), _) => {
                (badge::state(f, promise.state))
                small { (figure::amount(f, promise.amount)) " · " (figure::near(f, promise.on)) }
            }
            (None, Some(last)) => {
                span { (last.outcome) }
                small { (badge::channel(f, last.channel)) " · " (figure::near(f, last.on)) }
            }
            (None, None) => span.nil { (f.t("home.never_contacted")) },
        }
    }
}

fn next_action(f: &Frame, case: &Case) -> Markup {
    html! {
        @match &case.next {
            Some(next) => {
                (badge::channel(f, next.channel))
                " "
                span.muted { (figure::near(f, next.on)) }
                small {
                    (next.what)
                    @if let Some(until) = &next.allowed_until {
                        " · "
                        (f.fill("home.allowed_until", &[("hour", until)]))
                    }
                    @if let Some((when, why)) = &next.waits {
                        " · "
                        abbr tabindex="0" title=(why) { (when) }
                    }
                }
            }
            None => span.alarm { (icon("alert")) (f.t("home.no_action")) },
        }
    }
}
