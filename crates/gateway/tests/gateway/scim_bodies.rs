//! Whole SCIM answers, as a client gets them. The clock stands still; ids and addresses are made the same by hand.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::common::answer::Answer;
use crate::common::scim::{ROLES, Scim, user, with};
use crate::gate::Gate;

/// The headers that clients use and the body, with ids and addresses made the same.
fn shown(gate: &Gate, answer: &Answer, ids: &[&str]) -> String {
    let mut text = format!("HTTP {}\n", answer.status);
    for name in ["content-type", "etag", "location", "www-authenticate", "cache-control"] {
        if !answer.header(name).is_empty() {
            text.push_str(&format!("{name}: {}\n", answer.header(name)));
        }
    }
    if !answer.body.is_empty() {
        text.push_str(&format!("\n{:#}", answer.json()));
    }
    let text = ids.iter().zip(1..).fold(text, |text, (id, nth)| text.replace(id, &format!("[id {nth}]")));
    text.replace(&gate.base_url, "[gateway]")
}

/// Everything that a client may send about somebody.
fn full_user(user_name: &str) -> Value {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let body = with(user(user_name), "displayName", json!("Ann Lee"));
    let body = with(body, "password", json!("never shown"));
    let body = with(body, "phoneNumbers", json!([{ "value": "tel:+1-555-0100", "type": "work" }]));
    let body = with(body, enterprise, json!({ "department": "Finance", "employeeNumber": "701984" }));
    let body = with(body, ROLES, json!({ "workato_role": "Environment admin", "workato_role_prod": "NoAccess" }));
    with(body, "schemas", json!(["urn:ietf:params:scim:schemas:core:2.0:User", enterprise, ROLES]))
}

fn create(scim: &Scim, body: &Value) -> (Answer, String) {
    let answer = scim.create(body).expect(201);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    (answer, id)
}

#[test]
fn a_user() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let (created, id) = create(&scim, &full_user("ann@acme.test"));
    assert_snapshot!("user_created", shown(&gate, &created, &[&id]));
    gate.advance(chrono::Duration::minutes(5));
    let patched = scim.patch(&id, "active", json!(false)).expect(200);
    assert_snapshot!("user_deactivated", shown(&gate, &patched, &[&id]));
    let some = scim.get(&format!("/Users/{id}?attributes=userName,name.familyName,{ROLES}:workato_role")).expect(200);
    assert_snapshot!("user_with_some_attributes", shown(&gate, &some, &[&id]));
}

#[test]
fn a_list() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let (_, ann) = create(&scim, &user("ann@acme.test"));
    gate.advance(chrono::Duration::seconds(1));
    let (_, bob) = create(&scim, &user("bob@acme.test"));
    let ids = [ann.as_str(), bob.as_str()];
    assert_snapshot!("list", shown(&gate, &scim.get("/Users").expect(200), &ids));
    let none = scim.get("/Users?filter=userName%20eq%20%22nobody%40acme.test%22").expect(200);
    assert_snapshot!("list_of_nobody", shown(&gate, &none, &ids));
    let second = scim.get("/Users?startIndex=2&count=1&attributes=userName").expect(200);
    assert_snapshot!("list_second_page", shown(&gate, &second, &ids));
}

#[test]
fn errors() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let (_, id) = create(&scim, &user("ann@acme.test"));
    let error = |answer: Answer| shown(&gate, &answer, &[&id]);
    assert_snapshot!("error_uniqueness", error(scim.create(&user("ann@acme.test"))));
    assert_snapshot!("error_unauthorized", error(Scim::new(&gate.base_url, "wrong").get("/Users")));
    assert_snapshot!("error_filter", error(scim.get("/Users?filter=favouriteColour%20eq%20%22red%22")));
    assert_snapshot!("error_not_found", error(scim.get("/Users/7")));
    assert_snapshot!("error_value", error(scim.create(&json!({ "userName": 7 }))));
}

#[test]
fn discovery() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for path in ["ServiceProviderConfig", "ResourceTypes", "Schemas"] {
        let answer = scim.get(&format!("/{path}")).expect(200);
        assert_snapshot!(path, shown(&gate, &answer, &[]));
    }
}
