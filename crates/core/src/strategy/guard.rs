//! Why a contact must not happen now: the law and policy of contact as a table, and the one
//! function that reads it (domain reference D1 and D2).
//!
//! It runs when an action is planned and again when it is sent. It knows the person, the channel,
//! the moment and the contacts already made; it knows no case, no amount and no user, and nobody
//! can overrule it except where a rule is only our own policy.

use crate::calendar::Calendar;
use crate::date::{Day, Weekday};
use crate::hours::{Channel, Moment, Person, Window, open_minute};

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

/// A span contacts are counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// The debtor's civil day.
    Day,
    /// Seven days running; at least as strict as the calendar week.
    Week,
}

/// At most so many contacts in a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Channels counted together.
    pub channels: &'static [Channel],
    /// How many are allowed.
    pub max: usize,
    /// In which span.
    pub per: Span,
    /// Whether only contacts that reached someone count; otherwise every attempt does.
    pub reached_only: bool,
}

/// Full days that must lie between two contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spacing {
    /// Channels counted together.
    pub channels: &'static [Channel],
    /// Full days in between.
    pub min_days: i32,
}

/// One rule of contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable id.
    pub id: &'static str,
    /// Country it belongs to, ISO 3166 alpha-2; empty for the fallbacks.
    pub country: &'static str,
    /// Persons it protects.
    pub covers: &'static [Person],
    /// When contact is allowed.
    pub windows: &'static [Window],
    /// Whether holidays are excluded from the windows.
    pub exclude_holidays: bool,
    /// How often.
    pub caps: &'static [Cap],
    /// How far apart.
    pub spacing: &'static [Spacing],
    /// Whether one channel, once used, excludes the others for the week.
    pub one_channel_per_week: bool,
    /// Whether the debtor must have authorised the channel.
    pub needs_authorised_channel: bool,
    /// First day in force, `YYYY-MM-DD`; empty when long in force.
    pub effective_from: &'static str,
    /// The text it rests on.
    pub law: &'static str,
    /// How sure we are.
    pub confidence: Confidence,
    /// Day on which the source was last read, `YYYY-MM-DD`.
    pub verified_on: &'static str,
    /// Whether it is our own policy, which a creditor may switch off.
    pub overridable: bool,
}

/// A contact already made, or already planned for the same day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastContact {
    /// The debtor's local day.
    pub day: Day,
    /// How.
    pub channel: Channel,
    /// Whether it reached someone.
    pub reached: bool,
}

/// A contact somebody wants to make.
#[derive(Clone, Copy, Debug)]
pub struct ContactRequest<'a> {
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
    /// Outbound contacts of the last fortnight, per debtor and never per document.
    pub recent: &'a [PastContact],
    /// Whether the creditor keeps our own policies besides the law.
    pub keep_policies: bool,
    /// Holidays where the debtor is.
    pub calendar: &'a Calendar,
}

/// What the guard says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Now.
    Allow,
    /// Not now, but from this moment on.
    Defer {
        /// First moment that every rule allows.
        not_before: Moment,
        /// The rule that forbids it now.
        rule: &'static str,
    },
    /// Not at all.
    Deny {
        /// The rule that forbids it.
        rule: &'static str,
    },
}

/// The debtor asked not to be contacted through the channel.
pub const OPT_OUT: &str = "OPT-OUT";
/// Speaking of a debt to third parties is forbidden in every country covered.
pub const THIRD_PARTY: &str = "THIRD-PARTY";
/// How many days ahead a moment is looked for.
const HORIZON_DAYS: i32 = 62;

/// Whether the contact may be made at `at`, the debtor's local time.
pub fn decide(request: &ContactRequest<'_>, at: Moment) -> Decision {
    if !request.channel.is_contact() {
        return Decision::Allow;
    }
    if request.third_party {
        return Decision::Deny { rule: THIRD_PARTY };
    }
    if request.opted_out {
        return Decision::Deny { rule: OPT_OUT };
    }
    let rules = rules_for(request, at.day);
    if let Some(rule) = rules.iter().find(|r| r.needs_authorised_channel && !request.authorised) {
        return Decision::Deny { rule: rule.id };
    }
    let mut blocking = None;
    for ahead in 0..=HORIZON_DAYS {
        let from = if ahead == 0 { at } else { Moment::start_of(at.day + ahead) };
        match first_minute(&rules, request, from) {
            Ok(minute) if ahead == 0 && minute == at.minute => return Decision::Allow,
            Ok(minute) => {
                let rule = blocking.or_else(|| closed_now(&rules, request, at));
                let not_before = Moment { day: from.day, minute };
                return Decision::Defer { not_before, rule: rule.unwrap_or(WINDOW) };
            }
            Err(rule) => blocking = blocking.or(Some(rule)),
        }
    }
    Decision::Deny { rule: blocking.unwrap_or(WINDOW) }
}

/// Named when several rules together leave no common hour.
const WINDOW: &str = "WINDOW";

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

/// The rule with that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// The rules that bind the contact on a day: those of the country that cover the person, or else
/// the fallbacks.
fn rules_for(request: &ContactRequest<'_>, day: Day) -> Vec<&'static Rule> {
    let in_force =
        |rule: &Rule| rule.effective_from.parse::<Day>().map_or(true, |from| day >= from);
    let of = |country: &str| -> Vec<&'static Rule> {
        let rules = RULES.iter().filter(|rule| rule.country == country && in_force(rule));
        rules.filter(|rule| rule.covers.contains(&request.person)).collect()
    };
    let researched = RULES.iter().any(|rule| rule.country == request.country);
    let firm = matches!(request.person, Person::Company | Person::PublicBody);
    let mut rules = of(request.country);
    if rules.is_empty() {
        let fallback = if firm || (researched && request.person != Person::Consumer) {
            "B2B-DEFAULT"
        } else {
            "LATAM-DEFAULT"
        };
        rules = rule(fallback).into_iter().collect();
    }
    rules.retain(|rule| request.keep_policies || !rule.overridable);
    rules
}

/// The first minute of the day, from `from` on, that every rule allows; otherwise the rule that
/// closes the day.
fn first_minute(
    rules: &[&'static Rule],
    request: &ContactRequest<'_>,
    from: Moment,
) -> Result<u16, &'static str> {
    if let Some(rule) = rules.iter().find(|rule| frequency_forbids(rule, request, from.day)) {
        return Err(rule.id);
    }
    let mut at = from;
    // Each pass moves the minute to where some rule opens; as many passes as rules settle it.
    for _ in 0..=rules.len() {
        for rule in rules {
            at.minute = open_minute(rule.windows, rule.exclude_holidays, request.calendar, at)
                .ok_or(rule.id)?;
        }
    }
    Ok(at.minute)
}

/// The rule whose hours exclude the moment itself.
fn closed_now(
    rules: &[&'static Rule],
    request: &ContactRequest<'_>,
    at: Moment,
) -> Option<&'static str> {
    let closed = |rule: &&&Rule| {
        open_minute(rule.windows, rule.exclude_holidays, request.calendar, at) != Some(at.minute)
    };
    rules.iter().find(closed).map(|rule| rule.id)
}

/// Whether one more contact on `day` would be one too many, or too soon.
fn frequency_forbids(rule: &Rule, request: &ContactRequest<'_>, day: Day) -> bool {
    let exempt = match request.purpose {
        Purpose::Service => true,
        Purpose::Preventive => request.person != Person::Consumer,
        Purpose::Collection => false,
    };
    if exempt {
        return false;
    }
    let within = |contact: &PastContact, days: i32| (0..days).contains(&(day - contact.day));
    let capped =
        rule.caps.iter().filter(|cap| cap.channels.contains(&request.channel)).any(|cap| {
            let days = match cap.per {
                Span::Day => 1,
                Span::Week => 7,
            };
            let counted = request.recent.iter().filter(|contact| {
                cap.channels.contains(&contact.channel)
                    && within(contact, days)
                    && (contact.reached || !cap.reached_only)
            });
            counted.count() >= cap.max
        });
    let spacings = rule.spacing.iter().filter(|s| s.channels.contains(&request.channel));
    let too_soon = spacings.clone().any(|spacing| {
        let mut same = request.recent.iter().filter(|c| spacing.channels.contains(&c.channel));
        same.any(|contact| within(contact, spacing.min_days + 1))
    });
    let other_channel = rule.one_channel_per_week
        && request.recent.iter().any(|contact| {
            contact.channel.is_contact() && contact.channel != request.channel && within(contact, 7)
        });
    capped || too_soon || other_channel
}

use Channel::{Call, Email, Letter, Sms, Visit, Whatsapp};
use Weekday::{Friday, Monday, Saturday};

const ANY: &[Channel] = &[Email, Sms, Whatsapp, Letter, Call, Visit];
const WRITTEN: &[Channel] = &[Email, Sms, Whatsapp, Letter];
const SPOKEN: &[Channel] = &[Call, Visit];

const fn cap(channels: &'static [Channel], max: usize, per: Span) -> Cap {
    Cap { channels, max, per, reached_only: false }
}

/// What a rule is unless it says otherwise.
const PLAIN: Rule = Rule {
    id: "",
    country: "",
    covers: &Person::ALL,
    windows: &[],
    exclude_holidays: true,
    caps: &[],
    spacing: &[],
    one_channel_per_week: false,
    needs_authorised_channel: false,
    effective_from: "",
    law: "",
    confidence: Confidence::Low,
    verified_on: "2026-11-21",
    overridable: false,
};

/// The rules of contact, as known on 2026-11-21. Order is the order in which they are named as
/// reasons.
pub const RULES: &[Rule] = &[
    Rule {
        id: "CL-LPC-37",
        country: "CL",
        covers: &[Person::Consumer, Person::SoleTrader, Person::MicroSmallCompany],
        windows: &[Window::hours(Monday, Saturday, 8, 20)],
        caps: &[cap(SPOKEN, 1, Span::Week), cap(WRITTEN, 2, Span::Week)],
        spacing: &[Spacing { channels: WRITTEN, min_days: 2 }],
        effective_from: "2021-04-20",
        law: "Ley 19.496 art. 37 (mod. Ley 21.320); Ley 20.416 art. 9",
        confidence: Confidence::Medium,
        ..PLAIN
    },
    Rule {
        id: "CO-L2300",
        country: "CO",
        covers: &[Person::Consumer, Person::SoleTrader],
        windows: &[Window::hours(Monday, Friday, 7, 19), Window::hours(Saturday, Saturday, 8, 15)],
        caps: &[
            cap(ANY, 1, Span::Day),
            // The safe reading practitioners use: one contact that reached the debtor a week.
            Cap { channels: ANY, max: 1, per: Span::Week, reached_only: true },
        ],
        one_channel_per_week: true,
        needs_authorised_channel: true,
        effective_from: "2023-10-10",
        law: "Ley 2300 de 2023 arts. 1-5",
        confidence: Confidence::Medium,
        ..PLAIN
    },
    Rule {
        // The statute names visits and calls; messages keep the same hours as a policy that
        // cannot be told apart in practice.
        id: "PE-29571-62",
        country: "PE",
        covers: &[Person::Consumer],
        windows: &[Window::hours(Monday, Friday, 7, 20)],
        law: "Ley 29571 arts. 61-62",
        confidence: Confidence::High,
        ..PLAIN
    },
    Rule {
        // Written for financial entities; others keep its hours as policy. The official summaries
        // name no weekday, the press says working days.
        id: "MX-DEFAULT",
        country: "MX",
        windows: &[Window::hours(Monday, Friday, 7, 22)],
        law: "Disposiciones de carácter general, despachos de cobranza, DOF 2014-10-07",
        confidence: Confidence::Medium,
        overridable: true,
        ..PLAIN
    },
    Rule {
        id: "ES-CONSUMER-POLICY",
        country: "ES",
        covers: &[Person::Consumer],
        windows: &[Window::hours(Monday, Friday, 9, 21)],
        caps: &[cap(SPOKEN, 2, Span::Week), cap(WRITTEN, 3, Span::Week)],
        law: "Política propia; horas de LGDCU art. 96.2",
        overridable: true,
        ..PLAIN
    },
    Rule {
        id: "AR-CABA-6171",
        country: "AR",
        covers: &[Person::Consumer],
        windows: &[Window::hours(Monday, Friday, 9, 20)],
        law: "Ley CABA 6171 (horas: propuesta de la Defensoría)",
        overridable: true,
        ..PLAIN
    },
    Rule {
        id: "LATAM-DEFAULT",
        windows: &[Window::hours(Monday, Friday, 9, 19)],
        caps: &[cap(SPOKEN, 1, Span::Week), cap(WRITTEN, 2, Span::Week)],
        spacing: &[Spacing { channels: WRITTEN, min_days: 2 }],
        law: "Prudencia mientras no se estudie la ley del país",
        ..PLAIN
    },
    Rule {
        id: "B2B-DEFAULT",
        windows: &[Window::hours(Monday, Friday, 8, 19)],
        caps: &[cap(&[Call], 3, Span::Week), cap(&[Email, Whatsapp, Letter], 3, Span::Week)],
        law: "Política propia entre empresas",
        overridable: true,
        ..PLAIN
    },
];
