//! Money on account applied, taken back, bounced and given up, from the outside: a process, a real
//! storage, HTTP.

#![allow(clippy::panic, reason = "tests")]

mod support;

use support::browser::{Answer, Browser};
use support::on_both_engines;

/// The address of a form of a page: the first that ends so.
fn action(page: &Answer, end: &str) -> String {
    let text = page.text();
    let mut actions = text.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    actions.find(|action| action.ends_with(end)).unwrap_or_else(|| panic!("no {end}")).to_owned()
}

fn record(browser: &mut Browser, customer: &str, amount: &str, reference: &str) {
    let typed = [
        ("amount", amount),
        ("currency", "CLP"),
        ("on", "2026-06-29"),
        ("method", "transfer"),
        ("reference", reference),
    ];
    let (paid, _) = browser.submit(customer, &format!("{customer}/pago"), &typed);
    assert_eq!(paid.status, 303, "{}", paid.text());
}

#[test]
fn a_payment_is_taken_back_from_its_document_and_applied_to_another() {
    on_both_engines(|books| {
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "supervisor");
        let customer = browser.get("/clientes?q=crispin").link("/clientes/cus_");
        record(&mut browser, &customer, "595.000", "1002");
        let money = format!("{customer}/pagos");
        let page = browser.get(&money);
        assert!(page.text().contains("1002"), "where it went");
        let unapply = action(&page, "/desaplicar");
        let source = page.hidden(&unapply, "source");
        let typed = [("source", source.as_str()), ("volver", &money)];
        let (_, page) = browser.submit(&money, &unapply, &typed);
        assert!(page.text().contains("Desaplicado"), "{}", page.text());
        let text = page.text();
        let option = text.split("<option value=\"").find(|rest| rest.contains("1001 ")).unwrap();
        let document = option.split('"').next().unwrap().to_owned();
        let apply = format!("{customer}/aplicar");
        let of = |amount| {
            [("source", source.as_str()), ("document", document.as_str()), ("amount", amount)]
        };
        let typed = of("9.999.999");
        let (_, refused) = browser.submit(&money, &apply, &typed);
        assert!(refused.text().contains("Es más de lo que se debe"));
        let typed = of("500.000");
        let (_, page) = browser.submit(&money, &apply, &typed);
        assert!(page.text().contains("Aplicado."));
        let owed = browser.get(&format!("/documentos/{document}")).text();
        assert!(owed.contains("690.000"), "1.190.000 less 500.000: {owed}");
        let mut agent = Browser::signed_in(&program.address, "agent");
        let offered = agent.get(&money).text();
        assert!(!offered.contains("/desaplicar") && !offered.contains("/devolver"));
        drop(program);
        assert!(!books.run(&["check"]).contains("WRONG"));
    });
}

#[test]
fn a_bounced_payment_is_owed_again_and_its_bounce_can_be_taken_back() {
    on_both_engines(|books| {
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "supervisor");
        let customer = browser.get("/clientes?q=crispin").link("/clientes/cus_");
        let money = format!("{customer}/pagos");
        record(&mut browser, &customer, "1.190.000", "1001");
        assert!(!browser.get(&customer).text().contains("1.785.000"));
        let bounce = action(&browser.get(&money), "/devolver");
        let early = [("on", "2026-06-01"), ("why", "sin fondos"), ("volver", money.as_str())];
        let (_, refused) = browser.submit(&money, &bounce, &early);
        assert!(refused.text().contains("Elija un día entre el del pago y hoy."));
        let (_, page) =
            browser.submit(&money, &bounce, &[("on", "2026-06-30"), ("why", "sin fondos")]);
        assert!(page.text().contains("Pago devuelto") && page.text().contains("1.785.000"));
        let back = action(&browser.get(&money), "/cobrar");
        let (_, page) = browser.submit(&money, &back, &[("why", "error del banco")]);
        assert!(page.text().contains("El pago vale otra vez"));
        assert!(!page.text().contains("1.785.000"));
        drop(program);
        assert!(!books.run(&["check"]).contains("WRONG"));
    });
}

#[test]
fn a_debt_is_given_up_with_a_reason_and_owed_again_when_that_is_taken_back() {
    on_both_engines(|books| {
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "supervisor");
        let document = browser.get("/documentos?q=1004").link("/documentos/doc_");
        let give_up = format!("{document}/castigar");
        let (_, refused) = browser.submit(&document, &give_up, &[("amount", ""), ("why", "")]);
        assert!(refused.text().contains("Falta este dato."), "a reason is wanted");
        let typed = [("amount", "57.000"), ("why", "Acuerdo con el cliente")];
        let (_, page) = browser.submit(&document, &give_up, &typed);
        assert!(page.text().contains("Castigado") && page.text().contains("300.000"));
        let mut agent = Browser::signed_in(&program.address, "agent");
        assert!(!agent.get(&document).text().contains("/castigar"));
        let (_, page) = browser.submit(&document, &format!("{document}/reponer"), &[]);
        assert!(page.text().contains("Castigo revertido"));
        let customer = page.link("/clientes/cus_");
        let told = browser.get(&customer).text();
        assert!(told.contains("Documento castigado") && told.contains("Acuerdo con el cliente"));
        drop(program);
        assert!(!books.run(&["check"]).contains("WRONG"));
    });
}
