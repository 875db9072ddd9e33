//! The bytes become the inside of a statement: its own fields before the first line break, entries
//! after it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|text: &str| {
    let (fields, entries) = text.split_once('\n').unwrap_or((text, ""));
    let xml = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>\
         {fields}<Ntry>{entries}</Ntry></Stmt></BkToCstmrStmt></Document>"
    );
    read("x.xml", xml.as_bytes(), &ReadOptions::default());
});
