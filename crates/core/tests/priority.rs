//! The order of the worklist, part by part.
use puntual_core::behaviour::Verdict;
use puntual_core::date::Day;
use puntual_core::id::CustomerId;
use puntual_core::priority::{PartKind, PriorityFacts, rank, weigh};

fn facts(id: i64, overdue_minor: i64, overdue_days: i32) -> PriorityFacts {
    PriorityFacts {
        customer: CustomerId(id),
        overdue_minor,
        typical_overdue_minor: 1_000_000,
        overdue_days,
        promise_broken_on: None,
        behaviour: Verdict::StableOnTime,
        today: Day(20_000),
    }
}

fn told(facts: &PriorityFacts) -> Vec<(&'static str, i64, i64)> {
    weigh(facts).parts.iter().map(|part| (part.kind.as_str(), part.points, part.value)).collect()
}

#[test]
fn the_parts_add_up_and_say_what_they_are() {
    let plain = facts(1, 1_000_000, 60);
    assert_eq!(
        told(&plain),
        [("overdue_amount", 50, 1_000_000), ("overdue_days", 30, 60), ("bucket_edge", 10, 1)]
    );
    let broken = PriorityFacts {
        promise_broken_on: Some(Day(19_999)),
        behaviour: Verdict::TrendWorsening,
        ..facts(2, 3_000_000, 20)
    };
    assert_eq!(
        told(&broken),
        [
            ("overdue_amount", 75, 3_000_000),
            ("promise_broken", 30, 1),
            ("behaviour", 20, 0),
            ("overdue_days", 15, 20)
        ]
    );
    assert_eq!(weigh(&broken).points, 140);
    let forgotten = PriorityFacts { promise_broken_on: Some(Day(19_969)), ..plain.clone() };
    assert_eq!(told(&forgotten), told(&plain));
}

#[test]
fn edges_of_the_buckets() {
    let edge = |days| {
        let parts = weigh(&facts(1, 1, days)).parts;
        parts.iter().find(|part| part.kind == PartKind::BucketEdge).map(|part| part.value)
    };
    assert_eq!(
        [27, 28, 30, 31, 58, 120, 121].map(edge),
        [None, Some(3), Some(1), None, Some(3), Some(1), None]
    );
}

#[test]
fn nothing_overdue_weighs_nothing_and_the_order_is_always_the_same() {
    let idle = PriorityFacts { promise_broken_on: Some(Day(19_999)), ..facts(9, 0, 0) };
    assert_eq!((weigh(&idle).points, weigh(&idle).parts.len()), (0, 0));
    let all =
        [facts(3, 10, 5), facts(2, 10, 5), idle, facts(1, 20, 5), facts(4, i64::MAX, i32::MAX)];
    let order: Vec<i64> = rank(&all).iter().map(|one| one.customer.0).collect();
    assert_eq!(order, [4, 1, 2, 3, 9]);
    let mut reversed = all.to_vec();
    reversed.reverse();
    assert_eq!(rank(&reversed), rank(&all));
}
