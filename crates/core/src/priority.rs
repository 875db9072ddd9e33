//! The order of the worklist "Mi día": points for each thing that makes a customer worth
//! contacting now, shown one by one.
//!
//! Stands until payment can be predicted; then expected value takes its place (domain reference
//! B6). The weights are our starting values, not measured ones.

use crate::behaviour::Verdict;
use crate::date::Day;
use crate::id::CustomerId;

/// What is known of a customer for ranking. Amounts are in the creditor's reporting currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorityFacts {
    /// Who.
    pub customer: CustomerId,
    /// Overdue and collectable: not disputed, not on hold, net of money on account.
    pub overdue_minor: i64,
    /// The middle overdue customer of the creditor, the measure of what is much.
    pub typical_overdue_minor: i64,
    /// Days past due of the oldest overdue receivable.
    pub overdue_days: i32,
    /// When the last broken promise was due.
    pub promise_broken_on: Option<Day>,
    /// What its payments say.
    pub behaviour: Verdict,
    /// Today.
    pub today: Day,
}

/// Something that adds points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// How much is overdue, against what is usual: 50 points at the usual, 100 never reached.
    OverdueAmount,
    /// How late the oldest is: 30 points at 60 days, 60 never reached.
    OverdueDays,
    /// A receivable moves to the next aging bucket within three days: 10 points.
    BucketEdge,
    /// A promise was broken: 30 points in the week after, then 15 for a month.
    PromiseBroken,
    /// Pays later than it used to: 20 points; one lapse: 8; always late: 4.
    Behaviour,
}

impl PartKind {
    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            PartKind::OverdueAmount => "overdue_amount",
            PartKind::OverdueDays => "overdue_days",
            PartKind::BucketEdge => "bucket_edge",
            PartKind::PromiseBroken => "promise_broken",
            PartKind::Behaviour => "behaviour",
        }
    }
}

/// One part of a priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is for.
    pub kind: PartKind,
    /// Points added; never zero or less.
    pub points: i64,
    /// The fact behind it: smallest units, days past due, days to the edge, days since the
    /// promise; 0 for behaviour.
    pub value: i64,
}

/// A customer's place in the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priority {
    /// Who.
    pub customer: CustomerId,
    /// Sum of the parts.
    pub points: i64,
    /// The parts, the largest first.
    pub parts: Vec<Part>,
}

/// Weighs one customer. Nothing overdue weighs nothing, whatever else is true.
pub fn weigh(facts: &PriorityFacts) -> Priority {
    let mut parts = if facts.overdue_minor > 0 { parts(facts) } else { Vec::new() };
    parts.retain(|part| part.points > 0);
    parts.sort_by_key(|part| std::cmp::Reverse(part.points));
    let points = parts.iter().map(|part| part.points).sum();
    Priority { customer: facts.customer, points, parts }
}

/// The customers in the order they should be contacted: by points, then by amount, then by id, so
/// that the order is always the same.
pub fn rank(facts: &[PriorityFacts]) -> Vec<Priority> {
    let mut weighed: Vec<(i64, Priority)> =
        facts.iter().map(|one| (one.overdue_minor, weigh(one))).collect();
    weighed.sort_by_key(|(overdue_minor, priority)| {
        (-priority.points, -*overdue_minor, priority.customer)
    });
    weighed.into_iter().map(|(_, priority)| priority).collect()
}

fn parts(facts: &PriorityFacts) -> Vec<Part> {
    let days = facts.overdue_days.max(0);
    let typical = facts.typical_overdue_minor.max(1);
    let part = |kind, points, value| Part { kind, points, value };
    let mut parts = vec![
        part(
            PartKind::OverdueAmount,
            saturating(100, facts.overdue_minor, typical),
            facts.overdue_minor,
        ),
        part(PartKind::OverdueDays, saturating(60, days.into(), 60), days.into()),
    ];
    if let Some(left) = days_to_next_bucket(days).filter(|left| days > 0 && *left <= 3) {
        parts.push(part(PartKind::BucketEdge, 10, left.into()));
    }
    let since = facts.promise_broken_on.map(|broken| facts.today - broken);
    if let Some(since) = since.filter(|since| (0..=30).contains(since)) {
        let points = if since <= 7 { 30 } else { 15 };
        parts.push(part(PartKind::PromiseBroken, points, since.into()));
    }
    let behaviour = match facts.behaviour {
        Verdict::TrendWorsening => 20,
        Verdict::Lapse => 8,
        Verdict::StableLate => 4,
        Verdict::StableOnTime | Verdict::TrendImproving | Verdict::InsufficientHistory => 0,
    };
    parts.push(part(PartKind::Behaviour, behaviour, 0));
    parts
}

/// Rises with `value` from 0, is half of `most` where `value` equals `half`, and never reaches
/// `most`: large customers count more without making the small ones invisible.
fn saturating(most: i64, value: i64, half: i64) -> i64 {
    let (value, half) = (i128::from(value.max(0)), i128::from(half));
    (i128::from(most) * value / (value + half)) as i64
}

/// Last days of the aging buckets (domain reference A1); 121 and more is the last bucket.
const BUCKET_ENDS: [i32; 4] = [30, 60, 90, 120];

/// Days until a receivable so many days past due is in the next bucket.
fn days_to_next_bucket(overdue_days: i32) -> Option<i32> {
    BUCKET_ENDS.iter().find(|end| overdue_days <= **end).map(|end| end + 1 - overdue_days)
}
