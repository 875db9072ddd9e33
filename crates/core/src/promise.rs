//! Promises to pay: whether one is still open, kept, partly kept or broken, with the evidence.
//!
//! Kept means: money effective by the promised day plus grace reaches 95 % of what was promised;
//! partly kept from 50 %; else broken (domain reference A5). Knows nothing of receivables: the
//! caller says which payments count towards the promise.

use crate::calendar::Calendar;
use crate::date::Day;
use crate::money::Money;

/// Working days a promise may be late without being broken (A5).
pub const DEFAULT_GRACE_DAYS: i32 = 2;
const KEPT_PERCENT: i128 = 95;
const PARTLY_PERCENT: i128 = 50;

/// What was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Day the promise was made. Earlier money does not count.
    pub made_on: Day,
    /// Day the money was promised for.
    pub promised_on: Day,
    /// How much.
    pub amount: Money,
    /// Whether a dispute or a credit note took its object away: then it is never judged.
    pub cancelled: bool,
}

/// Money that counts towards a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromisePayment {
    /// Day it took effect.
    pub effective: Day,
    /// How much; negative when a payment was returned.
    pub amount: Money,
}

/// What became of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Its day and grace are not over.
    Open,
    /// At least 95 % came in time.
    Kept,
    /// At least 50 % came in time.
    Partly,
    /// Less than 50 % came in time.
    Broken,
    /// Its object was taken away; it counts in no rate.
    Cancelled,
}

impl Outcome {
    /// The word used in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Open => "open",
            Outcome::Kept => "kept",
            Outcome::Partly => "partly",
            Outcome::Broken => "broken",
            Outcome::Cancelled => "cancelled",
        }
    }
}

/// An outcome and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What became of the promise.
    pub outcome: Outcome,
    /// Money that came in time, smallest units of the promised currency.
    pub paid_minor: i64,
    /// What was promised, smallest units.
    pub promised_minor: i64,
    /// Last day on which money counts.
    pub deadline: Day,
    /// Day on which the money reached what keeping needs, when it did.
    pub kept_on: Option<Day>,
}

/// The last day on which money counts: the promised day plus so many working days.
pub fn deadline(promised_on: Day, grace_days: i32, calendar: &Calendar) -> Day {
    calendar.add_working_days(promised_on, grace_days.max(0))
}

/// Judges a promise as of `today`. Payments in another currency, before the promise, after its
/// deadline or after `today` do not count. A promise is kept as soon as the money is there.
pub fn judge(
    promise: &Promise,
    payments: &[PromisePayment],
    today: Day,
    grace_days: i32,
    calendar: &Calendar,
) -> Judgement {
    let deadline = deadline(promise.promised_on, grace_days, calendar);
    let promised = i128::from(promise.amount.minor);
    let mut counted: Vec<(Day, i128)> = payments
        .iter()
        .filter(|p| p.amount.currency == promise.amount.currency)
        .filter(|p| p.effective >= promise.made_on && p.effective <= deadline.min(today))
        .map(|p| (p.effective, i128::from(p.amount.minor)))
        .collect();
    counted.sort_unstable();
    let paid: i128 = counted.iter().map(|(_, minor)| minor).sum();
    let reaches = |paid: i128, percent: i128| paid * 100 >= promised * percent;
    let outcome = if promise.cancelled {
        Outcome::Cancelled
    } else if reaches(paid, KEPT_PERCENT) {
        Outcome::Kept
    } else if today <= deadline {
        Outcome::Open
    } else if reaches(paid, PARTLY_PERCENT) {
        Outcome::Partly
    } else {
        Outcome::Broken
    };
    let kept_on = (outcome == Outcome::Kept).then(|| first_day_reached(&counted, promised));
    Judgement {
        outcome,
        paid_minor: i64::try_from(paid).unwrap_or(i64::MAX),
        promised_minor: promise.amount.minor,
        deadline,
        kept_on: kept_on.flatten(),
    }
}

/// The first day at whose end the money, returned payments taken off, was enough.
fn first_day_reached(counted: &[(Day, i128)], promised: i128) -> Option<Day> {
    let mut paid = 0;
    counted.chunk_by(|a, b| a.0 == b.0).find_map(|day| {
        paid += day.iter().map(|(_, minor)| minor).sum::<i128>();
        (paid * 100 >= promised * KEPT_PERCENT).then_some(day[0].0)
    })
}
