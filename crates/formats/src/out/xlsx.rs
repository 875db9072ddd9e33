//! Excel workbooks: real dates and numbers, header frozen and filtered, one sheet after another
//! when the rows pass what a sheet holds. Rows leave memory as they are written (the writer keeps
//! them in an unnamed temporary file until the workbook is packed).

use super::{Cell, ExportError, check_width};
use puntual_core::date::Day;
use puntual_core::money::Money;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::io::{Seek, Write};

/// Rows of a sheet, its header included (ECMA-376 implementations: 2^20).
const MAX_ROWS: u32 = 1_048_576;
/// Characters of a cell.
const MAX_CELL_CHARS: usize = 32_767;
/// Largest whole number a cell keeps exactly: fifteen digits.
const MAX_EXACT: u64 = 999_999_999_999_999;

/// Writes rows of a workbook.
pub struct XlsxWriter<W: Write + Seek + Send> {
    to: W,
    workbook: Workbook,
    columns: Vec<String>,
    formats: Formats,
    /// Index of the sheet being written.
    sheet: usize,
    /// Row to be written next, counted from 0.
    row: u32,
    rows_per_sheet: u32,
}

struct Formats {
    header: Format,
    day: Format,
    /// By number of decimals, 0 to 4.
    money: [Format; 5],
}

impl From<XlsxError> for ExportError {
    fn from(error: XlsxError) -> ExportError {
        ExportError::Workbook(error.to_string())
    }
}

impl<W: Write + Seek + Send> XlsxWriter<W> {
    /// Starts with the column names.
    ///
    /// # Errors
    /// When the workbook cannot be started.
    pub fn new(to: W, columns: &[&str]) -> Result<XlsxWriter<W>, ExportError> {
        XlsxWriter::with_rows_per_sheet(to, columns, MAX_ROWS)
    }

    fn with_rows_per_sheet(
        to: W,
        columns: &[&str],
        rows_per_sheet: u32,
    ) -> Result<XlsxWriter<W>, ExportError> {
        let mut workbook = Workbook::new();
        // Without a date of its own, the same rows make the same bytes.
        let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let money = |digits: &str| Format::new().set_num_format(format!("#,##0{digits}"));
        let formats = Formats {
            header: Format::new().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            money: [money(""), money(".0"), money(".00"), money(".000"), money(".0000")],
        };
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        let mut writer =
            XlsxWriter { to, workbook, columns, formats, sheet: 0, row: 0, rows_per_sheet };
        writer.start_sheet()?;
        Ok(writer)
    }

    fn start_sheet(&mut self) -> Result<(), ExportError> {
        let sheet = self.workbook.add_worksheet_with_constant_memory();
        sheet.set_freeze_panes(1, 0)?;
        for (column, name) in self.columns.iter().enumerate() {
            sheet.write_string_with_format(
                0,
                column_number(column)?,
                name,
                &self.formats.header,
            )?;
        }
        self.row = 1;
        Ok(())
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When it has another number of cells than columns, or the temporary file is refused.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        check_width(cells.len(), self.columns.len())?;
        if self.row >= self.rows_per_sheet {
            self.sheet += 1;
            self.start_sheet()?;
        }
        let sheet = self.workbook.worksheet_from_index(self.sheet)?;
        for (column, cell) in cells.iter().enumerate() {
            write_cell(sheet, self.row, column_number(column)?, cell, &self.formats)?;
        }
        self.row += 1;
        Ok(())
    }

    /// Packs the workbook and gives the destination back.
    ///
    /// # Errors
    /// When the destination refuses it.
    pub fn finish(mut self) -> Result<W, ExportError> {
        self.workbook.save_to_writer(&mut self.to)?;
        Ok(self.to)
    }
}

fn column_number(column: usize) -> Result<u16, ExportError> {
    u16::try_from(column).map_err(|_| ExportError::Workbook("too many columns".to_owned()))
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell<'_>,
    formats: &Formats,
) -> Result<(), ExportError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            let kept: String = text.chars().take(MAX_CELL_CHARS).collect();
            sheet.write_string(row, column, kept)?;
        }
        // Longer numbers would lose digits: they are written as text.
        Cell::Integer(number) if number.unsigned_abs() <= MAX_EXACT => {
            sheet.write_number(row, column, *number as f64)?;
        }
        Cell::Integer(number) => {
            sheet.write_string(row, column, number.to_string())?;
        }
        Cell::Decimal(number) => match number.to_string().parse::<f64>() {
            Ok(number) => {
                sheet.write_number(row, column, number)?;
            }
            Err(_) => {
                sheet.write_string(row, column, number.to_string())?;
            }
        },
        Cell::Money(money) => write_money(sheet, row, column, *money, formats)?,
        Cell::Day(day) => write_day(sheet, row, column, *day, formats)?,
        Cell::Flag(flag) => {
            sheet.write_boolean(row, column, *flag)?;
        }
    }
    Ok(())
}

fn write_money(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    money: Money,
    formats: &Formats,
) -> Result<(), ExportError> {
    let decimals = money.currency.decimals().min(4) as usize;
    if money.minor.unsigned_abs() > MAX_EXACT {
        sheet.write_string(row, column, money.to_plain())?;
        return Ok(());
    }
    let major = money.minor as f64 / money.currency.scale() as f64;
    sheet.write_number_with_format(row, column, major, &formats.money[decimals])?;
    Ok(())
}

/// Excel knows no date before 1900: such dates are text.
fn write_day(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    day: Day,
    formats: &Formats,
) -> Result<(), ExportError> {
    let (year, month, day_of_month) = day.ymd();
    let known = u16::try_from(year)
        .ok()
        .filter(|year| *year >= 1900)
        .and_then(|year| ExcelDateTime::from_ymd(year, month as u8, day_of_month as u8).ok());
    match known {
        Some(moment) => sheet.write_datetime_with_format(row, column, &moment, &formats.day)?,
        None => sheet.write_string(row, column, day.to_string())?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn rows_beyond_a_sheet_go_to_the_next() {
        let to = Cursor::new(Vec::new());
        let mut writer = XlsxWriter::with_rows_per_sheet(to, &["n"], 4).unwrap();
        for number in 0..7 {
            writer.row(&[Cell::Integer(number)]).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).unwrap();
        let heights: Vec<usize> = calamine::Reader::worksheets(&mut book)
            .into_iter()
            .map(|(_, range)| range.height())
            .collect();
        assert_eq!(heights, [4, 4, 2]);
    }
}
