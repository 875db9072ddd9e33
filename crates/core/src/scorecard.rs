//! How likely a customer is to become a bad payer: points for what its record shows, a class, and the
//! reasons that weigh most against it.
//!
//! The expert scorecard of domain reference B2, as a table. It looks at conduct only, in windows of
//! six and twelve months, so a customer that mends its ways recovers as its record does. What is not
//! known adds nothing and takes nothing. Decides points; refuses or grants nothing: people do.

use crate::behaviour::Verdict;
use crate::date::Day;
use crate::portfolio::{AsOf, Line, MovementKind, ReceivableKind};
use crate::ratio::Ratio;
use std::collections::BTreeMap;

/// Points of a customer nothing is known of.
const START: i32 = 600;

/// What a customer's record shows, as of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Days late of what was paid in six months, weighted by amount.
    pub days_late: Option<Ratio>,
    /// Share of what was paid in twelve months that was late, by amount.
    pub late_share: Option<Ratio>,
    /// Most days late in twelve months, of what is overdue now too.
    pub worst_days: Option<i32>,
    /// Lapse or trend.
    pub behaviour: Verdict,
    /// Share of what is open that is overdue; `None` while nothing was ever owed.
    pub past_due_share: Option<Ratio>,
    /// Of the last five promises judged, those kept; `None` without a promise.
    pub promises_kept: Option<Ratio>,
    /// Of the disputes closed in twelve months, those that were not right; `None` without one.
    pub disputes_invalid: Option<Ratio>,
    /// Of the credit limit, what is used.
    pub limit_use: Option<Ratio>,
    /// Months since the first receivable.
    pub months_known: Option<i32>,
    /// Days in twelve months on which a payment came back.
    pub returned: Option<u32>,
}

/// What points are given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Factor {
    /// Days late of what was paid in six months.
    DaysLate,
    /// Share paid late in twelve months.
    LateShare,
    /// Most days late in twelve months.
    WorstDays,
    /// Lapse or trend.
    Behaviour,
    /// Share of what is open that is overdue.
    PastDueShare,
    /// Promises kept, of the last five.
    PromisesKept,
    /// Disputes that were not right.
    DisputesInvalid,
    /// Use of the credit limit.
    LimitUse,
    /// How long it has been a customer.
    MonthsKnown,
    /// Payments that came back.
    Returned,
}

impl Factor {
    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Factor::DaysLate => "days_late",
            Factor::LateShare => "late_share",
            Factor::WorstDays => "worst_days",
            Factor::Behaviour => "behaviour",
            Factor::PastDueShare => "past_due_share",
            Factor::PromisesKept => "promises_kept",
            Factor::DisputesInvalid => "disputes_invalid",
            Factor::LimitUse => "limit_use",
            Factor::MonthsKnown => "months_known",
            Factor::Returned => "returned",
        }
    }
}

/// From best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names of the classes of domain reference B2")]
pub enum Class {
    A,
    B,
    C,
    D,
    E,
}

impl Class {
    /// The least points of each class but the last.
    const LEAST: [(i32, Class); 4] =
        [(700, Class::A), (640, Class::B), (560, Class::C), (480, Class::D)];

    fn of(points: i32) -> Class {
        let reached = Class::LEAST.iter().find(|(least, _)| points >= *least);
        reached.map_or(Class::E, |(_, class)| *class)
    }

    /// Its letter.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::A => "A",
            Class::B => "B",
            Class::C => "C",
            Class::D => "D",
            Class::E => "E",
        }
    }
}

/// Points for one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// For what.
    pub factor: Factor,
    /// The figure: days, months, a count, or a share as a fraction of one. `None` for behaviour.
    pub value: Option<Ratio>,
    /// Points given or taken.
    pub points: i32,
}

/// A customer's points with what they are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// Six hundred and the parts.
    pub points: i32,
    /// The class they make.
    pub class: Class,
    /// Everything known, in the order of the table.
    pub parts: Vec<Part>,
}

impl Score {
    /// What weighs most against the customer, at most three, the heaviest first.
    pub fn reasons(&self) -> Vec<Part> {
        let mut against: Vec<Part> =
            self.parts.iter().filter(|part| part.points < 0).copied().collect();
        against.sort_by_key(|part| (part.points, part.factor));
        against.truncate(3);
        against
    }
}

/// A step of the table: points while the value, in thousandths, is at most (or under) a bound.
#[derive(Clone, Copy)]
enum Upto {
    /// At most so many thousandths.
    Most(i64, i32),
    /// Under so many thousandths.
    Under(i64, i32),
    /// Everything above.
    Rest(i32),
}

use Upto::{Most, Rest, Under};

/// The table of domain reference B2; days and shares in thousandths.
fn steps(factor: Factor) -> &'static [Upto] {
    match factor {
        Factor::DaysLate => {
            &[Most(0, 60), Most(7_000, 30), Most(15_000, 0), Most(30_000, -40), Rest(-90)]
        }
        Factor::LateShare => &[Under(100, 40), Most(300, 10), Most(600, -20), Rest(-50)],
        Factor::WorstDays => &[Most(15_000, 20), Most(60_000, -10), Rest(-50)],
        Factor::Behaviour => &[],
        Factor::PastDueShare => &[Most(0, 30), Under(200, 0), Most(500, -30), Rest(-70)],
        Factor::PromisesKept => &[Under(500, -50), Under(800, 0), Rest(30)],
        Factor::DisputesInvalid => &[Most(200, 0), Rest(-30)],
        Factor::LimitUse => &[Under(500, 20), Most(900, 0), Most(1_000, -20), Rest(-40)],
        Factor::MonthsKnown => &[Under(6_000, -30), Under(12_000, 0), Under(36_000, 10), Rest(30)],
        Factor::Returned => &[Most(0, 10), Most(1_000, -40), Rest(-80)],
    }
}

fn points(factor: Factor, value: Ratio) -> i32 {
    let milli = i64::try_from(value.rounded(3)).unwrap_or(i64::MAX);
    let points = steps(factor).iter().find_map(|step| match *step {
        Most(bound, points) => (milli <= bound).then_some(points),
        Under(bound, points) => (milli < bound).then_some(points),
        Rest(points) => Some(points),
    });
    points.unwrap_or(0)
}

fn behaviour_points(verdict: Verdict) -> i32 {
    match verdict {
        Verdict::TrendImproving | Verdict::StableOnTime => 20,
        Verdict::Lapse | Verdict::InsufficientHistory => 0,
        Verdict::StableLate => -20,
        Verdict::TrendWorsening => -60,
    }
}

/// Scores a record.
pub fn score(record: &Record) -> Score {
    let whole = |number: i64| Ratio { num: number.into(), den: 1 };
    let known = [
        (Factor::DaysLate, record.days_late),
        (Factor::LateShare, record.late_share),
        (Factor::WorstDays, record.worst_days.map(|days| whole(days.into()))),
        (Factor::PastDueShare, record.past_due_share),
        (Factor::PromisesKept, record.promises_kept),
        (Factor::DisputesInvalid, record.disputes_invalid),
        (Factor::LimitUse, record.limit_use),
        (Factor::MonthsKnown, record.months_known.map(|months| whole(months.into()))),
        (Factor::Returned, record.returned.map(|times| whole(times.into()))),
    ];
    let mut parts: Vec<Part> = known
        .into_iter()
        .filter_map(|(factor, value)| {
            let value = value?;
            Some(Part { factor, value: Some(value), points: points(factor, value) })
        })
        .collect();
    let behaviour = behaviour_points(record.behaviour);
    if record.behaviour != Verdict::InsufficientHistory {
        parts.push(Part { factor: Factor::Behaviour, value: None, points: behaviour });
    }
    parts.sort_by_key(|part| part.factor);
    let points = START + parts.iter().map(|part| part.points).sum::<i32>();
    Score { points, class: Class::of(points), parts }
}

/// What the receivables of one customer show; the rest of the record comes from whoever keeps it.
/// Amounts of several currencies cannot be added up: shares are of the currency with most
/// receivables.
pub fn of_lines<'a>(lines: impl Iterator<Item = Line<'a>>, at: AsOf, behaviour: Verdict) -> Record {
    let mut by_currency: BTreeMap<_, Sums> = BTreeMap::new();
    for line in lines.filter(|line| line.counts(at) && line.kind() != ReceivableKind::Charge) {
        by_currency.entry(line.currency()).or_default().add(&line, at);
    }
    let worst = by_currency.values().filter_map(|sums| sums.worst).max();
    let first = by_currency.values().filter_map(|sums| sums.first).min();
    let returned: usize = by_currency.values().map(Sums::returned_days).sum();
    let main = by_currency.into_values().rev().max_by_key(|sums| sums.count).unwrap_or_default();
    let any = main.count > 0;
    Record {
        days_late: Ratio::new(main.late_amount_days, main.paid_half_year),
        late_share: Ratio::new(main.paid_late, main.paid_year),
        worst_days: worst,
        behaviour,
        past_due_share: Ratio::new(main.past_due, main.open)
            .or(any.then_some(Ratio { num: 0, den: 1 })),
        promises_kept: None,
        disputes_invalid: None,
        limit_use: None,
        months_known: first.map(|first| months_between(first, at.as_of)),
        returned: any.then(|| u32::try_from(returned).unwrap_or(u32::MAX)),
    }
}

/// Sums over the receivables of a customer in one currency.
#[derive(Default)]
struct Sums {
    count: usize,
    first: Option<Day>,
    late_amount_days: i128,
    paid_half_year: i128,
    paid_late: i128,
    paid_year: i128,
    worst: Option<i32>,
    past_due: i128,
    open: i128,
    /// Net cash by day of those days on which some came back.
    returned: BTreeMap<Day, i128>,
}

impl Sums {
    fn add(&mut self, line: &Line<'_>, at: AsOf) {
        self.count += 1;
        self.first = Some(self.first.map_or(line.issued(), |first| first.min(line.issued())));
        let (year, half) = (at.as_of.add_months(-12), at.as_of.add_months(-6));
        let open = line.open_minor(at);
        let overdue_days = at.as_of - line.due();
        if open > 0 {
            self.open += i128::from(open);
            if overdue_days > 0 {
                self.past_due += i128::from(open);
                self.worst = self.worst.max(Some(overdue_days));
            }
        }
        self.add_returns(line, at, year);
        let by_cash = line.movements_until(at).any(|movement| movement.kind.is_cash());
        let Some(paid_on) = line.settled_on(at).filter(|day| by_cash && *day > year) else {
            return;
        };
        let (late, amount) = (paid_on - line.due(), i128::from(line.amount_minor()));
        self.worst = self.worst.max(Some(late));
        self.paid_year += amount;
        self.paid_late += if late > 0 { amount } else { 0 };
        if paid_on > half {
            self.paid_half_year += amount;
            self.late_amount_days += amount * i128::from(late);
        }
    }

    /// Money taken back and given again on one day is a correction of ours, not a payment returned.
    fn add_returns(&mut self, line: &Line<'_>, at: AsOf, year: Day) {
        let back = |day: Day| {
            let same_day = line.movements_until(at).filter(|m| m.effective == day);
            same_day.filter(|m| m.kind.is_cash()).map(|m| i128::from(m.amount_minor)).sum::<i128>()
        };
        let returns = line.movements_until(at).filter(|movement| {
            movement.kind == MovementKind::CashReversal && movement.effective > year
        });
        let mut days: Vec<Day> = returns.map(|movement| movement.effective).collect();
        days.dedup();
        for day in days {
            *self.returned.entry(day).or_default() += back(day);
        }
    }

    fn returned_days(&self) -> usize {
        self.returned.values().filter(|net| **net < 0).count()
    }
}

fn months_between(from: Day, to: Day) -> i32 {
    let ((from_year, from_month, from_day), (year, month, day)) = (from.ymd(), to.ymd());
    let months = (year - from_year) * 12 + month as i32 - from_month as i32;
    (months - i32::from(day < from_day)).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Record = Record {
        days_late: None,
        late_share: None,
        worst_days: None,
        behaviour: Verdict::InsufficientHistory,
        past_due_share: None,
        promises_kept: None,
        disputes_invalid: None,
        limit_use: None,
        months_known: None,
        returned: None,
    };

    fn ratio(num: i128, den: i128) -> Option<Ratio> {
        Ratio::new(num, den)
    }

    #[test]
    fn the_best_and_the_worst_record_by_the_table() {
        let best = Record {
            days_late: ratio(-2, 1),
            late_share: ratio(0, 1),
            worst_days: Some(3),
            behaviour: Verdict::StableOnTime,
            past_due_share: ratio(0, 1),
            promises_kept: ratio(5, 5),
            disputes_invalid: ratio(0, 1),
            limit_use: ratio(1, 5),
            months_known: Some(40),
            returned: Some(0),
        };
        let found = score(&best);
        assert_eq!(found.points, 600 + 60 + 40 + 20 + 20 + 30 + 30 + 20 + 30 + 10);
        assert_eq!((found.class, found.reasons()), (Class::A, Vec::new()));
        let worst = Record {
            days_late: ratio(31, 1),
            late_share: ratio(61, 100),
            worst_days: Some(61),
            behaviour: Verdict::TrendWorsening,
            past_due_share: ratio(51, 100),
            promises_kept: ratio(2, 5),
            disputes_invalid: ratio(21, 100),
            limit_use: ratio(101, 100),
            months_known: Some(5),
            returned: Some(2),
        };
        let found = score(&worst);
        assert_eq!(found.points, 600 - 90 - 50 - 50 - 60 - 70 - 50 - 30 - 40 - 30 - 80);
        let reasons: Vec<Factor> = found.reasons().iter().map(|part| part.factor).collect();
        assert_eq!(reasons, [Factor::DaysLate, Factor::Returned, Factor::PastDueShare]);
        assert_eq!(found.class, Class::E);
    }

    #[test]
    fn what_is_not_known_neither_adds_nor_takes() {
        assert_eq!(score(&NOTHING).points, 600);
        assert_eq!(score(&NOTHING).parts, []);
        assert_eq!(score(&NOTHING).class, Class::C);
    }

    #[test]
    fn bounds_fall_where_the_table_has_them() {
        let late = |days| score(&Record { days_late: ratio(days, 10), ..NOTHING }).points - 600;
        assert_eq!([0, 1, 70, 71, 150, 151, 300, 301].map(late), [60, 30, 30, 0, 0, -40, -40, -90]);
        let share = |n| score(&Record { late_share: ratio(n, 100), ..NOTHING }).points - 600;
        assert_eq!([9, 10, 30, 31, 60, 61].map(share), [40, 10, 10, -20, -20, -50]);
        let use_ = |n| score(&Record { limit_use: ratio(n, 100), ..NOTHING }).points - 600;
        assert_eq!([49, 50, 90, 91, 100, 101].map(use_), [20, 0, 0, -20, -20, -40]);
    }

    #[test]
    fn months_are_whole() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(months_between(day("2025-01-31"), day("2025-02-28")), 0);
        assert_eq!(months_between(day("2023-06-15"), day("2026-06-15")), 36);
    }
}
