//! The bytes become the inside of an invoice of the SUNAT, or the text a container of the DIAN
//! carries.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|text: &str| {
    let (inside, carried) = text.split_once('\n').unwrap_or((text, ""));
    let invoice = format!(
        "<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\" \
         xmlns:s=\"urn:sunat:x\">{inside}</Invoice>"
    );
    let container = format!(
        "<AttachedDocument><Attachment><ExternalReference><Description><![CDATA[{carried}]]>\
         </Description></ExternalReference></Attachment></AttachedDocument>"
    );
    let options =
        ReadOptions { creditor_tax_ids: vec!["20600055519".to_owned()], ..Default::default() };
    for xml in [invoice, container] {
        read("x.xml", xml.as_bytes(), &options);
    }
});
