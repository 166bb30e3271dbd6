//! The login tracer: every attempt is found by the reference that the browser shows, with what went wrong and what to do.

use std::thread;
use std::time::Duration as Pause;

use chrono::Duration;
use domain::command::Command;
use saml_acs::tracer::{Attempt, Outcome, Stage};
use serde_json::{Value, json};
use simulator::IdentityProvider;
use store::TraceFilter;

use crate::common::answer::Answer;
use crate::common::provider::{groups, role};
use crate::gate::{Gate, ten_o_clock};

/// Every attempt, oldest first.
fn attempts(gate: &Gate) -> Vec<Attempt> {
    let acme = gate.stored(&gate.acme).id;
    let traces = gate.store.login_traces(acme, &TraceFilter::default(), 1_000).unwrap();
    traces.into_iter().map(|trace| Attempt::read(trace).unwrap()).collect()
}

/// The attempt of an answer. One that was let in is written beside its answer.
fn attempt(gate: &Gate, answer: &Answer) -> Attempt {
    let reference = answer.header("x-request-id");
    let acme = gate.stored(&gate.acme).id;
    for _ in 0..500 {
        if let Some(trace) = gate.store.find_login_trace(acme, reference).unwrap() {
            return Attempt::read(trace).unwrap();
        }
        thread::sleep(Pause::from_millis(10));
    }
    panic!("nothing is known of {reference}")
}

/// A response for another service.
fn misdirected(gate: &Gate) -> Answer {
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin(&mut browser);
    let mut response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
    response.audience = "https://elsewhere.test/".to_owned();
    gate.acme.post(&mut browser, &gate.acme.sign(&response), &begun.relay_state)
}

on_both_databases! {
    fn a_refused_login_is_explained_to_administrators_and_the_page_tells_the_reference_alone(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let answer = misdirected(gate).expect(403);
        let traced = attempt(gate, &answer);
        let audience = format!("{}/saml/acme/metadata", gate.base_url);
        assert_eq!(traced.reference.as_deref(), Some(answer.reference()));
        assert_eq!(traced.end.outcome, Outcome::Refused);
        let failed = traced.end.failed.clone().unwrap();
        assert_eq!((failed.check.as_str(), failed.stage), ("audience", Some(Stage::Assertion)));
        let diagnosis = traced.diagnosis().unwrap();
        assert_eq!(
            diagnosis.fix,
            format!(
                "The audience is \"https://elsewhere.test/\", expected {audience:?}: in Okta, set “Audience URI (SP Entity ID)” to \
                 {audience}."
            )
        );
        assert_eq!(diagnosis.found.as_deref(), Some("https://elsewhere.test/"));
        assert!(!answer.body.contains("udience") && !answer.body.contains("elsewhere"), "{}", answer.body);
        let (check, entry) = gate.last_failed_login();
        assert_eq!((check.as_str(), entry.request_id.as_deref()), ("audience", traced.reference.as_deref()));
        let told: Vec<_> = entry.after.as_ref().unwrap().as_object().unwrap().keys().cloned().collect();
        assert_eq!(told, ["check", "detail"], "nothing of the tracer's is in the audit log");
    }

    fn a_login_is_told_with_what_it_gave(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        gate.add_group("Finance");
        let mut browser = gate.acme.browser();
        let said = vec![role("environment admin"), groups(&["Finance", "everyone"])];
        let traced = attempt(gate, &gate.acme.sign_in_with(&mut browser, "ann@acme.test", said).expect(303));
        assert_eq!((traced.end.outcome, traced.name.as_deref()), (Outcome::SignedIn, Some("ann@acme.test")));
        assert_eq!(traced.person, Some(gate.person("ann@acme.test").id.to_string()));
        let access = traced.story.unwrap().access.unwrap();
        assert_eq!(access.roles[0].role.as_deref(), Some("Member"));
        assert_eq!(
            access.roles[0].notes,
            ["The assertion said environment admin, which is no role here: did you mean Environment admin?"]
        );
        assert!(access.groups.iter().any(|group| group.name == "Finance"), "{access:?}");
        assert_eq!(access.ignored, ["everyone: unknown group"]);
    }

    fn the_person_is_named_once_a_signature_proves_them(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let ann = gate.person("ann@acme.test").id.to_string();
        gate.administer("ann@acme.test", &Command::Hold);
        let traced = attempt(gate, &gate.acme.sign_in(&mut gate.acme.browser(), "ann@acme.test").expect(403));
        assert_eq!((traced.person, traced.name.as_deref()), (Some(ann), Some("ann@acme.test")));
        assert!(traced.story.unwrap().diagnosis.unwrap().fix.contains("gatehouse collaborator activate --workspace acme"));

        let stranger = IdentityProvider::generate("http://evil.test", ten_o_clock()).unwrap();
        let forged = stranger.response(&gate.acme.response_for("ann@acme.test")).unwrap();
        let answer = gate.acme.post(&mut gate.acme.browser(), &base64(&forged), "");
        let traced = attempt(gate, &answer.expect(403));
        assert_eq!((&traced.person, &traced.name, traced.is_proven()), (&None, &None, false));
        let told = traced.json();
        assert_eq!((&told["check"], &told["user"], &told["proven"]), (&json!("signature_invalid"), &Value::Null, &json!(false)));
        assert_eq!(told["issuer"], stranger.entity_id(), "as the message says");
        let fix = told["fix"].as_str().unwrap();
        assert!(fix.starts_with(&format!("The message says that it is from {:?},", stranger.entity_id())), "{fix}");
        let known = known_fingerprint(gate);
        assert_eq!(told["expected"], known);
        assert!(told["found"].is_string() && told["found"] != known, "{told}");
    }
}

#[test]
fn what_neither_signs_in_nor_fails_is_told_as_well() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let unsolicited = gate.acme.sign(&gate.acme.response_for("ann@acme.test"));
    let bounced = attempt(&gate, &gate.acme.post(&mut browser, &unsolicited, "").expect(303));
    assert_eq!((bounced.end.outcome, bounced.end.unsolicited), (Outcome::Bounced, true));
    let looped = attempt(&gate, &gate.acme.post(&mut browser, &unsolicited, "").expect(403));
    assert_eq!(looped.end.failed.unwrap().check, "unsolicited");

    gate.set_policy(&[("invitations", "verify_first")]);
    let held = attempt(&gate, &gate.acme.sign_in(&mut gate.acme.browser(), "ann@acme.test").expect(403));
    assert_eq!((held.end.outcome, held.name.as_deref()), (Outcome::Held, Some("ann@acme.test")));
}

/// The message is not kept, whatever is in it: only excerpts of what failed.
#[test]
fn nothing_of_a_message_is_kept_but_short_excerpts() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin(&mut browser);
    let mut response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
    response.audience =
        format!("https://elsewhere.test/\u{1b}[31m{}", "x".repeat(100_000)).replace('\u{1b}', "\u{202e}");
    let response = response.with_attributes(vec![role("Secret role"), groups(&["Secret group"])]);
    let answer = gate.acme.post(&mut browser, &gate.acme.sign(&response), &begun.relay_state).expect(403);
    let acme = gate.stored(&gate.acme).id;
    let kept = gate.store.find_login_trace(acme, answer.reference()).unwrap().unwrap().story.unwrap().to_string();
    assert!(kept.len() < 4_096, "{} bytes", kept.len());
    for secret in ["Secret", "SignatureValue", "<saml", "xxxxxxxxxx".repeat(20).as_str()] {
        assert!(!kept.contains(secret), "{secret} is in {kept}");
    }
    let fix = attempt(&gate, &answer).diagnosis().unwrap().fix.clone();
    assert!(!fix.contains('\u{202e}'), "what turns the direction of a text is escaped: {fix}");
}

/// What no signature stands behind anybody can post, and what uses nothing up can be posted again and again with a good response
/// of one's own. Each is bounded for itself, so that neither pushes out what people did.
#[test]
fn a_hostile_flood_does_not_push_out_what_people_did() {
    let gate = Gate::with_settings("saml.traces_kept = 10");
    gate.acme.scim().provision("ann@acme.test");
    let signed_in = gate.acme.sign_in(&mut gate.acme.browser(), "ann@acme.test").expect(303);
    let refused = gate.acme.sign_in(&mut gate.acme.browser(), "stranger@acme.test").expect(403);
    attempt(&gate, &signed_in);
    let mut browser = gate.acme.browser();
    for _ in 0..50 {
        browser.post_form(&gate.acme.path("acs"), &[("SAMLResponse", "Z2FyYmFnZQ==")]).expect(403);
    }
    assert_eq!(attempts(&gate).len(), 12);
    assert_eq!(attempt(&gate, &refused).end.failed.unwrap().check, "not_provisioned");

    let unsolicited = gate.acme.sign(&gate.acme.response_for("ann@acme.test"));
    for _ in 0..15 {
        let fields = [("SAMLResponse", unsolicited.as_str())];
        let again = gate.acme.browser().post_form_from("http://okta.test", &gate.acme.path("acs"), &fields).expect(403);
        assert_eq!(attempt(&gate, &again).end.outcome, Outcome::PostedAgain);
        let bounced = gate.acme.post(&mut gate.acme.browser(), &unsolicited, "").expect(303);
        assert_eq!(attempt(&gate, &bounced).end.outcome, Outcome::Bounced);
    }
    assert_eq!(attempts(&gate).len(), 21);
    assert_eq!(attempt(&gate, &signed_in).end.outcome, Outcome::SignedIn);
}

/// A node that starts makes old attempts nameless, as it does once an hour.
#[test]
fn what_is_personal_is_forgotten_in_the_background() {
    let Some(gate) = Gate::on_postgres() else { return };
    gate.acme.scim().provision("ann@acme.test");
    let answer = misdirected(&gate).expect(403);
    gate.advance(Duration::days(31));
    let _other = gate.add_node();
    let mut left = 200;
    let forgotten = loop {
        let traced = attempt(&gate, &answer);
        left -= 1;
        if traced.story.is_none() || left == 0 {
            break traced;
        }
        thread::sleep(Pause::from_millis(50));
    };
    assert_eq!((forgotten.name, forgotten.story), (None, None));
    assert_eq!(forgotten.end.failed.unwrap().check, "audience");
}

fn known_fingerprint(gate: &Gate) -> String {
    let provider = saml_acs::IdentityProvider::from_metadata(&gate.acme.provider.metadata()).unwrap();
    provider.signing_certificates()[0].facts().unwrap().sha256_fingerprint
}

fn base64(xml: &str) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(xml)
}
