//! Strategies: what is done about a receivable, so many days before or after it is due.
//!
//! A strategy is a value: tracks of steps, one track per segment. [`plan::plan`] applies it to the
//! facts of one customer on one day. Knows no template text and sends nothing.

pub mod explain;
pub mod facts;
pub mod guard;
pub mod plan;
pub mod recheck;
pub mod standard;

use crate::calendar::Calendar;
use crate::currency::Currency;
use crate::date::Day;
use crate::hours::Channel;
use crate::money::Money;
use guard::Purpose;

/// The date a step's days are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Anchor {
    /// The day the receivable is due.
    #[default]
    Due,
    /// The day its document was issued.
    Issue,
}

/// How a message speaks (domain reference F2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// Friendly: nothing is wrong yet.
    Cordial,
    /// Plain.
    Neutral,
    /// Firm: consequences are named.
    Firm,
    /// Formal demand with its legal basis.
    FormalLegal,
}

impl Tone {
    /// The word used in JSON, in strategies and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Tone::Cordial => "cordial",
            Tone::Neutral => "neutral",
            Tone::Firm => "firm",
            Tone::FormalLegal => "formal_legal",
        }
    }
}

/// How long a promise is waited for after its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grace {
    /// Calendar days.
    Calendar(i32),
    /// Working days.
    Working(i32),
}

impl Grace {
    /// The last day on which the promise still suppresses action.
    pub fn ends(self, promised_on: Day, calendar: &Calendar) -> Day {
        match self {
            Grace::Calendar(days) => promised_on + days,
            Grace::Working(days) => calendar.add_working_days(promised_on, days),
        }
    }
}

/// One thing done about a receivable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Stable key, unique in its track: what is recorded when the step is done.
    pub key: String,
    /// Days from the anchor; negative before.
    pub offset_days: i32,
    /// What the days are counted from.
    pub anchor: Anchor,
    /// How it is done.
    pub channel: Channel,
    /// What for; decides which limits of contact apply.
    pub purpose: Purpose,
    /// Key of the template, for messages.
    pub template: Option<String>,
    /// How it speaks.
    pub tone: Tone,
    /// Smallest claim acted on, per currency; takes the place of the strategy's own.
    pub minimums: Vec<Money>,
    /// Whether a person must approve each action even where others go out by themselves.
    pub needs_approval: bool,
    /// Channel used when the customer cannot be reached by the first.
    pub fallback: Option<Channel>,
}

impl Step {
    /// A step counted from the due date: collection, or preventive up to the due date.
    pub fn new(key: &str, offset_days: i32, channel: Channel, tone: Tone) -> Step {
        let purpose = if offset_days <= 0 { Purpose::Preventive } else { Purpose::Collection };
        Step {
            key: key.to_owned(),
            offset_days,
            anchor: Anchor::Due,
            channel,
            purpose,
            template: None,
            tone,
            minimums: Vec::new(),
            needs_approval: false,
            fallback: None,
        }
    }

    /// The same step with a template.
    pub fn template(mut self, template: &str) -> Step {
        self.template = Some(template.to_owned());
        self
    }

    /// The day the step is reached by a receivable.
    pub fn reached_on(&self, issued: Day, due: Day) -> Day {
        let anchor = match self.anchor {
            Anchor::Due => due,
            Anchor::Issue => issued,
        };
        anchor + self.offset_days
    }
}

/// The steps of one segment, from the mildest to the most severe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The segment it is for; `None` for all that have no track of their own.
    pub segment: Option<String>,
    /// Steps in order of severity.
    pub steps: Vec<Step>,
}

impl Track {
    /// The step with that key, or where the key is unknown (another version of the strategy) the
    /// last step whose offset does not exceed the one recorded.
    pub fn position(&self, done: &StepMark) -> Option<usize> {
        let by_key = self.steps.iter().position(|step| step.key == done.key);
        by_key.or_else(|| self.steps.iter().rposition(|step| step.offset_days <= done.offset_days))
    }

    /// The highest step a receivable has reached on a day.
    pub fn reached(&self, issued: Day, due: Day, today: Day) -> Option<usize> {
        self.steps.iter().rposition(|step| step.reached_on(issued, due) <= today)
    }
}

/// A step as recorded on a receivable when it was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepMark {
    /// Key of the step.
    pub key: String,
    /// Its offset then, for when strategies change.
    pub offset_days: i32,
}

/// A version of a strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strategy {
    /// Stable id.
    pub id: String,
    /// Version; a published version never changes.
    pub version: u32,
    /// Name people know it by.
    pub name: String,
    /// Tracks by segment.
    pub tracks: Vec<Track>,
    /// Smallest claim acted on, per currency. A currency not listed has no minimum.
    pub minimums: Vec<Money>,
    /// How long promises are waited for.
    pub promise_grace: Grace,
    /// Whether money on account is set against the oldest receivables before anything is claimed.
    pub nets_credit: bool,
    /// Whether our own policies of contact are kept besides the law.
    pub keep_policies: bool,
}

impl Strategy {
    /// The track for a segment.
    pub fn track(&self, segment: Option<&str>) -> Option<&Track> {
        let own = |track: &&Track| segment.is_some() && track.segment.as_deref() == segment;
        let general = |track: &&Track| track.segment.is_none();
        self.tracks.iter().find(own).or_else(|| self.tracks.iter().find(general))
    }

    /// The smallest claim a step acts on in a currency, smallest units; 0 when there is none.
    pub fn minimum_minor(&self, step: &Step, currency: Currency) -> i64 {
        let mut listed = step.minimums.iter().chain(&self.minimums);
        listed.find(|minimum| minimum.currency == currency).map_or(0, |minimum| minimum.minor)
    }
}
