//! Killed with no chance to say goodbye, again and again, while it runs the day and sends: what is
//! planned stays planned once, and each message leaves once or is shown as one of which nobody
//! knows. A program of its own is killed: this test binary, started anew with the storage and the
//! mail server in its environment.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "a child process is told its part by environment")]

mod support;

use puntual_core::currency::Currency;
use puntual_core::id::MessageId;
use puntual_service::day as days;
use puntual_service::dispatch::dispatch_while;
use puntual_store::ledger::StoredEntry;
use puntual_store::{action, ledger, outbox};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::books::{Books, Place, at, channel, day, places, sqlite};
use support::mime_reader::Part;
use support::smtp_server::{Fault, SmtpServer};

/// Customers; the day goes through them in more than one page.
const CUSTOMERS: usize = 4_300;
/// One in so many owes something that is due to be written about.
const WRITTEN_ONE_IN: usize = 33;
/// How often the program is killed on each engine.
const KILLS: u64 = 32;

const STORAGE: &str = "PUNTUAL_TEST_STORAGE";
const SERVER: &str = "PUNTUAL_TEST_SERVER";
const NOW: &str = "PUNTUAL_TEST_NOW";
const NODE: &str = "PUNTUAL_TEST_NODE";

/// The program that is killed: runs the day and sends, until nothing is left to do.
#[test]
#[ignore = "the part of the killed program, started by the test of kills"]
fn the_killed_program() {
    let told = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let (now_ms, node) = (told(NOW).parse().unwrap(), told(NODE).parse().unwrap());
    let address: SocketAddr = told(SERVER).parse().unwrap();
    let books = Books::open_as(&told(STORAGE), now_ms, node);
    let channel = channel(address);
    if !days::is_finished(&books.app, &books.ctx, books.ctx.today).unwrap() {
        days::run(&books.app, &books.ctx, books.ctx.today).unwrap();
    }
    loop {
        let report = dispatch_while(&books.app, &books.ctx, Some(&channel), 20, || true).unwrap();
        if report.waiting == 0 {
            return;
        }
    }
}

fn start(place: &Place, server: &SmtpServer, turn: u64) -> Child {
    // Every program has a node of its own, and its clock has gone on.
    let now_ms = at("2026-11-24", 12) + turn as i64 * 1_000;
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_killed_program", "--ignored", "--test-threads=1"])
        .env(STORAGE, &place.url)
        .env(SERVER, server.address.to_string())
        .env(NOW, now_ms.to_string())
        .env(NODE, (10 + turn).to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The same books on every storage: the ids are made by the same clock in the same order.
fn fill(place: &Place) -> Books {
    let books = Books::open(place, at("2026-11-24", 6));
    let codes: Vec<String> = (0..CUSTOMERS).map(|n| format!("C{n}")).collect();
    let customers = books.customers(&codes);
    let list: Vec<_> = customers
        .iter()
        .enumerate()
        .map(|(n, customer)| {
            let written = n % WRITTEN_ONE_IN == 0;
            let due = if written { day("2026-11-21") } else { day("2026-12-15") };
            (*customer, format!("F{n}"), due, 100_000 + n as i64, Currency::CLP)
        })
        .collect();
    books.invoices(&list);
    books
}

/// What was planned: key, step, amount and number of receivables of each action.
fn planned(books: &Books) -> BTreeMap<String, (String, i64, usize)> {
    books.write(|tx, scope, _| {
        let mut found = BTreeMap::new();
        for one in action::of_day(tx, scope, day("2026-11-24"))? {
            let receivables = action::receivables_of(tx, scope, one.id)?.len();
            let known = found.insert(one.plan_key, (one.step, one.amount_minor, receivables));
            assert_eq!(known, None, "the same action twice");
        }
        Ok(found)
    })
}

fn entries(books: &Books) -> Vec<StoredEntry> {
    books.write(|tx, scope, _| {
        let mut all = Vec::new();
        ledger::for_each_after::<puntual_store::error::StoreError>(tx, scope, 0, |entry| {
            all.push(entry);
            Ok(())
        })?;
        Ok(all)
    })
}

/// How often each message arrived.
fn arrived(server: &SmtpServer) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for received in server.received() {
        *times.entry(Part::read(&received.bytes).header("message-id")).or_insert(0) += 1;
    }
    times
}

#[test]
fn killed_anywhere_nothing_happens_twice_and_nothing_is_lost() {
    let undisturbed = sqlite();
    let expected = fill(&undisturbed);
    days::run(&expected.app, &expected.ctx, expected.ctx.today).unwrap();
    let (planned_expected, entries_expected) = (planned(&expected), entries(&expected));
    assert_eq!(planned_expected.len(), CUSTOMERS.div_ceil(WRITTEN_ONE_IN));
    for place in places() {
        let mut books = fill(&place);
        // A server that takes its time: more of the program's life is spent waiting for it.
        let server = SmtpServer::start(&[Fault::Slow(25); CUSTOMERS / WRITTEN_ONE_IN]);
        let (mut alive_at_kill, mut met_day, mut met_sending) = (0, 0, 0);
        let mut finished = false;
        for turn in 0..KILLS {
            let mut child = start(&place, &server, turn);
            // Moments spread by a fixed rule: until the day is done ever later ones, so that the
            // opening and each page are met on a machine of any speed; then the sending.
            let spread_ms = (turn * turn * 7_919 + turn * 104_729) % 300;
            let wait_ms = if finished { 100 + spread_ms } else { 20 + spread_ms * (1 + turn) / 4 };
            std::thread::sleep(Duration::from_millis(wait_ms));
            alive_at_kill += u64::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
            finished = days::is_finished(&books.app, &books.ctx, books.ctx.today).unwrap();
            met_day += u64::from(!finished);
            met_sending += u64::from(finished && server.received().len() < planned_expected.len());
        }
        // When every lease has ended one more program finishes the work.
        books.at(at("2026-11-24", 13));
        days::run(&books.app, &books.ctx, books.ctx.today).unwrap();
        let last = channel(server.address);
        let report = dispatch_while(&books.app, &books.ctx, Some(&last), 10_000, || true).unwrap();
        assert_eq!(report.waiting, 0);
        assert!(alive_at_kill >= 10, "only {alive_at_kill} kills met the program at work");
        assert!(met_day > 0 && met_sending > 0, "{met_day} met the day, {met_sending} sending");

        assert_eq!(planned(&books), planned_expected, "{}", place.url);
        assert_eq!(entries(&books), entries_expected);
        let times = arrived(&server);
        let messages = books.write(|tx, scope, _| outbox::list(tx, scope, None, 10_000));
        assert_eq!(messages.len(), planned_expected.len(), "one message per planned action");
        let header = |id: MessageId| format!("<{id}@acreedor.example>");
        let mut unknown = 0;
        for message in &messages {
            let arrived = times.get(&header(message.id)).copied().unwrap_or(0);
            match message.state.as_str() {
                "sent" => assert_eq!(arrived, 1, "{}", message.id),
                "unknown" => {
                    unknown += 1;
                    assert!(arrived <= 1, "{} arrived {arrived} times", message.id);
                }
                other => panic!("{} is {other}: {:?}", message.id, message.why),
            }
        }
        let known: Vec<String> = messages.iter().map(|message| header(message.id)).collect();
        assert!(times.keys().all(|id| known.contains(id)), "a message nobody planned arrived");
        eprintln!(
            "{}: {KILLS} kills, {alive_at_kill} at work ({met_day} before the day was done, \
             {met_sending} while sending); {} messages, {unknown} unknown, 0 twice",
            place.url.split(':').next().unwrap_or_default(),
            messages.len(),
        );
    }
}
