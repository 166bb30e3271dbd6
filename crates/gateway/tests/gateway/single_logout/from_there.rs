//! Logouts that begin at the identity provider.

use serde_json::json;
use simulator::LogoutRequestParameters;

use super::{ANN, BOB, SUCCESS, is_signed_in, prepare, xml};
use crate::common::logout::{BINDINGS, RELAY_STATE, sent};
use crate::gate::Gate;

on_both_databases! {
    fn a_request_ends_every_session_of_the_person_and_nobody_elses(gate: &Gate) {
        prepare(gate);
        for binding in BINDINGS {
            let mut anns = [gate.acme.signed_in(ANN), gate.acme.signed_in(ANN)];
            let mut bobs = gate.acme.signed_in(BOB);
            let request = gate.acme.logout_of(ANN);
            // The identity provider's page posts it, and the browser keeps the session's cookie back.
            let mut elsewhere = anns[0].coming_from_another_site();
            let answer = gate.acme.ask(&mut elsewhere, binding, &xml(gate, &request));
            assert!(anns.iter_mut().all(|browser| !is_signed_in(browser)) && is_signed_in(&mut bobs), "{binding}");

            let answer = sent(&answer);
            assert_eq!(answer.message.kind, "LogoutResponse");
            assert_eq!(answer.message.in_response_to, Some(request.id.clone()));
            assert_eq!(answer.message.status.as_deref(), Some(SUCCESS));
            assert_eq!(answer.message.destination, Some(gate.acme.provider.slo_url()));
            assert_eq!((answer.to, answer.relay_state.as_deref()), (gate.acme.provider.slo_url(), Some(RELAY_STATE)));

            let told = gate.audit("session.ended");
            let told: Vec<_> = told.iter().rev().take(2).collect();
            for entry in told {
                let (issuer, id) = (gate.acme.provider.entity_id(), &request.id);
                assert_eq!(entry.after, Some(json!({ "reason": "single logout", "request": id })));
                assert_eq!(entry.actor, json!({ "type": "logout_message", "issuer": issuer, "id": id }));
                assert_eq!((entry.subject["name"].as_str(), entry.source.as_str()), (Some(ANN), "saml_auto_sync"));
            }
        }
        assert_eq!(gate.audit("session.ended").len(), 4);
    }

    fn a_session_index_ends_that_session_alone(gate: &Gate) {
        prepare(gate);
        for binding in BINDINGS {
            let (mut first, mut second) = (gate.acme.browser(), gate.acme.browser());
            let begun = gate.acme.begin(&mut first);
            let response = gate.acme.response_for(ANN).answering(&begun.request_id);
            gate.acme.post(&mut first, &gate.acme.sign(&response), &begun.relay_state).expect(303);
            gate.acme.sign_in(&mut second, ANN).expect(303);
            // The simulator, like Okta, takes the request's id as its session's name.
            let indexes = vec!["_another".to_owned(), begun.request_id.clone()];
            let request = LogoutRequestParameters { session_indexes: indexes, ..gate.acme.logout_of(ANN) };
            sent(&gate.acme.ask(&mut gate.acme.browser(), binding, &xml(gate, &request)));
            assert_eq!((is_signed_in(&mut first), is_signed_in(&mut second)), (false, true), "{binding}");
        }
    }

    fn a_request_that_means_nobody_succeeds_all_the_same(gate: &Gate) {
        prepare(gate);
        let mut ann = gate.acme.signed_in(ANN);
        let unknown = LogoutRequestParameters { session_indexes: vec!["_x".to_owned()], ..gate.acme.logout_of(ANN) };
        for request in [gate.acme.logout_of("nobody@acme.test"), unknown] {
            let answer = gate.acme.ask(&mut gate.acme.browser(), "HTTP-Redirect", &xml(gate, &request));
            assert_eq!(sent(&answer).message.status.as_deref(), Some(SUCCESS));
        }
        assert!(is_signed_in(&mut ann));
        assert!(gate.audit("session.ended").is_empty());
    }

    /// Whoever has seen a request could otherwise sign its person out again and again, for as long as it is fresh.
    fn a_copy_of_a_request_ends_no_session_that_has_begun_since(gate: &Gate) {
        prepare(gate);
        for binding in BINDINGS {
            let mut former = gate.acme.signed_in(ANN);
            let request = xml(gate, &gate.acme.logout_of(ANN));
            sent(&gate.acme.ask(&mut gate.acme.browser(), binding, &request));
            assert!(!is_signed_in(&mut former));
            let mut since = gate.acme.signed_in(ANN);
            let again = sent(&gate.acme.ask(&mut gate.acme.browser(), binding, &request));
            assert_eq!(again.message.status.as_deref(), Some(SUCCESS), "what it meant is over");
            assert!(is_signed_in(&mut since), "{binding}");
        }
    }

    /// SAML core 3.7.3.1: an assertion that a logout has overtaken on its way through the browser.
    fn an_assertion_of_a_session_that_ended_there_begins_none_here(gate: &Gate) {
        prepare(gate);
        let (mut late, mut other) = (gate.acme.browser(), gate.acme.browser());
        let begun = gate.acme.begin(&mut late);
        let response = gate.acme.sign(&gate.acme.response_for(ANN).answering(&begun.request_id));
        let indexes = vec![begun.request_id.clone()];
        let request = LogoutRequestParameters { session_indexes: indexes, ..gate.acme.logout_of(ANN) };
        sent(&gate.acme.ask(&mut gate.acme.browser(), "HTTP-POST", &xml(gate, &request)));
        gate.acme.post(&mut late, &response, &begun.relay_state).expect(403);
        assert_eq!(gate.last_failed_login().0, "logged_out");
        gate.acme.sign_in(&mut other, ANN).expect(303);
    }

    /// One identity provider serves two workspaces: a message is for one of them.
    fn a_request_ends_sessions_of_its_own_workspace_only(gate: &Gate) {
        prepare(gate);
        let globex = gate.add_workspace("globex");
        globex.scim().provision(ANN);
        let (mut here, mut there) = (gate.acme.signed_in(ANN), globex.signed_in(ANN));
        sent(&gate.acme.ask(&mut gate.acme.browser(), "HTTP-Redirect", &xml(gate, &gate.acme.logout_of(ANN))));
        assert_eq!((is_signed_in(&mut here), is_signed_in(&mut there)), (false, true));
    }
}

/// The cookie goes with the session that it names, and stays where the message did not mean that one.
#[test]
fn the_cookie_of_a_session_that_is_over_is_removed_where_it_comes_along() {
    let gate = Gate::on_sqlite();
    prepare(&gate);
    let (mut ann, mut bob) = (gate.acme.signed_in(ANN), gate.acme.signed_in(BOB));
    let request = xml(&gate, &gate.acme.logout_of(ANN));
    gate.acme.ask(&mut bob, "HTTP-Redirect", &request);
    assert!(is_signed_in(&mut bob), "a logout of Ann's in Bob's browser");
    gate.acme.ask(&mut ann, "HTTP-Redirect", &request);
    assert_eq!(ann.cookie_names(), ["gatehouse-browser"]);
}

#[test]
fn where_only_posts_are_taken_the_answer_is_a_form() {
    let gate = Gate::on_sqlite();
    prepare(&gate);
    gate.set_metadata(&gate.acme.metadata_with_logout(&["HTTP-POST"]));
    let mut ann = gate.acme.signed_in(ANN);
    let answer = gate.acme.ask(&mut ann, "HTTP-POST", &xml(&gate, &gate.acme.logout_of(ANN))).expect(200);
    assert_eq!(answer.form_action(), gate.acme.provider.slo_url());
    let answer = sent(&answer);
    assert_eq!((answer.message.status.as_deref(), answer.relay_state.as_deref()), (Some(SUCCESS), Some(RELAY_STATE)));
    assert!(!is_signed_in(&mut ann));
}

#[test]
fn where_no_answer_is_taken_the_person_gets_a_page() {
    let gate = Gate::on_sqlite();
    prepare(&gate);
    gate.set_metadata(&gate.acme.provider.metadata());
    let mut ann = gate.acme.signed_in(ANN);
    let answer = gate.acme.ask(&mut ann, "HTTP-POST", &xml(&gate, &gate.acme.logout_of(ANN))).expect(200);
    assert!(answer.body.contains("<h1>Signed out</h1>"), "{answer:?}");
    assert!(!is_signed_in(&mut ann));
}

/// Some products leave out what goes without saying, and others don't.
#[test]
fn qualifiers_that_say_what_is_usual_are_no_other_name() {
    let gate = Gate::on_sqlite();
    prepare(&gate);
    let mut ann = gate.acme.signed_in(ANN);
    let request = xml(&gate, &gate.acme.logout_of(ANN));
    let qualified = |provider: &str, service: &str| {
        let qualifiers = format!("NameQualifier=\"{provider}\" SPNameQualifier=\"{service}\" Format=");
        request.replace("Format=", &qualifiers)
    };
    let us = format!("{}/saml/acme/metadata", gate.base_url);
    gate.acme.ask(&mut gate.acme.browser(), "HTTP-Redirect", &qualified("urn:other", &us));
    assert!(is_signed_in(&mut ann), "a name of another provider's");
    let usual = qualified(&gate.acme.provider.entity_id(), &us).replace(" ID=\"", " ID=\"_");
    gate.acme.ask(&mut gate.acme.browser(), "HTTP-Redirect", &usual);
    assert!(!is_signed_in(&mut ann));
}
