//! The one file that knows there are two engines. A [`Connection`] is SQLite or PostgreSQL; the
//! SQL text, with `$1` parameters, is the same for both.

use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use postgres::fallible_iterator::FallibleIterator;
use std::collections::HashMap;

/// Column types of a table's bulk-loaded columns, learnt once per connection.
type CopyTypes = HashMap<String, Vec<postgres::types::Type>>;

/// A connection to one of the engines.
#[allow(
    clippy::large_enum_variant,
    reason = "a few live, in the pool; a box would only be a detour"
)]
pub(crate) enum Connection {
    /// The embedded engine.
    Sqlite(rusqlite::Connection),
    /// The server. Statements are prepared once per connection.
    Postgres {
        /// The client.
        client: postgres::Client,
        /// Prepared statements by their text.
        statements: HashMap<String, postgres::Statement>,
        /// Types for bulk loading by table and columns.
        copy_types: CopyTypes,
    },
}

impl Connection {
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Connection::Postgres { .. })
    }

    /// Runs text that has no parameters and returns no rows; several statements are allowed.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        match self {
            Connection::Sqlite(db) => Ok(db.execute_batch(sql)?),
            Connection::Postgres { client, .. } => Ok(client.batch_execute(sql)?),
        }
    }

    /// Lets PostgreSQL look at how the rows of the large tables are spread. Its own look comes a
    /// minute or more after an import, and until then it may join two tables row against row, or
    /// compare every row with every key of a list.
    /// SQLite finds its way by the keys alone.
    pub(crate) fn refresh_statistics(&mut self) -> Result<(), StoreError> {
        match self {
            Connection::Sqlite(_) => Ok(()),
            Connection::Postgres { .. } => self.batch(
                "ANALYZE document, document_reference, receivable, payment, ledger_entry, \
                     pending_application, action, action_receivable, bank_entry, \
                     bank_statement_entry",
            ),
        }
    }

    /// Runs one statement and returns how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        match self {
            Connection::Sqlite(db) => {
                let mut statement = db.prepare_cached(&numbered(sql))?;
                Ok(statement.execute(rusqlite::params_from_iter(params))? as u64)
            }
            Connection::Postgres { client, statements, .. } => {
                let statement = prepared(client, statements, sql)?;
                Ok(client.execute(&statement, &dyn_params(params))?)
            }
        }
    }

    /// Runs one query and hands each row to `each` as it comes, so that results of any size pass
    /// in flat memory.
    pub(crate) fn for_each<E: From<StoreError>>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Connection::Sqlite(db) => {
                let mut statement = db.prepare_cached(&numbered(sql)).map_err(StoreError::from)?;
                let mut rows = statement
                    .query(rusqlite::params_from_iter(params))
                    .map_err(StoreError::from)?;
                while let Some(row) = rows.next().map_err(StoreError::from)? {
                    each(&Row::Sqlite(row))?;
                }
                Ok(())
            }
            Connection::Postgres { client, statements, .. } => {
                let statement = prepared(client, statements, sql)?;
                let params = dyn_params(params);
                let mut rows = client
                    .query_raw(&statement, params.iter().copied())
                    .map_err(StoreError::from)?;
                while let Some(row) = rows.next().map_err(StoreError::from)? {
                    each(&Row::Postgres(&row))?;
                }
                Ok(())
            }
        }
    }

    /// Inserts many rows of the same columns: one prepared statement on SQLite, binary COPY on
    /// PostgreSQL. Any row that breaks a constraint refuses all of them.
    pub(crate) fn insert_many(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &mut dyn Iterator<Item = Vec<Param<'_>>>,
    ) -> Result<u64, StoreError> {
        let list = columns.join(", ");
        match self {
            Connection::Sqlite(db) => {
                let marks: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
                let sql = format!("INSERT INTO {table} ({list}) VALUES ({})", marks.join(", "));
                let mut statement = db.prepare_cached(&sql)?;
                let mut count = 0;
                for row in rows {
                    count += statement.execute(rusqlite::params_from_iter(&row))? as u64;
                }
                Ok(count)
            }
            Connection::Postgres { client, copy_types, .. } => {
                let key = format!("{table} ({list})");
                if !copy_types.contains_key(&key) {
                    let probe = client.prepare(&format!("SELECT {list} FROM {table} LIMIT 0"))?;
                    let types = probe.columns().iter().map(|c| c.type_().clone()).collect();
                    copy_types.insert(key.clone(), types);
                }
                let types = &copy_types[&key];
                let sink = client.copy_in(&format!("COPY {key} FROM STDIN BINARY"))?;
                let mut writer = postgres::binary_copy::BinaryCopyInWriter::new(sink, types);
                for row in rows {
                    writer.write(&dyn_params(&row))?;
                }
                Ok(writer.finish()?)
            }
        }
    }

    /// Adds to a cached amount of many rows: table, its key and the column; `changes` are pairs of
    /// id and change in smallest units. One prepared statement on SQLite, where a statement costs
    /// next to nothing; one for hundreds of rows on PostgreSQL, where each is a journey.
    pub(crate) fn add_to(
        &mut self,
        owner: [Param<'static>; 2],
        (table, key, column): (&str, &str, &str),
        changes: &[(Param<'static>, i64)],
    ) -> Result<(), StoreError> {
        if let Connection::Sqlite(db) = self {
            let mut statement = db.prepare_cached(&format!(
                "UPDATE {table} SET {column} = {column} + ?4 \
                 WHERE workspace_id = ?1 AND creditor_id = ?2 AND {key} = ?3"
            ))?;
            for (id, delta_minor) in changes {
                statement.execute(rusqlite::params![owner[0], owner[1], id, delta_minor])?;
            }
            return Ok(());
        }
        for part in changes.chunks(500) {
            let rows: Vec<String> = (0..part.len())
                .map(|n| {
                    format!("(CAST(${} AS BIGINT), CAST(${} AS BIGINT))", 3 + 2 * n, 4 + 2 * n)
                })
                .collect();
            let sql = format!(
                "WITH change (id, delta_minor) AS (VALUES {}) \
                 UPDATE {table} SET {column} = {column} + change.delta_minor FROM change \
                 WHERE {table}.workspace_id = $1 AND {table}.creditor_id = $2 \
                 AND {table}.{key} = change.id",
                rows.join(", ")
            );
            let mut values = owner.to_vec();
            for (id, delta_minor) in part {
                values.extend([id.clone(), Param::Int(*delta_minor)]);
            }
            self.execute(&sql, &values)?;
        }
        Ok(())
    }
}

/// SQLite numbers parameters `?1`; `$1` would be a name there, bound in order of appearance.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn prepared(
    client: &mut postgres::Client,
    statements: &mut HashMap<String, postgres::Statement>,
    sql: &str,
) -> Result<postgres::Statement, StoreError> {
    if let Some(statement) = statements.get(sql) {
        return Ok(statement.clone());
    }
    let statement = client.prepare(sql)?;
    // Lists of varying length make many texts; keep the memory of them bounded.
    if statements.len() >= 400 {
        statements.clear();
    }
    statements.insert(sql.to_owned(), statement.clone());
    Ok(statement)
}

fn dyn_params<'p>(params: &'p [Param<'p>]) -> Vec<&'p (dyn postgres::types::ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn postgres::types::ToSql + Sync)).collect()
}
