//! A response signs in once, and only the browser that asked for it.

use std::thread;

use simulator::{ResponseParameters, Signed};

use crate::gate::Gate;

on_both_databases! {
    /// A replay: whoever gets hold of a response (a proxy's log, a shared computer's history) posts it again.
    fn a_response_signs_in_once(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        let begun = gate.acme.begin(&mut browser);
        let mut replaying = browser.with_the_same_cookies();
        let response = gate.acme.sign(&gate.acme.response_for("ann@acme.test").answering(&begun.request_id));
        gate.acme.post(&mut browser, &response, &begun.relay_state).expect(303);
        let replayed = gate.acme.post(&mut replaying, &response, &begun.relay_state).expect(403);
        assert!(!replayed.sets_session());
        assert_eq!(gate.last_failed_login().0, "in_response_to");
        assert!(browser.session().is_some());
    }

    /// The same at the same moment: every check passes for all of them, so only the commit can tell them apart.
    fn twenty_parallel_posts_of_one_response_give_one_session(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        let begun = gate.acme.begin(&mut browser);
        let response = gate.acme.sign(&gate.acme.response_for("ann@acme.test").answering(&begun.request_id));
        let statuses: Vec<(u16, bool)> = thread::scope(|scope| {
            let post = || {
                let mut browser = browser.with_the_same_cookies();
                let (acme, response, relay_state) = (&gate.acme, &response, &begun.relay_state);
                scope.spawn(move || {
                    let answer = acme.post(&mut browser, response, relay_state);
                    (answer.status, browser.session().is_some())
                })
            };
            let posts: Vec<_> = (0..20).map(|_| post()).collect();
            posts.into_iter().map(|post| post.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|outcome| **outcome == (303, true)).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|outcome| **outcome == (403, false)).count(), 19, "{statuses:?}");
        assert_eq!(gate.audit("login.succeeded").len(), 1);
        assert_eq!(gate.audit("login.failed").len(), 19);
    }

    /// Denial of service: a forged response that names the victim's request must not use that request up.
    fn a_forged_response_burns_nothing(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        let begun = gate.acme.begin(&mut browser);
        let genuine = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
        let xml = gate.acme.provider.response(&genuine).unwrap().replace("ann@acme.test", "eve@acme.test");
        let altered = base64(&xml);
        gate.acme.post(&mut browser, &altered, &begun.relay_state).expect(403);
        assert_eq!(gate.last_failed_login().0, "digest_mismatch");
        let unsigned = gate.acme.sign(&ResponseParameters { signed: Signed::Nothing, ..genuine.clone() });
        gate.acme.post(&mut browser, &unsigned, &begun.relay_state).expect(403);
        assert_eq!(gate.last_failed_login().0, "unsigned");
        gate.acme.post(&mut browser, &gate.acme.sign(&genuine), &begun.relay_state).expect(303);
        assert!(browser.session().is_some());
    }
}

/// Login CSRF: a stranger posts a response of their own into somebody's browser, so that the victim works in the
/// stranger's account.
#[test]
fn a_response_is_taken_only_from_the_browser_that_asked_for_it() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("eve@acme.test");
    let mut eve = gate.acme.browser();
    let begun = gate.acme.begin(&mut eve);
    let response = gate.acme.sign(&gate.acme.response_for("eve@acme.test").answering(&begun.request_id));

    let mut without_cookies = gate.acme.browser();
    assert!(!gate.acme.post(&mut without_cookies, &response, &begun.relay_state).expect(403).sets_session());
    assert_eq!(gate.last_failed_login().0, "browser");
    let mut with_a_login_of_its_own = gate.acme.browser();
    gate.acme.begin(&mut with_a_login_of_its_own);
    gate.acme.post(&mut with_a_login_of_its_own, &response, &begun.relay_state).expect(403);
    assert!(with_a_login_of_its_own.session().is_none());

    gate.acme.post(&mut eve, &response, &begun.relay_state).expect(303);
}

#[test]
fn two_logins_of_one_browser_do_not_disturb_each_other() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let (first, second) = (gate.acme.begin(&mut browser), gate.acme.begin(&mut browser));
    for begun in [first, second] {
        let response = gate.acme.sign(&gate.acme.response_for("ann@acme.test").answering(&begun.request_id));
        gate.acme.post(&mut browser, &response, &begun.relay_state).expect(303);
    }
    assert!(browser.session().is_some());
}

/// A new response with the id of an old assertion is the old assertion as far as anybody can prove.
#[test]
fn an_assertion_id_is_used_once_even_for_another_request() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let answering = |browser: &mut _| {
        let begun = gate.acme.begin(browser);
        let response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
        let response = ResponseParameters { assertion_id: "_the-same".to_owned(), ..response };
        gate.acme.post(browser, &gate.acme.sign(&response), &begun.relay_state)
    };
    answering(&mut browser).expect(303);
    answering(&mut browser).expect(403);
    assert_eq!(gate.last_failed_login().0, "already_used");
}

#[test]
fn a_request_is_answered_within_half_an_hour_or_not_at_all() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin(&mut browser);
    gate.advance(chrono::Duration::minutes(30));
    let response = gate.acme.sign(&gate.acme.response_for("ann@acme.test").answering(&begun.request_id));
    gate.acme.post(&mut browser, &response, &begun.relay_state).expect(403);
    assert_eq!(gate.last_failed_login().0, "in_response_to");
}

fn base64(xml: &str) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(xml)
}
