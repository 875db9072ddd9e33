//! Text that an earlier program spoiled: UTF-8 read as Windows-1252 ("NÃºÃ±ez"), lost characters,
//! and cells a spreadsheet would run as a formula. Decides what they were; changes nothing itself.

use encoding_rs::WINDOWS_1252;

/// The text as it was before UTF-8 was read as Windows-1252, or `None` when it was not.
pub fn mojibake(text: &str) -> Option<String> {
    if text.is_ascii() || !text.contains(['Ã', 'Â', 'â', 'Å', 'Ä']) {
        return None;
    }
    let (bytes, _, lost) = WINDOWS_1252.encode(text);
    if lost {
        return None;
    }
    let repaired = std::str::from_utf8(&bytes).ok()?;
    (repaired.chars().count() < text.chars().count()).then(|| repaired.to_owned())
}

/// Whether characters were lost for good.
pub fn has_lost_characters(text: &str) -> bool {
    text.contains('\u{fffd}')
}

/// Whether a spreadsheet would run the text as a formula (OWASP, "CSV Injection"): it starts with
/// `= + - @`, a tab or a carriage return.
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mojibake_is_recognised_only_where_it_is() {
        assert_eq!(mojibake("NÃºÃ±ez & PeÃ±a").as_deref(), Some("Núñez & Peña"));
        for clean in ["Núñez & Peña", "ÂNGELA SÃO", "Peña", "CLIENTE", "SÃO PAULO"] {
            assert_eq!(mojibake(clean), None, "{clean}");
        }
    }

    #[test]
    fn formulas_are_told_by_their_first_character() {
        for text in ["=HYPERLINK(\"x\")", "@SUM(1+1)", "+56 2", "-1", "\tx"] {
            assert!(is_formula(text));
        }
        assert!(!is_formula("Pérez = Hnos."));
    }
}
