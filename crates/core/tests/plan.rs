//! The plan of a customer's day: the standard strategy told as stories, the bench generator's rule
//! against a naive oracle, and what must always hold.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use proptest::prelude::*;
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::hours::{Channel, Moment, Person};
use puntual_core::id::{ContactPointId, CreditorId, CustomerId, DocumentId, ReceivableId};
use puntual_core::money::Money;
use puntual_core::strategy::facts::{
    ContactPointFacts, CustomerFacts, HoldFacts, HoldKind, ReceivableFacts,
};
use puntual_core::strategy::guard::{ContactLaw, PastContact, Purpose};
use puntual_core::strategy::plan::{Planned, Verdict, plan};
use puntual_core::strategy::recheck::{Pending, Release, recheck};
use puntual_core::strategy::standard::{TEMPLATES, standard};
use puntual_core::strategy::{Grace, Step, StepMark, Strategy as Dunning, Tone, Track};

/// A Tuesday, and no holiday in Chile.
const TODAY: &str = "2026-06-30";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn receivable(id: i64, overdue_days: i32, minor: i64) -> ReceivableFacts {
    ReceivableFacts {
        id: ReceivableId(id),
        document: DocumentId(1000 + id),
        document_number: format!("F{id:04}"),
        issued: day(TODAY) - overdue_days - 30,
        due: day(TODAY) - overdue_days,
        open: Money::new(minor, Currency::CLP),
        disputed_minor: 0,
        promised_until: None,
        last_step: None,
        is_instalment: false,
        branch_steps: Vec::new(),
    }
}

fn email() -> ContactPointFacts {
    ContactPointFacts {
        id: ContactPointId(7),
        channel: Channel::Email,
        usable: true,
        opted_out: false,
        authorised: true,
        third_party: false,
    }
}

fn customer(receivables: Vec<ReceivableFacts>) -> CustomerFacts {
    CustomerFacts {
        creditor: CreditorId(1),
        customer: CustomerId(2),
        person: Person::Company,
        country: "CL".to_owned(),
        language: "es".to_owned(),
        segment: None,
        receivables,
        unapplied: Vec::new(),
        contact_points: vec![email()],
        holds: Vec::new(),
        opt_outs: Vec::new(),
        contacts: Vec::new(),
        law: ContactLaw::default(),
        events: Vec::new(),
        history: None,
        customer_since: None,
    }
}

fn run(facts: &CustomerFacts, today: &str) -> Vec<Planned> {
    plan(facts, &standard(), &Calendar::of_country("CL"), day(today))
}

/// `act email reminder 15000 [F0001 F0002]: codes…`, one text per result.
fn told(planned: &[Planned]) -> Vec<String> {
    let tell = |p: &Planned| {
        let channel = p.channel.map_or("-", Channel::as_str);
        let step = p.step.as_ref().map_or("-", |step| step.key.as_str());
        let numbers: Vec<&str> = p.lines.iter().map(|l| l.document_number.as_str()).collect();
        let against = p.reasons.iter().filter(|reason| reason.prevents());
        let codes: Vec<&str> = against.map(|reason| reason.code()).collect();
        format!(
            "{} {channel} {step} {} [{}] {}",
            p.verdict.as_str(),
            p.amount_minor,
            numbers.join(" "),
            codes.join(" ")
        )
    };
    planned.iter().map(|p| tell(p).trim_end().to_owned()).collect()
}

#[test]
fn one_message_per_customer_with_the_most_severe_step() {
    let facts = customer(vec![
        receivable(1, 4, 10_000),
        receivable(2, 0, 20_000),
        receivable(3, -7, 40_000),
        receivable(4, -8, 80_000),
        receivable(5, 10, 160_000),
    ]);
    let planned = run(&facts, TODAY);
    assert_eq!(
        told(&planned),
        [
            "act call call_1 160000 [F0005]",
            "act email reminder 70000 [F0001 F0002 F0003]",
            "skip - - 80000 [F0004] not_yet",
        ]
    );
    let marks: Vec<&str> = planned[1].marks().map(|(_, mark)| mark.key.as_str()).collect();
    assert_eq!(marks, ["reminder", "due_today", "preventive"]);
    assert_eq!(planned[1].verdict, Verdict::Act { not_before: at(TODAY, 8) });
    assert_eq!(planned[1].contact_point, Some(ContactPointId(7)));
}

fn at(text: &str, hour: u16) -> Moment {
    Moment { day: day(text), minute: hour * 60 }
}

#[test]
fn a_late_start_does_only_the_current_step_and_a_weekend_waits() {
    let facts = customer(vec![receivable(1, 20, 10_000)]);
    let planned = run(&facts, TODAY);
    assert_eq!(told(&planned), ["act email statement_interest 10000 [F0001]"]);
    let passed = &planned[0].lines[0].reasons;
    assert!(passed.iter().any(|reason| reason.code() == "steps_passed_over"), "{passed:?}");
    // Saturday 4 July, step +22 call is reached on Thursday the 2nd.
    let saturday = run(&facts, "2026-07-04");
    assert_eq!(told(&saturday), ["defer call call_2 10000 [F0001] guard_defers"]);
    assert_eq!(saturday[0].verdict, Verdict::Defer { not_before: at("2026-07-06", 8) });
}

#[test]
fn what_holds_action_back_is_said() {
    let mut facts = customer(vec![
        receivable(1, 40, 10_000),
        receivable(2, 40, 20_000),
        receivable(3, 40, 2_999),
        receivable(4, 40, 40_000),
        receivable(5, 40, 50_000),
        receivable(6, 40, 0),
    ]);
    facts.receivables[0].disputed_minor = 10_000;
    facts.receivables[1].promised_until = Some(day("2026-06-25"));
    facts.receivables[3].last_step =
        Some(StepMark { key: "formal_letter".to_owned(), offset_days: 31, event_on: None });
    facts.holds.push(HoldFacts {
        kind: HoldKind::PaymentInTransit,
        receivable: Some(ReceivableId(5)),
        since: day("2026-06-29"),
        until: Some(day("2026-06-30")),
        why: "envió comprobante".to_owned(),
    });
    assert_eq!(
        told(&run(&facts, TODAY)),
        [
            "skip letter formal_letter 2999 [F0003] below_minimum",
            "skip letter formal_letter 10000 [F0001] disputed",
            "skip letter formal_letter 50000 [F0005] on_hold",
            "skip letter formal_letter 20000 [F0002] promised",
            "skip letter formal_letter 0 [F0006] settled",
            "skip letter formal_letter 40000 [F0004] step_done",
        ]
    );
    // The next day hold and grace (two working days over a holiday) are over; the letter lists the done one too.
    let next = run(&facts, "2026-07-01");
    assert_eq!(told(&next)[0], "act letter formal_letter 70000 [F0002 F0005]");
    let context: Vec<&str> = next[0].context.iter().map(|l| l.document_number.as_str()).collect();
    assert_eq!(context, ["F0004"]);
}

#[test]
fn money_on_account_pays_the_oldest_before_anything_is_claimed() {
    let mut facts = customer(vec![receivable(1, 20, 10_000), receivable(2, 16, 20_000)]);
    facts.unapplied = vec![Money::new(9_000, Currency::CLP), Money::new(6_000, Currency::CLP)];
    assert_eq!(
        told(&run(&facts, TODAY)),
        [
            "act email statement_interest 15000 [F0002]",
            "skip email statement_interest 10000 [F0001] covered_by_credit",
        ]
    );
    facts.unapplied = vec![Money::new(99_000, Currency::EUR)];
    assert_eq!(told(&run(&facts, TODAY)), ["act email statement_interest 30000 [F0001 F0002]"]);
    // A part in dispute is not claimed, the rest is.
    facts.receivables[1].disputed_minor = 5_000;
    assert_eq!(told(&run(&facts, TODAY)), ["act email statement_interest 25000 [F0001 F0002]"]);
}

#[test]
fn a_customer_who_cannot_be_written_to_is_not() {
    let mut facts = customer(vec![receivable(1, 16, 10_000)]);
    let only = |facts: &CustomerFacts| told(&run(facts, TODAY)).join("; ");
    facts.contact_points[0].usable = false;
    assert_eq!(only(&facts), "skip email statement_interest 10000 [F0001] no_contact_point");
    facts.contact_points[0].usable = true;
    facts.contact_points[0].third_party = true;
    assert_eq!(only(&facts), "skip email statement_interest 10000 [F0001] opted_out");
    facts.contact_points.push(email());
    assert_eq!(only(&facts), "act email statement_interest 10000 [F0001]");
    facts.opt_outs.push(Channel::Email);
    assert_eq!(only(&facts), "skip email statement_interest 10000 [F0001] opted_out");
    // The reminder knows another way.
    let mut facts = customer(vec![receivable(1, 3, 10_000)]);
    facts.contact_points = vec![ContactPointFacts { channel: Channel::Whatsapp, ..email() }];
    assert_eq!(only(&facts), "act whatsapp reminder 10000 [F0001]");
    // In Colombia a sole trader must have authorised the channel.
    let mut facts = customer(vec![receivable(1, 16, 10_000)]);
    (facts.country, facts.person) = ("CO".to_owned(), Person::SoleTrader);
    facts.contact_points[0].authorised = false;
    assert_eq!(only(&facts), "skip email statement_interest 10000 [F0001] guard_denies");
}

#[test]
fn caps_make_the_weightier_contact_first() {
    // A Colombian consumer: one contact a day, whatever the channel.
    let mut facts = customer(vec![receivable(1, 3, 10_000), receivable(2, 8, 20_000)]);
    (facts.country, facts.person) = ("CO".to_owned(), Person::Consumer);
    assert_eq!(
        told(&plan(&facts, &standard(), &Calendar::of_country("CO"), day(TODAY))),
        ["act call call_1 20000 [F0002]", "defer email reminder 10000 [F0001] guard_defers"]
    );
}

#[test]
fn a_new_version_of_the_strategy_never_goes_back() {
    let mut facts = customer(vec![receivable(1, 16, 10_000)]);
    let old =
        |offset_days| Some(StepMark { key: "abolished".to_owned(), offset_days, event_on: None });
    facts.receivables[0].last_step = old(15);
    assert_eq!(
        told(&run(&facts, TODAY)),
        ["skip email statement_interest 10000 [F0001] step_done"]
    );
    facts.receivables[0].last_step = old(14);
    assert_eq!(told(&run(&facts, TODAY)), ["act email statement_interest 10000 [F0001]"]);
}

/// Looks again at an e-mail about F0001 and F0002, at so many minutes past eight.
fn look(facts: &CustomerFacts, minute: u16) -> String {
    let pending = Pending {
        receivables: &[ReceivableId(1), ReceivableId(2)],
        channel: Channel::Email,
        contact_point: Some(ContactPointId(7)),
        purpose: Purpose::Collection,
        branch_step: None,
    };
    let now = Moment { day: day(TODAY), minute: 8 * 60 + minute };
    match recheck(&pending, facts, &standard(), &Calendar::of_country("CL"), now) {
        Release::Send { claims, left_out } => {
            let claims = claims.iter().map(|(id, claim)| format!("{}:{}", id.0, claim.minor));
            let left = left_out.iter().map(|(id, why)| format!("-{}:{}", id.0, why[0].code()));
            claims.chain(left).collect::<Vec<_>>().join(" ")
        }
        Release::Wait { not_before, .. } => format!("wait {not_before}"),
        Release::Drop { reasons } => {
            format!("drop {}", reasons.iter().map(|r| r.code()).collect::<Vec<_>>().join(" "))
        }
    }
}

#[test]
fn what_changed_since_the_plan_holds_the_message_back() {
    let mut facts = customer(vec![receivable(1, 20, 10_000), receivable(2, 16, 20_000)]);
    for planned in run(&facts, TODAY) {
        let marks: Vec<_> = planned.marks().map(|(id, mark)| (id, mark.clone())).collect();
        for (id, mark) in marks {
            facts.receivables.iter_mut().find(|r| r.id == id).unwrap().last_step = Some(mark);
        }
    }
    assert_eq!(look(&facts, 0), "1:10000 2:20000");
    assert_eq!(look(&facts, 11 * 60), "wait 2026-07-01T08:00");
    let changed = |change: &dyn Fn(&mut CustomerFacts)| {
        let mut changed = facts.clone();
        change(&mut changed);
        look(&changed, 0)
    };
    let pesos = |minor| Money::new(minor, Currency::CLP);
    assert_eq!(changed(&|f| f.unapplied.push(pesos(15_000))), "2:15000 -1:covered_by_credit");
    assert_eq!(changed(&|f| f.receivables[0].open.minor = 0), "2:20000 -1:settled");
    assert_eq!(changed(&|f| f.receivables.clear()), "drop settled");
    assert_eq!(changed(&|f| f.receivables[1].disputed_minor = 20_000), "1:10000 -2:disputed");
    assert_eq!(
        changed(&|f| f.unapplied.push(pesos(30_000))),
        "drop covered_by_credit covered_by_credit"
    );
    assert_eq!(changed(&|f| f.contact_points[0].usable = false), "drop no_contact_point");
    assert_eq!(changed(&|f| f.contact_points[0].opted_out = true), "drop opted_out");
    assert_eq!(changed(&|f| f.contact_points[0].third_party = true), "drop guard_denies");
    let three = [1, 2, 3].map(|ago| PastContact {
        day: day(TODAY) - ago,
        channel: Channel::Email,
        reached: false,
    });
    assert_eq!(changed(&|f| f.contacts.extend(three)), "wait 2026-07-06T08:00");
}

#[test]
fn the_standard_strategy_is_sound() {
    let strategy = standard();
    let steps = &strategy.tracks[0].steps;
    assert!(steps.windows(2).all(|pair| pair[0].offset_days < pair[1].offset_days));
    assert!(steps.windows(2).all(|pair| pair[0].tone <= pair[1].tone));
    for (index, step) in steps.iter().enumerate() {
        assert!(steps.iter().skip(index + 1).all(|other| other.key != step.key));
        let written = matches!(step.channel, Channel::Email | Channel::Letter);
        assert_eq!(step.template.is_some(), written, "{}", step.key);
        assert!(step.template.as_deref().is_none_or(|key| TEMPLATES.contains(&key)));
    }
}

/// The generator's strategy: steps per segment, minimum balances, two calendar days of grace, no
/// netting and no hours.
fn bench() -> Dunning {
    let track = |segment: &str, steps: &[(i32, &str)]| Track {
        segment: Some(segment.to_owned()),
        steps: steps
            .iter()
            .enumerate()
            .map(|(index, (offset, channel))| {
                Step::new(
                    &index.to_string(),
                    *offset,
                    Channel::parse(channel).unwrap(),
                    Tone::Neutral,
                )
            })
            .collect(),
        ..Track::default()
    };
    Dunning {
        id: "bench".to_owned(),
        version: 1,
        name: "bench".to_owned(),
        tracks: vec![
            track(
                "A",
                &[
                    (-7, "email"),
                    (3, "call"),
                    (10, "email"),
                    (20, "call"),
                    (45, "letter"),
                    (75, "escalate"),
                ],
            ),
            track(
                "B",
                &[
                    (-3, "email"),
                    (1, "email"),
                    (8, "email"),
                    (15, "call"),
                    (30, "letter"),
                    (60, "escalate"),
                    (90, "legal"),
                ],
            ),
            track(
                "C",
                &[
                    (-3, "email"),
                    (1, "email"),
                    (5, "sms"),
                    (10, "email"),
                    (20, "email"),
                    (30, "letter"),
                    (60, "agency"),
                ],
            ),
        ],
        minimums: vec![Money::new(5_000, Currency::CLP), Money::new(500, Currency::USD)],
        promise_grace: Grace::Calendar(2),
        nets_credit: false,
        keep_policies: false,
        responsible: None,
    }
}

fn any_receivable(id: i64) -> impl Strategy<Value = ReceivableFacts> {
    let mark = prop::option::of((0usize..10).prop_map(|at| {
        let step = &standard().tracks[0].steps[at];
        StepMark { key: step.key.clone(), offset_days: step.offset_days, event_on: None }
    }));
    (
        -20i32..120,
        -10i64..20_000,
        prop_oneof![4 => Just(0i64), 1 => 0i64..20_000],
        prop::option::weighted(0.2, -10i32..10),
        mark,
        prop::bool::weighted(0.2),
    )
        .prop_map(move |(overdue, minor, disputed_minor, promised, last_step, dollars)| {
            let mut facts = receivable(id, overdue, minor);
            facts.disputed_minor = disputed_minor;
            facts.promised_until = promised.map(|ahead| day(TODAY) + ahead);
            facts.last_step = last_step;
            if dollars {
                facts.open.currency = Currency::USD;
            }
            facts
        })
}

fn any_customer() -> impl Strategy<Value = CustomerFacts> {
    let receivables = (0usize..9)
        .prop_flat_map(|count| (0..count as i64).map(any_receivable).collect::<Vec<_>>());
    let hold = (prop::option::of(0i64..9), -5i32..3, prop::option::of(-3i32..3)).prop_map(
        |(receivable, since, until)| HoldFacts {
            kind: HoldKind::Pause,
            receivable: receivable.map(ReceivableId),
            since: day(TODAY) + since,
            until: until.map(|ahead| day(TODAY) + ahead),
            why: "prueba".to_owned(),
        },
    );
    let contact = (0i32..14, 0usize..6).prop_map(|(ago, channel)| PastContact {
        day: day(TODAY) - ago,
        channel: Channel::ALL[channel],
        reached: ago % 2 == 0,
    });
    let money = (0i64..15_000, any::<bool>()).prop_map(|(minor, dollars)| {
        Money::new(minor, if dollars { Currency::USD } else { Currency::CLP })
    });
    (
        receivables,
        prop::collection::vec(money, 0..3),
        prop::collection::vec(hold, 0..3),
        prop::collection::vec(contact, 0..4),
        prop::sample::select(Person::ALL.to_vec()),
        prop::sample::select(vec!["CL", "MX", "ES", "CO", "PE", "AR", "UY"]),
        prop::collection::vec(any::<bool>(), 0..3),
        prop::sample::select(vec![None, Some("A"), Some("B"), Some("C")]),
    )
        .prop_map(
            |(receivables, unapplied, holds, contacts, person, country, points, segment)| {
                let points = points.iter().enumerate().map(|(index, usable)| ContactPointFacts {
                    id: ContactPointId(index as i64),
                    usable: *usable,
                    ..email()
                });
                CustomerFacts {
                    person,
                    country: country.to_owned(),
                    unapplied,
                    contact_points: points.collect(),
                    holds,
                    contacts,
                    segment: segment.map(str::to_owned),
                    ..customer(receivables)
                }
            },
        )
}

/// Records what an act does, as the service does after it is carried out.
fn carry_out(facts: &mut CustomerFacts, planned: &[Planned], today: Day) {
    for action in planned.iter().filter(|p| p.is_act()) {
        for (id, mark) in action.marks() {
            let found = facts.receivables.iter_mut().find(|r| r.id == id);
            found.unwrap().last_step = Some(mark.clone());
        }
        if let Some(channel) = action.channel.filter(|channel| channel.is_contact()) {
            facts.contacts.push(PastContact { day: today, channel, reached: true });
        }
    }
}

/// The step the generator's rule gives, worked out without the planner.
fn naive_step(r: &ReceivableFacts, steps: &[Step], minimum: i64, today: Day) -> Option<usize> {
    let reached = steps.iter().filter(|step| r.due + step.offset_days <= today).count();
    let step = reached.checked_sub(1)?;
    let done = r.last_step.as_ref().and_then(|mark| mark.key.parse::<usize>().ok());
    let blocked = r.open.minor < minimum
        || r.disputed_minor > 0
        || r.promised_until.is_some_and(|promised| promised + 2 >= today)
        || done.is_some_and(|done| step <= done);
    (!blocked).then_some(step)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_receivable_is_answered_once_and_money_is_claimed_once(facts in any_customer()) {
        let planned = run(&facts, TODAY);
        let mut seen: Vec<i64> = planned.iter().flat_map(|p| &p.lines).map(|l| l.receivable.0).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..facts.receivables.len() as i64).collect::<Vec<_>>());
        for p in &planned {
            prop_assert!(p.is_act() || p.reasons.iter().any(|r| r.prevents()), "{:?}", p);
            prop_assert!(p.lines.iter().all(|l| !l.reasons.is_empty() && l.open.currency == p.currency));
        }
        for currency in [Currency::CLP, Currency::USD] {
            let net = |minor: &dyn Fn(&ReceivableFacts) -> i64| -> i64 {
                facts.receivables.iter().filter(|r| r.open.currency == currency).map(minor).sum()
            };
            let open = net(&|r| (r.open.minor - r.disputed_minor.max(0)).max(0));
            let credit: i64 = facts.unapplied.iter().filter(|m| m.currency == currency).map(|m| m.minor).sum();
            let claimed: i128 = planned.iter().filter(|p| p.currency == currency)
                .filter(|p| p.verdict != Verdict::Skip).map(|p| p.amount_minor).sum();
            prop_assert!(claimed <= i128::from((open - credit).max(0)));
        }
    }

    #[test]
    fn the_order_of_the_facts_does_not_matter(
        (facts, receivables, holds) in any_customer().prop_flat_map(|facts| {
            let (receivables, holds) = (facts.receivables.clone(), facts.holds.clone());
            (Just(facts), Just(receivables).prop_shuffle(), Just(holds).prop_shuffle())
        })
    ) {
        let shuffled = CustomerFacts { receivables, holds, ..facts.clone() };
        prop_assert_eq!(run(&facts, TODAY), run(&shuffled, TODAY));
    }

    #[test]
    fn planning_again_adds_nothing_and_steps_never_go_back(mut facts in any_customer()) {
        let strategy = standard();
        for ahead in 0..40 {
            let today = day(TODAY) + ahead;
            let calendar = Calendar::weekends_only();
            let before = facts.clone();
            let planned = plan(&facts, &strategy, &calendar, today);
            carry_out(&mut facts, &planned, today);
            let again = plan(&facts, &strategy, &calendar, today);
            prop_assert!(!again.iter().any(Planned::is_act), "{:?}", again);
            for (old, new) in before.receivables.iter().zip(&facts.receivables) {
                let offset = |r: &ReceivableFacts| r.last_step.as_ref().map(|m| m.offset_days);
                prop_assert!(offset(new) >= offset(old));
            }
        }
    }

    #[test]
    fn looking_again_at_once_changes_nothing(facts in any_customer()) {
        let (strategy, calendar) = (standard(), Calendar::of_country("CL"));
        // Of several actions of one day only the first has not been counted as a contact.
        let planned = plan(&facts, &strategy, &calendar, day(TODAY));
        if let Some(action) = planned.first().filter(|p| p.is_act()) {
            let receivables: Vec<ReceivableId> = action.lines.iter().map(|l| l.receivable).collect();
            let pending = Pending {
                receivables: &receivables,
                channel: action.channel.unwrap(),
                contact_point: action.contact_point,
                purpose: action.step.as_ref().unwrap().purpose,
                branch_step: None,
            };
            let Verdict::Act { not_before } = action.verdict else { unreachable!() };
            let claims = action.lines.iter().map(|l| (l.receivable, l.claim)).collect();
            let left_out = Vec::new();
            prop_assert_eq!(
                recheck(&pending, &facts, &strategy, &calendar, not_before),
                Release::Send { claims, left_out }
            );
        }
    }

    #[test]
    fn never_acts_on_what_is_held_disputed_promised_or_paid(facts in any_customer()) {
        let today = day(TODAY);
        for action in run(&facts, TODAY).iter().filter(|p| p.is_act()) {
            for line in &action.lines {
                let r = facts.receivables.iter().find(|r| r.id == line.receivable).unwrap();
                prop_assert!(!facts.holds.iter().any(|hold| hold.suspends(r.id, today)));
                prop_assert!(r.disputed_minor < r.open.minor);
                prop_assert!(r.promised_until.is_none_or(|promised| promised < today));
                prop_assert!(line.claim.minor > 0 && line.claim.minor <= r.open.minor);
                prop_assert!(line.due + line.step.as_ref().unwrap().offset_days <= today);
            }
        }
    }

    #[test]
    fn the_generators_rule_is_reproduced(mut facts in any_customer(), segment in 0usize..3) {
        let strategy = bench();
        let today = day(TODAY);
        let steps = &strategy.tracks[segment].steps;
        facts.segment = strategy.tracks[segment].segment.clone();
        facts.holds.clear();
        facts.person = Person::Company;
        facts.contact_points = [Channel::Email, Channel::Sms]
            .map(|channel| ContactPointFacts { channel, ..email() }).to_vec();
        for r in &mut facts.receivables {
            r.open.minor = r.open.minor.max(0);
            r.disputed_minor = if r.disputed_minor > 0 { r.open.minor.max(1) } else { 0 };
            r.last_step = r.last_step.take().map(|mark| {
                let at = (mark.offset_days.unsigned_abs() as usize) % steps.len();
                StepMark { key: at.to_string(), offset_days: steps[at].offset_days, event_on: None }
            });
        }
        let planned = plan(&facts, &strategy, &Calendar::weekends_only(), today);
        let mut found: Vec<(i64, usize)> = planned.iter().filter(|p| p.is_act())
            .flat_map(Planned::marks).map(|(id, mark)| (id.0, mark.key.parse().unwrap())).collect();
        found.sort_unstable();
        let expected: Vec<(i64, usize)> = facts.receivables.iter().filter_map(|r| {
            let minimum = if r.open.currency == Currency::CLP { 5_000 } else { 500 };
            Some((r.id.0, naive_step(r, steps, minimum, today)?))
        }).collect();
        prop_assert_eq!(found, expected);
    }
}
