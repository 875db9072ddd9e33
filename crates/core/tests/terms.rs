//! Payment terms: what people write, when that is due, and which source is believed.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use proptest::prelude::*;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::money::Money;
use puntual_core::terms::{Delay, DueEvidence, DueSource, Terms, infer, usual_days};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

#[test]
fn understands_what_people_write() {
    for (text, issued, dues) in [
        ("Contado", "2026-01-10", &["2026-01-10"][..]),
        ("30 días fecha factura", "2026-01-10", &["2026-02-09"]),
        ("CREDITO 45 DIAS", "2026-01-10", &["2026-02-24"]),
        ("Net 30", "2026-01-10", &["2026-02-09"]),
        ("60 días neto", "2026-01-10", &["2026-03-11"]),
        ("2/10 n/30", "2026-01-10", &["2026-02-09"]),
        ("2/10 NET 30", "2026-01-10", &["2026-02-09"]),
        ("30/60/90", "2026-01-10", &["2026-02-09", "2026-03-11", "2026-04-10"]),
        ("30, 60 y 90 días", "2026-01-10", &["2026-02-09", "2026-03-11", "2026-04-10"]),
        ("60 días fin de mes", "2026-01-10", &["2026-03-31"]),
        ("fin de mes + 15", "2026-01-10", &["2026-02-15"]),
        ("EOM", "2026-02-10", &["2026-02-28"]),
        ("30 días, días de pago 10 y 25", "2026-01-10", &["2026-02-10"]),
        ("30 días, días de pago 10 y 25", "2026-01-12", &["2026-02-25"]),
        ("días de pago: 31", "2026-02-10", &["2026-02-28"]),
    ] {
        let terms = Terms::parse(text).unwrap_or_else(|| panic!("not understood: {text}"));
        let found: Vec<String> =
            terms.dues(day(issued), eur(90_000)).iter().map(|due| due.on.to_string()).collect();
        assert_eq!(found, dues, "{text}");
    }
}

#[test]
fn admits_what_it_does_not_understand() {
    for text in
        ["", "según contrato", "F-2026-001", "90/60/30", "30 30", "factura 4567", "99999999999999"]
    {
        assert_eq!(Terms::parse(text), None, "{text}");
    }
}

#[test]
fn the_best_source_wins_and_is_named() {
    let issued = day("2026-01-10");
    let total = eur(10_000);
    let two = [(day("2026-02-01"), None), (day("2026-03-01"), None)];
    let one = [(day("2026-02-01"), None)];
    let mut evidence = DueEvidence { country: Some("CO"), ..DueEvidence::default() };
    let mut check = |change: &dyn Fn(&mut DueEvidence<'static>), on: &str, source: DueSource| {
        change(&mut evidence);
        let (dues, found) = infer(issued, total, &evidence);
        assert_eq!((dues[0].on, found), (day(on), source));
        assert_eq!(dues.iter().map(|due| due.amount.minor).sum::<i64>(), total.minor);
    };
    let one: &'static [_] = Box::leak(Box::new(one));
    let two: &'static [_] = Box::leak(Box::new(two));
    check(&|e| e.country = Some("MX"), "2026-01-10", DueSource::IssueDate);
    check(&|e| e.country = Some("CO"), "2026-02-24", DueSource::LegalDefault);
    check(&|e| e.usual_days = Some(20), "2026-01-30", DueSource::History);
    check(&|e| e.creditor_days = Some(15), "2026-01-25", DueSource::CustomerPolicy);
    check(&|e| e.customer_days = Some(60), "2026-03-11", DueSource::CustomerPolicy);
    check(&|e| e.terms_text = Some("según contrato"), "2026-03-11", DueSource::CustomerPolicy);
    check(&|e| e.terms_text = Some("30 días"), "2026-02-09", DueSource::Terms);
    check(&|e| e.stated = one, "2026-02-01", DueSource::Document);
    check(&|e| e.stated = two, "2026-02-01", DueSource::Instalments);
}

#[test]
fn stated_instalments_keep_their_amounts_only_when_they_add_up() {
    let dates = |a, b| [(day("2026-02-01"), Some(eur(a))), (day("2026-03-01"), Some(eur(b)))];
    let amounts = |dates: &[(Day, Option<Money>)]| -> Vec<i64> {
        let evidence = DueEvidence { stated: dates, ..DueEvidence::default() };
        let (dues, _) = infer(day("2026-01-10"), eur(10_001), &evidence);
        dues.iter().map(|due| due.amount.minor).collect()
    };
    assert_eq!(amounts(&dates(4_000, 6_001)), [4_000, 6_001]);
    assert_eq!(amounts(&dates(4_000, 4_000)), [5_001, 5_000]);
}

#[test]
fn a_habit_needs_three_documents_and_a_majority() {
    let history = |days: &[i32]| -> Vec<(Day, Day)> {
        days.iter().map(|n| (day("2026-01-10"), day("2026-01-10") + *n)).collect()
    };
    assert_eq!(usual_days(&history(&[30, 30, 30, 45, 45])), Some(30));
    assert_eq!(usual_days(&history(&[30, 30])), None);
    assert_eq!(usual_days(&history(&[30, 30, 30, 45, 45, 45])), None);
    assert_eq!(usual_days(&[]), None);
}

proptest! {
    #[test]
    fn dues_add_up_and_never_precede_issue(
        issued in 0i32..30_000, minor in 0i64..1_000_000_000,
        parts in prop::collection::vec((1u64..10, 0i32..365, any::<bool>(), 0i32..60), 1..8),
        pay_days in prop::collection::vec(1u32..=31, 0..3),
    ) {
        let delays = parts.into_iter().map(|(weight, net_days, end_of_month, days_after)| {
            (weight, Delay { net_days, end_of_month, days_after, pay_days: pay_days.clone() })
        });
        let terms = Terms::instalments(delays.collect()).unwrap();
        let dues = terms.dues(Day(issued), eur(minor));
        prop_assert_eq!(dues.iter().map(|due| due.amount.minor).sum::<i64>(), minor);
        for due in dues {
            prop_assert!(due.on >= Day(issued));
            let (_, _, of_month) = due.on.ymd();
            let last = due.on == due.on.month_end();
            prop_assert!(pay_days.is_empty() || pay_days.iter().any(|d| *d == of_month || (last && *d > of_month)));
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,40}") {
        let _ = Terms::parse(&text);
    }

    #[test]
    fn no_mixture_of_known_words_breaks_the_reader(words in prop::collection::vec(
        prop::sample::select(vec!["30", "60", "n/", "NET", "DIAS DE PAGO", "fin de mes", "ñ", "/", "2", "31"]), 0..7)) {
        let _ = Terms::parse(&words.join(" "));
        let _ = Terms::parse(&words.concat());
    }
}
