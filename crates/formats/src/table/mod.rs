//! Tables: CSV, spreadsheets, fixed width and list exports of any program, into records.
//!
//! Decides what the columns mean, proves over whole columns how numbers and dates are written,
//! and turns rows into records. Refuses to guess in silence: what the columns do not prove is a
//! question, and a file with an unanswered question waits in quarantine. Knows nothing of what
//! the portfolio already holds.
//!
//! Two passes over the source: the first proves layout and styles, the second converts. A text of
//! any length is read in constant memory ([`stream()`]); workbooks are held whole.
pub(crate) mod bank;
mod cells;
pub mod civil;
mod classes;
mod convert;
mod documents;
mod grouped;
mod headers;
mod layouts;
pub mod mapping;
pub mod number;
mod opening;
mod plan;
pub mod preview;
mod problems;
mod proof;
pub(crate) mod repair;
mod rows;
mod sheet;
mod sheet_ml;
pub mod summary;
mod synonyms;
mod text;

pub use mapping::{DateOrder, DecimalStyle, Field, Mapping, RowKind, SignRule};
pub use preview::{Preview, PreviewColumn, PreviewRow, Question, Topic, preview};
pub use summary::{CurrencySums, TableSummary};

use crate::read::{ReadFile, ReadOptions};
use crate::record::{Problem, Record, Status};
use convert::Converter;
use opening::{Source, Table};
use plan::Plan;
use proof::Evidence;
use std::io::{Cursor, Read, Seek};
use std::ops::ControlFlow;

/// Reads a table of any size, handing over each record as soon as its row is read. The sink may
/// stop the reading. Nothing is handed over when the table as a whole must wait for a person.
///
/// # Errors
/// When the source cannot be opened or read at all; the problem says why. Anything else that is
/// wrong is in the summary or in the records.
pub fn stream<R: Read + Seek>(
    name: &str,
    mut source: R,
    options: &ReadOptions,
    sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<TableSummary, Problem> {
    stream_from(name, &mut source, options, sink)
}

fn stream_from(
    name: &str,
    source: &mut dyn Source,
    options: &ReadOptions,
    sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<TableSummary, Problem> {
    let mut table = Table::open(source, options)?;
    let (plan, mut summary) = prove(&mut table, name, options)?;
    let Some(plan) = plan else { return Ok(summary) };
    if proof::must_wait(&summary.problems) {
        return Ok(summary);
    }
    summary.decimal = decimal_of(&plan);
    summary.date_order = order_of(&plan);
    let base = options.currency.as_deref().and_then(|code| code.parse().ok());
    let mut converter = Converter::new(&plan, summary, base);
    let mut flow = ControlFlow::Continue(());
    table.each(&mut |number, row| {
        if number > plan.header_row && !row.is_blank() && !row.is_rule() {
            flow = converter.row(number, row, sink);
        }
        flow
    })?;
    if flow.is_continue() {
        // A sink that stops at the very end has had everything already.
        let _ = converter.finish(sink);
    }
    let mut summary = converter.summary;
    note_the_whole(&plan, &mut summary);
    Ok(summary)
}

/// The first pass. No plan when the table is not to be converted; the summary says why.
fn prove(
    table: &mut Table<'_>,
    name: &str,
    options: &ReadOptions,
) -> Result<(Option<Plan>, TableSummary), Problem> {
    let mut summary = TableSummary {
        container: table.container,
        sheet: table.sheet_name().map(str::to_owned),
        sheets: table.sheet_count(),
        encoding: table.encoding(),
        delimiter: table.delimiter(),
        ..TableSummary::default()
    };
    let others = table.other_tables();
    summary.problems = others.iter().map(|sheet| problems::other_sheet_not_read(sheet)).collect();
    let top = table.top()?;
    let general = plan::find_header(&top, options.mapping.as_ref())
        .map(|index| plan::make(&top, index, options));
    let mut plan = bank::plan(table.before(), &top, general.as_ref(), options).or(general);
    let mut evidence = plan.as_ref().map(Evidence::new);
    table.each(&mut |number, row| {
        if row.is_blank() {
            return ControlFlow::Continue(());
        }
        summary.nonempty_rows += 1;
        if let (Some(plan), Some(evidence)) = (&plan, &mut evidence)
            && number > plan.header_row
        {
            evidence.add(plan, row);
        }
        ControlFlow::Continue(())
    })?;
    let (Some(plan), Some(evidence)) = (&mut plan, &evidence) else {
        summary.problems.push(match summary.nonempty_rows {
            0 => crate::problem::empty_file(),
            _ => problems::unrecognised_table(),
        });
        return Ok((None, summary));
    };
    let mut fixed_width = None;
    if table.container == "text" && summary.delimiter.is_none() {
        // The layout of fixed width implies its header; it is not in the file.
        fixed_width = Some("a3_cartera");
        summary.nonempty_rows = summary.nonempty_rows.saturating_sub(1);
    } else {
        summary.header_row = Some(plan.header_row);
        summary.columns = Some(plan.headers.len());
    }
    summary.layout = plan.layout.map(|layout| layout.name).or(fixed_width);
    summary.row_kind = plan.rows;
    match (plan.rows, plan.layout) {
        (Some(RowKind::Purchases), _) => summary.problems.push(problems::purchases()),
        (None, Some(_)) => summary.problems.push(problems::not_needed()),
        (None, None) => summary.problems.push(problems::unrecognised_table()),
        (Some(_), _) => {
            summary.problems.extend(evidence.settle(plan, options.mapping.as_ref()));
            if plan.bank.is_some() {
                bank::prove(table, name, plan, options, &mut summary.problems)?;
            }
            return Ok((Some(plan.clone()), summary));
        }
    }
    Ok((None, summary))
}

/// What can only be said of the whole table, after its rows.
fn note_the_whole(plan: &Plan, summary: &mut TableSummary) {
    if summary.rows == 0 {
        summary.problems.push(problems::header_only());
        return;
    }
    let of_documents = matches!(
        plan.rows,
        Some(RowKind::Documents | RowKind::DocumentLines | RowKind::Instalments)
    );
    if !of_documents || plan.is_layout("rcv_sales") {
        return;
    }
    if !plan.has(Field::DueDate) && !plan.has(Field::Terms) {
        summary.problems.push(problems::no_due_date_column());
    }
    if !plan.has(Field::IssueDate) && !plan.has(Field::Date) {
        summary.problems.push(problems::no_issue_date_column());
    }
}

fn decimal_of(plan: &Plan) -> Option<DecimalStyle> {
    let mut styles = plan.fields.iter().zip(&plan.numbers).filter(|(field, _)| field.is_money());
    styles.find_map(|(_, reading)| match reading {
        proof::NumberReading::Style(style) => Some(*style),
        proof::NumberReading::EachByItself => None,
    })
}

fn order_of(plan: &Plan) -> Option<DateOrder> {
    plan.fields.iter().zip(&plan.orders).find(|(field, _)| field.is_date()).map(|(_, order)| *order)
}

/// Reads a table held in memory.
pub fn read_table(name: &str, bytes: &[u8], options: &ReadOptions) -> ReadFile {
    let mut records = Vec::new();
    let read = stream(name, Cursor::new(bytes), options, &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    });
    match read {
        Err(problem) => ReadFile::refused(name, "csv", problem),
        Ok(summary) => {
            let mut file = ReadFile::new(name, format_of(&summary));
            file.records = records;
            file.problems = summary.problems.clone();
            file.summaries = vec![summary];
            file.settle();
            file
        }
    }
}

fn format_of(summary: &TableSummary) -> &'static str {
    match (summary.layout, summary.container) {
        (Some("rcv_sales" | "rcv_purchases"), _) => "dte-rcv",
        _ if summary.row_kind == Some(RowKind::BankEntries) => "bank-csv",
        (_, "text") => "csv",
        (_, container) => container,
    }
}

/// Whether the first bytes of a file are those of a table: text with columns, or a web page with
/// a table in it. Workbooks are told by their signature, before this is asked. The name decides
/// only for text whose headers say nothing.
pub fn is_table(name: &str, head: &[u8]) -> bool {
    opening::is_table(name, head)
}

/// Whether a table as a whole waits for a person or is of no use.
pub fn is_held_back(summary: &TableSummary) -> bool {
    summary.problems.iter().any(|problem| problem.status >= Status::Ignore)
}
