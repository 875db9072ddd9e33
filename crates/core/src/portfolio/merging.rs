//! Customers that are one stand in one place: regrouping a portfolio by who is merged into whom.
//!
//! Decides which receivables and credits move and rebuilds only the chunks they leave and come to;
//! whose a fact was recorded as stays with it, so that regrouping again the other way gives back
//! exactly what was there. It is told who stands for whom.

use super::Portfolio;
use super::build::split_into;
use super::chunk::{Chunk, Contents};
use crate::merge::Merged;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Portfolio {
    /// Puts every customer's facts where the one stands who stands for it, and those of customers that
    /// are not merged any more back where they were. Merges of customers without facts are left out.
    pub fn regroup(&mut self, merged: &Merged) {
        let mut places: Vec<u32> = (0..self.customers.ids.len() as u32).collect();
        for (customer, survivor) in merged.pairs() {
            let at = self.customers.find(customer).zip(self.customers.find(survivor));
            if let Some((customer, survivor)) = at {
                places[customer as usize] = survivor;
            }
        }
        if places == self.customers.places {
            return;
        }
        let before = &self.customers.places;
        let moving = |owner: &u32| before[*owner as usize] != places[*owner as usize];
        let owners: BTreeSet<u32> = (0..places.len() as u32).filter(moving).collect();
        let leaving: BTreeSet<u32> = owners.iter().map(|owner| before[*owner as usize]).collect();
        let mut taken = Contents::default();
        let mut kept = Vec::with_capacity(self.chunks.len());
        for chunk in std::mem::take(&mut self.chunks) {
            if leaving.range(chunk.first_customer..=chunk.last_customer).next().is_none() {
                kept.push(chunk);
            } else {
                self.part(&chunk, (&owners, &places), &mut kept, &mut taken);
            }
        }
        self.chunks = kept;
        Arc::make_mut(&mut self.customers).places = places;
        self.place(taken.rows, taken.moves, taken.credits);
    }

    /// Takes what moves out of a chunk, with its new place; the rest makes chunks again.
    fn part(
        &self,
        chunk: &Chunk,
        (owners, places): (&BTreeSet<u32>, &[u32]),
        kept: &mut Vec<Arc<Chunk>>,
        taken: &mut Contents,
    ) {
        let mover = |owner: Option<u32>| owner.filter(|owner| owners.contains(owner));
        let mut rest = Contents::default();
        let contents = chunk.contents();
        for mut row in contents.rows {
            match mover(self.index.find(row.id)) {
                Some(owner) => {
                    row.customer = places[owner as usize];
                    taken.rows.push(row);
                }
                None => rest.rows.push(row),
            }
        }
        for mut movement in contents.moves {
            match mover(self.index.find(movement.receivable)) {
                Some(owner) => {
                    movement.customer = places[owner as usize];
                    taken.moves.push(movement);
                }
                None => rest.moves.push(movement),
            }
        }
        for mut credit in contents.credits {
            match mover(Some(credit.owner)) {
                Some(owner) => {
                    credit.customer = places[owner as usize];
                    taken.credits.push(credit);
                }
                None => rest.credits.push(credit),
            }
        }
        split_into(kept, rest);
    }
}
