//! What happened, in one line and its rest, from an item of the timeline.

use super::words::{self, Words};
use puntual_core::date::Day;
use puntual_service::contacts::cause_and_note;
use puntual_service::timelines::{Item, Kind};

/// The title of an item and its detail.
pub fn told(words: Words, item: &Item) -> (String, String) {
    let t = |key| words.locale.t(key).to_owned();
    let body = item.body.clone().unwrap_or_default();
    let number = item.number.clone().unwrap_or_default();
    match item.kind {
        Kind::Contact if item.code == "contact_received" => {
            let channel = item.channel.as_deref().map(|code| words.channel(code));
            (
                t("told.contact_received"),
                [channel, Some(body)]
                    .into_iter()
                    .flatten()
                    .filter(|p| !p.is_empty())
                    .collect::<Vec<_>>()
                    .join(": "),
            )
        }
        Kind::Contact => {
            let channel = item.channel.as_deref().map(|code| words.channel(code));
            let outcome = item.outcome.as_deref().map(|code| words.outcome(code));
            let parts: Vec<String> = [channel, outcome].into_iter().flatten().collect();
            (parts.join(": "), contact_detail(words, &body))
        }
        Kind::Note => (t("told.note"), body),
        Kind::Document => {
            let kind = item.document_kind.as_deref().unwrap_or("invoice");
            let kind = words.locale.t(words::document_kind(kind).key());
            let arguments = [("kind", kind), ("number", number.as_str())];
            match document(&item.code) {
                Some(key) => (t(key), document_detail(words, item, body)),
                None => (words.locale.fill("told.issued", &arguments), String::new()),
            }
        }
        Kind::Message => (t(message(&item.code)), body),
        Kind::Payment => {
            let method = item.channel.as_deref().map(|code| words.method(code));
            let parts = [method, Some(number), Some(plain(&body))];
            let detail: Vec<String> =
                parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
            (t(payment(&item.code)), detail.join(" · "))
        }
        Kind::Promise => (promised(words, item), body),
        Kind::Dispute => disputed(words, item, &body),
        Kind::System if matches!(item.code.as_str(), "guard_blocked" | "policy_waived") => {
            guarded(words, item, &body)
        }
        Kind::System => changed(words, item, body),
    }
}

/// A change of state somebody made or a rule brought: agreements, mandates, holds, plans, kin.
fn changed(words: Words, item: &Item, body: String) -> (String, String) {
    let t = |key| words.locale.t(key).to_owned();
    let what = match item.code.as_str() {
        "agreement_proposed" => t("told.agreement_proposed"),
        "agreement_approved" => t("told.agreement_approved"),
        "agreement_accepted" => t("told.agreement_accepted"),
        "agreement_completed" => t("told.agreement_completed"),
        "agreement_broken" => t("told.agreement_broken"),
        "agreement_withdrawn" => t("told.agreement_withdrawn"),
        "mandate_signed" => t("told.mandate_signed"),
        "mandate_revoked" => t("told.mandate_revoked"),
        "hold_put" => t("told.hold_put"),
        "hold_lifted" => t("told.hold_lifted"),
        "point_added" => t("told.point_added"),
        "point_marked" => t("told.point_marked"),
        "plan_approved" => t("told.plan_approved"),
        "plan_dropped" => t("told.plan_dropped"),
        "strategy_assigned" => t("told.strategy_assigned"),
        "strategy_unassigned" => t("told.strategy_unassigned"),
        other => match kin(other) {
            Some(key) => return (t(key), joined(item.outcome.as_deref(), &body)),
            None => other.to_owned(),
        },
    };
    let hold = item.outcome.as_deref().map(|code| words.hold(code)).unwrap_or_default();
    let detail = [hold, body].into_iter().filter(|part| !part.is_empty());
    (what, detail.collect::<Vec<_>>().join(": "))
}

/// What the rules of contact forbade, or what of them was set aside: the rule first.
fn guarded(words: Words, item: &Item, body: &str) -> (String, String) {
    let t = |key| words.locale.t(key).to_owned();
    let rule = item.outcome.clone().unwrap_or_default();
    if item.code == "policy_waived" {
        return (t("told.policy_waived"), format!("{rule}: {body}"));
    }
    let channel = item.channel.as_deref().map(|code| words.channel(code)).unwrap_or_default();
    let until = match body {
        "" => t("told.never"),
        moment => words.locale.fill("told.not_before", &[("moment", &moment.replace('T', " "))]),
    };
    (t("told.guard_blocked"), format!("{channel} · {rule} · {until}"))
}

/// What happened to who a customer is: the other one is named beside it.
fn kin(code: &str) -> Option<&'static str> {
    match code {
        "customer_merged" => Some("told.merged"),
        "customer_absorbed" => Some("told.absorbed"),
        "customer_unmerged" => Some("told.unmerged"),
        "customer_released" => Some("told.released"),
        "customer_grouped" => Some("told.grouped"),
        "likeness_dismissed" => Some("told.likeness_dismissed"),
        "likeness_proposed_again" => Some("told.likeness_again"),
        _ => None,
    }
}

/// Who the other is, and why.
fn joined(other: Option<&str>, why: &str) -> String {
    let parts = other.into_iter().chain([why]).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(": ")
}

/// The machine keeps its own notes as JSON; people are not shown those.
fn plain(body: &str) -> String {
    if body.starts_with('{') || body.starts_with('[') { String::new() } else { body.to_owned() }
}

fn contact_detail(words: Words, body: &str) -> String {
    let (cause, note) = cause_and_note(body);
    match cause {
        None => note.to_owned(),
        Some(cause) if note.is_empty() => words.cause(cause),
        Some(cause) => format!("{} · {note}", words.cause(cause)),
    }
}

fn message(code: &str) -> &'static str {
    match code {
        "message_sent" => "told.message_sent",
        "message_failed" => "told.message_failed",
        "message_unknown" => "told.message_unknown",
        "message_resent" => "told.message_resent",
        "message_cancelled" => "told.message_cancelled",
        _ => "told.message_dropped",
    }
}

/// What goes with it: number, reasons, and what was left on account of what had paid it.
fn document_detail(words: Words, item: &Item, body: String) -> String {
    let left = item.amount.filter(|left| item.code == "document_replaced" && left.minor > 0);
    let left = left.map(|left| {
        let amount = words.money(left.minor, left.currency);
        words.locale.fill("told.left_on_account", &[("amount", amount.as_str())])
    });
    let number = item.number.clone().filter(|number| *number != body);
    let parts = [number, Some(body), left].into_iter().flatten();
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What happened to a document after it was issued.
fn document(code: &str) -> Option<&'static str> {
    match code {
        "document_written_off" => Some("told.written_off"),
        "document_reinstated" => Some("told.reinstated"),
        "document_write_off_asked" => Some("told.write_off_asked"),
        "document_write_off_refused" => Some("told.write_off_refused"),
        "document_recovered" => Some("told.recovered"),
        "document_charged" => Some("told.charged"),
        "document_charge_undone" => Some("told.charge_undone"),
        "document_accepted" => Some("told.accepted"),
        "document_delivered" => Some("told.delivered"),
        "document_accepted_with_remarks" => Some("told.accepted_with_remarks"),
        "document_claimed" => Some("told.claimed"),
        "document_rejected" => Some("told.rejected"),
        "document_goods_received" => Some("told.goods_received"),
        "document_assigned" => Some("told.assigned"),
        "document_assignment_cancelled" => Some("told.assignment_cancelled"),
        "document_assignment_notified" => Some("told.assignment_notified"),
        "document_cancellation_requested" => Some("told.cancellation_requested"),
        "document_replaced" => Some("told.replaced"),
        "document_cancelled" => Some("told.cancelled"),
        "document_confirmed" => Some("told.confirmed"),
        "document_noted" => Some("told.noted"),
        _ => None,
    }
}

fn payment(code: &str) -> &'static str {
    match code {
        "payment_undone" | "payment_reversed" => "told.payment_undone",
        "payment_bounced" => "told.payment_bounced",
        "payment_applied" => "told.payment_applied",
        "payment_unapplied" => "told.payment_unapplied",
        "payment_unbounced" => "told.payment_unbounced",
        "payment_debit_ordered" => "told.debit_ordered",
        "payment_debit_failed" => "told.debit_failed",
        _ => "told.payment",
    }
}

fn promised(words: Words, item: &Item) -> String {
    let key = match item.code.as_str() {
        "promise_kept" => "told.promise_kept",
        "promise_partly_kept" => "told.promise_partly",
        "promise_broken" => "told.promise_broken",
        "promise_cancelled" => "told.promise_cancelled",
        _ => "told.promise",
    };
    let day = item.outcome.as_deref().and_then(|text| text.parse::<Day>().ok());
    match day {
        Some(day) => format!("{} · {}", words.locale.t(key), words.date(day)),
        None => words.locale.t(key).to_owned(),
    }
}

fn disputed(words: Words, item: &Item, body: &str) -> (String, String) {
    if item.code == "dispute_closed" {
        let ended = item.outcome.as_deref().map(|code| words.resolution(code));
        let what = words.locale.t("told.dispute_closed");
        return (format!("{what} · {}", ended.unwrap_or_default()), body.to_owned());
    }
    let reason = item.outcome.as_deref().map(|code| words.dispute_reason(code));
    let what = words.locale.t("told.dispute_opened").to_owned();
    // What a file brought carries its reason as the text.
    match reason {
        Some(reason) => (what, format!("{body} · {reason}")),
        None => (what, words.dispute_reason(body)),
    }
}
