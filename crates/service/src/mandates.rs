//! Mandates: what customers signed so that their accounts may be debited.
//!
//! Decides which may be used on a day: not revoked, signed before, not lapsed by disuse, and one for a
//! single debit only while it was not used. A reference is one mandate's for ever.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use puntual_core::access::Deed;
use puntual_core::bank_id;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, MandateId};
pub use puntual_store::remittance::Mandate;
use puntual_store::{Tx, customer, remittance, timeline};
use std::collections::HashMap;

/// Months after which a mandate that was not used lapses (SEPA rulebooks).
const LAPSE_MONTHS: i32 = 36;
/// Longest reference (EPC130-08).
const LONGEST_REFERENCE: usize = 35;

/// A mandate somebody notes.
#[derive(Clone, Debug)]
pub struct NewMandate {
    /// The id it will have.
    pub id: MandateId,
    /// Code of the customer who signed.
    pub customer_code: String,
    /// Its unique reference, as it was signed.
    pub reference: String,
    /// Whether it is of the scheme between businesses, which knows no refund.
    pub is_b2b: bool,
    /// Whether it may be used more than once.
    pub is_recurrent: bool,
    /// When it was signed.
    pub signed_on: Day,
    /// Name of the holder of the account; the customer's when empty.
    pub holder: String,
    /// The account.
    pub iban: String,
}

/// Every mandate with the name of who signed, newest first.
pub fn list(app: &App, ctx: &Ctx) -> Result<Vec<(Mandate, String)>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let mandates = remittance::mandates(tx, ctx.scope())?;
        let ids: Vec<CustomerId> = mandates.iter().map(|mandate| mandate.customer).collect();
        let mut names = HashMap::new();
        for part in ids.chunks(4_000) {
            let found = customer::by_ids(tx, ctx.scope(), part)?;
            names.extend(found.into_iter().map(|one| (one.id, one.name)));
        }
        let named = |mandate: Mandate| {
            let name = names.get(&mandate.customer).cloned().unwrap_or_default();
            (mandate, name)
        };
        Ok(mandates.into_iter().map(named).collect())
    })
}

/// Notes a mandate. The same id with the same content answers the same mandate.
pub fn add(app: &App, ctx: &Ctx, new: &NewMandate) -> Result<Mandate, ServiceError> {
    ctx.require(Deed::CollectByDebit)?;
    let reference = moments::required("reference", &new.reference)?;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "+?/-:().,' ".contains(c);
    if reference.len() > LONGEST_REFERENCE || !reference.chars().all(is_allowed) {
        return Err(ServiceError::invalid("reference", "bad_reference"));
    }
    let iban = bank_id::iban(&new.iban).ok_or_else(|| ServiceError::invalid("iban", "bad_iban"))?;
    if new.signed_on > ctx.today {
        return Err(ServiceError::invalid("signed_on", "in_the_future"));
    }
    let scope = ctx.scope();
    app.store.write(|tx| {
        let missing = || ServiceError::invalid("customer", "missing");
        let code = new.customer_code.trim();
        let customer = customer::by_code(tx, scope, code)?.ok_or_else(missing)?;
        moments::take_turn(tx, ctx, customer.id)?;
        let mandate = Mandate {
            id: new.id,
            customer: customer.id,
            reference: reference.clone(),
            scheme: if new.is_b2b { "b2b" } else { "core" }.to_owned(),
            is_recurrent: new.is_recurrent,
            signed_on: new.signed_on,
            holder: moments::said(Some(&new.holder)).unwrap_or(customer.name),
            iban: iban.clone(),
            revoked_on: None,
            revoked_why: None,
            actor: ctx.actor.clone(),
            recorded_at: ctx.now_ms,
        };
        if let Some(there) = remittance::mandate(tx, scope, new.id)? {
            let same = (&there.reference, &there.iban) == (&mandate.reference, &mandate.iban);
            return match same {
                true => Ok(there),
                false => Err(ServiceError::Conflict(format!("{} is another mandate", new.id))),
            };
        }
        if remittance::mandate_of_reference(tx, scope, &reference)?.is_some() {
            return Err(ServiceError::invalid("reference", "mandate_taken"));
        }
        remittance::insert_mandate(tx, scope, &mandate)?;
        tell(app, ctx, tx, &mandate, "mandate_signed", None)?;
        Ok(mandate)
    })
}

/// Takes a mandate out of use. Twice changes nothing.
pub fn revoke(app: &App, ctx: &Ctx, id: MandateId, why: &str) -> Result<Mandate, ServiceError> {
    ctx.require(Deed::CollectByDebit)?;
    app.store.write(|tx| {
        revoke_in(app, ctx, tx, id, why)?;
        let missing = || ServiceError::NotFound(id.to_string());
        remittance::mandate(tx, ctx.scope(), id)?.ok_or_else(missing)
    })
}

/// The same inside a transaction that is open already.
pub(crate) fn revoke_in(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    id: MandateId,
    why: &str,
) -> Result<(), ServiceError> {
    if remittance::revoke(tx, ctx.scope(), id, ctx.today, why)?
        && let Some(mandate) = remittance::mandate(tx, ctx.scope(), id)?
    {
        tell(app, ctx, tx, &mandate, "mandate_revoked", moments::said(Some(why)))?;
    }
    Ok(())
}

fn tell(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    mandate: &Mandate,
    kind: &str,
    why: Option<String>,
) -> Result<(), ServiceError> {
    let event = timeline::Event {
        outcome: Some(mandate.reference.clone()),
        body: why,
        subject: Some(mandate.id.0),
        ..moments::event(ctx, app.next_id(), mandate.customer, ctx.today, kind)
    };
    Ok(timeline::append(tx, ctx.scope(), &[event])?)
}

/// The mandate to use for each customer on a day: the newest that may be used.
pub(crate) fn usable(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    on: Day,
) -> Result<HashMap<CustomerId, Mandate>, ServiceError> {
    let used = remittance::mandates_used(tx, ctx.scope())?;
    let used: HashMap<MandateId, Day> = used.into_iter().collect();
    let mut usable = HashMap::new();
    for mandate in remittance::mandates(tx, ctx.scope())? {
        let last_use = used.get(&mandate.id).copied();
        let fresh_until = last_use.unwrap_or(mandate.signed_on).add_months(LAPSE_MONTHS);
        let may = mandate.revoked_on.is_none()
            && mandate.signed_on <= on
            && on <= fresh_until
            && (mandate.is_recurrent || last_use.is_none());
        if may {
            usable.entry(mandate.customer).or_insert(mandate);
        }
    }
    Ok(usable)
}
