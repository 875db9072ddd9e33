//! Why a contact must not happen now: the one function that reads the rules of contact (domain
//! reference D1 and D2; the rules are the files of `crates/core/rules`).
//!
//! It runs when an action is planned and again when it is sent. It knows the person, the channel,
//! the moment and the contacts already made; it knows no case and no amount. Nobody overrules it,
//! except that what is only our own policy may be set aside with a reason.

pub mod book;
pub mod rule;
pub mod text;

use super::facts::{ContactPointFacts, CustomerFacts};
use crate::calendar::Calendar;
use crate::date::Day;
use crate::hours::{Channel, Moment, Person, open_minute};
use book::{RuleBook, Subject};
use rule::{Actor, Cap, CreditorKind, Rule, Span};
use std::sync::Arc;

/// Why the customer is contacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Before or on the due date. Hours bind everybody; caps only protect consumers.
    Preventive,
    /// After the due date.
    Collection,
    /// An answer to the customer's own question or a receipt: not collection, never capped.
    Service,
}

/// A contact already made, or already planned. Contacts the debtor began, and answers to it within
/// [`ANSWER_HOURS`], are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastContact {
    /// The debtor's local day.
    pub day: Day,
    /// How.
    pub channel: Channel,
    /// Whether it reached someone.
    pub reached: bool,
}

/// For so many hours after the debtor wrote or called, answering is no contact of ours.
pub const ANSWER_HOURS: i64 = 24;

/// Which rules bind the contacts with a customer, and who makes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactLaw {
    /// The rules there are.
    pub book: Arc<RuleBook>,
    /// The debtor's region, ISO 3166-2, when it is known.
    pub region: Option<String>,
    /// Who contacts the debtor.
    pub actor: Actor,
    /// To whom it owes.
    pub creditor_kind: CreditorKind,
    /// Policies of ours a supervisor has set aside for this customer.
    pub waived: Vec<String>,
}

impl Default for ContactLaw {
    fn default() -> ContactLaw {
        ContactLaw {
            book: Arc::clone(RuleBook::standard()),
            region: None,
            actor: Actor::default(),
            creditor_kind: CreditorKind::default(),
            waived: Vec::new(),
        }
    }
}

/// A contact somebody wants to make.
#[derive(Clone, Copy, Debug)]
pub struct ContactRequest<'a> {
    /// Which rules bind, and who makes the contact.
    pub law: &'a ContactLaw,
    /// The debtor's country, ISO 3166 alpha-2.
    pub country: &'a str,
    /// What kind of person the debtor is.
    pub person: Person,
    /// How.
    pub channel: Channel,
    /// What for.
    pub purpose: Purpose,
    /// Whether the address belongs to someone who is not the debtor or answerable for the debt.
    pub third_party: bool,
    /// Whether the debtor asked not to be contacted so.
    pub opted_out: bool,
    /// Whether the debtor authorised the channel.
    pub authorised: bool,
    /// Outbound contacts of the last fortnight and those planned, per debtor and never per
    /// document; an agency's over all its creditors.
    pub recent: &'a [PastContact],
    /// Whether the creditor keeps our own policies besides the law.
    pub keep_policies: bool,
    /// Holidays where the debtor is.
    pub calendar: &'a Calendar,
}

impl<'a> ContactRequest<'a> {
    /// A contact with a customer through a channel, by one of its addresses when it has one.
    pub fn with(
        facts: &'a CustomerFacts,
        (channel, point): (Channel, Option<&ContactPointFacts>),
        purpose: Purpose,
        keep_policies: bool,
        calendar: &'a Calendar,
    ) -> ContactRequest<'a> {
        ContactRequest {
            law: &facts.law,
            country: &facts.country,
            person: facts.person,
            channel,
            purpose,
            third_party: point.is_some_and(|point| point.third_party),
            opted_out: facts.opt_outs.contains(&channel)
                || point.is_some_and(|point| point.opted_out),
            authorised: point.is_none_or(|point| point.authorised),
            recent: &facts.contacts,
            keep_policies,
            calendar,
        }
    }

    /// The rules that bind it on a day, our own policies left out where they are set aside.
    fn rules(&self, day: Day) -> Vec<&'a Rule> {
        let subject = Subject {
            country: self.country,
            region: self.law.region.as_deref(),
            person: self.person,
            actor: self.law.actor,
            creditor_kind: self.law.creditor_kind,
            channel: self.channel,
        };
        let mut rules = self.law.book.binding(&subject, day);
        let kept = |rule: &&Rule| {
            !rule.overridable || (self.keep_policies && !self.law.waived.contains(&rule.id))
        };
        rules.retain(kept);
        rules
    }

    /// Whether how often it happens is limited for its purpose.
    fn is_counted(&self) -> bool {
        match self.purpose {
            Purpose::Service => false,
            Purpose::Preventive => self.person == Person::Consumer,
            Purpose::Collection => true,
        }
    }
}

/// What the guard says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Now.
    Allow,
    /// Not now, but from this moment on.
    Defer {
        /// First moment that every rule allows.
        not_before: Moment,
        /// The rule that forbids it now.
        rule: String,
    },
    /// Not at all.
    Deny {
        /// The rule that forbids it.
        rule: String,
    },
}

impl Decision {
    fn deny(rule: &str) -> Decision {
        Decision::Deny { rule: rule.to_owned() }
    }
}

/// The debtor asked not to be contacted through the channel.
pub const OPT_OUT: &str = "OPT-OUT";
/// Speaking of a debt to third parties is forbidden in every country covered.
pub const THIRD_PARTY: &str = "THIRD-PARTY";
/// Named when several rules together leave no common hour.
const WINDOW: &str = "WINDOW";
/// How many days ahead a moment is looked for.
const HORIZON_DAYS: i32 = 62;

/// Whether the contact may be made at `at`, the debtor's local time.
pub fn decide(request: &ContactRequest<'_>, at: Moment) -> Decision {
    if !request.channel.is_contact() {
        return Decision::Allow;
    }
    if request.third_party {
        return Decision::deny(THIRD_PARTY);
    }
    if request.opted_out {
        return Decision::deny(OPT_OUT);
    }
    let now = request.rules(at.day);
    let forbids = |rule: &&&Rule| {
        rule.forbids_channel(request.channel)
            || (rule.needs_authorised_channel && !request.authorised)
    };
    if let Some(rule) = now.iter().find(forbids) {
        return Decision::deny(&rule.id);
    }
    let mut blocking = None;
    for ahead in 0..=HORIZON_DAYS {
        let from = if ahead == 0 { at } else { Moment::start_of(at.day + ahead) };
        // A rule may come into force or end in between.
        match first_minute(&request.rules(from.day), request, from) {
            Ok(minute) if ahead == 0 && minute == at.minute => return Decision::Allow,
            Ok(minute) => {
                let rule = blocking.or_else(|| closed_now(&now, request, at)).unwrap_or(WINDOW);
                let not_before = Moment { day: from.day, minute };
                return Decision::Defer { not_before, rule: rule.to_owned() };
            }
            Err(rule) => blocking = blocking.or(Some(rule)),
        }
    }
    Decision::deny(blocking.unwrap_or(WINDOW))
}

/// The answer that satisfies all of several, as for a debtor whose zone is unknown: refusal over
/// delay, the longer delay over the shorter.
pub fn strictest(decisions: impl IntoIterator<Item = Decision>) -> Decision {
    let severity = |decision: &Decision| match decision {
        Decision::Allow => (0, None),
        Decision::Defer { not_before, .. } => (1, Some(*not_before)),
        Decision::Deny { .. } => (2, None),
    };
    decisions.into_iter().max_by_key(severity).unwrap_or(Decision::Allow)
}

/// How far a cap is used: what stands in a complaint's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The rule that caps.
    pub rule: String,
    /// In which span.
    pub per: Span,
    /// Contacts made and planned in the span that has most of them.
    pub made: usize,
    /// How many are allowed.
    pub max: usize,
}

/// The caps that bind the contact on a day and how far they are used.
pub fn counters(request: &ContactRequest<'_>, day: Day) -> Vec<Counter> {
    if !request.channel.is_contact() || !request.is_counted() {
        return Vec::new();
    }
    let of_rule = |rule: &'_ Rule| -> Vec<Counter> {
        let caps = rule.caps.iter().filter(|cap| cap.channels.contains(&request.channel));
        let counter = |cap: &Cap| Counter {
            rule: rule.id.clone(),
            per: cap.per,
            made: made_in(cap, request.recent, day),
            max: cap.max,
        };
        caps.map(counter).collect()
    };
    request.rules(day).into_iter().flat_map(of_rule).collect()
}

/// The first minute of the day, from `from` on, that every rule allows; otherwise the rule that
/// closes the day.
fn first_minute<'r>(
    rules: &[&'r Rule],
    request: &ContactRequest<'_>,
    from: Moment,
) -> Result<u16, &'r str> {
    if let Some(rule) = rules.iter().find(|rule| frequency_forbids(rule, request, from.day)) {
        return Err(&rule.id);
    }
    let mut at = from;
    // Each pass moves the minute to where some rule opens; as many passes as rules settle it.
    for _ in 0..=rules.len() {
        for rule in rules {
            at.minute = opens(rule, request, at).ok_or(rule.id.as_str())?;
        }
    }
    Ok(at.minute)
}

/// The first minute of the day from `at` on that a rule's hours allow; any where it sets none.
fn opens(rule: &Rule, request: &ContactRequest<'_>, at: Moment) -> Option<u16> {
    match rule.windows.is_empty() {
        true => Some(at.minute),
        false => open_minute(&rule.windows, rule.exclude_holidays, request.calendar, at),
    }
}

/// The rule whose hours exclude the moment itself.
fn closed_now<'r>(rules: &[&'r Rule], request: &ContactRequest<'_>, at: Moment) -> Option<&'r str> {
    let closed = |rule: &&&Rule| opens(rule, request, at) != Some(at.minute);
    rules.iter().find(closed).map(|rule| rule.id.as_str())
}

/// Whether one more contact on `day` would be one too many, or too soon. Contacts planned for later
/// days count as well as those made.
fn frequency_forbids(rule: &Rule, request: &ContactRequest<'_>, day: Day) -> bool {
    if !request.is_counted() {
        return false;
    }
    let apart = |contact: &PastContact| (day - contact.day).abs();
    let caps = rule.caps.iter().filter(|cap| cap.channels.contains(&request.channel));
    let capped = caps.clone().any(|cap| made_in(cap, request.recent, day) >= cap.max);
    let spacings = rule.spacing.iter().filter(|s| s.channels.contains(&request.channel));
    let too_soon = spacings.clone().any(|spacing| {
        let mut same = request.recent.iter().filter(|c| spacing.channels.contains(&c.channel));
        same.any(|contact| apart(contact) <= spacing.min_days)
    });
    let other_channel = rule.one_channel_per_week
        && request.recent.iter().any(|contact| {
            contact.channel.is_contact() && contact.channel != request.channel && apart(contact) < 7
        });
    capped || too_soon || other_channel
}

/// The contacts a cap counts, in the fullest of its spans that contain the day. For a week that is
/// every seven days running, the calendar week among them, so the stricter reading holds.
fn made_in(cap: &Cap, recent: &[PastContact], day: Day) -> usize {
    let days = match cap.per {
        Span::Day => 1,
        Span::Week => 7,
    };
    let counts = |contact: &&PastContact| {
        cap.channels.contains(&contact.channel) && (contact.reached || !cap.reached_only)
    };
    let counted: Vec<Day> = recent.iter().filter(counts).map(|contact| contact.day).collect();
    let in_span =
        |first: Day| counted.iter().filter(|c| (first..first + days).contains(*c)).count();
    (0..days).map(|back| in_span(day - back)).max().unwrap_or(0)
}
