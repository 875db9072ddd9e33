//! XML made to hurt: refused with a message, without a deep stack. How fast is measured by the
//! bench `xml_files`; here a reader that does not end would keep the test from ending.

use puntual_formats::read::{ReadOptions, read};
use puntual_formats::record::Status;

/// Reads in a thread with the small stack of a worker, and returns the codes of the problems.
fn codes(bytes: Vec<u8>) -> Vec<&'static str> {
    let reading = move || {
        let file = read("x.xml", &bytes, &ReadOptions::default());
        assert_eq!(file.status, Status::Reject);
        file.problems.iter().map(|problem| problem.code).collect()
    };
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(reading);
    thread.expect("thread").join().expect("no panic")
}

#[test]
fn nesting() {
    let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    assert_eq!(codes(deep.into_bytes()), ["hostile_xml"]);
    assert_eq!(codes("<a>".repeat(5_000_000).into_bytes()), ["hostile_xml"]);
}

#[test]
fn entities() {
    let laughs: String =
        (1..20).map(|n| format!("<!ENTITY l{n} \"&l{};&l{};\">", n - 1, n - 1)).collect();
    let text = format!("<?xml version='1.0'?><!DOCTYPE l [<!ENTITY l0 'ha'>{laughs}]><l>&l19;</l>");
    assert_eq!(codes(text.into_bytes()), ["dtd_refused"]);
    let hidden = "<!-- x --><?p?><!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>";
    assert_eq!(codes(hidden.as_bytes().to_vec()), ["dtd_refused"]);
}

#[test]
fn size_and_width() {
    let big = format!("<a>{}</a>", " ".repeat(20_000_001));
    assert_eq!(codes(big.into_bytes()), ["too_large"]);
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
    assert_eq!(codes(format!("<a{attributes}/>").into_bytes()), ["hostile_xml"]);
    let elements = "<b/>".repeat(4_900_000);
    assert_eq!(codes(format!("<a>{elements}</a>").into_bytes()), ["hostile_xml"]);
    let namespaces: String = (0..120).map(|n| format!(" xmlns:n{n}='u{n}'")).collect();
    let children = "<b xmlns:z='z'/>".repeat(500_000);
    assert_eq!(codes(format!("<a{namespaces}>{children}</a>").into_bytes()), ["hostile_xml"]);
}

#[test]
fn crowds_of_empty_documents() {
    let many = |what: &str| format!("<SetDTE>{}</SetDTE>", what.repeat(100_000));
    assert_eq!(codes(many("<DTE/>").into_bytes()), ["hostile_xml"]);
    assert_eq!(codes(many("<Comprobante/>").into_bytes()), ["hostile_xml"]);
}

#[test]
fn garbage_with_brackets() {
    assert_eq!(codes("<".repeat(1_000_000).into_bytes()), ["truncated_file"]);
    assert_eq!(codes("<a b=\"".repeat(100_000).into_bytes()), ["truncated_file"]);
    assert_eq!(codes("<a><!--".repeat(100_000).into_bytes()), ["truncated_file"]);
}
