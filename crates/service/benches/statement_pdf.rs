//! How many statements of twenty documents become PDFs per second, on one thread.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints a figure")]
#![allow(clippy::disallowed_methods, reason = "measuring takes a clock")]
#![allow(missing_docs, reason = "a program")]

#[path = "../tests/support/mod.rs"]
mod support;

use puntual_service::render::{Language, MessageFields, render_email, standard_template};
use puntual_service::statement_pdf::statement_pdf;
use std::time::Instant;

const ROUNDS: u32 = 400;

fn main() {
    let statement = support::samples::statement(Language::EsCl, 20);
    let bytes = statement_pdf(&statement).unwrap().len();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        assert_eq!(statement_pdf(&statement).unwrap().len(), bytes);
    }
    let per_second = f64::from(ROUNDS) / start.elapsed().as_secs_f64();
    println!("statement of 20 documents: {per_second:.0} PDFs/s, {bytes} bytes each");
    let template = standard_template("reminder", Language::EsCl).unwrap();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        render_email(&template, &statement, &MessageFields::default()).unwrap();
    }
    let per_second = f64::from(ROUNDS) / start.elapsed().as_secs_f64();
    println!("reminder of 20 documents: {per_second:.0} messages/s");
}
