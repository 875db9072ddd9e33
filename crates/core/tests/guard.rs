//! The contact guard against the golden cases of the domain reference (D2).
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use puntual_core::calendar::Calendar;
use puntual_core::date::Day;
use puntual_core::hours::{Channel, Moment, Person};
use puntual_core::strategy::guard::book::{FILES, RuleBook};
use puntual_core::strategy::guard::rule::{Actor, CreditorKind};
use puntual_core::strategy::guard::text::read;
use puntual_core::strategy::guard::{
    self, ContactLaw, ContactRequest, Decision, PastContact, Purpose, counters, decide, strictest,
};
use std::sync::Arc;

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

/// A collection call to a consumer, to be changed by what a test is about.
fn request<'a>(
    law: &'a ContactLaw,
    country: &'a str,
    recent: &'a [PastContact],
    calendar: &'a Calendar,
) -> ContactRequest<'a> {
    ContactRequest {
        law,
        country,
        person: Person::Consumer,
        channel: Channel::Call,
        purpose: Purpose::Collection,
        third_party: false,
        opted_out: false,
        authorised: true,
        recent,
        keep_policies: true,
        calendar,
    }
}

fn told(decision: Decision) -> String {
    match decision {
        Decision::Allow => "allow".to_owned(),
        Decision::Defer { not_before, rule } => format!("{rule} until {not_before}"),
        Decision::Deny { rule } => format!("{rule} never"),
    }
}

fn ask(
    country: &str,
    person: Person,
    channel: Channel,
    when: &str,
    recent: &[(&str, Channel)],
) -> String {
    ask_under(&ContactLaw::default(), country, person, channel, when, recent)
}

fn ask_under(
    law: &ContactLaw,
    country: &str,
    person: Person,
    channel: Channel,
    when: &str,
    recent: &[(&str, Channel)],
) -> String {
    let calendar = Calendar::of_place(country, law.region.as_deref());
    let recent = past(recent);
    let request = request(law, country, &recent, &calendar);
    told(decide(&ContactRequest { person, channel, ..request }, at(when)))
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
    let (law, calendar) = (ContactLaw::default(), Calendar::weekends_only());
    let recent = past(&[("2026-11-19", Channel::Email), ("2026-11-17", Channel::Email)]);
    let request = ContactRequest {
        channel: Channel::Email,
        purpose: Purpose::Service,
        authorised: false,
        ..request(&law, "CL", &recent, &calendar)
    };
    let now = at("2026-11-20 10:00");
    assert_eq!(decide(&request, now), Decision::Allow);
    let unauthorised = ContactRequest { country: "CO", ..request };
    assert_eq!(told(decide(&unauthorised, now)), "CO-L2300 never");
    // A visit is forbidden in Colombia, even authorised.
    let visit = ContactRequest { channel: Channel::Visit, authorised: true, ..unauthorised };
    assert_eq!(told(decide(&visit, now)), "CO-L2300 never");
    // Collection of the same kind is capped; a preventive notice only for consumers.
    let capped = ContactRequest { purpose: Purpose::Collection, ..request };
    assert!(matches!(decide(&capped, now), Decision::Defer { .. }));
    let counted: Vec<_> = counters(&capped, now.day).iter().map(|c| (c.made, c.max)).collect();
    assert_eq!(counted, [(2, 2)]);
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
    let task = ContactRequest { channel: Channel::Legal, ..request };
    assert_eq!(decide(&task, night), Decision::Allow);
}

#[test]
fn third_parties_and_refusals_are_denied_everywhere() {
    let (law, calendar) = (ContactLaw::default(), Calendar::weekends_only());
    for country in ["CL", "CO", "PE", "MX", "ES", "AR", "UY", "EC", "US"] {
        for person in Person::ALL {
            let request = ContactRequest { person, ..request(&law, country, &[], &calendar) };
            let now = at("2026-11-20 10:00");
            let third = ContactRequest { third_party: true, ..request };
            assert_eq!(told(decide(&third, now)), format!("{} never", guard::THIRD_PARTY));
            let out = ContactRequest { opted_out: true, ..request };
            assert_eq!(told(decide(&out, now)), format!("{} never", guard::OPT_OUT));
        }
    }
}

#[test]
fn an_unknown_zone_must_suit_all_of_the_country() {
    let (law, calendar) = (ContactLaw::default(), Calendar::of_country("ES"));
    let request = request(&law, "ES", &[], &calendar);
    // 09:30 in Madrid is 08:30 in the Canaries.
    let both = [at("2026-11-20 09:30"), at("2026-11-20 08:30")].map(|when| decide(&request, when));
    assert_eq!(told(strictest(both)), "ES-CONSUMER-POLICY until 2026-11-20T09:00");
}

#[test]
fn windows_are_half_open() {
    for (country, open, closed) in [
        ("CL", "2026-11-20 08:00", "2026-11-20 07:59"),
        ("CL", "2026-11-20 19:59", "2026-11-20 20:00"),
        ("CO", "2026-11-20 07:00", "2026-11-20 06:59"),
        ("CO", "2026-11-20 18:59", "2026-11-20 19:00"),
        ("PE", "2026-11-20 19:59", "2026-11-20 20:00"),
        ("MX", "2026-11-20 21:59", "2026-11-20 22:00"),
        ("ES", "2026-11-20 20:59", "2026-11-20 21:00"),
        ("AR", "2026-11-20 19:59", "2026-11-20 20:00"),
    ] {
        let asked = |when| ask(country, Person::Consumer, Channel::Call, when, &[]);
        assert_eq!(asked(open), "allow", "{country} {open}");
        assert!(asked(closed).contains("until"), "{country} {closed}");
    }
}

#[test]
fn a_week_is_any_seven_days_and_the_calendar_week() {
    use Channel::Call;
    let asked = |when, recent: &[(&str, Channel)]| ask("CL", Person::Consumer, Call, when, recent);
    // Seven days running: Friday's call blocks until the next Friday, over the Monday between.
    let friday = [("2026-11-13", Call)];
    assert_eq!(asked("2026-11-19 10:00", &friday), "CL-LPC-37 until 2026-11-20T08:00");
    assert_eq!(asked("2026-11-20 10:00", &friday), "allow");
    // The calendar week: a call planned for Saturday blocks the Monday before it.
    assert_eq!(
        asked("2026-11-16 10:00", &[("2026-11-21", Call)]),
        "CL-LPC-37 until 2026-11-28T08:00"
    );
}

#[test]
fn only_who_is_bound_is_bound() {
    let monday_night = "2026-11-23 21:00";
    let under = |actor, creditor_kind, region: Option<&str>| ContactLaw {
        actor,
        creditor_kind,
        region: region.map(str::to_owned),
        ..ContactLaw::default()
    };
    let asked = |law: &ContactLaw, country, when| {
        ask_under(law, country, Person::Consumer, Channel::Call, when, &[])
    };
    use Actor::{Agency, Assignee, FirstParty};
    use CreditorKind::{Financial, Other};
    // A bank in Mexico is under the rule of despachos, others under our policy.
    let bank = under(FirstParty, Financial, None);
    assert_eq!(asked(&bank, "MX", "2026-11-23 23:00"), "MX-COND-2014 until 2026-11-24T07:00");
    let shop = under(FirstParty, Other, None);
    assert_eq!(asked(&shop, "MX", "2026-11-23 23:00"), "MX-DEFAULT until 2026-11-24T07:00");
    // Agencies in the City of Buenos Aires; a debtor of an unknown region may be one of the City.
    for law in [under(Agency, Other, Some("AR-C")), under(Assignee, Other, None)] {
        assert_eq!(asked(&law, "AR", monday_night), "AR-CABA-6171 until 2026-11-24T09:00");
    }
    for law in [under(Agency, Other, Some("AR-X")), under(FirstParty, Other, Some("AR-C"))] {
        assert_eq!(asked(&law, "AR", monday_night), "AR-POLICY until 2026-11-24T09:00");
    }
    // A holiday of the region only: 2 May in Madrid would be; 9 November 2026, the Almudena, is
    // the town's own and unknown here.
    let here = |region| under(FirstParty, Other, Some(region));
    assert!(asked(&here("ES-CT"), "ES", "2026-06-24 10:00").contains("until 2026-06-25"));
    assert_eq!(asked(&here("ES-MD"), "ES", "2026-06-24 10:00"), "allow");
}

#[test]
fn rules_begin_on_their_day() {
    let rule = RuleBook::standard().rule("ES-L10-2025").unwrap();
    assert!(!rule.is_in_force(at("2026-12-27 10:00").day));
    assert!(rule.is_in_force(at("2026-12-28 10:00").day));
    assert!(rule.forbidden.contains(&"contact_while_adr_complaint_pending".to_owned()));
    // Before the law of 2021 no rule of Chile sets hours: prudence does.
    let asked = |when| ask("CL", Person::Consumer, Channel::Call, when, &[]);
    assert_eq!(asked("2021-04-19 08:30"), "LATAM-DEFAULT until 2021-04-19T09:00");
    assert_eq!(asked("2021-04-20 08:30"), "allow");
}

const OWN: &str = r#"
[[rule]]
id = "PROPIA-MARTES"
country = "CL"
covers = ["any_debtor"]
windows = [{ days = "Tue-Thu", from = "10:00", to = "12:00" }]
law = "Acuerdo con la cámara de comercio"
confidence = "low"
verified_on = 2026-11-22

[[override]]
rule = "B2B-DEFAULT"
reason = "Los clientes piden llamadas de noche"
"#;

#[test]
fn an_own_file_adds_strictness_and_sets_policies_aside() {
    let book = RuleBook::with_own(OWN).unwrap();
    let law = ContactLaw { book: Arc::new(book), ..ContactLaw::default() };
    let asked = |country, person, when| ask_under(&law, country, person, Channel::Call, when, &[]);
    let monday = "2026-11-23 10:00";
    let company = Person::Company;
    assert_eq!(asked("CL", Person::Consumer, monday), "PROPIA-MARTES until 2026-11-24T10:00");
    // Both bind: the law's holiday rule still holds within the own hours.
    assert_eq!(
        asked("CL", Person::Consumer, "2026-12-08 10:30"),
        "CL-LPC-37 until 2026-12-09T10:00"
    );
    assert_eq!(asked("ES", company, "2026-11-22 23:00"), "allow");
    assert_eq!(asked("CL", company, monday), "PROPIA-MARTES until 2026-11-24T10:00");
    // A supervisor's waiver only reaches what is our own policy.
    let waived = vec!["CL-LPC-37".to_owned(), "ES-CONSUMER-POLICY".to_owned()];
    let law = ContactLaw { waived, ..ContactLaw::default() };
    let sunday = "2026-11-22 10:00";
    let asked = |country| ask_under(&law, country, Person::Consumer, Channel::Call, sunday, &[]);
    assert!(asked("CL").starts_with("CL-LPC-37 until"));
    assert_eq!(asked("ES"), "allow");
}

#[test]
fn what_a_rule_file_gets_wrong_is_refused_with_its_line() {
    let changed = |from: &str, to: &str| {
        assert!(OWN.contains(from), "{from}");
        RuleBook::with_own(&OWN.replace(from, to)).unwrap_err().to_string()
    };
    for (from, to, said) in [
        ("[[rule]]\nid", "[[rule]]\nmaximum = 3\nid", "line 3: no rule has the key \"maximum\""),
        ("\"Tue-Thu\"", "\"Thu-Tue\"", "line 6: \"days\" accepts weekdays in their order"),
        ("\"12:00\"", "\"09:00\"", "line 6: \"to\" accepts an hour after \"from\""),
        ("\"10:00\"", "\"25:00\"", "line 6: \"from\" accepts an hour as"),
        ("[\"any_debtor\"]", "[\"everybody\"]", "line 5: \"covers\" accepts any_debtor alone"),
        ("\"CL\"", "\"Chile\"", "line 4: \"country\" accepts a country as two"),
        ("law = \"Acuerdo con la cámara de comercio\"\n", "", "line 2: the key \"law\" is missing"),
        ("2026-11-22", "2026-02-30", "not TOML"),
        ("\"low\"", "\"sure\"", "\"confidence\" accepts high, medium, low"),
        ("PROPIA-MARTES", "PE-29571-62", "line 2: there is a rule \"PE-29571-62\" already"),
        ("\"B2B-DEFAULT\"", "\"CL-LPC-37\"", "line 11: the rule \"CL-LPC-37\" is law"),
        ("\"B2B-DEFAULT\"", "\"NADA\"", "line 11: there is no rule \"NADA\""),
        ("\"Los clientes piden llamadas de noche\"", "\" \"", "line 13: \"reason\" accepts text"),
        ("law =", "fallback = true\nlaw =", "line 2: \"fallback\" accepts false"),
        ("law =", "forbidden = [\"singing\"]\nlaw =", "line 7: \"forbidden\" accepts court_look"),
        (
            "law =",
            "caps = [{ channels = \"any\", max = 0, per = \"day\" }]\nlaw =",
            "line 7: \"max\"",
        ),
        ("[[override]]", "[override]", "line 11: \"override\" accepts a list of tables"),
    ] {
        let fault = changed(from, to);
        assert!(fault.contains(said), "{from} -> {to}: {fault}");
    }
}

#[test]
fn every_rule_is_complete_and_can_be_met() {
    let rules: Vec<_> =
        FILES.iter().flat_map(|(name, text)| read(text).expect(name).rules).collect();
    let book = RuleBook::standard();
    assert_eq!(book.rules().len(), rules.len());
    for (_, rule) in &rules {
        assert_eq!(book.rule(&rule.id), Some(rule), "an id twice, or a file lost");
        let limits = !rule.windows.is_empty() || !rule.forbidden.is_empty();
        assert!(limits && rule.citation().len() > 10, "{}", rule.id);
        assert!(rule.fallback == rule.country.is_empty(), "{}", rule.id);
    }
    for id in [
        "CL-LPC-37",
        "CO-L2300",
        "PE-29571-62",
        "MX-COND-2014",
        "MX-CPF-284BIS",
        "MX-DEFAULT",
        "ES-CONSUMER-POLICY",
        "ES-L10-2025",
        "AR-LDC-8BIS",
        "AR-CABA-6171",
        "LATAM-DEFAULT",
        "B2B-DEFAULT",
    ] {
        assert!(book.rule(id).is_some(), "{id}");
    }
    for country in ["CL", "MX", "ES", "CO", "PE", "AR", "UY"] {
        for person in Person::ALL {
            for channel in Channel::ALL {
                for day in 0..14 {
                    let when = format!("{} 21:59", "2026-12-20".parse::<Day>().unwrap() + day);
                    let never = ask(country, person, channel, &when, &[]).ends_with("never");
                    let visit = channel == Channel::Visit && country == "CO";
                    let covered = matches!(person, Person::Consumer | Person::SoleTrader);
                    assert_eq!(never, visit && covered, "{country} {person:?} {channel:?}");
                }
            }
        }
    }
}
