//! The proof that a form is ours: checked in one place, before any handler of a post runs.
//!
//! Who is signed in repeats the secret of the session; who is not yet repeats a secret kept in a
//! cookie of its own, so that nobody can be signed in as somebody else by a foreign page.

use super::cookie;
use axum::http::HeaderMap;
use puntual_service::error::ServiceError;
use puntual_service::{password, random, sessions};

/// The form field that carries the secret.
pub const FIELD: &str = "csrf";

/// Whether a form repeats the secret of the session it was sent with.
pub fn is_own(signed: &super::auth::Signed, typed: Option<&str>) -> bool {
    typed.is_some_and(|typed| sessions::is_own_form(&signed.session, typed))
}

/// Whether a form sent before signing in repeats the secret of the browser's cookie.
pub fn is_own_at_door(headers: &HeaderMap, typed: Option<&str>) -> bool {
    let kept = cookie::read(headers, cookie::DOOR);
    kept.zip(typed).is_some_and(|(kept, typed)| password::same_secret(&kept, typed))
}

/// The secret for forms shown before signing in: the browser's, or a new one to be set.
pub fn at_door(headers: &HeaderMap) -> Result<(String, bool), ServiceError> {
    match cookie::read(headers, cookie::DOOR).filter(|kept| kept.len() >= 32) {
        Some(kept) => Ok((kept, false)),
        None => Ok((password::new_token(random::bytes()?), true)),
    }
}
