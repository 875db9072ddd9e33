//! What the store promises of merged customers, held against both engines: rows keep their own
//! customer, and whoever asks for one of them finds those of all.
#![allow(
    clippy::unwrap_used,
    clippy::cloned_ref_to_slice_refs,
    reason = "tests say what they mean in the fewest words"
)]

mod fixtures;

use fixtures::*;
use puntual_core::id::*;
use puntual_core::merge::{Merge, Merged};
use puntual_store::customer::ContactPoint;
use puntual_store::document;
use puntual_store::likeness::{self, Dismissal};
use puntual_store::merge::{self as merges, MergeRow, TakenBack};
use puntual_store::receivable::{self, Receivable};
use puntual_store::{
    Tx, audit, customer as customers, error::StoreError, on_both_engines, payment,
};

const ONE: CustomerId = CustomerId(10);
const OTHER_ONE: CustomerId = CustomerId(99);

fn row(id: i64) -> MergeRow {
    MergeRow {
        id: MergeId(id),
        merge: Merge { customer: ONE, into: OTHER_ONE, since: day("2026-05-01"), until: None },
        why: "mismo RUT".to_owned(),
        actor: "ana".to_owned(),
        recorded_at: NOW_MS,
        taken_back: None,
    }
}

/// Small books of customer 10, and customer 99 with a paid invoice and a contact point.
fn two_customers(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    small_books(tx)?;
    let other = customers::Customer { parent: Some(ONE), ..customer(99) };
    customers::insert_many(tx, SCOPE, &[other], NOW_MS)?;
    document::insert_many(tx, SCOPE, &[document(21, 99, "101")])?;
    let paid = Receivable { open_minor: 0, ..receivable(31, 21, 99, "2026-03-01") };
    receivable::insert_many(tx, SCOPE, &[paid])?;
    payment::insert_many(tx, SCOPE, &[payment(41, 99, "2026-02-11")])?;
    let point = ContactPoint {
        id: ContactPointId(1),
        customer: ONE,
        kind: "email".to_owned(),
        value: "uno@example.com".to_owned(),
        person: None,
        state: "ok".to_owned(),
    };
    customers::insert_contact_points(tx, SCOPE, &[point], NOW_MS)
}

fn merged(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    two_customers(tx)?;
    merges::insert(tx, SCOPE, &row(5))?;
    merges::set_merged(tx, SCOPE, &Merged::of_pairs([(ONE, OTHER_ONE)]))
}

on_both_engines! {
    fn a_merge_reads_back_as_it_was_written_and_how_it_was_taken_back(place) {
        let store = open(place);
        write(&store, two_customers);
        write(&store, |tx| merges::insert(tx, SCOPE, &row(5)));
        assert_eq!(read(&store, |tx| merges::get(tx, SCOPE, MergeId(5))), Some(row(5)));
        assert_eq!(read(&store, |tx| merges::get(tx, OTHER, MergeId(5))), None);
        let how = TakenBack {
            on: day("2026-06-01"),
            why: "no eran el mismo".to_owned(),
            actor: "eva".to_owned(),
            recorded_at: NOW_MS + 1,
        };
        write(&store, |tx| merges::take_back(tx, SCOPE, MergeId(5), &how));
        let back = read(&store, |tx| merges::all(tx, SCOPE)).remove(0);
        assert_eq!(back.merge.until, Some(how.on));
        assert_eq!(back.taken_back, Some(how.clone()));
        let twice: Result<(), StoreError> =
            store.write(|tx| merges::take_back(tx, SCOPE, MergeId(5), &how));
        assert!(matches!(twice, Err(StoreError::Duplicate(_))));
    }

    fn rows_of_merged_customers_are_found_under_either_and_keep_their_own(place) {
        let store = open(place);
        write(&store, merged);
        for asked in [ONE, OTHER_ONE] {
            let open = read(&store, |tx| receivable::open_of(tx, SCOPE, asked));
            assert_eq!(open.iter().map(|r| (r.id.0, r.customer)).collect::<Vec<_>>(), [(30, ONE)]);
            let paid = read(&store, |tx| payment::of_customer(tx, SCOPE, asked, 9));
            let paid: Vec<_> = paid.iter().map(|p| (p.id.0, p.customer)).collect();
            assert_eq!(paid, [(41, OTHER_ONE), (40, ONE)]);
            let points = read(&store, |tx| customers::contact_points(tx, SCOPE, asked));
            assert_eq!(points.iter().map(|p| p.customer).collect::<Vec<_>>(), [ONE]);
            assert_eq!(read(&store, |tx| merges::survivor_of(tx, SCOPE, asked)), OTHER_ONE);
        }
        // The one that stands for both has nothing open of its own and is met all the same.
        let page = read(&store, |tx| receivable::customers_with_open(tx, SCOPE, CustomerId(0), 9));
        assert_eq!(page, [ONE, OTHER_ONE]);
        let rest = read(&store, |tx| receivable::customers_with_open(tx, SCOPE, ONE, 9));
        assert_eq!(rest, [OTHER_ONE]);
        assert!(write(&store, |tx| customers::touch(tx, SCOPE, ONE)));

        write(&store, |tx| merges::set_merged(tx, SCOPE, &Merged::default()));
        let open = read(&store, |tx| receivable::open_of(tx, SCOPE, OTHER_ONE));
        assert_eq!(open, []);
        assert_eq!(read(&store, |tx| merges::merged(tx, SCOPE)), Merged::default());
    }

    fn what_points_at_nobody_is_found(place) {
        let store = open(place);
        write(&store, merged);
        let orphans = |store| read(store, |tx| audit::orphans(tx, SCOPE));
        assert!(orphans(&store).iter().all(|found| found.count == 0));
        let stray = MergeRow {
            merge: Merge { into: CustomerId(404), ..row(6).merge },
            ..row(6)
        };
        write(&store, |tx| merges::insert(tx, SCOPE, &stray));
        let wrong: Vec<_> = orphans(&store).into_iter().filter(|found| found.count > 0).collect();
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0].relation, "customer_merge → customer");
    }

    fn a_dismissal_stands_until_it_is_lifted_and_may_come_again(place) {
        let store = open(place);
        write(&store, two_customers);
        let dismissal = |id| Dismissal {
            id: EventId(id),
            one: ONE,
            other: OTHER_ONE,
            why: Some("otra sucursal".to_owned()),
            actor: "ana".to_owned(),
            recorded_at: NOW_MS,
        };
        write(&store, |tx| likeness::insert(tx, SCOPE, &dismissal(1)));
        assert_eq!(read(&store, |tx| likeness::standing(tx, SCOPE)), [dismissal(1)]);
        assert_eq!(read(&store, |tx| likeness::standing(tx, OTHER)), []);
        let lift = || write(&store, |tx| likeness::lift(tx, SCOPE, (ONE, OTHER_ONE), "eva", NOW_MS));
        assert!(lift());
        assert!(!lift());
        write(&store, |tx| likeness::insert(tx, SCOPE, &dismissal(2)));
        assert_eq!(read(&store, |tx| likeness::standing(tx, SCOPE)), [dismissal(2)]);
    }
}
