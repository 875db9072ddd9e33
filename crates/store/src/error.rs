//! What can go wrong between the program and its storage.

/// A storage failure, said so that the caller can decide what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The storage cannot be reached or opened.
    #[error("storage cannot be reached: {0}")]
    Unavailable(String),
    /// Somebody else holds the storage; trying again may work.
    #[error("storage is busy: {0}")]
    Busy(String),
    /// A row with the same key is already there.
    #[error("already there: {0}")]
    Duplicate(String),
    /// The file cannot be written: read-only, or the disk is full.
    #[error("storage cannot be written: {0}")]
    NotWritable(String),
    /// What was read is not what was written.
    #[error("stored value not understood: {0}")]
    Corrupt(String),
    /// The engine refused a statement for another reason.
    #[error("storage refused: {0}")]
    Refused(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        use rusqlite::ErrorCode::*;
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => StoreError::Busy(text),
            Some(CannotOpen | NotADatabase) => StoreError::Unavailable(text),
            Some(ReadOnly | DiskFull | SystemIoFailure | PermissionDenied) => {
                StoreError::NotWritable(text)
            }
            Some(DatabaseCorrupt) => StoreError::Corrupt(text),
            Some(ConstraintViolation) if text.contains("UNIQUE") => StoreError::Duplicate(text),
            _ => StoreError::Refused(text),
        }
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> StoreError {
        use postgres::error::SqlState;
        let Some(server) = error.as_db_error() else {
            return StoreError::Unavailable(chain(&error));
        };
        let text = server.to_string();
        match *server.code() {
            SqlState::UNIQUE_VIOLATION => StoreError::Duplicate(text),
            SqlState::T_R_SERIALIZATION_FAILURE
            | SqlState::T_R_DEADLOCK_DETECTED
            | SqlState::LOCK_NOT_AVAILABLE => StoreError::Busy(text),
            SqlState::DISK_FULL | SqlState::READ_ONLY_SQL_TRANSACTION => {
                StoreError::NotWritable(text)
            }
            SqlState::INVALID_PASSWORD
            | SqlState::INVALID_CATALOG_NAME
            | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
            | SqlState::TOO_MANY_CONNECTIONS
            | SqlState::CANNOT_CONNECT_NOW
            | SqlState::ADMIN_SHUTDOWN => StoreError::Unavailable(text),
            _ => StoreError::Refused(text),
        }
    }
}

impl From<r2d2::Error> for StoreError {
    fn from(error: r2d2::Error) -> StoreError {
        StoreError::Unavailable(error.to_string())
    }
}

/// The error with its causes: the outer text alone often says only "db error".
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
