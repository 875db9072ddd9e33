//! Interest and agreements from the outside: commands as they are typed, pages as they are filled.

#![allow(clippy::panic, reason = "tests")]

mod support;

use support::browser::Browser;
use support::{Books, on_both_engines};

const LOAD: [&str; 10] = [
    "rate",
    "load",
    "--series",
    "cl-corriente",
    "--from",
    "2026-01-01",
    "--percent",
    "10",
    "--source",
    "CMF",
];

#[test]
fn a_missing_rate_is_refused_until_it_is_loaded() {
    let books = Books::sqlite();
    let asked = ["interest", "--document", "1001", "--until", "2026-05-16", "--json"];
    let (status, said) = books.refused(&asked);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("cl-corriente") && said.contains("2026-04-02"), "{said}");
    assert!(books.run(&LOAD).contains('1'));
    assert!(books.run(&LOAD).contains('0'), "loading again adds nothing");
    let told = books.run(&asked);
    // Domain reference C3: 45 days at 10 % over 360, and one per cent.
    for part in [
        "\"principal\":\"1190000\"",
        "\"interest\":\"14875\"",
        "\"compensation\":\"11900\"",
        "\"total\":\"1216775\"",
        "\"days\":45",
        "\"basis\":360",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let (status, said) = books.refused(&["interest", "--document", "9", "--until", "2026-05-16"]);
    assert_eq!(status, 2, "{said}");
}

#[test]
fn an_agreement_goes_from_proposal_to_paper_by_commands() {
    let books = Books::sqlite();
    let propose = |instalments| {
        let first = ["agreement", "propose", "--customer", "C1", "--documents", "1001,1002"];
        let rest = ["--instalments", instalments, "--first", "2026-07-31", "--json"];
        [&first[..], &rest[..]].concat()
    };
    let made = books.run(&propose("3"));
    assert!(made.contains("\"state\":\"proposed\"") && made.contains("\"595000\""), "{made}");
    let (status, said) = books.refused(&propose("400"));
    assert_eq!(status, 2, "{said}");
    let accept = ["--by", "Rosa Soto", "--evidence", "correo"];
    let accepted = books.run(&[&["agreement", "accept", "conv-1"][..], &accept[..]].concat());
    assert!(accepted.contains("accepted"), "{accepted}");
    let paper = books.file("convenio.pdf", b"");
    books.run(&["agreement", "print", "CONV-1", "--out", &paper.to_string_lossy()]);
    let listed = books.run(&["agreement", "list", "--state", "accepted"]);
    assert!(listed.contains("CONV-1") && listed.contains("2026-07-31"), "{listed}");
    assert!(
        books.run(&["agreement", "withdraw", "CONV-1", "--why", "error"]).contains("withdrawn")
    );
    assert!(!books.run(&["check"]).contains("WRONG"));
}

#[test]
fn interest_is_shown_charged_and_taken_back_on_a_page() {
    on_both_engines(|books| {
        books.run(&LOAD);
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "supervisor");
        let document = browser.get("/documentos?q=1001").link("/documentos/doc_");
        let page = format!("{document}/intereses");
        assert!(browser.get(&document).text().contains(&page));
        let shown = browser.get(&format!("{page}?hasta=2026-05-16")).text();
        assert!(shown.contains("14.875") && shown.contains("1.216.775"), "{shown}");
        let charge = format!("{document}/cobrar-intereses");
        let (_, charged) = browser.submit(&page, &charge, &[("hasta", "2026-06-30")]);
        assert!(charged.text().contains("Intereses cobrados"), "{}", charged.text());
        let undo = charged.text();
        let undo = undo.split("action=\"").find(|rest| rest.contains("/anular-intereses"));
        let undo = undo.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
        let (_, after) = browser.submit(&page, &undo, &[]);
        assert!(after.text().contains("anulada"), "{}", after.text());
        let mut agent = Browser::signed_in(&program.address, "agent");
        assert!(!agent.get(&page).text().contains("<button class=\"button main\""));
        drop(program);
        assert!(!books.run(&["check"]).contains("WRONG"));
    });
}

#[test]
fn an_agreement_is_previewed_proposed_and_accepted_on_pages() {
    on_both_engines(|books| {
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "supervisor");
        let customer = browser.get("/clientes?q=crispin").link("/clientes/cus_");
        let id = customer.trim_start_matches("/clientes/").to_owned();
        assert!(browser.get(&customer).text().contains("/convenios/nuevo?"));
        let form = format!("/convenios/nuevo?cliente={id}&cuotas=4&pie=23.000&primera=2026-07-31");
        let preview = browser.get(&form).text();
        // 1.190.000 + 595.000 + 238.000 less the down payment, in four parts.
        assert!(preview.contains("500.000") && preview.contains("2.023.000"), "{preview}");
        let wrong = browser.get(&format!("{form}&quita=x")).text();
        assert!(wrong.contains("aria-invalid"), "what was typed comes back");
        let typed = [
            ("cliente", id.as_str()),
            ("cuotas", "4"),
            ("pie", "23.000"),
            ("primera", "2026-07-31"),
            ("cada", "month"),
            ("forma", "equal"),
            ("efecto", "novation"),
        ];
        let (answer, made) = browser.submit(&form, "/convenios/proponer", &typed);
        assert!(made.text().contains("Convenio propuesto"), "{}", made.text());
        let agreement = answer.header("location").unwrap_or_default().to_owned();
        let said = [("by", "Rosa Soto"), ("evidence", "correo del 30")];
        let (_, accepted) = browser.submit(&agreement, &format!("{agreement}/aceptar"), &said);
        assert!(accepted.text().contains("Rosa Soto"), "{}", accepted.text());
        assert!(browser.get("/convenios?estado=accepted").text().contains("CONV-1"));
        assert!(browser.get(&format!("{agreement}/convenio.pdf")).body.starts_with(b"%PDF"));
        let told = browser.get(&customer).text();
        assert!(told.contains("Convenio aceptado"), "{told}");
        drop(program);
        assert!(!books.run(&["check"]).contains("WRONG"));
    });
}
