//! Proyección: the cash of the weeks to come with its spread, who pays it, what if, and how wrong
//! this would have been beside simpler methods.

use super::{CustomerRef, DocumentRef, customer_link, document_link, export_links};
use crate::web::chart::{self, Lines};
use crate::web::format::{self, Amount};
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{Choice, keep, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, empty, fact, facts, remark};
use crate::web::url::Url;
use maud::{Markup, html};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::ratio::Ratio;

/// The parameters of the page.
pub const CURRENCY: &str = "moneda";
/// Days everybody is supposed to pay later.
pub const LATER: &str = "atraso";
/// Largest customers supposed to pay nothing.
pub const WITHOUT: &str = "sin";
/// The week whose payers are shown.
pub const WEEK: &str = "semana";

/// What Proyección shows, in one currency.
#[derive(Clone, Debug)]
pub struct ForecastView {
    /// The currency of every amount.
    pub currency: Currency,
    /// The currencies to choose from.
    pub currencies: Vec<Choice>,
    /// Suppositions about delay to choose from.
    pub delays: Vec<Choice>,
    /// Suppositions about who does not pay to choose from.
    pub defaults: Vec<Choice>,
    /// What is open, and what of it the weeks are expected to bring.
    pub open_minor: i128,
    /// The weeks.
    pub weeks: Vec<Period>,
    /// The months.
    pub months: Vec<Period>,
    /// Expected cash by week with its band.
    pub chart: Lines,
    /// The week whose payers are shown, from 1, and they.
    pub payers: Option<Payers>,
    /// How wrong every method would have been.
    pub methods: Vec<MethodRow>,
    /// Whether dates, and cash, are a simple method's.
    pub replaced: (bool, bool),
}

/// Expected cash of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// First and last day.
    pub days: (Day, Day),
    /// Expected, smallest units.
    pub mean_minor: i128,
    /// One time in ten no more.
    pub p10_minor: i128,
    /// Nine times in ten no more.
    pub p90_minor: i128,
    /// What was expected without the hardship supposed, when one is.
    pub usual_minor: Option<i128>,
}

/// Who pays in a week.
#[derive(Clone, Debug)]
pub struct Payers {
    /// The week, from 1.
    pub week: usize,
    /// The documents that bring most of it.
    pub rows: Vec<PayerRow>,
    /// Documents beyond those shown.
    pub left_out: i64,
}

/// A document that may be paid in a week.
#[derive(Clone, Debug)]
pub struct PayerRow {
    /// Who owes it.
    pub customer: CustomerRef,
    /// Which.
    pub document: DocumentRef,
    /// Its due date.
    pub due: Day,
    /// The likeliest day and the band around it; `None` beyond the horizon.
    pub told: (Option<Day>, Option<Day>, Option<Day>),
    /// Open, smallest units.
    pub open_minor: i128,
    /// Expected of it in the week.
    pub expected_minor: i128,
}

/// How wrong a method would have been.
#[derive(Clone, Debug)]
pub struct MethodRow {
    /// The key of its name.
    pub key: &'static str,
    /// Documents judged.
    pub count: i64,
    /// Mean error in days.
    pub error_days: Option<Ratio>,
    /// Mean error of weekly cash as a share of what came in.
    pub cash_error: Option<Ratio>,
    /// Whether its dates, and its cash, are those shown.
    pub shown: (bool, bool),
}

/// Proyección.
pub fn forecast(f: &Frame, view: &ForecastView) -> Markup {
    let title = f.t("nav.forecast");
    let heading = Heading::dated(title).with_actions(export_links(f, "/proyeccion/exportar"));
    let body = html! {
        p.lede { (f.t("forecast.lede")) }
        @if view.weeks.is_empty() {
            ({
                empty(
                    f.t("forecast.empty"),
                    f.t("forecast.empty_advice"),
                    Some((&f.to("/importar"), f.t("indicators.import"))),
                )
            })
        } @else {
            (suppose(f, view))
            (summary(f, view))
            @if view.replaced.0 || view.replaced.1 { (replaced(f, view)) }
            (chart::lines(f, f.t("forecast.chart"), &view.chart, None))
            (weeks(f, view))
            @if let Some(payers) = &view.payers { (payers_table(f, view, payers)) }
            (months(f, view))
            (errors(f, view))
        }
    };
    page(f, heading, body)
}

fn suppose(f: &Frame, view: &ForecastView) -> Markup {
    let chosen = |name: &str| f.url.param(name).unwrap_or_default();
    html! {
        form.filters method="get" action="/proyeccion" data-autosubmit {
            (keep(&f.url, &[CURRENCY, LATER, WITHOUT]))
            @if view.currencies.len() > 1 {
                (select(
                    "f",
                    CURRENCY,
                    f.t("filter.currency"),
                    None,
                    &view.currencies,
                    view.currency.code(),
                ))
            }
            (select(
                "f",
                LATER,
                f.t("forecast.later"),
                Some(f.t("forecast.as_usual")),
                &view.delays,
                chosen(LATER),
            ))
            (select(
                "f",
                WITHOUT,
                f.t("forecast.without"),
                Some(f.t("forecast.nobody_fails")),
                &view.defaults,
                chosen(WITHOUT),
            ))
            button.button type="submit" { (icon("filter")) (f.t("filter.apply")) }
        }
    }
}

fn summary(f: &Frame, view: &ForecastView) -> Markup {
    let shown = |minor: i128| figure::amount(f, Amount::new(minor, view.currency));
    let expected: i128 = view.weeks.iter().map(|week| week.mean_minor).sum();
    let first: i128 = view.weeks.iter().take(4).map(|week| week.mean_minor).sum();
    let later = (view.open_minor - expected).max(0);
    facts(&[
        fact(f.t("forecast.open"), shown(view.open_minor)),
        fact(f.t("forecast.four_weeks"), shown(first)),
        fact(f.t("forecast.all_weeks"), shown(expected)),
        fact(f.t("forecast.later_than"), shown(later)),
    ])
}

/// Says that a simple method is shown because it would have been nearer.
fn replaced(f: &Frame, view: &ForecastView) -> Markup {
    let name = |pick: fn(&MethodRow) -> bool| {
        view.methods.iter().find(|row| pick(row)).map_or("", |row| f.t(row.key))
    };
    remark(
        Tone::Warning,
        html! {
            @if view.replaced.0 {
                p { (f.fill("forecast.dates_by", &[("method", name(|row| row.shown.0))])) }
            }
            @if view.replaced.1 {
                p { (f.fill("forecast.cash_by", &[("method", name(|row| row.shown.1))])) }
            }
        },
    )
}

fn weeks(f: &Frame, view: &ForecastView) -> Markup {
    let supposed = view.weeks.iter().any(|week| week.usual_minor.is_some());
    let url = |number: usize| f.url.with(WEEK, number).to_string() + "#pagan";
    let mut sum = 0;
    let rows: Vec<(usize, &Period, i128)> = (1..)
        .zip(&view.weeks)
        .map(|(number, week)| {
            sum += week.mean_minor;
            (number, week, sum)
        })
        .collect();
    html! {
        section {
            h2 { (f.t("forecast.weeks")) span.unit { " " (view.currency.code()) } }
            div.table-scroll {
                table.rows.compact data-rows {
                    (period_head(f, supposed, true))
                    tbody {
                        @for (number, week, sum) in rows {
                            tr {
                                th.lead scope="row" {
                                    a href=(url(number)) title=(f.t("forecast.who_pays")) {
                                        (range(f, week.days))
                                    }
                                }
                                (period_cells(f, view.currency, week, supposed))
                                td.num { (figure::bare(f, Amount::new(sum, view.currency))) }
                            }
                        }
                    }
                }
            }
            p.hint { (f.t("forecast.band_hint")) }
        }
    }
}

fn period_head(f: &Frame, supposed: bool, summed: bool) -> Markup {
    html! {
        thead {
            tr {
                th scope="col" { (f.t("forecast.period")) }
                th.num scope="col" { (f.t("forecast.expected")) }
                @if supposed {
                    th.num scope="col" { (f.t("forecast.usual")) }
                }
                th.num scope="col" { (f.t("forecast.p10")) }
                th.num scope="col" { (f.t("forecast.p90")) }
                @if summed {
                    th.num scope="col" { (f.t("forecast.summed")) }
                }
            }
        }
    }
}

fn period_cells(f: &Frame, currency: Currency, period: &Period, supposed: bool) -> Markup {
    let cell = |minor: i128| figure::bare(f, Amount::new(minor, currency));
    html! {
        td.num { (cell(period.mean_minor)) }
        @if supposed {
            td.num { (cell(period.usual_minor.unwrap_or_default())) }
        }
        td.num { (cell(period.p10_minor)) }
        td.num { (cell(period.p90_minor)) }
    }
}

fn range(f: &Frame, days: (Day, Day)) -> Markup {
    html! {
        (format::date(days.0, f.locale))
        " – "
        (format::date(days.1, f.locale))
    }
}

fn payers_table(f: &Frame, view: &ForecastView, payers: &Payers) -> Markup {
    let number = payers.week.to_string();
    let cell = |minor: i128| figure::bare(f, Amount::new(minor, view.currency));
    let near = |day: Option<Day>| match day {
        Some(day) => figure::date(f, day),
        None => html! { (f.t("forecast.beyond")) },
    };
    html! {
        section #pagan {
            h2 {
                (f.fill("forecast.payers", &[("week", &number)]))
                span.unit { " " (view.currency.code()) }
            }
            div.table-scroll {
                table.rows.stacks data-rows {
                    thead {
                        tr {
                            th scope="col" { (f.t("col.customer")) }
                            th scope="col" { (f.t("forecast.document")) }
                            th scope="col" { (f.t("forecast.due")) }
                            th scope="col" { (f.t("forecast.likely_day")) }
                            th scope="col" { (f.t("forecast.between")) }
                            th.num scope="col" { (f.t("forecast.open")) }
                            th.num scope="col" { (f.t("forecast.expected")) }
                        }
                    }
                    tbody {
                        @for row in &payers.rows {
                            tr {
                                th.lead scope="row" { (customer_link(f, &row.customer)) }
                                td data-label=(f.t("forecast.document")) {
                                    (document_link(f, &row.document))
                                }
                                td data-label=(f.t("forecast.due")) { (figure::date(f, row.due)) }
                                td data-label=(f.t("forecast.likely_day")) { (near(row.told.1)) }
                                td data-label=(f.t("forecast.between")) {
                                    (near(row.told.0))
                                    " – "
                                    (near(row.told.2))
                                }
                                td.num data-label=(f.t("forecast.open")) { (cell(row.open_minor)) }
                                td.num data-label=(f.t("forecast.expected")) {
                                    (cell(row.expected_minor))
                                }
                            }
                        }
                    }
                }
            }
            @if payers.left_out > 0 {
                p.hint { (f.count("forecast.left_out", payers.left_out)) }
            }
        }
    }
}

fn months(f: &Frame, view: &ForecastView) -> Markup {
    let supposed = view.months.iter().any(|month| month.usual_minor.is_some());
    html! {
        section {
            h2 { (f.t("forecast.months")) span.unit { " " (view.currency.code()) } }
            div.table-scroll {
                table.rows.compact {
                    (period_head(f, supposed, false))
                    tbody {
                        @for month in &view.months {
                            tr {
                                th.lead scope="row" { (range(f, month.days)) }
                                (period_cells(f, view.currency, month, supposed))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn errors(f: &Frame, view: &ForecastView) -> Markup {
    let documents: Url = f.to("/documentos").with("estado", "paid");
    html! {
        section {
            h2 { (f.t("forecast.errors")) }
            p.hint { (f.t("forecast.errors_hint")) }
            div.table-scroll {
                table.rows.compact {
                    thead {
                        tr {
                            th scope="col" { (f.t("forecast.method")) }
                            th.num scope="col" { (f.t("forecast.error_days")) }
                            th.num scope="col" { (f.t("forecast.error_cash")) }
                            th.num scope="col" { "n" }
                            th scope="col" { (f.t("forecast.is_shown")) }
                        }
                    }
                    tbody {
                        @for row in &view.methods {
                            tr {
                                th.lead scope="row" { (f.t(row.key)) }
                                td.num { (figure::days(f, row.error_days)) }
                                td.num { (figure::percent(f, row.cash_error)) }
                                td.num {
                                    ({
                                        figure::behind(
                                            figure::integer(f, row.count),
                                            row.count == 0,
                                            &documents,
                                        )
                                    })
                                }
                                td { (shown_words(f, row.shown)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn shown_words(f: &Frame, shown: (bool, bool)) -> Markup {
    let word = match shown {
        (true, true) => f.t("forecast.shown_both"),
        (true, false) => f.t("forecast.shown_dates"),
        (false, true) => f.t("forecast.shown_cash"),
        (false, false) => "",
    };
    html! {
        @if !word.is_empty() { (icon("check")) " " (word) }
    }
}
