//! PATCH that can't be done: a keyword of RFC 7644 §3.12 and a sentence each, and nothing changes.

use serde_json::{Value, json};

use crate::common::scim::{ENTERPRISE, PATCH, Scim, USER};
use crate::gate::Gate;

fn refuse(scim: &Scim, path: &str, cases: Vec<(Value, &str)>) {
    let before = scim.get(path).json();
    for (operation, keyword) in cases {
        let answer = scim.operate(path, json!([operation]));
        assert_eq!(
            (answer.status, answer.json()["scimType"].as_str()),
            (400, Some(keyword)),
            "{operation}: {answer:?}"
        );
        answer.bad(keyword);
    }
    assert_eq!(scim.get(path).json(), before);
}

fn with_ann(story: impl FnOnce(&Scim, &str)) {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let path = format!("/Users/{}", scim.provision("ann@acme.test"));
    story(&scim, &path);
}

#[test]
fn a_path_that_is_none_is_invalid_path() {
    let paths = [
        "",
        " ",
        "nothing",
        "name.nothing",
        "urn:x:y",
        "urn:x:y:z",
        "emails[",
        "emails[type eq \"work\"",
        "emails[type eq \"work\"].",
        "emails[type eq \"work\"]x",
        "emails[type eq \"work\"].nothing",
        "emails[type eq \"work\"].value.x",
        "[type eq \"x\"]",
        "a b",
        "\"userName\"",
        "userName[value eq \"x\"]",
        "name[givenName eq \"x\"].familyName",
        "emails.value.x",
        "$ref",
        "/userName",
        "department",
        "1x",
        "emails]",
        "userName eq \"x\"",
    ];
    with_ann(|scim, path| {
        refuse(
            scim,
            path,
            paths.iter().map(|one| (json!({ "op": "replace", "path": one, "value": "x" }), "invalidPath")).collect(),
        );
        for other in [json!(7), json!(["title"]), json!({})] {
            refuse(scim, path, vec![(json!({ "op": "remove", "path": other }), "invalidPath")]);
        }
        let told =
            scim.operate(path, json!([{ "op": "replace", "path": "department", "value": "x" }])).bad("invalidPath");
        assert!(told.contains(&format!("{ENTERPRISE}:department")), "{told}");
    });
}

#[test]
fn a_fault_in_a_paths_filter_is_invalid_filter() {
    let paths = [
        "emails[]",
        "emails[type]",
        "emails[type eq]",
        "emails[type eq work]",
        "emails[type xx \"work\"]",
        "emails[nothing eq \"x\"]",
        "emails[primary gt true]",
        "emails[primary eq \"perhaps\"]",
        "emails[type eq \"a\" and]",
        "emails[emails[type eq \"x\"]]",
    ];
    with_ann(|scim, path| {
        refuse(
            scim,
            path,
            paths
                .iter()
                .map(|one| (json!({ "op": "replace", "path": format!("{one}.value"), "value": "x" }), "invalidFilter"))
                .collect(),
        );
    });
}

#[test]
fn what_selects_nothing_is_no_target() {
    with_ann(|scim, path| {
        refuse(
            scim,
            path,
            vec![
                (json!({ "op": "remove" }), "noTarget"),
                (json!({ "op": "remove", "value": { "title": "x" } }), "noTarget"),
                (json!({ "op": "remove", "path": "emails[type eq \"none\"]" }), "noTarget"),
                (json!({ "op": "remove", "path": "phoneNumbers[type eq \"work\"].value" }), "noTarget"),
                (json!({ "op": "replace", "path": "emails[type eq \"none\"].value", "value": "x" }), "noTarget"),
                (json!({ "op": "replace", "path": "emails[type eq \"home\"]", "value": { "value": "x" } }), "noTarget"),
                (json!({ "op": "replace", "path": "emails[value sw \"nobody\"].display", "value": "x" }), "noTarget"),
                (json!({ "op": "add", "path": "emails[not (type pr)].value", "value": "x" }), "noTarget"),
            ],
        );
    });
}

#[test]
fn what_only_the_server_writes_and_what_must_stay_is_mutability() {
    with_ann(|scim, path| {
        for name in [
            "id",
            "meta",
            "meta.created",
            "meta.version",
            "schemas",
            "groups",
            "groups[value eq \"x\"]",
            "groups.display",
        ] {
            refuse(
                scim,
                path,
                vec![
                    (json!({ "op": "replace", "path": name, "value": "x" }), "mutability"),
                    (json!({ "op": "add", "path": name, "value": "x" }), "mutability"),
                    (json!({ "op": "remove", "path": name }), "mutability"),
                ],
            );
        }
        refuse(
            scim,
            path,
            vec![
                (
                    json!({ "op": "replace", "path": format!("{ENTERPRISE}:manager.displayName"), "value": "x" }),
                    "mutability",
                ),
                (json!({ "op": "remove", "path": "userName" }), "mutability"),
                (json!({ "op": "replace", "path": "userName", "value": null }), "mutability"),
                (json!({ "op": "replace", "value": { "userName": null } }), "mutability"),
                (json!({ "op": "remove", "path": "active" }), "mutability"),
                (json!({ "op": "remove", "path": USER }), "mutability"),
                // Okta sends the id along with what it changes; alone it would be a change of the id.
                (json!({ "op": "replace", "value": { "id": "x" } }), "mutability"),
                (json!({ "op": "replace", "value": { "meta": {}, "schemas": [] } }), "mutability"),
            ],
        );
    });
}

#[test]
fn a_value_that_does_not_fit_is_invalid_value() {
    let two_primary = json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }]);
    with_ann(|scim, path| {
        refuse(
            scim,
            path,
            vec![
                (json!({ "op": "add", "path": "title" }), "invalidValue"),
                (json!({ "op": "replace", "path": "title" }), "invalidValue"),
                (json!({ "op": "replace" }), "invalidValue"),
                (json!({ "op": "replace", "value": "x" }), "invalidValue"),
                (json!({ "op": "replace", "value": ["x"] }), "invalidValue"),
                (json!({ "op": "replace", "path": "title", "value": 7 }), "invalidValue"),
                (json!({ "op": "replace", "path": "title", "value": ["x"] }), "invalidValue"),
                (json!({ "op": "replace", "path": "active", "value": "perhaps" }), "invalidValue"),
                (json!({ "op": "replace", "path": "active", "value": 1 }), "invalidValue"),
                (json!({ "op": "replace", "path": "userName", "value": "" }), "invalidValue"),
                (json!({ "op": "replace", "path": "userName", "value": "a\nb" }), "invalidValue"),
                (json!({ "op": "replace", "path": "userName", "value": "x".repeat(1_001) }), "invalidValue"),
                (json!({ "op": "replace", "path": "externalId", "value": "x".repeat(1_001) }), "invalidValue"),
                (json!({ "op": "replace", "path": "name", "value": "Ann" }), "invalidValue"),
                (json!({ "op": "replace", "path": "name", "value": { "nothing": 1 } }), "invalidValue"),
                (json!({ "op": "replace", "path": "emails", "value": "ann@acme.test" }), "invalidValue"),
                (json!({ "op": "add", "path": "emails", "value": [{ "nothing": 1 }] }), "invalidValue"),
                (json!({ "op": "add", "path": "emails", "value": two_primary }), "invalidValue"),
                (json!({ "op": "replace", "path": "emails[type eq \"work\"]", "value": "x" }), "invalidValue"),
                (json!({ "op": "replace", "path": "emails[type eq \"work\"].value", "value": {} }), "invalidValue"),
                (json!({ "op": "replace", "path": ENTERPRISE, "value": "x" }), "invalidValue"),
                (json!({ "op": "replace", "path": "password", "value": 7 }), "invalidValue"),
                (json!({ "op": "replace", "path": "title", "value": "a\0b" }), "invalidValue"),
            ],
        );
    });
}

#[test]
fn a_message_that_is_no_patch_is_invalid_syntax() {
    let operation = json!({ "op": "replace", "path": "title", "value": "x" });
    with_ann(|scim, path| {
        for message in [
            json!([operation]),
            json!("x"),
            json!(null),
            json!(7),
            operation.clone(),
            json!({ "schemas": [PATCH] }),
            json!({ "schemas": [PATCH], "Operations": [] }),
            json!({ "schemas": [PATCH], "Operations": null }),
            json!({ "schemas": [PATCH], "Operations": operation }),
            json!({ "schemas": [PATCH], "Operations": [[operation]] }),
            json!({ "schemas": [PATCH], "Operations": ["replace"] }),
            json!({ "schemas": [USER], "Operations": [operation] }),
            json!({ "schemas": [], "Operations": [operation] }),
            json!({ "schemas": PATCH, "userName": "x" }),
            json!({ "schemas": [PATCH], "Operations": vec![operation.clone(); 1_001] }),
        ] {
            scim.send_json("PATCH", path, &message).bad("invalidSyntax");
        }
        for op in [json!("move"), json!("test"), json!(""), json!(7), json!(null), json!(["add"])] {
            refuse(scim, path, vec![(json!({ "op": op, "path": "title", "value": "x" }), "invalidSyntax")]);
        }
        refuse(scim, path, vec![(json!({ "path": "title", "value": "x" }), "invalidSyntax")]);
    });
}

/// Never a success for something that was ignored.
#[test]
fn names_that_nobody_knows_are_dropped_beside_others_and_refused_alone() {
    with_ann(|scim, path| {
        refuse(
            scim,
            path,
            vec![
                (json!({ "op": "replace", "value": { "nothing": "x" } }), "invalidPath"),
                (json!({ "op": "add", "value": { "urn:x:y": { "a": 1 } } }), "invalidPath"),
                (json!({ "op": "add", "value": { ENTERPRISE: { "nothing": "x" } } }), "invalidPath"),
            ],
        );
        let both = scim.operate(path, json!([{ "op": "replace", "value": { "nothing": "x", "title": "Chef" } }]));
        assert_eq!(both.expect(200).json()["title"], "Chef");
    });
}

/// Several values could be meant, and only one can have what is said.
#[test]
fn an_operation_that_would_make_several_values_alike_is_refused() {
    with_ann(|scim, path| {
        let two = json!([{ "op": "replace", "path": "emails", "value": [{ "value": "a" }, { "value": "b" }] }]);
        scim.operate(path, two).expect(200);
        refuse(
            scim,
            path,
            vec![
                (json!({ "op": "replace", "path": "emails.value", "value": "x" }), "invalidPath"),
                (json!({ "op": "replace", "path": "emails[value pr].primary", "value": true }), "invalidValue"),
            ],
        );
    });
}
