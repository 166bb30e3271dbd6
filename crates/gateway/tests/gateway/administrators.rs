//! What an administrator does by hand, and how it stands beside the identity provider's word.

use domain::command::Command;
use serde_json::{Value, json};

use crate::common::provider::role;
use crate::common::scim::{user, with};
use crate::gate::Gate;

on_both_databases! {
    fn a_hold_is_lifted_by_an_administrator_alone(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        let mut browser = gate.acme.signed_in("ann@acme.test");
        gate.administer("ann@acme.test", &Command::Hold);
        assert!(browser.session().is_none());
        assert_eq!(scim.get(&format!("/Users/{id}")).expect(200).json()["active"], false);

        let refused = scim.patch(&id, "active", json!(true)).expect(403).json();
        assert!(refused["detail"].as_str().unwrap().contains("administrator"), "{refused}");
        scim.put(&id, &user("ann@acme.test")).expect(403);
        let page = gate.acme.sign_in(&mut browser, "ann@acme.test").expect(403);
        assert!(page.body.contains("Your account was deactivated by an administrator of this workspace."), "{page:?}");
        assert_eq!(gate.last_failed_login().0, "deactivated_by_administrator");

        gate.administer("ann@acme.test", &Command::Activate);
        gate.acme.sign_in(&mut browser, "ann@acme.test").expect(303);
    }

    fn a_removed_person_comes_back_by_a_login(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Environment admin")]).expect(303);
        let before = browser.session().unwrap();
        gate.administer("ann@acme.test", &Command::Remove);
        assert!(browser.session().is_none());
        assert_eq!(scim.get(&format!("/Users/{id}")).expect(200).json()["active"], false);
        assert_eq!(gate.explain("ann@acme.test")["status"], "removed");

        gate.acme.sign_in(&mut browser, "ann@acme.test").expect(303);
        let after = browser.session().unwrap();
        assert_eq!((&before["user"], &before["roles"]), (&after["user"], &after["roles"]));
        assert_eq!(scim.get(&format!("/Users/{id}")).expect(200).json()["active"], true);
    }
}

/// Okta echoes what it has read: `active: false` after a hold must not turn into the provider's own deactivation.
#[test]
fn a_profile_change_by_patch_leaves_a_hold_a_hold() {
    let gate = Gate::on_sqlite();
    let id = gate.acme.scim().provision("ann@acme.test");
    gate.administer("ann@acme.test", &Command::Hold);
    gate.acme.scim().patch(&id, "displayName", json!("Ann Q. Lee")).expect(200);
    gate.administer("ann@acme.test", &Command::Activate);
    gate.acme.sign_in(&mut gate.acme.browser(), "ann@acme.test").expect(303);
}

#[test]
fn a_removed_person_comes_back_by_a_scim_write() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    gate.administer("ann@acme.test", &Command::Remove);
    scim.put(&id, &user("ann@acme.test")).expect(200);
    assert_eq!(gate.explain("ann@acme.test")["status"], "invited");
    assert_eq!(gate.audit("collaborator.removed").len(), 1);
}

#[test]
fn a_removed_person_whom_the_provider_has_deactivated_stays_out() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    gate.administer("ann@acme.test", &Command::Remove);
    scim.put(&id, &with(user("ann@acme.test"), "active", json!(false))).expect(200);
    assert_eq!(gate.audit("collaborator.deactivated").len(), 1, "it is recorded although nothing shows");
    gate.acme.sign_in(&mut gate.acme.browser(), "ann@acme.test").expect(403);
    assert_eq!(gate.last_failed_login().0, "deactivated_by_provider");
}

#[test]
fn under_jit_nobody_a_removed_person_does_not_come_back_by_a_login() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("jit", "nobody")]);
    gate.acme.scim().provision("ann@acme.test");
    gate.acme.signed_in("ann@acme.test");
    gate.administer("ann@acme.test", &Command::Remove);
    gate.acme.sign_in(&mut gate.acme.browser(), "ann@acme.test").expect(403);
    assert_eq!(gate.last_failed_login().0, "not_provisioned");
}

#[test]
fn a_role_set_by_hand_shows_at_once_and_lasts_until_the_next_word_of_the_provider() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Member")]).expect(303);
    let set = Command::SetRole { environment: "dev".to_owned(), role: "Environment manager".to_owned(), pin: None };
    gate.administer("ann@acme.test", &set);
    assert_eq!(dev(&browser.session().unwrap()), "Environment manager");
    let explained = &gate.explain("ann@acme.test")["environments"]["dev"];
    assert_eq!(
        (explained["source"].as_str(), explained["role"].as_str()),
        (Some("manual"), Some("Environment manager"))
    );

    gate.acme.sign_in(&mut browser, "ann@acme.test").expect(303);
    assert_eq!(dev(&browser.session().unwrap()), "Environment manager", "a silent assertion overrules nothing");
    gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Member")]).expect(303);
    assert_eq!(dev(&browser.session().unwrap()), "Member");
}

fn dev(session: &Value) -> &str {
    session["roles"]["dev"].as_str().unwrap()
}
