//! Words made comparable: what is searched, and what codes are made of.

use puntual_core::likeness::plain_letter;

/// Lower case, without accents, punctuation made blank: `Peñalolén S.A.` becomes `penalolen s a`.
pub fn plain(text: &str) -> String {
    text.chars().map(plain_letter).collect()
}

/// The words of a query, each of which must be found. An id written with dots and hyphens is one
/// word.
pub fn query(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|word| match word.chars().any(|c| c.is_ascii_digit()) {
            true => plain(word).replace(' ', ""),
            false => plain(word).trim().to_owned(),
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// A name as it is compared, or `None` when nothing of it is left.
pub fn comparable(name: &str) -> Option<String> {
    let words = plain(name).split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then_some(words)
}

/// An id as it is compared whoever wrote it: letters and digits, upper case, without leading zeros.
pub fn bare_id(text: &str) -> Option<String> {
    let kept = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase);
    let bare: String = kept.skip_while(|c| *c == '0').collect();
    (!bare.is_empty()).then_some(bare)
}

/// What a customer is found by: name, code and tax id, with and without punctuation.
pub fn searchable(name: &str, code: &str, tax_id: Option<&str>) -> String {
    let squeezed = |text: &str| plain(text).replace(' ', "");
    let tax_id = tax_id.map(squeezed).unwrap_or_default();
    format!("{} {} {tax_id}", plain(name), squeezed(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tax_id_is_found_however_it_is_written() {
        let text = searchable("Construcciones Peñalolén S.A.", "C-001", Some("76.192.083-9"));
        for wanted in ["76.192.083-9", "761920839", "PENALOLEN", "peñalolén s.a.", "c001", "C-001"]
        {
            let found = query(wanted).iter().all(|word| text.contains(word.as_str()));
            assert!(found, "{wanted:?} in {text:?}");
        }
    }
}
