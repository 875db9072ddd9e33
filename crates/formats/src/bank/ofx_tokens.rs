//! Tags and texts of OFX, as SGML without closing tags or as XML. Decides where a value begins and
//! ends; knows no tag by name. Nothing is expanded but the five entities of XML, `&nbsp;` and
//! characters by number, so that no input grows.

use std::borrow::Cow;

/// One piece of markup, with the text that follows it.
#[derive(Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// An opening tag, its name in upper case, and the text up to the next tag.
    Open(Cow<'a, str>, Cow<'a, str>),
    /// A closing tag.
    Close(Cow<'a, str>),
    /// A document type or entity declaration, which no bank sends.
    Declaration,
}

/// Iterates over the tokens of a text.
#[derive(Debug)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    /// Starts at the beginning.
    pub fn new(text: &'a str) -> Tokens<'a> {
        Tokens { text, at: 0 }
    }

    /// Place of the next token, in bytes.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Moves to just after the next occurrence of `end`, or to the end of the text.
    fn skip_past(&mut self, end: &str) {
        let rest = &self.text[self.at..];
        self.at += rest.find(end).map_or(rest.len(), |found| found + end.len());
    }

    /// The text up to the next tag. A `<` that begins no tag belongs to the text.
    fn value(&mut self) -> Cow<'a, str> {
        let mut out: Cow<'a, str> = Cow::Borrowed("");
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find('<').unwrap_or(rest.len());
            append(&mut out, unescaped(&rest[..end]));
            self.at += end;
            let rest = &self.text[self.at..];
            if let Some(inside) = rest.strip_prefix("<![CDATA[") {
                let end = inside.find("]]>").unwrap_or(inside.len());
                append(&mut out, Cow::Borrowed(&inside[..end]));
                self.at += "<![CDATA[".len() + end + "]]>".len().min(inside.len() - end);
            } else if rest.is_empty() || begins_markup(rest) {
                return out;
            } else {
                append(&mut out, Cow::Borrowed("<"));
                self.at += 1;
            }
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let step = self.text[self.at..].find('<')?;
            self.at += step;
            let rest = &self.text[self.at..];
            if rest.starts_with("<!--") {
                self.skip_past("-->");
            } else if rest.starts_with("<?") {
                self.skip_past(">");
            } else if rest.starts_with("<![CDATA[") {
                self.skip_past("]]>");
            } else if rest.starts_with("<!") {
                return Some(Token::Declaration);
            } else if begins_markup(rest) {
                let end = rest.find('>').unwrap_or(rest.len());
                let inside = rest[1..end].trim();
                self.at += (end + 1).min(rest.len());
                if let Some(name) = inside.strip_prefix('/') {
                    return Some(Token::Close(name_of(name)));
                }
                let name = name_of(inside);
                // `<MEMO/>` has no value, whatever follows it.
                let value = match inside.ends_with('/') {
                    true => Cow::Borrowed(""),
                    false => self.value(),
                };
                return Some(Token::Open(name, value));
            } else {
                self.at += 1;
            }
        }
    }
}

fn begins_markup(rest: &str) -> bool {
    let mut bytes = rest.bytes().skip(1);
    match bytes.next() {
        Some(b'/') => bytes.next().is_some_and(|b| b.is_ascii_alphabetic()),
        Some(b'!' | b'?') => true,
        Some(b) => b.is_ascii_alphabetic(),
        None => false,
    }
}

/// The name of a tag: without attributes and prefix, upper case.
fn name_of(inside: &str) -> Cow<'_, str> {
    let end = inside.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(inside.len());
    let name = inside[..end].rsplit(':').next().unwrap_or_default();
    match name.bytes().any(|b| b.is_ascii_lowercase()) {
        true => Cow::Owned(name.to_ascii_uppercase()),
        false => Cow::Borrowed(name),
    }
}

fn append<'a>(out: &mut Cow<'a, str>, piece: Cow<'a, str>) {
    match out.is_empty() {
        true => *out = piece,
        false => out.to_mut().push_str(&piece),
    }
}

/// Entities made characters; one that is not known stays as it is written.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest entity is `&#1114111;`.
        let end = rest.bytes().take(12).position(|b| b == b';');
        match end.and_then(|end| Some((end, entity(&rest[1..end])?))) {
            Some((end, character)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        Tokens::new(text)
            .map(|token| match token {
                Token::Open(name, value) => format!("{name}={}", value.trim()),
                Token::Close(name) => format!("/{name}"),
                Token::Declaration => "!".to_owned(),
            })
            .take(20)
            .collect()
    }

    #[test]
    fn values_end_at_the_next_tag() {
        assert_eq!(told("<A><B>x\n<C>y</C></A>"), ["A=", "B=x", "C=y", "/C", "/A"]);
        assert_eq!(
            told("<?xml?><!-- <Z> --><ofx:a b='1'/><M>A &amp; B &#241; &x; <3"),
            ["A=", "M=A & B ñ &x; <3"]
        );
        assert_eq!(told("<N><![CDATA[ a <b> ]]> c</N>"), ["N=a <b>  c", "/N"]);
        assert_eq!(told("<N><![CDATA[cut"), ["N=cut"]);
        assert_eq!(told("<N"), ["N="]);
        assert!(told("<!DOCTYPE x>").contains(&"!".to_owned()));
    }
}
