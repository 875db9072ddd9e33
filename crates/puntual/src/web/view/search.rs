//! What a search finds: customers by name, tax id or telephone; documents by number or amount.

use super::customers::Totals;
use super::documents::{DocumentRow, table};
use super::{CustomerRef, customer_link, customer_url};
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::notice::empty;
use crate::web::url::SEARCH;
use maud::{Markup, html};

/// What a search found.
#[derive(Clone, Debug)]
pub struct SearchView {
    /// What was looked for.
    pub text: String,
    /// Customers, the best match first.
    pub customers: Vec<FoundCustomer>,
    /// Documents, the best match first.
    pub documents: Vec<DocumentRow>,
    /// Whether there was more than is shown.
    pub is_cut: bool,
}

/// A customer found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCustomer {
    /// Who.
    pub customer: CustomerRef,
    /// Tax id as printed.
    pub tax_id: String,
    /// What matched, when it is not the name: a telephone, an e-mail, a code.
    pub matched: String,
    /// What they owe, in the currency of the creditor's books.
    pub totals: Totals,
}

/// The results of a search.
pub fn results(f: &Frame, view: &SearchView) -> Markup {
    let title = f.fill("search.title", &[("text", &view.text)]);
    let body = html! {
        @if view.customers.is_empty() && view.documents.is_empty() {
            (empty(f.t("search.empty"), f.t("search.empty_advice"), None))
        }
        @if !view.customers.is_empty() {
            section {
                h2 { (f.t("nav.customers")) }
                (customers(f, view))
            }
        }
        @if !view.documents.is_empty() {
            section {
                h2 { (f.t("nav.documents")) }
                (table(f, &view.documents, true))
            }
        }
        @if view.is_cut {
            p.hint {
                (f.t("search.cut"))
                " "
                a href=(f.to("/clientes").with(SEARCH, &view.text)) { (f.t("nav.customers")) }
                " · "
                a href=(f.to("/documentos").with(SEARCH, &view.text)) { (f.t("nav.documents")) }
            }
        }
    };
    page(f, Heading::plain(&title), body)
}

fn customers(f: &Frame, view: &SearchView) -> Markup {
    html! {
        div.table-scroll {
            table.rows.stacks data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("col.customer")) }
                        th scope="col" { (f.t("settings.tax_id")) }
                        th.num scope="col" { (f.t("col.open")) }
                        th.num scope="col" { (f.t("col.overdue")) }
                    }
                }
                tbody {
                    @for found in &view.customers {
                        tr data-href=(customer_url(f, found.customer.id)) {
                            th.lead scope="row" {
                                (customer_link(f, &found.customer))
                                @if !found.matched.is_empty() {
                                    " "
                                    small { (found.matched) }
                                }
                            }
                            td.mono data-label=(f.t("settings.tax_id")) { (found.tax_id) }
                            td.num data-label=(f.t("col.open")) {
                                (figure::amount(f, found.totals.open))
                            }
                            td.num data-label=(f.t("col.overdue")) {
                                (figure::amount(f, found.totals.overdue))
                            }
                        }
                    }
                }
            }
        }
    }
}
