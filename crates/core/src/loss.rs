//! Expected credit loss by provision matrix (domain reference A6, IFRS 9 B5.5.35 simplified).
//!
//! Decides how loss rates follow from how a cohort of sales was paid (flow, or net-roll, method)
//! and what provision they give. It refuses to guess a forward-looking factor or a specific
//! provision: those are the user's, as is leaving out insured or disputed amounts.

use crate::aging::BucketSet;
use crate::currency::Currency;
use crate::portfolio::chunk::{Account, Chunk};
use crate::portfolio::group::Merge;
use crate::portfolio::{AsOf, By, Key, MovementKind, Portfolio, ReceivableKind, Scope, Window};
use crate::ratio::Ratio;

/// What of a cohort was still unpaid when it entered each bucket, in smallest units: first all of
/// it, then what was unpaid after the due date, after the first bound, and so on. What enters the
/// last bucket is taken as lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cohort {
    /// By bucket. It grows only where payments bounced.
    pub unpaid: Vec<i64>,
    /// Receivables followed.
    pub count: u64,
}

impl Merge for Cohort {
    fn merge(&mut self, other: Cohort) {
        self.unpaid.iter_mut().zip(other.unpaid).for_each(|(sum, more)| *sum += more);
        self.count += other.count;
    }
}

impl Cohort {
    /// The loss rate of each bucket: what was lost over what entered it; `None` where nothing did.
    pub fn loss_rates(&self) -> Vec<Option<Ratio>> {
        let lost = i128::from(self.unpaid.last().copied().unwrap_or(0));
        self.unpaid.iter().map(|entered| Ratio::new(lost, (*entered).into())).collect()
    }
}

/// Follows the credit sales issued in a window through the buckets (by due date), by group and
/// currency. Only receivables whose last bucket has begun by `at` are followed, so that what has
/// not had its time is not taken for paid. Every reduction but a write-off counts as paid; credit
/// notes too, for they are dilution and not credit loss.
pub fn cohort(
    portfolio: &Portfolio,
    issued: Window,
    at: AsOf,
    buckets: &BucketSet,
    by: By,
    scope: Scope,
) -> Vec<(Key, Currency, Cohort)> {
    portfolio.grouped(by, scope, |chunk, account| {
        let cohort = of_account(chunk, account, issued, at, buckets.bounds());
        (cohort.count > 0).then_some(cohort)
    })
}

fn of_account(
    chunk: &Chunk,
    account: &Account,
    issued: Window,
    at: AsOf,
    bounds: &[i32],
) -> Cohort {
    let known = at.known_day();
    let mut cohort = Cohort { unpaid: vec![0; bounds.len() + 1], count: 0 };
    let last_bound = bounds.last().copied().unwrap_or(0);
    for row in chunk.rows_until(account, at.as_of) {
        let rows = &chunk.rows;
        let followed = rows.kind[row] == ReceivableKind::Sale
            && issued.contains(rows.facts[row].issued)
            && rows.facts[row].recorded <= known
            && rows.facts[row].due + last_bound < at.as_of;
        if !followed {
            continue;
        }
        cohort.count += 1;
        cohort.unpaid[0] += rows.facts[row].amount;
        for (bound, unpaid) in bounds.iter().zip(&mut cohort.unpaid[1..]) {
            let moves = &chunk.moves;
            let paid = chunk
                .moves_of(row)
                .filter(|m| moves.facts[*m].effective <= rows.facts[row].due + *bound)
                .filter(|m| moves.facts[*m].recorded <= known)
                .filter(|m| moves.kind[*m] != MovementKind::WriteOff)
                .map(|m| moves.facts[m].amount);
            *unpaid += (rows.facts[row].amount - paid.sum::<i64>()).max(0);
        }
    }
    cohort
}

/// One bucket of a provision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProvisionLine {
    /// Exposure in smallest units.
    pub exposure_minor: i64,
    /// Loss rate before the forward factor.
    pub rate: Ratio,
    /// Expected loss, rounded half up once.
    pub loss_minor: i64,
}

/// A provision by bucket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Provision {
    /// In the order of the buckets.
    pub lines: Vec<ProvisionLine>,
    /// Sum of the lines.
    pub loss_minor: i64,
}

/// Why no provision was computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProvisionError {
    /// There must be a rate for each bucket.
    #[error("{exposures} buckets but {rates} loss rates")]
    LengthMismatch {
        /// Buckets with exposure.
        exposures: usize,
        /// Rates given.
        rates: usize,
    },
    /// The product does not fit.
    #[error("provision out of range")]
    OutOfRange,
}

/// Exposure times loss rate times forward-looking factor, bucket by bucket. Each line is rounded
/// half up to the smallest unit once, and the total is the sum of the lines.
///
/// # Errors
/// When rates and buckets do not pair up, or amounts are out of range.
pub fn provision(
    exposures: &[i64],
    rates: &[Ratio],
    forward: Ratio,
) -> Result<Provision, ProvisionError> {
    if exposures.len() != rates.len() {
        let (exposures, rates) = (exposures.len(), rates.len());
        return Err(ProvisionError::LengthMismatch { exposures, rates });
    }
    let line = |(exposure, rate): (&i64, &Ratio)| {
        let loss_minor = times(*exposure, *rate, forward)?;
        Some(ProvisionLine { exposure_minor: *exposure, rate: *rate, loss_minor })
    };
    let lines: Option<Vec<ProvisionLine>> = exposures.iter().zip(rates).map(line).collect();
    let lines = lines.ok_or(ProvisionError::OutOfRange)?;
    let loss_minor = lines
        .iter()
        .try_fold(0_i64, |sum, line| sum.checked_add(line.loss_minor))
        .ok_or(ProvisionError::OutOfRange)?;
    Ok(Provision { lines, loss_minor })
}

fn times(exposure: i64, rate: Ratio, forward: Ratio) -> Option<i64> {
    let (rate, forward) = (reduced(rate), reduced(forward));
    let num = i128::from(exposure).checked_mul(rate.num)?.checked_mul(forward.num)?;
    let den = rate.den.checked_mul(forward.den)?;
    // Rounding doubles the numerator.
    num.checked_mul(2)?.checked_add(den)?;
    i64::try_from(Ratio { num, den }.rounded(0)).ok()
}

fn reduced(ratio: Ratio) -> Ratio {
    let (mut a, mut b) = (ratio.num.unsigned_abs(), ratio.den.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = i128::try_from(a).unwrap_or(1).max(1);
    Ratio { num: ratio.num / divisor, den: ratio.den / divisor }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Ratio = Ratio { num: 1, den: 1 };

    #[test]
    fn the_worked_flow_rates_and_provision() {
        let unpaid = [100_000, 50_000, 23_000, 8_000, 2_000].map(|euros| euros * 100).to_vec();
        let rates: Vec<Ratio> =
            Cohort { unpaid, count: 1 }.loss_rates().into_iter().flatten().collect();
        let percent: Vec<String> =
            rates.iter().map(|rate| Ratio { num: rate.num * 100, ..*rate }.to_decimal(3)).collect();
        assert_eq!(percent, ["2.000", "4.000", "8.696", "25.000", "100.000"]);
        let exposures = [300_000, 140_000, 60_000, 23_000, 5_000].map(|euros| euros * 100);
        let plain = provision(&exposures, &rates, ONE).unwrap();
        let lines: Vec<i64> = plain.lines.iter().map(|line| line.loss_minor).collect();
        assert_eq!(lines, [600_000, 560_000, 521_739, 575_000, 500_000]);
        assert_eq!(plain.loss_minor, 2_756_739);
        let forward = provision(&exposures, &rates, Ratio { num: 110, den: 100 }).unwrap();
        assert_eq!(forward.loss_minor, 3_032_413);
    }

    #[test]
    fn the_standards_own_example() {
        // IFRS 9, illustrative example 12.
        let rates = [3, 16, 36, 66, 106].map(|permille| Ratio { num: permille, den: 1000 });
        let exposures = [15_000, 7_500, 4_000, 2_500, 1_000].map(|amount| amount * 100);
        assert_eq!(provision(&exposures, &rates, ONE).unwrap().loss_minor, 58_000);
    }

    #[test]
    fn what_cannot_be_multiplied_is_refused() {
        let wide = Ratio { num: i128::MAX / 3, den: 7 };
        assert_eq!(provision(&[i64::MAX], &[wide], ONE), Err(ProvisionError::OutOfRange));
        let mismatch = provision(&[1, 2], &[ONE], ONE);
        assert_eq!(mismatch, Err(ProvisionError::LengthMismatch { exposures: 2, rates: 1 }));
        assert_eq!(Cohort { unpaid: vec![0, 0], count: 0 }.loss_rates(), [None, None]);
    }
}
