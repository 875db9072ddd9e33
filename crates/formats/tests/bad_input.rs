//! Each way a file can be bad has a message of its own: what it is, and what to do about it, in
//! both languages. Statements that hurt are here too; XML that hurts is in `hostile`.

mod common;

use common::corpus;
use puntual_formats::read::{ReadFile, ReadOptions, read};
use puntual_formats::record::Status;
use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(corpus().join(name)).expect("corpus")
}

fn packed(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).expect("entry");
        zip.write_all(bytes).expect("bytes");
    }
    zip.finish().expect("zip").into_inner()
}

fn open(name: &str, bytes: &[u8]) -> ReadFile {
    read(name, bytes, &ReadOptions::default())
}

/// Bad files by the code their message must have.
fn bad_files() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let invoice = sample("cfdi/otro_prefijo_uuid_minusculas.xml");
    let named = "<?xml version='1.0' encoding='ISO-8859-1'?><Facturas><n>Núñez</n></Facturas>";
    let bare = b"<Facturas><n>N\xFA\xF1ez</n></Facturas>".to_vec();
    let broken = b"<Facturas><n>\xC3\xBA\xC3\xB1\xC3\xA1 \xC3</n></Facturas>".to_vec();
    let ofx = sample("ofx/coma_decimal.ofx");
    let statement = sample("mt940/reversos_rc_y_rd.sta");
    vec![
        ("truncated_file", "a.xml", invoice[..invoice.len() / 2].to_vec()),
        ("truncated_statement", "a.ofx", ofx[..ofx.len() / 2].to_vec()),
        ("missing_closing_balance", "a.sta", statement[..200].to_vec()),
        ("corrupt_zip", "a.zip", packed(&[("a.xml", &invoice)])[..100].to_vec()),
        ("encoding_repaired", "a.xml", named.as_bytes().to_vec()),
        ("encoding_assumed", "a.xml", bare),
        ("characters_damaged", "a.xml", broken),
        ("html_page", "a.xml", sample("hostile/sesion_vencida.xml")),
        ("html_page", "a.ofx", b"<html><body>Error 502</body></html>".to_vec()),
        ("zip_bomb", "a.zip", packed(&[("a.xml", &vec![b' '; 21_000_000])])),
        ("dtd_refused", "a.xml", sample("hostile/mil_millones_de_risas.xml")),
        ("hostile_xml", "a.xml", "<a>".repeat(10_000).into_bytes()),
        ("too_large", "a.xml", format!("<a>{}</a>", " ".repeat(20_000_000)).into_bytes()),
        ("binary_content", "a.sta", (0..=255_u8).rev().cycle().take(5_000).collect()),
        ("empty_file", "a.sta", Vec::new()),
        ("mixed_formats", "a.zip", packed(&[("a.xml", &invoice), ("b.sta", &statement)])),
    ]
}

#[test]
fn each_kind_of_bad_input_has_a_message_of_its_own() {
    let mut messages = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for (code, name, bytes) in bad_files() {
        let file = open(name, &bytes);
        let problems = file.all_problems();
        let found: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        let problem = problems.iter().find(|problem| problem.code == code);
        let problem = problem.unwrap_or_else(|| panic!("{name}: {found:?}, expected {code}"));
        for text in [&problem.es, &problem.en] {
            assert!(text.ends_with('.') && text.len() > 40, "{text}");
            messages.insert(text.clone());
        }
        assert_ne!(problem.es, problem.en);
        codes.insert(code);
    }
    assert_eq!(messages.len(), 2 * codes.len(), "two kinds say the same");
}

#[test]
fn two_formats_in_one_zip_are_both_read() {
    let zip = packed(&[
        ("cfdi.xml", &sample("cfdi/otro_prefijo_uuid_minusculas.xml")),
        ("banco.n43", &sample("n43/varias_cuentas.n43")),
        ("nota.txt", b"hola"),
    ]);
    let file = open("mezcla.zip", &zip);
    assert_eq!((file.status, file.counts().accepted), (Status::Warn, 3));
    let problem = file.all_problems()[0];
    assert!(problem.es.contains("(cfdi, n43)"), "{}", problem.es);
    let alike = packed(&[
        ("1.xml", &sample("dte/sin_firma.xml")),
        ("2.xml", &sample("dte/respuesta_acepta_y_rechaza.xml")),
    ]);
    let codes: Vec<_> = open("dte.zip", &alike).problems.iter().map(|p| p.code).collect();
    assert!(codes.is_empty(), "{codes:?}");
}

#[test]
fn statements_without_end_are_bounded() {
    let tags = format!("<OFX>{}", "<STMTRS>".repeat(300_001));
    let file = open("a.ofx", tags.as_bytes());
    assert_eq!(file.problems[0].code, "too_many_entries");
    assert!(file.records.is_empty());
    // Nesting, unclosed brackets and marks without end cost nothing.
    let nested = format!("<OFX>{}", "<STMTTRNRS><STATUS>".repeat(20_000));
    assert_eq!(open("a.ofx", nested.as_bytes()).status, Status::Reject);
    let brackets = format!("<OFX><STMTRS><STMTTRN><NAME>{}", "<".repeat(100_000));
    assert_eq!(open("a.ofx", brackets.as_bytes()).status, Status::Quarantine);
    let line = format!(":20:X\n:25:1\n:61:260101C5,NTRF\n:86:{}", "?20EREF+".repeat(50_000));
    assert_eq!(open("a.sta", line.as_bytes()).counts().read, 1);
    let wide =
        format!("{:<80}", "11210004180200051332260101260131200000000000000978").repeat(1_000);
    assert_eq!(open("a.n43", wide.as_bytes()).status, Status::Warn);
}
