//! `puntual import` and `puntual read`.

use super::output::{is_watched, json_line, line, note};
use super::{Common, Failure, Outcome};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use puntual_service::imports::{self, FileReport, Input, Listener, Options, Progress, Recorded};
use puntual_service::reading;
use std::path::PathBuf;

/// Import files: e-invoices, tables, folders, zips.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual import facturas/ clientes.xlsx --recorded effective")]
pub struct Import {
    /// Files, folders or zips.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Expect only this format; `auto` recognises each file by itself.
    #[arg(long, default_value = "auto")]
    format: String,
    /// How the columns of a table are to be read: a JSON file.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Read and judge everything, store nothing.
    #[arg(long)]
    dry_run: bool,
    /// Whether facts count as known now or on the day each took effect (first load of history).
    #[arg(long, value_enum, default_value_t = RecordedArg::Now)]
    recorded: RecordedArg,
}

/// When facts count as known.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RecordedArg {
    /// Now.
    Now,
    /// On the day each took effect.
    Effective,
}

/// Read files and show what they hold; stores nothing.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual read --json factura.xml cartola.xlsx")]
pub struct Read {
    /// Files, folders or zips.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Prints reports as they come and draws the progress where somebody watches.
struct Printer {
    json: bool,
    bar: Option<ProgressBar>,
    refused: bool,
}

impl Printer {
    fn new(json: bool) -> Printer {
        let bar = is_watched().then(|| {
            let bar = ProgressBar::new(0);
            let style = ProgressStyle::with_template(
                "{spinner} {pos}/{len} archivos · {prefix} registros · {per_sec} · {msg}",
            );
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Printer { json, bar, refused: false }
    }
}

impl Listener for Printer {
    fn file(&mut self, report: FileReport) {
        self.refused |= report.counts.quarantined + report.counts.rejected > 0
            || matches!(report.status.as_str(), "quarantine" | "reject");
        if let Some(bar) = &self.bar {
            bar.suspend(|| print_report(self.json, &report));
        } else {
            print_report(self.json, &report);
        }
    }

    fn progress(&mut self, progress: &Progress) {
        if let Some(bar) = &self.bar {
            bar.set_length(progress.files_total as u64);
            bar.set_position(progress.files_done as u64);
            bar.set_prefix(progress.records.to_string());
            bar.set_message(progress.file.clone());
        }
    }
}

fn print_report(json: bool, report: &FileReport) {
    let c = &report.counts;
    if json {
        json_line(&report.to_json());
        return;
    }
    line(&format!(
        "{}  {}: {} leídos = {} aceptados + {} repetidos + {} en cuarentena + {} rechazados + {} ignorados",
        report.status.as_str(),
        report.name,
        c.read,
        c.accepted,
        c.duplicates,
        c.quarantined,
        c.rejected,
        c.ignored,
    ));
    for problem in report.problems.iter().take(20) {
        let place =
            if problem.place.is_empty() { String::new() } else { format!("{}: ", problem.place) };
        line(&format!("      {place}{} [{}]", problem.es, problem.code));
    }
    let more = report.problems.len().saturating_sub(20) as i64 + report.more_problems;
    if more > 0 {
        line(&format!("      … y {more} más"));
    }
}

/// Runs `puntual import`.
pub fn import(common: &Common, command: &Import) -> Result<Outcome, Failure> {
    let mapping = match &command.mapping {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Failure::Usage(format!("--mapping {}: {error}", path.display()))
            })?;
            Some(imports::mapping_from_text(&text)?)
        }
        None => None,
    };
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let options = Options {
        recorded: match command.recorded {
            RecordedArg::Now => Recorded::Now,
            RecordedArg::Effective => Recorded::Effective,
        },
        dry_run: command.dry_run,
        format: (command.format != "auto").then(|| command.format.clone()),
        mapping,
        ..Options::default()
    };
    let inputs = command.files.iter().cloned().map(Input::Path).collect();
    let mut printer = Printer::new(common.json);
    let batch = imports::import(&app, &ctx, inputs, &options, &mut printer)?;
    if let Some(bar) = &printer.bar {
        bar.finish_and_clear();
    }
    if batch.counts.accepted == 0 && batch.counts.duplicates > 0 && !common.json {
        note("Nada nuevo: todo estaba ya registrado.");
    }
    Ok(if printer.refused { Outcome::Refused } else { Outcome::Done })
}

/// Runs `puntual read`.
pub fn read(common: &Common, command: &Read) -> Result<Outcome, Failure> {
    let mut any_refused = false;
    for path in command.files.iter().flat_map(|path| reading::files_under(path)) {
        let (value, refused) = reading::read_file(&path);
        any_refused |= refused;
        if common.json {
            json_line(&value);
        } else {
            let text = serde_json::to_string_pretty(&value).unwrap_or_default();
            line(&text);
        }
    }
    Ok(if any_refused { Outcome::Refused } else { Outcome::Done })
}
