//! Parties, accounts, references and amounts, which every message writes in the same few shapes.

use super::branch::Twig;
use crate::invoice::fields::decimal;
use crate::record::PartyRecord;
use rust_decimal::Decimal;

/// A party: itself in the first versions, inside `Pty` (or the agent in `Agt`) since version 8 of
/// camt.
pub fn party(twig: Twig<'_>) -> PartyRecord {
    let of_agent = twig.path("Agt/FinInstnId");
    let inside = twig.child("Pty").or(of_agent).unwrap_or(twig);
    let ids = || {
        let kinds = ["OrgId", "PrvtId"].into_iter();
        kinds.filter_map(|kind| inside.child("Id")?.child(kind))
    };
    let others = || ids().flat_map(|id| id.children("Othr"));
    let scheme = |other: &Twig<'_>| other.first_text(&["SchmeNm/Cd", "SchmeNm/Prtry"]);
    let of_scheme = |wanted: &[&str]| {
        let mut found = others()
            .filter(|other| scheme(other).is_some_and(|code| wanted.contains(&code.as_str())));
        found.find_map(|other| other.text("Id"))
    };
    let unnamed = || others().find(|other| scheme(other).is_none()).and_then(|o| o.text("Id"));
    let older = || ids().find_map(|id| id.first_text(&["TaxIdNb", "OthrId/Id"]));
    let tax_id = of_scheme(&["TXID", "NIF", "CIF", "NIE", "RUT", "RFC", "VAT"]);
    PartyRecord {
        tax_id: tax_id.or_else(older).or_else(unnamed).map(|id| id.to_uppercase()),
        code: of_scheme(&["CUST"]),
        name: inside.text("Nm"),
        country: inside.first_text(&["PstlAdr/Ctry", "CtryOfRes"]),
        email: inside.text("CtctDtls/EmailAdr"),
        phone: inside.first_text(&["CtctDtls/PhneNb", "CtctDtls/MobNb"]),
        contact: inside.text("CtctDtls/Nm"),
        address: inside.child("PstlAdr").and_then(address),
        ..PartyRecord::default()
    }
}

/// Street and number, postal code and town, then the free lines.
fn address(postal: Twig<'_>) -> Option<String> {
    let pair = |first: &str, second: &str| {
        let words: Vec<String> =
            [postal.text(first), postal.text(second)].into_iter().flatten().collect();
        (!words.is_empty()).then(|| words.join(" "))
    };
    let mut lines: Vec<String> =
        [pair("StrtNm", "BldgNb"), pair("PstCd", "TwnNm")].into_iter().flatten().collect();
    lines.extend(postal.children("AdrLine").filter_map(Twig::own_text));
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// Number of an account (`Acct`, `DbtrAcct`), without blanks.
pub fn account_number(account: Twig<'_>) -> Option<String> {
    let paths = ["Id/IBAN", "Id/Othr/Id", "Id/BBAN", "Id/PrtryAcct/Id", "Id/UPIC", "Prxy/Id"];
    let text = account.first_text(&paths)?;
    let joined: String = text.split_whitespace().collect();
    (!joined.is_empty()).then_some(joined)
}

/// An id, unless it says that there is none.
pub fn reference(text: Option<String>) -> Option<String> {
    text.filter(|text| {
        let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        !matches!(
            bare.to_ascii_uppercase().as_str(),
            "" | "NOTPROVIDED" | "NOTAVAILABLE" | "NONREF" | "NOREF" | "NONE" | "UNKNOWN"
        )
    })
}

/// A positive amount of at most eighteen digits, which is what ISO 20022 allows and what sums of
/// any file fit in.
pub fn amount(text: &str) -> Option<Decimal> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // Banks write zeros to the left and five decimals; the limit is for what remains of them.
    let value = decimal(text).filter(|_| digits <= 28)?.normalize();
    let is_sound = value.mantissa().unsigned_abs() < 1_000_000_000_000_000_000;
    is_sound.then_some(value)
}

/// An amount that says more of a record than its own and may be missing or odd, with its currency.
pub fn side_amount(twig: Option<Twig<'_>>) -> Option<(Decimal, Option<String>)> {
    let twig = twig?;
    Some((amount(&twig.own_text()?)?, twig.currency()))
}

/// Pieces of text in order, each once.
pub fn joined(pieces: impl IntoIterator<Item = String>) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        if !text.contains(&piece) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&piece);
        }
    }
    (!text.is_empty()).then_some(text)
}

/// What a payment says to its receiver: free text, then what the structured part adds to the
/// creditor's reference, which stands apart.
pub fn remittance(carrier: Twig<'_>) -> (Option<String>, Option<String>) {
    let Some(remittance) = carrier.child("RmtInf") else { return (None, None) };
    let mut pieces: Vec<String> = remittance.children("Ustrd").filter_map(Twig::own_text).collect();
    let mut creditor_reference = None;
    for structured in remittance.children("Strd") {
        let named = structured.first_text(&["CdtrRefInf/Ref", "CdtrRefInf/CdtrRef"]);
        match creditor_reference {
            None => creditor_reference = reference(named),
            Some(_) => pieces.extend(named),
        }
        for document in structured.children("RfrdDocInf") {
            pieces.extend(document.first_text(&["Nb", "RfrdDocNb"]));
        }
        pieces.extend(structured.children("AddtlRmtInf").filter_map(Twig::own_text));
    }
    (joined(pieces), creditor_reference)
}
