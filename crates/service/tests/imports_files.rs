//! Imports of files, on both engines: tables, folders and zips; the same file twice; what waits for
//! a person and is accepted; what files say of documents that came before.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/engines.rs"]
mod engines;

use engines::*;
use puntual_formats::record::*;
use puntual_service::imports::{self, Decided, Decision, Input, Options, Recorded, Refusal};
use puntual_store::on_both_engines;
use std::path::PathBuf;

const INVOICES: &str = "doc,type,customer,issue_date,due_date,currency,amount\n\
    F1,INV,A,2026-01-05,2026-02-04,CLP,1000\n\
    F2,INV,B,2026-02-05,2026-03-07,CLP,2000\n\
    F3,INV,B,2026-02-05,,CLP,-\n\
    F4,INV,C,2026-02-05,2026-03-07,CLP,500\n";
const PAYMENTS: &str = "payment,customer,date,currency,amount\nP1,A,2026-02-10,CLP,400\n";
const ALLOCATIONS: &str = "date,doc,amount,kind,source\n2026-02-10,F1,400,PAY,P1\n";

const FILES: [(&str, &str); 3] =
    [("allocations.csv", ALLOCATIONS), ("invoices.csv", INVOICES), ("payments.csv", PAYMENTS)];

/// A folder the benchmark's generator has written, when the environment names one.
#[allow(clippy::disallowed_methods, reason = "the test is told where its input is")]
fn generated_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("PUNTUAL_BENCH_DIR").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED: PUNTUAL_BENCH_DIR names no generated portfolio");
    }
    folder
}

fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("puntual-{name}-{}", std::process::id()));
    _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(path.join("dentro")).unwrap();
    path
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// A zip of files stored without compression.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = out.len() as u32;
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x5a];
        common.extend(crc32(content).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(*content);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, size, count) = (out.len() as u32, directory.len() as u32, files.len() as u16);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend([size.to_le_bytes(), start.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

const OPEN: &str = "CLP 0 | 2500 | 600 | 0 | 0 | 0 | u 0 | b 3100";

on_both_engines! {
    fn a_folder_is_walked_and_its_files_in_any_order_count_once(place) {
        let books = Books::chile(place);
        let path = folder(if place.url.starts_with("sqlite") { "carpeta-s" } else { "carpeta-p" });
        for (at, (name, text)) in FILES.iter().enumerate() {
            let inside = if at == 0 { path.join("dentro") } else { path.clone() };
            std::fs::write(inside.join(name), text).unwrap();
        }
        let (batch, reports) = books.import_as(vec![Input::Path(path.clone())], &Options::default());
        let c = batch.counts;
        assert_eq!((reports.len(), c.read, c.accepted), (3, 6, 5), "{c:?} {reports:#?}");
        assert_eq!(c.quarantined + c.rejected, 1);
        assert_eq!(books.totals("2026-03-15"), OPEN);
        let before = books.ledger_seq();
        let (again, _) = books.import_as(vec![Input::Path(path.clone())], &Options::default());
        assert_eq!((again.counts.accepted, again.counts.duplicates, books.ledger_seq()), (0, 5, before), "{:?}", again.counts);
        books.prove();
        _ = std::fs::remove_dir_all(path);
    }

    fn a_generated_portfolio_ends_the_same_in_the_other_order(place) {
        let Some(from) = generated_folder() else { return };
        let names = ["customers", "fx", "invoices", "payments", "allocations", "disputes", "promises"];
        let files: Vec<PathBuf> = names.iter().map(|name| from.join(format!("{name}.csv"))).collect();
        let options = Options { recorded: Recorded::Effective, ..Options::default() };
        let books = Books::chile(place);
        let inputs: Vec<Input> = files.iter().cloned().map(Input::Path).collect();
        books.import_as(inputs.clone(), &options);
        books.prove();
        let (before, days) = (books.ledger_seq(), ["2025-12-31", "2026-06-30"]);
        let (again, _) = books.import_as(inputs, &options);
        assert_eq!((again.counts.accepted, books.ledger_seq()), (0, before), "{:?}", again.counts);
        let other = match place.url.starts_with("sqlite:") {
            true => puntual_store::testing::Place::sqlite(),
            false => puntual_store::testing::Place::postgres().unwrap(),
        };
        let turned = Books::chile(&other);
        // Disputes and promises are of documents that are there; the money may come in any order.
        let order = [0, 1, 4, 3, 2, 5, 6];
        for at in order {
            turned.import_as(vec![Input::Path(files[at].clone())], &options);
        }
        turned.prove();
        same(&turned.everything(&days), &books.everything(&days), "the money first");
    }

    fn a_zip_is_opened_and_the_same_zip_adds_nothing(place) {
        let books = Books::chile(place);
        let bytes: Vec<(&str, &[u8])> = FILES.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        let zipped = zip(&bytes);
        let (batch, _) = books.upload(&[("todo.zip", &zipped)]);
        assert_eq!((batch.counts.read, batch.counts.accepted), (6, 5), "{:?}", batch.counts);
        assert_eq!(books.totals("2026-03-15"), OPEN);
        let before = books.ledger_seq();
        let (again, _) = books.upload(&[("otro-nombre.zip", &zipped), ("invoices.csv", INVOICES.as_bytes())]);
        assert_eq!((again.counts.accepted, books.ledger_seq()), (0, before), "{:?}", again.counts);
        books.prove();
    }

    fn a_large_bank_statement_passes_as_a_stream_and_a_broken_one_leaves_nothing(place) {
        let books = Books::chile(place);
        let path = folder(if place.url.starts_with("sqlite") { "banco-s" } else { "banco-p" });
        let entry = |n: usize| format!(
            "<Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt>\
             <Dt>2026-04-10</Dt></BookgDt><AcctSvcrRef>{n}</AcctSvcrRef><AddtlNtryInf>{}\
             </AddtlNtryInf></Ntry>", "abono ".repeat(80)
        );
        let head = "<Document><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>ES9121000418450200051332\
                    </IBAN></Id></Acct>";
        let entries: String = (0..9_000).map(entry).collect();
        let whole = format!("{head}{entries}</Stmt></BkToCstmrStmt></Document>");
        std::fs::write(path.join("extracto.xml"), &whole).unwrap();
        std::fs::write(path.join("cortado.xml"), &whole[..whole.len() - 60]).unwrap();
        let (batch, mut reports) = books.import_as(vec![Input::Path(path.clone())], &Options::default());
        reports.sort_by(|one, other| one.name.cmp(&other.name));
        assert_eq!((batch.counts.read, batch.counts.rejected), (9_001, 1), "{:?}", batch.counts);
        assert_eq!(reports[0].problems[0].code, "truncated_file");
        assert_eq!((reports[0].status, reports[1].format.as_str()), (Status::Reject, "camt"));
        assert_eq!(reports[1].docs[0]["entries"], 9_000);
        assert_eq!(reports[1].docs[0]["sum_credit"], "9000");
        _ = std::fs::remove_dir_all(path);
    }

    fn one_file_that_is_nothing_does_not_stop_the_others(place) {
        let books = Books::chile(place);
        let bomb = b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>";
        let files: [(&str, &[u8]); 5] = [
            ("vacio.csv", b""), ("basura.bin", &[0, 159, 146, 150, 7, 8, 9]), ("bomba.xml", bomb),
            ("invoices.csv", INVOICES.as_bytes()), ("roto.zip", b"PK\x03\x04no es un zip"),
        ];
        let (batch, reports) = books.upload(&files);
        assert_eq!((reports.len(), batch.counts.accepted), (5, 3), "{:?}", batch.counts);
        let (missing, reports) = books.import_as(vec![Input::Path("/no/such/file.csv".into())], &Options::default());
        assert_eq!((reports.len(), missing.counts.accepted), (1, 0), "{:?}", missing.counts);
        books.prove();
    }

    fn a_claim_that_was_assigned_is_marked(place) {
        let books = Books::chile(place);
        books.load(vec![record(dte("33", invoice("7", "A", "2026-01-05", "2026-02-04", "1190")))]);
        let assigned = |folio: &str| Record::Event(Box::new(EventRecord {
            place: "Cesion 1".to_owned(),
            kind: EventKind::Assigned,
            type_code: Some("33".to_owned()),
            number: Some(folio.to_owned()),
            on: Some(day("2026-01-20")),
            assignment: Some(AssignmentRecord { assignee_name: Some("Factor SA".to_owned()), ..AssignmentRecord::default() }),
            ..EventRecord::default()
        }));
        let batch = books.load(vec![assigned("0007"), assigned("8")]);
        assert_eq!((batch.counts.accepted, batch.counts.quarantined), (2, 0));
        let again = books.load(vec![assigned("7")]);
        assert_eq!(again.counts.duplicates, 1);
        let marked = books.app.store.read(|tx| {
            let found = puntual_store::document::known(tx, books.ctx.scope(), ["dte:33:7"].into_iter())?;
            puntual_store::document::get(tx, books.ctx.scope(), found[0].id)
        }).unwrap().unwrap();
        assert_eq!(marked.assigned_to.as_deref(), Some("Factor SA"));
    }

    fn what_waits_is_accepted_from_the_file_that_was_kept(place) {
        let Some(sample) = shared("samples/dte/syn__envio_33_sin_forma_pago.xml") else { return };
        let content = std::fs::read(sample).unwrap();
        // The creditor is another company: the invoice is not ours until a person says so.
        for (at, name) in ["envio.xml", "envio.zip"].into_iter().enumerate() {
            let other = match place.url.starts_with("sqlite:") {
                true => puntual_store::testing::Place::sqlite(),
                false => puntual_store::testing::Place::postgres().unwrap(),
            };
            let books = Books::open(&other, "CL", puntual_core::currency::Currency::CLP, "96790240-3", "2026-11-21");
            let zipped = zip(&[("sobre.xml", content.as_slice())]);
            let bytes: &[u8] = if at == 0 { &content } else { &zipped };
            let (batch, _) = books.upload(&[(name, bytes)]);
            assert!(batch.counts.quarantined > 0, "{name}: {:?}", batch.counts);
            let waiting = imports::list_quarantine(&books.app, &books.ctx, 99).unwrap();
            assert_eq!(books.totals("2026-11-21"), "", "{name}");
            let first = (waiting[0].import, waiting[0].id);
            let decided = imports::decide(&books.app, &books.ctx, first, Decision::Accept).unwrap();
            assert_eq!(decided, Decided::Done);
            assert_ne!(books.totals("2026-11-21"), "", "{name}");
            let again = imports::decide(&books.app, &books.ctx, first, Decision::Accept);
            assert_eq!(again.unwrap(), Decided::Refused(Refusal::DecidedAlready));
            books.prove();
        }
    }

    fn what_cannot_enter_is_not_accepted_in_silence(place) {
        let books = Books::chile(place);
        let (batch, _) = books.upload(&[("invoices.csv", INVOICES.as_bytes())]);
        let waiting = imports::list_quarantine(&books.app, &books.ctx, 9).unwrap();
        for issue in waiting.iter().filter(|i| i.import == batch.id) {
            let decided = imports::decide(&books.app, &books.ctx, (issue.import, issue.id), Decision::Accept);
            assert!(matches!(decided, Ok(Decided::Refused(_))), "{issue:?} {decided:?}");
        }
        assert_eq!(imports::list_quarantine(&books.app, &books.ctx, 9).unwrap().len(), waiting.len());
    }
}
