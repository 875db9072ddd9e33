//! Who is who in a portfolio: customers by dense number, and receivables by id.
//!
//! Sorted columns, not hash tables: the order is the same on every machine and every run, and a
//! receivable costs twelve bytes.

use super::CustomerFact;
use crate::id::{CustomerId, ReceivableId, UserId};
use std::sync::Arc;

/// Customers, numbered in order of arrival; the number never changes. Who is merged into another has
/// a place with it: there stand its receivables and credits.
#[derive(Clone, Debug, Default)]
pub(super) struct Customers {
    pub ids: Vec<CustomerId>,
    pub segments: Vec<u16>,
    pub collectors: Vec<Option<UserId>>,
    /// The number of who stands for each: its own, unless it is merged.
    pub places: Vec<u32>,
    /// Dense numbers in order of id.
    by_id: Vec<u32>,
}

impl Customers {
    pub fn find(&self, id: CustomerId) -> Option<u32> {
        let at = self.by_id.binary_search_by_key(&id, |number| self.ids[*number as usize]);
        at.ok().map(|at| self.by_id[at])
    }

    /// Adds those of `ids` (sorted, distinct) that are new.
    pub fn add(&mut self, ids: &[CustomerId]) {
        let known = self.ids.len();
        for id in ids {
            if self.by_id.binary_search_by_key(id, |n| self.ids[*n as usize]).is_err() {
                self.ids.push(*id);
            }
        }
        self.segments.resize(self.ids.len(), 0);
        self.collectors.resize(self.ids.len(), None);
        self.places.extend(known as u32..self.ids.len() as u32);
        self.by_id.extend(known as u32..self.ids.len() as u32);
        let ids = &self.ids;
        self.by_id.sort_by_key(|number| ids[*number as usize]);
    }

    pub fn describe(&mut self, fact: &CustomerFact) {
        if let Some(number) = self.find(fact.id) {
            self.segments[number as usize] = fact.segment;
            self.collectors[number as usize] = fact.collector;
        }
    }

    pub fn memory_bytes(&self) -> usize {
        self.ids.capacity() * 8
            + self.segments.capacity() * 2
            + self.collectors.capacity() * size_of::<Option<UserId>>()
            + (self.places.capacity() + self.by_id.capacity()) * 4
    }
}

/// Receivable ids in order, each with the dense number of its customer.
#[derive(Clone, Debug, Default)]
struct Run {
    ids: Vec<ReceivableId>,
    customers: Vec<u32>,
}

impl Run {
    fn find(&self, id: ReceivableId) -> Option<u32> {
        self.ids.binary_search(&id).ok().map(|at| self.customers[at])
    }

    fn merged(&self, other: &[(ReceivableId, u32)]) -> Run {
        let length = self.ids.len() + other.len();
        let mut run =
            Run { ids: Vec::with_capacity(length), customers: Vec::with_capacity(length) };
        let mut rest = other.iter().copied().peekable();
        let push = |run: &mut Run, (id, customer)| {
            run.ids.push(id);
            run.customers.push(customer);
        };
        for (id, customer) in self.ids.iter().zip(&self.customers) {
            while let Some(earlier) = rest.next_if(|(next, _)| next < id) {
                push(&mut run, earlier);
            }
            push(&mut run, (*id, *customer));
        }
        rest.for_each(|pair| push(&mut run, pair));
        run
    }
}

/// Finds the customer of a receivable. A large run that is shared between copies of the portfolio
/// and a short one of what came since.
#[derive(Clone, Debug, Default)]
pub(super) struct ReceivableIndex {
    settled: Arc<Run>,
    recent: Run,
}

/// The short run is merged into the large one beyond this length, or an eighth of the large one.
const RECENT_MAX: usize = 4096;

impl ReceivableIndex {
    pub fn find(&self, id: ReceivableId) -> Option<u32> {
        self.recent.find(id).or_else(|| self.settled.find(id))
    }

    /// Adds pairs sorted by id, none of which is there yet.
    pub fn add(&mut self, pairs: &[(ReceivableId, u32)]) {
        self.recent = self.recent.merged(pairs);
        if self.recent.ids.len() > RECENT_MAX.max(self.settled.ids.len() / 8) {
            let recent = std::mem::take(&mut self.recent);
            let pairs: Vec<_> = recent.ids.into_iter().zip(recent.customers).collect();
            self.settled = Arc::new(self.settled.merged(&pairs));
        }
    }

    pub fn memory_bytes(&self) -> usize {
        [&*self.settled, &self.recent]
            .iter()
            .map(|run| run.ids.capacity() * 8 + run.customers.capacity() * 4)
            .sum()
    }
}
