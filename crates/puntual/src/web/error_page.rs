//! The page for a request that could not be answered, from the reason a use case gives.

use super::auth;
use super::view::errors::{Fault, bare_fault, fault};
use super::visit::Visit;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use puntual_service::error::ServiceError;

/// What a reader is told of a refusal, and its detail when it says more than the fault.
pub fn of(error: &ServiceError) -> (Fault, String) {
    match error {
        ServiceError::NotFound(_) => (Fault::NotFound, String::new()),
        ServiceError::Forbidden(_) => (Fault::Forbidden, String::new()),
        ServiceError::Conflict(what) => (Fault::Conflict, what.clone()),
        ServiceError::Invalid(invalid) => (Fault::Invalid, invalid.to_string()),
        ServiceError::Unavailable(_) => (Fault::Unavailable, String::new()),
        ServiceError::Bug(_) => (Fault::Bug, String::new()),
    }
}

fn status(kind: Fault) -> StatusCode {
    StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The page inside the frame, for somebody signed in.
pub fn framed(visit: &Visit, kind: Fault, detail: &str) -> Response {
    (status(kind), fault(&visit.frame(), kind, detail, &visit.request_id)).into_response()
}

/// The page before anybody is known.
pub fn bare(headers: &HeaderMap, kind: Fault, request_id: &str) -> Response {
    let page = bare_fault(auth::locale_at_door(headers), auth::theme(headers), kind, request_id);
    (status(kind), page).into_response()
}

/// Writes a failure of ours to the log, with the code the reader is shown.
pub fn log(error: &ServiceError, path: &str, request_id: &str) {
    match error {
        ServiceError::Bug(what) | ServiceError::Unavailable(what) => {
            tracing::error!(request_id, path, "{what}");
        }
        _ => tracing::debug!(request_id, path, "{error}"),
    }
}
