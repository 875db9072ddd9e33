//! Rates of late interest that people load, and what was charged by them.

use crate::error::StoreError;
use crate::row::Row;
use crate::{Scope, Tx, params};
use puntual_core::date::Day;
use puntual_core::id::{DocumentId, InterestRateId};

/// A rate somebody loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterestRate {
    /// Its id.
    pub id: InterestRateId,
    /// Its series.
    pub series: String,
    /// First day.
    pub valid_from: Day,
    /// Last day; until further notice when absent.
    pub valid_to: Option<Day>,
    /// Parts per million a year.
    pub rate_ppm: i64,
    /// Where it was published.
    pub source: String,
    /// When it was compared with its source.
    pub verified_on: Day,
    /// `H`, `M` or `L`.
    pub confidence: String,
    /// Who loaded it.
    pub actor: String,
    /// When, in milliseconds.
    pub recorded_at: i64,
}

/// What a charge note charges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeNote {
    /// The note itself, a document.
    pub document: DocumentId,
    /// The document that bore the interest.
    pub charged: DocumentId,
    /// The last day charged.
    pub charged_through: Day,
    /// Interest, smallest units.
    pub interest_minor: i64,
    /// Compensation of the law, smallest units.
    pub compensation_minor: i64,
    /// The law, as cited.
    pub law: String,
    /// How it came about, JSON.
    pub explanation: String,
    /// Who charged it.
    pub actor: String,
    /// When, in milliseconds.
    pub recorded_at: i64,
}

const RATE: &str = "interest_rate_id, series, valid_from, valid_to, rate_ppm, source, \
     verified_on, confidence, actor, recorded_at";
const NOTE: &str = "document_id, charged_document_id, charged_through, interest_minor, \
     compensation_minor, law, explanation, actor, recorded_at";

fn read_rate(row: &Row<'_>) -> Result<InterestRate, StoreError> {
    Ok(InterestRate {
        id: InterestRateId(row.int(0)?),
        series: row.text(1)?,
        valid_from: row.day(2)?,
        valid_to: row.opt_day(3)?,
        rate_ppm: row.int(4)?,
        source: row.text(5)?,
        verified_on: row.day(6)?,
        confidence: row.text(7)?,
        actor: row.text(8)?,
        recorded_at: row.int(9)?,
    })
}

fn read_note(row: &Row<'_>) -> Result<ChargeNote, StoreError> {
    Ok(ChargeNote {
        document: DocumentId(row.int(0)?),
        charged: DocumentId(row.int(1)?),
        charged_through: row.day(2)?,
        interest_minor: row.int(3)?,
        compensation_minor: row.int(4)?,
        law: row.text(5)?,
        explanation: row.text(6)?,
        actor: row.text(7)?,
        recorded_at: row.int(8)?,
    })
}

/// Adds a rate.
pub fn insert_rate(tx: &mut Tx<'_>, scope: Scope, rate: &InterestRate) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO interest_rate (workspace_id, creditor_id, {RATE}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    );
    tx.execute(
        &sql,
        &params![
            scope.workspace,
            scope.creditor,
            rate.id,
            &rate.series,
            rate.valid_from,
            rate.valid_to,
            rate.rate_ppm,
            &rate.source,
            rate.verified_on,
            &rate.confidence,
            &rate.actor,
            rate.recorded_at,
        ],
    )?;
    Ok(())
}

/// The rates people loaded, in the order they did.
pub fn rates(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<InterestRate>, StoreError> {
    let sql = format!(
        "SELECT {RATE} FROM interest_rate WHERE workspace_id = $1 AND creditor_id = $2 \
         ORDER BY recorded_at, interest_rate_id"
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor], read_rate)
}

/// Adds what a charge note charges.
pub fn insert_note(tx: &mut Tx<'_>, scope: Scope, note: &ChargeNote) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO charge_note (workspace_id, creditor_id, {NOTE}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    );
    tx.execute(
        &sql,
        &params![
            scope.workspace,
            scope.creditor,
            note.document,
            note.charged,
            note.charged_through,
            note.interest_minor,
            note.compensation_minor,
            &note.law,
            &note.explanation,
            &note.actor,
            note.recorded_at,
        ],
    )?;
    Ok(())
}

/// What a charge note charges.
pub fn note(
    tx: &mut Tx<'_>,
    scope: Scope,
    document: DocumentId,
) -> Result<Option<ChargeNote>, StoreError> {
    let sql = format!(
        "SELECT {NOTE} FROM charge_note WHERE workspace_id = $1 AND creditor_id = $2 \
         AND document_id = $3"
    );
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, document], read_note)
}

/// The notes that charge a document and stand, oldest first.
pub fn notes_of(
    tx: &mut Tx<'_>,
    scope: Scope,
    charged: DocumentId,
) -> Result<Vec<ChargeNote>, StoreError> {
    let columns: Vec<String> = NOTE.split(", ").map(|c| format!("n.{}", c.trim())).collect();
    let sql = format!(
        "SELECT {} FROM charge_note n JOIN document d ON d.workspace_id = n.workspace_id \
         AND d.creditor_id = n.creditor_id AND d.document_id = n.document_id \
         WHERE n.workspace_id = $1 AND n.creditor_id = $2 AND n.charged_document_id = $3 \
         AND d.undone_at IS NULL ORDER BY n.charged_through, n.document_id",
        columns.join(", ")
    );
    tx.query(&sql, &params![scope.workspace, scope.creditor, charged], read_note)
}

/// How many notes ever charged a document, those taken back too.
pub fn count_of(tx: &mut Tx<'_>, scope: Scope, charged: DocumentId) -> Result<i64, StoreError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM charge_note WHERE workspace_id = $1 AND creditor_id = $2 \
         AND charged_document_id = $3",
        &params![scope.workspace, scope.creditor, charged],
        |row| row.int(0),
    )?;
    Ok(count.unwrap_or(0))
}
