//! What is recorded on a customer's page: contacts, notes, promises, payments and what undoes them,
//! disputes, holds, ways to reach it. A form that is refused comes back as it was typed.

use super::customer;
use super::customer_forms::refused;
use super::typed;
use crate::web::view::customer::OpenForm;
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::access::{Deed, may};
use puntual_core::id::{
    ContactPointId, CustomerId, DisputeId, DocumentId, EventId, HoldId, PaymentId, PromiseId,
};
use puntual_service::contacts::{self, ContactPoint, Next, RecordContact};
use puntual_service::disputes::{self, OpenDispute};
use puntual_service::error::ServiceError;
use puntual_service::holds::{self, PutHold};
use puntual_service::payments::{self, Receipt, RecordPayment};
use puntual_service::promises::{self, MakePromise};
use puntual_service::worklist;
use std::str::FromStr;

/// The id the form's command has.
pub(super) fn command_id<T: FromStr>(visit: &Visit) -> Result<T, ServiceError> {
    visit.form.text("id").parse().map_err(|_| ServiceError::invalid("id", "missing"))
}

/// Carries out what a form asks; when something typed is wrong the page comes back with it.
fn tried(
    visit: &Visit,
    id: CustomerId,
    form: OpenForm,
    deed: Result<(String, Told), ServiceError>,
) -> Answer {
    match deed {
        Ok((address, told)) => visit.go(&address, Some(told)),
        Err(ServiceError::Invalid(invalid)) => {
            let mut response = customer::page(visit, id, Some(refused(visit, form, &invalid)))?;
            *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

/// A customer's page.
pub(super) fn page_of(id: CustomerId) -> String {
    format!("/clientes/{id}")
}

/// `POST /clientes/{id}/gestion`: then the next case opens by itself.
pub fn record_contact(visit: &Visit) -> Answer {
    let id: CustomerId = visit.id()?;
    tried(visit, id, OpenForm::Contact, contact(visit, id))
}

fn contact(visit: &Visit, id: CustomerId) -> Result<(String, Told), ServiceError> {
    let outcome = visit.form.text("outcome").to_owned();
    let command = RecordContact {
        id: command_id::<EventId>(visit)?,
        customer: id,
        channel: visit.form.text("channel").to_owned(),
        outcome: outcome.clone(),
        cause: typed::text(visit, "cause"),
        note: typed::text(visit, "note"),
        next: typed::day(visit, "next_on")?.map_or(Next::Nothing, Next::Callback),
    };
    contacts::record(visit.app(), &visit.ctx, &command)?;
    let name = customer::named(visit, id)?.name;
    let what = visit.words().outcome(&outcome);
    let text = visit.locale().fill("flash.contact", &[("name", &name), ("outcome", &what)]);
    // A promise and a dispute are still to be written down here.
    let stays = matches!(outcome.as_str(), "promised" | "disputed");
    let next = match stays {
        true => None,
        false => worklist::following(visit.app(), &visit.ctx, &visit.worklist()?, id)?,
    };
    let address = next.map_or_else(|| page_of(id), |next| page_of(next.id));
    Ok((address, Told::done(text)))
}

/// `POST /clientes/{id}/nota`.
pub fn record_note(visit: &Visit) -> Answer {
    let id: CustomerId = visit.id()?;
    let deed = command_id::<EventId>(visit).and_then(|event| {
        contacts::note(visit.app(), &visit.ctx, event, id, visit.form.text("text"))?;
        Ok((page_of(id), Told::done(visit.locale().t("flash.note"))))
    });
    tried(visit, id, OpenForm::Note, deed)
}

/// `POST /clientes/{id}/promesa`.
pub fn record_promise(visit: &Visit) -> Answer {
    let id: CustomerId = visit.id()?;
    tried(visit, id, OpenForm::Promise, promise(visit, id))
}

fn promise(visit: &Visit, id: CustomerId) -> Result<(String, Told), ServiceError> {
    let amount = typed::money(visit)?;
    let day = typed::day(visit, "on")?;
    let promised_on = day.ok_or_else(|| ServiceError::invalid("on", "missing"))?;
    let command = MakePromise {
        id: command_id::<PromiseId>(visit)?,
        customer: id,
        document: visit.form.get("document").and_then(|text| text.parse().ok()),
        amount,
        promised_on,
        note: typed::text(visit, "person"),
    };
    let made = promises::make(visit.app(), &visit.ctx, &command)?;
    let words = visit.words();
    let text = visit.locale().fill(
        "flash.promise",
        &[
            ("amount", &words.money(made.amount_minor, made.currency)),
            ("day", &words.date(made.promised_on)),
        ],
    );
    Ok((page_of(id), Told::done(text).undone_at(format!("/promesas/{}/anular", made.id))))
}

/// `POST /promesas/{id}/anular`.
pub fn cancel_promise(visit: &Visit) -> Answer {
    let id: PromiseId = visit.id()?;
    let promise = promises::cancel(visit.app(), &visit.ctx, id, "")?;
    visit.go(&page_of(promise.customer), Some(Told::done(visit.locale().t("flash.promise_undone"))))
}

/// `POST /clientes/{id}/pago`.
pub fn record_payment(visit: &Visit) -> Answer {
    let id: CustomerId = visit.id()?;
    tried(visit, id, OpenForm::Payment, payment(visit, id))
}

fn payment(visit: &Visit, id: CustomerId) -> Result<(String, Told), ServiceError> {
    let amount = typed::money(visit)?;
    let day = typed::day(visit, "on")?;
    let command = RecordPayment {
        id: command_id::<PaymentId>(visit)?,
        customer: id,
        amount,
        received_on: day.ok_or_else(|| ServiceError::invalid("on", "missing"))?,
        method: typed::text(visit, "method"),
        reference: typed::text(visit, "reference"),
        indicated: indicated(visit, id)?,
    };
    let receipt = payments::record(visit.app(), &visit.ctx, &command)?;
    let told = Told::done(went(visit, &receipt));
    let may_undo = may(visit.signed.role, Deed::ReversePayment);
    let told = match may_undo {
        true => told.undone_at(format!("/pagos/{}/deshacer", receipt.payment.id)),
        false => told,
    };
    Ok((page_of(id), told))
}

/// Documents the payer named: those of the customer whose numbers stand in the reference.
fn indicated(
    visit: &Visit,
    id: CustomerId,
) -> Result<Vec<(DocumentId, Option<i64>)>, ServiceError> {
    let reference = visit.form.text("reference");
    let named: Vec<String> = reference
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .filter(|word| word.len() > 1 && word.chars().any(|c| c.is_ascii_digit()))
        .map(str::to_uppercase)
        .collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let question = puntual_service::documents::Question {
        filter: puntual_service::documents::Filter {
            customer: Some(id),
            state: Some(puntual_service::documents::DocumentState::Open),
            ..Default::default()
        },
        page: puntual_service::listing::Page { number: 1, size: 500 },
        ..Default::default()
    };
    let at = puntual_core::portfolio::AsOf::day(visit.ctx.today);
    let open = puntual_service::documents::list(visit.app(), &visit.ctx, at, &question)?;
    let is_named = |number: &str| named.iter().any(|word| *word == number.to_uppercase());
    let found = open.rows.iter().filter(|row| is_named(&row.document.number));
    Ok(found.map(|row| (row.document.id, None)).collect())
}

/// Most lines of an allocation told at once; the documents themselves show the rest.
const TOLD_LINES: usize = 5;

/// Where a payment went and why, in one sentence per document.
fn went(visit: &Visit, receipt: &Receipt) -> String {
    let (words, locale) = (visit.words(), visit.locale());
    let currency = receipt.payment.currency;
    let total = words.money(receipt.payment.amount_minor, currency);
    let mut parts = vec![locale.fill("flash.payment", &[("amount", &total)])];
    parts.extend(receipt.lines.iter().take(TOLD_LINES).map(|line| {
        locale.fill(
            "flash.applied",
            &[
                ("amount", &words.money(line.amount_minor, currency)),
                ("document", &line.number),
                ("policy", &words.policy(&line.policy)),
            ],
        )
    }));
    let more = receipt.lines.len().saturating_sub(TOLD_LINES);
    if more > 0 {
        parts.push(locale.fill("flash.more_documents", &[("n", &more.to_string())]));
    }
    if receipt.remainder_minor > 0 {
        let left = words.money(receipt.remainder_minor, currency);
        parts.push(locale.fill("flash.on_account", &[("amount", &left)]));
    }
    let reasons = receipt.reasons.iter().filter_map(|reason| words.allocation(&reason.code));
    parts.extend(reasons.map(str::to_owned));
    if !receipt.promises_kept.is_empty() {
        parts.push(locale.t("flash.promise_kept").to_owned());
    }
    parts.join(" ")
}

/// `POST /pagos/{id}/deshacer`.
pub fn undo_payment(visit: &Visit) -> Answer {
    let id: PaymentId = visit.id()?;
    let payment = payments::undo(visit.app(), &visit.ctx, id, visit.form.text("why"))?;
    let text = visit.locale().t("flash.payment_undone");
    visit.go(&page_of(payment.customer), Some(Told::done(text)))
}

/// `POST /documentos/{id}/disputa`.
pub fn open_dispute(visit: &Visit) -> Answer {
    let document: DocumentId = visit.id()?;
    let back = visit.back(&format!("/documentos/{document}"));
    let amount_minor = match visit.form.text("amount") {
        "" => None,
        _ => Some(typed::money(visit)?.minor),
    };
    let command = OpenDispute {
        id: command_id::<DisputeId>(visit)?,
        document,
        amount_minor,
        reason: visit.form.text("reason").to_owned(),
    };
    match disputes::open(visit.app(), &visit.ctx, &command) {
        Ok(_) => visit.go(&back, Some(Told::done(visit.locale().t("flash.dispute")))),
        Err(ServiceError::Invalid(invalid)) => {
            let what = invalid.fields.first().map(|(_, what)| visit.words().wrong(what));
            visit.go(&back, Some(Told::problem(what.unwrap_or_default())))
        }
        Err(error) => Err(error),
    }
}

/// `POST /disputas/{id}/cerrar`.
pub fn close_dispute(visit: &Visit) -> Answer {
    let id: DisputeId = visit.id()?;
    let resolution = visit.form.text("resolution");
    let dispute = disputes::close(visit.app(), &visit.ctx, id, resolution)?;
    let back = visit.back(&format!("/documentos/{}", dispute.document));
    visit.go(&back, Some(Told::done(visit.locale().t("flash.dispute_closed"))))
}

/// `POST /clientes/{id}/retencion`.
pub fn put_hold(visit: &Visit) -> Answer {
    let customer: CustomerId = visit.id()?;
    let command = PutHold {
        id: command_id::<HoldId>(visit)?,
        customer,
        kind: visit.form.text("kind").to_owned(),
        until: typed::day(visit, "until")?,
        why: visit.form.text("why").to_owned(),
    };
    told_or_wrong(
        visit,
        &page_of(customer),
        holds::put(visit.app(), &visit.ctx, &command),
        "flash.hold",
    )
}

/// `POST /retenciones/{id}/levantar`.
pub fn lift_hold(visit: &Visit) -> Answer {
    let id: HoldId = visit.id()?;
    holds::lift(visit.app(), &visit.ctx, id)?;
    visit.go(&visit.back("/clientes"), Some(Told::done(visit.locale().t("flash.hold_lifted"))))
}

/// `POST /clientes/{id}/contactos`.
pub fn add_point(visit: &Visit) -> Answer {
    let customer: CustomerId = visit.id()?;
    let point = ContactPoint {
        id: command_id::<ContactPointId>(visit)?,
        customer,
        kind: visit.form.text("kind").to_owned(),
        value: visit.form.text("value").to_owned(),
        person: typed::text(visit, "person"),
        state: "ok".to_owned(),
    };
    told_or_wrong(
        visit,
        &page_of(customer),
        contacts::add_point(visit.app(), &visit.ctx, &point),
        "flash.point",
    )
}

/// `POST /clientes/{id}/contactos/{point}`: whether it works, or is not wanted.
pub fn mark_point(visit: &Visit) -> Answer {
    let customer: CustomerId = visit.id()?;
    let text = visit.path_text("point");
    let point: ContactPointId =
        text.parse().map_err(|_| ServiceError::NotFound(text.to_owned()))?;
    let state = visit.form.text("state");
    contacts::mark_point(visit.app(), &visit.ctx, customer, point, state)?;
    visit.go(&page_of(customer), Some(Told::done(visit.locale().t("flash.point"))))
}

/// Leads back with what was done, or with what is wrong.
pub(super) fn told_or_wrong<T>(
    visit: &Visit,
    back: &str,
    deed: Result<T, ServiceError>,
    key: &'static str,
) -> Answer {
    match deed {
        Ok(_) => visit.go(back, Some(Told::done(visit.locale().t(key)))),
        Err(ServiceError::Invalid(invalid)) => {
            let what = invalid.fields.first().map(|(_, what)| visit.words().wrong(what));
            visit.go(back, Some(Told::problem(what.unwrap_or_default())))
        }
        Err(error) => Err(error),
    }
}
