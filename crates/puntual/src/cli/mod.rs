//! The command line. Each command parses, calls one use case and prints; the contract of outputs
//! and exit statuses is in `docs/contract.md`.

mod agreement;
mod bank;
mod bench;
mod books;
mod customer;
mod days;
mod export;
mod forecast;
mod import;
mod interest;
mod output;
mod receive;
mod report;
mod serve;
mod strategies;
mod upkeep;
mod write_off;

use clap::{Args, Parser, Subcommand};
use puntual_core::access::Role;
use puntual_service::App;
use puntual_service::clock::Clock;
use puntual_service::creditors;
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use std::process::ExitCode;

/// Collections that get companies paid on time without losing their customers.
#[derive(Parser, Debug)]
#[command(name = "puntual", version, about, long_about = None)]
#[command(
    after_help = "Example: puntual demo\n\nA first look with made-up companies, in the browser."
)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Args, Debug, Clone)]
pub struct Common {
    /// Storage: sqlite:PATH (created if absent) or postgres://…; sqlite:puntual.db when absent.
    #[arg(long, env = "PUNTUAL_DB", global = true)]
    db: Option<String>,
    /// Code of the creditor; the only one or the default when absent.
    #[arg(long, global = true)]
    creditor: Option<String>,
    /// Fix the clock for this command, RFC 3339: 2026-06-30T12:00:00Z
    #[arg(long, global = true)]
    now: Option<String>,
    /// Print exactly one JSON value (or one per line) on standard output.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Make a living demo of three companies in a fresh file and serve it.
    Demo(serve::Demo),
    /// Serve the web and run the worker.
    Serve(serve::Serve),
    /// Run the worker alone.
    Work(serve::Work),
    /// Make a creditor.
    Init(books::Init),
    /// Import files: e-invoices, tables, folders, zips.
    Import(import::Import),
    /// Read files and show what they hold; stores nothing.
    Read(import::Read),
    /// Figures as of any day.
    Report(report::Report),
    /// Late interest of a document, segment by segment.
    Interest(interest::Interest),
    /// Agreements: new due dates for old debts.
    Agreement(agreement::Agreement),
    /// Debts given up: limit, requests that wait, recoveries.
    WriteOff(write_off::WriteOff),
    /// Rates of late interest.
    Rate(interest::Rate),
    /// When what is owed will be paid, and the cash that makes.
    Forecast(forecast::Forecast),
    /// How wrong the forecast and simpler methods would have been.
    Backtest(forecast::Backtest),
    /// What the strategies would do on a day; stores nothing.
    Plan(days::Plan),
    /// Run the day: promises judged, plan stored, messages queued.
    Day(days::Day),
    /// Strategies: check a text, keep it, publish it, give it to customers.
    Strategy(strategies::Strategy),
    /// Try a strategy out over recorded history; stores nothing.
    Simulate(strategies::Simulate),
    /// A customer's statement as PDF.
    Statement(days::Statement),
    /// What the lines of the bank pay.
    Bank(bank::Bank),
    /// Everything out again, streaming.
    Export(export::Export),
    /// Customers: merge two that are one, take it back, group companies.
    Customer(customer::Customer),
    /// Self-audit: replays the ledger and compares everything with it.
    #[command(after_help = "Example: puntual check --json")]
    Check,
    /// A consistent copy while running.
    Backup(upkeep::Backup),
    /// A copy back in place; refuses to overwrite.
    Restore(upkeep::Restore),
    /// Bring the storage to the current shape.
    #[command(after_help = "Example: puntual --db postgres://puntual@localhost/puntual migrate")]
    Migrate,
    /// Show the effective configuration.
    #[command(after_help = "Example: puntual config")]
    Config,
    /// Check this installation and say what is missing.
    #[command(after_help = "Example: puntual doctor")]
    Doctor,
    /// Users.
    User(upkeep::User),
    /// Measure this program on generated portfolios.
    Bench(bench::Bench),
}

/// How a command ended when it did not fail.
pub enum Outcome {
    /// Everything was done.
    Done,
    /// Done, but some input was refused or a check failed.
    Refused,
}

/// Why a command did not run.
#[derive(Debug)]
pub enum Failure {
    /// The command was used wrongly.
    Usage(String),
    /// What is there already contradicts it; nothing was changed.
    Refused(String),
    /// It could not run.
    Cannot(String),
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Failure {
        match error {
            ServiceError::Invalid(_) | ServiceError::NotFound(_) => {
                Failure::Usage(error.to_string())
            }
            ServiceError::Conflict(_) => Failure::Refused(error.to_string()),
            _ => Failure::Cannot(error.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Cannot(error.to_string())
    }
}

/// Runs the program: parses the command line, runs one command, answers the exit status.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    start_logging();
    let outcome = run(&cli);
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Refused) => ExitCode::from(1),
        Err(Failure::Usage(text)) => {
            output::complain(&text);
            ExitCode::from(2)
        }
        Err(Failure::Refused(text)) => {
            output::complain(&text);
            ExitCode::from(1)
        }
        Err(Failure::Cannot(text)) => {
            output::complain(&text);
            ExitCode::from(3)
        }
    }
}

fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PUNTUAL_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,puntual=info,lopdf=error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

fn run(cli: &Cli) -> Result<Outcome, Failure> {
    let common = &cli.common;
    match &cli.command {
        Command::Demo(command) => serve::demo(common, command),
        Command::Serve(command) => serve::serve(common, command),
        Command::Work(command) => serve::work(common, command),
        Command::Init(command) => books::init(common, command),
        Command::Import(command) => import::import(common, command),
        Command::Read(command) => import::read(common, command),
        Command::Report(command) => report::report(common, command),
        Command::Interest(command) => interest::interest(common, command),
        Command::Agreement(command) => agreement::agreement(common, command),
        Command::WriteOff(command) => write_off::write_off(common, command),
        Command::Rate(command) => interest::rate(common, command),
        Command::Forecast(command) => forecast::forecast(common, command),
        Command::Backtest(command) => forecast::backtest(common, command),
        Command::Plan(command) => days::plan(common, command),
        Command::Day(command) => days::day_run(common, command),
        Command::Strategy(command) => strategies::strategy(common, command),
        Command::Simulate(command) => strategies::simulate(common, command),
        Command::Statement(command) => days::statement(common, command),
        Command::Bank(command) => bank::bank(common, command),
        Command::Export(command) => export::export(common, command),
        Command::Customer(command) => customer::customer(common, command),
        Command::Check => books::check(common),
        Command::Backup(command) => upkeep::backup(common, command),
        Command::Restore(command) => upkeep::restore(common, command),
        Command::Migrate => upkeep::migrate(common),
        Command::Config => upkeep::config(common),
        Command::Doctor => upkeep::doctor(common),
        Command::User(command) => upkeep::user(common, command),
        Command::Bench(command) => bench::bench(common, command),
    }
}

/// The storage of commands that name none.
const DEFAULT_DB: &str = "sqlite:puntual.db";

impl Common {
    /// The storage's address.
    fn db(&self) -> &str {
        self.db.as_deref().unwrap_or(DEFAULT_DB)
    }

    fn clock(&self) -> Result<Clock, Failure> {
        let Some(text) = &self.now else { return Ok(Clock::System) };
        let instant: jiff::Timestamp = text.parse().map_err(|_| {
            Failure::Usage(format!("--now {text:?} is not an instant like 2026-06-30T12:00:00Z"))
        })?;
        Ok(Clock::Fixed(instant.as_millisecond()))
    }

    /// Opens the storage.
    fn open(&self) -> Result<App, Failure> {
        let db = self.db();
        let is_file = db.strip_prefix("sqlite:").is_some_and(|path| !path.is_empty());
        let is_server = ["postgres://", "postgresql://"].iter().any(|p| db.starts_with(p));
        if !is_file && !is_server {
            let expected = "sqlite:PATH or postgres://… is expected";
            return Err(Failure::Usage(format!("--db {db:?}: {expected}")));
        }
        // Programs that share one server get ids from different ranges as far as 8 bits go.
        let node = (std::process::id() & 0xff) as u8;
        Ok(App::open(db, self.clock()?, node)?)
    }

    /// The circumstances of a command: whoever can run it may do everything.
    fn ctx(&self, app: &App) -> Result<Ctx, Failure> {
        let creditor = creditors::choose(app, self.creditor.as_deref())?;
        Ok(Ctx::new(app, creditor, "cli", Role::Admin))
    }
}

/// Reads a day argument.
fn day(text: &str) -> Result<puntual_core::date::Day, String> {
    text.parse().map_err(|error: puntual_core::date::BadDate| error.to_string())
}
