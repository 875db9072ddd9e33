//! Writes down what the rules of contact forbade, and shows it: the rule, the counters it rested
//! on, and from when the contact is allowed. Evidence in a complaint, so it is only ever added to.
//!
//! It decides what is one attempt: the same step put off by the same rule to the same moment is
//! one, however often the day is run. It refuses to decide what is forbidden; that is the guard's.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::facts::Case;
use crate::moments;
use puntual_core::access::Deed;
use puntual_core::calendar::Calendar;
use puntual_core::date::Day;
use puntual_core::hours::Channel;
use puntual_core::id::{CustomerId, MessageId};
use puntual_core::strategy::explain::Reason;
use puntual_core::strategy::guard::{self as law, ContactRequest, Purpose};
pub use puntual_store::guard::GuardBlock;
use puntual_store::timeline::{self, Event};
use puntual_store::{CustomerRange, Tx, guard};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// When a contact was forbidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// When the day was planned.
    Plan,
    /// When the message was about to leave.
    Dispatch,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Stage::Plan => "plan",
            Stage::Dispatch => "dispatch",
        }
    }
}

/// A contact somebody tried to make, with why it was not.
pub(crate) struct Attempt<'a> {
    pub case: &'a Case,
    pub stage: Stage,
    pub channel: Channel,
    pub step: &'a str,
    pub purpose: Purpose,
    pub reasons: &'a [Reason],
    pub message: Option<MessageId>,
}

/// How far a cap was used when a contact was forbidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterUsed {
    /// The rule that caps.
    pub rule: String,
    /// `day` or `week`.
    pub per: String,
    /// Contacts made and planned.
    pub made: usize,
    /// How many are allowed.
    pub max: usize,
}

/// The counters stored with a block; none when they are not understood.
pub fn counters_of(block: &GuardBlock) -> Vec<CounterUsed> {
    serde_json::from_str(&block.counters).unwrap_or_default()
}

/// The rule that forbade it and until when, when it was a rule of contact.
fn rule_of(reason: &Reason) -> Option<(&str, Option<String>)> {
    match reason {
        Reason::GuardDefers { rule, not_before } => Some((rule, Some(not_before.to_string()))),
        Reason::GuardDenies { rule } => Some((rule, None)),
        Reason::OptedOut { .. } => Some((law::OPT_OUT, None)),
        _ => None,
    }
}

impl Attempt<'_> {
    /// The block it is, with the event that tells it.
    fn block(
        &self,
        app: &App,
        ctx: &Ctx,
        day: Day,
        keep_policies: bool,
        calendar: &Calendar,
    ) -> Option<(GuardBlock, Event)> {
        let (rule, not_before) = self.reasons.iter().find_map(rule_of)?;
        let facts = &self.case.facts;
        let asked = (self.channel, None);
        let request = ContactRequest::with(facts, asked, self.purpose, keep_policies, calendar);
        let counters: Vec<CounterUsed> = law::counters(&request, day)
            .into_iter()
            .map(|counter| CounterUsed {
                rule: counter.rule,
                per: counter.per.as_str().to_owned(),
                made: counter.made,
                max: counter.max,
            })
            .collect();
        let until = not_before.as_deref().unwrap_or("never");
        let (stage, channel) = (self.stage.as_str(), self.channel.as_str());
        let event = Event {
            channel: Some(channel.to_owned()),
            outcome: Some(rule.to_owned()),
            body: not_before.clone(),
            subject: self.message.map(|message| message.0),
            ..moments::event(ctx, app.next_id(), facts.customer, day, "guard_blocked")
        };
        let block = GuardBlock {
            customer: facts.customer,
            key: format!("{stage}/{}/{channel}/{rule}/{until}", self.step),
            event: event.id,
            blocked_on: day,
            stage: stage.to_owned(),
            channel: channel.to_owned(),
            step: self.step.to_owned(),
            rule: rule.to_owned(),
            not_before,
            counters: serde_json::to_string(&counters).unwrap_or_else(|_| "[]".to_owned()),
            message: self.message,
            actor: ctx.actor.clone(),
            recorded_at: ctx.now_ms,
        };
        Some((block, event))
    }
}

/// What is forbidden on one day, gathered to be written at once.
pub(crate) struct Blocked<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    day: Day,
    pub(crate) keep_policies: bool,
    blocks: Vec<(GuardBlock, Event)>,
}

impl<'a> Blocked<'a> {
    pub(crate) fn new(app: &'a App, ctx: &'a Ctx, day: Day, keep_policies: bool) -> Blocked<'a> {
        Blocked { app, ctx, day, keep_policies, blocks: Vec::new() }
    }

    /// Notes attempts, as far as a rule of contact stood against them.
    pub(crate) fn extend<'t>(
        &mut self,
        attempts: impl IntoIterator<Item = Attempt<'t>>,
        calendar: &Calendar,
    ) {
        let (app, ctx, day, keep) = (self.app, self.ctx, self.day, self.keep_policies);
        let blocks = attempts.into_iter();
        self.blocks.extend(blocks.filter_map(|one| one.block(app, ctx, day, keep, calendar)));
    }

    /// Writes what is new of it.
    pub(crate) fn write(self, tx: &mut Tx<'_>) -> Result<(), ServiceError> {
        let customers = || self.blocks.iter().map(|(block, _)| block.customer);
        let (Some(first), Some(last)) = (customers().min(), customers().max()) else {
            return Ok(());
        };
        let range = CustomerRange { after: CustomerId(first.0 - 1), through: last };
        let there = guard::keys_of_range(tx, self.ctx.scope(), range, self.day)?;
        let mut known: HashSet<(CustomerId, String)> = there.into_iter().collect();
        let new =
            self.blocks.into_iter().filter(|(b, _)| known.insert((b.customer, b.key.clone())));
        let (blocks, events): (Vec<GuardBlock>, Vec<Event>) = new.unzip();
        guard::append_blocks(tx, self.ctx.scope(), &blocks)?;
        Ok(timeline::append(tx, self.ctx.scope(), &events)?)
    }
}

/// Blocks shown at most for one customer.
const OF_CUSTOMER: i64 = 50;

/// What the rules forbade with one customer, newest first.
pub fn of_customer(
    app: &App,
    ctx: &Ctx,
    customer: CustomerId,
) -> Result<Vec<GuardBlock>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| Ok(guard::blocks_of(tx, ctx.scope(), customer, OF_CUSTOMER)?))
}

/// What is asked of all blocks.
#[derive(Clone, Debug)]
pub struct Question {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Of one rule only.
    pub rule: Option<String>,
    /// Rows left out.
    pub skip: i64,
    /// Rows at most.
    pub limit: i64,
}

/// Blocks with how many there are by rule, stage and channel.
#[derive(Clone, Debug, Default)]
pub struct Blocks {
    /// Newest first, each with the customer's name.
    pub rows: Vec<(GuardBlock, String)>,
    /// Rule, stage, channel and how many.
    pub counts: Vec<(String, String, String, i64)>,
}

/// What the rules forbade with all customers.
pub fn list(app: &App, ctx: &Ctx, question: &Question) -> Result<Blocks, ServiceError> {
    ctx.require(Deed::ViewAudit)?;
    let scope = ctx.scope();
    let days = (question.from, question.to);
    let (found, counts) = app.store.read(|tx| {
        let part = (question.skip, question.limit);
        let rule = question.rule.as_deref();
        let rows = guard::blocks_between(tx, scope, days, rule, part)?;
        Ok::<_, ServiceError>((rows, guard::count_blocks(tx, scope, days.0, days.1)?))
    })?;
    let view = app.portfolio(ctx)?;
    let name = |customer: CustomerId| {
        view.names.get(customer).map_or_else(|| customer.to_string(), |found| found.name.clone())
    };
    let rows = found.into_iter().map(|block| (name(block.customer), block));
    Ok(Blocks { rows: rows.map(|(name, block)| (block, name)).collect(), counts })
}
