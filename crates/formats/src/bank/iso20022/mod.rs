//! ISO 20022 messages between a bank and its customer: account reports (camt.052, camt.053,
//! camt.054), the answer to payment instructions (pain.002), and the instructions themselves
//! (pain.001, pain.008), in every version.
//!
//! Decides, by the element of the message, which reader it belongs to, in whatever envelope and
//! under whatever prefix. A message passes as a stream, so that its size does not matter. Refuses
//! to know what an entry pays.

mod branch;
mod camt;
mod detail;
mod entry;
mod order;
mod party;
mod source;
mod status;

use crate::read::ReadFile;
use crate::record::{Problem, Record, StatementKind};
use crate::{decode, problem};
use branch::{Step, XmlStream};
use source::Source;
use std::io::Read;
use std::ops::ControlFlow;

/// How far the message may begin behind the head of its envelope, in bytes.
const HEAD_BYTES: usize = 65_536;
/// How many tags may come before it: a business header with a signature has about a hundred.
const HEAD_TAGS: usize = 400;
/// Fewest bytes of a file for each thing read from it, on average: an entry with nothing but what
/// it must have takes about a hundred. Less is made to fill memory.
const LEAST_BYTES: u64 = 48;
/// Things that may be read before the average counts.
const FREE_RECORDS: u64 = 1_000;
/// Most entries and transactions held in memory at a time; as a stream there is no limit.
const MAX_HELD: usize = 300_000;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Message {
    Account(StatementKind),
    Status,
    Order { collects: bool },
}

impl Message {
    /// By the name of its element, which in the first versions was that of the message or ended
    /// in `V01`.
    fn of_element(name: &str) -> Option<Message> {
        const NAMES: [(&str, &str, Message); 6] = [
            ("BkToCstmrStmt", "camt.053", Message::Account(StatementKind::Statement)),
            ("BkToCstmrAcctRpt", "camt.052", Message::Account(StatementKind::Report)),
            ("BkToCstmrDbtCdtNtfctn", "camt.054", Message::Account(StatementKind::Notification)),
            ("CstmrPmtStsRpt", "pain.002", Message::Status),
            ("CstmrDrctDbtInitn", "pain.008", Message::Order { collects: true }),
            ("CstmrCdtTrfInitn", "pain.001", Message::Order { collects: false }),
        ];
        let found = NAMES.iter().find(|(element, message, _)| {
            let rest = name.strip_prefix(element).or_else(|| name.strip_prefix(message));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', 'V']))
        });
        found.map(|(_, _, message)| *message)
    }

    fn format(self) -> &'static str {
        match self {
            Message::Account(_) => "camt",
            Message::Status => "pain-002",
            Message::Order { collects: true } => "pain-008",
            Message::Order { collects: false } => "pain-001",
        }
    }
}

/// What a stream came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Name of the format, as in [`ReadFile::format`].
    pub format: &'static str,
    /// Problems of the file as a whole.
    pub problems: Vec<Problem>,
}

/// Why reading ends before the end.
enum Stop {
    Refused(Problem),
    /// The sink wants no more.
    Enough,
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Stop {
        Stop::Refused(problem)
    }
}

/// Where the records go, and how many there were.
struct Outlet<'s> {
    sink: &'s mut dyn FnMut(Record) -> ControlFlow<()>,
    taken: u64,
}

impl Outlet<'_> {
    /// Refuses a crowd of empty elements, each of which would cost a hundred times its bytes.
    fn count(&mut self, things: u64, consumed_bytes: u64) -> Result<(), Problem> {
        self.taken += things;
        match self.taken.saturating_sub(FREE_RECORDS) * LEAST_BYTES > consumed_bytes {
            true => {
                Err(problem::hostile_xml("demasiados apuntes vacíos", "too many empty entries"))
            }
            false => Ok(()),
        }
    }

    fn put(&mut self, record: Record) -> Result<(), Stop> {
        match (self.sink)(record) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stop::Enough),
        }
    }
}

/// Whether the first bytes of a file are those of such a message: one of its elements, or its
/// namespace, among the first tags.
pub fn is_message(bytes: &[u8]) -> bool {
    let head = decode::xml(&bytes[..bytes.len().min(HEAD_BYTES)]);
    let mut rest = head.text.as_ref();
    for _ in 0..HEAD_TAGS {
        let Some((_, markup)) = rest.split_once('<') else { return false };
        let end = match markup {
            _ if markup.starts_with("!--") => "-->",
            _ if markup.starts_with('?') => "?>",
            _ if markup.starts_with('!') => return false,
            _ => ">",
        };
        let (tag, after) = markup.split_once(end).unwrap_or((markup, ""));
        let name = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or("");
        let local = name.rsplit(':').next().unwrap_or(name);
        if end == ">" && (Message::of_element(local).is_some() || declares_message(tag)) {
            return true;
        }
        rest = after;
    }
    false
}

/// Whether a tag declares the namespace of a message that is read.
fn declares_message(tag: &str) -> bool {
    const READ: [&str; 6] =
        ["camt.052.", "camt.053.", "camt.054.", "pain.001.", "pain.002.", "pain.008."];
    tag.contains("xmlns") && READ.iter().any(|message| tag.contains(message))
}

/// Reads messages of any size: entries as they come, a statement after its entries, results and
/// orders one by one. A sink that breaks ends the reading.
///
/// # Errors
/// The problem for which nothing of the file is to be used, even what came before: not well
/// formed, hostile, or without any message.
pub fn stream(
    from: impl Read,
    sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<Summary, Problem> {
    let source = Source::open(from).map_err(|_| problem::truncated())?;
    let mut xml = XmlStream::new(source);
    let mut outlet = Outlet { sink, taken: 0 };
    let mut format = None;
    match read_messages(&mut xml, &mut outlet, &mut format) {
        Ok(()) | Err(Stop::Enough) => {}
        Err(Stop::Refused(problem)) => return Err(problem),
    }
    match format {
        Some(format) => Ok(Summary { format, problems: xml.take_problems() }),
        None => Err(problem::no_message()),
    }
}

fn read_messages<R: Read>(
    xml: &mut XmlStream<R>,
    outlet: &mut Outlet<'_>,
    format: &mut Option<&'static str>,
) -> Result<(), Stop> {
    let mut statements = 0;
    loop {
        match xml.step()? {
            Step::Open => {}
            Step::Close => continue,
            Step::End => return Ok(()),
        }
        let Some(message) = Message::of_element(xml.name()) else { continue };
        format.get_or_insert(message.format());
        match message {
            Message::Account(kind) => camt::read(xml, kind, &mut statements, outlet)?,
            Message::Status => status::read(xml, outlet)?,
            Message::Order { collects } => order::read(xml, collects, outlet)?,
        }
    }
}

/// Reads a file held in memory.
pub fn read(name: &str, bytes: &[u8]) -> ReadFile {
    let mut records = Vec::new();
    let mut held = 0;
    let outcome = stream(bytes, &mut |record| {
        held += 1;
        if let Record::BankEntry(entry) = &record {
            held += entry.details.len();
        }
        records.push(record);
        if held > MAX_HELD { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    match outcome {
        Err(problem) => ReadFile::refused(name, "iso20022", problem),
        Ok(summary) if held > MAX_HELD => {
            ReadFile::refused(name, summary.format, problem::too_many_to_hold(MAX_HELD))
        }
        Ok(summary) => {
            let mut file = ReadFile::new(name, summary.format);
            file.records = records;
            file.problems = summary.problems;
            file.settle();
            file
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_its_element_or_its_namespace() {
        for (bytes, is_known) in [
            (&b"<Document><BkToCstmrStmt/></Document>"[..], true),
            (b"<!-- <a> --><?x y?>\n<a:Document xmlns:a='u'><a:BkToCstmrStmtV01>", true),
            (b"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.03\"/>", true),
            (b"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.02\"><pain.001.001.02>", true),
            (b"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"/>", false),
            (b"<Document><BkToCstmrStmtments/></Document>", false),
            (b"<!DOCTYPE a><BkToCstmrStmt/>", false),
            (b"<Comprobante Total='1'>BkToCstmrStmt</Comprobante>", false),
            (b"<<<<", false),
        ] {
            assert_eq!(is_message(bytes), is_known, "{}", String::from_utf8_lossy(bytes));
        }
        let wide: Vec<u8> =
            "<Document><CstmrPmtStsRpt/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(is_message(&wide));
    }
}
