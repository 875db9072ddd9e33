//! Strategies: written, checked, published, given to customers.
//!
//! Decides the life of a text: one draft per code, which may change; publishing it makes it a
//! version for ever and retires the one before; running cases finish the version they began unless
//! they are migrated. A text with errors is not published. It refuses to judge a strategy itself
//! (the core's checks do) and to plan ([`crate::day`]).

pub mod approvals;
pub(crate) mod force;
pub mod simulate;
mod standing;

pub use standing::{Standing, StepCount, of_state, standing};

use crate::App;
use crate::beyond::Beyond;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::facts::{self, Basis, Case, Outlook};
use crate::moments;
use force::InForce;
use puntual_core::access::Deed;
use puntual_core::calendar::Calendar;
use puntual_core::date::Day;
use puntual_core::hours::Person;
use puntual_core::id::{AssignmentId, CustomerId};
use puntual_core::strategy::Strategy;
use puntual_core::strategy::audit::{self, Finding, Severity, Surroundings};
use puntual_core::strategy::diff::{self, Change};
use puntual_core::strategy::guard::ContactLaw;
use puntual_core::strategy::standard::{STANDARD_ID, TEMPLATES};
use puntual_core::strategy::templates::SHIPPED;
use puntual_core::strategy::text::{self, Problem, Written};
pub use puntual_store::strategy::{Assignment, Version};
use puntual_store::timeline::{self, Event};
use puntual_store::{CustomerRange, Tx, customer, strategy};
use std::collections::{BTreeMap, BTreeSet};

/// A strategy in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The version in force, when one was published.
    pub published: Option<i64>,
    /// The draft, when there is one.
    pub draft: Option<i64>,
    /// Whether its first version came with the program.
    pub is_shipped: bool,
    /// Whether it is used where no other is given.
    pub is_standard: bool,
    /// Assignments that give it.
    pub assignments: usize,
}

/// Every strategy there is, by code: those that came with the program and those written here.
pub fn list(app: &App, ctx: &Ctx) -> Result<Vec<Line>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| {
        let assignments = strategy::assignments(tx, ctx.scope())?;
        let mut lines: BTreeMap<String, Line> = BTreeMap::new();
        for version in all_versions(tx, ctx)? {
            let line = lines.entry(version.code.clone()).or_insert_with(|| Line {
                name: version.name.clone(),
                published: None,
                draft: None,
                is_shipped: SHIPPED.iter().any(|shipped| shipped.id == version.code),
                is_standard: version.code == STANDARD_ID,
                assignments: assignments.iter().filter(|a| a.code == version.code).count(),
                code: version.code.clone(),
            });
            match version.state.as_str() {
                "draft" => line.draft = Some(version.version),
                "published" => {
                    (line.published, line.name) = (Some(version.version), version.name);
                }
                _ => {}
            }
        }
        Ok(lines.into_values().collect())
    })
}

/// Every version of a strategy, the newest first.
pub fn versions(app: &App, ctx: &Ctx, code: &str) -> Result<Vec<Version>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let mut versions = app.store.read(|tx| all_versions(tx, ctx))?;
    versions.retain(|version| version.code == code);
    versions.reverse();
    match versions.is_empty() {
        true => Err(ServiceError::NotFound(format!("strategy {code}"))),
        false => Ok(versions),
    }
}

/// Stored versions, and before them the first of each strategy that came with the program. That one
/// is in force until another is published.
fn all_versions(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Vec<Version>, ServiceError> {
    let stored = strategy::versions(tx, ctx.scope())?;
    let mut all = Vec::with_capacity(stored.len() + SHIPPED.len());
    for shipped in SHIPPED {
        let of_code = || stored.iter().filter(|version| version.code == shipped.id);
        let is_replaced = of_code().any(|version| version.state == "published");
        let migrated = of_code().find(|version| version.version == FIRST);
        if migrated.is_some() {
            continue;
        }
        let name = text::read(shipped.text).map(|written| written.strategy.name);
        all.push(Version {
            code: shipped.id.to_owned(),
            version: FIRST,
            name: name.unwrap_or_else(|_| shipped.id.to_owned()),
            state: if is_replaced { "retired" } else { "published" }.to_owned(),
            text: shipped.text.to_owned(),
            actor: "puntual".to_owned(),
            recorded_at: 0,
            published_by: None,
            published_at: None,
            migrated_at: None,
        });
    }
    all.extend(stored);
    all.sort_by(|a, b| (&a.code, a.version).cmp(&(&b.code, b.version)));
    Ok(all)
}

/// The version a strategy begins with.
const FIRST: i64 = 1;

/// What the checks say of a text.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What was not understood.
    pub problems: Vec<Problem>,
    /// What it means, when all of it was understood.
    pub written: Option<Written>,
    /// What the checks found.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether nothing forbids publishing it.
    pub fn is_sound(&self) -> bool {
        let is_error = |finding: &Finding| finding.severity == Severity::Error;
        self.written.is_some() && !self.findings.iter().any(is_error)
    }
}

/// Reads and checks a text, against the customers of the creditor. Stores nothing.
pub fn check(app: &App, ctx: &Ctx, text: &str) -> Result<Checked, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| checked(tx, ctx, text))
}

/// Reads and checks a text without any books: for every kind of person in a country.
pub fn check_alone(text: &str, country: &str, today: Day) -> Checked {
    let written = match text::read(text) {
        Ok(written) => written,
        Err(problems) => return Checked { problems, written: None, findings: Vec::new() },
    };
    found(written, country, (&Person::ALL, &[]), today)
}

/// What the checks find for customers of these kinds and segments.
fn found(
    written: Written,
    country: &str,
    (persons, segments): (&[Person], &[String]),
    today: Day,
) -> Checked {
    let around = Surroundings {
        country,
        law: &ContactLaw::default(),
        calendar: &Calendar::of_country(country),
        persons,
        segments,
        templates: &TEMPLATES,
        today,
    };
    let findings = audit::audit(&written.strategy, &written.lines, &around);
    Checked { problems: Vec::new(), written: Some(written), findings }
}

fn checked(tx: &mut Tx<'_>, ctx: &Ctx, text: &str) -> Result<Checked, ServiceError> {
    let written = match text::read(text) {
        Ok(written) => written,
        Err(problems) => return Ok(Checked { problems, written: None, findings: Vec::new() }),
    };
    let (mut persons, mut segments) = (Vec::new(), BTreeSet::new());
    customer::for_each::<ServiceError>(tx, ctx.scope(), |customer| {
        let person = Person::parse(&customer.person_kind).unwrap_or_default();
        if !persons.contains(&person) {
            persons.push(person);
        }
        segments.insert(customer.segment.unwrap_or_default());
        Ok(())
    })?;
    let given = strategy::assignments(tx, ctx.scope())?;
    // Only the strategy of those to whom nothing was given must have an answer for every segment.
    let for_everybody = given.is_empty() && written.strategy.id == STANDARD_ID;
    let segments: Vec<String> =
        if for_everybody { segments.into_iter().collect() } else { Vec::new() };
    Ok(found(written, &ctx.creditor.country, (&persons, &segments), ctx.today))
}

/// Keeps a text as the draft of its strategy, in the place of an earlier draft. The same text again
/// changes nothing.
///
/// # Errors
/// `Invalid` when it is not understood: what is kept must at least read.
pub fn draft(app: &App, ctx: &Ctx, text: &str) -> Result<Version, ServiceError> {
    ctx.require(Deed::EditStrategies)?;
    let written = text::read(text).map_err(|problems| invalid(&problems))?;
    let (code, name) = (written.strategy.id, written.strategy.name);
    let is_code = code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !is_code || code.len() > 40 {
        return Err(ServiceError::invalid("codigo", "letters_digits_and_hyphens"));
    }
    app.store.write(|tx| {
        let own: Vec<Version> =
            all_versions(tx, ctx)?.into_iter().filter(|version| version.code == code).collect();
        let last = own.last();
        if let Some(same) = last.filter(|version| version.text == text) {
            return Ok(same.clone());
        }
        let version = Version {
            version: last.map_or(FIRST, |last| last.version + i64::from(last.state != "draft")),
            code: code.clone(),
            name: name.clone(),
            state: "draft".to_owned(),
            text: text.to_owned(),
            actor: ctx.actor.clone(),
            recorded_at: ctx.now_ms,
            published_by: None,
            published_at: None,
            migrated_at: None,
        };
        match last.is_some_and(|last| last.state == "draft") {
            true => {
                strategy::rewrite_draft(tx, ctx.scope(), &version)?;
            }
            false => strategy::insert_version(tx, ctx.scope(), &version)?,
        }
        Ok(version)
    })
}

fn invalid(problems: &[Problem]) -> ServiceError {
    let fields = problems.iter().map(|problem| (problem.key.clone(), problem.to_string()));
    ServiceError::Invalid(crate::error::Invalid { fields: fields.collect() })
}

/// Publishes a draft: from now on it is never changed, new cases are planned with it, and the one
/// before is retired. Publishing what is published changes nothing.
///
/// # Errors
/// `Invalid` when the checks find errors.
pub fn publish(app: &App, ctx: &Ctx, code: &str, version: i64) -> Result<Version, ServiceError> {
    ctx.require(Deed::EditStrategies)?;
    app.store.write(|tx| {
        let found = strategy::version(tx, ctx.scope(), code, version)?;
        let found = found.ok_or_else(|| ServiceError::NotFound(format!("{code}.{version}")))?;
        if found.state == "draft" {
            let checked = checked(tx, ctx, &found.text)?;
            if !checked.is_sound() {
                let errors = checked.findings.iter().filter(|f| f.severity == Severity::Error);
                let told = |finding: &Finding| (finding.code().to_owned(), finding.to_string());
                let fields = errors.map(told).collect();
                return Err(ServiceError::Invalid(crate::error::Invalid { fields }));
            }
            strategy::publish(tx, ctx.scope(), code, version, &ctx.actor, ctx.now_ms)?;
        }
        let published = strategy::version(tx, ctx.scope(), code, version)?;
        published.ok_or_else(|| ServiceError::NotFound(format!("{code}.{version}")))
    })
}

/// Hands the running cases of an older version to the published one. Again changes nothing.
pub fn migrate(app: &App, ctx: &Ctx, code: &str, version: i64) -> Result<(), ServiceError> {
    ctx.require(Deed::EditStrategies)?;
    app.store.write(|tx| {
        let all = all_versions(tx, ctx)?;
        let mut own = all.iter().filter(|one| one.code == code);
        let missing = || ServiceError::NotFound(format!("{code}.{version}"));
        let found = own.find(|one| one.version == version).ok_or_else(missing)?;
        if found.state != "retired" {
            return Err(ServiceError::invalid("version", "not_retired"));
        }
        // The first version of a strategy that came with the program has no row until it needs one.
        if strategy::version(tx, ctx.scope(), code, version)?.is_none() {
            strategy::insert_version(tx, ctx.scope(), found)?;
        }
        strategy::migrate(tx, ctx.scope(), code, version, &ctx.actor, ctx.now_ms)?;
        Ok(())
    })
}

/// What changed between two versions.
pub fn compare(
    app: &App,
    ctx: &Ctx,
    code: &str,
    (old, new): (i64, i64),
) -> Result<Vec<Change>, ServiceError> {
    let versions = versions(app, ctx, code)?;
    let read = |number: i64| -> Result<Strategy, ServiceError> {
        let found = versions.iter().find(|version| version.version == number);
        let found = found.ok_or_else(|| ServiceError::NotFound(format!("{code}.{number}")))?;
        checked_text(&found.text)
    };
    Ok(diff::diff(&read(old)?, &read(new)?))
}

/// What a text means, or why it does not read.
pub(crate) fn checked_text(text: &str) -> Result<Strategy, ServiceError> {
    text::read(text).map(|written| written.strategy).map_err(|problems| invalid(&problems))
}

/// The strategy a customer's day is planned with now.
pub fn of_customer(app: &App, ctx: &Ctx, customer: CustomerId) -> Result<Strategy, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| Ok(case_of(app, tx, ctx, customer)?.1))
}

/// A customer as the planner sees it today, and the strategy of its day.
pub(crate) fn case_of(
    app: &App,
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    customer: CustomerId,
) -> Result<(Case, Strategy), ServiceError> {
    let in_force = InForce::load(tx, ctx)?;
    let beyond = Beyond::load(app, tx, ctx, in_force.needs(), ctx.today)?;
    let outlook = Outlook::new(ctx.today, Basis::Now, &beyond);
    let case = facts::one(tx, ctx, outlook, customer, None)?;
    let strategy = in_force.of(&case, ctx.today).clone();
    Ok((case, strategy))
}

/// A strategy to give.
#[derive(Clone, Debug)]
pub struct Assign {
    /// The id the assignment will have.
    pub id: AssignmentId,
    /// Code of the strategy; it must have a published version.
    pub code: String,
    /// The customer, when it is for one.
    pub customer: Option<CustomerId>,
    /// Conditions in the text form, when it is for all whom they hold for.
    pub criteria: String,
    /// The lowest number comes first.
    pub priority: i64,
    /// Why.
    pub why: String,
}

/// Assignments in force, in the order in which they are asked.
pub fn assignments(app: &App, ctx: &Ctx) -> Result<Vec<Assignment>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| Ok(strategy::assignments(tx, ctx.scope())?))
}

/// Gives a strategy to a customer or to a segment. The same id with the same content answers the
/// same assignment.
///
/// # Errors
/// `Invalid` when the criteria are not understood, the strategy has no published version, or
/// another assignment of that priority has the same criteria.
pub fn assign(app: &App, ctx: &Ctx, command: &Assign) -> Result<Assignment, ServiceError> {
    ctx.require(Deed::EditStrategies)?;
    text::read_conditions(&command.criteria).map_err(|problems| invalid(&problems))?;
    if !(0..=9_999).contains(&command.priority) {
        return Err(ServiceError::invalid("priority", "from_0_to_9999"));
    }
    app.store.write(|tx| {
        let wanted = Assignment {
            id: command.id,
            code: command.code.clone(),
            customer: command.customer,
            criteria: command.criteria.trim().to_owned(),
            priority: command.priority,
            why: command.why.trim().to_owned(),
            actor: ctx.actor.clone(),
            recorded_at: ctx.now_ms,
        };
        if let Some((there, _)) = strategy::assignment(tx, ctx.scope(), command.id)? {
            let content = |a: &Assignment| {
                (a.code.clone(), a.customer, a.criteria.clone(), a.priority, a.why.clone())
            };
            return match content(&there) == content(&wanted) {
                true => Ok(there),
                false => Err(ServiceError::Conflict(format!("{} is another", there.id))),
            };
        }
        let all = all_versions(tx, ctx)?;
        let is_published = |v: &Version| v.code == command.code && v.state == "published";
        if !all.iter().any(is_published) {
            return Err(ServiceError::invalid("code", "not_published"));
        }
        let given = strategy::assignments(tx, ctx.scope())?;
        let same = |one: &Assignment| match wanted.customer {
            Some(customer) => one.customer == Some(customer),
            None => {
                let apart = one.criteria != wanted.criteria || one.priority != wanted.priority;
                one.customer.is_none() && !apart
            }
        };
        for other in given.iter().filter(|one| same(one)) {
            // Two for the same would fight: the newer takes the place of the older.
            strategy::end_assignment(tx, ctx.scope(), other.id, &ctx.actor, ctx.now_ms)?;
        }
        if let Some(customer) = wanted.customer {
            moments::take_turn(tx, ctx, customer)?;
            let event = Event {
                outcome: Some(wanted.code.clone()),
                body: Some(wanted.why.clone()).filter(|why| !why.is_empty()),
                subject: Some(wanted.id.0),
                ..moments::event(ctx, wanted.id.0, customer, ctx.today, "strategy_assigned")
            };
            timeline::append(tx, ctx.scope(), &[event])?;
        }
        strategy::assign(tx, ctx.scope(), &wanted)?;
        Ok(wanted)
    })
}

/// Ends an assignment. Twice changes nothing.
pub fn unassign(app: &App, ctx: &Ctx, id: AssignmentId) -> Result<(), ServiceError> {
    ctx.require(Deed::EditStrategies)?;
    app.store.write(|tx| {
        let found = strategy::assignment(tx, ctx.scope(), id)?;
        let (found, _) = found.ok_or_else(|| ServiceError::NotFound(id.to_string()))?;
        let ended = strategy::end_assignment(tx, ctx.scope(), id, &ctx.actor, ctx.now_ms)?;
        if let Some(customer) = found.customer.filter(|_| ended) {
            let event = Event {
                outcome: Some(found.code),
                subject: Some(id.0),
                ..moments::event(ctx, app.next_id(), customer, ctx.today, "strategy_unassigned")
            };
            timeline::append(tx, ctx.scope(), &[event])?;
        }
        Ok(())
    })
}

/// Everybody.
pub(crate) const EVERYBODY: CustomerRange =
    CustomerRange { after: CustomerId(0), through: CustomerId(i64::MAX) };
