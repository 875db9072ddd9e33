//! MT940 (statements) and MT942 (reports of a day that is not over), as SWIFT defines them and as
//! banks write them: one message after another, with or without SWIFT's blocks, with lines before,
//! between and after that belong to nobody.
//!
//! Decides which field a line belongs to and where a statement ends. A reversed credit (`RC`) is a
//! debit. What `:86:` says is read in `mt940_text`.

use super::found::Found;
use super::mt940_line::{self as line, EntryLine};
use super::mt940_text::{self, Told};
use super::{MAX_BYTES, Tally, codes, lines};
use crate::read::{ReadFile, ReadOptions};
use crate::record::{
    AccountRecord, BalanceRecord, BankEntryRecord, StatementKind, StatementRecord,
};
use crate::{decode, problem};
use rust_decimal::Decimal;
use std::borrow::Cow;

/// How many lines are looked at to recognise the format.
const LINES_LOOKED_AT: usize = 200;

/// Whether the beginning of a file is that of a statement in this format.
pub fn is_mt940(head: &str) -> bool {
    let mut tags = Vec::new();
    for line in lines(head).take(LINES_LOOKED_AT) {
        let line = without_controls(line);
        let line = inside_block(&line);
        if let Some((tag, rest)) = tag(line) {
            if tag == "61" && line::entry_line(rest).is_some() {
                return true;
            }
            tags.push(tag.to_owned());
        }
    }
    let has = |wanted: &[&str]| tags.iter().any(|tag| wanted.contains(&tag.as_str()));
    has(&["25", "28", "28C"]) && has(&["20", "60", "60F", "60M", "62", "62F", "62M", "34F"])
}

/// Reads a file of messages.
pub fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> ReadFile {
    if bytes.len() > MAX_BYTES {
        return ReadFile::refused(name, "mt940", problem::too_large(MAX_BYTES));
    }
    let decoded = decode::text(bytes, None);
    let mut reader =
        Reader { found: Found::new(decoded.problems, options, None), ..Reader::default() };
    for (line, number) in lines(&decoded.text).zip(1..) {
        reader.line(number, line);
        if reader.found.is_full() {
            break;
        }
    }
    reader.finish_field();
    reader.finish_statement();
    reader.found.into_file(name, "mt940")
}

/// The tag at the beginning of a line (`61`, `28C`, `NS`) and what follows it.
fn tag(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.strip_prefix(':')?.split_once(':')?;
    let fits = match tag.as_bytes() {
        [a, b] => a.is_ascii_digit() && b.is_ascii_digit() || tag == "NS",
        [a, b, c] => a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_uppercase(),
        _ => false,
    };
    fits.then_some((tag, rest))
}

/// The line without control characters, which some transmissions leave in it.
fn without_controls(line: &str) -> Cow<'_, str> {
    match line.contains(|c: char| c.is_control() && c != '\t') {
        false => Cow::Borrowed(line),
        true => Cow::Owned(line.chars().filter(|c| !c.is_control() || *c == '\t').collect()),
    }
}

/// What stands in the text block when the line opens SWIFT's blocks; else the line.
fn inside_block(line: &str) -> &str {
    match opens_blocks(line) {
        true => line.split_once("{4:").map_or("", |(_, inside)| inside),
        false => line,
    }
}

fn opens_blocks(line: &str) -> bool {
    ["{1:", "{2:", "{3:", "{4:", "${1:"].iter().any(|block| line.starts_with(block))
}

/// A field whose lines are being collected.
#[derive(Debug, Default)]
struct Field {
    tag: String,
    line: usize,
    lines: Vec<String>,
}

/// A statement whose entries are passing.
#[derive(Debug, Default)]
struct Statement {
    record: StatementRecord,
    tally: Tally,
    /// The last entry, which waits for its `:86:`.
    entry: Option<Pending>,
    /// Whether fields of a report (MT942) were met.
    has_report_fields: bool,
    /// Sums declared for debits and credits (`:90D:`, `:90C:`).
    declared: [Option<(usize, Decimal)>; 2],
    /// Debits and credits counted.
    counted: [usize; 2],
    information: Vec<String>,
}

/// An entry and the lines about it.
#[derive(Debug, Default)]
struct Pending {
    entry: BankEntryRecord,
    supplement: String,
    information: Vec<String>,
    numbered: Vec<String>,
}

#[derive(Debug, Default)]
struct Reader {
    found: Found,
    field: Option<Field>,
    statement: Option<Statement>,
    /// Account and closing balance of the statement before this one.
    previous: Option<(AccountRecord, Option<BalanceRecord>)>,
    /// Whether the message that comes says of itself that it is an MT942.
    announces_report: bool,
}

impl Reader {
    fn line(&mut self, number: usize, raw: &str) {
        let clean = without_controls(raw);
        if opens_blocks(&clean) {
            self.finish_field();
            self.finish_statement();
            self.announces_report |= ["{2:O942", "{2:I942"].iter().any(|kind| clean.contains(kind));
        }
        let line = inside_block(&clean);
        if let Some((tag, rest)) = tag(line) {
            self.finish_field();
            let lines = vec![rest.to_owned()];
            self.field = Some(Field { tag: tag.to_owned(), line: number, lines });
        } else if line.trim() == "-" || line.starts_with("-}") || line.starts_with(":94") {
            // Some Dutch banks begin each message with its number: `:940:`.
            self.finish_field();
            self.announces_report |= line.starts_with(":942:");
        } else if let Some(field) = &mut self.field {
            field.lines.push(line.to_owned());
        } else {
            self.announces_report |= line.trim() == "942";
        }
    }

    fn finish_field(&mut self) {
        let Some(field) = self.field.take() else { return };
        let first = field.lines.first().map_or("", |line| line.trim()).to_owned();
        if self.begins_statement(&field.tag) {
            self.finish_statement();
        }
        let statement = self.statement.get_or_insert_with(|| Statement {
            has_report_fields: std::mem::take(&mut self.announces_report),
            record: StatementRecord {
                place: format!("extracto {}", self.found.statement_index() + 1),
                ..StatementRecord::default()
            },
            ..Statement::default()
        });
        match field.tag.as_str() {
            "20" => statement.record.id = some(&first),
            "25" | "25P" => statement.account(&first),
            "28" | "28C" => statement.record.sequence = some(&first),
            "13" | "13D" => statement.has_report_fields = true,
            "34F" => {
                statement.has_report_fields = true;
                let currency = line::currency_and_amount(&first).0;
                statement.record.currency = statement.record.currency.take().or(currency);
            }
            "60" | "60F" | "60M" | "62" | "62F" | "62M" | "64" | "65" => {
                statement.balance(&field.tag, &first)
            }
            "90D" => statement.declared[0] = line::sum(&first),
            "90C" => statement.declared[1] = line::sum(&first),
            "61" => {
                statement.finish_entry(&mut self.found);
                statement.entry = Some(statement.pending(&field, &first));
            }
            "86" => match &mut statement.entry {
                Some(pending) => pending.information.extend(field.lines),
                None => statement.information.extend(field.lines),
            },
            "NS" => {
                if let Some(pending) = &mut statement.entry {
                    pending.numbered.extend(field.lines);
                }
            }
            _ => {}
        }
        if matches!(field.tag.as_str(), "62" | "62F" | "62M" | "64" | "65" | "90D" | "90C")
            && let Some(statement) = &mut self.statement
        {
            statement.finish_entry(&mut self.found);
        }
    }

    /// A message begins with `:20:`; where a bank leaves it out, an account or an opening balance
    /// after a closing balance begins the next. Intermediate balances are pages of one statement.
    fn begins_statement(&self, tag: &str) -> bool {
        let is_closed = self.statement.as_ref().is_some_and(|open| open.record.closing.is_some());
        tag == "20" || is_closed && matches!(tag, "25" | "25P" | "60" | "60F")
    }

    fn finish_statement(&mut self) {
        let Some(mut statement) = self.statement.take() else { return };
        statement.finish_entry(&mut self.found);
        let Statement { mut record, tally, information, declared, counted, .. } = statement;
        record.kind = match statement.has_report_fields && record.opening.is_none() {
            true => StatementKind::Report,
            false => StatementKind::Statement,
        };
        if let Some(sequence) = &record.sequence {
            record.place = format!("{} ({sequence})", record.place);
        }
        record.from = record.opening.as_ref().and_then(|opening| opening.on);
        record.to = record.closing.as_ref().and_then(|closing| closing.on);
        if let Some(text) = mt940_text::information(&slices(&information)).text {
            record.remarks.push(("information", text));
        }
        tally.close(&mut record);
        check_declared(&mut record, declared, counted);
        if record.kind == StatementKind::Report {
            record.problems.push(problem::interim_report(&record.place));
        } else {
            self.check_balances(&mut record);
        }
        self.previous = Some((record.account.clone(), record.closing.clone()));
        self.found.statement(record);
    }

    /// A statement has both balances, and the second page goes on where the first one ends.
    fn check_balances(&self, record: &mut StatementRecord) {
        if record.account.number.is_none() {
            record.problems.push(problem::missing_account(&record.place));
        }
        if record.closing.is_none() {
            record.problems.push(problem::missing_closing_balance(&record.place));
        }
        let Some(opening) = record.opening.as_ref().filter(|opening| opening.code == "60M") else {
            return;
        };
        let before = self.previous.as_ref().filter(|(account, _)| *account == record.account);
        let closing = before.and_then(|(_, closing)| closing.as_ref()?.amount);
        if closing != opening.amount {
            record.problems.push(problem::missing_page(&record.place));
        }
    }
}

/// Compares the sums of a report with what was read.
fn check_declared(
    record: &mut StatementRecord,
    declared: [Option<(usize, Decimal)>; 2],
    counted: [usize; 2],
) {
    let sums = [record.sum_debit, record.sum_credit];
    for ((declared, count), sum) in declared.into_iter().zip(counted).zip(sums) {
        if declared.is_some_and(|declared| declared != (count, sum)) {
            record.problems.push(problem::declared_totals(&record.place));
            return;
        }
    }
}

impl Statement {
    fn account(&mut self, text: &str) {
        let number = some(&text.split_whitespace().collect::<String>());
        if self.record.account.number.is_some() && self.record.account.number != number {
            self.record.problems.push(problem::second_account(&self.record.place, text));
        }
        self.record.account.number = number;
    }

    fn balance(&mut self, code: &str, text: &str) {
        let balance = line::balance(code, text);
        if balance.amount.is_none() {
            let place = &self.record.place;
            self.record.problems.push(problem::unreadable_balance(place, code, text));
        }
        let record = &mut self.record;
        if let Some(closing) = record.closing.as_ref().filter(|_| code == "60M")
            && closing.amount != balance.amount
        {
            record.problems.push(problem::missing_page(&record.place));
        }
        record.currency = record.currency.take().or_else(|| balance.currency.clone());
        match code {
            "60" | "60F" | "60M" if record.opening.is_none() => {
                record.opening = Some(balance.clone())
            }
            "62" | "62F" | "62M" => record.closing = Some(balance.clone()),
            _ => {}
        }
        record.balances.push(balance);
    }

    /// The entry of a `:61:`, before anything is told of it.
    fn pending(&self, field: &Field, first: &str) -> Pending {
        let place = format!("línea {}", field.line);
        let mut entry = BankEntryRecord {
            message: match self.has_report_fields && self.record.opening.is_none() {
                true => StatementKind::Report,
                false => StatementKind::Statement,
            },
            account: self.record.account.clone(),
            currency: self.record.currency.clone(),
            is_booked: true,
            place,
            ..BankEntryRecord::default()
        };
        match line::entry_line(first) {
            Some(parts) => fill(&mut entry, &parts),
            None => entry.problems.push(problem::unreadable_entry(&entry.place, first)),
        }
        let supplement = field.lines[1..].concat();
        entry.original = original(&supplement).filter(|(amount, currency)| {
            let same = entry.amount.map(|amount| amount.abs()) == Some(*amount);
            !same || Some(currency) != entry.currency.as_ref()
        });
        Pending { entry, supplement, ..Pending::default() }
    }

    fn finish_entry(&mut self, found: &mut Found) {
        let Some(pending) = self.entry.take() else { return };
        let entry = pending.told();
        if let Some(amount) = entry.amount {
            self.counted[usize::from(amount.is_sign_positive())] += 1;
        }
        found.entry(&mut self.tally, entry);
    }
}

/// Puts the parts of the first line into the entry, and says what is wrong with them.
fn fill(entry: &mut BankEntryRecord, parts: &EntryLine<'_>) {
    let place = entry.place.clone();
    let amount = super::amounts::with_comma(parts.amount);
    match amount {
        None => entry.problems.push(problem::entry_amount(&place, parts.amount)),
        // The transaction type is mandatory: without it the line stops within the amount.
        Some(_) if parts.kind.is_empty() && parts.reference.is_empty() => {
            entry.problems.push(problem::incomplete_entry(&place));
        }
        Some(_) => {}
    }
    entry.amount = amount.map(|amount| if parts.mark.is_credit { amount } else { -amount });
    entry.is_reversal = parts.mark.is_reversal;
    entry.is_booked = !parts.mark.is_expected;
    let value = line::value_day(parts.value);
    entry.value_on = value.map(|(day, _)| day);
    if value.is_some_and(|(_, helped)| helped) {
        entry.problems.push(problem::odd_value_date(&place, parts.value));
    }
    let entered = line::entry_day(parts.entry, parts.value);
    entry.booked_on = entered.or(entry.value_on);
    if entry.booked_on.is_none() {
        entry.problems.push(problem::entry_date(&place, parts.value));
    } else if !parts.entry.is_empty() && entered.is_none() {
        entry.problems.push(problem::odd_value_date(&place, parts.entry));
    }
    entry.bank_code = some(parts.kind);
    entry.reference = some(parts.reference).filter(|reference| reference != "NONREF");
    entry.bank_reference = some(parts.bank_reference).filter(|reference| reference != "NONREF");
}

/// The amount of the instruction, where the supplement gives it: `/OCMT/EUR11,85/`.
fn original(supplement: &str) -> Option<(Decimal, String)> {
    let (_, rest) = supplement.split_once("/OCMT/")?;
    let (currency, amount) = line::currency_and_amount(rest.split('/').next()?);
    amount.zip(currency)
}

impl Pending {
    /// The entry with what its lines tell.
    fn told(self) -> BankEntryRecord {
        let Pending { mut entry, supplement, information, numbered } = self;
        let told = match (information.is_empty(), numbered.is_empty()) {
            (true, false) => mt940_text::numbered(&slices(&numbered)),
            _ => mt940_text::information(&slices(&information)),
        };
        entry.reference = match entry.reference.take() {
            Some(pointer) if pointer == "KREF+" => told.customer_reference.clone(),
            own => own,
        };
        let Told { end_to_end, customer_reference, .. } = told;
        entry.reference = end_to_end.or(entry.reference).or(customer_reference);
        entry.bank_code = match (entry.bank_code.take(), told.code) {
            (Some(kind), Some(code)) => Some(format!("{kind}/{code}")),
            (kind, code) => kind.or(code),
        };
        entry.mandate = told.mandate;
        entry.batch = told.batch;
        entry.creditor_reference = told.creditor_reference;
        entry.counterparty.name = told.name;
        entry.counterparty_account = told.account;
        let supplement = crate::xml::squeezed(&supplement).filter(|line| !line.starts_with('/'));
        entry.text = match (supplement, told.text) {
            (Some(line), Some(text)) if !text.contains(&line) => Some(format!("{line} {text}")),
            (line, text) => text.or(line),
        };
        let is_returned = entry.is_reversal || entry.amount.is_some_and(|a| a.is_sign_negative());
        entry.return_reason = told.return_reason.or_else(|| {
            let text = entry.text.as_deref().filter(|_| is_returned)?;
            codes::return_reason(text)
        });
        entry
    }
}

fn slices(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
