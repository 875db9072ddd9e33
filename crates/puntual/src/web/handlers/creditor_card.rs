//! Ajustes, what a creditor's letters print and its days go by.

use super::settings::{typed, unprocessable};
use super::typed::text;
use crate::web::part::form::Typed;
use crate::web::view::creditor_card::{CreditorCardView, creditor_card};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::access::Deed;
use puntual_service::creditors::{self, Creditor};
use puntual_service::error::{Invalid, ServiceError};
use puntual_service::worker;

/// `GET /ajustes/datos`.
pub fn show(visit: &Visit) -> Answer {
    visit.ctx.require(Deed::ManageCreditors)?;
    let creditor = &visit.ctx.creditor;
    let said = |text: &Option<String>| Typed::of(text.clone().unwrap_or_default());
    let view = CreditorCardView {
        creditor: creditor.name.clone(),
        email: said(&creditor.email),
        phone: said(&creditor.phone),
        address: said(&creditor.address),
        how_to_pay: said(&creditor.how_to_pay),
        terms_days: Typed::of(creditor.default_terms_days.to_string()),
        time_zone: Typed::of(&creditor.time_zone),
        morning_hour: Typed::of(worker::morning_hour(visit.app(), &visit.ctx)?.to_string()),
    };
    visit.html(creditor_card(&visit.frame(), &view))
}

/// `POST /ajustes/datos`.
pub fn save(visit: &Visit) -> Answer {
    match saved(visit) {
        Ok(()) => visit.go("/ajustes/datos", Some(Told::done(visit.locale().t("flash.saved")))),
        Err(ServiceError::Invalid(invalid)) => refused(visit, &invalid),
        Err(error) => Err(error),
    }
}

fn saved(visit: &Visit) -> Result<(), ServiceError> {
    let form = &visit.form;
    let days = form.text("terms_days").parse();
    let hour = form.text("morning_hour").parse();
    let changed = Creditor {
        email: text(visit, "email"),
        phone: text(visit, "phone"),
        address: text(visit, "address"),
        how_to_pay: text(visit, "how_to_pay"),
        default_terms_days: days
            .map_err(|_| ServiceError::invalid("terms_days", "not_a_number"))?,
        time_zone: form.text("time_zone").to_owned(),
        ..visit.ctx.creditor.clone()
    };
    let hour = hour.map_err(|_| ServiceError::invalid("morning_hour", "not_an_hour"))?;
    creditors::update(visit.app(), &visit.ctx, changed)?;
    worker::set_morning_hour(visit.app(), &visit.ctx, hour)
}

fn refused(visit: &Visit, invalid: &Invalid) -> Answer {
    let view = CreditorCardView {
        creditor: visit.ctx.creditor.name.clone(),
        email: typed(visit, invalid, "email"),
        phone: typed(visit, invalid, "phone"),
        address: typed(visit, invalid, "address"),
        how_to_pay: typed(visit, invalid, "how_to_pay"),
        terms_days: typed(visit, invalid, "terms_days"),
        time_zone: typed(visit, invalid, "time_zone"),
        morning_hour: typed(visit, invalid, "morning_hour"),
    };
    unprocessable(visit.html(creditor_card(&visit.frame(), &view)))
}
