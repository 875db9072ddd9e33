//! What the store promises of parties, documents, receivables, payments and the ledger, held
//! against both engines.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cloned_ref_to_slice_refs,
    reason = "tests say what they mean in the fewest words"
)]

mod fixtures;

use fixtures::*;
use puntual_core::currency::Currency;
use puntual_core::id::*;
use puntual_core::ledger::{Account, EntryKind};
use puntual_core::posting::Source;
use puntual_store::creditor::Creditor;
use puntual_store::customer::{ContactPoint, Customer};
use puntual_store::document::Reference;
use puntual_store::error::StoreError;
use puntual_store::ledger::StoredEntry;
use puntual_store::payment::Payment;
use puntual_store::pending::Pending;
use puntual_store::rate::Rate;
use puntual_store::receivable::Receivable;
use puntual_store::{
    CustomerRange, audit, creditor as creditors, customer as customers, document as documents,
    ledger, on_both_engines, payment as payments, pending, rate, receivable as receivables,
    setting, succession,
};

fn ids<T, I>(rows: &[T], id: impl Fn(&T) -> I) -> Vec<I> {
    rows.iter().map(id).collect()
}

on_both_engines! {
    fn creditors_round_trip(place) {
        let store = open(place);
        let workspace = SCOPE.workspace;
        assert_eq!(read(&store, creditors::workspaces), [(workspace, "Casa".to_owned())]);
        let all = read(&store, |tx| creditors::list(tx, workspace));
        assert_eq!(all, [creditor(SCOPE, "UNO", true), creditor(OTHER, "DOS", false)]);
        let changed = Creditor { name: "Otra".into(), email: None, ..creditor(OTHER, "TRES", false) };
        write(&store, |tx| creditors::update(tx, &changed));
        assert_eq!(read(&store, |tx| creditors::get(tx, OTHER)), Some(changed));
        assert_eq!(read(&store, |tx| creditors::get(tx, SCOPE)), Some(creditor(SCOPE, "UNO", true)));
        let taken = Creditor { scope: puntual_store::Scope { creditor: CreditorId(7), ..SCOPE }, ..creditor(SCOPE, "UNO", false) };
        let refused = store.write(|tx| creditors::insert(tx, &taken, NOW_MS));
        assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    }

    fn ledger_numbers_follow_each_other(place) {
        let store = open(place);
        assert_eq!(write(&store, |tx| creditors::take_ledger_seq(tx, SCOPE, 3)), 1);
        assert_eq!(write(&store, |tx| creditors::take_ledger_seq(tx, SCOPE, 2)), 4);
        assert_eq!(read(&store, |tx| creditors::ledger_seq(tx, SCOPE)), 5);
        assert_eq!(read(&store, |tx| creditors::ledger_seq(tx, OTHER)), 0);
        let unknown = puntual_store::Scope { creditor: CreditorId(99), ..SCOPE };
        let refused = store.write(|tx| creditors::take_ledger_seq(tx, unknown, 1));
        assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
    }

    fn settings_are_replaced(place) {
        let store = open(place);
        write(&store, |tx| setting::set(tx, SCOPE, "smtp", "uno"));
        write(&store, |tx| setting::set(tx, SCOPE, "smtp", "dos"));
        assert_eq!(read(&store, |tx| setting::get(tx, SCOPE, "smtp")).as_deref(), Some("dos"));
        assert_eq!(read(&store, |tx| setting::get(tx, OTHER, "smtp")), None);
    }

    fn rates_are_found_by_day(place) {
        let store = open(place);
        let on = |text: &str, price| Rate { currency: Currency::USD, on: day(text), base_minor_e4: price };
        let put = |rates: &[Rate]| write(&store, |tx| rate::upsert(tx, SCOPE, rates, NOW_MS));
        assert_eq!(put(&[on("2026-01-05", 9_000_000), on("2026-01-07", 9_100_000)]), 2);
        assert_eq!(put(&[on("2026-01-05", 9_000_000), on("2026-01-07", 9_200_000)]), 1);
    }

    fn customers_round_trip(place) {
        let store = open(place);
        let all: Vec<Customer> = (10..15).map(customer).collect();
        write(&store, |tx| customers::insert_many(tx, SCOPE, &all, NOW_MS));
        write(&store, |tx| customers::insert_many(tx, OTHER, &[customer(10)], NOW_MS));
        let bare = Customer {
            tax_id: None, country: None, segment: None, collector: None, currency: None,
            terms_days: None, credit_limit_minor: None, locale: None, address: None, ..customer(20)
        };
        write(&store, |tx| customers::insert_many(tx, SCOPE, std::slice::from_ref(&bare), NOW_MS));
        assert_eq!(read(&store, |tx| customers::get(tx, SCOPE, CustomerId(20))), Some(bare.clone()));
        assert_eq!(read(&store, |tx| customers::get(tx, OTHER, CustomerId(20))), None);
        let mut met = Vec::new();
        read(&store, |tx| customers::for_each::<StoreError>(tx, SCOPE, |c| { met.push(c); Ok(()) }));
        assert_eq!(met, [all.clone(), vec![bare]].concat());
        assert_eq!(read(&store, |tx| customers::by_code(tx, SCOPE, "C-0012")), Some(customer(12)));
        let mut found = read(&store, |tx| customers::by_ids(tx, SCOPE, &[CustomerId(14), CustomerId(11), CustomerId(99)]));
        found.sort_by_key(|c| c.id);
        assert_eq!(found, [customer(11), customer(14)]);
        assert!(read(&store, |tx| customers::by_ids(tx, SCOPE, &[])).is_empty());
        let range = CustomerRange { after: CustomerId(10), through: CustomerId(12) };
        assert_eq!(read(&store, |tx| customers::of_range(tx, SCOPE, range)), [customer(11), customer(12)]);
        let one = CustomerRange::one(CustomerId(12));
        assert_eq!(read(&store, |tx| customers::of_range(tx, SCOPE, one)), [customer(12)]);
    }

    fn customers_change_and_their_readers_see_it(place) {
        let store = open(place);
        write(&store, |tx| customers::insert_many(tx, SCOPE, &[customer(10), customer(11)], NOW_MS));
        let before = read(&store, |tx| creditors::versions(tx, SCOPE));
        let changed = Customer { name: "Nuevo".into(), segment: None, currency: None, ..customer(10) };
        write(&store, |tx| customers::update(tx, SCOPE, &changed));
        assert_eq!(read(&store, |tx| customers::get(tx, SCOPE, CustomerId(10))), Some(changed));
        let after = read(&store, |tx| creditors::versions(tx, SCOPE));
        assert!(after.1 > before.1, "{before:?} {after:?}");
        assert!(write(&store, |tx| customers::touch(tx, SCOPE, CustomerId(10))));
        assert!(!write(&store, |tx| customers::touch(tx, SCOPE, CustomerId(99))));
        let taken = Customer { id: CustomerId(77), ..customer(11) };
        let refused = store.write(|tx| customers::insert_many(tx, SCOPE, &[taken], NOW_MS));
        assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
        let renamed = Customer { code: "C-0010".into(), ..customer(11) };
        let refused = store.write(|tx| customers::update(tx, SCOPE, &renamed));
        assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    }

    fn search_takes_words_literally_and_lists_alike(place) {
        let store = open(place);
        let names = ["zeta", "Álamo", "alamo", "Beta", "árbol", "Zeta", "-guion", "10 de julio"];
        let all: Vec<Customer> = names.iter().zip(10..).map(|(name, id)| {
            Customer { name: (*name).to_owned(), ..customer(id) }
        }).collect();
        write(&store, |tx| customers::insert_many(tx, SCOPE, &all, NOW_MS));
        let search = |words: &[&str], limit| {
            let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
            read(&store, |tx| customers::search(tx, SCOPE, &words, limit))
        };
        let mut expected: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        expected.sort();
        assert_eq!(ids(&search(&["nunoa", "comercial"], 50), |c| c.name.clone()), expected);
        assert_eq!(ids(&search(&["nunoa"], 2), |c| c.name.clone()), expected[..2]);
        assert_eq!(search(&["100%_ok!"], 50).len(), names.len());
        assert!(search(&["1%ok"], 50).is_empty());
        assert_eq!(ids(&search(&["c-0012"], 50), |c| c.id), [CustomerId(12)]);
        assert!(search(&[], 50).is_empty(), "no words name nobody");
        let words = ["0013".to_owned()];
        assert_eq!(read(&store, |tx| customers::ids_matching(tx, SCOPE, &words)), [CustomerId(13)]);
    }

    fn contact_points_round_trip(place) {
        let store = open(place);
        write(&store, |tx| customers::insert_many(tx, SCOPE, &[customer(10), customer(11)], NOW_MS));
        let point = |id, customer, value: &str| ContactPoint {
            id: ContactPointId(id), customer: CustomerId(customer), kind: "email".into(),
            value: value.into(), person: Some("Ana".into()), state: "ok".into(),
        };
        let (a, b) = (point(1, 11, "Ana@Example.com"), point(2, 10, "+56 9 8765-4321"));
        write(&store, |tx| customers::insert_contact_points(tx, SCOPE, &[a.clone(), b.clone()], NOW_MS));
        assert_eq!(read(&store, |tx| customers::contact_points(tx, SCOPE, CustomerId(11))), [a.clone()]);
        let like = |text: &str| read(&store, |tx| customers::contact_points_like(tx, SCOPE, text, 9));
        assert_eq!(like("ana@example"), [a.clone()]);
        assert_eq!(like("987654321"), [b.clone()]);
        assert_eq!(read(&store, |tx| customers::ids_reachable(tx, SCOPE)), [CustomerId(10), CustomerId(11)]);
        write(&store, |tx| customers::set_contact_point_state(tx, SCOPE, CustomerId(11), a.id, "bounced"));
        assert_eq!(read(&store, |tx| customers::ids_reachable(tx, SCOPE)), [CustomerId(10)]);
        let range = CustomerRange::one(CustomerId(11));
        let bounced = ContactPoint { state: "bounced".into(), ..a };
        assert_eq!(read(&store, |tx| customers::contact_points_of_range(tx, SCOPE, range)), [bounced]);
    }

    fn documents_round_trip(place) {
        let store = open_peopled(place);
        let (a, b, c) = (document(20, 10, "F-1"), document(21, 10, "F-10"), note(22, 11, "N-1"));
        let bare = puntual_store::document::Document {
            type_code: None, uid: None, net_minor: None, tax_minor: None, withheld_minor: None,
            payment_terms: None, payment_method: None, import: None, source_place: None,
            source_hash: None, ..document(23, 11, "f-1")
        };
        let all = [a.clone(), b.clone(), c.clone(), bare.clone()];
        write(&store, |tx| documents::insert_many(tx, SCOPE, &all));
        assert_eq!(read(&store, |tx| documents::get(tx, SCOPE, bare.id)), Some(bare.clone()));
        let mut met = Vec::new();
        read(&store, |tx| documents::for_each::<StoreError>(tx, SCOPE, |d| { met.push(d); Ok(()) }));
        assert_eq!(met, all);
        let keys = [a.doc_key.as_str(), c.doc_key.as_str(), "dte:33:404"];
        let mut known = read(&store, |tx| documents::known(tx, SCOPE, keys.into_iter()));
        known.sort_by_key(|k| k.id);
        assert_eq!(ids(&known, |k| (k.id, k.content_hash, k.unapplied_minor)), [
            (a.id, a.content_hash, 0), (c.id, c.content_hash, 1_190)]);
        assert_eq!(ids(&read(&store, |tx| documents::by_number_prefix(tx, SCOPE, "F-1", 9)), |d| d.id), [a.id, b.id]);
        assert_eq!(ids(&read(&store, |tx| documents::by_number_prefix(tx, SCOPE, "F-10", 9)), |d| d.id), [b.id]);
        assert_eq!(read(&store, |tx| documents::open_credits(tx, SCOPE, CustomerId(11))), [c.clone()]);
        assert_eq!(read(&store, |tx| documents::ids_of_kind(tx, SCOPE, "credit_note")), [c.id]);
        assert_eq!(read(&store, |tx| documents::ids_not_invoices(tx, SCOPE)), [c.id]);
        let notes = |who, until: &str| read(&store, |tx| documents::credit_notes(tx, SCOPE, who, day(until)));
        assert_eq!(ids(&notes(None, "2026-02-01"), |n| n.id), [c.id]);
        assert!(notes(None, "2026-01-31").is_empty() && notes(Some(CustomerId(10)), "2026-03-01").is_empty());
        let import = read(&store, |tx| documents::of_import(tx, SCOPE, ImportId(9)));
        assert_eq!(ids(&import, |d| d.id), [a.id, b.id, c.id]);
        let again = puntual_store::document::Document { id: DocumentId(99), ..a };
        let refused = store.write(|tx| documents::insert_many(tx, SCOPE, &[again]));
        assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    }

    fn documents_are_marked_undone_and_give_their_key_back(place) {
        let store = open(place);
        let a = document(20, 10, "F-1");
        write(&store, |tx| documents::insert_many(tx, SCOPE, std::slice::from_ref(&a)));
        write(&store, |tx| succession::set_holder(tx, SCOPE, a.id, Some("Factor SA")));
        write(&store, |tx| succession::set_heir(tx, SCOPE, a.id, "uuid:B"));
        write(&store, |tx| documents::add_unapplied(tx, SCOPE, &[(a.id, -7)]));
        let marked = read(&store, |tx| documents::get(tx, SCOPE, a.id)).unwrap();
        assert_eq!(marked.assigned_to.as_deref(), Some("Factor SA"));
        assert_eq!((marked.replaced_by.as_deref(), marked.unapplied_minor), (Some("uuid:B"), -7));
        write(&store, |tx| documents::set_undone(tx, SCOPE, &a, NOW_MS));
        assert!(read(&store, |tx| documents::known(tx, SCOPE, [a.doc_key.as_str()].into_iter())).is_empty());
        assert!(read(&store, |tx| documents::known_by_numbers(tx, SCOPE, ["F-1"].into_iter(), false)).is_empty());
        let again = puntual_store::document::Document { id: DocumentId(99), ..a };
        write(&store, |tx| documents::insert_many(tx, SCOPE, &[again]));
        let found = read(&store, |tx| documents::known_by_numbers(tx, SCOPE, ["F-1"].into_iter(), false));
        assert_eq!(ids(&found, |(number, k)| (number.clone(), k.id)), [("F-1".to_owned(), DocumentId(99))]);
    }

    fn references_are_found_from_both_ends(place) {
        let store = open(place);
        let reference = |document, line, target: &str| Reference {
            document: DocumentId(document), line, effect: "adjusts".into(),
            target_key: target.into(), label: "33 1".into(), reason: None,
        };
        let all = [reference(20, 1, "a"), reference(20, 2, "b"), reference(21, 1, "a")];
        write(&store, |tx| documents::insert_references(tx, SCOPE, &all));
        assert_eq!(read(&store, |tx| documents::references(tx, SCOPE, DocumentId(20))), all[..2]);
        assert_eq!(read(&store, |tx| documents::referring_to(tx, SCOPE, "a")), [all[0].clone(), all[2].clone()]);
    }

    fn receivables_round_trip(place) {
        let store = open_peopled(place);
        write(&store, |tx| documents::insert_many(tx, SCOPE, &[document(20, 10, "1"), document(21, 11, "2")]));
        let second = Receivable { instalment: 2, is_sale: false, ..receivable(31, 20, 10, "2026-02-15") };
        let all = [receivable(30, 20, 10, "2026-03-01"), second, receivable(32, 21, 11, "2026-03-01")];
        write(&store, |tx| receivables::insert_many(tx, SCOPE, &all));
        let of = |id| read(&store, |tx| receivables::of_documents(tx, SCOPE, &[DocumentId(id)]));
        assert_eq!(of(20), all[..2]);
        let mut some = read(&store, |tx| receivables::by_ids(tx, SCOPE, &[ReceivableId(32), ReceivableId(30)]));
        some.sort_by_key(|r| r.id);
        assert_eq!(some, [all[0].clone(), all[2].clone()]);
        let open_ids = || ids(&read(&store, |tx| receivables::open_of(tx, SCOPE, CustomerId(10))), |r| r.id.0);
        assert_eq!(open_ids(), [31, 30]);
        write(&store, |tx| receivables::add_open(tx, SCOPE, &[(ReceivableId(31), -1_190), (ReceivableId(30), 5)]));
        assert_eq!(open_ids(), [30]);
        assert_eq!(of(20)[0].open_minor, 1_195);
        let with_open = |after| read(&store, |tx| receivables::customers_with_open(tx, SCOPE, CustomerId(after), 9));
        assert_eq!((with_open(0), with_open(10)), (vec![CustomerId(10), CustomerId(11)], vec![CustomerId(11)]));
        let mut met = Vec::new();
        read(&store, |tx| receivables::for_each_after::<StoreError>(tx, SCOPE, ReceivableId(30), |r| { met.push(r.id.0); Ok(()) }));
        assert_eq!(met, [31, 32]);
        let range = CustomerRange { after: CustomerId(0), through: CustomerId(99) };
        let collectable = || ids(&read(&store, |tx| receivables::collectable_of_customers(tx, SCOPE, range)), |c| c.receivable.id.0);
        assert_eq!(collectable(), [30, 32]);
        write(&store, |tx| succession::set_holder(tx, SCOPE, DocumentId(21), Some("Factor")));
        assert_eq!(collectable(), [30]);
        let by_ids = read(&store, |tx| receivables::collectable_by_ids(tx, SCOPE, &[ReceivableId(31), ReceivableId(32)]));
        assert_eq!(ids(&by_ids, |c| (c.receivable.id.0, c.number.clone(), c.kind.clone())), [(31, "1".to_owned(), "invoice".to_owned())]);
    }

    fn many_balances_move_at_once(place) {
        let store = open(place);
        let all: Vec<Receivable> = (1..=1_201).map(|id| receivable(id, 20, 10, "2026-03-01")).collect();
        let paid: Vec<Payment> = (1..=1_201).map(|id| payment(id, 10, "2026-03-01")).collect();
        write(&store, |tx| { receivables::insert_many(tx, SCOPE, &all)?; payments::insert_many(tx, SCOPE, &paid) });
        let changes: Vec<(ReceivableId, i64)> = all.iter().map(|r| (r.id, -r.id.0)).collect();
        write(&store, |tx| receivables::add_open(tx, SCOPE, &changes));
        let mut met = 0;
        read(&store, |tx| receivables::for_each_after::<StoreError>(tx, SCOPE, ReceivableId(0), |r| {
            met += i64::from(r.open_minor == r.amount_minor - r.id.0);
            Ok(())
        }));
        assert_eq!(met, 1_201);
        let changes: Vec<(PaymentId, i64)> = paid.iter().map(|p| (p.id, p.id.0)).collect();
        write(&store, |tx| payments::add_unapplied(tx, SCOPE, &changes));
        let mut met = 0;
        read(&store, |tx| payments::for_each::<StoreError>(tx, SCOPE, |p| {
            met += i64::from(p.unapplied_minor == 400 + p.id.0);
            Ok(())
        }));
        assert_eq!(met, 1_201);
    }

    fn payments_round_trip(place) {
        let store = open_peopled(place);
        let bare = Payment {
            number: None, method: None, reference: None, import: None, unapplied_minor: 0,
            ..payment(42, 10, "2026-02-12")
        };
        let all = [payment(40, 10, "2026-02-10"), payment(41, 11, "2026-02-11"), bare];
        write(&store, |tx| payments::insert_many(tx, SCOPE, &all));
        assert_eq!(read(&store, |tx| payments::get(tx, SCOPE, PaymentId(42))), Some(all[2].clone()));
        assert_eq!(read(&store, |tx| payments::by_keys(tx, SCOPE, ["n:41", "n:9"].into_iter())), [all[1].clone()]);
        assert_eq!(read(&store, |tx| payments::by_ids(tx, SCOPE, &[PaymentId(40)])), [all[0].clone()]);
        let of = |limit| ids(&read(&store, |tx| payments::of_customer(tx, SCOPE, CustomerId(10), limit)), |p| p.id.0);
        assert_eq!((of(9), of(1)), (vec![42, 40], vec![42]));
        let before = |id| ids(&read(&store, |tx| payments::imported_before(tx, SCOPE, CustomerId(10), (day("2026-02-10"), id), 9)), |p| p.id.0);
        assert_eq!((before(40), before(41)), (vec![], vec![40]));
        assert_eq!(read(&store, |tx| payments::count_open(tx, SCOPE)), 2);
        assert_eq!(read(&store, |tx| payments::open_of(tx, SCOPE, CustomerId(10))), [all[0].clone()]);
        assert_eq!(ids(&read(&store, |tx| payments::of_import(tx, SCOPE, ImportId(9))), |p| p.id.0), [40, 41]);
        let on = |who, text: &str| read(&store, |tx| payments::received_on(tx, SCOPE, CustomerId(who), day(text)));
        assert_eq!((on(11, "2026-02-11"), on(10, "2026-02-11")), (vec![(Currency::CLP, 1_000)], vec![]));
        let on_account = |text: &str| read(&store, |tx| payments::customers_on_account(tx, SCOPE, day(text)));
        assert_eq!((on_account("2026-02-11"), on_account("2026-02-12")), (vec![CustomerId(11)], vec![]));
        let between = read(&store, |tx| payments::received_between(tx, SCOPE, CustomerId(10), day("2026-02-10"), day("2026-02-11")));
        assert_eq!(between, [all[0].clone()]);
        let range = CustomerRange { after: CustomerId(0), through: CustomerId(11) };
        let unapplied = read(&store, |tx| payments::unapplied_of_customers(tx, SCOPE, range));
        assert_eq!(unapplied, [(CustomerId(10), Currency::CLP, 400), (CustomerId(11), Currency::CLP, 400)]);
        write(&store, |tx| payments::set_reversed(tx, SCOPE, &all[0], NOW_MS));
        assert!(read(&store, |tx| payments::by_keys(tx, SCOPE, ["n:40"].into_iter())).is_empty());
        let refused = store.write(|tx| payments::insert_many(tx, SCOPE, &[Payment { id: PaymentId(77), ..all[1].clone() }]));
        assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
        write(&store, |tx| payments::insert_many(tx, SCOPE, &[Payment { id: PaymentId(77), ..all[0].clone() }]));
    }

    fn credit_of_notes_adds_up_by_customer(place) {
        let store = open(place);
        write(&store, |tx| documents::insert_many(tx, SCOPE, &[note(20, 10, "1"), note(21, 10, "2"), document(22, 10, "3")]));
        let range = CustomerRange::one(CustomerId(10));
        let unapplied = read(&store, |tx| documents::unapplied_of_customers(tx, SCOPE, range));
        assert_eq!(unapplied, [(CustomerId(10), Currency::CLP, 2_380)]);
    }

    fn the_ledger_round_trips(place) {
        let store = open(place);
        write(&store, small_books);
        let mut met: Vec<StoredEntry> = Vec::new();
        read(&store, |tx| ledger::for_each_after::<StoreError>(tx, SCOPE, 0, |e| { met.push(e); Ok(()) }));
        let paid = posting(51, 10, "2026-02-10");
        let expected = [
            posting(50, 10, "2026-02-01").issue(ReceivableId(30), 1_190).unwrap(),
            paid.payment(PaymentId(40), 1_000).unwrap(),
            paid.allocate(Source::Payment(PaymentId(40)), ReceivableId(30), 600).unwrap(),
        ];
        assert_eq!(ids(&met, |e| e.entry.clone()), expected);
        assert_eq!(ids(&met, |e| (e.seq, e.recorded_at, e.import, e.actor.as_str().to_owned())),
            (1..=3).map(|seq| (seq, NOW_MS, Some(ImportId(9)), RECORDING.actor.to_owned())).collect::<Vec<_>>());
        let back = expected[2].reversal(3, TxId(52), EntryKind::Bounce, day("2026-02-20"), day("2026-02-21"));
        assert_eq!(write(&store, |tx| ledger::append(tx, SCOPE, std::slice::from_ref(&back), RECORDING)), 4);
        assert_eq!(write(&store, |tx| ledger::append(tx, SCOPE, &[], RECORDING)), 4);
        let seqs = |entries: &[StoredEntry]| ids(entries, |e| e.seq);
        assert_eq!(seqs(&read(&store, |tx| ledger::of_receivables(tx, SCOPE, &[ReceivableId(30)]))), [1, 3, 4]);
        assert_eq!(seqs(&read(&store, |tx| ledger::of_source(tx, SCOPE, 40))), [2, 3, 4]);
        assert_eq!(seqs(&read(&store, |tx| ledger::of_sources(tx, SCOPE, &[40, 41]))), [2, 3, 4]);
        assert_eq!(seqs(&read(&store, |tx| ledger::of_import(tx, SCOPE, ImportId(9)))), [1, 2, 3, 4]);
        assert_eq!(read(&store, |tx| ledger::issued_after(tx, SCOPE, 0)), [ReceivableId(30)]);
        assert_eq!(read(&store, |tx| ledger::customers_after(tx, SCOPE, 3)), [CustomerId(10)]);
        let mut moved = Vec::new();
        read(&store, |tx| ledger::for_each_movement::<StoreError>(tx, SCOPE, 0, |seq, e| { moved.push((seq, e.kind)); Ok(()) }));
        assert_eq!(moved, [(2, EntryKind::Payment), (3, EntryKind::AllocateCash), (4, EntryKind::Bounce)]);
        assert!(read(&store, |tx| ledger::of_import(tx, OTHER, ImportId(9))).is_empty());
    }

    fn the_ledger_refuses_what_it_may_not_hold(place) {
        let store = open(place);
        let good = posting(50, 10, "2026-02-01").issue(ReceivableId(30), 10).unwrap();
        for bad in [
            puntual_core::ledger::Entry { amount_minor: 0, ..good.clone() },
            puntual_core::ledger::Entry { credit: Account::Receivable, ..good },
        ] {
            let refused = store.write(|tx| ledger::append(tx, SCOPE, &[bad], RECORDING));
            assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
        }
        assert_eq!(read(&store, |tx| creditors::ledger_seq(tx, SCOPE)), 0);
    }

    fn the_audit_answers_by_itself(place) {
        let store = open(place);
        write(&store, small_books);
        assert!(read(&store, |tx| audit::stale_caches(tx, SCOPE, 9)).is_empty());
        assert!(read(&store, |tx| audit::wrong_amounts(tx, SCOPE, 9)).is_empty());
        let changes = [(Currency::CLP, day("2026-02-01"), 1_190), (Currency::CLP, day("2026-02-10"), -1_000)];
        assert_eq!(read(&store, |tx| audit::daily_changes(tx, SCOPE)), changes);
        assert!(read(&store, |tx| audit::orphans(tx, SCOPE)).iter().all(|o| o.count == 0));
        let span = Some((day("2026-02-01"), day("2026-02-10")));
        assert_eq!(read(&store, |tx| audit::ledger_span(tx, SCOPE)), span);
        assert_eq!(read(&store, |tx| audit::ledger_span(tx, OTHER)), None);
        write(&store, |tx| receivables::add_open(tx, SCOPE, &[(ReceivableId(30), 1)]));
        write(&store, |tx| payments::add_unapplied(tx, SCOPE, &[(PaymentId(40), 1)]));
        write(&store, |tx| documents::add_unapplied(tx, SCOPE, &[(DocumentId(20), 1)]));
        assert_eq!(read(&store, |tx| audit::stale_caches(tx, SCOPE, 9)), [
            ("receivable".to_owned(), 30), ("document".to_owned(), 20), ("payment".to_owned(), 40)]);
    }

    fn applications_wait_and_are_settled(place) {
        let store = open(place);
        let waiting = |id, target: &str| Pending {
            id, target_key: target.into(), other_key: Some("pay:n:1".into()), kind: "credit".into(),
            source: Some(20), amount_minor: Some(5), amount_text: Some("5.00".into()),
            currency: Some(Currency::CLF), effective_on: day("2026-02-01"),
            recorded_on: day("2026-02-02"), place: "fila 3".into(), import: Some(ImportId(9)),
            note: Some("precio".into()), holder: Some("Factor SA".into()), sequence: Some(2),
        };
        let bare = Pending {
            other_key: None, source: None, amount_minor: None, amount_text: None, currency: None,
            import: None, note: None, holder: None, sequence: None, ..waiting(-2, "b")
        };
        assert!(!read(&store, |tx| pending::any(tx, SCOPE)));
        let all = [waiting(1, "a"), bare.clone(), waiting(3, "a")];
        write(&store, |tx| pending::insert_many(tx, SCOPE, &all));
        assert!(read(&store, |tx| pending::any(tx, SCOPE)));
        assert_eq!(read(&store, |tx| pending::list(tx, SCOPE, 9)), [bare, all[0].clone(), all[2].clone()]);
        assert_eq!(read(&store, |tx| pending::waiting_for(tx, SCOPE, ["a", "c"].into_iter())), [all[0].clone(), all[2].clone()]);
        write(&store, |tx| pending::settle(tx, SCOPE, &all[0], NOW_MS));
        assert_eq!(read(&store, |tx| pending::waiting_for(tx, SCOPE, ["a"].into_iter())), [all[2].clone()]);
        assert_eq!(write(&store, |tx| pending::count_settled_later(tx, SCOPE, ImportId(9), 0)), 1);
        assert_eq!(read(&store, |tx| pending::count_settled_later(tx, SCOPE, ImportId(9), NOW_MS)), 0);
        assert_eq!(write(&store, |tx| pending::reopen(tx, SCOPE, ["a"].into_iter())), 1);
        write(&store, |tx| pending::retarget(tx, SCOPE, &all[2], "z", None));
        assert_eq!(read(&store, |tx| pending::waiting_for(tx, SCOPE, ["a", "z"].into_iter())).len(), 2);
        assert_eq!(write(&store, |tx| pending::drop_of_import(tx, SCOPE, ImportId(9))), 2);
        assert_eq!(read(&store, |tx| pending::list(tx, SCOPE, 9)).len(), 1);
    }
}
