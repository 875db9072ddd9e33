//! Times cash application on made-up books: 5,000 bank lines against 100,000 open documents, on one
//! thread: `cargo bench -p puntual-core --bench matching`.
//!
//! Every line was made from debts chosen beforehand; a line applied otherwise stops the benchmark
//! before any time is printed.
#![allow(
    clippy::print_stdout,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock, prints its figures, and stops at a wrong answer"
)]

use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId};
use puntual_core::matching::{Debt, Index, Line, Payer, Policy, Status, match_lines};
use puntual_core::money::Money;
use std::collections::HashSet;
use std::time::Instant;

const DOCUMENTS: i64 = 100_000;
const CUSTOMERS: i64 = 5_000;
const LINES: i64 = 5_000;
const RUNS: usize = 7;

/// A number that looks drawn and is the same every time (splitmix64).
fn drawn(seed: i64, below: i64) -> i64 {
    let mut z = (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 1) as i64 % below
}

fn debts() -> Vec<Debt> {
    let debt = |n: i64| {
        let minor = 5_000 + drawn(n, 4_000_000);
        Debt {
            document: DocumentId(n),
            customer: CustomerId(n * n % CUSTOMERS),
            number: format!("F{n:08}"),
            uid: None,
            orders: vec![format!("OC-{:06}", n / 3)],
            issued: Day(20_000),
            due: Day(20_030 + drawn(n + 7, 60) as i32),
            currency: Currency::CLP,
            total_minor: minor,
            instalments: vec![minor],
            discount: None,
            is_disputed: false,
        }
    };
    (1..=DOCUMENTS).map(debt).collect()
}

fn payers() -> Vec<Payer> {
    let kinds = ["Comercial", "Minera", "Agricola", "Transportes", "Imprenta"];
    let payer = |n: i64| Payer {
        customer: CustomerId(n),
        group: CustomerId(n),
        name: format!("{} del Sur {n}", kinds[n as usize % kinds.len()]),
        tax_id: Some(format!("{}", 50_000_000 + n * 37)),
        is_held: false,
    };
    (0..CUSTOMERS).map(payer).collect()
}

/// A line that pays one to three debts of a customer that no line before it pays, and those debts.
fn line(
    n: i64,
    debts: &[Debt],
    payers: &[Payer],
    own: &[Vec<usize>],
    taken: &mut HashSet<DocumentId>,
) -> (Line, Vec<DocumentId>) {
    let first = (0..DOCUMENTS).map(|step| &debts[drawn(n * 11 + step, DOCUMENTS) as usize]);
    let first =
        first.into_iter().find(|debt| !taken.contains(&debt.document)).expect("one is left");
    let others = own[first.customer.0 as usize].iter().map(|at| &debts[*at]);
    let free = |debt: &&Debt| debt.document != first.document && !taken.contains(&debt.document);
    let more = others.filter(free).take(drawn(n, 3) as usize);
    let paid: Vec<&Debt> = std::iter::once(first).chain(more).collect();
    taken.extend(paid.iter().map(|debt| debt.document));
    let payer = &payers[first.customer.0 as usize];
    let text = match n % 4 {
        0 => format!("PAGO {}", first.number),
        1 => format!("TRANSF {}", payer.name.to_uppercase()),
        2 => format!("RUT {}", payer.tax_id.as_deref().unwrap_or_default()),
        _ => format!("FACT {}", first.document.0),
    };
    let minor = paid.iter().map(|debt| debt.total_minor).sum();
    let line = Line {
        amount: Money::new(minor, Currency::CLP),
        on: Day(20_060),
        text,
        payer_name: None,
        payer_account: None,
        payer_tax_id: None,
    };
    let mut documents: Vec<DocumentId> = paid.iter().map(|debt| debt.document).collect();
    documents.sort_unstable();
    (line, documents)
}

fn main() {
    let (debts, payers) = (debts(), payers());
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); CUSTOMERS as usize];
    for (at, debt) in debts.iter().enumerate() {
        own[debt.customer.0 as usize].push(at);
    }
    let mut taken = HashSet::new();
    let made: Vec<(Line, Vec<DocumentId>)> =
        (0..LINES).map(|n| line(n, &debts, &payers, &own, &mut taken)).collect();
    let lines: Vec<Line> = made.iter().map(|(line, _)| line.clone()).collect();
    let (mut built, mut matched) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let started = Instant::now();
        let index = Index::new(debts.clone(), payers.clone(), &[], Vec::new());
        built.push(started.elapsed());
        let started = Instant::now();
        let found = match_lines(&index, &Policy::default(), &lines);
        matched.push(started.elapsed());
        if run > 0 {
            continue;
        }
        let mut applied = 0;
        for (found, (line, expected)) in found.iter().zip(&made) {
            if found.status == Status::Applied {
                let mut documents: Vec<DocumentId> =
                    found.proposals[0].lines.iter().map(|(document, _)| *document).collect();
                documents.sort_unstable();
                assert_eq!(&documents, expected, "WRONG: {}", line.text);
                applied += 1;
            }
        }
        println!("{LINES} lines, {DOCUMENTS} open documents: {applied} applied");
        built.clear();
        matched.clear();
    }
    built.sort_unstable();
    matched.sort_unstable();
    println!("{:<20}{:>10.1} ms", "arrange", built[RUNS / 2].as_secs_f64() * 1000.0);
    println!("{:<20}{:>10.1} ms", "match", matched[RUNS / 2].as_secs_f64() * 1000.0);
}
