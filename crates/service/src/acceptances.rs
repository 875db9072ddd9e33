//! Where the acceptance of documents stands: the facts core asks for, taken from documents and their
//! history in a few questions for many of them.

use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::acceptance::{Acceptance, Facts, State, Told, acceptance};
use puntual_core::calendar::Calendar;
use puntual_core::date::Day;
use puntual_core::id::DocumentId;
use puntual_store::document::{self, Document};
use puntual_store::timeline;
use puntual_store::{Tx, timeline::Answered};
use std::collections::{HashMap, HashSet};

/// Documents looked up in one question.
const PART: usize = 1_000;
/// Days within which a term that runs began, or an answer that began it came: working days of three
/// weeks of holidays are less.
const RUNNING_DAYS: i32 = 30;

fn told(kind: &str) -> Option<Told> {
    match kind {
        "document_delivered" => Some(Told::Delivered),
        "document_goods_received" => Some(Told::GoodsReceived),
        "document_accepted" | "document_accepted_with_remarks" => Some(Told::Accepted),
        "document_claimed" => Some(Told::Claimed),
        "document_cancellation_requested" => Some(Told::CancellationRequested),
        "document_cancelled" => Some(Told::Cancelled),
        _ => None,
    }
}

/// The acceptance of documents as of a day; those that have none are absent.
pub(crate) fn of_documents(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    as_of: Day,
    documents: &[Document],
) -> Result<HashMap<DocumentId, Acceptance>, ServiceError> {
    let mut found = HashMap::new();
    let calendar = Calendar::of_country(&ctx.creditor.country);
    for part in documents.chunks(PART) {
        let named: Vec<_> = part.iter().map(|one| (one.customer, one.id)).collect();
        let answers = timeline::answers(tx, ctx.scope(), as_of, &named)?;
        found.extend(judge(ctx, as_of, &calendar, part, &by_document(answers)));
    }
    Ok(found)
}

/// Which documents among these, with their day of issue, stand in a state as of a day.
pub(crate) fn standing_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    as_of: Day,
    state: State,
    among: &[(DocumentId, Day)],
) -> Result<HashSet<DocumentId>, ServiceError> {
    let answers = by_document(timeline::answers(tx, ctx.scope(), as_of, &[])?);
    let begins_lately = |id: &DocumentId, issued: Day| {
        let since = as_of - RUNNING_DAYS;
        issued >= since
            || answers.get(id).is_some_and(|told| told.iter().any(|(_, on)| *on >= since))
    };
    let may_be = |id: &DocumentId, issued: Day| match state {
        State::Running | State::CancellationAsked => begins_lately(id, issued),
        State::Accepted | State::Claimed | State::CancellationTacit => answers.contains_key(id),
        State::AwaitingGoods | State::Tacit => true,
    };
    let ids = among.iter().filter(|(id, issued)| may_be(id, *issued)).map(|(id, _)| *id);
    let ids: Vec<DocumentId> = ids.collect();
    let calendar = Calendar::of_country(&ctx.creditor.country);
    let mut standing = HashSet::new();
    for part in ids.chunks(PART) {
        let documents = document::by_ids(tx, ctx.scope(), part)?;
        let judged = judge(ctx, as_of, &calendar, &documents, &answers);
        standing.extend(judged.filter(|(_, found)| found.state == state).map(|(id, _)| id));
    }
    Ok(standing)
}

type Answers = HashMap<DocumentId, Vec<(Told, Day)>>;

fn by_document(answers: Vec<Answered>) -> Answers {
    let mut found = Answers::new();
    for answer in answers {
        if let Some(told) = told(&answer.kind) {
            found.entry(answer.document).or_default().push((told, answer.on));
        }
    }
    found
}

fn judge<'d>(
    ctx: &'d Ctx,
    as_of: Day,
    calendar: &'d Calendar,
    documents: &'d [Document],
    answers: &'d Answers,
) -> impl Iterator<Item = (DocumentId, Acceptance)> + 'd {
    documents.iter().filter_map(move |document| {
        let facts = Facts {
            country: &ctx.creditor.country,
            kind: &document.kind,
            type_code: document.type_code.as_deref(),
            payment_method: document.payment_method.as_deref(),
            issued: document.issue_date,
            told: answers.get(&document.id).map(Vec::as_slice).unwrap_or_default(),
        };
        acceptance(&facts, as_of, calendar).map(|found| (document.id, found))
    })
}
