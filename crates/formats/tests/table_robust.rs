//! Workbooks with traps, saved mappings, previews, and bytes of any kind.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use proptest::prelude::*;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::money::Money;
use puntual_formats::out::{Cell, Export, ExportFormat};
use puntual_formats::read::ReadOptions;
use puntual_formats::record::{DocumentRecord, Record, Status};
use puntual_formats::table::preview::{Topic, preview};
use puntual_formats::table::{self, DateOrder, DecimalStyle, Field, Mapping, RowKind};
use rust_xlsxwriter::{Format, Workbook};
use std::io::Cursor;

fn documents(name: &str, bytes: &[u8], options: &ReadOptions) -> (Status, Vec<DocumentRecord>) {
    let file = table::read_table(name, bytes, options);
    let documents = file
        .records
        .iter()
        .filter_map(|record| match record {
            Record::Document(document) => Some((**document).clone()),
            _ => None,
        })
        .collect();
    (file.status, documents)
}

fn codes(name: &str, bytes: &[u8]) -> Vec<&'static str> {
    let file = table::read_table(name, bytes, &ReadOptions::default());
    file.problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_name_merged_over_several_rows_belongs_to_each() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 3, "Saldos por cliente", &Format::new()).unwrap();
    for (column, header) in ["Cliente", "Folio", "Vencimiento", "Saldo"].iter().enumerate() {
        sheet.write_string(2, column as u16, *header).unwrap();
    }
    sheet.merge_range(3, 0, 4, 0, "Maderas del Sur", &Format::new()).unwrap();
    for (row, folio, saldo) in [(3, "01", 100.0), (4, "02", 200.0), (5, "03", 300.0)] {
        sheet.write_string(row, 1, folio).unwrap();
        sheet.write_string(row, 2, "31/12/2026").unwrap();
        sheet.write_number(row, 3, saldo).unwrap();
    }
    sheet.write_string(5, 0, "Otro").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let (_, documents) = documents("x.xlsx", &bytes, &ReadOptions::default());
    let names: Vec<_> = documents.iter().filter_map(|d| d.buyer.name.as_deref()).collect();
    assert_eq!(names, ["Maderas del Sur", "Maderas del Sur", "Otro"]);
    assert_eq!(documents[1].open, Some(200.into()));
}

#[test]
fn dates_that_a_spreadsheet_swapped_wait_for_a_person() {
    let mut export = Export::new(
        ExportFormat::Xlsx,
        Cursor::new(Vec::new()),
        &["Cliente", "Folio", "Fecha", "Total"],
    )
    .unwrap();
    let typed = |text: &str| Cell::Day(text.parse::<Day>().unwrap());
    // 03/04 and 05/06 became dates, 25/04 and 30/06 stayed text.
    for (folio, date) in [
        ("1", typed("2026-03-04")),
        ("2", Cell::Text("25/04/2026")),
        ("3", typed("2026-05-06")),
        ("4", Cell::Text("30/06/2026")),
    ] {
        export.row(&[Cell::Text("Uno"), Cell::Text(folio), date, Cell::Integer(10)]).unwrap();
    }
    let bytes = export.finish().unwrap().into_inner();
    assert!(codes("x.xlsx", &bytes).contains(&"half_converted_dates"));
    assert_eq!(
        documents("x.xlsx", &bytes, &ReadOptions::default()),
        (Status::Quarantine, Vec::new())
    );
}

#[test]
fn numbers_kept_as_text_in_a_workbook_prove_their_style() {
    let mut export = Export::new(
        ExportFormat::Xlsx,
        Cursor::new(Vec::new()),
        &["Cliente", "Folio", "Vencimiento", "Importe"],
    )
    .unwrap();
    let money = Cell::Money(Money::new(123_456, Currency::EUR));
    for (folio, amount) in [("1", Cell::Text("1.210,50")), ("2", money), ("3", Cell::Text("2.000"))]
    {
        let due = Cell::Day("2026-03-04".parse().unwrap());
        export.row(&[Cell::Text("Uno"), Cell::Text(folio), due, amount]).unwrap();
    }
    let bytes = export.finish().unwrap().into_inner();
    let (_, documents) = documents("x.xlsx", &bytes, &ReadOptions::default());
    let totals: Vec<String> =
        documents.iter().filter_map(|d| d.total).map(|t| t.normalize().to_string()).collect();
    assert_eq!(totals, ["1210.5", "1234.56", "2000"]);
}

const UNPROVED: &str = "Customer,Invoice #,Invoice Date,Due Date,Amount\r\n\
    ACME,0042,01/02/2026,02/03/2026,833.000\r\nBeta,0043,03/04/2026,04/05/2026,12.500\r\n";

#[test]
fn questions_are_asked_and_the_answers_are_obeyed() {
    let bytes = UNPROVED.as_bytes();
    let seen = preview("x.csv", bytes, &ReadOptions::default(), 10).unwrap();
    let must: Vec<Topic> =
        seen.questions.iter().filter(|q| q.must_be_answered).map(|q| q.topic).collect();
    assert!(must.contains(&Topic::DateOrder) && must.contains(&Topic::DecimalStyle));
    assert_eq!(seen.columns[1].field, Field::DocumentNumber);
    assert_eq!(seen.columns[1].samples, ["0042", "0043"]);
    assert_eq!(seen.rows.len(), 2);

    let mut mapping = seen.mapping;
    mapping.date_order = Some(DateOrder::Mdy);
    mapping.decimal = Some(DecimalStyle::Comma);
    mapping.constants.insert(Field::Currency, "CLP".to_owned());
    let saved = serde_json::to_string(&mapping).unwrap();
    let mapping: Mapping = serde_json::from_str(&saved).unwrap();
    let options = ReadOptions { mapping: Some(mapping), ..ReadOptions::default() };
    let (status, documents) = documents("x.csv", bytes, &options);
    assert_eq!(status, Status::Ok);
    assert_eq!(documents[0].issue_date.unwrap().to_string(), "2026-01-02");
    assert_eq!(documents[0].total, Some(833_000.into()));
    assert_eq!(documents[0].currency.as_deref(), Some("CLP"));
}

#[test]
fn a_currency_without_decimals_proves_the_thousands() {
    let options = ReadOptions {
        currency: Some("CLP".to_owned()),
        country: Some("CL".to_owned()),
        ..ReadOptions::default()
    };
    let (status, documents) = documents("x.csv", UNPROVED.as_bytes(), &options);
    assert_eq!(status, Status::Warn, "the date order is the country's custom, and said so");
    assert_eq!(documents[0].total, Some(833_000.into()));
    assert_eq!(documents[0].issue_date.unwrap().to_string(), "2026-02-01");
}

#[test]
fn a_mapping_says_what_headers_do_not() {
    let text = "x\r\nA1;B2;C3;D4\r\nACME;77;31/12/2026;1,5\r\n";
    let mapping = Mapping {
        rows: Some(RowKind::Documents),
        header_row: Some(2),
        columns: [
            ("A1", Field::CustomerName),
            ("B2", Field::DocumentNumber),
            ("C3", Field::DueDate),
            ("D4", Field::Total),
        ]
        .map(|(header, field)| (header.to_owned(), field))
        .into(),
        ..Mapping::default()
    };
    let options = ReadOptions { mapping: Some(mapping), ..ReadOptions::default() };
    let (_, documents) = documents("x.csv", text.as_bytes(), &options);
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0].number.as_deref(), Some("77"));
    assert_eq!(documents[0].total, Some("1.5".parse().unwrap()));
}

#[test]
fn what_is_a_table_is_told_by_its_first_bytes() {
    for (name, bytes) in [
        ("a.txt", &b"Cliente;Folio;Total\n"[..]),
        ("a.xls", b"<html><table><tr><td>a</td></tr></table></html>"),
        ("a.csv", b"x;y\n1;2\n"),
    ] {
        assert!(table::is_table(name, bytes), "{name}");
    }
    for (name, bytes) in
        [("a.txt", &b"hello world"[..]), ("a.bin", b"\x00\x01\x02;\x03"), ("a", b"")]
    {
        assert!(!table::is_table(name, bytes), "{name}");
    }
}

#[test]
fn damaged_workbooks_are_refused_not_feared() {
    let mut export =
        Export::new(ExportFormat::Xlsx, Cursor::new(Vec::new()), &["Folio", "Total"]).unwrap();
    export.row(&[Cell::Text("1"), Cell::Integer(1)]).unwrap();
    let bytes = export.finish().unwrap().into_inner();
    for cut in (0..bytes.len()).step_by(97) {
        let _ = table::read_table("x.xlsx", &bytes[..cut], &ReadOptions::default());
    }
    let (status, _) = documents("x.xlsx", &bytes[..bytes.len() / 2], &ReadOptions::default());
    assert_eq!(status, Status::Reject);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = table::read_table("x.csv", &bytes, &ReadOptions::default());
        let _ = table::is_table("x.csv", &bytes);
        let _ = preview("x.csv", &bytes, &ReadOptions::default(), 5);
    }

    #[test]
    fn no_table_panics(rows in prop::collection::vec(
        prop::collection::vec("[ -~áñ\u{fffd}]{0,12}|-?[0-9]{1,30}([.,][0-9]{1,30})?|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}", 9), 0..8))
    {
        let mut text = "Cliente;RUT;Tipo;Folio;Fecha;Vencimiento;Total;Saldo;Moneda\n".to_owned();
        for row in rows {
            text += &row.join(";");
            text += "\n";
        }
        let _ = table::read_table("x.csv", text.as_bytes(), &ReadOptions::default());
        let lines = "Num factura;Nombre;Precio;Unidades;Dto;IVA;Retencion;Cobrado;Moneda\n".to_owned()
            + text.split_once('\n').map_or("", |(_, rest)| rest);
        let _ = table::read_table("x.csv", lines.as_bytes(), &ReadOptions::default());
    }

    /// What is written is what is read, however the country writes it.
    #[test]
    fn amounts_and_dates_round_trip(minors in prop::collection::vec(-99_999_999i64..99_999_999, 1..20), start in 10_000i32..25_000) {
        let mut text = "Cliente;Folio;Fecha emisión;Vencimiento;Moneda;Importe\n".to_owned();
        for (index, minor) in minors.iter().enumerate() {
            let (y, m, d) = Day(start + index as i32).ymd();
            let sign = if *minor < 0 { "-" } else { "" };
            let (whole, cents) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
            text += &format!("Uno;{index};{d:02}/{m:02}/{y};31/12/2069;EUR;{sign}{whole},{cents:02}\n");
        }
        let (_, documents) = documents("x.csv", text.as_bytes(), &ReadOptions::default());
        prop_assert_eq!(documents.len(), minors.len());
        for (index, (document, minor)) in documents.iter().zip(&minors).enumerate() {
            prop_assert_eq!(document.total, Some(rust_decimal::Decimal::new(*minor, 2)));
            prop_assert_eq!(document.issue_date, Some(Day(start + index as i32)));
        }
    }
}
