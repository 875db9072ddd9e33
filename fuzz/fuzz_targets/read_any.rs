//! Any bytes under any of the names that matter: detection, zips, XML and tables.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::json::read_line;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|bytes: &[u8]| {
    const NAMES: [&str; 4] = ["x.xml", "x.zip", "x.csv", "x"];
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let file = read(name, rest, &ReadOptions::default());
    let line = read_line(&file);
    let count = |key: &str| line[key].as_u64().unwrap_or(u64::MAX);
    let parts = ["accepted", "duplicates", "quarantined", "rejected", "ignored"];
    assert_eq!(count("read"), parts.iter().map(|key| count(key)).sum::<u64>());
});
