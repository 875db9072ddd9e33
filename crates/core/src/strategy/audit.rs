//! Whether a strategy does what whoever wrote it must have meant: states nobody reaches, debts
//! nothing more is done about, answers that answer themselves, rules that fight, steps the law of
//! contact never lets happen in time, and segments without a strategy.
//!
//! It reads the strategy alone; it knows no customer and changes nothing.

use super::branch::{Branch, Then, Trigger};
use super::condition::Conditions;
pub use super::finding::{Finding, FindingKind, Severity};
use super::guard::{ContactLaw, ContactRequest, Decision, PastContact, decide};
use super::text::{Lines, TrackLines};
use super::{Anchor, Step, Strategy, Track};
use crate::calendar::Calendar;
use crate::date::Day;
use crate::hours::{Channel, Moment, Person};
use std::collections::BTreeMap;

/// What a strategy is held against.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Country whose law of contact applies, ISO 3166 alpha-2.
    pub country: &'a str,
    /// The rules of contact, and who makes the contacts.
    pub law: &'a ContactLaw,
    /// Its working days.
    pub calendar: &'a Calendar,
    /// Kinds of person among the customers.
    pub persons: &'a [Person],
    /// Segments of the customers; an empty text for customers of none.
    pub segments: &'a [String],
    /// Keys of the templates there are; when empty, templates are not looked at.
    pub templates: &'a [&'a str],
    /// A day from which to try a year's weekdays; any will do.
    pub today: Day,
}

/// Everything found, errors first, then by line.
pub fn audit(strategy: &Strategy, lines: &Lines, around: &Surroundings<'_>) -> Vec<Finding> {
    let mut auditor = Auditor { around, keep_policies: strategy.keep_policies, found: Vec::new() };
    let unknown = TrackLines::default();
    for (at, track) in strategy.tracks.iter().enumerate() {
        let lines = lines.tracks.get(at).unwrap_or(&unknown);
        auditor.track(track, lines);
    }
    for segment in around.segments {
        let named = Some(segment.as_str()).filter(|segment| !segment.is_empty());
        if strategy.track(named).is_none() {
            let kind = FindingKind::SegmentWithout { segment: segment.clone() };
            auditor.tell(1, Severity::Error, kind);
        }
    }
    let mut found = auditor.found;
    found.sort_by_key(|finding| (finding.severity, finding.line));
    found
}

struct Auditor<'a> {
    around: &'a Surroundings<'a>,
    keep_policies: bool,
    found: Vec<Finding>,
}

impl Auditor<'_> {
    fn tell(&mut self, line: usize, severity: Severity, kind: FindingKind) {
        self.found.push(Finding { line, severity, kind });
    }

    fn track(&mut self, track: &Track, lines: &TrackLines) {
        let line = |at: usize| lines.steps.get(at).copied().unwrap_or(1);
        for (at, stage) in track.stages.iter().enumerate() {
            if !track.steps.iter().any(|step| step.stage == at) {
                let place = lines.stages.get(at).copied().unwrap_or(1);
                let kind = FindingKind::EmptyStage { stage: stage.key.clone() };
                self.tell(place, Severity::Error, kind);
            }
        }
        for (at, step) in track.all_steps().enumerate() {
            self.step(step, line(at), track.segment.as_deref());
        }
        self.hidden(track, lines);
        self.ends(track, &line);
        for (before, at) in track.steps.iter().zip(1..) {
            let Some(step) = track.steps.get(at).filter(|step| step.tone < before.tone) else {
                continue;
            };
            let kind =
                FindingKind::MilderTone { step: step.key.clone(), after: before.key.clone() };
            self.tell(line(at), Severity::Warning, kind);
        }
        self.branches(track, lines);
        self.law(track, lines);
    }

    fn step(&mut self, step: &Step, line: usize, segment: Option<&str>) {
        let name = step.key.clone();
        if let Some(condition) = impossible(&step.conditions, segment) {
            let kind = FindingKind::Impossible { step: name.clone(), condition };
            self.tell(line, Severity::Error, kind);
        }
        let is_message = step.channel.is_sent_by_program();
        match &step.template {
            None if is_message => {
                self.tell(line, Severity::Error, FindingKind::NoTemplate { step: name.clone() });
            }
            Some(template)
                if !self.around.templates.is_empty()
                    && !self.around.templates.contains(&template.as_str()) =>
            {
                let kind =
                    FindingKind::UnknownTemplate { step: name.clone(), template: template.clone() };
                self.tell(line, Severity::Warning, kind);
            }
            _ => {}
        }
        let leaves_house = matches!(step.channel, Channel::Legal | Channel::Agency);
        if leaves_house && !step.needs_approval {
            let kind = FindingKind::UnapprovedEscalation { step: name };
            self.tell(line, Severity::Warning, kind);
        }
    }

    fn hidden(&mut self, track: &Track, lines: &TrackLines) {
        let line = |at: usize| lines.steps.get(at).copied().unwrap_or(1);
        for (at, step) in track.steps.iter().enumerate() {
            let Some(other) = hidden_by(track, at) else { continue };
            let kind = FindingKind::Unreachable {
                step: step.key.clone(),
                hidden_by: track.steps[other].key.clone(),
                other_line: line(other),
            };
            self.tell(line(at), Severity::Error, kind);
        }
    }

    /// The ladder must end with a person, and for everybody.
    fn ends(&mut self, track: &Track, line: &dyn Fn(usize) -> usize) {
        let Some((at, last)) = track.steps.iter().enumerate().next_back() else { return };
        if last.channel.is_contact() {
            let kind = FindingKind::DeadEnd { step: last.key.clone() };
            self.tell(line(at), Severity::Warning, kind);
        }
        if !last.conditions.is_empty() {
            let kind = FindingKind::ConditionalEnd { step: last.key.clone() };
            self.tell(line(at), Severity::Warning, kind);
        }
    }

    fn branches(&mut self, track: &Track, lines: &TrackLines) {
        let line = |at: usize| lines.branches.get(at).copied().unwrap_or(1);
        let mut place = track.steps.len();
        for (at, branch) in track.branches.iter().enumerate() {
            let mut earlier = track.branches.iter().take(at);
            if let Some(other) = earlier.position(|other| fights(other, branch)) {
                let about = branch.trigger.as_str().to_owned();
                let kind = FindingKind::Conflict { about, other_line: line(other) };
                self.tell(line(at), Severity::Error, kind);
            }
            for step in &branch.steps {
                if feeds_itself(branch.trigger, step) {
                    let (step, trigger) = (step.key.clone(), branch.trigger);
                    let place = lines.steps.get(place).copied().unwrap_or(1);
                    self.tell(place, Severity::Error, FindingKind::Loop { step, trigger });
                }
                place += 1;
            }
        }
    }

    /// Walks the ladder of debts that fall due on each day of a week, and asks the guard.
    fn law(&mut self, track: &Track, lines: &TrackLines) {
        for (at, step) in track.steps.iter().enumerate() {
            if !step.channel.is_contact() || hidden_by(track, at).is_some() {
                continue;
            }
            let line = lines.steps.get(at).copied().unwrap_or(1);
            let (mut forbidden, mut late) = (BTreeMap::new(), BTreeMap::new());
            for person in self.around.persons {
                let week = (0..7).map(|ahead| self.around.today + ahead);
                let verdicts: Vec<Verdict> =
                    week.map(|due| self.try_step(track, at, due, *person)).collect();
                match worst(&verdicts) {
                    Verdict::InTime => continue,
                    Verdict::TooLate(rule) => late.entry(rule).or_insert_with(Vec::new),
                    Verdict::Denied(rule) => forbidden.entry(rule).or_insert_with(Vec::new),
                }
                .push(*person);
            }
            for (rule, persons) in forbidden {
                let kind = FindingKind::Forbidden { step: step.key.clone(), rule, persons };
                self.tell(line, Severity::Error, kind);
            }
            for (rule, persons) in late {
                let kind = FindingKind::AlwaysTooLate { step: step.key.clone(), rule, persons };
                self.tell(line, Severity::Warning, kind);
            }
        }
    }

    /// What the guard says of a step of a debt due on a day, every earlier step having been done.
    fn try_step(&self, track: &Track, at: usize, due: Day, person: Person) -> Verdict {
        let Some(step) = track.steps.get(at) else { return Verdict::InTime };
        let day_of = |step: &Step| due + step.offset_days;
        let before = track.steps.iter().take(at);
        let before = before.filter(|one| one.anchor == step.anchor && one.channel.is_contact());
        let contacts: Vec<PastContact> = before
            .filter(|one| day_of(one) > day_of(step) - 14)
            .map(|one| PastContact { day: day_of(one), channel: one.channel, reached: true })
            .collect();
        let request = ContactRequest {
            law: self.around.law,
            country: self.around.country,
            person,
            channel: step.channel,
            purpose: step.purpose,
            third_party: false,
            opted_out: false,
            authorised: true,
            recent: &contacts,
            keep_policies: self.keep_policies,
            calendar: self.around.calendar,
        };
        match decide(&request, Moment::start_of(day_of(step))) {
            Decision::Allow => Verdict::InTime,
            Decision::Deny { rule } => Verdict::Denied(rule),
            Decision::Defer { not_before, rule } => {
                let mut next = track.steps.iter().skip(at + 1);
                let next =
                    next.find(|next| next.anchor == step.anchor && next.conditions.is_empty());
                match next.is_some_and(|next| day_of(next) <= not_before.day) {
                    true => Verdict::TooLate(rule),
                    false => Verdict::InTime,
                }
            }
        }
    }
}

/// What the guard makes of a step.
#[derive(Clone)]
enum Verdict {
    InTime,
    TooLate(String),
    Denied(String),
}

/// What holds of every day of a week: in time where one day is, forbidden where all are.
fn worst(verdicts: &[Verdict]) -> Verdict {
    let in_time = verdicts.iter().any(|verdict| matches!(verdict, Verdict::InTime));
    let late = verdicts.iter().find(|verdict| matches!(verdict, Verdict::TooLate(_)));
    match (in_time, late) {
        (true, _) => Verdict::InTime,
        (false, Some(late)) => late.clone(),
        (false, None) => verdicts.first().cloned().unwrap_or(Verdict::InTime),
    }
}

/// The more severe step that is there, no later, for everybody a step is for.
fn hidden_by(track: &Track, at: usize) -> Option<usize> {
    let step = track.steps.get(at)?;
    let hides = |other: &Step| {
        let wider = other.conditions.is_empty() || other.conditions == step.conditions;
        other.anchor == step.anchor && other.offset_days <= step.offset_days && wider
    };
    let later = track.steps.iter().skip(at + 1).position(hides)?;
    Some(at + 1 + later)
}

/// Whether two branches on the same event want different things of the ladder.
fn fights(one: &Branch, other: &Branch) -> bool {
    let asks = |branch: &Branch| branch.then != Then::GoOn || branch.steps.is_empty();
    one.trigger == other.trigger && one.then != other.then && asks(one) && asks(other)
}

/// Whether carrying out the step may at once bring about the event it answers: a message to an
/// address that bounces, an automatic answer to an automatic answer.
fn feeds_itself(trigger: Trigger, step: &Step) -> bool {
    let at_once = step.offset_days <= 0 && step.anchor == Anchor::Event;
    let written = step.channel.is_sent_by_program();
    written
        && match trigger {
            Trigger::MessageBounced => step.fallback.is_none() && at_once,
            Trigger::Replied => at_once,
            _ => false,
        }
}

/// The first condition nothing can meet.
fn impossible(conditions: &Conditions, segment: Option<&str>) -> Option<&'static str> {
    let c = conditions;
    let elsewhere = segment
        .is_some_and(|own| !c.segments.is_empty() && c.segments.iter().all(|named| named != own));
    [
        (c.claim.empty_currency().is_some(), "monto"),
        (c.debt.empty_currency().is_some(), "deuda"),
        (c.overdue_days.is_empty(), "mora"),
        (c.age_days.is_empty(), "antiguedad"),
        (c.customer_days.is_empty(), "cliente_desde_dias"),
        (elsewhere, "segmento"),
    ]
    .into_iter()
    .find(|(fails, _)| *fails)
    .map(|(_, key)| key)
}
