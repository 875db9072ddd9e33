//! An import that is killed, again and again, and then run to its end leaves the books of one that
//! was never disturbed. The import runs in a process of its own: this test program, started anew
//! with the address of the storage.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(
    clippy::disallowed_methods,
    reason = "the test measures how long an import takes and tells its child what to do"
)]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_core::access::Role;
use puntual_service::App;
use puntual_service::clock::Clock;
use puntual_service::creditors;
use puntual_service::ctx::Ctx;
use puntual_service::imports::{self, Input, Options, Recorded, Silent};
use puntual_store::on_both_engines;
use puntual_store::testing::Place;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const STORAGE: &str = "PUNTUAL_TEST_IMPORT_INTO";
const FOLDER: &str = "PUNTUAL_TEST_IMPORT_FROM";
const DAYS: [&str; 3] = ["2026-02-28", "2026-06-30", "2026-11-21"];

/// 20 000 rows: invoices, payments of two thirds of them, and what the payments settled.
fn write_files(folder: &Path) {
    let mut invoices = "doc,type,customer,issue_date,due_date,currency,amount\n".to_owned();
    let mut payments = "payment,customer,date,currency,amount\n".to_owned();
    let mut allocations = "date,doc,amount,kind,source\n".to_owned();
    let start = day("2026-01-01");
    for n in 0..8_600 {
        let (issued, amount, customer) = (start + n % 250, 1_000 + n % 700, n % 90);
        let due = issued + 30;
        _ = writeln!(invoices, "F{n},INV,K{customer},{issued},{due},CLP,{amount}");
        if n % 3 > 0 {
            let (on, part) = (due + n % 40 - 10, amount - n % 2 * 300);
            _ = writeln!(payments, "P{n},K{customer},{on},CLP,{amount}");
            _ = writeln!(allocations, "{on},F{n},{part},PAY,P{n}");
        }
    }
    std::fs::write(folder.join("invoices.csv"), invoices).unwrap();
    std::fs::write(folder.join("payments.csv"), payments).unwrap();
    std::fs::write(folder.join("allocations.csv"), allocations).unwrap();
}

fn start_import(place: &Place, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_import_in_a_process_of_its_own", "--ignored"])
        .env(STORAGE, &place.url)
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "started by the test below, which kills it"]
fn the_import_in_a_process_of_its_own() {
    let (Ok(url), Ok(folder)) = (std::env::var(STORAGE), std::env::var(FOLDER)) else { return };
    let app = App::open(&url, Clock::System, 2).unwrap();
    let creditor = creditors::choose(&app, None).unwrap();
    let ctx = Ctx::new(&app, creditor, "child", Role::Admin);
    let options = Options { recorded: Recorded::Effective, ..Options::default() };
    let inputs = vec![Input::Path(PathBuf::from(folder))];
    imports::import(&app, &ctx, inputs, &options, &mut Silent).unwrap();
}

on_both_engines! {
    fn killed_anywhere_and_run_again_it_ends_the_same(place) {
        let is_file = place.url.starts_with("sqlite:");
        let name = format!("puntual-kill-{is_file}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        write_files(&folder);
        let undisturbed = if is_file { Place::sqlite() } else { Place::postgres().unwrap() };
        let expected = Books::chile(&undisturbed);
        let began = Instant::now();
        assert!(start_import(&undisturbed, &folder).wait().unwrap().success());
        let takes = began.elapsed();
        let books = Books::chile(place);
        // Spread over the run, a little different every time the test runs.
        let jitter = Duration::from_nanos(u64::from(began.elapsed().subsec_nanos()) % 40_000_000);
        for part in [30, 45, 60, 75, 90] {
            let mut child = start_import(place, &folder);
            std::thread::sleep(takes * part / 100 + jitter);
            child.kill().unwrap();
            child.wait().unwrap();
            books.prove();
        }
        assert!(start_import(place, &folder).wait().unwrap().success());
        books.prove();
        same(&books.everything(&DAYS), &expected.everything(&DAYS), "after five kills");
        assert_eq!(books.ledger_seq(), expected.ledger_seq());
        _ = std::fs::remove_dir_all(folder);
    }
}
