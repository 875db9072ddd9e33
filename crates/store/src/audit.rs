//! Read-only questions of the self-audit, answered by SQL independently of the portfolio: what
//! the caches say, what the ledger adds up to, and which rows point at nothing.

use crate::error::StoreError;
use crate::{Scope, Tx, params};
use puntual_core::currency::Currency;
use puntual_core::date::Day;

/// How many rows that a table points at are not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphans {
    /// What points at what.
    pub relation: String,
    /// How many.
    pub count: i64,
}

/// Relations that must hold: child table, its column, parent table, its key, extra condition.
const RELATIONS: [(&str, &str, &str, &str, &str); 50] = [
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
    ("customer", "survivor_id", "customer", "customer_id", ""),
    ("customer", "parent_id", "customer", "customer_id", "AND c.parent_id IS NOT NULL"),
    ("customer_merge", "customer_id", "customer", "customer_id", ""),
    ("customer_merge", "into_id", "customer", "customer_id", ""),
    ("customer_unmerge", "merge_id", "customer_merge", "merge_id", ""),
    ("likeness_dismissal", "one_id", "customer", "customer_id", ""),
    ("likeness_dismissal", "other_id", "customer", "customer_id", ""),
    ("promise", "customer_id", "customer", "customer_id", ""),
    ("dispute", "document_id", "document", "document_id", ""),
    ("agreement", "customer_id", "customer", "customer_id", ""),
    ("agreement", "document_id", "document", "document_id", "AND c.document_id IS NOT NULL"),
    ("agreement_debt", "agreement_id", "agreement", "agreement_id", ""),
    ("agreement_debt", "receivable_id", "receivable", "receivable_id", ""),
    ("agreement_instalment", "agreement_id", "agreement", "agreement_id", ""),
    ("write_off_request", "customer_id", "customer", "customer_id", ""),
    ("write_off_request", "document_id", "document", "document_id", ""),
    ("charge_note", "document_id", "document", "document_id", ""),
    ("charge_note", "charged_document_id", "document", "document_id", ""),
    ("hold", "customer_id", "customer", "customer_id", ""),
    ("guard_block", "customer_id", "customer", "customer_id", ""),
    ("guard_block", "event_id", "timeline", "event_id", ""),
    ("guard_waiver", "customer_id", "customer", "customer_id", ""),
    ("timeline", "customer_id", "customer", "customer_id", ""),
    ("document_reference", "document_id", "document", "document_id", ""),
    ("action", "customer_id", "customer", "customer_id", ""),
    ("action_receivable", "action_id", "action", "action_id", ""),
    ("outbox", "action_id", "action", "action_id", "AND c.action_id IS NOT NULL"),
    ("mandate", "customer_id", "customer", "customer_id", ""),
    ("remittance_line", "remittance_id", "remittance", "remittance_id", ""),
    ("remittance_line", "mandate_id", "mandate", "mandate_id", ""),
    ("remittance_line", "receivable_id", "receivable", "receivable_id", ""),
    ("remittance_line", "payment_id", "payment", "payment_id", "AND c.payment_id IS NOT NULL"),
    ("bank_statement", "bank_account_id", "bank_account", "bank_account_id", ""),
    ("bank_entry", "bank_account_id", "bank_account", "bank_account_id", ""),
    ("bank_entry", "linked_to", "bank_entry", "bank_entry_id", "AND c.linked_to IS NOT NULL"),
    ("bank_entry", "payment_id", "payment", "payment_id", "AND c.payment_id IS NOT NULL"),
    ("bank_entry_detail", "bank_entry_id", "bank_entry", "bank_entry_id", ""),
    ("bank_statement_entry", "bank_statement_id", "bank_statement", "bank_statement_id", ""),
    ("bank_statement_entry", "bank_entry_id", "bank_entry", "bank_entry_id", ""),
    ("payer_alias", "customer_id", "customer", "customer_id", ""),
    ("payer_alias", "bank_entry_id", "bank_entry", "bank_entry_id", ""),
    ("bank_decision", "bank_entry_id", "bank_entry", "bank_entry_id", ""),
    (
        "debit_result",
        "bank_entry_id",
        "bank_entry",
        "bank_entry_id",
        "AND c.bank_entry_id IS NOT NULL",
    ),
];

/// Rows that are pointed at and are not there, by relation; relations in order have count 0.
pub fn orphans(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Orphans>, StoreError> {
    let mut found = Vec::new();
    for (child, column, parent, key, extra) in RELATIONS {
        // A set difference and not a join: its cost does not hang on what the planner believes.
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT c.{column} FROM {child} c WHERE c.workspace_id = $1 \
             AND c.creditor_id = $2 {extra} EXCEPT SELECT p.{key} FROM {parent} p \
             WHERE p.workspace_id = $1 AND p.creditor_id = $2) missing"
        );
        let count =
            tx.query_one(&sql, &params![scope.workspace, scope.creditor], |row| row.int(0))?;
        let relation = format!("{child} → {parent}");
        found.push(Orphans { relation, count: count.unwrap_or(0) });
    }
    Ok(found)
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

/// Receivables, payments and credit notes whose cached balance is not what the ledger says, and
/// entries whose payment or credit note is not there: kind and id, at most `limit` of each.
///
/// Both sides are added up in one pass. A join would depend on statistics that a server does not
/// have yet right after a large import, and take minutes.
pub fn stale_caches(
    tx: &mut Tx<'_>,
    scope: Scope,
    limit: i64,
) -> Result<Vec<(String, i64)>, StoreError> {
    let mine = "workspace_id = $1 AND creditor_id = $2";
    let receivables = format!(
        "SELECT 'receivable', id FROM (SELECT receivable_id AS id, open_minor AS difference \
         FROM receivable WHERE {mine} UNION ALL SELECT receivable_id, \
         CASE WHEN debit = 'receivable' THEN -amount_minor ELSE amount_minor END \
         FROM ledger_entry WHERE {mine} AND receivable_id IS NOT NULL) both_sides \
         GROUP BY id HAVING SUM(difference) <> 0 ORDER BY id LIMIT $3"
    );
    let sources = format!(
        "SELECT MIN(kind), id FROM (SELECT 'payment' AS kind, payment_id AS id, \
         unapplied_minor AS difference FROM payment WHERE {mine} \
         UNION ALL SELECT 'document', document_id, unapplied_minor FROM document WHERE {mine} \
         UNION ALL SELECT 'source', source_id, CASE WHEN credit = 'unapplied' THEN -amount_minor \
         WHEN debit = 'unapplied' THEN amount_minor ELSE 0 END \
         FROM ledger_entry WHERE {mine} AND source_id IS NOT NULL) both_sides \
         GROUP BY id HAVING SUM(difference) <> 0 OR MIN(kind) = 'source' ORDER BY id LIMIT $3"
    );
    let mut stale = Vec::new();
    for sql in [receivables, sources] {
        stale.extend(tx.query(&sql, &params![scope.workspace, scope.creditor, limit], |row| {
            Ok((row.text(0)?, row.int(1)?))
        })?);
    }
    Ok(stale)
}

/// Documents and payments whose amount is not what the ledger recorded when they came: kind and
/// id, at most `limit` of each. What was taken back by a reversal is left out.
pub fn wrong_amounts(
    tx: &mut Tx<'_>,
    scope: Scope,
    limit: i64,
) -> Result<Vec<(String, i64)>, StoreError> {
    let mine = "workspace_id = $1 AND creditor_id = $2";
    let of_source = |table: &str, key: &str, amount: &str, kind: &str, which: &str| {
        format!(
            "SELECT '{table}', id FROM (SELECT {key} AS id, {amount} AS difference FROM {table} \
             WHERE {mine} AND {which} UNION ALL SELECT source_id, -amount_minor FROM ledger_entry \
             WHERE {mine} AND kind = '{kind}' AND reverses_seq IS NULL \
             AND source_id IS NOT NULL) both_sides \
             GROUP BY id HAVING SUM(difference) <> 0 ORDER BY id LIMIT $3"
        )
    };
    let receivables = format!(
        "SELECT 'receivable', id FROM (SELECT receivable_id AS id, amount_minor AS difference \
         FROM receivable WHERE {mine} UNION ALL SELECT receivable_id, -amount_minor \
         FROM ledger_entry WHERE {mine} AND kind = 'issue' AND reverses_seq IS NULL \
         AND receivable_id IS NOT NULL) both_sides \
         GROUP BY id HAVING SUM(difference) <> 0 ORDER BY id LIMIT $3"
    );
    let debts = format!(
        "SELECT 'document', id FROM (SELECT document_id AS id, total_minor AS difference \
         FROM document WHERE {mine} AND kind <> 'credit_note' UNION ALL SELECT document_id, \
         -amount_minor FROM receivable WHERE {mine}) both_sides \
         GROUP BY id HAVING SUM(difference) <> 0 ORDER BY id LIMIT $3"
    );
    let payments = of_source("payment", "payment_id", "amount_minor", "payment", "1 = 1");
    let credit = "kind = 'credit_note'";
    let notes = of_source("document", "document_id", "total_minor", "credit_note", credit);
    let mut wrong = Vec::new();
    for sql in [receivables, debts, payments, notes] {
        wrong.extend(tx.query(&sql, &params![scope.workspace, scope.creditor, limit], |row| {
            Ok((row.text(0)?, row.int(1)?))
        })?);
    }
    Ok(wrong)
}

/// Payments and credit notes applied for more than they are, and receivables of which more is open
/// than was ever due: kind and id, at most `limit` of each.
pub fn overdrawn(
    tx: &mut Tx<'_>,
    scope: Scope,
    limit: i64,
) -> Result<Vec<(String, i64)>, StoreError> {
    let mine = "workspace_id = $1 AND creditor_id = $2";
    let questions = [
        ("payment", "payment_id", "unapplied_minor < 0"),
        ("document", "document_id", "unapplied_minor < 0"),
        ("receivable", "receivable_id", "open_minor > amount_minor"),
    ];
    let mut found = Vec::new();
    for (table, key, wrong) in questions {
        let sql = format!(
            "SELECT '{table}', {key} FROM {table} WHERE {mine} AND {wrong} ORDER BY {key} LIMIT $3"
        );
        found.extend(tx.query(&sql, &params![scope.workspace, scope.creditor, limit], |row| {
            Ok((row.text(0)?, row.int(1)?))
        })?);
    }
    Ok(found)
}

/// Payments taken back, undone or bounced, of whose money the ledger still holds some: their ids, at
/// most `limit`.
pub fn taken_back_in_part(
    tx: &mut Tx<'_>,
    scope: Scope,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    tx.query(
        "SELECT id FROM (SELECT source_id AS id FROM ledger_entry WHERE workspace_id = $1 \
         AND creditor_id = $2 AND source_id IS NOT NULL AND 'cash' IN (debit, credit) \
         GROUP BY source_id \
         HAVING SUM(CASE WHEN debit = 'cash' THEN amount_minor ELSE -amount_minor END) <> 0 \
         INTERSECT SELECT payment_id FROM payment WHERE workspace_id = $1 AND creditor_id = $2 \
         AND reversed_at IS NOT NULL) held ORDER BY id LIMIT $3",
        &params![scope.workspace, scope.creditor, limit],
        |row| row.int(0),
    )
}

/// Sources and receivables that an entry moves in a currency that is not theirs, and documents one
/// of whose receivables is in another: kind and id, at most `limit` of each.
pub fn mixed_currencies(
    tx: &mut Tx<'_>,
    scope: Scope,
    limit: i64,
) -> Result<Vec<(String, i64)>, StoreError> {
    let mine = "workspace_id = $1 AND creditor_id = $2";
    let of = |table: &str, key: &str, which: &str| {
        format!("SELECT {key} AS id, currency FROM {table} WHERE {mine} AND {which}")
    };
    let moved = |key: &str| of("ledger_entry", key, &format!("{key} IS NOT NULL"));
    let all = |table: &str| of(table, &format!("{table}_id"), "1 = 1");
    let questions = [
        ("source", moved("source_id"), [all("payment"), all("document")].join(" UNION ALL ")),
        ("receivable", moved("receivable_id"), all("receivable")),
        ("document", of("receivable", "document_id", "1 = 1"), all("document")),
    ];
    let mut found = Vec::new();
    for (kind, said, known) in questions {
        // A set difference and not a join: its cost does not hang on what the planner believes.
        let sql = format!(
            "SELECT '{kind}', id FROM (SELECT id, currency FROM ({said}) said \
             EXCEPT SELECT id, currency FROM ({known}) known) mixed ORDER BY id LIMIT $3"
        );
        found.extend(tx.query(&sql, &params![scope.workspace, scope.creditor, limit], |row| {
            Ok((row.text(0)?, row.int(1)?))
        })?);
    }
    Ok(found)
}

/// What customers owed more or less after each day, by currency and day: the receivable account
/// with unapplied credit taken off it.
pub fn daily_changes(
    tx: &mut Tx<'_>,
    scope: Scope,
) -> Result<Vec<(Currency, Day, i64)>, StoreError> {
    tx.query(
        "SELECT currency, effective_on, CAST(SUM(\
         CASE WHEN debit IN ('receivable', 'unapplied') THEN amount_minor ELSE 0 END - \
         CASE WHEN credit IN ('receivable', 'unapplied') THEN amount_minor ELSE 0 END) AS BIGINT) \
         FROM ledger_entry WHERE workspace_id = $1 AND creditor_id = $2 \
         GROUP BY currency, effective_on ORDER BY currency, effective_on",
        &params![scope.workspace, scope.creditor],
        |row| Ok((row.currency(0)?, row.day(1)?, row.int(2)?)),
    )
}
