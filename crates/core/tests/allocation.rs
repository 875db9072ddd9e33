//! Allocation: the worked examples of the domain reference (C1) and what must always hold.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use proptest::prelude::*;
use puntual_core::allocation::{
    Allocation, AllocationReason, DEFAULT_ORDER, OpenReceivable, Policy, Received, allocate,
};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::ReceivableId;
use puntual_core::money::Money;

const TODAY: &str = "2026-06-30";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn debt(id: i64, due: &str, minor: i64) -> OpenReceivable {
    OpenReceivable {
        id: ReceivableId(id),
        number: format!("F{id}"),
        issued: day(due) - 30,
        due: day(due),
        open: Money::new(minor, Currency::EUR),
        secured: false,
        rate_bps: 0,
        deduction_minor: 0,
    }
}

/// Customer A of the golden dataset: I2, I3 and I4.
fn golden() -> Vec<OpenReceivable> {
    vec![
        debt(2, "2026-03-17", 150_000),
        debt(3, "2026-05-01", 150_000),
        debt(4, "2026-07-05", 80_000),
    ]
}

fn pay(minor: i64) -> Received<'static> {
    Received {
        amount: Money::new(minor, Currency::EUR),
        effective: day(TODAY),
        remittance: &[],
        promised: &[],
        country: "ES",
    }
}

fn placed(allocation: &Allocation) -> Vec<(i64, i64)> {
    allocation.lines.iter().map(|line| (line.receivable.0, line.amount.minor)).collect()
}

#[test]
fn worked_examples() {
    let fifo = allocate(&pay(180_000), &golden(), &[Policy::FifoDue]);
    assert_eq!(placed(&fifo), [(2, 150_000), (3, 30_000)]);
    assert_eq!(fifo.remainder.minor, 0);
    let share = allocate(&pay(180_000), &golden(), &[Policy::ProRata]);
    assert_eq!(placed(&share), [(2, 71_053), (3, 71_052), (4, 37_895)]);
    let equal = [debt(1, TODAY, 5_000), debt(2, TODAY, 5_000), debt(3, TODAY, 5_000)];
    let share = allocate(&pay(10_000), &equal, &[Policy::ProRata]);
    assert_eq!(placed(&share), [(1, 3_334), (2, 3_333), (3, 3_333)]);
}

#[test]
fn the_debtors_declaration_prevails() {
    let named =
        [(ReceivableId(4), None), (ReceivableId(3), Some(10_000)), (ReceivableId(99), None)];
    let payment = Received { remittance: &named, ..pay(100_000) };
    let result = allocate(&payment, &golden(), &DEFAULT_ORDER);
    assert_eq!(placed(&result), [(3, 10_000), (4, 80_000), (2, 10_000)]);
    assert_eq!(result.lines[2].policy, Policy::LegalDefault);
    assert!(result.reasons.contains(&AllocationReason::NamedNotOpen(ReceivableId(99))));
}

#[test]
fn more_than_open_is_never_applied() {
    let named = [(ReceivableId(4), Some(90_000))];
    let payment = Received { remittance: &named, ..pay(90_000) };
    let result = allocate(&payment, &golden(), &[Policy::Remittance, Policy::Unapplied]);
    assert_eq!((placed(&result), result.remainder.minor), (vec![(4, 80_000)], 10_000));
    assert!(result.reasons.contains(&AllocationReason::LeftOnAccount(10_000)));
}

#[test]
fn an_exact_amount_is_matched_only_when_unique() {
    let only = [Policy::ExactMatch];
    assert_eq!(placed(&allocate(&pay(80_000), &golden(), &only)), [(4, 80_000)]);
    let twins = allocate(&pay(150_000), &golden(), &only);
    assert_eq!((placed(&twins), twins.remainder.minor), (vec![], 150_000));
    assert!(twins.reasons.contains(&AllocationReason::Ambiguous));
    // I2 + I3 is the only set of 3 000.00; I2 + I4 and I3 + I4 both make 2 300.00.
    assert_eq!(placed(&allocate(&pay(300_000), &golden(), &only)), [(2, 150_000), (3, 150_000)]);
    let two_sets = allocate(&pay(230_000), &golden(), &only);
    assert!(two_sets.lines.is_empty() && two_sets.reasons.contains(&AllocationReason::Ambiguous));
}

#[test]
fn sets_are_searched_among_twelve_and_no_more() {
    let powers = |count: u32| -> Vec<OpenReceivable> {
        (0..count).map(|n| debt(i64::from(n), "2026-05-01", 1 << n)).collect()
    };
    let twelve = allocate(&pay(0b1010_1010_1010), &powers(12), &[Policy::ExactMatch]);
    assert_eq!(twelve.lines.len(), 6);
    let thirteen = allocate(&pay(0b1010_1010_1010), &powers(13), &[Policy::ExactMatch]);
    assert_eq!(thirteen.lines.len(), 0);
    assert!(thirteen.reasons.contains(&AllocationReason::TooManyToMatch(13)));
}

#[test]
fn a_known_deduction_explains_a_short_payment() {
    let mut debts = golden();
    debts[2].deduction_minor = 1_600;
    let result = allocate(&pay(78_400), &debts, &DEFAULT_ORDER);
    assert_eq!(placed(&result), [(4, 78_400)]);
    let minor = 1_600;
    let reason = AllocationReason::NetOfDeduction { receivable: ReceivableId(4), minor };
    assert!(result.reasons.contains(&reason));
}

#[test]
fn a_promise_is_served_before_the_law() {
    let promised = [(ReceivableId(4), Some(50_000))];
    let payment = Received { promised: &promised, ..pay(60_000) };
    let result = allocate(&payment, &golden(), &DEFAULT_ORDER);
    assert_eq!(placed(&result), [(4, 50_000), (2, 10_000)]);
    assert_eq!(result.lines[0].policy, Policy::PromiseOrPlan);
}

#[test]
fn the_law_of_each_country() {
    let mut debts = golden();
    debts[1].rate_bps = 1_200;
    let country = |country: &'static str, debts: &[OpenReceivable]| {
        placed(&allocate(&Received { country, ..pay(170_000) }, debts, &[Policy::LegalDefault]))
    };
    // The dearer debt first where the code says the most onerous, else the older.
    assert_eq!(country("ES", &debts), [(3, 150_000), (2, 20_000)]);
    assert_eq!(country("MX", &debts), [(3, 150_000), (2, 20_000)]);
    assert_eq!(country("CL", &debts), [(2, 150_000), (3, 20_000)]);
    debts[0].secured = true;
    assert_eq!(country("ES", &debts), [(2, 150_000), (3, 20_000)]);
    // Debts alike in everything share in proportion; those not due get nothing.
    let equal =
        [debt(1, "2026-05-01", 60_000), debt(2, "2026-05-01", 120_000), debt(3, "2026-08-01", 500)];
    assert_eq!(country("ES", &equal), [(1, 56_667), (2, 113_333)]);
}

#[test]
fn nothing_is_made_of_what_is_not_money_received() {
    for minor in [0, -500] {
        let result = allocate(&pay(minor), &golden(), &DEFAULT_ORDER);
        assert!(result.lines.is_empty() && result.remainder.minor == minor);
        assert_eq!(result.reasons[0], AllocationReason::NotPositive);
    }
    let dollars = Received { amount: Money::new(150_000, Currency::USD), ..pay(1) };
    let result = allocate(&dollars, &golden(), &DEFAULT_ORDER);
    assert!(result.lines.is_empty() && result.remainder == dollars.amount);
}

fn debts() -> impl Strategy<Value = Vec<OpenReceivable>> {
    let one = (0i32..60, 0i64..5_000, any::<bool>(), 0u32..3, 0i64..50, 0u8..10);
    prop::collection::vec(one, 0..16).prop_map(|rows| {
        rows.into_iter()
            .enumerate()
            .map(|(index, (ahead, minor, secured, rate_bps, deduction_minor, other))| {
                let mut debt = debt(index as i64, "2026-06-01", minor - 20);
                debt.due = day("2026-06-01") + ahead;
                debt.secured = secured;
                debt.rate_bps = rate_bps;
                debt.deduction_minor = deduction_minor;
                if other == 0 {
                    debt.open.currency = Currency::USD;
                }
                debt
            })
            .collect()
    })
}

fn policies() -> impl Strategy<Value = Vec<Policy>> {
    use Policy::*;
    let all =
        vec![Remittance, ExactMatch, PromiseOrPlan, LegalDefault, FifoDue, ProRata, Unapplied];
    prop::sample::subsequence(all, 0..=7).prop_shuffle()
}

proptest! {
    #[test]
    fn money_is_conserved_and_order_does_not_matter(
        (debts, shuffled) in debts().prop_flat_map(|d| (Just(d.clone()), Just(d).prop_shuffle())),
        minor in -100i64..40_000,
        named in prop::collection::vec((0i64..18, prop::option::of(-5i64..6_000)), 0..5),
        country in prop::sample::select(vec!["ES", "CL", "MX", "PE", "CO", "AR", "FR"]),
        policies in policies(),
    ) {
        let named: Vec<_> = named.into_iter().map(|(id, amount)| (ReceivableId(id), amount)).collect();
        let payment = Received { remittance: &named, promised: &named, country, ..pay(minor) };
        let result = allocate(&payment, &debts, &policies);
        let allocated: i64 = result.lines.iter().map(|line| line.amount.minor).sum();
        prop_assert_eq!(allocated + result.remainder.minor, minor);
        for debt in &debts {
            let lines = result.lines.iter().filter(|line| line.receivable == debt.id);
            let sum: i64 = lines.map(|line| line.amount.minor).sum();
            prop_assert!(sum <= debt.open.minor.max(0));
        }
        for line in &result.lines {
            prop_assert!(line.amount.minor > 0 && line.amount.currency == Currency::EUR);
        }
        prop_assert_eq!(allocate(&payment, &shuffled, &policies), result);
    }
}
