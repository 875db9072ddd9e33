//! One reader over the files that `benches/peers/readers.py` makes, which runs it beside readers
//! written in Python: bytes on disk to records, and for invoices to their JSON line. Prints one
//! line of JSON: records, the sum of their amounts, by which both sides are compared, and the time.
//!
//! `cargo bench -p puntual-formats --bench readers -- KIND PATH`, where KIND is `invoices` (PATH is
//! a folder, read again for two seconds), `camt`, `text` (MT940, OFX) or `xlsx`.
#![allow(clippy::print_stdout, reason = "a bench reports on standard output")]

use puntual_formats::bank::iso20022;
use puntual_formats::json::read_line;
use puntual_formats::read::{ReadOptions, read};
use puntual_formats::record::Record;
use puntual_formats::table;
use rust_decimal::Decimal;
use std::fs::{self, File};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long a folder of invoices is read.
const MEASURED: Duration = Duration::from_secs(2);

/// What was read.
#[derive(Default)]
struct Found {
    records: u64,
    sum: Decimal,
}

impl Found {
    fn add(&mut self, record: &Record) -> ControlFlow<()> {
        let amount = match record {
            Record::Document(document) => document.total,
            Record::BankEntry(entry) => entry.amount,
            _ => return ControlFlow::Continue(()),
        };
        self.records += 1;
        self.sum += amount.unwrap_or_default();
        ControlFlow::Continue(())
    }
}

#[expect(clippy::disallowed_methods, reason = "measuring time is what a benchmark is for")]
fn main() {
    let arguments: Vec<String> =
        std::env::args().filter(|argument| argument != "--bench").collect();
    let [_, kind, path] = arguments.as_slice() else {
        println!("readers invoices|camt|text|xlsx PATH");
        return;
    };
    let (mut found, started) = (Found::default(), Instant::now());
    match kind.as_str() {
        "invoices" => {
            let files: Vec<PathBuf> = fs::read_dir(path)
                .expect("a folder")
                .map(|entry| entry.expect("an entry").path())
                .collect();
            while started.elapsed() < MEASURED {
                files.iter().for_each(|path| whole(path, &mut found));
            }
        }
        "camt" => {
            let file = File::open(path).expect("a file");
            iso20022::stream(file, &mut |record| found.add(&record)).expect("a message");
        }
        "xlsx" => {
            let file = File::open(path).expect("a file");
            let options = ReadOptions::default();
            table::stream("x.xlsx", file, &options, &mut |record| found.add(&record))
                .expect("a workbook");
        }
        _ => whole(&PathBuf::from(path), &mut found),
    }
    println!(
        "{{\"records\": {}, \"sum\": \"{}\", \"milliseconds\": {}}}",
        found.records,
        found.sum.normalize(),
        started.elapsed().as_millis().max(1),
    );
}

/// A file read as a whole, to records and to its line.
fn whole(path: &PathBuf, found: &mut Found) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = read(&name, &fs::read(path).expect("a file"), &ReadOptions::default());
    black_box(read_line(&file).to_string());
    for record in &file.records {
        let _ = found.add(record);
    }
}
