//! Environments, roles with privileges and groups as a workspace has them, seen where people and the provider see them.

use chrono::Duration;
use domain::access::Origin;
use domain::audit::EventKind;
use domain::clock::Clock;
use domain::command::Command;
use domain::environment::{EnvironmentEdit, Environments, GroupName, Place, RoleName};
use domain::role::{Privileges, Role};
use serde_json::{Value, json};
use simulator::SamlAttribute;

use crate::common::provider::{groups, role};
use crate::common::scim::{ROLES, user, with};
use crate::gate::Gate;

/// What `gatehouse environment …` does.
fn edit(gate: &Gate, edit: impl FnOnce(&mut Environments)) {
    let workspace = gate.stored(&gate.acme);
    let mut environments = Environments::new(gate.store.environments(workspace.id).unwrap());
    edit(&mut environments);
    let entry = gate.entry(EventKind::EnvironmentUpdated);
    gate.store.set_environments(environments, workspace.policy_version, entry).unwrap();
    settle(gate);
}

fn settle(gate: &Gate) {
    while gate.store.reconsider_due(gate.clock.now(), 100).unwrap() > 0 {}
}

on_both_databases! {
    fn an_added_environment_has_attributes_of_its_own_on_both_sides(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        let mut browser = gate.acme.signed_in("ann@acme.test");
        edit(gate, |all| all.add("qa", EnvironmentEdit::default(), Place::Before("prod")).unwrap());
        assert_eq!(browser.session().unwrap()["roles"]["qa"], "Member", "at once, by the default role");
        let body = with(user("ann@acme.test"), ROLES, json!({ "workato_role_qa": "Environment manager" }));
        assert_eq!(scim.put(&id, &body).expect(200).json()[ROLES]["workato_role_qa"], "Environment manager");
        assert_eq!(browser.session().unwrap()["roles"]["qa"], "Environment manager");
        let sent = SamlAttribute::new("workato_role_qa", &["NoAccess"]);
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![sent]).expect(303);
        assert_eq!(browser.session().unwrap()["roles"]["qa"], "No access");
        let order: Vec<String> = gate.explain("ann@acme.test")["environments"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(order, ["dev", "test", "qa", "prod"]);
    }

    /// While many people are still to be decided anew, the identity provider goes on writing about them.
    fn what_is_written_before_a_person_is_decided_anew_does_not_make_it_forgotten(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        let workspace = gate.stored(&gate.acme);
        let mut environments = Environments::new(gate.store.environments(workspace.id).unwrap());
        environments.add("qa", EnvironmentEdit::default(), Place::Before("prod")).unwrap();
        let entry = gate.entry(EventKind::EnvironmentUpdated);
        gate.store.set_environments(environments, workspace.policy_version, entry).unwrap();
        scim.make_group("Ops", &[&id]);
        let waiting = || gate.store.count_due(workspace.id, gate.clock.now()).unwrap();
        assert_eq!(waiting(), 1);
        settle(gate);
        assert_eq!((waiting(), gate.acme.signed_in("ann@acme.test").session().unwrap()["roles"]["qa"].clone()), (0, json!("Member")));
    }

    fn an_attribute_that_is_renamed_keeps_what_was_said_under_its_former_name(gate: &Gate) {
        let scim = gate.acme.scim();
        let body = with(user("ann@acme.test"), ROLES, json!({ "workato_role_prod": "Environment manager" }));
        let id = scim.create(&body).expect(201).json()["id"].as_str().unwrap().to_owned();
        let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        let renamed = EnvironmentEdit { scim_attributes: names(&["liveRole", "workato_role_prod"]), ..Default::default() };
        edit(gate, |all| all.change("prod", renamed).unwrap());
        assert_eq!(scim.get(&format!("/Users/{id}")).expect(200).json()[ROLES], json!({ "liveRole": "Environment manager" }));
        let mut browser = gate.acme.signed_in("ann@acme.test");
        assert_eq!(browser.session().unwrap()["roles"]["prod"], "Environment manager");
        edit(gate, |all| all.remove("prod").unwrap());
        assert_eq!(scim.get(&format!("/Users/{id}")).expect(200).json()[ROLES], Value::Null);
        assert_eq!(browser.session().unwrap()["roles"], json!({ "dev": "Member", "test": "Member" }));
    }

    fn a_role_is_suspended_at_its_age_and_the_session_with_it(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let max_age = EnvironmentEdit { max_age: Some(Some("1h".parse().unwrap())), ..Default::default() };
        edit(gate, |all| all.change("dev", max_age).unwrap());
        let mut browser = gate.acme.browser();
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Environment admin")]).expect(303);
        gate.advance(Duration::minutes(61));
        settle(gate);
        assert!(browser.session().is_none());
        assert_eq!(gate.explain("ann@acme.test")["environments"]["dev"]["kept_role"], "Environment admin");
        gate.acme.sign_in(&mut browser, "ann@acme.test").expect(303);
        assert_eq!(browser.session().unwrap()["roles"]["dev"], "Environment admin");
    }

    fn the_privileges_of_a_role_reach_the_application(gate: &Gate) {
        gate.add_role("Builder");
        let privileges = |names: &[&str]| Privileges::new(names.iter().map(|name| name.parse().unwrap())).unwrap();
        let builder = Role { name: RoleName::new("Builder").unwrap(), privileges: privileges(&["recipes.run", "recipes.edit"]) };
        gate.store.set_role(builder, gate.entry(EventKind::RoleUpdated)).unwrap();
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Builder")]).expect(303);
        assert_eq!(browser.session().unwrap()["privileges"], json!({ "dev": ["recipes.edit", "recipes.run"] }));
    }

    fn a_membership_by_hand_is_nobody_elses_to_take_away(gate: &Gate) {
        gate.add_group("Finance");
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![groups(&["Finance"])]).expect(303);
        let by_hand = |member| Command::SetMembership {
            group: GroupName::new("Finance").unwrap(),
            origin: Origin::Manual,
            member,
        };
        gate.administer("ann@acme.test", &by_hand(true));
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![groups(&["nothing"])]).expect(303);
        assert_eq!(gate.explain("ann@acme.test")["groups"][0]["origins"], json!(["manual"]));
        gate.administer("ann@acme.test", &by_hand(false));
        assert_eq!(gate.explain("ann@acme.test")["groups"], json!([]));
    }

    fn a_change_of_who_decides_counts_for_everybody(gate: &Gate) {
        let body = with(user("ann@acme.test"), ROLES, json!({ "workato_role": "Environment manager" }));
        gate.acme.scim().create(&body).expect(201);
        let mut browser = gate.acme.browser();
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Environment admin")]).expect(303);
        gate.set_policy(&[("role_authority", "scim")]);
        settle(gate);
        assert_eq!(browser.session().unwrap()["roles"]["dev"], "Environment manager");
        gate.set_policy(&[("role_authority", "hybrid")]);
        settle(gate);
        assert_eq!(browser.session().unwrap()["roles"]["dev"], "Environment admin");
    }
}
