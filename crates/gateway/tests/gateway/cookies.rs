//! Cookies that a browser keeps back from what another site posts, and what the gateway does about it.

use crate::common::answer::Answer;
use crate::common::browser::Browser;
use crate::common::provider::{Begun, Workspace};
use crate::common::scim::Scim;
use crate::gate::Gate;

const OKTA: &str = "http://okta.test";

/// Carries a response as a page of the identity provider does.
fn post_from_okta(acme: &Workspace, browser: &mut Browser, response: &str, relay_state: &str) -> Answer {
    let fields = [("SAMLResponse", response), ("RelayState", relay_state)];
    browser.post_form_from(OKTA, &acme.path("acs"), &fields)
}

/// What the page does by itself: it posts its form, and the browser adds its cookies.
fn post_again(gate: &Gate, browser: &mut Browser, page: &Answer) -> Answer {
    assert_eq!(page.form_action(), format!("{}{}", gate.base_url, gate.acme.path("acs")));
    let fields = page.form_fields();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post_form_from(&gate.base_url, &gate.acme.path("acs"), &fields)
}

fn answering(gate: &Gate, name: &str, begun: &Begun) -> String {
    gate.acme.sign(&gate.acme.response_for(name).answering(&begun.request_id))
}

fn unsolicited(gate: &Gate, name: &str) -> String {
    gate.acme.sign(&gate.acme.response_for(name))
}

on_both_databases! {
    /// Whoever takes longer than two minutes at the identity provider, over plain http.
    fn a_response_without_its_cookie_is_posted_once_more_by_a_page_of_ours(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        let begun = gate.acme.begin_at(&mut browser, "/saml/acme/login?return_to=/reports");
        let response = answering(gate, "ann@acme.test", &begun);
        let mut elsewhere = browser.keeping_its_cookies_back();
        let page = post_from_okta(&gate.acme, &mut elsewhere, &response, &begun.relay_state).expect(403);
        assert!(page.set_cookies().is_empty(), "{page:?}");
        assert_eq!(page.reference(), page.header("x-request-id"));
        assert!(gate.audit("login.failed").is_empty(), "nothing has failed yet");

        let answer = post_again(gate, &mut browser, &page).expect(303);
        assert_eq!(answer.location(), "/reports");
        assert!(browser.session().is_some());
        post_again(gate, &mut browser, &page).expect(403);
        assert_eq!(gate.last_failed_login().0, "in_response_to", "the request is used up");
    }

    /// Login CSRF: the page posts with the cookies of the victim's browser, and those know nothing of the stranger's login.
    fn a_strangers_response_is_refused_when_the_page_posts_it_again(gate: &Gate) {
        gate.acme.scim().provision("eve@acme.test");
        let begun = gate.acme.begin(&mut gate.acme.browser());
        let response = answering(gate, "eve@acme.test", &begun);
        let mut victim = gate.acme.browser();
        gate.acme.begin(&mut victim);
        let page = post_from_okta(&gate.acme, &mut victim, &response, &begun.relay_state).expect(403);
        let refused = post_again(gate, &mut victim, &page).expect(403);
        assert!(!refused.body.contains("<form"), "{refused:?}");
        assert_eq!(gate.last_failed_login().0, "browser");
        assert!(victim.session().is_none());
    }
}

#[test]
fn a_response_is_posted_again_once_only() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let begun = gate.acme.begin(&mut gate.acme.browser());
    let mut browser = gate.acme.browser();
    let response = answering(&gate, "ann@acme.test", &begun);
    let page = post_from_okta(&gate.acme, &mut browser, &response, &begun.relay_state).expect(403);
    let fields = page.form_fields();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // A browser that hides its origin: the mark in the form is enough.
    let refused = browser.post_form_from("null", &gate.acme.path("acs"), &fields).expect(403);
    assert!(!refused.body.contains("<form"), "{refused:?}");
    assert_eq!(gate.last_failed_login().0, "browser");
}

/// A page that posts what it is given again would otherwise work for anybody's forgery.
#[test]
fn only_a_response_that_passes_its_checks_gets_the_page() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin(&mut browser);
    let mut elsewhere = browser.keeping_its_cookies_back();
    let made_up = gate.acme.sign(&gate.acme.response_for("ann@acme.test").answering("_made-up"));
    for (response, check) in [(made_up.as_str(), "in_response_to"), ("Z2FyYmFnZQ==", "malformed_xml")] {
        let refused = post_from_okta(&gate.acme, &mut elsewhere, response, &begun.relay_state).expect(403);
        assert!(!refused.body.contains("<form"), "{refused:?}");
        assert_eq!(gate.last_failed_login().0, check);
    }
    let response = answering(&gate, "ann@acme.test", &begun);
    gate.acme.post(&mut browser, &response, &begun.relay_state).expect(303);
    let replayed = post_from_okta(&gate.acme, &mut elsewhere, &response, &begun.relay_state).expect(403);
    assert!(!replayed.body.contains("<form"), "{replayed:?}");
}

#[test]
fn the_page_may_do_nothing_but_post_its_form() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let begun = gate.acme.begin(&mut gate.acme.browser());
    let mut browser = gate.acme.browser();
    let response = answering(&gate, "ann@acme.test", &begun);
    let page = post_from_okta(&gate.acme, &mut browser, &response, "\"><script>alert(1)</script>").expect(403);
    assert_eq!(page.body.matches("<script>").count(), 1, "{}", page.body);
    assert_eq!(page.form_fields()[1], ("RelayState", "\"><script>alert(1)</script>".to_owned()));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.ends_with("; form-action https: http:"), "{policy}");
    assert_eq!((page.header("x-frame-options"), page.header("cache-control")), ("DENY", "no-store"));
}

/// What the browser had before is not sent along either: the page asks for it, so that the earlier session ends.
#[test]
fn a_tile_over_plain_http_ends_the_session_that_the_browser_had() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("idp_initiated", "allow")]);
    gate.acme.scim().provision("ann@acme.test");
    let mut former = gate.acme.signed_in("ann@acme.test");
    let mut browser = former.with_the_same_cookies();
    let mut elsewhere = browser.keeping_its_cookies_back();
    let page = post_from_okta(&gate.acme, &mut elsewhere, &unsolicited(&gate, "ann@acme.test"), "/x").expect(403);
    assert_eq!(post_again(&gate, &mut browser, &page).expect(303).location(), "/x");
    assert!(browser.session().is_some() && former.session().is_none());
}

/// A browser that never sends a cookie with another site's post would go round for ever.
#[test]
fn the_loop_of_unsolicited_answers_ends_although_cookies_are_kept_back() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let tile = |browser: &mut Browser| {
        let mut elsewhere = browser.keeping_its_cookies_back();
        let response = unsolicited(&gate, "ann@acme.test");
        let page = post_from_okta(&gate.acme, &mut elsewhere, &response, "").expect(403);
        post_again(&gate, browser, &page)
    };
    tile(&mut browser).expect(303);
    gate.acme.begin(&mut browser);
    tile(&mut browser).expect(403);
    assert_eq!(gate.last_failed_login().0, "unsolicited");
}

#[test]
fn under_https_cookies_cross_sites_and_a_tile_needs_no_second_post() {
    let gate = Gate::with_settings("server.base_url = 'https://gate.test'");
    gate.set_policy(&[("idp_initiated", "allow")]);
    Scim::new(&gate.base_url, &gate.acme.scim_token).provision("ann@acme.test");
    let mut browser = Browser::new(&gate.base_url);
    let begun = browser.get("/saml/acme/login").expect(302);
    assert_eq!(begun.set_cookies().len(), 2);
    for cookie in begun.set_cookies() {
        assert!(cookie.starts_with("__Host-gatehouse-") && cookie.contains("; Path=/"), "{cookie}");
        assert!(["HttpOnly", "Secure", "SameSite=None"].iter().all(|part| cookie.contains(part)), "{cookie}");
    }
    let mut fresh = Browser::new(&gate.base_url);
    let answer = post_from_okta(&gate.acme, &mut fresh, &unsolicited(&gate, "ann@acme.test"), "").expect(303);
    let session = answer.set_cookies().into_iter().find(|cookie| cookie.starts_with("__Host-gatehouse=")).unwrap();
    assert!(session.contains("Secure") && session.contains("SameSite=Lax"), "{session}");
}
