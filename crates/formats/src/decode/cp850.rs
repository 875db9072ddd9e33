//! Code page 850, in which older programs of European banks still write, and how to tell it from
//! windows-1252: by which of the two makes letters of a language out of the bytes.

use encoding_rs::WINDOWS_1252;

/// The characters of the bytes from 128. Where 850 has a dotless i, 858 put the euro sign.
const HIGH: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ\
    áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀\
    ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// What text in the languages of these banks is made of, beyond ASCII.
const USUAL: &str = "ÁÉÍÓÚÜÑÇÀÈÌÒÙÂÊÎÔÛÄÖËÏÃÕÅØÆáéíóúüñçàèìòùâêîôûäöëïßãõåøæºª¿¡€·°";

/// Bytes beyond ASCII after which the answer does not change any more.
const BYTES_LOOKED_AT: usize = 10_000;

/// Decodes code page 850; every byte has a character.
pub fn decode(bytes: &[u8]) -> String {
    let high: Vec<char> = HIGH.chars().collect();
    let character = |b: &u8| match b.checked_sub(128) {
        None => char::from(*b),
        Some(place) => high[usize::from(place)],
    };
    bytes.iter().map(character).collect()
}

/// Whether the bytes make more sense in code page 850 than in windows-1252. A letter counts when
/// its case is that of the letters beside it: `COMISIÓN`, not `COMISIàN`.
pub fn is_likely(bytes: &[u8]) -> bool {
    let high: Vec<char> = HIGH.chars().collect();
    let all: Vec<u8> = (128..=255).collect();
    let western: Vec<char> = WINDOWS_1252.decode_without_bom_handling(&all).0.chars().collect();
    let (mut as_850, mut as_1252) = (0_usize, 0_usize);
    let places = bytes.iter().enumerate().filter(|(_, b)| !b.is_ascii()).take(BYTES_LOOKED_AT);
    for (at, b) in places {
        let place = usize::from(*b - 128);
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let fits = |c: char| fits(c, before.copied(), bytes.get(at + 1).copied());
        as_850 += usize::from(fits(high[place]));
        as_1252 += usize::from(fits(western[place]));
    }
    as_850 > as_1252
}

fn fits(c: char, before: Option<u8>, after: Option<u8>) -> bool {
    let beside = [before, after].into_iter().flatten();
    let letters: Vec<u8> = beside.filter(u8::is_ascii_alphabetic).collect();
    let against = match c.is_lowercase() {
        true => !letters.is_empty() && letters.iter().all(u8::is_ascii_uppercase),
        false => c.is_uppercase() && before.is_some_and(|b| b.is_ascii_lowercase()),
    };
    USUAL.contains(c) && !against
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
}
