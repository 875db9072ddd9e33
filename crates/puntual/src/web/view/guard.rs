//! Guardián legal: when each channel is open, what the rules held back, and the rules themselves.

use super::messages::message_tabs;
use super::{CustomerRef, customer_link, export_links};
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::badge::{self, Channel};
use crate::web::part::figure;
use crate::web::part::icon::icon;
use crate::web::part::notice::empty;
use crate::web::part::table::{Paging, pager};
use maud::{Markup, html};
use puntual_core::date::Day;

/// A channel and when it is open to ask for payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenChannel {
    /// How.
    pub channel: Channel,
    /// Whether it is open now.
    pub is_open: bool,
    /// When, in the reader's language.
    pub when: String,
    /// The rule and its law, for whoever asks; empty where nothing stands against it.
    pub why: String,
    /// How far the caps are used, in the reader's language.
    pub counted: Vec<String>,
}

/// A contact that was held back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRow {
    /// Whom.
    pub customer: CustomerRef,
    /// The day of it.
    pub on: Day,
    /// How.
    pub channel: Option<Channel>,
    /// What was to be done, in the reader's language.
    pub step: String,
    /// When planned or when about to leave.
    pub stage: String,
    /// The rule.
    pub rule: String,
    /// Its law.
    pub law: String,
    /// From when it is allowed.
    pub until: String,
    /// The counters it rested on.
    pub counted: Vec<String>,
}

/// A rule in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// Country and region; empty for what holds elsewhere.
    pub place: String,
    /// The text it rests on.
    pub law: String,
    /// How sure we are, in the reader's language.
    pub confidence: String,
    /// Since when in force.
    pub since: Option<Day>,
    /// When its source was read.
    pub verified_on: Day,
    /// Whether it is our own policy.
    pub is_policy: bool,
    /// How often it held a contact back in the days shown.
    pub blocked: i64,
}

/// What Guardián legal shows.
#[derive(Clone, Debug)]
pub struct GuardView {
    /// Contacts held back, newest first.
    pub rows: Vec<BlockRow>,
    /// Which part of them this is.
    pub paging: Paging,
    /// The rules, with how often they held back.
    pub rules: Vec<RuleRow>,
    /// The days counted.
    pub days: i32,
}

/// Guardián legal.
pub fn guard(f: &Frame, view: &GuardView) -> Markup {
    let heading = Heading::plain(f.t("guard.title"))
        .with_actions(export_links(f, "/mensajes/guardian/exportar"));
    let body = html! {
        (message_tabs(f, "guard"))
        p.lede { (f.t("guard.lede")) }
        @if view.rows.is_empty() {
            (empty(f.t("guard.empty"), f.t("guard.empty_advice"), None))
        } @else { (blocks(f, &view.rows)) (pager(f, view.paging)) }
        h2 { (f.t("guard.rules")) }
        p.hint { (f.count("guard.days", i64::from(view.days))) }
        (rules(f, &view.rules))
    };
    page(f, heading, body)
}

fn blocks(f: &Frame, rows: &[BlockRow]) -> Markup {
    html! {
        div.table-scroll {
            table.rows.stacks.two-line data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("guard.customer")) }
                        th scope="col" { (f.t("guard.on")) }
                        th scope="col" { (f.t("guard.what")) }
                        th scope="col" { (f.t("guard.rule")) }
                        th scope="col" { (f.t("guard.until")) }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th.lead scope="row" { (customer_link(f, &row.customer)) }
                            td.nowrap data-label=(f.t("guard.on")) {
                                (figure::near(f, row.on))
                                small { (row.stage) }
                            }
                            td data-label=(f.t("guard.what")) {
                                @if let Some(channel) = row.channel {
                                    (badge::channel(f, channel))
                                }
                                small { (row.step) }
                            }
                            td.wrap data-label=(f.t("guard.rule")) {
                                (row.rule)
                                small { (row.law) }
                                @for counted in &row.counted { small { (counted) } }
                            }
                            td.nowrap data-label=(f.t("guard.until")) { (row.until) }
                        }
                    }
                }
            }
        }
    }
}

fn rules(f: &Frame, rows: &[RuleRow]) -> Markup {
    html! {
        div.table-scroll {
            table.rows.stacks.two-line data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("guard.rule")) }
                        th scope="col" { (f.t("guard.place")) }
                        th scope="col" { (f.t("guard.law")) }
                        th scope="col" { (f.t("guard.confidence")) }
                        th scope="col" { (f.t("guard.read")) }
                        th.figure scope="col" { (f.t("guard.blocked")) }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th.lead scope="row" {
                                (row.id)
                                @if row.is_policy { small { (f.t("guard.policy")) } }
                            }
                            td data-label=(f.t("guard.place")) { (row.place) }
                            td.wrap data-label=(f.t("guard.law")) {
                                (row.law)
                                @if let Some(since) = row.since {
                                    small { (f.t("guard.since")) " " (figure::date(f, since)) }
                                }
                            }
                            td data-label=(f.t("guard.confidence")) { (row.confidence) }
                            td.nowrap data-label=(f.t("guard.read")) {
                                (figure::date(f, row.verified_on))
                            }
                            td.figure data-label=(f.t("guard.blocked")) {
                                (figure::integer(f, row.blocked))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// When each channel is open, for a customer's page: the rule and its law stand beside it for
/// whoever looks or listens, and appear in full on focus.
pub fn openings(f: &Frame, channels: &[OpenChannel]) -> Markup {
    html! {
        section id="horario-legal" {
            h2 { (f.t("guard.openings")) }
            ul.contacts {
                @for one in channels {
                    li.off[!one.is_open] {
                        (badge::channel(f, one.channel))
                        div {
                            @match one.why.as_str() {
                                "" => span { (icon("check")) " " (one.when) },
                                why => abbr tabindex="0" title=(why) {
                                    (icon("clock")) " " (one.when)
                                },
                            }
                            @if !one.why.is_empty() { small { (one.why) } }
                            @for counted in &one.counted { small { (counted) } }
                        }
                    }
                }
            }
        }
    }
}
