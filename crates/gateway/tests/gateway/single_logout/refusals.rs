//! Messages that are not what they seem. What can't be verified gets a page and no answer; what is verified and wrong is answered
//! as wrong. Either way nobody is signed out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use domain::clock::Clock;
use simulator::{IdentityProvider, LogoutRequestParameters};

use super::{ANN, BOB, is_signed_in, last_refused, prepare, xml};
use crate::common::answer::Answer;
use crate::common::browser::Browser;
use crate::common::logout::{BINDINGS, sent};
use crate::gate::{Gate, ten_o_clock};

/// A gateway with Ann signed in.
fn signed_in() -> (Gate, Browser) {
    let gate = Gate::on_sqlite();
    prepare(&gate);
    let ann = gate.acme.signed_in(ANN);
    (gate, ann)
}

#[track_caller]
fn assert_refused(gate: &Gate, ann: &mut Browser, answer: Answer, check: &str) {
    let page = answer.expect(403);
    assert_eq!(page.reference(), page.header("x-request-id"));
    assert!(!page.body.contains("<form") && page.set_cookies().is_empty(), "{page:?}");
    assert_eq!(last_refused(gate), check);
    let entry = gate.audit("logout.failed").pop().unwrap();
    assert_eq!(entry.request_id.as_deref(), Some(page.reference()));
    assert!(is_signed_in(ann), "{check}");
}

fn post(gate: &Gate, message: &str) -> Answer {
    gate.acme.browser().post_form(&gate.acme.path("slo"), &[("SAMLRequest", message)])
}

fn get(gate: &Gate, query: &str) -> Answer {
    gate.acme.browser().get(&format!("{}?{query}", gate.acme.path("slo")))
}

/// Anybody could sign anybody out.
#[test]
fn an_unsigned_request_is_refused() {
    let (gate, mut ann) = signed_in();
    let request = xml(&gate, &gate.acme.logout_of(ANN));
    assert_refused(&gate, &mut ann, post(&gate, &STANDARD.encode(&request)), "unsigned");
    let query = gate.acme.provider.signed_query("SAMLRequest", &request, None).unwrap();
    let (unsigned, _) = query.split_once("&SigAlg").unwrap();
    assert_refused(&gate, &mut ann, get(&gate, unsigned), "unsigned");
    let (without_value, _) = query.split_once("&Signature").unwrap();
    assert_refused(&gate, &mut ann, get(&gate, without_value), "unsigned");
}

/// A signature of one message over another, or of a key that is not the connection's.
#[test]
fn a_signature_that_does_not_hold_is_refused() {
    let (gate, mut ann) = signed_in();
    let stranger = IdentityProvider::generate("http://okta.test", ten_o_clock()).unwrap();
    let (of_ann, of_bob) = (xml(&gate, &gate.acme.logout_of(ANN)), xml(&gate, &gate.acme.logout_of(BOB)));
    let forged = stranger.signed_query("SAMLRequest", &of_ann, None).unwrap();
    assert_refused(&gate, &mut ann, get(&gate, &forged), "signature_invalid");
    assert_refused(&gate, &mut ann, post(&gate, &stranger.signed_form_field(&of_ann).unwrap()), "signature_invalid");

    let part = |query: &str| query.split_once("&SigAlg").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let (message, _) = part(&gate.acme.provider.signed_query("SAMLRequest", &of_ann, None).unwrap());
    let (_, signature) = part(&gate.acme.provider.signed_query("SAMLRequest", &of_bob, None).unwrap());
    assert_refused(&gate, &mut ann, get(&gate, &format!("{message}&SigAlg{signature}")), "signature_invalid");

    let signed = gate.acme.provider.signed_form_field(&of_bob).unwrap();
    let changed = String::from_utf8(STANDARD.decode(signed).unwrap()).unwrap().replace(BOB, ANN);
    assert_refused(&gate, &mut ann, post(&gate, &STANDARD.encode(changed)), "digest_mismatch");
}

/// A key that leaked may be all that is left of a certificate that ended: whom it can't sign in, it must not sign out either.
#[test]
fn a_key_that_counts_no_more_for_logins_ends_no_session_either() {
    let (gate, _) = signed_in();
    gate.advance(Duration::days(3_651));
    let mut ann = gate.acme.signed_in(ANN);
    gate.set_policy(&[("expired_certificates", "refuse")]);
    let ask = |binding| gate.acme.ask(&mut gate.acme.browser(), binding, &xml(&gate, &gate.acme.logout_of(ANN)));
    for binding in BINDINGS {
        assert_refused(&gate, &mut ann, ask(binding), "certificate_expired");
    }
    let next = gate.acme.provider.with_new_key(gate.clock.now()).unwrap().metadata();
    let key = |metadata: &str| {
        let end = "</md:KeyDescriptor>";
        let (begin, end) = (metadata.find("<md:KeyDescriptor").unwrap(), metadata.find(end).unwrap() + end.len());
        metadata[begin..end].to_owned()
    };
    let both = gate.acme.metadata_with_logout(&BINDINGS);
    gate.set_metadata(&both.replace(&key(&both), &(key(&both) + &key(&next))));
    for binding in BINDINGS {
        assert_refused(&gate, &mut ann, ask(binding), "signature_invalid");
    }
    gate.set_policy(&[("expired_certificates", "accept")]);
    ask(BINDINGS[0]);
    assert!(!is_signed_in(&mut ann));
}

/// RelayState is covered by the signature: it is sent back, and a stranger must not choose it.
#[test]
fn every_part_of_a_query_is_signed() {
    let (gate, mut ann) = signed_in();
    let request = xml(&gate, &gate.acme.logout_of(ANN));
    let query = gate.acme.provider.signed_query("SAMLRequest", &request, Some("state")).unwrap();
    for (from, to) in [
        ("RelayState=state", "RelayState=other"),
        ("&RelayState=state", ""),
        ("RelayState=state", "RelayState=%73tate"),
        ("rsa-sha256", "rsa-sha512"),
    ] {
        let changed = query.replacen(from, to, 1);
        assert_ne!(changed, query);
        assert_refused(&gate, &mut ann, get(&gate, &changed), "signature_invalid");
    }
    let doubled = format!("{query}&RelayState=other");
    assert_refused(&gate, &mut ann, get(&gate, &doubled), "query");
}

/// Weak algorithms need the connection's permission here as everywhere.
#[test]
fn other_algorithms_are_refused() {
    let (gate, mut ann) = signed_in();
    let request = xml(&gate, &gate.acme.logout_of(ANN));
    let query = gate.acme.provider.signed_query("SAMLRequest", &request, None).unwrap();
    let sha_1 = "http%3A%2F%2Fwww.w3.org%2F2000%2F09%2Fxmldsig%23rsa-sha1";
    for algorithm in [sha_1, "none", "", "http%3A%2F%2Fwww.w3.org%2F2000%2F09%2Fxmldsig%23hmac-sha1"] {
        let (message, rest) = query.split_once("&SigAlg=").unwrap();
        let (_, signature) = rest.split_once('&').unwrap();
        let changed = format!("{message}&SigAlg={algorithm}&{signature}");
        assert_refused(&gate, &mut ann, get(&gate, &changed), "signature_algorithm");
    }
}

/// Signature wrapping: a request that is signed lies in one that is not, which readers would take.
#[test]
fn a_wrapped_request_is_refused() {
    let (gate, mut ann) = signed_in();
    let signed = gate.acme.provider.signed_form_field(&xml(&gate, &gate.acme.logout_of(BOB))).unwrap();
    let signed = String::from_utf8(STANDARD.decode(signed).unwrap()).unwrap();
    let forged = xml(&gate, &gate.acme.logout_of(ANN));
    let end = "</saml2p:LogoutRequest>";
    let inside = |element: &str| {
        let hidden = format!("<saml2p:Extensions>{element}</saml2p:Extensions><saml2:NameID");
        forged.replacen("<saml2:NameID", &hidden, 1)
    };
    let (before, rest) = signed.split_once("<ds:Signature").unwrap();
    let (signature, behind) = rest.split_once("</ds:Signature>").unwrap();
    let signature = format!("<ds:Signature{signature}</ds:Signature>");
    let original = format!("{before}{behind}");
    let (bare, _) = forged.split_once(end).unwrap();
    for (wrapped, check) in [
        (inside(&signed), "several_messages"),
        (format!("{bare}{signed}{end}"), "several_messages"),
        (forged.replacen("<saml2:NameID", &format!("{signature}<saml2:NameID"), 1), "reference_uri"),
        (inside(&signature), "signature_misplaced"),
        (
            signed.replacen(
                &signature,
                &signature.replacen("</ds:Signature>", &format!("<ds:Object>{original}</ds:Object></ds:Signature>"), 1),
                1,
            ),
            "duplicate_id",
        ),
        (
            signed.replacen("<saml2p:LogoutRequest", "<LogoutRequest><saml2p:LogoutRequest", 1) + "</LogoutRequest>",
            "not_a_logout_message",
        ),
    ] {
        assert_refused(&gate, &mut ann, post(&gate, &STANDARD.encode(&wrapped)), check);
    }
}

/// In the query the signature is beside the message: one inside has no place there, and would be a second meaning.
#[test]
fn a_message_in_a_query_has_no_signature_inside() {
    let (gate, mut ann) = signed_in();
    let signed = gate.acme.provider.signed_form_field(&xml(&gate, &gate.acme.logout_of(ANN))).unwrap();
    let signed = String::from_utf8(STANDARD.decode(signed).unwrap()).unwrap();
    let query = gate.acme.provider.signed_query("SAMLRequest", &signed, None).unwrap();
    assert_refused(&gate, &mut ann, get(&gate, &query), "signature_misplaced");
}

/// A request that the identity provider has sent to somebody else, or that another one has signed.
#[test]
fn a_request_for_or_of_somebody_else_is_refused() {
    let (gate, mut ann) = signed_in();
    let slo = format!("{}/saml/acme/slo", gate.base_url);
    for binding in BINDINGS {
        for destination in ["https://other.test/slo", "", &format!("{slo}/"), &slo.replace("acme", "globex")] {
            let destination = destination.to_owned();
            let request = xml(&gate, &LogoutRequestParameters { destination, ..gate.acme.logout_of(ANN) });
            let answer = gate.acme.ask(&mut gate.acme.browser(), binding, &request);
            assert_refused(&gate, &mut ann, answer, "destination");
        }
        let request = xml(&gate, &gate.acme.logout_of(ANN));
        let without = request.replacen(&format!(" Destination=\"{slo}\""), "", 1);
        assert_ne!(without, request);
        let answer = gate.acme.ask(&mut gate.acme.browser(), binding, &without);
        assert_refused(&gate, &mut ann, answer, "destination");
        let other = request.replacen(&gate.acme.provider.entity_id(), "urn:other", 1);
        let answer = gate.acme.ask(&mut gate.acme.browser(), binding, &other);
        assert_refused(&gate, &mut ann, answer, "issuer");
    }
}

/// The sender is known, so it is told that its request came to nothing.
#[test]
fn a_verified_request_that_is_wrong_is_answered_as_wrong() {
    let (gate, mut ann) = signed_in();
    let (now, status) = (ten_o_clock(), |name: &str| format!("urn:oasis:names:tc:SAML:2.0:status:{name}"));
    let request = || gate.acme.logout_of(ANN);
    let bent = |change: &dyn Fn(LogoutRequestParameters) -> LogoutRequestParameters| xml(&gate, &change(request()));
    let replaced = |from: &str, to: &str| {
        let (original, changed) = (xml(&gate, &request()), xml(&gate, &request()).replacen(from, to, 1));
        assert_ne!(changed, original);
        changed
    };
    let encrypted = "<saml2:EncryptedID xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"/><saml2:NameID";
    let cases = [
        (
            bent(&|r| LogoutRequestParameters { issued_at: now - Duration::hours(2), ..r }),
            "issued_too_long_ago",
            "Requester",
        ),
        (
            bent(&|r| LogoutRequestParameters { issued_at: now + Duration::minutes(2), ..r }),
            "issued_in_future",
            "Requester",
        ),
        (
            bent(&|r| LogoutRequestParameters { not_on_or_after: Some(now - Duration::minutes(1)), ..r }),
            "logout_over",
            "Requester",
        ),
        (bent(&|r| LogoutRequestParameters { name_id: "\u{200b}".to_owned(), ..r }), "name_id", "Requester"),
        (replaced("Version=\"2.0\"", "Version=\"2.1\""), "version", "VersionMismatch"),
        (replaced("<saml2:NameID", encrypted), "encrypted_name_id", "Requester"),
        (
            replaced("saml2:NameID xmlns", "saml2:BaseID xmlns").replacen("</saml2:NameID", "</saml2:BaseID", 1),
            "name_id",
            "Requester",
        ),
    ];
    for binding in BINDINGS {
        for (request, check, code) in &cases {
            let answer = sent(&gate.acme.ask(&mut gate.acme.browser(), binding, request));
            assert_eq!(answer.message.status, Some(status(code)), "{check}");
            assert_eq!(last_refused(&gate), *check);
            assert!(is_signed_in(&mut ann), "{check}");
        }
    }
}

/// Another name that is written alike, or nearly.
#[test]
fn only_the_exact_name_is_meant() {
    let (gate, mut ann) = signed_in();
    let request = xml(&gate, &gate.acme.logout_of(ANN));
    for (from, to) in [
        (ANN, "Ann@acme.test"),
        (ANN, "ann@acme.test "),
        (ANN, "ann@acme.te"),
        ("nameid-format:emailAddress", "nameid-format:unspecified"),
        ("<saml2:NameID", "<saml2p:SessionIndex/><saml2:NameID"),
        ("Format=", "NameQualifier=\"urn:other\" Format="),
        ("Format=", "SPNameQualifier=\"urn:other\" Format="),
    ] {
        let changed = request.replacen(from, to, 1);
        assert_ne!(changed, request);
        sent(&gate.acme.ask(&mut gate.acme.browser(), "HTTP-Redirect", &changed));
        assert!(is_signed_in(&mut ann), "{to}");
    }
}

#[test]
fn what_is_no_logout_message_is_refused() {
    let (gate, mut ann) = signed_in();
    let response = gate.acme.sign(&gate.acme.response_for(ANN));
    let request = xml(&gate, &gate.acme.logout_of(ANN));
    let by_form = |fields: &[(&str, &str)]| gate.acme.browser().post_form(&gate.acme.path("slo"), fields);
    assert_refused(&gate, &mut ann, by_form(&[("SAMLRequest", &response)]), "not_a_logout_message");
    assert_refused(&gate, &mut ann, by_form(&[("SAMLResponse", &response)]), "not_a_logout_message");
    let signed = gate.acme.provider.signed_form_field(&request).unwrap();
    assert_refused(&gate, &mut ann, by_form(&[("SAMLResponse", &signed)]), "not_a_logout_message");
    assert_refused(&gate, &mut ann, by_form(&[("SAMLRequest", &signed), ("SAMLRequest", &signed)]), "form");
    assert_refused(&gate, &mut ann, by_form(&[("SAMLRequest", &signed), ("SAMLResponse", &signed)]), "form");
    assert_refused(&gate, &mut ann, by_form(&[]), "form");
    assert_refused(&gate, &mut ann, get(&gate, ""), "query");
    let dtd = STANDARD.encode(format!("<!DOCTYPE a>{request}"));
    assert_refused(&gate, &mut ann, by_form(&[("SAMLRequest", &dtd)]), "doctype");
    let more = request.replacen("<saml2:NameID", "<saml2p:Status/><saml2:NameID", 1);
    let more = gate.acme.provider.signed_form_field(&more).unwrap();
    assert_refused(&gate, &mut ann, by_form(&[("SAMLRequest", &more)]), "message_structure");
}

#[test]
fn a_logout_elsewhere_is_not_found() {
    let gate = Gate::on_sqlite();
    gate.acme.browser().get("/saml/nowhere/slo?SAMLRequest=x").expect(404);
    gate.add_bare_workspace("bare");
    let request = gate.acme.provider.signed_query("SAMLRequest", &xml(&gate, &gate.acme.logout_of(ANN)), None).unwrap();
    gate.acme.browser().get(&format!("/saml/bare/slo?{request}")).expect(404);
}
