//! Estrategias: the list with for whom each is, one strategy as text, diagram and table, and what
//! waits for approval.

use super::{CustomerRef, customer_link};
use crate::web::chart::flow::{FlowTrack, flow};
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{Choice, Kind, Typed, area, csrf, field, hidden, post_button, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, empty, fact, facts, remark};
use maud::{Markup, html};
use puntual_core::date::Day;

/// The list of strategies.
#[derive(Clone, Debug)]
pub struct StrategiesView {
    /// The strategies, by code.
    pub rows: Vec<StrategyRow>,
    /// For whom each is, in the order asked.
    pub given: Vec<GivenRow>,
    /// How many actions wait for approval.
    pub waiting: i64,
    /// The id the next assignment will have.
    pub next_id: String,
    /// The criteria as typed, with what is wrong with them.
    pub criteria: Typed,
}

/// A strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrategyRow {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The version in force.
    pub published: Option<i64>,
    /// The draft.
    pub draft: Option<i64>,
    /// Whether it is used where no other is given.
    pub is_standard: bool,
    /// Customers standing at one of its steps now.
    pub customers: i64,
}

/// For whom a strategy is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenRow {
    /// Its id.
    pub id: String,
    /// Code of the strategy.
    pub code: String,
    /// Criteria as written; empty for everybody.
    pub criteria: String,
    /// The customer, when it is for one.
    pub customer: Option<CustomerRef>,
    /// Its place.
    pub priority: i64,
    /// Why.
    pub why: String,
}

/// Estrategias.
pub fn strategies(f: &Frame, view: &StrategiesView) -> Markup {
    let body = html! {
        p.lede { (f.t("strategies.lede")) }
        @if view.waiting > 0 {
            p {
                a.button href=(f.to("/estrategias/aprobar")) {
                    (icon("flag"))
                    (f.locale.fill("strategies.waiting", &[("n", &view.waiting.to_string())]))
                }
            }
        }
        div.table-scroll {
            table.rows.stacks.two-line data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("strategies.strategy")) }
                        th.num scope="col" { (f.t("strategies.in_force")) }
                        th.num scope="col" { (f.t("strategies.draft")) }
                        th.num scope="col" { (f.t("strategies.customers")) }
                    }
                }
                tbody {
                    @for row in &view.rows {
                        @let url = format!("/estrategias/{}", row.code);
                        tr data-href=(url) {
                            th.lead scope="row" {
                                a.row-link href=(url) { (row.code) " · " (row.name) }
                                @if row.is_standard { small { (f.t("strategies.standard")) } }
                            }
                            td.num data-label=(f.t("strategies.in_force")) { (number(f, row.published)) }
                            td.num data-label=(f.t("strategies.draft")) { (number(f, row.draft)) }
                            td.num data-label=(f.t("strategies.customers")) {
                                (figure::integer(f, row.customers))
                            }
                        }
                    }
                }
            }
        }
        section {
            h2 { (f.t("strategies.given")) }
            @if view.given.is_empty() {
                (empty(f.t("strategies.nobody"), f.t("strategies.nobody_advice"), None))
            } @else { (given_table(f, &view.given)) }
        }
        @if f.may_decide() { (assign_form(f, view)) }
    };
    page(f, Heading::plain(f.t("nav.strategies")), body)
}

fn number(f: &Frame, number: Option<i64>) -> Markup {
    html! {
        @match number {
            Some(number) => (figure::integer(f, number)),
            None => span.muted { "–" },
        }
    }
}

fn given_table(f: &Frame, rows: &[GivenRow]) -> Markup {
    html! {
        div.table-scroll {
            table.rows.stacks {
                thead {
                    tr {
                        th scope="col" { (f.t("strategies.whom")) }
                        th scope="col" { (f.t("strategies.strategy")) }
                        th.num scope="col" { (f.t("strategies.priority")) }
                        th scope="col" { (f.t("home.why")) }
                        th scope="col" { span.hidden { (f.t("col.actions")) } }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th.lead scope="row" {
                                @match &row.customer {
                                    Some(customer) => (customer_link(f, customer)),
                                    None if row.criteria.is_empty() => (f.t("strategies.everybody")),
                                    None => code { (row.criteria) },
                                }
                            }
                            td data-label=(f.t("strategies.strategy")) {
                                a href={ "/estrategias/" (row.code) } { (row.code) }
                            }
                            td.num data-label=(f.t("strategies.priority")) {
                                (figure::integer(f, row.priority))
                            }
                            td.why data-label=(f.t("home.why")) { span.muted { (row.why) } }
                            td.row-actions {
                                @if f.may_decide() {
                                    (post_button(
                                        f,
                                        &format!("/estrategias/asignaciones/{}/terminar", row.id),
                                        "quiet",
                                        html! { (icon("close")) (f.t("strategies.end")) },
                                    ))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn assign_form(f: &Frame, view: &StrategiesView) -> Markup {
    let published = view.rows.iter().filter(|row| row.published.is_some());
    let choices: Vec<Choice> = published
        .map(|row| Choice::new(row.code.clone(), format!("{} · {}", row.code, row.name)))
        .collect();
    html! {
        section.narrow {
            h2 { (f.t("strategies.assign")) }
            form.stack method="post" action="/estrategias/asignaciones" {
                (csrf(f))
                (hidden("id", &view.next_id))
                (select("assign", "code", f.t("strategies.strategy"), None, &choices, ""))
                (area("assign", "criteria", f.t("strategies.criteria"), &view.criteria))
                p.hint { (f.t("strategies.criteria_hint")) }
                div.pair {
                    (field("assign", "customer", f.t("strategies.one_customer"), Kind::Text, &Typed::default()))
                    (field("assign", "priority", f.t("strategies.priority"), Kind::Integer, &Typed::of("100")))
                }
                (field("assign", "why", f.t("home.why"), Kind::Text, &Typed::default()))
                div.form-end {
                    button.button.main type="submit" { (f.t("strategies.assign")) }
                }
            }
        }
    }
}

/// One strategy.
#[derive(Clone, Debug)]
pub struct StrategyView {
    /// Its code; empty for one not kept yet.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The version shown.
    pub version: i64,
    /// `draft`, `published` or `retired`, in the reader's language.
    pub state: String,
    /// Whether it is a draft.
    pub is_draft: bool,
    /// Every version, the newest first.
    pub versions: Vec<VersionRow>,
    /// The text.
    pub text: String,
    /// What the checks say.
    pub findings: Vec<FindingRow>,
    /// Whether nothing forbids publishing it.
    pub is_sound: bool,
    /// Its diagram, when the text reads.
    pub tracks: Vec<FlowTrack>,
    /// What changed since the version before, in the text form's words.
    pub changes: Vec<String>,
    /// The step whose customers are shown, with them.
    pub standing: Option<(String, Vec<CustomerRef>)>,
    /// What a trial came to: label and figure.
    pub trial: Vec<(String, String)>,
}

/// A version of a strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// Its number.
    pub version: i64,
    /// Its state, in the reader's language.
    pub state: String,
    /// Who wrote or published it.
    pub actor: String,
    /// When; `None` for what came with the program.
    pub on: Option<Day>,
    /// Whether its running cases may be handed to the published one.
    pub may_migrate: bool,
}

/// Something the checks say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// The line.
    pub line: usize,
    /// What the line says.
    pub excerpt: String,
    /// Whether it forbids publishing.
    pub is_error: bool,
    /// What is wrong, in the reader's language.
    pub text: String,
}

/// One strategy: diagram, text with its checks, versions.
pub fn strategy(f: &Frame, view: &StrategyView) -> Markup {
    let title = format!("{} · {}", view.code, view.name);
    let body = html! {
        ({
            facts(
                &[
                    fact(f.t("strategies.version"), figure::integer(f, view.version)),
                    fact(f.t("col.state"), html! { (view.state) }),
                ],
            )
        })
        section {
            h2 { (f.t("strategies.diagram")) }
            @for track in &view.tracks { (flow(f, track)) }
        }
        @if let Some((step, customers)) = &view.standing { (at_step(f, step, customers)) }
        section {
            h2 { (f.t("strategies.checks")) }
            (checks(f, view))
        }
        section {
            h2 { (f.t("strategies.text")) }
            (editor(f, view))
        }
        section {
            h2 { (f.t("strategies.versions")) }
            (versions(f, view))
            @if !view.changes.is_empty() {
                h3 { (f.t("strategies.changes")) }
                ul { @for change in &view.changes { li { (change) } } }
            }
        }
        (trial(f, view))
    };
    page(f, Heading::plain(&title), body)
}

fn at_step(f: &Frame, step: &str, customers: &[CustomerRef]) -> Markup {
    html! {
        section #clientes {
            h2 { (f.locale.fill("strategies.at_step", &[("step", step)])) }
            @if customers.is_empty() {
                p.muted { (f.t("strategies.nobody_here")) }
            } @else {
                ul.plain { @for customer in customers { li { (customer_link(f, customer)) } } }
            }
        }
    }
}

fn checks(f: &Frame, view: &StrategyView) -> Markup {
    html! {
        @if view.findings.is_empty() {
            (remark(Tone::Done, html! { (f.t("strategies.sound")) }))
        } @else {
            ol.plain {
                @for finding in &view.findings {
                    li {
                        ({
                            remark(
                                if finding.is_error { Tone::Problem } else { Tone::Warning },
                                html! {
                                    strong { (f.locale.fill("strategies.line", &[("n", &finding.line.to_string())])) }
                                    " " (finding.text)
                                    @if !finding.excerpt.is_empty() { br; code { (finding.excerpt) } }
                                },
                            )
                        })
                    }
                }
            }
        }
    }
}

fn editor(f: &Frame, view: &StrategyView) -> Markup {
    let action = format!("/estrategias/{}", view.code);
    html! {
        form.stack method="post" action=(action) {
            (csrf(f))
            (hidden("version", view.version))
            div.field {
                label for="strategy-text" { (f.t("strategies.text_label")) }
                textarea #strategy-text.code name="text" rows="24" spellcheck="false"
                    readonly[!f.may_decide()] { (view.text) }
            }
            p.hint { (f.t("strategies.text_hint")) }
            @if f.may_decide() {
                div.form-end {
                    button.button type="submit" name="do" value="check" { (f.t("strategies.check")) }
                    button.button.main type="submit" name="do" value="keep" { (f.t("strategies.keep")) }
                    @if view.is_draft && view.is_sound {
                        button.button type="submit" name="do" value="publish" {
                            (icon("check"))
                            (f.t("strategies.publish"))
                        }
                    }
                }
            }
        }
    }
}

fn versions(f: &Frame, view: &StrategyView) -> Markup {
    html! {
        ul.plain {
            @for row in &view.versions {
                li {
                    a   href={ "/estrategias/" (view.code) "?version=" (row.version) }
                        aria-current=[(row.version == view.version).then_some("page")]
                    { (f.t("strategies.version")) " " (row.version) }
                    " · " (row.state) " · " (row.actor)
                    @if let Some(on) = row.on { " · " (figure::date(f, on)) }
                    @if row.may_migrate && f.may_decide() {
                        " "
                        (post_button(
                            f,
                            &format!("/estrategias/{}/migrar/{}", view.code, row.version),
                            "quiet",
                            html! { (icon("right")) (f.t("strategies.migrate")) },
                        ))
                    }
                }
            }
        }
    }
}

fn trial(f: &Frame, view: &StrategyView) -> Markup {
    let (from, to) = (f.today - 30, f.today - 1);
    html! {
        section.narrow #ensayo {
            h2 { (f.t("strategies.trial")) }
            p.hint { (f.t("strategies.trial_hint")) }
            @if !view.trial.is_empty() {
                dl.facts {
                    @for (label, figure) in &view.trial { div { dt { (label) } dd { (figure) } } }
                }
            }
            form.stack method="get" action={ "/estrategias/" (view.code) } {
                (hidden("version", view.version))
                (field("trial", "desde", f.t("strategies.from"), Kind::Date, &Typed::of(from.to_string())))
                (field("trial", "hasta", f.t("strategies.to"), Kind::Date, &Typed::of(to.to_string())))
                div.form-end {
                    button.button type="submit" { (f.t("strategies.try")) }
                }
            }
        }
    }
}

/// What waits for approval.
#[derive(Clone, Debug)]
pub struct ApprovalsView {
    /// The actions, by day, the most severe first.
    pub rows: Vec<ApprovalRow>,
    /// Channels an action may be changed to.
    pub channels: Vec<Choice>,
}

/// An action that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRow {
    /// Its id.
    pub id: String,
    /// On whom.
    pub customer: CustomerRef,
    /// What it does.
    pub what: String,
    /// Strategy and version.
    pub strategy: String,
    /// By which channel, in the reader's language.
    pub channel: String,
    /// For which day.
    pub on: Day,
    /// Its documents.
    pub documents: String,
    /// What it claims.
    pub amount: Amount,
    /// Who is to do it.
    pub responsible: String,
    /// Why.
    pub why: Vec<String>,
    /// The message as it would leave: subject and text.
    pub preview: Option<(String, String)>,
}

/// Por aprobar: exactly what will happen, in bulk or one by one.
pub fn approvals(f: &Frame, view: &ApprovalsView) -> Markup {
    let body = html! {
        p.lede { (f.t("approvals.lede")) }
        @if view.rows.is_empty() {
            (empty(f.t("approvals.empty"), f.t("approvals.empty_advice"), None))
        } @else {
            form.stack method="post" action="/estrategias/aprobar" {
                (csrf(f))
                div.table-scroll {
                    table.rows.stacks.two-line {
                        thead {
                            tr {
                                th scope="col" { span.hidden { (f.t("approvals.choose")) } }
                                th scope="col" { (f.t("col.customer")) }
                                th scope="col" { (f.t("approvals.what")) }
                                th.num scope="col" { (f.t("approvals.claims")) }
                                th scope="col" { (f.t("home.why")) }
                            }
                        }
                        tbody { @for row in &view.rows { (approval_row(f, row)) } }
                    }
                }
                @if f.may_decide() { (decision(f, view)) }
            }
        }
    };
    page(f, Heading::plain(f.t("approvals.title")), body)
}

fn approval_row(f: &Frame, row: &ApprovalRow) -> Markup {
    let id = format!("action-{}", row.id);
    html! {
        tr {
            td {
                input type="checkbox" id=(id) name="action" value=(row.id)
                    aria-label=(f.locale.fill("approvals.choose_one", &[("name", &row.customer.name)]));
            }
            th.lead scope="row" { (customer_link(f, &row.customer)) small { (row.strategy) } }
            td.wrap data-label=(f.t("approvals.what")) {
                (row.what) " · " (row.channel) " · " (figure::date(f, row.on))
                @if !row.responsible.is_empty() { small { (row.responsible) } }
                @if let Some((subject, text)) = &row.preview {
                    details { summary { (subject) } div.letter { (text) } }
                }
            }
            td.num data-label=(f.t("approvals.claims")) {
                (figure::amount(f, row.amount))
                small { (row.documents) }
            }
            td.why data-label=(f.t("home.why")) { span { (row.why.join(" · ")) } }
        }
    }
}

fn decision(f: &Frame, view: &ApprovalsView) -> Markup {
    html! {
        fieldset {
            legend { (f.t("approvals.chosen")) }
            div.pair {
                (select("decide", "channel", f.t("filter.channel"), Some(f.t("approvals.same")), &view.channels, ""))
                (field("decide", "on", f.t("approvals.on"), Kind::Date, &Typed::default()))
            }
            (field("decide", "note", f.t("approvals.note"), Kind::Text, &Typed::default()))
            div.form-end {
                button.button.main type="submit" name="do" value="approve" {
                    (icon("check"))
                    (f.t("approvals.approve"))
                }
                button.button type="submit" name="do" value="approve-all" { (f.t("approvals.approve_all")) }
                button.button.quiet type="submit" name="do" value="drop" {
                    (icon("close"))
                    (f.t("approvals.drop"))
                }
            }
            p.hint { (f.t("approvals.hint")) }
        }
    }
}
