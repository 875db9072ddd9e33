//! The shape of the storage: the same on both engines, every key led by the workspace, reached by
//! migrations that may run twice or by two programs at once; and copies that lose nothing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cloned_ref_to_slice_refs,
    reason = "tests say what they mean in the fewest words"
)]

mod fixtures;

use fixtures::*;
use puntual_store::copy::{copy, tables};
use puntual_store::testing::Place;
use puntual_store::{MIGRATIONS, Store, bank, bank_entry, import, on_both_engines, setting, user};
use std::collections::{BTreeMap, BTreeSet};

/// A key of a table: whether it is unique, and its columns in order.
type Key = (bool, Vec<String>);

/// Columns, with whether they may be empty, and keys of each table.
type Shape = BTreeMap<String, (Vec<(String, bool)>, BTreeSet<Key>)>;

fn sqlite_file(place: &Place) -> rusqlite::Connection {
    rusqlite::Connection::open(place.url.strip_prefix("sqlite:").unwrap()).unwrap()
}

fn server(place: &Place) -> postgres::Client {
    postgres::Client::connect(&place.url, postgres::NoTls).unwrap()
}

fn list<T>(
    db: &rusqlite::Connection,
    sql: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    db.prepare(sql).unwrap().query_map([], read).unwrap().map(Result::unwrap).collect()
}

/// The tables of the program; SQLite keeps its own beside them.
const TABLES: &str =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";

fn sqlite_shape(place: &Place) -> Shape {
    let db = sqlite_file(place);
    let names: Vec<String> = list(&db, TABLES, |row| row.get(0));
    let mut shape = Shape::new();
    for table in names {
        let columns = list(&db, &format!("PRAGMA table_info({table})"), |row| {
            Ok((row.get::<_, String>(1)?, !row.get::<_, bool>(3)?))
        });
        let indexes = list(&db, &format!("PRAGMA index_list({table})"), |row| {
            Ok((row.get::<_, String>(1)?, row.get::<_, bool>(2)?))
        });
        let keys = indexes.into_iter().map(|(index, unique)| {
            let columns = list(&db, &format!("PRAGMA index_info({index})"), |row| row.get(2));
            (unique, columns)
        });
        let keys = keys.collect();
        shape.insert(table, (columns, keys));
    }
    shape
}

fn postgres_shape(place: &Place) -> Shape {
    let mut client = server(place);
    let mut shape = Shape::new();
    let sql = "SELECT table_name::text, column_name::text, is_nullable = 'YES' \
         FROM information_schema.columns WHERE table_schema = 'public' ORDER BY ordinal_position";
    for row in client.query(sql, &[]).unwrap() {
        shape.entry(row.get(0)).or_default().0.push((row.get(1), row.get(2)));
    }
    let sql = "SELECT t.relname::text, i.indisunique, \
         ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(att, n) \
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.att ORDER BY k.n) \
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid \
         JOIN pg_namespace s ON s.oid = t.relnamespace WHERE s.nspname = 'public'";
    for row in client.query(sql, &[]).unwrap() {
        let table: String = row.get(0);
        shape.entry(table).or_default().1.insert((row.get(1), row.get(2)));
    }
    shape
}

fn shape(place: &Place) -> Shape {
    match place.url.starts_with("sqlite:") {
        true => sqlite_shape(place),
        false => postgres_shape(place),
    }
}

fn names(shape: &Shape) -> Vec<&str> {
    shape.keys().map(String::as_str).filter(|name| *name != "schema_migration").collect()
}

#[test]
fn both_engines_have_the_same_shape() {
    let (file, Some(database)) = (Place::sqlite(), Place::postgres()) else { return };
    Store::open(&file.url).unwrap();
    Store::open(&database.url).unwrap();
    let (one, other) = (shape(&file), shape(&database));
    assert_eq!(names(&one), names(&other));
    for (table, of_one) in &one {
        assert_eq!(of_one, &other[table], "{table}");
    }
}

#[test]
fn text_is_compared_byte_by_byte_on_postgres_too() {
    let Some(database) = Place::postgres() else { return };
    Store::open(&database.url).unwrap();
    let sql = "SELECT table_name || '.' || column_name FROM information_schema.columns \
         WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C' \
         AND table_name <> 'schema_migration'";
    let rows = server(&database).query(sql, &[]).unwrap();
    let loose: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(loose, Vec::<String>::new());
}

on_both_engines! {
    fn every_key_leads_with_the_workspace(place) {
        Store::open(&place.url).unwrap();
        let shape = shape(place);
        assert!(shape.len() > 20, "{:?}", names(&shape));
        for name in names(&shape) {
            let (columns, keys) = &shape[name];
            assert_eq!(columns[0], ("workspace_id".to_owned(), false), "{name}");
            assert!(keys.iter().any(|(unique, _)| *unique), "{name} has no key");
            for (_, key) in keys {
                assert_eq!(key[0], "workspace_id", "{name} {key:?}");
            }
        }
    }

    fn the_list_of_tables_is_what_the_engine_has(place) {
        Store::open(&place.url).unwrap();
        let shape = shape(place);
        let mut listed: Vec<String> = tables().into_iter().map(|t| t.name).collect();
        listed.sort();
        assert_eq!(names(&shape), listed);
        for table in tables() {
            let columns: Vec<&String> = shape[&table.name].0.iter().map(|(name, _)| name).collect();
            assert_eq!(columns, table.columns.iter().collect::<Vec<_>>(), "{}", table.name);
        }
    }

    fn migrating_twice_changes_nothing(place) {
        let store = open(place);
        write(&store, small_books);
        let before = shape(place);
        drop(store);
        let store = Store::open(&place.url).unwrap();
        assert_eq!(shape(place), before);
        let creditors = read(&store, |tx| puntual_store::creditor::list(tx, SCOPE.workspace));
        assert_eq!(creditors.len(), 2);
    }

    fn programs_that_open_at_once_do_not_collide(place) {
        let openers: Vec<_> = (0..6).map(|_| {
            let url = place.url.clone();
            std::thread::spawn(move || Store::open(&url).map(|_| ()).map_err(|e| e.to_string()))
        }).collect();
        for opener in openers {
            assert_eq!(opener.join().unwrap(), Ok(()));
        }
        assert!(shape(place).len() > MIGRATIONS.len());
    }
}

/// Rows in every kind of column: text with everything, bytes, yes and no, empty ones, extremes.
fn fill(store: &Store) {
    write(store, small_books);
    write(store, |tx| {
        let bytes: Vec<u8> = (0..=255).collect();
        import::keep_file(
            tx,
            SCOPE,
            ("h1", "ñ.zip", 256),
            Some(&bytes),
            puntual_core::id::ImportId(9),
            NOW_MS,
        )?;
        import::keep_file(
            tx,
            SCOPE,
            ("h2", "grande.csv", i64::MAX),
            None,
            puntual_core::id::ImportId(9),
            NOW_MS,
        )?;
        bank::insert_account(tx, SCOPE, &bank_account(70, "ES91"), NOW_MS)?;
        bank_entry::insert_many(tx, SCOPE, &[bank_entry(100, "2026-04-02", -5)])?;
        setting::set(tx, SCOPE, "texto", "línea 1\nlínea 2\t\\N \\. '\"; -- ✓")?;
        setting::set(tx, OTHER, "vacío", "")?;
        user::note_failed_sign_in(tx, SCOPE.workspace, "ana", i64::MIN, i64::MAX)
    });
}

/// Every row of every table as text, in the order of the whole row.
fn rows(place: &Place) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut all = BTreeMap::new();
    for table in tables() {
        let mut rows = match place.url.starts_with("sqlite:") {
            true => sqlite_rows(place, &table.name, &table.columns),
            false => postgres_rows(place, &table.name, &table.columns),
        };
        rows.sort();
        all.insert(table.name, rows);
    }
    all
}

fn sqlite_rows(place: &Place, table: &str, columns: &[String]) -> Vec<Vec<String>> {
    let shown: Vec<String> = columns
        .iter()
        .map(|c| match c.as_str() {
            "content" => {
                "CASE WHEN content IS NULL THEN 'null' ELSE LOWER(HEX(content)) END".to_owned()
            }
            c => format!("COALESCE(CAST({c} AS TEXT), 'null')"),
        })
        .collect();
    list(&sqlite_file(place), &format!("SELECT {} FROM {table}", shown.join(", ")), |row| {
        (0..columns.len()).map(|at| row.get(at)).collect()
    })
}

fn postgres_rows(place: &Place, table: &str, columns: &[String]) -> Vec<Vec<String>> {
    let shown: Vec<String> = columns
        .iter()
        .map(|c| match c.as_str() {
            "content" => "COALESCE(ENCODE(content, 'hex'), 'null')".to_owned(),
            c if c.starts_with("is_") => format!("CAST(CAST({c} AS INT) AS TEXT)"),
            c => format!("COALESCE(CAST({c} AS TEXT), 'null')"),
        })
        .collect();
    let sql = format!("SELECT {} FROM {table}", shown.join(", "));
    let rows = server(place).query(&sql, &[]).unwrap();
    rows.iter().map(|row| (0..columns.len()).map(|at| row.get(at)).collect()).collect()
}

#[test]
fn a_copy_to_the_server_and_back_loses_nothing() {
    let (file, back) = (Place::sqlite(), Place::sqlite());
    let Some(database) = Place::postgres() else { return };
    let source = open(&file);
    fill(&source);
    let (on_server, returned) =
        (Store::open(&database.url).unwrap(), Store::open(&back.url).unwrap());
    let copied = copy(&source, &on_server).unwrap();
    assert_eq!(copy(&on_server, &returned).unwrap(), copied);
    let original = rows(&file);
    assert_eq!(copied as usize, original.values().map(Vec::len).sum::<usize>());
    assert!(original["source_file"].len() == 2 && original["ledger_entry"].len() == 3);
    assert_eq!(original["bank_entry"].len(), 1);
    assert_eq!(rows(&database), original);
    assert_eq!(rows(&back), original);
    assert!(copy(&source, &on_server).is_err(), "a storage that is not empty was overwritten");
}

#[test]
fn sqlite_finds_a_list_of_keys_by_the_key() {
    let place = Place::sqlite();
    Store::open(&place.url).unwrap();
    let db = sqlite_file(&place);
    for (table, column, key) in [
        ("document", "doc_key", "document_key"),
        ("document", "number", "document_number"),
        ("receivable", "document_id", "receivable_document"),
        ("payment", "pay_key", "payment_key"),
        ("ledger_entry", "receivable_id", "ledger_entry_receivable"),
    ] {
        let wanted = (1..=4_000).map(|n| format!("'{n}'")).collect::<Vec<_>>().join(", ");
        let plan = list(
            &db,
            &format!(
                "EXPLAIN QUERY PLAN SELECT * FROM {table} \
                 WHERE workspace_id = 1 AND creditor_id = 1 AND {column} IN ({wanted})"
            ),
            |row| row.get::<_, String>(3),
        );
        let by_key = plan.iter().any(|step| step.contains(key) && step.contains(column));
        assert!(by_key, "{table}.{column}: {plan:?}");
    }
}
