//! The forecast as people meet it: the page with its suppositions and its file, the customer's page
//! with its conduct, and the commands.

mod support;

use support::Books;
use support::browser::Browser;

#[test]
fn the_cash_to_come_is_shown_supposed_and_exported() {
    let books = Books::sqlite();
    let program = books.serve();
    let mut browser = Browser::signed_in(&program.address, "viewer");
    let page = browser.get("/proyeccion");
    assert_eq!(page.status, 200);
    let text = page.text();
    for said in ["Cobro esperado por semana", "Semana a semana", "Modelo de Puntual", "1001"] {
        assert!(text.contains(said), "{said} is missing: {text}");
    }
    // The other currency, everybody later, the largest paying nothing, another week, a past day.
    let dollars = browser.get("/proyeccion?moneda=USD&semana=2").text();
    assert!(dollars.contains("Aguilucho") && !dollars.contains("Crispín"));
    let supposed = browser.get("/proyeccion?atraso=30&sin=1&al=2026-06-20").text();
    assert!(supposed.contains("Sin el supuesto"), "{supposed}");
    // What is no number, no currency or no week asks for nothing.
    let odd = browser.get("/proyeccion?moneda=XXX&atraso=-3&sin=muchos&semana=99");
    assert_eq!(odd.status, 200);
    // A day before anything was owed.
    let early = browser.get("/proyeccion?al=2020-01-01").text();
    assert!(early.contains("No hay nada por cobrar"), "{early}");
    let mut supervisor = Browser::signed_in(&program.address, "supervisor");
    let file = supervisor.get("/proyeccion/exportar?formato=csv").text();
    assert!(file.contains("1004") && file.contains("1250.50"), "{file}");
}

#[test]
fn a_customers_page_says_its_score_and_why() {
    let books = Books::sqlite();
    let program = books.serve();
    let mut browser = Browser::signed_in(&program.address, "viewer");
    let customer = browser.get("/clientes?q=crispin").link("/clientes/cus_");
    let text = browser.get(&customer).text();
    assert!(text.contains("Puntaje de riesgo"), "{text}");
    // Two of its three documents are overdue, the older by ninety days.
    assert!(text.contains("Mayor atraso en 12 meses: 90 días"), "{text}");
}

#[test]
fn the_commands_answer_in_the_words_of_the_contract() {
    let books = Books::sqlite();
    let said = books.run(&["--json", "forecast", "--as-of", "2026-06-30", "--weeks", "4"]);
    let found: serde_json::Value = serde_json::from_str(&said).expect("one value");
    assert_eq!(found["weeks"].as_array().map(Vec::len), Some(4));
    assert_eq!(found["weeks"][0]["from"], "2026-07-01");
    assert_eq!(found["lines"].as_array().map(Vec::len), Some(5));
    assert_eq!(books.run(&["--json", "forecast", "--as-of", "2026-06-30", "--weeks", "4"]), said);
    let (status, why) = books.refused(&["forecast", "--without", "NADIE"]);
    assert!(status == 2 && why.contains("NADIE"), "{why}");
    let (status, why) = books.refused(&["backtest", "--from", "2026-06-02", "--to", "2026-06-10"]);
    assert!(status == 2 && why.contains("--every week"), "{why}");
    let said = books.run(&["--json", "backtest", "--from", "2026-03-31", "--to", "2026-05-31"]);
    let found: serde_json::Value = serde_json::from_str(&said).expect("one value");
    assert_eq!(found["baselines"].as_object().map(serde_json::Map::len), Some(6));
    let said = books.run(&["--json", "report", "behaviour", "--customer", "C1"]);
    let found: serde_json::Value = serde_json::from_str(&said).expect("one value");
    assert!(found["score"].is_i64() && found["reasons"].is_array(), "{said}");
    assert!(books.run(&["--json", "report", "traits"]).contains("\"rules\":[]"));
}
