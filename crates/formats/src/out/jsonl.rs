//! JSON lines: one object per row, keys in column order. Money and decimals are strings, because
//! JSON numbers are read as binary floating point by most programs.

use super::{Cell, ExportError, check_width};
use std::io::{BufWriter, Write};

/// Writes rows as JSON objects.
pub struct JsonlWriter<W: Write> {
    to: BufWriter<W>,
    /// `"name":` of each column, escaped once.
    keys: Vec<String>,
    line: String,
}

impl<W: Write> JsonlWriter<W> {
    /// Starts with these keys.
    pub fn new(to: W, columns: &[&str]) -> JsonlWriter<W> {
        let keys = columns.iter().map(|name| format!("{}:", escaped(name))).collect();
        JsonlWriter { to: BufWriter::new(to), keys, line: String::new() }
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When the destination refuses it, or it has another number of cells than columns.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        check_width(cells.len(), self.keys.len())?;
        self.line.clear();
        self.line.push('{');
        for (index, (key, cell)) in self.keys.iter().zip(cells).enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            self.line.push_str(key);
            self.line.push_str(&json_of(cell));
        }
        self.line.push_str("}\n");
        self.to.write_all(self.line.as_bytes())?;
        Ok(())
    }

    /// Writes what is left and gives the destination back.
    ///
    /// # Errors
    /// When the destination refuses it.
    pub fn finish(self) -> Result<W, ExportError> {
        self.to.into_inner().map_err(|error| ExportError::Write(error.into_error()))
    }
}

fn escaped(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn json_of(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Empty => "null".to_owned(),
        Cell::Text(text) => escaped(text),
        Cell::Integer(number) => number.to_string(),
        Cell::Decimal(number) => format!("\"{number}\""),
        Cell::Money(money) => format!("\"{}\"", money.to_plain()),
        Cell::Day(day) => format!("\"{day}\""),
        Cell::Flag(flag) => flag.to_string(),
    }
}
