//! Agreements: what was agreed, what it covers, its instalments, and where it stands.

use crate::customer::OF_ONE;
use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{CustomerRange, Scope, Tx, params, placeholders};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{AgreementId, CustomerId, DocumentId, ReceivableId, TxId};

/// An agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// Who agreed.
    pub customer: CustomerId,
    /// Its number as people say it.
    pub number: String,
    /// Currency of the amounts.
    pub currency: Currency,
    /// `novation` or `forbearance`.
    pub nature: String,
    /// `proposed`, `accepted`, `completed`, `broken`, `withdrawn`.
    pub state: String,
    /// What was owed and is covered.
    pub debt_minor: i64,
    /// Of it, forgiven.
    pub discount_minor: i64,
    /// Interest agreed.
    pub interest_minor: i64,
    /// Its rate, parts per million a year.
    pub rate_ppm: i64,
    /// How its days are counted.
    pub day_count: String,
    /// Days an instalment may be late before it is broken.
    pub grace_days: i64,
    /// The least role that may approve it.
    pub least_role: String,
    /// What else was said.
    pub note: Option<String>,
    /// Hash of what was asked for: tells a repeat from a conflict.
    pub content_hash: i64,
    /// When it was proposed.
    pub proposed_on: Day,
    /// By whom.
    pub proposed_by: String,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When the customer accepted.
    pub accepted_on: Option<Day>,
    /// Who accepted for the customer.
    pub accepted_by: Option<String>,
    /// What proves it.
    pub evidence: Option<String>,
    /// The document of a novation's instalments.
    pub document: Option<DocumentId>,
    /// The transaction that moved the balances.
    pub tx: Option<TxId>,
    /// When it was completed, broken or withdrawn.
    pub ended_on: Option<Day>,
    /// When it was recorded, in milliseconds.
    pub recorded_at: i64,
}

/// What an agreement covers of a receivable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The receivable.
    pub receivable: ReceivableId,
    /// What was open of it.
    pub amount_minor: i64,
}

/// An instalment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instalment {
    /// Its place, from 1.
    pub number: i64,
    /// The last day to pay it in time.
    pub due_date: Day,
    /// Of the debt.
    pub principal_minor: i64,
    /// Interest agreed.
    pub interest_minor: i64,
    /// The receivable a novation made of it.
    pub receivable: Option<ReceivableId>,
}

const AGREEMENT: &str = "agreement_id, customer_id, number, currency, nature, state, debt_minor, \
     discount_minor, interest_minor, rate_ppm, day_count, grace_days, least_role, note, \
     content_hash, proposed_on, proposed_by, approved_by, accepted_on, accepted_by, evidence, \
     document_id, tx_id, ended_on, recorded_at";

fn read(row: &Row<'_>) -> Result<Agreement, StoreError> {
    Ok(Agreement {
        id: AgreementId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        number: row.text(2)?,
        currency: row.currency(3)?,
        nature: row.text(4)?,
        state: row.text(5)?,
        debt_minor: row.int(6)?,
        discount_minor: row.int(7)?,
        interest_minor: row.int(8)?,
        rate_ppm: row.int(9)?,
        day_count: row.text(10)?,
        grace_days: row.int(11)?,
        least_role: row.text(12)?,
        note: row.opt_text(13)?,
        content_hash: row.int(14)?,
        proposed_on: row.day(15)?,
        proposed_by: row.text(16)?,
        approved_by: row.opt_text(17)?,
        accepted_on: row.opt_day(18)?,
        accepted_by: row.opt_text(19)?,
        evidence: row.opt_text(20)?,
        document: row.opt_int(21)?.map(DocumentId),
        tx: row.opt_int(22)?.map(TxId),
        ended_on: row.opt_day(23)?,
        recorded_at: row.int(24)?,
    })
}

fn columns(list: &str) -> Vec<&str> {
    ["workspace_id", "creditor_id"].into_iter().chain(list.split(", ").map(str::trim)).collect()
}

/// Adds an agreement with what it covers and its instalments.
pub fn insert(
    tx: &mut Tx<'_>,
    scope: Scope,
    a: &Agreement,
    covered: &[Covered],
    instalments: &[Instalment],
) -> Result<(), StoreError> {
    let row = params![
        scope.workspace,
        scope.creditor,
        a.id,
        a.customer,
        &a.number,
        &a.currency,
        &a.nature,
        &a.state,
        a.debt_minor,
        a.discount_minor,
        a.interest_minor,
        a.rate_ppm,
        &a.day_count,
        a.grace_days,
        &a.least_role,
        a.note.as_deref(),
        a.content_hash,
        a.proposed_on,
        &a.proposed_by,
        a.approved_by.as_deref(),
        a.accepted_on,
        a.accepted_by.as_deref(),
        a.evidence.as_deref(),
        a.document,
        a.tx,
        a.ended_on,
        a.recorded_at,
    ];
    tx.insert_many("agreement", &columns(AGREEMENT), [row.to_vec()])?;
    let debts = covered.iter().map(|one| {
        params![scope.workspace, scope.creditor, a.id, one.receivable, one.amount_minor].to_vec()
    });
    let names = columns("agreement_id, receivable_id, amount_minor");
    tx.insert_many("agreement_debt", &names, debts)?;
    let rows = instalments.iter().map(|one| {
        params![
            scope.workspace,
            scope.creditor,
            a.id,
            one.number,
            one.due_date,
            one.principal_minor,
            one.interest_minor,
            one.receivable,
        ]
        .to_vec()
    });
    let names = columns(
        "agreement_id, instalment, due_date, principal_minor, interest_minor, receivable_id",
    );
    tx.insert_many("agreement_instalment", &names, rows)?;
    Ok(())
}

/// One agreement.
pub fn get(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: AgreementId,
) -> Result<Option<Agreement>, StoreError> {
    let sql = format!(
        "SELECT {AGREEMENT} FROM agreement WHERE workspace_id = $1 AND creditor_id = $2 \
         AND agreement_id = $3"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, id], read)
}

/// Agreements of a customer or of all, in a state or in any, newest first.
pub fn list(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: Option<CustomerId>,
    state: Option<&str>,
    limit: i64,
) -> Result<Vec<Agreement>, StoreError> {
    // What is not asked for compares with itself, so that both engines see one text.
    let sql = format!(
        "SELECT {AGREEMENT} FROM agreement WHERE workspace_id = $1 AND creditor_id = $2 \
         AND (CAST($3 AS BIGINT) IS NULL OR {OF_ONE}) AND state = COALESCE($4, state) \
         ORDER BY agreement_id DESC LIMIT $5"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, customer, state, limit], read)
}

/// How many agreements there ever were.
pub fn count(tx: &mut Tx<'_>, scope: Scope) -> Result<i64, StoreError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM agreement WHERE workspace_id = $1 AND creditor_id = $2",
        &params![scope.workspace, scope.creditor],
        |row| row.int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// What an agreement covers.
pub fn covered(tx: &mut Tx<'_>, scope: Scope, id: AgreementId) -> Result<Vec<Covered>, StoreError> {
    tx.query(
        "SELECT receivable_id, amount_minor FROM agreement_debt WHERE workspace_id = $1 \
         AND creditor_id = $2 AND agreement_id = $3 ORDER BY receivable_id",
        &params![scope.workspace, scope.creditor, id],
        |row| Ok(Covered { receivable: ReceivableId(row.int(0)?), amount_minor: row.int(1)? }),
    )
}

/// The instalments of an agreement, in order.
pub fn instalments(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: AgreementId,
) -> Result<Vec<Instalment>, StoreError> {
    tx.query(
        "SELECT instalment, due_date, principal_minor, interest_minor, receivable_id \
         FROM agreement_instalment WHERE workspace_id = $1 AND creditor_id = $2 \
         AND agreement_id = $3 ORDER BY instalment",
        &params![scope.workspace, scope.creditor, id],
        |row| {
            Ok(Instalment {
                number: row.int(0)?,
                due_date: row.day(1)?,
                principal_minor: row.int(2)?,
                interest_minor: row.int(3)?,
                receivable: row.opt_int(4)?.map(ReceivableId),
            })
        },
    )
}

/// Those of these receivables that an agreement in force covers.
pub fn covered_among(
    tx: &mut Tx<'_>,
    scope: Scope,
    receivables: &[ReceivableId],
) -> Result<Vec<ReceivableId>, StoreError> {
    let mut found = Vec::new();
    for part in receivables.chunks(4_000) {
        let sql = format!(
            "SELECT d.receivable_id FROM agreement_debt d JOIN agreement a \
             ON a.workspace_id = d.workspace_id AND a.creditor_id = d.creditor_id \
             AND a.agreement_id = d.agreement_id WHERE d.workspace_id = $1 \
             AND d.creditor_id = $2 AND a.state = 'accepted' AND d.receivable_id IN ({})",
            placeholders(3, part.len())
        );
        let mut values = params![scope.workspace, scope.creditor].to_vec();
        values.extend(part.iter().map(|id| Param::from(*id)));
        found.extend(tx.query(&sql, &values, |row| Ok(ReceivableId(row.int(0)?)))?);
    }
    Ok(found)
}

/// A receivable that waits for the instalments of an agreement in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Who agreed.
    pub customer: CustomerId,
    /// The receivable.
    pub receivable: ReceivableId,
    /// The agreement's number.
    pub number: String,
    /// Since when.
    pub since: Day,
}

/// Receivables of a range of customers that agreements in force cover.
pub fn waiting_of_range(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
) -> Result<Vec<Waiting>, StoreError> {
    tx.query(
        "SELECT a.customer_id, d.receivable_id, a.number, a.accepted_on FROM agreement a \
         JOIN agreement_debt d ON d.workspace_id = a.workspace_id \
         AND d.creditor_id = a.creditor_id AND d.agreement_id = a.agreement_id \
         WHERE a.workspace_id = $1 AND a.creditor_id = $2 AND a.state = 'accepted' \
         AND a.customer_id > $3 AND a.customer_id <= $4 ORDER BY d.receivable_id",
        &params![scope.workspace, scope.creditor, range.after, range.through],
        |row| {
            Ok(Waiting {
                customer: CustomerId(row.int(0)?),
                receivable: ReceivableId(row.int(1)?),
                number: row.text(2)?,
                since: row.day(3)?,
            })
        },
    )
}

/// Writes who approved; false when it is not a proposal any more.
pub fn approve(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: AgreementId,
    by: &str,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE agreement SET approved_by = $4 WHERE workspace_id = $1 AND creditor_id = $2 \
         AND agreement_id = $3 AND state = 'proposed'",
        &params![scope.workspace, scope.creditor, id, by],
    )?;
    Ok(changed == 1)
}

/// Writes an acceptance: day, by whom, proof, and for a novation document, transaction and the
/// receivable of each instalment.
pub fn accept(
    tx: &mut Tx<'_>,
    scope: Scope,
    a: &Agreement,
    instalments: &[Instalment],
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE agreement SET state = 'accepted', accepted_on = $4, accepted_by = $5, \
         evidence = $6, document_id = $7, tx_id = $8 WHERE workspace_id = $1 \
         AND creditor_id = $2 AND agreement_id = $3 AND state = 'proposed'",
        &params![
            scope.workspace,
            scope.creditor,
            a.id,
            a.accepted_on,
            a.accepted_by.as_deref(),
            a.evidence.as_deref(),
            a.document,
            a.tx,
        ],
    )?;
    for one in instalments.iter().filter(|one| one.receivable.is_some()) {
        tx.execute(
            "UPDATE agreement_instalment SET receivable_id = $5 WHERE workspace_id = $1 \
             AND creditor_id = $2 AND agreement_id = $3 AND instalment = $4",
            &params![scope.workspace, scope.creditor, a.id, one.number, one.receivable],
        )?;
    }
    Ok(changed == 1)
}

/// Ends an agreement that is in one state by another; false when it is not in it any more.
pub fn end(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: AgreementId,
    (from, to): (&str, &str),
    on: Day,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE agreement SET state = $5, ended_on = $6 WHERE workspace_id = $1 \
         AND creditor_id = $2 AND agreement_id = $3 AND state = $4",
        &params![scope.workspace, scope.creditor, id, from, to, on],
    )?;
    Ok(changed == 1)
}
