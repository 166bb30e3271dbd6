//! The enveloped signature of a request (SAML core 5.4): libxml2 canonicalises, openssl hashes and signs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::{MessageDigest, hash};
use samael::crypto::CertificateDer;
use samael::schema::AuthnRequest as Document;
use samael::signature::{DigestAlgorithm, DigestValue, Signature};

use super::{RequestKey, signature, written};
use crate::foreign::Tree;
use crate::service_provider::WriteError;
use crate::xml_guard::ExclusiveC14n;

/// `Signature` comes behind `Issuer`, `SignedInfo` first in it (core 3.2.1).
const SIGNED_INFO: [usize; 2] = [1, 0];

/// The document with its signature, by RSA and SHA-256.
pub(super) fn signed(mut document: Document, key: &RequestKey) -> Result<String, WriteError> {
    let failed = |error: openssl::error::ErrorStack| WriteError(error.to_string());
    let content = canonical(&written(&document)?, &[])?;
    let digest = hash(MessageDigest::sha256(), content.as_bytes()).map_err(failed)?;
    let mut made = template(&document.id, &key.certificate.to_der().map_err(failed)?, &STANDARD.encode(digest));
    document.signature = Some(made.clone());
    let signed_info = canonical(&written(&document)?, &SIGNED_INFO)?;
    made.signature_value.base64_content = Some(signature(&key.key, signed_info.as_bytes())?);
    document.signature = Some(made);
    written(&document)
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
