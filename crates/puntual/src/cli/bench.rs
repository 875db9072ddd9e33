//! `puntual bench`: this program measured on a generated portfolio, each answer checked before its
//! time is told.

use super::output::{json_line, line, note};
use super::{Common, Failure, Outcome};
use clap::Args;
use puntual_service::bench::{self, Measure};
use std::path::PathBuf;

/// Measure this program on generated portfolios.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual --db sqlite:bench.db bench --data ../shared-data/1m")]
pub struct Bench {
    /// Folder with customers.csv, invoices.csv, payments.csv, allocations.csv, fx.csv and the
    /// expected results.
    #[arg(long)]
    data: PathBuf,
    /// Times each operation is repeated after a warm-up; the median is told.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Import the folder into the (empty) storage first, and measure that too.
    #[arg(long)]
    import: bool,
}

/// Runs `puntual bench`.
pub fn bench(common: &Common, command: &Bench) -> Result<Outcome, Failure> {
    let mut wrong = false;
    let mut tell = |measure: &Measure| {
        wrong |= !measure.correct;
        match common.json {
            true => json_line(measure),
            false => line(&measure.summary()),
        }
    };
    if command.import {
        bench::import(&common.open()?, &command.data, &mut tell)?;
    }
    note("Abriendo de nuevo, como al arrancar:");
    bench::start(common.db(), &command.data, &mut tell)?;
    bench::figures(&common.open()?, &command.data, command.runs.max(1), &mut tell)?;
    Ok(if wrong { Outcome::Refused } else { Outcome::Done })
}
