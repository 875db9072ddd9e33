//! Events that deserve a look whatever the statistics say: the first late payment ever, payments in
//! parts, promises broken twice, money that came back, disputes that multiply, orders that swell while
//! the limit runs out (domain reference B1, last line).
//!
//! Each is of the last ninety days and names the day it is about. Decides no action.

use crate::date::Day;
use crate::portfolio::{AsOf, Line, MovementKind, ReceivableKind};
use crate::ratio::Ratio;

/// Days in which a signal counts as new.
const RECENT_DAYS: i32 = 90;
/// Documents paid before a first lapse or a first part payment says anything.
const LEAST_PAID: usize = 5;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignalKind {
    /// Late for the first time.
    FirstLate,
    /// Pays in parts, which it did not.
    PartPayments,
    /// The last two promises judged were broken.
    PromisesBroken,
    /// A payment came back.
    PaymentReturned,
    /// Twice as many disputes as before.
    DisputesDoubled,
    /// Buys twice as much as before while most of its limit is used.
    VolumeSpike,
}

impl SignalKind {
    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            SignalKind::FirstLate => "first_late",
            SignalKind::PartPayments => "part_payments",
            SignalKind::PromisesBroken => "promises_broken",
            SignalKind::PaymentReturned => "payment_returned",
            SignalKind::DisputesDoubled => "disputes_doubled",
            SignalKind::VolumeSpike => "volume_spike",
        }
    }
}

/// A signal and the day it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// What happened.
    pub kind: SignalKind,
    /// When.
    pub on: Day,
}

/// What a customer said and disputed, as far as signals need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Promises judged: when each was judged and whether it was broken, in order.
    pub promises: Vec<(Day, bool)>,
    /// Days disputes were opened.
    pub disputes: Vec<Day>,
    /// Of the credit limit, what is used.
    pub limit_use: Option<Ratio>,
}

/// The signals of a customer as of a day, in the order of [`SignalKind`].
pub fn signals(lines: &[Line<'_>], words: &Words, at: AsOf) -> Vec<Signal> {
    let counted: Vec<&Line<'_>> = lines
        .iter()
        .filter(|line| line.counts(at) && line.kind() != ReceivableKind::Charge)
        .collect();
    let found = [
        (SignalKind::FirstLate, first_late(&counted, at)),
        (SignalKind::PartPayments, part_payments(&counted, at)),
        (SignalKind::PromisesBroken, promises_broken(words, at)),
        (SignalKind::PaymentReturned, payment_returned(&counted, at)),
        (SignalKind::DisputesDoubled, disputes_doubled(words, at)),
        (SignalKind::VolumeSpike, volume_spike(&counted, words, at)),
    ];
    found.into_iter().filter_map(|(kind, on)| Some(Signal { kind, on: on? })).collect()
}

fn is_recent(day: Day, at: AsOf) -> bool {
    day <= at.as_of && at.as_of - day < RECENT_DAYS
}

/// The first day something was overdue, if that is recent and enough was paid in time before.
fn first_late(lines: &[&Line<'_>], at: AsOf) -> Option<Day> {
    let late_since = |line: &&&Line<'_>| {
        let end = line.settled_on(at).unwrap_or(at.as_of);
        (end > line.due() && line.due() < at.as_of).then(|| line.due() + 1)
    };
    let first = lines.iter().filter_map(|line| late_since(&line)).min()?;
    let in_time = lines.iter().filter(|line| line.settled_on(at).is_some_and(|day| day < first));
    (is_recent(first, at) && in_time.count() >= LEAST_PAID).then_some(first)
}

/// The second recent payment of a part, when there was none in the year before.
fn part_payments(lines: &[&Line<'_>], at: AsOf) -> Option<Day> {
    let mut days: Vec<Day> = lines.iter().flat_map(|line| parts_of(line, at)).collect();
    days.sort_unstable();
    days.dedup();
    let year_before = at.as_of - RECENT_DAYS - 365;
    let before = days.iter().any(|day| *day > year_before && !is_recent(*day, at));
    let paid = lines.iter().filter(|line| line.settled_on(at).is_some()).count();
    let second = days.into_iter().filter(|day| is_recent(*day, at)).nth(1);
    second.filter(|_| !before && paid >= LEAST_PAID)
}

/// Days on which cash came for a receivable and left something open.
fn parts_of(line: &Line<'_>, at: AsOf) -> Vec<Day> {
    let mut balance = line.amount_minor();
    let mut days = Vec::new();
    for movement in line.movements_until(at) {
        balance -= movement.amount_minor;
        if movement.kind == MovementKind::Cash && balance > 0 {
            days.push(movement.effective);
        }
    }
    days
}

fn promises_broken(words: &Words, at: AsOf) -> Option<Day> {
    let judged: Vec<&(Day, bool)> =
        words.promises.iter().filter(|(day, _)| *day <= at.as_of).collect();
    let &[.., (_, true), (last, true)] = judged.as_slice() else { return None };
    is_recent(*last, at).then_some(*last)
}

/// The last day on which more came back than came in.
fn payment_returned(lines: &[&Line<'_>], at: AsOf) -> Option<Day> {
    let returned = |line: &&&Line<'_>| {
        let cash = || line.movements_until(at).filter(|movement| movement.kind.is_cash());
        let days = cash().filter(|m| m.kind == MovementKind::CashReversal).map(|m| m.effective);
        // Taken back and given again on one day is a correction of ours.
        days.filter(|day| {
            cash().filter(|m| m.effective == *day).map(|m| m.amount_minor).sum::<i64>() < 0
        })
        .max()
    };
    lines.iter().filter_map(|line| returned(&line)).max().filter(|day| is_recent(*day, at))
}

fn disputes_doubled(words: &Words, at: AsOf) -> Option<Day> {
    let known = || words.disputes.iter().copied().filter(|day| *day <= at.as_of);
    let recent = known().filter(|day| is_recent(*day, at)).count();
    // Three quarters of a year before, against which a quarter is held.
    let before = known().filter(|day| !is_recent(*day, at) && at.as_of - *day < 4 * RECENT_DAYS);
    let doubled = recent >= 2 && recent * 3 >= before.count() * 2;
    doubled.then(|| known().max()).flatten()
}

/// Sales of thirty days at least twice the usual of the half year before, while at least four fifths of
/// the limit are used.
fn volume_spike(lines: &[&Line<'_>], words: &Words, at: AsOf) -> Option<Day> {
    let used = words.limit_use?;
    let sales = |from: i32, to: i32| -> i128 {
        let within = lines.iter().filter(|line| {
            let ago = at.as_of - line.issued();
            line.kind() == ReceivableKind::Sale && from <= ago && ago < to
        });
        within.map(|line| i128::from(line.amount_minor())).sum()
    };
    let (recent, before) = (sales(0, 30), sales(30, 210));
    let last = lines.iter().map(|line| line.issued()).max()?;
    (before > 0 && recent * 6 >= before * 2 && used.rounded(3) >= 800).then_some(last)
}
