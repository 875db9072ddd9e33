//! A large XML as a sequence of small subtrees, looked at by local name.
//!
//! Decides what XML is refused while it passes: document types, unknown entities, too deep, too
//! many attributes or elements, control characters, anything not well formed. Holds one subtree at
//! a time. Refuses to know what any element means.

use super::source::Source;
use crate::problem;
use crate::record::Problem;
use crate::xml::{MAX_DEPTH, squeezed};
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesStart, Event};
use std::io::Read;
use std::ops::Range;

/// Most attributes of one element.
const MAX_ATTRIBUTES: usize = 128;
/// Most elements held at a time.
const MAX_ELEMENTS: usize = 100_000;
/// Most characters of names and texts held at a time, in bytes.
const MAX_LETTERS: usize = 16_000_000;

/// What was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An element begins; its local name is [`XmlStream::name`].
    Open,
    /// The innermost open element ends.
    Close,
    /// The document is over.
    End,
}

/// The XML as it passes.
pub struct XmlStream<R> {
    reader: Reader<Source<R>>,
    buffer: Vec<u8>,
    depth: usize,
    has_root: bool,
    name: String,
    currency: String,
    text: String,
    namespace: Option<String>,
}

impl<R: Read> XmlStream<R> {
    /// Begins.
    pub fn new(source: Source<R>) -> XmlStream<R> {
        let mut reader = Reader::from_reader(source);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        XmlStream {
            reader,
            buffer: Vec::new(),
            depth: 0,
            has_root: false,
            name: String::new(),
            currency: String::new(),
            text: String::new(),
            namespace: None,
        }
    }

    /// Local name of the element that began last.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The namespace of the message, once it has begun: the last one declared that names an
    /// ISO 20022 message.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// Bytes read so far.
    pub fn consumed_bytes(&self) -> u64 {
        self.reader.get_ref().consumed_bytes()
    }

    /// What had to be repaired in the bytes.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        self.reader.get_mut().take_problems()
    }

    /// Goes on to the next beginning or end of an element. Text before a beginning is dropped.
    ///
    /// # Errors
    /// The problem that makes the whole file unreadable, with its line and column.
    pub fn step(&mut self) -> Result<Step, Problem> {
        self.text.clear();
        loop {
            self.buffer.clear();
            self.reader.get_mut().begin_piece();
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => {
                    let source = self.reader.get_ref();
                    return Err(refusal(&error, source.is_piece_too_long(), source.position()));
                }
            };
            let met = match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        let (es, en) = ("demasiados niveles anidados", "too many nested levels");
                        return Err(problem::hostile_xml(es, en));
                    }
                    let is_second_root = self.depth == 1 && self.has_root;
                    self.has_root = true;
                    self.name.clear();
                    self.name.push_str(tag.local_name().as_ref());
                    let noted = note_attributes(&tag, &mut self.currency, &mut self.namespace);
                    match (is_second_root, noted) {
                        (false, Ok(())) => Ok(Some(Step::Open)),
                        (true, _) => Err(Flaw::Malformed("second root")),
                        (_, Err(flaw)) => Err(flaw),
                    }
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Ok(Some(Step::Close))
                }
                Event::Text(piece) => append(&mut self.text, &piece, self.depth),
                Event::CData(piece) => append(&mut self.text, &piece, self.depth),
                Event::GeneralRef(reference) => match meant(&reference) {
                    Some(letter) => {
                        append(&mut self.text, letter.encode_utf8(&mut [0; 4]), self.depth)
                    }
                    None => Err(Flaw::Entity(reference.to_string())),
                },
                Event::DocType(_) => return Err(problem::dtd_refused()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Ok(None),
                Event::Eof if self.depth == 0 && self.has_root => Ok(Some(Step::End)),
                Event::Eof => return Err(problem::truncated()),
            };
            match met {
                Ok(None) => {}
                Ok(Some(step)) => return Ok(step),
                Err(flaw) => return Err(flaw.at(self.reader.get_ref().position())),
            }
        }
    }

    /// Reads the element that has just begun, to its end, in place of what `branch` held. Every
    /// element inside called `cut` is handed over when it ends, and not kept.
    ///
    /// # Errors
    /// As [`XmlStream::step`], and what `on_cut` refuses.
    pub fn read_branch(
        &mut self,
        branch: &mut Branch,
        cut: &str,
        on_cut: &mut dyn FnMut(Twig<'_>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        branch.clear();
        let mut open = vec![branch.push(&self.name, &self.currency)];
        while let Some(inmost) = open.last().copied() {
            match self.step()? {
                Step::Open => open.push(branch.push(&self.name, &self.currency)),
                Step::Close => {
                    branch.end(inmost, &self.text);
                    open.pop();
                    let twig = Twig { branch, at: inmost };
                    if !open.is_empty() && twig.name() == cut {
                        on_cut(twig)?;
                        branch.cut(inmost);
                    }
                }
                Step::End => return Err(problem::truncated()),
            }
            if branch.elements.len() > MAX_ELEMENTS || branch.letters.len() > MAX_LETTERS {
                let (es, en) =
                    ("demasiados elementos en un apunte", "too many elements in one entry");
                return Err(problem::hostile_xml(es, en));
            }
        }
        Ok(())
    }

    /// Reads the element that has just begun, to its end, whole.
    ///
    /// # Errors
    /// As [`XmlStream::step`].
    pub fn read_whole(&mut self, branch: &mut Branch) -> Result<(), Problem> {
        self.read_branch(branch, "", &mut |_| Ok(()))
    }
}

/// What is wrong with a piece, before its place is known.
enum Flaw {
    Malformed(&'static str),
    Entity(String),
    Crowded,
}

impl Flaw {
    fn at(self, (line, column): (u32, u32)) -> Problem {
        match self {
            Flaw::Malformed(what) => problem::malformed_xml(line, column, what),
            Flaw::Entity(name) => {
                let quoted = problem::quoted(&format!("&{name};"));
                problem::malformed_xml(line, column, &format!("entity {quoted}"))
            }
            Flaw::Crowded => problem::hostile_xml(
                "cientos de atributos en un elemento",
                "hundreds of attributes",
            ),
        }
    }
}

fn refusal(error: &Error, is_piece_too_long: bool, (line, column): (u32, u32)) -> Problem {
    if is_piece_too_long {
        let (es, en) = ("un texto de más de un millón de letras", "a text of a million letters");
        return problem::hostile_xml(es, en);
    }
    match error {
        Error::Syntax(SyntaxError::UnclosedDoctype) => problem::dtd_refused(),
        Error::Syntax(SyntaxError::InvalidBangMarkup) => problem::malformed_xml(line, column, "<!"),
        Error::Syntax(_) | Error::Io(_) => problem::truncated(),
        Error::IllFormed(IllFormedError::MissingEndTag(_)) => problem::truncated(),
        _ => problem::malformed_xml(line, column, &problem::quoted(&error.to_string())),
    }
}

/// Adds a piece of text. Outside the root only blanks may stand; control characters nowhere.
fn append(text: &mut String, piece: &str, depth: usize) -> Result<Option<Step>, Flaw> {
    // Without leaving early, so that many bytes are looked at together.
    let is_control = |byte: u8| byte < b' ' && byte != b'\t' && byte != b'\n' && byte != b'\r';
    if piece.bytes().fold(false, |found, byte| found | is_control(byte)) {
        return Err(Flaw::Malformed("control character"));
    }
    if depth == 0 {
        let is_blank = piece.chars().all(|c| c.is_whitespace() || c == '\u{feff}');
        return if is_blank { Ok(None) } else { Err(Flaw::Malformed("text outside the root")) };
    }
    // Nothing but the indentation before the next tag.
    if text.is_empty() && piece.bytes().all(|byte| byte.is_ascii_whitespace()) {
        return Ok(None);
    }
    if text.len() + piece.len() > MAX_LETTERS {
        return Err(Flaw::Crowded);
    }
    text.push_str(piece);
    Ok(None)
}

/// The character of a reference: by number, or one of the five XML knows.
fn meant(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok().flatten();
    }
    Some(match reference.as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// Keeps the two attributes that mean something: the currency of an amount and the namespace of
/// the message.
fn note_attributes(
    tag: &BytesStart<'_>,
    currency: &mut String,
    namespace: &mut Option<String>,
) -> Result<(), Flaw> {
    currency.clear();
    if tag.attributes_raw().trim_ascii().is_empty() {
        return Ok(());
    }
    // Checking for repeated attributes would compare each with all before it.
    for (count, attribute) in tag.attributes().with_checks(false).enumerate() {
        let Ok(attribute) = attribute else { return Err(Flaw::Malformed("attribute")) };
        if count >= MAX_ATTRIBUTES {
            return Err(Flaw::Crowded);
        }
        let key = attribute.key;
        if key.local_name().as_ref() == "Ccy" {
            currency.push_str(attribute.value.trim());
        } else if key.as_namespace_binding().is_some() && names_message(&attribute.value) {
            *namespace = Some(attribute.value.trim().to_owned());
        }
    }
    Ok(())
}

/// Whether a namespace is that of a message to or from a bank's customer.
fn names_message(value: &str) -> bool {
    value.contains("camt.") || value.contains("pain.")
}

// ---- A subtree ----

struct Element {
    name: Range<usize>,
    currency: Range<usize>,
    text: Range<usize>,
    /// Position after its last descendant.
    end: usize,
}

/// A subtree, held in two vectors that are used again for the next.
#[derive(Default)]
pub struct Branch {
    /// In document order.
    elements: Vec<Element>,
    letters: String,
}

impl Branch {
    /// The element the branch was read from.
    pub fn root(&self) -> Twig<'_> {
        Twig { branch: self, at: 0 }
    }

    fn clear(&mut self) {
        self.elements.clear();
        self.letters.clear();
    }

    fn write(&mut self, text: &str) -> Range<usize> {
        let from = self.letters.len();
        self.letters.push_str(text);
        from..self.letters.len()
    }

    fn push(&mut self, name: &str, currency: &str) -> usize {
        let (name, currency) = (self.write(name), self.write(currency));
        let at = self.elements.len();
        self.elements.push(Element { name, currency, text: 0..0, end: at + 1 });
        at
    }

    /// Only elements without children have text: ISO 20022 mixes nothing.
    fn end(&mut self, at: usize, text: &str) {
        let end = self.elements.len();
        let range = if end == at + 1 { self.write(text) } else { 0..0 };
        if let Some(element) = self.elements.get_mut(at) {
            element.text = range;
            element.end = end;
        }
    }

    fn cut(&mut self, at: usize) {
        if let Some(element) = self.elements.get(at) {
            self.letters.truncate(element.name.start);
        }
        self.elements.truncate(at);
    }
}

/// An element of a branch.
#[derive(Clone, Copy)]
pub struct Twig<'b> {
    branch: &'b Branch,
    at: usize,
}

impl<'b> Twig<'b> {
    fn element(self) -> Option<&'b Element> {
        self.branch.elements.get(self.at)
    }

    fn letters(self, range: impl Fn(&Element) -> &Range<usize>) -> &'b str {
        let range = self.element().map(|element| range(element).clone());
        range.and_then(|range| self.branch.letters.get(range)).unwrap_or("")
    }

    /// Its local name.
    pub fn name(self) -> &'b str {
        self.letters(|element| &element.name)
    }

    /// Its attribute `Ccy`, when it has one.
    pub fn currency(self) -> Option<String> {
        squeezed(self.letters(|element| &element.currency)).map(|code| code.to_ascii_uppercase())
    }

    /// Its child elements.
    pub fn all(self) -> impl Iterator<Item = Twig<'b>> {
        let mut next = self.at + 1;
        let end = self.element().map_or(0, |element| element.end);
        std::iter::from_fn(move || {
            let twig = (next < end).then_some(Twig { branch: self.branch, at: next })?;
            next = twig.element()?.end;
            Some(twig)
        })
    }

    /// The first child of that name.
    pub fn child(self, wanted: &str) -> Option<Twig<'b>> {
        self.all().find(|twig| twig.name() == wanted)
    }

    /// The children of that name.
    pub fn children(self, wanted: &'static str) -> impl Iterator<Item = Twig<'b>> {
        self.all().filter(move |twig| twig.name() == wanted)
    }

    /// Follows a path of names, written with slashes (`Acct/Id/IBAN`).
    pub fn path(self, names: &str) -> Option<Twig<'b>> {
        names.split('/').try_fold(self, |at, wanted| at.child(wanted))
    }

    /// The text at the end of a path, trimmed, inner blanks made single.
    pub fn text(self, names: &str) -> Option<String> {
        self.path(names)?.own_text()
    }

    /// The text of the first of several paths that has one.
    pub fn first_text(self, paths: &[&str]) -> Option<String> {
        paths.iter().find_map(|path| self.text(path))
    }

    /// Its own text, trimmed, inner blanks made single.
    pub fn own_text(self) -> Option<String> {
        let text = self.letters(|element| &element.text);
        match text.bytes().all(|byte| byte.is_ascii_graphic()) {
            true => (!text.is_empty()).then(|| text.to_owned()),
            false => squeezed(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> Result<usize, Problem> {
        let mut stream = XmlStream::new(Source::open(text.as_bytes()).unwrap());
        let mut opened = 0;
        loop {
            match stream.step()? {
                Step::Open => opened += 1,
                Step::Close => {}
                Step::End => return Ok(opened),
            }
        }
    }

    fn code(text: &str) -> &'static str {
        run(text).map_or_else(|problem| problem.code, |_| "ok")
    }

    #[test]
    fn refuses_what_no_statement_has() {
        assert_eq!(code("<a><b/></a>"), "ok");
        assert_eq!(code("<?xml version='1.0'?><!-- x --><a/> \n"), "ok");
        assert_eq!(code("<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>"), "dtd_refused");
        assert_eq!(code("<!DOCTYPE a [<!ENTITY b 'x'>"), "dtd_refused");
        assert_eq!(code("<a>&b;</a>"), "malformed_xml");
        assert_eq!(code("<a>1 & 2</a>"), "malformed_xml");
        assert_eq!(code("<a>&#1;</a>"), "malformed_xml");
        assert_eq!(code(&"<a>".repeat(10_000)), "hostile_xml");
        let wide: String = (0..200).map(|n| format!(" a{n}='1'")).collect();
        assert_eq!(code(&format!("<a{wide}/>")), "hostile_xml");
        assert_eq!(code(&format!("<a>{}</a>", "x".repeat(2_000_000))), "hostile_xml");
        assert_eq!(code(&format!("<!--{}--><a/>", "x".repeat(2_000_000))), "hostile_xml");
    }

    #[test]
    fn tells_truncated_from_malformed_and_says_where() {
        assert_eq!(code("<a><b x='1"), "truncated_file");
        assert_eq!(code("<a><b>"), "truncated_file");
        assert_eq!(code("<a><!-- never closed</a>"), "truncated_file");
        assert_eq!(code(""), "truncated_file");
        assert_eq!(code("<a/><b/>"), "malformed_xml");
        assert_eq!(code("<a/>x"), "malformed_xml");
        let wrong = run("<a>\n <b>\n </a>").unwrap_err();
        assert_eq!((wrong.code, wrong.place.as_str()), ("malformed_xml", "línea 3, columna 6"));
    }

    #[test]
    fn a_branch_is_looked_at_by_local_name() {
        let text = "<x><p:Ntry xmlns:p='urn:camt.053'><p:Amt Ccy=' eur '> 1&#46;5 </p:Amt>\
                    <D><T><R>a &amp; b</R></T><T><R><![CDATA[<c>]]></R></T></D><Z/></p:Ntry></x>";
        let mut stream = XmlStream::new(Source::open(text.as_bytes()).unwrap());
        stream.step().unwrap();
        stream.step().unwrap();
        let (mut branch, mut cut) = (Branch::default(), Vec::new());
        let mut on_cut = |twig: Twig<'_>| {
            cut.push(twig.text("R"));
            Ok(())
        };
        stream.read_branch(&mut branch, "T", &mut on_cut).unwrap();
        let root = branch.root();
        assert_eq!(root.text("Amt").as_deref(), Some("1.5"));
        assert_eq!(root.child("Amt").and_then(Twig::currency).as_deref(), Some("EUR"));
        assert_eq!(root.all().map(Twig::name).collect::<Vec<_>>(), ["Amt", "D", "Z"]);
        assert_eq!(root.child("D").map(|twig| twig.all().count()), Some(0));
        assert_eq!(cut, [Some("a & b".to_owned()), Some("<c>".to_owned())]);
        assert_eq!(stream.namespace(), Some("urn:camt.053"));
        assert_eq!(stream.step().unwrap(), Step::Close);
    }
}
