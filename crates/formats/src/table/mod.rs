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
mod compound;
mod convert;
mod documents;
mod extent;
mod fixed_width;
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

/// Reads a table of any size, handing over each record as soon as its row is read; of a workbook,
/// every sheet with a table. The sink may stop the reading. Nothing of a table is handed over when
/// it must wait for a person as a whole. Gives a summary for each table.
///
/// # Errors
/// When the source cannot be opened or read at all; the problem says why. Anything else that is
/// wrong is in the summaries or in the records.
pub fn stream<R: Read + Seek>(
    name: &str,
    mut source: R,
    options: &ReadOptions,
    sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<Vec<TableSummary>, Problem> {
    stream_from(name, &mut source, options, sink)
}

fn stream_from(
    name: &str,
    source: &mut dyn Source,
    options: &ReadOptions,
    sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<Vec<TableSummary>, Problem> {
    let mut table = Table::open(source, options)?;
    let tables = table.tables();
    let mut summaries = match tables.as_slice() {
        [_] => vec![read_one(&mut table, name, options, sink)?],
        _ => read_sheets(&mut table, &tables, name, options, sink)?,
    };
    if let Some(first) = summaries.first_mut() {
        let others = table.not_asked_for();
        first.problems.extend(others.iter().map(|sheet| problems::other_sheet_not_read(sheet)));
    }
    Ok(summaries)
}

/// Reads several sheets as if they stood one below the other; places begin with the sheet's name.
fn read_sheets(
    table: &mut Table<'_>,
    tables: &[usize],
    name: &str,
    options: &ReadOptions,
    sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<Vec<TableSummary>, Problem> {
    let (main, mut statements, mut flow) = (table.chosen(), 0, ControlFlow::Continue(()));
    let (mut summaries, mut unread) = (Vec::new(), Vec::new());
    for index in tables.iter().copied() {
        table.turn_to(index);
        let sheet = table.sheet_name().unwrap_or_default().to_owned();
        let of_sheet = match index == main {
            true => options.clone(),
            false => options_of_sheet(options, &table.top()?),
        };
        let mut summary = read_one(table, name, &of_sheet, &mut |mut record| {
            record.prefix_place(&sheet);
            if let Record::BankEntry(entry) = &mut record {
                entry.statement += statements;
            }
            flow = sink(record);
            flow
        })?;
        if summary.row_kind.is_none() && index != main {
            unread.push(problems::other_sheet_not_understood(&sheet));
            continue;
        }
        statements += summary.statements;
        for problem in &mut summary.problems {
            problem.place.clone_from(&sheet);
        }
        summaries.push(summary);
        if flow.is_break() {
            break;
        }
    }
    // What is ignored in one sheet says nothing of the records of another.
    let is_useful = summaries.iter().any(|summary| summary.outcomes.iter().any(|n| *n > 0));
    let all = summaries.iter_mut().flat_map(|summary| &mut summary.problems);
    for problem in all.filter(|problem| is_useful && problem.status == Status::Ignore) {
        problem.status = Status::Warn;
    }
    if let Some(first) = summaries.first_mut() {
        first.problems.extend(unread);
    }
    Ok(summaries)
}

/// A mapping is of one table. It holds for another sheet when that has the same headers, wherever
/// they stand there.
fn options_of_sheet(options: &ReadOptions, top: &[plan::TopRow]) -> ReadOptions {
    let has = |row: &plan::TopRow, wanted: &str| {
        row.cells.iter().any(|cell| headers::normal(cell) == headers::normal(wanted))
    };
    let fits = |mapping: &&Mapping| {
        top.iter().any(|row| mapping.columns.keys().all(|wanted| has(row, wanted)))
    };
    let mapping = options.mapping.as_ref().filter(fits).cloned();
    let mapping = mapping.map(|mapping| Mapping { header_row: None, ..mapping });
    ReadOptions { mapping, ..options.clone() }
}

/// Reads the table that is turned to.
fn read_one(
    table: &mut Table<'_>,
    name: &str,
    options: &ReadOptions,
    sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<TableSummary, Problem> {
    let (plan, mut summary) = prove(table, name, options)?;
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
    note_the_header(table, plan, &mut summary);
    summary.row_kind = plan.rows;
    match (plan.rows, plan.layout) {
        (Some(RowKind::Purchases), _) => summary.problems.push(problems::purchases()),
        (None, Some(_)) => summary.problems.push(problems::not_needed()),
        (None, None) => summary.problems.push(problems::unrecognised_table()),
        (Some(_), _) => {
            summary.problems.extend(evidence.settle(plan, options.mapping.as_ref()));
            if plan.bank.is_some() {
                bank::prove(table, name, plan, options, &mut summary.problems)?;
            } else {
                summary.as_of = extent::day_of_titles(plan, &top);
                summary.lists_open_items = extent::is_titled_open(plan, &top);
            }
            return Ok((Some(plan.clone()), summary));
        }
    }
    Ok((None, summary))
}

/// Which row the header is, or that the layout implies it.
fn note_the_header(table: &Table<'_>, plan: &Plan, summary: &mut TableSummary) {
    let fixed_width = table.layout();
    match fixed_width {
        // The layout of fixed width implies its header; it is not in the file.
        Some(_) => summary.nonempty_rows = summary.nonempty_rows.saturating_sub(1),
        None => {
            summary.header_row = Some(plan.header_row);
            summary.columns = Some(plan.headers.len());
        }
    }
    summary.layout = plan.layout.map(|layout| layout.name).or(fixed_width);
}

/// What can only be said of the whole table, after its rows.
fn note_the_whole(plan: &Plan, summary: &mut TableSummary) {
    extent::settle(plan, summary);
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
        Ok(summaries) => {
            let mut file = ReadFile::new(name, summaries.first().map_or("csv", format_of));
            file.records = records;
            file.problems = summaries.iter().flat_map(|s| s.problems.iter().cloned()).collect();
            file.summaries = summaries;
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
