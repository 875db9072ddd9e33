//! What a day that was run has set in motion, for people.

use super::why::{ReasonText, Why};
use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::portfolios::CustomerName;
use puntual_core::access::Deed;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_store::action;

/// One action of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoneLine {
    /// Whom.
    pub customer: CustomerName,
    /// Key of the strategy's step.
    pub step: String,
    /// `email`, `call`…
    pub channel: String,
    /// Documents it is about.
    pub documents: usize,
    /// What it claims, smallest units.
    pub amount_minor: i64,
    /// Currency of the claim.
    pub currency: Currency,
    /// `task`, `queued`, `sent`, `done`, `dropped`, `cancelled`…
    pub state: String,
    /// First moment allowed, in milliseconds.
    pub not_before_at: Option<i64>,
    /// Why.
    pub reasons: Vec<ReasonText>,
}

/// The actions planned for a day, in the order they were stored.
pub fn done(app: &App, ctx: &Ctx, day: Day) -> Result<Vec<DoneLine>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let view = app.portfolios.view_in(tx, ctx.scope())?;
        let line = |action: action::Action| {
            let why = Why::read(&action.reasons);
            let mut reasons = why.reasons;
            for reason in why.lines.iter().flat_map(|line| &line.reasons) {
                if !reasons.contains(reason) {
                    reasons.push(reason.clone());
                }
            }
            Some(DoneLine {
                customer: view.names.get(action.customer)?.clone(),
                step: action.step,
                channel: action.channel,
                documents: why.lines.len(),
                amount_minor: action.amount_minor,
                currency: action.currency,
                state: action.state,
                not_before_at: action.not_before_at,
                reasons,
            })
        };
        Ok(action::of_day(tx, ctx.scope(), day)?.into_iter().filter_map(line).collect())
    })
}
