//! What a customer paid and was credited: applying it, taking it back, giving a debt up.

use super::contact::{command_id, page_of, told_or_wrong};
use super::{amount, customer_ref, typed};
use crate::web::part::form::Choice;
use crate::web::view::customer_money::{
    Applied, CustomerMoneyView, Deeds, MoneyLine, customer_money as shown_money,
};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::id::{CustomerId, DocumentId, EventId, PaymentId};
use puntual_core::money::Money;
use puntual_core::posting::Source;
use puntual_service::applications::{self, ApplyCredit, WriteOff};
use puntual_service::bounces;
use puntual_service::customer_money::{self, CustomerMoney, OpenDebt, Standing};
use puntual_service::error::ServiceError;
use puntual_service::write_offs::{self, Outcome};

/// `GET /clientes/{id}/pagos`.
pub fn show(visit: &Visit) -> Answer {
    let id: CustomerId = visit.id()?;
    let money = customer_money::of_customer(visit.app(), &visit.ctx, id)?;
    let view = CustomerMoneyView {
        customer: customer_ref(&money.customer),
        lines: money.lines.iter().map(|line| shown(visit, &money, line)).collect(),
    };
    visit.html(shown_money(&visit.frame(), &view))
}

fn shown(visit: &Visit, money: &CustomerMoney, line: &customer_money::MoneyLine) -> MoneyLine {
    let words = visit.words();
    let of = |minor| amount(minor, line.currency);
    let next = || EventId(visit.app().next_id()).to_string();
    let key = match line.source {
        Source::Payment(_) => "moved.payment",
        Source::CreditNote(_) => "kind.credit_note",
    };
    let method = line.method.as_deref().map(|code| words.method(code));
    let parts = [Some(words.locale.t(key).to_owned()), line.number.clone(), method];
    let mut what: Vec<String> = parts.into_iter().flatten().collect();
    what.extend(line.reference.clone());
    let gone = match line.standing {
        Standing::Counts => None,
        Standing::Bounced => Some("money.bounced"),
        Standing::Undone => Some("money.undone"),
    };
    let applied = line.applied.iter().map(|(document, number, minor)| Applied {
        document: *document,
        number: number.clone(),
        amount: of(*minor),
        command_id: next(),
    });
    MoneyLine {
        source: written(line.source),
        on: line.on,
        what: what.join(" · "),
        amount: of(line.amount_minor),
        left: of(line.left_minor),
        gone: gone.map(|key| words.locale.t(key).to_owned()),
        applied: applied.collect(),
        deeds: deeds(visit, money, line),
    }
}

/// What can be done with a line as it stands.
fn deeds(visit: &Visit, money: &CustomerMoney, line: &customer_money::MoneyLine) -> Deeds {
    let words = visit.words();
    let choice = |debt: &OpenDebt| {
        let open = words.money(debt.open_minor, debt.currency);
        let label = format!("{} · {open} · {}", debt.number, words.date(debt.due_on));
        Choice::new(debt.document.to_string(), label)
    };
    let same = money.open.iter().filter(|debt| debt.currency == line.currency);
    let documents: Vec<Choice> = same.map(choice).collect();
    let may_apply = line.left_minor > 0 && !documents.is_empty();
    let id = EventId(visit.app().next_id()).to_string();
    let post = |deed: &str| match line.source {
        Source::Payment(payment) => Some(format!("/pagos/{payment}/{deed}")),
        Source::CreditNote(_) => None,
    };
    let counts = line.standing == Standing::Counts;
    Deeds {
        apply: may_apply.then_some((id, documents)),
        bounce: post("devolver").filter(|_| counts),
        undo: post("deshacer").filter(|_| counts),
        unbounce: post("cobrar").filter(|_| line.standing == Standing::Bounced),
    }
}

fn written(source: Source) -> String {
    match source {
        Source::Payment(id) => id.to_string(),
        Source::CreditNote(id) => id.to_string(),
    }
}

/// The payment or credit note a form names.
fn source(visit: &Visit) -> Result<Source, ServiceError> {
    let text = visit.form.text("source");
    if let Ok(payment) = text.parse::<PaymentId>() {
        return Ok(Source::Payment(payment));
    }
    let note = text.parse::<DocumentId>().map(Source::CreditNote);
    note.map_err(|_| ServiceError::NotFound(text.to_owned()))
}

fn optional_minor(visit: &Visit) -> Result<Option<i64>, ServiceError> {
    match visit.form.text("amount") {
        "" => Ok(None),
        _ => Ok(Some(typed::money(visit)?.minor)),
    }
}

/// `POST /clientes/{id}/aplicar`.
pub fn apply(visit: &Visit) -> Answer {
    let id: CustomerId = visit.id()?;
    let back = format!("{}/pagos", page_of(id));
    let deed = || -> Result<Money, ServiceError> {
        let text = visit.form.text("document");
        let command = ApplyCredit {
            id: command_id::<EventId>(visit)?,
            source: source(visit)?,
            document: text.parse().map_err(|_| ServiceError::invalid("document", "missing"))?,
            amount_minor: optional_minor(visit)?,
            effective_on: None,
        };
        applications::apply_credit(visit.app(), &visit.ctx, &command)
    };
    told_or_wrong(visit, &back, deed(), "flash.credit_applied")
}

/// `POST /documentos/{id}/desaplicar`.
pub fn unapply(visit: &Visit) -> Answer {
    let document: DocumentId = visit.id()?;
    let back = visit.back(&format!("/documentos/{document}"));
    let (event, source) = (command_id::<EventId>(visit)?, source(visit)?);
    let deed = applications::unapply(visit.app(), &visit.ctx, event, source, document);
    told_or_wrong(visit, &back, deed, "flash.unapplied")
}

/// `POST /documentos/{id}/castigar`: at once, or asked of another person.
pub fn write_off(visit: &Visit) -> Answer {
    let document: DocumentId = visit.id()?;
    let deed = || -> Result<Outcome, ServiceError> {
        let command = WriteOff {
            id: command_id::<EventId>(visit)?,
            document,
            amount_minor: optional_minor(visit)?,
            why: visit.form.text("why").to_owned(),
        };
        write_offs::ask(visit.app(), &visit.ctx, &command)
    };
    let deed = deed();
    let key = match &deed {
        Ok(Outcome::Waits(_)) => "flash.write_off_asked",
        _ => "flash.written_off",
    };
    told_or_wrong(visit, &format!("/documentos/{document}"), deed, key)
}

/// `POST /documentos/{id}/decidir-castigo`: another person approves or refuses.
pub fn decide_write_off(visit: &Visit) -> Answer {
    let document: DocumentId = visit.id()?;
    let event = command_id::<EventId>(visit)?;
    let text = visit.form.text("request");
    let request = text.parse().map_err(|_| ServiceError::NotFound(text.to_owned()))?;
    let approves = visit.form.text("decision") == "approve";
    let deed = write_offs::decide(visit.app(), &visit.ctx, event, request, approves);
    let key = if approves { "flash.written_off" } else { "flash.write_off_refused" };
    told_or_wrong(visit, &format!("/documentos/{document}"), deed, key)
}

/// `POST /documentos/{id}/reponer`: takes every write-off of it back.
pub fn reinstate(visit: &Visit) -> Answer {
    let document: DocumentId = visit.id()?;
    let event = command_id::<EventId>(visit)?;
    let deed = applications::reinstate(visit.app(), &visit.ctx, event, document);
    told_or_wrong(visit, &format!("/documentos/{document}"), deed, "flash.reinstated")
}

/// `POST /pagos/{id}/devolver`: it came back.
pub fn bounce(visit: &Visit) -> Answer {
    let id: PaymentId = visit.id()?;
    let on = typed::day(visit, "on")?.unwrap_or(visit.ctx.today);
    let why = visit.form.text("why");
    match bounces::bounce(visit.app(), &visit.ctx, id, on, why) {
        Ok(payment) => {
            let back = format!("/pagos/{id}/cobrar");
            let told = Told::done(visit.locale().t("flash.bounced")).undone_at(back);
            visit.go(&page_of(payment.customer), Some(told))
        }
        Err(ServiceError::Invalid(invalid)) => {
            let what = invalid.fields.first().map(|(_, what)| visit.words().wrong(what));
            visit.go(&visit.back("/clientes"), Some(Told::problem(what.unwrap_or_default())))
        }
        Err(error) => Err(error),
    }
}

/// `POST /pagos/{id}/cobrar`: it did come after all.
pub fn unbounce(visit: &Visit) -> Answer {
    let id: PaymentId = visit.id()?;
    let payment = bounces::take_back(visit.app(), &visit.ctx, id, visit.form.text("why"))?;
    let told = Told::done(visit.locale().t("flash.unbounced"));
    visit.go(&page_of(payment.customer), Some(told))
}
