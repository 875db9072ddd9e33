//! What is written down for people about a file that came: the text beside it in the folder, and
//! why nothing could be read. In the language of the creditor's country: Spanish.

use super::Arrival;
use crate::App;
use crate::clock::civil_in_zone;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_store::import;

/// Problems written beside a file; the rest is on the page of its batch.
const MOST_PROBLEMS: i64 = 200;

/// Why something could not be imported at all, in Spanish and in English.
pub(super) fn broken(error: &ServiceError) -> (String, String) {
    (
        format!("No se pudo importar ({error}). El archivo se conserva: avise al administrador."),
        format!("It could not be imported ({error}). The file is kept: tell the administrator."),
    )
}

/// Whether what became of a file needs a person, and the text that says what became of it.
pub fn note_of(app: &App, ctx: &Ctx, arrival: &Arrival) -> Result<(bool, String), ServiceError> {
    let scope = ctx.scope();
    let found = app.store.read(|tx| {
        let Some(id) = arrival.import else { return Ok(None) };
        let Some(batch) = import::batch(tx, scope, id)? else { return Ok(None) };
        Ok::<_, ServiceError>(Some((batch, import::issues(tx, scope, id, MOST_PROBLEMS)?)))
    })?;
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
