//! Customers that are one, on both engines: what they owe together, what was known before, what an
//! import brings later, what the day does; and that taking a merge back puts everything back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::access::Role;
use puntual_core::id::{CustomerId, EventId, HoldId, MergeId};
use puntual_core::portfolio::AsOf;
use puntual_formats::record::*;
use puntual_service::ctx::Ctx;
use puntual_service::customers::{self, Filter, Question};
use puntual_service::error::ServiceError;
use puntual_service::groups::{self, SetParent};
use puntual_service::holds::{self, PutHold};
use puntual_service::likely_duplicates::{self, Dismiss};
use puntual_service::merges::{self, MergeCustomers, MergeRow, UnmergeCustomers};
use puntual_service::overview;
use puntual_store::testing::Place;
use puntual_store::{customer, merge, on_both_engines, receivable, timeline};

const DAYS: [&str; 3] = ["2026-02-28", "2026-04-30", "2026-11-21"];

/// A owes 600 of 1 000, B owes 2 000 less a note of 300 and has 50 in credit, C owes 10.
fn small(place: &Place) -> Books {
    let books = Books::chile(place);
    books.load(vec![
        record(invoice("F1", "A", "2026-01-05", "2026-02-04", "1000")),
        record(invoice("F2", "B", "2026-02-05", "2026-03-07", "2000")),
        record(note("N1", "B", "2026-03-10", "300", "F2")),
        record(DocumentRecord {
            references: Vec::new(),
            ..note("N2", "B", "2026-03-10", "50", "")
        }),
        payment("P1", "A", "2026-02-10", "400"),
        allocation(AllocationKind::Payment, "F1", "2026-02-10", "400", Some("P1")),
        record(invoice("F3", "C", "2026-02-05", "2026-03-07", "10")),
    ]);
    books.prove();
    books
}

fn id_of(books: &Books, code: &str) -> CustomerId {
    let found = books.app.store.read(|tx| customer::by_code(tx, books.ctx.scope(), code));
    found.unwrap().unwrap().id
}

fn command(books: &Books, customer: &str, into: &str) -> MergeCustomers {
    MergeCustomers {
        id: MergeId(books.app.next_id()),
        customer: id_of(books, customer),
        into: id_of(books, into),
        why: "la misma empresa, dos códigos".into(),
    }
}

fn join(books: &Books, customer: &str, into: &str) -> MergeRow {
    merges::merge(&books.app, &books.ctx, &command(books, customer, into)).unwrap()
}

fn part(books: &Books, merge: MergeId) -> MergeRow {
    let command = UnmergeCustomers {
        id: EventId(books.app.next_id()),
        merge,
        why: "no eran la misma".into(),
    };
    merges::unmerge(&books.app, &books.ctx, &command).unwrap()
}

/// `A 600 u 0, B 1700 u 50`: what each customer of the ageing report owes and has on account.
fn owing(books: &Books, at: AsOf) -> String {
    let report = books.aging(at);
    let line = |row: &serde_json::Value| {
        let balance: i64 = row["balance"].as_str().unwrap().parse().unwrap();
        let unapplied: i64 = row["unapplied"].as_str().unwrap().parse().unwrap();
        format!("{} {} u {unapplied}", row["key"].as_str().unwrap(), balance + unapplied)
    };
    report["rows"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join(", ")
}

fn today(books: &Books) -> AsOf {
    AsOf::day(books.ctx.today)
}

fn refused<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> String {
    match result {
        Err(ServiceError::Invalid(invalid)) => invalid.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

fn listed(books: &Books, question: &Question) -> Vec<String> {
    let listed = customers::list(&books.app, &books.ctx, today(books), question).unwrap();
    listed.rows.into_iter().map(|row| row.customer.code).collect()
}

fn kinds(books: &Books, code: &str) -> Vec<String> {
    let (id, scope) = (id_of(books, code), books.ctx.scope());
    let events = books.app.store.read(|tx| timeline::of_customer(tx, scope, id, 99)).unwrap();
    let own = events.into_iter().filter(|event| event.customer == id);
    own.map(|event| event.kind).collect()
}

on_both_engines! {
    fn what_two_owe_is_what_one_owes_and_comes_apart_again_to_the_cent(place) {
        let books = small(place);
        let before = books.everything(&DAYS);
        assert_eq!(owing(&books, today(&books)), "A 600 u 0, B 1700 u 50, C 10 u 0");
        let total = books.totals("2026-11-21");
        let seq = books.ledger_seq();
        let row = join(&books, "A", "B");
        assert_eq!(owing(&books, today(&books)), "B 2300 u 50, C 10 u 0");
        assert_eq!(books.totals("2026-11-21"), total);
        // It was always so: a past day shows one customer too.
        assert_eq!(owing(&books, AsOf::day(day("2026-02-28"))), "B 2600 u 0, C 10 u 0");
        books.prove();
        part(&books, row.id);
        same(&books.everything(&DAYS), &before, "taken apart");
        assert_eq!(books.ledger_seq(), seq, "no money moves");
        books.prove();
        assert_eq!(kinds(&books, "A"), ["customer_unmerged", "customer_merged"]);
        assert_eq!(kinds(&books, "B"), ["customer_released", "customer_absorbed"]);
    }

    fn figures_with_what_was_known_before_show_two_customers(place) {
        let mut books = small(place);
        let apart = "A 600 u 0, B 1700 u 50, C 10 u 0";
        books.on("2026-11-25");
        let row = join(&books, "A", "B");
        books.on("2026-11-28");
        part(&books, row.id);
        let known = |on: &str| owing(&books, AsOf::known(day("2026-11-24"), day(on)));
        assert_eq!(known("2026-11-24"), apart);
        assert_eq!(known("2026-11-25"), "B 2300 u 50, C 10 u 0");
        assert_eq!(known("2026-11-27"), "B 2300 u 50, C 10 u 0");
        assert_eq!(known("2026-11-28"), apart);
        assert_eq!(owing(&books, today(&books)), apart);
    }

    fn an_import_follows_the_merged_customer_and_its_repeat_is_a_repeat(place) {
        let books = small(place);
        let row = join(&books, "A", "B");
        let later = || {
            vec![
                record(invoice("F4", "A", "2026-03-01", "2026-04-01", "500")),
                payment("P2", "A", "2026-03-05", "70"),
            ]
        };
        books.load(later());
        assert_eq!(owing(&books, today(&books)), "B 2800 u 120, C 10 u 0");
        let again = books.load(later());
        assert_eq!((again.counts.accepted, again.counts.duplicates), (0, 2));
        books.prove();
        part(&books, row.id);
        // Issued to A's own code, so A's again.
        assert_eq!(owing(&books, today(&books)), "A 1100 u 70, B 1700 u 50, C 10 u 0");
        books.prove();
    }

    fn merges_of_a_chain_come_apart_in_any_order(place) {
        for first in [0, 1] {
            let place = another(place);
            let books = small(&place);
            let before = books.everything(&DAYS);
            let rows = [join(&books, "A", "B"), join(&books, "B", "C")];
            assert_eq!(owing(&books, today(&books)), "C 2310 u 50");
            books.prove();
            part(&books, rows[first].id);
            let half = ["A 600 u 0, C 1710 u 50", "B 2300 u 50, C 10 u 0"];
            assert_eq!(owing(&books, today(&books)), half[first]);
            books.prove();
            part(&books, rows[1 - first].id);
            same(&books.everything(&DAYS), &before, "all taken apart");
        }
    }

    fn what_makes_no_sense_is_refused_and_a_command_counts_once(place) {
        let books = small(place);
        let merge = |command: &MergeCustomers| merges::merge(&books.app, &books.ctx, command);
        let first = command(&books, "A", "B");
        assert_eq!(merge(&first).unwrap(), merge(&first).unwrap());
        let other = MergeCustomers { why: "otra cosa".into(), ..first.clone() };
        assert!(matches!(merge(&other), Err(ServiceError::Conflict(_))));
        assert_eq!(refused(merge(&command(&books, "C", "C"))), "into: itself");
        assert_eq!(refused(merge(&command(&books, "A", "C"))), "into: already_merged");
        assert_eq!(refused(merge(&command(&books, "B", "A"))), "into: into_merged");
        let silent = MergeCustomers { why: " ".into(), ..command(&books, "C", "B") };
        assert_eq!(refused(merge(&silent)), "why: missing");
        let stranger =
            MergeCustomers { into: CustomerId(7), ..command(&books, "C", "B") };
        assert!(matches!(merge(&stranger), Err(ServiceError::NotFound(_))));
        let agent = Ctx { role: Role::Agent, ..books.ctx.clone() };
        let refused = merges::merge(&books.app, &agent, &command(&books, "C", "B"));
        assert!(matches!(refused, Err(ServiceError::Forbidden(_))));
        let undo = UnmergeCustomers {
            id: EventId(books.app.next_id()),
            merge: first.id,
            why: "no eran la misma".into(),
        };
        let unmerge = |command: &UnmergeCustomers| merges::unmerge(&books.app, &books.ctx, command);
        assert_eq!(unmerge(&undo).unwrap(), unmerge(&undo).unwrap());
        let again = UnmergeCustomers { why: "otra cosa".into(), ..undo };
        assert!(matches!(unmerge(&again), Err(ServiceError::Conflict(_))));
        // Taken apart, they may be merged the other way round.
        join(&books, "B", "A");
    }

    fn the_page_and_the_lists_show_one_customer_with_what_both_have(place) {
        let books = small(place);
        let (a, b) = (id_of(&books, "A"), id_of(&books, "B"));
        let hold = PutHold {
            id: HoldId(books.app.next_id()),
            customer: a,
            kind: "hold".into(),
            until: None,
            why: "revisando".into(),
        };
        holds::put(&books.app, &books.ctx, &hold).unwrap();
        let preview = merges::preview(&books.app, &books.ctx, a, b).unwrap();
        assert_eq!((preview.refusal, preview.together[0].open_minor), (None, 2_300));
        assert_eq!((preview.customer.holds, preview.into.holds), (1, 0));
        assert_eq!(preview.customer.balances[0].open_minor, 600);
        let row = join(&books, "A", "B");
        let page = |id| {
            let question = overview::Question::default();
            overview::of_customer(&books.app, &books.ctx, today(&books), id, &question).unwrap()
        };
        for asked in [a, b] {
            let shown = page(asked);
            assert_eq!(shown.customer.id, b);
            assert_eq!(shown.positions[0].balance.open_minor, 2_300);
            assert_eq!(shown.holds.len(), 1);
            assert_eq!(shown.documents.document_count, 2);
            assert_eq!(shown.joined[0].customer.code, "A");
            assert_eq!(shown.joined[0].merge, row);
        }
        assert_eq!(listed(&books, &Question::default()).len(), 2);
        // Found by the words of the one that is merged too.
        let by_code = Filter { text: "a".into(), ..Filter::default() };
        let found = Question { filter: by_code, ..Question::default() };
        assert_eq!(listed(&books, &found), ["B"]);
        let (_, parting) = merges::preview_unmerge(&books.app, &books.ctx, row.id).unwrap();
        assert_eq!(parting.together[0].open_minor, 2_300);
        assert_eq!(parting.customer.balances[0].open_minor, 600);
        assert_eq!(parting.into.balances[0].open_minor, 1_700);
        assert_eq!((parting.customer.holds, parting.into.holds), (1, 0));
        part(&books, row.id);
        assert_eq!((page(a).holds.len(), page(b).holds.len()), (1, 0));
    }

    fn a_proposal_turned_down_is_not_made_again_until_that_is_taken_back(place) {
        let books = Books::chile(place);
        let named = |number: &str, code: &str, name: &str| {
            let made = invoice(number, code, "2026-01-05", "2026-02-04", "1000");
            let buyer = PartyRecord { name: Some(name.to_owned()), ..made.buyer.clone() };
            record(DocumentRecord { buyer, ..made })
        };
        books.load(vec![
            named("F1", "A", "Ferretería San José Ltda."),
            named("F2", "B", "FERRETERIA SAN JOSE LIMITADA"),
        ]);
        let proposed = || likely_duplicates::list(&books.app, &books.ctx, 9, 0).unwrap().1;
        assert_eq!(proposed(), 1);
        let (one, other) = (id_of(&books, "B"), id_of(&books, "A"));
        let dismiss =
            Dismiss { id: EventId(books.app.next_id()), one, other, why: Some("dos socios".into()) };
        likely_duplicates::dismiss(&books.app, &books.ctx, &dismiss).unwrap();
        likely_duplicates::dismiss(&books.app, &books.ctx, &dismiss).unwrap();
        assert_eq!(proposed(), 0);
        let shown = likely_duplicates::turned_down(&books.app, &books.ctx, 9).unwrap();
        assert_eq!((shown.len(), shown[0].dismissal.why.as_deref()), (1, Some("dos socios")));
        likely_duplicates::propose_again(&books.app, &books.ctx, one, other).unwrap();
        likely_duplicates::propose_again(&books.app, &books.ctx, one, other).unwrap();
        assert_eq!(proposed(), 1);
        assert_eq!(kinds(&books, "A"), ["likeness_proposed_again", "likeness_dismissed"]);
        join(&books, "B", "A");
        assert_eq!(proposed(), 0, "who is merged is nobody's double");
    }

    fn a_group_adds_up_its_companies_and_refuses_circles(place) {
        let books = small(place);
        let (a, b, c) = (id_of(&books, "A"), id_of(&books, "B"), id_of(&books, "C"));
        let set = |customer, parent| {
            let id = EventId(books.app.next_id());
            groups::set_parent(&books.app, &books.ctx, &SetParent { id, customer, parent })
        };
        set(b, Some(a)).unwrap();
        set(c, Some(b)).unwrap();
        assert_eq!(refused(set(a, Some(c))), "parent: circle");
        assert_eq!(refused(set(a, Some(a))), "parent: itself");
        let group = |id| {
            let set = Default::default();
            groups::of_customer(&books.app, &books.ctx, today(&books), &set, id).unwrap()
        };
        let shown = group(c);
        let codes: Vec<_> =
            shown.members.iter().map(|m| (m.customer.code.as_str(), m.depth)).collect();
        assert_eq!(codes, [("A", 0), ("B", 1), ("C", 2)]);
        assert_eq!((shown.totals[0].open_minor, shown.totals[0].unapplied_minor), (2_310, 50));
        let of_group = Filter { group: Some(b), ..Filter::default() };
        assert_eq!(listed(&books, &Question { filter: of_group, ..Question::default() }).len(), 3);
        // C is under A through B: merged with A they would come round.
        let round = merges::merge(&books.app, &books.ctx, &command(&books, "A", "C"));
        assert_eq!(refused(round), "into: group_circle");
        join(&books, "B", "A");
        assert_eq!(group(a).members.len(), 2);
        set(c, None).unwrap();
        assert_eq!(group(a).members.len(), 1);
        books.prove();
    }

    fn whoever_spoils_what_follows_from_the_merges_is_found_out(place) {
        let books = small(place);
        join(&books, "A", "B");
        let scope = books.ctx.scope();
        let spoilt: Result<(), ServiceError> =
            books.app.store.write(|tx| Ok(merge::set_merged(tx, scope, &Default::default())?));
        spoilt.unwrap();
        let said = books.wrong().join("\n");
        assert!(said.starts_with("merged_customers: ") && said.contains("does not count as"), "{said}");
        let (b, c) = (id_of(&books, "B"), id_of(&books, "C"));
        let pairs = puntual_core::merge::Merged::of_pairs([(c, b)]);
        let spoilt: Result<(), ServiceError> =
            books.app.store.write(|tx| Ok(merge::set_merged(tx, scope, &pairs)?));
        spoilt.unwrap();
        assert!(books.wrong().join("\n").contains("counts as another one without a merge"));
    }

    fn money_of_one_settles_what_the_other_owes_and_stays_right_when_they_part(place) {
        let books = small(place);
        let row = join(&books, "A", "B");
        let scope = books.ctx.scope();
        let a = id_of(&books, "A");
        let (debt, note) = books
            .app
            .store
            .read(|tx| {
                let open = receivable::open_of(tx, scope, a)?;
                let credit = puntual_store::document::open_credits(tx, scope, a)?;
                Ok::<_, ServiceError>((open, credit))
            })
            .unwrap();
        let debt = debt.iter().find(|r| r.customer == a).unwrap();
        let apply = puntual_service::applications::ApplyCredit {
            id: EventId(books.app.next_id()),
            source: puntual_core::posting::Source::CreditNote(note[0].id),
            document: debt.document,
            amount_minor: Some(30),
            effective_on: None,
        };
        puntual_service::applications::apply_credit(&books.app, &books.ctx, &apply).unwrap();
        books.prove();
        part(&books, row.id);
        assert_eq!(owing(&books, today(&books)), "A 570 u 0, B 1700 u 20, C 10 u 0");
        books.prove();
    }
}
