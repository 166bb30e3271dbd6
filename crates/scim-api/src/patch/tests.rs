use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::document::UserDocument;
use crate::schema::{ENTERPRISE_URN, Registry, USER_URN, WORKATO_ROLE_URN};

fn ann() -> Value {
    json!({
        "userName": "ann@acme.test", "externalId": "00u1", "displayName": "Ann", "active": true,
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "emails": [
            {"value": "ann@acme.test", "type": "work", "primary": true},
            {"value": "ann@home.test", "type": "home", "display": "Home"},
        ],
        ENTERPRISE_URN: {"department": "Tours", "manager": {"value": "7"}},
        WORKATO_ROLE_URN: {"workato_role": "Admin", "workato_role_test": "Member"},
    })
}

fn try_on(document: &Value, operations: Value) -> Result<Patched, ScimError> {
    let registry = Registry::default();
    let request = PatchRequest::parse(&json!({"schemas": [PATCH_OP_URN], "Operations": operations}))?;
    apply(document.as_object().unwrap(), &request, registry.user())
}

fn patched(operations: Value) -> Value {
    let shown = operations.to_string();
    Value::Object(try_on(&ann(), operations).unwrap_or_else(|error| panic!("{shown}: {error}")).document)
}

fn refusal(operation: Value) -> &'static str {
    let shown = operation.to_string();
    try_on(&ann(), json!([operation])).expect_err(&shown).scim_type().unwrap()
}

/// Ann, with some attributes changed; null takes one away.
fn ann_but(members: Value) -> Value {
    let mut ann = ann();
    let all = ann.as_object_mut().unwrap();
    for (name, value) in members.as_object().unwrap() {
        match value {
            Value::Null => drop(all.shift_remove(name)),
            value => drop(all.insert(name.clone(), value.clone())),
        }
    }
    ann
}

fn one(operation: Value) -> Value {
    patched(json!([operation]))
}

fn emails_after(operation: Value) -> Value {
    one(operation)["emails"].clone()
}

mod without_a_path {
    use super::*;

    #[test]
    fn okta_deactivates() {
        assert_eq!(one(json!({"op": "replace", "value": {"active": false}})), ann_but(json!({"active": false})));
    }

    #[test]
    fn okta_may_send_the_id_along() {
        let value =
            json!({"id": "1", "schemas": [USER_URN], "meta": {"version": "1"}, "groups": [], "displayName": "Anna"});
        assert_eq!(one(json!({"op": "replace", "value": value})), ann_but(json!({"displayName": "Anna"})));
    }

    #[test]
    fn entra_sends_dotted_names_and_names_with_a_urn() {
        let value = json!({
            "displayName": "Bjfe", "name.givenName": "Kkom",
            format!("{ENTERPRISE_URN}:employeeNumber"): "Aklq", format!("{ENTERPRISE_URN}:manager.value"): "8",
            "emails[type eq \"work\"].value": "b@acme.test",
        });
        let wanted = ann_but(json!({
            "displayName": "Bjfe", "name": {"givenName": "Kkom", "familyName": "Lee"},
            ENTERPRISE_URN: {"department": "Tours", "manager": {"value": "8"}, "employeeNumber": "Aklq"},
            "emails": [
                {"value": "b@acme.test", "type": "work", "primary": true},
                {"value": "ann@home.test", "type": "home", "display": "Home"},
            ],
        }));
        assert_eq!(one(json!({"op": "replace", "value": value})), wanted);
    }

    #[test]
    fn an_extension_is_merged() {
        let value = json!({WORKATO_ROLE_URN: {"workato_role_prod": "Operator"}});
        let roles = json!({"workato_role": "Admin", "workato_role_test": "Member", "workato_role_prod": "Operator"});
        assert_eq!(one(json!({"op": "replace", "value": value}))[WORKATO_ROLE_URN], roles);
        assert_eq!(one(json!({"op": "Add", "value": value}))[WORKATO_ROLE_URN], roles);
        let whole = json!({"op": "replace", "path": WORKATO_ROLE_URN, "value": {"workato_role_prod": "Operator"}});
        assert_eq!(one(whole)[WORKATO_ROLE_URN], roles);
    }

    #[test]
    fn add_appends_values_and_replace_replaces_them() {
        let value = json!({"emails": [{"value": "new@x"}]});
        assert_eq!(emails_after(json!({"op": "add", "value": value})).as_array().unwrap().len(), 3);
        assert_eq!(emails_after(json!({"op": "replace", "value": value})), json!([{"value": "new@x"}]));
    }

    #[test]
    fn null_takes_a_value_away() {
        assert_eq!(
            one(json!({"op": "replace", "value": {"displayName": null}})),
            ann_but(json!({"displayName": null}))
        );
        assert_eq!(one(json!({"op": "replace", "value": {"emails": []}})), ann_but(json!({"emails": null})));
        assert_eq!(one(json!({"op": "add", "value": {"displayName": null}})), ann());
        let no_roles = one(json!({"op": "replace", "value": {WORKATO_ROLE_URN: null}}));
        assert_eq!(no_roles, ann_but(json!({WORKATO_ROLE_URN: null})));
    }

    #[test]
    fn an_unknown_name_beside_known_ones_is_dropped_and_named() {
        let operation = json!([{"op": "replace", "value": {"title": "Boss", "shade": "x"}}]);
        let patched = try_on(&ann(), operation).unwrap();
        assert_eq!(patched.document["title"], "Boss");
        assert!(patched.tolerated[0].contains("shade"));
    }

    #[test]
    fn nothing_but_unknown_names_is_no_success() {
        assert_eq!(refusal(json!({"op": "replace", "value": {"shade": "x"}})), "invalidPath");
        assert_eq!(refusal(json!({"op": "add", "value": {ENTERPRISE_URN: {"shade": "x"}}})), "invalidPath");
        assert_eq!(refusal(json!({"op": "replace", "value": {"urn:x:y": {"a": 1}}})), "invalidPath");
    }

    #[test]
    fn the_value_must_be_an_object_and_a_remove_needs_a_path() {
        assert_eq!(refusal(json!({"op": "replace", "value": "x"})), "invalidValue");
        assert_eq!(refusal(json!({"op": "add"})), "invalidValue");
        assert_eq!(refusal(json!({"op": "remove"})), "noTarget");
        assert_eq!(refusal(json!({"op": "remove", "value": {"title": "x"}})), "noTarget");
    }

    #[test]
    fn what_only_the_server_writes_is_no_success_alone() {
        assert_eq!(refusal(json!({"op": "replace", "value": {"id": "1"}})), "mutability");
        assert_eq!(refusal(json!({"op": "add", "value": {"meta": {}, "groups": []}})), "mutability");
        assert_eq!(refusal(json!({"op": "replace", "value": {"id": "1", "shade": "x"}})), "invalidPath");
    }

    #[test]
    fn a_manager_is_taken_without_its_urn() {
        let manager = |operation: Value| one(operation)[ENTERPRISE_URN].get("manager").cloned();
        assert_eq!(manager(json!({"op": "replace", "value": {"manager": "8"}})), Some(json!({"value": "8"})));
        assert_eq!(
            manager(json!({"op": "Add", "path": "manager", "value": [{"value": "8"}]})),
            Some(json!({"value": "8"}))
        );
        assert_eq!(manager(json!({"op": "Remove", "path": "manager"})), None);
        assert_eq!(manager(json!({"op": "Replace", "path": "manager", "value": ""})), None);
        let patched = try_on(&ann(), json!([{"op": "add", "path": "manager.value", "value": "8"}])).unwrap();
        assert_eq!(patched.tolerated, ["manager.value: taken without its URN"]);
    }

    #[test]
    fn a_password_is_taken_and_dropped() {
        assert_eq!(refusal(json!({"op": "replace", "path": "password", "value": {"a": 1}})), "invalidValue");
        assert_eq!(one(json!({"op": "replace", "value": {"password": "N3w"}})), ann());
        assert_eq!(one(json!({"op": "replace", "path": "password", "value": "N3w"})), ann());
    }
}

mod with_a_path {
    use super::*;

    #[test]
    fn a_value_is_set_in_any_case_of_op_and_name() {
        assert_eq!(
            one(json!({"op": "Replace", "path": "ACTIVE", "value": "False"})),
            ann_but(json!({"active": false}))
        );
        assert_eq!(
            one(json!({"op": "Add", "path": "nickName", "value": "Babs"})),
            ann_but(json!({"nickName": "Babs"}))
        );
        let qualified = format!("{USER_URN}:name.givenName");
        assert_eq!(one(json!({"op": "replace", "path": qualified, "value": "A"}))["name"]["givenName"], "A");
    }

    #[test]
    fn a_complex_attribute_is_merged() {
        let name = json!({"givenName": "Anna", "familyName": "Lee"});
        for op in ["add", "replace"] {
            assert_eq!(one(json!({"op": op, "path": "name", "value": {"givenName": "Anna"}}))["name"], name);
        }
        assert_eq!(one(json!({"op": "replace", "path": "name.middleName", "value": "X"}))["name"]["middleName"], "X");
    }

    #[test]
    fn extension_attributes_are_set_and_removed() {
        let role = format!("{WORKATO_ROLE_URN}:workato_role_prod");
        assert_eq!(one(json!({"op": "add", "path": role, "value": "X"}))[WORKATO_ROLE_URN]["workato_role_prod"], "X");
        let alias = format!("{WORKATO_ROLE_URN}:workato_role_dev");
        assert_eq!(
            one(json!({"op": "remove", "path": alias}))[WORKATO_ROLE_URN],
            json!({"workato_role_test": "Member"})
        );
        assert_eq!(one(json!({"op": "remove", "path": WORKATO_ROLE_URN})), ann_but(json!({WORKATO_ROLE_URN: null})));
        for manager in [json!("8"), json!({"value": "8"}), json!([{"value": "8"}])] {
            let operation = json!({"op": "replace", "path": format!("{ENTERPRISE_URN}:manager"), "value": manager});
            assert_eq!(one(operation)[ENTERPRISE_URN]["manager"], json!({"value": "8"}));
        }
    }

    #[test]
    fn removed_roles_are_said_to_be_gone() {
        let patched = try_on(&ann(), json!([{"op": "remove", "path": WORKATO_ROLE_URN}])).unwrap();
        assert_eq!(UserDocument::from_patched(patched).roles, Some(std::collections::BTreeMap::new()));
    }

    #[test]
    fn a_removed_attribute_is_gone_and_removing_it_again_is_no_fault() {
        assert_eq!(one(json!({"op": "remove", "path": "displayName"})), ann_but(json!({"displayName": null})));
        assert_eq!(one(json!({"op": "remove", "path": "title"})), ann());
        assert_eq!(one(json!({"op": "remove", "path": "name.familyName"}))["name"], json!({"givenName": "Ann"}));
        let both = json!([{"op": "remove", "path": "name.givenName"}, {"op": "remove", "path": "name.familyName"}]);
        assert_eq!(patched(both), ann_but(json!({"name": null})));
    }

    #[test]
    fn what_must_stay_cannot_be_removed() {
        for operation in [
            json!({"op": "remove", "path": "userName"}),
            json!({"op": "replace", "path": "userName", "value": null}),
            json!({"op": "replace", "value": {"userName": null}}),
            json!({"op": "remove", "path": "active"}),
            json!({"op": "remove", "path": USER_URN}),
        ] {
            assert_eq!(refusal(operation), "mutability");
        }
        assert_eq!(refusal(json!({"op": "replace", "path": "userName", "value": ""})), "invalidValue");
    }

    #[test]
    fn what_only_the_server_writes_cannot_be_named() {
        for path in ["id", "meta", "meta.created", "groups", "groups[value eq \"1\"]", "groups.display", "schemas"] {
            assert_eq!(refusal(json!({"op": "replace", "path": path, "value": "x"})), "mutability", "{path}");
        }
        let display_name = format!("{ENTERPRISE_URN}:manager.displayName");
        assert_eq!(refusal(json!({"op": "add", "path": display_name, "value": "x"})), "mutability");
    }

    #[test]
    fn an_unknown_path_is_refused() {
        for path in [
            "shade",
            "name.shade",
            "urn:x:y:z",
            "emails[type eq \"work\"].shade",
            "userName.x",
            "department",
            "name[givenName eq \"x\"]",
            "name.givenName[a eq 1]",
            "userName[a pr]",
            "emails.value[type pr]",
        ] {
            assert_eq!(refusal(json!({"op": "replace", "path": path, "value": "x"})), "invalidPath", "{path}");
        }
        assert_eq!(
            refusal(json!({"op": "replace", "path": "emails[shade eq \"x\"].value", "value": "x"})),
            "invalidFilter"
        );
        assert_eq!(
            refusal(json!({"op": "replace", "path": "emails[primary gt true].value", "value": "x"})),
            "invalidFilter"
        );
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused() {
        for (path, value) in [
            ("displayName", json!(7)),
            ("displayName", json!({})),
            ("active", json!("yes")),
            ("name", json!("Ann")),
            ("emails", json!("a@x")),
            ("emails[type eq \"work\"].value", json!({"a": 1})),
            ("emails[type eq \"work\"]", json!("x")),
            ("name", json!({"shade": 1})),
            ("emails", json!([{"shade": 1}])),
            (ENTERPRISE_URN, json!("x")),
        ] {
            assert_eq!(
                refusal(json!({"op": "replace", "path": path, "value": value})),
                "invalidValue",
                "{path} {value}"
            );
        }
    }
}

mod with_values_selected {
    use super::*;

    const WORK: &str = "emails[type eq \"work\"]";

    #[test]
    fn a_sub_attribute_is_set_in_the_selected_values() {
        let emails = emails_after(json!({"op": "Replace", "path": "emails[type eq \"WORK\"].value", "value": "x@y"}));
        assert_eq!(emails[0], json!({"value": "x@y", "type": "work", "primary": true}));
        assert_eq!(emails[1], ann()["emails"][1]);
    }

    #[test]
    fn a_selected_value_takes_what_the_value_says() {
        let emails = emails_after(json!({"op": "replace", "path": WORK, "value": {"value": "x@y"}}));
        assert_eq!(emails[0], json!({"value": "x@y", "type": "work", "primary": true}));
    }

    #[test]
    fn a_selected_value_to_which_something_is_added_keeps_all_else() {
        let emails = emails_after(json!({"op": "add", "path": WORK, "value": {"display": "Work"}}));
        assert_eq!(emails[0], json!({"value": "ann@acme.test", "type": "work", "primary": true, "display": "Work"}));
    }

    #[test]
    fn entra_creates_a_usual_value_by_replacing_it() {
        let operation = json!({"op": "Replace", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "1"});
        assert_eq!(one(operation)["phoneNumbers"], json!([{"type": "mobile", "value": "1"}]));
        let operation = json!({"op": "Replace", "path": "roles[primary eq \"True\"].value", "value": "r"});
        assert_eq!(one(operation)["roles"], json!([{"primary": true, "value": "r"}]));
        let operation =
            json!({"op": "add", "path": "emails[type eq \"x\" and display eq \"d\"]", "value": {"value": "v"}});
        assert_eq!(emails_after(operation)[2], json!({"type": "x", "display": "d", "value": "v"}));
    }

    #[test]
    fn what_selects_nothing_is_no_target() {
        for (op, path) in [
            ("replace", "emails[type eq \"other\"]"),
            ("replace", "emails[value eq \"nobody\"].display"),
            ("replace", "emails[type eq \"nope\"].value"),
            ("add", "emails[type sw \"x\"].value"),
            ("add", "emails[not (type pr)].value"),
            ("add", "emails[type eq \"x\" or type eq \"y\"].value"),
            ("remove", "emails[type eq \"other\"]"),
            ("remove", "emails[type eq \"other\"].value"),
            ("remove", "phoneNumbers[type eq \"work\"]"),
        ] {
            let value = if path.contains("].") { json!("x") } else { json!({"value": "x"}) };
            assert_eq!(refusal(json!({"op": op, "path": path, "value": value})), "noTarget", "{op} {path}");
        }
    }

    #[test]
    fn selected_values_and_their_sub_attributes_are_removed() {
        let home = json!([ann()["emails"][1].clone()]);
        assert_eq!(emails_after(json!({"op": "remove", "path": WORK})), home);
        assert_eq!(
            emails_after(json!({"op": "remove", "path": "emails[value co \"acme\" and primary eq true]"})),
            home
        );
        let operation = json!({"op": "remove", "path": "emails[type eq \"home\"].display"});
        assert_eq!(emails_after(operation)[1], json!({"value": "ann@home.test", "type": "home"}));
        assert_eq!(one(json!({"op": "remove", "path": "emails"})), ann_but(json!({"emails": null})));
        assert_eq!(emails_after(json!({"op": "remove", "path": "emails.display"}))[1].get("display"), None);
    }

    #[test]
    fn entra_removes_the_values_that_it_names() {
        let operation =
            json!({"op": "Remove", "path": "emails", "value": [{"value": "ann@home.test", "display": null}]});
        assert_eq!(emails_after(operation), json!([ann()["emails"][0].clone()]));
        let absent = json!({"op": "remove", "path": "emails", "value": [{"value": "nobody"}]});
        assert_eq!(one(absent), ann());
    }

    #[test]
    fn a_value_that_is_there_is_not_added_again_but_completed() {
        for part in [
            json!({"value": "ann@home.test"}),
            json!({"type": "home", "value": "ann@home.test"}),
            json!({"type": "home"}),
        ] {
            assert_eq!(one(json!({"op": "add", "path": "emails", "value": [part]})), ann());
        }
        let more = json!({"value": "ANN@home.test", "type": "HOME", "primary": true});
        let emails = emails_after(json!({"op": "add", "path": "emails", "value": [more.clone()]}));
        assert_eq!(emails[1], json!({"value": "ANN@home.test", "type": "HOME", "display": "Home", "primary": true}));
        assert_eq!((&emails[0]["primary"], emails.as_array().unwrap().len()), (&json!(false), 2));
        let for_work = json!({"value": "ann@home.test", "type": "work"});
        assert_eq!(emails_after(json!({"op": "add", "path": "emails", "value": for_work}))[2], for_work);
        let again = ann()["emails"][1].clone();
        assert_eq!(one(json!({"op": "add", "path": "emails", "value": [again.clone(), again]})), ann());
        let one_object = json!({"op": "add", "path": "emails", "value": {"value": "c@x"}});
        assert_eq!(emails_after(one_object)[2], json!({"value": "c@x"}));
    }

    #[test]
    fn a_new_primary_value_takes_over() {
        for operation in [
            json!({"op": "add", "path": "emails", "value": [{"value": "c@x", "primary": true}]}),
            json!({"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}),
            json!({"op": "replace", "path": "emails[type eq \"home\"]", "value": {"primary": "True"}}),
            json!({"op": "replace", "path": "emails[type eq \"other\"].primary", "value": true}),
        ] {
            let emails = emails_after(operation);
            assert_eq!(emails[0]["primary"], false);
            let primary = emails.as_array().unwrap().iter().filter(|email| email["primary"] == true).count();
            assert_eq!(primary, 1, "{emails}");
        }
    }

    #[test]
    fn two_primary_values_at_once_are_refused() {
        for operation in [
            json!({"op": "add", "path": "emails", "value": [{"value": "c", "primary": true}, {"value": "d", "primary": true}]}),
            json!({"op": "replace", "path": "emails[type pr].primary", "value": true}),
        ] {
            assert_eq!(refusal(operation), "invalidValue");
        }
    }

    #[test]
    fn a_sub_attribute_without_a_selection_means_the_only_value() {
        let two = json!({"op": "replace", "path": "emails.value", "value": "x"});
        assert_eq!(refusal(two.clone()), "invalidPath");
        let drop_one = json!({"op": "remove", "path": WORK});
        assert_eq!(
            patched(json!([drop_one, two]))["emails"],
            json!([{"value": "x", "type": "home", "display": "Home"}])
        );
        let none = json!({"op": "add", "path": "phoneNumbers.value", "value": "1"});
        assert_eq!(one(none)["phoneNumbers"], json!([{"value": "1"}]));
    }
}

mod requests {
    use super::*;

    fn refusal(body: Value) -> &'static str {
        PatchRequest::parse(&body).expect_err(&body.to_string()).scim_type().unwrap()
    }

    #[test]
    fn the_message_is_taken_in_any_case_and_without_schemas() {
        let body = json!({"operations": [{"OP": "ADD", "Path": "title", "VALUE": "x"}]});
        let request = PatchRequest::parse(&body).unwrap();
        assert_eq!(request.operations[0].op, Op::Add);
        assert_eq!(request.operations[0].value, Some(json!("x")));
        PatchRequest::parse(
            &json!({"schemas": [PATCH_OP_URN.to_uppercase()], "Operations": [{"op": "remove", "path": null}]}),
        )
        .unwrap();
    }

    #[test]
    fn what_is_no_patch_is_invalid_syntax() {
        let operation = json!({"op": "add", "path": "title", "value": "x"});
        for body in [
            json!([]),
            json!({}),
            json!({"Operations": []}),
            json!({"Operations": {}}),
            json!({"Operations": ["x"]}),
            json!({"Operations": [{"path": "x"}]}),
            json!({"Operations": [{"op": "move"}]}),
            json!({"Operations": [{"op": 1}]}),
            json!({"schemas": [USER_URN], "Operations": [operation]}),
            json!({"schemas": "x", "Operations": [operation]}),
            json!({"Operations": vec![operation.clone(); MAX_OPERATIONS + 1]}),
        ] {
            assert_eq!(refusal(body), "invalidSyntax");
        }
        assert_eq!(refusal(json!({"Operations": [{"op": "remove", "path": 1}]})), "invalidPath");
        assert_eq!(refusal(json!({"Operations": [{"op": "remove", "path": "a["}]})), "invalidPath");
        assert_eq!(refusal(json!({"Operations": [{"op": "remove", "path": "a[]"}]})), "invalidFilter");
        let twice = json!({"op": "add", "Op": "remove", "path": "title"});
        assert_eq!(refusal(json!({"Operations": [twice]})), "invalidSyntax");
        assert_eq!(refusal(json!({"Operations": [operation], "operations": [operation]})), "invalidSyntax");
    }

    #[test]
    fn the_refused_operation_is_numbered_where_there_are_several() {
        let error = try_on(
            &ann(),
            json!([{"op": "replace", "path": "title", "value": "x"}, {"op": "remove", "path": "shade"}]),
        )
        .unwrap_err();
        assert!(error.detail().starts_with("Operation 2: "), "{error}");
        assert!(
            !try_on(&ann(), json!([{"op": "remove", "path": "shade"}])).unwrap_err().detail().contains("Operation")
        );
    }
}

fn operations() -> impl Strategy<Value = Value> {
    let paths = [
        "userName",
        "active",
        "displayName",
        "name",
        "name.givenName",
        "emails",
        "emails.display",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "emails[type eq \"other\"].value",
        "emails[primary eq true].primary",
        "emails[type eq \"home\"].primary",
        "phoneNumbers",
        "id",
        "shade",
        "roles[value co \"x\"]",
        ENTERPRISE_URN,
        WORKATO_ROLE_URN,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        "urn:ietf:params:scim:schemas:workato:1.0:WorkatoRole:workato_role_dev",
    ];
    let values = prop_oneof![
        Just(json!("x")),
        Just(json!("True")),
        Just(json!(true)),
        Just(json!(null)),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"value": "x"})),
        Just(json!({"value": "y", "primary": true})),
        Just(json!([{"value": "x", "type": "work"}])),
        Just(json!([{"value": "ann@home.test"}])),
        Just(json!({"givenName": "G"})),
        Just(json!({"workato_role": "R"})),
        Just(json!({"department": "D"})),
        Just(json!({"active": "false", "emails": [{"value": "z", "primary": "true"}], "name.givenName": "Z"})),
    ];
    let path = proptest::option::weighted(0.8, proptest::sample::select(paths.to_vec()));
    (proptest::sample::select(vec!["add", "replace", "remove"]), path, proptest::option::weighted(0.9, values))
        .prop_map(|(op, path, value)| {
            let mut operation = json!({"op": op, "path": path});
            if let Some(value) = value {
                operation["value"] = value;
            }
            operation
        })
}

proptest! {
    #[test]
    fn several_operations_are_each_in_turn_or_none(operations in proptest::collection::vec(operations(), 1..6)) {
        let together = try_on(&ann(), Value::Array(operations.clone()));
        let in_turn = operations.iter().try_fold(ann(), |document, operation| {
            try_on(&document, json!([operation])).map(|patched| Value::Object(patched.document))
        });
        match (together, in_turn) {
            (Ok(together), Ok(in_turn)) => prop_assert_eq!(Value::Object(together.document), in_turn),
            (Err(together), Err(in_turn)) => prop_assert_eq!(together.scim_type(), in_turn.scim_type()),
            (together, in_turn) => prop_assert!(false, "together {together:?}, in turn {in_turn:?}"),
        }
    }

    #[test]
    fn the_result_is_canonical_and_one_value_is_primary_at_most(operations in proptest::collection::vec(operations(), 1..6)) {
        let Ok(patched) = try_on(&ann(), Value::Array(operations)) else { return Ok(()) };
        let again = canonicalize(&patched.document, Registry::default().user()).unwrap();
        prop_assert_eq!(again.document, patched.document);
    }

    #[test]
    fn replacing_twice_is_replacing_once(operation in operations()) {
        let mut operation = operation;
        operation["op"] = json!("replace");
        if let Ok(once) = try_on(&ann(), json!([operation.clone()])) {
            let twice = try_on(&ann(), json!([operation.clone(), operation])).unwrap();
            prop_assert_eq!(once.document, twice.document);
        }
    }
}
