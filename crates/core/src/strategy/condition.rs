//! What must be true of a receivable and its customer for a step, or of a customer for a strategy.
//! It decides whether a condition holds and says which one does not; it knows no segment by name.

use super::facts::{CustomerFacts, ReceivableFacts};
use crate::behaviour::Verdict;
use crate::currency::Currency;
use crate::date::Day;
use crate::hours::Person;
use crate::money::Money;

/// What is known of a document's way to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Acceptance {
    /// Nothing is known.
    #[default]
    Unknown,
    /// It was delivered, or the goods were received.
    Delivered,
    /// It was accepted.
    Accepted,
    /// It was rejected.
    Rejected,
}

/// A range of days; an end that is absent sets no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct DayRange {
    /// The least, included.
    pub from: Option<i32>,
    /// The most, included.
    pub to: Option<i32>,
}

impl DayRange {
    /// Whether a number of days lies in the range.
    pub fn holds(self, days: i32) -> bool {
        self.from.is_none_or(|from| from <= days) && self.to.is_none_or(|to| days <= to)
    }

    /// Whether no number lies in it.
    pub fn is_empty(self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if from > to)
    }
}

/// A range of amounts, by currency; a currency not listed has no limit at that end.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AmountRange {
    /// The least of each currency, included.
    pub from: Vec<Money>,
    /// The most of each currency, included.
    pub to: Vec<Money>,
}

impl AmountRange {
    /// Whether an amount lies in the range.
    pub fn holds(&self, minor: i64, currency: Currency) -> bool {
        let limit = |list: &[Money]| {
            list.iter().find(|money| money.currency == currency).map(|money| money.minor)
        };
        limit(&self.from).is_none_or(|from| from <= minor)
            && limit(&self.to).is_none_or(|to| minor <= to)
    }

    /// The first currency of which no amount lies in it.
    pub fn empty_currency(&self) -> Option<Currency> {
        let crossed = |from: &&Money| {
            self.to.iter().any(|to| to.currency == from.currency && to.minor < from.minor)
        };
        self.from.iter().find(crossed).map(|from| from.currency)
    }
}

/// Conditions, all of which must hold. A list that is empty asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Conditions {
    /// What may be claimed of the receivable.
    pub claim: AmountRange,
    /// All the customer owes in the receivable's currency.
    pub debt: AmountRange,
    /// Days past due of the receivable; negative before.
    pub overdue_days: DayRange,
    /// Days since the document was issued.
    pub age_days: DayRange,
    /// Days since the first business with the customer; unknown holds for no range.
    pub customer_days: DayRange,
    /// Segments the customer may be of; an empty text stands for none.
    pub segments: Vec<String>,
    /// Kinds of person.
    pub persons: Vec<Person>,
    /// Countries of the customer, ISO 3166 alpha-2.
    pub countries: Vec<String>,
    /// How the customer pays; unknown is [`Verdict::InsufficientHistory`].
    pub histories: Vec<Verdict>,
    /// What is known of the document's way.
    pub acceptances: Vec<Acceptance>,
}

/// What conditions are asked of.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The customer.
    pub facts: &'a CustomerFacts,
    /// The receivable, or none when it is asked of the customer alone: what concerns receivables
    /// then holds if it holds of one of them.
    pub receivable: Option<(&'a ReceivableFacts, i64)>,
    /// The day.
    pub today: Day,
}

impl Conditions {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Conditions::default()
    }

    /// The first condition that does not hold, by its key in the text form; `None` when all do.
    pub fn unmet(&self, about: About<'_>) -> Option<&'static str> {
        if self.is_empty() {
            return None;
        }
        let of_customer = self.unmet_of_customer(about);
        of_customer.or_else(|| match about.receivable {
            Some((receivable, claim)) => self.unmet_of_receivable(about, receivable, claim),
            None => {
                let mut unmet = about.facts.receivables.iter().map(|receivable| {
                    self.unmet_of_receivable(about, receivable, receivable.open.minor)
                });
                let first = unmet.next()?;
                if first.is_none() || unmet.any(|unmet| unmet.is_none()) { None } else { first }
            }
        })
    }

    fn unmet_of_customer(&self, about: About<'_>) -> Option<&'static str> {
        let About { facts, today, .. } = about;
        let lacks = |asked: bool, holds: bool, key| (asked && !holds).then_some(key);
        let segment = facts.segment.as_deref().unwrap_or_default();
        let verdict = facts.history.unwrap_or(Verdict::InsufficientHistory);
        let known_days = facts.customer_since.map(|since| today - since);
        let (segments, persons) = (&self.segments, &self.persons);
        lacks(!segments.is_empty(), segments.iter().any(|one| one == segment), "segmento")
            .or_else(|| lacks(!persons.is_empty(), persons.contains(&facts.person), "persona"))
            .or_else(|| {
                let own = self.countries.contains(&facts.country);
                lacks(!self.countries.is_empty(), own, "pais")
            })
            .or_else(|| {
                lacks(!self.histories.is_empty(), self.histories.contains(&verdict), "historial")
            })
            .or_else(|| {
                let asked = self.customer_days != DayRange::default();
                let holds = known_days.is_some_and(|days| self.customer_days.holds(days));
                lacks(asked, holds, "cliente_desde_dias")
            })
    }

    fn unmet_of_receivable(
        &self,
        about: About<'_>,
        receivable: &ReceivableFacts,
        claim_minor: i64,
    ) -> Option<&'static str> {
        let currency = receivable.open.currency;
        let lacks = |holds: bool, key| (!holds).then_some(key);
        lacks(self.claim.holds(claim_minor, currency), "monto")
            .or_else(|| {
                let asked = self.debt != AmountRange::default();
                let holds = !asked || self.debt.holds(debt_minor(about.facts, currency), currency);
                lacks(holds, "deuda")
            })
            .or_else(|| lacks(self.overdue_days.holds(about.today - receivable.due), "mora"))
            .or_else(|| lacks(self.age_days.holds(about.today - receivable.issued), "antiguedad"))
            .or_else(|| {
                let asked = !self.acceptances.is_empty();
                let acceptance = || about.facts.acceptance(receivable);
                lacks(!asked || self.acceptances.contains(&acceptance()), "aceptacion")
            })
    }
}

/// All that is open in a currency, smallest units.
fn debt_minor(facts: &CustomerFacts, currency: Currency) -> i64 {
    let of_currency = facts.receivables.iter().filter(|r| r.open.currency == currency);
    of_currency.map(|r| r.open.minor).fold(0, i64::saturating_add)
}
