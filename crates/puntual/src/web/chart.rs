//! Charts as SVG made on the server: stacked ageing bars over time, lines with an optional band,
//! sparklines. Themed by the stylesheet through classes, readable without colour through the
//! table behind each, exact on hover and focus without script.
//!
//! Decides geometry and nothing about figures: values come in exact and are only scaled to
//! tenths of a pixel, in whole numbers.

pub mod flow;
mod line;
pub use line::{Line, Lines, Unit, lines, spark};

use super::format::{self, Amount};
use super::layout::Frame;
use super::part::badge::Bucket;
use super::url::Url;
use maud::{Markup, html};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::ratio::Ratio;
use std::fmt;

/// Tenths of a pixel, so that lines are smooth without floating point.
#[derive(Clone, Copy)]
struct Px(i128);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{}", self.0.abs() / 10, self.0.abs() % 10)
    }
}

const LEFT: i128 = 560;
const RIGHT: i128 = 80;
const TOP: i128 = 100;
const BOTTOM: i128 = 240;

/// Scales values from `low..=high` to a height, in tenths of a pixel from the top.
struct Scale {
    low: i128,
    high: i128,
    top: i128,
    height: i128,
}

impl Scale {
    fn y(&self, value: i128) -> Px {
        let span = (self.high - self.low).max(1);
        Px(self.top + self.height - self.height * (value - self.low) / span)
    }

    /// Round values to write on the axis, at most six: multiples of 1, 2 or 5 times a power of 10.
    fn ticks(&self) -> Vec<i128> {
        let span = (self.high - self.low).max(1);
        let mut step = 1;
        'found: loop {
            for factor in [1, 2, 5] {
                if span / (step * factor) <= 5 {
                    step *= factor;
                    break 'found;
                }
            }
            step *= 10;
        }
        let first = self.low.div_euclid(step) + i128::from(self.low.rem_euclid(step) != 0);
        (first..=self.high.div_euclid(step)).map(|n| n * step).collect()
    }
}

/// One point in time of an ageing chart.
#[derive(Clone, Debug)]
pub struct StackPoint {
    /// The day the figures are of.
    pub day: Day,
    /// Smallest units in each bucket, in the order of the chart's buckets.
    pub minor: Vec<i128>,
}

/// Ageing over time, one bar per point, oldest debt at the foot.
#[derive(Clone, Debug)]
pub struct Stack {
    /// The currency of every value.
    pub currency: Currency,
    /// The buckets, current first.
    pub buckets: Vec<Bucket>,
    /// The points, oldest first.
    pub points: Vec<StackPoint>,
}

/// Draws ageing over time under a title that says what it answers. Each bar leads to `page` as of its day.
pub fn stack(f: &Frame, title: &str, chart: &Stack, page: &Url) -> Markup {
    let (width, height) = (9600, 2600);
    let total = |point: &StackPoint| point.minor.iter().map(|m| (*m).max(0)).sum::<i128>();
    let high = chart.points.iter().map(total).max().unwrap_or(0).max(1);
    let scale = Scale { low: 0, high, top: TOP, height: height - TOP - BOTTOM };
    let slot = (width - LEFT - RIGHT) / (chart.points.len().max(1) as i128);
    let short = |minor| f.numbers.short(Amount::new(minor, chart.currency));
    html! {
        figure.chart {
            figcaption {
                span.chart-title { (title) }
                span.unit { " " (chart.currency.code()) }
                (stack_legend(f, &chart.buckets))
            }
            div.chart-scroll {
                svg viewBox=(view_box(width, height))
                    preserveAspectRatio="xMinYMid"
                    role="group"
                    aria-label=(title)
                    data-chart
                    tabindex="0"
                {
                    title { (title) }
                    desc { (f.t("chart.stack_desc")) }
                    (grid(&scale, width, &short))
                    @for (index, point) in chart.points.iter().enumerate() {
                        @let x = LEFT + slot * index as i128;
                        (bar(chart, point, &scale, x, slot))
                        (month_label(f, point.day, index, x + slot / 2, height, chart.points.len()))
                    }
                    @for (index, point) in chart.points.iter().enumerate() {
                        @let x = LEFT + slot * index as i128;
                        (stack_probe(f, chart, point, Spot { x, slot, width, height }, page))
                    }
                }
            }
            (behind_stack(f, title, chart, page))
        }
    }
}

fn view_box(width: i128, height: i128) -> String {
    format!("0 0 {} {}", width / 10, height / 10)
}

fn stack_legend(f: &Frame, buckets: &[Bucket]) -> Markup {
    html! {
        span.legend {
            @for bucket in buckets {
                span class={ "key " (bucket.hue()) } {
                    i {}
                    (bucket.label(f))
                }
            }
        }
    }
}

fn grid(scale: &Scale, width: i128, label: &dyn Fn(i128) -> String) -> Markup {
    html! {
        g.grid aria-hidden="true" {
            @for tick in scale.ticks() {
                @let y = scale.y(tick);
                line.base[tick == 0] x1=(Px(LEFT)) x2=(Px(width - RIGHT)) y1=(y) y2=(y) {}
                text x=(Px(LEFT - 60)) y=(Px(y.0 + 35)) text-anchor="end" { (label(tick)) }
            }
        }
    }
}

fn bar(chart: &Stack, point: &StackPoint, scale: &Scale, x: i128, slot: i128) -> Markup {
    let gap = (slot / 5).min(80);
    let mut reached = 0;
    let mut segments = Vec::new();
    for (bucket, minor) in chart.buckets.iter().zip(&point.minor).rev().filter(|(_, m)| **m > 0) {
        let (foot, head) = (scale.y(reached), scale.y(reached + minor));
        reached += minor;
        segments.push((bucket.hue(), head, Px((foot.0 - head.0).max(5))));
    }
    html! {
        g aria-hidden="true" {
            @for (hue, y, height) in segments {
                rect
                    class={ "fill " (hue) }
                    x=(Px(x + gap / 2))
                    width=(Px(slot - gap))
                    y=(y)
                    height=(height) {}
            }
        }
    }
}

/// Labels every third month, counted back from the newest, and the year with January or the first.
fn month_label(f: &Frame, day: Day, index: usize, x: i128, height: i128, count: usize) -> Markup {
    let (year, month, _) = day.ymd();
    let from_end = count - 1 - index;
    let every = count.div_ceil(9).max(1);
    html! {
        @if from_end.is_multiple_of(every) {
            text.axis aria-hidden="true" x=(Px(x)) y=(Px(height - 80)) text-anchor="middle" {
                (format::month_name(month, f.locale))
                " "
                (format!("{:02}", year % 100))
            }
        }
    }
}

/// Where a point's answer to hover and focus lies.
struct Spot {
    x: i128,
    slot: i128,
    width: i128,
    height: i128,
}

/// A line of the box that answers hover and focus: class of hue, word, value.
type TipLine = (&'static str, String, String);

fn stack_probe(f: &Frame, chart: &Stack, point: &StackPoint, spot: Spot, page: &Url) -> Markup {
    let amount = |minor| f.numbers.amount(Amount::new(minor, chart.currency));
    let mut lines: Vec<TipLine> = chart
        .buckets
        .iter()
        .zip(&point.minor)
        .map(|(bucket, minor)| (bucket.hue(), bucket.label(f), amount(*minor)))
        .collect();
    lines.push(("", f.t("figure.total").to_owned(), amount(point.minor.iter().sum())));
    probe(f, point.day, &lines, &spot, Some(&page.with(super::url::AS_OF, point.day)))
}

/// An invisible column that, hovered or focused, shows its figures; it may lead somewhere.
fn probe(f: &Frame, day: Day, lines: &[TipLine], spot: &Spot, url: Option<&Url>) -> Markup {
    let when = format::date(day, f.locale);
    let spoken: Vec<String> =
        lines.iter().map(|(_, word, value)| format!("{word} {value}")).collect();
    let label = format!("{when}: {}", spoken.join(", "));
    let inner = html! {
        rect.hit x=(Px(spot.x)) y="0" width=(Px(spot.slot)) height=(Px(spot.height - BOTTOM)) {}
        (tip(&when, lines, spot))
    };
    html! {
        @match url {
            Some(url) => a.probe href=(url) tabindex="-1" aria-label=(label) { (inner) },
            None => g.probe tabindex="-1" role="img" aria-label=(label) { (inner) },
        }
    }
}

fn tip(when: &str, lines: &[TipLine], spot: &Spot) -> Markup {
    let (box_width, line_height) = (2100, 170);
    let centre = spot.x + spot.slot / 2;
    let beside = spot.slot / 2 + 60;
    let x = if centre + beside + box_width < spot.width {
        centre + beside
    } else {
        centre - beside - box_width
    };
    let box_height = line_height * (lines.len() as i128 + 1) + 140;
    html! {
        g.tip aria-hidden="true" {
            rect.tip-box x=(Px(x)) y="6" rx="4" width=(Px(box_width)) height=(Px(box_height)) {}
            text.tip-head x=(Px(x + 90)) y=(Px(60 + line_height)) { (when) }
            @for (index, (hue, word, value)) in lines.iter().enumerate() {
                @let y = 90 + line_height * (index as i128 + 2);
                @if !hue.is_empty() {
                    rect
                        class={ "fill " (hue) }
                        x=(Px(x + 90))
                        y=(Px(y - 85))
                        width="8"
                        height="8"
                        rx="1" {}
                }
                text x=(Px(x + 230)) y=(Px(y)) { (word) }
                text x=(Px(x + box_width - 90)) y=(Px(y)) text-anchor="end" { (value) }
            }
        }
    }
}

fn behind_stack(f: &Frame, title: &str, chart: &Stack, page: &Url) -> Markup {
    html! {
        details.behind-chart {
            summary { (f.t("chart.see_table")) }
            div.table-scroll {
                table.compact {
                    caption.hidden { (title) }
                    thead {
                        tr {
                            th scope="col" { (f.t("figure.day")) }
                            @for bucket in &chart.buckets {
                                th.num scope="col" { (bucket.label(f)) }
                            }
                            th.num scope="col" { (f.t("figure.total")) " " (chart.currency.code()) }
                        }
                    }
                    tbody {
                        @for point in chart.points.iter().rev() {
                            tr {
                                th scope="row" {
                                    a href=(page.with(super::url::AS_OF, point.day)) {
                                        (format::date(point.day, f.locale))
                                    }
                                }
                                @for minor in &point.minor {
                                    td.num { (f.numbers.bare(Amount::new(*minor, chart.currency))) }
                                }
                                td.num {
                                    (f.numbers.bare(
                                        Amount::new(point.minor.iter().sum(), chart.currency),
                                    ))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A bar across a cell, of buckets in proportion: where a balance stands at a glance.
pub fn strip(f: &Frame, currency: Currency, parts: &[(Bucket, i128)]) -> Markup {
    let total: i128 = parts.iter().map(|(_, minor)| (*minor).max(0)).sum();
    if total == 0 {
        return html! {};
    }
    let width = 10_000;
    let mut reached = 0;
    let mut segments = Vec::new();
    for (bucket, minor) in parts.iter().filter(|(_, minor)| *minor > 0) {
        let start = width * reached / total;
        reached += minor;
        let end = width * reached / total;
        let amount = f.numbers.amount(Amount::new(*minor, currency));
        let share = f.numbers.percent(Ratio { num: *minor, den: total });
        let words = format!("{}: {amount} · {share}", bucket.label(f));
        segments.push((bucket.hue(), start, end - start, words));
    }
    let spoken: Vec<&str> = segments.iter().map(|segment| segment.3.as_str()).collect();
    html! {
        svg .strip
            viewBox="0 0 1000 10"
            preserveAspectRatio="none"
            role="img"
            aria-label=(spoken.join("; "))
        {
            @for (hue, x, width, words) in &segments {
                rect
                    class={ "fill " (hue) }
                    x=(Px(*x))
                    width=(Px((width - 15).max(10)))
                    y="0"
                    height="10"
                {
                    title { (words) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        let scale = |low, high| Scale { low, high, top: 0, height: 100 };
        assert_eq!(scale(0, 100).ticks(), [0, 20, 40, 60, 80, 100]);
        assert_eq!(scale(0, 3).ticks(), [0, 1, 2, 3]);
        assert_eq!(scale(41_000, 63_000).ticks(), [45_000, 50_000, 55_000, 60_000]);
        assert_eq!(scale(-5, 5).ticks(), [-4, -2, 0, 2, 4]);
    }
}
