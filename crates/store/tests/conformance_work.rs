//! What the store promises of people, promises, disputes, holds, timelines, plans, messages and
//! imports, held against both engines.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cloned_ref_to_slice_refs,
    reason = "tests say what they mean in the fewest words"
)]

mod fixtures;

use fixtures::*;
use puntual_core::currency::Currency;
use puntual_core::id::*;
use puntual_store::action::{Action, ActionReceivable, DayCounts};
use puntual_store::error::StoreError;
use puntual_store::import::{Batch, Counts, Issue};
use puntual_store::outbox::Rendered;
use puntual_store::standing::{Dispute, Hold, Promise};
use puntual_store::timeline::Event;
use puntual_store::user::{Session, User};
use puntual_store::{
    CustomerRange, action as actions, import as imports, on_both_engines, outbox, quarantine,
    standing as standings, timeline, user as users,
};

const ALL: CustomerRange = CustomerRange { after: CustomerId(0), through: CustomerId(i64::MAX) };

fn ids<T, I>(rows: &[T], id: impl Fn(&T) -> I) -> Vec<I> {
    rows.iter().map(id).collect()
}

fn user(id: i64, email: &str) -> User {
    User {
        workspace: SCOPE.workspace,
        id: UserId(id),
        email: email.to_owned(),
        name: "Ana Ñuñez".to_owned(),
        role: "agent".to_owned(),
        password_hash: "$argon2id$".to_owned(),
        locale: "es".to_owned(),
        collector: Some("ana".to_owned()),
        disabled_at: None,
    }
}

fn session(token: &str, user: i64, expires_at: i64) -> Session {
    Session {
        workspace: SCOPE.workspace,
        token_hash: token.to_owned(),
        user: UserId(user),
        csrf: "secreto".to_owned(),
        created_at: 1,
        last_seen_at: 2,
        expires_at,
    }
}

fn promise(id: i64, customer: i64, promised_on: &str) -> Promise {
    Promise {
        id: PromiseId(id),
        customer: CustomerId(customer),
        document: Some(DocumentId(20)),
        currency: Currency::CLP,
        amount_minor: 500,
        promised_on: day(promised_on),
        made_on: day("2026-02-01"),
        state: "open".to_owned(),
        judged_on: None,
        note: Some("dijo que sí".to_owned()),
        actor: "ana".to_owned(),
        import: Some(ImportId(9)),
        recorded_at: NOW_MS,
    }
}

fn dispute(id: i64, customer: i64) -> Dispute {
    Dispute {
        id: DisputeId(id),
        customer: CustomerId(customer),
        document: DocumentId(20),
        amount_minor: Some(100),
        reason: "precio".to_owned(),
        opened_on: day("2026-02-01"),
        closed_on: None,
        resolution: None,
        actor: "ana".to_owned(),
        import: Some(ImportId(9)),
        recorded_at: NOW_MS,
    }
}

fn hold(id: i64, customer: i64) -> Hold {
    Hold {
        id: HoldId(id),
        customer: CustomerId(customer),
        kind: "hold".to_owned(),
        since: day("2026-02-01"),
        until: Some(day("2026-03-01")),
        why: "acuerdo".to_owned(),
        actor: "ana".to_owned(),
        import: Some(ImportId(9)),
        recorded_at: NOW_MS,
    }
}

fn event(id: i64, customer: i64, on: &str, kind: &str) -> Event {
    Event {
        id: EventId(id),
        customer: CustomerId(customer),
        happened_on: day(on),
        kind: kind.to_owned(),
        channel: Some("call".to_owned()),
        outcome: Some("promised".to_owned()),
        body: Some("Llamará el lunes".to_owned()),
        subject: Some(7),
        balance_minor: Some(-5),
        currency: Some(Currency::MXV),
        actor: "ana".to_owned(),
        recorded_at: NOW_MS,
    }
}

fn action(id: i64, customer: i64, key: &str, on: &str) -> Action {
    Action {
        id: ActionId(id),
        customer: CustomerId(customer),
        plan_key: key.to_owned(),
        strategy: "S2@1".to_owned(),
        step: "reminder".to_owned(),
        step_index: id,
        channel: "email".to_owned(),
        planned_on: day(on),
        currency: Currency::CLP,
        amount_minor: 1_190,
        state: "queued".to_owned(),
        reasons: "[]".to_owned(),
        message: Some(MessageId(5)),
        not_before_at: Some(NOW_MS),
        done_at: None,
        recorded_at: NOW_MS,
        responsible: None,
        note: None,
        decided_by: None,
        decided_at: None,
    }
}

fn mark(receivable: i64, action: i64) -> ActionReceivable {
    ActionReceivable {
        receivable: ReceivableId(receivable),
        strategy: "S2@1".to_owned(),
        step_index: action,
        step: "reminder".to_owned(),
        offset_days: 3,
        action: ActionId(action),
        claimed_minor: 1_190,
    }
}

fn issue(import: i64, id: i64, status: &str) -> Issue {
    Issue {
        import: ImportId(import),
        id,
        file: "lote.zip".to_owned(),
        place: "fila 3".to_owned(),
        status: status.to_owned(),
        code: "conflict".to_owned(),
        message_es: "Otro contenido".to_owned(),
        message_en: "Other content".to_owned(),
        doc_key: Some("dte:33:1".to_owned()),
        source_hash: None,
        decision: None,
    }
}

on_both_engines! {
    fn users_and_sessions_round_trip(place) {
        let store = open(place);
        let workspace = SCOPE.workspace;
        let (ana, eva) = (user(1, "ana@x.cl"), User { name: "Eva".into(), collector: None, ..user(2, "eva@x.cl") });
        write(&store, |tx| { users::insert(tx, &eva, NOW_MS)?; users::insert(tx, &ana, NOW_MS) });
        assert_eq!(read(&store, |tx| users::list(tx, workspace)), [ana.clone(), eva.clone()]);
        assert_eq!(read(&store, |tx| users::by_email(tx, workspace, "eva@x.cl")), Some(eva.clone()));
        assert_eq!(read(&store, |tx| users::by_email(tx, workspace, "EVA@x.cl")), None);
        let gone = User { disabled_at: Some(3), role: "viewer".into(), ..eva };
        write(&store, |tx| users::update(tx, &gone));
        assert_eq!(read(&store, |tx| users::get(tx, workspace, UserId(2))), Some(gone));
        let refused = store.write(|tx| users::insert(tx, &user(3, "ana@x.cl"), NOW_MS));
        assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
        let (one, two, old) = (session("t1", 1, 90), session("t2", 1, 90), session("t3", 2, 10));
        write(&store, |tx| [&one, &two, &old].into_iter().try_for_each(|s| users::insert_session(tx, s)));
        write(&store, |tx| users::touch_session(tx, &one, 50, 200));
        let touched = Session { last_seen_at: 50, expires_at: 200, ..one };
        assert_eq!(read(&store, |tx| users::session(tx, workspace, "t1")), Some(touched));
        let mut seen = read(&store, |tx| users::last_seen(tx, workspace));
        seen.sort();
        assert_eq!(seen, [(UserId(1), 50), (UserId(2), 2)]);
        write(&store, |tx| users::end_session(tx, workspace, "t2"));
        assert_eq!(read(&store, |tx| users::session(tx, workspace, "t2")), None);
        write(&store, |tx| users::end_sessions_of(tx, workspace, UserId(1), 11));
        assert!(read(&store, |tx| users::last_seen(tx, workspace)).is_empty());
    }

    fn failed_sign_ins_are_counted_and_forgotten(place) {
        let store = open(place);
        let workspace = SCOPE.workspace;
        for (attempt, at) in [(1, 100), (2, 200), (3, 200)] {
            write(&store, |tx| { users::take_sign_in_turn(tx, workspace)?; users::note_failed_sign_in(tx, workspace, "ana", attempt, at) });
        }
        let times = |since| read(&store, |tx| users::failed_sign_in_times(tx, workspace, "ana", since));
        assert_eq!((times(0), times(100)), (vec![100, 200, 200], vec![200, 200]));
        write(&store, |tx| users::forget_failed_sign_in(tx, workspace, "ana", 3));
        write(&store, |tx| users::forget_failed_sign_ins_before(tx, workspace, 100));
        assert_eq!(times(0), [200]);
        write(&store, |tx| users::forget_failed_sign_ins(tx, workspace, "ana"));
        assert!(times(0).is_empty());
    }

    fn promises_round_trip(place) {
        let store = open_peopled(place);
        let bare = Promise { document: None, note: None, import: None, ..promise(2, 11, "2026-02-05") };
        let all = [promise(1, 10, "2026-02-10"), bare, promise(3, 10, "2026-02-07")];
        write(&store, |tx| standings::insert_promises(tx, SCOPE, &all));
        assert_eq!(read(&store, |tx| standings::promise(tx, SCOPE, PromiseId(2))), Some(all[1].clone()));
        assert_eq!(read(&store, |tx| standings::all_promises(tx, SCOPE)), all);
        assert_eq!(ids(&read(&store, |tx| standings::promises_of(tx, SCOPE, CustomerId(10))), |p| p.id.0), [3, 1]);
        let open_ids = || ids(&read(&store, |tx| standings::open_promises(tx, SCOPE)), |p| p.id.0);
        assert_eq!(open_ids(), [2, 3, 1]);
        assert_eq!(ids(&read(&store, |tx| standings::promises_since(tx, SCOPE, day("2026-02-07"))), |p| p.id.0), [3, 1]);
        assert!(write(&store, |tx| standings::judge_open_promise(tx, SCOPE, PromiseId(1), "kept", day("2026-02-11"))));
        assert!(!write(&store, |tx| standings::judge_open_promise(tx, SCOPE, PromiseId(1), "broken", day("2026-02-12"))));
        assert!(write(&store, |tx| standings::judge_open_promise(tx, SCOPE, PromiseId(2), "broken", day("2026-02-12"))));
        assert_eq!(open_ids(), [3]);
        let judged = read(&store, |tx| standings::promise(tx, SCOPE, PromiseId(1))).unwrap();
        assert_eq!((judged.state.as_str(), judged.judged_on), ("kept", Some(day("2026-02-11"))));
        assert_eq!(ids(&read(&store, |tx| standings::promises_of_range(tx, SCOPE, CustomerRange::one(CustomerId(11)))), |p| p.id.0), [2]);
    }

    fn disputes_and_holds_round_trip(place) {
        let store = open_peopled(place);
        let bare = Dispute { amount_minor: None, import: None, ..dispute(2, 11) };
        write(&store, |tx| standings::insert_disputes(tx, SCOPE, &[dispute(1, 10), bare.clone()]));
        let endless = Hold { until: None, import: None, ..hold(2, 11) };
        write(&store, |tx| standings::insert_holds(tx, SCOPE, &[hold(1, 10), endless.clone()]));
        let disputes = |who: Option<i64>, open| read(&store, |tx| standings::disputes(tx, SCOPE, who.map(CustomerId), open));
        assert_eq!(disputes(None, true), [bare.clone(), dispute(1, 10)]);
        assert!(write(&store, |tx| standings::close_dispute(tx, SCOPE, DisputeId(1), day("2026-02-09"), "nota")));
        assert!(!write(&store, |tx| standings::close_dispute(tx, SCOPE, DisputeId(1), day("2026-02-10"), "otra")));
        assert_eq!(disputes(None, true), [bare]);
        let closed = Dispute { closed_on: Some(day("2026-02-09")), resolution: Some("nota".into()), ..dispute(1, 10) };
        assert_eq!(disputes(Some(10), false), [closed.clone()]);
        assert_eq!(ids(&read(&store, |tx| standings::disputes_of_range(tx, SCOPE, ALL)), |d| d.id.0), [1, 2]);
        let holds = |who: Option<i64>| read(&store, |tx| standings::holds(tx, SCOPE, who.map(CustomerId)));
        assert_eq!(holds(None), [hold(1, 10), endless.clone()]);
        assert_eq!(holds(Some(11)), [endless]);
        assert!(write(&store, |tx| standings::lift_hold(tx, SCOPE, HoldId(2), NOW_MS)));
        assert!(!write(&store, |tx| standings::lift_hold(tx, SCOPE, HoldId(2), NOW_MS)));
        assert_eq!(ids(&read(&store, |tx| standings::holds_of_range(tx, SCOPE, ALL)), |h| h.id.0), [1]);
        write(&store, |tx| standings::insert_promises(tx, SCOPE, &[promise(5, 10, "2026-03-01")]));
        write(&store, |tx| standings::drop_of_import(tx, SCOPE, ImportId(9), day("2026-02-20"), NOW_MS));
        assert!(holds(Some(10)).is_empty());
        assert_eq!(disputes(Some(10), false), [closed]);
        assert!(read(&store, |tx| standings::open_promises(tx, SCOPE)).is_empty());
    }

    fn timelines_round_trip(place) {
        let store = open_peopled(place);
        let bare = Event {
            channel: None, outcome: None, body: None, subject: None, balance_minor: None,
            currency: None, ..event(2, 10, "2026-02-02", "note")
        };
        let all = [event(1, 10, "2026-02-03", "contact"), bare, event(3, 10, "2026-02-03", "message_sent"), event(4, 11, "2026-02-01", "contact")];
        write(&store, |tx| timeline::append(tx, SCOPE, &all));
        assert_eq!(read(&store, |tx| timeline::get(tx, SCOPE, CustomerId(10), EventId(2))), Some(all[1].clone()));
        assert!(read(&store, |tx| timeline::exists(tx, SCOPE, CustomerId(10), EventId(3))));
        assert!(!read(&store, |tx| timeline::exists(tx, SCOPE, CustomerId(11), EventId(3))));
        assert_eq!(ids(&read(&store, |tx| timeline::of_customer(tx, SCOPE, CustomerId(10), 9)), |e| e.id.0), [3, 1, 2]);
        let page = |point, kinds: &[&str], others| {
            ids(&read(&store, |tx| timeline::page_of(tx, SCOPE, CustomerId(10), point, (kinds, others), 9)), |e| e.id.0)
        };
        let end = (day("2026-12-31"), 0);
        assert_eq!((page(end, &["message_", "contact"], false), page(end, &["message_"], true)), (vec![3, 1], vec![1, 2]));
        assert_eq!(page((day("2026-02-03"), 3), &[], false), [1, 2]);
        let last = |ids: &[i64]| {
            let ids: Vec<CustomerId> = ids.iter().map(|id| CustomerId(*id)).collect();
            let mut found = read(&store, |tx| timeline::last_contacts_of(tx, SCOPE, &ids));
            found.sort_by_key(|e| e.id);
            found
        };
        assert_eq!(last(&[11]), [all[3].clone()]);
        assert_eq!(ids(&last(&[10, 11]), |e| e.id.0), [3, 4]);
        assert_eq!(ids(&read(&store, |tx| timeline::contacts_since(tx, SCOPE, day("2026-02-03"))), |e| e.id.0), [1, 3]);
        let range = read(&store, |tx| timeline::contacts_of_range(tx, SCOPE, ALL, day("2026-02-01"), day("2026-02-02")));
        assert_eq!(ids(&range, |e| e.id.0), [4]);
        let mut met = Vec::new();
        read(&store, |tx| timeline::for_each::<StoreError>(tx, SCOPE, |e| { met.push(e); Ok(()) }));
        assert_eq!(met, all);
        let refused = store.write(|tx| timeline::append(tx, SCOPE, &all[..1]));
        assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    }

    fn actions_round_trip(place) {
        let store = open_peopled(place);
        let task = Action { state: "task".into(), message: None, not_before_at: None, ..action(2, 10, "k2", "2026-02-04") };
        assert!(write(&store, |tx| actions::propose(tx, SCOPE, &action(1, 10, "k1", "2026-02-03"))));
        assert!(write(&store, |tx| actions::propose(tx, SCOPE, &task)));
        assert!(!write(&store, |tx| actions::propose(tx, SCOPE, &action(3, 10, "k1", "2026-02-03"))));
        assert_eq!(read(&store, |tx| actions::get(tx, SCOPE, ActionId(2))), Some(task.clone()));
        assert_eq!(read(&store, |tx| actions::get(tx, SCOPE, ActionId(3))), None);
        write(&store, |tx| actions::insert_receivables(tx, SCOPE, &[mark(30, 1), mark(31, 1), mark(30, 2)]));
        assert_eq!(read(&store, |tx| actions::receivables_of(tx, SCOPE, ActionId(1))), [mark(30, 1), mark(31, 1)]);
        let steps = |until: &str| ids(&read(&store, |tx| actions::steps_of_customers(tx, SCOPE, ALL, day(until))), |m| (m.action.0, m.receivable.0));
        assert_eq!(steps("2026-02-03").len(), 2);
        assert_eq!(steps("2026-02-04").last(), Some(&(2, 30)));
        let refused = store.write(|tx| actions::insert_receivables(tx, SCOPE, &[mark(30, 1)]));
        assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
        write(&store, |tx| actions::unmark(tx, SCOPE, ActionId(1), Some(ReceivableId(30))));
        assert_eq!(read(&store, |tx| actions::receivables_of(tx, SCOPE, ActionId(1))), [mark(31, 1)]);
        write(&store, |tx| actions::unmark(tx, SCOPE, ActionId(1), None));
        assert!(read(&store, |tx| actions::receivables_of(tx, SCOPE, ActionId(1))).is_empty());
        assert_eq!(ids(&read(&store, |tx| actions::of_message(tx, SCOPE, MessageId(5))), |a| a.id.0), [1]);
        let pending = read(&store, |tx| actions::pending_contacts(tx, SCOPE, ALL, (day("2026-02-03"), day("2026-02-03"))));
        assert_eq!(ids(&pending, |p| (p.customer.0, p.message)), [(10, Some(MessageId(5)))]);
        let pending = read(&store, |tx| actions::pending_contacts(tx, SCOPE, ALL, (day("2026-02-03"), day("2026-02-04"))));
        assert_eq!(ids(&pending, |p| p.message), [Some(MessageId(5)), None], "the task of today counts");
        assert_eq!(ids(&read(&store, |tx| actions::of_day(tx, SCOPE, day("2026-02-04"))), |a| a.id.0), [2]);
        assert_eq!(ids(&read(&store, |tx| actions::open(tx, SCOPE)), |a| a.id.0), [1, 2]);
        write(&store, |tx| actions::set_state(tx, SCOPE, ActionId(1), "done", NOW_MS));
        assert_eq!(ids(&read(&store, |tx| actions::open_of(tx, SCOPE, CustomerId(10))), |a| a.id.0), [2]);
        assert_eq!(ids(&read(&store, |tx| actions::of_customer(tx, SCOPE, CustomerId(10), 9)), |a| a.id.0), [2, 1]);
    }

    fn a_day_runs_once_and_goes_on_where_it_stopped(place) {
        let store = open(place);
        let on = day("2026-02-03");
        let fresh = write(&store, |tx| actions::hold_day(tx, SCOPE, on, NOW_MS));
        assert_eq!((fresh.through, fresh.finished_at, fresh.counts), (CustomerId(0), None, DayCounts::default()));
        let part = DayCounts { planned: 1, queued: 2, tasks: 3, deferred: 4, skipped: 5 };
        write(&store, |tx| actions::advance_day(tx, SCOPE, on, CustomerId(10), part));
        write(&store, |tx| actions::advance_day(tx, SCOPE, on, CustomerId(20), part));
        let held = write(&store, |tx| actions::hold_day(tx, SCOPE, on, NOW_MS + 5));
        assert_eq!((held.through, held.counts.skipped, held.counts.planned), (CustomerId(20), 10, 2));
        assert_eq!(read(&store, |tx| actions::last_day(tx, SCOPE)), None);
        write(&store, |tx| actions::finish_day(tx, SCOPE, on, NOW_MS));
        write(&store, |tx| actions::finish_day(tx, SCOPE, on, NOW_MS + 9));
        // A day that is run again is finished again.
        assert_eq!(read(&store, |tx| actions::day_run(tx, SCOPE, on)).unwrap().finished_at, Some(NOW_MS + 9));
        assert_eq!(read(&store, |tx| actions::last_day(tx, SCOPE)), Some(on));
    }

    fn messages_go_through_their_states(place) {
        let store = open_peopled(place);
        let later = outbox::Message { not_before_at: NOW_MS + 10, action: None, ..message(2, 11) };
        write(&store, |tx| { outbox::queue(tx, SCOPE, &message(1, 10))?; outbox::queue(tx, SCOPE, &later) });
        assert_eq!(read(&store, |tx| outbox::get(tx, SCOPE, MessageId(2))), Some(later));
        assert_eq!(read(&store, |tx| outbox::due(tx, SCOPE, NOW_MS, 9)), [MessageId(1)]);
        assert_eq!(read(&store, |tx| outbox::count_due(tx, SCOPE, NOW_MS + 10)), 2);
        let claim = |id, owner: &str, now| write(&store, |tx| outbox::claim(tx, SCOPE, MessageId(id), owner, now, now + 60));
        assert!(!claim(2, "w", NOW_MS));
        assert!(claim(1, "w", NOW_MS) && !claim(1, "v", NOW_MS));
        let rendered = Rendered {
            recipient: "b@x.cl", subject: "Aviso", text: "t", html: "<p>", claimed_minor: 7,
            currency: Currency::USD, released_at: NOW_MS,
        };
        write(&store, |tx| outbox::set_rendered(tx, SCOPE, MessageId(1), &rendered));
        write(&store, |tx| outbox::set_rendered(tx, SCOPE, MessageId(1), &Rendered { released_at: 1, ..rendered }));
        let m = read(&store, |tx| outbox::get(tx, SCOPE, MessageId(1))).unwrap();
        assert_eq!((m.released_at, m.claimed_minor, m.currency, m.recipient.as_str()), (Some(NOW_MS), Some(7), Currency::USD, "b@x.cl"));
        assert!(!write(&store, |tx| outbox::postpone(tx, SCOPE, MessageId(1), "v", NOW_MS + 5, "night")));
        assert!(write(&store, |tx| outbox::postpone(tx, SCOPE, MessageId(1), "w", NOW_MS + 5, "night")));
        assert!(claim(1, "w", NOW_MS + 5));
        assert_eq!(read(&store, |tx| outbox::get(tx, SCOPE, MessageId(1))).unwrap().attempts, 1);
        assert!(write(&store, |tx| outbox::expire_leases(tx, SCOPE, NOW_MS)).is_empty());
        assert_eq!(write(&store, |tx| outbox::expire_leases(tx, SCOPE, NOW_MS + 500)), [MessageId(1)]);
        let record = |owner: &str| write(&store, |tx| outbox::record(tx, SCOPE, MessageId(1), owner, "sent", None, Some("250"), 0, NOW_MS + 600));
        assert!(!record("v") && record("w") && !record("w"));
        let sent = read(&store, |tx| outbox::get(tx, SCOPE, MessageId(1))).unwrap();
        assert_eq!((sent.state.as_str(), sent.sent_at, sent.reply.as_deref()), ("sent", Some(NOW_MS + 600), Some("250")));
        assert!(!write(&store, |tx| outbox::cancel(tx, SCOPE, MessageId(1), "x")));
        assert!(!write(&store, |tx| outbox::resolve_unknown(tx, SCOPE, MessageId(1), "queued", "x", NOW_MS)));
        assert!(claim(2, "w", NOW_MS + 10));
        write(&store, |tx| outbox::record(tx, SCOPE, MessageId(2), "w", "failed", Some("550"), None, 0, NOW_MS));
        assert!(write(&store, |tx| outbox::resolve_unknown(tx, SCOPE, MessageId(2), "queued", "retry", NOW_MS + 20)));
        let again = read(&store, |tx| outbox::get(tx, SCOPE, MessageId(2))).unwrap();
        assert_eq!((again.state.as_str(), again.attempts, again.queued_at), ("queued", 0, NOW_MS + 20));
        assert!(write(&store, |tx| outbox::cancel(tx, SCOPE, MessageId(2), "paid")));
        assert_eq!(read(&store, |tx| outbox::count_by_state(tx, SCOPE)), [("cancelled".to_owned(), 1), ("sent".to_owned(), 1)]);
        assert_eq!(ids(&read(&store, |tx| outbox::list(tx, SCOPE, None, 9)), |m| m.id.0), [2, 1]);
        assert_eq!(ids(&read(&store, |tx| outbox::list(tx, SCOPE, Some("sent"), 9)), |m| m.id.0), [1]);
        assert_eq!(ids(&read(&store, |tx| outbox::page(tx, SCOPE, None, 1, 9)), |m| m.id.0), [1]);
        assert_eq!(ids(&read(&store, |tx| outbox::of_customer(tx, SCOPE, CustomerId(11), 9)), |m| m.id.0), [2]);
    }

    fn imports_round_trip(place) {
        let store = open(place);
        let counts = Counts { read: 6, accepted: 1, duplicates: 2, quarantined: 1, rejected: 1, ignored: 1 };
        let batch = |id| Batch {
            id: ImportId(id), started_at: NOW_MS, finished_at: None, undone_at: None,
            actor: "ana".into(), title: "lote.zip +2".into(), state: "running".into(), files: 3, counts,
        };
        write(&store, |tx| { imports::insert_batch(tx, SCOPE, &batch(1))?; imports::insert_batch(tx, SCOPE, &batch(2)) });
        let done = Batch { finished_at: Some(5), state: "done".into(), files: 4, ..batch(1) };
        write(&store, |tx| imports::update_batch(tx, SCOPE, &done));
        assert_eq!(read(&store, |tx| imports::batch(tx, SCOPE, ImportId(1))), Some(done.clone()));
        assert_eq!(read(&store, |tx| imports::batches(tx, SCOPE, 9)), [batch(2), done]);
        let all = [issue(1, 1, "warn"), issue(1, 2, "quarantine"), issue(2, 3, "quarantine")];
        write(&store, |tx| imports::insert_issues(tx, SCOPE, &all));
        assert_eq!(read(&store, |tx| imports::issues(tx, SCOPE, ImportId(1), 9)), all[..2]);
        let waiting = || -> Vec<i64> {
            let cases = read(&store, |tx| quarantine::waiting(tx, SCOPE, 9, 0));
            cases.iter().map(|case| case.issue.id).collect()
        };
        assert_eq!(waiting(), [3, 2]);
        assert_eq!(read(&store, |tx| quarantine::waiting(tx, SCOPE, 9, 1))[0].issue, all[1]);
        let decide = |word: &str| write(&store, |tx| quarantine::decide(tx, SCOPE, (ImportId(1), 2), word, "ana", NOW_MS));
        assert!(decide("accepted") && !decide("dismissed"));
        assert_eq!(waiting(), [3]);
        assert_eq!(read(&store, |tx| quarantine::count_waiting(tx, SCOPE)), 1);
        let decided = read(&store, |tx| quarantine::decided(tx, SCOPE, 9, 0));
        assert_eq!((decided.len(), decided[0].came_at, decided[0].decided_at), (1, NOW_MS, Some(NOW_MS)));
        assert_eq!(decided[0].decided_by.as_deref(), Some("ana"));
        assert_eq!(read(&store, |tx| quarantine::get(tx, SCOPE, (ImportId(1), 2))), Some(decided[0].clone()));
        assert_eq!(read(&store, |tx| quarantine::get(tx, SCOPE, (ImportId(1), 1))), None);
        assert_eq!(read(&store, |tx| imports::issues(tx, SCOPE, ImportId(1), 9))[1].decision.as_deref(), Some("accepted"));
        let keep = |name: &str, bytes: Option<&[u8]>| write(&store, |tx| imports::keep_file(tx, SCOPE, ("h", name, 3), bytes, ImportId(1), NOW_MS));
        assert!(keep("a.xml", Some(&[0, 255, 39])) && !keep("b.xml", None));
        assert_eq!(read(&store, |tx| imports::file(tx, SCOPE, "h")), Some(("a.xml".to_owned(), Some(vec![0, 255, 39]))));
        assert_eq!(read(&store, |tx| imports::file_name(tx, SCOPE, "h")).as_deref(), Some("a.xml"));
        assert_eq!(read(&store, |tx| imports::file(tx, OTHER, "h")), None);
        let save = |name: &str, mapping: &str, now| write(&store, |tx| imports::save_mapping(tx, SCOPE, name, "k", mapping, now));
        save("sap", "1", 10);
        save("odoo", "2", 20);
        save("sap", "3", 30);
        assert_eq!(read(&store, |tx| imports::mapping_for(tx, SCOPE, "k")).as_deref(), Some("3"));
        assert_eq!(read(&store, |tx| imports::mapping_for(tx, SCOPE, "other")), None);
    }
}
