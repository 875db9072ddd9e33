//! Agreements (convenios): proposed within policy, approved, accepted with proof, followed by
//! instalment, and taken back while nothing is paid.
//!
//! Decides which debts may be covered and who may move an agreement on. Schedules, limits and
//! verdicts are the core's. Every command carries its id; repeating it changes nothing.

mod accept;
mod follow;
mod policy;

pub use accept::{Accept, accept, withdraw};
pub(crate) use follow::judge_all;
pub use follow::{Detail, Followed, detail, list};
pub use policy::{policy, save_policy};

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use puntual_core::access::{Deed, Role};
use puntual_core::agreement::{self as core, Nature, Permission, Schedule, Spread, Terms};
use puntual_core::currency::Currency;
use puntual_core::id::{AgreementId, CustomerId, DocumentId, EventId, ReceivableId};
use puntual_core::interest::{AnnualRate, DayCount};
pub use puntual_store::agreement::Agreement;
use puntual_store::agreement::{self as rows, Covered, Instalment};
use puntual_store::receivable::{self, Collectable};
use puntual_store::timeline::{self, Event};
use puntual_store::{CustomerRange, Tx};

/// An agreement to propose.
#[derive(Clone, Debug)]
pub struct Propose {
    /// The id the agreement will have.
    pub id: AgreementId,
    /// With whom.
    pub customer: CustomerId,
    /// The documents it covers; everything open in the currency when empty.
    pub documents: Vec<DocumentId>,
    /// The currency, where more than one is owed.
    pub currency: Option<Currency>,
    /// Whether it replaces the debts or waits for them.
    pub nature: Nature,
    /// Of the debt, forgiven, smallest units.
    pub discount_minor: i64,
    /// Paid on the day it begins, smallest units.
    pub down_minor: i64,
    /// How the rest is spread.
    pub spread: Spread,
    /// Interest on it.
    pub rate: AnnualRate,
    /// How its days are counted.
    pub day_count: DayCount,
    /// What else was said.
    pub note: Option<String>,
}

/// What a proposal comes to, before it is made.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Currency of the amounts.
    pub currency: Currency,
    /// What it covers.
    pub debts: Vec<Collectable>,
    /// What is agreed.
    pub terms: Terms,
    /// Its instalments.
    pub schedule: Schedule,
    /// Who may approve it.
    pub permission: Permission,
    /// Days an instalment may be late.
    pub grace_days: i32,
}

/// What a proposal would come to; stores nothing.
pub fn preview(app: &App, ctx: &Ctx, command: &Propose) -> Result<Preview, ServiceError> {
    ctx.require(Deed::RecordAgreement)?;
    app.store.read(|tx| preview_in(tx, ctx, command))
}

fn preview_in(tx: &mut Tx<'_>, ctx: &Ctx, command: &Propose) -> Result<Preview, ServiceError> {
    let (currency, debts) = debts(tx, ctx, command)?;
    let sum = debts.iter().try_fold(0_i64, |sum, one| sum.checked_add(one.receivable.open_minor));
    let debt_minor = sum.ok_or_else(|| ServiceError::invalid("documents", "too_large"))?;
    let terms = Terms {
        debt_minor,
        discount_minor: command.discount_minor,
        down_minor: command.down_minor,
        begins: ctx.today,
        spread: command.spread.clone(),
        rate: command.rate,
        day_count: command.day_count,
    };
    if command.nature == Nature::Forbearance && terms.discount_minor > 0 {
        // What waits is not changed: forgiving part of it is a novation.
        return Err(ServiceError::invalid("discount", "only_with_novation"));
    }
    if command.nature == Nature::Forbearance && terms.rate.ppm > 0 {
        return Err(ServiceError::invalid("rate", "only_with_novation"));
    }
    let schedule = core::schedule(&terms).map_err(|error| {
        use core::ScheduleError as E;
        let (field, what) = match error {
            E::NothingOwed => ("documents", "nothing_owed"),
            E::NothingLeft => ("down", "nothing_left"),
            E::BadCount => ("instalments", "bad_count"),
            E::BadDates => ("first", "bad_dates"),
            E::BadParts => ("instalments", "bad_parts"),
            E::OutOfRange => ("documents", "too_large"),
        };
        ServiceError::invalid(field, what)
    })?;
    let policy = policy::in_force(tx, ctx)?;
    let permission = core::permission(&policy, &terms, &schedule);
    Ok(Preview { currency, debts, terms, schedule, permission, grace_days: policy.grace_days })
}

/// The receivables a proposal covers: open, the creditor's to collect, in no other agreement.
fn debts(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    command: &Propose,
) -> Result<(Currency, Vec<Collectable>), ServiceError> {
    let scope = ctx.scope();
    let range = CustomerRange::one(command.customer);
    let mut open = receivable::collectable_of_customers(tx, scope, range)?;
    open.retain(|one| one.receivable.open_minor > 0);
    let named = |one: &Collectable| command.documents.contains(&one.receivable.document);
    if !command.documents.is_empty() {
        let absent = |id: &&DocumentId| !open.iter().any(|one| one.receivable.document == **id);
        if let Some(missing) = command.documents.iter().find(absent) {
            return Err(ServiceError::invalid("documents", format!("{missing} not open")));
        }
        open.retain(named);
    }
    let ids: Vec<ReceivableId> = open.iter().map(|one| one.receivable.id).collect();
    let taken = rows::covered_among(tx, scope, &ids)?;
    match command.documents.is_empty() {
        true => open.retain(|one| !taken.contains(&one.receivable.id)),
        false if !taken.is_empty() => {
            return Err(ServiceError::invalid("documents", "in_another_agreement"));
        }
        false => {}
    }
    let currencies = open.iter().map(|one| one.receivable.currency);
    let currency = command.currency.or_else(|| currencies.clone().min());
    let currency = currency.ok_or_else(|| ServiceError::invalid("documents", "nothing_owed"))?;
    if command.currency.is_none() && currencies.clone().any(|other| other != currency) {
        return Err(ServiceError::invalid("currency", "more_than_one"));
    }
    open.retain(|one| one.receivable.currency == currency);
    match open.is_empty() {
        true => Err(ServiceError::invalid("documents", "nothing_owed")),
        false => Ok((currency, open)),
    }
}

/// Proposes an agreement. It is approved at once when the proposer may do so. The same id with the
/// same content answers the same agreement.
pub fn propose(app: &App, ctx: &Ctx, command: &Propose) -> Result<Agreement, ServiceError> {
    ctx.require(Deed::RecordAgreement)?;
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, command.customer)?;
        let content_hash = content_hash(command);
        if let Some(there) = rows::get(tx, ctx.scope(), command.id)? {
            return match there.content_hash == content_hash {
                true => Ok(there),
                false => Err(ServiceError::Conflict(format!("{} is another agreement", there.id))),
            };
        }
        let preview = preview_in(tx, ctx, command)?;
        let Some(least_role) = preview.permission.least_role else {
            let excess = preview.permission.excess.first().map_or("policy", |one| one.code());
            return Err(ServiceError::invalid("policy", excess));
        };
        let number = format!("CONV-{}", rows::count(tx, ctx.scope())? + 1);
        let agreement = proposal(ctx, command, &preview, (least_role, number, content_hash));
        let covered: Vec<Covered> = preview
            .debts
            .iter()
            .map(|one| Covered {
                receivable: one.receivable.id,
                amount_minor: one.receivable.open_minor,
            })
            .collect();
        let instalments: Vec<Instalment> = (1..)
            .zip(&preview.schedule.instalments)
            .map(|(number, one)| Instalment {
                number,
                due_date: one.due,
                principal_minor: one.principal_minor,
                interest_minor: one.interest_minor,
                receivable: None,
            })
            .collect();
        rows::insert(tx, ctx.scope(), &agreement, &covered, &instalments)?;
        let event = event(ctx, EventId(agreement.id.0), &agreement, "agreement_proposed");
        timeline::append(tx, ctx.scope(), &[event])?;
        Ok(agreement)
    })
}

fn proposal(
    ctx: &Ctx,
    command: &Propose,
    preview: &Preview,
    (least_role, number, content_hash): (Role, String, i64),
) -> Agreement {
    Agreement {
        id: command.id,
        customer: command.customer,
        number,
        currency: preview.currency,
        nature: command.nature.as_str().to_owned(),
        state: core::State::Proposed.as_str().to_owned(),
        debt_minor: preview.terms.debt_minor,
        discount_minor: preview.terms.discount_minor,
        interest_minor: preview.schedule.interest_minor(),
        rate_ppm: preview.terms.rate.ppm.into(),
        day_count: preview.terms.day_count.as_str().to_owned(),
        grace_days: preview.grace_days.into(),
        least_role: least_role.as_str().to_owned(),
        note: moments::said(command.note.as_deref()),
        content_hash,
        proposed_on: ctx.today,
        proposed_by: ctx.actor.clone(),
        approved_by: (ctx.role >= least_role).then(|| ctx.actor.clone()),
        accepted_on: None,
        accepted_by: None,
        evidence: None,
        document: None,
        tx: None,
        ended_on: None,
        recorded_at: ctx.now_ms,
    }
}

fn content_hash(command: &Propose) -> i64 {
    let parts = [
        command.customer.to_string(),
        command.documents.iter().map(|id| format!("{id} ")).collect(),
        command.currency.map(|currency| currency.to_string()).unwrap_or_default(),
        command.nature.as_str().to_owned(),
        command.discount_minor.to_string(),
        command.down_minor.to_string(),
        format!("{:?}", command.spread),
        command.rate.to_string(),
        command.day_count.as_str().to_owned(),
        command.note.clone().unwrap_or_default(),
    ];
    moments::content_hash(&parts.each_ref().map(String::as_str))
}

/// Approves a proposal that exceeds what its proposer may agree to. Twice changes nothing.
pub fn approve(
    app: &App,
    ctx: &Ctx,
    id: EventId,
    agreement: AgreementId,
) -> Result<Agreement, ServiceError> {
    ctx.require(Deed::RecordAgreement)?;
    app.store.write(|tx| {
        let there = turn_of(tx, ctx, agreement)?;
        if there.approved_by.is_some() {
            return Ok(there);
        }
        let least = Role::parse(&there.least_role).unwrap_or(Role::Admin);
        if ctx.role < least {
            return Err(ServiceError::Forbidden(format!(
                "{} needs a {}",
                there.number,
                least.as_str()
            )));
        }
        if !rows::approve(tx, ctx.scope(), agreement, &ctx.actor)? {
            return Err(ServiceError::Conflict(format!("the agreement is {}", there.state)));
        }
        timeline::append(tx, ctx.scope(), &[event(ctx, id, &there, "agreement_approved")])?;
        turn_of(tx, ctx, agreement)
    })
}

/// An agreement with its customer's turn taken.
fn turn_of(tx: &mut Tx<'_>, ctx: &Ctx, id: AgreementId) -> Result<Agreement, ServiceError> {
    let missing = || ServiceError::NotFound(format!("agreement {id}"));
    let agreement = rows::get(tx, ctx.scope(), id)?.ok_or_else(missing)?;
    moments::take_turn(tx, ctx, agreement.customer)?;
    // Read again: somebody may have been first while we waited for the turn.
    rows::get(tx, ctx.scope(), id)?.ok_or_else(missing)
}

fn event(ctx: &Ctx, id: EventId, agreement: &Agreement, kind: &str) -> Event {
    Event {
        body: Some(agreement.number.clone()),
        subject: Some(agreement.id.0),
        balance_minor: Some(agreement.debt_minor),
        currency: Some(agreement.currency),
        ..moments::event(ctx, id.0, agreement.customer, ctx.today, kind)
    }
}
