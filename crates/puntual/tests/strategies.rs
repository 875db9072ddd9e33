//! Strategies from the outside: on the command line, and in the pages where they are checked,
//! published, given, and what waits is approved.

mod support;

use support::browser::Browser;
use support::{Books, on_both_engines};

const TEXT: &str = "codigo = \"X1\"\nnombre = \"Propia\"\n\n[[etapas]]\nclave = \"unica\"\n\n\
    [[etapas.pasos]]\nclave = \"pedir\"\ndias = 1\ncanal = \"carta\"\nplantilla = \"demand\"\n\
    requiere_aprobacion = true\n\n[[etapas.pasos]]\nclave = \"decidir\"\ndias = 90\n\
    canal = \"escalar\"\n";

#[test]
fn a_text_is_checked_with_its_lines_and_published_from_the_command_line() {
    let books = Books::sqlite();
    let wrong = TEXT.replace("canal = \"carta\"", "canal = \"paloma\"");
    let file = books.file("mala.toml", wrong.as_bytes());
    let file = file.to_str().expect("a path");
    let (status, _) = books.refused(&["strategy", "check", file, "--country", "CL"]);
    assert_eq!(status, 1);
    let file = books.file("buena.toml", TEXT.as_bytes());
    let file = file.to_str().expect("a path");
    let checked = books.run(&["strategy", "check", file, "--json"]);
    assert!(checked.contains("\"ok\":true"), "{checked}");
    books.run(&["strategy", "publish", file]);
    books.run(&["strategy", "publish", file]);
    let listed = books.run(&["strategy", "list", "--json"]);
    assert!(listed.contains("\"code\":\"X1\"") && listed.contains("\"code\":\"S5\""), "{listed}");
    assert!(books.run(&["strategy", "show", "X1"]).contains("clave = \"pedir\""));
    let (status, _) = books.refused(&["strategy", "assign", "X9"]);
    assert_eq!(status, 2, "nothing is published under that code");
    books.run(&["strategy", "assign", "X1", "--criteria", "mora_desde = 1"]);
    let planned = books.run(&["plan", "--date", "2026-06-30", "--json"]);
    assert!(planned.contains("\"step\":\"pedir\""), "{planned}");
    let tried = books.run(&[
        "simulate",
        "--strategy",
        file,
        "--from",
        "2026-06-01",
        "--to",
        "2026-06-05",
        "--json",
    ]);
    for name in
        ["contacts", "by_channel", "agent_minutes", "guard_blocks", "never_contacted", "diff"]
    {
        assert!(tried.contains(&format!("\"{name}\":")), "{name} in {tried}");
    }
}

#[test]
fn a_supervisor_publishes_gives_and_approves_and_an_agent_does_not() {
    on_both_engines(|books| {
        let file = books.file("propia.toml", TEXT.as_bytes());
        books.run(&["strategy", "publish", file.to_str().expect("a path")]);
        let program = books.serve();
        let mut agent = Browser::signed_in(&program.address, "agent");
        let page = agent.get("/estrategias/S2").text();
        assert!(page.contains("Diagrama") && !page.contains("Guardar borrador"));

        let mut browser = Browser::signed_in(&program.address, "admin");
        assert!(browser.get("/estrategias").text().contains("S4 · Sector público"));
        let wrong = TEXT.replace("dias = 1\n", "dias = \"uno\"\n");
        let (refused, _) = browser.submit(
            "/estrategias/X1",
            "/estrategias/X1",
            &[("text", &wrong), ("do", "keep")],
        );
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("Línea 9:"), "{}", refused.text());
        let later = TEXT.replace("dias = 1\n", "dias = 2\n");
        let (_, kept) = browser.submit(
            "/estrategias/X1",
            "/estrategias/X1",
            &[("text", &later), ("do", "keep")],
        );
        assert!(kept.text().contains("Borrador"));
        let given =
            [("code", "X1"), ("criteria", "mora_desde = 1"), ("priority", "5"), ("why", "")];
        browser.submit("/estrategias", "/estrategias/asignaciones", &given);
        assert!(browser.get("/estrategias").text().contains("mora_desde = 1"));

        browser.submit("/mensajes/plan", "/mensajes/plan/ejecutar", &[]);
        let waiting = browser.get("/estrategias/aprobar").text();
        assert!(waiting.contains("act_"), "something waits");
        let approve = [("do", "approve-all")];
        let (_, after) = browser.submit("/estrategias/aprobar", "/estrategias/aprobar", &approve);
        assert!(after.text().contains("Nada espera aprobación"));
        assert!(browser.get("/estrategias/X1?version=1&paso=pedir").text().contains("cus_"));
    });
}
