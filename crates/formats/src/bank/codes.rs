//! Codes that stand inside the text of an entry: why something came back, and creditor references.

use puntual_core::bank_id;

/// Reasons of ISO 20022 (external status reason codes) that SEPA returns, rejects and refunds use.
const RETURN_REASONS: [&str; 40] = [
    "AC01", "AC04", "AC06", "AC13", "AG01", "AG02", "AM01", "AM02", "AM04", "AM05", "AM09", "ARDT",
    "BE04", "BE05", "CNOR", "CUST", "DNOR", "DUPL", "ED05", "FF01", "FF05", "FOCR", "FRAD", "MD01",
    "MD02", "MD06", "MD07", "MS02", "MS03", "NOAS", "NOOR", "RC01", "RR01", "RR02", "RR03", "RR04",
    "SL01", "SL11", "SL12", "TECH",
];

/// The first reason code that stands in the text as a word of its own.
pub fn return_reason(text: &str) -> Option<String> {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.find(|word| RETURN_REASONS.contains(word)).map(str::to_owned)
}

/// The first word of the text that is a creditor reference with a sound check (ISO 11649).
pub fn creditor_reference(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| word.starts_with("RF")).find_map(bank_id::creditor_reference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_words_of_their_own() {
        assert_eq!(return_reason("DEVOLUCION AM04 FONDOS").as_deref(), Some("AM04"));
        assert_eq!(return_reason("FACTURA AM041"), None);
        assert_eq!(
            creditor_reference("Rg RF18539007547034 danke").as_deref(),
            Some("RF18539007547034")
        );
        assert_eq!(creditor_reference("RF18539007547035"), None);
    }
}
