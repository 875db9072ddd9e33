//! Reasons as stored with an action and as printed by the command line: codes and named fields,
//! which screens put into words.

use puntual_core::strategy::explain::Reason;
use puntual_core::strategy::plan::Planned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A reason: a stable code and its fields by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonText {
    /// Stable code, as `step_reached`.
    pub code: String,
    /// The fields a sentence is made from; amounts in smallest units end in `_minor`.
    #[serde(flatten)]
    pub fields: BTreeMap<String, String>,
}

/// Why one receivable is part of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineWhy {
    /// Number of the document.
    pub document: String,
    /// Due day, `YYYY-MM-DD`.
    pub due: String,
    /// Days past due; negative before.
    pub overdue_days: i32,
    /// What is claimed of it, smallest units.
    pub claim_minor: i64,
    /// Why.
    pub reasons: Vec<ReasonText>,
}

/// Why an action was planned: what is stored in the action's `reasons`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Of the whole.
    pub reasons: Vec<ReasonText>,
    /// Of each receivable.
    pub lines: Vec<LineWhy>,
}

impl From<&Reason> for ReasonText {
    fn from(reason: &Reason) -> ReasonText {
        let fields = reason.fields().into_iter();
        ReasonText {
            code: reason.code().to_owned(),
            fields: fields.map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }
}

impl Why {
    /// The reasons of a planned action.
    pub fn of(planned: &Planned) -> Why {
        let lines = planned.lines.iter().map(|line| LineWhy {
            document: line.document_number.clone(),
            due: line.due.to_string(),
            overdue_days: line.overdue_days,
            claim_minor: line.claim.minor,
            reasons: line.reasons.iter().map(ReasonText::from).collect(),
        });
        Why {
            reasons: planned.reasons.iter().map(ReasonText::from).collect(),
            lines: lines.collect(),
        }
    }

    /// Reads what is stored with an action; nothing when it is not understood.
    pub fn read(stored: &str) -> Why {
        serde_json::from_str(stored).unwrap_or_default()
    }

    /// As stored with an action.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// Reasons in one line for the timeline and the outbox: codes with their fields.
pub fn in_line(reasons: &[Reason]) -> String {
    let mut seen: Vec<String> = Vec::new();
    for reason in reasons {
        let fields: Vec<String> =
            reason.fields().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let text = match fields.is_empty() {
            true => reason.code().to_owned(),
            false => format!("{} ({})", reason.code(), fields.join(", ")),
        };
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen.join("; ")
}
