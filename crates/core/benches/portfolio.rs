//! Times the portfolio on a folder written by the benchmark's generator, on one thread:
//! `cargo bench -p puntual-core --bench portfolio -- DIR`.
//!
//! Every figure is first held against what the generator expects; after a wrong answer no time is
//! printed. Times are the median of runs after one to warm up, with their mean processor time. The
//! same operations in DuckDB: `benches/peers/duckdb_portfolio.py DIR`.
#![allow(
    clippy::print_stdout,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock, prints its figures, and stops at bad input"
)]

mod generated;

use generated::{Generated, age, collected, month_ends};
use puntual_core::aging::Aging;
use puntual_core::portfolio::{
    AsOf, By, Facts, MovementFact, MovementKind, Portfolio, ReceivableFact, ReceivableKind, Scope,
};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

/// Runs of each operation that are timed.
const RUNS: usize = 15;

/// Days that facts of the second portfolio may be recorded late.
const LATE_DAYS: i32 = 5;

fn main() -> ExitCode {
    let argument = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let Some(folder) = argument.or_else(|| std::env::var("PUNTUAL_BENCH_DIR").ok()) else {
        println!("no folder given: python3 ../shared/bench/gen.py --n 100000 --out DIR, then");
        println!("cargo bench -p puntual-core --bench portfolio -- DIR");
        return ExitCode::SUCCESS;
    };
    let generated = Generated::open(folder.as_ref());
    let facts = generated.facts(0);
    let (receivables, movements) = (facts.receivables.len(), facts.movements.len());
    let started = Instant::now();
    let portfolio = facts.build().expect("facts that fit");
    let build_ms = started.elapsed().as_secs_f64() * 1000.0;
    if let Err(difference) = generated.check(&portfolio) {
        println!("WRONG: {difference}");
        return ExitCode::FAILURE;
    }
    let late_facts = generated.facts(LATE_DAYS);
    let late = late_facts.clone().build().expect("facts that fit");
    if let Err(difference) = check_known(&generated, &late_facts, &late) {
        println!("WRONG: {difference}");
        return ExitCode::FAILURE;
    }
    println!("{receivables} receivables, {movements} movements; every figure equals the oracle");
    let per = portfolio.memory_bytes() as f64 / receivables as f64;
    println!("{:<44}{per:>10.1}", "bytes per receivable, movements included");
    println!("{:<44}{build_ms:>10.1}", "build (ms, once)");
    time_all(&generated, &portfolio, &late);
    ExitCode::SUCCESS
}

fn time_all(generated: &Generated, portfolio: &Portfolio, late: &Portfolio) {
    let as_of = generated.as_of;
    time("ageing by customer, today", || age(portfolio, AsOf::day(as_of)));
    for on in &generated.past {
        time(&format!("ageing by customer, {on}"), || age(portfolio, AsOf::day(*on)));
    }
    let middle = generated.past[generated.past.len() / 2];
    for on in [as_of, middle] {
        let at = AsOf::day(on);
        time(&format!("facts recorded late, all known, {on}"), || age(late, at));
        let at = AsOf::known(on, on);
        time(&format!("facts recorded late, as known then, {on}"), || age(late, at));
    }
    time("24 month-ends of ageing, PPC and DSO", || month_ends(portfolio, as_of));
    time("PPC by customer, a year", || collected(portfolio, as_of));
    let year = generated::year(as_of);
    let at = AsOf::day(as_of);
    time("all indicators, whole portfolio, a year", || {
        puntual_core::indicators::indicators(portfolio, at, year, By::Total, Scope::ALL)
    });
    time("all indicators by customer, a year", || {
        puntual_core::indicators::indicators(portfolio, at, year, By::Customer, Scope::ALL)
    });
    let mut number = 0;
    time("one invoice and one payment more", || {
        number += 1;
        let mut next = portfolio.clone();
        next.extend(one_more(portfolio, number)).expect("new facts");
        next
    });
}

/// A sale to an existing customer and a payment of one of his receivables.
fn one_more(portfolio: &Portfolio, number: i64) -> Facts {
    let at = (number as usize * 7919) % 1000;
    let line = portfolio.lines(Scope::ALL).nth(at).expect("a line");
    let day = line.due();
    let receivable = ReceivableFact {
        id: puntual_core::id::ReceivableId(-number),
        customer: line.customer(),
        document: puntual_core::id::DocumentId(-number),
        issued: day,
        due: day + 30,
        currency: line.currency(),
        amount_minor: 1000,
        recorded: day,
        kind: ReceivableKind::Sale,
    };
    let movement = MovementFact {
        receivable: line.id(),
        effective: day,
        recorded: day,
        kind: MovementKind::Cash,
        amount_minor: 1,
    };
    Facts { receivables: vec![receivable], movements: vec![movement], ..Facts::default() }
}

fn time<T>(what: &str, mut operation: impl FnMut() -> T) {
    black_box(operation());
    let cpu_before = cpu_ms();
    let mut wall: Vec<f64> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            black_box(operation());
            started.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    let cpu = (cpu_ms() - cpu_before) / RUNS as f64;
    wall.sort_by(f64::total_cmp);
    println!("{what:<44}{:>10.2} ms{cpu:>10.2} ms CPU", wall[RUNS / 2]);
}

/// Processor time of this process in milliseconds, where the system tells (Linux): on a machine
/// shared with others it says more than the clock.
fn cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|text| text.parse::<f64>().ok());
    nanoseconds.unwrap_or(0.0) / 1e6
}

/// Ageing as it was known, against the definition: one fact at a time.
fn check_known(generated: &Generated, facts: &Facts, portfolio: &Portfolio) -> Result<(), String> {
    let days = generated.past.iter().copied().chain([generated.as_of]);
    for on in days {
        for known in [on, on + 2] {
            let found = totals(&age(portfolio, AsOf::known(on, known)));
            let expected = by_definition(facts, on, known);
            if found != expected {
                return Err(format!("{on} known {known}: found {found:?}, expected {expected:?}"));
            }
        }
    }
    Ok(())
}

type Totals = BTreeMap<String, Vec<i64>>;

fn totals(aging: &Aging) -> Totals {
    let totals = aging.totals();
    let row = |row: puntual_core::aging::AgingRow<'_>| {
        let mut amounts = row.amounts.to_vec();
        amounts.push(row.unapplied);
        (row.currency.to_string(), amounts)
    };
    totals.rows().map(row).collect()
}

fn by_definition(
    facts: &Facts,
    on: puntual_core::date::Day,
    known: puntual_core::date::Day,
) -> Totals {
    let mut open: BTreeMap<i64, i64> = BTreeMap::new();
    for fact in facts.movements.iter().filter(|m| m.effective <= on && m.recorded <= known) {
        *open.entry(fact.receivable.0).or_default() -= fact.amount_minor;
    }
    let mut sums: Totals = BTreeMap::new();
    for fact in &facts.receivables {
        let row = sums.entry(fact.currency.to_string()).or_insert_with(|| vec![0; 7]);
        let counts = fact.issued <= on && fact.recorded <= known;
        let moved = open.get(&fact.id.0).copied().unwrap_or(0);
        let balance = moved + if counts { fact.amount_minor } else { 0 };
        let bounds = [0, 30, 60, 90, 120];
        let bucket = bounds.iter().filter(|bound| on - fact.due > **bound).count();
        row[if balance < 0 { 6 } else { bucket }] += balance.abs();
    }
    for fact in facts.credits.iter().filter(|c| c.effective <= on && c.recorded <= known) {
        sums.entry(fact.currency.to_string()).or_insert_with(|| vec![0; 7])[6] += fact.amount_minor;
    }
    sums.retain(|_, row| row.iter().any(|amount| *amount != 0));
    sums
}
