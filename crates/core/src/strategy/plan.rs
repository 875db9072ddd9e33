//! The plan of one customer for one day: of what each receivable has reached and what forbids it
//! ([`super::assess`]), one action per currency and channel for what remains.
//!
//! Pure and deterministic: the same facts in any order give the same plan, and planning again
//! after the steps are recorded gives no action. A customer who was left alone for weeks gets the
//! current step once, never the ones that were missed.

use super::assess::{Answers, Assessed, DayOf};
use super::explain::Reason;
use super::facts::{ContactPointFacts, CustomerFacts};
use super::guard::{ContactRequest, Decision, PastContact, Purpose, decide};
use super::{Step, StepMark, Strategy, Tone};
use crate::calendar::Calendar;
use crate::currency::Currency;
use crate::date::Day;
use crate::hours::{Channel, Moment};
use crate::id::{ContactPointId, CreditorId, CustomerId, DocumentId, ReceivableId};
use crate::money::Money;
use std::collections::BTreeMap;

/// Whether something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Today, from this moment on in the debtor's time.
    Act {
        /// First moment the rules of contact allow.
        not_before: Moment,
    },
    /// Not today: the rules of contact put it off. It is planned afresh on that day.
    Defer {
        /// First moment the rules of contact allow.
        not_before: Moment,
    },
    /// Not done; the reasons say why.
    Skip,
}

impl Verdict {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Act { .. } => "act",
            Verdict::Defer { .. } => "defer",
            Verdict::Skip => "skip",
        }
    }
}

/// A receivable within a planned action, or left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedLine {
    /// The receivable.
    pub receivable: ReceivableId,
    /// Its document.
    pub document: DocumentId,
    /// The document's number.
    pub document_number: String,
    /// Day due.
    pub due: Day,
    /// Days past due today; negative before.
    pub overdue_days: i32,
    /// What is open.
    pub open: Money,
    /// What is claimed: open less the disputed part and money on account.
    pub claim: Money,
    /// The receivable's own step, to be recorded when the action is done; `None` when the line is
    /// only context or no step was reached.
    pub step: Option<StepMark>,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// The step an action carries out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    /// Key of the step.
    pub key: String,
    /// Its place in the track, 0 the mildest.
    pub position: usize,
    /// Template, for messages.
    pub template: Option<String>,
    /// How it speaks.
    pub tone: Tone,
    /// What for; wanted again when the action is rechecked before it leaves.
    pub purpose: Purpose,
    /// Whether a person must approve it.
    pub needs_approval: bool,
}

/// One action, or one group of receivables left alone for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// On whose behalf.
    pub creditor: CreditorId,
    /// Who.
    pub customer: CustomerId,
    /// How; `None` when no step was reached.
    pub channel: Option<Channel>,
    /// Where to; `None` for tasks.
    pub contact_point: Option<ContactPointId>,
    /// The most severe step of the receivables concerned.
    pub step: Option<PlannedStep>,
    /// Currency of all its lines.
    pub currency: Currency,
    /// Sum of the claims acted on, or of what is open when skipped; smallest units.
    pub amount_minor: i128,
    /// Whether it is done.
    pub verdict: Verdict,
    /// The receivables acted on, oldest due first.
    pub lines: Vec<PlannedLine>,
    /// Overdue receivables whose steps are done, which a message may list besides.
    pub context: Vec<PlannedLine>,
    /// Why the whole of it is so.
    pub reasons: Vec<Reason>,
}

impl Planned {
    /// Whether it is to be carried out today.
    pub fn is_act(&self) -> bool {
        matches!(self.verdict, Verdict::Act { .. })
    }

    /// What to record on the receivables once the action is done.
    pub fn marks(&self) -> impl Iterator<Item = (ReceivableId, &StepMark)> {
        self.lines.iter().filter_map(|line| Some((line.receivable, line.step.as_ref()?)))
    }
}

/// Plans a customer's day. Every receivable given appears in exactly one result's `lines`, with
/// its reasons. Actions come first, the most severe before the others.
pub fn plan(
    facts: &CustomerFacts,
    strategy: &Strategy,
    calendar: &Calendar,
    today: Day,
) -> Vec<Planned> {
    let day = DayOf::new(facts, strategy, calendar, today);
    let assessed = day.assess_all(Answers::All);
    let mut planned = day.actions(&assessed);
    planned.extend(day.skips(&assessed));
    planned
}

impl<'a> DayOf<'a> {
    /// One action per currency, channel and step of a branch, the most severe first, so that where contacts are
    /// capped the weightier one is made.
    fn actions(&self, assessed: &[Assessed<'a>]) -> Vec<Planned> {
        let Some(track) = self.track else { return Vec::new() };
        let mut groups: BTreeMap<(Currency, Channel, Option<usize>), Group<'_, '_>> =
            BTreeMap::new();
        for one in assessed.iter().filter(|one| one.may_act()) {
            let Some((at, step)) = one.step.and_then(|at| Some((at, track.step(at)?))) else {
                continue;
            };
            let route = self.route(step);
            let of_branch = one.event_on.map(|_| at);
            let key = (one.receivable.open.currency, route.channel, of_branch);
            let group = groups.entry(key).or_insert_with(|| Group {
                at,
                step,
                route: route.clone(),
                members: Vec::new(),
            });
            if at > group.at {
                (group.at, group.step, group.route) = (at, step, route);
            }
            group.members.push((one, step));
        }
        let mut ordered: Vec<_> = groups.into_iter().collect();
        ordered.sort_by_key(|((currency, channel, _), group)| {
            (std::cmp::Reverse(group.at), *channel, *currency)
        });
        let mut contacts = self.facts.contacts.clone();
        let mut planned = Vec::new();
        for ((currency, channel, _), group) in ordered {
            let action = self.action(currency, &group, assessed, &contacts);
            if action.is_act() && channel.is_contact() {
                contacts.push(PastContact { day: self.today, channel, reached: true });
            }
            planned.push(action);
        }
        planned
    }

    fn action(
        &self,
        currency: Currency,
        group: &Group<'_, '_>,
        assessed: &[Assessed<'_>],
        contacts: &[PastContact],
    ) -> Planned {
        let step = group.step;
        let (verdict, mut reasons) = self.permission(step, &group.route, contacts);
        reasons.extend(step.needs_approval.then_some(Reason::NeedsApproval));
        let lines: Vec<PlannedLine> = group
            .members
            .iter()
            .map(|(one, own)| {
                let raised = one.step != Some(group.at);
                let raised = raised.then(|| Reason::RaisedTo { step: step.key.clone() });
                let mut line = self.line(one, Some(own));
                line.reasons.extend(raised);
                line
            })
            .collect();
        let context = assessed
            .iter()
            .filter(|one| one.is_context(self.today) && one.receivable.open.currency == currency)
            .map(|one| self.line(one, None))
            .collect();
        Planned {
            creditor: self.facts.creditor,
            customer: self.facts.customer,
            channel: Some(group.route.channel),
            contact_point: group.route.point.map(|point| point.id),
            step: Some(planned_step(step, group.at)),
            currency,
            amount_minor: lines.iter().map(|line| i128::from(line.claim.minor)).sum(),
            verdict,
            lines,
            context,
            reasons,
        }
    }

    /// How the customer is reached for a step: by its channel, or else by its fallback.
    fn route(&self, step: &Step) -> Route<'a> {
        let (first, obstacle) = self.reach(step.channel);
        let Some(obstacle) = obstacle else {
            return Route { channel: step.channel, point: first, reasons: Vec::new() };
        };
        if let Some((channel, (point, None))) = step.fallback.map(|c| (c, self.reach(c))) {
            let fell_back = Reason::FellBack { from: step.channel, to: channel };
            return Route { channel, point, reasons: vec![fell_back] };
        }
        Route { channel: step.channel, point: None, reasons: vec![obstacle] }
    }

    /// The contact point for a channel, or what stands in the way.
    fn reach(&self, channel: Channel) -> (Option<&'a ContactPointFacts>, Option<Reason>) {
        if !channel.is_contact() {
            return (None, None);
        }
        if self.facts.opt_outs.contains(&channel) {
            return (None, Some(Reason::OptedOut { channel }));
        }
        let serving = |point: &&ContactPointFacts| point.channel == channel && point.usable;
        let usable: Vec<&ContactPointFacts> =
            self.facts.contact_points.iter().filter(serving).collect();
        let refused = !usable.is_empty();
        let point = usable.into_iter().find(|point| !point.opted_out && !point.third_party);
        let obstacle = match (point, refused) {
            (None, true) => Some(Reason::OptedOut { channel }),
            (None, false) if channel.is_sent_by_program() => {
                Some(Reason::NoContactPoint { channel })
            }
            _ => None,
        };
        (point, obstacle)
    }

    /// What the rules of contact say of the action.
    fn permission(
        &self,
        step: &Step,
        route: &Route<'_>,
        contacts: &[PastContact],
    ) -> (Verdict, Vec<Reason>) {
        let mut reasons = route.reasons.clone();
        if reasons.iter().any(Reason::prevents) {
            return (Verdict::Skip, reasons);
        }
        let request = ContactRequest {
            recent: contacts,
            ..ContactRequest::with(
                self.facts,
                (route.channel, route.point),
                step.purpose,
                self.strategy.keep_policies,
                self.calendar,
            )
        };
        let start = Moment::start_of(self.today);
        let verdict = match decide(&request, start) {
            Decision::Allow => Verdict::Act { not_before: start },
            Decision::Defer { not_before, .. } if not_before.day == self.today => {
                Verdict::Act { not_before }
            }
            Decision::Defer { not_before, rule } => {
                reasons.push(Reason::GuardDefers { rule, not_before });
                Verdict::Defer { not_before }
            }
            Decision::Deny { rule } => {
                reasons.push(Reason::GuardDenies { rule });
                Verdict::Skip
            }
        };
        (verdict, reasons)
    }

    /// What is left alone, grouped by currency and first reason against.
    fn skips(&self, assessed: &[Assessed<'_>]) -> Vec<Planned> {
        let mut groups: BTreeMap<(Currency, &str), Vec<&Assessed<'_>>> = BTreeMap::new();
        for one in assessed.iter().filter(|one| !one.may_act()) {
            let against = one.reasons.iter().find(|reason| reason.prevents());
            let code = against.map_or("", Reason::code);
            groups.entry((one.receivable.open.currency, code)).or_default().push(one);
        }
        groups.into_iter().map(|((currency, _), members)| self.skip(currency, &members)).collect()
    }

    fn skip(&self, currency: Currency, members: &[&Assessed<'_>]) -> Planned {
        let highest = members.iter().filter_map(|one| one.step).max();
        let step = highest.and_then(|at| Some((self.track?.step(at)?, at)));
        let lines: Vec<PlannedLine> = members.iter().map(|one| self.line(one, None)).collect();
        let mut reasons: Vec<Reason> = Vec::new();
        for reason in lines.iter().flat_map(|line| &line.reasons).filter(|r| r.prevents()) {
            if !reasons.contains(reason) {
                reasons.push(reason.clone());
            }
        }
        Planned {
            creditor: self.facts.creditor,
            customer: self.facts.customer,
            channel: step.map(|(step, _)| step.channel),
            contact_point: None,
            step: step.map(|(step, at)| planned_step(step, at)),
            currency,
            amount_minor: lines.iter().map(|line| i128::from(line.open.minor)).sum(),
            verdict: Verdict::Skip,
            lines,
            context: Vec::new(),
            reasons,
        }
    }

    fn line(&self, one: &Assessed<'_>, step: Option<&Step>) -> PlannedLine {
        let receivable = one.receivable;
        PlannedLine {
            receivable: receivable.id,
            document: receivable.document,
            document_number: receivable.document_number.clone(),
            due: receivable.due,
            overdue_days: self.today - receivable.due,
            open: receivable.open,
            claim: Money { minor: one.claim_minor, ..receivable.open },
            step: step.map(|step| StepMark {
                key: step.key.clone(),
                offset_days: step.offset_days,
                event_on: one.event_on,
            }),
            reasons: one.reasons.clone(),
        }
    }
}

/// How a customer is reached, and what had to be said about it.
#[derive(Clone)]
struct Route<'a> {
    channel: Channel,
    point: Option<&'a ContactPointFacts>,
    reasons: Vec<Reason>,
}

/// Receivables that share one action.
struct Group<'g, 'a> {
    /// Place of the most severe step.
    at: usize,
    step: &'a Step,
    route: Route<'a>,
    /// Each with its own step.
    members: Vec<(&'g Assessed<'a>, &'a Step)>,
}

fn planned_step(step: &Step, position: usize) -> PlannedStep {
    PlannedStep {
        key: step.key.clone(),
        position,
        template: step.template.clone(),
        tone: step.tone,
        purpose: step.purpose,
        needs_approval: step.needs_approval,
    }
}
