//! Brings the storage to the shape this program needs. Migrations run by themselves at opening,
//! each in a transaction of its own, and are never edited once released.

use crate::engine::Connection;
use crate::error::StoreError;

/// Name and text of every migration, in order.
pub const MIGRATIONS: [(&str, &str); 6] = [
    ("0001_parties", include_str!("../migrations/0001_parties.sql")),
    ("0002_money", include_str!("../migrations/0002_money.sql")),
    ("0003_collection", include_str!("../migrations/0003_collection.sql")),
    ("0004_reading", include_str!("../migrations/0004_reading.sql")),
    ("0006_inbox", include_str!("../migrations/0006_inbox.sql")),
    ("0007_assignments", include_str!("../migrations/0007_assignments.sql")),
];

const LIST: &str = "CREATE TABLE IF NOT EXISTS schema_migration (name TEXT NOT NULL PRIMARY KEY)";

/// Programs that open one PostgreSQL database at the same time migrate it one after the other. The
/// lock is the session's: it goes with the connection should this program die.
const TAKE_TURN: &str = "SELECT pg_advisory_lock(5786207)";
const END_TURN: &str = "SELECT pg_advisory_unlock(5786207)";

/// Applies the migrations not applied yet; returns their names.
pub(crate) fn migrate(connection: &mut Connection) -> Result<Vec<&'static str>, StoreError> {
    if !connection.is_postgres() {
        return apply_missing(connection);
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

fn already(connection: &mut Connection, name: &str) -> Result<bool, StoreError> {
    let mut found = false;
    connection.for_each::<StoreError>(
        "SELECT 1 FROM schema_migration WHERE name = $1",
        &crate::params![name],
        &mut |_| {
            found = true;
            Ok(())
        },
    )?;
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
