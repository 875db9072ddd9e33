//! Business fact to ledger entries: the only place that knows which accounts a fact moves.

use crate::currency::Currency;
use crate::date::Day;
use crate::id::{CustomerId, DocumentId, PaymentId, ReceivableId, TxId};
use crate::ledger::{Account, Entry, EntryKind, LedgerError};

/// What every posting needs to say: which transaction, whose account, in what currency, when it
/// took effect and when it became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The transaction the entries belong to.
    pub tx: TxId,
    /// Whose account.
    pub customer: CustomerId,
    /// Currency of the amounts.
    pub currency: Currency,
    /// When the fact took effect.
    pub effective_on: Day,
    /// When it became known.
    pub recorded_on: Day,
}

/// Where the value of an allocation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Money received.
    Payment(PaymentId),
    /// A credit note.
    CreditNote(DocumentId),
}

impl Source {
    /// The id as the ledger keeps it.
    pub fn number(self) -> i64 {
        match self {
            Source::Payment(id) => id.0,
            Source::CreditNote(id) => id.0,
        }
    }
}

impl Posting {
    fn entry(
        self,
        kind: EntryKind,
        (debit, credit): (Account, Account),
        receivable: Option<ReceivableId>,
        source: Option<i64>,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        Entry {
            tx: self.tx,
            kind,
            debit,
            credit,
            customer: self.customer,
            receivable,
            source,
            currency: self.currency,
            amount_minor,
            effective_on: self.effective_on,
            recorded_on: self.recorded_on,
            reverses: None,
        }
        .checked()
    }

    /// A document created a receivable: receivable against sales.
    pub fn issue(self, receivable: ReceivableId, amount_minor: i64) -> Result<Entry, LedgerError> {
        let accounts = (Account::Receivable, Account::Sales);
        self.entry(EntryKind::Issue, accounts, Some(receivable), None, amount_minor)
    }

    /// Late interest or compensation was charged by a note: receivable against interest.
    pub fn charge(self, receivable: ReceivableId, amount_minor: i64) -> Result<Entry, LedgerError> {
        let accounts = (Account::Receivable, Account::Interest);
        self.entry(EntryKind::Issue, accounts, Some(receivable), None, amount_minor)
    }

    /// An agreement took over what was open of a receivable.
    pub fn replace(
        self,
        receivable: ReceivableId,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        let accounts = (Account::Agreement, Account::Receivable);
        self.entry(EntryKind::Replace, accounts, Some(receivable), None, amount_minor)
    }

    /// Part of a receivable was forgiven.
    pub fn discount(
        self,
        receivable: ReceivableId,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        let accounts = (Account::Discount, Account::Receivable);
        self.entry(EntryKind::Discount, accounts, Some(receivable), None, amount_minor)
    }

    /// Interest was agreed for the time of an agreement: it is owed with its instalments.
    pub fn agreed_interest(self, amount_minor: i64) -> Result<Entry, LedgerError> {
        let accounts = (Account::Agreement, Account::Interest);
        self.entry(EntryKind::AgreedInterest, accounts, None, None, amount_minor)
    }

    /// An instalment of an agreement: receivable against what the agreement took over.
    pub fn instalment(
        self,
        receivable: ReceivableId,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        let accounts = (Account::Receivable, Account::Agreement);
        self.entry(EntryKind::Issue, accounts, Some(receivable), None, amount_minor)
    }

    /// Money came in: cash against unapplied credit.
    pub fn payment(self, payment: PaymentId, amount_minor: i64) -> Result<Entry, LedgerError> {
        let accounts = (Account::Cash, Account::Unapplied);
        self.entry(EntryKind::Payment, accounts, None, Some(payment.0), amount_minor)
    }

    /// A credit note was issued: sales against unapplied credit.
    pub fn credit_note(self, note: DocumentId, amount_minor: i64) -> Result<Entry, LedgerError> {
        let accounts = (Account::Sales, Account::Unapplied);
        self.entry(EntryKind::CreditNote, accounts, None, Some(note.0), amount_minor)
    }

    /// Unapplied credit was applied to a receivable.
    pub fn allocate(
        self,
        source: Source,
        receivable: ReceivableId,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        let kind = match source {
            Source::Payment(_) => EntryKind::AllocateCash,
            Source::CreditNote(_) => EntryKind::AllocateCredit,
        };
        let accounts = (Account::Unapplied, Account::Receivable);
        self.entry(kind, accounts, Some(receivable), Some(source.number()), amount_minor)
    }

    /// What was applied to a receivable is given back: its document was cancelled or replaced, so
    /// that nothing is left to pay there.
    pub fn release(
        self,
        source: Source,
        receivable: ReceivableId,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        Ok(opposite(self.allocate(source, receivable, amount_minor)?))
    }

    /// The buyer keeps part of the receivable by law, or pays it to the tax office: it is settled,
    /// and the buyer owes the proof of it.
    pub fn withhold(
        self,
        receivable: ReceivableId,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        let accounts = (Account::Withholding, Account::Receivable);
        self.entry(EntryKind::Withhold, accounts, Some(receivable), None, amount_minor)
    }

    /// What counted as withheld was not, because nothing is owed any more.
    pub fn give_back_withheld(
        self,
        receivable: ReceivableId,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        Ok(opposite(self.withhold(receivable, amount_minor)?))
    }

    /// What is open of a receivable ends: its document was cancelled, or `heir` takes its place.
    pub fn annul(
        self,
        receivable: ReceivableId,
        heir: Option<DocumentId>,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        let accounts = (Account::Sales, Account::Receivable);
        let source = heir.map(|document| document.0);
        self.entry(EntryKind::Annul, accounts, Some(receivable), source, amount_minor)
    }

    /// A receivable was given up as uncollectible. The claim may survive; the asset does not.
    pub fn write_off(
        self,
        receivable: ReceivableId,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        let accounts = (Account::WriteOff, Account::Receivable);
        self.entry(EntryKind::WriteOff, accounts, Some(receivable), None, amount_minor)
    }

    /// Money came for what had been written off: that much is owed again, to be paid at once.
    pub fn recover(
        self,
        receivable: ReceivableId,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        let accounts = (Account::Receivable, Account::WriteOff);
        self.entry(EntryKind::WriteOff, accounts, Some(receivable), None, amount_minor)
    }

    /// An export of open items says part of the receivable was settled before this ledger knew it.
    pub fn external_settlement(
        self,
        receivable: ReceivableId,
        amount_minor: i64,
    ) -> Result<Entry, LedgerError> {
        let accounts = (Account::Cash, Account::Receivable);
        self.entry(EntryKind::ExternalSettlement, accounts, Some(receivable), None, amount_minor)
    }

    /// A payment bounced on the effective day: what it had paid is open again, and the money is
    /// gone. Two entries, one transaction.
    pub fn bounce(
        self,
        payment: PaymentId,
        receivable: ReceivableId,
        amount_minor: i64,
    ) -> Result<[Entry; 2], LedgerError> {
        let reopen = (Account::Receivable, Account::Unapplied);
        let return_money = (Account::Unapplied, Account::Cash);
        let source = Some(payment.0);
        Ok([
            self.entry(EntryKind::Bounce, reopen, Some(receivable), source, amount_minor)?,
            self.entry(EntryKind::Bounce, return_money, None, source, amount_minor)?,
        ])
    }
}

/// The same amount moved the other way by a fact of its own, which takes nothing back.
fn opposite(entry: Entry) -> Entry {
    Entry { debit: entry.credit, credit: entry.debit, ..entry }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn posting(day: i32) -> Posting {
        Posting {
            tx: TxId(1),
            customer: CustomerId(7),
            currency: Currency::CLP,
            effective_on: Day(day),
            recorded_on: Day(day),
        }
    }

    fn balance(entries: &[Entry], account: Account) -> i64 {
        entries.iter().map(|entry| entry.effect_on(account)).sum()
    }

    #[test]
    fn a_paid_and_bounced_invoice_is_open_again_and_the_cash_is_gone() {
        let (receivable, payment) = (ReceivableId(1), PaymentId(2));
        let mut entries = vec![
            posting(0).issue(receivable, 1_190_000).unwrap(),
            posting(30).payment(payment, 1_190_000).unwrap(),
            posting(30).allocate(Source::Payment(payment), receivable, 1_190_000).unwrap(),
        ];
        assert_eq!(balance(&entries, Account::Receivable), 0);
        entries.extend(posting(35).bounce(payment, receivable, 1_190_000).unwrap());
        assert_eq!(balance(&entries, Account::Receivable), 1_190_000);
        assert_eq!(balance(&entries, Account::Cash), 0);
        assert_eq!(balance(&entries, Account::Unapplied), 0);
    }

    #[test]
    fn an_annulled_invoice_owes_nothing_and_what_had_paid_it_is_credit() {
        let (receivable, source) = (ReceivableId(1), Source::Payment(PaymentId(2)));
        let entries = [
            posting(0).issue(receivable, 1_000).unwrap(),
            posting(0).withhold(receivable, 100).unwrap(),
            posting(5).payment(PaymentId(2), 300).unwrap(),
            posting(5).allocate(source, receivable, 300).unwrap(),
            posting(9).release(source, receivable, 300).unwrap(),
            posting(9).give_back_withheld(receivable, 100).unwrap(),
            posting(9).annul(receivable, Some(DocumentId(3)), 1_000).unwrap(),
        ];
        for account in [Account::Receivable, Account::Sales, Account::Withholding] {
            assert_eq!(balance(&entries, account), 0);
        }
        assert_eq!(balance(&entries, Account::Unapplied), -300);
    }

    #[test]
    fn refuses_what_the_ledger_may_not_hold() {
        assert_eq!(posting(0).issue(ReceivableId(1), 0), Err(LedgerError::NotPositive(0)));
        assert_eq!(posting(0).payment(PaymentId(1), -5), Err(LedgerError::NotPositive(-5)));
        let entry = posting(0).issue(ReceivableId(1), 10).unwrap();
        let same = Entry { credit: Account::Receivable, ..entry.clone() };
        assert_eq!(same.checked(), Err(LedgerError::SameAccount(Account::Receivable)));
        let nameless = Entry { receivable: None, ..entry };
        assert_eq!(nameless.checked(), Err(LedgerError::ReceivableMismatch));
    }

    proptest! {
        /// Whatever is posted, what all accounts hold adds up to nothing, and taking every entry
        /// back leaves every account at zero.
        #[test]
        fn money_is_conserved(amounts in prop::collection::vec((0usize..6, 1i64..1_000_000), 1..40)) {
            let mut entries = Vec::new();
            for (index, (fact, amount)) in amounts.into_iter().enumerate() {
                let (receivable, payment) = (ReceivableId(index as i64), PaymentId(index as i64));
                let at = posting(index as i32);
                match fact {
                    0 => entries.push(at.issue(receivable, amount).unwrap()),
                    1 => entries.push(at.payment(payment, amount).unwrap()),
                    2 => entries.push(at.credit_note(DocumentId(9), amount).unwrap()),
                    3 => entries.push(at.allocate(Source::Payment(payment), receivable, amount).unwrap()),
                    4 => entries.push(at.write_off(receivable, amount).unwrap()),
                    _ => entries.extend(at.bounce(payment, receivable, amount).unwrap()),
                }
            }
            let total: i64 = Account::ALL.into_iter().map(|account| balance(&entries, account)).sum();
            prop_assert_eq!(total, 0);
            let back: Vec<Entry> = entries
                .iter()
                .enumerate()
                .map(|(seq, entry)| entry.reversal(seq as i64, TxId(2), entry.kind, entry.effective_on, Day(999)))
                .collect();
            entries.extend(back);
            for account in Account::ALL {
                prop_assert_eq!(balance(&entries, account), 0);
            }
        }
    }
}
