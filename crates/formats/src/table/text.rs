//! Text files into rows: encoding, delimiter, quoting and fixed width, in one pass over the bytes
//! and without holding them. Decides how the text is cut; knows nothing of what the cells mean.

use super::bank;
use super::fixed_width::{self, Widths};
use super::headers;
use crate::decode::cp850;
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read};

/// How bytes become characters.
#[derive(Clone, Copy, Debug)]
pub enum Letters {
    /// By an encoding that browsers know.
    Known(&'static Encoding),
    /// Code page 850, which they do not.
    CodePage850,
}

/// How the bytes of a text file are to be decoded.
#[derive(Clone, Copy, Debug)]
pub struct TextEncoding {
    /// The decoder.
    pub letters: Letters,
    /// Label shown to people.
    pub label: &'static str,
    /// Bytes of the byte-order mark.
    pub mark_bytes: usize,
    /// Whether the whole was seen to be valid UTF-8, so that it needs no decoding.
    pub is_valid_utf8: bool,
}

/// Size of the pieces read from the source.
const PIECE_BYTES: usize = 64 * 1024;

impl TextEncoding {
    fn known(encoding: &'static Encoding, mark_bytes: usize) -> TextEncoding {
        let letters = Letters::Known(encoding);
        TextEncoding { letters, label: label_of(encoding), mark_bytes, is_valid_utf8: false }
    }

    /// Code page 850, and 858, which differs from it by the euro sign.
    fn code_page_850() -> TextEncoding {
        let letters = Letters::CodePage850;
        TextEncoding { letters, label: "cp850", mark_bytes: 0, is_valid_utf8: false }
    }

    /// The encoding of a label that a mapping names.
    fn named(label: &str) -> Option<TextEncoding> {
        const CODE_PAGE_850: [&str; 4] = ["cp850", "ibm850", "850", "cp858"];
        if CODE_PAGE_850.contains(&label.trim().to_ascii_lowercase().as_str()) {
            return Some(TextEncoding::code_page_850());
        }
        Encoding::for_label(label.as_bytes()).map(|encoding| TextEncoding::known(encoding, 0))
    }

    /// Decodes the top of a text; a character cut by its end is lost.
    pub fn decode(&self, head: &[u8]) -> String {
        let bytes = head.get(self.mark_bytes..).unwrap_or_default();
        match self.letters {
            Letters::Known(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Letters::CodePage850 => cp850::decode(bytes),
        }
    }
}

/// Finds the encoding by reading everything once: byte-order mark, then zero bytes (UTF-16 without
/// mark), then valid UTF-8, then what the letters suggest.
pub fn detect_encoding(source: &mut dyn Read, wanted: Option<&str>) -> io::Result<TextEncoding> {
    let mut piece = vec![0; PIECE_BYTES];
    let mut filled = fill(source, &mut piece)?;
    let head = &piece[..filled];
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(head) {
        return Ok(TextEncoding::known(encoding, mark_bytes));
    }
    if let Some(named) = wanted.and_then(TextEncoding::named) {
        return Ok(named);
    }
    if let Some(encoding) = utf16_without_mark(head) {
        return Ok(TextEncoding::known(encoding, 0));
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    let mut votes = cp850::Votes::default();
    let (mut is_utf8, mut carried) = (true, 0);
    while filled > 0 {
        detector_feed(&mut detector, &piece[carried..filled]);
        votes.add(&piece[carried..filled]);
        match std::str::from_utf8(&piece[..filled]) {
            Ok(_) => carried = 0,
            // A character cut by the end of the piece goes on in the next one.
            Err(error) if error.error_len().is_none() => {
                let valid = error.valid_up_to();
                piece.copy_within(valid..filled, 0);
                carried = filled - valid;
            }
            Err(_) => {
                (is_utf8, carried) = (false, 0);
            }
        }
        if !is_utf8 {
            break;
        }
        let more = fill(source, &mut piece[carried..])?;
        filled = if more == 0 { 0 } else { carried + more };
    }
    if is_utf8 && carried == 0 {
        return Ok(TextEncoding { is_valid_utf8: true, ..TextEncoding::known(UTF_8, 0) });
    }
    loop {
        let more = fill(source, &mut piece)?;
        if more == 0 {
            break;
        }
        detector_feed(&mut detector, &piece[..more]);
        votes.add(&piece[..more]);
    }
    detector.feed(b"", true);
    let guessed = detector.guess(None, chardetng::Utf8Detection::Deny);
    // Western letters are what receivables of these countries are written in; a guess of another
    // alphabet comes from a handful of bytes.
    Ok(match guessed.is_single_byte() || votes.are_western() {
        true if votes.are_for_850() => TextEncoding::code_page_850(),
        true => TextEncoding::known(WINDOWS_1252, 0),
        false => TextEncoding::known(guessed, 0),
    })
}

fn detector_feed(detector: &mut chardetng::EncodingDetector, bytes: &[u8]) {
    if !bytes.is_ascii() {
        detector.feed(bytes, false);
    }
}

fn label_of(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "UTF-8" => "utf-8",
        "UTF-16LE" => "utf-16le",
        "UTF-16BE" => "utf-16be",
        "windows-1252" => "cp1252",
        other => other,
    }
}

/// Reads until the buffer is full or the source ends.
fn fill(source: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// ASCII text in UTF-16 has a zero in every second byte.
fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let sample = &head[..head.len().min(2000) / 2 * 2];
    let pairs = sample.len() / 2;
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    match (zeros(0), zeros(1)) {
        _ if pairs < 4 => None,
        (0, high) if high * 10 > pairs * 7 => Some(UTF_16LE),
        (low, 0) if low * 10 > pairs * 7 => Some(UTF_16BE),
        _ => None,
    }
}

/// A reader of UTF-8 over bytes of any encoding. Bytes that are no character become U+FFFD.
pub struct Decoded<'s> {
    source: &'s mut dyn Read,
    turning: Turning,
    skip: usize,
    input: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether the source has ended.
    finished: bool,
    /// Bytes given since a row began, when rows are what is asked for.
    of_row: Option<usize>,
}

/// Most bytes of one row: a quote that nothing closes would make one of all the rest.
const MAX_ROW_BYTES: usize = 16_000_000;

/// What has to be done with the bytes.
enum Turning {
    /// They are UTF-8.
    Nothing,
    /// Decoded; the flag says that the decoder has given its last.
    Decoder(Box<Decoder>, bool),
    /// Looked up one by one.
    CodePage850,
}

impl<'s> Decoded<'s> {
    /// Decodes from the start of the source.
    pub fn new(source: &'s mut dyn Read, encoding: &TextEncoding) -> Decoded<'s> {
        let turning = match encoding.letters {
            _ if encoding.is_valid_utf8 => Turning::Nothing,
            Letters::Known(known) => {
                Turning::Decoder(Box::new(known.new_decoder_without_bom_handling()), false)
            }
            Letters::CodePage850 => Turning::CodePage850,
        };
        let input = if encoding.is_valid_utf8 { Vec::new() } else { vec![0; PIECE_BYTES] };
        let skip = encoding.mark_bytes;
        Decoded { source, turning, skip, input, start: 0, end: 0, finished: false, of_row: None }
    }

    /// Says that what was given until now has become rows.
    pub fn begin_row(&mut self) {
        self.of_row = Some(0);
    }

    fn skip_mark(&mut self) -> io::Result<()> {
        let mut mark = [0; 4];
        let wanted = std::mem::take(&mut self.skip).min(mark.len());
        fill(self.source, &mut mark[..wanted]).map(|_| ())
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.skip > 0 {
            self.skip_mark()?;
        }
        if self.of_row.is_some_and(|given| given > MAX_ROW_BYTES) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = self.turned(out)?;
        self.of_row = self.of_row.map(|given| given + count);
        Ok(count)
    }
}

impl Decoded<'_> {
    fn turned(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if matches!(self.turning, Turning::Nothing) {
            return self.source.read(out);
        }
        // A whole character needs room; callers of this module give kilobytes.
        if out.len() < 16 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "buffer too small"));
        }
        loop {
            if self.start == self.end && !self.finished {
                self.end = self.source.read(&mut self.input)?;
                self.start = 0;
                self.finished = self.end == 0;
            }
            let input = &self.input[self.start..self.end];
            let (read, written, is_over) = match &mut self.turning {
                Turning::Nothing | Turning::Decoder(_, true) => return Ok(0),
                Turning::Decoder(decoder, is_over) => {
                    let (result, read, written, _) =
                        decoder.decode_to_utf8(input, out, self.finished);
                    *is_over = self.finished && result == CoderResult::InputEmpty;
                    (read, written, *is_over)
                }
                Turning::CodePage850 => {
                    let read = input.len().min(out.len() / cp850::LONGEST);
                    let text = cp850::decode(&input[..read]);
                    out[..text.len()].copy_from_slice(text.as_bytes());
                    (read, text.len(), self.finished)
                }
            };
            self.start += read;
            if written > 0 || is_over {
                return Ok(written);
            }
        }
    }
}

/// How a text is cut into cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// By a delimiter; `quoted` when quotes protect delimiters and line ends.
    Delimited {
        /// The delimiter.
        delimiter: u8,
        /// Whether quotes mean anything.
        quoted: bool,
    },
    /// By columns of fixed width.
    Widths(Widths),
}

/// Lines looked at to find the delimiter.
const LINES_LOOKED_AT: usize = 60;

/// Finds how the top of a text is cut: fixed width when its lines say so, else the delimiter under
/// which a header is best understood, else the one that cuts most lines alike.
pub fn detect_cut(top: &str, wanted: Option<char>) -> Cut {
    let quoted = !has_runaway_quote(top);
    if let Some(delimiter) = wanted.filter(char::is_ascii) {
        return Cut::Delimited { delimiter: delimiter as u8, quoted };
    }
    let lines: Vec<&str> =
        top.lines().filter(|line| !line.trim().is_empty()).take(LINES_LOOKED_AT).collect();
    if let Some(delimiter) = lines.first().and_then(|line| declared_delimiter(line)) {
        return Cut::Delimited { delimiter, quoted };
    }
    if fixed_width::is_cartera(&lines) {
        return Cut::Widths(Widths::Cartera);
    }
    let understood = |delimiter: u8| {
        let rows: Vec<Vec<&str>> = lines.iter().map(|line| rough_cells(line, delimiter)).collect();
        let header = rows.iter().map(|row| header_points(row)).max().unwrap_or(0);
        (header, likeness(&rows))
    };
    let ranked = [b';', b'\t', b'|', b','].map(|delimiter| (understood(delimiter), delimiter));
    let ((header, _), delimiter) =
        ranked.into_iter().max_by_key(|(rank, _)| *rank).unwrap_or_default();
    match fixed_width::aligned(top, header_points).filter(|(points, _)| *points > header) {
        Some((_, widths)) => Cut::Widths(widths),
        None => Cut::Delimited { delimiter, quoted },
    }
}

/// Excel's own first line: `sep=;`.
fn declared_delimiter(line: &str) -> Option<u8> {
    let rest = line.trim_start_matches('\u{feff}').strip_prefix("sep=")?;
    rest.bytes().next().filter(u8::is_ascii)
}

fn header_points(row: &[&str]) -> u32 {
    if row.len() < 2 { 0 } else { headers::header_score(row).1.max(bank::headers::words_of(row)) }
}

/// How many lines have the commonest number of cells, times that number; 0 when it is 1.
fn likeness(rows: &[Vec<&str>]) -> usize {
    let widths: Vec<usize> = rows.iter().map(Vec::len).filter(|width| *width > 1).collect();
    let same = |width: &usize| widths.iter().filter(|other| *other == width).count();
    widths.iter().map(|width| same(width) * 100 + width).max().unwrap_or(0)
}

/// Cells of a line, quotes respected, enough to count and compare them.
fn rough_cells(line: &str, delimiter: u8) -> Vec<&str> {
    let mut cells = Vec::new();
    let (mut start, mut inside) = (0, false);
    for (at, b) in line.bytes().enumerate() {
        match b {
            b'"' => inside = !inside,
            b if b == delimiter && !inside => {
                cells.push(line[start..at].trim_matches('"'));
                start = at + 1;
            }
            _ => {}
        }
    }
    cells.push(line[start..].trim_matches('"'));
    cells
}

/// Whether a quote opens a cell and nothing closes it for many lines: then quotes are plain text.
fn has_runaway_quote(top: &str) -> bool {
    const LINES: usize = 12;
    let mut open_for = None;
    for line in top.lines() {
        let odd = line.bytes().filter(|b| *b == b'"').count() % 2 == 1;
        open_for = match (open_for, odd) {
            (None, true) => Some(0),
            (Some(_), true) => None,
            (Some(lines), false) if lines >= LINES => return true,
            (Some(lines), false) => Some(lines + 1),
            (None, false) => None,
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (String, &'static str) {
        let encoding = detect_encoding(&mut &bytes[..], None).unwrap();
        let mut text = String::new();
        let mut source = bytes;
        Decoded::new(&mut source, &encoding).read_to_string(&mut text).unwrap();
        (text, encoding.label)
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "Razón;Peña\r\n";
        let (latin, _, _) = WINDOWS_1252.encode(text);
        assert_eq!(decoded(&latin), (text.to_owned(), "cp1252"));
        assert_eq!(decoded(b"Raz\xa2n;Pe\xa4a\r\n"), (text.to_owned(), "cp850"));
        assert_eq!(decoded(text.as_bytes()), (text.to_owned(), "utf-8"));
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        assert_eq!(decoded(&marked), (text.to_owned(), "utf-8"));
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&utf16), (text.to_owned(), "utf-16le"));
        let marked: Vec<u8> = [0xfe, 0xff]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        assert_eq!(decoded(&marked), (text.to_owned(), "utf-16be"));
    }

    #[test]
    fn utf8_is_recognised_across_pieces() {
        let text = "x".repeat(PIECE_BYTES - 1) + "ñ;ñ\n" + &"ñ".repeat(PIECE_BYTES);
        let (back, label) = decoded(text.as_bytes());
        assert_eq!((back == text, label), (true, "utf-8"));
    }

    #[test]
    fn the_delimiter_is_the_one_that_explains_the_header() {
        let cut = |text: &str| match detect_cut(text, None) {
            Cut::Delimited { delimiter, .. } => delimiter as char,
            Cut::Widths(_) => 'w',
        };
        assert_eq!(cut("Cliente;Folio;Total\nPérez, Hnos;1;1.210,00\nA, B;2;3,00\n"), ';');
        assert_eq!(cut("Informe, al 31/03\n\nCliente\tFolio\tTotal\nA\t1\t2,5\n"), '\t');
        assert_eq!(cut("------\n|Cuenta|Nº documento|Importe|\n------\n|1|2|3,00|\n"), '|');
        assert_eq!(cut("\"Cliente\",\"Folio\",\"Total\"\n\"A;B\",\"1\",\"2\"\n"), ',');
        assert_eq!(cut("sep=|\na|b\n"), '|');
    }

    #[test]
    fn a_quote_that_nothing_closes_is_plain_text() {
        let mut text = "Cliente;Folio;Total\n\"Pérez;1;2\n".to_owned();
        text.extend((0..40).map(|n| format!("X;{n};3\n")));
        assert!(matches!(detect_cut(&text, None), Cut::Delimited { quoted: false, .. }));
    }
}
