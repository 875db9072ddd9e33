//! E-mail over SMTP.
//!
//! It decides how a message becomes MIME and what an SMTP server's behaviour says about a
//! message's fate; it refuses to know templates, customers and the outbox.
//!
//! The conversation is driven step by step over lettre's connection, because the library's own
//! transport reports a connection lost before the message and one lost after it with the same
//! error. Here what fails before the text of the message is a failure that may be tried again, and
//! what breaks once it may all be out, without a reply, is [`Delivery::Unknown`] (RFC 5321 section
//! 4.5.3.2.6 warns of the duplicates that trying again would make). The same
//! envelope always gives the same bytes, so a second attempt is recognisable as the same message.

mod mime;

pub use mime::ComposeError;

use super::Delivery;
use lettre::Address;
use lettre::address::Envelope as Route;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use puntual_core::id::MessageId;
use std::error::Error;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Whether and how the connection to the server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Not encrypted; for a server on this machine or its own network.
    None,
    /// Begins in the clear and must turn encrypted (port 587); fails when the server cannot.
    StartTls,
    /// Encrypted from the first byte (port 465).
    Tls,
}

/// How to reach the server that takes this creditor's e-mail.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailSettings {
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the connection is encrypted.
    pub security: Security,
    /// The user name, when the server asks for one.
    pub user: Option<String>,
    /// The password that goes with it.
    pub password: Option<String>,
    /// Who writes: `cobros@acreedor.cl` or `Comercial Ñuble <cobros@acreedor.cl>`.
    pub from: String,
    /// Where answers go, when not to `from`.
    pub reply_to: Option<String>,
    /// The name this machine greets the server with; its host name when absent.
    pub helo: Option<String>,
    /// How long to wait for each answer, in seconds.
    pub timeout_seconds: u32,
}

/// Does not show the password.
impl fmt::Debug for EmailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmailSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("user", &self.user)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// A file that travels with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The file's name.
    pub name: String,
    /// Its media type, as `application/pdf`.
    pub media_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// A message with its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The outbox's own id; becomes the Message-ID header, the same on every attempt.
    pub message_id: MessageId,
    /// When the message was released, in seconds since 1970-01-01 UTC; becomes the Date header,
    /// the same on every attempt.
    pub released_at_seconds: u64,
    /// One address, with a name or without.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The message as plain text.
    pub text: String,
    /// The message as HTML.
    pub html: String,
    /// Files that travel with it.
    pub attachments: Vec<Attachment>,
    /// Further headers, name and value, as `Auto-Submitted`; none that the message has already.
    pub headers: Vec<(String, String)>,
}

/// Why settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The server's name is empty or has characters no name has.
    #[error("the server's name is not valid: {0:?}")]
    Host(String),
    /// The greeting name has characters no name has.
    #[error("the greeting name is not valid: {0:?}")]
    Helo(String),
    /// The address of the sender or for answers is not one.
    #[error("not an e-mail address: {0:?}")]
    Address(String),
    /// A password would travel unencrypted to another machine.
    #[error("a password is only sent encrypted: choose STARTTLS or TLS")]
    PasswordInClear,
    /// The encryption cannot be set up for this server name.
    #[error("encryption cannot be set up: {0}")]
    Encryption(String),
}

/// Connections kept open between messages, at most.
const IDLE_CONNECTIONS: usize = 4;

/// Longest text of a server that is kept, in characters.
const REPLY_CHARACTERS: usize = 500;

/// Sends e-mail through one server, keeping its connections open between messages. May be used
/// from several threads at once.
pub struct EmailChannel {
    settings: EmailSettings,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    helo: ClientId,
    tls: Option<TlsParameters>,
    idle: Mutex<Vec<SmtpConnection>>,
}

/// Why a server did not take the message before its text was sent.
enum Refusal {
    /// The connection broke or spoke nonsense.
    Lost(String),
    /// The server said no.
    Reply(u16, String),
}

impl EmailChannel {
    /// A channel for these settings; connects to nothing yet.
    pub fn new(settings: EmailSettings) -> Result<EmailChannel, SettingsError> {
        let is_name = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || ".-:_".contains(c))
        };
        if !is_name(&settings.host) {
            return Err(SettingsError::Host(settings.host));
        }
        let helo = match &settings.helo {
            Some(name) if is_name(name) => ClientId::Domain(name.clone()),
            Some(name) => return Err(SettingsError::Helo(name.clone())),
            None => ClientId::default(),
        };
        let clear = settings.security == Security::None;
        if clear && settings.password.is_some() && !is_this_machine(&settings.host) {
            return Err(SettingsError::PasswordInClear);
        }
        let address =
            |text: &str| mime::mailbox(text).ok_or_else(|| SettingsError::Address(text.to_owned()));
        let tls = match settings.security {
            Security::None => None,
            _ => Some(
                TlsParameters::new_rustls(settings.host.clone())
                    .map_err(|error| SettingsError::Encryption(error.to_string()))?,
            ),
        };
        Ok(EmailChannel {
            from: address(&settings.from)?,
            reply_to: settings.reply_to.as_deref().map(address).transpose()?,
            helo,
            tls,
            idle: Mutex::new(Vec::new()),
            settings,
        })
    }

    /// Connects, greets, signs in, and hangs up: whether the settings work, in a person's words.
    pub fn check(&self) -> Result<(), String> {
        let mut connection = self.connect()?;
        connection.command(Noop).map_err(|error| text_of(&error))?;
        // What the server says to a goodbye changes nothing.
        let _ = connection.quit();
        Ok(())
    }

    /// Sends one message and says what became of it. Never sends it twice: a connection that had
    /// gone stale is replaced only before the message's text was begun.
    pub fn send(&self, envelope: &Envelope) -> Delivery {
        let composed = mime::compose(envelope, &self.from, self.reply_to.as_ref());
        let message = match composed {
            Ok(message) => message,
            Err(error) => {
                return Delivery::PermanentFailure { code: None, text: error.to_string() };
            }
        };
        let route = message.envelope().clone();
        let Ok(wire) = String::from_utf8(message.formatted()) else {
            let text = "the message could not be put together as text".to_owned();
            return Delivery::PermanentFailure { code: None, text };
        };
        if let Some(mut kept) = self.take_idle() {
            match begin(&mut kept, &route) {
                Ok(()) => return self.transfer(kept, &wire),
                Err(Refusal::Reply(code, text)) if code != 421 => {
                    return self.refused(kept, code, text);
                }
                // The server had closed it meanwhile; nothing was said about this message yet.
                Err(_) => {}
            }
        }
        let mut connection = match self.connect() {
            Ok(connection) => connection,
            Err(text) => return Delivery::TemporaryFailure { code: None, text },
        };
        match begin(&mut connection, &route) {
            Ok(()) => self.transfer(connection, &wire),
            Err(Refusal::Reply(code, text)) => self.refused(connection, code, text),
            Err(Refusal::Lost(text)) => Delivery::TemporaryFailure { code: None, text },
        }
    }

    /// Hangs up the connections kept open. Worth calling when a batch is done.
    pub fn close_idle(&self) {
        let kept = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for mut connection in kept {
            // What the server says to a goodbye changes nothing.
            let _ = connection.quit();
        }
    }

    /// A connection greeted, encrypted and signed in as the settings ask. All failures here are
    /// of the settings or the server, never of a message.
    fn connect(&self) -> Result<SmtpConnection, String> {
        let settings = &self.settings;
        let timeout = Some(Duration::from_secs(settings.timeout_seconds.max(1).into()));
        let server = (settings.host.as_str(), settings.port);
        let from_start = if settings.security == Security::Tls { self.tls.as_ref() } else { None };
        let unreachable =
            |error: SmtpError| format!("{}:{}: {}", settings.host, settings.port, text_of(&error));
        let mut connection = SmtpConnection::connect(server, timeout, &self.helo, from_start, None)
            .map_err(unreachable)?;
        if let (Security::StartTls, Some(tls)) = (settings.security, &self.tls) {
            connection.starttls(tls, &self.helo).map_err(unreachable)?;
        }
        if let Some(user) = &settings.user {
            let password = settings.password.clone().unwrap_or_default();
            let credentials = Credentials::new(user.clone(), password);
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .map_err(unreachable)?;
        }
        Ok(connection)
    }

    /// Sends the text of a message whose envelope the server has accepted.
    fn transfer(&self, mut connection: SmtpConnection, wire: &str) -> Delivery {
        // Text and final dot go out in one write: written apart, the dot would wait for the
        // acknowledgement of the text (Nagle's algorithm), 40 ms and more for every message.
        let outcome = connection.command(Wire(wire));
        match outcome {
            Ok(reply) if reply.code().severity == Severity::PositiveCompletion => {
                self.keep_idle(connection);
                Delivery::Sent { response: words_of(&reply) }
            }
            Ok(reply) => Delivery::Unknown { why: words_of(&reply) },
            Err(error) => match error.status() {
                Some(code) => self.refused(connection, code.into(), text_of(&error)),
                None if broke_while_writing(&error) => {
                    Delivery::TemporaryFailure { code: None, text: text_of(&error) }
                }
                None => Delivery::Unknown { why: text_of(&error) },
            },
        }
    }

    /// What a negative reply says about the message; the connection is kept when it is still good.
    fn refused(&self, mut connection: SmtpConnection, code: u16, text: String) -> Delivery {
        if code != 421 && connection.command(Rset).is_ok() {
            self.keep_idle(connection);
        }
        // 530 and 535 ask to sign in: that is for the settings to mend, not the message's fault.
        if code >= 500 && !matches!(code, 530 | 535) {
            Delivery::PermanentFailure { code: Some(code), text }
        } else {
            Delivery::TemporaryFailure { code: Some(code), text }
        }
    }

    fn take_idle(&self) -> Option<SmtpConnection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep_idle(&self, connection: SmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS && !connection.has_broken() {
            idle.push(connection);
        }
    }
}

/// A message on the wire: lines that begin with a dot get another (RFC 5321 section 4.5.2), and a
/// dot alone ends it.
struct Wire<'a>(&'a str);

impl fmt::Display for Wire<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.strip_suffix("\r\n").unwrap_or(self.0);
        for line in text.split("\r\n") {
            if line.starts_with('.') {
                f.write_str(".")?;
            }
            f.write_str(line)?;
            f.write_str("\r\n")?;
        }
        f.write_str(".\r\n")
    }
}

/// Whether the connection certainly broke before the final dot was out. A broken pipe is only
/// ever reported to a writer; every other error may have come while waiting for the reply.
fn broke_while_writing(error: &SmtpError) -> bool {
    let cause = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Sender, recipient, and leave to send the text.
fn begin(connection: &mut SmtpConnection, route: &Route) -> Result<(), Refusal> {
    let mut options = Vec::new();
    let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    if !route.from().into_iter().chain(route.to()).all(is_ascii) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let text = "the server does not take addresses with these letters (SMTPUTF8)";
            return Err(Refusal::Reply(553, text.to_owned()));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    connection.command(Mail::new(route.from().cloned(), options)).map_err(Refusal::of)?;
    for recipient in route.to() {
        connection.command(Rcpt::new(recipient.clone(), Vec::new())).map_err(Refusal::of)?;
    }
    let reply = connection.command(Data).map_err(Refusal::of)?;
    if reply.has_code(354) { Ok(()) } else { Err(Refusal::Lost(words_of(&reply))) }
}

impl Refusal {
    fn of(error: SmtpError) -> Refusal {
        match error.status() {
            Some(code) => Refusal::Reply(code.into(), text_of(&error)),
            None => Refusal::Lost(text_of(&error)),
        }
    }
}

/// What the server said, or what went wrong, in one line.
fn text_of(error: &SmtpError) -> String {
    match (error.status(), error.source()) {
        (Some(_), Some(said)) => one_line(&said.to_string()),
        _ => one_line(&error.to_string()),
    }
}

fn words_of(reply: &Response) -> String {
    let words: Vec<&str> = reply.message().collect();
    one_line(&format!("{} {}", reply.code(), words.join(" ")))
}

/// A server's words made safe to store and show.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(REPLY_CHARACTERS)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Whether the host is this machine, to which a password may travel unencrypted.
pub(crate) fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
