//! The one source of randomness: OpenSSL's generator.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::clock::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The operating system gives no randomness: nothing safe can be done.
#[derive(Debug, thiserror::Error)]
#[error("no randomness can be had: {0}")]
pub struct NoRandomness(#[from] openssl::error::ErrorStack);

/// Random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    openssl::rand::rand_bytes(&mut bytes)?;
    Ok(bytes)
}

/// A fresh id that sorts by time (UUID version 7, RFC 9562 §5.7).
pub fn new_id(now: Timestamp) -> Result<Uuid, NoRandomness> {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &bytes()?).into_uuid())
}

/// A secret of 256 bits, to be shown or sent once and stored as its [`hash`] alone.
pub fn secret() -> Result<SecretString, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?).into())
}

/// What is stored of a secret that has full entropy: SHA-256, in hexadecimal. Looking it up compares hashes, so time
/// tells nothing about the secret.
pub fn hash(secret: &SecretString) -> String {
    hex::encode(Sha256::digest(secret.expose_secret().as_bytes()))
}
