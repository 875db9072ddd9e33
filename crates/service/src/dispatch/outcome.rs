//! Records what became of a message once it was handed to a channel, and of those whose worker
//! vanished while sending.

use super::release::Released;
use crate::App;
use crate::channels::Delivery;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::probe::Point;
use puntual_core::id::EventId;
use puntual_store::action;
use puntual_store::customer;
use puntual_store::outbox::{self, Message};
use puntual_store::timeline::{self, Event};

/// Waits before the second, third… attempt, in minutes. After the last the message has failed.
const BACKOFF_MINUTES: [i64; 5] = [1, 5, 30, 120, 360];

/// What became of a message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The server took it.
    Sent,
    /// It did not leave and will be tried again.
    ToRetry,
    /// It did not leave and will not be tried again.
    Failed,
    /// It may have left.
    Unknown,
}

/// What an attempt comes to, before it is written.
struct Verdict {
    fate: Fate,
    why: Option<String>,
    reply: Option<String>,
    not_before_at: i64,
    bounced: bool,
}

/// Writes the result of an attempt: the message, its actions, the address, the timeline.
pub(super) fn record(
    app: &App,
    ctx: &Ctx,
    owner: &str,
    released: &Released,
    delivery: &Delivery,
) -> Result<Fate, ServiceError> {
    let message = &released.message;
    let verdict = judge(ctx, message, delivery);
    let state = match verdict.fate {
        Fate::Sent => "sent",
        Fate::ToRetry => "queued",
        Fate::Failed => "failed",
        Fate::Unknown => "unknown",
    };
    let scope = ctx.scope();
    app.store.write(|tx| {
        let (why, reply) = (verdict.why.as_deref(), verdict.reply.as_deref());
        let ours = outbox::record(
            tx,
            scope,
            message.id,
            owner,
            state,
            why,
            reply,
            verdict.not_before_at,
            ctx.now_ms,
        )?;
        if !ours {
            // The lease ran out and a person has decided meanwhile: that decision stands.
            tracing::warn!(message = %message.id, state, "the outcome came too late");
            return Ok(verdict.fate);
        }
        match verdict.fate {
            Fate::ToRetry => return Ok(verdict.fate),
            Fate::Sent => {
                super::end_actions(tx, ctx, message.id, "done")?;
                for action in action::of_message(tx, scope, message.id)? {
                    for receivable in &released.left_out {
                        action::unmark(tx, scope, action.id, Some(*receivable))?;
                    }
                }
            }
            Fate::Failed | Fate::Unknown => super::end_actions(tx, ctx, message.id, state)?,
        }
        if verdict.bounced {
            let point = &released.point;
            customer::set_contact_point_state(tx, scope, point.customer, point.id, "bounced")?;
        }
        let event = event(app, ctx, message, &format!("message_{state}"), state);
        let body = if verdict.fate == Fate::Sent { message.subject.clone() } else { verdict.why };
        let balance_minor = Some(released.balance_minor);
        timeline::append(tx, scope, &[Event { body, balance_minor, ..event }])?;
        app.pass(Point::FateWritten(message.id));
        Ok(verdict.fate)
    })
}

fn judge(ctx: &Ctx, message: &Message, delivery: &Delivery) -> Verdict {
    let verdict = |fate, why: Option<&str>, reply: Option<&str>| Verdict {
        fate,
        why: why.map(str::to_owned),
        reply: reply.map(str::to_owned),
        not_before_at: ctx.now_ms,
        bounced: false,
    };
    match delivery {
        Delivery::Sent { response } => verdict(Fate::Sent, None, Some(response)),
        Delivery::Unknown { why } => verdict(Fate::Unknown, Some(why), None),
        Delivery::PermanentFailure { code, text } => Verdict {
            bounced: code.is_some_and(|code| is_about_recipient(code, text)),
            ..verdict(Fate::Failed, Some(text), Some(text))
        },
        Delivery::TemporaryFailure { text, .. } => {
            let tried = usize::try_from(message.attempts - 1).unwrap_or(0);
            match BACKOFF_MINUTES.get(tried) {
                None => verdict(Fate::Failed, Some(text), Some(text)),
                Some(minutes) => Verdict {
                    not_before_at: ctx.now_ms + minutes * 60_000,
                    ..verdict(Fate::ToRetry, Some(text), Some(text))
                },
            }
        }
    }
}

/// Whether a refusal is about the recipient's address and not about the sender or the content:
/// by its enhanced code where it has one (RFC 3463: 5.1.x addressing, 5.2.1 mailbox disabled),
/// else by the codes RFC 5321 gives to mailboxes.
fn is_about_recipient(code: u16, text: &str) -> bool {
    let is_enhanced = |word: &&str| {
        let mut parts = word.split('.');
        let numbers = parts.by_ref().take(3).filter(|part| {
            !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit())
        });
        word.starts_with("5.") && numbers.count() == 3 && parts.next().is_none()
    };
    match text.split_whitespace().find(is_enhanced) {
        Some(enhanced) => enhanced.starts_with("5.1.") || enhanced == "5.2.1",
        None => matches!(code, 550 | 551 | 553),
    }
}

/// Messages whose worker vanished while sending become `unknown`, and the customer's timeline says
/// that somebody has to look. Returns how many.
pub(super) fn expire(app: &App, ctx: &Ctx) -> Result<u64, ServiceError> {
    let scope = ctx.scope();
    app.store.write(|tx| {
        let expired = outbox::expire_leases(tx, scope, ctx.now_ms)?;
        let mut events = Vec::with_capacity(expired.len());
        for id in &expired {
            super::end_actions(tx, ctx, *id, "unknown")?;
            let Some(message) = outbox::get(tx, scope, *id)? else { continue };
            let event = event(app, ctx, &message, "message_unknown", "unknown");
            events.push(Event { body: message.why.clone(), ..event });
        }
        timeline::append(tx, scope, &events)?;
        Ok(expired.len() as u64)
    })
}

/// An event about a message on its customer's timeline.
pub(super) fn event(app: &App, ctx: &Ctx, message: &Message, kind: &str, outcome: &str) -> Event {
    Event {
        id: EventId(app.next_id()),
        customer: message.customer,
        happened_on: ctx.today,
        kind: kind.to_owned(),
        channel: Some(message.channel.clone()),
        outcome: Some(outcome.to_owned()),
        body: None,
        subject: Some(message.id.0),
        balance_minor: None,
        currency: Some(message.currency),
        actor: ctx.actor.clone(),
        recorded_at: ctx.now_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_of_the_address_marks_the_address() {
        assert!(is_about_recipient(550, "no such user"));
        assert!(is_about_recipient(550, "5.1.1 <a@b.example>: user unknown"));
        assert!(is_about_recipient(553, "mailbox name not allowed"));
        assert!(!is_about_recipient(550, "5.7.1 message refused as spam from 192.0.2.5"));
        assert!(!is_about_recipient(554, "transaction failed"));
        assert!(!is_about_recipient(552, "5.2.2 mailbox full"));
        assert!(is_about_recipient(550, "see 192.0.2.5 for 5.1.10 details"));
    }
}
