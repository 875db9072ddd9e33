//! One run of an import: files found, read, written chunk by chunk, and reported.

use super::chunk::{Chunk, SourceFile};
use super::found::{HEAD_BYTES, find, is_workbook, name_of, title};
use super::judge::judge;
use super::parties::Directory;
use super::report::{count, issue, other_format, short_name, unreadable, worst};
use super::standing::{self, Existing};
use super::verdict::Verdict;
use super::{
    FileReport, Input, Listener, Options, Progress, bank, keys, mapping_to_text, read_options,
};
use crate::App;
use crate::bank_links;
use crate::book::Book;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::id::{ImportId, PaymentId};
use puntual_formats::bank::iso20022;
use puntual_formats::detect::{self, Content};
use puntual_formats::record::{Problem, Record, Status};
use puntual_formats::{json, problem, read, table};
use puntual_store::import::{self, Batch, Counts, ImportFile};
use puntual_store::{Tx, pending, succession};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

/// Records per transaction.
const CHUNK: usize = 20_000;
/// Records handed over at once from the thread that reads to the one that writes.
const BATCH: usize = 1_000;
/// Largest file whose bytes are kept for the file of the document.
const KEEP_BYTES: usize = 5_000_000;
/// Largest file that is read whole; larger ones must be tables, which stream.
const WHOLE_BYTES: u64 = 400_000_000;

/// A file of the run and what is known of it so far.
struct Entry {
    source: SourceFile,
    content: Option<Vec<u8>>,
    report: FileReport,
}

impl Entry {
    /// What the batch keeps of it.
    fn kept(&self) -> ImportFile {
        ImportFile {
            name: self.source.name.clone(),
            format: self.report.format.clone(),
            status: self.report.status.as_str().to_owned(),
            counts: self.report.counts,
        }
    }
}

struct Run<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    options: &'a Options,
    listener: &'a mut dyn Listener,
    batch: Batch,
    directory: Directory,
    existing: Existing,
    payments: HashMap<String, PaymentId>,
    met: HashMap<i64, i64>,
    bank: bank::Seen,
    /// Files of the run, in the order in which they were opened.
    files: Vec<Entry>,
    items: Vec<(usize, Record)>,
    full_chunks: u32,
    progress: Progress,
}

/// Carries verdicts out of a transaction that must leave no trace.
enum Ended {
    Rehearsed(Vec<Verdict>),
    Failed(ServiceError),
}

impl<E: Into<ServiceError>> From<E> for Ended {
    fn from(error: E) -> Ended {
        Ended::Failed(error.into())
    }
}

pub(super) fn run(
    app: &App,
    ctx: &Ctx,
    import_id: ImportId,
    inputs: Vec<Input>,
    options: &Options,
    listener: &mut dyn Listener,
) -> Result<Batch, ServiceError> {
    let inputs = find(inputs);
    let batch = Batch {
        id: import_id,
        started_at: ctx.now_ms,
        finished_at: None,
        undone_at: None,
        actor: ctx.actor.clone(),
        title: title(&inputs),
        state: "running".to_owned(),
        files: inputs.len() as i64,
        counts: Counts::default(),
    };
    let (directory, existing) = app.store.read(|tx| {
        let directory = Directory::load(tx, ctx.scope())?;
        let existing = Existing::load(tx, ctx.scope())?;
        Ok::<_, ServiceError>((directory, existing))
    })?;
    if !options.dry_run {
        let mapping = options.mapping.as_ref().map(mapping_to_text).transpose()?;
        app.store.write(|tx| {
            import::insert_batch(tx, ctx.scope(), &batch)?;
            match &mapping {
                Some(mapping) => import::note_reading(tx, ctx.scope(), batch.id, mapping),
                None => Ok(()),
            }
        })?;
    }
    let progress = Progress { files_total: inputs.len(), ..Progress::default() };
    let mut run = Run {
        app,
        ctx,
        options,
        listener,
        batch,
        directory,
        existing,
        payments: HashMap::new(),
        met: HashMap::new(),
        bank: bank::Seen::default(),
        files: Vec::new(),
        items: Vec::new(),
        full_chunks: 0,
        progress,
    };
    for input in inputs {
        run.take(input)?;
    }
    run.finish()
}

impl Run<'_> {
    fn take(&mut self, input: Input) -> Result<(), ServiceError> {
        self.progress.file = name_of(&input);
        self.listener.progress(&self.progress);
        match input {
            Input::Path(path) => self.take_path(&path.to_string_lossy(), &path)?,
            Input::Named { name, path } => self.take_path(&name, &path)?,
            Input::Bytes { name, content } => self.take_bytes(&name, &content)?,
            Input::Records { name, records } => {
                let file = self.open_file(&name, "records", Vec::new());
                for record in records {
                    self.push(file, record)?;
                }
            }
        }
        self.progress.files_done += 1;
        Ok(())
    }

    fn take_path(&mut self, name: &str, path: &Path) -> Result<(), ServiceError> {
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (size, mut file) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.refuse(name, unreadable(&error));
                return Ok(());
            }
        };
        let mut head = Vec::new();
        let sniffed = (&mut file).take(HEAD_BYTES).read_to_end(&mut head).map(|_| ());
        let is_text_table = sniffed.is_ok()
            && detect::content(name, &head) == Content::Table
            && !is_workbook(&head);
        if is_text_table && size > 1_000_000 {
            return self.stream(name, file);
        }
        if size > KEEP_BYTES as u64 && sniffed.is_ok() && iso20022::is_message(&head) {
            return self.stream_messages(name, path);
        }
        if size > WHOLE_BYTES {
            self.refuse(name, problem::file_too_large(size));
            return Ok(());
        }
        match std::fs::read(path) {
            Ok(content) => self.take_bytes(name, &content),
            Err(error) => {
                self.refuse(name, unreadable(&error));
                Ok(())
            }
        }
    }

    /// A table too large to hold: its records are written while it is read.
    fn stream(&mut self, name: &str, file: File) -> Result<(), ServiceError> {
        let options = read_options(self.ctx, self.options);
        let position = self.open_file(name, "csv", Vec::new());
        let outcome = self.pour(position, |sink| table::stream(name, file, &options, sink))?;
        let report = &mut self.files[position].report;
        match outcome {
            Ok(summaries) => {
                report.docs = summaries.iter().map(json::table).collect();
                for summary in summaries {
                    report.status = report.status.max(worst(&summary.problems));
                    report.problems.extend(summary.problems);
                }
            }
            Err(problem) => {
                report.status = problem.status;
                report.problems.push(problem);
            }
        }
        Ok(())
    }

    /// Bank messages too large to hold. Proved first from end to end, so that a file cut short
    /// leaves nothing behind.
    fn stream_messages(&mut self, name: &str, path: &Path) -> Result<(), ServiceError> {
        let proved = File::open(path)
            .map_err(|error| unreadable(&error))
            .and_then(|file| iso20022::stream(file, &mut |_| ControlFlow::Continue(())));
        let wanted = self.options.format.as_deref();
        let outcome = proved.and_then(|summary| match wanted {
            Some(wanted) if wanted != summary.format => Err(other_format(wanted, summary.format)),
            _ => Ok((summary, File::open(path).map_err(|error| unreadable(&error))?)),
        });
        let (summary, file) = match outcome {
            Ok(proved) => proved,
            Err(problem) => {
                self.refuse(name, problem);
                return Ok(());
            }
        };
        let position = self.open_file(name, summary.format, Vec::new());
        let (docs, read) = self.pour(position, |sink| {
            let (mut docs, mut returns) = (Vec::new(), Vec::new());
            let read = iso20022::stream(file, &mut |record| {
                docs.extend(json::doc(&record, &mut returns));
                sink(record)
            });
            (docs, read)
        })?;
        let problems = read.map_or_else(|problem| vec![problem], |summary| summary.problems);
        let report = &mut self.files[position].report;
        report.docs = serde_json::Value::Array(docs);
        report.status = report.status.max(worst(&problems));
        report.problems.extend(problems);
        Ok(())
    }

    /// Reads on one thread and writes on this one. The reader stops when writing fails, and waits
    /// when it is ahead by a few batches, so that memory stays flat.
    fn pour<T: Send>(
        &mut self,
        position: usize,
        read: impl FnOnce(&mut dyn FnMut(Record) -> ControlFlow<()>) -> T + Send,
    ) -> Result<T, ServiceError> {
        let (sender, batches) = mpsc::sync_channel::<Vec<Record>>(4);
        thread::scope(|scope| {
            let reader = scope.spawn(move || {
                let mut batch = Vec::with_capacity(BATCH);
                let outcome = read(&mut |record| {
                    batch.push(record);
                    if batch.len() < BATCH {
                        return ControlFlow::Continue(());
                    }
                    let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                    match sender.send(full) {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(_) => ControlFlow::Break(()),
                    }
                });
                // Nobody takes the rest when writing has failed, and then that error is told.
                let _ = sender.send(batch);
                outcome
            });
            for record in batches.into_iter().flatten() {
                self.push(position, record)?;
            }
            reader.join().map_err(|_| ServiceError::Bug("reading a file panicked".to_owned()))
        })
    }

    fn take_bytes(&mut self, name: &str, content: &[u8]) -> Result<(), ServiceError> {
        let options = read_options(self.ctx, self.options);
        let file = read::read(name, content, &options);
        let is_container = !file.members.is_empty();
        let docs = json::docs(&file);
        let position = self.open_file(name, file.format, docs);
        // A zip is kept only while something in it waits for a person or could not be read.
        let waits = || {
            let refused = |status| status == Status::Reject;
            let mut leaves = file.leaves().into_iter();
            leaves.any(|leaf| refused(leaf.status) || leaf.records.iter().any(is_waiting))
        };
        let keep =
            !self.options.dry_run && content.len() <= KEEP_BYTES && (!is_container || waits());
        if let Some(wanted) = self.options.format.as_deref().filter(|wanted| *wanted != file.format)
        {
            let report = &mut self.files[position].report;
            report.status = Status::Reject;
            count(&mut report.counts, Status::Reject);
            report.problems.push(other_format(wanted, file.format));
            return Ok(());
        }
        let entry = &mut self.files[position];
        entry.report.status = match self.options.accept.is_empty() {
            true => file.status,
            false => worst(&file.problems),
        };
        entry.report.problems.extend(file.problems.iter().cloned());
        for leaf in file.leaves().iter().filter(|_| is_container) {
            entry.report.problems.extend(leaf.problems.iter().cloned());
        }
        if keep {
            entry.source.kept_hash = Some(keys::file_hash(content));
            entry.content = Some(content.to_vec());
        }
        let whole = |status| matches!(status, Status::Reject | Status::Ignore | Status::Quarantine);
        for leaf in
            file.leaves().iter().filter(|leaf| leaf.records.is_empty() && whole(leaf.status))
        {
            if !self.options.accept.is_empty() {
                break;
            }
            // A file of which nothing could be used counts as one record, so that nothing is lost.
            count(&mut entry.report.counts, leaf.status);
            if leaf.status == Status::Ignore && !is_container {
                entry.report.status = Status::Ignore;
            }
        }
        for leaf in owned_leaves(file) {
            for record in leaf.records {
                self.push(position, record)?;
            }
        }
        Ok(())
    }

    fn open_file(&mut self, name: &str, format: &str, docs: Vec<serde_json::Value>) -> usize {
        self.files.push(Entry {
            source: SourceFile { name: short_name(name), kept_hash: None },
            content: None,
            report: FileReport {
                name: name.to_owned(),
                format: format.to_owned(),
                status: Status::Ok,
                counts: Counts::default(),
                docs: serde_json::Value::Array(docs),
                problems: Vec::new(),
                more_problems: 0,
            },
        });
        self.files.len() - 1
    }

    fn refuse(&mut self, name: &str, problem: Problem) {
        let position = self.open_file(name, "unknown", Vec::new());
        let report = &mut self.files[position].report;
        report.status = problem.status;
        count(&mut report.counts, problem.status);
        report.problems.push(problem);
    }

    fn push(&mut self, file: usize, record: Record) -> Result<(), ServiceError> {
        let by_hand = !self.options.accept.is_empty();
        if by_hand && !standing::accepted_by_hand(&record, self.options) {
            // Only what a person has just accepted: what else the file holds was judged before.
            return Ok(());
        }
        self.items.push((file, record));
        if self.items.len() >= CHUNK && !self.options.dry_run {
            self.flush()?;
            self.listener.progress(&self.progress);
            self.full_chunks += 1;
            if self.full_chunks.is_power_of_two() {
                // The next chunks ask tables that have just grown by a multiple.
                self.app.store.refresh_statistics()?;
            }
        }
        Ok(())
    }

    /// Writes the records gathered, in one transaction, and hands over the files that are done.
    fn flush(&mut self) -> Result<(), ServiceError> {
        let items = std::mem::take(&mut self.items);
        let outcome = self.app.store.clone().write(|tx| {
            let verdicts = self.write(tx, &items)?;
            if self.options.dry_run {
                return Err(Ended::Rehearsed(verdicts));
            }
            self.note(tx, &items, &verdicts)?;
            Ok::<_, Ended>(verdicts)
        });
        let verdicts = match outcome {
            Ok(verdicts) | Err(Ended::Rehearsed(verdicts)) => verdicts,
            Err(Ended::Failed(error)) => return Err(error),
        };
        for ((file, _), verdict) in items.iter().zip(&verdicts) {
            self.files[*file].report.take(verdict);
        }
        self.progress.records += verdicts.len() as i64;
        Ok(())
    }

    fn write(
        &mut self,
        tx: &mut Tx<'_>,
        items: &[(usize, Record)],
    ) -> Result<Vec<Verdict>, ServiceError> {
        if let Some(decision) = self.options.settles.as_ref().filter(|_| !items.is_empty()) {
            decision.carry_out(self.app, self.ctx, tx)?;
        }
        for entry in self.files.iter_mut() {
            let (Some(hash), Some(content)) = (&entry.source.kept_hash, entry.content.take())
            else {
                continue;
            };
            let named = (hash.as_str(), entry.source.name.as_str(), content.len() as i64);
            let (scope, now_ms) = (self.ctx.scope(), self.ctx.now_ms);
            import::keep_file(tx, scope, named, Some(&content), self.batch.id, now_ms)?;
        }
        let sources: Vec<SourceFile> = self.files.iter().map(|e| e.source.clone()).collect();
        let something_waits = pending::any(tx, self.ctx.scope())?;
        let something_ended = succession::any_ended(tx, self.ctx.scope())?;
        let mut chunk = Chunk {
            app: self.app,
            ctx: self.ctx,
            tx,
            import: self.batch.id,
            recorded: self.options.recorded,
            sources: &sources,
            existing: &mut self.existing,
            directory: &mut self.directory,
            book: Book::default(),
            payments: &mut self.payments,
            met: &mut self.met,
            bank: &mut self.bank,
            references: Vec::new(),
            replacements: Vec::new(),
            replaced: HashMap::new(),
            assigned: Vec::new(),
            debts: HashMap::new(),
            notes: HashMap::new(),
            disputes: Vec::new(),
            promises: Vec::new(),
            holds: Vec::new(),
            events: Vec::new(),
            waiting: Vec::new(),
            something_ended,
            something_waits,
        };
        let verdicts = judge(&mut chunk, items, self.options)?;
        chunk.write()?;
        Ok(verdicts)
    }

    /// Notes problems and totals in the batch.
    fn note(
        &mut self,
        tx: &mut Tx<'_>,
        items: &[(usize, Record)],
        verdicts: &[Verdict],
    ) -> Result<(), ServiceError> {
        let mut issues = Vec::new();
        for ((file, _), verdict) in items.iter().zip(verdicts) {
            verdict.count(&mut self.batch.counts);
            let source = &self.files[*file].source;
            for (problem, doc_key) in verdict.problems() {
                issues.push(issue(self.app, self.batch.id, source, problem, doc_key));
            }
        }
        import::insert_issues(tx, self.ctx.scope(), &issues)?;
        import::update_batch(tx, self.ctx.scope(), &self.batch)?;
        Ok(())
    }

    fn finish(mut self) -> Result<Batch, ServiceError> {
        self.flush()?;
        let mut whole_files = Vec::new();
        for entry in &mut self.files {
            let report = &mut entry.report;
            if self.options.dry_run {
                self.batch.counts.add(&report.counts);
            }
            let problems = match self.options.accept.is_empty() {
                true => report.problems.as_slice(),
                false => &[],
            };
            whole_files.extend(
                problems
                    .iter()
                    .filter(|problem| problem.place.is_empty() && problem.status > Status::Ok)
                    .map(|problem| issue(self.app, self.batch.id, &entry.source, problem, None)),
            );
            report.settle();
        }
        if !self.options.dry_run {
            let mut total = Counts::default();
            for entry in &self.files {
                total.add(&entry.report.counts);
            }
            self.batch.counts = total;
            self.batch.state = "done".to_owned();
            self.batch.finished_at = Some(self.app.clock.now_ms());
            let scope = self.ctx.scope();
            let files: Vec<ImportFile> = self.files.iter().map(Entry::kept).collect();
            self.app.store.write(|tx| {
                bank_links::settle(tx, self.ctx)?;
                import::insert_issues(tx, scope, &whole_files)?;
                import::insert_files(tx, scope, self.batch.id, &files)?;
                Ok::<_, ServiceError>(import::update_batch(tx, scope, &self.batch)?)
            })?;
        }
        if self.batch.counts.accepted > CHUNK as i64 && !self.options.dry_run {
            self.app.store.refresh_statistics()?;
        }
        self.listener.progress(&self.progress);
        for entry in self.files {
            self.listener.file(entry.report);
        }
        Ok(self.batch)
    }
}

fn is_waiting(record: &Record) -> bool {
    record.status() == Status::Quarantine
}

fn owned_leaves(file: read::ReadFile) -> Vec<read::ReadFile> {
    if file.members.is_empty() {
        return vec![file];
    }
    file.members.into_iter().flat_map(owned_leaves).collect()
}
