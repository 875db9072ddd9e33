//! Read-only questions of the self-audit, answered by SQL independently of the portfolio: what
//! the caches say, what the ledger adds up to, and which rows point at nothing.

use crate::error::StoreError;
use crate::{Scope, Tx, params};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use std::collections::{BTreeMap, BTreeSet};

/// How many rows of a table point at a row that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphans {
    /// What points at what.
    pub relation: &'static str,
    /// How many.
    pub count: i64,
}

/// Relations that must hold: child table, its column, parent table, its key, extra condition.
const RELATIONS: [(&str, &str, &str, &str, &str); 10] = [
    ("receivable", "document_id", "document", "document_id", ""),
    ("receivable", "customer_id", "customer", "customer_id", ""),
    ("document", "customer_id", "customer", "customer_id", ""),
    ("payment", "customer_id", "customer", "customer_id", ""),
    ("contact_point", "customer_id", "customer", "customer_id", ""),
    ("ledger_entry", "customer_id", "customer", "customer_id", ""),
    (
        "ledger_entry",
        "receivable_id",
        "receivable",
        "receivable_id",
        "AND c.receivable_id IS NOT NULL",
    ),
    ("action", "customer_id", "customer", "customer_id", ""),
    ("action_receivable", "action_id", "action", "action_id", ""),
    ("outbox", "action_id", "action", "action_id", "AND c.action_id IS NOT NULL"),
];

/// Rows that point at nothing, by relation; relations in order have count 0.
pub fn orphans(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Orphans>, StoreError> {
    let mut found = Vec::new();
    for (child, column, parent, key, extra) in RELATIONS {
        let sql = format!(
            "SELECT COUNT(*) FROM {child} c WHERE c.workspace_id = $1 AND c.creditor_id = $2 {extra} \
             AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE p.workspace_id = c.workspace_id \
             AND p.creditor_id = c.creditor_id AND p.{key} = c.{column})"
        );
        let count =
            tx.query_one(&sql, &params![scope.workspace, scope.creditor], |row| row.int(0))?;
        found.push(Orphans { relation: relation_name(child, parent), count: count.unwrap_or(0) });
    }
    Ok(found)
}

fn relation_name(child: &'static str, parent: &'static str) -> &'static str {
    match (child, parent) {
        ("receivable", "document") => "receivable → document",
        ("receivable", _) => "receivable → customer",
        ("document", _) => "document → customer",
        ("payment", _) => "payment → customer",
        ("contact_point", _) => "contact_point → customer",
        ("ledger_entry", "receivable") => "ledger_entry → receivable",
        ("ledger_entry", _) => "ledger_entry → customer",
        ("action", _) => "action → customer",
        ("action_receivable", _) => "action_receivable → action",
        _ => "outbox → action",
    }
}

/// Balance of an account by currency as of a day, by SQL over the ledger: debits less credits.
pub fn account_balance(
    tx: &mut Tx<'_>,
    scope: Scope,
    account: &str,
    as_of: Day,
) -> Result<Vec<(Currency, i64)>, StoreError> {
    tx.query(
        "SELECT currency, CAST(SUM(CASE WHEN debit = $3 THEN amount_minor ELSE -amount_minor END) \
         AS BIGINT) FROM ledger_entry WHERE workspace_id = $1 AND creditor_id = $2 \
         AND effective_on <= $4 AND (debit = $3 OR credit = $3) GROUP BY currency ORDER BY currency",
        &params![scope.workspace, scope.creditor, account, as_of],
        |row| Ok((row.currency(0)?, row.int(1)?)),
    )
}

/// First and last day on which an entry took effect.
pub fn ledger_span(tx: &mut Tx<'_>, scope: Scope) -> Result<Option<(Day, Day)>, StoreError> {
    let span = tx.query_one(
        "SELECT MIN(effective_on), MAX(effective_on) FROM ledger_entry \
         WHERE workspace_id = $1 AND creditor_id = $2",
        &params![scope.workspace, scope.creditor],
        |row| Ok((row.opt_day(0)?, row.opt_day(1)?)),
    )?;
    Ok(match span {
        Some((Some(first), Some(last))) => Some((first, last)),
        _ => None,
    })
}

/// What has a cached balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cached {
    /// Open amount of receivables.
    Receivable,
    /// Unapplied amount of payments.
    Payment,
    /// Unapplied credit of credit notes.
    Document,
}

impl Cached {
    /// Everything that has one.
    const ALL: [Cached; 3] = [Cached::Receivable, Cached::Payment, Cached::Document];

    /// The word for it in reports: its table.
    fn as_str(self) -> &'static str {
        match self {
            Cached::Receivable => "receivable",
            Cached::Payment => "payment",
            Cached::Document => "document",
        }
    }
}

/// Receivables, payments and credit notes whose cached balance is not what the ledger says: kind
/// and id, at most `limit`. Both sides are read whole and compared here: a join would be at the
/// mercy of the planner, who knows nothing of rows that were loaded a moment ago.
pub fn stale_caches(
    tx: &mut Tx<'_>,
    scope: Scope,
    limit: usize,
) -> Result<Vec<(String, i64)>, StoreError> {
    let mut stale = Vec::new();
    for cached in Cached::ALL {
        let stored = cached_balances(tx, scope, cached)?;
        let replayed = ledger_balances(tx, scope, cached)?;
        let ids: BTreeSet<i64> = stored.keys().chain(replayed.keys()).copied().collect();
        let differs = |id: &i64| stored.get(id) != replayed.get(id);
        stale.extend(ids.into_iter().filter(differs).map(|id| (cached.as_str().to_owned(), id)));
    }
    stale.truncate(limit);
    Ok(stale)
}

/// Cached balances that are not zero, by id.
fn cached_balances(
    tx: &mut Tx<'_>,
    scope: Scope,
    cached: Cached,
) -> Result<BTreeMap<i64, i64>, StoreError> {
    let (key, balance) = match cached {
        Cached::Receivable => ("receivable_id", "open_minor"),
        Cached::Payment => ("payment_id", "unapplied_minor"),
        Cached::Document => ("document_id", "unapplied_minor"),
    };
    let sql = format!(
        "SELECT {key}, {balance} FROM {} WHERE workspace_id = $1 AND creditor_id = $2 \
         AND {balance} <> 0",
        cached.as_str()
    );
    balances(tx, scope, &sql)
}

/// The same balances added up from the ledger. Payments and credit notes are told apart by the
/// kind of the entry.
fn ledger_balances(
    tx: &mut Tx<'_>,
    scope: Scope,
    cached: Cached,
) -> Result<BTreeMap<i64, i64>, StoreError> {
    let (key, account, kinds) = match cached {
        Cached::Receivable => ("receivable_id", "receivable", "1 = 1"),
        Cached::Payment => {
            ("source_id", "unapplied", "kind NOT IN ('credit_note', 'allocate_credit')")
        }
        Cached::Document => ("source_id", "unapplied", "kind IN ('credit_note', 'allocate_credit')"),
    };
    // What is owed grows by debits, what we owe by credits.
    let (plus, minus) = match cached {
        Cached::Receivable => ("debit", "credit"),
        _ => ("credit", "debit"),
    };
    let sum = format!(
        "SUM(CASE WHEN {plus} = '{account}' THEN amount_minor \
         WHEN {minus} = '{account}' THEN -amount_minor ELSE 0 END)"
    );
    let sql = format!(
        "SELECT {key}, CAST({sum} AS BIGINT) FROM ledger_entry WHERE workspace_id = $1 \
         AND creditor_id = $2 AND {key} IS NOT NULL AND {kinds} GROUP BY {key} HAVING {sum} <> 0"
    );
    balances(tx, scope, &sql)
}

fn balances(
    tx: &mut Tx<'_>,
    scope: Scope,
    sql: &str,
) -> Result<BTreeMap<i64, i64>, StoreError> {
    let rows = tx.query(sql, &params![scope.workspace, scope.creditor], |row| {
        Ok((row.int(0)?, row.int(1)?))
    })?;
    Ok(rows.into_iter().collect())
}
