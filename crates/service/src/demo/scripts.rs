//! What happens to the customers with a story, written so that the story is true today whatever
//! day today is.

use super::book::{Book, CashKey, Dispute, DocId, Promise};
use super::random::Draw;
use super::stories::StoryKind;
use super::{ContactChannel, ContactOutcome};
use puntual_core::currency::Currency;
use puntual_core::date::Day;

/// A regular customer's life: an invoice every so many days, the newest issued some days ago.
struct Rhythm {
    /// Days between invoices.
    every_days: i32,
    /// Days since the newest was issued.
    newest_days: i32,
    /// How many invoices at most; fewer if the books are shorter.
    count: i32,
}

/// One customer on its stage.
struct Stage<'b, 'a> {
    book: &'b mut Book<'a>,
    customer: usize,
    draw: Draw,
}

/// Plays the story of one customer into the books.
pub(super) fn play(book: &mut Book, customer: usize, kind: StoryKind, seed: u64) {
    let code = book.customers[customer].party.code.clone().unwrap_or_default();
    let draw = Draw::new(seed, &format!("{code} script"));
    let stage = &mut Stage { book, customer, draw };
    match kind {
        StoryKind::LoyalLapse => stage.loyal_lapse(),
        StoryKind::Worsening => stage.worsening(),
        StoryKind::Improving => stage.improving(),
        StoryKind::Disputer => stage.disputer(),
        StoryKind::BigSlow => stage.big_slow(),
        StoryKind::PublicBody => stage.public_body(),
        StoryKind::BrokenPromises => stage.broken_promises(),
        StoryKind::OverLimit => stage.over_limit(),
        StoryKind::BouncedCheque => stage.bounced_cheque(),
        StoryKind::Silent => stage.silent(),
        StoryKind::CoveredByAdvance => stage.covered_by_advance(),
        StoryKind::DueThisWeek => stage.open_only(&[5, 6, 7]),
        StoryKind::DueToday => stage.open_only(&[0]),
        StoryKind::ThreeDaysOverdue => stage.open_only(&[-3]),
        StoryKind::TwoCurrencies => stage.two_currencies(),
        StoryKind::Instalments => stage.instalments(),
        StoryKind::OnHold => stage.on_hold(),
        StoryKind::WrittenOff => stage.written_off(),
    }
}

impl Stage<'_, '_> {
    fn today(&self) -> Day {
        self.book.today
    }

    /// An invoice due exactly on `due`, issued on the working day thirty days (the terms) before.
    fn invoice_due(&mut self, currency: Currency, due: Day) -> DocId {
        let who = &self.book.customers[self.customer];
        let (terms_days, typical) = (who.terms_days, who.typical_net_minor);
        let wanted = (due - terms_days).min(self.today());
        let issue = self.book.calendar.working_day_on_or_before(wanted);
        let net_minor = typical * self.draw.between(60, 150) / 100;
        let net_minor = self.book.rates.in_currency(net_minor, currency, issue).max(1);
        self.book.invoice(self.customer, currency, issue, &[due], net_minor)
    }

    fn own(&self) -> Currency {
        self.book.country.currency()
    }

    /// Pays all of a document so many days after its (first) due date; nothing if that is later
    /// than today.
    fn pay_late(&mut self, doc: DocId, late_days: i32) -> Option<CashKey> {
        let owed = &self.book.docs[doc];
        let (due, open_minor) = (owed.dues.first().map_or(owed.issue, |d| d.0), owed.open_minor);
        let wanted = (due + late_days).max(owed.issue + 1);
        let day = self.book.calendar.working_day_on_or_after(wanted);
        let recorded_after = if self.draw.chance(300) { self.draw.days(1, 3) } else { 0 };
        self.book.pay(doc, day, open_minor, false, recorded_after)
    }

    /// Invoices in a rhythm, oldest first; `late_days` tells, counting back from the newest (0),
    /// how late each is paid, `None` for those left open.
    fn live(&mut self, rhythm: &Rhythm, late_days: impl Fn(i32, &mut Draw) -> Option<i32>) {
        for back in (0..rhythm.count).rev() {
            let terms_days = self.book.customers[self.customer].terms_days;
            let issue = self.today() - rhythm.newest_days - rhythm.every_days * back;
            if issue < self.book.first {
                continue;
            }
            let doc = self.invoice_due(self.own(), issue + terms_days);
            if let Some(days) = late_days(back, &mut self.draw) {
                self.pay_late(doc, days);
            }
        }
    }

    /// Past business, all settled within some days after the due date, ending so long ago that
    /// nothing of it is open.
    fn settled_past(&mut self, late_low: i32, late_high: i32) {
        let rhythm = Rhythm { every_days: 21, newest_days: 60 + late_high, count: 40 };
        self.live(&rhythm, |_, draw| Some(draw.days(late_low, late_high)));
    }

    fn say(
        &mut self,
        days_ago: i32,
        doc: DocId,
        channel: ContactChannel,
        outcome: ContactOutcome,
        text: &str,
    ) {
        let day = self.book.calendar.working_day_on_or_before(self.today() - days_ago);
        self.book.contacts.push(super::book::Contact {
            day,
            customer: self.customer,
            docs: vec![doc],
            channel,
            outcome,
            text: text.to_owned(),
        });
    }

    fn promise(&mut self, doc: DocId, made_days_ago: i32, promised: Day) {
        let made = self.book.calendar.working_day_on_or_before(self.book.today - made_days_ago);
        let amount_minor = self.book.docs[doc].open_minor;
        self.book.promises.push(Promise { made, doc, promised, amount_minor });
    }

    /// Due dates fall 18 and 4 days ahead, then 10, 24, 38 … days ago; the one of 24 slipped.
    fn loyal_lapse(&mut self) {
        let rhythm = Rhythm { every_days: 14, newest_days: 12, count: 48 };
        self.live(&rhythm, |back, draw| (back != 3).then(|| draw.days(-1, 1)));
        let slipped = self.book.invoices_of(self.customer);
        if let Some(doc) = slipped.iter().rev().nth(3) {
            let text =
                "Cliente de años, siempre al día. Se le preguntará con cuidado qué pasó con {doc}.";
            self.say(9, *doc, ContactChannel::Note, ContactOutcome::Noted, text);
        }
    }

    /// The twelfth invoice back is 6 days late, the next 9, and so on up to 33 and beyond.
    fn worsening(&mut self) {
        let rhythm = Rhythm { every_days: 14, newest_days: 3, count: 48 };
        self.live(&rhythm, |back, draw| {
            Some(if back > 12 { draw.days(0, 3) } else { 6 + (12 - back) * 7 / 2 })
        });
        let invoices = self.book.invoices_of(self.customer);
        if let Some(doc) = invoices.iter().find(|doc| self.book.overdue_days(**doc) > 0).copied() {
            let text = "Dice que el banco les redujo la línea; pagan de a poco. Es por {doc}.";
            self.say(6, doc, ContactChannel::Call, ContactOutcome::WillCheck, text);
        }
    }

    /// The mirror of the worsening one: a month late until eight invoices ago.
    fn improving(&mut self) {
        let rhythm = Rhythm { every_days: 14, newest_days: 5, count: 48 };
        self.live(&rhythm, |back, draw| {
            Some(match back {
                9.. => draw.days(27, 32),
                8 => 19,
                7 => 13,
                6 => 8,
                5 => 4,
                4 => 2,
                _ => draw.days(-1, 1),
            })
        });
    }

    fn disputer(&mut self) {
        self.settled_past(3, 9);
        let cases = [(-34, "precio"), (-17, "mercadería no recibida")];
        for (due_days, reason) in cases {
            let doc = self.invoice_due(self.own(), self.today() + due_days);
            let opened = self.book.calendar.working_day_on_or_after(self.today() + due_days + 2);
            self.book.disputes.push(Dispute { opened, doc, reason });
            let text = format!("Reclama {{doc}}: {reason}. Se pide respaldo a ventas.");
            let days_ago = self.today() - opened;
            self.say(days_ago, doc, ContactChannel::Call, ContactOutcome::Disputed, &text);
        }
        let paid = self.invoice_due(self.own(), self.today() - 24);
        self.pay_late(paid, 5);
        let credited = self.invoice_due(self.own(), self.today() - 52);
        let note_day = self.book.calendar.working_day_on_or_after(self.today() - 60);
        self.book.credit_note(credited, note_day, 12, "Reclamo aceptado: diferencia de precio");
        self.pay_late(credited, 6);
        self.invoice_due(self.own(), self.today() + 11);
    }

    fn big_slow(&mut self) {
        let rhythm = Rhythm { every_days: 21, newest_days: 2, count: 34 };
        self.live(&rhythm, |_, draw| Some(44 + draw.days(0, 2)));
    }

    fn public_body(&mut self) {
        let rhythm = Rhythm { every_days: 21, newest_days: 4, count: 34 };
        self.live(&rhythm, |_, draw| Some(37 + draw.days(0, 7)));
        let invoices = self.book.invoices_of(self.customer);
        if let Some(doc) = invoices.iter().find(|doc| self.book.overdue_days(**doc) > 0).copied() {
            let text =
                "Tesorería confirma que {doc} está visada y entra en la próxima nómina de pagos.";
            self.say(5, doc, ContactChannel::Email, ContactOutcome::WillCheck, text);
        }
    }

    fn broken_promises(&mut self) {
        self.settled_past(9, 20);
        let older = self.invoice_due(self.own(), self.today() - 48);
        let newer = self.invoice_due(self.own(), self.today() - 27);
        self.invoice_due(self.own(), self.today() + 1);
        self.promise(older, 31, self.today() - 22);
        let text = "Compromete pago de {doc} por transferencia la semana siguiente.";
        self.say(31, older, ContactChannel::Call, ContactOutcome::Promised, text);
        let text = "No pagó lo comprometido por {doc}. Pide unos días más.";
        self.say(19, older, ContactChannel::Call, ContactOutcome::WillCheck, text);
        self.promise(newer, 14, self.today() - 7);
        let text = "Segunda promesa, ahora por {doc}: asegura que tiene los fondos.";
        self.say(14, newer, ContactChannel::Whatsapp, ContactOutcome::Promised, text);
        let text = "Segunda promesa incumplida ({doc}). No contesta.";
        self.say(4, newer, ContactChannel::Call, ContactOutcome::NoAnswer, text);
    }

    fn over_limit(&mut self) {
        for (due_days, late_days) in
            [(-57, Some(9)), (-38, None), (-20, None), (-11, None), (3, None), (12, None)]
        {
            let doc = self.invoice_due(self.own(), self.today() + due_days);
            if let Some(days) = late_days {
                self.pay_late(doc, days);
            }
        }
    }

    fn bounced_cheque(&mut self) {
        self.settled_past(0, 6);
        let docs = [-21, -16].map(|days| self.invoice_due(self.own(), self.today() + days));
        let paid_on = self.book.calendar.working_day_on_or_before(self.today() - 12);
        let returned = self.book.calendar.working_day_on_or_before(self.today() - 5);
        let mut cheque = None;
        for doc in docs {
            let open_minor = self.book.docs[doc].open_minor;
            cheque = self.book.pay(doc, paid_on, open_minor, true, 0).or(cheque);
        }
        if let Some(key) = cheque {
            self.book.bounce(key, returned);
        }
        let text = "Banco devuelve el cheque con que se pagó {doc}: sin fondos. Reabierta.";
        self.say(5, docs[0], ContactChannel::Note, ContactOutcome::Noted, text);
    }

    fn silent(&mut self) {
        self.settled_past(12, 20);
        for days in [-41, -12, 9] {
            self.invoice_due(self.own(), self.today() + days);
        }
    }

    fn covered_by_advance(&mut self) {
        self.settled_past(-2, 3);
        let docs = [-9, -4, 6].map(|days| self.invoice_due(self.own(), self.today() + days));
        let owed: i64 = docs.iter().map(|doc| self.book.docs[*doc].open_minor).sum();
        let day = self.book.calendar.working_day_on_or_before(self.today() - 13);
        let own = self.own();
        let advance_minor = super::book::half_up_percent(owed, 108);
        self.book.advance(self.customer, own, day, advance_minor);
    }

    /// A settled past, and one open invoice for each of the days from today given.
    fn open_only(&mut self, due_in_days: &[i32]) {
        self.settled_past(-1, 3);
        for days in due_in_days {
            self.invoice_due(self.own(), self.today() + *days);
        }
    }

    fn two_currencies(&mut self) {
        self.settled_past(1, 6);
        let dollars = Currency::USD;
        for back in 3..24 {
            let due = self.today() - 8 - 28 * back;
            if due - 40 >= self.book.first {
                let doc = self.invoice_due(dollars, due);
                let days = self.draw.days(2, 9);
                self.pay_late(doc, days);
            }
        }
        for (currency, days) in
            [(self.own(), -6), (dollars, -15), (self.own(), 8), (dollars, 13), (dollars, 24)]
        {
            self.invoice_due(currency, self.today() + days);
        }
    }

    fn instalments(&mut self) {
        self.settled_past(0, 4);
        let today = self.today();
        let issue = self.book.calendar.working_day_on_or_before(today - 95);
        let due_days = [-65, -35, -5, 25].map(|days| today + days);
        let net_minor = self.book.customers[self.customer].typical_net_minor;
        let own = self.own();
        let doc = self.book.invoice(self.customer, own, issue, &due_days, net_minor);
        for (due, amount_minor) in self.book.docs[doc].dues.clone().into_iter().take(2) {
            let day = self.book.calendar.working_day_on_or_after(due + 1);
            self.book.pay(doc, day, amount_minor, false, 0);
        }
    }

    fn on_hold(&mut self) {
        self.settled_past(2, 8);
        let docs = [-33, -12, 14].map(|days| self.invoice_due(self.own(), self.today() + days));
        let text = "Gerencia comercial pide pausar la gestión mientras se negocia el contrato \
            anual ({doc}).";
        self.say(20, docs[0], ContactChannel::Note, ContactOutcome::Noted, text);
    }

    fn written_off(&mut self) {
        let rhythm = Rhythm { every_days: 25, newest_days: 470, count: 8 };
        self.live(&rhythm, |_, draw| Some(draw.days(8, 25)));
        for days in [-370, -345] {
            let doc = self.invoice_due(self.own(), self.today() + days);
            let day = self.book.calendar.working_day_on_or_before(self.today() - 70);
            self.book.write_off(doc, day);
        }
        let doc = self.invoice_due(self.own(), self.today() - 300);
        let text = "Local cerrado, sin bienes conocidos. Se evalúa castigar también {doc}.";
        self.say(62, doc, ContactChannel::Visit, ContactOutcome::NoAnswer, text);
    }
}
