//! Late interest of stored documents, on both engines: the balance of each day, what was charged
//! already, and rates that are loaded where they are missing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::access::Role;
use puntual_core::currency::Currency;
use puntual_core::id::{CustomerId, DisputeId, DocumentId, EventId, InterestRateId, PaymentId};
use puntual_core::interest::{InterestError, Note};
use puntual_core::money::Money;
use puntual_core::portfolio::AsOf;
use puntual_service::bounces;
use puntual_service::charge_notes::{self, Charge, Charged};
use puntual_service::ctx::Ctx;
use puntual_service::disputes::{self, OpenDispute};
use puntual_service::error::ServiceError;
use puntual_service::interest::{self, Answer, Asked, Claimed};
use puntual_service::interest_rates::{self, LoadRate};
use puntual_service::payments::{self, RecordPayment};
use puntual_store::{audit, receivable};
use support::books::{Books, Place, at, day, places};

/// A Chilean creditor in May 2026, with an invoice of 1 190 000 due on the first of April.
struct Scene {
    books: Books,
    customer: CustomerId,
    invoice: DocumentId,
}

impl Scene {
    fn new(place: &Place) -> Scene {
        let books = Books::open(place, at("2026-05-16", 12));
        let customer = books.customer("C1");
        let invoice = books.invoice(customer, "F1", day("2026-04-01"), 1_190_000);
        Scene { books, customer, invoice }
    }

    fn load(&self, from: &str, to: Option<&str>, percent: &str) -> Result<bool, ServiceError> {
        let command = LoadRate {
            id: InterestRateId(self.books.app.next_id()),
            series: "cl-corriente".into(),
            from: day(from),
            to: to.map(day),
            percent: percent.into(),
            source: "CMF".into(),
        };
        interest_rates::load(&self.books.app, &self.books.ctx, &command)
    }

    fn ask(&self, until: &str) -> Answer {
        let asked = Asked::new(self.invoice, day(until));
        interest::of_document(&self.books.app, &self.books.ctx, &asked).unwrap()
    }

    fn claimed(&self, until: &str) -> Claimed {
        match self.ask(until) {
            Answer::Claimed(claimed) => *claimed,
            Answer::Refused(error) => panic!("{error}"),
        }
    }

    fn charge(&self, id: DocumentId, until: &str) -> Result<Charged, ServiceError> {
        let asked = Asked::new(self.invoice, day(until));
        let command = Charge { id, asked, due_on: None };
        charge_notes::charge(&self.books.app, &self.books.ctx, &command)
    }

    fn pay(&self, minor: i64, on: &str) -> PaymentId {
        let command = RecordPayment {
            id: PaymentId(self.books.app.next_id()),
            customer: self.customer,
            amount: Money::new(minor, Currency::CLP),
            received_on: day(on),
            method: None,
            reference: None,
            indicated: Vec::new(),
        };
        payments::record(&self.books.app, &self.books.ctx, &command).unwrap().payment.id
    }

    fn open_minor(&self) -> i64 {
        let view = self.books.app.portfolio(&self.books.ctx).unwrap();
        let at = AsOf::day(self.books.ctx.today);
        let positions = view.portfolio.position(self.customer, at, &Default::default());
        positions.first().map_or(0, |position| position.open_minor)
    }
}

impl Drop for Scene {
    /// Whatever a test did: the books are right.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let (app, ctx) = (&self.books.app, &self.books.ctx);
            for check in puntual_service::check::run(app, ctx).unwrap() {
                assert!(check.ok, "{}: {}", check.name, check.detail);
            }
            let stale = self.books.write(|tx, scope, _| audit::stale_caches(tx, scope, 10));
            assert_eq!(stale, []);
        }
    }
}

/// Runs each of these on a fresh storage of each engine there is.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod on_both {
            $(#[test]
            fn $name() {
                for place in super::places() {
                    super::$name(super::Scene::new(&place));
                }
            })*
        }
    };
}

on_both! {
    a_missing_rate_refuses_until_it_is_loaded
    interest_follows_payments_and_their_return
    a_dispute_suspends_in_chile
    a_day_is_charged_once
    a_note_is_taken_back_whole_or_not_at_all
    terms_agreed_go_before_the_law
    documents_are_found_by_number_or_id
    only_supervisors_charge
}

fn a_missing_rate_refuses_until_it_is_loaded(scene: Scene) {
    let Answer::Refused(InterestError::MissingRate { series, from, to, .. }) =
        scene.ask("2026-05-16")
    else {
        panic!("a rate was guessed")
    };
    assert_eq!((series.as_str(), from, to), ("cl-corriente", day("2026-04-02"), day("2026-05-16")));
    assert!(scene.load("2026-04-01", Some("2026-04-30"), "10").unwrap());
    assert!(!scene.load("2026-04-01", Some("2026-04-30"), "10.00").unwrap(), "it holds already");
    let Answer::Refused(InterestError::MissingRate { from, .. }) = scene.ask("2026-05-16") else {
        panic!("May was guessed")
    };
    assert_eq!(from, day("2026-05-01"));
    assert!(scene.load("2026-05-01", None, "10").unwrap());
    let claimed = scene.claimed("2026-05-16");
    assert_eq!(claimed.claim.interest_minor(), 14_875);
    assert_eq!(claimed.claim.compensation_minor, 11_900);
    assert_eq!(claimed.claim.total_minor(), 1_216_775);
    let told = interest::json(&claimed);
    assert_eq!(told["principal"], "1190000");
    assert_eq!(told["total"], "1216775");
    assert_eq!(told["segments"][0]["from"], "2026-04-02");
    assert_eq!(told["segments"][0]["rate"].as_f64(), Some(10.0));
    assert_eq!(told["segments"][0]["basis"], 360);
    assert!(matches!(scene.load("2026-05-01", None, "ten"), Err(ServiceError::Invalid(_))));
}

fn interest_follows_payments_and_their_return(scene: Scene) {
    scene.load("2026-01-01", None, "36").unwrap();
    // 36 % over 360 is 0.1 % a day.
    let payment = scene.pay(590_000, "2026-04-11");
    let claimed = scene.claimed("2026-05-16");
    assert_eq!(claimed.claim.principal_minor, 600_000);
    assert_eq!(claimed.claim.interest_minor(), 1_190 * 10 + 600 * 35);
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    bounces::bounce(app, ctx, payment, day("2026-05-06"), "sin fondos").unwrap();
    let claimed = scene.claimed("2026-05-16");
    assert_eq!(claimed.claim.interest_minor(), 1_190 * 10 + 600 * 25 + 1_190 * 10);
    assert_eq!(claimed.claim.compensation_minor, 11_900);
}

fn a_dispute_suspends_in_chile(scene: Scene) {
    scene.load("2026-01-01", None, "36").unwrap();
    let command = OpenDispute {
        id: DisputeId(scene.books.app.next_id()),
        document: scene.invoice,
        amount_minor: Some(190_000),
        reason: "price".into(),
    };
    disputes::open(&scene.books.app, &scene.books.ctx, &command).unwrap();
    let claimed = scene.claimed("2026-05-26");
    // The dispute is of today, the sixteenth: that day and the ten after bear less.
    assert_eq!(claimed.claim.interest_minor(), 1_190 * 44 + 1_000 * 11);
    assert_eq!(claimed.claim.notes, [Note::DisputeSuspends(190_000)]);
}

fn a_day_is_charged_once(scene: Scene) {
    scene.load("2026-01-01", None, "36").unwrap();
    let id = DocumentId(scene.books.app.next_id());
    let Charged::Noted(note) = scene.charge(id, "2026-05-06").unwrap() else { panic!() };
    assert_eq!((note.interest_minor, note.compensation_minor), (1_190 * 35, 11_900));
    let Charged::Noted(again) = scene.charge(id, "2026-05-06").unwrap() else { panic!() };
    assert_eq!(again.document, note.document);
    assert!(matches!(scene.charge(id, "2026-05-07"), Err(ServiceError::Conflict(_))));
    assert_eq!(scene.open_minor(), 1_190_000 + 1_190 * 35 + 11_900);
    let rest = scene.claimed("2026-05-16");
    assert_eq!(rest.charged_through, Some(day("2026-05-06")));
    assert_eq!((rest.claim.interest_minor(), rest.claim.compensation_minor), (1_190 * 10, 0));
    let next = DocumentId(scene.books.app.next_id());
    let nothing = scene.charge(next, "2026-05-06");
    assert!(matches!(nothing, Err(ServiceError::Invalid(_))), "{nothing:?}");
    let future = scene.charge(next, "2026-05-17");
    assert!(matches!(future, Err(ServiceError::Invalid(_))), "{future:?}");
    let of_note = Asked::new(id, day("2026-05-16"));
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    assert!(interest::of_document(app, ctx, &of_note).is_err(), "interest bears none");
}

fn a_note_is_taken_back_whole_or_not_at_all(scene: Scene) {
    scene.load("2026-01-01", None, "36").unwrap();
    let id = DocumentId(scene.books.app.next_id());
    scene.charge(id, "2026-05-16").unwrap();
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let minor = 1_190 * 45 + 11_900;
    let payment = RecordPayment {
        id: PaymentId(app.next_id()),
        customer: scene.customer,
        amount: Money::new(minor, Currency::CLP),
        received_on: ctx.today,
        method: None,
        reference: None,
        indicated: vec![(id, None)],
    };
    payments::record(app, ctx, &payment).unwrap();
    let event = EventId(app.next_id());
    let refused = charge_notes::take_back(app, ctx, event, id, "mal cobrado");
    assert!(matches!(refused, Err(ServiceError::Conflict(_))), "{refused:?}");
    payments::undo(app, ctx, payment.id, "era de otro").unwrap();
    charge_notes::take_back(app, ctx, event, id, "mal cobrado").unwrap();
    charge_notes::take_back(app, ctx, event, id, "mal cobrado").unwrap();
    assert_eq!(scene.open_minor(), 1_190_000);
    assert_eq!(scene.claimed("2026-05-16").charged_through, None);
    let rows = scene.books.write(|tx, scope, _| receivable::of_documents(tx, scope, &[id]));
    assert_eq!(rows[0].open_minor, 0);
}

fn terms_agreed_go_before_the_law(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let terms = interest_rates::terms("12", "30/360").unwrap();
    let asked = Asked { agreed: terms, ..Asked::new(scene.invoice, day("2026-05-16")) };
    let answer = interest::of_document(app, ctx, &asked).unwrap();
    let Answer::Refused(InterestError::MissingRate { series, .. }) = answer else {
        panic!("the maximum of the law was not looked at")
    };
    assert_eq!(series, "cl-maximo-convencional");
    interest_rates::save_agreed(app, ctx, "12,5", "360").unwrap();
    assert_eq!(interest_rates::agreed(app, ctx).unwrap().unwrap().rate.ppm, 125_000);
    assert!(interest_rates::save_agreed(app, ctx, "12", "252").is_err());
    interest_rates::save_agreed(app, ctx, "", "").unwrap();
    assert_eq!(interest_rates::agreed(app, ctx).unwrap(), None);
}

fn documents_are_found_by_number_or_id(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    assert_eq!(interest::find(app, ctx, "f1").unwrap(), scene.invoice);
    assert_eq!(interest::find(app, ctx, &scene.invoice.to_string()).unwrap(), scene.invoice);
    assert!(matches!(interest::find(app, ctx, "F2"), Err(ServiceError::NotFound(_))));
}

fn only_supervisors_charge(scene: Scene) {
    scene.load("2026-01-01", None, "36").unwrap();
    let agent = Ctx { role: Role::Agent, ..scene.books.ctx.clone() };
    let asked = Asked::new(scene.invoice, day("2026-05-16"));
    let id = DocumentId(scene.books.app.next_id());
    let command = Charge { id, asked: asked.clone(), due_on: None };
    let refused = charge_notes::charge(&scene.books.app, &agent, &command);
    assert!(matches!(refused, Err(ServiceError::Forbidden(_))));
    assert!(interest::of_document(&scene.books.app, &agent, &asked).is_ok());
}
