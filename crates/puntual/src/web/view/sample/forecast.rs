//! Sample values of Proyección.

use super::{customer, document, today, whole, wobble};
use crate::web::chart::{Line, Lines, Unit};
use crate::web::layout::Frame;
use crate::web::part::form::Choice;
use crate::web::view::forecast::{ForecastView, MethodRow, PayerRow, Payers, Period};
use puntual_core::ratio::Ratio;

fn period(f: &Frame, from: i32, days: i32, size: i128) -> Period {
    let shown = |share: i128| whole(f, size * share / 100).minor;
    Period {
        days: (today() + from, today() + from + days - 1),
        mean_minor: shown(100),
        p10_minor: shown(82),
        p90_minor: shown(117),
        usual_minor: Some(shown(106)),
    }
}

impl ForecastView {
    /// Thirteen weeks that ebb away, of a model that beats most simple methods.
    pub fn sample(f: &Frame) -> ForecastView {
        let currency = f.numbers.home();
        let weeks: Vec<Period> = (0..13)
            .map(|week| {
                period(
                    f,
                    week * 7 + 1,
                    7,
                    42_000 / (i128::from(week) + 2) + wobble(week as usize, 900),
                )
            })
            .collect();
        let values =
            |of: fn(&Period) -> i128| weeks.iter().map(move |week| Ratio::new(of(week), 1));
        let band = values(|week| week.p10_minor).zip(values(|week| week.p90_minor));
        let line = |key, hue, values| Line { label: f.t(key).to_owned(), hue, values };
        let row = |at: usize| PayerRow {
            customer: customer(at),
            document: document(at),
            due: today() + at as i32 - 3,
            told: (Some(today() + 1), Some(today() + 4), (at < 3).then(|| today() + 30)),
            open_minor: whole(f, 4_000 - 600 * at as i128).minor,
            expected_minor: whole(f, 2_100 - 300 * at as i128).minor,
        };
        let method = |key, days, share, shown| MethodRow {
            key,
            count: 1_204,
            error_days: Ratio::new(days, 10),
            cash_error: Ratio::new(share, 1_000),
            shown,
        };
        ForecastView {
            currency,
            currencies: vec![
                Choice::new(currency.code(), currency.code()),
                Choice::new("USD", "USD"),
            ],
            delays: vec![Choice::new("7", f.count("forecast.days_later", 7))],
            defaults: vec![Choice::new("1", f.count("forecast.largest", 1))],
            open_minor: whole(f, 190_000).minor,
            chart: Lines {
                unit: Unit::Money(currency),
                days: weeks.iter().map(|week| week.days.1).collect(),
                lines: vec![
                    line("forecast.expected", "l-1", values(|week| week.mean_minor).collect()),
                    line("forecast.usual", "l-ref", values(|w| w.mean_minor * 11 / 10).collect()),
                ],
                band: band.map(|(low, high)| low.zip(high)).collect(),
            },
            months: (0..12)
                .map(|month| period(f, month * 30 + 1, 30, 30_000 - 2_400 * i128::from(month)))
                .collect(),
            weeks,
            payers: Some(Payers { week: 1, rows: (0..5).map(row).collect(), left_out: 18 }),
            methods: vec![
                method("forecast.model", 24, 81, (false, true)),
                method("forecast.due_date", 61, 190, (false, false)),
                method("forecast.customer_median", 22, 171, (true, false)),
            ],
            replaced: (true, false),
        }
    }
}
