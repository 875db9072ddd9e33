//! `puntual export`.

use super::output::{json_line, note};
use super::{Common, Failure, Outcome};
use clap::{Args, ValueEnum};
use puntual_service::exports::{self, Subject};
use serde_json::json;
use std::path::PathBuf;

/// Everything out again, streaming.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual export documents --out documentos.xlsx")]
pub struct Export {
    /// What.
    #[arg(value_enum)]
    subject: SubjectArg,
    /// The file; .csv, .xlsx or .jsonl.
    #[arg(long)]
    out: PathBuf,
}

/// What can be exported.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SubjectArg {
    /// Documents as issued.
    Documents,
    /// Customers.
    Customers,
    /// Payments received.
    Payments,
    /// The ledger, both legs of every entry.
    Ledger,
    /// What happened with customers.
    Timeline,
    /// Entries of bank accounts, with what is known of their money.
    Bank,
}

/// Runs `puntual export`.
pub fn export(common: &Common, command: &Export) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let subject = match command.subject {
        SubjectArg::Documents => Subject::Documents,
        SubjectArg::Customers => Subject::Customers,
        SubjectArg::Payments => Subject::Payments,
        SubjectArg::Ledger => Subject::Ledger,
        SubjectArg::Timeline => Subject::Timeline,
        SubjectArg::Bank => Subject::Bank,
    };
    let rows = exports::to_file(&app, &ctx, subject, &command.out)?;
    match common.json {
        true => json_line(&json!({ "rows": rows, "out": command.out })),
        false => note(&format!("{rows} filas en {}", command.out.display())),
    }
    Ok(Outcome::Done)
}
