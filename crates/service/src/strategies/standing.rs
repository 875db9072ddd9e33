//! How many customers stand at each step of a strategy now: what its diagram shows, and who they
//! are. A customer stands at the most severe step recorded on anything it still owes.

use super::{checked_text, versions};
use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::portfolios::CustomerName;
use puntual_core::access::Deed;
use puntual_core::id::CustomerId;
use puntual_core::strategy::Strategy;
use puntual_store::strategy;
use std::collections::BTreeMap;

/// Customers at a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepCount {
    /// The segment of the track; `None` for the general one.
    pub segment: Option<String>,
    /// Key of the step.
    pub step: String,
    /// How many.
    pub customers: usize,
}

/// Where the customers of a strategy stand.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Standing {
    /// By track and step, every step of the strategy.
    pub steps: Vec<StepCount>,
    /// Customers at steps this version does not have.
    pub elsewhere: usize,
}

/// Counts the customers at each step of a version of a strategy.
pub fn standing(app: &App, ctx: &Ctx, code: &str, version: i64) -> Result<Standing, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let strategy = version_of(app, ctx, code, version)?;
    let at = reached(app, ctx, code)?;
    let mut steps = Vec::new();
    let mut known = 0;
    for track in &strategy.tracks {
        for step in track.all_steps() {
            let here = |reached: &&Reached| {
                reached.step == step.key && reached.is_of(&track.segment, &strategy)
            };
            let customers = at.values().filter(here).count();
            known += customers;
            let (segment, step) = (track.segment.clone(), step.key.clone());
            steps.push(StepCount { segment, step, customers });
        }
    }
    Ok(Standing { steps, elsewhere: at.len().saturating_sub(known) })
}

/// The customers at a step, by name.
pub fn of_state(
    app: &App,
    ctx: &Ctx,
    code: &str,
    step: &str,
) -> Result<Vec<CustomerName>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    let at = reached(app, ctx, code)?;
    let view = app.portfolio(ctx)?;
    let here = at.iter().filter(|(_, reached)| reached.step == step);
    let mut names: Vec<CustomerName> =
        here.filter_map(|(customer, _)| view.names.get(*customer).cloned()).collect();
    names.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    Ok(names)
}

/// The step a customer stands at.
struct Reached {
    step: String,
    step_index: i64,
    segment: Option<String>,
}

impl Reached {
    /// Whether it stands on the track of that segment.
    fn is_of(&self, segment: &Option<String>, strategy: &Strategy) -> bool {
        let track = strategy.track(self.segment.as_deref());
        track.is_some_and(|track| track.segment == *segment)
    }
}

fn reached(
    app: &App,
    ctx: &Ctx,
    code: &str,
) -> Result<BTreeMap<CustomerId, Reached>, ServiceError> {
    let mut segments = BTreeMap::new();
    let steps = app.store.read(|tx| {
        puntual_store::customer::for_each::<ServiceError>(tx, ctx.scope(), |customer| {
            if let Some(segment) = customer.segment {
                segments.insert(customer.id, segment);
            }
            Ok(())
        })?;
        Ok::<_, ServiceError>(strategy::reached_steps(tx, ctx.scope())?)
    })?;
    let mut at: BTreeMap<CustomerId, Reached> = BTreeMap::new();
    for step in steps {
        let own = step.strategy.rsplit_once('.').is_some_and(|(own, _)| own == code);
        // Steps of branches come and go; a customer stands on the ladder.
        if !own || crate::facts::answers_event(step.step_index) {
            continue;
        }
        let segment = segments.get(&step.customer).cloned();
        let here = Reached { step: step.step, step_index: step.step_index, segment };
        let there = at.get(&step.customer);
        if there.is_none_or(|there| there.step_index <= here.step_index) {
            at.insert(step.customer, here);
        }
    }
    Ok(at)
}

fn version_of(app: &App, ctx: &Ctx, code: &str, version: i64) -> Result<Strategy, ServiceError> {
    let versions = versions(app, ctx, code)?;
    let found = versions.iter().find(|one| one.version == version);
    let found = found.ok_or_else(|| ServiceError::NotFound(format!("{code}.{version}")))?;
    checked_text(&found.text)
}
