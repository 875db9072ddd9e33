//! Bandeja: everything that came, by whatever door, and what it became.

use super::imports::{Counts, count_cells, count_heads, import_tabs};
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::icon::icon;
use crate::web::part::notice::empty;
use crate::web::part::table::{Paging, pager};
use crate::web::url::Url;
use maud::{Markup, html};
use puntual_core::date::Day;
use puntual_core::id::ImportId;

/// What Bandeja shows.
#[derive(Clone, Debug)]
pub struct InboxView {
    /// What came, newest first.
    pub rows: Vec<CameRow>,
    /// Which part of the list this is.
    pub paging: Paging,
    /// Records that wait for a decision.
    pub quarantined: i64,
    /// The doors to choose from: the address, the words, whether it is the one shown.
    pub doors: Vec<(Url, String, bool)>,
}

/// Something that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameRow {
    /// The file's name.
    pub name: String,
    /// Its batch, when it became one.
    pub import: Option<ImportId>,
    /// How many files it held.
    pub files: i64,
    /// The door, in the reader's language.
    pub door: String,
    /// The sender or the person.
    pub origin: String,
    /// When it came.
    pub on: Day,
    /// The hour, `HH:MM`, in the creditor's zone.
    pub at: String,
    /// What became of its records.
    pub counts: Counts,
    /// Records of it that still wait.
    pub waiting: i64,
    /// How far it is.
    pub state: CameState,
    /// Why something was refused: the words, and where the file is fetched when it was kept.
    pub refused: Vec<(String, Option<String>)>,
}

/// How far something that came is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameState {
    /// Being read.
    Taken,
    /// Read.
    Done,
    /// Nothing of it could be read.
    Failed,
    /// Taken back.
    Undone,
}

impl CameState {
    fn look(self) -> (&'static str, &'static str, &'static str) {
        match self {
            CameState::Taken => ("h-promised", "clock", "inbox.taken"),
            CameState::Done => ("h-paid", "check", "inbox.done"),
            CameState::Failed => ("h-d3", "alert", "inbox.failed"),
            CameState::Undone => ("h-legal", "undo", "batch.undone"),
        }
    }
}

/// Bandeja.
pub fn inbox(f: &Frame, view: &InboxView) -> Markup {
    let body = html! {
        (import_tabs(f, "inbox", view.quarantined))
        p.lede { (f.t("inbox.lede")) }
        p.sides {
            @for (index, (url, words, is_here)) in view.doors.iter().enumerate() {
                @if index > 0 { " · " }
                a href=(url) aria-current=[is_here.then_some("page")] { (words) }
            }
        }
        @if view.rows.is_empty() {
            (empty(f.t("inbox.empty"), f.t("inbox.empty_advice"), None))
        } @else { (table(f, view)) (pager(f, view.paging)) }
    };
    page(f, Heading::plain(f.t("inbox.title")), body)
}

fn table(f: &Frame, view: &InboxView) -> Markup {
    html! {
        div.table-scroll {
            table.rows.stacks.two-line data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("imports.file")) }
                        th scope="col" { (f.t("imports.when")) }
                        th scope="col" { (f.t("inbox.door")) }
                        (count_heads(f))
                        th scope="col" { (f.t("col.state")) }
                    }
                }
                tbody {
                    @for row in &view.rows { (line(f, row)) }
                }
            }
        }
    }
}

fn line(f: &Frame, row: &CameRow) -> Markup {
    let (hue, name, key) = row.state.look();
    html! {
        tr tabindex=[row.import.is_none().then_some("-1")] {
            th.lead scope="row" {
                @match row.import {
                    Some(import) => {
                        a.row-link href={ "/importar/" (import) } { (row.name) }
                    }
                    None => (row.name),
                }
                @if row.files > 1 {
                    small { (f.count("imports.files", row.files)) }
                }
            }
            td.nowrap data-label=(f.t("imports.when")) {
                (figure::near(f, row.on))
                small { (row.at) }
            }
            td.wrap data-label=(f.t("inbox.door")) {
                (row.door)
                small { (row.origin) }
            }
            (count_cells(f, &row.counts))
            td.why data-label=(f.t("col.state")) {
                span class={ "badge " (hue) } { (icon(name)) (f.locale.t(key)) }
                @if row.waiting > 0 {
                    " "
                    a href="/importar/cuarentena" { (f.count("inbox.waiting", row.waiting)) }
                }
                @for (words, file) in &row.refused {
                    small {
                        (words)
                        @if let Some(file) = file {
                            " "
                            a href=(file) { (f.t("quarantine.original")) }
                        }
                    }
                }
            }
        }
    }
}
