//! The token that every form of a page carries, so that no other site can send it in the visitor's name (CSRF).

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The token of one cookie's forms. It follows from the cookie's secret, which no script and no other site can read, so nothing
/// is stored; and from the token nobody learns the secret.
#[derive(Clone)]
pub struct CsrfToken(String);

impl CsrfToken {
    /// The token of the forms that belong to this cookie.
    pub fn of(secret: &SecretString) -> Self {
        let key = Sha256::digest(secret.expose_secret().as_bytes());
        let mut mac = Hmac::<Sha256>::new(&block(&key).into());
        mac.update(b"gatehouse: forms of the console");
        Self(hex::encode(mac.finalize().into_bytes()))
    }

    /// Whether a form that was sent carries it.
    pub fn is(&self, sent: &str) -> bool {
        self.0.as_bytes().ct_eq(sent.as_bytes()).into()
    }

    /// As the hidden field has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// A key shorter than the hash's block is padded with zeros (RFC 2104 §2).
fn block(key: &[u8]) -> [u8; 64] {
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(padded, byte)| *padded = *byte);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_belongs_to_one_cookie() {
        let token = CsrfToken::of(&"one".into());
        assert!(token.is(CsrfToken::of(&"one".into()).as_str()));
        assert!(!token.is(CsrfToken::of(&"two".into()).as_str()));
        assert!(!token.is("") && !token.is("one"));
        assert_eq!(format!("{token:?}"), "***");
    }
}
