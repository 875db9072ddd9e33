//! What is exported can be read back, and harms no spreadsheet.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::money::Money;
use puntual_formats::out::{Cell, CsvWriter, Export, ExportError, ExportFormat};
use puntual_formats::read::ReadOptions;
use puntual_formats::record::{DocumentRecord, Record};
use puntual_formats::table;
use std::io::Cursor;

const COLUMNS: [&str; 7] =
    ["customer_id", "customer_name", "doc_number", "issue_date", "due_date", "currency", "amount"];

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn exported(format: ExportFormat) -> Vec<u8> {
    let mut export = Export::new(format, Cursor::new(Vec::new()), &COLUMNS).unwrap();
    for (code, name, number, minor, currency) in [
        ("0001", "Núñez, Peña \"y\" Cía.", "0000123", 125_050, Currency::MXN),
        ("0002", "=HYPERLINK(\"http://evil.example\")", "F-2", -833_000, Currency::CLP),
        ("0003", "línea\nnueva", "F-3", 1, Currency::EUR),
    ] {
        export
            .row(&[
                Cell::Text(code),
                Cell::Text(name),
                Cell::Text(number),
                Cell::Day(day("2026-03-01")),
                Cell::Day(day("2026-03-31")),
                Cell::Text(currency.code()),
                Cell::Money(Money::new(minor, currency)),
            ])
            .unwrap();
    }
    export.finish().unwrap().into_inner()
}

fn documents(name: &str, bytes: &[u8]) -> Vec<DocumentRecord> {
    let file = table::read_table(name, bytes, &ReadOptions::default());
    file.records
        .into_iter()
        .filter_map(|record| match record {
            Record::Document(document) => Some(*document),
            _ => None,
        })
        .collect()
}

#[test]
fn csv_and_xlsx_read_back_as_written() {
    for (format, name) in [(ExportFormat::Csv, "x.csv"), (ExportFormat::Xlsx, "x.xlsx")] {
        let documents = documents(name, &exported(format));
        assert_eq!(documents.len(), 3, "{name}");
        let first = &documents[0];
        assert_eq!(first.buyer.code.as_deref(), Some("0001"));
        assert_eq!(first.buyer.name.as_deref(), Some("Núñez, Peña \"y\" Cía."));
        assert_eq!(first.number.as_deref(), Some("0000123"));
        assert_eq!(first.issue_date, Some(day("2026-03-01")));
        assert_eq!(first.dues[0].date, Some(day("2026-03-31")));
        assert_eq!(first.total, Some("1250.50".parse().unwrap()));
        assert_eq!(documents[1].total, Some("-833000".parse().unwrap()));
        assert_eq!(documents[1].buyer.name.as_deref(), Some("=HYPERLINK(\"http://evil.example\")"));
        assert_eq!(documents[2].total, Some("0.01".parse().unwrap()));
    }
}

#[test]
fn formulas_leave_csv_disarmed() {
    let text = String::from_utf8(exported(ExportFormat::Csv)).unwrap();
    assert!(text.contains("'=HYPERLINK"));
    let mut writer = CsvWriter::new(Vec::new(), &["a", "b"]).unwrap();
    for hostile in ["=1+1", "+1", "-1", "@x", "\tx", "\rx"] {
        writer.row(&[Cell::Text(hostile), Cell::Integer(-1)]).unwrap();
    }
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    // Text is disarmed; a typed number keeps its sign.
    assert_eq!(text.matches('\'').count(), 6);
    assert_eq!(text.matches(",-1").count(), 6);
}

#[test]
fn a_workbook_holds_formulas_as_text() {
    let bytes = exported(ExportFormat::Xlsx);
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(
        &mut zip.by_name("xl/worksheets/sheet1.xml").unwrap(),
        &mut sheet,
    )
    .unwrap();
    assert!(!sheet.contains("<f>"), "no formula is written");
    assert!(sheet.contains("HYPERLINK"));
}

#[test]
fn the_same_rows_make_the_same_bytes() {
    for format in [ExportFormat::Csv, ExportFormat::Xlsx, ExportFormat::Jsonl] {
        assert_eq!(exported(format), exported(format));
    }
}

#[test]
fn json_lines_are_objects_with_money_as_text() {
    let text = String::from_utf8(exported(ExportFormat::Jsonl)).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["amount"], "1250.50");
    assert_eq!(lines[1]["amount"], "-833000");
    assert_eq!(lines[0]["due_date"], "2026-03-31");
}

#[test]
fn a_row_of_another_width_is_refused() {
    for format in [ExportFormat::Csv, ExportFormat::Xlsx, ExportFormat::Jsonl] {
        let mut export = Export::new(format, Cursor::new(Vec::new()), &["a", "b"]).unwrap();
        let refused = export.row(&[Cell::Empty]);
        assert!(matches!(refused, Err(ExportError::Width { cells: 1, columns: 2 })));
    }
}
