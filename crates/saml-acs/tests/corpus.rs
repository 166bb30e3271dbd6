//! The corpus: every good response is let in with exactly what is signed, every bad one is refused by the check that
//! its folder is named after. `cargo run -p saml-acs --example make_fixtures` makes the files and says what they are.

#![expect(clippy::unwrap_used, reason = "a corpus that can't be read is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::connection::WeakAlgorithms;
use openssl::pkey::PKey;
use saml_acs::{
    DecryptionKey, Demands, Expectations, IdentityProvider, Limits, SamlResponse, Unmet, VerifiedAssertion,
    VerifyError, verify,
};
use serde_json::Value;
use told::told;

mod told;

const SP_ENTITY_ID: &str = "https://gatehouse.example.test/saml/acme/metadata";
const ACS_URL: &str = "https://gatehouse.example.test/saml/acme/acs";

#[test]
fn good_responses_say_exactly_what_is_signed() {
    let responses = responses("good");
    for (source, path) in &responses {
        let expected: Value =
            serde_json::from_str(&fs::read_to_string(path.with_extension("expected.json")).unwrap()).unwrap();
        let assertion =
            check(fs::read(path).unwrap(), source).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        demanded(source, &assertion).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(told(&assertion), expected, "{}", path.display());
    }
    assert!(responses.len() >= 230, "only {} good responses", responses.len());
}

/// The same bytes without the permission, which no connection has by itself.
#[test]
fn what_rests_on_sha_1_is_let_in_only_where_the_connection_permits_it() {
    let responses = responses("good").into_iter().filter(|(source, _)| source == "sha1");
    for (source, path) in responses {
        let xml = fs::read(&path).unwrap();
        assert!(check(xml.clone(), &source).unwrap().rests_on_sha1(), "{}", path.display());
        let refused = check_with(xml, &source, now(), WeakAlgorithms::Refused).unwrap_err().check();
        let expected = if path.ends_with("only_signatures.xml") { "signature_algorithm" } else { "digest_algorithm" };
        assert_eq!(refused, expected, "{}", path.display());
    }
    assert!(!check(okta(), "okta").unwrap().rests_on_sha1());
}

/// The permission is for SHA-1 and for nothing that is weaker, and it stands in for no signature.
#[test]
fn permission_for_sha_1_lets_nothing_else_in() {
    let permitted = |xml| check_with(xml, "okta", now(), WeakAlgorithms::Sha1Permitted);
    let of_signatures = ["rsa_sha1", "ecdsa_sha1", "encrypted_sha1"].map(|name| format!("signature_algorithm/{name}"));
    let sha1 = [&of_signatures[..], &["digest_algorithm/sha1".to_owned()]].concat();
    for (check, path) in responses("bad") {
        let let_in = sha1.iter().any(|name| path.ends_with(format!("{name}.xml")));
        let found = permitted(fs::read(&path).unwrap()).map_or_else(|error| error.check(), |_| "let in");
        let demand = ["authenticated_before_request", "authn_context"].contains(&check.as_str());
        let expected = if let_in || demand { "let in" } else { check.as_str() };
        assert_eq!(found, expected, "{}", path.display());
    }
}

#[test]
fn bad_responses_are_refused_by_the_check_they_are_named_after() {
    let responses = responses("bad");
    let refused = |name: &str, path: &Path| match check(fs::read(path).unwrap(), "okta") {
        Err(error) => error.check(),
        Ok(assertion) => demanded(name, &assertion).map_or_else(|unmet| unmet.check(), |()| "let in"),
    };
    let wrong: Vec<_> = responses
        .iter()
        .map(|(name, path)| (name, path, refused(name, path)))
        .filter(|(name, _, found)| name != found)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(responses.len() >= 690, "only {} bad responses", responses.len());
}

/// Without the change that it is named after, each attack would succeed: this is the response that they all start from.
#[test]
fn the_response_that_attacks_start_from_is_let_in() {
    check(okta(), "okta").unwrap();
}

#[test]
fn utf_16_is_read_as_declared() {
    let declared = format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?>{}", String::from_utf8(okta()).unwrap());
    let big_endian: Vec<u8> = declared.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let little_endian: Vec<u8> = declared.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(check(big_endian, "okta"), check(okta(), "okta"));
    assert_eq!(check(little_endian.clone(), "okta"), check(okta(), "okta"));
    assert_eq!(refusal(little_endian[..little_endian.len() - 1].to_vec()), "encoding");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    assert_eq!(check([b"\xEF\xBB\xBF".to_vec(), okta()].concat(), "okta"), check(okta(), "okta"));
}

#[test]
fn a_response_over_the_limits_is_refused_before_it_is_parsed() {
    let inside = |content: &str| {
        let xml = String::from_utf8(okta()).unwrap();
        xml.replace("<saml2p:Status>", &format!("<saml2p:Extensions>{content}</saml2p:Extensions><saml2p:Status>"))
            .into_bytes()
    };
    let attributes: String = (0..65).map(|number| format!(" a{number}=\"\"")).collect();
    let namespaces: String = (0..65).map(|number| format!("<a xmlns:a{number}=\"urn:a\"/>")).collect();
    assert_eq!(refusal(inside(&" ".repeat(Limits::default().bytes))), "too_large");
    assert_eq!(refusal(inside(&format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000)))), "too_deep");
    assert_eq!(refusal(inside(&"<a b=''>".repeat(100_000))), "too_deep");
    assert_eq!(refusal(inside(&"<a/>".repeat(32_000))), "too_many_nodes");
    assert_eq!(refusal(inside(&"a<!---->".repeat(30_000))), "too_many_nodes");
    assert_eq!(refusal(inside(&format!("<a{attributes}/>"))), "too_many_attributes");
    assert_eq!(refusal(inside(&namespaces)), "too_many_namespaces");
}

#[test]
fn every_time_has_its_tolerance_to_the_instant() {
    let until = "2026-11-22T10:05:58.124Z".parse::<DateTime<Utc>>().unwrap();
    let at = |now: DateTime<Utc>| check_at(okta(), "okta", now).map(|assertion| assertion.not_on_or_after());
    assert_eq!(at(until - chrono::Duration::milliseconds(1)), Ok(until));
    assert_eq!(at(until).unwrap_err().check(), "expired");
    let from = "2026-11-22T09:58:58.124Z".parse::<DateTime<Utc>>().unwrap();
    assert_eq!(at(from), Ok(until));
    assert_eq!(at(from - chrono::Duration::milliseconds(1)).unwrap_err().check(), "issued_in_future");
}

#[test]
fn another_identity_providers_response_is_refused_although_its_key_is_the_same() {
    assert_eq!(check(okta(), "adfs").unwrap_err().check(), "issuer");
}

/// Whichever single byte is changed on the way, nobody is let in as somebody else or with more access. Of an encrypted message
/// some bytes have to do, because each costs as much as a login.
#[test]
fn no_changed_byte_changes_what_is_said() {
    let encrypted = [("encrypted", "assertion_signed", 13), ("encrypted", "response_signed_gcm", 13)];
    let plain = [("okta", "assertion_signed", 1), ("sha1", "rsa_assertion_signed", 1)];
    for (source, name, step) in plain.into_iter().chain(encrypted) {
        let signed = fs::read(fixtures().join(format!("good/{source}/{name}.xml"))).unwrap();
        let said = check(signed.clone(), source);
        assert!(said.is_ok());
        for position in (0..signed.len()).step_by(step) {
            let mut changed = signed.clone();
            changed[position] ^= 1;
            let found = check(changed, source);
            assert!(found.is_err() || found == said, "{source}, byte {position}: {found:?}");
        }
    }
}

/// Whoever could tell why something is not decrypted could have it decrypted bit by bit: by RSA's padding (Manger), by CBC's
/// (Vaudenay), by what an XML parser makes of it (Jager and Somorovsky). Each of these messages fails at another step, and all
/// of them with the same error, whose sentence is for the audit log.
#[test]
fn every_failure_of_decryption_is_the_same() {
    let failures: Vec<_> = responses("bad").into_iter().filter(|(check, _)| check == "decryption").collect();
    for (_, path) in &failures {
        let error = check(fs::read(path).unwrap(), "okta").unwrap_err();
        assert_eq!(error, VerifyError::Decryption, "{}", path.display());
    }
    assert!(failures.len() >= 60, "only {} failures", failures.len());
}

/// A bit of the ciphertext after another is changed, which is what an oracle for CBC is asked with. What comes out is garbage, a
/// wrong padding, a name that nobody has signed: nobody is let in, and unless the content is well-formed, the error is the same.
#[test]
fn changed_ciphertext_is_never_let_in() {
    let sealed = fs::read_to_string(fixtures().join("good/encrypted/assertion_signed.xml")).unwrap();
    let value = sealed.rfind("<xenc:CipherValue>").unwrap() + "<xenc:CipherValue>".len();
    let length = sealed[value..].find('<').unwrap();
    for position in (value..value + length).step_by(41) {
        let mut changed = sealed.clone().into_bytes();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let refused = check(changed, "encrypted").unwrap_err().check();
        assert!(["decryption", "digest_mismatch"].contains(&refused), "{position}: {refused}");
    }
}

#[test]
fn an_assertion_is_decrypted_by_whichever_of_our_keys_it_is_encrypted_for() {
    let sealed = |name: &str| fs::read(fixtures().join(format!("good/encrypted/{name}.xml"))).unwrap();
    let with = |name: &str, keys: &[&str]| {
        let keys: Vec<_> = keys.iter().map(|key| decryption_key(key)).collect();
        let metadata = fs::read_to_string(fixtures().join("metadata/encrypted.xml")).unwrap();
        let identity_provider = IdentityProvider::from_metadata(&metadata).unwrap();
        let expectations = Expectations::new(&identity_provider, SP_ENTITY_ID, ACS_URL, now());
        let expectations = Expectations { decryption_keys: &keys, ..expectations };
        verify(&SamlResponse::from_xml(sealed(name)), &expectations).map(drop).map_err(|error| error.check())
    };
    assert_eq!(with("aes256_cbc", &["sp"]), Ok(()));
    assert_eq!(with("aes256_cbc", &["sp-next", "sp"]), Ok(()));
    assert_eq!(with("next_key", &["sp", "sp-next"]), Ok(()));
    assert_eq!(with("next_key", &["sp"]), Err("decryption"));
    assert_eq!(with("aes256_cbc", &["sp-next"]), Err("decryption"));
    assert_eq!(with("aes256_cbc", &[]), Err("decryption"));
}

#[test]
fn nothing_personal_is_in_the_debug_output() {
    let assertion = check(okta(), "okta").unwrap();
    let shown = format!("{assertion:?} {:?}", assertion.attributes());
    assert!(shown.contains("id23073497561563902035180823"));
    for personal in ["ann", "Member", "Finance", "workato"] {
        assert!(!shown.contains(personal), "{shown}");
    }
}

fn okta() -> Vec<u8> {
    fs::read(fixtures().join("good/okta/both_signed.xml")).unwrap()
}

fn refusal(xml: Vec<u8>) -> &'static str {
    check(xml, "okta").unwrap_err().check()
}

fn check(xml: Vec<u8>, source: &str) -> Result<VerifiedAssertion, VerifyError> {
    check_at(xml, source, now())
}

fn now() -> DateTime<Utc> {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// SHA-1 is permitted in the folder that is about it and nowhere else.
fn check_at(xml: Vec<u8>, source: &str, now: DateTime<Utc>) -> Result<VerifiedAssertion, VerifyError> {
    check_with(xml, source, now, WeakAlgorithms::with_sha1(source == "sha1"))
}

fn check_with(
    xml: Vec<u8>,
    source: &str,
    now: DateTime<Utc>,
    weak_algorithms: WeakAlgorithms,
) -> Result<VerifiedAssertion, VerifyError> {
    let metadata = fs::read_to_string(fixtures().join(format!("metadata/{source}.xml"))).unwrap();
    let identity_provider = IdentityProvider::from_metadata(&metadata).unwrap();
    let expectations = Expectations::new(&identity_provider, SP_ENTITY_ID, ACS_URL, now);
    verify(&SamlResponse::from_xml(xml), &Expectations { weak_algorithms, decryption_keys: &*SP_KEYS, ..expectations })
}

/// Ours, in the middle of a change.
static SP_KEYS: LazyLock<[DecryptionKey; 2]> = LazyLock::new(|| ["sp", "sp-next"].map(decryption_key));

fn decryption_key(name: &str) -> DecryptionKey {
    let pem = fs::read(fixtures().join(format!("keys/{name}.key.pem"))).unwrap();
    let key = PKey::private_key_from_pem(&pem).unwrap();
    DecryptionKey::from_pkcs8(&key.private_key_to_pkcs8().unwrap()).unwrap()
}

/// In the folders that are about it, the policy asks to sign in anew, in a request of 09:59:30, and by several factors.
fn demanded(folder: &str, assertion: &VerifiedAssertion) -> Result<(), Unmet> {
    if !["demands", "authenticated_before_request", "authn_context"].contains(&folder) {
        return Ok(());
    }
    let demands = Demands {
        authenticated_since: Some("2026-11-22T09:59:30Z".parse().unwrap()),
        authn_contexts: &["urn:other".to_owned(), "https://refeds.org/profile/mfa".to_owned()],
        tolerance: chrono::Duration::seconds(60),
    };
    demands.check(assertion)
}

/// Every response below the folder, with the name of the folder that it lies in.
fn responses(kind: &str) -> Vec<(String, PathBuf)> {
    let folders =
        fs::read_dir(fixtures().join(kind)).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let responses = files.filter(|path| path.extension().is_some_and(|extension| extension == "xml"));
    responses.map(|path| (path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned(), path)).collect()
}

fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
}
