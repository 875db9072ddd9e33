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
    /// Net of what is booked, which the balances have to agree with.
    booked: Booked,
}

/// The movement of a balance by the entries booked.
#[derive(Clone, Debug, Default)]
struct Booked {
    net: Decimal,
    /// Whether an entry is in another currency than the rest, or sums passed every bound.
    is_unsure: bool,
    currency: Option<String>,
}

impl Tally {
    /// Counts an entry and gives it its ordinal. Entries that are not booked are counted but not
    /// part of the chain, which [`Tally::close`] proves.
    pub fn take(&mut self, entry: &mut BankEntryRecord) {
        self.entries += 1;
        entry.ordinal = self.entries;
        self.details += entry.details.len();
        match entry.amount {
            None => self.unreadable_amounts += 1,
            Some(amount) => self.add(amount, entry),
        }
    }

    fn add(&mut self, amount: Decimal, entry: &BankEntryRecord) {
        let side = match amount.is_sign_negative() {
            true => &mut self.sum_debit,
            false => &mut self.sum_credit,
        };
        let booked = &mut self.booked;
        match side.checked_add(amount.abs()) {
            Some(sum) => *side = sum,
            None => booked.is_unsure = true,
        }
        if entry.is_booked {
            let first =
                booked.currency.get_or_insert_with(|| entry.currency.clone().unwrap_or_default());
            booked.is_unsure |= *first != entry.currency.as_deref().unwrap_or_default();
            match booked.net.checked_add(amount) {
                Some(net) => booked.net = net,
                None => booked.is_unsure = true,
            }
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
        let (before, after) = (statement.opening.as_ref()?, statement.closing.as_ref()?);
        let (opening, closing) = (before.amount?, after.amount?);
        let reached = opening.checked_add(self.booked.net)?;
        let is_one_currency = before.currency == after.currency && !self.booked.is_unsure;
        let is_broken = is_one_currency && self.unreadable_amounts == 0 && reached != closing;
        is_broken.then(|| problem::balance_chain(&statement.place, closing, reached))
    }
}
