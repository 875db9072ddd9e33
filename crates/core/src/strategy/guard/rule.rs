//! What a rule of contact is: whom it protects, who is bound by it, when and how often a contact
//! may be made, and the text it rests on (domain reference D1, schema).
//!
//! Values only. It reads no file (that is [`super::text`]) and judges no contact.

use crate::date::Day;
use crate::hours::{Channel, Person, Window};

/// How sure we are of a rule (domain reference, provenance marks).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// The text of the law was read.
    High,
    /// An official or lawyer's summary was read.
    Medium,
    /// Press, memory, or our own policy.
    Low,
}

impl Confidence {
    /// The word used in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        }
    }
}

/// Who contacts the debtor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Actor {
    /// The creditor itself.
    #[default]
    FirstParty,
    /// An agency on the creditor's behalf.
    Agency,
    /// Whoever bought the debt.
    Assignee,
}

impl Actor {
    /// All actors.
    pub const ALL: [Actor; 3] = [Actor::FirstParty, Actor::Agency, Actor::Assignee];

    /// The word used in rule files, in settings and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Actor::FirstParty => "first_party",
            Actor::Agency => "agency",
            Actor::Assignee => "assignee",
        }
    }

    /// The actor of that name, or `None`.
    pub fn parse(text: &str) -> Option<Actor> {
        Actor::ALL.into_iter().find(|actor| actor.as_str() == text)
    }
}

/// What kind of creditor is owed, where the law tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum CreditorKind {
    /// A bank, a lender, or another financial entity.
    Financial,
    /// Water, energy, telephone, transport, post (ES Ley 10/2025).
    EssentialServices,
    /// 250 employees, 50 M of turnover or 43 M of balance sheet (ES Ley 10/2025).
    Large,
    /// None of these.
    #[default]
    Other,
}

impl CreditorKind {
    /// All kinds.
    pub const ALL: [CreditorKind; 4] = [
        CreditorKind::Financial,
        CreditorKind::EssentialServices,
        CreditorKind::Large,
        CreditorKind::Other,
    ];

    /// The word used in rule files, in settings and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            CreditorKind::Financial => "financial",
            CreditorKind::EssentialServices => "essential_services",
            CreditorKind::Large => "large",
            CreditorKind::Other => "other",
        }
    }

    /// The kind of that name, or `None`.
    pub fn parse(text: &str) -> Option<CreditorKind> {
        CreditorKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A span contacts are counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    /// The debtor's civil day.
    Day,
    /// Any seven days running that contain the day, the calendar week from Monday among them: no
    /// statute says which week it means, so none may exceed the cap.
    Week,
}

impl Span {
    /// The word used in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Span::Day => "day",
            Span::Week => "week",
        }
    }
}

/// At most so many contacts in a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Channels counted together.
    pub channels: Vec<Channel>,
    /// How many are allowed.
    pub max: usize,
    /// In which span.
    pub per: Span,
    /// Whether only contacts that reached someone count; otherwise every attempt does, which is
    /// the stricter reading.
    pub reached_only: bool,
}

/// Full days that must lie between two contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spacing {
    /// Channels counted together.
    pub channels: Vec<Channel>,
    /// Full days in between.
    pub min_days: i32,
}

/// One rule of contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable id, `CL-LPC-37`.
    pub id: String,
    /// Country it belongs to, ISO 3166 alpha-2; empty for a fallback.
    pub country: String,
    /// Region it is limited to, ISO 3166-2 (`AR-C`).
    pub sub: Option<String>,
    /// Persons it protects.
    pub covers: Vec<Person>,
    /// Creditors it binds.
    pub creditor_kinds: Vec<CreditorKind>,
    /// Who is bound by it.
    pub actors: Vec<Actor>,
    /// Channels it speaks of.
    pub channels: Vec<Channel>,
    /// When contact is allowed; none where it sets no hours.
    pub windows: Vec<Window>,
    /// Whether holidays are excluded from the windows.
    pub exclude_holidays: bool,
    /// How often.
    pub caps: Vec<Cap>,
    /// How far apart.
    pub spacing: Vec<Spacing>,
    /// Whether one channel, once used, excludes the others for the week.
    pub one_channel_per_week: bool,
    /// Whether the debtor must have authorised the channel.
    pub needs_authorised_channel: bool,
    /// What a message must say, as words of [`REQUIRED_CONTENT`].
    pub required_content: Vec<String>,
    /// What must not be done, as words of [`FORBIDDEN`].
    pub forbidden: Vec<String>,
    /// What the creditor has to do besides, in snake case.
    pub duties: Vec<String>,
    /// First day in force; long in force when absent.
    pub effective_from: Option<Day>,
    /// Last day in force; until further notice when absent.
    pub effective_to: Option<Day>,
    /// The text it rests on.
    pub law: String,
    /// The articles of it.
    pub article: String,
    /// How sure we are.
    pub confidence: Confidence,
    /// Day on which the source was last read.
    pub verified_on: Day,
    /// Whether it is our own policy, which may be set aside with a reason.
    pub overridable: bool,
    /// Whether it only binds where no rule of the country sets hours.
    pub fallback: bool,
    /// What else is to be known of it.
    pub note: String,
}

impl Rule {
    /// Whether it is in force on a day.
    pub fn is_in_force(&self, day: Day) -> bool {
        self.effective_from.is_none_or(|from| day >= from)
            && self.effective_to.is_none_or(|to| day <= to)
    }

    /// Whether it forbids the channel altogether.
    pub fn forbids_channel(&self, channel: Channel) -> bool {
        channel == Channel::Visit && self.forbidden.iter().any(|word| word == NO_VISITS)
    }

    /// The text and its articles, in one line.
    pub fn citation(&self) -> String {
        match self.article.as_str() {
            "" => self.law.clone(),
            article => format!("{}, {article}", self.law),
        }
    }
}

/// The ban that closes a channel: visits at home or at work (CO Ley 2300 de 2023).
const NO_VISITS: &str = "home_or_work_visit";

/// What a rule may require a message to say.
pub const REQUIRED_CONTENT: [&str; 15] = [
    "creditor",
    "collector_identity",
    "contract",
    "due_date_or_default_date",
    "amount",
    "interest",
    "costs_and_basis",
    "how_to_pay_creditor_directly",
    "agency_name",
    "agent_name",
    "address",
    "phone",
    "financial_entity",
    "amount_and_calculation",
    "complaint_unit",
];

/// What a rule may forbid.
pub const FORBIDDEN: [&str; 26] = [
    "court_lookalike_document",
    "disclosure_to_third_parties",
    "workplace_harm",
    "home_privacy",
    "contact_after_judicial_claim_notified",
    "contact_in_insolvency_proceeding",
    "ask_reason_for_default",
    "contact_references",
    NO_VISITS,
    "posters",
    "persons_with_signs",
    "publishing_debtor_lists",
    "contact_third_parties",
    "sending_to_third_party_address",
    "public_body_lookalike_name",
    "hidden_number",
    "threats",
    "agency_receives_payment_directly",
    "contact_minors",
    "contact_elderly_unless_debtor",
    "violence_or_unlawful_intimidation",
    "false_documents_or_seals",
    "contact_while_adr_complaint_pending",
    "service_cut_while_complaint_pending",
    "humiliating_or_intimidating_treatment",
    "shaming",
];
