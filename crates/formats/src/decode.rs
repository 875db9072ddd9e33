//! Bytes to text, before any parsing: byte-order mark, XML declaration, and what the bytes
//! themselves prove. Issuers declare one encoding and write another; amounts survive that, names
//! do not, so the text is recovered and the fact is told (formats reference §0.4 and §2).
//!
//! Refuses to know what the text means.

pub(crate) mod cp850;

use crate::problem;
use crate::record::Problem;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Text recovered from bytes.
#[derive(Debug)]
pub struct Decoded<'a> {
    /// The text, starting at the first character that is neither blank nor a byte-order mark.
    pub text: Cow<'a, str>,
    /// What had to be repaired, as warnings.
    pub problems: Vec<Problem>,
}

/// A UTF-8 byte-order mark, and the same after somebody took it for windows-1252.
const BOM: &[u8] = b"\xEF\xBB\xBF";
const BOM_TWICE: &[u8] = b"\xC3\xAF\xC2\xBB\xC2\xBF";

/// How far the XML declaration may reach.
const DECLARATION_BYTES: usize = 256;

/// Decodes the bytes of an XML file. Never fails: bytes of no encoding come out as windows-1252,
/// which gives every byte a character.
pub fn xml(bytes: &[u8]) -> Decoded<'_> {
    if let Some(encoding) = wide(bytes) {
        let (text, _, _) = encoding.decode(bytes);
        let trimmed = text.trim_start_matches(is_junk).to_owned();
        return Decoded { text: Cow::Owned(trimmed), problems: Vec::new() };
    }
    let (body, stripped) = strip_leading(bytes);
    let mut problems = Vec::new();
    if stripped {
        problems.push(problem::junk_before_prologue());
    }
    let declared = declared_encoding(body);
    let text = narrow(body, declared.as_deref(), &mut problems);
    Decoded { text, problems }
}

/// Decodes flat text. `declared` is the encoding a header names, if it has one. Bytes that are
/// neither UTF-8 nor what is declared are code page 850 or windows-1252, whichever makes letters.
pub fn text<'a>(bytes: &'a [u8], declared: Option<&str>) -> Decoded<'a> {
    let mut problems = Vec::new();
    if let Some(encoding) = wide_text(bytes) {
        let (text, _) = encoding.decode_with_bom_removal(bytes);
        return Decoded { text, problems };
    }
    let (body, _) = strip_leading(bytes);
    let is_flat = declared.is_none() && std::str::from_utf8(body).is_err() && !mostly_utf8(body);
    let text = match is_flat {
        true if cp850::is_likely(body) => Cow::Owned(cp850::decode(body)),
        true => WINDOWS_1252.decode_without_bom_handling(body).0,
        false => narrow(body, declared, &mut problems),
    };
    Decoded { text, problems }
}

/// UTF-16 of any text: by its mark, or by the zero byte beside each of the first two characters.
fn wide_text(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0xFF, 0xFE, ..] | [1..128, 0, 1..128, 0, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] | [0, 1..128, 0, 1..128, ..] => Some(UTF_16BE),
        _ => None,
    }
}

fn is_junk(c: char) -> bool {
    c == '\u{feff}' || c.is_whitespace()
}

/// UTF-16, by its mark or by the zero byte beside the first `<`.
pub(crate) fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0xFF, 0xFE, ..] | [b'<', 0, _, 0, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] | [0, b'<', 0, _, ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// Skips marks and blanks; tells whether more than one mark at the very start had to go.
pub(crate) fn strip_leading(bytes: &[u8]) -> (&[u8], bool) {
    let mut rest = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let after_mark = rest.len();
    loop {
        if let Some(next) = rest.strip_prefix(BOM).or_else(|| rest.strip_prefix(BOM_TWICE)) {
            rest = next;
        } else if let [b' ' | b'\t' | b'\r' | b'\n' | 0x0B | 0x0C | 0, next @ ..] = rest {
            rest = next;
        } else {
            return (rest, rest.len() != after_mark);
        }
    }
}

/// The encoding named by `<?xml … encoding="…"?>`, lower case.
pub(crate) fn declared_encoding(body: &[u8]) -> Option<String> {
    if !body.starts_with(b"<?xml") {
        return None;
    }
    let head = &body[..body.len().min(DECLARATION_BYTES)];
    let head = String::from_utf8_lossy(head);
    let declaration = &head[..head.find("?>").unwrap_or(head.len())];
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let name = value[1..].split(quote).next()?.trim().to_ascii_lowercase();
    (!name.is_empty()).then_some(name)
}

/// Decodes eight-bit text, believing the bytes before the declaration.
fn narrow<'a>(body: &'a [u8], declared: Option<&str>, problems: &mut Vec<Problem>) -> Cow<'a, str> {
    let (encoding, problem) = narrow_encoding(body, declared);
    problems.extend(problem);
    match encoding == UTF_8 {
        true => String::from_utf8_lossy(body),
        false => encoding.decode_without_bom_handling(body).0,
    }
}

/// In which encoding eight-bit text is written, and what is to be told when that is not the one
/// declared.
pub(crate) fn narrow_encoding(
    body: &[u8],
    declared: Option<&str>,
) -> (&'static Encoding, Option<Problem>) {
    let label = declared.and_then(|name| Encoding::for_label(name.as_bytes()));
    if std::str::from_utf8(body).is_ok() {
        let says_otherwise = declared.is_some() && label != Some(UTF_8) && !body.is_ascii();
        let told = || problem::encoding_repaired(declared.unwrap_or(""), "UTF-8");
        return (UTF_8, says_otherwise.then(told));
    }
    match label {
        Some(encoding) if encoding.is_single_byte() => (encoding, None),
        _ if mostly_utf8(body) => (UTF_8, Some(problem::characters_damaged())),
        _ => {
            let told = match declared {
                Some(declared) => problem::encoding_repaired(declared, "windows-1252"),
                None => problem::encoding_assumed("windows-1252"),
            };
            (WINDOWS_1252, Some(told))
        }
    }
}

/// Whether invalid UTF-8 is UTF-8 with a few broken characters and not another encoding: more
/// sound multi-byte characters than broken ones.
fn mostly_utf8(body: &[u8]) -> bool {
    let (mut sound, mut broken) = (0_usize, 0_usize);
    for chunk in body.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    sound > broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], text: &str, codes: &[&str]) {
        let decoded = xml(bytes);
        assert_eq!(decoded.text, text);
        let found: Vec<&str> = decoded.problems.iter().map(|p| p.code).collect();
        assert_eq!(found, codes, "{text}");
    }

    #[test]
    fn believes_bytes_before_declarations() {
        check(b"<a/>", "<a/>", &[]);
        check("<a>ñ</a>".as_bytes(), "<a>ñ</a>", &[]);
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xF1</a>";
        check(latin, "<?xml version='1.0' encoding='ISO-8859-1'?><a>ñ</a>", &[]);
        let lying = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>ñ</a>";
        check(lying.as_bytes(), lying, &["encoding_repaired"]);
        let other = b"<?xml version='1.0' encoding='UTF-8'?><a>\xF1and\xFA</a>";
        let read = "<?xml version='1.0' encoding='UTF-8'?><a>ñandú</a>";
        check(other, read, &["encoding_repaired"]);
        // Nothing declared means UTF-8.
        check(b"<a>\xF1and\xFA</a>", "<a>ñandú</a>", &["encoding_assumed"]);
        // Pure ASCII contradicts no declaration.
        let ascii = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>";
        check(ascii.as_bytes(), ascii, &[]);
    }

    #[test]
    fn one_mark_is_normal_and_more_is_told() {
        check(b"\xEF\xBB\xBF<a/>", "<a/>", &[]);
        check(b"\xEF\xBB\xBF\n <a/>", "<a/>", &["blanks_before_prologue"]);
        check(b"\r\n\xEF\xBB\xBF<a/>", "<a/>", &["blanks_before_prologue"]);
        check(b"\xC3\xAF\xC2\xBB\xC2\xBF<a/>", "<a/>", &["blanks_before_prologue"]);
    }

    #[test]
    fn reads_wide_text_with_and_without_mark() {
        let wide: Vec<u8> = "<a>ñ</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&wide, "<a>ñ</a>", &[]);
        let mut marked = vec![0xFE, 0xFF];
        marked.extend("<a>ñ</a>".encode_utf16().flat_map(u16::to_be_bytes));
        check(&marked, "<a>ñ</a>", &[]);
        // Declared wide by a program that then wrote eight-bit text.
        let lying = "<?xml version=\"1.0\" encoding=\"utf-16\"?><a>ñ</a>";
        check(lying.as_bytes(), lying, &["encoding_repaired"]);
    }

    #[test]
    fn keeps_utf8_with_a_broken_character() {
        let decoded = xml(b"<a>\xC3\xB1 \xC3\xA1 \xC3\xA9 \xC3</a>");
        assert!(decoded.text.contains("ñ á é"));
        assert_eq!(decoded.problems[0].code, "characters_damaged");
    }
}
