//! A planned action as the command line prints it (`puntual plan`).

use super::why::ReasonText;
use crate::facts::Case;
use puntual_core::currency::Currency;
use puntual_core::hours::{Channel, Moment};
use puntual_core::id::CustomerId;
use puntual_core::money;
use puntual_core::strategy::plan::{Planned, Verdict};
use serde::Serialize;

/// One action the strategies would carry out, or one group of receivables left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedLine {
    /// The creditor's code for the customer.
    pub customer: String,
    /// The customer's id, for links.
    #[serde(skip)]
    pub customer_id: CustomerId,
    /// The customer's name.
    #[serde(skip)]
    pub customer_name: String,
    /// The amount as a number of smallest units with its currency.
    #[serde(skip)]
    pub minor: (i128, Currency),
    /// `message`, `task`, or nothing when no step was reached.
    pub action: Option<&'static str>,
    /// `email`, `call`…
    pub channel: Option<&'static str>,
    /// Key of the step.
    pub step: Option<String>,
    /// Numbers of the documents concerned.
    pub documents: Vec<String>,
    /// What is claimed, or what is open when skipped; decimal.
    pub amount: String,
    /// Its currency.
    pub currency: String,
    /// First moment allowed in the debtor's time, `YYYY-MM-DDTHH:MM`.
    pub at: Option<String>,
    /// `act`, `defer` or `skip`.
    pub verdict: &'static str,
    /// Why, first of the whole, then of its receivables, without repetition.
    pub reasons: Vec<ReasonText>,
}

impl PlannedLine {
    /// One line for people.
    pub fn summary(&self) -> String {
        let codes: Vec<&str> = self.reasons.iter().map(|reason| reason.code.as_str()).collect();
        format!(
            "{} · {} · {} {} · {} {} · {} · {}",
            self.verdict,
            self.customer,
            self.channel.unwrap_or("-"),
            self.step.as_deref().unwrap_or("-"),
            self.amount,
            self.currency,
            self.documents.join(", "),
            codes.join(", "),
        )
    }

    /// A plan of a customer as a line.
    pub(super) fn of(case: &Case, planned: &Planned) -> PlannedLine {
        let mut reasons: Vec<ReasonText> = Vec::new();
        let of_lines = planned.lines.iter().flat_map(|line| &line.reasons);
        for reason in planned.reasons.iter().chain(of_lines).map(ReasonText::from) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let at = match planned.verdict {
            Verdict::Act { not_before } | Verdict::Defer { not_before } => Some(not_before),
            Verdict::Skip => None,
        };
        PlannedLine {
            customer: case.customer.code.clone(),
            customer_id: case.customer.id,
            customer_name: case.customer.name.clone(),
            minor: (planned.amount_minor, planned.currency),
            action: planned.channel.map(action_word),
            channel: planned.channel.map(Channel::as_str),
            step: planned.step.as_ref().map(|step| step.key.clone()),
            documents: planned.lines.iter().map(|line| line.document_number.clone()).collect(),
            amount: money::plain(planned.amount_minor, planned.currency),
            currency: planned.currency.to_string(),
            at: at.map(|moment: Moment| moment.to_string()),
            verdict: planned.verdict.as_str(),
            reasons,
        }
    }
}

/// E-mail leaves by itself; everything else is a task for a person.
fn action_word(channel: Channel) -> &'static str {
    if channel == Channel::Email { "message" } else { "task" }
}
