//! The mailbox a creditor's files are mailed to: read from and written to its settings, tried out.
//!
//! The settings are rows named `imap.*`. The password may come from the environment of the program
//! instead; what is stored is stored as it was typed, because the server asks for it in clear, and
//! is never given back to a page or a log.

use super::mail::Mailbox;
use crate::App;
use crate::channels::Security;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::smtp_settings::{security, security_word};
use puntual_core::access::Deed;
use puntual_store::{Tx, setting};

/// How a mailbox is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxSettings {
    /// Host name or address of the IMAP server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
    /// The user.
    pub user: String,
    /// The password; `None` to keep what is stored, or to take it from the environment.
    pub password: Option<String>,
    /// The folder that is read.
    pub folder: String,
    /// Where messages go that were read; `None` to leave them, marked as seen.
    pub done_folder: Option<String>,
    /// A file with the certificate of the authority the server's is signed by, for a company's own.
    pub authority_file: Option<String>,
}

/// The settings as a page may show them: without the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownMailbox {
    /// Everything but the password.
    pub settings: MailboxSettings,
    /// Whether a password is stored.
    pub has_password: bool,
    /// When it was last read, in milliseconds.
    pub last_read_at: Option<i64>,
    /// Why it could not be read the last time.
    pub last_error: Option<String>,
}

/// The creditor's mailbox without its password; `None` before it is set up.
pub fn show(app: &App, ctx: &Ctx) -> Result<Option<ShownMailbox>, ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    app.store.read(|tx| {
        let Some(mut settings) = read(tx, ctx)? else { return Ok(None) };
        let has_password = settings.password.take().is_some();
        let last_read_at = value(tx, ctx, "last_read_at")?.and_then(|text| text.parse().ok());
        let last_error = value(tx, ctx, "last_error")?;
        Ok(Some(ShownMailbox { settings, has_password, last_read_at, last_error }))
    })
}

/// Writes the settings. Without a password the stored one stays.
///
/// # Errors
/// `Invalid` when nothing could be read with them.
pub fn save(app: &App, ctx: &Ctx, settings: MailboxSettings) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    app.store.write(|tx| {
        let settings = with_stored_password(tx, ctx, settings)?;
        Mailbox::new(settings.clone())?;
        write(tx, ctx, &settings)
    })
}

/// Takes the mailbox away: it is read no more.
pub fn forget(app: &App, ctx: &Ctx) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    app.store.write(|tx| {
        for name in ["host", "password", "last_error"] {
            setting::set(tx, ctx.scope(), &format!("imap.{name}"), "")?;
        }
        Ok(())
    })
}

/// Connects, signs in and opens the folder with settings that need not be saved. `from_environment`
/// is the password the program was started with.
pub fn test_connection(
    app: &App,
    ctx: &Ctx,
    settings: MailboxSettings,
    from_environment: Option<&str>,
) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    let settings = app.store.read(|tx| with_stored_password(tx, ctx, settings))?;
    Mailbox::new(with_password(settings, from_environment))?.check()
}

/// The mailbox of the creditor; `None` while there is none.
pub(super) fn mailbox(
    app: &App,
    ctx: &Ctx,
    from_environment: Option<&str>,
) -> Result<Option<Mailbox>, ServiceError> {
    ctx.require(Deed::Import)?;
    let settings = app.store.read(|tx| read(tx, ctx))?;
    settings.map(|settings| Mailbox::new(with_password(settings, from_environment))).transpose()
}

/// Notes that the mailbox was read, or why it could not be.
pub(super) fn note_read(app: &App, ctx: &Ctx, error: Option<&str>) -> Result<(), ServiceError> {
    app.store.write(|tx| {
        if error.is_none() {
            let now = app.clock.now_ms().to_string();
            setting::set(tx, ctx.scope(), "imap.last_read_at", &now)?;
        }
        Ok(setting::set(tx, ctx.scope(), "imap.last_error", error.unwrap_or_default())?)
    })
}

fn with_password(settings: MailboxSettings, from_environment: Option<&str>) -> MailboxSettings {
    let password = settings.password.or_else(|| from_environment.map(str::to_owned));
    MailboxSettings { password, ..settings }
}

fn with_stored_password(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    settings: MailboxSettings,
) -> Result<MailboxSettings, ServiceError> {
    if settings.password.is_some() {
        return Ok(settings);
    }
    // A password typed for one server is not sent to another.
    let stored = read(tx, ctx)?.filter(|stored| stored.host == settings.host);
    Ok(MailboxSettings { password: stored.and_then(|stored| stored.password), ..settings })
}

fn value(tx: &mut Tx<'_>, ctx: &Ctx, name: &str) -> Result<Option<String>, ServiceError> {
    let found = setting::get(tx, ctx.scope(), &format!("imap.{name}"))?;
    Ok(found.filter(|text| !text.is_empty()))
}

fn read(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Option<MailboxSettings>, ServiceError> {
    let (Some(host), Some(user)) = (value(tx, ctx, "host")?, value(tx, ctx, "user")?) else {
        return Ok(None);
    };
    Ok(Some(MailboxSettings {
        host,
        port: value(tx, ctx, "port")?.and_then(|text| text.parse().ok()).unwrap_or(993),
        security: value(tx, ctx, "security")?
            .and_then(|word| security(&word))
            .unwrap_or(Security::Tls),
        user,
        password: value(tx, ctx, "password")?,
        folder: value(tx, ctx, "folder")?.unwrap_or_else(|| "INBOX".to_owned()),
        done_folder: value(tx, ctx, "done_folder")?,
        authority_file: value(tx, ctx, "authority_file")?,
    }))
}

fn write(tx: &mut Tx<'_>, ctx: &Ctx, settings: &MailboxSettings) -> Result<(), ServiceError> {
    let port = settings.port.to_string();
    let rows = [
        ("host", Some(&*settings.host)),
        ("port", Some(&*port)),
        ("security", Some(security_word(settings.security))),
        ("user", Some(&*settings.user)),
        ("password", settings.password.as_deref()),
        ("folder", Some(&*settings.folder)),
        ("done_folder", settings.done_folder.as_deref()),
        ("authority_file", settings.authority_file.as_deref()),
        ("last_error", None),
    ];
    for (name, value) in rows {
        setting::set(tx, ctx.scope(), &format!("imap.{name}"), value.unwrap_or_default())?;
    }
    Ok(())
}
