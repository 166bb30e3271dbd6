//! Metadata of identity providers, of one and of several, signed and not: choosing one of them gives the metadata of exactly that one,
//! and choosing again changes nothing. What the fixtures' certificate is said to have signed says what the fixture says: another
//! identity provider, or another key of it, is a finding.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use saml_acs::{IdentityProvider, MetadataError, SigningCertificate, choose, signed_by, valid_until};
use saml_acs_fuzz::fixtures;

static CERTIFICATE: LazyLock<SigningCertificate> = LazyLock::new(|| {
    let pem = std::fs::read(fixtures().join("keys/sp.crt.pem")).unwrap();
    SigningCertificate::from_file(&pem).unwrap()
});
static SAID: LazyLock<String> = LazyLock::new(|| {
    let metadata = std::fs::read_to_string(fixtures().join("metadata/okta.xml")).unwrap();
    says(&metadata).unwrap()
});

fuzz_target!(|message: &[u8]| {
    let Ok(xml) = std::str::from_utf8(message) else { return };
    match choose(xml, None) {
        Ok(one) => {
            assert_eq!(choose(&one, None).as_deref(), Ok(one.as_str()));
            assert_eq!(valid_until(&one), valid_until(xml));
        }
        Err(MetadataError::NotOneIdentityProvider(names)) => {
            for name in names.iter().take(3) {
                let Ok(one) = choose(xml, Some(name)) else { continue };
                if let Ok(provider) = IdentityProvider::from_metadata(&one) {
                    assert_eq!(provider.entity_id(), name);
                }
            }
        }
        Err(_) => {}
    }
    if let Ok(signed) = signed_by(xml, &CERTIFICATE) {
        assert_eq!(says(&signed).as_ref(), Some(&*SAID), "signed: {signed}");
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    saml_acs_fuzz::mutate(data, size, max_size, seed)
});

/// Everything that a login goes by.
fn says(metadata: &str) -> Option<String> {
    let provider = IdentityProvider::from_metadata(&choose(metadata, None).ok()?).ok()?;
    let addresses: Vec<_> = provider.single_sign_on().map(|(_, url)| url.as_str().to_owned()).collect();
    let keys: Vec<_> = provider.signing_certificates().iter().map(|key| key.facts().unwrap().sha256_fingerprint).collect();
    Some(format!("{} {addresses:?} {keys:?}", provider.entity_id()))
}
