//! What banks send: statements in ISO 20022, MT940, Norma 43 and OFX, and the answers to direct
//! debits.
//!
//! Every reader yields the entries of a statement and then the statement itself, into a sink, so
//! that files of any size pass in flat memory. [`Tally`] does what all of them need: it counts,
//! sums and proves the balance chain. Refuses to know what an entry pays.

mod tally;

pub use tally::Tally;
