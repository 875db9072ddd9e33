//! Facts beyond what is owed, which only some strategies ask for: what happened lately, how the
//! customer pays, since when there is business with it.
//!
//! It decides which events of a timeline are what a branch may answer, and reads none of it where no
//! strategy in force asks: planning with the built-in strategy costs no question more.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::behaviour::Verdict;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId};
use puntual_core::portfolio::{AsOf, Scope};
use puntual_core::strategy::Needs;
use puntual_core::strategy::branch::{EventFacts, Trigger};
use puntual_store::error::StoreError;
use puntual_store::standing::{Dispute, Promise};
use puntual_store::timeline::{self, Event};
use puntual_store::{CustomerRange, Tx};
use std::collections::HashMap;
use std::sync::Arc;

/// What is known of everybody beyond what is owed, as far as it was asked for.
#[derive(Clone, Debug, Default)]
pub struct Beyond {
    needs: Needs,
    verdicts: Option<Arc<HashMap<CustomerId, Verdict>>>,
    since: HashMap<CustomerId, Day>,
}

/// Kinds of events on a timeline that say something a branch may answer.
const KINDS: [&str; 15] = [
    "promise_broken",
    "promise_partly_kept",
    "dispute_opened",
    "dispute_closed",
    "message_failed",
    "point_marked",
    "payment_bounced",
    "contact",
    "document_delivered",
    "document_goods_received",
    "document_accepted",
    "document_accepted_with_remarks",
    "document_confirmed",
    "document_rejected",
    "document_cancelled",
];

/// Outcomes of a contact in which the customer answered.
const ANSWERS: [&str; 8] = [
    "promised",
    "will_check",
    "says_paid",
    "callback",
    "disputed",
    "refused",
    "asks_documents",
    "no_funds",
];

impl Beyond {
    /// Finds out what is asked for, as of a day.
    pub fn load(
        app: &App,
        tx: &mut Tx<'_>,
        ctx: &Ctx,
        needs: Needs,
        day: Day,
    ) -> Result<Beyond, ServiceError> {
        let mut beyond = Beyond { needs, ..Beyond::default() };
        if !needs.history && !needs.relationship {
            return Ok(beyond);
        }
        let view = app.portfolios.view_in(tx, ctx.scope())?;
        if needs.history {
            let at = AsOf::day(day);
            beyond.verdicts = Some(app.verdicts.all(tx, ctx.scope(), &view, at)?);
        }
        if needs.relationship {
            for line in view.portfolio.lines(Scope::ALL) {
                let since = beyond.since.entry(line.customer()).or_insert(line.issued());
                *since = line.issued().min(*since);
            }
        }
        Ok(beyond)
    }

    /// How a customer pays, when it was asked for.
    pub(crate) fn history(&self, customer: CustomerId) -> Option<Verdict> {
        self.verdicts.as_ref()?.get(&customer).copied()
    }

    /// The first day of business with a customer, when it was asked for.
    pub(crate) fn since(&self, customer: CustomerId) -> Option<Day> {
        self.since.get(&customer).copied()
    }

    /// What happened with a range of customers up to a day, oldest first, and with whom.
    pub(crate) fn events(
        &self,
        tx: &mut Tx<'_>,
        ctx: &Ctx,
        range: CustomerRange,
        day: Day,
        about: &Subjects,
    ) -> Result<Vec<(CustomerId, EventFacts)>, StoreError> {
        let mut events = Vec::new();
        if !self.needs.events {
            return Ok(events);
        }
        for event in timeline::events_of_range(tx, ctx.scope(), range, &KINDS, day)? {
            let Some(trigger) = trigger(&event) else { continue };
            let document = about.document(&event);
            let fact = EventFacts { trigger, on: event.happened_on, document };
            events.push((event.customer, fact));
        }
        Ok(events)
    }
}

/// The documents promises and disputes are about.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    documents: HashMap<i64, DocumentId>,
}

impl Subjects {
    pub(crate) fn of(promises: &[Promise], disputes: &[Dispute]) -> Subjects {
        let promised = promises.iter().filter_map(|p| Some((p.id.0, p.document?)));
        let disputed = disputes.iter().map(|d| (d.id.0, d.document));
        Subjects { documents: promised.chain(disputed).collect() }
    }

    fn document(&self, event: &Event) -> Option<DocumentId> {
        let subject = event.subject?;
        match event.kind.starts_with("document_") {
            true => Some(DocumentId(subject)),
            false => self.documents.get(&subject).copied(),
        }
    }
}

fn trigger(event: &Event) -> Option<Trigger> {
    let outcome = event.outcome.as_deref().unwrap_or_default();
    match event.kind.as_str() {
        "promise_broken" | "promise_partly_kept" => Some(Trigger::PromiseBroken),
        "dispute_opened" => Some(Trigger::DisputeOpened),
        "dispute_closed" => Some(Trigger::DisputeClosed),
        "message_failed" => Some(Trigger::MessageBounced),
        "point_marked" if outcome == "bounced" => Some(Trigger::MessageBounced),
        "payment_bounced" => Some(Trigger::PaymentReturned),
        "contact" if ANSWERS.contains(&outcome) => Some(Trigger::Replied),
        "document_delivered" | "document_goods_received" => Some(Trigger::Delivered),
        "document_accepted" | "document_accepted_with_remarks" | "document_confirmed" => {
            Some(Trigger::Accepted)
        }
        "document_rejected" | "document_cancelled" => Some(Trigger::Rejected),
        _ => None,
    }
}
