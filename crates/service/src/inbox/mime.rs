//! What a mail message carries: who sent it, what it is about, and its attachments with their bytes
//! as they were attached. Pure.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, MessageParser, MessagePart, MimeHeaders, PartType};

/// How many messages inside messages are opened.
const DEEPEST: usize = 4;
/// Most attachments of one message.
const MOST: usize = 500;

/// A message as the inbox needs it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Letter {
    /// Its Message-ID.
    pub id: Option<String>,
    /// Its sender.
    pub from: String,
    /// What it is about.
    pub subject: String,
    /// Names and bytes of what is attached, what is attached to attached messages too.
    pub attachments: Vec<(String, Vec<u8>)>,
}

/// Reads a message; `None` when it is none.
pub(super) fn letter(raw: &[u8]) -> Option<Letter> {
    let message = MessageParser::default().parse(raw)?;
    let sender = message.from().and_then(|from| from.first());
    let mut letter = Letter {
        id: message.message_id().map(str::to_owned),
        from: sender.and_then(|sender| sender.address()).unwrap_or_default().to_owned(),
        subject: message.subject().unwrap_or_default().to_owned(),
        attachments: Vec::new(),
    };
    gather(raw, DEEPEST, &mut letter.attachments);
    Some(letter)
}

fn gather(raw: &[u8], depth: usize, found: &mut Vec<(String, Vec<u8>)>) {
    let Some(message) = MessageParser::default().parse(raw) else { return };
    for part in message.parts.iter().filter(|part| !matches!(part.body, PartType::Multipart(_))) {
        if found.len() >= MOST {
            return;
        }
        let is_message = matches!(part.body, PartType::Message(_));
        if is_message && depth > 0 {
            if let Some(inner) = as_attached(raw, part) {
                gather(&inner, depth - 1, found);
            }
        } else if is_wanted(part)
            && let Some(content) = as_attached(raw, part)
        {
            let name = part.attachment_name().map(plain_name).filter(|name| !name.is_empty());
            let name = name.unwrap_or_else(|| format!("adjunto-{}", found.len() + 1));
            found.push((name, content));
        }
    }
}

/// Whether a part may be something to import: the text of the message, pictures, signatures and
/// invitations are not.
fn is_wanted(part: &MessagePart<'_>) -> bool {
    let kind = part.content_type();
    let class = kind.map_or("text", |kind| kind.ctype()).to_lowercase();
    let subtype = kind.and_then(|kind| kind.subtype()).unwrap_or_default().to_lowercase();
    if ["image", "audio", "video"].contains(&class.as_str()) {
        return false;
    }
    if ["calendar", "vcard", "x-vcard", "pkcs7-signature", "x-pkcs7-signature", "pgp-signature"]
        .contains(&subtype.as_str())
    {
        return false;
    }
    part.attachment_name().is_some() || class != "text"
}

/// The bytes as they were attached. What the parser has made of a text is not used: it is turned
/// into UTF-8, and an XML file says itself in which characters it is written.
fn as_attached(raw: &[u8], part: &MessagePart<'_>) -> Option<Vec<u8>> {
    let body = raw.get(part.offset_body as usize..part.offset_end as usize)?;
    match part.encoding {
        Encoding::Base64 => base64_decode(body),
        Encoding::QuotedPrintable => quoted_printable_decode(body),
        Encoding::None => Some(body.to_vec()),
    }
}

/// The last part of a name, without what a path could be made of.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(120).collect();
    plain.trim().trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: &str = "From: Ventas <ventas@cliente.example>\r\nSubject: =?utf-8?q?Facturas_de_mar?=\r\n =?utf-8?q?zo_=C3=B1?=\r\nMessage-ID: <a1@cliente.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nAdjunto.\r\n--b\r\nContent-Type: text/xml; charset=utf-8; name=\"../f.xml\"\r\nContent-Disposition: attachment; filename=\"../f.xml\"\r\nContent-Transfer-Encoding: base64\r\n\r\nPGE+8TwvYT4=\r\n--b\r\nContent-Type: image/png; name=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nContent-Type: application/zip; name=inner.zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEs=\r\n--b--\r\n";

    #[test]
    fn attachments_keep_their_bytes_whatever_the_message_says_of_their_characters() {
        let letter = letter(LETTER.as_bytes()).unwrap();
        assert_eq!(letter.id.as_deref(), Some("a1@cliente.example"));
        assert_eq!(letter.from, "ventas@cliente.example");
        assert_eq!(letter.subject, "Facturas de marzo ñ");
        let expected = [
            ("f.xml".to_owned(), b"<a>\xf1</a>".to_vec()),
            ("inner.zip".to_owned(), b"PK".to_vec()),
        ];
        assert_eq!(letter.attachments, expected);
    }

    #[test]
    fn any_bytes_are_a_letter_or_none() {
        for raw in ["", "\r\n\r\n", "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x", "\0\0"]
        {
            let _ = letter(raw.as_bytes());
        }
    }
}
