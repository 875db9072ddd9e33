//! Form fields with their label, hint and error, and the token that proves a form is ours.
//!
//! What was typed always comes back: a field takes its value and, after a refusal, its error.

use super::icon::icon;
use crate::web::layout::Frame;
use crate::web::url::{SEARCH, Url};
use maud::{Markup, html};

/// A value typed into a field, and why it was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// What the person typed or what the form proposes.
    pub value: String,
    /// What is wrong with it and what to do, in the reader's language.
    pub error: Option<String>,
}

impl Typed {
    /// A proposed value without error.
    pub fn of(value: impl Into<String>) -> Typed {
        Typed { value: value.into(), error: None }
    }
}

/// What kind of input a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// An e-mail address.
    Email,
    /// A password; never filled in again.
    Password,
    /// A new password.
    NewPassword,
    /// A date.
    Date,
    /// An amount in the creditor's decimals.
    Amount,
    /// A whole number.
    Integer,
}

impl Kind {
    fn attributes(self) -> (&'static str, Option<&'static str>, Option<&'static str>) {
        match self {
            Kind::Text => ("text", None, None),
            Kind::Email => ("email", Some("email"), Some("username")),
            Kind::Password => ("password", None, Some("current-password")),
            Kind::NewPassword => ("password", None, Some("new-password")),
            Kind::Date => ("date", None, None),
            Kind::Amount => ("text", Some("decimal"), Some("off")),
            Kind::Integer => ("text", Some("numeric"), Some("off")),
        }
    }
}

/// A labelled input. `name` is the form field and, within `form`, its id.
pub fn field(form: &str, name: &str, label: &str, kind: Kind, typed: &Typed) -> Markup {
    let (input, mode, complete) = kind.attributes();
    let id = format!("{form}-{name}");
    let error = format!("{id}-error");
    let value = (!matches!(kind, Kind::Password | Kind::NewPassword)).then_some(&typed.value);
    html! {
        div.field {
            label for=(id) { (label) }
            input
                .num[matches!(kind, Kind::Amount | Kind::Integer)]
                id=(id)
                name=(name)
                type=(input)
                value=[value]
                inputmode=[mode]
                autocomplete=[complete]
                aria-invalid=[typed.error.as_ref().map(|_| "true")]
                aria-describedby=[typed.error.as_ref().map(|_| &error)];
            (complaint(&error, typed))
        }
    }
}

/// A labelled area of text. With the script, what is typed survives leaving the page.
pub fn area(form: &str, name: &str, label: &str, typed: &Typed) -> Markup {
    let id = format!("{form}-{name}");
    let error = format!("{id}-error");
    html! {
        div.field {
            label for=(id) { (label) }
            textarea
                id=(id)
                name=(name)
                rows="3"
                data-draft
                aria-invalid=[typed.error.as_ref().map(|_| "true")]
                aria-describedby=[typed.error.as_ref().map(|_| &error)]
            { (typed.value) }
            (complaint(&error, typed))
        }
    }
}

fn complaint(id: &str, typed: &Typed) -> Markup {
    html! {
        @if let Some(error) = &typed.error {
            p.error id=(id) { (icon("alert")) (error) }
        }
    }
}

/// A choice in a list: what is sent, and what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub label: String,
}

impl Choice {
    /// A choice of a value and its label.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into() }
    }
}

/// A labelled drop-down list. `any` is the first, empty choice when there is one.
pub fn select(
    form: &str,
    name: &str,
    label: &str,
    any: Option<&str>,
    choices: &[Choice],
    chosen: &str,
) -> Markup {
    let id = format!("{form}-{name}");
    html! {
        div.field {
            label for=(id) { (label) }
            select id=(id) name=(name) {
                @if let Some(any) = any {
                    option value="" { (any) }
                }
                @for choice in choices {
                    option value=(choice.value) selected[choice.value == chosen] {
                        (sentence(&choice.label))
                    }
                }
            }
        }
    }
}

/// The field by which a list is searched, with a hint of what is found by it.
pub fn search_field(f: &Frame, hint_key: &'static str) -> Markup {
    html! {
        div.field.grow {
            label for="f-q" { (f.t("filter.search")) }
            input
                #f-q
                type="search"
                name=(SEARCH)
                value=(f.url.param(SEARCH).unwrap_or_default())
                placeholder=(f.t(hint_key));
        }
    }
}

/// The text with its first letter in upper case: words of state start a line in a list.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The hidden token every form that changes something carries.
pub fn csrf(f: &Frame) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(f.csrf);
    }
}

/// A hidden field.
pub fn hidden(name: &str, value: impl std::fmt::Display) -> Markup {
    html! {
        input type="hidden" name=(name) value=(value);
    }
}

/// The address's parameters as hidden fields, but for those the form sets itself.
pub fn keep(url: &Url, except: &[&str]) -> Markup {
    html! {
        @for (name, value) in url.params_except(except) { (hidden(name, value)) }
    }
}

/// A button that posts to an address and nothing more.
pub fn post_button(f: &Frame, action: &str, class: &str, label: Markup) -> Markup {
    html! {
        form.inline method="post" action=(action) {
            (csrf(f))
            button type="submit" class={ "button " (class) } { (label) }
        }
    }
}
