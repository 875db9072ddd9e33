//! A safe tree of an XML text, and lookups that do not care about prefixes.
//!
//! Decides what XML is refused before it can cost anything: too large, too deep, with a DTD, with
//! more attributes or namespaces than any invoice has. The check is one pass over the text without
//! recursion, so that no input can exhaust the stack or the clock. Refuses to know what any
//! element means.

use crate::problem;
use crate::record::Problem;
use roxmltree::{Document, Node, ParsingOptions};

/// Largest XML read, in bytes.
pub const MAX_BYTES: usize = 20_000_000;
/// Deepest nesting read; a CFDI with complements needs about 12, a signed envelope of DTE 10.
pub const MAX_DEPTH: usize = 100;
/// Most attributes of one element.
const MAX_ATTRIBUTES: usize = 128;
/// Most elements of one document: about twice what the largest file of receipts has.
const MAX_ELEMENTS: usize = 700_000;
/// Most nodes of one tree.
const MAX_NODES: u32 = 2_000_000;
/// Most namespace bindings in scope, summed over the elements that add to them: what the tree
/// copies, and therefore what bounds its memory.
const MAX_NAMESPACE_COPIES: usize = 4_000_000;

/// Parses text that has been decoded. Checks first, parses after.
pub fn parse(text: &str) -> Result<Document<'_>, Problem> {
    if text.len() > MAX_BYTES {
        return Err(problem::too_large(MAX_BYTES));
    }
    check_declaration(text)?;
    Scan::new(text).run()?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..Default::default() };
    Document::parse_with_options(text, options).map_err(|error| explain(text, &error))
}

/// The name of an encoding is letters, digits, `.`, `_` and `-`, beginning with a letter (XML 1.0
/// §4.3.3). The parser lets anything pass; a declaration with another name was not written by a
/// program that knows XML, and others refuse the file.
fn check_declaration(text: &str) -> Result<(), Problem> {
    let Some((declaration, _)) = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"))
    else {
        return Ok(());
    };
    let Some((_, value)) = declaration.split_once("encoding") else { return Ok(()) };
    let value = value.trim_start().trim_start_matches('=').trim_start();
    let name = value.strip_prefix(['"', '\'']).and_then(|rest| rest.split(['"', '\'']).next());
    let legal = name.is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    });
    match legal {
        true => Ok(()),
        false => Err(problem::malformed_xml(1, 1, "encoding")),
    }
}

fn explain(text: &str, error: &roxmltree::Error) -> Problem {
    use roxmltree::Error;
    match error {
        Error::DtdDetected => return problem::dtd_refused(),
        Error::NodesLimitReached => {
            return problem::hostile_xml("millones de elementos", "millions of elements");
        }
        Error::UnknownEntityReference(name, _) if !name.is_empty() => {
            let at = error.pos();
            return problem::malformed_xml(at.row, at.col, &format!("entity &{name};"));
        }
        Error::UnclosedRootNode | Error::UnexpectedEndOfStream | Error::NoRootNode => {
            return problem::truncated();
        }
        _ => {}
    }
    let at = error.pos();
    // A text whose last character is not `>` stops in the middle, whatever the parser says.
    match text.trim_end().ends_with('>') {
        true => problem::malformed_xml(at.row, at.col, &problem::quoted(&error.to_string())),
        false => problem::truncated(),
    }
}

/// One pass over the markup, counting.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Namespace bindings declared by each open element.
    open: Vec<usize>,
    in_scope: usize,
    copies: usize,
    elements: usize,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Scan<'a> {
        Scan {
            bytes: text.as_bytes(),
            at: 0,
            open: Vec::new(),
            in_scope: 0,
            copies: 0,
            elements: 0,
        }
    }

    fn run(mut self) -> Result<(), Problem> {
        while let Some(step) = self.bytes[self.at..].iter().position(|b| *b == b'<') {
            self.at += step;
            let rest = &self.bytes[self.at..];
            if rest.starts_with(b"<!--") {
                self.skip_past(b"-->")?;
            } else if rest.starts_with(b"<![CDATA[") {
                self.skip_past(b"]]>")?;
            } else if rest.starts_with(b"<?") {
                self.skip_past(b"?>")?;
            } else if rest.starts_with(b"<!") {
                return Err(problem::dtd_refused());
            } else if rest.starts_with(b"</") {
                self.in_scope -= self.open.pop().unwrap_or(0);
                self.skip_past(b">")?;
            } else if rest.get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_' || *b > 127)
            {
                self.element()?;
            } else {
                // Not markup: the parser will say where.
                return Ok(());
            }
        }
        Ok(())
    }

    fn skip_past(&mut self, end: &[u8]) -> Result<(), Problem> {
        let rest = &self.bytes[self.at..];
        let found = rest.windows(end.len()).position(|window| window == end);
        self.at += found.ok_or_else(problem::truncated)? + end.len();
        Ok(())
    }

    /// An opening tag: its attributes are counted, quoted values are skipped whole.
    fn element(&mut self) -> Result<(), Problem> {
        let (mut attributes, mut declared) = (0, 0);
        // Start of the name of the attribute whose value comes next.
        let mut word = self.at;
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None => return Err(problem::truncated()),
                Some(b'>') => break,
                Some(quote @ (b'"' | b'\'')) => {
                    let value = &self.bytes[self.at + 1..];
                    let length = value.iter().position(|b| b == quote);
                    let length = length.ok_or_else(problem::truncated)?;
                    if let Some(prefix) = namespace_prefix(&self.bytes[word..self.at]) {
                        declared += 1;
                        check_address(&prefix, &value[..length])?;
                    }
                    attributes += 1;
                    self.at += length + 2;
                    word = self.at;
                }
                Some(b) => {
                    if b.is_ascii_whitespace() {
                        word = self.at + 1;
                    }
                    self.at += 1;
                }
            }
        }
        let empty = self.bytes[self.at - 1] == b'/';
        self.at += 1;
        self.count(attributes, declared, empty)
    }

    fn count(&mut self, attributes: usize, declared: usize, empty: bool) -> Result<(), Problem> {
        let hostile = |es: &str, en: &str| Err(problem::hostile_xml(es, en));
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return hostile("cientos de miles de elementos", "hundreds of thousands of elements");
        }
        if attributes > MAX_ATTRIBUTES {
            return hostile("cientos de atributos en un elemento", "hundreds of attributes");
        }
        if declared > 0 {
            self.copies += self.in_scope + declared;
        }
        if self.copies > MAX_NAMESPACE_COPIES {
            return hostile("miles de espacios de nombres", "thousands of namespaces");
        }
        if !empty {
            self.open.push(declared);
            self.in_scope += declared;
        }
        if self.open.len() > MAX_DEPTH {
            return hostile("demasiados niveles anidados", "too many nested levels");
        }
        Ok(())
    }
}

/// The prefix declared by an attribute written `xmlns…=`, or `None` for any other attribute.
fn namespace_prefix(written: &[u8]) -> Option<String> {
    let rest = written.strip_prefix(b"xmlns")?;
    let rest = String::from_utf8_lossy(rest);
    let name = rest.trim_end().strip_suffix('=')?.trim_end();
    match name.strip_prefix(':') {
        Some(prefix) => Some(prefix.to_owned()),
        None => name.is_empty().then(|| "xmlns".to_owned()),
    }
}

/// A namespace name must be able to be an address: no blanks inside.
fn check_address(prefix: &str, value: &[u8]) -> Result<(), Problem> {
    let inner = value.trim_ascii();
    match inner.iter().any(|b| b.is_ascii_whitespace()) {
        true => Err(problem::bad_namespace(prefix)),
        false => Ok(()),
    }
}

// ---- Lookups by local name ----

/// The element's name without prefix.
pub fn name<'a>(node: Node<'a, '_>) -> &'a str {
    node.tag_name().name()
}

/// The first child element of that local name, in any namespace.
pub fn child<'a, 'i>(node: Node<'a, 'i>, wanted: &str) -> Option<Node<'a, 'i>> {
    children(node, wanted).next()
}

/// The child elements of that local name, in any namespace.
pub fn children<'a, 'i: 'a, 'w>(
    node: Node<'a, 'i>,
    wanted: &'w str,
) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i, 'w> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == wanted)
}

/// Follows a path of local names from a node.
pub fn path<'a, 'i>(node: Node<'a, 'i>, names: &[&str]) -> Option<Node<'a, 'i>> {
    names.iter().try_fold(node, |at, wanted| child(at, wanted))
}

/// The text of a path, trimmed, its inner blanks made single; `None` when absent or blank.
pub fn text(node: Node<'_, '_>, names: &[&str]) -> Option<String> {
    let found = path(node, names)?;
    let all: String =
        found.descendants().filter(Node::is_text).filter_map(|piece| piece.text()).collect();
    squeezed(&all)
}

/// An attribute by local name without regard to the case of its first letter (CFDI 3.2 writes
/// `total`, 3.3 and 4.0 `Total`), trimmed, inner blanks made single; `None` when blank.
pub fn attribute(node: Node<'_, '_>, wanted: &str) -> Option<String> {
    let exact = node.attributes().find(|attribute| attribute.name() == wanted);
    let found = exact
        .or_else(|| node.attributes().find(|found| found.name().eq_ignore_ascii_case(wanted)))?;
    squeezed(found.value())
}

/// Trimmed, with every run of blanks made one space; `None` when nothing is left.
pub fn squeezed(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c == '\u{feff}') {
        if !word.is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        parse(text).map_or_else(|problem| problem.code, |_| "ok")
    }

    #[test]
    fn refuses_what_no_invoice_has() {
        assert_eq!(code("<a><b/></a>"), "ok");
        assert_eq!(code("<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>"), "dtd_refused");
        assert_eq!(code(&"<a>".repeat(10_000)), "hostile_xml");
        let deep = format!("{}{}", "<a>".repeat(101), "</a>".repeat(101));
        assert_eq!(code(&deep), "hostile_xml");
        let wide: String = (0..200).map(|n| format!(" a{n}='1'")).collect();
        assert_eq!(code(&format!("<a{wide}/>")), "hostile_xml");
        assert_eq!(code("<a xmlns:s='http://x http://y'/>"), "bad_namespace");
    }

    #[test]
    fn bounds_the_copying_of_namespaces() {
        let outer: String = (0..100).map(|n| format!(" xmlns:a{n}='u{n}'")).collect();
        let inner = "<b xmlns:z='z'/>".repeat(60_000);
        assert_eq!(code(&format!("<a{outer}>{inner}</a>")), "hostile_xml");
    }

    #[test]
    fn tells_truncated_from_malformed() {
        assert_eq!(code("<a><b x='1"), "truncated_file");
        assert_eq!(code("<a><b>"), "truncated_file");
        assert_eq!(code("<a><b></a>"), "malformed_xml");
        assert_eq!(code("<a>&nbsp;</a>"), "malformed_xml");
        assert_eq!(code("<a><!-- never closed</a>"), "truncated_file");
    }

    #[test]
    fn a_bracket_in_a_value_opens_nothing() {
        assert_eq!(code("<a b='x > y'><![CDATA[<<<<!DOCTYPE]]><!-- <!DOCTYPE --></a>"), "ok");
    }

    #[test]
    fn finds_by_local_name() {
        let document = parse("<p:a xmlns:p='u' total=' 1 &#10; 2 '><p:b> x </p:b></p:a>").unwrap();
        let root = document.root_element();
        assert_eq!(attribute(root, "Total").as_deref(), Some("1 2"));
        assert_eq!(text(root, &["b"]).as_deref(), Some("x"));
        assert_eq!(text(root, &["c"]), None);
    }
}
