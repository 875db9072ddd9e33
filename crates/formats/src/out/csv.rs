//! CSV (RFC 4180): UTF-8, comma or another delimiter, dates `YYYY-MM-DD`, decimal dot, no
//! grouping. What it writes, [`crate::table`] reads back.

use super::{Cell, ExportError, check_width};
use crate::table::repair;
use std::io::Write;

/// Writes rows of CSV.
pub struct CsvWriter<W: Write> {
    inner: ::csv::Writer<W>,
    columns: usize,
    field: String,
}

/// Choices for people who open CSV with a double click.
#[derive(Clone, Copy, Debug)]
pub struct CsvOptions {
    /// Between cells; a spreadsheet set to Spanish expects `;`.
    pub delimiter: u8,
    /// Whether a byte-order mark goes first, so that Excel reads UTF-8.
    pub byte_order_mark: bool,
}

impl Default for CsvOptions {
    fn default() -> CsvOptions {
        CsvOptions { delimiter: b',', byte_order_mark: false }
    }
}

impl<W: Write> CsvWriter<W> {
    /// Starts with the column names, separated by commas.
    ///
    /// # Errors
    /// When the destination refuses the header.
    pub fn new(to: W, columns: &[&str]) -> Result<CsvWriter<W>, ExportError> {
        CsvWriter::with_options(to, columns, CsvOptions::default())
    }

    /// Starts with the column names, as asked.
    ///
    /// # Errors
    /// When the destination refuses the header.
    pub fn with_options(
        mut to: W,
        columns: &[&str],
        options: CsvOptions,
    ) -> Result<CsvWriter<W>, ExportError> {
        if options.byte_order_mark {
            to.write_all("\u{feff}".as_bytes())?;
        }
        let mut inner = ::csv::WriterBuilder::new().delimiter(options.delimiter).from_writer(to);
        inner.write_record(columns).map_err(io_error)?;
        Ok(CsvWriter { inner, columns: columns.len(), field: String::new() })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When the destination refuses it, or it has another number of cells than columns.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        check_width(cells.len(), self.columns)?;
        for cell in cells {
            self.field.clear();
            write_plain(cell, &mut self.field);
            self.inner.write_field(&self.field).map_err(io_error)?;
        }
        self.inner.write_record(None::<&[u8]>).map_err(io_error)
    }

    /// Writes what is left and gives the destination back.
    ///
    /// # Errors
    /// When the destination refuses it.
    pub fn finish(self) -> Result<W, ExportError> {
        self.inner.into_inner().map_err(|error| ExportError::Write(error.into_error()))
    }
}

fn io_error(error: ::csv::Error) -> ExportError {
    ExportError::Write(std::io::Error::from(error))
}

fn write_plain(cell: &Cell<'_>, out: &mut String) {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            if repair::is_formula(text) {
                out.push('\'');
            }
            out.push_str(text);
        }
        Cell::Integer(number) => out.push_str(&number.to_string()),
        Cell::Decimal(number) => out.push_str(&number.to_string()),
        Cell::Money(money) => out.push_str(&money.to_plain()),
        Cell::Day(day) => out.push_str(&day.to_string()),
        Cell::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
    }
}
