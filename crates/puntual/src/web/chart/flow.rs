//! The diagram of a strategy: stages side by side, the steps of each under one another, arrows from
//! the mildest to the most severe, and below what changes when something happens. Each step says
//! how many customers stand at it and leads to them. The table behind says the same in words.

use crate::web::layout::Frame;
use crate::web::part::figure;
use maud::{Markup, html};

/// A track of a strategy as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowTrack {
    /// What it is of: a segment, or all others.
    pub title: String,
    /// Its stages.
    pub stages: Vec<FlowStage>,
    /// What changes when something happens: when, and what then.
    pub branches: Vec<(String, String)>,
}

/// A stage: a state that says what is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowStage {
    /// Its name.
    pub name: String,
    /// Its steps.
    pub steps: Vec<FlowStep>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowStep {
    /// What it does.
    pub name: String,
    /// When, in words.
    pub when: String,
    /// By which channel, and what besides.
    pub how: String,
    /// Customers standing at it now.
    pub customers: i64,
    /// Where they are listed.
    pub url: String,
}

const COLUMN: usize = 230;
const BOX_WIDTH: usize = 200;
const BOX_HEIGHT: usize = 66;
const GAP: usize = 24;
const HEAD: usize = 34;

/// Longest name drawn; the table has the whole.
const DRAWN_LETTERS: usize = 27;

/// The diagram with the table behind it.
pub fn flow(f: &Frame, track: &FlowTrack) -> Markup {
    let most = track.stages.iter().map(|stage| stage.steps.len()).max().unwrap_or(0);
    let width = (track.stages.len() * COLUMN).max(COLUMN);
    let height = HEAD + most.max(1) * (BOX_HEIGHT + GAP) + 8;
    let places = places(track);
    html! {
        figure.chart.flow {
            figcaption { (track.title) }
            div.chart-scroll {
                svg role="group" aria-label=(track.title) width=(width) height=(height)
                    viewBox={ "0 0 " (width) " " (height) } {
                    @for (column, stage) in track.stages.iter().enumerate() {
                        text.axis x=(column * COLUMN + 4) y="20" { (short(&stage.name)) }
                    }
                    @for pair in places.windows(2) { (arrow(pair[0], pair[1])) }
                    @for (step, (x, y)) in track.stages.iter().flat_map(|s| &s.steps).zip(&places) {
                        (step_box(f, step, *x, *y))
                    }
                }
            }
            @if !track.branches.is_empty() {
                ul.plain {
                    @for (when, then) in &track.branches {
                        li { strong { (when) } " → " (then) }
                    }
                }
            }
            (table(f, track))
        }
    }
}

/// Where the left upper corner of each step stands.
fn places(track: &FlowTrack) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    for (column, stage) in track.stages.iter().enumerate() {
        for row in 0..stage.steps.len() {
            places.push((column * COLUMN + 4, HEAD + row * (BOX_HEIGHT + GAP)));
        }
    }
    places
}

fn arrow(from: (usize, usize), to: (usize, usize)) -> Markup {
    let path = match from.0 == to.0 {
        true => {
            let x = from.0 + BOX_WIDTH / 2;
            format!("M{x} {} V{}", from.1 + BOX_HEIGHT, to.1)
        }
        false => {
            let (y, middle) = (from.1 + BOX_HEIGHT / 2, to.0 - (COLUMN - BOX_WIDTH) / 2);
            let end = to.1 + BOX_HEIGHT / 2;
            format!("M{} {y} H{middle} V{end} H{}", from.0 + BOX_WIDTH, to.0)
        }
    };
    html! { path.grid d=(path) fill="none" stroke="currentColor" {} }
}

fn step_box(f: &Frame, step: &FlowStep, x: usize, y: usize) -> Markup {
    let count = step.customers.to_string();
    let label = f.locale.fill("strategies.step_label", &[("step", &step.name), ("n", &count)]);
    html! {
        a href=(step.url) aria-label=(label) {
            rect x=(x) y=(y) width=(BOX_WIDTH) height=(BOX_HEIGHT) rx="6" fill="none"
                stroke="currentColor" {}
            text.name x=(x + 10) y=(y + 20) { (short(&step.name)) }
            text.axis x=(x + 10) y=(y + 38) { (short(&step.when)) }
            text.axis x=(x + 10) y=(y + 55) { (short(&step.how)) }
            text.name x=(x + BOX_WIDTH - 10) y=(y + 55) text-anchor="end" { (count) }
        }
    }
}

/// A text cut to what fits in a box.
fn short(text: &str) -> String {
    match text.chars().count() > DRAWN_LETTERS {
        true => text.chars().take(DRAWN_LETTERS - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

fn table(f: &Frame, track: &FlowTrack) -> Markup {
    html! {
        details.behind-chart {
            summary { (f.t("chart.see_table")) }
            div.table-scroll {
                table.rows {
                    thead {
                        tr {
                            th scope="col" { (f.t("strategies.stage")) }
                            th scope="col" { (f.t("strategies.step")) }
                            th scope="col" { (f.t("strategies.when")) }
                            th scope="col" { (f.t("filter.channel")) }
                            th.num scope="col" { (f.t("strategies.customers")) }
                        }
                    }
                    tbody {
                        @for stage in &track.stages {
                            @for step in &stage.steps {
                                tr {
                                    td { (stage.name) }
                                    th.lead scope="row" { a href=(step.url) { (step.name) } }
                                    td { (step.when) }
                                    td { (step.how) }
                                    td.num { (figure::integer(f, step.customers)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
