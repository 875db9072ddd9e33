//! What changes when something happens: a promise, a dispute, a bounce, a reply. It decides which
//! events a branch answers and for how long; it does not know how they became known.

use super::Step;
use super::facts::{CustomerFacts, ReceivableFacts};
use crate::date::Day;
use crate::id::DocumentId;

/// Something that happens to a debt or its debtor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// A promise is being waited for.
    PromiseMade,
    /// A promise was judged broken or only partly kept.
    PromiseBroken,
    /// A document, or part of it, is disputed.
    DisputeOpened,
    /// A dispute was closed.
    DisputeClosed,
    /// An address stopped working: a message came back.
    MessageBounced,
    /// Money came back: a returned cheque, a bounced debit.
    PaymentReturned,
    /// The customer answered.
    Replied,
    /// The document was delivered, or the goods received.
    Delivered,
    /// The document was accepted.
    Accepted,
    /// The document was rejected.
    Rejected,
}

impl Trigger {
    /// All triggers.
    pub const ALL: [Trigger; 10] = [
        Trigger::PromiseMade,
        Trigger::PromiseBroken,
        Trigger::DisputeOpened,
        Trigger::DisputeClosed,
        Trigger::MessageBounced,
        Trigger::PaymentReturned,
        Trigger::Replied,
        Trigger::Delivered,
        Trigger::Accepted,
        Trigger::Rejected,
    ];

    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Trigger::PromiseMade => "promise_made",
            Trigger::PromiseBroken => "promise_broken",
            Trigger::DisputeOpened => "dispute_opened",
            Trigger::DisputeClosed => "dispute_closed",
            Trigger::MessageBounced => "message_bounced",
            Trigger::PaymentReturned => "payment_returned",
            Trigger::Replied => "replied",
            Trigger::Delivered => "delivered",
            Trigger::Accepted => "accepted",
            Trigger::Rejected => "rejected",
        }
    }
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventFacts {
    /// What.
    pub trigger: Trigger,
    /// When.
    pub on: Day,
    /// The document it is about; `None` when it is about the customer.
    pub document: Option<DocumentId>,
}

/// How much a dispute stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Reach {
    /// The disputed amount; the rest of the document goes on.
    #[default]
    Part,
    /// The whole document.
    Document,
    /// Everything the customer owes.
    Customer,
}

/// What becomes of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// It goes on as if nothing had happened.
    GoOn,
    /// Nothing is done until so many calendar days after the event; after a promise's day for a
    /// live promise.
    Wait {
        /// Calendar days, 0 or more; `None` for a promise: the strategy's grace.
        days: Option<i32>,
    },
    /// It goes up to a stage at once, whatever the days say; never down.
    Raise {
        /// Position of the stage.
        stage: usize,
    },
    /// What is disputed stops.
    Stop {
        /// How much.
        reach: Reach,
    },
}

/// When this happens, that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// What happens.
    pub trigger: Trigger,
    /// What becomes of the ladder.
    pub then: Then,
    /// Steps of its own, done once for each occurrence.
    pub steps: Vec<Step>,
}

/// Calendar days a step of a branch may be late, as after days without a run; afterwards what it
/// answers is no longer news.
pub const STEP_LATE_DAYS: i32 = 7;

impl Branch {
    /// The occurrences it answers on a receivable, each with the day its steps are counted from.
    pub fn occurrences<'a>(
        &'a self,
        facts: &'a CustomerFacts,
        receivable: &'a ReceivableFacts,
    ) -> impl Iterator<Item = Day> + 'a {
        let live = receivable.promised_until.filter(|_| self.trigger == Trigger::PromiseMade);
        let happened = facts.events_of(receivable).filter(|event| event.trigger == self.trigger);
        live.into_iter().chain(happened.map(|event| event.on))
    }
}
