//! How long a session lives, and what ends it before its time.

use chrono::Duration;
use domain::command::Command;

use crate::common::provider::Begun;
use crate::gate::Gate;

on_both_databases! {
    fn a_session_of_one_second_ends_after_one_second(gate: &Gate) {
        gate.set_policy(&[("session_lifetime", "1s")]);
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.signed_in("ann@acme.test");
        gate.advance(Duration::milliseconds(999));
        assert!(browser.session().is_some());
        gate.advance(Duration::milliseconds(2));
        assert!(browser.session().is_none());
    }

    fn ending_sessions_ends_those_of_every_browser_and_of_nobody_else(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        gate.acme.scim().provision("bob@acme.test");
        let (mut desk, mut phone) = (gate.acme.signed_in("ann@acme.test"), gate.acme.signed_in("ann@acme.test"));
        let mut bob = gate.acme.signed_in("bob@acme.test");
        gate.administer("ann@acme.test", &Command::EndSessions);
        assert!(desk.session().is_none() && phone.session().is_none());
        assert!(bob.session().is_some());
        gate.acme.sign_in(&mut desk, "ann@acme.test").expect(303);
        assert!(desk.session().is_some() && phone.session().is_none());
    }
}

/// Two tabs: neither login knew of the other's session when it began, and a copy of the first cookie must not live on.
#[test]
fn of_two_logins_begun_in_two_tabs_the_later_session_is_left() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    gate.acme.scim().provision("bob@acme.test");
    let mut browser = gate.acme.browser();
    let (ann, bob) = (gate.acme.begin(&mut browser), gate.acme.begin(&mut browser));
    let finish = |name: &str, begun: &Begun| {
        let response = gate.acme.sign(&gate.acme.response_for(name).answering(&begun.request_id));
        let mut posting = browser.coming_from_another_site();
        gate.acme.post(&mut posting, &response, &begun.relay_state).expect(303);
        posting
    };
    let mut first = finish("ann@acme.test", &ann);
    assert!(first.session().is_some());
    let mut second = finish("bob@acme.test", &bob);
    assert_eq!(second.session().unwrap()["user"]["userName"], "bob@acme.test");
    assert!(first.session().is_none(), "one session a browser");
    assert_eq!(gate.audit("session.ended")[0].subject["name"], "ann@acme.test");
}

/// Both tabs are the browser's first visit: each gets an id of its own, and the browser keeps one of them.
#[test]
fn two_first_tabs_are_one_browser_as_well() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let (mut one, mut other) = (gate.acme.browser(), gate.acme.browser());
    let (first, second) = (gate.acme.begin(&mut one), gate.acme.begin(&mut other));
    let mut browser = one.and_the_cookies_of(&other);
    let mut finish = |begun: &Begun| {
        let response = gate.acme.sign(&gate.acme.response_for("ann@acme.test").answering(&begun.request_id));
        gate.acme.post(&mut browser, &response, &begun.relay_state).expect(303);
        browser.with_the_same_cookies()
    };
    let (mut first, mut second) = (finish(&first), finish(&second));
    assert!(first.session().is_none() && second.session().is_some());
}

/// The id is sent back as a header, so only what we may have written is.
#[test]
fn a_browsers_id_of_somebody_elses_making_is_replaced() {
    let gate = Gate::on_sqlite();
    for made_up in ["", "short", &"x".repeat(4_000), "a%0d%0aSet-Cookie:x=1%0d%0a-------------------------"] {
        let cookie = format!("gatehouse-browser={made_up}");
        let answer = gate.acme.browser().send("GET", "/saml/acme/login", &[("cookie", &cookie)], None).expect(302);
        let cookies = answer.set_cookies();
        let written = cookies.iter().find_map(|cookie| cookie.strip_prefix("gatehouse-browser=")).unwrap();
        assert_eq!(written.split(';').next().unwrap().len(), 43, "{written}");
        assert!(written.contains("Max-Age=34560000") && written.contains("HttpOnly"), "{written}");
    }
}

#[test]
fn two_browsers_have_a_session_each() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let (mut desk, mut phone) = (gate.acme.signed_in("ann@acme.test"), gate.acme.signed_in("ann@acme.test"));
    desk.log_out_from(&gate.base_url).expect(200);
    assert!(desk.session().is_none());
    assert!(phone.session().is_some(), "signing out here leaves the other browser alone");
}

/// A lifetime is fixed when the session begins: shortening the policy later does not lengthen or revive anything.
#[test]
fn a_session_keeps_the_lifetime_it_began_with() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.signed_in("ann@acme.test");
    let expires_at = browser.session().unwrap()["expires_at"].clone();
    gate.set_policy(&[("session_lifetime", "7d")]);
    assert_eq!(browser.session().unwrap()["expires_at"], expires_at);
    gate.advance(Duration::hours(12) + Duration::seconds(1));
    assert!(browser.session().is_none());
}

/// Session fixation: a session planted in the victim's browser before the login must not become the victim's.
#[test]
fn a_login_gives_a_new_secret_whatever_the_browser_brings() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    gate.acme.scim().provision("eve@acme.test");
    let mut eve = gate.acme.signed_in("eve@acme.test");
    let mut victim = eve.with_the_same_cookies();
    gate.acme.sign_in(&mut victim, "ann@acme.test").expect(303);
    assert_eq!(victim.session().unwrap()["user"]["userName"], "ann@acme.test");
    assert!(eve.session().is_none(), "the planted session ended with the victim's login");
}
