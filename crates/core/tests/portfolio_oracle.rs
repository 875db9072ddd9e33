//! The portfolio against a naive oracle: figures written straight from their definitions, over
//! random facts on random days and knowledge, and facts that come in parts against all at once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod golden;

use golden::day;
use proptest::prelude::*;
use puntual_core::aging::{Aging, Basis, BucketSet, CreditPolicy, aging};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::history::{Flows, HistoryQuestion, Span, Step, history};
use puntual_core::id::{CustomerId, DocumentId, ReceivableId, UserId};
use puntual_core::indicators::{IndicatorRow, collection, indicators};
use puntual_core::portfolio::{
    AsOf, By, CreditFact, CreditSource, CustomerFact, Facts, Key, MovementFact, MovementKind,
    Portfolio, ReceivableFact, ReceivableKind, Scope, Who, Window,
};
use std::collections::BTreeMap;

const SPAN_DAYS: i32 = 150;

fn some_day() -> impl Strategy<Value = Day> {
    (0..SPAN_DAYS).prop_map(|days| day("2026-01-20") + days)
}

fn some_currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec![Currency::EUR, Currency::CLP])
}

fn some_receivable() -> impl Strategy<Value = ReceivableFact> {
    use ReceivableKind::*;
    let kind = prop::sample::select(vec![Sale, Sale, Sale, Charge, Opening]);
    (1i64..6, 1i64..9, some_day(), -3i32..60, some_currency(), 0i64..1000, 0i32..20, kind).prop_map(
        |(customer, document, issued, terms, currency, amount_minor, delay, kind)| ReceivableFact {
            id: ReceivableId(0),
            customer: CustomerId(customer),
            document: DocumentId(document),
            issued,
            due: issued + terms,
            currency,
            amount_minor,
            recorded: issued + delay,
            kind,
        },
    )
}

fn some_kind() -> impl Strategy<Value = MovementKind> {
    use MovementKind::*;
    let kinds =
        [Cash, Cash, Cash, CashReversal, CreditNote, WriteOff, Discount, Cancellation, Other];
    prop::sample::select(kinds.to_vec())
}

fn some_facts() -> impl Strategy<Value = Facts> {
    let receivables = prop::collection::vec(some_receivable(), 1..25);
    let movements = prop::collection::vec(
        (any::<prop::sample::Index>(), some_day(), 0i32..20, some_kind(), 0i64..4, -200i64..1000),
        0..40,
    );
    let credits = prop::collection::vec(
        (1i64..6, some_currency(), some_day(), 0i32..20, -300i64..600, any::<bool>()),
        0..12,
    );
    (receivables, movements, credits).prop_map(|(mut receivables, movements, credits)| {
        for (at, fact) in receivables.iter_mut().enumerate() {
            // Ids that are not in order of arrival.
            fact.id = ReceivableId((at as i64 * 7) % 100);
        }
        let movements = movements.into_iter().map(|(at, effective, delay, kind, whole, amount)| {
            let of = at.get(&receivables);
            // Half of them settle exactly, so that rows are settled for good.
            let amount = if whole < 2 { of.amount_minor } else { amount };
            let taken_back = kind == MovementKind::CashReversal;
            let amount_minor = if taken_back { -amount.abs() } else { amount };
            let recorded = effective + delay;
            MovementFact { receivable: of.id, effective, recorded, kind, amount_minor }
        });
        let movements = movements.collect();
        let credits = credits.into_iter().map(
            |(customer, currency, effective, delay, amount_minor, cash)| CreditFact {
                customer: CustomerId(customer),
                currency,
                effective,
                recorded: effective + delay,
                amount_minor,
                source: if cash { CreditSource::Cash } else { CreditSource::CreditNote },
            },
        );
        let customers = [(1, 1, Some(7)), (2, 1, None), (3, 2, Some(7)), (4, 2, Some(8))];
        let customers = customers.map(|(id, segment, collector)| CustomerFact {
            id: CustomerId(id),
            segment,
            collector: collector.map(UserId),
        });
        let credits = credits.collect();
        Facts { customers: customers.to_vec(), receivables, movements, credits }
    })
}

fn some_at() -> impl Strategy<Value = AsOf> {
    (some_day(), prop::option::of(some_day()))
        .prop_map(|(as_of, known_at)| AsOf { as_of, known_at })
}

fn wide(number: impl Into<i128>) -> i128 {
    number.into()
}

/// The definitions, one fact at a time.
struct Naive<'a> {
    facts: &'a Facts,
    at: AsOf,
}

impl Naive<'_> {
    fn knows(&self, recorded: Day) -> bool {
        self.at.known_at.is_none_or(|known| recorded <= known)
    }

    fn counts(&self, fact: &ReceivableFact) -> bool {
        fact.issued <= self.at.as_of && self.knows(fact.recorded)
    }

    fn movements(&self, id: ReceivableId) -> impl Iterator<Item = &MovementFact> {
        let of_id = self.facts.movements.iter().filter(move |m| m.receivable == id);
        of_id.filter(|m| m.effective <= self.at.as_of && self.knows(m.recorded))
    }

    fn open(&self, fact: &ReceivableFact) -> i64 {
        let amount = if self.counts(fact) { fact.amount_minor } else { 0 };
        amount - self.movements(fact.id).map(|m| m.amount_minor).sum::<i64>()
    }

    fn sale(&self, fact: &ReceivableFact) -> i64 {
        if fact.kind != ReceivableKind::Sale || !self.counts(fact) {
            return 0;
        }
        let cancelled = self.movements(fact.id).filter(|m| m.kind == MovementKind::Cancellation);
        fact.amount_minor - cancelled.map(|m| m.amount_minor).sum::<i64>()
    }

    fn credits(&self, customer: CustomerId, currency: Currency) -> Vec<(Day, i64)> {
        let counted = self.facts.credits.iter().filter(|c| {
            (c.customer, c.currency) == (customer, currency)
                && c.effective <= self.at.as_of
                && self.knows(c.recorded)
        });
        let mut credits: Vec<_> = counted.map(|c| (c.effective, c.amount_minor)).collect();
        credits.sort();
        credits
    }

    fn group(&self, by: By, customer: CustomerId) -> Key {
        let fact = self.facts.customers.iter().find(|fact| fact.id == customer);
        match by {
            By::Total => Key::Total,
            By::Customer => Key::Customer(customer),
            By::Segment => Key::Segment(fact.map_or(0, |fact| fact.segment)),
            By::Collector => Key::Collector(fact.and_then(|fact| fact.collector)),
        }
    }

    /// Amounts per bucket and unapplied credit by group and currency.
    fn aging(
        &self,
        set: &BucketSet,
        policy: CreditPolicy,
        by: By,
    ) -> BTreeMap<(Key, Currency), (Vec<i64>, i64)> {
        let mut rows = BTreeMap::new();
        for customer in (1..6).map(CustomerId) {
            for currency in [Currency::CLP, Currency::EUR] {
                let (amounts, unapplied) = self.age_account(set, policy, customer, currency);
                if unapplied == 0 && amounts.iter().all(|amount| *amount == 0) {
                    continue;
                }
                let key = (self.group(by, customer), currency);
                let row = rows.entry(key).or_insert((vec![0; set.len()], 0));
                row.0.iter_mut().zip(amounts).for_each(|(sum, more)| *sum += more);
                row.1 += unapplied;
            }
        }
        rows
    }

    fn age_account(
        &self,
        set: &BucketSet,
        policy: CreditPolicy,
        customer: CustomerId,
        currency: Currency,
    ) -> (Vec<i64>, i64) {
        let of_account = self
            .facts
            .receivables
            .iter()
            .filter(|fact| (fact.customer, fact.currency) == (customer, currency));
        let mut lines: Vec<(i32, i64)> = of_account
            .map(|fact| {
                let date = if set.basis() == Basis::Due { fact.due } else { fact.issued };
                (self.at.as_of - date, self.open(fact))
            })
            .collect();
        lines.sort_by_key(|line| -line.0);
        let credits = self.credits(customer, currency);
        let mut unapplied: i64 = credits.iter().map(|credit| credit.1).sum();
        match policy {
            CreditPolicy::Separate | CreditPolicy::NetOldestFirst => {
                for line in lines.iter_mut().filter(|line| line.1 < 0) {
                    unapplied -= line.1;
                    line.1 = 0;
                }
            }
            CreditPolicy::OwnDate => {
                // One unit at a time: each use takes a unit of the oldest credit.
                let mut units: Vec<Day> = Vec::new();
                for (on, amount) in credits.iter().filter(|credit| credit.1 > 0) {
                    units.extend((0..*amount).map(|_| *on));
                }
                let used: i64 = credits.iter().map(|credit| credit.1.min(0).abs()).sum();
                let beyond = used - units.len() as i64;
                let left = units.into_iter().skip(used as usize);
                lines.extend(left.map(|on| (self.at.as_of - on, -1)));
                if let Some(last) = credits.iter().rfind(|credit| credit.1 < 0)
                    && beyond > 0
                {
                    lines.push((self.at.as_of - last.0, beyond));
                }
                unapplied = 0;
            }
        }
        if policy == CreditPolicy::NetOldestFirst {
            for line in &mut lines {
                let used = unapplied.max(0).min(line.1);
                line.1 -= used;
                unapplied -= used;
            }
        }
        let mut amounts = vec![0; set.len()];
        lines.iter().for_each(|(days, open)| amounts[set.bucket_of(*days)] += open);
        (amounts, unapplied)
    }

    /// Some sums of the indicators of one currency, as (id, num, den).
    fn sums(&self, currency: Currency, window: Window) -> Vec<(&'static str, i128, i128)> {
        let lines = || self.facts.receivables.iter().filter(|fact| fact.currency == currency);
        let before = Naive { facts: self.facts, at: self.at.on(window.from - 1) };
        let (mut paid, mut age, mut late, mut floored) = (0, 0, 0, 0);
        let (mut open, mut open_age, mut ages, mut count) = (0, 0, 0, 0);
        let (mut overdue, mut overdue_days, mut begin, mut sales) = (0, 0, 0, 0);
        for fact in lines() {
            let cash = self
                .movements(fact.id)
                .filter(|m| m.kind.is_cash() && window.contains(m.effective));
            for m in cash {
                let days = wide(m.effective - fact.due);
                paid += wide(m.amount_minor);
                age += wide(m.amount_minor) * wide(m.effective - fact.issued);
                late += wide(m.amount_minor) * days;
                floored += wide(m.amount_minor) * days.max(0);
            }
            let balance = wide(self.open(fact).max(0));
            if balance > 0 {
                open += balance;
                open_age += balance * wide(self.at.as_of - fact.issued);
                ages += wide(self.at.as_of - fact.issued);
                count += 1;
            }
            if self.at.as_of > fact.due {
                overdue += balance;
                overdue_days += balance * wide(self.at.as_of - fact.due);
            }
            begin += wide(before.open(fact).max(0));
            sales += if window.contains(fact.issued) { wide(self.sale(fact)) } else { 0 };
        }
        let days = wide(window.days());
        vec![
            ("ppc_weighted", age, paid),
            ("dbt_paid", late, paid),
            ("dbt_paid_floored", floored, paid),
            ("dbt_total", floored + overdue_days, paid + overdue),
            ("pmc_rd635", age + open_age, paid + open),
            ("avg_debt_age", open_age, open),
            ("avg_debt_age_simple", ages, count),
            ("avg_days_past_due", overdue_days, overdue),
            ("dso_period", open * days, sales),
            ("bpdso", (open - overdue) * days, sales),
            ("add", overdue * days, sales),
            ("cei", begin + sales - open, begin + sales - (open - overdue)),
            ("ar_turnover", 2 * sales, begin + open),
            ("pct_current", open - overdue, open),
            ("past_due_pct", overdue, open),
        ]
    }
}

type Rows = BTreeMap<(Key, Currency), (Vec<i64>, i64)>;

fn rows(aging: &Aging) -> Rows {
    let rows = aging.rows();
    rows.map(|row| ((row.key, row.currency), (row.amounts.to_vec(), row.unapplied))).collect()
}

fn sets() -> [BucketSet; 4] {
    [
        BucketSet::default(),
        BucketSet::by_due(&[1, 10]).unwrap(),
        BucketSet::by_issue(&[30, 60, 90]).unwrap(),
        BucketSet::with_days_to_due(&[7, 15, 30], &[30, 60]).unwrap(),
    ]
}

const POLICIES: [CreditPolicy; 3] =
    [CreditPolicy::Separate, CreditPolicy::NetOldestFirst, CreditPolicy::OwnDate];
const GROUPINGS: [By; 4] = [By::Customer, By::Segment, By::Collector, By::Total];

/// The facts in `parts` calls, each movement after its receivable.
fn built_in_parts(facts: &Facts, parts: usize) -> Portfolio {
    let mut portfolio = Portfolio::default();
    let part_of = |id: ReceivableId| id.0 as usize % parts;
    for part in 0..parts {
        let receivables = facts.receivables.iter().filter(|fact| part_of(fact.id) == part);
        let movements = (facts.movements.iter().enumerate()).filter(|(at, m)| {
            let first = part_of(m.receivable);
            first.max(at % parts) == part
        });
        let credits = facts.credits.iter().enumerate().filter(|(at, _)| at % parts == part);
        let customers = if part == parts - 1 { facts.customers.clone() } else { Vec::new() };
        let some = Facts {
            customers,
            receivables: receivables.copied().collect(),
            movements: movements.map(|(_, m)| *m).collect(),
            credits: credits.map(|(_, c)| *c).collect(),
        };
        portfolio.extend(some).unwrap();
    }
    portfolio
}

fn sorted_lines(portfolio: &Portfolio) -> Vec<String> {
    let text = |line: puntual_core::portfolio::Line<'_>| {
        let movements: Vec<_> = line.movements().collect();
        format!("{:?} {:?} {} {movements:?}", line.id(), line.issued(), line.amount_minor())
    };
    let mut lines: Vec<String> = portfolio.lines(Scope::ALL).map(text).collect();
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn ageing_equals_the_oracle(facts in some_facts(), at in some_at()) {
        let portfolio = facts.clone().build().unwrap();
        let naive = Naive { facts: &facts, at };
        for set in sets() {
            for policy in POLICIES {
                for by in GROUPINGS {
                    let found = aging(&portfolio, at, &set, policy, by, Scope::ALL);
                    prop_assert_eq!(rows(&found), naive.aging(&set, policy, by));
                    let never_negative = || found.rows().all(|row| row.amounts.iter().all(|a| *a >= 0));
                    prop_assert!(policy == CreditPolicy::OwnDate || never_negative());
                }
            }
        }
    }

    #[test]
    fn the_balance_is_the_same_under_every_policy_and_set(facts in some_facts(), at in some_at()) {
        let portfolio = facts.clone().build().unwrap();
        let naive = Naive { facts: &facts, at };
        let open: i64 = facts.receivables.iter().map(|fact| naive.open(fact)).sum();
        let credit: i64 = (1..6)
            .flat_map(|id| [Currency::EUR, Currency::CLP].map(|c| naive.credits(CustomerId(id), c)))
            .flatten()
            .map(|(_, amount)| amount)
            .sum();
        for set in sets() {
            for policy in POLICIES {
                let found = aging(&portfolio, at, &set, policy, By::Total, Scope::ALL);
                let balance: i64 = found.rows().map(|row| row.balance()).sum();
                prop_assert_eq!(balance, open - credit);
            }
        }
    }

    #[test]
    fn a_bucket_is_its_documents(facts in some_facts(), at in some_at()) {
        let portfolio = facts.build().unwrap();
        let set = BucketSet::default();
        let found = aging(&portfolio, at, &set, CreditPolicy::Separate, By::Customer, Scope::ALL);
        for row in found.rows() {
            let Key::Customer(customer) = row.key else { continue };
            let scope = Scope { who: Who::Customer(customer), currency: Some(row.currency) };
            for bucket in 0..set.len() {
                let documents: Vec<_> =
                    portfolio.open_documents(at, scope, &set, Some(bucket)).collect();
                let open: i64 = documents.iter().map(|document| document.open_minor).sum();
                prop_assert_eq!(open, row.amounts[bucket]);
                prop_assert_eq!(documents.len(), row.counts[bucket] as usize);
            }
            let position = portfolio.position(customer, at, &set);
            let position = position.iter().find(|p| p.currency == row.currency).unwrap();
            prop_assert_eq!(position.open_minor, row.open());
            prop_assert_eq!(position.unapplied_minor, row.unapplied);
        }
    }

    #[test]
    fn facts_in_parts_equal_facts_at_once(facts in some_facts(), at in some_at(), parts in 2usize..5) {
        let at_once = facts.clone().build().unwrap();
        let in_parts = built_in_parts(&facts, parts);
        prop_assert_eq!(sorted_lines(&at_once), sorted_lines(&in_parts));
        for by in GROUPINGS {
            let set = BucketSet::default();
            for policy in POLICIES {
                let found = |p: &Portfolio| aging(p, at, &set, policy, by, Scope::ALL);
                prop_assert_eq!(found(&at_once), found(&in_parts));
            }
            let window = Window::trailing(at.as_of, 40);
            let found = |p: &Portfolio| indicators(p, at, window, by, Scope::ALL);
            prop_assert_eq!(found(&at_once), found(&in_parts));
        }
    }

    #[test]
    fn indicators_equal_the_oracle(facts in some_facts(), at in some_at(), days in 1i32..60) {
        let portfolio = facts.clone().build().unwrap();
        let naive = Naive { facts: &facts, at };
        let window = Window::trailing(at.as_of, days);
        let found = indicators(&portfolio, at, window, By::Total, Scope::ALL);
        for row in &found {
            for (id, num, den) in naive.sums(row.currency, window) {
                let indicator = row.get(id).unwrap();
                prop_assert_eq!((indicator.num, indicator.den), (num, den), "{}", id);
            }
        }
        let alone = collection(&portfolio, at, window, By::Total, Scope::ALL);
        for row in &found {
            let collected = alone.iter().find(|other| other.1 == row.currency);
            let collected = collected.map(|other| other.2).unwrap_or_default();
            prop_assert_eq!(row.get("ppc_weighted"), Some(&collected.ppc_weighted()));
            prop_assert_eq!(row.get("dbt_paid"), Some(&collected.dbt_paid()));
        }
    }

    #[test]
    fn a_series_equals_its_days(
        facts in some_facts(),
        from in some_day(),
        length in 0i32..80,
        step in prop::sample::select(vec![Step::Day, Step::Week, Step::Month]),
        trailing in prop::option::of(1i32..100),
        known_at in prop::option::of(some_day()),
        set in 0usize..4,
    ) {
        let portfolio = facts.build().unwrap();
        let span = Span::new(from, from + length, step).unwrap();
        let mut question = HistoryQuestion::new(span, Scope::ALL);
        question.known_at = known_at;
        question.buckets = sets()[set].clone();
        question.flows = trailing.map_or(Flows::Period, Flows::Trailing);
        for point in history(&portfolio, &question) {
            let at = AsOf { as_of: point.as_of, known_at };
            let scope = Scope { currency: Some(point.currency), ..Scope::ALL };
            let aged =
                aging(&portfolio, at, &question.buckets, CreditPolicy::Separate, By::Total, scope);
            match aged.rows().next() {
                Some(row) => {
                    prop_assert_eq!(&point.amounts, row.amounts);
                    prop_assert_eq!(point.unapplied_minor, row.unapplied);
                    prop_assert_eq!(point.open_count, row.open_count());
                }
                None => prop_assert_eq!((point.open_minor(), point.unapplied_minor), (0, 0)),
            }
            let ask = |window| {
                let rows = indicators(&portfolio, at, window, By::Total, scope);
                rows.into_iter().next()
            };
            let same = |row: Option<IndicatorRow>, ids: &[&str]| {
                let Some(row) = row else { return };
                for id in ids {
                    assert_eq!(point.get(id), row.get(id), "{id}");
                }
            };
            let flows = trailing.map_or(point.period, |days| Window::trailing(point.as_of, days));
            same(ask(flows), &["ppc_weighted", "dbt_paid"]);
            same(ask(Window::trailing(point.as_of, 90)), &["dso_period", "bpdso", "add"]);
            same(ask(point.period), &[
                "cei", "avg_debt_age", "avg_debt_age_simple", "pct_current", "past_due_pct",
                "dso_countback",
            ]);
        }
    }
}

/// Enough customers and receivables for many chunks, extended one fact at a time.
#[test]
fn a_large_portfolio_extended_in_small_steps() {
    let issued = day("2026-01-01");
    let receivable = |n: i64| ReceivableFact {
        id: ReceivableId(n),
        customer: CustomerId((n * 37) % 701 + 1),
        document: DocumentId(n / 2),
        issued: issued + (n % 100) as i32,
        due: issued + (n % 130) as i32,
        currency: Currency::CLP,
        amount_minor: 1000 + n,
        recorded: issued + (n % 100) as i32,
        kind: ReceivableKind::Sale,
    };
    let payment = |n: i64| MovementFact {
        receivable: ReceivableId(n),
        effective: issued + (n % 140) as i32,
        recorded: issued + (n % 150) as i32,
        kind: MovementKind::Cash,
        amount_minor: 1000 + n - n % 3,
    };
    let mut all = Facts {
        receivables: (0..30_000).map(receivable).collect(),
        movements: (0..20_000).map(payment).collect(),
        ..Facts::default()
    };
    let mut portfolio = all.clone().build().unwrap();
    for n in 30_000..30_060 {
        let more = Facts {
            receivables: vec![ReceivableFact { customer: CustomerId(n % 740), ..receivable(n) }],
            movements: vec![payment(n), payment(n - 7_000)],
            ..Facts::default()
        };
        all.receivables.extend(more.receivables.iter().copied());
        all.movements.extend(more.movements.iter().copied());
        portfolio.extend(more).unwrap();
    }
    let rebuilt = all.build().unwrap();
    assert_eq!(sorted_lines(&portfolio), sorted_lines(&rebuilt));
    let at = AsOf::known(day("2026-03-15"), day("2026-04-20"));
    let ask = |p: &Portfolio| {
        let set = BucketSet::default();
        aging(p, at, &set, CreditPolicy::NetOldestFirst, By::Customer, Scope::ALL)
    };
    assert_eq!(ask(&portfolio), ask(&rebuilt));
    assert!(ask(&rebuilt).rows().len() > 500);
}
