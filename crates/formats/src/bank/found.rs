//! What a reader of statements has found so far, within bounds.

use super::{MAX_RECORDS, Tally};
use crate::problem;
use crate::read::ReadFile;
use crate::record::{BankEntryRecord, Problem, Record, StatementRecord};

/// Records in the order of the file, and the problems of the file as a whole.
#[derive(Debug, Default)]
pub struct Found {
    records: Vec<Record>,
    statements: usize,
    /// Problems of the file as a whole.
    pub problems: Vec<Problem>,
}

impl Found {
    /// Starts with what decoding had to repair.
    pub fn new(problems: Vec<Problem>) -> Found {
        Found { problems, ..Found::default() }
    }

    /// Position of the statement being read, from 0.
    pub fn statement_index(&self) -> usize {
        self.statements
    }

    /// Statements that are complete.
    pub fn has_statements(&self) -> bool {
        self.statements > 0
    }

    /// Whether as much was read as one file may hold.
    pub fn is_full(&self) -> bool {
        self.records.len() >= MAX_RECORDS
    }

    /// Counts an entry and keeps it.
    pub fn entry(&mut self, tally: &mut Tally, mut entry: BankEntryRecord) {
        entry.statement = self.statements;
        tally.take(&mut entry);
        self.records.push(Record::BankEntry(Box::new(entry)));
    }

    /// Keeps a statement whose entries have all passed.
    pub fn statement(&mut self, statement: StatementRecord) {
        self.statements += 1;
        self.records.push(Record::Statement(Box::new(statement)));
    }

    /// The file as it was read; one that holds too much is refused whole.
    pub fn into_file(self, name: &str, format: &'static str) -> ReadFile {
        if self.is_full() {
            return ReadFile::refused(name, format, problem::too_many_entries(MAX_RECORDS));
        }
        let mut file = ReadFile::new(name, format);
        file.records = self.records;
        file.problems = self.problems;
        file.settle();
        file
    }
}
