//! Code page 850, in which older programs of banks and shops still write, and how to tell it from
//! windows-1252: by which of the two makes letters of a language out of the bytes.

use encoding_rs::WINDOWS_1252;

/// The characters of the bytes from 128. Where 850 has a dotless i, 858 put the euro sign.
const HIGH: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ\
    áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀\
    ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// Letters of the languages these programs write in, beyond ASCII.
const LETTERS: &str = "ÁÉÍÓÚÜÑÇÀÈÌÒÙÂÊÎÔÛÄÖËÏÃÕÅØÆáéíóúüñçàèìòùâêîôûäöëïßãõåøæ";

/// Bytes beyond ASCII after which the answer does not change any more.
const BYTES_LOOKED_AT: usize = 10_000;

/// Most bytes that a character of code page 850 needs in UTF-8.
pub const LONGEST: usize = 3;

/// Decodes code page 850; every byte has a character.
pub fn decode(bytes: &[u8]) -> String {
    let high: Vec<char> = HIGH.chars().collect();
    let character = |b: &u8| match b.checked_sub(128) {
        None => char::from(*b),
        Some(place) => high[usize::from(place)],
    };
    bytes.iter().map(character).collect()
}

/// What the bytes beyond ASCII say for each of the two code pages, piece by piece.
#[derive(Debug, Default)]
pub struct Votes {
    as_850: usize,
    as_1252: usize,
    seen: usize,
    /// The byte before the next piece.
    last: Option<u8>,
}

impl Votes {
    /// Looks at the next piece of a text. A letter counts when its case is that of the letters
    /// beside it: `COMISIÓN`, not `COMISIàN`.
    pub fn add(&mut self, piece: &[u8]) {
        if self.seen < BYTES_LOOKED_AT && !piece.is_ascii() {
            let high: Vec<char> = HIGH.chars().collect();
            let all: Vec<u8> = (128..=255).collect();
            let western: Vec<char> =
                WINDOWS_1252.decode_without_bom_handling(&all).0.chars().collect();
            let places = piece.iter().enumerate().filter(|(_, b)| !b.is_ascii());
            for (at, b) in places.take(BYTES_LOOKED_AT - self.seen) {
                let place = usize::from(*b - 128);
                let before = at.checked_sub(1).map_or(self.last, |at| piece.get(at).copied());
                let fits = |c: char| fits(c, before, piece.get(at + 1).copied());
                self.as_850 += usize::from(fits(high[place]));
                self.as_1252 += usize::from(fits(western[place]));
                self.seen += 1;
            }
        }
        self.last = piece.last().copied().or(self.last);
    }

    /// Whether the bytes make more sense in code page 850 than in windows-1252.
    pub fn are_for_850(&self) -> bool {
        self.as_850 > self.as_1252
    }

    /// Whether one of the two makes sense of nearly all of them.
    pub fn are_western(&self) -> bool {
        self.as_850.max(self.as_1252) * 8 >= self.seen * 7
    }
}

/// Whether the bytes make more sense in code page 850 than in windows-1252.
pub fn is_likely(bytes: &[u8]) -> bool {
    let mut votes = Votes::default();
    votes.add(bytes);
    votes.are_for_850()
}

/// Whether a character may stand between these two bytes in a text of these languages.
fn fits(c: char, before: Option<u8>, after: Option<u8>) -> bool {
    let is_letter = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphabetic() || !b.is_ascii());
    match c {
        // A mark of punctuation opens or closes a word; between letters it is another letter.
        '¿' | '¡' | '“' | '‘' | '–' | '·' => return !is_letter(before),
        '”' => return !is_letter(after),
        '\u{a0}' => return !(is_letter(before) && is_letter(after)),
        'º' | 'ª' | '°' | '€' => return true,
        _ => {}
    }
    let beside = [before, after].into_iter().flatten();
    let letters: Vec<u8> = beside.filter(u8::is_ascii_alphabetic).collect();
    let against = match c.is_lowercase() {
        true => !letters.is_empty() && letters.iter().all(u8::is_ascii_uppercase),
        false => before.is_some_and(|b| b.is_ascii_lowercase()),
    };
    // Alone among figures it is a blank of one of them read as a letter of the other.
    LETTERS.contains(c) && !against && (is_letter(before) || is_letter(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_code_pages_are_told_apart_by_their_letters() {
        for text in ["NÚÑEZ Y PEÑA", "COMISIÓN", "Devolución año", "Überweisung", "São João"]
        {
            let (western, _, _) = WINDOWS_1252.encode(text);
            assert!(!is_likely(&western), "{text}");
            let high: Vec<char> = HIGH.chars().collect();
            let place = |c: char| high.iter().position(|other| *other == c).unwrap() as u8 + 128;
            let dos: Vec<u8> =
                text.chars().map(|c| if c.is_ascii() { c as u8 } else { place(c) }).collect();
            assert!(is_likely(&dos), "{text}");
            assert_eq!(decode(&dos), text);
        }
        assert!(!is_likely(b"plain"));
    }

    #[test]
    fn figures_and_signs_of_windows_are_no_letters_of_850() {
        for text in [
            "1\u{a0}234,56 y Total\u{a0}",
            "Nº 12",
            "100,00 €",
            "“Pago”",
            "Única",
            "¿Qué?",
            "d’été",
            "Pago – abril",
            "café · útil",
        ] {
            let (western, _, _) = WINDOWS_1252.encode(text);
            assert!(!is_likely(&western), "{text}");
        }
    }
}
