use std::io::Read;

use domain::policy::{Jit, SamlNameIdPolicy};
use flate2::read::DeflateDecoder;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Verifier;
use openssl::x509::X509;
use samael::crypto::{CertificateDer, Crypto, CryptoProvider};

use super::*;
use crate::outgoing::RSA_SHA256;

const KEY: &str = include_str!("../../tests/fixtures/keys/rsa.key.pem");
const CERTIFICATE: &str = include_str!("../../tests/fixtures/keys/rsa.crt.pem");

fn service_provider() -> ServiceProvider {
    ServiceProvider {
        entity_id: "https://gatehouse.example.test/saml/acme/metadata?a=1&b=<2>".to_owned(),
        slo_url: "https://gatehouse.example.test/saml/acme/slo".to_owned(),
        acs_url: "https://gatehouse.example.test/saml/acme/acs?\"&".to_owned(),
        signs_requests: false,
        name_id_policy: SamlNameIdPolicy::Omitted,
    }
}

fn key() -> RequestKey {
    let key = PKey::private_key_from_pem(KEY.as_bytes()).unwrap();
    RequestKey { certificate: X509::from_pem(CERTIFICATE.as_bytes()).unwrap(), key }
}

fn policy(values: &[(&str, &str)]) -> Policy {
    let mut policy = Policy::new(Jit::Known);
    values.iter().for_each(|(key, value)| policy.set(key, value).unwrap());
    policy
}

/// What becomes of a request to that address.
fn request<T>(destination: &str, policy: &Policy, key: Option<&RequestKey>, of: impl Fn(AuthnRequest<'_>) -> T) -> T {
    of(AuthnRequest {
        id: &request_id([0xAB; 16]),
        issue_instant: "2026-11-22T10:00:00Z".parse().unwrap(),
        service_provider: &service_provider(),
        destination: &Url::parse(destination).unwrap(),
        relay_state: Some("a b"),
        policy,
        signing_key: key,
    })
}

fn url(destination: &str, key: Option<&RequestKey>) -> Url {
    request(destination, &policy(&[]), key, |request| request.redirect_url().unwrap())
}

fn posted(policy: &Policy, key: Option<&RequestKey>) -> String {
    let field = request("https://idp.test/sso", policy, key, |request| request.form_field().unwrap());
    String::from_utf8(STANDARD.decode(field).unwrap()).unwrap()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

fn inflated(url: &Url) -> String {
    let deflated = STANDARD.decode(parameter(url, "SAMLRequest").unwrap()).unwrap();
    let mut xml = String::new();
    DeflateDecoder::new(deflated.as_slice()).read_to_string(&mut xml).unwrap();
    xml
}

#[test]
fn a_request_says_who_asks_and_where_to_answer() {
    let redirected = inflated(&url("https://idp.test/sso", None));
    assert_eq!(redirected, posted(&policy(&[]), None), "the bindings carry the same message");
    let document = roxmltree::Document::parse(&redirected).unwrap();
    let request = document.root_element();
    assert!(request.has_tag_name((tree::PROTOCOL, "AuthnRequest")));
    assert_eq!(request.attribute("ID"), Some("_abababababababababababababababab"));
    assert_eq!(request.attribute("Version"), Some("2.0"));
    assert_eq!(request.attribute("IssueInstant"), Some("2026-11-22T10:00:00.000Z"));
    assert_eq!(request.attribute("Destination"), Some("https://idp.test/sso"));
    assert_eq!(request.attribute("ProtocolBinding"), Some("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"));
    assert_eq!(request.attribute("AssertionConsumerServiceURL"), Some(service_provider().acs_url.as_str()));
    assert_eq!(request.attribute("ForceAuthn"), None);
    let issuer = tree::only_child(request, tree::ASSERTION, "Issuer").unwrap().unwrap();
    assert_eq!(tree::text(issuer), Some(service_provider().entity_id));
    assert_eq!(tree::elements(request).count(), 1, "nothing else is asked for");
}

#[test]
fn a_request_asks_for_what_the_policy_says() {
    let demanding = policy(&[
        ("saml_name_id_policy", "persistent"),
        ("saml_force_authn", "on"),
        ("saml_authn_context", "urn:a?b=c&d,multi_factor"),
    ]);
    let xml = posted(&demanding, None);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let request = document.root_element();
    assert_eq!(request.attribute("ForceAuthn"), Some("true"));
    let names: Vec<_> = tree::elements(request).map(|element| element.tag_name().name()).collect();
    assert_eq!(names, ["Issuer", "NameIDPolicy", "RequestedAuthnContext"], "core 3.4.1 fixes the order");
    let name_id = tree::only_child(request, tree::PROTOCOL, "NameIDPolicy").unwrap().unwrap();
    assert_eq!(name_id.attribute("Format"), Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"));
    assert_eq!(name_id.attribute("AllowCreate"), Some("true"));
    let context = tree::only_child(request, tree::PROTOCOL, "RequestedAuthnContext").unwrap().unwrap();
    assert_eq!(context.attribute("Comparison"), Some("exact"));
    let classes = tree::children(context, tree::ASSERTION, "AuthnContextClassRef").filter_map(tree::text);
    assert_eq!(classes.collect::<Vec<_>>(), ["urn:a?b=c&d", "https://refeds.org/profile/mfa"]);
}

#[test]
fn each_kind_of_name_has_its_format() {
    for (policy_value, format) in [
        ("unspecified", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
        ("email_address", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
    ] {
        let xml = posted(&policy(&[("saml_name_id_policy", policy_value)]), None);
        assert!(xml.contains(&format!("Format=\"{format}\"")), "{xml}");
    }
}

#[test]
fn the_addresss_own_query_is_kept_and_its_fragment_is_not() {
    let url = url("https://idp.test/sso?idpid=C01%20x&a=b#top", None);
    assert!(url.as_str().starts_with("https://idp.test/sso?idpid=C01%20x&a=b&SAMLRequest="), "{url}");
    assert_eq!(parameter(&url, "RelayState").unwrap(), "a b");
    assert_eq!(url.fragment(), None);
    assert_eq!(parameter(&url, "Signature"), None);
}

#[test]
fn a_signed_redirect_is_signed_over_the_query_as_it_is_sent() {
    let url = url("https://idp.test/sso?a=b", Some(&key()));
    let (signed, _) = url.query().unwrap().split_once("&Signature=").unwrap();
    let signed = signed.strip_prefix("a=b&").unwrap();
    let public = X509::from_pem(CERTIFICATE.as_bytes()).unwrap().public_key().unwrap();
    let signature = STANDARD.decode(parameter(&url, "Signature").unwrap()).unwrap();
    let mut verifier = Verifier::new(MessageDigest::sha256(), &public).unwrap();
    assert!(verifier.verify_oneshot(&signature, signed.as_bytes()).unwrap());
    let names: Vec<_> = signed.split('&').map(|pair| pair.split('=').next().unwrap()).collect();
    assert_eq!(names, ["SAMLRequest", "RelayState", "SigAlg"], "bindings 3.4.4.1 fixes the order");
    assert!(!inflated(&url).contains("Signature"), "the message itself is not signed in this binding");
}

/// By xmlsec, which had no part in making it.
fn xmlsec_accepts(xml: &str) -> bool {
    crate::foreign::silence_xmlsec();
    let certificate = CertificateDer::from(key().certificate.to_der().unwrap());
    Crypto::verify_signed_xml(xml, &certificate, Some("ID")).is_ok()
}

#[test]
fn a_signed_form_is_signed_inside_and_xmlsec_verifies_it() {
    let demanding = policy(&[("saml_force_authn", "on"), ("saml_authn_context", "urn:a?b=c&d")]);
    for policy in [policy(&[]), demanding] {
        let xml = posted(&policy, Some(&key()));
        assert!(xmlsec_accepts(&xml), "{xml}");
        for (was, is) in [("2026-11-22T10", "2026-11-23T10"), ("b=&lt;2&gt;", "b=&lt;3&gt;"), ("idp.test", "evil.test")]
        {
            assert!(xml.contains(was) && !xmlsec_accepts(&xml.replace(was, is)), "{is}");
        }
    }
}

#[test]
fn the_signature_has_its_place_and_strong_algorithms() {
    let xml = posted(&policy(&[]), Some(&key()));
    let document = roxmltree::Document::parse(&xml).unwrap();
    let names: Vec<_> =
        tree::elements(document.root_element()).map(|element| element.tag_name().name().to_owned()).collect();
    assert_eq!(names, ["Issuer", "Signature"], "core 3.2.1 fixes the order");
    let algorithm = |name: &str| {
        let element = document.descendants().find(|node| node.has_tag_name((tree::SIGNATURE, name))).unwrap();
        element.attribute("Algorithm").unwrap().to_owned()
    };
    assert_eq!(algorithm("SignatureMethod"), RSA_SHA256);
    assert_eq!(algorithm("DigestMethod"), "http://www.w3.org/2001/04/xmlenc#sha256");
    let reference = document.descendants().find(|node| node.has_tag_name((tree::SIGNATURE, "Reference"))).unwrap();
    assert_eq!(reference.attribute("URI"), Some("#_abababababababababababababababab"));
}
