//! Encrypted assertions as Okta sends them: SAML core, section 2.3.4.

use base64::{Engine, engine::general_purpose::STANDARD};
use openssl::{
    encrypt::Encrypter,
    error::ErrorStack,
    hash::MessageDigest,
    pkey::{PKey, Public},
    rand::rand_bytes,
    rsa::Padding,
    symm::{Cipher, encrypt, encrypt_aead},
    x509::X509,
};
use roxmltree::{Document, Node};

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// Okta's settings "Encryption Algorithm", "Key Transport Algorithm" and "Encryption Certificate".
#[derive(Debug, Clone)]
pub struct Encryption {
    /// How the assertion is encrypted.
    pub content: ContentCipher,
    /// How its key is.
    pub key_transport: KeyTransport,
    /// Whose key the certificate holds.
    pub recipient: PKey<Public>,
}

/// How an assertion is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentCipher {
    /// `aes256-cbc`, Okta's default.
    Aes256Cbc,
    /// `aes128-cbc`
    Aes128Cbc,
    /// `aes256-gcm`
    Aes256Gcm,
    /// `aes128-gcm`
    Aes128Gcm,
}

/// How a content key is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyTransport {
    /// `rsa-oaep-mgf1p`: RSA-OAEP with SHA-1, Okta's default.
    RsaOaepMgf1p,
    /// `rsa-oaep` with SHA-256 throughout.
    RsaOaepSha256,
}

/// Why nothing can be encrypted for a service provider.
#[derive(Debug, thiserror::Error)]
pub enum EncryptionError {
    /// Its metadata is not readable.
    #[error("the service provider's metadata can't be read: {0}")]
    Metadata(#[from] roxmltree::Error),
    /// Its metadata could not be fetched.
    #[error("the service provider's metadata can't be fetched: {0}")]
    Fetching(#[from] Box<ureq::Error>),
    /// It offers no key.
    #[error("the service provider's metadata offers no key to encrypt for")]
    NoKey,
    /// OpenSSL.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] ErrorStack),
}

impl Encryption {
    /// For the first encryption key of a service provider's metadata, by the first method there that is known.
    ///
    /// # Errors
    /// Where the metadata has none.
    pub fn for_metadata(xml: &str) -> Result<Self, EncryptionError> {
        let document = Document::parse(xml)?;
        let is_key = |node: &Node<'_, '_>| node.has_tag_name((METADATA, "KeyDescriptor"));
        let encrypts = |node: &Node<'_, '_>| matches!(node.attribute("use"), None | Some("encryption"));
        let key = document.descendants().filter(is_key).find(encrypts).ok_or(EncryptionError::NoKey)?;
        let text = key.descendants().find(|node| node.tag_name().name() == "X509Certificate").and_then(|it| it.text());
        let digits: String = text.unwrap_or_default().split_whitespace().collect();
        let certificate = STANDARD.decode(digits).map_err(|_| EncryptionError::NoKey)?;
        let methods = key.children().filter(|node| node.has_tag_name((METADATA, "EncryptionMethod")));
        let mut known = methods.filter_map(|method| ContentCipher::from_uri(method.attribute("Algorithm")?));
        let content = known.next().unwrap_or(ContentCipher::Aes256Cbc);
        Ok(Self { content, ..Self::for_certificate(&certificate)? })
    }

    /// With Okta's defaults, for the key of a certificate in DER.
    ///
    /// # Errors
    /// Where it is no certificate.
    pub fn for_certificate(der: &[u8]) -> Result<Self, EncryptionError> {
        let recipient = X509::from_der(der)?.public_key()?;
        Ok(Self { content: ContentCipher::Aes256Cbc, key_transport: KeyTransport::RsaOaepMgf1p, recipient })
    }

    /// The element that takes the assertion's place.
    pub(crate) fn encrypted(&self, assertion: &str) -> Result<String, ErrorStack> {
        let cipher = self.content.cipher();
        let key = random(cipher.key_len())?;
        let content = STANDARD.encode(self.content.encrypt(&key, assertion.as_bytes())?);
        let key = STANDARD.encode(self.key_transport.encrypt(&self.recipient, &key)?);
        Ok(format!(
            concat!(
                r#"<saml2:EncryptedAssertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">"#,
                r#"<xenc:EncryptedData Type="http://www.w3.org/2001/04/xmlenc#Element" "#,
                r#"xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"><xenc:EncryptionMethod Algorithm="{content_method}"/>"#,
                r#"<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey>"#,
                r#"<xenc:EncryptionMethod {key_method}</xenc:EncryptionMethod><xenc:CipherData>"#,
                r#"<xenc:CipherValue>{key}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>"#,
                r#"<xenc:CipherData><xenc:CipherValue>{content}</xenc:CipherValue></xenc:CipherData>"#,
                r#"</xenc:EncryptedData></saml2:EncryptedAssertion>"#,
            ),
            content_method = self.content.uri(),
            key_method = self.key_transport.method(),
            key = key,
            content = content,
        ))
    }
}

impl ContentCipher {
    const ALL: [Self; 4] = [Self::Aes256Cbc, Self::Aes128Cbc, Self::Aes256Gcm, Self::Aes128Gcm];

    fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cipher| cipher.uri() == uri)
    }

    fn uri(self) -> &'static str {
        match self {
            Self::Aes256Cbc => "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
            Self::Aes128Cbc => "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
            Self::Aes256Gcm => "http://www.w3.org/2009/xmlenc11#aes256-gcm",
            Self::Aes128Gcm => "http://www.w3.org/2009/xmlenc11#aes128-gcm",
        }
    }

    fn cipher(self) -> Cipher {
        match self {
            Self::Aes256Cbc => Cipher::aes_256_cbc(),
            Self::Aes128Cbc => Cipher::aes_128_cbc(),
            Self::Aes256Gcm => Cipher::aes_256_gcm(),
            Self::Aes128Gcm => Cipher::aes_128_gcm(),
        }
    }

    /// The initialisation vector first, GCM's tag last (XML encryption 1.1, sections 5.2.2 and 5.2.4).
    fn encrypt(self, key: &[u8], content: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let cipher = self.cipher();
        let vector = random(cipher.iv_len().unwrap_or_default())?;
        let (encrypted, tag) = match self {
            Self::Aes256Cbc | Self::Aes128Cbc => (encrypt(cipher, key, Some(&vector), content)?, Vec::new()),
            Self::Aes256Gcm | Self::Aes128Gcm => {
                let mut tag = vec![0; 16];
                (encrypt_aead(cipher, key, Some(&vector), &[], content, &mut tag)?, tag)
            }
        };
        Ok([vector, encrypted, tag].concat())
    }
}

impl KeyTransport {
    /// The rest of the `EncryptionMethod`'s start tag, and what it holds.
    fn method(self) -> String {
        let digest = |algorithm| {
            format!(r#"<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="{algorithm}"/>"#)
        };
        match self {
            Self::RsaOaepMgf1p => {
                format!(r#"Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p">{}"#, digest(SHA1))
            }
            Self::RsaOaepSha256 => format!(
                concat!(
                    r#"Algorithm="http://www.w3.org/2009/xmlenc11#rsa-oaep">{}"#,
                    r#"<xenc11:MGF xmlns:xenc11="http://www.w3.org/2009/xmlenc11#" "#,
                    r#"Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"/>"#,
                ),
                digest(SHA256)
            ),
        }
    }

    fn encrypt(self, recipient: &PKey<Public>, key: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let digest = match self {
            Self::RsaOaepMgf1p => MessageDigest::sha1(),
            Self::RsaOaepSha256 => MessageDigest::sha256(),
        };
        let mut encrypter = Encrypter::new(recipient)?;
        encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
        encrypter.set_rsa_oaep_md(digest)?;
        encrypter.set_rsa_mgf1_md(digest)?;
        let mut encrypted = vec![0; encrypter.encrypt_len(key)?];
        let length = encrypter.encrypt(key, &mut encrypted)?;
        encrypted.truncate(length);
        Ok(encrypted)
    }
}

fn random(length: usize) -> Result<Vec<u8>, ErrorStack> {
    let mut bytes = vec![0; length];
    rand_bytes(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(keys: &str) -> String {
        format!(r#"<md:EntityDescriptor xmlns:md="{METADATA}">{keys}</md:EntityDescriptor>"#)
    }

    #[test]
    fn the_first_known_method_of_the_encryption_key_is_taken() {
        let certificate = STANDARD.encode(crate::test_support::certificate());
        let xml = metadata(&format!(
            r#"<md:KeyDescriptor use="signing"><X509Certificate>AAAA</X509Certificate></md:KeyDescriptor>
            <md:KeyDescriptor use="encryption"><X509Certificate>{certificate}</X509Certificate>
            <md:EncryptionMethod Algorithm="urn:unknown"/>
            <md:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes128-gcm"/>
            <md:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/></md:KeyDescriptor>"#
        ));
        assert_eq!(Encryption::for_metadata(&xml).unwrap().content, ContentCipher::Aes128Gcm);
    }

    #[test]
    fn without_an_encryption_key_nothing_is_encrypted() {
        let signing = r#"<md:KeyDescriptor use="signing"><X509Certificate>AAAA</X509Certificate></md:KeyDescriptor>"#;
        assert!(matches!(Encryption::for_metadata(&metadata(signing)), Err(EncryptionError::NoKey)));
    }

    #[test]
    fn nothing_of_the_assertion_is_readable_and_nothing_is_encrypted_twice_alike() {
        let encryption = Encryption::for_certificate(&crate::test_support::certificate()).unwrap();
        for content in ContentCipher::ALL {
            let encryption = Encryption { content, ..encryption.clone() };
            let (one, other) =
                (encryption.encrypted("<a>ann</a>").unwrap(), encryption.encrypted("<a>ann</a>").unwrap());
            assert_ne!(one, other);
            assert!(!one.contains("ann</a>") && one.contains(content.uri()));
            Document::parse(&one).unwrap();
        }
    }
}
