//! The doors by which files come in: handed over on a page, dropped in a folder, mailed, posted by
//! a program. Each thing that comes is noted under a key before it is read, so that the same thing
//! is read once whatever happens in between, and nothing that came is lost from sight.

pub mod folder;
pub mod mail;
pub mod mail_settings;
mod mime;
mod note;

pub use note::{line_of, note_of};
pub use puntual_store::arrival::{Arrival, Came};

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::imports::{self, Batch, FileReport, Input, Listener, Options, Progress};
use puntual_core::access::Deed;
use puntual_core::id::ImportId;
use puntual_store::{arrival, import};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Read;

/// Refusals looked at for a page, and shown of each batch.
const MOST_REFUSALS: i64 = 2_000;
const SHOWN_REFUSALS: usize = 3;

/// A door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Handed over on a page.
    Upload,
    /// Dropped in the watched folder.
    Folder,
    /// Attached to a message.
    Mail,
    /// Posted by a program.
    Api,
    /// Read again because a person decided about what waited.
    Decision,
}

impl Source {
    /// Every door.
    pub const ALL: [Source; 5] =
        [Source::Upload, Source::Folder, Source::Mail, Source::Api, Source::Decision];

    /// The word it is stored by.
    pub fn word(self) -> &'static str {
        match self {
            Source::Upload => "upload",
            Source::Folder => "folder",
            Source::Mail => "mail",
            Source::Api => "api",
            Source::Decision => "decision",
        }
    }
}

/// A file that came by a door.
#[derive(Clone, Debug)]
pub struct Coming {
    /// By which door.
    pub source: Source,
    /// What makes it the same thing when it comes again.
    pub key: String,
    /// The file's name.
    pub name: String,
    /// Where it came from; empty when the door says it all.
    pub origin: String,
    /// Its content.
    pub file: Input,
    /// How long whoever took it before is given to finish, in milliseconds; 0 when nobody else can
    /// be at it.
    pub patience_ms: i64,
}

/// What became of a file that came.
#[derive(Debug)]
pub enum Taken {
    /// It was read now, or had been: what it became.
    Done(Box<Arrival>),
    /// Somebody else is reading it.
    Underway,
    /// Something else came under its key before.
    OtherContent,
}

/// Takes in one file that came by a door. The same key with the same content is read once.
///
/// # Errors
/// `Unavailable` when the storage is away or the file cannot be read now: it may be tried again.
pub fn take(
    app: &App,
    ctx: &Ctx,
    coming: Coming,
    options: &Options,
) -> Result<Taken, ServiceError> {
    ctx.require(Deed::Import)?;
    let (size, content_hash) = measured(&coming.file)?;
    let import = ImportId(app.next_id());
    let fresh = Arrival {
        id: app.next_id(),
        key: coming.key,
        source: coming.source.word().to_owned(),
        name: coming.name,
        origin: coming.origin,
        size,
        content_hash,
        state: "taken".to_owned(),
        import: Some(import),
        why_es: None,
        why_en: None,
        answer: None,
        actor: ctx.actor.clone(),
        received_at: ctx.now_ms,
        finished_at: None,
    };
    let arrival = match claim(app, ctx, fresh, coming.patience_ms)? {
        Claimed::Ours(arrival) => *arrival,
        Claimed::Not(taken) => return Ok(taken),
    };
    let mut heard = Reports::default();
    let inputs = vec![coming.file];
    let imported = imports::import_as(app, ctx, import, inputs, options, &mut heard);
    let finished = match imported {
        Ok(_) => Arrival {
            state: "done".to_owned(),
            import: Some(import),
            answer: Some(heard.lines()),
            ..arrival
        },
        // It stays taken: whoever comes next takes it up again.
        Err(error @ ServiceError::Unavailable(_)) => return Err(error),
        Err(error) => {
            tracing::error!("{} could not be imported: {error}", arrival.name);
            let (es, en) = note::broken(&error);
            failed(arrival, es, en)
        }
    };
    let finished = Arrival { finished_at: Some(app.clock.now_ms()), ..finished };
    app.store.write(|tx| arrival::finish(tx, ctx.scope(), &finished))?;
    Ok(Taken::Done(Box::new(finished)))
}

fn failed(arrival: Arrival, es: String, en: String) -> Arrival {
    Arrival { state: "failed".to_owned(), why_es: Some(es), why_en: Some(en), ..arrival }
}

enum Claimed {
    Ours(Box<Arrival>),
    Not(Taken),
}

/// Notes what came, or finds what became of it when it came before.
fn claim(app: &App, ctx: &Ctx, fresh: Arrival, patience_ms: i64) -> Result<Claimed, ServiceError> {
    let scope = ctx.scope();
    app.store.write(|tx| {
        if arrival::insert(tx, scope, &fresh)? {
            return Ok(Claimed::Ours(Box::new(fresh)));
        }
        let Some(before) = arrival::by_key(tx, scope, &fresh.key)? else {
            return Err(ServiceError::Bug(format!("{} is taken by nobody", fresh.key)));
        };
        if before.content_hash != fresh.content_hash {
            return Ok(Claimed::Not(Taken::OtherContent));
        }
        if before.state != "taken" {
            return Ok(Claimed::Not(Taken::Done(Box::new(before))));
        }
        if ctx.now_ms - before.received_at < patience_ms {
            return Ok(Claimed::Not(Taken::Underway));
        }
        let batch = match before.import {
            Some(id) => import::batch(tx, scope, id)?,
            None => None,
        };
        if let Some(batch) = batch {
            if batch.state == "done" {
                // It was read to its end; only saying so was left.
                let finished_at = batch.finished_at;
                let done = Arrival { state: "done".to_owned(), finished_at, ..before };
                arrival::finish(tx, scope, &done)?;
                return Ok(Claimed::Not(Taken::Done(Box::new(done))));
            }
            // What it had stored counts as a repeat when it is read again.
            let state = "interrupted".to_owned();
            let finished_at = Some(ctx.now_ms);
            import::update_batch(tx, scope, &Batch { state, finished_at, ..batch })?;
        }
        let import = fresh.import.unwrap_or(ImportId(fresh.id));
        match arrival::take_over(tx, scope, &before, import, ctx.now_ms)? {
            true => Ok(Claimed::Ours(Box::new(Arrival { import: Some(import), ..before }))),
            false => Ok(Claimed::Not(Taken::Underway)),
        }
    })
}

/// Notes something that came and could not be read at all, or held nothing to read.
pub(crate) fn refuse(
    app: &App,
    ctx: &Ctx,
    coming: &Coming,
    (es, en): (String, String),
) -> Result<(), ServiceError> {
    let (size, content_hash) = measured(&coming.file).unwrap_or_default();
    let arrival = Arrival {
        id: app.next_id(),
        key: coming.key.clone(),
        source: coming.source.word().to_owned(),
        name: coming.name.clone(),
        origin: coming.origin.clone(),
        size,
        content_hash,
        state: "failed".to_owned(),
        import: None,
        why_es: Some(es),
        why_en: Some(en),
        answer: None,
        actor: ctx.actor.clone(),
        received_at: ctx.now_ms,
        finished_at: Some(ctx.now_ms),
    };
    app.store.write(|tx| arrival::insert(tx, ctx.scope(), &arrival))?;
    Ok(())
}

/// Notes by which door a batch came whose reading is watched elsewhere.
pub fn note_batch(
    app: &App,
    ctx: &Ctx,
    source: Source,
    import: ImportId,
    name: &str,
) -> Result<(), ServiceError> {
    let arrival = Arrival {
        id: app.next_id(),
        key: format!("{}:{import}", source.word()),
        source: source.word().to_owned(),
        name: name.to_owned(),
        origin: String::new(),
        size: 0,
        content_hash: String::new(),
        state: "done".to_owned(),
        import: Some(import),
        why_es: None,
        why_en: None,
        answer: None,
        actor: ctx.actor.clone(),
        received_at: ctx.now_ms,
        finished_at: None,
    };
    app.store.write(|tx| arrival::insert(tx, ctx.scope(), &arrival))?;
    Ok(())
}

/// A part of everything that came, newest first, and how much there is; of one door when named.
pub fn came(
    app: &App,
    ctx: &Ctx,
    source: Option<&str>,
    limit: i64,
    skip: i64,
) -> Result<(Vec<Came>, i64), ServiceError> {
    ctx.require(Deed::Import)?;
    let scope = ctx.scope();
    app.store.read(|tx| {
        let lines = arrival::came(tx, scope, source, limit, skip)?;
        Ok((lines, arrival::count_came(tx, scope, source)?))
    })
}

/// What was refused in batches and why, the first few of each.
pub fn refusals(
    app: &App,
    ctx: &Ctx,
    imports: &[ImportId],
) -> Result<Vec<imports::Issue>, ServiceError> {
    ctx.require(Deed::Import)?;
    let mut refused =
        app.store.read(|tx| import::refusals(tx, ctx.scope(), imports, MOST_REFUSALS))?;
    let mut met: HashMap<ImportId, usize> = HashMap::new();
    refused.retain(|issue| {
        let count = met.entry(issue.import).or_default();
        *count += 1;
        *count <= SHOWN_REFUSALS
    });
    Ok(refused)
}

/// Bytes and hash of a file's content.
fn measured(file: &Input) -> Result<(i64, String), ServiceError> {
    let mut hasher = Sha256::new();
    let mut size = 0_i64;
    match file {
        Input::Bytes { content, .. } => {
            hasher.update(content);
            size = content.len() as i64;
        }
        Input::Path(path) | Input::Named { path, .. } => {
            let unreadable = |error: std::io::Error| {
                ServiceError::Unavailable(format!("{}: {error}", path.display()))
            };
            let mut opened = std::fs::File::open(path).map_err(unreadable)?;
            let mut part = vec![0; 65_536];
            loop {
                let read = opened.read(&mut part).map_err(unreadable)?;
                if read == 0 {
                    break;
                }
                hasher.update(&part[..read]);
                size += read as i64;
            }
        }
        Input::Records { .. } => {}
    }
    let hash = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((size, hash))
}

/// Keeps what is said of each file.
#[derive(Default)]
struct Reports(Vec<FileReport>);

impl Listener for Reports {
    fn file(&mut self, report: FileReport) {
        self.0.push(report);
    }

    fn progress(&mut self, _progress: &Progress) {}
}

impl Reports {
    /// One line of JSON per file, as the command-line contract has them.
    fn lines(&self) -> String {
        self.0.iter().map(|report| format!("{}\n", report.to_json())).collect()
    }
}
