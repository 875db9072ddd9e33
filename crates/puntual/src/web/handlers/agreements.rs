//! Promesas y convenios: the list, a proposal with what it comes to, and what moves one on.

use super::contact::{command_id, page_of, told_or_wrong};
use super::customer::named;
use super::{amount, typed};
use crate::web::part::form::Typed;
use crate::web::view::CustomerRef;
use crate::web::view::agreements::{
    AgreementRow, AgreementView, AgreementsView, Deeds, InstalmentRow, PreviewView, PromiseRow,
    ProposalView, Proposed, agreement, agreements, proposal,
};
use crate::web::visit::{Answer, Form, Told, Visit};
use puntual_core::access::Role;
use puntual_core::agreement::{Every, Excess, Nature, Spread, State};
use puntual_core::currency::Currency;
use puntual_core::id::{AgreementId, CustomerId, DocumentId, EventId};
use puntual_core::interest::{AnnualRate, DayCount};
use puntual_service::agreement_pdf;
use puntual_service::agreements::{self as service, Accept, Followed, Preview, Propose};
use puntual_service::error::ServiceError;
use puntual_service::promises;

/// `GET /convenios`.
pub fn list(visit: &Visit) -> Answer {
    let state = visit.param("estado").and_then(State::parse);
    let found = service::list(visit.app(), &visit.ctx, None, state)?;
    let open = promises::open(visit.app(), &visit.ctx)?;
    let view = AgreementsView {
        rows: found.iter().map(row).collect(),
        promises: open
            .into_iter()
            .map(|(promise, name)| PromiseRow {
                customer: CustomerRef { id: promise.customer, name },
                amount: amount(promise.amount_minor, promise.currency),
                on: promise.promised_on,
            })
            .collect(),
    };
    visit.html(agreements(&visit.frame(), &view))
}

fn row(followed: &Followed) -> AgreementRow {
    let one = &followed.agreement;
    let of = |minor| amount(minor, one.currency);
    let in_force = one.state == State::Accepted.as_str() || one.state == State::Broken.as_str();
    let next = followed.next().filter(|_| in_force);
    let progress = next.and_then(|(at, _)| followed.verdict.progress.get(at));
    AgreementRow {
        id: one.id,
        number: one.number.clone(),
        customer: CustomerRef { id: one.customer, name: followed.customer.clone() },
        state: one.state.clone(),
        total: of(one.debt_minor - one.discount_minor + one.interest_minor),
        paid: of(followed.paid_minor),
        next: next.zip(progress).map(|((_, due), left)| (due.due, of(left.left_minor))),
        overdue_days: progress.map_or(0, |progress| progress.overdue_days.into()),
    }
}

/// `GET /convenios/nuevo?cliente=…`: what was typed so far, and what it comes to.
pub fn form(visit: &Visit) -> Answer {
    let address = visit.url.to_string();
    let asked = Form::read(address.split_once('?').map_or("", |(_, query)| query).as_bytes());
    let view = drafted(visit, &asked, named(visit, customer_of(&asked)?)?);
    visit.html(proposal(&visit.frame(), &view))
}

fn customer_of(asked: &Form) -> Result<CustomerId, ServiceError> {
    let text = asked.text("cliente");
    text.parse().map_err(|_| ServiceError::NotFound(text.to_owned()))
}

/// The form as it was typed, with what it comes to or what is wrong with it.
fn drafted(visit: &Visit, asked: &Form, customer: CustomerRef) -> ProposalView {
    let command_id = AgreementId(visit.app().next_id());
    let or = |name: &str, usual: &str| match asked.get(name) {
        Some(text) => text.to_owned(),
        None => usual.to_owned(),
    };
    let in_a_month = visit.ctx.today.add_months(1).to_string();
    let mut typed = Proposed {
        currency: or("moneda", ""),
        documents: documents(asked),
        down: Typed::of(or("pie", "")),
        discount: Typed::of(or("quita", "")),
        count: Typed::of(or("cuotas", "3")),
        first: Typed::of(or("primera", &in_a_month)),
        every: or("cada", Every::Month.as_str()),
        spread: or("forma", "equal"),
        rate: Typed::of(or("tasa", "")),
        nature: or("efecto", Nature::Novation.as_str()),
        error: None,
    };
    let made = command(visit, &typed, customer.id, command_id)
        .and_then(|command| service::preview(visit.app(), &visit.ctx, &command));
    let preview = match made {
        Ok(preview) => {
            typed.currency = preview.currency.code().to_owned();
            Some(previewed(visit, &preview))
        }
        Err(ServiceError::Invalid(invalid)) => {
            for (field, what) in &invalid.fields {
                let said = Some(visit.words().wrong(what));
                match field.as_str() {
                    "down" => typed.down.error = said,
                    "discount" => typed.discount.error = said,
                    "instalments" => typed.count.error = said,
                    "first" => typed.first.error = said,
                    "rate" => typed.rate.error = said,
                    _ => typed.error = said,
                }
            }
            None
        }
        Err(error) => {
            typed.error = Some(error.to_string());
            None
        }
    };
    ProposalView { customer, typed, preview, command_id: command_id.to_string() }
}

fn documents(asked: &Form) -> Vec<DocumentId> {
    let named = asked.pairs().filter(|(name, _)| *name == "documento");
    named.filter_map(|(_, id)| id.trim().parse().ok()).collect()
}

/// What was typed as a command.
fn command(
    visit: &Visit,
    typed: &Proposed,
    customer: CustomerId,
    id: AgreementId,
) -> Result<Propose, ServiceError> {
    let currency: Option<Currency> = typed.currency.parse().ok();
    let of = currency.unwrap_or(visit.ctx.creditor.currency);
    let money = |field: &'static str, text: &str| match text.trim() {
        "" => Ok(0),
        text => typed::amount(text, visit.numbers(), of)
            .ok_or_else(|| ServiceError::invalid(field, "not_an_amount")),
    };
    let count = typed.count.value.trim().parse();
    let count = count.map_err(|_| ServiceError::invalid("instalments", "not_a_number"))?;
    let first = typed.first.value.trim().parse();
    let first = first.map_err(|_| ServiceError::invalid("first", "not_a_date"))?;
    let every = Every::parse(&typed.every).unwrap_or(Every::Month);
    let rate = match typed.rate.value.trim() {
        "" => AnnualRate::default(),
        text => AnnualRate::parse(&text.replace(',', "."))
            .map_err(|_| ServiceError::invalid("rate", "not_a_rate"))?,
    };
    Ok(Propose {
        id,
        customer,
        documents: typed.documents.clone(),
        currency,
        nature: Nature::parse(&typed.nature).unwrap_or(Nature::Novation),
        discount_minor: money("discount", &typed.discount.value)?,
        down_minor: money("down", &typed.down.value)?,
        spread: match typed.spread.as_str() {
            "level" => Spread::Level { count, first, every },
            _ => Spread::Equal { count, first, every },
        },
        rate,
        day_count: DayCount::Actual365,
        note: None,
    })
}

fn previewed(visit: &Visit, preview: &Preview) -> PreviewView {
    let of = |minor| amount(minor, preview.currency);
    let instalment = |one: &puntual_core::agreement::Instalment| InstalmentRow {
        due: one.due,
        principal: of(one.principal_minor),
        interest: of(one.interest_minor),
        amount: of(one.amount_minor()),
        left: None,
    };
    let debts = preview.debts.iter();
    PreviewView {
        debt: of(preview.terms.debt_minor),
        interest: of(preview.schedule.interest_minor()),
        total: of(preview.schedule.total_minor()),
        debts: debts.map(|one| (one.number.clone(), of(one.receivable.open_minor))).collect(),
        instalments: preview.schedule.instalments.iter().map(instalment).collect(),
        approver: preview.permission.least_role.map(role_key),
        excess: preview.permission.excess.iter().map(|one| exceeded(visit, *one)).collect(),
    }
}

fn role_key(role: Role) -> &'static str {
    crate::web::visit::shown_role(role).key()
}

fn exceeded(visit: &Visit, excess: Excess) -> String {
    visit.words().wrong(excess.code())
}

/// `POST /convenios/proponer`.
pub fn propose(visit: &Visit) -> Answer {
    let id = customer_of(&visit.form)?;
    let view = drafted(visit, &visit.form, named(visit, id)?);
    let deed = command_id::<AgreementId>(visit)
        .and_then(|own| command(visit, &view.typed, id, own))
        .and_then(|command| service::propose(visit.app(), &visit.ctx, &command));
    match deed {
        Ok(made) => {
            let told = Told::done(visit.locale().t("flash.agreement_proposed"));
            visit.go(&format!("/convenios/{}", made.id), Some(told))
        }
        Err(ServiceError::Invalid(invalid)) => {
            let what = invalid.fields.first().map(|(_, what)| visit.words().wrong(what));
            visit.go(&page_of(id), Some(Told::problem(what.unwrap_or_default())))
        }
        Err(error) => Err(error),
    }
}

/// `GET /convenios/{id}`.
pub fn show(visit: &Visit) -> Answer {
    let id: AgreementId = visit.id()?;
    let detail = service::detail(visit.app(), &visit.ctx, id)?;
    let followed = &detail.followed;
    let one = &followed.agreement;
    let of = |minor| amount(minor, one.currency);
    let in_force = one.accepted_on.is_some() && one.state != State::Withdrawn.as_str();
    let progress = followed.instalments.iter().zip(&followed.verdict.progress);
    let instalments = progress.map(|(instalment, progress)| InstalmentRow {
        due: instalment.due,
        principal: of(instalment.principal_minor),
        interest: of(instalment.interest_minor),
        amount: of(instalment.amount_minor()),
        left: in_force.then(|| of(progress.left_minor)),
    });
    let debts = detail.debts.iter();
    let view = AgreementView {
        row: row(followed),
        debts: debts.map(|(id, number, minor)| (*id, number.clone(), of(*minor))).collect(),
        instalments: instalments.collect(),
        story: story(visit, one),
        deeds: deeds(visit, followed),
    };
    visit.html(agreement(&visit.frame(), &view))
}

fn story(visit: &Visit, one: &service::Agreement) -> Vec<String> {
    let (locale, words) = (visit.locale(), visit.words());
    let on = words.date(one.proposed_on);
    let proposed = locale.fill("agreement.was_proposed", &[("by", &one.proposed_by), ("on", &on)]);
    let nature = match Nature::parse(&one.nature) {
        Some(Nature::Forbearance) => "agreement.forbearance",
        _ => "agreement.novation",
    };
    let approved = match &one.approved_by {
        Some(by) => locale.fill("agreement.was_approved", &[("by", by)]),
        None => {
            let role = Role::parse(&one.least_role).unwrap_or(Role::Admin);
            locale.fill("agreement.approver", &[("role", locale.t(role_key(role)))])
        }
    };
    let accepted = one.accepted_on.map(|on| {
        let by = one.accepted_by.clone().unwrap_or_default();
        let evidence = one.evidence.clone().unwrap_or_default();
        let values = [("by", &*by), ("on", &*words.date(on)), ("evidence", &*evidence)];
        locale.fill("agreement.was_accepted", &values)
    });
    let said = [Some(locale.t(nature).to_owned()), Some(proposed), Some(approved), accepted];
    said.into_iter().flatten().chain(one.note.clone()).collect()
}

/// What can be done with an agreement as it stands.
fn deeds(visit: &Visit, followed: &Followed) -> Deeds {
    let one = &followed.agreement;
    let next = || EventId(visit.app().next_id()).to_string();
    let is = |state: State| one.state == state.as_str();
    let least = Role::parse(&one.least_role).unwrap_or(Role::Admin);
    let waits = is(State::Proposed) && one.approved_by.is_none();
    let may_undo = is(State::Accepted) && followed.paid_minor == 0;
    Deeds {
        approve: (waits && visit.ctx.role >= least).then(next),
        accept: (is(State::Proposed) && one.approved_by.is_some()).then(next),
        withdraw: (is(State::Proposed) || may_undo).then(next),
    }
}

fn moved<T>(visit: &Visit, deed: Result<T, ServiceError>, key: &'static str) -> Answer {
    let id: AgreementId = visit.id()?;
    let back = format!("/convenios/{id}");
    match deed {
        Err(ServiceError::Conflict(_)) => {
            visit.go(&back, Some(Told::problem(visit.locale().t("agreement.changed"))))
        }
        other => told_or_wrong(visit, &back, other, key),
    }
}

/// `POST /convenios/{id}/aprobar`.
pub fn approve(visit: &Visit) -> Answer {
    let event = command_id::<EventId>(visit)?;
    let deed = service::approve(visit.app(), &visit.ctx, event, visit.id()?);
    moved(visit, deed, "flash.agreement_approved")
}

/// `POST /convenios/{id}/aceptar`.
pub fn accept(visit: &Visit) -> Answer {
    let command = Accept {
        id: command_id(visit)?,
        agreement: visit.id()?,
        by: visit.form.text("by").to_owned(),
        evidence: visit.form.text("evidence").to_owned(),
    };
    let deed = service::accept(visit.app(), &visit.ctx, &command);
    moved(visit, deed, "flash.agreement_accepted")
}

/// `POST /convenios/{id}/retirar`.
pub fn withdraw(visit: &Visit) -> Answer {
    let event = command_id::<EventId>(visit)?;
    let why = visit.form.text("why");
    let deed = service::withdraw(visit.app(), &visit.ctx, event, visit.id()?, why);
    moved(visit, deed, "flash.agreement_withdrawn")
}

/// `GET /convenios/{id}/convenio.pdf`.
pub fn pdf(visit: &Visit) -> Answer {
    let id: AgreementId = visit.id()?;
    let pdf = agreement_pdf::render(visit.app(), &visit.ctx, id)?;
    visit.file("convenio.pdf", "application/pdf", pdf)
}
