//! Bandeja: what came, by which door, and what it became.

use super::ROWS;
use crate::web::url::Url;
use crate::web::view::imports::Counts;
use crate::web::view::inbox::{CameRow, CameState, InboxView, inbox};
use crate::web::visit::{Answer, Visit};
use puntual_core::access::Deed;
use puntual_core::id::ImportId;
use puntual_service::clock::civil_in_zone;
use puntual_service::imports::{Issue, quarantine};
use puntual_service::inbox::{self as service, Came, Source};

/// The parameter that names a door.
const DOOR: &str = "por";

/// `GET /importar/bandeja`.
pub fn list(visit: &Visit) -> Answer {
    visit.ctx.require(Deed::Import)?;
    let door = Source::ALL.into_iter().find(|source| visit.param(DOOR) == Some(source.word()));
    let word = door.map(Source::word);
    let skip = (visit.page(ROWS).number.max(1) - 1).saturating_mul(ROWS);
    let skip = i64::try_from(skip).unwrap_or(i64::MAX);
    let (came, total) = service::came(visit.app(), &visit.ctx, word, ROWS as i64, skip)?;
    let with_refusals = came.iter().filter(|one| one.counts.rejected > 0);
    let imports: Vec<ImportId> = with_refusals.filter_map(|one| one.import).collect();
    let refused = service::refusals(visit.app(), &visit.ctx, &imports)?;
    let (_, quarantined) = quarantine::waiting(visit.app(), &visit.ctx, 0, 0)?;
    let here = Url::new("/importar/bandeja");
    let every = (here.clone(), visit.locale().t("inbox.every_door").to_owned(), door.is_none());
    let one = |source: Source| {
        let url = here.with(DOOR, source.word());
        (url, door_words(visit, source.word()), door == Some(source))
    };
    let view = InboxView {
        rows: came.iter().map(|one| row(visit, one, &refused)).collect(),
        paging: visit.paging(ROWS, usize::try_from(total).unwrap_or_default()),
        quarantined,
        doors: std::iter::once(every).chain(Source::ALL.map(one)).collect(),
    };
    visit.html(inbox(&visit.frame(), &view))
}

fn door_words(visit: &Visit, source: &str) -> String {
    let locale = visit.locale();
    match source {
        "upload" => locale.t("inbox.upload"),
        "folder" => locale.t("inbox.folder"),
        "mail" => locale.t("inbox.mail"),
        "api" => locale.t("inbox.api"),
        "decision" => locale.t("inbox.decision"),
        _ => locale.t("inbox.command"),
    }
    .to_owned()
}

fn row(visit: &Visit, came: &Came, refused: &[Issue]) -> CameRow {
    let (on, minute) = civil_in_zone(came.received_at, &visit.ctx.creditor.time_zone);
    let is_spanish = visit.locale().is_spanish();
    let said = |es: &str, en: &str| if is_spanish { es } else { en }.to_owned();
    let own = refused.iter().filter(|issue| Some(issue.import) == came.import);
    let mut why: Vec<(String, Option<String>)> = own
        .map(|issue| {
            let hash = issue.source_hash.as_ref();
            let file = hash.map(|hash| format!("/importar/archivo/{hash}"));
            (said(&issue.message_es, &issue.message_en), file)
        })
        .collect();
    if let (Some(es), Some(en)) = (&came.why_es, &came.why_en) {
        why.push((said(es, en), None));
    }
    let c = came.counts;
    CameRow {
        name: came.name.clone(),
        import: came.import,
        files: came.files,
        door: door_words(visit, &came.source),
        origin: if came.origin.is_empty() { &came.actor } else { &came.origin }.clone(),
        on,
        at: format!("{:02}:{:02}", minute / 60, minute % 60),
        counts: Counts {
            read: c.read,
            accepted: c.accepted,
            duplicates: c.duplicates,
            quarantined: c.quarantined,
            rejected: c.rejected,
            ignored: c.ignored,
        },
        waiting: came.waiting,
        state: match came.state.as_str() {
            "taken" | "running" => CameState::Taken,
            "undone" => CameState::Undone,
            "failed" | "interrupted" => CameState::Failed,
            _ if c.read > 0 && c.rejected == c.read => CameState::Failed,
            _ => CameState::Done,
        },
        refused: why,
    }
}
