//! Everybody's verdict on how they pay, kept in memory: only those whom the ledger has touched
//! since are judged again, so that a page which ranks a whole portfolio does not judge it anew.

use crate::behaviour;
use crate::error::ServiceError;
use crate::portfolios::View;
use puntual_core::behaviour::Verdict;
use puntual_core::id::CustomerId;
use puntual_core::merge::Merged;
use puntual_core::portfolio::AsOf;
use puntual_store::{Scope, Tx, ledger};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The verdicts of a creditor's customers as of one day.
#[derive(Clone, Debug)]
struct Kept {
    at: AsOf,
    ledger_seq: i64,
    merged: Merged,
    by_customer: Arc<HashMap<CustomerId, Verdict>>,
}

/// The verdicts kept, the last day asked for of each creditor.
#[derive(Debug, Default)]
pub struct Verdicts {
    kept: Mutex<HashMap<Scope, Kept>>,
}

impl Verdicts {
    /// Everybody's verdicts as of a day.
    pub fn all(
        &self,
        tx: &mut Tx<'_>,
        scope: Scope,
        view: &View,
        at: AsOf,
    ) -> Result<Arc<HashMap<CustomerId, Verdict>>, ServiceError> {
        let before = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let fits = |kept: &&Kept| kept.at == at && kept.merged == *view.names.merged();
            kept.get(&scope).filter(fits).cloned()
        };
        let verdict = |customer| behaviour::of_customer(view, customer, at).verdict;
        let by_customer = match before {
            Some(kept) if kept.ledger_seq == view.ledger_seq => return Ok(kept.by_customer),
            Some(kept) if kept.ledger_seq < view.ledger_seq => {
                let mut verdicts = kept.by_customer.as_ref().clone();
                for customer in ledger::customers_after(tx, scope, kept.ledger_seq)? {
                    let customer = view.names.survivor(customer);
                    verdicts.insert(customer, verdict(customer));
                }
                verdicts
            }
            _ => view.names.iter().map(|name| (name.id, verdict(name.id))).collect(),
        };
        let by_customer = Arc::new(by_customer);
        let now = Kept {
            at,
            ledger_seq: view.ledger_seq,
            merged: view.names.merged().clone(),
            by_customer: Arc::clone(&by_customer),
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(scope, now);
        Ok(by_customer)
    }
}
