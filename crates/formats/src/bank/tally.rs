//! Counting the entries of a statement while they pass, and proving its balances.

use crate::problem;
use crate::record::{BankEntryRecord, Problem, StatementRecord};
use rust_decimal::Decimal;

/// What a statement's entries come to.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    entries: usize,
    details: usize,
    unreadable_amounts: usize,
    sum_credit: Decimal,
    sum_debit: Decimal,
}

impl Tally {
    /// Counts an entry and gives it its ordinal. Entries that are not booked are counted but not
    /// summed into the chain, which [`Tally::close`] proves.
    pub fn take(&mut self, entry: &mut BankEntryRecord) {
        self.entries += 1;
        entry.ordinal = self.entries;
        self.details += entry.details.len();
        match entry.amount {
            None => self.unreadable_amounts += 1,
            Some(amount) if amount.is_sign_negative() => self.sum_debit -= amount,
            Some(amount) => self.sum_credit += amount,
        }
    }

    /// Writes counts and sums into the statement and remarks when opening balance and movements do
    /// not give the closing balance: banks' own fixtures and people's edits break the chain, so it
    /// is a remark and never a refusal.
    pub fn close(self, statement: &mut StatementRecord) {
        statement.entries = self.entries;
        statement.details = self.details;
        statement.unreadable_amounts = self.unreadable_amounts;
        statement.sum_credit = self.sum_credit;
        statement.sum_debit = self.sum_debit;
        statement.problems.extend(self.broken_chain(statement));
    }

    fn broken_chain(&self, statement: &StatementRecord) -> Option<Problem> {
        let opening = statement.opening.as_ref()?.amount?;
        let closing = statement.closing.as_ref()?.amount?;
        let reached = opening + self.sum_credit - self.sum_debit;
        let is_broken = self.unreadable_amounts == 0 && reached != closing;
        is_broken.then(|| problem::balance_chain(&statement.place, closing, reached))
    }
}
