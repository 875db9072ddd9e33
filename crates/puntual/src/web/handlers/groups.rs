//! Grupo: the companies that belong together, and to whom one of them belongs.

use super::contact::{command_id, told_or_wrong};
use super::merges::{amounts, chosen_from};
use super::{amount, customer_ref};
use crate::web::view::group::{GroupView, MemberRow, group};
use crate::web::visit::{Answer, Visit};
use puntual_core::id::{CustomerId, EventId};
use puntual_service::balances::Balance;
use puntual_service::error::ServiceError;
use puntual_service::groups::{self, SetParent};

/// `GET /clientes/{id}/grupo`.
pub fn show(visit: &Visit) -> Answer {
    let choose = chosen_from(visit, visit.id()?)?;
    let buckets = visit.buckets()?;
    let at = visit.at();
    let id = choose.customer.id;
    let found = groups::of_customer(visit.app(), &visit.ctx, at, &buckets, id)?;
    let own = found.members.iter().find(|member| member.customer.id == id);
    let parent = own.and_then(|member| member.customer.parent);
    let parent = parent.map(|parent| super::customer::named(visit, parent)).transpose()?;
    let home = visit.ctx.creditor.currency;
    let mut members = Vec::new();
    for member in &found.members {
        let nothing = Balance::nothing(member.customer.id, home, &buckets);
        let shown: Vec<&Balance> = match member.balances.is_empty() {
            true => vec![&nothing],
            false => member.balances.iter().collect(),
        };
        members.extend(shown.into_iter().map(|balance| MemberRow {
            customer: customer_ref(&member.customer),
            depth: member.depth,
            amounts: amounts(balance),
        }));
    }
    let total = |total: &puntual_service::customers::Total| {
        [total.open_minor, total.overdue_minor, total.unapplied_minor]
            .map(|minor| amount(minor, total.currency))
    };
    let view = GroupView {
        choose,
        parent: parent.filter(|parent| parent.id != id),
        members,
        totals: found.totals.iter().map(total).collect(),
        command_id: EventId(visit.app().next_id()).to_string(),
    };
    visit.html(group(&visit.frame(), &view))
}

/// `POST /clientes/{id}/matriz`.
pub fn set(visit: &Visit) -> Answer {
    let text = visit.form.text("parent");
    let parent = text.parse().map_err(|_| ServiceError::NotFound(text.to_owned()))?;
    belong(visit, command_id(visit)?, Some(parent))
}

/// `POST /clientes/{id}/matriz/quitar`.
pub fn leave(visit: &Visit) -> Answer {
    belong(visit, EventId(visit.app().next_id()), None)
}

fn belong(visit: &Visit, id: EventId, parent: Option<CustomerId>) -> Answer {
    let customer: CustomerId = visit.id()?;
    let command = SetParent { id, customer, parent };
    let done = groups::set_parent(visit.app(), &visit.ctx, &command);
    told_or_wrong(visit, &format!("/clientes/{customer}/grupo"), done, "flash.grouped")
}
