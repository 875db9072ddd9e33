//! Badges of state: always a hue, an icon and a word, so that colour is never alone.
//!
//! Decides which hue a bucket or a state has everywhere (tables, charts, badges). It refuses to
//! decide which bucket or state something is in.

use super::icon::icon;
use crate::web::layout::Frame;
use crate::web::locale::Locale;
use maud::{Markup, html};

/// An ageing bucket by its bounds in days past due. Boundaries are settings, so they come as
/// values; the hue follows the lower bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// First day past due in the bucket; `None` for what is not due yet.
    pub from_days: Option<i32>,
    /// Last day in the bucket; `None` for the open-ended last one.
    pub to_days: Option<i32>,
}

impl Bucket {
    /// What is not due yet.
    pub const CURRENT: Bucket = Bucket { from_days: None, to_days: None };

    /// The buckets between boundaries: `[30, 60]` gives current, 1–30, 31–60 and 61+.
    pub fn from_boundaries(boundaries: &[i32]) -> Vec<Bucket> {
        let mut buckets = vec![Bucket::CURRENT];
        let mut from = 1;
        for bound in boundaries {
            buckets.push(Bucket { from_days: Some(from), to_days: Some(*bound) });
            from = bound + 1;
        }
        buckets.push(Bucket { from_days: Some(from), to_days: None });
        buckets
    }

    /// The class that carries the hue.
    pub fn hue(self) -> &'static str {
        match self.from_days {
            None => "h-current",
            Some(from) if from <= 30 => "h-d1",
            Some(from) if from <= 60 => "h-d2",
            Some(from) if from <= 90 => "h-d3",
            Some(from) if from <= 120 => "h-d4",
            Some(_) => "h-d5",
        }
    }

    /// What people call it: `por vencer`, `1–30`, `121+`.
    pub fn label(self, f: &Frame) -> String {
        match (self.from_days, self.to_days) {
            (None, _) => f.t("bucket.current").to_owned(),
            (Some(from), Some(to)) => format!("{from}–{to}"),
            (Some(from), None) => format!("{from}+"),
        }
    }

    /// How it is written in an address and in files: `current`, `1-30`, `121+`.
    pub fn code(self) -> String {
        match (self.from_days, self.to_days) {
            (None, _) => "current".to_owned(),
            (Some(from), Some(to)) => format!("{from}-{to}"),
            (Some(from), None) => format!("{from}+"),
        }
    }
}

/// The badge of a bucket.
pub fn bucket(f: &Frame, bucket: Bucket) -> Markup {
    let name = if bucket.from_days.is_none() { "clock" } else { "alert" };
    html! {
        span class={ "badge " (bucket.hue()) } {
            (icon(name))
            (bucket.label(f))
            @if bucket.from_days.is_some() {
                span.unit { " " (f.t("unit.d")) }
            }
        }
    }
}

/// The state of a document, a receivable, a promise or a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not due yet.
    NotDue,
    /// Due within a week.
    DueSoon,
    /// Past due; the bucket says how much.
    Overdue,
    /// Settled.
    Paid,
    /// Settled in part.
    PartlyPaid,
    /// In dispute.
    Disputed,
    /// Promised.
    Promised,
    /// A promise that was kept.
    Kept,
    /// A promise that was not kept.
    Broken,
    /// Written off.
    WrittenOff,
    /// Cancelled.
    Cancelled,
    /// Another document takes its place.
    Replaced,
    /// A message waiting to be sent.
    Queued,
    /// A message sent.
    Sent,
    /// A message delivered.
    Delivered,
    /// A message that did not arrive.
    Failed,
    /// A message whose fate is not known; a person decides.
    Unknown,
    /// An action held back, with a reason.
    HeldBack,
    /// A movement nothing else tells of.
    Unidentified,
    /// A movement that is the money of another record.
    SameMoney,
    /// A movement the bank announced and has not booked.
    Announced,
    /// A movement or debit that takes back an earlier payment.
    Returned,
}

impl State {
    fn look(self) -> (&'static str, &'static str, &'static str) {
        match self {
            State::NotDue => ("h-current", "clock", "state.not_due"),
            State::DueSoon => ("h-soon", "clock", "state.due_soon"),
            State::Overdue => ("h-d3", "alert", "state.overdue"),
            State::Paid => ("h-paid", "check", "state.paid"),
            State::PartlyPaid => ("h-paid", "half", "state.partly_paid"),
            State::Disputed => ("h-disputed", "flag", "state.disputed"),
            State::Promised => ("h-promised", "promise", "state.promised"),
            State::Kept => ("h-paid", "check", "state.kept"),
            State::Broken => ("h-d3", "broken", "state.broken"),
            State::WrittenOff => ("h-legal", "close", "state.written_off"),
            State::Cancelled => ("h-legal", "close", "state.cancelled"),
            State::Replaced => ("h-legal", "undo", "state.replaced"),
            State::Queued => ("h-promised", "clock", "state.queued"),
            State::Sent => ("h-paid", "mail", "state.sent"),
            State::Delivered => ("h-paid", "check", "state.delivered"),
            State::Failed => ("h-d3", "alert", "state.failed"),
            State::Unknown => ("h-d2", "help", "state.unknown"),
            State::HeldBack => ("h-soon", "pause", "state.held_back"),
            State::Unidentified => ("h-soon", "help", "state.unidentified"),
            State::SameMoney => ("h-paid", "check", "state.same_money"),
            State::Announced => ("h-promised", "clock", "state.announced"),
            State::Returned => ("h-d3", "broken", "state.returned"),
        }
    }

    /// The word for it.
    pub fn word(self, f: &Frame) -> &'static str {
        self.text(f.locale)
    }

    /// The word for it in a locale, for files.
    pub fn text(self, locale: Locale) -> &'static str {
        locale.t(self.look().2)
    }
}

/// The badge of a state.
pub fn state(f: &Frame, state: State) -> Markup {
    let (hue, name, _) = state.look();
    html! {
        span class={ "badge " (hue) } { (icon(name)) (state.word(f)) }
    }
}

/// The verdict on how a customer pays (domain reference B1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Pays on time and keeps doing so.
    StableOnTime,
    /// Pays late and keeps doing so.
    StableLate,
    /// One or two isolated late payments.
    Lapse,
    /// Is getting later.
    Worsening,
    /// Is getting earlier.
    Improving,
    /// Fewer than six observations.
    Insufficient,
}

/// The badge of a verdict.
pub fn verdict(f: &Frame, verdict: Verdict) -> Markup {
    let (hue, name, key) = match verdict {
        Verdict::StableOnTime => ("h-paid", "check", "verdict.stable_on_time"),
        Verdict::StableLate => ("h-d1", "flat", "verdict.stable_late"),
        Verdict::Lapse => ("h-soon", "spike", "verdict.lapse"),
        Verdict::Worsening => ("h-d3", "up", "verdict.worsening"),
        Verdict::Improving => ("h-paid", "down", "verdict.improving"),
        Verdict::Insufficient => ("h-legal", "help", "verdict.insufficient"),
    };
    html! {
        span class={ "badge " (hue) } { (icon(name)) (f.t(key)) }
    }
}

/// A way to reach a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Telephone call.
    Call,
    /// E-mail.
    Email,
    /// WhatsApp.
    Whatsapp,
    /// Text message.
    Sms,
    /// Letter.
    Letter,
    /// Visit in person.
    Visit,
}

impl Channel {
    /// All, in the order forms offer them.
    pub const ALL: [Channel; 6] = [
        Channel::Call,
        Channel::Email,
        Channel::Whatsapp,
        Channel::Sms,
        Channel::Letter,
        Channel::Visit,
    ];

    /// How forms and addresses write it.
    pub fn code(self) -> &'static str {
        match self {
            Channel::Call => "call",
            Channel::Email => "email",
            Channel::Whatsapp => "whatsapp",
            Channel::Sms => "sms",
            Channel::Letter => "letter",
            Channel::Visit => "visit",
        }
    }

    /// The key of its word.
    pub fn key(self) -> &'static str {
        match self {
            Channel::Call => "channel.call",
            Channel::Email => "channel.email",
            Channel::Whatsapp => "channel.whatsapp",
            Channel::Sms => "channel.sms",
            Channel::Letter => "channel.letter",
            Channel::Visit => "channel.visit",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Channel::Call => "phone",
            Channel::Email => "mail",
            Channel::Whatsapp | Channel::Sms => "chat",
            Channel::Letter => "file",
            Channel::Visit => "pin",
        }
    }
}

/// A channel with its icon and word.
pub fn channel(f: &Frame, channel: Channel) -> Markup {
    html! {
        span.with-icon { (icon(channel.icon())) (f.t(channel.key())) }
    }
}
