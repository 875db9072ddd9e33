//! Account reports, statements and notifications (camt.052, camt.053, camt.054).

use super::branch::{Branch, Step, Twig, XmlStream};
use super::detail;
use super::entry::{self, Frame};
use super::party::{account_number, amount};
use super::{Outlet, Stop};
use crate::bank::Tally;
use crate::invoice::fields::day;
use crate::problem;
use crate::record::{
    AccountRecord, BalanceRecord, BankEntryRecord, Problem, Record, StatementKind, StatementRecord,
};
use puntual_core::date::Day;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;

/// Most transactions of one entry: a payroll or a remittance of receipts has tens of thousands.
const MAX_DETAILS: usize = 200_000;
/// Most entries remembered for telling twins.
const MAX_REMEMBERED: usize = 1_000_000;

/// Reads a message whose element has just begun, statement by statement.
pub fn read<R: Read>(
    xml: &mut XmlStream<R>,
    kind: StatementKind,
    statements: &mut usize,
    outlet: &mut Outlet<'_>,
) -> Result<(), Stop> {
    let mut branch = Branch::default();
    let before = *statements;
    loop {
        match xml.step()? {
            Step::Open if matches!(xml.name(), "Stmt" | "Rpt" | "Ntfctn") => {
                read_statement(xml, kind, *statements, outlet)?;
                *statements += 1;
            }
            Step::Open => xml.read_whole(&mut branch)?,
            Step::Close | Step::End if *statements == before => {
                return Err(problem::message_without_statement().into());
            }
            Step::Close | Step::End => return Ok(()),
        }
    }
}

/// A statement while its entries pass.
struct Reading {
    record: StatementRecord,
    position: usize,
    tally: Tally,
    twins: HashSet<u64>,
    ordinal: usize,
    declared_entries: Option<usize>,
    created_on: Option<Day>,
}

fn read_statement<R: Read>(
    xml: &mut XmlStream<R>,
    kind: StatementKind,
    position: usize,
    outlet: &mut Outlet<'_>,
) -> Result<(), Stop> {
    let place = format!("extracto {}", position + 1);
    let version = xml.namespace().map(str::to_owned);
    let record = StatementRecord { place, kind, version, ..StatementRecord::default() };
    let mut reading = Reading {
        record,
        position,
        tally: Tally::default(),
        twins: HashSet::new(),
        ordinal: 0,
        declared_entries: None,
        created_on: None,
    };
    outlet.count(1, xml.consumed_bytes())?;
    let mut branch = Branch::default();
    loop {
        match xml.step()? {
            Step::Open if xml.name() == "Ntry" => {
                let entry = read_entry(xml, &mut branch, &mut reading)?;
                outlet.count(1 + entry.details.len() as u64, xml.consumed_bytes())?;
                outlet.put(Record::BankEntry(Box::new(entry)))?;
            }
            Step::Open => {
                xml.read_whole(&mut branch)?;
                reading.take(branch.root());
            }
            Step::Close | Step::End => break,
        }
    }
    outlet.put(Record::Statement(Box::new(reading.close())))
}

fn read_entry<R: Read>(
    xml: &mut XmlStream<R>,
    branch: &mut Branch,
    reading: &mut Reading,
) -> Result<BankEntryRecord, Problem> {
    let mut details = Vec::new();
    xml.read_branch(branch, "TxDtls", &mut |twig| {
        if details.len() == MAX_DETAILS {
            let (es, en) = ("demasiadas operaciones en un apunte", "too many details in an entry");
            return Err(problem::hostile_xml(es, en));
        }
        details.push(detail::read(twig));
        Ok(())
    })?;
    reading.ordinal += 1;
    let frame = Frame {
        kind: reading.record.kind,
        account: &reading.record.account,
        currency: reading.record.currency.as_deref(),
        statement: reading.position,
        day: reading.day(),
        place: format!("{}, apunte {}", reading.record.place, reading.ordinal),
    };
    let mut entry = entry::read(branch.root(), details, frame);
    if reading.has_twin(&entry) {
        entry.problems.push(problem::twin_entry(&entry.place));
    }
    if reading.record.currency.is_none() {
        reading.record.currency.clone_from(&entry.currency);
        reading.record.is_currency_inferred = true;
    }
    reading.tally.take(&mut entry);
    Ok(entry)
}

impl Reading {
    /// What the statement says of itself, element by element.
    fn take(&mut self, twig: Twig<'_>) {
        let record = &mut self.record;
        match twig.name() {
            "Id" => record.id = twig.own_text(),
            "ElctrncSeqNb" => record.sequence = twig.own_text(),
            "LglSeqNb" if record.sequence.is_none() => record.sequence = twig.own_text(),
            "CreDtTm" => self.created_on = twig.own_text().as_deref().and_then(day),
            "FrToDt" => {
                record.from_text = twig.first_text(&["FrDtTm", "FrDt"]);
                record.to_text = twig.first_text(&["ToDtTm", "ToDt"]);
                record.from = record.from_text.as_deref().and_then(day);
                record.to = record.to_text.as_deref().and_then(day);
            }
            "Acct" => self.take_account(twig),
            "Bal" => self.take_balance(twig),
            "TxsSummry" => {
                let declared = twig.text("TtlNtries/NbOfNtries");
                self.declared_entries = declared.and_then(|count| count.parse().ok());
            }
            "CpyDplctInd" => note(record, "copy", twig.own_text()),
            "StmtPgntn" | "RptPgntn" | "NtfctnPgntn" => {
                note(record, "page", twig.text("PgNb"));
                note(record, "last_page", twig.text("LastPgInd"));
            }
            "AddtlStmtInf" | "AddtlRptInf" | "AddtlNtfctnInf" => {
                note(record, "text", twig.own_text());
            }
            _ => {}
        }
    }

    /// The last day it tells of.
    fn day(&self) -> Option<Day> {
        let of_balance = || closing(&self.record.balances, None)?.on;
        self.record.to.or_else(of_balance).or(self.created_on)
    }

    fn take_account(&mut self, twig: Twig<'_>) {
        let servicer = twig.path("Svcr/FinInstnId");
        let codes = ["BICFI", "BIC", "ClrSysMmbId/MmbId", "CmbndId/BIC"];
        self.record.account = AccountRecord {
            number: account_number(twig),
            bank: servicer.and_then(|servicer| servicer.first_text(&codes)),
            office: None,
            holder: twig.first_text(&["Ownr/Nm", "Ownr/Pty/Nm", "Nm"]),
            kind: twig.first_text(&["Tp/Cd", "Tp/Prtry"]),
        };
        let currency = twig.text("Ccy").map(|code| code.to_ascii_uppercase());
        if currency.is_some() {
            self.record.currency = currency;
            self.record.is_currency_inferred = false;
        }
    }

    fn take_balance(&mut self, twig: Twig<'_>) {
        let place = format!("{}, saldo {}", self.record.place, self.record.balances.len() + 1);
        let text = twig.text("Amt");
        let read = text.as_deref().and_then(amount);
        if let (Some(text), None) = (&text, read) {
            self.record.problems.push(problem::unreadable_amount("Bal/Amt", text).at(place));
        }
        let is_overdrawn = twig.text("CdtDbtInd").as_deref() == Some("DBIT");
        let currency = twig.child("Amt").and_then(Twig::currency);
        if self.record.currency.is_none() && currency.is_some() {
            self.record.currency.clone_from(&currency);
            self.record.is_currency_inferred = true;
        }
        let codes = ["Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd", "Tp/Prtry", "Tp"];
        let on = twig.first_text(&["Dt/Dt", "Dt/DtTm", "Dt", "ValDt/Dt", "ValDt/DtTm"]);
        self.record.balances.push(BalanceRecord {
            code: twig.first_text(&codes).unwrap_or_default(),
            amount: read.map(|amount| if is_overdrawn { -amount } else { amount }),
            currency,
            on: on.as_deref().and_then(day),
        });
    }

    /// Whether an entry without any reference says the same as an earlier one. Two such payments
    /// of one day happen, so both are kept; a file edited by hand is the other explanation.
    fn has_twin(&mut self, entry: &BankEntryRecord) -> bool {
        if entry.bank_reference.is_some() || entry.reference.is_some() || entry.amount.is_none() {
            return false;
        }
        let mut hasher = DefaultHasher::new();
        (entry.booked_on, entry.value_on, entry.amount, &entry.currency).hash(&mut hasher);
        (&entry.text, &entry.counterparty.name, &entry.counterparty_account).hash(&mut hasher);
        (&entry.bank_code, &entry.mandate, &entry.creditor_reference).hash(&mut hasher);
        if self.twins.len() >= MAX_REMEMBERED {
            self.twins.clear();
        }
        !self.twins.insert(hasher.finish())
    }

    fn close(mut self) -> StatementRecord {
        let mut record = self.record;
        if record.account.number.is_none() {
            record.problems.push(problem::statement_without_account().at(record.place.as_str()));
        }
        if let Some(declared) = self.declared_entries.take()
            && declared != self.ordinal
        {
            let differ = problem::entry_count(declared, self.ordinal);
            record.problems.push(differ.at(record.place.as_str()));
        }
        record.opening = opening(&record.balances);
        record.closing = closing(&record.balances, record.opening.as_ref());
        self.tally.close(&mut record);
        record
    }
}

fn note(record: &mut StatementRecord, name: &'static str, value: Option<String>) {
    record.remarks.extend(value.map(|value| (name, value)));
}

fn coded<'b>(
    balances: &'b [BalanceRecord],
    code: &'static str,
) -> impl DoubleEndedIterator<Item = &'b BalanceRecord> {
    balances.iter().filter(move |balance| balance.code == code)
}

/// The balance before the first entry: opening booked, previous closing booked, or, on a page that
/// is not the first, the first of the interim balances.
fn opening(balances: &[BalanceRecord]) -> Option<BalanceRecord> {
    let mut found = coded(balances, "OPBD").chain(coded(balances, "PRCD"));
    found.next().or_else(|| coded(balances, "ITBD").next()).cloned()
}

/// The balance after the last entry: closing booked, or, on a page that is not the last, the last
/// of the interim balances, unless that is the one before the entries.
fn closing(balances: &[BalanceRecord], opening: Option<&BalanceRecord>) -> Option<BalanceRecord> {
    let interim = || {
        let is_opening = opening.is_some_and(|opening| opening.code == "ITBD");
        let has_two = coded(balances, "ITBD").nth(1).is_some();
        coded(balances, "ITBD").next_back().filter(|_| has_two || !is_opening)
    };
    coded(balances, "CLBD").next_back().or_else(interim).cloned()
}
