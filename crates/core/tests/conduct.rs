//! Habits and signals: what is said, what is not, and on which evidence.
use puntual_core::currency::Currency;
use puntual_core::date::{Day, Weekday};
use puntual_core::habits::{Habits, habits};
use puntual_core::id::{CustomerId, DocumentId, ReceivableId};
use puntual_core::portfolio::{
    AsOf, Facts, Line, MovementFact, MovementKind, Portfolio, ReceivableFact, ReceivableKind, Scope,
};
use puntual_core::ratio::Ratio;
use puntual_core::signals::{Signal, SignalKind, Words, signals};

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// Due day, amount, and movements: day and amount, negative for money that came back.
type Row<'a> = (&'a str, i64, &'a [(&'a str, i64)]);

fn book(rows: &[Row<'_>]) -> Portfolio {
    let mut facts = Facts::default();
    for (number, (due, amount_minor, paid)) in (1..).zip(rows) {
        let (receivable, issued) = (ReceivableId(number), day(due) - 30);
        facts.receivables.push(ReceivableFact {
            id: receivable,
            customer: CustomerId(1),
            document: DocumentId(number),
            issued,
            due: day(due),
            currency: Currency::CLP,
            amount_minor: *amount_minor,
            recorded: issued,
            kind: ReceivableKind::Sale,
        });
        facts.movements.extend(paid.iter().map(|(on, amount_minor)| MovementFact {
            receivable,
            effective: day(on),
            recorded: day(on),
            kind: if *amount_minor > 0 { MovementKind::Cash } else { MovementKind::CashReversal },
            amount_minor: *amount_minor,
        }));
    }
    facts.build().expect("facts that fit")
}

fn found(rows: &[Row<'_>], words: &Words, as_of: &str) -> Vec<Signal> {
    let portfolio = book(rows);
    let lines: Vec<Line<'_>> = portfolio.lines(Scope::ALL).collect();
    signals(&lines, words, AsOf::day(day(as_of)))
}

const IN_TIME: [Row<'_>; 5] = [
    ("2026-01-30", 100, &[("2026-01-28", 100)]),
    ("2026-02-28", 100, &[("2026-02-27", 100)]),
    ("2026-03-30", 100, &[("2026-03-30", 100)]),
    ("2026-04-30", 100, &[("2026-04-29", 100)]),
    ("2026-05-30", 100, &[("2026-05-29", 100)]),
];

fn with<'a>(more: &[Row<'a>]) -> Vec<Row<'a>> {
    [&IN_TIME[..], more].concat()
}

#[test]
fn the_first_lapse_of_a_punctual_customer_is_told_once_it_is_overdue() {
    let rows = with(&[("2026-06-30", 100, &[])]);
    let quiet = Words::default();
    assert_eq!(found(&rows, &quiet, "2026-06-30"), []);
    let first = Signal { kind: SignalKind::FirstLate, on: day("2026-07-01") };
    assert_eq!(found(&rows, &quiet, "2026-07-01"), [first]);
    // Three months later it is no news, and a second lapse is not the first.
    assert_eq!(found(&rows, &quiet, "2026-10-01"), []);
    let rows = with(&[("2026-01-10", 100, &[("2026-01-20", 100)]), ("2026-06-30", 100, &[])]);
    assert_eq!(found(&rows, &quiet, "2026-07-01"), []);
}

#[test]
fn payments_in_parts_are_told_when_they_begin() {
    let parts: Row<'_> = ("2026-07-30", 90, &[("2026-07-10", 30), ("2026-07-20", 30)]);
    let rows = with(&[parts]);
    let begun = Signal { kind: SignalKind::PartPayments, on: day("2026-07-20") };
    assert_eq!(found(&rows, &Words::default(), "2026-07-15"), []);
    assert_eq!(found(&rows, &Words::default(), "2026-07-25"), [begun]);
    let before: Row<'_> = ("2025-12-30", 90, &[("2025-12-10", 30), ("2025-12-20", 60)]);
    assert_eq!(found(&with(&[before, parts]), &Words::default(), "2026-07-25"), []);
}

#[test]
fn money_that_came_back_is_told_and_a_correction_of_one_day_is_not() {
    let bounced: Row<'_> = ("2026-06-30", 90, &[("2026-06-20", 90), ("2026-06-25", -90)]);
    let told = found(&with(&[bounced]), &Words::default(), "2026-06-26");
    assert_eq!(told, [Signal { kind: SignalKind::PaymentReturned, on: day("2026-06-25") }]);
    let corrected: Row<'_> =
        ("2026-06-30", 90, &[("2026-06-20", 90), ("2026-06-20", -90), ("2026-06-20", 90)]);
    assert_eq!(found(&with(&[corrected]), &Words::default(), "2026-06-26"), []);
}

#[test]
fn words_broken_twice_disputes_that_double_and_orders_that_swell() {
    let as_of = "2026-06-15";
    let words = Words {
        promises: vec![
            (day("2026-03-01"), false),
            (day("2026-05-01"), true),
            (day("2026-06-01"), true),
        ],
        disputes: vec![day("2026-01-05"), day("2026-05-05"), day("2026-06-05")],
        limit_use: None,
    };
    let told: Vec<SignalKind> =
        found(&IN_TIME, &words, as_of).iter().map(|signal| signal.kind).collect();
    assert_eq!(told, [SignalKind::PromisesBroken, SignalKind::DisputesDoubled]);
    let big: Row<'_> = ("2026-07-10", 400, &[]);
    let nearly_full = Words { limit_use: Ratio::new(9, 10), ..Words::default() };
    let told = found(&with(&[big]), &nearly_full, as_of);
    assert_eq!(told, [Signal { kind: SignalKind::VolumeSpike, on: day("2026-06-10") }]);
    let half_used = Words { limit_use: Ratio::new(1, 2), ..Words::default() };
    assert_eq!(found(&with(&[big]), &half_used, as_of), []);
}

fn habits_of(paid_on: &[&str]) -> Habits {
    let paid: Vec<[(&str, i64); 1]> = paid_on.iter().map(|on| [(*on, 100)]).collect();
    let rows: Vec<Row<'_>> = paid.iter().map(|paid| ("2026-01-30", 100, &paid[..])).collect();
    let portfolio = book(&rows);
    habits(portfolio.lines(Scope::ALL), AsOf::day(day("2026-09-30")))
}

#[test]
fn a_weekday_is_a_habit_when_most_payments_fall_on_it() {
    let fridays = ["2026-02-06", "2026-02-20", "2026-03-13", "2026-04-17", "2026-05-22"];
    let few = habits_of(&fridays);
    assert_eq!((few.days, few.weekday), (5, None), "five days of payment say nothing");
    let enough = habits_of(&[&fridays[..], &["2026-06-24"]].concat());
    assert_eq!(enough.weekday, Some((Weekday::Friday, 5)));
    assert_eq!(enough.month_days, None);
}

#[test]
fn days_of_the_month_are_counted_from_the_end_and_each_day_once() {
    let found = habits_of(&[
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-05",
        "2026-06-05",
        "2026-06-05",
        "2026-07-31",
    ]);
    assert_eq!(found.days, 7);
    assert_eq!(found.month_days, Some((vec![5, 31], 7)));
    assert_eq!(found.together, None, "only one day of seven paid two documents");
}
