//! The shared sample tables (ERP exports, SII sales books) against their expected figures, and the
//! shared datasets against their known counts. Both live beside the repository; where they are
//! absent the tests say so and pass.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use puntual_formats::read::ReadOptions;
use puntual_formats::record::{DocumentKind, Record, Status};
use puntual_formats::table::{self, TableSummary};
use rust_decimal::Decimal;
use serde_json::Value;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(part);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is not here", path.display());
    None
}

fn read(path: &Path) -> (Vec<Record>, TableSummary) {
    let mut records = Vec::new();
    let file = fs::File::open(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    let summary = table::stream(&name, file, &ReadOptions::default(), &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    });
    (records, summary.unwrap().remove(0))
}

/// Which outcomes satisfy an expectation, as the checker of the samples has it.
fn satisfies(expected: &str, actual: Status) -> bool {
    match expected {
        "ok" => matches!(actual, Status::Ok | Status::Warn),
        "warn" => matches!(actual, Status::Ok | Status::Warn | Status::Quarantine),
        "quarantine" => matches!(actual, Status::Quarantine | Status::Reject),
        "reject" => actual == Status::Reject,
        "ignore" => actual == Status::Ignore,
        _ => false,
    }
}

/// The figure of a summary under the name that the samples give it.
fn figure(summary: &TableSummary, records: &[Record], key: &str) -> Option<Value> {
    let decimal = |sum: Option<Decimal>| sum.map(|d| d.normalize().to_string().into());
    match key {
        // The samples call a workbook of the old binary kind by a name of their own.
        "container" if summary.container == "xls" => Some("xls-binary".into()),
        "container" => Some(summary.container.into()),
        "encoding" => summary.encoding.map(Into::into),
        "sheets" => Some(summary.sheets.into()),
        "nonempty_rows" => Some(summary.nonempty_rows.into()),
        "columns" => summary.columns.map(Into::into),
        "rows" => Some(summary.rows.into()),
        "numbered_rows" => Some(summary.numbered_rows.into()),
        "sum_total" => decimal(summary.sum_total()),
        "sum_open" => decimal(summary.sum_open()),
        "sum_paid" => decimal(summary.sum_paid()),
        "sum_debit" => decimal(summary.sum_debit()),
        "sum_credit" => decimal(summary.sum_credit()),
        "delimiter" => summary.delimiter.map(|delimiter| delimiter.to_string().into()),
        "invalid_ids" => Some(summary.invalid_ids.into()),
        "folios" => Some(
            records
                .iter()
                .filter_map(|record| match record {
                    Record::Document(document) => document.number.clone(),
                    _ => None,
                })
                .collect::<Vec<_>>()
                .into(),
        ),
        _ => None,
    }
}

#[test]
fn every_sample_table_agrees_with_its_expected_figures() {
    let Some(samples) = shared("samples") else { return };
    let expected = fs::read_to_string(samples.join("expected.jsonl")).unwrap();
    let (mut files, mut figures, mut wrong) = (0, 0, Vec::new());
    for line in expected.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let file = line["file"].as_str().unwrap();
        if !["erp/", "dte-rcv/", "bank-csv/"].iter().any(|folder| file.starts_with(folder)) {
            continue;
        }
        files += 1;
        let (records, summary) = read(&samples.join(file));
        let expect = line["expect"].as_str().unwrap();
        if !satisfies(expect, summary.status()) {
            wrong.push(format!(
                "{file}: {:?}, expected {expect}: {:?}",
                summary.status(),
                summary.problems
            ));
        }
        let bytes = fs::read(samples.join(file)).unwrap();
        let whole = puntual_formats::read::read(file, &bytes, &ReadOptions::default());
        if whole.status != summary.status() || whole.summaries.len() != 1 {
            wrong.push(format!("{file}: read as {} {:?}", whole.format, whole.status));
        }
        for (key, value) in line["docs"][0].as_object().unwrap() {
            let Some(actual) = figure(&summary, &records, key) else { continue };
            figures += 1;
            let same = match (value, &actual) {
                (Value::String(a), Value::String(b)) if key.starts_with("sum") => {
                    a.parse::<Decimal>().unwrap() == b.parse::<Decimal>().unwrap()
                }
                _ => *value == actual,
            };
            if !same {
                wrong.push(format!("{file}: {key} is {actual}, expected {value}"));
            }
        }
    }
    assert!(files >= 37 && figures >= 200, "{files} files, {figures} figures");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn documents(records: &[Record]) -> impl Iterator<Item = &puntual_formats::record::DocumentRecord> {
    records.iter().filter_map(|record| match record {
        Record::Document(document) => Some(&**document),
        _ => None,
    })
}

fn dataset(name: &str) -> Option<(Vec<Record>, TableSummary)> {
    let path = shared("datasets")?.join(name);
    Some(read(&path))
}

#[test]
fn the_highradius_extract_reads_whole() {
    let Some((records, summary)) = dataset("highradius_extract_2019-09-30.csv") else { return };
    assert_eq!((summary.layout, summary.rows), (Some("highradius_extract"), 27_282));
    let without_number = documents(&records).filter(|d| d.number.is_none()).collect::<Vec<_>>();
    assert_eq!(without_number.len(), 6);
    assert!(
        without_number
            .iter()
            .all(|d| d.status == Status::Quarantine && d.type_code.as_deref() == Some("X2"))
    );
    let reversed = documents(&records)
        .filter(|d| d.problems.iter().any(|p| p.code == "due_before_issue"))
        .count();
    // 115 distinct rows; three of them stand twice.
    assert_eq!(reversed, 118);
    let by_currency: Vec<(&str, u64)> =
        summary.sums.iter().map(|sums| (sums.currency.as_str(), sums.rows)).collect();
    assert_eq!(by_currency, [("USD", 25_094), ("CAD", 2_188)]);
    assert_eq!(summary.outcomes[3], 6);
    let first = documents(&records).next().unwrap();
    assert_eq!(first.number.as_deref(), Some("1929646410"));
    assert_eq!(first.buyer.code.as_deref(), Some("0200980828"));
    assert_eq!(first.issue_date.unwrap().to_string(), "2019-07-22");
    assert_eq!(first.dues[0].date.unwrap().to_string(), "2019-08-11");
    assert_eq!(first.cleared_on.unwrap().to_string(), "2019-08-08");
    assert_eq!(first.total, Some("79656.6".parse().unwrap()));
}

#[test]
fn the_ibm_files_read_whole() {
    for (name, rows) in [
        ("WA_Fn-UseC_-Accounts-Receivable.csv", 2_466),
        ("WA_Fn-UseC_-Accounts-Receivable.leadingzeros.csv", 2_466),
        ("WA_Fn-UseC_-Accounts-Receivable_with_missing.csv", 2_586),
        ("ibm_neutral.csv", 2_466),
    ] {
        let Some((records, summary)) = dataset(name) else { return };
        assert_eq!(summary.rows, rows, "{name}");
        assert!(
            documents(&records).all(|d| d.cleared_on.is_some()
                && d.issue_date.is_some()
                && d.dues.len() == 1
                && d.buyer.code.is_some()
                && d.number.is_some()),
            "{name}"
        );
        assert!(documents(&records).any(|d| d.disputed == Some(true)), "{name}");
        assert!(summary.status() <= Status::Warn, "{name}: {:?}", summary.problems);
    }
    let Some((records, _)) = dataset("WA_Fn-UseC_-Accounts-Receivable.leadingzeros.csv") else {
        return;
    };
    assert_eq!(documents(&records).next().unwrap().number.as_deref(), Some("0000611365"));
}

#[test]
fn the_long_tail_file_reads_with_its_partial_payments() {
    let Some((records, summary)) = dataset("unicorn_inc.csv") else { return };
    assert_eq!(summary.rows, 3_107);
    assert!(summary.status() <= Status::Warn, "{:?}", summary.problems);
    let closed = documents(&records).filter(|d| d.open == Some(Decimal::ZERO)).count();
    assert!(closed >= 2_300, "{closed}");
    let partly = documents(&records).find(|d| d.number.as_deref() == Some("DF2026289")).unwrap();
    assert_eq!(partly.total, Some("1150".parse().unwrap()));
    assert_eq!(partly.open, Some("525.03".parse().unwrap()));
    assert_eq!(partly.terms_days, Some(30));
    assert_eq!(partly.buyer.email.as_deref(), Some("matthew@lifespringmedical.com"));
    assert_eq!(partly.issue_date.unwrap().to_string(), "2025-01-22");
}

#[test]
fn the_workbook_of_1500_rows_reads_whole() {
    let Some((records, summary)) = dataset("highradius_sample_1500.xlsx") else { return };
    assert_eq!((summary.container, summary.rows), ("xlsx", 1_500));
    let first = documents(&records).next().unwrap();
    assert_eq!(first.total, Some("79656.6".parse().unwrap()));
    assert_eq!(first.issue_date.unwrap().to_string(), "2019-07-22");
    assert_eq!(first.dues[0].date.unwrap().to_string(), "2019-08-11");
    assert_eq!(first.cleared_on.unwrap().to_string(), "2019-08-08");
    assert_eq!(first.kind, DocumentKind::Invoice);
}

#[test]
fn the_sample_exports_say_what_their_programs_say() {
    let Some(samples) = shared("samples/erp") else { return };
    let (records, _) = read(&samples.join("syn__sap_fbl5n_hoja.xlsx"));
    let payments: Vec<_> = records
        .iter()
        .filter_map(|r| match r {
            Record::Payment(p) => Some(p.amount.unwrap().to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(payments, ["2000"]);
    let numbers: Vec<_> = documents(&records).filter_map(|d| d.number.as_deref()).collect();
    assert_eq!(numbers, ["F2026/0001", "F2026/0002", "RF2026/0001"]);
    assert!(documents(&records).all(|d| d.buyer.code.as_deref() == Some("0000100045")));

    let (records, _) = read(&samples.join("syn__es_holded_facturas_venta.xlsx"));
    let second = documents(&records).nth(1).unwrap();
    assert_eq!(second.total, Some("3025.61".parse().unwrap()));
    assert_eq!(second.open, Some("1025.61".parse().unwrap()));
    assert_eq!(documents(&records).nth(2).unwrap().kind, DocumentKind::CreditNote);

    let (records, _) = read(&samples.join("syn__cl_defontana_informe_clientes.xlsx"));
    let kinds: Vec<_> = documents(&records).map(|d| d.kind.as_str()).collect();
    assert_eq!(kinds, ["invoice", "invoice", "credit_note", "invoice"]);
    assert!(documents(&records).all(|d| d.currency.as_deref() == Some("CLP")));

    let (records, _) = read(&samples.join("syn__es_a3erp_cartera.txt"));
    let last = documents(&records).last().unwrap();
    assert_eq!(last.buyer.name.as_deref(), Some("Núñez & Peña, C.B."));
    assert!(last.dues.is_empty());
    assert_eq!(last.open, Some("72.30".parse().unwrap()));
}
