//! Bank statements that are tables: whatever a bank's layout, the same entries come out; a saved
//! profile reads what headers do not say; every row given is a row counted.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use proptest::prelude::*;
use puntual_core::date::Day;
use puntual_formats::json;
use puntual_formats::read::{self, ReadFile, ReadOptions};
use puntual_formats::record::{BankEntryRecord, Record, StatementRecord, Status};
use puntual_formats::table::preview::preview;
use puntual_formats::table::{self, DateOrder, DecimalStyle, Field, Mapping, RowKind, SignRule};
use rust_decimal::Decimal;
use std::fmt::Write;

fn read(name: &str, text: &str, options: &ReadOptions) -> ReadFile {
    table::read_table(name, text.as_bytes(), options)
}

fn entries(file: &ReadFile) -> Vec<&BankEntryRecord> {
    let records = file.records.iter().filter_map(|record| match record {
        Record::BankEntry(entry) => Some(&**entry),
        _ => None,
    });
    records.collect()
}

fn statements(file: &ReadFile) -> Vec<&StatementRecord> {
    let records = file.records.iter().filter_map(|record| match record {
        Record::Statement(statement) => Some(&**statement),
        _ => None,
    });
    records.collect()
}

fn codes(file: &ReadFile) -> Vec<&'static str> {
    file.all_problems().into_iter().map(|problem| problem.code).collect()
}

#[test]
fn a_profile_says_what_the_headers_of_a_bank_do_not() {
    let text = "A;B;C;D\r\n03/04/2026;X1;pago de Uno;-1.000\r\n05/06/2026;X2;comisión;2.500\r\n";
    let mapping = Mapping {
        rows: Some(RowKind::BankEntries),
        header_row: Some(1),
        sign: SignRule::Inverted,
        decimal: Some(DecimalStyle::Comma),
        date_order: Some(DateOrder::Mdy),
        columns: [
            ("A", Field::Date),
            ("B", Field::Reference),
            ("C", Field::Description),
            ("D", Field::Amount),
        ]
        .map(|(header, field)| (header.to_owned(), field))
        .into(),
        constants: [(Field::OwnAccount, "0012345678"), (Field::Currency, "CLP")]
            .map(|(field, value)| (field, value.to_owned()))
            .into(),
        ..Mapping::default()
    };
    let saved = serde_json::to_string(&mapping).unwrap();
    let mapping: Mapping = serde_json::from_str(&saved).unwrap();
    let options = ReadOptions { mapping: Some(mapping), ..ReadOptions::default() };
    let file = read("x.csv", text, &options);
    assert_eq!((file.format, file.status), ("bank-csv", Status::Ok), "{:?}", file.problems);
    let found = entries(&file);
    let amounts: Vec<Decimal> = found.iter().filter_map(|entry| entry.amount).collect();
    assert_eq!(amounts, [Decimal::from(1000), Decimal::from(-2500)]);
    assert_eq!(found[0].booked_on.unwrap().to_string(), "2026-03-04");
    assert_eq!(found[0].account.number.as_deref(), Some("0012345678"));
    assert_eq!(found[1].currency.as_deref(), Some("CLP"));
    assert_eq!(found[0].reference.as_deref(), Some("X1"));
}

#[test]
fn what_a_preview_shows_is_the_profile_that_is_saved() {
    let text = "Fecha;Concepto;Referencia;Cargos;Abonos;Saldo\n\
        31/01/2026;COBRO UNO;F-1;;100,00;1.100,00\n01/02/2026;COMISION;;5,00;;1.095,00\n";
    let seen = preview("x.csv", text.as_bytes(), &ReadOptions::default(), 10).unwrap();
    assert_eq!(seen.summary.row_kind, Some(RowKind::BankEntries));
    assert_eq!(seen.mapping.columns["Abonos"], Field::Credit);
    assert!(matches!(&seen.rows[1].records[..], [Record::BankEntry(entry), Record::Statement(_)]
        if entry.amount == Some(Decimal::from(-5))));
    let options = ReadOptions { mapping: Some(seen.mapping), ..ReadOptions::default() };
    assert_eq!(read("x.csv", text, &options).status, Status::Ok);
}

#[test]
fn the_json_of_a_statement_has_the_words_of_statements_and_of_tables() {
    let text = "Cuenta: ES9121000418450200051332\n\nFecha;Concepto;Importe (€);Saldo (€)\n\
        31/01/2026;COBRO UNO;100,00;1.100,00\n01/02/2026;COMISION;-5,00;1.095,00\n";
    let file = read("x.csv", text, &ReadOptions::default());
    let line = json::read_line(&file);
    assert_eq!(line["format"], "bank-csv");
    let doc = &line["docs"][0];
    for (key, value) in [
        ("account", "ES9121000418450200051332"),
        ("currency", "EUR"),
        ("opening", "1000"),
        ("closing", "1095"),
        ("sum_credit", "100"),
        ("sum_debit", "5"),
        ("from", "2026-01-31"),
        ("to", "2026-02-01"),
    ] {
        assert_eq!(doc[key], value, "{key}");
    }
    assert_eq!((&doc["entries"], &doc["rows"]), (&2.into(), &2.into()));
}

#[test]
fn a_year_comes_from_the_name_or_from_the_day_of_receipt() {
    let text = "Fecha;Glosa;Cargos;Abonos;Saldo\n30/12;UNO;;100;1.100\n03/01;DOS;50;;1.050\n";
    let days = |name: &str, received: Option<&str>| -> Vec<String> {
        let received_on = received.map(|day| day.parse::<Day>().unwrap());
        let options = ReadOptions { received_on, ..ReadOptions::default() };
        let file = read(name, text, &options);
        entries(&file).iter().filter_map(|e| e.booked_on).map(|day| day.to_string()).collect()
    };
    assert_eq!(days("cartola-2025-01.csv", None), ["2024-12-30", "2025-01-03"]);
    assert_eq!(days("cartola.csv", Some("2026-02-10")), ["2025-12-30", "2026-01-03"]);
    assert!(days("cartola.csv", None).is_empty());
    let file = read("cartola.csv", text, &ReadOptions::default());
    assert!(codes(&file).contains(&"no_year") && file.status == Status::Warn);
}

#[test]
fn an_order_of_dates_under_which_a_statement_is_unsorted_is_not_its_order() {
    let text = "Date,Description,Amount,Balance\n01/02/2026,A,1.00,11.00\n02/01/2026,B,1.00,12.00\n\
        03/01/2026,C,1.00,13.00\n04/02/2026,D,1.00,14.00\n05/01/2026,E,1.00,15.00\n";
    let file = read("x.csv", text, &ReadOptions::default());
    assert!(codes(&file).contains(&"assumed_date_order"), "{:?}", file.problems);
    assert_eq!(entries(&file)[0].booked_on.unwrap().to_string(), "2026-01-02");
}

#[test]
fn a_statement_saved_under_a_wrong_name_is_read_by_its_bytes() {
    let text = "Fecha\tConcepto\tImporte\tSaldo\n31/01/2026\tUNO\t10,00\t110,00\n\
        01/02/2026\tDOS\t-5,00\t105,00\n";
    for name in ["mov.xls", "mov.txt", "mov", "mov.csv"] {
        let file = read::read(name, text.as_bytes(), &ReadOptions::default());
        assert_eq!((file.format, file.status), ("bank-csv", Status::Ok), "{name}");
    }
}

/// Amounts as a layout family writes them.
#[derive(Clone, Copy, Debug)]
enum Family {
    Signed,
    Inverted,
    Split,
    NegativeDebit,
    Flagged,
}

const FAMILIES: [Family; 5] =
    [Family::Signed, Family::Inverted, Family::Split, Family::NegativeDebit, Family::Flagged];

fn written(family: Family, rows: &[(Day, i64, i64)]) -> String {
    let cents = |minor: i64| {
        let sign = if minor < 0 { "-" } else { "" };
        format!("{sign}{},{:02}", minor.abs() / 100, minor.abs() % 100)
    };
    let mut text = match family {
        Family::Signed | Family::Inverted => "Fecha;Concepto;Importe;Saldo\n",
        Family::Split | Family::NegativeDebit => "Fecha;Concepto;Cargo;Abono;Saldo\n",
        Family::Flagged => "Fecha;Concepto;Importe;D/C;Saldo\n",
    }
    .to_owned();
    for (day, amount, balance) in rows {
        let (y, m, d) = day.ymd();
        let figures = match (family, *amount < 0) {
            (Family::Signed, _) => cents(*amount),
            (Family::Inverted, _) => cents(-amount),
            (Family::Split, true) => format!("{};", cents(-amount)),
            (Family::NegativeDebit, true) => format!("{};", cents(*amount)),
            (Family::Split | Family::NegativeDebit, false) => format!(";{}", cents(*amount)),
            (Family::Flagged, true) => format!("{};D", cents(-amount)),
            (Family::Flagged, false) => format!("{};C", cents(*amount)),
        };
        let balance = cents(*balance);
        let _ = writeln!(text, "{d:02}/{m:02}/{y};MOVIMIENTO;{figures};{balance}");
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// However a bank writes its statement, the entries that come out are those that were booked.
    #[test]
    fn every_family_gives_the_same_entries(
        amounts in prop::collection::hash_set(1i64..9_000_000, 4..30),
        signs in prop::collection::vec(any::<bool>(), 30),
        opening in -9_000_000i64..9_000_000,
        newest_first in any::<bool>(),
    ) {
        let (mut balance, mut rows) = (opening, Vec::new());
        for (index, (amount, is_out)) in amounts.into_iter().zip(signs).enumerate() {
            let amount = if is_out { -amount } else { amount };
            balance += amount;
            rows.push((Day(20_480 + index as i32), amount, balance));
        }
        if newest_first {
            rows.reverse();
        }
        for family in FAMILIES {
            let file = read("x.csv", &written(family, &rows), &ReadOptions::default());
            let found: Vec<i64> = entries(&file).iter().filter_map(|entry| entry.amount)
                .map(|amount| (amount * Decimal::from(100)).try_into().unwrap()).collect();
            let given: Vec<i64> = rows.iter().map(|(_, amount, _)| *amount).collect();
            prop_assert_eq!(&found, &given, "{:?}: {:?}", family, file.problems);
            let statement = statements(&file)[0];
            let balance_of = |found: &Option<puntual_formats::record::BalanceRecord>|
                found.as_ref().and_then(|found| found.amount).unwrap() * Decimal::from(100);
            prop_assert_eq!(balance_of(&statement.opening), Decimal::from(opening));
            prop_assert_eq!(balance_of(&statement.closing), Decimal::from(balance));
            prop_assert!(statement.problems.is_empty());
        }
    }

    /// Every row that is not blank is an entry, a total, a note, a repeated header or more text.
    #[test]
    fn every_row_is_counted_once(rows in prop::collection::vec(
        prop::collection::vec("|Fecha|TOTAL|Saldo anterior|[ -~áñ]{0,12}|-?[0-9]{1,7}([.,][0-9]{1,3})?|[0-9]{1,2}/[0-9]{1,2}(/20[0-9]{2})?", 6), 0..12))
    {
        let mut text = "Fecha;Fecha valor;Descripción;Cargo;Abono;Saldo\n".to_owned();
        for row in &rows {
            text += &row.iter().map(|cell| cell.replace([';', '"'], " ")).collect::<Vec<_>>().join(";");
            text += "\n";
        }
        let file = read("x.csv", &text, &ReadOptions::default());
        if let Some(summary) = file.summaries.first().filter(|summary| !table::is_held_back(summary)) {
            let counted = summary.rows + summary.total_rows + summary.note_rows
                + summary.repeated_headers + summary.continuation_rows;
            let rules = text.lines().skip(1).filter(|line| {
                let mut cells = line.split(';').map(str::trim).filter(|cell| !cell.is_empty()).peekable();
                cells.peek().is_some()
                    && cells.all(|cell| cell.len() >= 3 && cell.bytes().all(|b| b"-=_+|".contains(&b)))
            }).count() as u64;
            prop_assert_eq!(counted + rules + 1, summary.nonempty_rows, "{}", text);
            prop_assert_eq!(entries(&file).len() as u64, summary.rows);
        }
    }

    #[test]
    fn no_statement_panics(above in "[ -~áñ\n]{0,200}", below in "[ -~áñ;\n]{0,300}") {
        let text = format!("{above}\nFecha;Descripción;Importe;Saldo;Cuenta;Divisa\n{below}");
        let _ = read("x.csv", &text, &ReadOptions::default());
        let _ = preview("x.csv", text.as_bytes(), &ReadOptions::default(), 5);
    }
}
