//! Exact ratios of whole numbers, the form in which every indicator is computed.
//!
//! A denominator of zero means the indicator is undefined ("s/d"), never zero or infinite
//! (domain reference §0); [`Ratio::new`] returns `None` then.

/// A fraction kept as numerator and denominator. Rounded only to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Numerator.
    pub num: i128,
    /// Denominator, never zero.
    pub den: i128,
}

impl Ratio {
    /// `num / den`, or `None` where the ratio is undefined.
    pub fn new(num: i128, den: i128) -> Option<Ratio> {
        (den != 0).then_some(Ratio { num, den })
    }

    /// The value in units of 10^-`decimals`, rounded half away from zero: with 3 decimals 29.889
    /// is 29 889.
    pub fn rounded(self, decimals: u32) -> i128 {
        let scaled = self.num * 10_i128.pow(decimals);
        let (num, den) = if self.den < 0 { (-scaled, -self.den) } else { (scaled, self.den) };
        (2 * num.abs() + den) / (2 * den) * num.signum()
    }

    /// The value as decimal text with exactly `decimals` decimals: `"29.889"`.
    pub fn to_decimal(self, decimals: u32) -> String {
        let rounded = self.rounded(decimals);
        let scale = 10_u128.pow(decimals);
        let sign = if rounded < 0 { "-" } else { "" };
        let (whole, fraction) = (rounded.unsigned_abs() / scale, rounded.unsigned_abs() % scale);
        if decimals == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{fraction:0width$}", width = decimals as usize)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_away_from_zero_and_is_undefined_over_zero() {
        assert_eq!(Ratio::new(134_500, 4500).unwrap().to_decimal(2), "29.89");
        assert_eq!(Ratio::new(-1, 8).unwrap().to_decimal(2), "-0.13");
        assert_eq!(Ratio::new(1, -8).unwrap().to_decimal(2), "-0.13");
        assert_eq!(Ratio::new(7, 2).unwrap().to_decimal(0), "4");
        assert_eq!(Ratio::new(1, 0), None);
    }
}
