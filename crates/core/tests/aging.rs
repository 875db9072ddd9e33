//! Ageing against the worked tables of the domain reference, A1.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod golden;

use golden::*;
use puntual_core::aging::{Aging, BucketSet, CreditPolicy, aging};
use puntual_core::currency::Currency;
use puntual_core::id::{CustomerId, ReceivableId, UserId};
use puntual_core::portfolio::{
    AsOf, By, CreditFact, CreditSource, CustomerFact, Facts, Key, MovementKind, PortfolioError,
    Scope, Who,
};

fn euros(aging: &Aging) -> Vec<(Vec<i64>, i64, i64)> {
    let whole = |minor: i64| {
        assert_eq!(minor % 100, 0);
        minor / 100
    };
    aging
        .rows()
        .map(|row| {
            let amounts = row.amounts.iter().map(|amount| whole(*amount)).collect();
            (amounts, whole(row.unapplied), whole(row.balance()))
        })
        .collect()
}

fn total(at: AsOf, buckets: &BucketSet, credits: CreditPolicy) -> (Vec<i64>, i64, i64) {
    euros(&aging(&g1(), at, buckets, credits, By::Total, Scope::ALL)).remove(0)
}

#[test]
fn g1_by_due_and_by_issue() {
    let at = AsOf::day(day(AS_OF));
    let by_due = total(at, &BucketSet::default(), CreditPolicy::Separate);
    assert_eq!(by_due, (vec![1200, 1900, 1500, 0, 1500, 600], 350, 6350));
    let by_issue = BucketSet::by_issue(&[30, 60, 90, 120]).unwrap();
    let by_issue = total(at, &by_issue, CreditPolicy::Separate);
    assert_eq!(by_issue, (vec![1200, 1900, 1500, 0, 2100], 350, 6350));
}

#[test]
fn g1_on_a_past_day_and_as_it_was_known() {
    let march = day("2026-03-31");
    let set = BucketSet::default();
    let now = total(AsOf::day(march), &set, CreditPolicy::Separate);
    assert_eq!(now, (vec![0, 1500, 0, 600, 0, 0], 0, 2100));
    let then = total(AsOf::known(march, march), &set, CreditPolicy::Separate);
    assert_eq!(then, (vec![0, 2000, 0, 600, 0, 0], 0, 2600));
}

#[test]
fn g1_credit_policies() {
    let at = AsOf::day(day(AS_OF));
    // Customer C: 350 of credit against the oldest, I9, 900 to 550.
    let netted = total(at, &BucketSet::default(), CreditPolicy::NetOldestFirst);
    assert_eq!(netted, (vec![1200, 1550, 1500, 0, 1500, 600], 0, 6350));
    // Both credits are less than 31 days old: the bucket falls from 1 900 to 1 550.
    let own = total(at, &BucketSet::default(), CreditPolicy::OwnDate);
    assert_eq!(own, (vec![1200, 1550, 1500, 0, 1500, 600], 0, 6350));
}

#[test]
fn credit_beyond_what_is_open_stays_in_its_column() {
    let mut facts = g1_facts();
    facts.credits.push(credit(C, "2026-06-20", CreditSource::Cash, 1000));
    let portfolio = facts.build().unwrap();
    let at = AsOf::day(day(AS_OF));
    let scope = Scope::customer(C);
    let set = BucketSet::default();
    let net = aging(&portfolio, at, &set, CreditPolicy::NetOldestFirst, By::Customer, scope);
    assert_eq!(euros(&net), [(vec![0; 6], 50, -50)]);
}

#[test]
fn own_date_ages_what_is_left_of_the_newest_credit() {
    let mut facts = g1_facts();
    facts.credits.push(credit(C, "2026-02-01", CreditSource::Cash, 70));
    facts.credits.push(credit(C, "2026-06-25", CreditSource::Cash, -170));
    let portfolio = facts.build().unwrap();
    let (at, scope) = (AsOf::day(day(AS_OF)), Scope::customer(C));
    let own =
        aging(&portfolio, at, &BucketSet::default(), CreditPolicy::OwnDate, By::Customer, scope);
    assert_eq!(euros(&own), [(vec![400, 650, 0, 0, 0, 0], 0, 1050)]);
}

#[test]
fn an_excess_is_credit_and_never_a_negative_bucket() {
    let mut facts = g1_facts();
    facts.movements.push(movement(7, "2026-06-01", MovementKind::Cash, 650));
    let portfolio = facts.build().unwrap();
    let at = AsOf::day(day(AS_OF));
    let set = BucketSet::default();
    let rows =
        |credits| euros(&aging(&portfolio, at, &set, credits, By::Customer, Scope::customer(B)));
    assert_eq!(rows(CreditPolicy::Separate), [(vec![0, 1000, 0, 0, 0, 0], 50, 950)]);
    assert_eq!(rows(CreditPolicy::NetOldestFirst), [(vec![0, 950, 0, 0, 0, 0], 0, 950)]);
    assert_eq!(rows(CreditPolicy::OwnDate), [(vec![0, 1000, 0, 0, 0, -50], 0, 950)]);
}

#[test]
fn a_returned_cheque_opens_the_debt_again_from_its_return() {
    let mut facts = g1_facts();
    facts.movements.push(movement(1, "2026-03-05", MovementKind::CashReversal, -1000));
    let portfolio = facts.build().unwrap();
    let open = |on| portfolio.line(ReceivableId(1)).unwrap().open_minor(AsOf::day(day(on)));
    assert_eq!(open("2026-02-19"), 100_000);
    assert_eq!(open("2026-03-04"), 0);
    assert_eq!(open("2026-03-05"), 100_000);
}

#[test]
fn a_credit_note_older_than_its_invoice_is_credit_until_then() {
    let mut facts = g1_facts();
    facts.movements.push(movement(8, "2026-06-20", MovementKind::CreditNote, 150));
    let portfolio = facts.build().unwrap();
    let set = BucketSet::default();
    let on = |date| {
        let at = AsOf::day(day(date));
        euros(&aging(
            &portfolio,
            at,
            &set,
            CreditPolicy::Separate,
            By::Customer,
            Scope::customer(C),
        ))
    };
    assert_eq!(on("2026-06-29"), [(vec![0, 900, 0, 0, 0, 0], 500, 400)]);
    assert_eq!(on("2026-06-30"), [(vec![250, 900, 0, 0, 0, 0], 350, 800)]);
}

#[test]
fn groups_and_scopes() {
    let mut facts = g1_facts();
    facts.customers = vec![
        CustomerFact { id: A, segment: 1, collector: Some(UserId(7)) },
        CustomerFact { id: B, segment: 1, collector: None },
        CustomerFact { id: C, segment: 2, collector: Some(UserId(7)) },
        CustomerFact { id: CustomerId(9), segment: 2, collector: None },
    ];
    facts.credits.push(CreditFact {
        currency: Currency::USD,
        ..credit(B, "2026-06-01", CreditSource::Cash, 5)
    });
    let portfolio = facts.build().unwrap();
    let at = AsOf::day(day(AS_OF));
    let set = BucketSet::default();
    let by = |by, scope| {
        let aged = aging(&portfolio, at, &set, CreditPolicy::Separate, by, scope);
        aged.rows().map(|row| (row.key, row.currency, row.balance() / 100)).collect::<Vec<_>>()
    };
    let (eur, usd) = (Currency::EUR, Currency::USD);
    assert_eq!(
        by(By::Segment, Scope::ALL),
        [(Key::Segment(1), eur, 5400), (Key::Segment(1), usd, -5), (Key::Segment(2), eur, 950)]
    );
    let mine = Scope { who: Who::Collector(Some(UserId(7))), currency: Some(eur) };
    assert_eq!(
        by(By::Customer, mine),
        [(Key::Customer(A), eur, 3800), (Key::Customer(C), eur, 950)]
    );
    assert_eq!(
        by(By::Collector, Scope { who: Who::Segment(1), currency: None }),
        [
            (Key::Collector(None), eur, 1600),
            (Key::Collector(None), usd, -5),
            (Key::Collector(Some(UserId(7))), eur, 3800)
        ]
    );
    let all = aging(&portfolio, at, &set, CreditPolicy::Separate, By::Customer, Scope::ALL);
    let total = aging(&portfolio, at, &set, CreditPolicy::Separate, By::Total, Scope::ALL);
    assert_eq!(all.totals(), total);
}

#[test]
fn every_bucket_opens_its_documents() {
    let portfolio = g1();
    let at = AsOf::day(day(AS_OF));
    let set = BucketSet::default();
    let found: Vec<_> = portfolio
        .open_documents(at, Scope::ALL, &set, Some(1))
        .map(|open| (open.receivable.0, open.open_minor / 100, open.overdue_days))
        .collect();
    assert_eq!(found, [(6, 1000, 11), (9, 900, 30)]);
    let position = portfolio.position(A, at, &set).remove(0);
    assert_eq!((position.open_minor, position.overdue_minor), (380_000, 300_000));
    assert_eq!((position.not_due_minor, position.oldest_overdue_days), (80_000, Some(105)));
    assert_eq!((position.open_count, position.overdue_count), (3, 2));
}

#[test]
fn facts_that_cannot_be_are_refused_whole() {
    let mut portfolio = g1();
    let twice = Facts { receivables: vec![g1_facts().receivables[0]], ..Facts::default() };
    let refused = portfolio.extend(twice);
    assert_eq!(refused, Err(PortfolioError::DuplicateReceivable(ReceivableId(1))));
    let orphan = Facts {
        receivables: vec![sale(50, A, "2026-06-01", "2026-06-30", 1)],
        movements: vec![movement(99, "2026-06-01", MovementKind::Cash, 1)],
        ..Facts::default()
    };
    let refused = portfolio.extend(orphan);
    assert_eq!(refused, Err(PortfolioError::UnknownReceivable(ReceivableId(99))));
    assert!(portfolio.line(ReceivableId(50)).is_none());
    let mut huge = sale(51, A, "2026-06-01", "2026-06-30", 1);
    huge.amount_minor = i64::MAX;
    let facts = Facts { receivables: vec![huge], ..Facts::default() };
    assert_eq!(portfolio.extend(facts), Err(PortfolioError::TooLarge));
}
