//! How much of the portfolio hangs on a few customers (domain reference A4).

use super::Indicator;
use super::sales::from_value;
use crate::currency::Currency;
use crate::portfolio::group::Merge;
use crate::portfolio::{AsOf, By, Portfolio, Scope};
use crate::ratio::Ratio;

/// `top10_share` (per cent) and `hhi` (0–10 000) of a scope by currency, over what each customer
/// has open. The effective number of customers is 10 000 over the latter.
pub fn concentration(
    portfolio: &Portfolio,
    at: AsOf,
    scope: Scope,
) -> Vec<(Currency, [Indicator; 2])> {
    let rows = portfolio.grouped(By::Total, scope, |chunk, account| {
        let mut open = 0;
        chunk.each_open(account, at, |_, balance| open += balance.max(0));
        (open > 0).then(|| Opens(vec![open]))
    });
    rows.into_iter().map(|(_, currency, open)| (currency, shares(open.0))).collect()
}

struct Opens(Vec<i64>);

impl Merge for Opens {
    fn merge(&mut self, other: Opens) {
        self.0.extend(other.0);
    }
}

/// Totals above this are scaled down before squaring, so that squares fit in 128 bits; shares are
/// then exact to fifteen digits.
const EXACT_TOTAL: i128 = 10_i128.pow(16);

/// Both indicators over the open amounts of customers.
pub(super) fn shares(mut open: Vec<i64>) -> [Indicator; 2] {
    open.retain(|amount| *amount > 0);
    open.sort_unstable_by(|a, b| b.cmp(a));
    let total: i128 = open.iter().map(|amount| i128::from(*amount)).sum();
    let top: i128 = open.iter().take(10).map(|amount| i128::from(*amount)).sum();
    let scale = (total / EXACT_TOTAL).max(1);
    let squares: i128 = open.iter().map(|amount| (i128::from(*amount) / scale).pow(2)).sum();
    let scaled_total = total / scale;
    let hhi = Ratio::new(10_000 * squares, scaled_total.pow(2));
    let n = open.len() as u64;
    [Indicator::percent("top10_share", n, top, total), from_value("hhi", n, hhi)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_twelve_balances() {
        let balances = vec![250, 180, 120, 90, 80, 70, 60, 50, 40, 30, 20, 10];
        let [top10, hhi] = shares(balances);
        assert_eq!((top10.value.unwrap().to_decimal(1).as_str(), top10.n), ("97.0", 12));
        let hhi = hhi.value.unwrap();
        assert_eq!(hhi.to_decimal(1), "1378.0");
        let effective = Ratio::new(10_000 * hhi.den, hhi.num).unwrap();
        assert_eq!(effective.to_decimal(2), "7.26");
    }

    #[test]
    fn amounts_near_the_limit_do_not_overflow() {
        let [top10, hhi] = shares(vec![i64::MAX / 4; 4]);
        assert_eq!(top10.value.unwrap().to_decimal(2), "100.00");
        assert_eq!(hhi.value.unwrap().to_decimal(2), "2500.00");
        assert!(shares(Vec::new()).iter().all(|indicator| indicator.value.is_none()));
    }
}
