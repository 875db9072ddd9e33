//! A throw-away PostgreSQL for tests, so that every conformance test meets both engines.
//!
//! [`postgres_url`] answers a fresh, empty database on each call. The first call of a process
//! makes a cluster in a temporary directory: reachable through a Unix socket only, without
//! durability, sorting text by a language as real installations do. A keeper process owns the
//! server; it stops the server and removes the directory when this process is gone, however it
//! went. This module knows nothing of the schema: migrating the database is the caller's part.
//!
//! Where no PostgreSQL ≥ 15 is installed the caller is told `None` and the test says loudly that
//! it was skipped; with `PUNTUAL_REQUIRE_ALL` set, as continuous integration does, it fails.
#![allow(clippy::panic, reason = "a test that cannot have its database has to fail at once")]
#![allow(clippy::disallowed_methods, reason = "test support reads the environment and waits")]

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// The oldest major version the project supports.
const OLDEST_MAJOR: u32 = 15;
/// How often the start of the server is looked at, and how long in between.
const START_LOOKS: u32 = 600;
const START_PAUSE: Duration = Duration::from_millis(50);

/// What the keeper does: make the cluster, serve it, and clear all away when its standard input
/// ends, which the operating system sees to when the test process dies. `$1` is the directory of
/// PostgreSQL's programs, `$2` the temporary directory. The signal is repeated because a server
/// that has only just been started does not hear the first one.
const KEEPER: &str = r#"
trap '' INT TERM HUP
"$1/initdb" -D "$2/cluster" -U postgres -A trust --no-sync -E UTF8 --locale=C \
    --locale-provider=icu --icu-locale=es >"$2/log" 2>&1 || exit 1
"$1/postgres" -D "$2/cluster" -c listen_addresses= -c unix_socket_directories="$2" \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c max_connections=200 -c timezone=UTC >>"$2/log" 2>&1 &
server=$!
read -r _
while kill -QUIT "$server" 2>/dev/null; do sleep 0.1; done &
wait "$server"
rm -rf "$2"
"#;

/// A running server. The keeper's standard input stays open as long as this value lives, which in
/// a static is until the process ends.
struct Cluster {
    socket_dir: PathBuf,
    keeper: Child,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static DATABASES_MADE: AtomicU32 = AtomicU32::new(0);

/// The address of a fresh, empty PostgreSQL database, or `None` where PostgreSQL is not installed.
///
/// # Panics
/// When PostgreSQL is installed but does not start, or when it is missing and the environment
/// variable `PUNTUAL_REQUIRE_ALL` is set.
#[must_use]
pub fn postgres_url() -> Option<String> {
    let cluster = CLUSTER.get_or_init(start).as_ref();
    let Some(cluster) = cluster else {
        missing(&format!("PostgreSQL {OLDEST_MAJOR} or newer"));
        return None;
    };
    let name = format!("t{}", DATABASES_MADE.fetch_add(1, Ordering::Relaxed));
    let made = cluster
        .connect("postgres")
        .and_then(|mut client| client.batch_execute(&format!("CREATE DATABASE {name}")));
    if let Err(error) = made {
        panic!("the test database {name} could not be made: {error}");
    }
    Some(cluster.url(&name))
}

/// Says that the test running now checks nothing because `requirement` is not installed. Written
/// to the stream itself, because the test runner swallows what the print macros of a passing test
/// say.
///
/// # Panics
/// When the environment variable `PUNTUAL_REQUIRE_ALL` is set.
pub fn missing(requirement: &str) {
    if std::env::var_os("PUNTUAL_REQUIRE_ALL").is_some() {
        panic!("PUNTUAL_REQUIRE_ALL is set, and {requirement} is not installed");
    }
    let current = thread::current();
    let test = current.name().unwrap_or("a test");
    _ = writeln!(io::stderr(), "SKIPPED: {test}: {requirement} is not installed");
}

fn start() -> Option<Cluster> {
    let programs = find_programs()?;
    match Cluster::start(&programs) {
        Ok(cluster) => Some(cluster),
        Err(error) => panic!("PostgreSQL in {} did not start: {error}", programs.display()),
    }
}

/// The directory with `initdb` and `postgres` of the newest supported version: one of the search
/// path, or one where Debian, Red Hat or Homebrew put them.
fn find_programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for parent in ["/usr/lib/postgresql", "/opt/homebrew/opt"] {
        let Ok(entries) = std::fs::read_dir(parent) else { continue };
        places.extend(entries.flatten().map(|entry| entry.path().join("bin")));
    }
    places.extend(std::fs::read_dir("/usr").into_iter().flatten().flatten().filter_map(|entry| {
        entry.file_name().to_str()?.starts_with("pgsql-").then(|| entry.path().join("bin"))
    }));
    places
        .into_iter()
        .filter(|place| place.join("initdb").is_file())
        .filter_map(|place| Some((major_version(&place.join("postgres"))?, place)))
        .filter(|(major, _)| *major >= OLDEST_MAJOR)
        .max_by_key(|(major, _)| *major)
        .map(|(_, place)| place)
}

/// 15 of `postgres (PostgreSQL) 15.18 (Debian …)`.
fn major_version(postgres: &Path) -> Option<u32> {
    let said = Command::new(postgres).arg("--version").output().ok()?.stdout;
    let said = String::from_utf8(said).ok()?;
    let version = said.split_whitespace().nth(2)?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

impl Cluster {
    fn start(programs: &Path) -> io::Result<Self> {
        let socket_dir = new_directory()?;
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(KEEPER).arg("keeper").arg(programs).arg(&socket_dir);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Out of reach of the signals a terminal or a test runner sends to our whole group.
        command.process_group(0).current_dir(&socket_dir);
        if std::fs::metadata(&socket_dir)?.uid() == 0 {
            let (uid, gid) = unprivileged_user()?;
            chown(&socket_dir, Some(uid), Some(gid))?;
            command.uid(uid).gid(gid);
        }
        let cluster = Self { keeper: command.spawn()?, socket_dir };
        cluster.wait_until_ready()
    }

    fn wait_until_ready(mut self) -> io::Result<Self> {
        for _ in 0..START_LOOKS {
            if self.connect("postgres").is_ok() {
                return Ok(self);
            }
            if self.keeper.try_wait()?.is_some() {
                break;
            }
            thread::sleep(START_PAUSE);
        }
        let log = std::fs::read_to_string(self.socket_dir.join("log")).unwrap_or_default();
        Err(io::Error::other(log))
    }

    fn connect(&self, database: &str) -> Result<postgres::Client, postgres::Error> {
        postgres::Client::connect(&self.url(database), postgres::NoTls)
    }

    /// The socket's directory stands percent-encoded where other addresses have the host.
    fn url(&self, database: &str) -> String {
        let mut host = String::new();
        for byte in self.socket_dir.as_os_str().as_encoded_bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => host.push(char::from(*byte)),
                other => _ = write!(host, "%{other:02X}"),
            }
        }
        format!("postgres://postgres@{host}/{database}")
    }
}

/// A new directory with a short path: a Unix socket's path may not exceed 107 bytes.
fn new_directory() -> io::Result<PathBuf> {
    let pid = std::process::id();
    let mut turn = 0_u32;
    loop {
        let candidate = std::env::temp_dir().join(format!("puntual-pg-{pid}-{turn}"));
        match std::fs::create_dir(&candidate) {
            Ok(()) => return Ok(candidate),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => turn += 1,
            Err(error) => return Err(error),
        }
    }
}

/// PostgreSQL refuses to run as root, so root lends it another user: (user id, group id).
fn unprivileged_user() -> io::Result<(u32, u32)> {
    let accounts = std::fs::read_to_string("/etc/passwd")?;
    let find = |wanted: &str| {
        accounts.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next()? != wanted {
                return None;
            }
            Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .ok_or_else(|| io::Error::other("neither user `postgres` nor `nobody` exists"))
}

/// A storage made for one test; what a file left behind goes with it.
#[derive(Debug)]
pub struct Place {
    /// Its address.
    pub url: String,
    file: Option<PathBuf>,
}

impl Place {
    /// A fresh SQLite file.
    #[must_use]
    pub fn sqlite() -> Place {
        static FILES_MADE: AtomicU32 = AtomicU32::new(0);
        let number = FILES_MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("puntual-place-{}-{number}.db", std::process::id());
        let place = Place::at(&std::env::temp_dir().join(name));
        place.remove();
        place
    }

    /// A fresh PostgreSQL database, where PostgreSQL is installed.
    #[must_use]
    pub fn postgres() -> Option<Place> {
        Some(Place { url: postgres_url()?, file: None })
    }

    fn at(file: &Path) -> Place {
        Place { url: format!("sqlite:{}", file.display()), file: Some(file.to_owned()) }
    }

    fn remove(&self) {
        let Some(file) = &self.file else { return };
        for end in ["", "-wal", "-shm"] {
            _ = std::fs::remove_file(format!("{}{end}", file.display()));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Runs each test on a fresh SQLite file and on a fresh PostgreSQL database:
/// `on_both_engines! { fn adds_up(place) { … } }` makes the tests `adds_up::sqlite` and
/// `adds_up::postgres`; `place` is a [`Place`](crate::testing::Place).
#[macro_export]
macro_rules! on_both_engines {
    ($(fn $name:ident($place:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a test may need nothing of its file")]
            use super::*;

            fn holds($place: &$crate::testing::Place) $body

            #[test]
            fn sqlite() {
                holds(&$crate::testing::Place::sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(place) = $crate::testing::Place::postgres() {
                    holds(&place);
                }
            }
        }
    )*};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_answers_another_empty_database() {
        let (Some(first), Some(second)) = (postgres_url(), postgres_url()) else { return };
        assert_ne!(first, second);
        let mut client = postgres::Client::connect(&first, postgres::NoTls).expect("connects");
        client.batch_execute("CREATE TABLE t (n BIGINT)").expect("first is writable");
        let mut other = postgres::Client::connect(&second, postgres::NoTls).expect("connects");
        let tables: i64 = other
            .query_one("SELECT COUNT(*) FROM pg_tables WHERE tablename = 't'", &[])
            .expect("second answers")
            .get(0);
        assert_eq!(tables, 0);
    }
}
