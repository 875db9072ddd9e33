//! The day: what is planned and stored, that it never repeats itself, and that a past day can be
//! written as history.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{ContactPointId, CustomerId, DisputeId, DocumentId, HoldId, PromiseId};
use puntual_service::day::{self as days, DayCounts, Why};
use puntual_service::{messages, worker};
use puntual_store::action::{self, Action};
use puntual_store::customer;
use puntual_store::outbox::{self, Message};
use puntual_store::standing::{self, Dispute, Hold, Promise};
use puntual_store::timeline::{self, Event};
use support::books::{Books, at, day, places};

fn actions(books: &Books, on: Day) -> Vec<Action> {
    books.write(|tx, scope, _| action::of_day(tx, scope, on))
}

fn queued(books: &Books) -> Vec<Message> {
    books.write(|tx, scope, _| outbox::list(tx, scope, None, 1_000))
}

fn events(books: &Books, customer: CustomerId) -> Vec<Event> {
    books.write(|tx, scope, _| timeline::of_customer(tx, scope, customer, 100))
}

fn run(books: &Books) -> DayCounts {
    days::run(&books.app, &books.ctx, books.ctx.today).unwrap()
}

fn hold(books: &Books, customer: CustomerId) -> Hold {
    Hold {
        id: HoldId(books.app.next_id()),
        customer,
        kind: "hold".into(),
        since: books.ctx.today,
        until: None,
        why: "aclarando".into(),
        actor: "test".into(),
        import: None,
        recorded_at: books.ctx.now_ms,
    }
}

fn promise(books: &Books, customer: CustomerId, of: DocumentId, minor: i64, on: Day) -> Promise {
    Promise {
        id: PromiseId(books.app.next_id()),
        customer,
        document: Some(of),
        currency: Currency::CLP,
        amount_minor: minor,
        promised_on: on,
        made_on: books.ctx.today,
        state: "open".into(),
        judged_on: None,
        note: None,
        actor: "test".into(),
        import: None,
        recorded_at: books.ctx.now_ms,
    }
}

#[test]
fn documents_of_a_customer_share_one_message_and_the_day_run_again_adds_nothing() {
    for place in places() {
        let books = Books::open(&place, at("2026-11-24", 6));
        let customer = books.customer("C1");
        books.invoice(customer, "F1", day("2026-11-21"), 100_000);
        books.invoice(customer, "F2", day("2026-11-20"), 50_000);
        books.invoice(customer, "F3", day("2026-12-15"), 70_000);
        let planned = days::plan(&books.app, &books.ctx, books.ctx.today).unwrap();
        assert!(queued(&books).is_empty(), "planning stores nothing");
        let act: Vec<_> = planned.iter().filter(|line| line.verdict == "act").collect();
        assert_eq!(act.len(), 1);
        assert_eq!((&*act[0].customer, act[0].step.as_deref()), ("C1", Some("reminder")));
        assert_eq!((&*act[0].amount, &*act[0].currency), ("150000", "CLP"));
        assert_eq!(act[0].documents, ["F2", "F1"]);
        assert_eq!(act[0].at.as_deref(), Some("2026-11-24T08:00"));

        let counts = run(&books);
        let expected = DayCounts { planned: 1, queued: 1, tasks: 0, deferred: 0, skipped: 1 };
        assert_eq!(counts, expected);
        let messages = queued(&books);
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].recipient, "c1@cliente.example");
        // 08:00 on the westernmost of Chile's clocks.
        assert_eq!(messages[0].not_before_at, at("2026-11-24", 10));
        let stored = actions(&books, books.ctx.today);
        let why = Why::read(&stored[0].reasons);
        assert_eq!(why.lines[0].reasons[0].code, "step_reached");

        let again = run(&books);
        assert_eq!((again.planned, again.queued, again.tasks), (0, 0, 0));
        assert_eq!((queued(&books).len(), actions(&books, books.ctx.today).len()), (1, 1));
        let kept = books.write(|tx, scope, _| action::day_run(tx, scope, books.ctx.today));
        assert_eq!(kept.unwrap().counts, expected, "what is on record is the day, once");
    }
}

#[test]
fn a_new_invoice_later_the_same_day_gets_its_own_action_and_nothing_else_repeats() {
    for place in places() {
        let books = Books::open(&place, at("2026-11-24", 6));
        let customer = books.customer("C1");
        books.invoice(customer, "F1", day("2026-11-21"), 100_000);
        run(&books);
        books.invoice(customer, "F2", day("2026-11-20"), 50_000);
        let other = books.customer("C2");
        books.invoice(other, "F3", day("2026-11-20"), 50_000);
        let counts = run(&books);
        assert_eq!((counts.planned, counts.queued), (2, 2));
        assert_eq!(actions(&books, books.ctx.today).len(), 3);
        assert_eq!(run(&books).planned, 0);
    }
}

#[test]
fn after_ten_days_without_a_run_each_receivable_gets_the_one_step_it_has_reached() {
    for place in places() {
        let mut books = Books::open(&place, at("2026-11-03", 6));
        let customer = books.customer("C1");
        books.invoice(customer, "F1", day("2026-11-03"), 100_000);
        assert_eq!(run(&books).queued, 1, "due today");
        // Steps +3 and +8 are reached meanwhile; only the call of +8 is made now.
        books.at(at("2026-11-13", 6));
        let counts = run(&books);
        assert_eq!((counts.planned, counts.queued, counts.tasks), (1, 0, 1));
        let stored = actions(&books, books.ctx.today);
        assert_eq!((&*stored[0].step, &*stored[0].state), ("call_1", "task"));
        books.at(at("2026-11-16", 6));
        assert_eq!(run(&books).planned, 0);
        books.at(at("2026-11-18", 6));
        assert_eq!(run(&books).queued, 1, "the next step is +15");
    }
}

#[test]
fn what_speaks_against_it_is_named_and_nothing_is_planned() {
    for place in places() {
        let books = Books::open(&place, at("2026-11-24", 6));
        let made: Vec<CustomerId> = ["HOLD", "DISP", "PROM", "CRED", "NOMAIL", "OUT", "GONE"]
            .iter()
            .map(|code| books.customer(code))
            .collect();
        let invoices: Vec<DocumentId> = made
            .iter()
            .enumerate()
            .map(|(n, c)| books.invoice(*c, &format!("F{n}"), day("2026-11-21"), 100_000))
            .collect();
        let point = |code: usize| {
            books.write(|tx, scope, _| customer::contact_points(tx, scope, made[code]))[0].id
        };
        let mark = |code: usize, state: &str| {
            let id: ContactPointId = point(code);
            books.write(|tx, scope, _| {
                customer::set_contact_point_state(tx, scope, made[code], id, state)
            });
        };
        books.write(|tx, scope, _| standing::insert_holds(tx, scope, &[hold(&books, made[0])]));
        let dispute = Dispute {
            id: DisputeId(books.app.next_id()),
            customer: made[1],
            document: invoices[1],
            amount_minor: None,
            reason: "precio".into(),
            opened_on: books.ctx.today,
            closed_on: None,
            resolution: None,
            actor: "test".into(),
            import: None,
            recorded_at: books.ctx.now_ms,
        };
        books.write(|tx, scope, _| standing::insert_disputes(tx, scope, &[dispute]));
        let promised = promise(&books, made[2], invoices[2], 100_000, day("2026-11-27"));
        books.write(|tx, scope, _| standing::insert_promises(tx, scope, &[promised]));
        books.pay(made[3], 120_000, None);
        mark(4, "bounced");
        mark(5, "opted_out");
        books.write(|tx, scope, _| {
            puntual_store::succession::set_holder(tx, scope, invoices[6], Some("Factor SpA"))
        });
        let planned = days::plan(&books.app, &books.ctx, books.ctx.today).unwrap();
        let first = |code: &str| {
            let line = planned.iter().find(|line| line.customer == code);
            line.map(|line| line.reasons.iter().map(|r| r.code.clone()).collect::<Vec<_>>())
        };
        assert_eq!(first("HOLD").unwrap()[0], "on_hold");
        assert_eq!(first("DISP").unwrap()[0], "disputed");
        assert_eq!(first("PROM").unwrap()[0], "promised");
        assert_eq!(first("CRED").unwrap()[0], "covered_by_credit");
        assert_eq!(first("NOMAIL").unwrap()[0], "no_contact_point");
        assert_eq!(first("OUT").unwrap()[0], "opted_out");
        assert_eq!(first("GONE"), None, "an assigned claim is not the creditor's to collect");
        assert!(planned.iter().all(|line| line.verdict == "skip"));
        assert_eq!(run(&books), DayCounts { skipped: 6, ..DayCounts::default() });
    }
}

#[test]
fn a_debt_in_two_currencies_is_asked_for_in_one_message() {
    for place in places() {
        let books = Books::open(&place, at("2026-11-24", 6));
        let customer = books.customer("C1");
        books.invoices(&[
            (customer, "F1".into(), day("2026-11-21"), 100_000, Currency::CLP),
            (customer, "F2".into(), day("2026-11-21"), 90_000, Currency::USD),
        ]);
        let counts = run(&books);
        assert_eq!((counts.planned, counts.queued), (2, 1));
        let message = queued(&books).pop().unwrap();
        let carried = books.write(|tx, scope, _| action::of_message(tx, scope, message.id));
        assert_eq!(carried.len(), 2);
    }
}

#[test]
fn promises_are_judged_once_with_an_event() {
    for place in places() {
        let mut books = Books::open(&place, at("2026-11-10", 12));
        let made: Vec<CustomerId> =
            ["KEPT", "PART", "BROKEN", "UNMATCHED"].iter().map(|c| books.customer(c)).collect();
        let due = day("2026-11-05");
        let docs: Vec<DocumentId> = made
            .iter()
            .enumerate()
            .map(|(n, c)| books.invoice(*c, &format!("F{n}"), due, 100_000))
            .collect();
        let list: Vec<Promise> = made
            .iter()
            .zip(&docs)
            .map(|(c, d)| promise(&books, *c, *d, 100_000, day("2026-11-13")))
            .collect();
        books.write(|tx, scope, _| standing::insert_promises(tx, scope, &list));
        books.pay(made[0], 96_000, Some((docs[0], 96_000)));
        books.pay(made[1], 60_000, Some((docs[1], 60_000)));
        books.pay(made[3], 100_000, None);
        let state = |books: &Books, n: usize| {
            books.write(|tx, scope, _| standing::promise(tx, scope, list[n].id)).unwrap().state
        };
        run(&books);
        assert_eq!(state(&books, 0), "kept", "as soon as the money is there");
        assert_eq!(state(&books, 3), "kept", "money nobody has matched keeps it too");
        assert_eq!((&*state(&books, 1), &*state(&books, 2)), ("open", "open"));
        // Promised for a Friday, with two working days of grace.
        books.at(at("2026-11-17", 7));
        run(&books);
        assert_eq!(state(&books, 2), "open", "the last day of grace is not over");
        books.at(at("2026-11-18", 7));
        run(&books);
        run(&books);
        assert_eq!((&*state(&books, 1), &*state(&books, 2)), ("partly_kept", "broken"));
        let judged: Vec<String> = events(&books, made[2]).into_iter().map(|e| e.kind).collect();
        assert_eq!(judged.iter().filter(|kind| *kind == "promise_broken").count(), 1);
    }
}

#[test]
fn a_past_day_becomes_history_and_nothing_leaves() {
    for place in places() {
        let mut books = Books::open(&place, at("2026-11-10", 12));
        let customer = books.customer("C1");
        let paid_later = books.invoice(customer, "F1", day("2026-11-07"), 100_000);
        books.pay(customer, 100_000, Some((paid_later, 100_000)));
        books.at(at("2026-11-24", 6));
        assert!(days::run_past(&books.app, &books.ctx, books.ctx.today).is_err());
        let past = day("2026-11-10");
        let paid = days::run_past(&books.app, &books.ctx, past).unwrap();
        assert_eq!(paid.planned, 0, "paid on that very day");
        let earlier = day("2026-11-09");
        let counts = days::run_past(&books.app, &books.ctx, earlier).unwrap();
        assert_eq!((counts.planned, counts.queued), (1, 0), "but open the day before");
        assert!(queued(&books).is_empty());
        let told = events(&books, customer);
        assert_eq!((&*told[0].kind, told[0].happened_on), ("message_sent", earlier));
        assert_eq!(told[0].balance_minor, Some(100_000));
        assert_eq!(actions(&books, earlier)[0].state, "done");
        assert_eq!(days::run_past(&books.app, &books.ctx, earlier).unwrap().planned, 0);
    }
}

#[test]
fn several_workers_tick_at_once_and_each_day_runs_once_after_its_morning() {
    for place in places() {
        let early = Books::open(&place, at("2026-11-24", 5));
        let ids = early.customers(&(0..40).map(|n| format!("C{n}")).collect::<Vec<_>>());
        let list: Vec<_> = ids
            .iter()
            .enumerate()
            .map(|(n, c)| (*c, format!("F{n}"), day("2026-11-21"), 100_000, Currency::CLP))
            .collect();
        early.invoices(&list);
        let tick = |books: &Books| {
            let stop = worker::StopFlag::default();
            let mut ticked = worker::Worker::default().tick(&books.app, &stop).unwrap();
            let one = ticked.pop().unwrap();
            assert!(one.error.is_none(), "{:?}", one.error);
            one
        };
        assert_eq!(tick(&early).day, None, "before six nothing is run");
        let planned: i64 = std::thread::scope(|scope| {
            let workers: Vec<_> = (2..6)
                .map(|node| {
                    let url = &place.url;
                    scope.spawn(move || tick(&Books::open_as(url, at("2026-11-24", 7), node)).day)
                })
                .collect();
            let counts = workers.into_iter().filter_map(|w| w.join().unwrap());
            counts.map(|counts| counts.planned).sum()
        });
        assert_eq!(planned, 40);
        let late = Books::open_as(&place.url, at("2026-11-24", 9), 9);
        let ticked = tick(&late);
        assert_eq!(ticked.day, None, "it was run");
        assert!(!ticked.dispatch.configured, "no server is set, and the report says so");
        assert_eq!(queued(&late).len(), 40);
    }
}

#[test]
fn a_person_sees_what_a_customer_would_receive_and_the_statement() {
    for place in places() {
        let books = Books::open(&place, at("2026-11-24", 12));
        let customer = books.customer("C1");
        books.invoice(customer, "F-77", day("2026-11-21"), 123_456);
        let seen = messages::preview(&books.app, &books.ctx, customer).unwrap().unwrap();
        assert_eq!((&*seen.template, &*seen.recipient), ("reminder", "c1@cliente.example"));
        assert!(
            seen.text.contains("Factura F-77") && seen.text.contains("123.456"),
            "{}",
            seen.text
        );
        assert!(seen.attachment.starts_with(b"%PDF"));
        assert!(queued(&books).is_empty());
        let pdf = messages::statement(&books.app, &books.ctx, "C1", books.ctx.today).unwrap();
        assert!(pdf.starts_with(b"%PDF"));
        assert!(messages::statement(&books.app, &books.ctx, "C9", books.ctx.today).is_err());
    }
}
