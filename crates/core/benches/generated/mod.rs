//! Reads a folder written by the benchmark's generator (`../shared/bench/gen.py`) and holds every
//! figure of the portfolio against what the generator expects. Used by the benchmark, which prints
//! no time for a wrong answer, and by a test.

use puntual_core::aging::{Aging, BucketSet, CreditPolicy, aging};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::history::{HistoryQuestion, Point, Span, Step, history};
use puntual_core::id::{CustomerId, DocumentId, ReceivableId, UserId};
use puntual_core::indicators::{Collected, collection, indicators};
use puntual_core::money::Money;
use puntual_core::portfolio::{
    AsOf, By, CreditFact, CreditSource, CustomerFact, Facts, Key, MovementFact, MovementKind,
    Portfolio, ReceivableFact, ReceivableKind, Scope, Window,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A generated folder and what is expected of it.
pub struct Generated {
    folder: PathBuf,
    pub expected: serde_json::Value,
    pub as_of: Day,
    pub past: Vec<Day>,
}

const BUCKETS: [&str; 6] = ["current", "d1_30", "d31_60", "d61_90", "d91_120", "d121p"];

fn number(value: &serde_json::Value) -> i64 {
    value.as_i64().expect("a whole number")
}

fn date(value: &serde_json::Value) -> Day {
    value.as_str().and_then(|text| text.parse().ok()).expect("a date")
}

/// The number in `C000012` or `F00000012`.
fn ordinal(code: &str) -> i64 {
    code[1..].parse().expect("a code of a letter and digits")
}

fn minor(text: &str, currency: Currency) -> i64 {
    Money::parse(text, currency).expect("an amount").minor
}

fn day(text: &str) -> Day {
    text.parse().expect("a date")
}

/// The last of 24 month-ends is the as-of day.
pub fn span(as_of: Day) -> Span {
    Span::new(as_of.month_start().add_months(-23), as_of, Step::Month).expect("24 months")
}

/// The year that ends on the as-of day.
pub fn year(as_of: Day) -> Window {
    Window::trailing(as_of, 365)
}

impl Generated {
    pub fn open(folder: &Path) -> Generated {
        let text = std::fs::read_to_string(folder.join("expected.json")).expect("expected.json");
        let expected: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let as_of = date(&expected["as_of"]);
        let past = expected["aging_past"].as_array().expect("past days");
        let past = past.iter().map(|aged| date(&aged["date"])).collect();
        Generated { folder: folder.to_owned(), expected, as_of, past }
    }

    fn lines(&self, file: &str) -> Vec<Vec<String>> {
        let text = std::fs::read_to_string(self.folder.join(file)).expect(file);
        let rows = text.lines().skip(1);
        rows.map(|line| line.split(',').map(str::to_owned).collect()).collect()
    }

    /// The facts. With `late`, each is recorded up to that many days after it took effect.
    pub fn facts(&self, late: i32) -> Facts {
        let recorded =
            |on: Day, salt: i64| on + (salt.wrapping_mul(7919) % i64::from(late + 1)) as i32;
        let mut facts = Facts::default();
        let mut currencies = BTreeMap::new();
        for row in self.lines("customers.csv") {
            facts.customers.push(CustomerFact {
                id: CustomerId(ordinal(&row[0])),
                segment: row[3].bytes().next().map_or(0, u16::from),
                collector: row[9].strip_prefix("agent").and_then(|n| n.parse().ok()).map(UserId),
            });
        }
        for row in self.lines("invoices.csv").iter().filter(|row| row[1] == "invoice") {
            let (id, currency) = (ordinal(&row[0]), row[5].parse().expect("a currency"));
            let issued = day(&row[3]);
            currencies.insert(id, currency);
            facts.receivables.push(ReceivableFact {
                id: ReceivableId(id),
                customer: CustomerId(ordinal(&row[2])),
                document: DocumentId(id),
                issued,
                due: day(&row[4]),
                currency,
                amount_minor: minor(&row[6], currency),
                recorded: recorded(issued, id),
                kind: ReceivableKind::Sale,
            });
        }
        let mut sources = BTreeSet::new();
        for row in self.lines("allocations.csv") {
            let (id, effective) = (ordinal(&row[1]), day(&row[0]));
            facts.movements.push(MovementFact {
                receivable: ReceivableId(id),
                effective,
                recorded: recorded(effective, id + 3),
                kind: kind(&row[3]),
                amount_minor: minor(&row[2], currencies[&id]),
            });
            sources.insert(row[4].clone());
        }
        for row in self.lines("payments.csv").iter().filter(|row| !sources.contains(&row[0])) {
            let (currency, effective) = (row[3].parse().expect("a currency"), day(&row[2]));
            facts.credits.push(CreditFact {
                customer: CustomerId(ordinal(&row[1])),
                currency,
                effective,
                recorded: recorded(effective, ordinal(&row[0])),
                amount_minor: minor(&row[4], currency),
                source: CreditSource::Cash,
            });
        }
        facts
    }

    /// Every figure against what is expected; the first that differs is the error.
    pub fn check(&self, portfolio: &Portfolio) -> Result<(), String> {
        let today = age(portfolio, AsOf::day(self.as_of));
        self.check_totals(&today, &self.expected["aging_as_of"])?;
        self.check_customers(&today)?;
        let past = self.expected["aging_past"].as_array().into_iter().flatten();
        for (expected, on) in past.zip(&self.past) {
            self.check_totals(&age(portfolio, AsOf::day(*on)), expected)?;
        }
        self.check_history(portfolio)?;
        self.check_collection(portfolio)
    }

    fn check_totals(&self, aging: &Aging, expected: &serde_json::Value) -> Result<(), String> {
        let on = &expected["date"];
        let mut open_count = 0;
        for row in aging.totals().rows() {
            let of_currency = &expected["by_currency"][row.currency.code()];
            let amounts: Vec<i64> = BUCKETS.map(|name| number(&of_currency[name])).to_vec();
            same(&format!("{on} {}", row.currency), row.amounts, &amounts)?;
            same("unapplied", row.unapplied, number(&of_currency["unapplied"]))?;
            same("open", row.open(), number(&of_currency["total_open"]))?;
            open_count += row.open_count();
        }
        same(&format!("{on} open documents"), open_count as i64, number(&expected["open_docs"]))?;
        let base: Vec<i64> = BUCKETS.map(|name| number(&expected["base"][name])).to_vec();
        same(&format!("{on} in base currency"), self.in_base(aging), base)
    }

    /// Each customer's amounts at the day's rate, half up, as the generator converts them.
    fn in_base(&self, aging: &Aging) -> Vec<i64> {
        let on = aging.at.as_of.to_string();
        let rates: BTreeMap<String, i128> = self
            .lines("fx.csv")
            .into_iter()
            .filter(|row| row[0] == on)
            .map(|row| (row[1].clone(), row[2].parse().expect("a rate")))
            .collect();
        let mut sums = vec![0; BUCKETS.len()];
        for row in aging.rows() {
            let scale = 10_000 * i128::from(row.currency.scale());
            let rate = rates.get(row.currency.code()).copied().unwrap_or(scale);
            for (sum, amount) in sums.iter_mut().zip(row.amounts) {
                *sum += (2 * i128::from(*amount) * rate + scale).div_euclid(2 * scale) as i64;
            }
        }
        sums
    }

    fn check_customers(&self, aging: &Aging) -> Result<(), String> {
        let found: BTreeMap<(i64, String), Vec<i64>> = aging
            .rows()
            .map(|row| {
                let Key::Customer(customer) = row.key else { panic!("not by customer") };
                let mut amounts = row.amounts.to_vec();
                amounts.extend([row.open(), row.unapplied]);
                ((customer.0, row.currency.to_string()), amounts)
            })
            .collect();
        let expected: BTreeMap<(i64, String), Vec<i64>> = self
            .lines("expected_aging.csv")
            .into_iter()
            .map(|row| {
                let amounts = row[2..].iter().map(|text| text.parse().expect("an amount"));
                ((ordinal(&row[0]), row[1].clone()), amounts.collect())
            })
            .collect();
        same("customers", found.len(), expected.len())?;
        for (key, amounts) in expected {
            same(&format!("{key:?}"), found.get(&key), Some(&amounts))?;
        }
        Ok(())
    }

    fn check_history(&self, portfolio: &Portfolio) -> Result<(), String> {
        let points = month_ends(portfolio, self.as_of);
        let found: BTreeMap<(Day, Currency), &Point> =
            points.iter().map(|point| ((point.as_of, point.currency), point)).collect();
        for row in self.lines("expected_history.csv") {
            let currency: Currency = row[1].parse().expect("a currency");
            let expected: Vec<i128> =
                row[2..].iter().map(|text| text.parse().expect("a number")).collect();
            let point = found.get(&(day(&row[0]), currency)).copied();
            let figures = point.map_or_else(|| vec![0; expected.len()], figures);
            same(&format!("month-end {} {currency}", row[0]), figures, expected)?;
        }
        self.check_month(portfolio, &points)
    }

    /// The last month's indicators, asked for on their own.
    fn check_month(&self, portfolio: &Portfolio, points: &[Point]) -> Result<(), String> {
        let month = Window::month_of(self.as_of);
        let rows = indicators(portfolio, AsOf::day(self.as_of), month, By::Total, Scope::ALL);
        for row in rows {
            let last = points.iter().rfind(|point| point.currency == row.currency);
            for id in ["ppc_weighted", "dbt_paid", "avg_debt_age", "cei", "dso_countback"] {
                let point = last.and_then(|point| point.get(id));
                same(&format!("{id} of the last month"), row.get(id), point)?;
            }
        }
        Ok(())
    }

    /// The generator gives one row per customer, each of whom has one currency.
    fn check_collection(&self, portfolio: &Portfolio) -> Result<(), String> {
        let found: BTreeMap<Key, Collected> = collected(portfolio, self.as_of);
        let expected = self.lines("expected_ppc_customer.csv");
        same("customers with payments", found.len(), expected.len())?;
        for row in expected {
            let sums = found.get(&Key::Customer(CustomerId(ordinal(&row[0]))));
            let sums = sums.map(|sums| (sums.age_amount_days, i128::from(sums.amount_minor)));
            let expected = [&row[1], &row[2]].map(|text| text.parse::<i128>().expect("a number"));
            same(&row[0], sums, Some((expected[0], expected[1])))?;
        }
        Ok(())
    }
}

fn kind(code: &str) -> MovementKind {
    match code {
        "PAY" => MovementKind::Cash,
        "REV" => MovementKind::CashReversal,
        "CN" => MovementKind::CreditNote,
        "WO" => MovementKind::WriteOff,
        other => panic!("unknown kind of allocation {other}"),
    }
}

/// In the order of the generator's columns. Its count-back is in millionths of a day, rounded
/// down.
fn figures(point: &Point) -> Vec<i128> {
    let get = |id: &str| *point.get(id).expect(id);
    let (ppc, age, simple) = (get("ppc_weighted"), get("avg_debt_age"), get("avg_debt_age_simple"));
    let (dso, cei) = (get("dso_period"), get("cei"));
    let back = get("dso_countback").value.map_or(0, |days| days.num * 1_000_000 / days.den);
    let mut figures: Vec<i128> = point.amounts.iter().map(|amount| i128::from(*amount)).collect();
    figures.extend([point.open_minor(), point.unapplied_minor, point.sales_minor].map(i128::from));
    figures.extend([dso.den, ppc.num, ppc.den, get("dbt_paid").num, age.num]);
    figures.extend([simple.den, simple.num, dso.num, back, cei.num, cei.den]);
    figures
}

pub fn age(portfolio: &Portfolio, at: AsOf) -> Aging {
    let set = BucketSet::default();
    aging(portfolio, at, &set, CreditPolicy::Separate, By::Customer, Scope::ALL)
}

pub fn month_ends(portfolio: &Portfolio, as_of: Day) -> Vec<Point> {
    history(portfolio, &HistoryQuestion::new(span(as_of), Scope::ALL))
}

pub fn collected(portfolio: &Portfolio, as_of: Day) -> BTreeMap<Key, Collected> {
    let at = AsOf::day(as_of);
    let rows = collection(portfolio, at, year(as_of), By::Customer, Scope::ALL);
    // The generator leaves out customers whose payments all bounced.
    let rows = rows.into_iter().filter(|row| row.2.amount_minor != 0);
    rows.map(|(key, _, sums)| (key, sums)).collect()
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: found {found:?}, expected {expected:?}"))
    }
}
