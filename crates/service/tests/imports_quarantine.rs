//! What waits for a person, on both engines: shown beside what is stored, decided once, and the
//! ledger never edited.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::id::ImportId;
use puntual_service::imports::compare::{self, Comparison, Value};
use puntual_service::imports::quarantine::{self, Case};
use puntual_service::imports::replace::Dependent;
use puntual_service::imports::{self, Decided, Decision, Input, Options, Refusal};
use puntual_store::on_both_engines;

const HEAD: &str =
    "customer_id,customer_name,doc_type,doc_number,issue_date,due_date,currency,amount\n";

fn csv(rows: &str) -> Vec<u8> {
    format!("{HEAD}{rows}").into_bytes()
}

fn waiting(books: &Books) -> Vec<Case> {
    quarantine::waiting(&books.app, &books.ctx, 99, 0).unwrap().0
}

fn key(case: &Case) -> (ImportId, i64) {
    (case.issue.import, case.issue.id)
}

fn beside(books: &Books, case: Case) -> Comparison {
    compare::compare(&books.app, &books.ctx, vec![case], usize::MAX).unwrap().remove(0)
}

fn decide(books: &Books, case: &Case, decision: Decision) -> Decided {
    imports::decide(&books.app, &books.ctx, key(case), decision).unwrap()
}

/// One invoice stored, and one that contradicts it waiting.
fn contradicted(books: &Books) -> Case {
    books.upload(&[("a.csv", &csv("C1,Molino Sur,invoice,77,2026-01-05,2026-02-04,CLP,1000\n"))]);
    books.upload(&[("b.csv", &csv("C1,MOLINO SUR,invoice,77,2026-01-05,2026-03-06,CLP,1500\n"))]);
    waiting(books).remove(0)
}

on_both_engines! {
    fn what_came_stands_beside_what_is_stored(place) {
        let books = Books::chile(place);
        let shown = beside(&books, contradicted(&books));
        assert!(shown.stored.is_some() && shown.is_kept);
        let differing: Vec<&str> =
            shown.fields.iter().filter(|pair| pair.differs).map(|pair| pair.field).collect();
        // The name is the same in other letters.
        assert_eq!(differing, ["due_date", "total"]);
        let total = shown.fields.iter().find(|pair| pair.field == "total").unwrap();
        let amount = |value: &Option<Value>| match value {
            Some(Value::Amount(money)) => money.to_plain(),
            other => panic!("{other:?}"),
        };
        assert_eq!((amount(&total.stored), amount(&total.arriving)), ("1000".into(), "1500".into()));
    }

    fn the_stored_document_is_replaced_by_reversal(place) {
        let mut books = Books::chile(place);
        let case = contradicted(&books);
        assert_eq!(decide(&books, &case, Decision::Accept), Decided::Refused(Refusal::Contradicts));
        let before = books.totals("2026-02-20");
        let seq = books.ledger_seq();
        books.on("2026-11-22");
        assert_eq!(decide(&books, &case, Decision::Replace), Decided::Done);
        assert_eq!(books.totals("2026-02-20"), "CLP 1500 | 0 | 0 | 0 | 0 | 0 | u 0 | b 1500");
        // What was known yesterday is known to have been known.
        assert_eq!(books.totals_known("2026-02-20", "2026-11-21"), before);
        assert_eq!(books.ledger_seq(), seq + 2, "one reversal, one posting");
        assert!(waiting(&books).is_empty());
        let (made, count) = quarantine::decided(&books.app, &books.ctx, 9, 0).unwrap();
        assert_eq!(count, 1);
        assert_eq!(made[0].issue.decision.as_deref(), Some("replaced"));
        assert_eq!(made[0].decided_by.as_deref(), Some("ana@example.com"));
        assert_eq!(made[0].decided_at, Some(books.ctx.now_ms));
        let again = decide(&books, &case, Decision::Replace);
        assert_eq!(again, Decided::Refused(Refusal::DecidedAlready));
        assert_eq!(books.ledger_seq(), seq + 2);
        books.prove();
    }

    fn what_is_paid_is_not_replaced_and_the_payment_is_named(place) {
        let books = Books::chile(place);
        let case = contradicted(&books);
        books.load(vec![
            payment("P9", "C1", "2026-02-10", "400"),
            allocation(puntual_formats::record::AllocationKind::Payment, "77", "2026-02-10", "400", Some("P9")),
        ]);
        let seq = books.ledger_seq();
        let refused = decide(&books, &case, Decision::Replace);
        let Decided::Refused(Refusal::Needed(list)) = refused else { panic!("{refused:?}") };
        let [Dependent::Payment(number, on, amount)] = list.as_slice() else { panic!("{list:?}") };
        assert_eq!((number.as_str(), on.to_string(), amount.to_plain()), ("P9", "2026-02-10".into(), "400".into()));
        assert_eq!((books.ledger_seq(), waiting(&books).len()), (seq, 1));
        // Keeping the stored one is always possible.
        assert_eq!(decide(&books, &case, Decision::Dismiss), Decided::Done);
        assert_eq!((books.ledger_seq(), waiting(&books).len()), (seq, 0));
        books.prove();
    }

    fn a_row_of_several_documents_is_taken_in_when_one_is_left(place) {
        let books = Books::chile(place);
        let row = "C1,Molino Sur,invoice,88,2026-01-05,2026-02-04,CLP,1000\n";
        books.upload(&[("a.csv", &csv(row))]);
        let debit = books.upload(&[("b.csv", &csv(&row.replace("invoice", "debit_note")))]).0;
        let disputes = b"document,opened,reason\n88,2026-02-10,price\n";
        books.upload(&[("disputes.csv", disputes)]);
        let case = waiting(&books).remove(0);
        assert_eq!(case.issue.code, "ambiguous_document");
        let refused = decide(&books, &case, Decision::Accept);
        assert!(matches!(refused, Decided::Refused(Refusal::Unfit(..))), "{refused:?}");
        books.undo(debit.id).unwrap();
        assert_eq!(decide(&books, &case, Decision::Accept), Decided::Done);
        let scope = books.ctx.scope();
        let open = books.app.store.read(|tx| puntual_store::standing::disputes(tx, scope, None, true));
        assert_eq!(open.unwrap().len(), 1);
        assert!(waiting(&books).is_empty());
    }

    fn a_table_is_read_again_as_it_was_read_first(place) {
        let books = Books::chile(place);
        // Month first, which only a person could say; the second row contradicts the first.
        let rows = "Cliente;Folio;Fecha emisión;Vencimiento;Monto\nC1;5;03/04/2026;05/04/2026;1000\nC1;5;03/04/2026;06/04/2026;1200\n";
        let input = || vec![Input::Bytes { name: "t.csv".into(), content: rows.into() }];
        let look = puntual_service::import_preview::look(&books.app, &books.ctx, "t.csv", rows.as_bytes(), None).unwrap();
        let mapping = puntual_formats::table::Mapping {
            date_order: Some(puntual_formats::table::DateOrder::Mdy),
            ..look.mapping()
        };
        let options = Options { mapping: Some(mapping), ..Options::default() };
        let (batch, _) = books.import_as(input(), &options);
        assert_eq!((batch.counts.accepted, batch.counts.quarantined), (1, 1), "{:?}", batch.counts);
        let case = waiting(&books).remove(0);
        assert_eq!(decide(&books, &case, Decision::Replace), Decided::Done);
        // Due on the fourth of June, not on the sixth of April.
        assert_eq!(books.totals("2026-06-04"), "CLP 1200 | 0 | 0 | 0 | 0 | 0 | u 0 | b 1200");
        books.prove();
    }
}
