//! Keys with which programs speak for a person: made, used, taken back.
//!
//! A key may do what its person may do, no more, and nothing once the person is disabled. It is
//! shown once; only its hash is kept.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::{password, random};
use puntual_core::access::Deed;
use puntual_core::id::{UserId, WorkspaceId};
use puntual_store::api_token;
pub use puntual_store::api_token::ApiToken;
use puntual_store::user::{self, User};

/// What every key begins with, so that it is recognised where it should not be.
const MARK: &str = "ptl_";
/// Letters of a key that are kept to recognise it by.
const SHOWN: usize = 12;
/// How often the use of a key is noted at most, in milliseconds.
const NOTED_EVERY_MS: i64 = 60_000;

/// The keys of the workspace with whom they speak for, newest first.
pub fn list(app: &App, ctx: &Ctx) -> Result<Vec<(ApiToken, Option<User>)>, ServiceError> {
    ctx.require(Deed::ManageUsers)?;
    let workspace = ctx.scope().workspace;
    app.store.read(|tx| {
        let users = user::list(tx, workspace)?;
        let tokens = api_token::list(tx, workspace)?;
        let of = |id: UserId| users.iter().find(|user| user.id == id).cloned();
        Ok(tokens.into_iter().map(|token| (token.clone(), of(token.user))).collect())
    })
}

/// Makes a key for a person; the key itself is answered once and not kept.
pub fn create(app: &App, ctx: &Ctx, whose: UserId, name: &str) -> Result<String, ServiceError> {
    ctx.require(Deed::ManageUsers)?;
    let workspace = ctx.scope().workspace;
    let name = match name.trim() {
        "" => return Err(ServiceError::invalid("name", "missing")),
        name => name.to_owned(),
    };
    let secret = password::new_token(random::bytes()?);
    let key = format!("{MARK}{workspace}.{secret}");
    let token = ApiToken {
        workspace,
        token_hash: password::token_hash(&secret),
        user: whose,
        name,
        start: key.chars().take(SHOWN).collect(),
        created_by: ctx.actor.clone(),
        created_at: ctx.now_ms,
        last_used_at: None,
        revoked_by: None,
        revoked_at: None,
    };
    app.store.write(|tx| {
        if user::get(tx, workspace, whose)?.is_none() {
            return Err(ServiceError::NotFound(format!("user {whose}")));
        }
        Ok(api_token::insert(tx, &token)?)
    })?;
    Ok(key)
}

/// Takes a key back. Taking it back twice changes nothing.
pub fn revoke(app: &App, ctx: &Ctx, token_hash: &str) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageUsers)?;
    let workspace = ctx.scope().workspace;
    app.store.write(|tx| api_token::revoke(tx, workspace, token_hash, &ctx.actor, ctx.now_ms))?;
    Ok(())
}

/// Whom a key speaks for; `None` for no key of ours, one taken back, or of somebody disabled.
pub fn authenticate(app: &App, key: &str) -> Result<Option<User>, ServiceError> {
    let parts = key.strip_prefix(MARK).and_then(|rest| rest.split_once('.'));
    let Some((workspace, secret)) = parts else { return Ok(None) };
    let Ok(workspace) = workspace.parse::<WorkspaceId>() else { return Ok(None) };
    let token_hash = password::token_hash(secret);
    let found = app.store.read(|tx| {
        let Some(token) = api_token::valid(tx, workspace, &token_hash)? else { return Ok(None) };
        let user = user::get(tx, workspace, token.user)?;
        Ok::<_, ServiceError>(user.map(|user| (token, user)))
    })?;
    let Some((token, user)) = found else { return Ok(None) };
    if user.disabled_at.is_some() {
        return Ok(None);
    }
    let now_ms = app.clock.now_ms();
    if token.last_used_at.is_none_or(|last| now_ms - last >= NOTED_EVERY_MS) {
        app.store.write(|tx| api_token::touch(tx, workspace, &token_hash, now_ms))?;
    }
    Ok(Some(user))
}
