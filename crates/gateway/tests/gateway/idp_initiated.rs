//! Logins that begin at the identity provider: the dashboard's tile, a response that nobody asked for.

use url::Url;

use crate::gate::Gate;

on_both_databases! {
    fn under_bounce_a_tile_leads_to_a_login_of_our_own(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        let unsolicited = gate.acme.sign(&gate.acme.response_for("ann@acme.test"));
        let bounced = gate.acme.post(&mut browser, &unsolicited, "/reports?month=5").expect(303);
        assert!(!bounced.sets_session());
        let login = Url::parse(bounced.location()).unwrap();
        assert_eq!((login.path(), login.query()), ("/saml/acme/login", Some("return_to=%2Freports%3Fmonth%3D5")));

        let begun = gate.acme.begin_at(&mut browser, &format!("{}?{}", login.path(), login.query().unwrap()));
        let response = gate.acme.sign(&gate.acme.response_for("ann@acme.test").answering(&begun.request_id));
        let answer = gate.acme.post(&mut browser, &response, &begun.relay_state).expect(303);
        assert_eq!(answer.location(), "/reports?month=5");
        assert!(browser.session().is_some());
    }

    /// A replay of an unsolicited response has no request that could be used up: the assertion's id is.
    fn under_allow_a_tile_signs_in_once(gate: &Gate) {
        gate.set_policy(&[("idp_initiated", "allow")]);
        gate.acme.scim().provision("ann@acme.test");
        let unsolicited = gate.acme.sign(&gate.acme.response_for("ann@acme.test"));
        let mut browser = gate.acme.browser();
        gate.acme.post(&mut browser, &unsolicited, "").expect(303);
        assert!(browser.session().is_some());
        let mut replaying = gate.acme.browser();
        gate.acme.post(&mut replaying, &unsolicited, "").expect(403);
        assert!(replaying.session().is_none());
        assert_eq!(gate.last_failed_login().0, "already_used");
    }
}

#[test]
fn a_bounced_response_creates_and_changes_nothing() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("jit", "everyone")]);
    gate.acme.post(&mut gate.acme.browser(), &gate.acme.sign(&gate.acme.response_for("ann@acme.test")), "").expect(303);
    assert!(gate.find_person("ann@acme.test").is_none());
    assert!(gate.audit("login.succeeded").is_empty());
}

/// An identity provider that answers our own request with an unsolicited response would send the browser round for
/// ever.
#[test]
fn a_second_unsolicited_response_within_a_minute_ends_the_loop() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let unsolicited = || gate.acme.sign(&gate.acme.response_for("ann@acme.test"));
    let first = gate.acme.post(&mut browser, &unsolicited(), "").expect(303);
    let remembered = first.set_cookies()[0];
    assert!(remembered.contains("Max-Age=60") && remembered.contains("HttpOnly"), "{remembered}");
    gate.acme.begin(&mut browser);
    gate.acme.post(&mut browser, &unsolicited(), "").expect(403);
    assert_eq!(gate.last_failed_login().0, "unsolicited");
    assert!(browser.session().is_none());
}

#[test]
fn after_a_login_the_next_tile_bounces_again() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    for _ in 0..2 {
        let unsolicited = gate.acme.sign(&gate.acme.response_for("ann@acme.test"));
        gate.acme.post(&mut browser, &unsolicited, "").expect(303);
        gate.acme.sign_in(&mut browser, "ann@acme.test").expect(303);
    }
}

/// A RelayState of a stranger's choice is an open redirect: a path here or an origin that the policy names, no other.
#[test]
fn under_allow_the_relay_state_leads_to_us_or_to_the_application_only() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("idp_initiated", "allow"), ("start_url", "https://app.acme.test/home")]);
    gate.acme.scim().provision("ann@acme.test");
    let ours = format!("{}/session", gate.base_url);
    let led = [
        ("/reports", "/reports"),
        ("https://app.acme.test/x?y=z", "https://app.acme.test/x?y=z"),
        (ours.as_str(), ours.as_str()),
        ("https://evil.test/", "https://app.acme.test/home"),
        ("//evil.test", "https://app.acme.test/home"),
        ("https://app.acme.test@evil.test", "https://app.acme.test/home"),
        ("", "https://app.acme.test/home"),
    ];
    for (relay_state, to) in led {
        let mut browser = gate.acme.browser();
        let unsolicited = gate.acme.sign(&gate.acme.response_for("ann@acme.test"));
        let answer = gate.acme.post(&mut browser, &unsolicited, relay_state).expect(303);
        assert_eq!(answer.location(), to, "{relay_state:?}");
        assert!(browser.session().is_some());
    }
}

#[test]
fn under_refuse_a_tile_ends_at_a_page() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("idp_initiated", "refuse")]);
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let answer =
        gate.acme.post(&mut browser, &gate.acme.sign(&gate.acme.response_for("ann@acme.test")), "").expect(403);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(gate.last_failed_login().0, "unsolicited");
    gate.acme.sign_in(&mut browser, "ann@acme.test").expect(303);
}

/// A response whose InResponseTo names no request of ours is none that we asked for, whatever the policy allows.
#[test]
fn a_made_up_in_response_to_is_refused_even_under_allow() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("idp_initiated", "allow")]);
    gate.acme.scim().provision("ann@acme.test");
    let response = gate.acme.response_for("ann@acme.test").answering("_made-up");
    gate.acme.post(&mut gate.acme.browser(), &gate.acme.sign(&response), "").expect(403);
    assert_eq!(gate.last_failed_login().0, "in_response_to");
}
