//! Indicators that need facts beside money: disputes and credit limits (domain reference A4).

use super::Indicator;
use super::sales::from_value;
use crate::currency::Currency;
use crate::date::Day;
use crate::id::DocumentId;
use crate::portfolio::group::Merge;
use crate::portfolio::{AsOf, By, Key, Portfolio, Scope, Window};
use crate::ratio::Ratio;

/// A dispute of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DisputeFact {
    /// The document disputed.
    pub document: DocumentId,
    /// Day it was opened.
    pub opened: Day,
    /// Day it was closed, if it is.
    pub closed: Option<Day>,
    /// Whether the customer was found to be right, once decided.
    pub valid: Option<bool>,
}

/// Disputes and documents of a group.
#[derive(Default)]
struct Disputed {
    issued_count: u64,
    issued: i64,
    disputed_count: u64,
    disputed: i64,
    /// Days each dispute of the window has been open.
    days: Vec<i32>,
    decided: u64,
    valid: u64,
}

impl Merge for Disputed {
    fn merge(&mut self, other: Disputed) {
        self.issued_count += other.issued_count;
        self.issued += other.issued;
        self.disputed_count += other.disputed_count;
        self.disputed += other.disputed;
        self.days.extend(other.days);
        self.decided += other.decided;
        self.valid += other.valid;
    }
}

/// `dispute_rate` and `dispute_rate_amount` (documents with a dispute opened in the window over
/// documents issued in it, by count and by original amount), `days_in_dispute` (median) and
/// `days_in_dispute_p90` (nearest rank) of those disputes until closed or the as-of day, and
/// `valid_dispute_pct` of the decided ones.
pub fn disputes(
    portfolio: &Portfolio,
    facts: &[DisputeFact],
    at: AsOf,
    window: Window,
    by: By,
    scope: Scope,
) -> Vec<(Key, Currency, [Indicator; 5])> {
    let window = Window { to: window.to.min(at.as_of), ..window };
    let mut facts: Vec<DisputeFact> =
        facts.iter().filter(|fact| window.contains(fact.opened)).copied().collect();
    facts.sort_unstable_by_key(|fact| (fact.document, fact.opened));
    let rows = portfolio.grouped(by, scope, |chunk, account| {
        let mut sums = Disputed::default();
        for row in chunk.rows_until(account, at.as_of) {
            let sale = chunk.sale(row, at.as_of, at.known_day());
            let first = chunk.starts_document(row);
            if sale != 0 && window.contains(chunk.rows.facts[row].issued) {
                sums.issued_count += u64::from(first);
                sums.issued += sale;
            }
            let of_document = of_document(&facts, chunk.rows.document[row]);
            if sale != 0 && !of_document.is_empty() {
                sums.disputed += sale;
                if first {
                    sums.add(of_document, at.as_of);
                }
            }
        }
        (sums.issued_count + sums.disputed_count > 0).then_some(sums)
    });
    rows.into_iter().map(|(key, currency, sums)| (key, currency, sums.indicators())).collect()
}

fn of_document(facts: &[DisputeFact], document: DocumentId) -> &[DisputeFact] {
    let from = facts.partition_point(|fact| fact.document < document);
    let to = from + facts[from..].iter().take_while(|fact| fact.document == document).count();
    &facts[from..to]
}

impl Disputed {
    fn add(&mut self, facts: &[DisputeFact], as_of: Day) {
        self.disputed_count += 1;
        for fact in facts {
            let closed = fact.closed.filter(|closed| *closed <= as_of);
            self.days.push(closed.unwrap_or(as_of) - fact.opened);
            let valid = fact.valid.filter(|_| closed.is_some());
            self.decided += u64::from(valid.is_some());
            self.valid += u64::from(valid == Some(true));
        }
    }

    fn indicators(mut self) -> [Indicator; 5] {
        self.days.sort_unstable();
        let n = self.days.len() as u64;
        let (count, issued) = (i128::from(self.disputed_count), i128::from(self.issued_count));
        [
            Indicator::percent("dispute_rate", self.disputed_count, count, issued),
            Indicator::percent(
                "dispute_rate_amount",
                self.disputed_count,
                self.disputed.into(),
                self.issued.into(),
            ),
            from_value("days_in_dispute", n, median(&self.days)),
            from_value("days_in_dispute_p90", n, nearest_rank(&self.days, 90)),
            Indicator::percent(
                "valid_dispute_pct",
                self.decided,
                self.valid.into(),
                self.decided.into(),
            ),
        ]
    }
}

/// The middle of sorted days, or the mean of the two middles.
fn median(days: &[i32]) -> Option<Ratio> {
    let upper = days.get(days.len() / 2)?;
    let lower = days.get((days.len() - 1) / 2)?;
    Ratio::new(i128::from(*lower) + i128::from(*upper), 2)
}

/// The smallest value that at least `percent` of the sorted days do not exceed.
fn nearest_rank(days: &[i32], percent: usize) -> Option<Ratio> {
    let rank = (days.len() * percent).div_ceil(100);
    days.get(rank.checked_sub(1)?).and_then(|day| Ratio::new(i128::from(*day), 1))
}

/// How much of a credit limit is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CreditUse {
    /// `credit_use`, in per cent of the limit.
    pub indicator: Indicator,
    /// Whether more is used than the limit allows; a limit of zero allows nothing.
    pub over_limit: bool,
}

/// (open + uninvoiced orders) / credit limit, all in smallest units of one currency. Unapplied
/// credit is the caller's to take off `open_minor`, if its policy does.
pub fn credit_use(open_minor: i64, orders_minor: i64, limit_minor: i64) -> CreditUse {
    let used = i128::from(open_minor) + i128::from(orders_minor);
    CreditUse {
        indicator: Indicator::percent("credit_use", 1, used, limit_minor.into()),
        over_limit: used > i128::from(limit_minor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_and_rank() {
        let decimal = |ratio: Option<Ratio>| ratio.map(|ratio| ratio.to_decimal(1));
        assert_eq!(decimal(median(&[1, 4, 9])).as_deref(), Some("4.0"));
        assert_eq!(decimal(median(&[1, 4])).as_deref(), Some("2.5"));
        assert_eq!(decimal(median(&[])), None);
        let ten: Vec<i32> = (1..=10).collect();
        assert_eq!(decimal(nearest_rank(&ten, 90)).as_deref(), Some("9.0"));
        assert_eq!(decimal(nearest_rank(&[7], 90)).as_deref(), Some("7.0"));
        assert_eq!(decimal(nearest_rank(&[], 90)), None);
    }

    #[test]
    fn credit_use_flags_what_is_over() {
        let used = credit_use(80_000, 45_000, 100_000);
        assert_eq!(used.indicator.value.unwrap().to_decimal(1), "125.0");
        assert!(used.over_limit);
        assert!(!credit_use(100_000, 0, 100_000).over_limit);
        assert_eq!(credit_use(1, 0, 0).indicator.value, None);
        assert!(credit_use(1, 0, 0).over_limit);
    }
}
