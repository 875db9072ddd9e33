//! What happened with a customer, and how to reach them.

use super::customer::{ContactPoint, CustomerView, Event, EventKind};
use super::customer_url;
use crate::web::layout::Frame;
use crate::web::part::badge::{self, Channel};
use crate::web::part::figure;
use crate::web::part::form::{Choice, Kind, Typed, csrf, field, hidden, post_button, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{empty, tabs};
use maud::{Markup, html};

/// The timeline and its filter.
pub fn timeline(f: &Frame, view: &CustomerView) -> Markup {
    let showing = f.url.param("ver");
    let mut choices =
        vec![(f.url.without("ver").to_string(), f.t("filter.all"), showing.is_none())];
    choices.extend(EventKind::ALL.map(|kind| {
        let url = f.url.with("ver", kind.code()).to_string();
        (url, f.t(kind.look().1), showing == Some(kind.code()))
    }));
    html! {
        section #historia {
            div.section-head {
                h2 { (f.t("customer.timeline")) }
                (tabs(f.t("customer.timeline"), &choices))
            }
            @if view.timeline.is_empty() {
                (empty(f.t("customer.no_events"), f.t("customer.no_events_advice"), None))
            } @else {
                ol.timeline {
                    @for event in &view.timeline { (timeline_event(f, event)) }
                }
            }
            @if let Some(more) = &view.timeline_more {
                p {
                    a.button.quiet href=(more) { (f.t("customer.more_events")) }
                }
            }
        }
    }
}

fn timeline_event(f: &Frame, event: &Event) -> Markup {
    let (name, key) = event.kind.look();
    html! {
        li class={ "event " (event.kind.code()) } {
            span.event-when {
                (figure::near(f, event.on))
                small { (event.at) }
            }
            span.event-icon title=(f.t(key)) { (icon(name)) }
            div.event-body {
                p {
                    @match &event.url {
                        Some(url) => a href=(url) { (event.what) },
                        None => strong { (event.what) },
                    }
                    @if let Some(amount) = event.amount { " " (figure::amount(f, amount)) }
                    @if !event.who.is_empty() {
                        span.muted { " · " (event.who) }
                    }
                }
                @if !event.detail.is_empty() {
                    p.muted.wrap { (event.detail) }
                }
            }
        }
    }
}

/// The ways to reach the customer.
pub fn contacts(f: &Frame, view: &CustomerView) -> Markup {
    html! {
        section {
            h2 { (f.t("customer.contacts")) }
            @if view.contacts.is_empty() {
                p.muted { (f.t("customer.no_contacts")) }
            }
            ul.contacts {
                @for point in &view.contacts {
                    li.off[!point.is_valid || point.opted_out] {
                        (badge::channel(f, point.channel))
                        div {
                            (contact_link(point))
                            small { (point.person) }
                            @if !point.is_valid {
                                small.alarm { (icon("alert")) (f.t("customer.bounced")) }
                            }
                            @if point.opted_out {
                                small.alarm { (icon("close")) (f.t("customer.opted_out")) }
                            }
                            @if f.may_write() { (mark(f, view, point)) }
                        }
                    }
                }
            }
            @if f.may_write() { (new_point(f, view)) }
        }
    }
}

/// Who counts as the same customer, and the group it belongs to.
pub fn kin(f: &Frame, view: &CustomerView) -> Markup {
    let id = view.customer.id;
    html! {
        section #grupo {
            h2 { (f.t("group.title")) }
            @if let Some(group) = &view.group {
                p {
                    a href=(customer_url(f, group.head.id)) { (group.head.name) }
                    small { (f.count("group.companies", group.count)) }
                }
                @for [open, overdue, _] in &group.totals {
                    p {
                        strong { (figure::amount(f, *open)) }
                        small.alarm[overdue.minor > 0] {
                            (f.t("col.overdue"))
                            " "
                            (figure::amount(f, *overdue))
                        }
                    }
                }
            }
            @for joined in &view.joined {
                p {
                    (icon("people"))
                    " "
                    (joined.name)
                    small { (joined.said) }
                    @if f.may_decide() {
                        a.button.quiet href=(joined.part) { (f.t("merge.part")) }
                    }
                }
            }
            p {
                a.button.quiet href=(f.to(&format!("/clientes/{id}/grupo"))) {
                    (icon("people"))
                    (f.t("group.see"))
                }
                @if f.may_decide() {
                    a.button.quiet href=(f.to(&format!("/clientes/{id}/unir"))) {
                        (f.t("merge.with_other"))
                    }
                }
            }
        }
    }
}

/// Lifts a hold.
pub fn lift(f: &Frame, action: &str) -> Markup {
    let label = html! { (icon("check")) (f.t("customer.lift_hold")) };
    post_button(f, action, "quiet", label)
}

/// Whether an address works, as whoever used it knows.
fn mark(f: &Frame, view: &CustomerView, point: &ContactPoint) -> Markup {
    let action = format!("/clientes/{}/contactos/{}", view.customer.id, point.id);
    let choices = match point.is_valid && !point.opted_out {
        true => {
            &[("bounced", "customer.mark_bounced"), ("opted_out", "customer.mark_opted_out")][..]
        }
        false => &[("ok", "customer.mark_ok")],
    };
    html! {
        form.inline method="post" action=(action) {
            (csrf(f))
            @for (state, key) in choices {
                button.button.quiet type="submit" name="state" value=(state) { (f.t(key)) }
            }
        }
    }
}

fn new_point(f: &Frame, view: &CustomerView) -> Markup {
    let kinds = [
        Choice::new("email", f.t("channel.email")),
        Choice::new("phone", f.t("channel.call")),
        Choice::new("whatsapp", f.t("channel.whatsapp")),
        Choice::new("address", f.t("channel.letter")),
    ];
    let empty = Typed::default();
    html! {
        details.panel {
            summary {
                (icon("people"))
                span.grow { (f.t("customer.add_point")) }
            }
            form method="post" action={ "/clientes/" (view.customer.id) "/contactos" } {
                (csrf(f))
                (hidden("id", &view.forms.point_id))
                (select("point", "kind", f.t("filter.channel"), None, &kinds, "email"))
                (field("point", "value", f.t("customer.point_value"), Kind::Text, &empty))
                (field("point", "person", f.t("customer.point_person"), Kind::Text, &empty))
                button.button type="submit" { (f.t("save")) }
            }
        }
    }
}

fn contact_link(point: &ContactPoint) -> Markup {
    let scheme = match point.channel {
        Channel::Call | Channel::Sms | Channel::Whatsapp => Some("tel:"),
        Channel::Email => Some("mailto:"),
        Channel::Letter | Channel::Visit => None,
    };
    let dialled: String = point.value.chars().filter(|c| !c.is_whitespace()).collect();
    html! {
        @match scheme {
            Some(scheme) if !point.opted_out => a href={ (scheme) (dialled) } { (point.value) },
            _ => span { (point.value) },
        }
    }
}
