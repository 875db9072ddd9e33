//! Cuarentena: records that were readable and must not reach the ledger before a person says so;
//! what came beside what is stored, and the decisions, each with its key.

use super::imports::import_tabs;
use crate::web::format::Amount;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{csrf, hidden};
use crate::web::part::icon::icon;
use crate::web::part::notice::{empty, fact, facts};
use crate::web::part::table::{Paging, pager};
use crate::web::url::Url;
use maud::{Markup, html};
use puntual_core::date::Day;

/// What Cuarentena shows.
#[derive(Clone, Debug)]
pub struct QuarantineView {
    /// The records of this page, newest batch first.
    pub rows: Vec<QuarantineRow>,
    /// Which part of the list this is.
    pub paging: Paging,
    /// How many wait.
    pub waiting: i64,
    /// How many were decided.
    pub decided: i64,
    /// Whether the decisions made are shown instead of what waits.
    pub shows_decided: bool,
}

/// A record waiting for a decision, or decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineRow {
    /// What its decision posts to: `/importar/cuarentena/{id}`.
    pub id: String,
    /// What it is, in the reader's language.
    pub document: String,
    /// Whose it seems to be.
    pub customer: String,
    /// Its total, when it has one.
    pub total: Option<Amount>,
    /// Why it waits, in the reader's language.
    pub why: String,
    /// Field by field.
    pub fields: Vec<FieldRow>,
    /// The file and the place it is in.
    pub source: String,
    /// When it came.
    pub on: Day,
    /// What can be decided.
    pub decisions: Vec<Decision>,
    /// What was decided, by whom and when, in the reader's language.
    pub decided: Option<String>,
}

/// A field of what came and of what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRow {
    /// Its name, in the reader's language.
    pub name: String,
    /// What is stored.
    pub ours: Option<String>,
    /// What came.
    pub theirs: Option<String>,
    /// Whether the two contradict each other.
    pub differs: bool,
    /// Whether the record waits because of it.
    pub is_wrong: bool,
}

/// What can be decided about a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Take it in as it is.
    Accept,
    /// Take the stored one back and this one in.
    Replace,
    /// Leave it out; the stored one stays.
    Keep,
    /// Leave it out.
    Discard,
}

impl Decision {
    /// How the form writes it.
    pub fn code(self) -> &'static str {
        match self {
            Decision::Accept => "accept",
            Decision::Replace => "replace",
            Decision::Keep | Decision::Discard => "discard",
        }
    }

    /// Its key of the keyboard.
    fn letter(self) -> &'static str {
        match self {
            Decision::Accept => "a",
            Decision::Replace => "r",
            Decision::Keep | Decision::Discard => "d",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Decision::Accept => "quarantine.accept",
            Decision::Replace => "quarantine.replace",
            Decision::Keep => "quarantine.keep",
            Decision::Discard => "quarantine.discard",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Decision::Accept => "check",
            Decision::Replace => "undo",
            Decision::Keep | Decision::Discard => "close",
        }
    }
}

/// Cuarentena: what waits, or what was decided.
pub fn quarantine(f: &Frame, view: &QuarantineView) -> Markup {
    let body = html! {
        (import_tabs(f, "quarantine", view.waiting))
        p.lede { (f.t("quarantine.lede")) }
        (sides(f, view))
        @if view.rows.is_empty() {
            @if view.shows_decided {
                (empty(f.t("quarantine.none_decided"), f.t("quarantine.empty_advice"), None))
            } @else {
                (empty(f.t("quarantine.empty"), f.t("quarantine.empty_advice"), None))
            }
        } @else {
            @if !view.shows_decided && f.may_write() { (keys(f)) }
            (table(f, view))
            (pager(f, view.paging))
        }
    };
    page(f, Heading::plain(f.t("quarantine.title")), body)
}

/// What waits, and what was decided.
fn sides(f: &Frame, view: &QuarantineView) -> Markup {
    let count = |n: i64| f.numbers.integer(n.into());
    let waiting = f.fill("quarantine.waiting_n", &[("n", &count(view.waiting))]);
    let decided = f.fill("quarantine.decided_n", &[("n", &count(view.decided))]);
    let here = Url::new("/importar/cuarentena");
    html! {
        p.sides {
            a href=(here) aria-current=[(!view.shows_decided).then_some("page")] { (waiting) }
            " · "
            a
                href=(here.with("ver", "decididos"))
                aria-current=[view.shows_decided.then_some("page")]
            { (decided) }
        }
    }
}

/// The keys this page listens to.
fn keys(f: &Frame) -> Markup {
    let keys = [
        ("j", "quarantine.key_next"),
        ("k", "quarantine.key_previous"),
        ("Enter", "quarantine.key_open"),
        ("a", "quarantine.accept"),
        ("r", "quarantine.replace"),
        ("d", "quarantine.key_discard"),
    ];
    html! {
        p.hint.key-line {
            @for (key, word) in keys {
                span {
                    kbd { (key) }
                    " "
                    (f.locale.t(word))
                }
                " "
            }
        }
    }
}

fn table(f: &Frame, view: &QuarantineView) -> Markup {
    let last = if view.shows_decided { "quarantine.decided" } else { "quarantine.decision" };
    html! {
        div.table-scroll {
            table.rows.stacks.two-line data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("col.document")) }
                        th.num scope="col" { (f.t("col.total")) }
                        th scope="col" { (f.t("quarantine.why")) }
                        th scope="col" { (f.t("imports.file")) }
                        th.num scope="col" { (f.locale.t(last)) }
                    }
                }
                tbody {
                    @for row in &view.rows { (line(f, row)) }
                }
            }
        }
    }
}

fn line(f: &Frame, row: &QuarantineRow) -> Markup {
    let url = format!("/importar/cuarentena/{}", row.id);
    let differing = row.fields.iter().filter(|field| field.differs).count();
    html! {
        tr {
            th.lead scope="row" {
                a.row-link href=(url) { (row.document) }
                small { (row.customer) }
            }
            td.num data-label=(f.t("col.total")) {
                @if let Some(total) = row.total { (figure::amount(f, total)) }
            }
            td.why data-label=(f.t("quarantine.why")) {
                span { (row.why) }
                @if differing > 0 {
                    details.behind-chart {
                        summary { (f.count("quarantine.differences", differing as i64)) }
                        (side_by_side(f, &marked(&row.fields)))
                    }
                }
            }
            td.wrap data-label=(f.t("imports.file")) {
                (row.source)
                small { (figure::near(f, row.on)) }
            }
            td.row-actions {
                @if let Some(decided) = &row.decided { (decided) } @else if f.may_write() {
                    (decide(f, row, "data-row-key", &f.url))
                }
            }
        }
    }
}

/// Only the fields a decision turns on.
fn marked(fields: &[FieldRow]) -> Vec<FieldRow> {
    fields.iter().filter(|field| field.differs || field.is_wrong).cloned().collect()
}

/// What came against what is stored, field by field.
fn side_by_side(f: &Frame, fields: &[FieldRow]) -> Markup {
    let nothing = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
    html! {
        div.table-scroll {
            table.compact.beside {
                thead {
                    tr {
                        th scope="col" { (f.t("imports.field_name")) }
                        th scope="col" { (f.t("quarantine.ours")) }
                        th scope="col" { (f.t("quarantine.theirs")) }
                        th scope="col" {
                            span.hidden { (f.t("col.state")) }
                        }
                    }
                }
                tbody {
                    @for field in fields {
                        tr.differs[field.differs || field.is_wrong] {
                            th scope="row" { (field.name) }
                            td { (nothing(&field.ours)) }
                            td {
                                @if field.differs || field.is_wrong {
                                    strong { (nothing(&field.theirs)) }
                                } @else { (nothing(&field.theirs)) }
                            }
                            td {
                                @if field.differs {
                                    span.badge.h-d2 { (icon("flag")) (f.t("quarantine.differs")) }
                                } @else if field.is_wrong {
                                    span.badge.h-d3 { (icon("alert")) (f.t("quarantine.wrong")) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The decisions as buttons; `key` is the attribute the script finds their letters by, `back` where
/// the person goes afterwards.
fn decide(f: &Frame, row: &QuarantineRow, key: &str, back: &Url) -> Markup {
    let in_row = key == "data-row-key";
    html! {
        form.inline method="post" action={ "/importar/cuarentena/" (row.id) } {
            (csrf(f))
            (hidden("volver", back))
            @for decision in &row.decisions {
                button
                    .button
                    .quiet[decision.code() == "discard"]
                    type="submit"
                    name="decision"
                    value=(decision.code())
                    data-row-key=[in_row.then(|| decision.letter())]
                    data-key=[(!in_row).then(|| decision.letter())]
                {
                    (icon(decision.icon()))
                    (f.locale.t(decision.word()))
                    @if !in_row {
                        " "
                        kbd { (decision.letter()) }
                    }
                }
            }
        }
    }
}

/// What the page of one record shows.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The record.
    pub row: QuarantineRow,
    /// Everything said of it: the place and the words.
    pub problems: Vec<(String, String)>,
    /// Where its file is fetched as it came, when it is kept.
    pub file: Option<String>,
    /// The stored document's page.
    pub stored: Option<Url>,
    /// The next record that waits.
    pub next: Option<String>,
}

/// One record: everything that came against everything that is stored.
pub fn case(f: &Frame, view: &CaseView) -> Markup {
    let row = &view.row;
    let actions = html! {
        @if let Some(file) = &view.file {
            a.button.quiet href=(file) { (icon("download")) (f.t("quarantine.original")) }
        }
        @if let Some(next) = &view.next {
            a.button.quiet href={ "/importar/cuarentena/" (next) } data-key="." {
                (icon("right"))
                (f.t("quarantine.next"))
                " "
                kbd { "." }
            }
        }
    };
    let shown = [
        fact(f.t("imports.file"), html! { (row.source) }),
        fact(f.t("imports.when"), figure::near(f, row.on)),
    ];
    let body = html! {
        (facts(&shown))
        p.alarm { (icon("flag")) (row.why) }
        @if let Some(decided) = &row.decided {
            p.ok { (icon("check")) (decided) }
        } @else if f.may_write() {
            div.decisions { ({
                let back = match &view.next {
                    Some(next) => Url::new(&format!("/importar/cuarentena/{next}")),
                    None => Url::new("/importar/cuarentena"),
                };
                decide(f, row, "data-key", &back)
            }) }
        }
        @if row.fields.is_empty() {
            p.hint { (f.t("quarantine.not_kept")) }
        } @else {
            section {
                h2 { (f.t("quarantine.beside")) }
                @if let Some(stored) = &view.stored {
                    p {
                        a href=(stored) { (f.t("quarantine.see_stored")) }
                    }
                }
                (side_by_side(f, &row.fields))
            }
        }
        @if !view.problems.is_empty() {
            section {
                h2 { (f.t("imports.problems")) }
                ul {
                    @for (place, words) in &view.problems {
                        li {
                            @if !place.is_empty() {
                                span.mono { (place) }
                                ": "
                            }
                            (words)
                        }
                    }
                }
            }
        }
    };
    page(f, Heading::plain(&row.document).with_actions(actions), body)
}
