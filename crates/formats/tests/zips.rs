//! Zips: good, nested, damaged and hostile.

mod common;

use common::corpus;
use puntual_formats::json::read_line;
use puntual_formats::read::{ReadFile, ReadOptions, read};
use puntual_formats::record::{Record, Status};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

fn packed(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).expect("entry");
        zip.write_all(bytes).expect("bytes");
    }
    zip.finish().expect("zip").into_inner()
}

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(corpus().join(name)).expect("corpus")
}

fn open(bytes: &[u8]) -> ReadFile {
    read("paquete.zip", bytes, &ReadOptions::default())
}

fn codes(file: &ReadFile) -> Vec<&'static str> {
    file.all_problems().iter().map(|problem| problem.code).collect()
}

#[test]
fn one_bad_member_does_not_stop_the_others() {
    let good = sample("cfdi/otro_prefijo_uuid_minusculas.xml");
    let cut = sample("hostile/cortado_a_la_mitad.xml");
    let zip = packed(&[
        ("a/factura.xml", &good),
        ("a/cortada.xml", &cut),
        ("leeme.txt", b"hola"),
        ("factura.pdf", b"%PDF-1.7"),
        ("__MACOSX/._factura.xml", b"\0\x05\x16\x07"),
        ("vacio", b""),
    ]);
    let file = open(&zip);
    assert_eq!(file.status, Status::Warn);
    let counts = file.counts();
    assert_eq!((counts.accepted, counts.rejected, counts.ignored), (1, 1, 4));
    let place = &file.all_problems()[0].place;
    assert!(place.starts_with("a/cortada.xml"), "{place}");
    let line = read_line(&file);
    assert_eq!(line["docs"].as_array().map(Vec::len), Some(6));
    assert_eq!(line["docs"][0]["docs"][0]["kind"], "invoice");
}

#[test]
fn zips_inside_zips_keep_their_paths() {
    let inner = packed(&[("x.xml", &sample("dte/documento_solo_sin_namespace.xml"))]);
    let outer = packed(&[("dentro.zip", &inner), ("y.xml", &sample("dte/sin_firma.xml"))]);
    let file = open(&outer);
    assert_eq!(file.leaves().len(), 2);
    assert_eq!(file.leaves()[0].name, "dentro.zip/x.xml");
    // The same folio in both: the later is a duplicate of the earlier, told by its path.
    let records: Vec<&Record> = file.all_records().collect();
    let Record::Document(later) = records[1] else { panic!("a document") };
    assert_eq!(later.duplicate_of.as_deref(), Some("dentro.zip/x.xml"));
    assert_eq!(file.counts().duplicates, 1);
}

#[test]
fn copies_that_disagree_wait_for_a_person() {
    let text = String::from_utf8(sample("cfdi/otro_prefijo_uuid_minusculas.xml")).expect("text");
    let other = text.replace("Total=\"116.00\"", "Total=\"116.01\"");
    let file = open(&packed(&[("1.xml", text.as_bytes()), ("2.xml", other.as_bytes())]));
    assert_eq!(file.status, Status::Quarantine);
    assert_eq!(file.counts().quarantined, 2);
    assert_eq!(codes(&file), ["conflicting_copies"; 2]);
}

#[test]
fn a_receipt_may_come_before_its_invoice() {
    let rep = sample("cfdi/rep_varios_pagos.xml");
    let invoice = sample("cfdi/syn__ingreso_ppd_condiciones_30_dias.xml");
    let file = open(&packed(&[("1_rep.xml", &rep), ("2_factura.xml", &invoice)]));
    assert_eq!(file.status, Status::Ok);
    assert_eq!(file.counts().accepted, 2);
}

#[test]
fn damaged_zips_are_told_plainly() {
    let zip = packed(&[("a.xml", &sample("cfdi/sin_namespace.xml"))]);
    assert_eq!(codes(&open(&zip[..zip.len() / 2])), ["corrupt_zip"]);
    assert_eq!(codes(&open(b"PK\x03\x04 and then nothing")), ["corrupt_zip"]);
    assert_eq!(codes(&open(&packed(&[]))), ["empty_zip"]);
    // Damage inside one member: its checksum disagrees.
    let mut hurt = zip.clone();
    hurt[60] ^= 0xFF;
    assert_eq!(open(&hurt).status, Status::Reject);
}

#[test]
fn bombs_are_refused_whole_and_soon() {
    let zeros = vec![b' '; 21_000_000];
    let one = packed(&[("a.xml", &zeros), ("b.xml", &sample("cfdi/sin_namespace.xml"))]);
    let file = open(&one);
    assert_eq!(codes(&file), ["zip_bomb"]);
    assert_eq!((file.status, file.counts().read), (Status::Reject, 1));
    // One whose first part is no bomb yet.
    let mut late: Vec<u8> = Vec::new();
    let mut seed = 1_u32;
    while late.len() < 200_000 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        late.push((seed >> 24) as u8);
    }
    late.resize(60_000_000, b' ');
    assert_eq!(codes(&open(&packed(&[("a.xml", &late)]))), ["zip_bomb"]);
    // Many members, each within its own limit.
    let member = vec![b' '; 1_000_000];
    let names: Vec<String> = (0..45).map(|n| format!("{n}.xml")).collect();
    let entries: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), member.as_slice())).collect();
    let many = packed(&entries);
    assert_eq!(codes(&open(&many)), ["zip_bomb"]);
    // The same growth hidden one level down.
    assert_eq!(codes(&open(&packed(&[("dentro.zip", &many)]))), ["zip_bomb"]);
}

#[test]
fn depth_and_count_are_limited() {
    let mut zip = packed(&[("a.xml", &sample("cfdi/sin_namespace.xml"))]);
    for _ in 0..3 {
        zip = packed(&[("x.zip", &zip)]);
    }
    assert_eq!(codes(&open(&zip)), ["zip_too_deep"]);
    let names: Vec<String> = (0..10_001).map(|n| format!("{n}.xml")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(codes(&open(&packed(&entries))), ["too_many_members"]);
}

#[test]
fn creditors_tell_sales_from_purchases() {
    let options =
        |id: &str| ReadOptions { creditor_tax_ids: vec![id.to_owned()], ..ReadOptions::default() };
    let status = |name: &str, id: &str| read(name, &sample(name), &options(id)).status;
    let factura = "dte/documento_solo_sin_namespace.xml";
    assert_eq!(status(factura, "77.777.777-7"), Status::Ok);
    assert_eq!(status(factura, "88888888-8"), Status::Ignore);
    assert_eq!(status(factura, "60803000-K"), Status::Quarantine);
    let compra = "dte/factura_de_compra_46_iva_retenido.xml";
    assert_eq!(status(compra, "88888888-8"), Status::Ok);
    assert_eq!(status(compra, "77777777-7"), Status::Ignore);
    let rep = "cfdi/rep_varios_pagos.xml";
    assert_eq!(status(rep, "eku9003173c9"), Status::Ok);
    assert_eq!(status(rep, "URE180429TM6"), Status::Ignore);
    assert_eq!(status("cfdi/nomina_n.xml", "XAXX010101000"), Status::Ignore);
}
