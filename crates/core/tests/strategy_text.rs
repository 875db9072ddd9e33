//! Strategies as text: what is shipped, what reads back, what is refused and where, what the checks
//! find, what changed between versions, and what branches and conditions do to a plan.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use proptest::prelude::*;
use puntual_core::behaviour::Verdict as History;
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::hours::{Channel, Person};
use puntual_core::id::{ContactPointId, CreditorId, CustomerId, DocumentId, ReceivableId};
use puntual_core::money::Money;
use puntual_core::strategy::audit::{Severity, Surroundings, audit};
use puntual_core::strategy::branch::{Branch, EventFacts, Reach, Then, Trigger};
use puntual_core::strategy::condition::{Acceptance, AmountRange, Conditions, DayRange};
use puntual_core::strategy::diff::{About, ChangeKind, diff};
use puntual_core::strategy::facts::{ContactPointFacts, CustomerFacts, ReceivableFacts};
use puntual_core::strategy::guard::{ContactLaw, Purpose};
use puntual_core::strategy::plan::{Planned, plan};
use puntual_core::strategy::standard::{TEMPLATES, standard};
use puntual_core::strategy::templates::SHIPPED;
use puntual_core::strategy::text::{read, read_conditions, write};
use puntual_core::strategy::{
    Anchor, Grace, Stage, Step, StepMark, Strategy as Dunning, Tone, Track,
};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn shipped(id: &str) -> &'static str {
    SHIPPED.iter().find(|one| one.id == id).unwrap().text
}

#[test]
fn the_shipped_standard_strategy_is_the_built_in_one() {
    assert_eq!(read(shipped("S2")).unwrap().strategy, standard());
}

/// What the checks say of a text, as `error 12 dead_end`.
fn said(text: &str) -> Vec<String> {
    let written = read(text).unwrap();
    let calendar = Calendar::of_country("CL");
    let around = Surroundings {
        country: "CL",
        law: &ContactLaw::default(),
        calendar: &calendar,
        persons: &[Person::Company, Person::Consumer],
        segments: &[String::new(), "VIP".to_owned()],
        templates: &TEMPLATES,
        today: day("2026-06-01"),
    };
    let found = audit(&written.strategy, &written.lines, &around);
    let tell = |f: &puntual_core::strategy::audit::Finding| {
        format!("{} {} {}", f.severity.as_str(), f.line, f.code())
    };
    found.iter().map(tell).collect()
}

#[test]
fn every_shipped_strategy_reads_back_and_passes_its_own_checks() {
    for one in SHIPPED {
        let written = read(one.text).unwrap();
        assert_eq!(written.strategy.id, one.id);
        let again = read(&write(&written.strategy)).unwrap();
        assert_eq!(again.strategy, written.strategy, "{}", one.id);
        for country in ["CL", "MX", "ES", "CO", "PE", "AR"] {
            let calendar = Calendar::of_country(country);
            let around = Surroundings {
                country,
                law: &ContactLaw::default(),
                calendar: &calendar,
                persons: &Person::ALL,
                segments: &[String::new()],
                templates: &TEMPLATES,
                today: day("2026-06-01"),
            };
            let found = audit(&written.strategy, &written.lines, &around);
            let errors: Vec<_> = found.iter().filter(|f| f.severity == Severity::Error).collect();
            assert!(errors.is_empty(), "{} in {country}: {errors:?}", one.id);
        }
    }
}

const SMALL: &str = r#"codigo = "X"
nombre = "Ejemplo"

[[etapas]]
clave = "aviso"

[[etapas.pasos]]
clave = "primero"
dias = 3
canal = "correo"
plantilla = "reminder"

[[etapas]]
clave = "firme"

[[etapas.pasos]]
clave = "decidir"
dias = 30
canal = "escalar"
"#;

fn problems(text: &str) -> Vec<String> {
    let problems = read(text).unwrap_err();
    problems.iter().map(|p| format!("{} {} {}", p.line, p.key, p.kind.code())).collect()
}

#[test]
fn what_is_not_understood_is_told_with_its_line_and_all_at_once() {
    assert_eq!(said(SMALL), Vec::<String>::new());
    let wrong = SMALL
        .replace("codigo = \"X\"\n", "\n")
        .replace("dias = 3\n", "dias = \"tres\"\n")
        .replace("canal = \"correo\"", "canal = \"paloma\"")
        .replace("clave = \"decidir\"", "clave = \"primero\"")
        .replace("dias = 30\n", "dias = 99999\ndia = 3\n");
    assert_eq!(
        problems(&wrong),
        [
            "1 codigo missing",
            "9 dias wrong_kind",
            "10 canal unknown_word",
            "17 clave repeated",
            "18 dias out_of_range",
            "19 dia unknown_key",
        ]
    );
    let message = read(&wrong).unwrap_err()[2].to_string();
    assert!(message.starts_with("línea 10: «canal» no puede ser «paloma»"), "{message}");
    assert!(message.contains("(line 10: \"canal\" cannot be \"paloma\""), "{message}");
    assert_eq!(problems("codigo = \n"), ["1  syntax"]);
    assert_eq!(problems("codigo = \"X\"\n"), ["1 etapas missing"]);
    let amounts = format!("minimos = {{ CLP = \"10.5\", XXY = \"1\", EUR = 5 }}\n{SMALL}");
    assert_eq!(problems(&amounts), ["1 minimos bad_amount", "1 minimos bad_currency"]);
    let branch = |body: &str| problems(&format!("{SMALL}\n[[ramas]]\n{body}"));
    assert_eq!(branch("si = \"disputa\"\nentonces = \"seguir\""), ["23 entonces not_together"]);
    assert_eq!(branch("si = \"respuesta\"\nentonces = \"esperar\""), ["21 dias missing"]);
    assert_eq!(
        branch("si = \"promesa_rota\"\nentonces = \"subir\"\netapa = \"nada\""),
        ["24 etapa unknown_word"]
    );
    let long = format!("# {}\n{SMALL}", "x".repeat(300_000));
    assert_eq!(problems(&long), ["1  too_long"]);
}

#[test]
fn the_checks_find_each_seeded_error_at_its_line() {
    let with = |from: &str, to: &str| {
        assert!(SMALL.contains(from), "{from}");
        said(&SMALL.replace(from, to))
    };
    assert_eq!(with("dias = 30", "dias = 2"), ["error 7 unreachable"]);
    assert_eq!(with("canal = \"escalar\"", "canal = \"llamada\""), ["warning 16 dead_end"]);
    assert_eq!(with("plantilla = \"reminder\"\n", ""), ["error 7 no_template"]);
    assert_eq!(with("\"reminder\"", "\"nada\""), ["warning 7 unknown_template"]);
    assert_eq!(
        with("canal = \"escalar\"", "canal = \"legal\""),
        ["warning 16 unapproved_escalation"]
    );
    assert_eq!(with("dias = 3\n", "dias = 3\ntono = \"firme\"\n"), ["warning 17 milder_tone"]);
    let impossible = "dias = 3\ncondiciones = { mora_desde = 9, mora_hasta = 3 }\n";
    assert_eq!(with("dias = 3\n", impossible), ["error 7 impossible"]);
    assert_eq!(
        said(&format!("{SMALL}\n[[etapas]]\nclave = \"vacia\"\n")),
        ["error 21 empty_stage"]
    );
    let answer = "\n[[ramas]]\nsi = \"respuesta\"\n[[ramas.pasos]]\nclave = \"eco\"\ndias = 0\n\
                  canal = \"correo\"\nplantilla = \"reminder\"\n";
    assert_eq!(said(&format!("{SMALL}{answer}")), ["error 23 loop"]);
    let fight = "\n[[ramas]]\nsi = \"respuesta\"\nentonces = \"esperar\"\ndias = 2\n\
                 [[ramas]]\nsi = \"respuesta\"\nentonces = \"subir\"\netapa = \"firme\"\n";
    assert_eq!(said(&format!("{SMALL}{fight}")), ["error 25 conflict"]);
    let only_vip = SMALL.replace("[[etapas", "[[segmentos.etapas");
    let only_vip =
        only_vip.replacen("\n[[segmentos", "\n[[segmentos]]\nsegmento = \"VIP\"\n\n[[segmentos", 1);
    assert_eq!(said(&only_vip), ["error 1 segment_without"]);
    // Chile counts contacts with consumers: nobody can be written to four days in a row.
    let daily: String = (1..9)
        .map(|n| {
            format!(
                "\n[[etapas.pasos]]\nclave = \"d{n}\"\ndias = {}\ncanal = \"correo\"\n\
                 plantilla = \"reminder\"\n",
                n + 3
            )
        })
        .collect();
    let daily = SMALL.replacen(
        "\n[[etapas]]\nclave = \"firme\"",
        &format!("{daily}\n[[etapas]]\nclave = \"firme\""),
        1,
    );
    assert!(
        said(&daily).iter().any(|line| line.ends_with("always_too_late")),
        "{:?}",
        said(&daily)
    );
}

#[test]
fn versions_are_compared_key_by_key() {
    let old = read(SMALL).unwrap().strategy;
    let text = SMALL
        .replace("nombre = \"Ejemplo\"", "nombre = \"Otro\"")
        .replace("dias = 3\n", "dias = 5\ntono = \"cordial\"\n")
        .replace("clave = \"decidir\"", "clave = \"resolver\"");
    let changes = diff(&old, &read(&text).unwrap().strategy);
    let told: Vec<String> = changes
        .iter()
        .map(|change| match (&change.about, &change.kind) {
            (about, ChangeKind::Changed { key, from, to }) => {
                format!("{about:?} {key} {from:?} {to:?}")
            }
            (about, kind) => format!("{about:?} {}", kind.code()),
        })
        .collect();
    assert_eq!(
        told,
        [
            "Strategy nombre Some(\"\\\"Ejemplo\\\"\") Some(\"\\\"Otro\\\"\")",
            "Step(\"primero\") dias Some(\"3\") Some(\"5\")",
            "Step(\"primero\") tono None Some(\"\\\"cordial\\\"\")",
            "Step(\"resolver\") added",
            "Step(\"decidir\") removed",
        ]
    );
    assert!(diff(&old, &old).is_empty());
    let mut turned = old.clone();
    turned.tracks[0].steps.reverse();
    let moved = diff(&old, &turned).into_iter().filter(|change| change.kind == ChangeKind::Moved);
    assert_eq!(moved.count(), 2);
    assert!(matches!(diff(&old, &standard())[0].about, About::Strategy));
}

const TODAY: &str = "2026-06-30";

fn owed(id: i64, overdue_days: i32, minor: i64) -> ReceivableFacts {
    ReceivableFacts {
        id: ReceivableId(id),
        document: DocumentId(1_000 + id),
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
        contact_points: vec![ContactPointFacts {
            id: ContactPointId(7),
            channel: Channel::Email,
            usable: true,
            opted_out: false,
            authorised: true,
            third_party: false,
        }],
        holds: Vec::new(),
        opt_outs: Vec::new(),
        contacts: Vec::new(),
        law: ContactLaw::default(),
        events: Vec::new(),
        history: None,
        customer_since: None,
    }
}

fn planned(text: &str, facts: &CustomerFacts) -> Vec<Planned> {
    let strategy = read(text).unwrap().strategy;
    plan(facts, &strategy, &Calendar::of_country("CL"), day(TODAY))
}

/// `act email primero [F0001]: codes`
fn told(text: &str, facts: &CustomerFacts) -> Vec<String> {
    let tell = |p: &Planned| {
        let step = p.step.as_ref().map_or("-", |step| step.key.as_str());
        let numbers: Vec<&str> = p.lines.iter().map(|l| l.document_number.as_str()).collect();
        let codes: Vec<&str> = p.lines[0].reasons.iter().map(|r| r.code()).collect();
        format!("{} {step} [{}] {}", p.verdict.as_str(), numbers.join(" "), codes.join(" "))
    };
    planned(text, facts).iter().map(tell).collect()
}

fn happened(trigger: Trigger, ago: i32) -> EventFacts {
    EventFacts { trigger, on: day(TODAY) - ago, document: None }
}

#[test]
fn a_step_whose_conditions_do_not_hold_is_not_there() {
    let conditions = "dias = 3\ncondiciones = { monto_desde = { CLP = \"50000\" }, historial = [\"empeora\"] }\n";
    let text = SMALL.replace("dias = 3\n", conditions);
    let mut facts = customer(vec![owed(1, 5, 60_000), owed(2, 5, 40_000)]);
    assert_eq!(told(&text, &facts), ["skip - [F0001 F0002] not_yet condition_unmet"]);
    facts.history = Some(History::TrendWorsening);
    let both = ["act primero [F0001] step_reached", "skip - [F0002] not_yet condition_unmet"];
    assert_eq!(told(&text, &facts), both);
    let accepted =
        SMALL.replace("dias = 3\n", "dias = 3\ncondiciones = { aceptacion = [\"aceptada\"] }\n");
    assert_eq!(told(&accepted, &facts)[0], "skip - [F0001 F0002] not_yet condition_unmet");
    facts.events = vec![EventFacts {
        trigger: Trigger::Accepted,
        on: day(TODAY) - 20,
        document: Some(DocumentId(1_001)),
    }];
    assert_eq!(told(&accepted, &facts)[0], "act primero [F0001] step_reached");
}

#[test]
fn instalments_and_issue_days_are_anchors() {
    let text = SMALL.replace("dias = 3\n", "dias = 3\nancla = \"cuota\"\n");
    let mut facts = customer(vec![owed(1, 5, 60_000)]);
    assert_eq!(told(&text, &facts), ["skip - [F0001] not_yet"]);
    facts.receivables[0].is_instalment = true;
    assert_eq!(told(&text, &facts), ["act primero [F0001] step_reached"]);
    let text = SMALL.replace("dias = 3\n", "dias = 3\nancla = \"emision\"\n");
    let young = customer(vec![owed(1, -26, 60_000)]);
    assert_eq!(told(&text, &young), ["act primero [F0001] step_reached"]);
}

#[test]
fn a_broken_promise_raises_and_a_reply_is_waited_for() {
    let text = format!(
        "{SMALL}\n[[ramas]]\nsi = \"promesa_rota\"\nentonces = \"subir\"\netapa = \"firme\"\n\
         [[ramas]]\nsi = \"respuesta\"\nentonces = \"esperar\"\ndias = 3\n"
    );
    let mut facts = customer(vec![owed(1, 5, 60_000)]);
    assert_eq!(told(&text, &facts), ["act primero [F0001] step_reached"]);
    facts.events = vec![happened(Trigger::PromiseBroken, 1)];
    assert_eq!(told(&text, &facts), ["act decidir [F0001] step_reached steps_passed_over"]);
    facts.events.push(happened(Trigger::Replied, 3));
    assert_eq!(told(&text, &facts), ["skip decidir [F0001] waits step_reached steps_passed_over"]);
    facts.events.pop();
    facts.events.push(happened(Trigger::Replied, 4));
    assert_eq!(told(&text, &facts), ["act decidir [F0001] step_reached steps_passed_over"]);
}

#[test]
fn a_step_of_a_branch_is_done_once_for_each_occurrence() {
    let text = format!(
        "{SMALL}\n[[ramas]]\nsi = \"promesa\"\n[[ramas.pasos]]\nclave = \"vispera\"\ndias = -1\n\
         canal = \"correo\"\nplantilla = \"reminder\"\n"
    );
    let mut facts = customer(vec![owed(1, 5, 60_000)]);
    facts.receivables[0].promised_until = Some(day(TODAY) + 2);
    assert_eq!(told(&text, &facts), ["skip primero [F0001] promised step_reached"]);
    facts.receivables[0].promised_until = Some(day(TODAY) + 1);
    assert_eq!(told(&text, &facts), ["act vispera [F0001] answers_event"]);
    let done = planned(&text, &facts)[0].lines[0].step.clone().unwrap();
    assert_eq!(done.event_on, Some(day(TODAY) + 1));
    facts.receivables[0].branch_steps.push(done);
    assert_eq!(told(&text, &facts), ["skip primero [F0001] promised step_reached"]);
    // Another promise is another occurrence.
    facts.receivables[0].branch_steps[0].event_on = Some(day(TODAY) - 9);
    assert_eq!(told(&text, &facts), ["act vispera [F0001] answers_event"]);
}

#[test]
fn a_dispute_stops_as_much_as_the_strategy_says() {
    let with = |reach: &str| {
        format!(
            "{SMALL}\n[[ramas]]\nsi = \"disputa\"\nentonces = \"detener\"\nalcance = \"{reach}\"\n"
        )
    };
    let mut facts = customer(vec![owed(1, 5, 60_000), owed(2, 5, 40_000)]);
    facts.receivables[0].disputed_minor = 10_000;
    let amount = |text: &str| planned(text, &facts)[0].amount_minor;
    assert_eq!(amount(&with("parte")), 90_000);
    assert_eq!(amount(&with("documento")), 40_000);
    assert_eq!(
        told(&with("cliente"), &facts)[0],
        "skip primero [F0001 F0002] disputed step_reached"
    );
}

#[test]
fn conditions_stand_alone_for_assignments() {
    let read = read_conditions("segmento = [\"VIP\"]\ndeuda_desde = { CLP = \"1000\" }\n").unwrap();
    assert_eq!(read.segments, ["VIP"]);
    assert_eq!(read.debt.from, [Money::new(1_000, Currency::CLP)]);
    assert!(read_conditions("").unwrap().is_empty());
    assert!(read_conditions("color = \"rojo\"").is_err());
}

fn any_money() -> impl Strategy<Value = Vec<Money>> {
    let one =
        |currency| prop::option::of((0i64..9_999_999).prop_map(move |m| Money::new(m, currency)));
    (one(Currency::CLP), one(Currency::EUR))
        .prop_map(|(pesos, euros)| pesos.into_iter().chain(euros).collect())
}

fn any_days() -> impl Strategy<Value = DayRange> {
    (prop::option::of(-50i32..50), prop::option::of(-50i32..50))
        .prop_map(|(from, to)| DayRange { from, to })
}

fn some<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    prop::sample::subsequence(all, 0..=all.len().min(2))
}

fn any_text() -> impl Strategy<Value = String> {
    "[a-zñ\"\\\\' {}#=\\[\\]]{0,8}[a-z]"
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("blank texts are none", |text| !text.is_empty())
}

fn any_conditions() -> impl Strategy<Value = Conditions> {
    (
        (any_money(), any_money(), any_money(), any_money()),
        (any_days(), any_days(), any_days()),
        (prop::collection::vec(any_text(), 0..3), prop::collection::vec(any_text(), 0..3)),
        (
            some(&Person::ALL),
            some(&[History::Lapse, History::TrendWorsening]),
            some(&[Acceptance::Accepted, Acceptance::Rejected]),
        ),
    )
        .prop_map(|((a, b, c, d), (overdue_days, age_days, customer_days), texts, words)| {
            Conditions {
                claim: AmountRange { from: a, to: b },
                debt: AmountRange { from: c, to: d },
                overdue_days,
                age_days,
                customer_days,
                segments: texts.0,
                countries: texts.1,
                persons: words.0,
                histories: words.1,
                acceptances: words.2,
            }
        })
}

fn any_step(anchors: &'static [Anchor]) -> impl Strategy<Value = Step> {
    (
        (-90i32..400, prop::sample::select(&Channel::ALL[..]), prop::sample::select(anchors)),
        prop::sample::select(&[Tone::Cordial, Tone::Neutral, Tone::Firm, Tone::FormalLegal][..]),
        prop::sample::select(&[Purpose::Preventive, Purpose::Collection, Purpose::Service][..]),
        (prop::option::of(any_text()), prop::option::of(any_text()), prop::option::of(any_text())),
        (any_money(), any::<bool>(), prop::option::of(prop::sample::select(&Channel::ALL[..]))),
        prop_oneof![Just(Conditions::default()), any_conditions()],
    )
        .prop_map(|((offset, channel, anchor), tone, purpose, texts, rest, conditions)| Step {
            anchor,
            purpose,
            template: texts.0,
            name: texts.1,
            responsible: texts.2,
            minimums: rest.0,
            needs_approval: rest.1,
            fallback: rest.2,
            conditions,
            ..Step::new("", offset, channel, tone)
        })
}

fn any_branch() -> impl Strategy<Value = Branch> {
    let promise = (
        prop_oneof![
            Just(Then::GoOn),
            prop::option::of(0i32..60).prop_map(|days| Then::Wait { days })
        ],
        prop::collection::vec(any_step(&[Anchor::Promise]), 0..2),
    )
        .prop_map(|(then, steps)| Branch { trigger: Trigger::PromiseMade, then, steps });
    let dispute = prop::sample::select(&[Reach::Part, Reach::Document, Reach::Customer][..])
        .prop_map(|reach| Branch {
            trigger: Trigger::DisputeOpened,
            then: Then::Stop { reach },
            steps: Vec::new(),
        });
    let other = (
        prop::sample::select(&[Trigger::Replied, Trigger::PromiseBroken, Trigger::Rejected][..]),
        prop_oneof![
            Just(Then::GoOn),
            (1i32..300).prop_map(|days| Then::Wait { days: Some(days) }),
            Just(Then::Raise { stage: 0 })
        ],
        prop::collection::vec(any_step(&[Anchor::Event]), 0..2),
    )
        .prop_map(|(trigger, then, steps)| Branch { trigger, then, steps });
    prop_oneof![promise, dispute, other]
}

fn any_track() -> impl Strategy<Value = Track> {
    let anchors = &[Anchor::Due, Anchor::Issue, Anchor::Instalment];
    (
        prop::collection::vec(prop::collection::vec(any_step(anchors), 0..3), 1..4),
        prop::collection::vec(any_branch(), 0..3),
    )
        .prop_map(|(stages, mut branches)| {
            let mut track = Track::default();
            for (place, steps) in stages.into_iter().enumerate() {
                let (key, name) = (format!("e{place}"), format!("Etapa {place}"));
                track.stages.push(Stage { key, name });
                track.steps.extend(steps.into_iter().map(|step| step.in_stage(place)));
            }
            let of_branches = branches.iter_mut().flat_map(|branch| &mut branch.steps);
            for (at, step) in track.steps.iter_mut().chain(of_branches).enumerate() {
                step.key = format!("p{at}");
            }
            Track { branches, ..track }
        })
}

fn any_strategy() -> impl Strategy<Value = Dunning> {
    (
        (any_text(), any_text(), 1u32..99),
        (any_track(), prop::option::of(any_track())),
        (any_money(), any::<bool>(), any::<bool>(), prop::option::of(any_text())),
        (0i32..60, any::<bool>()),
    )
        .prop_map(|((id, name, version), (general, own), rest, (days, working))| {
            let own = own.map(|track| Track { segment: Some("VIP".to_owned()), ..track });
            Dunning {
                id,
                version,
                name,
                tracks: std::iter::once(general).chain(own).collect(),
                minimums: rest.0,
                promise_grace: if working { Grace::Working(days) } else { Grace::Calendar(days) },
                nets_credit: rest.1,
                keep_policies: rest.2,
                responsible: rest.3,
            }
        })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(strategy in any_strategy()) {
        let text = write(&strategy);
        let again = read(&text).map_err(|problems| TestCaseError::fail(format!("{problems:?}\n{text}")))?;
        prop_assert_eq!(again.strategy, strategy, "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_line(text in "[a-z\\[\\]=\"{}\n ]{0,80}") {
        if let Err(problems) = read(&text) {
            prop_assert!(problems.iter().all(|p| p.line >= 1 && p.line <= text.lines().count() + 1));
        }
    }

    #[test]
    fn the_checks_never_fail_on_what_reads(strategy in any_strategy()) {
        let calendar = Calendar::weekends_only();
        let around = Surroundings {
            country: "CL",
            law: &ContactLaw::default(),
            calendar: &calendar,
            persons: &[Person::Consumer],
            segments: &[String::new()],
            templates: &[],
            today: day(TODAY),
        };
        let written = read(&write(&strategy)).unwrap();
        let last = write(&strategy).lines().count();
        for finding in audit(&strategy, &written.lines, &around) {
            prop_assert!(finding.line >= 1 && finding.line <= last);
        }
        prop_assert!(diff(&strategy, &strategy).is_empty());
    }

    #[test]
    fn any_strategy_is_done_once_a_day(strategy in any_strategy(), overdue in -20i32..90, promised in -3i32..9) {
        let mut facts = customer(vec![owed(1, overdue, 60_000), owed(2, overdue - 7, 9_000)]);
        facts.receivables[0].promised_until = Some(day(TODAY) + promised);
        facts.events = vec![happened(Trigger::Replied, 2), happened(Trigger::PromiseBroken, 0)];
        let calendar = Calendar::weekends_only();
        for _ in 0..20 {
            let planned = plan(&facts, &strategy, &calendar, day(TODAY));
            let lines = planned.iter().map(|one| one.lines.len()).sum::<usize>();
            prop_assert_eq!(lines, facts.receivables.len());
            let acts: Vec<&Planned> = planned.iter().filter(|one| one.is_act()).collect();
            if acts.is_empty() {
                return Ok(());
            }
            let marks: Vec<(ReceivableId, StepMark)> =
                acts.iter().flat_map(|one| one.marks()).map(|(id, mark)| (id, mark.clone())).collect();
            for (id, mark) in marks {
                let owed = facts.receivables.iter_mut().find(|one| one.id == id).unwrap();
                match mark.event_on {
                    Some(_) => owed.branch_steps.push(mark),
                    None => owed.last_step = Some(mark),
                }
            }
        }
        prop_assert!(false, "planning again never ends");
    }
}
