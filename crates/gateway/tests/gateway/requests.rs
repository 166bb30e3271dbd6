//! What the identity provider is asked for when a login begins here, and what is insisted on afterwards.

use chrono::Duration;
use simulator::{AuthnRequest, ResponseParameters};

use crate::common::browser::Browser;
use crate::common::provider::Begun;
use crate::gate::{Gate, ten_o_clock};

const BY_REDIRECT: &str = "bindings:HTTP-Redirect";
const BY_POST: &str = "bindings:HTTP-POST";
const FACTORS: &str = "https://refeds.org/profile/mfa";

/// The identity provider's metadata with another word in it.
fn metadata(gate: &Gate, was: &str, is: &str) -> String {
    let metadata = gate.acme.provider.metadata();
    assert!(metadata.contains(was), "{metadata}");
    metadata.replace(was, is)
}

fn sent_by_redirect(begun: &Begun) -> AuthnRequest {
    let query = begun.redirect.query_pairs().find(|(name, _)| name == "SAMLRequest").unwrap().1;
    AuthnRequest::from_redirect(&query).unwrap()
}

fn is_signed(begun: &Begun) -> bool {
    begun.redirect.query_pairs().any(|(name, _)| name == "Signature")
}

fn answer(gate: &Gate, browser: &mut Browser, begun: &Begun, bend: impl Fn(&mut ResponseParameters)) -> u16 {
    let mut response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
    bend(&mut response);
    gate.acme.post(browser, &gate.acme.sign(&response), &begun.relay_state).status
}

on_both_databases! {
    fn a_login_by_post_ends_at_a_session(gate: &Gate) {
        gate.set_policy(&[("saml_request_binding", "post")]);
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        let (begun, _) = gate.acme.begin_by_form(&mut browser);
        assert_eq!(begun.redirect.as_str(), gate.acme.provider.sso_url());
        assert_eq!(answer(gate, &mut browser, &begun, |_| {}), 303);
        assert!(browser.session().is_some());
    }
}

#[test]
fn the_page_of_a_login_by_post_may_do_nothing_else() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("saml_request_binding", "post")]);
    let page = gate.acme.browser().get("/saml/acme/login?return_to=/reports").expect(200);
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("script-src 'sha256-"));
    assert!(policy.ends_with("form-action https: http:"), "the identity provider speaks plain http here: {policy}");
    assert_eq!((page.header("x-frame-options"), page.header("cache-control")), ("DENY", "no-store"));
    assert_eq!(page.header("referrer-policy"), "strict-origin");
    assert_eq!(page.set_cookies().len(), 2, "that of the login and that of the browser");
    assert!(!page.body.contains("reports"), "{}", page.body);
}

#[test]
fn the_binding_is_what_the_metadata_offers_or_what_the_policy_says() {
    let gate = Gate::on_sqlite();
    let mut browser = gate.acme.browser();
    gate.acme.begin(&mut browser);
    gate.set_metadata(&metadata(&gate, BY_REDIRECT, "bindings:SOAP"));
    gate.acme.begin_by_form(&mut browser);
    gate.set_policy(&[("saml_request_binding", "redirect")]);
    let why = browser.get("/saml/acme/login").expect(404).body;
    assert!(why.contains("saml_request_binding is redirect") && why.contains("HTTP-Redirect binding"), "{why}");

    gate.set_metadata(&metadata(&gate, BY_POST, "bindings:SOAP"));
    gate.acme.begin(&mut browser);
    gate.set_policy(&[("saml_request_binding", "post")]);
    let why = browser.get("/saml/acme/login").expect(404).body;
    assert!(why.contains("saml_request_binding is post") && why.contains("HTTP-POST binding"), "{why}");
}

#[test]
fn requests_are_signed_where_the_metadata_or_the_policy_says_so() {
    let gate = Gate::on_sqlite();
    let mut browser = gate.acme.browser();
    let announced = |browser: &mut Browser| {
        let metadata = browser.get("/saml/acme/metadata").expect(200).body;
        metadata.contains("AuthnRequestsSigned=\"true\"")
    };
    let wanting = metadata(&gate, "WantAuthnRequestsSigned=\"false\"", "WantAuthnRequestsSigned=\"true\"");
    let unwanting = gate.acme.provider.metadata();
    for (policy, metadata, signed) in [
        ("metadata", &unwanting, false),
        ("metadata", &wanting, true),
        ("always", &unwanting, true),
        ("never", &wanting, false),
    ] {
        gate.set_metadata(metadata);
        gate.set_policy(&[("saml_sign_requests", policy), ("saml_request_binding", "redirect")]);
        assert_eq!(is_signed(&gate.acme.begin(&mut browser)), signed, "{policy}");
        gate.set_policy(&[("saml_request_binding", "post")]);
        let (_, xml) = gate.acme.begin_by_form(&mut browser);
        assert_eq!(xml.contains("<ds:SignatureValue>"), signed, "{policy}");
        assert_eq!(announced(&mut browser), signed, "{policy}");
    }
}

/// An identity provider that lets somebody in by an old session of its own, although it was asked to ask again.
#[test]
fn who_must_sign_in_anew_has_signed_in_since_the_request() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("saml_force_authn", "on")]);
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin(&mut browser);
    assert!(sent_by_redirect(&begun).force_authn);
    gate.advance(Duration::minutes(3));
    let at = |seconds| {
        move |response: &mut ResponseParameters| {
            response.authn_instant = ten_o_clock() + Duration::seconds(seconds);
        }
    };
    assert_eq!(answer(&gate, &mut browser, &begun, at(-61)), 403);
    let (check, entry) = gate.last_failed_login();
    let detail = entry.after.unwrap()["detail"].as_str().unwrap().to_owned();
    assert_eq!(check, "authenticated_before_request");
    assert!(detail.contains("2026-11-22 09:58:59 UTC") && detail.contains("saml_force_authn"), "{detail}");
    assert_eq!(answer(&gate, &mut browser, &begun, at(60)), 303, "a refused answer uses nothing up");

    gate.set_policy(&[("saml_force_authn", "off")]);
    let begun = gate.acme.begin(&mut browser);
    assert!(!sent_by_redirect(&begun).force_authn);
    assert_eq!(answer(&gate, &mut browser, &begun, at(-3_600)), 303);
}

#[test]
fn who_must_sign_in_in_a_certain_way_has_done_so_exactly() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("saml_authn_context", "multi_factor,urn:okta:loa:2fa:any")]);
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin(&mut browser);
    assert_eq!(sent_by_redirect(&begun).authn_contexts, [FACTORS, "urn:okta:loa:2fa:any"]);
    assert_eq!(answer(&gate, &mut browser, &begun, |_| {}), 403);
    assert_eq!(gate.last_failed_login().0, "authn_context");
    let by_factors = |response: &mut ResponseParameters| response.authn_context = FACTORS.to_owned();
    assert_eq!(answer(&gate, &mut browser, &begun, by_factors), 303);
}

/// Otherwise a login that was begun a moment before the policy was changed would slip through under the old one.
#[test]
fn a_demand_holds_for_logins_that_are_under_way() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin(&mut browser);
    gate.set_policy(&[("saml_authn_context", "multi_factor")]);
    assert_eq!(answer(&gate, &mut browser, &begun, |_| {}), 403);
    assert_eq!(gate.last_failed_login().0, "authn_context");
}

/// What was not asked for can't show that it was: a login of our own asks.
#[test]
fn under_allow_a_tile_that_does_not_show_what_is_demanded_is_bounced() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let tile = |authn_context: &str| {
        let mut browser = gate.acme.browser();
        let mut response = gate.acme.response_for("ann@acme.test");
        response.authn_context = authn_context.to_owned();
        let answer = gate.acme.post(&mut browser, &gate.acme.sign(&response), "/reports").expect(303);
        assert_eq!(browser.session().is_some(), answer.location() == "/reports");
        answer.location().to_owned()
    };
    let bounced = format!("{}/saml/acme/login?return_to=%2Freports", gate.base_url);
    gate.set_policy(&[("idp_initiated", "allow"), ("saml_authn_context", "multi_factor")]);
    assert_eq!(tile("urn:other"), bounced);
    assert_eq!(tile(FACTORS), "/reports");
    gate.set_policy(&[("saml_force_authn", "on")]);
    assert_eq!(tile(FACTORS), bounced);
}

#[test]
fn the_kind_of_name_is_asked_for_and_announced() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("saml_name_id_policy", "persistent"), ("saml_request_binding", "post")]);
    let mut browser = gate.acme.browser();
    let (_, xml) = gate.acme.begin_by_form(&mut browser);
    assert!(xml.contains("nameid-format:persistent\" AllowCreate=\"true\""), "{xml}");
    let metadata = browser.get("/saml/acme/metadata").expect(200).body;
    assert!(metadata.split_once("NameIDFormat>").unwrap().1.contains("nameid-format:persistent"), "{metadata}");
}
