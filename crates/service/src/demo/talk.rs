//! What was said with the customers without a story: reminders, calls and their outcomes,
//! promises kept and broken, disputes. Written after the money, so that a promise is kept exactly
//! when the payment came in time.

use super::book::{Book, Contact, Dispute, DocId, Promise};
use super::random::Draw;
use super::{ContactChannel, ContactOutcome};
use puntual_core::date::Day;

/// How far back conversations go.
const REMEMBERED_DAYS: i32 = 200;

/// Days a customer is left alone after a contact.
const REST_DAYS: i32 = 5;

/// Writes the conversations of one customer.
pub(super) fn converse(book: &mut Book, customer: usize, seed: u64) {
    let who = &book.customers[customer];
    let code = who.party.code.as_deref().unwrap_or_default();
    let (has_email, has_phone) = (who.party.email.is_some(), who.party.phone.is_some());
    let draw = &mut Draw::new(seed, &format!("{code} talk"));
    let mut last = Day(i32::MIN / 2);
    for (day, doc, step) in occasions(book, customer) {
        let day = book.calendar.working_day_on_or_after(day);
        if day > book.today || day - last < REST_DAYS || !draw.chance(820) {
            continue;
        }
        if book.open_on(doc, day) <= 0 {
            continue;
        }
        let spoken = match step {
            Step::Reminder => has_email.then(|| remind(book, doc, day, draw)),
            Step::Call => has_phone.then(|| call(book, doc, day, draw)),
        };
        if spoken.is_some() {
            last = day;
        }
    }
    if draw.chance(120) {
        note(book, customer, draw);
    }
}

/// What is done so many days after a due date.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Reminder,
    Call,
}

/// The days on which something should have been said, in order.
fn occasions(book: &Book, customer: usize) -> Vec<(Day, DocId, Step)> {
    let mut occasions = Vec::new();
    for doc in book.invoices_of(customer) {
        let Some((due, _)) = book.docs[doc].dues.first() else { continue };
        if *due < book.today - REMEMBERED_DAYS {
            continue;
        }
        for (after, step) in
            [(3, Step::Reminder), (9, Step::Call), (23, Step::Call), (46, Step::Call)]
        {
            occasions.push((*due + after, doc, step));
        }
    }
    occasions.sort();
    occasions
}

/// A written reminder.
fn remind(book: &mut Book, doc: DocId, day: Day, draw: &mut Draw) {
    let whatsapp = draw.chance(250);
    let channel = if whatsapp { ContactChannel::Whatsapp } else { ContactChannel::Email };
    let text = draw.pick(&[
        "Recordatorio amable: {doc} venció hace unos días.",
        "Se envía estado de cuenta con {doc} vencida.",
        "Se reenvía {doc} y se pide fecha de pago.",
    ]);
    push(book, doc, day, channel, ContactOutcome::Sent, (*text).to_owned());
}

/// A call and what came of it.
fn call(book: &mut Book, doc: DocId, day: Day, draw: &mut Draw) {
    let open_today = book.settled_on(doc).is_none();
    match draw.weighted(&[31, 24, 16, 11, 8, 8, 2]) {
        0 => promise(book, doc, day, draw),
        1 => {
            let text = draw.pick(&[
                "No contesta; se deja mensaje.",
                "Llama y nadie responde. Reintentar por la mañana.",
                "Buzón de voz. Se pide que devuelvan el llamado por {doc}.",
            ]);
            let outcome = ContactOutcome::NoAnswer;
            push(book, doc, day, ContactChannel::Call, outcome, (*text).to_owned());
        }
        2 => {
            let text = draw.pick(&[
                "Tesorería revisará {doc} y avisa el día de pago.",
                "Está en aprobación {doc}; pagan en la próxima nómina.",
                "Falta el visto bueno del jefe de obra para {doc}.",
            ]);
            let outcome = ContactOutcome::WillCheck;
            push(book, doc, day, ContactChannel::Call, outcome, (*text).to_owned());
        }
        3 => {
            let text = "Dice que {doc} ya está transferida; enviará el comprobante.";
            let outcome = ContactOutcome::SaysPaid;
            push(book, doc, day, ContactChannel::Call, outcome, text.to_owned());
        }
        4 => {
            let text = "Atiende recepción; la persona de pagos no está. Queda recado por {doc}.";
            let outcome = ContactOutcome::ThirdParty;
            push(book, doc, day, ContactChannel::Call, outcome, text.to_owned());
        }
        5 if open_today => dispute(book, doc, day, draw),
        _ => {
            let text = "El número ya no corresponde a la empresa. Buscar otro contacto.";
            let outcome = ContactOutcome::WrongNumber;
            push(book, doc, day, ContactChannel::Call, outcome, text.to_owned());
        }
    }
}

/// A promise: for the day it was in fact paid, most times, otherwise for a day too early.
fn promise(book: &mut Book, doc: DocId, day: Day, draw: &mut Draw) {
    let soon = book.calendar.working_day_on_or_after(day + draw.days(3, 12));
    let promised = match book.settled_on(doc) {
        Some(paid) if paid - day <= 15 && draw.chance(880) => paid,
        _ => soon,
    };
    let (year, month, of_month) = promised.ymd();
    let text = format!("Compromete el pago de {{doc}} para el {of_month:02}/{month:02}/{year}.");
    push(book, doc, day, ContactChannel::Call, ContactOutcome::Promised, text);
    let amount_minor = book.open_on(doc, day);
    book.promises.push(Promise { made: day, doc, promised, amount_minor });
}

/// A dispute raised on the telephone, of a document still open today.
fn dispute(book: &mut Book, doc: DocId, day: Day, draw: &mut Draw) {
    let reason = *draw.pick(&["precio", "calidad", "mercadería no recibida", "factura duplicada"]);
    let text = format!("No pagará {{doc}} mientras no se resuelva: {reason}.");
    push(book, doc, day, ContactChannel::Call, ContactOutcome::Disputed, text);
    if book.disputes.iter().all(|dispute| dispute.doc != doc) {
        book.disputes.push(Dispute { opened: day, doc, reason });
    }
}

/// A note about the customer.
fn note(book: &mut Book, customer: usize, draw: &mut Draw) {
    let Some(doc) = book.invoices_of(customer).last().copied() else { return };
    let days_ago = draw.days(10, REMEMBERED_DAYS);
    let day =
        book.calendar.working_day_on_or_before(book.today - days_ago).max(book.docs[doc].issue);
    let text = draw.pick(&[
        "Exige orden de compra en la factura; sin ella no la ingresan.",
        "Pagan solo los viernes, previa confirmación por correo.",
        "Cambió la encargada de pagos; actualizar el contacto.",
        "Pide el estado de cuenta el día 5 de cada mes.",
        "Prefiere WhatsApp; casi nunca contesta el teléfono.",
    ]);
    push(book, doc, day, ContactChannel::Note, ContactOutcome::Noted, (*text).to_owned());
}

fn push(
    book: &mut Book,
    doc: DocId,
    day: Day,
    channel: ContactChannel,
    outcome: ContactOutcome,
    text: String,
) {
    let customer = book.docs[doc].customer;
    book.contacts.push(Contact { day, customer, docs: vec![doc], channel, outcome, text });
}
