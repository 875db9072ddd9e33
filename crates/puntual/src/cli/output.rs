//! Printing: results on standard output, everything else on standard error.

use serde::Serialize;
use std::io::{IsTerminal, Write};

/// Prints one JSON value on a line of standard output.
pub fn json_line(value: &impl Serialize) {
    let text = serde_json::to_string(value).unwrap_or_default();
    line(&text);
}

/// Prints a line on standard output. A reader that has gone away ends the output, not the work.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints a line on standard error.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Says why the command did not run.
pub fn complain(text: &str) {
    note(&format!("puntual: {text}"));
}

/// Whether somebody watches standard error.
pub fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// Columns of text, right-aligned where `right` says so, separated by two blanks.
pub fn columns(rows: &[Vec<String>], right: &[bool]) -> Vec<String> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .enumerate()
                .map(|(at, cell)| {
                    let pad = " ".repeat(widths[at].saturating_sub(cell.chars().count()));
                    match right.get(at).copied().unwrap_or(false) {
                        true => format!("{pad}{cell}"),
                        false => format!("{cell}{pad}"),
                    }
                })
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect()
}
