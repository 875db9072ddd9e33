//! Any bytes after the mark of a PDF. Start from `crates/formats/tests/corpus/pdf`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|bytes: &[u8]| {
    let body = bytes.strip_prefix(b"%PDF-1.7\n").unwrap_or(bytes);
    let pdf = [b"%PDF-1.7\n", body].concat();
    read("x.pdf", &pdf, &ReadOptions::default());
});
