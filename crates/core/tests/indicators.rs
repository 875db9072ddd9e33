//! Indicators against the worked figures of the domain reference, A2 to A6, through the portfolio.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod golden;

use golden::*;
use puntual_core::aging::{BucketSet, CreditPolicy, aging};
use puntual_core::id::{CustomerId, DocumentId};
use puntual_core::indicators::{
    DisputeFact, IndicatorRow, collection, concentration, disputes, indicators, migration,
    roll_rates,
};
use puntual_core::loss::cohort;
use puntual_core::portfolio::{
    AsOf, By, Facts, Key, MovementFact, MovementKind, Portfolio, ReceivableFact, ReceivableKind,
    Scope, Window,
};

fn window(from: &str, to: &str) -> Window {
    Window { from: day(from), to: day(to) }
}

fn total(portfolio: &Portfolio, at: AsOf, window: Window) -> IndicatorRow {
    let mut rows = indicators(portfolio, at, window, By::Total, Scope::ALL);
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

fn text(row: &IndicatorRow, id: &str, decimals: u32) -> String {
    let indicator = row.get(id).unwrap_or_else(|| panic!("{id}"));
    indicator.value.map_or("s/d".to_owned(), |value| value.to_decimal(decimals))
}

#[test]
fn g1_collection_time_and_lateness() {
    let row = total(&g1(), AsOf::day(day(AS_OF)), window("2026-01-01", AS_OF));
    for (id, decimals, expected, n) in [
        ("ppc_weighted", 2, "29.89", 3),
        ("ppc_simple", 2, "32.50", 2),
        ("ppc_settled_weighted", 2, "28.25", 2),
        ("pmc_rd635", 2, "62.96", 10),
        ("avg_debt_age", 2, "85.18", 7),
        ("avg_debt_age_simple", 2, "78.29", 7),
        ("avg_days_past_due", 2, "70.13", 5),
        ("dbt_paid", 3, "-0.111", 3),
        ("dbt_paid_floored", 3, "3.889", 3),
        ("dbt_total", 3, "40.320", 8),
        ("dso_cohort", 2, "54.74", 8),
        ("past_due_pct", 2, "82.09", 5),
    ] {
        assert_eq!(text(&row, id, decimals), expected, "{id}");
        assert_eq!(row.get(id).unwrap().n, n, "n of {id}");
    }
    let ppc = row.get("ppc_weighted").unwrap();
    assert_eq!((ppc.num, ppc.den), (13_450_000, 450_000));
}

#[test]
fn g1_as_it_was_known() {
    // On 2 April P2 (30 March) became known: a day earlier March held P1 and P4 only.
    let quarter = window("2026-01-01", "2026-03-31");
    let at = |known| AsOf::known(day("2026-03-31"), day(known));
    let known = |date| text(&total(&g1(), at(date), quarter), "ppc_weighted", 2);
    assert_eq!(known("2026-04-01"), "28.25");
    assert_eq!(known("2026-04-02"), "29.89");
}

#[test]
fn without_cases_there_is_no_value() {
    let row = total(&g1(), AsOf::day(day("2025-12-20")), window("2025-12-01", "2025-12-20"));
    for id in ["ppc_weighted", "ppc_simple", "dbt_paid", "avg_days_past_due", "recovery_rate"] {
        assert_eq!((text(&row, id, 2).as_str(), row.get(id).unwrap().n), ("s/d", 0), "{id}");
    }
    assert!(
        indicators(&g1(), AsOf::day(day("2020-01-01")), quarter(), By::Total, Scope::ALL)
            .is_empty()
    );
}

fn quarter() -> Window {
    window("2025-01-01", "2025-03-31")
}

/// M1 as lines: sales of 100, 120 and 90 thousand, an opening balance of 140 thousand collected in
/// the quarter, 50, 40 and 60 thousand of the three months open, 95 thousand of it not due.
fn m1() -> Portfolio {
    use MovementKind::Cash;
    let opening = ReceivableFact {
        kind: ReceivableKind::Opening,
        ..sale(1, A, "2024-12-15", "2025-01-14", 140_000)
    };
    Facts {
        receivables: vec![
            opening,
            sale(2, A, "2025-01-20", "2025-02-19", 50_000),
            sale(3, A, "2025-01-08", "2025-02-07", 50_000),
            sale(4, B, "2025-02-10", "2025-03-12", 5_000),
            sale(5, B, "2025-02-10", "2025-04-11", 35_000),
            sale(6, B, "2025-02-20", "2025-03-22", 80_000),
            sale(7, C, "2025-03-05", "2025-04-04", 60_000),
            sale(8, C, "2025-03-06", "2025-03-20", 30_000),
        ],
        movements: vec![
            movement(1, "2025-01-31", Cash, 140_000),
            movement(3, "2025-02-10", Cash, 50_000),
            movement(6, "2025-03-25", Cash, 80_000),
            movement(8, "2025-03-20", Cash, 30_000),
        ],
        ..Facts::default()
    }
    .build()
    .unwrap()
}

#[test]
fn m1_dso_family() {
    let row = total(&m1(), AsOf::day(day("2025-03-31")), quarter());
    for (id, decimals, expected) in [
        ("dso_period", 2, "43.55"),
        ("dso_countback", 2, "45.00"),
        ("dso_true", 2, "68.67"),
        ("bpdso", 2, "27.58"),
        ("add", 2, "15.97"),
        ("cei", 2, "84.51"),
        ("ar_turnover", 4, "2.1379"),
        ("pct_current", 2, "63.33"),
        ("recovery_rate", 2, "100.00"),
    ] {
        assert_eq!(text(&row, id, decimals), expected, "{id}");
    }
}

#[test]
fn cancelled_sales_are_no_sales_from_then_on() {
    let mut facts = g1_facts();
    facts.movements.push(movement(8, "2026-07-10", MovementKind::Cancellation, 400));
    let portfolio = facts.build().unwrap();
    let den = |on: &str| {
        let at = AsOf::day(day(on));
        let window = window("2026-06-01", "2026-06-30");
        let rows = indicators(&portfolio, at, window, By::Customer, Scope::customer(C));
        rows[0].get("dso_cohort").unwrap().den
    };
    assert_eq!((den("2026-07-09"), den("2026-07-10")), (40_000, 0));
}

#[test]
fn settled_by_credit_note_is_not_collected() {
    let mut facts = g1_facts();
    facts.movements.push(movement(8, "2026-06-30", MovementKind::CreditNote, 100));
    facts.movements.push(movement(8, "2026-06-30", MovementKind::Cash, 300));
    facts.movements.push(movement(4, "2026-06-15", MovementKind::Cash, 780));
    facts.movements.push(movement(4, "2026-06-15", MovementKind::Discount, 20));
    let portfolio = facts.build().unwrap();
    let row = total(&portfolio, AsOf::day(day(AS_OF)), window("2026-01-01", AS_OF));
    // I1 41 days, I5 24, and I4 10: a discount for paying is part of paying.
    assert_eq!(text(&row, "ppc_simple", 2), "25.00");
}

#[test]
fn quality_of_the_portfolio() {
    // 310 000 of sales, 7 000 written off and 800 of it recovered: 2.00 %.
    let mut facts = Facts {
        receivables: vec![
            sale(1, A, "2025-01-10", "2025-02-09", 300_000),
            sale(2, B, "2025-01-10", "2025-02-09", 10_000),
            sale(3, C, "2024-11-10", "2024-12-10", 530_000),
        ],
        movements: vec![
            movement(2, "2025-03-10", MovementKind::WriteOff, 7_000),
            movement(2, "2025-03-20", MovementKind::WriteOff, -800),
            movement(3, "2025-02-15", MovementKind::Cash, 412_000),
        ],
        ..Facts::default()
    };
    let row = total(&facts.clone().build().unwrap(), AsOf::day(day("2025-03-31")), quarter());
    assert_eq!(text(&row, "bad_debt_ratio", 2), "2.00");
    assert_eq!(text(&row, "recovery_rate", 2), "77.74");
    assert_eq!(text(&row, "cure_rate", 2), "77.74");
    // What bounces within the window is not recovered.
    facts.movements.push(movement(3, "2025-03-15", MovementKind::CashReversal, -412_000));
    let row = total(&facts.build().unwrap(), AsOf::day(day("2025-03-31")), quarter());
    assert_eq!(text(&row, "recovery_rate", 2), "0.00");
    assert_eq!(text(&row, "cure_rate", 2), "0.00");
}

#[test]
fn concentration_over_customers() {
    let balances = [250, 180, 120, 90, 80, 70, 60, 50, 40, 30, 20, 10];
    let receivables = (1..)
        .zip(balances)
        .map(|(id, amount)| sale(id, CustomerId(id), "2026-01-01", "2026-02-01", amount));
    let facts = Facts { receivables: receivables.collect(), ..Facts::default() };
    let portfolio = facts.build().unwrap();
    let at = AsOf::day(day("2026-03-31"));
    let (_, found) = concentration(&portfolio, at, Scope::ALL)[0];
    let texts = found.map(|indicator| indicator.value.unwrap().to_decimal(1));
    assert_eq!(texts, ["97.0", "1378.0"]);
    let row = total(&portfolio, at, window("2026-01-01", "2026-03-31"));
    assert_eq!(row.get("hhi"), Some(&found[1]));
}

#[test]
fn collection_alone_equals_collection_among_all() {
    let (at, window) = (AsOf::day(day(AS_OF)), window("2026-01-01", AS_OF));
    let alone = collection(&g1(), at, window, By::Customer, Scope::ALL);
    let among = indicators(&g1(), at, window, By::Customer, Scope::ALL);
    assert_eq!(alone.len(), 2);
    for (key, _, collected) in alone {
        let row = among.iter().find(|row| row.key == key).unwrap();
        assert_eq!(row.get("ppc_weighted"), Some(&collected.ppc_weighted()));
        assert_eq!(row.get("dbt_paid"), Some(&collected.dbt_paid()));
    }
}

#[test]
fn a_window_includes_its_first_and_last_day() {
    // I1 is settled on 20 February, I5 on 25 March.
    let collected = |from, to| {
        let at = AsOf::day(day(AS_OF));
        let rows = collection(&g1(), at, window(from, to), By::Total, Scope::ALL);
        rows.first().map_or(0, |row| row.2.amount_minor / 100)
    };
    assert_eq!(collected("2026-02-20", "2026-03-25"), 4000);
    assert_eq!(collected("2026-02-21", "2026-03-25"), 3000);
    assert_eq!(collected("2026-02-20", "2026-03-24"), 1000);
}

#[test]
fn disputes_by_count_amount_and_days() {
    let fact = |id: i64, opened: &str, closed: Option<&str>, valid| DisputeFact {
        document: DocumentId(1000 + id),
        opened: day(opened),
        closed: closed.map(day),
        valid,
    };
    let facts = [
        fact(7, "2026-02-01", Some("2026-02-11"), Some(true)),
        fact(7, "2026-06-10", None, None),
        fact(6, "2026-06-25", Some("2026-07-02"), Some(false)),
        fact(2, "2025-12-31", Some("2026-01-05"), Some(true)),
    ];
    let (at, window) = (AsOf::day(day(AS_OF)), window("2026-01-01", AS_OF));
    let rows = disputes(&g1(), &facts, at, window, By::Total, Scope::ALL);
    let texts = rows[0].2.map(|indicator| indicator.value.unwrap().to_decimal(2));
    // Two of eight documents; 1 800 of 10 800; 5, 10 and 20 days; one decided, for the customer.
    assert_eq!(texts, ["25.00", "16.67", "10.00", "20.00", "100.00"]);
    assert_eq!(rows[0].2.map(|indicator| indicator.n), [2, 2, 3, 3, 1]);
}

#[test]
fn roll_rates_never_into_the_last_bucket() {
    // One line per bucket and month-end, in thousands, as in the worked example.
    let ages = [0, 10, 40, 70, 100, 200];
    let book = |amounts: [i64; 6]| {
        let lines = (1..).zip(amounts).zip(ages).map(|((id, amount), overdue_days)| {
            let due = day("2026-05-31") - overdue_days;
            ReceivableFact { issued: due, recorded: due, due, ..sale(id, A, AS_OF, AS_OF, amount) }
        });
        let facts = Facts { receivables: lines.collect(), ..Facts::default() };
        let (at, set) = (AsOf::day(day("2026-05-31")), BucketSet::default());
        let portfolio = facts.build().unwrap();
        aging(&portfolio, at, &set, CreditPolicy::Separate, By::Total, Scope::ALL)
    };
    let before = book([500, 120, 60, 30, 15, 40]);
    let now = book([520, 110, 54, 33, 18, 43]);
    let rates = roll_rates(before.rows().next().unwrap(), now.rows().next().unwrap());
    let texts: Vec<_> = rates.iter().map(|rate| rate.value.unwrap().to_decimal(1)).collect();
    assert_eq!(texts, ["22.0", "45.0", "55.0", "60.0"]);
}

#[test]
fn lines_migrate_and_new_ones_do_not() {
    use puntual_core::indicators::State::*;
    let mut facts = g1_facts();
    facts.movements.push(movement(3, "2026-06-20", MovementKind::WriteOff, 500));
    facts.movements.push(movement(7, "2026-06-20", MovementKind::Cash, 650));
    let portfolio = facts.build().unwrap();
    let (at, set) = (AsOf::day(day(AS_OF)), BucketSet::default());
    let rows = migration(&portfolio, day("2026-05-31"), at, &set, By::Total, Scope::ALL);
    let matrix = &rows[0].2;
    let euros = |from, to| matrix.amount(from, to) / 100;
    // 31 May: I6 1 200 and I9 900 not due, I3 1 500 at 30, I2 1 500 at 75, I7 600 at 137.
    assert_eq!(
        [0, 1, 2, 3, 4, 5].map(|from| matrix.total(from) / 100),
        [2100, 1500, 0, 1500, 0, 600]
    );
    assert_eq!([euros(0, CreditNoted), euros(0, Bucket(1))], [200, 1900]);
    assert_eq!([euros(1, WrittenOff), euros(1, Bucket(2))], [500, 1000]);
    assert_eq!(euros(3, Bucket(4)), 1500);
    assert_eq!([euros(5, Paid), euros(5, Bucket(5))], [600, 0]);
    let cure = matrix.cure_rate();
    assert_eq!((cure.num, cure.den, cure.n), (60_000, 360_000, 3));
}

#[test]
fn cohorts_are_followed_to_their_end() {
    let mut facts = g1_facts();
    facts.movements.push(movement(3, "2026-06-20", MovementKind::WriteOff, 1500));
    let portfolio = facts.build().unwrap();
    let set = BucketSet::by_due(&[30, 60]).unwrap();
    let issued = window("2026-01-01", AS_OF);
    let rows =
        cohort(&portfolio, issued, AsOf::day(day("2026-07-01")), &set, By::Total, Scope::ALL);
    assert_eq!(rows[0].0, Key::Total);
    let cohort = &rows[0].2;
    // I1, I2, I3 and I5 have been due for more than 60 days; the others are too young.
    let euros: Vec<i64> = cohort.unpaid.iter().map(|amount| amount / 100).collect();
    assert_eq!((cohort.count, euros), (4, vec![7500, 4500, 3000, 3000]));
    let rates = cohort.loss_rates();
    assert_eq!(rates[1].unwrap().to_decimal(4), "0.6667");
}

#[test]
fn instalments_are_one_document() {
    let mut facts = g1_facts();
    let first = sale(20, A, "2026-06-01", "2026-06-15", 10);
    facts.receivables.extend([
        first,
        ReceivableFact { document: first.document, ..sale(21, A, "2026-06-01", "2026-07-15", 10) },
    ]);
    facts.movements.push(MovementFact { ..movement(20, "2026-05-20", MovementKind::Cash, 10) });
    let portfolio = facts.build().unwrap();
    let row = total(&portfolio, AsOf::day(day(AS_OF)), window("2026-06-01", AS_OF));
    // I4, I8 and the one with two instalments.
    assert_eq!(row.get("dso_cohort").unwrap().n, 3);
}
