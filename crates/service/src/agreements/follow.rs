//! How agreements are going: what is paid of each instalment, which are kept and which are broken.
//!
//! Decides what counts as paid: of a novation, what its own receivables were settled by; of a
//! forbearance, what was settled of the debts it covers. The verdict is the core's, written once.

use super::{Agreement, event, turn_of};
use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::Deed;
use puntual_core::agreement::{self as core, Nature, State, Verdict};
use puntual_core::date::Day;
use puntual_core::id::{AgreementId, CustomerId, DocumentId, EventId, ReceivableId};
use puntual_store::agreement::{self as rows, Instalment};
use puntual_store::receivable::{self, Receivable};
use puntual_store::timeline;
use puntual_store::{Tx, customer, document};
use std::collections::HashMap;

/// Most agreements of a list.
const MOST: i64 = 2_000;

/// An agreement and how it is going.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The agreement.
    pub agreement: Agreement,
    /// Name of the customer.
    pub customer: String,
    /// Its instalments.
    pub instalments: Vec<core::Instalment>,
    /// What was paid of it, smallest units.
    pub paid_minor: i64,
    /// How each instalment stands; the state it would be judged.
    pub verdict: Verdict,
}

impl Followed {
    /// The first instalment with something left, while the agreement is in force.
    pub fn next(&self) -> Option<(usize, core::Instalment)> {
        let open = self.verdict.progress.iter().position(|one| one.left_minor > 0)?;
        self.instalments.get(open).map(|one| (open, *one))
    }
}

/// One agreement with what it covers.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The agreement and how it is going.
    pub followed: Followed,
    /// The debts covered: document, its number, and what was open of it.
    pub debts: Vec<(DocumentId, String, i64)>,
}

/// Agreements, newest first: of a customer or of all, in a state or in any.
pub fn list(
    app: &App,
    ctx: &Ctx,
    whose: Option<CustomerId>,
    state: Option<State>,
) -> Result<Vec<Followed>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let found = rows::list(tx, ctx.scope(), whose, state.map(State::as_str), MOST)?;
        let mut ids: Vec<CustomerId> = found.iter().map(|one| one.customer).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut names: HashMap<CustomerId, String> = HashMap::new();
        for part in ids.chunks(1_000) {
            let known = customer::by_ids(tx, ctx.scope(), part)?;
            names.extend(known.into_iter().map(|customer| (customer.id, customer.name)));
        }
        let mut list = Vec::with_capacity(found.len());
        for agreement in found {
            let name = names.get(&agreement.customer).cloned().unwrap_or_default();
            list.push(follow(tx, ctx, agreement, name, ctx.today)?);
        }
        Ok(list)
    })
}

/// One agreement.
pub fn detail(app: &App, ctx: &Ctx, id: AgreementId) -> Result<Detail, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let missing = || ServiceError::NotFound(format!("agreement {id}"));
        let agreement = rows::get(tx, ctx.scope(), id)?.ok_or_else(missing)?;
        let owner = customer::get(tx, ctx.scope(), agreement.customer)?;
        let covered = rows::covered(tx, ctx.scope(), id)?;
        let ids: Vec<ReceivableId> = covered.iter().map(|one| one.receivable).collect();
        let mut receivables = receivable::by_ids(tx, ctx.scope(), &ids)?;
        receivables.sort_by_key(|one| (one.due_date, one.id));
        let documents: Vec<DocumentId> = receivables.iter().map(|one| one.document).collect();
        let numbers: HashMap<DocumentId, String> = document::by_ids(tx, ctx.scope(), &documents)?
            .into_iter()
            .map(|document| (document.id, document.number))
            .collect();
        let debt = |one: &Receivable| {
            let amount = covered.iter().find(|debt| debt.receivable == one.id);
            let number = numbers.get(&one.document).cloned().unwrap_or_default();
            (one.document, number, amount.map_or(0, |debt| debt.amount_minor))
        };
        let debts = receivables.iter().map(debt).collect();
        let name = owner.map(|customer| customer.name).unwrap_or_default();
        Ok(Detail { followed: follow(tx, ctx, agreement, name, ctx.today)?, debts })
    })
}

fn follow(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    agreement: Agreement,
    customer: String,
    today: Day,
) -> Result<Followed, ServiceError> {
    let (paid_minor, instalments) = paid(tx, ctx, &agreement)?;
    let grace = i32::try_from(agreement.grace_days).unwrap_or(0);
    let verdict = core::judge(&instalments, paid_minor, grace, today);
    Ok(Followed { agreement, customer, instalments, paid_minor, verdict })
}

/// What was paid of an agreement, and its instalments. A proposal is not paid at all.
pub(super) fn paid(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    agreement: &Agreement,
) -> Result<(i64, Vec<core::Instalment>), ServiceError> {
    let stored = rows::instalments(tx, ctx.scope(), agreement.id)?;
    let plain = stored.iter().map(|one| core::Instalment {
        due: one.due_date,
        principal_minor: one.principal_minor,
        interest_minor: one.interest_minor,
    });
    let plain = plain.collect();
    let in_force = agreement.accepted_on.is_some() && agreement.state != State::Withdrawn.as_str();
    let paid_minor = match in_force {
        false => 0,
        true if agreement.nature == Nature::Novation.as_str() => of_instalments(tx, ctx, &stored)?,
        true => of_covered(tx, ctx, agreement)?,
    };
    Ok((paid_minor, plain))
}

fn of_instalments(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    instalments: &[Instalment],
) -> Result<i64, ServiceError> {
    let ids: Vec<ReceivableId> = instalments.iter().filter_map(|one| one.receivable).collect();
    let receivables = receivable::by_ids(tx, ctx.scope(), &ids)?;
    Ok(receivables.iter().map(|one| one.amount_minor - one.open_minor.max(0)).sum())
}

fn of_covered(tx: &mut Tx<'_>, ctx: &Ctx, agreement: &Agreement) -> Result<i64, ServiceError> {
    let covered = rows::covered(tx, ctx.scope(), agreement.id)?;
    let ids: Vec<ReceivableId> = covered.iter().map(|one| one.receivable).collect();
    let receivables = receivable::by_ids(tx, ctx.scope(), &ids)?;
    let open: i64 = receivables.iter().map(|one| one.open_minor.max(0)).sum();
    Ok((agreement.debt_minor - open).max(0))
}

/// Judges every agreement in force as of a day: completed, broken, or still going. Judging again
/// finds nothing new.
pub(crate) fn judge_all(app: &App, ctx: &Ctx, day: Day) -> Result<(), ServiceError> {
    let in_force: Vec<AgreementId> = app.store.read(|tx| {
        let state = Some(State::Accepted.as_str());
        let found = rows::list(tx, ctx.scope(), None, state, i64::from(i32::MAX))?;
        Ok::<_, ServiceError>(found.into_iter().map(|one| one.id).collect())
    })?;
    for id in in_force {
        app.store.write(|tx| judge_one(app, ctx, tx, id, day))?;
    }
    Ok(())
}

fn judge_one(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    id: AgreementId,
    day: Day,
) -> Result<(), ServiceError> {
    let agreement = turn_of(tx, ctx, id)?;
    let followed = follow(tx, ctx, agreement, String::new(), day)?;
    let (from, to) = (State::Accepted.as_str(), followed.verdict.state);
    let kind = match to {
        State::Completed => "agreement_completed",
        State::Broken => "agreement_broken",
        _ => return Ok(()),
    };
    // Written by its state, so that a verdict reached meanwhile by somebody else stands.
    if rows::end(tx, ctx.scope(), id, (from, to.as_str()), day)? {
        let told = event(ctx, EventId(app.next_id()), &followed.agreement, kind);
        timeline::append(tx, ctx.scope(), &[told])?;
    }
    Ok(())
}
