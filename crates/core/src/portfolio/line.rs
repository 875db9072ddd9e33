//! One receivable as it stands in the columns, for whoever needs the facts and not a sum:
//! behaviour, forecast, drill-down.

use super::chunk::Chunk;
use super::{AsOf, MovementKind, Portfolio, ReceivableKind, Scope};
use crate::currency::Currency;
use crate::date::Day;
use crate::id::{CustomerId, DocumentId, ReceivableId};

/// A change of a receivable's balance, as it was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Movement {
    /// When it took effect.
    pub effective: Day,
    /// When it was learnt.
    pub recorded: Day,
    /// How.
    pub kind: MovementKind,
    /// Smallest units; positive reduces the balance.
    pub amount_minor: i64,
}

/// A receivable in the portfolio.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    chunk: &'a Chunk,
    row: usize,
    customer: CustomerId,
    currency: Currency,
}

impl<'a> Line<'a> {
    pub(crate) fn new(
        portfolio: &'a Portfolio,
        chunk: &'a Chunk,
        account: &super::chunk::Account,
        row: usize,
    ) -> Line<'a> {
        let customer = portfolio.customer_id(account.customer);
        Line { chunk, row, customer, currency: account.currency }
    }

    /// Its id.
    pub fn id(&self) -> ReceivableId {
        self.chunk.rows.id[self.row]
    }

    /// The document that created it.
    pub fn document(&self) -> DocumentId {
        self.chunk.rows.document[self.row]
    }

    /// Who owes it.
    pub fn customer(&self) -> CustomerId {
        self.customer
    }

    /// Its currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// What it is.
    pub fn kind(&self) -> ReceivableKind {
        self.chunk.rows.kind[self.row]
    }

    /// Day of issue.
    pub fn issued(&self) -> Day {
        self.chunk.rows.facts[self.row].issued
    }

    /// Legal due date.
    pub fn due(&self) -> Day {
        self.chunk.rows.facts[self.row].due
    }

    /// When it was learnt.
    pub fn recorded(&self) -> Day {
        self.chunk.rows.facts[self.row].recorded
    }

    /// Original amount in smallest units.
    pub fn amount_minor(&self) -> i64 {
        self.chunk.rows.facts[self.row].amount
    }

    /// Whether it counts: issued by then, and known.
    pub fn counts(&self, at: AsOf) -> bool {
        self.issued() <= at.as_of && self.recorded() <= at.known_day()
    }

    /// The balance in smallest units: the amount less the movements that count. Negative when more
    /// was allocated than is owed; that part is unapplied credit.
    pub fn open_minor(&self, at: AsOf) -> i64 {
        self.chunk.open(self.row, at.as_of, at.known_day())
    }

    /// All movements ever recorded, in order of effective day.
    pub fn movements(&self) -> impl DoubleEndedIterator<Item = Movement> + 'a {
        let moves = &self.chunk.moves;
        self.chunk.moves_of(self.row).map(|at| Movement {
            effective: moves.facts[at].effective,
            recorded: moves.facts[at].recorded,
            kind: moves.kind[at],
            amount_minor: moves.facts[at].amount,
        })
    }

    /// The movements that count.
    pub fn movements_until(&self, at: AsOf) -> impl DoubleEndedIterator<Item = Movement> + 'a {
        let known = at.known_day();
        self.movements().filter(move |m| m.effective <= at.as_of && m.recorded <= known)
    }

    /// The day the balance last fell from positive to zero or below, if it is not positive: when
    /// the debtor finished paying. `None` while something is owed, and for what was never owed.
    pub fn settled_on(&self, at: AsOf) -> Option<Day> {
        settlement(self.counts(at), self.amount_minor(), self.movements_until(at)).map(|day| day.0)
    }
}

/// The settlement of a receivable from its counted movements in order: the day the balance last
/// fell to zero or below, and whether cash (with discounts) alone brought it there.
pub(crate) fn settlement(
    counts: bool,
    amount: i64,
    movements: impl Iterator<Item = Movement>,
) -> Option<(Day, bool)> {
    let (mut balance, mut settled_on, mut not_cash) = (amount, None, 0);
    let mut movements = movements.peekable();
    while let Some(movement) = movements.next() {
        let before = balance;
        let mut next = Some(movement);
        // Movements of one day count together: a bounce and its repayment leave nothing behind.
        while let Some(movement) = next {
            balance -= movement.amount_minor;
            if !movement.kind.is_cash() && movement.kind != MovementKind::Discount {
                not_cash += movement.amount_minor;
            }
            next = movements.next_if(|later| later.effective == movement.effective);
        }
        if before > 0 && balance <= 0 {
            settled_on = Some(movement.effective);
        }
    }
    let settled = counts && balance <= 0;
    settled_on.filter(|_| settled).map(|day| (day, not_cash == 0))
}

impl Portfolio {
    /// Every receivable of a scope, paid ones included; of one customer and currency in order of
    /// the day it started to count.
    pub fn lines(&self, scope: Scope) -> impl Iterator<Item = Line<'_>> {
        self.accounts(scope).flat_map(move |(chunk, account)| {
            account.rows().map(move |row| Line::new(self, chunk, account, row))
        })
    }

    /// The receivable with this id.
    pub fn line(&self, id: ReceivableId) -> Option<Line<'_>> {
        let customer = self.index.find(id)?;
        let scope = Scope::customer(self.customer_id(customer));
        let mut accounts = self.accounts(scope);
        accounts.find_map(|(chunk, account)| {
            let row = account.rows().find(|row| chunk.rows.id[*row] == id)?;
            Some(Line::new(self, chunk, account, row))
        })
    }
}
