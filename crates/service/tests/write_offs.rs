//! Debts given up with four eyes above a limit, and recovered later, on both engines.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::id::{CustomerId, DocumentId, EventId};
use puntual_core::ledger::Account;
use puntual_core::posting::Source;
use puntual_service::applications::{self, ApplyCredit, WriteOff};
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use puntual_service::write_offs::{self, Outcome};
use puntual_store::{ledger, payment, receivable};
use support::books::{Books, at, day, places};

fn scene(place: &support::books::Place) -> (Books, CustomerId, DocumentId) {
    let books = Books::open(place, at("2026-11-24", 12));
    let customer = books.customer("C1");
    let invoice = books.invoice(customer, "F1", day("2026-01-20"), 100_000);
    (books, customer, invoice)
}

fn command(books: &Books, document: DocumentId, minor: i64) -> WriteOff {
    WriteOff {
        id: EventId(books.app.next_id()),
        document,
        amount_minor: Some(minor),
        why: "insolvente".into(),
    }
}

fn open(books: &Books, document: DocumentId) -> i64 {
    let rows = books.write(|tx, scope, _| receivable::of_documents(tx, scope, &[document]));
    rows[0].open_minor
}

fn is_right(books: &Books) {
    for check in puntual_service::check::run(&books.app, &books.ctx).unwrap() {
        assert!(check.ok, "{}: {}", check.name, check.detail);
    }
}

#[test]
fn above_the_limit_another_person_decides() {
    for place in places() {
        let (books, _, invoice) = scene(&place);
        let (app, ctx) = (&books.app, &books.ctx);
        let other = Ctx { actor: "otra".into(), ..ctx.clone() };
        write_offs::save_limit(app, ctx, Some(10_000)).unwrap();
        let small = write_offs::ask(app, ctx, &command(&books, invoice, 10_000)).unwrap();
        assert!(matches!(small, Outcome::Done(_)));
        assert_eq!(open(&books, invoice), 90_000);
        let asked = command(&books, invoice, 40_000);
        let Outcome::Waits(request) = write_offs::ask(app, ctx, &asked).unwrap() else { panic!() };
        assert_eq!(write_offs::ask(app, ctx, &asked).unwrap(), Outcome::Waits(request.clone()));
        assert_eq!(open(&books, invoice), 90_000, "nothing is given up yet");
        let event = || EventId(app.next_id());
        let own = write_offs::decide(app, ctx, event(), request.id, true);
        assert!(matches!(own, Err(ServiceError::Forbidden(_))), "{own:?}");
        let approved = write_offs::decide(app, &other, event(), request.id, true).unwrap();
        assert_eq!((approved.state.as_str(), open(&books, invoice)), ("approved", 50_000));
        write_offs::decide(app, &other, event(), request.id, true).unwrap();
        assert_eq!(open(&books, invoice), 50_000, "twice changes nothing");
        let refused = write_offs::decide(app, &other, event(), request.id, false);
        assert!(matches!(refused, Err(ServiceError::Conflict(_))));
        let asked = command(&books, invoice, 50_000);
        let Outcome::Waits(request) = write_offs::ask(app, ctx, &asked).unwrap() else { panic!() };
        let refused = write_offs::decide(app, &other, event(), request.id, false).unwrap();
        assert_eq!((refused.state.as_str(), open(&books, invoice)), ("refused", 50_000));
        assert_eq!(write_offs::waiting(app, ctx, None).unwrap(), []);
        let too_much = write_offs::ask(app, ctx, &command(&books, invoice, 60_000));
        assert!(matches!(too_much, Err(ServiceError::Invalid(_))));
        write_offs::save_limit(app, ctx, None).unwrap();
        let all = write_offs::ask(app, ctx, &command(&books, invoice, 50_000)).unwrap();
        assert!(matches!(all, Outcome::Done(_)));
        is_right(&books);
    }
}

#[test]
fn what_is_paid_later_is_recovered_and_the_rest_stays_given_up() {
    for place in places() {
        let (books, customer, invoice) = scene(&place);
        let (app, ctx) = (&books.app, &books.ctx);
        write_offs::ask(app, ctx, &command(&books, invoice, 100_000)).unwrap();
        books.pay(customer, 30_000, None);
        let paid = books.write(|tx, scope, _| payment::open_of(tx, scope, customer));
        let recovery = ApplyCredit {
            id: EventId(app.next_id()),
            source: Source::Payment(paid[0].id),
            document: invoice,
            amount_minor: None,
            effective_on: None,
        };
        assert_eq!(applications::recover(app, ctx, &recovery).unwrap().minor, 30_000);
        assert_eq!(applications::recover(app, ctx, &recovery).unwrap().minor, 30_000);
        assert_eq!(open(&books, invoice), 0);
        let mut lost = 0;
        books.write(|tx, scope, _| {
            ledger::for_each_after(tx, scope, 0, |stored| {
                lost += stored.entry.effect_on(Account::WriteOff);
                Ok(())
            })
        });
        assert_eq!(lost, 70_000);
        let nothing = ApplyCredit { id: EventId(app.next_id()), ..recovery };
        assert!(matches!(applications::recover(app, ctx, &nothing), Err(ServiceError::Invalid(_))));
        applications::reinstate(app, ctx, EventId(app.next_id()), invoice).unwrap();
        assert_eq!(open(&books, invoice), 70_000, "what was recovered stays paid");
        is_right(&books);
    }
}
