//! The worked examples of domain reference C3, and what must hold of any debt.

use super::*;
use crate::hours::Person;
use proptest::prelude::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn line(due: &str, minor: i64, changes: &[(&str, i64)]) -> Line {
    let issued = Change { on: day(due) - 30, minor };
    let later = changes.iter().map(|(on, minor)| Change { on: day(on), minor: *minor });
    let changes = std::iter::once(issued).chain(later).collect();
    Line { due: day(due), changes, disputed: None }
}

fn ask<'a>(regime: &'a Regime, rates: &'a RateTable, until: &str) -> Question<'a> {
    Question {
        regime,
        rates,
        currency: Currency::EUR,
        until: day(until),
        charged_through: None,
        demanded_on: None,
    }
}

fn company(country: &str) -> Regime {
    regime(country, Person::Company, None).unwrap()
}

fn agreed(country: &str, person: Person, percent: &str, count: Option<DayCount>) -> Regime {
    let rate = AnnualRate::parse(percent).unwrap();
    regime(country, person, Some(Agreed { rate, day_count: count })).unwrap()
}

/// The rates the program brings, and one of Chile as the worked example assumes it.
fn rates() -> RateTable {
    let mut table = RateTable::built_in().unwrap();
    for (series, percent) in [("cl-corriente", "10.00"), ("cl-maximo-convencional", "15.00")] {
        table.put(PublishedRate {
            series: series.to_owned(),
            from: day("2026-01-01"),
            to: None,
            rate: AnnualRate::parse(percent).unwrap(),
            source: "assumed".to_owned(),
            verified_on: day("2026-11-21"),
            confidence: Confidence::Low,
        });
    }
    table
}

#[test]
fn spain_in_three_half_years_is_rounded_once() {
    let (spain, rates) = (company("ES"), rates());
    let debt = line("2025-05-15", 1_000_000, &[]);
    let found = claim(&[debt], &ask(&spain, &rates, "2026-02-10")).unwrap();
    let shown: Vec<(i32, String, i64)> =
        found.segments.iter().map(|s| (s.days, s.rate.to_string(), s.amount_minor)).collect();
    let expected = [
        (46, "11.15".to_owned(), 14_052),
        (184, "10.15".to_owned(), 51_167),
        (41, "10.15".to_owned(), 11_402),
    ];
    assert_eq!(shown, expected);
    assert_eq!(found.interest_minor(), 76_621);
    assert_eq!(found.compensation_minor, 4_000);
    assert_eq!(found.charges_minor(), 80_621);
    assert_eq!(found.total_minor(), 1_080_621);
    let (first, last) = (found.segments[0], found.segments[2]);
    assert_eq!((first.from, first.to), (day("2025-05-16"), day("2025-06-30")));
    assert_eq!((last.from, last.to), (day("2026-01-01"), day("2026-02-10")));
}

#[test]
fn a_day_of_payment_still_counts() {
    let (spain, rates) = (company("ES"), rates());
    let paid = line("2025-05-15", 1_000_000, &[("2026-02-10", -1_000_000)]);
    let found = claim(&[paid], &ask(&spain, &rates, "2026-06-30")).unwrap();
    assert_eq!((found.principal_minor, found.interest_minor()), (0, 76_621));
}

#[test]
fn chile_counts_years_of_360_days_and_one_per_cent() {
    let (chile, rates) = (company("CL"), rates());
    let debt = line("2026-04-01", 1_190_000, &[]);
    let question = Question { currency: Currency::CLP, ..ask(&chile, &rates, "2026-05-16") };
    let found = claim(&[debt], &question).unwrap();
    assert_eq!((found.segments[0].days, found.segments[0].basis_days), (45, 360));
    assert_eq!((found.interest_minor(), found.compensation_minor), (14_875, 11_900));
    assert_eq!(found.total_minor(), 1_216_775);
}

#[test]
fn mexico_depends_on_the_days_of_the_year() {
    let rates = rates();
    let debt = || line("2026-01-15", 10_000_000, &[]);
    let legal = company("MX");
    let by_365 = claim(&[debt()], &ask(&legal, &rates, "2026-03-01")).unwrap();
    assert_eq!(by_365.interest_minor(), 73_973);
    let contract = agreed("MX", Person::Company, "6", Some(DayCount::Actual360));
    let by_360 = claim(&[debt()], &ask(&contract, &rates, "2026-03-01")).unwrap();
    assert_eq!(by_360.interest_minor(), 75_000);
    assert_eq!(by_360.compensation_minor, 0);
}

#[test]
fn interest_follows_what_was_open_each_day() {
    let rates = rates();
    let contract = agreed("MX", Person::Company, "36.5", None);
    // 0.1 % a day: 10 days of 1000, 10 of 400, 10 of 700 after a bounce of 300.
    let debt = line("2026-01-01", 100_000, &[("2026-01-11", -60_000), ("2026-01-21", 30_000)]);
    let found = claim(&[debt], &ask(&contract, &rates, "2026-01-31")).unwrap();
    let amounts: Vec<i64> = found.segments.iter().map(|s| s.amount_minor).collect();
    assert_eq!(amounts, [1_000, 400, 700]);
    assert_eq!(found.principal_minor, 70_000);
}

#[test]
fn a_missing_rate_says_what_to_load() {
    let (spain, rates) = (company("ES"), rates());
    let debt = line("2026-05-31", 100_000, &[]);
    let refused = claim(&[debt], &ask(&spain, &rates, "2026-09-30")).unwrap_err();
    let InterestError::MissingRate { series, from, to, publisher } = refused else {
        panic!("{refused}")
    };
    assert_eq!((series.as_str(), from, to), ("es-demora", day("2026-07-01"), day("2026-09-30")));
    assert!(publisher.contains("BOE"));
}

#[test]
fn nothing_is_asked_of_rates_for_days_without_debt() {
    let (spain, rates) = (company("ES"), rates());
    let paid = line("2026-05-31", 100_000, &[("2026-06-20", -100_000)]);
    let found = claim(&[paid], &ask(&spain, &rates, "2026-09-30")).unwrap();
    assert_eq!(found.segments.len(), 1);
    let early = line("2026-08-31", 100_000, &[("2026-08-31", -100_000)]);
    let found = claim(&[early], &ask(&spain, &rates, "2026-10-30")).unwrap();
    assert_eq!((found.charges_minor(), found.notes), (0, vec![Note::NotLate]));
}

#[test]
fn a_day_rate_loaded_later_goes_before_the_one_brought() {
    let (spain, mut rates) = (company("ES"), rates());
    rates.put(PublishedRate {
        series: "es-demora".to_owned(),
        from: day("2026-03-01"),
        to: Some(day("2026-03-10")),
        rate: AnnualRate::parse("20").unwrap(),
        source: "corrected".to_owned(),
        verified_on: day("2026-11-21"),
        confidence: Confidence::High,
    });
    let debt = line("2026-02-24", 1_000_000, &[]);
    let found = claim(&[debt], &ask(&spain, &rates, "2026-03-15")).unwrap();
    let days: Vec<(i32, u32)> = found.segments.iter().map(|s| (s.days, s.rate.ppm)).collect();
    assert_eq!(days, [(4, 101_500), (10, 200_000), (5, 101_500)]);
}

#[test]
fn an_agreed_rate_is_held_against_the_law() {
    let rates = rates();
    let debt = || line("2026-04-01", 1_190_000, &[]);
    let chile = agreed("CL", Person::Company, "24", None);
    let found = claim(&[debt()], &ask(&chile, &rates, "2026-05-16")).unwrap();
    assert_eq!(found.segments[0].rate.ppm, 100_000, "the excess is deemed not written");
    assert!(found.notes.contains(&Note::CappedByLaw));
    let fair = agreed("CL", Person::Company, "12", None);
    let found = claim(&[debt()], &ask(&fair, &rates, "2026-05-16")).unwrap();
    assert_eq!(found.segments[0].rate.ppm, 120_000);
    let spain = agreed("ES", Person::Company, "3", None);
    let found = claim(&[debt()], &ask(&spain, &rates, "2026-05-16")).unwrap();
    assert!(found.notes.contains(&Note::PerhapsAbusive));
}

#[test]
fn a_dispute_stops_interest_where_the_law_says() {
    let rates = rates();
    let disputed = Some(Disputed { since: day("2026-04-12"), minor: 1_000_000 });
    let debt = || Line { disputed, ..line("2026-04-01", 1_000_000, &[]) };
    let chile = claim(&[debt()], &ask(&company("CL"), &rates, "2026-05-16")).unwrap();
    assert_eq!(chile.segments.iter().map(|s| s.days).collect::<Vec<_>>(), [10]);
    assert_eq!(chile.notes, [Note::DisputeSuspends(1_000_000)]);
    let spain = claim(&[debt()], &ask(&company("ES"), &rates, "2026-05-16")).unwrap();
    assert_eq!(spain.segments.iter().map(|s| s.days).sum::<i32>(), 45);
    assert_eq!(spain.notes, [Note::DisputeGoesOn(1_000_000)]);
}

#[test]
fn consumers_have_their_own_rules() {
    let rates = rates();
    let debt = || line("2026-01-15", 100_000, &[]);
    let spain = regime("ES", Person::Consumer, None).unwrap();
    let undemanded = claim(&[debt()], &ask(&spain, &rates, "2026-05-16"));
    assert_eq!(undemanded, Err(InterestError::DemandMissing));
    let chile = regime("CL", Person::Consumer, None);
    assert_eq!(chile, Err(InterestError::NoLegalRate("CL".to_owned())));
    let spain = agreed("ES", Person::Consumer, "10", None);
    assert_eq!(spain.compensation, Compensation::None);
    let france = regime("FR", Person::Company, None);
    assert_eq!(france, Err(InterestError::NoLegalRate("FR".to_owned())));
}

#[test]
fn every_series_a_law_refers_to_is_described() {
    let table = RateTable::built_in().unwrap();
    for country in ["ES", "CL", "MX", "CO", "PE", "AR"] {
        for person in Person::ALL {
            let Ok(regime) = regime(country, person, None) else { continue };
            let terms = [
                match regime.rates {
                    Rates::Published(term) => Some(term),
                    Rates::Agreed(_) => None,
                },
                regime.ceiling.map(|ceiling| ceiling.most),
                regime.ceiling.and_then(|ceiling| ceiling.instead),
            ];
            for term in terms.into_iter().flatten() {
                assert!(table.series().iter().any(|s| s.id == term.series), "{}", term.series);
            }
        }
    }
}

#[test]
fn the_rates_of_spain_have_no_hole_and_no_overlap() {
    let table = RateTable::built_in().unwrap();
    let rows: Vec<&PublishedRate> = table.rows("es-demora").collect();
    for pair in rows.windows(2) {
        assert_eq!(pair[0].to.unwrap() + 1, pair[1].from);
    }
    assert_eq!(rows[0].from, day("2006-01-01"));
    assert_eq!(rows[rows.len() - 1].to, Some(day("2026-06-30")));
}

proptest! {
    /// Interest up to a day and from there on is, but for rounding, the interest of the whole; and
    /// the segments add up to what was rounded.
    #[test]
    fn time_may_be_cut_anywhere(
        minor in 1i64..10_000_000_000,
        moves in prop::collection::vec((1i32..500, -1_000_000i64..1_000_000), 0..6),
        cut in 1i32..500,
        count in 0usize..4,
    ) {
        let rates = rates();
        let contract =
            agreed("MX", Person::Company, "11.1337", Some(DayCount::ALL[count]));
        let due = day("2023-10-15");
        let mut debt = line("2023-10-15", minor, &[]);
        debt.changes.extend(moves.iter().map(|(on, minor)| Change { on: due + *on, minor: *minor }));
        let lines = [debt];
        let whole = ask(&contract, &rates, "2025-02-26");
        let head = Question { until: due + cut, ..whole.clone() };
        let tail = Question { charged_through: Some(due + cut), ..whole.clone() };
        let [whole, head, tail] =
            [whole, head, tail].map(|question| claim(&lines, &question).unwrap());
        let parts = head.interest_minor() + tail.interest_minor();
        prop_assert!((whole.interest_minor() - parts).abs() <= 1);
        for part in [&whole, &head, &tail] {
            let shown: i64 = part.segments.iter().map(|s| s.amount_minor).sum();
            prop_assert_eq!(shown, part.interest_minor());
            prop_assert!(part.segments.iter().all(|s| s.amount_minor >= 0 && s.from <= s.to));
        }
        let days: i32 = whole.segments.iter().map(|s| s.to - s.from + 1).sum();
        prop_assert!(days <= 500);
    }

    #[test]
    fn any_amount_is_reckoned_or_refused(minor in any::<i64>(), due in -700_000i32..2_000_000) {
        let rates = rates();
        let contract = agreed("MX", Person::Company, "999.9999", Some(DayCount::ActualActual));
        let debt = Line {
            due: Day(due),
            changes: vec![Change { on: Day(due), minor }],
            disputed: None,
        };
        let question = Question { until: Day(due + 4000), ..ask(&contract, &rates, "2026-01-01") };
        let _ = claim(&[debt], &question);
    }
}
