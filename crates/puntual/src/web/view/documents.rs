//! Documentos: every document behind every number, filtered by what the number was.

use super::acceptance::{badge as badge_of, key as acceptance_key};
use super::{CustomerRef, DocumentKind, DocumentRef, document_link, document_url, export_links};
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::badge::{self, Bucket, State};
use crate::web::part::figure;
use crate::web::part::form::{Choice, keep, search_field, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{empty, fact, facts};
use crate::web::part::table::{Column, Paging, head, label, pager};
use crate::web::url::{PAGE, SEARCH};
use maud::{Markup, html};
use puntual_core::acceptance::{self, Acceptance};
use puntual_core::currency::Currency;
use puntual_core::date::Day;

/// What Documentos shows.
#[derive(Clone, Debug)]
pub struct DocumentsView {
    /// How many documents the filters leave.
    pub documents: i64,
    /// What is open of them, one amount per currency.
    pub open: Vec<Amount>,
    /// Whose documents these are, when filtered to one customer.
    pub customer: Option<CustomerRef>,
    /// The rows of this page.
    pub rows: Vec<DocumentRow>,
    /// Which part of the list this is.
    pub paging: Paging,
    /// The buckets to choose from.
    pub buckets: Vec<Bucket>,
    /// The currencies to choose from.
    pub currencies: Vec<Choice>,
}

/// One document.
#[derive(Clone, Debug)]
pub struct DocumentRow {
    /// Which.
    pub document: DocumentRef,
    /// Who owes it.
    pub customer: CustomerRef,
    /// When it was issued.
    pub issued_on: Day,
    /// The next due date that is open, or the last if none is.
    pub due_on: Day,
    /// Its total.
    pub total: Amount,
    /// What is open of it.
    pub open: Amount,
    /// Days past due of its oldest open instalment; zero or less when not due.
    pub overdue_days: i32,
    /// The bucket those days fall in.
    pub bucket: Bucket,
    /// Its state.
    pub state: State,
    /// How many instalments it has.
    pub instalments: u32,
    /// Where its acceptance stands, where there is one.
    pub acceptance: Option<Acceptance>,
}

/// Documentos.
pub fn documents(f: &Frame, view: &DocumentsView) -> Markup {
    let title = f.t("nav.documents");
    let heading = Heading::dated(title).with_actions(export_links(f, "/documentos/exportar"));
    let mut line = vec![fact(title, figure::integer(f, view.documents))];
    line.extend(view.open.iter().map(|open| fact(f.t("col.open"), figure::amount(f, *open))));
    if let Some(customer) = &view.customer {
        let clear = f.url.without("cliente").without(PAGE);
        line.push(fact(
            f.t("col.customer"),
            html! {
                (super::customer_link(f, customer))
                " "
                a.clear href=(clear) aria-label=(f.t("list.clear")) { (icon("close")) }
            },
        ));
    }
    let body = html! {
        (facts(&line))
        (filters(f, view))
        @if view.rows.is_empty() {
            ({
                empty(
                    f.t("list.empty"),
                    f.t("list.empty_advice"),
                    Some((&f.to("/documentos"), f.t("list.clear"))),
                )
            })
        } @else { (table(f, &view.rows, view.customer.is_none())) (pager(f, view.paging)) }
    };
    page(f, heading, body)
}

/// The parameters this form sets itself.
const FILTERS: [&str; 8] =
    [SEARCH, "tipo", "tramo", "estado", "aceptacion", "moneda", "vence-hasta", PAGE];

fn filters(f: &Frame, view: &DocumentsView) -> Markup {
    let chosen = |name: &str| f.url.param(name).unwrap_or_default();
    let all = Some(f.t("filter.all"));
    let kinds = DocumentKind::ALL.map(|kind| Choice::new(kind.code(), f.t(kind.key())));
    let buckets: Vec<Choice> =
        view.buckets.iter().map(|b| Choice::new(b.code(), b.label(f))).collect();
    let states = [
        Choice::new("open", f.t("filter.open")),
        Choice::new("not_due", f.t("state.not_due")),
        Choice::new("overdue", f.t("state.overdue")),
        Choice::new("disputed", f.t("state.disputed")),
        Choice::new("paid", f.t("state.paid")),
        Choice::new("written_off", f.t("state.written_off")),
    ];
    let acceptances =
        acceptance::State::ALL.map(|state| Choice::new(state.as_str(), f.t(acceptance_key(state))));
    let is_filtered = FILTERS.iter().any(|name| *name != PAGE && f.url.param(name).is_some());
    html! {
        form.filters method="get" action="/documentos" data-autosubmit {
            (keep(&f.url, &FILTERS))
            (search_field(f, "filter.search_documents"))
            (select("f", "tipo", f.t("filter.kind"), all, &kinds, chosen("tipo")))
            (select("f", "estado", f.t("filter.state"), all, &states, chosen("estado")))
            (select("f", "tramo", f.t("filter.bucket"), all, &buckets, chosen("tramo")))
            (select(
                "f", "aceptacion", f.t("acceptance.term"), all, &acceptances, chosen("aceptacion"),
            ))
            @if view.currencies.len() > 1 {
                (select(
                    "f", "moneda", f.t("filter.currency"), all, &view.currencies, chosen("moneda"),
                ))
            }
            button.button type="submit" { (icon("filter")) (f.t("filter.apply")) }
            @if is_filtered {
                a.button.quiet href=(f.to("/documentos")) { (f.t("list.clear")) }
            }
        }
    }
}

/// The table of documents, also for a customer's page, where the customer is not repeated.
pub fn table(f: &Frame, rows: &[DocumentRow], with_customer: bool) -> Markup {
    let currency = figure::shared_currency(rows.iter().map(|row| row.total));
    let mut columns = vec![Column::text("folio", f.t("col.document"))];
    if with_customer {
        columns.push(Column::text("cliente", f.t("col.customer")));
    }
    columns.extend([
        Column::text("emision", f.t("col.issued")),
        Column::text("vencimiento", f.t("col.due")),
        Column::amounts("total", f.t("col.total"), currency),
        Column::amounts("saldo", f.t("col.open"), currency),
        Column::number("dias", f.t("col.days")),
        Column::text("estado", f.t("col.state")),
    ]);
    let with_acceptance = rows.iter().any(|row| row.acceptance.is_some());
    if with_acceptance {
        columns.push(Column::text("aceptacion", f.t("acceptance.term")));
    }
    let shown = Shown { with_customer, with_acceptance, currency };
    html! {
        div.table-scroll {
            table.rows.stacks data-rows {
                caption.hidden { (f.t("nav.documents")) }
                (head(f, &columns))
                tbody {
                    @for row in rows { (document_row(f, row, &shown)) }
                }
            }
        }
    }
}

/// What the columns of a table are.
struct Shown {
    with_customer: bool,
    with_acceptance: bool,
    currency: Option<Currency>,
}

fn document_row(f: &Frame, row: &DocumentRow, shown: &Shown) -> Markup {
    let currency = shown.currency;
    html! {
        tr data-href=(document_url(f, row.document.id)) {
            th.lead scope="row" {
                (document_link(f, &row.document))
                @if row.instalments > 1 {
                    " "
                    small { (f.count("instalments", row.instalments.into())) }
                }
            }
            @if shown.with_customer {
                td data-label=(f.t("col.customer")) {
                    a href=(super::customer_url(f, row.customer.id)) { (row.customer.name) }
                }
            }
            td.nowrap data-label=(f.t("col.issued")) { (figure::date(f, row.issued_on)) }
            td.nowrap data-label=(f.t("col.due")) { (figure::date(f, row.due_on)) }
            td.num data-label=(label(f.t("col.total"), currency)) {
                (figure::in_column(f, row.total, currency))
            }
            td.num data-label=(label(f.t("col.open"), currency)) {
                @if row.open.minor == 0 { (figure::bare(f, row.open)) } @else {
                    strong { (figure::in_column(f, row.open, currency)) }
                }
            }
            td.num data-label=(f.t("col.days")) {
                @if row.open.minor == 0 {
                    span.nil { "–" }
                } @else {
                    span.muted[row.overdue_days <= 0] {
                        (figure::integer(f, row.overdue_days.into()))
                    }
                }
            }
            td data-label=(f.t("col.state")) { (state(f, row)) }
            @if shown.with_acceptance {
                td data-label=(f.t("acceptance.term")) {
                    @if let Some(found) = &row.acceptance { (badge_of(f, found)) }
                }
            }
        }
    }
}

/// An open document past due shows its bucket, which says more than «vencido».
fn state(f: &Frame, row: &DocumentRow) -> Markup {
    match row.state {
        State::Overdue => badge::bucket(f, row.bucket),
        other => badge::state(f, other),
    }
}
