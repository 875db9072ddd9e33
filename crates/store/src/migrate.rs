//! Brings the storage to the shape this program needs. Migrations run by themselves at opening,
//! each in a transaction of its own, and are never edited once released.

use crate::engine::Connection;
use crate::error::StoreError;

/// Name and text of every migration, in order.
pub const MIGRATIONS: [(&str, &str); 18] = [
    ("0001_parties", include_str!("../migrations/0001_parties.sql")),
    ("0002_money", include_str!("../migrations/0002_money.sql")),
    ("0003_collection", include_str!("../migrations/0003_collection.sql")),
    ("0004_reading", include_str!("../migrations/0004_reading.sql")),
    ("0005_bank", include_str!("../migrations/0005_bank.sql")),
    ("0006_inbox", include_str!("../migrations/0006_inbox.sql")),
    ("0007_assignments", include_str!("../migrations/0007_assignments.sql")),
    ("0008_import_files", include_str!("../migrations/0008_import_files.sql")),
    ("0009_waiting_told", include_str!("../migrations/0009_waiting_told.sql")),
    ("0010_interest", include_str!("../migrations/0010_interest.sql")),
    ("0011_agreements", include_str!("../migrations/0011_agreements.sql")),
    ("0012_guard", include_str!("../migrations/0012_guard.sql")),
    ("0013_effects", include_str!("../migrations/0013_effects.sql")),
    ("0014_matching", include_str!("../migrations/0014_matching.sql")),
    ("0015_merges", include_str!("../migrations/0015_merges.sql")),
    ("0016_strategies", include_str!("../migrations/0016_strategies.sql")),
    ("0017_remittances", include_str!("../migrations/0017_remittances.sql")),
    ("0018_write_offs", include_str!("../migrations/0018_write_offs.sql")),
];

const LIST: &str = "CREATE TABLE IF NOT EXISTS schema_migration (name TEXT NOT NULL PRIMARY KEY)";

/// Programs that open one PostgreSQL database at the same time migrate it one after the other. The
/// lock is the session's: it goes with the connection should this program die.
const TAKE_TURN: &str = "SELECT pg_advisory_lock(5786207)";
const END_TURN: &str = "SELECT pg_advisory_unlock(5786207)";

/// Applies the migrations not applied yet; returns their names.
pub(crate) fn migrate(connection: &mut Connection) -> Result<Vec<&'static str>, StoreError> {
    if !connection.is_postgres() {
        let applied = apply_missing(connection)?;
        if !applied.is_empty() || !is_described(connection)? {
            connection.batch("BEGIN IMMEDIATE")?;
            let described = describe_keys(connection);
            connection.batch(if described.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
            described?;
        }
        return Ok(applied);
    }
    connection.batch(TAKE_TURN)?;
    let applied = apply_missing(connection);
    connection.batch(END_TURN)?;
    applied
}

fn apply_missing(connection: &mut Connection) -> Result<Vec<&'static str>, StoreError> {
    connection.batch(LIST)?;
    let mut applied = Vec::new();
    for (name, text) in MIGRATIONS {
        if already(connection, name)? {
            continue;
        }
        let sql = dialect(text, connection.is_postgres());
        // On SQLite the write lock is the turn: two programs starting at once must not apply the
        // same migration twice.
        connection.batch(if connection.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" })?;
        if already(connection, name)? {
            connection.batch("ROLLBACK")?;
            continue;
        }
        let outcome = connection
            .batch(&sql)
            .and_then(|()| {
                connection.execute(
                    "INSERT INTO schema_migration (name) VALUES ($1)",
                    &crate::params![name],
                )
            })
            .and_then(|_| connection.batch("COMMIT"));
        if let Err(error) = outcome {
            connection.batch("ROLLBACK")?;
            return Err(error);
        }
        applied.push(name);
    }
    Ok(applied)
}

/// Rows a key is taken to have.
const MANY: i64 = 1_000_000;
/// Rows an index over some of the rows is taken to have.
const MANY_OF_SOME: i64 = 100_000;
/// Rows taken to share the columns of a key after the creditor, before its last.
const FEW: i64 = 40;

/// Tells SQLite what every key is like: workspace and creditor choose next to nothing, what follows
/// them nearly everything. Left to itself it believes the opposite of an empty storage and reads a
/// whole table for a list of keys. Figures of the rows themselves would change the plans from one
/// day to the next; these do not (https://sqlite.org/fileformat2.html#stat1tab).
fn describe_keys(connection: &mut Connection) -> Result<(), StoreError> {
    // Makes the table of figures where there is none.
    connection.batch("ANALYZE sqlite_schema; DELETE FROM sqlite_stat1")?;
    let mut keys: Vec<(String, String, bool, bool, i64)> = Vec::new();
    connection.for_each::<StoreError>(
        "SELECT t.name, CASE i.origin WHEN 'pk' THEN t.name ELSE i.name END, i.\"unique\", i.partial, \
         (SELECT COUNT(*) FROM pragma_index_info(i.name)) \
         FROM sqlite_schema t JOIN pragma_index_list(t.name) i \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'",
        &[],
        &mut |row| {
            let (table, index) = (row.text(0)?, row.text(1)?);
            keys.push((table, index, row.bool(2)?, row.bool(3)?, row.int(4)?));
            Ok(())
        },
    )?;
    for (table, index, unique, partial, columns) in keys {
        let rows = if partial { MANY_OF_SOME } else { MANY };
        let figures = key_figures(rows, columns, unique);
        connection.execute(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)",
            &crate::params![table, index, figures],
        )?;
    }
    connection.batch("ANALYZE sqlite_schema")
}

/// The rows of a key, then how many of them share its first column, its first two, and so on.
fn key_figures(rows: i64, columns: i64, unique: bool) -> String {
    let shared = (1..=columns).map(|column| match column {
        last if last == columns && unique => 1,
        1 | 2 => rows,
        _ => FEW,
    });
    std::iter::once(rows).chain(shared).map(|n| n.to_string()).collect::<Vec<_>>().join(" ")
}

fn is_described(connection: &mut Connection) -> Result<bool, StoreError> {
    finds(connection, "SELECT 1 FROM sqlite_schema WHERE name = $1", "sqlite_stat1")
}

fn already(connection: &mut Connection, name: &str) -> Result<bool, StoreError> {
    finds(connection, "SELECT 1 FROM schema_migration WHERE name = $1", name)
}

fn finds(connection: &mut Connection, sql: &str, name: &str) -> Result<bool, StoreError> {
    let mut found = false;
    connection.for_each::<StoreError>(sql, &crate::params![name], &mut |_| {
        found = true;
        Ok(())
    })?;
    Ok(found)
}

/// The DDL is written once in PostgreSQL's words. PostgreSQL gets the collation; SQLite gets its own
/// names of the types, strict typing, and tables stored in the order of their primary key.
fn dialect(text: &str, postgres: bool) -> String {
    if postgres {
        // Text is compared byte by byte, as SQLite does: what a range of keys or a list's order
        // means must not depend on the language the server was installed with.
        return text.replace(" TEXT", " TEXT COLLATE \"C\"");
    }
    text.replace("BIGINT", "INTEGER")
        .replace("BOOLEAN", "INTEGER")
        .replace("BYTEA", "BLOB")
        .replace("\n);", "\n) STRICT, WITHOUT ROWID;")
}
