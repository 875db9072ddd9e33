//! Where the acceptance of a document stands, in a word for lists and with law and last day for its
//! page. Core decides it; here it only gets words.

use crate::web::layout::Frame;
use crate::web::part::figure;
use crate::web::part::icon::icon;
use maud::{Markup, html};
use puntual_core::acceptance::{Acceptance, State};

/// The word of a state.
pub fn key(state: State) -> &'static str {
    match state {
        State::Running => "acceptance.running",
        State::AwaitingGoods => "acceptance.awaiting_goods",
        State::Accepted => "acceptance.accepted",
        State::Tacit => "acceptance.tacit",
        State::Claimed => "acceptance.claimed",
        State::CancellationAsked => "acceptance.cancellation_asked",
        State::CancellationTacit => "acceptance.cancellation_tacit",
    }
}

fn look(state: State) -> (&'static str, &'static str) {
    match state {
        State::Running | State::CancellationAsked => ("h-soon", "clock"),
        State::AwaitingGoods => ("h-current", "pause"),
        State::Accepted | State::Tacit => ("h-paid", "check"),
        State::Claimed => ("h-disputed", "flag"),
        State::CancellationTacit => ("h-legal", "close"),
    }
}

/// How many days are left, while a term runs.
fn countdown(f: &Frame, found: &Acceptance) -> Option<String> {
    let runs = matches!(found.state, State::Running | State::CancellationAsked);
    let left = found.deadline.filter(|_| runs)? - f.as_of;
    Some(match left {
        0 => f.t("acceptance.last_day").to_owned(),
        days => f.count("acceptance.left", days.into()),
    })
}

/// A badge with the days left.
pub fn badge(f: &Frame, found: &Acceptance) -> Markup {
    let (hue, name) = look(found.state);
    html! {
        span class={ "badge " (hue) } {
            (icon(name))
            (countdown(f, found).unwrap_or_else(|| f.t(key(found.state)).to_owned()))
        }
    }
}

/// The badge, the last day, and the law it follows from.
pub fn explained(f: &Frame, found: &Acceptance) -> Markup {
    html! {
        (badge(f, found))
        @if let Some(deadline) = found.deadline {
            " "
            span.muted {
                (f.t(key(found.state))) " · " (f.t("acceptance.until")) " " (figure::date(f, deadline))
            }
        }
        @if let Some(law) = found.law {
            " "
            span.muted { "(" (law) ")" }
        }
        @if found.is_start_assumed {
            " "
            span.muted { (f.t("acceptance.assumed")) }
        }
    }
}
