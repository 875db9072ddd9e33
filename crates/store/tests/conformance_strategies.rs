//! What the store promises of strategies, their assignments and actions that wait for approval, held
//! against both engines.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they mean in few words")]

mod fixtures;

use fixtures::*;
use puntual_core::currency::Currency;
use puntual_core::id::*;
use puntual_store::action::{self, Action, ActionReceivable};
use puntual_store::strategy::{self, Assignment, Version};
use puntual_store::{CustomerRange, on_both_engines, timeline};

fn version(code: &str, number: i64, state: &str) -> Version {
    Version {
        code: code.to_owned(),
        version: number,
        name: "Ñandú".to_owned(),
        state: state.to_owned(),
        text: format!("codigo = \"{code}\""),
        actor: "ana".to_owned(),
        recorded_at: NOW_MS,
        published_by: None,
        published_at: None,
        migrated_at: None,
    }
}

fn assignment(id: i64, code: &str, customer: Option<i64>, priority: i64) -> Assignment {
    Assignment {
        id: AssignmentId(id),
        code: code.to_owned(),
        customer: customer.map(CustomerId),
        criteria: "segmento = [\"VIP\"]".to_owned(),
        priority,
        why: "leal".to_owned(),
        actor: "ana".to_owned(),
        recorded_at: NOW_MS,
    }
}

fn proposed(id: i64) -> Action {
    Action {
        id: ActionId(id),
        customer: CustomerId(10),
        plan_key: format!("k{id}"),
        strategy: "S2.1".to_owned(),
        step: "demand".to_owned(),
        step_index: 8,
        channel: "letter".to_owned(),
        planned_on: day("2026-02-03"),
        currency: Currency::CLP,
        amount_minor: 1_190,
        state: "proposed".to_owned(),
        reasons: "{}".to_owned(),
        message: None,
        not_before_at: Some(NOW_MS),
        done_at: None,
        recorded_at: NOW_MS,
        responsible: Some("supervisor".to_owned()),
        note: None,
        decided_by: None,
        decided_at: None,
    }
}

on_both_engines! {
    fn a_published_text_never_changes_and_retires_the_one_before(place) {
        let store = open(place);
        store.write(|tx| {
            strategy::insert_version(tx, SCOPE, &version("S2", 2, "draft"))?;
            let again = Version { text: "otra".into(), ..version("S2", 2, "draft") };
            assert!(strategy::rewrite_draft(tx, SCOPE, &again)?);
            assert!(strategy::publish(tx, SCOPE, "S2", 2, "eva", NOW_MS)?);
            assert!(!strategy::publish(tx, SCOPE, "S2", 2, "eva", NOW_MS)?);
            assert!(!strategy::rewrite_draft(tx, SCOPE, &version("S2", 2, "draft"))?);
            strategy::insert_version(tx, SCOPE, &version("S2", 3, "draft"))?;
            strategy::insert_version(tx, SCOPE, &version("S1", 1, "draft"))?;
            assert!(strategy::publish(tx, SCOPE, "S2", 3, "eva", NOW_MS)?);
            assert!(strategy::migrate(tx, SCOPE, "S2", 2, "eva", NOW_MS)?);
            assert!(!strategy::migrate(tx, SCOPE, "S2", 2, "eva", NOW_MS)?);
            Ok::<_, puntual_store::error::StoreError>(())
        }).unwrap();
        let all = store.read(|tx| strategy::versions(tx, SCOPE)).unwrap();
        let told: Vec<_> = all.iter().map(|v| (&*v.code, v.version, &*v.state)).collect();
        assert_eq!(told, [("S1", 1, "draft"), ("S2", 2, "retired"), ("S2", 3, "published")]);
        let second = store.read(|tx| strategy::version(tx, SCOPE, "S2", 2)).unwrap().unwrap();
        assert_eq!((&*second.text, second.migrated_at), ("otra", Some(NOW_MS)));
        assert_eq!(second.published_by.as_deref(), Some("eva"));
    }
}

on_both_engines! {
    fn what_is_given_to_one_customer_comes_first_and_what_ended_is_history(place) {
        let store = open(place);
        let ids = store.write(|tx| {
            strategy::assign(tx, SCOPE, &assignment(1, "S1", None, 20))?;
            strategy::assign(tx, SCOPE, &assignment(2, "S3", None, 10))?;
            strategy::assign(tx, SCOPE, &assignment(3, "S5", Some(10), 99))?;
            strategy::assign(tx, SCOPE, &assignment(4, "S4", None, 5))?;
            assert!(strategy::end_assignment(tx, SCOPE, AssignmentId(4), "eva", NOW_MS)?);
            assert!(!strategy::end_assignment(tx, SCOPE, AssignmentId(4), "eva", NOW_MS)?);
            strategy::assignments(tx, SCOPE)
        }).unwrap();
        let order: Vec<i64> = ids.iter().map(|a| a.id.0).collect();
        assert_eq!(order, [3, 2, 1]);
        assert_eq!(ids[0], assignment(3, "S5", Some(10), 99));
        let ended = store.read(|tx| strategy::assignment(tx, SCOPE, AssignmentId(4))).unwrap();
        assert_eq!(ended.unwrap().1, Some(NOW_MS));
    }
}

on_both_engines! {
    fn an_action_that_waits_is_decided_once(place) {
        let store = open(place);
        store.write(|tx| {
            assert!(action::propose(tx, SCOPE, &proposed(1))?);
            assert!(action::propose(tx, SCOPE, &proposed(2))?);
            let waiting = action::proposed(tx, SCOPE)?;
            assert_eq!(waiting, [proposed(1), proposed(2)]);
            let approved = Action {
                state: "task".into(),
                channel: "call".into(),
                planned_on: day("2026-02-05"),
                note: Some("con cuidado".into()),
                decided_by: Some("eva".into()),
                decided_at: Some(NOW_MS),
                ..proposed(1)
            };
            assert!(action::decide(tx, SCOPE, &approved)?);
            assert!(!action::decide(tx, SCOPE, &Action { note: None, ..approved.clone() })?);
            assert_eq!(action::get(tx, SCOPE, ActionId(1))?, Some(approved));
            assert_eq!(action::proposed(tx, SCOPE)?, [proposed(2)]);
            let span = action::between(tx, SCOPE, day("2026-02-03"), day("2026-02-04"))?;
            assert_eq!(span, [proposed(2)]);
            Ok::<_, puntual_store::error::StoreError>(())
        }).unwrap();
    }
}

on_both_engines! {
    fn steps_reached_are_those_of_what_is_open_and_events_come_in_order(place) {
        let store = open(place);
        store.write(|tx| {
            action::propose(tx, SCOPE, &proposed(1))?;
            let mark = |receivable| ActionReceivable {
                receivable: ReceivableId(receivable),
                strategy: "S2.1".into(),
                step_index: 8,
                step: "demand".into(),
                offset_days: 61,
                action: ActionId(1),
                claimed_minor: 5,
            };
            action::insert_receivables(tx, SCOPE, &[mark(777)])?;
            assert_eq!(strategy::reached_steps(tx, SCOPE)?, [], "nothing of it is open");
            let all = CustomerRange { after: CustomerId(0), through: CustomerId(i64::MAX) };
            let kinds = ["contact", "promise_broken"];
            let events = timeline::events_of_range(tx, SCOPE, all, &kinds, day("2026-02-01"))?;
            assert_eq!(events, []);
            Ok::<_, puntual_store::error::StoreError>(())
        }).unwrap();
    }
}
