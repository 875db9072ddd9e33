//! Comparing what was read with what was expected, by the rules of the samples' own checker:
//! only keys present on both sides, amounts as decimals, dates by their first ten characters, ids
//! in upper case without dots, blanks or hyphens.
#![allow(dead_code, reason = "each test file uses a part of it")]

use puntual_formats::json::read_line;
use puntual_formats::read::{ReadOptions, read};
use rust_decimal::Decimal;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The files of this crate's own corpus.
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The samples shared beside the checkout, when they are there.
pub fn shared_samples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: {} is not present", folder.display());
    None
}

/// The JSON objects of a file with one per line.
pub fn json_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("readable");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The line of `puntual read` for a file on disk.
pub fn line(folder: &Path, name: &str) -> Value {
    let bytes = std::fs::read(folder.join(name)).expect("readable");
    read_line(&read(name, &bytes, &ReadOptions::default()))
}

/// The differences between an expected and an actual value, each said in one line.
pub fn differences(key: &str, expected: &Value, actual: &Value, out: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(got)) => {
            for (key, value) in wanted {
                match got.get(key) {
                    Some(got) => differences(key, value, got, out),
                    None => out.push(format!("{key}: absent")),
                }
            }
        }
        (Value::Array(wanted), Value::Array(got)) => {
            if wanted.len() != got.len() {
                out.push(format!("{key}: {} items, expected {}", got.len(), wanted.len()));
            }
            wanted.iter().zip(got).for_each(|(w, g)| differences(key, w, g, out));
        }
        _ => {
            if normal(key, expected) != normal(key, actual) {
                out.push(format!("{key}: got {actual}, expected {expected}"));
            }
        }
    }
}

/// A value in the form in which two writings of it are equal.
pub fn normal(key: &str, value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::Array(items) => {
            return items.iter().map(|item| normal(key, item)).collect::<Vec<_>>().join("|");
        }
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    if matches!(key, "seller_id" | "buyer_id" | "account") {
        let bare: String = text.chars().filter(|c| !matches!(c, '.' | ' ' | '-')).collect();
        return bare.to_uppercase().trim_start_matches('0').to_owned();
    }
    if key.contains("date") {
        return text.chars().take(10).collect();
    }
    if key == "uuid" {
        return text.to_uppercase();
    }
    Decimal::from_str(&text).map_or(text, |number| number.normalize().to_string())
}
