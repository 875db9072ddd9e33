//! How one document stands on a day: what is open of it, and the one word for its state.

use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::portfolios::View;
use puntual_core::date::Day;
use puntual_core::ledger::Account;
use puntual_core::portfolio::{AsOf, Line, MovementKind};
use puntual_store::document::Document;
use puntual_store::receivable::Receivable;
use puntual_store::{Tx, ledger};
use std::collections::HashMap;

/// Days before its due date in which a document is due soon.
const SOON_DAYS: i32 = 7;

/// How a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Open, due in more than a week.
    NotDue,
    /// Open, due within a week.
    DueSoon,
    /// Past due.
    Overdue,
    /// Open and disputed.
    Disputed,
    /// Settled.
    Paid,
    /// Given up as uncollectible.
    WrittenOff,
    /// Taken back with its import, or cancelled with the tax office.
    Cancelled,
    /// Another document takes its place.
    Replaced,
    /// A credit note with credit left to apply.
    CreditOpen,
    /// A credit note applied whole.
    CreditApplied,
}

/// What was given up of a receivable, smallest units.
pub(crate) fn written_off_minor(line: &Line<'_>, at: AsOf) -> i64 {
    let given_up = line.movements_until(at).filter(|m| m.kind == MovementKind::WriteOff);
    given_up.map(|movement| movement.amount_minor).sum()
}

/// What ended of a receivable because its document was cancelled or replaced, smallest units.
fn ended_minor(line: &Line<'_>, at: AsOf) -> i64 {
    let ended = line.movements_until(at).filter(|m| m.kind == MovementKind::Cancellation);
    ended.map(|movement| movement.amount_minor).sum()
}

/// Credit left of credit notes as of a day, from the ledger.
pub(crate) fn credit_left(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    at: AsOf,
    notes: &[i64],
) -> Result<HashMap<i64, i64>, ServiceError> {
    let mut left = HashMap::new();
    for stored in ledger::of_sources(tx, ctx.scope(), notes)? {
        let entry = stored.entry;
        let is_known = at.known_at.is_none_or(|known| entry.recorded_on <= known);
        if let Some(source) = entry.source.filter(|_| entry.effective_on <= at.as_of && is_known) {
            *left.entry(source).or_insert(0) -= entry.effect_on(Account::Unapplied);
        }
    }
    Ok(left)
}

/// How the receivables of one document stand on a day.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stand {
    pub(crate) amount_minor: i64,
    pub(crate) open_minor: i64,
    pub(crate) written_off_minor: i64,
    pub(crate) ended_minor: i64,
    /// The first due date that is open, else the last.
    pub(crate) due: Option<Day>,
}

impl Stand {
    pub(crate) fn of(view: &View, at: AsOf, receivables: &[Receivable]) -> Stand {
        let mut stand = Stand::default();
        let (mut first_open, mut last) = (None::<Day>, None::<Day>);
        for one in receivables {
            let (open_minor, written_off_minor, ended_minor) = match view.portfolio.line(one.id) {
                Some(line) => {
                    let open_minor = line.open_minor(at).max(0);
                    (open_minor, written_off_minor(&line, at), ended_minor(&line, at))
                }
                None => (0, 0, 0),
            };
            stand.amount_minor += one.amount_minor;
            stand.open_minor += open_minor;
            stand.written_off_minor += written_off_minor;
            stand.ended_minor += ended_minor;
            last = last.max(Some(one.due_date));
            if open_minor > 0 {
                let nearest = first_open.unwrap_or(one.due_date).min(one.due_date);
                first_open = Some(nearest);
            }
        }
        stand.due = first_open.or(last);
        stand
    }
}

pub(crate) fn status(
    document: &Document,
    stand: &Stand,
    disputed_minor: i64,
    overdue_days: i32,
) -> Status {
    match stand.open_minor {
        _ if document.undone_at.is_some() => Status::Cancelled,
        open if document.kind == "credit_note" && open == 0 => Status::CreditApplied,
        _ if document.kind == "credit_note" => Status::CreditOpen,
        open if open <= 0 && stand.ended_minor > 0 && document.replaced_by.is_none() => {
            Status::Cancelled
        }
        open if (open <= 0 && stand.ended_minor > 0) || document.replaced_by.is_some() => {
            Status::Replaced
        }
        open if open <= 0 && stand.written_off_minor > 0 => Status::WrittenOff,
        open if open <= 0 => Status::Paid,
        _ if disputed_minor > 0 => Status::Disputed,
        _ if overdue_days > 0 => Status::Overdue,
        _ if overdue_days >= -SOON_DAYS => Status::DueSoon,
        _ => Status::NotDue,
    }
}
