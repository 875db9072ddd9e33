//! An invoice inside a PDF: the XML that Factur-X and ZUGFeRD attach to what people print.
//!
//! Decides which attachments are invoices, and what of a PDF is safe to look at. Refuses to know
//! what the pages show. Sources: ISO 32000-1 §7.11.4 (embedded files), ISO 19005-3; formats
//! reference §5.

use crate::archive::printable;
use crate::invoice::{self, fields};
use crate::problem;
use crate::read::{ReadFile, ReadOptions};
use crate::record::{DocumentRecord, Problem, Record, Status};
use crate::xml;
use lopdf::{DecompressError, Dictionary, Document, Error, LoadOptions, Object, ObjectId};
use std::collections::BTreeSet;

/// Largest PDF read, in bytes.
const MAX_BYTES: usize = 50_000_000;
/// Largest size of one compressed group of objects, and most such groups: what a PDF may unpack to.
const MAX_GROUP_BYTES: usize = 4_000_000;
const MAX_GROUPS: usize = 500;
/// Most attachments looked into.
const MAX_ATTACHMENTS: usize = 50;

/// Names the standards give to the attached invoice, the one to believe first.
const OFFICIAL: [&str; 5] =
    ["factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml", "cii.xml", "facturae.xml"];

/// An attached file that may be an invoice.
struct Attachment {
    name: String,
    bytes: Vec<u8>,
}

/// Reads every invoice attached to a PDF.
pub fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> ReadFile {
    match attachments(bytes) {
        Ok(found) => from_attachments(name, &found, options),
        Err(problem) => ReadFile::refused(name, "pdf", problem),
    }
}

/// One file of all attached invoices. The same invoice in two formats is one invoice.
fn from_attachments(name: &str, found: &[Attachment], options: &ReadOptions) -> ReadFile {
    let mut file = ReadFile::new(name, "pdf");
    let mut kept = 0;
    for attachment in found {
        let mut part = invoice::read_xml(&attachment.name, &attachment.bytes, options);
        let recognised = !part.records.is_empty() || part.status == Status::Ignore;
        if !recognised && !is_official(&attachment.name) {
            continue;
        }
        part.records.retain(|record| !file.records.iter().any(|known| is_same(known, record)));
        if kept > 0 && part.records.is_empty() && recognised {
            continue;
        }
        if kept == 0 && recognised {
            file.format = part.format;
        }
        kept += 1;
        part.prefix_places(&attachment.name);
        file.records.append(&mut part.records);
        file.problems.append(&mut part.problems);
    }
    if kept == 0 {
        return ReadFile::refused(name, "pdf", problem::pdf_without_invoice());
    }
    file.settle();
    file
}

fn is_official(name: &str) -> bool {
    OFFICIAL.contains(&name.to_lowercase().as_str())
}

/// Whether two records are one invoice in two formats.
fn is_same(one: &Record, other: &Record) -> bool {
    let (Record::Document(one), Record::Document(other)) = (one, other) else { return false };
    let says = |document: &DocumentRecord| {
        let seller = document.seller.tax_id.as_deref().map(fields::comparable);
        let total = document.total.map(|total| total.normalize());
        (document.number.clone(), document.kind, document.issue_date, seller, total)
    };
    one.number.is_some() && says(one) == says(other)
}

/// The attachments that may be XML, those of official names first.
fn attachments(bytes: &[u8]) -> Result<Vec<Attachment>, Problem> {
    if bytes.len() > MAX_BYTES {
        return Err(problem::too_large(MAX_BYTES));
    }
    let document = load(bytes)?;
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for specification in file_specifications(&document) {
        if found.len() == MAX_ATTACHMENTS {
            break;
        }
        found.extend(attachment(&document, specification, &mut seen)?);
    }
    found.sort_by_key(|attachment: &Attachment| {
        let lower = attachment.name.to_lowercase();
        OFFICIAL.iter().position(|official| *official == lower).unwrap_or(OFFICIAL.len())
    });
    Ok(found)
}

fn load(bytes: &[u8]) -> Result<Document, Problem> {
    let safe = Disarmed::of(bytes)?;
    let options = LoadOptions {
        max_decompressed_size: Some(MAX_GROUP_BYTES),
        force_reconstruct: true,
        ..LoadOptions::default()
    };
    let document = Document::load_mem_with_options(&safe.bytes, options).map_err(refusal)?;
    // PDF/A, on which Factur-X stands, forbids encryption.
    match document.trailer.has(b"Encrypt") {
        true => Err(problem::pdf_encrypted()),
        false => Ok(document),
    }
}

fn refusal(error: Error) -> Problem {
    match error {
        Error::Decompress(DecompressError::MemoryLimitExceeded { .. }) => problem::pdf_bomb(),
        Error::Decryption(_) | Error::InvalidPassword => problem::pdf_encrypted(),
        _ => problem::pdf_damaged(),
    }
}

/// Every file specification with a file embedded in it that can be reached from the catalogue: in
/// the tree of names, among associated files, in annotations.
fn file_specifications(document: &Document) -> Vec<&Dictionary> {
    let mut found = Vec::new();
    let mut visited: BTreeSet<ObjectId> = BTreeSet::new();
    let mut waiting: Vec<&Object> = document.trailer.get(b"Root").into_iter().collect();
    while let Some(object) = waiting.pop() {
        match object {
            Object::Reference(id) if visited.insert(*id) => {
                waiting.extend(document.objects.get(id));
            }
            Object::Array(items) => waiting.extend(items.iter().rev()),
            Object::Dictionary(dictionary) => {
                if dictionary.has(b"EF") {
                    found.push(dictionary);
                }
                waiting.extend(dictionary.iter().map(|(_, value)| value));
            }
            _ => {}
        }
    }
    found
}

/// The embedded file of a specification, unless its name says that it is no XML, or it was seen
/// under another specification.
fn attachment(
    document: &Document,
    specification: &Dictionary,
    seen: &mut BTreeSet<ObjectId>,
) -> Result<Option<Attachment>, Problem> {
    let named = [b"UF".as_slice(), b"F".as_slice()].into_iter().find_map(|key| {
        let written = specification.get_deref(key, document).ok()?;
        lopdf::decode_text_string(written).ok()
    });
    let name = printable(named.as_deref().map_or("adjunto", bare_name));
    let Some(embedded) = embedded(document, specification, seen) else { return Ok(None) };
    if !may_be_xml(&name) {
        return Ok(None);
    }
    match embedded.get_plain_content_with_limit(xml::MAX_BYTES) {
        Ok(bytes) => Ok(Some(Attachment { name, bytes }).filter(|found| is_markup(&found.bytes))),
        Err(Error::Decompress(DecompressError::MemoryLimitExceeded { .. })) => {
            Err(problem::pdf_bomb())
        }
        Err(_) if is_official(&name) => Err(problem::pdf_damaged()),
        Err(_) => Ok(None),
    }
}

fn embedded<'d>(
    document: &'d Document,
    specification: &'d Dictionary,
    seen: &mut BTreeSet<ObjectId>,
) -> Option<&'d lopdf::Stream> {
    let files = specification.get_deref(b"EF", document).ok()?.as_dict().ok()?;
    let file = files.get(b"UF").or_else(|_| files.get(b"F")).ok()?;
    let (id, file) = document.dereference(file).ok()?;
    match id {
        Some(id) if !seen.insert(id) => None,
        _ => file.as_stream().ok(),
    }
}

/// A file's name without folders, and no longer than a message can bear.
fn bare_name(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).trim();
    name.char_indices().nth(120).map_or(name, |(end, _)| &name[..end])
}

/// Names without extension, or of one that XML has.
fn may_be_xml(name: &str) -> bool {
    match name.rsplit_once('.') {
        Some((_, extension)) => {
            ["xml", "xsig", "xbrl"].contains(&extension.to_lowercase().as_str())
        }
        None => true,
    }
}

fn is_markup(bytes: &[u8]) -> bool {
    bytes.iter().take(256).any(|b| *b == b'<')
}

/// A copy of a PDF without what lets a small file cost a great deal: tables of objects that overlap
/// or repeat, and streams that claim bytes of their neighbours. Every stream ends where its own end
/// mark stands and has no other length; the tables are taken out, so that objects are found where
/// they are. Damaged tables and lengths, which are common, are mended by the same stroke.
struct Disarmed {
    bytes: Vec<u8>,
    groups: usize,
}

impl Disarmed {
    fn of(pdf: &[u8]) -> Result<Disarmed, Problem> {
        let mut copy = Disarmed { bytes: Vec::with_capacity(pdf.len() + 4_096), groups: 0 };
        let mut rest = pdf;
        while let Some(at) = stream_keyword(rest) {
            let (before, payload) = rest.split_at(at);
            let (payload, after) = split_payload(before, payload);
            copy.add_stream(before, payload)?;
            rest = after;
        }
        let tail = copy.bytes.len();
        copy.bytes.extend_from_slice(rest);
        disarm(&mut copy.bytes[tail..]);
        Ok(copy)
    }

    /// Objects up to and with the keyword `stream`, then the payload with its one length.
    fn add_stream(&mut self, before: &[u8], payload: &[u8]) -> Result<(), Problem> {
        let from = self.bytes.len();
        let close = find_last(before, b">>").unwrap_or(0);
        let (head, tail) = before.split_at(close);
        self.bytes.extend_from_slice(head);
        disarm(&mut self.bytes[from..]);
        self.groups += count(&self.bytes[from..], b"ObjStm");
        if self.groups > MAX_GROUPS {
            return Err(problem::pdf_bomb());
        }
        self.bytes.extend_from_slice(format!(" /Length {} ", payload.len()).as_bytes());
        let from = self.bytes.len();
        self.bytes.extend_from_slice(tail);
        disarm(&mut self.bytes[from..]);
        self.bytes.extend_from_slice(payload);
        self.bytes.extend_from_slice(b"\nendstream");
        Ok(())
    }
}

/// Position just after the next keyword `stream` and its end of line.
fn stream_keyword(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = find(&bytes[from..], b"stream").map(|at| at + from) {
        let after = at + b"stream".len();
        let blanks = bytes[after..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let line_end = match &bytes[after + blanks..] {
            [b'\r', b'\n', ..] => Some(2),
            [b'\r' | b'\n', ..] => Some(1),
            _ => None,
        };
        match line_end {
            Some(line_end) if !bytes[..at].ends_with(b"end") => {
                return Some(after + blanks + line_end);
            }
            _ => from = after,
        }
    }
    None
}

/// The payload of a stream, and what follows its `endstream`. The length written in the dictionary
/// is believed only when an end mark stands there; a payload with an end mark inside it, such as
/// another PDF, is left out whole, since its objects would be taken for objects of this one.
fn split_payload<'p>(before: &[u8], rest: &'p [u8]) -> (&'p [u8], &'p [u8]) {
    const END: &[u8] = b"endstream";
    let Some(first) = find(rest, END) else { return (rest, &[]) };
    let stated = stated_length(before).filter(|length| {
        let blanks = |tail: &[u8]| tail.iter().take_while(|b| b.is_ascii_whitespace()).count();
        *length > first
            && rest.get(*length..).is_some_and(|tail| tail[blanks(tail).min(2)..].starts_with(END))
    });
    match stated {
        Some(length) => {
            let tail = &rest[length..];
            let end = find(tail, END).unwrap_or(0);
            (&[], &tail[end + END.len()..])
        }
        None => (&rest[..first], &rest[first + END.len()..]),
    }
}

/// The number after `/Length` in the dictionary that ends these bytes.
fn stated_length(before: &[u8]) -> Option<usize> {
    let from = before.len().saturating_sub(1_024);
    let head = &before[from..];
    let at = find_last(head, b"/Length ")? + b"/Length ".len();
    let digits: Vec<u8> = head[at..].iter().copied().take_while(u8::is_ascii_digit).collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

/// Makes lengths, tables of objects and names written in code into something else of the same size.
fn disarm(bytes: &mut [u8]) {
    for at in 0..bytes.len() {
        match bytes[at] {
            b'#' => bytes[at] = b'_',
            b'L' if at > 0 && bytes[at - 1] == b'/' && bytes[at..].starts_with(b"Length") => {
                bytes[at] = b'X';
            }
            b's' if bytes[at..].starts_with(b"startxref") => bytes[at] = b'x',
            _ => {}
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let (first, rest) = wanted.split_first()?;
    let mut from = 0;
    loop {
        let at = from + bytes[from..].iter().position(|b| b == first)?;
        if bytes[at + 1..].starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
}

fn find_last(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}

fn count(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).filter(|window| *window == wanted).count()
}
