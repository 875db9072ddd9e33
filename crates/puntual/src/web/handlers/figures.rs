//! The figures of Indicadores, computed once per question and books.
//!
//! Decides the windows: indicators of cash are over the last twelve months, of sales over ninety
//! days, and the series has the ends of the last 24 months and the day asked for. Shares are
//! fractions of one. It refuses to know how they are shown.

use crate::web::state::Question;
use crate::web::view::indicators::{Grouping, IndicatorId};
use puntual_core::aging::{self, Aging, BucketSet, CreditPolicy};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::history::{self, Flows, HistoryQuestion, Point, Span, Step};
use puntual_core::indicators::{Indicator, IndicatorRow, indicators};
use puntual_core::portfolio::{AsOf, By, Scope, Who};
use puntual_core::ratio::Ratio;
use puntual_service::customers::last_year;
use puntual_service::error::ServiceError;
use puntual_service::portfolios::View;

/// Months of the series.
const SERIES_MONTHS: i32 = 24;

/// Everything Indicadores shows of one question.
pub struct Figures {
    /// Ageing, broken down as asked.
    pub aging: Aging,
    /// The ends of the last months and the day asked for, by currency and then by day.
    pub points: Vec<Point>,
    /// The indicators of the day, by currency.
    pub now: Vec<IndicatorRow>,
    /// The days of the series.
    pub days: Vec<Day>,
}

/// Whose receivables a question is about; nobody's when the segment is not known.
pub fn scope(view: &View, question: &Question) -> Option<Scope> {
    let who = match question.segment.as_deref() {
        None => Who::All,
        Some(name) => Who::Segment(view.names.segment_number(name)?),
    };
    Some(Scope { who, currency: question.currency })
}

/// How the core groups what a page groups.
pub fn by(grouping: Grouping) -> By {
    match grouping {
        Grouping::Customer => By::Customer,
        Grouping::Segment => By::Segment,
        Grouping::Collector => By::Collector,
    }
}

/// Computes them.
pub fn compute(
    view: &View,
    question: &Question,
    grouping: Grouping,
    buckets: &BucketSet,
) -> Result<Figures, ServiceError> {
    let none = ServiceError::NotFound("segment".to_owned());
    let scope = scope(view, question).ok_or(none)?;
    let (portfolio, at) = (&view.portfolio, question.at);
    let from = at.as_of.month_start().add_months(1 - SERIES_MONTHS);
    let span = Span::new(from, at.as_of, Step::Month)
        .map_err(|error| ServiceError::invalid("al", error.to_string()))?;
    let days = span.days().to_vec();
    let asked = HistoryQuestion {
        buckets: buckets.clone(),
        flows: Flows::Trailing(365),
        known_at: at.known_at,
        ..HistoryQuestion::new(span, scope)
    };
    Ok(Figures {
        aging: aging::aging(portfolio, at, buckets, CreditPolicy::Separate, by(grouping), scope),
        points: history::history(portfolio, &asked),
        now: indicators(portfolio, at, last_year(at.as_of), By::Total, scope),
        days,
    })
}

/// An indicator as a page shows it: days, or a share as a fraction of one.
fn value(id: IndicatorId, found: &Indicator) -> Option<Ratio> {
    match id {
        IndicatorId::Cei | IndicatorId::PastDuePct => Ratio::new(found.num, found.den),
        _ => found.value,
    }
}

impl Figures {
    /// The points of one currency, oldest first.
    pub fn points_of(&self, currency: Currency) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(move |point| point.currency == currency)
    }

    /// An indicator's value on each day of the series; nothing for one that is only of a day.
    pub fn series(&self, id: IndicatorId, currency: Currency) -> Vec<Option<Ratio>> {
        let points: Vec<&Point> = self.points_of(currency).collect();
        if points.iter().all(|point| point.get(id.code()).is_none()) {
            return Vec::new();
        }
        let at = |day: &Day| {
            let point = points.iter().find(|point| point.as_of == *day)?;
            value(id, point.get(id.code())?)
        };
        self.days.iter().map(at).collect()
    }

    /// An indicator on the day asked for and the facts it rests on. Where there is a series its
    /// last point is the value, so that the table and the chart never differ.
    pub fn now(&self, id: IndicatorId, currency: Currency) -> (Option<Ratio>, i64) {
        let of_series = self.points_of(currency).last().and_then(|point| point.get(id.code()));
        let of_day = || {
            let row = self.now.iter().find(|row| row.currency == currency)?;
            row.get(id.code())
        };
        match of_series.or_else(of_day) {
            Some(found) => (value(id, found), i64::try_from(found.n).unwrap_or(i64::MAX)),
            None => (None, 0),
        }
    }
}

/// The question an answer is kept under.
pub fn question(
    ctx: &puntual_service::ctx::Ctx,
    (at, buckets): (AsOf, &BucketSet),
    segment: Option<&str>,
    currency: Option<Currency>,
    grouping: Grouping,
) -> Question {
    Question {
        creditor: ctx.scope().creditor,
        at,
        segment: segment.map(str::to_owned),
        currency,
        grouping: grouping.code(),
        bounds: buckets.bounds().to_vec(),
    }
}
