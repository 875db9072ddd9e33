//! What the store promises of interest, agreements and write-offs that wait, held against both
//! engines.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod fixtures;

use fixtures::*;
use puntual_core::currency::Currency;
use puntual_core::id::*;
use puntual_store::agreement::{self, Agreement, Covered, Instalment};
use puntual_store::interest::{self, ChargeNote, InterestRate};
use puntual_store::write_off::{self, Request};
use puntual_store::{CustomerRange, on_both_engines};

const ALL: CustomerRange = CustomerRange { after: CustomerId(0), through: CustomerId(i64::MAX) };

fn rate(id: i64, from: &str) -> InterestRate {
    InterestRate {
        id: InterestRateId(id),
        series: "es-demora".to_owned(),
        valid_from: day(from),
        valid_to: Some(day("2026-12-31")),
        rate_ppm: 101_500,
        source: "BOE-A-1".to_owned(),
        verified_on: day("2026-07-01"),
        confidence: "H".to_owned(),
        actor: "ana".to_owned(),
        recorded_at: NOW_MS,
    }
}

fn agreed(id: i64, customer: i64, state: &str) -> Agreement {
    Agreement {
        id: AgreementId(id),
        customer: CustomerId(customer),
        number: format!("CONV-{id}"),
        currency: Currency::CLP,
        nature: "forbearance".to_owned(),
        state: state.to_owned(),
        debt_minor: 1_000,
        discount_minor: 10,
        interest_minor: 20,
        rate_ppm: 120_000,
        day_count: "actual/365".to_owned(),
        grace_days: 5,
        least_role: "agent".to_owned(),
        note: Some("dijo que sí".to_owned()),
        content_hash: 77,
        proposed_on: day("2026-02-01"),
        proposed_by: "ana".to_owned(),
        approved_by: Some("luis".to_owned()),
        accepted_on: Some(day("2026-02-02")),
        accepted_by: Some("Rosa".to_owned()),
        evidence: Some("correo".to_owned()),
        document: Some(DocumentId(20)),
        tx: Some(TxId(5)),
        ended_on: None,
        recorded_at: NOW_MS,
    }
}

fn instalment(number: i64, due: &str) -> Instalment {
    Instalment {
        number,
        due_date: day(due),
        principal_minor: 495,
        interest_minor: 10,
        receivable: None,
    }
}

on_both_engines! {
    fn rates_come_back_in_the_order_they_were_loaded(place) {
        let store = open(place);
        let bare = InterestRate { valid_to: None, ..rate(2, "2026-01-01") };
        write(&store, |tx| interest::insert_rate(tx, SCOPE, &rate(1, "2026-07-01")));
        write(&store, |tx| interest::insert_rate(tx, SCOPE, &bare));
        write(&store, |tx| interest::insert_rate(tx, OTHER, &rate(3, "2026-01-01")));
        let rates = read(&store, |tx| interest::rates(tx, SCOPE));
        assert_eq!(rates, [rate(1, "2026-07-01"), bare]);
    }

    fn a_charge_note_comes_back_whole(place) {
        let store = open(place);
        let note = ChargeNote {
            document: DocumentId(30),
            charged: DocumentId(20),
            charged_through: day("2026-02-01"),
            interest_minor: 100,
            compensation_minor: 40,
            law: "Ley 3/2004".to_owned(),
            explanation: "{}".to_owned(),
            actor: "ana".to_owned(),
            recorded_at: NOW_MS,
        };
        write(&store, |tx| interest::insert_note(tx, SCOPE, &note));
        assert_eq!(read(&store, |tx| interest::note(tx, SCOPE, DocumentId(30))), Some(note));
        assert_eq!(read(&store, |tx| interest::note(tx, OTHER, DocumentId(30))), None);
        assert_eq!(read(&store, |tx| interest::count_of(tx, SCOPE, DocumentId(20))), 1);
    }

    fn an_agreement_round_trips_and_moves_by_its_state(place) {
        let store = open(place);
        let covered = [Covered { receivable: ReceivableId(7), amount_minor: 1_000 }];
        let parts = [instalment(1, "2026-03-01"), instalment(2, "2026-04-01")];
        let proposed = Agreement {
            accepted_on: None,
            accepted_by: None,
            evidence: None,
            document: None,
            tx: None,
            approved_by: None,
            note: None,
            ..agreed(1, 10, "proposed")
        };
        write(&store, |tx| agreement::insert(tx, SCOPE, &proposed, &covered, &parts));
        write(&store, |tx| agreement::insert(tx, OTHER, &agreed(2, 10, "accepted"), &covered, &parts));
        assert_eq!(read(&store, |tx| agreement::get(tx, SCOPE, AgreementId(1))), Some(proposed));
        assert_eq!(read(&store, |tx| agreement::covered(tx, SCOPE, AgreementId(1))), covered);
        assert_eq!(read(&store, |tx| agreement::instalments(tx, SCOPE, AgreementId(1))), parts);
        let ids = [ReceivableId(7), ReceivableId(8)];
        assert_eq!(read(&store, |tx| agreement::covered_among(tx, SCOPE, &ids)), []);
        assert!(write(&store, |tx| agreement::approve(tx, SCOPE, AgreementId(1), "luis")));
        let accepted = Agreement { note: None, ..agreed(1, 10, "accepted") };
        let made = [Instalment { receivable: Some(ReceivableId(9)), ..parts[0] }, parts[1]];
        assert!(write(&store, |tx| agreement::accept(tx, SCOPE, &accepted, &made)));
        assert!(!write(&store, |tx| agreement::accept(tx, SCOPE, &accepted, &made)));
        assert!(!write(&store, |tx| agreement::approve(tx, SCOPE, AgreementId(1), "otro")));
        assert_eq!(read(&store, |tx| agreement::get(tx, SCOPE, AgreementId(1))), Some(accepted));
        assert_eq!(read(&store, |tx| agreement::instalments(tx, SCOPE, AgreementId(1))), made);
        assert_eq!(read(&store, |tx| agreement::covered_among(tx, SCOPE, &ids)), [ReceivableId(7)]);
        let waiting = read(&store, |tx| agreement::waiting_of_range(tx, SCOPE, ALL));
        assert_eq!((waiting.len(), waiting[0].receivable), (1, ReceivableId(7)));
        let states = ("accepted", "broken");
        let on = day("2026-03-10");
        assert!(write(&store, |tx| agreement::end(tx, SCOPE, AgreementId(1), states, on)));
        assert!(!write(&store, |tx| agreement::end(tx, SCOPE, AgreementId(1), states, on)));
        assert_eq!(read(&store, |tx| agreement::waiting_of_range(tx, SCOPE, ALL)), []);
    }

    fn agreements_are_listed_by_customer_and_state(place) {
        let store = open_peopled(place);
        for (id, customer, state) in [(1, 10, "accepted"), (2, 11, "broken"), (3, 10, "broken")] {
            write(&store, |tx| agreement::insert(tx, SCOPE, &agreed(id, customer, state), &[], &[]));
        }
        let list = |who: Option<i64>, state: Option<&str>| {
            let found = read(&store, |tx| {
                agreement::list(tx, SCOPE, who.map(CustomerId), state, 10)
            });
            found.iter().map(|one| one.id.0).collect::<Vec<_>>()
        };
        assert_eq!(list(None, None), [3, 2, 1]);
        assert_eq!(list(Some(10), None), [3, 1]);
        assert_eq!(list(None, Some("broken")), [3, 2]);
        assert_eq!(list(Some(11), Some("accepted")), [0; 0]);
        assert_eq!(read(&store, |tx| agreement::count(tx, SCOPE)), 3);
        assert_eq!(read(&store, |tx| agreement::count(tx, OTHER)), 0);
    }

    fn a_request_is_decided_once(place) {
        let store = open(place);
        let request = Request {
            id: EventId(1),
            customer: CustomerId(10),
            document: DocumentId(20),
            amount_minor: 900,
            currency: Currency::CLP,
            why: "insolvente".to_owned(),
            state: "waiting".to_owned(),
            asked_on: day("2026-02-01"),
            asked_by: "ana".to_owned(),
            decided_on: None,
            decided_by: None,
            recorded_at: NOW_MS,
        };
        write(&store, |tx| write_off::insert(tx, SCOPE, &request));
        let waiting = |document: Option<i64>| {
            read(&store, |tx| write_off::waiting(tx, SCOPE, document.map(DocumentId))).len()
        };
        assert_eq!((waiting(None), waiting(Some(20)), waiting(Some(21))), (1, 1, 0));
        let by = (day("2026-02-02"), "luis");
        assert!(write(&store, |tx| write_off::decide(tx, SCOPE, EventId(1), "approved", by)));
        assert!(!write(&store, |tx| write_off::decide(tx, SCOPE, EventId(1), "refused", by)));
        let decided = Request {
            state: "approved".to_owned(),
            decided_on: Some(by.0),
            decided_by: Some("luis".to_owned()),
            ..request
        };
        assert_eq!(read(&store, |tx| write_off::get(tx, SCOPE, EventId(1))), Some(decided));
        assert_eq!(waiting(None), 0);
    }
}
