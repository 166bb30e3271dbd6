//! Encrypts the assertion of a message for the service provider of the fixtures.

use std::fs;
use std::sync::LazyLock;

use openssl::base64::encode_block;
use openssl::encrypt::Encrypter;
use openssl::rsa::Padding;
use openssl::symm::{Cipher, encrypt_aead};
use openssl::x509::X509;

use crate::fixtures;
use crate::spans::elements;

/// One for all, so that the fuzzer need not pay for RSA at each message.
const KEY: [u8; 32] = [7; 32];
const VECTOR: [u8; 12] = [9; 12];

/// `KEY` for the fixtures' service provider.
static WRAPPED: LazyLock<String> = LazyLock::new(|| {
    let certificate = X509::from_pem(&fs::read(fixtures().join("keys/sp.crt.pem")).unwrap()).unwrap();
    let public = certificate.public_key().unwrap();
    let mut encrypter = Encrypter::new(&public).unwrap();
    encrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
    let mut wrapped = vec![0; encrypter.encrypt_len(&KEY).unwrap()];
    let length = encrypter.encrypt(&KEY, &mut wrapped).unwrap();
    encode_block(&wrapped[..length])
});

/// The message with its largest assertion encrypted; `None` where there is none, or an encrypted one already.
pub fn with_sealed_assertion(message: &[u8]) -> Option<Vec<u8>> {
    let text = str::from_utf8(message).ok().filter(|text| !text.contains("EncryptedAssertion"))?;
    let called = |name: &str| name.rsplit(':').next() == Some("Assertion");
    let assertions = elements(text).into_iter().filter(|element| called(&text[element.name.clone()]));
    let whole = assertions.map(|element| element.whole).max_by_key(ExactSizeIterator::len)?;
    let (before, behind) = (&text[..whole.start], &text[whole.end..]);
    Some([before, &sealed(&text.as_bytes()[whole]), behind].concat().into_bytes())
}

fn sealed(content: &[u8]) -> String {
    let mut tag = [0; 16];
    let encrypted = encrypt_aead(Cipher::aes_256_gcm(), &KEY, Some(&VECTOR), &[], content, &mut tag).unwrap();
    let content = encode_block(&[&VECTOR[..], &encrypted, &tag].concat());
    let key = WRAPPED.as_str();
    format!(
        "<sealed:EncryptedAssertion xmlns:sealed=\"urn:oasis:names:tc:SAML:2.0:assertion\"><xenc:EncryptedData \
         xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"><xenc:EncryptionMethod \
         Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"/><ds:KeyInfo \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><xenc:EncryptedKey><xenc:EncryptionMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\"/><xenc:CipherData><xenc:CipherValue>{key}\
         </xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{content}\
         </xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></sealed:EncryptedAssertion>"
    )
}
