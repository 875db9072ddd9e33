//! Strategies as text people write: TOML with Spanish keys, read into [`Strategy`] and written from
//! it. It decides what a text means and says of what it does not understand the line, what was met
//! and what to write; whether the strategy is wise is [`super::audit`]'s.
//!
//! Every key with an example stands in `docs/manual/estrategias.md`.

pub mod problem;
mod read;
mod source;
pub mod words;
mod write;

pub use problem::{Problem, ProblemKind};
pub use read::{read, read_conditions};
pub use write::{branch_fields, condition_fields, step_fields, strategy_fields, write};

use super::Strategy;

/// Longest text read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// A strategy with where each of its parts stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What the text says.
    pub strategy: Strategy,
    /// Lines of its parts, counted from 1.
    pub lines: Lines,
}

/// Lines of the parts of a text.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Lines {
    /// Of each track, in the order of the strategy's.
    pub tracks: Vec<TrackLines>,
}

/// Lines of the parts of a track.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TrackLines {
    /// Where the track begins.
    pub line: usize,
    /// Of each stage.
    pub stages: Vec<usize>,
    /// Of each step, of the ladder and of the branches, by its place.
    pub steps: Vec<usize>,
    /// Of each branch.
    pub branches: Vec<usize>,
}
