//! What a transaction promises, held against both engines: all or nothing, whatever ends it; one
//! view of everything while it reads; and writers that take turns.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cloned_ref_to_slice_refs,
    reason = "tests say what they mean in the fewest words"
)]

mod fixtures;

use fixtures::*;
use puntual_core::id::*;
use puntual_store::error::StoreError;
use puntual_store::{
    Store, creditor as creditors, customer as customers, ledger, on_both_engines, outbox,
    receivable as receivables, setting,
};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier};

fn customer_count(store: &Store) -> usize {
    let mut count = 0;
    read(store, |tx| {
        customers::for_each::<StoreError>(tx, SCOPE, |_| {
            count += 1;
            Ok(())
        })
    });
    count
}

on_both_engines! {
    fn nothing_remains_of_work_that_fails(place) {
        let store = open(place);
        let refused: Result<(), StoreError> = store.write(|tx| {
            small_books(tx)?;
            Err(StoreError::Busy("on purpose".to_owned()))
        });
        assert!(refused.is_err());
        assert_eq!((customer_count(&store), read(&store, |tx| creditors::versions(tx, SCOPE))), (0, (0, 0)));
        write(&store, small_books);
        assert_eq!(customer_count(&store), 1);
    }

    fn nothing_remains_of_work_that_panics(place) {
        let store = open(place);
        for _ in 0..20 {
            let caught = catch_unwind(AssertUnwindSafe(|| {
                store.write::<(), StoreError>(|tx| {
                    small_books(tx)?;
                    panic!("on purpose");
                })
            }));
            assert!(caught.is_err());
        }
        assert_eq!(customer_count(&store), 0);
        write(&store, small_books);
        assert_eq!(customer_count(&store), 1);
    }

    fn a_refused_row_of_many_refuses_all(place) {
        let store = open(place);
        let refused = store.write(|tx| customers::insert_many(tx, SCOPE, &[customer(10), customer(11), customer(10)], NOW_MS));
        assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
        assert_eq!(customer_count(&store), 0);
    }

    fn a_failure_that_was_overlooked_is_not_stored_as_success(place) {
        let store = open(place);
        let outcome: Result<(), StoreError> = store.write(|tx| {
            setting::set(tx, SCOPE, "antes", "sí")?;
            let _ = creditors::insert(tx, &creditor(SCOPE, "UNO", true), NOW_MS);
            Ok(())
        });
        assert!(matches!(outcome, Err(StoreError::Refused(_))), "{outcome:?}");
        assert_eq!(read(&store, |tx| setting::get(tx, SCOPE, "antes")), None);
    }

    fn a_transaction_sees_its_own_writes(place) {
        let store = open(place);
        write(&store, |tx| {
            small_books(tx)?;
            receivables::add_open(tx, SCOPE, &[(ReceivableId(30), -90)])?;
            let open = receivables::open_of(tx, SCOPE, CustomerId(10))?;
            assert_eq!(open[0].open_minor, 500);
            Ok(())
        });
    }

    fn a_reader_sees_one_moment(place) {
        let store = open(place);
        write(&store, small_books);
        read(&store, |tx| {
            let before = creditors::ledger_seq(tx, SCOPE)?;
            let again = posting(60, 10, "2026-02-20").payment(PaymentId(41), 5).unwrap();
            write(&store, |other| {
                customers::insert_many(other, SCOPE, &[customer(11)], NOW_MS)?;
                ledger::append(other, SCOPE, &[again], RECORDING)
            });
            assert_eq!(creditors::ledger_seq(tx, SCOPE)?, before);
            assert_eq!(customers::get(tx, SCOPE, CustomerId(11))?, None);
            let mut last = 0;
            ledger::for_each_after::<StoreError>(tx, SCOPE, 0, |e| { last = e.seq; Ok(()) })?;
            assert_eq!(last, before);
            Ok(())
        });
        assert_eq!(read(&store, |tx| creditors::ledger_seq(tx, SCOPE)), 4);
    }

    fn a_reader_that_stops_halfway_leaves_the_connection_fit(place) {
        let store = open(place);
        let all: Vec<_> = (1..=3_000).map(|id| receivable(id, 20, 10, "2026-03-01")).collect();
        write(&store, |tx| receivables::insert_many(tx, SCOPE, &all));
        for _ in 0..20 {
            let stopped: Result<(), StoreError> = store.read(|tx| {
                receivables::for_each_after(tx, SCOPE, ReceivableId(0), |_| Err(StoreError::Busy("enough".into())))
            });
            assert!(matches!(stopped, Err(StoreError::Busy(_))), "{stopped:?}");
        }
        assert_eq!(customer_count(&store), 0);
    }

    fn four_writers_number_the_ledger_without_gaps(place) {
        let store = open(place);
        write(&store, |tx| customers::insert_many(tx, SCOPE, &[customer(10)], NOW_MS));
        let start = Arc::new(Barrier::new(4));
        let writers: Vec<_> = (0..4).map(|writer: i64| {
            let (store, start) = (store.clone(), Arc::clone(&start));
            std::thread::spawn(move || {
                start.wait();
                for turn in 0..25 {
                    let id = writer * 1_000 + turn;
                    let entry = posting(id, 10, "2026-02-20").payment(PaymentId(id), 5).unwrap();
                    let outcome: Result<(), StoreError> = store.write(|tx| {
                        let first = ledger::append(tx, SCOPE, &[entry.clone(), entry.clone()], RECORDING)?;
                        match turn % 5 {
                            // Work that fails gives its numbers back.
                            0 => Err(StoreError::Busy(first.to_string())),
                            _ => Ok(()),
                        }
                    });
                    assert_eq!(outcome.is_err(), turn % 5 == 0, "{outcome:?}");
                }
            })
        }).collect();
        for writer in writers {
            writer.join().unwrap();
        }
        let mut seqs = Vec::new();
        read(&store, |tx| ledger::for_each_after::<StoreError>(tx, SCOPE, 0, |e| { seqs.push(e.seq); Ok(()) }));
        assert_eq!(seqs, (1..=4 * 20 * 2).collect::<Vec<i64>>());
        assert_eq!(read(&store, |tx| creditors::ledger_seq(tx, SCOPE)), 160);
    }

    fn four_workers_claim_each_message_once(place) {
        let store = open(place);
        write(&store, |tx| (1..=60).try_for_each(|id| outbox::queue(tx, SCOPE, &message(id, 10))));
        let start = Arc::new(Barrier::new(4));
        let workers: Vec<_> = (0..4).map(|worker| {
            let (store, start) = (store.clone(), Arc::clone(&start));
            std::thread::spawn(move || {
                start.wait();
                let mut mine = Vec::new();
                loop {
                    let due = read(&store, |tx| outbox::due(tx, SCOPE, NOW_MS, 10));
                    if due.is_empty() {
                        return mine;
                    }
                    for id in due {
                        let owner = format!("w{worker}");
                        if write(&store, |tx| outbox::claim(tx, SCOPE, id, &owner, NOW_MS, NOW_MS + 60_000)) {
                            mine.push(id);
                        }
                    }
                }
            })
        }).collect();
        let claimed: Vec<Vec<MessageId>> = workers.into_iter().map(|w| w.join().unwrap()).collect();
        let all: Vec<MessageId> = claimed.concat();
        assert_eq!(all.len(), 60);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 60);
        let attempts = read(&store, |tx| outbox::list(tx, SCOPE, Some("sending"), 99));
        assert!(attempts.len() == 60 && attempts.iter().all(|m| m.attempts == 1));
    }

    fn text_comes_back_as_it_went_in(place) {
        let store = open(place);
        for text in ["", " ", "ñandú €𝄞", "a'b\"c\\d;--", "línea\r\nsalto\t", "$1 ?2 {}"] {
            write(&store, |tx| setting::set(tx, SCOPE, text, text));
            assert_eq!(read(&store, |tx| setting::get(tx, SCOPE, text)).as_deref(), Some(text));
        }
        // One engine cannot hold NUL at all, so neither does.
        write(&store, |tx| setting::set(tx, SCOPE, "nul", "a\0b"));
        assert_eq!(read(&store, |tx| setting::get(tx, SCOPE, "nul")).as_deref(), Some("a\u{FFFD}b"));
        let nul = puntual_store::customer::Customer { code: "a\0b".into(), ..customer(10) };
        write(&store, |tx| customers::insert_many(tx, SCOPE, &[nul], NOW_MS));
        assert!(read(&store, |tx| customers::by_code(tx, SCOPE, "a\0b")).is_some());
    }
}
