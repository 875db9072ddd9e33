//! Trying a strategy out over recorded history: each past day is planned with the balances, promises
//! and disputes of that day, and with the steps and messages the strategy itself would have made
//! until then.
//!
//! Decides what is counted and compares it with what was really planned. It stores nothing, and says
//! nothing of the money a strategy would have brought: customers would have answered otherwise.
//! Contacts that people recorded stay as they were; messages of the program within the days tried
//! give way to the strategy's own.

use super::EVERYBODY;
use super::force::InForce;
use crate::App;
use crate::beyond::Beyond;
use crate::ctx::Ctx;
use crate::day::Calendars;
use crate::error::ServiceError;
use crate::facts::{self, Basis, Case, Outlook, PastBook};
use puntual_core::access::Deed;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::hours::Channel;
use puntual_core::id::{CustomerId, ReceivableId};
use puntual_core::strategy::explain::Reason;
use puntual_core::strategy::guard::PastContact;
use puntual_core::strategy::plan::{Planned, plan};
use puntual_core::strategy::{StepMark, Strategy};
use puntual_store::{action, customer};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What a strategy would have done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Simulated {
    /// Contacts with customers.
    pub contacts: usize,
    /// Everything done, by channel.
    pub by_channel: BTreeMap<String, usize>,
    /// What people would have needed for it, by our usual minutes of each channel.
    pub agent_minutes: i64,
    /// Steps the rules of contact put off or forbade, each once.
    pub guard_blocks: usize,
    /// Customers with something overdue whom nothing would have reached.
    pub never_contacted: usize,
    /// Against what was really planned in those days.
    pub diff: Difference,
}

/// What was done against what would have been done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Actions both have: same day, customer, step, channel and amount.
    pub same: usize,
    /// Actions only the strategy tried would have made.
    pub only_simulated: usize,
    /// Actions only what was really done has.
    pub only_done: usize,
    /// The first of either.
    pub examples: Vec<Example>,
}

/// An action that one side has and the other has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// `simulated` or `done`.
    pub only: &'static str,
    /// The day.
    pub date: String,
    /// Code of the customer.
    pub customer: String,
    /// Key of the step.
    pub step: String,
    /// Channel.
    pub channel: String,
}

/// Examples kept.
const MOST_EXAMPLES: usize = 20;

/// Most days tried at once: ten years.
const MOST_DAYS: i32 = 3_660;

/// An action as far as it is compared.
type Act = (Day, CustomerId, String, String, Currency, i64);

/// Minutes a person usually needs for an action of a channel, our starting values: nothing for what
/// the program writes by itself.
fn usual_minutes(channel: Channel) -> i64 {
    match channel {
        Channel::Email => 0,
        Channel::Sms | Channel::Whatsapp => 2,
        Channel::Letter => 4,
        Channel::Call => 6,
        Channel::Task => 8,
        Channel::Escalate => 10,
        Channel::Agency => 15,
        Channel::Legal => 30,
        Channel::Visit => 60,
    }
}

/// Tries a strategy out from a day to another, both included, both in the past. `each_day` is told
/// every day as it is done.
pub fn simulate(
    app: &App,
    ctx: &Ctx,
    strategy: Strategy,
    (from, to): (Day, Day),
    mut each_day: impl FnMut(Day),
) -> Result<Simulated, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    if from > to || to - from > MOST_DAYS {
        return Err(ServiceError::invalid("from", "from_the_earlier_day_to_the_later"));
    }
    if to >= ctx.today {
        return Err(ServiceError::invalid("to", format!("{to} is not in the past")));
    }
    let tried = strategy.id.clone();
    let in_force = app.store.read(|tx| InForce::load(tx, ctx))?.trying(strategy);
    let mut trial = Trial {
        app,
        ctx,
        in_force,
        tried,
        from,
        calendars: Calendars::default(),
        ladder: HashMap::new(),
        branches: HashMap::new(),
        written: HashMap::new(),
        done: BTreeSet::new(),
        blocked: HashSet::new(),
        under: HashSet::new(),
        overdue: HashSet::new(),
        reached: HashSet::new(),
        counts: Simulated::default(),
    };
    let mut today = from;
    while today <= to {
        trial.day(today)?;
        each_day(today);
        today = today + 1;
    }
    trial.result(to)
}

/// A trial as far as it has come.
struct Trial<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    in_force: InForce,
    tried: String,
    from: Day,
    calendars: Calendars,
    ladder: HashMap<ReceivableId, StepMark>,
    branches: HashMap<ReceivableId, Vec<StepMark>>,
    written: HashMap<CustomerId, Vec<Day>>,
    done: BTreeSet<Act>,
    blocked: HashSet<(CustomerId, String)>,
    under: HashSet<CustomerId>,
    overdue: HashSet<CustomerId>,
    reached: HashSet<CustomerId>,
    counts: Simulated,
}

impl Trial<'_> {
    fn day(&mut self, today: Day) -> Result<(), ServiceError> {
        let (app, ctx) = (self.app, self.ctx);
        let book = PastBook::load(app, ctx, today, None)?;
        let needs = self.in_force.needs();
        let beyond = app.store.read(|tx| Beyond::load(app, tx, ctx, needs, today))?;
        let outlook = Outlook {
            day: today,
            basis: Basis::Past(&book),
            beyond: &beyond,
            replayed_from: Some(self.from),
        };
        let mut after = CustomerId(0);
        loop {
            let page = app.store.read(|tx| facts::page(tx, ctx, outlook, after))?;
            let Some((cases, through)) = page else { return Ok(()) };
            for case in cases {
                self.customer(case, today);
            }
            after = through;
        }
    }

    fn customer(&mut self, mut case: Case, today: Day) {
        let customer = case.facts.customer;
        if self.in_force.of(&case, today).id != self.tried {
            return;
        }
        self.under.insert(customer);
        for receivable in &mut case.facts.receivables {
            if let Some(mark) = self.ladder.get(&receivable.id) {
                receivable.last_step = Some(mark.clone());
            }
            let answered = self.branches.get(&receivable.id);
            receivable.branch_steps.extend(answered.into_iter().flatten().cloned());
            if receivable.due < today {
                self.overdue.insert(customer);
            }
        }
        let written = self.written.get(&customer).into_iter().flatten();
        let recent = written.filter(|day| **day > today - facts::CONTACT_DAYS);
        let contact = |day: &Day| PastContact { day: *day, channel: Channel::Email, reached: true };
        case.facts.contacts.extend(recent.map(contact));
        let region = case.facts.law.region.clone();
        let calendar = self.calendars.of(&case.facts.country, region.as_deref());
        let strategy = self.in_force.of(&case, today);
        let planned = plan(&case.facts, strategy, calendar, today);
        for one in &planned {
            self.count(one, today);
        }
    }

    fn count(&mut self, planned: &Planned, today: Day) {
        let Some((step, channel)) = planned.step.as_ref().zip(planned.channel) else { return };
        let blocks = |reason: &Reason| {
            matches!(reason, Reason::GuardDefers { .. } | Reason::GuardDenies { .. })
        };
        if planned.reasons.iter().any(blocks) {
            self.blocked.insert((planned.customer, step.key.clone()));
        }
        if !planned.is_act() {
            return;
        }
        *self.counts.by_channel.entry(channel.as_str().to_owned()).or_default() += 1;
        self.counts.agent_minutes += usual_minutes(channel);
        if channel.is_contact() {
            self.counts.contacts += 1;
            self.reached.insert(planned.customer);
        }
        if channel == Channel::Email && !step.needs_approval {
            let written = self.written.entry(planned.customer).or_default();
            if written.last() != Some(&today) {
                written.push(today);
            }
        }
        for (receivable, mark) in planned.marks() {
            match mark.event_on {
                Some(_) => self.branches.entry(receivable).or_default().push(mark.clone()),
                None => {
                    self.ladder.insert(receivable, mark.clone());
                }
            }
        }
        self.done.insert((
            today,
            planned.customer,
            step.key.clone(),
            channel.as_str().to_owned(),
            planned.currency,
            i64::try_from(planned.amount_minor).unwrap_or(i64::MAX),
        ));
    }

    fn result(self, to: Day) -> Result<Simulated, ServiceError> {
        let scope = self.ctx.scope();
        let (really, codes) = self.app.store.read(|tx| {
            let mut codes: HashMap<CustomerId, String> = HashMap::new();
            for customer in customer::of_range(tx, scope, EVERYBODY)? {
                codes.insert(customer.id, customer.code);
            }
            Ok::<_, ServiceError>((action::between(tx, scope, self.from, to)?, codes))
        })?;
        let planned = really.into_iter().filter(|action| {
            action.strategy.contains('.') && self.under.contains(&action.customer)
        });
        let really: BTreeSet<Act> = planned
            .map(|a| (a.planned_on, a.customer, a.step, a.channel, a.currency, a.amount_minor))
            .collect();
        let example = |only: &'static str, act: &Act| Example {
            only,
            date: act.0.to_string(),
            customer: codes.get(&act.1).cloned().unwrap_or_default(),
            step: act.2.clone(),
            channel: act.3.clone(),
        };
        let simulated = self.done.difference(&really).map(|act| example("simulated", act));
        let done = really.difference(&self.done).map(|act| example("done", act));
        let diff = Difference {
            same: self.done.intersection(&really).count(),
            only_simulated: self.done.difference(&really).count(),
            only_done: really.difference(&self.done).count(),
            examples: simulated.take(MOST_EXAMPLES).chain(done.take(MOST_EXAMPLES)).collect(),
        };
        Ok(Simulated {
            guard_blocks: self.blocked.len(),
            never_contacted: self.overdue.difference(&self.reached).count(),
            diff,
            ..self.counts
        })
    }
}
