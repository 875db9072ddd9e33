//! Cash application on both engines: what is beyond doubt is applied once, a person's word is kept,
//! and undoing leaves everything as it was.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::id::{BankEntryId, DocumentId, EventId};
use puntual_core::matching::Status;
use puntual_formats::record::*;
use puntual_service::matching::{self, Accept, Queue};
use puntual_service::{bounces, payments};
use puntual_store::on_both_engines;
use puntual_store::testing::Place;

const TODAY: &str = "2026-11-21";

/// Three invoices of two customers.
fn books(place: &Place) -> Books {
    let books =
        Books::open(place, "CL", puntual_core::currency::Currency::CLP, "76192083-9", TODAY);
    let with_terms = DocumentRecord {
        payment_terms: Some("2/10 NET 30".to_owned()),
        ..invoice("F00000103", "C2", "2026-11-10", "2026-12-10", "1000000")
    };
    books.load(vec![
        record(invoice("F00000101", "C1", "2026-10-01", "2026-10-31", "474561")),
        record(invoice("F00000102", "C1", "2026-10-02", "2026-11-01", "67810")),
        record(with_terms),
    ]);
    books
}

/// A statement of credits: the bank's reference, amount, text, and the payer's name.
fn statement(lines: &[(&str, &str, &str, Option<&str>)]) -> Vec<Record> {
    let entry = |(at, (own, amount, text, payer)): (usize, &(&str, &str, &str, Option<&str>))| {
        Record::BankEntry(Box::new(BankEntryRecord {
            account: AccountRecord { number: Some("12345".to_owned()), ..AccountRecord::default() },
            booked_on: Some(day("2026-11-18")),
            value_on: Some(day("2026-11-17")),
            amount: Some(amount.parse().unwrap()),
            currency: Some("CLP".to_owned()),
            is_booked: true,
            bank_reference: Some((*own).to_owned()),
            text: Some((*text).to_owned()),
            counterparty: PartyRecord { name: payer.map(str::to_owned), ..PartyRecord::default() },
            ordinal: at + 1,
            place: format!("entry {}", at + 1),
            ..BankEntryRecord::default()
        }))
    };
    lines.iter().enumerate().map(entry).collect()
}

fn queue(books: &Books) -> Queue {
    matching::queue(&books.app, &books.ctx, None).unwrap()
}

fn line(queue: &Queue, own: &str) -> (BankEntryId, Status) {
    let found = queue.lines.iter().find(|l| l.entry.bank_reference.as_deref() == Some(own));
    let found = found.unwrap();
    (found.entry.id, found.found.status)
}

fn document(queue: &Queue, own: &str) -> DocumentId {
    let found = queue.lines.iter().find(|l| l.entry.bank_reference.as_deref() == Some(own));
    found.unwrap().found.proposals[0].lines[0].0
}

const DAYS: [&str; 3] = ["2026-11-01", "2026-11-17", TODAY];

on_both_engines! {
    fn what_is_beyond_doubt_is_applied_once_and_undone_exactly(place) {
        let books = books(place);
        books.load(statement(&[("A0000001", "474561", "PAGO F00000101", None)]));
        let before = books.everything(&DAYS);
        let found = queue(&books);
        let (entry, status) = line(&found, "A0000001");
        assert_eq!(status, Status::Applied);
        assert_eq!(books.everything(&DAYS), before, "asking posts nothing");
        let applied = matching::apply_allowed(&books.app, &books.ctx, &found).unwrap();
        assert_eq!(applied.len(), 1);
        books.prove();
        // The same queue again, and a new one: nothing twice.
        let again = matching::apply_allowed(&books.app, &books.ctx, &found).unwrap();
        assert!(again.is_empty() && queue(&books).lines.is_empty());
        assert_ne!(books.everything(&DAYS), before);
        matching::undo(&books.app, &books.ctx, entry, "otra empresa").unwrap();
        same(&books.everything(&DAYS), &before, "after the undoing");
        books.prove();
        let (_, status) = line(&queue(&books), "A0000001");
        assert_eq!(status, Status::Proposed, "who took it back does not want it applied by itself");
    }

    fn a_payer_confirmed_by_a_person_is_known_from_then_on(place) {
        let books = books(place);
        let payer = Some("HOLDING ANDINO");
        books.load(statement(&[("A0000001", "474561", "ABONO", payer)]));
        let found = queue(&books);
        let (entry, status) = line(&found, "A0000001");
        assert_eq!(status, Status::Proposed, "only the amount speaks for it");
        let command = Accept {
            entry,
            customer: None,
            lines: vec![(document(&found, "A0000001"), 474_561)],
            adjustments: Vec::new(),
            remembers_payer: true,
        };
        let receipt = matching::accept(&books.app, &books.ctx, &command).unwrap();
        assert_eq!(receipt.payment.received_on, day("2026-11-17"), "the day the money counts");
        let again = matching::accept(&books.app, &books.ctx, &command).unwrap();
        assert_eq!(again.payment.id, receipt.payment.id);
        books.load(statement(&[("A0000002", "67810", "ABONO 2", payer)]));
        assert_eq!(line(&queue(&books), "A0000002").1, Status::Applied);
        matching::undo(&books.app, &books.ctx, entry, "no era").unwrap();
        assert_eq!(line(&queue(&books), "A0000002").1, Status::Proposed, "and not any more");
        books.prove();
    }

    fn a_line_set_aside_is_out_of_the_way_until_it_is_wanted(place) {
        let books = books(place);
        books.load(statement(&[("A0000001", "474561", "PAGO F00000101", None)]));
        let (entry, _) = line(&queue(&books), "A0000001");
        let id = EventId(books.app.next_id());
        assert!(matching::ignore(&books.app, &books.ctx, id, entry, " ").is_err(), "needs a reason");
        matching::ignore(&books.app, &books.ctx, id, entry, "traspaso propio").unwrap();
        matching::ignore(&books.app, &books.ctx, id, entry, "traspaso propio").unwrap();
        let found = queue(&books);
        assert!(found.lines.is_empty() && found.ignored.len() == 1);
        matching::unignore(&books.app, &books.ctx, entry).unwrap();
        assert_eq!(line(&queue(&books), "A0000001").1, Status::Applied);
    }

    fn a_discount_goes_and_comes_back_with_the_money(place) {
        let books = books(place);
        books.load(statement(&[("A0000001", "980000", "F00000103 pronto pago", None)]));
        let (before, owed) = (books.everything(&DAYS), books.totals(TODAY));
        let found = queue(&books);
        let (entry, status) = line(&found, "A0000001");
        assert_eq!(status, Status::Applied);
        matching::apply_allowed(&books.app, &books.ctx, &found).unwrap();
        let paid = books.totals("2026-11-17");
        assert!(!paid.contains("20000"), "the discount is settled too: {paid}");
        books.prove();
        let payment = books
            .app
            .store
            .read(|tx| puntual_store::bank_entry::by_ids(tx, books.ctx.scope(), &[entry]))
            .unwrap()[0]
            .payment
            .unwrap();
        bounces::bounce(&books.app, &books.ctx, payment, day("2026-11-20"), "sin fondos").unwrap();
        books.prove();
        assert_eq!(books.totals(TODAY), owed, "all of it is owed again");
        bounces::take_back(&books.app, &books.ctx, payment, "llegó").unwrap();
        books.prove();
        assert_eq!(books.totals("2026-11-17"), paid);
        payments::undo(&books.app, &books.ctx, payment, "error").unwrap();
        same(&books.everything(&DAYS), &before, "after the undoing");
        books.prove();
    }

    fn a_statement_whose_lines_were_applied_stays(place) {
        let books = books(place);
        let batch = books.load(statement(&[("A0000001", "474561", "PAGO F00000101", None)]));
        let found = queue(&books);
        matching::apply_allowed(&books.app, &books.ctx, &found).unwrap();
        assert!(books.undo(batch.id).is_err());
        let (entry, _) = line(&found, "A0000001");
        matching::undo(&books.app, &books.ctx, entry, "error").unwrap();
        books.undo(batch.id).unwrap();
        books.prove();
    }
}
