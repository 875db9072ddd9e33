//! Customers that are probably one written twice, proposed with the reasons; and proposals that a
//! person has turned down. Nothing is joined here.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use puntual_core::access::Deed;
use puntual_core::id::{CustomerId, EventId};
pub use puntual_core::likeness::LikenessReason;
use puntual_core::likeness::{self, Profile};
use puntual_store::customer::{self, Customer};
pub use puntual_store::likeness::Dismissal;
use puntual_store::timeline::{self, Event};
use puntual_store::{CustomerRange, Tx, likeness as dismissals, merge};
use std::collections::{HashMap, HashSet};

/// Two customers that are probably one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The one made first.
    pub one: Customer,
    /// The other.
    pub other: Customer,
    /// How likely, in points.
    pub points: i32,
    /// Why.
    pub reasons: Vec<LikenessReason>,
}

/// A part of the proposed pairs, the likeliest first, and how many there are.
pub fn list(
    app: &App,
    ctx: &Ctx,
    limit: usize,
    skip: usize,
) -> Result<(Vec<Pair>, usize), ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    let scope = ctx.scope();
    let everybody = CustomerRange { after: CustomerId(0), through: CustomerId(i64::MAX) };
    let (customers, points, merged, dismissed) = app.store.read(|tx| {
        let merged = merge::merged(tx, scope)?;
        let mut customers = Vec::new();
        customer::for_each::<ServiceError>(tx, scope, |customer| {
            if !merged.is_merged(customer.id) {
                customers.push(customer);
            }
            Ok(())
        })?;
        let points = customer::contact_points_of_range(tx, scope, everybody)?;
        Ok::<_, ServiceError>((customers, points, merged, dismissals::standing(tx, scope)?))
    })?;
    let dismissed: HashSet<(CustomerId, CustomerId)> =
        dismissed.into_iter().map(|one| (one.one, one.other)).collect();
    let mut profiles: Vec<Profile> = customers.iter().map(profile).collect();
    let places: HashMap<CustomerId, usize> =
        customers.iter().enumerate().map(|(at, customer)| (customer.id, at)).collect();
    for point in points {
        let whose = merged.survivor(point.customer);
        let Some(profile) = places.get(&whose).map(|at| &mut profiles[*at]) else {
            continue;
        };
        match point.kind.as_str() {
            "email" => profile.emails.push(point.value),
            "phone" | "whatsapp" => profile.phones.push(point.value),
            _ => {}
        }
    }
    let mut likely = likeness::likely_same(&profiles);
    likely.retain(|pair| !dismissed.contains(&ordered(pair.one, pair.other)));
    let total = likely.len();
    let of = |id: CustomerId| places.get(&id).map(|at| customers[*at].clone());
    let pair = |one: likeness::Likeness| {
        Some(Pair {
            one: of(one.one)?,
            other: of(one.other)?,
            points: one.points,
            reasons: one.reasons,
        })
    };
    Ok((likely.into_iter().skip(skip).take(limit).filter_map(pair).collect(), total))
}

fn ordered(one: CustomerId, other: CustomerId) -> (CustomerId, CustomerId) {
    (one.min(other), one.max(other))
}

/// A proposal turned down, with whom it was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedDown {
    /// The one made first.
    pub one: Customer,
    /// The other.
    pub other: Customer,
    /// Who, when and why.
    pub dismissal: Dismissal,
}

/// Somebody's word that two customers are not one.
#[derive(Clone, Debug)]
pub struct Dismiss {
    /// The id of the command's event.
    pub id: EventId,
    /// One of the two.
    pub one: CustomerId,
    /// The other.
    pub other: CustomerId,
    /// Why, if there is something to say.
    pub why: Option<String>,
}

/// Turns a proposal down: the two are not proposed again. Twice changes nothing.
pub fn dismiss(app: &App, ctx: &Ctx, command: &Dismiss) -> Result<(), ServiceError> {
    ctx.require(Deed::EditCustomer)?;
    let (one, other) = ordered(command.one, command.other);
    if one == other {
        return Err(ServiceError::invalid("other", "itself"));
    }
    app.store.write(|tx| {
        moments::take_turn(tx, ctx, one)?;
        moments::take_turn(tx, ctx, other)?;
        if stands(tx, ctx, (one, other))? {
            return Ok(());
        }
        let why = moments::said(command.why.as_deref());
        let dismissal = Dismissal {
            id: command.id,
            one,
            other,
            why: why.clone(),
            actor: ctx.actor.clone(),
            recorded_at: ctx.now_ms,
        };
        dismissals::insert(tx, ctx.scope(), &dismissal)?;
        tell(tx, ctx, command.id, (one, other), ("likeness_dismissed", why))
    })
}

/// Takes back that two customers are not one: they may be proposed again. Twice changes nothing.
pub fn propose_again(
    app: &App,
    ctx: &Ctx,
    one: CustomerId,
    other: CustomerId,
) -> Result<(), ServiceError> {
    ctx.require(Deed::EditCustomer)?;
    let pair = ordered(one, other);
    app.store.write(|tx| {
        if dismissals::lift(tx, ctx.scope(), pair, &ctx.actor, ctx.now_ms)? {
            tell(tx, ctx, EventId(app.next_id()), pair, ("likeness_proposed_again", None))?;
        }
        Ok(())
    })
}

/// Proposals that are turned down, the last first.
pub fn turned_down(app: &App, ctx: &Ctx, limit: usize) -> Result<Vec<TurnedDown>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    let scope = ctx.scope();
    app.store.read(|tx| {
        let mut found = Vec::new();
        for dismissal in dismissals::standing(tx, scope)?.into_iter().take(limit) {
            let one = customer::get(tx, scope, dismissal.one)?;
            let other = customer::get(tx, scope, dismissal.other)?;
            let both = one.zip(other);
            found.extend(both.map(|(one, other)| TurnedDown { one, other, dismissal }));
        }
        Ok(found)
    })
}

fn stands(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    pair: (CustomerId, CustomerId),
) -> Result<bool, ServiceError> {
    let standing = dismissals::standing(tx, ctx.scope())?;
    Ok(standing.iter().any(|one| (one.one, one.other) == pair))
}

/// Tells both customers of it.
fn tell(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    id: EventId,
    (one, other): (CustomerId, CustomerId),
    (kind, why): (&str, Option<String>),
) -> Result<(), ServiceError> {
    let mut events = Vec::with_capacity(2);
    for (of, about) in [(one, other), (other, one)] {
        let named = customer::get(tx, ctx.scope(), about)?;
        events.push(Event {
            outcome: named.map(|about| format!("{} · {}", about.code, about.name)),
            body: why.clone(),
            subject: Some(about.0),
            ..moments::event(ctx, id.0, of, ctx.today, kind)
        });
    }
    Ok(timeline::append(tx, ctx.scope(), &events)?)
}

fn profile(customer: &Customer) -> Profile {
    Profile {
        customer: customer.id,
        name: customer.name.clone(),
        tax_id: customer.tax_id.clone(),
        emails: Vec::new(),
        phones: Vec::new(),
    }
}
