//! The contact guard against the golden cases of the domain reference (D2).
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use puntual_core::calendar::Calendar;
use puntual_core::date::Day;
use puntual_core::hours::{Channel, Moment, Person};
use puntual_core::strategy::guard::{
    self, ContactRequest, Decision, PastContact, Purpose, RULES, decide, strictest,
};

/// `2026-11-21 19:59` of the debtor's clock.
fn at(text: &str) -> Moment {
    let (day, clock) = text.split_once(' ').unwrap();
    let (hour, minute) = clock.split_once(':').unwrap();
    let minute = hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap();
    Moment { day: day.parse().unwrap(), minute }
}

fn past(contacts: &[(&str, Channel)]) -> Vec<PastContact> {
    contacts
        .iter()
        .map(|(day, channel)| PastContact {
            day: day.parse().unwrap(),
            channel: *channel,
            reached: true,
        })
        .collect()
}

fn ask(
    country: &str,
    person: Person,
    channel: Channel,
    when: &str,
    recent: &[(&str, Channel)],
) -> String {
    let calendar = Calendar::of_country(country);
    let recent = past(recent);
    let request = ContactRequest {
        country,
        person,
        channel,
        purpose: Purpose::Collection,
        third_party: false,
        opted_out: false,
        authorised: true,
        recent: &recent,
        keep_policies: true,
        calendar: &calendar,
    };
    match decide(&request, at(when)) {
        Decision::Allow => "allow".to_owned(),
        Decision::Defer { not_before, rule } => format!("{rule} until {not_before}"),
        Decision::Deny { rule } => format!("{rule} never"),
    }
}

#[test]
fn golden_cases() {
    use Channel::*;
    use Person::Consumer;
    for (country, channel, when, recent, expected) in [
        ("CL", Call, "2026-11-21 19:59", &[][..], "allow"),
        ("CL", Call, "2026-11-21 20:00", &[], "CL-LPC-37 until 2026-11-23T08:00"),
        // Saturday before a Monday holiday (12 October 2026).
        ("CL", Email, "2026-10-10 20:00", &[], "CL-LPC-37 until 2026-10-13T08:00"),
        (
            "CL",
            Call,
            "2026-11-18 10:00",
            &[("2026-11-12", Call)],
            "CL-LPC-37 until 2026-11-19T08:00",
        ),
        (
            "CL",
            Sms,
            "2026-11-17 10:00",
            &[("2026-11-16", Email)],
            "CL-LPC-37 until 2026-11-19T08:00",
        ),
        ("CL", Call, "2026-11-17 10:00", &[("2026-11-16", Email)], "allow"),
        (
            "CO",
            Whatsapp,
            "2026-11-18 10:00",
            &[("2026-11-16", Call)],
            "CO-L2300 until 2026-11-23T07:00",
        ),
        ("CO", Email, "2026-11-21 15:00", &[], "CO-L2300 until 2026-11-23T07:00"),
        ("CO", Email, "2026-11-21 14:59", &[], "allow"),
        ("PE", Call, "2026-11-21 10:00", &[], "PE-29571-62 until 2026-11-23T07:00"),
        // 21:30 in Tijuana is 23:30 in Mexico City: only the debtor's clock counts.
        ("MX", Call, "2026-11-19 21:30", &[], "allow"),
        ("MX", Call, "2026-11-19 23:30", &[], "MX-DEFAULT until 2026-11-20T07:00"),
        ("ES", Email, "2026-12-08 10:00", &[], "ES-CONSUMER-POLICY until 2026-12-09T09:00"),
        ("UY", Email, "2026-11-20 08:00", &[], "LATAM-DEFAULT until 2026-11-20T09:00"),
    ] {
        assert_eq!(
            ask(country, Consumer, channel, when, recent),
            expected,
            "{country} {channel:?} {when}"
        );
    }
}

#[test]
fn persons_are_told_apart() {
    let sunday = "2026-11-22 10:00";
    let ask = |country, person| ask(country, person, Channel::Email, sunday, &[]);
    assert_eq!(ask("CL", Person::Company), "B2B-DEFAULT until 2026-11-23T08:00");
    assert_eq!(ask("CL", Person::MicroSmallCompany), "CL-LPC-37 until 2026-11-23T08:00");
    assert_eq!(ask("ES", Person::SoleTrader), "B2B-DEFAULT until 2026-11-23T08:00");
    assert_eq!(ask("UY", Person::SoleTrader), "LATAM-DEFAULT until 2026-11-23T09:00");
    assert_eq!(ask("UY", Person::PublicBody), "B2B-DEFAULT until 2026-11-23T08:00");
}

#[test]
fn what_nobody_may_do_and_what_nobody_limits() {
    let calendar = Calendar::weekends_only();
    let recent = past(&[("2026-11-19", Channel::Email), ("2026-11-17", Channel::Email)]);
    let request = ContactRequest {
        country: "CL",
        person: Person::Consumer,
        channel: Channel::Email,
        purpose: Purpose::Service,
        third_party: false,
        opted_out: false,
        authorised: false,
        recent: &recent,
        keep_policies: true,
        calendar: &calendar,
    };
    let now = at("2026-11-20 10:00");
    assert_eq!(decide(&request, now), Decision::Allow);
    let third = ContactRequest { third_party: true, ..request };
    assert_eq!(decide(&third, now), Decision::Deny { rule: guard::THIRD_PARTY });
    let out = ContactRequest { opted_out: true, ..request };
    assert_eq!(decide(&out, now), Decision::Deny { rule: guard::OPT_OUT });
    let unauthorised = ContactRequest { country: "CO", ..request };
    assert_eq!(decide(&unauthorised, now), Decision::Deny { rule: "CO-L2300" });
    // Collection of the same kind is capped; a preventive notice only for consumers.
    let capped = ContactRequest { purpose: Purpose::Collection, ..request };
    assert!(matches!(decide(&capped, now), Decision::Defer { .. }));
    let preventive = ContactRequest { purpose: Purpose::Preventive, ..request };
    assert!(matches!(decide(&preventive, now), Decision::Defer { .. }));
    let trader = ContactRequest { person: Person::SoleTrader, ..preventive };
    assert_eq!(decide(&trader, now), Decision::Allow);
    // Only our own policies can be switched off.
    let night = at("2026-11-22 23:00");
    let off = ContactRequest { keep_policies: false, ..request };
    assert!(matches!(decide(&off, night), Decision::Defer { .. }));
    assert_eq!(decide(&ContactRequest { person: Person::Company, ..off }, night), Decision::Allow);
    // Tasks inside the house keep no hours.
    assert_eq!(
        decide(&ContactRequest { channel: Channel::Legal, ..request }, night),
        Decision::Allow
    );
}

#[test]
fn an_unknown_zone_must_suit_all_of_the_country() {
    let calendar = Calendar::of_country("ES");
    let request = ContactRequest {
        country: "ES",
        person: Person::Consumer,
        channel: Channel::Call,
        purpose: Purpose::Collection,
        third_party: false,
        opted_out: false,
        authorised: true,
        recent: &[],
        keep_policies: true,
        calendar: &calendar,
    };
    // 09:30 in Madrid is 08:30 in the Canaries.
    let both = [at("2026-11-20 09:30"), at("2026-11-20 08:30")].map(|when| decide(&request, when));
    let not_before = at("2026-11-20 09:00");
    assert_eq!(strictest(both), Decision::Defer { not_before, rule: "ES-CONSUMER-POLICY" });
}

#[test]
fn every_rule_is_complete_and_can_be_met() {
    for rule in RULES {
        assert!(
            !rule.law.is_empty() && !rule.windows.is_empty() && !rule.covers.is_empty(),
            "{}",
            rule.id
        );
        assert!(rule.effective_from.is_empty() || rule.effective_from.parse::<Day>().is_ok());
        assert_eq!(guard::rule(rule.id), Some(rule));
    }
    for country in ["CL", "MX", "ES", "CO", "PE", "AR", "UY"] {
        for person in Person::ALL {
            for channel in Channel::ALL {
                for day in 0..14 {
                    let when = format!("{} 21:59", "2026-12-20".parse::<Day>().unwrap() + day);
                    assert!(!ask(country, person, channel, &when, &[]).ends_with("never"));
                }
            }
        }
    }
}
