//! Taking an import back, on both engines: figures return to what they were, for every day and for
//! what was known before; nothing that something else needs goes; and it can come again.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_formats::record::*;
use puntual_service::error::ServiceError;
use puntual_service::imports::{Input, Options};
use puntual_store::on_both_engines;

const DAYS: [&str; 4] = ["2026-01-31", "2026-03-15", "2026-08-31", "2026-11-21"];

fn first() -> Vec<Record> {
    vec![
        record(invoice("F1", "A", "2026-01-05", "2026-02-04", "1000")),
        record(invoice("F2", "B", "2026-02-05", "2026-03-07", "2000")),
        payment("P1", "A", "2026-02-10", "400"),
        allocation(AllocationKind::Payment, "F1", "2026-02-10", "400", Some("P1")),
    ]
}

fn second() -> Vec<Record> {
    vec![
        record(invoice("F3", "A", "2026-03-05", "2026-04-04", "500")),
        record(DocumentRecord {
            cleared_on: Some(day("2026-04-10")),
            ..invoice("F4", "C", "2026-03-05", "2026-04-04", "700")
        }),
        record(note("N1", "B", "2026-03-10", "300", "F2")),
        payment("P2", "A", "2026-03-11", "900"),
        allocation(AllocationKind::Payment, "F1", "2026-03-11", "600", Some("P2")),
        allocation(AllocationKind::Payment, "F3", "2026-03-11", "250", Some("P2")),
        allocation(AllocationKind::WriteOff, "F2", "2026-06-01", "100", None),
    ]
}

on_both_engines! {
    fn figures_return_to_what_they_were(place) {
        let books = Books::chile(place);
        books.load(first());
        let before = books.everything(&DAYS);
        let batch = books.load(second());
        let with = books.everything(&DAYS);
        assert_ne!(before, with);
        books.undo(batch.id).unwrap();
        books.prove();
        same(&books.everything(&DAYS), &before, "before");
        let seq = books.ledger_seq();
        assert!(books.undo(batch.id).unwrap().undone_at.is_some());
        assert_eq!(books.ledger_seq(), seq);
        let again = books.load(second());
        assert_eq!(again.counts.accepted, second().len() as i64, "{:?}", again.counts);
        same(&books.everything(&DAYS), &with, "with");
        books.prove();
    }

    fn what_was_known_before_is_still_known(place) {
        let mut books = Books::chile(place);
        books.on("2026-11-10");
        books.load(first());
        books.on("2026-11-15");
        let input = Input::Records { name: "two".to_owned(), records: second() };
        let (batch, _) = books.import_as(vec![input], &Options::default());
        let known = |books: &Books, at: &str| books.totals_known("2026-11-21", at);
        let (early, late) = (known(&books, "2026-11-14"), known(&books, "2026-11-15"));
        assert_ne!(early, late);
        books.on("2026-11-20");
        books.undo(batch.id).unwrap();
        assert_eq!((known(&books, "2026-11-14"), known(&books, "2026-11-19")), (early.clone(), late));
        assert_eq!(known(&books, "2026-11-20"), early);
        assert_eq!(books.totals("2026-11-21"), early);
    }

    fn what_something_else_needs_is_not_taken_back(place) {
        let books = Books::chile(place);
        let one = books.load(first());
        let two = books.load(second());
        let before = books.everything(&DAYS);
        assert!(matches!(books.undo(one.id), Err(ServiceError::Conflict(_))));
        same(&books.everything(&DAYS), &before, "before");
        books.undo(two.id).unwrap();
        books.undo(one.id).unwrap();
        assert_eq!(books.totals("2026-11-21"), "");
        books.prove();
    }

    fn what_waited_waits_again_when_its_document_is_taken_back(place) {
        let books = Books::chile(place);
        books.load(vec![record(note("N1", "A", "2026-01-10", "300", "F1")), payment("P1", "A", "2026-02-10", "400")]);
        books.load(vec![allocation(AllocationKind::Payment, "F1", "2026-02-10", "400", Some("P1"))]);
        let waiting = books.everything(&DAYS);
        let issued = || vec![record(invoice("F1", "A", "2026-01-05", "2026-02-04", "1000"))];
        let batch = books.load(issued());
        let applied = books.totals("2026-11-21");
        assert_eq!(applied, "CLP 0 | 0 | 0 | 0 | 0 | 300 | u 0 | b 300");
        books.undo(batch.id).unwrap();
        same(&books.everything(&DAYS), &waiting, "waiting");
        books.load(issued());
        assert_eq!(books.totals("2026-11-21"), applied);
        books.prove();
    }

    fn what_was_carried_out_later_is_not_taken_back(place) {
        let mut books = Books::chile(place);
        books.on("2026-11-10");
        let rows = books.load(vec![allocation(AllocationKind::Payment, "F1", "2026-02-10", "400", Some("P1"))]);
        books.on("2026-11-11");
        let facts = books.load(vec![record(invoice("F1", "A", "2026-01-05", "2026-02-04", "1000")), payment("P1", "A", "2026-02-10", "400")]);
        assert_eq!(books.totals("2026-02-10"), "CLP 0 | 600 | 0 | 0 | 0 | 0 | u 0 | b 600");
        assert!(matches!(books.undo(rows.id), Err(ServiceError::Conflict(_))));
        books.on("2026-11-12");
        books.undo(facts.id).unwrap();
        books.undo(rows.id).unwrap();
        books.on("2026-11-13");
        let again = books.load(vec![
            allocation(AllocationKind::Payment, "F1", "2026-02-10", "400", Some("P1")),
            payment("P1", "A", "2026-02-10", "400"),
        ]);
        assert_eq!(again.counts.accepted, 2, "{:?}", again.counts);
        books.load(vec![record(invoice("F1", "A", "2026-01-05", "2026-02-04", "1000"))]);
        assert_eq!(books.totals("2026-02-10"), "CLP 0 | 600 | 0 | 0 | 0 | 0 | u 0 | b 600");
        books.prove();
    }

    fn an_import_that_served_itself_is_taken_back(place) {
        let mut books = Books::chile(place);
        books.on("2026-11-10");
        let batch = books.load(vec![
            record(note("N1", "A", "2026-01-10", "300", "F1")),
            allocation(AllocationKind::Payment, "F1", "2026-02-10", "400", Some("P1")),
            payment("P1", "A", "2026-02-10", "400"),
            record(invoice("F1", "A", "2026-01-05", "2026-02-04", "1000")),
        ]);
        books.on("2026-11-11");
        books.undo(batch.id).unwrap();
        assert_eq!(books.totals("2026-11-11"), "");
        books.prove();
    }

    fn an_undone_import_leaves_nothing_waiting(place) {
        let books = Books::chile(place);
        let batch = books.load(vec![record(note("N1", "A", "2026-01-10", "300", "F1"))]);
        books.undo(batch.id).unwrap();
        books.load(vec![record(invoice("F1", "A", "2026-01-05", "2026-02-04", "1000"))]);
        assert_eq!(books.totals("2026-02-04"), "CLP 1000 | 0 | 0 | 0 | 0 | 0 | u 0 | b 1000");
        books.prove();
    }
}
