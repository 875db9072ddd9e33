//! What people do in the web, from the outside: a process, a real storage, HTTP.

mod support;

use support::browser::Browser;
use support::{Books, CONTRADICTIONS, PASSWORD, on_both_engines};

#[test]
fn signing_in_right_wrong_and_too_often() {
    on_both_engines(|books| {
        let program = books.serve();
        let mut browser = Browser::new(&program.address);
        let away = browser.get("/documentos?estado=open");
        assert_eq!(away.status, 303);
        assert_eq!(away.header("location"), Some("/entrar?ir=%2Fdocumentos%3Festado%3Dopen"));
        let wrong = browser.sign_in("admin@nandu.example", "otra cosa muy distinta");
        assert_eq!(wrong.status, 401);
        assert!(wrong.text().contains("El correo o la contraseña no son correctos."));
        assert!(wrong.text().contains("value=\"admin@nandu.example\""), "what was typed is kept");
        let right = browser.sign_in("admin@nandu.example", PASSWORD);
        assert_eq!(right.status, 303);
        let cookie = right.header("set-cookie").unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert_eq!(browser.get("/").status, 200);
        let mut guesser = Browser::new(&program.address);
        let last =
            (0..6).map(|_| guesser.sign_in("viewer@nandu.example", "adivinando esto")).last();
        let last = last.unwrap();
        assert_eq!(last.status, 429);
        assert!(last.text().contains("Demasiados intentos"));
    });
}

#[test]
fn every_page_answers_each_role_or_refuses_it() {
    let books = Books::sqlite();
    let program = books.serve();
    let everybody = [
        "/",
        "/clientes",
        "/clientes/parecidos",
        "/documentos",
        "/indicadores",
        "/mensajes",
        "/mensajes/plan",
        "/contrasena",
        "/buscar?q=san",
        "/indicadores?por=customer&al=2026-05-31&conocido=2026-06-15",
        "/clientes?estado=overdue&orden=-saldo",
        "/documentos?tramo=31-60&moneda=CLP",
    ];
    let supervisors =
        ["/importar", "/importar/cuarentena", "/importar/bandeja", "/mensajes/guardian"];
    let admins = [
        "/ajustes",
        "/ajustes/buzon",
        "/ajustes/programas",
        "/ajustes/datos",
        "/ajustes/usuarios",
        "/ajustes/correo",
        "/ajustes/tramos",
    ];
    for (rank, role) in ["viewer", "agent", "supervisor", "admin"].into_iter().enumerate() {
        let mut browser = Browser::signed_in(&program.address, role);
        let customer = browser.get("/clientes").link("/clientes/cus_");
        let document = browser.get("/documentos").link("/documentos/doc_");
        let statement = format!("{customer}/estado-de-cuenta.pdf");
        let mut pages: Vec<(&str, bool)> = everybody.iter().map(|page| (*page, true)).collect();
        pages.extend([(customer.as_str(), true), (&document, true), (&statement, true)]);
        pages.extend(supervisors.map(|page| (page, rank >= 2)));
        pages.extend(admins.map(|page| (page, rank >= 3)));
        for (page, may) in pages {
            let answer = browser.get(page);
            assert_eq!(answer.status, if may { 200 } else { 403 }, "{role} at {page}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{page}");
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
        }
        assert_eq!(browser.get("/nada").status, 404);
        assert_eq!(browser.get("/clientes/cus_zzz").status, 404);
    }
}

#[test]
fn a_form_that_is_not_ours_changes_nothing() {
    let books = Books::sqlite();
    let program = books.serve();
    let mut browser = Browser::signed_in(&program.address, "agent");
    let customer = browser.get("/clientes").link("/clientes/cus_");
    let note = format!("{customer}/nota");
    let id = browser.get(&customer).hidden(&note, "id");
    for csrf in ["", "not the token"] {
        let form = [("csrf", csrf), ("id", id.as_str()), ("text", "colada")];
        let answer = browser.post(&note, &form);
        assert_eq!(answer.status, 403);
        assert!(answer.text().contains("El formulario ya no es válido"));
    }
    assert!(!browser.get(&customer).text().contains("colada"));
    let mut viewer = Browser::signed_in(&program.address, "viewer");
    let csrf = viewer.get("/").hidden("/salir", "csrf");
    let form = [("csrf", csrf.as_str()), ("id", &id), ("text", "sin permiso")];
    assert_eq!(viewer.post(&note, &form).status, 403);
}

#[test]
fn what_is_recorded_is_seen_and_can_be_undone() {
    on_both_engines(|books| {
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "supervisor");
        let customer = browser.get("/clientes?q=crispin").link("/clientes/cus_");
        let owed = "1.785.000";
        assert!(browser.get(&customer).text().contains(owed), "what is past due");

        let (_, page) = browser.submit(
            &customer,
            &format!("{customer}/nota"),
            &[("text", "Cambió de tesorera.")],
        );
        assert!(
            page.text().contains("Nota guardada.") && page.text().contains("Cambió de tesorera.")
        );

        let promise = format!("{customer}/promesa");
        let typed = [("amount", "12.x"), ("currency", "CLP"), ("on", "2026-07-03")];
        let (refused, _) = browser.submit(&customer, &promise, &typed);
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("value=\"12.x\""), "what was typed comes back");
        assert!(refused.text().contains("No es un monto"));
        let typed =
            [("amount", "595.000"), ("currency", "CLP"), ("on", "2026-07-03"), ("person", "Carla")];
        let (_, page) = browser.submit(&customer, &promise, &typed);
        assert!(page.text().contains("03-07-2026"), "the promise is told");

        let payment = format!("{customer}/pago");
        let typed = [
            ("amount", "$ 1.190.000"),
            ("currency", "CLP"),
            ("on", "2026-06-30"),
            ("method", "transfer"),
            ("reference", "1001"),
        ];
        let (_, page) = browser.submit(&customer, &payment, &typed);
        let text = page.text();
        assert!(text.contains("1001") && text.contains("lo indicó quien paga"), "where it went");
        assert!(!text.contains(owed), "it is no longer owed");
        let csrf = page.hidden("/deshacer", "csrf");
        let undo = text.split("action=\"/pagos/").nth(1).unwrap().split('"').next().unwrap();
        let undone = browser.post(&format!("/pagos/{undo}"), &[("csrf", &csrf)]);
        assert_eq!(undone.status, 303);
        assert!(browser.get(&customer).text().contains(owed), "owed again");

        let contact = format!("{customer}/gestion");
        let typed = [("channel", "call"), ("outcome", "no_answer"), ("note", "Suena ocupado")];
        let (answer, next) = browser.submit(&customer, &contact, &typed);
        assert_ne!(answer.header("location").unwrap(), customer, "the next case opens");
        assert!(next.text().contains("No contesta"));
        assert!(browser.get(&customer).text().contains("Suena ocupado"));
        drop(program);
        assert!(books.run(&["check"]).contains("ok"), "the books still add up");
    });
}

#[test]
fn the_same_form_twice_is_one_payment() {
    let books = Books::sqlite();
    let program = books.serve();
    let mut browser = Browser::signed_in(&program.address, "agent");
    let customer = browser.get("/clientes?q=crispin").link("/clientes/cus_");
    let action = format!("{customer}/pago");
    let shown = browser.get(&customer);
    let (csrf, id) = (shown.hidden(&action, "csrf"), shown.hidden(&action, "id"));
    let form = [
        ("csrf", csrf.as_str()),
        ("id", &id),
        ("amount", "100000"),
        ("currency", "CLP"),
        ("on", "2026-06-30"),
    ];
    assert_eq!(browser.post(&action, &form).status, 303);
    assert_eq!(browser.post(&action, &form).status, 303);
    assert!(browser.get(&customer).text().contains("1.685.000"), "100.000 once");
    let other = [
        ("csrf", csrf.as_str()),
        ("id", &id),
        ("amount", "200000"),
        ("currency", "CLP"),
        ("on", "2026-06-30"),
    ];
    assert_eq!(browser.post(&action, &other).status, 409);
}

#[test]
fn files_are_uploaded_looked_at_and_taken_back() {
    on_both_engines(|books| {
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "supervisor");
        let csv = "customer_id,customer_name,doc_type,doc_number,issue_date,due_date,currency,amount\n\
                   C9,Hotelera Bahía Mansa,invoice,7001,2026-06-01,2026-07-01,CLP,450000\n\
                   C9,Hotelera Bahía Mansa,invoice,7002,2026-06-02,,CLP,no es monto\n";
        let sent = browser.upload(&[("nuevas.csv", csv.as_bytes())]);
        assert_eq!(sent.status, 303, "{}", sent.text());
        let batch = sent.header("location").unwrap().to_owned();
        let result = browser.imported(&batch);
        assert!(result.text().contains("nuevas.csv"));
        assert!(!result.text().contains("0/nuevas.csv"), "not where it lay meanwhile");
        let files = result.text();
        let row = files.split("nuevas.csv").last().unwrap();
        assert!(row.split("</tr>").next().unwrap().contains("csv"), "what came of each file");
        assert!(browser.get("/documentos?q=7001").text().contains("Hotelera"));
        let (_, page) = browser.submit(&batch, &format!("{batch}/deshacer"), &[]);
        assert!(page.text().contains("Importación deshecha"));
        assert!(!browser.get("/documentos?q=7001&estado=open").text().contains("450.000"));

        let dte = include_bytes!("../../formats/tests/corpus/dte/factura_exenta_34.xml");
        let sent = browser.upload(&[("factura.xml", dte)]);
        let batch = sent.header("location").unwrap().to_owned();
        browser.imported(&batch);
        assert!(browser.get("/documentos?q=2001").text().contains("119.000"));
    });
}

#[test]
fn a_table_that_leaves_something_open_is_asked_about() {
    let books = Books::sqlite();
    let program = books.serve();
    let mut browser = Browser::signed_in(&program.address, "admin");
    let csv = "Cliente;Folio;Emision;Vencimiento;Moneda;Total\n\
               Muebles Roble Viejo;3001;03/04/2026;05/06/2026;USD;1.250\n\
               Muebles Roble Viejo;3002;02/03/2026;04/05/2026;USD;2.500\n";
    let sent = browser.upload(&[("dudas.csv", csv.as_bytes())]);
    let page = sent.header("location").unwrap().to_owned();
    let asked = browser.get(&page);
    if asked.text().contains("/confirmar") {
        let action = format!("{page}/confirmar");
        let answers = [
            ("do", "import"),
            ("date_order", "dmy"),
            ("decimal", "comma"),
            ("mapping", "ERP viejo"),
        ];
        let (answer, _) = browser.submit(&page, &action, &answers);
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
    browser.imported(&page);
    assert!(browser.get("/documentos?q=3001").text().contains("Muebles Roble Viejo"));
}

#[test]
fn exports_hold_what_is_shown_and_say_the_day() {
    let books = Books::sqlite();
    let program = books.serve();
    let mut browser = Browser::signed_in(&program.address, "viewer");
    let csv = browser.get("/documentos/exportar?estado=overdue&al=2026-05-31&formato=csv");
    let name = csv.header("content-disposition").unwrap();
    assert!(name.contains("documentos-nandu-al-2026-05-31.csv"), "{name}");
    let text = csv.text();
    assert!(text.contains("1001") && text.contains("1002") && !text.contains("1004"), "{text}");
    for page in ["clientes", "documentos", "indicadores"] {
        let xlsx = browser.get(&format!("/{page}/exportar?formato=xlsx"));
        assert_eq!(xlsx.status, 200);
        assert!(xlsx.body.starts_with(b"PK"), "{page} is a workbook");
    }
}

#[test]
fn every_number_of_the_ageing_leads_to_its_documents() {
    let books = Books::sqlite();
    let program = books.serve();
    let mut browser = Browser::signed_in(&program.address, "viewer");
    let page = browser.get("/indicadores?por=customer&al=2026-05-31").text();
    // Of 31 May: 1001 is 60 days past due, 1002 18 days; both of the same customer.
    let cell = page.split("tramo=31-60").nth(1).unwrap();
    assert!(cell.split("</td>").next().unwrap().contains("1.190.000"));
    let url = page.split("href=\"").find(|rest| rest.contains("tramo=31-60")).unwrap();
    let url = url.split('"').next().unwrap().replace("&amp;", "&");
    let listed = browser.get(&url).text();
    assert!(listed.contains("1001") && !listed.contains("1002"), "{url}");
}

#[test]
fn a_refused_decision_says_why_in_the_language_of_the_page() {
    on_both_engines(|books| {
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "admin");
        let answer = browser.upload(&[("otra-vez.csv", CONTRADICTIONS.as_bytes())]);
        browser.imported(answer.header("location").unwrap());
        // A part of the second is paid: what stands on it is named.
        let customer = browser.get("/clientes").link("/clientes/cus_");
        let deed = format!("{customer}/pago");
        let form = [
            ("amount", "1.200.000"),
            ("currency", "CLP"),
            ("on", "2026-06-29"),
            ("method", "transfer"),
        ];
        let (paid, _) = browser.submit(&customer, &deed, &form);
        assert_eq!(paid.status, 303, "{}", paid.text());
        let list = browser.get("/importar/cuarentena");
        let case = list.link("/importar/cuarentena/imp_");
        assert!(list.text().contains("Conservar el registrado"), "{}", list.text());
        let (_, told) = browser.submit(&case, &case, &[("decision", "replace")]);
        let told = told.text();
        let needed = "No se puede reemplazar mientras dependan de él: el pago";
        assert!(told.contains(needed) && told.contains("29-06-2026"), "{told}");
        let (_, told) = browser.submit(&case, &case, &[("decision", "accept")]);
        assert!(told.text().contains("Contradice a un documento registrado"), "{}", told.text());
        let file = browser.get(&case).link("/importar/archivo/");
        assert_eq!(browser.get(&file).body, CONTRADICTIONS.as_bytes());
    });
}

#[test]
fn an_indicator_of_a_day_offers_no_series_without_values() {
    let books = Books::sqlite();
    let program = books.serve();
    let mut browser = Browser::signed_in(&program.address, "viewer");
    let page = browser.get("/indicadores?al=2026-05-31").text();
    for (id, of_a_day) in
        [("ppc_weighted", false), ("ppc_simple", true), ("avg_days_past_due", true)]
    {
        let row = page.split(&format!("id=\"{id}\"")).nth(1).unwrap();
        let row = row.split("</tr>").next().unwrap();
        assert_eq!(row.contains("Sólo del día elegido"), of_a_day, "{id}");
    }
}

#[test]
fn an_upload_lost_at_a_restart_is_said_to_be() {
    let books = Books::sqlite();
    let program = books.serve();
    let mut browser = Browser::signed_in(&program.address, "admin");
    let csv = "Cliente;Folio;Emision;Vencimiento;Moneda;Total\n\
               Muebles Roble Viejo;3001;03/04/2026;05/06/2026;USD;1.250\n";
    let sent = browser.upload(&[("dudas.csv", csv.as_bytes())]);
    let page = sent.header("location").unwrap().to_owned();
    assert!(browser.get(&page).text().contains("/confirmar"), "it waits for answers");
    drop(program);
    let program = books.serve();
    let mut browser = Browser::signed_in(&program.address, "admin");
    let away = browser.get(&page);
    assert_eq!(away.header("location"), Some("/importar"));
    assert!(browser.get("/importar").text().contains("Ese envío se perdió"));
}
