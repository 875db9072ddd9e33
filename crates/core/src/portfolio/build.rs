//! Facts into a portfolio, and more facts into one that is there.
//!
//! Decides which facts are refused and which chunks are rebuilt. Extending gives exactly the
//! figures that building anew from all facts would give.

use super::chunk::{Chunk, Contents, NewCredit, NewMove, NewRow};
use super::{CreditFact, CustomerFact, MovementFact, Portfolio, ReceivableFact};
use crate::id::{CustomerId, ReceivableId};
use std::sync::Arc;

/// Money facts in any order. What one call brings is taken whole or refused whole.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Groups of customers; a customer without one is in no segment and nobody's.
    pub customers: Vec<CustomerFact>,
    /// New receivables.
    pub receivables: Vec<ReceivableFact>,
    /// Movements of receivables that are known or among the new ones.
    pub movements: Vec<MovementFact>,
    /// Changes of unapplied credit.
    pub credits: Vec<CreditFact>,
}

impl Facts {
    /// A portfolio of these facts.
    ///
    /// # Errors
    /// As [`Portfolio::extend`].
    pub fn build(self) -> Result<Portfolio, PortfolioError> {
        let mut portfolio = Portfolio::default();
        portfolio.extend(self)?;
        Ok(portfolio)
    }
}

/// Why facts were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortfolioError {
    /// The receivable is in the portfolio already, or twice among the facts.
    #[error("receivable {0} came twice")]
    DuplicateReceivable(ReceivableId),
    /// A movement of a receivable that is neither in the portfolio nor among the facts.
    #[error("movement of receivable {0}, which is unknown")]
    UnknownReceivable(ReceivableId),
    /// Absolute amounts would add up to more than 64 bits hold.
    #[error("amounts out of range")]
    TooLarge,
}

/// Receivables per chunk, unless one customer has more: small enough that rebuilding one for a
/// single payment takes well under a millisecond, large enough that scans do not notice.
const CHUNK_ROWS: usize = 4096;

impl Portfolio {
    /// Adds facts. Cheap for a few: only the chunks of the customers touched are rebuilt.
    ///
    /// # Errors
    /// When a receivable comes twice, a movement's receivable is unknown, or amounts are too large
    /// to add up; the portfolio is then unchanged.
    pub fn extend(&mut self, facts: Facts) -> Result<(), PortfolioError> {
        let magnitude = self.magnitude_with(&facts)?;
        let customers = self.customers_with(&facts);
        let find = |id: CustomerId| customers.find(id).unwrap_or_default();
        let place = |customer: u32| customers.places[customer as usize];
        let row = |fact: &ReceivableFact| new_row(fact, place(find(fact.customer)));
        let rows: Vec<NewRow> = facts.receivables.iter().map(row).collect();
        let added = facts.receivables.iter().map(|fact| (fact.id, find(fact.customer)));
        let added = self.added_pairs(added.collect())?;
        let moves = self.resolve(&facts.movements, &added, place)?;
        let credit = |fact: &CreditFact| {
            let owner = find(fact.customer);
            new_credit(fact, place(owner), owner)
        };
        let credits: Vec<NewCredit> = facts.credits.iter().map(credit).collect();

        self.magnitude = magnitude;
        self.customers = customers;
        self.index.add(&added);
        self.place(rows, moves, credits);
        Ok(())
    }

    /// The sum of absolute amounts after adding the facts, if it fits.
    fn magnitude_with(&self, facts: &Facts) -> Result<i64, PortfolioError> {
        let amounts = (facts.receivables.iter().map(|fact| fact.amount_minor))
            .chain(facts.movements.iter().map(|fact| fact.amount_minor))
            .chain(facts.credits.iter().map(|fact| fact.amount_minor));
        amounts
            .map(i64::checked_abs)
            .try_fold(self.magnitude, |sum, amount| sum.checked_add(amount?))
            .ok_or(PortfolioError::TooLarge)
    }

    /// The customer table with the new ones and their groups, in ascending order of id.
    fn customers_with(&self, facts: &Facts) -> Arc<super::index::Customers> {
        let mut fresh: Vec<CustomerId> = (facts.customers.iter().map(|fact| fact.id))
            .chain(facts.receivables.iter().map(|fact| fact.customer))
            .chain(facts.credits.iter().map(|fact| fact.customer))
            .filter(|id| self.customers.find(*id).is_none())
            .collect();
        fresh.sort_unstable();
        fresh.dedup();
        let mut customers = Arc::clone(&self.customers);
        if !(fresh.is_empty() && facts.customers.is_empty()) {
            let table = Arc::make_mut(&mut customers);
            table.add(&fresh);
            facts.customers.iter().for_each(|fact| table.describe(fact));
        }
        customers
    }

    /// New receivables by id with their customers; refuses those that are there.
    fn added_pairs(
        &self,
        mut added: Vec<(ReceivableId, u32)>,
    ) -> Result<Vec<(ReceivableId, u32)>, PortfolioError> {
        added.sort_unstable();
        let twice = added.windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| pair[0].0);
        let known = || added.iter().map(|pair| pair.0).find(|id| self.index.find(*id).is_some());
        match twice.or_else(known) {
            Some(id) => Err(PortfolioError::DuplicateReceivable(id)),
            None => Ok(added),
        }
    }

    /// Movements with the places of their customers.
    fn resolve(
        &self,
        movements: &[MovementFact],
        added: &[(ReceivableId, u32)],
        place: impl Fn(u32) -> u32,
    ) -> Result<Vec<NewMove>, PortfolioError> {
        let mut moves = Vec::with_capacity(movements.len());
        for fact in movements {
            let at = added.binary_search_by_key(&fact.receivable, |pair| pair.0);
            let customer = at.ok().map(|at| added[at].1);
            let Some(customer) = customer.or_else(|| self.index.find(fact.receivable)) else {
                return Err(PortfolioError::UnknownReceivable(fact.receivable));
            };
            moves.push(NewMove {
                customer: place(customer),
                receivable: fact.receivable,
                effective: fact.effective,
                recorded: fact.recorded,
                kind: fact.kind,
                amount: fact.amount_minor,
            });
        }
        Ok(moves)
    }

    /// Puts resolved facts into the chunks of their customers, and new customers into new chunks.
    pub(super) fn place(
        &mut self,
        mut rows: Vec<NewRow>,
        mut moves: Vec<NewMove>,
        mut credits: Vec<NewCredit>,
    ) {
        rows.sort_by_key(|row| row.customer);
        moves.sort_by_key(|movement| movement.customer);
        credits.sort_by_key(|credit| credit.customer);
        let (mut rows, mut moves, mut credits) = (&rows[..], &moves[..], &credits[..]);
        let mut chunks: Vec<Arc<Chunk>> = Vec::with_capacity(self.chunks.len() + 1);
        let old = std::mem::take(&mut self.chunks);
        let last_old = old.len().wrapping_sub(1);
        for (at, chunk) in old.into_iter().enumerate() {
            // The last chunk takes new customers until it is full; the rest make chunks of theirs.
            let takes_new = at == last_old && chunk.rows.len() < CHUNK_ROWS;
            let upto = if takes_new { u32::MAX } else { chunk.last_customer };
            let fresh = Contents {
                rows: take_upto(&mut rows, upto, |row| row.customer),
                moves: take_upto(&mut moves, upto, |movement| movement.customer),
                credits: take_upto(&mut credits, upto, |credit| credit.customer),
            };
            if fresh.is_empty() {
                chunks.push(chunk);
            } else {
                let mut contents = chunk.contents();
                contents.append(fresh);
                split_into(&mut chunks, contents);
            }
        }
        let rest =
            Contents { rows: rows.to_vec(), moves: moves.to_vec(), credits: credits.to_vec() };
        split_into(&mut chunks, rest);
        self.chunks = chunks;
    }
}

impl Contents {
    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.moves.is_empty() && self.credits.is_empty()
    }

    fn append(&mut self, other: Contents) {
        self.rows.extend(other.rows);
        self.moves.extend(other.moves);
        self.credits.extend(other.credits);
        self.rows.sort_by_key(|row| row.customer);
        self.moves.sort_by_key(|movement| movement.customer);
        self.credits.sort_by_key(|credit| credit.customer);
    }
}

/// Cuts contents (sorted by customer) into chunks of about [`CHUNK_ROWS`] rows, never inside a
/// customer.
pub(super) fn split_into(chunks: &mut Vec<Arc<Chunk>>, contents: Contents) {
    let (mut rows, mut moves, mut credits) =
        (&contents.rows[..], &contents.moves[..], &contents.credits[..]);
    while !rows.is_empty() || !credits.is_empty() {
        // Movements need no look: each has its row.
        let customer_at = |at: usize| rows.get(at).map(|row| row.customer);
        let first_credit = credits.first().map(|credit| credit.customer);
        let last = match customer_at(CHUNK_ROWS) {
            Some(next) if customer_at(0) < Some(next) => next - 1,
            Some(only) => only,
            None => u32::MAX,
        };
        let first = customer_at(0).into_iter().chain(first_credit).min().unwrap_or_default();
        let part = Contents {
            rows: take_upto(&mut rows, last, |row| row.customer),
            moves: take_upto(&mut moves, last, |movement| movement.customer),
            credits: take_upto(&mut credits, last, |credit| credit.customer),
        };
        let of_rows = part.rows.last().map(|row| row.customer);
        let of_credits = part.credits.last().map(|credit| credit.customer);
        let last = of_rows.into_iter().chain(of_credits).max().unwrap_or(first);
        chunks.push(Arc::new(Chunk::build((first, last), part)));
    }
}

/// The leading items of customers up to `last`, which are taken off the slice.
fn take_upto<T: Copy>(items: &mut &[T], last: u32, customer: impl Fn(&T) -> u32) -> Vec<T> {
    let (taken, rest) = items.split_at(items.partition_point(|item| customer(item) <= last));
    *items = rest;
    taken.to_vec()
}

fn new_row(fact: &ReceivableFact, customer: u32) -> NewRow {
    NewRow {
        customer,
        currency: fact.currency,
        id: fact.id,
        document: fact.document,
        issued: fact.issued,
        due: fact.due,
        amount: fact.amount_minor,
        recorded: fact.recorded,
        kind: fact.kind,
    }
}

fn new_credit(fact: &CreditFact, customer: u32, owner: u32) -> NewCredit {
    NewCredit {
        customer,
        owner,
        currency: fact.currency,
        effective: fact.effective,
        recorded: fact.recorded,
        source: fact.source,
        amount: fact.amount_minor,
    }
}
