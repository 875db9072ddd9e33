//! The last look before a message leaves: what was planned in the morning against the facts of
//! the moment. It can only hold back or narrow what was planned, never add to it (architecture,
//! invariant 4).

use super::Strategy;
use super::assess::{Answers, Assessed, DayOf};
use super::explain::Reason;
use super::facts::{ContactPointFacts, CustomerFacts};
use super::guard::{ContactRequest, Decision, Purpose, decide};
use crate::calendar::Calendar;
use crate::hours::{Channel, Moment};
use crate::id::{ContactPointId, ReceivableId};
use crate::money::Money;

/// A planned action about to be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending<'a> {
    /// The receivables it was planned for.
    pub receivables: &'a [ReceivableId],
    /// How.
    pub channel: Channel,
    /// Where to, for messages.
    pub contact_point: Option<ContactPointId>,
    /// What for.
    pub purpose: Purpose,
    /// Key of the step, when it is one of a branch: then it is looked at as an answer to the event,
    /// and else as a step of the ladder only.
    pub branch_step: Option<&'a str>,
}

/// What may become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// It may go now, claiming this of each receivable that is still claimable, oldest due first.
    Send {
        /// Receivables with what is claimed of them now.
        claims: Vec<(ReceivableId, Money)>,
        /// Why others it was planned for are left out.
        left_out: Vec<(ReceivableId, Vec<Reason>)>,
    },
    /// It may go later.
    Wait {
        /// First moment allowed, in the debtor's time.
        not_before: Moment,
        /// Why.
        reasons: Vec<Reason>,
    },
    /// It must not go any more.
    Drop {
        /// Why.
        reasons: Vec<Reason>,
    },
}

/// Looks again. `facts` are fresh and their contacts do not contain the action itself; `now` is
/// the debtor's local time. That the steps are already recorded as done is no obstacle.
pub fn recheck(
    pending: &Pending<'_>,
    facts: &CustomerFacts,
    strategy: &Strategy,
    calendar: &Calendar,
    now: Moment,
) -> Release {
    let mut undone = facts.clone();
    for receivable in &mut undone.receivables {
        receivable.last_step = None;
        receivable.branch_steps.clear();
    }
    let answers = pending.branch_step.map_or(Answers::None, Answers::Only);
    let assessed = DayOf::new(&undone, strategy, calendar, now.day).assess_all(answers);
    let concerned: Vec<&Assessed<'_>> =
        assessed.iter().filter(|one| pending.receivables.contains(&one.receivable.id)).collect();
    let (kept, dropped): (Vec<&Assessed<'_>>, Vec<&Assessed<'_>>) =
        concerned.into_iter().partition(|one| !one.reasons.iter().any(Reason::prevents));
    if kept.is_empty() {
        let reasons = dropped.iter().flat_map(|one| prevented(one)).collect::<Vec<_>>();
        // A receivable that is no longer among the open ones is settled.
        let settled = reasons.is_empty().then_some(Reason::Settled);
        return Release::Drop { reasons: reasons.into_iter().chain(settled).collect() };
    }
    let point = pending
        .contact_point
        .and_then(|id| facts.contact_points.iter().find(|point| point.id == id));
    if let Some(obstacle) = unreachable_now(pending, facts, point) {
        return Release::Drop { reasons: vec![obstacle] };
    }
    let request = ContactRequest::with(
        facts,
        (pending.channel, point),
        pending.purpose,
        strategy.keep_policies,
        calendar,
    );
    match decide(&request, now) {
        Decision::Defer { not_before, rule } => {
            Release::Wait { not_before, reasons: vec![Reason::GuardDefers { rule, not_before }] }
        }
        Decision::Deny { rule } => Release::Drop { reasons: vec![Reason::GuardDenies { rule }] },
        Decision::Allow => Release::Send {
            claims: kept.iter().map(|one| claim(one)).collect(),
            left_out: dropped.iter().map(|one| (one.receivable.id, prevented(one))).collect(),
        },
    }
}

fn claim(one: &Assessed<'_>) -> (ReceivableId, Money) {
    (one.receivable.id, Money { minor: one.claim_minor, ..one.receivable.open })
}

fn prevented(one: &Assessed<'_>) -> Vec<Reason> {
    one.reasons.iter().filter(|reason| reason.prevents()).cloned().collect()
}

/// Whether the address planned for has stopped working, or its holder has refused meanwhile.
fn unreachable_now(
    pending: &Pending<'_>,
    facts: &CustomerFacts,
    point: Option<&ContactPointFacts>,
) -> Option<Reason> {
    let channel = pending.channel;
    let refused = facts.opt_outs.contains(&channel) || point.is_some_and(|point| point.opted_out);
    let works = point.is_some_and(|point| point.usable && point.channel == channel);
    if refused {
        Some(Reason::OptedOut { channel })
    } else if channel.is_sent_by_program() && !works {
        Some(Reason::NoContactPoint { channel })
    } else {
        None
    }
}
