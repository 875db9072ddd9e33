//! Reads MIME messages as a receiver would, written apart from the code that makes them.

use std::collections::BTreeMap;

/// A part of a message: its headers (names in lower case, unfolded) and its body.
#[derive(Clone, Debug)]
pub struct Part {
    pub headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Part {
    /// Takes headers and body apart.
    pub fn read(bytes: &[u8]) -> Part {
        let split = find(bytes, b"\r\n\r\n").expect("an empty line after the headers");
        let head = String::from_utf8(bytes[..split].to_vec()).unwrap();
        let mut headers = BTreeMap::new();
        for line in head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n") {
            let (name, value) = line.split_once(':').expect("a header line");
            let earlier = headers.insert(name.to_lowercase(), value.trim().to_owned());
            assert!(earlier.is_none(), "the header {name} is there twice");
        }
        Part { headers, body: bytes[split + 4..].to_vec() }
    }

    /// A header's value with its encoded words decoded.
    pub fn header(&self, name: &str) -> String {
        decode_words(self.headers.get(name).unwrap_or_else(|| panic!("no header {name}")))
    }

    /// The parts of a multipart body.
    pub fn parts(&self) -> Vec<Part> {
        let kind = self.header("content-type");
        let (_, boundary) = kind.split_once("boundary=\"").expect("a boundary");
        let boundary = boundary.split('"').next().unwrap();
        let delimiter = format!("--{boundary}");
        let text = String::from_utf8(self.body.clone()).unwrap();
        let pieces: Vec<&str> = text.split(&*delimiter).collect();
        assert!(pieces.last().unwrap().starts_with("--"), "closed");
        let inner = &pieces[1..pieces.len() - 1];
        inner.iter().map(|piece| Part::read(piece.trim_start_matches("\r\n").as_bytes())).collect()
    }

    /// The body with its transfer encoding undone.
    pub fn content(&self) -> Vec<u8> {
        let encoding = self.headers.get("content-transfer-encoding").map_or("7bit", |e| e);
        let body = self.body.strip_suffix(b"\r\n").unwrap_or(&self.body);
        match encoding {
            "base64" => base64(body),
            "quoted-printable" => quoted_printable(body),
            _ => body.to_vec(),
        }
    }

    /// The content as text, with line feeds.
    pub fn text(&self) -> String {
        String::from_utf8(self.content()).unwrap().replace("\r\n", "\n")
    }
}

fn find(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    bytes.windows(sought.len()).position(|window| window == sought)
}

fn base64(text: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::new());
    for byte in text {
        let Some(digit) = ALPHABET.iter().position(|known| known == byte) else { continue };
        bits = (bits << 6) | digit as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        if *first != b'=' {
            bytes.push(*first);
            rest = tail;
        } else if tail.starts_with(b"\r\n") {
            rest = &tail[2..];
        } else {
            let digits = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &tail[2..];
        }
    }
    bytes
}

/// RFC 2047 encoded words; white space between two of them disappears.
fn decode_words(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let before = &rest[..start];
        if !(after_word && before.trim().is_empty()) {
            text.push_str(before);
        }
        let fields: Vec<&str> = rest[start + 2..].splitn(4, '?').collect();
        let [charset, encoding, body, tail] = fields[..] else { break };
        assert_eq!(charset.to_lowercase(), "utf-8");
        let bytes = match encoding {
            "B" | "b" => base64(body.as_bytes()),
            _ => quoted_printable(body.replace('_', " ").as_bytes()),
        };
        text.push_str(&String::from_utf8(bytes).unwrap());
        rest = tail.strip_prefix('=').unwrap();
        after_word = true;
    }
    text.push_str(rest);
    text
}
