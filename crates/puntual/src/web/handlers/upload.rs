//! Importar: the upload, what is asked before, how far it has come, what became of it, its undoing.

use super::ROWS;
use crate::web::csrf;
use crate::web::error_page;
use crate::web::part::form::Choice;
use crate::web::part::table::Paging;
use crate::web::state::Web;
use crate::web::uploads::{self, Stage, Upload};
use crate::web::view::errors::Fault;
use crate::web::view::import_preview::{MappedColumn, PreviewView, Question, SampleRow, preview};
use crate::web::view::imports::{
    Batch, BatchState, Counts, FileResult, ImportsView, ProblemRow, ProgressView, ResultView,
    Severity, imports, progress as progress_page, result,
};
use crate::web::visit::{Answer, Told, Visit};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use puntual_core::access::Deed;
use puntual_core::id::ImportId;
use puntual_service::clock::civil_in_zone;
use puntual_service::error::ServiceError;
use puntual_service::import_preview::{self, Answers, Look};
use puntual_service::imports::{self as service, Options, Recorded};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Most bytes of one upload.
pub(super) const MOST_BYTES: u64 = 200 * 1024 * 1024;
/// Largest table that is looked at before it is imported; larger ones are read as they stream.
const MOST_LOOKED_AT: u64 = 50 * 1024 * 1024;
/// Batches listed.
const MOST_BATCHES: i64 = 200;

/// `GET /importar`.
pub fn list(visit: &Visit) -> Answer {
    page(visit, None)
}

fn page(visit: &Visit, error: Option<String>) -> Answer {
    visit.ctx.require(Deed::Import)?;
    let known = service::batches(visit.app(), &visit.ctx, MOST_BATCHES)?;
    let (_, quarantined) = service::quarantine::waiting(visit.app(), &visit.ctx, 0, 0)?;
    let asking = visit.web.uploads.asking(visit.ctx.scope().creditor);
    let mut batches: Vec<Batch> =
        asking.iter().map(|(id, upload)| asked_batch(visit, *id, upload)).collect();
    batches.extend(known.iter().map(|batch| shown(visit, batch)));
    let total = batches.len();
    let range = visit.page(ROWS).range(total);
    let view = ImportsView {
        batches: batches[range].to_vec(),
        paging: visit.paging(ROWS, total),
        quarantined,
        max_megabytes: u32::try_from(MOST_BYTES / 1024 / 1024).unwrap_or(u32::MAX),
        error,
        command_id: ImportId(visit.app().next_id()).to_string(),
    };
    visit.html(imports(&visit.frame(), &view))
}

fn hour(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn asked_batch(visit: &Visit, id: ImportId, upload: &Upload) -> Batch {
    let counts = match upload.stage() {
        Stage::Running(progress) => Counts { read: progress.records, ..Counts::default() },
        _ => Counts::default(),
    };
    let state = match upload.stage() {
        Stage::Asking(_) => BatchState::Asking,
        Stage::Running(_) => BatchState::Running,
        Stage::Failed(_) => BatchState::Failed,
    };
    let (on, minute) = civil_in_zone(visit.ctx.now_ms, &visit.ctx.creditor.time_zone);
    let files = i64::try_from(upload.files.len()).unwrap_or(i64::MAX);
    let (name, who, at) = (upload.name(), upload.actor.clone(), hour(minute));
    Batch { id, name, files, on, at, who, counts, state }
}

fn shown(visit: &Visit, batch: &service::Batch) -> Batch {
    let (on, minute) = civil_in_zone(batch.started_at, &visit.ctx.creditor.time_zone);
    let upload = visit.web.uploads.get(batch.id, visit.ctx.scope().creditor);
    let stage = upload.as_ref().map(|upload| upload.stage());
    let state = match (batch.state.as_str(), stage) {
        (_, Some(Stage::Running(_))) => BatchState::Running,
        (_, Some(Stage::Failed(_))) => BatchState::Failed,
        ("done", _) => BatchState::Done,
        ("undone", _) => BatchState::Undone,
        // Another program may be at it; what one left that died is marked when the next starts.
        ("running", _) => BatchState::Running,
        ("interrupted", _) => BatchState::Interrupted,
        _ => BatchState::Failed,
    };
    Batch {
        id: batch.id,
        name: batch.title.clone(),
        files: batch.files,
        on,
        at: hour(minute),
        who: batch.actor.clone(),
        counts: shown_counts(batch.counts),
        state,
    }
}

/// `GET /importar/{id}`: the questions, the progress, or the result.
pub fn show(visit: &Visit) -> Answer {
    visit.ctx.require(Deed::Import)?;
    let id: ImportId = visit.id()?;
    let upload = visit.web.uploads.get(id, visit.ctx.scope().creditor);
    match upload.as_deref().map(|upload| (upload, upload.stage())) {
        Some((upload, Stage::Asking(look))) => {
            visit.html(preview(&visit.frame(), &asked(visit, id, upload, &look)))
        }
        Some((upload, Stage::Running(progress))) => {
            let batch = Batch {
                files: i64::try_from(progress.files_total.max(1)).unwrap_or(i64::MAX),
                counts: Counts { read: progress.records, ..Counts::default() },
                ..asked_batch(visit, id, upload)
            };
            let view = ProgressView {
                batch,
                files_done: i64::try_from(progress.files_done).unwrap_or(i64::MAX),
                doing: progress.file.clone(),
            };
            visit.html(progress_page(&visit.frame(), &view))
        }
        Some((upload, Stage::Failed(why))) => {
            let view = ResultView {
                batch: asked_batch(visit, id, upload),
                files: Vec::new(),
                problems: Vec::new(),
                paging: Paging { page: 1, per_page: ROWS as u64, total: 0 },
                stopped_because: Some(why),
            };
            visit.html(result(&visit.frame(), &view))
        }
        None => finished(visit, id),
    }
}

fn finished(visit: &Visit, id: ImportId) -> Answer {
    let Some((batch, issues)) = service::batch(visit.app(), &visit.ctx, id)? else {
        return match uploads::was_lost(id) {
            true => visit.go("/importar", Some(Told::problem(visit.locale().t("imports.lost")))),
            false => Err(ServiceError::NotFound(id.to_string())),
        };
    };
    let is_spanish = visit.locale().is_spanish();
    let mut problems: Vec<ProblemRow> = issues
        .iter()
        .map(|issue| ProblemRow {
            severity: match issue.status.as_str() {
                "reject" => Severity::Rejected,
                "quarantine" => Severity::Quarantined,
                "ignore" => Severity::Ignored,
                _ => Severity::Warning,
            },
            file: issue.file.clone(),
            place: issue.place.clone(),
            code: issue.code.clone(),
            message: if is_spanish { &issue.message_es } else { &issue.message_en }.clone(),
        })
        .collect();
    problems.sort_by_key(|problem| match problem.severity {
        Severity::Rejected => 0,
        Severity::Quarantined => 1,
        Severity::Warning => 2,
        Severity::Ignored => 3,
    });
    let total = problems.len();
    let range = visit.page(ROWS).range(total);
    let batch = shown(visit, &batch);
    let files = service::files(visit.app(), &visit.ctx, id)?;
    let is_interrupted = batch.state == BatchState::Interrupted;
    let stopped = is_interrupted.then(|| visit.locale().t("imports.interrupted").to_owned());
    let view = ResultView {
        batch,
        files: files.iter().map(file_result).collect(),
        problems: problems.drain(range).collect(),
        paging: visit.paging(ROWS, total),
        stopped_because: stopped,
    };
    visit.html(result(&visit.frame(), &view))
}

fn file_result(file: &service::ImportFile) -> FileResult {
    FileResult {
        name: file.name.clone(),
        format: file.format.clone(),
        counts: shown_counts(file.counts),
        is_rejected: file.status == "reject",
    }
}

fn shown_counts(counts: service::Counts) -> Counts {
    Counts {
        read: counts.read,
        accepted: counts.accepted,
        duplicates: counts.duplicates,
        quarantined: counts.quarantined,
        rejected: counts.rejected,
        ignored: counts.ignored,
    }
}

/// `GET /importar/{id}/avance`: how far it has come, for scripts.
pub fn progress(visit: &Visit) -> Answer {
    visit.ctx.require(Deed::Import)?;
    let id: ImportId = visit.id()?;
    let upload = visit.web.uploads.get(id, visit.ctx.scope().creditor);
    let json = match upload.map(|upload| upload.stage()) {
        Some(Stage::Asking(_)) => serde_json::json!({ "state": "asking" }),
        Some(Stage::Running(progress)) => serde_json::json!({
            "state": "running",
            "file": progress.file,
            "files_done": progress.files_done,
            "files_total": progress.files_total,
            "records": progress.records,
        }),
        Some(Stage::Failed(why)) => serde_json::json!({ "state": "failed", "why": why }),
        None => match service::batch(visit.app(), &visit.ctx, id)? {
            Some((batch, _)) => serde_json::json!({
                "state": batch.state,
                "records": batch.counts.read,
            }),
            None => return Err(ServiceError::NotFound(id.to_string())),
        },
    };
    Ok(([(CONTENT_TYPE, "application/json")], json.to_string()).into_response())
}

/// `POST /importar/{id}/deshacer`.
pub fn undo(visit: &Visit) -> Answer {
    let id: ImportId = visit.id()?;
    let told = match service::undo(visit.app(), &visit.ctx, id) {
        Ok(_) => Told::done(visit.locale().t("flash.import_undone")),
        Err(ServiceError::Conflict(why)) => {
            Told::problem(format!("{} {why}", visit.locale().t("flash.import_needed")))
        }
        Err(error) => return Err(error),
    };
    visit.go(&format!("/importar/{id}"), Some(told))
}

/// `POST /importar`: writes the files to disk as they come, then looks or imports.
pub async fn receive(visit: Visit, request: Request) -> Response {
    let form = match Multipart::from_request(request, &()).await {
        Ok(form) => form,
        Err(_) => return error_page::framed(&visit, Fault::Invalid, ""),
    };
    let visit = Arc::new(visit);
    let sent = match spool(&visit, form).await {
        Ok(sent) => sent,
        Err(Refusal::Foreign) => return error_page::framed(&visit, Fault::Expired, ""),
        Err(Refusal::Said(key)) => {
            let visit = Arc::clone(&visit);
            return blocking(move || {
                let mut response = page(&visit, Some(visit.locale().t(key).to_owned()))?;
                *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
                Ok(response)
            })
            .await;
        }
    };
    blocking(move || begin(&visit, sent)).await
}

async fn blocking(work: impl FnOnce() -> Answer + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            tracing::error!("upload: {error}");
            let status = error_page::of(&error).0.status();
            StatusCode::from_u16(status)
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
                .into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Why an upload was not taken.
enum Refusal {
    /// It does not carry the session's token.
    Foreign,
    /// For a reason to be said.
    Said(&'static str),
}

/// An upload on disk.
struct Sent {
    import: ImportId,
    files: Vec<PathBuf>,
    is_history: bool,
}

async fn spool(visit: &Visit, mut form: Multipart) -> Result<Sent, Refusal> {
    let broken = |_| Refusal::Said("upload.broken");
    let mut is_ours = false;
    let mut sent =
        Sent { import: ImportId(visit.app().next_id()), files: Vec::new(), is_history: false };
    let mut left = MOST_BYTES;
    while let Some(mut part) = form.next_field().await.map_err(broken)? {
        match part.name() {
            Some(csrf::FIELD) => {
                let typed = part.text().await.map_err(broken)?;
                is_ours = csrf::is_own(&visit.signed, Some(typed.trim()));
            }
            // The token comes first in our form: nothing is written for a stranger.
            _ if !is_ours => return Err(Refusal::Foreign),
            Some("id") => {
                let text = part.text().await.map_err(broken)?;
                sent.import = text.trim().parse().map_err(|_| Refusal::Foreign)?;
            }
            Some("history") => sent.is_history = true,
            Some("file") => {
                let Some(name) = part.file_name().and_then(plain_name) else { continue };
                let folder = uploads::folder_of(sent.import).join(sent.files.len().to_string());
                let mut file = create(&folder, &name).map_err(|_| Refusal::Said("upload.disk"))?;
                while let Some(bytes) = part.chunk().await.map_err(broken)? {
                    let size = bytes.len() as u64;
                    left = left.checked_sub(size).ok_or(Refusal::Said("upload.too_large"))?;
                    file.write_all(&bytes).map_err(|_| Refusal::Said("upload.disk"))?;
                }
                sent.files.push(folder.join(&name));
            }
            _ => {}
        }
    }
    if !is_ours {
        return Err(Refusal::Foreign);
    }
    if sent.files.is_empty() {
        return Err(Refusal::Said("upload.nothing"));
    }
    Ok(sent)
}

/// The last part of a file's name, without what a path could be made of.
pub(super) fn plain_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(120).collect();
    let plain = plain.trim().trim_start_matches('.').to_owned();
    (!plain.is_empty()).then_some(plain)
}

pub(super) fn create(folder: &Path, name: &str) -> std::io::Result<std::fs::File> {
    std::fs::create_dir_all(folder)?;
    std::fs::File::create(folder.join(name))
}

/// Looks at a single table that leaves something open; imports anything else at once.
fn begin(visit: &Visit, sent: Sent) -> Answer {
    visit.ctx.require(Deed::Import)?;
    let address = format!("/importar/{}", sent.import);
    let is_known = visit.web.uploads.get(sent.import, visit.ctx.scope().creditor).is_some()
        || service::batch(visit.app(), &visit.ctx, sent.import)?.is_some();
    if is_known {
        return visit.go(&address, None);
    }
    let look = match sent.files.as_slice() {
        [one] => looked_at(visit, one, None)?,
        _ => None,
    };
    let asks = look.filter(Look::should_ask);
    let web: &Arc<Web> = &visit.web;
    match asks {
        Some(look) => {
            let stage = Stage::Asking(Arc::new(look));
            web.uploads.add(sent.import, &visit.ctx, sent.files, sent.is_history, stage);
        }
        None => {
            let stage = Stage::Running(service::Progress::default());
            let upload =
                web.uploads.add(sent.import, &visit.ctx, sent.files, sent.is_history, stage);
            let mapping = match upload.files.as_slice() {
                [one] => looked_at(visit, one, None)?.filter(|look| !look.mapping_name.is_empty()),
                _ => None,
            };
            let options = Options {
                mapping: mapping.map(|look| look.mapping()),
                ..options(upload.is_history)
            };
            uploads::start(Arc::clone(web), visit.ctx.clone(), sent.import, upload, options);
        }
    }
    visit.go(&address, None)
}

fn options(is_history: bool) -> Options {
    let recorded = if is_history { Recorded::Effective } else { Recorded::default() };
    Options { recorded, ..Options::default() }
}

/// A look at a file, when it is a table small enough; a file that is none is for the importer.
fn looked_at(
    visit: &Visit,
    path: &Path,
    answers: Option<&Answers>,
) -> Result<Option<Look>, ServiceError> {
    let unreadable = |error: std::io::Error| ServiceError::Unavailable(error.to_string());
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    if size > MOST_LOOKED_AT {
        return Ok(None);
    }
    let content = std::fs::read(path).map_err(unreadable)?;
    let head = &content[..content.len().min(16_384)];
    if !import_preview::is_table(&name, head) {
        return Ok(None);
    }
    match import_preview::look(visit.app(), &visit.ctx, &name, &content, answers) {
        Ok(look) => Ok(Some(look)),
        Err(ServiceError::Invalid(_)) if answers.is_none() => Ok(None),
        Err(error) => Err(error),
    }
}

/// `POST /importar/{id}/confirmar`: import, look again, or forget.
pub fn confirm(visit: &Visit) -> Answer {
    visit.ctx.require(Deed::Import)?;
    let id: ImportId = visit.id()?;
    let address = format!("/importar/{id}");
    let Some(upload) = visit.web.uploads.get(id, visit.ctx.scope().creditor) else {
        return visit.go(&address, None);
    };
    let Stage::Asking(before) = upload.stage() else { return visit.go(&address, None) };
    if visit.form.text("do") == "discard" {
        visit.web.uploads.forget(id);
        let told = Told::done(visit.locale().t("flash.import_discarded"));
        return visit.go("/importar", Some(told));
    }
    let answers = answers(visit, &before);
    let path = upload.files.first().cloned().unwrap_or_default();
    let Some(look) = looked_at(visit, &path, Some(&answers))? else {
        return visit.go(&address, None);
    };
    let look = Arc::new(look);
    if visit.form.text("do") == "preview" || look.must_ask() {
        visit.web.uploads.ask_again(&upload, look);
        return visit.go(&address, None);
    }
    let name = visit.form.text("mapping");
    if !name.is_empty() {
        import_preview::save(visit.app(), &visit.ctx, &look, name)?;
    }
    let options = Options { mapping: Some(look.mapping()), ..options(upload.is_history) };
    uploads::start(Arc::clone(&visit.web), visit.ctx.clone(), id, upload, options);
    visit.go(&address, None)
}

fn answers(visit: &Visit, look: &Look) -> Answers {
    let form = &visit.form;
    let column = |(index, column): (usize, &import_preview::Column)| {
        let chosen = form.get(&format!("column-{index}"))?;
        Some((column.header.clone(), chosen.to_owned()))
    };
    let answer = |name: &str| form.get(name).filter(|v| !v.is_empty()).map(str::to_owned);
    Answers {
        columns: look.columns.iter().enumerate().filter_map(column).collect(),
        decimal: answer("decimal"),
        date_order: answer("date_order"),
        currency: answer("currency"),
    }
}

/// What is asked of a person.
fn asked(visit: &Visit, id: ImportId, upload: &Upload, look: &Look) -> PreviewView {
    let locale = visit.locale();
    let is_spanish = locale.is_spanish();
    let column = |(index, column): (usize, &import_preview::Column)| MappedColumn {
        index,
        header: column.header.clone(),
        field: column.field.clone(),
        examples: column.examples.clone(),
        is_doubtful: column.is_doubtful,
    };
    let row = |row: &import_preview::Row| SampleRow {
        line: i64::try_from(row.number).unwrap_or(i64::MAX),
        values: row.cells.clone(),
        problem: row.problem.as_ref().map(|(es, en)| if is_spanish { es } else { en }.clone()),
    };
    let fields = import_preview::fields();
    PreviewView {
        id,
        file: upload.name(),
        format: format!("{} {}", look.container, look.rows_are.unwrap_or_default()),
        rows: i64::try_from(look.rows).unwrap_or(i64::MAX),
        columns: look.columns.iter().enumerate().map(column).collect(),
        fields: fields.iter().map(|code| Choice::new(code, visit.words().field(code))).collect(),
        questions: look.questions.iter().filter_map(|q| question(visit, look, q)).collect(),
        sample: look.sample.iter().map(row).collect(),
        mapping_name: look.mapping_name.clone(),
    }
}

/// A question with its answers; those about columns are answered in the table of columns.
fn question(visit: &Visit, look: &Look, question: &import_preview::Question) -> Option<Question> {
    let locale = visit.locale();
    let (choices, proposed) = match question.topic {
        "date_order" => (
            vec![
                Choice::new("dmy", locale.t("question.dmy")),
                Choice::new("mdy", locale.t("question.mdy")),
                Choice::new("ymd", locale.t("question.ymd")),
            ],
            look.date_order,
        ),
        "decimal" => (
            vec![
                Choice::new("comma", locale.t("question.comma")),
                Choice::new("dot", locale.t("question.dot")),
            ],
            look.decimal,
        ),
        "currency" => {
            let own = visit.ctx.creditor.currency.code();
            let codes = [own, "USD", "EUR", "CLP", "MXN", "CLF", "COP", "PEN", "ARS"];
            let mut codes: Vec<&str> = codes.into();
            codes.dedup();
            (codes.into_iter().map(|code| Choice::new(code, code)).collect(), own)
        }
        _ => (Vec::new(), ""),
    };
    Some(Question {
        name: question.topic.to_owned(),
        text: if locale.is_spanish() { &question.es } else { &question.en }.clone(),
        evidence: String::new(),
        choices,
        proposed: proposed.to_owned(),
    })
}
