//! The book: what one transaction adds to the money tables. Entries are posted one by one; the
//! cached balances follow from them, and everything is written at once by [`Book::write`].

use crate::error::ServiceError;
use puntual_core::id::{DocumentId, PaymentId, ReceivableId};
use puntual_core::ledger::{Account, Entry, EntryKind};
use puntual_store::document::{self, Document};
use puntual_store::ledger::{self, Recording};
use puntual_store::payment::{self, Payment};
use puntual_store::receivable::{self, Receivable};
use puntual_store::{Scope, Tx};
use std::collections::HashMap;

/// Facts of one transaction, not written yet.
#[derive(Debug, Default)]
pub struct Book {
    entries: Vec<Entry>,
    documents: Vec<Document>,
    receivables: Vec<Receivable>,
    by_document: HashMap<DocumentId, Vec<usize>>,
    payments: Vec<Payment>,
    open: HashMap<ReceivableId, i64>,
    unapplied_cash: HashMap<PaymentId, i64>,
    unapplied_credit: HashMap<DocumentId, i64>,
}

impl Book {
    /// Adds a new document; its unapplied credit follows from the entries posted.
    pub fn add_document(&mut self, document: Document) {
        self.documents.push(document);
    }

    /// Adds a new receivable; its open amount follows from the entries posted.
    pub fn add_receivable(&mut self, receivable: Receivable) {
        self.by_document.entry(receivable.document).or_default().push(self.receivables.len());
        self.receivables.push(receivable);
    }

    /// Adds a new payment; its unapplied amount follows from the entries posted.
    pub fn add_payment(&mut self, payment: Payment) {
        self.payments.push(payment);
    }

    /// Adds an entry and moves the cached balances with it.
    pub fn post(&mut self, entry: Entry) {
        if let Some(receivable) = entry.receivable {
            *self.open.entry(receivable).or_default() += entry.effect_on(Account::Receivable);
        }
        if let Some(source) = entry.source {
            // Unapplied credit is a liability: crediting the account adds to it.
            let change = -entry.effect_on(Account::Unapplied);
            match entry.kind {
                EntryKind::CreditNote | EntryKind::AllocateCredit => {
                    *self.unapplied_credit.entry(DocumentId(source)).or_default() += change;
                }
                _ => *self.unapplied_cash.entry(PaymentId(source)).or_default() += change,
            }
        }
        self.entries.push(entry);
    }

    /// What this book changes of a receivable's open amount.
    pub fn open_change(&self, receivable: ReceivableId) -> i64 {
        self.open.get(&receivable).copied().unwrap_or_default()
    }

    /// What this book changes of a payment's unapplied amount.
    pub fn unapplied_cash_change(&self, payment: PaymentId) -> i64 {
        self.unapplied_cash.get(&payment).copied().unwrap_or_default()
    }

    /// What this book changes of a credit note's unapplied amount.
    pub fn unapplied_credit_change(&self, note: DocumentId) -> i64 {
        self.unapplied_credit.get(&note).copied().unwrap_or_default()
    }

    /// Entries this book posts on these receivables.
    pub fn entries_of(&self, receivables: &[ReceivableId]) -> impl Iterator<Item = &Entry> {
        let wanted = |entry: &&Entry| entry.receivable.is_some_and(|r| receivables.contains(&r));
        self.entries.iter().filter(wanted)
    }

    /// A document this book adds.
    pub fn new_document(&self, id: DocumentId) -> Option<&Document> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// Receivables this book adds, of one document.
    pub fn new_receivables_of(&self, document: DocumentId) -> Vec<Receivable> {
        let positions = self.by_document.get(&document).map(Vec::as_slice).unwrap_or_default();
        positions.iter().map(|at| self.receivables[*at].clone()).collect()
    }

    /// Writes everything; the book is spent.
    pub fn write(
        mut self,
        tx: &mut Tx<'_>,
        scope: Scope,
        recording: Recording<'_>,
    ) -> Result<(), ServiceError> {
        for document in &mut self.documents {
            document.unapplied_minor = self.unapplied_credit.remove(&document.id).unwrap_or(0);
        }
        for receivable in &mut self.receivables {
            receivable.open_minor = self.open.remove(&receivable.id).unwrap_or(0);
        }
        for payment in &mut self.payments {
            payment.unapplied_minor = self.unapplied_cash.remove(&payment.id).unwrap_or(0);
        }
        document::insert_many(tx, scope, &self.documents)?;
        receivable::insert_many(tx, scope, &self.receivables)?;
        payment::insert_many(tx, scope, &self.payments)?;
        receivable::add_open(tx, scope, &sorted(self.open))?;
        payment::add_unapplied(tx, scope, &sorted(self.unapplied_cash))?;
        document::add_unapplied(tx, scope, &sorted(self.unapplied_credit))?;
        ledger::append(tx, scope, &self.entries, recording)?;
        Ok(())
    }
}

/// The changes that are not zero, in the order of their ids: two writers that touch the same rows
/// touch them in the same order and cannot block each other for ever.
fn sorted<I: Ord + Copy>(changes: HashMap<I, i64>) -> Vec<(I, i64)> {
    let mut list: Vec<(I, i64)> = changes.into_iter().filter(|(_, change)| *change != 0).collect();
    list.sort_unstable_by_key(|(id, _)| *id);
    list
}
