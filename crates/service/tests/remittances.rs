//! Direct debits on both engines: what may be collected, the batch and its file, the bank's credit, and
//! what comes back.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::currency::Currency;
use puntual_core::id::{MandateId, ReceivableId, RemittanceId};
use puntual_formats::record::*;
use puntual_service::error::ServiceError;
use puntual_service::mandates::{self, NewMandate};
use puntual_service::remittances::{self, Collector, LeftOut, MakeRemittance, Remittance};
use puntual_service::{remittance_file, remittance_results};
use puntual_store::testing::Place;
use puntual_store::{on_both_engines, standing};

const IBAN: &str = "ES91 2100 0418 4502 0005 1332";

/// Four customers owe; all but D signed, and C disputes.
fn books(place: &Place) -> Books {
    let books = Books::open(place, "ES", Currency::EUR, "B12345674", "2026-11-02");
    let owed = ["A", "B", "C", "D"].map(|code| {
        record(invoice(&format!("F-{code}"), code, "2026-10-01", "2026-11-10", "1000.00"))
    });
    books.load(owed.to_vec());
    books.load(vec![Record::Dispute(DisputeRecord {
        place: "1".into(),
        document: "F-C".into(),
        opened: day("2026-10-20"),
        reason: Some("price".into()),
    })]);
    let own = Collector { scheme_id: "ES11000B12345674".into(), iban: IBAN.into(), bic: None };
    remittances::set_collector(&books.app, &books.ctx, &own).unwrap();
    for code in ["A", "B", "C"] {
        mandates::add(&books.app, &books.ctx, &mandate(&books, code)).unwrap();
    }
    books
}

fn mandate(books: &Books, code: &str) -> NewMandate {
    NewMandate {
        id: MandateId(books.app.next_id()),
        customer_code: code.into(),
        reference: format!("M-{code}"),
        is_b2b: false,
        is_recurrent: true,
        signed_on: day("2026-09-01"),
        holder: String::new(),
        iban: IBAN.into(),
    }
}

fn made(books: &Books) -> Remittance {
    let (until, on) = (day("2026-11-30"), day("2026-11-20"));
    let found = remittances::propose(&books.app, &books.ctx, until, on).unwrap();
    let chosen: Vec<ReceivableId> = found.lines.iter().map(|l| l.claim.receivable.id).collect();
    let id = RemittanceId(books.app.next_id());
    let command = MakeRemittance { id, due_until: until, collect_on: on, chosen };
    let made = remittances::make(&books.app, &books.ctx, &command).unwrap();
    assert_eq!(remittances::make(&books.app, &books.ctx, &command).unwrap(), made);
    made
}

fn lines(books: &Books, batch: &Remittance) -> Vec<remittances::Shown> {
    remittances::show(&books.app, &books.ctx, batch.id).unwrap().1
}

fn returned(line: &remittances::Shown, outcome: &str, reason: &str, on: &str) -> Record {
    Record::DebitResult(Box::new(DebitResultRecord {
        place: "1".into(),
        end_to_end: Some(line.line.end_to_end.clone()),
        currency: Some("EUR".into()),
        outcome: Some(outcome.into()),
        reason: Some(reason.into()),
        on: Some(day(on)),
        ..DebitResultRecord::default()
    }))
}

fn balance(books: &Books) -> String {
    books.totals(&books.ctx.today.to_string()).rsplit("b ").next().unwrap().to_owned()
}

on_both_engines! {
    fn only_what_may_be_collected_is_proposed_and_not_twice(place) {
        let books = books(place);
        let (until, on) = (day("2026-11-30"), day("2026-11-20"));
        let found = remittances::propose(&books.app, &books.ctx, until, on).unwrap();
        let numbers: Vec<&str> = found.lines.iter().map(|line| line.claim.number.as_str()).collect();
        assert_eq!(numbers, ["F-A", "F-B"]);
        assert_eq!(found.total_minor(), 200_000);
        assert_eq!(found.left_out[&LeftOut::NoMandate], (1, 100_000));
        assert_eq!(found.left_out[&LeftOut::Disputed], (1, 100_000));
        let batch = made(&books);
        assert_eq!((batch.lines, batch.total_minor), (2, 200_000));
        assert_eq!((batch.collect_on, batch.notify_on), (day("2026-11-20"), day("2026-11-06")));
        let again = remittances::propose(&books.app, &books.ctx, until, on).unwrap();
        assert_eq!((again.lines.len(), again.left_out[&LeftOut::InBatch]), (0, (2, 200_000)));
        // What was chosen and is gone makes nothing.
        let chosen = found.lines.iter().map(|line| line.claim.receivable.id).collect();
        let id = RemittanceId(books.app.next_id());
        let late = MakeRemittance { id, due_until: until, collect_on: on, chosen };
        assert!(matches!(remittances::make(&books.app, &books.ctx, &late), Err(ServiceError::Conflict(_))));
        remittances::cancel(&books.app, &books.ctx, batch.id).unwrap();
        assert_eq!(made(&books).lines, 2);
        books.prove();
    }

    fn the_file_is_the_one_the_bank_reads(place) {
        let books = books(place);
        let batch = made(&books);
        let (name, text) = remittance_file::file(&books.app, &books.ctx, batch.id).unwrap();
        assert_eq!(remittance_file::file(&books.app, &books.ctx, batch.id).unwrap(), (name, text.clone()));
        for part in ["<CtrlSum>2000.00</CtrlSum>", "ES11000B12345674", "<MndtId>M-A</MndtId>", "<ReqdColltnDt>2026-11-20</ReqdColltnDt>", "RCUR"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let (order, _) = books.upload(&[("remesa.xml", text.as_bytes())]);
        assert_eq!(order.counts.quarantined + order.counts.rejected, 0, "{:?}", order.counts);
    }

    fn what_the_bank_credits_is_paid_and_what_comes_back_is_owed_again(place) {
        let mut books = books(place);
        let batch = made(&books);
        let early = remittance_results::credited(&books.app, &books.ctx, batch.id);
        assert!(matches!(early, Err(ServiceError::Invalid(_))));
        books.on("2026-11-23");
        remittance_results::credited(&books.app, &books.ctx, batch.id).unwrap();
        remittance_results::credited(&books.app, &books.ctx, batch.id).unwrap();
        assert_eq!(balance(&books), "2000.00");
        books.prove();
        books.on("2026-11-26");
        let both = lines(&books, &batch);
        let results = vec![
            returned(&both[0], "RJCT", "MD01", "2026-11-25"),
            returned(&both[1], "RJCT", "MD06", "2026-11-25"),
        ];
        books.load(results.clone());
        assert_eq!(balance(&books), "4000.00");
        books.load(results);
        assert_eq!(balance(&books), "4000.00");
        // No mandate: it is not used again. Refund asked for: the debtor is asked first.
        let known = mandates::list(&books.app, &books.ctx).unwrap();
        let revoked: Vec<&str> = known.iter().filter(|(m, _)| m.revoked_on.is_some()).map(|(m, _)| m.reference.as_str()).collect();
        assert_eq!(revoked, ["M-A"]);
        let disputes = books.app.store.read(|tx| standing::disputes(tx, books.ctx.scope(), None, true)).unwrap();
        assert!(disputes.iter().any(|dispute| dispute.reason == "MD06"), "{disputes:?}");
        let shown = lines(&books, &batch);
        assert_eq!(shown[0].remedy.map(|r| r.as_str()), Some("stop_mandate"));
        books.prove();
    }

    fn what_is_refused_before_the_credit_is_never_paid(place) {
        let mut books = books(place);
        let batch = made(&books);
        books.on("2026-11-19");
        books.load(vec![returned(&lines(&books, &batch)[0], "RJCT", "AM04", "2026-11-19")]);
        books.on("2026-11-20");
        remittance_results::credited(&books.app, &books.ctx, batch.id).unwrap();
        assert_eq!(balance(&books), "3000.00");
        // Without funds it may be collected again.
        let again = remittances::propose(&books.app, &books.ctx, day("2026-11-30"), day("2026-12-01")).unwrap();
        assert_eq!(again.lines.iter().map(|l| l.claim.number.as_str()).collect::<Vec<_>>(), ["F-A"]);
        books.prove();
    }

    fn a_mandate_is_checked_and_lapses(place) {
        let books = books(place);
        let wrong = NewMandate { iban: "ES0021000418450200051332".into(), ..mandate(&books, "D") };
        assert!(matches!(mandates::add(&books.app, &books.ctx, &wrong), Err(ServiceError::Invalid(_))));
        let taken = NewMandate { reference: "M-A".into(), ..mandate(&books, "D") };
        assert!(matches!(mandates::add(&books.app, &books.ctx, &taken), Err(ServiceError::Invalid(_))));
        let old = NewMandate { signed_on: day("2023-11-01"), ..mandate(&books, "D") };
        mandates::add(&books.app, &books.ctx, &old).unwrap();
        let found = remittances::propose(&books.app, &books.ctx, day("2026-11-30"), day("2026-11-20")).unwrap();
        assert!(found.lines.iter().all(|line| line.claim.number != "F-D"));
    }
}
