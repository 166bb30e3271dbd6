//! Deprovisioning: whatever the identity provider's words for it, access ends at once and comes back whole.

use serde_json::{Value, json};

use crate::common::answer::Answer;
use crate::common::provider::role;
use crate::common::scim::{Scim, user, with};
use crate::gate::Gate;

/// Each way in which a SCIM client says that somebody, by id and name, is gone.
type Deactivate = fn(&Scim, &str, &str) -> Answer;

const WAYS: [(&str, Deactivate); 4] = [
    ("PUT", |scim, id, name| scim.put(id, &with(user(name), "active", json!(false))).expect(200)),
    ("PATCH with a path", |scim, id, _| scim.patch(id, "active", json!(false)).expect(200)),
    ("PATCH as Entra writes it", |scim, id, _| {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "Replace", "value": { "active": "False" } }],
        });
        scim.send_json("PATCH", &format!("/Users/{id}"), &body).expect(200)
    }),
    ("DELETE", |scim, id, _| scim.delete(id).expect(204)),
];

on_both_databases! {
    fn a_deactivated_person_has_no_session_and_gets_none(gate: &Gate) {
        let workspace_has = |kind: &str| gate.audit(kind).len();
        for (nth, (way, deactivate)) in (1..).zip(WAYS) {
            let name = format!("person{nth}@acme.test");
            let id = gate.acme.scim().provision(&name);
            let mut browser = gate.acme.signed_in(&name);
            let (people, sessions) = (workspace_has("collaborator.provisioned"), workspace_has("login.succeeded"));
            deactivate(&gate.acme.scim(), &id, &name);

            assert!(browser.session().is_none(), "{way}: the session lives on");
            let refused = gate.acme.sign_in(&mut browser, &name).expect(403);
            let words = "Your account was deactivated by your identity provider.";
            assert!(refused.body.contains(words), "{way}: {refused:?}");
            assert!(!refused.sets_session() && browser.session().is_none(), "{way}");
            let (check, entry) = gate.last_failed_login();
            assert_eq!(check, "deactivated_by_provider", "{way}");
            assert_eq!(entry.subject, json!({ "type": "collaborator", "id": gate.person(&name).id, "name": name }));
            assert_eq!(entry.request_id.as_deref(), Some(refused.reference()));
            assert_eq!(workspace_has("collaborator.provisioned"), people, "{way}: nobody was created");
            assert_eq!(workspace_has("login.succeeded"), sessions, "{way}");
            assert_eq!(gate.explain(&name)["status"], "deactivated", "{way}");
        }
        assert_eq!(workspace_has("collaborator.deactivated"), WAYS.len());
    }

    fn reactivation_brings_back_the_same_person_with_the_same_access(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Environment admin")]).expect(303);
        let before = browser.session().unwrap();
        scim.patch(&id, "active", json!(false)).expect(200);
        assert_eq!(roles(&gate.explain("ann@acme.test")), [Value::Null, Value::Null, Value::Null]);
        scim.patch(&id, "active", json!(true)).expect(200);
        assert_eq!(roles(&gate.explain("ann@acme.test")), ["Environment admin", "Member", "Member"]);

        assert!(browser.session().is_none(), "a session that has ended stays ended");
        gate.acme.sign_in(&mut browser, "ann@acme.test").expect(303);
        let after = browser.session().unwrap();
        assert_eq!((&before["user"], &before["roles"]), (&after["user"], &after["roles"]));
        assert_eq!(gate.audit("collaborator.reactivated").len(), 1);
    }

    fn a_deleted_person_comes_back_by_the_same_external_id(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        gate.acme.sign_in_with(&mut gate.acme.browser(), "ann@acme.test", vec![role("Environment admin")]).expect(303);
        let before = gate.person("ann@acme.test").id;
        scim.delete(&id).expect(204);
        scim.get(&format!("/Users/{id}")).expect(404);
        let new_id = scim.provision("ann@acme.test");
        assert_ne!(new_id, id);
        scim.get(&format!("/Users/{id}")).expect(404);
        assert_eq!(gate.person("ann@acme.test").id, before);
        let mut browser = gate.acme.signed_in("ann@acme.test");
        assert_eq!(browser.session().unwrap()["roles"]["dev"], "Environment admin");
        let reactivated = &gate.audit("collaborator.reactivated")[0];
        assert_eq!(reactivated.before, Some(json!({ "status": "deactivated", "provider": "deleted" })));
    }
}

#[test]
fn deactivating_twice_is_told_once() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    for _ in 0..2 {
        scim.patch(&id, "active", json!(false)).expect(200);
    }
    assert_eq!(gate.audit("collaborator.deactivated").len(), 1);
    scim.delete(&id).expect(204);
    scim.delete(&id).expect(404);
}

#[test]
fn somebody_provisioned_as_inactive_cannot_sign_in() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().create(&with(user("ann@acme.test"), "active", json!(false))).expect(201);
    gate.acme.sign_in(&mut gate.acme.browser(), "ann@acme.test").expect(403);
    assert_eq!(gate.last_failed_login().0, "deactivated_by_provider");
}

/// JIT must not be the back door of somebody whom SCIM has deleted (contract §4).
#[test]
fn jit_neither_revives_nor_replaces_a_deleted_person() {
    let gate = Gate::on_sqlite();
    gate.set_policy(&[("jit", "everyone")]);
    let id = gate.acme.scim().provision("ann@acme.test");
    gate.acme.scim().delete(&id).expect(204);
    gate.acme.sign_in(&mut gate.acme.browser(), "ann@acme.test").expect(403);
    assert_eq!(gate.explain("ann@acme.test")["status"], "deactivated");
    assert_eq!(gate.audit("collaborator.provisioned").len(), 1);
}

fn roles(explanation: &Value) -> [Value; 3] {
    ["dev", "test", "prod"].map(|environment| explanation["environments"][environment]["role"].clone())
}
