//! How amounts, dates, numbers and shares are written for people.
//!
//! Decides grouping, decimal sign, currency symbol and the words for near dates. It refuses to
//! compute: values come in exact ([`Amount`], [`Ratio`], [`Day`]) and are only rounded to be shown.
//! Amounts follow the creditor's country, not the reader's language, so that everybody in a team
//! reads the same figure (CLP `$ 1.190.000`, MXN `$ 12,500.00`, EUR `12.500,00 €`).

use super::locale::Locale;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::money::{Money, plain};
use puntual_core::ratio::Ratio;

/// A sum in the smallest unit of its currency, wide enough for any total on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Whole number of smallest units; negative in the customer's favour.
    pub minor: i128,
    /// The currency it is in.
    pub currency: Currency,
}

impl Amount {
    /// A sum of `minor` smallest units.
    pub fn new(minor: i128, currency: Currency) -> Amount {
        Amount { minor, currency }
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Amount {
        Amount { minor: money.minor.into(), currency: money.currency }
    }
}

/// How a creditor's country writes numbers, and which currency needs no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    group: char,
    decimal: char,
    home: Currency,
}

/// Between a figure and its unit: never broken over two lines.
const NBSP: char = '\u{a0}';

impl Numbers {
    /// The habits of a country (ISO 3166 alpha-2) whose creditor keeps its books in `home`.
    /// Sources: CLDR 45 `es-CL`, `es-MX`, `es-ES`, `es-CO`, `es-PE`, `es-AR`.
    pub fn of(country: &str, home: Currency) -> Numbers {
        let dot_decimal = matches!(
            country,
            "MX" | "PE" | "US" | "GT" | "SV" | "HN" | "NI" | "PA" | "DO" | "PR" | "GB"
        );
        let (group, decimal) = if dot_decimal { (',', '.') } else { ('.', ',') };
        Numbers { group, decimal, home }
    }

    /// The sign between groups of three digits.
    pub fn group(self) -> char {
        self.group
    }

    /// The decimal sign.
    pub fn decimal(self) -> char {
        self.decimal
    }

    /// The currency of the creditor's books.
    pub fn home(self) -> Currency {
        self.home
    }

    /// Plain decimal text (`-1234.50`) in this country's signs (`-1.234,50`).
    fn localise(self, plain: &str) -> String {
        let (sign, digits) = match plain.strip_prefix('-') {
            Some(rest) => ("−", rest),
            None => ("", plain),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut text = String::with_capacity(plain.len() + 8);
        text.push_str(sign);
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                text.push(self.group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(self.decimal);
            text.push_str(fraction);
        }
        text
    }

    /// A whole number, grouped.
    pub fn integer(self, number: i128) -> String {
        self.localise(&number.to_string())
    }

    /// An amount without its symbol, for columns that name the currency once.
    pub fn bare(self, amount: Amount) -> String {
        self.localise(&plain(amount.minor, amount.currency))
    }

    /// An amount with its symbol, placed as its currency's country places it.
    pub fn amount(self, amount: Amount) -> String {
        let figure = self.bare(Amount { minor: amount.minor.abs(), ..amount });
        let sign = if amount.minor < 0 { "−" } else { "" };
        let symbol = self.symbol(amount.currency);
        if amount.currency == Currency::EUR {
            format!("{sign}{figure}{NBSP}{symbol}")
        } else {
            format!("{sign}{symbol}{NBSP}{figure}")
        }
    }

    /// The symbol of a currency; the code wherever `$` alone would be ambiguous.
    pub fn symbol(self, currency: Currency) -> String {
        let symbol = match currency.code() {
            "EUR" => "€",
            "CLF" => "UF",
            "MXV" => "UDI",
            "USD" if self.home == currency => "$",
            "USD" => "US$",
            "PEN" => "S/",
            "BRL" => "R$",
            "GBP" => "£",
            "CLP" | "MXN" | "COP" | "ARS" | "UYU" | "DOP" if self.home == currency => "$",
            code => code,
        };
        symbol.to_owned()
    }

    /// A large amount in few figures for axes: `1,2 M`, `350 k`. Rounded down to one decimal.
    pub fn short(self, amount: Amount) -> String {
        let units = amount.minor / i128::from(amount.currency.scale());
        let scaled = |divisor: i128, suffix: &str| {
            let tenths = units * 10 / divisor;
            let text = if tenths % 10 == 0 {
                (tenths / 10).to_string()
            } else {
                format!("{}.{}", tenths / 10, tenths.abs() % 10)
            };
            format!("{}{NBSP}{suffix}", self.localise(&text))
        };
        match units.abs() {
            0..1_000 => self.integer(units),
            1_000..1_000_000 => scaled(1_000, "k"),
            1_000_000..10_000_000_000 => scaled(1_000_000, "M"),
            _ => scaled(1_000_000_000, "MM"),
        }
    }

    /// A ratio with a fixed number of decimals; `s/d` is the page's business.
    pub fn ratio(self, ratio: Ratio, decimals: u32) -> String {
        self.localise(&ratio.to_decimal(decimals))
    }

    /// A share as a percentage with one decimal: 0.8209 → `82,1 %`.
    pub fn percent(self, share: Ratio) -> String {
        let hundredfold = Ratio { num: share.num * 100, den: share.den };
        format!("{}{NBSP}%", self.ratio(hundredfold, 1))
    }
}

/// The date as people write it: `21-11-2026` in Spanish, `21 Nov 2026` in English.
pub fn date(day: Day, locale: Locale) -> String {
    let (year, month, number) = day.ymd();
    if locale.is_spanish() {
        format!("{number:02}-{month:02}-{year:04}")
    } else {
        format!("{number} {} {year}", month_name(month, locale))
    }
}

/// The long date of a heading: `sábado 21 de noviembre`.
pub fn weekday_date(day: Day, locale: Locale) -> String {
    use puntual_core::date::Weekday::*;
    let weekday = locale.t(match day.weekday() {
        Monday => "day.monday",
        Tuesday => "day.tuesday",
        Wednesday => "day.wednesday",
        Thursday => "day.thursday",
        Friday => "day.friday",
        Saturday => "day.saturday",
        Sunday => "day.sunday",
    });
    format!("{weekday} {}", date(day, locale))
}

/// The short name of a month, 1 to 12.
pub fn month_name(month: u32, locale: Locale) -> &'static str {
    const KEYS: [&str; 12] = [
        "month.1", "month.2", "month.3", "month.4", "month.5", "month.6", "month.7", "month.8",
        "month.9", "month.10", "month.11", "month.12",
    ];
    locale.t(KEYS[(month as usize).saturating_sub(1).min(11)])
}

/// Days beyond which a date says more than a count.
const WORDS_UP_TO_DAYS: i32 = 400;

/// A day as seen from `today`: `hoy`, `en 3 días`, `hace 12 días`; the date itself when far.
pub fn near(day: Day, today: Day, locale: Locale) -> String {
    match day - today {
        0 => locale.t("near.today").to_owned(),
        1 => locale.t("near.tomorrow").to_owned(),
        -1 => locale.t("near.yesterday").to_owned(),
        n if n.abs() > WORDS_UP_TO_DAYS => date(day, locale),
        n if n > 0 => locale.count("near.in", n.into(), &n.to_string()),
        n => locale.count("near.ago", (-n).into(), &(-n).to_string()),
    }
}

/// A due date as seen from `today`: `vence en 3 días`, `vence hoy`, `venció hace 12 días`.
pub fn due(day: Day, today: Day, locale: Locale) -> String {
    match day - today {
        0 => locale.t("due.today").to_owned(),
        n if n > 0 => locale.count("due.in", n.into(), &n.to_string()),
        n => locale.count("due.ago", (-n).into(), &(-n).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(country: &str, home: Currency, minor: i128, currency: Currency) -> String {
        Numbers::of(country, home).amount(Amount::new(minor, currency)).replace(NBSP, " ")
    }

    #[test]
    fn amounts_follow_the_creditors_country() {
        assert_eq!(shown("CL", Currency::CLP, 1_190_000, Currency::CLP), "$ 1.190.000");
        assert_eq!(shown("CL", Currency::CLP, 381_234_567, Currency::CLF), "UF 38.123,4567");
        assert_eq!(shown("CL", Currency::CLP, 1_250_000, Currency::MXN), "MXN 12.500,00");
        assert_eq!(shown("MX", Currency::MXN, 1_250_000, Currency::MXN), "$ 12,500.00");
        assert_eq!(shown("MX", Currency::MXN, 99_950, Currency::USD), "US$ 999.50");
        assert_eq!(shown("ES", Currency::EUR, 1_250_000, Currency::EUR), "12.500,00 €");
        assert_eq!(shown("ES", Currency::EUR, -5, Currency::EUR), "−0,05 €");
        assert_eq!(shown("CL", Currency::CLP, 999, Currency::CLP), "$ 999");
    }

    #[test]
    fn axes_use_few_figures() {
        let clp = |minor| {
            let numbers = Numbers::of("CL", Currency::CLP);
            numbers.short(Amount::new(minor, Currency::CLP)).replace(NBSP, " ")
        };
        assert_eq!(clp(950), "950");
        assert_eq!(clp(12_500), "12,5 k");
        assert_eq!(clp(1_200_000), "1,2 M");
        assert_eq!(clp(40_000_000_000), "40 MM");
    }

    #[test]
    fn shares_and_days_have_one_decimal() {
        let numbers = Numbers::of("ES", Currency::EUR);
        let share = numbers.percent(Ratio { num: 5500, den: 6700 });
        assert_eq!(share.replace(NBSP, " "), "82,1 %");
        assert_eq!(numbers.ratio(Ratio { num: 134_500, den: 4500 }, 1), "29,9");
    }

    #[test]
    fn near_days_are_words() {
        let es = Locale::of("es");
        let today = Day(20_000);
        assert_eq!(near(today, today, es), "hoy");
        assert_eq!(near(today + 3, today, es), "en 3 días");
        assert_eq!(near(today - 12, today, es), "hace 12 días");
        assert_eq!(due(today + 1, today, es), "vence en 1 día");
        assert_eq!(due(today - 12, today, es), "venció hace 12 días");
        assert_eq!(date(Day(0), es), "01-01-1970");
        assert_eq!(date(Day(0), Locale::of("en")), "1 Jan 1970");
    }
}
