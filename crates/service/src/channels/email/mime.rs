//! An envelope as a MIME message: `multipart/mixed` of `multipart/alternative` (text, HTML) and
//! the attachments. Nothing in it depends on the clock or on chance; boundaries come from the
//! content. Anything that could begin a header line of its own is refused.

use super::Envelope;
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use sha2::{Digest, Sha256};
use std::time::{Duration, UNIX_EPOCH};

/// Why an envelope cannot become a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The recipient is not one e-mail address.
    #[error("not an e-mail address: {0:?}")]
    Recipient(String),
    /// A header has a line break or another control character, or its name is not one.
    #[error("the header {0:?} is not allowed")]
    Header(String),
    /// An attachment's name or media type is not valid.
    #[error("the attachment {0:?} has no valid name or media type")]
    Attachment(String),
    /// The message could not be put together.
    #[error("the message could not be put together: {0}")]
    Message(String),
}

/// Headers the message has already; a further one could contradict it.
const OWN_HEADERS: [&str; 12] = [
    "from",
    "sender",
    "to",
    "cc",
    "bcc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];

/// Reads `address` or `Name <address>`; the name may have any letters. `None` when it is not
/// exactly one address or holds a control character.
pub(super) fn mailbox(text: &str) -> Option<Mailbox> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return None;
    }
    match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => {
            let name = name.trim().trim_matches('"').trim();
            let name = (!name.is_empty()).then(|| name.to_owned());
            Some(Mailbox::new(name, address.trim().parse().ok()?))
        }
        None => Some(Mailbox::new(None, text.parse().ok()?)),
    }
}

/// The whole message, equal for equal envelopes.
pub(super) fn compose(
    envelope: &Envelope,
    from: &Mailbox,
    reply_to: Option<&Mailbox>,
) -> Result<Message, ComposeError> {
    let to = mailbox(&envelope.to).ok_or_else(|| ComposeError::Recipient(envelope.to.clone()))?;
    if envelope.subject.chars().any(char::is_control) {
        return Err(ComposeError::Header("Subject".to_owned()));
    }
    let message_id = format!("<{}@{}>", envelope.message_id, from.email.domain());
    let mut builder = Message::builder()
        .message_id(Some(message_id))
        .date(UNIX_EPOCH + Duration::from_secs(envelope.released_at_seconds))
        .from(from.clone())
        .to(to)
        .subject(envelope.subject.clone());
    if let Some(reply_to) = reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    for (name, value) in &envelope.headers {
        builder = builder.raw_header(further_header(name, value)?);
    }
    builder.multipart(body(envelope)?).map_err(|error| ComposeError::Message(error.to_string()))
}

/// A header of the caller's own; values that could break out of their line are refused.
fn further_header(name: &str, value: &str) -> Result<HeaderValue, ComposeError> {
    let refused = || ComposeError::Header(name.to_owned());
    let is_token = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_own = OWN_HEADERS.contains(&&*name.to_ascii_lowercase());
    if !is_token || is_own || value.chars().any(char::is_control) {
        return Err(refused());
    }
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| refused())?;
    Ok(HeaderValue::new(name, value.to_owned()))
}

fn body(envelope: &Envelope) -> Result<MultiPart, ComposeError> {
    let seed = boundary_seed(envelope);
    let alternative = MultiPart::alternative()
        .boundary(format!("alternative-{seed}"))
        .singlepart(SinglePart::plain(envelope.text.clone()))
        .singlepart(SinglePart::html(envelope.html.clone()));
    if envelope.attachments.is_empty() {
        return Ok(alternative);
    }
    let mut mixed = MultiPart::mixed().boundary(format!("mixed-{seed}")).multipart(alternative);
    for attachment in &envelope.attachments {
        let refused = || ComposeError::Attachment(attachment.name.clone());
        let name_ok = !attachment.name.is_empty() && !attachment.name.chars().any(char::is_control);
        let media_type = ContentType::parse(&attachment.media_type).map_err(|_| refused())?;
        if !name_ok {
            return Err(refused());
        }
        let part = Attachment::new(attachment.name.clone());
        mixed = mixed.singlepart(part.body(attachment.content.clone(), media_type));
    }
    Ok(mixed)
}

/// Part of the boundaries: a hash of all that stands between them, which therefore cannot stand
/// there by accident.
fn boundary_seed(envelope: &Envelope) -> String {
    let mut hash = Sha256::new();
    hash.update(envelope.message_id.to_string());
    hash.update(&envelope.text);
    hash.update(&envelope.html);
    for attachment in &envelope.attachments {
        hash.update(&attachment.content);
    }
    hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use puntual_core::id::MessageId;

    fn envelope() -> Envelope {
        Envelope {
            message_id: MessageId(42),
            released_at_seconds: 1_795_219_200,
            to: "ana@cliente.example".into(),
            subject: "Su cuenta".into(),
            text: "Hola".into(),
            html: "<p>Hola</p>".into(),
            attachments: Vec::new(),
            headers: Vec::new(),
        }
    }

    fn composed(envelope: &Envelope) -> Result<String, ComposeError> {
        let from = mailbox("Comercial Ñuble <cobros@acreedor.example>").unwrap();
        compose(envelope, &from, None).map(|m| String::from_utf8(m.formatted()).unwrap())
    }

    #[test]
    fn equal_envelopes_give_equal_bytes_with_our_id_and_date() {
        let text = composed(&envelope()).unwrap();
        assert_eq!(text, composed(&envelope()).unwrap());
        assert!(text.contains("Message-ID: <msg_1a@acreedor.example>\r\n"), "{text}");
        assert!(text.contains("Date: Sat, 21 Nov 2026 00:00:00 +0000\r\n"), "{text}");
        assert!(text.is_ascii(), "anything a server may not take is encoded");
    }

    #[test]
    fn nothing_can_begin_a_header_of_its_own() {
        let with = |change: &dyn Fn(&mut Envelope)| {
            let mut changed = envelope();
            change(&mut changed);
            composed(&changed)
        };
        let header = |name: &str, value: &str| {
            with(&|e| e.headers.push((name.to_owned(), value.to_owned())))
        };
        assert!(header("Auto-Submitted", "auto-generated").is_ok());
        assert!(header("X-A", "b\r\nBcc: x@y.example").is_err());
        assert!(header("X-A\r\nBcc", "b").is_err());
        assert!(header("Bcc", "x@y.example").is_err());
        assert!(header("X A", "b").is_err());
        assert!(with(&|e| e.subject = "a\r\nBcc: x@y.example".into()).is_err());
        for to in [
            "a@b.example\r\nBcc: x@y.example",
            "a@b.example, x@y.example",
            "a@b.example> <x@y.example",
            "Ana",
            "",
            "a@b.example\0",
        ] {
            assert!(with(&|e| e.to = to.into()).is_err(), "{to:?}");
        }
        let file = |name: &str, media_type: &str| super::super::Attachment {
            name: name.into(),
            media_type: media_type.into(),
            content: vec![1],
        };
        assert!(with(&|e| e.attachments.push(file("a.pdf", "application/pdf"))).is_ok());
        assert!(with(&|e| e.attachments.push(file("a\r\nX: b", "application/pdf"))).is_err());
        assert!(with(&|e| e.attachments.push(file("a.pdf", "pdf"))).is_err());
    }

    #[test]
    fn a_name_with_a_trap_in_it_stays_a_name() {
        let mut trap = envelope();
        trap.to = "\"Ana, x@y.example\" <ana@cliente.example>".into();
        let from = mailbox("a@b.example").unwrap();
        let message = compose(&trap, &from, None).unwrap();
        let to: Vec<String> = message.envelope().to().iter().map(ToString::to_string).collect();
        assert_eq!(to, ["ana@cliente.example"]);
    }
}
