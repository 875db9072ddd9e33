//! Well-formed surroundings, hostile inside: the bytes become the attributes and children of a
//! `Comprobante`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|text: &str| {
    let (attributes, inside) = text.split_once('\n').unwrap_or((text, ""));
    let xml = format!(
        "<cfdi:Comprobante xmlns:cfdi=\"http://www.sat.gob.mx/cfd/4\" Version=\"4.0\" {attributes}>\
         {inside}</cfdi:Comprobante>"
    );
    let options =
        ReadOptions { creditor_tax_ids: vec!["EKU9003173C9".to_owned()], ..Default::default() };
    read("x.xml", xml.as_bytes(), &options);
});
