//! The web in a real Chromium: with the keyboard only, and on a telephone.

mod support;

use support::browser::Browser;
use support::webdriver::{Chromium, ENTER, TAB};
use support::{Books, CONTRADICTIONS, PASSWORD};

fn sign_in(chromium: &Chromium, address: &str, role: &str) {
    chromium.open(&format!("http://{address}/entrar"));
    chromium.script("document.querySelector('#login-email').focus()");
    chromium.press(&format!("{role}@nandu.example{TAB}{PASSWORD}{ENTER}"));
    chromium.wait_for("return location.pathname === '/' && document.readyState === 'complete'");
}

#[test]
fn a_contact_is_registered_with_the_keyboard_only() {
    let Some(chromium) = Chromium::start(1280, 900) else { return };
    let books = Books::sqlite();
    let program = books.serve();
    sign_in(&chromium, &program.address, "agent");
    assert_eq!(chromium.script("return document.querySelector('h1').innerText"), "Mi día");
    chromium.press("gc");
    chromium.wait_for("return location.pathname === '/clientes'");
    chromium.wait_for("return document.documentElement.classList.contains('scripted')");
    chromium.press("j");
    chromium.wait_for("return document.activeElement.matches('a.row-link')");
    let name = chromium.script("return document.activeElement.innerText");
    chromium.press(ENTER);
    chromium.wait_for("return location.pathname.startsWith('/clientes/cus_')");
    chromium.wait_for("return document.documentElement.classList.contains('scripted')");
    let page = chromium.script("return location.pathname");
    assert_eq!(chromium.script("return document.querySelector('h1').innerText"), name);
    // c opens the panel, 2 chooses «No contesta», Enter sends the form.
    chromium.press("c");
    chromium.press("2");
    chromium.wait_for("return document.querySelector('[data-digit=\"2\"]').checked");
    chromium.press(ENTER);
    chromium.wait_for("return !!document.querySelector('.flash.done')");
    let told = chromium.script("return document.querySelector('.flash.done').innerText");
    assert!(told.as_str().unwrap().contains("No contesta"), "{told}");
    chromium.open(&format!("http://{}{}", program.address, page.as_str().unwrap()));
    assert!(chromium.has("li.event.contact"), "it stands in the customer's history");
}

#[test]
fn quarantine_is_decided_with_one_key_each() {
    let Some(chromium) = Chromium::start(1280, 900) else { return };
    let books = Books::sqlite();
    let program = books.serve();
    let mut uploader = Browser::signed_in(&program.address, "supervisor");
    let answer = uploader.upload(&[("otra-vez.csv", CONTRADICTIONS.as_bytes())]);
    uploader.imported(answer.header("location").unwrap());
    sign_in(&chromium, &program.address, "supervisor");
    chromium.open(&format!("http://{}/importar/cuarentena", program.address));
    let shows = |rows: usize| {
        let count = "document.querySelectorAll('table[data-rows] > tbody > tr').length";
        chromium
            .wait_for(&format!("return document.readyState === 'complete' && {count} === {rows}"));
        chromium.wait_for("return document.documentElement.classList.contains('scripted')");
    };
    let told = || {
        chromium.wait_for("return !!document.querySelector('main > .flash')");
        chromium.script("return document.querySelector('main > .flash').innerText").to_string()
    };
    shows(3);
    let keys = chromium.script("return document.querySelector('.key-line').innerText");
    assert!(keys.as_str().unwrap().contains("Reemplazar"), "the keys are on the page: {keys}");
    // j goes to the first row, d keeps what is stored; the focus is then at the row that followed.
    chromium.press("j");
    let first = chromium.script("return document.activeElement.innerText");
    chromium.press("d");
    shows(2);
    assert!(told().contains("lo registrado queda como estaba"));
    assert!(chromium.script("return document.activeElement.matches('a.row-link')") == true);
    assert_ne!(chromium.script("return document.activeElement.innerText"), first);
    chromium.press("r");
    shows(1);
    assert!(told().contains("Reemplazado"));
    // Enter opens the last; every field stands on its page, what differs is marked.
    chromium.press("j");
    chromium.press(ENTER);
    chromium.wait_for("return location.pathname.startsWith('/importar/cuarentena/')");
    chromium.wait_for("return document.documentElement.classList.contains('scripted')");
    let marked = chromium.script("return document.querySelector('tr.differs').innerText");
    let marked = marked.as_str().unwrap();
    assert!(marked.contains("Total") && marked.contains("238.000"), "{marked}");
    assert!(chromium.has(".beside tr:not(.differs)"));
    chromium.press("r");
    chromium.wait_for("return location.pathname === '/importar/cuarentena'");
    assert!(told().contains("Reemplazado"));
    chromium.open(&format!("http://{}/importar/cuarentena?ver=decididos", program.address));
    shows(3);
    let decided = chromium.script("return document.querySelector('table[data-rows]').innerText");
    assert!(decided.as_str().unwrap().contains("supervisor@nandu.example"), "{decided}");
}

#[test]
fn pages_fit_a_telephone() {
    let Some(chromium) = Chromium::start(360, 740) else { return };
    let books = Books::sqlite();
    let program = books.serve();
    let mut uploader = Browser::signed_in(&program.address, "admin");
    let answer = uploader.upload(&[("otra-vez.csv", CONTRADICTIONS.as_bytes())]);
    uploader.imported(answer.header("location").unwrap());
    sign_in(&chromium, &program.address, "admin");
    let at = |path: &str| chromium.open(&format!("http://{}{path}", program.address));
    let link = |selector: &str| {
        let found = format!("return document.querySelector('{selector}').getAttribute('href')");
        chromium.script(&found).as_str().unwrap().to_owned()
    };
    at("/clientes");
    let customer = link("a.row-link");
    at("/documentos");
    let document = link("a.row-link");
    at("/importar/cuarentena");
    let case = link("a.row-link");
    let pages = [
        "/",
        "/clientes",
        &customer,
        "/documentos",
        &document,
        "/indicadores",
        "/mensajes",
        "/mensajes/plan",
        "/importar",
        "/importar/cuarentena",
        "/importar/bandeja",
        "/ajustes/buzon",
        "/ajustes/programas",
        &case,
        "/ajustes",
        "/ajustes/usuarios",
        "/ajustes/correo",
        "/buscar?q=san",
        "/proyeccion",
        "/cobros",
        "/convenios",
        "/remesas",
        "/estrategias",
        "/estrategias/S2",
        "/estrategias/aprobar",
        "/indicadores/provision",
        "/mensajes/guardian",
    ];
    for page in pages {
        at(page);
        let width = chromium.script("return document.documentElement.scrollWidth");
        assert_eq!(width, 360, "{page} is wider than the screen");
        let errors = chromium.script("return document.querySelectorAll('[style], style').length");
        assert_eq!(errors, 0, "{page} has inline styles");
    }
}
