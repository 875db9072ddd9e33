//! Which rules of contact bind a creditor's customers: the built-in ones, the workspace's own file,
//! who contacts and for whom, and what a supervisor has set aside for one customer.
//!
//! It decides who may change them and refuses what the core does not understand. What a rule means
//! is the core's.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::kin::Kin;
use crate::moments;
use puntual_core::access::Deed;
use puntual_core::date::Day;
use puntual_core::hours::Channel;
use puntual_core::id::{CustomerId, EventId};
use puntual_core::place::Place;
use puntual_core::strategy::guard::book::RuleBook;
use puntual_core::strategy::guard::rule::{Actor, CreditorKind};
pub use puntual_core::strategy::guard::text::{RuleFault, RuleProblem};
use puntual_core::strategy::guard::{ANSWER_HOURS, ContactLaw, PastContact};
pub use puntual_store::guard::{GuardFile, GuardWaiver};
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, guard, setting};
use std::collections::HashMap;
use std::sync::Arc;

/// Setting: who contacts the creditor's customers, a word of [`Actor`].
const ACTOR: &str = "contact_actor";
/// Setting: what kind of creditor it is, a word of [`CreditorKind`].
const CREDITOR_KIND: &str = "creditor_kind";
/// A policy of ours is set aside for no longer than this.
pub const LONGEST_WAIVER_DAYS: i32 = 30;

/// The rules that bind a page of customers.
pub(crate) struct Laws {
    creditor: ContactLaw,
    waived: HashMap<CustomerId, Vec<String>>,
    elsewhere: HashMap<CustomerId, Vec<PastContact>>,
    /// When the debtor itself wrote or called, in milliseconds.
    received: HashMap<CustomerId, Vec<i64>>,
}

impl Laws {
    /// The rules for a page of customers on a day, looking back to `since`.
    pub(crate) fn load(
        tx: &mut Tx<'_>,
        ctx: &Ctx,
        kin: &Kin,
        (since, day): (Day, Day),
    ) -> Result<Laws, ServiceError> {
        let scope = ctx.scope();
        let creditor = of_creditor(tx, ctx)?;
        let mut waived: HashMap<CustomerId, Vec<String>> = HashMap::new();
        for waiver in kin.rows(|range| guard::waivers_of_range(tx, scope, range, day))? {
            waived.entry(kin.merged.survivor(waiver.customer)).or_default().push(waiver.rule);
        }
        let mut elsewhere: HashMap<CustomerId, Vec<PastContact>> = HashMap::new();
        if creditor.actor == Actor::Agency {
            for contact in
                kin.rows(|range| guard::contacts_elsewhere(tx, scope, range, since, day))?
            {
                let channel = contact.channel.as_deref().and_then(Channel::parse);
                let Some(channel) = channel.filter(|channel| channel.is_contact()) else {
                    continue;
                };
                let reached = contact.outcome.as_deref().is_none_or(crate::facts::has_reached);
                let contact_of_person =
                    PastContact { day: contact.happened_on.min(day), channel, reached };
                let customer = kin.merged.survivor(contact.customer);
                elsewhere.entry(customer).or_default().push(contact_of_person);
            }
        }
        let mut received: HashMap<CustomerId, Vec<i64>> = HashMap::new();
        for event in kin.rows(|range| timeline::received_of_range(tx, scope, range, since))? {
            received
                .entry(kin.merged.survivor(event.customer))
                .or_default()
                .push(event.recorded_at);
        }
        Ok(Laws { creditor, waived, elsewhere, received })
    }

    /// The rules that bind contacts with a customer.
    pub(crate) fn of(&self, customer: CustomerId, place: Option<Place>) -> ContactLaw {
        ContactLaw {
            region: place.map(|place| place.region.to_owned()),
            waived: self.waived.get(&customer).cloned().unwrap_or_default(),
            ..self.creditor.clone()
        }
    }

    /// Contacts an agency had with the person for its other creditors.
    pub(crate) fn elsewhere(&mut self, customer: CustomerId) -> Vec<PastContact> {
        self.elsewhere.remove(&customer).unwrap_or_default()
    }

    /// Whether a contact answered one the debtor began within [`ANSWER_HOURS`].
    pub(crate) fn is_answer(&self, event: &Event) -> bool {
        let answers = |received: &i64| {
            let after_ms = event.recorded_at - received;
            (0..=ANSWER_HOURS * 3_600_000).contains(&after_ms)
        };
        self.received.get(&event.customer).is_some_and(|received| received.iter().any(answers))
    }
}

/// The rules that bind a creditor's contacts with any customer.
fn of_creditor(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<ContactLaw, ServiceError> {
    let scope = ctx.scope();
    let book = match guard::newest_file(tx, scope.workspace)? {
        Some(file) if !file.rules.trim().is_empty() => {
            // Rather no message than one against a rule that cannot be read.
            let book = RuleBook::with_own(&file.rules)
                .map_err(|fault| ServiceError::invalid("rules", fault.to_string()))?;
            Arc::new(book)
        }
        _ => Arc::clone(RuleBook::standard()),
    };
    let actor = setting::get(tx, scope, ACTOR)?.and_then(|word| Actor::parse(&word));
    let kind = setting::get(tx, scope, CREDITOR_KIND)?.and_then(|word| CreditorKind::parse(&word));
    Ok(ContactLaw {
        book,
        actor: actor.unwrap_or_default(),
        creditor_kind: kind.unwrap_or_default(),
        ..ContactLaw::default()
    })
}

/// The rules in force for the creditor, and the workspace's own file when there is one.
pub fn in_force(app: &App, ctx: &Ctx) -> Result<(ContactLaw, Option<GuardFile>), ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let file = guard::newest_file(tx, ctx.scope().workspace)?;
        Ok((of_creditor(tx, ctx)?, file))
    })
}

/// Says who contacts the creditor's customers and what kind of creditor it is.
pub fn set_creditor(
    app: &App,
    ctx: &Ctx,
    actor: Actor,
    kind: CreditorKind,
) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    app.store.write(|tx| {
        setting::set(tx, ctx.scope(), ACTOR, actor.as_str())?;
        setting::set(tx, ctx.scope(), CREDITOR_KIND, kind.as_str())?;
        Ok(())
    })
}

/// Loads the workspace's own rule file in the place of the one before; an empty text ends it. The
/// same id with the same text changes nothing.
///
/// # Errors
/// `Invalid` with line and reason when a word of it is not understood or a law would be set aside.
pub fn load_own(app: &App, ctx: &Ctx, id: i64, rules: &str) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    if !rules.trim().is_empty() {
        RuleBook::with_own(rules)
            .map_err(|fault| ServiceError::invalid("rules", fault.to_string()))?;
    }
    app.store.write(|tx| {
        let workspace = ctx.scope().workspace;
        let file = GuardFile {
            id,
            rules: rules.to_owned(),
            actor: ctx.actor.clone(),
            recorded_at: ctx.now_ms,
        };
        match guard::newest_file(tx, workspace)? {
            Some(there) if there.id == id && there.rules == rules => Ok(()),
            Some(there) if there.id >= id => {
                Err(ServiceError::Conflict("a newer rule file was loaded meanwhile".to_owned()))
            }
            _ => Ok(guard::append_file(tx, workspace, &file)?),
        }
    })
}

/// A policy of ours to be set aside for a customer.
#[derive(Clone, Debug)]
pub struct Waive {
    /// The id of the event that tells it.
    pub id: EventId,
    /// For whom.
    pub customer: CustomerId,
    /// The rule.
    pub rule: String,
    /// Last day, at most [`LONGEST_WAIVER_DAYS`] ahead.
    pub until: Day,
    /// Why.
    pub reason: String,
}

/// Sets a policy of ours aside for a customer. Only a supervisor may, never for a law, and the
/// timeline says who and why.
pub fn waive(app: &App, ctx: &Ctx, command: &Waive) -> Result<(), ServiceError> {
    ctx.require(Deed::WaivePolicy)?;
    let reason = moments::required("reason", &command.reason)?;
    if command.until < ctx.today || command.until > ctx.today + LONGEST_WAIVER_DAYS {
        return Err(ServiceError::invalid("until", "too_far"));
    }
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, command.customer)?;
        let law = of_creditor(tx, ctx)?;
        let rule = law.book.rule(&command.rule);
        match rule {
            None => return Err(ServiceError::invalid("rule", "unknown_rule")),
            Some(rule) if !rule.overridable => {
                return Err(ServiceError::invalid("rule", "not_overridable"));
            }
            Some(_) => {}
        }
        let until = command.until;
        let event = Event {
            outcome: Some(command.rule.clone()),
            body: Some(format!("{reason} ({until})")),
            ..moments::event(ctx, command.id.0, command.customer, ctx.today, "policy_waived")
        };
        if moments::record_once(tx, ctx, &event)? {
            return Ok(());
        }
        let waiver = GuardWaiver {
            event: command.id,
            customer: command.customer,
            rule: command.rule.clone(),
            until,
            reason: reason.clone(),
            actor: ctx.actor.clone(),
            recorded_at: ctx.now_ms,
        };
        Ok(guard::append_waiver(tx, ctx.scope(), &waiver)?)
    })
}

/// Records that the debtor wrote or called: no contact of ours, and neither is the answer to it
/// within a day.
pub fn record_received(
    app: &App,
    ctx: &Ctx,
    (id, customer): (EventId, CustomerId),
    channel: Channel,
    note: Option<&str>,
) -> Result<(), ServiceError> {
    ctx.require(Deed::RecordContact)?;
    if !channel.is_contact() {
        return Err(ServiceError::invalid("channel", "unknown_channel"));
    }
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, customer)?;
        let event = Event {
            channel: Some(channel.as_str().to_owned()),
            body: moments::said(note),
            ..moments::event(ctx, id.0, customer, ctx.today, "contact_received")
        };
        moments::record_once(tx, ctx, &event)?;
        Ok(())
    })
}
