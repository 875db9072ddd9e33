//! The worked example of the flow method (domain reference A6) on stored documents, on both engines.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::currency::Currency;
use puntual_core::id::{DisputeId, DocumentId, PaymentId};
use puntual_core::money::Money;
use puntual_core::portfolio::{AsOf, Window};
use puntual_core::ratio::Ratio;
use puntual_service::buckets;
use puntual_service::disputes::{self, OpenDispute};
use puntual_service::payments::{self, RecordPayment};
use puntual_service::provision::{self, Question, View};
use support::books::{Books, Place, at, day, places};

const ONE: Ratio = Ratio { num: 1, den: 1 };

/// Sales of January of which half is paid in time and 2 000 of 100 000 never, and what is open on
/// the twenty-fourth of November: 300 000, 140 000, 60 000, 23 000 and 5 000 by age.
fn scene(place: &Place) -> (Books, DocumentId) {
    let books = Books::open(place, at("2026-11-24", 12));
    let customer = books.customer("C1");
    buckets::save(&books.app, &books.ctx, "30,60,90").unwrap();
    let paid = [
        (50_000, Some("2026-02-10")),
        (27_000, Some("2026-03-01")),
        (15_000, Some("2026-04-01")),
        (6_000, Some("2026-05-01")),
        (2_000, None),
    ];
    for (number, (minor, on)) in (1..).zip(paid) {
        let id = books.invoice(customer, &format!("F{number}"), day("2026-02-14"), minor);
        let Some(on) = on else { continue };
        let payment = RecordPayment {
            id: PaymentId(books.app.next_id()),
            customer,
            amount: Money::new(minor, Currency::CLP),
            received_on: day(on),
            method: None,
            reference: None,
            indicated: vec![(id, None)],
        };
        payments::record(&books.app, &books.ctx, &payment).unwrap();
    }
    let mut last = DocumentId(0);
    for (number, (due, minor)) in (10..).zip([
        ("2026-12-10", 300_000),
        ("2026-11-10", 140_000),
        ("2026-10-10", 60_000),
        ("2026-09-10", 23_000),
        ("2026-05-01", 3_000),
    ]) {
        last = books.invoice(customer, &format!("F{number}"), day(due), minor);
    }
    (books, last)
}

fn question(view: View, forward: Ratio) -> Question {
    let cohort = Window { from: day("2026-01-01"), to: day("2026-01-31") };
    Question { at: AsOf::day(day("2026-11-24")), cohort: Some(cohort), forward, view }
}

#[test]
fn rates_come_from_the_flow_and_losses_from_what_is_open() {
    for place in places() {
        let (books, _) = scene(&place);
        let (app, ctx) = (&books.app, &books.ctx);
        let found = provision::report(app, ctx, &question(View::Ifrs9, ONE)).unwrap();
        let row = &found.rows[0];
        let cohort = row.cohort.as_ref().unwrap();
        assert_eq!(cohort.unpaid, [100_000, 50_000, 23_000, 8_000, 2_000]);
        assert_eq!(row.exposed, [300_000, 140_000, 60_000, 23_000, 5_000]);
        let reckoned = row.provision.as_ref().unwrap();
        let losses: Vec<i64> = reckoned.lines.iter().map(|line| line.loss_minor).collect();
        assert_eq!(losses, [6_000, 5_600, 5_217, 5_750, 5_000]);
        assert_eq!(reckoned.loss_minor, 27_567);
        let worse = Ratio { num: 11, den: 10 };
        let found = provision::report(app, ctx, &question(View::NifC16, worse)).unwrap();
        assert_eq!(found.rows[0].provision.as_ref().unwrap().loss_minor, 30_324);
        let told = provision::report_json(&found);
        assert_eq!(told["rows"][0]["loss"], "30324");
        assert_eq!(told["matrix"], provision::MATRIX);
        assert_eq!(told["cohort_from"], "2026-01-01");
    }
}

#[test]
fn incurred_loss_waits_for_evidence() {
    for place in places() {
        let (books, _) = scene(&place);
        let found = provision::report(&books.app, &books.ctx, &question(View::Pgc, ONE)).unwrap();
        let row = &found.rows[0];
        assert_eq!(row.provided, [0, 0, 0, 0, 5_000]);
        assert_eq!(row.provision.as_ref().unwrap().loss_minor, 5_000);
        assert_eq!(row.over_six_months_minor, 5_000);
    }
}

#[test]
fn what_is_disputed_stands_apart_and_the_past_stays() {
    for place in places() {
        let (books, document) = scene(&place);
        let (app, ctx) = (&books.app, &books.ctx);
        let command = OpenDispute {
            id: DisputeId(app.next_id()),
            document,
            amount_minor: Some(1_000),
            reason: "price".into(),
        };
        disputes::open(app, ctx, &command).unwrap();
        let found = provision::report(app, ctx, &question(View::Ifrs9, ONE)).unwrap();
        assert_eq!((found.rows[0].disputed_minor, found.rows[0].exposed[4]), (1_000, 4_000));
        let before = Question { at: AsOf::day(day("2026-11-23")), ..question(View::Ifrs9, ONE) };
        let found = provision::report(app, ctx, &before).unwrap();
        assert_eq!((found.rows[0].disputed_minor, found.rows[0].exposed[4]), (0, 5_000));
        let matrix = found.rows[0].migration.as_ref().unwrap();
        let opened: i64 = (0..5).map(|from| matrix.total(from)).sum();
        // A month before, the invoice due in December was issued already.
        assert!(opened > 0);
        let none = Question { cohort: None, ..question(View::Ifrs9, ONE) };
        let usual = provision::report(app, ctx, &none).unwrap();
        assert_eq!(usual.cohort.from, day("2024-11-25"));
    }
}
