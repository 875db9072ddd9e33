//! PDFs made to hurt: small files that claim to hold the same bytes again and again. A reader that
//! believes them copies gigabytes; ours sees each byte once.

use puntual_formats::read::{ReadOptions, read};
use puntual_formats::record::Status;

/// Objects with a catalogue that shows nothing, and a table written by the test.
fn with_objects(objects: &[u8], table: &str) -> Vec<u8> {
    let mut pdf = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n".to_vec();
    pdf.extend_from_slice(b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n");
    pdf.extend_from_slice(objects);
    let at = pdf.len();
    pdf.extend_from_slice(table.as_bytes());
    pdf.extend_from_slice(b"trailer\n<</Size 200000/Root 1 0 R>>\nstartxref\n");
    pdf.extend_from_slice(format!("{at}\n%%EOF\n").as_bytes());
    pdf
}

fn codes(pdf: &[u8]) -> Vec<&'static str> {
    let file = read("x.pdf", pdf, &ReadOptions::default());
    assert_eq!(file.status, Status::Reject);
    file.problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn streams_that_claim_their_neighbours() {
    let mut objects = Vec::new();
    for number in 3..4_000 {
        let length = 4_000_000 - number * 60;
        let object = format!("{number} 0 obj<</Length {length}>>stream\nx\nendstream endobj\n");
        objects.extend_from_slice(object.as_bytes());
    }
    assert_eq!(codes(&with_objects(&objects, "")), ["pdf_not_read"]);
}

#[test]
fn a_table_that_names_one_object_many_times() {
    let mut objects = b"3 0 obj\n[".to_vec();
    objects.extend(b"1 ".repeat(50_000));
    objects.extend_from_slice(b"]\nendobj\n");
    let entry = format!("{:010} 00000 n \n", 99);
    let table = format!("xref\n0 20000\n{}", entry.repeat(20_000));
    assert_eq!(codes(&with_objects(&objects, &table)), ["pdf_not_read"]);
}

#[test]
fn nesting() {
    for (open, close) in [("[", "]"), ("<<", ">>"), ("(", ")"), ("<</A", ">>")] {
        let deep = format!("3 0 obj\n{}{}\nendobj\n", open.repeat(20_000), close.repeat(20_000));
        assert_eq!(codes(&with_objects(deep.as_bytes(), "")), ["pdf_not_read"], "{open}");
    }
    let unclosed = (3..1_000).map(|n| format!("{n} 0 obj\n(\n")).collect::<String>();
    assert_eq!(codes(&with_objects(unclosed.as_bytes(), "")), ["pdf_not_read"]);
}

#[test]
fn references_in_a_circle() {
    let circle = b"3 0 obj\n4 0 R\nendobj\n4 0 obj\n3 0 R\nendobj\n";
    let pdf = with_objects(circle, "");
    let text = String::from_utf8_lossy(&pdf).replace("/Pages 2 0 R", "/Pages 2 0 R/Names 3 0 R");
    assert_eq!(codes(text.as_bytes()), ["pdf_not_read"]);
}

#[test]
fn keywords_without_objects() {
    assert_eq!(codes(&b"%PDF-1.7\n".repeat(10)), ["pdf_damaged"]);
    assert_eq!(codes(b"%PDF-1.7\nstream\nendstream\nstream\n"), ["pdf_damaged"]);
    let ends = [b"%PDF-1.7\n".as_slice(), &b"stream\n".repeat(100_000)].concat();
    assert_eq!(codes(&ends), ["pdf_damaged"]);
}
