//! The ledger: accounts, and entries that cannot be out of balance.
//!
//! An [`Entry`] is a transfer: it debits one account and credits another by one positive amount of
//! one currency. A transaction is the entries that share a [`TxId`]. Nothing is edited: a mistake
//! is undone by entries that transfer the same amounts back ([`Entry::reversal`]).
//!
//! Each entry carries two dates: when the fact took effect and when it became known.

use crate::currency::Currency;
use crate::date::Day;
use crate::id::{CustomerId, ReceivableId, TxId};

/// The accounts money moves between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What customers owe on documents.
    Receivable,
    /// Credit of customers not applied to any document: payments on account, credit notes, excess.
    Unapplied,
    /// Money received.
    Cash,
    /// What was sold, the other side of an invoice. Credit notes debit it.
    Sales,
    /// What was given up as uncollectible.
    WriteOff,
    /// Taxes the customer withheld and will certify.
    Withholding,
    /// Discounts granted.
    Discount,
    /// Late interest, compensation and the interest of agreements: what debts earned.
    Interest,
    /// Balances on their way from old receivables into the instalments of an agreement; nothing
    /// stays on it.
    Agreement,
}

impl Account {
    /// Every account.
    pub const ALL: [Account; 9] = [
        Account::Receivable,
        Account::Unapplied,
        Account::Cash,
        Account::Sales,
        Account::WriteOff,
        Account::Withholding,
        Account::Discount,
        Account::Interest,
        Account::Agreement,
    ];

    /// The word kept in the store and printed in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Account::Receivable => "receivable",
            Account::Unapplied => "unapplied",
            Account::Cash => "cash",
            Account::Sales => "sales",
            Account::WriteOff => "write_off",
            Account::Withholding => "withholding",
            Account::Discount => "discount",
            Account::Interest => "interest",
            Account::Agreement => "agreement",
        }
    }

    /// The account of a word written by [`Account::as_str`].
    pub fn from_word(word: &str) -> Option<Account> {
        Account::ALL.into_iter().find(|account| account.as_str() == word)
    }
}

/// What an entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A document created a receivable.
    Issue,
    /// Money came in.
    Payment,
    /// Money received was applied to a receivable.
    AllocateCash,
    /// A credit note was issued.
    CreditNote,
    /// A credit note was applied to a receivable.
    AllocateCredit,
    /// A receivable was written off.
    WriteOff,
    /// A receivable was settled by tax withheld.
    Withhold,
    /// A receivable was settled by a discount.
    Discount,
    /// A receivable was reduced outside what this ledger saw (an export says less is open).
    ExternalSettlement,
    /// A payment bounced, and its application with it.
    Bounce,
    /// A receivable's balance moved into an agreement.
    Replace,
    /// Interest agreed for the time of an agreement.
    AgreedInterest,
    /// A receivable ended because its document was cancelled or another took its place.
    Annul,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [EntryKind; 13] = [
        EntryKind::Issue,
        EntryKind::Payment,
        EntryKind::AllocateCash,
        EntryKind::CreditNote,
        EntryKind::AllocateCredit,
        EntryKind::WriteOff,
        EntryKind::Withhold,
        EntryKind::Discount,
        EntryKind::ExternalSettlement,
        EntryKind::Bounce,
        EntryKind::Replace,
        EntryKind::AgreedInterest,
        EntryKind::Annul,
    ];

    /// The word kept in the store and printed in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            EntryKind::Issue => "issue",
            EntryKind::Payment => "payment",
            EntryKind::AllocateCash => "allocate_cash",
            EntryKind::CreditNote => "credit_note",
            EntryKind::AllocateCredit => "allocate_credit",
            EntryKind::WriteOff => "write_off",
            EntryKind::Withhold => "withhold",
            EntryKind::Discount => "discount",
            EntryKind::ExternalSettlement => "external_settlement",
            EntryKind::Bounce => "bounce",
            EntryKind::Replace => "replace",
            EntryKind::AgreedInterest => "agreed_interest",
            EntryKind::Annul => "annul",
        }
    }

    /// The kind of a word written by [`EntryKind::as_str`].
    pub fn from_word(word: &str) -> Option<EntryKind> {
        EntryKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One transfer between two accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The transaction it belongs to.
    pub tx: TxId,
    /// What it records.
    pub kind: EntryKind,
    /// Account debited.
    pub debit: Account,
    /// Account credited; never the one debited.
    pub credit: Account,
    /// Whose account it is.
    pub customer: CustomerId,
    /// The receivable moved, when [`Account::Receivable`] is one of the two.
    pub receivable: Option<ReceivableId>,
    /// The payment or credit note the value comes from, or the document that takes the place of an
    /// annulled one: its id as a number.
    pub source: Option<i64>,
    /// Currency of the amount.
    pub currency: Currency,
    /// Smallest units moved; positive.
    pub amount_minor: i64,
    /// When the fact took effect.
    pub effective_on: Day,
    /// When it became known.
    pub recorded_on: Day,
    /// Sequence number of the entry this one takes back.
    pub reverses: Option<i64>,
}

/// Why an entry was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The amount is zero or negative.
    #[error("a ledger entry moves a positive amount, not {0}")]
    NotPositive(i64),
    /// Debit and credit are the same account.
    #[error("a ledger entry moves between two accounts, not within {0:?}")]
    SameAccount(Account),
    /// The receivable account is moved without saying which receivable, or the reverse.
    #[error("an entry names a receivable exactly when it moves the receivable account")]
    ReceivableMismatch,
    /// The unapplied account is moved without saying which payment or credit note.
    #[error("an entry that moves unapplied credit names the payment or credit note")]
    SourceMissing,
}

impl Entry {
    /// Proves the entry is one the ledger may hold.
    pub fn checked(self) -> Result<Entry, LedgerError> {
        let touches = |account| self.debit == account || self.credit == account;
        if self.amount_minor <= 0 {
            return Err(LedgerError::NotPositive(self.amount_minor));
        }
        if self.debit == self.credit {
            return Err(LedgerError::SameAccount(self.debit));
        }
        if touches(Account::Receivable) != self.receivable.is_some() {
            return Err(LedgerError::ReceivableMismatch);
        }
        if touches(Account::Unapplied) && self.source.is_none() {
            return Err(LedgerError::SourceMissing);
        }
        Ok(self)
    }

    /// What the entry adds to `account`: positive when it debits it.
    pub fn effect_on(&self, account: Account) -> i64 {
        i64::from(self.debit == account) * self.amount_minor
            - i64::from(self.credit == account) * self.amount_minor
    }

    /// The entry that takes this one back. `effective_on` says from which day on it no longer
    /// counts: the day of the original when it never should have been, a later day when something
    /// happened then (a bounce).
    pub fn reversal(
        &self,
        seq: i64,
        tx: TxId,
        kind: EntryKind,
        effective_on: Day,
        recorded_on: Day,
    ) -> Entry {
        Entry {
            tx,
            kind,
            debit: self.credit,
            credit: self.debit,
            effective_on,
            recorded_on,
            reverses: Some(seq),
            ..self.clone()
        }
    }
}
