//! A table of any bytes: the reader never panics, and what it counts is what it hands over.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::ReadOptions;
use puntual_formats::table::{self, RowKind};

fuzz_target!(|bytes: &[u8]| {
    let options = ReadOptions::default();
    let file = table::read_table("x.csv", bytes, &options);
    for summary in &file.summaries {
        assert_eq!(summary.outcomes.iter().sum::<u64>(), file.records.len() as u64);
        if summary.row_kind == Some(RowKind::BankEntries) {
            let counted = file.records.iter().filter(|record| record.is_counted()).count();
            assert!(table::is_held_back(summary) || counted as u64 == summary.rows);
        }
    }
    let _ = table::preview("x.csv", bytes, &options, 5);
});
