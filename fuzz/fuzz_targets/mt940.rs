//! The text becomes the fields of a message, after a header that makes it one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|text: &str| {
    let message = format!(":20:X\r\n:25:1\r\n:28C:1/1\r\n:60F:C260101EUR0,00\r\n:61:{text}");
    let file = read("x.sta", message.as_bytes(), &ReadOptions::default());
    let counts = file.counts();
    assert_eq!(counts.read, counts.accepted + counts.quarantined + counts.ignored);
});
