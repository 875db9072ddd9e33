//! Merged customers in a portfolio: the same figures as if everything had been the survivor's from
//! the beginning, and the old ones again when the merge is taken back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use puntual_core::aging::{Aging, BucketSet, CreditPolicy, aging};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DocumentId, ReceivableId};
use puntual_core::merge::Merged;
use puntual_core::portfolio::{
    AsOf, By, CreditFact, CreditSource, CustomerFact, Facts, MovementFact, MovementKind, Portfolio,
    ReceivableFact, ReceivableKind, Scope,
};

const FIRST: Day = Day(20_000);

/// Receivables `from..to` of some hundred customers in two currencies, most of them paid, and money
/// on account.
fn facts(from: i64, to: i64) -> Facts {
    let customer = |n: i64| CustomerId((n * 37) % 211 + 1);
    let currency = |n: i64| if n % 5 == 0 { Currency::EUR } else { Currency::CLP };
    let receivable = |n: i64| ReceivableFact {
        id: ReceivableId(n),
        customer: customer(n),
        document: DocumentId(n),
        issued: FIRST + (n % 100) as i32,
        due: FIRST + (n % 130) as i32,
        currency: currency(n),
        amount_minor: 1_000 + n,
        recorded: FIRST + (n % 100) as i32,
        kind: ReceivableKind::Sale,
    };
    let payment = |n: i64| MovementFact {
        receivable: ReceivableId(n),
        effective: FIRST + (n % 140) as i32,
        recorded: FIRST + (n % 150) as i32,
        kind: MovementKind::Cash,
        amount_minor: 1_000 + n - n % 3,
    };
    let credit = |n: i64| CreditFact {
        customer: customer(n),
        currency: currency(n),
        effective: FIRST + (n % 90) as i32,
        recorded: FIRST + (n % 90) as i32,
        amount_minor: n % 17 - 4,
        source: CreditSource::Cash,
    };
    Facts {
        customers: (1..=212)
            .map(|id| CustomerFact { id: CustomerId(id), segment: 0, collector: None })
            .collect(),
        receivables: (from..to).map(receivable).collect(),
        movements: (from..to).filter(|n| n % 4 != 0).map(payment).collect(),
        credits: (from..to).filter(|n| n % 6 == 0).map(credit).collect(),
    }
}

/// The same facts with every customer replaced by who stands for it.
fn renamed(mut facts: Facts, merged: &Merged) -> Facts {
    for fact in &mut facts.receivables {
        fact.customer = merged.survivor(fact.customer);
    }
    for fact in &mut facts.credits {
        fact.customer = merged.survivor(fact.customer);
    }
    facts
}

fn aged(portfolio: &Portfolio, scope: Scope) -> Vec<Aging> {
    let days = [AsOf::day(FIRST + 200), AsOf::known(FIRST + 80, FIRST + 95)];
    let set = BucketSet::default();
    let ask = |at| aging(portfolio, at, &set, CreditPolicy::NetOldestFirst, By::Customer, scope);
    days.map(ask).to_vec()
}

/// Customers of several chunks merged in both directions, one of them into one without any facts.
fn merged() -> Merged {
    let pairs = [(3, 200), (180, 7), (90, 7), (45, 212)];
    Merged::of_pairs(pairs.map(|(one, other)| (CustomerId(one), CustomerId(other))))
}

#[test]
fn figures_of_merged_customers_are_those_of_one_and_come_back_when_it_is_taken_back() {
    let merged = merged();
    let apart = facts(0, 20_000).build().unwrap();
    let as_one = renamed(facts(0, 20_000), &merged).build().unwrap();
    let mut portfolio = apart.clone();
    portfolio.regroup(&merged);
    assert_eq!(aged(&portfolio, Scope::ALL), aged(&as_one, Scope::ALL));
    assert_ne!(aged(&portfolio, Scope::ALL), aged(&apart, Scope::ALL));
    assert_eq!(portfolio.len(), apart.len());
    portfolio.regroup(&Merged::default());
    assert_eq!(aged(&portfolio, Scope::ALL), aged(&apart, Scope::ALL));
}

#[test]
fn who_is_merged_is_found_under_either_name_and_what_comes_later_goes_to_the_survivor() {
    let merged = merged();
    let mut portfolio = facts(0, 9_000).build().unwrap();
    portfolio.regroup(&merged);
    portfolio.extend(facts(9_000, 12_000)).unwrap();
    let mut grown = facts(0, 12_000).build().unwrap();
    grown.regroup(&merged);
    assert_eq!(aged(&portfolio, Scope::ALL), aged(&grown, Scope::ALL));
    let of = |id| aged(&portfolio, Scope::customer(CustomerId(id)));
    assert_eq!(of(3), of(200));
    assert_eq!(of(45), of(212));
    let line = portfolio.lines(Scope::customer(CustomerId(90))).next().unwrap();
    assert_eq!(line.customer(), CustomerId(7));
    assert_eq!(portfolio.line(line.id()).unwrap().customer(), CustomerId(7));
}
