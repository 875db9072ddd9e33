//! What the search box finds.

use super::{amount, customer_ref, documents, shown_buckets};
use crate::web::url::SEARCH;
use crate::web::view::customers::Totals;
use crate::web::view::search::{FoundCustomer, SearchView, results};
use crate::web::visit::{Answer, Visit};
use puntual_core::aging::BucketSet;
use puntual_core::portfolio::AsOf;
use puntual_service::customers;
use puntual_service::documents as documents_service;
use puntual_service::listing::Page;

/// Rows of each kind.
const MOST: usize = 20;

/// `GET /buscar`.
/// Characters of a query that are looked for; nobody types more.
const LONGEST: usize = 200;

pub fn show(visit: &Visit) -> Answer {
    let text: String =
        visit.param(SEARCH).unwrap_or_default().trim().chars().take(LONGEST).collect();
    if text.is_empty() {
        return visit.go("/clientes", None);
    }
    let (at, page) = (AsOf::day(visit.ctx.today), Page { number: 1, size: MOST });
    let people = customers::Question {
        filter: customers::Filter { text: text.clone(), ..Default::default() },
        direction: puntual_service::listing::Direction::Down,
        page,
        ..Default::default()
    };
    let papers = documents_service::Question {
        filter: documents_service::Filter { text: text.clone(), ..Default::default() },
        page,
        ..Default::default()
    };
    let people = customers::list(visit.app(), &visit.ctx, at, &people)?;
    let papers = documents_service::list(visit.app(), &visit.ctx, at, &papers)?;
    let is_cut = people.row_count > MOST || papers.document_count > MOST;
    let customers = people.rows.iter().map(|row| FoundCustomer {
        customer: customer_ref(&row.customer),
        tax_id: row.customer.tax_id.clone().unwrap_or_default(),
        matched: row.customer.code.clone(),
        totals: Totals {
            open: amount(row.balance.open_minor, row.balance.currency),
            overdue: amount(row.balance.overdue_minor, row.balance.currency),
            unapplied: amount(row.balance.unapplied_minor, row.balance.currency),
        },
    });
    let buckets = shown_buckets(&BucketSet::default());
    let view = SearchView {
        customers: customers.collect(),
        documents: papers.rows.iter().map(|row| documents::shown(row, &buckets)).collect(),
        text,
        is_cut,
    };
    visit.html(results(&visit.frame(), &view))
}
