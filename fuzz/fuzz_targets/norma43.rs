//! Any bytes after the header of an account, so that every encoding is met too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|bytes: &[u8]| {
    let header = b"11210004180200051332260101260131200000000000000978\n22    ";
    let file = read("x.n43", &[header, bytes].concat(), &ReadOptions::default());
    let counts = file.counts();
    assert_eq!(counts.read, counts.accepted + counts.quarantined + counts.ignored);
});
