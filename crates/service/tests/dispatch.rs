//! Dispatch against a real SMTP server on loopback: what leaves, what is held back by fresh facts,
//! and what becomes of a message when the server misbehaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::currency::Currency;
use puntual_core::id::{CustomerId, DisputeId, DocumentId, HoldId};
use puntual_service::dispatch::{Report, dispatch_while};
use puntual_service::messages::{self, Resolution};
use puntual_service::worker::{self, StopFlag, Worker};
use puntual_service::{day as days, smtp_settings};
use puntual_store::action;
use puntual_store::customer;
use puntual_store::outbox::{self, Message};
use puntual_store::standing::{self, Dispute, Hold};
use puntual_store::timeline;
use std::collections::BTreeMap;
use support::books::{self, Books, Place, at, day, places};
use support::mime_reader::Part;
use support::smtp_server::{Fault, SmtpServer};

/// One customer with two overdue invoices and one to come, planned this morning; now it is noon.
struct Scene {
    books: Books,
    customer: CustomerId,
    invoices: Vec<DocumentId>,
    server: SmtpServer,
}

impl Scene {
    fn new(place: &Place, faults: &[Fault]) -> Scene {
        let mut books = Books::open(place, at("2026-11-24", 6));
        let customer = books.customer("C1");
        let invoices = vec![
            books.invoice(customer, "F1", day("2026-11-21"), 100_000),
            books.invoice(customer, "F2", day("2026-11-20"), 50_000),
            books.invoice(customer, "F3", day("2026-12-20"), 70_000),
        ];
        days::run(&books.app, &books.ctx, books.ctx.today).unwrap();
        books.at(at("2026-11-24", 12));
        Scene { books, customer, invoices, server: SmtpServer::start(faults) }
    }

    fn dispatch(&self) -> Report {
        let channel = books::channel(self.server.address);
        dispatch_while(&self.books.app, &self.books.ctx, Some(&channel), 1_000, || true).unwrap()
    }

    /// Lets the message's moment come and dispatches.
    fn dispatch_after(&mut self, minutes: i64) -> Report {
        self.books.at(self.books.ctx.now_ms + minutes * 60_000);
        self.dispatch()
    }

    fn message(&self) -> Message {
        let mut list = self.books.write(|tx, scope, _| outbox::list(tx, scope, None, 10));
        assert_eq!(list.len(), 1);
        list.pop().unwrap()
    }

    fn told(&self) -> Vec<String> {
        let events =
            self.books.write(|tx, scope, _| timeline::of_customer(tx, scope, self.customer, 100));
        events.into_iter().map(|event| event.kind).collect()
    }

    fn action_state(&self) -> String {
        let planned_on = day("2026-11-24");
        self.books.write(|tx, scope, _| action::of_day(tx, scope, planned_on))[0].state.clone()
    }
}

fn message_ids(server: &SmtpServer) -> Vec<String> {
    server.received().iter().map(|r| Part::read(&r.bytes).header("message-id")).collect()
}

#[test]
fn one_message_groups_the_documents_with_one_statement() {
    for place in places() {
        let scene = Scene::new(&place, &[]);
        let report = scene.dispatch();
        assert_eq!((report.sent, report.waiting, report.configured), (1, 0, true));
        let received = scene.server.received();
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].to, ["<c1@cliente.example>"]);
        let mail = Part::read(&received[0].bytes);
        let message = scene.message();
        assert_eq!(mail.header("message-id"), format!("<{}@acreedor.example>", message.id));
        assert_eq!(mail.header("auto-submitted"), "auto-generated");
        let parts = mail.parts();
        let text = parts[0].parts()[0].text();
        assert!(text.contains("Factura F1") && text.contains("Factura F2"), "{text}");
        assert!(!text.contains("F3"), "what is not due is not asked for");
        assert!(text.contains("$150.000") || text.contains("150.000"), "{text}");
        assert_eq!(parts.len(), 2, "one attachment");
        assert!(parts[1].content().starts_with(b"%PDF"));
        assert_eq!((&*message.state, message.claimed_minor), ("sent", Some(150_000)));
        assert_eq!(scene.action_state(), "done");
        let events =
            scene.books.write(|tx, scope, _| timeline::of_customer(tx, scope, scene.customer, 10));
        assert_eq!((&*events[0].kind, events[0].balance_minor), ("message_sent", Some(220_000)));
        assert_eq!(scene.dispatch(), Report { configured: true, ..Report::default() });
        assert_eq!(scene.server.attempts(), 1);
    }
}

#[test]
fn before_its_moment_nothing_leaves_and_without_a_server_it_waits() {
    for place in places() {
        let mut scene = Scene::new(&place, &[]);
        let none = dispatch_while(&scene.books.app, &scene.books.ctx, None, 10, || true).unwrap();
        assert_eq!((none.configured, none.waiting, none.sent), (false, 1, 0));
        assert_eq!(scene.message().state, "queued");
        scene.books.at(at("2026-11-24", 7));
        assert_eq!(scene.dispatch().sent, 0, "not before eight on every clock of the country");
        assert_eq!(scene.server.connections(), 0);
    }
}

#[test]
fn a_payment_in_between_is_seen() {
    for place in places() {
        let scene = Scene::new(&place, &[]);
        scene.books.pay(scene.customer, 120_000, Some((scene.invoices[0], 70_000)));
        assert_eq!(scene.dispatch().sent, 1);
        // 70 000 were applied to F1, and 50 000 on account pay F2.
        let message = scene.message();
        assert_eq!(message.claimed_minor, Some(30_000));
        let text = message.body_text.unwrap();
        assert!(text.contains("30.000") && !text.contains("F2"), "{text}");
    }
    for place in places() {
        let scene = Scene::new(&place, &[]);
        scene.books.pay(scene.customer, 150_000, None);
        let report = scene.dispatch();
        assert_eq!((report.sent, report.dropped), (0, 1));
        assert_eq!(scene.server.connections(), 0);
        let message = scene.message();
        assert_eq!(message.state, "dropped");
        assert!(message.why.unwrap().starts_with("covered_by_credit"));
        assert_eq!(scene.action_state(), "dropped");
        assert!(scene.told().contains(&"message_dropped".to_owned()));
    }
}

#[test]
fn a_hold_a_dispute_and_an_opt_out_in_between_forbid_it_until_they_end() {
    for place in places() {
        let mut scene = Scene::new(&place, &[]);
        let hold = Hold {
            id: HoldId(scene.books.app.next_id()),
            customer: scene.customer,
            kind: "hold".into(),
            since: scene.books.ctx.today,
            until: None,
            why: "aclarando".into(),
            actor: "test".into(),
            import: None,
            recorded_at: scene.books.ctx.now_ms,
        };
        let id = hold.id;
        scene.books.write(|tx, scope, _| standing::insert_holds(tx, scope, &[hold]));
        assert_eq!(scene.dispatch().dropped, 1);
        assert!(scene.message().why.unwrap().starts_with("on_hold"));
        // When it is lifted the step that was never carried out is planned again.
        scene.books.write(|tx, scope, now| standing::lift_hold(tx, scope, id, now));
        scene.books.at(at("2026-11-25", 12));
        let today = scene.books.ctx.today;
        assert_eq!(days::run(&scene.books.app, &scene.books.ctx, today).unwrap().queued, 1);
        assert_eq!(scene.dispatch().sent, 1);
        assert_eq!(days::run(&scene.books.app, &scene.books.ctx, today).unwrap().planned, 0);
    }
    for place in places() {
        let scene = Scene::new(&place, &[]);
        let dispute = |document| Dispute {
            id: DisputeId(scene.books.app.next_id()),
            customer: scene.customer,
            document,
            amount_minor: None,
            reason: "precio".into(),
            opened_on: scene.books.ctx.today,
            closed_on: None,
            resolution: None,
            actor: "test".into(),
            import: None,
            recorded_at: scene.books.ctx.now_ms,
        };
        let one = dispute(scene.invoices[0]);
        scene.books.write(|tx, scope, _| standing::insert_disputes(tx, scope, &[one]));
        assert_eq!(scene.dispatch().sent, 1, "the undisputed part goes on");
        let message = scene.message();
        assert_eq!(message.claimed_minor, Some(50_000));
        assert!(!message.body_text.unwrap().contains("F1"));
    }
    for place in places() {
        let scene = Scene::new(&place, &[]);
        let points = scene.books.write(|tx, s, _| customer::contact_points(tx, s, scene.customer));
        scene.books.write(|tx, scope, _| {
            let point = &points[0];
            customer::set_contact_point_state(tx, scope, point.customer, point.id, "opted_out")
        });
        assert_eq!(scene.dispatch().dropped, 1);
        assert!(scene.message().why.unwrap().starts_with("opted_out"));
    }
}

#[test]
fn a_temporary_refusal_is_tried_again_later_as_the_same_message() {
    for place in places() {
        let mut scene = Scene::new(&place, &[Fault::Text(451), Fault::DropAtMail]);
        let report = scene.dispatch();
        assert_eq!((report.to_retry, report.sent), (1, 0));
        assert_eq!(scene.dispatch().to_retry, 0, "not before a minute has passed");
        assert_eq!(scene.server.attempts(), 1);
        assert_eq!(scene.dispatch_after(1).to_retry, 1, "the connection broke");
        assert_eq!(scene.dispatch_after(4).sent, 0, "the second wait is longer");
        assert_eq!(scene.dispatch_after(1).sent, 1);
        let expected = format!("<{}@acreedor.example>", scene.message().id);
        assert_eq!(message_ids(&scene.server), [expected]);
    }
}

#[test]
fn after_the_last_attempt_it_has_failed_and_a_person_may_send_it_again() {
    for place in places() {
        let mut scene = Scene::new(&place, &[Fault::Mail(450); 6]);
        for minutes in [0, 1, 5, 30, 120] {
            assert_eq!(scene.dispatch_after(minutes).to_retry, 1, "after {minutes} minutes");
        }
        // Six hours later it is evening, closed to contact: the last attempt is made next morning.
        assert_eq!(scene.dispatch_after(360).postponed, 1);
        scene.books.at(at("2026-11-25", 11));
        assert_eq!(scene.dispatch().failed, 1);
        assert_eq!((&*scene.message().state, &*scene.action_state()), ("failed", "failed"));
        assert!(scene.told().contains(&"message_failed".to_owned()));
        scene.books.at(at("2026-11-25", 12));
        let id = scene.message().id;
        let decide = |what| messages::resolve_unknown(&scene.books.app, &scene.books.ctx, id, what);
        decide(Resolution::Resend).unwrap();
        decide(Resolution::Resend).unwrap();
        assert_eq!(scene.dispatch().sent, 1);
        assert!(decide(Resolution::Resend).is_err(), "it was sent");
    }
}

#[test]
fn a_refused_address_is_marked_and_not_written_to_again() {
    for place in places() {
        let scene = Scene::new(&place, &[Fault::Rcpt(550)]);
        let report = scene.dispatch();
        assert_eq!((report.failed, report.to_retry), (1, 0));
        let points = scene.books.write(|tx, s, _| customer::contact_points(tx, s, scene.customer));
        assert_eq!(points[0].state, "bounced");
        let planned = days::plan(&scene.books.app, &scene.books.ctx, day("2026-12-06")).unwrap();
        let reasons: Vec<&str> =
            planned.iter().flat_map(|line| &line.reasons).map(|r| &*r.code).collect();
        assert!(reasons.contains(&"no_contact_point"), "{reasons:?}");
        assert_eq!(scene.dispatch().sent, 0);
        assert_eq!(scene.server.attempts(), 1);
    }
}

#[test]
fn a_message_that_may_have_left_is_never_sent_again_by_itself() {
    for place in places() {
        let mut scene = Scene::new(&place, &[Fault::DropAfterText]);
        let report = scene.dispatch();
        assert_eq!((report.unknown, report.sent), (1, 0));
        assert_eq!(scene.message().state, "unknown");
        for hours in [1, 24, 72] {
            let report = scene.dispatch_after(hours * 60);
            assert_eq!((report.sent, report.unknown), (0, 0));
        }
        assert_eq!(scene.server.attempts(), 1);
        assert!(scene.told().contains(&"message_unknown".to_owned()));
        let id = scene.message().id;
        messages::resolve_unknown(&scene.books.app, &scene.books.ctx, id, Resolution::Drop)
            .unwrap();
        let today = scene.books.ctx.today;
        let counts = days::run(&scene.books.app, &scene.books.ctx, today).unwrap();
        assert_eq!(counts.queued, 0, "the step counts as done");
    }
}

#[test]
fn what_a_vanished_worker_held_becomes_unknown_when_its_lease_ends() {
    for place in places() {
        let mut scene = Scene::new(&place, &[]);
        let id = scene.message().id;
        let claimed = scene
            .books
            .write(|tx, scope, now| outbox::claim(tx, scope, id, "vanished", now, now + 900_000));
        assert!(claimed);
        assert_eq!(scene.dispatch_after(14).sent, 0, "it may still be sending");
        let report = scene.dispatch_after(2);
        assert_eq!((report.unknown, report.sent), (1, 0));
        assert_eq!(scene.message().state, "unknown");
    }
}

#[test]
fn a_person_may_take_a_message_out_of_the_queue() {
    for place in places() {
        let scene = Scene::new(&place, &[]);
        let id = scene.message().id;
        messages::cancel(&scene.books.app, &scene.books.ctx, id).unwrap();
        messages::cancel(&scene.books.app, &scene.books.ctx, id).unwrap();
        assert_eq!(scene.dispatch().sent, 0);
        let detail = messages::detail(&scene.books.app, &scene.books.ctx, id).unwrap();
        assert_eq!((&*detail.message.state, detail.actions.len()), ("cancelled", 1));
        assert_eq!(detail.events[0].kind, "message_cancelled");
        let listed = messages::list(&scene.books.app, &scene.books.ctx, None, 0, 50).unwrap();
        assert_eq!(listed.counts, [("cancelled".to_owned(), 1)]);
        assert_eq!(listed.messages[0].customer_code, "C1");
    }
}

#[test]
fn what_was_true_of_yesterday_is_not_said_today_but_planned_anew() {
    for place in places() {
        let mut books = Books::open(&place, at("2026-11-24", 6));
        let customer = books.customer("C1");
        books.invoice(customer, "F1", day("2026-11-24"), 100_000);
        assert_eq!(days::run(&books.app, &books.ctx, books.ctx.today).unwrap().queued, 1);
        books.at(at("2026-11-25", 12));
        let server = SmtpServer::start(&[]);
        let mail = books::channel(server.address);
        let report = dispatch_while(&books.app, &books.ctx, Some(&mail), 10, || true).unwrap();
        assert_eq!((report.dropped, report.sent), (1, 0), "it says that something is due today");
        books.at(at("2026-11-27", 6));
        assert_eq!(days::run(&books.app, &books.ctx, books.ctx.today).unwrap().queued, 1);
        books.at(at("2026-11-27", 12));
        let report = dispatch_while(&books.app, &books.ctx, Some(&mail), 10, || true).unwrap();
        assert_eq!((report.dropped, report.sent), (0, 1), "the reminder of three days after");
    }
}

#[test]
fn two_workers_racing_over_fifty_messages_send_each_once() {
    for place in places() {
        let morning = Books::open(&place, at("2026-11-24", 6));
        let ids = morning.customers(&(0..50).map(|n| format!("C{n}")).collect::<Vec<_>>());
        let list: Vec<_> = ids
            .iter()
            .enumerate()
            .map(|(n, c)| (*c, format!("F{n}"), day("2026-11-21"), 100_000, Currency::CLP))
            .collect();
        morning.invoices(&list);
        days::run(&morning.app, &morning.ctx, morning.ctx.today).unwrap();
        let server = SmtpServer::start(&[]);
        let sent: u64 = std::thread::scope(|scope| {
            let workers: Vec<_> = (2..4)
                .map(|node| {
                    let (url, address) = (&place.url, server.address);
                    scope.spawn(move || {
                        let books = Books::open_as(url, at("2026-11-24", 12), node);
                        let channel = books::channel(address);
                        dispatch_while(&books.app, &books.ctx, Some(&channel), 1_000, || true)
                            .unwrap()
                            .sent
                    })
                })
                .collect();
            workers.into_iter().map(|w| w.join().unwrap()).sum()
        });
        assert_eq!(sent, 50);
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        message_ids(&server).into_iter().for_each(|id| *seen.entry(id).or_default() += 1);
        assert_eq!(seen.len(), 50);
        assert!(seen.values().all(|times| *times == 1), "{seen:?}");
    }
}

#[test]
fn settings_of_mail_are_kept_tried_and_never_shown_with_their_password() {
    for place in places() {
        let books = Books::open(&place, at("2026-11-24", 12));
        let (app, ctx) = (&books.app, &books.ctx);
        assert_eq!(smtp_settings::show(app, ctx).unwrap(), None);
        assert!(smtp_settings::channel(app, ctx).unwrap().is_none());
        let server = SmtpServer::start(&[]).offering(&["AUTH PLAIN"], None);
        let mut settings = books::settings(server.address);
        settings.user = Some("ana".into());
        settings.password = Some("secreto".into());
        smtp_settings::save(app, ctx, settings.clone()).unwrap();
        smtp_settings::test_connection(app, ctx, settings.clone()).unwrap();
        let shown = smtp_settings::show(app, ctx).unwrap().unwrap();
        assert!(shown.has_password && shown.settings.password.is_none());
        // Saved again as shown, the password stays.
        smtp_settings::save(app, ctx, shown.settings.clone()).unwrap();
        smtp_settings::test_connection(app, ctx, shown.settings.clone()).unwrap();
        let wrong = puntual_service::channels::EmailSettings {
            password: Some("otra".into()),
            ..shown.settings.clone()
        };
        assert!(smtp_settings::test_connection(app, ctx, wrong).is_err());
        let mut elsewhere = shown.settings;
        elsewhere.host = "mail.example".into();
        assert!(smtp_settings::save(app, ctx, elsewhere).is_err(), "a password in clear");
    }
}

#[test]
fn the_worker_runs_the_day_and_sends_by_the_settings_stored() {
    for place in places() {
        let mut scene = Scene::new(&place, &[]);
        scene.books.at(at("2026-11-24", 12));
        let settings = books::settings(scene.server.address);
        smtp_settings::save(&scene.books.app, &scene.books.ctx, settings).unwrap();
        let late = scene.books.customer("C2");
        scene.books.invoice(late, "F9", day("2026-11-22"), 90_000);
        scene.books.at(at("2026-11-25", 12));
        let stop = StopFlag::default();
        let mut worker = Worker::default();
        let ticked = worker.tick(&scene.books.app, &stop).unwrap();
        assert_eq!(ticked[0].day.map(|counts| counts.queued), Some(1));
        assert_eq!(ticked[0].dispatch.sent, 2, "yesterday's and today's");
        let again = worker.tick(&scene.books.app, &stop).unwrap();
        assert_eq!((again[0].day, again[0].dispatch.sent), (None, 0));
        assert_eq!(scene.server.received().len(), 2);
        stop.stop();
        assert!(worker.tick(&scene.books.app, &stop).unwrap().is_empty());
        worker::run(&scene.books.app, &stop, std::time::Duration::from_secs(60));
    }
}
