//! What people do all day, on both engines: payments recorded, undone and bounced; promises,
//! disputes, holds, contacts. Each is done once however often it is asked for.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::access::Role;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{
    ContactPointId, CustomerId, DisputeId, DocumentId, EventId, HoldId, PaymentId, PromiseId,
};
use puntual_core::money::Money;
use puntual_core::portfolio::AsOf;
use puntual_core::posting::Source;
use puntual_service::applications::{self, ApplyCredit, WriteOff};
use puntual_service::bounces;
use puntual_service::contacts::{self, ContactPoint, Next, RecordContact};
use puntual_service::ctx::Ctx;
use puntual_service::customer_money::{self, Standing};
use puntual_service::disputes::{self, OpenDispute};
use puntual_service::error::ServiceError;
use puntual_service::holds::{self, PutHold};
use puntual_service::payments::{self, RecordPayment};
use puntual_service::promises::{self, MakePromise};
use puntual_store::{action, audit, ledger, receivable, standing, timeline};
use support::books::{Books, at, day, places};

fn clp(minor: i64) -> Money {
    Money::new(minor, Currency::CLP)
}

/// One customer that owes 100 000 since October, 50 000 since November and 70 000 in December.
struct Scene {
    books: Books,
    customer: CustomerId,
    invoices: [DocumentId; 3],
}

impl Scene {
    fn new(url: &support::books::Place) -> Scene {
        let books = Books::open(url, at("2026-11-24", 12));
        let customer = books.customer("C1");
        let invoices = [
            books.invoice(customer, "F1", day("2026-10-20"), 100_000),
            books.invoice(customer, "F2", day("2026-11-10"), 50_000),
            books.invoice(customer, "F3", day("2026-12-20"), 70_000),
        ];
        Scene { books, customer, invoices }
    }

    fn payment(&self, minor: i64) -> RecordPayment {
        RecordPayment {
            id: PaymentId(self.books.app.next_id()),
            customer: self.customer,
            amount: clp(minor),
            received_on: day("2026-11-23"),
            method: Some("transfer".into()),
            reference: Some("abono".into()),
            indicated: Vec::new(),
        }
    }

    fn record(&self, command: &RecordPayment) -> payments::Receipt {
        payments::record(&self.books.app, &self.books.ctx, command).unwrap()
    }

    fn promise(&self, minor: i64, on: &str) -> MakePromise {
        MakePromise {
            id: PromiseId(self.books.app.next_id()),
            customer: self.customer,
            document: None,
            amount: clp(minor),
            promised_on: day(on),
            note: Some("Lo dice doña Rosa".into()),
        }
    }

    /// Open amounts of the three invoices as the cache has them.
    fn open(&self) -> Vec<i64> {
        let ids = self.invoices;
        let rows = self.books.write(|tx, scope, _| receivable::of_documents(tx, scope, &ids));
        rows.iter().map(|row| row.open_minor).collect()
    }

    /// Open and unapplied by the portfolio as of a day.
    fn as_of(&self, on: Day) -> (i64, i64) {
        let view = self.books.app.portfolio(&self.books.ctx).unwrap();
        let positions = view.portfolio.position(self.customer, AsOf::day(on), &Default::default());
        positions.first().map_or((0, 0), |p| (p.open_minor, p.unapplied_minor))
    }

    fn state(&self, promise: PromiseId) -> String {
        self.books.write(|tx, scope, _| standing::promise(tx, scope, promise)).unwrap().state
    }

    fn kinds(&self) -> Vec<String> {
        let customer = self.customer;
        let events =
            self.books.write(|tx, scope, _| timeline::of_customer(tx, scope, customer, 99));
        events.into_iter().map(|event| event.kind).collect()
    }

    fn as_role(&self, role: Role) -> Ctx {
        Ctx { role, ..self.books.ctx.clone() }
    }
}

impl Drop for Scene {
    /// Whatever a test did: what is cached is what the ledger says.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let stale = self.books.write(|tx, scope, _| audit::stale_caches(tx, scope, 10));
            assert_eq!(stale, []);
        }
    }
}

fn is_conflict<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> bool {
    matches!(result, Err(ServiceError::Conflict(_)))
}

fn is_forbidden<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> bool {
    matches!(result, Err(ServiceError::Forbidden(_)))
}

/// The codes of the fields refused.
fn refused<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> Vec<(String, String)> {
    match result {
        Err(ServiceError::Invalid(invalid)) => invalid.fields,
        other => panic!("not refused: {other:?}"),
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
    a_payment_is_recorded_once
    four_at_once_record_one_payment
    what_the_payer_says_prevails_and_the_rest_stays_on_account
    undo_leaves_every_day_as_it_was
    a_bounce_keeps_the_history_before_it
    a_payment_keeps_a_promise_and_its_undo_opens_it_again
    promises_are_made_once_within_what_is_owed
    a_contact_does_what_was_due_and_plans_what_was_agreed
    a_dispute_is_opened_and_closed_once
    a_hold_stands_until_it_is_lifted
    contact_points_are_added_and_marked
    credit_is_applied_by_hand_and_taken_back
    a_bounce_is_taken_back_unless_something_else_has_paid
    what_a_customer_paid_says_where_it_went
    a_debt_is_given_up_and_reinstated
    roles_keep_to_their_place
    nobody_pays_for_another
}

fn a_payment_is_recorded_once(scene: Scene) {
    let command = scene.payment(125_000);
    let receipt = scene.record(&command);
    assert_eq!(scene.open(), [0, 25_000, 70_000]);
    assert_eq!(receipt.remainder_minor, 0);
    let lines: Vec<_> =
        receipt.lines.iter().map(|l| (l.number.as_str(), l.amount_minor, l.left_minor)).collect();
    assert_eq!(lines, [("F1", 100_000, 0), ("F2", 25_000, 25_000)]);
    assert!(receipt.lines.iter().all(|line| line.policy == "legal_default"), "{receipt:?}");
    assert_eq!(scene.record(&command), receipt);
    assert_eq!(scene.open(), [0, 25_000, 70_000]);
    let other = RecordPayment { amount: clp(1), ..command.clone() };
    assert!(is_conflict(payments::record(&scene.books.app, &scene.books.ctx, &other)));
    assert_eq!(payments::receipt(&scene.books.app, &scene.books.ctx, command.id).unwrap(), receipt);
}

fn what_the_payer_says_prevails_and_the_rest_stays_on_account(scene: Scene) {
    let [_, _, december] = scene.invoices;
    let command =
        RecordPayment { indicated: vec![(december, Some(60_000))], ..scene.payment(60_000) };
    let receipt = scene.record(&command);
    assert_eq!(receipt.lines[0].policy, "remittance");
    assert_eq!(scene.open(), [100_000, 50_000, 10_000]);
    let rest = scene.record(&scene.payment(500_000));
    assert_eq!(rest.remainder_minor, 340_000);
    assert_eq!(rest.payment.unapplied_minor, 340_000);
    assert_eq!(scene.as_of(day("2026-11-24")), (0, 340_000));
}

fn undo_leaves_every_day_as_it_was(scene: Scene) {
    let days = [day("2026-11-01"), day("2026-11-22"), day("2026-11-23"), day("2026-11-24")];
    let before = days.map(|on| scene.as_of(on));
    let payment = scene.payment(240_000);
    scene.record(&payment);
    assert_ne!(days.map(|on| scene.as_of(on)), before);
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let undone = payments::undo(app, ctx, payment.id, "otra cuenta").unwrap();
    assert!(undone.reversed_at.is_some());
    assert_eq!(days.map(|on| scene.as_of(on)), before);
    assert_eq!(scene.open(), [100_000, 50_000, 70_000]);
    let entries =
        || scene.books.write(|tx, scope, _| ledger::of_source(tx, scope, payment.id.0)).len();
    let written = entries();
    payments::undo(app, ctx, payment.id, "otra cuenta").unwrap();
    assert_eq!(entries(), written);
    assert_eq!(scene.kinds().iter().filter(|kind| *kind == "payment_undone").count(), 1);
}

fn a_bounce_keeps_the_history_before_it(scene: Scene) {
    let mut scene = scene;
    let payment = scene.payment(240_000);
    scene.record(&payment);
    let paid = scene.as_of(day("2026-11-24"));
    assert_eq!(paid, (0, 20_000));
    scene.books.at(at("2026-11-27", 9));
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let late = bounces::bounce(app, ctx, payment.id, day("2026-11-28"), "sin fondos");
    assert_eq!(refused(late)[0].0, "on");
    bounces::bounce(app, ctx, payment.id, day("2026-11-26"), "sin fondos").unwrap();
    bounces::bounce(app, ctx, payment.id, day("2026-11-26"), "sin fondos").unwrap();
    assert_eq!(scene.as_of(day("2026-11-25")), paid);
    assert_eq!(scene.as_of(day("2026-11-26")), (220_000, 0));
    assert_eq!(scene.open(), [100_000, 50_000, 70_000]);
}

fn a_payment_keeps_a_promise_and_its_undo_opens_it_again(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let promise = scene.promise(100_000, "2026-11-26");
    promises::make(app, ctx, &promise).unwrap();
    let payment = RecordPayment { received_on: ctx.today, ..scene.payment(100_000) };
    let receipt = scene.record(&payment);
    assert_eq!(receipt.promises_kept, [promise.id]);
    assert_eq!(scene.state(promise.id), "kept");
    assert_eq!(scene.record(&payment).promises_kept, [promise.id]);
    payments::undo(app, ctx, payment.id, "error").unwrap();
    assert_eq!(scene.state(promise.id), "open");
}

fn promises_are_made_once_within_what_is_owed(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let promise = scene.promise(220_000, "2026-12-01");
    let made = promises::make(app, ctx, &promise).unwrap();
    assert_eq!(promises::make(app, ctx, &promise).unwrap(), made);
    let other = MakePromise { amount: clp(5), ..promise.clone() };
    assert!(is_conflict(promises::make(app, ctx, &other)));
    let too_much = scene.promise(220_001, "2026-12-01");
    assert_eq!(
        refused(promises::make(app, ctx, &too_much)),
        [("amount".into(), "more_than_open".into())]
    );
    let past = scene.promise(1, "2026-11-23");
    assert_eq!(refused(promises::make(app, ctx, &past)), [("on".into(), "in_the_past".into())]);
    promises::cancel(app, ctx, promise.id, "se anotó mal").unwrap();
    promises::cancel(app, ctx, promise.id, "se anotó mal").unwrap();
    assert_eq!(scene.state(promise.id), "cancelled");
    assert_eq!(scene.kinds(), ["promise_cancelled", "promise_made"]);
}

fn a_contact_does_what_was_due_and_plans_what_was_agreed(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let contact = |outcome: &str, next: Next| RecordContact {
        id: EventId(app.next_id()),
        customer: scene.customer,
        channel: "call".into(),
        outcome: outcome.into(),
        cause: Some("approval_pending".into()),
        note: Some("Llamar el lunes".into()),
        next,
    };
    let tasks = || scene.books.write(|tx, scope, _| action::open_of(tx, scope, scene.customer));
    let first = contact("callback", Next::Callback(ctx.today));
    let event = contacts::record(app, ctx, &first).unwrap();
    assert_eq!(event.balance_minor, Some(220_000));
    assert_eq!(
        contacts::cause_and_note(event.body.as_deref().unwrap()),
        (Some("approval_pending"), "Llamar el lunes")
    );
    assert_eq!(contacts::record(app, ctx, &first).unwrap(), event);
    assert_eq!(tasks().len(), 1);
    let other = RecordContact { outcome: "refused".into(), ..first.clone() };
    assert!(is_conflict(contacts::record(app, ctx, &other)));
    let promise = scene.promise(50_000, "2026-11-30");
    let second = contact("promised", Next::Promise(promise.clone()));
    contacts::record(app, ctx, &second).unwrap();
    assert_eq!(tasks(), [], "the callback was due and is done");
    assert_eq!(scene.state(promise.id), "open");
    // A promise that cannot be made takes the contact with it.
    let hopeless = contact("promised", Next::Promise(scene.promise(9_000_000, "2026-11-30")));
    assert_eq!(refused(contacts::record(app, ctx, &hopeless))[0].0, "amount");
    assert_eq!(scene.kinds().iter().filter(|kind| *kind == "contact").count(), 2);
    let note = EventId(app.next_id());
    for _ in 0..2 {
        contacts::note(app, ctx, note, scene.customer, "Pide copia de F1").unwrap();
    }
    assert!(is_conflict(contacts::note(app, ctx, note, scene.customer, "Otra cosa")));
}

fn a_dispute_is_opened_and_closed_once(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let command = OpenDispute {
        id: DisputeId(app.next_id()),
        document: scene.invoices[0],
        amount_minor: Some(40_000),
        reason: "price".into(),
    };
    let opened = disputes::open(app, ctx, &command).unwrap();
    assert_eq!(disputes::open(app, ctx, &command).unwrap(), opened);
    let other = OpenDispute { amount_minor: None, ..command.clone() };
    assert!(is_conflict(disputes::open(app, ctx, &other)));
    let too_much = OpenDispute {
        id: DisputeId(app.next_id()),
        amount_minor: Some(100_001),
        ..command.clone()
    };
    assert_eq!(refused(disputes::open(app, ctx, &too_much))[0].0, "amount");
    disputes::close(app, ctx, command.id, "rejected").unwrap();
    disputes::close(app, ctx, command.id, "rejected").unwrap();
    assert!(is_conflict(disputes::close(app, ctx, command.id, "accepted")));
    assert_eq!(scene.kinds(), ["dispute_closed", "dispute_opened"]);
}

fn a_hold_stands_until_it_is_lifted(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let command = PutHold {
        id: HoldId(app.next_id()),
        customer: scene.customer,
        kind: "do_not_contact".into(),
        until: None,
        why: "Lo pidió por escrito".into(),
    };
    let put = holds::put(app, ctx, &command).unwrap();
    assert_eq!(holds::put(app, ctx, &command).unwrap(), put);
    let standing =
        || scene.books.write(|tx, scope, _| standing::holds(tx, scope, Some(scene.customer)));
    assert_eq!(standing().len(), 1);
    holds::lift(app, ctx, command.id).unwrap();
    holds::lift(app, ctx, command.id).unwrap();
    assert_eq!(standing(), []);
    assert_eq!(scene.kinds(), ["hold_lifted", "hold_put"]);
}

fn contact_points_are_added_and_marked(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let point = ContactPoint {
        id: ContactPointId(app.next_id()),
        customer: scene.customer,
        kind: "email".into(),
        value: " pagos@cliente.example ".into(),
        person: None,
        state: "bounced".into(),
    };
    contacts::add_point(app, ctx, &point).unwrap();
    contacts::add_point(app, ctx, &point).unwrap();
    contacts::mark_point(app, ctx, scene.customer, point.id, "opted_out").unwrap();
    let points = scene
        .books
        .write(|tx, scope, _| puntual_store::customer::contact_points(tx, scope, scene.customer));
    assert_eq!(
        (points[1].value.as_str(), points[1].state.as_str()),
        ("pagos@cliente.example", "opted_out")
    );
    let bad = ContactPoint { id: ContactPointId(app.next_id()), value: "pagos".into(), ..point };
    assert_eq!(
        refused(contacts::add_point(app, ctx, &bad)),
        [("value".into(), "bad_email".into())]
    );
}

fn credit_is_applied_by_hand_and_taken_back(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let payment = scene.payment(300_000);
    scene.record(&payment);
    let later = scene.books.invoice(scene.customer, "F4", day("2026-12-24"), 200_000);
    let source = Source::Payment(payment.id);
    let apply = ApplyCredit {
        id: EventId(app.next_id()),
        source,
        document: later,
        amount_minor: None,
        effective_on: None,
    };
    assert_eq!(applications::apply_credit(app, ctx, &apply).unwrap(), clp(80_000));
    assert_eq!(applications::apply_credit(app, ctx, &apply).unwrap(), clp(80_000));
    assert_eq!(scene.as_of(ctx.today), (120_000, 0));
    let again = ApplyCredit { id: EventId(app.next_id()), amount_minor: Some(1), ..apply.clone() };
    assert_eq!(refused(applications::apply_credit(app, ctx, &again))[0].1, "more_than_open");
    let back = EventId(app.next_id());
    for _ in 0..2 {
        assert_eq!(applications::unapply(app, ctx, back, source, later).unwrap(), clp(80_000));
    }
    assert_eq!(scene.as_of(ctx.today), (200_000, 80_000));
    let nothing = EventId(app.next_id());
    assert_eq!(applications::unapply(app, ctx, nothing, source, later).unwrap(), clp(0));
}

fn a_debt_is_given_up_and_reinstated(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let command = WriteOff {
        id: EventId(app.next_id()),
        document: scene.invoices[0],
        amount_minor: Some(30_000),
        why: "Quiebra".into(),
    };
    for _ in 0..2 {
        assert_eq!(applications::write_off(app, ctx, &command).unwrap(), clp(30_000));
    }
    assert_eq!(scene.open(), [70_000, 50_000, 70_000]);
    let whole = WriteOff { id: EventId(app.next_id()), amount_minor: None, ..command.clone() };
    assert_eq!(applications::write_off(app, ctx, &whole).unwrap(), clp(70_000));
    let back = EventId(app.next_id());
    assert_eq!(applications::reinstate(app, ctx, back, scene.invoices[0]).unwrap(), clp(100_000));
    assert_eq!(scene.open(), [100_000, 50_000, 70_000]);
}

fn a_bounce_is_taken_back_unless_something_else_has_paid(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let payment = scene.payment(110_000);
    scene.record(&payment);
    assert_eq!(scene.open(), [0, 40_000, 70_000]);
    bounces::bounce(app, ctx, payment.id, ctx.today, "sin fondos").unwrap();
    assert_eq!(scene.open(), [100_000, 50_000, 70_000]);
    for _ in 0..2 {
        let back = bounces::take_back(app, ctx, payment.id, "el banco se equivocó").unwrap();
        assert_eq!((back.reversed_at, back.unapplied_minor), (None, 0));
    }
    assert_eq!(scene.open(), [0, 40_000, 70_000]);
    assert_eq!(scene.kinds()[0], "payment_unbounced");
    assert_eq!(scene.as_of(ctx.today), (110_000, 0));
    // It may bounce again, and then something else pays the same.
    bounces::bounce(app, ctx, payment.id, ctx.today, "otra vez").unwrap();
    scene.record(&scene.payment(100_000));
    let refused = bounces::take_back(app, ctx, payment.id, "");
    assert!(matches!(refused, Err(ServiceError::Conflict(_))), "{refused:?}");
    assert_eq!(scene.open(), [0, 50_000, 70_000]);
    let undone = scene.payment(5_000);
    scene.record(&undone);
    payments::undo(app, ctx, undone.id, "").unwrap();
    let refused = bounces::take_back(app, ctx, undone.id, "");
    assert!(matches!(refused, Err(ServiceError::Conflict(_))), "{refused:?}");
    assert!(is_forbidden(bounces::take_back(app, &scene.as_role(Role::Agent), payment.id, "")));
    let checks = puntual_service::check::run(app, ctx).unwrap();
    assert!(checks.iter().all(|check| check.ok), "{checks:?}");
}

fn what_a_customer_paid_says_where_it_went(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let (first, second) = (scene.payment(110_000), scene.payment(400_000));
    scene.record(&first);
    scene.record(&second);
    bounces::bounce(app, ctx, first.id, ctx.today, "sin fondos").unwrap();
    let money = customer_money::of_customer(app, ctx, scene.customer).unwrap();
    let line =
        |id: PaymentId| money.lines.iter().find(|line| line.source == Source::Payment(id)).unwrap();
    assert_eq!((line(first.id).standing, line(first.id).applied.len()), (Standing::Bounced, 0));
    let went: Vec<(&str, i64)> = line(second.id)
        .applied
        .iter()
        .map(|(_, number, minor)| (number.as_str(), *minor))
        .collect();
    assert_eq!(went, [("F2", 40_000), ("F3", 70_000)]);
    assert_eq!(line(second.id).left_minor, 290_000);
    let open: Vec<(&str, i64)> =
        money.open.iter().map(|debt| (debt.number.as_str(), debt.open_minor)).collect();
    assert_eq!(open, [("F1", 100_000), ("F2", 10_000)]);
    payments::undo(app, ctx, second.id, "").unwrap();
    let money = customer_money::of_customer(app, ctx, scene.customer).unwrap();
    let undone = money.lines.iter().find(|line| line.source == Source::Payment(second.id));
    assert_eq!(undone.unwrap().standing, Standing::Undone);
}

fn roles_keep_to_their_place(scene: Scene) {
    let app = &scene.books.app;
    let (viewer, agent) = (scene.as_role(Role::Viewer), scene.as_role(Role::Agent));
    let payment = scene.payment(10_000);
    assert!(is_forbidden(payments::record(app, &viewer, &payment)));
    assert!(is_forbidden(promises::make(app, &viewer, &scene.promise(1, "2026-11-30"))));
    assert!(is_forbidden(contacts::note(app, &viewer, EventId(1), scene.customer, "x")));
    payments::record(app, &agent, &payment).unwrap();
    assert!(is_forbidden(payments::undo(app, &agent, payment.id, "x")));
    assert!(is_forbidden(bounces::bounce(app, &agent, payment.id, agent.today, "x")));
    let hold = PutHold {
        id: HoldId(1),
        customer: scene.customer,
        kind: "hold".into(),
        until: None,
        why: "x".into(),
    };
    assert!(is_forbidden(holds::put(app, &agent, &hold)));
    let write_off = WriteOff {
        id: EventId(2),
        document: scene.invoices[0],
        amount_minor: None,
        why: "x".into(),
    };
    assert!(is_forbidden(applications::write_off(app, &agent, &write_off)));
    assert_eq!(scene.open(), [90_000, 50_000, 70_000]);
}

fn nobody_pays_for_another(scene: Scene) {
    let (app, ctx) = (&scene.books.app, &scene.books.ctx);
    let stranger = scene.books.customer("C2");
    let foreign = RecordPayment {
        customer: stranger,
        indicated: vec![(scene.invoices[0], None)],
        ..scene.payment(10)
    };
    assert_eq!(
        refused(payments::record(app, ctx, &foreign)),
        [("indicated".into(), "of_another_customer".into())]
    );
    let future = RecordPayment { received_on: day("2026-11-25"), ..scene.payment(10) };
    assert_eq!(
        refused(payments::record(app, ctx, &future)),
        [("received_on".into(), "in_the_future".into())]
    );
    let absent = RecordPayment { customer: CustomerId(7), ..scene.payment(10) };
    assert!(matches!(payments::record(app, ctx, &absent), Err(ServiceError::NotFound(_))));
}

fn four_at_once_record_one_payment(scene: Scene) {
    let command = scene.payment(125_000);
    let receipts: Vec<payments::Receipt> = std::thread::scope(|scope| {
        let spawned: Vec<_> = (0..4).map(|_| scope.spawn(|| scene.record(&command))).collect();
        spawned.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
    assert_eq!(scene.open(), [0, 25_000, 70_000]);
}
