//! What a reader of statements has found so far, within bounds.

use super::{MAX_RECORDS, Tally};
use crate::problem;
use crate::read::{ReadFile, ReadOptions};
use crate::record::{BankEntryRecord, Problem, Record, StatementRecord};
use crate::table::bank::payer;

/// Records in the order of the file, and the problems of the file as a whole.
#[derive(Debug, Default)]
pub struct Found {
    records: Vec<Record>,
    statements: usize,
    /// Tax ids of the creditors, bare.
    own_ids: Vec<String>,
    /// Country of the accounts, where it is known.
    country: Option<String>,
    /// Problems of the file as a whole.
    pub problems: Vec<Problem>,
}

impl Found {
    /// Starts with what decoding had to repair. `country` is the one the format belongs to.
    pub fn new(problems: Vec<Problem>, options: &ReadOptions, country: Option<&str>) -> Found {
        let own_ids = options.creditor_tax_ids.iter().map(|id| bare(id)).collect();
        let country = country.or(options.country.as_deref()).map(str::to_owned);
        Found { problems, own_ids, country, ..Found::default() }
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
        self.name_payer(&mut entry);
        tally.take(&mut entry);
        self.records.push(Record::BankEntry(Box::new(entry)));
    }

    /// Takes the other side's tax id and account out of the text, where their check digits prove
    /// them. Names are taken only where the format marks them.
    fn name_payer(&self, entry: &mut BankEntryRecord) {
        let Some(text) = &entry.text else { return };
        let account = bare(entry.account.number.as_deref().unwrap_or_default());
        let is_own = |found: &str| {
            let found = bare(found);
            // A Spanish account is the end of its IBAN.
            self.own_ids.contains(&found) || account.len() >= 10 && found.ends_with(&account)
        };
        let said = payer::of(text, self.country.as_deref(), &is_own);
        if let (Some((id, country)), None) = (said.tax_id, &entry.counterparty.tax_id) {
            entry.counterparty.tax_id = Some(id);
            entry.counterparty.country = Some(country.to_owned());
        }
        entry.counterparty_account = entry.counterparty_account.take().or(said.account);
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

/// Letters and digits alone, in upper case and without leading zeros, as ids are compared.
fn bare(text: &str) -> String {
    let bare: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    bare.trim_start_matches('0').to_ascii_uppercase()
}
