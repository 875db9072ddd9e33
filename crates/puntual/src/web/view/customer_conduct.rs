//! How a customer conducts itself, on its page: signals that deserve a look, the days it usually pays
//! on, and the score with what weighs for and against it.

use crate::web::layout::Frame;
use crate::web::part::icon::icon;
use maud::{Markup, html};

/// Conduct in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conduct {
    /// What deserves a look, with its day.
    pub signals: Vec<String>,
    /// The days it usually pays on.
    pub habits: Vec<String>,
    /// Letter of the class, and points.
    pub score: (&'static str, i64),
    /// What the points are made of: the figure in words, and the points.
    pub parts: Vec<(String, i64)>,
}

/// Signals, habits and score.
pub fn conduct(f: &Frame, conduct: &Conduct) -> Markup {
    let (class, points) = conduct.score;
    let said = f.fill("conduct.score", &[("class", class), ("points", &points.to_string())]);
    html! {
        @if !conduct.signals.is_empty() {
            ul.evidence aria-label=(f.t("conduct.signals")) {
                @for signal in &conduct.signals {
                    li { (icon("flag")) " " (signal) }
                }
            }
        }
        @if !conduct.habits.is_empty() {
            ul.evidence aria-label=(f.t("conduct.habits")) {
                @for habit in &conduct.habits {
                    li { (icon("calendar")) " " (habit) }
                }
            }
        }
        details {
            summary { strong { (said) } " · " (f.t("conduct.why")) }
            @if conduct.parts.is_empty() {
                p.hint { (f.t("conduct.nothing_known")) }
            } @else {
                table.compact {
                    thead {
                        tr {
                            th scope="col" { (f.t("conduct.factor")) }
                            th.num scope="col" { (f.t("conduct.points")) }
                        }
                    }
                    tbody {
                        @for (what, points) in &conduct.parts {
                            tr {
                                th scope="row" { (what) }
                                td.num { (f.numbers.integer((*points).into())) }
                            }
                        }
                    }
                }
            }
            p.hint { (f.t("conduct.hint")) }
        }
    }
}
