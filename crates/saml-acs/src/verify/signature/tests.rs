//! xmlsec as the second opinion: what we verify it verifies, and the signed bytes are the same.

use std::fs;
use std::path::{Path, PathBuf};

use domain::connection::WeakAlgorithms;
use samael::crypto::{CertificateDer, Crypto, CryptoProvider, ReduceMode};

use super::*;
use crate::foreign::silence_xmlsec;
use crate::xml_guard::{self, Guarded, Limits, MessageText};

fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
}

fn responses(kind: &str) -> Vec<PathBuf> {
    let folders = fs::read_dir(fixtures().join(kind)).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|folder| fs::read_dir(folder).unwrap());
    files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == "xml"))
        .collect()
}

fn provider(name: &str) -> IdentityProvider {
    let metadata = fs::read_to_string(fixtures().join(format!("metadata/{name}.xml"))).unwrap();
    IdentityProvider::from_metadata(&metadata).unwrap()
}

/// With SHA-1 permitted, as it is in xmlsec. Of an encrypted assertion only the response around it can be signed.
fn ours(xml: &[u8], provider: &IdentityProvider) -> Result<String, VerifyError> {
    let text = MessageText::decode(xml, &Limits::default())?;
    let document = xml_guard::parse(&text, &Limits::default())?;
    match xml_guard::check(&document, WeakAlgorithms::Sha1Permitted)? {
        Guarded::Plain(response) => signed_bytes(text.body(), response.signatures(), provider),
        Guarded::Encrypted(response) => signed_bytes(text.body(), &response.signature, provider),
    }
}

/// xmlsec gives up at a key of the wrong kind, so that each certificate is tried alone before all are.
fn by_xmlsec(xml: &[u8], provider: &IdentityProvider) -> Option<String> {
    silence_xmlsec();
    let text = MessageText::decode(xml, &Limits::default()).ok()?;
    let keys: Vec<CertificateDer> =
        provider.signing_certificates().iter().map(|found| found.x509().to_der().unwrap().into()).collect();
    let all_but = keys.iter().map(|one| vec![one.clone()]).chain([keys.clone(), keys.iter().rev().cloned().collect()]);
    all_but.into_iter().find_map(|keys| {
        Crypto::reduce_xml_to_signed_with_allowed_algorithms(text.body(), &keys, ReduceMode::PreDigest, None).ok()
    })
}

#[test]
fn the_signed_bytes_of_good_responses_are_those_that_xmlsec_digests() {
    for path in responses("good") {
        let source = path.parent().and_then(Path::file_name).unwrap().to_str().unwrap();
        // xmlsec, as samael drives it, is given one key for the whole message.
        if path.ends_with("keys/two_kinds.xml") {
            continue;
        }
        let (xml, provider) = (fs::read(&path).unwrap(), provider(source));
        let found = match ours(&xml, &provider) {
            Err(VerifyError::Unsigned) => continue,
            found => found.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        };
        assert_eq!(Some(found), by_xmlsec(&xml, &provider), "{}", path.display());
    }
}

#[test]
fn what_xmlsec_refuses_is_never_verified() {
    let okta = provider("okta");
    for path in responses("bad") {
        let xml = fs::read(&path).unwrap();
        if ours(&xml, &okta).is_ok() {
            assert!(by_xmlsec(&xml, &okta).is_some(), "{}", path.display());
        }
    }
}
