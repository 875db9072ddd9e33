//! SQL and nothing else. This room decides nothing, reads no clock and makes no ids: it writes and
//! reads rows, with the same SQL text on SQLite and PostgreSQL.
//!
//! A [`Tx`] promises: what was written in it is there entirely after `commit` or not at all; a
//! read inside it sees its own writes. One use case, one transaction.

pub mod action;
pub mod agreement;
pub mod api_token;
pub mod arrival;
pub mod audit;
pub mod bank;
pub mod bank_decision;
pub mod bank_entry;
pub mod copy;
pub mod creditor;
pub mod customer;
pub mod debit_result;
pub mod document;
mod engine;
pub mod error;
pub mod guard;
pub mod import;
pub mod interest;
pub mod ledger;
pub mod likeness;
pub mod matching;
pub mod merge;
mod migrate;
pub mod outbox;
pub mod payer_alias;
pub mod payment;
pub mod pending;
mod pool;
pub mod quarantine;
pub mod rate;
pub mod receivable;
pub mod remittance;
pub mod row;
pub mod setting;
pub mod standing;
pub mod strategy;
pub mod succession;
#[cfg(feature = "testing")]
pub mod testing;
pub mod timeline;
pub mod user;
pub mod value;
pub mod write_off;

use engine::Connection;
use error::StoreError;
pub use migrate::MIGRATIONS;
use pool::Place;
use puntual_core::id::{CreditorId, CustomerId, WorkspaceId};
use row::Row;
use value::Param;

/// Whose rows a query may see. Every function of this room that touches tenant rows takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The creditor inside it.
    pub creditor: CreditorId,
}

/// A page of customers in the order of their ids: those above `after` up to `through`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerRange {
    /// The last customer of the page before.
    pub after: CustomerId,
    /// The last customer of this page.
    pub through: CustomerId,
}

impl CustomerRange {
    /// The page of one customer.
    pub fn one(customer: CustomerId) -> CustomerRange {
        CustomerRange { after: CustomerId(customer.0 - 1), through: customer }
    }
}

/// The storage: a pool of connections to one of the engines, brought to the current shape.
#[derive(Clone)]
pub struct Store {
    pool: r2d2::Pool<Place>,
}

impl Store {
    /// Opens `sqlite:PATH` (created if absent) or `postgres://…` and applies missing migrations.
    pub fn open(url: &str) -> Result<Store, StoreError> {
        let place = Place::parse(url)?;
        // One direct attempt first: the pool would retry a hopeless address until it times out,
        // and hide the reason.
        let mut connection = r2d2::ManageConnection::connect(&place)?;
        migrate::migrate(&mut connection)?;
        let pool = r2d2::Pool::builder()
            .max_size(place.pool_size())
            .min_idle(Some(0))
            .test_on_check_out(matches!(place, Place::Postgres(_)))
            .connection_timeout(std::time::Duration::from_secs(30))
            .build(place)?;
        Ok(Store { pool })
    }

    /// Runs `work` in a transaction that only reads: a consistent view for its whole duration.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        run_on(self.pool.get().map_err(StoreError::from)?, BEGIN_READ, work)
    }

    /// The same on a connection that is free at once or soon; `None` when there is none. For work
    /// that only saves time, so that it never waits for those who wait for it.
    pub fn read_if_free<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        let connection = self.pool.get_timeout(std::time::Duration::from_millis(200)).ok()?;
        Some(run_on(connection, BEGIN_READ, work))
    }

    /// Runs `work` in a transaction and commits it when it succeeds; otherwise nothing of it
    /// remains.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        run_on(self.pool.get().map_err(StoreError::from)?, BEGIN_WRITE, work)
    }

    /// Lets the engine look at how the rows are spread; worth it before questions over everything
    /// that may follow a large import.
    pub fn refresh_statistics(&self) -> Result<(), StoreError> {
        let mut connection = self.pool.get().map_err(StoreError::from)?;
        connection.refresh_statistics()
    }
}

/// How a transaction begins on SQLite and on PostgreSQL.
type Begin = [&'static str; 2];
const BEGIN_READ: Begin = ["BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"];
const BEGIN_WRITE: Begin = ["BEGIN IMMEDIATE", "BEGIN"];

fn run_on<T, E: From<StoreError>>(
    mut connection: r2d2::PooledConnection<Place>,
    begin: Begin,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let [on_sqlite, on_postgres] = begin;
    let begin = if connection.is_postgres() { on_postgres } else { on_sqlite };
    connection.batch(begin)?;
    let mut open = OpenTx { connection: &mut connection, done: false };
    let mut tx = Tx { connection: open.connection, failed: None };
    let mut result = work(&mut tx);
    // After a failed statement PostgreSQL turns a commit into a rollback without a word. Work
    // that overlooked the failure must not be told that it was stored, on either engine.
    if let (Ok(_), Some(failure)) = (&result, tx.failed) {
        result = Err(StoreError::Refused(format!("a failure was overlooked: {failure}")).into());
    }
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = open.connection.batch(end);
    open.done = ended.is_ok();
    let value = result?;
    ended?;
    Ok(value)
}

/// Rolls back when the work inside panicked, so that the connection returns to the pool clean.
struct OpenTx<'c> {
    connection: &'c mut Connection,
    done: bool,
}

impl Drop for OpenTx<'_> {
    fn drop(&mut self) {
        if !self.done {
            // The transaction may have ended already, then there is nothing to roll back.
            let _ = self.connection.batch("ROLLBACK");
        }
    }
}

/// An open transaction.
pub struct Tx<'c> {
    connection: &'c mut Connection,
    /// What the engine said of the first statement it refused.
    failed: Option<String>,
}

impl Tx<'_> {
    /// Runs one statement; returns how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let outcome = self.connection.execute(sql, params);
        self.noticed(outcome)
    }

    fn noticed<T>(&mut self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let (None, Err(error)) = (&self.failed, &outcome) {
            self.failed = Some(error.to_string());
        }
        outcome
    }

    /// Reads every row of a query through `read`.
    pub(crate) fn query<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        self.connection.for_each::<StoreError>(sql, params, &mut |row| {
            rows.push(read(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Reads the first row of a query, if there is one.
    pub(crate) fn query_one<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.query(sql, params, read)?.into_iter().next())
    }

    /// Hands each row of a query to `each` as it comes.
    pub(crate) fn for_each<E: From<StoreError>>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.connection.for_each(sql, params, &mut each)
    }

    /// Adds to a cached amount of many rows: table, its key and the column; pairs of id and change
    /// in smallest units.
    pub(crate) fn add_to<I: Copy + Into<Param<'static>>>(
        &mut self,
        scope: Scope,
        place: (&str, &str, &str),
        changes: &[(I, i64)],
    ) -> Result<(), StoreError> {
        let owner = params![scope.workspace, scope.creditor];
        let changes: Vec<(Param<'static>, i64)> =
            changes.iter().map(|(id, delta_minor)| ((*id).into(), *delta_minor)).collect();
        let outcome = self.connection.add_to(owner, place, &changes);
        self.noticed(outcome)
    }

    /// Inserts many rows of the same columns at the engine's best speed.
    pub(crate) fn insert_many<'p>(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: impl IntoIterator<Item = Vec<Param<'p>>>,
    ) -> Result<u64, StoreError> {
        let outcome = self.connection.insert_many(table, columns, &mut rows.into_iter());
        self.noticed(outcome)
    }
}

/// `$from, $from+1, …` for a list of `count` parameters.
pub(crate) fn placeholders(from: usize, count: usize) -> String {
    (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
