//! No plan ever breaks a rule of contact: random customers are planned with S2 day after day, and
//! every contact made is checked by a second, naive reading of the law that shares no code and no
//! rule file with the guard.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod golden;

use golden::day;
use proptest::prelude::*;
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::{Day, Weekday};
use puntual_core::hours::{Channel, Moment, Person};
use puntual_core::id::{ContactPointId, CreditorId, CustomerId, DocumentId, ReceivableId};
use puntual_core::money::Money;
use puntual_core::strategy::facts::{ContactPointFacts, CustomerFacts, ReceivableFacts};
use puntual_core::strategy::guard::rule::{Actor, CreditorKind};
use puntual_core::strategy::guard::{ContactLaw, PastContact, Purpose};
use puntual_core::strategy::plan::{Planned, Verdict, plan};
use puntual_core::strategy::recheck::{Pending, Release, recheck};
use puntual_core::strategy::standard::standard;

/// A contact as it was made.
#[derive(Clone, Copy, Debug)]
struct Made {
    at: Moment,
    channel: Channel,
    purpose: Purpose,
}

/// Hours of a country on a weekday for a person, as the domain reference D2 has them.
fn hours(facts: &CustomerFacts, weekday: Weekday) -> Option<(u16, u16)> {
    use Person::{Consumer, MicroSmallCompany, SoleTrader};
    let saturday = weekday == Weekday::Saturday;
    if weekday == Weekday::Sunday {
        return None;
    }
    let (from, to, on_saturday) = match (facts.country.as_str(), facts.person) {
        ("CL", Consumer | SoleTrader | MicroSmallCompany) => (8, 20, Some((8, 20))),
        ("CO", Consumer | SoleTrader) => (7, 19, Some((8, 15))),
        ("PE", Consumer) => (7, 20, None),
        ("MX", _) if facts.law.actor != Actor::Assignee => (7, 22, None),
        ("MX", _) if facts.law.creditor_kind != CreditorKind::Financial => (7, 22, None),
        ("ES", Consumer) => (9, 21, None),
        ("AR", Consumer) => (9, 20, None),
        ("UY", Consumer | SoleTrader | MicroSmallCompany) => (9, 19, None),
        ("MX", Consumer) => (9, 19, None),
        _ => (8, 19, None),
    };
    let (from, to) = if saturday { on_saturday? } else { (from, to) };
    Some((from * 60, to * 60))
}

/// What the last of these contacts breaks.
fn broken(facts: &CustomerFacts, all: &[Made], holidays: &Calendar) -> Vec<String> {
    use Channel::{Call, Email, Letter, Sms, Visit, Whatsapp};
    use Person::{Consumer, MicroSmallCompany, SoleTrader};
    let mut broken = Vec::new();
    let Some(&one) = all.last() else { return broken };
    let open = hours(facts, one.at.day.weekday());
    if !open.is_some_and(|(from, to)| from <= one.at.minute && one.at.minute < to) {
        broken.push(format!("hour: {one:?}"));
    }
    if holidays.is_holiday(one.at.day) {
        broken.push(format!("holiday: {one:?}"));
    }
    let capped = one.purpose == Purpose::Collection || facts.person == Consumer;
    let written: &[Channel] = &[Email, Sms, Whatsapp, Letter];
    let (spoken, between): (&[Channel], &[Channel]) = (&[Call, Visit], &[Email, Whatsapp, Letter]);
    let protected = matches!(facts.person, Consumer | SoleTrader | MicroSmallCompany);
    let caps: Vec<(&[Channel], i32, usize)> = match facts.country.as_str() {
        "CL" | "UY" if protected => vec![(spoken, 7, 1), (written, 7, 2), (written, 3, 1)],
        "CO" if matches!(facts.person, Consumer | SoleTrader) => vec![(&Channel::ALL, 7, 1)],
        "PE" | "AR" if facts.person == Consumer => Vec::new(),
        "ES" if facts.person == Consumer => vec![(spoken, 7, 2), (written, 7, 3)],
        "MX" => Vec::new(),
        _ => vec![(&[Call], 7, 3), (between, 7, 3)],
    };
    for (channels, days, max) in caps {
        // The days running that end with this contact; each window has a last one.
        let inside = |other: &&Made| (0..days).contains(&(one.at.day - other.at.day));
        let count = all.iter().filter(inside).filter(|other| channels.contains(&other.channel));
        if capped && channels.contains(&one.channel) && count.count() > max {
            broken.push(format!("more than {max} in {days} days: {one:?}"));
        }
    }
    broken
}

fn facts() -> impl Strategy<Value = CustomerFacts> {
    let receivable = (0i32..120, 1i32..90, 1_000i64..9_000_000, 0usize..2);
    let places = ["CL", "CO", "PE", "MX", "ES", "AR", "UY"];
    (
        (0usize..places.len(), 0usize..5, 0usize..3, 0usize..4),
        prop::collection::vec(receivable, 1..12),
        prop::collection::vec((0usize..4, any::<bool>(), any::<bool>()), 0..5),
        prop::collection::vec((1i32..14, 0usize..6), 0..3),
    )
        .prop_map(move |((country, person, actor, kind), receivables, points, past)| {
            let kinds = [Channel::Email, Channel::Whatsapp, Channel::Call, Channel::Letter];
            let currencies = [Currency::CLP, Currency::USD];
            let point = |(id, (kind, usable, authorised)): (usize, (usize, bool, bool))| {
                ContactPointFacts {
                    id: ContactPointId(id as i64 + 1),
                    channel: kinds[kind],
                    usable,
                    opted_out: false,
                    authorised,
                    third_party: false,
                }
            };
            let receivable = |(id, (due, term, minor, currency)): (usize, _)| {
                let (due, term): (i32, i32) = (due, term);
                ReceivableFacts {
                    id: ReceivableId(id as i64 + 1),
                    document: DocumentId(id as i64 + 1),
                    document_number: format!("F{id}"),
                    issued: day("2026-01-05") + due - term,
                    due: day("2026-01-05") + due,
                    open: Money::new(minor, currencies[currency]),
                    disputed_minor: 0,
                    promised_until: None,
                    last_step: None,
                    is_instalment: false,
                    branch_steps: Vec::new(),
                }
            };
            let contact = |(ago, channel): (i32, usize)| PastContact {
                day: day("2026-01-05") - ago,
                channel: Channel::ALL[channel],
                reached: ago % 2 == 0,
            };
            CustomerFacts {
                creditor: CreditorId(1),
                customer: CustomerId(1),
                person: Person::ALL[person],
                country: places[country].to_owned(),
                language: "es".to_owned(),
                segment: None,
                receivables: receivables.into_iter().enumerate().map(receivable).collect(),
                unapplied: Vec::new(),
                contact_points: points.into_iter().enumerate().map(point).collect(),
                holds: Vec::new(),
                opt_outs: Vec::new(),
                contacts: past.into_iter().map(contact).collect(),
                law: ContactLaw {
                    actor: Actor::ALL[actor],
                    creditor_kind: CreditorKind::ALL[kind],
                    ..ContactLaw::default()
                },
                events: Vec::new(),
                history: None,
                customer_since: None,
            }
        })
}

fn carry_out(facts: &mut CustomerFacts, planned: &[Planned], made: &mut Vec<Made>, today: Day) {
    for action in planned.iter().filter(|action| action.is_act()) {
        for (id, mark) in action.marks() {
            let found = facts.receivables.iter_mut().find(|r| r.id == id);
            found.unwrap().last_step = Some(mark.clone());
        }
        let Verdict::Act { not_before } = action.verdict else { continue };
        let (Some(channel), Some(step)) = (action.channel, &action.step) else { continue };
        if channel.is_contact() {
            made.push(Made { at: not_before, channel, purpose: step.purpose });
            facts.contacts.push(PastContact { day: today, channel, reached: true });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_plan_breaks_a_rule(mut facts in facts(), skipped in prop::collection::vec(0usize..4, 200)) {
        let (strategy, calendar) = (standard(), Calendar::of_country(&facts.country));
        let mut made: Vec<Made> = facts.contacts.iter().map(|contact| Made {
            at: Moment { day: contact.day, minute: 12 * 60 },
            channel: contact.channel,
            purpose: Purpose::Collection,
        }).collect();
        let past = made.len();
        let mut today = day("2026-01-05") - 15;
        for skip in skipped {
            today = today + 1;
            // A quarter of the days nobody runs the day.
            if skip == 0 || today < day("2026-01-05") {
                continue;
            }
            let planned = plan(&facts, &strategy, &calendar, today);
            carry_out(&mut facts, &planned, &mut made, today);
        }
        // The contacts before the first day were not ours to make; in Colombia only those that
        // reached someone count in the week.
        for last in past..made.len() {
            let from = if facts.country == "CO" { past } else { 0 };
            prop_assert_eq!(broken(&facts, &made[from..=last], &calendar), Vec::<String>::new());
            prop_assert!(facts.country != "CO" || made[last].channel != Channel::Visit);
        }
    }

    /// What may be released may be released: the last look says so only at allowed moments.
    #[test]
    fn nothing_is_released_against_a_rule(facts in facts(), ahead in 0i32..120, minute in 0u16..1440) {
        let calendar = Calendar::of_country(&facts.country);
        let receivables: Vec<ReceivableId> = facts.receivables.iter().map(|r| r.id).collect();
        let now = Moment { day: day("2026-01-05") + ahead, minute };
        let point = facts.contact_points.iter().find(|point| point.channel == Channel::Email);
        let pending = Pending {
            receivables: &receivables,
            channel: Channel::Email,
            contact_point: point.map(|point| point.id),
            purpose: Purpose::Collection,
            branch_step: None,
        };
        if let Release::Send { .. } = recheck(&pending, &facts, &standard(), &calendar, now) {
            let reached = |c: &&PastContact| facts.country != "CO" || c.reached || c.day == now.day;
            let mut made: Vec<Made> = facts.contacts.iter().filter(reached).map(|contact| Made {
                at: Moment { day: contact.day, minute: 12 * 60 },
                channel: contact.channel,
                purpose: Purpose::Collection,
            }).collect();
            let one = Made { at: now, channel: Channel::Email, purpose: Purpose::Collection };
            made.push(one);
            prop_assert_eq!(broken(&facts, &made, &calendar), Vec::<String>::new());
        }
    }
}
