//! Responses that other products have really sent: each is let in at the time of its recording, with exactly what its
//! sender knows of the person. `just record` makes them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a recording that can't be read is a failed test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use openssl::pkey::PKey;
use saml_acs::{DecryptionKey, Expectations, IdentityProvider, SamlResponse, VerifiedAssertion, VerifyError, verify};
use serde_json::{Map, Value, json};

/// A response with the metadata of its sender and what has to be read from it.
struct Recording {
    path: PathBuf,
    sender: IdentityProvider,
    /// The one that it is encrypted for, where it is.
    key: Option<DecryptionKey>,
    told: Value,
}

#[test]
fn recorded_responses_say_exactly_what_their_sender_knows() {
    for recording in recordings() {
        let path = recording.path.display();
        let assertion = recording.check(recording.at()).unwrap_or_else(|error| panic!("{path}: {error}"));
        let attributes =
            assertion.attributes().iter().map(|attribute| (attribute.name.clone(), json!(attribute.values)));
        assert_eq!(assertion.issuer(), recording.sender.entity_id(), "{path}");
        assert_eq!(json!(assertion.name_id()), recording.told["name_id"], "{path}");
        assert_eq!(json!(assertion.in_response_to()), recording.told["in_response_to"], "{path}");
        assert_eq!(Value::Object(Map::from_iter(attributes)), recording.told["attributes"], "{path}");
    }
}

#[test]
fn recorded_responses_are_soon_worth_nothing() {
    for recording in recordings() {
        let refused = recording.check(recording.at() + Duration::hours(2)).unwrap_err();
        assert_eq!(refused.check(), "issued_too_long_ago", "{}", recording.path.display());
        let refused = recording.check(recording.at() - Duration::hours(2)).unwrap_err();
        assert_eq!(refused.check(), "issued_in_future", "{}", recording.path.display());
    }
}

#[test]
fn both_products_were_recorded_in_all_their_ways() {
    let names: BTreeSet<_> =
        recordings().iter().map(|recording| recording.path.file_stem().unwrap().to_owned()).collect();
    let signed = ["assertion_signed", "both_signed", "response_signed", "unsolicited"];
    let encrypted = ["encrypted", "encrypted_cbc", "encrypted_gcm"];
    assert_eq!(names, signed.into_iter().chain(encrypted).map(Into::into).collect());
    assert_eq!(recordings().len(), 10);
}

impl Recording {
    fn read(path: PathBuf) -> Self {
        let metadata = fs::read_to_string(path.with_extension("metadata.xml")).unwrap();
        let told = serde_json::from_str(&fs::read_to_string(path.with_extension("json")).unwrap()).unwrap();
        let key = fs::read(path.with_extension("key.pem")).ok().map(|pem| {
            let key = PKey::private_key_from_pem(&pem).unwrap();
            DecryptionKey::from_pkcs8(&key.private_key_to_pkcs8().unwrap()).unwrap()
        });
        Self { sender: IdentityProvider::from_metadata(&metadata).unwrap(), key, told, path }
    }

    fn at(&self) -> DateTime<Utc> {
        self.text("at").parse().unwrap()
    }

    fn check(&self, now: DateTime<Utc>) -> Result<VerifiedAssertion, VerifyError> {
        let response = SamlResponse::from_xml(fs::read(&self.path).unwrap());
        let expectations = Expectations::new(&self.sender, self.text("sp_entity_id"), self.text("acs_url"), now);
        verify(&response, &Expectations { decryption_keys: self.key.as_slice(), ..expectations })
    }

    fn text(&self, name: &str) -> &str {
        self.told[name].as_str().unwrap()
    }
}

fn recordings() -> Vec<Recording> {
    let products = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/recorded")).unwrap();
    let folders = products.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let told = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    told.map(|path| Recording::read(path.with_extension("xml"))).collect()
}
