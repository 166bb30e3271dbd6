//! The one shape of an encrypted assertion that is read: SAML core, section 2.3.4, and XML encryption, section 3.

use roxmltree::Node;

use super::signature::{Hash, digest_method};
use crate::error::VerifyError;
use crate::tree::{self, ENCRYPTION, ENCRYPTION_1_1, SIGNATURE};

/// An `EncryptedAssertion` and all that it takes to decrypt it.
pub(crate) struct EncryptedAssertion<'a, 'input> {
    /// The element, in whose place the assertion comes.
    pub(crate) element: Node<'a, 'input>,
    /// How the assertion is encrypted.
    pub(crate) cipher: ContentCipher,
    /// Initialisation vector, encrypted assertion and, with GCM, the tag. Empty where it is no base64.
    pub(crate) ciphertext: Vec<u8>,
    /// The content key, encrypted for one or several recipients; never empty.
    pub(crate) keys: Vec<EncryptedKey>,
}

/// A content key, encrypted under somebody's RSA key.
pub(crate) struct EncryptedKey {
    /// How.
    pub(crate) transport: RsaOaep,
    /// The encrypted key; empty where it is no base64.
    pub(crate) ciphertext: Vec<u8>,
}

/// How an assertion is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentCipher {
    Aes128Gcm,
    Aes256Gcm,
    Aes128Cbc,
    Aes256Cbc,
}

/// RSA-OAEP with its parameters (RFC 8017, section 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RsaOaep {
    pub(crate) digest: Hash,
    /// The hash of the mask generation function.
    pub(crate) mask: Hash,
}

/// XML encryption 1.1, sections 5.2.2 and 5.2.4. No triple DES.
pub(crate) const CONTENT_CIPHERS: [(&str, ContentCipher); 4] = [
    ("http://www.w3.org/2009/xmlenc11#aes256-gcm", ContentCipher::Aes256Gcm),
    ("http://www.w3.org/2009/xmlenc11#aes128-gcm", ContentCipher::Aes128Gcm),
    ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", ContentCipher::Aes256Cbc),
    ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", ContentCipher::Aes128Cbc),
];

/// XML encryption 1.1, section 5.5.2. RSA 1.5 (section 5.5.1) is not read: whoever can tell its failures apart decrypts
/// everything.
pub(crate) const RSA_OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
/// The same, with SHA-1 for the mask.
pub(crate) const RSA_OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";

const MASKS: [(&str, Hash); 4] = [
    ("http://www.w3.org/2009/xmlenc11#mgf1sha1", Hash::Sha1),
    ("http://www.w3.org/2009/xmlenc11#mgf1sha256", Hash::Sha256),
    ("http://www.w3.org/2009/xmlenc11#mgf1sha384", Hash::Sha384),
    ("http://www.w3.org/2009/xmlenc11#mgf1sha512", Hash::Sha512),
];

/// `Type` of an encrypted element (XML encryption, section 3.1).
const ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";

/// More recipients than one login has. Each costs an RSA operation for each of our keys.
const MOST_KEYS: usize = 4;

impl ContentCipher {
    /// Bits of its key.
    pub(crate) fn key_bits(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes128Cbc => 128,
            Self::Aes256Gcm | Self::Aes256Cbc => 256,
        }
    }
}

/// Checks that the element holds one encrypted element and the keys to it, by known algorithms. Nothing is fetched and no
/// reference is followed.
pub(super) fn check<'a, 'input>(element: Node<'a, 'input>) -> Result<EncryptedAssertion<'a, 'input>, VerifyError> {
    let parts: Vec<_> = tree::elements(element).collect();
    let is_key = |part: &Node<'_, '_>| part.has_tag_name((ENCRYPTION, "EncryptedKey"));
    let (data, beside) = match parts.as_slice() {
        [data, beside @ ..] if data.has_tag_name((ENCRYPTION, "EncryptedData")) && beside.iter().all(is_key) => {
            (*data, beside)
        }
        _ => return Err(wrong("an EncryptedAssertion is one EncryptedData and EncryptedKeys behind it")),
    };
    if tree::attribute(data, "Type").is_some_and(|kind| kind != ELEMENT) {
        return Err(wrong("what is encrypted is not an element"));
    }
    let key_info = tree::only_child(data, SIGNATURE, "KeyInfo")?;
    Ok(EncryptedAssertion {
        element,
        cipher: content_cipher(encryption_method(data)?)?,
        ciphertext: ciphertext(data)?,
        keys: keys(key_info, beside)?,
    })
}

/// XML encryption, section 3.1: what both `EncryptedData` and `EncryptedKey` consist of.
fn encryption_method<'a, 'input>(encrypted: Node<'a, 'input>) -> Result<Node<'a, 'input>, VerifyError> {
    let known = ["EncryptionMethod", "CipherData", "EncryptionProperties", "ReferenceList", "CarriedKeyName"];
    let is_known = |part: Node<'_, '_>| {
        part.has_tag_name((SIGNATURE, "KeyInfo")) || known.iter().any(|name| part.has_tag_name((ENCRYPTION, *name)))
    };
    if !tree::elements(encrypted).all(is_known) {
        return Err(wrong("there are other parts than the schema's"));
    }
    tree::only_child(encrypted, ENCRYPTION, "EncryptionMethod")?.ok_or(wrong("there is no EncryptionMethod"))
}

/// XML encryption, section 3.3. A `CipherReference` names a place to fetch the ciphertext from, such as a server that only we
/// can reach.
fn ciphertext(encrypted: Node<'_, '_>) -> Result<Vec<u8>, VerifyError> {
    let holder = tree::only_child(encrypted, ENCRYPTION, "CipherData")?.ok_or(wrong("there is no CipherData"))?;
    let parts: Vec<_> = tree::elements(holder).collect();
    match parts.as_slice() {
        [value] if value.has_tag_name((ENCRYPTION, "CipherValue")) => Ok(tree::base64(*value).unwrap_or_default()),
        [other] if other.has_tag_name((ENCRYPTION, "CipherReference")) => {
            Err(wrong("a CipherReference names a place to fetch the ciphertext from, and nothing is fetched"))
        }
        _ => Err(wrong("CipherData is not exactly one CipherValue")),
    }
}

fn content_cipher(method: Node<'_, '_>) -> Result<ContentCipher, VerifyError> {
    let algorithm = tree::attribute(method, "Algorithm");
    let known = CONTENT_CIPHERS.iter().find(|(name, _)| Some(*name) == algorithm);
    let (_, cipher) = known.ok_or_else(|| VerifyError::EncryptionAlgorithm(algorithm.into()))?;
    let says_its_size = |part: Node<'_, '_>| {
        part.has_tag_name((ENCRYPTION, "KeySize"))
            && tree::text(part).is_some_and(|size| tree::collapsed(&size) == cipher.key_bits().to_string())
    };
    if tree::elements(method).all(says_its_size) { Ok(*cipher) } else { Err(other_parameters()) }
}

/// Inside the content's `KeyInfo`, beside the content, or both (SAML core, section 2.3.4). What else `KeyInfo` says is not read.
fn keys(key_info: Option<Node<'_, '_>>, beside: &[Node<'_, '_>]) -> Result<Vec<EncryptedKey>, VerifyError> {
    let inside = key_info.into_iter().flat_map(|info| tree::children(info, ENCRYPTION, "EncryptedKey"));
    let mut retrieved = key_info.into_iter().flat_map(|info| tree::children(info, SIGNATURE, "RetrievalMethod"));
    if !retrieved.all(|method| leads_to_one_of(method, beside)) {
        return Err(wrong("a RetrievalMethod leads to something else than an EncryptedKey beside the content"));
    }
    let found: Vec<_> = inside.chain(beside.iter().copied()).take(MOST_KEYS + 1).collect();
    match found.len() {
        0 => Err(wrong("there is no EncryptedKey")),
        1..=MOST_KEYS => found.into_iter().map(encrypted_key).collect(),
        _ => Err(wrong("there are too many EncryptedKeys")),
    }
}

/// XML encryption, section 3.5.2. Every key beside the content is tried anyway, so that nothing has to be followed.
fn leads_to_one_of(method: Node<'_, '_>, keys: &[Node<'_, '_>]) -> bool {
    let id = tree::attribute(method, "URI").and_then(|uri| uri.strip_prefix('#'));
    let leads_there = |key: &Node<'_, '_>| id.is_some() && tree::attribute(*key, "Id") == id;
    tree::elements(method).next().is_none() && keys.iter().any(leads_there)
}

fn encrypted_key(key: Node<'_, '_>) -> Result<EncryptedKey, VerifyError> {
    Ok(EncryptedKey { transport: rsa_oaep(encryption_method(key)?)?, ciphertext: ciphertext(key)? })
}

/// XML encryption 1.1, section 5.5.2: SHA-1 where nothing is said. OAEP needs no hash without collisions.
fn rsa_oaep(method: Node<'_, '_>) -> Result<RsaOaep, VerifyError> {
    let algorithm = tree::attribute(method, "Algorithm");
    if algorithm != Some(RSA_OAEP) && algorithm != Some(RSA_OAEP_MGF1P) {
        return Err(VerifyError::EncryptionAlgorithm(algorithm.into()));
    }
    let digest = tree::only_child(method, SIGNATURE, "DigestMethod")?;
    let mask = tree::only_child(method, ENCRYPTION_1_1, "MGF")?;
    let label = tree::only_child(method, ENCRYPTION, "OAEPparams")?;
    let read = [digest, mask, label].into_iter().flatten().count();
    if label.is_some_and(|label| !is_empty(label)) {
        return Err(wrong("a label of RSA-OAEP is not taken"));
    }
    if tree::elements(method).count() != read || (mask.is_some() && algorithm == Some(RSA_OAEP_MGF1P)) {
        return Err(other_parameters());
    }
    Ok(RsaOaep {
        digest: digest.map_or(Ok(Hash::Sha1), |named| hash(named, digest_method(named)))?,
        mask: mask.map_or(Ok(Hash::Sha1), |named| hash(named, mask_generation(named)))?,
    })
}

/// The empty label is the one that there is without a word on it. Others are not taken: nobody sends them, and the binding to
/// OpenSSL leaks them.
fn is_empty(label: Node<'_, '_>) -> bool {
    tree::base64(label).is_some_and(|label| label.is_empty())
}

fn hash(named: Node<'_, '_>, found: Option<Hash>) -> Result<Hash, VerifyError> {
    found.ok_or_else(|| VerifyError::EncryptionAlgorithm(tree::attribute(named, "Algorithm").into()))
}

fn mask_generation(named: Node<'_, '_>) -> Option<Hash> {
    let algorithm = tree::attribute(named, "Algorithm");
    MASKS.iter().find(|(name, _)| Some(*name) == algorithm).map(|(_, hash)| *hash)
}

fn other_parameters() -> VerifyError {
    wrong("an EncryptionMethod has parameters that are not its own")
}

fn wrong(what: &'static str) -> VerifyError {
    VerifyError::EncryptionStructure(what)
}
