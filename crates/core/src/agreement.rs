//! Agreements (convenios de pago): new due dates for old debts.
//!
//! Decides the schedule (down payment, instalments, interest, discount), whether it is within the
//! policy and whose approval it needs, and what became of it as money came in: kept, late, broken.
//! Money is conserved: what the instalments add up to is the debt, less the discount, plus the
//! interest. Knows nothing of the ledger, of who asks, or of which documents the debt is.

mod policy;
mod schedule;

pub use policy::{Excess, Level, Permission, Policy, permission};
pub use schedule::{Every, Schedule, ScheduleError, Spread, Terms, schedule};

use crate::date::Day;

/// What an agreement does to the debt it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nature {
    /// Novation: new receivables replace the old ones, and the new dates are the legal ones.
    Novation,
    /// Forbearance: the old receivables stay as they are and wait for the instalments.
    Forbearance,
}

impl Nature {
    /// The word used in JSON, on the command line and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Nature::Novation => "novation",
            Nature::Forbearance => "forbearance",
        }
    }

    /// The nature of that word.
    pub fn parse(text: &str) -> Option<Nature> {
        [Nature::Novation, Nature::Forbearance].into_iter().find(|n| n.as_str() == text.trim())
    }
}

/// One amount of an agreement, due on one date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instalment {
    /// The last day to pay it in time.
    pub due: Day,
    /// Of the debt, smallest units.
    pub principal_minor: i64,
    /// Interest agreed, smallest units.
    pub interest_minor: i64,
}

impl Instalment {
    /// What is to be paid, smallest units.
    pub fn amount_minor(self) -> i64 {
        self.principal_minor + self.interest_minor
    }
}

/// Where an agreement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Offered; somebody has to approve or the customer to accept.
    Proposed,
    /// In force.
    Accepted,
    /// Everything was paid.
    Completed,
    /// An instalment was not paid within the days of grace.
    Broken,
    /// Taken back before anything was paid, or never accepted.
    Withdrawn,
}

impl State {
    /// Every state.
    pub const ALL: [State; 5] =
        [State::Proposed, State::Accepted, State::Completed, State::Broken, State::Withdrawn];

    /// The word used in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Proposed => "proposed",
            State::Accepted => "accepted",
            State::Completed => "completed",
            State::Broken => "broken",
            State::Withdrawn => "withdrawn",
        }
    }

    /// The state of that word.
    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// How an instalment stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is not paid of it, smallest units.
    pub left_minor: i64,
    /// Days past due; zero or less when not due, and when nothing is left.
    pub overdue_days: i32,
}

/// What an agreement has come to on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Accepted, completed or broken.
    pub state: State,
    /// Each instalment, in order.
    pub progress: Vec<Progress>,
    /// The first instalment not paid within grace, when it is broken.
    pub broken_by: Option<usize>,
}

/// Judges an agreement in force. `paid_minor` counts towards the instalments in their order, as a
/// debtor who pays an agreement pays what falls due first.
pub fn judge(instalments: &[Instalment], paid_minor: i64, grace_days: i32, today: Day) -> Verdict {
    let mut left_paid = paid_minor.max(0);
    let mut progress = Vec::with_capacity(instalments.len());
    for instalment in instalments {
        let amount = instalment.amount_minor();
        let paid = left_paid.min(amount);
        left_paid -= paid;
        let left_minor = amount - paid;
        let overdue_days = if left_minor > 0 { today - instalment.due } else { 0 };
        progress.push(Progress { left_minor, overdue_days });
    }
    let broken_by = progress.iter().position(|one| one.overdue_days > grace_days.max(0));
    let state = match broken_by {
        Some(_) => State::Broken,
        None if progress.iter().all(|one| one.left_minor == 0) => State::Completed,
        None => State::Accepted,
    };
    Verdict { state, progress, broken_by }
}

#[cfg(test)]
mod tests;
