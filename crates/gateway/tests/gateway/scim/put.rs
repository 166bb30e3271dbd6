//! PUT: the resource as it is to be (RFC 7644 §3.5.1).

use serde_json::{Value, json};

use crate::common::answer::Answer;
use crate::common::scim::{ENTERPRISE, ROLES, USER, user, with};
use crate::gate::Gate;

fn bare(user_name: &str) -> Value {
    json!({ "schemas": [USER], "userName": user_name })
}

/// What is shown beside what the server says itself.
fn said(answer: &Answer) -> Value {
    let mut body = answer.json();
    ["schemas", "id", "meta"].iter().for_each(|name| drop(body.as_object_mut().unwrap().remove(*name)));
    body
}

on_both_databases! {
    fn what_is_left_out_is_gone_but_for_active_and_roles(gate: &Gate) {
        let scim = gate.acme.scim();
        let body = with(user("ann@acme.test"), ENTERPRISE, json!({ "department": "Tours" }));
        let id = scim.make(&with(body, ROLES, json!({ "workato_role": "Member" })));
        let roles = json!({ "workato_role": "Member" });
        let put = scim.put(&id, &bare("ann@acme.test")).expect(200);
        assert_eq!(said(&put), json!({ "userName": "ann@acme.test", "active": true, ROLES: roles }));
        assert_eq!(put.json()["schemas"], json!([USER, ROLES]));

        scim.put(&id, &with(bare("ann@acme.test"), "active", json!(false))).expect(200);
        for silent in [bare("ann@acme.test"), with(bare("ann@acme.test"), "active", json!(null))] {
            assert_eq!(scim.put(&id, &silent).expect(200).json()["active"], false, "a lossy PUT brings nobody back");
        }
        assert_eq!(
            scim.put(&id, &with(bare("ann@acme.test"), "active", json!(true))).expect(200).json()["active"],
            true
        );
    }

    fn roles_that_are_said_are_replaced_as_a_whole(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.make(&with(
            bare("ann@acme.test"),
            ROLES,
            json!({ "workato_role": "Member", "workato_role_prod": "No access" }),
        ));
        let put = |roles: Value| {
            scim.put(&id, &with(bare("ann@acme.test"), ROLES, roles)).expect(200).json().get(ROLES).cloned()
        };
        assert_eq!(put(json!({ "workato_role_test": "Member" })), Some(json!({ "workato_role_test": "Member" })));
        assert_eq!(put(json!({ "workato_role_dev": "Member" })), Some(json!({ "workato_role": "Member" })));
        assert_eq!(put(json!({})), None);
        assert_eq!(put(json!({ "workato_role": "" })), Some(json!({ "workato_role": "" })), "kept as it was sent");
        assert_eq!(put(json!(null)), None);
    }

    fn the_id_in_the_address_counts_and_not_the_one_in_the_body(gate: &Gate) {
        let scim = gate.acme.scim();
        let (ann, bob) = (scim.provision("ann@acme.test"), scim.provision("bob@acme.test"));
        let body = with(with(bare("ann@acme.test"), "id", json!(bob)), "title", json!("Chef"));
        assert_eq!(scim.put(&ann, &body).expect(200).id(), ann);
        assert_eq!(scim.get(&format!("/Users/{bob}")).json().get("title"), None);
    }

    fn a_put_that_is_refused_changes_nothing(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        let before = scim.get(&format!("/Users/{id}")).json();
        scim.put(&id, &json!({ "schemas": [USER], "title": "Chef" })).bad("invalidValue");
        scim.put(&id, &with(bare("ann@acme.test"), "title", json!(7))).bad("invalidValue");
        scim.put(&id, &json!([])).bad("invalidSyntax");
        scim.put(&id, &with(bare("ann@acme.test"), "active", json!("no"))).bad("invalidValue");
        assert_eq!(scim.get(&format!("/Users/{id}")).json(), before);
    }
}

#[test]
fn a_put_to_nobody_makes_nobody() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    scim.put("00000000-0000-0000-0000-000000000000", &bare("ann@acme.test")).refused(404, None);
    assert!(scim.get("/Users").ids().is_empty());
}

#[test]
fn the_answer_has_its_address_and_version_and_takes_attributes_too() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    let put =
        scim.put(&format!("{id}?attributes=title"), &with(bare("ann@acme.test"), "title", json!("Chef"))).expect(200);
    assert_eq!(put.json(), json!({ "schemas": [USER], "id": id, "title": "Chef" }));
    assert_eq!(put.location(), format!("{}/scim/v2/Users/{id}", gate.base_url));
    assert_eq!(put.header("etag"), scim.get(&format!("/Users/{id}")).header("etag"));
}

/// Product rules §2.3: a new name keeps both ids.
#[test]
fn a_new_name_keeps_the_id_and_frees_the_old_one() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    assert_eq!(scim.put(&id, &user("ann.lee@acme.test")).expect(200).id(), id);
    assert!(scim.filter("/Users", "userName eq \"ann@acme.test\"").ids().is_empty());
    assert_ne!(scim.provision("ann@acme.test"), id);
}

/// `PUT` with a hold: only an administrator lifts it, and everything else is written (product rules §2.7).
#[test]
fn a_held_person_cannot_be_made_active_and_everything_else_can_be_written() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    gate.administer("ann@acme.test", &domain::command::Command::Hold);
    assert_eq!(scim.get(&format!("/Users/{id}")).json()["active"], false);
    let told = scim.put(&id, &with(bare("ann@acme.test"), "active", json!(true))).refused(403, None);
    assert!(told.contains("administrator"), "{told}");
    scim.patch(&id, "active", json!(true)).refused(403, None);
    assert_eq!(scim.put(&id, &with(bare("ann@acme.test"), "title", json!("Chef"))).expect(200).json()["active"], false);
}
