//! Two identity providers in one workspace, from the login page to the refusal of a claim.

use domain::audit::EventKind;
use domain::clock::Clock;
use domain::command::Command;
use domain::connection::AttributeNames;
use domain::id::ConnectionId;
use serde_json::{Value, json};
use simulator::{IdentityProvider, SamlAttribute};
use store::Connection;

use crate::common::provider::{Workspace, role};
use crate::common::scim::Scim;
use crate::gate::Gate;
use crate::scim_auth::refresh_of;

const ANN: &str = "ann@acme.test";

/// Adds a second provider, as `gatehouse saml idp set --idp entra` does; what it gives is the workspace as it sees it.
pub(crate) fn add_entra(gate: &Gate, attribute_names: AttributeNames) -> (ConnectionId, Workspace) {
    let provider = IdentityProvider::generate("http://entra.test", gate.clock.now()).unwrap();
    let id = ConnectionId::new(::web::random::new_id(gate.clock.now()).unwrap());
    let connection = Connection {
        id,
        workspace: gate.stored(&gate.acme).id,
        name: "entra".parse().unwrap(),
        entity_id: provider.entity_id(),
        metadata: provider.metadata(),
        source: None,
        attribute_names,
        weak_algorithms: domain::connection::WeakAlgorithms::Refused,
    };
    gate.store.put_connection(connection, gate.entry(EventKind::ConnectionUpdated)).unwrap();
    (id, Workspace { provider, ..gate.acme.clone() })
}

/// A whole login, begun by the name of the provider.
fn sign_in(workspace: &Workspace, idp: &str, name: &str, attributes: Vec<SamlAttribute>) -> (u16, String) {
    let mut browser = workspace.browser();
    let begun = workspace.begin_at(&mut browser, &format!("{}?idp={idp}", workspace.path("login")));
    let response = workspace.response_for(name).answering(&begun.request_id).with_attributes(attributes);
    let answer = workspace.post(&mut browser, &workspace.sign(&response), &begun.relay_state);
    let role = browser.session().map(|session| session["roles"]["dev"].to_string()).unwrap_or_default();
    (answer.status, role)
}

on_both_databases! {
    fn each_signs_in_its_own_people_and_no_others(gate: &Gate) {
        let (id, entra) = add_entra(gate, AttributeNames::default());
        gate.set_policy(&[("jit", "everyone")]);
        gate.acme.scim().provision(ANN);
        assert_eq!(sign_in(&gate.acme, "default", ANN, vec![role("Environment admin")]).0, 303);
        assert_eq!(sign_in(&entra, "entra", "bob@acme.test", vec![role("Member")]).0, 303);
        // Whoever controls the second provider names somebody of the first.
        assert_eq!(sign_in(&entra, "entra", ANN, vec![role("Member")]).0, 403);
        let (check, entry) = gate.last_failed_login();
        assert_eq!((check.as_str(), entry.subject["name"].as_str()), ("another_provider", Some(ANN)));
        assert_eq!(gate.explain(ANN)["environments"]["dev"]["role"], "Environment admin");
        gate.administer(ANN, &Command::Link { connection: id, name_id: None });
        assert_eq!(sign_in(&entra, "entra", ANN, vec![]), (303, "\"Environment admin\"".to_owned()));
        assert_eq!(sign_in(&gate.acme, "default", ANN, vec![]).0, 403);
        assert_eq!(gate.audit("collaborator.linked").len(), 1);
    }

    /// A token of one provider neither takes from another's people what that one gave, nor gives them anything.
    fn groups_are_shared_and_each_provider_speaks_of_its_own_people(gate: &Gate) {
        let (id, _) = add_entra(gate, AttributeNames::default());
        let (okta, entra) = (gate.acme.scim(), refresh_of(Some(id), gate.stored(&gate.acme).id, gate, None));
        let (ann, bob) = (okta.provision(ANN), entra.provision("bob@acme.test"));
        let group = okta.make_group("Finance", &[&ann]);
        let path = format!("/Groups/{group}");
        let members = |scim: &Scim| scim.get(&path).expect(200).json()["members"].as_array().map_or(0, Vec::len);
        entra.operate(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": bob }] }])).expect(200);
        let taken = entra.operate(&path, json!([{ "op": "remove", "path": format!("members[value eq \"{ann}\"]") }]));
        let detail = taken.expect(403).json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("ann@acme.test is provisioned by"), "{detail}");
        let given = entra.operate(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": ann }] }]));
        given.expect(403);
        entra.send_json("DELETE", &path, &Value::Null).expect(403);
        assert_eq!(members(&okta), 2);
        // Its whole list is of its own people alone.
        entra.operate(&path, json!([{ "op": "replace", "path": "members", "value": [] }])).expect(200);
        assert_eq!((members(&okta), gate.person(ANN).access.groups.len()), (1, 1));
        okta.send_json("DELETE", &path, &Value::Null).expect(204);
    }

    /// A response that one provider signs, in the name of the other: the keys are chosen by the name, so they don't fit.
    fn neither_signs_in_the_name_of_the_other(gate: &Gate) {
        let (_, entra) = add_entra(gate, AttributeNames::default());
        gate.acme.scim().provision(ANN);
        let mut browser = gate.acme.browser();
        let begun = gate.acme.begin_at(&mut browser, &format!("{}?idp=default", gate.acme.path("login")));
        let response = gate.acme.response_for(ANN).answering(&begun.request_id);
        let impostor = gate.acme.provider.with_new_key(gate.clock.now()).unwrap();
        let forged = impostor.response_base64(&response).unwrap();
        gate.acme.post(&mut browser, &forged, &begun.relay_state).expect(403);
        assert_eq!(gate.last_failed_login().0, "signature_invalid");
        // Its own name does not help either: the request went to another provider.
        gate.acme.post(&mut browser, &entra.sign(&response), &begun.relay_state).expect(403);
        assert_eq!(gate.last_failed_login().0, "in_response_to");
    }
}

#[test]
fn whoever_names_no_provider_chooses_one() {
    let gate = Gate::on_sqlite();
    let (_, entra) = add_entra(&gate, AttributeNames::default());
    let page = gate.acme.browser().get("/saml/acme/login?return_to=/a%26b").expect(200);
    for name in ["default", "entra"] {
        let link = format!("href=\"{}/saml/acme/login?idp={name}&#38;return_to=%2Fa%26b\"", gate.base_url);
        assert!(page.body.contains(&link), "{page:?}");
    }
    gate.acme.browser().get("/saml/acme/login?idp=okta").expect(404);
    // A tile of the second provider's dashboard leads to a login there.
    let unsolicited = entra.sign(&entra.response_for("bob@acme.test"));
    let bounced = entra.post(&mut entra.browser(), &unsolicited, "").expect(303);
    assert!(bounced.location().ends_with("/saml/acme/login?idp=entra"), "{bounced:?}");
}

#[test]
fn each_has_attribute_names_of_its_own() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("jit", "everyone")]);
    gate.add_group("Finance");
    let environments = gate.store.environments(gate.stored(&gate.acme).id).unwrap();
    let mut names = AttributeNames::default();
    for (what, name) in [("role.dev", "urn:acme:role"), ("groups", "memberOf"), ("email", "mail"), ("full_name", "cn")]
    {
        names.set(what, name, &environments).unwrap();
    }
    let (_, entra) = add_entra(&gate, names);
    let sent =
        [("urn:acme:role", "Environment admin"), ("memberOf", "Finance"), ("mail", "bob@acme.test"), ("cn", "Bob Roe")];
    let sent = sent.map(|(name, value)| SamlAttribute::new(name, &[value]));
    let mut all = sent.to_vec();
    all.push(role("Environment manager"));
    assert_eq!(sign_in(&entra, "entra", "4711", all), (303, "\"Environment admin\"".to_owned()));
    let bob = gate.person("bob@acme.test");
    assert_eq!((bob.display_name().as_str(), bob.access.groups[0].name.as_str()), ("Bob Roe", "Finance"));
}

#[test]
fn a_certificate_that_ends_is_told_in_time_and_counts_as_the_policy_says() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision(ANN);
    let ends_in = |days: i64| {
        gate.advance(chrono::Duration::days(3_650 - days) - (gate.clock.now() - crate::gate::ten_o_clock()))
    };
    let told = || {
        let told = gate.audit("connection.certificate_expiring");
        told.iter().map(|entry| entry.after.as_ref().unwrap()["days"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    for (days, expected) in
        [(31, &[][..]), (29, &[30]), (20, &[30]), (13, &[30, 14]), (6, &[30, 14, 7]), (0, &[30, 14, 7, 1])]
    {
        ends_in(days);
        gate.advance(chrono::Duration::hours(-1));
        administration::metadata::warn_of_certificates(&gate.store, gate.clock.now()).unwrap();
        assert_eq!(told(), expected, "{days} days left");
    }
    gate.advance(chrono::Duration::days(2));
    assert_eq!(sign_in(&gate.acme, "default", ANN, vec![]).0, 303, "it is a container for a key");
    gate.set_policy(&[("expired_certificates", "refuse")]);
    assert_eq!(sign_in(&gate.acme, "default", ANN, vec![]).0, 403);
    assert_eq!(gate.last_failed_login().0, "certificate_expired");
}
