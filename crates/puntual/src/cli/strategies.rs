//! `puntual strategy …` and `puntual simulate`.

use super::output::{columns, is_watched, json_line, line, note};
use super::{Common, Failure, Outcome, day};
use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use puntual_core::date::Day;
use puntual_core::id::AssignmentId;
use puntual_service::messages;
use puntual_service::strategies::simulate::{self as trials, Simulated};
use puntual_service::strategies::{self, Assign, Checked};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Strategies: check a text, keep it, publish it, give it to customers.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual strategy check estrategia.toml")]
pub struct Strategy {
    #[command(subcommand)]
    action: StrategyAction,
}

#[derive(Subcommand, Debug)]
enum StrategyAction {
    /// Read and check a text; stores nothing.
    #[command(after_help = "Example: puntual strategy check estrategia.toml --country CL")]
    Check {
        /// The text.
        file: PathBuf,
        /// Check it by itself, for every kind of person in this country, without any books.
        #[arg(long)]
        country: Option<String>,
    },
    /// The strategies there are.
    #[command(after_help = "Example: puntual strategy list --json")]
    List,
    /// The text of a strategy.
    #[command(after_help = "Example: puntual strategy show S2 > s2.toml")]
    Show {
        /// Its code.
        code: String,
        /// A version; the one in force when absent.
        #[arg(long)]
        version: Option<i64>,
    },
    /// Keep a text and publish it: new cases are planned with it from now on.
    #[command(after_help = "Example: puntual strategy publish estrategia.toml")]
    Publish {
        /// The text.
        file: PathBuf,
        /// Also hand over the cases that run with older versions.
        #[arg(long)]
        migrate: bool,
    },
    /// Give a strategy to a customer, or to all whom conditions hold for.
    #[command(after_help = "Example: puntual strategy assign S1 --criteria 'segmento = [\"VIP\"]'")]
    Assign {
        /// Its code.
        code: String,
        /// Code of one customer.
        #[arg(long, conflicts_with = "criteria")]
        customer: Option<String>,
        /// Conditions as in the text form; everybody when absent.
        #[arg(long, default_value = "")]
        criteria: String,
        /// The lowest number is asked first.
        #[arg(long, default_value_t = 100)]
        priority: i64,
        /// Why.
        #[arg(long, default_value = "")]
        why: String,
    },
}

/// Try a strategy out over recorded history; stores nothing.
#[derive(Args, Debug)]
#[command(
    after_help = "Example: puntual simulate --strategy s3.toml --from 2026-01-01 --to 2026-06-30"
)]
pub struct Simulate {
    /// The text.
    #[arg(long)]
    strategy: PathBuf,
    /// First day.
    #[arg(long, value_parser = day)]
    from: Day,
    /// Last day, in the past.
    #[arg(long, value_parser = day)]
    to: Day,
}

/// Runs `puntual strategy`.
pub fn strategy(common: &Common, command: &Strategy) -> Result<Outcome, Failure> {
    match &command.action {
        StrategyAction::Check { file, country } => check(common, file, country.as_deref()),
        StrategyAction::List => list(common),
        StrategyAction::Show { code, version } => show(common, code, *version),
        StrategyAction::Publish { file, migrate } => publish(common, file, *migrate),
        StrategyAction::Assign { code, customer, criteria, priority, why } => {
            let app = common.open()?;
            let ctx = common.ctx(&app)?;
            let customer = match customer {
                Some(code) => Some(messages::find_customer(&app, &ctx, code)?),
                None => None,
            };
            let command = Assign {
                id: AssignmentId(app.next_id()),
                code: code.clone(),
                customer,
                criteria: criteria.clone(),
                priority: *priority,
                why: why.clone(),
            };
            let given = strategies::assign(&app, &ctx, &command)?;
            match common.json {
                true => json_line(&json!({ "assignment": given.id.to_string(), "code": code })),
                false => note(&format!("{code}: asignada ({})", given.id)),
            }
            Ok(Outcome::Done)
        }
    }
}

fn text_of(file: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(file)
        .map_err(|error| Failure::Cannot(format!("{}: {error}", file.display())))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::Usage(format!(
            "{}: el byte {at} no es UTF-8; guarde el archivo como UTF-8 \
             (byte {at} is not UTF-8: save the file as UTF-8)",
            file.display()
        ))
    })
}

fn check(common: &Common, file: &Path, country: Option<&str>) -> Result<Outcome, Failure> {
    let text = text_of(file)?;
    let checked = match country {
        Some(country) => {
            let today = common.clock()?.now_ms();
            let today = puntual_service::clock::day_in_zone(today, "UTC");
            strategies::check_alone(&text, &country.to_uppercase(), today)
        }
        None => {
            let app = common.open()?;
            let ctx = common.ctx(&app)?;
            strategies::check(&app, &ctx, &text)?
        }
    };
    tell(common, &checked);
    Ok(if checked.is_sound() { Outcome::Done } else { Outcome::Refused })
}

fn tell(common: &Common, checked: &Checked) {
    if common.json {
        json_line(&as_json(checked));
        return;
    }
    checked.problems.iter().for_each(|problem| line(&problem.to_string()));
    checked.findings.iter().for_each(|finding| {
        line(&format!("{}: {finding}", finding.severity.as_str()));
    });
    if checked.is_sound() && checked.findings.is_empty() {
        note("Nada que objetar.");
    }
}

fn as_json(checked: &Checked) -> Value {
    let problems = checked.problems.iter().map(|problem| {
        json!({
            "line": problem.line,
            "key": problem.key,
            "code": problem.kind.code(),
            "message": problem.to_string(),
        })
    });
    let findings = checked.findings.iter().map(|finding| {
        let fields = finding.fields().into_iter();
        let fields: serde_json::Map<String, Value> =
            fields.map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
        json!({
            "line": finding.line,
            "severity": finding.severity.as_str(),
            "code": finding.code(),
            "fields": fields,
            "message": finding.to_string(),
        })
    });
    json!({
        "ok": checked.is_sound(),
        "problems": problems.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
    })
}

fn list(common: &Common) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let lines = strategies::list(&app, &ctx)?;
    if common.json {
        for one in lines {
            json_line(&json!({
                "code": one.code,
                "name": one.name,
                "published": one.published,
                "draft": one.draft,
                "shipped": one.is_shipped,
                "standard": one.is_standard,
                "assignments": one.assignments,
            }));
        }
        return Ok(Outcome::Done);
    }
    let version =
        |number: Option<i64>| number.map_or("–".to_owned(), |number| number.to_string());
    let mut rows = vec![
        ["código", "nombre", "publicada", "borrador", "asignaciones"].map(String::from).to_vec(),
    ];
    rows.extend(lines.into_iter().map(|one| {
        let given = one.assignments.to_string();
        vec![one.code, one.name, version(one.published), version(one.draft), given]
    }));
    columns(&rows, &[false, false, true, true, true]).iter().for_each(|row| line(row));
    Ok(Outcome::Done)
}

fn show(common: &Common, code: &str, version: Option<i64>) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let versions = strategies::versions(&app, &ctx, code)?;
    let wanted = |one: &&strategies::Version| match version {
        Some(version) => one.version == version,
        None => one.state == "published",
    };
    let found = versions.iter().find(wanted).or(versions.first().filter(|_| version.is_none()));
    let missing = || Failure::Usage(format!("{code}: no hay esa versión (no such version)"));
    let found = found.ok_or_else(missing)?;
    match common.json {
        true => json_line(&json!({
            "code": found.code,
            "version": found.version,
            "state": found.state,
            "text": found.text,
        })),
        false => line(found.text.trim_end()),
    }
    Ok(Outcome::Done)
}

fn publish(common: &Common, file: &Path, migrate: bool) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let text = text_of(file)?;
    let checked = strategies::check(&app, &ctx, &text)?;
    if !checked.is_sound() {
        tell(common, &checked);
        return Ok(Outcome::Refused);
    }
    let draft = strategies::draft(&app, &ctx, &text)?;
    let published = strategies::publish(&app, &ctx, &draft.code, draft.version)?;
    if migrate {
        let older = strategies::versions(&app, &ctx, &published.code)?.into_iter();
        for one in older.filter(|one| one.state == "retired") {
            strategies::migrate(&app, &ctx, &one.code, one.version)?;
        }
    }
    match common.json {
        true => json_line(&json!({ "code": published.code, "version": published.version })),
        false => note(&format!("{} versión {}: publicada", published.code, published.version)),
    }
    Ok(Outcome::Done)
}

/// Runs `puntual simulate`.
pub fn simulate(common: &Common, command: &Simulate) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let text = text_of(&command.strategy)?;
    let checked = strategies::check(&app, &ctx, &text)?;
    let Some(written) = &checked.written else {
        tell(common, &checked);
        return Ok(Outcome::Refused);
    };
    let days = u64::try_from(command.to - command.from + 1).unwrap_or(0);
    let bar = if is_watched() { ProgressBar::new(days) } else { ProgressBar::hidden() };
    let span = (command.from, command.to);
    let found = trials::simulate(&app, &ctx, written.strategy.clone(), span, |_| bar.inc(1))?;
    bar.finish_and_clear();
    match common.json {
        true => json_line(&found),
        false => say(&found),
    }
    Ok(Outcome::Done)
}

fn say(found: &Simulated) {
    line(&format!(
        "{} contactos, {} minutos de gestores, {} bloqueos de la ley, {} clientes sin contacto",
        found.contacts, found.agent_minutes, found.guard_blocks, found.never_contacted
    ));
    for (channel, count) in &found.by_channel {
        line(&format!("  {channel}: {count}"));
    }
    let diff = &found.diff;
    line(&format!(
        "frente a lo hecho: {} iguales, {} solo en el ensayo, {} solo en lo hecho",
        diff.same, diff.only_simulated, diff.only_done
    ));
}
