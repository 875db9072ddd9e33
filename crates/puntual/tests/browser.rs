//! The web in a real Chromium: with the keyboard only, and on a telephone.

mod support;

use support::webdriver::{Chromium, ENTER, TAB};
use support::{Books, PASSWORD};

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
fn pages_fit_a_telephone() {
    let Some(chromium) = Chromium::start(360, 740) else { return };
    let books = Books::sqlite();
    let program = books.serve();
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
        "/ajustes",
        "/ajustes/usuarios",
        "/ajustes/correo",
        "/buscar?q=san",
    ];
    for page in pages {
        at(page);
        let width = chromium.script("return document.documentElement.scrollWidth");
        assert_eq!(width, 360, "{page} is wider than the screen");
        let errors = chromium.script("return document.querySelectorAll('[style], style').length");
        assert_eq!(errors, 0, "{page} has inline styles");
    }
}
