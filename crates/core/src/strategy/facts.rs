//! All the planner may know about one customer on one day. Plain values, filled by the caller; the
//! same values give the same plan.

use super::StepMark;
use super::branch::{EventFacts, Trigger};
use super::condition::Acceptance;
use super::guard::{ContactLaw, PastContact};
use crate::behaviour::Verdict;
use crate::date::Day;
use crate::hours::{Channel, Person};
use crate::id::{ContactPointId, CreditorId, CustomerId, DocumentId, ReceivableId};
use crate::money::Money;

/// A customer as the planner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerFacts {
    /// On whose behalf.
    pub creditor: CreditorId,
    /// Who.
    pub customer: CustomerId,
    /// What kind of person; unknown is [`Person::Consumer`].
    pub person: Person,
    /// Country of residence, ISO 3166 alpha-2: whose rules of contact apply.
    pub country: String,
    /// Language messages are written in (`es`, `en`).
    pub language: String,
    /// Segment, which chooses the track.
    pub segment: Option<String>,
    /// What is open, in any order.
    pub receivables: Vec<ReceivableFacts>,
    /// Money on account not applied yet, per currency.
    pub unapplied: Vec<Money>,
    /// Ways to reach the customer, the best first.
    pub contact_points: Vec<ContactPointFacts>,
    /// Reasons not to act that somebody put.
    pub holds: Vec<HoldFacts>,
    /// Channels the customer refused altogether.
    pub opt_outs: Vec<Channel>,
    /// Outbound contacts of the last fourteen days, and those planned.
    pub contacts: Vec<PastContact>,
    /// Which rules bind contacts with it, and who makes them.
    pub law: ContactLaw,
    /// What happened that a branch may answer, oldest first; only filled where a strategy asks.
    pub events: Vec<EventFacts>,
    /// How the customer pays; only filled where a strategy asks.
    pub history: Option<Verdict>,
    /// The first day of business with it; only filled where a strategy asks.
    pub customer_since: Option<Day>,
}

impl CustomerFacts {
    /// What happened about a receivable's document, or about the customer as a whole.
    pub fn events_of<'a>(
        &'a self,
        receivable: &'a ReceivableFacts,
    ) -> impl Iterator<Item = &'a EventFacts> {
        let concerns = |event: &&EventFacts| match event.document {
            Some(document) => document == receivable.document,
            None => event.on >= receivable.issued,
        };
        self.events.iter().filter(concerns)
    }

    /// Whether a receivable's document was delivered, accepted or rejected: the last that was said.
    pub fn acceptance(&self, receivable: &ReceivableFacts) -> Acceptance {
        let said = self.events_of(receivable).filter_map(|event| match event.trigger {
            Trigger::Delivered => Some(Acceptance::Delivered),
            Trigger::Accepted => Some(Acceptance::Accepted),
            Trigger::Rejected => Some(Acceptance::Rejected),
            _ => None,
        });
        said.last().unwrap_or_default()
    }
}

/// An open receivable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivableFacts {
    /// Its id.
    pub id: ReceivableId,
    /// Its document.
    pub document: DocumentId,
    /// Number of the document, as people know it.
    pub document_number: String,
    /// Day of issue.
    pub issued: Day,
    /// Day due.
    pub due: Day,
    /// What is open.
    pub open: Money,
    /// How much of it is disputed, smallest units; as much as is open when all of it is.
    pub disputed_minor: i64,
    /// The day a live promise names.
    pub promised_until: Option<Day>,
    /// The last step of the ladder done about it.
    pub last_step: Option<StepMark>,
    /// Whether it is one of several due dates of its document.
    pub is_instalment: bool,
    /// Steps of branches done about it.
    pub branch_steps: Vec<StepMark>,
}

/// A way to reach the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactPointFacts {
    /// Its id.
    pub id: ContactPointId,
    /// Channel it serves.
    pub channel: Channel,
    /// Whether it works: not bounced, not marked wrong.
    pub usable: bool,
    /// Whether its holder refused messages there.
    pub opted_out: bool,
    /// Whether the debtor authorised it for collection (Colombia).
    pub authorised: bool,
    /// Whether it belongs to someone not answerable for the debt.
    pub third_party: bool,
}

/// What a hold is for (overlays of domain reference F1). All of them suppress action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldKind {
    /// Insolvency, court order, or a complaint that suspends collection.
    LegalStop,
    /// The customer asked not to be contacted at all.
    DoNotContact,
    /// A specialist has the case: death.
    Deceased,
    /// A specialist has the case: fraud.
    Fraud,
    /// An agreement by instalments is being kept.
    InPlan,
    /// A cheque, pagaré or letra is waiting for its day.
    InstrumentPending,
    /// The customer says it has paid; the money is being looked for.
    PaymentInTransit,
    /// An agency has the case.
    WithAgency,
    /// A supervisor's pause: commercial, VIP, our own mistake.
    Pause,
}

impl HoldKind {
    /// The word used in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            HoldKind::LegalStop => "legal_stop",
            HoldKind::DoNotContact => "do_not_contact",
            HoldKind::Deceased => "deceased",
            HoldKind::Fraud => "fraud",
            HoldKind::InPlan => "in_plan",
            HoldKind::InstrumentPending => "instrument_pending",
            HoldKind::PaymentInTransit => "payment_in_transit",
            HoldKind::WithAgency => "with_agency",
            HoldKind::Pause => "pause",
        }
    }
}

/// A hold on the whole customer or on one receivable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldFacts {
    /// What for.
    pub kind: HoldKind,
    /// The receivable it is on; `None` for the whole customer.
    pub receivable: Option<ReceivableId>,
    /// First day.
    pub since: Day,
    /// Last day; `None` until lifted.
    pub until: Option<Day>,
    /// Why, in the words of whoever put it.
    pub why: String,
}

impl HoldFacts {
    /// Whether the hold is on a receivable on a day.
    pub fn suspends(&self, receivable: ReceivableId, today: Day) -> bool {
        let concerns = self.receivable.is_none_or(|held| held == receivable);
        concerns && self.since <= today && self.until.is_none_or(|until| today <= until)
    }
}
