//! One pass over the receivables of a currency, and its sums by point and by day.

use super::{Flows, HistoryQuestion};
use crate::aging::{Basis, BucketSet};
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
    /// Whether cash is kept by period and not by day.
    cash_by_period: bool,
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
        let cash_by_period = question.flows == Flows::Period;
        Plan { buckets, known, points, first_day, last_day, cash_from, cash_by_period, point_of }
    }

    /// The first point that shows what starts on `day`; one past the last if none does.
    #[inline]
    fn point_of(&self, day: Day) -> usize {
        match usize::try_from(day - self.first_day) {
            Err(_) => 0,
            Ok(at) => self.point_of.get(at).map_or(self.points.len(), |point| *point as usize),
        }
    }

    /// The slot of a day's cash: its period, which is known by the point that ends it, or the day.
    #[inline]
    fn cash_slot(&self, day: Day) -> Option<usize> {
        if self.cash_by_period { Some(self.point_of(day)) } else { self.slot(day) }
    }

    /// The slot of a day's sales, if they are kept.
    #[inline]
    fn slot(&self, day: Day) -> Option<usize> {
        let kept = day >= self.first_day && day <= self.last_day;
        kept.then_some((day.0.wrapping_sub(self.first_day.0)) as usize)
    }

    fn base(&self) -> Day {
        self.first_day
    }
}

/// Change of what is open in one bucket at one point.
#[derive(Clone, Copy, Default)]
struct BucketChange {
    amount: i64,
    count: i64,
}

/// Change of the stocks at one point, whatever the bucket.
#[derive(Clone, Copy, Default)]
struct Change {
    /// Amounts times days of issue of what is open, from the plan's base.
    issue_amount_days: i128,
    /// Days of issue of what is open.
    issue_days: i64,
    unapplied: i64,
    /// What is past due, kept when the buckets do not say.
    overdue: BucketChange,
}

/// Sums being gathered, as differences from point to point and from day to day.
pub(super) struct Pass {
    changes: Vec<Change>,
    /// By point and then by bucket.
    buckets: Vec<BucketChange>,
    width: usize,
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
        let (points, width) = (plan.points.len() + 1, plan.buckets.len());
        Pass {
            changes: vec![Change::default(); points],
            buckets: vec![BucketChange::default(); points * width],
            width,
            cash: vec![Collected::default(); days.max(points)],
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
        let issued = chunk.rows.facts[row].issued;
        let Some(slot) = plan.slot(issued) else { return };
        let sold = chunk.sale_before_cancellation(row, plan.known);
        self.sales[slot] += sold;
        if sold != 0 && chunk.is_cancelled_sale(row) {
            let moves = &chunk.moves;
            let cancelling = chunk.moves_of(row).filter(|at| {
                moves.kind[*at] == MovementKind::Cancellation
                    && moves.facts[*at].recorded <= plan.known
            });
            self.cancelled.extend(cancelling.map(|at| CancelledSale {
                issued,
                on: moves.facts[at].effective,
                amount: moves.facts[at].amount,
            }));
        }
    }

    fn add_row(&mut self, plan: &Plan, chunk: &Chunk, row: usize) {
        let rows = &chunk.rows;
        let (issued, due) = (rows.facts[row].issued, rows.facts[row].due);
        let mut unissued =
            if rows.facts[row].recorded <= plan.known { rows.facts[row].amount } else { 0 };
        let mut stretch =
            Stretch { from: plan.point_of(rows.opens_on[row]), to: 0, balance: 0, issued, due };
        for at in chunk.moves_of(row) {
            let on = chunk.moves.facts[at].effective;
            if on > plan.last_day {
                break;
            }
            if chunk.moves.facts[at].recorded > plan.known {
                continue;
            }
            if unissued != 0 && on >= issued {
                self.step(plan, &mut stretch, issued, unissued);
                unissued = 0;
            }
            let amount = chunk.moves.facts[at].amount;
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
        let Some(slot) = plan.cash_slot(on) else { return };
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
        let start = &mut self.changes[from];
        start.issue_days += i64::from(issue_days);
        start.issue_amount_days += weighted;
        let end = &mut self.changes[to];
        end.issue_days -= i64::from(issue_days);
        end.issue_amount_days -= weighted;
        if plan.buckets.basis() == Basis::Issue {
            let late_from = plan.point_of(due + 1).clamp(from, to);
            self.changes[late_from].overdue.add(balance);
            self.changes[to].overdue.take(balance);
        }
        self.add_to_buckets(plan, stretch);
    }

    /// One addition where the balance enters a bucket and one where it leaves it.
    #[inline]
    fn add_to_buckets(&mut self, plan: &Plan, stretch: &Stretch) {
        let Stretch { mut from, to, balance, issued, due } = *stretch;
        let counted_from = plan.buckets.counted_from(issued, due);
        let bounds = plan.buckets.bounds();
        while from < to {
            let bucket = plan.buckets.bucket_of(plan.points[from] - counted_from);
            let leaves = match bounds.get(bucket) {
                // The balance ends with this point anyway.
                _ if from + 1 == to => to,
                Some(bound) => plan.point_of(counted_from + (bound + 1)).min(to),
                None => to,
            };
            self.buckets[from * self.width + bucket].add(balance);
            self.buckets[leaves * self.width + bucket].take(balance);
            from = leaves;
        }
    }

    /// Adds differences up.
    pub fn totals(mut self, plan: &Plan) -> Totals {
        let mut stocks = Vec::with_capacity(plan.points.len());
        let mut sum = Change::default();
        let mut buckets = vec![BucketChange::default(); self.width];
        let by_point = self.changes.iter().zip(self.buckets.chunks(self.width));
        for ((change, changes), day) in by_point.zip(&plan.points) {
            buckets.iter_mut().zip(changes).for_each(|(sum, more)| sum.merge(*more));
            sum.issue_days += change.issue_days;
            sum.issue_amount_days += change.issue_amount_days;
            sum.unapplied += change.unapplied;
            sum.overdue.merge(change.overdue);
            stocks.push(Stocks::of(&sum, &buckets, plan, *day));
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

impl BucketChange {
    #[inline]
    fn add(&mut self, amount: i64) {
        self.amount += amount;
        self.count += 1;
    }

    #[inline]
    fn take(&mut self, amount: i64) {
        self.amount -= amount;
        self.count -= 1;
    }

    fn merge(&mut self, other: BucketChange) {
        self.amount += other.amount;
        self.count += other.count;
    }
}

/// What is open on one day.
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
    fn of(sum: &Change, buckets: &[BucketChange], plan: &Plan, day: Day) -> Stocks {
        let mut all = BucketChange::default();
        let mut overdue = sum.overdue;
        for (at, bucket) in buckets.iter().enumerate() {
            all.merge(*bucket);
            if plan.buckets.is_overdue(at) {
                overdue.merge(*bucket);
            }
        }
        let days = day - plan.base();
        Stocks {
            amounts: buckets.iter().map(|bucket| bucket.amount).collect(),
            open: all.amount,
            current: all.amount - overdue.amount,
            open_count: u64::try_from(all.count).unwrap_or_default(),
            overdue_count: u64::try_from(overdue.count).unwrap_or_default(),
            open_days: all.count * i64::from(days) - sum.issue_days,
            open_age_amount_days: amount_days(all.amount, days) - sum.issue_amount_days,
            unapplied: sum.unapplied,
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

    /// Cash of the flows of the point `at`.
    pub fn cash(&self, plan: &Plan, at: usize, flows: Window) -> Collected {
        if plan.cash_by_period {
            // Point 0 is the day before the first period.
            return self.cash[at + 1];
        }
        let mut sum = Collected::default();
        let slots = self.cash.iter().zip(plan.first_day.0..);
        for (cash, _) in slots.filter(|(_, day)| flows.contains(Day(*day))) {
            sum.merge(*cash);
        }
        sum
    }
}
