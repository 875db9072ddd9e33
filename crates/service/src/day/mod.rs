//! The day: judges promises, plans every customer with the strategy, stores what is to be done,
//! and queues the messages. It decides nothing about whom to write to; that is the core's plan.
//! It sends nothing; that is [`crate::dispatch`].
//!
//! A day goes page by page of customers, each page one transaction that also notes how far the day
//! has come: killed anywhere and run again it adds nothing twice and loses nothing, and several
//! programs may run the same day at once. What keeps an action from being planned twice are the
//! steps recorded on its receivables, so running a finished day again adds only what is new since,
//! and after days without a run each receivable gets the one step it has reached now.

mod done;
pub(crate) mod judge;
mod planned;
mod store;
mod why;

pub use done::{DoneLine, done};
pub use planned::PlannedLine;
pub use puntual_store::action::DayCounts;
pub use why::{LineWhy, ReasonText, Why, in_line};

use crate::App;
use crate::agreements;
use crate::beyond::Beyond;
use crate::clock;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::facts::{self, Basis, Case, Outlook, PastBook};
use crate::guard_blocks::{Attempt, Blocked, Stage};
use crate::probe::Point;
use crate::strategies::approvals;
use crate::strategies::force::InForce;
use puntual_core::access::Deed;
use puntual_core::calendar::Calendar;
use puntual_core::date::Day;
use puntual_core::id::CustomerId;
use puntual_core::strategy::plan::{self, Planned, Verdict};
use puntual_store::Tx;
use puntual_store::action;
use std::collections::HashMap;
use store::{Mode, Writer};

/// The calendars of the debtors' countries and regions, each made once.
#[derive(Debug, Default)]
pub(crate) struct Calendars {
    by_place: HashMap<String, Calendar>,
}

impl Calendars {
    /// The calendar of a country, and of the region in it when it is known.
    pub(crate) fn of(&mut self, country: &str, region: Option<&str>) -> &Calendar {
        let place = region.unwrap_or(country);
        if !self.by_place.contains_key(place) {
            self.by_place.insert(place.to_owned(), Calendar::of_place(country, region));
        }
        &self.by_place[place]
    }
}

/// What the strategies would do on a day with what is known now, and what is held back and why.
/// Stores nothing. Customers by id, each customer's actions before what is left alone.
pub fn plan(app: &App, ctx: &Ctx, day: Day) -> Result<Vec<PlannedLine>, ServiceError> {
    let mut lines = Vec::new();
    for_each_planned(app, ctx, day, |line| lines.push(line))?;
    Ok(lines)
}

/// The same, handing over line by line: a large portfolio has a line per customer and reason.
pub fn for_each_planned(
    app: &App,
    ctx: &Ctx,
    day: Day,
    mut each: impl FnMut(PlannedLine),
) -> Result<(), ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.refresh_statistics()?;
    let (in_force, beyond) = app.store.read(|tx| strategies(app, tx, ctx, day))?;
    let outlook = Outlook::new(day, Basis::Now, &beyond);
    let mut calendars = Calendars::default();
    let mut after = CustomerId(0);
    loop {
        // Each page is its own short view of the books: nobody is kept from writing meanwhile.
        let page = app.store.read(|tx| facts::page(tx, ctx, outlook, after))?;
        let Some((cases, through)) = page else { return Ok(()) };
        for case in &cases {
            let calendar = calendars.of(&case.facts.country, case.facts.law.region.as_deref());
            for planned in plan::plan(&case.facts, in_force.of(case, day), calendar, day) {
                each(PlannedLine::of(case, &planned));
            }
        }
        after = through;
    }
}

/// Runs a day and says what it added: promises judged, actions stored, messages queued, tasks
/// made. For a day of the past it plans with what is open now, and its messages may leave at once.
pub fn run(app: &App, ctx: &Ctx, day: Day) -> Result<DayCounts, ServiceError> {
    ctx.require(Deed::RunDay)?;
    Run::new(app, ctx, day, Mode::Send)?.go()
}

/// Writes a past day as history: with the balances of that day, its messages are on the timeline
/// as sent on it and its older tasks are done; nothing is queued and nothing leaves. Only for
/// loading the demo, day after day, oldest first: it invents contacts that were never made.
///
/// # Errors
/// `Invalid` when the day is not in the past.
pub fn run_past(app: &App, ctx: &Ctx, day: Day) -> Result<DayCounts, ServiceError> {
    ctx.require(Deed::RunDay)?;
    if day >= ctx.today {
        return Err(ServiceError::invalid("date", format!("{day} is not in the past")));
    }
    Run::new(app, ctx, day, Mode::History)?.go()
}

/// How far from today a day may be that is run without being asked twice.
pub const NEAR_DAYS: i32 = 7;

/// Whether a day is near enough to be run: one far off is more likely mistyped than meant, and what
/// it queues and judges stays.
pub fn is_near(ctx: &Ctx, day: Day) -> bool {
    (day - ctx.today).abs() <= NEAR_DAYS
}

/// Whether the creditor's day has been run to its end on the day itself: one prepared the evening
/// before does not know what came overnight, and is run again in the morning.
pub fn is_current(app: &App, ctx: &Ctx, day: Day) -> Result<bool, ServiceError> {
    let run = app.store.read(|tx| action::day_run(tx, ctx.scope(), day))?;
    let finished_at = run.and_then(|run| run.finished_at);
    let zone = &ctx.creditor.time_zone;
    Ok(finished_at.is_some_and(|at| clock::day_in_zone(at, zone) >= day))
}

/// Whether the creditor's day has been run to its end.
pub fn is_finished(app: &App, ctx: &Ctx, day: Day) -> Result<bool, ServiceError> {
    let run = app.store.read(|tx| action::day_run(tx, ctx.scope(), day))?;
    Ok(run.is_some_and(|run| run.finished_at.is_some()))
}

/// The strategies in force, and what planning a day with them asks for.
fn strategies(
    app: &App,
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    day: Day,
) -> Result<(InForce, Beyond), ServiceError> {
    let in_force = InForce::load(tx, ctx)?;
    let beyond = Beyond::load(app, tx, ctx, in_force.needs(), day)?;
    Ok((in_force, beyond))
}

/// One run of a day.
struct Run<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    day: Day,
    mode: Mode,
    in_force: InForce,
    beyond: Beyond,
    calendars: Calendars,
    past: Option<PastBook>,
}

/// What became of a page.
struct Page {
    through: CustomerId,
    counts: DayCounts,
}

impl<'a> Run<'a> {
    fn new(app: &'a App, ctx: &'a Ctx, day: Day, mode: Mode) -> Result<Run<'a>, ServiceError> {
        let past = match mode {
            Mode::Send => None,
            Mode::History => Some(PastBook::load(app, ctx, day, None)?),
        };
        let (in_force, beyond) = app.store.read(|tx| strategies(app, tx, ctx, day))?;
        let calendars = Calendars::default();
        Ok(Run { app, ctx, day, mode, in_force, beyond, calendars, past })
    }

    fn go(&mut self) -> Result<DayCounts, ServiceError> {
        self.app.store.refresh_statistics()?;
        let calendar = self.calendars.of(&self.ctx.creditor.country, None);
        judge::judge_promises(self.app, self.ctx, self.day, calendar)?;
        agreements::judge_all(self.app, self.ctx, self.day)?;
        let mut counts = DayCounts::default();
        let again = is_finished(self.app, self.ctx, self.day)?;
        let mut after = CustomerId(0);
        loop {
            let (app, from) = (self.app, after);
            app.pass(Point::PageBegins);
            let page = app.store.write(|tx| self.page(tx, again.then_some(from)))?;
            let Some(page) = page else { return Ok(counts) };
            after = page.through;
            add(&mut counts, page.counts);
        }
    }

    /// Plans and stores the next page: after where the day has come, or, when a finished day is
    /// run again, after `from`.
    fn page(
        &mut self,
        tx: &mut Tx<'_>,
        from: Option<CustomerId>,
    ) -> Result<Option<Page>, ServiceError> {
        let (ctx, day) = (self.ctx, self.day);
        let run = action::hold_day(tx, ctx.scope(), day, ctx.now_ms)?;
        let basis = self.past.as_ref().map_or(Basis::Now, Basis::Past);
        let outlook = Outlook::new(day, basis, &self.beyond);
        let found = facts::page(tx, ctx, outlook, from.unwrap_or(run.through))?;
        let Some((cases, through)) = found else {
            action::finish_day(tx, ctx.scope(), day, ctx.now_ms)?;
            return Ok(None);
        };
        let counts = self.write(tx, &cases)?;
        let (reached, added) = match from {
            None => (through, counts),
            // Run again: what is held back was counted the first time.
            Some(_) => (run.through, DayCounts { deferred: 0, skipped: 0, ..counts }),
        };
        action::advance_day(tx, ctx.scope(), day, reached, added)?;
        self.app.pass(Point::PageWritten);
        Ok(Some(Page { through, counts }))
    }

    fn write(&mut self, tx: &mut Tx<'_>, cases: &[Case]) -> Result<DayCounts, ServiceError> {
        let mut blocked = Blocked::new(self.app, self.ctx, self.day, true);
        let waits = approvals::waits(tx, self.ctx)?;
        let mut writer = Writer::new(self.app, self.ctx, self.day, self.mode, waits);
        for case in cases {
            let region = case.facts.law.region.as_deref();
            let calendar = self.calendars.of(&case.facts.country, region);
            let strategy = self.in_force.of(case, self.day);
            let planned = plan::plan(&case.facts, strategy, calendar, self.day);
            for one in &planned {
                match one.verdict {
                    Verdict::Act { .. } => {}
                    Verdict::Defer { .. } => writer.counts.deferred += 1,
                    Verdict::Skip => writer.counts.skipped += 1,
                }
                blocked.keep_policies = strategy.keep_policies;
                blocked.extend(attempt(case, one), calendar);
            }
            let acts: Vec<&Planned> = planned.iter().filter(|one| one.is_act()).collect();
            writer.write_case(tx, case, strategy, &acts)?;
        }
        if self.mode == Mode::Send {
            blocked.write(tx)?;
        }
        writer.finish(tx)
    }
}

/// What was tried with a plan that came to nothing, for the record of what the rules forbade.
fn attempt<'a>(case: &'a Case, planned: &'a Planned) -> Option<Attempt<'a>> {
    let (channel, step) = (planned.channel?, planned.step.as_ref()?);
    (!planned.is_act()).then_some(Attempt {
        case,
        stage: Stage::Plan,
        channel,
        step: &step.key,
        purpose: step.purpose,
        reasons: &planned.reasons,
        message: None,
    })
}

fn add(sum: &mut DayCounts, part: DayCounts) {
    sum.planned += part.planned;
    sum.queued += part.queued;
    sum.tasks += part.tasks;
    sum.deferred += part.deferred;
    sum.skipped += part.skipped;
}
