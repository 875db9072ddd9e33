//! What banks send: statements in ISO 20022, MT940, Norma 43 and OFX, and the answers to direct
//! debits.
//!
//! Every reader yields the entries of a statement and then the statement itself, in the order of
//! the file. [`Tally`] does what all of them need: it counts, sums and proves the balance chain.
//! Refuses to know what an entry pays.

mod amounts;
mod codes;
mod found;
pub mod iso20022;
pub mod mt940;
mod mt940_line;
mod mt940_text;
pub mod norma43;
mod norma43_text;
pub mod ofx;
mod ofx_tokens;
mod tally;

pub use tally::Tally;

/// Largest statement in text form that is read, in bytes.
const MAX_BYTES: usize = 100_000_000;
/// Most entries and statements of one such file. An entry in memory is fifty times its shortest
/// line, so the bytes alone bound nothing; a large company's busiest month has fewer.
const MAX_RECORDS: usize = 300_000;

/// The lines of a text, whichever way they end.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let end = if text.contains('\n') { '\n' } else { '\r' };
    text.split(end).map(|line| line.strip_suffix('\r').unwrap_or(line))
}
