//! What may be agreed, and by whom.
//!
//! Decides the least role whose limits an agreement is within, and by how much it exceeds those of
//! lesser roles. An agreement nobody may approve is refused.

use super::{Schedule, Terms};
use crate::access::Role;

/// Limits of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Who.
    pub role: Role,
    /// Most instalments after the down payment.
    pub most_instalments: u32,
    /// Most days from beginning to end.
    pub most_days: i32,
    /// Most that may be forgiven, basis points of the debt.
    pub most_discount_bps: u32,
    /// Least down payment, basis points of what is not forgiven.
    pub least_down_bps: u32,
    /// Greatest debt, smallest units; any when absent.
    pub most_debt_minor: Option<i64>,
}

/// The limits of a creditor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// From the least role to the greatest.
    pub levels: Vec<Level>,
    /// Least instalment, smallest units, for everybody.
    pub least_instalment_minor: i64,
    /// Days an instalment may be late before the agreement is broken.
    pub grace_days: i32,
}

impl Default for Policy {
    /// Starting values, for each creditor to change: six months for agents, a year for supervisors,
    /// three years for administrators.
    fn default() -> Policy {
        let level = |role, most_instalments, most_days, most_discount_bps, least_down_bps| Level {
            role,
            most_instalments,
            most_days,
            most_discount_bps,
            least_down_bps,
            most_debt_minor: None,
        };
        Policy {
            levels: vec![
                level(Role::Agent, 6, 190, 0, 1_000),
                level(Role::Supervisor, 12, 380, 1_000, 0),
                level(Role::Admin, 36, 1_100, 10_000, 0),
            ],
            least_instalment_minor: 1,
            grace_days: 5,
        }
    }
}

/// A limit that is exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// More instalments than this.
    Instalments(u32),
    /// Longer than this many days.
    Days(i32),
    /// More forgiven than this, basis points.
    Discount(u32),
    /// Less down payment than this, basis points.
    DownPayment(u32),
    /// A greater debt than this, smallest units.
    Debt(i64),
    /// An instalment smaller than this, smallest units.
    SmallInstalment(i64),
}

impl Excess {
    /// Stable code, `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Excess::Instalments(_) => "too_many_instalments",
            Excess::Days(_) => "too_many_days",
            Excess::Discount(_) => "too_much_discount",
            Excess::DownPayment(_) => "too_little_down",
            Excess::Debt(_) => "too_great_a_debt",
            Excess::SmallInstalment(_) => "too_small_an_instalment",
        }
    }
}

/// Who may approve, and why nobody less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The least role that may; `None` when nobody may.
    pub least_role: Option<Role>,
    /// What exceeds the limits of the role just below it, or of the greatest.
    pub excess: Vec<Excess>,
}

/// Who may approve a schedule.
pub fn permission(policy: &Policy, terms: &Terms, schedule: &Schedule) -> Permission {
    let mut excess = Vec::new();
    for level in &policy.levels {
        let exceeded = exceeded(policy, *level, terms, schedule);
        if exceeded.is_empty() {
            return Permission { least_role: Some(level.role), excess };
        }
        excess = exceeded;
    }
    Permission { least_role: None, excess }
}

fn exceeded(policy: &Policy, level: Level, terms: &Terms, schedule: &Schedule) -> Vec<Excess> {
    let later = schedule.after_down();
    let last = later.last().map_or(terms.begins, |one| one.due);
    let share = |part: i64, whole: i64, bps: u32| {
        // part / whole against bps / 10 000, without dividing.
        (i128::from(part) * 10_000).cmp(&(i128::from(whole) * i128::from(bps)))
    };
    let kept = terms.debt_minor - terms.discount_minor;
    let smallest = later.iter().map(|one| one.amount_minor()).min().unwrap_or(0);
    let checks = [
        (later.len() > level.most_instalments as usize)
            .then_some(Excess::Instalments(level.most_instalments)),
        (last - terms.begins > level.most_days).then_some(Excess::Days(level.most_days)),
        share(terms.discount_minor, terms.debt_minor, level.most_discount_bps)
            .is_gt()
            .then_some(Excess::Discount(level.most_discount_bps)),
        share(terms.down_minor, kept, level.least_down_bps)
            .is_lt()
            .then_some(Excess::DownPayment(level.least_down_bps)),
        level.most_debt_minor.filter(|most| terms.debt_minor > *most).map(Excess::Debt),
        (smallest < policy.least_instalment_minor)
            .then_some(Excess::SmallInstalment(policy.least_instalment_minor)),
    ];
    checks.into_iter().flatten().collect()
}
