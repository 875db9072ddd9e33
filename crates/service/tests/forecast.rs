//! The forecast through the real import: the levels it must reach on real ledgers it was not fitted
//! to, and that a book which ends on the day gives the same bytes as one that goes on.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::currency::Currency;
use puntual_core::portfolio::AsOf;
use puntual_service::imports::{Input, Options, Recorded};
use puntual_service::{backtest, forecast};
use puntual_store::on_both_engines;
use puntual_store::testing::Place;
use serde_json::Value;

fn load(place: &Place, file: &str, today: &str) -> Option<Books> {
    let path = shared(&format!("datasets/{file}"))?;
    let books = Books::open(place, "US", Currency::USD, "12-3456789", today);
    let options = Options { recorded: Recorded::Effective, ..Options::default() };
    books.import_as(vec![Input::Path(path)], &options);
    Some(books)
}

fn tested(books: &Books, from: &str, to: &str, new_days: u16) -> Value {
    let question = backtest::Question { new_days, ..backtest::Question::new(day(from), day(to)) };
    backtest::json(&books.app, &books.ctx, &question).unwrap()
}

/// Mean errors in days of new and open receivables, and weekly errors over 4 and 8 weeks.
fn errors(found: &Value) -> [f64; 4] {
    let weekly = |weeks: &str| &found["weekly"]["by_weeks"][weeks]["wape"];
    [&found["line"]["new"]["mae"], &found["line"]["open"]["mae"], weekly("4"), weekly("8")]
        .map(|figure| figure.as_f64().unwrap())
}

fn reaches(found: &Value, must: [f64; 4]) {
    let is = errors(found);
    assert!(is.iter().zip(must).all(|(is, must)| *is <= must), "{is:?} should be within {must:?}");
    let covered = found["line"]["coverage"].as_f64().unwrap();
    assert!((0.75..=0.92).contains(&covered), "{covered}");
    assert_eq!(
        (&found["shown"]["dates"], &found["shown"]["cash"]),
        (&"model".into(), &"model".into())
    );
}

#[test]
fn the_food_seller_is_forecast_within_the_levels() {
    let file = "highradius_extract_2019-09-30.csv";
    let Some(books) = load(&Place::sqlite(), file, "2019-10-01") else { return };
    let found = tested(&books, "2019-05-31", "2019-08-31", 45);
    assert_eq!(found["cuts"].as_array().unwrap().len(), 4);
    reaches(&found, [2.92, 4.45, 0.128, 0.157]);
}

#[test]
fn the_services_seller_is_forecast_within_the_levels() {
    let Some(books) = load(&Place::sqlite(), "ibm_neutral.csv", "2014-02-01") else { return };
    let found = tested(&books, "2013-03-31", "2013-09-30", 60);
    reaches(&found, [6.35, 6.14, 0.22, 0.25]);
    // The simple methods come out as published, so the receivables judged are the same.
    let due = &found["baselines"]["due_date"];
    assert_eq!(due["line"]["new"]["n"], 1478);
    assert_eq!(due["line"]["open"]["n"], 644);
    assert!((due["line"]["new"]["mae"].as_f64().unwrap() - 11.14).abs() < 0.02);
    assert!((due["weekly"]["by_weeks"]["4"]["wape"].as_f64().unwrap() - 0.325).abs() < 0.001);
}

/// A ledger of forty customers and two years in the layout of documents with the day they were paid,
/// as it stood on a day or as it went on.
fn ledger(upto: Option<&str>) -> String {
    let mut text = "customer_id,customer_name,doc_type,doc_number,issue_date,due_date,currency,\
         amount,cleared_date,terms,disputed\n"
        .to_owned();
    let start = day("2024-01-01");
    for number in 0..900_i32 {
        let (customer, issued) = (number % 40, start + number * 4 / 5);
        let due = issued + 30;
        let paid = due + (customer % 9) * 4 - 6 + number * 7 % 5;
        let seen = |on| upto.is_none_or(|upto| on <= day(upto));
        if seen(issued) {
            let paid = if number % 17 > 0 && seen(paid) { paid.to_string() } else { String::new() };
            let amount = 1_000 + number * 37 % 9_000;
            let disputed = number % 11 == 0;
            text.push_str(&format!(
                "C{customer:02},Cliente {customer},INV,{number},{issued},{due},CLP,{amount},{paid},\
                 NET30,{disputed}\n"
            ));
        }
    }
    text
}

on_both_engines! {
    fn a_book_that_ends_on_the_day_gives_the_same_bytes(place) {
        let made = |upto: Option<&str>| {
            let books = Books::open(&another(place), "CL", Currency::CLP, "76192083-9", "2026-06-30");
            let files = [("ledger.csv", ledger(upto).into_bytes())];
            let inputs = files.map(|(name, content)| Input::Bytes { name: name.to_owned(), content });
            let options = Options { recorded: Recorded::Effective, ..Options::default() };
            let (batch, _) = books.import_as(inputs.into(), &options);
            assert_eq!(batch.counts.rejected, 0);
            let question = forecast::Question::new(AsOf::day(day("2025-06-30")));
            forecast::json(&books.app, &books.ctx, &question).unwrap().to_string()
        };
        let (whole, ended) = (made(None), made(Some("2025-06-30")));
        assert!(whole.contains("\"p50_date\":\"2025-07"), "{whole}");
        assert_eq!(whole, ended);
    }
}
