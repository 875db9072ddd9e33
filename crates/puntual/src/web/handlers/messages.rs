//! Mensajes: the outbox, one message, and what a person may still decide about it.

use super::ROWS;
use super::words::{self, Words};
use crate::web::part::badge::{Channel, State};
use crate::web::view::CustomerRef;
use crate::web::view::messages::{MessageRow, MessageView, OutboxView, message, outbox};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::id::{CustomerId, MessageId};
use puntual_service::clock::civil_in_zone;
use puntual_service::error::ServiceError;
use puntual_service::messages::{self, MessageDetail, Resolution};
use puntual_service::smtp_settings;

/// `GET /mensajes`.
pub fn list(visit: &Visit) -> Answer {
    let state = visit.param("estado");
    let page = visit.page(ROWS);
    let offset = (page.number.max(1) - 1).saturating_mul(page.size);
    let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), ROWS as i64);
    let found = messages::list(visit.app(), &visit.ctx, state, offset, limit)?;
    let in_state = |code: &str| state.is_none_or(|wanted| wanted == code);
    let total: i64 = found.counts.iter().filter(|(code, _)| in_state(code)).map(|(_, n)| *n).sum();
    let counts = STATES.iter().filter_map(|code| {
        let n = found.counts.iter().find(|(known, _)| known == code)?.1;
        Some((words::message(code), *code, n))
    });
    let row = |listed: &messages::ListedMessage| {
        let m = &listed.message;
        let name = listed.customer_name.clone();
        row(
            visit,
            &Shown {
                id: m.id,
                customer: CustomerRef { id: m.customer, name },
                recipient: &m.recipient,
                channel: &m.channel,
                subject: m.subject.as_deref(),
                template: &m.template,
                state: &m.state,
                why: m.why.as_deref(),
                at: m.sent_at.or(m.released_at).unwrap_or(m.queued_at),
            },
        )
    };
    let view = OutboxView {
        counts: counts.collect(),
        rows: found.messages.iter().map(row).collect(),
        paging: visit.paging(ROWS, usize::try_from(total).unwrap_or_default()),
        smtp_server: smtp_settings::server(visit.app(), &visit.ctx)?,
    };
    visit.html(outbox(&visit.frame(), &view))
}

/// States a message may be in, in the order of the counters.
const STATES: [&str; 7] =
    ["queued", "sending", "sent", "unknown", "failed", "dropped", "cancelled"];

/// What a row is made from.
struct Shown<'a> {
    id: MessageId,
    customer: CustomerRef,
    recipient: &'a str,
    channel: &'a str,
    subject: Option<&'a str>,
    template: &'a str,
    state: &'a str,
    why: Option<&'a str>,
    at: i64,
}

fn row(visit: &Visit, shown: &Shown<'_>) -> MessageRow {
    let words = visit.words();
    let (on, minute) = civil_in_zone(shown.at, &visit.ctx.creditor.time_zone);
    let subject = shown.subject.map_or_else(|| words.step(shown.template), str::to_owned);
    MessageRow {
        id: shown.id,
        customer: shown.customer.clone(),
        address: shown.recipient.to_owned(),
        channel: words::channel(shown.channel).unwrap_or(Channel::Email),
        subject,
        state: words::message(shown.state),
        why: shown.why.map(|why| coded(words, why)).unwrap_or_default(),
        on,
        at: format!("{:02}:{:02}", minute / 60, minute % 60),
    }
}

/// Why a message is as it is: reasons in one line are codes with fields, `code (a=b, c=d); …`;
/// a server's answer is its own words.
fn coded(words: Words, why: &str) -> String {
    let parts = why.split("; ").map(|part| {
        let (code, fields) = part.split_once(" (").unwrap_or((part, ""));
        let fields = fields.trim_end_matches(')').split(", ");
        let fields = fields.filter_map(|pair| pair.split_once('='));
        let reason = puntual_service::day::ReasonText {
            code: code.to_owned(),
            fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        };
        let said = words.reason(&reason, words.numbers.home());
        if said == code { part.to_owned() } else { said }
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// `GET /mensajes/{id}`.
pub fn show(visit: &Visit) -> Answer {
    let detail = messages::detail(visit.app(), &visit.ctx, visit.id()?)?;
    visit.html(message(&visit.frame(), &view(visit, &detail)?))
}

fn view(visit: &Visit, detail: &MessageDetail) -> Result<MessageView, ServiceError> {
    let (m, words) = (&detail.message, visit.words());
    let customer: CustomerId = detail.customer.id;
    let shown = Shown {
        id: m.id,
        customer: CustomerRef { id: customer, name: detail.customer.name.clone() },
        recipient: &m.recipient,
        channel: &m.channel,
        subject: m.subject.as_deref(),
        template: &m.template,
        state: &m.state,
        why: m.why.as_deref(),
        at: m.sent_at.or(m.released_at).unwrap_or(m.queued_at),
    };
    let row = row(visit, &shown);
    let has_left = matches!(row.state, State::Sent | State::Delivered | State::Unknown);
    let preview = match m.body_text.clone() {
        Some(text) => Some(text),
        None => messages::draft(visit.app(), &visit.ctx, m.id)?.map(|draft| draft.text),
    };
    let attachment = match has_left {
        true => ("estado-de-cuenta.pdf", format!("/clientes/{customer}/estado-de-cuenta.pdf")),
        false => ("estado-de-cuenta.pdf", format!("/mensajes/{}/adjunto.pdf", m.id)),
    };
    let zone = &visit.ctx.creditor.time_zone;
    let moment = |at: i64, what: String| {
        let (on, minute) = civil_in_zone(at, zone);
        (on, format!("{:02}:{:02}", minute / 60, minute % 60), what)
    };
    let mut history = vec![moment(m.queued_at, State::Queued.text(words.locale).to_owned())];
    for (action, why) in &detail.actions {
        let whole = why.reasons.iter().chain(why.lines.iter().flat_map(|line| &line.reasons));
        let mut said: Vec<String> = Vec::new();
        for reason in whole.map(|reason| words.reason(reason, action.currency)) {
            if !said.contains(&reason) {
                said.push(reason);
            }
        }
        history.push(moment(
            action.recorded_at,
            format!("{}: {}", words.step(&action.step), said.join("; ")),
        ));
    }
    let mut events: Vec<_> = detail.events.iter().collect();
    events.sort_by_key(|event| event.recorded_at);
    history.extend(events.into_iter().map(|event| {
        let body = event.body.clone().unwrap_or_default();
        moment(
            event.recorded_at,
            format!("{} · {}", words.locale.t(told(&event.kind)), coded(words, &body)),
        )
    }));
    Ok(MessageView {
        row,
        body: preview.unwrap_or_default(),
        attachments: vec![(attachment.0.to_owned(), attachment.1)],
        channel_id: m.reply.clone().unwrap_or_else(|| m.id.to_string()),
        history,
    })
}

/// `GET /mensajes/{id}/adjunto.pdf`: what would hang on a message still in the queue.
pub fn attachment(visit: &Visit) -> Answer {
    let id: MessageId = visit.id()?;
    let draft = messages::draft(visit.app(), &visit.ctx, id)?;
    let draft = draft.ok_or_else(|| ServiceError::NotFound(id.to_string()))?;
    visit.file(&draft.attachment_name, "application/pdf", draft.attachment)
}

fn told(kind: &str) -> &'static str {
    match kind {
        "message_sent" => "told.message_sent",
        "message_failed" => "told.message_failed",
        "message_unknown" => "told.message_unknown",
        "message_resent" => "told.message_resent",
        "message_cancelled" => "told.message_cancelled",
        _ => "told.message_dropped",
    }
}

fn decided(visit: &Visit, deed: Result<(), ServiceError>, key: &'static str) -> Answer {
    let told = match deed {
        Ok(()) => Told::done(visit.locale().t(key)),
        Err(ServiceError::Conflict(_)) => Told::warning(visit.locale().t("flash.message_moved")),
        Err(error) => return Err(error),
    };
    visit.go(&visit.back("/mensajes"), Some(told))
}

/// `POST /mensajes/{id}/retener`: takes it out of the queue.
pub fn hold_back(visit: &Visit) -> Answer {
    let id: MessageId = visit.id()?;
    decided(visit, messages::cancel(visit.app(), &visit.ctx, id), "flash.message_held")
}

/// `POST /mensajes/{id}/reenviar`: sends it once more.
pub fn resend(visit: &Visit) -> Answer {
    resolve(visit, Resolution::Resend, "flash.message_resent")
}

/// `POST /mensajes/{id}/no-enviar`: leaves it as it is; its step counts as done.
pub fn give_up(visit: &Visit) -> Answer {
    resolve(visit, Resolution::Drop, "flash.message_dropped")
}

fn resolve(visit: &Visit, resolution: Resolution, key: &'static str) -> Answer {
    let id: MessageId = visit.id()?;
    decided(visit, messages::resolve_unknown(visit.app(), &visit.ctx, id, resolution), key)
}
