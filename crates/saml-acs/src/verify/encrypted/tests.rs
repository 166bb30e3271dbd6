use std::fs;
use std::path::Path;

use super::*;
use crate::connection::IdentityProvider;
use crate::xml_guard::{Guarded, Limits};

/// What becomes of a fixture when the stand-in is what was decrypted.
fn with_stand_in(name: &str) -> &'static str {
    let fixtures = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"));
    let xml = fs::read(fixtures.join(format!("{name}.xml"))).unwrap();
    let metadata = fs::read_to_string(fixtures.join("metadata/okta.xml")).unwrap();
    let provider = IdentityProvider::from_metadata(&metadata).unwrap();
    let expectations = Expectations::new(&provider, "sp", "acs", "2026-11-22T10:00:00Z".parse().unwrap());
    let text = MessageText::decode(&xml, &Limits::default()).unwrap();
    let document = xml_guard::parse(&text, &Limits::default()).unwrap();
    let Ok(Guarded::Encrypted(guarded)) = xml_guard::check(&document, expectations.weak_algorithms) else {
        panic!("{name} is not encrypted");
    };
    let envelope = Envelope { response: guarded.response, signed: false };
    let message = Message { text: &text, guarded: &guarded, envelope, expectations: &expectations };
    message.with(STAND_IN.as_bytes()).unwrap_err().check()
}

/// If the gate refused it, a failed decryption would be the shorter way out again.
#[test]
fn the_stand_in_is_looked_at_as_far_as_a_strangers_assertion_is() {
    for name in ["key_of_another", "padding_zero", "gcm_tag_changed", "content_unclosed", "doctype"] {
        assert_eq!(with_stand_in(&format!("bad/decryption/{name}")), "signature_invalid", "{name}");
    }
    assert_eq!(with_stand_in("good/encrypted/aes256_cbc"), "signature_invalid");
}
