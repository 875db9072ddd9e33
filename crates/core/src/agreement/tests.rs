//! Schedules to the unit, limits by role, and what becomes of agreements.

use super::*;
use crate::access::Role;
use crate::interest::{AnnualRate, DayCount};
use proptest::prelude::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn terms(debt_minor: i64, spread: Spread) -> Terms {
    Terms {
        debt_minor,
        discount_minor: 0,
        down_minor: 0,
        begins: day("2026-01-15"),
        spread,
        rate: AnnualRate::default(),
        day_count: DayCount::Actual365,
    }
}

fn equal(count: u32) -> Spread {
    Spread::Equal { count, first: day("2026-01-31"), every: Every::Month }
}

fn amounts(terms: &Terms) -> Vec<i64> {
    schedule(terms).unwrap().instalments.iter().map(|one| one.amount_minor()).collect()
}

#[test]
fn the_last_instalment_takes_what_division_left() {
    assert_eq!(amounts(&terms(100_000, equal(3))), [33_333, 33_333, 33_334]);
    let made = schedule(&terms(100_000, equal(3))).unwrap();
    let dues: Vec<String> = made.instalments.iter().map(|one| one.due.to_string()).collect();
    assert_eq!(dues, ["2026-01-31", "2026-02-28", "2026-03-31"]);
}

#[test]
fn discount_and_down_payment_come_off_first() {
    let terms = Terms { discount_minor: 10_000, down_minor: 30_000, ..terms(100_000, equal(2)) };
    assert_eq!(amounts(&terms), [30_000, 30_000, 30_000]);
    let made = schedule(&terms).unwrap();
    assert!(made.has_down_payment);
    assert_eq!(made.principal_minor(), 90_000);
    let nothing = Terms { down_minor: 90_000, ..terms };
    assert_eq!(schedule(&nothing), Err(ScheduleError::NothingLeft));
}

#[test]
fn equal_parts_bear_the_interest_of_their_time() {
    // 12 % on 365 days: 90 000 for 16 days, 60 000 for 28, 30 000 for 31.
    let rate = AnnualRate::parse("12").unwrap();
    let made = schedule(&Terms { rate, ..terms(90_000, equal(3)) }).unwrap();
    let interest: Vec<i64> = made.instalments.iter().map(|one| one.interest_minor).collect();
    assert_eq!(interest, [473, 552, 306]);
}

#[test]
fn level_instalments_are_equal_but_the_last() {
    let rate = AnnualRate::parse("12").unwrap();
    let spread = Spread::Level { count: 12, first: day("2026-02-15"), every: Every::Month };
    let thirty = DayCount::Thirty360;
    let made = schedule(&Terms { rate, day_count: thirty, ..terms(1_200_000, spread) }).unwrap();
    // The annuity of 12 000.00 at 1 % a month in twelve months is 1 066.19.
    let amounts: Vec<i64> = made.instalments.iter().map(|one| one.amount_minor()).collect();
    assert!(amounts[..11].iter().all(|minor| *minor == 106_619), "{amounts:?}");
    assert!((amounts[11] - 106_619).abs() <= 12, "{amounts:?}");
    assert_eq!(made.principal_minor(), 1_200_000);
}

#[test]
fn what_makes_no_schedule_is_refused() {
    let refused = |terms: Terms| schedule(&terms).unwrap_err();
    assert_eq!(refused(terms(0, equal(3))), ScheduleError::NothingOwed);
    assert_eq!(refused(terms(100, equal(0))), ScheduleError::BadCount);
    assert_eq!(refused(terms(100, equal(u32::MAX))), ScheduleError::BadCount);
    assert_eq!(refused(terms(2, equal(3))), ScheduleError::BadParts);
    let given = |parts: &[(&str, i64)]| {
        Spread::Given(parts.iter().map(|(due, minor)| (day(due), *minor)).collect())
    };
    let late_first = given(&[("2026-03-01", 60), ("2026-02-01", 40)]);
    assert_eq!(refused(terms(100, late_first)), ScheduleError::BadDates);
    let short = given(&[("2026-02-01", 60), ("2026-03-01", 30)]);
    assert_eq!(refused(terms(100, short)), ScheduleError::BadParts);
    let before = given(&[("2026-01-14", 100)]);
    assert_eq!(refused(terms(100, before)), ScheduleError::BadDates);
    assert_eq!(amounts(&terms(100, given(&[("2026-02-01", 60), ("2026-03-01", 40)]))), [60, 40]);
}

#[test]
fn each_role_has_its_limits() {
    let policy = Policy::default();
    let who = |terms: &Terms| permission(&policy, terms, &schedule(terms).unwrap());
    let fair = Terms { down_minor: 10_000, ..terms(100_000, equal(6)) };
    assert_eq!(who(&fair).least_role, Some(Role::Agent));
    let no_down = terms(100_000, equal(6));
    let found = who(&no_down);
    assert_eq!(found.least_role, Some(Role::Supervisor));
    assert_eq!(found.excess, [Excess::DownPayment(1_000)]);
    let forgiven = Terms { discount_minor: 10_001, ..fair };
    assert_eq!(who(&forgiven).least_role, Some(Role::Admin));
    let long = terms(100_000, equal(37));
    let refused = who(&long);
    assert_eq!(refused.least_role, None);
    assert_eq!(refused.excess[0].code(), "too_many_instalments");
}

#[test]
fn an_agreement_is_broken_after_its_days_of_grace() {
    let made = schedule(&terms(90_000, equal(3))).unwrap();
    let judged = |paid, on: &str| judge(&made.instalments, paid, 5, day(on));
    assert_eq!(judged(0, "2026-02-05").state, State::Accepted);
    let broken = judged(29_999, "2026-02-06");
    assert_eq!((broken.state, broken.broken_by), (State::Broken, Some(0)));
    assert_eq!((broken.progress[0].left_minor, broken.progress[0].overdue_days), (1, 6));
    let second = judged(45_000, "2026-02-28");
    assert_eq!((second.state, second.progress[1].left_minor), (State::Accepted, 15_000));
    assert_eq!(judged(90_000, "2026-01-16").state, State::Completed);
}

proptest! {
    /// Whatever is agreed, the instalments are the debt less the discount, and nothing is lost.
    #[test]
    fn money_is_conserved(
        debt in 1i64..1_000_000_000_000,
        discount in 0i64..1_000_000,
        down in 0i64..1_000_000,
        count in 1u32..130,
        percent in 0u32..80,
        kind in 0u8..2,
        every in 0usize..3,
        days in 0usize..4,
    ) {
        let (first, every) = (day("2026-01-31"), Every::ALL[every]);
        let spread = match kind {
            0 => Spread::Equal { count, first, every },
            _ => Spread::Level { count, first, every },
        };
        let terms = Terms {
            discount_minor: discount,
            down_minor: down,
            rate: AnnualRate { ppm: percent * 10_000 },
            day_count: DayCount::ALL[days],
            ..terms(debt, spread)
        };
        if let Ok(made) = schedule(&terms) {
            prop_assert_eq!(made.principal_minor(), debt - discount);
            prop_assert_eq!(made.total_minor(), debt - discount + made.interest_minor());
            prop_assert!(made.instalments.iter().all(|one| one.amount_minor() > 0));
            prop_assert!(made.instalments.iter().all(|one| one.interest_minor >= 0));
            prop_assert!(made.after_down().windows(2).all(|pair| pair[0].due < pair[1].due));
            prop_assert!(made.interest_minor() == 0 || percent > 0);
            let last = day("2099-01-01");
            let done = judge(&made.instalments, made.total_minor(), 0, last);
            prop_assert_eq!(done.state, State::Completed);
            let short = judge(&made.instalments, made.total_minor() - 1, 0, last);
            prop_assert_eq!(short.state, State::Broken);
        }
    }
}
