//! What somebody put on customers and documents, as it stood on a day: disputes, promises in
//! force, holds. Read models and plans ask this one place, so that they agree.

use crate::error::ServiceError;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId};
use puntual_core::merge::Merged;
use puntual_store::standing::{self, Dispute, Hold, Promise};
use puntual_store::{Scope, Tx};
use std::collections::HashMap;

/// Disputes, promises and holds that stood on a day.
#[derive(Clone, Debug, Default)]
pub struct Standings {
    disputes: HashMap<DocumentId, Vec<Dispute>>,
    promises: HashMap<CustomerId, Vec<Promise>>,
    holds: HashMap<CustomerId, Vec<Hold>>,
}

impl Standings {
    /// Everybody's, as of a day. What has been lifted since is not remembered: a hold counts while
    /// its row stands.
    pub fn load(
        tx: &mut Tx<'_>,
        scope: Scope,
        merged: &Merged,
        as_of: Day,
        today: Day,
    ) -> Result<Standings, ServiceError> {
        let now = as_of >= today;
        let promises = match now {
            true => standing::open_promises(tx, scope)?,
            false => standing::all_promises(tx, scope)?,
        };
        let disputes = standing::disputes(tx, scope, None, now)?;
        let holds = standing::holds(tx, scope, None)?;
        Ok(Standings::of(merged, disputes, promises, holds, as_of))
    }

    /// One customer's, as of a day.
    pub fn of_customer(
        tx: &mut Tx<'_>,
        scope: Scope,
        merged: &Merged,
        customer: CustomerId,
        as_of: Day,
    ) -> Result<Standings, ServiceError> {
        let promises = standing::promises_of(tx, scope, customer)?;
        let disputes = standing::disputes(tx, scope, Some(customer), false)?;
        let holds = standing::holds(tx, scope, Some(customer))?;
        Ok(Standings::of(merged, disputes, promises, holds, as_of))
    }

    /// Those of the rows that stood on a day, each with who stands for its customer.
    pub fn of(
        merged: &Merged,
        disputes: Vec<Dispute>,
        promises: Vec<Promise>,
        holds: Vec<Hold>,
        as_of: Day,
    ) -> Standings {
        let mut found = Standings::default();
        for mut dispute in disputes {
            dispute.customer = merged.survivor(dispute.customer);
            if dispute.opened_on <= as_of && dispute.closed_on.is_none_or(|closed| closed > as_of) {
                found.disputes.entry(dispute.document).or_default().push(dispute);
            }
        }
        for mut promise in promises {
            promise.customer = merged.survivor(promise.customer);
            let judged = promise.judged_on.is_some_and(|judged| judged <= as_of);
            let in_force = promise.state == "open" || (promise.judged_on.is_some() && !judged);
            if promise.made_on <= as_of && in_force {
                found.promises.entry(promise.customer).or_default().push(promise);
            }
        }
        for mut hold in holds {
            hold.customer = merged.survivor(hold.customer);
            if hold.since <= as_of && hold.until.is_none_or(|until| until >= as_of) {
                found.holds.entry(hold.customer).or_default().push(hold);
            }
        }
        found
    }

    /// How much of what is open of a document is disputed, smallest units.
    pub fn disputed_minor(&self, document: DocumentId, open_minor: i64) -> i64 {
        let Some(disputes) = self.disputes.get(&document) else { return 0 };
        let claimed = disputes.iter().map(|d| d.amount_minor.unwrap_or(open_minor));
        claimed.sum::<i64>().clamp(0, open_minor.max(0))
    }

    /// Disputes of a document.
    pub fn disputes_of(&self, document: DocumentId) -> &[Dispute] {
        self.disputes.get(&document).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every dispute.
    pub fn disputes(&self) -> impl Iterator<Item = &Dispute> {
        self.disputes.values().flatten()
    }

    /// Promises of a customer in force.
    pub fn promises_of(&self, customer: CustomerId) -> &[Promise] {
        self.promises.get(&customer).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every promise in force.
    pub fn promises(&self) -> impl Iterator<Item = &Promise> {
        self.promises.values().flatten()
    }

    /// What a customer promised in a currency, smallest units.
    pub fn promised_minor(&self, customer: CustomerId, currency: Currency) -> i64 {
        let promises = self.promises_of(customer).iter();
        promises.filter(|p| p.currency == currency).map(|p| p.amount_minor).sum()
    }

    /// Holds on a customer.
    pub fn holds_of(&self, customer: CustomerId) -> &[Hold] {
        self.holds.get(&customer).map(Vec::as_slice).unwrap_or_default()
    }
}
