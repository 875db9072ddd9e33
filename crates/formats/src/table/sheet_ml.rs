//! XML Spreadsheet 2003 ("SpreadsheetML"), which programs save under the name `.xls`, into rows of
//! typed cells. Knows nothing of what the cells mean.

use super::civil;
use super::sheet::{Cell, Sheet};
use crate::record::Problem;
use crate::xml;
use roxmltree::Node;

/// Most columns or rows that an index may skip.
const MAX_SKIPPED: usize = 2_000;

/// Whether a text begins as such a workbook.
pub fn is_spreadsheet_ml(start: &str) -> bool {
    let start = start.get(..2_048).unwrap_or(start).to_ascii_lowercase();
    start.trim_start_matches('\u{feff}').trim_start().starts_with('<')
        && start.contains("urn:schemas-microsoft-com:office:spreadsheet")
        && start.contains("workbook")
}

/// Reads the sheets.
///
/// # Errors
/// When it is no XML, or too large.
pub fn open(text: &str) -> Result<Vec<Sheet>, Problem> {
    let document = xml::parse(text)?;
    let sheets = xml::children(document.root_element(), "Worksheet");
    Ok(sheets.map(sheet).collect())
}

fn sheet(node: Node<'_, '_>) -> Sheet {
    let name = xml::attribute(node, "Name").unwrap_or_default();
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for table in xml::children(node, "Table") {
        for row in xml::children(table, "Row") {
            rows.resize(position(row, rows.len()), Vec::new());
            rows.push(cells(row));
        }
    }
    Sheet { name, first_row: 1, rows }
}

fn cells(row: Node<'_, '_>) -> Vec<Cell> {
    let mut cells = Vec::new();
    for node in xml::children(row, "Cell") {
        cells.resize(position(node, cells.len()), Cell::Empty);
        let content = xml::child(node, "Data");
        cells.push(content.map_or(Cell::Empty, cell));
        let across = xml::attribute(node, "MergeAcross").and_then(|n| n.parse().ok());
        let across: usize = across.unwrap_or(0);
        cells.extend(std::iter::repeat_n(Cell::Empty, across.min(MAX_SKIPPED)));
    }
    cells
}

/// Where a row or cell stands, from 0: its `Index`, which counts from 1, or the next place.
fn position(node: Node<'_, '_>, next: usize) -> usize {
    let index = xml::attribute(node, "Index").and_then(|text| text.parse::<usize>().ok());
    match index {
        Some(index) => index.saturating_sub(1).clamp(next, next + MAX_SKIPPED),
        None => next,
    }
}

fn cell(content: Node<'_, '_>) -> Cell {
    let text: String =
        content.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
    let text = text.trim();
    match xml::attribute(content, "Type").as_deref() {
        _ if text.is_empty() => Cell::Empty,
        Some("Number") => {
            match text.parse().or_else(|_| rust_decimal::Decimal::from_scientific(text)) {
                Ok(number) => Cell::Number(number),
                Err(_) => Cell::Text(text.to_owned()),
            }
        }
        Some("DateTime") => match civil::read(text) {
            Some(civil::Written::Certain(day)) => Cell::Day(day),
            _ => Cell::Text(text.to_owned()),
        },
        Some("Boolean") => Cell::Flag(text == "1"),
        _ => Cell::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_where_their_index_says() {
        let text = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
            xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"A\"><Table>\
            <Row ss:Index=\"2\"><Cell ss:Index=\"2\"><Data ss:Type=\"Number\">1.50</Data></Cell>\
            <Cell><Data ss:Type=\"DateTime\">2026-03-31T00:00:00.000</Data></Cell></Row></Table></Worksheet>\
            </Workbook>";
        assert!(is_spreadsheet_ml(text));
        let sheets = open(text).unwrap();
        assert_eq!((sheets[0].name.as_str(), sheets[0].rows.len()), ("A", 2));
        let texts: Vec<String> = sheets[0].rows[1].iter().map(Cell::to_text).collect();
        assert_eq!(texts, ["", "1.5", "2026-03-31"]);
        assert!(!is_spreadsheet_ml("<html><table></table></html>"));
    }
}
