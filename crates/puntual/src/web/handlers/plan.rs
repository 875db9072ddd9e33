//! The plan of a day: what the strategy would do and what it leaves alone, with why.

use super::words::{self, Words};
use super::{ROWS, amount, customer_ref};
use crate::web::format::Amount;
use crate::web::view::CustomerRef;
use crate::web::view::messages::{PlanRow, PlanVerdict, PlanView, plan};
use crate::web::visit::{Answer, Told, Visit};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_service::clock::civil_in_zone;
use puntual_service::day::{self, DoneLine, PlannedLine, ReasonText};

/// `GET /mensajes/plan`: acts first, then what waits, then what is left alone for a reason that
/// somebody may want to know. Those of whom nothing is due yet are only counted.
pub fn show(visit: &Visit) -> Answer {
    let asked = visit.param("dia").and_then(|text| text.parse::<Day>().ok());
    let on = asked.unwrap_or(visit.ctx.today);
    if day::is_finished(visit.app(), &visit.ctx, on)? {
        return done(visit, on);
    }
    let (mut acts, mut defers, mut skips) = (Vec::new(), Vec::new(), Vec::new());
    let mut skipped = 0_i64;
    day::for_each_planned(visit.app(), &visit.ctx, on, |line| match line.verdict {
        "act" => acts.push(line),
        "defer" => defers.push(line),
        _ => {
            skipped += 1;
            if is_worth_saying(&line) {
                skips.push(line);
            }
        }
    })?;
    let count = |lines: &[PlannedLine]| i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let counts = (count(&acts), count(&defers), skipped);
    let mut all = acts;
    all.append(&mut defers);
    all.append(&mut skips);
    let range = visit.page(ROWS).range(all.len());
    let words = visit.words();
    let view = PlanView {
        day: on,
        was_run: false,
        counts,
        rows: all[range].iter().map(|line| row(words, line)).collect(),
        paging: visit.paging(ROWS, all.len()),
    };
    visit.html(plan(&visit.frame(), &view))
}

/// A day that was run: what it set in motion.
fn done(visit: &Visit, on: Day) -> Answer {
    let lines = day::done(visit.app(), &visit.ctx, on)?;
    let words = visit.words();
    let range = visit.page(ROWS).range(lines.len());
    let verdict = |line: &DoneLine| match line.state.as_str() {
        "dropped" | "cancelled" => PlanVerdict::Skip,
        _ => PlanVerdict::Act,
    };
    let count = |wanted: PlanVerdict| {
        let n = lines.iter().filter(|line| verdict(line) == wanted).count();
        i64::try_from(n).unwrap_or(i64::MAX)
    };
    let row = |line: &DoneLine| {
        let at = line.not_before_at.map(|at| {
            let (day, minute) = civil_in_zone(at, &visit.ctx.creditor.time_zone);
            format!("{} {:02}:{:02}", words.date(day), minute / 60, minute % 60)
        });
        PlanRow {
            customer: customer_ref(&line.customer),
            what: words.step(&line.step),
            channel: words::channel(&line.channel),
            documents: i64::try_from(line.documents).unwrap_or(i64::MAX),
            amount: amount(line.amount_minor, line.currency),
            at: at.unwrap_or_default(),
            verdict: verdict(line),
            why: said(words, &line.reasons, line.currency),
        }
    };
    let view = PlanView {
        day: on,
        was_run: true,
        counts: (count(PlanVerdict::Act), 0, count(PlanVerdict::Skip)),
        rows: lines[range].iter().map(row).collect(),
        paging: visit.paging(ROWS, lines.len()),
    };
    visit.html(plan(&visit.frame(), &view))
}

fn is_worth_saying(line: &PlannedLine) -> bool {
    let quiet = ["not_yet", "step_done", "settled"];
    line.reasons.iter().any(|reason| !quiet.contains(&reason.code.as_str()))
}

/// Most reasons said of one row: a customer with a thousand documents has a thousand.
const MOST_REASONS: usize = 4;

fn said(words: Words, reasons: &[ReasonText], currency: Currency) -> Vec<String> {
    let shown = reasons.iter().take(MOST_REASONS).map(|reason| words.reason(reason, currency));
    let more = reasons.len().saturating_sub(MOST_REASONS);
    let rest = (more > 0).then(|| words.locale.fill("plan.more", &[("n", &more.to_string())]));
    shown.chain(rest).collect()
}

fn row(words: Words, line: &PlannedLine) -> PlanRow {
    let (minor, currency) = line.minor;
    PlanRow {
        customer: CustomerRef { id: line.customer_id, name: line.customer_name.clone() },
        what: line.step.as_deref().map(|step| words.step(step)).unwrap_or_default(),
        channel: line.channel.and_then(words::channel),
        documents: i64::try_from(line.documents.len()).unwrap_or(i64::MAX),
        amount: Amount::new(minor, currency),
        at: line.at.as_deref().map(|at| words.moment(at)).unwrap_or_default(),
        verdict: match line.verdict {
            "act" => PlanVerdict::Act,
            "defer" => PlanVerdict::Defer,
            _ => PlanVerdict::Skip,
        },
        why: said(words, &line.reasons, currency),
    }
}

/// `POST /mensajes/plan/ejecutar`: runs the day; again adds nothing.
pub fn run(visit: &Visit) -> Answer {
    let on = visit.form.text("day").parse().unwrap_or(visit.ctx.today);
    if !day::is_near(&visit.ctx, on) {
        let text = visit.locale().t("flash.day_too_far");
        return visit.go("/mensajes/plan", Some(Told::problem(text)));
    }
    let counts = day::run(visit.app(), &visit.ctx, on)?;
    let shown = |n: i64| visit.numbers().integer(n.into());
    let text = visit.locale().fill(
        "flash.day_run",
        &[("messages", &shown(counts.queued)), ("tasks", &shown(counts.tasks))],
    );
    visit.go("/mensajes/plan", Some(Told::done(text)))
}
