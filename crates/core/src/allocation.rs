//! Allocation (imputación de pagos): which receivables a payment settles.
//!
//! An ordered list of named policies; each takes what it can explain of the money left and passes
//! the rest on (domain reference C1). Values in, lines and reasons out. Only principal is
//! allocated; interest is claimed by its own documents. Knows nothing of the ledger, of who asks,
//! or of where the debtor's declaration came from.

use crate::date::Day;
use crate::id::ReceivableId;
use crate::money::Money;

/// A rule of allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// What the debtor declared when paying. Prevails in every civil code covered.
    Remittance,
    /// The amount equals one receivable, one net of its known deduction, or one only set of
    /// receivables.
    ExactMatch,
    /// The receivables of a matured promise or plan instalment.
    PromiseOrPlan,
    /// The order the law of the creditor's country gives, among debts already due.
    LegalDefault,
    /// Oldest due date first.
    FifoDue,
    /// In proportion to what is open.
    ProRata,
    /// Left on account for a person to apply.
    Unapplied,
}

impl Policy {
    /// The word used in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Policy::Remittance => "remittance",
            Policy::ExactMatch => "exact_match",
            Policy::PromiseOrPlan => "promise_or_plan",
            Policy::LegalDefault => "legal_default",
            Policy::FifoDue => "fifo_due",
            Policy::ProRata => "pro_rata",
            Policy::Unapplied => "unapplied",
        }
    }
}

/// The order used where a creditor has chosen none.
pub const DEFAULT_ORDER: [Policy; 6] = [
    Policy::Remittance,
    Policy::ExactMatch,
    Policy::PromiseOrPlan,
    Policy::LegalDefault,
    Policy::FifoDue,
    Policy::Unapplied,
];

/// An open receivable of the payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReceivable {
    /// Its id.
    pub id: ReceivableId,
    /// Number of its document, the last tie-breaker people can see.
    pub number: String,
    /// Day the document was issued.
    pub issued: Day,
    /// Day it is due by law.
    pub due: Day,
    /// What is open.
    pub open: Money,
    /// Whether it is guaranteed: one of the things that make a debt more onerous.
    pub secured: bool,
    /// Agreed late interest, basis points a year: the other one.
    pub rate_bps: u32,
    /// What the payer may lawfully keep back now, smallest units: early-payment discount,
    /// certified withholding, agreed short pay.
    pub deduction_minor: i64,
}

/// The money to allocate and what its payer said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received<'a> {
    /// How much; positive.
    pub amount: Money,
    /// Day it takes effect; debts due by then are due.
    pub effective: Day,
    /// Receivables the debtor named, each with the amount if he said one.
    pub remittance: &'a [(ReceivableId, Option<i64>)],
    /// Receivables of a matured promise or plan instalment, with the amount promised.
    pub promised: &'a [(ReceivableId, Option<i64>)],
    /// Country whose law orders what nobody declared, ISO 3166 alpha-2.
    pub country: &'a str,
}

/// Money tied to one receivable by one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllocationLine {
    /// The receivable.
    pub receivable: ReceivableId,
    /// How much; positive and never more than was open.
    pub amount: Money,
    /// The rule that put it there.
    pub policy: Policy,
}

/// Why the money went where it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllocationReason {
    /// A rule placed this much, smallest units.
    Placed {
        /// The rule.
        policy: Policy,
        /// Smallest units.
        minor: i64,
        /// How many receivables.
        receivables: usize,
    },
    /// The debtor named a receivable that is not open in the payment's currency.
    NamedNotOpen(ReceivableId),
    /// The debtor declared more than is open.
    DeclaredMoreThanOpen {
        /// The receivable.
        receivable: ReceivableId,
        /// What was declared, smallest units.
        declared_minor: i64,
        /// What was open, smallest units.
        open_minor: i64,
    },
    /// More than one set of receivables adds up to the amount: a person must choose.
    Ambiguous,
    /// Too many open receivables to look for sets; only single ones were compared.
    TooManyToMatch(usize),
    /// The amount is a receivable less its known deduction, which stays open for its own entry.
    NetOfDeduction {
        /// The receivable.
        receivable: ReceivableId,
        /// The deduction, smallest units.
        minor: i64,
    },
    /// This much found no debt and stays on account, smallest units.
    LeftOnAccount(i64),
    /// The amount is not positive, so nothing is allocated.
    NotPositive,
}

impl AllocationReason {
    /// Stable code, `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            AllocationReason::Placed { policy, .. } => policy.as_str(),
            AllocationReason::NamedNotOpen(_) => "named_not_open",
            AllocationReason::DeclaredMoreThanOpen { .. } => "declared_more_than_open",
            AllocationReason::Ambiguous => "ambiguous",
            AllocationReason::TooManyToMatch(_) => "too_many_to_match",
            AllocationReason::NetOfDeduction { .. } => "net_of_deduction",
            AllocationReason::LeftOnAccount(_) => "left_on_account",
            AllocationReason::NotPositive => "not_positive",
        }
    }
}

/// The result: lines plus remainder are the payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// What is settled, oldest due first within each rule.
    pub lines: Vec<AllocationLine>,
    /// What stays on account.
    pub remainder: Money,
    /// Why, in the order decided.
    pub reasons: Vec<AllocationReason>,
}

/// Sets of receivables are searched only among this many (C1, rule 2).
pub const MAX_MATCHED: usize = 12;

/// Allocates a payment by `policies` in order. Receivables in other currencies or not open take
/// no part. The result does not depend on the order of the receivables; what every rule leaves
/// stays on account.
pub fn allocate(
    payment: &Received<'_>,
    receivables: &[OpenReceivable],
    policies: &[Policy],
) -> Allocation {
    let mut run = Run::new(payment, receivables);
    if payment.amount.minor <= 0 {
        run.reasons.push(AllocationReason::NotPositive);
    }
    for policy in policies {
        if run.left <= 0 || *policy == Policy::Unapplied {
            break;
        }
        let (left, lines) = (run.left, run.lines.len());
        match policy {
            Policy::Remittance => run.declared(payment.remittance, *policy),
            Policy::PromiseOrPlan => run.declared(payment.promised, *policy),
            Policy::ExactMatch => run.exact_match(),
            Policy::LegalDefault => run.legal_default(),
            Policy::FifoDue => run.groups(*policy, |_| true, |debt| (debt.due, debt.place)),
            Policy::ProRata => run.groups(*policy, |_| true, |_| ()),
            Policy::Unapplied => {}
        }
        let (minor, receivables) = (left - run.left, run.lines.len() - lines);
        if minor > 0 {
            run.reasons.push(AllocationReason::Placed { policy: *policy, minor, receivables });
        }
    }
    run.finish()
}

/// A receivable while money is being placed on it.
#[derive(Clone, Copy)]
struct Debt<'a> {
    /// Rank by due date, issue date, number and id, so that ties fall the same way in any order.
    place: usize,
    due: Day,
    open: i64,
    facts: &'a OpenReceivable,
}

struct Run<'a> {
    payment: &'a Received<'a>,
    left: i64,
    debts: Vec<Debt<'a>>,
    lines: Vec<AllocationLine>,
    reasons: Vec<AllocationReason>,
}

impl<'a> Run<'a> {
    fn new(payment: &'a Received<'a>, receivables: &'a [OpenReceivable]) -> Run<'a> {
        let mut open: Vec<&OpenReceivable> = receivables
            .iter()
            .filter(|r| r.open.currency == payment.amount.currency && r.open.minor > 0)
            .collect();
        open.sort_by_key(|r| (r.due, r.issued, &r.number, r.id));
        open.dedup_by_key(|r| r.id);
        let debts = open
            .into_iter()
            .enumerate()
            .map(|(place, facts)| Debt { place, due: facts.due, open: facts.open.minor, facts })
            .collect();
        let left = payment.amount.minor;
        Run { payment, left, debts, lines: Vec::new(), reasons: Vec::new() }
    }

    /// Places up to `minor` on a debt; what is really placed never exceeds what is open or left.
    fn place(&mut self, at: usize, minor: i64, policy: Policy) {
        let minor = minor.min(self.debts[at].open).min(self.left);
        if minor <= 0 {
            return;
        }
        self.debts[at].open -= minor;
        self.left -= minor;
        let receivable = self.debts[at].facts.id;
        let amount = Money::new(minor, self.payment.amount.currency);
        self.lines.push(AllocationLine { receivable, amount, policy });
    }

    /// What the debtor, or a promise, named: in the order of the debts, so that a declaration
    /// without amounts pays the oldest named first.
    fn declared(&mut self, named: &[(ReceivableId, Option<i64>)], policy: Policy) {
        for at in 0..self.debts.len() {
            let (id, open) = (self.debts[at].facts.id, self.debts[at].open);
            for (_, amount) in named.iter().filter(|(receivable, _)| *receivable == id) {
                let declared_minor = amount.unwrap_or(open);
                if declared_minor > open {
                    self.reasons.push(AllocationReason::DeclaredMoreThanOpen {
                        receivable: id,
                        declared_minor,
                        open_minor: open,
                    });
                }
                self.place(at, declared_minor, policy);
            }
        }
        let missing = |id: &ReceivableId| !self.debts.iter().any(|debt| debt.facts.id == *id);
        let mut absent: Vec<ReceivableId> =
            named.iter().map(|(id, _)| *id).filter(|id| missing(id)).collect();
        absent.sort_unstable();
        absent.dedup();
        self.reasons.extend(absent.into_iter().map(AllocationReason::NamedNotOpen));
    }

    fn exact_match(&mut self) {
        let open: Vec<usize> =
            (0..self.debts.len()).filter(|at| self.debts[*at].open > 0).collect();
        let single = |debt: &Debt<'_>| debt.open == self.left;
        let net = |debt: &Debt<'_>| {
            let deduction = debt.facts.deduction_minor;
            deduction > 0 && debt.open - deduction == self.left
        };
        let singles: Vec<usize> =
            open.iter().copied().filter(|at| single(&self.debts[*at])).collect();
        let nets: Vec<usize> = open.iter().copied().filter(|at| net(&self.debts[*at])).collect();
        let chosen = match (singles.as_slice(), nets.as_slice()) {
            ([only], _) => vec![*only],
            ([_, _, ..], _) | ([], [_, _, ..]) => {
                self.reasons.push(AllocationReason::Ambiguous);
                return;
            }
            ([], [only]) => {
                let debt = self.debts[*only].facts;
                let minor = debt.deduction_minor;
                self.reasons.push(AllocationReason::NetOfDeduction { receivable: debt.id, minor });
                vec![*only]
            }
            ([], []) => self.unique_set(&open),
        };
        for at in chosen {
            self.place(at, self.debts[at].open, Policy::ExactMatch);
        }
    }

    /// The one set of at least two debts that adds up to what is left; empty, with the reason
    /// noted, when there is none or more than one.
    fn unique_set(&mut self, open: &[usize]) -> Vec<usize> {
        if open.len() > MAX_MATCHED {
            self.reasons.push(AllocationReason::TooManyToMatch(open.len()));
            return Vec::new();
        }
        let sum = |set: u32| -> i128 {
            let members = open.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 1);
            members.map(|(_, at)| i128::from(self.debts[*at].open)).sum()
        };
        let mut fitting = (1_u32..1 << open.len()).filter(|set| sum(*set) == self.left.into());
        let (first, second) = (fitting.next(), fitting.next());
        match (first, second) {
            (Some(set), None) => {
                let members = open.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 1);
                members.map(|(_, at)| *at).collect()
            }
            (None, _) => Vec::new(),
            (Some(_), Some(_)) => {
                self.reasons.push(AllocationReason::Ambiguous);
                Vec::new()
            }
        }
    }

    /// The order of the law among debts already due; debts not yet due wait for the next rule.
    ///
    /// ES CC 1174, AR CCyC 902: the most onerous (guaranteed, then the higher rate, then the
    /// older), equal ones in proportion. MX CCF 2093: the same, the oldest before proportion.
    /// CL CC 1596–1597, CO CC 1654–1655, PE CC 1259: due before not due, the oldest first.
    fn legal_default(&mut self) {
        let today = self.payment.effective;
        let due = move |debt: &Debt<'_>| debt.due <= today;
        let onerous = matches!(self.payment.country, "ES" | "AR" | "MX");
        if onerous {
            self.groups(Policy::LegalDefault, due, |debt| {
                (!debt.facts.secured, u32::MAX - debt.facts.rate_bps, debt.due)
            });
        } else {
            self.groups(Policy::LegalDefault, due, |debt| (debt.due, debt.facts.issued));
        }
    }

    /// Fills the debts group by group in the order of `key`; within a group in proportion.
    fn groups<K: Ord>(
        &mut self,
        policy: Policy,
        takes_part: impl Fn(&Debt<'_>) -> bool,
        key: impl Fn(&Debt<'_>) -> K,
    ) {
        let mut order: Vec<usize> = (0..self.debts.len())
            .filter(|at| self.debts[*at].open > 0 && takes_part(&self.debts[*at]))
            .collect();
        order.sort_by_key(|at| (key(&self.debts[*at]), self.debts[*at].place));
        let same = |a: &usize, b: &usize| key(&self.debts[*a]) == key(&self.debts[*b]);
        let groups: Vec<Vec<usize>> = order.chunk_by(same).map(<[usize]>::to_vec).collect();
        for group in groups {
            let total: i128 = group.iter().map(|at| i128::from(self.debts[*at].open)).sum();
            let share = total.min(self.left.into()) as i64;
            let weights: Vec<u64> =
                group.iter().map(|at| self.debts[*at].open.unsigned_abs()).collect();
            let parts = Money::new(share, self.payment.amount.currency).split(&weights);
            for (at, part) in group.into_iter().zip(parts) {
                self.place(at, part.minor, policy);
            }
        }
    }

    fn finish(mut self) -> Allocation {
        if self.left > 0 {
            self.reasons.push(AllocationReason::LeftOnAccount(self.left));
        }
        let remainder = Money::new(self.left, self.payment.amount.currency);
        Allocation { lines: self.lines, remainder, reasons: self.reasons }
    }
}
