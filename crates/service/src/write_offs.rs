//! Giving debts up with four eyes: above the creditor's limit one person asks and another decides.
//! What is paid later is a recovery.
//!
//! Decides who may and when it waits. What a write-off posts is [`crate::applications`]'s.

use crate::App;
use crate::applications::{self, WriteOff};
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use puntual_core::access::Deed;
use puntual_core::id::{DocumentId, EventId};
use puntual_core::money::Money;
use puntual_store::document;
use puntual_store::timeline::Event;
pub use puntual_store::write_off::Request;
use puntual_store::{Tx, receivable, setting, write_off as rows};

/// Name of the setting with the most one person may give up, smallest units of the creditor's
/// currency; absent or blank when there is no limit.
const LIMIT: &str = "write_off.limit";

/// What became of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is given up.
    Done(Money),
    /// It waits for another person.
    Waits(Request),
}

/// The most one person may give up; `None` when there is no limit.
pub fn limit(app: &App, ctx: &Ctx) -> Result<Option<Money>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| limit_in(tx, ctx))
}

fn limit_in(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Option<Money>, ServiceError> {
    let stored = setting::get(tx, ctx.scope(), LIMIT)?.filter(|text| !text.is_empty());
    let bad = |_| ServiceError::Bug(format!("setting {LIMIT} is no amount"));
    let minor = stored.map(|text| text.parse::<i64>().map_err(bad)).transpose()?;
    Ok(minor.map(|minor| Money::new(minor, ctx.creditor.currency)))
}

/// Changes the limit; `None` takes it away.
pub fn save_limit(app: &App, ctx: &Ctx, minor: Option<i64>) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    if minor.is_some_and(|minor| minor < 0) {
        return Err(ServiceError::invalid("amount", "not_positive"));
    }
    let text = minor.map(|minor| minor.to_string()).unwrap_or_default();
    Ok(app.store.write(|tx| setting::set(tx, ctx.scope(), LIMIT, &text))?)
}

/// Gives a debt up, or asks for it where the amount is above the limit. A debt in another currency
/// than the creditor's is always asked for while there is a limit. The same command again answers
/// the same.
pub fn ask(app: &App, ctx: &Ctx, command: &WriteOff) -> Result<Outcome, ServiceError> {
    ctx.require(Deed::EscalateBeyond)?;
    let why = moments::required("why", &command.why)?;
    let asked = app.store.write(|tx| {
        let scope = ctx.scope();
        if let Some(there) = rows::get(tx, scope, command.id)? {
            return match (there.document, &there.why) == (command.document, &why) {
                true => Ok(Some(there)),
                false => Err(ServiceError::Conflict(format!("{} is another request", there.id))),
            };
        }
        let Some(limit) = limit_in(tx, ctx)? else { return Ok(None) };
        let missing = || ServiceError::NotFound(format!("document {}", command.document));
        let document = document::get(tx, scope, command.document)?.ok_or_else(missing)?;
        moments::take_turn(tx, ctx, document.customer)?;
        let receivables = receivable::of_documents(tx, scope, &[document.id])?;
        let open: i64 = receivables.iter().map(|one| one.open_minor.max(0)).sum();
        let amount_minor = command.amount_minor.unwrap_or(open);
        if limit.currency == document.currency && amount_minor <= limit.minor {
            return Ok(None);
        }
        if amount_minor <= 0 || amount_minor > open {
            let what = if amount_minor <= 0 { "nothing_to_apply" } else { "more_than_open" };
            return Err(ServiceError::invalid("amount", what));
        }
        let request = Request {
            id: command.id,
            customer: document.customer,
            document: document.id,
            amount_minor,
            currency: document.currency,
            why: why.clone(),
            state: "waiting".to_owned(),
            asked_on: ctx.today,
            asked_by: ctx.actor.clone(),
            decided_on: None,
            decided_by: None,
            recorded_at: ctx.now_ms,
        };
        rows::insert(tx, scope, &request)?;
        let event = event(ctx, command.id, &request, "document_write_off_asked");
        moments::record_once(tx, ctx, &event)?;
        Ok(Some(request))
    })?;
    match asked {
        Some(request) => Ok(Outcome::Waits(request)),
        None => Ok(Outcome::Done(applications::write_off(app, ctx, command)?)),
    }
}

/// The requests that wait: of a document, or of all.
pub fn waiting(
    app: &App,
    ctx: &Ctx,
    document: Option<DocumentId>,
) -> Result<Vec<Request>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    Ok(app.store.read(|tx| rows::waiting(tx, ctx.scope(), document))?)
}

/// Approves or refuses a request. Whoever asked does not decide. Twice changes nothing.
pub fn decide(
    app: &App,
    ctx: &Ctx,
    id: EventId,
    request: EventId,
    approves: bool,
) -> Result<Request, ServiceError> {
    ctx.require(Deed::EscalateBeyond)?;
    app.store.write(|tx| {
        let scope = ctx.scope();
        let missing = || ServiceError::NotFound(format!("request {request}"));
        let asked = rows::get(tx, scope, request)?.ok_or_else(missing)?;
        moments::take_turn(tx, ctx, asked.customer)?;
        let asked = rows::get(tx, scope, request)?.ok_or_else(missing)?;
        let state = if approves { "approved" } else { "refused" };
        if asked.state == state {
            return Ok(asked);
        }
        if asked.state != "waiting" {
            return Err(ServiceError::Conflict(format!("the request is {}", asked.state)));
        }
        if asked.asked_by == ctx.actor {
            let what = "whoever asks to give a debt up does not decide it";
            return Err(ServiceError::Forbidden(what.to_owned()));
        }
        rows::decide(tx, scope, request, state, (ctx.today, &ctx.actor))?;
        if approves {
            let command = WriteOff {
                id,
                document: asked.document,
                amount_minor: Some(asked.amount_minor),
                why: asked.why.clone(),
            };
            applications::write_off_in(app, ctx, tx, &command)?;
        } else {
            let event = event(ctx, id, &asked, "document_write_off_refused");
            moments::record_once(tx, ctx, &event)?;
        }
        rows::get(tx, scope, request)?.ok_or_else(missing)
    })
}

fn event(ctx: &Ctx, id: EventId, request: &Request, kind: &str) -> Event {
    Event {
        body: Some(request.why.clone()),
        subject: Some(request.document.0),
        balance_minor: Some(request.amount_minor),
        currency: Some(request.currency),
        ..moments::event(ctx, id.0, request.customer, ctx.today, kind)
    }
}
