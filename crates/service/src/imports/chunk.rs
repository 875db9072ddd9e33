//! One chunk of an import: the transaction it is written in and everything it adds.

use super::annulment::Replacement;
use super::bank::Seen;
use super::parties::Directory;
use super::standing::Existing;
use crate::App;
use crate::book::Book;
use crate::clock;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::date::Day;
use puntual_core::id::{DocumentId, ImportId, PaymentId};
use puntual_store::document::{self, Reference};
use puntual_store::ledger::Recording;
use puntual_store::pending::{self, Pending};
use puntual_store::standing::{self, Dispute, Hold, Promise};
use puntual_store::timeline::{self, Event};
use puntual_store::{Scope, Tx, succession};
use std::collections::HashMap;

/// How many keys are looked up in one question to the store.
pub const LOOKUP: usize = 4_000;

/// A file as the chunk needs to know it.
#[derive(Clone, Debug, Default)]
pub struct SourceFile {
    /// Its name.
    pub name: String,
    /// Its hash, when its bytes are kept.
    pub kept_hash: Option<String>,
}

impl SourceFile {
    /// File and place inside it, for people.
    pub fn place(&self, inside: &str) -> String {
        if inside.is_empty() { self.name.clone() } else { format!("{} {inside}", self.name) }
    }
}

/// Whether facts count as known now, or on the day each took effect (first load of history).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Recorded {
    /// Known today.
    #[default]
    Now,
    /// Known on the day it took effect.
    Effective,
}

/// What is being written in one transaction.
pub struct Chunk<'a, 'c> {
    /// The program's parts.
    pub app: &'a App,
    /// Who imports for whom.
    pub ctx: &'a Ctx,
    /// The transaction.
    pub tx: &'a mut Tx<'c>,
    /// The batch.
    pub import: ImportId,
    /// When facts count as known.
    pub recorded: Recorded,
    /// The files the records come from, by position.
    pub sources: &'a [SourceFile],
    /// Disputes, promises and holds there are.
    pub existing: &'a mut Existing,
    /// The creditor's customers.
    pub directory: &'a mut Directory,
    /// Money facts added.
    pub book: Book,
    /// Credit notes added, by number.
    pub notes: HashMap<String, DocumentId>,
    /// Payments added by this import, by key.
    pub payments: &'a mut HashMap<String, PaymentId>,
    /// How often each likeness has been met in this import.
    pub met: &'a mut HashMap<i64, i64>,
    /// What the import remembers of banks.
    pub bank: &'a mut Seen,
    /// References added.
    pub references: Vec<Reference>,
    /// Documents of this chunk that take the place of others, as they say it.
    pub replacements: Vec<Replacement>,
    /// Documents replaced, and the key of what takes their place.
    pub replaced: HashMap<DocumentId, String>,
    /// Who holds a claim now, nobody else when it came back; the last of a document stands.
    pub assigned: Vec<(DocumentId, Option<String>)>,
    /// Debt documents added, by key and by `number:N`.
    pub debts: HashMap<String, DocumentId>,
    /// Disputes added.
    pub disputes: Vec<Dispute>,
    /// Promises added.
    pub promises: Vec<Promise>,
    /// Holds added.
    pub holds: Vec<Hold>,
    /// Lines of the customers' history added.
    pub events: Vec<Event>,
    /// Applications and what is told, that wait for something not seen yet.
    pub waiting: Vec<Pending>,
    /// Whether any document has ended: most portfolios have none, and payments ask often.
    pub something_ended: bool,
    /// Whether anything waits.
    pub something_waits: bool,
}

impl Chunk<'_, '_> {
    /// The rows it writes.
    pub fn scope(&self) -> Scope {
        self.ctx.scope()
    }

    /// The day a fact of `effective` counts as known on.
    pub fn recorded_on(&self, effective: Day) -> Day {
        match self.recorded {
            Recorded::Now => self.ctx.today,
            Recorded::Effective => effective.min(self.ctx.today),
        }
    }

    /// The same as an instant, in milliseconds.
    pub fn recorded_at(&self, effective: Day) -> i64 {
        match self.recorded {
            Recorded::Now => self.ctx.now_ms,
            Recorded::Effective => {
                let noon = clock::instant_of(
                    effective.min(self.ctx.today),
                    12 * 60,
                    &self.ctx.creditor.time_zone,
                );
                noon.min(self.ctx.now_ms)
            }
        }
    }

    /// Counts one more record of this likeness; answers how many there were with it.
    pub fn repeats(&mut self, likeness: i64) -> i64 {
        let count = self.met.entry(likeness).or_insert(0);
        *count += 1;
        *count
    }

    /// Writes everything the chunk added.
    pub fn write(mut self) -> Result<(), ServiceError> {
        let scope = self.scope();
        let recording = Recording {
            recorded_at: self.ctx.now_ms,
            import: Some(self.import),
            actor: &self.ctx.actor,
        };
        self.directory.write(self.tx, scope, self.ctx.now_ms)?;
        std::mem::take(&mut self.book).write(self.tx, scope, recording)?;
        document::insert_references(self.tx, scope, &self.references)?;
        standing::insert_disputes(self.tx, scope, &self.disputes)?;
        standing::insert_promises(self.tx, scope, &self.promises)?;
        standing::insert_holds(self.tx, scope, &self.holds)?;
        pending::insert_many(self.tx, scope, &self.waiting)?;
        timeline::append(self.tx, scope, &self.events)?;
        for (document, holder) in &self.assigned {
            succession::set_holder(self.tx, scope, *document, holder.as_deref())?;
        }
        for (document, heir_key) in &self.replaced {
            succession::set_heir(self.tx, scope, *document, heir_key)?;
        }
        Ok(())
    }
}
