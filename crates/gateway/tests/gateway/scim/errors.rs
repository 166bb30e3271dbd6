//! Errors have one form and say what to do (RFC 7644 §3.12).

use serde_json::json;

use crate::common::scim::{PATCH, user, with};
use crate::gate::Gate;

/// Okta shows the sentence to its administrator, so it must be one, and must not tell of what is inside.
#[test]
fn every_refusal_is_a_scim_error_with_a_sentence_for_an_administrator() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let ann = scim.provision("ann@acme.test");
    let path = format!("/Users/{ann}");
    let patch = |operation| scim.operate(&path, json!([operation]));
    let refusals = [
        (scim.get("/Users?filter=nothing%20pr").bad("invalidFilter"), "/Schemas"),
        (scim.create(&user("ANN@acme.test")).refused(409, Some("uniqueness")), ann.as_str()),
        (patch(json!({ "op": "remove", "path": "userName" })).bad("mutability"), "replace"),
        (scim.create(&json!([])).bad("invalidSyntax"), "object"),
        (patch(json!({ "op": "replace", "path": "nothing", "value": 1 })).bad("invalidPath"), "/Schemas"),
        (patch(json!({ "op": "remove", "path": "emails[type eq \"x\"]" })).bad("noTarget"), "emails"),
        (scim.create(&with(user("bob@acme.test"), "active", json!("x"))).bad("invalidValue"), "true or false"),
        (scim.get("/Users/7").refused(404, None), "User"),
        (scim.get("/Groups/7").refused(404, None), "Group"),
        (scim.get("/Roles/7").refused(404, None), "Role"),
        (scim.send("PUT", "/Users", &[], None).refused(405, None), "GET"),
        (scim.send("GET", "/Users", &[("accept", "text/html")], None).refused(406, None), "application/scim+json"),
        (scim.send("DELETE", &path, &[("if-match", "W/\"9\"")], None).refused(412, None), "read it again"),
        (
            scim.send("POST", "/Users", &[("content-type", "text/plain")], Some(b"x")).refused(415, None),
            "application/scim+json",
        ),
        (scim.get("/Me").refused(501, None), "/Users"),
    ];
    for (told, hint) in refusals {
        assert!(told.contains(hint), "{told}");
        let inside = ["panicked", "SELECT", "sqlite", "diesel", "src/", ".rs", "Error(", "unwrap"];
        assert!(inside.iter().all(|word| !told.contains(word)), "{told}");
    }
}

#[test]
fn every_answer_has_the_request_id_that_the_logs_have() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let made = scim.create(&user("ann@acme.test")).expect(201);
    let refused = scim.get("/Users/7");
    for answer in [&made, &refused] {
        assert_eq!(answer.header("x-request-id").len(), 36, "{answer:?}");
    }
    assert_ne!(made.header("x-request-id"), refused.header("x-request-id"));
    let entry = gate.audit("collaborator.provisioned").pop().unwrap();
    assert_eq!(entry.request_id.as_deref(), Some(made.header("x-request-id")));
    // A client does not choose it: what it sends would be written into logs.
    let chosen = scim.send("GET", "/Users", &[("x-request-id", "mine")], None);
    assert_ne!(chosen.header("x-request-id"), "mine");
}

/// A name from outside that is put into a sentence is cut and escaped there.
#[test]
fn what_a_sentence_repeats_is_short_and_escaped() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let path = format!("/Users/{}", scim.provision("ann@acme.test"));
    let long = "x".repeat(4_000);
    for told in [
        scim.operate(&path, json!([{ "op": "remove", "path": long }])).bad("invalidPath"),
        scim.operate(&path, json!([{ "op": long, "path": "title" }])).bad("invalidSyntax"),
        scim.get(&format!("/Users?sortBy={long}")).bad("invalidValue"),
        scim.filter("/Users", &format!("{} pr", &long[..3_000])).bad("invalidFilter"),
        scim.send_json("POST", "/Groups", &json!({ "displayName": "Ops", "members": [{ "value": long }] }))
            .bad("invalidValue"),
    ] {
        assert!(told.len() < 500, "{told}");
    }
    let control = scim.operate(&path, json!([{ "op": "replace", "path": "a\u{7}\"b", "value": 1 }])).bad("invalidPath");
    assert!(!control.contains('\u{7}'), "{control}");
    scim.send_json("PATCH", &path, &json!({ "schemas": [PATCH], "Operations": [{ "op": "\u{1f600}" }] }))
        .bad("invalidSyntax");
}
