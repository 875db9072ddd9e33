//! What there is to import: folders walked, files put in the order in which they need each other
//! least, their names. Knows nothing of the books.

use super::Input;
use crate::reading::files_under;
use puntual_formats::{read, table};
use std::fs::File;
use std::io::Read;

/// Bytes of a file's beginning by which its kind is told.
pub(super) const HEAD_BYTES: u64 = 16_384;

/// Names of what is imported, short enough for a list.
pub(super) fn title(inputs: &[Input]) -> String {
    let names: Vec<String> = inputs.iter().take(3).map(name_of).collect();
    let more = inputs.len().saturating_sub(3);
    let list = names.join(", ");
    if more > 0 { format!("{list} +{more}") } else { list }
}

pub(super) fn name_of(input: &Input) -> String {
    match input {
        Input::Path(path) => {
            path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
        }
        Input::Named { name, .. } | Input::Bytes { name, .. } | Input::Records { name, .. } => {
            name.clone()
        }
    }
}

/// Folders walked, and files put in the order in which they need each other least: customers,
/// documents, payments, applications. Any order ends the same; this one waits for nothing.
pub(super) fn find(inputs: Vec<Input>) -> Vec<Input> {
    let mut found = Vec::new();
    for input in inputs {
        match input {
            Input::Path(path) => found.extend(files_under(&path).into_iter().map(Input::Path)),
            other => found.push(other),
        }
    }
    found.sort_by_cached_key(rank);
    found
}

fn rank(input: &Input) -> u8 {
    let (Input::Path(path) | Input::Named { path, .. }) = input else { return 2 };
    let mut head = Vec::new();
    let opened = File::open(path).map(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
    if opened.is_err() || !table::is_table(&name_of(input), &head) {
        return 2;
    }
    let options = read::ReadOptions::default();
    let preview = table::preview(&name_of(input), &head, &options, 1);
    match preview.ok().and_then(|preview| preview.summary.row_kind) {
        Some(table::RowKind::Customers) => 0,
        Some(table::RowKind::Rates) => 1,
        Some(table::RowKind::Payments) => 3,
        Some(table::RowKind::Allocations) => 4,
        Some(table::RowKind::Disputes | table::RowKind::Promises) => 5,
        _ => 2,
    }
}

/// Whether the bytes begin a workbook (zip or OLE container), which cannot be read in parts.
pub(super) fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(b"PK") || head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0])
}
