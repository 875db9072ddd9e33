//! Lists and figures as people see them, written into a file for their own spreadsheet.
//!
//! Decides nothing about which rows or columns: whoever shows a list writes what it shows.

use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::Deed;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::money::Money;
use puntual_core::ratio::Ratio;
use puntual_formats::out::{self, Export, ExportFormat};
use rust_decimal::Decimal;
use std::io::Cursor;

/// Decimals of a ratio in a file.
const RATIO_DECIMALS: u32 = 6;

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Smallest units of a currency.
    Money(i64, Currency),
    /// A civil day.
    Day(Day),
    /// A ratio; empty where undefined.
    Ratio(Option<Ratio>),
}

/// A file being written.
pub struct Sheet {
    export: Export<Cursor<Vec<u8>>>,
}

impl Sheet {
    /// Begins a file of a format (`csv`, `xlsx`, `jsonl`) with its titles.
    pub fn new(ctx: &Ctx, format: &str, titles: &[&str]) -> Result<Sheet, ServiceError> {
        ctx.require(Deed::Export)?;
        let known = ExportFormat::of_name(&format!("sheet.{format}"));
        let format = known.ok_or_else(|| ServiceError::invalid("format", "csv, xlsx, jsonl"))?;
        Ok(Sheet { export: Export::new(format, Cursor::new(Vec::new()), titles)? })
    }

    /// Writes a row.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), ServiceError> {
        let cells: Vec<out::Cell<'_>> = cells.iter().map(written).collect();
        Ok(self.export.row(&cells)?)
    }

    /// The whole file.
    pub fn finish(self) -> Result<Vec<u8>, ServiceError> {
        Ok(self.export.finish()?.into_inner())
    }
}

fn written(cell: &Cell) -> out::Cell<'_> {
    match cell {
        Cell::Empty | Cell::Ratio(None) => out::Cell::Empty,
        Cell::Text(text) => out::Cell::Text(text),
        Cell::Integer(number) => out::Cell::Integer(*number),
        Cell::Money(minor, currency) => out::Cell::Money(Money::new(*minor, *currency)),
        Cell::Day(day) => out::Cell::Day(*day),
        Cell::Ratio(Some(ratio)) => {
            let decimal = ratio.to_decimal(RATIO_DECIMALS).parse::<Decimal>();
            decimal.map_or(out::Cell::Empty, |value| out::Cell::Decimal(value.normalize()))
        }
    }
}
