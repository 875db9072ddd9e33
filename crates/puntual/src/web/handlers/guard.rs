//! Guardián legal: what the rules of contact held back, the rules in force, and when each channel
//! of a customer is open.

use super::ROWS;
use super::sheet::{Cell, Sheet};
use super::words;
use crate::web::view::CustomerRef;
use crate::web::view::guard::{BlockRow, GuardView, OpenChannel, RuleRow, guard};
use crate::web::visit::{Answer, Visit};
use puntual_core::hours::Moment;
use puntual_core::id::CustomerId;
use puntual_core::strategy::guard::ContactLaw;
use puntual_core::strategy::guard::rule::{Confidence, Rule};
use puntual_service::contact_law;
use puntual_service::contact_windows::{self, ContactWindow, Opening};
use puntual_service::error::ServiceError;
use puntual_service::guard_blocks::{self, GuardBlock, Question};

/// Days looked back on.
const DAYS: i32 = 90;
/// Rows of an export.
const EXPORTED: i64 = 100_000;

fn question(visit: &Visit, skip: i64, limit: i64) -> Question {
    let to = visit.ctx.today + 1;
    let rule = visit.param("regla").map(str::to_owned);
    Question { from: to - DAYS, to, rule, skip, limit }
}

/// `GET /mensajes/guardian`.
pub fn list(visit: &Visit) -> Answer {
    let skip = (visit.page(ROWS).number.max(1) - 1).saturating_mul(ROWS);
    let skip = i64::try_from(skip).unwrap_or(i64::MAX);
    let asked = question(visit, skip, ROWS as i64);
    let found = guard_blocks::list(visit.app(), &visit.ctx, &asked)?;
    let (law, _) = contact_law::in_force(visit.app(), &visit.ctx)?;
    let blocked = |rule: &str| {
        let of_rule = found.counts.iter().filter(|(id, ..)| id == rule);
        of_rule.map(|(.., count)| count).sum::<i64>()
    };
    let total: i64 = match &asked.rule {
        Some(rule) => blocked(rule),
        None => found.counts.iter().map(|(.., count)| count).sum(),
    };
    let rules = law.book.rules().iter().filter(|rule| law.book.set_aside(&rule.id).is_none());
    let view = GuardView {
        rows: found.rows.iter().map(|(block, name)| row(visit, &law, block, name)).collect(),
        paging: visit.paging(ROWS, usize::try_from(total).unwrap_or_default()),
        rules: rules.map(|rule| rule_row(visit, rule, blocked(&rule.id))).collect(),
        days: DAYS,
    };
    visit.html(guard(&visit.frame(), &view))
}

/// `GET /mensajes/guardian/exportar`.
pub fn export(visit: &Visit) -> Answer {
    let found = guard_blocks::list(visit.app(), &visit.ctx, &question(visit, 0, EXPORTED))?;
    let (law, _) = contact_law::in_force(visit.app(), &visit.ctx)?;
    let t = |key| visit.locale().t(key).to_owned();
    let titles = [
        t("guard.customer"),
        t("guard.on"),
        t("guard.stage"),
        t("filter.channel"),
        t("guard.what"),
        t("guard.rule"),
        t("guard.law"),
        t("guard.until"),
        t("guard.counters"),
        t("guard.who"),
    ];
    let mut sheet = Sheet::new(visit, &titles)?;
    for (block, name) in &found.rows {
        let shown = row(visit, &law, block, name);
        sheet.row(&[
            Cell::Text(name.clone()),
            Cell::Day(block.blocked_on),
            Cell::Text(shown.stage),
            Cell::Text(visit.words().channel(&block.channel)),
            Cell::Text(shown.step),
            Cell::Text(shown.rule),
            Cell::Text(shown.law),
            Cell::Text(shown.until),
            Cell::Text(shown.counted.join("; ")),
            Cell::Text(block.actor.clone()),
        ])?;
    }
    sheet.send(visit, "guardian")
}

fn row(visit: &Visit, law: &ContactLaw, block: &GuardBlock, name: &str) -> BlockRow {
    let locale = visit.locale();
    let counters = guard_blocks::counters_of(block);
    let counted = counters.iter().map(|c| counted(visit, c.made, c.max, &c.per));
    BlockRow {
        customer: CustomerRef { id: block.customer, name: name.to_owned() },
        on: block.blocked_on,
        channel: words::channel(&block.channel),
        step: visit.words().step(&block.step),
        stage: match block.stage.as_str() {
            "plan" => locale.t("guard.planned"),
            _ => locale.t("guard.leaving"),
        }
        .to_owned(),
        rule: block.rule.clone(),
        law: law.book.rule(&block.rule).map(Rule::citation).unwrap_or_default(),
        until: match &block.not_before {
            Some(moment) => visit.words().moment(moment),
            None => locale.t("told.never").to_owned(),
        },
        counted: counted.collect(),
    }
}

fn counted(visit: &Visit, made: usize, max: usize, per: &str) -> String {
    let key = if per == "day" { "guard.per_day" } else { "guard.per_week" };
    visit.locale().fill(key, &[("made", &made.to_string()), ("max", &max.to_string())])
}

fn rule_row(visit: &Visit, rule: &Rule, blocked: i64) -> RuleRow {
    let confidence = match rule.confidence {
        Confidence::High => "guard.high",
        Confidence::Medium => "guard.medium",
        Confidence::Low => "guard.low",
    };
    RuleRow {
        id: rule.id.clone(),
        place: rule.sub.clone().unwrap_or_else(|| rule.country.clone()),
        law: rule.citation(),
        confidence: visit.locale().t(confidence).to_owned(),
        since: rule.effective_from,
        verified_on: rule.verified_on,
        is_policy: rule.overridable,
        blocked,
    }
}

/// When each channel of a customer is open.
pub(super) fn openings(
    visit: &Visit,
    customer: CustomerId,
) -> Result<Vec<OpenChannel>, ServiceError> {
    let windows = contact_windows::of_customer(visit.app(), &visit.ctx, customer)?;
    Ok(windows.iter().filter_map(|window| opening(visit, window)).collect())
}

fn opening(visit: &Visit, window: &ContactWindow) -> Option<OpenChannel> {
    let locale = visit.locale();
    let when = match window.opening {
        Opening::Now => locale.t("guard.now").to_owned(),
        Opening::From(Moment { day, minute }) => {
            let hour = format!("{:02}:{:02}", minute / 60, minute % 60);
            let day = visit.words().date(day);
            locale.fill("guard.from", &[("day", &day), ("hour", &hour)])
        }
        Opening::Never => locale.t("told.never").to_owned(),
    };
    let why = match window.law.as_str() {
        "" => window.rule.clone(),
        law => format!("{}: {law}", window.rule),
    };
    let counters = window.counters.iter();
    Some(OpenChannel {
        channel: words::channel(window.channel.as_str())?,
        is_open: window.opening == Opening::Now,
        when,
        why,
        counted: counters.map(|c| counted(visit, c.made, c.max, c.per.as_str())).collect(),
    })
}
