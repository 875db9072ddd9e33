//! What the store promises of bank accounts, statements, entries and results of direct debits, held
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
use puntual_store::bank::{self, Statement};
use puntual_store::bank_entry::{self as entries, BankEntry, Detail, Standing, Wanted};
use puntual_store::debit_result::{self as results, DebitResult};
use puntual_store::error::StoreError;
use puntual_store::{Scope, Store, Tx, audit, on_both_engines, payment as payments};

fn statement(id: i64, import: i64) -> Statement {
    Statement {
        id: BankStatementId(id),
        account: ACCOUNT,
        statement_key: format!("key {id}"),
        kind: "statement".to_owned(),
        source_id: Some("STM1".to_owned()),
        sequence: Some("00068".to_owned()),
        from_on: Some(day("2026-04-01")),
        to_on: Some(day("2026-04-10")),
        opening_minor: Some(-500),
        closing_minor: Some(700),
        entry_count: 2,
        credit_minor: 1_500,
        debit_minor: 300,
        place: "abril.n43".to_owned(),
        import: ImportId(import),
        recorded_at: NOW_MS,
    }
}

fn detail(of: i64, line: i64) -> Detail {
    Detail {
        entry: BankEntryId(of),
        line,
        amount_minor: Some(-121),
        currency: Currency::EUR,
        end_to_end: Some("F2026-0101".to_owned()),
        bank_reference: Some("X".to_owned()),
        creditor_reference: None,
        mandate: Some("MND-0001".to_owned()),
        counterparty_name: Some("Ñandú".to_owned()),
        counterparty_tax_id: Some("B1".to_owned()),
        counterparty_account: Some("ES91".to_owned()),
        text: Some("cuota".to_owned()),
        return_reason: Some("AM04".to_owned()),
        return_text: Some("Fondos insuficientes".to_owned()),
    }
}

fn result(id: i64, import: i64) -> DebitResult {
    DebitResult {
        id: DebitResultId(id),
        instruction_key: format!("F{id}"),
        original_message: Some("MSG1".to_owned()),
        original_batch: Some("PMT1".to_owned()),
        end_to_end: Some(format!("F{id}")),
        mandate: Some("MND-0001".to_owned()),
        amount_minor: Some(121),
        currency: Currency::EUR,
        outcome: "RJCT".to_owned(),
        reason: Some("AM04".to_owned()),
        reason_text: Some("Fondos insuficientes".to_owned()),
        resulted_on: day("2026-04-09"),
        entry: None,
        payment: None,
        place: "pain002.xml".to_owned(),
        import: ImportId(import),
        recorded_at: NOW_MS,
    }
}

fn ids(found: &[BankEntry]) -> Vec<i64> {
    found.iter().map(|e| e.id.0).collect()
}

/// Two accounts; two entries of one, told by a statement.
fn small_bank(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    bank::insert_account(tx, SCOPE, &bank_account(70, "ES91"), NOW_MS)?;
    bank::insert_account(tx, SCOPE, &bank_account(71, "ES92"), NOW_MS)?;
    let two = [bank_entry(100, "2026-04-02", 1_500), bank_entry(101, "2026-04-03", -300)];
    entries::insert_many(tx, SCOPE, &two)?;
    entries::insert_details(tx, SCOPE, &[detail(101, 1), detail(101, 2)])?;
    let told = [(1, BankEntryId(100)), (2, BankEntryId(101))];
    assert!(bank::insert_statement(tx, SCOPE, &statement(80, 9), &told)?);
    results::insert_many(tx, SCOPE, &[result(90, 9)])
}

fn listed(store: &Store, scope: Scope, wanted: &Wanted) -> Vec<i64> {
    let found = read(store, |tx| entries::list(tx, scope, wanted, 50, 0));
    let counted = read(store, |tx| entries::count(tx, scope, wanted));
    assert_eq!(counted as usize, found.len());
    ids(&found)
}

fn standing(standing: Standing) -> Wanted {
    Wanted { standing, ..Wanted::default() }
}

on_both_engines! {
    fn what_was_written_is_read(place) {
        let store = open(place);
        write(&store, small_bank);
        assert_eq!(read(&store, |tx| bank::accounts(tx, SCOPE)), [bank_account(70, "ES91"), bank_account(71, "ES92")]);
        assert_eq!(read(&store, |tx| bank::statements(tx, SCOPE)), [statement(80, 9)]);
        let found = read(&store, |tx| entries::by_ids(tx, SCOPE, &[BankEntryId(100)]));
        assert_eq!(found, [bank_entry(100, "2026-04-02", 1_500)]);
        let keys = ["s:101", "s:999"];
        let found = read(&store, |tx| entries::by_keys(tx, SCOPE, ACCOUNT, keys.into_iter()));
        assert_eq!(ids(&found), [101]);
        let found = read(&store, |tx| entries::details(tx, SCOPE, &[BankEntryId(101)]));
        assert_eq!(found, [detail(101, 1), detail(101, 2)]);
        assert_eq!(read(&store, |tx| results::list_in(tx, SCOPE, &["RTRN", "RJCT"], 9)), [result(90, 9)]);
        let keys = ["F90", "F91"];
        assert_eq!(read(&store, |tx| results::by_keys(tx, SCOPE, keys.into_iter())), [result(90, 9)]);
        assert_eq!(read(&store, |tx| bank::told(tx, SCOPE)), [(BankStatementId(80), (2, 1_200))].into());
        assert_eq!(listed(&store, OTHER, &Wanted::default()), Vec::<i64>::new());
    }

    fn an_entry_key_and_a_statement_key_are_taken_once(place) {
        let store = open(place);
        write(&store, small_bank);
        let again = BankEntry { id: BankEntryId(200), ..bank_entry(100, "2026-04-02", 1) };
        let refused = store.write(|tx| entries::insert_many(tx, SCOPE, &[again.clone()]));
        assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
        let elsewhere = BankEntry { account: BankAccountId(71), ..again };
        write(&store, |tx| entries::insert_many(tx, SCOPE, &[elsewhere]));
        let repeated = Statement { id: BankStatementId(81), ..statement(80, 9) };
        assert!(!write(&store, |tx| bank::insert_statement(tx, SCOPE, &repeated, &[(1, BankEntryId(200))])));
        assert_eq!(read(&store, |tx| bank::told(tx, SCOPE)).len(), 1);
    }

    fn entries_are_listed_by_how_they_stand(place) {
        let store = open(place);
        write(&store, small_bank);
        write(&store, |tx| entries::insert_many(tx, SCOPE, &[
            BankEntry { state: "announced".into(), ..bank_entry(102, "2026-04-04", 50) },
            BankEntry { state: "returned".into(), ..bank_entry(103, "2026-04-01", -50) },
            BankEntry { account: BankAccountId(71), ..bank_entry(104, "2026-04-05", 1_500) },
        ]));
        let link = (BankEntryId(102), BankEntryId(104), "only_one".to_owned());
        assert_eq!(listed(&store, SCOPE, &standing(Standing::Announced)), [102]);
        write(&store, |tx| entries::link(tx, SCOPE, &[link]));
        assert_eq!(listed(&store, SCOPE, &Wanted::default()), [104, 102, 101, 100, 103]);
        assert_eq!(listed(&store, SCOPE, &standing(Standing::Open)), [104, 101, 100]);
        assert_eq!(listed(&store, SCOPE, &standing(Standing::Linked)), [102]);
        assert_eq!(listed(&store, SCOPE, &standing(Standing::Announced)), Vec::<i64>::new());
        assert_eq!(listed(&store, SCOPE, &standing(Standing::Returned)), [103]);
        let of_account = Wanted { account: Some(ACCOUNT), ..Wanted::default() };
        assert_eq!(listed(&store, SCOPE, &of_account), [102, 101, 100, 103]);
        let literal = Wanted { words: vec!["100%_10".into(), "nandu".into()], ..Wanted::default() };
        assert_eq!(listed(&store, SCOPE, &literal), [104, 102, 101, 100, 103]);
        let page = read(&store, |tx| entries::list(tx, SCOPE, &Wanted::default(), 2, 3));
        assert_eq!(ids(&page), [100, 103]);
        let between = |from, to| read(&store, |tx| entries::booked_between(tx, SCOPE, ACCOUNT, day(from), day(to)));
        assert_eq!(ids(&between("2026-04-01", "2026-04-03")), [100, 101, 103]);
        assert_eq!(ids(&read(&store, |tx| entries::open_credits(tx, SCOPE, None))), [100, 104]);
        assert_eq!(ids(&read(&store, |tx| entries::open_credits(tx, SCOPE, Some(1_500)))), [100, 104]);
        assert!(read(&store, |tx| entries::open_credits(tx, SCOPE, Some(7))).is_empty());
    }

    fn a_payment_goes_with_the_money_to_the_entry_with_more_authority(place) {
        let store = open(place);
        write(&store, small_books);
        write(&store, small_bank);
        write(&store, |tx| {
            entries::link_payment(tx, SCOPE, BankEntryId(101), PaymentId(40), "tax_id")?;
            entries::link(tx, SCOPE, &[(BankEntryId(101), BankEntryId(100), "reference:X".into())])
        });
        let of = |id| read(&store, |tx| entries::by_ids(tx, SCOPE, &[BankEntryId(id)])).remove(0);
        let (one, other) = (of(101), of(100));
        assert_eq!((one.linked_to, one.payment), (Some(BankEntryId(100)), None));
        assert_eq!(one.link_why.as_deref(), Some("reference:X"));
        assert_eq!((other.payment, other.link_why.as_deref()), (Some(PaymentId(40)), Some("tax_id")));
        assert_eq!(read(&store, |tx| entries::payments_linked(tx, SCOPE)), [PaymentId(40)]);
        assert_eq!(write(&store, |tx| entries::forget_undone_payments(tx, SCOPE)), 0);
        write(&store, |tx| {
            payments::set_bounced(tx, SCOPE, PaymentId(40), NOW_MS)?;
            assert_eq!(entries::forget_undone_payments(tx, SCOPE)?, 0);
            payments::set_reversed(tx, SCOPE, &payment(40, 10, "2026-02-10"), NOW_MS)?;
            assert_eq!(entries::forget_undone_payments(tx, SCOPE)?, 1);
            Ok(())
        });
        assert_eq!(of(100).payment, None);
    }

    fn a_batch_leaves_nothing_and_lets_others_stand_for_themselves(place) {
        let store = open(place);
        write(&store, small_bank);
        write(&store, |tx| {
            let advice = BankEntry { import: ImportId(8), ..bank_entry(99, "2026-04-02", 1_500) };
            entries::insert_many(tx, SCOPE, &[advice])?;
            entries::link(tx, SCOPE, &[(BankEntryId(99), BankEntryId(100), "only_one".into())])?;
            results::set_known(tx, SCOPE, DebitResultId(90), Some(BankEntryId(99)), None)?;
            results::insert_many(tx, SCOPE, &[result(91, 8), result(92, 9)])?;
            results::set_known(tx, SCOPE, DebitResultId(91), Some(BankEntryId(101)), None)
        });
        assert_eq!(read(&store, |tx| bank::count_told_elsewhere(tx, SCOPE, ImportId(9))), 0);
        assert_eq!(read(&store, |tx| bank::count_told_elsewhere(tx, SCOPE, ImportId(8))), 0);
        write(&store, |tx| bank::drop_of_import(tx, SCOPE, ImportId(9)));
        assert_eq!(listed(&store, SCOPE, &standing(Standing::Open)), [99]);
        assert_eq!(read(&store, |tx| bank::accounts(tx, SCOPE)), [bank_account(70, "ES91")]);
        assert!(read(&store, |tx| bank::statements(tx, SCOPE)).is_empty());
        let left = read(&store, |tx| results::without_payment(tx, SCOPE));
        let left: Vec<_> = left.iter().map(|r| (r.id.0, r.import.0, r.entry)).collect();
        assert_eq!(left, [(90, 8, Some(BankEntryId(99))), (91, 8, None)]);
        let orphans = read(&store, |tx| audit::orphans(tx, SCOPE));
        assert!(orphans.len() > 20 && orphans.iter().all(|o| o.count == 0), "{orphans:?}");
    }

    fn a_statement_of_another_batch_needs_the_entries_it_tells(place) {
        let store = open(place);
        write(&store, small_bank);
        let later = statement(81, 10);
        write(&store, |tx| bank::insert_statement(tx, SCOPE, &later, &[(1, BankEntryId(101))]));
        assert_eq!(read(&store, |tx| bank::count_told_elsewhere(tx, SCOPE, ImportId(9))), 1);
        assert_eq!(read(&store, |tx| bank::count_told_elsewhere(tx, SCOPE, ImportId(10))), 0);
    }

    fn rows_that_point_at_nothing_are_found(place) {
        let store = open(place);
        write(&store, small_bank);
        let lost = BankEntry { account: BankAccountId(79), linked_to: Some(BankEntryId(1)), ..bank_entry(102, "2026-04-04", 5) };
        write(&store, |tx| entries::insert_many(tx, SCOPE, &[lost]));
        let orphans = read(&store, |tx| audit::orphans(tx, SCOPE));
        let found: Vec<_> = orphans.iter().filter(|o| o.count > 0).map(|o| o.relation.as_str()).collect();
        assert_eq!(found, ["bank_entry → bank_account", "bank_entry → bank_entry"]);
    }
}
