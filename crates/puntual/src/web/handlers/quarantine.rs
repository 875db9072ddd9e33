//! Cuarentena: what waits for a person, and the decision.

use super::ROWS;
use crate::web::view::quarantine::{Decision, QuarantineRow, QuarantineView, quarantine};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::access::Deed;
use puntual_core::id::ImportId;
use puntual_service::clock::day_in_zone;
use puntual_service::error::ServiceError;
use puntual_service::imports;

/// Most records listed; the rest appears as these are decided.
const MOST: i64 = 5_000;

/// `GET /importar/cuarentena`.
pub fn list(visit: &Visit) -> Answer {
    visit.ctx.require(Deed::Import)?;
    let waiting = imports::list_quarantine(visit.app(), &visit.ctx, MOST)?;
    let is_spanish = visit.locale().is_spanish();
    let zone = &visit.ctx.creditor.time_zone;
    let range = visit.page(ROWS).range(waiting.len());
    let batches = imports::batches(visit.app(), &visit.ctx, 1_000)?;
    let rows = waiting[range].iter().map(|issue| {
        let batch = batches.iter().find(|batch| batch.id == issue.import);
        let came_at = batch.map_or(visit.ctx.now_ms, |batch| batch.started_at);
        // The document that is here must first be reversed: a contradiction is not taken in.
        let decisions = match issue.code.as_str() {
            "conflict" => vec![Decision::Discard],
            _ => vec![Decision::Accept, Decision::Discard],
        };
        QuarantineRow {
            id: format!("{}.{}", issue.import, issue.id),
            document: issue.doc_key.clone().unwrap_or_else(|| issue.place.clone()),
            customer: String::new(),
            total: None,
            why: if is_spanish { &issue.message_es } else { &issue.message_en }.clone(),
            differences: Vec::new(),
            source: format!("{} · {}", issue.file, issue.place),
            on: day_in_zone(came_at, zone),
            decisions,
        }
    });
    let view = QuarantineView { rows: rows.collect(), paging: visit.paging(ROWS, waiting.len()) };
    visit.html(quarantine(&visit.frame(), &view))
}

/// `POST /importar/cuarentena/{id}`.
pub fn decide(visit: &Visit) -> Answer {
    let text = visit.path_text("id");
    let missing = || ServiceError::NotFound(text.to_owned());
    let (import, issue) = text.split_once('.').ok_or_else(missing)?;
    let import: ImportId = import.parse().map_err(|_| missing())?;
    let issue: i64 = issue.parse().map_err(|_| missing())?;
    let decision = match visit.form.text("decision") {
        "accept" => imports::Decision::Accept,
        "discard" => imports::Decision::Dismiss,
        _ => return Err(ServiceError::invalid("decision", "missing")),
    };
    let decided = imports::decide(visit.app(), &visit.ctx, (import, issue), decision);
    let told = match decided {
        Ok(()) if decision == imports::Decision::Accept => {
            Told::done(visit.locale().t("flash.accepted"))
        }
        Ok(()) => Told::done(visit.locale().t("flash.dismissed")),
        Err(ServiceError::Conflict(why)) => Told::problem(why),
        Err(error) => return Err(error),
    };
    visit.go(&visit.back("/importar/cuarentena"), Some(told))
}
