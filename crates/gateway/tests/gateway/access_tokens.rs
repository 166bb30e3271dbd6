//! The access token for the application behind: checked as that application checks it, by the published keys alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use domain::clock::Clock;
use openssl::pkey::{Id, PKey};
use openssl::sign::Verifier;
use serde_json::{Value, json};

use crate::common::answer::send;
use crate::common::provider::role;
use crate::gate::Gate;

#[test]
fn an_application_can_check_the_token_offline() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Environment admin")]).expect(303);
    gate.advance(Duration::minutes(1));
    let (header, claims) = verified(&gate, &token(&browser.session().unwrap())).unwrap();
    assert_eq!((&header["alg"], &header["typ"]), (&json!("EdDSA"), &json!("JWT")));
    let now = gate.clock.now().timestamp();
    let id = gate.person("ann@acme.test").id.to_string();
    let expected = json!({
        "iss": gate.base_url, "aud": "acme", "sub": id, "iat": now, "exp": now + 300, "auth_time": now - 60,
        "jti": claims["jti"], "workspace": "acme", "userName": "ann@acme.test",
        "roles": { "dev": "Environment admin", "test": "Member", "prod": "Member" }, "groups": [],
    });
    assert_eq!(claims, expected);
}

#[test]
fn a_token_never_outlives_its_session() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.signed_in("ann@acme.test");
    gate.advance(Duration::hours(12) - Duration::minutes(2));
    let (_, claims) = verified(&gate, &token(&browser.session().unwrap())).unwrap();
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
}

#[test]
fn two_tokens_are_never_the_same() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.signed_in("ann@acme.test");
    assert_ne!(token(&browser.session().unwrap()), token(&browser.session().unwrap()));
}

/// Whoever changes a claim, or says `alg: none`, has no signature of ours.
#[test]
fn a_changed_token_does_not_verify() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let token = token(&gate.acme.signed_in("ann@acme.test").session().unwrap());
    let parts: Vec<&str> = token.split('.').collect();
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let promoted = URL_SAFE_NO_PAD.encode(claims.replace("\"dev\":\"Member\"", "\"dev\":\"Environment admin\""));
    assert_ne!(promoted, parts[1]);
    assert_eq!(verified(&gate, &[parts[0], promoted.as_str(), parts[2]].join(".")), None);
    assert!(verified(&gate, &token).is_some());
}

#[test]
fn the_published_keys_hold_nothing_secret() {
    let gate = Gate::on_sqlite();
    let answer = send("GET", &format!("{}/.well-known/jwks.json", gate.base_url), &[], None).expect(200);
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 1);
    let names: Vec<&str> = keys[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["kty", "crv", "use", "alg", "kid", "x"], "`d` would be the private key (RFC 8037 §2)");
}

fn token(session: &Value) -> String {
    session["access_token"].as_str().unwrap().to_owned()
}

/// Header and claims, if a published key made the signature.
fn verified(gate: &Gate, token: &str) -> Option<(Value, Value)> {
    let parts: Vec<&str> = token.split('.').collect();
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    let json = |part: &str| serde_json::from_slice::<Value>(&decoded(part)).unwrap();
    let header = json(parts[0]);
    let jwks = send("GET", &format!("{}/.well-known/jwks.json", gate.base_url), &[], None).expect(200).json();
    let key = jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let public = PKey::public_key_from_raw_bytes(&decoded(key["x"].as_str().unwrap()), Id::ED25519).unwrap();
    let signed = format!("{}.{}", parts[0], parts[1]);
    let mut verifier = Verifier::new_without_digest(&public).unwrap();
    let holds = verifier.verify_oneshot(&decoded(parts[2]), signed.as_bytes()).unwrap();
    holds.then(|| (header, json(parts[1])))
}
