//! What is told of documents that come later, on both engines: answers, claims, assignments,
//! disputes and promises take effect when their document arrives, whatever the order of files.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::currency::Currency;
use puntual_core::id::{CustomerId, ImportId};
use puntual_formats::record::*;
use puntual_service::error::ServiceError;
use puntual_store::on_both_engines;
use puntual_store::testing::Place;
use puntual_store::{CustomerRange, document, pending, receivable, standing, timeline};

/// Two assignments of invoice 2001, on two days.
const AEC: &[u8] = include_bytes!("../../formats/tests/corpus/dte/aec_dos_cesiones.xml");
/// The buyer accepts 2001 and refuses 2002.
const ANSWER: &[u8] =
    include_bytes!("../../formats/tests/corpus/dte/respuesta_acepta_y_rechaza.xml");
const DISPUTES: &[u8] = b"document,opened,reason\n2001,2026-03-20,price\n";
const PROMISES: &[u8] = b"document,promised,amount\n2001,2026-04-30,119000\n";

/// The books of the seller those files name.
fn seller(place: &Place) -> Books {
    Books::open(place, "CL", Currency::CLP, "77777777-7", "2026-11-21")
}

fn factura(folio: &str) -> Record {
    record(dte("33", invoice(folio, "A", "2026-03-11", "2026-04-10", "119000")))
}

/// What is told of each document that is in the books.
fn told(books: &Books) -> Vec<String> {
    let scope = books.ctx.scope();
    let mut lines = books.app.store.read(|tx| {
        let mut lines = Vec::new();
        for folio in ["2001", "2002"] {
            let key = format!("dte:33:{folio}");
            let Some(known) = document::known(tx, scope, [key.as_str()].into_iter())?.pop() else {
                continue;
            };
            let holder = document::get(tx, scope, known.id)?.unwrap().assigned_to;
            lines.push(format!("{folio} held by {holder:?}"));
            for e in timeline::of_customer(tx, scope, known.customer, 99)? {
                if e.subject == Some(known.id.0) {
                    lines.push(format!("{folio} {} {} {:?}", e.happened_on, e.kind, e.body));
                }
            }
            for d in standing::disputes(tx, scope, Some(known.customer), true)? {
                if d.document == known.id {
                    lines.push(format!("{folio} disputed {} {}", d.opened_on, d.reason));
                }
            }
            for p in standing::promises_of(tx, scope, known.customer)? {
                if p.document == Some(known.id) {
                    let (made, on, minor) = (p.made_on, p.promised_on, p.amount_minor);
                    lines.push(format!("{folio} promised {minor} for {on} on {made} {}", p.state));
                }
            }
        }
        Ok::<_, ServiceError>(lines)
    });
    lines.as_mut().unwrap().sort();
    lines.unwrap()
}

fn waiting(books: &Books) -> usize {
    books.app.store.read(|tx| pending::list(tx, books.ctx.scope(), 99)).unwrap().len()
}

/// Whether the creditor has anything to collect.
fn collects(books: &Books) -> bool {
    let everyone = CustomerRange { after: CustomerId(0), through: CustomerId(i64::MAX) };
    let scope = books.ctx.scope();
    let open = books.app.store.read(|tx| receivable::collectable_of_customers(tx, scope, everyone));
    !open.unwrap().is_empty()
}

fn codes(books: &Books, import: ImportId) -> Vec<String> {
    books.issues(import).into_iter().map(|issue| issue.code).collect()
}

/// All that is told and the documents it is told of, one step each.
const STEPS: [fn(&Books); 5] = [
    |books| drop(books.upload(&[("aec.xml", AEC)])),
    |books| drop(books.upload(&[("respuesta.xml", ANSWER)])),
    |books| drop(books.upload(&[("disputes.csv", DISPUTES)])),
    |books| drop(books.upload(&[("promises.csv", PROMISES)])),
    |books| drop(books.load(vec![factura("2001"), factura("2002")])),
];

on_both_engines! {
    fn an_assignment_before_its_document_stops_collection(place) {
        let books = seller(place);
        let (batch, _) = books.upload(&[("aec.xml", AEC)]);
        assert_eq!((batch.counts.accepted, batch.counts.quarantined), (2, 0));
        assert_eq!(codes(&books, batch.id), ["waiting", "waiting"]);
        books.load(vec![factura("2002")]);
        assert_eq!((waiting(&books), collects(&books)), (2, true));
        let books = seller(&another(place));
        books.upload(&[("aec.xml", AEC)]);
        books.load(vec![factura("2001")]);
        assert_eq!(told(&books)[2], "2001 held by Some(\"FACTORING\")", "{:?}", told(&books));
        assert_eq!((waiting(&books), collects(&books)), (0, false));
        books.prove();
    }

    fn an_assignment_in_the_file_of_its_document_stops_collection(place) {
        let books = seller(place);
        let given = |on: &str, sequence, to: &str| Record::Event(Box::new(EventRecord {
            place: format!("Cesion {sequence}"),
            kind: EventKind::Assigned,
            type_code: Some("33".to_owned()),
            number: Some("2001".to_owned()),
            on: Some(day(on)),
            assignment: Some(AssignmentRecord {
                sequence: Some(sequence), assignee_name: Some(to.to_owned()), ..AssignmentRecord::default()
            }),
            ..EventRecord::default()
        }));
        books.load(vec![given("2026-03-22", 2, "Banco"), given("2026-03-21", 1, "Factor"), factura("2001")]);
        assert!(!collects(&books));
        assert!(told(&books).contains(&"2001 held by Some(\"Banco\")".to_owned()), "{:?}", told(&books));
        // Given on twice on one day: the second holds it.
        let books = seller(&another(place));
        books.load(vec![given("2026-03-21", 2, "Banco"), given("2026-03-21", 1, "Factor")]);
        books.load(vec![factura("2001")]);
        assert!(told(&books).contains(&"2001 held by Some(\"Banco\")".to_owned()), "{:?}", told(&books));
        assert_eq!(told(&books).len(), 3);
    }

    fn what_is_told_first_or_last_ends_the_same(place) {
        let expected = [
            "2001 2026-03-12 document_accepted Some(\"motivo\")",
            "2001 2026-03-21 document_assigned Some(\"2001\")",
            "2001 2026-03-22 document_assigned Some(\"2001\")",
            "2001 disputed 2026-03-20 price",
            "2001 held by Some(\"FACTORING\")",
            "2001 promised 119000 for 2026-04-30 on 2026-04-30 open",
            "2002 2026-03-12 document_claimed Some(\"motivo\")",
            "2002 disputed 2026-03-12 motivo",
            "2002 held by None",
        ];
        // The documents come first, last, and after each of the others.
        for at in 0..STEPS.len() {
            let books = seller(&another(place));
            let mut order: Vec<usize> = (0..STEPS.len() - 1).collect();
            order.insert(at, STEPS.len() - 1);
            for step in order {
                STEPS[step](&books);
            }
            assert_eq!(told(&books), expected, "documents in position {at}");
            assert_eq!(waiting(&books), 0);
            books.prove();
        }
    }

    fn the_same_again_adds_nothing(place) {
        let books = seller(place);
        let files: [(&str, &[u8]); 4] = [
            ("aec.xml", AEC), ("respuesta.xml", ANSWER), ("disputes.csv", DISPUTES), ("promises.csv", PROMISES),
        ];
        let first = books.upload(&files).0.counts;
        assert_eq!((first.accepted, first.duplicates), (6, 0), "{first:?}");
        let again = books.upload(&files).0.counts;
        assert_eq!((again.accepted, again.duplicates), (0, 6), "{again:?}");
        assert_eq!(waiting(&books), 6);
        books.load(vec![factura("2001"), factura("2002")]);
        let before = told(&books);
        let after = books.upload(&files).0.counts;
        assert_eq!((after.accepted, after.duplicates), (0, 6), "{after:?}");
        assert_eq!(told(&books), before);
    }

    fn what_waits_goes_with_the_import_that_brought_it(place) {
        let mut books = seller(place);
        let files: [(&str, &[u8]); 4] = [
            ("aec.xml", AEC), ("respuesta.xml", ANSWER), ("disputes.csv", DISPUTES), ("promises.csv", PROMISES),
        ];
        let (batch, _) = books.upload(&files);
        books.undo(batch.id).unwrap();
        assert_eq!(waiting(&books), 0);
        let issued = books.load(vec![factura("2001"), factura("2002")]);
        assert_eq!(told(&books), ["2001 held by None", "2002 held by None"]);
        books.undo(issued.id).unwrap();
        // It can come again, waits again when its documents are taken back, and stays meanwhile.
        books.on("2026-11-22");
        let (batch, _) = books.upload(&files);
        assert_eq!((batch.counts.accepted, waiting(&books)), (6, 6));
        books.on("2026-11-23");
        let issued = books.load(vec![factura("2001"), factura("2002")]);
        let all = told(&books);
        assert_eq!((all.len(), waiting(&books)), (9, 0));
        assert!(matches!(books.undo(batch.id), Err(ServiceError::Conflict(_))));
        books.undo(issued.id).unwrap();
        assert_eq!(waiting(&books), 6);
        books.load(vec![factura("2001"), factura("2002")]);
        assert_eq!(told(&books), all);
        books.prove();
    }

    fn a_promise_was_made_when_it_was_told(place) {
        let mut books = seller(place);
        books.on("2026-04-01");
        books.upload(&[("promises.csv", PROMISES)]);
        books.on("2026-06-01");
        books.load(vec![factura("2001")]);
        assert_eq!(told(&books)[1], "2001 promised 119000 for 2026-04-30 on 2026-04-01 open");
    }

    fn what_can_never_be_found_does_not_wait(place) {
        let books = seller(place);
        let long = format!("document,opened,reason\n{},2026-03-20,price\n", "9".repeat(500));
        let (batch, _) = books.upload(&[("disputes.csv", long.as_bytes())]);
        assert_eq!((codes(&books, batch.id), waiting(&books)), (vec!["field_too_long".to_owned()], 0));
        let nameless = Record::Event(Box::new(EventRecord { place: "1".to_owned(), ..EventRecord::default() }));
        let batch = books.load(vec![nameless]);
        assert_eq!((codes(&books, batch.id), waiting(&books)), (vec!["unknown_document".to_owned()], 0));
    }
}
