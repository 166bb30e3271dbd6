use domain::policy::SamlNameIdPolicy;
use openssl::pkey::PKey;
use openssl::x509::X509;
use roxmltree::{Document, Node};
use samael::crypto::{CertificateDer, Crypto, CryptoProvider, ReduceMode};

use super::*;
use crate::tree::{children, only_child, text};

const ENTITY_ID: &str = "https://gatehouse.example.test/saml/acme/metadata?a=\"1\"&b=<2>";
const ACS_URL: &str = "https://gatehouse.example.test/saml/acme/acs?a&b";
const SLO_URL: &str = "https://gatehouse.example.test/saml/acme/slo?a&b";

fn key() -> RequestKey {
    let key = PKey::private_key_from_pem(include_bytes!("../../tests/fixtures/keys/rsa.key.pem")).unwrap();
    RequestKey { certificate: X509::from_pem(include_bytes!("../../tests/fixtures/keys/rsa.crt.pem")).unwrap(), key }
}

fn with_metadata<T>(signs_requests: bool, of: impl Fn(&Metadata<'_>) -> T) -> T {
    let (entity_id, acs_url, slo_url) = (ENTITY_ID.to_owned(), ACS_URL.to_owned(), SLO_URL.to_owned());
    let name_id_policy = SamlNameIdPolicy::Omitted;
    let service_provider = ServiceProvider { entity_id, acs_url, slo_url, signs_requests, name_id_policy };
    let [signing, standby, encryption] = [&b"signing"[..], b"standby", b"encryption"].map(<[u8]>::to_vec);
    of(&Metadata {
        service_provider: &service_provider,
        service_name: "R&D <\"Acme\">",
        signing_certificates: vec![signing, standby.clone()],
        encryption_certificates: vec![encryption, standby],
        requested_attributes: vec!["workato_role".to_owned(), "http://a.test/?a&\"b\"".to_owned()],
    })
}

fn role<'a, 'input>(document: &'a Document<'input>) -> Node<'a, 'input> {
    only_child(document.root_element(), METADATA, "SPSSODescriptor").unwrap().unwrap()
}

#[test]
fn metadata_says_where_and_how_we_are_answered() {
    let xml = with_metadata(false, |metadata| metadata.xml());
    let document = Document::parse(&xml).unwrap();
    let role = role(&document);
    let services = children(role, METADATA, "SingleLogoutService");
    let services: Vec<_> =
        services.map(|service| (service.attribute("Binding"), service.attribute("Location"))).collect();
    let expected = [Binding::HttpRedirect, Binding::HttpPost].map(|binding| (Some(binding.uri()), Some(SLO_URL)));
    assert_eq!(services, expected);
    assert_eq!(document.root_element().attribute("entityID"), Some(ENTITY_ID));
    assert_eq!(role.attribute("WantAssertionsSigned"), Some("true"));
    assert_eq!(role.attribute("AuthnRequestsSigned"), Some("false"));
    let service = only_child(role, METADATA, "AssertionConsumerService").unwrap().unwrap();
    assert_eq!(service.attribute("Binding"), Some(Binding::HttpPost.uri()));
    assert_eq!(service.attribute("Location"), Some(ACS_URL));
    let formats: Vec<_> = children(role, METADATA, "NameIDFormat").filter_map(text).collect();
    let names = ["unspecified", "emailAddress"].map(|name| format!("urn:oasis:names:tc:SAML:1.1:nameid-format:{name}"));
    assert_eq!(formats, names);
}

#[test]
fn every_key_is_named_by_its_use_the_active_one_first() {
    let xml = with_metadata(true, |metadata| metadata.xml());
    let document = Document::parse(&xml).unwrap();
    let keys = children(role(&document), METADATA, "KeyDescriptor").map(|key| {
        let certificate = key.descendants().find(|node| node.has_tag_name((SIGNATURE, "X509Certificate")));
        let der = STANDARD.decode(certificate.and_then(text).unwrap()).unwrap();
        (key.attribute("use").unwrap(), String::from_utf8(der).unwrap())
    });
    let expected =
        [("signing", "signing"), ("signing", "standby"), ("encryption", "encryption"), ("encryption", "standby")];
    assert_eq!(keys.collect::<Vec<_>>(), expected.map(|(used, certificate)| (used, certificate.to_owned())));
    assert_eq!(role(&document).attribute("AuthnRequestsSigned"), Some("true"));
}

#[test]
fn what_we_decrypt_is_named_gcm_first() {
    let xml = with_metadata(false, |metadata| metadata.xml());
    let document = Document::parse(&xml).unwrap();
    for key in children(role(&document), METADATA, "KeyDescriptor") {
        let methods = children(key, METADATA, "EncryptionMethod").filter_map(|method| method.attribute("Algorithm"));
        let names: Vec<_> = methods.map(|algorithm| algorithm.rsplit('#').next().unwrap()).collect();
        let expected: &[&str] = match key.attribute("use") {
            Some("encryption") => {
                &["aes256-gcm", "aes128-gcm", "aes256-cbc", "aes128-cbc", "rsa-oaep", "rsa-oaep-mgf1p"]
            }
            _ => &[],
        };
        assert_eq!(names, expected);
    }
    assert!(!xml.contains("rsa-1_5") && !xml.contains("tripledes"));
}

#[test]
fn what_is_read_is_requested() {
    let xml = with_metadata(false, |metadata| metadata.xml());
    let document = Document::parse(&xml).unwrap();
    let service = only_child(role(&document), METADATA, "AttributeConsumingService").unwrap().unwrap();
    assert_eq!(only_child(service, METADATA, "ServiceName").unwrap().and_then(text).unwrap(), "R&D <\"Acme\">");
    let names: Vec<_> =
        children(service, METADATA, "RequestedAttribute").filter_map(|found| found.attribute("Name")).collect();
    assert_eq!(names, ["workato_role", "http://a.test/?a&\"b\""]);
}

/// xmlsec verifies what we have signed, and says what the signature covers: all of it.
#[test]
fn signed_metadata_is_verified_by_xmlsec() {
    let key = key();
    let xml = with_metadata(true, |metadata| metadata.signed_xml("_ab12", &key).unwrap());
    let certificate = CertificateDer::from(key.certificate.to_der().unwrap());
    let signed = Crypto::reduce_xml_to_signed(&xml, &[certificate], ReduceMode::PreDigest).unwrap();
    let (plain, signed) =
        (with_metadata(true, |metadata| metadata.written(" ID=\"_ab12\"", "")), Document::parse(&signed).unwrap());
    assert!(crate::tree::same_tree(Document::parse(&plain).unwrap().root_element(), None, signed.root_element()));
    let document = Document::parse(&xml).unwrap();
    let first = document.root_element().first_element_child().unwrap();
    assert!(first.has_tag_name((SIGNATURE, "Signature")), "section 2.3.2: before everything else");
    assert_eq!(document.root_element().attribute("ID"), Some("_ab12"));
}
