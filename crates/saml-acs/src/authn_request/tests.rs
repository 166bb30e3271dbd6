use std::io::Read;

use flate2::read::DeflateDecoder;
use openssl::sign::Verifier;
use openssl::x509::X509;

use super::*;

const KEY: &str = include_str!("../../tests/fixtures/keys/rsa.key.pem");
const CERTIFICATE: &str = include_str!("../../tests/fixtures/keys/rsa.crt.pem");

fn service_provider() -> ServiceProvider {
    ServiceProvider {
        entity_id: "https://gatehouse.example.test/saml/acme/metadata?a=1&b=<2>".to_owned(),
        acs_url: "https://gatehouse.example.test/saml/acme/acs?\"&".to_owned(),
        signing_certificate: None,
        signs_requests: false,
    }
}

fn url(destination: &str, relay_state: Option<&str>, signing_key: Option<&PKey<Private>>) -> Url {
    let request = AuthnRequest {
        id: &request_id([0xAB; 16]),
        issue_instant: "2026-11-22T10:00:00Z".parse().unwrap(),
        service_provider: &service_provider(),
        destination: &Url::parse(destination).unwrap(),
        relay_state,
        signing_key,
    };
    request.redirect_url().unwrap()
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
    let xml = inflated(&url("https://idp.test/sso", None, None));
    let document = roxmltree::Document::parse(&xml).unwrap();
    let request = document.root_element();
    assert!(request.has_tag_name((tree::PROTOCOL, "AuthnRequest")));
    assert_eq!(request.attribute("ID"), Some("_abababababababababababababababab"));
    assert_eq!(request.attribute("Version"), Some("2.0"));
    assert_eq!(request.attribute("IssueInstant"), Some("2026-11-22T10:00:00.000Z"));
    assert_eq!(request.attribute("Destination"), Some("https://idp.test/sso"));
    assert_eq!(request.attribute("ProtocolBinding"), Some("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"));
    assert_eq!(request.attribute("AssertionConsumerServiceURL"), Some(service_provider().acs_url.as_str()));
    let issuer = tree::only_child(request, tree::ASSERTION, "Issuer").unwrap().unwrap();
    assert_eq!(tree::text(issuer), Some(service_provider().entity_id));
    assert_eq!(tree::elements(request).count(), 1, "nothing else is asked for");
}

#[test]
fn the_addresss_own_query_is_kept_and_its_fragment_is_not() {
    let url = url("https://idp.test/sso?idpid=C01%20x&a=b#top", Some("handle +&=ü"), None);
    assert!(url.as_str().starts_with("https://idp.test/sso?idpid=C01%20x&a=b&SAMLRequest="), "{url}");
    assert_eq!(parameter(&url, "RelayState").unwrap(), "handle +&=ü");
    assert_eq!(url.fragment(), None);
    assert_eq!(parameter(&url, "Signature"), None);
}

#[test]
fn a_signed_request_is_signed_over_the_query_as_it_is_sent() {
    let key = PKey::private_key_from_pem(KEY.as_bytes()).unwrap();
    let url = url("https://idp.test/sso?a=b", Some("a b"), Some(&key));
    let (signed, _) = url.query().unwrap().split_once("&Signature=").unwrap();
    let signed = signed.strip_prefix("a=b&").unwrap();
    let public = X509::from_pem(CERTIFICATE.as_bytes()).unwrap().public_key().unwrap();
    let signature = STANDARD.decode(parameter(&url, "Signature").unwrap()).unwrap();
    let mut verifier = Verifier::new(MessageDigest::sha256(), &public).unwrap();
    assert!(verifier.verify_oneshot(&signature, signed.as_bytes()).unwrap());
    let names: Vec<_> = signed.split('&').map(|pair| pair.split('=').next().unwrap()).collect();
    assert_eq!(names, ["SAMLRequest", "RelayState", "SigAlg"], "bindings 3.4.4.1 fixes the order");
}
