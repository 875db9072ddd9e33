//! What several tests of the service share.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "each test uses a part of it")]
#![allow(missing_docs, reason = "parts of tests")]

pub mod books;
pub mod mime_reader;
pub mod samples;
pub mod simulation;
pub mod smtp_server;
