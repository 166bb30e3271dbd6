//! What Entra ID sends, with and without `?aadOptscim062020`.

use serde_json::{Value, json};

use crate::common::answer::Answer;
use crate::common::scim::{ENTERPRISE, GROUP, PATCH, Scim, USER, user, with};
use crate::gate::Gate;

const ADSCIM_GROUP: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

/// As its provisioning service calls itself.
fn as_entra(scim: &Scim, method: &str, path: &str, body: &Value) -> Answer {
    let headers =
        [("content-type", "application/scim+json; charset=utf-8"), ("user-agent", "Microsoft-Azure-SCIM/1.0")];
    scim.send(method, path, &headers, Some(body.to_string().as_bytes()))
}

fn operations(operations: Value) -> Value {
    json!({ "schemas": [PATCH], "Operations": operations })
}

fn jyoung() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": "jyoung", "userName": "jyoung@acme.test", "active": true, "displayName": "Joy Young",
        "emails": [{ "type": "work", "value": "jyoung@acme.test", "primary": true }],
        "name": { "formatted": "Joy Young", "familyName": "Young", "givenName": "Joy" },
        "meta": { "resourceType": "User" }, "roles": [],
    })
}

on_both_databases! {
    fn a_connection_test_finds_nobody_and_that_is_no_error(gate: &Gate) {
        let scim = gate.acme.scim();
        for query in [
            "/Users?filter=userName%20eq%20%22ff4ea1d6-0e63-4ad0-8bd7-5f4d4fb0b9a5%22",
            "/Users?filter=externalId+eq+jyoung",
            "/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22nobody%40acme.test%22",
            "/Groups?excludedAttributes=members&filter=displayName+eq+%22nothing%22",
            "/Groups?aadOptscim062020&excludedAttributes=members&filter=externalId+eq+%22nothing%22",
        ] {
            let list = scim.get(query).expect(200).json();
            assert_eq!((&list["totalResults"], &list["Resources"]), (&json!(0), &json!([])), "{query}");
        }
    }

    fn somebody_is_made_and_found_as_entra_does_it(gate: &Gate) {
        let scim = gate.acme.scim();
        let made = as_entra(&scim, "POST", "/Users", &jyoung()).expect(201);
        assert_eq!(made.json()["name"]["formatted"], "Joy Young");
        for filter in [
            "externalId eq jyoung",
            "externalId eq \"jyoung\"",
            "userName eq \"JYOUNG@acme.test\"",
            "emails[type eq \"work\"].value eq \"jyoung@acme.test\"",
            "emails[type eq \"work\" and value eq \"jyoung@acme.test\"]",
        ] {
            assert_eq!(scim.filter("/Users", filter).ids(), [made.id()], "{filter}");
        }
    }

    fn changes_with_capitals_and_quoted_booleans_are_made(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = as_entra(&scim, "POST", "/Users", &jyoung()).id();
        let patch =
            |list: Value| as_entra(&scim, "PATCH", &format!("/Users/{id}"), &operations(list)).expect(200).json();
        assert_eq!(patch(json!([{ "op": "Replace", "path": "active", "value": "False" }]))["active"], false);
        assert_eq!(patch(json!([{ "op": "Replace", "path": "active", "value": "True" }]))["active"], true);
        assert_eq!(patch(json!([{ "op": "Add", "path": "nickName", "value": "Babs" }]))["nickName"], "Babs");
        let two = patch(json!([
            { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "x@y" },
            { "op": "Replace", "path": format!("{ENTERPRISE}:employeeNumber"), "value": "1" },
        ]));
        assert_eq!((&two["emails"][0]["value"], &two[ENTERPRISE]["employeeNumber"]), (&json!("x@y"), &json!("1")));
        let flagged = patch(json!([{ "op": "replace", "value": {
            "displayName": "Bjfe", "name.givenName": "Kkom", "name.familyName": "Unua",
            format!("{ENTERPRISE}:employeeNumber"): "Aklq",
        } }]));
        assert_eq!(
            (&flagged["displayName"], &flagged["name"]["givenName"], &flagged[ENTERPRISE]),
            (&json!("Bjfe"), &json!("Kkom"), &json!({ "employeeNumber": "Aklq" }))
        );
    }

    /// It replaces addresses of people who have none, and means to give them one.
    fn a_value_that_is_not_there_yet_is_made(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.make(&json!({ "userName": "jyoung@acme.test" }));
        let patch =
            |list: Value| as_entra(&scim, "PATCH", &format!("/Users/{id}"), &operations(list)).expect(200).json();
        for op in ["Replace", "Add"] {
            let all = patch(json!([
                { "op": op, "path": "emails[type eq \"work\"].value", "value": "a@acme.test" },
                { "op": op, "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+1" },
                { "op": op, "path": "addresses[type eq \"work\"].formatted", "value": "1 Main St" },
                { "op": op, "path": "roles[primary eq \"True\"].value", "value": "r" },
            ]));
            assert_eq!(all["emails"], json!([{ "type": "work", "value": "a@acme.test" }]));
            assert_eq!(all["phoneNumbers"], json!([{ "type": "mobile", "value": "+1" }]));
            assert_eq!(all["addresses"], json!([{ "type": "work", "formatted": "1 Main St" }]));
            assert_eq!(all["roles"], json!([{ "primary": true, "value": "r" }]));
        }
    }

    fn a_manager_comes_in_many_forms(gate: &Gate) {
        let scim = gate.acme.scim();
        let (id, boss) = (scim.make(&jyoung()), scim.provision("boss@acme.test"));
        let urn = format!("{ENTERPRISE}:manager");
        let reference = json!({ "$ref": format!("http://gate/Users/{boss}"), "value": boss });
        let patch = |list: Value| {
            let changed = as_entra(&scim, "PATCH", &format!("/Users/{id}"), &operations(list)).expect(200).json();
            changed.get(ENTERPRISE).and_then(|all| all.get("manager")).and_then(|manager| manager.get("value")).cloned()
        };
        for path in [urn.as_str(), "manager"] {
            for value in
                [json!(boss), json!({ "value": boss }), json!([{ "value": boss }]), json!([reference]), json!([boss])]
            {
                assert_eq!(
                    patch(json!([{ "op": "Add", "path": path, "value": value }])),
                    Some(json!(boss)),
                    "{path} {value}"
                );
                for filter in [
                    format!("manager eq \"{boss}\""),
                    format!("{urn} eq \"{boss}\""),
                    format!("{urn}.value eq \"{boss}\""),
                ] {
                    assert_eq!(scim.filter("/Users", &filter).ids(), [id.as_str()], "{filter}");
                }
                assert_eq!(patch(json!([{ "op": "Remove", "path": path }])), None);
            }
            patch(json!([{ "op": "Replace", "path": path, "value": boss }]));
            assert_eq!(patch(json!([{ "op": "Replace", "path": path, "value": "" }])), None, "{path}");
        }
        assert_eq!(patch(json!([{ "op": "Replace", "value": { "manager": boss } }])), Some(json!(boss)));
        let by_body = scim.put(&id, &with(jyoung(), "manager", json!({ "value": "7" }))).expect(200).json();
        assert_eq!(by_body[ENTERPRISE], json!({ "manager": { "value": "7" } }));
    }

    /// A removal with names in its value removes those and no others: taken for a removal without, it empties the group.
    fn members_are_added_and_removed_by_their_names(gate: &Gate) {
        let scim = gate.acme.scim();
        let mut people = ["a", "b", "c"].map(|name| scim.provision(&format!("{name}@acme.test")));
        people.sort();
        let made = as_entra(
            &scim,
            "POST",
            "/Groups",
            &json!({
                "schemas": [GROUP, ADSCIM_GROUP], "externalId": "8aa1a0c0", "displayName": "Ops",
                "meta": { "resourceType": "Group" },
            }),
        )
        .expect(201);
        let path = format!("/Groups/{}", made.id());
        let patch = |list: Value| {
            let answer = as_entra(&scim, "PATCH", &path, &operations(list)).expect(204);
            assert_eq!(answer.body, "", "it wants no list of members back");
            let shown = scim.get(&path).json()["members"].as_array().cloned().unwrap_or_default();
            let mut ids: Vec<String> =
                shown.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect();
            ids.sort();
            ids
        };
        let all =
            json!([{ "$ref": null, "value": people[0] }, { "$ref": null, "value": people[1] }, { "value": people[2] }]);
        assert_eq!(patch(json!([{ "op": "Add", "path": "members", "value": all }])), people);
        assert_eq!(
            patch(json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": people[0] }] }])),
            people[1..]
        );
        assert_eq!(
            patch(json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", people[1]) }])),
            people[2..]
        );
        assert_eq!(
            patch(json!([{ "op": "Remove", "path": "members", "value": [{ "value": people[0] }] }])),
            people[2..]
        );
        assert_eq!(patch(json!([{ "op": "Replace", "path": "displayName", "value": "Ops 2" }])), people[2..]);
        let found = scim.get("/Groups?excludedAttributes=members&filter=displayName+eq+%22Ops+2%22").expect(200).json();
        assert_eq!((&found["Resources"][0]["id"], found["Resources"][0].get("members")), (&json!(made.id()), None));
        let of_member = scim.get(&format!("/Groups?filter=members%20eq%20%22{}%22", people[2])).ids();
        assert_eq!(of_member, [made.id()]);
    }

    /// A soft delete, and much later a hard one.
    fn a_leaver_is_switched_off_and_deleted_later(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = as_entra(&scim, "POST", "/Users", &jyoung()).id();
        let mut browser = gate.acme.signed_in("jyoung@acme.test");
        as_entra(
            &scim,
            "PATCH",
            &format!("/Users/{id}"),
            &operations(json!([{ "op": "Replace", "path": "active", "value": "False" }])),
        )
        .expect(200);
        assert!(browser.session().is_none());
        assert_eq!(scim.filter("/Users", "userName eq \"jyoung@acme.test\"").json()["Resources"][0]["active"], false);
        scim.delete(&id).expect(204);
        scim.delete(&id).refused(404, None);
    }
}

/// It appends its flags to the base URL, so they turn up in every query.
#[test]
fn parameters_that_scim_does_not_know_are_passed_over() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    scim.get(&format!("/Users/{id}?aadOptscim062020")).expect(200);
    assert_eq!(scim.get("/Users?aadOptscim062020&count=1").ids(), [id.as_str()]);
    scim.send_json("POST", "/Users?aadOptscim062020", &user("bob@acme.test")).expect(201);
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    assert_eq!(scim.operate(&format!("/Users/{id}?aadOptscim062020"), off).expect(200).json()["active"], false);
}
