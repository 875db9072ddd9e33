//! What surrounds every page: rail, top bar, heading line, key map.
//!
//! Decides what surrounds a page and which parts of it a role sees. It refuses to know what is
//! inside; a page gives its title, its line of facts and its body.

use super::assets;
use super::format;
pub use super::frame::{Frame, Role, Section, Theme};
use super::locale::Locale;
use super::part::form::{self, csrf};
use super::part::icon::icon;
use super::part::notice;
use super::url::{AS_OF, KNOWN_AT, PAGE, SEARCH, Url};
use maud::{DOCTYPE, Markup, html};

/// The heading of a page.
pub struct Heading<'a> {
    /// The title, also of the browser's tab.
    pub title: &'a str,
    /// What stands beside the title: badges, a tax id.
    pub beside: Option<Markup>,
    /// What can be done from here: buttons at the right.
    pub actions: Option<Markup>,
    /// Whether figures here are of the as-of day, which is then said and can be changed.
    pub dated: bool,
}

impl<'a> Heading<'a> {
    /// A heading of only a title.
    pub fn plain(title: &'a str) -> Heading<'a> {
        Heading { title, beside: None, actions: None, dated: false }
    }

    /// A heading of a page whose figures are of the as-of day.
    pub fn dated(title: &'a str) -> Heading<'a> {
        Heading { dated: true, ..Heading::plain(title) }
    }

    /// The same with buttons.
    pub fn with_actions(self, actions: Markup) -> Heading<'a> {
        Heading { actions: Some(actions), ..self }
    }

    /// The same with something beside the title.
    pub fn with_beside(self, beside: Markup) -> Heading<'a> {
        Heading { beside: Some(beside), ..self }
    }
}

/// A whole page inside the frame.
pub fn page(f: &Frame, heading: Heading<'_>, body: Markup) -> Markup {
    document(
        f.locale,
        f.theme,
        heading.title,
        html! {
            a.skip href="#main" { (f.t("frame.skip")) }
            div.frame {
                (rail(f))
                (top_bar(f, heading.dated))
                main #main tabindex="-1" {
                    @if let Some(flash) = &f.flash { (notice::flash(f, flash)) }
                    div.heading {
                        h1 { (heading.title) }
                        @if let Some(beside) = &heading.beside {
                            div.beside { (beside) }
                        }
                        @if heading.dated { (dated_as(f)) }
                        @if let Some(actions) = &heading.actions {
                            div.actions { (actions) }
                        }
                    }
                    (body)
                }
            }
            (key_map(f))
        },
    )
}

/// A page outside the frame: sign-in and errors before anybody is known.
pub fn bare_page(locale: Locale, theme: Theme, title: &str, body: Markup) -> Markup {
    document(
        locale,
        theme,
        title,
        html! {
            main #main.bare { (body) }
        },
    )
}

fn document(locale: Locale, theme: Theme, title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(locale.tag()) data-theme=(theme.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Puntual" }
                link rel="icon" href=(assets::url("favicon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(assets::url("puntual.css"));
                script src=(assets::url("puntual.js")) defer {}
            }
            body { (body) }
        }
    }
}

fn rail(f: &Frame) -> Markup {
    html! {
        nav.rail aria-label=(f.t("frame.rail")) {
            a.brand href="/" {
                (icon("mark"))
                span { "Puntual" }
            }
            ul {
                @for section in Section::visible_to(f.role) {
                    li {
                        a   href=(f.to(section.path()))
                            data-chord=[section.chord()]
                            aria-current=[(section == f.section).then_some("page")]
                        {
                            (icon(section.icon()))
                            span { (f.t(section.key())) }
                        }
                    }
                }
            }
            button.rail-help type="button" popovertarget="keys" {
                (icon("help"))
                span { (f.t("keys.title")) }
                kbd { "?" }
            }
        }
    }
}

fn top_bar(f: &Frame, dated: bool) -> Markup {
    html! {
        header.top {
            (creditor_switch(f))
            form.search role="search" action="/buscar" method="get" {
                (icon("search"))
                input
                    type="search"
                    name=(SEARCH)
                    value=[f.url.param(SEARCH)]
                    placeholder=(f.t("frame.search"))
                    aria-label=(f.t("frame.search"))
                    data-key="/"
                    autocomplete="off";
                kbd aria-hidden="true" { "/" }
            }
            @if dated { (as_of_form(f)) }
            (freshness(f))
            (user_menu(f))
        }
    }
}

fn creditor_switch(f: &Frame) -> Markup {
    let current = f.creditors.iter().find(|c| c.current);
    let name = current.map_or("", |c| c.name.as_str());
    html! {
        details.menu.creditor {
            summary aria-label=(f.fill("frame.creditor", &[("name", name)])) {
                (icon("building"))
                span.clip { (name) }
                (icon("chevron"))
            }
            div.menu-body {
                form method="post" action="/acreedor" {
                    (csrf(f))
                    (form::hidden("volver", &f.url))
                    @for creditor in &f.creditors {
                        button
                            .current[creditor.current]
                            type="submit"
                            name="code"
                            value=(creditor.code)
                        {
                            span.grow { (creditor.name) }
                            span.muted { (creditor.country) }
                            @if creditor.current { (icon("check")) }
                        }
                    }
                }
            }
        }
    }
}

fn as_of_form(f: &Frame) -> Markup {
    html! {
        form.as-of method="get" action=(f.url.path()) data-autosubmit {
            (form::keep(&f.url, &[AS_OF, PAGE]))
            label {
                span { (f.t("frame.as_of")) }
                input type="date" name=(AS_OF) value=(f.as_of) required;
            }
            button.button.quiet type="submit" { (f.t("frame.see")) }
        }
    }
}

fn freshness(f: &Frame) -> Markup {
    let late = f.sources.iter().any(|source| source.is_late || source.last_on.is_none());
    html! {
        details.menu.fresh.late[late] {
            summary aria-label=(f.t("frame.freshness")) title=(f.t("frame.freshness")) {
                (icon(if late { "alert" } else { "fresh" }))
            }
            div.menu-body {
                h2 { (f.t("frame.freshness")) }
                dl {
                    @for source in &f.sources {
                        dt { (source.source) }
                        dd.late[source.is_late] {
                            @match source.last_on {
                                Some(day) => {
                                    time datetime=(day) title=(format::date(day, f.locale)) {
                                        (format::near(day, f.today, f.locale))
                                    }
                                    @if source.is_late { " · " (f.t("frame.late")) }
                                }
                                None => (f.t("frame.never")),
                            }
                        }
                    }
                }
            }
        }
    }
}

fn user_menu(f: &Frame) -> Markup {
    let initials: String =
        f.user_name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
    html! {
        details.menu.user {
            summary aria-label=(f.fill("frame.user", &[("name", &f.user_name)])) {
                span.initials { (initials) }
            }
            div.menu-body {
                p {
                    strong { (f.user_name) }
                    br;
                    span.muted { (f.t(f.role.key())) }
                }
                (preferences(f.locale, f.theme, &f.csrf, &f.url))
                a href="/contrasena" { (icon("gear")) (f.t("password.title")) }
                form method="post" action="/salir" {
                    (csrf(f))
                    button type="submit" { (icon("exit")) (f.t("frame.sign_out")) }
                }
            }
        }
    }
}

/// Theme and language, each a choice that posts and comes back to `back`.
pub fn preferences(locale: Locale, theme: Theme, token: &str, back: &Url) -> Markup {
    const LANGUAGES: [(&str, &str); 5] = [
        ("es", "Español"),
        ("es-CL", "Español (Chile)"),
        ("es-MX", "Español (México)"),
        ("es-ES", "Español (España)"),
        ("en", "English"),
    ];
    let themes = [
        (Theme::System, locale.t("theme.auto"), "half"),
        (Theme::Light, locale.t("theme.light"), "sun"),
        (Theme::Dark, locale.t("theme.dark"), "moon"),
    ];
    html! {
        form.preferences method="post" action="/preferencias" data-autosubmit {
            (form::hidden("csrf", token))
            (form::hidden("volver", back))
            div.segmented role="group" aria-label=(locale.t("theme.name")) {
                @for (choice, word, name) in themes {
                    button
                        type="submit"
                        name="theme"
                        value=(choice.code())
                        aria-pressed=(choice == theme)
                    { (icon(name)) (word) }
                }
            }
            label.language {
                span { (locale.t("frame.language")) }
                select name="locale" {
                    @for (tag, name) in LANGUAGES {
                        option value=(tag) lang=(tag) selected[tag == locale.tag()] { (name) }
                    }
                }
            }
            noscript {
                button.button type="submit" { (locale.t("frame.apply")) }
            }
        }
    }
}

/// «al DD-MM-AAAA», and what was known by then when that is asked for too.
fn dated_as(f: &Frame) -> Markup {
    html! {
        p.dated {
            (f.t("frame.as_of_word"))
            " "
            time datetime=(f.as_of) { (format::date(f.as_of, f.locale)) }
            @if f.as_of != f.today {
                " "
                a href=(f.url.without(AS_OF)) { (f.t("frame.back_to_today")) }
            }
            @if let Some(known) = f.known_at {
                " · "
                (f.t("frame.known_at"))
                " "
                time datetime=(known) { (format::date(known, f.locale)) }
                " "
                a href=(f.url.without(KNOWN_AT)) { (f.t("frame.all_known")) }
            }
        }
    }
}

/// The keys the script listens to, shown on `?`. Works as a popover without the script.
fn key_map(f: &Frame) -> Markup {
    let groups = [
        (
            "keys.move",
            &[
                ("/", "keys.search"),
                ("j k", "keys.rows"),
                ("Enter", "keys.open"),
                (".", "keys.next_case"),
                ("Esc", "keys.close"),
                ("?", "keys.title"),
            ][..],
        ),
        (
            "keys.go",
            &[
                ("g d", "nav.day"),
                ("g c", "nav.customers"),
                ("g o", "nav.documents"),
                ("g b", "nav.bank"),
                ("g m", "nav.messages"),
                ("g e", "nav.strategies"),
                ("g i", "nav.indicators"),
                ("g s", "nav.import"),
            ],
        ),
        (
            "keys.act",
            &[
                ("c", "keys.contact"),
                ("1…9", "keys.outcome"),
                ("p", "keys.promise"),
                ("n", "keys.note"),
                ("b", "keys.payment"),
                ("u", "keys.undo"),
            ],
        ),
    ];
    html! {
        div #keys.keys popover {
            div.keys-head {
                h2 { (f.t("keys.title")) }
                button
                    .quiet
                    type="button"
                    popovertarget="keys"
                    popovertargetaction="hide"
                    aria-label=(f.t("close"))
                { (icon("close")) }
            }
            div.keys-body {
                @for (title, keys) in groups {
                    section {
                        h3 { (f.t(title)) }
                        dl {
                            @for (key, word) in keys {
                                dt {
                                    @for part in key.split(' ') {
                                        kbd { (part) }
                                        " "
                                    }
                                }
                                dd { (f.t(word)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
