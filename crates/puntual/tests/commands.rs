//! Commands as they are typed: what is refused, what is said, and that nothing is done by mistake.

mod support;

use support::Books;

#[test]
fn a_creditor_with_a_wrong_check_digit_is_not_made() {
    let books = Books::sqlite();
    let new = |tax_id: &'static str, country: &'static str| {
        ["init", "--name", "Otra SA", "--tax-id", tax_id, "--country", country, "--currency", "USD"]
    };
    let (status, said) = books.refused(&new("77.777.777-1", "CL"));
    assert_eq!(status, 2);
    assert!(said.contains("77.777.777-7"), "{said}");
    assert!(books.run(&new("EKU9003173C1", "MX")).contains("OTRA"), "an RFC is taken");
}

#[test]
fn a_day_far_from_today_is_run_only_when_meant() {
    let books = Books::sqlite();
    let (status, said) = books.refused(&["day", "--date", "2062-06-30"]);
    assert_eq!(status, 2);
    assert!(said.contains("--yes") && said.contains("2026-06-30"), "{said}");
    assert!(books.run(&["day", "--date", "2026-07-07"]).contains("2026-07-07"));
    assert!(books.run(&["day", "--date", "2026-07-08", "--yes"]).contains("2026-07-08"));
}

#[test]
fn a_demo_does_not_touch_books_that_are_none() {
    let books = Books::sqlite();
    let (status, said) = books.refused(&["demo", "--only-make"]);
    assert_eq!(status, 1);
    assert!(said.contains("books.db") && said.contains("--file"), "{said}");
    assert!(books.run(&["check"]).contains("ok"), "they are all there");
}
