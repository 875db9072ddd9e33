//! Whatever the bytes, reading ends without a panic, counts add up, and a refused file says why.

mod common;

use common::{corpus, json_lines};
use proptest::prelude::*;
use puntual_formats::json::read_line;
use puntual_formats::read::{ReadOptions, read};
use puntual_formats::record::Status;
use puntual_formats::terms_text::terms_days;
use std::sync::OnceLock;

/// Every file of the corpus, once.
fn files() -> &'static [(String, Vec<u8>)] {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let folder = corpus();
        json_lines(&folder.join("expected.jsonl"))
            .iter()
            .filter_map(|want| want["file"].as_str())
            .map(|name| (name.to_owned(), std::fs::read(folder.join(name)).expect("corpus")))
            .collect()
    })
}

fn sound(name: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    let file = read(name, bytes, &ReadOptions::default());
    let counts = file.counts();
    let sum =
        counts.accepted + counts.duplicates + counts.quarantined + counts.rejected + counts.ignored;
    prop_assert_eq!(counts.read, sum);
    if file.status == Status::Reject {
        prop_assert!(!file.all_problems().is_empty(), "refused without a word");
        prop_assert_eq!(counts.accepted, 0);
    }
    let line = read_line(&file);
    prop_assert_eq!(line["status"].as_str(), Some(file.status.as_str()));
    Ok(())
}

proptest! {
    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        sound("x.xml", &bytes)?;
    }

    #[test]
    fn random_text_in_a_comprobante(text in "[<>/a-zA-Z0-9 =\"'&;:.-]{0,200}") {
        let xml = format!("<cfdi:Comprobante xmlns:cfdi='http://www.sat.gob.mx/cfd/4' {text}/>");
        sound("x.xml", xml.as_bytes())?;
    }

    #[test]
    fn random_values_in_every_attribute(value in "\\PC{0,40}", which in any::<prop::sample::Index>()) {
        let (name, bytes) = which.get(files());
        let text = String::from_utf8_lossy(bytes);
        let value = value.replace(['<', '"', '&'], "");
        let parts: Vec<&str> = text.split('"').collect();
        let at = which.index(parts.len());
        let spoilt: Vec<&str> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| if index == at { value.as_str() } else { part })
            .collect();
        sound(name, spoilt.join("\"").as_bytes())?;
    }

    #[test]
    fn random_values_and_names_in_bank_messages(
        value in prop_oneof!["[-+0-9.,eE ]{0,40}", "\\PC{0,40}", "(BOOK|DBIT|RJCT|true|NOTPROVIDED)"],
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
    ) {
        let is_message = |name: &str| name.starts_with("camt/") || name.starts_with("sepa/");
        let messages: Vec<_> = files().iter().filter(|(name, _)| is_message(name)).collect();
        let (name, bytes) = which.get(&messages);
        let text = String::from_utf8_lossy(bytes);
        let value = value.replace(['<', '>', '&'], "");
        let parts: Vec<&str> = text.split_inclusive(['<', '>']).collect();
        let (at, from) = (place.index(parts.len()), other.index(parts.len()));
        let ends = |index: usize| parts[index].chars().last();
        let spoilt: String = parts
            .iter()
            .enumerate()
            .map(|(index, part)| match ends(index) {
                // A text becomes another; a tag becomes another tag of the message.
                Some('<') if index == at => format!("{value}<"),
                Some('>') if index == at && ends(from) == Some('>') => parts[from].to_owned(),
                _ => (*part).to_owned(),
            })
            .collect();
        sound(name, spoilt.as_bytes())?;
    }

    #[test]
    fn mutations_of_the_corpus(
        which in any::<prop::sample::Index>(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..12),
    ) {
        let (name, bytes) = which.get(files());
        let mut bytes = bytes.clone();
        for (at, byte, edit) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match edit {
                0 => bytes[at] = byte,
                1 => {
                    bytes.remove(at);
                }
                _ => bytes.insert(at, byte),
            }
        }
        sound(name, &bytes)?;
    }

    #[test]
    fn every_prefix_of_a_file_is_refused_or_whole(
        which in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let (name, bytes) = which.get(files());
        sound(name, &bytes[..cut.index(bytes.len() + 1)])?;
    }

    #[test]
    fn terms_never_leave_their_range(text in "\\PC{0,60}") {
        if let Some(days) = terms_days(&text) {
            prop_assert!((0..=720).contains(&days));
        }
    }
}
