//! The samples shared by everybody, read and compared with their expectations. They belong to
//! third parties and are not part of this repository: without them the test says so and passes.

mod common;

use common::{differences, json_lines, line, shared_samples};
use serde_json::Value;

/// Keys whose values are compared.
const KEYS: [&str; 32] = [
    "kind",
    "series",
    "number",
    "uuid",
    "issue_date",
    "due_dates",
    "currency",
    "net",
    "tax",
    "withheld",
    "total",
    "payable",
    "seller_id",
    "buyer_id",
    "lines",
    "entries",
    "sum_credit",
    "sum_debit",
    "account",
    "ns",
    "id",
    "seq",
    "to",
    "balances",
    "tx_details",
    "returns",
    "msg_id",
    "declared_count",
    "declared_sum",
    "count",
    "sum",
    "batches",
];

/// What a reader may say of a file of which that is expected.
fn allowed(expected: &str) -> &'static [&'static str] {
    match expected {
        "ok" => &["ok", "warn"],
        "warn" => &["ok", "warn", "quarantine"],
        "quarantine" => &["quarantine", "reject"],
        "reject" => &["reject"],
        _ => &["ignore"],
    }
}

#[test]
fn invoices_give_the_expected_figures() {
    check(&["cfdi/", "dte/", "ubl-", "xml-attacks/"], 119);
    check(&["facturae/", "cii/", "cii-pdf/"], 38);
}

#[test]
fn statements_in_text_form_give_the_expected_figures() {
    check(&["mt940/", "n43/", "ofx/"], 39);
}

#[test]
fn bank_messages_give_the_expected_figures() {
    check(&["camt/", "sepa/"], 28);
}

/// Reads every sample of these folders, at least so many, and compares.
fn check(kinds: &[&str], at_least: usize) {
    let Some(folder) = shared_samples() else { return };
    let mut wrong = Vec::new();
    let mut checked = 0;
    for want in json_lines(&folder.join("expected.jsonl")) {
        let name = want["file"].as_str().expect("file");
        if !kinds.iter().any(|kind| name.starts_with(kind)) {
            continue;
        }
        checked += 1;
        let got = line(&folder, name);
        let mut out = Vec::new();
        compare(&want, &got, &mut out);
        wrong.extend(out.into_iter().map(|difference| format!("{name}: {difference}")));
    }
    assert!(checked >= at_least, "only {checked} files");
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

fn compare(want: &Value, got: &Value, out: &mut Vec<String>) {
    let expect = want["expect"].as_str().expect("expect");
    let status = got["status"].as_str().expect("status");
    if !allowed(expect).contains(&status) {
        out.push(format!("status {status}, expected {expect}: {}", got["problems"]));
    }
    let docs = want["docs"].as_array().expect("docs");
    if !matches!(expect, "ok" | "warn") || docs.is_empty() {
        return;
    }
    let found = got["docs"].as_array().expect("docs");
    if found.len() != docs.len() {
        out.push(format!("{} docs, expected {}", found.len(), docs.len()));
        return;
    }
    for (wanted, got) in docs.iter().zip(found) {
        for key in KEYS {
            if let (Some(wanted), Some(got)) = (wanted.get(key), got.get(key)) {
                differences(key, wanted, got, out);
            }
        }
    }
}
