//! What an import says of each file and keeps of each problem.

use super::chunk::SourceFile;
use super::verdict::Verdict;
use super::{FileReport, MAX_PROBLEMS};
use crate::App;
use puntual_core::id::ImportId;
use puntual_formats::record::{Problem, Status};
use puntual_store::import::{Counts, Issue};
use serde_json::json;

pub(super) fn issue(
    app: &App,
    import: ImportId,
    source: &SourceFile,
    problem: &Problem,
    doc_key: Option<&str>,
) -> Issue {
    Issue {
        import,
        id: app.next_id(),
        file: source.name.clone(),
        place: problem.place.clone(),
        status: problem.status.as_str().to_owned(),
        code: problem.code.to_owned(),
        message_es: problem.es.clone(),
        message_en: problem.en.clone(),
        doc_key: doc_key.map(str::to_owned),
        source_hash: source.kept_hash.clone(),
        decision: None,
    }
}

pub(super) fn worst(problems: &[Problem]) -> Status {
    problems.iter().map(|problem| problem.status).max().unwrap_or_default()
}

pub(super) fn count(counts: &mut Counts, status: Status) {
    counts.read += 1;
    match status {
        Status::Ok | Status::Warn => counts.accepted += 1,
        Status::Ignore => counts.ignored += 1,
        Status::Quarantine => counts.quarantined += 1,
        Status::Reject => counts.rejected += 1,
    }
}

impl FileReport {
    /// Adds what became of one record.
    pub(super) fn take(&mut self, verdict: &Verdict) {
        verdict.count(&mut self.counts);
        for (problem, _) in verdict.problems() {
            self.status = self.status.max(match problem.status {
                // One refused row is a remark on a file whose other rows are good.
                Status::Reject => Status::Warn,
                other => other,
            });
            if self.problems.len() < MAX_PROBLEMS {
                self.problems.push(problem.clone());
            } else {
                self.more_problems += 1;
            }
        }
    }

    /// The line of the command-line contract.
    pub fn to_json(&self) -> serde_json::Value {
        let problem = |problem: &Problem| {
            json!({
                "where": problem.place,
                "code": problem.code,
                "status": problem.status.as_str(),
                "message": problem.es,
                "message_en": problem.en,
            })
        };
        let c = &self.counts;
        json!({
            "file": self.name,
            "format": self.format,
            "status": self.status.as_str(),
            "read": c.read,
            "accepted": c.accepted,
            "duplicates": c.duplicates,
            "quarantined": c.quarantined,
            "rejected": c.rejected,
            "ignored": c.ignored,
            "docs": self.docs,
            "problems": self.problems.iter().map(problem).collect::<Vec<_>>(),
            "more_problems": self.more_problems,
        })
    }

    /// The outcome of the file once all of its records are judged.
    pub(super) fn settle(&mut self) {
        let c = &self.counts;
        if c.read > 0 && c.ignored == c.read {
            self.status = Status::Ignore;
        } else if c.read > 0 && c.rejected == c.read {
            self.status = Status::Reject;
        }
    }
}

/// The last two parts of a path: enough to find the file again, short enough to read.
pub(super) fn short_name(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    parts[parts.len().saturating_sub(2)..].join("/")
}

pub(crate) fn unreadable(error: &std::io::Error) -> Problem {
    Problem {
        status: Status::Reject,
        place: String::new(),
        code: "unreadable_file",
        es: format!("No se puede leer el archivo: {error}. Revise la ruta y los permisos."),
        en: format!("The file cannot be read: {error}. Check the path and the permissions."),
    }
}

pub(super) fn other_format(wanted: &str, found: &str) -> Problem {
    Problem {
        status: Status::Reject,
        place: String::new(),
        code: "other_format",
        es: format!("Se pidió el formato {wanted} y el archivo es {found}. Use --format auto."),
        en: format!("Format {wanted} was asked for and the file is {found}. Use --format auto."),
    }
}
