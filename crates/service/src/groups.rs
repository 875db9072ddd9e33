//! Groups of companies: who belongs to whom, set by a person or a file, and what a group owes
//! together. Belonging joins nothing: each company keeps its documents, its letters and its holds.

use crate::App;
use crate::balances::{self, Balance};
use crate::ctx::Ctx;
use crate::customers::{self, Total};
use crate::error::ServiceError;
use crate::moments;
use crate::portfolios::{CustomerName, CustomerNames, View};
use crate::standings::Standings;
use puntual_core::access::Deed;
use puntual_core::aging::BucketSet;
use puntual_core::group::GroupRefusal;
use puntual_core::id::{CustomerId, EventId};
use puntual_core::portfolio::{AsOf, Scope as Whose};
use puntual_store::customer::{self, Customer};
use puntual_store::timeline::Event;

/// A company somebody says another belongs to.
#[derive(Clone, Copy, Debug)]
pub struct SetParent {
    /// The id of the command's event.
    pub id: EventId,
    /// Who belongs.
    pub customer: CustomerId,
    /// To whom; to nobody any more when absent.
    pub parent: Option<CustomerId>,
}

/// A company of a group.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub customer: CustomerName,
    /// How far below the head: 0 is the head.
    pub depth: usize,
    /// What it owes by currency.
    pub balances: Vec<Balance>,
}

/// A group as of a day.
#[derive(Clone, Debug)]
pub struct Group {
    /// The head first, everybody after its parent.
    pub members: Vec<Member>,
    /// What all owe together, by currency.
    pub totals: Vec<Total>,
}

/// Says to whom a customer belongs. The same id with the same content changes nothing.
pub fn set_parent(app: &App, ctx: &Ctx, command: &SetParent) -> Result<(), ServiceError> {
    ctx.require(Deed::EditCustomer)?;
    let scope = ctx.scope();
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, command.customer)?;
        let view = app.portfolios.view_in(tx, scope)?;
        let missing = |id: CustomerId| ServiceError::NotFound(format!("customer {id}"));
        let named = |id| view.names.get(id).ok_or_else(|| missing(id));
        let child = named(command.customer)?.id;
        let parent = command.parent.map(named).transpose()?;
        let event = Event {
            outcome: parent.map(|parent| format!("{} · {}", parent.code, parent.name)),
            subject: parent.map(|parent| parent.id.0),
            ..moments::event(ctx, command.id.0, child, ctx.today, "customer_grouped")
        };
        if moments::is_recorded(tx, ctx, &event)? {
            return Ok(());
        }
        if let Some(parent) = parent {
            let may = view.names.groups.may_belong(child, parent.id);
            may.map_err(|refusal| ServiceError::invalid("parent", GroupRefusal::as_str(refusal)))?;
        }
        let old = customer::get(tx, scope, child)?.ok_or_else(|| missing(child))?;
        let parent = parent.map(|parent| parent.id);
        customer::update(tx, scope, &Customer { parent, ..old })?;
        moments::record_once(tx, ctx, &event)?;
        Ok(())
    })
}

/// Everybody of a customer's group, the head first; the customer alone when it has none.
pub fn members(names: &CustomerNames, customer: CustomerId) -> Vec<(CustomerId, usize)> {
    let customer = names.survivor(customer);
    match names.groups.head(customer) {
        Some(head) => names.groups.members(head),
        None => vec![(customer, 0)],
    }
}

/// A customer's group as of a day, in the buckets given; one member when it belongs to none.
pub fn of_customer(
    app: &App,
    ctx: &Ctx,
    at: AsOf,
    buckets: &BucketSet,
    id: CustomerId,
) -> Result<Group, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let view = app.portfolios.view_in(tx, ctx.scope())?.known(at.known_at);
        let standings = Standings::load(tx, ctx.scope(), view.names.merged(), at.as_of, ctx.today)?;
        let group = in_view(&view, at, buckets, &standings, id);
        match group.members.is_empty() {
            true => Err(ServiceError::NotFound(format!("customer {id}"))),
            false => Ok(group),
        }
    })
}

/// The same from a portfolio at hand.
pub(crate) fn in_view(
    view: &View,
    at: AsOf,
    buckets: &BucketSet,
    standings: &Standings,
    id: CustomerId,
) -> Group {
    let mut group = Group { members: Vec::new(), totals: Vec::new() };
    let mut all = Vec::new();
    for (id, depth) in members(&view.names, id) {
        let Some(customer) = view.names.get(id).cloned() else { continue };
        let balances = balances::balances(view, at, buckets, standings, Whose::customer(id));
        all.extend(balances.iter().cloned());
        group.members.push(Member { customer, depth, balances });
    }
    group.totals = customers::totals(&all);
    group
}
