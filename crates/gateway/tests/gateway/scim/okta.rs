//! What Okta sends, from an app of the integration wizard (PUT) and from a catalogue app (PATCH).

use serde_json::{Value, json};

use crate::common::answer::Answer;
use crate::common::scim::{GROUP, PATCH, ROLES, Scim, USER, user, with};
use crate::gate::Gate;

fn as_okta(scim: &Scim, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let headers = [
        ("content-type", "application/scim+json; charset=utf-8"),
        ("accept", "application/scim+json"),
        ("accept-charset", "utf-8"),
        ("user-agent", "Okta SCIM Client 1.0.0"),
    ];
    let body = body.map(Value::to_string);
    scim.send(method, path, &headers, body.as_deref().map(str::as_bytes))
}

/// The body of its first POST, with the random password that it makes up.
fn test_user() -> Value {
    json!({
        "schemas": [USER], "userName": "test.user@okta.local", "name": { "givenName": "Test", "familyName": "User" },
        "emails": [{ "primary": true, "value": "test.user@okta.local", "type": "work" }], "displayName": "Test User",
        "locale": "en-US", "externalId": "00ujl29u0le5T6Aj10h7", "groups": [], "password": "1mz050nq", "active": true,
    })
}

const FIND: &str = "/Users?filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100";

on_both_databases! {
    fn an_assigned_person_is_looked_for_made_and_switched_off_and_on_by_put(gate: &Gate) {
        let scim = gate.acme.scim();
        as_okta(&scim, "GET", "/Users?startIndex=1&count=2", None).expect(200);
        assert_eq!(as_okta(&scim, "GET", FIND, None).expect(200).json()["totalResults"], 0);
        let made = as_okta(&scim, "POST", "/Users", Some(&test_user())).expect(201);
        let path = format!("/Users/{}", made.id());
        as_okta(&scim, "POST", "/Users", Some(&test_user())).refused(409, Some("uniqueness"));

        let read = as_okta(&scim, "GET", &path, None).expect(200).json();
        let off = as_okta(&scim, "PUT", &path, Some(&with(read.clone(), "active", json!(false)))).expect(200).json();
        assert_eq!((&off["active"], &off["displayName"]), (&json!(false), &json!("Test User")));
        assert_eq!(
            as_okta(&scim, "GET", FIND, None).json()["Resources"][0]["active"],
            false,
            "who is off stays to be found"
        );
        let on = as_okta(&scim, "PUT", &path, Some(&with(off, "active", json!(true)))).expect(200).json();
        assert_eq!((&on["active"], &on["id"]), (&json!(true), &read["id"]));
    }

    fn a_catalogue_app_switches_off_by_a_patch_without_a_path(gate: &Gate) {
        let scim = gate.acme.scim();
        let path = format!("/Users/{}", as_okta(&scim, "POST", "/Users", Some(&test_user())).id());
        let patch = |value: Value| {
            let body = json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "value": value }] });
            as_okta(&scim, "PATCH", &path, Some(&body)).expect(200).json()
        };
        assert_eq!(patch(json!({ "active": false }))["active"], false);
        assert_eq!(patch(json!({ "active": true }))["active"], true);
        let synced = patch(json!({ "password": "an0ther" }));
        assert_eq!(synced.get("password"), None);
    }

    /// The role attributes stand below their own URN, and the echo of a PUT must not lose them.
    fn roles_come_back_with_every_read(gate: &Gate) {
        let scim = gate.acme.scim();
        let roles = json!({ "workato_role": "Environment admin", "workato_role_prod": "NoAccess" });
        let body = with(with(test_user(), ROLES, roles.clone()), "schemas", json!([USER, ROLES]));
        let made = as_okta(&scim, "POST", "/Users", Some(&body)).expect(201);
        assert_eq!((&made.json()[ROLES], &made.json()["schemas"]), (&roles, &json!([USER, ROLES])));
        let put = as_okta(&scim, "PUT", &format!("/Users/{}", made.id()), Some(&made.json())).expect(200);
        assert_eq!((put.json(), put.header("etag")), (made.json(), made.header("etag")));
        assert_eq!(as_okta(&scim, "GET", FIND, None).json()["Resources"][0][ROLES], roles);
    }

    /// It sends the group's id along, members without a type and with a display, and the whole membership at once.
    fn groups_are_pushed_renamed_and_unlinked(gate: &Gate) {
        let scim = gate.acme.scim();
        let (ann, bob) = (scim.provision("ann@acme.test"), scim.provision("bob@acme.test"));
        let members = json!([{ "value": ann, "display": "ann@acme.test" }]);
        let pushed = json!({ "schemas": [GROUP], "displayName": "Ops", "members": members });
        let made = as_okta(&scim, "POST", "/Groups", Some(&pushed)).expect(201);
        let path = format!("/Groups/{}", made.id());
        let patch = |operations: Value| {
            as_okta(&scim, "PATCH", &path, Some(&json!({ "schemas": [PATCH], "Operations": operations })))
                .expect(200)
                .json()
        };
        let members = |group: &Value| -> Vec<String> {
            group["members"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|member| member["value"].as_str().unwrap().to_owned())
                .collect()
        };
        let renamed = patch(json!([{ "op": "replace", "value": { "id": made.id(), "displayName": "Operations" } }]));
        assert_eq!((renamed["displayName"].as_str(), members(&renamed)), (Some("Operations"), vec![ann.clone()]));
        let swapped = patch(json!([
            { "op": "remove", "path": format!("members[value eq \"{ann}\"]") },
            { "op": "add", "path": "members", "value": [{ "value": bob, "display": "bob@acme.test" }] },
        ]));
        assert_eq!(members(&swapped), [bob.as_str()]);
        let replaced = patch(
            json!([{ "op": "replace", "path": "members", "value": [{ "value": ann }, { "value": bob }] }]),
        );
        assert_eq!(members(&replaced).len(), 2);
        let read = as_okta(&scim, "GET", &path, None);
        let put = as_okta(&scim, "PUT", &path, Some(&read.json())).expect(200);
        assert_eq!(put.header("etag"), read.header("etag"));
        assert_eq!(as_okta(&scim, "GET", "/Groups?startIndex=1&count=100", None).expect(200).json()["totalResults"], 1);
        as_okta(&scim, "DELETE", &path, None).expect(204);
        as_okta(&scim, "GET", &path, None).refused(404, None);
    }
}

/// The steps of Okta's published specification test, in its order.
#[test]
fn oktas_specification_test_passes() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    scim.provision("somebody@acme.test");
    let list = scim.get("/Users?count=1&startIndex=1").expect(200).json();
    for number in ["itemsPerPage", "startIndex", "totalResults"] {
        assert!(list[number].is_i64(), "{number}");
    }
    let first = &list["Resources"][0];
    for filled in [
        &first["id"],
        &first["name"]["familyName"],
        &first["name"]["givenName"],
        &first["userName"],
        &first["emails"][0]["value"],
    ] {
        assert!(!filled.as_str().unwrap().is_empty(), "{first}");
    }
    assert_eq!(
        (&first["active"], &list["schemas"]),
        (&json!(true), &json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]))
    );
    assert_eq!(scim.filter("/Users", "userName eq \"nobody@okta.local\"").expect(200).json()["totalResults"], 0);
    scim.get("/Users/00919288221112222").refused(404, None);
    // The userName need not be an e-mail address, and the body comes as application/json.
    let body = json!({
        "schemas": [USER], "userName": "Runscope300", "name": { "givenName": "R", "familyName": "Scope" },
        "emails": [{ "primary": true, "value": "r@okta.local", "type": "work" }], "displayName": "R", "active": true,
    });
    let headers = [("content-type", "application/json"), ("accept", "application/scim+json; charset=utf-8")];
    let made = scim.send("POST", "/Users", &headers, Some(body.to_string().as_bytes())).expect(201);
    assert_eq!((&made.json()["userName"], &made.json()["active"]), (&json!("Runscope300"), &json!(true)));
    scim.create(&body).refused(409, Some("uniqueness"));
    assert_eq!(scim.filter("/Users", "userName eq \"RUNSCOPE300\"").ids(), [made.id()]);
    assert!(scim.get("/Groups").expect(200).json()["Resources"].is_array());
}

/// An import walks pages of a hundred by index; whoever is made meanwhile must not shift them.
#[test]
fn an_import_sees_everybody_once_while_others_are_made() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let before: Vec<String> = (0..25).map(|nth| scim.provision(&format!("person{nth}@acme.test"))).collect();
    let mut seen = Vec::new();
    for page in 0..3 {
        let list = scim.get(&format!("/Users?startIndex={}&count=10", page * 10 + 1)).expect(200);
        seen.extend(list.ids());
        scim.create(&user(&format!("newcomer{page}@acme.test"))).expect(201);
    }
    assert_eq!(seen[..25], before);
}
