//! What is written down for people about a file that came: the text beside it in the folder, and
//! why nothing could be read, in Spanish like the names of the folders; and the line for programs.

use super::Arrival;
use crate::App;
use crate::clock::civil_in_zone;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_store::import::{self, Batch, Issue};
use serde_json::json;

/// Problems written beside a file; the rest is on the page of its batch.
const MOST_PROBLEMS: i64 = 200;

/// Why something could not be imported at all, in Spanish and in English.
pub(super) fn broken(error: &ServiceError) -> (String, String) {
    (
        format!("No se pudo importar ({error}). El archivo se conserva: avise al administrador."),
        format!("It could not be imported ({error}). The file is kept: tell the administrator."),
    )
}

fn batch_of(
    app: &App,
    ctx: &Ctx,
    arrival: &Arrival,
) -> Result<Option<(Batch, Vec<Issue>)>, ServiceError> {
    let scope = ctx.scope();
    app.store.read(|tx| {
        let Some(id) = arrival.import else { return Ok(None) };
        let Some(batch) = import::batch(tx, scope, id)? else { return Ok(None) };
        Ok(Some((batch, import::issues(tx, scope, id, MOST_PROBLEMS)?)))
    })
}

/// The line of the command-line contract of a file whose reading nobody heard to its end: counts and
/// problems as stored, without what it held.
pub fn line_of(app: &App, ctx: &Ctx, arrival: &Arrival) -> Result<serde_json::Value, ServiceError> {
    let Some((batch, issues)) = batch_of(app, ctx, arrival)? else {
        return Err(ServiceError::NotFound(format!("the import of {}", arrival.name)));
    };
    let c = batch.counts;
    let status = match () {
        () if c.quarantined > 0 => "quarantine",
        () if c.read > 0 && c.rejected == c.read => "reject",
        () if c.read > 0 && c.ignored == c.read => "ignore",
        () if !issues.is_empty() => "warn",
        () => "ok",
    };
    let problem = |issue: &Issue| {
        json!({
            "where": issue.place,
            "code": issue.code,
            "status": issue.status,
            "message": issue.message_es,
            "message_en": issue.message_en,
        })
    };
    Ok(json!({
        "file": arrival.name,
        "format": "unknown",
        "status": status,
        "read": c.read,
        "accepted": c.accepted,
        "duplicates": c.duplicates,
        "quarantined": c.quarantined,
        "rejected": c.rejected,
        "ignored": c.ignored,
        "docs": [],
        "problems": issues.iter().map(problem).collect::<Vec<_>>(),
        "more_problems": 0,
    }))
}

/// Whether what became of a file needs a person, and the text that says what became of it.
pub fn note_of(app: &App, ctx: &Ctx, arrival: &Arrival) -> Result<(bool, String), ServiceError> {
    let found = batch_of(app, ctx, arrival)?;
    let (on, minute) = civil_in_zone(arrival.received_at, &ctx.creditor.time_zone);
    let mut text = format!(
        "{}\r\n{} · {on} {:02}:{:02}\r\n",
        arrival.name,
        ctx.creditor.name,
        minute / 60,
        minute % 60
    );
    if let Some(why) = &arrival.why_es {
        text.push_str(&format!("\r\n{why}\r\n"));
    }
    let Some((batch, issues)) = found else { return Ok((true, text)) };
    let c = batch.counts;
    text.push_str(&format!(
        "\r\nLeídos {} = aceptados {} + repetidos {} + en cuarentena {} + rechazados {} + ignorados {}\r\n",
        c.read, c.accepted, c.duplicates, c.quarantined, c.rejected, c.ignored
    ));
    text.push_str(&format!("Importación {}: /importar/{}\r\n", batch.id, batch.id));
    if !issues.is_empty() {
        text.push_str("\r\n");
    }
    for issue in &issues {
        let place = match issue.place.is_empty() {
            true => String::new(),
            false => format!("{}: ", issue.place),
        };
        text.push_str(&format!("- {place}{} [{}]\r\n", issue.message_es, issue.code));
    }
    let needs_somebody = arrival.state == "failed" || c.quarantined + c.rejected > 0;
    Ok((needs_somebody, text))
}
