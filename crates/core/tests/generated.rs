//! The portfolio against the benchmark generator's own oracle, at any size and seed:
//! `python3 ../shared/bench/gen.py --n 2000 --out DIR && PUNTUAL_BENCH_DIR=DIR cargo test -p
//! puntual-core --test generated`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and this one is told its folder by the environment"
)]

#[path = "../benches/generated/mod.rs"]
#[allow(dead_code, reason = "the benchmark uses the rest")]
mod generated;

#[test]
fn every_expected_figure_of_a_generated_portfolio() {
    let Some(folder) = std::env::var_os("PUNTUAL_BENCH_DIR") else {
        eprintln!("SKIPPED: set PUNTUAL_BENCH_DIR to a folder written by the generator");
        return;
    };
    let generated = generated::Generated::open(folder.as_ref());
    let portfolio = generated.facts(0).build().unwrap();
    assert!(!portfolio.is_empty());
    if let Err(difference) = generated.check(&portfolio) {
        panic!("{difference}");
    }
}
