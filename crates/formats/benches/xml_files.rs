//! How many invoice files one core reads per second: detection, decoding, checks, parsing,
//! record and JSON line, over the readable XML of the corpus. Prints one line per kind.
#![allow(clippy::print_stdout, reason = "a bench reports on standard output")]

use puntual_formats::json::read_line;
use puntual_formats::read::{ReadOptions, read};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long each kind is measured.
const MEASURED: Duration = Duration::from_secs(3);

#[expect(clippy::disallowed_methods, reason = "measuring time is what a benchmark is for")]
fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    for kind in ["cfdi", "dte", "facturae", "ubl", "cii"] {
        let files = load(&corpus.join(kind));
        let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        let (mut done, started) = (0_u64, Instant::now());
        while started.elapsed() < MEASURED {
            for (name, bytes) in &files {
                let file = read(name, black_box(bytes), &ReadOptions::default());
                black_box(read_line(&file));
                done += 1;
            }
        }
        let per_second = done * 1_000 / started.elapsed().as_millis().max(1) as u64;
        let mean = bytes / files.len().max(1);
        println!(
            "{kind}: {per_second} files/s on one core ({} files, {mean} bytes each)",
            files.len()
        );
    }
}

fn load(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("corpus");
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "xml"))
        .map(|entry| {
            let bytes = std::fs::read(entry.path()).expect("corpus file");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect()
}
