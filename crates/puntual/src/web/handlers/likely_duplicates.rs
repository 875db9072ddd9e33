//! Clientes parecidos: which customers are probably one, and why.

use super::ROWS;
use crate::web::view::CustomerRef;
use crate::web::view::likely_duplicates::{LikelyRow, LikelyView, likely_duplicates};
use crate::web::visit::{Answer, Visit};
use puntual_core::likeness::LikenessReason;
use puntual_service::likely_duplicates::{self as service, Pair};
use puntual_service::overview::Customer;

/// `GET /clientes/parecidos`.
pub fn list(visit: &Visit) -> Answer {
    let skip = (visit.page(ROWS).number.max(1) - 1).saturating_mul(ROWS);
    let (pairs, total) = service::list(visit.app(), &visit.ctx, ROWS, skip)?;
    let view = LikelyView {
        rows: pairs.iter().map(|pair| row(visit, pair)).collect(),
        paging: visit.paging(ROWS, total),
    };
    visit.html(likely_duplicates(&visit.frame(), &view))
}

fn row(visit: &Visit, pair: &Pair) -> LikelyRow {
    let named = |customer: &Customer| {
        let tells = [Some(customer.code.clone()), customer.tax_id.clone()];
        let shown = CustomerRef { id: customer.id, name: customer.name.clone() };
        (shown, tells.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    };
    LikelyRow {
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
