//! Words about the page: what just happened, what is missing, what comes next.

use super::form;
use super::icon::icon;
use crate::web::layout::Frame;
use crate::web::url::Url;
use maud::{Markup, html};

/// How a notice sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something should be looked at.
    Warning,
    /// Something was refused or failed.
    Problem,
}

/// What just happened, shown once at the top of the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// How it sounds.
    pub tone: Tone,
    /// What happened, in the reader's language.
    pub text: String,
    /// Where a post undoes it, while it can be undone.
    pub undo: Option<String>,
}

/// The notice of what just happened; the script lets a good one fade after ten seconds.
pub fn flash(f: &Frame, flash: &Flash) -> Markup {
    let (class, name, role) = match flash.tone {
        Tone::Done => ("done", "check", "status"),
        Tone::Warning => ("warning", "alert", "status"),
        Tone::Problem => ("problem", "alert", "alert"),
    };
    html! {
        div class={ "flash " (class) } role=(role) {
            (icon(name))
            span.grow { (flash.text) }
            @if let Some(undo) = &flash.undo {
                ({
                    form::post_button(
                        f,
                        undo,
                        "quiet undo",
                        html! {
                            (icon("undo")) (f.t("undo"))
                        },
                    )
                })
            }
        }
    }
}

/// A standing remark inside a page.
pub fn remark(tone: Tone, body: Markup) -> Markup {
    let (class, name) = match tone {
        Tone::Done => ("done", "check"),
        Tone::Warning => ("warning", "alert"),
        Tone::Problem => ("problem", "alert"),
    };
    html! {
        div class={ "flash " (class) } {
            (icon(name))
            div.grow { (body) }
        }
    }
}

/// An empty list: why it is empty and what to do next.
pub fn empty(title: &str, advice: &str, next: Option<(&Url, &str)>) -> Markup {
    html! {
        div.empty {
            p.empty-title { (title) }
            p.muted { (advice) }
            @if let Some((url, word)) = next {
                p {
                    a.button href=(url) { (word) }
                }
            }
        }
    }
}

/// One fact of the line under a heading: a label and its value.
pub fn fact(label: &str, value: Markup) -> Markup {
    html! {
        div.fact {
            dt { (label) }
            dd { (value) }
        }
    }
}

/// The line of facts under a heading.
pub fn facts(facts: &[Markup]) -> Markup {
    html! {
        dl.facts {
            @for fact in facts { (fact) }
        }
    }
}

/// Tabs that are links; the current one is marked.
pub fn tabs(name: &str, tabs: &[(String, &str, bool)]) -> Markup {
    html! {
        nav.tabs aria-label=(name) {
            @for (url, label, current) in tabs {
                a href=(url) aria-current=[current.then_some("page")] { (label) }
            }
        }
    }
}
