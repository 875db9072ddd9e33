//! The forms of a customer's page: empty with their proposals, or as typed with what is wrong.

use crate::web::part::form::{Choice, Typed};
use crate::web::view::customer::{
    ContactForm, Forms, NoteForm, OpenForm, PaymentForm, PromiseForm,
};
use crate::web::visit::Visit;
use puntual_core::currency::Currency;
use puntual_core::id::{ContactPointId, EventId, HoldId, PaymentId, PromiseId};
use puntual_service::contacts::OUTCOMES;
use puntual_service::error::Invalid;
use puntual_service::holds;
use puntual_service::overview::Overview;

/// Means of payment offered.
const METHODS: [&str; 5] = ["transfer", "cheque", "cash", "card", "direct_debit"];

/// The forms as they stand when the page is opened.
pub fn empty(visit: &Visit, found: &Overview) -> Forms {
    let owed = found.positions.first().map(|position| position.balance.currency);
    let planned = found.planned.first().map(|next| next.channel.clone());
    let channel = planned.filter(|code| matches!(code.as_str(), "call" | "whatsapp" | "visit"));
    let mut forms = blank(visit, owed.unwrap_or(visit.ctx.creditor.currency));
    forms.contact.channel = channel.unwrap_or_else(|| "call".to_owned());
    forms
}

fn blank(visit: &Visit, currency: Currency) -> Forms {
    let words = visit.words();
    let app = visit.app();
    let code = currency.code().to_owned();
    Forms {
        open: None,
        outcomes: OUTCOMES.map(|code| Choice::new(code, words.outcome(code))).into(),
        methods: METHODS.map(|code| Choice::new(code, words.method(code))).into(),
        contact: ContactForm {
            command_id: EventId(app.next_id()).to_string(),
            channel: "call".to_owned(),
            ..ContactForm::default()
        },
        promise: PromiseForm {
            command_id: PromiseId(app.next_id()).to_string(),
            currency: code.clone(),
            ..PromiseForm::default()
        },
        note: NoteForm { command_id: EventId(app.next_id()).to_string(), text: Typed::default() },
        payment: PaymentForm {
            command_id: PaymentId(app.next_id()).to_string(),
            currency: code,
            on: Typed::of(visit.ctx.today.to_string()),
            method: METHODS[0].to_owned(),
            ..PaymentForm::default()
        },
        hold: (
            HoldId(app.next_id()).to_string(),
            holds::KINDS.map(|code| Choice::new(code, words.hold(code))).into(),
        ),
        point_id: ContactPointId(app.next_id()).to_string(),
    }
}

/// The forms with the one that was refused open, as it was typed.
pub fn refused(visit: &Visit, open: OpenForm, invalid: &Invalid) -> Forms {
    let form = &visit.form;
    let currency = form.text("currency").parse().unwrap_or(visit.ctx.creditor.currency);
    let mut forms = Forms { open: Some(open), ..blank(visit, currency) };
    let typed = |name: &str, also: &[&str]| {
        let names = |field: &String| field == name || also.contains(&field.as_str());
        let wrong = invalid.fields.iter().find(|(field, _)| names(field));
        let error = wrong.map(|(_, what)| visit.words().wrong(what));
        Typed { value: form.text(name).to_owned(), error }
    };
    let id = form.text("id").to_owned();
    match open {
        OpenForm::Contact => {
            forms.contact = ContactForm {
                command_id: id,
                channel: form.text("channel").to_owned(),
                outcome: typed("outcome", &["channel", "cause"]),
                note: typed("note", &[]),
                next_on: typed("next_on", &[]),
            };
        }
        OpenForm::Promise => {
            forms.promise = PromiseForm {
                command_id: id,
                amount: typed("amount", &[]),
                currency: currency.code().to_owned(),
                on: typed("on", &["promised_on"]),
                person: typed("person", &["note", "document"]),
            };
        }
        OpenForm::Note => forms.note = NoteForm { command_id: id, text: typed("text", &[]) },
        OpenForm::Payment => {
            forms.payment = PaymentForm {
                command_id: id,
                amount: typed("amount", &[]),
                currency: currency.code().to_owned(),
                on: typed("on", &["received_on"]),
                method: form.text("method").to_owned(),
                reference: typed("reference", &["indicated"]),
            };
        }
    }
    forms
}
