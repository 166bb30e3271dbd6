//! Decrypts an assertion. No failure can be told from another.
//!
//! Whoever sends something and learns why it was not decrypted learns what is inside: of RSA the padding, of CBC each byte
//! (Jager and Somorovsky, "How to Break XML Encryption"). So every step is taken whatever the one before found, and all
//! that comes out is nothing.

use openssl::encrypt::Decrypter;
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::rand::rand_bytes;
use openssl::rsa::Padding;
use openssl::symm::{Cipher, Crypter, Mode, decrypt_aead};

use crate::xml_guard::{ContentCipher, EncryptedAssertion, EncryptedKey};

/// A key that assertions are encrypted for.
#[derive(Clone)]
pub struct DecryptionKey(PKey<Private>);

impl DecryptionKey {
    /// From PKCS #8 in DER.
    ///
    /// # Errors
    /// Where it is no RSA key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, ErrorStack> {
        let key = PKey::private_key_from_pkcs8(der)?;
        key.rsa()?;
        Ok(Self(key))
    }
}

impl std::fmt::Debug for DecryptionKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("DecryptionKey(***)")
    }
}

/// AES's block, which is also the initialisation vector of CBC (XML encryption 1.1, section 5.2.2) and the tag of GCM.
const BLOCK: usize = 16;
/// The initialisation vector of GCM (XML encryption 1.1, section 5.2.4).
const GCM_VECTOR: usize = 12;

/// What is inside, where one of the keys opens it. CPU-bound.
pub(crate) fn open(sealed: &EncryptedAssertion<'_, '_>, keys: &[DecryptionKey]) -> Option<Vec<u8>> {
    let key = content_key(sealed, keys)?;
    let ciphertext = sealed.ciphertext.as_slice();
    match sealed.cipher {
        ContentCipher::Aes128Gcm => by_gcm(Cipher::aes_128_gcm(), &key, ciphertext),
        ContentCipher::Aes256Gcm => by_gcm(Cipher::aes_256_gcm(), &key, ciphertext),
        ContentCipher::Aes128Cbc => by_cbc(Cipher::aes_128_cbc(), &key, ciphertext),
        ContentCipher::Aes256Cbc => by_cbc(Cipher::aes_256_cbc(), &key, ciphertext),
    }
}

/// Each of our keys is tried on each encrypted one, also after one has fitted. Where none does, the content is decrypted with a
/// random key, and so fails there.
fn content_key(sealed: &EncryptedAssertion<'_, '_>, keys: &[DecryptionKey]) -> Option<Vec<u8>> {
    let length = sealed.cipher.key_bits() / 8;
    let mut random = vec![0; length];
    rand_bytes(&mut random).ok()?;
    let pairs = sealed.keys.iter().flat_map(|wrapped| keys.iter().map(move |key| (key, wrapped)));
    let tried: Vec<_> = pairs.map(|(key, wrapped)| unwrapped(key, wrapped).ok()).collect();
    let fitting = tried.into_iter().flatten().find(|found| found.len() == length);
    Some(fitting.unwrap_or(random))
}

fn unwrapped(key: &DecryptionKey, wrapped: &EncryptedKey) -> Result<Vec<u8>, ErrorStack> {
    let transport = &wrapped.transport;
    let mut decrypter = Decrypter::new(&key.0)?;
    decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
    decrypter.set_rsa_oaep_md(transport.digest.algorithm())?;
    decrypter.set_rsa_mgf1_md(transport.mask.algorithm())?;
    let mut found = vec![0; decrypter.decrypt_len(&wrapped.ciphertext)?];
    let length = decrypter.decrypt(&wrapped.ciphertext, &mut found)?;
    found.truncate(length);
    Ok(found)
}

fn by_gcm(cipher: Cipher, key: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let (vector, rest) = ciphertext.split_at_checked(GCM_VECTOR)?;
    let (content, tag) = rest.split_at_checked(rest.len().checked_sub(BLOCK)?)?;
    decrypt_aead(cipher, key, Some(vector), &[], content, tag).ok()
}

/// XML encryption 1.1, section 5.2.1: the last octet says how long the padding is, whose other octets may be anything.
fn by_cbc(cipher: Cipher, key: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let (vector, blocks) = ciphertext.split_at_checked(BLOCK)?;
    let mut crypter = Crypter::new(cipher, Mode::Decrypt, key, Some(vector)).ok()?;
    crypter.pad(false);
    let mut content = vec![0; blocks.len() + BLOCK];
    let written = crypter.update(blocks, &mut content).ok()?;
    let rest = crypter.finalize(content.get_mut(written..)?).ok()?;
    content.truncate(written + rest);
    let padding = usize::from(*content.last()?);
    content.truncate(content.len().checked_sub(padding)?);
    (1..=BLOCK).contains(&padding).then_some(content)
}

#[cfg(test)]
mod tests;
