//! OFX 1.x (SGML) and 2.x (XML), QFX included: bank and credit card statements, several accounts
//! in a file, and what a bank answers when it refuses.
//!
//! Decides which values belong to which account and entry although closing tags may be missing.
//! Statements of investments hold no payments and are passed over.

use super::amounts::{self, Amount};
use super::found::Found;
use super::ofx_tokens::{Token, Tokens};
use super::{MAX_BYTES, Tally, codes};
use crate::read::{ReadFile, ReadOptions};
use crate::record::{BalanceRecord, BankEntryRecord, StatementRecord, Status};
use crate::xml::squeezed;
use crate::{decode, problem};
use puntual_core::date::Day;
use rust_decimal::Decimal;
use std::collections::HashSet;

/// How far the header of 1.x may reach, in bytes.
const HEADER_BYTES: usize = 2_048;

/// Whether the beginning of a file is that of OFX: its header, or its root.
pub fn is_ofx(head: &str) -> bool {
    let head = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if head.starts_with("OFXHEADER") {
        return true;
    }
    if !head.starts_with('<') {
        return false;
    }
    matches!(Tokens::new(head).next(), Some(Token::Open(name, _)) if name == "OFX")
}

/// Reads a file of one or more accounts.
pub fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> ReadFile {
    if bytes.len() > MAX_BYTES {
        return ReadFile::refused(name, "ofx", problem::too_large(MAX_BYTES));
    }
    let declared = declared_charset(bytes);
    let decoded = decode::text(bytes, declared.as_deref());
    let mut reader =
        Reader { found: Found::new(decoded.problems, options, None), ..Reader::default() };
    let mut tokens = Tokens::new(&decoded.text);
    loop {
        let at = tokens.at();
        let Some(token) = tokens.next() else { break };
        reader.lines.move_to(&decoded.text, at);
        match token {
            Token::Declaration => return ReadFile::refused(name, "ofx", problem::dtd_refused()),
            Token::Open(tag, value) => reader.open(&tag, &value),
            Token::Close(tag) => reader.close(&tag),
        }
        if reader.found.is_full() {
            break;
        }
    }
    reader.finish();
    reader.found.into_file(name, "ofx")
}

/// The encoding the header names: `CHARSET:1252` after `ENCODING:USASCII`, `ENCODING:UTF-8`, or
/// that of the XML declaration.
fn declared_charset(bytes: &[u8]) -> Option<String> {
    let head =
        String::from_utf8_lossy(&bytes[..bytes.len().min(HEADER_BYTES)]).to_ascii_uppercase();
    let header = head.split("<OFX>").next().unwrap_or_default();
    let after = |key: &str| {
        let (_, rest) = header.split_once(key)?;
        let rest = rest.trim_start_matches([' ', '=', ':', '"', '\'']);
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
        Some(rest[..end.unwrap_or(rest.len())].to_owned()).filter(|value| !value.is_empty())
    };
    let encoding = after("ENCODING");
    let named = |label: Option<String>| label.filter(|label| label != "NONE");
    match encoding.as_deref() {
        Some("USASCII" | "US-ASCII") | None => match named(after("CHARSET")) {
            // The code page stands there as a bare number.
            Some(page) if page == "1252" => Some("windows-1252".to_owned()),
            other => other,
        },
        Some("UNICODE") => Some("UTF-8".to_owned()),
        _ => encoding,
    }
}

/// Counts lines while the reading moves on.
#[derive(Debug, Default)]
struct Lines {
    at: usize,
    before: usize,
}

impl Lines {
    fn move_to(&mut self, text: &str, at: usize) {
        self.before += text[self.at..at].bytes().filter(|b| *b == b'\n').count();
        self.at = at;
    }
}

/// What a value belongs to. The tags that open one of these nest; all others are values, closed or
/// not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aggregate {
    Status,
    Account,
    Counterparty,
    Payee,
    Currency {
        is_original: bool,
    },
    LedgerBalance,
    AvailableBalance,
    Entry {
        is_pending: bool,
    },
    EntryList,
    Statement,
    /// Anything else that nests, and everything of investments.
    Other,
}

/// The aggregate a tag opens, if it opens one.
fn aggregate(tag: &str) -> Option<Aggregate> {
    Some(match tag {
        "STATUS" => Aggregate::Status,
        "BANKACCTFROM" | "CCACCTFROM" | "LOANACCTFROM" => Aggregate::Account,
        "BANKACCTTO" | "CCACCTTO" => Aggregate::Counterparty,
        "PAYEE" | "EXTDPAYEE" => Aggregate::Payee,
        "CURRENCY" => Aggregate::Currency { is_original: false },
        "ORIGCURRENCY" => Aggregate::Currency { is_original: true },
        "LEDGERBAL" => Aggregate::LedgerBalance,
        "AVAILBAL" => Aggregate::AvailableBalance,
        "STMTTRN" => Aggregate::Entry { is_pending: false },
        "STMTTRNP" => Aggregate::Entry { is_pending: true },
        "BANKTRANLIST" | "BANKTRANLISTP" => Aggregate::EntryList,
        "STMTRS" | "CCSTMTRS" => Aggregate::Statement,
        "BALLIST" | "BAL" | "INVSTMTRS" | "SONRS" | "STMTTRNRS" | "CCSTMTTRNRS"
        | "INVSTMTTRNRS" | "IMAGEDATA" | "FI" => Aggregate::Other,
        _ => return None,
    })
}

/// A statement whose entries are passing.
#[derive(Debug, Default)]
struct Statement {
    record: StatementRecord,
    tally: Tally,
    fitids: HashSet<String>,
    repeated: usize,
}

/// An entry whose values are being collected.
#[derive(Debug, Default)]
struct Entry {
    record: BankEntryRecord,
    amount: Option<String>,
    kind: Option<String>,
    posted: Option<String>,
    name: Option<String>,
    memo: Option<String>,
    payee: Option<String>,
    corrects: Option<String>,
    currency: Option<String>,
    original_currency: Option<String>,
    rate: Option<String>,
}

/// What a bank says of a request.
#[derive(Debug, Default)]
struct Answer {
    code: String,
    is_error: bool,
    message: String,
}

#[derive(Debug, Default)]
struct Reader {
    found: Found,
    lines: Lines,
    open: Vec<(String, Aggregate)>,
    statement: Option<Statement>,
    entry: Option<Entry>,
    answer: Answer,
    refusals: Vec<Answer>,
    has_investments: bool,
    has_end: bool,
}

/// Deepest nesting that is followed; OFX needs ten.
const MAX_DEPTH: usize = 50;

impl Reader {
    fn place(&self) -> String {
        format!("línea {}", self.lines.before + 1)
    }

    fn inside(&self) -> Aggregate {
        self.open.last().map_or(Aggregate::Other, |(_, aggregate)| *aggregate)
    }

    fn is_inside_investments(&self) -> bool {
        self.open.iter().any(|(tag, _)| tag == "INVSTMTRS")
    }

    fn open(&mut self, tag: &str, value: &str) {
        let value = squeezed(value);
        // Some banks write a bare code where the standard nests: `<CURRENCY>USD`.
        let is_bare =
            |found: &Aggregate| matches!(found, Aggregate::Currency { .. }) && value.is_some();
        let Some(aggregate) = aggregate(tag).filter(|found| !is_bare(found)) else {
            if let Some(value) = value {
                self.value(tag, value);
            }
            return;
        };
        self.close_what_cannot_hold(aggregate, tag);
        match aggregate {
            Aggregate::Statement => {
                self.finish_statement();
                self.statement = Some(Statement::begin(self.found.statement_index()));
            }
            Aggregate::Entry { is_pending } if !self.is_inside_investments() => {
                self.finish_entry();
                let index = self.found.statement_index();
                self.statement.get_or_insert_with(|| Statement::begin(index));
                self.begin_entry(is_pending);
            }
            Aggregate::Status => self.answer = Answer::default(),
            _ => self.has_investments |= tag == "INVSTMTRS",
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push((tag.to_owned(), aggregate));
        }
    }

    /// Closes entries and lists that were left open: an entry holds no entry, no list and no
    /// balance of the account.
    fn close_what_cannot_hold(&mut self, opening: Aggregate, tag: &str) {
        let is_outside = matches!(
            opening,
            Aggregate::Entry { .. }
                | Aggregate::EntryList
                | Aggregate::Statement
                | Aggregate::LedgerBalance
                | Aggregate::AvailableBalance
        ) || tag.ends_with("TRNRS");
        if !is_outside {
            return;
        }
        while let Some((_, inside)) = self.open.last() {
            let ends = match inside {
                Aggregate::Statement | Aggregate::Other => tag.ends_with("TRNRS"),
                Aggregate::EntryList => !matches!(opening, Aggregate::Entry { .. }),
                _ => true,
            };
            if !ends {
                break;
            }
            self.close_last();
        }
    }

    fn close(&mut self, tag: &str) {
        self.has_end |= tag == "OFX";
        // A closing tag of a value, or of nothing that is open, closes nothing.
        if let Some(depth) = self.open.iter().rposition(|(open, _)| open == tag) {
            while self.open.len() > depth {
                self.close_last();
            }
        }
    }

    fn close_last(&mut self) {
        match self.open.pop() {
            Some((_, Aggregate::Entry { .. })) => self.finish_entry(),
            Some((_, Aggregate::Statement)) => self.finish_statement(),
            Some((_, Aggregate::Status)) => {
                let answer = std::mem::take(&mut self.answer);
                if answer.is_error && self.refusals.len() < MAX_DEPTH {
                    self.refusals.push(answer);
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, tag: &str, value: String) {
        match self.inside() {
            Aggregate::Status => self.answer.value(tag, value),
            Aggregate::Counterparty => {
                if let (Some(entry), "ACCTID") = (&mut self.entry, tag) {
                    entry.record.counterparty_account = Some(value);
                }
            }
            Aggregate::Payee | Aggregate::Entry { .. } | Aggregate::Currency { .. } => {
                let inside = self.inside();
                if let Some(entry) = &mut self.entry {
                    entry.value(inside, tag, value);
                }
            }
            inside => {
                let place = self.place();
                if let Some(statement) = &mut self.statement {
                    statement.value(inside, tag, value, &place);
                }
            }
        }
    }

    fn begin_entry(&mut self, is_pending: bool) {
        let mut entry = Entry::default();
        entry.record.place = self.place();
        entry.record.is_booked = !is_pending;
        if let Some(statement) = &self.statement {
            entry.record.account = statement.record.account.clone();
            entry.record.currency = statement.record.currency.clone();
        }
        self.entry = Some(entry);
    }

    fn finish_entry(&mut self) {
        let (Some(entry), Some(statement)) = (self.entry.take(), &mut self.statement) else {
            return;
        };
        let mut record = entry.complete();
        if let Some(fitid) = &record.bank_reference
            && !statement.fitids.insert(fitid.clone())
        {
            statement.repeated += 1;
            record.problems.push(problem::repeated_reference(&record.place, fitid));
        }
        self.found.entry(&mut statement.tally, record);
    }

    fn finish_statement(&mut self) {
        self.finish_entry();
        let Some(Statement { mut record, tally, repeated, .. }) = self.statement.take() else {
            return;
        };
        record.remarks.push(("duplicate_fitids", repeated.to_string()));
        if record.account.number.is_none() {
            record.problems.push(problem::missing_account(&record.place));
        }
        tally.close(&mut record);
        self.found.statement(record);
    }

    /// What is open at the end of the text, and what a file without statements is.
    fn finish(&mut self) {
        // Only the last value can be cut, and only when the root was never closed.
        if let Some(entry) = self.entry.as_mut().filter(|_| !self.has_end) {
            let place = entry.record.place.clone();
            entry.record.problems.push(problem::incomplete_entry(&place));
        }
        while !self.open.is_empty() {
            self.close_last();
        }
        self.finish_statement();
        let has_statements = self.found.has_statements();
        let problems = &mut self.found.problems;
        for refusal in &self.refusals {
            let status = if has_statements { Status::Warn } else { Status::Reject };
            problems.push(problem::bank_refused(status, &refusal.code, &refusal.message));
        }
        if !self.has_end && self.refusals.is_empty() {
            problems.push(problem::truncated_statement(has_statements));
        } else if !has_statements && self.refusals.is_empty() {
            problems.push(match self.has_investments {
                true => problem::investments_only(),
                false => problem::no_accounts(),
            });
        }
    }
}

impl Answer {
    fn value(&mut self, tag: &str, value: String) {
        match tag {
            "CODE" => self.code = value,
            "SEVERITY" => self.is_error = value.eq_ignore_ascii_case("ERROR"),
            "MESSAGE" | "MESSAGE2" => self.message = value,
            _ => {}
        }
    }
}

impl Statement {
    fn begin(index: usize) -> Statement {
        let mut statement = Statement::default();
        statement.record.place = format!("cuenta {}", index + 1);
        statement
    }

    fn value(&mut self, inside: Aggregate, tag: &str, value: String, place: &str) {
        let record = &mut self.record;
        match (inside, tag) {
            (Aggregate::Account, "ACCTID") => {
                record.account.number = Some(value.split_whitespace().collect());
            }
            (Aggregate::Account, "BANKID") => record.account.bank = Some(value),
            (Aggregate::Account, "BRANCHID") => record.account.office = Some(value),
            (Aggregate::Account, "ACCTTYPE") => record.account.kind = Some(value),
            (Aggregate::LedgerBalance | Aggregate::AvailableBalance, "BALAMT") => {
                self.balance(inside, &value, place);
            }
            (Aggregate::LedgerBalance, "DTASOF") => {
                if let Some(closing) = &mut record.closing {
                    closing.on = day(&value);
                }
                if let Some(balance) = record.balances.last_mut() {
                    balance.on = day(&value);
                }
            }
            (_, "CURDEF") => record.currency = Some(value.to_ascii_uppercase()),
            (_, "DTSTART") => (record.from, record.from_text) = moment(value),
            (_, "DTEND") => (record.to, record.to_text) = moment(value),
            _ => {}
        }
    }

    fn balance(&mut self, inside: Aggregate, text: &str, place: &str) {
        let is_ledger = inside == Aggregate::LedgerBalance;
        let code = if is_ledger { "LEDGERBAL" } else { "AVAILBAL" };
        let amount = read_amount(text);
        if amount.is_none() {
            self.record.problems.push(problem::unreadable_balance(place, code, text));
        }
        let currency = self.record.currency.clone();
        let balance = BalanceRecord { code: code.to_owned(), amount, currency, on: None };
        if is_ledger {
            self.record.closing = Some(balance.clone());
        }
        self.record.balances.push(balance);
    }
}

impl Entry {
    fn value(&mut self, inside: Aggregate, tag: &str, value: String) {
        let record = &mut self.record;
        match (inside, tag) {
            (Aggregate::Payee, "NAME") => self.payee = Some(value),
            (Aggregate::Payee, "PHONE") => record.counterparty.phone = Some(value),
            (Aggregate::Currency { is_original: true }, "CURSYM") => {
                self.original_currency = Some(value.to_ascii_uppercase());
            }
            (Aggregate::Currency { is_original: true }, "CURRATE") => self.rate = Some(value),
            (_, "CURSYM" | "CURRENCY") => self.currency = Some(value.to_ascii_uppercase()),
            (_, "TRNTYPE") => self.kind = Some(value.to_ascii_uppercase()),
            (_, "DTPOSTED") => self.posted = Some(value),
            (_, "DTTRAN") => {
                self.posted.get_or_insert(value);
            }
            (_, "DTAVAIL" | "VALUEDATE") => record.value_on = day(&value),
            (_, "TRNAMT") => self.amount = Some(value),
            (_, "FITID") => record.bank_reference = Some(value),
            (_, "CHECKNUM" | "REFNUM") => {
                record.reference.get_or_insert(value);
            }
            (_, "CORRECTFITID") => self.corrects = Some(value),
            (_, "NAME") => self.name = Some(value),
            (_, "MEMO" | "EXTDNAME") => {
                self.memo = Some(match self.memo.take() {
                    Some(memo) => format!("{memo} {value}"),
                    None => value,
                });
            }
            _ => {}
        }
    }

    /// The record, with what is wrong with it.
    fn complete(self) -> BankEntryRecord {
        let mut record = self.record;
        let place = record.place.clone();
        record.currency = self.currency.or(record.currency);
        let written = self.amount.unwrap_or_default();
        match amounts::either(&written) {
            Amount::Read(amount) => record.amount = Some(amount),
            Amount::Ambiguous => record.problems.push(problem::ambiguous_amount(&place, &written)),
            Amount::Garbled => record.problems.push(problem::entry_amount(&place, &written)),
        }
        let posted = self.posted.unwrap_or_default();
        record.booked_on = day(&posted);
        if record.booked_on.is_none() {
            record.problems.push(problem::entry_date(&place, &posted));
        }
        if let Some(corrected) = &self.corrects {
            record.is_reversal = true;
            record.problems.push(problem::bank_correction(&place, corrected));
        }
        record.original = original(record.amount, self.rate.as_deref()).zip(self.original_currency);
        let is_positive = record.amount.is_some_and(|amount| amount.is_sign_positive());
        if is_positive
            && self.kind.as_deref() == Some("DEBIT")
            && record.amount != Some(Decimal::ZERO)
        {
            record.problems.push(problem::sign_against_type(&place, &written));
        }
        record.bank_code = self.kind;
        record.counterparty.name = self.payee.clone().or_else(|| self.name.clone());
        record.text = match (self.name.or(self.payee), self.memo) {
            (Some(name), Some(memo)) if memo.starts_with(&name) => Some(memo),
            (Some(name), Some(memo)) => Some(format!("{name} {memo}")),
            (name, memo) => name.or(memo),
        };
        let text = record.text.as_deref().unwrap_or_default();
        record.creditor_reference = codes::creditor_reference(text);
        record
    }
}

/// The amount before the bank exchanged it: `CURRATE` is the value of one unit of the original
/// currency in that of the account (OFX 2.2, 5.2).
fn original(amount: Option<Decimal>, rate: Option<&str>) -> Option<Decimal> {
    let rate = read_amount(rate?).filter(|rate| !rate.is_zero())?;
    Some(amount?.abs().checked_div(rate)?.round_dp(2))
}

fn read_amount(text: &str) -> Option<Decimal> {
    match amounts::either(text) {
        Amount::Read(amount) => Some(amount),
        Amount::Ambiguous | Amount::Garbled => None,
    }
}

/// A day, and the text: the day of OFX is not written as a day elsewhere, and may have a time.
fn moment(text: String) -> (Option<Day>, Option<String>) {
    (day(&text), Some(text))
}

/// The civil date of `YYYYMMDD[hhmmss[.xxx]][[-4:EST]]`, as the bank writes it: its own day, not
/// moved to another zone. Some write `YYYY-MM-DD`.
fn day(text: &str) -> Option<Day> {
    let digits: String = match text.as_bytes() {
        [_, _, _, _, b'-', _, _, b'-', _, _, ..] => {
            text.get(..10)?.chars().filter(|c| *c != '-').collect()
        }
        _ => text.get(..8)?.to_owned(),
    };
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year: i32 = digits[..4].parse().ok()?;
    let believable = (1990..=2100).contains(&year);
    Day::new(year, digits[4..6].parse().ok()?, digits[6..].parse().ok()?).filter(|_| believable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_the_banks_own_days() {
        let expected = Day::parse_iso(b"2026-03-20");
        for text in
            ["20260320", "20260320235959.999[-4:EST]", "20260320[0:GMT]", "2026-03-20T10:00"]
        {
            assert_eq!(day(text), expected, "{text}");
        }
        for text in ["", "2026032", "20260231", "201120000000", "2026ñ320", "19000101"] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn the_charset_is_read_from_either_header() {
        let of = |text: &str| declared_charset(text.as_bytes());
        let western = Some("windows-1252".to_owned());
        assert_eq!(of("OFXHEADER:100\nENCODING:USASCII\nCHARSET:1252\n<OFX>"), western);
        assert_eq!(of("ENCODING:UTF-8\nCHARSET:NONE\n<OFX>").as_deref(), Some("UTF-8"));
        assert_eq!(of("ENCODING:USASCII\nCHARSET:NONE\n<OFX>"), None);
        let xml = of("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><OFX>");
        assert_eq!(xml.as_deref(), Some("ISO-8859-1"));
        assert_eq!(of("<OFX><ENCODING>x"), None);
    }
}
