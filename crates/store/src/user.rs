//! People who use the program, their sessions, and failed sign-ins.

use crate::error::StoreError;
use crate::row::Row;
use crate::{Tx, params};
use puntual_core::id::{CreditorId, UserId, WorkspaceId};

/// A person who uses the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its id.
    pub id: UserId,
    /// E-mail, lower case: what one signs in with.
    pub email: String,
    /// Name on screen.
    pub name: String,
    /// `admin`, `supervisor`, `agent`, `viewer`.
    pub role: String,
    /// Argon2 hash.
    pub password_hash: String,
    /// Language of the screens.
    pub locale: String,
    /// Which collector's customers are this person's.
    pub collector: Option<String>,
    /// When it was disabled, in milliseconds.
    pub disabled_at: Option<i64>,
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Hash of the token in the cookie.
    pub token_hash: String,
    /// Who.
    pub user: UserId,
    /// The secret that forms must repeat.
    pub csrf: String,
    /// When it began, in milliseconds.
    pub created_at: i64,
    /// When it was last used.
    pub last_seen_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

const USER: &str = "workspace_id, user_id, email, name, role, password_hash, locale, collector, \
     disabled_at";

fn read(row: &Row<'_>) -> Result<User, StoreError> {
    Ok(User {
        workspace: WorkspaceId(row.int(0)?),
        id: UserId(row.int(1)?),
        email: row.text(2)?,
        name: row.text(3)?,
        role: row.text(4)?,
        password_hash: row.text(5)?,
        locale: row.text(6)?,
        collector: row.opt_text(7)?,
        disabled_at: row.opt_int(8)?,
    })
}

/// Adds a user.
pub fn insert(tx: &mut Tx<'_>, user: &User, now_ms: i64) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO app_user ({USER}, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    );
    tx.execute(
        &sql,
        &params![
            user.workspace,
            user.id,
            &user.email,
            &user.name,
            &user.role,
            &user.password_hash,
            &user.locale,
            user.collector.as_deref(),
            user.disabled_at,
            now_ms,
        ],
    )?;
    Ok(())
}

/// Writes everything that may change of a user.
pub fn update(tx: &mut Tx<'_>, user: &User) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE app_user SET email = $3, name = $4, role = $5, password_hash = $6, locale = $7, \
         collector = $8, disabled_at = $9 WHERE workspace_id = $1 AND user_id = $2",
        &params![
            user.workspace,
            user.id,
            &user.email,
            &user.name,
            &user.role,
            &user.password_hash,
            &user.locale,
            user.collector.as_deref(),
            user.disabled_at,
        ],
    )?;
    Ok(())
}

/// The users of a workspace, by name.
pub fn list(tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<Vec<User>, StoreError> {
    let sql = format!("SELECT {USER} FROM app_user WHERE workspace_id = $1 ORDER BY name, user_id");
    tx.query(&sql, &params![workspace], read)
}

/// Who works for which creditors: pairs of user and creditor. A user who is in none works for all.
pub fn assignments(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
) -> Result<Vec<(UserId, CreditorId)>, StoreError> {
    tx.query(
        "SELECT user_id, creditor_id FROM user_creditor WHERE workspace_id = $1 \
         ORDER BY user_id, creditor_id",
        &params![workspace],
        |row| Ok((UserId(row.int(0)?), CreditorId(row.int(1)?))),
    )
}

/// The creditors a user is assigned to; none when the user works for all.
pub fn creditors_of(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Vec<CreditorId>, StoreError> {
    tx.query(
        "SELECT creditor_id FROM user_creditor WHERE workspace_id = $1 AND user_id = $2 \
         ORDER BY creditor_id",
        &params![workspace, user],
        |row| Ok(CreditorId(row.int(0)?)),
    )
}

/// Assigns a user to these creditors and no others.
pub fn assign(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    user: UserId,
    creditors: &[CreditorId],
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM user_creditor WHERE workspace_id = $1 AND user_id = $2",
        &params![workspace, user],
    )?;
    for creditor in creditors {
        tx.execute(
            "INSERT INTO user_creditor (workspace_id, user_id, creditor_id) VALUES ($1, $2, $3)",
            &params![workspace, user, *creditor],
        )?;
    }
    Ok(())
}

/// One user.
pub fn get(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Option<User>, StoreError> {
    let sql = format!("SELECT {USER} FROM app_user WHERE workspace_id = $1 AND user_id = $2");
    tx.query_one(&sql, &params![workspace, user], read)
}

/// The user with this e-mail in a workspace.
pub fn by_email(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    email: &str,
) -> Result<Option<User>, StoreError> {
    let sql = format!("SELECT {USER} FROM app_user WHERE workspace_id = $1 AND email = $2");
    tx.query_one(&sql, &params![workspace, email], read)
}

/// Opens a session.
pub fn insert_session(tx: &mut Tx<'_>, session: &Session) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO session (workspace_id, token_hash, user_id, csrf, created_at, last_seen_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &params![
            session.workspace,
            &session.token_hash,
            session.user,
            &session.csrf,
            session.created_at,
            session.last_seen_at,
            session.expires_at,
        ],
    )?;
    Ok(())
}

/// The session of a token's hash.
pub fn session(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    token_hash: &str,
) -> Result<Option<Session>, StoreError> {
    tx.query_one(
        "SELECT workspace_id, token_hash, user_id, csrf, created_at, last_seen_at, expires_at \
         FROM session WHERE workspace_id = $1 AND token_hash = $2",
        &params![workspace, token_hash],
        |row| {
            Ok(Session {
                workspace: WorkspaceId(row.int(0)?),
                token_hash: row.text(1)?,
                user: UserId(row.int(2)?),
                csrf: row.text(3)?,
                created_at: row.int(4)?,
                last_seen_at: row.int(5)?,
                expires_at: row.int(6)?,
            })
        },
    )
}

/// Notes that a session was used and until when it now lasts.
pub fn touch_session(
    tx: &mut Tx<'_>,
    session: &Session,
    now_ms: i64,
    expires_at: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE session SET last_seen_at = $3, expires_at = $4 \
         WHERE workspace_id = $1 AND token_hash = $2",
        &params![session.workspace, &session.token_hash, now_ms, expires_at],
    )?;
    Ok(())
}

/// Ends one session.
pub fn end_session(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    token_hash: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM session WHERE workspace_id = $1 AND token_hash = $2",
        &params![workspace, token_hash],
    )?;
    Ok(())
}

/// Forgets sessions that are over.
pub fn end_expired_sessions(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM session WHERE workspace_id = $1 AND expires_at < $2",
        &params![workspace, now_ms],
    )?;
    Ok(())
}

/// Ends every session of a user, and those of anyone that are over.
pub fn end_sessions_of(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    user: UserId,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM session WHERE workspace_id = $1 AND (user_id = $2 OR expires_at < $3)",
        &params![workspace, user, now_ms],
    )?;
    Ok(())
}

/// When each user's sessions were last used, in milliseconds; users without a session are absent.
pub fn last_seen(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
) -> Result<Vec<(UserId, i64)>, StoreError> {
    tx.query(
        "SELECT user_id, MAX(last_seen_at) FROM session WHERE workspace_id = $1 GROUP BY user_id",
        &params![workspace],
        |row| Ok((UserId(row.int(0)?), row.int(1)?)),
    )
}

/// Notes a failed sign-in of an e-mail or an address.
pub fn note_failed_sign_in(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    subject: &str,
    attempt: i64,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sign_in_attempt (workspace_id, subject, attempted_at, attempt_id) \
         VALUES ($1, $2, $3, $4)",
        &params![workspace, subject, now_ms, attempt],
    )?;
    Ok(())
}

/// When sign-ins of a subject failed since an instant, in milliseconds, oldest first.
pub fn failed_sign_in_times(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    subject: &str,
    since_ms: i64,
) -> Result<Vec<i64>, StoreError> {
    tx.query(
        "SELECT attempted_at FROM sign_in_attempt \
         WHERE workspace_id = $1 AND subject = $2 AND attempted_at > $3 ORDER BY attempted_at",
        &params![workspace, subject, since_ms],
        |row| row.int(0),
    )
}

/// Holds the workspace's row until commit: attempts to sign in are counted one after the other.
pub fn take_sign_in_turn(tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<(), StoreError> {
    tx.execute("UPDATE workspace SET name = name WHERE workspace_id = $1", &params![workspace])?;
    Ok(())
}

/// Forgets failures of everybody up to an instant.
pub fn forget_failed_sign_ins_before(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    until_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM sign_in_attempt WHERE workspace_id = $1 AND attempted_at <= $2",
        &params![workspace, until_ms],
    )?;
    Ok(())
}

/// Forgets one attempt of a subject.
pub fn forget_failed_sign_in(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    subject: &str,
    attempt: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM sign_in_attempt WHERE workspace_id = $1 AND subject = $2 AND attempt_id = $3",
        &params![workspace, subject, attempt],
    )?;
    Ok(())
}

/// Forgets failed sign-ins of a subject, after a good one.
pub fn forget_failed_sign_ins(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    subject: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM sign_in_attempt WHERE workspace_id = $1 AND subject = $2",
        &params![workspace, subject],
    )?;
    Ok(())
}
