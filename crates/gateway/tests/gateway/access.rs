//! What a login makes of roles and groups, seen where people see it: the session and the explanation.

use serde_json::{Value, json};
use simulator::SamlAttribute;

use crate::common::provider::{groups, role};
use crate::common::scim::{ROLES, user, with};
use crate::gate::Gate;

fn groups_of(session: &Value) -> Vec<&str> {
    let groups = session["groups"].as_array().unwrap();
    groups.iter().map(|group| group.as_str().unwrap()).filter(|name| *name != "All collaborators").collect()
}

on_both_databases! {
    fn an_unknown_role_keeps_people_safe_and_names_the_nearest_one(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("environment Admin")]).expect(303);
        assert_eq!(browser.session().unwrap()["roles"]["dev"], "Member");
        let explained = &gate.explain("ann@acme.test")["environments"]["dev"];
        assert_eq!(explained["inputs"]["saml"]["state"], "unknown");
        assert_eq!(explained["rule"], "unknown value: the default role");
        let note = "The assertion said environment Admin, which is no role here: did you mean Environment admin?";
        assert!(explained["notes"].as_array().unwrap().contains(&json!(note)), "{explained}");
        assert_eq!(gate.audit("role.unresolved").len(), 1);
    }

    fn groups_become_exactly_the_known_names_of_the_list(gate: &Gate) {
        ["Finance", "Operations", "Support, Level 2"].iter().for_each(|name| gate.add_group(name));
        gate.acme.scim().provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        let mut after = |sent: Vec<SamlAttribute>| {
            gate.acme.sign_in_with(&mut browser, "ann@acme.test", sent).expect(303);
            browser.session().unwrap()
        };
        assert_eq!(groups_of(&after(vec![groups(&["Finance", "everyone"])])), ["Finance"]);
        let ignored = json!([{ "name": "everyone", "reason": "unknown group" }]);
        assert_eq!(gate.explain("ann@acme.test")["ignored_groups"], ignored);
        assert_eq!(groups_of(&after(vec![])), ["Finance"], "silence changes nothing");
        assert_eq!(groups_of(&after(vec![groups(&["Operations, Finance"])])), ["Finance", "Operations"]);
        assert_eq!(groups_of(&after(vec![groups(&["Support, Level 2"])])), ["Support, Level 2"]);
        assert_eq!(groups_of(&after(vec![groups(&["Finance", "All collaborators"])])), [""; 0]);
    }
}

#[test]
fn a_scim_role_speaks_where_the_assertion_is_silent_and_changes_at_once_afterwards() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let body = |dev: &str| with(user("ann@acme.test"), ROLES, json!({ "workato_role": dev }));
    let id = scim.create(&body("Environment manager")).expect(201).json()["id"].as_str().unwrap().to_owned();
    assert_eq!(gate.explain("ann@acme.test")["environments"]["dev"]["role"], Value::Null, "before the first login");
    let mut browser = gate.acme.signed_in("ann@acme.test");
    assert_eq!(browser.session().unwrap()["roles"]["dev"], "Environment manager");
    scim.put(&id, &body("No access")).expect(200);
    assert_eq!(browser.session().unwrap()["roles"]["dev"], "No access");

    gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Member")]).expect(303);
    scim.put(&id, &body("No access")).expect(200);
    assert_eq!(browser.session().unwrap()["roles"]["dev"], "Member", "an echo is no write");
}

#[test]
fn under_scim_authority_assertions_give_no_roles() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("role_authority", "scim")]);
    let body = with(user("ann@acme.test"), ROLES, json!({ "workato_role": "Environment manager" }));
    gate.acme.scim().create(&body).expect(201);
    let mut browser = gate.acme.browser();
    gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Environment admin")]).expect(303);
    assert_eq!(browser.session().unwrap()["roles"]["dev"], "Environment manager");
    let notes = &gate.explain("ann@acme.test")["environments"]["dev"]["notes"];
    assert_eq!(*notes, json!(["The assertion said Environment admin: ignored, because SCIM alone decides roles here"]));
}

#[test]
fn under_refuse_login_an_unknown_role_lets_nobody_in_and_changes_nothing() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("unknown_role", "refuse_login")]);
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let page = gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Boss")]).expect(403);
    assert!(page.body.contains("a role that this workspace does not have"), "{page:?}");
    assert_eq!(gate.last_failed_login().0, "unknown_role");
    assert_eq!(gate.explain("ann@acme.test")["status"], "invited");
    gate.add_role("Boss");
    gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Boss")]).expect(303);
    assert_eq!(browser.session().unwrap()["roles"]["dev"], "Boss");
}

#[test]
fn access_changes_are_audited_before_and_after() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.signed_in("ann@acme.test");
    gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Environment admin")]).expect(303);
    gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Environment admin")]).expect(303);
    let changes = gate.audit("access.changed");
    let dev = |side: &Option<Value>| side.as_ref().unwrap()["roles"]["dev"].clone();
    let told: Vec<_> = changes.iter().map(|entry| (dev(&entry.before), dev(&entry.after))).collect();
    assert_eq!(told, [(Value::Null, json!("Member")), (json!("Member"), json!("Environment admin"))]);
    assert!(changes.iter().all(|entry| entry.source == "saml_auto_sync"));
}
