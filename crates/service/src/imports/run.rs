//! One run of an import: files found, read, written chunk by chunk, and reported.

use super::chunk::{Chunk, SourceFile};
use super::parties::Directory;
use super::standing::Existing;
use super::verdict::Verdict;
use super::{
    FileReport, Input, Listener, MAX_PROBLEMS, Options, Progress, allocations, documents, events,
    keys, payments, read_options, standing,
};
use crate::App;
use crate::book::Book;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::reading::files_under;
use puntual_core::id::{ImportId, PaymentId};
use puntual_formats::record::{DocumentKind, Problem, Record, Status};
use puntual_formats::{json, read, table};
use puntual_store::import::{self, Batch, Counts, Issue};
use puntual_store::{Tx, pending};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

/// Records per transaction.
const CHUNK: usize = 8_000;
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
    something_waits: bool,
    /// Files not reported yet; the first has the position `first`.
    files: Vec<Entry>,
    items: Vec<(usize, Record)>,
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
    let (directory, existing, something_waits) = app.store.read(|tx| {
        let directory = Directory::load(tx, ctx.scope())?;
        let existing = Existing::load(tx, ctx.scope())?;
        Ok::<_, ServiceError>((directory, existing, pending::any(tx, ctx.scope())?))
    })?;
    if !options.dry_run {
        app.store.write(|tx| import::insert_batch(tx, ctx.scope(), &batch))?;
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
        something_waits,
        files: Vec::new(),
        items: Vec::new(),
        progress,
    };
    for input in inputs {
        run.take(input)?;
    }
    run.finish()
}

/// Names of what is imported, short enough for a list.
fn title(inputs: &[Input]) -> String {
    let names: Vec<String> = inputs.iter().take(3).map(name_of).collect();
    let more = inputs.len().saturating_sub(3);
    let list = names.join(", ");
    if more > 0 { format!("{list} +{more}") } else { list }
}

fn name_of(input: &Input) -> String {
    match input {
        Input::Path(path) => {
            path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
        }
        Input::Bytes { name, .. } | Input::Records { name, .. } => name.clone(),
    }
}

/// Folders walked, and files put in the order in which they need each other least: customers,
/// documents, payments, applications. Any order ends the same; this one waits for nothing.
fn find(inputs: Vec<Input>) -> Vec<Input> {
    let mut found = Vec::new();
    for input in inputs {
        match input {
            Input::Path(path) => found.extend(files_under(&path).into_iter().map(Input::Path)),
            other => found.push(other),
        }
    }
    found.sort_by_cached_key(rank);
    found
}

fn rank(input: &Input) -> u8 {
    let Input::Path(path) = input else { return 2 };
    let mut head = Vec::new();
    let opened = File::open(path).map(|file| file.take(16_384).read_to_end(&mut head));
    if opened.is_err() || !table::is_table(&name_of(input), &head) {
        return 2;
    }
    let options = read::ReadOptions::default();
    let preview = table::preview(&name_of(input), &head, &options, 1);
    match preview.ok().and_then(|preview| preview.summary.row_kind) {
        Some(table::RowKind::Customers) => 0,
        Some(table::RowKind::Rates) => 1,
        Some(table::RowKind::Payments) => 3,
        Some(table::RowKind::Allocations) => 4,
        Some(table::RowKind::Disputes | table::RowKind::Promises) => 5,
        _ => 2,
    }
}

impl Run<'_> {
    fn take(&mut self, input: Input) -> Result<(), ServiceError> {
        self.progress.file = name_of(&input);
        self.listener.progress(&self.progress);
        match input {
            Input::Path(path) => self.take_path(&path)?,
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

    fn take_path(&mut self, path: &Path) -> Result<(), ServiceError> {
        let name = path.to_string_lossy().into_owned();
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (size, mut file) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.refuse(&name, unreadable(&error));
                return Ok(());
            }
        };
        let mut head = Vec::new();
        let sniffed = (&mut file).take(16_384).read_to_end(&mut head).map(|_| ());
        let is_text_table = sniffed.is_ok() && table::is_table(&name, &head) && !is_workbook(&head);
        if is_text_table && size > 1_000_000 {
            return self.stream(&name, file);
        }
        if size > WHOLE_BYTES {
            self.refuse(&name, too_large(size));
            return Ok(());
        }
        match std::fs::read(path) {
            Ok(content) => self.take_bytes(&name, &content),
            Err(error) => {
                self.refuse(&name, unreadable(&error));
                Ok(())
            }
        }
    }

    /// A table too large to hold: its records are written while it is read.
    fn stream(&mut self, name: &str, file: File) -> Result<(), ServiceError> {
        let options = read_options(self.ctx, self.options);
        let position = self.open_file(name, "csv", Vec::new());
        let mut failed = None;
        let outcome =
            table::stream(name, file, &options, &mut |record| match self.push(position, record) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            });
        if let Some(error) = failed {
            return Err(error);
        }
        let report = &mut self.files[position].report;
        match outcome {
            Ok(summary) => {
                report.docs = serde_json::Value::Array(vec![json::table(&summary)]);
                report.status = report.status.max(worst(&summary.problems));
                report.problems.extend(summary.problems);
            }
            Err(problem) => {
                report.status = problem.status;
                report.problems.push(problem);
            }
        }
        Ok(())
    }

    fn take_bytes(&mut self, name: &str, content: &[u8]) -> Result<(), ServiceError> {
        let options = read_options(self.ctx, self.options);
        let file = read::read(name, content, &options);
        let is_container = !file.members.is_empty();
        let docs = json::docs(&file);
        let position = self.open_file(name, file.format, docs);
        let keep = !self.options.dry_run && content.len() <= KEEP_BYTES && !is_container;
        if let Some(wanted) = self.options.format.as_deref().filter(|wanted| *wanted != file.format)
        {
            let report = &mut self.files[position].report;
            report.status = Status::Reject;
            count(&mut report.counts, Status::Reject);
            report.problems.push(other_format(wanted, file.format));
            return Ok(());
        }
        let entry = &mut self.files[position];
        entry.report.status = worst(&file.problems);
        entry.report.problems.extend(file.problems.iter().cloned());
        for leaf in file.leaves().iter().filter(|_| is_container) {
            entry.report.status = entry.report.status.max(worst(&leaf.problems));
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
        self.items.push((file, record));
        if self.items.len() >= CHUNK && !self.options.dry_run {
            self.flush()?;
            self.listener.progress(&self.progress);
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
        self.something_waits = self.something_waits || !verdicts.is_empty();
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
        let mut chunk = Chunk {
            app: self.app,
            ctx: self.ctx,
            tx,
            import: self.batch.id,
            recorded: self.options.recorded,
            sources: &sources,
            directory: &mut self.directory,
            book: Book::default(),
            payments: &mut self.payments,
            met: &mut self.met,
            references: Vec::new(),
            replacements: Vec::new(),
            debts: HashMap::new(),
            notes: HashMap::new(),
            disputes: Vec::new(),
            promises: Vec::new(),
            holds: Vec::new(),
            waiting: Vec::new(),
            something_waits: self.something_waits,
        };
        let verdicts = judge(&mut chunk, &mut self.existing, items, self.options)?;
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
            whole_files.extend(
                report
                    .problems
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
            self.app.store.write(|tx| {
                import::insert_issues(tx, scope, &whole_files)?;
                import::update_batch(tx, scope, &self.batch)
            })?;
        }
        self.listener.progress(&self.progress);
        for entry in self.files {
            self.listener.file(entry.report);
        }
        Ok(self.batch)
    }
}

fn issue(
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

/// One verdict per record, in order. Records of a kind are judged together, in the order in which
/// they need each other.
fn judge(
    chunk: &mut Chunk<'_, '_>,
    existing: &mut Existing,
    items: &[(usize, Record)],
    options: &Options,
) -> Result<Vec<Verdict>, ServiceError> {
    let mut verdicts: Vec<Option<Verdict>> =
        items.iter().map(|(_, record)| standing::foregone(record, options)).collect();
    let open: Vec<usize> = (0..items.len()).filter(|at| verdicts[*at].is_none()).collect();
    macro_rules! each {
        ($pattern:pat $(if $guard:expr)? => $value:expr) => {
            open.iter()
                .filter_map(|at| match &items[*at] {
                    $pattern $(if $guard)? => Some((*at, $value)),
                    _ => None,
                })
                .unzip::<usize, _, Vec<usize>, Vec<_>>()
        };
    }
    let mut settle = |at: Vec<usize>, judged: Vec<Verdict>| {
        for (at, verdict) in at.into_iter().zip(judged) {
            verdicts[at] = Some(verdict);
        }
    };
    let (at, records) = each!((_, Record::Customer(customer)) => &**customer);
    settle(at, standing::take_customers(chunk, existing, &records)?);
    let is_receipt = |kind| kind == DocumentKind::PaymentReceipt;
    let (at, records) = each!((file, Record::Document(d)) if !is_receipt(d.kind) => (*file, &**d));
    settle(at, documents::take(chunk, &records)?);
    let (at, records) = each!((_, Record::Document(d)) if is_receipt(d.kind) => &**d);
    settle(at, payments::take_complements(chunk, &records)?);
    let (at, records) = each!((_, Record::Payment(payment)) => &**payment);
    settle(at, payments::take(chunk, &records)?);
    let (at, records) = each!((_, Record::Allocation(allocation)) => allocation);
    settle(at, allocations::take(chunk, &records)?);
    let (at, records) = each!((_, Record::Rate(rate)) => rate);
    settle(at, standing::take_rates(chunk, &records)?);
    let (at, records) = each!((_, Record::Dispute(dispute)) => dispute);
    settle(at, standing::take_disputes(chunk, existing, &records)?);
    let (at, records) = each!((_, Record::Promise(promise)) => promise);
    settle(at, standing::take_promises(chunk, existing, &records)?);
    let (at, records) = each!((_, Record::Event(event)) => &**event);
    settle(at, events::take(chunk, &records)?);
    let missing = || ServiceError::Bug("a record was left without a verdict".to_owned());
    verdicts.into_iter().map(|verdict| verdict.ok_or_else(missing)).collect()
}

/// Whether the bytes begin a workbook (zip or OLE container), which cannot be read in parts.
fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(b"PK") || head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0])
}

fn owned_leaves(file: read::ReadFile) -> Vec<read::ReadFile> {
    if file.members.is_empty() {
        return vec![file];
    }
    file.members.into_iter().flat_map(owned_leaves).collect()
}

fn worst(problems: &[Problem]) -> Status {
    problems.iter().map(|problem| problem.status).max().unwrap_or_default()
}

fn count(counts: &mut Counts, status: Status) {
    counts.read += 1;
    match status {
        Status::Ok | Status::Warn => counts.accepted += 1,
        Status::Ignore => counts.ignored += 1,
        Status::Quarantine => counts.quarantined += 1,
        Status::Reject => counts.rejected += 1,
    }
}

impl FileReport {
    fn take(&mut self, verdict: &Verdict) {
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

    /// The outcome of the file once all of its records are judged.
    fn settle(&mut self) {
        let c = &self.counts;
        if c.read > 0 && c.ignored == c.read {
            self.status = Status::Ignore;
        } else if c.read > 0 && c.rejected == c.read {
            self.status = Status::Reject;
        }
    }
}

/// The last two parts of a path: enough to find the file again, short enough to read.
fn short_name(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    parts[parts.len().saturating_sub(2)..].join("/")
}

fn unreadable(error: &std::io::Error) -> Problem {
    Problem {
        status: Status::Reject,
        place: String::new(),
        code: "unreadable_file",
        es: format!("No se puede leer el archivo: {error}. Revise la ruta y los permisos."),
        en: format!("The file cannot be read: {error}. Check the path and the permissions."),
    }
}

fn other_format(wanted: &str, found: &str) -> Problem {
    Problem {
        status: Status::Reject,
        place: String::new(),
        code: "other_format",
        es: format!("Se pidió el formato {wanted} y el archivo es {found}. Use --format auto."),
        en: format!("Format {wanted} was asked for and the file is {found}. Use --format auto."),
    }
}

fn too_large(size: u64) -> Problem {
    let megabytes = size / 1_000_000;
    Problem {
        status: Status::Reject,
        place: String::new(),
        code: "file_too_large",
        es: format!(
            "El archivo pesa {megabytes} MB y no es una tabla que se pueda leer por partes. Divídalo."
        ),
        en: format!(
            "The file has {megabytes} MB and is not a table that can be read in parts. Split it."
        ),
    }
}
