//! The reference figures, from the raw files through the real import to the reports, on both
//! engines: real portfolios to the cent, and the worked examples G1 and M1.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::aging::{Basis, CreditPolicy};
use puntual_core::currency::Currency;
use puntual_core::history::Step;
use puntual_core::portfolio::{AsOf, Window};
use puntual_formats::record::{AllocationKind, DocumentRecord, Record};
use puntual_service::imports::{Input, Options, Recorded};
use puntual_service::reports::{self, AgingQuestion};
use puntual_store::on_both_engines;
use puntual_store::testing::Place;
use serde_json::Value;

/// The value to three decimals, as the reference tables print it.
fn to_thousandths(value: &Value) -> String {
    match value.as_f64() {
        Some(number) => format!("{number:.3}"),
        None => "undefined".to_owned(),
    }
}

fn figures(row: &Value, ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| to_thousandths(&row["values"][id])).collect()
}

fn load_file(place: &Place, file: &str, today: &str) -> Option<Books> {
    let path = shared(&format!("datasets/{file}"))?;
    let books = Books::open(place, "US", Currency::USD, "12-3456789", today);
    let options = Options { recorded: Recorded::Effective, ..Options::default() };
    let (batch, reports) = books.import_as(vec![Input::Path(path)], &options);
    eprintln!("{file}: {:?} {:?}", batch.counts, reports[0].status);
    assert_eq!(batch.counts.rejected, 0, "{:?}", reports[0].problems);
    Some(books)
}

/// Open count, open amount, and the buckets of a currency on a day.
fn aged(books: &Books, on: &str, currency: &str) -> String {
    let totals = books.totals(on);
    totals.lines().find(|line| line.starts_with(currency)).unwrap_or_default().to_owned()
}

fn with_90_days(books: &Books, on: &str, currency: &str) -> Value {
    let to = day(on);
    books.indicators(AsOf::day(to), Window::trailing(to, 90), currency)
}

const TIMES: [&str; 5] = ["ppc_simple", "ppc_weighted", "dso_period", "dso_countback", "bpdso"];

on_both_engines! {
    fn the_food_seller_comes_out_to_the_cent(place) {
        let Some(books) = load_file(place, "highradius_extract_2019-09-30.csv", "2019-10-01") else { return };
        let rows = [
            ("2019-03-31", "USD 46378230.18 | 5108889.24 | 57342.58 | 114208.47 | 0.00 | 0.00 | u 0.00 | b 51658670.47"),
            ("2019-06-30", "USD 48849126.23 | 4361859.08 | 207657.44 | 179975.46 | 24061.89 | 4687.26 | u 0.00 | b 53627367.36"),
            ("2019-09-30", "USD 49452615.71 | 2866235.47 | 87700.13 | 63267.04 | 38301.47 | 5376.00 | u 0.00 | b 52513495.82"),
        ];
        for (on, expected) in rows {
            assert_eq!(aged(&books, on, "USD"), expected, "{on}");
        }
        assert_eq!(aged(&books, "2019-09-30", "CAD"),
            "CAD 6382637.26 | 2065198.71 | 187334.61 | 0.00 | 38.15 | 0.00 | u 0.00 | b 8635208.73");
        for (on, currency, n, expected) in [
            ("2019-06-30", "USD", 8_217, ["19.701", "18.727", "20.052", "19.509", "18.265"]),
            ("2019-09-30", "USD", 7_838, ["18.960", "17.961", "19.690", "19.374", "18.542"]),
            ("2019-09-30", "CAD", 684, ["20.705", "19.104", "21.936", "22.150", "16.214"]),
        ] {
            let row = with_90_days(&books, on, currency);
            assert_eq!(figures(&row, &TIMES), expected, "{on} {currency}");
            assert_eq!(row["n"]["ppc_simple"], n, "{on} {currency}");
        }
        let span = (day("2019-03-31"), day("2019-09-30"), Step::Month);
        let series = reports::history_json(&books.app, &books.ctx, span, None).unwrap();
        let cei: Vec<String> = series["points"].as_array().unwrap().iter()
            .filter(|point| point["currency"] == "USD")
            .map(|point| to_thousandths(&point["values"]["cei"])).collect();
        assert_eq!(cei, ["93.523", "94.852", "97.026", "93.885", "96.083", "96.741", "96.277"]);
        books.prove();
        let before = books.ledger_seq();
        let path = shared("datasets/highradius_extract_2019-09-30.csv").unwrap();
        let (again, _) = books.import_as(vec![Input::Path(path)], &Options::default());
        assert_eq!((again.counts.accepted, books.ledger_seq()), (0, before), "{:?}", again.counts);
    }

    fn the_settled_invoices_come_out_to_the_cent(place) {
        for file in ["ibm_neutral.csv", "WA_Fn-UseC_-Accounts-Receivable.csv"] {
            let place = match place.url.starts_with("sqlite:") {
                true => Place::sqlite(),
                false => Place::postgres().unwrap(),
            };
            let Some(books) = load_file(&place, file, "2014-01-31") else { return };
            assert_eq!(aged(&books, "2012-12-31", "USD"),
                "USD 4936.32 | 788.74 | 0.00 | 0.00 | 0.00 | 0.00 | u 0.00 | b 5725.06", "{file}");
            let row = with_90_days(&books, "2012-12-31", "USD");
            let ids = ["dso_period", "dso_countback", "ppc_simple", "ppc_weighted"];
            assert_eq!(figures(&row, &ids), ["26.841", "27.330", "26.737", "26.925"], "{file}");
            books.prove();
        }
    }

    fn worked_example_g1(place) {
        let mut books = Books::open(place, "ES", Currency::EUR, "B83833616", "2026-07-06");
        g1(&mut books);
        books.prove();
        let eur = "EUR 1200.00 | 1000.00 | 1500.00 | 0.00 | 1500.00 | 600.00 | u 350.00 | b 5450.00";
        let usd = "USD 0.00 | 1000.00 | 0.00 | 0.00 | 0.00 | 0.00 | u 0.00 | b 1000.00";
        assert_eq!(books.totals("2026-06-30"), format!("{eur}\n{usd}"));
        assert_eq!(books.totals("2026-03-31"), "EUR 0.00 | 1500.00 | 0.00 | 600.00 | 0.00 | 0.00 | u 0.00 | b 2100.00");
        assert_eq!(books.totals_known("2026-03-31", "2026-03-31"),
            "EUR 0.00 | 2000.00 | 0.00 | 600.00 | 0.00 | 0.00 | u 0.00 | b 2600.00");
        let by_issue = AgingQuestion { basis: Basis::Issue, ..AgingQuestion::new(AsOf::day(day("2026-06-30"))) };
        let report = reports::aging_json(&books.app, &books.ctx, &by_issue).unwrap();
        assert_eq!(report["totals"][0]["amounts"], serde_json::json!(["1200.00", "1000.00", "1500.00", "0.00", "2100.00"]));
        assert_eq!(report["totals"][1]["amounts"], serde_json::json!(["0.00", "1000.00", "0.00", "0.00", "0.00"]));
        let half_year = Window { from: day("2026-01-01"), to: day("2026-06-30") };
        let row = books.indicators(AsOf::day(day("2026-06-30")), half_year, "EUR");
        let ids = ["ppc_weighted", "ppc_simple", "ppc_settled_weighted", "dbt_paid", "dbt_paid_floored"];
        assert_eq!(figures(&row, &ids), ["29.889", "32.500", "28.250", "-0.111", "3.889"]);
    }

    fn worked_example_g1_with_credit_netted(place) {
        let mut books = Books::open(place, "ES", Currency::EUR, "B83833616", "2026-07-06");
        g1(&mut books);
        let question = AgingQuestion { credits: CreditPolicy::NetOldestFirst, ..AgingQuestion::new(AsOf::day(day("2026-06-30"))) };
        let report = reports::aging_json(&books.app, &books.ctx, &question).unwrap();
        let of = |key: &str, currency: &str| report["rows"].as_array().unwrap().iter()
            .find(|row| row["key"] == key && row["currency"] == currency).cloned().unwrap();
        // C's credit is in euros: it lowers the euro invoice and leaves the dollars alone.
        assert_eq!(of("C", "EUR")["amounts"][0], "50.00");
        assert_eq!(of("C", "EUR")["balance"], "50.00");
        assert_eq!(of("C", "USD")["amounts"][1], "1000.00");
    }

    fn worked_example_m1(place) {
        let books = Books::open(place, "ES", Currency::EUR, "B83833616", "2026-04-01");
        let mut records = vec![
            invoice("OLD", "A", "2025-12-15", "2026-01-14", "140000"),
            invoice("JAN-PAID", "A", "2026-01-20", "2026-02-19", "50000"),
            invoice("JAN", "A", "2026-01-20", "2026-02-19", "50000"),
            invoice("FEB-PAID", "A", "2026-02-10", "2026-03-12", "80000"),
            invoice("FEB", "A", "2026-02-10", "2026-04-11", "40000"),
            invoice("MAR-PAID", "A", "2026-03-05", "2026-04-04", "30000"),
            invoice("MAR-LATE", "A", "2026-03-05", "2026-03-20", "5000"),
            invoice("MAR", "A", "2026-03-05", "2026-04-04", "55000"),
        ];
        for d in &mut records {
            let number = d.number.clone().unwrap();
            d.cleared_on = (number == "OLD" || number.ends_with("PAID")).then(|| day("2026-03-25"));
        }
        books.load(records.into_iter().map(record).collect());
        let quarter = Window { from: day("2026-01-01"), to: day("2026-03-31") };
        let row = books.indicators(AsOf::day(day("2026-03-31")), quarter, "EUR");
        let ids = ["dso_period", "dso_countback", "dso_true", "bpdso", "add", "cei", "pct_current"];
        let expected = ["43.548", "45.000", "68.667", "27.581", "15.968", "84.507", "63.333"];
        assert_eq!(figures(&row, &ids), expected);
        books.prove();
    }
}

/// G1 of the domain reference. P2 took effect on 30 March and was recorded on 2 April.
fn g1(books: &mut Books) {
    let usd = |d: DocumentRecord| DocumentRecord { currency: Some("USD".to_owned()), ..d };
    let documents = vec![
        invoice("I1", "A", "2026-01-10", "2026-02-09", "1000"),
        invoice("I2", "A", "2026-02-15", "2026-03-17", "2000"),
        invoice("I3", "A", "2026-04-01", "2026-05-01", "1500"),
        invoice("I4", "A", "2026-06-05", "2026-07-05", "800"),
        invoice("I5", "B", "2026-03-01", "2026-03-31", "3000"),
        invoice("I6", "B", "2026-05-20", "2026-06-19", "1200"),
        invoice("I7", "B", "2025-12-15", "2026-01-14", "600"),
        invoice("I8", "C", "2026-06-30", "2026-06-30", "400"),
        usd(invoice("I9", "C", "2026-05-01", "2026-05-31", "1000")),
        note("CN1", "B", "2026-06-10", "200", "I6"),
        DocumentRecord { references: Vec::new(), ..note("CN2", "C", "2026-06-01", "100", "-") },
    ];
    books.load(documents.into_iter().map(record).collect());
    let paid = |number: &str, code: &str, on: &str, amount: &str, document: &str| {
        let row = allocation(AllocationKind::Payment, document, on, amount, Some(number));
        [payment(number, code, on, amount), row]
    };
    let p2 = paid("P2", "A", "2026-03-30", "500", "I2").to_vec();
    let mut others: Vec<Record> = [
        paid("P1", "A", "2026-02-20", "1000", "I1"),
        paid("P3", "A", "2026-07-05", "700", "I2"),
        paid("P4", "B", "2026-03-25", "3000", "I5"),
    ]
    .concat();
    others.push(payment("P5", "C", "2026-06-15", "250"));
    books.load(others);
    books.on("2026-04-02");
    let input = Input::Records { name: "p2".to_owned(), records: p2 };
    books.import_as(vec![input], &Options::default());
    books.on("2026-07-06");
}
