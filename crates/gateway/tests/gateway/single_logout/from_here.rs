//! Logouts that begin here.

use serde_json::json;
use simulator::LogoutResponseParameters;

use super::{ANN, is_signed_in, last_refused, prepare};
use crate::common::answer::Answer;
use crate::common::browser::Browser;
use crate::common::logout::{BINDINGS, Sent, sent};
use crate::gate::Gate;

/// Carries the identity provider's answer.
fn answer(gate: &Gate, browser: &mut Browser, binding: &str, response: &LogoutResponseParameters) -> Answer {
    let xml = gate.acme.provider.logout_response(response);
    gate.acme.carry(browser, binding, "SAMLResponse", &xml)
}

fn begin(gate: &Gate, browser: &mut Browser) -> Sent {
    sent(&browser.log_out_from(&gate.base_url))
}

on_both_databases! {
    fn a_logout_ends_the_session_at_once_and_is_passed_on(gate: &Gate) {
        prepare(gate);
        for binding in BINDINGS {
            gate.set_metadata(&gate.acme.metadata_with_logout(&[binding]));
            let mut ann = gate.acme.browser();
            let begun = gate.acme.begin(&mut ann);
            let response = gate.acme.response_for(ANN).answering(&begun.request_id);
            gate.acme.post(&mut ann, &gate.acme.sign(&response), &begun.relay_state).expect(303);
            let mut thief = ann.with_the_same_cookies();
            let Sent { message, to, .. } = begin(gate, &mut ann);
            assert!(!is_signed_in(&mut thief), "whatever becomes of the rest");
            assert_eq!((message.kind.as_str(), to), ("LogoutRequest", gate.acme.provider.slo_url()));
            assert_eq!(message.destination, Some(gate.acme.provider.slo_url()));
            assert_eq!(message.issuer, Some(format!("{}/saml/acme/metadata", gate.base_url)));
            assert_eq!(message.name_id.as_deref(), Some(ANN));
            let format = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
            assert_eq!((message.name_id_format.as_deref(), &message.session_indexes), (Some(format), &vec![begun.request_id]));
            let ended = gate.audit("session.ended").pop().unwrap();
            assert_eq!(ended.after, Some(json!({ "reason": "logout", "request": message.id })));

            let page = answer(gate, &mut ann, binding, &gate.acme.logout_answering(&message)).expect(200);
            assert!(page.body.contains("<h1>Signed out</h1>"), "{page:?}");
            assert_eq!(ann.cookie_names(), ["gatehouse-browser"]);
            let told = gate.audit("logout.completed").pop().unwrap();
            assert_eq!((told.subject["name"].as_str(), told.after), (Some(ANN), Some(json!({ "request": message.id }))));
        }
    }

    fn a_partial_logout_is_told_to_the_person_and_to_the_log(gate: &Gate) {
        prepare(gate);
        let status = |name: &str| format!("urn:oasis:names:tc:SAML:2.0:status:{name}");
        for (binding, top, detail) in [
            ("HTTP-Redirect", "Success", Some("PartialLogout")),
            ("HTTP-POST", "Responder", Some("PartialLogout")),
            ("HTTP-Redirect", "Requester", None),
        ] {
            let mut ann = gate.acme.signed_in(ANN);
            let request = begin(gate, &mut ann).message;
            let response = LogoutResponseParameters {
                status: status(top),
                detail: detail.map(status),
                ..gate.acme.logout_answering(&request)
            };
            let page = answer(gate, &mut ann, binding, &response).expect(200);
            assert!(page.body.contains("<h1>Signed out here</h1>"), "{page:?}");
            assert!(page.body.contains("may still be signed in"), "{page:?}");
            let told = gate.audit("logout.partial").pop().unwrap();
            let codes: Vec<String> = [Some(top), detail].into_iter().flatten().map(status).collect();
            assert_eq!(told.after, Some(json!({ "request": request.id, "status": codes })));
        }
        assert!(gate.audit("logout.completed").is_empty());
    }

    fn an_answer_counts_once_and_in_time(gate: &Gate) {
        prepare(gate);
        let mut ann = gate.acme.signed_in(ANN);
        let first = gate.acme.logout_answering(&begin(gate, &mut ann).message);
        let mut copy = ann.with_the_same_cookies();
        answer(gate, &mut ann, "HTTP-Redirect", &first).expect(200);
        answer(gate, &mut copy, "HTTP-Redirect", &first).expect(403);
        assert_eq!(last_refused(gate), "in_response_to");

        gate.acme.sign_in(&mut ann, ANN).expect(303);
        let request = begin(gate, &mut ann).message;
        gate.advance(chrono::Duration::minutes(30));
        answer(gate, &mut ann, "HTTP-Redirect", &gate.acme.logout_answering(&request)).expect(403);
        assert_eq!(last_refused(gate), "in_response_to");
    }

    /// A stranger's browser would be told that it is signed out, while it is not.
    fn an_answer_is_taken_only_from_the_browser_that_signed_out(gate: &Gate) {
        prepare(gate);
        let (mut ann, mut victim) = (gate.acme.signed_in(ANN), gate.acme.signed_in("bob@acme.test"));
        let response = gate.acme.logout_answering(&begin(gate, &mut ann).message);
        let refused = answer(gate, &mut victim, "HTTP-POST", &response).expect(403);
        assert!(!refused.body.contains("Signed out"), "{refused:?}");
        assert_eq!(last_refused(gate), "browser");
        assert!(is_signed_in(&mut victim));
        answer(gate, &mut ann, "HTTP-POST", &response).expect(200);
    }
}

#[test]
fn an_answer_of_another_workspace_is_refused() {
    let gate = Gate::on_sqlite();
    prepare(&gate);
    let globex = gate.add_workspace("globex");
    let mut ann = gate.acme.signed_in(ANN);
    let response = gate.acme.logout_answering(&begin(&gate, &mut ann).message);
    let destination = format!("{}/saml/globex/slo", gate.base_url);
    let xml = gate.acme.provider.logout_response(&LogoutResponseParameters { destination, ..response });
    globex.carry(&mut ann, "HTTP-Redirect", "SAMLResponse", &xml).expect(403);
    assert!(gate.audit("logout.completed").is_empty());
}

/// The outward contract: whose identity provider signs nobody out gets the page at once.
#[test]
fn without_single_logout_the_session_ends_here_alone() {
    let gate = Gate::on_sqlite();
    prepare(&gate);
    for (metadata, policy) in
        [(gate.acme.provider.metadata(), "on"), (gate.acme.metadata_with_logout(&BINDINGS), "off")]
    {
        gate.set_metadata(&metadata);
        gate.set_policy(&[("single_logout", policy)]);
        let mut ann = gate.acme.signed_in(ANN);
        let page = ann.log_out_from(&gate.base_url).expect(200);
        assert!(page.body.contains("<h1>Signed out</h1>"), "{page:?}");
        assert!(!is_signed_in(&mut ann));
    }
}

/// A script can't follow a redirect to another site: it is told where a page can go on.
#[test]
fn a_script_is_told_where_to_go_on() {
    let gate = Gate::on_sqlite();
    prepare(&gate);
    for header in [("sec-fetch-mode", "cors"), ("accept", "application/json")] {
        let mut ann = gate.acme.signed_in(ANN);
        let headers = [("origin", gate.base_url.as_str()), header];
        let told = ann.send("POST", "/logout", &headers, None).expect(200).json();
        assert_eq!(told["signed_out"], true);
        assert!(told["single_logout"].as_str().unwrap().starts_with(&gate.acme.provider.slo_url()), "{told}");
        assert!(!is_signed_in(&mut ann));
    }
    gate.set_metadata(&gate.acme.metadata_with_logout(&["HTTP-POST"]));
    let mut ann = gate.acme.signed_in(ANN);
    let headers = [("origin", gate.base_url.as_str()), ("sec-fetch-mode", "cors")];
    let told = ann.send("POST", "/logout", &headers, None).expect(200).json();
    assert_eq!(told, json!({ "signed_out": true, "single_logout": null }));
    assert!(!is_signed_in(&mut ann));
}

#[test]
fn a_second_logout_asks_nobody() {
    let gate = Gate::on_sqlite();
    prepare(&gate);
    let mut ann = gate.acme.signed_in(ANN);
    let mut copy = ann.with_the_same_cookies();
    begin(&gate, &mut ann);
    copy.log_out_from(&gate.base_url).expect(200);
    assert_eq!(gate.audit("session.ended").len(), 1);
}
