//! Strategies: what is done about a receivable, so many days before or after it is due.
//!
//! A strategy is a value: tracks of steps, one track per segment. A track is a ladder, stages of
//! steps from the mildest to the most severe, and branches, what changes when something happens.
//! [`plan::plan`] applies it to the facts of one customer on one day. People write it as text
//! ([`text`]). Knows no template text and sends nothing.

mod assess;
pub mod audit;
pub mod branch;
pub mod condition;
pub mod diff;
pub mod explain;
pub mod facts;
pub mod finding;
pub mod guard;
pub mod plan;
pub mod recheck;
pub mod standard;
pub mod templates;
pub mod text;

use crate::calendar::Calendar;
use crate::currency::Currency;
use crate::date::Day;
use crate::hours::Channel;
use crate::money::Money;
use branch::Branch;
use condition::Conditions;
use facts::ReceivableFacts;
use guard::Purpose;

/// The date a step's days are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Anchor {
    /// The day the receivable is due.
    #[default]
    Due,
    /// The day its document was issued.
    Issue,
    /// The day the receivable is due, when it is one of several instalments of its document; a
    /// receivable that is not never reaches the step.
    Instalment,
    /// The day a live promise names. Only in a branch on promises.
    Promise,
    /// The day of the event. Only in a branch.
    Event,
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
    /// Name on screens, when the key does not say enough.
    pub name: Option<String>,
    /// Position of its stage in the track; of no account in a track without stages.
    pub stage: usize,
    /// What must be true of the receivable and the customer; otherwise the step is not there for
    /// them.
    pub conditions: Conditions,
    /// Who does it when it is a task, in the creditor's own words; else the strategy's.
    pub responsible: Option<String>,
}

impl Step {
    /// A step counted from the due date: collection, or preventive up to the due date.
    pub fn new(key: &str, offset_days: i32, channel: Channel, tone: Tone) -> Step {
        Step {
            key: key.to_owned(),
            offset_days,
            anchor: Anchor::Due,
            channel,
            purpose: Step::usual_purpose(Anchor::Due, offset_days),
            template: None,
            tone,
            minimums: Vec::new(),
            needs_approval: false,
            fallback: None,
            name: None,
            stage: 0,
            conditions: Conditions::default(),
            responsible: None,
        }
    }

    /// What a step is for when nothing else is said: preventive up to the due date and from the
    /// issue on, collection after the due date and after events.
    pub fn usual_purpose(anchor: Anchor, offset_days: i32) -> Purpose {
        match anchor {
            Anchor::Due | Anchor::Instalment if offset_days <= 0 => Purpose::Preventive,
            Anchor::Issue => Purpose::Preventive,
            _ => Purpose::Collection,
        }
    }

    /// The same step with a template.
    pub fn template(mut self, template: &str) -> Step {
        self.template = Some(template.to_owned());
        self
    }

    /// The same step in the stage of that position.
    pub fn in_stage(self, stage: usize) -> Step {
        Step { stage, ..self }
    }

    /// The day a receivable reaches the step; `None` when it never does. Steps of branches are
    /// reached by events, not by receivables.
    pub fn reached_on(&self, receivable: &ReceivableFacts) -> Option<Day> {
        let anchor = match self.anchor {
            Anchor::Due => receivable.due,
            Anchor::Issue => receivable.issued,
            Anchor::Instalment if receivable.is_instalment => receivable.due,
            Anchor::Instalment | Anchor::Promise | Anchor::Event => return None,
        };
        Some(anchor + self.offset_days)
    }
}

/// A state a debt is in, which says what is done about it (domain reference F1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Stable key, unique in its track.
    pub key: String,
    /// Name on screens.
    pub name: String,
}

/// What is done about one segment: the ladder, from the mildest step to the most severe, and what
/// changes when something happens.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Track {
    /// The segment it is for; `None` for all that have no track of their own.
    pub segment: Option<String>,
    /// Stages, in order of severity. The steps of a stage follow one another.
    pub stages: Vec<Stage>,
    /// Steps in order of severity.
    pub steps: Vec<Step>,
    /// What changes when something happens, in the order written.
    pub branches: Vec<Branch>,
}

impl Track {
    /// The step at a place: of the ladder, and after it the steps of the branches.
    pub fn step(&self, at: usize) -> Option<&Step> {
        self.all_steps().nth(at)
    }

    /// Every step, of the ladder and of the branches, by its place.
    pub fn all_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().chain(self.branches.iter().flat_map(|branch| &branch.steps))
    }

    /// The stage of a step of the ladder.
    pub fn stage_of(&self, step: &Step) -> Option<&Stage> {
        self.stages.get(step.stage)
    }

    /// The step of the ladder with that key, or where the key is unknown (another version of
    /// the strategy) the last step whose offset does not exceed the one recorded.
    pub fn position(&self, done: &StepMark) -> Option<usize> {
        let by_key = self.steps.iter().position(|step| step.key == done.key);
        by_key.or_else(|| self.steps.iter().rposition(|step| step.offset_days <= done.offset_days))
    }
}

/// A step as recorded on a receivable when it was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepMark {
    /// Key of the step.
    pub key: String,
    /// Its offset then, for when strategies change.
    pub offset_days: i32,
    /// For a step of a branch, the day of what it answers: it is done once for each occurrence.
    pub event_on: Option<Day>,
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
    /// Who does the tasks, in the creditor's own words.
    pub responsible: Option<String>,
}

impl Strategy {
    /// The track for a segment.
    pub fn track(&self, segment: Option<&str>) -> Option<&Track> {
        let own = |track: &&Track| segment.is_some() && track.segment.as_deref() == segment;
        let general = |track: &&Track| track.segment.is_none();
        self.tracks.iter().find(own).or_else(|| self.tracks.iter().find(general))
    }

    /// The step of that key, of any track.
    pub fn step(&self, key: &str) -> Option<&Step> {
        self.tracks.iter().flat_map(Track::all_steps).find(|step| step.key == key)
    }

    /// Whether planning needs facts beyond what is owed: those that cost a question more.
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        for track in &self.tracks {
            let conditions = track.all_steps().map(|step| &step.conditions);
            conditions.for_each(|conditions| needs.add(conditions));
            needs.events |= !track.branches.is_empty();
        }
        needs
    }

    /// The smallest claim a step acts on in a currency, smallest units; 0 when there is none.
    pub fn minimum_minor(&self, step: &Step, currency: Currency) -> i64 {
        let mut listed = step.minimums.iter().chain(&self.minimums);
        listed.find(|minimum| minimum.currency == currency).map_or(0, |minimum| minimum.minor)
    }
}

/// Facts a strategy asks for beyond what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Needs {
    /// What happened: replies, bounces, broken promises, acceptance of documents.
    pub events: bool,
    /// How the customer pays: lapse or trend.
    pub history: bool,
    /// Since when there is business with it.
    pub relationship: bool,
}

impl Needs {
    /// What these conditions ask for, besides.
    pub fn add(&mut self, conditions: &Conditions) {
        self.events |= !conditions.acceptances.is_empty();
        self.history |= !conditions.histories.is_empty();
        self.relationship |= conditions.customer_days != Default::default();
    }

    /// What either asks for.
    pub fn and(self, other: Needs) -> Needs {
        Needs {
            events: self.events || other.events,
            history: self.history || other.history,
            relationship: self.relationship || other.relationship,
        }
    }
}
