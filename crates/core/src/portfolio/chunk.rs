//! Columns of some thousands of receivables of consecutive customers, and their movements.
//!
//! Decides the canonical order, so that a chunk depends only on the facts in it and not on when
//! they came, and what is kept to skip rows without reading their movements. It knows nothing of
//! scopes or figures.

use super::{AsOf, CreditSource, MovementKind, ReceivableKind};
use crate::currency::Currency;
use crate::date::Day;
use crate::id::{DocumentId, ReceivableId};
use std::ops::Range;

/// Never: later than any day that occurs.
pub(crate) const NEVER: Day = Day(i32::MAX);

/// What one customer owes in one currency: a range of rows and one of credits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    pub customer: u32,
    pub currency: Currency,
    pub rows_from: u32,
    pub rows_to: u32,
    pub credits_from: u32,
    pub credits_to: u32,
}

impl Account {
    pub fn rows(&self) -> Range<usize> {
        self.rows_from as usize..self.rows_to as usize
    }

    pub fn credits(&self) -> Range<usize> {
        self.credits_from as usize..self.credits_to as usize
    }
}

/// Receivables by account, then by the first day on which they can count. Days by which rows are
/// skipped are columns of their own; what is read of the rows that are left stands together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub id: Vec<ReceivableId>,
    pub document: Vec<DocumentId>,
    /// The earlier of issue and first movement: before it the row changes no figure.
    pub opens_on: Vec<Day>,
    /// From this day on the balance is zero for good, if everything recorded is known.
    pub settled: Vec<Day>,
    /// The last day anything about it was recorded.
    pub last_recorded: Vec<Day>,
    pub facts: Vec<RowFacts>,
    pub kind: Vec<ReceivableKind>,
}

/// What was given of a receivable, and where its movements are: half a cache line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowFacts {
    pub amount: i64,
    pub issued: Day,
    pub due: Day,
    pub recorded: Day,
    /// Effective day of the first movement, or [`NEVER`]: before it movements need not be read.
    first_move: Day,
    moves_from: u32,
    /// Number of movements above [`LENGTH_SHIFT`], and flags below.
    length_and_flags: u32,
}

/// The first row of its document, by which documents are counted.
const FIRST_OF_DOCUMENT: u32 = 1;
/// Some movement cancelled it, at least in part.
const HAS_CANCELLATION: u32 = 2;
/// The length of the movements stands above this bit: room for 268 million.
const LENGTH_SHIFT: u32 = 4;

impl RowFacts {
    /// Where its movements are.
    #[inline]
    pub fn moves(&self) -> Range<usize> {
        let from = self.moves_from as usize;
        from..from + (self.length_and_flags >> LENGTH_SHIFT) as usize
    }
}

impl Rows {
    pub fn len(&self) -> usize {
        self.id.len()
    }
}

/// Movements by row, then by effective day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moves {
    pub facts: Vec<MoveFacts>,
    /// Apart, for balances do not need it.
    pub kind: Vec<MovementKind>,
}

/// What changes a balance, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MoveFacts {
    pub amount: i64,
    pub effective: Day,
    pub recorded: Day,
}

/// Unapplied credit by account, then by effective day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credits {
    pub effective: Vec<Day>,
    pub recorded: Vec<Day>,
    pub source: Vec<CreditSource>,
    pub amount: Vec<i64>,
    /// Whose it was recorded as, which a merge does not change.
    pub owner: Vec<u32>,
}

/// A receivable on its way into a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewRow {
    pub customer: u32,
    pub currency: Currency,
    pub id: ReceivableId,
    pub document: DocumentId,
    pub issued: Day,
    pub due: Day,
    pub amount: i64,
    pub recorded: Day,
    pub kind: ReceivableKind,
}

/// A movement on its way into a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewMove {
    pub customer: u32,
    pub receivable: ReceivableId,
    pub effective: Day,
    pub recorded: Day,
    pub kind: MovementKind,
    pub amount: i64,
}

/// A credit on its way into a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewCredit {
    pub customer: u32,
    /// Whose it was recorded as.
    pub owner: u32,
    pub currency: Currency,
    pub effective: Day,
    pub recorded: Day,
    pub source: CreditSource,
    pub amount: i64,
}

/// A row with what is derived from its movements.
struct PlacedRow {
    row: NewRow,
    moves: Range<usize>,
    opens_on: Day,
    settled: Day,
    last_recorded: Day,
    flags: u32,
}

/// What is in a chunk, as facts again.
#[derive(Default)]
pub(super) struct Contents {
    pub rows: Vec<NewRow>,
    pub moves: Vec<NewMove>,
    pub credits: Vec<NewCredit>,
}

/// Columns of the accounts of the customers `first_customer..=last_customer`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunk {
    pub first_customer: u32,
    pub last_customer: u32,
    /// Day of issue of the earliest sale, or [`NEVER`].
    pub first_sale: Day,
    /// The first day on which any row counts, or [`NEVER`].
    pub first_day: Day,
    pub accounts: Vec<Account>,
    pub rows: Rows,
    pub moves: Moves,
    pub credits: Credits,
}

impl Chunk {
    /// Puts contents into columns. Every movement's receivable must be among the rows.
    pub(super) fn build(customers: (u32, u32), contents: Contents) -> Chunk {
        let Contents { rows, mut moves, mut credits } = contents;
        moves.sort_unstable_by_key(|m| (m.receivable, m.effective, m.recorded, m.kind, m.amount));
        let mut placed = place(rows, &moves);
        placed.sort_unstable_by_key(|p| {
            let row = &p.row;
            (row.customer, row.currency, p.opens_on, row.issued, row.due, row.id)
        });
        merge_credits(&mut credits);
        let mut chunk = Chunk {
            first_customer: customers.0,
            last_customer: customers.1,
            first_sale: first_sale(&placed),
            first_day: placed.iter().map(|p| p.opens_on).min().unwrap_or(NEVER),
            ..Chunk::with_capacity(placed.len(), moves.len(), credits.len())
        };
        for p in &placed {
            chunk.push_row(p, &moves[p.moves.clone()]);
        }
        chunk.place_accounts(&placed, &credits);
        for credit in &credits {
            chunk.credits.effective.push(credit.effective);
            chunk.credits.recorded.push(credit.recorded);
            chunk.credits.source.push(credit.source);
            chunk.credits.amount.push(credit.amount);
            chunk.credits.owner.push(credit.owner);
        }
        chunk
    }

    fn with_capacity(rows: usize, moves: usize, credits: usize) -> Chunk {
        Chunk {
            rows: Rows {
                id: Vec::with_capacity(rows),
                document: Vec::with_capacity(rows),
                opens_on: Vec::with_capacity(rows),
                settled: Vec::with_capacity(rows),
                last_recorded: Vec::with_capacity(rows),
                facts: Vec::with_capacity(rows),
                kind: Vec::with_capacity(rows),
            },
            moves: Moves { facts: Vec::with_capacity(moves), kind: Vec::with_capacity(moves) },
            credits: Credits {
                effective: Vec::with_capacity(credits),
                recorded: Vec::with_capacity(credits),
                source: Vec::with_capacity(credits),
                amount: Vec::with_capacity(credits),
                owner: Vec::with_capacity(credits),
            },
            ..Chunk::default()
        }
    }

    fn push_row(&mut self, p: &PlacedRow, moves: &[NewMove]) {
        let rows = &mut self.rows;
        let moves_from = self.moves.facts.len() as u32;
        rows.id.push(p.row.id);
        rows.document.push(p.row.document);
        rows.opens_on.push(p.opens_on);
        rows.settled.push(p.settled);
        rows.last_recorded.push(p.last_recorded);
        rows.kind.push(p.row.kind);
        rows.facts.push(RowFacts {
            amount: p.row.amount,
            issued: p.row.issued,
            due: p.row.due,
            recorded: p.row.recorded,
            first_move: moves.first().map_or(NEVER, |movement| movement.effective),
            moves_from,
            length_and_flags: ((moves.len() as u32) << LENGTH_SHIFT) | p.flags,
        });
        for &NewMove { amount, effective, recorded, kind, .. } in moves {
            self.moves.facts.push(MoveFacts { amount, effective, recorded });
            self.moves.kind.push(kind);
        }
    }

    /// One account for every customer and currency that has rows or credits.
    fn place_accounts(&mut self, rows: &[PlacedRow], credits: &[NewCredit]) {
        let (mut row, mut credit) = (0, 0);
        while row < rows.len() || credit < credits.len() {
            let of_row = rows.get(row).map(|p| (p.row.customer, p.row.currency));
            let of_credit = credits.get(credit).map(|c| (c.customer, c.currency));
            let Some(account) = of_row.into_iter().chain(of_credit).min() else { break };
            let (rows_from, credits_from) = (row, credit);
            row += rows[row..].partition_point(|p| (p.row.customer, p.row.currency) <= account);
            credit += credits[credit..].partition_point(|c| (c.customer, c.currency) <= account);
            self.accounts.push(Account {
                customer: account.0,
                currency: account.1,
                rows_from: rows_from as u32,
                rows_to: row as u32,
                credits_from: credits_from as u32,
                credits_to: credit as u32,
            });
        }
        self.accounts.shrink_to_fit();
    }

    /// The facts the columns were made of.
    pub(super) fn contents(&self) -> Contents {
        let mut contents = Contents::default();
        for account in &self.accounts {
            let (customer, currency) = (account.customer, account.currency);
            for at in account.rows() {
                let rows = &self.rows;
                contents.rows.push(NewRow {
                    customer,
                    currency,
                    id: rows.id[at],
                    document: rows.document[at],
                    issued: rows.facts[at].issued,
                    due: rows.facts[at].due,
                    amount: rows.facts[at].amount,
                    recorded: rows.facts[at].recorded,
                    kind: rows.kind[at],
                });
                contents.moves.extend(self.moves_of(at).map(|m| NewMove {
                    customer,
                    receivable: rows.id[at],
                    effective: self.moves.facts[m].effective,
                    recorded: self.moves.facts[m].recorded,
                    kind: self.moves.kind[m],
                    amount: self.moves.facts[m].amount,
                }));
            }
            contents.credits.extend(account.credits().map(|at| NewCredit {
                customer,
                owner: self.credits.owner[at],
                currency,
                effective: self.credits.effective[at],
                recorded: self.credits.recorded[at],
                source: self.credits.source[at],
                amount: self.credits.amount[at],
            }));
        }
        contents
    }

    /// The movements of a row.
    #[inline]
    pub fn moves_of(&self, row: usize) -> Range<usize> {
        self.rows.facts[row].moves()
    }

    /// The balance of a row: its amount if issued and known, less what counts of its movements.
    /// Negative when more was allocated than is owed (or before it is issued).
    #[inline]
    pub fn open(&self, row: usize, as_of: Day, known: Day) -> i64 {
        self.balance(&self.rows.facts[row], as_of, known)
    }

    /// As [`Chunk::open`], for a row whose facts are at hand.
    #[inline]
    pub fn balance(&self, facts: &RowFacts, as_of: Day, known: Day) -> i64 {
        let counts = facts.issued <= as_of && facts.recorded <= known;
        let mut open = if counts { facts.amount } else { 0 };
        if facts.first_move <= as_of {
            for movement in &self.moves.facts[facts.moves()] {
                let moves = movement.effective <= as_of && movement.recorded <= known;
                open -= if moves { movement.amount } else { 0 };
            }
        }
        open
    }

    /// The rows of an account that can count at all on `as_of`.
    #[inline]
    pub fn rows_until(&self, account: &Account, as_of: Day) -> Range<usize> {
        let Range { start, end } = account.rows();
        let opened = &self.rows.opens_on[start..end];
        start..start + opened.partition_point(|day| *day <= as_of)
    }

    /// Leaves in `found` those of the rows that may have a balance: begun by then, and not settled
    /// for good, or only by what was not known. One comparison per row and no branch, so that the
    /// rows that matter are known before they are read.
    pub fn unsettled(&self, rows: Range<usize>, at: AsOf, found: &mut Vec<u32>) {
        found.clear();
        found.resize(rows.len(), 0);
        let first = rows.start as u32;
        let opened = &self.rows.opens_on[rows.clone()];
        let settled = &self.rows.settled[rows.clone()];
        let mut count = 0;
        match at.known_at {
            None => {
                for (row, (opened, settled)) in (first..).zip(opened.iter().zip(settled)) {
                    found[count] = row;
                    count += usize::from((*opened <= at.as_of) & (*settled > at.as_of));
                }
            }
            Some(known) => {
                let last = self.rows.last_recorded[rows].iter();
                let days = opened.iter().zip(settled).zip(last);
                for (row, ((opened, settled), last)) in (first..).zip(days) {
                    found[count] = row;
                    let open = (*settled > at.as_of) | (*last > known);
                    count += usize::from((*opened <= at.as_of) & open);
                }
            }
        }
        found.truncate(count);
    }

    /// Copies the facts of some rows together. Copies do not wait for one another as decisions do,
    /// so reading them all from memory takes about as long as reading a few.
    pub fn gather(&self, rows: &[u32], facts: &mut Vec<RowFacts>) {
        facts.clear();
        facts.extend(rows.iter().map(|row| self.rows.facts[*row as usize]));
    }

    /// Calls `visit` with every row of the account whose balance is not zero, and the balance.
    pub fn each_open(&self, account: &Account, at: AsOf, mut visit: impl FnMut(usize, i64)) {
        let mut found = Vec::new();
        self.unsettled(self.rows_until(account, at.as_of), at, &mut found);
        for row in found {
            let open = self.open(row as usize, at.as_of, at.known_day());
            if open != 0 {
                visit(row as usize, open);
            }
        }
    }

    /// The unapplied credit of an account: what came less what was used.
    pub fn unapplied(&self, account: &Account, at: AsOf) -> i64 {
        let known = at.known_day();
        account
            .credits()
            .take_while(|at_| self.credits.effective[*at_] <= at.as_of)
            .filter(|at_| self.credits.recorded[*at_] <= known)
            .map(|at_| self.credits.amount[at_])
            .sum()
    }

    /// Whether the row is the first of its document.
    pub fn starts_document(&self, row: usize) -> bool {
        self.rows.facts[row].length_and_flags & FIRST_OF_DOCUMENT != 0
    }

    /// The amount of a row if it is a credit sale that is known, whatever became of it.
    #[inline]
    pub fn sale_before_cancellation(&self, row: usize, known: Day) -> i64 {
        let sale =
            self.rows.kind[row] == ReceivableKind::Sale && self.rows.facts[row].recorded <= known;
        if sale { self.rows.facts[row].amount } else { 0 }
    }

    /// Whether a credit sale was cancelled, at least in part.
    #[inline]
    pub fn is_cancelled_sale(&self, row: usize) -> bool {
        self.rows.facts[row].length_and_flags & HAS_CANCELLATION != 0
            && self.rows.kind[row] == ReceivableKind::Sale
    }

    /// The part of a row that is a credit sale as of a day: its amount less what was cancelled.
    #[inline]
    pub fn sale(&self, row: usize, as_of: Day, known: Day) -> i64 {
        if self.rows.facts[row].issued > as_of {
            return 0;
        }
        let mut sale = self.sale_before_cancellation(row, known);
        if sale != 0 && self.is_cancelled_sale(row) {
            for at in self.moves_of(row) {
                let cancels = self.moves.kind[at] == MovementKind::Cancellation
                    && self.moves.facts[at].effective <= as_of
                    && self.moves.facts[at].recorded <= known;
                sale -= if cancels { self.moves.facts[at].amount } else { 0 };
            }
        }
        sale
    }

    pub fn memory_bytes(&self) -> usize {
        let (rows, moves, credits) =
            (self.rows.id.capacity(), self.moves.kind.capacity(), self.credits.amount.capacity());
        self.accounts.capacity() * size_of::<Account>()
            + rows * (2 * 8 + 3 * 4 + 1 + size_of::<RowFacts>())
            + moves * (size_of::<MoveFacts>() + 1)
            + credits * (8 + 3 * 4 + 1)
    }
}

/// Joins rows with their movements (sorted by receivable and effective day).
fn place(mut rows: Vec<NewRow>, moves: &[NewMove]) -> Vec<PlacedRow> {
    rows.sort_unstable_by_key(|row| row.id);
    let mut from = 0;
    let mut placed: Vec<PlacedRow> = Vec::with_capacity(rows.len());
    for row in rows {
        let to = from + moves[from..].iter().take_while(|m| m.receivable == row.id).count();
        placed.push(place_one(row, from..to, &moves[from..to]));
        from = to;
    }
    mark_documents(&mut placed);
    placed
}

fn place_one(row: NewRow, range: Range<usize>, moves: &[NewMove]) -> PlacedRow {
    let first = moves.first().map_or(row.issued, |m| m.effective);
    let last = moves.last().map_or(row.issued, |m| m.effective);
    let balance = moves.iter().fold(row.amount, |balance, m| balance - m.amount);
    let cancelled = moves.iter().any(|m| m.kind == MovementKind::Cancellation);
    PlacedRow {
        row,
        moves: range,
        opens_on: row.issued.min(first),
        settled: if balance == 0 { row.issued.max(last) } else { NEVER },
        last_recorded: moves.iter().map(|m| m.recorded).fold(row.recorded, Day::max),
        flags: if cancelled { HAS_CANCELLATION } else { 0 },
    }
}

fn first_sale(rows: &[PlacedRow]) -> Day {
    let sales = rows.iter().filter(|p| p.row.kind == ReceivableKind::Sale);
    sales.map(|p| p.row.issued).min().unwrap_or(NEVER)
}

/// Marks the row with the lowest id of every document of an account.
fn mark_documents(rows: &mut [PlacedRow]) {
    let key = |p: &PlacedRow| (p.row.document, p.row.customer, p.row.currency);
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_unstable_by_key(|at| (key(&rows[*at as usize]), rows[*at as usize].row.id));
    let mut last = None;
    for at in order {
        let row = &mut rows[at as usize];
        if last != Some(key(row)) {
            last = Some(key(row));
            row.flags |= FIRST_OF_DOCUMENT;
        }
    }
}

/// Sorts credits and adds up those of the same days and source, dropping what cancels.
fn merge_credits(credits: &mut Vec<NewCredit>) {
    let key = |c: &NewCredit| (c.customer, c.currency, c.effective, c.recorded, c.source, c.owner);
    credits.sort_unstable_by_key(key);
    credits.dedup_by(|later, kept| {
        let same = key(later) == key(kept);
        if same {
            kept.amount += later.amount;
        }
        same
    });
    credits.retain(|credit| credit.amount != 0);
}
