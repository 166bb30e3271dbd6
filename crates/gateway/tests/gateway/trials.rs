//! Changes of a connection on trial: an administrator who signs in keeps them, and without one everything is as it was.

use std::thread;
use std::time::Duration as Pause;

use administration::connections::{self, ConnectionEdit};
use administration::metadata::{Wanted, check};
use administration::{Acting, AdministrationError, trials};
use chrono::Duration;
use domain::audit::{Actor, RequestOrigin};
use domain::clock::Clock;
use domain::command::Context;
use domain::policy::Span;
use serde_json::json;
use simulator::IdentityProvider;
use store::Connection;

use crate::common::provider::{Workspace, role};
use crate::gate::{Gate, ten_o_clock};

const ANN: &str = "ann@acme.test";
const ADMIN: &str = "Environment admin";

fn acting(gate: &Gate) -> Acting {
    let (actor, request) = (Actor::Owner { name: "owner@acme.test".to_owned() }, RequestOrigin::default());
    let context = Context { now: gate.clock.now(), actor, request, connection: None };
    Acting { store: gate.store.clone(), workspace: gate.stored(&gate.acme), context }
}

fn connection(gate: &Gate) -> Connection {
    gate.store.connections(gate.stored(&gate.acme).id).unwrap().remove(0)
}

fn ten_minutes() -> Option<Span> {
    Some("10m".parse().unwrap())
}

/// Changes acme's identity provider to another one, on trial; gives the workspace as that one sees it.
fn change(gate: &Gate) -> Workspace {
    let provider = IdentityProvider::generate("http://new.test", ten_o_clock()).unwrap();
    let metadata = check(&provider.metadata(), "a file", Wanted::default(), gate.clock.now()).unwrap();
    let edit = ConnectionEdit { metadata: Some(metadata), confirm_within: ten_minutes(), ..ConnectionEdit::default() };
    connections::replace(&acting(gate), &connection(gate), edit).unwrap();
    Workspace { provider, ..gate.acme.clone() }
}

fn is_on_trial(gate: &Gate) -> bool {
    gate.store.find_trial(connection(gate).id).unwrap().is_some()
}

/// Waits until a server has put the connection back.
fn wait_until_put_back(gate: &Gate) {
    for _ in 0..600 {
        if !is_on_trial(gate) {
            return;
        }
        thread::sleep(Pause::from_millis(20));
    }
    panic!("the connection is still on trial")
}

fn sign_in(workspace: &Workspace, name: &str, dev: &str) -> u16 {
    workspace.sign_in_with(&mut workspace.browser(), name, vec![role(dev)]).status
}

on_both_databases! {
    fn a_change_that_lets_nobody_in_is_taken_back_and_whoever_is_in_stays(gate: &Gate) {
        gate.acme.scim().provision(ANN);
        let before = connection(gate);
        let mut session = gate.acme.signed_in(ANN);
        let changed = change(gate);
        assert_eq!(sign_in(&gate.acme, ANN, ADMIN), 403, "the change is in force at once");
        gate.advance(Duration::minutes(10) - Duration::microseconds(1));
        thread::sleep(Pause::from_millis(2_500));
        assert!(is_on_trial(gate), "not before its time");
        gate.advance(Duration::microseconds(1));
        wait_until_put_back(gate);
        assert_eq!(connection(gate), before);
        assert!(session.session().is_some());
        assert_eq!(sign_in(&gate.acme, ANN, ADMIN), 303);

        let entry = gate.audit("connection.rolled_back").pop().unwrap();
        assert_eq!((entry.source.as_str(), &entry.actor["type"]), ("system", &json!("system")));
        assert_eq!(entry.before.unwrap()["entity_id"], changed.provider.entity_id());
        assert_eq!(entry.after.unwrap()["entity_id"], before.entity_id);
        assert!(gate.audit("connection.confirmed").is_empty());
    }

    fn an_administrators_login_keeps_the_change_and_nobody_elses_does(gate: &Gate) {
        gate.set_policy(&[("idp_initiated", "allow")]);
        for name in [ANN, "bob@acme.test"] {
            gate.acme.scim().provision(name);
        }
        let changed = change(gate);
        assert_eq!(sign_in(&changed, "bob@acme.test", "Member"), 303);
        assert!(is_on_trial(gate), "a member's login");
        let mut browser = changed.browser();
        let test = changed.begin_at(&mut browser, &changed.path("login?test=1"));
        let response = changed.response_for(ANN).answering(&test.request_id).with_attributes(vec![role(ADMIN)]);
        changed.post(&mut browser, &changed.sign(&response), &test.relay_state).expect(303);
        assert!(is_on_trial(gate), "a test signs nobody in");
        assert_eq!(sign_in(&changed, ANN, ADMIN), 303);
        assert!(!is_on_trial(gate));
        let entry = gate.audit("connection.confirmed").pop().unwrap();
        let reason = json!({ "reason": "an administrator signed in", "user": ANN });
        assert_eq!((&entry.subject["name"], entry.after.unwrap()), (&json!(changed.provider.entity_id()), reason));
        gate.advance(Duration::hours(1));
        thread::sleep(Pause::from_millis(2_500));
        assert_eq!(connection(gate).entity_id, changed.provider.entity_id());
    }

    /// What was under way before the change was sent to the former addresses: it proves nothing of the new ones.
    fn a_login_that_began_before_the_change_does_not_confirm_it(gate: &Gate) {
        gate.acme.scim().provision(ANN);
        gate.acme.scim().provision("eve@acme.test");
        let mut browser = gate.acme.browser();
        let early = gate.acme.begin(&mut browser);
        gate.advance(Duration::seconds(1));
        let edit = ConnectionEdit { confirm_within: ten_minutes(), ..ConnectionEdit::default() };
        connections::replace(&acting(gate), &connection(gate), edit).unwrap();
        let response = gate.acme.response_for(ANN).answering(&early.request_id).with_attributes(vec![role(ADMIN)]);
        gate.acme.post(&mut browser, &gate.acme.sign(&response), &early.relay_state).expect(303);
        assert!(is_on_trial(gate));
        gate.set_policy(&[("idp_initiated", "allow")]);
        let tile = gate.acme.response_for(ANN).with_attributes(vec![role(ADMIN)]);
        gate.acme.post(&mut browser, &gate.acme.sign(&tile), "").expect(303);
        assert!(!is_on_trial(gate), "an unsolicited login begins with its response");
    }
}

/// Whoever began a trial stops, and another process takes it up.
#[test]
fn another_node_takes_up_what_was_begun() {
    let Some(gate) = Gate::on_postgres() else { return };
    let before = connection(&gate);
    change(&gate);
    gate.advance(Duration::minutes(10));
    let _other = gate.add_node();
    let _third = gate.add_node();
    wait_until_put_back(&gate);
    assert_eq!(connection(&gate), before);
    assert_eq!(gate.audit("connection.rolled_back").len(), 1);
}

#[test]
fn a_trial_is_ended_by_hand_in_either_way() {
    let gate = Gate::on_sqlite();
    let before = connection(&gate);
    change(&gate);
    assert_eq!(trials::roll_back(&acting(&gate), &connection(&gate)).unwrap(), before);
    assert_eq!(connection(&gate), before);
    assert_eq!(gate.audit("connection.rolled_back")[0].actor["type"], "owner");
    let again = trials::roll_back(&acting(&gate), &before);
    assert!(matches!(again, Err(AdministrationError::NotOnTrial(_))), "{again:?}");

    let changed = change(&gate);
    connections::replace(&acting(&gate), &connection(&gate), ConnectionEdit::default()).unwrap();
    assert!(!is_on_trial(&gate), "a change for good keeps what was on trial");
    assert_eq!(connection(&gate).entity_id, changed.provider.entity_id());
    assert_eq!(gate.audit("connection.confirmed")[0].after.as_ref().unwrap()["reason"], "it was changed for good");
}

#[test]
fn a_trial_has_a_sensible_length_and_something_to_return_to() {
    let gate = Gate::on_sqlite();
    for length in ["59s", "25h"] {
        let edit = ConnectionEdit { confirm_within: Some(length.parse().unwrap()), ..ConnectionEdit::default() };
        let refused = connections::replace(&acting(&gate), &connection(&gate), edit).unwrap_err().to_string();
        assert_eq!(refused, "a trial lasts from 1m to 1d");
    }
    let provider = IdentityProvider::generate("http://new.test", ten_o_clock()).unwrap();
    let metadata = check(&provider.metadata(), "a file", Wanted::default(), gate.clock.now()).unwrap();
    let edit = ConnectionEdit { metadata: Some(metadata), confirm_within: ten_minutes(), ..ConnectionEdit::default() };
    let refused = connections::add(&acting(&gate), "new".parse().unwrap(), edit);
    assert!(matches!(refused, Err(AdministrationError::NothingToReturnTo)), "{refused:?}");
}
