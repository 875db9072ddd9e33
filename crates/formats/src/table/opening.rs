//! Opening: which container the bytes are, and the rows of it as often as they are needed. Text is
//! read again from the source in each pass and never held; workbooks are held whole.

use super::bank;
use super::fixed_width::Widths;
use super::headers;
use super::plan::{self, TopRow};
use super::problems;
use super::rows::{Row, Rows};
use super::sheet::{self, BadWorkbook, Sheet};
use super::sheet_ml;
use super::text::{self, Cut, Decoded, TextEncoding};
use crate::read::ReadOptions;
use crate::record::Problem;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

/// What tables are read from: bytes that can be read again.
pub trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// Bytes looked at to find the delimiter.
const HEAD_BYTES: usize = 64 * 1024;
/// Rows of the top looked at to find the header and to tell columns apart.
const TOP_ROWS: usize = 220;
/// Rows of each earlier table looked at for what they say of this one.
const ROWS_OF_OTHERS: usize = 40;
/// Words of a header that make a further sheet of a workbook a table.
const WORDS_OF_A_TABLE: u32 = 4;
/// Most bytes of a workbook read into memory.
const MAX_BOOK_BYTES: u64 = 200_000_000;

enum Content {
    Text {
        encoding: TextEncoding,
        cut: Cut,
    },
    Book {
        sheets: Vec<Sheet>,
        /// The sheet being read.
        chosen: usize,
        /// Every sheet that holds a table, the one chosen at first included.
        tables: Vec<usize>,
        /// Whether a person asked for one sheet.
        is_asked: bool,
    },
}

/// An opened table.
pub struct Table<'s> {
    source: &'s mut dyn Source,
    content: Content,
    /// `text`, `xlsx`, `xls`, `ods`, `html`, `xml`.
    pub container: &'static str,
}

impl<'s> Table<'s> {
    /// Opens a source of any supported container.
    ///
    /// # Errors
    /// When it cannot be read, is protected or too large; the problem says which.
    pub fn open(source: &'s mut dyn Source, options: &ReadOptions) -> Result<Table<'s>, Problem> {
        let mut head = vec![0; HEAD_BYTES];
        rewind(source)?;
        let filled = read_some(source, &mut head)?;
        head.truncate(filled);
        let is_book = head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0");
        if is_book {
            let bytes = read_whole(source)?;
            let (container, sheets) = sheet::open_workbook(&bytes).map_err(bad_workbook)?;
            return Table::of_book(source, container, sheets, options);
        }
        let mapping = options.mapping.as_ref();
        rewind(source)?;
        let wanted = mapping.and_then(|mapping| mapping.encoding.as_deref());
        let encoding = text::detect_encoding(source, wanted).map_err(unreadable)?;
        let top = encoding.decode(&head);
        if sheet_ml::is_spreadsheet_ml(&top) {
            let page = whole_text(source, &encoding)?;
            return Table::of_book(source, "xml", sheet_ml::open(&page)?, options);
        }
        if looks_like_html(&top) {
            let page = whole_text(source, &encoding)?;
            return Table::of_book(source, "html", sheet::open_html(&page), options);
        }
        let cut = text::detect_cut(&top, mapping.and_then(|mapping| mapping.delimiter));
        Ok(Table { source, content: Content::Text { encoding, cut }, container: "text" })
    }

    fn of_book(
        source: &'s mut dyn Source,
        container: &'static str,
        sheets: Vec<Sheet>,
        options: &ReadOptions,
    ) -> Result<Table<'s>, Problem> {
        if sheets.is_empty() {
            return Err(problems::source_unreadable("sin hojas / no sheets"));
        }
        let wanted = options.mapping.as_ref().and_then(|mapping| mapping.sheet.as_deref());
        let by_name = wanted.and_then(|name| sheets.iter().position(|sheet| sheet.name == name));
        let chosen = by_name.unwrap_or_else(|| best_sheet(&sheets));
        let is_table =
            |index: &usize| *index == chosen || header_words(&sheets[*index]) >= WORDS_OF_A_TABLE;
        let tables = (0..sheets.len()).filter(is_table).collect();
        let is_asked = by_name.is_some();
        Ok(Table { source, content: Content::Book { sheets, chosen, tables, is_asked }, container })
    }

    /// The sheets to be read, in their order: all that hold a table, unless a person asked for one.
    /// A text is one.
    pub fn tables(&self) -> Vec<usize> {
        match &self.content {
            Content::Book { tables, is_asked: false, .. } => tables.clone(),
            Content::Book { .. } | Content::Text { .. } => vec![self.chosen()],
        }
    }

    /// The sheet being read; at first the one best understood.
    pub fn chosen(&self) -> usize {
        match &self.content {
            Content::Book { chosen, .. } => *chosen,
            Content::Text { .. } => 0,
        }
    }

    /// Names of the sheets that hold a table and were not asked for.
    pub fn not_asked_for(&self) -> Vec<String> {
        match &self.content {
            Content::Book { sheets, chosen, tables, is_asked: true } => {
                let others = tables.iter().filter(|index| *index != chosen);
                others.filter_map(|index| sheets.get(*index)).map(|s| s.name.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Turns to another sheet.
    pub fn turn_to(&mut self, index: usize) {
        if let Content::Book { chosen, .. } = &mut self.content {
            *chosen = index;
        }
    }

    /// Name of the sheet read.
    pub fn sheet_name(&self) -> Option<&str> {
        match &self.content {
            Content::Book { sheets, chosen, .. } => {
                sheets.get(*chosen).map(|sheet| sheet.name.as_str())
            }
            Content::Text { .. } => None,
        }
    }

    /// Number of sheets; 0 for text.
    pub fn sheet_count(&self) -> usize {
        match &self.content {
            Content::Book { sheets, .. } => sheets.len(),
            Content::Text { .. } => 0,
        }
    }

    /// Rows of the tables before the one read: pages put the account above the movements in a table
    /// of its own, and a second account between its movements and those of the first.
    pub fn before(&self) -> Vec<TopRow> {
        let Content::Book { sheets, chosen, tables, .. } = &self.content else { return Vec::new() };
        if self.container != "html" {
            return Vec::new();
        }
        let last = tables.iter().filter(|index| *index < chosen).max();
        let nearest = last.map_or(0, |index| index + 1);
        let from = if nearest < *chosen { nearest } else { 0 };
        (from..*chosen)
            .filter(|index| !tables.contains(index))
            .flat_map(|index| top_of(&sheets[index], ROWS_OF_OTHERS))
            .collect()
    }

    /// Name of a layout that is known by its widths alone.
    pub fn layout(&self) -> Option<&'static str> {
        match &self.content {
            Content::Text { cut: Cut::Widths(Widths::Cartera), .. } => Some("a3_cartera"),
            _ => None,
        }
    }

    /// Label of the encoding of a text.
    pub fn encoding(&self) -> Option<&'static str> {
        match &self.content {
            Content::Text { encoding, .. } => Some(encoding.label),
            Content::Book { .. } => None,
        }
    }

    /// Delimiter of a text.
    pub fn delimiter(&self) -> Option<char> {
        match &self.content {
            Content::Text { cut: Cut::Delimited { delimiter, .. }, .. } => Some(*delimiter as char),
            _ => None,
        }
    }

    /// Gives every row to `each`, from the first, until it asks to stop.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn each(
        &mut self,
        each: &mut dyn FnMut(usize, Row<'_>) -> ControlFlow<()>,
    ) -> Result<(), Problem> {
        let mut rows = match &self.content {
            Content::Text { encoding, cut } => {
                rewind(self.source)?;
                Rows::of_text(Decoded::new(self.source, encoding), cut.clone())
            }
            Content::Book { sheets, chosen, .. } => match sheets.get(*chosen) {
                Some(sheet) => Rows::of_sheet(sheet),
                None => return Ok(()),
            },
        };
        loop {
            match rows.next() {
                Ok(Some((number, row))) => {
                    if each(number, row).is_break() {
                        return Ok(());
                    }
                }
                Ok(None) => return Ok(()),
                Err(error) => return Err(unreadable(error)),
            }
        }
    }

    /// The first rows that are not blank, as text.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn top(&mut self) -> Result<Vec<TopRow>, Problem> {
        let mut top = Vec::new();
        self.each(&mut |number, row| {
            if !row.is_blank() {
                top.push(TopRow { number, cells: row.texts() });
            }
            if top.len() < TOP_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(top)
    }
}

fn rewind(source: &mut dyn Source) -> Result<(), Problem> {
    source.seek(SeekFrom::Start(0)).map(|_| ()).map_err(unreadable)
}

fn unreadable(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::FileTooLarge => problems::endless_row(),
        _ => problems::source_unreadable(&error.to_string()),
    }
}

fn bad_workbook(error: BadWorkbook) -> Problem {
    match error {
        BadWorkbook::TooLarge => problems::workbook_too_large(),
        BadWorkbook::Protected => problems::workbook_protected(),
        BadWorkbook::Unreadable(detail) => problems::source_unreadable(&detail),
    }
}

fn read_some(source: &mut dyn Source, buffer: &mut [u8]) -> Result<usize, Problem> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]).map_err(unreadable)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

fn read_whole(source: &mut dyn Source) -> Result<Vec<u8>, Problem> {
    rewind(source)?;
    let mut bytes = Vec::new();
    source.take(MAX_BOOK_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BOOK_BYTES {
        return Err(problems::workbook_too_large());
    }
    Ok(bytes)
}

fn whole_text(source: &mut dyn Source, encoding: &TextEncoding) -> Result<String, Problem> {
    rewind(source)?;
    let mut page = String::new();
    let mut decoded = Decoded::new(source, encoding).take(MAX_BOOK_BYTES);
    decoded.read_to_string(&mut page).map_err(unreadable)?;
    Ok(page)
}

fn looks_like_html(top: &str) -> bool {
    let start = top.trim_start().get(..500.min(top.trim_start().len()));
    let start = match start {
        Some(start) => start.to_ascii_lowercase(),
        None => top.chars().take(400).collect::<String>().trim_start().to_ascii_lowercase(),
    };
    // Pages without a head begin with anything: styles, titles, a form.
    let is_page = |start: &str| start.contains("<table") || start.contains("<html");
    start.starts_with('<') && (is_page(&start) || is_page(&top.to_ascii_lowercase()))
}

/// See [`super::is_table`].
pub fn is_table(name: &str, head: &[u8]) -> bool {
    let Ok(encoding) = text::detect_encoding(&mut &head[..], None) else { return false };
    let mut top = encoding.decode(head);
    if top.chars().take(4000).any(|c| c < ' ' && !matches!(c, '\t' | '\n' | '\r' | '\u{c}')) {
        return false;
    }
    if sheet_ml::is_spreadsheet_ml(&top) {
        return true;
    }
    if looks_like_html(&top) {
        let page = top.to_ascii_lowercase();
        return page.contains("<table") && page.contains("<tr");
    }
    // The last line may be cut by the end of the head.
    if let Some(end) = top.rfind('\n') {
        top.truncate(end);
    }
    let cut = text::detect_cut(&top, None);
    let Cut::Delimited { delimiter, .. } = cut else { return true };
    let rows: Vec<Vec<&str>> = top
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(60)
        .map(|line| line.split(char::from(delimiter)).collect())
        .collect();
    let is_header =
        |row: &Vec<&str>| headers::header_score(row).1 >= 2 || bank::headers::words_of(row) >= 3;
    if rows.iter().any(is_header) {
        return true;
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let named = matches!(extension.as_deref(), Some("csv" | "tsv" | "tab" | "xls"));
    named && rows.iter().any(|row| row.len() > 1)
}

/// The sheet whose header has most known words; the first among equals.
fn best_sheet(sheets: &[Sheet]) -> usize {
    let mut best = (0, 0);
    for (index, sheet) in sheets.iter().enumerate() {
        let words = header_words(sheet);
        if words > best.1 {
            best = (index, words);
        }
    }
    best.0
}

fn header_words(sheet: &Sheet) -> u32 {
    let top = top_of(sheet, 60);
    let cells =
        |index: usize| -> Vec<&str> { top[index].cells.iter().map(String::as_str).collect() };
    let general = plan::find_header(&top, None).map(|index| headers::header_score(&cells(index)).1);
    let statement = bank::headers::find(&top, top.len())
        .map(|(index, _)| bank::headers::words_of(&cells(index)));
    general.max(statement).unwrap_or(0)
}

/// The first rows of a sheet as text.
fn top_of(sheet: &Sheet, rows: usize) -> Vec<TopRow> {
    let numbered = sheet.rows.iter().take(rows).enumerate();
    numbered
        .map(|(index, row)| TopRow {
            number: sheet.first_row + index,
            cells: row.iter().map(sheet::Cell::to_text).collect(),
        })
        .collect()
}
