//! Holidays against official calendars, and stepping over working days.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use proptest::prelude::*;
use puntual_core::calendar::Calendar;
use puntual_core::date::{Day, Weekday};
use puntual_core::holidays::{covers, easter, of_year};

/// Days the rules call holidays that the government of the year moved elsewhere.
const SURPLUS: &str = "AR 2015-11-23 AR 2020-04-02";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Month-day of the holidays that fall on Monday to Friday.
fn weekdays_off(country: &str, year: i32) -> Vec<String> {
    of_year(country, year)
        .into_iter()
        .filter(|(day, _)| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
        .map(|(day, _)| day.to_string()[5..].to_owned())
        .collect()
}

#[test]
fn easter_of_the_years_ahead() {
    for date in ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2038-04-25"]
    {
        let (year, ..) = day(date).ymd();
        assert_eq!(easter(year), Some(day(date)));
    }
}

#[test]
fn official_calendars_of_2026() {
    for (country, expected) in [
        ("CL", "01-01 04-03 05-01 05-21 06-29 07-16 09-18 10-12 12-08 12-25"),
        ("MX", "01-01 02-02 03-16 05-01 09-16 11-16 12-25"),
        ("ES", "01-01 01-06 04-03 05-01 10-12 12-08 12-25"),
        (
            "CO",
            "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 07-13 07-20 08-07 08-17 10-12 \
             11-02 11-16 12-08 12-25",
        ),
        ("PE", "01-01 04-02 04-03 05-01 06-29 07-23 07-28 07-29 08-06 10-08 12-08 12-09 12-25"),
        (
            "AR",
            "01-01 02-16 02-17 03-23 03-24 04-02 04-03 05-01 05-25 06-15 07-09 07-10 08-17 10-12 \
             11-09 11-23 12-07 12-08 12-25",
        ),
    ] {
        assert_eq!(weekdays_off(country, 2026).join(" "), expected, "{country}");
    }
}

/// Lines `CL 2026 01-01 04-03…` of a golden file: place, year, days.
fn golden(text: &str) -> impl Iterator<Item = (&str, i32, Vec<Day>)> {
    text.lines().map(|line| {
        let mut words = line.split(' ');
        let (place, year) = (words.next().unwrap(), words.next().unwrap());
        let days = words.map(|month_day| day(&format!("{year}-{month_day}"))).collect();
        (place, year.parse().unwrap(), days)
    })
}

/// The public calendars `holidays` 0.109, read 2026-11-22.
#[test]
fn national_holidays_of_2015_to_2035_are_those_of_the_public_calendars() {
    let text = include_str!("golden/holidays-national.txt");
    let (mut missing, mut surplus) = (Vec::new(), Vec::new());
    for (country, year, expected) in golden(text) {
        let ours: Vec<Day> = of_year(country, year).into_iter().map(|(day, _)| day).collect();
        let sunday = |day: &Day| day.weekday() == Weekday::Sunday;
        let lacks = expected.iter().filter(|day| !ours.contains(day) && !sunday(day));
        missing.extend(lacks.map(|day| format!("{country} {day}")));
        let more = ours.into_iter().filter(|day| !expected.contains(day) && !sunday(day));
        surplus.extend(more.map(|day| format!("{country} {day}")));
    }
    assert_eq!(missing, Vec::<String>::new());
    assert_eq!(surplus.join(" "), SURPLUS);
}

#[test]
fn holidays_of_regions_are_those_of_the_public_calendars() {
    for (region, year, expected) in golden(include_str!("golden/holidays-regional.txt")) {
        let calendar = Calendar::of_place(&region[..2], Some(region));
        let whole_year = (0..366).map(|days| day(&format!("{year}-01-01")) + days);
        let ours: Vec<Day> = whole_year
            .filter(|day| day.ymd().0 == year && day.weekday() != Weekday::Sunday)
            .filter(|day| calendar.is_holiday(*day))
            .collect();
        assert_eq!(ours, expected, "{region} {year}");
    }
}

#[test]
fn days_that_move() {
    // Chile: San Pedro on a Tuesday goes back, Reformation on a Tuesday to the Friday before,
    // Friday 20 and 17 September make a bridge, the solstice wanders.
    let chile = Calendar::of_country("CL");
    for date in [
        "2027-06-28",
        "2028-06-26",
        "2028-10-27",
        "2024-09-20",
        "2027-09-17",
        "2024-06-20",
        "2027-06-21",
    ] {
        assert!(chile.is_holiday(day(date)), "{date}");
    }
    for date in ["2027-06-29", "2028-10-31", "2025-09-17", "2024-06-21", "2024-01-02"] {
        assert!(!chile.is_holiday(day(date)), "{date}");
    }
    let mexico = Calendar::of_country("MX");
    assert!(mexico.is_holiday(day("2024-10-01")) && !mexico.is_holiday(day("2025-10-01")));
    assert!(mexico.is_holiday(day("2030-10-01")));
}

#[test]
fn steps_over_what_is_not_worked() {
    let chile = Calendar::of_country("CL");
    // Friday 18 September 2026 is a holiday, so Thursday is followed by Monday.
    assert_eq!(chile.next_working_day(day("2026-09-17")), day("2026-09-21"));
    assert_eq!(chile.previous_working_day(day("2026-09-21")), day("2026-09-17"));
    assert_eq!(chile.working_day_on_or_after(day("2026-09-18")), day("2026-09-21"));
    assert_eq!(chile.working_day_on_or_before(day("2026-09-20")), day("2026-09-17"));
    assert_eq!(chile.add_working_days(day("2026-09-16"), 2), day("2026-09-21"));
    assert_eq!(chile.working_days_between(day("2026-09-16"), day("2026-09-21")), 2);
    let closed = chile.with_days_off(&[day("2026-09-21")]);
    assert_eq!(closed.next_working_day(day("2026-09-17")), day("2026-09-22"));
    assert!(!covers("FR") && covers("PE"));
    assert!(Calendar::of_country("FR").is_working_day(day("2026-07-14")));
}

#[test]
fn a_calendar_full_of_days_off_still_answers() {
    let all: Vec<Day> = (0..2000).map(|n| day("2026-01-01") + n).collect();
    let calendar = Calendar::weekends_only().with_days_off(&all);
    assert_eq!(calendar.next_working_day(day("2026-02-01")), day("2026-02-02"));
}

proptest! {
    #[test]
    fn adding_working_days_and_counting_them_agree(from in 16_800i32..22_000, count in -40i32..40, pick in 0usize..6) {
        let calendar = Calendar::of_country(["CL", "MX", "ES", "CO", "PE", "AR"][pick]);
        let to = calendar.add_working_days(Day(from), count);
        prop_assert!(count == 0 || calendar.is_working_day(to));
        if count >= 0 {
            prop_assert_eq!(calendar.working_days_between(Day(from), to), count);
        }
    }
}
