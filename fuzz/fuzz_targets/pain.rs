//! The first byte chooses the message, the rest becomes its inside: answers of a bank (pain.002)
//! and orders to it (pain.001, pain.008).
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|text: &str| {
    const MESSAGES: [(&str, &str); 3] = [
        ("CstmrPmtStsRpt", "OrgnlPmtInfAndSts"),
        ("CstmrDrctDbtInitn", "PmtInf"),
        ("CstmrCdtTrfInitn", "PmtInf"),
    ];
    let choice = text.bytes().next().unwrap_or(0);
    let (message, batch) = MESSAGES[usize::from(choice) % MESSAGES.len()];
    let inside = text.get(1..).unwrap_or("");
    let (header, rest) = inside.split_once('\n').unwrap_or((inside, ""));
    let xml = format!("<Document><{message}>{header}<{batch}>{rest}</{batch}></{message}></Document>");
    read("x.xml", xml.as_bytes(), &ReadOptions::default());
});
