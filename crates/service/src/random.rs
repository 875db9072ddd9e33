//! The only reader of the operating system's randomness: salts, session tokens, form secrets.

use crate::error::ServiceError;

/// Fresh random bytes nobody can foretell.
///
/// # Errors
/// When the operating system gives none; nothing secret may be made then.
#[allow(clippy::disallowed_methods, reason = "this is where randomness is drawn, once")]
pub fn bytes<const N: usize>() -> Result<[u8; N], ServiceError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| ServiceError::Unavailable(format!("no randomness: {error}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        assert_ne!(bytes::<32>().unwrap(), bytes::<32>().unwrap());
    }
}
