//! Clientes: the portfolio by customer, filtered, sorted and exportable.

use super::{CustomerRef, customer_link, customer_url, export_links};
use crate::web::chart;
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::badge::{self, Bucket, Verdict};
use crate::web::part::figure;
use crate::web::part::form::{Choice, keep, search_field, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{empty, fact, facts};
use crate::web::part::table::{Column, Paging, head, label, pager};
use crate::web::url::{PAGE, SEARCH, Url};
use maud::{Markup, html};
use puntual_core::currency::Currency;
use puntual_core::ratio::Ratio;

/// What Clientes shows.
#[derive(Clone, Debug)]
pub struct CustomersView {
    /// How many customers the filters leave.
    pub customers: i64,
    /// Their totals, one per currency.
    pub totals: Vec<Totals>,
    /// The rows of this page, one per customer and currency.
    pub rows: Vec<CustomerRow>,
    /// Which part of the list this is.
    pub paging: Paging,
    /// The segments to choose from.
    pub segments: Vec<Choice>,
    /// The collectors to choose from.
    pub collectors: Vec<Choice>,
    /// The buckets to choose from.
    pub buckets: Vec<Bucket>,
}

/// Totals of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// All open, before credits not applied.
    pub open: Amount,
    /// Past due.
    pub overdue: Amount,
    /// Credits and payments not applied, as a positive amount.
    pub unapplied: Amount,
}

/// One customer in one currency.
#[derive(Clone, Debug)]
pub struct CustomerRow {
    /// Who.
    pub customer: CustomerRef,
    /// Tax id as printed.
    pub tax_id: String,
    /// Segment.
    pub segment: String,
    /// Who looks after it.
    pub collector: String,
    /// Open, past due, in dispute.
    pub open: Amount,
    /// Past due.
    pub overdue: Amount,
    /// Days past due of the oldest open document; zero or less when nothing is past due.
    pub oldest_days: i32,
    /// Open amounts by bucket, for the strip.
    pub aging: Vec<(Bucket, i128)>,
    /// Weighted collection period over the last 12 months, in days (`ppc_weighted`).
    pub collection_period: Option<Ratio>,
    /// How the customer pays.
    pub verdict: Verdict,
}

/// Clientes.
pub fn customers(f: &Frame, view: &CustomersView) -> Markup {
    let title = f.t("nav.customers");
    let heading = Heading::dated(title).with_actions(actions(f));
    let currency = figure::shared_currency(view.rows.iter().map(|row| row.open));
    let body = html! {
        (totals(f, view))
        (filters(f, view))
        @if view.rows.is_empty() {
            ({
                empty(
                    f.t("list.empty"),
                    f.t("list.empty_advice"),
                    Some((&f.to("/clientes"), f.t("list.clear"))),
                )
            })
        } @else {
            div.table-scroll {
                table.rows.stacks data-rows {
                    caption.hidden { (title) }
                    (head(f, &columns(f, currency)))
                    tbody {
                        @for row in &view.rows { (customer_row(f, row, currency)) }
                    }
                }
            }
            (pager(f, view.paging))
        }
    };
    page(f, heading, body)
}

fn totals(f: &Frame, view: &CustomersView) -> Markup {
    let mut line = vec![fact(f.t("nav.customers"), figure::integer(f, view.customers))];
    for total in &view.totals {
        let share = Ratio::new(total.overdue.minor, total.open.minor);
        line.push(fact(f.t("col.open"), figure::amount(f, total.open)));
        line.push(fact(
            f.t("col.overdue"),
            html! {
                (figure::amount(f, total.overdue))
                " "
                span.muted { (figure::percent(f, share)) }
            },
        ));
        if total.unapplied.minor != 0 {
            line.push(fact(f.t("col.unapplied"), figure::amount(f, total.unapplied)));
        }
    }
    facts(&line)
}

/// The parameters this form sets itself.
const FILTERS: [&str; 6] = [SEARCH, "segmento", "agente", "tramo", "estado", PAGE];

fn filters(f: &Frame, view: &CustomersView) -> Markup {
    let chosen = |name: &str| f.url.param(name).unwrap_or_default();
    let buckets: Vec<Choice> =
        view.buckets.iter().map(|b| Choice::new(b.code(), b.label(f))).collect();
    let states = [
        Choice::new("overdue", f.t("state.overdue")),
        Choice::new("disputed", f.t("state.disputed")),
        Choice::new("promised", f.t("state.promised")),
        Choice::new("unapplied", f.t("col.unapplied")),
        Choice::new("no_next_action", f.t("home.no_next")),
    ];
    let all = Some(f.t("filter.all"));
    let is_filtered = FILTERS.iter().any(|name| *name != PAGE && f.url.param(name).is_some());
    html! {
        form.filters method="get" action="/clientes" data-autosubmit {
            (keep(&f.url, &FILTERS))
            (search_field(f, "filter.search_customers"))
            (select(
                "f", "segmento", f.t("filter.segment"), all, &view.segments, chosen("segmento"),
            ))
            (select(
                "f", "agente", f.t("filter.collector"), all, &view.collectors, chosen("agente"),
            ))
            (select("f", "tramo", f.t("filter.bucket"), all, &buckets, chosen("tramo")))
            (select("f", "estado", f.t("filter.state"), all, &states, chosen("estado")))
            button.button type="submit" { (icon("filter")) (f.t("filter.apply")) }
            @if is_filtered {
                a.button.quiet href=(f.to("/clientes")) { (f.t("list.clear")) }
            }
        }
    }
}

fn columns(f: &Frame, currency: Option<Currency>) -> [Column; 9] {
    [
        Column::text("cliente", f.t("col.customer")),
        Column::text("segmento", f.t("filter.segment")),
        Column::text("agente", f.t("filter.collector")),
        Column::amounts("saldo", f.t("col.open"), currency),
        Column::amounts("vencido", f.t("col.overdue"), currency),
        Column::plain(f.t("col.aging")),
        Column::number("dias", f.t("col.oldest")),
        Column::number("ppc", f.t("col.collection_period")),
        Column::text("veredicto", f.t("col.behaviour")),
    ]
}

fn customer_row(f: &Frame, row: &CustomerRow, currency: Option<Currency>) -> Markup {
    let documents = f.to("/documentos").with("cliente", row.customer.id);
    let oldest: Url = documents.with("orden", "vencimiento");
    html! {
        tr data-href=(customer_url(f, row.customer.id)) {
            th.lead scope="row" {
                (customer_link(f, &row.customer))
                " "
                small.mono { (row.tax_id) }
            }
            td data-label=(f.t("filter.segment")) { (row.segment) }
            td data-label=(f.t("filter.collector")) { (row.collector) }
            td.num data-label=(label(f.t("col.open"), currency)) {
                (figure::behind(
                    figure::in_column(f, row.open, currency), row.open.minor == 0, &documents,
                ))
            }
            td.num data-label=(label(f.t("col.overdue"), currency)) {
                @if row.overdue.minor == 0 { (figure::bare(f, row.overdue)) } @else {
                    a.behind href=(documents.with("estado", "overdue")) {
                        strong { (figure::in_column(f, row.overdue, currency)) }
                    }
                }
            }
            td.strip-cell data-label=(f.t("col.aging")) {
                (chart::strip(f, row.open.currency, &row.aging))
            }
            td.num data-label=(f.t("col.oldest")) {
                @if row.oldest_days > 0 {
                    a.behind href=(oldest) { (row.oldest_days) }
                    span.unit { " " (f.t("unit.d")) }
                } @else {
                    span.nil { "–" }
                }
            }
            td.num data-label=(f.t("col.collection_period")) {
                (figure::days(f, row.collection_period))
            }
            td data-label=(f.t("col.behaviour")) { (badge::verdict(f, row.verdict)) }
        }
    }
}

fn actions(f: &Frame) -> Markup {
    html! {
        a.button.quiet href="/clientes/parecidos" { (icon("people")) (f.t("likely.title")) }
        (export_links(f, "/clientes/exportar"))
    }
}
