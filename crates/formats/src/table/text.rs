//! Text files into rows: encoding, delimiter, quoting and fixed width, in one pass over the bytes
//! and without holding them. Decides how the text is cut; knows nothing of what the cells mean.

use super::bank;
use super::headers;
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read};

/// How the bytes of a text file are to be decoded.
#[derive(Clone, Copy, Debug)]
pub struct TextEncoding {
    /// The decoder.
    pub encoding: &'static Encoding,
    /// Label shown to people.
    pub label: &'static str,
    /// Bytes of the byte-order mark.
    pub mark_bytes: usize,
    /// Whether the whole was seen to be valid UTF-8, so that it needs no decoding.
    pub is_valid_utf8: bool,
}

/// Size of the pieces read from the source.
const PIECE_BYTES: usize = 64 * 1024;

/// Finds the encoding by reading everything once: byte-order mark, then zero bytes (UTF-16 without
/// mark), then valid UTF-8, then what the letters suggest.
pub fn detect_encoding(source: &mut dyn Read, wanted: Option<&str>) -> io::Result<TextEncoding> {
    let mut piece = vec![0; PIECE_BYTES];
    let mut filled = fill(source, &mut piece)?;
    let head = &piece[..filled];
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(head) {
        let label = label_of(encoding);
        return Ok(TextEncoding { encoding, label, mark_bytes, is_valid_utf8: false });
    }
    if let Some(encoding) = wanted.and_then(|label| Encoding::for_label(label.as_bytes())) {
        let label = label_of(encoding);
        return Ok(TextEncoding { encoding, label, mark_bytes: 0, is_valid_utf8: false });
    }
    if let Some(encoding) = utf16_without_mark(head) {
        let label = label_of(encoding);
        return Ok(TextEncoding { encoding, label, mark_bytes: 0, is_valid_utf8: false });
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    let (mut is_utf8, mut carried) = (true, 0);
    while filled > 0 {
        detector_feed(&mut detector, &piece[carried..filled]);
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
        return Ok(TextEncoding {
            encoding: UTF_8,
            label: "utf-8",
            mark_bytes: 0,
            is_valid_utf8: true,
        });
    }
    loop {
        let more = fill(source, &mut piece)?;
        if more == 0 {
            break;
        }
        detector_feed(&mut detector, &piece[..more]);
    }
    detector.feed(b"", true);
    let guessed = detector.guess(None, chardetng::Utf8Detection::Deny);
    // Western letters are what receivables of these countries are written in; a guess of another
    // alphabet comes from a handful of bytes.
    let encoding = if guessed.is_single_byte() { WINDOWS_1252 } else { guessed };
    Ok(TextEncoding { encoding, label: label_of(encoding), mark_bytes: 0, is_valid_utf8: false })
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
    decoder: Option<Decoder>,
    skip: usize,
    input: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether the source has ended.
    finished: bool,
    /// Whether the decoder has given its last.
    flushed: bool,
}

impl<'s> Decoded<'s> {
    /// Decodes from the start of the source.
    pub fn new(source: &'s mut dyn Read, encoding: &TextEncoding) -> Decoded<'s> {
        let plain = encoding.is_valid_utf8;
        Decoded {
            source,
            decoder: (!plain).then(|| encoding.encoding.new_decoder_without_bom_handling()),
            skip: encoding.mark_bytes,
            input: if plain { Vec::new() } else { vec![0; PIECE_BYTES] },
            start: 0,
            end: 0,
            finished: false,
            flushed: false,
        }
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
        let Some(decoder) = &mut self.decoder else { return self.source.read(out) };
        if self.flushed {
            return Ok(0);
        }
        // The decoder needs room for a whole character; callers of this module give kilobytes.
        if out.len() < 16 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "buffer too small"));
        }
        loop {
            if self.start == self.end && !self.finished {
                self.end = self.source.read(&mut self.input)?;
                self.start = 0;
                self.finished = self.end == 0;
            }
            let (result, read, written, _) =
                decoder.decode_to_utf8(&self.input[self.start..self.end], out, self.finished);
            self.start += read;
            self.flushed = self.finished && result == CoderResult::InputEmpty;
            if written > 0 || self.flushed {
                return Ok(written);
            }
        }
    }
}

/// How a text is cut into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// By a delimiter; `quoted` when quotes protect delimiters and line ends.
    Delimited {
        /// The delimiter.
        delimiter: u8,
        /// Whether quotes mean anything.
        quoted: bool,
    },
    /// The fixed-width "cartera" export: see [`fixed_width_cells`].
    Cartera,
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
    if is_cartera(&lines) {
        return Cut::Cartera;
    }
    let best = [b';', b'\t', b'|', b','].into_iter().max_by_key(|delimiter| {
        let rows: Vec<Vec<&str>> = lines.iter().map(|line| rough_cells(line, *delimiter)).collect();
        let header = rows.iter().map(|row| header_points(row)).max().unwrap_or(0);
        (header, likeness(&rows))
    });
    Cut::Delimited { delimiter: best.unwrap_or(b';'), quoted }
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

/// Start of each cell of the "cartera" layout, in characters: customer 6, NIF 15, name 40, number
/// 15, issue and due `DDMMYYYY`, sign, 14 digits of cents, currency.
const CARTERA: [(usize, usize); 9] =
    [(0, 6), (6, 21), (21, 61), (61, 76), (76, 84), (84, 92), (92, 93), (93, 107), (107, 110)];

/// Headers for the cells of [`fixed_width_cells`].
pub const CARTERA_HEADERS: [&str; 8] =
    ["Cliente", "NIF", "Nombre", "Factura", "Fecha", "Vencimiento", "Pendiente", "Moneda"];

/// Whether nearly every line has the tail of the "cartera" layout; the others are told one by one.
fn is_cartera(lines: &[&str]) -> bool {
    let cut = lines.iter().filter(|line| fixed_width_cells(line).is_some()).count();
    cut > 0 && cut * 5 >= lines.len() * 4
}

/// Cuts a line of the "cartera" layout; `None` when it is not one. The amount comes back with its
/// sign and a decimal dot.
pub fn fixed_width_cells(line: &str) -> Option<[String; 8]> {
    let chars: Vec<char> = line.trim_end().chars().collect();
    if chars.len() != 110 {
        return None;
    }
    let part = |(from, to): (usize, usize)| -> String { chars[from..to].iter().collect() };
    let [code, nif, name, number, issue, due, sign, cents, currency] = CARTERA.map(part);
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let letters = currency.bytes().all(|b| b.is_ascii_alphabetic());
    if !digits(&issue)
        || !digits(&due)
        || !digits(&cents)
        || !letters
        || !matches!(&*sign, "+" | "-")
    {
        return None;
    }
    let minus = if sign == "-" { "-" } else { "" };
    let amount = format!("{minus}{}.{}", &cents[..12], &cents[12..]);
    Some([code, nif, name, number, issue, due, amount, currency].map(|cell| cell.trim().to_owned()))
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
            Cut::Cartera => 'w',
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
