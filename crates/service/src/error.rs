//! What a use case may answer instead of its result.

use puntual_store::error::StoreError;

/// Why a use case was not carried out. Nothing of it remains.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Something in the command is wrong: field and what is wrong with it.
    #[error("{0}")]
    Invalid(Invalid),
    /// There is no such thing.
    #[error("{0} not found")]
    NotFound(String),
    /// The actor's role does not allow it.
    #[error("not allowed: {0}")]
    Forbidden(String),
    /// The same id with other content, or somebody else was first.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The storage or a server cannot be reached or is busy.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Something that should not be possible; the text is for the log.
    #[error("internal error: {0}")]
    Bug(String),
}

/// One or more fields that were not understood, each with a code a page can translate.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Invalid {
    /// Pairs of field name and what is wrong.
    pub fields: Vec<(String, String)>,
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> =
            self.fields.iter().map(|(field, what)| format!("{field}: {what}")).collect();
        f.write_str(&parts.join("; "))
    }
}

impl ServiceError {
    /// One field that is wrong.
    pub fn invalid(field: &str, what: impl Into<String>) -> ServiceError {
        ServiceError::Invalid(Invalid { fields: vec![(field.to_owned(), what.into())] })
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> ServiceError {
        let text = error.to_string();
        match error {
            StoreError::Unavailable(_) | StoreError::Busy(_) | StoreError::NotWritable(_) => {
                ServiceError::Unavailable(text)
            }
            StoreError::Duplicate(_) => ServiceError::Conflict(text),
            StoreError::Corrupt(_) | StoreError::Refused(_) => ServiceError::Bug(text),
        }
    }
}

impl From<puntual_core::ledger::LedgerError> for ServiceError {
    fn from(error: puntual_core::ledger::LedgerError) -> ServiceError {
        ServiceError::Bug(error.to_string())
    }
}

impl From<puntual_core::money::MoneyError> for ServiceError {
    fn from(error: puntual_core::money::MoneyError) -> ServiceError {
        ServiceError::invalid("amount", error.to_string())
    }
}
