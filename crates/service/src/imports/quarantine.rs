//! What waits for a person: the list, and the decision.

use super::{Input, Options, Silent, run};
use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::Deed;
use puntual_core::id::ImportId;
use puntual_store::import::{self, Issue};

/// What a person decides about a quarantined record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is right: take it in.
    Accept,
    /// It is not to be taken in.
    Dismiss,
}

/// Everything that waits for a decision.
pub fn list_quarantine(app: &App, ctx: &Ctx, limit: i64) -> Result<Vec<Issue>, ServiceError> {
    app.store.read(|tx| Ok(import::quarantine(tx, ctx.scope(), limit)?))
}

/// Carries out a decision. Accepting reads the kept file again and takes in the document at that
/// place; a document that contradicts a stored one cannot be accepted beside it.
pub fn decide(
    app: &App,
    ctx: &Ctx,
    issue: (ImportId, i64),
    decision: Decision,
) -> Result<(), ServiceError> {
    ctx.require(Deed::Import)?;
    let (scope, word) = (
        ctx.scope(),
        match decision {
            Decision::Accept => "accepted",
            Decision::Dismiss => "dismissed",
        },
    );
    let found = app.store.read(|tx| {
        let waiting = import::quarantine(tx, scope, i64::MAX)?;
        let Some(found) = waiting.into_iter().find(|i| (i.import, i.id) == issue) else {
            return Err(ServiceError::NotFound("a quarantined record".to_owned()));
        };
        let kept = match (&found.source_hash, decision) {
            (Some(hash), Decision::Accept) => import::file(tx, scope, hash)?,
            _ => None,
        };
        Ok((found, kept))
    })?;
    if decision == Decision::Accept {
        accept(app, ctx, &found.0, found.1)?;
    }
    let decided =
        app.store.write(|tx| import::decide(tx, scope, issue, word, &ctx.actor, ctx.now_ms))?;
    match decided {
        true => Ok(()),
        false => Err(ServiceError::Conflict("somebody else has decided already".to_owned())),
    }
}

fn accept(
    app: &App,
    ctx: &Ctx,
    issue: &Issue,
    kept: Option<(String, Option<Vec<u8>>)>,
) -> Result<(), ServiceError> {
    if issue.code == "conflict" {
        return Err(ServiceError::Conflict(
            "the stored document contradicts this one: reverse that one first, or dismiss this"
                .to_owned(),
        ));
    }
    let Some((name, Some(content))) = kept else {
        return Err(ServiceError::Conflict(
            "the file is no longer kept: correct it and import it again".to_owned(),
        ));
    };
    let options = Options { accept: [issue.place.clone()].into(), ..Options::default() };
    let input = Input::Bytes { name, content };
    let rehearsal = Options { dry_run: true, ..options.clone() };
    let run = |options: &Options| {
        run::run(app, ctx, ImportId(app.next_id()), vec![input.clone()], options, &mut Silent)
    };
    match run(&rehearsal)?.counts.accepted {
        0 => Err(ServiceError::Conflict(
            "the document lacks what the books need: correct the file and import it again"
                .to_owned(),
        )),
        _ => run(&options).map(|_| ()),
    }
}
