//! The portfolio of one creditor: what is owed by whom, as of any day.
//!
//! Decides how money facts become columns that every figure is scanned from: receivables and
//! their movements in structure-of-arrays chunks, sorted by customer, currency and first day, with
//! the day each receivable is settled for good kept beside it so that a scan skips what is paid.
//! It is built by folding facts in ledger order and extended by the facts after the last one seen;
//! it refuses to know where facts come from, and it is given every day it is asked about.
//!
//! The two dates of every fact (domain reference §0): `effective` is when it took effect, and
//! `recorded` is when we learnt it. A question carries [`AsOf`], and optionally what was known at
//! an earlier day.
//!
//! Cloning a portfolio copies pointers to its chunks, and [`Portfolio::extend`] rebuilds only the
//! chunks whose customers it touches: readers keep the old one while a writer makes the next.

mod build;
pub(crate) mod chunk;
pub(crate) mod group;
mod index;
mod line;
mod merging;

pub use build::{Facts, PortfolioError};
pub(crate) use line::settlement;
pub use line::{Line, Movement};

use crate::currency::Currency;
use crate::date::Day;
use crate::id::{CustomerId, DocumentId, ReceivableId, UserId};
use chunk::{Account, Chunk, RowFacts};
use index::{Customers, ReceivableIndex};
use std::sync::Arc;

/// What a receivable is; decides whether it counts as a credit sale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReceivableKind {
    /// A credit sale: invoice, debit note or an instalment of one. The only kind that is counted
    /// in the sales of DSO, CEI and the ratios over sales.
    Sale,
    /// A charge such as late interest or a collection fee.
    Charge,
    /// An opening balance brought over without its invoice.
    Opening,
    /// A new date for an old debt: the instalment of an agreement that replaced other receivables.
    Replacement,
}

/// One amount due on one date, as issued. Unit of ageing (domain reference §0).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReceivableFact {
    /// Its id, unique in the portfolio.
    pub id: ReceivableId,
    /// Who owes it.
    pub customer: CustomerId,
    /// The document that created it; instalments share one.
    pub document: DocumentId,
    /// Day of issue: the receivable counts from this day on.
    pub issued: Day,
    /// Legal due date; overdue from the day after.
    pub due: Day,
    /// Currency of the amount and of all its movements.
    pub currency: Currency,
    /// Original amount in smallest units.
    pub amount_minor: i64,
    /// When it was learnt.
    pub recorded: Day,
    /// What it is.
    pub kind: ReceivableKind,
}

/// How a receivable's balance changed. Only [`Cash`](MovementKind::Cash) and
/// [`CashReversal`](MovementKind::CashReversal) count in indicators of collection time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum MovementKind {
    /// A payment allocated to the receivable.
    Cash,
    /// A payment taken back (returned cheque, bounced debit, undone allocation): negative amount.
    CashReversal,
    /// A credit note applied.
    CreditNote,
    /// Written off; negative when reinstated.
    WriteOff,
    /// A discount granted on paying, as for early payment.
    Discount,
    /// Set off against what we owe the customer.
    Netting,
    /// The document was cancelled: from this day it is neither owed nor a sale.
    Cancellation,
    /// The balance moved to the receivables of an agreement.
    Replacement,
    /// Anything else, as a rounding difference.
    Other,
}

impl MovementKind {
    /// Whether money came in (or went back).
    pub fn is_cash(self) -> bool {
        matches!(self, MovementKind::Cash | MovementKind::CashReversal)
    }
}

/// A change of one receivable's balance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MovementFact {
    /// The receivable whose balance changes.
    pub receivable: ReceivableId,
    /// When it took effect (value date of a payment, day of a return).
    pub effective: Day,
    /// When it was learnt.
    pub recorded: Day,
    /// How.
    pub kind: MovementKind,
    /// Smallest units of the receivable's currency; positive reduces the balance.
    pub amount_minor: i64,
}

/// Where unapplied credit came from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum CreditSource {
    /// A payment on account or the rest of one.
    Cash,
    /// A credit note not applied yet.
    CreditNote,
}

/// A change of a customer's unapplied credit. A payment allocated whole on its own day needs none:
/// facts that cancel on the same days and source are dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CreditFact {
    /// Whose credit.
    pub customer: CustomerId,
    /// Its currency.
    pub currency: Currency,
    /// When it took effect.
    pub effective: Day,
    /// When it was learnt.
    pub recorded: Day,
    /// Smallest units; positive adds credit, negative uses it up.
    pub amount_minor: i64,
    /// Where it came from; using up carries the source of what is used.
    pub source: CreditSource,
}

/// What groups a customer belongs to. A later fact of the same customer replaces the former.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CustomerFact {
    /// The customer.
    pub id: CustomerId,
    /// Segment code given by the caller; 0 is none.
    pub segment: u16,
    /// Who collects from the customer.
    pub collector: Option<UserId>,
}

/// The day a figure is of, and optionally the day whose knowledge it is limited to.
///
/// A fact counts when it took effect (or was issued) on or before `as_of` and, if `known_at` is
/// given, was recorded on or before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AsOf {
    /// The day the figure is of; what takes effect later never counts.
    pub as_of: Day,
    /// Only what was recorded up to this day counts; `None` is everything known now.
    pub known_at: Option<Day>,
}

impl AsOf {
    /// As of `day` with everything known now.
    pub fn day(day: Day) -> AsOf {
        AsOf { as_of: day, known_at: None }
    }

    /// As of `day` as it was known on `known_at`.
    pub fn known(day: Day, known_at: Day) -> AsOf {
        AsOf { as_of: day, known_at: Some(known_at) }
    }

    /// The same knowledge about another day.
    pub fn on(self, day: Day) -> AsOf {
        AsOf { as_of: day, ..self }
    }

    /// The last recorded day that counts.
    pub(crate) fn known_day(self) -> Day {
        self.known_at.unwrap_or(Day(i32::MAX))
    }
}

/// Days from `from` to `to`, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
}

impl Window {
    /// The `days` days that end on `to`.
    pub fn trailing(to: Day, days: i32) -> Window {
        Window { from: to - (days - 1), to }
    }

    /// The calendar month of `day`, whole.
    pub fn month_of(day: Day) -> Window {
        Window { from: day.month_start(), to: day.month_end() }
    }

    /// How many days; zero when `to` is before `from`.
    pub fn days(self) -> i32 {
        (self.to - self.from + 1).max(0)
    }

    /// Whether `day` is one of them.
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }
}

/// Whose receivables a figure is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// The whole portfolio.
    All,
    /// One customer with those merged into it; one that is merged means who stands for it.
    Customer(CustomerId),
    /// The customers of a segment.
    Segment(u16),
    /// The customers of a collector; `None` is those nobody collects from.
    Collector(Option<UserId>),
}

/// What a figure is over. Currencies are never added up, so a scope of all currencies gives one
/// figure of each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scope {
    /// Whose receivables.
    pub who: Who,
    /// Only this currency; `None` is every one.
    pub currency: Option<Currency>,
}

impl Scope {
    /// Everything in the portfolio.
    pub const ALL: Scope = Scope { who: Who::All, currency: None };

    /// One customer in every currency.
    pub fn customer(id: CustomerId) -> Scope {
        Scope { who: Who::Customer(id), currency: None }
    }
}

/// How figures are grouped; always by currency within the group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// One row per customer.
    Customer,
    /// One row per segment.
    Segment,
    /// One row per collector.
    Collector,
    /// One row per currency.
    Total,
}

/// The group a row is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Key {
    /// Everybody in the scope.
    Total,
    /// A customer.
    Customer(CustomerId),
    /// A segment; 0 is none.
    Segment(u16),
    /// A collector; `None` is nobody.
    Collector(Option<UserId>),
}

/// The receivables of one creditor and all that happened to them.
///
/// Sums over it never overflow 64 bits: facts whose absolute amounts would add up to more are
/// refused with [`PortfolioError::TooLarge`].
#[derive(Clone, Debug, Default)]
pub struct Portfolio {
    customers: Arc<Customers>,
    index: ReceivableIndex,
    /// Each with consecutive customers, in dense order.
    chunks: Vec<Arc<Chunk>>,
    /// Sum of the absolute amounts of all facts, at most `i64::MAX`.
    magnitude: i64,
}

impl Portfolio {
    /// Facts to be collected and then [built](Facts::build) into a portfolio.
    pub fn builder() -> Facts {
        Facts::default()
    }

    /// How many receivables there are, paid ones included.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.rows.len()).sum()
    }

    /// Whether there is no receivable at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many customers are known.
    pub fn customer_count(&self) -> usize {
        self.customers.ids.len()
    }

    /// Bytes held by the columns and indexes.
    pub fn memory_bytes(&self) -> usize {
        let chunks: usize = self.chunks.iter().map(|chunk| chunk.memory_bytes()).sum();
        chunks + self.index.memory_bytes() + self.customers.memory_bytes()
    }

    /// The chunk that holds the customer of this dense number, if any fact of his came.
    fn chunk_of(&self, customer: u32) -> Option<usize> {
        let at = self.chunks.partition_point(|chunk| chunk.last_customer < customer);
        (at < self.chunks.len() && self.chunks[at].first_customer <= customer).then_some(at)
    }

    /// The chunks that hold the customers of a scope.
    fn chunks_of(&self, scope: Scope) -> &[Arc<Chunk>] {
        let Who::Customer(id) = scope.who else { return &self.chunks };
        let at = self.customers.find(id).and_then(|customer| self.chunk_of(customer));
        at.map_or(&[], |at| &self.chunks[at..=at])
    }

    /// The accounts (customer and currency) of a scope, customers in dense order.
    pub(crate) fn accounts(&self, scope: Scope) -> impl Iterator<Item = (&Chunk, &Account)> {
        let scope = self.standing(scope);
        self.chunks_of(scope)
            .iter()
            .flat_map(|chunk| chunk.accounts.iter().map(|account| (&**chunk, account)))
            .filter(move |(_, account)| self.is_in(scope, account))
    }

    /// Calls `visit` with every account of a scope and the facts of the rows of it that may have a
    /// balance: as [`Chunk::each_open`], but a chunk at a time, which is faster over many accounts.
    pub(crate) fn each_account(
        &self,
        scope: Scope,
        at: AsOf,
        mut visit: impl FnMut(&Chunk, &Account, &[RowFacts]),
    ) {
        let scope = self.standing(scope);
        let (mut found, mut facts) = (Vec::new(), Vec::new());
        for chunk in self.chunks_of(scope) {
            chunk.unsettled(0..chunk.rows.len(), at, &mut found);
            chunk.gather(&found, &mut facts);
            let mut from = 0;
            for account in &chunk.accounts {
                let later = &found[from..];
                let to = from + later.iter().take_while(|row| **row < account.rows_to).count();
                if self.is_in(scope, account) {
                    visit(chunk, account, &facts[from..to]);
                }
                from = to;
            }
        }
    }

    fn is_in(&self, scope: Scope, account: &Account) -> bool {
        scope.currency.is_none_or(|currency| currency == account.currency)
            && self.includes(scope.who, account.customer)
    }

    fn includes(&self, who: Who, customer: u32) -> bool {
        let at = customer as usize;
        match who {
            Who::All => true,
            Who::Customer(id) => self.customers.ids[at] == id,
            Who::Segment(segment) => self.customers.segments[at] == segment,
            Who::Collector(collector) => self.customers.collectors[at] == collector,
        }
    }

    /// The group of a customer by its dense number.
    pub(crate) fn key(&self, by: By, customer: u32) -> Key {
        let at = customer as usize;
        match by {
            By::Customer => Key::Customer(self.customers.ids[at]),
            By::Segment => Key::Segment(self.customers.segments[at]),
            By::Collector => Key::Collector(self.customers.collectors[at]),
            By::Total => Key::Total,
        }
    }

    /// The scope with who stands for its customer.
    fn standing(&self, scope: Scope) -> Scope {
        let Who::Customer(id) = scope.who else { return scope };
        let place = self.customers.find(id).map(|at| self.customers.places[at as usize]);
        place.map_or(scope, |place| Scope { who: Who::Customer(self.customer_id(place)), ..scope })
    }

    /// The id of a customer by its dense number.
    pub(crate) fn customer_id(&self, customer: u32) -> CustomerId {
        self.customers.ids[customer as usize]
    }

    /// Day of issue of the earliest sale.
    pub(crate) fn first_sale(&self) -> Option<Day> {
        let first = self.chunks.iter().map(|chunk| chunk.first_sale).min()?;
        (first != chunk::NEVER).then_some(first)
    }

    /// The first day on which any receivable counts.
    pub(crate) fn first_day(&self) -> Option<Day> {
        let first = self.chunks.iter().map(|chunk| chunk.first_day).min()?;
        (first != chunk::NEVER).then_some(first)
    }

    /// The last day up to `until` on which anything was issued or moved: up to there it is known
    /// what happened.
    pub fn last_day(&self, until: Day) -> Option<Day> {
        let issued = self.chunks.iter().flat_map(|chunk| chunk.rows.facts.iter().map(|r| r.issued));
        let moved = self.chunks.iter().flat_map(|chunk| &chunk.moves.facts);
        issued.chain(moved.map(|m| m.effective)).filter(|day| *day <= until).max()
    }

    /// The currencies that occur, in code order.
    pub fn currencies(&self) -> Vec<Currency> {
        let mut found: Vec<Currency> = Vec::new();
        for (_, account) in self.accounts(Scope::ALL) {
            if !found.contains(&account.currency) {
                found.push(account.currency);
            }
        }
        found.sort_unstable();
        found
    }
}
