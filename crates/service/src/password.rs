//! Passwords and tokens: how they are kept so that a stolen database opens no account.
//!
//! It decides the parameters; it refuses to know users, sessions and randomness: salts and token
//! bytes come in as arguments.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// Memory, passes and lanes of Argon2id: the second choice of the OWASP Password Storage Cheat
/// Sheet (19 MiB, 2 passes, 1 lane), about 20 ms of one core.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Shortest password accepted when one is set (NIST SP 800-63B asks for at least 8).
pub const SHORTEST_PASSWORD: usize = 10;

/// Longest password in bytes; a longer one would only cost the server time.
pub const LONGEST_PASSWORD_BYTES: usize = 512;

/// Why a password was not hashed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than [`SHORTEST_PASSWORD`] characters.
    #[error("a password has at least {SHORTEST_PASSWORD} characters")]
    TooShort,
    /// More than [`LONGEST_PASSWORD_BYTES`] bytes.
    #[error("a password has at most {LONGEST_PASSWORD_BYTES} bytes")]
    TooLong,
    /// The hash could not be computed.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

fn hasher() -> Argon2<'static> {
    // The parameters are within the bounds of the algorithm; a test proves it.
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The text to store for a password (PHC string: algorithm, parameters, salt, hash). The salt must
/// be fresh random bytes for each call.
pub fn hash_password(password: &str, salt: [u8; 16]) -> Result<String, PasswordError> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(PasswordError::TooShort);
    }
    if password.len() > LONGEST_PASSWORD_BYTES {
        return Err(PasswordError::TooLong);
    }
    let failed = |error: argon2::password_hash::Error| PasswordError::Hash(error.to_string());
    let salt = SaltString::encode_b64(&salt).map_err(failed)?;
    let hash = hasher().hash_password(password.as_bytes(), &salt).map_err(failed)?;
    Ok(hash.to_string())
}

/// Whether the password is the one the stored text was made from. Takes the time of a full hash
/// and compares in constant time; a stored text that is no hash is never matched.
pub fn verify_password(password: &str, stored: &str) -> bool {
    if password.len() > LONGEST_PASSWORD_BYTES {
        return false;
    }
    match PasswordHash::new(stored) {
        Ok(hash) => hasher().verify_password(password.as_bytes(), &hash).is_ok(),
        Err(_) => false,
    }
}

/// Takes the time [`verify_password`] takes and says no: for a user name that does not exist, so
/// that the answer's delay does not tell which names do.
pub fn verify_absent_user(password: &str) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let stored =
        NOBODY.get_or_init(|| hash_password("nobody's password", [7; 16]).unwrap_or_default());
    // Even the password above is refused: nobody signs in as an absent user.
    let _ = verify_password(password, stored);
    false
}

/// Whether a stored hash was made with other parameters than today's and should be made anew at
/// the next successful sign-in.
pub fn needs_rehash(stored: &str) -> bool {
    let expected = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$");
    !stored.starts_with(&expected)
}

/// A token to hand out (session, invitation, password reset) from 32 random bytes: 64 hexadecimal
/// digits. Keep only its [`token_hash`].
pub fn new_token(bytes: [u8; 32]) -> String {
    hexadecimal(&bytes)
}

/// What to store and look up for a token: SHA-256 in hexadecimal. The token has 256 random bits,
/// so a fast hash without salt is enough, and a stolen database holds no usable token.
pub fn token_hash(token: &str) -> String {
    hexadecimal(&Sha256::digest(token.as_bytes()))
}

/// Whether two secrets are equal, in time that depends on their lengths only.
pub fn same_secret(left: &str, right: &str) -> bool {
    let difference = left.bytes().zip(right.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    left.len() == right.len() && std::hint::black_box(difference) == 0
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let stored = hash_password("correct horse ñ", [1; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify_password("correct horse ñ", &stored));
        assert!(!verify_password("correct horse n", &stored));
        assert!(!needs_rehash(&stored));
        assert!(needs_rehash(&stored.replace("m=19456", "m=4096")));
        assert!(needs_rehash("$2b$10$abc"));
        assert_ne!(stored, hash_password("correct horse ñ", [2; 16]).unwrap());
    }

    #[test]
    fn what_is_no_hash_matches_nothing() {
        for stored in ["", "correct horse", "$argon2id$v=19$m=19456,t=2,p=1$$", "$2b$10$abc"] {
            assert!(!verify_password("correct horse", stored), "{stored:?}");
        }
        assert!(!verify_absent_user("nobody's password"));
    }

    #[test]
    fn lengths_are_bounded() {
        assert_eq!(hash_password("short", [0; 16]), Err(PasswordError::TooShort));
        assert_eq!(hash_password(&"x".repeat(513), [0; 16]), Err(PasswordError::TooLong));
        assert!(!verify_password(&"x".repeat(100_000), "x"));
    }

    #[test]
    fn tokens_are_hashed_as_sha_256() {
        let token = new_token([0xab; 32]);
        assert_eq!(token.len(), 64);
        assert_eq!(
            token_hash("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(same_secret(&token, &token.clone()));
        for other in ["", "ab", &new_token([0xac; 32])] {
            assert!(!same_secret(&token, other));
        }
    }
}
