//! The mailbox: unseen messages are fetched, what is attached is imported, and only then a message
//! is marked as seen and moved. What was read is remembered by Message-ID, attachment and content,
//! so that a message that looks unseen again brings nothing a second time.

use super::mail_settings::{self, MailboxSettings};
use super::mime::{Letter, letter};
use super::{Coming, Source, Taken, refuse, take};
use crate::App;
use crate::channels::{Security, is_this_machine};
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::imports::keys::file_hash;
use crate::imports::{Input, Options};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

/// How long each answer of the server is waited for.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Messages taken in one go; the rest comes with the next.
const MOST_AT_ONCE: usize = 50;
/// Largest message that is fetched.
const MOST_BYTES: u32 = 60_000_000;
/// How long another program is given to finish an attachment it has taken, in milliseconds.
const PATIENCE_MS: i64 = 15 * 60_000;

/// Lines and bytes of a line a server may say before encryption begins.
const MOST_LINES: usize = 20;
const LONGEST_LINE: usize = 4_096;

/// What one reading of a mailbox came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Fetched {
    /// Messages dealt with.
    pub messages: usize,
    /// Attachments imported now.
    pub attachments: usize,
}

/// Reads a creditor's mailbox once; `None` when it has none.
///
/// # Errors
/// `Unavailable` with the server's words when it cannot be reached or refuses.
pub fn fetch(
    app: &App,
    ctx: &Ctx,
    from_environment: Option<&str>,
) -> Result<Option<Fetched>, ServiceError> {
    let Some(mailbox) = mail_settings::mailbox(app, ctx, from_environment)? else {
        return Ok(None);
    };
    let fetched = mailbox.fetch(app, ctx);
    let error = fetched.as_ref().err().map(ToString::to_string);
    mail_settings::note_read(app, ctx, error.as_deref())?;
    fetched.map(Some)
}

/// A mailbox that can be read.
pub(super) struct Mailbox {
    settings: MailboxSettings,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

/// What is spoken over, encrypted or not.
trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

type Session = imap::Session<Box<dyn Wire>>;
type Client = imap::Client<Box<dyn Wire>>;

fn unavailable(error: imap::Error) -> ServiceError {
    ServiceError::Unavailable(error.to_string())
}

impl Mailbox {
    /// # Errors
    /// `Invalid` when the settings cannot be used.
    pub(super) fn new(settings: MailboxSettings) -> Result<Mailbox, ServiceError> {
        if settings.security == Security::None && !is_this_machine(&settings.host) {
            let why = "a password is only sent encrypted: choose STARTTLS or TLS";
            return Err(ServiceError::invalid("security", why));
        }
        let tls = match settings.security {
            Security::None => None,
            Security::Tls | Security::StartTls => {
                let name = ServerName::try_from(settings.host.clone())
                    .map_err(|error| ServiceError::invalid("host", error.to_string()))?;
                Some((Arc::new(trusting(settings.authority_file.as_deref())?), name))
            }
        };
        Ok(Mailbox { settings, tls })
    }

    /// Connects, signs in and opens the folder.
    pub(super) fn check(&self) -> Result<(), ServiceError> {
        let mut session = self.open()?;
        session.logout().map_err(unavailable)
    }

    fn open(&self) -> Result<Session, ServiceError> {
        let password = self
            .settings
            .password
            .as_deref()
            .ok_or_else(|| ServiceError::invalid("password", "missing"))?;
        let client = self.connect()?;
        let mut session =
            client.login(&self.settings.user, password).map_err(|(error, _)| unavailable(error))?;
        session.select(&self.settings.folder).map_err(unavailable)?;
        Ok(session)
    }

    fn connect(&self) -> Result<Client, ServiceError> {
        let (host, port) = (self.settings.host.as_str(), self.settings.port);
        let away =
            |error: std::io::Error| ServiceError::Unavailable(format!("{host}:{port}: {error}"));
        let mut last = std::io::Error::other("the name has no address");
        let addresses = (host, port).to_socket_addrs().map_err(away)?;
        let mut connected = None;
        for address in addresses {
            match TcpStream::connect_timeout(&address, TIMEOUT) {
                Ok(stream) => {
                    connected = Some(stream);
                    break;
                }
                Err(error) => last = error,
            }
        }
        let Some(stream) = connected else { return Err(away(last)) };
        stream.set_read_timeout(Some(TIMEOUT)).map_err(away)?;
        stream.set_write_timeout(Some(TIMEOUT)).map_err(away)?;
        let Some((config, name)) = &self.tls else { return greeted(Box::new(stream)) };
        let stream = match self.settings.security {
            Security::StartTls => ask_for_tls(stream).map_err(away)?,
            Security::Tls | Security::None => stream,
        };
        let connection = ClientConnection::new(Arc::clone(config), name.clone())
            .map_err(|error| ServiceError::Unavailable(error.to_string()))?;
        let encrypted: Box<dyn Wire> = Box::new(StreamOwned::new(connection, stream));
        match self.settings.security {
            // The greeting came before the encryption and is not said again.
            Security::StartTls => Ok(imap::Client::new(encrypted)),
            Security::Tls | Security::None => greeted(encrypted),
        }
    }

    fn fetch(&self, app: &App, ctx: &Ctx) -> Result<Fetched, ServiceError> {
        let mut session = self.open()?;
        let mut unseen: Vec<u32> =
            session.uid_search("UNSEEN").map_err(unavailable)?.into_iter().collect();
        unseen.sort_unstable();
        let mut fetched = Fetched::default();
        for uid in unseen.into_iter().take(MOST_AT_ONCE) {
            match self.take_message(app, ctx, &mut session, uid)? {
                Some(attachments) => {
                    fetched.messages += 1;
                    fetched.attachments += attachments;
                }
                // Another program has it in hand.
                None => continue,
            }
            self.put_away(&mut session, uid)?;
        }
        // What was wanted is done: a server that says goodbye first has said it politely enough.
        let _ = session.logout();
        Ok(fetched)
    }

    /// Imports what is attached to a message; `None` while somebody else is at it.
    fn take_message(
        &self,
        app: &App,
        ctx: &Ctx,
        session: &mut Session,
        uid: u32,
    ) -> Result<Option<usize>, ServiceError> {
        let text = uid.to_string();
        let sizes = session.uid_fetch(&text, "RFC822.SIZE").map_err(unavailable)?;
        let size = sizes.iter().find_map(|fetch| fetch.size).unwrap_or_default();
        if size > MOST_BYTES {
            let megabytes = size / 1_000_000;
            let why = (
                format!(
                    "El mensaje pesa {megabytes} MB: es demasiado grande. Envíe sus archivos por \
                         partes o súbalos en Importar."
                ),
                format!(
                    "The message has {megabytes} MB: too large. Send its files in parts or \
                         upload them."
                ),
            );
            let key = format!("mail:uid:{}:{uid}:{size}", self.settings.folder);
            return self.nothing(app, ctx, &key, &Letter::default(), why).map(Some);
        }
        // PEEK leaves the message unseen until it has been dealt with.
        let bodies = session.uid_fetch(&text, "BODY.PEEK[]").map_err(unavailable)?;
        let Some(raw) = bodies.iter().find_map(|fetch| fetch.body().map(<[u8]>::to_vec)) else {
            return Ok(Some(0));
        };
        let letter = letter(&raw).unwrap_or_default();
        let id = letter.id.clone().unwrap_or_else(|| file_hash(&raw));
        if letter.attachments.is_empty() {
            let why = (
                "El mensaje no trae archivos adjuntos que importar.".to_owned(),
                "The message has no attachments to import.".to_owned(),
            );
            return self.nothing(app, ctx, &format!("mail:{id}"), &letter, why).map(Some);
        }
        self.take_attachments(app, ctx, &id, letter)
    }

    fn take_attachments(
        &self,
        app: &App,
        ctx: &Ctx,
        id: &str,
        letter: Letter,
    ) -> Result<Option<usize>, ServiceError> {
        let mut imported = 0;
        let origin = match letter.subject.is_empty() {
            true => letter.from.clone(),
            false => format!("{} · {}", letter.from, letter.subject),
        };
        for (number, (name, content)) in letter.attachments.into_iter().enumerate() {
            // The content belongs to the key: an id may be forged or given twice.
            let key = format!("mail:{id}:{number}:{}", file_hash(&content));
            let before =
                app.store.read(|tx| puntual_store::arrival::by_key(tx, ctx.scope(), &key))?;
            let coming = Coming {
                source: Source::Mail,
                key,
                name: name.clone(),
                origin: origin.clone(),
                file: Input::Bytes { name, content },
                patience_ms: PATIENCE_MS,
            };
            match take(app, ctx, coming, &Options::default())? {
                Taken::Done(_) => imported += usize::from(before.is_none()),
                Taken::Underway => return Ok(None),
                Taken::OtherContent => {
                    return Err(ServiceError::Bug(format!("two contents of one hash in {id}")));
                }
            }
        }
        Ok(Some(imported))
    }

    /// Notes a message that brought nothing to import.
    fn nothing(
        &self,
        app: &App,
        ctx: &Ctx,
        key: &str,
        letter: &Letter,
        why: (String, String),
    ) -> Result<usize, ServiceError> {
        let name = match letter.subject.as_str() {
            "" => "—".to_owned(),
            subject => subject.to_owned(),
        };
        let coming = Coming {
            source: Source::Mail,
            key: key.to_owned(),
            file: Input::Bytes { name: name.clone(), content: Vec::new() },
            name,
            origin: letter.from.clone(),
            patience_ms: 0,
        };
        refuse(app, ctx, &coming, why)?;
        Ok(0)
    }

    /// Marks a message as seen and moves it where it is wished.
    fn put_away(&self, session: &mut Session, uid: u32) -> Result<(), ServiceError> {
        let uid = uid.to_string();
        session.uid_store(&uid, "+FLAGS.SILENT (\\Seen)").map_err(unavailable)?;
        let Some(folder) = self.settings.done_folder.as_deref() else { return Ok(()) };
        let abilities = session.capabilities().map_err(unavailable)?;
        // A folder that is there already is refused, which is as good.
        let _ = session.create(folder);
        if abilities.has_str("MOVE") {
            return session.uid_mv(&uid, folder).map_err(unavailable);
        }
        session.uid_copy(&uid, folder).map_err(unavailable)?;
        session.uid_store(&uid, "+FLAGS.SILENT (\\Deleted)").map_err(unavailable)?;
        if abilities.has_str("UIDPLUS") {
            session.uid_expunge(&uid).map_err(unavailable)?;
        }
        Ok(())
    }
}

/// Asks for encryption on a connection that begins without it (RFC 3501 §6.2.1). Bytes are taken one
/// by one: what was said in clear after the server's consent is not mistaken for what it says
/// encrypted.
fn ask_for_tls(mut stream: TcpStream) -> std::io::Result<TcpStream> {
    line_of(&mut stream)?;
    stream.write_all(b"t0 STARTTLS\r\n")?;
    for _ in 0..MOST_LINES {
        let line = line_of(&mut stream)?;
        if let Some(answer) = line.strip_prefix("t0 ") {
            return match answer.to_uppercase().starts_with("OK") {
                true => Ok(stream),
                false => Err(std::io::Error::other(format!("STARTTLS: {answer}"))),
            };
        }
    }
    Err(std::io::Error::other("STARTTLS was not answered"))
}

fn line_of(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < LONGEST_LINE {
        stream.read_exact(&mut byte)?;
        if byte[0] == b'\n' {
            return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
        line.push(byte[0]);
    }
    Err(std::io::Error::other("the server's line never ends"))
}

fn greeted(wire: Box<dyn Wire>) -> Result<Client, ServiceError> {
    let mut client = imap::Client::new(wire);
    client.read_greeting().map_err(unavailable)?;
    Ok(client)
}

/// Trusts the authorities browsers trust, and a company's own when it is named.
fn trusting(authority_file: Option<&str>) -> Result<ClientConfig, ServiceError> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(path) = authority_file {
        let refused = |why: String| ServiceError::invalid("authority_file", why);
        let found = CertificateDer::pem_file_iter(path).map_err(|e| refused(e.to_string()))?;
        for certificate in found {
            let certificate = certificate.map_err(|error| refused(error.to_string()))?;
            roots.add(certificate).map_err(|error| refused(error.to_string()))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ServiceError::Bug(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
