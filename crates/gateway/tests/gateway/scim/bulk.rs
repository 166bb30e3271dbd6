//! Bulk requests (RFC 7644 §3.7).

use serde_json::{Value, json};

use crate::common::answer::Answer;
use crate::common::scim::{ENTERPRISE, GROUP, PATCH, Scim, user, with};
use crate::gate::Gate;

const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

fn bulk(scim: &Scim, operations: Value) -> Answer {
    scim.send_json("POST", "/Bulk", &json!({ "schemas": [BULK], "Operations": operations }))
}

fn person(bulk_id: &str) -> Value {
    json!({ "method": "POST", "path": "/Users", "bulkId": bulk_id, "data": user(&format!("{bulk_id}@acme.test")) })
}

fn managed(bulk_id: &str, manager: &str) -> Value {
    let data = with(
        user(&format!("{bulk_id}@acme.test")),
        ENTERPRISE,
        json!({ "manager": { "value": format!("bulkId:{manager}") } }),
    );
    json!({ "method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data })
}

fn team(bulk_id: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "type": "User", "value": id })).collect();
    let data = json!({ "schemas": [GROUP], "displayName": bulk_id, "members": members });
    json!({ "method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data })
}

/// The body of a PATCH that sets an attribute.
fn set(path: &str, value: Value) -> Value {
    json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "path": path, "value": value }] })
}

fn remove(path: &str) -> Value {
    json!({ "schemas": [PATCH], "Operations": [{ "op": "remove", "path": path }] })
}

/// The operations of an answer.
#[track_caller]
fn done(answer: &Answer) -> Vec<Value> {
    let body = answer.clone().expect(200).json();
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
    body["Operations"].as_array().unwrap().clone()
}

fn statuses(answer: &Answer) -> Vec<String> {
    done(answer).iter().map(|one| one["status"].as_str().unwrap().to_owned()).collect()
}

fn id_of(operation: &Value) -> &str {
    operation["location"].as_str().unwrap().rsplit_once('/').unwrap().1
}

on_both_databases! {
    fn operations_are_answered_each_with_its_status_place_and_version(gate: &Gate) {
        let scim = gate.acme.scim();
        let (ann, bob) = (scim.provision("ann@acme.test"), scim.provision("bob@acme.test"));
        let answer = bulk(
            &scim,
            json!([
                person("eve"),
                { "method": "PUT", "path": format!("/Users/{ann}"), "data": user("ann.lee@acme.test") },
                { "method": "patch", "path": format!("/Users/{ann}"), "data": set("active", json!(false)) },
                { "method": "DELETE", "path": format!("/Users/{bob}") },
                { "method": "DELETE", "path": format!("/Users/{bob}") },
            ]),
        );
        assert_eq!(statuses(&answer), ["201", "200", "200", "204", "404"]);
        let all = done(&answer);
        assert_eq!(
            (&all[0]["bulkId"], &all[0]["method"], &all[0]["version"]),
            (&json!("eve"), &json!("POST"), &json!("W/\"1\""))
        );
        assert_eq!(all[0]["location"], format!("{}/scim/v2/Users/{}", gate.base_url, id_of(&all[0])));
        assert_eq!(
            (all[0].get("response"), &all[2]["version"], all[3].get("version")),
            (None, &json!("W/\"3\""), None)
        );
        assert_eq!(
            (&all[4]["response"]["status"], &all[4]["location"]),
            (&json!("404"), &json!(format!("{}/scim/v2/Users/{bob}", gate.base_url)))
        );
        assert_eq!(scim.get(&format!("/Users/{ann}")).json()["active"], false);
    }

    /// RFC 7644 §3.7.2: an id that is not known yet is named by the bulkId of what makes it.
    fn references_are_resolved_wherever_ids_stand_and_in_any_order(gate: &Gate) {
        let scim = gate.acme.scim();
        let answer = bulk(
            &scim,
            json!([
                team("Ops", &["bulkId:ann", "bulkId:bob"]),
                managed("bob", "ann"),
                person("ann"),
                { "method": "PATCH", "path": "/Groups/bulkId:Ops", "data": remove("members[value eq \"bulkId:bob\"]") },
                { "method": "PATCH", "path": "/Users/bulkId:ann", "data": set("title", json!("Chef")) },
            ]),
        );
        assert_eq!(statuses(&answer), ["201", "201", "201", "200", "200"]);
        let all = done(&answer);
        let (ops, bob, ann) = (id_of(&all[0]), id_of(&all[1]), id_of(&all[2]));
        assert_eq!(scim.get(&format!("/Users/{bob}")).json()[ENTERPRISE]["manager"]["value"], ann);
        assert_eq!(
            scim.get(&format!("/Groups/{ops}?attributes=members.value")).json()["members"],
            json!([{ "value": ann }])
        );
        assert_eq!(scim.get(&format!("/Users/{ann}")).json()["title"], "Chef");
    }

    /// RFC 7644 §3.7.1: "MUST try to resolve circular cross-references".
    fn two_people_may_manage_each_other(gate: &Gate) {
        let scim = gate.acme.scim();
        let answer = bulk(&scim, json!([managed("ann", "bob"), managed("bob", "ann"), managed("eve", "eve")]));
        assert_eq!(statuses(&answer), ["201", "201", "201"]);
        let all = done(&answer);
        for (one, manager) in [(0, 1), (1, 0), (2, 2)] {
            let read = scim.get(&format!("/Users/{}", id_of(&all[one])));
            assert_eq!(
                (&read.json()[ENTERPRISE]["manager"]["value"], read.header("etag")),
                (&json!(id_of(&all[manager])), all[one]["version"].as_str().unwrap())
            );
        }
    }

    /// RFC 7644 §3.7.3: how many errors are borne; what was not come to is not answered.
    fn a_request_stops_at_as_many_errors_as_it_bears(gate: &Gate) {
        let scim = gate.acme.scim();
        let wrong = |nth: usize| json!({ "method": "POST", "path": "/Users", "bulkId": format!("b{nth}"), "data": {} });
        let operations: Vec<Value> = (0..5).map(wrong).chain([person("last")]).collect();
        let under = |most: Value| {
            scim.send_json(
                "POST",
                "/Bulk",
                &json!({ "schemas": [BULK], "failOnErrors": most, "Operations": operations }),
            )
        };
        for (most, answered) in [(json!(1), 1), (json!(3), 3), (json!(5), 5)] {
            assert_eq!(done(&under(most.clone())).len(), answered, "{most}");
        }
        assert!(scim.get("/Users").ids().is_empty(), "what comes after is not done");
        assert_eq!(done(&under(json!(6))).len(), 6);
        assert_eq!(scim.get("/Users").ids().len(), 1);
        for wrong in [json!(-1), json!("2"), json!(1.5), json!([]), json!(true)] {
            under(wrong).bad("invalidValue");
        }
    }

    fn a_version_in_an_operation_is_its_if_match(gate: &Gate) {
        let scim = gate.acme.scim();
        let path = format!("/Users/{}", scim.provision("ann@acme.test"));
        let retitle = json!({ "Operations": [{ "op": "replace", "path": "title", "value": "Chef" }] });
        let answer = bulk(
            &scim,
            json!([
                { "method": "PATCH", "path": path, "version": "W/\"1\"", "data": retitle },
                { "method": "PATCH", "path": path, "version": "W/\"1\"", "data": remove("title") },
                { "method": "DELETE", "path": path, "version": "W/\"1\"" },
            ]),
        );
        assert_eq!(statuses(&answer), ["200", "412", "412"]);
        assert_eq!(scim.get(&path).json()["title"], "Chef");
    }
}

#[test]
fn what_is_wrong_with_one_operation_fails_that_one() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    let known = format!("/Users/{id}");
    for (operation, status, keyword) in [
        (json!({ "method": "GET", "path": known }), "400", "invalidValue"),
        (json!({ "method": "POST", "path": "/Users", "data": user("x@acme.test") }), "400", "invalidValue"),
        (json!({ "method": "POST", "bulkId": "x", "data": user("x@acme.test") }), "400", "invalidValue"),
        (json!({ "method": "POST", "path": "/Users", "bulkId": "x" }), "400", "invalidSyntax"),
        (json!({ "method": "PATCH", "path": known, "data": "x" }), "400", "invalidSyntax"),
        (json!({ "method": "PATCH", "path": known, "data": { "Operations": [] } }), "400", "invalidSyntax"),
        (
            json!({ "method": "POST", "path": "/Users", "bulkId": "x", "data": user("ANN@acme.test") }),
            "409",
            "uniqueness",
        ),
        (json!({ "method": "PATCH", "path": known, "data": remove("userName") }), "400", "mutability"),
        (team("x", &["nobody"]), "400", "invalidValue"),
        (team("x", &["bulkId:nobody"]), "400", "invalidValue"),
        (json!({ "method": "POST", "path": "/Bulk", "bulkId": "x", "data": { "Operations": [] } }), "404", ""),
        (json!({ "method": "POST", "path": "/Me", "bulkId": "x", "data": {} }), "404", ""),
        (json!({ "method": "PUT", "path": "/Schemas/urn:x", "data": {} }), "404", ""),
        (json!({ "method": "DELETE", "path": format!("{known}/x") }), "404", ""),
        (json!({ "method": "DELETE", "path": "/Users" }), "405", ""),
        (json!({ "method": "POST", "path": known, "bulkId": "x", "data": {} }), "405", ""),
    ] {
        let all = done(&bulk(&scim, json!([operation, person(&format!("fine{}", scim.get("/Users").ids().len()))])));
        let failed = &all[0];
        assert_eq!(
            (failed["status"].as_str(), failed["response"]["status"].as_str()),
            (Some(status), Some(status)),
            "{operation}: {failed}"
        );
        assert_eq!(failed["response"]["scimType"].as_str().unwrap_or_default(), keyword, "{operation}: {failed}");
        assert!(failed["response"]["detail"].as_str().unwrap().len() > 10);
        assert_eq!(all[1]["status"], "201", "the others are done all the same");
    }
}

/// RFC 7644 §3.7.1: what refers to what failed can't be done: 409.
#[test]
fn a_reference_to_what_failed_is_a_conflict() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let answer = bulk(
        &scim,
        json!([{ "method": "POST", "path": "/Users", "bulkId": "ann", "data": {} }, team("Ops", &["bulkId:ann"])]),
    );
    assert_eq!(statuses(&answer), ["400", "409"]);
    assert!(scim.get("/Groups").ids().is_empty());
}

#[test]
fn a_message_that_is_no_bulk_request_is_refused_whole() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for body in [
        json!([]),
        json!({}),
        json!({ "schemas": [BULK] }),
        json!({ "schemas": [BULK], "Operations": [] }),
        json!({ "schemas": [BULK], "Operations": {} }),
        json!({ "schemas": [BULK], "Operations": ["x"] }),
        json!({ "schemas": [PATCH], "Operations": [person("a")] }),
        json!({ "schemas": [BULK], "Operations": [{ "path": "/Users" }] }),
        json!({ "schemas": [BULK], "Operations": [{ "method": "POST", "path": "/Users", "bulkId": 7, "data": {} }] }),
    ] {
        scim.send_json("POST", "/Bulk", &body).bad("invalidSyntax");
    }
    bulk(&scim, json!([person("a"), person("a")])).bad("invalidValue");
    assert!(scim.get("/Users").ids().is_empty());
}

/// RFC 7644 §3.7.4: past an announced limit it is 413, and nothing is done.
#[test]
fn more_operations_than_announced_are_413() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let announced = scim.get("/ServiceProviderConfig").json()["bulk"].clone();
    let most = usize::try_from(announced["maxOperations"].as_u64().unwrap()).unwrap();
    let nobody = json!({ "method": "DELETE", "path": "/Users/nobody" });
    assert_eq!(statuses(&bulk(&scim, json!(vec![nobody.clone(); most]))), vec!["404"; most]);
    let told = bulk(&scim, json!(vec![nobody; most + 1])).refused(413, None);
    assert!(told.contains(&most.to_string()), "{told}");
    let size = usize::try_from(announced["maxPayloadSize"].as_u64().unwrap()).unwrap();
    scim.send("POST", "/Bulk", &[], Some(" ".repeat(size + 1).as_bytes())).refused(413, None);
    scim.send("POST", "/Bulk", &[], Some(" ".repeat(size).as_bytes())).bad("invalidSyntax");
}
