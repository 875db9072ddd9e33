//! Every file of the corpus gives the status, the problems and the figures written beside it.

mod common;

use common::{corpus, differences, json_lines, line};
use serde_json::Value;

#[test]
fn every_file_gives_what_is_written_beside_it() {
    let folder = corpus();
    let mut wrong = Vec::new();
    let expected = json_lines(&folder.join("expected.jsonl"));
    assert!(expected.len() > 100);
    for want in &expected {
        let name = want["file"].as_str().expect("file");
        let got = line(&folder, name);
        let mut out = Vec::new();
        differences("status", &want["status"], &got["status"], &mut out);
        let problems = got["problems"].as_array().expect("problems");
        let mut codes: Vec<&str> = problems.iter().filter_map(|p| p["code"].as_str()).collect();
        codes.sort_unstable();
        if want["codes"] != Value::from(codes.clone()) {
            out.push(format!("codes {codes:?}, expected {}", want["codes"]));
        }
        for part in ["docs", "counts"] {
            let actual = if part == "counts" { &got } else { &got[part] };
            if let Some(wanted) = want.get(part) {
                differences(part, wanted, actual, &mut out);
            }
        }
        wrong.extend(out.into_iter().map(|difference| format!("{name}: {difference}")));
    }
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_file_of_the_corpus_is_without_expectation() {
    let folder = corpus();
    let listed: Vec<String> = json_lines(&folder.join("expected.jsonl"))
        .iter()
        .filter_map(|want| want["file"].as_str().map(str::to_owned))
        .collect();
    let kinds = [
        "cfdi", "dte", "facturae", "ubl", "cii", "pdf", "camt", "sepa", "mt940", "n43", "ofx",
        "hostile",
    ];
    for kind in kinds {
        for entry in std::fs::read_dir(folder.join(kind)).expect("folder") {
            let name = entry.expect("entry").file_name().to_string_lossy().into_owned();
            let path = format!("{kind}/{name}");
            assert!(listed.contains(&path), "{path} has no expectation");
        }
    }
}

#[test]
fn counts_always_add_up() {
    let folder = corpus();
    for want in json_lines(&folder.join("expected.jsonl")) {
        let got = line(&folder, want["file"].as_str().expect("file"));
        let count = |key: &str| got[key].as_u64().expect("count");
        let sum: u64 = ["accepted", "duplicates", "quarantined", "rejected", "ignored"]
            .iter()
            .map(|key| count(key))
            .sum();
        assert_eq!(count("read"), sum, "{got}");
        // A statement without movements holds nothing to count, and is still there.
        let is_told = got["docs"].as_array().is_some_and(|docs| !docs.is_empty());
        assert!(count("read") > 0 || got["status"] == "warn" || is_told, "{got}");
    }
}

#[test]
fn every_problem_says_what_and_what_to_do_in_both_languages() {
    let folder = corpus();
    for want in json_lines(&folder.join("expected.jsonl")) {
        let got = line(&folder, want["file"].as_str().expect("file"));
        for problem in got["problems"].as_array().expect("problems") {
            for key in ["message", "message_en"] {
                let text = problem[key].as_str().expect("text");
                assert!(text.len() > 30 && text.ends_with('.'), "{text}");
                assert!(!text.contains("  "), "{text}");
            }
        }
    }
}
