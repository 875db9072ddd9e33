//! The portfolio against the published reference figures of two real ledgers, when the data sets
//! stand beside the repository (`../shared/datasets`, which are never part of it).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod golden;

use golden::day;
use puntual_core::aging::{BucketSet, CreditPolicy, aging};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::history::{HistoryQuestion, Span, Step, history};
use puntual_core::id::{CustomerId, DocumentId, ReceivableId};
use puntual_core::indicators::{IndicatorRow, indicators};
use puntual_core::money::Money;
use puntual_core::portfolio::{
    AsOf, By, Facts, MovementFact, MovementKind, Portfolio, ReceivableFact, ReceivableKind, Scope,
    Window,
};
use std::collections::{BTreeMap, BTreeSet};

/// The lines of a data set without its heading, exact duplicates once; `None` if it is not there.
fn lines(file: &str) -> Option<Vec<Vec<String>>> {
    let path = format!("{}/../../../shared/datasets/{file}", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: no data set {path}");
        return None;
    };
    let mut seen = BTreeSet::new();
    let unique = text.lines().skip(1).filter(|line| seen.insert(line.to_string()));
    Some(unique.map(|line| line.split(',').map(str::to_owned).collect()).collect())
}

/// An invoice paid whole on the day it was cleared, if it was.
struct Settled<'a> {
    customer: &'a str,
    issued: Day,
    due: Day,
    cleared: Option<Day>,
    amount: &'a str,
    currency: &'a str,
}

fn portfolio<'a>(invoices: impl Iterator<Item = Settled<'a>>) -> Portfolio {
    let mut customers: BTreeMap<&str, i64> = BTreeMap::new();
    let mut facts = Facts::default();
    for (number, invoice) in (1..).zip(invoices) {
        let next = customers.len() as i64;
        let currency: Currency = invoice.currency.parse().unwrap();
        let amount_minor = Money::parse(invoice.amount, currency).unwrap().minor;
        facts.receivables.push(ReceivableFact {
            id: ReceivableId(number),
            customer: CustomerId(*customers.entry(invoice.customer).or_insert(next)),
            document: DocumentId(number),
            issued: invoice.issued,
            due: invoice.due,
            currency,
            amount_minor,
            recorded: invoice.issued,
            kind: ReceivableKind::Sale,
        });
        facts.movements.extend(invoice.cleared.map(|cleared| MovementFact {
            receivable: ReceivableId(number),
            effective: cleared,
            recorded: cleared,
            kind: MovementKind::Cash,
            amount_minor,
        }));
    }
    facts.build().unwrap()
}

/// `20190722` or `20190722.0`.
fn compact(text: &str) -> Day {
    day(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..8]))
}

fn highradius() -> Option<Portfolio> {
    let rows = lines("highradius_extract_2019-09-30.csv")?;
    Some(portfolio(rows.iter().map(|row| Settled {
        customer: &row[1],
        issued: compact(&row[7]),
        due: compact(&row[9]),
        cleared: row[3].get(..10).map(day),
        amount: &row[14],
        currency: &row[10],
    })))
}

fn ibm() -> Option<Portfolio> {
    let rows = lines("ibm_neutral.csv")?;
    Some(portfolio(rows.iter().map(|row| Settled {
        customer: &row[0],
        issued: day(&row[4]),
        due: day(&row[5]),
        cleared: Some(row[8].as_str()).filter(|text| !text.is_empty()).map(day),
        amount: &row[7],
        currency: &row[6],
    })))
}

/// Open documents and amounts per bucket, as `count / amount`.
fn aged(portfolio: &Portfolio, on: &str, currency: &str) -> Vec<String> {
    let currency: Currency = currency.parse().unwrap();
    let scope = Scope { currency: Some(currency), ..Scope::ALL };
    let (at, set) = (AsOf::day(day(on)), BucketSet::default());
    let aging = aging(portfolio, at, &set, CreditPolicy::Separate, By::Total, scope);
    let row = aging.rows().next().unwrap();
    let text = |count: u64, minor| format!("{count} / {}", Money::new(minor, currency).to_plain());
    let mut texts = vec![text(row.open_count(), row.open())];
    texts.extend(row.counts.iter().zip(row.amounts).map(|(n, minor)| text((*n).into(), *minor)));
    texts
}

fn ninety_days(portfolio: &Portfolio, on: &str, currency: &str) -> IndicatorRow {
    let scope = Scope { currency: Some(currency.parse().unwrap()), ..Scope::ALL };
    let window = Window::trailing(day(on), 90);
    indicators(portfolio, AsOf::day(day(on)), window, By::Total, scope).remove(0)
}

fn texts(row: &IndicatorRow, ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| row.get(id).unwrap().value.unwrap().to_decimal(3)).collect()
}

const IDS: [&str; 5] = ["ppc_simple", "ppc_weighted", "dso_period", "dso_countback", "bpdso"];

#[test]
fn highradius_ageing() {
    let Some(portfolio) = highradius() else { return };
    for (on, currency, expected) in [
        (
            "2019-03-31",
            "USD",
            "1924 / 51658670.47 | 1701 / 46378230.18 | 199 / 5108889.24 | 19 / 57342.58 | \
             5 / 114208.47 | 0 / 0.00 | 0 / 0.00",
        ),
        (
            "2019-06-30",
            "USD",
            "1785 / 53627367.36 | 1572 / 48849126.23 | 172 / 4361859.08 | 22 / 207657.44 | \
             15 / 179975.46 | 2 / 24061.89 | 2 / 4687.26",
        ),
        (
            "2019-09-30",
            "USD",
            "1795 / 52513495.82 | 1645 / 49452615.71 | 125 / 2866235.47 | 10 / 87700.13 | \
             11 / 63267.04 | 3 / 38301.47 | 1 / 5376.00",
        ),
        (
            "2019-09-30",
            "CAD",
            "170 / 8635208.73 | 118 / 6382637.26 | 43 / 2065198.71 | 8 / 187334.61 | 0 / 0.00 | \
             1 / 38.15 | 0 / 0.00",
        ),
    ] {
        assert_eq!(aged(&portfolio, on, currency).join(" | "), expected, "{on} {currency}");
    }
}

#[test]
fn highradius_collection_and_dso() {
    let Some(portfolio) = highradius() else { return };
    for (on, currency, n, expected) in [
        ("2019-06-30", "USD", 8217, ["19.701", "18.727", "20.052", "19.509", "18.265"]),
        ("2019-09-30", "USD", 7838, ["18.960", "17.961", "19.690", "19.374", "18.542"]),
        ("2019-09-30", "CAD", 684, ["20.705", "19.104", "21.936", "22.150", "16.214"]),
    ] {
        let row = ninety_days(&portfolio, on, currency);
        assert_eq!(texts(&row, &IDS), expected, "{on} {currency}");
        assert_eq!(row.get("ppc_simple").unwrap().n, n, "{on} {currency}");
    }
}

#[test]
fn highradius_cei_by_month() {
    let Some(portfolio) = highradius() else { return };
    let span = Span::new(day("2019-03-01"), day("2019-09-30"), Step::Month).unwrap();
    let scope = Scope { currency: Some(Currency::USD), ..Scope::ALL };
    let points = history(&portfolio, &HistoryQuestion::new(span, scope));
    let cei: Vec<String> =
        points.iter().map(|p| p.get("cei").unwrap().value.unwrap().to_decimal(3)).collect();
    assert_eq!(cei, ["93.523", "94.852", "97.026", "93.885", "96.083", "96.741", "96.277"]);
}

#[test]
fn ibm_figures() {
    let Some(portfolio) = ibm() else { return };
    let found = aged(&portfolio, "2012-12-31", "USD");
    assert_eq!(found[..3], ["99 / 5725.06", "86 / 4936.32", "13 / 788.74"]);
    let row = ninety_days(&portfolio, "2012-12-31", "USD");
    assert_eq!(texts(&row, &IDS[..4]), ["26.737", "26.925", "26.841", "27.330"]);
}
