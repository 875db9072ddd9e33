//! Documents while a list is made: put together from their instalments, and put in order as far as
//! the page asked for goes.

use crate::ctx::Ctx;
use crate::documents::{Question, Sort};
use crate::portfolios::View;
use crate::words;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A document while the list is made.
#[derive(Clone, Copy)]
pub(crate) struct Light {
    pub(crate) document: DocumentId,
    pub(crate) customer: CustomerId,
    pub(crate) currency: Currency,
    pub(crate) issued: Day,
    pub(crate) due: Day,
    pub(crate) total_minor: i64,
    pub(crate) open_minor: i64,
    pub(crate) overdue_days: i32,
    pub(crate) is_credit: bool,
    /// Whether it ended: annulled, replaced, or taken back with its import.
    pub(crate) has_ended: bool,
}

/// Documents put together from their instalments.
#[derive(Default)]
pub(crate) struct Documents {
    pub(crate) list: Vec<Light>,
    places: HashMap<DocumentId, u32, BuildHasherDefault<IdHasher>>,
}

/// Ids are spread by multiplication: they are ours, so nobody can choose them to collide.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_i64((self.0 as i64) ^ i64::from(*byte));
        }
    }

    fn write_i64(&mut self, id: i64) {
        let spread = (id as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ (spread >> 32);
    }
}

impl Documents {
    /// Room for so many, where it is known that there are many.
    pub(crate) fn with_capacity(count: usize) -> Documents {
        let mut documents = Documents::default();
        documents.list.reserve(count);
        documents.places.reserve(count);
        documents
    }

    /// Adds an instalment to its document.
    pub(crate) fn add(&mut self, part: Light) {
        let next = self.list.len() as u32;
        let at = *self.places.entry(part.document).or_insert(next);
        let Some(whole) = self.list.get_mut(at as usize) else {
            self.list.push(part);
            return;
        };
        // The date that matters is the first one open; where none is, the last.
        let (was_open, is_open) = (whole.open_minor > 0, part.open_minor > 0);
        let is_nearer = match (was_open, is_open) {
            (true, true) => part.due < whole.due,
            (false, false) => part.due > whole.due,
            (was_open, _) => !was_open,
        };
        if is_nearer {
            whole.due = part.due;
            whole.overdue_days = part.overdue_days;
        }
        whole.total_minor += part.total_minor;
        whole.open_minor += part.open_minor;
        whole.has_ended |= part.has_ended;
    }
}

/// Puts the first `end` in order; those behind them are not shown.
pub(crate) fn sort(ctx: &Ctx, view: &View, question: &Question, found: &mut [Light], end: usize) {
    let own = ctx.creditor.currency;
    let turn = question.direction;
    let place = |light: &Light| (light.currency != own, light.currency);
    let last = |a: &Light, b: &Light| a.document.cmp(&b.document);
    let by = |found: &mut [Light], key: &dyn Fn(&Light) -> i64| {
        first_in_order(found, end, |a, b| turn.of(key(a).cmp(&key(b))).then(last(a, b)));
    };
    let by_amount = |found: &mut [Light], key: &dyn Fn(&Light) -> i64| {
        first_in_order(found, end, |a, b| {
            let ordered = turn.of(key(a).cmp(&key(b)));
            place(a).cmp(&place(b)).then(ordered).then(last(a, b))
        });
    };
    match question.sort {
        Sort::OpenFirst => {
            let key = |light: &Light| {
                let is_settled = light.open_minor <= 0;
                (is_settled, if is_settled { -light.issued.0 } else { light.due.0 })
            };
            first_in_order(found, end, |a, b| key(a).cmp(&key(b)).then(last(a, b)));
        }
        Sort::Due => by(found, &|light| light.due.0.into()),
        Sort::Issued => by(found, &|light| light.issued.0.into()),
        Sort::OverdueDays => by(found, &|light| match light.open_minor > 0 {
            true => light.overdue_days.into(),
            false => i64::MIN,
        }),
        Sort::Open => by_amount(found, &|light| light.open_minor),
        Sort::Total => by_amount(found, &|light| light.total_minor),
        Sort::Customer => {
            let mut names: Vec<(String, CustomerId)> =
                view.names.iter().map(|name| (words::plain(&name.name), name.id)).collect();
            names.sort_unstable();
            let ranks = names.iter().enumerate().map(|(rank, (_, id))| (*id, rank));
            let ranks: HashMap<CustomerId, usize> = ranks.collect();
            let rank = |light: &Light| ranks.get(&light.customer).copied();
            first_in_order(found, end, |a, b| {
                turn.of(rank(a).cmp(&rank(b))).then(a.due.cmp(&b.due)).then(last(a, b))
            });
        }
    }
}

/// Sorts the first `end` to the front: a page of a million is found without sorting the million.
fn first_in_order(
    found: &mut [Light],
    end: usize,
    order: impl Fn(&Light, &Light) -> std::cmp::Ordering,
) {
    if end > 0 && end < found.len() {
        found.select_nth_unstable_by(end, &order);
    }
    found[..end].sort_unstable_by(&order);
}
