//! The books being written: documents, cash and what each took off which document, as whole
//! smallest units. It keeps every document's balance, refuses what lies in the future and never
//! takes more off a document than is open. Who pays when is decided by its callers; `records.rs`
//! turns the finished books into records.

use super::Country;
use super::customers::Customer;
use super::identity;
use super::rates::Rates;
use super::{ContactChannel, ContactOutcome};
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_formats::record::{AllocationKind, DocumentKind, ReferenceEffect};
use std::collections::BTreeMap;

/// A document by its place in the books.
pub(super) type DocId = usize;

/// An invoice, a credit note or a debit note.
pub(super) struct Doc {
    /// What it is.
    pub(super) kind: DocumentKind,
    /// Whose: an index into the customers.
    pub(super) customer: usize,
    /// Its currency.
    pub(super) currency: Currency,
    /// Day of issue.
    pub(super) issue: Day,
    /// Due dates with their parts of the total.
    pub(super) dues: Vec<(Day, i64)>,
    /// Before tax.
    pub(super) net_minor: i64,
    /// Value-added tax.
    pub(super) tax_minor: i64,
    /// Net and tax.
    pub(super) total_minor: i64,
    /// What is still owed, by the movements written so far.
    pub(super) open_minor: i64,
    /// Its movements, as indexes; written in no order of days.
    pub(super) moves: Vec<usize>,
    /// The document it corrects, how, and why in words.
    pub(super) corrects: Option<(DocId, ReferenceEffect, &'static str)>,
}

/// Money received, one per customer, currency, day and purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CashKey {
    /// Day of the money.
    pub(super) day: Day,
    /// Who paid.
    pub(super) customer: usize,
    /// In what.
    pub(super) currency: Currency,
    /// Received on account: for no document yet.
    pub(super) on_account: bool,
}

/// What is known of a receipt besides its key.
pub(super) struct Cash {
    /// Amount, smallest units.
    pub(super) amount_minor: i64,
    /// Day it was recorded.
    pub(super) known_on: Day,
    /// Paid by cheque.
    pub(super) by_cheque: bool,
    /// The documents it paid, in the order written.
    pub(super) docs: Vec<DocId>,
    /// Day the bank returned it.
    pub(super) bounced_on: Option<Day>,
}

/// Where a movement comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A receipt.
    Cash(CashKey),
    /// A credit note.
    Note(DocId),
    /// Nowhere: the debt was given up.
    Nothing,
}

/// One movement of a document's balance.
pub(super) struct Movement {
    /// Day it took effect.
    pub(super) day: Day,
    /// Day it was recorded.
    pub(super) known_on: Day,
    /// Of which document.
    pub(super) doc: DocId,
    /// Taken off the balance; negative puts it back.
    pub(super) amount_minor: i64,
    /// What it is.
    pub(super) kind: AllocationKind,
    /// Whence.
    pub(super) source: Source,
}

/// A promise to pay a document.
pub(super) struct Promise {
    /// Day it was made.
    pub(super) made: Day,
    /// Of which document.
    pub(super) doc: DocId,
    /// For when.
    pub(super) promised: Day,
    /// How much.
    pub(super) amount_minor: i64,
}

/// A dispute of a document.
pub(super) struct Dispute {
    /// Day it was opened.
    pub(super) opened: Day,
    /// Of which document.
    pub(super) doc: DocId,
    /// Why.
    pub(super) reason: &'static str,
}

/// A call, message or note.
pub(super) struct Contact {
    /// When.
    pub(super) day: Day,
    /// With whom: an index into the customers.
    pub(super) customer: usize,
    /// About which documents.
    pub(super) docs: Vec<DocId>,
    /// By which means.
    pub(super) channel: ContactChannel,
    /// What came of it.
    pub(super) outcome: ContactOutcome,
    /// In words; `{doc}` stands for the first document.
    pub(super) text: String,
}

/// The books of one creditor.
pub(super) struct Book<'a> {
    /// Country of the creditor.
    pub(super) country: Country,
    /// Its working days.
    pub(super) calendar: &'a Calendar,
    /// First day of the books.
    pub(super) first: Day,
    /// Last day: nothing later is written.
    pub(super) today: Day,
    /// Rates by day.
    pub(super) rates: &'a Rates,
    /// Customers the indexes point to.
    pub(super) customers: &'a [Customer],
    /// Documents, in the order written.
    pub(super) docs: Vec<Doc>,
    /// Receipts.
    pub(super) cash: BTreeMap<CashKey, Cash>,
    /// Movements, in the order written.
    pub(super) movements: Vec<Movement>,
    /// Promises.
    pub(super) promises: Vec<Promise>,
    /// Disputes.
    pub(super) disputes: Vec<Dispute>,
    /// Contacts and notes.
    pub(super) contacts: Vec<Contact>,
}

impl<'a> Book<'a> {
    /// Empty books from `first` to `today`.
    pub(super) fn new(
        country: Country,
        calendar: &'a Calendar,
        first: Day,
        today: Day,
        rates: &'a Rates,
        customers: &'a [Customer],
    ) -> Book<'a> {
        Book {
            country,
            calendar,
            first,
            today,
            rates,
            customers,
            docs: Vec::new(),
            cash: BTreeMap::new(),
            movements: Vec::new(),
            promises: Vec::new(),
            disputes: Vec::new(),
            contacts: Vec::new(),
        }
    }

    /// An invoice of a net amount with tax, its total split evenly over the due dates.
    pub(super) fn invoice(
        &mut self,
        customer: usize,
        currency: Currency,
        issue: Day,
        due_days: &[Day],
        net_minor: i64,
    ) -> DocId {
        let tax_minor = half_up_percent(net_minor, identity::tax_percent(self.country));
        let total_minor = net_minor + tax_minor;
        let total = puntual_core::money::Money::new(total_minor, currency);
        let parts = total.split(&vec![1; due_days.len()]);
        let dues = due_days.iter().zip(parts).map(|(day, part)| (*day, part.minor)).collect();
        self.docs.push(Doc {
            kind: DocumentKind::Invoice,
            customer,
            currency,
            issue,
            dues,
            net_minor,
            tax_minor,
            total_minor,
            open_minor: total_minor,
            moves: Vec::new(),
            corrects: None,
        });
        self.docs.len() - 1
    }

    /// A credit note over `percent` of the invoice, applied to it on its day; what it took off.
    pub(super) fn credit_note(
        &mut self,
        doc: DocId,
        day: Day,
        percent: i64,
        reason: &'static str,
    ) -> i64 {
        let invoice = &self.docs[doc];
        if day > self.today || invoice.open_minor < invoice.total_minor {
            return 0;
        }
        let (customer, currency) = (invoice.customer, invoice.currency);
        let (net_minor, tax_minor) = if percent >= 100 {
            (invoice.net_minor, invoice.tax_minor)
        } else {
            let net_minor = half_up_percent(invoice.net_minor, percent).max(1);
            (net_minor, half_up_percent(net_minor, identity::tax_percent(self.country)))
        };
        let total_minor = net_minor + tax_minor;
        let effect =
            if percent >= 100 { ReferenceEffect::Cancels } else { ReferenceEffect::Adjusts };
        self.docs.push(Doc {
            kind: DocumentKind::CreditNote,
            customer,
            currency,
            issue: day,
            dues: Vec::new(),
            net_minor,
            tax_minor,
            total_minor,
            open_minor: 0,
            moves: Vec::new(),
            corrects: Some((doc, effect, reason)),
        });
        let source = Source::Note(self.docs.len() - 1);
        self.take_off(doc, day, day, total_minor, AllocationKind::CreditNote, source);
        total_minor
    }

    /// A debit note that adds `percent` of the invoice's net as a debt of its own.
    pub(super) fn debit_note(
        &mut self,
        doc: DocId,
        day: Day,
        due: Day,
        percent: i64,
        reason: &'static str,
    ) -> DocId {
        let invoice = &self.docs[doc];
        let (customer, currency) = (invoice.customer, invoice.currency);
        let net_minor = half_up_percent(invoice.net_minor, percent).max(1);
        let id = self.invoice(customer, currency, day, &[due], net_minor);
        self.docs[id].kind = DocumentKind::DebitNote;
        self.docs[id].corrects = Some((doc, ReferenceEffect::Adjusts, reason));
        id
    }

    /// Cash for a document, on a day. Receipts of one customer, currency and day are one payment.
    /// `recorded_after` days pass until it is known. `None` when that day has not come or nothing
    /// is open.
    pub(super) fn pay(
        &mut self,
        doc: DocId,
        day: Day,
        amount_minor: i64,
        by_cheque: bool,
        recorded_after: i32,
    ) -> Option<CashKey> {
        let amount_minor = amount_minor.min(self.docs[doc].open_minor);
        if day > self.today || day < self.docs[doc].issue || amount_minor <= 0 {
            return None;
        }
        let Doc { customer, currency, .. } = self.docs[doc];
        let key = CashKey { day, customer, currency, on_account: false };
        let known_on = self.receive(key, amount_minor, by_cheque, recorded_after);
        if let Some(cash) = self.cash.get_mut(&key) {
            cash.docs.push(doc);
        }
        let source = Source::Cash(key);
        self.take_off(doc, day, known_on, amount_minor, AllocationKind::Payment, source);
        Some(key)
    }

    /// Cash for no document yet.
    pub(super) fn advance(&mut self, customer: usize, currency: Currency, day: Day, minor: i64) {
        if day <= self.today && minor > 0 {
            self.receive(CashKey { day, customer, currency, on_account: true }, minor, false, 0);
        }
    }

    /// The bank returns a receipt: all it had paid is owed again.
    pub(super) fn bounce(&mut self, key: CashKey, day: Day) {
        let Some(cash) = self.cash.get_mut(&key).filter(|c| c.bounced_on.is_none()) else { return };
        let day = day.max(cash.known_on);
        if day > self.today {
            return;
        }
        cash.bounced_on = Some(day);
        let paid: Vec<(DocId, i64)> = self
            .movements
            .iter()
            .filter(|movement| movement.source == Source::Cash(key))
            .map(|movement| (movement.doc, movement.amount_minor))
            .collect();
        for (doc, amount_minor) in paid {
            let kind = AllocationKind::Reversal;
            self.take_off(doc, day, day, -amount_minor, kind, Source::Cash(key));
        }
    }

    /// What is open of a document is given up.
    pub(super) fn write_off(&mut self, doc: DocId, day: Day) {
        let open_minor = self.docs[doc].open_minor;
        if day <= self.today && open_minor > 0 {
            let kind = AllocationKind::WriteOff;
            self.take_off(doc, day, day, open_minor, kind, Source::Nothing);
        }
    }

    /// Whether a line due on `due` of this document is late today.
    pub(super) fn overdue_days(&self, doc: DocId) -> i32 {
        match self.docs[doc].dues.first() {
            Some((due, _)) if self.docs[doc].open_minor > 0 => (self.today - *due).max(0),
            _ => 0,
        }
    }

    /// What was open of a document at the end of a day.
    pub(super) fn open_on(&self, doc: DocId, day: Day) -> i64 {
        let moves = self.docs[doc].moves.iter().map(|index| &self.movements[*index]);
        let until = moves.filter(|movement| movement.day <= day);
        self.docs[doc].total_minor - until.map(|movement| movement.amount_minor).sum::<i64>()
    }

    /// Day the balance of a document became zero, if it is.
    pub(super) fn settled_on(&self, doc: DocId) -> Option<Day> {
        let owed = &self.docs[doc];
        let last = owed.moves.iter().map(|index| self.movements[*index].day).max();
        last.filter(|_| owed.open_minor == 0)
    }

    /// The invoices of a customer, in the order written.
    pub(super) fn invoices_of(&self, customer: usize) -> Vec<DocId> {
        (0..self.docs.len())
            .filter(|id| {
                self.docs[*id].customer == customer && self.docs[*id].kind == DocumentKind::Invoice
            })
            .collect()
    }

    /// Adds to the receipt and returns the day it is known.
    fn receive(&mut self, key: CashKey, minor: i64, by_cheque: bool, after: i32) -> Day {
        let known_on = self.calendar.working_day_on_or_after(key.day + after).min(self.today);
        let cash = self.cash.entry(key).or_insert(Cash {
            amount_minor: 0,
            known_on,
            by_cheque,
            docs: Vec::new(),
            bounced_on: None,
        });
        cash.amount_minor += minor;
        cash.known_on
    }

    fn take_off(
        &mut self,
        doc: DocId,
        day: Day,
        known_on: Day,
        amount_minor: i64,
        kind: AllocationKind,
        source: Source,
    ) {
        let owed = &mut self.docs[doc];
        owed.open_minor -= amount_minor;
        owed.moves.push(self.movements.len());
        self.movements.push(Movement { day, known_on, doc, amount_minor, kind, source });
    }
}

/// `percent` of an amount, half up to the smallest unit.
pub(super) fn half_up_percent(minor: i64, percent: i64) -> i64 {
    (minor * percent * 2 + 100).div_euclid(200)
}
