//! Merges of customers: who, into whom, when, why, and taken back when. Rows are only ever added;
//! `customer.survivor_id` follows from them.

use crate::error::StoreError;
use crate::row::Row;
use crate::{Scope, Tx, creditor, params};
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, MergeId};
use puntual_core::merge::{Merge, Merged};

/// A merge as somebody decided it, with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeRow {
    /// Its id.
    pub id: MergeId,
    /// Who with whom, and on which days it was known.
    pub merge: Merge,
    /// Why.
    pub why: String,
    /// Who decided it.
    pub actor: String,
    /// When, in milliseconds.
    pub recorded_at: i64,
    /// How it was taken back.
    pub taken_back: Option<TakenBack>,
}

/// A merge taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// On which day.
    pub on: Day,
    /// Why.
    pub why: String,
    /// Who.
    pub actor: String,
    /// When, in milliseconds.
    pub recorded_at: i64,
}

const SELECT: &str = "SELECT m.merge_id, m.customer_id, m.into_id, m.merged_on, m.why, m.actor, \
     m.recorded_at, u.unmerged_on, u.why, u.actor, u.recorded_at FROM customer_merge m \
     LEFT JOIN customer_unmerge u ON u.workspace_id = m.workspace_id \
     AND u.creditor_id = m.creditor_id AND u.merge_id = m.merge_id \
     WHERE m.workspace_id = $1 AND m.creditor_id = $2";

fn read(row: &Row<'_>) -> Result<MergeRow, StoreError> {
    let taken_back = match row.opt_day(7)? {
        None => None,
        Some(on) => Some(TakenBack {
            on,
            why: row.text(8)?,
            actor: row.text(9)?,
            recorded_at: row.int(10)?,
        }),
    };
    Ok(MergeRow {
        id: MergeId(row.int(0)?),
        merge: Merge {
            customer: CustomerId(row.int(1)?),
            into: CustomerId(row.int(2)?),
            since: row.day(3)?,
            until: taken_back.as_ref().map(|taken_back| taken_back.on),
        },
        why: row.text(4)?,
        actor: row.text(5)?,
        recorded_at: row.int(6)?,
        taken_back,
    })
}

/// Adds a merge.
pub fn insert(tx: &mut Tx<'_>, scope: Scope, row: &MergeRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO customer_merge (workspace_id, creditor_id, merge_id, customer_id, into_id, \
         why, actor, merged_on, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            scope.workspace,
            scope.creditor,
            row.id,
            row.merge.customer,
            row.merge.into,
            &row.why,
            &row.actor,
            row.merge.since,
            row.recorded_at,
        ],
    )?;
    Ok(())
}

/// Adds that a merge was taken back; a merge is taken back once.
pub fn take_back(
    tx: &mut Tx<'_>,
    scope: Scope,
    merge: MergeId,
    how: &TakenBack,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO customer_unmerge (workspace_id, creditor_id, merge_id, why, actor, \
         unmerged_on, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &params![
            scope.workspace,
            scope.creditor,
            merge,
            &how.why,
            &how.actor,
            how.on,
            how.recorded_at,
        ],
    )?;
    Ok(())
}

/// One merge, taken back or not.
pub fn get(tx: &mut Tx<'_>, scope: Scope, merge: MergeId) -> Result<Option<MergeRow>, StoreError> {
    let sql = format!("{SELECT} AND m.merge_id = $3");
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, merge], read)
}

/// Every merge there ever was, oldest first.
pub fn all(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<MergeRow>, StoreError> {
    let sql = format!("{SELECT} ORDER BY m.merge_id");
    tx.query(&sql, &params![scope.workspace, scope.creditor], read)
}

/// Who stands for whom now, as kept beside the customers.
pub fn merged(tx: &mut Tx<'_>, scope: Scope) -> Result<Merged, StoreError> {
    let pairs = tx.query(
        "SELECT customer_id, survivor_id FROM customer WHERE workspace_id = $1 \
         AND creditor_id = $2 AND survivor_id <> customer_id",
        &params![scope.workspace, scope.creditor],
        |row| Ok((CustomerId(row.int(0)?), CustomerId(row.int(1)?))),
    )?;
    Ok(Merged::of_pairs(pairs))
}

/// Who stands for a customer; the customer itself when it is unknown.
pub fn survivor_of(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
) -> Result<CustomerId, StoreError> {
    let found = tx.query_one(
        "SELECT survivor_id FROM customer WHERE workspace_id = $1 AND creditor_id = $2 \
         AND customer_id = $3",
        &params![scope.workspace, scope.creditor, customer],
        |row| Ok(CustomerId(row.int(0)?)),
    )?;
    Ok(found.unwrap_or(customer))
}

/// Keeps beside the customers who stands for whom.
pub fn set_merged(tx: &mut Tx<'_>, scope: Scope, now: &Merged) -> Result<(), StoreError> {
    let before = merged(tx, scope)?;
    let mut changed: Vec<CustomerId> =
        before.pairs().chain(now.pairs()).map(|(customer, _)| customer).collect();
    changed.sort_unstable();
    changed.dedup();
    changed.retain(|customer| before.survivor(*customer) != now.survivor(*customer));
    for customer in changed {
        tx.execute(
            "UPDATE customer SET survivor_id = $4 \
             WHERE workspace_id = $1 AND creditor_id = $2 AND customer_id = $3",
            &params![scope.workspace, scope.creditor, customer, now.survivor(customer)],
        )?;
    }
    creditor::note_customers_changed(tx, scope)
}
