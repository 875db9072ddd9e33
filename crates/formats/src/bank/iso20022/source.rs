//! Bytes of any encoding as a stream of UTF-8, chunk by chunk.
//!
//! Decides the encoding by the rules of `decode`: the bytes prove, the declaration only says. It
//! is decided at the first chunk that is not plain ASCII. Counts lines, so that a message can say
//! where, and stops a piece of markup or text longer than any bank writes. Knows nothing of XML
//! beyond its declaration.

use crate::decode;
use crate::problem;
use crate::record::Problem;
use encoding_rs::{CoderResult, Decoder, UTF_8};
use std::io::{self, BufRead, ErrorKind, Read};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 * 1024;
/// Longest single tag, text or comment, in bytes.
const MAX_PIECE_BYTES: usize = 1_000_000;

/// The stream.
pub struct Source<R> {
    from: R,
    raw: Vec<u8>,
    /// Bytes read of a character that the chunk cut in two before the encoding was known.
    carried: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
    declared: Option<String>,
    /// `None` while everything was plain ASCII.
    decoder: Option<Decoder>,
    has_replaced: bool,
    piece_bytes: usize,
    consumed_bytes: u64,
    /// Line and column where `text` begins.
    line: u32,
    column: u32,
    problems: Vec<Problem>,
}

impl<R: Read> Source<R> {
    /// Reads the first chunk and what it says of the encoding.
    ///
    /// # Errors
    /// When the bytes cannot be read.
    pub fn open(from: R) -> io::Result<Source<R>> {
        let mut source = Source {
            from,
            raw: Vec::new(),
            carried: Vec::new(),
            text: Vec::new(),
            at: 0,
            ended: false,
            declared: None,
            decoder: None,
            has_replaced: false,
            piece_bytes: 0,
            consumed_bytes: 0,
            line: 1,
            column: 1,
            problems: Vec::new(),
        };
        source.read_chunk()?;
        if let Some(encoding) = decode::wide(&source.raw) {
            source.decoder = Some(encoding.new_decoder_with_bom_removal());
        } else {
            let (body, stripped) = decode::strip_leading(&source.raw);
            if stripped {
                source.problems.push(problem::junk_before_prologue());
            }
            source.declared = decode::declared_encoding(body);
            let junk = source.raw.len() - body.len();
            source.raw.drain(..junk);
        }
        source.decode_chunk();
        Ok(source)
    }

    /// Line and column of what is read next, from 1.
    pub fn position(&self) -> (u32, u32) {
        let taken = &self.text[..self.at];
        let lines = taken.iter().filter(|byte| **byte == b'\n').count();
        let last = taken.iter().rposition(|byte| *byte == b'\n');
        let after = last.map_or(taken.len(), |index| taken.len() - index - 1);
        let before = if last.is_some() { 1 } else { self.column };
        let added = |from: u32, more| from.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        (added(self.line, lines), added(before, after))
    }

    /// Bytes handed on so far, as UTF-8.
    pub fn consumed_bytes(&self) -> u64 {
        self.consumed_bytes
    }

    /// Says that a new piece of markup or text begins.
    pub fn begin_piece(&mut self) {
        self.piece_bytes = 0;
    }

    /// Whether the piece being read is longer than is read.
    pub fn is_piece_too_long(&self) -> bool {
        self.piece_bytes > MAX_PIECE_BYTES
    }

    /// What had to be repaired.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        if std::mem::take(&mut self.has_replaced) && self.problems.is_empty() {
            self.problems.push(problem::characters_damaged());
        }
        std::mem::take(&mut self.problems)
    }

    /// Fills `raw` as far as the source gives.
    fn read_chunk(&mut self) -> io::Result<()> {
        self.raw.clear();
        self.raw.append(&mut self.carried);
        let mut filled = self.raw.len();
        self.raw.resize(CHUNK_BYTES, 0);
        while filled < CHUNK_BYTES {
            match self.from.read(&mut self.raw[filled..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.raw.truncate(filled);
        Ok(())
    }

    fn decode_chunk(&mut self) {
        (self.line, self.column) = self.position();
        self.text.clear();
        self.at = 0;
        if self.decoder.is_none() {
            let whole = if self.ended { self.raw.len() } else { whole_characters(&self.raw) };
            if self.raw[..whole].is_ascii() {
                self.carried.extend_from_slice(&self.raw[whole..]);
                self.raw.truncate(whole);
                std::mem::swap(&mut self.raw, &mut self.text);
                return;
            }
            let (encoding, told) =
                decode::narrow_encoding(&self.raw[..whole], self.declared.as_deref());
            self.problems.extend(told);
            self.decoder = Some(encoding.new_decoder_without_bom_handling());
        }
        let Some(decoder) = &mut self.decoder else { return };
        let needed = decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(CHUNK_BYTES * 4);
        self.text.resize(needed, 0);
        let (result, _, written, replaced) =
            decoder.decode_to_utf8(&self.raw, &mut self.text, self.ended);
        debug_assert_eq!(result, CoderResult::InputEmpty);
        self.has_replaced |= replaced && decoder.encoding() == UTF_8;
        self.text.truncate(written);
    }
}

/// How many bytes there are before a character that the chunk cuts in two.
fn whole_characters(chunk: &[u8]) -> usize {
    match std::str::from_utf8(chunk) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => chunk.len(),
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(to.len());
        to[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.text.len() && !self.ended {
            self.read_chunk()?;
            self.decode_chunk();
        }
        if self.is_piece_too_long() {
            return Err(ErrorKind::InvalidData.into());
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
        self.piece_bytes += count;
        self.consumed_bytes += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: &[u8]) -> (String, Vec<&'static str>) {
        let mut source = Source::open(bytes).unwrap();
        let mut text = Vec::new();
        loop {
            source.begin_piece();
            let piece = source.fill_buf().unwrap();
            if piece.is_empty() {
                break;
            }
            let count = piece.len().min(100);
            text.extend_from_slice(&piece[..count]);
            source.consume(count);
        }
        let codes = source.take_problems().iter().map(|problem| problem.code).collect();
        (String::from_utf8(text).unwrap(), codes)
    }

    #[test]
    fn the_bytes_are_believed_before_the_declaration_however_late_they_speak() {
        let filler = " ".repeat(3 * CHUNK_BYTES);
        for (declared, letters, codes) in [
            ("UTF-8", "ñ€".as_bytes(), vec![]),
            ("ISO-8859-1", "ñ€".as_bytes(), vec!["encoding_repaired"]),
            ("windows-1252", b"\xF1\x80", vec![]),
            ("UTF-8", b"\xF1\x80 \xF1", vec!["encoding_repaired"]),
        ] {
            let mut bytes =
                format!("<?xml version='1.0' encoding='{declared}'?>{filler}").into_bytes();
            bytes.extend_from_slice(letters);
            let (text, told) = read_all(&bytes);
            assert!(text.contains("ñ€"), "{declared}");
            assert_eq!(told, codes, "{declared}");
        }
    }

    #[test]
    fn a_letter_at_the_very_end_of_a_chunk_does_not_decide_alone() {
        let head = "<?xml version='1.0' encoding='ISO-8859-1'?>";
        let filler = "x".repeat(CHUNK_BYTES - head.len() - 1);
        let bytes = [head.as_bytes(), filler.as_bytes(), b"\xD1o\xF1o"].concat();
        let (text, told) = read_all(&bytes);
        assert!(text.ends_with("xÑoño") && told.is_empty());
    }

    #[test]
    fn a_character_cut_by_a_chunk_is_whole_again() {
        let text = format!("<a>{}</a>", "ñandú ".repeat(40_000));
        for cut in 0..3 {
            let shifted = format!("{}{text}", "x".repeat(cut));
            assert!(read_all(shifted.as_bytes()) == (shifted, vec![]));
        }
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(read_all(&wide).0 == text);
    }

    #[test]
    fn lines_and_columns_are_counted() {
        let mut source = Source::open(&b"<a>\n  <b>\n x"[..]).unwrap();
        source.consume(6);
        assert_eq!(source.position(), (2, 3));
        source.consume(5);
        assert_eq!(source.position(), (3, 2));
    }
}
