//! The program as people meet it: started as a process on a real storage, asked over HTTP.
//!
//! Each command gets its own instant, seconds apart, so that a run can be repeated and no two
//! commands make the same id.
#![allow(dead_code, reason = "each test file needs some of these")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

pub mod browser;
pub mod webdriver;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The password of every test user.
pub const PASSWORD: &str = "una frase bastante larga";

/// The day of the tests.
pub const TODAY: &str = "2026-06-30";

/// Documents of three customers: one pays late, one owes in two currencies, one owes nothing.
pub const DOCUMENTS: &str = "\
customer_id,customer_name,doc_type,doc_number,issue_date,due_date,currency,amount,cleared_date,terms,disputed
C1,Ferretería San Crispín Ltda.,invoice,1001,2026-03-02,2026-04-01,CLP,1190000,,NET30,
C1,Ferretería San Crispín Ltda.,invoice,1002,2026-04-13,2026-05-13,CLP,595000,,NET30,
C1,Ferretería San Crispín Ltda.,invoice,1003,2026-06-15,2026-07-15,CLP,238000,,NET30,
C2,Transportes Aguilucho SA,invoice,1004,2026-05-04,2026-06-03,CLP,357000,,NET30,
C2,Transportes Aguilucho SA,invoice,1005,2026-05-20,2026-06-19,USD,1250.50,,NET30,
C3,Alimentos La Espiga,invoice,1006,2026-02-02,2026-03-04,CLP,99000,2026-03-01,NET30,
";

/// The documents of the first customer again, each with another amount.
pub const CONTRADICTIONS: &str = "\
customer_id,customer_name,doc_type,doc_number,issue_date,due_date,currency,amount
C1,Ferretería San Crispín Ltda.,invoice,1001,2026-03-02,2026-04-01,CLP,1290000
C1,Ferretería San Crispín Ltda.,invoice,1002,2026-04-13,2026-05-13,CLP,600000
C1,Ferretería San Crispín Ltda.,invoice,1003,2026-06-15,2026-07-15,CLP,240000
";

static STORAGES: AtomicU32 = AtomicU32::new(0);

/// A storage with a creditor, four users and the documents above.
pub struct Books {
    /// Its address.
    pub url: String,
    folder: PathBuf,
    seconds: std::cell::Cell<u32>,
}

impl Drop for Books {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Books {
    /// On SQLite.
    pub fn sqlite() -> Books {
        let folder = new_folder();
        let url = format!("sqlite:{}", folder.join("books.db").display());
        Books::fill(url, folder)
    }

    /// On PostgreSQL, where it is installed.
    pub fn postgres() -> Option<Books> {
        Some(Books::fill(puntual_store::testing::postgres_url()?, new_folder()))
    }

    fn fill(url: String, folder: PathBuf) -> Books {
        let books = Books { url, folder, seconds: std::cell::Cell::new(0) };
        books.run(&[
            "init",
            "--code",
            "NANDU",
            "--name",
            "Comercial Ñandú Ltda.",
            "--tax-id",
            "77.777.777-7",
            "--country",
            "CL",
            "--currency",
            "CLP",
        ]);
        for role in ["admin", "supervisor", "agent", "viewer"] {
            let email = format!("{role}@nandu.example");
            books.run_with(&["user", "add", &email, "--name", role, "--role", role], PASSWORD);
        }
        let path = books.file("documentos.csv", DOCUMENTS.as_bytes());
        books.run(&["import", "--recorded", "effective", &path.to_string_lossy()]);
        books
    }

    /// A file to hand to the program.
    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn now(&self) -> String {
        let second = self.seconds.get();
        self.seconds.set(second + 1);
        format!("{TODAY}T15:{:02}:{:02}Z", second / 60, second % 60)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_puntual"));
        command.args(["--db", &self.url, "--now", &self.now()]);
        command
    }

    /// Runs a command, which has to succeed.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.run_with(arguments, "")
    }

    /// Runs a command, which has to be refused: its exit status and what it said.
    pub fn refused(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.command().args(arguments).output().unwrap();
        assert!(!output.status.success(), "puntual {arguments:?} was not refused");
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> String {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "puntual {arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A folder to hand to the program.
    pub fn folder(&self, name: &str) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    /// Serves these books.
    pub fn serve(&self) -> Program {
        self.serve_with(&[])
    }

    /// Serves these books with more options.
    pub fn serve_with(&self, options: &[&str]) -> Program {
        let mut child = self
            .command()
            .args(["serve", "--listen", "127.0.0.1:0", "--no-worker"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("http://") {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the program ended at once");
        }
        let rest = line.split("http://").nth(1).unwrap();
        let address = rest.split_whitespace().next().unwrap().to_owned();
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || {
            let _ = lines.read_to_end(&mut Vec::new());
        });
        Program { address, child }
    }
}

/// Runs a story on SQLite and, where it is installed, on PostgreSQL.
pub fn on_both_engines(story: impl Fn(&Books)) {
    story(&Books::sqlite());
    if let Some(books) = Books::postgres() {
        story(&books);
    }
}

fn new_folder() -> PathBuf {
    let number = STORAGES.fetch_add(1, Ordering::Relaxed);
    let folder =
        std::env::temp_dir().join(format!("puntual-web-test-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The program, serving.
pub struct Program {
    /// `127.0.0.1:port`.
    pub address: String,
    child: Child,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a file is there, for what needs something installed.
pub fn is_installed(path: &str) -> bool {
    Path::new(path).exists()
}
