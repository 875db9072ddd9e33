//! The watched folder, on both engines: what is dropped is read once and moved once, wherever the
//! program died before.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::currency::Currency;
use puntual_core::id::ImportId;
use puntual_service::creditors::{self, NewCreditor};
use puntual_service::imports::{self, Input, Options};
use puntual_service::inbox::folder::{Folder, Looked};
use puntual_service::inbox::{self, Coming, Source, Taken};
use puntual_store::testing::Place;
use puntual_store::{arrival, import, on_both_engines};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

const CSV: &str = "customer_id,customer_name,doc_type,doc_number,issue_date,due_date,currency,amount\n\
                   C1,Molino Sur,invoice,77,2026-01-05,2026-02-04,CLP,1000\n";

struct Drop {
    root: PathBuf,
}

impl std::ops::Drop for Drop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Drop {
    fn new() -> Drop {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("puntual-inbox-{}-{number}", std::process::id());
        let root = std::env::temp_dir().join(name);
        fs::create_dir_all(&root).unwrap();
        Drop { root }
    }

    fn put(&self, name: &str, content: &str) -> PathBuf {
        let path = self.root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Every file below, the lock left out.
    fn files(&self) -> Vec<String> {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                match entry.path() {
                    path if path.is_dir() => walk(&path, found),
                    path => found.push(path),
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.root, &mut found);
        let name = |path: PathBuf| path.strip_prefix(&self.root).unwrap().display().to_string();
        let mut names: Vec<String> = found.into_iter().map(name).collect();
        names.retain(|name| name != ".puntual.lock");
        names.sort();
        names
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.root.join(name)).unwrap()
    }
}

/// Another place of the same engine.
fn another(place: &Place) -> Place {
    match place.url.starts_with("sqlite:") {
        true => Place::sqlite(),
        false => Place::postgres().unwrap(),
    }
}

fn settle(folder: &mut Folder, books: &Books) -> Looked {
    assert_eq!(folder.look(&books.app).unwrap(), Looked::default());
    folder.look(&books.app).unwrap()
}

/// Takes a file as the folder does, as far as the ledger is concerned.
fn take(books: &Books, path: &Path, ticket: &str) -> Taken {
    let coming = Coming {
        source: Source::Folder,
        key: format!("folder:{ticket}"),
        name: "a.csv".to_owned(),
        origin: String::new(),
        file: Input::Path(path.to_owned()),
        patience_ms: 0,
    };
    inbox::take(&books.app, &books.ctx, coming, &Options::default()).unwrap()
}

on_both_engines! {
    fn what_is_dropped_is_read_when_it_is_whole_and_put_away(place) {
        let books = Books::chile(place);
        let other = NewCreditor {
            code: Some("OTRO".to_owned()),
            name: "Otro SpA".to_owned(),
            tax_id: "96790240-3".to_owned(),
            country: "CL".to_owned(),
            currency: Currency::CLP,
            time_zone: None,
        };
        creditors::create(&books.app, other).unwrap();
        let dropped = Drop::new();
        let mut folder = Folder::open(&dropped.root).unwrap();
        assert!(Folder::open(&dropped.root).is_err(), "one program at a time");
        dropped.put("a.csv", &CSV[..100]);
        folder.look(&books.app).unwrap();
        // It has grown since: it is not whole yet.
        dropped.put("a.csv", CSV);
        dropped.put("b.csv.part", CSV);
        assert_eq!(settle(&mut folder, &books), Looked { done: 1, with_problems: 0 });
        let day = "hecho/2026-11-21";
        assert_eq!(dropped.files(), ["b.csv.part".to_owned(), format!("{day}/a.csv"), format!("{day}/a.csv.txt")]);
        let text = dropped.text(&format!("{day}/a.csv.txt"));
        assert!(text.contains("Leídos 1 = aceptados 1 + repetidos 0"), "{text}");
        assert_eq!(dropped.text(&format!("{day}/a.csv")), CSV);
        // The same name again, another creditor's folder, nobody's folder, and no file of any kind.
        dropped.put("a.csv", CSV);
        dropped.put("otro/c.csv", CSV);
        dropped.put("NADIE/d.csv", CSV);
        dropped.put("foto.csv", "\u{1}\u{2}\u{3}\u{4}\u{0}\u{0}\u{0}");
        assert_eq!(settle(&mut folder, &books), Looked { done: 2, with_problems: 2 });
        let files = dropped.files();
        assert_eq!(files.iter().filter(|name| name.starts_with(day)).count(), 6, "{files:?}");
        assert!(dropped.text("con-problemas/d.csv.txt").contains("no es el código de ningún acreedor"));
        assert!(files.contains(&"con-problemas/foto.csv".to_owned()), "{files:?}");
        assert_eq!(settle(&mut folder, &books), Looked::default());
        assert_eq!(books.totals("2026-02-04"), "CLP 1000 | 0 | 0 | 0 | 0 | 0 | u 0 | b 1000");
        let (came, count) = inbox::came(&books.app, &books.ctx, None, 9, 0).unwrap();
        assert_eq!(count, 4, "{came:?}");
        assert!(came.iter().all(|one| one.source == "folder"));
        let d = came.iter().find(|one| one.name == "d.csv").unwrap();
        assert_eq!((d.state.as_str(), d.import), ("failed", None));
        let read: Vec<i64> = came.iter().map(|one| one.counts.read).collect();
        assert_eq!(read.iter().sum::<i64>(), 3, "{came:?}");
        books.prove();
    }

    fn a_program_that_died_at_any_point_loses_and_doubles_nothing(place) {
        for point in 0..6 {
            let fresh = another(place);
            let books = Books::chile(&fresh);
            let dropped = Drop::new();
            let ticket = books.app.next_id().to_string();
            let staged = format!(".en-curso/{ticket}.{}/bandeja/a.csv", books.ctx.scope().creditor.0);
            let path = dropped.put(&staged, CSV);
            let scope = books.ctx.scope();
            let left = |state: &str, done: bool| {
                let Taken::Done(one) = take(&books, &path, &ticket) else { return };
                books.app.store.write(|tx| {
                    let mut batch = import::batch(tx, scope, one.import.unwrap())?.unwrap();
                    if !done {
                        batch.state = "running".to_owned();
                        import::update_batch(tx, scope, &batch)?;
                    }
                    let as_left = inbox::Arrival { state: state.to_owned(), ..(*one).clone() };
                    arrival::finish(tx, scope, &as_left)
                }).unwrap();
            };
            match point {
                // Renamed, nothing noted yet.
                0 => {}
                // Noted, the import not begun.
                1 => {
                    let Taken::Done(one) = take(&books, &path, &ticket) else { continue };
                    let import = Some(ImportId(books.app.next_id()));
                    imports::undo(&books.app, &books.ctx, one.import.unwrap()).unwrap();
                    let as_left = inbox::Arrival { state: "taken".to_owned(), import, ..*one };
                    books.app.store.write(|tx| arrival::finish(tx, scope, &as_left)).unwrap();
                }
                // Records written, the batch not finished.
                2 => left("taken", false),
                // The batch finished, the arrival not.
                3 => left("taken", true),
                // Everything written, the file not put away.
                4 => left("done", true),
                // The text put beside it, the file not.
                _ => {
                    left("done", true);
                    let Taken::Done(one) = take(&books, &path, &ticket) else { continue };
                    let (_, text) = inbox::note_of(&books.app, &books.ctx, &one).unwrap();
                    dropped.put("hecho/2026-11-21/a.csv.txt", &format!("{text}\r\nRef. {ticket}\r\n"));
                }
            }
            let mut folder = Folder::open(&dropped.root).unwrap();
            folder.look(&books.app).unwrap();
            folder.look(&books.app).unwrap();
            let expected = ["hecho/2026-11-21/a.csv", "hecho/2026-11-21/a.csv.txt"];
            assert_eq!(dropped.files(), expected, "died at {point}");
            let total = "CLP 1000 | 0 | 0 | 0 | 0 | 0 | u 0 | b 1000";
            assert_eq!(books.totals("2026-02-04"), total, "died at {point}");
            let (came, _) = inbox::came(&books.app, &books.ctx, Some("folder"), 9, 0).unwrap();
            assert_eq!(came.len(), 1, "died at {point}");
            books.prove();
        }
    }
}
