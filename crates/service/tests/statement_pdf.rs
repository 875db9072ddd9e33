//! The statement as a PDF: what a reader program finds in it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use puntual_core::currency::Currency;
use puntual_service::render::{Language, Line, Section, Statement};
use puntual_service::statement_pdf::{file_name, statement_pdf};
use std::process::Command;
use support::samples::{self, as_of};

/// Runs one of the poppler programs on the file; `None` when it is not installed.
fn poppler(program: &str, arguments: &[&str], pdf: &[u8], name: &str) -> Option<String> {
    let path = std::env::temp_dir().join(format!("puntual-{}-{name}.pdf", std::process::id()));
    std::fs::write(&path, pdf).unwrap();
    let output = Command::new(program).args(arguments).arg(&path).arg("-").output();
    let output = match (program, output) {
        ("pdfinfo", _) => Command::new(program).arg(&path).output(),
        (_, output) => output,
    };
    std::fs::remove_file(&path).unwrap();
    match output {
        Ok(output) => {
            let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(complaints.is_empty(), "{program}: {complaints}");
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(_) => {
            puntual_store::testing::missing(&format!("{program} (poppler-utils)"));
            None
        }
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn equal_statements_give_equal_bytes_and_other_statements_others() {
    let statement = samples::statement(Language::EsCl, 20);
    let pdf = statement_pdf(&statement).unwrap();
    assert_eq!(pdf, statement_pdf(&statement.clone()).unwrap());
    assert!(pdf.starts_with(b"%PDF-1."));
    let mut other = statement;
    other.sections[0].lines[3].open_minor += 1;
    assert_ne!(pdf, statement_pdf(&other).unwrap());
}

#[test]
fn nothing_of_the_statement_is_lost_on_its_way_through_many_pages() {
    for language in Language::ALL {
        let statement = samples::statement(language, 150);
        let pdf = statement_pdf(&statement).unwrap();
        let name = format!("many-{language}");
        let Some(text) = poppler("pdftotext", &["-layout"], &pdf, &name) else { return };
        let flat = words(&text);
        for line in &statement.sections[0].lines {
            let number = line.label.split_whitespace().find(|w| w.parse::<u32>().is_ok()).unwrap();
            assert!(flat.contains(number), "{number} in {language}");
            let open = language.number(line.open_minor.into(), statement.sections[0].currency);
            assert!(flat.contains(&open), "{open} in {language}");
        }
        let pages = text.matches('\u{c}').count();
        assert!(pages >= 4, "{pages} pages");
        let heading = language.word("column.status");
        assert!(text.matches(heading).count() >= pages - 1, "the heading is on every page");
        for page in 1..=pages {
            let (number, count) = (page.to_string(), pages.to_string());
            let places = [("page", &*number), ("pages", &*count)];
            assert!(flat.contains(&language.phrase("statement.page", &places)));
        }
        assert!(flat.contains(&statement.creditor.name) && flat.contains(&statement.customer.name));
        assert!(flat.contains(
            &language.amount(statement.sections[0].balance_minor(), statement.sections[0].currency)
        ));
    }
}

#[test]
fn names_of_other_scripts_are_carried_as_text() {
    let mut statement = samples::statement(Language::Es, 3);
    for name in
        ["Škoda Žižkov Őrség Gdańsk", "Αθήνα Εμπορική ΑΕ", "ООО Северный путь", "株式会社サンプル"]
    {
        statement.customer.name = name.into();
        let pdf = statement_pdf(&statement).unwrap();
        let Some(text) = poppler("pdftotext", &["-layout"], &pdf, "scripts") else { return };
        assert!(words(&text).contains(name), "{name}:\n{text}");
    }
}

#[test]
fn the_file_says_what_it_is() {
    let statement = samples::statement(Language::EsMx, 3);
    assert_eq!(file_name(&statement), "estado-de-cuenta-2026-11-21.pdf");
    let pdf = statement_pdf(&statement).unwrap();
    let Some(particulars) = poppler("pdfinfo", &[], &pdf, "particulars") else { return };
    for expected in [
        "Estado de cuenta de Ferretería Núñez y Hermanos, S. de R.L. al 21/11/2026",
        "Distribuidora del Bajío, S.A. de C.V.",
        "612 x 792 pts (letter)",
        "Sat Nov 21",
    ] {
        assert!(words(&particulars).contains(expected), "{expected}:\n{particulars}");
    }
}

#[test]
fn odd_statements_still_make_a_page() {
    let mut statement = samples::statement(Language::EsEs, 0);
    statement.sections.clear();
    assert!(statement_pdf(&statement).is_ok());
    let widest = Line {
        label: "F".repeat(400),
        issued_on: as_of(),
        due_on: as_of(),
        original_minor: i64::MAX,
        open_minor: i64::MIN,
        overdue_days: i32::MIN + 1,
        note: None,
    };
    let currency: Currency = "CLF".parse().unwrap();
    statement.sections = vec![
        Section::new(currency, vec![widest], i64::MAX, &[]),
        Section::new(Currency::USD, Vec::new(), 0, &[30]),
    ];
    statement.customer.name = "a\u{0}b\nc\td".into();
    statement.how_to_pay = "línea\n".repeat(200);
    assert!(statement_pdf(&statement).is_ok());
    let bare =
        Statement { creditor: Default::default(), customer: Default::default(), ..statement };
    assert!(statement_pdf(&bare).is_ok());
}
