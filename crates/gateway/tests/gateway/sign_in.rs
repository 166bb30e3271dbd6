//! A login that begins at the gateway (SP-initiated), from the first redirect to the session.

use serde_json::json;
use simulator::SamlAttribute;
use url::Url;

use crate::common::provider::{groups, role};
use crate::gate::Gate;

on_both_databases! {
    fn a_login_ends_at_a_session_that_says_what_the_person_may_do(gate: &Gate) {
        gate.add_group("Finance");
        gate.add_group("Operations");
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        let roles = [role("Environment admin"), SamlAttribute::new("workato_role_prod", &["NoAccess"])];
        let said = roles.into_iter().chain([groups(&["Operations", "Finance"])]).collect();
        let answer = gate.acme.sign_in_with(&mut browser, "ann@acme.test", said).expect(303);
        assert_eq!(answer.location(), "/session");

        let mut session = browser.session().unwrap();
        let id = gate.person("ann@acme.test").id;
        let token = session.as_object_mut().unwrap().remove("access_token").unwrap();
        assert_eq!(token.as_str().unwrap().split('.').count(), 3);
        assert_eq!(
            session,
            json!({
                "workspace": "acme",
                "user": { "id": id, "userName": "ann@acme.test", "displayName": "Ann Lee" },
                "status": "active",
                "roles": { "dev": "Environment admin", "test": "Member", "prod": "No access" },
                "groups": ["All collaborators", "Finance", "Operations"],
                "authenticated_at": "2026-11-22T10:00:00Z",
                "expires_at": "2026-11-22T22:00:00Z",
            })
        );
        let kinds = ["invitation.accepted", "access.changed", "login.succeeded"];
        assert!(kinds.iter().all(|kind| gate.audit(kind)[0].subject["id"] == json!(id)));
    }

    fn signing_in_again_finds_the_same_person_and_the_new_roles(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.signed_in("ann@acme.test");
        let before = browser.session().unwrap();
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Environment admin")]).expect(303);
        let after = browser.session().unwrap();
        assert_eq!(before["user"]["id"], after["user"]["id"]);
        assert_eq!((before["roles"]["dev"].as_str(), after["roles"]["dev"].as_str()),
            (Some("Member"), Some("Environment admin")));
    }
}

#[test]
fn the_identity_provider_gets_a_request_that_nobody_can_guess_and_a_relay_state_that_says_nothing() {
    let gate = Gate::on_sqlite();
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin_at(&mut browser, "/saml/acme/login?return_to=/reports/7");
    assert!(begun.redirect.as_str().starts_with(&gate.acme.provider.sso_url()));
    let digits = begun.request_id.strip_prefix('_').unwrap();
    assert!(digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{}", begun.request_id);
    assert!(!begun.redirect.as_str().contains("reports"), "{}", begun.redirect);
    // SAML bindings §3.4.3: at most 80 bytes.
    assert!(begun.relay_state.len() <= 80);
    let other = gate.acme.begin(&mut browser);
    assert_ne!((begun.request_id, begun.relay_state), (other.request_id, other.relay_state));
}

#[test]
fn the_session_cookie_is_kept_from_scripts_and_from_other_sites() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let answer = gate.acme.sign_in(&mut browser, "ann@acme.test").expect(303);
    let cookies = answer.set_cookies();
    let session = cookies.iter().find(|cookie| cookie.starts_with("gatehouse=")).unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(session.split("; ").any(|part| part == attribute), "{attribute} is missing in {session}");
    }
    // Contract §11: `Secure` would keep browsers from sending it over plain http.
    assert!(!session.contains("Secure") && !session.contains("Domain"), "{session}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let left = ["gatehouse", "gatehouse-browser"];
    assert_eq!(browser.cookie_names(), left, "the cookie of the login itself is removed");
}

#[test]
fn a_login_leads_where_it_was_asked_to() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let lands_at = |login: &str| {
        let mut browser = gate.acme.browser();
        let begun = gate.acme.begin_at(&mut browser, login);
        let response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
        let answer = gate.acme.post(&mut browser, &gate.acme.sign(&response), &begun.relay_state).expect(303);
        assert!(browser.session().is_some());
        answer.location().to_owned()
    };
    assert_eq!(lands_at("/saml/acme/login?return_to=%2Freports%2F7%3Fa%3Db%26c"), "/reports/7?a=b&c");
    assert_eq!(lands_at("/saml/acme/login"), "/session");
    gate.set_policy(&[("start_url", "https://app.acme.test/home")]);
    assert_eq!(lands_at("/saml/acme/login"), "https://app.acme.test/home");
}

/// An open redirect: a link to our login that ends at a page of the attacker's, who then asks for a password.
#[test]
fn a_login_never_leads_to_another_host() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    for evil in ["https://evil.test", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/a%0d%0aSet-Cookie:x=1"] {
        let mut browser = gate.acme.browser();
        let query = Url::parse_with_params("http://gate/saml/acme/login", [("return_to", evil)]).unwrap();
        let begun = gate.acme.begin_at(&mut browser, &format!("/saml/acme/login?{}", query.query().unwrap()));
        let response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
        let answer = gate.acme.post(&mut browser, &gate.acme.sign(&response), &begun.relay_state).expect(303);
        let harmless = ["/session", "/a%0d%0aSet-Cookie:x=1"];
        assert!(harmless.contains(&answer.location()), "{evil} led to {}", answer.location());
        assert!(answer.set_cookies().iter().all(|cookie| cookie.starts_with("gatehouse")));
    }
}

/// Somebody changes the RelayState on its way, to have the victim land elsewhere after a real login.
#[test]
fn a_relay_state_that_is_not_ours_leads_to_the_start_page_and_the_login_succeeds() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    for relay_state in ["https://evil.test/", "/elsewhere", "", "0"] {
        let mut browser = gate.acme.browser();
        let begun = gate.acme.begin_at(&mut browser, "/saml/acme/login?return_to=/reports");
        let response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
        let answer = gate.acme.post(&mut browser, &gate.acme.sign(&response), relay_state).expect(303);
        assert_eq!(answer.location(), "/session", "{relay_state:?}");
        assert!(browser.session().is_some());
    }
}

/// A foreign page can make a browser post a form, but cannot choose the Origin that the browser sends along.
#[test]
fn only_our_own_pages_can_sign_somebody_out() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.signed_in("ann@acme.test");
    browser.log_out_from("https://evil.test").expect(403);
    browser.log_out_from("null").expect(403);
    browser.send("POST", "/logout", &[], None).expect(403);
    assert!(browser.session().is_some());

    let mut thief = browser.with_the_same_cookies();
    browser.log_out_from(&gate.base_url).expect(200);
    assert!(browser.session().is_none());
    assert_eq!(browser.cookie_names(), ["gatehouse-browser"], "what tells browsers apart stays");
    assert!(thief.session().is_none(), "the session itself has ended, not only its cookie");
    assert_eq!(gate.audit("session.ended").len(), 1);
}

#[test]
fn nobody_is_signed_in_without_a_login() {
    let gate = Gate::on_sqlite();
    let mut browser = gate.acme.browser();
    assert!(browser.session().is_none());
    let forged = browser.send("GET", "/session", &[("cookie", "gatehouse=0123456789")], None).expect(401);
    assert_eq!(forged.json()["error"], "no live session");
    browser.get("/saml/nowhere/login").expect(404);
}
