//! Records real responses for the tests of `saml-acs`: `just record`.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::SecondsFormat;
use domain::clock::Clock;
use gateway::clock::SystemClock;
use openssl::pkey::PKey;
use serde_json::{Value, json};
use simulator::AuthnRequest;
use url::Url;

use crate::acme::Acme;
use crate::common::answer::send;
use crate::peer::{Cipher, Product, Ways};
use crate::visitor::{Posted, Visitor};

#[test]
#[ignore = "writes fixtures"]
fn simplesamlphp_is_recorded() {
    record(Product::SimpleSamlPhp, "simplesamlphp");
}

#[test]
#[ignore = "writes fixtures"]
fn pysaml2_is_recorded() {
    record(Product::Pysaml2, "pysaml2");
}

fn record(product: Product, folder: &str) {
    for (name, ways) in product.ways() {
        let Some(acme) = Acme::trusting(product, ways) else { return };
        let mut visitor = Visitor::new(&acme);
        let asked = visitor.begin("/session");
        let posted = visitor.sign_in(&asked);
        write(&format!("{folder}/{name}"), &acme, &posted, Some(&request_id(&asked)));
        visitor.post(&posted).expect(303);
    }
    let Some(acme) = Acme::trusting(product, Ways::default()) else { return };
    let tile = Url::parse(&acme.peer.tile(&acme.entity_id, "/session")).unwrap();
    let posted = Visitor::new(&acme).sign_in(&tile);
    write(&format!("{folder}/unsolicited"), &acme, &posted, None);
}

/// With the key that it is encrypted for, which is good for nothing else.
#[test]
#[ignore = "writes fixtures"]
fn encrypted_responses_are_recorded() {
    for (product, cipher, name) in [
        (Product::SimpleSamlPhp, Cipher::Untold, "simplesamlphp/encrypted"),
        (Product::Pysaml2, Cipher::Aes256Gcm, "pysaml2/encrypted_gcm"),
        (Product::Pysaml2, Cipher::Aes256Cbc, "pysaml2/encrypted_cbc"),
    ] {
        let Some(acme) = Acme::trusting(product, Ways { encrypts: Some(cipher), ..Ways::default() }) else { return };
        let mut visitor = Visitor::new(&acme);
        let asked = visitor.begin("/session");
        let posted = visitor.sign_in(&asked);
        write(name, &acme, &posted, Some(&request_id(&asked)));
        let key = PKey::private_key_from_pkcs8(&acme.decryption_keys()[0]).unwrap();
        fs::write(recorded(name).with_extension("key.pem"), key.private_key_to_pem_pkcs8().unwrap()).unwrap();
        visitor.post(&posted).expect(303);
    }
}

fn request_id(asked: &Url) -> String {
    let request = asked.query_pairs().find(|(name, _)| name == "SAMLRequest").unwrap().1;
    AuthnRequest::from_redirect(&request).unwrap().id
}

/// The response as it was sent, the metadata of its sender, and what has to be read from it. That comes from the list of
/// people that the sender has, not from our reading.
fn write(name: &str, acme: &Acme, posted: &Posted, in_response_to: Option<&str>) {
    let people: Value = serde_json::from_str(include_str!("people.json")).unwrap();
    let told = json!({
        "at": SystemClock.now().to_rfc3339_opts(SecondsFormat::Secs, true),
        "sp_entity_id": acme.entity_id,
        "acs_url": format!("{}/saml/acme/acs", acme.base_url),
        "in_response_to": in_response_to,
        "name_id": people["ann"]["name_id"],
        "attributes": people["ann"]["attributes"],
    });
    let path = recorded(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path.with_extension("xml"), STANDARD.decode(&posted.saml_response).unwrap()).unwrap();
    let metadata = send("GET", &acme.peer.metadata_url(), &[], None).expect(200).body;
    fs::write(path.with_extension("metadata.xml"), metadata).unwrap();
    fs::write(path.with_extension("json"), serde_json::to_string_pretty(&told).unwrap() + "\n").unwrap();
}

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../saml-acs/tests/fixtures/recorded").join(name)
}
