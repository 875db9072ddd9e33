//! Customers that are probably one written twice, proposed with the reasons. Nothing is joined here.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::Deed;
use puntual_core::id::CustomerId;
pub use puntual_core::likeness::LikenessReason;
use puntual_core::likeness::{self, Profile};
use puntual_store::CustomerRange;
use puntual_store::customer::{self, Customer};
use std::collections::HashMap;

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
    let (customers, points) = app.store.read(|tx| {
        let mut customers = Vec::new();
        customer::for_each::<ServiceError>(tx, scope, |customer| {
            customers.push(customer);
            Ok(())
        })?;
        Ok::<_, ServiceError>((customers, customer::contact_points_of_range(tx, scope, everybody)?))
    })?;
    let mut profiles: Vec<Profile> = customers.iter().map(profile).collect();
    let places: HashMap<CustomerId, usize> =
        customers.iter().enumerate().map(|(at, customer)| (customer.id, at)).collect();
    for point in points {
        let Some(profile) = places.get(&point.customer).map(|at| &mut profiles[*at]) else {
            continue;
        };
        match point.kind.as_str() {
            "email" => profile.emails.push(point.value),
            "phone" | "whatsapp" => profile.phones.push(point.value),
            _ => {}
        }
    }
    let likely = likeness::likely_same(&profiles);
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

fn profile(customer: &Customer) -> Profile {
    Profile {
        customer: customer.id,
        name: customer.name.clone(),
        tax_id: customer.tax_id.clone(),
        emails: Vec::new(),
        phones: Vec::new(),
    }
}
