//! Pages for when something cannot be shown: what happened, and what to do.

use crate::web::layout::{Frame, Heading, Theme, bare_page, page};
use crate::web::locale::Locale;
use crate::web::part::icon::icon;
use maud::{Markup, html};

/// Why a page cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no such page or thing.
    NotFound,
    /// The role may not.
    Forbidden,
    /// The address or the form says something that cannot be understood.
    Invalid,
    /// Somebody changed it in between, or the form was sent twice with different content.
    Conflict,
    /// The form is not ours or is too old.
    Expired,
    /// The storage does not answer.
    Unavailable,
    /// Our fault.
    Bug,
}

impl Fault {
    /// All, for the tests.
    #[cfg(test)]
    pub const ALL: [Fault; 7] = [
        Fault::NotFound,
        Fault::Forbidden,
        Fault::Invalid,
        Fault::Conflict,
        Fault::Expired,
        Fault::Unavailable,
        Fault::Bug,
    ];

    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Fault::NotFound => 404,
            Fault::Forbidden => 403,
            Fault::Invalid => 400,
            Fault::Conflict => 409,
            Fault::Expired => 403,
            Fault::Unavailable => 503,
            Fault::Bug => 500,
        }
    }

    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Fault::NotFound => ("fault.not_found", "fault.not_found_advice"),
            Fault::Forbidden => ("fault.forbidden", "fault.forbidden_advice"),
            Fault::Invalid => ("fault.invalid", "fault.invalid_advice"),
            Fault::Conflict => ("fault.conflict", "fault.conflict_advice"),
            Fault::Expired => ("fault.expired", "fault.expired_advice"),
            Fault::Unavailable => ("fault.unavailable", "fault.unavailable_advice"),
            Fault::Bug => ("fault.bug", "fault.bug_advice"),
        }
    }
}

fn body(locale: Locale, fault: Fault, detail: &str, request_id: &str) -> Markup {
    html! {
        div.fault {
            p.lede { (locale.t(fault.keys().1)) }
            @if !detail.is_empty() {
                p.wrap { (detail) }
            }
            p {
                a.button href="/" { (icon("sun")) (locale.t("nav.day")) }
            }
            p.muted.mono {
                (fault.status())
                @if !request_id.is_empty() { " · " (request_id) }
            }
        }
    }
}

/// An error inside the frame, for somebody signed in.
pub fn fault(f: &Frame, fault: Fault, detail: &str, request_id: &str) -> Markup {
    page(f, Heading::plain(f.t(fault.keys().0)), body(f.locale, fault, detail, request_id))
}

/// An error before anybody is known.
pub fn bare_fault(locale: Locale, theme: Theme, fault: Fault, request_id: &str) -> Markup {
    let title = locale.t(fault.keys().0);
    let inner = html! {
        h1 { (title) }
        (body(locale, fault, "", request_id))
    };
    bare_page(locale, theme, title, inner)
}
