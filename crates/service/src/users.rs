//! People who use the program: making them, changing what they may do, their passwords.
//!
//! Decides who counts as the same person (the e-mail, lower case) and that a workspace never loses
//! its last administrator. It refuses to know browsers: see [`crate::sessions`].

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::password::{self, PasswordError};
use crate::random;
use puntual_core::access::{Deed, Role};
use puntual_core::id::{CreditorId, UserId, WorkspaceId};
use puntual_store::user;
pub use puntual_store::user::User;
use puntual_store::{Tx, creditor};

/// Languages the screens exist in.
pub const LOCALES: [&str; 2] = ["es", "en"];

/// A person to add.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The id the person will have; made by the caller, so that repeating adds nobody twice.
    pub id: UserId,
    /// E-mail, what one signs in with.
    pub email: String,
    /// Name on screen.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// First password.
    pub password: String,
    /// Language of the screens: one of [`LOCALES`], or such a language with a country (`es-CL`).
    pub locale: String,
    /// Which collector's customers are theirs.
    pub collector: Option<String>,
}

/// What may be changed of a person; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// Name on screen.
    pub name: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Language of the screens.
    pub locale: Option<String>,
    /// Which collector's customers are theirs; `Some(None)` for nobody's.
    pub collector: Option<Option<String>>,
    /// A new password. Ends the person's sessions.
    pub password: Option<String>,
    /// Whether the person may sign in no more. Ends their sessions.
    pub disabled: Option<bool>,
    /// The creditors they work for; nobody's list for all of them.
    pub creditors: Option<Vec<CreditorId>>,
}

/// A person as the list of people shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The person.
    pub user: User,
    /// When a session of theirs was last used, in milliseconds; `None` when there is none.
    pub last_seen_at: Option<i64>,
    /// The creditors they are assigned to; none when they work for all.
    pub creditors: Vec<CreditorId>,
}

/// The people of the workspace by name.
pub fn list(app: &App, ctx: &Ctx) -> Result<Vec<Listed>, ServiceError> {
    ctx.require(Deed::ManageUsers)?;
    let workspace = ctx.scope().workspace;
    app.store.read(|tx| {
        let seen = user::last_seen(tx, workspace)?;
        let last = |id| seen.iter().find(|(user, _)| *user == id).map(|(_, at)| *at);
        let assigned = user::assignments(tx, workspace)?;
        let creditors = |id| {
            let own = assigned.iter().filter(|(user, _)| *user == id);
            own.map(|(_, creditor)| *creditor).collect()
        };
        let listed = |user: User| Listed {
            last_seen_at: last(user.id),
            creditors: creditors(user.id),
            user,
        };
        Ok(user::list(tx, workspace)?.into_iter().map(listed).collect())
    })
}

/// Whether nobody can sign in yet: the first person has to be made.
pub fn is_empty(app: &App) -> Result<bool, ServiceError> {
    app.store.read(|tx| {
        for (workspace, _) in creditor::workspaces(tx)? {
            if !user::list(tx, workspace)?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

/// Adds a person. The same id with the same content answers the same person; an id or an e-mail
/// that belongs to another is a conflict.
pub fn create(app: &App, ctx: &Ctx, new: NewUser) -> Result<User, ServiceError> {
    ctx.require(Deed::ManageUsers)?;
    let typed_password = new.password.clone();
    let made = describe(ctx.scope().workspace, new)?;
    app.store.write(|tx| {
        if let Some(there) = user::get(tx, made.workspace, made.id)? {
            let same = User { password_hash: there.password_hash.clone(), ..made.clone() };
            let is_repeat =
                same == there && password::verify_password(&typed_password, &there.password_hash);
            return match is_repeat {
                true => Ok(there),
                false => Err(ServiceError::Conflict(format!("user {} is another", made.id))),
            };
        }
        if user::by_email(tx, made.workspace, &made.email)?.is_some() {
            return Err(ServiceError::Conflict(format!("{} is already a user", made.email)));
        }
        user::insert(tx, &made, ctx.now_ms)?;
        Ok(made.clone())
    })
}

/// Changes a person. Changing it to what it is changes nothing.
pub fn change(app: &App, ctx: &Ctx, who: UserId, change: UserChange) -> Result<User, ServiceError> {
    ctx.require(Deed::ManageUsers)?;
    let workspace = ctx.scope().workspace;
    let password_hash = change.password.as_deref().map(hash).transpose()?;
    app.store.write(|tx| {
        let before = user::get(tx, workspace, who)?
            .ok_or_else(|| ServiceError::NotFound(format!("user {who}")))?;
        let mut after = before.clone();
        if let Some(name) = &change.name {
            after.name = named(name)?;
        }
        if let Some(role) = change.role {
            after.role = role.as_str().to_owned();
        }
        if let Some(locale) = &change.locale {
            after.locale = spoken(locale)?;
        }
        if let Some(collector) = &change.collector {
            after.collector = collector.clone().filter(|name| !name.trim().is_empty());
        }
        match change.disabled {
            Some(true) => after.disabled_at = before.disabled_at.or(Some(ctx.now_ms)),
            Some(false) => after.disabled_at = None,
            None => {}
        }
        if let Some(password_hash) = &password_hash {
            after.password_hash.clone_from(password_hash);
        }
        keep_an_admin(tx, &before, &after)?;
        user::update(tx, &after)?;
        if let Some(creditors) = &change.creditors {
            assign(tx, &after, creditors)?;
        }
        if password_hash.is_some() || change.disabled == Some(true) {
            user::end_sessions_of(tx, workspace, who, ctx.now_ms)?;
        }
        Ok(after)
    })
}

/// Assigns a person to creditors of their workspace.
fn assign(tx: &mut Tx<'_>, who: &User, creditors: &[CreditorId]) -> Result<(), ServiceError> {
    let known = creditor::list(tx, who.workspace)?;
    let is_known = |id: &CreditorId| known.iter().any(|one| one.scope.creditor == *id);
    if !creditors.iter().all(is_known) {
        return Err(ServiceError::NotFound("a creditor of the assignment".to_owned()));
    }
    let mut wanted = creditors.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    Ok(user::assign(tx, who.workspace, who.id, &wanted)?)
}

/// Changes one's own password, knowing the present one. Ends one's sessions, this one too.
pub fn change_own_password(
    app: &App,
    who: &User,
    present: &str,
    wanted: &str,
) -> Result<(), ServiceError> {
    if !password::verify_password(present, &who.password_hash) {
        return Err(ServiceError::invalid("present", "wrong_password"));
    }
    let password_hash = hash(wanted)?;
    let now_ms = app.clock.now_ms();
    app.store.write(|tx| {
        let stored = user::get(tx, who.workspace, who.id)?
            .ok_or_else(|| ServiceError::NotFound(format!("user {}", who.id)))?;
        user::update(tx, &User { password_hash: password_hash.clone(), ..stored })?;
        user::end_sessions_of(tx, who.workspace, who.id, now_ms)?;
        Ok(())
    })
}

/// Changes the language of one's own screens.
pub fn change_own_locale(app: &App, who: &User, locale: &str) -> Result<(), ServiceError> {
    let locale = spoken(locale)?;
    app.store.write(|tx| {
        let stored = user::get(tx, who.workspace, who.id)?
            .ok_or_else(|| ServiceError::NotFound(format!("user {}", who.id)))?;
        Ok(user::update(tx, &User { locale: locale.clone(), ..stored })?)
    })
}

/// E-mails are compared without case and blanks around them.
pub(crate) fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

fn describe(workspace: WorkspaceId, new: NewUser) -> Result<User, ServiceError> {
    let email = normal_email(&new.email);
    let (local, domain) = email.split_once('@').unwrap_or_default();
    if local.is_empty() || domain.is_empty() || email.contains(char::is_whitespace) {
        return Err(ServiceError::invalid("email", "bad_email"));
    }
    Ok(User {
        workspace,
        id: new.id,
        email,
        name: named(&new.name)?,
        role: new.role.as_str().to_owned(),
        password_hash: hash(&new.password)?,
        locale: spoken(&new.locale)?,
        collector: new.collector.filter(|name| !name.trim().is_empty()),
        disabled_at: None,
    })
}

fn named(name: &str) -> Result<String, ServiceError> {
    match name.trim() {
        "" => Err(ServiceError::invalid("name", "missing")),
        name => Ok(name.to_owned()),
    }
}

fn spoken(locale: &str) -> Result<String, ServiceError> {
    let language = locale.split('-').next().unwrap_or_default();
    match LOCALES.contains(&language) {
        true => Ok(locale.to_owned()),
        false => Err(ServiceError::invalid("locale", "unknown_language")),
    }
}

fn hash(password: &str) -> Result<String, ServiceError> {
    password::hash_password(password, random::bytes()?).map_err(|error| match error {
        PasswordError::TooShort => ServiceError::invalid("password", "too_short"),
        PasswordError::TooLong => ServiceError::invalid("password", "too_long"),
        PasswordError::Hash(text) => ServiceError::Bug(text),
    })
}

fn is_active_admin(user: &User) -> bool {
    user.role == Role::Admin.as_str() && user.disabled_at.is_none()
}

/// Refuses a change after which nobody could undo it.
fn keep_an_admin(tx: &mut Tx<'_>, before: &User, after: &User) -> Result<(), ServiceError> {
    if !is_active_admin(before) || is_active_admin(after) {
        return Ok(());
    }
    let others = user::list(tx, before.workspace)?;
    if others.iter().any(|other| other.id != before.id && is_active_admin(other)) {
        return Ok(());
    }
    Err(ServiceError::Conflict("the last administrator has to stay one".to_owned()))
}
