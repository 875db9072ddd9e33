//! Lapse or trend: whether a customer's lateness has changed or was an exception.
//!
//! A robust gated CUSUM over the days late of its last settled lines (domain reference B1). One bad
//! invoice adds at most 1.75 to the sum and the alarm is at 5, so one or two isolated lapses never
//! raise a trend; it takes at least three bad payments in a row, or more of milder ones. That
//! sentence is also the explanation people are shown. Knows no amounts beyond weights and makes no
//! forecast. Everything is whole numbers: days in thousandths, sums in millionths.

use crate::date::Day;
use crate::id::PaymentId;
use crate::ratio::Ratio;
use std::collections::BTreeMap;

/// A settled line, or an open one past due, which counts with the days it is late already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateLine {
    /// Day due.
    pub due: Day,
    /// Days late at settlement, or so far; negative when early.
    pub days_late: i32,
    /// Weight: the line's amount, smallest units.
    pub amount_minor: i64,
    /// The payment that settled it. Lines of one payment are one decision of the customer.
    pub payment: Option<PaymentId>,
}

/// One decision of the customer to pay, or not to pay yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Day due; of several lines the last.
    pub due: Day,
    /// Days late in thousandths; of several lines the mean by amount.
    pub late_millidays: i64,
}

/// What the series says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Fewer than six observations.
    InsufficientHistory,
    /// Usually pays within five days, and nothing has changed.
    StableOnTime,
    /// Usually pays late, and nothing has changed.
    StableLate,
    /// One of the last three was far later than usual; no trend.
    Lapse,
    /// Pays later than it used to.
    TrendWorsening,
    /// Pays earlier than it used to.
    TrendImproving,
}

impl Verdict {
    /// The word used in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::InsufficientHistory => "insufficient_history",
            Verdict::StableOnTime => "stable_on_time",
            Verdict::StableLate => "stable_late",
            Verdict::Lapse => "lapse",
            Verdict::TrendWorsening => "trend_worsening",
            Verdict::TrendImproving => "trend_improving",
        }
    }
}

/// What a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Observations used, at most the last 24.
    pub observations: usize,
    /// How many of them, the first, are the baseline.
    pub baseline: usize,
    /// Median lateness of the baseline, thousandths of a day.
    pub usual_millidays: i64,
    /// Scale: what counts as one unit of difference, thousandths of a day.
    pub scale_millidays: i64,
    /// Sum of worsening at the end, thousandths; the alarm is at 5 000.
    pub worsening_milli: i64,
    /// Sum of improvement at the end, thousandths.
    pub improving_milli: i64,
    /// Median of the last four, thousandths of a day.
    pub recent_millidays: i64,
    /// How many of the last four are clearly later than usual.
    pub recent_above: usize,
    /// Mann-Kendall S of the series: pairs that rise less pairs that fall. Description only.
    pub rising_pairs: i64,
    /// Sen slope: median change per observation, thousandths of a day. Description only.
    pub slope_millidays: i64,
}

/// A verdict with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What the series says.
    pub verdict: Verdict,
    /// For a trend, the observation it began with: its place, 1 the first of those used, and its
    /// due date.
    pub since: Option<(usize, Day)>,
    /// Whether worsening passes the early alarm (4 instead of 5): amber, not yet red.
    pub early_warning: bool,
    /// What it rests on; `None` when there is too little history.
    pub evidence: Option<Evidence>,
}

/// Scale of a segment that nothing is known of: five days.
pub const DEFAULT_SCALE_MILLIDAYS: i64 = 5_000;

const WINDOW: usize = 24;
const LEAST: usize = 6;
const BASELINE: usize = 12;
/// Observations always left to be watched.
const WATCHED: usize = 3;
/// Pseudo-observations of the segment's scale.
const SHRINK: i128 = 6;
/// Micro-days per day: medians of medians of thousandths stay whole.
const DAY: i64 = 1_000_000;
const LEAST_SCALE: i64 = 3 * DAY;
const LEAST_CHANGE: i64 = 5 * DAY;
const ONE: i64 = 1_000_000;
/// k, h, the early h and the clip of the CUSUM, millionths.
const SLACK: i64 = 750_000;
const ALARM: i64 = 5 * ONE;
const EARLY_ALARM: i64 = 4 * ONE;
const CLIP: i64 = 2_500_000;

/// Merges lines into decisions: those of one payment become one, weighted by amount. In order of
/// due date.
pub fn observations(lines: &[LateLine]) -> Vec<Observation> {
    let mut by_payment: BTreeMap<PaymentId, (Day, i128, i128)> = BTreeMap::new();
    let mut merged: Vec<Observation> = Vec::new();
    for line in lines {
        let weight = i128::from(line.amount_minor.unsigned_abs().max(1));
        match line.payment {
            Some(payment) => {
                let entry = by_payment.entry(payment).or_insert((line.due, 0, 0));
                entry.0 = entry.0.max(line.due);
                entry.1 += weight * i128::from(line.days_late);
                entry.2 += weight;
            }
            None => merged.push(Observation {
                due: line.due,
                late_millidays: i64::from(line.days_late) * 1000,
            }),
        }
    }
    merged.extend(by_payment.into_values().filter_map(|(due, sum, weight)| {
        let late_millidays = i64::try_from(Ratio::new(sum, weight)?.rounded(3)).ok()?;
        Some(Observation { due, late_millidays })
    }));
    merged.sort_by_key(|one| (one.due, one.late_millidays));
    merged
}

/// Judges a customer's series, given in order of due date. `segment_scale_millidays` is the spread
/// usual in its segment ([`DEFAULT_SCALE_MILLIDAYS`] when unknown). `reset_after` forgets what was
/// due up to that day: a trend already acted upon, or a new beginning set by a person.
pub fn judge(
    series: &[Observation],
    segment_scale_millidays: i64,
    reset_after: Option<Day>,
) -> Judgement {
    let kept: Vec<Observation> = series
        .iter()
        .filter(|one| reset_after.is_none_or(|reset| one.due > reset))
        .copied()
        .collect();
    let used = &kept[kept.len().saturating_sub(WINDOW)..];
    if used.len() < LEAST {
        let verdict = Verdict::InsufficientHistory;
        return Judgement { verdict, since: None, early_warning: false, evidence: None };
    }
    let late: Vec<i64> = used.iter().map(|one| one.late_millidays * 1000).collect();
    let seen = Seen::new(&late, segment_scale_millidays.max(0) * 1000);
    let verdict = seen.verdict();
    let since = seen.since(verdict).map(|at| (at + 1, used[at].due));
    let early_warning = seen.worsens(EARLY_ALARM);
    Judgement { verdict, since, early_warning, evidence: Some(seen.evidence()) }
}

/// The series in micro-days with everything computed from it.
struct Seen<'a> {
    late: &'a [i64],
    baseline: usize,
    usual: i64,
    scale: i64,
    worsening: i64,
    improving: i64,
    recent: i64,
}

impl<'a> Seen<'a> {
    fn new(late: &'a [i64], segment_scale: i64) -> Seen<'a> {
        let baseline = BASELINE.min(late.len() - WATCHED);
        let usual = median(&late[..baseline]);
        let deviations: Vec<i64> = late[..baseline].iter().map(|one| (one - usual).abs()).collect();
        let scale = shrunk_scale(median(&deviations), baseline, segment_scale);
        let recent = median(&late[late.len() - 4..]);
        let mut seen = Seen { late, baseline, usual, scale, worsening: 0, improving: 0, recent };
        for one in &late[baseline..] {
            let step = seen.standard(*one);
            seen.worsening = (seen.worsening + step - SLACK).max(0);
            seen.improving = (seen.improving - step - SLACK).max(0);
        }
        seen
    }

    /// Distance from the usual in scales, clipped, millionths.
    fn standard(&self, late: i64) -> i64 {
        let scaled = i128::from(late - self.usual) * i128::from(ONE) / i128::from(self.scale);
        scaled.clamp(i128::from(-CLIP), i128::from(CLIP)) as i64
    }

    fn recent_above(&self) -> usize {
        let above = |late: &&i64| 2 * (**late - self.usual) > self.scale;
        self.late[self.late.len() - 4..].iter().filter(above).count()
    }

    fn worsens(&self, alarm: i64) -> bool {
        let least = LEAST_CHANGE.max(self.scale);
        self.worsening > alarm && self.recent - self.usual >= least && self.recent_above() >= 3
    }

    fn improves(&self) -> bool {
        self.improving > ALARM && self.usual - self.recent >= LEAST_CHANGE.max(self.scale)
    }

    fn verdict(&self) -> Verdict {
        let last = &self.late[self.late.len() - WATCHED..];
        if self.worsens(ALARM) {
            Verdict::TrendWorsening
        } else if self.improves() {
            Verdict::TrendImproving
        } else if last.iter().any(|late| late - self.usual >= 2 * self.scale) {
            Verdict::Lapse
        } else if self.usual > LEAST_CHANGE {
            Verdict::StableLate
        } else {
            Verdict::StableOnTime
        }
    }

    /// Where a trend began: the first observation after the sum was last zero, the sum being
    /// carried through the baseline too, whose last points may already belong to the trend.
    fn since(&self, verdict: Verdict) -> Option<usize> {
        let sign = match verdict {
            Verdict::TrendWorsening => 1,
            Verdict::TrendImproving => -1,
            _ => return None,
        };
        let (mut sum, mut since) = (0, 0);
        for (at, late) in self.late.iter().enumerate() {
            sum = (sum + sign * self.standard(*late) - SLACK).max(0);
            if sum == 0 {
                since = at + 1;
            }
        }
        Some(since.min(self.late.len() - 1))
    }

    fn evidence(&self) -> Evidence {
        let mut slopes = Vec::new();
        let mut rising_pairs = 0;
        for (at, later) in self.late.iter().enumerate() {
            for (before, earlier) in self.late[..at].iter().enumerate() {
                rising_pairs += (later - earlier).signum();
                slopes.push((later - earlier) / (at - before) as i64);
            }
        }
        Evidence {
            observations: self.late.len(),
            baseline: self.baseline,
            usual_millidays: self.usual / 1000,
            scale_millidays: self.scale / 1000,
            worsening_milli: self.worsening / 1000,
            improving_milli: self.improving / 1000,
            recent_millidays: self.recent / 1000,
            recent_above: self.recent_above(),
            rising_pairs,
            slope_millidays: median(&slopes) / 1000,
        }
    }
}

/// Median; the mean of the two middle values of an even number. Zero of nothing.
fn median(values: &[i64]) -> i64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    match (sorted.len() % 2, sorted.get(middle)) {
        (_, None) => 0,
        (1, Some(value)) => *value,
        (_, Some(value)) => (sorted[middle - 1] + value) / 2,
    }
}

/// The robust scale of the baseline, 1.4826 times its median deviation, shrunk to the segment's by
/// six pseudo-observations and never below three days.
fn shrunk_scale(deviation: i64, baseline: usize, segment_scale: i64) -> i64 {
    let (deviation, count) = (i128::from(deviation), baseline as i128);
    let own = count * 14_826 * 14_826 * deviation * deviation / 100_000_000;
    let segment = SHRINK * i128::from(segment_scale) * i128::from(segment_scale);
    let scale = ((own + segment) / (count + SHRINK)).isqrt();
    i64::try_from(scale).unwrap_or(i64::MAX).max(LEAST_SCALE)
}
