//! Bank accounts and their statements.

use crate::error::StoreError;
use crate::row::Row;
use crate::{Scope, Tx, params};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{BankAccountId, BankEntryId, BankStatementId, ImportId};
use std::collections::{BTreeMap, HashMap};

/// An account at a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: BankAccountId,
    /// Its number in one writing; empty where files name none.
    pub number: String,
    /// Its currency.
    pub currency: Currency,
    /// Code of the bank, where files state it apart.
    pub bank: Option<String>,
    /// Whose account it is, or what it is called.
    pub name: Option<String>,
}

/// A statement of an account, an intermediate report or a list of advices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its id.
    pub id: BankStatementId,
    /// The account.
    pub account: BankAccountId,
    /// What tells a repeat: unique per creditor.
    pub statement_key: String,
    /// `statement`, `report`, `notification`.
    pub kind: String,
    /// The bank's own id of it.
    pub source_id: Option<String>,
    /// Its number in the bank's sequence.
    pub sequence: Option<String>,
    /// First day of its period.
    pub from_on: Option<Day>,
    /// Last day of its period.
    pub to_on: Option<Day>,
    /// Balance before its first entry, smallest units.
    pub opening_minor: Option<i64>,
    /// Balance after its last entry.
    pub closing_minor: Option<i64>,
    /// Entries the file holds.
    pub entry_count: i64,
    /// Sum of the credits the file holds.
    pub credit_minor: i64,
    /// Sum of the debits, positive.
    pub debit_minor: i64,
    /// File and place it was read from.
    pub place: String,
    /// The batch it came with.
    pub import: ImportId,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

/// Every account, by number.
pub fn accounts(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Account>, StoreError> {
    tx.query(
        "SELECT bank_account_id, number, currency, bank, name FROM bank_account \
         WHERE workspace_id = $1 AND creditor_id = $2 ORDER BY number, currency",
        &params![scope.workspace, scope.creditor],
        |row| {
            Ok(Account {
                id: BankAccountId(row.int(0)?),
                number: row.text(1)?,
                currency: row.currency(2)?,
                bank: row.opt_text(3)?,
                name: row.opt_text(4)?,
            })
        },
    )
}

/// Adds an account.
pub fn insert_account(
    tx: &mut Tx<'_>,
    scope: Scope,
    account: &Account,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO bank_account (workspace_id, creditor_id, bank_account_id, number, currency, \
         bank, name, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            scope.workspace,
            scope.creditor,
            account.id,
            &account.number,
            &account.currency,
            account.bank.as_deref(),
            account.name.as_deref(),
            now_ms,
        ],
    )?;
    Ok(())
}

const STATEMENT: &str = "bank_statement_id, bank_account_id, statement_key, kind, source_id, \
     sequence, from_on, to_on, opening_minor, closing_minor, entry_count, credit_minor, \
     debit_minor, place, import_id, recorded_at";

fn read_statement(row: &Row<'_>) -> Result<Statement, StoreError> {
    Ok(Statement {
        id: BankStatementId(row.int(0)?),
        account: BankAccountId(row.int(1)?),
        statement_key: row.text(2)?,
        kind: row.text(3)?,
        source_id: row.opt_text(4)?,
        sequence: row.opt_text(5)?,
        from_on: row.opt_day(6)?,
        to_on: row.opt_day(7)?,
        opening_minor: row.opt_int(8)?,
        closing_minor: row.opt_int(9)?,
        entry_count: row.int(10)?,
        credit_minor: row.int(11)?,
        debit_minor: row.int(12)?,
        place: row.text(13)?,
        import: ImportId(row.int(14)?),
        recorded_at: row.int(15)?,
    })
}

/// Adds a statement with the entries it tells: position in it, and which. Answers whether it was
/// new; one that is there already stays as it is.
pub fn insert_statement(
    tx: &mut Tx<'_>,
    scope: Scope,
    statement: &Statement,
    entries: &[(i64, BankEntryId)],
) -> Result<bool, StoreError> {
    let s = statement;
    let sql = format!(
        "INSERT INTO bank_statement (workspace_id, creditor_id, {STATEMENT}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
         ON CONFLICT (workspace_id, creditor_id, statement_key) DO NOTHING"
    );
    let inserted = tx.execute(
        &sql,
        &params![
            scope.workspace,
            scope.creditor,
            s.id,
            s.account,
            &s.statement_key,
            &s.kind,
            s.source_id.as_deref(),
            s.sequence.as_deref(),
            s.from_on,
            s.to_on,
            s.opening_minor,
            s.closing_minor,
            s.entry_count,
            s.credit_minor,
            s.debit_minor,
            &s.place,
            s.import,
            s.recorded_at,
        ],
    )?;
    if inserted == 0 {
        return Ok(false);
    }
    let columns = ["workspace_id", "creditor_id", "bank_statement_id", "ordinal", "bank_entry_id"];
    let rows = entries.iter().map(|(ordinal, entry)| {
        params![scope.workspace, scope.creditor, s.id, *ordinal, *entry].to_vec()
    });
    tx.insert_many("bank_statement_entry", &columns, rows)?;
    Ok(true)
}

/// Every statement, the oldest of each account first.
pub fn statements(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<Statement>, StoreError> {
    let sql = format!(
        "SELECT {STATEMENT} FROM bank_statement WHERE workspace_id = $1 AND creditor_id = $2 \
         ORDER BY bank_account_id, COALESCE(to_on, from_on), bank_statement_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor], read_statement)
}

/// What each statement's stored entries add up to: how many of them, and their amounts in smallest
/// units.
///
/// Put together here: a join would depend on statistics that a server does not have yet right
/// after a large import.
pub fn told(
    tx: &mut Tx<'_>,
    scope: Scope,
) -> Result<BTreeMap<BankStatementId, (i64, i64)>, StoreError> {
    let mine = params![scope.workspace, scope.creditor];
    let mut amounts: HashMap<i64, i64> = HashMap::new();
    tx.for_each::<StoreError>(
        "SELECT bank_entry_id, amount_minor FROM bank_entry \
         WHERE workspace_id = $1 AND creditor_id = $2",
        &mine,
        |row| {
            amounts.insert(row.int(0)?, row.int(1)?);
            Ok(())
        },
    )?;
    let mut told: BTreeMap<BankStatementId, (i64, i64)> = BTreeMap::new();
    tx.for_each::<StoreError>(
        "SELECT bank_statement_id, bank_entry_id FROM bank_statement_entry \
         WHERE workspace_id = $1 AND creditor_id = $2",
        &mine,
        |row| {
            if let Some(amount_minor) = amounts.get(&row.int(1)?) {
                let sum = told.entry(BankStatementId(row.int(0)?)).or_default();
                *sum = (sum.0 + 1, sum.1.saturating_add(*amount_minor));
            }
            Ok(())
        },
    )?;
    Ok(told)
}

/// How many entries of a batch are told by statements of other batches.
pub fn count_told_elsewhere(
    tx: &mut Tx<'_>,
    scope: Scope,
    import: ImportId,
) -> Result<i64, StoreError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM (SELECT bank_entry_id FROM bank_entry \
         WHERE workspace_id = $1 AND creditor_id = $2 AND import_id = $3 \
         INTERSECT SELECT bank_entry_id FROM bank_statement_entry \
         WHERE workspace_id = $1 AND creditor_id = $2 AND bank_statement_id NOT IN (\
         SELECT bank_statement_id FROM bank_statement \
         WHERE workspace_id = $1 AND creditor_id = $2 AND import_id = $3)) shared",
        &params![scope.workspace, scope.creditor, import],
        |row| row.int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// How many entries of a batch were applied: payments were made of them.
pub fn count_applied(tx: &mut Tx<'_>, scope: Scope, import: ImportId) -> Result<i64, StoreError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM bank_entry e JOIN payment p ON p.workspace_id = e.workspace_id \
         AND p.creditor_id = e.creditor_id AND p.payment_id = e.payment_id \
         WHERE e.workspace_id = $1 AND e.creditor_id = $2 AND e.import_id = $3 \
         AND p.pay_key >= 'bank:' AND p.pay_key < 'bank;'",
        &params![scope.workspace, scope.creditor, import],
        |row| row.int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Takes out everything of banks that a batch brought; what other messages told of the same money
/// stands for itself again.
pub fn drop_of_import(tx: &mut Tx<'_>, scope: Scope, import: ImportId) -> Result<(), StoreError> {
    let mine = "workspace_id = $1 AND creditor_id = $2";
    let entries = format!("SELECT bank_entry_id FROM bank_entry WHERE {mine} AND import_id = $3");
    let of_others = "SELECT e.import_id FROM bank_entry e WHERE e.workspace_id = $1 \
         AND e.creditor_id = $2 AND e.bank_entry_id = debit_result.bank_entry_id";
    let statements =
        format!("SELECT bank_statement_id FROM bank_statement WHERE {mine} AND import_id = $3");
    for sql in [
        // Told by an entry of another batch too: from now on it is of that batch.
        format!(
            "UPDATE debit_result SET import_id = ({of_others}) WHERE {mine} AND import_id = $3 \
             AND bank_entry_id IS NOT NULL"
        ),
        format!("DELETE FROM debit_result WHERE {mine} AND import_id = $3"),
        format!(
            "UPDATE debit_result SET bank_entry_id = NULL \
             WHERE {mine} AND bank_entry_id IN ({entries})"
        ),
        format!(
            "UPDATE bank_entry SET linked_to = NULL, link_why = NULL \
             WHERE {mine} AND linked_to IN ({entries})"
        ),
        format!(
            "DELETE FROM bank_statement_entry WHERE {mine} AND bank_statement_id IN ({statements})"
        ),
        format!("DELETE FROM bank_statement WHERE {mine} AND import_id = $3"),
        format!("DELETE FROM bank_entry_detail WHERE {mine} AND bank_entry_id IN ({entries})"),
        format!("DELETE FROM bank_decision WHERE {mine} AND bank_entry_id IN ({entries})"),
        format!("DELETE FROM payer_alias WHERE {mine} AND bank_entry_id IN ({entries})"),
        format!("DELETE FROM bank_entry WHERE {mine} AND import_id = $3"),
    ] {
        tx.execute(&sql, &params![scope.workspace, scope.creditor, import])?;
    }
    tx.execute(
        "DELETE FROM bank_account WHERE workspace_id = $1 AND creditor_id = $2 \
         AND bank_account_id NOT IN (SELECT bank_account_id FROM bank_entry \
         WHERE workspace_id = $1 AND creditor_id = $2) \
         AND bank_account_id NOT IN (SELECT bank_account_id FROM bank_statement \
         WHERE workspace_id = $1 AND creditor_id = $2)",
        &params![scope.workspace, scope.creditor],
    )?;
    Ok(())
}
