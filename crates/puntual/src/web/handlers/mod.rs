//! What answers each address: reads what was asked, calls one use case, fills one view.
//!
//! A handler decides how a question of the web becomes a question of the service, and how its
//! answer becomes the values a view shows. It refuses to compute figures and to write markup.
pub mod agreements;
pub mod api;
pub mod approvals;
pub mod bank;
mod conduct;
pub mod contact;
pub mod creditor_card;
pub mod customer;
pub mod customer_forms;
pub mod customers;
pub mod day;
pub mod document;
pub mod documents;
pub mod doors;
mod field_words;
pub mod figures;
pub mod forecast;
pub mod groups;
pub mod guard;
pub mod inbox;
pub mod indicators;
pub mod interest;
pub mod likely_duplicates;
pub mod matching;
mod matching_words;
pub mod merges;
pub mod messages;
pub mod money;
pub mod outcome;
pub mod own_password;
pub mod plan;
pub mod provision;
pub mod quarantine;
pub mod remittances;
pub mod search;
pub mod settings;
pub mod sheet;
pub mod strategies;
pub mod typed;
pub mod upload;
pub mod users;
pub mod words;

use super::format::Amount;
use super::part::badge::Bucket;
use super::view::CustomerRef;
use puntual_core::aging::BucketSet;
use puntual_core::currency::Currency;
use puntual_service::buckets;
use puntual_service::portfolios::CustomerName;

/// Rows of a page.
const ROWS: usize = 50;

/// The customer to link to.
fn customer_ref(name: &CustomerName) -> CustomerRef {
    CustomerRef { id: name.id, name: name.name.clone() }
}

/// A sum of smallest units.
fn amount(minor: i64, currency: Currency) -> Amount {
    Amount::new(minor.into(), currency)
}

/// The buckets as pages show them.
fn shown_buckets(set: &BucketSet) -> Vec<Bucket> {
    Bucket::from_boundaries(buckets::bounds(set))
}

/// The position of the bucket an address names.
fn bucket_at(buckets: &[Bucket], code: Option<&str>) -> Option<usize> {
    let code = code?;
    buckets.iter().position(|bucket| bucket.code() == code)
}

/// Amounts by bucket, for the strip of a row.
fn strip(buckets: &[Bucket], minors: &[i64]) -> Vec<(Bucket, i128)> {
    buckets.iter().copied().zip(minors.iter().map(|minor| i128::from(*minor))).collect()
}
