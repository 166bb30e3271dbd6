//! Groups and their members (RFC 7643 §4.2, product rules §3.6).

use serde_json::{Value, json};
use simulator::SamlAttribute;

use crate::common::scim::{GROUP, USER, user};
use crate::gate::Gate;

fn group(name: &str, members: Value) -> Value {
    json!({ "schemas": [GROUP], "displayName": name, "members": members })
}

fn member_ids(group: &Value) -> Vec<String> {
    let mut ids: Vec<String> = group["members"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|member| member["value"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

on_both_databases! {
    fn a_group_shows_its_members_and_they_show_it(gate: &Gate) {
        let scim = gate.acme.scim();
        let (ann, bob) = (scim.provision("ann@acme.test"), scim.provision("bob@acme.test"));
        let made = scim
            .send_json(
                "POST",
                "/Groups",
                &group("Ops", json!([{ "value": ann }, { "value": bob, "display": "anything" }, { "value": ann }])),
            )
            .expect(201);
        let location = format!("{}/scim/v2/Groups/{}", gate.base_url, made.id());
        assert_eq!((made.location(), made.header("etag")), (location.as_str(), "W/\"1\""));
        let body = made.json();
        assert_eq!(
            (&body["schemas"], &body["meta"]["location"], &body["meta"]["resourceType"]),
            (&json!([GROUP]), &json!(location), &json!("Group"))
        );
        assert_eq!(member_ids(&body), {
            let mut both = vec![ann.clone(), bob];
            both.sort();
            both
        });
        assert_eq!(body["members"][0]["type"], "User");
        let shown = scim.get(&format!("/Users/{ann}")).json()["groups"].clone();
        assert_eq!(shown, json!([{ "value": made.id(), "$ref": location, "display": "Ops", "type": "direct" }]));
        assert!(scim.delete(&ann).expect(204).body.is_empty());
        assert_eq!(
            member_ids(&scim.get(&format!("/Groups/{}", made.id())).json()).len(),
            1,
            "who is deleted is in no group"
        );
    }

    fn put_says_everything_and_patch_only_what_it_names(gate: &Gate) {
        let scim = gate.acme.scim();
        let (ann, bob) = (scim.provision("ann@acme.test"), scim.provision("bob@acme.test"));
        let path = format!("/Groups/{}", scim.make_group("Ops", &[&ann]));
        let put = |body: Value| scim.send_json("PUT", &path, &body).expect(200).json();
        assert_eq!(member_ids(&put(group("Ops", json!([{ "value": bob }])))), [bob.as_str()]);
        assert!(member_ids(&put(json!({ "schemas": [GROUP], "displayName": "Ops" }))).is_empty());
        let patch = |operations: Value| scim.operate(&path, operations).expect(200).json();
        assert_eq!(
            member_ids(&patch(json!([{ "op": "add", "path": "members", "value": { "value": ann } }]))),
            [ann.as_str()]
        );
        assert_eq!(member_ids(&patch(json!([{ "op": "add", "value": { "members": [{ "value": bob }] } }]))).len(), 2);
        assert_eq!(
            member_ids(&patch(
                json!([{ "op": "remove", "path": format!("members[value eq \"{ann}\" or value eq \"nobody\"]") }])
            )),
            [bob.as_str()]
        );
        assert!(member_ids(&patch(json!([{ "op": "remove", "path": "members" }]))).is_empty());
    }

    fn adding_twice_and_removing_whom_it_does_not_hold_is_no_error_and_no_change(gate: &Gate) {
        let scim = gate.acme.scim();
        let (ann, bob) = (scim.provision("ann@acme.test"), scim.provision("bob@acme.test"));
        let path = format!("/Groups/{}", scim.make_group("Ops", &[&ann]));
        let before = scim.get(&path);
        for operation in [
            json!({ "op": "add", "path": "members", "value": [{ "value": ann }] }),
            json!({ "op": "remove", "path": format!("members[value eq \"{bob}\"]") }),
            json!({ "op": "remove", "path": "members[value eq \"nobody\"]" }),
            json!({ "op": "Remove", "path": "members", "value": [{ "value": bob }] }),
            json!({ "op": "add", "path": "members", "value": [] }),
            json!({ "op": "replace", "value": { "displayName": "Ops" } }),
        ] {
            let after = scim.operate(&path, json!([operation])).expect(200);
            assert_eq!((after.json(), after.header("etag")), (before.json(), before.header("etag")), "{operation}");
        }
    }

    fn members_are_people_who_exist(gate: &Gate) {
        let scim = gate.acme.scim();
        let (ann, gone) = (scim.provision("ann@acme.test"), scim.provision("gone@acme.test"));
        scim.delete(&gone).expect(204);
        let ops = scim.make_group("Ops", &[&ann]);
        let path = format!("/Groups/{ops}");
        let before = scim.get(&path).json();
        let upper = ann.to_uppercase();
        for nobody in
            ["nobody", "00000000-0000-0000-0000-000000000000", gone.as_str(), "", upper.as_str(), ops.as_str()]
        {
            scim.send_json("POST", "/Groups", &group("Dev", json!([{ "value": ann }, { "value": nobody }])))
                .bad("invalidValue");
            scim.send_json("PUT", &path, &group("Ops", json!([{ "value": nobody }]))).bad("invalidValue");
            scim.operate(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": nobody }] }]))
                .bad("invalidValue");
        }
        for wrong in [
            json!("x"),
            json!([ann]),
            json!([7]),
            json!([{}]),
            json!([{ "display": "ann" }]),
            json!([{ "value": 7 }]),
            json!(true),
        ] {
            scim.send_json("POST", "/Groups", &group("Dev", wrong)).bad("invalidValue");
        }
        assert_eq!((scim.get(&path).json(), scim.get("/Groups").ids().len()), (before, 1));
    }

    fn groups_in_groups_are_refused_in_plain_words(gate: &Gate) {
        let scim = gate.acme.scim();
        let (ops, dev) = (scim.make_group("Ops", &[]), scim.make_group("Dev", &[]));
        for member in [
            json!({ "value": dev }),
            json!({ "value": dev, "type": "Group" }),
            json!({ "value": dev, "$ref": format!("../Groups/{dev}") }),
            json!({ "value": ops }),
        ] {
            let told = scim
                .operate(&format!("/Groups/{ops}"), json!([{ "op": "add", "path": "members", "value": [member] }]))
                .bad("invalidValue");
            assert!(told.contains("Nested groups"), "{told}");
        }
    }

    fn a_name_belongs_to_one_group(gate: &Gate) {
        let scim = gate.acme.scim();
        let (ops, dev) = (scim.make_group("Ops", &[]), scim.make_group("Dev", &[]));
        let dev_path = format!("/Groups/{dev}");
        for answer in [
            scim.send_json("POST", "/Groups", &group("Ops", json!([]))),
            scim.send_json("PUT", &dev_path, &group("Ops", json!([]))),
            scim.operate(&dev_path, json!([{ "op": "replace", "path": "displayName", "value": "Ops" }])),
            scim.operate(&dev_path, json!([{ "op": "replace", "value": { "id": dev, "displayName": "Ops" } }])),
        ] {
            assert!(answer.refused(409, Some("uniqueness")).contains(&ops), "{answer:?}");
        }
        scim.send_json("POST", "/Groups", &group("All collaborators", json!([]))).refused(409, Some("uniqueness"));
        assert_eq!(scim.get(&dev_path).json()["displayName"], "Dev");
    }

    /// The longest names that Okta and Entra ID give, and an identifier that no index could hold.
    fn long_names_are_taken_and_longer_ones_refused(gate: &Gate) {
        let scim = gate.acme.scim();
        let long = "\u{1f600}".repeat(256);
        assert_eq!(scim.send_json("POST", "/Groups", &group(&long, json!([]))).expect(201).json()["displayName"], long);
        for name in ["", " ", "Ops ", " Ops", "a\nb", "\u{1}", &"x".repeat(257)] {
            scim.send_json("POST", "/Groups", &group(name, json!([]))).bad("invalidValue");
        }
        let random: String = (0..4_000_u32)
            .map(|nth| char::from(b'!' + u8::try_from(nth.wrapping_mul(2_654_435_761) >> 26).unwrap()))
            .collect();
        let body = json!({ "displayName": "Ops", "externalId": random });
        assert!(scim.send_json("POST", "/Groups", &body).bad("invalidValue").contains("externalId"));
        let most = json!({ "displayName": "Ops", "externalId": random[..1_000] });
        let id = scim.send_json("POST", "/Groups", &most).expect(201).id();
        assert_eq!(scim.filter("/Groups", &format!("externalId sw {}", Value::from(&random[..100]))).ids(), [id]);
    }

    /// `DELETE` ends the memberships that SCIM gave; whoever is in it by an assertion stays there.
    fn a_deleted_group_stays_where_somebody_else_is_in_it(gate: &Gate) {
        let scim = gate.acme.scim();
        let (ann, bob) = (scim.provision("ann@acme.test"), scim.provision("bob@acme.test"));
        let id = scim.make_group("Ops", &[&ann, &bob]);
        let said = vec![SamlAttribute::new("workato_user_groups", &["Ops"])];
        gate.acme.sign_in_with(&mut gate.acme.browser(), "bob@acme.test", said).expect(303);
        scim.send("DELETE", &format!("/Groups/{id}"), &[], None).expect(204);
        for method in ["GET", "DELETE"] {
            scim.send(method, &format!("/Groups/{id}"), &[], None).refused(404, None);
        }
        scim.send_json("PUT", &format!("/Groups/{id}"), &group("Ops", json!([]))).refused(404, None);
        let left = scim.filter("/Groups", "displayName eq \"Ops\"");
        assert_eq!(
            (left.ids().len(), left.ids() == [id.as_str()], member_ids(&left.json()["Resources"][0]).len()),
            (1, false, 0)
        );
        assert_eq!(scim.get(&format!("/Users/{ann}")).json().get("groups"), None);
        assert!(gate.explain("bob@acme.test")["groups"].to_string().contains("Ops"));
    }
}

#[test]
fn a_body_without_a_name_or_with_a_wrong_one_makes_no_group() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for body in [
        json!({}),
        json!({ "displayName": null }),
        json!({ "displayName": 7 }),
        json!({ "displayName": ["Ops"] }),
        json!({ "schemas": [GROUP], "externalId": "x" }),
    ] {
        scim.send_json("POST", "/Groups", &body).bad("invalidValue");
    }
    scim.send_json("POST", "/Groups", &json!([])).bad("invalidSyntax");
    scim.send_json("POST", "/Groups", &user("ann@acme.test")).bad("invalidSyntax");
    let loud = json!({ "DISPLAYNAME": "Ops", "members": null });
    assert_eq!(scim.send_json("POST", "/Groups", &loud).expect(201).json()["displayName"], "Ops");
}

/// RFC 7643 §8.7.1: the sub-attributes of a member are immutable.
#[test]
fn a_member_is_added_or_removed_and_never_changed() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let (ann, bob) = (scim.provision("ann@acme.test"), scim.provision("bob@acme.test"));
    let path = format!("/Groups/{}", scim.make_group("Ops", &[&ann]));
    for (operation, keyword) in [
        (json!({ "op": "replace", "path": format!("members[value eq \"{ann}\"].value"), "value": bob }), "mutability"),
        (
            json!({ "op": "add", "path": format!("members[value eq \"{ann}\"]"), "value": { "value": bob } }),
            "mutability",
        ),
        (json!({ "op": "replace", "path": "members.value", "value": bob }), "mutability"),
        (json!({ "op": "remove", "path": "displayName" }), "mutability"),
        (json!({ "op": "replace", "path": "id", "value": "x" }), "mutability"),
        (json!({ "op": "remove", "path": "members[display eq \"ann\"]" }), "invalidFilter"),
        (json!({ "op": "remove", "path": "members", "value": [] }), "invalidValue"),
        (json!({ "op": "replace", "path": "userName", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": format!("{USER}:displayName"), "value": "x" }), "invalidPath"),
        (json!({ "op": "remove" }), "noTarget"),
    ] {
        scim.operate(&path, json!([operation])).bad(keyword);
    }
    let second_fails = json!([
        { "op": "add", "path": "members", "value": [{ "value": bob }] },
        { "op": "remove", "path": "displayName" },
    ]);
    assert!(scim.operate(&path, second_fails).bad("mutability").starts_with("Operation 2"));
    assert_eq!(member_ids(&scim.get(&path).json()), [ann]);
}
