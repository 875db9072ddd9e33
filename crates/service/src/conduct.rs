//! A customer's conduct in one place: lapse or trend, the score with its reasons, signals that deserve
//! a look, and the days it usually pays on. Each is decided by the core; here the facts are gathered.

use crate::behaviour;
use crate::clock::day_in_zone;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::portfolios::{CustomerName, View};
use puntual_core::behaviour::Judgement;
use puntual_core::date::Day;
use puntual_core::habits::{Habits, habits};
use puntual_core::id::CustomerId;
use puntual_core::portfolio::{AsOf, Line, Scope as Whose};
use puntual_core::ratio::Ratio;
use puntual_core::scorecard::{self, Score, score};
use puntual_core::signals::{Signal, Words, signals};
use puntual_store::Tx;
use puntual_store::standing::{self, Dispute, Promise};
use std::collections::HashMap;

/// How a customer conducts itself, as of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conduct {
    /// Lapse or trend, with its evidence.
    pub judgement: Judgement,
    /// Points, class and reasons.
    pub score: Score,
    /// What deserves a look.
    pub signals: Vec<Signal>,
    /// The days it usually pays on.
    pub habits: Habits,
}

/// The day a dispute was closed and whether the customer was right; `None` while it is open.
type Ended = Option<(Day, bool)>;

/// What customers said and disputed, gathered for many at once.
#[derive(Clone, Debug, Default)]
pub struct Said {
    promises: HashMap<CustomerId, Vec<(Day, bool)>>,
    /// Day opened, and how each ended.
    disputes: HashMap<CustomerId, Vec<(Day, Ended)>>,
}

impl Said {
    /// Everybody's, as of a day.
    pub fn load(tx: &mut Tx<'_>, ctx: &Ctx, at: AsOf) -> Result<Said, ServiceError> {
        let promises = standing::all_promises(tx, ctx.scope())?;
        let disputes = standing::disputes(tx, ctx.scope(), None, false)?;
        Ok(Said::of(ctx, &promises, &disputes, at))
    }

    /// Those of the rows that were known on a day.
    pub fn of(ctx: &Ctx, promises: &[Promise], disputes: &[Dispute], at: AsOf) -> Said {
        let known = |recorded_at| {
            let recorded = || day_in_zone(recorded_at, &ctx.creditor.time_zone);
            at.known_at.is_none_or(|known| recorded() <= known)
        };
        let mut said = Said::default();
        for promise in promises.iter().filter(|promise| known(promise.recorded_at)) {
            let judged = matches!(promise.state.as_str(), "kept" | "partly_kept" | "broken");
            let judged_on = promise.judged_on.filter(|on| judged && *on <= at.as_of);
            let list = said.promises.entry(promise.customer).or_default();
            list.extend(judged_on.map(|on| (on, promise.state == "kept")));
        }
        said.promises.values_mut().for_each(|list| list.sort_unstable());
        for dispute in disputes.iter().filter(|dispute| known(dispute.recorded_at)) {
            if dispute.opened_on <= at.as_of {
                let closed_on = dispute.closed_on.filter(|on| *on <= at.as_of);
                let right =
                    matches!(dispute.resolution.as_deref(), Some("accepted" | "partly_accepted"));
                let list = said.disputes.entry(dispute.customer).or_default();
                list.push((dispute.opened_on, closed_on.map(|on| (on, right))));
            }
        }
        said.disputes.values_mut().for_each(|list| list.sort_unstable());
        said
    }

    /// Of the last five promises judged, those kept.
    fn promises_kept(&self, customer: CustomerId) -> Option<Ratio> {
        let judged = self.promises.get(&customer)?;
        let last = &judged[judged.len().saturating_sub(5)..];
        let kept = last.iter().filter(|(_, kept)| *kept).count();
        Ratio::new(kept as i128, last.len() as i128)
    }

    /// Of the disputes closed in the year, those in which the customer was not right.
    fn disputes_invalid(&self, customer: CustomerId, as_of: Day) -> Option<Ratio> {
        let since = as_of.add_months(-12);
        let closed = || {
            let all = self.disputes.get(&customer).into_iter().flatten();
            all.filter_map(|(_, closed)| *closed).filter(move |(on, _)| *on > since)
        };
        let invalid = closed().filter(|(_, right)| !right).count();
        Ratio::new(invalid as i128, closed().count() as i128)
    }

    fn words(&self, customer: CustomerId, limit_use: Option<Ratio>) -> Words {
        let promises = self.promises.get(&customer).into_iter().flatten();
        let disputes = self.disputes.get(&customer).into_iter().flatten();
        Words {
            promises: promises.map(|(on, kept)| (*on, !kept)).collect(),
            disputes: disputes.map(|(opened_on, _)| *opened_on).collect(),
            limit_use,
        }
    }
}

/// The conduct of one customer.
pub fn of_customer(view: &View, said: &Said, customer: &CustomerName, at: AsOf) -> Conduct {
    let lines: Vec<Line<'_>> = view.portfolio.lines(Whose::customer(customer.id)).collect();
    let judgement = behaviour::of_customer(view, customer.id, at);
    let limit_use = limit_use(customer, &lines, at);
    let record = scorecard::Record {
        promises_kept: said.promises_kept(customer.id),
        disputes_invalid: said.disputes_invalid(customer.id, at.as_of),
        limit_use,
        ..scorecard::of_lines(lines.iter().copied(), at, judgement.verdict)
    };
    Conduct {
        score: score(&record),
        signals: signals(&lines, &said.words(customer.id, limit_use), at),
        habits: habits(lines.into_iter(), at),
        judgement,
    }
}

/// What is open over the credit limit, in the limit's currency.
fn limit_use(customer: &CustomerName, lines: &[Line<'_>], at: AsOf) -> Option<Ratio> {
    let (limit, currency) = (customer.credit_limit_minor?, customer.currency?);
    let own = lines.iter().filter(|line| line.currency() == currency && line.counts(at));
    let open: i128 = own.map(|line| i128::from(line.open_minor(at).max(0))).sum();
    Ratio::new(open, limit.into())
}
