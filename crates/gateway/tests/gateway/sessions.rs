//! How long a session lives, and what ends it before its time.

use chrono::Duration;
use domain::command::Command;

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
