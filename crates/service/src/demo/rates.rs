//! Made-up exchange rates by calendar day: the dollar wanders, the UF climbs with inflation.
//! Plausible levels, not quotations.

use super::Country;
use super::random::Draw;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_formats::record::RateRecord;
use rust_decimal::Decimal;

/// Rates of one creditor's foreign currencies, for every day from a first one.
pub(super) struct Rates {
    own: Currency,
    first: Day,
    walks: Vec<(Currency, Vec<i64>)>,
}

impl Rates {
    /// Walks from `first` to `last`, both included.
    pub(super) fn new(country: Country, first: Day, last: Day, seed: u64) -> Rates {
        let mut walks = Vec::new();
        for (currency, start_e4, drift, swing) in levels(country) {
            let mut draw = Draw::new(seed, &format!("{} rate {currency}", country.code()));
            let mut level_e4 = *start_e4;
            let mut walk = Vec::new();
            for _ in first.0..=last.0 {
                walk.push(level_e4);
                // Pulled back to where it began, so that no seed sends the dollar to the moon.
                let pull = if *swing == 0 { 0 } else { (start_e4 - level_e4) / 60 };
                level_e4 += level_e4 / 1_000_000 * (drift + draw.between(-swing, *swing)) + pull;
            }
            walks.push((*currency, walk));
        }
        Rates { own: country.currency(), first, walks }
    }

    /// Smallest units of the creditor's currency, times 10 000, per unit of `currency`; `None` for
    /// the creditor's own and for those not kept.
    pub(super) fn of(&self, currency: Currency, day: Day) -> Option<i64> {
        let (_, walk) = self.walks.iter().find(|(kept, _)| *kept == currency)?;
        let index = (day - self.first).clamp(0, walk.len() as i32 - 1);
        Some(walk[index as usize])
    }

    /// The rate as documents print it: units of the creditor's currency per unit of `currency`.
    pub(super) fn printed(&self, currency: Currency, day: Day) -> Option<Decimal> {
        Some(Decimal::new(self.of(currency, day)?, 4 + self.own.decimals()).normalize())
    }

    /// An amount of the creditor's currency as an amount of `currency` on that day, rounded down.
    pub(super) fn in_currency(&self, minor: i64, currency: Currency, day: Day) -> i64 {
        match self.of(currency, day) {
            Some(rate_e4) => {
                let scaled = i128::from(minor) * 10_000 * i128::from(currency.scale());
                (scaled / i128::from(rate_e4)) as i64
            }
            None => minor,
        }
    }

    /// All of them as records, by currency and day.
    pub(super) fn records(&self) -> Vec<RateRecord> {
        let mut records = Vec::new();
        for (currency, walk) in &self.walks {
            for (index, base_minor_e4) in walk.iter().enumerate() {
                records.push(RateRecord {
                    place: String::new(),
                    date: self.first + index as i32,
                    currency: currency.code().to_owned(),
                    base_minor_e4: *base_minor_e4,
                });
            }
        }
        records
    }
}

/// (currency, level on the first day, drift and swing per day in millionths).
fn levels(country: Country) -> &'static [(Currency, i64, i64, i64)] {
    match country {
        Country::Chile => {
            &[(Currency::USD, 9_400_000, 60, 6_000), (Currency::CLF, 385_000_000, 105, 0)]
        }
        Country::Mexico => &[(Currency::USD, 18_400_000, 20, 5_000)],
        Country::Spain => &[],
    }
}
