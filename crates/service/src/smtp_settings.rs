//! How a creditor's e-mail leaves: read from and written to its settings, and tried out.
//!
//! The settings are rows named `smtp.*`. The password is stored as it was typed, because the mail
//! server asks for it in clear: whoever can read the database can read it, so it should be one
//! made for this program (an app password), and the database's file or server closed to others.
//! It is never given back to a page or a log.

use crate::App;
use crate::channels::email::SettingsError;
use crate::channels::{EmailChannel, EmailSettings, Security};
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::Deed;
use puntual_store::{Tx, setting};

/// Wait for each answer of the server unless the settings say otherwise, in seconds.
pub const DEFAULT_TIMEOUT_SECONDS: u32 = 30;

/// The settings as a page may show them: without the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownSettings {
    /// Everything but the password.
    pub settings: EmailSettings,
    /// Whether a password is stored.
    pub has_password: bool,
}

/// The word a security is stored and chosen by.
pub fn security_word(security: Security) -> &'static str {
    match security {
        Security::None => "none",
        Security::StartTls => "starttls",
        Security::Tls => "tls",
    }
}

/// The security of that word, or `None`.
pub fn security(word: &str) -> Option<Security> {
    [Security::None, Security::StartTls, Security::Tls]
        .into_iter()
        .find(|security| security_word(*security) == word)
}

/// The creditor's settings without the password; `None` before e-mail is set up.
pub fn show(app: &App, ctx: &Ctx) -> Result<Option<ShownSettings>, ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    let settings = app.store.read(|tx| read(tx, ctx))?;
    Ok(settings.map(|mut settings| {
        let has_password = settings.password.take().is_some();
        ShownSettings { settings, has_password }
    }))
}

/// Writes the settings. Without a password the stored one stays, unless the user is gone too.
///
/// # Errors
/// `Invalid` when nothing could be sent with them.
pub fn save(app: &App, ctx: &Ctx, settings: EmailSettings) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    app.store.write(|tx| {
        let settings = with_stored_password(tx, ctx, settings)?;
        EmailChannel::new(settings.clone()).map_err(|error| refused(&error))?;
        write(tx, ctx, &settings)
    })
}

/// Connects, greets and signs in with settings that need not be saved: what went wrong is said in
/// the server's words.
pub fn test_connection(app: &App, ctx: &Ctx, settings: EmailSettings) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    let settings = app.store.read(|tx| with_stored_password(tx, ctx, settings))?;
    let channel = EmailChannel::new(settings).map_err(|error| refused(&error))?;
    channel.check().map_err(ServiceError::Unavailable)
}

/// The channel of the creditor; `None` while e-mail is not set up.
///
/// # Errors
/// `Invalid` when what is stored cannot be used.
pub fn channel(app: &App, ctx: &Ctx) -> Result<Option<EmailChannel>, ServiceError> {
    stored(app, ctx)?.map(channel_of).transpose()
}

/// Name of the server mail leaves by, for anybody who sees the outbox; `None` while there is none.
pub fn server(app: &App, ctx: &Ctx) -> Result<Option<String>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    let settings = app.store.read(|tx| read(tx, ctx))?;
    Ok(settings.map(|settings| settings.host))
}

/// What is stored, password included, for whoever sends.
pub(crate) fn stored(app: &App, ctx: &Ctx) -> Result<Option<EmailSettings>, ServiceError> {
    ctx.require(Deed::RunDay)?;
    app.store.read(|tx| read(tx, ctx))
}

/// A channel for settings as stored.
pub(crate) fn channel_of(settings: EmailSettings) -> Result<EmailChannel, ServiceError> {
    EmailChannel::new(settings).map_err(|error| refused(&error))
}

fn refused(error: &SettingsError) -> ServiceError {
    let field = match error {
        SettingsError::Host(_) => "host",
        SettingsError::Helo(_) => "helo",
        SettingsError::Address(_) => "from",
        SettingsError::PasswordInClear | SettingsError::Encryption(_) => "security",
    };
    ServiceError::invalid(field, error.to_string())
}

fn with_stored_password(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    settings: EmailSettings,
) -> Result<EmailSettings, ServiceError> {
    if settings.password.is_some() || settings.user.is_none() {
        return Ok(settings);
    }
    let password = read(tx, ctx)?.and_then(|stored| stored.password);
    Ok(EmailSettings { password, ..settings })
}

fn read(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Option<EmailSettings>, ServiceError> {
    let mut value = |name: &str| -> Result<Option<String>, ServiceError> {
        let found = setting::get(tx, ctx.scope(), &format!("smtp.{name}"))?;
        Ok(found.filter(|text| !text.is_empty()))
    };
    let (Some(host), Some(from)) = (value("host")?, value("from")?) else { return Ok(None) };
    let port = value("port")?.and_then(|text| text.parse().ok());
    let timeout_seconds = value("timeout_seconds")?.and_then(|text| text.parse().ok());
    Ok(Some(EmailSettings {
        host,
        port: port.unwrap_or(587),
        security: value("security")?.and_then(|word| security(&word)).unwrap_or(Security::StartTls),
        user: value("user")?,
        password: value("password")?,
        from,
        reply_to: value("reply_to")?,
        helo: value("helo")?,
        timeout_seconds: timeout_seconds.unwrap_or(DEFAULT_TIMEOUT_SECONDS),
    }))
}

fn write(tx: &mut Tx<'_>, ctx: &Ctx, settings: &EmailSettings) -> Result<(), ServiceError> {
    let (port, timeout) = (settings.port.to_string(), settings.timeout_seconds.to_string());
    let rows = [
        ("host", Some(&*settings.host)),
        ("port", Some(&*port)),
        ("security", Some(security_word(settings.security))),
        ("user", settings.user.as_deref()),
        ("password", settings.password.as_deref()),
        ("from", Some(&*settings.from)),
        ("reply_to", settings.reply_to.as_deref()),
        ("helo", settings.helo.as_deref()),
        ("timeout_seconds", Some(&*timeout)),
    ];
    for (name, value) in rows {
        setting::set(tx, ctx.scope(), &format!("smtp.{name}"), value.unwrap_or_default())?;
    }
    Ok(())
}
