//! Clientes parecidos: which customers are probably one, and why; proposals turned down and taken up
//! again.

use super::ROWS;
use super::contact::{command_id, told_or_wrong};
use super::typed;
use crate::web::view::CustomerRef;
use crate::web::view::likely_duplicates::{
    LikelyRow, LikelyView, TurnedDownRow, likely_duplicates,
};
use crate::web::visit::{Answer, Visit};
use puntual_core::id::{CustomerId, EventId};
use puntual_core::likeness::LikenessReason;
use puntual_service::clock::civil_in_zone;
use puntual_service::error::ServiceError;
use puntual_service::likely_duplicates::{self as service, Dismiss, Pair, TurnedDown};
use puntual_service::overview::Customer;

/// Proposals turned down that are shown.
const TURNED_DOWN: usize = 20;

/// `GET /clientes/parecidos`.
pub fn list(visit: &Visit) -> Answer {
    let skip = (visit.page(ROWS).number.max(1) - 1).saturating_mul(ROWS);
    let (pairs, total) = service::list(visit.app(), &visit.ctx, ROWS, skip)?;
    let down = service::turned_down(visit.app(), &visit.ctx, TURNED_DOWN)?;
    let view = LikelyView {
        rows: pairs.iter().map(|pair| row(visit, pair)).collect(),
        turned_down: down.iter().map(|one| turned_down(visit, one)).collect(),
        paging: visit.paging(ROWS, total),
    };
    visit.html(likely_duplicates(&visit.frame(), &view))
}

/// `POST /clientes/parecidos/descartar`.
pub fn dismiss(visit: &Visit) -> Answer {
    let (one, other) = pair(visit)?;
    let why = typed::text(visit, "why");
    let command = Dismiss { id: command_id::<EventId>(visit)?, one, other, why };
    let done = service::dismiss(visit.app(), &visit.ctx, &command);
    told_or_wrong(visit, &visit.back("/clientes/parecidos"), done, "flash.not_same")
}

/// `POST /clientes/parecidos/proponer`.
pub fn propose_again(visit: &Visit) -> Answer {
    let (one, other) = pair(visit)?;
    let done = service::propose_again(visit.app(), &visit.ctx, one, other);
    told_or_wrong(visit, "/clientes/parecidos", done, "flash.proposed_again")
}

fn pair(visit: &Visit) -> Result<(CustomerId, CustomerId), ServiceError> {
    let id = |name: &str| {
        let text = visit.form.text(name);
        text.parse().map_err(|_| ServiceError::NotFound(text.to_owned()))
    };
    Ok((id("one")?, id("other")?))
}

fn turned_down(visit: &Visit, one: &TurnedDown) -> TurnedDownRow {
    let named = |customer: &Customer| CustomerRef { id: customer.id, name: customer.name.clone() };
    let said = &one.dismissal;
    let (day, _) = civil_in_zone(said.recorded_at, &visit.ctx.creditor.time_zone);
    TurnedDownRow {
        one: named(&one.one),
        other: named(&one.other),
        on: day,
        who: said.actor.clone(),
        why: said.why.clone().unwrap_or_default(),
    }
}

fn row(visit: &Visit, pair: &Pair) -> LikelyRow {
    let named = |customer: &Customer| {
        let tells = [Some(customer.code.clone()), customer.tax_id.clone()];
        let shown = CustomerRef { id: customer.id, name: customer.name.clone() };
        (shown, tells.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    };
    LikelyRow {
        command_id: EventId(visit.app().next_id()).to_string(),
        one: named(&pair.one),
        other: named(&pair.other),
        points: pair.points,
        reasons: pair.reasons.iter().map(|reason| words(visit, *reason)).collect(),
    }
}

fn words(visit: &Visit, reason: LikenessReason) -> String {
    let locale = visit.locale();
    match reason {
        LikenessReason::SameName => locale.t("likely.same_name").to_owned(),
        LikenessReason::SimilarName(percent) => {
            locale.fill("likely.similar_name", &[("percent", &percent.to_string())])
        }
        LikenessReason::SameEmail => locale.t("likely.same_email").to_owned(),
        LikenessReason::SameDomain => locale.t("likely.same_domain").to_owned(),
        LikenessReason::SamePhone => locale.t("likely.same_phone").to_owned(),
        LikenessReason::OtherTaxId => locale.t("likely.other_tax_id").to_owned(),
    }
}
