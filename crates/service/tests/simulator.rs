//! Simulated months and years: no duplicate, no wrong claim, no lost action, whatever ends or acts between
//! any two steps of day, queue, release, send and record. A failure prints its seed;
//! `PUNTUAL_SIM_SEED` runs that one again. The ignored test runs companies `PUNTUAL_SIM_SCALE`
//! times as large through two years until `PUNTUAL_SIM_MESSAGES` were judged.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "seed and size are told by environment")]

mod support;

use support::books::{places, sqlite};
use support::simulation::{Figures, Simulation, Size, silence_crashes};

/// Days of the long simulation.
const TWO_YEARS: i32 = 731;

fn told(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A company of a seed on every engine, against its undisturbed twin.
fn simulate(seed: u64, scale: usize, days: i32) -> Vec<Figures> {
    let size = Size {
        seed,
        customers: 12 * scale,
        quiet: 4 * scale,
        days,
        invoices: 2 * scale,
        disturbed: true,
    };
    let (_, expected) = Simulation::new(Size { disturbed: false, ..size }, sqlite()).run();
    let mut all = Vec::new();
    for place in places() {
        let engine = place.url.split(':').next().unwrap_or_default().to_owned();
        let (figures, quiet) = Simulation::new(size, place).run();
        assert_eq!(quiet, expected, "seed {seed} on {engine}: an action was lost or added");
        eprintln!("seed {seed} on {engine}: {figures:?}");
        all.push(figures);
    }
    all
}

#[test]
fn months_of_ends_and_interleavings() {
    silence_crashes();
    for figures in simulate(told("PUNTUAL_SIM_SEED", 20_261_122), 3, 75) {
        let ends: usize = figures.crashes.values().sum();
        let between: usize = figures.interleavings.values().sum();
        assert!(figures.taken > 25 && figures.releases_judged > 25, "{figures:?}");
        assert!(ends > 5 && between > 40, "{figures:?}");
    }
}

#[test]
#[ignore = "hours: judges at least 100,000 messages"]
fn a_hundred_thousand_messages() {
    silence_crashes();
    let (mut judged, mut seed) = (0, told("PUNTUAL_SIM_SEED", 1));
    while judged < told("PUNTUAL_SIM_MESSAGES", 100_000) as usize {
        let scale = told("PUNTUAL_SIM_SCALE", 40) as usize;
        let figures = simulate(seed, scale, TWO_YEARS);
        judged += figures.iter().map(|one| one.releases_judged).sum::<usize>();
        eprintln!("{judged} messages judged");
        seed += 1;
    }
}
