//! What people type, read: amounts in their country's signs, days.
//!
//! Decides what is understood without doubt; anything else is refused with a code, never guessed.

use crate::web::format::Numbers;
use crate::web::visit::Visit;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::money::Money;
use puntual_service::error::ServiceError;

/// Reads an amount: `1.190.000`, `$ 12,500.50`, `1190000`. Groups are whole or absent, and there
/// are no more decimals than the currency has.
pub fn amount(text: &str, numbers: Numbers, currency: Currency) -> Option<i64> {
    let plain: String = text
        .trim()
        .trim_start_matches(&numbers.symbol(currency))
        .trim_start_matches(currency.code())
        .trim_end_matches(&numbers.symbol(currency))
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let (whole, fraction) = match plain.split_once(numbers.decimal()) {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return None,
        None => (plain.as_str(), ""),
    };
    let mut groups = whole.split(numbers.group());
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let is_grouped = rest.iter().all(|group| group.len() == 3);
    let leads = !first.is_empty() && (rest.is_empty() || first.len() <= 3);
    let decimals = usize::try_from(currency.decimals()).ok()?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let is_number = digits(first) && rest.iter().all(|group| digits(group)) && digits(fraction);
    if !is_grouped || !leads || !is_number || fraction.len() > decimals {
        return None;
    }
    let minor = format!("{first}{}{fraction:0<decimals$}", rest.concat());
    minor.parse().ok()
}

/// The amount of a form's `amount` and `currency`.
pub fn money(visit: &Visit) -> Result<Money, ServiceError> {
    let code = visit.form.get("currency").unwrap_or(visit.ctx.creditor.currency.code());
    let currency: Currency =
        code.parse().map_err(|_| ServiceError::invalid("currency", "unknown_currency"))?;
    let text = visit.form.text("amount");
    if text.is_empty() {
        return Err(ServiceError::invalid("amount", "missing"));
    }
    let minor = amount(text, visit.numbers(), currency);
    minor
        .map(|minor| Money::new(minor, currency))
        .ok_or_else(|| ServiceError::invalid("amount", "not_an_amount"))
}

/// A day of a form, when there is one.
pub fn day(visit: &Visit, name: &str) -> Result<Option<Day>, ServiceError> {
    match visit.form.text(name) {
        "" => Ok(None),
        text => match text.parse() {
            Ok(day) => Ok(Some(day)),
            Err(_) => Err(ServiceError::invalid(name, "not_a_date")),
        },
    }
}

/// A text of a form, when there is one.
pub fn text(visit: &Visit, name: &str) -> Option<String> {
    visit.form.get(name).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_their_countrys_signs() {
        let chile = Numbers::of("CL", Currency::CLP);
        let mexico = Numbers::of("MX", Currency::MXN);
        let spain = Numbers::of("ES", Currency::EUR);
        assert_eq!(amount("$ 1.190.000", chile, Currency::CLP), Some(1_190_000));
        assert_eq!(amount("1190000", chile, Currency::CLP), Some(1_190_000));
        assert_eq!(amount("12,500.5", mexico, Currency::MXN), Some(1_250_050));
        assert_eq!(amount("12.500,00 €", spain, Currency::EUR), Some(1_250_000));
        for doubtful in ["12.50", "1.19.000", "", "12,", "abc", "-5", "1,5", ".500"] {
            assert_eq!(amount(doubtful, chile, Currency::CLP), None, "{doubtful:?}");
        }
        assert_eq!(amount("12.50", spain, Currency::EUR), None);
    }
}
