//! What each receivable has reached on a day, and all that speaks for and against acting on it. It
//! decides nothing about channels, hours or which receivables share a message: see [`super::plan`].

use super::branch::{Reach, STEP_LATE_DAYS, Then, Trigger};
use super::condition::About;
use super::explain::Reason;
use super::facts::{CustomerFacts, HoldFacts, ReceivableFacts};
use super::{Step, Strategy, Track};
use crate::calendar::Calendar;
use crate::currency::Currency;
use crate::date::Day;
use std::collections::BTreeMap;

/// Positive money on account per currency, or none when the strategy does not net it.
fn credit_by_currency(facts: &CustomerFacts, strategy: &Strategy) -> BTreeMap<Currency, i64> {
    let mut credit = BTreeMap::new();
    for money in facts.unapplied.iter().filter(|_| strategy.nets_credit) {
        let sum: &mut i64 = credit.entry(money.currency).or_default();
        *sum = sum.saturating_add(money.minor);
    }
    credit
}

/// Which steps of branches take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers<'a> {
    /// All of them.
    All,
    /// None: only the ladder counts.
    None,
    /// The one of that key.
    Only(&'a str),
}

/// A receivable with the step it has reached and all that speaks for and against.
pub(super) struct Assessed<'a> {
    pub(super) receivable: &'a ReceivableFacts,
    /// Place of the step reached, done or not.
    pub(super) step: Option<usize>,
    /// For a step of a branch, the day of what it answers.
    pub(super) event_on: Option<Day>,
    pub(super) claim_minor: i64,
    pub(super) reasons: Vec<Reason>,
}

impl Assessed<'_> {
    pub(super) fn may_act(&self) -> bool {
        self.step.is_some() && !self.reasons.iter().any(Reason::prevents)
    }

    /// Overdue, its step done, and nothing else against naming it.
    pub(super) fn is_context(&self, today: Day) -> bool {
        let only_done = matches!(self.reasons.as_slice(), [Reason::StepDone { .. }]);
        only_done && self.receivable.due < today && self.claim_minor > 0
    }
}

/// Everything fixed while one customer's day is planned.
pub(super) struct DayOf<'a> {
    pub(super) facts: &'a CustomerFacts,
    pub(super) strategy: &'a Strategy,
    pub(super) calendar: &'a Calendar,
    pub(super) today: Day,
    pub(super) track: Option<&'a Track>,
}

impl<'a> DayOf<'a> {
    pub(super) fn new(
        facts: &'a CustomerFacts,
        strategy: &'a Strategy,
        calendar: &'a Calendar,
        today: Day,
    ) -> DayOf<'a> {
        let track = strategy.track(facts.segment.as_deref());
        DayOf { facts, strategy, calendar, today, track }
    }

    /// Every receivable, oldest due first: the order in which money on account is set against
    /// them.
    pub(super) fn assess_all(&self, answers: Answers<'_>) -> Vec<Assessed<'a>> {
        let mut receivables: Vec<&'a ReceivableFacts> = self.facts.receivables.iter().collect();
        receivables.sort_by_key(|r| (r.due, r.issued, &r.document_number, r.id));
        let mut credit = credit_by_currency(self.facts, self.strategy);
        let assess = |receivable: &'a ReceivableFacts| {
            let credit = credit.entry(receivable.open.currency).or_default();
            self.assess(receivable, credit, answers)
        };
        receivables.into_iter().map(assess).collect()
    }

    fn assess(
        &self,
        receivable: &'a ReceivableFacts,
        credit: &mut i64,
        answers: Answers<'_>,
    ) -> Assessed<'a> {
        let open = receivable.open.minor;
        let disputed = self.disputed_minor(receivable);
        let undisputed = open.max(0) - disputed;
        let covered = undisputed.min((*credit).max(0));
        *credit -= covered;
        let claim = Claim { claim_minor: undisputed - covered, covered, disputed, undisputed };
        let mut assessed = Assessed {
            receivable,
            step: None,
            event_on: None,
            claim_minor: claim.claim_minor,
            reasons: Vec::new(),
        };
        let Some(track) = self.track else {
            let settled = open <= 0;
            assessed.reasons.push(if settled { Reason::Settled } else { Reason::NoTrack });
            return assessed;
        };
        let about = self.about(receivable, claim.claim_minor);
        if let Some(answer) = self.answer(track, about, answers).filter(|_| open > 0) {
            (assessed.step, assessed.event_on) = (Some(answer.at), Some(answer.on));
            assessed.reasons = self.answered(&answer, receivable, &claim);
            return assessed;
        }
        assessed.step = self.reached(track, about);
        assessed.reasons = match assessed.step {
            _ if open <= 0 => vec![Reason::Settled],
            None => self.not_reached(track, about),
            Some(at) => self.climbed(track, at, about, &claim),
        };
        assessed
    }

    fn about(&self, receivable: &'a ReceivableFacts, claim_minor: i64) -> About<'a> {
        let receivable = Some((receivable, claim_minor));
        About { facts: self.facts, receivable, today: self.today }
    }

    /// How much of it is not claimed because of disputes, as far as the strategy lets them reach.
    fn disputed_minor(&self, receivable: &ReceivableFacts) -> i64 {
        let open = receivable.open.minor.max(0);
        let stops = |branch: &&super::branch::Branch| branch.trigger == Trigger::DisputeOpened;
        let branch = self.track.and_then(|track| track.branches.iter().find(stops));
        let stopped = match branch.map(|branch| &branch.then) {
            Some(Then::Stop { reach: Reach::Document }) => receivable.disputed_minor > 0,
            Some(Then::Stop { reach: Reach::Customer }) => {
                self.facts.receivables.iter().any(|one| one.disputed_minor > 0)
            }
            _ => false,
        };
        if stopped { open } else { receivable.disputed_minor.clamp(0, open) }
    }

    /// The place of the highest step reached by the days or by what happened.
    fn reached(&self, track: &Track, about: About<'_>) -> Option<usize> {
        let (receivable, _) = about.receivable?;
        let due = |step: &Step| step.reached_on(receivable).is_some_and(|on| on <= self.today);
        let applies = |step: &Step| step.conditions.unmet(about).is_none();
        let by_days = track.steps.iter().rposition(|step| due(step) && applies(step));
        let raised = track.branches.iter().filter_map(|branch| {
            let Then::Raise { stage } = branch.then else { return None };
            let mut occurrences = branch.occurrences(self.facts, receivable);
            occurrences.any(|on| on <= self.today).then_some(())?;
            track.steps.iter().position(|step| step.stage == stage && applies(step))
        });
        by_days.max(raised.max())
    }

    /// The step of a branch that is due and not done, the latest written first.
    fn answer(&self, track: &Track, about: About<'a>, answers: Answers<'_>) -> Option<Answer<'a>> {
        let (receivable, _) = about.receivable?;
        if answers == Answers::None {
            return None;
        }
        let mut at = track.steps.len();
        let mut found = None;
        for branch in self.track?.branches.iter() {
            for step in &branch.steps {
                let wanted = answers == Answers::All || answers == Answers::Only(&step.key);
                let is_due = |on: &Day| {
                    (0..=STEP_LATE_DAYS).contains(&(self.today - (*on + step.offset_days)))
                };
                let is_done = |on: Day| {
                    let mut done = receivable.branch_steps.iter();
                    done.any(|mark| mark.key == step.key && mark.event_on == Some(on))
                };
                let mut occurrences = branch.occurrences(self.facts, receivable).filter(is_due);
                let on = occurrences.find(|on| !is_done(*on));
                let on = on.filter(|_| wanted && step.conditions.unmet(about).is_none());
                if let Some(on) = on {
                    found = Some(Answer { at, step, trigger: branch.trigger, on });
                }
                at += 1;
            }
        }
        found
    }

    /// What speaks for and against a step of a branch. Work inside the house waits for nothing but
    /// holds: a dispute is what it may be about.
    fn answered(
        &self,
        answer: &Answer<'_>,
        receivable: &ReceivableFacts,
        claim: &Claim,
    ) -> Vec<Reason> {
        let mut reasons = self.holds(receivable);
        if answer.step.channel.is_contact() {
            reasons.extend(claim.all_disputed());
            if claim.undisputed > 0 {
                reasons.extend(self.claim(answer.step, receivable, claim));
            }
        }
        reasons.push(Reason::AnswersEvent {
            step: answer.step.key.clone(),
            trigger: answer.trigger,
            on: answer.on,
        });
        reasons
    }

    /// What speaks for and against the step of the ladder that was reached.
    fn climbed(&self, track: &Track, at: usize, about: About<'a>, claim: &Claim) -> Vec<Reason> {
        let Some((receivable, _)) = about.receivable else { return Vec::new() };
        let mut reasons = Vec::new();
        let done = self.done(track, at, about);
        let is_done = done.is_some();
        reasons.extend(done);
        reasons.extend(self.holds(receivable));
        if !is_done {
            reasons.extend(claim.all_disputed());
        }
        reasons.extend(self.promise(track, receivable));
        reasons.extend(self.waits(track, receivable));
        if !is_done {
            if claim.undisputed > 0 {
                reasons.extend(self.claim(&track.steps[at], receivable, claim));
            }
            reasons.extend(self.arrived(track, at, about));
        }
        reasons
    }

    /// No step of the ladder was reached: which comes first, or that none is for it.
    fn not_reached(&self, track: &Track, about: About<'_>) -> Vec<Reason> {
        let Some((receivable, _)) = about.receivable else { return Vec::new() };
        let applying = track.steps.iter().filter(|step| step.conditions.unmet(about).is_none());
        let coming = applying.filter_map(|step| Some((step, step.reached_on(receivable)?)));
        // Without a step reached, the step reached first is the earliest to come.
        let first = coming.min_by_key(|(_, on)| *on);
        let first = first.map_or(Reason::NoStepApplies, |(step, on)| Reason::NotYet {
            step: step.key.clone(),
            on,
        });
        std::iter::once(first).chain(self.unmet(track, None, about)).collect()
    }

    /// The highest step above `at` that the days have reached and whose conditions do not hold.
    fn unmet(&self, track: &Track, at: Option<usize>, about: About<'_>) -> Option<Reason> {
        let (receivable, _) = about.receivable?;
        let above = track.steps.iter().skip(at.map_or(0, |at| at + 1)).rev();
        let mut due = above.filter(|step| {
            !step.conditions.is_empty()
                && step.reached_on(receivable).is_some_and(|on| on <= self.today)
        });
        due.find_map(|step| {
            let condition = step.conditions.unmet(about)?;
            Some(Reason::ConditionUnmet { step: step.key.clone(), condition })
        })
    }

    fn done(&self, track: &Track, at: usize, about: About<'_>) -> Option<Reason> {
        let (receivable, _) = about.receivable?;
        let last = track.position(receivable.last_step.as_ref()?)?;
        if at > last {
            return None;
        }
        let ahead = track.steps.iter().skip(last + 1);
        let ahead = ahead.filter(|step| step.conditions.unmet(about).is_none());
        let next = ahead
            .filter_map(|step| Some((step.key.clone(), step.reached_on(receivable)?)))
            .find(|(_, on)| *on > self.today);
        Some(Reason::StepDone { step: track.steps[last].key.clone(), next })
    }

    fn holds(&self, receivable: &ReceivableFacts) -> Vec<Reason> {
        let mut holds: Vec<_> = self
            .facts
            .holds
            .iter()
            .filter(|hold| hold.suspends(receivable.id, self.today))
            .collect();
        holds.sort_by_key(|hold| (hold.kind.as_str(), hold.since, hold.until, &hold.why));
        let reason = |hold: &HoldFacts| Reason::OnHold {
            kind: hold.kind,
            until: hold.until,
            why: hold.why.clone(),
        };
        holds.into_iter().map(reason).collect()
    }

    fn promise(&self, track: &Track, receivable: &ReceivableFacts) -> Option<Reason> {
        let promised_on = receivable.promised_until?;
        let mut branches = track.branches.iter();
        let branch = branches.find(|branch| branch.trigger == Trigger::PromiseMade);
        let waits_until = match branch.map(|branch| &branch.then) {
            Some(Then::GoOn) => return None,
            Some(Then::Wait { days: Some(days) }) => promised_on + *days,
            _ => self.strategy.promise_grace.ends(promised_on, self.calendar),
        };
        (self.today <= waits_until).then_some(Reason::Promised { promised_on, waits_until })
    }

    /// What happened lately that the ladder waits for.
    fn waits(&self, track: &Track, receivable: &ReceivableFacts) -> Option<Reason> {
        let waiting = track.branches.iter().filter_map(|branch| {
            let Then::Wait { days: Some(days) } = branch.then else { return None };
            if branch.trigger == Trigger::PromiseMade {
                return None;
            }
            let occurrences = branch.occurrences(self.facts, receivable);
            let until = occurrences.filter(|on| *on <= self.today).map(|on| on + days).max()?;
            (self.today <= until).then_some(Reason::Waits { trigger: branch.trigger, until })
        });
        waiting.max_by_key(|reason| match reason {
            Reason::Waits { until, .. } => *until,
            _ => Day(i32::MIN),
        })
    }

    /// What is taken off the claim, and whether enough is left of it.
    fn claim(&self, step: &Step, receivable: &ReceivableFacts, claim: &Claim) -> Vec<Reason> {
        let &Claim { claim_minor, covered, disputed, .. } = claim;
        let minimum_minor = self.strategy.minimum_minor(step, receivable.open.currency);
        let mut reasons = Vec::new();
        if claim_minor == 0 {
            reasons.push(Reason::CoveredByCredit { credit_minor: covered });
        } else if claim_minor < minimum_minor {
            reasons.push(Reason::BelowMinimum { claim_minor, minimum_minor });
        }
        if covered > 0 && claim_minor > 0 {
            reasons.push(Reason::CreditDeducted { credit_minor: covered });
        }
        if disputed > 0 {
            reasons.push(Reason::DisputeDeducted { disputed_minor: disputed });
        }
        reasons
    }

    /// Why the step is to be done.
    fn arrived(&self, track: &Track, at: usize, about: About<'_>) -> Vec<Reason> {
        let Some((receivable, _)) = about.receivable else { return Vec::new() };
        let step = &track.steps[at];
        let last = receivable.last_step.as_ref().and_then(|mark| track.position(mark));
        let between = track.steps.iter().take(at).skip(last.map_or(0, |last| last + 1));
        let count = between.filter(|step| step.conditions.unmet(about).is_none()).count();
        let reached = Reason::StepReached {
            step: step.key.clone(),
            offset_days: step.offset_days,
            overdue_days: self.today - receivable.due,
        };
        let passed = (count > 0).then_some(Reason::StepsPassedOver { count });
        let unmet = self.unmet(track, Some(at), about);
        std::iter::once(reached).chain(passed).chain(unmet).collect()
    }
}

/// The parts of a claim, smallest units.
struct Claim {
    claim_minor: i64,
    covered: i64,
    disputed: i64,
    undisputed: i64,
}

impl Claim {
    /// All that is open is disputed.
    fn all_disputed(&self) -> Option<Reason> {
        let disputed_minor = self.disputed;
        (self.undisputed == 0).then_some(Reason::Disputed { disputed_minor })
    }
}

/// A step of a branch that is due, and the day of what it answers.
struct Answer<'a> {
    /// Its place in the track.
    at: usize,
    step: &'a Step,
    trigger: Trigger,
    on: Day,
}
