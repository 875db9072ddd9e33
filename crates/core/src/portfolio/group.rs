//! Adding up what accounts give, by group and currency.

use super::chunk::{Account, Chunk};
use super::{By, Key, Portfolio, Scope};
use crate::currency::Currency;
use std::collections::BTreeMap;

/// Sums that can be added to one another.
pub(crate) trait Merge {
    /// Adds the other's sums to these.
    fn merge(&mut self, other: Self);
}

impl Portfolio {
    /// What `tally` gives for every account of the scope, added up by group and currency, in order
    /// of key and currency. Accounts it gives nothing for leave no row.
    pub(crate) fn grouped<T: Merge>(
        &self,
        by: By,
        scope: Scope,
        mut tally: impl FnMut(&Chunk, &Account) -> Option<T>,
    ) -> Vec<(Key, Currency, T)> {
        let mut rows: Vec<(Key, Currency, T)> = Vec::new();
        let mut slots: BTreeMap<(Key, Currency), usize> = BTreeMap::new();
        for (chunk, account) in self.accounts(scope) {
            let Some(sums) = tally(chunk, account) else { continue };
            let key = self.key(by, account.customer);
            let next = rows.len();
            // A customer's account comes once, so it needs no look.
            let slot = match by {
                By::Customer => next,
                _ => *slots.entry((key, account.currency)).or_insert(next),
            };
            match rows.get_mut(slot) {
                Some(row) => row.2.merge(sums),
                None => rows.push((key, account.currency, sums)),
            }
        }
        if !rows.is_sorted_by_key(|row| (row.0, row.1)) {
            rows.sort_by_key(|row| (row.0, row.1));
        }
        rows
    }
}
