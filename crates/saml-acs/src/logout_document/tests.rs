//! What we send, read again by our own gate.

use chrono::DateTime;
use domain::connection::WeakAlgorithms;
use domain::name_id::Qualifiers;
use openssl::pkey::PKey;
use openssl::x509::X509;

use super::*;
use crate::connection::IdentityProvider;
use crate::message::{RedirectMessage, SamlResponse};
use crate::verify::{LogoutExpectations, LogoutMessage, authenticate};
use crate::xml_guard::Limits;

const SLO: &str = "https://idp.test/slo?tenant=a&b=%20c";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_341_600, 0).unwrap()
}

fn key() -> RequestKey {
    let certificate = X509::from_pem(include_bytes!("../../tests/fixtures/keys/rsa.crt.pem")).unwrap();
    let key = PKey::private_key_from_pem(include_bytes!("../../tests/fixtures/keys/rsa.key.pem")).unwrap();
    RequestKey { certificate, key }
}

/// We, as if we were an identity provider: its metadata with our key.
const METADATA: &str = "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"urn:us&amp;them\">\
    <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><md:KeyDescriptor>\
    <ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>CERTIFICATE\
    </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
    <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://idp.test\"/>\
    </md:IDPSSODescriptor></md:EntityDescriptor>";

fn certificate() -> String {
    STANDARD.encode(key().certificate.to_der().unwrap())
}

fn ourselves() -> IdentityProvider {
    IdentityProvider::from_metadata(&METADATA.replace("CERTIFICATE", &certificate())).unwrap()
}

/// A name with everything in it that XML or a canonicaliser would change.
fn name_id() -> NameId {
    let text = |text: &str| Some(text.to_owned());
    NameId {
        value: "ann <\"&'\r\n\t> Łukasz ]]> ".to_owned(),
        qualifiers: Qualifiers {
            format: text("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
            name_qualifier: text("urn:\"idp\"\n\t<&>"),
            sp_name_qualifier: text("urn:sp"),
        },
    }
}

/// Messages as files for the tests and the fuzzer of what reads them: what is posted as XML, what is redirected as a query.
#[test]
#[ignore = "writes fixtures"]
fn messages_are_written_down() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/logout");
    let (name_id, destination) = (name_id(), Url::parse(SLO).unwrap());
    let plain = NameId { value: "ann@acme.test".to_owned(), qualifiers: Qualifiers::default() };
    let answer = |status| Content::Response { in_response_to: "_request", status };
    let messages = [
        ("request", Content::Request { name_id: &name_id, session_index: Some("_index") }),
        ("request_for_all", Content::Request { name_id: &plain, session_index: None }),
        ("response", answer(AnswerStatus::Success)),
        ("response_refused", answer(AnswerStatus::Requester)),
    ];
    for (id, content) in messages {
        let issuer = "urn:us&them";
        let document = LogoutDocument { id, issue_instant: now(), destination: &destination, issuer, content };
        let field = document.form_field(&key()).unwrap();
        std::fs::write(folder.join(format!("{id}.xml")), STANDARD.decode(field).unwrap()).unwrap();
        let url = document.redirect_url(Some("a&b c"), &key()).unwrap();
        std::fs::write(folder.join(format!("{id}.query")), url.query().unwrap()).unwrap();
    }
    std::fs::write(folder.join("metadata.xml"), METADATA.replace("CERTIFICATE", &certificate())).unwrap();
}

fn sent(content: Content<'_>, binding: &str) -> LogoutMessage {
    let destination = Url::parse(SLO).unwrap();
    let document =
        LogoutDocument { id: "_1", issue_instant: now(), destination: &destination, issuer: "urn:us&them", content };
    let kind = document.kind();
    if binding == "redirect" {
        let url = document.redirect_url(Some("a&b c"), &key()).unwrap();
        let query = url.query().unwrap();
        assert!(query.starts_with("tenant=a&b=%20c&SAMLRe"), "the address keeps what it has: {url}");
        return LogoutMessage::Redirect(RedirectMessage::from_query(query, &Limits::default()).unwrap());
    }
    let field = document.form_field(&key()).unwrap();
    LogoutMessage::Post(kind, SamlResponse::from_form_field(&field, &Limits::default()).unwrap())
}

#[test]
fn a_request_names_the_person_exactly_by_either_binding() {
    let (name_id, provider) = (name_id(), ourselves());
    for binding in ["redirect", "post"] {
        let message = sent(Content::Request { name_id: &name_id, session_index: Some("_<&\">") }, binding);
        let authentic = authenticate(&message, &LogoutExpectations::new(&provider, SLO, now())).unwrap();
        let request = authentic.request().unwrap();
        assert_eq!((authentic.id(), &request.name_id), ("_1", &name_id), "{binding}");
        assert_eq!(request.session_indexes, ["_<&\">"], "{binding}");
    }
}

#[test]
fn an_answer_names_its_request_and_its_status_by_either_binding() {
    let provider = ourselves();
    for binding in ["redirect", "post"] {
        let told = |status| {
            let message = sent(Content::Response { in_response_to: "_r", status }, binding);
            let authentic = authenticate(&message, &LogoutExpectations::new(&provider, SLO, now())).unwrap();
            let response = authentic.response().unwrap();
            assert_eq!(response.in_response_to, "_r");
            response.outcome
        };
        use crate::verify::LogoutOutcome::{Everywhere, Partial};
        assert_eq!(told(AnswerStatus::Success), Everywhere);
        assert_eq!(told(AnswerStatus::Requester), Partial(vec![AnswerStatus::Requester.uri().to_owned()]));
    }
}

#[test]
fn what_we_sign_is_sound_where_nothing_weak_is_permitted() {
    let (name_id, provider) = (name_id(), ourselves());
    for binding in ["redirect", "post"] {
        let message = sent(Content::Request { name_id: &name_id, session_index: None }, binding);
        let expectations = LogoutExpectations::new(&provider, SLO, now());
        assert_eq!(expectations.weak_algorithms, WeakAlgorithms::Refused);
        assert!(!authenticate(&message, &expectations).unwrap().rests_on_sha1());
    }
}
