//! From a number to its documents: the open receivables behind a bucket, and a customer's position.

use super::{BucketSet, CreditPolicy};
use crate::currency::Currency;
use crate::date::Day;
use crate::id::{CustomerId, DocumentId, ReceivableId};
use crate::portfolio::{AsOf, By, Portfolio, Scope};

/// An open receivable as of a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenDocument {
    /// The receivable.
    pub receivable: ReceivableId,
    /// Its document.
    pub document: DocumentId,
    /// Who owes it.
    pub customer: CustomerId,
    /// Day of issue.
    pub issued: Day,
    /// Legal due date.
    pub due: Day,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Original amount in smallest units.
    pub amount_minor: i64,
    /// What is still owed, always positive.
    pub open_minor: i64,
    /// Days past due; zero or less is not overdue.
    pub overdue_days: i32,
    /// Its bucket in the set asked for.
    pub bucket: usize,
}

/// Where a customer stands in one currency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Position {
    /// Currency of all amounts.
    pub currency: Currency,
    /// Open amount in smallest units, before unapplied credit.
    pub open_minor: i64,
    /// Of it, past due.
    pub overdue_minor: i64,
    /// Of it, not due yet.
    pub not_due_minor: i64,
    /// Open amount per bucket.
    pub buckets: Vec<i64>,
    /// Unapplied credit, as a positive amount.
    pub unapplied_minor: i64,
    /// Days past due of the oldest overdue receivable.
    pub oldest_overdue_days: Option<i32>,
    /// How many receivables are open.
    pub open_count: u32,
    /// How many of them are overdue.
    pub overdue_count: u32,
}

impl Portfolio {
    /// The open receivables of a scope, those of one bucket only if one is given. Their open
    /// amounts add up to what [`aging`](super::aging) shows with credits apart.
    pub fn open_documents<'a>(
        &'a self,
        at: AsOf,
        scope: Scope,
        buckets: &'a BucketSet,
        bucket: Option<usize>,
    ) -> impl Iterator<Item = OpenDocument> + 'a {
        self.accounts(scope)
            .flat_map(move |(chunk, account)| {
                let customer = self.customer_id(account.customer);
                let mut found = Vec::new();
                chunk.each_open(account, at, |row, open_minor| {
                    let (issued, due) = (chunk.rows.facts[row].issued, chunk.rows.facts[row].due);
                    found.push(OpenDocument {
                        receivable: chunk.rows.id[row],
                        document: chunk.rows.document[row],
                        customer,
                        issued,
                        due,
                        currency: account.currency,
                        amount_minor: chunk.rows.facts[row].amount,
                        open_minor,
                        overdue_days: at.as_of - due,
                        bucket: buckets.bucket_of(at.as_of - buckets.counted_from(issued, due)),
                    });
                });
                found
            })
            .filter(move |found| found.open_minor > 0)
            .filter(move |found| bucket.is_none_or(|bucket| bucket == found.bucket))
    }

    /// Where a customer stands as of a day, one entry per currency with anything open or
    /// unapplied.
    pub fn position(&self, customer: CustomerId, at: AsOf, buckets: &BucketSet) -> Vec<Position> {
        let scope = Scope::customer(customer);
        let aged = super::aging(self, at, buckets, CreditPolicy::Separate, By::Customer, scope);
        let of_row = |row: super::AgingRow<'_>| {
            let scope = Scope { currency: Some(row.currency), ..scope };
            let overdue = || {
                self.open_documents(at, scope, buckets, None).filter(|open| open.overdue_days > 0)
            };
            let overdue_minor: i64 = overdue().map(|open| open.open_minor).sum();
            Position {
                currency: row.currency,
                open_minor: row.open(),
                overdue_minor,
                not_due_minor: row.open() - overdue_minor,
                buckets: row.amounts.to_vec(),
                unapplied_minor: row.unapplied,
                oldest_overdue_days: overdue().map(|open| open.overdue_days).max(),
                open_count: row.counts.iter().sum(),
                overdue_count: overdue().count() as u32,
            }
        };
        aged.rows().map(of_row).collect()
    }
}
