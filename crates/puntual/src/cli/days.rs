//! `puntual plan`, `puntual day` and `puntual statement`.

use super::output::{json_line, line, note};
use super::{Common, Failure, Outcome, day};
use clap::Args;
use puntual_core::date::Day as CivilDay;
use puntual_service::{day as days, messages};
use serde_json::json;
use std::path::PathBuf;

/// What the strategies would do on a day; stores nothing.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual plan --date 2026-06-30 --json")]
pub struct Plan {
    /// The day.
    #[arg(long, value_parser = day)]
    date: CivilDay,
}

/// Run the day: promises judged, plan stored, messages queued.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual day")]
pub struct Day {
    /// The day; today when absent.
    #[arg(long, value_parser = day)]
    date: Option<CivilDay>,
    /// Run a day more than a week from today.
    #[arg(long)]
    yes: bool,
}

/// A customer's statement as PDF.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual statement --customer C-001 --out estado.pdf")]
pub struct Statement {
    /// Code or id of the customer.
    #[arg(long)]
    customer: String,
    /// The day it is of; today when absent.
    #[arg(long, value_parser = day)]
    as_of: Option<CivilDay>,
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
}

/// Runs `puntual plan`.
pub fn plan(common: &Common, command: &Plan) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    for planned in days::plan(&app, &ctx, command.date)? {
        match common.json {
            true => json_line(&planned),
            false => line(&planned.summary()),
        }
    }
    Ok(Outcome::Done)
}

/// Runs `puntual day`.
pub fn day_run(common: &Common, command: &Day) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let date = command.date.unwrap_or(ctx.today);
    if !command.yes && !days::is_near(&ctx, date) {
        return Err(Failure::Usage(format!(
            "el {date} está a más de {near} días de hoy ({today}) y lo que se planifica queda: \
             si es lo que quiere, agregue --yes \
             ({date} is more than {near} days from today: add --yes if you mean it)",
            near = days::NEAR_DAYS,
            today = ctx.today
        )));
    }
    let counts = days::run(&app, &ctx, date)?;
    match common.json {
        true => json_line(&json!({
            "date": date.to_string(),
            "planned": counts.planned,
            "queued": counts.queued,
            "tasks": counts.tasks,
            "deferred": counts.deferred,
            "skipped": counts.skipped,
        })),
        false => line(&format!(
            "{date}: {} acciones, {} mensajes en cola, {} tareas, {} diferidas, {} omitidas",
            counts.planned, counts.queued, counts.tasks, counts.deferred, counts.skipped
        )),
    }
    Ok(Outcome::Done)
}

/// Runs `puntual statement`.
pub fn statement(common: &Common, command: &Statement) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let ctx = common.ctx(&app)?;
    let as_of = command.as_of.unwrap_or(ctx.today);
    let pdf = messages::statement(&app, &ctx, &command.customer, as_of)?;
    std::fs::write(&command.out, &pdf)
        .map_err(|error| Failure::Cannot(format!("{}: {error}", command.out.display())))?;
    match common.json {
        true => json_line(&json!({ "out": command.out, "bytes": pdf.len() })),
        false => note(&format!("{}: {} bytes", command.out.display(), pdf.len())),
    }
    Ok(Outcome::Done)
}
