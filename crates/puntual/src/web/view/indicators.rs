//! Indicadores: ageing and collection figures as of any day, known at any day, each with its
//! history, its n and its definition. Every number leads to the documents behind it.

use super::export_links;
use crate::web::chart::{self, Lines, Stack, Unit};
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::badge::Bucket;
use crate::web::part::figure;
use crate::web::part::form::{Choice, keep, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, empty, remark, tabs};
use crate::web::url::{AS_OF, KNOWN_AT, Url};
use maud::{Markup, html};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::ratio::Ratio;

/// What Indicadores shows.
#[derive(Clone, Debug)]
pub struct IndicatorsView {
    /// By what the ageing is broken down.
    pub grouping: Grouping,
    /// The segments to choose from.
    pub segments: Vec<Choice>,
    /// The currencies to choose from.
    pub currencies: Vec<Choice>,
    /// The buckets, current first.
    pub buckets: Vec<Bucket>,
    /// One ageing table per currency.
    pub aging: Vec<Aging>,
    /// Ageing over 24 months, one chart per currency.
    pub history: Vec<Stack>,
    /// The indicators of one currency.
    pub indicators: Vec<Indicator>,
    /// The currency of the indicators; figures of other currencies are asked for by the filter.
    pub currency: Currency,
    /// The days of the indicators' series, oldest first.
    pub days: Vec<Day>,
    /// Collection period beside age of debt: each alone misleads.
    pub time_chart: Lines,
}

/// What an ageing table is broken down by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// By customer.
    Customer,
    /// By segment.
    Segment,
    /// By collector.
    Collector,
}

impl Grouping {
    /// All, in the order of the tabs.
    pub const ALL: [Grouping; 3] = [Grouping::Segment, Grouping::Customer, Grouping::Collector];

    /// How addresses write it.
    pub fn code(self) -> &'static str {
        match self {
            Grouping::Customer => "customer",
            Grouping::Segment => "segment",
            Grouping::Collector => "agent",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Grouping::Customer => "col.customer",
            Grouping::Segment => "filter.segment",
            Grouping::Collector => "filter.collector",
        }
    }

    /// The parameter that narrows the list of documents to one row of the table.
    fn parameter(self) -> &'static str {
        match self {
            Grouping::Customer => "cliente",
            Grouping::Segment => "segmento",
            Grouping::Collector => "agente",
        }
    }
}

/// Ageing in one currency.
#[derive(Clone, Debug)]
pub struct Aging {
    /// The currency of every amount.
    pub currency: Currency,
    /// The rows, the largest balance first.
    pub rows: Vec<AgingRow>,
    /// The totals over all rows, also those not shown.
    pub total: AgingRow,
    /// Rows there are beyond those shown.
    pub rows_left_out: i64,
    /// Whether the rows and the series, folded apart, give the same balance.
    pub agrees: bool,
}

/// Open amounts of one customer, segment or collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgingRow {
    /// What addresses call it.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Smallest units in each bucket.
    pub minor: Vec<i128>,
    /// Credits and payments not applied, zero or negative.
    pub unapplied_minor: i128,
}

impl AgingRow {
    fn balance(&self) -> i128 {
        self.minor.iter().sum::<i128>() + self.unapplied_minor
    }
}

/// The indicators shown, by the id of the domain reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the ids of the domain reference, A2 to A4")]
pub enum IndicatorId {
    PpcWeighted,
    PpcSimple,
    AvgDebtAge,
    AvgDaysPastDue,
    DsoPeriod,
    DsoCountback,
    Bpdso,
    Add,
    Cei,
    PastDuePct,
}

impl IndicatorId {
    /// All, in the order of the table.
    pub const ALL: [IndicatorId; 10] = [
        IndicatorId::PpcWeighted,
        IndicatorId::AvgDebtAge,
        IndicatorId::PpcSimple,
        IndicatorId::AvgDaysPastDue,
        IndicatorId::DsoPeriod,
        IndicatorId::DsoCountback,
        IndicatorId::Bpdso,
        IndicatorId::Add,
        IndicatorId::Cei,
        IndicatorId::PastDuePct,
    ];

    /// The id in the domain reference and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            IndicatorId::PpcWeighted => "ppc_weighted",
            IndicatorId::PpcSimple => "ppc_simple",
            IndicatorId::AvgDebtAge => "avg_debt_age",
            IndicatorId::AvgDaysPastDue => "avg_days_past_due",
            IndicatorId::DsoPeriod => "dso_period",
            IndicatorId::DsoCountback => "dso_countback",
            IndicatorId::Bpdso => "bpdso",
            IndicatorId::Add => "add",
            IndicatorId::Cei => "cei",
            IndicatorId::PastDuePct => "past_due_pct",
        }
    }

    /// The keys of its name and its definition.
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            IndicatorId::PpcWeighted => ("kpi.ppc_weighted", "kpi.ppc_weighted_def"),
            IndicatorId::PpcSimple => ("kpi.ppc_simple", "kpi.ppc_simple_def"),
            IndicatorId::AvgDebtAge => ("kpi.avg_debt_age", "kpi.avg_debt_age_def"),
            IndicatorId::AvgDaysPastDue => ("kpi.avg_days_past_due", "kpi.avg_days_past_due_def"),
            IndicatorId::DsoPeriod => ("kpi.dso_period", "kpi.dso_period_def"),
            IndicatorId::DsoCountback => ("kpi.dso_countback", "kpi.dso_countback_def"),
            IndicatorId::Bpdso => ("kpi.bpdso", "kpi.bpdso_def"),
            IndicatorId::Add => ("kpi.add", "kpi.add_def"),
            IndicatorId::Cei => ("kpi.cei", "kpi.cei_def"),
            IndicatorId::PastDuePct => ("kpi.past_due_pct", "kpi.past_due_pct_def"),
        }
    }

    fn unit(self) -> Unit {
        match self {
            IndicatorId::Cei | IndicatorId::PastDuePct => Unit::Share,
            _ => Unit::Days,
        }
    }

    /// Whether more is better.
    fn up_is_good(self) -> bool {
        self == IndicatorId::Cei
    }

    /// The documents behind it, as filters of the list of documents.
    fn behind(self, f: &Frame) -> Url {
        let documents = f.to("/documentos");
        match self {
            IndicatorId::PpcWeighted | IndicatorId::PpcSimple => documents.with("estado", "paid"),
            IndicatorId::AvgDaysPastDue | IndicatorId::PastDuePct => {
                documents.with("estado", "overdue")
            }
            _ => documents.with("estado", "open"),
        }
    }
}

/// An indicator with its history.
#[derive(Clone, Debug)]
pub struct Indicator {
    /// Which.
    pub id: IndicatorId,
    /// Its value on the page's day; shares as a fraction of one.
    pub value: Option<Ratio>,
    /// How many facts it rests on.
    pub n: i64,
    /// Its value on each day of the series; the last is the page's day. Empty for an indicator that
    /// is only of a day.
    pub series: Vec<Option<Ratio>>,
}

/// Below this n a figure is said to rest on few facts (domain reference A2).
const FEW: i64 = 3;

/// Indicadores.
pub fn indicators(f: &Frame, view: &IndicatorsView) -> Markup {
    let title = f.t("nav.indicators");
    let heading = Heading::dated(title).with_actions(actions(f));
    let body = html! {
        (scope(f, view))
        @if view.aging.is_empty() {
            ({
                empty(
                    f.t("indicators.empty"),
                    f.t("indicators.empty_advice"),
                    Some((&f.to("/importar"), f.t("indicators.import"))),
                )
            })
        }
        @for aging in &view.aging { (aging_table(f, view, aging)) }
        div.charts {
            @for history in &view.history {
                @let title = f
                    .fill("indicators.history", &[("currency", history.currency.code())]);
                (chart::stack(f, &title, history, &f.url))
            }
            @if !view.indicators.is_empty() {
                div {
                    (chart::lines(f, f.t("indicators.time"), &view.time_chart, Some(&f.url)))
                    p.hint { (f.t("indicators.survivorship")) }
                }
            }
        }
        @if !view.indicators.is_empty() { (indicator_table(f, view)) }
    };
    page(f, heading, body)
}

fn scope(f: &Frame, view: &IndicatorsView) -> Markup {
    let chosen = |name: &str| f.url.param(name).unwrap_or_default();
    let all = Some(f.t("filter.all"));
    html! {
        form.filters method="get" action="/indicadores" data-autosubmit {
            (keep(&f.url, &["segmento", "moneda", KNOWN_AT]))
            (select(
                "f", "segmento", f.t("filter.segment"), all, &view.segments, chosen("segmento"),
            ))
            @if view.currencies.len() > 1 {
                (select(
                    "f", "moneda", f.t("filter.currency"), all, &view.currencies, chosen("moneda"),
                ))
            }
            div.field {
                label for="f-known" {
                    (f.t("indicators.known_at"))
                    " "
                    abbr.help title=(f.t("indicators.known_at_hint")) { (icon("help")) }
                }
                input #f-known type="date" name=(KNOWN_AT) value=[f.known_at];
            }
            button.button type="submit" { (icon("filter")) (f.t("filter.apply")) }
        }
    }
}

fn aging_table(f: &Frame, view: &IndicatorsView, aging: &Aging) -> Markup {
    let choices = Grouping::ALL.map(|grouping| {
        let url = f.url.with("por", grouping.code()).to_string();
        (url, f.t(grouping.key()), grouping == view.grouping)
    });
    let title = f.fill("indicators.aging", &[("currency", aging.currency.code())]);
    html! {
        section {
            div.section-head {
                h2 { (title) }
                (tabs(f.t("indicators.by"), &choices))
            }
            div.table-scroll {
                table.rows.compact data-rows {
                    caption.hidden { (title) }
                    thead {
                        tr {
                            th scope="col" { (f.t(view.grouping.key())) }
                            @for bucket in &view.buckets {
                                th.num scope="col" {
                                    span class={ "key " (bucket.hue()) } {
                                        i {}
                                        (bucket.label(f))
                                    }
                                }
                            }
                            th.num scope="col" { (f.t("col.unapplied")) }
                            th.num scope="col" { (f.t("col.balance")) }
                        }
                    }
                    tbody {
                        @for row in &aging.rows { (aging_row(f, view, aging, row, false)) }
                        @if aging.rows_left_out > 0 {
                            tr {
                                td.muted colspan=(view.buckets.len() + 3) {
                                    (f.count("indicators.left_out", aging.rows_left_out))
                                }
                            }
                        }
                    }
                    tfoot {
                        (aging_row(f, view, aging, &aging.total, true))
                        (share_row(f, view, &aging.total))
                    }
                }
            }
            (agreement(f, aging))
        }
    }
}

fn aging_row(
    f: &Frame,
    view: &IndicatorsView,
    aging: &Aging,
    row: &AgingRow,
    is_total: bool,
) -> Markup {
    let amount = |minor| Amount::new(minor, aging.currency);
    let mut documents = f.to("/documentos").with("moneda", aging.currency);
    if let Some(segment) = f.url.param("segmento") {
        documents = documents.with("segmento", segment);
    }
    if !is_total {
        documents = documents.with(view.grouping.parameter(), &row.key);
    }
    let open = documents.with("estado", "open");
    let name_url = match view.grouping {
        Grouping::Customer => f.to(&format!("/clientes/{}", row.key)),
        _ => f.to("/clientes").with(view.grouping.parameter(), &row.key),
    };
    html! {
        tr.total[is_total] data-href=[(!is_total).then_some(&name_url)] {
            th.lead scope="row" {
                @if is_total { (row.name) } @else {
                    a.row-link href=(name_url) { (row.name) }
                }
            }
            @for (bucket, minor) in view.buckets.iter().zip(&row.minor) {
                (figure::amount_cell(f, amount(*minor), Some(&open.with("tramo", bucket.code()))))
            }
            (figure::amount_cell(f, amount(row.unapplied_minor), None))
            (figure::amount_cell(f, amount(row.balance()), Some(&open)))
        }
    }
}

/// What share of the open debt each bucket holds.
fn share_row(f: &Frame, view: &IndicatorsView, total: &AgingRow) -> Markup {
    let all: i128 = total.minor.iter().sum();
    html! {
        tr.share {
            th scope="row" { (f.t("indicators.share")) }
            @for (_, minor) in view.buckets.iter().zip(&total.minor) {
                td.num { (figure::percent(f, Ratio::new(*minor, all))) }
            }
            td {}
            td {}
        }
    }
}

fn agreement(f: &Frame, aging: &Aging) -> Markup {
    html! {
        @if aging.agrees {
            p.hint.ok { (icon("check")) (f.t("indicators.agrees")) }
        } @else { ({
            remark(
                Tone::Problem,
                html! {
                    (f.t("indicators.disagrees"))
                },
            )
        }) }
    }
}

fn indicator_table(f: &Frame, view: &IndicatorsView) -> Markup {
    let title = f.fill("indicators.table", &[("currency", view.currency.code())]);
    html! {
        section {
            div.section-head {
                h2 { (title) }
            }
            div.table-scroll {
                table.rows.stacks.kpis data-rows {
                    caption.hidden { (title) }
                    thead {
                        tr {
                            th scope="col" { (f.t("indicators.indicator")) }
                            th.num scope="col" { (f.t("indicators.value")) }
                            th.num scope="col" { (f.t("indicators.month_ago")) }
                            th.num scope="col" { (f.t("indicators.year_ago")) }
                            th scope="col" { (f.t("indicators.series")) }
                            th.num scope="col" {
                                abbr title=(f.t("indicators.n_hint")) { "n" }
                            }
                            th scope="col" { (f.t("indicators.definition")) }
                        }
                    }
                    tbody {
                        @for indicator in &view.indicators { (indicator_row(f, indicator)) }
                    }
                }
            }
            (series_table(f, view))
        }
    }
}

fn shown(f: &Frame, value: Option<Ratio>, unit: Unit) -> Markup {
    match unit {
        Unit::Days => figure::days(f, value),
        Unit::Share => figure::percent(f, value),
        Unit::Money(currency) => match value {
            Some(value) => figure::amount(f, Amount::new(value.rounded(0), currency)),
            None => figure::undefined(f),
        },
    }
}

fn indicator_row(f: &Frame, indicator: &Indicator) -> Markup {
    let (name, definition) = indicator.id.keys();
    let unit = indicator.id.unit();
    let ago = |points: usize| {
        let index = indicator.series.len().checked_sub(points + 1);
        index.and_then(|index| indicator.series[index])
    };
    html! {
        tr #(indicator.id.code()).few[indicator.n < FEW] {
            th.lead scope="row" {
                (f.t(name))
                small.mono { (indicator.id.code()) }
            }
            td.num.value data-label=(f.t("indicators.value")) {
                a.behind href=(indicator.id.behind(f)) { (shown(f, indicator.value, unit)) }
                (direction(f, indicator, ago(12)))
            }
            @if indicator.series.is_empty() {
                td.muted colspan="3" data-label=(f.t("indicators.series")) {
                    (f.t("indicators.of_the_day"))
                }
            } @else {
                td.num data-label=(f.t("indicators.month_ago")) { (shown(f, ago(1), unit)) }
                td.num data-label=(f.t("indicators.year_ago")) { (shown(f, ago(12), unit)) }
                td data-label=(f.t("indicators.series")) {
                    (chart::spark(f, f.t(name), unit, &indicator.series))
                }
            }
            td.num data-label="n" {
                (figure::integer(f, indicator.n))
                @if indicator.n < FEW {
                    small { (f.t("indicators.few")) }
                }
            }
            td.definition data-label=(f.t("indicators.definition")) { (f.t(definition)) }
        }
    }
}

/// An arrow against a year ago, with its word: better or worse, never by colour alone.
fn direction(f: &Frame, indicator: &Indicator, before: Option<Ratio>) -> Markup {
    let (Some(now), Some(before)) = (indicator.value, before) else { return html! {} };
    let change = now.rounded(4) - before.rounded(4);
    if change == 0 {
        return html! {
            span.trend title=(f.t("trend.same")) { (icon("flat")) }
        };
    }
    let (class, key) = if (change > 0) == indicator.id.up_is_good() {
        ("better", "trend.better")
    } else {
        ("worse", "trend.worse")
    };
    let name = if change > 0 { "up" } else { "down" };
    html! {
        span class={ "trend " (class) } title=(f.t(key)) {
            (icon(name))
            span.hidden { (f.t(key)) }
        }
    }
}

/// The series behind the sparklines.
fn series_table(f: &Frame, view: &IndicatorsView) -> Markup {
    let with_series: Vec<&Indicator> =
        view.indicators.iter().filter(|indicator| !indicator.series.is_empty()).collect();
    html! {
        details.behind-chart {
            summary { (f.t("chart.see_table")) }
            div.table-scroll {
                table.compact {
                    thead {
                        tr {
                            th scope="col" { (f.t("figure.day")) }
                            @for indicator in &with_series {
                                th.num scope="col" { (f.t(indicator.id.keys().0)) }
                            }
                        }
                    }
                    tbody {
                        @for (index, day) in view.days.iter().enumerate().rev() {
                            tr {
                                th scope="row" {
                                    a href=(f.url.with(AS_OF, day)) { (figure::date(f, *day)) }
                                }
                                @for indicator in &with_series {
                                    td.num {
                                        ({
                                            shown(
                                                f,
                                                indicator.series.get(index).copied().flatten(),
                                                indicator.id.unit(),
                                            )
                                        })
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn actions(f: &Frame) -> Markup {
    html! {
        a.button.quiet href=(f.to("/indicadores/provision")) { (f.t("provision.title")) }
        (export_links(f, "/indicadores/exportar"))
    }
}
