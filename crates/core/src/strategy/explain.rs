//! Why a receivable is acted on or left alone, as values. Each has a stable code and named fields;
//! screens put them into words.

use super::branch::Trigger;
use super::facts::HoldKind;
use crate::date::Day;
use crate::hours::{Channel, Moment};

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The receivable has reached a step that has not been done.
    StepReached {
        /// Key of the step.
        step: String,
        /// Its days from the anchor.
        offset_days: i32,
        /// Days past due today; negative before.
        overdue_days: i32,
    },
    /// Earlier steps were never done and are not made up for.
    StepsPassedOver {
        /// How many.
        count: usize,
    },
    /// The action speaks with the more severe step of another document.
    RaisedTo {
        /// Key of the action's step.
        step: String,
    },
    /// Money on account was taken off the claim.
    CreditDeducted {
        /// Smallest units.
        credit_minor: i64,
    },
    /// The disputed part was taken off the claim.
    DisputeDeducted {
        /// Smallest units.
        disputed_minor: i64,
    },
    /// The customer cannot be reached as the step says; another channel is used.
    FellBack {
        /// The step's channel.
        from: Channel,
        /// The channel used.
        to: Channel,
    },
    /// A person must approve it.
    NeedsApproval,
    /// Something happened that a step of a branch answers.
    AnswersEvent {
        /// Key of the step.
        step: String,
        /// What happened.
        trigger: Trigger,
        /// When; for a promise, the day it names.
        on: Day,
    },
    /// The days have reached a step whose conditions do not hold.
    ConditionUnmet {
        /// Key of the step.
        step: String,
        /// The first condition that does not, by its key in the text form.
        condition: &'static str,
    },
    /// Nothing is open.
    Settled,
    /// No step has been reached.
    NotYet {
        /// Key of the first step to come.
        step: String,
        /// The day it is reached.
        on: Day,
    },
    /// The strategy has no steps for the customer's segment.
    NoTrack,
    /// No step's conditions hold.
    NoStepApplies,
    /// Something happened lately that is waited for.
    Waits {
        /// What.
        trigger: Trigger,
        /// Last day it is waited for.
        until: Day,
    },
    /// The step reached has been done.
    StepDone {
        /// Key of the step.
        step: String,
        /// The next step and its day, when there is one.
        next: Option<(String, Day)>,
    },
    /// Somebody put a hold.
    OnHold {
        /// What for.
        kind: HoldKind,
        /// Last day, when it has one.
        until: Option<Day>,
        /// In the words of whoever put it.
        why: String,
    },
    /// All that is open is disputed.
    Disputed {
        /// Smallest units.
        disputed_minor: i64,
    },
    /// A promise is being waited for.
    Promised {
        /// The day promised.
        promised_on: Day,
        /// Last day it is waited for.
        waits_until: Day,
    },
    /// Money on account pays all that could be claimed.
    CoveredByCredit {
        /// Smallest units.
        credit_minor: i64,
    },
    /// The claim is smaller than is acted on.
    BelowMinimum {
        /// Smallest units.
        claim_minor: i64,
        /// Smallest units.
        minimum_minor: i64,
    },
    /// There is no working address for the channel.
    NoContactPoint {
        /// The channel.
        channel: Channel,
    },
    /// The customer refused the channel.
    OptedOut {
        /// The channel.
        channel: Channel,
    },
    /// A rule of contact puts it off.
    GuardDefers {
        /// Id of the rule.
        rule: String,
        /// First moment allowed, in the debtor's time.
        not_before: Moment,
    },
    /// A rule of contact forbids it.
    GuardDenies {
        /// Id of the rule.
        rule: String,
    },
}

impl Reason {
    /// Stable code, `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::StepReached { .. } => "step_reached",
            Reason::StepsPassedOver { .. } => "steps_passed_over",
            Reason::RaisedTo { .. } => "raised_to",
            Reason::CreditDeducted { .. } => "credit_deducted",
            Reason::DisputeDeducted { .. } => "dispute_deducted",
            Reason::FellBack { .. } => "fell_back",
            Reason::NeedsApproval => "needs_approval",
            Reason::AnswersEvent { .. } => "answers_event",
            Reason::ConditionUnmet { .. } => "condition_unmet",
            Reason::Settled => "settled",
            Reason::NotYet { .. } => "not_yet",
            Reason::NoTrack => "no_track",
            Reason::NoStepApplies => "no_step_applies",
            Reason::Waits { .. } => "waits",
            Reason::StepDone { .. } => "step_done",
            Reason::OnHold { .. } => "on_hold",
            Reason::Disputed { .. } => "disputed",
            Reason::Promised { .. } => "promised",
            Reason::CoveredByCredit { .. } => "covered_by_credit",
            Reason::BelowMinimum { .. } => "below_minimum",
            Reason::NoContactPoint { .. } => "no_contact_point",
            Reason::OptedOut { .. } => "opted_out",
            Reason::GuardDefers { .. } => "guard_defers",
            Reason::GuardDenies { .. } => "guard_denies",
        }
    }

    /// Whether it is a reason not to act today.
    pub fn prevents(&self) -> bool {
        !matches!(
            self,
            Reason::StepReached { .. }
                | Reason::StepsPassedOver { .. }
                | Reason::RaisedTo { .. }
                | Reason::CreditDeducted { .. }
                | Reason::DisputeDeducted { .. }
                | Reason::FellBack { .. }
                | Reason::NeedsApproval
                | Reason::AnswersEvent { .. }
                | Reason::ConditionUnmet { .. }
        )
    }

    /// The fields by name, as text: what a sentence in any language is made from. Amounts are in
    /// smallest units of the receivable's currency and their names end in `_minor`.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Reason::StepReached { step, offset_days, overdue_days } => vec![
                ("step", step.clone()),
                ("offset_days", offset_days.to_string()),
                ("overdue_days", overdue_days.to_string()),
            ],
            Reason::StepsPassedOver { count } => vec![("count", count.to_string())],
            Reason::RaisedTo { step } => vec![("step", step.clone())],
            Reason::CreditDeducted { credit_minor } | Reason::CoveredByCredit { credit_minor } => {
                vec![("credit_minor", credit_minor.to_string())]
            }
            Reason::DisputeDeducted { disputed_minor } | Reason::Disputed { disputed_minor } => {
                vec![("disputed_minor", disputed_minor.to_string())]
            }
            Reason::FellBack { from, to } => {
                vec![("from", from.as_str().to_owned()), ("to", to.as_str().to_owned())]
            }
            Reason::NeedsApproval | Reason::Settled | Reason::NoTrack | Reason::NoStepApplies => {
                Vec::new()
            }
            Reason::AnswersEvent { step, trigger, on } => vec![
                ("step", step.clone()),
                ("trigger", trigger.as_str().to_owned()),
                ("on", on.to_string()),
            ],
            Reason::ConditionUnmet { step, condition } => {
                vec![("step", step.clone()), ("condition", (*condition).to_owned())]
            }
            Reason::Waits { trigger, until } => {
                vec![("trigger", trigger.as_str().to_owned()), ("until", until.to_string())]
            }
            Reason::NotYet { step, on } => vec![("step", step.clone()), ("on", on.to_string())],
            Reason::StepDone { step, next } => {
                let mut fields = vec![("step", step.clone())];
                fields.extend(next.iter().flat_map(|(next, on)| {
                    [("next_step", next.clone()), ("next_on", on.to_string())]
                }));
                fields
            }
            Reason::OnHold { kind, until, why } => {
                let mut fields = vec![("kind", kind.as_str().to_owned()), ("why", why.clone())];
                fields.extend(until.map(|until| ("until", until.to_string())));
                fields
            }
            Reason::Promised { promised_on, waits_until } => vec![
                ("promised_on", promised_on.to_string()),
                ("waits_until", waits_until.to_string()),
            ],
            Reason::BelowMinimum { claim_minor, minimum_minor } => vec![
                ("claim_minor", claim_minor.to_string()),
                ("minimum_minor", minimum_minor.to_string()),
            ],
            Reason::NoContactPoint { channel } | Reason::OptedOut { channel } => {
                vec![("channel", channel.as_str().to_owned())]
            }
            Reason::GuardDefers { rule, not_before } => {
                vec![("rule", rule.clone()), ("not_before", not_before.to_string())]
            }
            Reason::GuardDenies { rule } => vec![("rule", rule.clone())],
        }
    }
}
