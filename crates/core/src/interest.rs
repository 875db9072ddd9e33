//! Late interest and fixed compensation: what a debt has come to on a day, segment by segment.
//!
//! Decides the days that count, the balance each of them counts on, the rate in force, the ceiling
//! of the law and the one rounding (domain reference §0 and C3). Interest is simple: it bears none
//! itself (ES CdC 317, MX CCom 363). It refuses to guess a rate: where none is known, the answer
//! is which rate to load. Knows nothing of documents, ledgers or who asks.

mod day_count;
mod rate;
mod rate_file;
mod regime;

pub use day_count::DayCount;
pub use rate::{AnnualRate, BadRate, Confidence, PublishedRate, RateTable, Series};
pub use rate_file::{RateFile, RateFileError};
pub use regime::{Agreed, Ceiling, Compensation, Law, Rates, Regime, Start, Term, Vat, regime};

use crate::currency::Currency;
use crate::date::Day;

/// A change of what is open of a debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The day it took effect.
    pub on: Day,
    /// Smallest units; positive raises what is open.
    pub minor: i64,
}

/// An amount under dispute, for as long as the dispute is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// First day.
    pub since: Day,
    /// Smallest units disputed.
    pub minor: i64,
}

/// One amount due on one date: a legal line, rounded once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The last day to pay in time.
    pub due: Day,
    /// Everything that changed what is open, in any order, by the day it took effect.
    pub changes: Vec<Change>,
    /// The part of it that is disputed.
    pub disputed: Option<Disputed>,
}

/// What is asked of a debt.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The rules it follows.
    pub regime: &'a Regime,
    /// The rates known.
    pub rates: &'a RateTable,
    /// Currency of the lines.
    pub currency: Currency,
    /// The last day that counts.
    pub until: Day,
    /// The last day charged already: only later ones count, and no compensation again.
    pub charged_through: Option<Day>,
    /// The day payment was demanded, where the law asks for it.
    pub demanded_on: Option<Day>,
}

/// Days on which balance and rate were the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Position of the line it belongs to.
    pub line: usize,
    /// First day counted.
    pub from: Day,
    /// Last day counted.
    pub to: Day,
    /// Days by the day count.
    pub days: i32,
    /// Rate a year.
    pub rate: AnnualRate,
    /// Days of the year by the day count.
    pub basis_days: i32,
    /// What was open, smallest units.
    pub principal_minor: i64,
    /// Interest shown for it, smallest units: the segments of a line add up to its interest.
    pub amount_minor: i64,
}

/// What a debt has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What is open at the end of the last day, smallest units.
    pub principal_minor: i64,
    /// Interest by line, smallest units: each rounded half up once.
    pub interest_by_line: Vec<i64>,
    /// How it came about, by line and day.
    pub segments: Vec<Segment>,
    /// Fixed compensation of the law, smallest units.
    pub compensation_minor: i64,
    /// What else should be known.
    pub notes: Vec<Note>,
}

impl Claim {
    /// Interest of all lines, smallest units.
    pub fn interest_minor(&self) -> i64 {
        self.interest_by_line.iter().sum()
    }

    /// Interest and compensation, smallest units.
    pub fn charges_minor(&self) -> i64 {
        self.interest_minor() + self.compensation_minor
    }

    /// What settles the debt on that day, smallest units.
    pub fn total_minor(&self) -> i64 {
        self.principal_minor + self.charges_minor()
    }
}

/// Something about a claim that its amounts do not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Nothing is late by the last day.
    NotLate,
    /// The agreed rate is above what the law allows, and the law's was taken.
    CappedByLaw,
    /// ES Ley 3/2004 art. 9: an agreed rate 70 % below the legal one is abusive.
    PerhapsAbusive,
    /// A disputed amount, smallest units, bears no interest while the dispute is open.
    DisputeSuspends(i64),
    /// A disputed amount, smallest units, goes on bearing interest: no law stops it.
    DisputeGoesOn(i64),
    /// The law's compensation is in another currency, which is not converted here.
    CompensationInOtherCurrency(Currency),
}

impl Note {
    /// Stable code, `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Note::NotLate => "not_late",
            Note::CappedByLaw => "capped_by_law",
            Note::PerhapsAbusive => "perhaps_abusive",
            Note::DisputeSuspends(_) => "dispute_suspends",
            Note::DisputeGoesOn(_) => "dispute_goes_on",
            Note::CompensationInOtherCurrency(_) => "compensation_in_other_currency",
        }
    }
}

/// Why no interest was computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InterestError {
    /// No rate of a series is known for some of the days.
    #[error("no rate of {series} is known from {from} to {to}: load it ({publisher})")]
    MissingRate {
        /// The series.
        series: String,
        /// First day without a rate.
        from: Day,
        /// Last day asked for without one.
        to: Day,
        /// Who publishes it and how often.
        publisher: String,
    },
    /// The law of the country gives no rate for such a debt: one has to be agreed.
    #[error("the law of {0} gives no rate for this debt: it bears interest only as agreed")]
    NoLegalRate(String),
    /// Interest runs from a demand, and none is known.
    #[error("interest runs from the day payment was demanded, and that day is not known")]
    DemandMissing,
    /// Amounts, rates and days multiply to more than can be held.
    #[error("interest out of range")]
    OutOfRange,
}

/// Denominator of every exact sum: parts per million times the least number of days that 360, 365
/// and 366 all divide.
const EXACT: i128 = 1_000_000 * COMMON_DAYS;
const COMMON_DAYS: i128 = 1_603_080;

/// What the lines of one document have come to.
///
/// A day bears interest on what was open at the end of the day before, so the day money comes in
/// still counts in full and the day a payment bounces does not.
///
/// # Errors
/// When a rate is missing, the law gives none, a demand is needed, or amounts are out of range.
pub fn claim(lines: &[Line], question: &Question<'_>) -> Result<Claim, InterestError> {
    let mut claim = Claim {
        principal_minor: 0,
        interest_by_line: Vec::with_capacity(lines.len()),
        segments: Vec::new(),
        compensation_minor: 0,
        notes: Vec::new(),
    };
    let mut late = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let open = balance(line, question.until);
        let principal = claim.principal_minor.checked_add(open.max(0));
        claim.principal_minor = principal.ok_or(InterestError::OutOfRange)?;
        late.push(if line.due < question.until { balance(line, line.due).max(0) } else { 0 });
        let exact = segments(at, line, question, &mut claim.notes)?;
        let interest = rounded(&exact)?;
        claim.interest_by_line.push(interest);
        claim.segments.extend(shown(exact, interest));
    }
    if question.charged_through.is_none() {
        claim.compensation_minor = compensation(&late, question, &mut claim.notes);
    }
    if late.iter().all(|minor| *minor == 0) && claim.segments.is_empty() {
        claim.notes.push(Note::NotLate);
    }
    claim.notes.sort_by_key(|note| note.code());
    claim.notes.dedup();
    let sums = claim.interest_by_line.iter().chain([&claim.principal_minor]);
    let total: i128 = sums.map(|minor| i128::from(*minor)).sum();
    let total = total + i128::from(claim.compensation_minor);
    i64::try_from(total).map(|_| claim).map_err(|_| InterestError::OutOfRange)
}

/// What is open of a line at the end of a day.
fn balance(line: &Line, on: Day) -> i64 {
    let until = line.changes.iter().filter(|change| change.on <= on);
    until.fold(0, |open, change| open.saturating_add(change.minor))
}

/// A segment before rounding: its interest over [`EXACT`].
type Exact = (Segment, i128);

fn segments(
    at: usize,
    line: &Line,
    question: &Question<'_>,
    notes: &mut Vec<Note>,
) -> Result<Vec<Exact>, InterestError> {
    let start = match question.regime.start {
        Start::DayAfterDue => line.due,
        Start::DayAfterDemand => {
            line.due.max(question.demanded_on.ok_or(InterestError::DemandMissing)?)
        }
    };
    let start = question.charged_through.map_or(start, |through| start.max(through));
    let mut found = Vec::new();
    let mut before = start;
    while before < question.until {
        let from = before + 1;
        let principal = bearing(line, question.regime, before, notes);
        let mut to = next_change(line, before, question.until);
        if principal > 0 {
            let (rate, last, capped) = question.regime.rate_on(question.rates, from, to)?;
            to = to.min(last);
            to = to.min(question.regime.day_count.year_end(from));
            notes.extend(capped);
            let days = question.regime.day_count.days(before, to);
            let basis_days = question.regime.day_count.basis_days(from);
            let exact = i128::from(principal)
                .checked_mul(rate.ppm.into())
                .and_then(|sum| sum.checked_mul(days.into()))
                .and_then(|sum| sum.checked_mul(COMMON_DAYS / i128::from(basis_days)))
                .ok_or(InterestError::OutOfRange)?;
            let segment = Segment {
                line: at,
                from,
                to,
                days,
                rate,
                basis_days,
                principal_minor: principal,
                amount_minor: 0,
            };
            found.push((segment, exact));
        }
        before = to;
    }
    Ok(found)
}

/// What bears interest on the day after `before`.
fn bearing(line: &Line, regime: &Regime, before: Day, notes: &mut Vec<Note>) -> i64 {
    let open = balance(line, before).max(0);
    let Some(disputed) = line.disputed.filter(|disputed| disputed.since <= before + 1) else {
        return open;
    };
    let minor = disputed.minor.clamp(0, open);
    if minor > 0 {
        notes.push(match regime.disputes_suspend {
            true => Note::DisputeSuspends(minor),
            false => Note::DisputeGoesOn(minor),
        });
    }
    if regime.disputes_suspend { open - minor } else { open }
}

/// The last day with the balance of the day after `before`, at most `until`.
fn next_change(line: &Line, before: Day, until: Day) -> Day {
    let changes = line.changes.iter().map(|change| change.on);
    let edges = changes.chain(line.disputed.map(|disputed| disputed.since - 1));
    edges.filter(|on| *on > before && *on < until).min().unwrap_or(until)
}

/// The interest of a line, rounded half up to the smallest unit.
fn rounded(segments: &[Exact]) -> Result<i64, InterestError> {
    let sum = segments.iter().try_fold(0_i128, |sum, (_, exact)| sum.checked_add(*exact));
    let sum = sum.ok_or(InterestError::OutOfRange)?;
    let doubled = sum.checked_mul(2).and_then(|twice| twice.checked_add(EXACT));
    let doubled = doubled.ok_or(InterestError::OutOfRange)?;
    i64::try_from(doubled / (2 * EXACT)).map_err(|_| InterestError::OutOfRange)
}

/// The segments with amounts that add up to the interest of their line: the units that rounding
/// down leaves over go to the largest remainders, ties to the earlier.
fn shown(exact: Vec<Exact>, interest: i64) -> Vec<Segment> {
    let floors: i128 = exact.iter().map(|(_, sum)| sum / EXACT).sum();
    let left = (i128::from(interest) - floors).max(0) as usize;
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(exact[*at].1 % EXACT), *at));
    let mut segments: Vec<Segment> = exact
        .into_iter()
        // A part of what fitted into 64 bits fits too.
        .map(|(segment, sum)| Segment { amount_minor: (sum / EXACT) as i64, ..segment })
        .collect();
    for at in order.into_iter().take(left) {
        segments[at].amount_minor += 1;
    }
    segments
}

/// The law's compensation, given what was open of each line when it became late.
fn compensation(late: &[i64], question: &Question<'_>, notes: &mut Vec<Note>) -> i64 {
    let is_late = late.iter().any(|minor| *minor > 0);
    match question.regime.compensation {
        Compensation::Fixed { minor, currency } if is_late => {
            if currency == question.currency {
                return minor;
            }
            notes.push(Note::CompensationInOtherCurrency(currency));
            0
        }
        Compensation::Share { bps } => late
            .iter()
            .map(|minor| ((i128::from(*minor) * i128::from(bps) + 5_000) / 10_000) as i64)
            .sum(),
        Compensation::Fixed { .. } | Compensation::None => 0,
    }
}

#[cfg(test)]
mod tests;
