//! The bytes become the inside of a document of an envelope of the SII.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|text: &str| {
    let (header, rest) = text.split_once('\n').unwrap_or((text, ""));
    let xml = format!(
        "<EnvioDTE xmlns=\"http://www.sii.cl/SiiDte\"><SetDTE><DTE><Documento><Encabezado>{header}\
         </Encabezado>{rest}</Documento></DTE></SetDTE></EnvioDTE>"
    );
    let options =
        ReadOptions { creditor_tax_ids: vec!["77777777-7".to_owned()], ..Default::default() };
    read("x.xml", xml.as_bytes(), &options);
});
