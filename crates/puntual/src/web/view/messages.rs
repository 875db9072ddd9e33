//! Mensajes: what the strategies would do today and why, and what became of each message.

use super::{CustomerRef, customer_link, customer_url};
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::badge::{self, Channel, State};
use crate::web::part::figure;
use crate::web::part::form::{csrf, post_button};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, empty, fact, facts, remark, tabs};
use crate::web::part::table::{Paging, pager};
use maud::{Markup, html};
use puntual_core::date::Day;
use puntual_core::id::MessageId;

/// What the plan of a day shows.
#[derive(Clone, Debug)]
pub struct PlanView {
    /// The day planned.
    pub day: Day,
    /// Whether the day was run already; then this is what was done.
    pub was_run: bool,
    /// Totals by verdict: acted on, deferred, skipped.
    pub counts: (i64, i64, i64),
    /// The actions of this page.
    pub rows: Vec<PlanRow>,
    /// Which part of the list this is.
    pub paging: Paging,
}

/// What the strategy says about one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRow {
    /// Whom.
    pub customer: CustomerRef,
    /// What: the step's name in the reader's language.
    pub what: String,
    /// By which channel; none where nothing is to be sent.
    pub channel: Option<Channel>,
    /// Documents it is about.
    pub documents: i64,
    /// What is open of them.
    pub amount: Amount,
    /// When, `HH:MM` in the customer's zone; empty where nothing is to be sent.
    pub at: String,
    /// To act, to wait, or not at all.
    pub verdict: PlanVerdict,
    /// Why, in the reader's language.
    pub why: Vec<String>,
}

/// What is to be done with a planned action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanVerdict {
    /// Do it.
    Act,
    /// Not today.
    Defer,
    /// Not at all.
    Skip,
}

fn verdict(f: &Frame, verdict: PlanVerdict) -> Markup {
    let (hue, name, key) = match verdict {
        PlanVerdict::Act => ("h-promised", "right", "plan.act"),
        PlanVerdict::Defer => ("h-soon", "clock", "plan.defer"),
        PlanVerdict::Skip => ("h-legal", "pause", "plan.skip"),
    };
    html! {
        span class={ "badge " (hue) } { (icon(name)) (f.t(key)) }
    }
}

/// The tabs of Mensajes.
pub fn message_tabs(f: &Frame, current: &str) -> Markup {
    tabs(
        f.t("nav.messages"),
        &[
            ("/mensajes".to_owned(), f.t("messages.outbox"), current == "outbox"),
            ("/mensajes/plan".to_owned(), f.t("messages.plan"), current == "plan"),
            ("/mensajes/guardian".to_owned(), f.t("messages.guard"), current == "guard"),
        ],
    )
}

/// The plan of a day.
pub fn plan(f: &Frame, view: &PlanView) -> Markup {
    let (act, defer, skip) = view.counts;
    let run = html! {
        @if !view.was_run && f.may_decide() {
            form.inline method="post" action="/mensajes/plan/ejecutar" {
                (csrf(f))
                input type="hidden" name="day" value=(view.day);
                button.button.main type="submit" { (icon("right")) (f.t("plan.run")) }
            }
        }
    };
    let heading = Heading::plain(f.t("nav.messages")).with_actions(run);
    let note = if view.was_run { f.t("plan.was_run") } else { f.t("plan.not_run") };
    let body = html! {
        (message_tabs(f, "plan"))
        ({
            facts(
                &[
                    fact(f.t("plan.day"), figure::date(f, view.day)),
                    fact(f.t("plan.act"), figure::integer(f, act)),
                    fact(f.t("plan.defer"), figure::integer(f, defer)),
                    fact(f.t("plan.skip"), figure::integer(f, skip)),
                ],
            )
        })
        p.hint { (note) }
        @if view.rows.is_empty() { (empty(f.t("plan.empty"), f.t("plan.empty_advice"), None)) } @else {
            (plan_table(f, &view.rows))
            (pager(f, view.paging))
        }
    };
    page(f, heading, body)
}

fn plan_table(f: &Frame, rows: &[PlanRow]) -> Markup {
    html! {
        div.table-scroll {
            table.rows.stacks data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("col.customer")) }
                        th scope="col" { (f.t("plan.what")) }
                        th scope="col" { (f.t("filter.channel")) }
                        th.num scope="col" { (f.t("nav.documents")) }
                        th.num scope="col" { (f.t("col.amount")) }
                        th scope="col" { (f.t("plan.at")) }
                        th scope="col" { (f.t("plan.verdict")) }
                        th scope="col" { (f.t("home.why")) }
                    }
                }
                tbody {
                    @for row in rows {
                        tr data-href=(customer_url(f, row.customer.id)) {
                            th.lead scope="row" { (customer_link(f, &row.customer)) }
                            td data-label=(f.t("plan.what")) { (row.what) }
                            td data-label=(f.t("filter.channel")) {
                                @if let Some(channel) = row.channel { (badge::channel(f, channel)) } @else {
                                    span.nil { "–" }
                                }
                            }
                            td.num data-label=(f.t("nav.documents")) { (row.documents) }
                            td.num data-label=(f.t("col.amount")) { (figure::amount(f, row.amount)) }
                            td data-label=(f.t("plan.at")) { (row.at) }
                            td data-label=(f.t("plan.verdict")) { (verdict(f, row.verdict)) }
                            td.why data-label=(f.t("home.why")) {
                                @for why in &row.why {
                                    span { (why) }
                                    " "
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the outbox shows.
#[derive(Clone, Debug)]
pub struct OutboxView {
    /// How many in each state, to filter by.
    pub counts: Vec<(State, &'static str, i64)>,
    /// The messages of this page, newest first.
    pub rows: Vec<MessageRow>,
    /// Which part of the list this is.
    pub paging: Paging,
    /// Whether mail can leave at all; `None` when no server is set.
    pub smtp_server: Option<String>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// Its id.
    pub id: MessageId,
    /// Whom it is about.
    pub customer: CustomerRef,
    /// The address it goes to.
    pub address: String,
    /// By which channel.
    pub channel: Channel,
    /// Its subject, or its first words.
    pub subject: String,
    /// Its state.
    pub state: State,
    /// Why it is in that state, in the reader's language.
    pub why: String,
    /// The day of its last change.
    pub on: Day,
    /// The hour, `HH:MM`.
    pub at: String,
}

/// The outbox.
pub fn outbox(f: &Frame, view: &OutboxView) -> Markup {
    let chosen = f.url.param("estado");
    let lines: Vec<Markup> = view
        .counts
        .iter()
        .map(|(state, code, n)| {
            let url = f.url.with("estado", code);
            fact(
                state.word(f),
                html! {
                    a.behind aria-current=[(chosen == Some(code)).then_some("true")] href=(url) {
                        (figure::integer(f, *n))
                    }
                },
            )
        })
        .collect();
    let body = html! {
        (message_tabs(f, "outbox"))
        @if view.smtp_server.is_none() {
            ({
                remark(
                    Tone::Warning,
                    html! {
                        (f.t("messages.no_smtp")) " " a href = "/ajustes/correo" { (f
                        .t("messages.set_smtp")) }
                    },
                )
            })
        }
        (facts(&lines))
        @if chosen.is_some() {
            p {
                a.button.quiet href=(f.url.without("estado")) { (icon("close")) (f.t("list.clear")) }
            }
        }
        @if view.rows.is_empty() {
            ({
                empty(
                    f.t("messages.empty"),
                    f.t("messages.empty_advice"),
                    Some((&f.to("/mensajes/plan"), f.t("messages.plan"))),
                )
            })
        } @else { (outbox_table(f, &view.rows)) (pager(f, view.paging)) }
    };
    page(f, Heading::plain(f.t("nav.messages")), body)
}

fn outbox_table(f: &Frame, rows: &[MessageRow]) -> Markup {
    html! {
        div.table-scroll {
            table.rows.stacks data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("messages.subject")) }
                        th scope="col" { (f.t("col.customer")) }
                        th scope="col" { (f.t("filter.channel")) }
                        th scope="col" { (f.t("col.state")) }
                        th scope="col" { (f.t("home.why")) }
                        th scope="col" { (f.t("imports.when")) }
                        th scope="col" {
                            span.hidden { (f.t("col.actions")) }
                        }
                    }
                }
                tbody {
                    @for row in rows {
                        @let url = format!("/mensajes/{}", row.id);
                        tr data-href=(url) {
                            th.lead scope="row" {
                                a.row-link href=(url) { (row.subject) }
                            }
                            td data-label=(f.t("col.customer")) {
                                a href=(customer_url(f, row.customer.id)) { (row.customer.name) }
                            }
                            td data-label=(f.t("filter.channel")) {
                                (badge::channel(f, row.channel))
                                " "
                                small { (row.address) }
                            }
                            td data-label=(f.t("col.state")) { (badge::state(f, row.state)) }
                            td.why data-label=(f.t("home.why")) {
                                span.muted { (row.why) }
                            }
                            td.nowrap data-label=(f.t("imports.when")) {
                                (figure::near(f, row.on))
                                " "
                                span.muted { (row.at) }
                            }
                            td.row-actions { (message_actions(f, row)) }
                        }
                    }
                }
            }
        }
    }
}

/// What a person may still do: hold back what has not left, decide about what is unknown.
fn message_actions(f: &Frame, row: &MessageRow) -> Markup {
    let action = |verb: &str| format!("/mensajes/{}/{verb}", row.id);
    html! {
        @if f.may_decide() {
            @match row.state {
                State::Queued => ({
                    post_button(
                        f,
                        &action("retener"),
                        "quiet",
                        html! {
                            (icon("pause")) (f.t("messages.hold"))
                        },
                    )
                }),
                State::Unknown | State::Failed => {
                    (post_button(
                        f,
                        &action("reenviar"),
                        "",
                        html! {
                            (icon("mail")) (f.t("messages.resend"))
                        },
                    ))
                    (post_button(
                        f,
                        &action("no-enviar"),
                        "quiet",
                        html! {
                            (icon("close")) (f.t("messages.give_up"))
                        },
                    ))
                }
                _ => {}
            }
        }
    }
}

/// A message as it left, or as it would leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// Its row in the outbox.
    pub row: MessageRow,
    /// Its text.
    pub body: String,
    /// What hangs on it: names and addresses.
    pub attachments: Vec<(String, String)>,
    /// Its Message-ID or the channel's own id.
    pub channel_id: String,
    /// What became of it, oldest first: when and what.
    pub history: Vec<(Day, String, String)>,
}

/// A message's page.
pub fn message(f: &Frame, view: &MessageView) -> Markup {
    let row = &view.row;
    let heading = Heading::plain(&row.subject)
        .with_beside(badge::state(f, row.state))
        .with_actions(message_actions(f, row));
    let body = html! {
        ({
            facts(
                &[
                    fact(f.t("col.customer"), customer_link(f, &row.customer)),
                    fact(
                        f.t("filter.channel"),
                        html! {
                            (badge::channel(f, row.channel)) " "(row.address)
                        },
                    ),
                    fact(f.t("messages.id"), figure::copyable(f, &view.channel_id)),
                ],
            )
        })
        div.columns {
            section {
                h2 { (f.t("messages.text")) }
                div.letter { (view.body) }
                @if !view.attachments.is_empty() {
                    p {
                        @for (name, url) in &view.attachments {
                            a.button.quiet href=(url) download { (icon("clip")) (name) }
                        }
                    }
                }
            }
            aside.side {
                section {
                    h2 { (f.t("customer.timeline")) }
                    ol.plain {
                        @for (on, at, what) in &view.history {
                            li {
                                (figure::date(f, *on))
                                " "
                                span.muted { (at) }
                                br;
                                (what)
                            }
                        }
                    }
                }
            }
        }
    };
    page(f, heading, body)
}
