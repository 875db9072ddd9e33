//! A look at a table before importing it: what each column was taken for and how surely, the first
//! rows as written and as understood, and the questions only a person can answer. The answers make
//! a [`Mapping`] that is saved for the next file.

use super::convert::Converter;
use super::mapping::{Field, Mapping, RowKind};
use super::opening::Table;
use super::plan::Plan;
use super::rows::{Row, Value};
use super::summary::TableSummary;
use crate::read::ReadOptions;
use crate::record::{Problem, Record};
use std::io::Cursor;
use std::ops::ControlFlow;

/// What a question is about; says where the answer goes in the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// [`Mapping::date_order`].
    DateOrder,
    /// [`Mapping::decimal`].
    DecimalStyle,
    /// [`Mapping::rows`] and [`Mapping::columns`].
    Columns,
    /// A column, or a constant, for the currency.
    Currency,
    /// A column for the due date, or leave it to the customers' terms.
    DueDate,
    /// A column for the customer.
    Customer,
}

/// Something a person should answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What it is about.
    pub topic: Topic,
    /// Whether importing must wait for the answer.
    pub must_be_answered: bool,
    /// The question in Spanish.
    pub es: String,
    /// The question in English.
    pub en: String,
}

/// One column as understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewColumn {
    /// Header as written.
    pub header: String,
    /// What it was taken for; [`Field::Ignore`] when it is not read.
    pub field: Field,
    /// How sure, 0–100.
    pub confidence: u8,
    /// Its first values that are not blank.
    pub samples: Vec<String>,
}

/// One row, as written and as understood.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewRow {
    /// Its number, counted from 1.
    pub number: usize,
    /// Its cells as written.
    pub raw: Vec<String>,
    /// What it becomes; empty when the row is left out, or completes an earlier one.
    pub records: Vec<Record>,
}

/// A look at a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// How the table is opened, and its problems as a whole.
    pub summary: TableSummary,
    /// The guess as a mapping, to be changed and saved.
    pub mapping: Mapping,
    /// Columns, in order.
    pub columns: Vec<PreviewColumn>,
    /// The first rows below the header.
    pub rows: Vec<PreviewRow>,
    /// What should be asked.
    pub questions: Vec<Question>,
}

/// Most sample values of a column.
const SAMPLES: usize = 5;

/// Looks at the first `rows` rows of a table. The columns are proved over the whole of it.
///
/// # Errors
/// When the bytes cannot be opened as a table.
pub fn preview(
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
    rows: usize,
) -> Result<Preview, Problem> {
    let mut source = Cursor::new(bytes);
    let mut table = Table::open(&mut source, options)?;
    let (plan, summary) = super::prove(&mut table, name, options)?;
    let Some(plan) = plan else {
        return without_plan(&mut table, summary, options, rows);
    };
    let base = options.currency.as_deref().and_then(|code| code.parse().ok());
    let mut converter = Converter::new(&plan, TableSummary::default(), base);
    let mut seen = Vec::new();
    let mut samples = vec![Vec::new(); plan.fields.len()];
    table.each(&mut |number, row| {
        if number <= plan.header_row || row.is_blank() || row.is_rule() {
            return ControlFlow::Continue(());
        }
        add_samples(&mut samples, row);
        let mut records = Vec::new();
        let _ = converter.row(number, row, &mut |record| {
            records.push(record);
            ControlFlow::Continue(())
        });
        seen.push(PreviewRow { number, raw: row.texts(), records });
        if seen.len() < rows { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    let mut rest = Vec::new();
    let _ = converter.finish(&mut |record| {
        rest.push(record);
        ControlFlow::Continue(())
    });
    if let Some(last) = seen.last_mut() {
        last.records.extend(rest);
    }
    let questions = questions(&plan, &summary.problems);
    let mapping = answered(&plan, options.mapping.as_ref());
    Ok(Preview { columns: columns(&plan, samples), mapping, rows: seen, questions, summary })
}

/// A table that was not understood: its first rows as they are, and the question what they are.
fn without_plan(
    table: &mut Table<'_>,
    summary: TableSummary,
    options: &ReadOptions,
    rows: usize,
) -> Result<Preview, Problem> {
    let seen = table
        .top()?
        .into_iter()
        .take(rows)
        .map(|row| PreviewRow { number: row.number, raw: row.cells, records: Vec::new() })
        .collect();
    let question = Question {
        topic: Topic::Columns,
        must_be_answered: true,
        es: "¿En qué fila están los encabezados, y qué es cada columna?".to_owned(),
        en: "Which row holds the headers, and what is each column?".to_owned(),
    };
    Ok(Preview {
        summary,
        mapping: options.mapping.clone().unwrap_or_default(),
        columns: Vec::new(),
        rows: seen,
        questions: vec![question],
    })
}

fn add_samples(samples: &mut [Vec<String>], row: Row<'_>) {
    for (column, values) in samples.iter_mut().enumerate() {
        if values.len() < SAMPLES && row.value(column) != Value::Empty {
            values.push(row.text(column));
        }
    }
}

fn columns(plan: &Plan, samples: Vec<Vec<String>>) -> Vec<PreviewColumn> {
    plan.headers
        .iter()
        .zip(plan.fields.iter().zip(&plan.confidence))
        .zip(samples)
        .map(|((header, (field, confidence)), samples)| PreviewColumn {
            header: header.written.clone(),
            field: *field,
            confidence: *confidence,
            samples,
        })
        .collect()
}

/// The plan as a mapping, with what the caller's mapping already answered kept.
fn answered(plan: &Plan, given: Option<&Mapping>) -> Mapping {
    let guessed = plan.to_mapping();
    let given = given.cloned().unwrap_or_default();
    Mapping { columns: guessed.columns, rows: guessed.rows, ..given }
}

fn questions(plan: &Plan, found: &[Problem]) -> Vec<Question> {
    let mut questions: Vec<Question> = found.iter().filter_map(question_of).collect();
    let of_documents = matches!(
        plan.rows,
        Some(RowKind::Documents | RowKind::DocumentLines | RowKind::Instalments)
    );
    let mut ask = |topic, must, es: &str, en: &str| {
        let (es, en) = (es.to_owned(), en.to_owned());
        questions.push(Question { topic, must_be_answered: must, es, en });
    };
    if of_documents && !plan.has(Field::DueDate) {
        let es = "No hay columna de vencimiento. ¿Se usan los plazos de cada cliente?";
        ask(Topic::DueDate, false, es, "There is no due date column. Use each customer's terms?");
    }
    let customer = [Field::CustomerCode, Field::CustomerName, Field::TaxId];
    if of_documents && !customer.iter().any(|field| plan.has(*field)) {
        ask(
            Topic::Customer,
            true,
            "¿Qué columna dice el cliente?",
            "Which column is the customer?",
        );
    }
    if of_documents && !plan.has(Field::Currency) && plan.currency.is_none() {
        ask(Topic::Currency, false, "¿En qué moneda están?", "Which currency are they in?");
    }
    questions
}

fn question_of(problem: &Problem) -> Option<Question> {
    let (topic, must_be_answered) = match problem.code {
        "ambiguous_date_order" => (Topic::DateOrder, true),
        "assumed_date_order" => (Topic::DateOrder, false),
        "ambiguous_decimal_style" => (Topic::DecimalStyle, true),
        "assumed_decimal_style" => (Topic::DecimalStyle, false),
        _ => return None,
    };
    Some(Question { topic, must_be_answered, es: problem.es.clone(), en: problem.en.clone() })
}
