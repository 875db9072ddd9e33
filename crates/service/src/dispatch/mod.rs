//! Sends what the day has queued. Each message is released in one transaction that looks at the
//! customer's facts again, and sent after that transaction has ended; then its fate is recorded.
//!
//! A person is never written to twice by accident (ARCHITECTURE.md): a message that certainly did
//! not leave is tried again, with the same Message-ID, after 1 minute, 5 minutes, 30 minutes, 2
//! hours and 6 hours; one that may have left becomes `unknown` and waits for a person. Any number
//! of programs may dispatch at once: a message belongs to whoever claimed it, until its lease ends.

mod outcome;
mod release;

use crate::App;
use crate::channels::{Delivery, EmailChannel};
use crate::clock;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::probe::Point;
use puntual_core::access::Deed;
use puntual_core::id::MessageId;
use puntual_store::{action, outbox};
pub(crate) use release::{Letter, LetterError};
use release::{Release, Released};
use serde::Serialize;

/// How long a worker may hold a message. Longer than any conversation with a mail server lasts;
/// when it has passed the worker is taken to be gone.
pub const LEASE_MS: i64 = 15 * 60_000;

/// Messages looked for at a time.
const BATCH: i64 = 50;

/// So many connections lost one after another mean that the server is down: the rest waits for
/// the next round instead of spending its attempts.
const LOST_IN_A_ROW: u32 = 3;

/// What a round of dispatch came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether there is a channel to send by; without one everything stays queued.
    pub configured: bool,
    /// Messages the server took.
    pub sent: u64,
    /// Messages the facts of the moment forbade, for good.
    pub dropped: u64,
    /// Messages put off to a moment the rules of contact allow.
    pub postponed: u64,
    /// Messages that did not leave and will be tried again.
    pub to_retry: u64,
    /// Messages that did not leave and will not be tried again by themselves.
    pub failed: u64,
    /// Messages nobody knows whether they left, those of vanished workers included.
    pub unknown: u64,
    /// Messages whose moment has come and that are still queued.
    pub waiting: i64,
}

/// Dispatches up to `limit` messages whose moment has come, asking before each whether to go on.
/// Without a channel, because e-mail is not set up, nothing is touched but the leases of vanished
/// workers.
pub fn dispatch_while(
    app: &App,
    ctx: &Ctx,
    channel: Option<&EmailChannel>,
    limit: usize,
    go_on: impl Fn() -> bool,
) -> Result<Report, ServiceError> {
    ctx.require(Deed::RunDay)?;
    let mut round = Round {
        app,
        ctx,
        owner: format!("w{}", app.next_id()),
        report: Report { configured: channel.is_some(), ..Report::default() },
        lost_in_a_row: 0,
    };
    round.report.unknown = outcome::expire(app, &at_this_moment(app, ctx))?;
    if let Some(channel) = channel {
        round.go(channel, limit, go_on)?;
        channel.close_idle();
    }
    let now_ms = app.clock.now_ms();
    round.report.waiting = app.store.read(|tx| outbox::count_due(tx, ctx.scope(), now_ms))?;
    Ok(round.report)
}

/// The same circumstances at the instant it is now: a round may last for hours.
fn at_this_moment(app: &App, ctx: &Ctx) -> Ctx {
    let now_ms = app.clock.now_ms();
    let today = clock::day_in_zone(now_ms, &ctx.creditor.time_zone);
    Ctx { now_ms, today, ..ctx.clone() }
}

struct Round<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    /// Whose the claimed messages are: never the same for two rounds.
    owner: String,
    report: Report,
    lost_in_a_row: u32,
}

impl Round<'_> {
    fn go(
        &mut self,
        channel: &EmailChannel,
        limit: usize,
        go_on: impl Fn() -> bool,
    ) -> Result<(), ServiceError> {
        let mut left = limit;
        loop {
            let ids = self.due()?;
            let mut moved = false;
            for id in ids {
                if left == 0 || !go_on() || self.lost_in_a_row >= LOST_IN_A_ROW {
                    return Ok(());
                }
                if self.one(channel, id)? {
                    (left, moved) = (left - 1, true);
                }
            }
            // Nothing due, or all of it in other hands.
            if !moved {
                return Ok(());
            }
        }
    }

    /// The messages due. Rounds that run at once begin at different places, so that they do not
    /// queue for the same one.
    fn due(&self) -> Result<Vec<MessageId>, ServiceError> {
        let now_ms = self.app.clock.now_ms();
        let scope = self.ctx.scope();
        let mut ids = self.app.store.read(|tx| outbox::due(tx, scope, now_ms, BATCH))?;
        if !ids.is_empty() {
            let start =
                self.owner.bytes().fold(0_usize, |sum, b| sum * 31 % 9_973 + usize::from(b));
            let count = ids.len();
            ids.rotate_left(start % count);
        }
        Ok(ids)
    }

    /// Releases, sends and records one message. False when somebody else has it.
    fn one(&mut self, channel: &EmailChannel, id: MessageId) -> Result<bool, ServiceError> {
        self.app.pass(Point::MessageDue(id));
        let ctx = at_this_moment(self.app, self.ctx);
        match release::release(self.app, &ctx, &self.owner, id)? {
            Release::Taken => return Ok(false),
            Release::Dropped => self.report.dropped += 1,
            Release::Postponed => self.report.postponed += 1,
            Release::Failed => self.report.failed += 1,
            Release::Ready(released) => self.send(channel, &released)?,
        }
        Ok(true)
    }

    fn send(&mut self, channel: &EmailChannel, released: &Released) -> Result<(), ServiceError> {
        // No transaction is open here: what the row says now is `sending`, until the lease ends.
        let id = released.message.id;
        self.app.pass(Point::MessageReleased(id));
        let delivery = channel.send(&released.envelope);
        self.app.pass(Point::MessageSent(id));
        let lost = matches!(delivery, Delivery::TemporaryFailure { code: None, .. });
        self.lost_in_a_row = if lost { self.lost_in_a_row + 1 } else { 0 };
        let ctx = at_this_moment(self.app, self.ctx);
        match outcome::record(self.app, &ctx, &self.owner, released, &delivery)? {
            outcome::Fate::Sent => self.report.sent += 1,
            outcome::Fate::ToRetry => self.report.to_retry += 1,
            outcome::Fate::Failed => self.report.failed += 1,
            outcome::Fate::Unknown => self.report.unknown += 1,
        }
        self.app.pass(Point::FateRecorded(id));
        Ok(())
    }
}

/// Writes how the actions of a message ended.
fn end_actions(
    tx: &mut puntual_store::Tx<'_>,
    ctx: &Ctx,
    message: MessageId,
    state: &str,
) -> Result<(), ServiceError> {
    for action in action::of_message(tx, ctx.scope(), message)? {
        action::set_state(tx, ctx.scope(), action.id, state, ctx.now_ms)?;
    }
    Ok(())
}
