//! What all requests share: the program's parts, the uploads being worked on, and the figures just
//! computed.
//!
//! Decides how long a computed figure is kept: as long as neither the ledger nor the customers have
//! moved, and among the last few questions only. It refuses to know what a figure means.

use super::uploads::Uploads;
use puntual_core::currency::Currency;
use puntual_core::id::CreditorId;
use puntual_core::portfolio::AsOf;
use puntual_service::App;
use puntual_service::portfolios::{CustomerNames, View};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The state every handler is given.
pub type Shared = Arc<Web>;

/// What all requests share.
pub struct Web {
    /// The program's parts.
    pub app: Arc<App>,
    /// Files uploaded and not finished with.
    pub uploads: Uploads,
    /// Figures of Indicadores computed lately.
    pub figures: Memo<super::handlers::figures::Figures>,
}

impl Web {
    /// The state of a server that has just started.
    pub fn new(app: Arc<App>) -> Web {
        Web { app, uploads: Uploads::default(), figures: Memo::default() }
    }
}

/// Takes a lock even when a thread died holding it: what it guards is whole after every step.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a figure was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Whose books.
    pub creditor: CreditorId,
    /// Of which day, with whose knowledge.
    pub at: AsOf,
    /// Only this segment.
    pub segment: Option<String>,
    /// Only this currency.
    pub currency: Option<Currency>,
    /// Broken down by what.
    pub grouping: &'static str,
    /// In which buckets.
    pub bounds: Vec<i32>,
}

/// How many answers are kept: a team looks at a few days and groupings at a time.
const KEPT: usize = 32;

/// An answer, the books it was given from, and the question.
struct Entry<T> {
    question: Question,
    ledger_seq: i64,
    /// Held so that it cannot be mistaken for another; the portfolio itself is not, which would
    /// make its next catch-up copy it.
    names: Arc<CustomerNames>,
    answer: Arc<T>,
}

/// The last answers to expensive questions, each valid only for the books it was computed from.
pub struct Memo<T> {
    entries: Mutex<Vec<Entry<T>>>,
}

impl<T> Default for Memo<T> {
    fn default() -> Memo<T> {
        Memo { entries: Mutex::new(Vec::new()) }
    }
}

impl<T> Memo<T> {
    /// The answer to a question asked of `view`, computed if it is not at hand.
    pub fn get<E>(
        &self,
        question: Question,
        view: &View,
        compute: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let is_of = |entry: &Entry<T>| {
            entry.ledger_seq == view.ledger_seq && Arc::ptr_eq(&entry.names, &view.names)
        };
        {
            let entries = lock(&self.entries);
            let found = entries.iter().find(|e| e.question == question && is_of(e));
            if let Some(found) = found {
                return Ok(Arc::clone(&found.answer));
            }
        }
        let answer = Arc::new(compute()?);
        let mut entries = lock(&self.entries);
        entries.retain(|e| e.question != question);
        if entries.len() >= KEPT {
            entries.remove(0);
        }
        entries.push(Entry {
            question,
            ledger_seq: view.ledger_seq,
            names: Arc::clone(&view.names),
            answer: Arc::clone(&answer),
        });
        Ok(answer)
    }
}
