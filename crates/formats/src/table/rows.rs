//! Rows one after another, whatever they come from, and which of them are no records: rules of
//! dashes, repeated headers, totals. Knows nothing of fields beyond which columns hold text.

use super::fixed_width::Widths;
use super::headers;
use super::sheet::{Cell, Sheet};
use super::text::{Cut, Decoded};
use csv::StringRecord;
use puntual_core::date::Day;
use rust_decimal::Decimal;
use std::io::{self, BufRead, BufReader};

/// One cell, borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'r> {
    /// Blank.
    Empty,
    /// Text, trimmed.
    Text(&'r str),
    /// A typed number.
    Number(Decimal),
    /// A typed date.
    Day(Day),
    /// A typed truth value.
    Flag(bool),
}

/// One row, borrowed.
#[derive(Clone, Copy, Debug)]
pub enum Row<'r> {
    /// Of a text file.
    Text(&'r StringRecord),
    /// Of a workbook.
    Cells(&'r [Cell]),
}

impl<'r> Row<'r> {
    /// Number of cells.
    pub fn width(self) -> usize {
        match self {
            Row::Text(record) => record.len(),
            Row::Cells(cells) => cells.len(),
        }
    }

    /// The cell of a column; blank past the end.
    pub fn value(self, column: usize) -> Value<'r> {
        match self {
            Row::Text(record) => match record.get(column).map(trimmed) {
                None | Some("") => Value::Empty,
                Some(text) => Value::Text(text),
            },
            Row::Cells(cells) => match cells.get(column) {
                None | Some(Cell::Empty) => Value::Empty,
                Some(Cell::Text(text)) => match trimmed(text) {
                    "" => Value::Empty,
                    text => Value::Text(text),
                },
                Some(Cell::Number(number)) => Value::Number(*number),
                Some(Cell::Day(day)) => Value::Day(*day),
                Some(Cell::Flag(flag)) => Value::Flag(*flag),
            },
        }
    }

    /// The cell as written, before trimming: a leading tab matters to spreadsheets.
    pub fn raw(self, column: usize) -> Option<&'r str> {
        match self {
            Row::Text(record) => record.get(column),
            Row::Cells(cells) => match cells.get(column) {
                Some(Cell::Text(text)) => Some(text),
                _ => None,
            },
        }
    }

    /// The cell as text.
    pub fn text(self, column: usize) -> String {
        match self {
            Row::Text(record) => record.get(column).map(trimmed).unwrap_or("").to_owned(),
            Row::Cells(cells) => cells.get(column).map(Cell::to_text).unwrap_or_default(),
        }
    }

    /// All cells as text.
    pub fn texts(self) -> Vec<String> {
        (0..self.width()).map(|column| self.text(column)).collect()
    }

    /// Whether every cell is blank.
    pub fn is_blank(self) -> bool {
        (0..self.width()).all(|column| self.value(column) == Value::Empty)
    }

    /// Whether the row only draws a line: `-----`, `=====`, `|---|---|`.
    pub fn is_rule(self) -> bool {
        let mut drawn = false;
        for column in 0..self.width() {
            match self.value(column) {
                Value::Empty => {}
                Value::Text(text) => {
                    let line = text.bytes().all(|b| matches!(b, b'-' | b'=' | b'_' | b'+' | b'|'));
                    if !line || text.len() < 3 {
                        return false;
                    }
                    drawn = true;
                }
                _ => return false,
            }
        }
        drawn
    }
}

/// Blanks, including the no-break space, cut from both ends.
fn trimmed(text: &str) -> &str {
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.last()) {
        // Nothing to cut, which is the usual case.
        (Some(b'!'..=b'~'), Some(b'!'..=b'~')) => text,
        _ => text.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}' || c == '\u{feff}'),
    }
}

/// Words that begin a total or subtotal row.
const TOTAL_WORDS: [&str; 12] = [
    "total",
    "totales",
    "subtotal",
    "subtotales",
    "sub total",
    "suma",
    "sumas",
    "gran total",
    "saldo final",
    "saldo total",
    "total general",
    "grand total",
];

/// Whether the text names a total: `TOTAL GENERAL`, `Subtotal CLIENTE UNO`, SAP's `*` and `**`.
pub fn names_a_total(text: &str) -> bool {
    if text.bytes().all(|b| b == b'*') && !text.is_empty() {
        return true;
    }
    let starred = text.trim_start_matches('*');
    match starred.trim_start().as_bytes().first() {
        Some(b't' | b'T' | b's' | b'S' | b'g' | b'G') => {}
        _ => return false,
    }
    let normal = headers::normal(starred);
    TOTAL_WORDS.iter().any(|word| {
        normal.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

/// Rows of any source, in order.
pub enum Rows<'s> {
    /// Cells between delimiters.
    Delimited {
        /// The reader.
        reader: Box<csv::Reader<Decoded<'s>>>,
        /// Room for the current row.
        record: StringRecord,
        /// Line where the row before began, as the reader counts.
        last_line: usize,
        /// 1 once it is known that lines end in CR LF, which the reader counts one late.
        late_by: usize,
        /// Number given to the row before; lines that end in CR alone are not counted at all.
        last_number: usize,
    },
    /// Fixed width.
    Lines {
        /// The lines.
        lines: Box<BufReader<Decoded<'s>>>,
        /// Where their cells are.
        widths: Widths,
        /// Whether the header that the layout implies has still to be given.
        is_header_due: bool,
        /// Room for the current line.
        line: String,
        /// Number of the current line; 0 is the header that the layout implies.
        number: usize,
        /// Room for the current row.
        record: StringRecord,
    },
    /// A sheet of a workbook.
    Sheet {
        /// The sheet.
        sheet: &'s Sheet,
        /// Rows given so far.
        at: usize,
    },
}

impl<'s> Rows<'s> {
    /// Rows of a text.
    pub fn of_text(decoded: Decoded<'s>, cut: Cut) -> Rows<'s> {
        match cut {
            Cut::Delimited { delimiter, quoted } => {
                let reader = csv::ReaderBuilder::new()
                    .delimiter(delimiter)
                    .quoting(quoted)
                    .flexible(true)
                    .has_headers(false)
                    .buffer_capacity(256 * 1024)
                    .from_reader(decoded);
                Rows::Delimited {
                    reader: Box::new(reader),
                    record: StringRecord::new(),
                    last_line: 0,
                    late_by: 0,
                    last_number: 0,
                }
            }
            Cut::Widths(widths) => {
                let header = widths.implied_header();
                Rows::Lines {
                    lines: Box::new(BufReader::new(decoded)),
                    widths,
                    is_header_due: header.is_some(),
                    line: String::new(),
                    number: 0,
                    record: header.unwrap_or_default(),
                }
            }
        }
    }

    /// Rows of a sheet.
    pub fn of_sheet(sheet: &'s Sheet) -> Rows<'s> {
        Rows::Sheet { sheet, at: 0 }
    }

    /// The next row with its number counted from 1, or `None` at the end.
    ///
    /// # Errors
    /// When the source cannot be read, or a row has no end.
    pub fn next(&mut self) -> io::Result<Option<(usize, Row<'_>)>> {
        match self {
            Rows::Delimited { reader, record, last_line, late_by, last_number } => {
                reader.get_mut().begin_row();
                if !reader.read_record(record).map_err(cause)? {
                    return Ok(None);
                }
                let line = record.position().map_or(0, |position| position.line() as usize);
                if line == *last_line {
                    *late_by = 1;
                }
                *last_line = line;
                *last_number = (line + *late_by).max(*last_number + 1);
                Ok(Some((*last_number, Row::Text(record))))
            }
            Rows::Lines { lines, widths, is_header_due, line, number, record } => {
                if std::mem::take(is_header_due) {
                    return Ok(Some((0, Row::Text(record))));
                }
                lines.get_mut().begin_row();
                line.clear();
                if lines.read_line(line)? == 0 {
                    return Ok(None);
                }
                *number += 1;
                *record = widths.cells(*number, line.trim_end_matches(['\r', '\n']));
                Ok(Some((*number, Row::Text(record))))
            }
            Rows::Sheet { sheet, at } => {
                let Some(cells) = sheet.rows.get(*at) else { return Ok(None) };
                *at += 1;
                Ok(Some((sheet.first_row + *at - 1, Row::Cells(cells))))
            }
        }
    }
}

/// What the source said, where the reader of rows only passes it on.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_told_by_their_words() {
        for text in ["TOTAL GENERAL", "Subtotal CLIENTE UNO", "*", "** Total", "Suma:", "Sub-total"]
        {
            assert!(names_a_total(text), "{text}");
        }
        for text in [
            "TOTALENERGIES SA",
            "Sumitomo",
            "",
            "Saldo anterior",
            "Total-ly Ltd x".get(..0).unwrap(),
        ] {
            assert!(!names_a_total(text), "{text}");
        }
    }

    #[test]
    fn rules_are_no_rows() {
        assert!(Row::Text(&StringRecord::from(vec!["", "-----", "----", ""])).is_rule());
        assert!(!Row::Text(&StringRecord::from(vec!["-", "1"])).is_rule());
    }
}
