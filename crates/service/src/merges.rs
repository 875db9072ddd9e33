//! Two customers that are one: merged by a person with a reason, and taken apart again.
//!
//! Nothing moves: documents, payments and states keep the customer they were recorded for, and all
//! who read them ask who stands for it. So what an import brings for a merged customer's code or tax
//! id is the survivor's too, and taking a merge back puts back exactly what was there. Decides what is
//! shown before anybody decides: both sides, and what they come to together.

use crate::App;
use crate::balances::{self, Balance};
use crate::buckets;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use crate::portfolios::View;
use crate::standings::Standings;
use puntual_core::access::Deed;
use puntual_core::id::{CustomerId, EventId, MergeId};
use puntual_core::merge::{Merge, MergeRefusal, Merged};
use puntual_core::portfolio::{AsOf, Scope as Whose};
use puntual_store::customer::{self, ContactPoint, Customer};
use puntual_store::merge;
pub use puntual_store::merge::{MergeRow, TakenBack};
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, receivable, standing};

/// Two customers somebody says are one.
#[derive(Clone, Debug)]
pub struct MergeCustomers {
    /// The id the merge will have.
    pub id: MergeId,
    /// The one that is not counted by itself any more.
    pub customer: CustomerId,
    /// The one it is.
    pub into: CustomerId,
    /// Why.
    pub why: String,
}

/// A merge somebody takes back.
#[derive(Clone, Debug)]
pub struct UnmergeCustomers {
    /// The id of the command's event.
    pub id: EventId,
    /// The merge.
    pub merge: MergeId,
    /// Why.
    pub why: String,
}

/// One side of a merge, as it stands by itself.
#[derive(Clone, Debug)]
pub struct Side {
    /// Who.
    pub customer: Customer,
    /// What it owes by currency.
    pub balances: Vec<Balance>,
    /// How to reach it.
    pub contact_points: Vec<ContactPoint>,
    /// How many receivables are open.
    pub open_receivables: usize,
    /// How many promises are open.
    pub open_promises: usize,
    /// How many disputes are open.
    pub open_disputes: usize,
    /// How many holds stand.
    pub holds: usize,
}

/// What a merge joins, or what taking it back parts.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The one that is merged.
    pub customer: Side,
    /// The one that stands for both.
    pub into: Side,
    /// What both owe together by currency.
    pub together: Vec<Balance>,
    /// Why it cannot be done: the stable code.
    pub refusal: Option<&'static str>,
}

/// A merge that stands, with the customer that is merged.
#[derive(Clone, Debug)]
pub struct Joined {
    /// Who is merged.
    pub customer: Customer,
    /// Into whom, by whom, when and why.
    pub merge: MergeRow,
}

/// Merges two customers. The same id with the same content answers the same merge.
pub fn merge(app: &App, ctx: &Ctx, command: &MergeCustomers) -> Result<MergeRow, ServiceError> {
    ctx.require(Deed::MergeCustomers)?;
    let why = moments::required("why", &command.why)?;
    let scope = ctx.scope();
    app.store.write(|tx| {
        take_turns(tx, ctx, [command.customer, command.into])?;
        if let Some(there) = merge::get(tx, scope, command.id)? {
            let content = |row: &MergeRow| (row.merge.customer, row.merge.into, row.why.clone());
            return match content(&there) == (command.customer, command.into, why.clone()) {
                true => Ok(there),
                false => Err(ServiceError::Conflict(format!("{} is another merge", there.id))),
            };
        }
        let view = app.portfolios.view_in(tx, scope)?;
        if let Err(refusal) = may_merge(&view, command.customer, command.into) {
            return Err(ServiceError::invalid("into", refusal));
        }
        let row = MergeRow {
            id: command.id,
            merge: Merge {
                customer: command.customer,
                into: command.into,
                since: ctx.today,
                until: None,
            },
            why,
            actor: ctx.actor.clone(),
            recorded_at: ctx.now_ms,
            taken_back: None,
        };
        merge::insert(tx, scope, &row)?;
        let words = ["customer_merged", "customer_absorbed"];
        settle(tx, ctx, &row, (command.id.0, &row.why), words)?;
        Ok(row)
    })
}

/// Takes a merge back: each customer has its own again. Once more with the same reason answers the
/// same.
pub fn unmerge(app: &App, ctx: &Ctx, command: &UnmergeCustomers) -> Result<MergeRow, ServiceError> {
    ctx.require(Deed::MergeCustomers)?;
    let why = moments::required("why", &command.why)?;
    let scope = ctx.scope();
    app.store.write(|tx| {
        let missing = || ServiceError::NotFound(format!("merge {}", command.merge));
        let row = merge::get(tx, scope, command.merge)?.ok_or_else(missing)?;
        take_turns(tx, ctx, [row.merge.customer, row.merge.into])?;
        // Read again: somebody else may have held the turn and taken it back meanwhile.
        let row = merge::get(tx, scope, command.merge)?.ok_or_else(missing)?;
        if let Some(taken_back) = &row.taken_back {
            return match taken_back.why == why {
                true => Ok(row),
                false => Err(ServiceError::Conflict(format!("{} was taken back", row.id))),
            };
        }
        let (on, actor) = (ctx.today, ctx.actor.clone());
        let how = TakenBack { on, why, actor, recorded_at: ctx.now_ms };
        merge::take_back(tx, scope, command.merge, &how)?;
        let words = ["customer_unmerged", "customer_released"];
        settle(tx, ctx, &row, (command.id.0, &how.why), words)?;
        let merge = Merge { until: Some(on), ..row.merge };
        Ok(MergeRow { merge, taken_back: Some(how), ..row })
    })
}

/// The turns of customers, in the order of their ids, so that two who take the same do not wait for
/// each other.
fn take_turns(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    mut customers: [CustomerId; 2],
) -> Result<(), ServiceError> {
    customers.sort_unstable();
    customers.into_iter().try_for_each(|customer| moments::take_turn(tx, ctx, customer))
}

/// Whether two may be merged: as the core says, and without a circle in their group.
fn may_merge(view: &View, customer: CustomerId, into: CustomerId) -> Result<(), &'static str> {
    view.names.merged().may_merge(customer, into).map_err(MergeRefusal::as_str)?;
    // Directly under it, the two links become none; further down they would come round.
    let is_under = view.names.groups.above(into).skip(1).any(|above| above == customer);
    if is_under { Err("group_circle") } else { Ok(()) }
}

/// Keeps who stands for whom as the rows now say, and tells both customers.
fn settle(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    row: &MergeRow,
    (event, why): (i64, &str),
    words: [&str; 2],
) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    let merges: Vec<Merge> = merge::all(tx, scope)?.into_iter().map(|row| row.merge).collect();
    merge::set_merged(tx, scope, &Merged::known(&merges, None))?;
    let Merge { customer, into, .. } = row.merge;
    let mut events = Vec::with_capacity(2);
    for ((of, other), kind) in [(customer, into), (into, customer)].into_iter().zip(words) {
        let named = customer::get(tx, scope, other)?;
        events.push(Event {
            outcome: named.map(|other| format!("{} · {}", other.code, other.name)),
            body: Some(why.to_owned()),
            subject: Some(other.0),
            ..moments::event(ctx, event, of, ctx.today, kind)
        });
    }
    Ok(timeline::append(tx, scope, &events)?)
}

/// What merging two customers would join.
pub fn preview(
    app: &App,
    ctx: &Ctx,
    customer: CustomerId,
    into: CustomerId,
) -> Result<Preview, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let apart = app.portfolios.view_in(tx, ctx.scope())?;
        let refusal = may_merge(&apart, customer, into).err();
        let mut pairs: Vec<_> = apart.names.merged().pairs().collect();
        if refusal.is_none() {
            pairs.iter_mut().filter(|pair| pair.1 == customer).for_each(|pair| pair.1 = into);
            pairs.push((customer, into));
        }
        let together = apart.clone().regrouped(Merged::of_pairs(pairs));
        sides(tx, ctx, (&apart, &together), (customer, into), refusal)
    })
}

/// What taking a merge back would part.
pub fn preview_unmerge(
    app: &App,
    ctx: &Ctx,
    id: MergeId,
) -> Result<(MergeRow, Preview), ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let rows = merge::all(tx, ctx.scope())?;
        let found = rows.iter().find(|row| row.id == id).cloned();
        let row = found.ok_or_else(|| ServiceError::NotFound(format!("merge {id}")))?;
        let others = rows.iter().filter(|row| row.id != id).map(|row| row.merge);
        let others: Vec<Merge> = others.collect();
        let together = app.portfolios.view_in(tx, ctx.scope())?;
        let apart = together.clone().regrouped(Merged::known(&others, None));
        let refusal = row.taken_back.is_some().then_some("taken_back");
        let pair = (row.merge.customer, row.merge.into);
        Ok((row, sides(tx, ctx, (&apart, &together), pair, refusal)?))
    })
}

fn sides(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    (apart, together): (&View, &View),
    (customer, into): (CustomerId, CustomerId),
    refusal: Option<&'static str>,
) -> Result<Preview, ServiceError> {
    let buckets = buckets::in_force(tx, ctx)?;
    let (scope, at) = (ctx.scope(), AsOf::day(ctx.today));
    let standings = Standings::load(tx, scope, apart.names.merged(), ctx.today, ctx.today)?;
    let of = |view: &View, id: CustomerId| {
        balances::balances(view, at, &buckets, &standings, Whose::customer(id))
    };
    let mut side = |asked: CustomerId| {
        let id = apart.names.survivor(asked);
        let missing = || ServiceError::NotFound(format!("customer {asked}"));
        let customer = customer::get(tx, scope, id)?.ok_or_else(missing)?;
        // The rows of all it counts with now, less those that are not its own when apart.
        let is_own = |of: CustomerId| apart.names.survivor(of) == id;
        let mut contact_points = customer::contact_points(tx, scope, id)?;
        contact_points.retain(|point| is_own(point.customer));
        let open = receivable::open_of(tx, scope, id)?;
        let promises = standing::promises_of(tx, scope, id)?;
        let promised = promises.iter().filter(|p| p.state == "open" && is_own(p.customer));
        let disputes = standing::disputes(tx, scope, Some(id), true)?;
        let holds = standing::holds(tx, scope, Some(id))?;
        Ok::<_, ServiceError>(Side {
            balances: of(apart, id),
            contact_points,
            open_receivables: open
                .iter()
                .filter(|r| r.open_minor > 0 && is_own(r.customer))
                .count(),
            open_promises: promised.count(),
            open_disputes: disputes.iter().filter(|d| is_own(d.customer)).count(),
            holds: holds.iter().filter(|h| is_own(h.customer)).count(),
            customer,
        })
    };
    let (one, other) = (side(customer)?, side(into)?);
    Ok(Preview { customer: one, into: other, together: of(together, into), refusal })
}

/// Who is merged into a customer, directly or not, by merge.
pub fn joined(app: &App, ctx: &Ctx, id: CustomerId) -> Result<Vec<Joined>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| joined_in(tx, ctx, id))
}

/// The same inside a transaction that is open already.
pub(crate) fn joined_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    id: CustomerId,
) -> Result<Vec<Joined>, ServiceError> {
    let members: Vec<CustomerId> = merge::merged(tx, ctx.scope())?.members(id).collect();
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let mut joined = Vec::with_capacity(members.len());
    for merge in merge::all(tx, ctx.scope())? {
        if merge.taken_back.is_none() && members.contains(&merge.merge.customer) {
            let customer = customer::get(tx, ctx.scope(), merge.merge.customer)?;
            joined.extend(customer.map(|customer| Joined { customer, merge }));
        }
    }
    Ok(joined)
}
