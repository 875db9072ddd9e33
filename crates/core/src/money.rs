//! Money: a whole number of the currency's smallest unit, always together with the currency.
//!
//! There is no floating point and no implicit conversion. Adding two currencies is an error the
//! caller must handle, and splitting never loses a unit.

use crate::currency::Currency;
use std::fmt;

/// An amount of one currency in its smallest unit (centavos for MXN, pesos for CLP).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Whole number of smallest units; negative means owed the other way.
    pub minor: i64,
    /// The currency the amount is in.
    pub currency: Currency,
}

/// Why a money operation was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a plain decimal number.
    #[error("not an amount: {0:?}")]
    NotANumber(String),
    /// The text has more decimals than the currency has, and they are not zeros.
    #[error("{text:?} has more decimals than {currency} has ({allowed})")]
    TooManyDecimals {
        /// What was read.
        text: String,
        /// The currency it was read for.
        currency: Currency,
        /// Decimals that currency has.
        allowed: u32,
    },
    /// Two amounts of different currencies were combined.
    #[error("cannot combine {0} with {1}")]
    CurrencyMismatch(Currency, Currency),
    /// The result does not fit in 64 bits.
    #[error("amount out of range")]
    Overflow,
}

impl Money {
    /// An amount of `minor` smallest units.
    pub fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// Reads a plain decimal (`-1234.5`, dot as decimal sign, no grouping), as contracts and files
    /// of machines write it. Trailing zeros beyond the currency's decimals are accepted.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, MoneyError> {
        let not_a_number = || MoneyError::NotANumber(text.to_owned());
        let trimmed = text.trim();
        let (negative, digits) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(not_a_number());
        }
        let decimals = currency.decimals() as usize;
        let (kept, extra) = fraction.split_at(fraction.len().min(decimals));
        if extra.bytes().any(|b| b != b'0') {
            let allowed = currency.decimals();
            return Err(MoneyError::TooManyDecimals { text: text.to_owned(), currency, allowed });
        }
        let mut minor: i64 = 0;
        for digit in whole.bytes().chain(kept.bytes()).map(|b| i64::from(b - b'0')) {
            minor = minor
                .checked_mul(10)
                .and_then(|m| m.checked_add(digit))
                .ok_or(MoneyError::Overflow)?;
        }
        for _ in kept.len()..decimals {
            minor = minor.checked_mul(10).ok_or(MoneyError::Overflow)?;
        }
        Ok(Money { minor: if negative { -minor } else { minor }, currency })
    }

    /// The sum, when both are of one currency.
    pub fn checked_add(self, other: Money) -> Result<Money, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Money { minor, ..self })
    }

    /// The difference, when both are of one currency.
    pub fn checked_sub(self, other: Money) -> Result<Money, MoneyError> {
        self.checked_add(Money { minor: -other.minor, ..other })
    }

    /// Splits in proportion to `weights` by largest remainder, ties to the earlier part, so that
    /// the parts add up to the whole. Weights that are all zero split evenly.
    pub fn split(self, weights: &[u64]) -> Vec<Money> {
        if weights.is_empty() {
            return Vec::new();
        }
        let even = vec![1; weights.len()];
        let total: u128 = weights.iter().map(|w| u128::from(*w)).sum();
        let (weights, total) =
            if total == 0 { (&even[..], weights.len() as u128) } else { (weights, total) };
        let magnitude = u128::from(self.minor.unsigned_abs());
        let mut parts: Vec<u128> =
            weights.iter().map(|w| magnitude * u128::from(*w) / total).collect();
        let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
        by_remainder
            .sort_by_key(|i| (std::cmp::Reverse(magnitude * u128::from(weights[*i]) % total), *i));
        let left = magnitude - parts.iter().sum::<u128>();
        for index in by_remainder.into_iter().take(left as usize) {
            parts[index] += 1;
        }
        let sign = self.minor.signum();
        parts.into_iter().map(|part| Money { minor: sign * part as i64, ..self }).collect()
    }

    /// The plain decimal with the currency's own decimals: `"1190000"`, `"-12.50"`.
    pub fn to_plain(self) -> String {
        plain(self.minor.into(), self.currency)
    }
}

/// The plain decimal of a sum of smallest units too wide for [`Money`].
pub fn plain(minor: i128, currency: Currency) -> String {
    let scale = i128::from(currency.scale());
    let decimals = currency.decimals() as usize;
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, fraction) =
        (minor.unsigned_abs() / scale as u128, minor.unsigned_abs() % scale as u128);
    if decimals == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction:0decimals$}")
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_plain(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_and_prints_in_the_currencys_decimals() {
        for (text, currency, minor, printed) in [
            ("1190000", Currency::CLP, 1_190_000, "1190000"),
            ("12500.5", Currency::MXN, 1_250_050, "12500.50"),
            ("-0.01", Currency::EUR, -1, "-0.01"),
            ("38.1234", Currency::CLF, 381_234, "38.1234"),
            ("100.00", Currency::CLP, 100, "100"),
        ] {
            let money = Money::parse(text, currency).unwrap();
            assert_eq!((money.minor, money.to_plain().as_str()), (minor, printed));
        }
    }

    #[test]
    fn refuses_what_is_not_an_amount() {
        for text in ["", "-", "1,5", "1.2.3", "12a", "0x10", ".5", "99999999999999999999"] {
            assert!(Money::parse(text, Currency::EUR).is_err(), "{text}");
        }
        assert!(matches!(
            Money::parse("100.5", Currency::CLP),
            Err(MoneyError::TooManyDecimals { .. })
        ));
    }

    #[test]
    fn split_follows_the_worked_examples() {
        // Domain reference C1, rule 6.
        let parts = |minor, weights: &[u64]| -> Vec<i64> {
            Money::new(minor, Currency::EUR).split(weights).iter().map(|m| m.minor).collect()
        };
        assert_eq!(parts(10_000, &[1, 1, 1]), [3334, 3333, 3333]);
        assert_eq!(parts(180_000, &[1500, 1500, 800]), [71_053, 71_052, 37_895]);
    }

    proptest! {
        #[test]
        fn split_never_loses_a_unit(minor in any::<i32>(), weights in prop::collection::vec(0u64..1000, 1..20)) {
            let parts = Money::new(minor.into(), Currency::EUR).split(&weights);
            prop_assert_eq!(parts.iter().map(|m| m.minor).sum::<i64>(), i64::from(minor));
        }

        #[test]
        fn plain_text_round_trips(minor in -1_000_000_000_000i64..1_000_000_000_000, pick in 0usize..4) {
            let currency = [Currency::CLP, Currency::EUR, Currency::CLF, Currency::USD][pick];
            let money = Money::new(minor, currency);
            prop_assert_eq!(Money::parse(&money.to_plain(), currency).unwrap(), money);
        }
    }
}
