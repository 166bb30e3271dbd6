//! The enveloped signature of what we write (SAML core 5.4): libxml2 canonicalises, openssl hashes and signs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};
use samael::crypto::CertificateDer;
use samael::signature::{DigestAlgorithm, DigestValue, Signature};

use crate::foreign::Tree;
use crate::keys::RequestKey;
use crate::outgoing::signature;
use crate::service_provider::WriteError;
use crate::xml_guard::ExclusiveC14n;

/// A document with its signature, by RSA and SHA-256. `write` writes it without one or with the given one; `id` is the ID of its
/// root, among whose child elements the signature is at `position`.
pub(crate) fn signed(
    id: &str,
    position: usize,
    key: &RequestKey,
    write: impl Fn(Option<Signature>) -> Result<String, WriteError>,
) -> Result<String, WriteError> {
    let failed = |error: ErrorStack| WriteError(error.to_string());
    let content = canonical(&write(None)?, &[])?;
    let digest = hash(MessageDigest::sha256(), content.as_bytes()).map_err(failed)?;
    let mut made = template(id, &key.certificate.to_der().map_err(failed)?, &STANDARD.encode(digest));
    // SignedInfo comes first in it.
    let signed_info = canonical(&write(Some(made.clone()))?, &[position, 0])?;
    made.signature_value.base64_content = Some(signature(&key.key, signed_info.as_bytes())?);
    write(Some(made))
}

/// One reference to the document, which is hashed without this signature and in exclusive canonical form.
fn template(id: &str, certificate: &[u8], digest: &str) -> Signature {
    let mut template = Signature::template(id, &CertificateDer::from(certificate.to_vec()));
    for reference in &mut template.signed_info.reference {
        reference.digest_method.algorithm = DigestAlgorithm::Sha256;
        reference.digest_value = Some(DigestValue { base64_content: Some(digest.to_owned()) });
    }
    template
}

fn canonical(xml: &str, path: &[usize]) -> Result<String, WriteError> {
    let form = ExclusiveC14n { prefixes: Vec::new(), comments: false };
    let tree = Tree::parse(xml);
    let text = tree.as_ref().and_then(|tree| tree.canonical(tree.find(path)?, &form));
    text.ok_or_else(|| WriteError("libxml2 does not canonicalise it".to_owned()))
}
