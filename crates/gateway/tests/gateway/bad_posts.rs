//! Posts to the Assertion Consumer Service that sign nobody in: the page tells a reference, the audit log the check.

use chrono::Duration;
use simulator::{IdentityProvider, ResponseParameters};

use crate::common::answer::Answer;
use crate::common::provider::groups;
use crate::gate::{Gate, ten_o_clock};

/// Checks what every refused stranger gets: a page, a reference, no session, and not a word about the check.
#[track_caller]
pub(crate) fn expect_refusal(gate: &Gate, answer: Answer, check: &str) {
    let answer = answer.expect(403);
    let (found, entry) = gate.last_failed_login();
    assert_eq!(found, check);
    assert_eq!(answer.reference(), answer.header("x-request-id"));
    assert_eq!(entry.request_id.as_deref(), Some(answer.reference()), "{check}");
    let traced = gate.store.find_login_trace(gate.stored(&gate.acme).id, answer.reference()).unwrap().unwrap();
    assert_eq!(traced.failed_check.as_deref(), Some(check), "the tracer has it under the same reference");
    assert!(answer.set_cookies().is_empty(), "{answer:?}");
    assert!(answer.body.contains("Your sign-in could not be completed."), "{answer:?}");
    let detail = entry.after.as_ref().unwrap()["detail"].as_str().unwrap();
    assert!(!answer.body.contains(detail) && !answer.body.contains(check), "the page tells {check}: {}", answer.body);
    assert!(answer.content_type().starts_with("text/html"));
    assert_eq!((answer.header("x-frame-options"), answer.header("cache-control")), ("DENY", "no-store"));
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
}

/// Bends one thing of a response; what should not be there is given.
type Bend = fn(&mut ResponseParameters, String);

on_both_databases! {
    fn a_post_that_is_no_response_is_refused(gate: &Gate) {
        let mut browser = gate.acme.browser();
        let acs = gate.acme.path("acs");
        let mut post = |fields: &[(&str, &str)]| browser.post_form(&acs, fields);
        expect_refusal(gate, post(&[]), "form");
        expect_refusal(gate, post(&[("RelayState", "/session")]), "form");
        expect_refusal(gate, post(&[("SAMLResponse", "")]), "malformed_xml");
        expect_refusal(gate, post(&[("SAMLResponse", "!!! no base64 !!!")]), "base64");
        expect_refusal(gate, post(&[("SAMLResponse", "Z2FyYmFnZQ==")]), "malformed_xml");
        expect_refusal(gate, post(&[("SAMLResponse", "PGEvPg==")]), "not_a_response");
        // A NUL within the text.
        expect_refusal(gate, post(&[("SAMLResponse", "PGE+AGI8L2E+")]), "malformed_xml");
    }

    /// Each claim that is not about us, or not about now.
    fn a_signed_response_that_is_not_meant_for_us_or_now_is_refused(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let elsewhere = "https://elsewhere.test/acs".to_owned();
        let bent: [(&str, Bend); 4] = [
            ("destination", |response, elsewhere| response.acs_url = elsewhere),
            ("audience", |response, elsewhere| response.audience = elsewhere),
            ("expired", |response, _| response.issued_at -= Duration::hours(1)),
            ("issued_in_future", |response, _| response.issued_at += Duration::hours(1)),
        ];
        for (check, bend) in bent {
            let mut browser = gate.acme.browser();
            let begun = gate.acme.begin(&mut browser);
            let mut response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
            bend(&mut response, elsewhere.clone());
            let answer = gate.acme.post(&mut browser, &gate.acme.sign(&response), &begun.relay_state);
            let (found, _) = gate.last_failed_login();
            let same_cause = if found == "issued_too_long_ago" { "expired" } else { found.as_str() };
            assert_eq!(same_cause, check);
            expect_refusal(gate, answer, &found);
            assert!(browser.session().is_none());
        }
    }
}

/// Before anything is decoded: a form that is larger than any response, and a response that is larger than any of
/// Okta's.
#[test]
fn a_huge_post_is_refused_before_it_is_looked_at() {
    let gate = Gate::on_sqlite();
    let mut browser = gate.acme.browser();
    let acs = gate.acme.path("acs");
    expect_refusal(&gate, browser.post_form(&acs, &[("SAMLResponse", &"A".repeat(5 << 20))]), "form");
    expect_refusal(&gate, browser.post_form(&acs, &[("SAMLResponse", &"A".repeat(2 << 20))]), "too_large");
}

#[test]
fn how_large_a_response_may_be_is_a_setting() {
    let gate = Gate::with_settings("saml = { max_response_bytes = 4194304, max_nodes = 100000 }");
    gate.acme.scim().provision("ann@acme.test");
    let names: Vec<String> = (0..10_000).map(|number| format!("WKT_Group {number:05}")).collect();
    let many = groups(&names.iter().map(String::as_str).collect::<Vec<_>>());
    gate.acme.sign_in_with(&mut gate.acme.browser(), "ann@acme.test", vec![many.clone()]).expect(303);
    let small = Gate::with_settings("saml.max_response_bytes = 65536");
    small.acme.scim().provision("ann@acme.test");
    let mut browser = small.acme.browser();
    expect_refusal(&small, small.acme.sign_in_with(&mut browser, "ann@acme.test", vec![many]), "form");
    expect_refusal(&small, browser.post_form("/saml/acme/acs", &[("SAMLResponse", &"A".repeat(100_000))]), "too_large");
}

/// The clock stands at ten: a response from a minute and a half ahead, and ones from about four minutes ago.
#[test]
fn how_far_clocks_may_differ_and_how_old_a_response_may_be_are_settings() {
    let gate = Gate::with_settings("saml = { clock_tolerance = '2m', max_response_age = '2m' }");
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let mut post = |issued_at| {
        let begun = gate.acme.begin(&mut browser);
        let response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
        let response = ResponseParameters { issued_at, ..response };
        gate.acme.post(&mut browser, &gate.acme.sign(&response), &begun.relay_state)
    };
    post(ten_o_clock() + Duration::seconds(90)).expect(303);
    post(ten_o_clock() - Duration::minutes(4)).expect(303);
    post(ten_o_clock() - Duration::minutes(4) - Duration::seconds(1)).expect(403);
    assert_eq!(gate.last_failed_login().0, "issued_too_long_ago");
}

#[test]
fn a_body_that_is_no_form_is_refused() {
    let gate = Gate::on_sqlite();
    let mut browser = gate.acme.browser();
    let acs = gate.acme.path("acs");
    let json = browser.send("POST", &acs, &[("content-type", "application/json")], Some(b"{\"SAMLResponse\":\"x\"}"));
    expect_refusal(&gate, json, "form");
    let bare = browser.send("POST", &acs, &[], Some(b"SAMLResponse=x"));
    expect_refusal(&gate, bare, "form");
}

/// An identity provider of the attacker's own, with the entity id of the real one.
#[test]
fn a_response_signed_by_another_key_is_refused() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let stranger = IdentityProvider::generate("http://evil.test", ten_o_clock()).unwrap();
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin(&mut browser);
    let response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
    let xml = stranger.response(&response).unwrap();
    let answer = gate.acme.post(&mut browser, &base64(&xml), &begun.relay_state);
    expect_refusal(&gate, answer, "signature_invalid");
}

#[test]
fn a_response_is_good_for_minutes_only() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin(&mut browser);
    let response = gate.acme.sign(&gate.acme.response_for("ann@acme.test").answering(&begun.request_id));
    gate.advance(Duration::minutes(15));
    gate.acme.post(&mut browser, &response, &begun.relay_state).expect(403);
    assert!(browser.session().is_none());
}

#[test]
fn there_is_nothing_at_the_address_of_a_workspace_that_does_not_exist() {
    let gate = Gate::on_sqlite();
    let mut browser = gate.acme.browser();
    for handle in ["globex", "ACME", "..", "a%00b"] {
        let answer = browser.post_form(&format!("/saml/{handle}/acs"), &[("SAMLResponse", "x")]).expect(404);
        assert_eq!(answer.reference(), answer.header("x-request-id"));
    }
}

/// What an attacker writes into a message must not become markup on the page or lines in the log.
#[test]
fn nothing_of_the_message_is_on_the_page() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let name = "<script>alert(1)</script>@acme.test";
    let answer = gate.acme.sign_in(&mut browser, name).expect(403);
    assert!(!answer.body.contains("script"), "{}", answer.body);
    let (_, entry) = gate.last_failed_login();
    assert_eq!(entry.subject["name"], name);
}

fn base64(xml: &str) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(xml)
}
