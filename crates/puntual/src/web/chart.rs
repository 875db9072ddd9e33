//! Charts as SVG made on the server: stacked ageing bars over time, lines with an optional band,
//! sparklines. Themed by the stylesheet through classes, readable without colour through the
//! table behind each, exact on hover and focus without script.
//!
//! Decides geometry and nothing about figures: values come in exact and are only scaled to
//! tenths of a pixel, in whole numbers.

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
            figcaption { span.chart-title { (title) } span.unit { " " (chart.currency.code()) } (stack_legend(f, &chart.buckets)) }
            div.chart-scroll {
                svg viewBox=(view_box(width, height)) preserveAspectRatio="xMinYMid" role="group" aria-label=(title) data-chart tabindex="0" {
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
        span.legend { @for bucket in buckets {
            span class={ "key " (bucket.hue()) } { i {} (bucket.label(f)) }
        } }
    }
}

fn grid(scale: &Scale, width: i128, label: &dyn Fn(i128) -> String) -> Markup {
    html! {
        g.grid aria-hidden="true" { @for tick in scale.ticks() {
            @let y = scale.y(tick);
            line.base[tick == 0] x1=(Px(LEFT)) x2=(Px(width - RIGHT)) y1=(y) y2=(y) {}
            text x=(Px(LEFT - 60)) y=(Px(y.0 + 35)) text-anchor="end" { (label(tick)) }
        } }
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
        g aria-hidden="true" { @for (hue, y, height) in segments {
            rect class={ "fill " (hue) } x=(Px(x + gap / 2)) width=(Px(slot - gap)) y=(y) height=(height) {}
        } }
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
                (format::month_name(month, f.locale)) " " (format!("{:02}", year % 100)) }
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
                    rect class={ "fill " (hue) } x=(Px(x + 90)) y=(Px(y - 85)) width="8" height="8" rx="1" {} }
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
            div.table-scroll { table.compact {
                caption.hidden { (title) }
                thead { tr { th scope="col" { (f.t("figure.day")) }
                    @for bucket in &chart.buckets { th.num scope="col" { (bucket.label(f)) } }
                    th.num scope="col" { (f.t("figure.total")) " " (chart.currency.code()) } } }
                tbody { @for point in chart.points.iter().rev() {
                    tr { th scope="row" { a href=(page.with(super::url::AS_OF, point.day)) { (format::date(point.day, f.locale)) } }
                        @for minor in &point.minor { td.num { (f.numbers.bare(Amount::new(*minor, chart.currency))) } }
                        td.num { (f.numbers.bare(Amount::new(point.minor.iter().sum(), chart.currency))) } }
                } }
            } }
        }
    }
}

/// What the values of a line are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Days.
    Days,
    /// A share, shown as a percentage.
    Share,
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
        Unit::Days => value.rounded(DRAWN_DECIMALS),
        Unit::Share => Ratio { num: value.num * 100, den: value.den }.rounded(DRAWN_DECIMALS),
    }
}

fn written(f: &Frame, value: Option<Ratio>, unit: Unit) -> String {
    match (value, unit) {
        (Some(value), Unit::Days) => {
            format!("{}\u{a0}{}", f.numbers.ratio(value, 1), f.t("unit.d"))
        }
        (Some(value), Unit::Share) => f.numbers.percent(value),
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
        let whole = f.numbers.integer(value / 1_000);
        if chart.unit == Unit::Share { format!("{whole} %") } else { whole }
    };
    html! {
        figure.chart {
            figcaption { span.chart-title { (title) }
                @if chart.unit == Unit::Days { span.unit { " " (f.t("unit.days")) } }
                span.legend { @for line in &chart.lines { span class={ "key line " (line.hue) } { i {} (line.label) } } } }
            div.chart-scroll {
                svg viewBox=(view_box(width, height)) preserveAspectRatio="xMinYMid" role="group" aria-label=(title) data-chart tabindex="0" {
                    title { (title) }
                    desc { (f.t("chart.lines_desc")) }
                    (grid(&scale, width, &label))
                    @if !chart.band.is_empty() { path.band d=(band_path(chart, &scale, &centre)) {} }
                    @for line in &chart.lines {
                        path class={ "line " (line.hue) } d=(line_path(&line.values, chart.unit, &scale, &centre)) {} }
                    @for (index, day) in chart.days.iter().enumerate() {
                        (month_label(f, *day, index, centre(index), height, chart.days.len())) }
                    @for (index, day) in chart.days.iter().enumerate() {
                        (line_probe(f, chart, index, *day, Spot { x: LEFT + slot * index as i128, slot, width, height }, page)) }
                }
            }
            (behind_lines(f, title, chart, page))
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
    let url = page.map(|page| page.with(super::url::AS_OF, day));
    probe(f, day, &lines, &spot, url.as_ref())
}

fn behind_lines(f: &Frame, title: &str, chart: &Lines, page: Option<&Url>) -> Markup {
    html! {
        details.behind-chart {
            summary { (f.t("chart.see_table")) }
            div.table-scroll { table.compact {
                caption.hidden { (title) }
                thead { tr { th scope="col" { (f.t("figure.day")) }
                    @for line in &chart.lines { th.num scope="col" { (line.label) } } } }
                tbody { @for (index, day) in chart.days.iter().enumerate().rev() {
                    tr { th scope="row" { @match page {
                            Some(page) => a href=(page.with(super::url::AS_OF, *day)) { (format::date(*day, f.locale)) },
                            None => (format::date(*day, f.locale)),
                        } }
                        @for line in &chart.lines {
                            td.num { (written(f, line.values.get(index).copied().flatten(), chart.unit)) } } }
                } }
            } }
        }
    }
}

/// A line in a cell: its shape, its last point, and its ends on hover.
pub fn spark(f: &Frame, label: &str, unit: Unit, values: &[Option<Ratio>]) -> Markup {
    let (width, height) = (1200, 240);
    let known: Vec<i128> = values.iter().flatten().map(|value| drawn(*value, unit)).collect();
    let (Some(low), Some(high)) = (known.iter().min(), known.iter().max()) else {
        return html! { span.nil { "–" } };
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
        svg.spark viewBox=(view_box(width, height)) width="120" height="24" role="img" aria-label=(ends) {
            title { (ends) }
            path.line.l-1 d=(line_path(values, unit, &scale, &centre)) {}
            @if let Some((index, value)) = last {
                circle.end cx=(Px(centre(index))) cy=(scale.y(drawn(value, unit))) r="2.2" {} }
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
        svg.strip viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=(spoken.join("; ")) {
            @for (hue, x, width, words) in &segments {
                rect class={ "fill " (hue) } x=(Px(*x)) width=(Px((width - 15).max(10))) y="0" height="10" { title { (words) } }
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

    #[test]
    fn a_gap_breaks_the_line() {
        let scale = Scale { low: 0, high: 10_000, top: 0, height: 100 };
        let values = [Ratio::new(1, 1), None, Ratio::new(10, 1)];
        let path = line_path(&values, Unit::Days, &scale, &|index| index as i128 * 100);
        assert_eq!(path, "M0.0 9.0h0M20.0 0.0h0");
    }
}
