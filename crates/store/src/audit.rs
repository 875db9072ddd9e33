//! Read-only questions of the self-audit, answered by SQL independently of the portfolio: what
//! the caches say, what the ledger adds up to, and which rows point at nothing.

use crate::error::StoreError;
use crate::{Scope, Tx, params};
use puntual_core::currency::Currency;
use puntual_core::date::Day;

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

/// Receivables, payments and credit notes whose cached balance is not what the ledger says:
/// kind and id, at most `limit` of each.
pub fn stale_caches(
    tx: &mut Tx<'_>,
    scope: Scope,
    limit: i64,
) -> Result<Vec<(String, i64)>, StoreError> {
    let open = "SELECT 'receivable', r.receivable_id FROM receivable r LEFT JOIN \
         (SELECT receivable_id, SUM(CASE WHEN debit = 'receivable' THEN amount_minor \
         ELSE -amount_minor END) AS balance FROM ledger_entry WHERE workspace_id = $1 \
         AND creditor_id = $2 AND receivable_id IS NOT NULL GROUP BY receivable_id) e \
         ON e.receivable_id = r.receivable_id WHERE r.workspace_id = $1 AND r.creditor_id = $2 \
         AND r.open_minor <> COALESCE(e.balance, 0) LIMIT $3";
    let source = |table: &str, key: &str| {
        format!(
            "SELECT '{table}', p.{key} FROM {table} p LEFT JOIN (SELECT source_id, \
             SUM(CASE WHEN credit = 'unapplied' THEN amount_minor WHEN debit = 'unapplied' \
             THEN -amount_minor ELSE 0 END) AS balance FROM ledger_entry WHERE workspace_id = $1 \
             AND creditor_id = $2 AND source_id IS NOT NULL GROUP BY source_id) e \
             ON e.source_id = p.{key} WHERE p.workspace_id = $1 AND p.creditor_id = $2 \
             AND p.unapplied_minor <> COALESCE(e.balance, 0) LIMIT $3"
        )
    };
    let mut stale = Vec::new();
    for sql in [open.to_owned(), source("payment", "payment_id"), source("document", "document_id")]
    {
        stale.extend(tx.query(&sql, &params![scope.workspace, scope.creditor, limit], |row| {
            Ok((row.text(0)?, row.int(1)?))
        })?);
    }
    Ok(stale)
}
