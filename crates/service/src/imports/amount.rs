//! Decimals of files into smallest units.

use puntual_core::currency::Currency;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Why an amount of a file cannot enter the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// More decimals than the currency has.
    TooManyDecimals,
    /// Larger than any that can be true.
    TooLarge,
}

/// Largest amount of one fact that is believed, in smallest units. Thousands of them still add up
/// within 64 bits.
const LARGEST_MINOR: i64 = 1_000_000_000_000_000;

/// The amount in smallest units of its currency, exactly or not at all.
pub fn minor(amount: Decimal, currency: Currency) -> Result<i64, AmountError> {
    let scaled =
        amount.checked_mul(Decimal::from(currency.scale())).ok_or(AmountError::TooLarge)?;
    if !scaled.fract().is_zero() {
        return Err(AmountError::TooManyDecimals);
    }
    let minor = scaled.to_i64().filter(|minor| minor.abs() <= LARGEST_MINOR);
    minor.ok_or(AmountError::TooLarge)
}

/// The amount in smallest units, rounded half away from zero: for sums a source computed with
/// more decimals than its currency has.
pub fn minor_rounded(amount: Decimal, currency: Currency) -> Result<i64, AmountError> {
    let strategy = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    minor(amount.round_dp_with_strategy(currency.decimals(), strategy), currency)
}
