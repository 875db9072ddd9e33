//! A customer's conduct in the reader's words: signals, habits, and the parts of the score.

use super::words::Words;
use crate::web::view::customer_conduct::Conduct;
use puntual_core::behaviour::Verdict;
use puntual_core::date::Weekday;
use puntual_core::habits::Habits;
use puntual_core::ratio::Ratio;
use puntual_core::scorecard::{Factor, Part};
use puntual_core::signals::SignalKind;
use puntual_service::conduct;

/// Conduct as the customer's page shows it.
pub fn shown(words: Words, found: &conduct::Conduct) -> Conduct {
    let signal = |signal: &puntual_core::signals::Signal| {
        words.locale.fill(signal_key(signal.kind), &[("day", &words.date(signal.on))])
    };
    let mut parts: Vec<&Part> = found.score.parts.iter().collect();
    parts.sort_by_key(|part| (part.points, part.factor));
    let part =
        |part: &&Part| (part_words(words, part, found.judgement.verdict), i64::from(part.points));
    Conduct {
        signals: found.signals.iter().map(signal).collect(),
        habits: habit_words(words, &found.habits),
        score: (found.score.class.as_str(), i64::from(found.score.points)),
        parts: parts.iter().map(part).collect(),
    }
}

fn signal_key(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::FirstLate => "conduct.first_late",
        SignalKind::PartPayments => "conduct.part_payments",
        SignalKind::PromisesBroken => "conduct.promises_broken",
        SignalKind::PaymentReturned => "conduct.payment_returned",
        SignalKind::DisputesDoubled => "conduct.disputes_doubled",
        SignalKind::VolumeSpike => "conduct.volume_spike",
    }
}

fn habit_words(words: Words, habits: &Habits) -> Vec<String> {
    let of = habits.days.to_string();
    let mut said = Vec::new();
    if let Some((weekday, count)) = habits.weekday {
        let day = words.locale.t(weekday_key(weekday));
        let values = [("weekday", day), ("n", &count.to_string()), ("of", &of)];
        said.push(words.locale.fill("conduct.weekday", &values));
    }
    if let Some((days, count)) = &habits.month_days {
        let days: Vec<String> = days.iter().map(|day| month_day(words, *day)).collect();
        let values = [("days", days.join(", ")), ("n", count.to_string()), ("of", of.clone())];
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        said.push(words.locale.fill("conduct.month_days", &values));
    }
    if let Some(count) = habits.together {
        let values = [("n", count.to_string()), ("of", of)];
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        said.push(words.locale.fill("conduct.together", &values));
    }
    said
}

/// A day of the month; the last seven are counted from the end, 31 being the last day.
fn month_day(words: Words, day: u32) -> String {
    match day {
        31 => words.locale.t("conduct.last_day").to_owned(),
        25..=30 => words.locale.fill("conduct.before_last", &[("n", &(31 - day).to_string())]),
        _ => day.to_string(),
    }
}

fn weekday_key(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "conduct.mondays",
        Weekday::Tuesday => "conduct.tuesdays",
        Weekday::Wednesday => "conduct.wednesdays",
        Weekday::Thursday => "conduct.thursdays",
        Weekday::Friday => "conduct.fridays",
        Weekday::Saturday => "conduct.saturdays",
        Weekday::Sunday => "conduct.sundays",
    }
}

fn part_words(words: Words, part: &Part, verdict: Verdict) -> String {
    let value = part.value.unwrap_or(Ratio { num: 0, den: 1 });
    let days = || words.numbers.ratio(value, 1);
    let whole = || words.numbers.ratio(value, 0);
    let share = || words.numbers.percent(value);
    let (key, shown) = match part.factor {
        Factor::DaysLate => ("conduct.part_days_late", days()),
        Factor::LateShare => ("conduct.part_late_share", share()),
        Factor::WorstDays => ("conduct.part_worst_days", whole()),
        Factor::Behaviour => ("conduct.part_behaviour", behaviour_word(words, verdict).to_owned()),
        Factor::PastDueShare => ("conduct.part_past_due", share()),
        Factor::PromisesKept => ("conduct.part_promises", share()),
        Factor::DisputesInvalid => ("conduct.part_disputes", share()),
        Factor::LimitUse => ("conduct.part_limit", share()),
        Factor::MonthsKnown => ("conduct.part_months", whole()),
        Factor::Returned => ("conduct.part_returned", whole()),
    };
    words.locale.fill(key, &[("value", &shown)])
}

fn behaviour_word(words: Words, verdict: Verdict) -> &'static str {
    words.locale.t(match verdict {
        Verdict::InsufficientHistory => "verdict.insufficient",
        Verdict::StableOnTime => "verdict.stable_on_time",
        Verdict::StableLate => "verdict.stable_late",
        Verdict::Lapse => "verdict.lapse",
        Verdict::TrendWorsening => "verdict.worsening",
        Verdict::TrendImproving => "verdict.improving",
    })
}
