//! The signature check itself, by xmlsec through samael.

use samael::crypto::{AllowedSignatureAlgorithm, CertificateDer, Crypto, CryptoProvider, ReduceMode};

use crate::connection::IdentityProvider;
use crate::error::VerifyError;
use crate::foreign;
use crate::xml_guard::{GuardedResponse, KeyKind};

/// The gate allows no others; xmlsec is told so as well.
const ALLOWED: [AllowedSignatureAlgorithm; 6] = [
    AllowedSignatureAlgorithm::RsaSha256,
    AllowedSignatureAlgorithm::RsaSha384,
    AllowedSignatureAlgorithm::RsaSha512,
    AllowedSignatureAlgorithm::EcdsaSha256,
    AllowedSignatureAlgorithm::EcdsaSha384,
    AllowedSignatureAlgorithm::EcdsaSha512,
];

/// The canonical bytes of the outermost signed element, after every signature in the message has been verified.
///
/// The keys are the connection's certificates, whatever `KeyInfo` says. xmlsec takes a key of the wrong kind for a
/// broken one and gives up, so only certificates that fit the signature methods are tried, and each alone; all of them
/// together come last, for a response and an assertion signed by two keys of one identity provider.
pub(super) fn signed_bytes(
    xml: &str,
    guarded: &GuardedResponse<'_, '_>,
    identity_provider: &IdentityProvider,
) -> Result<String, VerifyError> {
    foreign::silence();
    let kinds: Vec<KeyKind> = guarded.signatures().map(|signature| signature.key_kind).collect();
    let fitting =
        identity_provider.signing_certificates().iter().filter(|certificate| kinds.contains(&certificate.key_kind()));
    let keys: Vec<CertificateDer> = fitting.map(|certificate| certificate.der().to_vec().into()).collect();
    let one_by_one = keys.chunks(1);
    let together = (keys.len() > 1 && kinds.len() > 1).then_some(keys.as_slice());
    one_by_one.chain(together).find_map(|keys| verified_by(xml, keys)).ok_or(VerifyError::SignatureInvalid)
}

fn verified_by(xml: &str, keys: &[CertificateDer]) -> Option<String> {
    Crypto::reduce_xml_to_signed_with_allowed_algorithms(xml, keys, ReduceMode::PreDigest, Some(&ALLOWED)).ok()
}
