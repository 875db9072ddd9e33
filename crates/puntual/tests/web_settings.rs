//! Ajustes and what stands in every page's head, from the outside: a process, a real storage, HTTP.

mod support;

use support::browser::Browser;
use support::{Books, PASSWORD, on_both_engines};

#[test]
fn the_search_box_finds_amounts_telephones_and_numbers_and_nothing_by_signs() {
    on_both_engines(|books| {
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "agent");
        let customer = browser.get("/clientes?q=crispin").link("/clientes/cus_");
        let points = format!("{customer}/contactos");
        let typed = [("kind", "phone"), ("value", "+56 (9) 8765-4321"), ("person", "Carla")];
        browser.submit(&customer, &points, &typed);
        let mut found = |text: &str| {
            let page = browser.get(&format!("/buscar?q={text}")).text();
            let of = |name: &str| page.contains(&format!("{name}</a>"));
            (of("Ferretería San Crispín Ltda."), of("Transportes Aguilucho SA"), page)
        };
        let (crispin, aguilucho, page) = found("987654321");
        assert!(crispin && !aguilucho, "by telephone");
        assert!(page.contains("(9) 8765"), "and says which");
        let page = found("595.000").2;
        assert!(page.contains("1002") && !page.contains("1004"), "by amount");
        assert!(found("1250%2C5").2.contains("1005"), "by an amount of another currency");
        assert!(found("1004").2.contains("357.000"), "by number");
        for signs in ["%25", "_", "%25%25%25%25", "...."] {
            let (crispin, aguilucho, page) = found(signs);
            assert!(!crispin && !aguilucho, "{signs}");
            assert!(page.contains("No se encontró nada"), "{signs}");
        }
    });
}

#[test]
fn a_creditor_says_how_to_pay_and_in_which_buckets_debt_is_shown() {
    on_both_engines(|books| {
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "admin");
        let card = [
            ("email", "cobros@nandu.example"),
            ("phone", "+56 2 2345 6789"),
            ("address", "Huérfanos 1160, Santiago"),
            ("how_to_pay", "Banco de Chile, cuenta 1-23"),
            ("terms_days", "45"),
            ("time_zone", "America/Santiago"),
            ("morning_hour", "7"),
        ];
        let (_, page) = browser.submit("/ajustes/datos", "/ajustes/datos", &card);
        for (_, value) in card {
            assert!(page.text().contains(value), "{value}");
        }
        let mut late = card;
        late[6] = ("morning_hour", "25");
        let (refused, _) = browser.submit("/ajustes/datos", "/ajustes/datos", &late);
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("Escriba una hora de 0 a 23."));

        let set = [("buckets", "15, 45")];
        browser.submit("/ajustes/tramos", "/ajustes/tramos", &set);
        // Of 31 May: 1001 is 60 days past due, 1002 is 18.
        let aged = browser.get("/indicadores?por=customer&al=2026-05-31").text();
        assert!(aged.contains("tramo=16-45") && aged.contains("tramo=46%2B"));
        assert!(!aged.contains("tramo=31-60"));
        let listed = browser.get("/documentos?tramo=46%2B&al=2026-05-31").text();
        assert!(listed.contains("1001") && !listed.contains("1002"));
        let (refused, _) =
            browser.submit("/ajustes/tramos", "/ajustes/tramos", &[("buckets", "45, 15")]);
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("value=\"45, 15\""), "what was typed comes back");
        drop(program);
        let report = books.run(&["report", "aging", "--as-of", "2026-05-31", "--json"]);
        assert!(report.contains("\"16-45\""), "{report}");
    });
}

#[test]
fn somebody_assigned_to_one_creditor_sees_no_other() {
    on_both_engines(|books| {
        books.run(&[
            "init",
            "--code",
            "LANAS",
            "--name",
            "Lanas SA",
            "--tax-id",
            "76.192.083-9",
            "--country",
            "CL",
            "--currency",
            "CLP",
        ]);
        let program = books.serve();
        let mut agent = Browser::signed_in(&program.address, "agent");
        let customer = agent.get("/clientes?q=crispin").link("/clientes/cus_");
        let mut admin = Browser::signed_in(&program.address, "admin");
        let page = admin.get("/ajustes/usuarios");
        let row = page.text();
        let row = row.split("agent@nandu.example").nth(1).unwrap();
        let action = row.split("action=\"").find(|rest| rest.contains("/acreedores\"")).unwrap();
        let action = action.split('"').next().unwrap().to_owned();
        let csrf = page.hidden(&action, "csrf");
        assert_eq!(admin.post(&action, &[("csrf", &csrf), ("creditor", "2")]).status, 303);
        assert!(admin.get("/ajustes/usuarios").text().contains("<summary>Lanas SA</summary>"));
        assert_eq!(agent.get(&customer).status, 404, "a customer of the other creditor");
        let home = agent.get("/clientes?acreedor=NANDU").text();
        assert!(home.contains("Lanas SA") && !home.contains("Ñandú"), "the other is not named");
        assert_eq!(admin.get(&customer).status, 200);
    });
}

#[test]
fn one_changes_ones_own_password() {
    let books = Books::sqlite();
    let program = books.serve();
    let mut browser = Browser::signed_in(&program.address, "agent");
    let form = |present: &'static str| [("present", present), ("wanted", "otra frase muy larga")];
    let (refused, _) = browser.submit("/contrasena", "/contrasena", &form("no es esta"));
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Esa no es su contraseña actual."));
    let page = browser.get("/contrasena");
    let csrf = page.hidden("/contrasena", "csrf");
    let mut typed = form(PASSWORD).to_vec();
    typed.push(("csrf", &csrf));
    assert_eq!(browser.post("/contrasena", &typed).status, 303);
    assert_eq!(browser.get("/clientes").status, 303, "this session ended too");
    assert_eq!(browser.sign_in("agent@nandu.example", PASSWORD).status, 401);
    assert_eq!(browser.sign_in("agent@nandu.example", "otra frase muy larga").status, 303);
}
