//! What waits for a person, and the decision: taken in as it is, put in the stored one's place, or
//! left out. Each decision is made once, in the transaction that carries it out.

use super::replace::{self, Dependent};
use super::{FileReport, Input, Listener, Options, Progress, mapping_from_text, run};
use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::inbox;
use puntual_core::access::Deed;
use puntual_core::id::{DocumentId, ImportId};
use puntual_store::import::KeptFile;
pub use puntual_store::quarantine::Case;
use puntual_store::{Tx, document, import, quarantine};

/// What a person decides about a quarantined record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is right: take it in.
    Accept,
    /// It is right and what is stored is not: take that back and this in.
    Replace,
    /// It is not to be taken in; what is stored stays.
    Dismiss,
}

impl Decision {
    /// The word kept with the record.
    pub fn word(self) -> &'static str {
        match self {
            Decision::Accept => "accepted",
            Decision::Replace => "replaced",
            Decision::Dismiss => "dismissed",
        }
    }
}

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It was carried out.
    Done,
    /// It was not, and the record still waits unless somebody else has decided.
    Refused(Refusal),
}

/// Why a decision was not carried out; nothing of it remains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody has decided before.
    DecidedAlready,
    /// The file was too large to be kept, so that the record cannot be read again.
    FileGone,
    /// Another document is stored under the same key: it can only be replaced.
    Contradicts,
    /// There is nothing stored under its key.
    NothingStored,
    /// The books hold the same already.
    AlreadyHere,
    /// Payments and more stand on the stored document: they go first.
    Needed(Vec<Dependent>),
    /// What the books need is missing or wrong, in Spanish and in English.
    Unfit(String, String),
}

/// What waits for a decision, newest batch first.
pub fn list_quarantine(
    app: &App,
    ctx: &Ctx,
    limit: i64,
) -> Result<Vec<super::Issue>, ServiceError> {
    let waiting = app.store.read(|tx| quarantine::waiting(tx, ctx.scope(), limit, 0))?;
    Ok(waiting.into_iter().map(|case| case.issue).collect())
}

/// A part of what waits, and how much waits in all.
pub fn waiting(
    app: &App,
    ctx: &Ctx,
    limit: i64,
    skip: i64,
) -> Result<(Vec<Case>, i64), ServiceError> {
    let scope = ctx.scope();
    app.store.read(|tx| {
        Ok((quarantine::waiting(tx, scope, limit, skip)?, quarantine::count_waiting(tx, scope)?))
    })
}

/// A part of the decisions made, the last first, and how many there are.
pub fn decided(
    app: &App,
    ctx: &Ctx,
    limit: i64,
    skip: i64,
) -> Result<(Vec<Case>, i64), ServiceError> {
    let scope = ctx.scope();
    app.store.read(|tx| {
        Ok((quarantine::decided(tx, scope, limit, skip)?, quarantine::count_decided(tx, scope)?))
    })
}

/// One record, decided or not.
pub fn case(app: &App, ctx: &Ctx, issue: (ImportId, i64)) -> Result<Case, ServiceError> {
    ctx.require(Deed::Import)?;
    let found = app.store.read(|tx| quarantine::get(tx, ctx.scope(), issue))?;
    found.ok_or_else(|| ServiceError::NotFound("a quarantined record".to_owned()))
}

/// A kept file as it came; its name and its bytes.
pub fn kept_file(app: &App, ctx: &Ctx, hash: &str) -> Result<(String, Vec<u8>), ServiceError> {
    ctx.require(Deed::Import)?;
    let found = app.store.read(|tx| import::file(tx, ctx.scope(), hash))?;
    match found {
        Some((name, Some(content))) => Ok((name, content)),
        _ => Err(ServiceError::NotFound("a kept file".to_owned())),
    }
}

/// Carries out a decision. Accepting and replacing read the kept file again and take in the record
/// at that place; replacing first takes the stored document back by reversals.
pub fn decide(
    app: &App,
    ctx: &Ctx,
    issue: (ImportId, i64),
    decision: Decision,
) -> Result<Decided, ServiceError> {
    let case = case(app, ctx, issue)?;
    if case.issue.decision.is_some() {
        return Ok(Decided::Refused(Refusal::DecidedAlready));
    }
    if decision != Decision::Dismiss {
        return take_in(app, ctx, &case, decision);
    }
    let (scope, word) = (ctx.scope(), decision.word());
    let is_first =
        app.store.write(|tx| quarantine::decide(tx, scope, issue, word, &ctx.actor, ctx.now_ms))?;
    Ok(if is_first { Decided::Done } else { Decided::Refused(Refusal::DecidedAlready) })
}

/// A decision as the import carries it out, in the transaction that takes the record in.
#[derive(Clone, Debug)]
pub struct Settlement {
    issue: (ImportId, i64),
    decision: Decision,
    replaces: Option<DocumentId>,
}

impl Settlement {
    /// Notes the decision and takes back what is replaced.
    pub(super) fn carry_out(
        &self,
        app: &App,
        ctx: &Ctx,
        tx: &mut Tx<'_>,
    ) -> Result<(), ServiceError> {
        let word = self.decision.word();
        if !quarantine::decide(tx, ctx.scope(), self.issue, word, &ctx.actor, ctx.now_ms)? {
            return Err(ServiceError::Conflict("somebody else has decided already".to_owned()));
        }
        match self.replaces {
            Some(document) => replace::take_back(app, ctx, tx, document),
            None => Ok(()),
        }
    }
}

/// What is needed to take a record in.
struct Kept {
    file: Option<KeptFile>,
    mapping: Option<String>,
    stored: Option<DocumentId>,
    needed_by: Vec<Dependent>,
}

fn load(app: &App, ctx: &Ctx, case: &Case) -> Result<Kept, ServiceError> {
    let scope = ctx.scope();
    app.store.read(|tx| {
        let file = match &case.issue.source_hash {
            Some(hash) => import::file(tx, scope, hash)?,
            None => None,
        };
        let stored = match &case.issue.doc_key {
            Some(key) => document::known(tx, scope, [key.as_str()].into_iter())?.pop(),
            None => None,
        };
        let stored = stored.map(|known| known.id);
        let needed_by = match stored {
            Some(document) => replace::dependents(tx, ctx, document)?,
            None => Vec::new(),
        };
        let mapping = import::reading(tx, scope, case.issue.import)?;
        Ok(Kept { file, mapping, stored, needed_by })
    })
}

fn take_in(app: &App, ctx: &Ctx, case: &Case, decision: Decision) -> Result<Decided, ServiceError> {
    let kept = load(app, ctx, case)?;
    let refused = |why| Ok(Decided::Refused(why));
    let replaces = match (decision, kept.stored) {
        (Decision::Replace, None) => return refused(Refusal::NothingStored),
        (Decision::Replace, Some(_)) if !kept.needed_by.is_empty() => {
            return refused(Refusal::Needed(kept.needed_by));
        }
        (Decision::Replace, stored) => stored,
        (_, Some(_)) if case.issue.code == "conflict" => return refused(Refusal::Contradicts),
        _ => None,
    };
    let Some((name, Some(content))) = kept.file else { return refused(Refusal::FileGone) };
    let issue = (case.issue.import, case.issue.id);
    let options = Options {
        accept: [case.issue.place.clone()].into(),
        mapping: kept.mapping.as_deref().map(mapping_from_text).transpose()?,
        settles: Some(Settlement { issue, decision, replaces }),
        ..Options::default()
    };
    let input = Input::Bytes { name, content };
    let run = |options: &Options| {
        let (import, mut heard) = (ImportId(app.next_id()), Heard::default());
        let batch = run::run(app, ctx, import, vec![input.clone()], options, &mut heard);
        batch.map(|batch| (import, batch.counts, heard))
    };
    let (_, counts, heard) = run(&Options { dry_run: true, ..options.clone() })?;
    if counts.accepted == 0 {
        return refused(heard.why(counts.duplicates > 0));
    }
    match run(&options) {
        Ok((import, _, _)) => {
            inbox::note_batch(app, ctx, inbox::Source::Decision, import, &case.issue.file)?;
            Ok(Decided::Done)
        }
        // Between the rehearsal and now somebody else was faster.
        Err(ServiceError::Conflict(_)) => refused(Refusal::DecidedAlready),
        Err(error) => Err(error),
    }
}

/// Listens to a rehearsal for what was wrong.
#[derive(Default)]
struct Heard {
    worst: Option<puntual_formats::record::Problem>,
}

impl Listener for Heard {
    fn file(&mut self, report: FileReport) {
        self.worst = report.problems.into_iter().max_by_key(|problem| problem.status);
    }

    fn progress(&mut self, _progress: &Progress) {}
}

impl Heard {
    fn why(self, is_known: bool) -> Refusal {
        match self.worst {
            _ if is_known => Refusal::AlreadyHere,
            Some(problem) => Refusal::Unfit(problem.es, problem.en),
            None => Refusal::FileGone,
        }
    }
}
