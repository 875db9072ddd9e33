//! Lines over time, with an optional band, and the small line of a cell.

use super::{
    BOTTOM, LEFT, Px, RIGHT, Scale, Spot, TOP, TipLine, grid, month_label, probe, view_box,
};
use crate::web::format::{self, Amount};
use crate::web::layout::Frame;
use crate::web::url::{AS_OF, Url};
use maud::{Markup, html};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::ratio::Ratio;

/// What the values of a line are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Days.
    Days,
    /// A share, shown as a percentage.
    Share,
    /// An amount of a currency, in smallest units.
    Money(Currency),
}

/// A line over time.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it is, in the reader's language.
    pub label: String,
    /// Its class of hue: `l-1`, `l-2` or `l-3`; `l-ref` for an agreed value to compare with.
    pub hue: &'static str,
    /// A value per day of the chart; `None` where undefined.
    pub values: Vec<Option<Ratio>>,
}

/// Lines over time, with an optional band around the first.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The unit of every value.
    pub unit: Unit,
    /// The days, oldest first.
    pub days: Vec<Day>,
    /// The lines.
    pub lines: Vec<Line>,
    /// Low and high around the first line, per day.
    pub band: Vec<Option<(Ratio, Ratio)>>,
}

/// Decimals kept of a value while it is being drawn.
const DRAWN_DECIMALS: u32 = 3;

fn drawn(value: Ratio, unit: Unit) -> i128 {
    match unit {
        Unit::Days | Unit::Money(_) => value.rounded(DRAWN_DECIMALS),
        Unit::Share => Ratio { num: value.num * 100, den: value.den }.rounded(DRAWN_DECIMALS),
    }
}

fn written(f: &Frame, value: Option<Ratio>, unit: Unit) -> String {
    match (value, unit) {
        (Some(value), Unit::Days) => {
            format!("{}\u{a0}{}", f.numbers.ratio(value, 1), f.t("unit.d"))
        }
        (Some(value), Unit::Share) => f.numbers.percent(value),
        (Some(value), Unit::Money(currency)) => {
            f.numbers.amount(Amount::new(value.rounded(0), currency))
        }
        (None, _) => f.t("figure.nd").to_owned(),
    }
}

/// The scale that holds every value, from zero when zero is near.
fn scale_of(chart: &Lines, height: i128) -> Scale {
    let lines = chart.lines.iter().flat_map(|line| line.values.iter().flatten().copied());
    let band = chart.band.iter().flatten().flat_map(|(low, high)| [*low, *high]);
    let all: Vec<i128> = lines.chain(band).map(|value| drawn(value, chart.unit)).collect();
    let high = all.iter().copied().max().unwrap_or(1_000);
    let low = all.iter().copied().min().unwrap_or(0);
    let margin = ((high - low) / 10).max(1_000);
    let low = if low >= 0 && low * 2 < high { 0 } else { low - margin };
    Scale { low, high: high + margin, top: TOP, height: height - TOP - BOTTOM }
}

/// Draws lines over time. Each day leads to `page` as of it, when there is one.
pub fn lines(f: &Frame, title: &str, chart: &Lines, page: Option<&Url>) -> Markup {
    let (width, height) = (9600, 2200);
    let scale = scale_of(chart, height);
    let slot = (width - LEFT - RIGHT) / (chart.days.len().max(1) as i128);
    let centre = |index: usize| LEFT + slot * index as i128 + slot / 2;
    let label = |value: i128| {
        let whole = value / 1_000;
        match chart.unit {
            Unit::Days => f.numbers.integer(whole),
            Unit::Share => format!("{} %", f.numbers.integer(whole)),
            Unit::Money(currency) => f.numbers.short(Amount::new(whole, currency)),
        }
    };
    html! {
        figure.chart {
            (caption(f, title, chart))
            div.chart-scroll {
                svg viewBox=(view_box(width, height))
                    preserveAspectRatio="xMinYMid"
                    role="group"
                    aria-label=(title)
                    data-chart
                    tabindex="0"
                {
                    title { (title) }
                    desc { (f.t("chart.lines_desc")) }
                    (grid(&scale, width, &label))
                    @if !chart.band.is_empty() {
                        path.band d=(band_path(chart, &scale, &centre)) {}
                    }
                    @for line in &chart.lines {
                        path
                            class={ "line " (line.hue) }
                            d=(line_path(&line.values, chart.unit, &scale, &centre)) {}
                    }
                    @for (index, day) in chart.days.iter().enumerate() {
                        (month_label(f, *day, index, centre(index), height, chart.days.len()))
                    }
                    @for (index, day) in chart.days.iter().enumerate() {
                        ({
                            line_probe(
                                f,
                                chart,
                                index,
                                *day,
                                Spot {
                                    x: LEFT + slot * index as i128,
                                    slot,
                                    width,
                                    height,
                                },
                                page,
                            )
                        })
                    }
                }
            }
            (behind_lines(f, title, chart, page))
        }
    }
}

fn caption(f: &Frame, title: &str, chart: &Lines) -> Markup {
    html! {
        figcaption {
            span.chart-title { (title) }
            @match chart.unit {
                Unit::Days => span.unit { " " (f.t("unit.days")) },
                Unit::Money(currency) => span.unit { " " (currency.code()) },
                Unit::Share => {}
            }
            span.legend {
                @for line in &chart.lines {
                    span class={ "key line " (line.hue) } {
                        i {}
                        (line.label)
                    }
                }
            }
        }
    }
}

fn line_path(
    values: &[Option<Ratio>],
    unit: Unit,
    scale: &Scale,
    centre: &dyn Fn(usize) -> i128,
) -> String {
    let mut path = String::new();
    let mut broken = true;
    for (index, value) in values.iter().enumerate() {
        match value {
            Some(value) => {
                let verb = if broken { 'M' } else { 'L' };
                let y = scale.y(drawn(*value, unit));
                path.push_str(&format!("{verb}{} {y}", Px(centre(index))));
                // A point alone between gaps is drawn as a dot by its round cap.
                if broken {
                    path.push_str("h0");
                }
                broken = false;
            }
            None => broken = true,
        }
    }
    path
}

fn band_path(chart: &Lines, scale: &Scale, centre: &dyn Fn(usize) -> i128) -> String {
    let bounds: Vec<(i128, Ratio, Ratio)> = chart
        .band
        .iter()
        .enumerate()
        .filter_map(|(index, bound)| bound.map(|(low, high)| (centre(index), low, high)))
        .collect();
    let point = |x: i128, value: Ratio| format!("{} {}", Px(x), scale.y(drawn(value, chart.unit)));
    let upper = bounds.iter().map(|(x, _, high)| point(*x, *high));
    let lower = bounds.iter().rev().map(|(x, low, _)| point(*x, *low));
    let points: Vec<String> = upper.chain(lower).collect();
    if points.is_empty() { String::new() } else { format!("M{}Z", points.join("L")) }
}

fn line_probe(
    f: &Frame,
    chart: &Lines,
    index: usize,
    day: Day,
    spot: Spot,
    page: Option<&Url>,
) -> Markup {
    let value = |line: &Line| line.values.get(index).copied().flatten();
    let mut lines: Vec<TipLine> = chart
        .lines
        .iter()
        .map(|line| (line.hue, line.label.clone(), written(f, value(line), chart.unit)))
        .collect();
    if let Some(Some((low, high))) = chart.band.get(index) {
        let range = format!(
            "{} – {}",
            written(f, Some(*low), chart.unit),
            written(f, Some(*high), chart.unit)
        );
        lines.push(("", f.t("chart.band").to_owned(), range));
    }
    let url = page.map(|page| page.with(AS_OF, day));
    probe(f, day, &lines, &spot, url.as_ref())
}

fn behind_lines(f: &Frame, title: &str, chart: &Lines, page: Option<&Url>) -> Markup {
    html! {
        details.behind-chart {
            summary { (f.t("chart.see_table")) }
            div.table-scroll {
                table.compact {
                    caption.hidden { (title) }
                    thead {
                        tr {
                            th scope="col" { (f.t("figure.day")) }
                            @for line in &chart.lines {
                                th.num scope="col" { (line.label) }
                            }
                        }
                    }
                    tbody {
                        @for (index, day) in chart.days.iter().enumerate().rev() {
                            tr {
                                th scope="row" {
                                    @match page {
                                        Some(page) => a href=(page.with(AS_OF, *day)) {
                                            (format::date(*day, f.locale))
                                        },
                                        None => (format::date(*day, f.locale)),
                                    }
                                }
                                @for line in &chart.lines {
                                    td.num {
                                        ({
                                            written(
                                                f,
                                                line.values.get(index).copied().flatten(),
                                                chart.unit,
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

/// A line in a cell: its shape, its last point, and its ends on hover.
pub fn spark(f: &Frame, label: &str, unit: Unit, values: &[Option<Ratio>]) -> Markup {
    let (width, height) = (1200, 240);
    let known: Vec<i128> = values.iter().flatten().map(|value| drawn(*value, unit)).collect();
    let (Some(low), Some(high)) = (known.iter().min(), known.iter().max()) else {
        return html! {
            span.nil { "–" }
        };
    };
    let scale = Scale { low: *low, high: (*high).max(low + 1), top: 30, height: height - 60 };
    let step = (width - 80) / (values.len().saturating_sub(1).max(1) as i128);
    let centre = |index: usize| 40 + step * index as i128;
    let last = values.iter().enumerate().rev().find_map(|(i, value)| value.map(|v| (i, v)));
    let ends = f.fill(
        "chart.spark",
        &[
            ("label", label),
            ("first", &written(f, values.iter().flatten().next().copied(), unit)),
            ("last", &written(f, last.map(|(_, value)| value), unit)),
        ],
    );
    html! {
        svg .spark
            viewBox=(view_box(width, height))
            width="120"
            height="24"
            role="img"
            aria-label=(ends)
        {
            title { (ends) }
            path.line.l-1 d=(line_path(values, unit, &scale, &centre)) {}
            @if let Some((index, value)) = last {
                circle.end cx=(Px(centre(index))) cy=(scale.y(drawn(value, unit))) r="2.2" {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_breaks_the_line() {
        let scale = Scale { low: 0, high: 10_000, top: 0, height: 100 };
        let values = [Ratio::new(1, 1), None, Ratio::new(10, 1)];
        let path = line_path(&values, Unit::Days, &scale, &|index| index as i128 * 100);
        assert_eq!(path, "M0.0 9.0h0M20.0 0.0h0");
    }
}
