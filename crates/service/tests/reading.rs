//! What the screens read, on both engines, against a naive recomputation from the ledger's rows.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::access::Role;
use puntual_core::aging::BucketSet;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DisputeId, DocumentId, EventId, HoldId, PaymentId, PromiseId};
use puntual_core::ledger::Account;
use puntual_core::money::Money;
use puntual_core::portfolio::AsOf;
use puntual_service::contacts::{self, Next, RecordContact};
use puntual_service::ctx::Ctx;
use puntual_service::customers::{self, CustomerState};
use puntual_service::disputes::{self, OpenDispute};
use puntual_service::document_detail::{self, Origin};
use puntual_service::documents::{self, DocumentState, Status};
use puntual_service::error::ServiceError;
use puntual_service::holds::{self, PutHold};
use puntual_service::listing::{Direction, Page};
use puntual_service::overview;
use puntual_service::payments::{self, RecordPayment};
use puntual_service::promises::{self, MakePromise};
use puntual_service::search;
use puntual_service::timelines;
use puntual_service::worklist::{self, Show};
use puntual_store::{ledger, receivable};
use std::collections::BTreeMap;
use support::books::{Books, Place, at, day, places};

const TODAY: &str = "2026-11-24";

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as i64) % end
    }
}

/// Twelve customers with invoices in two currencies, payments of every kind, disputes and promises.
struct Scene {
    books: Books,
    customers: Vec<CustomerId>,
    invoices: Vec<DocumentId>,
}

impl Scene {
    fn new(place: &Place, seed: u64) -> Scene {
        let books = Books::open(place, at(TODAY, 12));
        let dice = &mut Dice(seed);
        let codes: Vec<String> = (1..=12).map(|n| format!("C{n}")).collect();
        let customers = books.customers(&codes);
        let mut list = Vec::new();
        for number in 0..90 {
            // The last customer owes nothing.
            let customer = customers[dice.below(11) as usize];
            let due = day("2026-07-01") + dice.below(170) as i32;
            let (currency, minor) = match dice.below(4) {
                0 => (Currency::USD, 1 + dice.below(900_000)),
                _ => (Currency::CLP, 1 + dice.below(2_000_000)),
            };
            list.push((customer, format!("F{number:03}"), due, minor, currency));
        }
        let invoices = books.invoices(&list);
        let mut scene = Scene { books, customers, invoices };
        scene.live(dice);
        scene
    }

    fn live(&mut self, dice: &mut Dice) {
        let (app, ctx) = (&self.books.app, &self.books.ctx);
        for n in 0..40 {
            let currency = if dice.below(3) == 0 { Currency::USD } else { Currency::CLP };
            let command = RecordPayment {
                id: PaymentId(app.next_id()),
                customer: self.customers[dice.below(11) as usize],
                amount: Money::new(1 + dice.below(1_500_000), currency),
                received_on: day("2026-08-01") + dice.below(115) as i32,
                method: None,
                reference: None,
                indicated: Vec::new(),
            };
            payments::record(app, ctx, &command).unwrap();
            match n % 7 {
                0 => drop(payments::undo(app, ctx, command.id, "error").unwrap()),
                1 => drop(
                    puntual_service::bounces::bounce(app, ctx, command.id, ctx.today, "sin fondos")
                        .unwrap(),
                ),
                _ => {}
            }
        }
        for n in 0..12 {
            let command = OpenDispute {
                id: DisputeId(app.next_id()),
                document: self.invoices[dice.below(90) as usize],
                amount_minor: (n % 2 == 0).then_some(1),
                reason: "price".into(),
            };
            // Some of the documents are paid already.
            let _ = disputes::open(app, ctx, &command);
        }
        for customer in &self.customers[..4] {
            let command = MakePromise {
                id: PromiseId(app.next_id()),
                customer: *customer,
                document: None,
                amount: Money::new(1, Currency::CLP),
                promised_on: ctx.today,
                note: None,
            };
            let _ = promises::make(app, ctx, &command);
        }
    }

    fn list(&self, on: Day, question: &customers::Question) -> customers::Listed {
        customers::list(&self.books.app, &self.books.ctx, AsOf::day(on), question).unwrap()
    }

    fn documents(&self, on: Day, question: &documents::Question) -> documents::Listed {
        documents::list(&self.books.app, &self.books.ctx, AsOf::day(on), question).unwrap()
    }

    fn overview(&self, customer: CustomerId, question: &overview::Question) -> overview::Overview {
        let (app, ctx) = (&self.books.app, &self.books.ctx);
        overview::of_customer(app, ctx, AsOf::day(ctx.today), customer, question).unwrap()
    }

    /// Open, overdue and unapplied by customer and currency, entry by entry.
    fn naive(&self, on: Day) -> BTreeMap<(CustomerId, Currency), (i64, i64, i64)> {
        let entries = self.books.write(|tx, scope, _| {
            let mut entries = Vec::new();
            ledger::for_each_after::<puntual_store::error::StoreError>(tx, scope, 0, |stored| {
                entries.push(stored.entry);
                Ok(())
            })?;
            Ok(entries)
        });
        let ids = self.invoices.clone();
        let rows = self.books.write(|tx, scope, _| receivable::of_documents(tx, scope, &ids));
        let dues: BTreeMap<_, _> = rows.iter().map(|row| (row.id, row.due_date)).collect();
        let mut sums: BTreeMap<_, (i64, i64, i64)> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.effective_on <= on) {
            let sum = sums.entry((entry.customer, entry.currency)).or_default();
            let open = entry.effect_on(Account::Receivable);
            sum.0 += open;
            if entry.receivable.is_some_and(|id| dues[&id] < on) {
                sum.1 += open;
            }
            sum.2 -= entry.effect_on(Account::Unapplied);
        }
        sums.retain(|_, sum| sum.0 != 0 || sum.2 != 0);
        sums
    }
}

fn all() -> Page {
    Page { number: 1, size: 1_000 }
}

#[test]
fn customers_are_what_the_ledger_adds_up_to() {
    for place in places() {
        let scene = Scene::new(&place, 7);
        for on in [day("2026-08-15"), day("2026-10-01"), day(TODAY)] {
            let question = customers::Question { page: all(), ..Default::default() };
            let listed = scene.list(on, &question);
            let shown: BTreeMap<_, _> = listed
                .rows
                .iter()
                .map(|row| &row.balance)
                .filter(|b| b.open_minor != 0 || b.unapplied_minor != 0)
                .map(|b| {
                    ((b.customer, b.currency), (b.open_minor, b.overdue_minor, b.unapplied_minor))
                })
                .collect();
            assert_eq!(shown, scene.naive(on), "{on}");
            assert_eq!(listed.customer_count, 12, "who owes nothing is a customer too");
            for row in &listed.rows {
                assert_eq!(row.balance.buckets.iter().sum::<i64>(), row.balance.open_minor);
            }
            for total in &listed.totals {
                let open = scene
                    .naive(on)
                    .iter()
                    .filter(|(key, _)| key.1 == total.currency)
                    .map(|(_, sum)| sum.0)
                    .sum::<i64>();
                assert_eq!(total.open_minor, open);
            }
        }
    }
}

#[test]
fn filters_and_orders_leave_the_right_customers() {
    for place in places() {
        let scene = Scene::new(&place, 11);
        let today = day(TODAY);
        let with = |change: &dyn Fn(&mut customers::Question)| {
            let mut question = customers::Question { page: all(), ..Default::default() };
            change(&mut question);
            scene.list(today, &question)
        };
        let everything = with(&|_| {});
        for state in CustomerState::ALL {
            let listed = with(&|q| q.filter.state = Some(state));
            let expected = everything.rows.iter().filter(|row| match state {
                CustomerState::Overdue => row.balance.overdue_minor > 0,
                CustomerState::Current => {
                    row.balance.open_minor > 0 && row.balance.overdue_minor == 0
                }
                CustomerState::Disputed => row.balance.disputed_minor > 0,
                CustomerState::Unapplied => row.balance.unapplied_minor > 0,
                CustomerState::OnHold | CustomerState::NoContactPoint => false,
                CustomerState::Promised | CustomerState::NoNextAction => listed.rows.contains(row),
            });
            assert_eq!(listed.rows.len(), expected.count(), "{state:?}");
        }
        assert!(
            with(&|q| q.filter.state = Some(CustomerState::Promised))
                .rows
                .iter()
                .all(|row| { row.promised_minor > 0 || row.balance.currency != Currency::CLP })
        );
        let sorted = with(&|q| {
            q.filter.currency = Some(Currency::CLP);
            q.direction = Direction::Down;
        });
        let overdue: Vec<i64> = sorted.rows.iter().map(|row| row.balance.overdue_minor).collect();
        assert!(overdue.windows(2).all(|pair| pair[0] >= pair[1]) && overdue[0] > 0);
        let found = with(&|q| q.filter.text = "c11".into());
        assert!(found.rows.iter().all(|row| row.customer.code == "C11") && !found.rows.is_empty());
        let page = |number| with(&|q| q.page = Page { number, size: 5 });
        let paged: Vec<_> = (1..=9).flat_map(|n| page(n).rows).map(|row| row.balance).collect();
        let whole: Vec<_> = everything.rows.iter().map(|row| row.balance.clone()).collect();
        assert_eq!(paged, whole);
        for sort in
            [customers::Sort::Name, customers::Sort::CollectionPeriod, customers::Sort::Verdict]
        {
            let listed = with(&|q| q.sort = sort);
            assert_eq!(listed.rows.len(), everything.rows.len(), "{sort:?}");
        }
    }
}

#[test]
fn documents_are_the_parts_of_the_sums() {
    for place in places() {
        let scene = Scene::new(&place, 23);
        for on in [day("2026-09-10"), day(TODAY)] {
            let with = |state| {
                let filter = documents::Filter { state, ..Default::default() };
                scene.documents(
                    on,
                    &documents::Question { filter, page: all(), ..Default::default() },
                )
            };
            let (open, overdue) =
                (with(Some(DocumentState::Open)), with(Some(DocumentState::Overdue)));
            let naive = scene.naive(on);
            for (currency, minor) in &open.open {
                let expected: i64 =
                    naive.iter().filter(|(key, _)| key.1 == *currency).map(|(_, sum)| sum.0).sum();
                assert_eq!(*minor, expected);
            }
            for (currency, minor) in &overdue.open {
                let expected: i64 =
                    naive.iter().filter(|(key, _)| key.1 == *currency).map(|(_, sum)| sum.1).sum();
                assert_eq!(*minor, expected);
            }
            assert!(open.rows.iter().all(|row| row.open_minor > 0));
            assert!(overdue.rows.iter().all(|row| row.overdue_days > 0 && row.due_on < on));
            let (not_due, paid, any) =
                (with(Some(DocumentState::NotDue)), with(Some(DocumentState::Paid)), with(None));
            assert_eq!(open.document_count, overdue.document_count + not_due.document_count);
            assert_eq!(any.document_count, open.document_count + paid.document_count);
            assert!(paid.rows.iter().all(|row| row.status == Status::Paid && row.open_minor == 0));
            let disputed = with(Some(DocumentState::Disputed));
            assert!(
                disputed
                    .rows
                    .iter()
                    .all(|row| row.disputed_minor > 0 && row.status == Status::Disputed)
            );
        }
        let bucket = documents::Filter { bucket: Some(2), ..Default::default() };
        let listed = scene.documents(
            day(TODAY),
            &documents::Question { filter: bucket, page: all(), ..Default::default() },
        );
        assert!(listed.rows.iter().all(|row| (31..=60).contains(&row.overdue_days)), "31-60");
        let text = documents::Filter { text: "f00".into(), ..Default::default() };
        let listed = scene.documents(
            day(TODAY),
            &documents::Question { filter: text, page: all(), ..Default::default() },
        );
        assert_eq!(listed.document_count, 10);
    }
}

#[test]
fn a_document_tells_its_movements_with_both_dates() {
    for place in places() {
        let books = Books::open(&place, at(TODAY, 12));
        let customer = books.customer("C1");
        let invoice = books.invoice(customer, "F1", day("2026-10-20"), 100_000);
        let (app, ctx) = (&books.app, &books.ctx);
        let payment = RecordPayment {
            id: PaymentId(app.next_id()),
            customer,
            amount: Money::new(40_000, Currency::CLP),
            received_on: day("2026-11-01"),
            method: Some("transfer".into()),
            reference: Some("abono F1".into()),
            indicated: vec![(invoice, None)],
        };
        payments::record(app, ctx, &payment).unwrap();
        payments::undo(app, ctx, payment.id, "error").unwrap();
        let at = AsOf::day(ctx.today);
        let detail = document_detail::detail(app, ctx, at, invoice).unwrap();
        let told: Vec<_> = detail
            .movements
            .iter()
            .map(|m| {
                (
                    m.effective_on.to_string(),
                    m.recorded_on.to_string(),
                    m.change_minor,
                    m.open_after_minor,
                    m.is_reversed,
                    m.is_reversal,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("2026-09-20".into(), "2026-09-20".into(), 100_000, 100_000, false, false),
                ("2026-11-01".into(), TODAY.to_owned(), -40_000, 60_000, true, false),
                ("2026-11-01".into(), TODAY.to_owned(), 40_000, 100_000, false, true),
            ]
        );
        let Origin::Payment { reference, .. } = &detail.movements[1].origin else {
            panic!("not a payment: {:?}", detail.movements[1].origin);
        };
        assert_eq!(reference.as_deref(), Some("abono F1"));
        assert_eq!((detail.status, detail.open_minor), (Status::Overdue, 100_000));
        let then =
            document_detail::detail(app, ctx, AsOf::day(day("2026-10-01")), invoice).unwrap();
        assert_eq!((then.status, then.movements.len()), (Status::NotDue, 1));
        let missing = document_detail::detail(app, ctx, at, DocumentId(5));
        assert!(matches!(missing, Err(ServiceError::NotFound(_))));
    }
}

#[test]
fn a_customer_is_shown_whole_and_its_timeline_page_by_page() {
    for place in places() {
        let scene = Scene::new(&place, 3);
        let naive = scene.naive(day(TODAY));
        for customer in &scene.customers {
            let shown = scene.overview(*customer, &overview::Question::default());
            for position in shown.positions.iter().filter(|p| p.balance.open_minor != 0) {
                let balance = &position.balance;
                let sums = naive[&(*customer, balance.currency)];
                assert_eq!(
                    (balance.open_minor, balance.overdue_minor, balance.unapplied_minor),
                    sums
                );
            }
            assert_eq!(shown.behaviour.months.iter().filter(|m| m.until > day(TODAY)).count(), 0);
            assert!(
                shown
                    .documents
                    .rows
                    .iter()
                    .all(|row| row.customer.id == *customer && row.open_minor > 0)
            );
            let whole = timelines::Question { limit: 10_000, ..Default::default() };
            let at = AsOf::day(day(TODAY));
            let (app, ctx) = (&scene.books.app, &scene.books.ctx);
            let page = |question: &timelines::Question| {
                let question = overview::Question { timeline: *question, ..Default::default() };
                overview::of_customer(app, ctx, at, *customer, &question).unwrap().timeline
            };
            let all = page(&whole);
            assert_eq!(all.next, None);
            assert!(
                all.items
                    .windows(2)
                    .all(|pair| (pair[0].on, pair[0].id) > (pair[1].on, pair[1].id))
            );
            let mut paged = Vec::new();
            let mut question = timelines::Question { limit: 3, ..Default::default() };
            loop {
                let part = page(&question);
                paged.extend(part.items);
                question.before = part.next;
                if part.next.is_none() {
                    break;
                }
            }
            assert_eq!(paged, all.items);
            let by_kind: usize = timelines::Kind::ALL
                .into_iter()
                .map(|kind| page(&timelines::Question { kind: Some(kind), ..whole }).items.len())
                .sum();
            assert_eq!(by_kind, all.items.len(), "every event belongs to one family");
        }
    }
}

/// Late, much later, on hold, promised for today, not due, and late again.
fn six(place: &Place) -> (Books, Vec<CustomerId>) {
    let books = Books::open(place, at(TODAY, 12));
    let codes: Vec<String> =
        ["LATE", "MORE", "HELD", "SAID", "FINE", "BACK"].map(String::from).to_vec();
    let ids = books.customers(&codes);
    let (app, ctx) = (&books.app, &books.ctx);
    for (at, customer) in ids.iter().enumerate() {
        let due = if codes[at] == "FINE" { day("2026-12-24") } else { day("2026-10-15") };
        let minor = if codes[at] == "MORE" { 900_000 } else { 100_000 };
        books.invoice(*customer, &format!("F{at}"), due, minor);
    }
    let hold = PutHold {
        id: HoldId(app.next_id()),
        customer: ids[2],
        kind: "hold".into(),
        until: None,
        why: "VIP".into(),
    };
    holds::put(app, ctx, &hold).unwrap();
    let promise = MakePromise {
        id: PromiseId(app.next_id()),
        customer: ids[3],
        document: None,
        amount: Money::new(100_000, Currency::CLP),
        promised_on: ctx.today,
        note: None,
    };
    promises::make(app, ctx, &promise).unwrap();
    (books, ids)
}

#[test]
fn the_day_holds_whom_something_may_be_asked_of() {
    for place in places() {
        let (books, _) = six(&place);
        let (app, ctx) = (&books.app, &books.ctx);
        let names = |question: &worklist::Question| {
            let today = worklist::today(app, ctx, question).unwrap();
            today
                .rows
                .iter()
                .map(|row| (row.customer.code.clone(), row.is_done))
                .collect::<Vec<_>>()
        };
        let everybody = worklist::Question::default();
        assert_eq!(
            names(&everybody),
            [("MORE".into(), false), ("LATE".into(), false), ("BACK".into(), false)]
        );
        assert_eq!(
            names(&worklist::Question { show: Show::PromisesToday, ..Default::default() }),
            [("SAID".into(), false)]
        );
        let nobodys = worklist::Question { collector: Some("nadie".into()), ..Default::default() };
        assert_eq!(names(&nobodys), []);
    }
}

#[test]
fn a_contact_today_is_progress_and_a_callback_is_the_next_action() {
    for place in places() {
        let (books, ids) = six(&place);
        let (app, ctx) = (&books.app, &books.ctx);
        let everybody = worklist::Question::default();
        let before = worklist::today(app, ctx, &everybody).unwrap();
        assert_eq!(
            (before.counters.to_contact, before.counters.contacted, before.counters.promises_today),
            (3, 0, 1)
        );
        assert_eq!(before.counters.without_next_action, 3);
        assert!(before.rows[0].priority.points > before.rows[1].priority.points);
        assert_eq!((before.rows[0].oldest_overdue_days, before.rows[0].bucket), (40, 2));
        let contact = RecordContact {
            id: EventId(app.next_id()),
            customer: ids[5],
            channel: "call".into(),
            outcome: "callback".into(),
            cause: None,
            note: None,
            next: Next::Callback(ctx.today + 3),
        };
        contacts::record(app, ctx, &contact).unwrap();
        let after = worklist::today(app, ctx, &everybody).unwrap();
        assert_eq!(
            (
                after.counters.to_contact,
                after.counters.contacted,
                after.counters.without_next_action
            ),
            (3, 1, 2)
        );
        let back = after.rows.iter().find(|row| row.customer.code == "BACK").unwrap();
        assert!(back.is_done);
        let next = back.next.as_ref().unwrap();
        assert_eq!((next.step.as_str(), next.on), ("callback", ctx.today + 3));
        let following = worklist::following(app, ctx, &everybody, ids[1]).unwrap().unwrap();
        assert_eq!(following.code, "LATE");
    }
}

#[test]
fn a_search_reads_names_numbers_amounts_and_addresses() {
    for place in places() {
        let scene = Scene::new(&place, 5);
        let (app, ctx) = (&scene.books.app, &scene.books.ctx);
        let find = |text: &str| {
            let at = AsOf::day(ctx.today);
            search::search(app, ctx, at, text, &search::plain_amount).unwrap()
        };
        assert_eq!(find("c12").customers[0].customer.code, "C12");
        assert_eq!(
            find("c12@cliente").customers[0].matched.as_deref(),
            Some("c12@cliente.example")
        );
        let numbered = find("f017");
        assert_eq!(numbered.documents[0].document.number, "F017");
        let row = &numbered.documents[0];
        let amount = Money::new(row.document.total_minor, row.document.currency).to_plain();
        assert!(
            find(&amount).documents.iter().any(|found| found.document.id == row.document.id),
            "{amount}"
        );
        let many = find("F0");
        assert!(many.is_cut && many.documents.len() == search::MOST);
        assert!(find("zzz").customers.is_empty());
        for nothing in ["  ", "%", "_", "%%%%%", "____", ". - .", "!", "'"] {
            let found = find(nothing);
            assert!(found.customers.is_empty() && found.documents.is_empty(), "{nothing:?}");
            let filter = customers::Filter { text: nothing.to_owned(), ..Default::default() };
            let question = customers::Question { filter, ..Default::default() };
            let listed = customers::list(app, ctx, AsOf::day(ctx.today), &question).unwrap();
            let expected = nothing.trim().is_empty();
            assert_eq!(listed.row_count > 0, expected, "{nothing:?}: a blank filter is no filter");
        }
    }
}

#[test]
fn a_viewer_reads_and_the_buckets_asked_for_are_used() {
    for place in places() {
        let scene = Scene::new(&place, 2);
        let viewer = Ctx { role: Role::Viewer, ..scene.books.ctx.clone() };
        let buckets = BucketSet::by_due(&[15]).unwrap();
        let question = customers::Question { buckets, page: all(), ..Default::default() };
        let listed =
            customers::list(&scene.books.app, &viewer, AsOf::day(day(TODAY)), &question).unwrap();
        assert!(listed.rows.iter().all(|row| row.balance.buckets.len() == 3));
        worklist::today(&scene.books.app, &viewer, &worklist::Question::default()).unwrap();
    }
}
