//! The rules of the house that a machine can check: walls between rooms, sizes, words, keys, and
//! documents that must say the same. It knows nothing of what the program does; it reads files.
//! Every complaint names file and line. What clippy checks better stands in `clippy.toml`.

use std::collections::BTreeMap;
use std::fs;

/// One file of the repository. After `code_lines` lines its `#[cfg(test)]` module begins.
struct Source {
    path: String,
    text: String,
    code_lines: usize,
}

impl Source {
    /// The lines before the tests with their numbers, comments cut off.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take(self.code_lines).zip(1..);
        lines.map(|(line, number)| (number, line.split("//").next().unwrap_or(line)))
    }

    /// `strategy` of `crates/core/src/strategy/plan.rs`.
    fn module(&self) -> &str {
        let inside = self.path.split("/src/").nth(1).unwrap_or(&self.path);
        inside.split(['/', '.']).next().unwrap_or(inside)
    }
}

fn at_root(path: &str) -> String {
    format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(at_root(path)).expect(path)
}

/// Every file under `folder` whose name ends in `.extension`, in order of its path.
fn files(folder: &str, extension: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for entry in fs::read_dir(at_root(folder)).expect(folder).flatten() {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(files(&path, extension));
        } else if path.ends_with(&format!(".{extension}")) {
            let text = read(&path);
            let tests = text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(text.len());
            let is_code = !path.ends_with("/tests.rs");
            let code_lines = if is_code { text[..tests].lines().count() } else { 0 };
            found.push(Source { path, text, code_lines });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn all_code() -> impl Iterator<Item = Source> {
    ARROWS.iter().flat_map(|(room, _)| files(&format!("crates/{room}/src"), "rs"))
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c != '_' && !c.is_alphanumeric())
}

fn none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// The arrows between rooms; there are no others.
const ARROWS: [(&str, &[&str]); 5] = [
    ("core", &[]),
    ("formats", &["puntual-core"]),
    ("store", &["puntual-core"]),
    ("service", &["puntual-core", "puntual-formats", "puntual-store"]),
    ("puntual", &["puntual-core", "puntual-service"]),
];

#[test]
fn rooms_depend_on_the_rooms_they_may() {
    let mut complaints = Vec::new();
    for (room, allowed) in ARROWS {
        let path = format!("crates/{room}/Cargo.toml");
        let mut section = String::new();
        for (index, line) in read(&path).lines().enumerate() {
            if line.starts_with('[') {
                section = line.to_owned();
            }
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            let room_named = section == "[dependencies]" && name.starts_with("puntual-");
            if room_named && !allowed.contains(&name) {
                complaints.push(format!("{path}:{}: {room} may not depend on {name}", index + 1));
            }
        }
    }
    none(complaints);
}

/// (place under crates/, words its code may not contain, why)
const BANNED: [(&str, &[&str], &str); 7] = [
    ("core", &["std::fs", "std::net", "std::env", "std::time", "std::thread"], "core is pure"),
    ("core", &["tokio", "rand::", "tracing", "async fn", "f32", "f64"], "core is pure"),
    ("formats", &["std::fs", "std::net", "std::env", "SystemTime"], "bytes in, records out"),
    ("store", &["SystemTime::now", "tracing::"], "store decides nothing"),
    ("service", &["maud::", "axum::", "StatusCode", "<form", "<nav"], "pages are made in puntual"),
    ("puntual", &["rusqlite", "postgres::", "puntual_store"], "puntual talks to service only"),
    ("puntual/src/web", &["crate::cli"], "pages and commands do not know each other"),
];
const SQL: [&str; 5] = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "ORDER BY "];

#[test]
fn rooms_keep_their_walls() {
    let mut complaints = Vec::new();
    for source in all_code() {
        let sql = if source.path.starts_with("crates/store/") { &[][..] } else { &SQL[..] };
        for (number, line) in source.code() {
            let mut complain = |word: &str, why: &str| {
                complaints.push(format!("{}:{number}: {word:?}: {why}", source.path));
            };
            for word in sql.iter().filter(|word| line.contains(**word)) {
                complain(word, "SQL is written in crates/store only");
            }
            for (room, words, why) in BANNED {
                let here = source.path.starts_with(&format!("crates/{room}/"));
                for word in words.iter().filter(|word| here && line.contains(**word)) {
                    complain(word, why);
                }
            }
        }
    }
    none(complaints);
}

#[test]
fn modules_of_core_do_not_use_each_other_in_circles() {
    let sources = files("crates/core/src", "rs");
    let mut uses: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in &sources {
        for path in source.code().flat_map(|(_, line)| line.split("crate::").skip(1)) {
            let target = words(path).next().unwrap_or_default();
            if target != source.module() && sources.iter().any(|s| s.module() == target) {
                uses.entry(source.module()).or_default().push(target);
            }
        }
    }
    // What uses only settled modules is settled; what never settles stands in a circle.
    let mut open: Vec<&str> = uses.keys().copied().collect();
    while let Some(place) = open.iter().position(|m| uses[m].iter().all(|t| !open.contains(t))) {
        open.remove(place);
    }
    none(open.iter().map(|module| format!("crates/core/src: {module} is in a circle")).collect());
}

/// Names that say nothing, and what comments of unfinished work begin with.
const EMPTY_NAMES: [&str; 7] = ["data", "info", "manager", "helper", "util", "process", "handle"];
const MARKS: [&str; 3] = ["TODO", "FIXME", "XXX:"];

#[test]
fn files_are_finished_and_fit_to_read() {
    let mut complaints = Vec::new();
    for source in all_code() {
        let mut complain = |number: usize, what: &str| {
            complaints.push(format!("{}:{number}: {what}", source.path));
        };
        if !source.text.starts_with("//!") {
            complain(1, "begin with //! and say what the module decides and refuses to know");
        }
        if source.text.lines().count() > 600 {
            complain(601, "more than 600 lines: split by what the parts decide");
        }
        for (index, line) in source.text.lines().enumerate() {
            let said = line.split_once("//").unwrap_or_default().1;
            if MARKS.iter().any(|mark| said.contains(mark)) {
                complain(index + 1, "finish it now, or leave it to an issue");
            }
            let comment = line.trim().strip_prefix("// ").unwrap_or_default();
            let like_code = comment.ends_with(';') && comment.contains(['(', '=']);
            if like_code || comment.ends_with('{') || comment.starts_with("let ") {
                complain(index + 1, "delete code instead of commenting it out");
            }
        }
        for (number, line) in source.code() {
            let declares = ["let", "mut", "fn", "struct", "enum", "mod"];
            let mut pairs = words(line).zip(words(line).skip(1));
            if pairs.any(|(a, b)| declares.contains(&a) && EMPTY_NAMES.contains(&b)) {
                complain(number, "a name that says nothing: use the profession's word");
            }
        }
    }
    none(complaints);
}

#[test]
fn every_key_leads_with_the_workspace() {
    let (mut complaints, citus) = (Vec::new(), read("deploy/citus.sql"));
    for source in files("crates/store/migrations", "sql") {
        for (index, line) in source.text.lines().enumerate() {
            let line = line.trim().split("--").next().unwrap_or_default();
            let is_key = ["PRIMARY KEY", "UNIQUE", "REFERENCES"].iter().any(|w| line.contains(w));
            if is_key && !line.contains("(workspace_id") {
                complaints.push(format!("{}:{}: lead with workspace_id", source.path, index + 1));
            }
            let table = line.strip_prefix("CREATE TABLE ").and_then(|rest| words(rest).next());
            if table.is_some_and(|table| !citus.contains(&format!("('{table}', 'workspace_id'"))) {
                complaints.push(format!("{}:{}: not in citus.sql", source.path, index + 1));
            }
        }
        let count = |words: &str| source.text.matches(words).count();
        if count("CREATE TABLE") != count("\n  PRIMARY KEY (") {
            complaints.push(format!("{}: a table lacks its PRIMARY KEY line", source.path));
        }
    }
    none(complaints);
}

#[test]
fn every_noun_of_core_is_in_the_glossary() {
    let glossary = read("docs/glossary.md");
    let mut sources = files("crates/core/src", "rs");
    sources.retain(|s| s.module() != "lib" && !glossary.contains(&format!("`{}`", s.module())));
    none(sources.iter().map(|s| format!("{}: not in docs/glossary.md", s.path)).collect());
}

/// What two READMEs must share: levels of headings, and commands.
fn skeleton<'a>(markdown: &'a str) -> Vec<&'a str> {
    let mut in_code = false;
    let kept = |line: &'a str| {
        let fence = line.starts_with("```");
        in_code ^= fence;
        match line.split_once(' ') {
            _ if in_code || fence => line.split('#').next(),
            Some((marks, _)) if !marks.is_empty() && marks.chars().all(|c| c == '#') => Some(marks),
            _ => None,
        }
    };
    markdown.lines().filter_map(kept).collect()
}

#[test]
fn documents_say_the_same() {
    let (english, spanish, ci) = (read("README.md"), read("README.es.md"), read(".ci/run"));
    assert_eq!(skeleton(&english), skeleton(&spanish), "README.md and README.es.md differ");
    let command = ci.lines().last().expect(".ci/run has lines");
    assert!(english.contains(command), "README.md: the test command is {command:?} in .ci/run");
    let mut complaints = Vec::new();
    for decision in files("docs/decisions", "md") {
        let lacks = |heading: &&str| !decision.text.lines().any(|line| line == *heading);
        let missing = ["## Context", "## Choice", "## Price"].into_iter().filter(lacks);
        complaints.extend(missing.map(|heading| format!("{}: no {heading:?}", decision.path)));
    }
    none(complaints);
}
