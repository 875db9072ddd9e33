//! Importar: files in, what is asked before, how far it has got, what came of each, and undo.

use crate::web::format;
use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{csrf, hidden, post_button};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, empty, fact, facts, remark, tabs};
use crate::web::part::table::{Paging, pager};
use maud::{Markup, html};
use puntual_core::date::Day;
use puntual_core::id::ImportId;

/// What the first page of Importar shows.
#[derive(Clone, Debug)]
pub struct ImportsView {
    /// The batches of this page, newest first.
    pub batches: Vec<Batch>,
    /// Which part of the list this is.
    pub paging: Paging,
    /// Documents waiting for a decision.
    pub quarantined: i64,
    /// The largest upload accepted, in megabytes.
    pub max_megabytes: u32,
    /// Why the last upload was refused, in the reader's language.
    pub error: Option<String>,
    /// The id the command will have.
    pub command_id: String,
}

/// What became of what a batch or a file held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Counts {
    /// Records read.
    pub read: i64,
    /// Taken in.
    pub accepted: i64,
    /// Already here with the same content.
    pub duplicates: i64,
    /// Waiting for a decision.
    pub quarantined: i64,
    /// Refused.
    pub rejected: i64,
    /// Recognised, and not receivables.
    pub ignored: i64,
}

/// A batch of imported files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: ImportId,
    /// Its files' names, the first and how many more.
    pub name: String,
    /// How many files.
    pub files: i64,
    /// When.
    pub on: Day,
    /// The hour, `HH:MM`, in the creditor's zone.
    pub at: String,
    /// By whom.
    pub who: String,
    /// What became of it.
    pub counts: Counts,
    /// Its state.
    pub state: BatchState,
}

/// How far a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// Answers are needed before anything is stored.
    Asking,
    /// Being read and stored.
    Running,
    /// Stored, and may be undone.
    Done,
    /// Taken back.
    Undone,
    /// Stopped by a fault; nothing of the unfinished part was kept.
    Failed,
    /// The program ended while it ran; what it had stored stays.
    Interrupted,
}

impl BatchState {
    /// Whether it brought something that can be taken back.
    fn can_be_undone(self) -> bool {
        matches!(self, BatchState::Done | BatchState::Interrupted)
    }

    fn look(self) -> (&'static str, &'static str, &'static str) {
        match self {
            BatchState::Asking => ("h-soon", "help", "batch.asking"),
            BatchState::Running => ("h-promised", "clock", "batch.running"),
            BatchState::Done => ("h-paid", "check", "batch.done"),
            BatchState::Undone => ("h-legal", "undo", "batch.undone"),
            BatchState::Failed => ("h-d3", "alert", "batch.failed"),
            BatchState::Interrupted => ("h-d3", "pause", "batch.interrupted"),
        }
    }
}

fn batch_badge(f: &Frame, state: BatchState) -> Markup {
    let (hue, name, key) = state.look();
    html! {
        span class={ "badge " (hue) } { (icon(name)) (f.t(key)) }
    }
}

/// The tabs of Importar.
pub fn import_tabs(f: &Frame, current: &str, quarantined: i64) -> Markup {
    let label = f.fill("imports.quarantine_n", &[("n", &f.numbers.integer(quarantined.into()))]);
    tabs(
        f.t("nav.import"),
        &[
            ("/importar".to_owned(), f.t("imports.batches"), current == "batches"),
            ("/importar/bandeja".to_owned(), f.t("inbox.title"), current == "inbox"),
            ("/importar/cuarentena".to_owned(), &label, current == "quarantine"),
        ],
    )
}

/// Importar: the upload and the batches so far.
pub fn imports(f: &Frame, view: &ImportsView) -> Markup {
    let body = html! {
        (import_tabs(f, "batches", view.quarantined))
        @if let Some(error) = &view.error { ({
            remark(
                Tone::Problem,
                html! {
                    (error)
                },
            )
        }) }
        (upload(f, view))
        section {
            h2 { (f.t("imports.batches")) }
            @if view.batches.is_empty() {
                (empty(f.t("imports.empty"), f.t("imports.empty_advice"), None))
            } @else { (batch_table(f, &view.batches)) (pager(f, view.paging)) }
        }
    };
    page(f, Heading::plain(f.t("nav.import")), body)
}

fn upload(f: &Frame, view: &ImportsView) -> Markup {
    let limit = f.fill("imports.limit", &[("n", &view.max_megabytes.to_string())]);
    html! {
        form.upload method="post" action="/importar" enctype="multipart/form-data" data-drop {
            (csrf(f))
            (hidden("id", &view.command_id))
            label.drop {
                (icon("upload"))
                strong { (f.t("imports.choose")) }
                span.muted { (f.t("imports.formats")) }
                span.muted { (limit) }
                input
                    type="file"
                    name="file"
                    multiple
                    required
                    accept=".csv,.tsv,.txt,.xlsx,.xls,.ods,.xml,.xsig,.pdf,.zip";
                output.file-names {}
            }
            div.upload-options {
                label.check {
                    input type="checkbox" name="history" value="1";
                    span {
                        (f.t("imports.history"))
                        small.muted { (f.t("imports.history_hint")) }
                    }
                }
                button.button.main type="submit" { (icon("upload")) (f.t("imports.upload")) }
            }
        }
    }
}

fn batch_table(f: &Frame, batches: &[Batch]) -> Markup {
    html! {
        div.table-scroll {
            table.rows.stacks data-rows {
                thead {
                    tr {
                        th scope="col" { (f.t("imports.batch")) }
                        th scope="col" { (f.t("imports.when")) }
                        th scope="col" { (f.t("imports.who")) }
                        (count_heads(f))
                        th scope="col" { (f.t("col.state")) }
                        th scope="col" {
                            span.hidden { (f.t("col.actions")) }
                        }
                    }
                }
                tbody {
                    @for batch in batches {
                        @let url = format!("/importar/{}", batch.id);
                        tr data-href=(url) {
                            th.lead scope="row" {
                                a.row-link href=(url) { (batch.name) }
                                @if batch.files > 1 {
                                    " "
                                    small { (f.count("imports.files", batch.files)) }
                                }
                            }
                            td.nowrap data-label=(f.t("imports.when")) {
                                (figure::near(f, batch.on))
                                " "
                                span.muted { (batch.at) }
                            }
                            td data-label=(f.t("imports.who")) { (batch.who) }
                            (count_cells(f, &batch.counts))
                            td data-label=(f.t("col.state")) { (batch_badge(f, batch.state)) }
                            td.row-actions {
                                @if batch.state.can_be_undone() && f.may_write() {
                                    (undo(f, batch))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn undo(f: &Frame, batch: &Batch) -> Markup {
    let action = format!("/importar/{}/deshacer", batch.id);
    post_button(
        f,
        &action,
        "quiet",
        html! {
            (icon("undo"))
            (f.t("undo"))
        },
    )
}

pub(super) fn count_heads(f: &Frame) -> Markup {
    html! {
        @for key in {
            [
                "imports.read",
                "imports.accepted",
                "imports.duplicates",
                "imports.quarantined",
                "imports.rejected",
                "imports.ignored",
            ]
        } {
            th.num scope="col" { (f.locale.t(key)) }
        }
    }
}

pub(super) fn count_cells(f: &Frame, counts: &Counts) -> Markup {
    let cells = [
        (counts.read, "imports.read", ""),
        (counts.accepted, "imports.accepted", ""),
        (counts.duplicates, "imports.duplicates", ""),
        (counts.quarantined, "imports.quarantined", "warn"),
        (counts.rejected, "imports.rejected", "alarm"),
        (counts.ignored, "imports.ignored", ""),
    ];
    html! {
        @for (n, key, class) in cells {
            td.num data-label=(f.locale.t(key)) {
                @if n == 0 {
                    span.nil { "–" }
                } @else {
                    span class=(class) { (figure::integer(f, n)) }
                }
            }
        }
    }
}

/// How far a running batch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgressView {
    /// The batch.
    pub batch: Batch,
    /// Files read so far.
    pub files_done: i64,
    /// What is being done, in the reader's language.
    pub doing: String,
}

/// A running batch: counts that renew themselves; the page can be left and found again.
pub fn progress(f: &Frame, view: &ProgressView) -> Markup {
    let batch = &view.batch;
    let title = f.fill("imports.running", &[("file", &batch.name)]);
    let words = f.fill(
        "imports.files_done",
        &[
            ("done", &f.numbers.integer(view.files_done.into())),
            ("all", &f.numbers.integer(batch.files.into())),
        ],
    );
    let body = html! {
        section data-refresh="2" {
            p { (view.doing) }
            progress.wide max=(batch.files.max(1)) value=(view.files_done) aria-label=(words) {}
            p.muted { (words) " · " (f.count("imports.records", batch.counts.read)) }
            (count_facts(f, &batch.counts))
            p.hint { (f.t("imports.leave")) }
            noscript {
                p {
                    a.button href=(f.url) { (f.t("imports.refresh")) }
                }
            }
        }
    };
    page(f, Heading::plain(&title), body)
}

fn count_facts(f: &Frame, counts: &Counts) -> Markup {
    let lines = [
        (counts.read, "imports.read"),
        (counts.accepted, "imports.accepted"),
        (counts.duplicates, "imports.duplicates"),
        (counts.quarantined, "imports.quarantined"),
        (counts.rejected, "imports.rejected"),
        (counts.ignored, "imports.ignored"),
    ];
    let lines = lines.map(|(n, key)| fact(f.locale.t(key), figure::integer(f, n)));
    facts(&lines)
}

/// What came of a batch.
#[derive(Clone, Debug)]
pub struct ResultView {
    /// The batch.
    pub batch: Batch,
    /// Its files.
    pub files: Vec<FileResult>,
    /// What is wrong or noteworthy, worst first.
    pub problems: Vec<ProblemRow>,
    /// Which part of the problems this is.
    pub paging: Paging,
    /// Why it stopped, when it did.
    pub stopped_because: Option<String>,
}

/// What came of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileResult {
    /// Its name, with its place within a zip.
    pub name: String,
    /// The format it was read as.
    pub format: String,
    /// What became of its records.
    pub counts: Counts,
    /// Whether it was refused altogether.
    pub is_rejected: bool,
}

/// A problem of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemRow {
    /// How bad it is.
    pub severity: Severity,
    /// In which file.
    pub file: String,
    /// Where in it.
    pub place: String,
    /// Its stable code.
    pub code: String,
    /// What is wrong and what to do, in the reader's language.
    pub message: String,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Taken in; something should be looked at.
    Warning,
    /// Recognised, and not a receivable.
    Ignored,
    /// Waiting for a decision.
    Quarantined,
    /// Refused.
    Rejected,
}

/// The badge of a severity.
pub fn severity(f: &Frame, severity: Severity) -> Markup {
    let (hue, name, key) = match severity {
        Severity::Warning => ("h-soon", "alert", "imports.warning"),
        Severity::Ignored => ("h-legal", "pause", "imports.ignored"),
        Severity::Quarantined => ("h-d2", "flag", "imports.quarantined"),
        Severity::Rejected => ("h-d3", "close", "imports.rejected"),
    };
    html! {
        span class={ "badge " (hue) } { (icon(name)) (f.t(key)) }
    }
}

/// The page of a finished batch.
pub fn result(f: &Frame, view: &ResultView) -> Markup {
    let batch = &view.batch;
    let actions = html! {
        @if batch.counts.quarantined > 0 {
            a.button href="/importar/cuarentena" { (icon("flag")) (f.t("imports.decide")) }
        }
        @if batch.state.can_be_undone() && f.may_write() { (undo(f, batch)) }
    };
    let when = format!("{} {} · {}", format::date(batch.on, f.locale), batch.at, batch.who);
    let beside = html! {
        (batch_badge(f, batch.state))
        span.muted { (when) }
    };
    let heading = Heading::plain(&batch.name).with_beside(beside).with_actions(actions);
    let body = html! {
        (count_facts(f, &batch.counts))
        @if let Some(because) = &view.stopped_because {
            p.hint { (icon("pause")) (because) }
        }
        section {
            h2 { (f.t("imports.problems")) }
            @if view.problems.is_empty() && view.stopped_because.is_none() {
                p.ok { (icon("check")) (f.t("imports.no_problems")) }
            } @else { (problem_table(f, &view.problems)) (pager(f, view.paging)) }
        }
        @if !view.files.is_empty() {
            section {
                h2 { (f.t("imports.file_list")) }
                (file_table(f, &view.files))
            }
        }
    };
    page(f, heading, body)
}

fn problem_table(f: &Frame, problems: &[ProblemRow]) -> Markup {
    html! {
        div.table-scroll {
            table.stacks {
                thead {
                    tr {
                        th scope="col" { (f.t("col.state")) }
                        th scope="col" { (f.t("imports.file")) }
                        th scope="col" { (f.t("imports.place")) }
                        th scope="col" { (f.t("imports.problem")) }
                    }
                }
                tbody {
                    @for problem in problems {
                        tr {
                            td { (severity(f, problem.severity)) }
                            td.wrap data-label=(f.t("imports.file")) { (problem.file) }
                            td.mono data-label=(f.t("imports.place")) { (problem.place) }
                            td data-label=(f.t("imports.problem")) {
                                (problem.message)
                                " "
                                small.mono.muted { (problem.code) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn file_table(f: &Frame, files: &[FileResult]) -> Markup {
    html! {
        div.table-scroll {
            table.compact.stacks {
                thead {
                    tr {
                        th scope="col" { (f.t("imports.file")) }
                        th scope="col" { (f.t("imports.format")) }
                        (count_heads(f))
                    }
                }
                tbody {
                    @for file in files {
                        tr {
                            th.lead scope="row" {
                                (file.name)
                                @if file.is_rejected { " " (severity(f, Severity::Rejected)) }
                            }
                            td data-label=(f.t("imports.format")) { (file.format) }
                            (count_cells(f, &file.counts))
                        }
                    }
                }
            }
        }
    }
}
