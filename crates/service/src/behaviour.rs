//! How a customer pays, judged from the portfolio: lapse or trend, with the evidence.

use crate::App;
use crate::conduct::{self, Conduct};
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::portfolios::View;
use puntual_core::access::Deed;
use puntual_core::behaviour::{
    DEFAULT_SCALE_MILLIDAYS, Evidence, Judgement, LateLine, judge, observations,
};
use puntual_core::date::Day;
use puntual_core::habits::Habits;
use puntual_core::id::{CustomerId, PaymentId};
use puntual_core::portfolio::{AsOf, Line, Scope};
use puntual_core::scorecard;
use serde_json::{Value, json};

/// Judges one customer as of a day.
pub fn of_customer(view: &View, customer: CustomerId, at: AsOf) -> Judgement {
    let lines: Vec<Line<'_>> = view.portfolio.lines(Scope::customer(customer)).collect();
    let settled: Vec<LateLine> = lines.iter().filter_map(|line| settled(line, at)).collect();
    let usual = usual_days_late(&settled);
    // An open line is late by at least the days so far. That says something only once it is later
    // than usual; before, it would make every slow payer look better than it is.
    let open = lines.iter().filter_map(|line| overdue(line, at)).filter(|l| l.days_late > usual);
    let all: Vec<LateLine> = settled.iter().copied().chain(open).collect();
    judge(&observations(&all), DEFAULT_SCALE_MILLIDAYS, None)
}

/// A line paid by then. Lines that were settled on one day are one payment run: one decision.
fn settled(line: &Line<'_>, at: AsOf) -> Option<LateLine> {
    let by_cash = line.movements_until(at).any(|movement| movement.kind.is_cash());
    let paid_on = line.settled_on(at).filter(|_| by_cash)?;
    Some(LateLine {
        due: line.due(),
        days_late: paid_on - line.due(),
        amount_minor: line.amount_minor(),
        payment: Some(PaymentId(paid_on.0.into())),
    })
}

fn overdue(line: &Line<'_>, at: AsOf) -> Option<LateLine> {
    let days_late = at.as_of - line.due();
    (days_late > 0 && line.open_minor(at) > 0).then_some(LateLine {
        due: line.due(),
        days_late,
        amount_minor: line.amount_minor(),
        payment: None,
    })
}

fn usual_days_late(settled: &[LateLine]) -> i32 {
    let mut days: Vec<i32> = settled.iter().map(|line| line.days_late).collect();
    days.sort_unstable();
    days.get(days.len() / 2).copied().unwrap_or(0)
}

/// The judgement of every customer with history, or of one, as the lines of the contract.
pub fn report(
    app: &App,
    ctx: &Ctx,
    as_of: Day,
    customer: Option<&str>,
) -> Result<Vec<Value>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let view = app.portfolio(ctx)?;
    let at = AsOf::day(as_of);
    let said = app.store.read(|tx| conduct::Said::load(tx, ctx, at))?;
    let wanted = |code: &str, id: CustomerId| {
        customer.is_none_or(|customer| customer == code || customer == id.to_string())
    };
    let lines: Vec<Value> = view
        .names
        .iter()
        .filter(|c| wanted(&c.code, c.id))
        .map(|c| line(&c.code, &conduct::of_customer(&view, &said, c, at)))
        .collect();
    match (customer, lines.is_empty()) {
        (Some(code), true) => Err(ServiceError::NotFound(format!("customer {code}"))),
        _ => Ok(lines),
    }
}

fn line(code: &str, conduct: &Conduct) -> Value {
    let Conduct { judgement, score, signals, habits } = conduct;
    json!({
        "customer": code,
        "verdict": judgement.verdict.as_str(),
        "since": judgement.since.map(|(_, day)| day.to_string()),
        "early_warning": judgement.early_warning,
        "evidence": judgement.evidence.as_ref().map(evidence),
        "score": score.points,
        "class": score.class.as_str(),
        "parts": score.parts.iter().map(part).collect::<Vec<Value>>(),
        "reasons": score.reasons().iter().map(|part| part.factor.as_str()).collect::<Vec<_>>(),
        "signals": signals
            .iter()
            .map(|signal| json!({ "signal": signal.kind.as_str(), "on": signal.on.to_string() }))
            .collect::<Vec<Value>>(),
        "habits": habits_of(habits),
    })
}

fn part(part: &scorecard::Part) -> Value {
    let value = part.value.and_then(|value| value.to_decimal(4).parse::<serde_json::Number>().ok());
    json!({ "factor": part.factor.as_str(), "value": value, "points": part.points })
}

/// The habits with how many of the days of payment show each.
fn habits_of(habits: &Habits) -> Value {
    let weekday = habits.weekday.map(
        |(weekday, days)| json!({ "weekday": format!("{weekday:?}").to_lowercase(), "days": days }),
    );
    let month_days = habits
        .month_days
        .as_ref()
        .map(|(month_days, days)| json!({ "month_days": month_days, "days": days }));
    json!({
        "days_of_payment": habits.days,
        "weekday": weekday,
        "month_days": month_days,
        "together": habits.together,
    })
}

fn evidence(e: &Evidence) -> Value {
    let days = |milli: i64| {
        let text = format!(
            "{}{}.{:03}",
            if milli < 0 { "-" } else { "" },
            milli.abs() / 1000,
            milli.abs() % 1000
        );
        serde_json::from_str::<serde_json::Number>(&text).map_or(Value::Null, Value::Number)
    };
    json!({
        "observations": e.observations,
        "baseline": e.baseline,
        "usual_days_late": days(e.usual_millidays),
        "recent_days_late": days(e.recent_millidays),
        "scale_days": days(e.scale_millidays),
        "worsening": days(e.worsening_milli),
        "improving": days(e.improving_milli),
        "recent_above_usual": e.recent_above,
        "sen_slope_days": days(e.slope_millidays),
    })
}
