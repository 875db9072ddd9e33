//! Hand-written tables, each with a trap, against what they must become. The expectations stand in
//! `corpus/table/expected.txt`: one block per file, one line per record, reviewed by hand. Run
//! with `UPDATE_EXPECTED=1` to write them again after a change, and review the difference.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use puntual_formats::read::ReadOptions;
use puntual_formats::record::{
    BankEntryRecord, CustomerRecord, DocumentRecord, PartyRecord, PaymentRecord, Problem, Record,
    StatementRecord,
};
use puntual_formats::table;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/table")
}

fn codes(problems: &[Problem]) -> String {
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    if codes.is_empty() { String::new() } else { format!(" !{}", codes.join(",")) }
}

fn show<T: ToString>(label: &str, value: &Option<T>) -> String {
    value.as_ref().map(|value| format!(" {label}={}", value.to_string())).unwrap_or_default()
}

fn party(party: &PartyRecord) -> String {
    show("code", &party.code)
        + &show("id", &party.tax_id)
        + &show("country", &party.country)
        + &show("name", &party.name)
        + &show("mail", &party.email)
        + &show("phone", &party.phone)
        + &show("contact", &party.contact)
}

fn document(document: &DocumentRecord) -> String {
    let mut line = format!("{} {}", document.kind.as_str(), document.status.as_str());
    line += &show("series", &document.series);
    line += &show("number", &document.number);
    line += &show("uuid", &document.uuid);
    line += &show("issued", &document.issue_date);
    for due in &document.dues {
        line += &show("due", &due.date);
        line += &show("of", &due.amount);
    }
    let _ = write!(line, " by={}", document.due_source.as_str());
    line += &show("ccy", &document.currency);
    line += &show("rate", &document.exchange_rate);
    line += &show("net", &document.net);
    line += &show("tax", &document.tax);
    line += &show("total", &document.total);
    line += &show("open", &document.open);
    line += &show("cleared", &document.cleared_on);
    line += &show("terms", &document.payment_terms);
    line += &show("days", &document.terms_days);
    line += &show("disputed", &document.disputed);
    line += &party(&document.buyer);
    for reference in &document.references {
        let _ = write!(
            line,
            " ref={:?}:{}",
            reference.effect,
            reference.number.as_deref().unwrap_or("")
        );
    }
    line + &codes(&document.problems)
}

fn customer(customer: &CustomerRecord) -> String {
    let mut line = format!("customer{}", party(&customer.party));
    line += &show("segment", &customer.segment);
    line += &show("ccy", &customer.currency);
    line += &show("days", &customer.terms_days);
    line += &show("limit", &customer.credit_limit);
    line += &show("hold", &customer.on_hold);
    line += &show("collector", &customer.collector);
    line + &codes(&customer.problems)
}

fn payment(payment: &PaymentRecord) -> String {
    let mut line = format!("payment{}", show("number", &payment.number));
    line += &show("on", &payment.date);
    line += &show("ccy", &payment.currency);
    line += &show("amount", &payment.amount);
    line += &show("method", &payment.method);
    line += &show("text", &payment.reference);
    line += &party(&payment.payer);
    for application in &payment.applications {
        line += &show("pays", &application.number);
    }
    line + &codes(&payment.problems)
}

fn entry(entry: &BankEntryRecord) -> String {
    let mut line = format!("entry{}", show("on", &entry.booked_on));
    line += &show("value", &entry.value_on);
    line += &show("amount", &entry.amount);
    line += &show("ccy", &entry.currency);
    line += &show("balance", &entry.balance);
    line += &show("account", &entry.account.number);
    line += &show("code", &entry.bank_code);
    line += &show("bank_ref", &entry.bank_reference);
    line += &show("ref", &entry.reference);
    line += &show("text", &entry.text);
    line += &show("from", &entry.counterparty_account);
    line += if entry.is_booked { "" } else { " not booked" };
    line + &party(&entry.counterparty) + &codes(&entry.problems)
}

fn statement(statement: &StatementRecord) -> String {
    let mut line = format!("statement{}", show("account", &statement.account.number));
    line += &show("holder", &statement.account.holder);
    line += &show("ccy", &statement.currency);
    line += &show("from", &statement.from);
    line += &show("to", &statement.to);
    line += &show("opening", &statement.opening.as_ref().and_then(|balance| balance.amount));
    line += &show("closing", &statement.closing.as_ref().and_then(|balance| balance.amount));
    let (credit, debit) = (statement.sum_credit, statement.sum_debit);
    line += &format!(" entries={} credit={credit} debit={debit}", statement.entries);
    line + &codes(&statement.problems)
}

fn record(record: &Record) -> String {
    match record {
        Record::Document(it) => document(it),
        Record::Customer(it) => customer(it),
        Record::Payment(it) => payment(it),
        Record::Allocation(it) => format!(
            "allocation {:?} {} {} {}{}",
            it.kind,
            it.date,
            it.document,
            it.amount,
            show("source", &it.source)
        ),
        Record::Rate(it) => format!("rate {} {} {}", it.date, it.currency, it.base_minor_e4),
        Record::Dispute(it) => {
            format!("dispute {} {}{}", it.opened, it.document, show("reason", &it.reason))
        }
        Record::Promise(it) => format!("promise {} {} {}", it.promised, it.document, it.amount),
        Record::BankEntry(it) => entry(it),
        Record::Statement(it) => statement(it),
        Record::Refused(problem) => format!("refused {}: {}", problem.place, problem.code),
        other => format!("{other:?}"),
    }
}

fn block(name: &str, bytes: &[u8]) -> String {
    let file = table::read_table(name, bytes, &ReadOptions::default());
    let mut text = format!("## {name}: {}{}\n", file.status.as_str(), codes(&file.problems));
    for summary in &file.summaries {
        let _ = write!(
            text,
            "{} {:?} {} rows={} totals={} notes={} repeated={} more={} bad_ids={}",
            summary.container,
            summary.delimiter,
            summary.encoding.unwrap_or("-"),
            summary.rows,
            summary.total_rows,
            summary.note_rows,
            summary.repeated_headers,
            summary.continuation_rows,
            summary.invalid_ids,
        );
        if summary.lists_open_items {
            text += " open items";
        }
        text += &show("as_of", &summary.as_of);
        for sums in &summary.sums {
            let _ = write!(text, " [{} {}", sums.currency, sums.rows);
            text += &show("total", &sums.total);
            text += &show("open", &sums.open);
            text += &show("paid", &sums.paid);
            text += &show("debit", &sums.debit);
            text += &show("credit", &sums.credit);
            text += "]";
        }
        text += "\n";
    }
    for it in &file.records {
        text += &record(it);
        text += "\n";
    }
    text
}

#[test]
#[expect(clippy::disallowed_methods, reason = "asked for by the person who runs the test")]
fn every_table_becomes_what_was_reviewed() {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != "expected.txt")
        .collect();
    names.sort();
    assert!(names.len() >= 30);
    let actual: String = names
        .iter()
        .map(|name| block(name, &fs::read(folder().join(name)).unwrap()) + "\n")
        .collect();
    let path = folder().join("expected.txt");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    for (expected, actual) in expected.split("\n\n").zip(actual.split("\n\n")) {
        assert_eq!(expected, actual);
    }
    assert_eq!(expected.len(), actual.len());
}
