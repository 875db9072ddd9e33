//! The bytes become the settlement of a cross-industry invoice, in the names of both standards.
#![no_main]

use libfuzzer_sys::fuzz_target;
use puntual_formats::read::{ReadOptions, read};

fuzz_target!(|text: &str| {
    let (header, settlement) = text.split_once('\n').unwrap_or((text, ""));
    let new = format!(
        "<CrossIndustryInvoice><ExchangedDocument>{header}</ExchangedDocument>\
         <SupplyChainTradeTransaction><ApplicableHeaderTradeSettlement>{settlement}\
         </ApplicableHeaderTradeSettlement></SupplyChainTradeTransaction></CrossIndustryInvoice>"
    );
    let old = format!(
        "<CrossIndustryDocument><HeaderExchangedDocument>{header}</HeaderExchangedDocument>\
         <SpecifiedSupplyChainTradeTransaction><ApplicableSupplyChainTradeSettlement>{settlement}\
         </ApplicableSupplyChainTradeSettlement></SpecifiedSupplyChainTradeTransaction>\
         </CrossIndustryDocument>"
    );
    for xml in [new, old] {
        read("x.xml", xml.as_bytes(), &ReadOptions::default());
    }
});
