//! The doors from the outside: files dropped in a folder while the program is killed again and
//! again, and files posted by programs.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;
use support::Books;
use support::browser::Browser;

const HEAD: &str =
    "customer_id,customer_name,doc_type,doc_number,issue_date,due_date,currency,amount\n";

fn invoice(number: u32) -> String {
    format!("{HEAD}C7,Molino Sur,invoice,{number},2026-06-01,2026-07-01,CLP,{number}\n")
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => files_below(&path, found),
            path => found.push(path),
        }
    }
}

/// How often each file that is no text beside one lies below a folder.
fn lying_in(folder: &Path) -> BTreeMap<String, usize> {
    let mut found = Vec::new();
    files_below(folder, &mut found);
    let mut names = BTreeMap::new();
    for path in found {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with('.') && !name.ends_with(".txt") {
            *names.entry(name).or_default() += 1;
        }
    }
    names
}

#[test]
fn a_program_killed_again_and_again_reads_every_dropped_file_once() {
    const FILES: u32 = 40;
    let books = Books::sqlite();
    let folder = books.folder("entrada");
    let names: Vec<String> = (1..=FILES).map(|n| format!("f{n:02}.csv")).collect();
    for (name, number) in names.iter().zip(7001..) {
        std::fs::write(folder.join(name), invoice(number)).unwrap();
    }
    let doors = ["--inbox", folder.to_str().unwrap(), "--inbox-every", "1"];
    let mut kills = 0;
    for round in 0..200_u64 {
        let program = books.serve_with(&doors);
        // Killed (SIGKILL, by dropping it) at another moment each time; later rounds live longer.
        std::thread::sleep(Duration::from_millis(1_150 + round * 137 % 900 + round * 40));
        drop(program);
        kills += 1;
        if lying_in(&folder.join("hecho")).len() == names.len() {
            break;
        }
    }
    assert!(kills >= 2, "it was killed while it worked");
    let everywhere = lying_in(&folder);
    let once: BTreeMap<String, usize> = names.into_iter().map(|name| (name, 1)).collect();
    assert_eq!(everywhere, once, "after {kills} kills");
    assert_eq!(lying_in(&folder.join("hecho")), once);
    let aging =
        books.run(&["--json", "report", "aging", "--as-of", support::TODAY, "--by", "customer"]);
    let aging: Value = serde_json::from_str(&aging).unwrap();
    let rows = aging["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == "Molino Sur").unwrap();
    let expected: u32 = (7001..7001 + FILES).sum();
    assert_eq!(row["balance"], expected.to_string(), "each once, none twice");
    let checked: Value = serde_json::from_str(&books.run(&["--json", "check"])).unwrap();
    assert_eq!(checked["ok"], true, "{checked}");
}

/// An answer to a program: status and body.
fn call(address: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    let mut request = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("Content-Length: {}\r\n\r\n", body.len());
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let _ = stream.write_all(body);
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received);
    let text = String::from_utf8_lossy(&received).into_owned();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    (status, text.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// The lines of JSON of a body, however it was cut into pieces on the way.
fn lines(body: &str) -> Vec<Value> {
    body.lines()
        .filter(|line| line.starts_with('{'))
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

fn new_key(browser: &mut Browser, role: &str) -> String {
    let page = browser.get("/ajustes/programas");
    let csrf = page.hidden("/ajustes/programas", "csrf");
    let text = page.text();
    let options = text.split("<option value=\"").skip(1);
    let of_role = options.filter(|option| option.contains(&format!("{role}@nandu.example")));
    let user = of_role.last().unwrap().split('"').next().unwrap().to_owned();
    let form = [("csrf", csrf.as_str()), ("name", "ERP"), ("user", &user)];
    let made = browser.post("/ajustes/programas", &form).text();
    let key = made.split("ptl_").nth(1).unwrap().split('<').next().unwrap();
    format!("ptl_{key}")
}

fn programs_upload_and_are_answered(books: &Books) {
    let program = books.serve();
    let address = program.address.as_str();
    let mut admin = Browser::signed_in(address, "admin");
    let bearer = format!("Bearer {}", new_key(&mut admin, "supervisor"));
    let path = "/api/v1/imports?name=f.csv";
    let csv = invoice(7001);
    assert_eq!(call(address, path, &[], csv.as_bytes()).0, 401);
    assert_eq!(call(address, path, &[("Authorization", "Bearer ptl_1.00")], csv.as_bytes()).0, 401);
    let auth = ("Authorization", bearer.as_str());
    let named = [auth, ("Idempotency-Key", "a-1")];
    let (status, first) = call(address, path, &named, csv.as_bytes());
    assert_eq!(status, 200, "{first}");
    let line = &lines(&first)[0];
    assert_eq!(
        (line["file"].as_str(), line["accepted"].as_i64()),
        (Some("f.csv"), Some(1)),
        "{line}"
    );
    // The same command again is answered the same, not done again; another content is refused.
    assert_eq!(lines(&call(address, path, &named, csv.as_bytes()).1), lines(&first));
    let (status, other) = call(address, path, &named, invoice(7002).as_bytes());
    assert_eq!((status, lines(&other)[0]["error"]["code"].as_str()), (409, Some("other_content")));
    // Without a key of its own the same file is read again, and is a repeat.
    let (_, again) = call(address, path, &[auth], csv.as_bytes());
    assert_eq!(lines(&again)[0]["duplicates"], 1);
    let form = [
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n",
        &invoice(7003),
        "\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.bin\"\r\n\r\n",
        "\u{1}\u{2}\u{0}\u{0}",
        "\r\n--x--\r\n",
    ]
    .concat();
    let multipart = [auth, ("Content-Type", "multipart/form-data; boundary=x")];
    let (status, both) = call(address, "/api/v1/imports", &multipart, form.as_bytes());
    assert_eq!(status, 200, "{both}");
    let both = lines(&both);
    assert_eq!((both.len(), &both[0]["accepted"], &both[1]["rejected"]), (2, &1.into(), &1.into()));
    assert_eq!(call(address, "/api/v1/imports", &[auth], b"").0, 400);
    assert_eq!(call(address, "/api/v1/imports?name=f.csv&creditor=OTRO", &[auth], b"x").0, 404);
    // Who may not import may not by a program either, and a key taken back opens nothing.
    let agent = format!("Bearer {}", new_key(&mut admin, "agent"));
    assert_eq!(call(address, path, &[("Authorization", &agent)], csv.as_bytes()).0, 403);
    let shown = admin.get("/importar/bandeja?por=api").text();
    assert!(
        shown.contains("f.csv") && shown.contains("b.bin") && shown.contains("no se pudo leer"),
        "{}",
        &shown[shown.len() / 2..]
    );
    let kept = admin.get("/importar/bandeja?por=api").link("/importar/archivo/");
    assert_eq!(admin.get(&kept).body, "\u{1}\u{2}\u{0}\u{0}".as_bytes());
    let keys = admin.get("/ajustes/programas");
    assert!(!keys.text().contains(bearer.trim_start_matches("Bearer ")), "a key is shown once");
    let text = keys.text();
    let revokes: Vec<String> = text
        .split("action=\"")
        .filter_map(|rest| rest.split('"').next())
        .filter(|action| action.ends_with("/revocar"))
        .map(str::to_owned)
        .collect();
    assert_eq!(revokes.len(), 2);
    for action in revokes {
        admin.submit("/ajustes/programas", &action, &[]);
    }
    assert_eq!(call(address, path, &[auth], csv.as_bytes()).0, 401);
}

#[test]
fn programs_upload_with_a_key_and_a_repetition_is_answered() {
    programs_upload_and_are_answered(&Books::sqlite());
    if let Some(books) = Books::postgres() {
        programs_upload_and_are_answered(&books);
    }
}

#[test]
fn everything_that_came_stands_on_one_page() {
    let books = Books::sqlite();
    let folder = books.folder("entrada");
    let program = books.serve_with(&["--inbox", folder.to_str().unwrap(), "--inbox-every", "1"]);
    std::fs::write(folder.join("dejado.csv"), invoice(7001)).unwrap();
    std::fs::create_dir_all(folder.join("NADIE")).unwrap();
    std::fs::write(folder.join("NADIE/perdido.csv"), invoice(7002)).unwrap();
    let mut browser = Browser::signed_in(&program.address, "supervisor");
    let sent = browser.upload(&[("subido.csv", invoice(7003).as_bytes())]);
    browser.imported(sent.header("location").unwrap());
    for _ in 0..600 {
        if lying_in(&folder.join("hecho")).len() + lying_in(&folder.join("con-problemas")).len()
            == 2
        {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let page = browser.get("/importar/bandeja").text();
    for wanted in [
        "dejado.csv",
        "perdido.csv",
        "subido.csv",
        "documentos.csv",
        "Carpeta",
        "Subido",
        "Consola",
        "no es el código de ningún acreedor",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    let only = browser.get("/importar/bandeja?por=folder").text();
    assert!(only.contains("dejado.csv") && !only.contains("subido.csv"));
}
