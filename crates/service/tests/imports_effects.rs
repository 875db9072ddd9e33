//! What a document or an event does to the books, on both engines and in every order: a document
//! that takes the place of another, one its tax office cancels, a claim of the buyer, an assignment
//! and its end, and what is named by a uid and came from a table.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::currency::Currency;
use puntual_core::id::CustomerId;
use puntual_formats::record::*;
use puntual_service::error::ServiceError;
use puntual_store::testing::Place;
use puntual_store::{CustomerRange, document, on_both_engines, receivable, standing, timeline};

fn spain(place: &Place) -> Books {
    Books::open(place, "ES", Currency::EUR, "B12345674", "2026-11-21")
}

fn colombia(place: &Place) -> Books {
    Books::open(place, "CO", "COP".parse().unwrap(), "800197268-4", "2026-11-21")
}

/// The invoice that states `old` anew.
fn corrected(number: &str, old: &str, issued: &str, total: &str) -> DocumentRecord {
    DocumentRecord {
        references: vec![ReferenceRecord {
            effect: ReferenceEffect::Replaces,
            number: Some(old.to_owned()),
            ..ReferenceRecord::default()
        }],
        ..invoice(number, "A", issued, "2026-06-30", total)
    }
}

fn paid(number: &str, on: &str, amount: &str, document: &str) -> Vec<Record> {
    vec![
        payment(number, "A", on, amount),
        allocation(AllocationKind::Payment, document, on, amount, Some(number)),
    ]
}

fn event(kind: EventKind, document: &DocumentRecord, on: &str) -> Record {
    Record::Event(Box::new(EventRecord {
        place: format!("{kind:?} {on}"),
        kind,
        number: document.number.clone(),
        uuid: document.uuid.clone(),
        type_code: document.type_code.clone(),
        on: Some(day(on)),
        reason: Some("faltan tres cajas".to_owned()),
        ..EventRecord::default()
    }))
}

fn stored(books: &Books, number: &str) -> document::Document {
    let found = books.app.store.read(|tx| {
        let scope = books.ctx.scope();
        let numbers = [number].into_iter();
        let known = document::known_by_numbers(tx, scope, numbers, false)?;
        document::get(tx, scope, known[0].1.id)
    });
    found.unwrap().unwrap()
}

/// What is open of a document now.
fn open(books: &Books, number: &str) -> i64 {
    let id = stored(books, number).id;
    let rows = books.app.store.read(|tx| receivable::of_documents(tx, books.ctx.scope(), &[id]));
    rows.unwrap().iter().map(|one| one.open_minor).sum()
}

fn disputes(books: &Books) -> Vec<standing::Dispute> {
    books.app.store.read(|tx| standing::disputes(tx, books.ctx.scope(), None, false)).unwrap()
}

fn collectable(books: &Books) -> usize {
    let everyone = CustomerRange { after: CustomerId(0), through: CustomerId(i64::MAX) };
    let scope = books.ctx.scope();
    books
        .app
        .store
        .read(|tx| receivable::collectable_of_customers(tx, scope, everyone))
        .unwrap()
        .len()
}

/// Every order of the steps.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..count {
        all = all
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                let left: Vec<usize> = (0..count).filter(|step| !order.contains(step)).collect();
                left.into_iter().map(move |step| [order.clone(), vec![step]].concat())
            })
            .collect();
    }
    all
}

on_both_engines! {
    fn what_replaces_an_invoice_owes_alone_and_gets_what_had_been_paid(place) {
        let steps = [
            vec![record(invoice("F-1", "A", "2026-03-02", "2026-04-01", "1000.00"))],
            vec![record(corrected("R-1", "F-1", "2026-05-04", "1200.00"))],
            paid("P-1", "2026-04-20", "300.00", "F-1"),
        ];
        for order in orders(steps.len()) {
            let books = spain(&another(place));
            for step in &order {
                books.load(steps[*step].clone());
            }
            assert_eq!((open(&books, "F-1"), open(&books, "R-1")), (0, 90_000), "{order:?}");
            assert_eq!(stored(&books, "F-1").replaced_by.as_deref(), Some("n:invoice:R-1"));
            let now = "EUR 0.00 | 0.00 | 0.00 | 0.00 | 0.00 | 900.00 | u 0.00 | b 900.00";
            assert_eq!(books.totals("2026-11-21"), now, "{order:?}");
            // Before it was replaced the old one stands as it stood.
            assert!(books.totals("2026-04-10").ends_with("u 0.00 | b 1000.00"), "{order:?}");
            assert!(books.totals("2026-05-01").ends_with("b 700.00"), "{order:?}");
            assert!(books.totals("2026-05-04").ends_with("u 0.00 | b 900.00"), "{order:?}");
            assert_eq!(collectable(&books), 1);
            // The same files again change nothing.
            for step in steps.iter() {
                assert_eq!(books.load(step.clone()).counts.accepted, 0, "{order:?}");
            }
            assert_eq!(open(&books, "R-1"), 90_000);
            books.prove();
        }
    }

    fn a_replacement_is_taken_back_with_its_import(place) {
        let books = spain(place);
        books.load(vec![record(invoice("F-1", "A", "2026-03-02", "2026-04-01", "1000.00"))]);
        books.load(paid("P-1", "2026-04-20", "300.00", "F-1"));
        let new = books.load(vec![record(corrected("R-1", "F-1", "2026-05-04", "1200.00"))]);
        books.undo(new.id).unwrap();
        assert_eq!((open(&books, "F-1"), stored(&books, "F-1").replaced_by), (70_000, None));
        assert_eq!(collectable(&books), 1);
        books.prove();
        // Where the old one came last, it goes first.
        let books = spain(&another(place));
        let new = books.load(vec![record(corrected("R-1", "F-1", "2026-05-04", "1200.00"))]);
        let old = books.load(vec![record(invoice("F-1", "A", "2026-03-02", "2026-04-01", "1000.00"))]);
        assert!(matches!(books.undo(new.id), Err(ServiceError::Conflict(_))));
        books.undo(old.id).unwrap();
        books.undo(new.id).unwrap();
        assert_eq!(books.totals("2026-11-21"), "");
        books.prove();
    }

    fn a_correction_by_differences_adds_or_takes_off(place) {
        let books = spain(place);
        books.load(vec![record(invoice("F-1", "A", "2026-03-02", "2026-04-01", "1000.00"))]);
        let more = DocumentRecord {
            kind: DocumentKind::DebitNote,
            ..note("D-1", "A", "2026-05-04", "200.00", "F-1")
        };
        books.load(vec![record(more), record(note("C-1", "A", "2026-05-05", "50.00", "F-1"))]);
        assert_eq!((open(&books, "F-1"), open(&books, "D-1")), (95_000, 20_000));
        assert_eq!(stored(&books, "F-1").replaced_by, None);
        books.prove();
    }

    fn money_of_another_customer_and_notes_wait_for_a_person(place) {
        let books = spain(place);
        books.load(vec![record(invoice("F-1", "B", "2026-03-02", "2026-04-01", "1000.00"))]);
        books.load(vec![
            payment("P-1", "B", "2026-04-20", "300.00"),
            allocation(AllocationKind::Payment, "F-1", "2026-04-20", "300.00", Some("P-1")),
            record(note("C-1", "B", "2026-04-21", "100.00", "F-1")),
        ]);
        books.load(vec![record(corrected("R-1", "F-1", "2026-05-04", "1200.00"))]);
        assert_eq!((open(&books, "F-1"), open(&books, "R-1")), (0, 120_000));
        assert!(books.totals("2026-11-21").ends_with("u 400.00 | b 800.00"));
        let old = stored(&books, "F-1");
        let told = books.app.store.read(|tx| timeline::of_customer(tx, books.ctx.scope(), old.customer, 9));
        let told = told.unwrap().into_iter().find(|event| event.kind == "document_replaced").unwrap();
        assert_eq!((told.subject, told.balance_minor), (Some(old.id.0), Some(40_000)));
        books.prove();
    }

    fn two_that_replace_each_other_do_not_hang_the_import(place) {
        let books = spain(place);
        let one = DocumentRecord { ..corrected("R-1", "R-2", "2026-05-04", "1200.00") };
        let other = DocumentRecord { ..corrected("R-2", "R-1", "2026-05-05", "1300.00") };
        books.load(vec![record(one), record(other)]);
        books.load(paid("P-1", "2026-05-20", "300.00", "R-1"));
        books.prove();
    }

    fn a_cfdi_that_is_replaced_owes_until_the_sat_cancels_it(place) {
        let uuid = |n: u32| format!("{n:08}-0000-4000-8000-000000000000");
        let old = DocumentRecord {
            uuid: Some(uuid(1)),
            ..invoice("A100", "A", "2026-03-02", "2026-04-01", "1000.00")
        };
        let mut new = DocumentRecord { uuid: Some(uuid(2)), ..corrected("A101", "", "2026-05-04", "1200.00") };
        new.references[0] = ReferenceRecord {
            effect: ReferenceEffect::Replaces, uuid: Some(uuid(1)), ..ReferenceRecord::default()
        };
        let steps = [
            [vec![record(old.clone())], paid("P-1", "2026-04-20", "300.00", "A100")].concat(),
            vec![record(new)],
            vec![event(EventKind::Cancelled, &old, "2026-05-06")],
        ];
        for order in orders(steps.len()) {
            let books = Books::mexico(&another(place));
            for (at, step) in order.iter().enumerate() {
                books.load(steps[*step].clone());
                if at == 1 && order[2] == 2 {
                    assert_eq!((open(&books, "A100"), collectable(&books)), (70_000, 1), "{order:?}");
                }
            }
            assert_eq!((open(&books, "A100"), open(&books, "A101")), (0, 90_000), "{order:?}");
            books.prove();
        }
    }

    fn a_cancelled_invoice_is_no_debt_from_that_day_on(place) {
        let old = DocumentRecord {
            uuid: Some("C0".repeat(18)),
            ..invoice("A100", "A", "2026-03-02", "2026-04-01", "1000.00")
        };
        let first = [vec![record(old.clone())], paid("P-1", "2026-04-20", "300.00", "A100")].concat();
        let end = vec![event(EventKind::Cancelled, &old, "2026-05-06")];
        for steps in [[first.clone(), end.clone()], [end, first]] {
            let books = Books::mexico(&another(place));
            for step in steps {
                books.load(step);
            }
            assert_eq!(open(&books, "A100"), 0);
            assert!(books.totals("2026-05-05").ends_with("b 700.00"));
            assert!(books.totals("2026-05-06").ends_with("u 300.00 | b -300.00"), "{}", books.totals("2026-05-06"));
            books.prove();
        }
        // Asking for it is not having it.
        let books = Books::mexico(&another(place));
        books.load(vec![record(old.clone()), event(EventKind::CancellationRequested, &old, "2026-05-04")]);
        assert_eq!(open(&books, "A100"), 100_000);
    }

    fn a_claim_opens_a_dispute_and_an_acceptance_withdraws_it(place) {
        let factura = dte("33", invoice("2001", "A", "2026-03-11", "2026-04-10", "119000"));
        let claim = event(EventKind::Claimed, &factura, "2026-03-14");
        let accepted = event(EventKind::Accepted, &factura, "2026-03-20");
        for order in orders(2) {
            let books = Books::chile(&another(place));
            let steps = [record(factura.clone()), claim.clone()];
            for step in order {
                books.load(vec![steps[step].clone()]);
            }
            let found = disputes(&books);
            assert_eq!(found.len(), 1);
            assert_eq!((found[0].reason.as_str(), found[0].opened_on), ("faltan tres cajas", day("2026-03-14")));
            assert_eq!((found[0].closed_on, found[0].amount_minor), (None, None));
            // It bears the number of the event it comes from.
            let told = books.app.store.read(|tx| timeline::of_customer(tx, books.ctx.scope(), found[0].customer, 9));
            assert!(told.unwrap().iter().any(|e| e.id.0 == found[0].id.0 && e.kind == "document_claimed"));
            assert_eq!(books.load(vec![claim.clone()]).counts.duplicates, 1);
            assert_eq!(disputes(&books).len(), 1);
        }
        for order in orders(3) {
            let books = Books::chile(&another(place));
            let steps = [record(factura.clone()), claim.clone(), accepted.clone()];
            for step in &order {
                books.load(vec![steps[*step].clone()]);
            }
            let found = disputes(&books);
            assert_eq!(found.len(), 1, "{order:?}");
            assert_eq!(found[0].resolution.as_deref(), Some("withdrawn"), "{order:?}");
        }
        // What the tax office refuses is no claim of the buyer.
        let books = Books::chile(&another(place));
        books.load(vec![record(factura.clone()), event(EventKind::Rejected, &factura, "2026-03-12")]);
        assert_eq!(disputes(&books), Vec::new());
    }

    fn an_assignment_ends_when_it_is_taken_back(place) {
        let invoice = DocumentRecord {
            uuid: Some("0A".repeat(48)),
            ..invoice("SETP1", "A", "2026-03-11", "2026-04-10", "119000")
        };
        let steps = [
            record(invoice.clone()),
            event(EventKind::Assigned, &invoice, "2026-03-20"),
            event(EventKind::AssignmentCancelled, &invoice, "2026-04-02"),
        ];
        for order in orders(steps.len()) {
            let books = colombia(&another(place));
            for step in &order {
                books.load(vec![steps[*step].clone()]);
            }
            assert_eq!(stored(&books, "SETP1").assigned_to, None, "{order:?}");
            books.load(vec![event(EventKind::Assigned, &invoice, "2026-04-20")]);
            assert!(stored(&books, "SETP1").assigned_to.is_some(), "{order:?}");
        }
    }

    fn what_is_named_by_a_uid_finds_the_row_of_a_table_by_its_number(place) {
        let cufe = || Some("0B".repeat(48));
        let row = record(invoice("SETP1", "A", "2026-03-11", "2026-04-10", "119000"));
        let mut credit = note("NC1", "A", "2026-03-20", "19000", "SETP1");
        credit.uuid = Some("0C".repeat(48));
        credit.references[0].uuid = cufe();
        let named = DocumentRecord { uuid: cufe(), ..invoice("SETP1", "A", "2026-03-11", "2026-04-10", "119000") };
        let steps = [row, record(credit.clone()), event(EventKind::Claimed, &named, "2026-03-21")];
        for order in orders(steps.len()) {
            let books = colombia(&another(place));
            for step in &order {
                let batch = books.load(vec![steps[*step].clone()]);
                let waits = books.issues(batch.id).iter().any(|issue| issue.code == "waiting");
                assert_eq!(waits, *step != 0 && order[0] != 0 && order.iter().position(|s| s == step) < order.iter().position(|s| *s == 0), "{order:?}");
            }
            assert_eq!((open(&books, "SETP1"), disputes(&books).len()), (100_000 * 100, 1), "{order:?}");
            let waiting = books.app.store.read(|tx| puntual_store::pending::list(tx, books.ctx.scope(), 9));
            assert_eq!(waiting.unwrap(), Vec::new(), "{order:?}");
            books.prove();
        }
        // Another customer's invoice of that number, or one with another uid, is not meant.
        let others = [
            invoice("SETP1", "B", "2026-03-11", "2026-04-10", "119000"),
            DocumentRecord { uuid: Some("0D".repeat(48)), ..invoice("SETP1", "A", "2026-03-11", "2026-04-10", "119000") },
        ];
        for other in others {
            for steps in [[record(other.clone()), record(credit.clone())], [record(credit.clone()), record(other.clone())]] {
                let books = colombia(&another(place));
                for step in steps {
                    books.load(vec![step]);
                }
                assert_eq!(open(&books, "SETP1"), 119_000 * 100);
                let waiting = books.app.store.read(|tx| puntual_store::pending::list(tx, books.ctx.scope(), 9));
                assert_eq!(waiting.unwrap().len(), 1);
            }
        }
    }

    fn an_annulled_invoice_leaves_nothing_of_its_detraccion(place) {
        let mut invoice = invoice("F001-123", "A", "2026-03-11", "2026-04-10", "2360.00");
        invoice.type_code = Some("01".to_owned());
        invoice.deducted = Some("283.20".parse().unwrap());
        let mut credit = note("F001-9", "A", "2026-03-20", "2360.00", "F001-123");
        credit.type_code = Some("07".to_owned());
        credit.references[0].type_code = Some("01".to_owned());
        for effect in [ReferenceEffect::Cancels, ReferenceEffect::Adjusts] {
            credit.references[0].effect = effect;
            for steps in [[record(invoice.clone()), record(credit.clone())], [record(credit.clone()), record(invoice.clone())]] {
                let books = Books::open(&another(place), "PE", "PEN".parse().unwrap(), "20600055519", "2026-11-21");
                for step in steps {
                    books.load(vec![step]);
                }
                let whole = effect == ReferenceEffect::Cancels;
                let left = if whole { "" } else { "PEN 0.00 | 0.00 | 0.00 | 0.00 | 0.00 | 0.00 | u 283.20 | b -283.20" };
                assert_eq!(books.totals("2026-11-21"), left, "{effect:?}");
                books.prove();
            }
        }
    }
}
