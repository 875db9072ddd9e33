//! What kind of content a file has, from its first bytes. The name only breaks ties: people
//! rename files, and portals serve error pages under any name.

use crate::bank::{mt940, norma43, ofx};
use crate::invoice::sat_metadata;
use crate::{decode, table};

/// How many bytes are looked at.
pub const HEAD_BYTES: usize = 16_384;

/// How many bytes of a web page: styles stand before its tables.
const PAGE_BYTES: usize = 262_144;

/// What the bytes seem to be, before any of them is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing, or only blanks.
    Empty,
    /// A zip that is not a spreadsheet.
    Zip,
    /// XML, well formed or not.
    Xml,
    /// CSV, text columns, XLSX, XLS, ODS.
    Table,
    /// The SAT's listing of CFDI.
    SatListing,
    /// MT940 or MT942.
    Mt940,
    /// Norma 43.
    Norma43,
    /// OFX or QFX.
    Ofx,
    /// Named as a bank statement, and no text of any.
    NoStatement,
    /// A web page.
    HtmlPage,
    /// A PDF.
    Pdf,
    /// An archive of a kind not read; its usual name.
    OtherArchive(&'static str),
    /// Named .xml, and not XML.
    NotXml,
    /// Bytes that are not text.
    Binary,
    /// Text that is neither XML nor a table.
    Unknown,
}

/// Looks at the bytes, then at the name.
pub fn content(name: &str, bytes: &[u8]) -> Content {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let visible = skip_blanks(head);
    if visible.is_empty() && skip_blanks(bytes).is_empty() {
        return Content::Empty;
    }
    if let Some(known) = by_signature(bytes, head, visible) {
        return known;
    }
    let text = decode::text(head, None).text;
    if ofx::is_ofx(&text) {
        return Content::Ofx;
    }
    if starts_markup(visible, head) {
        return markup(name, bytes, visible);
    }
    if sat_metadata::is_listing(visible) {
        return Content::SatListing;
    }
    if mt940::is_mt940(&text) {
        return Content::Mt940;
    }
    if norma43::is_norma43(&text) {
        return Content::Norma43;
    }
    if table::is_table(name, head) {
        return Content::Table;
    }
    if looks_binary(head) {
        return Content::Binary;
    }
    if has_extension(name, &["xml", "xsig"]) {
        return Content::NotXml;
    }
    match has_extension(name, &STATEMENT_EXTENSIONS) {
        true => Content::NoStatement,
        false => Content::Unknown,
    }
}

/// What banks name statements in text form.
pub const STATEMENT_EXTENSIONS: [&str; 10] =
    ["sta", "mt940", "940", "mt942", "942", "n43", "q43", "aeb43", "ofx", "qfx"];

fn by_signature(bytes: &[u8], head: &[u8], visible: &[u8]) -> Option<Content> {
    match head {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(match is_spreadsheet_zip(bytes) {
            true => Content::Table,
            false => Content::Zip,
        }),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some(Content::Table),
        _ if visible.starts_with(b"%PDF-") => Some(Content::Pdf),
        [0x1F, 0x8B, ..] => Some(Content::OtherArchive("gzip")),
        [b'R', b'a', b'r', b'!', ..] => Some(Content::OtherArchive("RAR")),
        [b'7', b'z', 0xBC, 0xAF, ..] => Some(Content::OtherArchive("7z")),
        _ => None,
    }
}

/// The blanks and marks that may stand before the content are not the content.
fn skip_blanks(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    loop {
        match rest {
            [0xEF, 0xBB, 0xBF, next @ ..] => rest = next,
            [0xC3, 0xAF, 0xC2, 0xBB, 0xC2, 0xBF, next @ ..] => rest = next,
            [b' ' | b'\t' | b'\r' | b'\n' | 0x0B | 0x0C | 0, next @ ..] => rest = next,
            _ => return rest,
        }
    }
}

fn starts_markup(visible: &[u8], head: &[u8]) -> bool {
    let wide = matches!(head, [0xFF, 0xFE, b'<', 0, ..] | [0xFE, 0xFF, 0, b'<', ..]);
    wide || visible.first() == Some(&b'<')
}

/// XML or a web page. A web page that is a bank's or an ERP's ".xls" is a table.
fn markup(name: &str, bytes: &[u8], visible: &[u8]) -> Content {
    let start = String::from_utf8_lossy(&visible[..visible.len().min(2_048)]).to_ascii_lowercase();
    let start = without_comments(&start);
    let html = start.starts_with("<!doctype html")
        || [
            "<html", "<head", "<body", "<table", "<meta", "<div", "<p>", "<script", "<center",
            "<style", "<title", "<form", "<span", "<font", "<br", "<h1", "<h2", "<h3",
        ]
        .iter()
        .any(|tag| start.starts_with(tag))
        || (start.starts_with("<?xml") && start.contains("<html"));
    let head = &bytes[..bytes.len().min(PAGE_BYTES)];
    if !html {
        let is_workbook = start.contains("urn:schemas-microsoft-com:office:spreadsheet");
        return match is_workbook && table::is_table(name, head) {
            true => Content::Table,
            false => Content::Xml,
        };
    }
    let named_table = !has_extension(name, &["xml", "html", "htm", "xsig"]);
    match named_table && table::is_table(name, head) {
        true => Content::Table,
        false => Content::HtmlPage,
    }
}

/// Skips comments and blanks before the first tag.
fn without_comments(start: &str) -> &str {
    let mut rest = start.trim_start();
    while let Some(inside) = rest.strip_prefix("<!--") {
        match inside.split_once("-->") {
            Some((_, after)) => rest = after.trim_start(),
            None => return rest,
        }
    }
    rest
}

fn has_extension(name: &str, wanted: &[&str]) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| wanted.contains(&extension.as_str()))
}

/// Office Open XML and OpenDocument are zips with a list of their own.
fn is_spreadsheet_zip(bytes: &[u8]) -> bool {
    let Ok(zip) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) else { return false };
    let mut names = zip.file_names();
    names.any(|name| {
        name == "[Content_Types].xml" || name.starts_with("xl/") || name == "content.xml"
    })
}

/// Control characters that no text has.
fn looks_binary(head: &[u8]) -> bool {
    let odd = head.iter().filter(|b| **b < 9 || (14..32).contains(*b)).count();
    odd * 20 > head.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_content_from_names() {
        for (name, bytes, expected) in [
            ("a.csv", &b"\xEF\xBB\xBF \r\n<?xml version='1.0'?><a/>"[..], Content::Xml),
            ("a.xml", b"", Content::Empty),
            ("a.xml", b" \r\n\t", Content::Empty),
            ("a.xml", b"<!DOCTYPE html><html><body>Error 500</body></html>", Content::HtmlPage),
            ("a.xml", b"<!-- x --> <HTML><table><tr><td>1</td></tr></table>", Content::HtmlPage),
            ("a.xml", b"%PDF-1.7", Content::Pdf),
            ("a.xml", b"This is not an XML file", Content::NotXml),
            ("a.bin", &[1, 2, 3, 4, 5, 6, 7, 0, 1, 2], Content::Binary),
            ("a.zip", b"Rar!\x1a\x07", Content::OtherArchive("RAR")),
            ("a.zip", b"PK\x03\x04 garbage", Content::Zip),
        ] {
            assert_eq!(content(name, bytes), expected, "{name} {bytes:?}");
        }
    }
}
