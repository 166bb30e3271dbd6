//! Everybody whom the fixtures name, and what the verifier says of a message with all of their keys. It permits SHA-1.

#![allow(dead_code, reason = "each target uses its own part")]

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::connection::WeakAlgorithms;
use openssl::pkey::PKey;
use saml_acs::{DecryptionKey, Expectations, IdentityProvider, SamlResponse, verify};
use saml_acs_fuzz::{files, fixtures};
use serde_json::Value;

#[path = "../../../tests/told/mod.rs"]
mod told;

const SP_ENTITY_ID: &str = "https://gatehouse.example.test/saml/acme/metadata";
const ACS_URL: &str = "https://gatehouse.example.test/saml/acme/acs";

/// These are signed as well, and refused only because of what a policy demands, which comes after the verifier.
const REFUSED_BY_DEMANDS: [&str; 2] = ["bad/authenticated_before_request", "bad/authn_context"];

/// What the fixtures say of a person; `in_response_to` apart, which an unsigned envelope and the assertion say together.
pub static SAID: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let expected = files(&fixtures().join("good"), "json");
    let good = expected.iter().map(|text| without_request(serde_json::from_slice(text).unwrap()));
    let refused_later = REFUSED_BY_DEMANDS.iter().flat_map(|folder| files(&fixtures().join(folder), "xml"));
    good.chain(refused_later.map(|message| let_in(&message).unwrap())).collect()
});

/// The identity providers by entity id. Several fixtures share one; the last read of them has all of its keys.
static PROVIDERS: LazyLock<HashMap<String, IdentityProvider>> = LazyLock::new(|| {
    let metadata = files(&fixtures().join("metadata"), "xml");
    let read = metadata.iter().map(|xml| IdentityProvider::from_metadata(str::from_utf8(xml).unwrap()).unwrap());
    let mut providers: Vec<_> = read.collect();
    providers.sort_by_key(|provider| provider.signing_certificates().len());
    providers.into_iter().map(|provider| (provider.entity_id().to_owned(), provider)).collect()
});

static NOW: LazyLock<DateTime<Utc>> = LazyLock::new(|| "2026-11-22T10:00:00Z".parse().unwrap());

/// Ours, to which the fixtures are encrypted.
static KEYS: LazyLock<Vec<DecryptionKey>> = LazyLock::new(|| {
    let read = |name: &str| {
        let pem = std::fs::read(fixtures().join(format!("keys/{name}.key.pem"))).unwrap();
        let key = PKey::private_key_from_pem(&pem).unwrap();
        DecryptionKey::from_pkcs8(&key.private_key_to_pkcs8().unwrap()).unwrap()
    };
    vec![read("sp"), read("sp-next")]
});

/// What a message says of a person whom the verifier lets in.
pub fn let_in(message: &[u8]) -> Option<Value> {
    let_in_by(provider_of(message), message)
}

/// The same through the connection of this identity provider.
pub fn let_in_by(provider: &IdentityProvider, message: &[u8]) -> Option<Value> {
    let weak_algorithms = WeakAlgorithms::Sha1Permitted;
    let expectations = Expectations::new(provider, SP_ENTITY_ID, ACS_URL, *NOW);
    let expectations = Expectations { weak_algorithms, decryption_keys: &KEYS, ..expectations };
    let assertion = verify(&SamlResponse::from_xml(message.to_vec()), &expectations).ok()?;
    Some(without_request(told::told(&assertion)))
}

/// One that the message names, else any.
pub fn provider_of(message: &[u8]) -> &'static IdentityProvider {
    // In UTF-16 every second byte of a name is null.
    let text: Vec<u8> = message.iter().copied().filter(|byte| *byte != 0).collect();
    let text = String::from_utf8_lossy(&text);
    let named = PROVIDERS.values().find(|provider| text.contains(provider.entity_id()));
    named.unwrap_or_else(|| PROVIDERS.values().next().unwrap())
}

fn without_request(mut said: Value) -> Value {
    said.as_object_mut().unwrap().remove("in_response_to");
    said
}
