//! The bytes become an invoice of a Facturae, and what stands in the cover of its lot.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|text: &str| {
    let (cover, invoice) = text.split_once('\n').unwrap_or((text, ""));
    let xml = format!(
        "<fe:Facturae xmlns:fe=\"http://www.facturae.gob.es/formato/Versiones/Facturaev3_2_2.xml\">\
         <FileHeader>{cover}</FileHeader><Invoices><Invoice>{invoice}</Invoice></Invoices>\
         </fe:Facturae>"
    );
    let options =
        ReadOptions { creditor_tax_ids: vec!["B12345674".to_owned()], ..Default::default() };
    read("x.xsig", xml.as_bytes(), &options);
});
