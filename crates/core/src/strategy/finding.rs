//! What the checks of a strategy find: the line, how grave it is, and what, with its fields; said in
//! Spanish and English for the command line. It looks for nothing: see [`super::audit`].

use super::branch::Trigger;
use crate::hours::Person;
use std::fmt;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It cannot be published so.
    Error,
    /// It can, and somebody should look.
    Warning,
}

impl Severity {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// A stage without steps.
    EmptyStage {
        /// Its key.
        stage: String,
    },
    /// A later step is always reached by the same day, so this one never is.
    Unreachable {
        /// The step.
        step: String,
        /// The step that hides it.
        hidden_by: String,
        /// The line of that one.
        other_line: usize,
    },
    /// No number, or no customer, meets the conditions.
    Impossible {
        /// The step.
        step: String,
        /// The condition, by its key.
        condition: &'static str,
    },
    /// After the last step nothing more is done, and no person was asked to decide.
    DeadEnd {
        /// The last step.
        step: String,
    },
    /// Whoever meets no condition of the last steps is left without one.
    ConditionalEnd {
        /// The last step.
        step: String,
    },
    /// A message answers an event that the message itself may cause, at once.
    Loop {
        /// The step.
        step: String,
        /// The event.
        trigger: Trigger,
    },
    /// Two rules say different things of the same.
    Conflict {
        /// What both are about: the event, or the segment.
        about: String,
        /// The line of the other.
        other_line: usize,
    },
    /// The tone falls although the step is more severe.
    MilderTone {
        /// The step.
        step: String,
        /// The step before it.
        after: String,
    },
    /// The law of contact never allows it.
    Forbidden {
        /// The step.
        step: String,
        /// The rule.
        rule: String,
        /// The kinds of person it protects.
        persons: Vec<Person>,
    },
    /// Whenever the debt falls due, the law puts it off until the next step takes its place.
    AlwaysTooLate {
        /// The step.
        step: String,
        /// The rule.
        rule: String,
        /// The kinds of person it protects.
        persons: Vec<Person>,
    },
    /// A message without a template.
    NoTemplate {
        /// The step.
        step: String,
    },
    /// A template that does not exist.
    UnknownTemplate {
        /// The step.
        step: String,
        /// The template.
        template: String,
    },
    /// It goes to court or an agency without anybody's approval.
    UnapprovedEscalation {
        /// The step.
        step: String,
    },
    /// Customers of this segment have no strategy.
    SegmentWithout {
        /// The segment; empty for customers of none.
        segment: String,
    },
}

/// A finding, with the line it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Line of the text, counted from 1.
    pub line: usize,
    /// How grave.
    pub severity: Severity,
    /// What.
    pub kind: FindingKind,
}

impl Finding {
    /// Stable code, `snake_case`.
    pub fn code(&self) -> &'static str {
        match &self.kind {
            FindingKind::EmptyStage { .. } => "empty_stage",
            FindingKind::Unreachable { .. } => "unreachable",
            FindingKind::Impossible { .. } => "impossible",
            FindingKind::DeadEnd { .. } => "dead_end",
            FindingKind::ConditionalEnd { .. } => "conditional_end",
            FindingKind::Loop { .. } => "loop",
            FindingKind::Conflict { .. } => "conflict",
            FindingKind::MilderTone { .. } => "milder_tone",
            FindingKind::Forbidden { .. } => "forbidden",
            FindingKind::AlwaysTooLate { .. } => "always_too_late",
            FindingKind::NoTemplate { .. } => "no_template",
            FindingKind::UnknownTemplate { .. } => "unknown_template",
            FindingKind::UnapprovedEscalation { .. } => "unapproved_escalation",
            FindingKind::SegmentWithout { .. } => "segment_without",
        }
    }

    /// The fields a sentence in any language is made from.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match &self.kind {
            FindingKind::EmptyStage { stage } => vec![("stage", stage.clone())],
            FindingKind::Unreachable { step, hidden_by, other_line } => vec![
                ("step", step.clone()),
                ("hidden_by", hidden_by.clone()),
                ("other_line", other_line.to_string()),
            ],
            FindingKind::Impossible { step, condition } => {
                vec![("step", step.clone()), ("condition", (*condition).to_owned())]
            }
            FindingKind::DeadEnd { step }
            | FindingKind::ConditionalEnd { step }
            | FindingKind::NoTemplate { step }
            | FindingKind::UnapprovedEscalation { step } => vec![("step", step.clone())],
            FindingKind::Loop { step, trigger } => {
                vec![("step", step.clone()), ("trigger", trigger.as_str().to_owned())]
            }
            FindingKind::Conflict { about, other_line } => {
                vec![("about", about.clone()), ("other_line", other_line.to_string())]
            }
            FindingKind::MilderTone { step, after } => {
                vec![("step", step.clone()), ("after", after.clone())]
            }
            FindingKind::Forbidden { step, rule, persons }
            | FindingKind::AlwaysTooLate { step, rule, persons } => {
                let persons: Vec<&str> = persons.iter().map(|person| person.as_str()).collect();
                vec![("step", step.clone()), ("rule", rule.clone()), ("persons", persons.join(" "))]
            }
            FindingKind::UnknownTemplate { step, template } => {
                vec![("step", step.clone()), ("template", template.clone())]
            }
            FindingKind::SegmentWithout { segment } => vec![("segment", segment.clone())],
        }
    }
}

impl fmt::Display for Finding {
    /// In both languages, as the command line says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, spanish, english) = (self.line, self.in_spanish(), self.in_english());
        write!(f, "línea {line}: {spanish} (line {line}: {english})")
    }
}

impl Finding {
    /// What is wrong and what to do, in Spanish.
    pub fn in_spanish(&self) -> String {
        self.said().0
    }

    /// The same in English.
    pub fn in_english(&self) -> String {
        self.said().1
    }

    fn said(&self) -> (String, String) {
        let (spanish, english) = match &self.kind {
            FindingKind::EmptyStage { stage } => (
                format!("la etapa «{stage}» no tiene pasos"),
                format!("stage {stage:?} has no steps"),
            ),
            FindingKind::Unreachable { step, hidden_by, other_line } => (
                format!(
                    "nunca se llega al paso «{step}»: «{hidden_by}» (línea {other_line}) lo tapa"
                ),
                format!(
                    "step {step:?} is never reached: {hidden_by:?} (line {other_line}) hides it"
                ),
            ),
            FindingKind::Impossible { step, condition } => (
                format!("nadie cumple «{condition}» del paso «{step}»"),
                format!("nobody meets {condition:?} of step {step:?}"),
            ),
            FindingKind::DeadEnd { step } => (
                format!("tras «{step}» ya no se hace nada y nadie decide: termine con una persona"),
                format!("after {step:?} nothing is done and nobody decides: end with a person"),
            ),
            FindingKind::ConditionalEnd { step } => (
                format!("quien no cumple las condiciones de «{step}» queda sin último paso"),
                format!("whoever does not meet the conditions of {step:?} has no last step"),
            ),
            FindingKind::Loop { step, trigger } => {
                let trigger = trigger.as_str();
                (
                    format!("«{step}» responde a {trigger} y puede volver a causarlo sin espera"),
                    format!("{step:?} answers {trigger} and may cause it again without a wait"),
                )
            }
            FindingKind::Conflict { about, other_line } => (
                format!("contradice lo que la línea {other_line} manda para {about}"),
                format!("contradicts what line {other_line} says for {about}"),
            ),
            FindingKind::MilderTone { step, after } => (
                format!("«{step}» habla más suave que «{after}», que va antes"),
                format!("{step:?} speaks milder than {after:?} before it"),
            ),
            FindingKind::Forbidden { step, rule, .. } => (
                format!("la ley nunca permite «{step}» ({rule})"),
                format!("the law never allows {step:?} ({rule})"),
            ),
            FindingKind::AlwaysTooLate { step, rule, .. } => (
                format!("la ley ({rule}) atrasa «{step}» hasta que el paso siguiente lo reemplaza"),
                format!("the law ({rule}) puts {step:?} off until the next step takes its place"),
            ),
            FindingKind::NoTemplate { step } => (
                format!("el mensaje «{step}» no tiene plantilla"),
                format!("message {step:?} has no template"),
            ),
            FindingKind::UnknownTemplate { step, template } => (
                format!("no hay plantilla «{template}» para «{step}»"),
                format!("there is no template {template:?} for {step:?}"),
            ),
            FindingKind::UnapprovedEscalation { step } => (
                format!("«{step}» sale de la casa sin que nadie lo apruebe"),
                format!("{step:?} leaves the house without anybody's approval"),
            ),
            FindingKind::SegmentWithout { segment } => (
                format!("los clientes del segmento «{segment}» quedan sin estrategia"),
                format!("customers of segment {segment:?} have no strategy"),
            ),
        };
        (spanish, english)
    }
}
