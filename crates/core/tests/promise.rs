//! Promises to pay, judged by the definitions of the domain reference (A5).
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::money::Money;
use puntual_core::promise::{
    DEFAULT_GRACE_DAYS, Outcome, Promise, PromisePayment, deadline, judge,
};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Promised on Monday 14 September 2026 for Wednesday the 16th: 1 000 000 pesos. Friday the 18th
/// is a holiday in Chile, so two working days of grace end on Monday the 21st.
fn outcome(today: &str, payments: &[(&str, i64)]) -> (Outcome, i64, Option<Day>) {
    let promise = Promise {
        made_on: day("2026-09-14"),
        promised_on: day("2026-09-16"),
        amount: Money::new(1_000_000, Currency::CLP),
        cancelled: false,
    };
    let payments: Vec<PromisePayment> = payments
        .iter()
        .map(|(on, minor)| PromisePayment {
            effective: day(on),
            amount: Money::new(*minor, Currency::CLP),
        })
        .collect();
    let calendar = Calendar::of_country("CL");
    let judged = judge(&promise, &payments, day(today), DEFAULT_GRACE_DAYS, &calendar);
    assert_eq!(judged.deadline, day("2026-09-21"));
    (judged.outcome, judged.paid_minor, judged.kept_on)
}

#[test]
fn outcomes() {
    assert_eq!(outcome("2026-09-21", &[]), (Outcome::Open, 0, None));
    assert_eq!(outcome("2026-09-22", &[]), (Outcome::Broken, 0, None));
    let kept_on = Some(day("2026-09-17"));
    let parts = [("2026-09-15", 500_000), ("2026-09-17", 450_000)];
    assert_eq!(outcome("2026-09-17", &parts), (Outcome::Kept, 950_000, kept_on));
    assert_eq!(outcome("2026-09-16", &parts), (Outcome::Open, 500_000, None));
    assert_eq!(outcome("2026-09-22", &[("2026-09-21", 949_999)]), (Outcome::Partly, 949_999, None));
    assert_eq!(outcome("2026-09-22", &[("2026-09-21", 499_999)]), (Outcome::Broken, 499_999, None));
    // Too early, too late and returned money does not keep a promise.
    assert_eq!(outcome("2026-10-01", &[("2026-09-13", 1_000_000)]).0, Outcome::Broken);
    assert_eq!(outcome("2026-10-01", &[("2026-09-22", 1_000_000)]).0, Outcome::Broken);
    let returned = [("2026-09-16", 1_000_000), ("2026-09-18", -1_000_000)];
    assert_eq!(outcome("2026-10-01", &returned).0, Outcome::Broken);
}

#[test]
fn other_currencies_and_cancelled_promises() {
    let mut promise = Promise {
        made_on: day("2026-09-14"),
        promised_on: day("2026-09-16"),
        amount: Money::new(1_000, Currency::EUR),
        cancelled: false,
    };
    let dollars =
        [PromisePayment { effective: day("2026-09-15"), amount: Money::new(1_000, Currency::USD) }];
    let calendar = Calendar::weekends_only();
    let judged =
        |promise: &Promise| judge(promise, &dollars, day("2026-12-01"), 2, &calendar).outcome;
    assert_eq!(judged(&promise), Outcome::Broken);
    promise.cancelled = true;
    assert_eq!(judged(&promise), Outcome::Cancelled);
    assert_eq!(deadline(day("2026-09-18"), 2, &calendar), day("2026-09-22"));
    assert_eq!(deadline(day("2026-09-18"), 0, &calendar), day("2026-09-18"));
}
