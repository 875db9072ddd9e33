//! The way in: bytes of any supported file become a [`ReadFile`].
//!
//! Decides which reader a file belongs to, by its content and never by its extension alone, and
//! what the outcomes of the documents mean for the file. Refuses to know what the portfolio holds,
//! where the bytes came from, or what day it is.

use crate::bank::iso20022;
use crate::problem;
use crate::record::{DocumentRecord, Problem, Record, StatementKind, Status};
use crate::table::{Mapping, TableSummary};
use crate::{archive, bank, detect, invoice};
use archive::Budget;
use detect::Content;
use puntual_core::date::Day;

/// What the caller knows that the bytes do not say.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Tax ids of the creditors this file is read for. When not empty, documents sold by anybody
    /// else are ignored (purchases) or quarantined; when empty no such check is made.
    pub creditor_tax_ids: Vec<String>,
    /// Country of the creditor (ISO 3166 alpha-2), for tables whose ids or dates need it.
    pub country: Option<String>,
    /// Currency assumed for tables that state none, ISO 4217.
    pub currency: Option<String>,
    /// A saved description of a table's columns; without it they are guessed from the headers.
    pub mapping: Option<Mapping>,
    /// The day the file came, for tables whose dates leave the year out.
    pub received_on: Option<Day>,
}

/// A file after reading: its records, what was wrong, and the outcome.
#[derive(Clone, Debug)]
pub struct ReadFile {
    /// Name as given; for a member of a zip, its path inside.
    pub name: String,
    /// `cfdi`, `dte`, `dte-aec`, `dte-response`, `facturae`, `cii`, `pdf`, `csv`, `xlsx`, `erp`, `zip`, `xml`, `unknown` …
    pub format: &'static str,
    /// Outcome of the whole file; see [`ReadFile::settle`].
    pub status: Status,
    /// What was read, in the order of the file. Empty for a zip: see `members`.
    pub records: Vec<Record>,
    /// Problems of the file as a whole; those of a record are with the record.
    pub problems: Vec<Problem>,
    /// One per sheet, for tables.
    pub summaries: Vec<TableSummary>,
    /// Every entry of a zip, in its order, those passed over included.
    pub members: Vec<ReadFile>,
}

/// How many things were read and what became of them. `read` is always the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records found, a whole unreadable or ignored file counting as one.
    pub read: usize,
    /// May enter the ledger.
    pub accepted: usize,
    /// The same as an earlier one of the same file.
    pub duplicates: usize,
    /// Wait for a person.
    pub quarantined: usize,
    /// Could not be read.
    pub rejected: usize,
    /// Recognised, and not a receivable.
    pub ignored: usize,
}

impl Counts {
    /// Adds one record with that outcome.
    pub fn add(&mut self, status: Status, duplicate: bool) {
        self.read += 1;
        match status {
            Status::Reject => self.rejected += 1,
            Status::Quarantine => self.quarantined += 1,
            Status::Ignore => self.ignored += 1,
            Status::Ok | Status::Warn if duplicate => self.duplicates += 1,
            Status::Ok | Status::Warn => self.accepted += 1,
        }
    }

    /// Adds the counts of a part.
    pub fn merge(&mut self, part: Counts) {
        self.read += part.read;
        self.accepted += part.accepted;
        self.duplicates += part.duplicates;
        self.quarantined += part.quarantined;
        self.rejected += part.rejected;
        self.ignored += part.ignored;
    }
}

/// The worst status among problems; [`Status::Ok`] when there are none.
pub fn worst(problems: &[Problem]) -> Status {
    problems.iter().map(|problem| problem.status).max().unwrap_or_default()
}

impl Record {
    /// Outcome of this record alone.
    pub fn status(&self) -> Status {
        match self {
            Record::Document(document) => document.status,
            Record::Customer(customer) => worst(&customer.problems),
            Record::Payment(payment) => worst(&payment.problems),
            Record::Event(event) => event.status,
            Record::BankEntry(entry) => match entry.message {
                // What is announced before the day is over comes again when it is booked.
                StatementKind::Report => Status::Ignore,
                StatementKind::Statement | StatementKind::Notification => worst(&entry.problems),
            },
            Record::Statement(statement) => worst(&statement.problems),
            Record::DebitResult(result) => worst(&result.problems),
            Record::PaymentOrder(order) => worst(&order.problems),
            Record::Refused(problem) => problem.status.max(Status::Reject),
            Record::Allocation(_) | Record::Rate(_) | Record::Dispute(_) | Record::Promise(_) => {
                Status::Ok
            }
        }
    }

    /// Whether an earlier record of the same file says the same.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Record::Document(document) if document.duplicate_of.is_some())
    }

    /// Whether it stands for something read: a statement only frames its entries.
    pub fn is_counted(&self) -> bool {
        !matches!(self, Record::Statement(_))
    }

    /// The problems found in this record.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Record::Document(document) => &document.problems,
            Record::Customer(customer) => &customer.problems,
            Record::Payment(payment) => &payment.problems,
            Record::Event(event) => &event.problems,
            Record::BankEntry(entry) => &entry.problems,
            Record::Statement(statement) => &statement.problems,
            Record::DebitResult(result) => &result.problems,
            Record::PaymentOrder(order) => &order.problems,
            Record::Refused(problem) => std::slice::from_ref(problem),
            Record::Allocation(_) | Record::Rate(_) | Record::Dispute(_) | Record::Promise(_) => {
                &[]
            }
        }
    }
    /// Puts what contains the record (a member of a zip, a sheet) before every place.
    pub(crate) fn prefix_place(&mut self, container: &str) {
        match self {
            Record::Document(document) => prefix_document(document, container),
            Record::Customer(customer) => {
                prefix(&mut customer.place, container);
                prefix_all(&mut customer.problems, container);
            }
            Record::Payment(payment) => {
                prefix(&mut payment.place, container);
                prefix_all(&mut payment.problems, container);
            }
            Record::Event(event) => {
                prefix(&mut event.place, container);
                prefix_all(&mut event.problems, container);
            }
            Record::BankEntry(entry) => {
                prefix(&mut entry.place, container);
                prefix_all(&mut entry.problems, container);
            }
            Record::Statement(statement) => {
                prefix(&mut statement.place, container);
                prefix_all(&mut statement.problems, container);
            }
            Record::DebitResult(result) => {
                prefix(&mut result.place, container);
                prefix_all(&mut result.problems, container);
            }
            Record::PaymentOrder(order) => {
                prefix(&mut order.place, container);
                prefix_all(&mut order.problems, container);
            }
            Record::Allocation(allocation) => prefix(&mut allocation.place, container),
            Record::Rate(rate) => prefix(&mut rate.place, container),
            Record::Dispute(dispute) => prefix(&mut dispute.place, container),
            Record::Promise(promise) => prefix(&mut promise.place, container),
            Record::Refused(problem) => prefix(&mut problem.place, container),
        }
    }
}

impl ReadFile {
    /// An empty result, to be filled.
    pub fn new(name: &str, format: &'static str) -> ReadFile {
        ReadFile {
            name: name.to_owned(),
            format,
            status: Status::Ok,
            records: Vec::new(),
            problems: Vec::new(),
            summaries: Vec::new(),
            members: Vec::new(),
        }
    }

    /// A file of which nothing could be used, for the reason given.
    pub fn refused(name: &str, format: &'static str, problem: Problem) -> ReadFile {
        let mut file = ReadFile::new(name, format);
        file.status = problem.status;
        file.problems.push(problem);
        file
    }

    /// Works out the status of the file from its problems and its records: one record waiting for
    /// a person makes the file wait; it is ignored only when everything in it is; records that
    /// could not be read make it a warning while others are good.
    pub fn settle(&mut self) {
        let outcomes: Vec<Status> = match self.members.is_empty() {
            true => self.records.iter().map(Record::status).collect(),
            false => self.members.iter().map(|member| member.status).collect(),
        };
        let own = worst(&self.problems);
        self.status = if own == Status::Reject { own } else { own.max(combined(&outcomes, own)) };
    }

    /// This file, or every file inside it when it is a zip; never the zip itself.
    pub fn leaves(&self) -> Vec<&ReadFile> {
        if self.members.is_empty() {
            return vec![self];
        }
        self.members.iter().flat_map(ReadFile::leaves).collect()
    }

    /// Every record, those inside zips included, in order.
    pub fn all_records(&self) -> impl Iterator<Item = &Record> {
        self.leaves().into_iter().flat_map(|leaf| leaf.records.iter())
    }

    /// Every problem: of the file, of its members, of their records.
    pub fn all_problems(&self) -> Vec<&Problem> {
        let mut all: Vec<&Problem> = self.problems.iter().collect();
        for record in &self.records {
            all.extend(record.problems());
        }
        for member in &self.members {
            all.extend(member.all_problems());
        }
        all
    }

    /// What was found and what became of it.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        if !self.members.is_empty() {
            self.members.iter().for_each(|member| counts.merge(member.counts()));
        } else if self.records.is_empty() {
            if self.status >= Status::Ignore {
                counts.add(self.status, false);
            }
        } else {
            for record in self.records.iter().filter(|record| record.is_counted()) {
                counts.add(record.status(), record.is_duplicate());
            }
        }
        counts
    }

    /// Puts the path of a zip member before every place, so that a message says which member.
    /// What is inside an inner zip has its full path already.
    pub(crate) fn prefix_places(&mut self, member: &str) {
        self.problems.iter_mut().for_each(|problem| prefix(&mut problem.place, member));
        self.records.iter_mut().for_each(|record| record.prefix_place(member));
    }
}

fn prefix(place: &mut String, member: &str) {
    *place = match place.is_empty() {
        true => member.to_owned(),
        false => format!("{member}: {place}"),
    };
}

fn prefix_all(problems: &mut [Problem], member: &str) {
    problems.iter_mut().for_each(|problem| prefix(&mut problem.place, member));
}

fn prefix_document(document: &mut DocumentRecord, member: &str) {
    prefix(&mut document.place, member);
    prefix_all(&mut document.problems, member);
    for payment in &mut document.payments {
        prefix(&mut payment.place, member);
        prefix_all(&mut payment.problems, member);
    }
}

/// What a list of outcomes means for what contains them. `own` is the container's own outcome.
fn combined(outcomes: &[Status], own: Status) -> Status {
    let has = |status: Status| outcomes.contains(&status);
    let useful = has(Status::Ok) || has(Status::Warn);
    if has(Status::Quarantine) {
        Status::Quarantine
    } else if has(Status::Reject) && !useful {
        Status::Reject
    } else if has(Status::Ignore) && !useful {
        Status::Ignore
    } else if has(Status::Reject) || has(Status::Warn) {
        Status::Warn
    } else {
        own
    }
}

/// Reads a file of any supported kind. Never fails: what cannot be read comes back as a
/// [`ReadFile`] with status `reject` and a problem that says why and what to do.
pub fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> ReadFile {
    let mut budget = Budget::new(bytes.len());
    let mut file = read_nested(name, bytes, options, &mut budget);
    if let Some(problem) = budget.exceeded {
        return ReadFile::refused(name, "zip", problem);
    }
    invoice::repeats::mark(&mut file);
    file
}

/// The same, for bytes that may come from inside a zip.
pub(crate) fn read_nested(
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
    budget: &mut Budget,
) -> ReadFile {
    let refused = |format, problem| ReadFile::refused(name, format, problem);
    match detect::content(name, bytes) {
        Content::Empty => refused("unknown", problem::empty_file()),
        Content::Zip => archive::read_zip(name, bytes, options, budget),
        Content::Xml if iso20022::is_message(bytes) => iso20022::read(name, bytes),
        Content::Xml => invoice::read_xml(name, bytes, options),
        Content::SatListing => invoice::sat_metadata::read(name, bytes, options),
        Content::Mt940 => bank::mt940::read(name, bytes, options),
        Content::Norma43 => bank::norma43::read(name, bytes, options),
        Content::Ofx => bank::ofx::read(name, bytes, options),
        Content::NoStatement => refused("unknown", problem::no_statement()),
        Content::Table => crate::table::read_table(name, bytes, options),
        Content::HtmlPage => refused("html", problem::html_page()),
        Content::Pdf => crate::pdf::read(name, bytes, options),
        Content::OtherArchive(kind) => refused("archive", problem::other_archive(kind)),
        Content::NotXml => refused("unknown", problem::not_xml()),
        Content::Binary => refused("unknown", problem::binary()),
        Content::Unknown => refused("unknown", problem::unknown_content()),
    }
}
