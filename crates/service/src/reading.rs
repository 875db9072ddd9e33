//! Reading files without storing anything: what `puntual read` shows.

use puntual_formats::read::ReadOptions;
use puntual_formats::record::Status;
use puntual_formats::{json, read};
use serde_json::Value;
use std::path::Path;

/// Largest file read whole.
const LARGEST_BYTES: u64 = 400_000_000;

/// Reads one file; answers its line and whether anything in it was refused.
pub fn read_file(path: &Path) -> (Value, bool) {
    let name = path.to_string_lossy();
    let size = std::fs::metadata(path).map(|meta| meta.len());
    let content = match size {
        Ok(size) if size > LARGEST_BYTES => {
            Err(format!("{size} bytes is more than can be read at once"))
        }
        Ok(_) => std::fs::read(path).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match content {
        Ok(content) => {
            let file = read::read(&name, &content, &ReadOptions::default());
            let refused = matches!(file.status, Status::Reject | Status::Quarantine);
            (json::read_line(&file), refused)
        }
        Err(why) => (unreadable(&name, &why), true),
    }
}

fn unreadable(name: &str, why: &str) -> Value {
    serde_json::json!({
        "file": name,
        "format": "unknown",
        "status": Status::Reject.as_str(),
        "read": 1, "accepted": 0, "duplicates": 0, "quarantined": 0, "rejected": 1, "ignored": 0,
        "docs": [],
        "problems": [{
            "where": "",
            "code": "unreadable_file",
            "status": Status::Reject.as_str(),
            "message": format!("No se puede leer el archivo: {why}. Revise la ruta y los permisos."),
            "message_en": format!("The file cannot be read: {why}. Check the path and the permissions."),
        }],
    })
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
