//! What the master key protects: keys at rest (AES-256-GCM) and the audit chain (HMAC-SHA-256).

use hmac::{Hmac, KeyInit, Mac};
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;

use crate::error::StoreError;

const NONCE: usize = 12;
const TAG: usize = 16;

/// The master key: 32 bytes that live outside the database.
pub struct MasterKey(SecretBox<[u8; 32]>);

/// The text is no master key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a master key is written as 64 hexadecimal digits (32 bytes)")]
pub struct MasterKeyError;

impl MasterKey {
    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, MasterKeyError> {
        let mut bytes = Box::new([0; 32]);
        hex::decode_to_slice(text.trim(), bytes.as_mut_slice()).map_err(|_| MasterKeyError)?;
        Ok(Self(SecretBox::new(bytes)))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Keys derived from the master key, one for each use.
pub(crate) struct Vault {
    at_rest: SecretBox<[u8; 32]>,
    audit_chain: SecretBox<[u8; 32]>,
    audit_head: SecretBox<[u8; 32]>,
    audit_anchor: SecretBox<[u8; 32]>,
    links: SecretBox<[u8; 32]>,
}

impl Vault {
    pub(crate) fn new(master: &MasterKey) -> Self {
        let derive = |label: &str| SecretBox::new(Box::new(mac(master.0.expose_secret(), &[label.as_bytes()])));
        Self {
            at_rest: derive("gatehouse: keys at rest"),
            audit_chain: derive("gatehouse: audit chain"),
            audit_head: derive("gatehouse: audit head"),
            audit_anchor: derive("gatehouse: audit anchor"),
            links: derive("gatehouse: links"),
        }
    }

    /// Encrypts a secret for its place: it can't be moved to another.
    pub(crate) fn seal(&self, place: &str, secret: &[u8]) -> Result<Vec<u8>, StoreError> {
        let broken = |error: openssl::error::ErrorStack| StoreError::Database(error.to_string());
        let mut sealed = vec![0; NONCE];
        openssl::rand::rand_bytes(&mut sealed).map_err(broken)?;
        let mut tag = [0; TAG];
        let key = self.at_rest.expose_secret();
        let body = encrypt_aead(Cipher::aes_256_gcm(), key, Some(&sealed), place.as_bytes(), secret, &mut tag);
        sealed.extend(body.map_err(broken)?);
        sealed.extend(tag);
        Ok(sealed)
    }

    /// Decrypts what [`seal`](Self::seal) made for this place.
    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (nonce, rest) = sealed.split_at_checked(NONCE).ok_or(StoreError::WrongMasterKey)?;
        let body_length = rest.len().checked_sub(TAG).ok_or(StoreError::WrongMasterKey)?;
        let (body, tag) = rest.split_at(body_length);
        let key = self.at_rest.expose_secret();
        decrypt_aead(Cipher::aes_256_gcm(), key, Some(nonce), place.as_bytes(), body, tag)
            .map_err(|_| StoreError::WrongMasterKey)
    }

    /// The next link of an audit chain.
    pub(crate) fn link(&self, previous: &str, entry: &str) -> String {
        hex::encode(mac(self.audit_chain.expose_secret(), &[previous.as_bytes(), b"\n", entry.as_bytes()]))
    }

    /// The signature of a link for its purpose.
    pub(crate) fn sign_link(&self, purpose: &str, content: &[u8]) -> [u8; 32] {
        mac(self.links.expose_secret(), &[purpose.as_bytes(), b"\n", content])
    }

    /// The signature of a chain's head: a copy kept elsewhere shows a truncation.
    pub(crate) fn sign_head(&self, workspace: &str, seq: i64, hash: &str) -> String {
        sign_place(&self.audit_head, workspace, seq, hash)
    }

    /// The signature of the place at which a chain begins since its oldest entries were removed.
    pub(crate) fn sign_anchor(&self, workspace: &str, seq: i64, hash: &str) -> String {
        sign_place(&self.audit_anchor, workspace, seq, hash)
    }
}

fn sign_place(key: &SecretBox<[u8; 32]>, workspace: &str, seq: i64, hash: &str) -> String {
    let seq = seq.to_string();
    hex::encode(mac(key.expose_secret(), &[workspace.as_bytes(), b"\n", seq.as_bytes(), b"\n", hash.as_bytes()]))
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key shorter than the hash's block is padded with zeros (RFC 2104 §2).
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(padded, byte)| *padded = *byte);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(digit: &str) -> Vault {
        Vault::new(&MasterKey::from_hex(&digit.repeat(64)).unwrap())
    }

    #[test]
    fn a_secret_opens_only_in_its_place_and_under_its_key() {
        let sealed = vault("a").seal("one", b"secret").unwrap();
        assert_eq!(vault("a").open("one", &sealed).unwrap(), b"secret");
        assert!(matches!(vault("a").open("two", &sealed), Err(StoreError::WrongMasterKey)));
        assert!(matches!(vault("b").open("one", &sealed), Err(StoreError::WrongMasterKey)));
        assert!(matches!(vault("a").open("one", &sealed[..10]), Err(StoreError::WrongMasterKey)));
    }

    #[test]
    fn a_master_key_never_prints() {
        let key = MasterKey::from_hex(&"a".repeat(64)).unwrap();
        assert_eq!(format!("{key:?}"), "***");
        assert!(MasterKey::from_hex("abc").is_err());
    }
}
