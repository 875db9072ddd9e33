//! What can be done with a customer without leaving the page: a contact in three keys, a promise,
//! a note, a payment. One panel open at a time; every form works without script.

use super::customer::{CustomerView, OpenForm};
use crate::web::layout::Frame;
use crate::web::part::badge::Channel;
use crate::web::part::form::{Choice, Kind, Typed, area, csrf, field, hidden, select};
use crate::web::part::icon::icon;
use maud::{Markup, html};

/// The panels of a customer's page.
pub fn forms(f: &Frame, view: &CustomerView) -> Markup {
    let open = view.forms.open.unwrap_or(OpenForm::Contact);
    let panel = |form: OpenForm, key: &'static str, icon_name, word, body: Markup| {
        html! {
            details.panel name="panel" open[form == open] data-key=(key) {
                summary {
                    (icon(icon_name))
                    span.grow { (word) }
                    kbd { (key) }
                }
                (body)
            }
        }
    };
    html! {
        section #acciones.panels {
            h2.hidden { (f.t("customer.actions")) }
            (panel(OpenForm::Contact, "c", "phone", f.t("customer.log_contact"), contact(f, view)))
            (panel(
                OpenForm::Promise, "p", "promise", f.t("customer.log_promise"), promise(f, view),
            ))
            (panel(OpenForm::Payment, "b", "coin", f.t("customer.log_payment"), payment(f, view)))
            (panel(OpenForm::Note, "n", "note", f.t("customer.log_note"), note(f, view)))
            @if f.may_decide() {
                details.panel name="panel" {
                    summary {
                        (icon("pause"))
                        span.grow { (f.t("customer.put_hold")) }
                    }
                    (hold(f, view))
                }
            }
        }
    }
}

fn action(view: &CustomerView, what: &str) -> String {
    format!("/clientes/{}/{what}", view.customer.id)
}

/// Channel, outcome (keys 1 to 9), and one button. The rest is optional.
fn contact(f: &Frame, view: &CustomerView) -> Markup {
    let form = &view.forms.contact;
    html! {
        form method="post" action=(action(view, "gestion")) {
            (csrf(f))
            (hidden("id", &form.command_id))
            div.segmented.icons role="radiogroup" aria-label=(f.t("customer.channel")) {
                @for channel in [Channel::Call, Channel::Email, Channel::Whatsapp, Channel::Visit] {
                    label {
                        input
                            type="radio"
                            name="channel"
                            value=(channel.code())
                            checked[channel.code() == form.channel];
                        span { (f.t(channel.key())) }
                    }
                }
            }
            fieldset.outcomes {
                legend { (f.t("customer.outcome")) }
                @for (index, outcome) in view.forms.outcomes.iter().enumerate() {
                    label {
                        input
                            type="radio"
                            name="outcome"
                            value=(outcome.value)
                            required
                            checked[outcome.value == form.outcome.value]
                            data-digit=[(index < 9).then_some(index + 1)];
                        span {
                            @if index < 9 {
                                kbd { (index + 1) }
                            }
                            (outcome.label)
                        }
                    }
                }
                @if let Some(error) = &form.outcome.error {
                    p.error { (icon("alert")) (error) }
                }
            }
            (area("contact", "note", f.t("customer.note"), &form.note))
            (field("contact", "next_on", f.t("customer.next_on"), Kind::Date, &form.next_on))
            button.button.main type="submit" { (f.t("customer.save_contact")) }
        }
    }
}

fn promise(f: &Frame, view: &CustomerView) -> Markup {
    let form = &view.forms.promise;
    html! {
        form method="post" action=(action(view, "promesa")) {
            (csrf(f))
            (hidden("id", &form.command_id))
            div.pair {
                (field("promise", "amount", f.t("col.amount"), Kind::Amount, &form.amount))
                (currency(f, view, "promise", &form.currency))
            }
            (field("promise", "on", f.t("customer.promised_on"), Kind::Date, &form.on))
            (field("promise", "person", f.t("customer.promised_by"), Kind::Text, &form.person))
            button.button.main type="submit" { (f.t("customer.save_promise")) }
        }
    }
}

fn payment(f: &Frame, view: &CustomerView) -> Markup {
    let form = &view.forms.payment;
    html! {
        form method="post" action=(action(view, "pago")) {
            (csrf(f))
            (hidden("id", &form.command_id))
            div.pair {
                (field("payment", "amount", f.t("col.amount"), Kind::Amount, &form.amount))
                (currency(f, view, "payment", &form.currency))
            }
            (field("payment", "on", f.t("customer.received_on"), Kind::Date, &form.on))
            ({
                select(
                    "payment",
                    "method",
                    f.t("customer.method"),
                    None,
                    &view.forms.methods,
                    &form.method,
                )
            })
            (field("payment", "reference", f.t("customer.reference"), Kind::Text, &form.reference))
            p.hint { (f.t("customer.payment_hint")) }
            button.button.main type="submit" { (f.t("customer.save_payment")) }
        }
    }
}

/// The currencies the customer owes in; hidden when there is one.
fn currency(f: &Frame, view: &CustomerView, form: &str, chosen: &str) -> Markup {
    let mut codes: Vec<String> =
        view.positions.iter().map(|p| p.net.currency.code().to_owned()).collect();
    if !codes.iter().any(|code| code == chosen) {
        codes.push(chosen.to_owned());
    }
    let choices: Vec<Choice> = codes.iter().map(|code| Choice::new(code, code)).collect();
    html! {
        @if choices.len() == 1 {
            (hidden("currency", chosen))
            div.field.unit-field {
                span.label { "\u{a0}" }
                span { (chosen) }
            }
        } @else { (select(form, "currency", f.t("filter.currency"), None, &choices, chosen)) }
    }
}

fn hold(f: &Frame, view: &CustomerView) -> Markup {
    let (id, kinds) = &view.forms.hold;
    let empty = Typed::default();
    html! {
        form method="post" action=(action(view, "retencion")) {
            (csrf(f))
            (hidden("id", id))
            (select("hold", "kind", f.t("filter.kind"), None, kinds, "hold"))
            (field("hold", "until", f.t("customer.hold_until"), Kind::Date, &empty))
            (field("hold", "why", f.t("customer.hold_why"), Kind::Text, &empty))
            button.button type="submit" { (f.t("customer.put_hold")) }
        }
    }
}

fn note(f: &Frame, view: &CustomerView) -> Markup {
    let form = &view.forms.note;
    html! {
        form method="post" action=(action(view, "nota")) {
            (csrf(f))
            (hidden("id", &form.command_id))
            (area("note", "text", f.t("customer.note_text"), &form.text))
            button.button.main type="submit" { (f.t("customer.save_note")) }
        }
    }
}
