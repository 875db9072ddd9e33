//! Bytes to records and back. Pure: no files, no clock, no network.
//!
//! [`read::read`] is the way in for every file; [`json::read_line`] says the result in the form of
//! the command-line contract. Reading order: `record` (what everything becomes), `problem`,
//! `read`, `decode` and `xml` (bytes to a safe tree), `invoice`, `pdf`, `bank` and `table` (the
//! readers).
pub mod archive;
pub mod bank;
pub mod decode;
pub mod detect;
pub mod invoice;
pub mod json;
pub mod out;
pub mod pdf;
pub mod problem;
pub mod read;
pub mod record;
pub mod table;
pub mod terms_text;
pub mod xml;
