//! Estrategias: the list, one strategy with its checks and its diagram, publishing and giving.

use super::words::Words;
use super::{ROWS, customer_ref};
use crate::web::chart::flow::{FlowStage, FlowStep, FlowTrack};
use crate::web::part::form::Typed;
use crate::web::view::CustomerRef;
use crate::web::view::strategies::{
    FindingRow, GivenRow, StrategiesView, StrategyRow, StrategyView, VersionRow, strategies,
    strategy,
};
use crate::web::visit::{Answer, Told, Visit};
use axum::http::StatusCode;
use puntual_core::date::Day;
use puntual_core::id::AssignmentId;
use puntual_core::strategy::audit::Severity;
use puntual_core::strategy::diff::{About, Change, ChangeKind};
use puntual_core::strategy::text::branch_fields;
use puntual_core::strategy::{Anchor, Step, Track};
use puntual_service::clock::day_in_zone;
use puntual_service::error::ServiceError;
use puntual_service::messages;
use puntual_service::strategies::simulate::{Simulated, simulate};
use puntual_service::strategies::{self as service, Assign, Checked, Standing, Version, approvals};

/// Longest trial of a page: longer ones are for the command line.
const MOST_TRIAL_DAYS: i32 = 92;

/// `GET /estrategias`.
pub fn list(visit: &Visit) -> Answer {
    let view = list_view(visit, Typed::default())?;
    visit.html(strategies(&visit.frame(), &view))
}

fn list_view(visit: &Visit, criteria: Typed) -> Result<StrategiesView, ServiceError> {
    let (app, ctx) = (visit.app(), &visit.ctx);
    let mut rows = Vec::new();
    for line in service::list(app, ctx)? {
        let shown = line.published.or(line.draft).unwrap_or(1);
        let standing = service::standing(app, ctx, &line.code, shown);
        let customers = standing.map_or(0, |standing| {
            standing.steps.iter().map(|step| step.customers).sum::<usize>() + standing.elsewhere
        });
        rows.push(StrategyRow {
            code: line.code,
            name: line.name,
            published: line.published,
            draft: line.draft,
            is_standard: line.is_standard,
            customers: i64::try_from(customers).unwrap_or(i64::MAX),
        });
    }
    let names = app.portfolio(ctx)?.names;
    let given = service::assignments(app, ctx)?.into_iter().map(|one| GivenRow {
        id: one.id.to_string(),
        code: one.code,
        criteria: one.criteria,
        customer: one.customer.and_then(|id| names.get(id).map(customer_ref)),
        priority: one.priority,
        why: one.why,
    });
    Ok(StrategiesView {
        rows,
        given: given.collect(),
        waiting: i64::try_from(approvals::count(app, ctx)?).unwrap_or(i64::MAX),
        next_id: AssignmentId(app.next_id()).to_string(),
        criteria,
    })
}

/// `POST /estrategias/asignaciones`.
pub fn assign(visit: &Visit) -> Answer {
    let form = &visit.form;
    let (app, ctx) = (visit.app(), &visit.ctx);
    let customer = match form.text("customer") {
        "" => None,
        code => Some(messages::find_customer(app, ctx, code)?),
    };
    let id = form.text("id").parse().map_err(|_| ServiceError::invalid("id", "missing"))?;
    let command = Assign {
        id,
        code: form.text("code").to_owned(),
        customer,
        criteria: form.text("criteria").to_owned(),
        priority: form.text("priority").parse().unwrap_or(100),
        why: form.text("why").to_owned(),
    };
    match service::assign(app, ctx, &command) {
        Ok(_) => visit.go("/estrategias", Some(Told::done(visit.locale().t("flash.saved")))),
        Err(ServiceError::Invalid(invalid)) => {
            let wrong: Vec<String> = invalid.fields.into_iter().map(|(_, what)| what).collect();
            let typed = Typed { value: command.criteria, error: Some(wrong.join(" · ")) };
            let view = list_view(visit, typed)?;
            let mut response = visit.html(strategies(&visit.frame(), &view))?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(other) => Err(other),
    }
}

/// `POST /estrategias/asignaciones/{id}/terminar`.
pub fn end(visit: &Visit) -> Answer {
    service::unassign(visit.app(), &visit.ctx, visit.id()?)?;
    visit.go("/estrategias", Some(Told::done(visit.locale().t("flash.saved"))))
}

/// `POST /estrategias/{code}/migrar/{version}`.
pub fn migrate(visit: &Visit) -> Answer {
    let code = visit.path_text("code");
    let missing = |_| ServiceError::NotFound(code.to_owned());
    let version = visit.path_text("version").parse().map_err(missing)?;
    service::migrate(visit.app(), &visit.ctx, code, version)?;
    let address = format!("/estrategias/{code}");
    visit.go(&address, Some(Told::done(visit.locale().t("flash.saved"))))
}

/// `GET /estrategias/{code}`.
pub fn show(visit: &Visit) -> Answer {
    let code = visit.path_text("code");
    let versions = service::versions(visit.app(), &visit.ctx, code)?;
    let asked = visit.param("version").and_then(|text| text.parse::<i64>().ok());
    let shown = |one: &&Version| match asked {
        Some(asked) => one.version == asked,
        None => one.state == "published",
    };
    let chosen = versions.iter().find(shown).or(versions.first());
    let chosen = chosen.ok_or_else(|| ServiceError::NotFound(code.to_owned()))?.clone();
    let checked = service::check(visit.app(), &visit.ctx, &chosen.text)?;
    let view = view_of(visit, &versions, &chosen, &checked)?;
    visit.html(strategy(&visit.frame(), &view))
}

/// `POST /estrategias/{code}`: checks a text, keeps it as the draft, or publishes the draft.
pub fn write(visit: &Visit) -> Answer {
    let code = visit.path_text("code");
    let (app, ctx) = (visit.app(), &visit.ctx);
    // A form sends its lines with a carriage return; a text has none.
    let text = visit.form.text("text").replace("\r\n", "\n");
    let text = format!("{}\n", text.trim_end());
    let checked = service::check(app, ctx, &text)?;
    let deed = visit.form.text("do");
    if deed == "check" || checked.written.is_none() {
        let versions = service::versions(app, ctx, code)?;
        let asked = visit.form.text("version").parse::<i64>().unwrap_or_default();
        let there = versions.iter().find(|one| one.version == asked).or(versions.first());
        let there = there.ok_or_else(|| ServiceError::NotFound(code.to_owned()))?;
        let typed = Version { text, ..there.clone() };
        let view = view_of(visit, &versions, &typed, &checked)?;
        let mut response = visit.html(strategy(&visit.frame(), &view))?;
        if checked.written.is_none() {
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        return Ok(response);
    }
    let draft = service::draft(app, ctx, &text)?;
    let address = format!("/estrategias/{}?version={}", draft.code, draft.version);
    let locale = visit.locale();
    if deed == "publish" && checked.is_sound() {
        service::publish(app, ctx, &draft.code, draft.version)?;
        return visit.go(&address, Some(Told::done(locale.t("strategies.told_published"))));
    }
    visit.go(&address, Some(Told::done(locale.t("strategies.told_kept"))))
}

fn view_of(
    visit: &Visit,
    versions: &[Version],
    chosen: &Version,
    checked: &Checked,
) -> Result<StrategyView, ServiceError> {
    let (app, ctx, words) = (visit.app(), &visit.ctx, visit.words());
    let state = |state: &str| match state {
        "draft" => visit.locale().t("strategies.draft").to_owned(),
        "published" => visit.locale().t("strategies.in_force").to_owned(),
        _ => visit.locale().t("strategies.retired").to_owned(),
    };
    let standing = service::standing(app, ctx, &chosen.code, chosen.version).unwrap_or_default();
    let strategy = checked.written.as_ref().map(|written| &written.strategy);
    let tracks = strategy.map(|strategy| {
        let drawn = |track| drawn(words, &chosen.code, track, &standing);
        strategy.tracks.iter().map(drawn).collect()
    });
    let before = versions.iter().find(|one| one.version < chosen.version);
    let changes = match before {
        Some(before) => service::compare(app, ctx, &chosen.code, (before.version, chosen.version))
            .unwrap_or_default(),
        None => Vec::new(),
    };
    let rows = versions.iter().map(|one| VersionRow {
        version: one.version,
        state: state(&one.state),
        actor: one.published_by.clone().unwrap_or_else(|| one.actor.clone()),
        on: (one.recorded_at > 0).then(|| {
            let at = one.published_at.unwrap_or(one.recorded_at);
            day_in_zone(at, &ctx.creditor.time_zone)
        }),
        may_migrate: one.state == "retired" && one.migrated_at.is_none(),
    });
    Ok(StrategyView {
        code: chosen.code.clone(),
        name: chosen.name.clone(),
        version: chosen.version,
        state: state(&chosen.state),
        is_draft: chosen.state == "draft",
        versions: rows.collect(),
        text: chosen.text.clone(),
        findings: findings(visit, &chosen.text, checked),
        is_sound: checked.is_sound(),
        tracks: tracks.unwrap_or_default(),
        changes: changes.iter().map(|change| said(words, change)).collect(),
        standing: at_step(visit, &chosen.code)?,
        trial: trial(visit, checked)?,
    })
}

/// The customers at the step the address names.
fn at_step(visit: &Visit, code: &str) -> Result<Option<(String, Vec<CustomerRef>)>, ServiceError> {
    let Some(step) = visit.param("paso") else { return Ok(None) };
    let names = service::of_state(visit.app(), &visit.ctx, code, step)?;
    let shown = names.iter().take(ROWS * 10).map(customer_ref).collect();
    Ok(Some((visit.words().step(step), shown)))
}

/// A trial over the days the address names.
fn trial(visit: &Visit, checked: &Checked) -> Result<Vec<(String, String)>, ServiceError> {
    let asked = |name| visit.param(name).and_then(|text| text.parse::<Day>().ok());
    let (Some(from), Some(to)) = (asked("desde"), asked("hasta")) else { return Ok(Vec::new()) };
    let Some(written) = &checked.written else { return Ok(Vec::new()) };
    let from = from.max(to - MOST_TRIAL_DAYS);
    let (app, ctx) = (visit.app(), &visit.ctx);
    let found = simulate(app, ctx, written.strategy.clone(), (from, to), |_| ())?;
    Ok(figures(visit, &found))
}

fn figures(visit: &Visit, found: &Simulated) -> Vec<(String, String)> {
    let (locale, numbers) = (visit.locale(), visit.numbers());
    let count = |n: usize| numbers.integer(n as i128);
    let mut figures = vec![
        (locale.t("strategies.contacts").to_owned(), count(found.contacts)),
        (locale.t("strategies.minutes").to_owned(), numbers.integer(found.agent_minutes.into())),
        (locale.t("strategies.blocks").to_owned(), count(found.guard_blocks)),
        (locale.t("strategies.never").to_owned(), count(found.never_contacted)),
        (locale.t("strategies.same").to_owned(), count(found.diff.same)),
        (locale.t("strategies.only_trial").to_owned(), count(found.diff.only_simulated)),
        (locale.t("strategies.only_done").to_owned(), count(found.diff.only_done)),
    ];
    let words = visit.words();
    figures.extend(found.by_channel.iter().map(|(code, n)| (words.channel(code), count(*n))));
    figures
}

fn findings(visit: &Visit, text: &str, checked: &Checked) -> Vec<FindingRow> {
    let spanish = visit.locale().tag().starts_with("es");
    let excerpt = |line: usize| {
        text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim().to_owned()
    };
    let problems = checked.problems.iter().map(|problem| FindingRow {
        line: problem.line,
        excerpt: excerpt(problem.line),
        is_error: true,
        text: if spanish { problem.in_spanish() } else { problem.in_english() },
    });
    let found = checked.findings.iter().map(|finding| FindingRow {
        line: finding.line,
        excerpt: excerpt(finding.line),
        is_error: finding.severity == Severity::Error,
        text: if spanish { finding.in_spanish() } else { finding.in_english() },
    });
    problems.chain(found).collect()
}

fn drawn(words: Words, code: &str, track: &Track, standing: &Standing) -> FlowTrack {
    let step = |step: &Step| {
        let here = |one: &&service::StepCount| one.segment == track.segment && one.step == step.key;
        let customers = standing.steps.iter().find(here).map_or(0, |one| one.customers);
        let waits = step.needs_approval.then(|| words.locale.t("reason.needs_approval"));
        let how = std::iter::once(words.channel(step.channel.as_str()))
            .chain(waits.map(str::to_owned))
            .chain(step.responsible.clone());
        FlowStep {
            name: step.name.clone().unwrap_or_else(|| words.step(&step.key)),
            when: when(words, step),
            how: how.collect::<Vec<_>>().join(" · "),
            customers: i64::try_from(customers).unwrap_or(i64::MAX),
            url: format!("/estrategias/{code}?paso={}#clientes", step.key),
        }
    };
    let stage = |(place, stage): (usize, &puntual_core::strategy::Stage)| FlowStage {
        name: stage.name.clone(),
        steps: track.steps.iter().filter(|one| one.stage == place).map(step).collect(),
    };
    let branches = track.branches.iter().map(|branch| {
        let mut fields = branch_fields(branch, track).into_iter();
        let trigger = fields.next().map(|(_, value)| value).unwrap_or_default();
        let then: Vec<String> = fields.map(|(key, value)| format!("{key} {value}")).collect();
        let steps = branch.steps.iter().map(step);
        let steps = steps.map(|step| format!("{} ({}, {})", step.name, step.when, step.how));
        let then = std::iter::once(then.join(", ")).chain(steps).collect::<Vec<_>>().join("; ");
        (trigger.replace('"', ""), then.replace('"', ""))
    });
    FlowTrack {
        title: match &track.segment {
            Some(segment) => words.locale.fill("strategies.of_segment", &[("segment", segment)]),
            None => words.locale.t("strategies.everybody").to_owned(),
        },
        stages: track.stages.iter().enumerate().map(stage).collect(),
        branches: branches.collect(),
    }
}

/// When a step is reached, in words: so many days before or after what.
fn when(words: Words, step: &Step) -> String {
    let n = i64::from(step.offset_days);
    let days = words.days(n.abs());
    let anchor = match step.anchor {
        Anchor::Due => words.locale.t("strategies.due"),
        Anchor::Issue => words.locale.t("strategies.issue"),
        Anchor::Instalment => words.locale.t("strategies.instalment"),
        Anchor::Promise => words.locale.t("strategies.promise"),
        Anchor::Event => words.locale.t("strategies.event"),
    };
    match n {
        0 => words.locale.fill("strategies.on_anchor", &[("anchor", anchor)]),
        n if n < 0 => {
            words.locale.fill("strategies.before_anchor", &[("days", &days), ("anchor", anchor)])
        }
        _ => words.locale.fill("strategies.after_anchor", &[("days", &days), ("anchor", anchor)]),
    }
}

/// A change in words: what it is about, and what became of it.
fn said(words: Words, change: &Change) -> String {
    let locale = words.locale;
    let about = match &change.about {
        About::Strategy => locale.t("strategies.strategy").to_owned(),
        About::Track => locale.t("strategies.everybody").to_owned(),
        About::Stage(key) => format!("{} «{key}»", locale.t("strategies.stage")),
        About::Step(key) => format!("{} «{}»", locale.t("strategies.step"), words.step(key)),
        About::Branch(name) => format!("si = {name}"),
    };
    let of = change.segment.as_ref();
    let about = of.map_or(about.clone(), |segment| format!("{segment}: {about}"));
    let none = || "–".to_owned();
    match &change.kind {
        ChangeKind::Added => locale.fill("strategies.added", &[("what", &about)]),
        ChangeKind::Removed => locale.fill("strategies.removed", &[("what", &about)]),
        ChangeKind::Moved => locale.fill("strategies.moved", &[("what", &about)]),
        ChangeKind::Changed { key, from, to } => locale.fill(
            "strategies.changed",
            &[
                ("what", &about),
                ("key", key),
                ("from", &from.clone().unwrap_or_else(none)),
                ("to", &to.clone().unwrap_or_else(none)),
            ],
        ),
    }
}
