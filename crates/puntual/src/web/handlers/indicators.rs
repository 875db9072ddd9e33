//! Indicadores: ageing and collection figures as of any day, and their export.

use super::day::currency_choices;
use super::figures::{self, Figures};
use super::sheet::{Cell, Sheet};
use super::shown_buckets;
use crate::web::chart::{Line, Lines, Stack, StackPoint, Unit};
use crate::web::part::form::Choice;
use crate::web::view::indicators::{
    Aging, AgingRow, Grouping, Indicator, IndicatorId, IndicatorsView, indicators,
};
use crate::web::visit::{Answer, Visit};
use puntual_core::access::Deed;
use puntual_core::aging::{self, BucketSet};
use puntual_core::currency::Currency;
use puntual_core::portfolio::Key;
use puntual_service::error::ServiceError;
use puntual_service::portfolios::View;
use std::sync::Arc;

/// Most rows of an ageing table on the page; the export has them all.
const MOST_ROWS: usize = 30;

/// What the page is about, with its figures.
struct Asked {
    view: View,
    grouping: Grouping,
    buckets: BucketSet,
    figures: Arc<Figures>,
    /// Currencies with figures, the creditor's own first.
    currencies: Vec<Currency>,
}

impl Asked {
    fn of(visit: &Visit) -> Result<Asked, ServiceError> {
        visit.ctx.require(Deed::ViewFigures)?;
        let view = visit.app().portfolio(&visit.ctx)?;
        let grouping = Grouping::ALL
            .into_iter()
            .find(|grouping| Some(grouping.code()) == visit.param("por"))
            .unwrap_or(Grouping::Segment);
        let buckets = visit.buckets()?;
        let currency = visit.param("moneda").and_then(|code| code.parse().ok());
        let (at, segment) = (visit.at(), visit.param("segmento"));
        let question = figures::question(&visit.ctx, (at, &buckets), segment, currency, grouping);
        let compute = || figures::compute(&view, &question, grouping, &buckets);
        let figures = visit.web.figures.get(question.clone(), &view, compute)?;
        let mut currencies: Vec<Currency> =
            figures.aging.totals().rows().map(|row| row.currency).collect();
        currencies.sort_by_key(|currency| (*currency != visit.ctx.creditor.currency, *currency));
        Ok(Asked { view, grouping, buckets, figures, currencies })
    }

    /// What addresses call a group, and what people call it.
    fn name(&self, visit: &Visit, key: Key) -> (String, String) {
        let nobody = || visit.locale().t("indicators.none").to_owned();
        let named = |name: &str| match name.is_empty() {
            true => (String::new(), nobody()),
            false => (name.to_owned(), name.to_owned()),
        };
        match key {
            Key::Customer(id) => {
                let name = self.view.names.get(id).map(|customer| customer.name.clone());
                (id.to_string(), name.unwrap_or_default())
            }
            Key::Segment(number) => named(self.view.names.segment_name(number)),
            Key::Collector(number) => named(self.view.names.collector_name(number)),
            Key::Total => (String::new(), visit.locale().t("figure.total").to_owned()),
        }
    }

    fn row(&self, visit: &Visit, row: &aging::AgingRow<'_>) -> AgingRow {
        let (key, name) = self.name(visit, row.key);
        AgingRow {
            key,
            name,
            minor: row.amounts.iter().map(|minor| i128::from(*minor)).collect(),
            unapplied_minor: -i128::from(row.unapplied),
        }
    }

    fn aging(&self, visit: &Visit, currency: Currency) -> Option<Aging> {
        let all = &self.figures.aging;
        let mut rows: Vec<aging::AgingRow<'_>> =
            all.rows().filter(|row| row.currency == currency).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.balance()));
        let totals = all.totals();
        let total = totals.rows().find(|row| row.currency == currency)?;
        let sum: i64 = rows.iter().map(aging::AgingRow::balance).sum();
        let left_out = rows.len().saturating_sub(MOST_ROWS);
        // The series is folded another way from the same facts: both must say the same.
        let last = self.figures.points_of(currency).last();
        let control = last.map(|point| point.open_minor() - point.unapplied_minor);
        Some(Aging {
            currency,
            agrees: sum == total.balance() && control == Some(sum),
            total: self.row(visit, &total),
            rows: rows.iter().take(MOST_ROWS).map(|row| self.row(visit, row)).collect(),
            rows_left_out: i64::try_from(left_out).unwrap_or(i64::MAX),
        })
    }

    fn history(&self, currency: Currency) -> Stack {
        let point = |point: &puntual_core::history::Point| StackPoint {
            day: point.as_of,
            minor: point.amounts.iter().map(|minor| i128::from(*minor)).collect(),
        };
        Stack {
            currency,
            buckets: shown_buckets(&self.buckets),
            points: self.figures.points_of(currency).map(point).collect(),
        }
    }

    fn indicators(&self, currency: Currency) -> Vec<Indicator> {
        let indicator = |id| {
            let (value, n) = self.figures.now(id, currency);
            let mut series = self.figures.series(id, currency);
            if let Some(last) = series.last_mut() {
                *last = value;
            }
            Indicator { id, value, n, series }
        };
        IndicatorId::ALL.into_iter().map(indicator).collect()
    }

    fn time_chart(&self, visit: &Visit, currency: Currency) -> Lines {
        let line = |id, key, hue| Line {
            label: visit.locale().t(key).to_owned(),
            hue,
            values: self.figures.series(id, currency),
        };
        Lines {
            unit: Unit::Days,
            days: self.figures.days.clone(),
            lines: vec![
                line(IndicatorId::PpcWeighted, "kpi.ppc_weighted", "l-1"),
                line(IndicatorId::AvgDebtAge, "kpi.avg_debt_age", "l-2"),
            ],
            band: Vec::new(),
        }
    }
}

/// `GET /indicadores`.
pub fn show(visit: &Visit) -> Answer {
    let asked = Asked::of(visit)?;
    let names = &asked.view.names;
    let mut segments: Vec<&String> =
        names.segments.iter().filter(|name| !name.is_empty()).collect();
    segments.sort();
    let currency = asked.currencies.first().copied().unwrap_or(visit.ctx.creditor.currency);
    let has_figures = !asked.currencies.is_empty();
    let view = IndicatorsView {
        grouping: asked.grouping,
        segments: segments.iter().map(|name| Choice::new(*name, *name)).collect(),
        currencies: currency_choices(&asked.view.portfolio.currencies()),
        buckets: shown_buckets(&asked.buckets),
        aging: asked.currencies.iter().filter_map(|c| asked.aging(visit, *c)).collect(),
        history: asked.currencies.iter().map(|c| asked.history(*c)).collect(),
        indicators: if has_figures { asked.indicators(currency) } else { Vec::new() },
        currency,
        days: asked.figures.days.clone(),
        time_chart: asked.time_chart(visit, currency),
    };
    visit.html(indicators(&visit.frame(), &view))
}

/// `GET /indicadores/exportar`: the ageing of every group and the indicators of every currency.
pub fn export(visit: &Visit) -> Answer {
    let asked = Asked::of(visit)?;
    let locale = visit.locale();
    let mut titles: Vec<String> =
        ["figure.group", "filter.currency"].map(|k| locale.t(k).to_owned()).into();
    titles.extend(asked.buckets.labels().iter().cloned());
    titles.extend(["col.unapplied", "col.balance"].map(|key| locale.t(key).to_owned()));
    titles.extend(IndicatorId::ALL.iter().map(|id| id.code().to_owned()));
    let mut sheet = Sheet::new(visit, &titles)?;
    let totals = asked.figures.aging.totals();
    for row in asked.figures.aging.rows().chain(totals.rows()) {
        let money = |minor| Cell::Money(minor, row.currency);
        let mut cells = vec![
            Cell::Text(asked.name(visit, row.key).1),
            Cell::Text(row.currency.code().to_owned()),
        ];
        cells.extend(row.amounts.iter().map(|minor| money(*minor)));
        cells.extend([money(-row.unapplied), money(row.balance())]);
        // Indicators are of the whole; a group's own are one filter away.
        let of_total = |id: &IndicatorId| match row.key {
            Key::Total => Cell::Ratio(asked.figures.now(*id, row.currency).0),
            _ => Cell::Empty,
        };
        cells.extend(IndicatorId::ALL.iter().map(of_total));
        sheet.row(&cells)?;
    }
    sheet.send(visit, "indicadores")
}
