//! Reading files without storing anything: what `puntual read` shows.

use crate::imports::unreadable;
use puntual_formats::read::{ReadFile, ReadOptions};
use puntual_formats::record::Status;
use puntual_formats::{json, problem, read};
use serde_json::Value;
use std::path::Path;

/// Largest file read whole.
const LARGEST_BYTES: u64 = 400_000_000;

/// Reads one file; answers its line and whether anything in it was refused.
pub fn read_file(path: &Path) -> (Value, bool) {
    let name = path.to_string_lossy();
    let content = match std::fs::metadata(path).map(|meta| meta.len()) {
        Ok(size) if size > LARGEST_BYTES => Err(problem::file_too_large(size)),
        Ok(_) => std::fs::read(path).map_err(|error| unreadable(&error)),
        Err(error) => Err(unreadable(&error)),
    };
    let file = match content {
        Ok(content) => read::read(&name, &content, &ReadOptions::default()),
        Err(problem) => ReadFile::refused(&name, "unknown", problem),
    };
    let refused = matches!(file.status, Status::Reject | Status::Quarantine);
    (json::read_line(&file), refused)
}

/// The files under a path, in order: the file itself, or everything in a folder but hidden files.
pub fn files_under(path: &Path) -> Vec<std::path::PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let mut paths: Vec<_> = match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => return vec![path.to_owned()],
    };
    paths.sort();
    paths.retain(|p| p.file_name().is_some_and(|n| !n.to_string_lossy().starts_with('.')));
    paths.iter().flat_map(|p| files_under(p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_gigabytes_are_refused_before_they_are_read() {
        let path = std::env::temp_dir().join(format!("puntual-{}-2gb.xml", std::process::id()));
        let file = std::fs::File::create(&path).expect("file");
        file.set_len(2_147_483_648).expect("a sparse file");
        let (line, refused) = read_file(&path);
        std::fs::remove_file(&path).expect("removed");
        assert!(refused);
        assert_eq!(line["problems"][0]["code"], "file_too_large");
        assert!(line["problems"][0]["message"].as_str().expect("text").contains("2147 MB"));
        let (line, _) = read_file(&path);
        assert_eq!(line["problems"][0]["code"], "unreadable_file");
    }
}
