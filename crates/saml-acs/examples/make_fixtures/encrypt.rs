//! Encrypted assertions. What is random elsewhere comes from the content here, so that every run gives the same bytes; OAEP is
//! therefore written out, which makes it a second opinion on OpenSSL's as well.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::{MessageDigest, hash};
use openssl::rsa::Padding;
use openssl::symm::{Cipher, Crypter, Mode, encrypt_aead};

use crate::sign::{Result, certificate};

pub(crate) const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
pub(crate) const XENC_1_1: &str = "http://www.w3.org/2009/xmlenc11#";
const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";

/// How an assertion is encrypted. The fields are what identity providers differ in, and what attacks change.
#[derive(Clone)]
pub(crate) struct Encryption {
    pub(crate) content: Content,
    /// `EncryptionMethod` of the key: its algorithm, and the elements in it.
    pub(crate) transport: String,
    pub(crate) parameters: String,
    /// Hash, mask's hash and label, as the method should say them.
    pub(crate) oaep: Oaep,
    /// File names of the recipients' keys below `tests/fixtures/keys`.
    pub(crate) recipients: Vec<&'static str>,
    pub(crate) place: Place,
    /// The last octets of the content in CBC, its padding: what they are for this length.
    pub(crate) padding: fn(usize) -> Vec<u8>,
    /// How the finished element is written; by itself it has no white space between its parts.
    pub(crate) layout: fn(String) -> String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Aes128Cbc,
    Aes256Cbc,
    Aes128Gcm,
    Aes256Gcm,
    TripleDes,
}

#[derive(Clone, Copy)]
pub(crate) struct Oaep {
    pub(crate) digest: fn() -> MessageDigest,
    pub(crate) mask: fn() -> MessageDigest,
    pub(crate) label: &'static str,
}

/// Where the encrypted keys are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Inside,
    Beside,
    BesideByReference,
    /// The first inside, the others beside.
    Both,
}

impl Encryption {
    /// As Okta encrypts: AES-256-CBC and RSA-OAEP with SHA-1, the key inside.
    pub(crate) fn okta() -> Self {
        Self {
            content: Content::Aes256Cbc,
            transport: format!("{XENC}rsa-oaep-mgf1p"),
            parameters: digest(SHA1),
            oaep: Oaep { digest: MessageDigest::sha1, mask: MessageDigest::sha1, label: "" },
            recipients: vec!["sp"],
            place: Place::Inside,
            padding: |length| [vec![0; length - 1], vec![u8::try_from(length).unwrap_or_default()]].concat(),
            layout: |element| element,
        }
    }

    pub(crate) fn content(self, content: Content) -> Self {
        Self { content, ..self }
    }

    /// RSA-OAEP of XML encryption 1.1 with a hash, a hash for the mask and other parameters.
    pub(crate) fn oaep(self, digest: fn() -> MessageDigest, mask: fn() -> MessageDigest, parameters: String) -> Self {
        let oaep = Oaep { digest, mask, ..self.oaep };
        Self { transport: format!("{XENC_1_1}rsa-oaep"), parameters, oaep, ..self }
    }

    pub(crate) fn to(self, recipients: &[&'static str]) -> Self {
        Self { recipients: recipients.to_vec(), ..self }
    }

    pub(crate) fn place(self, place: Place) -> Self {
        Self { place, ..self }
    }

    pub(crate) fn padding(self, padding: fn(usize) -> Vec<u8>) -> Self {
        Self { padding, ..self }
    }

    pub(crate) fn layout(self, layout: fn(String) -> String) -> Self {
        Self { layout, ..self }
    }

    /// The `EncryptedAssertion` that takes the assertion's place.
    pub(crate) fn seal(&self, content: &[u8]) -> Result<String> {
        let key = seeded("content key", content, self.content.key_length())?;
        let value = STANDARD.encode(self.ciphertext(&key, content)?);
        let keys = self.recipients.iter().map(|recipient| self.encrypted_key(recipient, &key));
        let keys: Vec<_> = keys.collect::<Result<_>>()?;
        let split = match self.place {
            Place::Inside => keys.len(),
            Place::Both => 1,
            Place::Beside | Place::BesideByReference => 0,
        };
        let (inside, beside) = keys.split_at_checked(split).ok_or("no such key")?;
        let key_info = match (self.place, inside) {
            (Place::BesideByReference, _) => format!(
                "<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:RetrievalMethod \
                 Type=\"{XENC}EncryptedKey\" URI=\"#_key-sp\"/></ds:KeyInfo>"
            ),
            (_, []) => String::new(),
            (_, inside) => {
                format!("<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{}</ds:KeyInfo>", inside.concat())
            }
        };
        let method = self.content.uri();
        let data = format!(
            "<xenc:EncryptedData xmlns:xenc=\"{XENC}\" Id=\"_data\" Type=\"{XENC}Element\"><xenc:EncryptionMethod \
             Algorithm=\"{method}\"/>{key_info}<xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue>\
             </xenc:CipherData></xenc:EncryptedData>"
        );
        Ok((self.layout)(format!(
            "<saml2:EncryptedAssertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">{data}{}\
             </saml2:EncryptedAssertion>",
            beside.concat()
        )))
    }

    fn encrypted_key(&self, recipient: &str, key: &[u8]) -> Result<String> {
        let public = certificate(recipient)?.public_key()?.rsa()?;
        let mut value = vec![0; usize::try_from(public.size())?];
        if self.transport.ends_with("rsa-1_5") {
            // Padding without zeros (RFC 8017, section 7.2.1).
            let fill = vec![0x55; value.len() - key.len() - 3];
            public.public_encrypt(&[&[0, 2], fill.as_slice(), &[0], key].concat(), &mut value, Padding::NONE)?;
        } else {
            public.public_encrypt(&self.oaep.encoded(key, public.size() as usize)?, &mut value, Padding::NONE)?;
        }
        let Self { transport, parameters, .. } = self;
        Ok(format!(
            "<xenc:EncryptedKey xmlns:xenc=\"{XENC}\" Id=\"_key-{recipient}\"><xenc:EncryptionMethod \
             Algorithm=\"{transport}\">{parameters}</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>{}\
             </xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>",
            STANDARD.encode(value)
        ))
    }

    fn ciphertext(&self, key: &[u8], content: &[u8]) -> Result<Vec<u8>> {
        let vector = seeded("vector", content, self.content.vector_length())?;
        if let Some(cipher) = self.content.gcm() {
            let mut tag = [0; 16];
            let encrypted = encrypt_aead(cipher, key, Some(&vector), &[], content, &mut tag)?;
            return Ok([vector, encrypted, tag.to_vec()].concat());
        }
        let block = vector.len();
        let padded = [content, &(self.padding)(block - content.len() % block)].concat();
        let mut crypter = Crypter::new(self.content.cbc(), Mode::Encrypt, key, Some(&vector))?;
        crypter.pad(false);
        let mut encrypted = vec![0; padded.len() + block];
        let mut length = crypter.update(&padded, &mut encrypted)?;
        length += crypter.finalize(encrypted.get_mut(length..).ok_or("no room")?)?;
        encrypted.truncate(length);
        Ok([vector, encrypted].concat())
    }
}

impl Content {
    pub(crate) fn uri(self) -> String {
        match self {
            Self::Aes128Cbc => format!("{XENC}aes128-cbc"),
            Self::Aes256Cbc => format!("{XENC}aes256-cbc"),
            Self::Aes128Gcm => format!("{XENC_1_1}aes128-gcm"),
            Self::Aes256Gcm => format!("{XENC_1_1}aes256-gcm"),
            Self::TripleDes => format!("{XENC}tripledes-cbc"),
        }
    }

    fn gcm(self) -> Option<Cipher> {
        match self {
            Self::Aes128Gcm => Some(Cipher::aes_128_gcm()),
            Self::Aes256Gcm => Some(Cipher::aes_256_gcm()),
            _ => None,
        }
    }

    fn cbc(self) -> Cipher {
        match self {
            Self::Aes128Cbc => Cipher::aes_128_cbc(),
            Self::TripleDes => Cipher::des_ede3_cbc(),
            _ => Cipher::aes_256_cbc(),
        }
    }

    fn key_length(self) -> usize {
        self.gcm().unwrap_or_else(|| self.cbc()).key_len()
    }

    fn vector_length(self) -> usize {
        if self.gcm().is_some() { 12 } else { self.cbc().block_size() }
    }
}

impl Oaep {
    /// RFC 8017, section 7.1.1, with a seed that comes from the key.
    fn encoded(self, key: &[u8], length: usize) -> Result<Vec<u8>> {
        let (digest, mask) = ((self.digest)(), (self.mask)());
        let fill = length.checked_sub(key.len() + 2 * digest.size() + 2).ok_or("the key is too long")?;
        let label = hash(digest, self.label.as_bytes())?;
        let block = [label.to_vec(), vec![0; fill], vec![1], key.to_vec()].concat();
        let seed = seeded("seed", key, digest.size())?;
        let masked_block = exclusive_or(&block, &mgf1(mask, &seed, block.len())?);
        let masked_seed = exclusive_or(&seed, &mgf1(mask, &masked_block, seed.len())?);
        Ok([vec![0], masked_seed, masked_block].concat())
    }
}

/// RFC 8017, appendix B.2.1.
fn mgf1(digest: MessageDigest, seed: &[u8], length: usize) -> Result<Vec<u8>> {
    let blocks = (0..length.div_ceil(digest.size())).map(|counter| -> Result<Vec<u8>> {
        Ok(hash(digest, &[seed, &u32::try_from(counter)?.to_be_bytes()].concat())?.to_vec())
    });
    let mut mask = blocks.collect::<Result<Vec<_>>>()?.concat();
    mask.truncate(length);
    Ok(mask)
}

fn exclusive_or(left: &[u8], right: &[u8]) -> Vec<u8> {
    left.iter().zip(right).map(|(left, right)| left ^ right).collect()
}

fn seeded(purpose: &str, content: &[u8], length: usize) -> Result<Vec<u8>> {
    let mut bytes = hash(MessageDigest::sha512(), &[purpose.as_bytes(), content].concat())?.to_vec();
    bytes.truncate(length);
    Ok(bytes)
}

pub(crate) fn digest(algorithm: &str) -> String {
    format!("<ds:DigestMethod xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Algorithm=\"{algorithm}\"/>")
}

pub(crate) fn mask(name: &str) -> String {
    format!("<xenc11:MGF xmlns:xenc11=\"{XENC_1_1}\" Algorithm=\"{XENC_1_1}{name}\"/>")
}

/// Puts what `seal` makes of it in the place of the message's assertion.
pub(crate) fn replaced(xml: &str, seal: impl Fn(&str) -> Result<String>) -> Result<String> {
    let document = roxmltree::Document::parse(xml)?;
    let assertion = document.descendants().find(|node| node.tag_name().name() == "Assertion").ok_or("no assertion")?;
    let range = assertion.range();
    let (before, behind) = (xml.get(..range.start), xml.get(range.end..));
    let sealed = seal(xml.get(range.clone()).unwrap_or_default())?;
    Ok([before.unwrap_or_default(), &sealed, behind.unwrap_or_default()].concat())
}
