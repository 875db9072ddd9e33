//! The vocabulary of when and how a person may be contacted: channels, covered persons, moments
//! of the debtor's own day, weekly windows, and the time zones of a country.
//!
//! Holds no rule of any country (those are in [`crate::strategy::guard`]) and converts no time
//! zone: the caller hands in the debtor's local day and minute.

use crate::calendar::Calendar;
use crate::date::{Day, Weekday};
use std::fmt;

/// A way to act on a customer. The first six reach a person and are guarded by law; the rest stay
/// inside the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// E-mail sent by the program.
    Email,
    /// Text message sent by the program.
    Sms,
    /// WhatsApp message sent by the program.
    Whatsapp,
    /// Letter printed or sent by courier.
    Letter,
    /// Telephone call: a task for a collector.
    Call,
    /// Visit: a task for a collector.
    Visit,
    /// Internal task: hand to a supervisor.
    Escalate,
    /// Internal task: decide on legal action.
    Legal,
    /// Internal task: place with an agency.
    Agency,
    /// Any other internal task.
    Task,
}

impl Channel {
    /// All channels.
    pub const ALL: [Channel; 10] = [
        Channel::Email,
        Channel::Sms,
        Channel::Whatsapp,
        Channel::Letter,
        Channel::Call,
        Channel::Visit,
        Channel::Escalate,
        Channel::Legal,
        Channel::Agency,
        Channel::Task,
    ];

    /// The word used in JSON, in strategies and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Email => "email",
            Channel::Sms => "sms",
            Channel::Whatsapp => "whatsapp",
            Channel::Letter => "letter",
            Channel::Call => "call",
            Channel::Visit => "visit",
            Channel::Escalate => "escalate",
            Channel::Legal => "legal",
            Channel::Agency => "agency",
            Channel::Task => "task",
        }
    }

    /// The channel of that name, or `None`.
    pub fn parse(text: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|channel| channel.as_str() == text)
    }

    /// Whether it reaches a person outside the house.
    pub fn is_contact(self) -> bool {
        self <= Channel::Visit
    }

    /// Whether the program itself sends it, and so needs an address that works. A collector can
    /// find a telephone number or a postal address; the program cannot.
    pub fn is_sent_by_program(self) -> bool {
        self <= Channel::Whatsapp
    }
}

/// Whom the rules of contact protect, and how far. Unknown persons are treated as consumers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Person {
    /// A natural person outside any trade.
    #[default]
    Consumer,
    /// A natural person in trade (autónomo, persona física con actividad).
    SoleTrader,
    /// A micro or small company (CL Ley 20.416: sales up to 25 000 UF a year).
    MicroSmallCompany,
    /// Any other company.
    Company,
    /// A public body.
    PublicBody,
}

impl Person {
    /// All kinds of person.
    pub const ALL: [Person; 5] = [
        Person::Consumer,
        Person::SoleTrader,
        Person::MicroSmallCompany,
        Person::Company,
        Person::PublicBody,
    ];

    /// The word used in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Person::Consumer => "consumer",
            Person::SoleTrader => "sole_trader",
            Person::MicroSmallCompany => "micro_small_company",
            Person::Company => "company",
            Person::PublicBody => "public_body",
        }
    }

    /// The kind of that name, or `None`.
    pub fn parse(text: &str) -> Option<Person> {
        Person::ALL.into_iter().find(|person| person.as_str() == text)
    }
}

/// A minute of the debtor's civil day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The debtor's local day.
    pub day: Day,
    /// Minutes since local midnight, 0–1439.
    pub minute: u16,
}

impl Moment {
    /// The first minute of a day.
    pub fn start_of(day: Day) -> Moment {
        Moment { day, minute: 0 }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{:02}:{:02}", self.day, self.minute / 60, self.minute % 60)
    }
}

/// Hours on some weekdays, half-open: `from` is inside, `to` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First weekday.
    pub first: Weekday,
    /// Last weekday, the same or later in the week.
    pub last: Weekday,
    /// First minute inside.
    pub from: u16,
    /// First minute outside again.
    pub to: u16,
}

impl Window {
    /// A window in whole hours.
    pub const fn hours(first: Weekday, last: Weekday, from: u16, to: u16) -> Window {
        Window { first, last, from: from * 60, to: to * 60 }
    }

    /// Whether the window is open on that weekday at all.
    pub fn opens_on(&self, weekday: Weekday) -> bool {
        (self.first as u8..=self.last as u8).contains(&(weekday as u8))
    }
}

/// The first minute of `at`'s day, from `at` on, inside one of the windows; `None` when the day
/// has none left, or is a holiday that the windows exclude.
pub fn open_minute(
    windows: &[Window],
    exclude_holidays: bool,
    calendar: &Calendar,
    at: Moment,
) -> Option<u16> {
    if exclude_holidays && calendar.is_holiday(at.day) {
        return None;
    }
    let weekday = at.day.weekday();
    let open = windows.iter().filter(|window| window.opens_on(weekday) && window.to > at.minute);
    open.map(|window| window.from.max(at.minute)).min()
}

/// The time zones of a country (IANA names), the capital's first. Where a debtor's zone is not
/// known, a moment must suit all of them (domain reference D1). Empty for other countries.
pub fn zones(country: &str) -> &'static [&'static str] {
    match country {
        "CL" => &["America/Santiago", "America/Punta_Arenas", "Pacific/Easter"],
        "MX" => &[
            "America/Mexico_City",
            "America/Cancun",
            "America/Chihuahua",
            "America/Ciudad_Juarez",
            "America/Hermosillo",
            "America/Mazatlan",
            "America/Tijuana",
        ],
        "ES" => &["Europe/Madrid", "Atlantic/Canary"],
        "CO" => &["America/Bogota"],
        "PE" => &["America/Lima"],
        "AR" => &["America/Argentina/Buenos_Aires"],
        _ => &[],
    }
}
