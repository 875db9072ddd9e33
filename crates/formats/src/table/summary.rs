//! What was found in a table as a whole: how it was opened, which rows were rows, and control
//! sums to compare with the source's own totals.

use super::mapping::{DateOrder, DecimalStyle, RowKind};
use crate::record::{Problem, Status};
use puntual_core::date::Day;
use rust_decimal::Decimal;

/// Sums of one currency. Amounts of different currencies are never added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrencySums {
    /// ISO 4217 code; empty when neither file nor caller says it.
    pub currency: String,
    /// Rows in it.
    pub rows: u64,
    /// Sum of the totals, signed as written; `None` without such a column.
    pub total: Option<Decimal>,
    /// Sum of what the source says is open.
    pub open: Option<Decimal>,
    /// Sum of what the source says was paid.
    pub paid: Option<Decimal>,
    /// Sum of the debits of a bank statement, positive.
    pub debit: Option<Decimal>,
    /// Sum of the credits of a bank statement.
    pub credit: Option<Decimal>,
}

/// How a table was read, and its control totals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableSummary {
    /// `text`, `xlsx`, `xls`, `ods`, `html`, `xml` (XML Spreadsheet 2003).
    pub container: &'static str,
    /// Name of the sheet read.
    pub sheet: Option<String>,
    /// Sheets in the workbook; 0 for text.
    pub sheets: usize,
    /// Label of the encoding of a text file (`utf-8`, `cp1252`, `utf-16le`).
    pub encoding: Option<&'static str>,
    /// Delimiter of a text file; `None` for fixed width.
    pub delimiter: Option<char>,
    /// Row of the header, counted from 1; `None` for layouts without one.
    pub header_row: Option<usize>,
    /// Rows with at least one cell that is not blank, header and footers included.
    pub nonempty_rows: u64,
    /// Columns of the header.
    pub columns: Option<usize>,
    /// The layout recognised by its headers (`rcv_sales`, `sap_items`), if it is a known one.
    pub layout: Option<&'static str>,
    /// What the rows are; `None` when it could not be told.
    pub row_kind: Option<RowKind>,
    /// Decimal sign used.
    pub decimal: Option<DecimalStyle>,
    /// Date order used, where one was needed.
    pub date_order: Option<DateOrder>,
    /// Rows with content of their own: header, totals, rules and continuations are not counted.
    pub rows: u64,
    /// Rows with a document number.
    pub numbered_rows: u64,
    /// Total and subtotal rows left out.
    pub total_rows: u64,
    /// Titles, notes and footers among or after the rows, left out.
    pub note_rows: u64,
    /// Header rows met again and left out.
    pub repeated_headers: u64,
    /// Rows that only add to the row before (extra references, extra taxes).
    pub continuation_rows: u64,
    /// Documents of which the source says that nothing is open any more.
    pub settled_rows: u64,
    /// Whether it lists what was open on a day and nothing else: a document it no longer names has
    /// been settled or withdrawn in its source. A list of new documents says nothing of others.
    pub lists_open_items: bool,
    /// The day a title above the header names as that of the list.
    pub as_of: Option<Day>,
    /// Tax ids that fail their check.
    pub invalid_ids: u64,
    /// Bank statements handed over.
    pub statements: usize,
    /// Control sums by currency, in order of first appearance.
    pub sums: Vec<CurrencySums>,
    /// Records handed over, by outcome: ok, warn, ignore, quarantine, reject.
    pub outcomes: [u64; 5],
    /// Problems of the table as a whole.
    pub problems: Vec<Problem>,
}

impl TableSummary {
    /// Worst outcome of table and records.
    pub fn status(&self) -> Status {
        const ORDER: [Status; 5] =
            [Status::Ok, Status::Warn, Status::Ignore, Status::Quarantine, Status::Reject];
        let own = self.problems.iter().map(|p| p.status).max().unwrap_or_default();
        let useful = self.outcomes[0] + self.outcomes[1] > 0;
        let worst_record = ORDER
            .iter()
            .zip(self.outcomes)
            .filter(|(_, count)| *count > 0)
            .map(|(status, _)| *status)
            .map(|status| match status {
                Status::Ignore if useful => Status::Ok,
                Status::Reject if useful => Status::Warn,
                other => other,
            })
            .max()
            .unwrap_or_default();
        own.max(worst_record)
    }

    /// Sum of totals, when all rows are of one currency.
    pub fn sum_total(&self) -> Option<Decimal> {
        self.single().and_then(|sums| sums.total)
    }

    /// Sum of open amounts, when all rows are of one currency.
    pub fn sum_open(&self) -> Option<Decimal> {
        self.single().and_then(|sums| sums.open)
    }

    /// Sum of paid amounts, when all rows are of one currency.
    pub fn sum_paid(&self) -> Option<Decimal> {
        self.single().and_then(|sums| sums.paid)
    }

    /// Sum of the debits of a bank statement, when all rows are of one currency.
    pub fn sum_debit(&self) -> Option<Decimal> {
        self.single().and_then(|sums| sums.debit)
    }

    /// Sum of the credits of a bank statement, when all rows are of one currency.
    pub fn sum_credit(&self) -> Option<Decimal> {
        self.single().and_then(|sums| sums.credit)
    }

    fn single(&self) -> Option<&CurrencySums> {
        match self.sums.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    pub(crate) fn count_outcome(&mut self, status: Status) {
        let index = match status {
            Status::Ok => 0,
            Status::Warn => 1,
            Status::Ignore => 2,
            Status::Quarantine => 3,
            Status::Reject => 4,
        };
        self.outcomes[index] += 1;
    }
}
