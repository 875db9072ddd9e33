//! The demo is what it says it is, on whatever day it is shown: bookkeeping that holds together,
//! figures that look alive, and every story true.

use super::*;
use puntual_core::tax_id;
use puntual_formats::record::{AllocationKind, DocumentKind};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;

const SEED: u64 = 20_260_101;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A Saturday, a New Year, a leap day, the middle of a year.
fn days() -> [Day; 4] {
    ["2026-11-21", "2026-01-01", "2028-02-29", "2027-06-30"].map(day)
}

/// The creditor of a country on each of the days, made once for all tests.
fn ledgers() -> &'static [Ledger] {
    static LEDGERS: OnceLock<Vec<Ledger>> = OnceLock::new();
    LEDGERS.get_or_init(|| {
        let on = |today| Country::ALL.map(|country| Ledger::new(country, today));
        days().into_iter().flat_map(on).collect()
    })
}

/// The three creditors on the first of the days.
fn shown() -> &'static [Ledger] {
    &ledgers()[..3]
}

/// A creditor with its documents and their movements at hand.
struct Ledger {
    creditor: DemoCreditor,
    today: Day,
    docs: HashMap<String, DocumentRecord>,
    movements: HashMap<String, Vec<AllocationRecord>>,
}

impl Ledger {
    fn new(country: Country, today: Day) -> Ledger {
        let creditor = company(country, today, SEED);
        let docs = creditor
            .documents
            .iter()
            .map(|known| (known.record.number.clone().unwrap(), known.record.clone()))
            .collect();
        let mut movements: HashMap<String, Vec<AllocationRecord>> = HashMap::new();
        for known in &creditor.allocations {
            movements.entry(known.record.document.clone()).or_default().push(known.record.clone());
        }
        Ledger { creditor, today, docs, movements }
    }

    fn moved(&self, number: &str) -> &[AllocationRecord] {
        self.movements.get(number).map_or(&[], Vec::as_slice)
    }

    fn open_on(&self, number: &str, at: Day) -> Decimal {
        let moved: Decimal =
            self.moved(number).iter().filter(|m| m.date <= at).map(|m| m.amount).sum();
        self.docs[number].total.unwrap() - moved
    }

    /// Invoices of a customer by due date: number, first due date, open today.
    fn invoices(&self, code: &str) -> Vec<(String, Day, Decimal)> {
        let mut rows: Vec<_> = self
            .docs
            .values()
            .filter(|doc| doc.kind == DocumentKind::Invoice)
            .filter(|doc| doc.buyer.code.as_deref() == Some(code))
            .map(|doc| {
                let number = doc.number.clone().unwrap();
                let open = self.open_on(&number, self.today);
                (number, doc.dues[0].date.unwrap(), open)
            })
            .collect();
        rows.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        rows
    }

    /// Due dates of what a customer owes, as days from today.
    fn owed_in_days(&self, code: &str) -> Vec<i32> {
        let owed = self.invoices(code);
        owed.iter().filter(|row| !row.2.is_zero()).map(|row| row.1 - self.today).collect()
    }

    /// Days late of every invoice that was due, oldest first; what is open counts to today.
    fn lateness(&self, code: &str) -> Vec<i32> {
        self.invoices(code)
            .iter()
            .filter_map(|(number, due, open)| {
                let last = self.moved(number).iter().map(|m| m.date).max();
                match (open.is_zero(), last) {
                    (true, Some(paid)) => Some(paid - *due),
                    _ => (*due < self.today).then(|| self.today - *due),
                }
            })
            .collect()
    }

    fn customer(&self, code: &str) -> &CustomerRecord {
        let found = self.creditor.customers.iter().map(|known| &known.record);
        found.into_iter().find(|c| c.party.code.as_deref() == Some(code)).unwrap()
    }
}

fn median(mut values: Vec<i32>) -> i32 {
    values.sort_unstable();
    values[values.len() / 2]
}

#[test]
fn the_same_day_and_seed_tell_the_same_company() {
    let print = |today, seed| {
        let mut hasher = DefaultHasher::new();
        for country in Country::ALL {
            format!("{:?}", company(country, today, seed)).hash(&mut hasher);
        }
        hasher.finish()
    };
    let today = day("2026-11-21");
    assert_eq!(print(today, SEED), print(today, SEED));
    assert_ne!(print(today, SEED), print(today, SEED + 1));
    assert_ne!(print(today, SEED), print(today + 1, SEED));
}

#[test]
fn it_has_the_size_of_a_living_portfolio() {
    for three in ledgers().chunks(3) {
        let today = three[0].today;
        let all: Vec<&DemoCreditor> = three.iter().map(|ledger| &ledger.creditor).collect();
        let customers: usize = all.iter().map(|creditor| creditor.customers.len()).sum();
        let documents: usize = all.iter().map(|creditor| creditor.documents.len()).sum();
        assert!(customers >= 420, "{customers} customers");
        assert!((12_000..=18_000).contains(&documents), "{documents} documents on {today}");
        for creditor in &all {
            let due = |wanted: Day| {
                let dues = creditor.documents.iter().flat_map(|known| &known.record.dues);
                dues.filter(|due| due.date == Some(wanted)).count()
            };
            assert!(due(today) > 0 && due(today + 1) > 0, "{} {today}", creditor.code);
            let newest = creditor.documents.last().unwrap().record.issue_date.unwrap();
            assert!(today - newest <= 6, "newest issued {newest}, today {today}");
            assert!((540..=740).contains(&(today - creditor.first)), "{today}");
        }
    }
}

#[test]
fn names_codes_and_tax_ids_are_valid_and_unique() {
    for ledger in shown() {
        let (creditor, country) = (&ledger.creditor, ledger.creditor.country);
        let mut taken = BTreeSet::new();
        let parties = creditor.customers.iter().map(|known| known.record.party.clone());
        let ids: Vec<String> = parties
            .clone()
            .filter_map(|party| party.tax_id)
            .chain([creditor.tax_id.clone()])
            .collect();
        assert_eq!(ids.len(), creditor.customers.len() + 1);
        for id in ids {
            assert!(tax_id::check(country.code(), &id).is_valid(), "{id}");
            assert!(taken.insert(id.clone()), "{id} twice");
        }
        for party in parties {
            assert!(taken.insert(party.code.clone().unwrap()), "{party:?} twice");
            assert!(taken.insert(party.name.clone().unwrap()), "{party:?} twice");
            let reaches_nobody = |mail: &String| mail.ends_with(".example");
            assert!(party.email.iter().all(reaches_nobody), "{party:?}");
        }
        let collectors: BTreeSet<_> =
            creditor.customers.iter().filter_map(|c| c.record.collector.clone()).collect();
        assert_eq!(collectors.len(), creditor.agents.len());
    }
}

#[test]
fn documents_add_up() {
    for ledger in ledgers() {
        let (country, today) = (ledger.creditor.country, ledger.today);
        assert_eq!(ledger.docs.len(), ledger.creditor.documents.len(), "numbers are unique");
        let calendar = Calendar::of_country(country.code());
        for (number, doc) in &ledger.docs {
            let issue = doc.issue_date.unwrap();
            assert!(issue <= today && calendar.is_working_day(issue), "{number} {issue}");
            assert_eq!(doc.net.unwrap() + doc.tax.unwrap(), doc.total.unwrap(), "{number}");
            if doc.dues.len() > 1 {
                let parts: Decimal = doc.dues.iter().map(|due| due.amount.unwrap()).sum();
                assert_eq!(parts, doc.total.unwrap(), "{number}");
            }
            assert!(doc.dues.iter().all(|due| due.date.unwrap() >= issue), "{number}");
            for reference in &doc.references {
                let target = &ledger.docs[reference.number.as_ref().unwrap()];
                assert_eq!(target.buyer, doc.buyer, "{number}");
                assert!(target.issue_date.unwrap() <= issue, "{number}");
            }
            let is_note = doc.kind == DocumentKind::CreditNote;
            assert_eq!(is_note, doc.dues.is_empty(), "{number}");
        }
    }
}

#[test]
fn balances_never_fall_below_zero_nor_know_the_future() {
    for ledger in ledgers() {
        let today = ledger.today;
        for (number, moved) in &ledger.movements {
            let doc = &ledger.docs[number];
            let mut by_day: BTreeMap<Day, Decimal> = BTreeMap::new();
            for movement in moved {
                assert!(movement.date >= doc.issue_date.unwrap(), "{movement:?}");
                *by_day.entry(movement.date).or_default() += movement.amount;
            }
            let mut open = doc.total.unwrap();
            for (day, amount) in by_day {
                open -= amount;
                assert!(!open.is_sign_negative() || open.is_zero(), "{number} {day} {open}");
                assert!(open <= doc.total.unwrap(), "{number} {day}");
            }
        }
        let allocations = &ledger.creditor.allocations;
        assert!(allocations.iter().all(|k| k.on >= k.record.date && k.on <= today));
        let payments = &ledger.creditor.payments;
        assert!(payments.iter().all(|k| k.on >= k.record.date.unwrap() && k.on <= today));
        let late = payments.iter().filter(|k| k.on > k.record.date.unwrap()).count();
        assert!(late * 100 / payments.len() > 15, "some are recorded days later: {late}");
        assert!(ledger.creditor.contacts.iter().all(|contact| contact.day <= today));
        assert!(ledger.creditor.promises.iter().all(|k| k.on <= today
            && k.record.promised >= k.on
            && k.record.amount > Decimal::ZERO));
        assert!(ledger.creditor.disputes.iter().all(|k| k.on <= today));
    }
}

#[test]
fn every_payment_covers_its_allocations() {
    for ledger in shown() {
        let mut spent: HashMap<&str, (Decimal, Decimal)> = HashMap::new();
        for known in &ledger.creditor.allocations {
            let source = known.record.source.as_deref();
            match known.record.kind {
                AllocationKind::Payment => {
                    spent.entry(source.unwrap()).or_default().0 += known.record.amount;
                }
                AllocationKind::Reversal => {
                    assert!(known.record.amount < Decimal::ZERO);
                    spent.entry(source.unwrap()).or_default().1 += known.record.amount;
                }
                AllocationKind::CreditNote => {
                    let note = &ledger.docs[source.unwrap()];
                    assert_eq!(note.kind, DocumentKind::CreditNote);
                    assert_eq!(note.total.unwrap(), known.record.amount);
                }
                AllocationKind::WriteOff => assert_eq!(source, None),
            }
        }
        for known in &ledger.creditor.payments {
            let payment = &known.record;
            let amount = payment.amount.unwrap();
            match spent.remove(payment.number.as_deref().unwrap()) {
                None => assert_eq!(payment.reference.as_deref(), Some("ANTICIPO A CUENTA")),
                Some((paid, back)) => {
                    assert_eq!(paid, amount);
                    assert!(back.is_zero() || back == -paid, "a cheque comes back whole");
                }
            }
        }
        assert!(spent.is_empty(), "allocations of unknown payments");
    }
}

#[test]
fn the_aggregate_looks_alive() {
    for ledger in ledgers() {
        let (country, today) = (ledger.creditor.country, ledger.today);
        let (mut open, mut current) = (Decimal::ZERO, Decimal::ZERO);
        for (number, doc) in &ledger.docs {
            let own = doc.currency.as_deref() == Some(country.currency().code());
            if own && doc.kind != DocumentKind::CreditNote {
                let owed = ledger.open_on(number, today);
                open += owed;
                if doc.dues.last().unwrap().date.unwrap() >= today {
                    current += owed;
                }
            }
        }
        let percent = current * Decimal::ONE_HUNDRED / open;
        let plausible = Decimal::from(66)..Decimal::from(90);
        assert!(plausible.contains(&percent), "{percent} % current, {country:?} {today}");
        let period = collection_days(ledger, today - 90, today);
        assert!((40..=54).contains(&period), "{period} days to collect, {country:?} {today}");
        if country == Country::Chile {
            let before = collection_days(ledger, today - 360, today - 180);
            assert!(period > before, "worse in the last quarter: {before} → {period}");
        }
    }
}

/// Days from issue to payment, weighted by amount, of payments after `from` up to `to`.
fn collection_days(ledger: &Ledger, from: Day, to: Day) -> i32 {
    let own = Some(ledger.creditor.currency.code());
    let (mut weighted, mut paid) = (Decimal::ZERO, Decimal::ZERO);
    for known in &ledger.creditor.allocations {
        let doc = &ledger.docs[&known.record.document];
        let in_scope = known.record.kind == AllocationKind::Payment
            && doc.currency.as_deref() == own
            && known.record.date > from
            && known.record.date <= to;
        if in_scope {
            let days = known.record.date - doc.issue_date.unwrap();
            weighted += known.record.amount * Decimal::from(days);
            paid += known.record.amount;
        }
    }
    i32::try_from((weighted / paid).round()).unwrap()
}

#[test]
fn every_country_has_its_currencies_and_accidents() {
    let currencies = |creditor: &DemoCreditor| -> BTreeSet<String> {
        creditor.documents.iter().filter_map(|known| known.record.currency.clone()).collect()
    };
    let sets = [["CLF", "CLP", "USD"].as_slice(), &["MXN", "USD"], &["EUR"]];
    for (ledger, expected) in shown().iter().zip(sets) {
        let (creditor, today) = (&ledger.creditor, ledger.today);
        assert!(currencies(creditor).iter().eq(expected), "{}", creditor.code);
        let kinds: BTreeSet<&str> =
            creditor.documents.iter().map(|known| known.record.kind.as_str()).collect();
        assert!(kinds.iter().eq(&["credit_note", "debit_note", "invoice"]));
        assert!(creditor.documents.iter().any(|known| known.record.dues.len() > 2));
        assert!(creditor.allocations.iter().any(|k| k.record.kind == AllocationKind::WriteOff));
        assert!(!creditor.promises.is_empty() && !creditor.contacts.is_empty());
        let priced: BTreeSet<&str> = creditor.rates.iter().map(|r| r.currency.as_str()).collect();
        assert_eq!(priced.len() + 1, expected.len());
        let rate_days = (today - creditor.first + 1) as usize;
        assert_eq!(creditor.rates.len(), priced.len() * rate_days);
    }
}

#[test]
fn every_story_has_its_customer_and_every_kind_a_story() {
    let mut kinds = BTreeSet::new();
    for story in stories() {
        let ledger = shown().iter().find(|ledger| ledger.creditor.country == story.country);
        let customer = ledger.unwrap().customer(story.customer_code);
        assert_eq!(customer.party.name.as_deref(), Some(story.customer));
        assert!(customer.segment.is_some() && !story.explanation().is_empty());
        kinds.insert(story.kind);
    }
    assert_eq!(kinds.len(), StoryKind::WrittenOff as usize + 1);
}

#[test]
fn every_story_is_true_on_every_day() {
    for ledger in ledgers() {
        let country = ledger.creditor.country;
        for story in stories().iter().filter(|story| story.country == country) {
            told(ledger, story);
            told_of_words(ledger, story);
            told_of_money(ledger, story);
        }
    }
}

/// The stories told by when things are paid.
fn told(ledger: &Ledger, story: &Story) {
    let (today, code) = (ledger.today, story.customer_code);
    let lateness = ledger.lateness(code);
    let (before, last) = lateness.split_at(lateness.len().saturating_sub(4));
    let owed = ledger.owed_in_days(code);
    let place = format!("{code} {today}: {lateness:?} owes in {owed:?}");
    match story.kind {
        StoryKind::LoyalLapse => {
            assert!(before.len() > 30 && before.iter().all(|days| *days <= 6), "{place}");
            assert_eq!(last.iter().filter(|days| **days > 6).count(), 1, "{place}");
            assert_eq!(owed.iter().filter(|days| **days < -4).count(), 1, "{place}");
        }
        StoryKind::Worsening => {
            let baseline = median(lateness[lateness.len() - 24..][..12].to_vec());
            assert!(baseline <= 5 && median(last.to_vec()) >= baseline + 12, "{place}");
        }
        StoryKind::Improving => {
            let baseline = median(lateness[lateness.len() - 24..][..12].to_vec());
            assert!(baseline >= 25 && median(last.to_vec()) <= 6, "{place}");
            assert!(owed.iter().all(|days| *days >= -4), "{place}");
        }
        StoryKind::BigSlow => {
            let settled = &lateness[..lateness.len() - 8];
            assert!(settled.iter().all(|days| (44..=52).contains(days)), "{place}");
        }
        StoryKind::PublicBody => {
            let settled = &lateness[..lateness.len() - 4];
            assert!(settled.iter().all(|days| (37..=50).contains(days)), "{place}");
        }
        StoryKind::DueThisWeek => assert_eq!(owed, [5, 6, 7], "{place}"),
        StoryKind::DueToday => assert_eq!(owed, [0], "{place}"),
        StoryKind::ThreeDaysOverdue => assert_eq!(owed, [-3], "{place}"),
        StoryKind::Silent => {
            let party = &ledger.customer(code).party;
            let reached = [&party.email, &party.phone, &party.contact];
            assert!(reached.iter().all(|point| point.is_none()), "{party:?}");
            assert_eq!(owed, [-41, -12, 9], "{place}");
        }
        StoryKind::OnHold => {
            assert_eq!(ledger.customer(code).on_hold, Some(true));
            assert_eq!(owed, [-33, -12, 14], "{place}");
        }
        _ => {}
    }
}

/// The stories told by what was said and agreed.
fn told_of_words(ledger: &Ledger, story: &Story) {
    let (today, code) = (ledger.today, story.customer_code);
    let invoices = ledger.invoices(code);
    let owed = ledger.owed_in_days(code);
    let number_of = |wanted: &str| invoices.iter().any(|row| row.0 == wanted);
    let open: Decimal = invoices.iter().map(|row| row.2).sum();
    match story.kind {
        StoryKind::Disputer => {
            let disputed: Vec<_> =
                ledger.creditor.disputes.iter().filter(|k| number_of(&k.record.document)).collect();
            assert_eq!(disputed.len(), 2);
            let still = |number: &str| ledger.open_on(number, today) > Decimal::ZERO;
            assert!(disputed.iter().all(|known| still(&known.record.document)));
            assert_eq!(owed, [-34, -17, 11]);
        }
        StoryKind::BrokenPromises => {
            let made = &ledger.creditor.promises;
            let broken = made.iter().filter(|known| number_of(&known.record.document));
            let broken = broken.filter(|known| {
                let kept = ledger.open_on(&known.record.document, today).is_zero();
                known.record.promised < today - 4 && !kept
            });
            assert_eq!(broken.count(), 2, "{code} {today}");
        }
        StoryKind::OverLimit => {
            assert!(open > ledger.customer(code).credit_limit.unwrap(), "{code} {open}");
            let first = ledger
                .creditor
                .customers
                .iter()
                .find(|known| known.record.party.code.as_deref() == Some(code));
            assert!(today - first.unwrap().on < 90, "{code} is new");
            assert!(owed.iter().filter(|days| **days < 0).count() >= 3, "{owed:?}");
        }
        _ => {}
    }
}

/// The stories told by how the money moved.
fn told_of_money(ledger: &Ledger, story: &Story) {
    let (today, code) = (ledger.today, story.customer_code);
    let invoices = ledger.invoices(code);
    let owed = ledger.owed_in_days(code);
    let number_of = |wanted: &str| invoices.iter().any(|row| row.0 == wanted);
    let open: Decimal = invoices.iter().map(|row| row.2).sum();
    match story.kind {
        StoryKind::BouncedCheque => {
            let back: Vec<_> = ledger
                .creditor
                .allocations
                .iter()
                .filter(|k| k.record.kind == AllocationKind::Reversal)
                .filter(|k| number_of(&k.record.document))
                .collect();
            assert_eq!(back.len(), 2);
            assert!(back.iter().all(|known| today - known.record.date < 12));
            assert_eq!(owed, [-21, -16]);
        }
        StoryKind::CoveredByAdvance => {
            let advance = ledger.creditor.payments.iter().find(|known| {
                known.record.payer.code.as_deref() == Some(code)
                    && known.record.reference.as_deref() == Some("ANTICIPO A CUENTA")
            });
            assert!(advance.unwrap().record.amount.unwrap() >= open && open > Decimal::ZERO);
            assert_eq!(owed, [-9, -4, 6]);
        }
        StoryKind::TwoCurrencies => {
            let currencies: BTreeSet<_> = invoices
                .iter()
                .filter(|row| !row.2.is_zero())
                .map(|row| ledger.docs[&row.0].currency.clone().unwrap())
                .collect();
            assert_eq!(currencies.len(), 2, "{code}");
        }
        StoryKind::Instalments => {
            let parts = invoices.iter().find(|row| ledger.docs[&row.0].dues.len() == 4).unwrap();
            let doc = &ledger.docs[&parts.0];
            let unpaid: Decimal = doc.dues[2..].iter().map(|due| due.amount.unwrap()).sum();
            assert_eq!(parts.2, unpaid);
            assert_eq!(doc.dues[2].date, Some(today - 5));
        }
        StoryKind::WrittenOff => {
            let given_up = ledger.creditor.allocations.iter().filter(|known| {
                known.record.kind == AllocationKind::WriteOff && number_of(&known.record.document)
            });
            assert_eq!(given_up.count(), 2);
            assert_eq!(owed, [-300]);
        }
        _ => {}
    }
}
