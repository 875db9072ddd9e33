//! When a document is to be paid, where that is known from, and what paying early saves.

use puntual_core::date::Day;
use rust_decimal::Decimal;

/// One due date of a document.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DueRecord {
    /// When; `None` if the instalment has no date of its own.
    pub date: Option<Day>,
    /// How much is due then; `None` when the document has a single due date for all of it.
    pub amount: Option<Decimal>,
}

/// Where a due date came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum DueSource {
    /// The document names the date.
    Document,
    /// The document lists instalments.
    Instalments,
    /// Worked out from terms text ("30 DIAS").
    Terms,
    /// The customer's or the creditor's default terms.
    CustomerPolicy,
    /// Nothing is known: the issue date.
    #[default]
    IssueDate,
}

impl DueSource {
    /// The word used in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            DueSource::Document => "document",
            DueSource::Instalments => "instalments",
            DueSource::Terms => "terms",
            DueSource::CustomerPolicy => "customer_policy",
            DueSource::IssueDate => "issue_date",
        }
    }
}

/// A discount for paying early (pronto pago, escompte, Skonto).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EarlyPaymentRecord {
    /// Last day of the discount.
    pub until: Option<Day>,
    /// Days after issue during which it is granted.
    pub days: Option<i32>,
    /// Percentage taken off.
    pub percent: Option<Decimal>,
    /// Amount taken off, where it is stated.
    pub amount: Option<Decimal>,
    /// Amount the percentage is of, where it is not all that is owed.
    pub base: Option<Decimal>,
}
