//! Norma 43 (AEB/CSB, Cuaderno 43 of June 2012): the statement of Spanish banks, in records of
//! eighty characters. Decides what each record says, by characters and never by bytes, and what a
//! file without its last records is worth. What the texts of an entry mean is read in
//! `norma43_text`.

use super::found::Found;
use super::norma43_text::{self, slice};
use super::{MAX_BYTES, Tally, amounts, codes, lines};
use crate::read::{ReadFile, ReadOptions};
use crate::record::{AccountRecord, BalanceRecord, BankEntryRecord, StatementRecord};
use crate::{decode, problem};
use puntual_core::bank_id;
use puntual_core::date::Day;
use rust_decimal::Decimal;

/// Characters of a record.
const RECORD_CHARS: usize = 80;
/// Complementary records of one entry: the standard has five.
const MAX_COMPLEMENTS: usize = 20;

/// Whether the beginning of a file is that of a statement in this format: the header of an
/// account, or an entry where the header was lost.
pub fn is_norma43(head: &str) -> bool {
    let mut records = lines(head).map(|line| line.trim_start_matches(is_mark));
    let mut records = records.by_ref().filter(|line| !line.trim().is_empty());
    records.find(|line| !line.starts_with("00")).is_some_and(|line| {
        let chars: Vec<char> = line.chars().take(RECORD_CHARS).collect();
        let digits = |from: usize, to: usize| {
            chars.get(from - 1..to).is_some_and(|part| part.iter().all(char::is_ascii_digit))
        };
        match line.get(..2) {
            Some("11") => digits(3, 32) && digits(34, 50),
            Some("22") => digits(7, 28) && digits(29, 42),
            _ => false,
        }
    })
}

/// Byte-order marks and what DOS programs put at the end of a file.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{1a}' | '\0')
}

/// Reads a file of one or more accounts.
pub fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> ReadFile {
    if bytes.len() > MAX_BYTES {
        return ReadFile::refused(name, "n43", problem::too_large(MAX_BYTES));
    }
    let decoded = decode::text(bytes, None);
    let mut reader =
        Reader { found: Found::new(decoded.problems, options, Some("ES")), ..Reader::default() };
    for (line, number) in lines(&decoded.text).zip(1..) {
        let chars: Vec<char> = line.chars().filter(|c| !is_mark(*c)).collect();
        for record in records_of(&chars) {
            reader.record(number, record);
        }
        if reader.found.is_full() {
            break;
        }
    }
    reader.finish_account();
    if !reader.has_end {
        reader.found.problems.push(problem::missing_end_record());
    }
    reader.found.into_file(name, "n43")
}

/// The records of a line: one, or several of eighty characters where a program wrote no line ends.
fn records_of(line: &[char]) -> Vec<&[char]> {
    let begins = |record: &[char]| {
        matches!(slice(record, 1, 2).as_str(), "11" | "22" | "23" | "24" | "33" | "88")
    };
    let is_joined = line.len() >= 2 * RECORD_CHARS && line.chunks(RECORD_CHARS).all(begins);
    if is_joined { line.chunks(RECORD_CHARS).collect() } else { vec![line] }
}

/// An account whose entries are passing.
#[derive(Debug, Default)]
struct Account {
    record: StatementRecord,
    tally: Tally,
    entry: Option<BankEntryRecord>,
    complements: Vec<Vec<char>>,
    complement_records: usize,
    /// Debits and credits counted.
    counted: [usize; 2],
    /// Debits and credits with their sums, as the final record (33) has them.
    declared: Option<[(usize, Decimal); 2]>,
    /// The currency of the header, where it is not known.
    unknown_currency: Option<String>,
    has_header: bool,
    has_final: bool,
}

#[derive(Debug, Default)]
struct Reader {
    found: Found,
    account: Option<Account>,
    /// Records met, the end of the file not included.
    records: usize,
    has_end: bool,
    /// Whether a record of an unknown kind was told already.
    told_unknown: bool,
}

impl Reader {
    fn record(&mut self, number: usize, record: &[char]) {
        let code = slice(record, 1, 2);
        if code.is_empty() {
            return;
        }
        let place = format!("línea {number}");
        match code.as_str() {
            "88" => self.end(&place, record),
            "11" => {
                self.finish_account();
                let account = Account::begin(self.found.statement_index(), &place, record);
                self.account = Some(account);
            }
            "22" => {
                let index = self.found.statement_index();
                let account = self.account.get_or_insert_with(|| Account::headless(index));
                account.finish_entry(&mut self.found);
                account.entry = Some(account.entry(place, record));
            }
            "23" | "24" | "33" => {
                if let Some(account) = &mut self.account {
                    account.complement(&code, record);
                }
            }
            "00" => {}
            _ if !self.told_unknown => {
                self.told_unknown = true;
                self.found.problems.push(problem::unknown_record(&place, &code));
            }
            _ => {}
        }
        self.records += usize::from(code != "88");
    }

    /// The end of the file, which counts its records.
    fn end(&mut self, place: &str, record: &[char]) {
        self.finish_account();
        self.has_end = true;
        let stated = slice(record, 21, 26).parse::<usize>().ok();
        if stated != Some(self.records) {
            let stated = slice(record, 21, 26);
            self.found.problems.push(problem::record_count(place, &stated, self.records));
        }
        // Somebody may have put several files one after another.
        self.records = 0;
    }

    fn finish_account(&mut self) {
        let Some(mut account) = self.account.take() else { return };
        account.finish_entry(&mut self.found);
        let Account { mut record, tally, counted, declared, .. } = account;
        let count = account.complement_records.to_string();
        record.remarks.push(("concept_records", count));
        tally.close(&mut record);
        if !account.has_final {
            record.problems.push(problem::missing_final_record(&record.place));
        }
        let [debits, credits] = counted;
        let found = [(debits, record.sum_debit), (credits, record.sum_credit)];
        if declared.is_some_and(|declared| declared != found) {
            record.problems.push(problem::declared_totals(&record.place));
        }
        self.found.statement(record);
    }
}

impl Account {
    /// The header of an account (11).
    fn begin(index: usize, place: &str, record: &[char]) -> Account {
        let mut account = Account { has_header: true, ..Account::default() };
        let statement = &mut account.record;
        let [bank, office, number] =
            [(3, 6), (7, 10), (11, 20)].map(|(from, to)| slice(record, from, to));
        statement.place = format!("cuenta {} ({bank} {office} {number})", index + 1);
        if let Some(iban) = iban(&bank, &office, &number) {
            statement.remarks.push(("iban", iban));
        }
        statement.account = AccountRecord {
            number: some(number),
            bank: some(bank),
            office: some(office),
            holder: some(slice(record, 52, RECORD_CHARS.min(77))),
            kind: None,
        };
        let written = slice(record, 48, 50);
        statement.currency = currency(&written);
        if statement.currency.is_none() {
            statement.problems.push(problem::unknown_currency_number(place, &written));
            account.unknown_currency = Some(written.clone());
        }
        // The number is what the file says; the euro alone is known by it to everybody.
        if written != "978" {
            statement.remarks.push(("currency", written));
        }
        statement.from = day(&slice(record, 21, 26));
        statement.to = day(&slice(record, 27, 32));
        let sign = slice(record, 33, 33);
        let opening = signed(&sign, &field(record, 34, 47));
        account.keep_balance("11", opening, account.record.from, place);
        account.record.opening = account.record.balances.first().cloned();
        account
    }

    /// Entries before any header: nobody knows whose they are.
    fn headless(index: usize) -> Account {
        let mut account = Account::default();
        account.record.place = format!("cuenta {}", index + 1);
        account.record.problems.push(problem::missing_header_record(&account.record.place));
        account
    }

    fn keep_balance(&mut self, code: &str, amount: Option<Decimal>, on: Option<Day>, place: &str) {
        if amount.is_none() {
            self.record.problems.push(problem::unreadable_balance(place, code, ""));
        }
        let currency = self.record.currency.clone();
        let code = code.to_owned();
        self.record.balances.push(BalanceRecord { code, amount, currency, on });
    }

    /// An entry (22), before its complements.
    fn entry(&self, place: String, record: &[char]) -> BankEntryRecord {
        let mut entry = BankEntryRecord {
            account: self.record.account.clone(),
            currency: self.record.currency.clone(),
            is_booked: true,
            booked_on: day(&slice(record, 11, 16)),
            value_on: day(&slice(record, 17, 22)),
            bank_code: some(slice(record, 23, 24)),
            bank_reference: reference(&[slice(record, 43, 52)]),
            reference: reference(&[slice(record, 53, 64), slice(record, 65, RECORD_CHARS)]),
            place,
            ..BankEntryRecord::default()
        };
        // Returns and cancellations take back what was booked before.
        entry.is_reversal = matches!(entry.bank_code.as_deref(), Some("14" | "98"));
        let (sign, amount) = (slice(record, 28, 28), field(record, 29, 42));
        let read = amounts::hundredths(&amount);
        let mut problems = Vec::new();
        if record.len() < 42 {
            problems.push(problem::incomplete_entry(&entry.place));
        } else if read.is_none() {
            problems.push(problem::entry_amount(&entry.place, &amount));
        } else if !matches!(sign.as_str(), "1" | "2") {
            problems.push(problem::unknown_sign(&entry.place, &sign));
        }
        entry.amount = match sign.as_str() {
            _ if record.len() < 42 => None,
            "1" => read.map(|amount| -amount),
            "2" => read,
            _ => None,
        };
        let dates = [slice(record, 11, 16), slice(record, 17, 22)];
        if entry.booked_on.is_none() && !is_blank(&dates[0]) {
            problems.push(problem::entry_date(&entry.place, &dates[0]));
        } else if entry.booked_on.is_none() && entry.value_on.is_none() {
            problems.push(problem::entry_date(&entry.place, &dates[1]));
        } else if entry.value_on.is_none() && !is_blank(&dates[1]) {
            problems.push(problem::odd_value_date(&entry.place, &dates[1]));
        }
        entry.booked_on = entry.booked_on.or(entry.value_on);
        match (self.has_header, &self.unknown_currency) {
            (false, _) => problems.push(problem::missing_header_record(&entry.place)),
            (true, Some(written)) => {
                problems.push(problem::unknown_currency_number(&entry.place, written));
            }
            (true, None) => {}
        }
        entry.problems = problems;
        entry
    }

    /// What follows an entry: texts (23), the foreign amount (24), the end of the account (33).
    fn complement(&mut self, code: &str, record: &[char]) {
        match code {
            "23" => {
                self.complement_records += 1;
                if self.complements.len() < MAX_COMPLEMENTS && record.len() > 2 {
                    self.complements.push(record[2..].to_vec());
                }
            }
            "24" => {
                let amount = amounts::hundredths(&field(record, 8, 21));
                if let Some(entry) = &mut self.entry {
                    entry.original = amount.zip(currency(&slice(record, 5, 7)));
                }
            }
            _ => self.finish(record),
        }
    }

    /// The end of the account (33).
    fn finish(&mut self, record: &[char]) {
        self.has_final = true;
        let part = |from: usize, to: usize| {
            let count = slice(record, from, from + 4).parse::<usize>().ok()?;
            Some((count, amounts::hundredths(&field(record, from + 5, to))?))
        };
        self.declared = part(21, 39).zip(part(40, 58)).map(|(debits, credits)| [debits, credits]);
        if let Some([debits, credits]) = self.declared {
            let remarks = [
                ("final_debit_count", debits.0.to_string()),
                ("final_debit", debits.1.to_string()),
                ("final_credit_count", credits.0.to_string()),
                ("final_credit", credits.1.to_string()),
            ];
            self.record.remarks.extend(remarks);
        }
        let closing = signed(&slice(record, 59, 59), &field(record, 60, 73));
        let place = self.record.place.clone();
        self.keep_balance("33", closing, self.record.to, &place);
        self.record.closing = self.record.balances.last().cloned();
    }

    fn finish_entry(&mut self, found: &mut Found) {
        let complements = std::mem::take(&mut self.complements);
        let Some(mut entry) = self.entry.take() else { return };
        let told = norma43_text::read(&complements);
        entry.counterparty.name = told.name;
        entry.reference = told.reference.or(entry.reference);
        entry.mandate = told.mandate;
        entry.creditor_reference = told.creditor_reference;
        if entry.is_reversal {
            entry.return_reason = told.text.as_deref().and_then(codes::return_reason);
        }
        entry.text = told.text;
        if let Some(amount) = entry.amount {
            self.counted[usize::from(amount.is_sign_positive())] += 1;
        }
        found.entry(&mut self.tally, entry);
    }
}

/// Positions of a record with their blanks, as amounts need them.
fn field(record: &[char], from: usize, to: usize) -> String {
    record.get(from - 1..to.min(record.len())).unwrap_or_default().iter().collect()
}

/// An amount by its sign: 1 owes, 2 has; a zero needs none.
fn signed(sign: &str, text: &str) -> Option<Decimal> {
    let amount = amounts::hundredths(text)?;
    match sign {
        "1" => Some(-amount),
        "2" => Some(amount),
        _ => amount.is_zero().then_some(amount),
    }
}

/// References joined, without those that are only zeros.
fn reference(parts: &[String]) -> Option<String> {
    let real: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !is_blank(part)).collect();
    (!real.is_empty()).then(|| real.join(" "))
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '0' | ' '))
}

/// A date `YYMMDD`.
fn day(text: &str) -> Option<Day> {
    super::mt940_line::day(text)
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Currencies by their ISO 4217 number: those in which Spanish banks keep accounts.
const CURRENCIES: [(&str, &str); 48] = [
    ("008", "ALL"),
    ("012", "DZD"),
    ("032", "ARS"),
    ("036", "AUD"),
    ("068", "BOB"),
    ("124", "CAD"),
    ("152", "CLP"),
    ("156", "CNY"),
    ("170", "COP"),
    ("188", "CRC"),
    ("203", "CZK"),
    ("208", "DKK"),
    ("214", "DOP"),
    ("320", "GTQ"),
    ("344", "HKD"),
    ("348", "HUF"),
    ("352", "ISK"),
    ("356", "INR"),
    ("360", "IDR"),
    ("376", "ILS"),
    ("392", "JPY"),
    ("410", "KRW"),
    ("414", "KWD"),
    ("484", "MXN"),
    ("504", "MAD"),
    ("554", "NZD"),
    ("578", "NOK"),
    ("590", "PAB"),
    ("600", "PYG"),
    ("604", "PEN"),
    ("643", "RUB"),
    ("682", "SAR"),
    ("702", "SGD"),
    ("710", "ZAR"),
    ("724", "ESP"),
    ("752", "SEK"),
    ("756", "CHF"),
    ("764", "THB"),
    ("784", "AED"),
    ("788", "TND"),
    ("818", "EGP"),
    ("826", "GBP"),
    ("840", "USD"),
    ("858", "UYU"),
    ("946", "RON"),
    ("978", "EUR"),
    ("985", "PLN"),
    ("986", "BRL"),
];

fn currency(number: &str) -> Option<String> {
    CURRENCIES.iter().find(|(code, _)| *code == number).map(|(_, code)| (*code).to_owned())
}

/// The IBAN of a Spanish account: the two check digits of the CCC between office and account
/// (weights 1, 2, 4, 8, 5, 10, 9, 7, 3, 6 by eleven), then those of the IBAN (ISO 13616).
fn iban(bank: &str, office: &str, number: &str) -> Option<String> {
    let ccc = format!(
        "{bank}{office}{}{}{number}",
        ccc_digit(&format!("00{bank}{office}"))?,
        ccc_digit(number)?
    );
    let rotated: u128 = format!("{ccc}142800").parse().ok()?;
    bank_id::iban(&format!("ES{:02}{ccc}", 98 - rotated % 97))
}

fn ccc_digit(ten: &str) -> Option<u32> {
    const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let digits: Option<Vec<u32>> = ten.chars().map(|c| c.to_digit(10)).collect();
    let digits = digits.filter(|digits| digits.len() == WEIGHTS.len())?;
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    Some(match 11 - sum % 11 {
        11 => 0,
        10 => 1,
        digit => digit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_iban_follows_from_bank_office_and_account() {
        // The example of the Banco de España: 2100 0418 45 0200051332.
        let found = iban("2100", "0418", "0200051332");
        assert_eq!(found.as_deref(), Some("ES9121000418450200051332"));
        assert_eq!(iban("2100", "418", "0200051332"), None);
        assert_eq!(iban("21O0", "0418", "0200051332"), None);
    }

    #[test]
    fn records_without_line_ends_are_cut_by_their_width() {
        let header = format!("{:<80}", "11210004180200051332260401260410200000001000000978");
        let joined: Vec<char> = format!("{header}{:<80}", "3321000418").chars().collect();
        assert_eq!(records_of(&joined).len(), 2);
        let wide: Vec<char> = format!("2301{:<170}", "X").chars().collect();
        assert_eq!(records_of(&wide).len(), 1);
    }
}
