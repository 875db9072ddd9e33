//! Strategies in use: written, published, given, finished by running cases; what waits for approval;
//! and that replaying what was published finds what was really done.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::date::Day;
use puntual_core::hours::Channel;
use puntual_core::id::{ActionId, AssignmentId, CustomerId};
use puntual_core::strategy::standard::standard;
use puntual_core::strategy::templates::SHIPPED;
use puntual_core::strategy::text;
use puntual_service::clock::Clock;
use puntual_service::ctx::Ctx;
use puntual_service::day::{self as days, PlannedLine};
use puntual_service::error::ServiceError;
use puntual_service::strategies::approvals::{self, Decision, Edit};
use puntual_service::strategies::simulate::simulate;
use puntual_service::strategies::{self, Assign};
use puntual_service::{App, creditors, demo_load};
use puntual_store::action;
use support::books::{Books, at, day, places};

const TEXT: &str = r#"codigo = "X1"
nombre = "Propia"

[[etapas]]
clave = "unica"

[[etapas.pasos]]
clave = "saludo"
dias = 1
canal = "correo"
plantilla = "reminder"

[[etapas.pasos]]
clave = "decidir"
dias = 30
canal = "escalar"
requiere_aprobacion = true
responsable = "gerencia"
"#;

fn planned(books: &Books) -> Vec<PlannedLine> {
    let mut lines = days::plan(&books.app, &books.ctx, books.ctx.today).unwrap();
    lines.retain(|line| line.verdict == "act");
    lines
}

fn steps(books: &Books) -> Vec<String> {
    let step = |line: PlannedLine| format!("{} {}", line.customer, line.step.unwrap_or_default());
    planned(books).into_iter().map(step).collect()
}

fn publish(books: &Books, text: &str) -> i64 {
    let draft = strategies::draft(&books.app, &books.ctx, text).unwrap();
    strategies::publish(&books.app, &books.ctx, &draft.code, draft.version).unwrap().version
}

fn give(books: &Books, code: &str, customer: Option<CustomerId>, criteria: &str) -> AssignmentId {
    let command = Assign {
        id: AssignmentId(books.app.next_id()),
        code: code.to_owned(),
        customer,
        criteria: criteria.to_owned(),
        priority: 10,
        why: "prueba".to_owned(),
    };
    let given = strategies::assign(&books.app, &books.ctx, &command).unwrap();
    assert_eq!(strategies::assign(&books.app, &books.ctx, &command).unwrap(), given);
    given.id
}

#[test]
fn a_strategy_is_written_published_and_given_to_whom_its_criteria_hold_for() {
    for place in places() {
        let books = Books::open(&place, at("2026-11-24", 6));
        let [one, two] = [books.customer("C1"), books.customer("C2")];
        books.invoice(one, "F1", day("2026-11-21"), 100_000);
        books.invoice(two, "F2", day("2026-11-21"), 900_000);
        assert_eq!(steps(&books), ["C1 reminder", "C2 reminder"]);

        let (app, ctx) = (&books.app, &books.ctx);
        let draft = strategies::draft(app, ctx, TEXT).unwrap();
        assert_eq!((draft.version, &*draft.state), (1, "draft"));
        assert_eq!(strategies::draft(app, ctx, TEXT).unwrap(), draft);
        let early = Assign {
            id: AssignmentId(app.next_id()),
            code: "X1".into(),
            customer: None,
            criteria: String::new(),
            priority: 1,
            why: String::new(),
        };
        assert!(matches!(strategies::assign(app, ctx, &early), Err(ServiceError::Invalid(_))));
        let broken = TEXT.replace("plantilla = \"reminder\"\n", "");
        strategies::draft(app, ctx, &broken).unwrap();
        assert!(matches!(strategies::publish(app, ctx, "X1", 1), Err(ServiceError::Invalid(_))));
        assert_eq!(publish(&books, TEXT), 1);
        // What is published is a version for ever; writing again makes another.
        let next = strategies::draft(app, ctx, &TEXT.replace("dias = 1\n", "dias = 2\n")).unwrap();
        assert_eq!((next.version, &*next.state), (2, "draft"));

        let large = give(&books, "X1", None, "deuda_desde = { CLP = \"500000\" }");
        assert_eq!(steps(&books), ["C1 reminder", "C2 saludo"]);
        give(&books, "X1", Some(one), "");
        assert_eq!(steps(&books), ["C1 saludo", "C2 saludo"]);
        strategies::unassign(app, ctx, large).unwrap();
        assert_eq!(steps(&books), ["C1 saludo", "C2 reminder"]);

        days::run(app, ctx, ctx.today).unwrap();
        let standing = strategies::standing(app, ctx, "X1", 1).unwrap();
        let at: Vec<_> = standing.steps.iter().map(|s| (&*s.step, s.customers)).collect();
        assert_eq!(at, [("saludo", 1), ("decidir", 0)]);
        let there = strategies::of_state(app, ctx, "X1", "saludo").unwrap();
        assert_eq!(there.iter().map(|name| name.id).collect::<Vec<_>>(), [one]);
        let viewer = Ctx { role: puntual_core::access::Role::Agent, ..ctx.clone() };
        assert!(matches!(strategies::draft(app, &viewer, TEXT), Err(ServiceError::Forbidden(_))));
    }
}

#[test]
fn running_cases_finish_the_version_they_began_unless_migrated() {
    for place in places() {
        let mut books = Books::open(&place, at("2026-11-24", 6));
        let [old, new] = [books.customer("C1"), books.customer("C2")];
        books.invoice(old, "F1", day("2026-11-21"), 100_000);
        days::run(&books.app, &books.ctx, books.ctx.today).unwrap();
        // The second version calls a day earlier than the first: on the seventh instead of the eighth.
        let s2 = SHIPPED.iter().find(|shipped| shipped.id == "S2").unwrap().text;
        assert_eq!(publish(&books, &s2.replace("dias = 8\n", "dias = 7\n")), 2);
        books.invoice(new, "F2", day("2026-11-21"), 100_000);
        books.at(at("2026-11-27", 6));
        days::run(&books.app, &books.ctx, books.ctx.today).unwrap();
        books.at(at("2026-11-28", 6));
        books.at(at("2026-11-30", 6));
        assert_eq!(steps(&books), ["C1 call_1", "C2 call_1"]);
        let on = |books: &Books| -> Vec<String> {
            let stored = books.write(|tx, scope, _| action::of_day(tx, scope, books.ctx.today));
            stored.into_iter().map(|action| action.strategy).collect()
        };
        days::run(&books.app, &books.ctx, books.ctx.today).unwrap();
        assert_eq!(on(&books), ["S2.1", "S2.2"], "each its own version");
        strategies::migrate(&books.app, &books.ctx, "S2", 1).unwrap();
        strategies::migrate(&books.app, &books.ctx, "S2", 1).unwrap();
        books.at(at("2026-12-07", 6));
        days::run(&books.app, &books.ctx, books.ctx.today).unwrap();
        assert_eq!(on(&books), ["S2.2", "S2.2"], "migrated");
        let changed = strategies::compare(&books.app, &books.ctx, "S2", (1, 2)).unwrap();
        assert_eq!(changed.len(), 1);
        // A message of the old version still leaves by its own rules.
        assert!(strategies::versions(&books.app, &books.ctx, "S2").unwrap().len() == 2);
    }
}

fn waiting(books: &Books) -> Vec<ActionId> {
    let waiting = approvals::list(&books.app, &books.ctx).unwrap();
    waiting.iter().map(|one| one.id).collect()
}

fn states(books: &Books, on: Day) -> Vec<String> {
    let stored = books.write(|tx, scope, _| action::of_day(tx, scope, on));
    stored.iter().map(|a| format!("{} {} {}", a.step, a.channel, a.state)).collect()
}

#[test]
fn what_asks_for_approval_waits_and_is_approved_edited_or_dropped() {
    for place in places() {
        let books = Books::open(&place, at("2026-11-24", 6));
        let today = books.ctx.today;
        let (app, ctx) = (&books.app, &books.ctx);
        publish(&books, TEXT);
        let [one, two, three] = ["C1", "C2", "C3"].map(|code| books.customer(code));
        books.invoice(one, "F1", today - 40, 100_000);
        books.invoice(two, "F2", today - 40, 200_000);
        books.invoice(three, "F3", today - 2, 300_000);
        give(&books, "X1", None, "");
        approvals::set_all_contacts_wait(app, ctx, true).unwrap();
        let counts = days::run(app, ctx, today).unwrap();
        assert_eq!((counts.planned, counts.queued), (3, 0));
        let listed = approvals::list(app, ctx).unwrap();
        assert_eq!(listed.len(), 3);
        assert_eq!(listed[0].responsible.as_deref(), Some("gerencia"));
        let mail = listed.iter().find(|one| one.channel == "email").unwrap().id;
        let preview = approvals::preview(app, ctx, mail).unwrap().unwrap();
        assert_eq!(preview.recipient, "c3@cliente.example");

        let approve = Decision::Approve(Edit::default());
        let decided = approvals::decide(app, ctx, &[mail], &approve).unwrap();
        assert_eq!((decided.messages, decided.tasks), (1, 0));
        let again = approvals::decide(app, ctx, &[mail], &approve).unwrap();
        assert_eq!((again.messages, again.gone), (0, 1));
        let [first, second] = waiting(&books).try_into().unwrap();
        let edit = Edit {
            channel: Some(Channel::Call),
            on: Some(today + 1),
            note: Some("hablar con el dueño".into()),
        };
        approvals::decide(app, ctx, &[first], &Decision::Approve(edit)).unwrap();
        assert!(approvals::decide(app, ctx, &[second], &Decision::Drop(" ".into())).is_err());
        let dropped =
            approvals::decide(app, ctx, &[second], &Decision::Drop("ya llamé".into())).unwrap();
        assert_eq!(dropped.dropped, 1);
        assert_eq!(states(&books, today), ["decidir escalate dropped", "saludo email queued"]);
        assert_eq!(states(&books, today + 1), ["decidir call task"]);
        // What was dropped is not proposed again.
        let counts = days::run(app, ctx, today).unwrap();
        assert_eq!((counts.planned, waiting(&books).len()), (0, 0));
    }
}

#[test]
fn a_day_prepared_the_evening_before_is_run_again_in_its_morning() {
    for place in places() {
        let mut books = Books::open(&place, at("2026-11-23", 20));
        let tomorrow = books.ctx.today + 1;
        let customer = books.customer("C1");
        books.invoice(customer, "F1", tomorrow - 3, 100_000);
        days::run(&books.app, &books.ctx, tomorrow).unwrap();
        assert!(!days::is_current(&books.app, &books.ctx, tomorrow).unwrap());
        books.at(at("2026-11-24", 7));
        let late = books.customer("C2");
        books.invoice(late, "F2", tomorrow - 3, 100_000);
        let counts = days::run(&books.app, &books.ctx, tomorrow).unwrap();
        assert_eq!(counts.planned, 1, "only what came overnight");
        assert!(days::is_current(&books.app, &books.ctx, tomorrow).unwrap());
    }
}

#[test]
fn replaying_the_published_strategy_over_the_demo_finds_what_was_really_done() {
    let place = support::books::sqlite();
    // Four in the morning in Spain's winter clock: in Mexico it is still yesterday.
    let now = at("2026-06-30", 4);
    let app = App::open(&place.url, Clock::Fixed(now), 1).unwrap();
    demo_load::load(&app, 7, &mut |_| {}).unwrap();
    for creditor in creditors::list(&app).unwrap() {
        let ctx = Ctx::new(&app, creditor, "test", puntual_core::access::Role::Admin);
        let span = (ctx.today - 21, ctx.today - 1);
        let mut days = 0;
        let found = simulate(&app, &ctx, standard(), span, |_| days += 1).unwrap();
        assert_eq!(days, 21);
        assert!(found.diff.same > 10, "{:?}", found);
        assert_eq!((found.diff.only_simulated, found.diff.only_done), (0, 0), "{:?}", found.diff);
        // Another strategy does other things.
        let text = SHIPPED.iter().find(|shipped| shipped.id == "S3").unwrap().text;
        let s3 = text::read(text).unwrap().strategy;
        let other = simulate(&app, &ctx, s3, span, |_| {}).unwrap();
        assert!(other.diff.only_simulated > 0 && other.contacts > 0);
        assert!(simulate(&app, &ctx, standard(), (ctx.today - 1, ctx.today), |_| {}).is_err());
    }
}
