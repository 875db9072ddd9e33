//! The way out: typed cells, row by row, into CSV, XLSX or JSON lines, of any length in constant
//! memory; and orders to a bank, in the XML it takes. Decides how a value is written; knows nothing
//! of which values there are.
//!
//! Text that a spreadsheet would run as a formula leaves CSV with an apostrophe before it (OWASP,
//! "CSV Injection"); in XLSX it is stored as a string, which no spreadsheet runs.
pub mod credit_transfer;
pub mod csv;
pub mod direct_debit;
pub mod jsonl;
pub mod sepa;
pub mod xlsx;

pub use self::csv::CsvWriter;
pub use self::jsonl::JsonlWriter;
pub use self::xlsx::XlsxWriter;

use puntual_core::date::Day;
use puntual_core::money::Money;
use rust_decimal::Decimal;
use std::io::{Seek, Write};

/// One value to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'v> {
    /// Nothing.
    Empty,
    /// Text.
    Text(&'v str),
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Decimal(Decimal),
    /// An amount in the decimals of its currency. The currency itself is another column.
    Money(Money),
    /// A civil date.
    Day(Day),
    /// True or false.
    Flag(bool),
}

impl<'v> From<Option<&'v str>> for Cell<'v> {
    fn from(text: Option<&'v str>) -> Cell<'v> {
        text.map_or(Cell::Empty, Cell::Text)
    }
}

impl From<Option<Day>> for Cell<'_> {
    fn from(day: Option<Day>) -> Self {
        day.map_or(Cell::Empty, Cell::Day)
    }
}

impl From<Option<Money>> for Cell<'_> {
    fn from(money: Option<Money>) -> Self {
        money.map_or(Cell::Empty, Cell::Money)
    }
}

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The destination refused the bytes.
    #[error("the export could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// The workbook could not be made.
    #[error("the workbook could not be made: {0}")]
    Workbook(String),
    /// A row has another number of cells than there are columns.
    #[error("a row of {cells} cells for {columns} columns")]
    Width {
        /// Cells given.
        cells: usize,
        /// Columns announced.
        columns: usize,
    },
}

pub(crate) fn check_width(cells: usize, columns: usize) -> Result<(), ExportError> {
    if cells == columns { Ok(()) } else { Err(ExportError::Width { cells, columns }) }
}

/// The kinds of file written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Comma-separated values, UTF-8.
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// One JSON object per line.
    Jsonl,
}

impl ExportFormat {
    /// The format that a file name's extension asks for.
    pub fn of_name(name: &str) -> Option<ExportFormat> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" => Some(ExportFormat::Csv),
            "xlsx" => Some(ExportFormat::Xlsx),
            "jsonl" | "ndjson" => Some(ExportFormat::Jsonl),
            _ => None,
        }
    }
}

/// A writer of any of the formats, chosen when the program runs.
pub enum Export<W: Write + Seek + Send> {
    /// CSV.
    Csv(Box<CsvWriter<W>>),
    /// Excel.
    Xlsx(Box<XlsxWriter<W>>),
    /// JSON lines.
    Jsonl(JsonlWriter<W>),
}

impl<W: Write + Seek + Send> Export<W> {
    /// Starts an export with these column names.
    ///
    /// # Errors
    /// When the header cannot be written.
    pub fn new(format: ExportFormat, to: W, columns: &[&str]) -> Result<Export<W>, ExportError> {
        Ok(match format {
            ExportFormat::Csv => Export::Csv(Box::new(CsvWriter::new(to, columns)?)),
            ExportFormat::Xlsx => Export::Xlsx(Box::new(XlsxWriter::new(to, columns)?)),
            ExportFormat::Jsonl => Export::Jsonl(JsonlWriter::new(to, columns)),
        })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When the destination refuses it, or it has another number of cells than columns.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        match self {
            Export::Csv(writer) => writer.row(cells),
            Export::Xlsx(writer) => writer.row(cells),
            Export::Jsonl(writer) => writer.row(cells),
        }
    }

    /// Completes the file and gives the destination back.
    ///
    /// # Errors
    /// When the destination refuses the rest.
    pub fn finish(self) -> Result<W, ExportError> {
        match self {
            Export::Csv(writer) => writer.finish(),
            Export::Xlsx(writer) => writer.finish(),
            Export::Jsonl(writer) => writer.finish(),
        }
    }
}
