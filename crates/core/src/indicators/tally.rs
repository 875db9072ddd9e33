//! Everything the indicators of an account are made of, gathered in one pass over its rows.

use super::migration::flow;
use crate::date::Day;
use crate::portfolio::chunk::{Account, Chunk};
use crate::portfolio::group::Merge;
use crate::portfolio::{
    AsOf, Movement, MovementKind, Portfolio, ReceivableKind, Window, settlement,
};

/// What is asked of every account.
pub(super) struct Question {
    pub at: AsOf,
    pub window: Window,
    known: Day,
    /// First month in which the portfolio has a sale; months are counted from it.
    pub first_month: Option<Day>,
    /// By day from the first of the first month: its month, counted from the first.
    months: Vec<u32>,
}

fn months_of_days(first: Day, last: Day) -> Vec<u32> {
    let (mut months, mut month, mut next) = (Vec::new(), 0, first.month_end() + 1);
    for day in first.0..=last.0 {
        if Day(day) == next {
            month += 1;
            next = next.month_end() + 1;
        }
        months.push(month);
    }
    months
}

/// Sales of one month of issue, and what of them is still open.
#[derive(Clone, Copy, Default)]
pub(super) struct Month {
    pub sales: i64,
    /// Open amounts times their age in days.
    pub open_amount_days: i128,
}

/// Sums of one group. Amounts in smallest units; `_amount_days` are amounts times days.
#[derive(Clone, Default)]
pub(super) struct Tally {
    pub paid_count: u64,
    pub paid: i64,
    pub paid_age_amount_days: i128,
    pub paid_late_amount_days: i128,
    pub paid_late_floored_amount_days: i128,
    pub settled_count: u64,
    pub settled_days: i64,
    pub settled: i64,
    pub settled_amount_days: i128,
    pub open_count: u64,
    pub open: i64,
    pub open_days: i64,
    pub open_age_amount_days: i128,
    pub overdue_count: u64,
    pub overdue: i64,
    pub overdue_amount_days: i128,
    pub sales_count: u64,
    pub sales: i64,
    pub cohort_amount_days: i128,
    pub open_before_count: u64,
    pub open_before: i64,
    pub recovered: i64,
    pub overdue_before_count: u64,
    pub overdue_before: i64,
    pub cured: i64,
    pub written_off_count: u64,
    pub written_off: i64,
    /// From the question's first month to that of the as-of day.
    pub months: Vec<Month>,
    /// Open amount of each customer.
    pub customer_open: Vec<i64>,
}

impl Question {
    pub fn new(portfolio: &Portfolio, at: AsOf, window: Window) -> Question {
        // Nothing of the window counts beyond the day the figures are of.
        let window = Window { to: window.to.min(at.as_of), ..window };
        let first_month = portfolio.first_sale().map(Day::month_start);
        let months = first_month.map_or(Vec::new(), |first| months_of_days(first, at.as_of));
        Question { at, window, known: at.known_day(), first_month, months }
    }

    /// The month a day falls in, counted from the first; only for days up to the as-of day.
    #[inline]
    pub fn month_of(&self, day: Day) -> Option<usize> {
        let first = self.first_month?;
        let at = usize::try_from(day - first).ok()?;
        self.months.get(at).map(|month| *month as usize)
    }

    /// The sums of one account, or `None` when nothing of it counts.
    pub fn tally(&self, chunk: &Chunk, account: &Account) -> Option<Tally> {
        let mut tally = Tally::default();
        let rows = chunk.rows_until(account, self.at.as_of);
        if rows.is_empty() {
            return None;
        }
        let months = self.month_of(self.at.as_of).map_or(0, |last| last + 1);
        tally.months.resize(months, Month::default());
        for row in rows {
            self.add_sale(chunk, row, &mut tally);
            let quiet = chunk.rows.settled[row] < self.window.from.min(self.at.as_of)
                && chunk.rows.last_recorded[row] <= self.known;
            // Settled before the window, so that it is neither open nor moves in it.
            if !quiet {
                self.add_row(chunk, row, &mut tally);
            }
        }
        tally.customer_open.push(tally.open);
        Some(tally)
    }

    fn add_sale(&self, chunk: &Chunk, row: usize, tally: &mut Tally) {
        let sale = chunk.sale(row, self.at.as_of, self.known);
        if sale == 0 {
            return;
        }
        let issued = chunk.rows.facts[row].issued;
        if let Some(month) = self.month_of(issued) {
            tally.months[month].sales += sale;
        }
        if self.window.contains(issued) {
            tally.sales += sale;
            tally.sales_count += u64::from(chunk.starts_document(row));
        }
    }

    fn add_row(&self, chunk: &Chunk, row: usize, tally: &mut Tally) {
        let rows = &chunk.rows;
        let (issued, due, amount) =
            (rows.facts[row].issued, rows.facts[row].due, rows.facts[row].amount);
        let before_day = self.window.from - 1;
        let known_row = rows.facts[row].recorded <= self.known;
        let counts = issued <= self.at.as_of && known_row;
        let mut before = if issued <= before_day && known_row { amount } else { 0 };
        let mut open = if counts { amount } else { 0 };
        let mut cash_in_window = 0;
        let mut nets = [0; 4];
        for movement in counted(chunk, row, self.at) {
            open -= movement.amount_minor;
            if movement.effective <= before_day {
                before -= movement.amount_minor;
                continue;
            }
            nets[super::migration::exit_of(movement.kind)] += movement.amount_minor;
            if self.window.contains(movement.effective) {
                tally.add_movement(&movement, issued, due);
                cash_in_window += if movement.kind.is_cash() { movement.amount_minor } else { 0 };
            }
        }
        tally.add_open(open, self.at.as_of - issued, self.at.as_of - due);
        tally.add_before(before, open, before_day - due, nets, cash_in_window);
        if counts && open <= 0 {
            self.add_settled(chunk, row, tally);
        }
        if rows.kind[row] == ReceivableKind::Sale && counts {
            self.add_cohort(chunk, row, open, tally);
        }
    }

    /// Settled by cash within the window.
    fn add_settled(&self, chunk: &Chunk, row: usize, tally: &mut Tally) {
        let amount = chunk.rows.facts[row].amount;
        let settled = settlement(true, amount, counted(chunk, row, self.at));
        if let Some((day, true)) = settled.filter(|(day, _)| self.window.contains(*day)) {
            let days = day - chunk.rows.facts[row].issued;
            tally.settled_count += 1;
            tally.settled_days += i64::from(days);
            tally.settled += amount;
            tally.settled_amount_days += amount_days(amount, days);
        }
    }

    /// Amount-days outstanding of what was issued in the window; open amounts by month of issue.
    fn add_cohort(&self, chunk: &Chunk, row: usize, open: i64, tally: &mut Tally) {
        let issued = chunk.rows.facts[row].issued;
        let age = self.at.as_of - issued;
        if let Some(month) = self.month_of(issued) {
            tally.months[month].open_amount_days += amount_days(open.max(0), age);
        }
        if self.window.contains(issued) && chunk.sale(row, self.at.as_of, self.known) != 0 {
            let gone = counted(chunk, row, self.at)
                .map(|m| amount_days(m.amount_minor, m.effective - issued));
            tally.cohort_amount_days += gone.sum::<i128>() + amount_days(open, age);
        }
    }
}

/// The movements of a row that count.
pub(super) fn counted(chunk: &Chunk, row: usize, at: AsOf) -> impl Iterator<Item = Movement> + '_ {
    let moves = &chunk.moves;
    let known = at.known_day();
    chunk
        .moves_of(row)
        .take_while(move |m| moves.facts[*m].effective <= at.as_of)
        .filter(move |m| moves.facts[*m].recorded <= known)
        .map(|m| Movement {
            effective: moves.facts[m].effective,
            recorded: moves.facts[m].recorded,
            kind: moves.kind[m],
            amount_minor: moves.facts[m].amount,
        })
}

/// An amount times days.
pub(crate) fn amount_days(amount: i64, days: i32) -> i128 {
    i128::from(amount) * i128::from(days)
}

impl Tally {
    fn add_movement(&mut self, movement: &Movement, issued: Day, due: Day) {
        let amount = movement.amount_minor;
        if movement.kind.is_cash() {
            let late_days = movement.effective - due;
            self.paid_count += u64::from(movement.kind == MovementKind::Cash);
            self.paid += amount;
            self.paid_age_amount_days += amount_days(amount, movement.effective - issued);
            self.paid_late_amount_days += amount_days(amount, late_days);
            self.paid_late_floored_amount_days += amount_days(amount, late_days.max(0));
        } else if movement.kind == MovementKind::WriteOff {
            self.written_off_count += 1;
            self.written_off += amount;
        }
    }

    fn add_open(&mut self, open: i64, age_days: i32, overdue_days: i32) {
        if open <= 0 {
            return;
        }
        self.open_count += 1;
        self.open += open;
        self.open_days += i64::from(age_days);
        self.open_age_amount_days += amount_days(open, age_days);
        if overdue_days > 0 {
            self.overdue_count += 1;
            self.overdue += open;
            self.overdue_amount_days += amount_days(open, overdue_days);
        }
    }

    /// The line as it stood before the window, and what became of it.
    fn add_before(&mut self, before: i64, now: i64, overdue_days: i32, nets: [i64; 4], cash: i64) {
        if before <= 0 {
            return;
        }
        self.open_before_count += 1;
        self.open_before += before;
        self.recovered += cash;
        if overdue_days > 0 {
            self.overdue_before_count += 1;
            self.overdue_before += before;
            // What was overdue stays so until it goes: its due date does not move.
            self.cured += flow(before, now, nets).exits[super::migration::PAID];
        }
    }
}

impl Merge for Tally {
    fn merge(&mut self, other: Tally) {
        self.paid_count += other.paid_count;
        self.paid += other.paid;
        self.paid_age_amount_days += other.paid_age_amount_days;
        self.paid_late_amount_days += other.paid_late_amount_days;
        self.paid_late_floored_amount_days += other.paid_late_floored_amount_days;
        self.settled_count += other.settled_count;
        self.settled_days += other.settled_days;
        self.settled += other.settled;
        self.settled_amount_days += other.settled_amount_days;
        self.open_count += other.open_count;
        self.open += other.open;
        self.open_days += other.open_days;
        self.open_age_amount_days += other.open_age_amount_days;
        self.overdue_count += other.overdue_count;
        self.overdue += other.overdue;
        self.overdue_amount_days += other.overdue_amount_days;
        self.sales_count += other.sales_count;
        self.sales += other.sales;
        self.cohort_amount_days += other.cohort_amount_days;
        self.open_before_count += other.open_before_count;
        self.open_before += other.open_before;
        self.recovered += other.recovered;
        self.overdue_before_count += other.overdue_before_count;
        self.overdue_before += other.overdue_before;
        self.cured += other.cured;
        self.written_off_count += other.written_off_count;
        self.written_off += other.written_off;
        for (month, more) in self.months.iter_mut().zip(other.months) {
            month.sales += more.sales;
            month.open_amount_days += more.open_amount_days;
        }
        self.customer_open.extend(other.customer_open);
    }
}
