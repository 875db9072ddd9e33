//! The programs' door: `POST /api/v1/imports`, a file or several, answered with the lines of the
//! command-line contract.
//!
//! Decides what a request must bring (a key, a file) and how a repetition is recognised. It refuses
//! to know what a file says. Nothing here reads cookies: a browser's session opens nothing.

use super::upload::{MOST_BYTES, create, plain_name};
use crate::web::locale::Locale;
use crate::web::state::Web;
use crate::web::uploads;
use crate::web::visit::Form;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use puntual_core::access::Deed;
use puntual_core::id::ImportId;
use puntual_service::api_tokens;
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use puntual_service::imports::{Input, Options, Recorded};
use puntual_service::inbox::{self, Coming, Source, Taken};
use serde_json::json;
use std::future::poll_fn;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

/// The header by which a caller names a command, so that its repetition is answered and not done.
const KEY: &str = "idempotency-key";
/// Longest name a caller may give a command.
const LONGEST_KEY: usize = 200;
/// How long a command under way elsewhere is given, in milliseconds.
const PATIENCE_MS: i64 = 15 * 60_000;

/// Why a request was not taken: the status, and the key of the words.
type Refusal = (StatusCode, &'static str);

const UNAUTHORIZED: Refusal = (StatusCode::UNAUTHORIZED, "api.unauthorized");
const NOTHING: Refusal = (StatusCode::BAD_REQUEST, "api.nothing");
const BROKEN: Refusal = (StatusCode::BAD_REQUEST, "api.broken");
const TOO_LARGE: Refusal = (StatusCode::PAYLOAD_TOO_LARGE, "api.too_large");
const DISK: Refusal = (StatusCode::INSUFFICIENT_STORAGE, "api.disk");
const FORBIDDEN: Refusal = (StatusCode::FORBIDDEN, "api.forbidden");
const NO_CREDITOR: Refusal = (StatusCode::NOT_FOUND, "api.no_creditor");
const OTHER_CONTENT: Refusal = (StatusCode::CONFLICT, "api.other_content");
const UNDERWAY: Refusal = (StatusCode::CONFLICT, "api.underway");
const UNAVAILABLE: Refusal = (StatusCode::SERVICE_UNAVAILABLE, "api.unavailable");
const BUG: Refusal = (StatusCode::INTERNAL_SERVER_ERROR, "api.bug");

fn refused((status, key): Refusal) -> Response {
    let (es, en) = (Locale::of("es").t(key), Locale::of("en").t(key));
    let code = key.trim_start_matches("api.");
    let error = json!({ "error": { "code": code, "message": es, "message_en": en } });
    let kind = [(CONTENT_TYPE, "application/json")];
    let mut response = (status, kind, format!("{error}\n")).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// `POST /api/v1/imports`.
pub async fn imports(web: Arc<Web>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (shared, head) = (Arc::clone(&web), parts.clone());
    let caller = blocking(move || caller(&shared, &head)).await;
    let (ctx, key) = match caller {
        Ok(known) => known,
        Err(why) => return refused(why),
    };
    let folder = uploads::folder_of(ImportId(web.app.next_id()));
    let spooled = spool(&parts, body, &folder).await;
    let answer = match spooled {
        Ok(files) => {
            let recorded = Form::read(parts.uri.query().unwrap_or_default().as_bytes());
            let recorded = match recorded.text("recorded") {
                "effective" => Recorded::Effective,
                _ => Recorded::Now,
            };
            blocking(move || take_all(&web, &ctx, &key, files, recorded)).await
        }
        Err(why) => Err(why),
    };
    // What was sent is in the storage, or the caller still has it.
    let _ = std::fs::remove_dir_all(&folder);
    match answer {
        Ok(lines) => ([(CONTENT_TYPE, "application/x-ndjson")], lines).into_response(),
        Err(why) => refused(why),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(BUG))
}

/// Who calls, for which creditor, and what the command is called.
fn caller(web: &Web, parts: &Parts) -> Result<(Ctx, String), Refusal> {
    let said = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = said.and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let user = api_tokens::authenticate(&web.app, token.ok_or(UNAUTHORIZED)?);
    let user = user.map_err(failed)?.ok_or(UNAUTHORIZED)?;
    let query = Form::read(parts.uri.query().unwrap_or_default().as_bytes());
    let asked = query.get("creditor");
    let (ctx, creditors) =
        Ctx::of_user(&web.app, &user, asked).map_err(failed)?.ok_or(NO_CREDITOR)?;
    // A code that is not theirs must not lead to another creditor's books.
    let is_theirs = |code: &str| creditors.iter().any(|c| c.code.eq_ignore_ascii_case(code));
    if asked.is_some_and(|code| !is_theirs(code)) {
        return Err(NO_CREDITOR);
    }
    ctx.require(Deed::Import).map_err(|_| FORBIDDEN)?;
    let named = parts.headers.get(KEY).map(|value| value.to_str().unwrap_or_default());
    let key = match named {
        None => web.app.next_id().to_string(),
        Some(key) if key.is_empty() || key.len() > LONGEST_KEY => return Err(BROKEN),
        Some(key) => format!("{}:{key}", user.id),
    };
    Ok((ctx, key))
}

fn failed(error: ServiceError) -> Refusal {
    tracing::error!("api: {error}");
    match error {
        ServiceError::Unavailable(_) => UNAVAILABLE,
        _ => BUG,
    }
}

/// Writes what is sent to disk as it comes: each file of a form, or the body as one file.
async fn spool(parts: &Parts, body: Body, folder: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if kind.is_some_and(|kind| kind.to_lowercase().starts_with("multipart/form-data")) {
        let request = Request::from_parts(parts.clone(), body);
        let form = Multipart::from_request(request, &()).await.map_err(|_| BROKEN)?;
        return spool_form(form, folder).await;
    }
    let query = Form::read(parts.uri.query().unwrap_or_default().as_bytes());
    let name = query.get("name").and_then(plain_name).ok_or(NOTHING)?;
    let mut file = create(folder, &name).map_err(|_| DISK)?;
    let (mut left, mut body) = (MOST_BYTES, body);
    let mut is_empty = true;
    while let Some(bytes) = next(&mut body).await {
        let bytes = bytes.map_err(|_| BROKEN)?;
        left = left.checked_sub(bytes.len() as u64).ok_or(TOO_LARGE)?;
        is_empty &= bytes.is_empty();
        file.write_all(&bytes).map_err(|_| DISK)?;
    }
    if is_empty { Err(NOTHING) } else { Ok(vec![folder.join(name)]) }
}

/// The next piece of a body; what is none (trailers) is empty.
async fn next(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()))
}

async fn spool_form(mut form: Multipart, folder: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let mut files = Vec::new();
    let mut left = MOST_BYTES;
    while let Some(mut part) = form.next_field().await.map_err(|_| BROKEN)? {
        let Some(name) = part.file_name().and_then(plain_name) else { continue };
        let folder = folder.join(files.len().to_string());
        let mut file = create(&folder, &name).map_err(|_| DISK)?;
        while let Some(bytes) = part.chunk().await.map_err(|_| BROKEN)? {
            left = left.checked_sub(bytes.len() as u64).ok_or(TOO_LARGE)?;
            file.write_all(&bytes).map_err(|_| DISK)?;
        }
        files.push(folder.join(name));
    }
    if files.is_empty() { Err(NOTHING) } else { Ok(files) }
}

/// Imports each file; answers their lines in the order they were sent.
fn take_all(
    web: &Web,
    ctx: &Ctx,
    key: &str,
    files: Vec<PathBuf>,
    recorded: Recorded,
) -> Result<String, Refusal> {
    let mut lines = String::new();
    for (number, path) in files.into_iter().enumerate() {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let coming = Coming {
            source: Source::Api,
            key: format!("api:{key}:{number}"),
            name: name.clone(),
            origin: String::new(),
            file: Input::Named { name, path },
            patience_ms: PATIENCE_MS,
        };
        let options = Options { recorded, ..Options::default() };
        match inbox::take(&web.app, ctx, coming, &options).map_err(failed)? {
            Taken::Done(arrival) => match arrival.answer {
                Some(answer) => lines.push_str(&answer),
                // It was read to its end by a program that died before it could say so.
                None if arrival.state == "done" => {
                    let line = inbox::line_of(&web.app, ctx, &arrival).map_err(failed)?;
                    lines.push_str(&format!("{line}\n"));
                }
                None => return Err(BUG),
            },
            Taken::Underway => return Err(UNDERWAY),
            Taken::OtherContent => return Err(OTHER_CONTENT),
        }
    }
    Ok(lines)
}
