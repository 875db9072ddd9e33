//! One pass over the receivables of a currency, and its sums by point and by day.

use super::{Flows, HistoryQuestion};
use crate::aging::{Basis, BucketSet, MAX_BUCKETS};
use crate::date::Day;
use crate::indicators::{Collected, amount_days};
use crate::portfolio::chunk::{Account, Chunk, NEVER};
use crate::portfolio::group::Merge;
use crate::portfolio::{MovementKind, Portfolio, Window};

/// Months of sales before a point that a count-back can read.
const LOOKBACK_MONTHS: i32 = 24;

/// Where days fall: which stock point first shows a day, and which slot keeps its flows.
pub(super) struct Plan {
    buckets: BucketSet,
    known: Day,
    /// Days of the stocks: the day before the first period, then the end of each.
    points: Vec<Day>,
    /// Flows are kept by day from here.
    first_day: Day,
    last_day: Day,
    /// Cash before this day is in no point's flows.
    cash_from: Day,
    /// By day from `first_day`: the first point on or after it.
    point_of: Vec<u32>,
}

impl Plan {
    pub fn new(portfolio: &Portfolio, question: &HistoryQuestion) -> Plan {
        let span = &question.span;
        let mut points = vec![span.before()];
        points.extend(span.days());
        let last_day = *points.last().unwrap_or(&span.before());
        let start = span.before() + 1;
        let end = points[1];
        let cash_from = match question.flows {
            Flows::Period => start,
            Flows::Trailing(days) => start.min(end - (days - 1)),
        };
        let lookback = end.month_start().add_months(-LOOKBACK_MONTHS);
        let wanted = lookback.min(cash_from).min(end - (question.sales_days - 1));
        // Nothing happened before the first day of the portfolio: keep no days for it.
        let first_day = wanted.max(portfolio.first_day().unwrap_or(start)).min(start);
        let days = (last_day - first_day + 1).max(1);
        let point_of = (0..days)
            .map(|day| points.partition_point(|point| *point < first_day + day) as u32)
            .collect();
        let known = question.known_at.unwrap_or(NEVER);
        let buckets = question.buckets.clone();
        Plan { buckets, known, points, first_day, last_day, cash_from, point_of }
    }

    /// The first point that shows what starts on `day`; one past the last if none does.
    #[inline]
    fn point_of(&self, day: Day) -> usize {
        match usize::try_from(day - self.first_day) {
            Err(_) => 0,
            Ok(at) => self.point_of.get(at).map_or(self.points.len(), |point| *point as usize),
        }
    }

    /// The slot of a day's flows, if they are kept.
    #[inline]
    fn slot(&self, day: Day) -> Option<usize> {
        let kept = day >= self.first_day && day <= self.last_day;
        kept.then_some((day.0.wrapping_sub(self.first_day.0)) as usize)
    }

    fn base(&self) -> Day {
        self.first_day
    }
}

/// Changes of the stocks at one point.
#[derive(Clone, Copy)]
struct Change {
    amounts: [i64; MAX_BUCKETS],
    overdue: i64,
    overdue_count: i64,
    count: i64,
    /// Days of issue of what is open, from the plan's base.
    issue_days: i64,
    issue_amount_days: i128,
    unapplied: i64,
}

const NO_CHANGE: Change = Change {
    amounts: [0; MAX_BUCKETS],
    overdue: 0,
    overdue_count: 0,
    count: 0,
    issue_days: 0,
    issue_amount_days: 0,
    unapplied: 0,
};

/// Sums being gathered, as differences from point to point and from day to day.
pub(super) struct Pass {
    changes: Vec<Change>,
    cash: Vec<Collected>,
    /// By day of issue, what was cancelled later included.
    sales: Vec<i64>,
    cancelled: Vec<CancelledSale>,
}

/// Part of a sale that stopped being one.
#[derive(Clone, Copy)]
struct CancelledSale {
    issued: Day,
    on: Day,
    amount: i64,
}

/// A stretch of a row's life with one balance, shown by the points `from..to`.
struct Stretch {
    from: usize,
    to: usize,
    balance: i64,
    issued: Day,
    due: Day,
}

impl Pass {
    pub fn new(plan: &Plan) -> Pass {
        let days = plan.point_of.len();
        Pass {
            changes: vec![NO_CHANGE; plan.points.len() + 1],
            cash: vec![Collected::default(); days],
            sales: vec![0; days],
            cancelled: Vec::new(),
        }
    }

    pub fn add_account(&mut self, plan: &Plan, chunk: &Chunk, account: &Account) {
        for row in chunk.rows_until(account, plan.last_day) {
            self.add_sale(plan, chunk, row);
            let settled = chunk.rows.settled[row];
            let silent = settled <= plan.points[0] && settled < plan.cash_from;
            if !silent || chunk.rows.last_recorded[row] > plan.known {
                self.add_row(plan, chunk, row);
            }
        }
        for at in account.credits() {
            let (on, recorded) = (chunk.credits.effective[at], chunk.credits.recorded[at]);
            if on <= plan.last_day && recorded <= plan.known {
                self.changes[plan.point_of(on)].unapplied += chunk.credits.amount[at];
            }
        }
    }

    #[inline]
    fn add_sale(&mut self, plan: &Plan, chunk: &Chunk, row: usize) {
        let issued = chunk.rows.issued[row];
        let Some(slot) = plan.slot(issued) else { return };
        self.sales[slot] += chunk.sale_before_cancellation(row, plan.known);
        if chunk.is_cancelled_sale(row) && chunk.rows.recorded[row] <= plan.known {
            let moves = &chunk.moves;
            let cancelling = chunk.moves_of(row).filter(|at| {
                moves.kind[*at] == MovementKind::Cancellation && moves.recorded[*at] <= plan.known
            });
            self.cancelled.extend(cancelling.map(|at| CancelledSale {
                issued,
                on: moves.effective[at],
                amount: moves.amount[at],
            }));
        }
    }

    fn add_row(&mut self, plan: &Plan, chunk: &Chunk, row: usize) {
        let rows = &chunk.rows;
        let (issued, due) = (rows.issued[row], rows.due[row]);
        let mut unissued = if rows.recorded[row] <= plan.known { rows.amount[row] } else { 0 };
        let mut stretch =
            Stretch { from: plan.point_of(rows.opens_on[row]), to: 0, balance: 0, issued, due };
        for at in chunk.moves_of(row) {
            let on = chunk.moves.effective[at];
            if on > plan.last_day {
                break;
            }
            if chunk.moves.recorded[at] > plan.known {
                continue;
            }
            if unissued != 0 && on >= issued {
                self.step(plan, &mut stretch, issued, unissued);
                unissued = 0;
            }
            let amount = chunk.moves.amount[at];
            self.step(plan, &mut stretch, on, -amount);
            let kind = chunk.moves.kind[at];
            if kind.is_cash() && on >= plan.cash_from {
                self.add_cash(plan, on, kind, amount, on - issued, on - due);
            }
        }
        if unissued != 0 && issued <= plan.last_day {
            self.step(plan, &mut stretch, issued, unissued);
        }
        stretch.to = plan.points.len();
        self.add_stretch(plan, &stretch);
    }

    /// The balance changes by `amount` on a day: what it was ends, what it is begins.
    #[inline]
    fn step(&mut self, plan: &Plan, stretch: &mut Stretch, on: Day, amount: i64) {
        stretch.to = plan.point_of(on);
        self.add_stretch(plan, stretch);
        stretch.from = stretch.to;
        stretch.balance += amount;
    }

    #[inline]
    fn add_cash(
        &mut self,
        plan: &Plan,
        on: Day,
        kind: MovementKind,
        amount: i64,
        age: i32,
        late: i32,
    ) {
        let Some(slot) = plan.slot(on) else { return };
        let cash = &mut self.cash[slot];
        cash.count += u64::from(kind == MovementKind::Cash);
        cash.amount_minor += amount;
        cash.age_amount_days += amount_days(amount, age);
        cash.late_amount_days += amount_days(amount, late);
    }

    fn add_stretch(&mut self, plan: &Plan, stretch: &Stretch) {
        let Stretch { from, to, balance, issued, due } = *stretch;
        if from >= to || balance == 0 {
            return;
        }
        if balance < 0 {
            self.changes[from].unapplied -= balance;
            self.changes[to].unapplied += balance;
            return;
        }
        let issue_days = issued - plan.base();
        let weighted = amount_days(balance, issue_days);
        for (at, sign) in [(from, 1), (to, -1)] {
            let change = &mut self.changes[at];
            change.count += sign;
            change.issue_days += sign * i64::from(issue_days);
            change.issue_amount_days += i128::from(sign) * weighted;
        }
        let late_from = plan.point_of(due + 1).clamp(from, to);
        for (at, sign) in [(late_from, 1), (to, -1)] {
            self.changes[at].overdue += sign * balance;
            self.changes[at].overdue_count += sign;
        }
        self.add_to_buckets(plan, stretch);
    }

    /// One addition where the balance enters a bucket and one where it leaves it.
    fn add_to_buckets(&mut self, plan: &Plan, stretch: &Stretch) {
        let Stretch { mut from, to, balance, issued, due } = *stretch;
        let counted_from = match plan.buckets.basis() {
            Basis::Due => due,
            Basis::Issue => issued,
        };
        let bounds = plan.buckets.bounds();
        while from < to {
            let bucket = plan.buckets.bucket_of(plan.points[from] - counted_from);
            let leaves = bounds
                .get(bucket)
                .map_or(to, |bound| plan.point_of(counted_from + (bound + 1)).min(to));
            self.changes[from].amounts[bucket] += balance;
            self.changes[leaves].amounts[bucket] -= balance;
            from = leaves;
        }
    }

    /// Adds differences up.
    pub fn totals(mut self, plan: &Plan) -> Totals {
        let mut stocks = Vec::with_capacity(plan.points.len());
        let mut sum = NO_CHANGE;
        for (change, day) in self.changes.iter().zip(&plan.points) {
            sum.amounts.iter_mut().zip(change.amounts).for_each(|(sum, more)| *sum += more);
            sum.overdue += change.overdue;
            sum.overdue_count += change.overdue_count;
            sum.count += change.count;
            sum.issue_days += change.issue_days;
            sum.issue_amount_days += change.issue_amount_days;
            sum.unapplied += change.unapplied;
            stocks.push(Stocks::of(&sum, plan, *day));
        }
        let mut sales = vec![0];
        sales.extend(self.sales.iter().scan(0, |sum: &mut i64, day| {
            *sum += day;
            Some(*sum)
        }));
        self.cancelled.sort_unstable_by_key(|sale| sale.issued);
        Totals { stocks, cash: self.cash, sales, cancelled: self.cancelled }
    }
}

/// What is open on one day.
#[derive(Clone)]
pub(super) struct Stocks {
    pub amounts: Vec<i64>,
    pub open: i64,
    pub current: i64,
    pub open_count: u64,
    pub overdue_count: u64,
    /// Ages of the open receivables, added up.
    pub open_days: i64,
    pub open_age_amount_days: i128,
    pub unapplied: i64,
}

impl Stocks {
    fn of(sum: &Change, plan: &Plan, day: Day) -> Stocks {
        let amounts = sum.amounts[..plan.buckets.len()].to_vec();
        let open: i64 = amounts.iter().sum();
        let days = day - plan.base();
        Stocks {
            open,
            current: open - sum.overdue,
            open_count: u64::try_from(sum.count).unwrap_or_default(),
            overdue_count: u64::try_from(sum.overdue_count).unwrap_or_default(),
            open_days: sum.count * i64::from(days) - sum.issue_days,
            open_age_amount_days: amount_days(open, days) - sum.issue_amount_days,
            unapplied: sum.unapplied,
            amounts,
        }
    }
}

/// What a pass found.
pub(super) struct Totals {
    /// At the day before the first period and then at the end of each.
    pub stocks: Vec<Stocks>,
    cash: Vec<Collected>,
    /// Sales before each day from the plan's first.
    sales: Vec<i64>,
    /// By day of issue.
    cancelled: Vec<CancelledSale>,
}

impl Totals {
    /// Sales of some days as of a day: what was cancelled by then is none.
    pub fn sales(&self, plan: &Plan, window: Window, as_of: Day) -> i64 {
        let before = |day: Day| (day - plan.first_day).clamp(0, self.sales.len() as i32 - 1);
        let gross =
            self.sales[before(window.to + 1) as usize] - self.sales[before(window.from) as usize];
        let from = self.cancelled.partition_point(|sale| sale.issued < window.from);
        let of_window = self.cancelled[from..].iter().take_while(|sale| sale.issued <= window.to);
        let cancelled = of_window.filter(|sale| sale.on <= as_of).map(|sale| sale.amount);
        gross - cancelled.sum::<i64>()
    }

    /// Cash of some days.
    pub fn cash(&self, plan: &Plan, window: Window) -> Collected {
        let mut sum = Collected::default();
        let slots = self.cash.iter().zip(plan.first_day.0..);
        for (cash, _) in slots.filter(|(_, day)| window.contains(Day(*day))) {
            sum.merge(*cash);
        }
        sum
    }
}
