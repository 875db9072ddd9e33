//! The forecast: what it may not know, what it must always answer, and the worked examples of the
//! domain reference (B3, B4).
use proptest::prelude::*;
use puntual_core::backtest::{BacktestQuestion, Method, backtest};
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::forecast::{
    Forecast, ForecastQuestion, Kept, OpenDispute, Overlays, Pledge, Stress, forecast, periods,
};
use puntual_core::id::{CustomerId, DocumentId, ReceivableId};
use puntual_core::portfolio::{
    AsOf, Facts, MovementFact, MovementKind, Portfolio, ReceivableFact, ReceivableKind,
};

/// Customer, days from day 0 to issue, days of credit, days late or not yet paid, amount.
type Row = (i64, i32, i32, Option<i32>, i64);

const START: Day = Day(20_000);

fn facts(rows: &[Row]) -> Facts {
    let mut facts = Facts::default();
    for (number, (customer, issued, credit, late, amount_minor)) in (1..).zip(rows) {
        let (issued, due) = (START + *issued, START + *issued + *credit);
        facts.receivables.push(ReceivableFact {
            id: ReceivableId(number),
            customer: CustomerId(*customer),
            document: DocumentId(number),
            issued,
            due,
            currency: Currency::CLP,
            amount_minor: *amount_minor,
            recorded: issued,
            kind: ReceivableKind::Sale,
        });
        if let Some(paid) = late.map(|late| due + late) {
            facts.movements.push(MovementFact {
                receivable: ReceivableId(number),
                effective: paid.max(issued),
                recorded: paid.max(issued),
                kind: MovementKind::Cash,
                amount_minor: *amount_minor,
            });
        }
    }
    facts
}

fn book(rows: &[Row]) -> Portfolio {
    facts(rows).build().expect("facts that fit")
}

fn asked(portfolio: &Portfolio, as_of: Day, overlays: &Overlays, stress: Stress) -> Forecast {
    forecast(
        portfolio,
        &ForecastQuestion {
            at: AsOf::day(as_of),
            periods: &periods(as_of, 13, 12),
            calendar: &Calendar::of_country("CL"),
            overlays,
            seed: 1,
            stream: &|customer| customer.0.unsigned_abs(),
            stress,
        },
    )
}

fn plain(portfolio: &Portfolio, as_of: Day) -> Forecast {
    asked(portfolio, as_of, &Overlays::default(), Stress::default())
}

/// Twenty invoices, one a week, each paid so many days late, and then an open one due on `due`.
fn regular(customer: i64, late: i32, due: i32) -> Vec<Row> {
    let mut rows: Vec<Row> =
        (0..20).map(|week| (customer, week * 7, 30, Some(late), 1_000)).collect();
    rows.push((customer, due - 30, 30, None, 1_000));
    rows
}

#[test]
fn who_always_pays_on_the_same_day_late_is_forecast_there() {
    let as_of = START + 220;
    let rows = [regular(1, 10, 226), regular(2, -5, 226), regular(3, 40, 191)].concat();
    let found = plain(&book(&rows), as_of);
    let days: Vec<i32> = found.lines.iter().map(|line| line.p50.unwrap() - line.due).collect();
    assert_eq!(days, [10, -5, 40]);
    // The first is not due yet but always ten days late; the second is always early.
    let late: Vec<i128> = found.lines.iter().map(|line| line.late.rounded(0)).collect();
    assert_eq!(late, [1, 0, 1]);
}

#[test]
fn an_empty_book_and_a_customer_without_history_have_their_answers() {
    assert_eq!(plain(&Portfolio::default(), START).lines, []);
    let found = plain(&book(&[(1, 0, 30, None, 5_000)]), START + 10);
    let line = &found.lines[0];
    assert!(line.p10.unwrap() > START + 10 && line.p50.unwrap() > line.p10.unwrap());
    assert!(line.p90.unwrap() > line.p50.unwrap());
    // Somebody who never paid in two years is told no day at all rather than a made-up one.
    let old = plain(&book(&[(1, 0, 30, None, 5_000)]), START + 4000);
    assert!(old.lines[0].p50.is_none_or(|day| day > START + 4000));
}

#[test]
fn a_promise_moves_the_date_as_far_as_promises_are_kept() {
    let (as_of, portfolio) = (START + 260, book(&regular(1, 40, 240)));
    let promised_on = START + 261 + 4;
    let pledge = Pledge {
        customer: CustomerId(1),
        document: None,
        currency: Currency::CLP,
        amount_minor: 1_000,
        promised_on,
    };
    let said = |kept, judged| Overlays {
        pledges: vec![pledge],
        kept: [(CustomerId(1), Kept { kept, judged })].into(),
        ..Overlays::default()
    };
    let day = |overlays: &Overlays| {
        asked(&portfolio, as_of, overlays, Stress::default()).lines[0].p50.unwrap()
    };
    let without = day(&Overlays::default());
    let believed = day(&said(20, 20));
    assert!(believed >= promised_on && believed <= promised_on + 3 && believed < without);
    // Who never keeps a promise is not believed.
    assert_eq!(day(&said(0, 40)), without);
}

#[test]
fn a_dispute_keeps_its_document_from_moving() {
    let (as_of, portfolio) = (START + 220, book(&regular(1, 3, 225)));
    let dispute =
        OpenDispute { document: DocumentId(21), amount_minor: None, opened_on: as_of - 5 };
    let overlays = Overlays {
        disputes: vec![dispute],
        dispute_lengths: vec![20, 25, 31],
        ..Overlays::default()
    };
    let before = plain(&portfolio, as_of).lines[0].clone();
    let disputed = asked(&portfolio, as_of, &overlays, Stress::default()).lines[0].clone();
    // Disputes have lasted 25 days, this one has lasted five.
    assert!(disputed.p10.unwrap() > as_of + 20);
    assert!((disputed.p50.unwrap() - before.p50.unwrap() - 20).abs() <= 3);
}

#[test]
fn hardship_moves_cash_and_takes_it_away() {
    let as_of = START + 220;
    let portfolio = book(&[regular(1, 3, 225), regular(2, 3, 225)].concat());
    let sum = |stress| {
        let cash = asked(&portfolio, as_of, &Overlays::default(), stress).cash;
        let weeks = cash[0].periods[..13].iter().map(|week| week.mean_minor);
        weeks.collect::<Vec<i64>>()
    };
    let usual = sum(Stress::default());
    let later = sum(Stress { later_days: 14, without: Vec::new() });
    assert_eq!(usual[..11], later[2..]);
    assert_eq!(later[..2], [0, 0]);
    let without = sum(Stress { later_days: 0, without: vec![CustomerId(1)] });
    let halves = usual.iter().zip(&without).all(|(all, half)| (all - 2 * half).abs() <= 1);
    assert!(halves, "{usual:?} {without:?}");
}

#[test]
fn the_weeks_hold_what_the_lines_hold() {
    let as_of = START + 220;
    let found = plain(&book(&[regular(1, 3, 225), regular(2, 30, 190)].concat()), as_of);
    for (at, week) in found.cash[0].periods.iter().enumerate() {
        let lines: i64 = (0..found.lines.len()).map(|line| found.expected_minor(line, at)).sum();
        assert!((lines - week.mean_minor).abs() <= 2);
        assert!(week.p10_minor <= week.p50_minor && week.p50_minor <= week.p90_minor);
    }
    // The months begin where the weeks do and follow each other without a gap.
    let months = &found.periods[13..];
    assert_eq!((months.len(), months[0].from), (12, as_of + 1));
    assert!(months.windows(2).all(|pair| pair[0].to + 1 == pair[1].from));
}

#[test]
fn receivables_of_one_customer_move_together() {
    // The same four receivables, of one customer or of four: the same mean, another spread.
    let as_of = START + 400;
    let history = |customer: i64| {
        (0..30)
            .map(move |n| (customer, n * 10, 30, Some((n * 7) % 45), 1_000))
            .collect::<Vec<Row>>()
    };
    let book_of = |customers: [i64; 4]| {
        let mut rows: Vec<Row> = (1..=4).flat_map(history).collect();
        rows.extend(customers.map(|customer| (customer, 365, 30, None, 100_000)));
        book(&rows)
    };
    let spread = |customers| {
        let week = plain(&book_of(customers), as_of).cash[0].periods[0];
        (week.mean_minor, week.p90_minor - week.p10_minor)
    };
    let (apart, together) = (spread([1, 2, 3, 4]), spread([1, 1, 1, 1]));
    assert!((apart.0 - together.0).abs() < 12_000, "{apart:?} {together:?}");
    assert!(together.1 > apart.1, "{apart:?} {together:?}");
}

#[test]
fn the_simple_methods_say_what_a_spreadsheet_says() {
    // Three paid 2, 4 and 9 days late, then one issued after the cut and paid 5 days late.
    let rows = [(1, 0, 10, Some(2), 100), (1, 1, 10, Some(4), 100), (1, 2, 10, Some(9), 100)];
    let portfolio = book(&[rows.to_vec(), vec![(1, 60, 10, Some(5), 100)]].concat());
    let found = backtest(
        &portfolio,
        &BacktestQuestion {
            cuts: &[START + 50],
            observed: AsOf::day(START + 200),
            as_known_then: true,
            new_days: 30,
            weeks: 4,
            calendar: &Calendar::weekends_only(),
        },
    );
    let mae = |method| found.of(method).unwrap().new.mae().unwrap().rounded(0);
    assert_eq!(mae(Method::DueDate), 5);
    assert_eq!((mae(Method::BookMean), mae(Method::CustomerMean)), (0, 0));
    assert_eq!((mae(Method::CustomerMedian), mae(Method::LastTenMedian)), (1, 1));
    assert_eq!(found.of(Method::Model).unwrap().open.count(), 0);
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (1_i64..6, 0_i32..300, -5_i32..61, prop::option::of(-20_i32..90), 1_i64..1_000_000);
    prop::collection::vec(row, 0..60)
}

/// The rows as they would stand in a book that ends on `as_of`.
fn masked(rows: &[Row], as_of: Day) -> Facts {
    let mut known = facts(rows);
    known.receivables.retain(|receivable| receivable.issued <= as_of);
    known.movements.retain(|movement| movement.effective <= as_of);
    let kept: Vec<ReceivableId> = known.receivables.iter().map(|r| r.id).collect();
    known.movements.retain(|movement| kept.contains(&movement.receivable));
    known
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn nothing_later_than_the_day_changes_anything(rows in rows(), day in 0_i32..320) {
        let as_of = START + day;
        let whole = plain(&book(&rows), as_of);
        let cut = plain(&masked(&rows, as_of).build().unwrap(), as_of);
        prop_assert_eq!(whole, cut);
    }

    #[test]
    fn no_date_is_in_the_past_and_dates_are_in_order(rows in rows(), day in 0_i32..900) {
        let as_of = START + day;
        for line in plain(&book(&rows), as_of).lines {
            let days: Vec<Day> = [line.p10, line.p50, line.p90].into_iter().flatten().collect();
            prop_assert!(days.is_sorted() && days.iter().all(|day| *day > as_of));
        }
    }
}
