//! What the search box finds.

use super::{amount, customer_ref, documents, shown_buckets, typed};
use crate::web::url::SEARCH;
use crate::web::view::customers::Totals;
use crate::web::view::search::{FoundCustomer, SearchView, results};
use crate::web::visit::{Answer, Visit};
use puntual_core::aging::BucketSet;
use puntual_core::currency::Currency;
use puntual_core::portfolio::AsOf;
use puntual_service::balances::Balance;
use puntual_service::search::{self, plain_amount};

/// Characters of a query that are looked for; nobody types more.
const LONGEST: usize = 200;

/// `GET /buscar`.
pub fn show(visit: &Visit) -> Answer {
    let text: String =
        visit.param(SEARCH).unwrap_or_default().trim().chars().take(LONGEST).collect();
    if text.is_empty() {
        return visit.go("/clientes", None);
    }
    let at = AsOf::day(visit.ctx.today);
    let numbers = visit.numbers();
    let read_amount = |text: &str, currency: Currency| {
        typed::amount(text, numbers, currency).or_else(|| plain_amount(text, currency))
    };
    let found = search::search(visit.app(), &visit.ctx, at, &text, &read_amount)?;
    let buckets = shown_buckets(&visit.buckets()?);
    let view = SearchView {
        customers: found.customers.iter().map(|one| shown(visit, one)).collect(),
        documents: found.documents.iter().map(|row| documents::shown(row, &buckets)).collect(),
        text,
        is_cut: found.is_cut,
    };
    visit.html(results(&visit.frame(), &view))
}

/// A customer with what it owes in the currency of the books, else in the first it owes in.
fn shown(visit: &Visit, found: &search::FoundCustomer) -> FoundCustomer {
    let home = visit.ctx.creditor.currency;
    let is_home = |balance: &&Balance| balance.currency == home;
    let balance = found.balances.iter().find(is_home).or(found.balances.first()).cloned();
    let nothing = || Balance::nothing(found.customer.id, home, &BucketSet::default());
    let balance = balance.unwrap_or_else(nothing);
    FoundCustomer {
        customer: customer_ref(&found.customer),
        tax_id: found.customer.tax_id.clone().unwrap_or_default(),
        matched: found.matched.clone().unwrap_or_else(|| found.customer.code.clone()),
        totals: Totals {
            open: amount(balance.open_minor, balance.currency),
            overdue: amount(balance.overdue_minor, balance.currency),
            unapplied: amount(balance.unapplied_minor, balance.currency),
        },
    }
}
