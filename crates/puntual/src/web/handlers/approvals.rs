//! Por aprobar: what the plan proposes and a person decides, in bulk or one by one.

use super::{amount, customer_ref};
use crate::web::part::form::Choice;
use crate::web::view::strategies::{ApprovalRow, ApprovalsView, approvals as approvals_page};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::hours::Channel;
use puntual_core::id::ActionId;
use puntual_service::error::ServiceError;
use puntual_service::strategies::approvals::{self, Decision, Edit};

/// Messages written out on one page; of the others the address of the customer leads to them.
const MOST_PREVIEWS: usize = 25;

/// `GET /estrategias/aprobar`.
pub fn list(visit: &Visit) -> Answer {
    let (app, ctx, words) = (visit.app(), &visit.ctx, visit.words());
    let mut rows = Vec::new();
    for waiting in approvals::list(app, ctx)? {
        let preview = match rows.len() < MOST_PREVIEWS {
            true => approvals::preview(app, ctx, waiting.id)?,
            false => None,
        };
        let reason = |reason| words.reason(reason, waiting.currency);
        rows.push(ApprovalRow {
            id: waiting.id.to_string(),
            customer: customer_ref(&waiting.customer),
            what: words.step(&waiting.step),
            channel: words.channel(&waiting.channel),
            on: waiting.on,
            documents: waiting.documents.join(", "),
            amount: amount(waiting.amount_minor, waiting.currency),
            responsible: waiting.responsible.clone().unwrap_or_default(),
            why: waiting.reasons.iter().map(reason).collect(),
            preview: preview.map(|preview| (preview.subject, preview.text)),
            strategy: waiting.strategy,
        });
    }
    let channels = [Channel::Email, Channel::Letter, Channel::Call, Channel::Visit, Channel::Task];
    let choice = |channel: Channel| Choice::new(channel.as_str(), words.channel(channel.as_str()));
    let view = ApprovalsView { rows, channels: channels.map(choice).to_vec() };
    visit.html(approvals_page(&visit.frame(), &view))
}

/// `POST /estrategias/aprobar`.
pub fn decide(visit: &Visit) -> Answer {
    let (app, ctx, form) = (visit.app(), &visit.ctx, &visit.form);
    let deed = form.text("do");
    let ids: Vec<ActionId> = match deed {
        "approve-all" => approvals::list(app, ctx)?.into_iter().map(|one| one.id).collect(),
        _ => {
            let chosen = form.pairs().filter(|(name, _)| *name == "action");
            chosen.filter_map(|(_, id)| id.parse().ok()).collect()
        }
    };
    let back = "/estrategias/aprobar";
    let locale = visit.locale();
    if ids.is_empty() {
        return visit.go(back, Some(Told::warning(locale.t("approvals.none_chosen"))));
    }
    let note = form.text("note").to_owned();
    let decision = match deed {
        "drop" => Decision::Drop(note),
        _ => Decision::Approve(Edit {
            channel: Channel::parse(form.text("channel")),
            on: form.text("on").parse().ok(),
            note: Some(note).filter(|note| !note.is_empty()),
        }),
    };
    let decided = match approvals::decide(app, ctx, &ids, &decision) {
        Ok(decided) => decided,
        Err(ServiceError::Invalid(invalid)) => {
            let wrong = invalid.fields.iter().map(|(_, what)| visit.words().wrong(what));
            let wrong: Vec<String> = wrong.collect();
            return visit.go(back, Some(Told::problem(wrong.join(" "))));
        }
        Err(other) => return Err(other),
    };
    let count = |n: usize| visit.numbers().integer(n as i128);
    let text = locale.fill(
        "approvals.told",
        &[
            ("messages", &count(decided.messages)),
            ("tasks", &count(decided.tasks)),
            ("dropped", &count(decided.dropped)),
            ("left", &count(decided.unreachable + decided.gone)),
        ],
    );
    visit.go(back, Some(Told::done(text)))
}
