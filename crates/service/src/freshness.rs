//! How fresh what each source brings is: the day of the last document and of the last payment that
//! became known. Decides from when on a source counts as late.

use crate::App;
use crate::clock;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::date::Day;
use puntual_store::{document, payment};

/// Days without news after which a source is late.
const LATE_AFTER_DAYS: i32 = 7;

/// A source of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Documents issued.
    Documents,
    /// Money received.
    Payments,
}

/// What one source has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Which.
    pub kind: Kind,
    /// The day its last fact became known; `None` when it never brought any.
    pub last_on: Option<Day>,
    /// Whether that is too long ago.
    pub is_late: bool,
}

/// The sources of a creditor's books.
pub fn sources(app: &App, ctx: &Ctx) -> Result<Vec<Source>, ServiceError> {
    let (documents, payments) = app.store.read(|tx| {
        let documents = document::last_recorded_at(tx, ctx.scope())?;
        Ok::<_, ServiceError>((documents, payment::last_recorded_at(tx, ctx.scope())?))
    })?;
    let source = |kind, last_at: Option<i64>| {
        let last_on = last_at.map(|at| clock::day_in_zone(at, &ctx.creditor.time_zone));
        let is_late = last_on.is_some_and(|on| ctx.today - on > LATE_AFTER_DAYS);
        Source { kind, last_on, is_late }
    };
    Ok(vec![source(Kind::Documents, documents), source(Kind::Payments, payments)])
}
