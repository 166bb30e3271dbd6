use openssl::x509::X509;

use super::*;
use crate::xml_guard::KeyKind;

const CERTIFICATES: [&str; 3] = [
    include_str!("../../tests/fixtures/keys/ec.crt.pem"),
    include_str!("../../tests/fixtures/keys/rsa.crt.pem"),
    include_str!("../../tests/fixtures/keys/rsa-next.crt.pem"),
];

const REDIRECT: &str = "<md:SingleSignOnService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect' \
                        Location='https://idp.test/sso?app=1'/>";

fn key(usage: &str, certificate: &str) -> String {
    let base64: String =
        certificate.lines().filter(|line| !line.starts_with('-')).map(|line| format!("{line}\n  ")).collect();
    format!(
        "<md:KeyDescriptor {usage}><KeyInfo xmlns='{SIGNATURE}'><X509Data>\
         <X509Certificate>{base64}</X509Certificate></X509Data></KeyInfo></md:KeyDescriptor>"
    )
}

fn role(content: &str) -> String {
    format!("<md:IDPSSODescriptor protocolSupportEnumeration='{PROTOCOL}'>{content}</md:IDPSSODescriptor>")
}

fn entity(content: &str) -> String {
    format!("<md:EntityDescriptor xmlns:md='{METADATA}' entityID='urn:idp'>{content}</md:EntityDescriptor>")
}

fn refused(xml: &str) -> MetadataError {
    IdentityProvider::from_metadata(xml).unwrap_err()
}

#[test]
fn metadata_gives_name_addresses_and_keys() {
    let post = REDIRECT.replace("HTTP-Redirect", "HTTP-POST").replace("sso?app=1", "post");
    let soap = REDIRECT.replace("HTTP-Redirect", "SOAP").replace("https", "soap");
    let keys =
        key("use='signing'", CERTIFICATES[0]) + &key("", CERTIFICATES[1]) + &key("use='encryption'", CERTIFICATES[2]);
    let found = IdentityProvider::from_metadata(&entity(&role(&(keys + &soap + REDIRECT + &post)))).unwrap();
    assert_eq!(found.entity_id(), "urn:idp");
    assert_eq!(found.single_sign_on_url(Binding::HttpRedirect).unwrap().as_str(), "https://idp.test/sso?app=1");
    assert_eq!(found.single_sign_on_url(Binding::HttpPost).unwrap().as_str(), "https://idp.test/post");
    let kinds: Vec<_> = found.signing_certificates().iter().map(SigningCertificate::key_kind).collect();
    assert_eq!(kinds, [KeyKind::Ec, KeyKind::Rsa]);
    assert!(!found.wants_authn_requests_signed());
}

#[test]
fn signed_requests_are_wanted_where_the_metadata_says_so() {
    let xml = entity(&role(&(key("", CERTIFICATES[1]) + REDIRECT)));
    for (value, wanted) in [("true", true), ("1", true), ("false", false), ("0", false)] {
        let xml = xml.replace("protocolSupport", &format!("WantAuthnRequestsSigned='{value}' protocolSupport"));
        assert_eq!(IdentityProvider::from_metadata(&xml).unwrap().wants_authn_requests_signed(), wanted);
    }
}

/// As `openssl x509 -fingerprint -sha256 -enddate` says it.
#[test]
fn a_certificate_tells_whose_it_is_and_when_it_ends() {
    let provider = IdentityProvider::from_metadata(&entity(&role(&(key("", CERTIFICATES[0]) + REDIRECT)))).unwrap();
    let expected = CertificateFacts {
        subject: "CN=ec, O=Gatehouse test fixtures".to_owned(),
        sha256_fingerprint:
            "C4:E4:EB:15:7D:E8:63:62:60:59:BE:06:CE:9E:D3:E2:5F:E9:A9:75:B9:B4:0D:E6:8D:BA:1B:71:49:96:F8:FD".to_owned(),
        key_kind: "EC",
        key_bits: 256,
        not_after: "2126-10-30T06:55:49Z".parse().unwrap(),
    };
    assert_eq!(provider.signing_certificates()[0].facts().unwrap(), expected);
}

#[test]
fn the_same_certificate_twice_counts_once() {
    let found =
        IdentityProvider::from_metadata(&entity(&role(&(key("", CERTIFICATES[1]).repeat(3) + REDIRECT)))).unwrap();
    assert_eq!(found.signing_certificates().len(), 1);
}

#[test]
fn a_group_of_entities_with_one_identity_provider_is_fine() {
    let identity_provider = entity(&role(&(key("", CERTIFICATES[1]) + REDIRECT)));
    let service = format!(
        "<md:EntityDescriptor entityID='urn:sp'><md:SPSSODescriptor protocolSupportEnumeration='{PROTOCOL}'/>\
         </md:EntityDescriptor>"
    );
    let group =
        |content: &str| format!("<md:EntitiesDescriptor xmlns:md='{METADATA}'>{content}</md:EntitiesDescriptor>");
    assert_eq!(
        IdentityProvider::from_metadata(&group(&(service.clone() + &identity_provider))).unwrap().entity_id(),
        "urn:idp"
    );
    assert_eq!(
        refused(&group(&identity_provider.repeat(2))),
        MetadataError::NotOneIdentityProvider(vec!["urn:idp".to_owned(); 2])
    );
    assert_eq!(refused(&group(&service)), MetadataError::NotOneIdentityProvider(vec![]));
}

/// Without a certificate samael would take unsigned responses.
#[test]
fn metadata_without_a_signing_certificate_is_refused() {
    for keys in [String::new(), key("use='encryption'", CERTIFICATES[1]), "<md:KeyDescriptor/>".to_owned()] {
        assert_eq!(refused(&entity(&role(&(keys + REDIRECT)))), MetadataError::SigningCertificateMissing);
    }
}

#[test]
fn certificates_that_cannot_verify_are_refused() {
    let with = |certificate: &str| refused(&entity(&role(&(key("", certificate) + REDIRECT))));
    assert_eq!(with("AAAA"), MetadataError::UnreadableCertificate);
    assert_eq!(with("%%%"), MetadataError::UnreadableCertificate);
    assert_eq!(with(&short_rsa_certificate()), MetadataError::WeakKey);
}

#[test]
fn only_web_addresses_are_single_sign_on_addresses() {
    let with = |location: &str| {
        refused(&entity(&role(&(key("", CERTIFICATES[1]) + &REDIRECT.replace("https://idp.test/sso?app=1", location)))))
    };
    for location in ["javascript:alert(1)", "data:text/html,x", "ftp://idp.test/", "/sso", ""] {
        assert_eq!(with(location), MetadataError::SingleSignOnUrl(location.to_owned()));
    }
    assert_eq!(refused(&entity(&role(&key("", CERTIFICATES[1])))), MetadataError::SingleSignOnMissing);
}

#[test]
fn what_is_no_metadata_is_told_so() {
    assert!(matches!(refused("<!DOCTYPE html><html></html>"), MetadataError::NotXml(_)));
    assert!(matches!(refused("{\"issuer\":\"https://idp.test\"}"), MetadataError::NotXml(_)));
    assert_eq!(refused("<html/>"), MetadataError::NotMetadata("html".to_owned()));
    assert_eq!(refused(&" ".repeat(IdentityProvider::MOST_BYTES + 1)), MetadataError::TooLarge);
    let nameless = entity(&role(&(key("", CERTIFICATES[1]) + REDIRECT))).replace("entityID='urn:idp'", "");
    assert_eq!(refused(&nameless), MetadataError::EntityIdMissing);
    let saml_1 =
        entity(&role(&(key("", CERTIFICATES[1]) + REDIRECT))).replace(PROTOCOL, "urn:oasis:names:tc:SAML:1.1:protocol");
    assert_eq!(refused(&saml_1), MetadataError::NotOneIdentityProvider(vec![]));
}

fn short_rsa_certificate() -> String {
    let key = openssl::pkey::PKey::from_rsa(openssl::rsa::Rsa::generate(1024).unwrap()).unwrap();
    let mut certificate = X509::builder().unwrap();
    certificate.set_pubkey(&key).unwrap();
    certificate.set_not_before(&openssl::asn1::Asn1Time::from_unix(0).unwrap()).unwrap();
    certificate.set_not_after(&openssl::asn1::Asn1Time::from_unix(1).unwrap()).unwrap();
    certificate.sign(&key, openssl::hash::MessageDigest::sha256()).unwrap();
    String::from_utf8(certificate.build().to_pem().unwrap()).unwrap()
}
