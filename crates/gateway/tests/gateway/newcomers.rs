//! Logins by somebody whom nobody has provisioned (JIT), under each policy.

use domain::command::Command;
use serde_json::json;
use simulator::SamlAttribute;

use crate::common::provider::role;
use crate::common::scim::user;
use crate::gate::Gate;

on_both_databases! {
    fn under_everyone_a_login_makes_the_person(gate: &Gate) {
        gate.set_policy(&[("jit", "everyone")]);
        let mut browser = gate.acme.browser();
        let said = vec![SamlAttribute::new("workato_full_name", &["Ann Lee"]), role("Environment manager")];
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", said).expect(303);
        let session = browser.session().unwrap();
        assert_eq!(session["user"]["displayName"], "Ann Lee");
        assert_eq!((&session["status"], &session["roles"]["dev"]), (&json!("active"), &json!("Environment manager")));
        let provisioned = &gate.audit("collaborator.provisioned")[0];
        assert_eq!(provisioned.source, "saml_auto_sync");
    }

    fn under_known_and_nobody_a_stranger_is_refused_and_not_made(gate: &Gate) {
        for jit in ["known", "nobody"] {
            gate.set_policy(&[("jit", jit)]);
            let page = gate.acme.sign_in(&mut gate.acme.browser(), "stranger@acme.test").expect(403);
            assert!(page.body.contains("You are not a collaborator of this workspace yet."), "{page:?}");
            let (check, entry) = gate.last_failed_login();
            assert_eq!(check, "not_provisioned");
            assert_eq!(entry.subject, json!({ "type": "login", "id": null, "name": "stranger@acme.test" }));
            assert!(gate.find_person("stranger@acme.test").is_none());
        }
    }
}

#[test]
fn a_workspace_with_scim_begins_with_known() {
    let gate = Gate::on_sqlite();
    assert_eq!(gate.stored(&gate.acme).policy.jit.to_string(), "known");
}

#[test]
fn under_known_somebody_removed_by_hand_comes_back() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("jit", "everyone")]);
    gate.acme.signed_in("ann@acme.test");
    gate.set_policy(&[("jit", "known")]);
    gate.administer("ann@acme.test", &Command::Remove);
    let mut browser = gate.acme.signed_in("ann@acme.test");
    assert_eq!(browser.session().unwrap()["status"], "active");
}

#[test]
fn under_nobody_whoever_is_provisioned_signs_in() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("jit", "nobody")]);
    gate.acme.scim().provision("ann@acme.test");
    gate.acme.signed_in("ann@acme.test");
}

#[test]
fn scim_finds_and_manages_whom_a_login_has_made() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("jit", "everyone")]);
    let mut browser = gate.acme.signed_in("ann@acme.test");
    let scim = gate.acme.scim();
    let found = scim.get("/Users?filter=userName%20eq%20%22ANN%40acme.test%22").expect(200).json();
    assert_eq!(found["totalResults"], 1);
    let id = found["Resources"][0]["id"].as_str().unwrap();
    assert_eq!(browser.session().unwrap()["user"]["id"], id, "at first both ids are the same");
    scim.put(id, &user("ann@acme.test")).expect(200);
    assert!(browser.session().is_some(), "taking over ends nothing");
    scim.patch(id, "active", json!(false)).expect(200);
    assert!(browser.session().is_none());
}

#[test]
fn the_assertion_speaks_for_the_profile_only_where_scim_does_not() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let renamed = vec![SamlAttribute::new("workato_full_name", &["Somebody Else"])];
    gate.acme.sign_in_with(&mut browser, "ann@acme.test", renamed).expect(303);
    assert_eq!(browser.session().unwrap()["user"]["displayName"], "Ann Lee");
}
