//! The signature check itself: libxml2 canonicalises, openssl hashes and verifies.

use openssl::bn::BigNum;
use openssl::ec::EcKeyRef;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::hash;
use openssl::pkey::{PKeyRef, Public};
use openssl::sign::Verifier;
use roxmltree::Document;

use crate::connection::{IdentityProvider, SigningCertificate};
use crate::error::VerifyError;
use crate::foreign::{Element, Tree};
use crate::tree;
use crate::xml_guard::{ExclusiveC14n, KeyKind, SignatureMethod, SignatureShape};

/// The canonical bytes of the outermost signed element, after all of its signatures have been verified, which come in the
/// order of the document.
///
/// The keys are the connection's certificates, whatever `KeyInfo` says, and each signature may have been made by another of
/// them. The signature values are checked first: a stranger's message costs no look at its content.
pub(super) fn signed_bytes<'a, 'input: 'a>(
    xml: &str,
    signatures: impl IntoIterator<Item = &'a SignatureShape<'a, 'input>>,
    identity_provider: &IdentityProvider,
) -> Result<String, VerifyError> {
    signed_by(xml, signatures, identity_provider.signing_certificates())
}

/// The same, by any of these certificates.
pub(super) fn signed_by<'a, 'input: 'a>(
    xml: &str,
    signatures: impl IntoIterator<Item = &'a SignatureShape<'a, 'input>>,
    certificates: &[SigningCertificate],
) -> Result<String, VerifyError> {
    let tree = Tree::parse(xml).ok_or(VerifyError::SignedTreeDiffers)?;
    let found = signatures.into_iter().map(|shape| Signature::find(&tree, shape));
    let signatures: Vec<_> = found.collect::<Result<_, _>>()?;
    for signature in &signatures {
        signature.signed_info_holds(certificates)?;
    }
    // The outermost comes first: it covers the signatures inside, which are taken out after it.
    let mut signed = signatures.iter().map(Signature::digested);
    let outermost = signed.next().ok_or(VerifyError::Unsigned)??;
    signed.try_for_each(|inner| inner.map(drop))?;
    Ok(outermost)
}

/// A signature as the gate has seen it, found again in libxml2's tree.
struct Signature<'a, 'input> {
    shape: &'a SignatureShape<'a, 'input>,
    tree: &'a Tree,
    signed: Element<'a>,
    element: Element<'a>,
    signed_info: Element<'a>,
}

impl<'a, 'input> Signature<'a, 'input> {
    fn find(tree: &'a Tree, shape: &'a SignatureShape<'a, 'input>) -> Result<Self, VerifyError> {
        let find = |node| tree.find(&tree::path(node)).ok_or(VerifyError::SignedTreeDiffers);
        let (signed, element, signed_info) = (find(shape.signed)?, find(shape.element)?, find(shape.signed_info)?);
        Ok(Self { shape, tree, signed, element, signed_info })
    }

    /// One of the keys made the signature value over `SignedInfo`, and that is what the gate has seen of it.
    fn signed_info_holds(&self, certificates: &[SigningCertificate]) -> Result<(), VerifyError> {
        let shape = self.shape;
        let canonical = self.canonical(self.signed_info, &shape.canonicalization)?;
        let value = tree::base64(shape.value).ok_or(VerifyError::SignatureInvalid)?;
        let method = SignatureMethod { key_kind: shape.key_kind, hash: shape.hash };
        made_by_one(certificates, method, canonical.as_bytes(), &value)?;
        let read = Document::parse(&canonical).map_err(|_| VerifyError::SignedTreeDiffers)?;
        let same = tree::same_tree(shape.signed_info, None, read.root_element());
        if same { Ok(()) } else { Err(VerifyError::SignedTreeDiffers) }
    }

    /// The canonical bytes of the signed element without the signature, where their digest is the reference's.
    fn digested(&self) -> Result<String, VerifyError> {
        let reference = &self.shape.reference;
        self.tree.take_out(self.element);
        let canonical = self.canonical(self.signed, &reference.canonicalization)?;
        let found = hash(reference.hash.algorithm(), canonical.as_bytes()).map_err(|_| VerifyError::DigestMismatch)?;
        let stated = tree::base64(reference.value).ok_or(VerifyError::DigestMismatch)?;
        if stated.as_slice() == &*found { Ok(canonical) } else { Err(VerifyError::DigestMismatch) }
    }

    fn canonical(&self, top: Element<'_>, form: &ExclusiveC14n<'_>) -> Result<String, VerifyError> {
        self.tree.canonical(top, form).ok_or(VerifyError::SignedTreeDiffers)
    }
}

/// One of the keys made that signature value over these bytes.
pub(super) fn made_by_one(
    certificates: &[SigningCertificate],
    method: SignatureMethod,
    signed: &[u8],
    value: &[u8],
) -> Result<(), VerifyError> {
    let mut fitting = certificates.iter().filter(|certificate| certificate.key_kind() == method.key_kind);
    let made = fitting.any(|certificate| made_signature(certificate.key(), method, signed, value).unwrap_or(false));
    if made { Ok(()) } else { Err(VerifyError::SignatureInvalid) }
}

fn made_signature(
    key: &PKeyRef<Public>,
    method: SignatureMethod,
    signed: &[u8],
    value: &[u8],
) -> Result<bool, ErrorStack> {
    let mut verifier = Verifier::new(method.hash.algorithm(), key)?;
    match method.key_kind {
        // PKCS #1 v1.5 is OpenSSL's padding unless another is asked for.
        KeyKind::Rsa => verifier.verify_oneshot(value, signed),
        KeyKind::Ec => match ecdsa_value(&*key.ec_key()?, value)? {
            Some(value) => verifier.verify_oneshot(&value, signed),
            None => Ok(false),
        },
    }
}

/// XML signature, section 6.4.3: the value is `r` and `s`, each as long as the order of the curve. OpenSSL takes them in DER.
fn ecdsa_value(key: &EcKeyRef<Public>, value: &[u8]) -> Result<Option<Vec<u8>>, ErrorStack> {
    let length = usize::try_from(key.group().order_bits().div_ceil(8)).unwrap_or_default();
    let Some((r, s)) = value.split_at_checked(length).filter(|(_, s)| s.len() == length) else { return Ok(None) };
    EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?.to_der().map(Some)
}

#[cfg(test)]
mod tests;
