//! The law of contact in the day and at dispatch: what it forbids is written down once, with the
//! rule and the counters, and shown; own rules, waivers and an agency's creditors count.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::access::Role;
use puntual_core::hours::Channel;
use puntual_core::id::{CustomerId, EventId};
use puntual_core::strategy::guard::rule::{Actor, CreditorKind};
use puntual_service::contact_law::{self, Waive};
use puntual_service::ctx::Ctx;
use puntual_service::dispatch::dispatch_while;
use puntual_service::guard_blocks::{self, Question};
use puntual_service::{check, creditors, day as days, error::ServiceError};
use puntual_store::timeline;
use puntual_store::{customer, outbox};
use support::books::{Books, at, channel, day, places};
use support::smtp_server::SmtpServer;

/// Customers with an invoice three days overdue on Saturday 21 November 2026.
fn saturday(place: &support::books::Place) -> (Books, CustomerId) {
    let books = Books::open(place, at("2026-11-21", 6));
    let customer = books.customer("C1");
    books.invoice(customer, "F1", day("2026-11-18"), 100_000);
    (books, customer)
}

fn run(books: &Books) -> days::DayCounts {
    days::run(&books.app, &books.ctx, books.ctx.today).unwrap()
}

fn all(books: &Books) -> guard_blocks::Blocks {
    let question = Question {
        from: day("2026-01-01"),
        to: day("2026-12-31"),
        rule: None,
        skip: 0,
        limit: 100,
    };
    guard_blocks::list(&books.app, &books.ctx, &question).unwrap()
}

#[test]
fn a_blocked_contact_is_written_down_once_and_told() {
    for place in places() {
        let (mut books, customer) = saturday(&place);
        assert_eq!((run(&books).queued, run(&books).queued), (0, 0));
        // Sunday puts it off to the same Monday: the same attempt.
        books.at(at("2026-11-22", 6));
        run(&books);
        let blocks = guard_blocks::of_customer(&books.app, &books.ctx, customer).unwrap();
        assert_eq!(blocks.len(), 1);
        let block = &blocks[0];
        assert_eq!(
            (&*block.rule, &*block.stage, &*block.step),
            ("B2B-DEFAULT", "plan", "reminder")
        );
        assert_eq!(block.not_before.as_deref(), Some("2026-11-23T08:00"));
        let counters = guard_blocks::counters_of(block);
        assert_eq!((counters[0].made, counters[0].max, &*counters[0].per), (0, 3, "week"));
        let events = books.write(|tx, scope, _| timeline::of_customer(tx, scope, customer, 10));
        let told: Vec<_> = events.iter().filter(|event| event.kind == "guard_blocked").collect();
        assert_eq!((told.len(), told[0].id), (1, block.event));
        assert_eq!(all(&books).counts, [("B2B-DEFAULT".into(), "plan".into(), "email".into(), 1)]);
        books.at(at("2026-11-23", 6));
        assert_eq!(run(&books).queued, 1, "on Monday it is written");
        // An agent does not see everybody's, and may not set a policy aside.
        let agent = Ctx { role: Role::Agent, ..books.ctx.clone() };
        let waive = Waive {
            id: EventId(books.app.next_id()),
            customer,
            rule: "B2B-DEFAULT".into(),
            until: day("2026-11-25"),
            reason: "pide hablar de noche".into(),
        };
        let refused = contact_law::waive(&books.app, &agent, &waive);
        assert!(matches!(refused, Err(ServiceError::Forbidden(_))));
        assert!(check::run(&books.app, &books.ctx).unwrap().iter().all(|one| one.ok));
    }
}

#[test]
fn a_policy_may_be_set_aside_with_a_reason_and_a_law_may_not() {
    for place in places() {
        let (books, customer) = saturday(&place);
        let waive = |rule: &str, reason: &str, until: &str| {
            let id = EventId(books.app.next_id());
            let (rule, reason) = (rule.to_owned(), reason.to_owned());
            let command = Waive { id, customer, rule, until: day(until), reason };
            contact_law::waive(&books.app, &books.ctx, &command)
        };
        assert!(waive("CL-LPC-37", "prisa", "2026-11-21").is_err(), "a law stays");
        assert!(waive("NADA", "prisa", "2026-11-21").is_err());
        assert!(waive("B2B-DEFAULT", " ", "2026-11-21").is_err(), "without a reason");
        assert!(waive("B2B-DEFAULT", "prisa", "2027-11-21").is_err(), "for too long");
        waive("B2B-DEFAULT", "lo pidió el cliente", "2026-11-21").unwrap();
        assert_eq!(run(&books).queued, 1);
        let events = books.write(|tx, scope, _| timeline::of_customer(tx, scope, customer, 10));
        let told = events.iter().find(|event| event.kind == "policy_waived").unwrap();
        assert_eq!(told.outcome.as_deref(), Some("B2B-DEFAULT"));
    }
}

const OWN: &str = r#"
[[rule]]
id = "PROPIA"
country = "CL"
covers = ["any_debtor"]
windows = [{ days = "Wed", from = "10:00", to = "12:00" }]
law = "Acuerdo interno"
confidence = "low"
verified_on = 2026-11-22
"#;

#[test]
fn a_workspaces_own_rules_bind_when_planned_and_when_sent() {
    for place in places() {
        let mut books = Books::open(&place, at("2026-11-23", 6));
        let customer = books.customer("C1");
        books.invoice(customer, "F1", day("2026-11-20"), 100_000);
        let load = |books: &Books, text: &str| {
            contact_law::load_own(&books.app, &books.ctx, books.app.next_id(), text)
        };
        let refused = load(&books, &OWN.replace("windows", "horas")).unwrap_err();
        assert!(refused.to_string().contains("line 6"), "{refused}");
        assert_eq!(run(&books).queued, 1);
        // Loaded between plan and dispatch: the last look sees it, and Wednesday is too far.
        load(&books, OWN).unwrap();
        books.at(at("2026-11-23", 12));
        let server = SmtpServer::start(&[]);
        let channel = channel(server.address);
        let report = dispatch_while(&books.app, &books.ctx, Some(&channel), 10, || true).unwrap();
        assert_eq!((report.sent, report.dropped), (0, 1));
        let blocks = guard_blocks::of_customer(&books.app, &books.ctx, customer).unwrap();
        assert_eq!((&*blocks[0].rule, &*blocks[0].stage), ("PROPIA", "dispatch"));
        assert!(blocks[0].message.is_some());
        books.at(at("2026-11-25", 6));
        assert_eq!(run(&books).queued, 1);
        let queued = books.write(|tx, scope, _| outbox::list(tx, scope, Some("queued"), 10));
        assert!(queued[0].not_before_at >= at("2026-11-25", 10));
    }
}

#[test]
fn an_agency_counts_the_person_over_all_its_creditors() {
    for place in places() {
        let mut books = Books::open(&place, at("2026-11-24", 6));
        let other = creditors::create(
            &books.app,
            creditors::NewCreditor {
                code: Some("OTRO".into()),
                name: "Otro mandante SpA".into(),
                tax_id: "96.790.240-3".into(),
                country: "CL".into(),
                currency: puntual_core::currency::Currency::CLP,
                time_zone: None,
            },
        )
        .unwrap();
        let own = books.ctx.clone();
        let person = |books: &Books| {
            let customer = books.customer("P1");
            books.write(|tx, scope, _| {
                let found = customer::get(tx, scope, customer)?.unwrap();
                let tax_id = Some("12345678-5".to_owned());
                let found = customer::Customer { tax_id, person_kind: "consumer".into(), ..found };
                customer::update(tx, scope, &found)
            });
            customer
        };
        let here = person(&books);
        books.invoice(here, "F1", day("2026-11-21"), 100_000);
        books.ctx = Ctx::new(&books.app, other, "test", Role::Admin);
        let there = person(&books);
        let (app, ctx) = (&books.app, &books.ctx);
        for agency in [ctx, &own] {
            let kind = CreditorKind::Other;
            contact_law::set_creditor(app, agency, Actor::Agency, kind).unwrap();
        }
        // The other creditor wrote to the same person yesterday: two full days must lie between.
        let event = timeline::Event {
            id: EventId(app.next_id()),
            customer: there,
            happened_on: day("2026-11-23"),
            kind: "message_sent".into(),
            channel: Some(Channel::Email.as_str().into()),
            outcome: Some("sent".into()),
            body: None,
            subject: None,
            balance_minor: None,
            currency: None,
            actor: "test".into(),
            recorded_at: ctx.now_ms,
        };
        books.write(|tx, scope, _| timeline::append(tx, scope, std::slice::from_ref(&event)));
        books.ctx = own;
        assert_eq!(run(&books).queued, 0);
        let blocks = guard_blocks::of_customer(&books.app, &books.ctx, here).unwrap();
        assert_eq!(blocks[0].not_before.as_deref(), Some("2026-11-26T08:00"));
        assert_eq!(blocks[0].rule, "CL-LPC-37");
        // The creditor on its own account would not be bound by it.
        let (actor, kind) = (Actor::FirstParty, CreditorKind::Other);
        contact_law::set_creditor(&books.app, &books.ctx, actor, kind).unwrap();
        assert_eq!(run(&books).queued, 1);
    }
}

#[test]
fn answering_a_customer_is_no_contact_of_ours() {
    for place in places() {
        let mut books = Books::open(&place, at("2026-11-23", 12));
        let customer = books.customer("C1");
        books.write(|tx, scope, _| {
            let found = customer::get(tx, scope, customer)?.unwrap();
            let found = customer::Customer { person_kind: "consumer".into(), ..found };
            customer::update(tx, scope, &found)
        });
        books.invoice(customer, "F1", day("2026-11-21"), 100_000);
        let write_to = |books: &Books| {
            let event = timeline::Event {
                id: EventId(books.app.next_id()),
                customer,
                happened_on: books.ctx.today,
                kind: "contact".into(),
                channel: Some("whatsapp".into()),
                outcome: Some("sent".into()),
                body: None,
                subject: None,
                balance_minor: None,
                currency: None,
                actor: "test".into(),
                recorded_at: books.ctx.now_ms,
            };
            books.write(|tx, scope, _| timeline::append(tx, scope, std::slice::from_ref(&event)));
        };
        let id = EventId(books.app.next_id());
        let (app, ctx) = (&books.app, &books.ctx);
        contact_law::record_received(app, ctx, (id, customer), Channel::Whatsapp, None).unwrap();
        books.at(at("2026-11-23", 16));
        write_to(&books);
        books.at(at("2026-11-24", 6));
        let planned = days::plan(&books.app, &books.ctx, books.ctx.today).unwrap();
        assert_eq!(planned[0].verdict, "act", "the answer does not count");
        // Written unasked on the day after, it does.
        books.at(at("2026-11-24", 17));
        write_to(&books);
        books.at(at("2026-11-25", 6));
        let planned = days::plan(&books.app, &books.ctx, books.ctx.today).unwrap();
        assert_eq!(planned[0].verdict, "defer");
    }
}

#[test]
fn a_letter_to_be_posted_today_counts_when_the_day_is_run_again() {
    for place in places() {
        let books = Books::open(&place, at("2026-11-24", 6));
        let customer = books.customer("C1");
        books.invoice(customer, "F1", day("2026-10-24"), 100_000);
        books.invoice(customer, "F2", day("2026-11-21"), 50_000);
        let written = |on: &str| timeline::Event {
            id: EventId(books.app.next_id()),
            customer,
            happened_on: day(on),
            kind: "message_sent".into(),
            channel: Some("email".into()),
            outcome: Some("sent".into()),
            body: None,
            subject: None,
            balance_minor: None,
            currency: None,
            actor: "test".into(),
            recorded_at: books.ctx.now_ms,
        };
        let events = [written("2026-11-20"), written("2026-11-23")];
        books.write(|tx, scope, _| timeline::append(tx, scope, &events));
        // Two messages this week and the letter make three, as many as are allowed.
        let first = run(&books);
        assert_eq!((first.tasks, first.queued), (1, 0));
        let again = run(&books);
        assert_eq!((again.planned, again.queued), (0, 0));
    }
}
