//! Keys with which programs speak for a person; only their hashes are kept.

use crate::error::StoreError;
use crate::row::Row;
use crate::{Tx, params};
use puntual_core::id::{UserId, WorkspaceId};

/// A key of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Hash of the key.
    pub token_hash: String,
    /// Whom it speaks for.
    pub user: UserId,
    /// What it is for.
    pub name: String,
    /// Its beginning, by which it is recognised.
    pub start: String,
    /// Who made it.
    pub created_by: String,
    /// When, in milliseconds.
    pub created_at: i64,
    /// When it was last used.
    pub last_used_at: Option<i64>,
    /// Who took it back.
    pub revoked_by: Option<String>,
    /// When.
    pub revoked_at: Option<i64>,
}

const TOKEN: &str = "workspace_id, token_hash, user_id, name, token_start, created_by, created_at, \
     last_used_at, revoked_by, revoked_at";

fn read(row: &Row<'_>) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        workspace: WorkspaceId(row.int(0)?),
        token_hash: row.text(1)?,
        user: UserId(row.int(2)?),
        name: row.text(3)?,
        start: row.text(4)?,
        created_by: row.text(5)?,
        created_at: row.int(6)?,
        last_used_at: row.opt_int(7)?,
        revoked_by: row.opt_text(8)?,
        revoked_at: row.opt_int(9)?,
    })
}

/// Adds a key.
pub fn insert(tx: &mut Tx<'_>, token: &ApiToken) -> Result<(), StoreError> {
    let sql =
        format!("INSERT INTO api_token ({TOKEN}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    tx.execute(
        &sql,
        &params![
            token.workspace,
            &token.token_hash,
            token.user,
            &token.name,
            &token.start,
            &token.created_by,
            token.created_at,
            token.last_used_at,
            token.revoked_by.as_deref(),
            token.revoked_at,
        ],
    )?;
    Ok(())
}

/// The keys of a workspace, newest first, those taken back too.
pub fn list(tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<Vec<ApiToken>, StoreError> {
    let sql = format!(
        "SELECT {TOKEN} FROM api_token WHERE workspace_id = $1 \
         ORDER BY created_at DESC, token_hash LIMIT 1000"
    );
    tx.query(&sql, &params![workspace], read)
}

/// The key of a hash, unless it was taken back.
pub fn valid(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    token_hash: &str,
) -> Result<Option<ApiToken>, StoreError> {
    let sql = format!(
        "SELECT {TOKEN} FROM api_token \
         WHERE workspace_id = $1 AND token_hash = $2 AND revoked_at IS NULL"
    );
    tx.query_one(&sql, &params![workspace, token_hash], read)
}

/// Notes that a key was used.
pub fn touch(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    token_hash: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE api_token SET last_used_at = $3 WHERE workspace_id = $1 AND token_hash = $2",
        &params![workspace, token_hash, now_ms],
    )?;
    Ok(())
}

/// Takes a key back; `false` when it was none or had been taken back.
pub fn revoke(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    token_hash: &str,
    actor: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE api_token SET revoked_by = $3, revoked_at = $4 \
         WHERE workspace_id = $1 AND token_hash = $2 AND revoked_at IS NULL",
        &params![workspace, token_hash, actor, now_ms],
    )?;
    Ok(changed == 1)
}
