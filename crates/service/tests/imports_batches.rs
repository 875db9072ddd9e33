//! What is kept of a batch: what became of each file, and that a run a program left behind is known
//! for one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::id::ImportId;
use puntual_service::imports;
use puntual_store::import::{Batch, Counts, insert_batch};
use puntual_store::on_both_engines;

const INVOICES: &str = "customer_id,customer_name,doc_type,doc_number,issue_date,due_date,currency,amount\n\
    C1,Uno,invoice,1,2026-01-05,2026-02-04,CLP,1000\n\
    C1,Uno,invoice,2,2026-01-05,2026-02-04,CLP,2000\n";

on_both_engines! {
    fn each_file_says_what_became_of_its_records(place) {
        let books = Books::chile(place);
        let files = |of: &Batch| imports::files(&books.app, &books.ctx, of.id).unwrap();
        let (first, _) = books.upload(&[
            ("facturas.csv", INVOICES.as_bytes()),
            ("notas/leeme.xml", b"<nada/>"),
        ]);
        let kept = files(&first);
        let said: Vec<(&str, i64, i64)> =
            kept.iter().map(|f| (f.name.as_str(), f.counts.accepted, f.counts.duplicates)).collect();
        assert!(said.contains(&("facturas.csv", 2, 0)), "{said:?}");
        assert!(said.iter().any(|(name, accepted, _)| *name == "notas/leeme.xml" && *accepted == 0));
        let mut total = Counts::default();
        kept.iter().for_each(|file| total.add(&file.counts));
        assert_eq!(total, first.counts);
        let (again, _) = books.upload(&[("facturas.csv", INVOICES.as_bytes())]);
        let kept = files(&again);
        assert_eq!((kept[0].counts.accepted, kept[0].counts.duplicates), (0, 2));
        assert_eq!(kept[0].format, "csv");
    }

    fn a_batch_whose_program_is_gone_is_marked_and_can_be_repeated(place) {
        let books = Books::chile(place);
        let left = Batch {
            id: ImportId(books.app.next_id()),
            started_at: books.ctx.now_ms,
            finished_at: None,
            undone_at: None,
            actor: "ana@example.com".to_owned(),
            title: "facturas.csv".to_owned(),
            state: "running".to_owned(),
            files: 1,
            counts: Counts::default(),
        };
        let scope = books.ctx.scope();
        books.app.store.write(|tx| insert_batch(tx, scope, &left)).unwrap();
        let (done, _) = books.upload(&[("facturas.csv", INVOICES.as_bytes())]);
        assert_eq!(imports::mark_interrupted(&books.app).unwrap(), 1);
        assert_eq!(imports::mark_interrupted(&books.app).unwrap(), 0);
        let state = |id| imports::batch(&books.app, &books.ctx, id).unwrap().unwrap().0.state;
        assert_eq!((state(left.id).as_str(), state(done.id).as_str()), ("interrupted", "done"));
        assert!(imports::files(&books.app, &books.ctx, left.id).unwrap().is_empty());
    }
}
