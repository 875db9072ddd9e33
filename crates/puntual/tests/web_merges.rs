//! Customers merged, parted and grouped, from the outside: a process, a real storage, HTTP, commands.
#![allow(clippy::panic, reason = "tests")]

mod support;

use serde_json::Value;
use support::browser::Browser;
use support::{TODAY, on_both_engines};

/// What each customer owes by the ageing report: `C1 2023000 CLP`.
fn owing(books: &support::Books) -> Vec<String> {
    let report = books.run(&["--json", "report", "aging", "--as-of", TODAY, "--by", "customer"]);
    let report: Value = serde_json::from_str(&report).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = report["rows"].as_array().cloned().unwrap_or_default();
    rows.iter()
        .map(|row| {
            format!("{} {} {}", text(&row["key"]), text(&row["balance"]), text(&row["currency"]))
        })
        .collect()
}

const APART: [&str; 3] = ["C1 2023000 CLP", "C2 357000 CLP", "C2 1250.50 USD"];

#[test]
fn two_customers_are_compared_merged_and_parted_again() {
    on_both_engines(|books| {
        assert_eq!(owing(books), APART);
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "supervisor");
        let one = browser.get("/clientes?q=aguilucho").link("/clientes/cus_");
        let other = browser.get("/clientes?q=crispin").link("/clientes/cus_");
        let found = browser.get(&format!("{one}/unir?q=crispin"));
        let id = other.trim_start_matches("/clientes/").to_owned();
        assert!(found.text().contains(&format!("con={id}")), "{}", found.text());
        let compare = format!("{one}/unir?con={id}");
        let page = browser.get(&compare).text();
        assert!(page.contains("Lado a lado") && page.contains("2.380.000"), "{page}");
        let join = format!("{one}/unir");
        let (_, refused) = browser.submit(&compare, &join, &[("con", &id), ("why", "")]);
        assert!(refused.text().contains("Falta"), "{}", refused.text());
        let typed = [("con", id.as_str()), ("why", "mismo dueño")];
        let (done, page) = browser.submit(&compare, &join, &typed);
        assert_eq!(done.header("location"), Some(other.as_str()));
        let shown = page.text();
        assert!(shown.contains("Clientes unidos.") && shown.contains("mismo dueño"), "{shown}");
        // Its own address leads to who stands for it.
        assert_eq!(browser.get(&one).header("location"), Some(other.as_str()));
        let part = page.link("/uniones/mrg_");
        let mut agent = Browser::signed_in(&program.address, "agent");
        assert!(!agent.get(&other).text().contains("/uniones/mrg_"));
        let (_, page) = browser.submit(&part, &part, &[("why", "dos empresas")]);
        assert!(page.text().contains("Clientes separados"), "{}", page.text());
        drop(program);
        assert_eq!(owing(books), APART);
        assert!(!books.run(&["check"]).contains("WRONG"));
    });
}

#[test]
fn a_company_is_given_its_parent_and_the_group_adds_up() {
    on_both_engines(|books| {
        let program = books.serve();
        let mut browser = Browser::signed_in(&program.address, "agent");
        let child = browser.get("/clientes?q=aguilucho").link("/clientes/cus_");
        let parent = browser.get("/clientes?q=crispin").link("/clientes/cus_");
        let group = format!("{child}/grupo");
        let asked = format!("{group}?q=crispin");
        let typed = [("parent", parent.trim_start_matches("/clientes/"))];
        let (_, page) = browser.submit(&asked, &format!("{child}/matriz"), &typed);
        let shown = page.text();
        assert!(shown.contains("Grupo cambiado.") && shown.contains("2.380.000"), "{shown}");
        // The parent cannot belong to its own company.
        let typed = [("parent", child.trim_start_matches("/clientes/"))];
        let asked = format!("{parent}/grupo?q=aguilucho");
        let (_, refused) = browser.submit(&asked, &format!("{parent}/matriz"), &typed);
        assert!(refused.text().contains("ya pertenece a esta"), "{}", refused.text());
        assert!(browser.get(&parent).text().contains("2 empresas"));
        let id = parent.trim_start_matches("/clientes/");
        let list = browser.get(&format!("/clientes?grupo={id}")).text();
        assert!(list.contains("Aguilucho") && !list.contains("La Espiga"), "{list}");
        let (_, page) = browser.submit(&group, &format!("{child}/matriz/quitar"), &[]);
        assert!(page.text().contains("No pertenece a ninguna"), "{}", page.text());
        drop(program);
        assert!(!books.run(&["check"]).contains("WRONG"));
    });
}

#[test]
fn commands_merge_part_and_group() {
    on_both_engines(|books| {
        let merge = ["--json", "customer", "merge", "C2", "--into", "C1", "--why", "mismo dueño"];
        let told: Value = serde_json::from_str(&books.run(&merge)).unwrap_or_default();
        assert!(told["merge"].as_str().is_some_and(|id| id.starts_with("mrg_")), "{told}");
        assert_eq!(owing(books), ["C1 2380000 CLP", "C1 1250.50 USD"]);
        let (status, said) = books.refused(&merge);
        assert_eq!((status, said.contains("already_merged")), (2, true), "{said}");
        books.run(&["customer", "unmerge", "C2", "--why", "dos empresas"]);
        assert_eq!(owing(books), APART);
        let group = books.run(&["--json", "customer", "group", "C2", "--parent", "C1"]);
        let group: Value = serde_json::from_str(&group).unwrap_or_default();
        assert_eq!(group["members"].as_array().map(Vec::len), Some(2), "{group}");
        assert_eq!(group["totals"][0]["open"], "2380000");
        assert!(!books.run(&["check"]).contains("WRONG"));
    });
}
