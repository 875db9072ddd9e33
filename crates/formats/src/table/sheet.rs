//! Workbooks into rows of typed cells: XLSX, XLS and ODS by calamine, and the HTML tables that
//! programs save under the name `.xls`. Decides what a cell holds; knows nothing of its meaning.

use super::civil;
use super::compound;
use super::number;
use calamine::{Data, Dimensions, Reader, Sheets};
use puntual_core::date::Day;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::io::Cursor;

/// A cell with the type the workbook gives it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Blank.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A date; its time of day is dropped.
    Day(Day),
    /// True or false.
    Flag(bool),
}

impl Cell {
    /// Whether nothing is in it but blanks.
    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// As text, for headers and previews.
    pub fn to_text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.normalize().to_string(),
            Cell::Day(day) => day.to_string(),
            Cell::Flag(flag) => flag.to_string(),
        }
    }
}

/// One sheet of a workbook.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Row number of the first row, counted from 1.
    pub first_row: usize,
    /// Its cells.
    pub rows: Vec<Vec<Cell>>,
}

/// Why a workbook was not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadWorkbook {
    /// It unpacks to more than what is read.
    TooLarge,
    /// It needs a password.
    Protected,
    /// Damaged, or no workbook.
    Unreadable(String),
}

/// Most bytes a workbook may unpack to: 200 MB.
const MAX_UNPACKED_BYTES: u64 = 200_000_000;
/// Most cells kept of one sheet.
const MAX_CELLS: usize = 40_000_000;

/// Opens a workbook held in memory.
pub fn open_workbook(bytes: &[u8]) -> Result<(&'static str, Vec<Sheet>), BadWorkbook> {
    let whole = match bytes.starts_with(b"PK") {
        true => {
            check_unpacked_size(bytes)?;
            Cow::Borrowed(bytes)
        }
        false => compound::checked(bytes)
            .ok_or_else(|| BadWorkbook::Unreadable("cortada / cut short".to_owned()))?,
    };
    let bytes = whole.as_ref();
    let unreadable = |error: &dyn std::fmt::Display| match error.to_string() {
        text if text.to_lowercase().contains("password") => BadWorkbook::Protected,
        text => BadWorkbook::Unreadable(text),
    };
    let mut workbook = calamine::open_workbook_auto_from_rs(Cursor::new(bytes))
        .map_err(|error| unreadable(&error))?;
    let container = match workbook {
        Sheets::Xls(_) => "xls",
        Sheets::Xlsx(_) => "xlsx",
        Sheets::Xlsb(_) => "xlsb",
        Sheets::Ods(_) => "ods",
    };
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        let range = match workbook.worksheet_range(&name) {
            Ok(range) => range,
            // A chart sheet among good ones is no reason to refuse the book.
            Err(_) if !sheets.is_empty() => continue,
            Err(error) => return Err(unreadable(&error)),
        };
        let Some((first_row, _)) = range.start() else {
            sheets.push(Sheet { name, first_row: 1, rows: Vec::new() });
            continue;
        };
        if range.height().saturating_mul(range.width()) > MAX_CELLS {
            return Err(BadWorkbook::TooLarge);
        }
        let mut rows: Vec<Vec<Cell>> =
            range.rows().map(|row| row.iter().map(cell_of).collect()).collect();
        let start = range.start().unwrap_or((0, 0));
        for region in merged_regions(&mut workbook, &name) {
            fill_merged(&mut rows, start, &region);
        }
        sheets.push(Sheet { name, first_row: first_row as usize + 1, rows });
    }
    Ok((container, sheets))
}

/// Adds up what the central directory says before anything is unpacked.
fn check_unpacked_size(bytes: &[u8]) -> Result<(), BadWorkbook> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| BadWorkbook::Unreadable(error.to_string()))?;
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        let entry = archive
            .by_index_raw(index)
            .map_err(|error| BadWorkbook::Unreadable(error.to_string()))?;
        unpacked = unpacked.saturating_add(entry.size());
    }
    if unpacked > MAX_UNPACKED_BYTES { Err(BadWorkbook::TooLarge) } else { Ok(()) }
}

fn merged_regions(workbook: &mut Sheets<Cursor<&[u8]>>, name: &str) -> Vec<Dimensions> {
    match workbook {
        Sheets::Xlsx(xlsx) => xlsx.merge_cells_by_sheet_name(name).unwrap_or_default(),
        Sheets::Xls(xls) => xls.merge_cells_by_sheet_name(name).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Repeats the text of a region merged over several rows in each of them: a customer's name
/// written once beside its invoices. Numbers are not repeated: an amount stands for one row.
fn fill_merged(rows: &mut [Vec<Cell>], start: (u32, u32), region: &Dimensions) {
    let row = |absolute: u32| absolute.checked_sub(start.0).map(|r| r as usize);
    let column = |absolute: u32| absolute.checked_sub(start.1).map(|c| c as usize);
    let (Some(top), Some(bottom), Some(left)) =
        (row(region.start.0), row(region.end.0), column(region.start.1))
    else {
        return;
    };
    let Some(Cell::Text(text)) = rows.get(top).and_then(|cells| cells.get(left)).cloned() else {
        return;
    };
    for cells in rows.iter_mut().take(bottom + 1).skip(top + 1) {
        if let Some(cell) = cells.get_mut(left)
            && cell.is_blank()
        {
            *cell = Cell::Text(text.clone());
        }
    }
}

fn cell_of(cell: &Data) -> Cell {
    match cell {
        Data::Empty => Cell::Empty,
        Data::Error(error) => Cell::Text(error.to_string()),
        Data::String(text) => Cell::Text(text.clone()),
        Data::Int(number) => Cell::Number(Decimal::from(*number)),
        Data::Float(number) => {
            number::from_float(*number).map_or_else(|| Cell::Text(number.to_string()), Cell::Number)
        }
        Data::Bool(flag) => Cell::Flag(*flag),
        Data::DateTime(moment) if moment.is_duration() => {
            number::from_float(moment.as_f64()).map_or(Cell::Empty, Cell::Number)
        }
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            Day::new(year.into(), month.into(), day.into()).map_or(Cell::Empty, Cell::Day)
        }
        Data::DateTimeIso(text) => match civil::read(text) {
            Some(civil::Written::Certain(day)) => Cell::Day(day),
            _ => Cell::Text(text.clone()),
        },
        Data::DurationIso(text) => Cell::Text(text.clone()),
    }
}

/// Reads the tables of a web page: rows by `tr`, cells by `td` and `th`, `rowspan` and `colspan`
/// respected. Tolerates what browsers tolerate: tags in any case, left open, or badly nested.
pub fn open_html(text: &str) -> Vec<Sheet> {
    let mut tables: Vec<Sheet> = Vec::new();
    let mut page = HtmlTable::default();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        page.text(&rest[..open]);
        rest = &rest[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let Some(close) = rest.find('>') else { break };
        let tag = &rest[1..close];
        rest = &rest[close + 1..];
        let name = tag.split_whitespace().next().unwrap_or("").trim_end_matches('/');
        match name.to_ascii_lowercase().as_str() {
            skipped @ ("script" | "style") => {
                let end = format!("</{skipped}");
                rest = find_ignoring_case(rest, &end).map_or("", |at| &rest[at..]);
            }
            "tr" => page.new_row(),
            "td" | "th" => page.new_cell(tag),
            "/td" | "/th" => page.end_cell(),
            "/tr" => page.end_row(),
            "br" | "/p" | "/div" => page.text(" "),
            "/table" => {
                page.end_row();
                let rows = std::mem::take(&mut page.rows);
                page = HtmlTable::default();
                if !rows.is_empty() {
                    let name = format!("table {}", tables.len() + 1);
                    tables.push(Sheet { name, first_row: 1, rows });
                }
            }
            _ => {}
        }
    }
    page.end_row();
    if !page.rows.is_empty() {
        let name = format!("table {}", tables.len() + 1);
        tables.push(Sheet { name, first_row: 1, rows: page.rows });
    }
    tables
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes().windows(wanted.len()).position(|w| w.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// Most columns a `colspan` may add, and rows a `rowspan` may reach.
const MAX_SPAN: usize = 200;

#[derive(Default)]
struct HtmlTable {
    rows: Vec<Vec<Cell>>,
    row: Option<Vec<Cell>>,
    cell: Option<String>,
    /// Column, rows left and text of cells that reach into the next rows.
    reaching: Vec<(usize, usize, String)>,
    spans: (usize, usize),
}

impl HtmlTable {
    fn text(&mut self, raw: &str) {
        if let Some(cell) = &mut self.cell {
            cell.push_str(&unescaped(raw));
        }
    }

    fn new_row(&mut self) {
        self.end_row();
        self.row = Some(Vec::new());
        self.place_reaching();
    }

    /// Puts the cells of earlier rows that reach into this one.
    fn place_reaching(&mut self) {
        let Some(row) = &mut self.row else { return };
        while let Some((_, left, text)) =
            self.reaching.iter_mut().find(|(column, left, _)| *column == row.len() && *left > 0)
        {
            *left -= 1;
            row.push(Cell::Text(text.clone()));
        }
    }

    fn new_cell(&mut self, tag: &str) {
        self.end_cell();
        if self.row.is_none() {
            self.new_row();
        }
        self.place_reaching();
        let span = |name| attribute(tag, name).and_then(|v| v.parse().ok()).unwrap_or(1_usize);
        self.spans = (span("colspan").clamp(1, MAX_SPAN), span("rowspan").clamp(1, MAX_SPAN));
        self.cell = Some(String::new());
    }

    fn end_cell(&mut self) {
        let (Some(text), Some(row)) = (self.cell.take(), &mut self.row) else { return };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (columns, rows) = self.spans;
        if rows > 1 {
            self.reaching.retain(|(_, left, _)| *left > 0);
            self.reaching.push((row.len(), rows - 1, text.clone()));
        }
        row.push(if text.is_empty() { Cell::Empty } else { Cell::Text(text) });
        row.extend(std::iter::repeat_n(Cell::Empty, columns - 1));
    }

    fn end_row(&mut self) {
        self.end_cell();
        if let Some(row) = self.row.take() {
            self.rows.push(row);
        }
    }
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let at = find_ignoring_case(tag, name)?;
    let rest = tag.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
    let rest = rest.trim_start_matches(['"', '\'']);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    rest.get(..end)
}

/// The characters behind the entities that tables use.
fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|b| b == b';');
        match end.and_then(|end| entity(&rest[1..end]).map(|c| (c, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    const NAMES: [(&str, char); 24] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("aacute", 'á'),
        ("eacute", 'é'),
        ("iacute", 'í'),
        ("oacute", 'ó'),
        ("uacute", 'ú'),
        ("Aacute", 'Á'),
        ("Eacute", 'É'),
        ("Iacute", 'Í'),
        ("Oacute", 'Ó'),
        ("Uacute", 'Ú'),
        ("ntilde", 'ñ'),
        ("Ntilde", 'Ñ'),
        ("uuml", 'ü'),
        ("Uuml", 'Ü'),
        ("euro", '€'),
        ("ordm", 'º'),
        ("ordf", 'ª'),
        ("deg", '°'),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, c)| *c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sheet: &Sheet) -> Vec<Vec<String>> {
        sheet.rows.iter().map(|row| row.iter().map(Cell::to_text).collect()).collect()
    }

    #[test]
    fn html_tables_become_rows() {
        let page = "<html><style>td{a}</style><TABLE><tr><th>Raz&oacute;n<th>Total</tr>\
            <tr><td rowspan=2>Uno &amp; Cía<td align=\"right\">1.210,00</td></tr><tr><td>2<br>3</td>\
            </table></html>";
        let tables = open_html(page);
        assert_eq!(tables.len(), 1);
        assert_eq!(
            texts(&tables[0]),
            [vec!["Razón", "Total"], vec!["Uno & Cía", "1.210,00"], vec!["Uno & Cía", "2 3"]]
        );
    }

    #[test]
    fn broken_markup_does_not_break_the_reader() {
        for page in
            ["<", "<table", "<td>", "<tr><td colspan=99999999999>x", "&#xffffffff;<td>&", "<!--"]
        {
            let _ = open_html(page);
        }
    }
}
