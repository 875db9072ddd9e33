//! Figures in a line of text or a cell: amounts, days, shares, links to what is behind them.

use crate::web::format::{self, Amount};
use crate::web::layout::Frame;
use crate::web::url::Url;
use maud::{Markup, html};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::ratio::Ratio;

/// An amount with its symbol. Negative amounts are put in brackets when printed.
pub fn amount(f: &Frame, amount: Amount) -> Markup {
    written(&f.numbers.amount(amount))
}

/// An amount for a column that names its currency once; nothing is shown as a quiet dash.
pub fn bare(f: &Frame, amount: Amount) -> Markup {
    if amount.minor == 0 {
        return html! {
            span.nil { "–" }
        };
    }
    written(&f.numbers.bare(amount))
}

/// The minus stands apart, so that paper can show brackets in its place.
fn written(text: &str) -> Markup {
    match text.strip_prefix('−') {
        Some(rest) => html! {
            span.amt.neg {
                span.minus { "−" }
                (rest)
            }
        },
        None => html! {
            span.amt { (text) }
        },
    }
}

/// An amount in a column of one currency (bare) or of several (with its symbol).
pub fn in_column(f: &Frame, value: Amount, column: Option<Currency>) -> Markup {
    if column.is_some() || value.minor == 0 { bare(f, value) } else { amount(f, value) }
}

/// The currency of a column, when all its amounts share one.
pub fn shared_currency(amounts: impl IntoIterator<Item = Amount>) -> Option<Currency> {
    let mut amounts = amounts.into_iter().map(|amount| amount.currency);
    let first = amounts.next()?;
    amounts.all(|currency| currency == first).then_some(first)
}

/// A number that leads to the documents behind it. Nothing leads nowhere.
pub fn behind(shown: Markup, is_nil: bool, url: &Url) -> Markup {
    html! {
        @if is_nil { (shown) } @else {
            a.behind href=(url) { (shown) }
        }
    }
}

/// A cell with an amount that leads to the documents behind it.
pub fn amount_cell(f: &Frame, value: Amount, url: Option<&Url>) -> Markup {
    html! {
        td.num {
            @match url {
                Some(url) => (behind(bare(f, value), value.minor == 0, url)),
                None => (bare(f, value)),
            }
        }
    }
}

/// A day as a date, with its distance from today on hover.
pub fn date(f: &Frame, day: Day) -> Markup {
    let words = format::near(day, f.today, f.locale);
    html! {
        time datetime=(day) title=(words) { (format::date(day, f.locale)) }
    }
}

/// A day in words from today, with the date on hover and focus.
pub fn near(f: &Frame, day: Day) -> Markup {
    let full = format::date(day, f.locale);
    html! {
        time datetime=(day) title=(full) { (format::near(day, f.today, f.locale)) }
    }
}

/// Days with one decimal, or `s/d` where undefined.
pub fn days(f: &Frame, value: Option<Ratio>) -> Markup {
    match value {
        Some(ratio) => {
            html! {
                span.amt { (f.numbers.ratio(ratio, 1)) }
                span.unit { " " (f.t("unit.d")) }
            }
        }
        None => undefined(f),
    }
}

/// A share as a percentage, or `s/d` where undefined.
pub fn percent(f: &Frame, share: Option<Ratio>) -> Markup {
    match share {
        Some(ratio) => html! {
            span.amt { (f.numbers.percent(ratio)) }
        },
        None => undefined(f),
    }
}

/// The mark of a figure that does not exist (a denominator of zero).
pub fn undefined(f: &Frame) -> Markup {
    html! {
        abbr.nil title=(f.t("figure.undefined")) { (f.t("figure.nd")) }
    }
}

/// A whole number, grouped.
pub fn integer(f: &Frame, number: i64) -> Markup {
    html! {
        span.amt { (f.numbers.integer(number.into())) }
    }
}

/// A reference people paste elsewhere (a folio, a tax id), with a copy button for the script.
pub fn copyable(f: &Frame, text: &str) -> Markup {
    html! {
        span.copyable {
            span.mono { (text) }
            button
                .copy
                type="button"
                data-copy=(text)
                hidden
                aria-label=(f.t("copy"))
                title=(f.t("copy"))
            { (super::icon::icon("copy")) }
        }
    }
}
