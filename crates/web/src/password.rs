//! The owner's password: argon2id, and nothing of it in the clear.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

use crate::random::{self, NoRandomness};

/// A password can't be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password can't be hashed: {0}")]
pub struct HashError(String);

/// A fresh password of 144 bits, to be shown once.
pub fn generate() -> Result<SecretString, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(random::bytes::<18>()?).into())
}

/// The argon2id hash to store (PHC string; the crate's defaults: 19 MiB, two passes).
pub fn hash(password: &SecretString) -> Result<String, HashError> {
    let hashed = Argon2::default().hash_password(password.expose_secret().as_bytes());
    hashed.map(|hash| hash.to_string()).map_err(|error| HashError(error.to_string()))
}

/// Whether this is the password. A hash that can't be read is no password's.
pub fn is(hash: &str, password: &SecretString) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other() {
        let password = generate().unwrap();
        let hashed = hash(&password).unwrap();
        assert!(hashed.starts_with("$argon2id$"), "{hashed}");
        assert!(is(&hashed, &password));
        assert!(!is(&hashed, &"another".into()) && !is("", &password) && !is("$argon2id$", &password));
    }
}
