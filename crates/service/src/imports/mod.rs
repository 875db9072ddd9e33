//! Imports: files of any supported kind into the books.
//!
//! Records are read as they stream in and written in chunks, each chunk one transaction. Every
//! record gets a verdict; read is always accepted + duplicates + quarantined + rejected + ignored.
//! A run that is killed is simply run again: what is there already counts as a repeat.

mod allocations;
pub mod amount;
mod annulment;
mod bank;
mod bank_draft;
mod bank_pairs;
mod chunk;
pub mod compare;
mod debits;
mod documents;
mod dues;
mod events;
mod found;
mod judge;
pub mod keys;
mod parties;
mod payments;
pub mod quarantine;
pub mod replace;
mod report;
mod run;
mod settle;
mod standing;
mod undo;
mod verdict;
mod waiting;

pub use chunk::Recorded;
pub use quarantine::{Decided, Decision, Refusal, decide, list_quarantine};
pub(crate) use report::unreadable;
pub use undo::undo;

pub(crate) use bank_draft::telling as bank_telling;
pub(crate) use debits::FAILED as FAILED_DEBITS;

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::Deed;
use puntual_core::id::ImportId;
use puntual_formats::read::ReadOptions;
pub use puntual_formats::record::Problem;
use puntual_formats::record::{Record, Status};
use puntual_formats::table::Mapping;
pub use puntual_store::import::{Batch, Counts, ImportFile, Issue};
use std::collections::HashSet;
use std::path::PathBuf;

/// Something to import.
#[derive(Clone, Debug)]
pub enum Input {
    /// A file or a folder on this machine; folders are walked.
    Path(PathBuf),
    /// A file on this machine known by another name: one that was uploaded.
    Named {
        /// The file's name as its sender calls it.
        name: String,
        /// Where it lies.
        path: PathBuf,
    },
    /// Bytes that were uploaded.
    Bytes {
        /// The file's name.
        name: String,
        /// Its content.
        content: Vec<u8>,
    },
    /// Records made by the program itself: the demo.
    Records {
        /// What they are called.
        name: String,
        /// The records.
        records: Vec<Record>,
    },
}

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// When facts count as known.
    pub recorded: Recorded,
    /// Read and judge everything, write nothing.
    pub dry_run: bool,
    /// The only format expected; other files are refused.
    pub format: Option<String>,
    /// How a table is to be read, when it is not to be guessed.
    pub mapping: Option<Mapping>,
    /// Places of quarantined documents that a person has accepted.
    pub accept: HashSet<String>,
    /// The decision that accepts them, carried out in the same transaction.
    pub settles: Option<quarantine::Settlement>,
}

/// What became of one file.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// Its name, with the path inside a zip.
    pub name: String,
    /// Its format.
    pub format: String,
    /// Its outcome.
    pub status: Status,
    /// What became of its records.
    pub counts: Counts,
    /// What it holds, in the words of the command-line contract.
    pub docs: serde_json::Value,
    /// What was wrong or noteworthy; at most [`MAX_PROBLEMS`], the rest is counted in the last.
    pub problems: Vec<Problem>,
    /// Problems beyond those listed.
    pub more_problems: i64,
}

/// Problems listed per file.
pub const MAX_PROBLEMS: usize = 200;

/// How far an import has come.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// The file being read.
    pub file: String,
    /// Files read to their end.
    pub files_done: usize,
    /// Files found.
    pub files_total: usize,
    /// Records judged.
    pub records: i64,
    /// Bytes read and bytes to read, where they are known.
    pub bytes: (u64, u64),
}

/// What the import tells while it works.
pub trait Listener {
    /// A file is done; files come in the order they were found.
    fn file(&mut self, report: FileReport);
    /// How far it has come; called often.
    fn progress(&mut self, progress: &Progress);
}

/// Listens to nothing.
pub struct Silent;

impl Listener for Silent {
    fn file(&mut self, _report: FileReport) {}
    fn progress(&mut self, _progress: &Progress) {}
}

/// Imports files for the creditor of `ctx`. Answers the batch with its totals.
pub fn import(
    app: &App,
    ctx: &Ctx,
    inputs: Vec<Input>,
    options: &Options,
    listener: &mut dyn Listener,
) -> Result<Batch, ServiceError> {
    ctx.require(Deed::Import)?;
    run::run(app, ctx, ImportId(app.next_id()), inputs, options, listener)
}

/// The same, with the batch's id made by the caller, who wants to watch it.
pub fn import_as(
    app: &App,
    ctx: &Ctx,
    import: ImportId,
    inputs: Vec<Input>,
    options: &Options,
    listener: &mut dyn Listener,
) -> Result<Batch, ServiceError> {
    ctx.require(Deed::Import)?;
    run::run(app, ctx, import, inputs, options, listener)
}

/// A table's description as saved: JSON.
pub fn mapping_from_text(text: &str) -> Result<Mapping, ServiceError> {
    serde_json::from_str(text).map_err(|error| {
        ServiceError::invalid("mapping", format!("the mapping is not understood: {error}"))
    })
}

/// A table's description to be kept: JSON.
fn mapping_to_text(mapping: &Mapping) -> Result<String, ServiceError> {
    serde_json::to_string(mapping)
        .map_err(|error| ServiceError::Bug(format!("a mapping is no JSON: {error}")))
}

/// What the creditor's files are read with.
pub fn read_options(ctx: &Ctx, options: &Options) -> ReadOptions {
    ReadOptions {
        creditor_tax_ids: vec![ctx.creditor.tax_id.clone()],
        country: Some(ctx.creditor.country.clone()),
        currency: Some(ctx.creditor.currency.to_string()),
        mapping: options.mapping.clone(),
        received_on: Some(ctx.today),
    }
}

/// The last batches.
pub fn batches(app: &App, ctx: &Ctx, limit: i64) -> Result<Vec<Batch>, ServiceError> {
    app.store.read(|tx| Ok(puntual_store::import::batches(tx, ctx.scope(), limit)?))
}

/// Most files of a batch that are listed.
const MOST_FILES: i64 = 500;

/// What became of the files of a batch, those with something refused or waiting first. Nothing for
/// a batch that has not ended.
pub fn files(app: &App, ctx: &Ctx, import: ImportId) -> Result<Vec<ImportFile>, ServiceError> {
    app.store.read(|tx| Ok(puntual_store::import::files(tx, ctx.scope(), import, MOST_FILES)?))
}

/// Says of every batch left running by a program that is gone that it was interrupted; to be called
/// when a program starts to serve. Answers how many there were. Importing the same files again is
/// safe: what is there already counts as a repeat.
pub fn mark_interrupted(app: &App) -> Result<u64, ServiceError> {
    app.store.write(|tx| {
        let mut count = 0;
        for (workspace, _) in puntual_store::creditor::workspaces(tx)? {
            count += puntual_store::import::interrupt(tx, workspace)?;
        }
        Ok(count)
    })
}

/// One batch with its problems.
pub fn batch(
    app: &App,
    ctx: &Ctx,
    import: ImportId,
) -> Result<Option<(Batch, Vec<Issue>)>, ServiceError> {
    app.store.read(|tx| {
        let Some(batch) = puntual_store::import::batch(tx, ctx.scope(), import)? else {
            return Ok(None);
        };
        let issues = puntual_store::import::issues(tx, ctx.scope(), import, 1_000)?;
        Ok(Some((batch, issues)))
    })
}
