//! The self-audit names what was tampered with: each test spoils the stored rows with SQL of its own
//! and expects the audit to say where.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_formats::record::*;
use puntual_store::on_both_engines;
use puntual_store::testing::Place;

/// Books in which every money table has rows.
fn small(place: &Place) -> Books {
    let books = Books::chile(place);
    books.load(vec![
        record(invoice("F1", "A", "2026-01-05", "2026-02-04", "1000")),
        record(invoice("F2", "B", "2026-02-05", "2026-03-07", "2000")),
        record(note("N1", "B", "2026-03-10", "300", "F2")),
        record(DocumentRecord {
            references: Vec::new(),
            ..note("N2", "B", "2026-03-10", "50", "")
        }),
        payment("P1", "A", "2026-02-10", "700"),
        allocation(AllocationKind::Payment, "F1", "2026-02-10", "400", Some("P1")),
    ]);
    books.prove();
    books
}

fn spoil(place: &Place, sql: &str) {
    match place.url.strip_prefix("sqlite:") {
        Some(file) => {
            let db = rusqlite::Connection::open(file).unwrap();
            assert!(db.execute(sql, []).unwrap() > 0, "{sql}");
        }
        None => {
            let mut client = postgres::Client::connect(&place.url, postgres::NoTls).unwrap();
            assert!(client.execute(sql, &[]).unwrap() > 0, "{sql}");
        }
    }
}

/// Spoils fresh books and answers what the audit says.
fn said(place: &Place, sql: &str) -> String {
    let books = small(place);
    spoil(place, sql);
    books.wrong().join("\n")
}

on_both_engines! {
    fn a_changed_open_amount_is_named(place) {
        let said = said(place, "UPDATE receivable SET open_minor = open_minor + 1 WHERE amount_minor = 1000");
        assert!(said.starts_with("cached_balances: receivable "), "{said}");
    }

    fn a_changed_unapplied_amount_is_named(place) {
        let said = said(place, "UPDATE payment SET unapplied_minor = 0");
        assert!(said.starts_with("cached_balances: payment "), "{said}");
    }

    fn a_changed_credit_is_named(place) {
        let said = said(place, "UPDATE document SET unapplied_minor = 51 WHERE number = 'N2'");
        assert!(said.starts_with("cached_balances: document "), "{said}");
    }

    fn a_changed_entry_is_named(place) {
        let said = said(place, "UPDATE ledger_entry SET amount_minor = 401 WHERE kind = 'allocate_cash'");
        assert!(said.contains("cached_balances: receivable ") && said.contains("payment "), "{said}");
    }

    fn an_entry_turned_round_is_named(place) {
        let said = said(place, "UPDATE ledger_entry SET debit = 'sales', credit = 'receivable' WHERE kind = 'issue' AND amount_minor = 1000");
        assert!(said.contains("cached_balances: receivable "), "{said}");
        assert!(said.contains("control_totals: "), "{said}");
    }

    fn an_entry_without_its_source_is_named(place) {
        let said = said(place, "UPDATE ledger_entry SET source_id = NULL WHERE kind = 'payment'");
        assert!(said.contains("ledger_balanced: entry "), "{said}");
    }

    fn a_removed_entry_is_named(place) {
        let said = said(place, "DELETE FROM ledger_entry WHERE seq = 2");
        assert!(said.contains("ledger_balanced: entry 2 is missing"), "{said}");
    }

    fn the_last_entry_removed_is_named(place) {
        let books = small(place);
        let last = books.ledger_seq();
        spoil(place, &format!("DELETE FROM ledger_entry WHERE seq = {last}"));
        let said = books.wrong().join("\n");
        assert!(said.contains(&format!("entries {last} to {last} are missing")), "{said}");
    }

    fn a_changed_amount_due_is_named(place) {
        let said = said(place, "UPDATE receivable SET amount_minor = 999 WHERE amount_minor = 1000");
        assert!(said.contains("recorded_amounts: receivable "), "{said}");
        assert!(said.contains("control_totals: "), "{said}");
    }

    fn a_changed_total_is_named(place) {
        let said = said(place, "UPDATE document SET total_minor = 999 WHERE number = 'F1'");
        assert!(said.starts_with("recorded_amounts: document "), "{said}");
    }

    fn a_changed_payment_is_named(place) {
        let said = said(place, "UPDATE payment SET amount_minor = 7000");
        assert!(said.starts_with("recorded_amounts: payment "), "{said}");
    }

    fn a_removed_payment_is_named(place) {
        let said = said(place, "DELETE FROM payment");
        assert!(said.contains("cached_balances: source "), "{said}");
    }

    fn a_removed_document_is_named(place) {
        let said = said(place, "DELETE FROM document WHERE number = 'F1'");
        assert!(said.contains("no_orphans: receivable → document: 1 missing"), "{said}");
    }

    fn a_removed_customer_is_named(place) {
        let said = said(place, "DELETE FROM customer WHERE code = 'A'");
        assert!(said.contains("receivable → customer") && said.contains("payment → customer"), "{said}");
    }

    fn a_removed_receivable_is_named(place) {
        let books = small(place);
        spoil(place, "DELETE FROM receivable WHERE amount_minor = 1000");
        let said = books.wrong().join("\n");
        assert!(said.contains("ledger_entry → receivable"), "{said}");
    }

    fn a_payment_applied_twice_over_is_named(place) {
        let books = Books::chile(place);
        books.load(vec![
            record(invoice("F1", "A", "2026-01-05", "2026-02-04", "1000")),
            record(invoice("F2", "A", "2026-01-05", "2026-02-04", "1000")),
            payment("P1", "A", "2026-02-10", "1000"),
            // Each row by itself is no more than the payment; together they are.
            allocation(AllocationKind::Payment, "F1", "2026-02-10", "900", Some("P1")),
            allocation(AllocationKind::Payment, "F2", "2026-02-11", "900", Some("P1")),
        ]);
        let said = books.wrong().join("\n");
        assert!(said.starts_with("limits: payment "), "{said}");
        assert!(said.contains("applied for more than it is"), "{said}");
    }

    fn a_payment_taken_back_that_still_pays_is_named(place) {
        let said = said(place, "UPDATE payment SET reversed_at = 1");
        assert!(said.starts_with("limits: payment ") && said.ends_with("still pays"), "{said}");
    }

    fn a_bounce_of_what_was_never_paid_is_named(place) {
        let books = small(place);
        books.load(vec![allocation(AllocationKind::Reversal, "F2", "2026-02-20", "-700", Some("P1"))]);
        let said = books.wrong().join("\n");
        assert!(said.contains("limits: receivable "), "{said}");
        assert!(said.contains("has more open than was due"), "{said}");
    }

    fn a_payment_in_another_currency_than_its_debt_is_named(place) {
        let said = said(place, "UPDATE payment SET currency = 'USD'");
        assert!(said.starts_with("currencies: source "), "{said}");
    }

    fn a_receivable_in_another_currency_is_named(place) {
        let said = said(place, "UPDATE receivable SET currency = 'USD' WHERE amount_minor = 1000");
        assert!(said.contains("currencies: receivable ") && said.contains("; document "), "{said}");
    }
}
