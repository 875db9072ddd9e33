//! A document's page.

use super::words::{self, Words};
use super::{amount, customer_ref};
use crate::web::format::Amount;
use crate::web::part::form::Choice;
use crate::web::view::DocumentRef;
use crate::web::view::document::{
    Amounts, DisputeLine, DocumentView, Instalment, Movement, Reference, Source, Unapply,
    WaitingWriteOff, WriteOffs, document,
};
use crate::web::visit::{Answer, Visit};
use puntual_core::id::{DisputeId, DocumentId, EventId};
use puntual_core::ledger::EntryKind;
use puntual_service::clock::day_in_zone;
use puntual_service::disputes::{Dispute, REASONS};
use puntual_service::document_detail::{self, Detail, Origin, Tie};
use puntual_service::write_offs;

/// `GET /documentos/{id}`.
pub fn show(visit: &Visit) -> Answer {
    let id: DocumentId = visit.id()?;
    let detail = document_detail::detail(visit.app(), &visit.ctx, visit.at(), id)?;
    let waiting = write_offs::waiting(visit.app(), &visit.ctx, Some(id))?;
    visit.html(document(&visit.frame(), &view(visit, &detail, &waiting)))
}

fn view(visit: &Visit, detail: &Detail, waiting: &[write_offs::Request]) -> DocumentView {
    let words = visit.words();
    let issued = &detail.document;
    let of = |minor: i64| amount(minor, issued.currency);
    let is_partly_paid = detail.open_minor > 0 && detail.open_minor < issued.total_minor;
    let mut instalments: Vec<Instalment> = (1..)
        .zip(&detail.instalments)
        .map(|(number, one)| Instalment {
            number,
            due_on: one.receivable.due_date,
            amount: of(one.receivable.amount_minor),
            open: of(one.open_minor),
            state: words::status(
                one.status,
                one.open_minor > 0 && one.open_minor < one.receivable.amount_minor,
            ),
        })
        .collect();
    instalments.sort_by_key(|one| one.due_on);
    DocumentView {
        document: reference(issued.id, &issued.kind, &issued.number),
        customer: customer_ref(&detail.customer),
        state: words::status(detail.status, is_partly_paid),
        fiscal_id: issued.uid.clone(),
        issued_on: issued.issue_date,
        terms: issued.payment_terms.clone().unwrap_or_default(),
        amounts: Amounts {
            net: issued.net_minor.map(of),
            tax: issued.tax_minor.map(of),
            withheld: issued.withheld_minor.map(of),
            total: of(issued.total_minor),
        },
        holder: issued.assigned_to.clone(),
        acceptance: detail.acceptance,
        open: of(detail.open_minor),
        instalments,
        movements: detail
            .movements
            .iter()
            .map(|m| Movement { unapply: unapply(visit, issued, m), ..movement(words, &of, m) })
            .collect(),
        write_offs: given_up(visit, detail, waiting),
        disputes: detail.disputes.iter().map(|d| disputed(words, d)).collect(),
        new_dispute: (
            DisputeId(visit.app().next_id()).to_string(),
            REASONS.map(|code| Choice::new(code, words.dispute_reason(code))).into(),
        ),
        references: detail.ties.iter().map(|tie| tied(words, tie)).collect(),
        source: source(visit, detail),
    }
}

fn disputed(words: Words, dispute: &Dispute) -> DisputeLine {
    let (day, reason) = (words.date(dispute.opened_on), words.dispute_reason(&dispute.reason));
    let resolution = dispute.resolution.as_deref().map(|code| words.resolution(code));
    let is_open = dispute.closed_on.is_none();
    let key = if is_open { "document.dispute_open" } else { "document.dispute_ended" };
    let ended = resolution.unwrap_or_default();
    let arguments = [("day", day.as_str()), ("reason", &reason), ("resolution", &ended)];
    DisputeLine {
        text: words.locale.fill(key, &arguments),
        close: is_open.then(|| format!("/disputas/{}/cerrar", dispute.id)),
    }
}

fn reference(id: DocumentId, kind: &str, number: &str) -> DocumentRef {
    DocumentRef { id, kind: words::document_kind(kind), number: number.to_owned() }
}

fn movement(
    words: Words,
    of: &dyn Fn(i64) -> Amount,
    movement: &document_detail::Movement,
) -> Movement {
    let detail = match &movement.origin {
        Origin::Nothing => String::new(),
        Origin::Payment { number, method, reference, .. } => {
            let method = method.as_deref().map(|code| words.method(code));
            let parts = [method, number.clone(), reference.clone()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
        Origin::Document { kind, number, .. } => {
            format!("{} {number}", words.locale.t(words::document_kind(kind).key()))
        }
    };
    Movement {
        effective_on: movement.effective_on,
        recorded_on: movement.recorded_on,
        what: moved(words, movement).to_owned(),
        detail,
        change: of(movement.change_minor),
        open_after: of(movement.open_after_minor),
        is_reversed: movement.is_reversed,
        unapply: None,
    }
}

/// What takes an application back, while it stands: the source is the payment or the note, and the
/// debt is this document unless this is the note.
fn unapply(
    visit: &Visit,
    own: &document_detail::Document,
    movement: &document_detail::Movement,
) -> Option<Unapply> {
    let is_applied = matches!(movement.kind, EntryKind::AllocateCash | EntryKind::AllocateCredit);
    // What a document that ended gave back is applied no more.
    let has_ended =
        own.replaced_by.is_some() || movement.change_minor > 0 && own.kind != "credit_note";
    if !is_applied || movement.is_reversal || movement.is_reversed || has_ended {
        return None;
    }
    let (document, source) = match &movement.origin {
        Origin::Payment { id, .. } => (own.id, id.to_string()),
        Origin::Document { id, .. } if own.kind == "credit_note" => (*id, own.id.to_string()),
        Origin::Document { id, .. } => (own.id, id.to_string()),
        Origin::Nothing => return None,
    };
    Some(Unapply { command_id: EventId(visit.app().next_id()).to_string(), document, source })
}

/// Whether the document can be given up, and whether that can be taken back.
fn given_up(visit: &Visit, detail: &Detail, waiting: &[write_offs::Request]) -> WriteOffs {
    let next = || EventId(visit.app().next_id()).to_string();
    let is_debt = detail.document.kind != "credit_note";
    let stands = |m: &&document_detail::Movement| {
        m.kind == EntryKind::WriteOff && !m.is_reversal && !m.is_reversed
    };
    WriteOffs {
        write_off: (is_debt && detail.open_minor > 0).then(next),
        reinstate: detail.movements.iter().find(stands).map(|_| next()),
        waiting: waiting
            .iter()
            .map(|request| WaitingWriteOff {
                request: request.id.to_string(),
                amount: amount(request.amount_minor, request.currency),
                why: request.why.clone(),
                by: request.asked_by.clone(),
                command_id: (request.asked_by != visit.ctx.actor).then(next),
            })
            .collect(),
    }
}

fn moved(words: Words, movement: &document_detail::Movement) -> &'static str {
    let t = |key| words.locale.t(key);
    let gives_back = movement.change_minor > 0 && movement.kind != EntryKind::Issue;
    match (movement.kind, movement.is_reversal) {
        (EntryKind::Bounce, _) => t("moved.bounce"),
        (_, true) => t("moved.reversal"),
        (EntryKind::AllocateCash | EntryKind::AllocateCredit | EntryKind::Withhold, _)
            if gives_back =>
        {
            t("moved.given_back")
        }
        (EntryKind::Issue, _) => t("moved.issue"),
        (EntryKind::Payment | EntryKind::AllocateCash, _) => t("moved.payment"),
        (EntryKind::CreditNote | EntryKind::AllocateCredit, _) => t("kind.credit_note"),
        (EntryKind::WriteOff, _) => t("moved.write_off"),
        (EntryKind::Withhold, _) => t("moved.withhold"),
        (EntryKind::Discount, _) => t("moved.discount"),
        (EntryKind::ExternalSettlement, _) => t("moved.external"),
        (EntryKind::Replace | EntryKind::AgreedInterest, _) => t("moved.agreement"),
        (EntryKind::Annul, _) => t("moved.annul"),
    }
}

fn tied(words: Words, tie: &Tie) -> Reference {
    let t = |key| words.locale.t(key);
    let relation = match (tie.effect.as_str(), tie.is_outward) {
        ("cancels", true) => t("tie.cancels"),
        ("cancels", false) => t("tie.cancelled_by"),
        ("adjusts", true) => t("tie.adjusts"),
        ("adjusts", false) => t("tie.adjusted_by"),
        ("corrects_text", true) => t("tie.corrects"),
        ("corrects_text", false) => t("tie.corrected_by"),
        ("replaces", true) => t("tie.replaces"),
        ("replaces", false) => t("tie.replaced_by"),
        ("applies_advance", _) => t("tie.advance"),
        (_, true) => t("tie.mentions"),
        (_, false) => t("tie.mentioned_by"),
    };
    let reason = tie.reason.clone().filter(|reason| !reason.is_empty());
    let text = reason.map_or_else(|| tie.label.clone(), |why| format!("{} · {why}", tie.label));
    Reference {
        relation: relation.to_owned(),
        document: tie.document.as_ref().map(|(id, kind, number)| reference(*id, kind, number)),
        text,
    }
}

fn source(visit: &Visit, detail: &Detail) -> Source {
    let issued = &detail.document;
    let place = issued.source_place.clone().unwrap_or_default();
    let import = detail.import.as_ref();
    let named = detail.source_file.clone().or_else(|| import.map(|batch| batch.title.clone()));
    let zone = &visit.ctx.creditor.time_zone;
    Source {
        file: named.unwrap_or_default(),
        place,
        format: issued.type_code.clone().unwrap_or_default(),
        imported_on: day_in_zone(issued.recorded_at, zone),
        import_url: import.map(|batch| format!("/importar/{}", batch.id)),
        original_url: None,
    }
}
