//! Test logins: every check of a login and the access that it would give, but nobody is signed in and nothing is changed.

use chrono::Duration;
use saml_acs::tracer::{Attempt, CheckResult, Outcome, Stage};
use serde_json::json;
use simulator::{IdentityProvider, ResponseParameters, SamlAttribute};

use crate::common::answer::Answer;
use crate::common::browser::Browser;
use crate::common::provider::{Begun, groups, role};
use crate::gate::{Gate, ten_o_clock};
use crate::providers::add_entra;

const ANN: &str = "ann@acme.test";

/// Begins a test login of acme's.
fn begin(gate: &Gate, browser: &mut Browser) -> Begun {
    gate.acme.begin_at(browser, &gate.acme.path("login?test=1"))
}

fn response_to(gate: &Gate, begun: &Begun, name: &str, attributes: Vec<SamlAttribute>) -> ResponseParameters {
    gate.acme.response_for(name).answering(&begun.request_id).with_attributes(attributes)
}

/// A whole test in that browser.
fn test_in(gate: &Gate, browser: &mut Browser, name: &str, attributes: Vec<SamlAttribute>) -> Answer {
    let begun = begin(gate, browser);
    let response = gate.acme.sign(&response_to(gate, &begun, name, attributes));
    gate.acme.post(browser, &response, &begun.relay_state)
}

/// The attempt to whose page in the console the answer leads.
#[track_caller]
fn shown(gate: &Gate, answer: Answer) -> Attempt {
    let answer = answer.expect(303);
    assert!(!answer.sets_session(), "{answer:?}");
    let page = format!("{}/console/acme/connections/tests/", gate.acme.base_url);
    let reference = answer.location().strip_prefix(&page).unwrap_or_else(|| panic!("{answer:?}"));
    assert_eq!(reference, answer.header("x-request-id"));
    let trace = gate.store.find_login_trace(gate.stored(&gate.acme).id, reference).unwrap().unwrap();
    Attempt::read(trace).unwrap()
}

fn failed_check(attempt: &Attempt) -> &str {
    assert_eq!(attempt.end.outcome, Outcome::TestRefused);
    &attempt.end.failed.as_ref().unwrap().check
}

on_both_databases! {
    fn a_test_login_tells_what_access_it_would_give_and_signs_nobody_in(gate: &Gate) {
        gate.add_group("Finance");
        gate.acme.scim().provision(ANN);
        let mut browser = gate.acme.browser();
        let before = gate.person(ANN);
        let said = vec![role("Environment admin"), groups(&["Finance", "everyone"])];
        let attempt = shown(gate, test_in(gate, &mut browser, ANN, said));

        assert_eq!((attempt.end.outcome, attempt.name.as_deref()), (Outcome::Tested, Some(ANN)));
        assert_eq!(attempt.person, Some(before.id.to_string()));
        let access = attempt.story.as_ref().unwrap().access.as_ref().unwrap();
        assert_eq!(access.roles[0].role.as_deref(), Some("Environment admin"));
        assert!(access.groups.iter().any(|group| group.name == "Finance"), "{access:?}");
        assert_eq!(access.ignored, ["everyone: unknown group"]);
        let passed = |stage| move |(row, result): &(&saml_acs::tracer::Check, CheckResult)| {
            row.stage != stage || row.name == "unsolicited" || *result == CheckResult::Passed
        };
        assert!(attempt.timeline().iter().all(passed(Stage::Login)), "the browser and the request were checked");
        assert!(attempt.timeline().iter().all(passed(Stage::Commit)), "both were used up");

        assert!(browser.session().is_none());
        assert_eq!(gate.person(ANN), before, "nothing about the person has changed");
        for kind in ["login.succeeded", "login.failed", "access.changed", "invitation.accepted", "session.ended"] {
            assert!(gate.audit(kind).is_empty(), "{kind}");
        }
        let entry = gate.audit("login.tested").pop().unwrap();
        assert_eq!((&entry.after, &entry.subject["name"]), (&Some(json!({ "result": "passed" })), &json!(ANN)));
        assert_eq!(browser.cookie_names(), ["gatehouse-browser"], "the cookie of the test itself is removed");
    }

    fn whoever_is_new_is_not_made_by_a_test(gate: &Gate) {
        gate.set_policy(&[("jit", "everyone")]);
        let attempt = shown(gate, test_in(gate, &mut gate.acme.browser(), "new@acme.test", vec![role("Member")]));
        assert_eq!((attempt.end.outcome, attempt.name.as_deref()), (Outcome::Tested, Some("new@acme.test")));
        assert_eq!(attempt.person, None);
        assert!(gate.find_person("new@acme.test").is_none());
        assert_eq!(gate.audit("login.tested")[0].subject["type"], "login");
    }

    /// Who sees a test's response on its way must not be able to sign in with it afterwards.
    fn what_was_tested_signs_nobody_in_later(gate: &Gate) {
        gate.acme.scim().provision(ANN);
        let mut browser = gate.acme.browser();
        let begun = begin(gate, &mut browser);
        let mut replaying = browser.with_the_same_cookies();
        let tested = response_to(gate, &begun, ANN, Vec::new());
        let tested = ResponseParameters { assertion_id: "_the-same".to_owned(), ..tested };
        shown(gate, gate.acme.post(&mut browser, &gate.acme.sign(&tested), &begun.relay_state));

        let replayed = gate.acme.post(&mut replaying, &gate.acme.sign(&tested), &begun.relay_state).expect(403);
        assert!(!replayed.sets_session());
        assert_eq!(gate.last_failed_login().0, "in_response_to");
        let real = gate.acme.begin(&mut browser);
        let response = gate.acme.response_for(ANN).answering(&real.request_id);
        let response = ResponseParameters { assertion_id: "_the-same".to_owned(), ..response };
        gate.acme.post(&mut browser, &gate.acme.sign(&response), &real.relay_state).expect(403);
        assert_eq!(gate.last_failed_login().0, "already_used");
        assert!(browser.session().is_none() && replaying.session().is_none());
    }

    /// Counters of refused logins tell of attacks, and of people who can't work: an administrator who tries things is neither.
    fn a_refused_test_is_shown_and_is_no_failed_login(gate: &Gate) {
        gate.acme.scim().provision(ANN);
        let mut browser = gate.acme.browser();
        let begun = begin(gate, &mut browser);
        let good = response_to(gate, &begun, ANN, Vec::new());
        let post = |browser: &mut Browser, response: &str| {
            shown(gate, gate.acme.post(browser, response, &begun.relay_state))
        };
        let misdirected = ResponseParameters { audience: "https://elsewhere.test/".to_owned(), ..good.clone() };
        let attempt = post(&mut browser, &gate.acme.sign(&misdirected));
        assert_eq!(failed_check(&attempt), "audience");
        assert!(attempt.diagnosis().unwrap().fix.contains("Audience URI (SP Entity ID)"));
        let stranger = IdentityProvider::generate("http://evil.test", ten_o_clock()).unwrap();
        let forged = post(&mut browser, &stranger.response_base64(&good).unwrap());
        assert_eq!((failed_check(&forged), forged.is_proven(), &forged.name), ("signature_invalid", false, &None));
        assert_eq!(failed_check(&post(&mut browser, "%%%")), "base64");
        let unknown = gate.acme.sign(&response_to(gate, &begun, "nobody@acme.test", Vec::new()));
        assert_eq!(failed_check(&post(&mut browser, &unknown)), "not_provisioned");

        assert!(gate.audit("login.failed").is_empty());
        let told: Vec<_> = gate.audit("login.tested").into_iter().map(|entry| entry.after.unwrap()).collect();
        assert_eq!(told[0], json!({
            "result": "refused",
            "check": "audience",
            "detail": attempt.diagnosis().unwrap().detail,
        }));
        assert_eq!(told.len(), 4);
        // What fails uses nothing up, so that the test still passes.
        assert_eq!(post(&mut browser, &gate.acme.sign(&good)).end.outcome, Outcome::Tested);
    }

    fn whoever_would_be_held_is_shown_as_held(gate: &Gate) {
        gate.set_policy(&[("invitations", "verify_first")]);
        gate.acme.scim().provision(ANN);
        let attempt = shown(gate, test_in(gate, &mut gate.acme.browser(), ANN, Vec::new()));
        assert_eq!(attempt.end.outcome, Outcome::TestHeld);
        assert_eq!(gate.audit("login.tested")[0].after, Some(json!({ "result": "held" })));
        assert!(gate.audit("login.failed").is_empty(), "the entry of a held login is not written either");
    }
}

/// The session with which the administrator works goes on, though one browser has one session.
#[test]
fn a_session_that_is_open_in_the_browser_stays() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision(ANN);
    gate.acme.scim().provision("bob@acme.test");
    let mut browser = gate.acme.signed_in(ANN);
    shown(&gate, test_in(&gate, &mut browser, "bob@acme.test", Vec::new()));
    assert_eq!(browser.session().unwrap()["user"]["userName"], ANN);
}

/// A stranger's test in somebody else's browser is worth nothing, and so is somebody else's response to it.
#[test]
fn a_response_to_a_test_is_refused_in_another_browser() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision(ANN);
    let mut browser = gate.acme.browser();
    let begun = begin(&gate, &mut browser);
    let response = gate.acme.sign(&response_to(&gate, &begun, ANN, Vec::new()));
    let mut other = gate.acme.browser();
    begin(&gate, &mut other);
    gate.acme.post(&mut other, &response, &begun.relay_state).expect(403);
    assert_eq!(gate.last_failed_login().0, "browser");
    gate.acme.post(&mut other, "%%%", &begun.relay_state).expect(403);
    assert_eq!(gate.last_failed_login().0, "base64", "a failed login, because this browser began no such test");
    assert!(gate.audit("login.tested").is_empty());
    assert_eq!(shown(&gate, gate.acme.post(&mut browser, &response, &begun.relay_state)).end.outcome, Outcome::Tested);
}

/// What is signed says which request is answered; RelayState, which anybody can change on its way, does not.
#[test]
fn a_relay_state_makes_neither_a_test_of_a_login_nor_a_login_of_a_test() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision(ANN);
    let mut browser = gate.acme.browser();
    let (test, real) = (begin(&gate, &mut browser), gate.acme.begin(&mut browser));
    let response = gate.acme.sign(&response_to(&gate, &test, ANN, Vec::new()));
    let tested = shown(&gate, gate.acme.post(&mut browser, &response, &real.relay_state));
    assert_eq!(tested.end.outcome, Outcome::Tested);
    assert!(browser.session().is_none());

    let test = begin(&gate, &mut browser);
    let response = gate.acme.sign(&response_to(&gate, &real, ANN, Vec::new()));
    let answer = gate.acme.post(&mut browser, &response, &test.relay_state).expect(303);
    assert_eq!(answer.location(), "/session");
    assert!(browser.session().is_some());
    let unknown = gate.acme.begin(&mut browser);
    let response = gate.acme.sign(&response_to(&gate, &unknown, "nobody@acme.test", Vec::new()));
    gate.acme.post(&mut browser, &response, &test.relay_state).expect(403);
    assert_eq!(gate.last_failed_login().0, "not_provisioned", "a refused login is no test because RelayState says so");
}

#[test]
fn a_test_is_over_after_half_an_hour_as_every_login_is() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision(ANN);
    let mut browser = gate.acme.browser();
    let begun = begin(&gate, &mut browser);
    gate.advance(Duration::minutes(30));
    let response = gate.acme.sign(&response_to(&gate, &begun, ANN, Vec::new()));
    gate.acme.post(&mut browser, &response, &begun.relay_state).expect(403);
    assert_eq!(gate.last_failed_login().0, "in_response_to");
}

/// On plain HTTP a browser may keep the cookie back, also from a response that is going to be refused.
#[test]
fn a_test_without_its_cookie_is_posted_again_and_then_shown() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision(ANN);
    let mut browser = gate.acme.browser();
    let begun = begin(&gate, &mut browser);
    let fields = [("SAMLResponse", "%%%"), ("RelayState", begun.relay_state.as_str())];
    let mut crossing = browser.keeping_its_cookies_back();
    let page = crossing.post_form_from("http://okta.test", &gate.acme.path("acs"), &fields).expect(403);
    let again = page.form_fields();
    let again: Vec<_> = again.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(again, [fields[0], fields[1], ("Again", "1")]);
    let answer = browser.post_form_from(&gate.base_url, &gate.acme.path("acs"), &again);
    assert_eq!(failed_check(&shown(&gate, answer)), "base64");
    // Without the cookie a second time it is told as any.
    crossing.post_form_from("http://okta.test", &gate.acme.path("acs"), &again).expect(403);
    assert_eq!(gate.last_failed_login().0, "base64");
}

#[test]
fn a_choice_between_identity_providers_stays_a_test() {
    let gate = Gate::on_sqlite();
    add_entra(&gate, domain::connection::AttributeNames::default());
    let page = gate.acme.browser().get(&gate.acme.path("login?test=1")).expect(200);
    assert!(page.body.contains("?idp=entra&#38;test=1\""), "{}", page.body);
    let page = gate.acme.browser().get(&gate.acme.path("login")).expect(200);
    assert!(!page.body.contains("test=1"), "{}", page.body);
}
