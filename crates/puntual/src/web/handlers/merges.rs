//! Unir clientes y separarlos: the other customer chosen, both sides shown, the decision taken.

use super::contact::{command_id, told_or_wrong};
use super::{amount, customer_ref};
use crate::web::part::form::Typed;
use crate::web::url::SEARCH;
use crate::web::view::CustomerRef;
use crate::web::view::merges::{ChooseView, MergeView, SideRow, choose, merge};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::id::{CustomerId, EventId, MergeId};
use puntual_core::portfolio::AsOf;
use puntual_service::balances::Balance;
use puntual_service::error::ServiceError;
use puntual_service::merges::{self, MergeCustomers, Preview, Side, UnmergeCustomers};
use puntual_service::search;

/// `GET /clientes/{id}/unir`: the other customer is looked for, or with `con` both are compared.
pub fn show(visit: &Visit) -> Answer {
    let customer: CustomerId = visit.id()?;
    match visit.param("con").and_then(|text| text.parse().ok()) {
        Some(into) => compare(visit, customer, into),
        None => visit.html(choose(&visit.frame(), &chosen_from(visit, customer)?)),
    }
}

/// The customers found for what was typed, but for the one it is about.
pub(super) fn chosen_from(visit: &Visit, customer: CustomerId) -> Result<ChooseView, ServiceError> {
    let text = visit.param(SEARCH).unwrap_or_default().trim().to_owned();
    let at = AsOf::day(visit.ctx.today);
    let found = search::search(visit.app(), &visit.ctx, at, &text, &|_, _| None)?;
    let others = found.customers.iter().filter(|found| found.customer.id != customer);
    let shown = others.map(|found| {
        let tells = [Some(found.customer.code.clone()), found.customer.tax_id.clone()];
        let tells: Vec<String> = tells.into_iter().flatten().collect();
        (customer_ref(&found.customer), tells.join(" · "))
    });
    Ok(ChooseView {
        customer: super::customer::named(visit, customer)?,
        found: shown.collect(),
        has_text: !text.is_empty(),
    })
}

fn compare(visit: &Visit, customer: CustomerId, into: CustomerId) -> Answer {
    let preview = merges::preview(visit.app(), &visit.ctx, customer, into)?;
    let other_way = visit.frame().to(&format!("/clientes/{into}/unir")).with("con", customer);
    let view = MergeView {
        action: format!("/clientes/{customer}/unir"),
        command_id: MergeId(visit.app().next_id()).to_string(),
        other_way: Some(other_way),
        ..shown(visit, &preview)
    };
    visit.html(merge(&visit.frame(), &view))
}

/// `POST /clientes/{id}/unir`.
pub fn join(visit: &Visit) -> Answer {
    let customer: CustomerId = visit.id()?;
    let into = visit.form.text("con");
    let into: CustomerId = into.parse().map_err(|_| ServiceError::NotFound(into.to_owned()))?;
    let command = MergeCustomers {
        id: command_id::<MergeId>(visit)?,
        customer,
        into,
        why: visit.form.text("why").to_owned(),
    };
    match merges::merge(visit.app(), &visit.ctx, &command) {
        Ok(_) => {
            let told = Told::done(visit.locale().t("flash.merged"));
            visit.go(&format!("/clientes/{into}"), Some(told))
        }
        refused => {
            let back = format!("/clientes/{customer}/unir?con={into}");
            told_or_wrong(visit, &back, refused, "flash.merged")
        }
    }
}

/// `GET /uniones/{id}/separar`.
pub fn show_part(visit: &Visit) -> Answer {
    let id: MergeId = visit.id()?;
    let (row, preview) = merges::preview_unmerge(visit.app(), &visit.ctx, id)?;
    let view = MergeView {
        parts: true,
        action: format!("/uniones/{id}/separar"),
        command_id: EventId(visit.app().next_id()).to_string(),
        said: Some(visit.locale().fill(
            "merge.said",
            &[
                ("who", &row.actor),
                ("day", &visit.words().date(row.merge.since)),
                ("why", &row.why),
            ],
        )),
        ..shown(visit, &preview)
    };
    visit.html(merge(&visit.frame(), &view))
}

/// `POST /uniones/{id}/separar`.
pub fn part(visit: &Visit) -> Answer {
    let id: MergeId = visit.id()?;
    let command = UnmergeCustomers {
        id: command_id::<EventId>(visit)?,
        merge: id,
        why: visit.form.text("why").to_owned(),
    };
    match merges::unmerge(visit.app(), &visit.ctx, &command) {
        Ok(row) => {
            let told = Told::done(visit.locale().t("flash.parted"));
            visit.go(&format!("/clientes/{}", row.merge.customer), Some(told))
        }
        refused => told_or_wrong(visit, &format!("/uniones/{id}/separar"), refused, "flash.parted"),
    }
}

/// What a preview says, without what only one of its two uses adds.
fn shown(visit: &Visit, preview: &Preview) -> MergeView {
    let named = |side: &Side| {
        let customer = &side.customer;
        CustomerRef { id: customer.id, name: customer.name.clone() }
    };
    let refusal = preview.refusal.map(|code| visit.words().wrong(code));
    MergeView {
        customer: named(&preview.customer),
        into: named(&preview.into),
        rows: rows(visit, preview),
        together: preview.together.iter().map(amounts).collect(),
        refusal,
        parts: false,
        action: String::new(),
        command_id: String::new(),
        other_way: None,
        said: None,
        why: Typed::default(),
    }
}

/// Open, past due, not applied.
pub(super) fn amounts(balance: &Balance) -> [crate::web::format::Amount; 3] {
    [balance.open_minor, balance.overdue_minor, balance.unapplied_minor]
        .map(|minor| amount(minor, balance.currency))
}

fn rows(visit: &Visit, preview: &Preview) -> Vec<SideRow> {
    let row = |key: &'static str, read: &dyn Fn(&Side) -> Vec<String>| SideRow {
        name: visit.locale().t(key).to_owned(),
        one: read(&preview.customer),
        other: read(&preview.into),
    };
    let some = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
    let count = |n: usize| vec![n.to_string()];
    let words = visit.words();
    let owed = |side: &Side, read: &dyn Fn(&Balance) -> i64| {
        let told = side.balances.iter().map(|b| words.money(read(b), b.currency));
        told.collect::<Vec<_>>()
    };
    vec![
        row("customer.code", &|side| vec![side.customer.code.clone()]),
        row("col.customer", &|side| vec![side.customer.name.clone()]),
        row("settings.tax_id", &|side| some(&side.customer.tax_id)),
        row("settings.country", &|side| some(&side.customer.country)),
        row("filter.segment", &|side| some(&side.customer.segment)),
        row("filter.collector", &|side| some(&side.customer.collector)),
        row("document.terms", &|side| {
            side.customer.terms_days.map(|days| words.days(days)).into_iter().collect()
        }),
        row("customer.limit", &|side| {
            let currency = side.customer.currency.unwrap_or(visit.ctx.creditor.currency);
            let limit = side.customer.credit_limit_minor;
            limit.map(|minor| words.money(minor, currency)).into_iter().collect()
        }),
        row("merge.address", &|side| some(&side.customer.address)),
        row("customer.contacts", &|side| {
            side.contact_points.iter().map(|point| point.value.clone()).collect()
        }),
        row("merge.open_documents", &|side| count(side.open_receivables)),
        row("col.open", &|side| owed(side, &|b| b.open_minor)),
        row("col.overdue", &|side| owed(side, &|b| b.overdue_minor)),
        row("col.unapplied", &|side| owed(side, &|b| b.unapplied_minor)),
        row("merge.promises", &|side| count(side.open_promises)),
        row("merge.disputes", &|side| count(side.open_disputes)),
        row("merge.holds", &|side| count(side.holds)),
    ]
}
