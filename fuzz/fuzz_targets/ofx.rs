//! The text becomes the inside of a statement, as SGML or as XML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|text: &str| {
    let start = "<OFX><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM>";
    let message = format!("{start}<BANKTRANLIST><STMTTRN>{text}</OFX>");
    read("x.ofx", message.as_bytes(), &ReadOptions::default());
});
